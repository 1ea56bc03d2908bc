//! The estimators against themselves written plainly, every row and step kept: the same to the last bit.

use super::*;
use crate::survival::{FollowUp, Reached, STEP_TOLERANCE, log_log};

/// Every row, counted in one vector.
struct Plain {
    rows: Vec<Row>,
    n: u64,
}

impl Plain {
    fn new(mut observations: Vec<Observation>) -> Self {
        observations.retain(|observation| observation.time >= 0.0 && observation.time.is_finite());
        observations.sort_unstable_by(|a, b| a.time.total_cmp(&b.time));
        let n = observations.len() as u64;
        let mut at_risk = n;
        let mut rows = Vec::new();
        for tied in observations.chunk_by(|a, b| a.time == b.time) {
            let count = |end| tied.iter().filter(|observation| observation.end == end).count() as u32;
            let (events, competing, censored) = (count(End::Event), count(End::Competing), count(End::Censored));
            rows.push(Row { time: tied[0].time, at_risk, events, competing, censored });
            at_risk -= tied.len() as u64;
        }
        Self { rows, n }
    }

    fn any_end(mut self) -> Self {
        for row in &mut self.rows {
            row.events += row.competing;
            row.competing = 0;
        }
        self
    }

    fn follow_up(&self) -> FollowUp {
        let ended = self.rows.iter().any(|row| row.events + row.competing > 0);
        let watched = self.rows.iter().rfind(|row| row.at_risk >= 13).map(|row| row.time);
        FollowUp { last: self.rows.last().map(|row| row.time), rows_without_end: if ended { None } else { watched } }
    }

    fn kaplan_meier(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let (mut survival, mut greenwood) = (1.0_f64, 0.0_f64);
        for row in self.rows.iter().filter(|row| row.events > 0) {
            let (n, d) = (row.at_risk as f64, f64::from(row.events));
            survival = if row.at_risk == u64::from(row.events) { 0.0 } else { survival * (1.0 - d / n) };
            greenwood += d / (n * (n - d));
            let events = u64::from(row.events);
            steps.push(Step { time: row.time, at_risk: row.at_risk, events, survival, greenwood });
        }
        steps
    }

    fn aalen_johansen(&self) -> Vec<IncidenceStep> {
        let mut steps = Vec::new();
        let (mut survival, mut incidence, mut competing) = (1.0_f64, 0.0_f64, 0.0_f64);
        let (mut a0, mut a1, mut a2, mut b, mut c0, mut c1) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
        for row in self.rows.iter().filter(|row| row.events + row.competing > 0) {
            let (n, d, other) = (row.at_risk as f64, f64::from(row.events), f64::from(row.competing));
            let (before, ends) = (survival, d + other);
            incidence += before * d / n;
            competing += before * other / n;
            let everybody = row.at_risk == u64::from(row.events) + u64::from(row.competing);
            survival = if everybody { 0.0 } else { before * (1.0 - ends / n) };
            b += before * before * d * (n - d) / (n * n * n);
            let c = before * d / (n * n);
            c0 += c;
            c1 += c * incidence;
            if !everybody {
                let a = ends / (n * (n - ends));
                a0 += a;
                a1 += a * incidence;
                a2 += a * incidence * incidence;
            }
            let variance = (incidence * incidence * a0 - 2.0 * incidence * a1 + a2) + b - 2.0 * (incidence * c0 - c1);
            steps.push(IncidenceStep { time: row.time, incidence, competing, survival, variance: variance.max(0.0) });
        }
        steps
    }

    /// The Kaplan-Meier quantile.
    fn time_of(&self, p: f64) -> Estimate {
        let (steps, target) = (self.kaplan_meier(), 1.0 - p + STEP_TOLERANCE);
        let reached = reached(
            &steps,
            |step| step.time,
            |step| step.survival <= target,
            |step| step.survival <= 0.0 || step.limits(LEVEL_DEFAULT).low.is_some_and(|low| low <= target),
            |step| step.limits(LEVEL_DEFAULT).high.is_some_and(|high| high <= target),
        );
        let (any, unit) = (!steps.is_empty(), Unit::CalendarHours);
        reached.estimate(p, self.n, any, self.follow_up(), unit, WINDOW, METHOD_KAPLAN_MEIER)
    }

