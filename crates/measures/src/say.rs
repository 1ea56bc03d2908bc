//! Who has the say in one area: who answers there by role, and who knows it best, behind the floor.

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::decision::Paths;
use sayso_model::measure::{MeasureId, Measurement, Scope};
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::proportion;

use crate::Request;
use crate::population::Population;
use crate::privacy::NONE;

/// What roles of few people are called.
const POOLED: &str = "other roles (too few people to show)";

const DAY_MICROS: f64 = 86_400e6;

/// What is said of one area.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Say {
    /// Share of the answers by role of who gave them, for each matter, the most frequent first. Scope: `matter`, `role`.
    pub actual: Vec<Measurement>,
    /// Share of all that is known of the area by role: acts there, each counting half as much for every
    /// [`Request::half_life_days`] that have passed since. Scope: `role`.
    pub informed: Vec<Measurement>,
    /// Why nothing is said, for each matter of which nothing is.
    pub withheld: Vec<String>,
}

/// Looks at one area.
pub fn say(paths: &Paths, words: &dyn Words, request: &Request<'_>, area: Code) -> Say {
    let population = Population::of(paths, words, request);
    let mut say = Say::default();
    let here: Vec<u32> =
        (0..paths.decisions.len() as u32).filter(|&i| paths.decisions[i as usize].area == area).collect();
    let mut by_matter: FxHashMap<Code, Vec<u32>> = FxHashMap::default();
    for &index in &here {
        by_matter.entry(paths.decisions[index as usize].matter).or_default().push(index);
    }
    let mut matters: Vec<_> = by_matter.into_iter().collect();
    matters.sort_by_key(|(matter, indices)| (std::cmp::Reverse(indices.len()), *matter));
    for (matter, indices) in matters {
        let name = named(words, Column::Matter, matter);
        match request.floor.clear(census(&population, &indices)) {
            Err(below) => say.withheld.push(format!("{name}: {below}")),
            Ok(cleared) => {
                let roles = indices.iter().filter_map(|&index| {
                    let decision = &paths.decisions[index as usize];
                    decision.decided_at.map(|_| (decision.decider_role, 1.0))
                });
                for (role, _, n, of) in shares(roles) {
                    let scope = Scope::from([
                        ("matter".to_owned(), name.clone()),
                        ("role".to_owned(), named(words, Column::Role, role)),
                    ]);
                    let estimate = proportion::share(n, of, request.window);
                    say.actual.push(Measurement::new(cleared, MeasureId::M12, scope, "share_of_answers", estimate));
                }
            }
        }
    }
    match request.floor.clear(census(&population, &here)) {
        Err(below) => say.withheld.push(format!("who knows it best: {below}")),
        Ok(cleared) => {
            let until = Instant::from(request.window.until);
            let touches = here.iter().flat_map(|&index| paths.touches_of(&paths.decisions[index as usize]));
            let weighed = touches.filter(|touch| touch.kind.is_human() && touch.actor != NOT_RECORDED).map(|touch| {
                let days = (until.micros() - touch.at.micros()).max(0) as f64 / DAY_MICROS;
                (touch.role, 0.5_f64.powf(days / request.half_life_days))
            });
            for (role, share, n, of) in
                told_together(shares(weighed), |role| people_in(paths, &here, role) < request.floor.persons_min)
            {
                let scope = Scope::from([(
                    "role".to_owned(),
                    role.map_or_else(|| POOLED.to_owned(), |role| named(words, Column::Role, role)),
                )]);
                // The share is of weighed acts; its interval is that of so many acts as the weights are worth.
                let limits = proportion::share(n, of, request.window);
                let estimate = sayso_stats::Estimate::new(
                    share,
                    limits.interval(),
                    of,
                    limits.unit(),
                    request.window,
                    format!(
                        "share of acts, each halved for every {} days since; Jeffreys interval of as many whole acts",
                        request.half_life_days
                    ),
                );
                say.informed.push(Measurement::new(cleared, MeasureId::M12, scope, "share_of_knowledge", estimate));
            }
        }
    }
    say
}

/// Roles of few people are told together: what one person knows is not said.
fn told_together(
    shares: Vec<(Code, f64, u64, u64)>,
    is_small: impl Fn(Code) -> bool,
) -> Vec<(Option<Code>, f64, u64, u64)> {
    let (small, large): (Vec<_>, Vec<_>) = shares.into_iter().partition(|(role, ..)| is_small(*role));
    let mut told: Vec<_> = large.into_iter().map(|(role, share, n, of)| (Some(role), share, n, of)).collect();
    if let Some((.., of)) = small.first().copied() {
        let sum = |of: fn(&(Code, f64, u64, u64)) -> f64| small.iter().map(of).sum::<f64>();
        told.push((None, sum(|one| one.1), sum(|one| one.2 as f64) as u64, of));
    }
    told
}

/// Distinct people of a role who acted on these decisions.
fn people_in(paths: &Paths, here: &[u32], role: Code) -> u64 {
    let touches = here.iter().flat_map(|&index| paths.touches_of(&paths.decisions[index as usize]));
    let people: FxHashSet<Code> = touches
        .filter(|touch| touch.role == role && touch.kind.is_human() && touch.actor != NOT_RECORDED)
        .map(|touch| touch.actor)
        .collect();
    people.len() as u64
}

fn census(population: &Population<'_>, indices: &[u32]) -> sayso_model::privacy::Group {
    let mut group_of = vec![NONE; population.paths.decisions.len()];
    for &index in indices {
        group_of[index as usize] = 0;
    }
    population.census(&group_of, 1)[0]
}

fn named(words: &dyn Words, column: Column, code: Code) -> String {
    match words.word(column, code) {
        "" => "not recorded".to_owned(),
        word => word.to_owned(),
    }
}

/// For each code its share of all weight, and as whole numbers so many of how many; the largest first.
fn shares(weighed: impl Iterator<Item = (Code, f64)>) -> Vec<(Code, f64, u64, u64)> {
    let mut weights: FxHashMap<Code, f64> = FxHashMap::default();
    for (code, weight) in weighed {
        *weights.entry(code).or_default() += weight;
    }
    let all: f64 = weights.values().sum();
    let mut shares: Vec<_> = weights
        .into_iter()
        .map(|(code, weight)| (code, weight / all, weight.round() as u64, all.round() as u64))
        .collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shares
}
