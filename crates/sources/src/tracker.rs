//! Trackers (Jira, GitHub, GitLab and others): raw pages in, facts in the tracker's own words out.
//!
//! A parser is a pure function of the bytes of pages. It says what happened to which item in the words of the tracker;
//! which act that is, is for a lens to say. The same fact may be told by many pages (a page fetched again, an item in
//! two searches): facts have an identity, and each counts once.

use std::fmt;
use std::path::Path;

use sayso_model::coverage::{Note, Reason};

pub mod azure;
pub mod bugzilla;
mod claims;
pub mod devlake;
pub mod gerrit;
pub mod github;
pub mod gitlab;
#[cfg(test)]
mod heard;
pub mod jira;
mod known;
pub mod mail;
mod pages;
pub(crate) mod payload;
pub mod raw;
mod reach;
mod reading;
pub mod redmine;
pub(crate) mod refusal;
mod sample;

pub(crate) use pages::{probe_folder, probe_text};
pub use reading::HISTORY_CUT;
pub(crate) use reading::{accounts, freshness, read};
pub(crate) use sample::Sample;

/// A tracker that Sayso has a parser for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tracker {
    /// Jira Cloud, Data Center and Server.
    Jira,
    /// GitHub: issues, pull requests and discussions.
    Github,
    /// GitLab: issues and merge requests.
    Gitlab,
    /// Azure DevOps: work items and pull requests.
    Azure,
    /// Gerrit by its answers; its record in git is [`crate::Kind::GerritNotes`].
    Gerrit,
    /// Bugzilla.
    Bugzilla,
    /// Redmine.
    Redmine,
    /// Mail archives of patches and discussions.
    Mail,
}

/// What there is to know of a tracker beside its name in the enumeration; each tracker's own file has it.
pub(crate) struct Room {
    /// The word in files and options; a built-in lens has the same name.
    pub name: &'static str,
    /// The same in words, to stand in a sentence.
    pub words: &'static str,
    /// A parser that has read nothing yet.
    pub parser: fn() -> Box<dyn Parser>,
    /// Whether a file is the tracker's, by its beginning.
    pub recognises: fn(&Sample) -> bool,
    /// The kinds of page, and what each gives.
    pub kinds: &'static [(&'static str, &'static str)],
    /// Whether offsets from UTC are those of whoever acted, and not of the server or the caller.
    pub has_actors_offsets: bool,
}

impl Tracker {
    /// Every tracker.
    pub const ALL: [Tracker; 8] = [
        Tracker::Jira,
        Tracker::Github,
        Tracker::Gitlab,
        Tracker::Azure,
        Tracker::Gerrit,
        Tracker::Bugzilla,
        Tracker::Redmine,
        Tracker::Mail,
    ];

    pub(crate) fn room(self) -> &'static Room {
        match self {
            Tracker::Jira => &jira::ROOM,
            Tracker::Github => &github::ROOM,
            Tracker::Gitlab => &gitlab::ROOM,
            Tracker::Azure => &azure::ROOM,
            Tracker::Gerrit => &gerrit::ROOM,
            Tracker::Bugzilla => &bugzilla::ROOM,
            Tracker::Redmine => &redmine::ROOM,
            Tracker::Mail => &mail::ROOM,
        }
    }

    /// The word in files and options.
    pub fn name(self) -> &'static str {
        self.room().name
    }

    /// The tracker of this name, if there is one.
    pub fn of_name(name: &str) -> Option<Tracker> {
        Tracker::ALL.into_iter().find(|tracker| tracker.name() == name)
    }

    /// The tracker in words, to stand in a sentence.
    pub fn words(self) -> &'static str {
        self.room().words
    }

    /// The kinds of page and export that its parser reads, and what each gives.
    pub fn kinds(self) -> &'static [(&'static str, &'static str)] {
        self.room().kinds
    }
}

impl fmt::Display for Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// A parser for a tracker, that has read nothing yet.
pub fn parser(tracker: Tracker) -> Box<dyn Parser> {
    (tracker.room().parser)()
}

/// Reads the pages or files at a path through a parser, once and in their order, as somebody wants who needs the facts and
/// not the events. Facts that are told twice come twice.
///
/// # Errors
/// Where the path cannot be read.
pub fn each_told(path: &Path, parser: &mut dyn Parser, told: &mut dyn Telling) -> Result<(), crate::ReadError> {
    reading::each_page(&pages::Pages::open(path, false)?, parser, told)
}

