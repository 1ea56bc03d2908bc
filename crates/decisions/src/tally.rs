//! What is counted while a question is open: people, bots, consents, objections, and who might have decided.

use sayso_model::decision::Decision;
use sayso_model::event::Act;
use sayso_model::{Code, NOT_RECORDED};

use crate::acts::{Party, Seen};
use crate::few::Few;

/// The counts of one question, or of the loose acts of a matter in which nothing is open (R17).
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    people: Few,
    approver: Option<Party>,
    several_approvers: bool,
    n_approvals: u32,
    n_approvals_by_others: u32,
    n_objections: u32,
    n_bot_acts: u32,
    area: Code,
}

impl Tally {
    pub(crate) fn clear(&mut self) {
        self.people.clear();
        self.approver = None;
        self.several_approvers = false;
        (self.n_approvals, self.n_approvals_by_others, self.n_objections, self.n_bot_acts) = (0, 0, 0, 0);
        self.area = NOT_RECORDED;
    }

    /// The event that opens a question says where it is, whoever wrote it.
    pub(crate) fn opening(&mut self, seen: &Seen) {
        self.meets(seen);
        self.lies_in(seen.area);
    }

    /// Somebody acts; `asker` is who put the question, [`NOT_RECORDED`] where nobody knows.
    pub(crate) fn act(&mut self, seen: &Seen, asker: Code) {
        self.meets(seen);
        if seen.actor.is_bot() {
            return;
        }
        match seen.act {
            Some(Act::Approved) => self.consents(&seen.actor, asker),
            Some(Act::Objected) => self.n_objections += 1,
            _ => {}
        }
    }

    /// Somebody holds the question.
    pub(crate) fn holds(&mut self, holder: &Party) {
        if holder.is_person() {
            self.people.insert(u64::from(holder.code));
        }
    }

    /// The first area that is recorded counts.
    pub(crate) fn lies_in(&mut self, area: Code) {
        if self.area == NOT_RECORDED {
            self.area = area;
        }
    }

    /// The only person other than the asker who consented, if there is exactly one (R15).
    pub(crate) fn only_approver(&self) -> Option<Party> {
        self.approver.filter(|_| !self.several_approvers)
    }

    /// Writes the counts into the decision.
    pub(crate) fn write(&self, decision: &mut Decision) {
        decision.area = self.area;
        decision.n_approvals = self.n_approvals;
        decision.n_approvals_surplus = self.n_approvals_by_others.saturating_sub(1);
        decision.n_objections = self.n_objections;
        decision.n_people = self.people.len();
        decision.n_bot_acts = self.n_bot_acts;
    }

    fn meets(&mut self, seen: &Seen) {
        if seen.actor.is_bot() {
            self.n_bot_acts += 1;
            return;
        }
        if seen.actor.is_person() {
            self.people.insert(u64::from(seen.actor.code));
        }
        self.lies_in(seen.area);
    }

    fn consents(&mut self, actor: &Party, asker: Code) {
        self.n_approvals += 1;
        if !actor.is_person() || actor.code == asker {
            return;
        }
        self.n_approvals_by_others += 1;
        match self.approver {
            None => self.approver = Some(*actor),
            Some(first) => self.several_approvers |= first.code != actor.code,
        }
    }
}
