//! How often Sayso cries wolf and how often it misses, measured on whole organisations in which the truth was planted.
//!
//! 1. [`cases`]: which organisations: healthy ones, and each dysfunction alone, at three volumes.
//! 2. [`look`]: each is written into a folder of its own, opened, read and diagnosed like any other office.
//! 3. [`tally`]: what was found is held against what was planted.
//! 4. [`page`]: the numbers, with intervals, as `docs/reference/validity.md`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use sayso_example::{Plan, Planted, Volume, catalogue, record};
use sayso_model::diagnosis::{Finding, Standing};
use sayso_model::signal::Pattern;
use sayso_stats::proportion::jeffreys;

use crate::{InquiryError, Office, Outcome, Request, SEED, Talk, World, write_whole};

mod page;

pub use page::page;

/// The largest share of healthy organisations in which anything at all may be found.
pub const FALSE_ALARM_MAX: f64 = 0.10;

/// The power from which on a volume is called enough.
pub const POWER_ENOUGH: f64 = 0.80;

/// Patterns that the middle volume is too thin for, as the page says: that they are missed there is no regression.
const NEEDS_MORE: [Pattern; 2] = [Pattern::WaitingAbove, Pattern::CostOutrunsClarity];

/// Where the page lies in the source.
const PAGE: &str = "docs/reference/validity.md";

/// The plan with nothing wrong in it, as [`catalogue`] calls it.
const HEALTHY: &str = "healthy";

/// The plan with nothing wrong in it whose squads grow over three years.
const GROWING: &str = "healthy_growing";

/// One organisation to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The name of its plan in [`catalogue`].
    pub name: &'static str,
    /// The plan, at its volume.
    pub plan: Plan,
    /// The volume.
    pub volume: Volume,
    /// What it was made from.
    pub seed: u64,
}

/// What was found in one organisation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Decisions that were recognised.
    pub decisions: u64,
    /// The findings.
    pub said: Vec<Said>,
}

/// A finding, as far as it can be right or wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Which pattern.
    pub pattern: Pattern,
    /// The matter; empty for all.
    pub matter: String,
    /// The area; empty for all.
    pub area: String,
    /// The role; empty where it speaks of none.
    pub role: String,
    /// Whether it is said to hold still.
    pub verdict: Standing,
}

impl Said {
    fn of(finding: &Finding) -> Self {
        Said {
            pattern: finding.pattern,
            matter: finding.matter.clone(),
            area: finding.area.clone(),
            role: finding.role.clone(),
            verdict: finding.verdict,
        }
    }

    fn says(&self, planted: &Planted) -> bool {
        planted.is_said_by(self.pattern, &self.matter, &self.area, &self.role)
    }
}

/// Everything that came out, ready to be printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Validity {
    /// The first seed; each plan and volume counts up from it.
    pub seed: u64,
    /// What was asked for: healthy organisations, and organisations for each planted dysfunction and volume.
    pub asked: (u32, u32),
    /// One row for each plan and volume, in the order of [`catalogue`].
    pub rows: Vec<Row>,
}

/// All organisations of one plan and volume.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The plan's name.
    pub name: &'static str,
    /// The volume.
    pub volume: Volume,
    /// Organisations.
    pub n: u64,
    /// Decisions that were recognised in all of them.
    pub decisions: u64,
    /// Findings in all of them.
    pub findings: u64,
    /// Of these, those that say nothing that was planted or follows from it.
    pub not_planted: u64,
    /// The same, by pattern.
    pub not_planted_by_pattern: BTreeMap<Pattern, u64>,
    /// Organisations with at least one of those.
    pub with_not_planted: u64,
    /// Of the findings that are right, those about something all but gone that are said to hold still.
    pub not_over: u64,
    /// Findings about something all but gone, whatever they say about it.
    pub about_the_past: u64,
    /// How often each planted pattern was found; patterns that only follow from others are not asked for.
    pub power: BTreeMap<Pattern, u64>,
}

impl Row {
    /// Whether nothing is wrong there.
    pub fn is_healthy(&self) -> bool {
        self.name == HEALTHY || self.name == GROWING
    }

    fn of(case: &Case) -> Self {
        let own = case.plan.planted().into_iter().filter(|one| !one.follows);
        Row {
            name: case.name,
            volume: case.volume,
            n: 0,
            decisions: 0,
            findings: 0,
            not_planted: 0,
            not_planted_by_pattern: BTreeMap::new(),
            with_not_planted: 0,
            not_over: 0,
            about_the_past: 0,
            power: own.map(|one| (one.pattern, 0)).collect(),
        }
    }

