//! What many p-values are worth together: Holm against a single false alarm, Benjamini-Hochberg against a share of them.
//!
//! Whoever looks at a hundred places finds five "at the 5 % level" in which nothing is going on. Both functions give each
//! p-value the smallest level at which its own hypothesis would still be rejected, given all that was looked at.

/// Holm's step-down adjustment: rejecting where the result is at most `a` keeps the chance of *any* false rejection below
/// `a`, whatever the tests have to do with each other.
///
/// Formula: sorted upwards, `p_i (m - i + 1)`, made monotone by the running maximum, at most 1. In the order of the input;
/// nothing for no input. Ties get the same value. A p-value that is not a number in [0, 1] counts as a test that found
/// nothing: it stays in the family, with 1.
///
/// Not for screening thousands of places: it pays for its strictness with power. Holm, S. (1979), Scandinavian Journal of
/// Statistics 6, 65-70.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let (order, p) = sorted(p);
    let m = p.len();
    let mut adjusted = vec![1.0; m];
    let mut most = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        most = most.max(p[index] * (m - rank) as f64).min(1.0);
        adjusted[index] = most;
    }
    adjusted
}

/// Benjamini and Hochberg's step-up adjustment: rejecting where the result is at most `q` keeps the expected share of false
/// rejections among all rejections below `q`, for tests that are independent or positively dependent.
///
/// Formula: sorted upwards, `p_i m / i`, made monotone by the running minimum from the largest down, at most 1. In the order
/// of the input; nothing for no input. Ties get the same value. A p-value that is not a number in [0, 1] counts as a test
/// that found nothing: it stays in the family, with 1.
///
/// Not where a single false alarm does harm, such as one that points at somebody: take [`holm`]. Benjamini, Y. and
/// Hochberg, Y. (1995), Journal of the Royal Statistical Society B 57, 289-300.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let (order, p) = sorted(p);
    let m = p.len();
    let mut adjusted = vec![1.0; m];
    let mut least = 1.0_f64;
    for (rank, &index) in order.iter().enumerate().rev() {
        least = least.min(p[index] * (m as f64 / (rank + 1) as f64));
        adjusted[index] = least;
    }
    adjusted
}

/// The indices from the smallest to the largest value, and the values with 1 for what is none.
fn sorted(p: &[f64]) -> (Vec<usize>, Vec<f64>) {
    let p: Vec<f64> = p.iter().map(|&p| if (0.0..=1.0).contains(&p) { p } else { 1.0 }).collect();
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    (order, p)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn near(ours: &[f64], by_hand: &[f64]) {
        assert_eq!(ours.len(), by_hand.len());
        for (a, b) in ours.iter().zip(by_hand) {
            assert!((a - b).abs() < 1e-12, "{ours:?} is not {by_hand:?}");
        }
    }

    #[test]
    fn four_by_hand() {
        let p = [0.02, 0.005, 0.04, 0.03];
        // Holm: 0.005 * 4, 0.02 * 3, 0.03 * 2 (held up by 0.06), 0.04 * 1 (likewise).
        near(&holm(&p), &[0.06, 0.02, 0.06, 0.06]);
        // Benjamini-Hochberg: 0.005 * 4, 0.02 * 2 (held down by 0.04), 0.03 * 4 / 3 = 0.04, 0.04 * 1.
        near(&benjamini_hochberg(&p), &[0.04, 0.02, 0.04, 0.04]);
    }

    #[test]
    fn one_test_is_what_it_is_and_none_is_none() {
        near(&holm(&[0.03]), &[0.03]);
        near(&benjamini_hochberg(&[0.03]), &[0.03]);
        assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn what_is_no_p_value_finds_nothing_but_was_looked_at() {
        near(&holm(&[0.01, f64::NAN, -1.0, 7.0]), &[0.04, 1.0, 1.0, 1.0]);
        near(&benjamini_hochberg(&[0.01, f64::NAN]), &[0.02, 1.0]);
    }

    proptest! {
        #[test]
        fn adjusting_never_helps_and_keeps_the_order(p in proptest::collection::vec(0.0..=1.0_f64, 0..40)) {
            for adjusted in [holm(&p), benjamini_hochberg(&p)] {
                for i in 0..p.len() {
                    prop_assert!(adjusted[i] >= p[i] && adjusted[i] <= 1.0);
                    for j in 0..p.len() {
                        prop_assert!(p[i] > p[j] || adjusted[i] <= adjusted[j]);
                    }
                }
            }
        }

        #[test]
        fn the_share_of_false_alarms_is_never_stricter_than_the_chance_of_any(
            p in proptest::collection::vec(0.0..=1.0_f64, 0..40),
        ) {
            for (share, any) in benjamini_hochberg(&p).iter().zip(holm(&p)) {
                prop_assert!(*share <= any + 1e-15);
            }
        }

        #[test]
        fn looking_at_more_places_that_hold_nothing_never_helps(
            p in proptest::collection::vec(0.0..=1.0_f64, 1..20),
        ) {
            let mut more = p.clone();
            more.push(1.0);
            for (few, many) in [(holm(&p), holm(&more)), (benjamini_hochberg(&p), benjamini_hochberg(&more))] {
                for i in 0..p.len() {
                    prop_assert!(many[i] >= few[i]);
                }
            }
        }
    }
}
