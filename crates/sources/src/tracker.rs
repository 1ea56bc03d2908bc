//! Trackers (Jira, GitHub, GitLab and others): raw pages in, facts in the tracker's own words out.
//!
//! A parser is a pure function of the bytes of pages. It says what happened to which item in the words of the tracker;
//! which act that is, is for a lens to say. The same fact may be told by many pages (a page fetched again, an item in
//! two searches): facts have an identity, and each counts once.

use sayso_model::coverage::Reason;

pub mod azure;
pub mod bugzilla;
pub mod gerrit;
pub mod mail;
mod reach;
pub mod redmine;

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
}

/// Reads the pages of one tracker.
pub trait Parser {
    /// Tells what a page says. A page that cannot be read is set aside as one element; nothing fails.
    fn page(&mut self, page: &Page<'_>, told: &mut dyn Telling);
    /// After the last page: what could only be said with all of them.
    fn finish(&mut self, told: &mut dyn Telling) {
        let _ = told;
    }
}
