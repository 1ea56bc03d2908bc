//! One act by one actor on one item at one instant, and the sink that sources pour events into.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::coverage::{ClaimTally, Note, Reason};
use crate::signs::Signs;
use crate::time::Instant;

/// What an event does to a question. The set is closed; a lens maps raw activities to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Act {
    /// A question is put.
    Raised = 1,
    /// Somebody (`to`) is asked for an answer.
    Asked = 2,
    /// The question passes to another holder (`to`).
    Handed = 3,
    /// Work on the item; says nothing about who holds the question.
    Worked = 4,
    /// Advice or information.
    Advised = 5,
    /// Consent: advice plus release, not yet the decision.
    Approved = 6,
    /// Refusal or request for change; the question stays open.
    Objected = 7,
    /// The answer.
    Decided = 8,
    /// The answer is carried out.
    Executed = 9,
    /// A decided question is opened again.
    Reopened = 10,
    /// A decision is undone.
    Reversed = 11,
    /// The question is taken back without an answer.
    Withdrawn = 12,
    /// A link to another item (`to`).
    Linked = 13,
    /// An outcome is observed.
    Observed = 14,
}

impl Act {
    /// Every act, in the order of their codes.
    pub const ALL: [Act; 14] = [
        Act::Raised,
        Act::Asked,
        Act::Handed,
        Act::Worked,
        Act::Advised,
        Act::Approved,
        Act::Objected,
        Act::Decided,
        Act::Executed,
        Act::Reopened,
        Act::Reversed,
        Act::Withdrawn,
        Act::Linked,
        Act::Observed,
    ];

    /// The act of a stored code; `None` for `0` (no act recorded) and for codes of a later version.
    pub fn from_code(code: u8) -> Option<Act> {
        Act::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// The stored code, 1 to 14.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The word used in files, SQL and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Act::Raised => "raised",
            Act::Asked => "asked",
            Act::Handed => "handed",
            Act::Worked => "worked",
            Act::Advised => "advised",
            Act::Approved => "approved",
            Act::Objected => "objected",
            Act::Decided => "decided",
            Act::Executed => "executed",
            Act::Reopened => "reopened",
            Act::Reversed => "reversed",
            Act::Withdrawn => "withdrawn",
            Act::Linked => "linked",
            Act::Observed => "observed",
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is none of the closed set it was looked up in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not one of {allowed}")]
pub struct NotInSet {
    /// What was written.
    pub found: String,
    /// The words that are allowed, separated by commas.
    pub allowed: String,
}

impl FromStr for Act {
    type Err = NotInSet;

    fn from_str(word: &str) -> Result<Self, NotInSet> {
        Act::ALL
            .into_iter()
            .find(|act| act.name() == word)
            .ok_or_else(|| NotInSet { found: word.to_owned(), allowed: Act::ALL.map(Act::name).join(", ") })
    }
}

/// The answer that a decision gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Verdict {
    /// Yes.
    Approved = 1,
    /// No.
    Rejected = 2,
    /// Not now.
    Deferred = 3,
}

impl Verdict {
    /// Every verdict, in the order of their codes.
    pub const ALL: [Verdict; 3] = [Verdict::Approved, Verdict::Rejected, Verdict::Deferred];

    /// The verdict of a stored code; `None` for `0` (not recorded).
    pub fn from_code(code: u8) -> Option<Verdict> {
        Verdict::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// The stored code, 1 to 3.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The word used in files, SQL and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Approved => "approved",
            Verdict::Rejected => "rejected",
            Verdict::Deferred => "deferred",
        }
    }
}

impl FromStr for Verdict {
    type Err = NotInSet;

    fn from_str(word: &str) -> Result<Self, NotInSet> {
        Verdict::ALL
            .into_iter()
            .find(|verdict| verdict.name() == word)
            .ok_or_else(|| NotInSet { found: word.to_owned(), allowed: Verdict::ALL.map(Verdict::name).join(", ") })
    }
}

/// Whose team, site and role an event carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Describes {
    /// The actor's: the usual case.
    #[default]
    Actor,
    /// Those of whoever holds the question after the event (`to`): a ticket put into another team's queue.
    Holder,
}

