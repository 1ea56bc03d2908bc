//! How large a share is, from counts: Jeffreys and Wilson intervals, which hold for 3 of 7 and for 0 of 12.

use crate::beta;
use crate::estimate::{Estimate, Interval, LEVEL_DEFAULT, Unit, Window};
use crate::{level_or_default, z_two_sided};

/// How [`share`] describes itself.
pub const METHOD_JEFFREYS: &str = "share with Jeffreys interval";

/// Jeffreys interval of a share.
///
/// **Estimates** the limits between which the true share lies when `k` of `n` independent trials succeeded.
///
/// **Formula.** The `alpha/2` and `1 - alpha/2` quantiles of Beta(`k + 1/2`, `n - k + 1/2`); the lower limit is 0 when
/// `k = 0` and the upper one is 1 when `k = n`.
///
/// **Assumptions.** Independent trials with one true share. Nothing is censored: a trial that has not ended is not a
/// trial. There are no ties to break.
///
/// **Interval.** Equal-tailed; it is a Bayesian interval whose coverage in repeated samples is close to the level.
/// `n = 0` gives an interval without limits; `k > n` is read as `k = n`.
///
/// **Not for** shares of clustered things (several hand-overs of one item): use [`crate::resample::ratio_of_sums`].
///
/// **Reference.** Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science
/// 16(2), 101-133, section 3.1.2.
///
/// ```
/// let limits = sayso_stats::proportion::jeffreys(3, 7, 0.95);
/// assert!((limits.low.unwrap() - 0.1391).abs() < 1e-3 && (limits.high.unwrap() - 0.7658).abs() < 1e-3);
/// ```
pub fn jeffreys(k: u64, n: u64, level: f64) -> Interval {
    jeffreys_effective(k.min(n) as f64, n as f64, level)
}

/// Wilson score interval of a share.
///
/// **Estimates** the same as [`jeffreys`].
///
/// **Formula.** `(p + z^2/2n ± z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)` with `p = k/n`.
///
/// **Assumptions.** As for [`jeffreys`].
///
/// **Interval.** Inverts the score test; within `[0, 1]`. `n = 0` gives no limits; `k > n` is read as `k = n`.
///
/// **Not for** clustered things, nor for very small shares of very many, where Jeffreys is closer to its level.
///
/// **Reference.** Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22(158),
/// 209-212.
pub fn wilson(k: u64, n: u64, level: f64) -> Interval {
    if n == 0 {
        return Interval::UNKNOWN;
    }
    let z = z_two_sided(level);
    let n = n as f64;
    let p = (k as f64).min(n) / n;
    let z2 = z * z;
    let middle = p + z2 / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    // The exact limits at the ends are 0 and 1; rounding must not leave 1e-17 or 1 + 1e-16.
    let low = if p == 0.0 { 0.0 } else { ((middle - half) / scale).max(0.0) };
    let high = if p == 1.0 { 1.0 } else { ((middle + half) / scale).min(1.0) };
    Interval::new(low, high)
}

/// The share `k` of `n` with its Jeffreys interval at the default level; "cannot tell" where `n` is 0.
///
/// See [`jeffreys`] for what it assumes and when not to use it.
pub fn share(k: u64, n: u64, window: Window) -> Estimate {
    if n == 0 {
        return Estimate::cannot_tell(0, Unit::Share, window, METHOD_JEFFREYS, "nothing to take a share of");
    }
    let k = k.min(n);
    Estimate::new(k as f64 / n as f64, jeffreys(k, n, LEVEL_DEFAULT), n, Unit::Share, window, METHOD_JEFFREYS)
}

/// Jeffreys limits for counts that need not be whole: an effective number of trials, where clustering makes `n`
/// observations worth fewer. `n <= 0` gives no limits.
pub(crate) fn jeffreys_effective(k: f64, n: f64, level: f64) -> Interval {
    if n.is_nan() || n <= 0.0 || !k.is_finite() {
        return Interval::UNKNOWN;
    }
    let k = k.clamp(0.0, n);
    let tail = (1.0 - level_or_default(level)) / 2.0;
    let (a, b) = (k + 0.5, n - k + 0.5);
    let low = if k == 0.0 { 0.0 } else { beta::quantile(a, b, tail) };
    let high = if k == n { 1.0 } else { beta::quantile(a, b, 1.0 - tail) };
    Interval::new(low, high)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_of_nothing_excludes_nothing() {
        assert_eq!(jeffreys(0, 0, 0.95), Interval::UNKNOWN);
        assert_eq!(wilson(0, 0, 0.95), Interval::UNKNOWN);
        let window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };
        assert!(share(0, 0, window).value().is_none());
    }

    /// With n = 1 and k = 1 the Wilson limits are 1/(1 + z^2) and 1.
    #[test]
    fn wilson_of_one_of_one_in_closed_form() {
        let limits = wilson(1, 1, 0.95);
        assert!((limits.low.unwrap() - 1.0 / (1.0 + 1.959_963_984_540_054_f64.powi(2))).abs() < 1e-12);
        assert_eq!(limits.high, Some(1.0));
    }

    /// Beta(1/2, 3/2) and Beta(3/2, 1/2) mirror each other.
    #[test]
    fn none_and_all_have_one_open_side() {
        let (none, all) = (jeffreys(0, 12, 0.95), jeffreys(12, 12, 0.95));
        assert_eq!(none.low, Some(0.0));
        assert_eq!(all.high, Some(1.0));
        assert!((none.high.unwrap() - (1.0 - all.low.unwrap())).abs() < 1e-9);
        assert!(none.high.unwrap() > 0.1);
    }

    #[test]
    fn a_level_that_is_none_is_the_default() {
        assert_eq!(jeffreys(3, 7, 0.95), jeffreys(3, 7, 7.0));
        assert_eq!(wilson(3, 7, 0.95), wilson(3, 7, f64::NAN));
    }

    proptest! {
        #[test]
        fn limits_enclose_the_share(n in 1u64..5_000_000, part in 0.0f64..=1.0) {
            let k = ((n as f64 * part) as u64).min(n);
            let p = k as f64 / n as f64;
            for limits in [jeffreys(k, n, 0.95), wilson(k, n, 0.95)] {
                let (low, high) = (limits.low.unwrap(), limits.high.unwrap());
                prop_assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
                prop_assert!(low <= p && p <= high, "{low} {p} {high} ({k} of {n})");
            }
        }
    }
}
