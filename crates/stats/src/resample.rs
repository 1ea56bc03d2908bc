//! Intervals by drawing clusters again, where there are few enough of them; linearised where there are more.

use rand::{Fill, Rng};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Binomial, Distribution};

use crate::estimate::{Estimate, Interval, LEVEL_DEFAULT, Unit, Window};
use crate::level_or_default;
use crate::ratio::{self, Cluster, Range, Sums, agreed, within};

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

    /// Each cluster as (part, whole), where there is a single share.
    fn as_pairs(&self) -> Option<Vec<(f64, f64)>> {
        let part = |cluster| self.entries_of(cluster).iter().map(|(_, part)| part).sum();
        (self.parts.len() == 1).then(|| self.wholes.iter().enumerate().map(|(g, &whole)| (part(g), whole)).collect())
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
/// **Formula.** `Σ part / Σ whole`; with up to [`CLUSTERS_MAX`] clusters, `G` of them are drawn with replacement
/// [`DRAWS`] times and the ratio is taken of each draw; with more, the linearised variance is used. The estimate's method
/// says which.
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
/// Bootstrap Methods and their Application, section 3.8, for clusters.
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

/// Draws times values: beyond it a [`Redraw`] makes fewer draws.
const WORK_MAX: usize = 10_000_000;

/// How many draws it makes at least.
const DRAWS_MIN: usize = 200;

/// Beyond so many values a [`Redraw`] first leaves clusters out by chance until about so many are left.
pub const VALUES_MAX: usize = 50_000;

/// Clusters that are drawn again with replacement, for any statistic that knows how often each cluster counts.
///
/// Up to [`DRAWS`] draws, fewer where there are more than 10,000 values (200 at least). Of more than [`VALUES_MAX`] values,
/// clusters are first left out by chance, and the spread of the draws is narrowed to the full size by the square root of the
/// part that was kept: right for whatever has a normal limit, which is all that it is used for.
pub struct Redraw {
    kept: Vec<u32>,
    part: f64,
    draws: usize,
    places: Places,
}

impl Redraw {
    /// From the cluster of each value.
    pub fn of(clusters: impl Iterator<Item = u32>, seed: u64) -> Self {
        let mut kept: Vec<u32> = clusters.collect();
        let n = kept.len();
        let part = (VALUES_MAX as f64 / n.max(1) as f64).min(1.0);
        kept.sort_unstable();
        kept.dedup();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        if part < 1.0 {
            kept.retain(|_| f64::from(rng.next_u32()) < part * 4_294_967_296.0);
        }
        let draws = (WORK_MAX / n.clamp(1, VALUES_MAX)).clamp(DRAWS_MIN, DRAWS);
        Self { kept, part, draws, places: Places::of(rng) }
    }

    /// The place of a cluster among those that are drawn; `None` of one that was left out.
    pub fn place(&self, cluster: u32) -> Option<u32> {
        self.kept.binary_search(&cluster).ok().map(|at| at as u32)
    }

    /// How many draws it makes.
    pub(crate) fn draws(&self) -> usize {
        self.draws
    }

    /// The statistic of every draw. It is given how often each cluster counts, by its place. Draws without a value are left
    /// out.
    pub fn each<T>(&mut self, mut statistic: impl FnMut(&[u32]) -> Option<T>) -> Vec<T> {
        let clusters = self.kept.len();
        let mut values = Vec::with_capacity(self.draws);
        if clusters < 2 {
            return values;
        }
        let mut times = vec![0_u32; clusters];
        for _ in 0..self.draws {
            times.fill(0);
            for _ in 0..clusters {
                times[self.places.below(clusters)] += 1;
            }
            values.extend(statistic(&times));
        }
        values
    }

    /// The percentile interval of draws around the value of the whole; no limits where fewer than half of the draws have a
    /// value.
    pub fn interval(&self, mut draws: Vec<f64>, whole: f64, level: f64) -> Interval {
        if draws.len() * 2 < self.draws {
            return Interval::UNKNOWN;
        }
        draws.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - level_or_default(level)) / 2.0;
        let narrowed = |drawn: f64| if self.part < 1.0 { whole + (drawn - whole) * self.part.sqrt() } else { drawn };
        match (between(&draws, tail), between(&draws, 1.0 - tail)) {
            (Some(low), Some(high)) => Interval::new(narrowed(low), narrowed(high)),
            _ => Interval::UNKNOWN,
        }
    }

    /// How it is done, in words.
    pub fn words(&self) -> String {
        let sampled = if self.part < 1.0 {
            format!(" of a seeded sample of {:.1} % of them", self.part * 100.0)
        } else {
            String::new()
        };
        format!("interval by {} draws of items{sampled}", self.draws)
    }
}