/// One raw page: the answer to one request, one file of an export, one row of a table of raw answers.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What was asked for, in the words of the connector (`issues`, `changelog`, `timeline`); empty for a file of unknown
    /// origin, of which the content tells.
    pub kind: &'a str,
    /// The address that was asked or the name of the file, for a person who looks for it.
    pub origin: &'a str,
    /// The bytes as they came, after decompression.
    pub body: &'a [u8],
}

/// Something that happened to an item, as the tracker tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// What makes it this fact and no other, within its source: `10023/history/4711/2`. Told twice, it is one fact, and
    /// the later page counts.
    pub id: String,
    /// The item: the key or number that a person would look for, with its project where numbers are not unique.
    pub item: String,
    /// When, as the tracker writes it.
    pub at: String,
    /// Its place among facts of the same item and instant, such as the number of the change.
    pub order: u64,
    /// Who, as the tracker identifies them (an account, not a display name); `None` where it does not say.
    pub actor: Option<String>,
    /// What happened, in few distinct words: `status`, `comment`, `reviewed/APPROVED`.
    pub activity: String,
    /// Everything else a lens may look at: `from`, `to`, `from_category`, `to_category`, `field`, `type`, `component`.
    pub attributes: Vec<(String, String)>,
    /// What a person wrote. It is turned into signs and never stored.
    pub text: Option<String>,
    /// Whether the text is the item's own statement (title and description), and not a remark.
    pub is_statement: bool,
}

/// What a page says that there should be, against what came.
///
/// Told of one page, it is taken together with those of other pages: pages of one search (the same address but for the
/// paging) add up, and the same things in two searches do not. Told at the end ([`Parser::finish`]), it is final. An item
/// of which fewer came than stated has a history that is known to be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The item that it speaks of; `None` for a whole search.
    pub item: Option<String>,
    /// Of what: `changelog entries`, `issues`.
    pub what: &'static str,
    /// How many the tracker states.
    pub stated: u64,
    /// How many the page holds.
    pub received: u64,
}

/// Whether an attribute is a resolution that says that something was closed because what was needed to deal with it was
/// missing: "Needs more info", `INCOMPLETE`, "Brak informacji". That something cannot be reproduced is another matter.
pub fn wants_information(attribute: &str) -> bool {
    let Some(resolution) = attribute.strip_prefix("resolution=") else { return false };
    let resolution = resolution.to_lowercase();
    let is_short = ["need", "missing", "lack", "insufficient", "not enough", "no ", "brak"];
    let of_what = ["info", "detail", "data", "danych"];
    resolution == "incomplete"
        || is_short.iter().any(|short| resolution.starts_with(short))
            && of_what.iter().any(|what| resolution.contains(what))
}

/// A person or machine account, as a tracker describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// As in [`Fact::actor`].
    pub id: String,
    /// Login, if there is one beside the id.
    pub login: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// IANA zone that the account states.
    pub zone: Option<String>,
    /// Whether the tracker itself says that it is a machine.
    pub is_bot: bool,
}

/// Whom a parser tells.
pub trait Telling {
    /// A fact. It counts as one element seen.
    fn fact(&mut self, fact: Fact);
    /// Something that could have been a fact and cannot be used; it counts as one element seen. `place` is where a person
    /// finds it.
    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str);
    /// What the tracker says that there should be.
    fn claim(&mut self, claim: Claim);
    /// An account that the page describes.
    fn account(&mut self, account: Account);
    /// Something that a person should know about the page or the whole source, such as what an export never has.
    fn note(&mut self, place: &str, note: Note, detail: &str) {
        let _ = (place, note, detail);
    }
}

/// Reads the pages of one tracker.
pub trait Parser {
    /// Tells what a page says. A page that cannot be read is set aside as one element; nothing fails.
    fn page(&mut self, page: &Page<'_>, told: &mut dyn Telling);
    /// After the last page: what could only be said with all of them.
    fn finish(&mut self, told: &mut dyn Telling) {
        let _ = told;
    }
    /// The pages come a second time, from the first on. A parser that learns from later pages what earlier ones mean, such
    /// as the key that belongs to a number, keeps what it learnt, forgets the rest, and says `true`. It must then tell the
    /// same facts, by their ids, page by page; some it may leave out. One that says `false` is replaced by a new one.
    fn begin_again(&mut self) -> bool {
        false
    }
}
