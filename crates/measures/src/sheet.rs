//! Where measurements are written down, with what is withheld beside them.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use sayso_model::decision::Decision;
use sayso_model::measure::{MeasureId, Measurement, Scope, Withheld};
use sayso_model::privacy::{Cleared, Floor, Footprint};
use sayso_stats::ratio::Range;
use sayso_stats::{Estimate, Unit, Window, resample};

use crate::Request;
use crate::base::Base;
use crate::footprints;
use crate::privacy::{Pooled, Slot};

/// The two clocks, as scopes name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Inside the calendar of whoever held.
    Working,
    /// On the wall.
    Calendar,
}

impl Clock {
    pub(crate) const BOTH: [Clock; 2] = [Clock::Working, Clock::Calendar];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Clock::Working => "working",
            Clock::Calendar => "calendar",
        }
    }

    pub(crate) fn unit(self) -> Unit {
        match self {
            Clock::Working => Unit::WorkingHours,
            Clock::Calendar => Unit::CalendarHours,
        }
    }
}

/// A statistic that is one sum over another, by item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quotient {
    pub(crate) id: MeasureId,
    pub(crate) statistic: &'static str,
    pub(crate) range: Range,
    pub(crate) unit: Unit,
}

/// What was said so far.
pub(crate) struct Sheet {
    pub(crate) window: Window,
    pub(crate) floor: Floor,
    seed: u64,
    measures: Vec<Measurement>,
    withheld: Vec<Withheld>,
    footprints: Vec<Footprint>,
}

/// Some of the measuring, which needs nothing of the rest.
pub(crate) type Task<'a, T> = Box<dyn FnOnce(&mut Sheet) -> T + Send + 'a>;

impl Sheet {
    pub(crate) fn new(request: &Request<'_>) -> Self {
        let Request { window, floor, seed, .. } = *request;
        Self { window, floor, seed, measures: Vec::new(), withheld: Vec::new(), footprints: Vec::new() }
    }

    /// Does all of it at once, as far as there are threads, each on a sheet of its own; what they say comes one after the
    /// other in the order of the tasks, so that nobody can tell how many threads there were.
    pub(crate) fn at_once<T: Send>(&mut self, tasks: Vec<Task<'_, T>>) -> Vec<T> {
        let empty = || Self {
            window: self.window,
            floor: self.floor,
            seed: self.seed,
            measures: Vec::new(),
            withheld: Vec::new(),
            footprints: Vec::new(),
        };
        let done = tasks.into_par_iter().map(|task| {
            let mut sheet = empty();
            let made = task(&mut sheet);
            (sheet, made)
        });
        let done: Vec<(Self, T)> = done.collect();
        let took = |(sheet, made): (Self, T)| {
            self.measures.extend(sheet.measures);
            self.withheld.extend(sheet.withheld);
            let known: Vec<String> = self.footprints.iter().map(|of| of.family().to_owned()).collect();
            let is_new = |of: &Footprint| known.iter().all(|family| family != of.family());
            self.footprints.extend(sheet.footprints.into_iter().filter(is_new));
            made
        };
        done.into_iter().map(took).collect()
    }

    /// Says a number.
    pub(crate) fn say(
        &mut self,
        cleared: Cleared,
        id: MeasureId,
        scope: Scope,
        statistic: impl Into<String>,
        estimate: Estimate,
    ) {
        self.measures.push(Measurement::new(cleared, id, scope, statistic, estimate));
    }

    /// Says that nothing is said of some groups.
    pub(crate) fn withhold(&mut self, id: MeasureId, breakdown: &str, groups: u64, why: impl Into<String>) {
        self.withheld.push(Withheld { id, breakdown: breakdown.to_owned(), groups, why: why.into() });
    }

    /// Says what a base withholds of a measure. Gives whether anything may be said at all.
    pub(crate) fn may_speak(&mut self, id: MeasureId, base: &Base<'_, '_>) -> bool {
        if let Some(why) = &base.refused {
            self.withhold(id, "overall", 1, why.clone());
            return false;
        }
        self.leave_footprints(id, base);
        for cut in base.cuts_for(id) {
            self.withhold_pooled(id, cut.key, cut.pooled);
        }
        for &(key, groups) in base.hidden.iter().filter(|(key, _)| *key != "week" || id == MeasureId::M01) {
            self.withhold_hidden(id, key, groups);
        }
        true
    }

