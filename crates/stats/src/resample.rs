//! Intervals by drawing clusters again, where there are few enough of them; linearised where there are more.

use crate::estimate::{Estimate, Interval, LEVEL_DEFAULT, Unit, Window};
use crate::level_or_default;
use crate::ratio::{self, Cluster, Range, Sums, agreed, within};

pub(crate) mod dice;
mod redraw;

pub use dice::{ABREAST, TIMES_MAX, Times};
pub use redraw::{Redraw, VALUES_MAX};

/// How often the clusters are drawn again.
pub const DRAWS: usize = 1_000;

/// Up to how many clusters they are drawn again; above it the linearised interval is as good, and a thousand times
/// cheaper: a whole diagnosis takes some fifty such intervals.
pub const CLUSTERS_MAX: usize = 5_000;

/// Several shares of one whole, kept sparsely: each cluster's whole, and its parts that are not 0.
///
/// Beyond [`CLUSTERS_MAX`] clusters, which are not drawn again, it keeps only the sums.
#[derive(Clone, Debug, Default)]
pub struct Table {
    clusters: usize,
    /// The whole of all shares.
    whole: Sums,
    /// The parts of each share.
    parts: Vec<Sums>,
    /// The parts of the present cluster, all 0 between two of them.
    row: Vec<f64>,
    wholes: Vec<f64>,
    /// Where each cluster's entries begin; one longer than `wholes`.
    from: Vec<usize>,
    entries: Vec<(u32, f64)>,
}

impl Table {
    /// An empty table of so many shares.
    pub fn new(columns: usize) -> Self {
        Self { parts: vec![Sums::default(); columns], row: vec![0.0; columns], from: vec![0], ..Self::default() }
    }

    /// Adds a cluster: its denominator, 0 or more, and its numerators as (share, part). A share that stands twice counts
    /// with both; one that the table does not have is left out.
    pub fn push(&mut self, whole: f64, parts: &[(u32, f64)]) {
        let known = || parts.iter().filter(|(column, _)| (*column as usize) < self.parts.len());
        self.clusters += 1;
        self.whole.add(Cluster { part: 0.0, whole });
        if self.clusters <= CLUSTERS_MAX {
            self.wholes.push(whole);
            self.entries.extend(known());
            self.from.push(self.entries.len());
        } else {
            (self.wholes, self.entries, self.from) = Default::default();
        }
        // Squares are of a share's whole part in the cluster, so the part is summed first.
        for &(column, part) in known() {
            self.row[column as usize] += part;
        }
        for &(column, _) in parts {
            if let (Some(sum), Some(sums)) = (self.row.get_mut(column as usize), self.parts.get_mut(column as usize)) {
                sums.add_part(Cluster { part: std::mem::take(sum), whole });
            }
        }
    }

    /// How many clusters.
    pub fn clusters(&self) -> usize {
        self.clusters
    }

    fn entries_of(&self, cluster: usize) -> &[(u32, f64)] {
        &self.entries[self.from[cluster]..self.from[cluster + 1]]
    }

    /// The sums of each share.
    fn sums(&self) -> Vec<Sums> {
        self.parts.iter().map(|parts| parts.with_wholes_of(&self.whole)).collect()
    }
}

