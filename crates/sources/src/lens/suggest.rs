//! Proposes what activities mean from how they are used: which wait, ask, decide, reopen, and which are bookkeeping.
//!
//! [`Seen`] is fed the record, item by item, and [`Seen::suggest`] says for each activity which act it looks like, on what
//! evidence, and how sure that is. It is a draft for whoever knows the work: words and order can tell what usually is, never
//! what a status means in this organisation. What is rare, or of which nothing speaks, is left as "cannot tell".

use std::fmt;

use sayso_model::event::{Act, Verdict};

mod judge;
mod seen;
mod words;
mod written;

pub use seen::{KEYS_MAX, Observed, Seen, Stay};
pub use written::{into_lens, rules};

/// What part an activity plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// It puts the question.
    Raises,
    /// It asks somebody for an answer, and the item waits for it.
    Asks,
    /// The item waits, and nothing says for whom.
    Waits,
    /// It passes the item on, or takes it.
    Hands,
    /// It consents, and is not yet the answer.
    Consents,
    /// It refuses, and the item goes on.
    Objects,
    /// It is the answer.
    Decides,
    /// It carries out what was answered.
    CarriesOut,
    /// It opens again what was answered.
    Reopens,
    /// It takes the question back.
    Withdraws,
    /// It says something about it.
    Advises,
    /// It links to another item.
    Links,
    /// It is work or bookkeeping.
    Works,
    /// Nothing speaks for any of these.
    CannotTell,
}

impl Part {
    /// The part in words, to follow the activity's name.
    pub fn words(self) -> &'static str {
        match self {
            Part::Raises => "puts the question",
            Part::Asks => "asks, and waits for the answer",
            Part::Waits => "waits",
            Part::Hands => "passes it on or takes it",
            Part::Consents => "consents",
            Part::Objects => "objects",
            Part::Decides => "decides",
            Part::CarriesOut => "carries out",
            Part::Reopens => "reopens",
            Part::Withdraws => "takes it back",
            Part::Advises => "says something about it",
            Part::Links => "links",
            Part::Works => "is work or bookkeeping",
            Part::CannotTell => "cannot tell",
        }
    }

    /// The act that the part is written as; `None` where nothing can be told.
    pub fn act(self) -> Option<Act> {
        Some(match self {
            Part::Raises => Act::Raised,
            Part::Asks => Act::Asked,
            Part::Waits | Part::Works => Act::Worked,
            Part::Hands => Act::Handed,
            Part::Consents => Act::Approved,
            Part::Objects => Act::Objected,
            Part::Decides => Act::Decided,
            Part::CarriesOut => Act::Executed,
            Part::Reopens => Act::Reopened,
            Part::Withdraws => Act::Withdrawn,
            Part::Advises => Act::Advised,
            Part::Links => Act::Linked,
            Part::CannotTell => return None,
        })
    }
}

/// How much speaks for a suggestion. None of them is certainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Little, or things that do not agree: to be looked at before use.
    Low,
    /// One kind of evidence, often enough seen.
    Fair,
    /// Two kinds of evidence that agree, on at least 100 events of 30 items.
    High,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Confidence::High => "high",
            Confidence::Fair => "fair",
            Confidence::Low => "low",
        })
    }
}

/// Whether a change of status enters or leaves what the tracker itself calls done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Crossing {
    /// The tracker does not say, or neither side is done.
    #[default]
    None,
    /// From open to done.
    Into,
    /// From done to open.
    OutOf,
    /// From one kind of done to another.
    Within,
}

/// What is told apart: an activity and, where the activity only says that something changed, what it changed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Told {
    /// The activity, as the lens in use names it.
    pub activity: String,
    /// What it changed to, where the activity itself does not say (`status` of Jira).
    pub to: Option<String>,
    /// Whether it enters or leaves what is done.
    pub crossing: Crossing,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.activity)?;
        if let Some(to) = &self.to {
            write!(f, " to {to}")?;
        }
        f.write_str(match self.crossing {
            Crossing::None => "",
            Crossing::Into => " (from open to done)",
            Crossing::OutOf => " (from done to open)",
            Crossing::Within => " (from done to done)",
        })
    }
}

/// What one activity looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Which activity.
    pub told: Told,
    /// What part it plays.
    pub part: Part,
    /// The answer, where it decides and the words say which.
    pub verdict: Option<Verdict>,
    /// How much speaks for it.
    pub confidence: Confidence,
    /// The evidence in words, with its numbers.
    pub why: Vec<String>,
    /// Events.
    pub n: u64,
    /// Items with such an event.
    pub n_items: u64,
    /// Of the events, how many the lens in use gives this act already.
    pub n_same: u64,
    /// What the lens in use makes of most of them; empty where it makes no act of them.
    pub present: Vec<Act>,
    /// Categories that the tracker states, for the rule: (from, to); the empty word where it states none of some events.
    pub categories: (Vec<String>, Vec<String>),
}

impl Suggestion {
    /// The act to write; `None` for "cannot tell".
    pub fn act(&self) -> Option<Act> {
        self.part.act()
    }

    /// Whether the lens in use says the same of at least 95 % of the events already.
    pub fn is_as_now(&self) -> bool {
        self.act().is_some() && self.n_same * 100 >= self.n * 95
    }
}

/// How far suggestions and the lens in use say the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Events.
    pub n: u64,
    /// Of these, events of activities of which something is suggested.
    pub n_told: u64,
    /// Of these, events to which the lens in use gives the suggested act.
    pub n_same: u64,
}

impl Agreement {
    /// Of a list of suggestions.
    pub fn of(suggestions: &[Suggestion]) -> Agreement {
        let mut all = Agreement::default();
        for one in suggestions {
            all.n += one.n;
            if one.act().is_some() {
                all.n_told += one.n;
                all.n_same += one.n_same;
            }
        }
        all
    }

    /// The share of all events to which the lens in use gives the suggested act, 0 to 1; what cannot be told counts as not
    /// the same. `None` without events.
    pub fn share(&self) -> Option<f64> {
        (self.n > 0).then(|| self.n_same as f64 / self.n as f64)
    }
}
