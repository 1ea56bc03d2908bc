//! Whether questions are answered sooner once a candidate has acted: person-period rows and their hazard (M08).

use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::hazard::{Fit, METHOD_HAZARD, Prior, Stretches, Unfit, fit, profile_low, score_p_above};
use sayso_stats::{Estimate, Interval, Unit};

use super::cases::{Candidate, Case, Cases, Party, most_frequent};
use crate::authority::{Cell, Scene};

/// More questions than these are not looked at one by one: a sample of them says as much.
const SAMPLE_MAX: usize = 5_000;

/// A typical question lasts so many bins.
const BINS_A_QUESTION: f64 = 32.0;

/// How long a bin may be, in hours.
const BIN_HOURS: (f64, f64) = (1.0 / 60.0, 0.5);

/// Into how many pieces the time since a question was put falls, each with its own hazard.
const PIECES: usize = 5;

/// So many answers are wanted for each column.
const ENDS_A_COLUMN: usize = 6;

/// A level of a control that fewer questions have is left with the others.
const LEVEL_MIN: usize = 10;

/// How many levels of each control have a column: others who act, how it was opened, areas, roles of whoever asks.
const LEVELS_MAX: [usize; 4] = [4, 4, 8, 3];

/// The level of the interval.
const LEVEL: f64 = 0.95;

/// What was found.
pub(super) struct Moves {
    pub(super) ratio: Estimate,
    /// One-sided, that the ratio is above 1.
    pub(super) p: Option<f64>,
    pub(super) method: String,
}

/// One question on the clock of whoever decides, in bins.
struct Life {
    item: u32,
    /// How long it was open.
    open: f64,
    /// Whether it was answered by somebody else than the candidate.
    answered: bool,
    /// The bin from which on the candidate counts as having acted; and likewise the others.
    from: Option<u32>,
    others: Vec<Option<u32>>,
    /// The levels of the controls that do not change: how it was opened, its area, the role of whoever asks.
    levels: [Code; 3],
}

pub(super) fn of(scene: &Scene<'_>, cell: &Cell, cases: &Cases, candidate: &Candidate, seed: u64) -> Moves {
    let chosen = sample(cases, seed);
    let others: Vec<Party> = cases
        .frequent(|_| true)
        .into_iter()
        .map(|other| other.party)
        .filter(|&party| party != candidate.party)
        .take(LEVELS_MAX[0])
        .collect();
    let clock = Clock::of(scene, &chosen);
    let lives: Vec<Life> =
        chosen.iter().map(|case| life(scene, cell, case, candidate.party, &others, &clock)).collect();
    let model = Model::of(&lives, others.len());
    let sampled = if chosen.len() < cases.all.len() {
        format!("; a seeded sample of {} of {} questions", chosen.len(), cases.all.len())
    } else {
        String::new()
    };
    let method = format!(
        "{METHOD_HAZARD}; bins of {:.2} {} on the clock of whoever decides, exposure from the bin after the act on; \
         controls: time since it was put in {} pieces, {}{sampled}",
        clock.bin,
        scene.unit().words(),
        model.cuts.len() + 1,
        model.says(),
    );
    let rows = model.rows(&lives);
    let n = chosen.len() as u64;
    let window = scene.request.window.to_owned();
    let cannot = |why: String| Moves {
        ratio: Estimate::cannot_tell(n, Unit::Ratio, window, method.clone(), why),
        p: None,
        method: method.clone(),
    };
    let column = model.cuts.len() + 1;
    let ends = rows.ends;
    if ends.0 + ends.1 < ENDS_A_COLUMN {
        return cannot(format!("{} answers are too few", ends.0 + ends.1));
    }
    // What comes before the candidate is a hazard of its own for each piece of time; the belief is about ratios only.
    let prior = Prior::From(column);
    let fitted = match fit(&rows.stretches, prior) {
        Ok(fitted) => fitted,
        Err(unfit) => return cannot(unfit.to_string()),
    };
    judged(&rows, &fitted, prior, column, n, window, method.clone()).unwrap_or_else(|unfit| cannot(unfit.to_string()))
}

