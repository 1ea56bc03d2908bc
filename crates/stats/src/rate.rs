//! How often something happens per decision or hour, whether that is more than a bound, and how sure one can be of it.
//!
//! Findings ask "is it more than one in ten?", so each rate comes with a one-sided test against a bound, and test and
//! interval are made in the same way: where one excludes the bound, the other does too (but for what all have).

use statrs::function::gamma::{gamma_lr, gamma_ur};

use crate::beta;
use crate::estimate::{Estimate, Interval, LEVEL_DEFAULT, Unit, Window};
use crate::level_or_default;
use crate::proportion::jeffreys_effective;
use crate::ratio::{Cluster, Sums};

/// A share of things that stand in clusters, taken for a binomial one of as many things as it is worth.
///
/// **Estimates** `P = E[part] / E[whole]`, where `part` of the `whole` things of a cluster (an item, say) have something.
///
/// **Formula.** `p = Σ part / Σ whole`. The design effect is `max(1, Var p / (p (1 - p) / Σ whole))` with the linearised
/// variance between clusters, `G/(G-1) Σ (part - p whole)² / (Σ whole)²`. The effective size is `Σ whole` over the design
/// effect, less what having only `G` clusters costs: times `(z/t)²` with the 95 % points of the normal distribution and
/// of Student's t with `G - 1` degrees of freedom. A share on which all clusters agree shows no spread; its size is `G`.
///
/// **Assumptions.** Clusters are independent of each other; within a cluster anything goes. `part` counts things, so that it
/// never exceeds `whole`. Nothing is censored; there are no ties.
///
/// **Interval.** Jeffreys with the effective numbers, see [`Share::interval`].
///
/// **Not for** shares of hours or of other things that are no counts: use [`ratio_above`].
///
/// **Reference.** Korn and Graubard (1998), Confidence intervals for proportions with small expected number of positive
/// counts estimated from survey data, Survey Methodology 24(2), 193-201, with Jeffreys in the place of Clopper and Pearson
/// as in Franco, Little, Louis and Slud (2019), Journal of Survey Statistics and Methodology 7(3), 334-364.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    value: f64,
    size: f64,
    clusters: u64,
}

/// How [`Share::estimate`] describes itself.
pub const METHOD_SHARE: &str = "share with Jeffreys interval of the effective number";

/// Events over exposure, in clusters: escalations per decision, where one decision may have several.
///
/// **Estimates** `E[events] / E[exposure]`.
///
/// **Formula.** `r = Σ events / Σ exposure`, the maximum of the Poisson likelihood with the logarithm of the exposure as an
/// offset. Its dispersion is Pearson's, `Σ (events - r exposure)² / (r exposure) / (G - 1)`, and taken as 1 where it is
/// less.
///
/// **Assumptions.** Clusters are independent, and their variance is proportional to their mean. Nothing is censored: what is
/// watched for less time has less exposure. There are no ties.
///
/// **Interval.** Jeffreys for a Poisson mean with events and exposure divided by the dispersion: quantiles of
/// Gamma(`events + 1/2`, `exposure`). Without events the lower limit is 0.
///
/// **Not for** events of which each thing has at most one: that is a [`Share`].
///
/// **Reference.** McCullagh and Nelder (1989), Generalized Linear Models, 2nd edition, section 6.2.3; Brown, Cai and
/// DasGupta (2003), Interval estimation in exponential families, Statistica Sinica 13, 19-49.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Events {
    events: f64,
    exposure: f64,
    dispersion: f64,
    clusters: u64,
}

/// How [`Events::estimate`] describes itself.
pub const METHOD_EVENTS: &str = "events per exposure, quasi-Poisson";

impl Share {
    /// The share; `None` where the wholes sum to 0, or with fewer than one cluster.
    pub fn of(clusters: &[Cluster]) -> Option<Share> {
        let mut sums = Sums::default();
        for &cluster in clusters.iter().filter(|cluster| cluster.whole > 0.0) {
            sums.add(cluster);
        }
        let value = sums.value()?.clamp(0.0, 1.0);
        let g = sums.clusters();
        let whole: f64 = clusters.iter().map(|cluster| cluster.whole.max(0.0)).sum();
        let simple = value * (1.0 - value) / whole;
        let size = match sums.variance() {
            Some(variance) if variance > 0.0 && simple > 0.0 => whole / (variance / simple).max(1.0) * few(g),
            _ => g as f64,
        };
        Some(Share { value, size, clusters: g })
    }

