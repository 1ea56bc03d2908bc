//! The ratio across a border taken apart: more holds, longer holds, clocks, and what is left; the four multiply to the whole.

use sayso_stats::estimate::LEVEL_DEFAULT;
use sayso_stats::resample::{ABREAST, Redraw};
use sayso_stats::{Estimate, Interval, Unit, Window, contrast, shift};

use super::rows::{Rows, Strata};
use crate::population::Population;
use crate::sheet::Clock;

/// The names of the parts, in the order in which they are told.
pub(crate) const PARTS: [&str; 4] = ["part_hops", "part_border", "part_clocks", "part_rest"];

/// The four factors of the ratio of questions on the wall clock, in the order of [`PARTS`].
pub(crate) struct Parts(pub(crate) [Estimate; 4]);

/// One drawing of the items: ratio of questions, ratio of hops, ratio of a hold.
#[derive(Clone, Copy)]
struct Drawn {
    whole: f64,
    hops: f64,
    hold: f64,
}

impl Parts {
    /// Takes the ratio apart. `clocks` is what the calendars predict for a hold, and in which words; it is a prediction
    /// and has no interval. A part that cannot be told makes the rest untellable too.
    pub(crate) fn of(
        population: &Population<'_>,
        (questions, holds): (&Rows, &Rows),
        (clocks, clocks_method): (Result<f64, String>, String),
        (window, seed): (Window, u64),
    ) -> Self {
        let timed = questions.timed(Clock::Calendar);
        let values = holds.values(Clock::Calendar, &Strata::of(population, holds));
        let clusters = timed.iter().map(|timed| timed.cluster).chain(values.iter().map(|value| value.cluster));
        let mut redraw = Redraw::of(clusters, seed);
        let hops: Vec<(u32, bool, f64)> = questions
            .rows
            .iter()
            .map(|row| (row.item, row.crosses, f64::from(population.paths.decisions[row.decision as usize].n_hops)))
            .collect();
        let mean_hops = |crosses: bool, times: &dyn Fn(u32) -> f64| {
            let of_side = || hops.iter().filter(|(_, of, _)| *of == crosses);
            let n: f64 = of_side().map(|(item, ..)| times(*item)).sum();
            let sum: f64 = of_side().map(|(item, _, hops)| times(*item) * hops).sum();
            (n > 0.0 && sum > 0.0).then(|| sum / n)
        };
        let hop_ratio = |times: &dyn Fn(u32) -> f64| Some(mean_hops(true, times)? / mean_hops(false, times)?);

        let ordered = contrast::Ordered::of(&timed);
        let whole = ordered.ratio();
        let hop = hop_ratio(&|_| 1.0);
        let hold = shift::stratified(&values, 1).map(|shift| shift.shift.exp());
        let n = questions.rows.len() as u64;
        let known = [("questions", whole), ("numbers of holds", hop), ("holds of a kind", hold)];
        let missing: Vec<&str> = known.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();

        let mut ordered = ordered.kept(&redraw);
        let mut drawable = shift::Drawable::of(&values, &redraw);
        let place = |item: u32, redraw: &Redraw| redraw.place(item);
        let hop_place: Vec<Option<u32>> = hops.iter().map(|(item, ..)| place(*item, &redraw)).collect();
        let draws = redraw.each(|drawn| {
            let mut sums = [[(0.0, 0.0); 2]; ABREAST];
            for ((_, crosses, hops), at) in hops.iter().zip(&hop_place) {
                let Some(at) = at else { continue };
                for (sums, times) in sums.iter_mut().zip(drawn[*at as usize]) {
                    let times = f64::from(times);
                    let side = &mut sums[usize::from(*crosses)];
                    (side.0, side.1) = (side.0 + times * hops, side.1 + times);
                }
            }
            let (wholes, shifts) = (ordered.ratios(drawn), drawable.shifts(drawn, 1));
            let mean = |side: (f64, f64)| (side.0 > 0.0 && side.1 > 0.0).then(|| side.0 / side.1);
            std::array::from_fn(|draw| {
                Some(Drawn {
                    whole: wholes[draw]?,
                    hops: mean(sums[draw][1])? / mean(sums[draw][0])?,
                    hold: shifts[draw]?.exp(),
                })
            })
        });
        let words = redraw.words();
        let clock = clocks.as_ref().ok().copied();
        let of = |value: Option<f64>, from: &dyn Fn(&Drawn) -> f64, what: &str, why: String| {
            let method = format!("{what}; {words}");
            match value.filter(|value| *value > 0.0 && value.is_finite()) {
                None => Estimate::cannot_tell(n, Unit::Ratio, window, method, why),
                Some(value) => {
                    let logs: Vec<f64> =
                        draws.iter().map(|drawn| from(drawn).ln()).filter(|log| log.is_finite()).collect();
                    let limits = redraw.interval(logs, value.ln(), LEVEL_DEFAULT);
                    let interval = Interval { low: limits.low.map(f64::exp), high: limits.high.map(f64::exp) };
                    Estimate::new(value, interval, n, Unit::Ratio, window, method)
                }
            }
        };
        let because = |part: &str| format!("no {part} on both sides to compare");
        // Where the clocks cannot be told they are within the other two; saying 1 would be a claim.
        let clock_or_one = clock.unwrap_or(1.0);
        let border = hold.map(|hold| hold / clock_or_one);
        let rest = match (whole, hop, hold) {
            (Some(whole), Some(hop), Some(hold)) => Some(whole / (hop * hold)),
            _ => None,
        };
        let border_words = match clock {
            Some(_) => {
                "a hold of what came from another site against one of what came from the same, like with like (stratified \
                        Hodges-Lehmann), less what the clocks predict"
            }
            None => {
                "a hold of what came from another site against one of what came from the same, like with like (stratified \
                     Hodges-Lehmann), the clocks included, since they cannot be told"
            }
        };
        let clocks = match clocks {
            Ok(value) => Estimate::new(value, Interval::UNKNOWN, n, Unit::Ratio, window, clocks_method),
            Err(why) => Estimate::cannot_tell(n, Unit::Ratio, window, clocks_method, why),
        };
        Self([
            of(
                hop,
                &|drawn| drawn.hops,
                "mean number of holds of a question that crosses over one that does not",
                because("holds"),
            ),
            of(border, &|drawn| drawn.hold / clock_or_one, border_words, because("holds of a kind")),
            clocks,
            of(
                rest,
                &|drawn| drawn.whole / (drawn.hops * drawn.hold),
                "what the other three leave of the ratio of medians: other work, the first holder's time, chance",
                format!("without a ratio of {} nothing can be left", missing.join(" and ")),
            ),
        ])
    }
}
