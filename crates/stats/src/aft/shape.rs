//! How the logarithm of a time lies around its mean.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::erfc;

/// The distribution of the logarithm of a time around its mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Normal: the time is log-normal.
    LogNormal,
    /// Smallest extreme value: the time is Weibull.
    Weibull,
    /// Logistic: the time is log-logistic, with a heavier tail.
    LogLogistic,
}

impl Shape {
    /// Every shape; the first of equals is taken.
    pub const ALL: [Shape; 3] = [Shape::LogNormal, Shape::Weibull, Shape::LogLogistic];

    /// `log-normal`, `Weibull` or `log-logistic`.
    pub fn words(self) -> &'static str {
        match self {
            Shape::LogNormal => "log-normal",
            Shape::Weibull => "Weibull",
            Shape::LogLogistic => "log-logistic",
        }
    }

    /// Logarithm of density (ended) or survival (not ended) at a standardised log time.
    #[inline]
    pub(super) fn log(self, z: f64, ended: bool) -> f64 {
        self.at(z, ended).log
    }

    /// The same with its first two derivatives.
    #[inline]
    pub(super) fn at(self, z: f64, ended: bool) -> Slopes {
        let one = f64::from(u8::from(ended));
        match self {
            Shape::LogNormal if ended => Slopes { log: -z * z / 2.0 - (2.0 * PI).ln() / 2.0, slope: -z, curve: -1.0 },
            Shape::LogNormal => {
                let (log, mills) = normal_tail(z);
                Slopes { log, slope: -mills, curve: -mills * (mills - z) }
            }
            Shape::Weibull => {
                let risen = risen(z);
                Slopes { log: one * z - risen, slope: one - risen, curve: -risen }
            }
            Shape::LogLogistic => {
                let times = 1.0 + one;
                let fallen = (-z.abs()).exp();
                let below = if z >= 0.0 { 1.0 / (1.0 + fallen) } else { fallen / (1.0 + fallen) };
                Slopes {
                    log: one * z - times * (z.max(0.0) + fallen.ln_1p()),
                    slope: one - times * below,
                    curve: -times * below * (1.0 - below),
                }
            }
        }
    }
}

/// A log density or survival, and its first two derivatives.
#[derive(Clone, Copy)]
pub(super) struct Slopes {
    pub(super) log: f64,
    pub(super) slope: f64,
    pub(super) curve: f64,
}

/// The exponential; beyond some bound a density is 0 to the last bit, and its square no number.
fn risen(z: f64) -> f64 {
    z.min(300.0).exp()
}

/// Logarithm of the upper tail of the standard normal, and density over tail.
pub(super) fn normal_tail(z: f64) -> (f64, f64) {
    let log_density = -z * z / 2.0 - (2.0 * PI).ln() / 2.0;
    if z > 25.0 {
        // The tail is about to underflow; the first terms of its series are exact to the last bit by then.
        let squared = 1.0 / (z * z);
        let series = 1.0 - squared * (1.0 - squared * (3.0 - squared * (15.0 - squared * 105.0)));
        return (log_density - z.ln() + series.ln(), z / series);
    }
    let log_tail = (0.5 * erfc(z / SQRT_2)).ln();
    (log_tail, (log_density - log_tail).exp())
}