/// A ratio of sums with an interval that takes clusters as they are.
///
/// **Estimates** `E[part] / E[whole]`, as [`ratio::linearised`] does.
///
/// **Formula.** `Σ part / Σ whole`; with up to [`CLUSTERS_MAX`] clusters, they are drawn again [`DRAWS`] times and the ratio
/// is taken of each draw; with more, the linearised variance is used. The estimate's method says which. In a draw each
/// cluster counts 0, 1 or 3 times, as a die says that is thrown for it: with probabilities 1/3, 1/2 and 1/6, so that mean,
/// variance and skewness are 1 as of drawing with replacement.
///
/// **Assumptions.** Clusters are independent of each other and alike; within a cluster anything goes. Nothing is
/// censored. There are no ties to break.
///
/// **Interval.** Percentile: the `alpha/2` and `1 - alpha/2` quantiles of the draws, linear between order statistics.
/// Draws whose denominators sum to 0 are left out. A share on which all clusters agree gets the Jeffreys interval over
/// the clusters, since drawing them again can show no spread.
///
/// **Not for** fewer than some ten clusters: the percentile interval is too narrow there. One cluster gives no limits.
///
/// **Reference.** Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13; Davison and Hinkley (1997),
/// Bootstrap Methods and their Application, section 3.8, for clusters; Praestgaard and Wellner (1993), Exchangeably weighted
/// bootstraps of the general empirical process, Annals of Probability 21(4), 2053-2086, for the die.
///
/// The same clusters in the same order with the same seed give the same interval to the last bit.
pub fn ratio_of_sums(clusters: &[Cluster], range: Range, n: u64, seed: u64, unit: Unit, window: Window) -> Estimate {
    let mut table = Table::new(1);
    for cluster in clusters {
        table.push(cluster.whole, &[(0, cluster.part)]);
    }
    let sums = table.parts[0].with_wholes_of(&table.whole);
    let (Some(value), true) = (sums.value(), clusters.len() <= CLUSTERS_MAX) else {
        return ratio::ratio_of_sums(&sums, range, n, unit, window);
    };
    let interval =
        intervals(&table, &[sums], range, seed, LEVEL_DEFAULT).into_iter().next().unwrap_or(Interval::UNKNOWN);
    Estimate::new(value, interval, n, unit, window, method(clusters.len()))
}

/// Several shares of one whole at once, so that one drawing of clusters serves them all.
///
/// See [`ratio_of_sums`] for formula, assumptions and interval; `n` counts the observations behind the whole. Gives one
/// estimate a share; a whole that sums to 0 gives "cannot tell" in each.
pub fn shares(table: &Table, n: u64, seed: u64, window: Window) -> Vec<Estimate> {
    let sums = table.sums();
    if table.clusters() > CLUSTERS_MAX {
        return sums.iter().map(|sums| ratio::ratio_of_sums(sums, Range::Share, n, Unit::Share, window)).collect();
    }
    let intervals = intervals(table, &sums, Range::Share, seed, LEVEL_DEFAULT);
    let method = method(table.clusters());
    sums.iter()
        .zip(intervals)
        .map(|(sums, interval)| match sums.value() {
            Some(value) => Estimate::new(value, interval, n, Unit::Share, window, method.clone()),
            None => Estimate::cannot_tell(n, Unit::Share, window, method.clone(), "nothing to take a share of"),
        })
        .collect()
}

/// The percentile interval of each share.
fn intervals(table: &Table, sums: &[Sums], range: Range, seed: u64, level: f64) -> Vec<Interval> {
    let (clusters, columns) = (table.clusters(), table.parts.len());
    if clusters < 2 || columns == 0 {
        return vec![Interval::UNKNOWN; columns];
    }
    // The whole stands behind the parts.
    let mut drawn = dice::Sums::new(columns + 1, DRAWS, seed);
    for (cluster, &whole) in table.wholes.iter().enumerate() {
        drawn.push(table.entries_of(cluster).iter().copied().chain([(columns as u32, whole)]));
    }
    let (mut drawn, _) = drawn.close();
    let wholes = drawn.pop().unwrap_or_default();
    let mut draws = drawn.into_iter().map(|parts| {
        let drawn = parts.iter().zip(&wholes).filter(|(_, whole)| **whole > 0.0);
        drawn.map(|(part, whole)| part / whole).collect::<Vec<f64>>()
    });
    let tail = (1.0 - level_or_default(level)) / 2.0;
    sums.iter()
        .map(|sums| {
            let mut draws = draws.next().unwrap_or_default();
            let Some(value) = sums.value() else { return Interval::UNKNOWN };
            if sums.variance() == Some(0.0) {
                return agreed(value, clusters as u64, range, level);
            }
            draws.sort_unstable_by(f64::total_cmp);
            match (between(&draws, tail), between(&draws, 1.0 - tail)) {
                (Some(low), Some(high)) => within(range, Interval::new(low, high)),
                _ => Interval::UNKNOWN,
            }
        })
        .collect()
}

