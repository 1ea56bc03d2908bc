//! Where authority is looked at: the periods of the record, and the cells of matter and area that may be spoken of.

use rustc_hash::FxHashMap;
use sayso_model::charter::{Governed, Remits};
use sayso_model::decision::{Decision, Touch};
use sayso_model::privacy::{Cleared, Group};
use sayso_model::signal::{DecisionKey, Period};
use sayso_model::time::Instant;
use sayso_model::words::Column;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::Unit;

use crate::Request;
use crate::population::Population;
use crate::privacy::NONE;

const WEEK_MICROS: i64 = 7 * 86_400_000_000;

/// A record shorter than this is looked at once.
const PARTED_FROM_WEEKS: i64 = 24;

/// The recent part, where no change of the charter says where it begins.
const RECENT_WEEKS: i64 = 8;

/// A change of the charter parts the record where it lies so many weeks before its end.
const CHANGE_WEEKS: std::ops::RangeInclusive<i64> = 4..=26;

/// Share of deciders that must be known before authority is spoken of.
const OBSERVABLE_SHARE: f64 = 0.6;

/// A matter, and one of its areas or all of them.
type Place = (Code, Option<Code>);

/// A record as the patterns of authority look at it.
pub(crate) struct Scene<'a> {
    pub(crate) population: &'a Population<'a>,
    pub(crate) request: &'a Request<'a>,
    pub(crate) remits: &'a Remits,
    /// The periods with their first and last instant.
    pub(crate) periods: Vec<(Period, Instant, Instant)>,
    /// Matters with areas, in every period; areas of one matter stand together. Cells below the floor are not here.
    pub(crate) cells: Vec<Cell>,
    /// How many cells are below the floor.
    pub(crate) n_hidden: u64,
    /// What governs each decision.
    governed: Vec<Governed>,
}

/// The decisions of one matter in one area and period.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) period: Period,
    pub(crate) matter: Code,
    /// `None`: all areas of the matter.
    pub(crate) area: Option<Code>,
    /// Indices into the decisions of the record, in order; all that were raised in the period, whatever became of them.
    pub(crate) decisions: Vec<u32>,
    /// The proof that it stands above the floor.
    pub(crate) cleared: Cleared,
    /// Whether enough deciders are known.
    pub(crate) observable: bool,
    /// Whether a remit speaks of at least half of the decisions.
    pub(crate) declared: bool,
    /// Whether what governs most of them is retained by design.
    pub(crate) retained: bool,
}

impl<'a> Scene<'a> {
    /// Parts the record.
    pub(crate) fn of(population: &'a Population<'a>, request: &'a Request<'a>) -> Self {
        let (since, until) = (Instant::from(request.window.since), Instant::from(request.window.until));
        let mut scene = Scene {
            population,
            request,
            remits: request.remits,
            periods: periods(since, until, request.charter_changed),
            cells: Vec::new(),
            n_hidden: 0,
            governed: Vec::new(),
        };
        scene.governed = population.paths.decisions.iter().map(|decision| scene.governed(decision)).collect();
        for (period, from, to) in scene.periods.clone() {
            scene.part(period, from, to);
        }
        scene
    }

