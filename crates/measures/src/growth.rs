//! Cost against clarity (M25): month by month what was decided and what it took, and whether decisions keep up with headcount.

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::TAU;

use jiff::civil::{Date, Weekday};
use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::actor::ActorKind;
use sayso_model::decision::Decision;
use sayso_model::event::Act;
use sayso_model::measure::{MeasureId, Measurement, Scope};
use sayso_model::privacy::Cleared;
use sayso_model::signal::{Pattern, Period, Signal, Test};
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::count::{self, Counts, Fit};
use sayso_stats::estimate::LEVEL_DEFAULT;
use sayso_stats::ratio::Range;
use sayso_stats::{Estimate, Interval, Unit};

use crate::Request;
use crate::base::{Base, Dimension, month_of};
use crate::population::Population;
use crate::sheet::{Quotient, Sheet, scope};

const ID: MeasureId = MeasureId::M25;

/// Complete months below which one series says nothing about an exponent.
const MONTHS_MIN: usize = 24;

/// Teams and complete months from which teams can be compared with themselves.
const TEAMS_MIN: usize = 8;
const TEAM_MONTHS_MIN: usize = 12;

/// Teams that a panel takes, the largest first.
const TEAMS_MAX: usize = 40;

/// Whoever was active in the month or the two before it counts as being there.
const ACTIVE_MONTHS: i64 = 3;

/// Below it decisions did not keep up.
const BOUND: f64 = 1.0;

/// Measures growth over the whole record.
pub(crate) fn measure(sheet: &mut Sheet, population: &Population<'_>, request: &Request<'_>) -> Vec<Signal> {
    let answered = Base::of(population, request.floor, &[Dimension::Month], |decision| decision.decided_at.is_some())
        .named("answers by month");
    if !sheet.may_speak(ID, &answered) {
        return Vec::new();
    }
    let acts = Acts::of(population);
    series(sheet, &answered, &acts);
    let Some(cleared) = answered.whole() else { return Vec::new() };
    exponents(sheet, population, request, &acts, cleared).into_iter().collect()
}

/// What was decided each month, by how many, and what each answer took.
fn series(sheet: &mut Sheet, answered: &Base<'_, '_>, acts: &Acts) {
    let known = |value: f64, n: u64, method: &'static str, sheet: &Sheet| {
        Estimate::new(value, Interval::UNKNOWN, n, Unit::Count, sheet.window, method)
    };
    for cut in answered.cuts_for(ID) {
        for slot in &cut.slots {
            let group = slot.cleared.group();
            let decisions = known(
                group.decisions as f64,
                group.decisions,
                "answers given in the month, counted; a count of all there are, so it has no interval",
                sheet,
            );
            sheet.say(slot.cleared, ID, scope(cut.key, slot), "decisions", decisions);
            let headcount = known(
                group.persons as f64,
                group.decisions,
                "people who put, held or gave the answers of the month, counted; the directory holds no dates, so nobody's \
                 coming or going is known",
                sheet,
            );
            sheet.say(slot.cleared, ID, scope(cut.key, slot), "headcount", headcount);
        }
    }
    let mean = |statistic, unit| Quotient { id: ID, statistic, range: Range::NotNegative, unit };
    sheet.quotient(answered, mean("hours", Unit::WorkingHours), |decision| {
        decision.has_latency().then(|| (decision.latency_working.hours(), 1.0, 1))
    });
    sheet
        .quotient(answered, mean("people", Unit::PerDecision), |decision| Some((f64::from(decision.n_people), 1.0, 1)));
    let asks = |decision: &Decision| acts.asks.get(&(decision.item, decision.ordinal)).copied().unwrap_or(0);
    sheet.quotient(answered, mean("asks", Unit::PerDecision), |decision| Some((f64::from(asks(decision)), 1.0, 1)));
}

/// Asks on each decision, and who was active in which month, in all and by team.
struct Acts {
    asks: FxHashMap<(u64, u32), u32>,
    active: FxHashMap<i64, FxHashSet<Code>>,
    active_in_team: FxHashMap<(Code, i64), FxHashSet<Code>>,
}

