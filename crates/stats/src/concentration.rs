//! How few hands hold how much: unbiased concentration, effective numbers, and divergence beside what chance alone gives.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Binomial, Distribution};

use crate::estimate::{Estimate, Interval, LEVEL_DEFAULT, Unit, Window};
use crate::proportion::jeffreys;
use crate::{level_or_default, z_two_sided};

/// How [`effective`] describes itself.
pub const METHOD_EFFECTIVE: &str = "one over the unbiased Herfindahl index, delta interval on the log scale";

/// The Herfindahl index without its small-sample bias.
///
/// **Estimates** the probability that two things drawn at random lie in the same hands: `Σ p_i²`.
///
/// **Formula.** `Σ n_i (n_i - 1) / (n (n - 1))`. The plain `Σ (n_i/n)²` is too large by about `(1 - H)/n`: ten equal hands
/// and fifteen things give 0.16 in place of 0.10.
///
/// **Assumptions.** Independent things. Nothing is censored; ties do not matter.
///
/// Fewer than two things give `None`.
///
/// **Reference.** Simpson (1949), Measurement of diversity, Nature 163, 688.
///
/// ```
/// use sayso_stats::concentration::herfindahl;
/// assert_eq!(herfindahl(&[3, 1]), Some(0.5));
/// assert_eq!(herfindahl(&[7]), Some(1.0));
/// assert_eq!(herfindahl(&[1]), None);
/// ```
pub fn herfindahl(counts: &[u64]) -> Option<f64> {
    let n: u64 = counts.iter().sum();
    if n < 2 {
        return None;
    }
    let same: f64 = counts.iter().map(|&count| count as f64 * count.saturating_sub(1) as f64).sum();
    Some(same / (n as f64 * (n - 1) as f64))
}

/// The variance of [`herfindahl`], with the shares that were seen put in for the true ones; `None` of fewer than two.
///
/// It is that of a mean over pairs: `[2(n-2) ζ1 + ζ2] 2/(n(n-1))`, with `ζ1 = Σp³ - (Σp²)²` and `ζ2 = Σp² - (Σp²)²`.
fn variance(counts: &[u64]) -> Option<f64> {
    let n: u64 = counts.iter().sum();
    if n < 2 {
        return None;
    }
    let n = n as f64;
    let power = |k: i32| counts.iter().map(|&count| (count as f64 / n).powi(k)).sum::<f64>();
    let (second, third) = (power(2), power(3));
    let (one, two) = ((third - second * second).max(0.0), (second - second * second).max(0.0));
    Some(2.0 / (n * (n - 1.0)) * (2.0 * (n - 2.0) * one + two))
}

/// Among how many equal hands things would be spread to be as concentrated as they are.
///
/// **Estimates** `1/H`, with `H` the probability that two things lie in the same hands.
///
/// **Formula.** One over [`herfindahl`]: without the small-sample bias of `H`, and with little of its own.
///
/// **Assumptions.** As [`herfindahl`].
///
/// **Interval.** `log H ± z sqrt(Var H)/H` with the variance of a mean over pairs, turned over, and not below 1. Where all
/// lies in one pair of hands there is no spread to go by: then the upper limit is one over the square of the Jeffreys
/// limit of their share. Where no two lie in the same hands, no value is given but a lower limit, from the chance of
/// seeing no pair among `n(n-1)/2`.
///
/// **Not for** fewer than some twenty things: the interval is then wide, which it should be, and rough.
///
/// Fewer than two things give "cannot tell".
pub fn effective(counts: &[u64], window: Window) -> Estimate {
    let n: u64 = counts.iter().sum();
    let cannot = |why| Estimate::cannot_tell(n, Unit::Count, window, METHOD_EFFECTIVE, why);
    let (Some(h), Some(variance)) = (herfindahl(counts), variance(counts)) else {
        return cannot("fewer than two to compare");
    };
    if h == 0.0 {
        let pairs = n as f64 * (n - 1) as f64 / 2.0;
        let low = pairs / -((1.0 - LEVEL_DEFAULT) / 2.0).ln();
        return cannot("no two lie in the same hands").bounded(Interval { low: Some(low.max(1.0)), high: None });
    }
    let interval = if h == 1.0 {
        let share = jeffreys(n, n, LEVEL_DEFAULT).low;
        Interval { low: Some(1.0), high: share.map(|share| 1.0 / (share * share)) }
    } else {
        let spread = (z_two_sided(LEVEL_DEFAULT) * variance.sqrt() / h).exp();
        Interval::new((1.0 / (h * spread)).max(1.0), spread / h)
    };
    Estimate::new(1.0 / h, interval, n, Unit::Count, window, METHOD_EFFECTIVE)
}

