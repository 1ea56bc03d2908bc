//! Instants and the two kinds of duration, which never add to each other.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const MICROS_PER_HOUR: f64 = 3_600_000_000.0;

/// A point in time: microseconds since 1970-01-01T00:00:00Z, negative before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "Timestamp", try_from = "Timestamp")]
pub struct Instant(i64);

impl Instant {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The same instant as a `jiff` timestamp. Instants outside years -9999 to 9999 are moved to the nearest limit.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
}

impl From<Timestamp> for Instant {
    /// Finer than a microsecond is cut, towards the past.
    fn from(timestamp: Timestamp) -> Self {
        let nanos = timestamp.as_nanosecond();
        Self(nanos.div_euclid(1_000) as i64)
    }
}

impl From<Instant> for Timestamp {
    fn from(instant: Instant) -> Self {
        instant.timestamp()
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl Sub for Instant {
    type Output = WallTime;

    fn sub(self, earlier: Self) -> WallTime {
        WallTime(self.0.saturating_sub(earlier.0))
    }
}

macro_rules! duration {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// No time at all.
            pub const ZERO: Self = Self(0);

            /// From microseconds.
            pub const fn from_micros(micros: i64) -> Self {
                Self(micros)
            }

            /// In microseconds.
            pub const fn micros(self) -> i64 {
                self.0
            }

            /// In hours, for a screen or an estimator.
            pub fn hours(self) -> f64 {
                self.0 as f64 / MICROS_PER_HOUR
            }
        }

        impl Add for $name {
            type Output = Self;

            fn add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
                parts.fold(Self::ZERO, Add::add)
            }
        }
    };
}

duration! {
    /// Time on the wall clock, nights and weekends included.
    WallTime
}

duration! {
    /// Time inside a working calendar. It does not add to [`WallTime`]: an hour of one is not an hour of the other.
    WorkingTime
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finer_than_a_microsecond_is_cut_towards_the_past() {
        assert_eq!(Instant::from("1970-01-01T00:00:00.0000019Z".parse::<Timestamp>().unwrap()).micros(), 1);
        assert_eq!(Instant::from("1969-12-31T23:59:59.9999999Z".parse::<Timestamp>().unwrap()).micros(), -1);
    }

    #[test]
    fn an_instant_beyond_the_calendar_still_prints() {
        assert!(!Instant::from_micros(i64::MAX).to_string().is_empty());
    }
}
