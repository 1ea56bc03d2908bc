//! The numbers of Sayso: estimates that never stand alone, and the estimators behind them.
//!
//! Nothing here knows what a decision is. Every estimator says what it estimates, its formula, how it treats
//! censoring and ties, how its interval is made, when not to use it, and where it comes from.

pub mod estimate;

pub use estimate::{Estimate, Interval, Unit, Window};
