//! Mail archives (mbox) of patches and discussions to facts: who put a question, who advised, who objected.
//!
//! An item is a thread, named by the Message-ID of its root: the first of `References:`, else what `In-Reply-To:` leads
//! to, else an earlier message of the same subject without `Re:` and `[PATCH v2 3/5]`. A new version of a patch that begins
//! a thread of its own belongs to the thread of the first. A message's identity is its Message-ID, so that two archives of
//! one list tell it once.
//!
//! | activity | what it is |
//! |---|---|
//! | `patch`, `new version` | the root of a patch or series; a later version of it |
//! | `patch part` | one of a series under its cover letter |
//! | `pull request`, `message` | other roots |
//! | `reply` | an answer; its words without what it quotes |
//! | `reviewed-by`, `acked-by`, `tested-by`, `nak` | what an answer says in a line of its own, outside of quotations |
//!
//! Times keep the writer's own offset, which is evidence of a place; `-0000` says that there is none.

mod message;
mod split;

use rustc_hash::FxHashMap;
use sayso_model::coverage::Reason;
use twox_hash::XxHash3_64;

use super::reach::{Accounts, attributes};
use super::{Account, Fact, Page, Parser, Room, Sample, Telling};
use message::{Letter, Role};

/// What there is to know of it.
pub(crate) const ROOM: Room = Room {
    name: "mail",
    words: "mail archive",
    parser: || Box::new(Mail::default()),
    recognises,
    kinds: &KINDS,
    has_actors_offsets: true,
};

/// The kinds of page that the parser reads, and the activities of the facts that each gives.
const KINDS: [(&str, &str); 1] =
    [("mbox", "patch, new version, patch part, pull request, message, reply, reviewed-by, acked-by, tested-by, nak")];

/// Reads mbox files.
#[derive(Debug, Default)]
pub struct Mail {
    accounts: Accounts,
    /// The root of a message's thread, by the hash of its Message-ID.
    roots: FxHashMap<u64, String>,
    /// The root of the thread that a subject began.
    subjects: FxHashMap<u64, String>,
    n: u64,
}

fn recognises(sample: &Sample) -> bool {
    sample.is_mail
}

impl Parser for Mail {
    fn page(&mut self, page: &Page<'_>, told: &mut dyn Telling) {
        let mut n = 0;
        for bytes in split::messages(page.body) {
            n += 1;
            let place = format!("{} message {n}", page.origin);
            match Letter::read(&bytes) {
                Ok(letter) => self.letter(&letter, told),
                Err(what) => told.set_aside(&place, Reason::RowMalformed, &what),
            }
        }
        if n == 0 && !page.body.trim_ascii().is_empty() {
            told.set_aside(page.origin, Reason::RowMalformed, "no line that begins a message (`From ...`)");
        }
    }
}

impl Mail {
    fn letter(&mut self, letter: &Letter, told: &mut dyn Telling) {
        if let Some(from) = &letter.from {
            let account = Account {
                id: from.clone(),
                login: None,
                name: letter.name.clone(),
                email: letter.email.clone(),
                zone: None,
                is_bot: letter.is_automatic,
            };
            self.accounts.tell(account, told);
        }
        let item = self.thread(letter);
        self.roots.insert(hash(&letter.id), item.clone());
        let is_root = item == letter.id;
        let activity = match letter.role {
            Role::Patch { part, .. } if part > 0 && !is_root && !letter.is_first_part() => "patch part",
            Role::Patch { version, .. } if version > 1 && !is_root => "new version",
            Role::Patch { .. } if letter.is_reply && !is_root => "patch part",
            Role::Patch { .. } => "patch",
            Role::Pull => "pull request",
            Role::Other if is_root && !letter.is_reply => "message",
            Role::Other => "reply",
        };
        let version = match letter.role {
            Role::Patch { version, .. } => Some(version.to_string()),
            _ => None,
        };
        let automatic = letter.is_automatic.then(|| "true".to_owned());
        let base = || attributes([("list", letter.list.clone()), ("automatic", automatic.clone())]);
        self.n += 1;
        let order = self.n * 8;
        let fact = |i: u64, id: String, actor: Option<String>, activity: &str| Fact {
            id,
            item: item.clone(),
            at: letter.at.clone(),
            order: order + i,
            actor,
            activity: activity.to_owned(),
            attributes: base(),
            ..Fact::default()
        };
        let mut principal = fact(0, letter.id.clone(), letter.from.clone(), activity);
        principal.attributes.extend(attributes([("version", version)]));
        principal.is_statement = matches!(activity, "patch" | "new version" | "pull request" | "message");
        principal.text = Some(letter.words(principal.is_statement)).filter(|words| !words.is_empty());
        told.fact(principal);
        if activity == "reply" {
            for (i, (key, who)) in (1..).zip(letter.verdicts()) {
                let id = format!("{}/{key}/{i}", letter.id);
                let mut verdict = fact(i, id, letter.from.clone(), key);
                verdict.attributes.extend(attributes([("for", who)]));
                told.fact(verdict);
            }
        }
    }

    /// The thread that a message belongs to.
    fn thread(&mut self, letter: &Letter) -> String {
        let subject =
            Some(letter.topic.as_str()).filter(|topic| topic.len() > 2).map(|topic| hash(&format!("subject {topic}")));
        let by_subject = || subject.and_then(|subject| self.subjects.get(&subject).cloned());
        let is_new_version = matches!(letter.role, Role::Patch { version, .. } if version > 1);
        let ancestor = letter.ancestors.iter().find_map(|id| self.roots.get(&hash(id)).cloned());
        let item = match (ancestor, letter.ancestors.first()) {
            (Some(root), _) => root,
            // The root is not in this archive, but has a name.
            (None, Some(root)) => root.clone(),
            (None, None) if letter.is_reply || is_new_version => by_subject().unwrap_or_else(|| letter.id.clone()),
            (None, None) => letter.id.clone(),
        };
        if let Some(subject) = subject {
            self.subjects.entry(subject).or_insert_with(|| item.clone());
        }
        item
    }
}

fn hash(text: &str) -> u64 {
    XxHash3_64::oneshot(text.as_bytes())
}

#[cfg(test)]
mod tests;