    /// The share itself, 0 to 1.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// How many independent things it is worth.
    pub fn size(&self) -> f64 {
        self.size
    }

    /// How many clusters have any thing.
    pub fn clusters(&self) -> u64 {
        self.clusters
    }

    /// The `alpha/2` and `1 - alpha/2` quantiles of Beta(`k + 1/2`, `n - k + 1/2`) for the effective numbers; the limits 0
    /// and 1 where none or all have it.
    pub fn interval(&self, level: f64) -> Interval {
        jeffreys_effective(self.value * self.size, self.size, level)
    }

    /// One-sided p-value, 0 to 1, of the share being no more than `bound`: the part of Beta(`k + 1/2`, `n - k + 1/2`) at or
    /// below it. Where all have it, the chance of that, `bound` to the power of their number. 1 where nothing has it and for
    /// a bound of 1 or more; 0 for a bound of 0 or less.
    pub fn above(&self, bound: f64) -> f64 {
        if self.value <= 0.0 || bound >= 1.0 || bound.is_nan() {
            return 1.0;
        }
        if bound <= 0.0 {
            return 0.0;
        }
        if self.value >= 1.0 {
            return bound.powf(self.size);
        }
        let k = self.value * self.size;
        beta::at_or_below(k + 0.5, self.size - k + 0.5, bound)
    }

    /// The share with its 95 % interval. `n` is how many things there were.
    pub fn estimate(&self, n: u64, window: Window) -> Estimate {
        let method = format!("{METHOD_SHARE} ({} items)", self.clusters);
        Estimate::new(self.value, self.interval(LEVEL_DEFAULT), n, Unit::Share, window, method)
    }
}

impl Events {
    /// The rate; `None` where there is no exposure.
    pub fn of(clusters: &[Cluster]) -> Option<Events> {
        let exposed = || clusters.iter().filter(|cluster| cluster.whole > 0.0);
        let (events, exposure) = exposed().fold((0.0, 0.0), |(y, e), cluster| (y + cluster.part, e + cluster.whole));
        if exposure <= 0.0 {
            return None;
        }
        let rate = events / exposure;
        let g = exposed().count() as u64;
        let pearson = |cluster: &Cluster| (cluster.part - rate * cluster.whole).powi(2) / (rate * cluster.whole);
        let dispersion = if g > 1 && rate > 0.0 { exposed().map(pearson).sum::<f64>() / (g as f64 - 1.0) } else { 1.0 };
        Some(Events { events, exposure, dispersion, clusters: g })
    }

    /// Events per unit of exposure.
    pub fn value(&self) -> f64 {
        self.events / self.exposure
    }

    /// Pearson's dispersion: 1 where events come by chance alone, more where they come in bunches. 1 with fewer than two
    /// clusters or without events.
    pub fn dispersion(&self) -> f64 {
        self.dispersion
    }

    /// The standard error of the logarithm of the rate by the dispersion as it is; `None` without events.
    pub fn error_of_log(&self) -> Option<f64> {
        (self.events > 0.0).then(|| (self.dispersion / self.events).sqrt())
    }

    /// Limits of the rate.
    pub fn interval(&self, level: f64) -> Interval {
        let tail = (1.0 - level_or_default(level)) / 2.0;
        let (events, exposure) = self.effective();
        let low = if events > 0.0 { gamma_quantile(events + 0.5, tail) / exposure } else { 0.0 };
        Interval::new(low, gamma_quantile(events + 0.5, 1.0 - tail) / exposure)
    }

    /// One-sided p-value, 0 to 1, of the rate being no more than `bound`: the part of Gamma(`events + 1/2`, `exposure`) at
    /// or below it. 1 without events, 0 for a bound of 0 or less.
    pub fn above(&self, bound: f64) -> f64 {
        if self.events <= 0.0 || bound.is_nan() {
            return 1.0;
        }
        if bound <= 0.0 {
            return 0.0;
        }
        let (events, exposure) = self.effective();
        gamma_lr(events + 0.5, bound * exposure).clamp(0.0, 1.0)
    }