impl Acts {
    fn of(population: &Population<'_>) -> Self {
        let people: FxHashSet<Code> = population.codes.iter().copied().collect();
        let mut acts =
            Self { asks: FxHashMap::default(), active: FxHashMap::default(), active_in_team: FxHashMap::default() };
        let mut seen = |who: Code, team: Code, at: Instant| {
            if people.contains(&who) {
                let month = month_of(at);
                acts.active.entry(month).or_default().insert(who);
                if team != NOT_RECORDED {
                    acts.active_in_team.entry((team, month)).or_default().insert(who);
                }
            }
        };
        for decision in &population.paths.decisions {
            seen(decision.asker, NOT_RECORDED, decision.raised_at);
            if let Some(at) = decision.decided_at {
                seen(decision.decider, decision.decider_team, at);
            }
            for hop in population.paths.hops_of(decision) {
                seen(hop.holder, hop.team, hop.since);
            }
            let touches = population.paths.touches_of(decision);
            for touch in touches.iter().filter(|touch| touch.kind != ActorKind::Bot) {
                seen(touch.actor, touch.team, touch.at);
            }
        }
        for decision in &population.paths.decisions {
            let touches = population.paths.touches_of(decision);
            let by_act = touches.iter().filter(|touch| touch.act == Act::Asked.code()).count() as u32;
            // Where acts are not kept, a hold that begins with a question shows one.
            let by_hold = || u32::from(decision.asked_at.is_some());
            let asks = if touches.is_empty() { by_hold() } else { by_act };
            acts.asks.insert((decision.item, decision.ordinal), asks);
        }
        acts
    }

    fn headcount(&self, month: i64) -> usize {
        let months = (month - ACTIVE_MONTHS + 1..=month).filter_map(|month| self.active.get(&month));
        months.flatten().collect::<FxHashSet<_>>().len()
    }

    fn headcount_of(&self, team: Code, month: i64) -> usize {
        let months = (month - ACTIVE_MONTHS + 1..=month).filter_map(|month| self.active_in_team.get(&(team, month)));
        months.flatten().collect::<FxHashSet<_>>().len()
    }
}

/// What is counted of a month.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    decisions: u64,
    hours: f64,
    people: u64,
    asks: u64,
}

/// One thing that is counted: its statistic, its words, and how it is read off a month.
type Counted = (&'static str, &'static str, fn(&Sums) -> u64);

const COUNTED: [Counted; 4] = [
    ("exponent", "answers", |sums| sums.decisions),
    ("exponent_hours", "working hours waited (rounded)", |sums| sums.hours.round().max(0.0) as u64),
    ("exponent_people", "people who took part in each answer, summed", |sums| sums.people),
    ("exponent_asks", "asks", |sums| sums.asks),
];