    /// The Aalen-Johansen quantile.
    fn time_of_incidence(&self, p: f64) -> Estimate {
        let (steps, target) = (self.aalen_johansen(), p - STEP_TOLERANCE);
        let limits = |step: &IncidenceStep| log_log(step.incidence, step.variance.sqrt(), LEVEL_DEFAULT);
        let reached = reached(
            &steps,
            |step| step.time,
            |step| step.incidence >= target,
            |step| step.incidence >= 1.0 || limits(step).high.is_some_and(|high| high >= target),
            |step| limits(step).low.is_some_and(|low| low >= target),
        );
        let (any, unit) = (steps.last().is_some_and(|step| step.incidence > 0.0), Unit::CalendarHours);
        reached.estimate(p, self.n, any, self.follow_up(), unit, WINDOW, METHOD_AALEN_JOHANSEN)
    }

    /// The Kaplan-Meier share that has ended.
    fn share_by(&self, time: f64) -> Estimate {
        let steps = self.kaplan_meier();
        let found = steps.iter().rfind(|step| step.time <= time).map(|step| {
            let limits = step.limits(LEVEL_DEFAULT);
            let interval = Interval { low: limits.high.map(|x| 1.0 - x), high: limits.low.map(|x| 1.0 - x) };
            (1.0 - step.survival, interval)
        });
        self.share(time, steps.last().is_some_and(|step| step.survival <= 0.0), found, METHOD_KAPLAN_MEIER)
    }

    /// The Aalen-Johansen share.
    fn incidence_by(&self, time: f64) -> Estimate {
        let steps = self.aalen_johansen();
        let found = steps.iter().rfind(|step| step.time <= time);
        let found = found.map(|step| (step.incidence, step.limits(LEVEL_DEFAULT)));
        self.share(time, steps.last().is_some_and(|step| step.survival <= 0.0), found, METHOD_AALEN_JOHANSEN)
    }

    fn share(&self, time: f64, nobody_left: bool, found: Option<(f64, Interval)>, method: &'static str) -> Estimate {
        let Some(last) = self.rows.last() else {
            return Estimate::cannot_tell(0, Unit::Share, WINDOW, method, "no observations");
        };
        if time > last.time && !nobody_left {
            return Estimate::cannot_tell(self.n, Unit::Share, WINDOW, method, "nothing was watched for that long");
        }
        let (value, interval) = found.unwrap_or((0.0, Interval { low: Some(0.0), high: None }));
        Estimate::new(value, interval, self.n, Unit::Share, WINDOW, method)
    }

    fn restricted_mean(&self, horizon: f64) -> Estimate {
        let (method, unit) = (METHOD_RESTRICTED_MEAN, Unit::CalendarHours);
        let steps = self.kaplan_meier();
        let (Some(last), true) = (self.rows.last(), horizon > 0.0) else {
            return Estimate::cannot_tell(self.n, unit, WINDOW, method, "no observations");
        };
        if horizon > last.time && steps.last().is_none_or(|step| step.survival > 0.0) {
            return Estimate::cannot_tell(self.n, unit, WINDOW, method, "nothing was watched for that long");
        }
        let (mut right, mut until, mut variance) = (0.0_f64, horizon, 0.0_f64);
        for step in steps.iter().rev().filter(|step| step.time <= horizon) {
            right += step.survival * (until - step.time);
            until = step.time;
            let (n, d) = (step.at_risk as f64, step.events as f64);
            if step.survival > 0.0 {
                variance += right * right * d / (n * (n - d));
            }
        }
        let mean = right + until;
        let half = z_two_sided(LEVEL_DEFAULT) * variance.sqrt();
        let interval = if variance > 0.0 {
            Interval::new((mean - half).max(0.0), (mean + half).min(horizon))
        } else {
            Interval::UNKNOWN
        };
        Estimate::new(mean, interval, self.n, unit, WINDOW, method)
    }
}

/// Where a quantile and its limits lie on steps that are all there.
fn reached<S>(
    steps: &[S],
    time: impl Fn(&S) -> f64,
    value: impl Fn(&S) -> bool,
    outer: impl Fn(&S) -> bool,
    inner: impl Fn(&S) -> bool,
) -> Reached {
    let at = steps.partition_point(|step| !value(step));
    let before = at.min(steps.len().saturating_sub(1));
    let low = steps.iter().take(before + 1).rev().take_while(|step| outer(step)).last();
    let high = steps.iter().skip(at).find(|step| inner(step));
    Reached { value: steps.get(at).map(&time), low: low.map(&time), high: high.map(&time) }
}

/// What is written out of two numbers is the same only where their bits are.
#[track_caller]
fn same(ours: impl std::fmt::Debug, plain: impl std::fmt::Debug) {
    assert_eq!(format!("{ours:?}"), format!("{plain:?}"));
}