    fn count(&mut self, planted: &[Planted], seen: &Seen) {
        self.n += 1;
        self.decisions += seen.decisions;
        self.findings += seen.said.len() as u64;
        let mut any = false;
        for said in &seen.said {
            let mut right = planted.iter().filter(|one| said.says(one)).peekable();
            if right.peek().is_none() {
                any = true;
                self.not_planted += 1;
                *self.not_planted_by_pattern.entry(said.pattern).or_default() += 1;
            } else if right.all(|one| one.is_past) {
                self.about_the_past += 1;
                self.not_over += u64::from(said.verdict == Standing::Current);
            }
        }
        self.with_not_planted += u64::from(any);
        for (pattern, found) in &mut self.power {
            let mut places = planted.iter().filter(|one| !one.follows && one.pattern == *pattern);
            *found += u64::from(places.any(|one| seen.said.iter().any(|said| said.says(one))));
        }
    }
}

/// The organisations of a run: `healthy` of them spread evenly over the volumes, a third as many that are healthy and grow, and
/// `planted` for each dysfunction and volume (the insurer, with several at once, among them). Seeds count up from `seed` anew
/// for each plan and volume.
pub fn cases(healthy: u32, planted: u32, volumes: &[Volume], seed: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, plan) in catalogue() {
        for (i, &volume) in (0..).zip(volumes) {
            let several = volumes.len() as u32;
            let spread = |n: u32| n / several + u32::from(i < n % several);
            let n = match name {
                HEALTHY => spread(healthy),
                GROWING => spread(healthy / 3),
                _ => planted,
            };
            let plan = plan.clone().at_volume(volume);
            cases.extend((0..u64::from(n)).map(|i| Case {
                name,
                plan: plan.clone(),
                volume,
                seed: seed.wrapping_add(i),
            }));
        }
    }
    cases
}

/// Writes one organisation into a temporary folder, and opens, reads and diagnoses it as anybody would. Its diagnosis has
/// the seed that diagnoses have unless they are given one.
///
/// # Errors
/// When the folder cannot be written, or the office cannot be read: never because of what is in it.
pub fn look(case: &Case, world: &dyn World) -> Result<Seen, InquiryError> {
    let temporary = world.temporary();
    let folder = tempfile::Builder::new()
        .prefix("sayso-validity-")
        .tempdir_in(&temporary)
        .map_err(InquiryError::file("make a temporary folder in", &temporary))?;
    for (path, text) in &record(&case.plan, case.seed).files {
        let path = folder.path().join(path);
        std::fs::write(&path, text).map_err(InquiryError::file("write", &path))?;
    }
    // One thread each: as many organisations are looked at at once as the machine has threads.
    let request =
        Request { target: Some(folder.path().to_path_buf()), seed: Some(SEED), threads: Some(1), ..Request::default() };
    let mut office = Office::open(request, world)?;
    let reading = office.read(&mut Quiet, &AtomicBool::new(false))?;
    for source in reading.sources {
        if let Outcome::Failed { why, .. } = source.outcome {
            let what = format!("read the {} organisation of seed {}: {why}", case.name, case.seed);
            return Err(InquiryError::usage(what, "look whether the temporary folder is full"));
        }
    }
    let diagnosis = office.diagnose()?;
    Ok(Seen { decisions: diagnosis.coverage.decisions, said: diagnosis.findings.iter().map(Said::of).collect() })
}

/// Looks at all of them, as many at once as the machine has threads. The answers stand in the order of the cases, whatever
/// the number of threads.
///
/// # Errors
/// The first thing that went wrong; the others are then not looked at.
pub fn look_at_all(cases: &[Case], world: &dyn World) -> Result<Vec<Seen>, InquiryError> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let results: Vec<Mutex<Option<Result<Seen, InquiryError>>>> = cases.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..world.threads().clamp(1, cases.len().max(1)) {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    // The largest come last in each plan; from the end on, none of them is left over alone.
                    let taken = next.fetch_add(1, Ordering::Relaxed);
                    let Some(index) = cases.len().checked_sub(taken + 1) else { return };
                    let result = look(&cases[index], world);
                    failed.fetch_or(result.is_err(), Ordering::Relaxed);
                    if let Ok(mut slot) = results[index].lock() {
                        *slot = Some(result);
                    }
                }
            });
        }
    });
    let results = results.into_iter().filter_map(|slot| slot.into_inner().ok().flatten());
    results.collect()
}

