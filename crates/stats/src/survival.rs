//! How long until something ends, when some have not ended yet: life table, Kaplan-Meier, restricted mean.

mod incidence;
mod table;
mod trail;

pub use incidence::{CumulativeIncidence, IncidenceStep, METHOD_AALEN_JOHANSEN};
pub use table::{LifeTable, Row, Rows};

use std::iter;

use self::trail::{Trail, in_one_walk};
use crate::estimate::{Estimate, Interval, LEVEL_DEFAULT, Unit, Window};
use crate::{level_or_default, z_two_sided};

/// How [`KaplanMeier`] describes itself.
pub const METHOD_KAPLAN_MEIER: &str = "Kaplan-Meier with log-log limits; still open counts as censored";

/// How [`KaplanMeier::restricted_mean`] describes itself.
pub const METHOD_RESTRICTED_MEAN: &str = "restricted mean under Kaplan-Meier, Greenwood variance";

/// How the watching of one thing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// What was waited for happened.
    Event,
    /// Something else ended the wait, so that it cannot happen any more.
    Competing,
    /// The watching ended first.
    Censored,
}

/// One thing watched from time 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// How long it was watched: 0 or more, in whatever unit the caller counts.
    pub time: f64,
    /// What ended the watching.
    pub end: End,
}

/// One step of a Kaplan-Meier curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The time of the event.
    pub time: f64,
    /// How many were at risk just before.
    pub at_risk: u64,
    /// How many events.
    pub events: u64,
    /// The share that lasts longer than this.
    pub survival: f64,
    /// Greenwood's sum `Σ d/(n(n-d))` up to here; infinite once nobody is left.
    pub greenwood: f64,
}

/// The share that has not ended by a time, as a step function.
///
/// **Estimates** `S(t) = P(T > t)` where some `T` are known only to exceed a value.
///
/// **Formula.** `S(t) = Π (1 - d_i/n_i)` over event times `t_i <= t`; variance by Greenwood,
/// `Var S = S² Σ d_i/(n_i (n_i - d_i))`.
///
/// **Assumptions.** Independent observations, and censoring that has nothing to do with how long it would have taken.
/// Ties: events at a time come before censorings at it, so the censored are still at risk. Competing ends are taken for
/// censored here, which is right only when there are none: otherwise use [`CumulativeIncidence`].
///
/// **Interval.** Log-log (complementary): `S^exp(± z se / (S log S))`, always within `[0, 1]`; undefined, and so without
/// limits, while `S` is 1 or once it is 0. For quantiles see [`KaplanMeier::quantile`].
///
/// **Not for** records that begin in the middle of things (left truncation), nor where open things are missing from the
/// record altogether.
///
/// **Reference.** Kaplan and Meier (1958), Nonparametric estimation from incomplete observations, JASA 53(282), 457-481;
/// Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, 2nd edition, section 1.4.
///
/// The curve is not kept: whatever is asked of it walks over the table, up to where the answer is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KaplanMeier<'a> {
    table: &'a LifeTable,
}

/// What the table says of the time up to which it can speak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FollowUp {
    /// The last time seen, `None` of nothing.
    last: Option<f64>,
    /// The longest time up to which at least `k` were watched and nothing at all had ended, for the bound of
    /// [`Reached::estimate`].
    rows_without_end: Option<f64>,
}

/// The steps of a curve, one after the other.
#[derive(Clone)]
struct Walk<'a> {
    rows: Rows<'a>,
    survival: f64,
    greenwood: f64,
}

impl Iterator for Walk<'_> {
    type Item = Step;

    // Into the loop that walks, where the sums stay in registers.
    #[inline(always)]
    fn next(&mut self) -> Option<Step> {
        let row = self.rows.find(|row| row.events > 0)?;
        let (n, d) = (row.at_risk as f64, f64::from(row.events));
        // The last one gone leaves exactly nothing, whatever rounding there was before.
        self.survival = if row.at_risk == u64::from(row.events) { 0.0 } else { self.survival * (1.0 - d / n) };
        self.greenwood += d / (n * (n - d));
        Some(Step {
            time: row.time,
            at_risk: row.at_risk,
            events: u64::from(row.events),
            survival: self.survival,
            greenwood: self.greenwood,
        })
    }
}

impl<'a> KaplanMeier<'a> {
    /// The steps, one an event time; empty where no event was seen. Made anew each time.
    pub fn steps(&self) -> Vec<Step> {
        self.walk().collect()
    }

