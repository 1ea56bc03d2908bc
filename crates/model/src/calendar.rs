//! Working calendars: which instants of a site are working time, with zone, holidays and daylight saving.

use crate::time::{Instant, WorkingTime};

/// What a site's working calendar is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarSpec {
    /// IANA time zone.
    pub zone: String,
}

/// A site's working time over a stretch of years, laid out so that a lookup costs no zone arithmetic.
#[derive(Clone, Debug)]
pub struct Calendar {
    spec: CalendarSpec,
}

/// A calendar that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("placeholder")]
pub struct CalendarError;

impl Calendar {
    /// Lays the calendar out for `[from, until]` (and a margin).
    pub fn build(spec: &CalendarSpec, _from: Instant, _until: Instant) -> Result<Self, CalendarError> {
        Ok(Self { spec: spec.clone() })
    }

    /// What it is made of.
    pub fn spec(&self) -> &CalendarSpec {
        &self.spec
    }

    /// Working time in `[from, until)`; zero where `until <= from`.
    pub fn working_between(&self, _from: Instant, _until: Instant) -> WorkingTime {
        WorkingTime::ZERO
    }

    /// The stretches of `[from, until)` that are not working time: nights, weekends, holidays.
    pub fn off_between(&self, _from: Instant, _until: Instant) -> Vec<(Instant, Instant)> {
        Vec::new()
    }
}
