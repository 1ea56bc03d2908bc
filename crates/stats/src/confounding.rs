//! How strong a cause that nobody recorded would have to be to explain a ratio away (E-value).

use crate::estimate::Interval;

/// The E-value of a ratio.
///
/// **Says** how strongly, as a ratio, something that is not in the data would have to go together with *both* the group and
/// the outcome, beyond all that is held constant, for the true ratio to be 1.
///
/// **Formula.** `R + sqrt(R (R - 1))` for `R >= 1`; of a ratio below 1 the reciprocal is taken first, so that swapping the
/// two groups changes nothing.
///
/// **Assumptions.** Derived for risk ratios. For ratios of times it is an approximation, and should be said to be one.
///
/// **Not for** a statement that there is such a cause, or none: it is a yardstick. 1 means that nothing is needed.
///
/// **Reference.** VanderWeele and Ding (2017), Sensitivity analysis in observational research: introducing the E-value,
/// Annals of Internal Medicine 167(4), 268-274.
///
/// A ratio that is not positive and finite has none.
///
/// ```
/// assert!((sayso_stats::confounding::e_value(2.0).unwrap() - 3.414_213_562).abs() < 1e-9);
/// assert_eq!(sayso_stats::confounding::e_value(1.0), Some(1.0));
/// ```
pub fn e_value(ratio: f64) -> Option<f64> {
    if !(ratio > 0.0 && ratio.is_finite()) {
        return None;
    }
    let above = if ratio < 1.0 { 1.0 / ratio } else { ratio };
    Some(above + (above * (above - 1.0)).sqrt())
}

/// The E-value of the limit of a ratio's interval that lies nearer to 1; 1 where the interval holds 1.
///
/// `None` where that limit is not known: then nothing was excluded, but nothing was tested either.
pub fn e_value_of_limit(ratio: f64, interval: Interval) -> Option<f64> {
    if !(ratio > 0.0 && ratio.is_finite()) {
        return None;
    }
    let near = if ratio >= 1.0 { interval.low? } else { interval.high? };
    let excludes_one = if ratio >= 1.0 { near > 1.0 } else { near < 1.0 };
    if excludes_one { e_value(near) } else { Some(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the paper: 3.9 [1.8, 8.7] gives 7.26 and 3.00.
    #[test]
    fn the_published_example() {
        let value = e_value(3.9).unwrap_or_default();
        let limit = e_value_of_limit(3.9, Interval::new(1.8, 8.7)).unwrap_or_default();
        assert!((value - 7.263_034).abs() < 1e-6, "{value}");
        assert!((limit - 3.0).abs() < 1e-12, "{limit}");
    }

    #[test]
    fn swapping_the_groups_changes_nothing() {
        assert!((e_value(0.5).unwrap_or_default() - e_value(2.0).unwrap_or_default()).abs() < 1e-12);
        let (one, other) =
            (e_value_of_limit(0.5, Interval::new(0.25, 0.8)), e_value_of_limit(2.0, Interval::new(1.25, 4.0)));
        assert!((one.unwrap_or_default() - other.unwrap_or_default()).abs() < 1e-12);
    }

    #[test]
    fn what_holds_one_needs_nothing_and_what_is_unknown_says_nothing() {
        assert_eq!(e_value_of_limit(1.2, Interval::new(0.9, 1.6)), Some(1.0));
        assert_eq!(e_value_of_limit(0.9, Interval::new(0.7, 1.2)), Some(1.0));
        assert_eq!(e_value_of_limit(1.2, Interval::UNKNOWN), None);
        assert_eq!((e_value(0.0), e_value(f64::NAN), e_value(f64::INFINITY)), (None, None, None));
    }
}