/// The `p` quantile of sorted values, linear between order statistics; `None` of nothing.
fn between(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = p * last as f64;
    let below = (at.floor() as usize).min(last);
    let above = (below + 1).min(last);
    Some(sorted[below] + (at - below as f64) * (sorted[above] - sorted[below]))
}

/// How a drawn interval describes itself.
fn method(clusters: usize) -> String {
    format!("ratio of sums, {DRAWS} bootstrap draws of items ({clusters} items)")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    const WINDOW: Window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };

    fn ratio(clusters: &[(f64, f64)], seed: u64) -> Estimate {
        let clusters: Vec<_> = clusters.iter().map(|&(part, whole)| Cluster { part, whole }).collect();
        ratio_of_sums(&clusters, Range::Share, clusters.len() as u64, seed, Unit::Share, WINDOW)
    }

    /// Of 100 clusters 30 are 1 of 1: the mean of draws is Binomial(100, 0.3)/100, whose 2.5 % and 97.5 % quantiles are
    /// 0.21 and 0.39.
    #[test]
    fn a_thousand_draws_come_near_the_binomial_they_are() {
        let clusters: Vec<_> = (0..100).map(|i| (f64::from(u8::from(i < 30)), 1.0)).collect();
        let e = ratio(&clusters, 7);
        assert!((e.value().unwrap() - 0.3).abs() < 1e-12);
        assert!((e.interval().low.unwrap() - 0.21).abs() <= 0.02, "{e:?}");
        assert!((e.interval().high.unwrap() - 0.39).abs() <= 0.02, "{e:?}");
        assert!(e.method().contains("1000 bootstrap draws of items (100 items)"));
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
        let clusters: Vec<_> = (0..50).map(|i| (f64::from(i % 7), 7.0 + f64::from(i % 3))).collect();
        assert_eq!(ratio(&clusters, 1), ratio(&clusters, 1));
        assert_ne!(ratio(&clusters, 1).interval(), ratio(&clusters, 2).interval());
    }

    #[test]
    fn above_the_limit_it_is_linearised_and_says_so() {
        let clusters: Vec<_> = (0..=CLUSTERS_MAX).map(|i| ((i % 2) as f64, 1.0)).collect();
        assert!(ratio(&clusters, 1).method().starts_with("ratio of sums, linearised"));
    }

    #[test]
    fn nobody_one_and_all_alike() {
        assert!(ratio(&[], 1).value().is_none());
        assert_eq!(ratio(&[(1.0, 2.0)], 1).interval(), Interval::UNKNOWN);
        assert_eq!(ratio(&[(0.0, 1.0); 9], 1).interval(), crate::proportion::jeffreys(0, 9, 0.95));
    }

    #[test]
    fn columns_drawn_together_are_what_each_is_alone() {
        let mut table = Table::new(2);
        table.push(4.0, &[(0, 1.0), (1, 3.0), (7, 9.0)]);
        table.push(2.0, &[(1, 2.0)]);
        table.push(4.0, &[(0, 2.0), (1, 1.0), (1, 1.0)]);
        let both = shares(&table, 3, 5, WINDOW);
        let alone = ratio(&[(1.0, 4.0), (0.0, 2.0), (2.0, 4.0)], 5);
        assert_eq!((both[0].value(), both[0].interval()), (alone.value(), alone.interval()));
        let other = ratio(&[(3.0, 4.0), (2.0, 2.0), (2.0, 4.0)], 5);
        assert_eq!((both[1].value(), both[1].interval()), (other.value(), other.interval()));
        assert!((both[0].value().unwrap() + both[1].value().unwrap() - 1.0).abs() < 1e-12);
        assert!(shares(&Table::new(1), 0, 5, WINDOW)[0].value().is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn limits_stay_within_0_and_1(
            clusters in proptest::collection::vec((0.0f64..=1.0, 0.0f64..100.0), 2..30), seed in any::<u64>()
        ) {
            let clusters: Vec<_> = clusters.iter().map(|(p, w)| (p * w, *w)).collect();
            let interval = ratio(&clusters, seed).interval();
            prop_assert!(interval.low.is_none_or(|x| (0.0..=1.0).contains(&x)));
            prop_assert!(interval.high.is_none_or(|x| (0.0..=1.0).contains(&x)));
        }
    }
}