/// Holds what was found against what was planted. `seen` stands in the order of `cases`; what is missing is not counted.
pub fn tally(cases: &[Case], seen: &[Seen], asked: (u32, u32), seed: u64) -> Validity {
    let mut rows: Vec<Row> = Vec::new();
    for (case, seen) in cases.iter().zip(seen) {
        let known = rows.iter().position(|row| (row.name, row.volume) == (case.name, case.volume));
        let index = known.unwrap_or_else(|| {
            rows.push(Row::of(case));
            rows.len() - 1
        });
        rows[index].count(&case.plan.planted(), seen);
    }
    Validity { seed, asked, rows }
}

/// What a run must not show: shares that are worse than they may be by more than chance explains (the whole 95 % interval).
/// Of power only the volumes above the smallest are asked, since a small record may be too thin for a pattern, and that is
/// said where it is. Empty where all is well.
pub fn regressions(validity: &Validity) -> Vec<String> {
    let mut worse = Vec::new();
    let above = |k: u64, n: u64| jeffreys(k, n, 0.95).low.is_some_and(|low| low > FALSE_ALARM_MAX);
    let healthy = validity.healthy();
    if above(healthy.with_not_planted, healthy.n) {
        worse.push(format!("{} of {} healthy organisations have a finding", healthy.with_not_planted, healthy.n));
    }
    for row in validity.rows.iter().filter(|row| !row.is_healthy()) {
        if above(row.with_not_planted, row.n) {
            let (name, volume) = (row.name, row.volume.name());
            worse.push(format!(
                "{} of {} organisations of {name} ({volume}) have a finding that was not planted",
                row.with_not_planted, row.n
            ));
        }
        let missed = |found: u64| jeffreys(found, row.n, 0.95).high.is_some_and(|high| high < POWER_ENOUGH);
        let is_asked = |pattern: &Pattern| match row.volume {
            Volume::Small => false,
            Volume::Medium => !NEEDS_MORE.contains(pattern),
            Volume::Large => true,
        };
        for (pattern, &found) in row.power.iter().filter(|(pattern, found)| is_asked(pattern) && missed(**found)) {
            let (title, name, volume) = (pattern.title(), row.name, row.volume.name());
            worse.push(format!("{title} is found in {found} of {} organisations of {name} ({volume})", row.n));
        }
    }
    worse
}

/// Runs `healthy` and `planted` organisations of all volumes (see [`cases`]) and gives the page. Where the working folder is
/// the source of Sayso (it has a `docs/reference`), the page is written there too.
///
/// # Errors
/// When an organisation cannot be written or read, or the page cannot be written.
pub fn run_and_write(healthy: u32, planted: u32, seed: u64, world: &dyn World) -> Result<String, InquiryError> {
    let page = page(&run(healthy, planted, &Volume::ALL, seed, world)?);
    let path = world.folder().join(PAGE);
    if path.parent().is_some_and(Path::is_dir) {
        write_whole(&path, page.as_bytes())?;
    }
    Ok(page)
}

/// Runs `healthy` and `planted` organisations (see [`cases`]) of the small and the medium volume, which is quick, and gives
/// the [`regressions`]; no page is made of so few.
///
/// # Errors
/// When an organisation cannot be written or read.
pub fn check(healthy: u32, planted: u32, seed: u64, world: &dyn World) -> Result<Checked, InquiryError> {
    let validity = run(healthy, planted, &[Volume::Small, Volume::Medium], seed, world)?;
    let organisations = validity.rows.iter().map(|row| row.n).sum();
    let healthy = validity.healthy();
    Ok(Checked { organisations, healthy, regressions: regressions(&validity) })
}

/// What a small run showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Organisations in all.
    pub organisations: u64,
    /// The healthy ones among them.
    pub healthy: Together,
    /// What is worse than it may be.
    pub regressions: Vec<String>,
}

/// Runs `healthy` and `planted` organisations (see [`cases`]).
///
/// # Errors
/// When an organisation cannot be written or read.
pub fn run(
    healthy: u32,
    planted: u32,
    volumes: &[Volume],
    seed: u64,
    world: &dyn World,
) -> Result<Validity, InquiryError> {
    let cases = cases(healthy, planted, volumes, seed);
    let seen = look_at_all(&cases, world)?;
    Ok(tally(&cases, &seen, (healthy, planted), seed))
}