/// Places drawn evenly and with replacement, many at a time.
struct Places {
    rng: ChaCha8Rng,
    block: [u32; 256],
    next: usize,
}

impl Places {
    fn of(rng: ChaCha8Rng) -> Self {
        Self { rng, block: [0; 256], next: 256 }
    }

    /// A place below `n`.
    #[inline]
    fn below(&mut self, n: usize) -> usize {
        self.make_sure();
        let word = self.block[self.next];
        self.next += 1;
        below(word, n)
    }

    /// The words of the next places.
    fn words(&mut self, mut into: &mut [u32]) {
        while !into.is_empty() {
            self.make_sure();
            let n = into.len().min(self.block.len() - self.next);
            let (now, later) = into.split_at_mut(n);
            now.copy_from_slice(&self.block[self.next..self.next + n]);
            self.next += n;
            into = later;
        }
    }

    #[inline]
    fn make_sure(&mut self) {
        if self.next == self.block.len() {
            Fill::fill_slice(&mut self.block, &mut self.rng);
            self.next = 0;
        }
    }
}

/// How many draws of one ratio are summed at once.
const AT_ONCE: usize = 4;

/// The place below `n` that a word stands for. Multiply and shift: even to one part in 2^32 / n, and the same on every
/// platform and version.
#[inline]
fn below(word: u32, n: usize) -> usize {
    ((u64::from(word) * n as u64) >> 32) as usize
}

/// How many of `n` independent draws fall on each weight: one binomial a weight, where drawing them singly would take `n`
/// steps. Weights that add up to nothing get nothing.
pub(crate) fn multinomial(rng: &mut ChaCha8Rng, n: u64, weights: &[f64], counts: &mut Vec<u64>) {
    counts.clear();
    counts.resize(weights.len(), 0);
    let (mut left, mut rest) = (n, weights.iter().sum::<f64>());
    let last = weights.iter().rposition(|&weight| weight > 0.0);
    for (at, &weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
        // The last one takes what is left: the rest may have been rounded.
        let part = if Some(at) == last { 1.0 } else { (weight / rest).clamp(0.0, 1.0) };
        let drawn = Binomial::new(left, part).map_or(0, |binomial| binomial.sample(rng));
        counts[at] = drawn;
        left -= drawn;
        rest -= weight;
    }
}

/// Clusters that are alike, once each with how many there are, where that is few beside all of them.
fn alike(pairs: &[(f64, f64)]) -> Option<Vec<((f64, f64), f64)>> {
    let mut sorted = pairs.to_vec();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let groups = sorted.chunk_by(|a, b| a == b);
    let kinds: Vec<_> = groups.map(|group| (group[0], group.len() as f64)).collect();
    // A binomial costs about as much as this many single draws.
    (kinds.len() * 16 <= pairs.len()).then_some(kinds)
}

