//! How many have ended in one way by a time, when they can also end in another: Aalen-Johansen.

use super::{FollowUp, LifeTable, Reached, STEP_TOLERANCE, log_log};
use crate::estimate::{Estimate, Interval, LEVEL_DEFAULT, Unit, Window};

/// How [`CumulativeIncidence`] describes itself.
pub const METHOD_AALEN_JOHANSEN: &str =
    "Aalen-Johansen with log-log limits; still open counts as censored, ended otherwise as a competing end";

/// One step of a cumulative incidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IncidenceStep {
    /// The time of an end of either kind.
    pub time: f64,
    /// The share in which the event has happened.
    pub incidence: f64,
    /// The share that ended otherwise.
    pub competing: f64,
    /// The share that has not ended; the three sum to 1.
    pub survival: f64,
    /// The variance of the incidence.
    pub variance: f64,
}

/// The share in which the event has happened by a time, beside ends of another kind.
///
/// **Estimates** `F(t) = P(T <= t, the end is the event)`: "by then so many of all questions were answered".
///
/// **Formula.** `F(t) = Σ S(t_i-) d_i/n_i` over end times, with `S` the Kaplan-Meier curve of ends of any kind. Variance
/// by the delta method, with `e_i` ends of any kind:
/// `Σ (F(t)-F(t_i))² e_i/(n_i(n_i-e_i)) + Σ S(t_i-)² d_i(n_i-d_i)/n_i³ - 2 Σ (F(t)-F(t_i)) S(t_i-) d_i/n_i²`.
/// Running sums make it one pass. Without competing ends `F = 1 - S` and the variance is Greenwood's.
///
/// **Assumptions.** Independent observations; censoring that has nothing to do with the end to come. Ties: ends at a time
/// come before censorings at it; ends of both kinds at one time are taken at once, none before the other.
///
/// **Interval.** Log-log: `F^exp(± z se / (F log F))`; none while `F` is 0. Quantiles as for
/// [`super::KaplanMeier::quantile`].
///
/// **Not for** asking how long it would take if nothing were ever withdrawn: that is another world, and this does not
/// speak of it.
///
/// **Reference.** Aalen and Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains,
/// Scandinavian Journal of Statistics 5, 141-150; Collett (2015), Modelling Survival Data in Medical Research, 3rd
/// edition, page 411, for the variance.
#[derive(Clone, Debug, PartialEq)]
pub struct CumulativeIncidence {
    steps: Vec<IncidenceStep>,
    n: u64,
    follow_up: FollowUp,
}

/// One pass over the table.
pub(super) fn fit(table: &LifeTable) -> CumulativeIncidence {
    let mut steps = Vec::new();
    let (mut survival, mut incidence, mut competing) = (1.0_f64, 0.0_f64, 0.0_f64);
    // Σ e/(n(n-e)) with weights 1, F_i, F_i²; Σ S² d(n-d)/n³; Σ S d/n² with weights 1, F_i.
    let (mut a0, mut a1, mut a2, mut b, mut c0, mut c1) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    for row in table.rows().iter().filter(|row| row.events + row.competing > 0) {
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
        // The own term of a row is 0 in the first sum, since F(t) - F(t_i) is; it is infinite only where nobody is left,
        // and then no later row needs it.
        if !everybody {
            let a = ends / (n * (n - ends));
            a0 += a;
            a1 += a * incidence;
            a2 += a * incidence * incidence;
        }
        let variance = (incidence * incidence * a0 - 2.0 * incidence * a1 + a2) + b - 2.0 * (incidence * c0 - c1);
        steps.push(IncidenceStep { time: row.time, incidence, competing, survival, variance: variance.max(0.0) });
    }
    CumulativeIncidence { steps, n: table.n(), follow_up: table.follow_up() }
}

impl CumulativeIncidence {
    /// The steps, one a time at which anything ended; empty where nothing did.
    pub fn steps(&self) -> &[IncidenceStep] {
        &self.steps
    }

    /// How many observations stand behind it.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The share in which the event has happened by `time`; "cannot tell" where watching ended earlier with some open.
    pub fn ended_by(&self, time: f64, window: Window) -> Estimate {
        let method = METHOD_AALEN_JOHANSEN;
        let Some(last) = self.follow_up.last else {
            return Estimate::cannot_tell(0, Unit::Share, window, method, "no observations");
        };
        if time > last && self.steps.last().is_none_or(|step| step.survival > 0.0) {
            return Estimate::cannot_tell(self.n, Unit::Share, window, method, "nothing was watched for that long");
        }
        let before = self.steps.partition_point(|step| step.time <= time);
        match before.checked_sub(1).map(|at| &self.steps[at]) {
            Some(step) => {
                let limits = step.limits(LEVEL_DEFAULT);
                Estimate::new(step.incidence, limits, self.n, Unit::Share, window, method)
            }
            None => Estimate::new(0.0, Interval { low: Some(0.0), high: None }, self.n, Unit::Share, window, method),
        }
    }

    /// The time by which the event had happened in a share `p` of all; where that is not reached, "cannot tell" with a
    /// lower limit.
    pub fn quantile(&self, p: f64, unit: Unit, window: Window) -> Estimate {
        let target = p - STEP_TOLERANCE;
        let reached = Reached::on(
            &self.steps,
            |step| step.time,
            |step| step.incidence >= target,
            |step| step.incidence >= 1.0 || step.limits(LEVEL_DEFAULT).high.is_some_and(|high| high >= target),
            |step| step.limits(LEVEL_DEFAULT).low.is_some_and(|low| low >= target),
        );
        let any = self.steps.last().is_some_and(|step| step.incidence > 0.0);
        reached.estimate(p, self.n, any, self.follow_up, unit, window, METHOD_AALEN_JOHANSEN)
    }
}

impl IncidenceStep {
    /// The log-log limits of the incidence; none at 0 and 1.
    pub fn limits(&self, level: f64) -> Interval {
        log_log(self.incidence, self.variance.sqrt(), level)
    }
}