    /// How many observations stand behind it.
    pub fn n(&self) -> u64 {
        self.table.n()
    }

    /// The share that lasts longer than `time`; 1 before the first event, and the last step's after the last.
    pub fn survival_at(&self, time: f64) -> f64 {
        self.step_at(time).map_or(1.0, |step| step.survival)
    }

    /// The share that has ended by `time`, with limits; "cannot tell" where watching ended earlier with some still open.
    pub fn ended_by(&self, time: f64, window: Window) -> Estimate {
        let method = METHOD_KAPLAN_MEIER;
        let Some(last) = self.table.follow_up().last else {
            return Estimate::cannot_tell(0, Unit::Share, window, method, "no observations");
        };
        if time > last && self.leaves_somebody() {
            return Estimate::cannot_tell(self.n(), Unit::Share, window, method, "nothing was watched for that long");
        }
        let Some(step) = self.step_at(time) else {
            return Estimate::new(0.0, Interval { low: Some(0.0), high: None }, self.n(), Unit::Share, window, method);
        };
        let limits = step.limits(LEVEL_DEFAULT);
        let interval = Interval { low: limits.high.map(|x| 1.0 - x), high: limits.low.map(|x| 1.0 - x) };
        Estimate::new(1.0 - step.survival, interval, self.n(), Unit::Share, window, method)
    }

    /// The time by which a share `p` has ended.
    ///
    /// The smallest event time with `S(t) <= 1 - p`. Limits by Brookmeyer and Crowley: the times at which the log-log
    /// limits of `S` cross `1 - p`; a side that is not crossed has no limit. Where the curve does not come down that far
    /// the answer is "cannot tell" with a lower limit: the quantile is not below it.
    ///
    /// **Reference.** Brookmeyer and Crowley (1982), A confidence interval for the median survival time, Biometrics
    /// 38(1), 29-41.
    pub fn quantile(&self, p: f64, unit: Unit, window: Window) -> Estimate {
        self.quantile_on(&mut self.trail(), p, unit, window)
    }

    /// Several quantiles, each as of [`KaplanMeier::quantile`]; in rising order they cost one walk together.
    pub fn quantiles(&self, shares: &[f64], unit: Unit, window: Window) -> Vec<Estimate> {
        in_one_walk(shares, || self.trail(), |trail, p| self.quantile_on(trail, p, unit, window))
    }

    fn quantile_on(&self, trail: &mut Trail<Walk<'a>>, p: f64, unit: Unit, window: Window) -> Estimate {
        let target = 1.0 - p + STEP_TOLERANCE;
        let reached = Reached::on(
            trail,
            |step| step.time,
            |step| step.survival <= target,
            |step| step.survival <= 0.0 || step.limits(LEVEL_DEFAULT).low.is_some_and(|low| low <= target),
            |step| step.limits(LEVEL_DEFAULT).high.is_some_and(|high| high <= target),
        );
        let table = self.table;
        reached.estimate(p, self.n(), table.events() > 0, table.follow_up(), unit, window, METHOD_KAPLAN_MEIER)
    }

    /// The mean of the time up to `horizon`: what is waited on average within it.
    ///
    /// **Estimates** `E[min(T, horizon)]`, which exists even where the median is not reached.
    ///
    /// **Formula.** `∫ S(t) dt` from 0 to the horizon; variance
    /// `Σ (∫_{t_i}^{horizon} S)² d_i/(n_i (n_i - d_i))` over event times up to the horizon.
    ///
    /// **Assumptions.** As for the curve.
    ///
    /// **Interval.** Normal: `± z se`, cut to `[0, horizon]`; none where no event was seen before the horizon.
    ///
    /// **Not for** horizons beyond the longest watching: "cannot tell" there, unless everything had ended by then.
    ///
    /// **Reference.** Royston and Parmar (2013), Restricted mean survival time, BMC Medical Research Methodology 13:152.
    pub fn restricted_mean(&self, horizon: f64, unit: Unit, window: Window) -> Estimate {
        let method = METHOD_RESTRICTED_MEAN;
        let (Some(last), true) = (self.table.follow_up().last, horizon > 0.0) else {
            return Estimate::cannot_tell(self.n(), unit, window, method, "no observations");
        };
        if horizon > last && self.leaves_somebody() {
            return Estimate::cannot_tell(self.n(), unit, window, method, "nothing was watched for that long");
        }
        let mut trail = self.trail();
        let beyond = trail.walk_to(|step| step.time > horizon);
        // Backwards, so that the area to the right of each event is at hand.
        let (mut right, mut until, mut variance) = (0.0_f64, horizon, 0.0_f64);
        for step in trail.back().skip(usize::from(beyond.is_some())) {
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
        Estimate::new(mean, interval, self.n(), unit, window, method)
    }

    fn step_at(&self, time: f64) -> Option<Step> {
        self.walk().take_while(|step| step.time <= time).last()
    }

    /// Whether some are left after the last step, or there is none.
    fn leaves_somebody(&self) -> bool {
        self.walk().last().is_none_or(|step| step.survival > 0.0)
    }

    fn trail(&self) -> Trail<Walk<'a>> {
        Trail::new(self.walk(), self.table.events())
    }

