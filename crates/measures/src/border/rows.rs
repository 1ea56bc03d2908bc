//! What is compared across a border: questions, holds, hand-overs and those that lay in a queue, each with how long it took.

use rustc_hash::FxHashMap;
use sayso_model::decision::{Hop, Status, Touch};
use sayso_model::event::Act;
use sayso_model::privacy::Group;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::contrast::Timed;
use sayso_stats::shift::Value;

use crate::Request;
use crate::population::Population;
use crate::sheet::Clock;

/// A time below a minute counts as a minute: its logarithm would say more of the clock than of the wait.
const LEAST_HOURS: f64 = 1.0 / 60.0;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// A question, from being put to its end.
    Questions,
    /// From a question's coming into one person's hands out of another's until it leaves them.
    Holds,
    /// From the last act of one person to the first act of the next.
    Handovers,
    /// The same where the first person's act put it to a group.
    Queued,
}

impl Of {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Of::Questions => "questions",
            Of::Holds => "holds",
            Of::Handovers => "hand-overs",
            Of::Queued => "queued hand-overs",
        }
    }
}

/// One thing that is compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Index of the decision.
    pub(crate) decision: u32,
    /// Number of its item.
    pub(crate) item: u32,
    pub(crate) crosses: bool,
    pub(crate) calendar_h: f64,
    /// Not known without a directory.
    pub(crate) working_h: Option<f64>,
    pub(crate) ended: bool,
    /// From which site to which; of questions nothing.
    pub(crate) pair: (Code, Code),
    /// Who gave and who took, as codes; of questions nobody.
    pub(crate) people: (Code, Code),
    pub(crate) queued: bool,
    /// Of a hold the role of the holder and the code of how it arrived; of anything else nothing.
    pub(crate) kind: Kind,
}

/// The role of a holder, and the code of how a hold arrived.
pub(crate) type Kind = (Code, u8);

const NO_KIND: Kind = (NOT_RECORDED, 0);

impl Row {
    pub(crate) fn hours(&self, clock: Clock) -> Option<f64> {
        let hours = match clock {
            Clock::Calendar => Some(self.calendar_h),
            Clock::Working => self.working_h,
        };
        hours.map(|hours| hours.max(LEAST_HOURS))
    }

    pub(crate) fn timed(&self, clock: Clock) -> Option<Timed> {
        let Row { ended, crosses, item, .. } = *self;
        Some(Timed { time: self.hours(clock)?, ended, in_group: crosses, cluster: item })
    }
}

/// All of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    /// How many of which nobody can say whether they crossed.
    pub(crate) cannot_tell: u64,
}

impl Rows {
    /// Questions whose beginning is known. One crosses where any hand-over did; where none is known to have crossed and a
    /// site is missing, nobody can tell.
    pub(crate) fn questions(population: &Population<'_>) -> Self {
        let mut rows = Rows::default();
        for (index, decision) in population.paths.decisions.iter().enumerate() {
            if !decision.has_latency() {
                continue;
            }
            if decision.n_crossings == 0 && decision.n_site_unknown > 0 {
                rows.cannot_tell += 1;
                continue;
            }
            rows.rows.push(Row {
                decision: index as u32,
                item: population.item_of[index],
                crosses: decision.n_crossings > 0,
                calendar_h: decision.latency().hours(),
                working_h: Some(decision.latency_working.hours()),
                ended: decision.status != Status::Open,
                pair: (NOT_RECORDED, NOT_RECORDED),
                people: (NOT_RECORDED, NOT_RECORDED),
                queued: false,
                kind: NO_KIND,
            });
        }
        rows
    }

    /// Holds of people, of what came to them out of somebody else's hands, by way of a group or not. A remark in passing
    /// ends none, so that a hold is what the next person made of a question, and not how often others spoke meanwhile.
    pub(crate) fn holds(population: &Population<'_>, request: &Request<'_>) -> Self {
        let mut rows = Rows::default();
        for (index, decision) in population.paths.decisions.iter().enumerate() {
            let hops = population.paths.hops_of(decision);
            let mut before: Option<&Hop> = None;
            for (place, hop) in hops.iter().enumerate() {
                if hop.holder == NOT_RECORDED || !hop.kind.is_human() {
                    continue;
                }
                let Some(before) = before.replace(hop).filter(|before| before.holder != hop.holder) else { continue };
                if before.site == NOT_RECORDED || hop.site == NOT_RECORDED {
                    rows.cannot_tell += 1;
                    continue;
                }
                rows.rows.push(Row {
                    decision: index as u32,
                    item: population.item_of[index],
                    crosses: before.site != hop.site,
                    calendar_h: hop.held().hours(),
                    working_h: request.directory.map(|_| hop.held_working.hours()),
                    ended: place + 1 < hops.len() || decision.status != Status::Open,
                    pair: (before.site, hop.site),
                    people: (before.holder, hop.holder),
                    queued: false,
                    kind: (hop.role, hop.arrived_by as u8),
                });
            }
        }
        rows
    }

