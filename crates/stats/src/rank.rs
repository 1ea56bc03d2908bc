//! A quantile of complete observations, with limits that assume no distribution.

use crate::beta;
use crate::estimate::{Estimate, Interval, LEVEL_DEFAULT, Unit, Window};
use crate::level_or_default;

/// How [`quantile`] describes itself.
pub const METHOD_QUANTILE: &str = "sample quantile with binomial order-statistic interval";

/// A quantile of a sample in which nothing is censored.
///
/// **Estimates** the value that a share `p` of the population does not exceed.
///
/// **Formula.** The smallest observation `x` with at least `p n` observations at or below it: the `⌈p n⌉`-th of the
/// sorted sample. It is always a value that was observed, and the same as Kaplan-Meier's without censoring.
///
/// **Assumptions.** Independent observations. Nothing censored. Ties are kept as they are; with ties the interval covers
/// at least as often as it says.
///
/// **Interval.** Order statistics `[x_(l), x_(u)]` with `P(B < l) <= alpha/2` and `P(B >= u) <= alpha/2` for
/// `B ~ Binomial(n, p)`: distribution-free, and at least at its level. A side on which no order statistic is extreme
/// enough has no limit (the median needs six observations for both at 95 %).
///
/// **Not for** waits of which some have not ended: use [`crate::survival`], or the quick ones will stand for all.
///
/// **Reference.** Hahn and Meeker (1991), Statistical Intervals, section 5.2.
///
/// An empty sample, or `p` outside `(0, 1)`, gives "cannot tell". Observations that are not numbers are left out.
pub fn quantile(sample: &mut Vec<f64>, p: f64, unit: Unit, window: Window) -> Estimate {
    sample.retain(|x| !x.is_nan());
    let n = sample.len();
    if n == 0 {
        return Estimate::cannot_tell(0, unit, window, METHOD_QUANTILE, "no observations");
    }
    if !(p > 0.0 && p < 1.0) {
        return Estimate::cannot_tell(n as u64, unit, window, METHOD_QUANTILE, "a quantile lies between 0 and 1");
    }
    let (low, high) = ranks(n as u64, p, LEVEL_DEFAULT);
    let mut at = |rank: u64| {
        let (_, x, _) = sample.select_nth_unstable_by(rank as usize - 1, f64::total_cmp);
        *x
    };
    let interval = Interval { low: low.map(&mut at), high: high.map(&mut at) };
    let value = at(rank(n as u64, p));
    Estimate::new(value, interval, n as u64, unit, window, METHOD_QUANTILE)
}

/// How [`correlation`] describes itself.
pub const METHOD_CORRELATION: &str = "Spearman's rank correlation with ties at their mean rank, interval by Fisher's transformation with the variance \
                                      of Bonett and Wright (2000)";

/// How far two quantities rise together: -1 to 1, 0 where neither tells of the other.
///
/// **Estimates** Spearman's rho of the population.
///
/// **Formula.** Pearson's correlation of the ranks; equal values share the mean of their ranks.
///
/// **Assumptions.** Independent pairs, nothing censored. Pairs with a part that is not a number are left out.
///
/// **Interval.** `tanh(atanh(r) +- z sqrt((1 + r^2 / 2) / (n - 3)))` at 95 %.
///
/// Fewer than four pairs, or one quantity that never changes, give "cannot tell".
pub fn correlation(pairs: &[(f64, f64)], window: Window) -> Estimate {
    let known: Vec<(f64, f64)> = pairs.iter().copied().filter(|(x, y)| !x.is_nan() && !y.is_nan()).collect();
    let n = known.len();
    let fail = |why: &str| Estimate::cannot_tell(n as u64, Unit::Ratio, window, METHOD_CORRELATION, why.to_owned());
    if n < 4 {
        return fail("fewer than four pairs");
    }
    let x = ranks_of(known.iter().map(|pair| pair.0).collect());
    let y = ranks_of(known.iter().map(|pair| pair.1).collect());
    let mean = (n as f64 + 1.0) / 2.0;
    let sum = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
    let spread = (sum(&x, &x) * sum(&y, &y)).sqrt();
    if spread <= 0.0 {
        return fail("one of the two never changes");
    }
    let r = (sum(&x, &y) / spread).clamp(-1.0, 1.0);
    let error = ((1.0 + r * r / 2.0) / (n as f64 - 3.0)).sqrt();
    let limit = |side: f64| (r.atanh() + side * 1.959_963_984_540_054 * error).tanh();
    let interval =
        if r.abs() < 1.0 { Interval { low: Some(limit(-1.0)), high: Some(limit(1.0)) } } else { Interval::UNKNOWN };
    Estimate::new(r, interval, n as u64, Unit::Ratio, window, METHOD_CORRELATION)
}

