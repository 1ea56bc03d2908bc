//! Whether questions stand still while a candidate is away (M09).

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::{Estimate, Interval, Unit};

use super::cases::{Candidate, Cases, Party, before_end, most_frequent};
use crate::authority::{Cell, Scene};

const DAY_MICROS: i64 = 86_400_000_000;

/// A day on which fewer people act than this share of the usual number is a shutdown or a day off.
const NEARLY_NOBODY: f64 = 0.1;

/// Silence of at least so many working days may be an absence.
const SILENT_DAYS_MIN: usize = 2;

/// And it must be as unlikely as this for somebody who is there.
const SILENCE_BY_CHANCE: f64 = 0.01;

/// Somebody who shows less often than on this share of days cannot be told to be away.
const SHOWS_MIN: f64 = 0.15;

/// Who does a smaller share of a candidate's acts need not be away for the candidate to be.
const HOLDER_SHARE: f64 = 0.1;

/// So many days away, and present, are wanted, so many answers expected here while away, and so many seen elsewhere.
const AWAY_MIN: usize = 5;
const PRESENT_MIN: usize = 20;
const EXPECTED_MIN: f64 = 3.0;
const ELSEWHERE_MIN: u64 = 5;

/// What was found.
pub(super) struct Away {
    pub(super) ratio: Estimate,
    pub(super) p: f64,
    pub(super) method: String,
}

/// The days of a record: who was seen on which of them and where, and how many people.
pub(super) struct Days {
    /// (person, day, matter, area), sorted, each once.
    seen: Vec<(Code, i32, Code, Code)>,
    /// How many people were seen on each day that anybody was.
    people: FxHashMap<i32, u32>,
    /// How many questions were answered on each day.
    answers: FxHashMap<i32, u64>,
}

impl Days {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let paths = scene.population.paths;
        let mut seen: Vec<(Code, i32, Code, Code)> = Vec::new();
        for decision in &paths.decisions {
            for touch in paths.touches_of(decision) {
                if touch.actor != NOT_RECORDED && touch.kind.is_human() && scene.is_one_person(touch.actor) {
                    seen.push((touch.actor, day(touch.at), decision.matter, decision.area));
                }
            }
        }
        seen.sort_unstable();
        seen.dedup();
        let mut people: FxHashMap<i32, u32> = FxHashMap::default();
        let mut last = None;
        for &(person, day, ..) in &seen {
            if last != Some((person, day)) {
                last = Some((person, day));
                *people.entry(day).or_default() += 1;
            }
        }
        let mut answers: FxHashMap<i32, u64> = FxHashMap::default();
        for at in paths.decisions.iter().filter_map(|decision| decision.decided_at) {
            *answers.entry(self::day(at)).or_default() += 1;
        }
        Self { seen, people, answers }
    }

    /// The days on which somebody was seen outside a cell.
    fn outside(&self, person: Code, cell: &Cell) -> FxHashSet<i32> {
        let from = self.seen.partition_point(|&(other, ..)| other < person);
        let theirs = self.seen[from..].iter().take_while(|&&(other, ..)| other == person);
        theirs
            .filter(|&&(_, _, matter, area)| matter != cell.matter || cell.area.is_some_and(|here| here != area))
            .map(|&(_, day, ..)| day)
            .collect()
    }

    /// The working days of a site in a stretch, without those on which nearly nobody acts.
    fn working(&self, scene: &Scene<'_>, site: Code, stretch: Range<i32>) -> Vec<i32> {
        let opens = |day: i32| {
            let midnight = Instant::from_micros(i64::from(day) * DAY_MICROS);
            let next = Instant::from_micros((i64::from(day) + 1) * DAY_MICROS);
            scene.hours(site, midnight, next) > 0.0
        };
        let days: Vec<i32> = stretch.filter(|&day| opens(day)).collect();
        let people = |day: i32| self.people.get(&day).copied().unwrap_or(0);
        let mut usual: Vec<u32> = days.iter().map(|&day| people(day)).filter(|&n| n > 0).collect();
        usual.sort_unstable();
        let usual = usual.get(usual.len() / 2).copied().unwrap_or(0);
        days.into_iter().filter(|&day| f64::from(people(day)) > NEARLY_NOBODY * f64::from(usual)).collect()
    }
}

