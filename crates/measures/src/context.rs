//! Whether the why travels with a question, and how far the decider is from those who know.

mod near;
mod why;

use sayso_model::signal::Signal;
use sayso_model::thread::Threads;

use crate::authority::Scene;
use crate::sheet::Sheet;

/// Measures M23 and M24. Where no threads are given, the acts on each question are all that is read.
pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>, threads: Option<&Threads>) -> Vec<Signal> {
    let mut signals = match threads {
        Some(threads) => why::measure(sheet, scene, threads),
        None => why::measure(sheet, scene, &of_touches(scene)),
    };
    signals.extend(near::measure(sheet, scene));
    signals
}

/// What the acts on the questions themselves say: no links, and no texts outside of questions.
fn of_touches(scene: &Scene<'_>) -> Threads {
    let paths = scene.population.paths;
    let mut threads = Threads::default();
    for decision in &paths.decisions {
        for touch in paths.touches_of(decision) {
            threads.push(decision.item, touch.at, touch.flags, touch.actor, None);
        }
    }
    threads.said.sort_by_key(|said| (said.item, said.at));
    threads
}

/// Degree of authorship of a file: `3.293 + 1.098 FA + 0.164 DL - 0.321 ln(1 + AC)`.
///
/// `is_first` is whether they wrote it first (FA), `own` how many changes are theirs (DL), `others` how many are other
/// people's (AC). No unit; the coefficients were fitted on the work of developers of one site and one language, and it knows
/// code, not customers. The record of Sayso holds no files, so nothing but a source of code can fill it in.
///
/// **Reference.** Fritz, Ou, Murphy and Murphy-Hill (2010), and Avelino, Passos, Hora and Valente (2016), who take a person
/// for an author from 3.293 on where they also reach 0.75 of the highest degree of the file.
pub fn degree_of_authorship(is_first: bool, own: u64, others: u64) -> f64 {
    3.293 + 1.098 * f64::from(u8::from(is_first)) + 0.164 * own as f64 - 0.321 * (others as f64).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_degree_of_authorship_has_its_published_coefficients() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} is not {b}");
        near(degree_of_authorship(false, 0, 0), 3.293);
        near(degree_of_authorship(true, 0, 0), 4.391);
        near(degree_of_authorship(false, 10, 0), 4.933);
        near(degree_of_authorship(true, 10, 20), 3.293 + 1.098 + 1.64 - 0.321 * 21_f64.ln());
        assert!(degree_of_authorship(true, 1, 500) < degree_of_authorship(true, 1, 5), "others' changes take away");
    }
}