/// The percentile interval of each share.
fn intervals(table: &Table, sums: &[Sums], range: Range, seed: u64, level: f64) -> Vec<Interval> {
    let (clusters, columns) = (table.clusters(), table.parts.len());
    if clusters < 2 || columns == 0 {
        return vec![Interval::UNKNOWN; columns];
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draws: Vec<Vec<f64>> = vec![Vec::with_capacity(DRAWS); columns];
    let pairs = table.as_pairs();
    if let Some(kinds) = pairs.as_deref().and_then(alike) {
        let weights: Vec<f64> = kinds.iter().map(|(_, times)| *times).collect();
        let mut counts = Vec::new();
        for _ in 0..DRAWS {
            multinomial(&mut rng, clusters as u64, &weights, &mut counts);
            let sum = |of: fn(&(f64, f64)) -> f64| {
                kinds.iter().zip(&counts).map(|((pair, _), &times)| of(pair) * times as f64).sum::<f64>()
            };
            let whole = sum(|pair| pair.1);
            if whole > 0.0 {
                draws[0].push(sum(|pair| pair.0) / whole);
            }
        }
    } else if let Some(pairs) = pairs {
        // The usual case, one ratio: part and whole beside each other in memory.
        // Some draws at once: a sum waits for its last addition, and meanwhile the others' are made. The words of each come
        // in the order in which they would come one draw after the other, and so do its additions.
        let mut places = Places::of(rng);
        let mut words = vec![0; clusters * AT_ONCE];
        for first in (0..DRAWS).step_by(AT_ONCE) {
            let at_once = AT_ONCE.min(DRAWS - first);
            places.words(&mut words[..clusters * at_once]);
            let mut sums = [(0.0, 0.0); AT_ONCE];
            for at in 0..clusters {
                for (draw, sum) in sums.iter_mut().enumerate() {
                    let (x, y) = pairs[below(words[draw * clusters + at], clusters)];
                    *sum = (sum.0 + x, sum.1 + y);
                }
            }
            let of_draws = sums[..at_once].iter().filter(|(_, whole)| *whole > 0.0);
            draws[0].extend(of_draws.map(|(part, whole)| part / whole));
        }
    } else {
        let mut places = Places::of(rng);
        let mut part = vec![0.0_f64; columns];
        for _ in 0..DRAWS {
            part.fill(0.0);
            let mut whole = 0.0;
            for _ in 0..clusters {
                let drawn = places.below(clusters);
                whole += table.wholes[drawn];
                for &(column, x) in table.entries_of(drawn) {
                    part[column as usize] += x;
                }
            }
            if whole > 0.0 {
                for (column, sum) in draws.iter_mut().zip(&part) {
                    column.push(sum / whole);
                }
            }
        }
    }
    let tail = (1.0 - level_or_default(level)) / 2.0;
    draws
        .iter_mut()
        .zip(sums)
        .map(|(draws, sums)| {
            let Some(value) = sums.value() else { return Interval::UNKNOWN };
            if sums.variance() == Some(0.0) {
                return agreed(value, clusters as u64, range, level);
            }
            draws.sort_unstable_by(f64::total_cmp);
            match (between(draws, tail), between(draws, 1.0 - tail)) {
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

    /// Two in ten: of 20,000 draws of 30, the mean is 6 and the variance 30 * 0.2 * 0.8 = 4.8; nothing falls on no weight.
    #[test]
    fn counts_drawn_together_are_spread_as_single_draws_are() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let (mut counts, mut sums) = (Vec::new(), (0.0, 0.0));
        for _ in 0..20_000 {
            multinomial(&mut rng, 30, &[3.0, 0.0, 2.0, 5.0, 0.0], &mut counts);
            assert_eq!((counts.iter().sum::<u64>(), counts[1], counts[4]), (30, 0, 0));
            sums = (sums.0 + counts[2] as f64, sums.1 + (counts[2] as f64 - 6.0).powi(2));
        }
        assert!((sums.0 / 2e4 - 6.0).abs() < 0.06, "{sums:?}");
        assert!((sums.1 / 2e4 / 4.8 - 1.0).abs() < 0.05, "{sums:?}");
        multinomial(&mut rng, 7, &[0.0, 0.0], &mut counts);
        assert_eq!(counts, [0, 0]);
    }

    /// Few kinds of clusters are drawn by kind; the interval is that of clusters drawn one by one, up to chance.
    #[test]
    fn alike_clusters_give_the_interval_of_single_ones() {
        let of = |step: f64| -> Vec<(f64, f64)> {
            (0..400).map(|i| (f64::from(i % 4) + step * f64::from(i), 4.0 + step)).collect()
        };
        assert!(alike(&of(0.0)).is_some() && alike(&of(1e-9)).is_none());
        let (kinds, single) = (ratio(&of(0.0), 5), ratio(&of(1e-9), 5));
        let width = |e: &Estimate| e.interval().high.unwrap() - e.interval().low.unwrap();
        assert!((kinds.value().unwrap() - single.value().unwrap()).abs() < 1e-6);
        assert!((width(&kinds) / width(&single) - 1.0).abs() < 0.1, "{kinds:?} {single:?}");
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