/// Compares answers here and elsewhere while a candidate is away and while it is not; `None` where it is never seen to be
/// away long enough, or too little would be expected meanwhile.
pub(super) fn of(scene: &Scene<'_>, cell: &Cell, cases: &Cases, candidate: &Candidate, days: &Days) -> Option<Away> {
    let (holders, site) = holders(scene, cases, candidate);
    let seen: Vec<FxHashSet<i32>> = holders.iter().map(|&person| days.outside(person, cell)).collect();
    // Before somebody comes and after they leave they are not away.
    let first = seen.iter().filter_map(|days| days.iter().min()).max()?;
    let last = seen.iter().filter_map(|days| days.iter().max()).min()?;
    let (_, from, to) = *scene.periods.iter().find(|(period, ..)| *period == cell.period)?;
    let stretch = (*first).max(day(from))..(*last).min(day(to)) + 1;
    let working = days.working(scene, site, stretch);
    if seen.len() != holders.len() || working.len() < AWAY_MIN + PRESENT_MIN {
        return None;
    }
    let mut away = vec![true; working.len()];
    for seen in &seen {
        let shows: Vec<bool> = working.iter().map(|day| seen.contains(day)).collect();
        let silent = silences(&shows)?;
        away.iter_mut().zip(silent).for_each(|(away, silent)| *away &= silent);
    }
    let (here, elsewhere) = answers(scene, cell, cases, candidate.party, days, &working);
    compare(&away, &here, &elsewhere, scene.request.window)
}

/// Who does what a candidate does, and where they mostly are.
fn holders(scene: &Scene<'_>, cases: &Cases, candidate: &Candidate) -> (Vec<Code>, Code) {
    let mut acts: FxHashMap<Code, u64> = FxHashMap::default();
    let mut sites = Vec::new();
    let mut all = 0;
    for case in cases.acted_by(candidate) {
        let touches = before_end(scene.decision(case.index), scene.touches(case.index));
        for touch in touches.filter(|touch| Party::acting(touch) == Some(candidate.party)) {
            *acts.entry(touch.actor).or_default() += 1;
            all += 1;
            sites.push(touch.site);
        }
    }
    let mut holders: Vec<Code> = acts
        .into_iter()
        .filter(|&(_, n)| n as f64 >= HOLDER_SHARE * f64::from(all))
        .map(|(person, _)| person)
        .collect();
    holders.sort_unstable();
    (holders, most_frequent(sites.into_iter()).unwrap_or(NOT_RECORDED))
}

/// On which of these days somebody is away: silent longer than chance would have it at their usual pace. `None` where they
/// show too seldom for any silence to mean something.
fn silences(shows: &[bool]) -> Option<Vec<bool>> {
    let mut away = vec![false; shows.len()];
    // Twice, so that the absences themselves do not make the usual pace look slow.
    for _ in 0..2 {
        let present = away.iter().filter(|away| !**away).count();
        let pace = shows.iter().filter(|shows| **shows).count() as f64 / present.max(1) as f64;
        if pace < SHOWS_MIN {
            return None;
        }
        let long = if pace >= 1.0 { 0.0 } else { (SILENCE_BY_CHANCE.ln() / (1.0 - pace).ln()).ceil() };
        let long = (long as usize).max(SILENT_DAYS_MIN);
        for run in runs(shows) {
            let is_long = run.len() >= long;
            away[run].fill(is_long);
        }
    }
    Some(away)
}

/// The stretches of days without a show.
fn runs(shows: &[bool]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut since = None;
    for (day, &shows) in shows.iter().chain([&true]).enumerate() {
        match (shows, since) {
            (false, None) => since = Some(day),
            (true, Some(start)) => {
                runs.push(start..day);
                since = None;
            }
            _ => {}
        }
    }
    runs
}

