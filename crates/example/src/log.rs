//! The tracker's log as it is written: items, the questions put on them, and the events, with what was planted where.

use sayso_model::event::{Act, Verdict};

use crate::cast::{Area, Who};

/// What kind of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// What belongs to it and what does not.
    Scope,
    /// What comes first.
    Priority,
    /// How it is built.
    Design,
    /// Whether it is what was asked for.
    Acceptance,
    /// Whether it goes out.
    Release,
    /// Regulated wording.
    Wording,
    /// Money.
    Money,
}

impl Matter {
    /// All seven.
    pub const ALL: [Matter; 7] = [
        Matter::Scope,
        Matter::Priority,
        Matter::Design,
        Matter::Acceptance,
        Matter::Release,
        Matter::Wording,
        Matter::Money,
    ];

    /// The name in every file.
    pub fn name(self) -> &'static str {
        match self {
            Matter::Scope => "scope",
            Matter::Priority => "priority",
            Matter::Design => "design",
            Matter::Acceptance => "acceptance",
            Matter::Release => "release",
            Matter::Wording => "wording",
            Matter::Money => "money",
        }
    }
}

/// Whom or what an act addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// Somebody.
    Person(Who),
    /// Another item, as an index into [`Log::items`].
    Item(usize),
}

/// One row of `events.csv`.
#[derive(Clone, Debug)]
pub struct Event {
    /// Seconds since 1970.
    pub at: i64,
    /// Index into [`Log::items`].
    pub item: usize,
    /// Index into [`Log::questions`].
    pub question: usize,
    /// Who acts; `None` where the tracker lost it.
    pub actor: Option<Who>,
    /// The act.
    pub act: Act,
    /// The tracker's own label.
    pub activity: &'static str,
    /// Whom it addresses.
    pub to: Option<Address>,
    /// The answer.
    pub verdict: Option<Verdict>,
    /// The goal it refers to, as an index into [`Log::items`].
    pub link: Option<usize>,
    /// A few words.
    pub text: &'static str,
    /// One of the marked acts outside working hours.
    pub is_late: bool,
}

/// An item of work, or a goal.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where.
    pub area: Area,
    /// Whether it is a goal.
    pub is_goal: bool,
    /// Its number among those with the same prefix, from 1; 0 until the log is finished.
    pub number: u32,
}

impl Item {
    /// The name in every file.
    pub fn name(&self) -> String {
        let key = if self.is_goal { "GOAL" } else { self.area.key() };
        format!("{key}-{}", self.number)
    }
}

/// Whether a hand-over said why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Link and reason came with it.
    Carried,
    /// Neither did.
    Lost,
}

/// What happened to a question by plan. What can be read off the events is not repeated here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Planted {
    /// It had to pass the implicit gate.
    pub gate: bool,
    /// Its owner asked upward although it was hers to decide.
    pub permission: bool,
    /// The first hand-over from product to engineering.
    pub why: Option<Why>,
    /// Nobody takes it up.
    pub stale: bool,
    /// It is an earlier question, opened again.
    pub is_reopened: bool,
    /// A trigger fell into it.
    pub trigger: bool,
}

/// A question, with what was planted in it.
#[derive(Clone, Debug)]
pub struct Question {
    /// Index into [`Log::items`].
    pub item: usize,
    /// What kind.
    pub matter: Matter,
    /// Where.
    pub area: Area,
    /// When it was put, in seconds since 1970.
    pub raised_at: i64,
    /// Whether it was put as urgent.
    pub is_urgent: bool,
    /// What was planted.
    pub planted: Planted,
}

/// Everything that was written.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Items, in the order of their planning.
    pub items: Vec<Item>,
    /// Questions.
    pub questions: Vec<Question>,
    /// Events; in the order of time once the log is finished.
    pub events: Vec<Event>,
}