impl Validity {
    /// All healthy organisations together, whatever their volume.
    pub fn healthy(&self) -> Together {
        self.rows.iter().filter(|row| row.is_healthy()).fold(Together::default(), |sum, row| Together {
            n: sum.n + row.n,
            with_not_planted: sum.with_not_planted + row.with_not_planted,
        })
    }
}

/// Some organisations together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Together {
    /// How many.
    pub n: u64,
    /// Of these, with a finding that says nothing that was planted.
    pub with_not_planted: u64,
}

/// Nobody is told how far a reading has come.
struct Quiet;

impl Talk for Quiet {
    fn begins(&mut self, _: &str, _: Option<u64>) {}

    fn advances(&mut self, _: u64, _: Option<u64>) {}

    fn ends(&mut self) {}
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sayso_example::Dysfunction;

    use super::*;
    use crate::Machine;

    fn said(pattern: Pattern, matter: &str, area: &str, role: &str) -> Said {
        let (matter, area, role) = (matter.to_owned(), area.to_owned(), role.to_owned());
        Said { pattern, matter, area, role, verdict: Standing::Current }
    }

    fn seen(said: &[Said]) -> Seen {
        Seen { decisions: 100, said: said.to_vec() }
    }

    fn made(name: &'static str, plan: Plan, seed: u64) -> Case {
        Case { name, plan, volume: Volume::Small, seed }
    }

    #[test]
    fn a_run_has_every_plan_at_every_volume() {
        let cases = cases(7, 2, &Volume::ALL, 40);
        let n = |name: &str, volume| cases.iter().filter(|case| case.name == name && case.volume == volume).count();
        assert_eq!(Volume::ALL.map(|volume| n(HEALTHY, volume)), [3, 2, 2]);
        assert_eq!(Volume::ALL.map(|volume| n(GROWING, volume)), [1, 1, 0]);
        assert_eq!(cases.len(), 7 + 2 + 2 * 3 * (catalogue().len() - 2));
        assert!(Dysfunction::ALL.iter().all(|one| Volume::ALL.iter().all(|volume| n(one.name(), *volume) == 2)));
        let insurer: Vec<_> = cases.iter().filter(|case| case.name == "insurer").collect();
        assert_eq!(insurer.iter().map(|case| case.seed).collect::<Vec<_>>(), [40, 41, 40, 41, 40, 41]);
        assert_eq!(insurer[5].plan.items, Volume::Large.items());
        assert!(super::cases(0, 0, &Volume::ALL, 1).is_empty());
    }

    #[test]
    fn what_was_planted_is_power_and_what_was_not_is_a_false_finding() {
        let plan = Plan::HEALTHY.with(Dysfunction::SoleGate);
        let cases: Vec<Case> = (0..4).map(|seed| made("sole_gate", plan.clone(), seed)).collect();
        let gate = said(Pattern::SoleGate, "acceptance", "renewals", "test engineer");
        let follows = said(Pattern::FormalRealGap, "acceptance", "", "test engineer");
        let elsewhere = said(Pattern::SoleGate, "acceptance", "claims", "test engineer");
        let bystander = said(Pattern::SoleGate, "acceptance", "renewals", "analyst");
        let seen =
            [seen(&[gate.clone(), follows.clone()]), seen(&[follows]), seen(&[gate, elsewhere, bystander]), seen(&[])];
        let row = &tally(&cases, &seen, (0, 4), 0).rows[0];
        assert_eq!((row.n, row.decisions, row.findings), (4, 400, 6));
        assert_eq!(row.power, BTreeMap::from([(Pattern::SoleGate, 2)]), "what only follows is not asked for");
        assert_eq!((row.not_planted, row.with_not_planted), (2, 1));
        assert_eq!(row.not_planted_by_pattern, BTreeMap::from([(Pattern::SoleGate, 2)]));
    }

    #[test]
    fn what_is_over_and_said_to_hold_still_is_counted() {
        let cases = [made("insurer", Plan::INSURER, 1)];
        let gate = said(Pattern::ImplicitGate, "scope", "pricing", "senior product manager");
        let over = Said { verdict: Standing::Past, area: "renewals".to_owned(), ..gate.clone() };
        let lasting = said(Pattern::Override, "scope", "", "");
        let row = &tally(&cases, &[seen(&[gate, over, lasting])], (0, 1), 1).rows[0];
        assert_eq!((row.about_the_past, row.not_over, row.not_planted), (2, 1, 0));
        assert_eq!(row.power[&Pattern::ImplicitGate], 1);
        assert_eq!(row.power[&Pattern::PermissionSeeking], 0);
    }