    /// Says which groups of a breakdown are shown together, and why.
    pub(crate) fn withhold_pooled(&mut self, id: MeasureId, breakdown: &str, pooled: Pooled) {
        let Floor { persons_min, decisions_min, .. } = self.floor;
        if pooled.small > 0 {
            let mostly_one = match self.floor.dominance_max {
                1_000.. => String::new(),
                most => format!("those of which one person is more than {} %, ", f64::from(most) / 10.0),
            };
            let why = format!(
                "shown together: groups with fewer than {persons_min} people or {decisions_min} decisions, {mostly_one}\
                 those from which one could be worked out by subtraction, and those beyond the largest"
            );
            self.withhold(id, breakdown, pooled.small, why);
        }
        if pooled.overlapping > 0 {
            let why = format!(
                "shown together: large enough by themselves, but taken from the groups of another breakdown they would \
                 leave fewer than {persons_min} people or {decisions_min} decisions"
            );
            self.withhold(id, breakdown, pooled.overlapping, why);
        }
    }

    /// Says that a breakdown is not shown, and why.
    pub(crate) fn withhold_hidden(&mut self, id: MeasureId, breakdown: &str, hidden: Pooled) {
        let Floor { persons_min, decisions_min, .. } = self.floor;
        let why = match hidden.overlapping {
            0 => format!(
                "not shown: with fewer than {persons_min} people or {decisions_min} decisions in some groups, or one \
                 person most of them, the others would give these away by subtraction"
            ),
            _ => format!(
                "not shown: taken from the groups of another breakdown, these would leave fewer than {persons_min} people \
                 or {decisions_min} decisions"
            ),
        };
        self.withhold(id, breakdown, hidden.small + hidden.overlapping, why);
    }

    /// Says one sum over another for every part of every cut.
    pub(crate) fn quotient(
        &mut self,
        base: &Base<'_, '_>,
        quotient: Quotient,
        f: impl Fn(&Decision) -> Option<(f64, f64, u64)>,
    ) {
        let Quotient { id, statistic, range, unit } = quotient;
        for cut in base.cuts_for(id) {
            for (slot, (clusters, n)) in cut.slots.iter().zip(base.clusters(cut, &f)) {
                let seed = self.seed_for(id, statistic, &slot.label);
                let estimate = resample::ratio_of_sums(&clusters, range, n, seed, unit, self.window);
                self.say(slot.cleared, id, scope(cut.key, slot), statistic, estimate);
            }
        }
    }

    /// The seed of one number's draws: other numbers do not change it, and the order in which they are made neither.
    pub(crate) fn seed_for(&self, id: MeasureId, statistic: &str, label: &str) -> u64 {
        let mut hash = self.seed ^ 0xcbf2_9ce4_8422_2325;
        for byte in id.code().bytes().chain(statistic.bytes()).chain([0]).chain(label.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        hash
    }

    /// Says which groups of holders are spoken of.
    pub(crate) fn leave(&mut self, footprints: Vec<Footprint>) {
        self.footprints.extend(footprints);
    }

    /// Says which decisions are spoken of, once for all measures that share a base.
    fn leave_footprints(&mut self, id: MeasureId, base: &Base<'_, '_>) {
        let family = if base.name.is_empty() { id.code() } else { base.name };
        if self.footprints.iter().all(|footprint| footprint.family() != family) {
            self.footprints.extend(footprints::of_base(family, base));
        }
    }

    /// Everything said, everything withheld, and what it covers; by measure.
    pub(crate) fn close(self) -> (Vec<Measurement>, Vec<Withheld>, Vec<Footprint>) {
        let Self { mut measures, mut withheld, footprints, .. } = self;
        measures.sort_by_key(Measurement::id);
        withheld.sort_by_key(|withheld| withheld.id);
        (measures, withheld, footprints)
    }
}

/// The scope of a part: empty for the whole.
pub(crate) fn scope(key: &str, slot: &Slot) -> Scope {
    match key {
        "" => Scope::new(),
        key => Scope::from([(key.to_owned(), slot.label.clone())]),
    }
}

/// The same with a clock.
pub(crate) fn on(mut scope: Scope, clock: Clock) -> Scope {
    scope.insert("clock".to_owned(), clock.name().to_owned());
    scope
}

/// The same estimate with more said of how it was made.
pub(crate) fn noted(estimate: Estimate, note: &str) -> Estimate {
    if note.is_empty() {
        return estimate;
    }
    let (n, unit, window, interval) = (estimate.n(), estimate.unit(), estimate.window(), estimate.interval());
    let method = format!("{}; {note}", estimate.method());
    match (estimate.value(), estimate.why()) {
        (Some(value), _) => Estimate::new(value, interval, n, unit, window, method),
        (None, why) => {
            Estimate::cannot_tell(n, unit, window, method, why.unwrap_or_default().to_owned()).bounded(interval)
        }
    }
}
