//! A mean per cluster, or one sum over another, with an interval from the spread between clusters.

use crate::estimate::{Estimate, Interval, LEVEL_DEFAULT, Unit, Window};
use crate::proportion::jeffreys_effective;
use crate::{beta, level_or_default};

/// What one cluster (an item, say) contributes to a ratio of sums.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cluster {
    /// Its part of the numerator.
    pub part: f64,
    /// Its part of the denominator, 0 or more.
    pub whole: f64,
}

/// What a ratio can be at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// A part of a whole: limits stay within 0 and 1, and a share on which all clusters agree keeps an interval.
    Share,
    /// A mean of things that are never negative: the lower limit stays at 0 or above.
    NotNegative,
}

/// The sums that a linearised ratio needs; `add` once a cluster, so that sparse parts cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    clusters: u64,
    part: f64,
    whole: f64,
    part_squared: f64,
    part_whole: f64,
    whole_squared: f64,
}

/// How [`linearised`] describes itself.
pub const METHOD_LINEARISED: &str = "ratio of sums, linearised between items";

impl Sums {
    /// Adds one cluster. Clusters with nothing in numerator and denominator count as well: they are clusters.
    pub fn add(&mut self, cluster: Cluster) {
        self.clusters += 1;
        self.part += cluster.part;
        self.whole += cluster.whole;
        self.part_squared += cluster.part * cluster.part;
        self.part_whole += cluster.part * cluster.whole;
        self.whole_squared += cluster.whole * cluster.whole;
    }

    /// These numerators over the denominators (and the number of clusters) of `wholes`: for several ratios of one whole,
    /// the whole is summed once, and each ratio is fed with [`Sums::add_part`] only where its part is not 0.
    #[must_use]
    pub fn with_wholes_of(self, wholes: &Sums) -> Self {
        let Sums { clusters, whole, whole_squared, .. } = *wholes;
        Self { clusters, whole, whole_squared, ..self }
    }

    /// Adds the numerator of a cluster whose denominator is summed elsewhere.
    pub fn add_part(&mut self, cluster: Cluster) {
        self.part += cluster.part;
        self.part_squared += cluster.part * cluster.part;
        self.part_whole += cluster.part * cluster.whole;
    }

    /// Number of clusters.
    pub fn clusters(&self) -> u64 {
        self.clusters
    }

    /// The ratio; `None` where the denominators sum to 0.
    pub fn value(&self) -> Option<f64> {
        (self.whole > 0.0).then(|| self.part / self.whole)
    }

    /// The linearised variance of the ratio; `None` with fewer than two clusters or no denominator.
    pub fn variance(&self) -> Option<f64> {
        let ratio = self.value()?;
        if self.clusters < 2 {
            return None;
        }
        let g = self.clusters as f64;
        // Sum of squared residuals (part - ratio * whole); they sum to 0, so no mean is taken off.
        let squares = self.part_squared - 2.0 * ratio * self.part_whole + ratio * ratio * self.whole_squared;
        // What rounding leaves of an exact 0 is no spread.
        let noise = 1e-13 * (self.part_squared + ratio * ratio * self.whole_squared);
        let squares = if squares <= noise { 0.0 } else { squares };
        Some(g / (g - 1.0) * squares / (self.whole * self.whole))
    }
}

/// A ratio of sums with its cluster-linearised interval.
///
/// **Estimates** `R = E[part] / E[whole]`: decisions with a hand-over per decision, hours in one role per hour held.
///
/// **Formula.** `R = Σ part / Σ whole`; with `e_g = part_g - R whole_g` over `G` clusters,
/// `Var R = G/(G-1) Σ e_g² / (Σ whole)²`.
///
/// **Assumptions.** Clusters are independent of each other; within a cluster anything goes. Nothing is censored. There
/// are no ties to break.
///
/// **Interval.** `R ± t(G-1) sqrt(Var R)`, cut to the range. A share on which all clusters agree (no spread at all)
/// would have no width; it gets the Jeffreys interval over `G` trials instead.
///
/// **Not for** fewer than some twenty clusters, nor where a few clusters hold most of the whole: the interval is too
/// narrow there, and [`crate::resample::ratio_of_sums`] is better though not perfect.
///
/// **Reference.** Cochran (1977), Sampling Techniques, 3rd edition, section 6.5; Liang and Zeger (1986), Longitudinal
/// data analysis using generalized linear models, Biometrika 73(1), 13-22, for the sandwich.
///
/// No clusters, or denominators that sum to 0, give no value and no limits.
pub fn linearised(sums: &Sums, range: Range, level: f64) -> (Option<f64>, Interval) {
    let Some(value) = sums.value() else { return (None, Interval::UNKNOWN) };
    let Some(variance) = sums.variance() else { return (Some(value), Interval::UNKNOWN) };
    if variance == 0.0 {
        return (Some(value), agreed(value, sums.clusters, range, level));
    }
    let half = t_two_sided(level, sums.clusters - 1) * variance.sqrt();
    (Some(value), within(range, Interval::new(value - half, value + half)))
}

/// A ratio of sums as an estimate, by [`linearised`]. `n` counts the observations behind it, which may be more than the
/// clusters; the method says how many clusters there were.
pub fn ratio_of_sums(sums: &Sums, range: Range, n: u64, unit: Unit, window: Window) -> Estimate {
    let method = format!("{METHOD_LINEARISED} ({} items)", sums.clusters);
    match linearised(sums, range, LEVEL_DEFAULT) {
        (Some(value), interval) => Estimate::new(value, interval, n, unit, window, method),
        (None, _) => Estimate::cannot_tell(n, unit, window, method, "nothing to divide by"),
    }
}