    /// The rate with its 95 % interval. `n` is how many things were exposed.
    pub fn estimate(&self, n: u64, unit: Unit, window: Window) -> Estimate {
        let method = format!("{METHOD_EVENTS} (dispersion {:.2}, {} items)", self.dispersion, self.clusters);
        Estimate::new(self.value(), self.interval(LEVEL_DEFAULT), n, unit, window, method)
    }

    /// Events and exposure in the number of independent ones that they are worth.
    fn effective(&self) -> (f64, f64) {
        let over = self.dispersion.max(1.0) / few(self.clusters);
        (self.events / over, self.exposure / over)
    }
}

/// Whether one sum over another, such as hours in one place over all hours, is more than a bound.
///
/// **Estimates** the one-sided p-value, 0 to 1, of `E[part] / E[whole] <= bound`.
///
/// **Formula.** With `e = part - bound whole` for each of `G` clusters, `t = mean(e) / sqrt(Var(e) / G)` on `G - 1` degrees of
/// freedom. Where all `e` are alike, the share is tested as one of `G` trials.
///
/// **Assumptions.** Clusters are independent of each other and alike. Nothing is censored; there are no ties.
///
/// **Not for** shares of counts in few clusters: [`Share::above`] is nearer to its level there. Where few clusters hold most
/// of the whole the test rejects too seldom.
///
/// **Reference.** Cochran (1977), Sampling Techniques, 3rd edition, section 6.6, as for [`crate::ratio::linearised`].
///
/// Fewer than two clusters with any whole give `None`.
pub fn ratio_above(clusters: &[Cluster], bound: f64) -> Option<f64> {
    let residuals: Vec<f64> = clusters
        .iter()
        .filter(|cluster| cluster.whole > 0.0)
        .map(|cluster| cluster.part - bound * cluster.whole)
        .collect();
    if residuals.len() < 2 || bound.is_nan() {
        return None;
    }
    let g = residuals.len() as f64;
    let mean = residuals.iter().sum::<f64>() / g;
    let variance = residuals.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / (g - 1.0);
    // What rounding leaves of clusters that are all alike is no spread.
    if variance <= 1e-24 * mean * mean || variance == 0.0 {
        return Share::of(clusters).map(|share| Share { size: g, ..share }.above(bound));
    }
    Some(beta::t_above(g - 1.0, mean / (variance / g).sqrt()))
}

/// What having few clusters costs: `(z/t)²` at the 95 % points, on one degree of freedom less than there are clusters.
fn few(clusters: u64) -> f64 {
    (Z_95 / beta::t_quantile(clusters.max(2) as f64 - 1.0, 0.95)).powi(2)
}

/// The 95 % point of the normal distribution.
const Z_95: f64 = 1.644_853_626_951_472_2;

