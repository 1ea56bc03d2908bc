//! Whether a share is larger than another, or than a line: exact p-values from counts.

use statrs::function::factorial::ln_binomial;

use crate::beta;

/// One-sided exact p-value that a share lies above a line.
///
/// **Tests** whether the true share of which `k` of `n` were seen is at most `line`.
///
/// **Formula.** `P(B >= k)` for `B ~ Binomial(n, line)`.
///
/// **Assumptions.** Independent trials. Exact, so a little cautious where `n` is small.
///
/// `n = 0`, `k = 0` and a line of 1 or more give 1; a line of 0 or less gives 0 where `k > 0`. `k > n` is read as `k = n`.
///
/// ```
/// // Both of two at a line of one half: a quarter.
/// assert!((sayso_stats::compare::share_above_line(2, 2, 0.5) - 0.25).abs() < 1e-12);
/// ```
pub fn share_above_line(k: u64, n: u64, line: f64) -> f64 {
    let k = k.min(n);
    if k == 0 || line >= 1.0 || line.is_nan() {
        return 1.0;
    }
    if line <= 0.0 {
        return 0.0;
    }
    // P(B >= k) is the regularised incomplete beta function of k and n - k + 1.
    beta::at_or_below(k as f64, (n - k) as f64 + 1.0, line)
}

/// One-sided exact p-value that one share lies above another.
///
/// **Tests** whether the true share of which `k` of `n` were seen is at most that of which `other` of `of` were.
///
/// **Formula.** Fisher's exact test: the chance of `k` or more here, given how many there are in both together.
///
/// **Assumptions.** Independent trials, both groups independent of each other. Cautious where counts are small.
///
/// An empty group gives 1. Counts above their totals are read as the totals.
///
/// **Reference.** Fisher (1935), The logic of inductive inference, Journal of the Royal Statistical Society 98(1), 39-82.
///
/// ```
/// // 3 of 3 against 0 of 3: one of the twenty ways to choose three of six.
/// assert!((sayso_stats::compare::share_above_share(3, 3, 0, 3) - 0.05).abs() < 1e-12);
/// ```
pub fn share_above_share(k: u64, n: u64, other: u64, of: u64) -> f64 {
    let (k, other) = (k.min(n), other.min(of));
    if n == 0 || of == 0 {
        return 1.0;
    }
    let hits = k + other;
    let all = ln_binomial(n + of, hits);
    let chance = |here: u64| (ln_binomial(n, here) + ln_binomial(of, hits - here) - all).exp();
    // The shorter tail, so that a million trials stay quick and exact.
    let (most, least) = (n.min(hits), hits.saturating_sub(of));
    if most - k <= k.saturating_sub(least) {
        (k..=most).map(chance).sum::<f64>().clamp(0.0, 1.0)
    } else {
        (1.0 - (least..k).map(chance).sum::<f64>()).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends() {
        assert_eq!(share_above_line(0, 0, 0.5), 1.0);
        assert_eq!(share_above_line(0, 9, 0.5), 1.0);
        assert_eq!(share_above_line(9, 9, 1.0), 1.0);
        assert_eq!(share_above_line(1, 9, 0.0), 0.0);
        assert_eq!(share_above_share(3, 3, 0, 0), 1.0);
        assert_eq!(share_above_share(0, 3, 3, 3), 1.0);
    }

    /// P(B >= 8) for ten tosses: (45 + 10 + 1)/1024.
    #[test]
    fn eight_of_ten_tosses() {
        assert!((share_above_line(8, 10, 0.5) - 56.0 / 1024.0).abs() < 1e-12);
        assert!((share_above_line(20, 20, 0.8) - 0.8_f64.powi(20)).abs() < 1e-12);
    }

    /// Fisher's tea: 3 of 4 against 1 of 4 gives 17/70; both ways of summing agree.
    #[test]
    fn the_lady_tasting_tea() {
        assert!((share_above_share(3, 4, 1, 4) - 17.0 / 70.0).abs() < 1e-12);
        assert!((share_above_share(1, 4, 3, 4) - 69.0 / 70.0).abs() < 1e-12);
        assert!(share_above_share(50_000, 100_000, 400_000, 1_000_000) < 1e-9);
    }
}
