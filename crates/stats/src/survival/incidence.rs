//! How many have ended in one way by a time, when they can also end in another: Aalen-Johansen.

use super::{LifeTable, Reached, Rows, STEP_TOLERANCE, Trail, in_one_walk, log_log};
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
///
/// The curve is not kept: whatever is asked of it walks over the table, up to where the answer is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CumulativeIncidence<'a> {
    pub(super) table: &'a LifeTable,
}

/// The steps of a cumulative incidence, one after the other.
#[derive(Clone)]
struct Walk<'a> {
    rows: Rows<'a>,
    survival: f64,
    incidence: f64,
    competing: f64,
    // Σ e/(n(n-e)) with weights 1, F_i, F_i²; Σ S² d(n-d)/n³; Σ S d/n² with weights 1, F_i.
    a: [f64; 3],
    b: f64,
    c: [f64; 2],
}

impl Iterator for Walk<'_> {
    type Item = IncidenceStep;

    // Into the loop that walks, where the sums stay in registers: that halves the time of a walk.
    #[inline(always)]
    fn next(&mut self) -> Option<IncidenceStep> {
        let row = self.rows.find(|row| row.events + row.competing > 0)?;
        let (n, d, other) = (row.at_risk as f64, f64::from(row.events), f64::from(row.competing));
        let (before, ends) = (self.survival, d + other);
        self.incidence += before * d / n;
        self.competing += before * other / n;
        let incidence = self.incidence;
        let everybody = row.at_risk == u64::from(row.events) + u64::from(row.competing);
        self.survival = if everybody { 0.0 } else { before * (1.0 - ends / n) };
        self.b += before * before * d * (n - d) / (n * n * n);
        let c = before * d / (n * n);
        self.c[0] += c;
        self.c[1] += c * incidence;
        // The own term of a row is 0 in the first sum, since F(t) - F(t_i) is; it is infinite only where nobody is left,
        // and then no later row needs it.
        if !everybody {
            let a = ends / (n * (n - ends));
            self.a[0] += a;
            self.a[1] += a * incidence;
            self.a[2] += a * incidence * incidence;
        }
        let ([a0, a1, a2], [c0, c1]) = (self.a, self.c);
        let variance = (incidence * incidence * a0 - 2.0 * incidence * a1 + a2) + self.b - 2.0 * (incidence * c0 - c1);
        let (competing, survival) = (self.competing, self.survival);
        Some(IncidenceStep { time: row.time, incidence, competing, survival, variance: variance.max(0.0) })
    }
}

impl<'a> CumulativeIncidence<'a> {
    /// The steps, one a time at which anything ended; empty where nothing did. Made anew each time.
    pub fn steps(&self) -> Vec<IncidenceStep> {
        self.walk().collect()
    }

    /// How many observations stand behind it.
    pub fn n(&self) -> u64 {
        self.table.n()
    }

    /// The share in which the event has happened by `time`; "cannot tell" where watching ended earlier with some open.
    pub fn ended_by(&self, time: f64, window: Window) -> Estimate {
        let method = METHOD_AALEN_JOHANSEN;
        let Some(last) = self.table.follow_up().last else {
            return Estimate::cannot_tell(0, Unit::Share, window, method, "no observations");
        };
        if time > last && self.leaves_somebody() {
            return Estimate::cannot_tell(self.n(), Unit::Share, window, method, "nothing was watched for that long");
        }
        match self.walk().take_while(|step| step.time <= time).last() {
            Some(step) => {
                let limits = step.limits(LEVEL_DEFAULT);
                Estimate::new(step.incidence, limits, self.n(), Unit::Share, window, method)
            }
            None => Estimate::new(0.0, Interval { low: Some(0.0), high: None }, self.n(), Unit::Share, window, method),
        }
    }

    /// The time by which the event had happened in a share `p` of all; where that is not reached, "cannot tell" with a
    /// lower limit.
    pub fn quantile(&self, p: f64, unit: Unit, window: Window) -> Estimate {
        self.quantile_on(&mut self.trail(), p, unit, window)
    }

    /// Several quantiles, each as of [`CumulativeIncidence::quantile`]; in rising order they cost one walk together.
    pub fn quantiles(&self, shares: &[f64], unit: Unit, window: Window) -> Vec<Estimate> {
        in_one_walk(shares, || self.trail(), |trail, p| self.quantile_on(trail, p, unit, window))
    }

    fn quantile_on(&self, trail: &mut Trail<Walk<'a>>, p: f64, unit: Unit, window: Window) -> Estimate {
        let target = p - STEP_TOLERANCE;
        let reached = Reached::on(
            trail,
            |step| step.time,
            |step| step.incidence >= target,
            |step| step.incidence >= 1.0 || step.limits(LEVEL_DEFAULT).high.is_some_and(|high| high >= target),
            |step| step.limits(LEVEL_DEFAULT).low.is_some_and(|low| low >= target),
        );
        let table = self.table;
        reached.estimate(p, self.n(), table.events() > 0, table.follow_up(), unit, window, METHOD_AALEN_JOHANSEN)
    }

    /// Whether some are left after the last step, or there is none.
    fn leaves_somebody(&self) -> bool {
        self.walk().last().is_none_or(|step| step.survival > 0.0)
    }

    fn trail(&self) -> Trail<Walk<'a>> {
        Trail::new(self.walk(), self.table.events() + self.table.competing())
    }

    fn walk(&self) -> Walk<'a> {
        Walk {
            rows: self.table.rows(),
            survival: 1.0,
            incidence: 0.0,
            competing: 0.0,
            a: [0.0; 3],
            b: 0.0,
            c: [0.0; 2],
        }
    }
}

impl IncidenceStep {
    /// The log-log limits of the incidence; none at 0 and 1.
    pub fn limits(&self, level: f64) -> Interval {
        log_log(self.incidence, self.variance.sqrt(), level)
    }
}
