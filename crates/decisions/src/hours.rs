//! Working time between two instants at a site, for whoever asks for any.

use sayso_model::Code;
use sayso_model::actor::Directory;
use sayso_model::decision::Parts;
use sayso_model::time::{Instant, WorkingTime};

/// The calendars of a directory, unless no working time is made.
#[derive(Clone, Copy)]
pub(crate) struct Hours<'a>(Option<&'a Directory>);

impl<'a> Hours<'a> {
    pub(crate) fn new(directory: &'a Directory, parts: Parts) -> Self {
        Self(parts.working_time.then_some(directory))
    }

    /// Working time at `site`; zero where none is made.
    pub(crate) fn between(self, site: Code, since: Instant, until: Instant) -> WorkingTime {
        self.0.map_or(WorkingTime::ZERO, |directory| directory.calendar(site).working_between(since, until))
    }
}