/// The ratio with its limits and its p-value.
fn judged(
    rows: &Rows,
    fitted: &Fit,
    prior: Prior,
    column: usize,
    n: u64,
    window: sayso_stats::Window,
    method: String,
) -> Result<Moves, Unfit> {
    let error = fitted.careful_error(column);
    let (ratio, wald) = fitted.ratio(column, error, LEVEL);
    let (before, after) = rows.ends;
    if before > 0 && after > 0 {
        let method = format!("{method}; the larger of both standard errors");
        let p = fitted.p_above(column, error);
        return Ok(Moves {
            ratio: Estimate::new(ratio, wald, n, Unit::Ratio, window, method.clone()),
            p: Some(p),
            method,
        });
    }
    // All answers lie on one side: a Wald test is no use, and the ratio is bounded on one side only.
    let side = if before == 0 { "before" } else { "after" };
    let method = format!("{method}; no answer {side} the act, so with a log-F(1,1) prior, and p by the score test");
    let p = score_p_above(&rows.stretches, prior, column)?;
    let interval = if before == 0 {
        let low = profile_low(&rows.stretches, prior, column, fitted, LEVEL).map(f64::exp);
        Interval { low, high: None }
    } else {
        Interval { low: None, high: wald.high }
    };
    Ok(Moves { ratio: Estimate::new(ratio, interval, n, Unit::Ratio, window, method.clone()), p: Some(p), method })
}

/// The questions that are looked at: all, or a seeded sample in their own order.
fn sample(cases: &Cases, seed: u64) -> Vec<&Case> {
    if cases.all.len() <= SAMPLE_MAX {
        return cases.all.iter().collect();
    }
    let mut drawn: Vec<(u64, usize)> =
        (0..cases.all.len()).map(|i| (scattered(seed ^ cases.all[i].index as u64), i)).collect();
    drawn.select_nth_unstable(SAMPLE_MAX);
    drawn.truncate(SAMPLE_MAX);
    let mut chosen: Vec<usize> = drawn.into_iter().map(|(_, i)| i).collect();
    chosen.sort_unstable();
    chosen.into_iter().map(|i| &cases.all[i]).collect()
}