/// The Jensen-Shannon divergence of two distributions in bits: 0 where they are the same, 1 where they share nothing.
///
/// Weights need not add up to 1. `None` where the lists differ in length, or either adds up to nothing, or a weight is
/// negative or not a number.
///
/// **Reference.** Lin (1991), Divergence measures based on the Shannon entropy, IEEE Transactions on Information Theory
/// 37(1), 145-151.
///
/// ```
/// use sayso_stats::concentration::jensen_shannon;
/// assert_eq!(jensen_shannon(&[1.0, 0.0], &[0.0, 3.0]), Some(1.0));
/// assert_eq!(jensen_shannon(&[1.0, 1.0], &[2.0, 2.0]), Some(0.0));
/// ```
pub fn jensen_shannon(p: &[f64], q: &[f64]) -> Option<f64> {
    let total = |weights: &[f64]| {
        let sum: f64 = weights.iter().sum();
        (weights.iter().all(|weight| *weight >= 0.0) && sum > 0.0 && sum.is_finite()).then_some(sum)
    };
    let (all_p, all_q) = (total(p)?, total(q)?);
    if p.len() != q.len() {
        return None;
    }
    let part = |x: f64, middle: f64| if x > 0.0 { x * (x / middle).log2() } else { 0.0 };
    let sum: f64 = p
        .iter()
        .zip(q)
        .map(|(p, q)| {
            let (p, q) = (p / all_p, q / all_q);
            let middle = (p + q) / 2.0;
            part(p, middle) + part(q, middle)
        })
        .sum();
    Some((sum / 2.0).clamp(0.0, 1.0))
}

/// A divergence beside what chance alone gives at the same number of things.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Divergence {
    /// What was seen, in bits. Not to be shown without the rest.
    pub seen: f64,
    /// What chance gives on average although nothing differs.
    pub null_mean: f64,
    /// What chance exceeds in 5 of 100 draws.
    pub null_95: f64,
    /// What was seen less what chance gives on average.
    pub excess: f64,
    /// How often chance gives as much or more.
    pub p: f64,
    /// How many things were counted.
    pub n: u64,
}

/// Compares counts with the shares that were declared, and with what chance alone does to such counts.
///
/// **Estimates** the divergence in bits between `declared` and the shares that `counts` come from.
///
/// **Formula.** [`jensen_shannon`] of the counts, less the mean over `draws` multinomial samples of the same size from the
/// declared shares.
///
/// **Assumptions.** Independent things, declared shares that are known and not themselves estimated.
///
/// **Test.** `p = (1 + draws as large or larger) / (1 + draws)`.
///
/// **Not for** comparing two sets of counts: the second is then estimated too, and the null is larger.
///
/// No things, no draws, lists of different length, or declared shares that add up to nothing, give `None`. The same seed
/// gives the same numbers to the last bit.
pub fn divergence(declared: &[f64], counts: &[u64], draws: usize, seed: u64) -> Option<Divergence> {
    let n: u64 = counts.iter().sum();
    let seen = jensen_shannon(declared, &as_weights(counts))?;
    if draws == 0 {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut null = redrawn(declared, declared, n, draws, &mut random);
    null.sort_unstable_by(f64::total_cmp);
    let null_mean = null.iter().sum::<f64>() / null.len() as f64;
    let as_large = null.len() - null.partition_point(|&drawn| drawn < seen - 1e-12);
    Some(Divergence {
        seen,
        null_mean,
        null_95: null[((null.len() - 1) as f64 * 0.95).round() as usize],
        excess: seen - null_mean,
        p: (1 + as_large) as f64 / (1 + null.len()) as f64,
        n,
    })
}

/// The interval of a divergence's excess, by drawing the counts again from the shares that were seen: what they exceed
/// chance by, moved so that its middle is the excess itself. `None` as in [`divergence`].
pub fn excess_interval(declared: &[f64], counts: &[u64], draws: usize, seed: u64, level: f64) -> Option<Interval> {
    let seen = divergence(declared, counts, draws, seed)?;
    let n: u64 = counts.iter().sum();
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x5bd1_e995);
    let mut drawn = redrawn(declared, &as_weights(counts), n, draws, &mut random);
    drawn.sort_unstable_by(f64::total_cmp);
    let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
    let tail = (1.0 - level_or_default(level)) / 2.0;
    let at = |p: f64| drawn[((drawn.len() - 1) as f64 * p).round() as usize] - mean + seen.excess;
    Some(Interval::new(at(tail), at(1.0 - tail)))
}