    fn walk(&self) -> Walk<'a> {
        Walk { rows: self.table.rows(), survival: 1.0, greenwood: 0.0 }
    }
}

impl Step {
    /// The variance of the survival by Greenwood; 0 once nobody is left.
    pub fn variance(&self) -> f64 {
        if self.survival > 0.0 { self.survival * self.survival * self.greenwood } else { 0.0 }
    }

    /// The log-log limits of the survival; none once it is 0.
    pub fn limits(&self, level: f64) -> Interval {
        log_log(self.survival, self.variance().sqrt(), level)
    }
}

/// How far a product of shares may stray from what it stands for: 1/2 must be found at 0.5000000001.
const STEP_TOLERANCE: f64 = 1e-9;

/// The limits of a share `x` with standard error `se` on the log(-log) scale; none at 0 and 1.
fn log_log(x: f64, se: f64, level: f64) -> Interval {
    if !(x > 0.0 && x < 1.0 && se.is_finite()) {
        return Interval::UNKNOWN;
    }
    let power = (z_two_sided(level_or_default(level)) * se / (x * x.ln()).abs()).exp();
    Interval::new(x.powf(power), x.powf(1.0 / power))
}

/// Where a quantile and its limits were found on a curve.
#[derive(Clone, Copy, Debug)]
struct Reached {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

impl Reached {
    /// Finds them on a curve whose value crosses once and for all.
    ///
    /// The outer limit of the curve crosses before its value does and the inner one after, so the search goes outwards from
    /// the value and limits are computed for no more steps than the interval is wide. Where the value does not cross, it
    /// starts at the end.
    fn on<S: Copy, W: Iterator<Item = S> + Clone>(
        trail: &mut Trail<W>,
        time: impl Fn(S) -> f64,
        value: impl Fn(&S) -> bool,
        outer: impl Fn(&S) -> bool,
        inner: impl Fn(&S) -> bool,
    ) -> Self {
        let at = trail.walk_to(value);
        let high = at.and_then(|at| iter::once(at).chain(trail.ahead()).find(inner));
        let low = trail.back().take_while(outer).last();
        Reached { value: at.map(&time), low: low.map(&time), high: high.map(&time) }
    }

    /// The estimate, or "cannot tell" with the lower limit that is known all the same.
    #[allow(clippy::too_many_arguments)]
    fn estimate(
        self,
        p: f64,
        n: u64,
        any: bool,
        follow_up: FollowUp,
        unit: Unit,
        window: Window,
        method: &'static str,
    ) -> Estimate {
        if !(p > 0.0 && p < 1.0) {
            return Estimate::cannot_tell(n, unit, window, method, "a quantile lies between 0 and 1");
        }
        let Some(last) = follow_up.last else {
            return Estimate::cannot_tell(0, unit, window, method, "no observations");
        };
        if let Some(value) = self.value {
            return Estimate::new(value, Interval { low: self.low, high: self.high }, n, unit, window, method);
        }
        let why = format!("{} % were not reached before the watching ended", (p * 100.0).round());
        // Where even the limit does not cross, the quantile lies beyond all that was watched.
        let low = if any {
            self.low.or(Some(last))
        } else if p >= 0.25 {
            follow_up.rows_without_end
        } else {
            None
        };
        Estimate::cannot_tell(n, unit, window, method, why).bounded(Interval { low, high: None })
    }
}

#[cfg(test)]
mod tests;
