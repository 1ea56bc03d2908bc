//! The numbers of Sayso: estimates that never stand alone, and the estimators behind them.
//!
//! Nothing here knows what a decision is. Every estimator says what it estimates, its formula, how it treats
//! censoring and ties, how its interval is made, when not to use it, and where it comes from.
//!
//! | room | what it answers |
//! |---|---|
//! | [`survival`] | how long until something ends, when some have not ended yet |
//! | [`proportion`] | how large a share is, from counts |
//! | [`ratio`] | a mean per cluster, or one sum over another, with the spread between clusters |
//! | [`resample`] | the same by drawing clusters again, where there are few enough of them |
//! | [`compare`] | whether a share is larger than another, or than a line |
//! | [`hazard`] | whether something makes an end more likely from then on |
//! | [`aft`] | how many times as long something takes, when some have not ended yet |
//! | [`contrast`] | how many times as long the median of one group is as that of another |
//! | [`shift`] | the same within strata, without a model |
//! | [`confounding`] | how strong a hidden cause would have to be to explain a ratio away |
//! | [`count`] | how counts grow with what they are counted in |
//! | [`concentration`] | in how few hands things lie, and how far from what was declared |
//! | [`rate`] | how often something happens, and whether that is more than a bound |
//! | [`misclassification`] | a share that a rule with known errors has counted |
//! | [`rank`] | a quantile of complete observations, with limits that assume no distribution |
//! | [`multiplicity`] | what many p-values are worth together |

pub mod aft;
mod beta;
pub mod compare;
pub mod concentration;
pub mod confounding;
pub mod contrast;
pub mod count;
mod dense;
pub mod estimate;
pub mod hazard;
pub mod logistic;
pub mod misclassification;
pub mod multiplicity;
pub mod proportion;
pub mod rank;
pub mod rate;
pub mod ratio;
pub mod resample;
pub mod shift;
pub mod survival;

pub use estimate::{Estimate, Interval, Unit, Window};

/// The standard normal quantile that belongs to a two-sided level: 1.96 for 0.95.
///
/// A level outside `(0, 1)` is taken as [`estimate::LEVEL_DEFAULT`].
pub(crate) fn z_two_sided(level: f64) -> f64 {
    std::f64::consts::SQRT_2 * statrs::function::erf::erf_inv(level_or_default(level))
}

/// The level itself where it is one, otherwise the default.
pub(crate) fn level_or_default(level: f64) -> f64 {
    if level > 0.0 && level < 1.0 { level } else { estimate::LEVEL_DEFAULT }
}