    /// Hand-overs as the acts show them; none where acts are not kept. What is not over yet is not among them.
    pub(crate) fn handovers(population: &Population<'_>, request: &Request<'_>) -> Self {
        let humans: FxHashMap<Code, ()> = population.codes.iter().map(|&code| (code, ())).collect();
        let is_group = |code: Code| match request.directory {
            Some(directory) => !directory.actor(code).kind.is_human(),
            None => !humans.contains_key(&code),
        };
        let mut rows = Rows::default();
        let mut sites: Vec<(Code, Code)> = Vec::new();
        for (index, decision) in population.paths.decisions.iter().enumerate() {
            let hops = population.paths.hops_of(decision);
            let mut last: Option<&Touch> = None;
            sites.clear();
            for touch in population.paths.touches_of(decision) {
                if touch.actor == NOT_RECORDED || !touch.kind.is_human() {
                    continue;
                }
                let before = last.replace(touch);
                if touch.site != NOT_RECORDED {
                    sites.retain(|(actor, _)| *actor != touch.actor);
                    sites.push((touch.actor, touch.site));
                }
                let Some(before) = before.filter(|before| before.actor != touch.actor) else { continue };
                // Of an act that tells of the next holder, the site of whoever acted is what it was before; where that is
                // not known either, it is where the question lay.
                let known = |actor: Code| sites.iter().find(|(of, _)| *of == actor).map(|&(_, site)| site);
                let lay = || hops.iter().rev().find(|hop| hop.since < touch.at).map(|hop| hop.site);
                let from = known(before.actor).or_else(lay).unwrap_or(NOT_RECORDED);
                let to = known(touch.actor).unwrap_or(NOT_RECORDED);
                if from == NOT_RECORDED || to == NOT_RECORDED {
                    rows.cannot_tell += 1;
                    continue;
                }
                let handed = before.act == Act::Handed.code() || before.act == Act::Asked.code();
                rows.rows.push(Row {
                    decision: index as u32,
                    item: population.item_of[index],
                    crosses: from != to,
                    calendar_h: (touch.at - before.at).hours(),
                    working_h: request
                        .directory
                        .map(|directory| directory.calendar(to).working_between(before.at, touch.at).hours()),
                    ended: true,
                    pair: (from, to),
                    people: (before.actor, touch.actor),
                    queued: handed && before.to != NOT_RECORDED && before.to != before.actor && is_group(before.to),
                    kind: NO_KIND,
                });
            }
        }
        rows
    }

    /// Whether these are holds, of which a role and a way of arriving are known.
    pub(crate) fn are_holds(&self) -> bool {
        self.rows.iter().any(|row| row.kind != NO_KIND)
    }

    /// Those of which something is true.
    pub(crate) fn only(&self, keep: impl Fn(&Row) -> bool) -> Rows {
        Rows { rows: self.rows.iter().filter(|row| keep(row)).copied().collect(), cannot_tell: self.cannot_tell }
    }

    pub(crate) fn n(&self, crosses: bool) -> u64 {
        self.rows.iter().filter(|row| row.crosses == crosses).count() as u64
    }

    pub(crate) fn timed(&self, clock: Clock) -> Vec<Timed> {
        self.rows.iter().filter_map(|row| row.timed(clock)).collect()
    }

    /// Logarithms within strata, of those that have ended: a shift knows nothing of what is open.
    pub(crate) fn values(&self, clock: Clock, strata: &Strata) -> Vec<Value> {
        self.rows
            .iter()
            .zip(&strata.of_row)
            .filter(|(row, _)| row.ended)
            .filter_map(|(row, &stratum)| {
                let value = row.hours(clock)?.ln();
                Some(Value { value, in_group: row.crosses, stratum, cluster: row.item })
            })
            .collect()
    }

    /// Who stands behind both sides: of questions those who put, held or answered them, of holds and hand-overs those who gave
    /// or took, each half of it.
    pub(crate) fn sides(&self, population: &Population<'_>) -> [Group; 2] {
        if self.rows.iter().all(|row| row.people == (NOT_RECORDED, NOT_RECORDED)) {
            let mut group_of = vec![crate::privacy::NONE; population.paths.decisions.len()];
            for row in &self.rows {
                group_of[row.decision as usize] = u32::from(row.crosses);
            }
            let counted = population.census(&group_of, 2);
            return [counted[0], counted[1]];
        }
        [false, true].map(|crosses| group_of(self.rows.iter().filter(|row| row.crosses == crosses)))
    }
}

/// Who stands behind some hand-overs.
pub(crate) fn group_of<'r>(rows: impl Iterator<Item = &'r Row>) -> Group {
    let (mut n, mut halves): (u64, FxHashMap<Code, u64>) = (0, FxHashMap::default());
    let (mut decisions, mut last) = (0, None);
    for row in rows {
        n += 1;
        decisions += u64::from(last.replace(row.decision) != Some(row.decision));
        *halves.entry(row.people.0).or_default() += 1;
        *halves.entry(row.people.1).or_default() += 1;
    }
    let largest = halves.values().copied().max().unwrap_or(0);
    Group { persons: halves.len() as u64, decisions, dominance: Group::dominance_of(largest, 2 * n) }
}

/// What is like with like: matter, area and the label under which a question was opened, and of holds the role of the holder and
/// how it arrived.
pub(crate) struct Strata {
    /// Matter, area and label of each stratum, and the kind of hold.
    pub(crate) keys: Vec<(Code, Code, Code, Kind)>,
    pub(crate) of_row: Vec<u32>,
}

impl Strata {
    pub(crate) fn of(population: &Population<'_>, rows: &Rows) -> Self {
        let mut keys = Vec::new();
        let mut place: FxHashMap<(Code, Code, Code, Kind), u32> = FxHashMap::default();
        let of_row = rows
            .rows
            .iter()
            .map(|row| {
                let decision = &population.paths.decisions[row.decision as usize];
                let key = (decision.matter, decision.area, decision.opened_as, row.kind);
                *place.entry(key).or_insert_with(|| {
                    keys.push(key);
                    keys.len() as u32 - 1
                })
            })
            .collect();
        Self { keys, of_row }
    }
}