fn exponents(
    sheet: &mut Sheet,
    population: &Population<'_>,
    request: &Request<'_>,
    acts: &Acts,
    cleared: Cleared,
) -> Option<Signal> {
    let months = complete_months(Instant::from(request.window.since), Instant::from(request.window.until));
    let decided = || population.paths.decisions.iter().filter_map(|decision| Some((decision, decision.decided_at?)));
    let mut all: BTreeMap<i64, Sums> = months.iter().map(|&month| (month, Sums::default())).collect();
    let mut by_team: BTreeMap<(Code, i64), Sums> = BTreeMap::new();
    let mut size: BTreeMap<Code, u64> = BTreeMap::new();
    for (decision, at) in decided() {
        let month = month_of(at);
        let Some(sums) = all.get_mut(&month) else { continue };
        let one = Sums {
            decisions: 1,
            hours: if decision.has_latency() { decision.latency_working.hours() } else { 0.0 },
            people: u64::from(decision.n_people),
            asks: u64::from(acts.asks.get(&(decision.item, decision.ordinal)).copied().unwrap_or(0)),
        };
        sums.add(one);
        if decision.decider_team != NOT_RECORDED {
            by_team.entry((decision.decider_team, month)).or_default().add(one);
            *size.entry(decision.decider_team).or_default() += 1;
        }
    }
    // A team is there from its first active month to its last.
    let mut teams: Vec<(Code, u64)> = size.into_iter().collect();
    teams.sort_by_key(|&(team, n)| (std::cmp::Reverse(n), team));
    teams.truncate(TEAMS_MAX);
    let there = |team: Code| -> Vec<i64> {
        months.iter().copied().filter(|&month| acts.headcount_of(team, month) > 0).collect()
    };
    let teams: Vec<(Code, Vec<i64>)> = teams
        .into_iter()
        .map(|(team, _)| (team, there(team)))
        .filter(|(_, months)| months.len() >= TEAM_MONTHS_MIN)
        .collect();
    let panel = teams.len() >= TEAMS_MIN;
    if !panel && months.len() < MONTHS_MIN {
        sheet.withhold(
            ID,
            "exponent",
            0,
            format!(
                "no exponent of growth from {} complete months and {} teams of {TEAM_MONTHS_MIN} months: it takes \
                 {MONTHS_MIN} months, or {TEAMS_MIN} teams of {TEAM_MONTHS_MIN}",
                months.len(),
                teams.len()
            ),
        );
        return None;
    }
    let design = if panel { Design::of_teams(&teams, acts, &months) } else { Design::of_whole(&months, acts) };
    let mut numbers = Vec::new();
    let mut test = None;
    for (statistic, what, count) in COUNTED {
        let at = |team: Code, month: i64| match team {
            NOT_RECORDED => all.get(&month).copied().unwrap_or_default(),
            team => by_team.get(&(team, month)).copied().unwrap_or_default(),
        };
        let fit = design.fit(|team, month| count(&at(team, month)));
        let (estimate, one) = told(fit, &design, what, sheet);
        if statistic == "exponent" {
            test = one;
        }
        numbers.push(Measurement::new(cleared, ID, Scope::new(), statistic, estimate.clone()));
        sheet.say(cleared, ID, Scope::new(), statistic, estimate);
    }
    let tests = test.into_iter().collect::<Vec<_>>();
    (!tests.is_empty()).then(|| Signal {
        pattern: Pattern::CostOutrunsClarity,
        matter: String::new(),
        area: String::new(),
        role: String::new(),
        counterpart: String::new(),
        period: Period::Whole,
        n: cleared.group().decisions,
        observable: true,
        declared: false,
        asked_in_words: false,
        numbers,
        tests,
        evidence: Vec::new(),
    })
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.decisions += other.decisions;
        self.hours += other.hours;
        self.people += other.people;
        self.asks += other.asks;
    }
}

/// The columns of the count model: the logarithm of the headcount second, behind the mean.
struct Design {
    rows: Vec<(Code, i64, Vec<f64>, u32)>,
    columns: usize,
    words: String,
}

impl Design {
    /// One series: the season as one wave a year, quarters as clusters.
    fn of_whole(months: &[i64], acts: &Acts) -> Self {
        let rows = months.iter().filter(|&&month| acts.headcount(month) > 0).map(|&month| {
            let turn = TAU * month.rem_euclid(12) as f64 / 12.0;
            let x = vec![1.0, (acts.headcount(month) as f64).ln(), turn.sin(), turn.cos()];
            (NOT_RECORDED, month, x, month.div_euclid(3) as u32)
        });
        let words =
            format!("{} months of the whole organisation, season as a yearly wave, errors by quarter", months.len());
        Self { rows: rows.collect(), columns: 4, words }
    }