/// The rank of each value from 1; equal values share the mean of theirs.
fn ranks_of(values: Vec<f64>) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let alike = order[from..].iter().take_while(|at| values[**at] == values[order[from]]).count().max(1);
        let rank = from as f64 + (alike as f64 + 1.0) / 2.0;
        order[from..from + alike].iter().for_each(|at| ranks[*at] = rank);
        from += alike;
    }
    ranks
}

/// The rank (from 1) of the `p` quantile of `n` observations.
fn rank(n: u64, p: f64) -> u64 {
    // 0.35 * 20 is 7.000000000000001 in floating point; it means 7.
    let exact = p * n as f64;
    ((exact - 1e-9 * exact.max(1.0)).ceil().max(1.0) as u64).min(n)
}

/// The ranks (from 1) of the two order statistics that are the limits; `None` where there is none.
fn ranks(n: u64, p: f64, level: f64) -> (Option<u64>, Option<u64>) {
    if !(0.0..=1.0).contains(&p) {
        return (None, None);
    }
    let tail = (1.0 - level_or_default(level)) / 2.0;
    // Smallest k with P(B <= k) > tail: then P(B < k) <= tail, and k itself is the largest such rank.
    let low = first(n, |k| beta::binomial_at_most(n, p, k) > tail);
    // Smallest u with P(B <= u - 1) >= 1 - tail.
    let high = first(n, |k| beta::binomial_at_most(n, p, k) >= 1.0 - tail) + 1;
    ((low >= 1).then_some(low), (high <= n).then_some(high))
}

/// The smallest of `0..=n` for which a condition that stays true holds; `n` where none.
fn first(n: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    const WINDOW: Window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };

    fn of(mut sample: Vec<f64>, p: f64) -> Estimate {
        quantile(&mut sample, p, Unit::CalendarHours, WINDOW)
    }

    /// Six observations: P(B = 0) = 1/64 < 0.025, so the limits are the extremes (coverage 62/64).
    #[test]
    fn the_rank_correlation_of_few_pairs_by_hand() {
        let window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };
        let of = |pairs: &[(f64, f64)]| correlation(pairs, window);
        // Ranks 1, 2.5, 2.5, 4, 5 and 2, 1, 3, 5, 4: sums of products 7, of squares 9.5 and 10.
        let told = of(&[(1.0, 2.0), (2.0, 1.0), (2.0, 3.0), (3.0, 9.0), (7.0, 4.0)]);
        assert!((told.value().unwrap() - 7.0 / 95_f64.sqrt()).abs() < 1e-12, "{told:?}");
        assert!(told.interval().low.unwrap() < 0.71 && told.interval().high.unwrap() > 0.72);
        assert_eq!(of(&[(1.0, 4.0), (2.0, 3.0), (3.0, 2.0), (4.0, 1.0)]).value(), Some(-1.0));
        assert_eq!(of(&[(1.0, 4.0), (1.0, 3.0), (1.0, 2.0), (1.0, 1.0)]).value(), None);
        assert_eq!(of(&[(1.0, 4.0), (2.0, f64::NAN), (3.0, 2.0), (4.0, 1.0)]).value(), None);
    }

    #[test]
    fn six_observations_are_just_enough_for_the_median() {
        let e = of(vec![6.0, 1.0, 5.0, 2.0, 4.0, 3.0], 0.5);
        assert_eq!(e.value(), Some(3.0));
        assert_eq!(e.interval(), Interval::new(1.0, 6.0));
        assert_eq!(of(vec![5.0, 1.0, 4.0, 2.0, 3.0], 0.5).interval(), Interval::UNKNOWN);
    }

    /// n = 20, p = 1/2: the table value is the 6th and the 15th (coverage 0.9586).
    #[test]
    fn twenty_observations_by_the_table() {
        let e = of((1..=20).map(f64::from).collect(), 0.5);
        assert_eq!(e.value(), Some(10.0));
        assert_eq!(e.interval(), Interval::new(6.0, 15.0));
    }

    #[test]
    fn nobody_one_and_all_alike() {
        assert!(of(vec![], 0.5).value().is_none());
        assert!(of(vec![f64::NAN], 0.5).value().is_none());
        let one = of(vec![7.0], 0.5);
        assert_eq!((one.value(), one.interval(), one.n()), (Some(7.0), Interval::UNKNOWN, 1));
        assert_eq!(of(vec![3.0; 50], 0.25).interval(), Interval::new(3.0, 3.0));
        assert!(of(vec![1.0, 2.0], 1.0).value().is_none());
    }

    proptest! {
        #[test]
        fn limits_enclose_the_value(sample in proptest::collection::vec(-1e6f64..1e6, 1..300), p in 0.01f64..0.99) {
            let e = of(sample.clone(), p);
            let value = e.value().unwrap();
            prop_assert!(sample.contains(&value));
            prop_assert!(e.interval().low.is_none_or(|low| low <= value));
            prop_assert!(e.interval().high.is_none_or(|high| value <= high));
        }
    }
}