/// One event as a source sees it, borrowed from the source's own buffers.
#[derive(Clone, Copy, Debug)]
pub struct EventRow<'a> {
    /// What the event is about: an issue, a change, a case. Never empty.
    pub item: &'a str,
    /// When it happened.
    pub at: Instant,
    /// The offset from UTC that the source wrote, in minutes east; evidence of a place, and lost by most tools.
    pub utc_offset_min: Option<i16>,
    /// Who acted, as the source names them. `None` when the source does not say.
    pub actor: Option<&'a str>,
    /// The act, where a lens knows one.
    pub act: Option<Act>,
    /// The raw label, always kept. Empty where the source gives only acts.
    pub activity: &'a str,
    /// Whom the act addresses: a person as the source names them, or `team:NAME`, or `role:NAME`; for
    /// [`Act::Linked`] the other item.
    pub to: Option<&'a str>,
    /// What kind of question.
    pub matter: Option<&'a str>,
    /// Where in the product or organisation.
    pub area: Option<&'a str>,
    /// The team at that moment, of whom [`EventRow::describes`] says.
    pub team: Option<&'a str>,
    /// The site at that moment, likewise.
    pub site: Option<&'a str>,
    /// The role at that moment, likewise.
    pub role: Option<&'a str>,
    /// Whose team, site and role these are.
    pub describes: Describes,
    /// The answer, where the act gives one.
    pub verdict: Option<Verdict>,
    /// A reference to where it came from or leads to.
    pub link: Option<&'a str>,
    /// Whether this is a further act of an event that another row tells: it moves the question, and does not count as
    /// an event of its own.
    pub auxiliary: bool,
    /// What its words say, as far as rules can tell; the words themselves are not kept.
    pub signs: Signs,
    /// Everything else that the source says of the event, as (key, value).
    pub attributes: &'a [(&'a str, &'a str)],
}

impl<'a> EventRow<'a> {
    /// An event with only what is required; the rest is "not recorded".
    pub fn new(item: &'a str, at: Instant, activity: &'a str) -> Self {
        Self {
            item,
            at,
            utc_offset_min: None,
            actor: None,
            act: None,
            activity,
            to: None,
            matter: None,
            area: None,
            team: None,
            site: None,
            role: None,
            describes: Describes::Actor,
            verdict: None,
            link: None,
            auxiliary: false,
            signs: Signs::NONE,
            attributes: &[],
        }
    }
}

/// Whether a source should go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Flow {
    /// Read on.
    Continue,
    /// Stop at the next safe place: the user interrupted. What was checkpointed stays.
    Stop,
}

/// Where the events of a source go. The engine's appender is one; tests use a vector.
///
/// The protocol keeps the books: a source calls [`seen`](EventSink::seen) once for every element that could be an
/// event (a row, an `<event>`, a commit), then either [`event`](EventSink::event) one or more times or
/// [`set_aside`](EventSink::set_aside) once. Whatever was seen and is neither is a loss, and the ledger shows it.
pub trait EventSink {
    /// A new element begins.
    fn seen(&mut self);

    /// The current element gives this event.
    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError>;

    /// The current element is not used. `place` is where a person finds it (`line 17`, `trace 3 event 2`).
    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str);

    /// The current element (or its container) is used, but not as written.
    fn note(&mut self, place: &str, note: Note, detail: &str);

    /// What the source states that there should be of one kind of thing, against what came. Told once for each kind, at
    /// the end of a whole reading; a later one of the same kind takes its place.
    fn claim(&mut self, what: &str, tally: ClaimTally) {
        let _ = (what, tally);
    }

    /// Everything up to here is whole and may be made durable. `position` is what the source needs to go on from
    /// here; it is opaque to the sink.
    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError>;

    /// How far the source has come, in bytes or elements of its own kind; for a progress bar only.
    fn progress(&mut self, done: u64, total: Option<u64>);
}

/// The sink could not take an event: the disk is full, the record is locked.
#[derive(Debug, thiserror::Error)]
#[error("the record could not take more events")]
pub struct SinkError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_go_both_ways() {
        for act in Act::ALL {
            assert_eq!(Act::from_code(act.code()), Some(act));
            assert_eq!(act.name().parse::<Act>(), Ok(act));
        }
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::from_code(verdict.code()), Some(verdict));
            assert_eq!(verdict.name().parse::<Verdict>(), Ok(verdict));
        }
        assert_eq!(Act::from_code(0), None);
        assert_eq!(Act::from_code(15), None);
    }
}