    /// Teams against themselves: one level for each team and each month, teams as clusters.
    fn of_teams(teams: &[(Code, Vec<i64>)], acts: &Acts, months: &[i64]) -> Self {
        let used: BTreeSet<i64> = teams.iter().flat_map(|(_, months)| months.iter().copied()).collect();
        let later: Vec<i64> = used.iter().copied().skip(1).collect();
        let columns = 2 + (teams.len() - 1) + later.len();
        let mut rows = Vec::new();
        for (at, (team, months)) in teams.iter().enumerate() {
            for &month in months {
                let mut x = vec![0.0; columns];
                (x[0], x[1]) = (1.0, (acts.headcount_of(*team, month) as f64).ln());
                if at > 0 {
                    x[1 + at] = 1.0;
                }
                if let Ok(month) = later.binary_search(&month) {
                    x[1 + teams.len() + month] = 1.0;
                }
                rows.push((*team, month, x, at as u32));
            }
        }
        let words =
            format!("{} teams over {} months, levels of team and month, errors by team", teams.len(), months.len());
        Self { rows, columns, words }
    }

    fn fit(&self, count: impl Fn(Code, i64) -> u64) -> Result<Fit, count::Unfit> {
        let mut counts = Counts::new(self.columns);
        for (team, month, x, cluster) in &self.rows {
            counts.push(x, count(*team, *month), weekdays(*month), *cluster);
        }
        count::fit(&counts)
    }
}

/// An exponent with its interval, and the test that it lies below the bound.
fn told(fit: Result<Fit, count::Unfit>, design: &Design, what: &str, sheet: &Sheet) -> (Estimate, Option<Test>) {
    let n = design.rows.len() as u64;
    let method = format!(
        "negative binomial regression of {what} on the logarithm of the headcount (people active in the month or the two \
         before it, since the directory holds no dates), weekdays as offset; {}",
        design.words
    );
    let window = sheet.window;
    match fit {
        Ok(fit) if fit.careful_error(1).is_finite() => {
            let error = fit.careful_error(1);
            let interval = fit.interval(1, error, LEVEL_DEFAULT);
            let test = Test {
                name: "exponent",
                p: fit.p_below(1, error, BOUND),
                method: format!("below {BOUND}: Wald test of the {method}"),
            };
            (Estimate::new(fit.coefficients[1], interval, n, Unit::Ratio, window, method), Some(test))
        }
        Ok(_) => (Estimate::cannot_tell(n, Unit::Ratio, window, method, "everything is of one cluster"), None),
        Err(count::Unfit::Collinear(_)) => {
            let why = "the headcount hardly changes, or changes with the season alone";
            (Estimate::cannot_tell(n, Unit::Ratio, window, method, why), None)
        }
        Err(why) => (Estimate::cannot_tell(n, Unit::Ratio, window, method, why.to_string()), None),
    }
}

/// The months of which all days lie in a stretch.
fn complete_months(since: Instant, until: Instant) -> Vec<i64> {
    let begins = |month: i64| first_day(month).map(|day| day.at(0, 0, 0, 0));
    let starts_at = |month: i64| {
        let begin = begins(month)?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Instant::from(begin.timestamp()))
    };
    (month_of(since)..=month_of(until))
        .filter(|&month| {
            starts_at(month).is_some_and(|begin| begin >= since) && starts_at(month + 1).is_some_and(|end| end <= until)
        })
        .collect()
}

/// Mondays to Fridays of a month.
fn weekdays(month: i64) -> f64 {
    let Some(first) = first_day(month) else { return 21.0 };
    let days = first.series(jiff::ToSpan::day(1)).take(usize::try_from(first.days_in_month()).unwrap_or(30));
    days.filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)).count() as f64
}

fn first_day(month: i64) -> Option<Date> {
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    Date::new(year, month.rem_euclid(12) as i8 + 1, 1).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::from(text.parse::<jiff::Timestamp>().unwrap())
    }

    #[test]
    fn only_whole_months_count() {
        let months = complete_months(at("2024-01-15T00:00:00Z"), at("2024-04-01T00:00:00Z"));
        assert_eq!(months, [2024 * 12 + 1, 2024 * 12 + 2]);
        assert_eq!(complete_months(at("2024-02-01T00:00:00Z"), at("2024-02-29T23:00:00Z")), [] as [i64; 0]);
    }

    #[test]
    fn weekdays_of_a_month() {
        // February 2024: 29 days from a Thursday on, four weekends.
        assert_eq!(weekdays(2024 * 12 + 1), 21.0);
    }
}
