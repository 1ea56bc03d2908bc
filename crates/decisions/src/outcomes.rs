//! How questions end and what becomes of the answer: who decided, when it was carried out, whether it was undone.

use sayso_model::Code;
use sayso_model::decision::{DeciderKnown, Decision, Status};

use crate::acts::{Party, Seen};
use crate::hours::Hours;
use crate::tally::Tally;

/// What is remembered of one matter of the item once nothing is open in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    pub(crate) matter: Code,
    /// Where the last ended decision stands in `Paths::decisions`.
    pub(crate) last: Option<usize>,
    /// Acts since then that belong to no question (R17).
    pub(crate) loose: Tally,
}

/// The matters of one item. Entries are used again for the next item.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pasts {
    entries: Vec<Past>,
    n: usize,
}

impl Pasts {
    pub(crate) fn clear(&mut self) {
        self.n = 0;
    }

    /// The past of a matter, empty when there is none yet.
    pub(crate) fn of(&mut self, matter: Code) -> &mut Past {
        if let Some(at) = self.entries[..self.n].iter().position(|past| past.matter == matter) {
            return &mut self.entries[at];
        }
        if self.n == self.entries.len() {
            self.entries.push(Past::default());
        }
        let past = &mut self.entries[self.n];
        self.n += 1;
        past.matter = matter;
        past.last = None;
        past.loose.clear();
        past
    }
}

/// The actor of a `decided`, unless nobody or a bot is named: then whoever can be inferred (R14, R15).
pub(crate) fn decider(seen: &Seen, tally: &Tally, known: DeciderKnown) -> (Party, DeciderKnown) {
    if seen.actor.is_named() && !seen.actor.is_bot() {
        return (seen.actor, known);
    }
    match tally.only_approver() {
        Some(approver) => (approver, DeciderKnown::Inferred),
        None => (Party::NOBODY, DeciderKnown::Unknown),
    }
}

/// Who decided what was carried out without a recorded answer: the only approver, else a person who carried it out
/// (R15).
pub(crate) fn implied_decider(seen: &Seen, tally: &Tally) -> (Party, DeciderKnown) {
    match tally.only_approver() {
        Some(approver) => (approver, DeciderKnown::Inferred),
        None if seen.actor.is_person() => (seen.actor, DeciderKnown::Inferred),
        None => (Party::NOBODY, DeciderKnown::Unknown),
    }
}

/// Writes the answer into the decision.
pub(crate) fn answer(decision: &mut Decision, seen: &Seen, (decider, known): (Party, DeciderKnown)) {
    decision.status = Status::Decided;
    decision.decided_at = Some(seen.at);
    decision.verdict = seen.verdict;
    decision.decider = decider.code;
    decision.decider_team = decider.team;
    decision.decider_site = decider.site;
    decision.decider_role = decider.role;
    decision.decider_level = decider.level;
    decision.decider_known = known;
}

/// Notes that the answer was carried out; only the first time counts (R18).
pub(crate) fn execute(decision: &mut Decision, seen: &Seen, hours: Hours<'_>) {
    let (None, Some(decided_at)) = (decision.executed_at, decision.decided_at) else { return };
    let site =
        if sayso_model::decision::is_recorded(seen.actor.site) { seen.actor.site } else { decision.decider_site };
    decision.executed_at = Some(seen.at);
    decision.execution_working = Some(hours.between(site, decided_at, seen.at));
}

/// Notes that the answer was undone or opened again; only the first time counts (R19, R20).
pub(crate) fn reverse(decision: &mut Decision, seen: &Seen) {
    if stands(decision) {
        decision.reversed_at = Some(seen.at);
        decision.reversed_by = seen.actor.code;
        decision.reversed_by_role = seen.actor.role;
        decision.reversed_by_level = seen.actor.level;
    }
}

/// Whether there is an answer that nobody has undone.
pub(crate) fn stands(decision: &Decision) -> bool {
    decision.status == Status::Decided && decision.reversed_at.is_none()
}

/// Whether a second answer says something else than the first: both verdicts are recorded and differ.
pub(crate) fn contradicts(decision: &Decision, verdict: u8) -> bool {
    decision.verdict != 0 && verdict != 0 && decision.verdict != verdict
}
