//! Who has been asked and has not answered yet: the stack that says whose turn it is.

use sayso_model::NOT_RECORDED;
use sayso_model::actor::ActorKind;

use crate::acts::Party;

/// One outstanding ask.
#[derive(Clone, Copy, Debug)]
struct Ask {
    whom: Party,
    by: Party,
}

/// What an answer did to the outstanding asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answered {
    /// Whoever answered was not asked.
    NotAsked,
    /// An earlier ask is closed; the latest one is still open.
    Beneath,
    /// The latest ask is closed; it was put by this party.
    Latest(Party),
}

/// The outstanding asks of one question, the latest last; one for each addressee (R9).
#[derive(Clone, Debug, Default)]
pub(crate) struct Asks(Vec<Ask>);

impl Asks {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Who was asked last and has not answered.
    pub(crate) fn latest(&self) -> Option<Party> {
        self.0.last().map(|ask| ask.whom)
    }

    /// Puts an ask on top. Asking somebody again moves their ask up; a reminder by a bot or by nobody named does not
    /// change who waits for the answer.
    pub(crate) fn put(&mut self, whom: Party, by: Party) {
        let mut ask = Ask { whom, by };
        if let Some(at) = self.find(whom) {
            let earlier = self.0.remove(at);
            if !can_wait(&by) {
                ask.by = earlier.by;
            }
        }
        self.0.push(ask);
    }

    /// A hand-over while somebody is asked replaces the addressee of the latest ask (R10); false when nobody is asked.
    pub(crate) fn hand_on(&mut self, to: Party) -> bool {
        let Some(mut latest) = self.0.pop() else { return false };
        if let Some(at) = self.find(to) {
            self.0.remove(at);
        }
        latest.whom = to;
        self.0.push(latest);
        true
    }

    /// Closes the ask that `by` answers: the one put to them, else the latest one put to a group they belong to (R11).
    pub(crate) fn answer(&mut self, by: &Party) -> Answered {
        let named = || self.0.iter().rposition(|ask| ask.whom.is_named() && ask.whom.code == by.code);
        let as_member = || self.0.iter().rposition(|ask| speaks_for(by, ask));
        let Some(at) = named().or_else(as_member) else { return Answered::NotAsked };
        let ask = self.0.remove(at);
        if at < self.0.len() { Answered::Beneath } else { Answered::Latest(ask.by) }
    }

    fn find(&self, whom: Party) -> Option<usize> {
        self.0.iter().position(|ask| ask.whom.key() == whom.key())
    }
}

/// Whether a question can go back to them: a bot or nobody named does not wait for an answer.
pub(crate) fn can_wait(party: &Party) -> bool {
    party.is_named() && !party.is_bot()
}

/// Whether an answer by `by` answers an ask put to a group, or to nobody in particular.
fn speaks_for(by: &Party, ask: &Ask) -> bool {
    if ask.whom.kind != ActorKind::Group || (by.is_named() && by.code == ask.by.code) {
        return false;
    }
    if ask.whom.team != NOT_RECORDED {
        by.team == ask.whom.team
    } else if ask.whom.role != NOT_RECORDED {
        by.role == ask.whom.role
    } else {
        !ask.whom.is_named()
    }
}