    /// A decision of the record.
    pub(crate) fn decision(&self, index: u32) -> &'a Decision {
        &self.population.paths.decisions[index as usize]
    }

    /// The acts on a decision, from the one that opens it to the one that answers it.
    pub(crate) fn touches(&self, index: u32) -> &'a [Touch] {
        self.population.paths.touches_of(self.decision(index))
    }

    /// A decision as evidence.
    pub(crate) fn key(&self, index: u32) -> DecisionKey {
        let decision = self.decision(index);
        DecisionKey { item: decision.item, ordinal: decision.ordinal }
    }

    /// What governs a decision: by its answer, or, while it is open, by its end so far.
    pub(crate) fn governed(&self, decision: &Decision) -> Governed {
        self.remits.governing(decision.matter, decision.area, decision.decided_at.unwrap_or(decision.ended_at))
    }

    /// The word of a matter, area or role; empty where it is not recorded.
    pub(crate) fn word(&self, column: Column, code: Code) -> String {
        self.population.words.word(column, code).to_owned()
    }

    /// Matter and area of a cell in words.
    pub(crate) fn place(&self, cell: &Cell) -> (String, String) {
        let area = cell.area.map(|area| self.word(Column::Area, area));
        (self.word(Column::Matter, cell.matter), area.unwrap_or_default())
    }

    /// What governs a decision, by its index; looked up once for the whole record.
    pub(crate) fn governed_at(&self, index: u32) -> Governed {
        self.governed[index as usize]
    }

    /// Working hours of a site between two instants; on the wall clock where nobody knows a calendar.
    pub(crate) fn hours(&self, site: Code, from: Instant, until: Instant) -> f64 {
        match self.request.directory {
            Some(directory) => directory.calendar(site).working_between(from, until).hours(),
            None => (until - from).hours().max(0.0),
        }
    }

    /// What [`Scene::hours`] are.
    pub(crate) fn unit(&self) -> Unit {
        if self.request.directory.is_some() { Unit::WorkingHours } else { Unit::CalendarHours }
    }

    /// Whether an actor is a human being, as far as anybody knows.
    pub(crate) fn is_human(&self, actor: Code) -> bool {
        actor != NOT_RECORDED && self.request.directory.is_none_or(|directory| directory.actor(actor).kind.is_human())
    }

    /// Whether an actor is one human being, as far as anybody knows: not a name that could be several people's.
    pub(crate) fn is_one_person(&self, actor: Code) -> bool {
        self.is_human(actor) && self.request.directory.is_none_or(|directory| !directory.actor(actor).is_several)
    }

    /// Whether a cell says no more than another: all areas of a matter that has one only.
    pub(crate) fn is_repeated(&self, cell: &Cell) -> bool {
        cell.area.is_none()
            && self.cells.iter().any(|other| {
                other.area.is_some()
                    && (other.matter, other.period) == (cell.matter, cell.period)
                    && other.decisions.len() == cell.decisions.len()
            })
    }

    /// The other areas of the cell's matter and period, of which something may be said, with their places among the cells;
    /// none for a whole matter. What is hidden stays out, so that nothing can be worked out by subtraction.
    pub(crate) fn others<'s>(&'s self, cell: &'s Cell) -> impl Iterator<Item = (usize, &'s Cell)> {
        self.cells.iter().enumerate().filter(move |(_, other)| {
            cell.area.is_some()
                && other.area.is_some()
                && other.area != cell.area
                && (other.matter, other.period) == (cell.matter, cell.period)
        })
    }

    fn part(&mut self, period: Period, from: Instant, to: Instant) {
        let decisions = &self.population.paths.decisions;
        let mut by_place: FxHashMap<Place, Vec<u32>> = FxHashMap::default();
        for (index, decision) in decisions.iter().enumerate() {
            let last = period != Period::Earlier && decision.raised_at == to;
            if decision.raised_at < from || (decision.raised_at >= to && !last) {
                continue;
            }
            by_place.entry((decision.matter, None)).or_default().push(index as u32);
            if decision.area != NOT_RECORDED {
                by_place.entry((decision.matter, Some(decision.area))).or_default().push(index as u32);
            }
        }
        let mut places: Vec<_> = by_place.into_iter().collect();
        places.sort_unstable_by_key(|(place, _)| *place);
        let groups = self.groups(&places);
        for (((matter, area), indices), group) in places.into_iter().zip(groups) {
            match self.request.floor.clear(group) {
                Ok(cleared) => {
                    let cell = self.cell(period, matter, area, indices, cleared);
                    self.cells.push(cell);
                }
                Err(_) => self.n_hidden += 1,
            }
        }
    }

    /// Who stands behind each place. Matters do not overlap, and neither do their areas, so two passes are enough.
    fn groups(&self, places: &[(Place, Vec<u32>)]) -> Vec<Group> {
        let mut groups = vec![Group::default(); places.len()];
        for of_areas in [false, true] {
            let mut group_of = vec![NONE; self.population.paths.decisions.len()];
            for (place, ((_, area), indices)) in places.iter().enumerate() {
                if area.is_some() == of_areas {
                    indices.iter().for_each(|&index| group_of[index as usize] = place as u32);
                }
            }
            let counted = self.population.census(&group_of, places.len());
            for (group, (((_, area), _), counted)) in groups.iter_mut().zip(places.iter().zip(counted)) {
                if area.is_some() == of_areas {
                    *group = counted;
                }
            }
        }
        groups
    }

    fn cell(&self, period: Period, matter: Code, area: Option<Code>, decisions: Vec<u32>, cleared: Cleared) -> Cell {
        let decided: Vec<&Decision> =
            decisions.iter().map(|&index| self.decision(index)).filter(|one| one.decided_at.is_some()).collect();
        let known = decided.iter().filter(|one| one.decider != NOT_RECORDED).count();
        let all = || decisions.iter().map(|&index| self.governed_at(index));
        let declared = all().filter(|governed| matches!(governed, Governed::By(_))).count();
        let retained = all().filter(|governed| self.remits.is_retained(*governed)).count();
        Cell {
            period,
            matter,
            area,
            cleared,
            observable: !decided.is_empty() && known as f64 >= OBSERVABLE_SHARE * decided.len() as f64,
            declared: declared * 2 >= decisions.len(),
            retained: retained * 2 > decisions.len(),
            decisions,
        }
    }
}

/// Into which periods a record falls.
fn periods(since: Instant, until: Instant, changed: Option<Instant>) -> Vec<(Period, Instant, Instant)> {
    let weeks = |from: Instant, to: Instant| (to.micros() - from.micros()) / WEEK_MICROS;
    if weeks(since, until) < PARTED_FROM_WEEKS {
        return vec![(Period::Whole, since, until)];
    }
    let eight = Instant::from_micros(until.micros() - RECENT_WEEKS * WEEK_MICROS);
    let border = changed.filter(|at| *at > since && CHANGE_WEEKS.contains(&weeks(*at, until))).unwrap_or(eight);
    vec![(Period::Earlier, since, border), (Period::Recent, border, until)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(n: i64) -> Instant {
        Instant::from_micros(n * WEEK_MICROS)
    }

    #[test]
    fn a_long_record_is_parted_at_the_change_of_the_charter_or_eight_weeks_before_its_end() {
        assert_eq!(periods(week(0), week(23), None), vec![(Period::Whole, week(0), week(23))]);
        let parted = |border| vec![(Period::Earlier, week(0), border), (Period::Recent, border, week(52))];
        assert_eq!(periods(week(0), week(52), None), parted(week(44)));
        assert_eq!(periods(week(0), week(52), Some(week(40))), parted(week(40)));
        assert_eq!(periods(week(0), week(52), Some(week(50))), parted(week(44)), "too near to the end to say anything");
        assert_eq!(periods(week(0), week(52), Some(week(10))), parted(week(44)), "too long ago to be recent");
    }
}