/// Answers on each day here and elsewhere. Those here that the candidate gave itself, or that nothing governs, are neither.
/// An answer on a day that is not looked at counts for the next one that is.
fn answers(
    scene: &Scene<'_>,
    cell: &Cell,
    cases: &Cases,
    party: Party,
    days: &Days,
    working: &[i32],
) -> (Vec<u64>, Vec<u64>) {
    let place = |day: i32| {
        let next = working.partition_point(|&working| working < day);
        (working.first().is_some_and(|&first| day >= first) && next < working.len()).then_some(next)
    };
    let mut elsewhere = vec![0; working.len()];
    for (&day, &n) in &days.answers {
        if let Some(place) = place(day) {
            elsewhere[place] += n;
        }
    }
    // The cell holds what was raised in its period; what was raised before it and is answered in it is here as well, but
    // seldom, and then counts as elsewhere, which weakens the contrast.
    for at in cell.decisions.iter().filter_map(|&index| scene.decision(index).decided_at) {
        if let Some(place) = place(day(at)) {
            elsewhere[place] -= 1;
        }
    }
    let mut here = vec![0; working.len()];
    for case in cases.all.iter().filter(|case| case.counts_for(party)) {
        if let Some(place) = scene.decision(case.index).decided_at.and_then(|at| place(day(at))) {
            here[place] += 1;
        }
    }
    (here, elsewhere)
}

/// Sums over the days away and over the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    here: [u64; 2],
    elsewhere: [u64; 2],
}

impl Counts {
    /// The logarithm of (here over elsewhere) while away, over the same while present. Halves keep it finite.
    fn log_ratio(&self) -> f64 {
        let side = |i: usize| ((self.here[i] as f64 + 0.5) / (self.elsewhere[i] as f64 + 0.5)).ln();
        side(1) - side(0)
    }
}

fn compare(away: &[bool], here: &[u64], elsewhere: &[u64], window: sayso_stats::Window) -> Option<Away> {
    let n_away = away.iter().filter(|away| **away).count();
    if n_away < AWAY_MIN || away.len() - n_away < PRESENT_MIN {
        return None;
    }
    let spells = runs(&away.iter().map(|away| !away).collect::<Vec<bool>>());
    let (sums_here, sums_elsewhere) = (sums(here), sums(elsewhere));
    let shifted = |by: usize| {
        let of = |sums: &[u64]| spells.iter().map(|spell| around(sums, spell, by)).sum::<u64>();
        let total = |sums: &[u64]| sums.last().copied().unwrap_or(0);
        let (here, elsewhere) = (of(&sums_here), of(&sums_elsewhere));
        Counts { here: [total(&sums_here) - here, here], elsewhere: [total(&sums_elsewhere) - elsewhere, elsewhere] }
    };
    let seen = shifted(0);
    let all_here: u64 = seen.here.iter().sum();
    let expected = all_here as f64 * seen.elsewhere[1] as f64 / seen.elsewhere.iter().sum::<u64>().max(1) as f64;
    if expected < EXPECTED_MIN || seen.elsewhere[1] < ELSEWHERE_MIN || seen.elsewhere[0] < ELSEWHERE_MIN {
        return None;
    }
    let log_ratio = seen.log_ratio();
    let null: Vec<f64> = (1..away.len()).map(|by| shifted(by).log_ratio()).collect();
    let as_low = null.iter().filter(|&&one| one <= log_ratio + 1e-12).count();
    let p = (1 + as_low) as f64 / (1 + null.len()) as f64;
    // Answers come in bunches: the spread of the shifted ratios is wider than that of counts, and the larger one is taken.
    let mean = null.iter().sum::<f64>() / null.len() as f64;
    let by_shifts = null.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / null.len() as f64;
    let by_counts: f64 = seen.here.iter().chain(&seen.elsewhere).map(|&n| 1.0 / (n as f64 + 0.5)).sum();
    let half = 1.96 * by_shifts.max(by_counts).sqrt();
    let method = format!(
        "answers here over answers elsewhere on {n_away} working days away against {} others; away: silent outside this \
         place for longer than chance would have it; p by circular shifts of the absences",
        away.len() - n_away
    );
    let interval = Interval::new((log_ratio - half).exp(), (log_ratio + half).exp());
    let ratio = Estimate::new(log_ratio.exp(), interval, all_here, Unit::Ratio, window, method.clone());
    Some(Away { ratio, p, method })
}

