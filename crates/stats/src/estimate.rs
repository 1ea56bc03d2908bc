//! A number that never stands alone: value, interval, level, n, unit, window and method.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The confidence level used wherever a user has not asked for another.
pub const LEVEL_DEFAULT: f64 = 0.95;

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Hours inside the working calendar of whoever held the decision.
    WorkingHours,
    /// Hours on the wall clock.
    CalendarHours,
    /// A part of a whole, 0 to 1.
    Share,
    /// A mean number of things per decision.
    PerDecision,
    /// A mean number of things per item.
    PerItem,
    /// A plain count.
    Count,
    /// One quantity over another of the same kind.
    Ratio,
}

impl Unit {
    /// Words for a screen: `working hours`, `hours`, `share` and so on.
    pub fn words(self) -> &'static str {
        match self {
            Unit::WorkingHours => "working hours",
            Unit::CalendarHours => "hours",
            Unit::Share => "share",
            Unit::PerDecision => "per decision",
            Unit::PerItem => "per item",
            Unit::Count => "count",
            Unit::Ratio => "ratio",
        }
    }
}

/// The stretch of time that a number speaks of: `[since, until]`, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First instant covered.
    pub since: Timestamp,
    /// Last instant covered; what is still open then is censored there.
    pub until: Timestamp,
}

/// Lower and upper limit; `None` where the data set no limit on that side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

impl Interval {
    /// An interval with both limits.
    pub fn new(low: f64, high: f64) -> Self {
        Self { low: Some(low), high: Some(high) }
    }

    /// The interval that excludes nothing: what is said when the data cannot tell.
    pub const UNKNOWN: Interval = Interval { low: None, high: None };
}

/// A value with everything needed to read it.
///
/// There is no way to make one without n, unit, window, interval and method. A value that the data cannot give is
/// made with [`Estimate::cannot_tell`] and carries the reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    level: f64,
    n: u64,
    unit: Unit,
    window: Window,
    method: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Cow<'static, str>>,
}

impl Estimate {
    /// A known value. A value or limit that is not finite becomes "cannot tell" rather than a number on a screen.
    pub fn new(
        value: f64,
        interval: Interval,
        n: u64,
        unit: Unit,
        window: Window,
        method: impl Into<Cow<'static, str>>,
    ) -> Self {
        let method = method.into();
        if !value.is_finite() {
            return Self::cannot_tell(n, unit, window, method, "the value is not finite");
        }
        let finite = |limit: Option<f64>| limit.filter(|x| x.is_finite());
        Self {
            value: Some(value),
            low: finite(interval.low),
            high: finite(interval.high),
            level: LEVEL_DEFAULT,
            n,
            unit,
            window,
            method,
            why: None,
        }
    }

    /// No value, and why. A limit may still be known: a median that is not reached has a lower limit.
    pub fn cannot_tell(
        n: u64,
        unit: Unit,
        window: Window,
        method: impl Into<Cow<'static, str>>,
        why: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            value: None,
            low: None,
            high: None,
            level: LEVEL_DEFAULT,
            n,
            unit,
            window,
            method: method.into(),
            why: Some(why.into()),
        }
    }

    /// The same estimate with limits, for a value that is unknown but bounded.
    #[must_use]
    pub fn bounded(mut self, interval: Interval) -> Self {
        self.low = interval.low.filter(|x| x.is_finite());
        self.high = interval.high.filter(|x| x.is_finite());
        self
    }

    /// The value, or `None` where the data cannot tell.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Lower and upper limit.
    pub fn interval(&self) -> Interval {
        Interval { low: self.low, high: self.high }
    }

    /// Confidence level of the interval, 0 to 1.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// How many observations stand behind the value.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// What the value is counted in.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The stretch of time it speaks of.
    pub fn window(&self) -> Window {
        self.window
    }

    /// How value and interval were made.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Why there is no value.
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window() -> Window {
        Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_value_that_is_not_finite_is_said_to_be_unknown() {
        let e = Estimate::new(f64::NAN, Interval::UNKNOWN, 3, Unit::Share, window(), "test");
        assert_eq!(e.value(), None);
        assert!(e.why().is_some());
    }

    #[test]
    fn an_infinite_limit_is_no_limit() {
        let e = Estimate::new(1.0, Interval::new(0.5, f64::INFINITY), 3, Unit::Ratio, window(), "test");
        assert_eq!(e.interval(), Interval { low: Some(0.5), high: None });
    }
}