/// The interval of a value on which all clusters agree.
pub(crate) fn agreed(value: f64, clusters: u64, range: Range, level: f64) -> Interval {
    match range {
        Range::Share => {
            let g = clusters as f64;
            jeffreys_effective(value * g, g, level)
        }
        // Zero things in each of G clusters: the Poisson limit ("rule of three" at 95 %) bounds the mean per cluster.
        Range::NotNegative if value == 0.0 && clusters > 0 => {
            Interval::new(0.0, -((1.0 - level_or_default(level)).ln()) / clusters as f64)
        }
        Range::NotNegative => Interval::UNKNOWN,
    }
}

/// Limits cut to what the ratio can be.
pub(crate) fn within(range: Range, interval: Interval) -> Interval {
    let low = interval.low.map(|low| low.max(0.0));
    match range {
        Range::Share => Interval { low, high: interval.high.map(|high| high.min(1.0)) },
        Range::NotNegative => Interval { low, high: interval.high },
    }
}

/// The two-sided quantile of Student's t.
fn t_two_sided(level: f64, freedom: u64) -> f64 {
    beta::t_quantile(freedom.max(1) as f64, 0.5 + level_or_default(level) / 2.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn sums(clusters: &[(f64, f64)]) -> Sums {
        let mut sums = Sums::default();
        for &(part, whole) in clusters {
            sums.add(Cluster { part, whole });
        }
        sums
    }

    /// Three clusters (1 of 2), (1 of 2), (4 of 4): R = 6/8 = 3/4, residuals -1/2, -1/2, 1,
    /// variance 3/2 * (3/2) / 64 = 9/256, standard error 3/16.
    #[test]
    fn three_clusters_by_hand() {
        let s = sums(&[(1.0, 2.0), (1.0, 2.0), (4.0, 4.0)]);
        assert_eq!(s.value(), Some(0.75));
        assert!((s.variance().unwrap() - 9.0 / 256.0).abs() < 1e-15);
        let (value, interval) = linearised(&s, Range::NotNegative, 0.95);
        assert_eq!(value, Some(0.75));
        // t(2) at 97.5 %: sqrt(2) * 0.95 / sqrt(1 - 0.95^2) in closed form.
        let t = 2f64.sqrt() * 0.95 / (1.0 - 0.95f64 * 0.95).sqrt();
        assert!((interval.high.unwrap() - (0.75 + t * 3.0 / 16.0)).abs() < 1e-9);
        assert_eq!(interval.low, Some(0.0), "cut at nothing");
    }

    #[test]
    fn with_one_thing_a_cluster_it_is_the_mean_and_its_standard_error() {
        let s = sums(&[(0.0, 1.0), (2.0, 1.0), (4.0, 1.0), (6.0, 1.0)]);
        assert_eq!(s.value(), Some(3.0));
        // Sample variance 20/3 over 4.
        assert!((s.variance().unwrap() - 20.0 / 12.0).abs() < 1e-12);
    }

    #[test]
    fn no_clusters_no_value_one_cluster_no_limits() {
        assert_eq!(linearised(&sums(&[]), Range::Share, 0.95), (None, Interval::UNKNOWN));
        assert_eq!(linearised(&sums(&[(0.0, 0.0)]), Range::Share, 0.95), (None, Interval::UNKNOWN));
        assert_eq!(linearised(&sums(&[(1.0, 2.0)]), Range::Share, 0.95), (Some(0.5), Interval::UNKNOWN));
    }

    #[test]
    fn clusters_that_all_agree_still_leave_doubt() {
        let (value, interval) = linearised(&sums(&[(0.0, 3.0); 12]), Range::Share, 0.95);
        assert_eq!(value, Some(0.0));
        assert_eq!(interval, crate::proportion::jeffreys(0, 12, 0.95));
        let (_, mean) = linearised(&sums(&[(0.0, 1.0); 100]), Range::NotNegative, 0.95);
        assert!((mean.high.unwrap() - 0.029957).abs() < 1e-5, "the rule of three");
    }

    #[test]
    fn parts_fed_sparsely_give_the_same() {
        let all = [(1.0, 2.0), (0.0, 5.0), (4.0, 4.0)];
        let mut sparse = Sums::default();
        sparse.add_part(Cluster { part: 1.0, whole: 2.0 });
        sparse.add_part(Cluster { part: 4.0, whole: 4.0 });
        assert_eq!(sparse.with_wholes_of(&sums(&all)), sums(&all));
    }

    proptest! {
        #[test]
        fn a_share_and_its_limits_stay_within_0_and_1(
            clusters in proptest::collection::vec((0.0f64..1.0, 0.001f64..1000.0), 2..60)
        ) {
            let clusters: Vec<_> = clusters.iter().map(|(p, w)| (p * w, *w)).collect();
            let (value, interval) = linearised(&sums(&clusters), Range::Share, 0.95);
            let value = value.unwrap();
            prop_assert!(0.0 <= interval.low.unwrap() && interval.low.unwrap() <= value);
            prop_assert!(value <= interval.high.unwrap() && interval.high.unwrap() <= 1.0);
        }
    }
}