/// Running sums, 0 first.
fn sums(counts: &[u64]) -> Vec<u64> {
    let mut sums = vec![0];
    counts.iter().for_each(|count| sums.push(sums[sums.len() - 1] + count));
    sums
}

/// The sum over a spell that is moved on by some days, around the end.
fn around(sums: &[u64], spell: &Range<usize>, by: usize) -> u64 {
    let n = sums.len() - 1;
    let (start, end) = (spell.start + by, spell.end + by);
    match (start >= n, end > n) {
        (true, _) => sums[end - n] - sums[start - n],
        (false, true) => sums[n] - sums[start] + sums[end - n],
        (false, false) => sums[end] - sums[start],
    }
}

fn day(at: Instant) -> i32 {
    at.micros().div_euclid(DAY_MICROS) as i32
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::Timestamp;
    use sayso_stats::Window;

    use super::*;

    const WINDOW: Window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };

    /// Seen on nine of ten days, then silent for five.
    #[test]
    fn a_silence_counts_where_chance_would_not_have_it() {
        let mut shows: Vec<bool> = (0..60).map(|day| day % 10 != 9).collect();
        shows.extend([false; 5]);
        shows.extend([true; 30]);
        let away = silences(&shows).unwrap();
        // The day before is silent as well.
        assert_eq!(away.iter().position(|away| *away), Some(59));
        assert_eq!(away.iter().filter(|away| **away).count(), 6);
        // Who shows every other day is not away when silent for five.
        let mut every_other: Vec<bool> = (0..60).map(|day| day % 2 == 0).collect();
        every_other.extend([false; 5]);
        assert!(silences(&every_other).unwrap().iter().all(|away| !away));
        assert!(silences(&[false; 40]).is_none(), "who never shows cannot be told to be away");
    }

    #[test]
    fn sums_go_around_the_end() {
        let sums = sums(&[1, 2, 3, 4]);
        assert_eq!((around(&sums, &(1..3), 0), around(&sums, &(1..3), 2), around(&sums, &(1..3), 3)), (5, 5, 3));
        assert_eq!(around(&sums, &(0..4), 3), 10);
    }

    /// 200 days, two answers a day here but while away, five a day elsewhere; away for ten days twice.
    #[test]
    fn nothing_moves_while_away() {
        let away: Vec<bool> = (0..200).map(|day| (40..50).contains(&day) || (130..140).contains(&day)).collect();
        let here: Vec<u64> = away.iter().map(|away| if *away { 0 } else { 2 }).collect();
        let found = compare(&away, &here, &[5; 200], WINDOW).unwrap();
        // (0.5/100.5) over (360.5/900.5).
        assert!((found.ratio.value().unwrap() - (0.5 / 100.5) / (360.5 / 900.5)).abs() < 1e-12);
        // Only the pattern itself, and the shift by 90 and 110 days, overlap as much; the first is exact.
        assert!(found.p < 0.02, "{}", found.p);
        assert!(found.ratio.interval().high.unwrap() < 1.0);
        let same = compare(&away, &[2; 200], &[5; 200], WINDOW).unwrap();
        assert_eq!(same.p, 1.0);
        assert!(compare(&away, &[0; 200], &[5; 200], WINDOW).is_none(), "nothing is expected here");
        assert!(compare(&[false; 200], &here, &[5; 200], WINDOW).is_none());
    }
}