/// A number without order in place of one with it (SplitMix64).
fn scattered(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// By which clock a question runs, and in which steps.
struct Clock {
    /// Where answers are mostly given, for questions of which nobody knows.
    site: Code,
    /// Hours in a bin.
    bin: f64,
}

impl Clock {
    fn of(scene: &Scene<'_>, chosen: &[&Case]) -> Self {
        let decided = || chosen.iter().filter(|case| case.answered).map(|case| scene.decision(case.index));
        let sites = decided().map(|decision| decision.decider_site).filter(|&site| site != NOT_RECORDED);
        let mut clock = Clock { site: most_frequent(sites).unwrap_or(NOT_RECORDED), bin: 1.0 };
        let mut open: Vec<f64> = decided()
            .map(|decision| scene.hours(clock.of_decision(decision), decision.raised_at, decision.ended_at))
            .filter(|hours| *hours > 0.0)
            .collect();
        open.sort_unstable_by(f64::total_cmp);
        let median = open.get(open.len() / 2).copied().unwrap_or(BIN_HOURS.1);
        clock.bin = (median / BINS_A_QUESTION).clamp(BIN_HOURS.0, BIN_HOURS.1);
        clock
    }

    /// The site of whoever decides; where that is not recorded, where answers are mostly given; else the asker's.
    fn of_decision(&self, decision: &sayso_model::decision::Decision) -> Code {
        let known = [decision.decider_site, self.site, decision.asker_site];
        known.into_iter().find(|&site| site != NOT_RECORDED).unwrap_or(NOT_RECORDED)
    }
}

fn life(scene: &Scene<'_>, cell: &Cell, case: &Case, party: Party, others: &[Party], clock: &Clock) -> Life {
    let decision = scene.decision(case.index);
    let site = clock.of_decision(decision);
    let bins = |until: Instant| scene.hours(site, decision.raised_at, until) / clock.bin;
    // Strictly before: what is done in a bin counts from the next one on.
    let from = |at: Instant| bins(at).floor() as u32 + 1;
    Life {
        item: scene.population.item_of[case.index as usize],
        open: bins(decision.ended_at),
        answered: case.counts_for(party),
        from: case.first(party).map(|first| from(first.at)),
        others: others.iter().map(|&other| case.first(other).map(|first| from(first.at))).collect(),
        levels: [
            decision.opened_as,
            if cell.area.is_some() { NOT_RECORDED } else { decision.area },
            decision.asker_role,
        ],
    }
}

/// Rows, and how many ends lie before and after the candidate's act.
struct Rows {
    stretches: Stretches,
    ends: (usize, usize),
}

/// Which columns there are.
struct Model {
    /// Bins at which a new piece of time begins.
    cuts: Vec<u32>,
    /// How many of the others who act have a column.
    others: usize,
    /// The levels that have a column, for each control.
    levels: [Vec<Code>; 3],
}

impl Model {
    fn of(lives: &[Life], others: usize) -> Self {
        let mut ends: Vec<u32> = lives.iter().filter(|life| life.answered).map(|life| life.open as u32).collect();
        ends.sort_unstable();
        let pieces = PIECES.min(ends.len() / (2 * ENDS_A_COLUMN)).max(1);
        let mut cuts: Vec<u32> = (1..pieces).map(|i| ends[i * ends.len() / pieces]).filter(|&cut| cut > 0).collect();
        cuts.dedup();
        // Each piece needs an end of its own.
        cuts.retain(|&cut| ends.last().is_some_and(|&last| last >= cut));
        let mut room = (ends.len() / ENDS_A_COLUMN).saturating_sub(cuts.len() + 2);
        let others = others.min(room);
        room -= others;
        let mut levels: [Vec<Code>; 3] = Default::default();
        for (i, chosen) in levels.iter_mut().enumerate() {
            *chosen = top_levels(lives, i);
            chosen.truncate(LEVELS_MAX[i + 1].min(room));
            room -= chosen.len();
        }
        Self { cuts, others, levels }
    }

    /// The controls in words.
    fn says(&self) -> String {
        let mut says = vec![format!("{} other roles that act", self.others)];
        for (levels, name) in self.levels.iter().zip(["how it was opened", "area", "role of whoever asks"]) {
            if !levels.is_empty() {
                says.push(name.to_owned());
            }
        }
        says.join(", ")
    }

    fn rows(&self, lives: &[Life]) -> Rows {
        let pieces = self.cuts.len() + 1;
        let fixed = pieces + 1 + self.others;
        let columns = fixed + self.levels.iter().map(Vec::len).sum::<usize>();
        let mut rows = Rows { stretches: Stretches::new(columns), ends: (0, 0) };
        let mut x = vec![0.0; columns];
        for life in lives {
            let mut at = fixed;
            for (levels, level) in self.levels.iter().zip(life.levels) {
                for &one in levels {
                    x[at] = f64::from(u8::from(one == level));
                    at += 1;
                }
            }
            let whole_bins = life.open as u32;
            let changes = self.changes(life, whole_bins);
            let mut since = 0;
            let set = |x: &mut [f64], bin: u32| {
                x[..fixed].fill(0.0);
                x[self.cuts.partition_point(|&cut| cut <= bin)] = 1.0;
                let acts = std::iter::once(&life.from).chain(life.others.iter().take(self.others));
                for (place, from) in x[pieces..fixed].iter_mut().zip(acts) {
                    *place = f64::from(u8::from(from.is_some_and(|from| from <= bin)));
                }
            };
            for until in changes {
                set(&mut x, since);
                rows.stretches.push(&x, f64::from(until - since), false, life.item);
                since = until;
            }
            set(&mut x, since);
            if !life.answered {
                // What is open is at risk up to the moment at which it was seen last.
                rows.stretches.push(&x, life.open - f64::from(since), false, life.item);
                continue;
            }
            rows.stretches.push(&x, f64::from(whole_bins - since), false, life.item);
            set(&mut x, whole_bins);
            rows.stretches.push(&x, 1.0, true, life.item);
            if x[pieces] > 0.0 { rows.ends.1 += 1 } else { rows.ends.0 += 1 }
        }
        rows
    }

    /// The bins within a life at which something changes.
    fn changes(&self, life: &Life, whole_bins: u32) -> Vec<u32> {
        let acts = std::iter::once(&life.from).chain(life.others.iter().take(self.others)).flatten();
        let mut changes: Vec<u32> = self.cuts.iter().chain(acts).copied().filter(|&bin| bin < whole_bins).collect();
        changes.sort_unstable();
        changes.dedup();
        changes
    }
}

/// The levels of a control that enough questions have, the most frequent first; the very first stands for the others and
/// has no column.
fn top_levels(lives: &[Life], control: usize) -> Vec<Code> {
    let mut counts: rustc_hash::FxHashMap<Code, usize> = rustc_hash::FxHashMap::default();
    lives.iter().for_each(|life| *counts.entry(life.levels[control]).or_default() += 1);
    let mut levels: Vec<(Code, usize)> = counts.into_iter().filter(|&(_, n)| n >= LEVEL_MIN).collect();
    levels.sort_unstable_by_key(|&(level, n)| (std::cmp::Reverse(n), level));
    levels.into_iter().skip(1).map(|(level, _)| level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(open: f64, answered: bool, from: Option<u32>) -> Life {
        Life { item: 0, open, answered, from, others: Vec::new(), levels: [0; 3] }
    }

    #[test]
    fn exposure_begins_with_the_bin_after_the_act_and_an_answer_in_the_same_bin_is_not_after_it() {
        let model = Model { cuts: vec![4], others: 0, levels: Default::default() };
        // Answered in bin 7; acted in bin 5, so exposed from 6 on: bins 0-3, 4-5, 6, and the end.
        let rows = model.rows(&[life(7.3, true, Some(6))]);
        assert_eq!((rows.stretches.len(), rows.ends), (4, (0, 1)));
        // Acted in the very bin of the answer.
        let rows = model.rows(&[life(7.3, true, Some(8))]);
        assert_eq!((rows.stretches.len(), rows.ends), (3, (1, 0)));
        // At once: a single bin with the end in it.
        let rows = model.rows(&[life(0.0, true, None)]);
        assert_eq!((rows.stretches.len(), rows.ends), (1, (1, 0)));
        // Open for two and a half bins, acted in the first: at risk 1 and 1.5.
        let rows = model.rows(&[life(2.5, false, Some(1))]);
        assert_eq!((rows.stretches.len(), rows.ends), (2, (0, 0)));
        // Nothing of it was seen at all.
        assert!(model.rows(&[life(0.0, false, None)]).stretches.is_empty());
    }

    #[test]
    fn a_level_needs_ten_questions_and_the_most_frequent_has_no_column() {
        let lives: Vec<Life> = (0..40)
            .map(|i| Life {
                levels: [
                    if i < 25 {
                        1
                    } else if i < 36 {
                        2
                    } else {
                        3
                    },
                    0,
                    0,
                ],
                ..life(1.0, true, None)
            })
            .collect();
        assert_eq!(top_levels(&lives, 0), [2]);
        assert!(top_levels(&lives, 1).is_empty());
    }
}