fn hold(observations: &[Observation], shares: &[f64], times: &[f64]) {
    let (table, plain) = (LifeTable::new(observations.to_vec()), Plain::new(observations.to_vec()));
    hold_table(&table, &plain, shares, times);
    hold_table(&table.any_end(), &plain.any_end(), shares, times);
}

fn hold_table(table: &LifeTable, plain: &Plain, shares: &[f64], times: &[f64]) {
    let total = |count: fn(&Row) -> u32| plain.rows.iter().map(|row| u64::from(count(row))).sum::<u64>();
    same(table.rows().collect::<Vec<_>>(), &plain.rows);
    same(
        (table.n(), table.events(), table.competing()),
        (plain.n, total(|row| row.events), total(|row| row.competing)),
    );
    let (km, aj) = (table.kaplan_meier(), table.aalen_johansen());
    same((km.n(), km.steps()), (plain.n, plain.kaplan_meier()));
    same((aj.n(), aj.steps()), (plain.n, plain.aalen_johansen()));
    let (unit, plainly) =
        (Unit::CalendarHours, |of: fn(&Plain, f64) -> Estimate| shares.iter().map(move |&p| of(plain, p)));
    same(km.quantiles(shares, unit, WINDOW), plainly(Plain::time_of).collect::<Vec<_>>());
    same(aj.quantiles(shares, unit, WINDOW), plainly(Plain::time_of_incidence).collect::<Vec<_>>());
    for &p in shares {
        same(km.quantile(p, unit, WINDOW), plain.time_of(p));
        same(aj.quantile(p, unit, WINDOW), plain.time_of_incidence(p));
    }
    for &time in times {
        let step = plain.kaplan_meier().into_iter().rfind(|step| step.time <= time);
        same(km.survival_at(time), step.map_or(1.0, |step| step.survival));
        same(km.ended_by(time, WINDOW), plain.share_by(time));
        same(aj.ended_by(time, WINDOW), plain.incidence_by(time));
        same(km.restricted_mean(time, unit, WINDOW), plain.restricted_mean(time));
    }
}

const SHARES: [f64; 10] = [0.5, 0.25, 0.75, 0.001, 0.999, 0.0, 1.0, -1.0, 2.0, f64::NAN];
const TIMES: [f64; 8] = [0.0, -0.0, 1.0, 3.0, 7.5, 1e300, f64::INFINITY, f64::NAN];

#[test]
fn nothing_one_and_few() {
    const ENDS: [End; 3] = [End::Event, End::Competing, End::Censored];
    hold(&[], &SHARES, &TIMES);
    for end in ENDS {
        for time in TIMES {
            hold(&[Observation { time, end }], &SHARES, &TIMES);
        }
        // At, below and above the number that bounds a median from below.
        for n in [12, 13, 14, 40] {
            let times = (0..n).map(|i| f64::from(i / 2));
            hold(&times.map(|time| Observation { time, end }).collect::<Vec<_>>(), &SHARES, &TIMES);
        }
        for other in ENDS {
            let few = [(0.0, end), (-0.0, other), (3.0, end), (3.0, other), (0.0, other)];
            hold(&few.map(|(time, end)| Observation { time, end }), &SHARES, &TIMES);
        }
    }
}

/// Times with and without ties, some that are none, and ends in any mixture.
fn mixed(n: usize) -> impl Strategy<Value = Vec<Observation>> {
    let time = prop_oneof![
        8 => (0u32..40).prop_map(|quarters| f64::from(quarters) / 4.0),
        8 => (-3.0f64..3.0).prop_map(f64::exp),
        1 => proptest::sample::select(vec![0.0, -0.0, -1.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, f64::MAX]),
    ];
    let most = proptest::sample::select(vec![End::Event, End::Event, End::Competing, End::Censored]);
    (most, proptest::collection::vec((time, 0u8..12), 0..n)).prop_map(|(most, all)| {
        let end = |code| match code {
            0 => End::Event,
            1 => End::Competing,
            2 => End::Censored,
            _ => most,
        };
        all.into_iter().map(|(time, code)| Observation { time, end: end(code) }).collect()
    })
}

proptest! {
    #[test]
    fn all_is_the_same_to_the_last_bit(observations in mixed(300), p in 0.0f64..1.0, time in 0.0f64..12.0) {
        hold(&observations, &[p, 0.5], &[time, 5.0]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn of_many_as_well(observations in mixed(6000), p in 0.0f64..1.0, time in 0.0f64..12.0) {
        hold(&observations, &[p, 0.25, 0.5, 0.75], &[time, 5.0]);
    }
}
