//! Finds a measurement by measure, statistic and part of the record; what is not there is simply not found.

use sayso_model::measure::{MeasureId, Measurement};
use sayso_stats::Unit;

/// The working clock, as scopes name it.
pub(crate) const WORKING: (&str, &str) = ("clock", "working");

/// The wall clock, as scopes name it.
pub(crate) const CALENDAR: (&str, &str) = ("clock", "calendar");

/// All measurements of a diagnosis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measures<'a> {
    all: &'a [Measurement],
}

impl<'a> Measures<'a> {
    /// Over the measurements of a diagnosis.
    pub(crate) fn new(all: &'a [Measurement]) -> Self {
        Self { all }
    }

    /// The number whose scope is exactly `scope`.
    pub(crate) fn one(&self, id: MeasureId, statistic: &str, scope: &[(&str, &str)]) -> Option<&'a Measurement> {
        self.all.iter().find(|m| m.id() == id && m.statistic() == statistic && rest(m, scope).is_some_and(is_empty))
    }

    /// The first of several statistics that is there.
    pub(crate) fn first(
        &self,
        id: MeasureId,
        statistics: &[&str],
        scopes: &[&[(&str, &str)]],
    ) -> Option<&'a Measurement> {
        scopes.iter().find_map(|scope| statistics.iter().find_map(|statistic| self.one(id, statistic, scope)))
    }

    /// The numbers whose scope is `scope` and one word more under `key`, in the order of the diagnosis.
    pub(crate) fn by(
        &self,
        id: MeasureId,
        statistic: &str,
        scope: &[(&str, &str)],
        key: &str,
    ) -> Vec<(&'a str, &'a Measurement)> {
        self.all
            .iter()
            .filter(|m| m.id() == id && m.statistic() == statistic)
            .filter_map(|m| match rest(m, scope)?.as_slice() {
                [(found, word)] if *found == key => Some((*word, m)),
                _ => None,
            })
            .collect()
    }

    /// Every measurement of one measure.
    pub(crate) fn of(&self, id: MeasureId) -> impl Iterator<Item = &'a Measurement> + use<'a> {
        self.all.iter().filter(move |m| m.id() == id)
    }
}

/// The scope without what was asked for; `None` where it says something else.
///
/// A measurement that does not name its clock has the clock of its unit.
fn rest<'a>(m: &'a Measurement, scope: &[(&str, &str)]) -> Option<Vec<(&'a str, &'a str)>> {
    let clock_of_unit = match m.estimate().unit() {
        Unit::CalendarHours => "calendar",
        _ => "working",
    };
    let fits = scope.iter().all(|(key, word)| match m.scope().get(*key) {
        Some(found) => found == word,
        None => *key == "clock" && *word == clock_of_unit,
    });
    let left = m.scope().iter().filter(|(key, _)| !scope.iter().any(|(asked, _)| asked == key));
    fits.then(|| left.map(|(key, word)| (key.as_str(), word.as_str())).collect())
}

fn is_empty(rest: Vec<(&str, &str)>) -> bool {
    rest.is_empty()
}