/// The divergence of `n` things from what was declared, drawn from `weights` again and again.
fn redrawn(declared: &[f64], weights: &[f64], n: u64, draws: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut counts = Vec::new();
    let drawn = (0..draws).filter_map(|_| {
        multinomial(random, n, weights, &mut counts);
        jensen_shannon(declared, &as_weights(&counts))
    });
    drawn.collect()
}

/// How many of `n` independent draws fall on each weight: one binomial a weight, where drawing them singly would take `n`
/// steps. Weights that add up to nothing get nothing.
fn multinomial(rng: &mut ChaCha8Rng, n: u64, weights: &[f64], counts: &mut Vec<u64>) {
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

fn as_weights(counts: &[u64]) -> Vec<f64> {
    counts.iter().map(|&count| count as f64).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::Timestamp;
    use proptest::prelude::*;
    use rand::RngExt;

    use super::*;

    const WINDOW: Window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };

    /// 223 of 223 in one pair of hands: one decider, and hardly any room for another.
    #[test]
    fn all_in_one_pair_of_hands() {
        let e = effective(&[223], WINDOW);
        assert_eq!((e.value(), e.interval().low), (Some(1.0), Some(1.0)));
        let high = e.interval().high.unwrap();
        assert!(high > 1.0 && high < 1.03, "{high}");
    }

    /// 30 and 10: H = (30*29 + 10*9)/(40*39) = 960/1560.
    #[test]
    fn two_unequal_hands_by_hand() {
        let e = effective(&[30, 0, 10], WINDOW);
        assert!((e.value().unwrap() - 1560.0 / 960.0).abs() < 1e-12);
        assert!(e.interval().low.unwrap() < 1.5 && e.interval().high.unwrap() > 1.8, "{e:?}");
    }

    #[test]
    fn none_one_and_all_different() {
        assert!(effective(&[], WINDOW).value().is_none());
        assert!(effective(&[1], WINDOW).value().is_none());
        let e = effective(&[1; 10], WINDOW);
        assert!(e.value().is_none());
        // 45 pairs, none the same: a chance of 2.5 % at H = 3.689/45.
        assert!((e.interval().low.unwrap() - 45.0 / 40.0_f64.ln()).abs() < 1e-9);
    }

    /// The variance of a mean over pairs, against ten thousand draws of sixty from unequal shares.
    #[test]
    fn the_variance_is_that_of_draws() {
        let shares = [0.4, 0.3, 0.2, 0.1];
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let drawn: Vec<f64> = (0..10_000)
            .map(|_| {
                let mut counts = [0_u64; 4];
                for _ in 0..60 {
                    let at: f64 = random.random();
                    counts[[0.4, 0.7, 0.9].iter().filter(|&&up_to| at >= up_to).count()] += 1;
                }
                herfindahl(&counts).unwrap()
            })
            .collect();
        let mean = drawn.iter().sum::<f64>() / 1e4;
        let spread = drawn.iter().map(|h| (h - mean).powi(2)).sum::<f64>() / 1e4;
        assert!((mean - 0.3).abs() < 0.002, "unbiased: {mean}");
        let counts = shares.map(|share: f64| (share * 60.0).round() as u64);
        assert!((variance(&counts).unwrap() / spread - 1.0).abs() < 0.1, "{spread}");
    }

    /// What chance alone gives ten equal deciders who decide as declared (the null table).
    #[test]
    fn the_null_table_is_reproduced() {
        for (n, raw, top, mean, high) in [
            (15, 0.159, 0.24, 0.149, 0.259),
            (30, 0.130, 0.20, 0.065, 0.130),
            (60, 0.115, 0.17, 0.029, 0.057),
            (120, 0.108, 0.15, 0.014, 0.027),
            (500, 0.102, 0.12, 0.003, 0.006),
        ] {
            let mut random = ChaCha8Rng::seed_from_u64(n);
            let (mut sums, draws) = ([0.0; 3], 2_000);
            let mut sample = vec![0_u64; 10];
            for _ in 0..draws {
                sample = vec![0_u64; 10];
                (0..n).for_each(|_| sample[random.random_range(0..10_usize)] += 1);
                let plain: f64 = sample.iter().map(|&k| (k as f64 / n as f64).powi(2)).sum();
                let largest = *sample.iter().max().unwrap() as f64 / n as f64;
                for (sum, x) in sums.iter_mut().zip([plain, herfindahl(&sample).unwrap(), largest]) {
                    *sum += x / f64::from(draws);
                }
            }
            assert!((sums[0] - raw).abs() < 0.003, "raw at {n}: {}", sums[0]);
            assert!((sums[1] - 0.1).abs() < 0.002, "unbiased at {n}: {}", sums[1]);
            assert!((sums[2] - top).abs() < 0.013, "top at {n}: {}", sums[2]);
            let chance = divergence(&[1.0; 10], &sample, 4_000, 7).unwrap();
            assert!((chance.null_mean - mean).abs() < 0.004, "mean at {n}: {chance:?}");
            assert!((chance.null_95 - high).abs() < 0.012, "95th at {n}: {chance:?}");
        }
    }

    #[test]
    fn what_is_as_declared_has_no_excess_and_what_is_not_has_one() {
        let same = divergence(&[0.5, 0.5], &[50, 50], 999, 1).unwrap();
        assert_eq!((same.seen, same.p), (0.0, 1.0));
        assert!(same.excess < 0.0, "less than chance: {same:?}");
        let other = divergence(&[0.5, 0.5], &[100, 0], 999, 1).unwrap();
        assert_eq!(other.p, 0.001);
        // JSD of (1/2, 1/2) and (1, 0): with the middle (3/4, 1/4).
        let by_hand = 0.5 * (0.5 * (2.0_f64 / 3.0).log2() + 0.5 * 2.0_f64.log2()) + 0.5 * (4.0_f64 / 3.0).log2();
        assert!((other.seen - by_hand).abs() < 1e-12);
        let limits = excess_interval(&[0.5, 0.5], &[70, 30], 999, 1, 0.95).unwrap();
        let seen = divergence(&[0.5, 0.5], &[70, 30], 999, 1).unwrap();
        assert!(limits.low.unwrap() < seen.excess && seen.excess < limits.high.unwrap());
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        assert_eq!(jensen_shannon(&[1.0], &[1.0, 0.0]), None);
        assert_eq!(jensen_shannon(&[0.0], &[1.0]), None);
        assert_eq!(jensen_shannon(&[-1.0, 2.0], &[1.0, 1.0]), None);
        assert_eq!(divergence(&[1.0, 1.0], &[0, 0], 99, 1), None);
        assert_eq!(divergence(&[1.0, 1.0], &[1, 0], 0, 1), None);
        assert_eq!(divergence(&[], &[], 9, 1), None);
    }

    proptest! {
        #[test]
        fn a_divergence_lies_between_0_and_1_and_is_the_same_both_ways(
            pairs in proptest::collection::vec((0.0f64..10.0, 0.0f64..10.0), 1..12)
        ) {
            let (p, q): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            if let Some(there) = jensen_shannon(&p, &q) {
                prop_assert!((0.0..=1.0).contains(&there));
                prop_assert!((there - jensen_shannon(&q, &p).unwrap()).abs() < 1e-12);
            }
        }
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
}