/// The quantile of Gamma(a, 1) by bisection: `a` may be far below 1 or beyond a million.
fn gamma_quantile(a: f64, p: f64) -> f64 {
    let mut high = a + 1.0;
    while gamma_ur(a, high) > 1.0 - p && high < 1e12 {
        high *= 2.0;
    }
    let mut low = 0.0_f64;
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if gamma_lr(a, middle) < p { low = middle } else { high = middle }
    }
    low + (high - low) / 2.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn ones(k: usize, n: usize) -> Vec<Cluster> {
        (0..n).map(|i| Cluster { part: f64::from(u8::from(i < k)), whole: 1.0 }).collect()
    }

    /// One thing a cluster: G/(G-1) makes the design effect 100/99, and t(99) is 1.660391.
    #[test]
    fn a_share_of_single_things_is_worth_almost_all_of_them() {
        let share = Share::of(&ones(30, 100)).unwrap();
        assert_eq!(share.value(), 0.3);
        assert!((share.size() - 99.0 * (1.644_853_627_f64 / 1.660_391_157).powi(2)).abs() < 1e-5, "{}", share.size());
        assert!(share.above(0.3) > 0.45 && share.above(0.3) < 0.55);
        assert!(share.above(0.2) < 0.02);
    }

    /// Ten clusters of ten that agree within themselves are worth about ten things.
    #[test]
    fn things_that_go_together_count_once() {
        let clusters: Vec<_> = (0..10).map(|i| Cluster { part: if i < 5 { 10.0 } else { 0.0 }, whole: 10.0 }).collect();
        let share = Share::of(&clusters).unwrap();
        assert!(share.size() < 10.0 && share.size() > 6.0, "{}", share.size());
    }

    #[test]
    fn none_one_and_all_alike() {
        assert_eq!(Share::of(&[]), None);
        assert_eq!(Share::of(&[Cluster { part: 0.0, whole: 0.0 }]), None);
        let none = Share::of(&ones(0, 12)).unwrap();
        assert_eq!((none.above(0.05), none.interval(0.95)), (1.0, crate::proportion::jeffreys(0, 12, 0.95)));
        let all = Share::of(&ones(12, 12)).unwrap();
        assert_eq!(all.interval(0.95), crate::proportion::jeffreys(12, 12, 0.95));
        let one = Share::of(&ones(1, 1)).unwrap();
        assert!((one.above(0.1) - 0.1).abs() < 1e-12, "one of one shows nothing");
        assert_eq!((one.above(1.0), one.above(0.0)), (1.0, 0.0));
    }

    /// Counts 0, 2, 4 with exposure 1 each: rate 2, Pearson (4/2 + 0 + 4/2) / 2 = 2.
    #[test]
    fn dispersion_by_hand() {
        let clusters = [0.0, 2.0, 4.0].map(|part| Cluster { part, whole: 1.0 });
        let events = Events::of(&clusters).unwrap();
        assert_eq!((events.value(), events.dispersion()), (2.0, 2.0));
        assert!((events.error_of_log().unwrap() - (2.0_f64 / 6.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn no_exposure_no_rate_and_no_event_no_lower_limit_above_nothing() {
        assert_eq!(Events::of(&[]), None);
        let none = Events::of(&[Cluster { part: 0.0, whole: 1.0 }; 50]).unwrap();
        assert_eq!((none.value(), none.above(0.05), none.interval(0.95).low), (0.0, 1.0, Some(0.0)));
        assert!(none.interval(0.95).high.unwrap() < 0.06);
        assert_eq!(none.error_of_log(), None);
    }

    #[test]
    fn a_ratio_of_hours_is_tested_by_its_spread_between_clusters() {
        let clusters: Vec<_> =
            (0..40).map(|i| Cluster { part: if i % 2 == 0 { 6.0 } else { 2.0 }, whole: 10.0 }).collect();
        assert!(ratio_above(&clusters, 0.2).unwrap() < 1e-6);
        assert!((ratio_above(&clusters, 0.4).unwrap() - 0.5).abs() < 1e-12);
        assert!(ratio_above(&clusters, 0.5).unwrap() > 0.99);
        assert_eq!(ratio_above(&clusters[..1], 0.2), None);
        let alike = [Cluster { part: 5.0, whole: 10.0 }; 20];
        assert!(ratio_above(&alike, 0.2).unwrap() < 0.01, "clusters that agree are as many trials");
        assert!(ratio_above(&alike[..2], 0.2).unwrap() > 0.05);
    }

    proptest! {
        /// What the interval excludes at 90 % the test rejects at 5 %.
        #[test]
        fn test_and_interval_agree(k in 0usize..40, more in 1usize..60, bound in 0.001f64..0.6) {
            let share = Share::of(&ones(k, k + more)).unwrap();
            let low = share.interval(0.9).low.unwrap();
            if (low - bound).abs() > 1e-6 && k > 0 {
                prop_assert_eq!(low > bound, share.above(bound) < 0.05);
            }
            let events = Events::of(&ones(k, k + more)).unwrap();
            let low = events.interval(0.9).low.unwrap();
            if (low - bound).abs() > 1e-6 && k > 0 {
                prop_assert_eq!(low > bound, events.above(bound) < 0.05);
            }
        }
    }
}