    #[test]
    fn only_what_chance_does_not_explain_is_a_regression() {
        let cases: Vec<Case> = (0..40).map(|seed| made(HEALTHY, Plan::HEALTHY, seed)).collect();
        let run = |alarms: usize| {
            let alarm = seen(&[said(Pattern::Churn, "scope", "", "")]);
            let all: Vec<Seen> = (0..40).map(|i| if i < alarms { alarm.clone() } else { seen(&[]) }).collect();
            regressions(&tally(&cases, &all, (40, 0), 0))
        };
        assert!(run(0).is_empty() && run(4).is_empty() && run(6).is_empty());
        assert_eq!(run(12), ["12 of 40 healthy organisations have a finding"]);
    }

    /// What the page counts on hundreds of organisations, on a few: deciders far away and a slow border are found where they
    /// are planted at the middle volume, and neither in anything healthy.
    #[test]
    fn deciders_far_away_and_slow_borders_are_found_where_they_are_planted() {
        let patterns = [Pattern::BorderCost, Pattern::DecidedFarFromInformation];
        let medium = |name: &'static str, plan: Plan, seed| {
            let (volume, plan) = (Volume::Medium, plan.at_volume(Volume::Medium));
            Case { name, plan, volume, seed }
        };
        let far = Plan::HEALTHY.with(Dysfunction::DecidedFarFromInformation);
        let mut cases: Vec<Case> = (1..4).map(|seed| medium(HEALTHY, Plan::HEALTHY, seed)).collect();
        cases.extend((1..3).map(|seed| medium("decided_far_from_information", far.clone(), seed)));
        let slow = Plan::HEALTHY.with(Dysfunction::BorderCost);
        cases.extend((1..3).map(|seed| medium("border_cost", slow.clone(), seed)));
        let all = look_at_all(&cases, &Machine).unwrap();
        let validity = tally(&cases, &all, (3, 2), 1);
        let healthy = &validity.rows[0];
        assert!(patterns.iter().all(|pattern| !healthy.not_planted_by_pattern.contains_key(pattern)), "{healthy:?}");
        let row = &validity.rows[1];
        assert_eq!(row.power, BTreeMap::from([(Pattern::DecidedFarFromInformation, 2)]), "{row:?}");
        // How often something else is found beside it is for the page and for `validity --check`.
        assert!(!row.not_planted_by_pattern.contains_key(&Pattern::BorderCost), "{row:?}");
        let row = &validity.rows[2];
        assert_eq!(row.power, BTreeMap::from([(Pattern::BorderCost, 2)]), "{row:?}");
    }

    #[test]
    fn a_pattern_that_is_no_longer_found_is_a_regression_unless_the_record_is_small() {
        let run = |volume: Volume, found: usize| {
            let plan = Plan::HEALTHY.with(Dysfunction::SoleGate).at_volume(volume);
            let gate = said(Pattern::SoleGate, "acceptance", "renewals", "test engineer");
            let case = |seed| Case { name: "sole_gate", plan: plan.clone(), volume, seed };
            let cases: Vec<Case> = (0..4).map(case).collect();
            let all: Vec<Seen> =
                (0..4).map(|i| seen(if i < found { std::slice::from_ref(&gate) } else { &[] })).collect();
            regressions(&tally(&cases, &all, (0, 4), 0))
        };
        assert!(run(Volume::Medium, 4).is_empty() && run(Volume::Medium, 2).is_empty());
        assert_eq!(run(Volume::Medium, 0), ["Sole gate is found in 0 of 4 organisations of sole_gate (medium)"]);
        assert!(run(Volume::Small, 0).is_empty());
    }

    #[test]
    fn an_organisation_is_looked_at_the_same_way_twice() {
        let cases = [
            made(HEALTHY, Plan::HEALTHY.at_volume(Volume::Small), 3),
            made("churn", Plan::HEALTHY.with(Dysfunction::Churn).at_volume(Volume::Small), 3),
        ];
        let all = look_at_all(&cases, &Machine).unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[1], look(&cases[1], &Machine).unwrap());
        assert!(all.iter().all(|seen| (500..900).contains(&seen.decisions)), "{all:?}");
    }
}
