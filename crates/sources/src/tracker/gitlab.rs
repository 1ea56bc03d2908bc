//! GitLab: issues, merge requests, notes with the sentences GitLab writes itself, approvals, resource events and webhooks, to facts.
//!
//! Who decided what and when stands in notes (`system: true`); the objects know only the last of each kind, and the list
//! of approvals for years did not say when. So beginnings come from objects, all that follows from notes and resource
//! events, and what two of them tell is told once: what has a number of its own goes by that number, and of closings,
//! merges and approvals that are told twice within five seconds the note counts.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::coverage::Reason;
use serde_json::Value;

use super::payload::{self, Documents, Look, Put};
use super::{Account, Claim, Fact, Page, Parser, Room, Sample, Telling};
use crate::bots::ai_reviewer;

mod moments;
mod objects;
mod phrases;
mod place;
mod webhooks;

use moments::Moment;
use place::{Key, Place, Projects};

/// The login that GitLab shows for everybody whose account was deleted.
const GHOST: &str = "ghost";

/// Accounts that GitLab makes for itself.
const MACHINES: [&str; 8] = [
    "alert-bot",
    "automation-bot",
    "gitlab-bot",
    "gitlabduo",
    "migration-bot",
    "security-bot",
    "support-bot",
    "visual-review-bot",
];

/// The kinds of page that the parser reads, and the activities of the facts that each gives.
pub const KINDS: [(&str, &str); 10] = [
    ("issues", "opened, closed"),
    ("merge_requests", "opened, merged, closed/unmerged"),
    ("notes, discussions: of people", "commented, review_commented, thread_resolved"),
    (
        "notes: of GitLab",
        "approved, unapproved, changes_requested, review_requested, assigned, merged, closed, reopened, \
         cross-referenced, commits_added, ready_for_review, ...; system_note where the sentence is not known",
    ),
    ("approvals, approval_state", "approved, where it is said when"),
    ("resource_state_events, resource_label_events, resource_milestone_events", "closed, labeled, milestoned, ..."),
    ("commits, versions of a merge request", "committed, head_moved"),
    ("award_emoji", "reacted/NAME"),
    ("members, users, approval_rules", "accounts only"),
    ("webhook issue, merge_request, note", "as the thing itself; assigned, review_requested, labeled, head_moved"),
];

/// What there is to know of it.
pub(crate) const ROOM: Room = Room {
    name: "gitlab",
    words: "GitLab",
    parser: || Box::new(GitLab::default()),
    recognises,
    kinds: &KINDS,
    has_actors_offsets: false,
};

/// Reads the pages of GitLab. Keeps a few words for each item and eight bytes for each note, and holds back what is told
/// of projects that are known by number only, until a page gives their name.
#[derive(Default)]
pub struct GitLab {
    projects: Projects,
    items: BTreeMap<Key, Item>,
    /// Items by the number that they have beside that within their project; needed for old notes and resource events.
    by_id: FxHashMap<(bool, u64), Key>,
    /// Facts of projects without a name so far.
    waiting: Vec<(Key, Fact)>,
    accounts: FxHashSet<u64>,
}

/// What is remembered of an item until the end.
#[derive(Default)]
struct Item {
    author: Option<String>,
    is_opened: bool,
    /// Closings, merges, reopenings and approvals: what more than one page tells.
    moments: Vec<Moment>,
    /// Approvals that a list of approvals names without a time.
    approved_by: Vec<String>,
    /// What the object says that it is, where it does not say since when.
    is_ended: Option<&'static str>,
    /// Notes that people wrote, as the object counts them, and when it said so.
    stated: Option<(String, u64)>,
    notes: FxHashSet<u64>,
}

/// Who acted: a login, if it is known, and whether it is a machine's.
#[derive(Clone, Default)]
struct Who {
    login: Option<String>,
    is_bot: bool,
    /// Whose review machine it is, where it is one.
    ai: Option<&'static str>,
}

impl GitLab {
    /// A parser that has seen nothing yet.
    pub fn new() -> GitLab {
        GitLab::default()
    }

    fn document(&mut self, page: &Page<'_>, value: &Value, place: &str, told: &mut dyn Telling) {
        match value {
            Value::Array(entries) => {
                for (n, entry) in entries.iter().enumerate() {
                    self.entry(page, entry, &Place::new(page.origin, place, Some(n)), told);
                }
            }
            _ => self.entry(page, value, &Place::new(page.origin, place, None), told),
        }
    }

    /// One object of a page, by what it holds.
    fn entry(&mut self, page: &Page<'_>, value: &Value, place: &Place<'_>, told: &mut dyn Telling) {
        let has = |key: &str| value.look(key).is_some();
        if value.get("object_kind").is_some() {
            self.webhook(value, place, told);
        } else if has("notes") {
            // A discussion.
            for note in value.list("notes") {
                self.note(note, value.text("id"), place, told);
            }
        } else if has("noteable_type") || has("body") && has("system") {
            self.note(value, None, place, told);
        } else if value.get("approved_by").is_some() || has("rules") {
            self.approvals(value, place, told);
        } else if has("resource_type") && has("resource_id") {
            self.resource_event(value, place, told);
        } else if has("awardable_id") {
            self.award(value, place, told);
        } else if has("merge_request_id") && has("head_commit_sha") {
            self.version(value, place, told);
        } else if has("short_id") && has("committed_date") {
            self.commit(value, place, told);
        } else if has("iid") && has("title") && (has("author") || has("web_url")) && !has("group_id") && !has("expired")
        {
            self.object(value, place, told);
        } else if has("path_with_namespace") {
            if let (Some(id), Some(path)) = (value.number("id"), value.text("path_with_namespace")) {
                self.projects.learn(id, path);
            }
        } else if has("username") {
            self.who(Some(value), told);
        } else if has("eligible_approvers") {
            // An approval rule: who may, not who did.
            for user in value.list("eligible_approvers") {
                self.who(Some(user), told);
            }
        } else if has("message") || has("error") {
            let why = value.text("message").or_else(|| value.text("error")).unwrap_or("an error without words");
            told.set_aside(&place.to_string(), Reason::RowMalformed, &format!("GitLab answered: {why}"));
        } else {
            let what = if page.kind.is_empty() { "a page of unknown kind" } else { page.kind };
            let why = format!("{what}: not about an issue or merge request");
            told.set_aside(&place.to_string(), Reason::ItemMissing, &why);
        }
    }

    fn item(&mut self, key: Key) -> &mut Item {
        self.items.entry(key).or_default()
    }

    /// Who an object is; tells the account when it is met for the first time.
    fn who(&mut self, user: Option<&Value>, told: &mut dyn Telling) -> Who {
        let login = user.and_then(|user| user.text("username")).filter(|login| *login != GHOST);
        let (Some(user), Some(login)) = (user, login) else { return Who::default() };
        let email = user.text("email").or_else(|| user.text("public_email"));
        let email = email.filter(|email| email.contains('@'));
        let ai = ai_reviewer(login);
        let is_bot = user.is_true("bot") || is_machine(login) || ai.is_some();
        let name = user.text("name");
        if self.accounts.insert(payload::hash(&format!("{login}\n{name:?}\n{email:?}\n{is_bot}"))) {
            told.account(Account {
                id: login.to_owned(),
                login: Some(login.to_owned()),
                name: name.map(str::to_owned),
                email: email.map(str::to_owned),
                zone: None,
                is_bot,
            });
        }
        Who { login: Some(login.to_owned()), is_bot, ai }
    }

    /// A fact with what all facts have. Its item is filled in when it is told, because the project may not have a name
    /// yet.
    fn fact(&self, id: &str, activity: &str, at: &str, who: &Who) -> Fact {
        let rank: u64 = match activity {
            "opened" => 0,
            "committed" | "head_moved" => 1,
            "merged" => 8,
            "closed" => 9,
            _ => 2,
        };
        let mut fact = Fact {
            id: id.to_owned(),
            at: at.to_owned(),
            order: rank << 56,
            actor: who.login.clone(),
            activity: activity.to_owned(),
            ..Fact::default()
        };
        fact.put("by", who.is_bot.then_some("bot"));
        fact.put("ai", who.ai);
        fact
    }

    /// Tells a fact of an item, or keeps it until the project has a name.
    fn tell(&mut self, key: Key, fact: Fact, told: &mut dyn Telling) {
        match self.projects.path(key.project) {
            Some(path) => told.fact(place::named(fact, key, path)),
            None => self.waiting.push((key, fact)),
        }
    }
}

fn recognises(sample: &Sample) -> bool {
    let any = |keys: &[&str]| keys.iter().any(|key| sample.has(key));
    any(&[
        "iid",
        "[].iid",
        "object_kind",
        "[].noteable_type",
        "noteable_type",
        "[].resource_type",
        "approved_by[].user",
    ])
}

impl Parser for GitLab {
    fn page(&mut self, page: &Page<'_>, told: &mut dyn Telling) {
        Documents::of(page.body).each(page.origin, told, |value, place, told| self.document(page, value, place, told));
    }

    fn finish(&mut self, told: &mut dyn Telling) {
        let is_read = |item: &Item| !item.notes.is_empty();
        let projects_read: FxHashSet<u64> =
            self.items.iter().filter(|(_, item)| is_read(item)).map(|(key, _)| key.project).collect();
        let mut unread = 0;
        for (key, mut item) in std::mem::take(&mut self.items) {
            let name = self.projects.name(key);
            if let Some((_, stated)) = item.stated.take().filter(|(_, stated)| *stated > 0) {
                if projects_read.contains(&key.project) {
                    let received = item.notes.len() as u64;
                    told.claim(Claim { item: Some(name.clone()), what: "comments", stated, received });
                } else {
                    unread += stated;
                }
            }
            for fact in moments::facts(key, item, &name, told) {
                self.tell(key, fact, told);
            }
        }
        if unread > 0 {
            told.claim(Claim { item: None, what: "comments", stated: unread, received: 0 });
        }
        for (key, fact) in std::mem::take(&mut self.waiting) {
            let path = self.projects.path_or_number(key.project);
            told.fact(place::named(fact, key, &path));
        }
        *self = GitLab::default();
    }
}

/// Project and group access tokens act under such names; so do service accounts.
fn is_machine(login: &str) -> bool {
    let lower = login.to_ascii_lowercase();
    let is_token = (lower.starts_with("project_") || lower.starts_with("group_"))
        && lower.split('_').nth(1).is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
        && lower.contains("_bot");
    is_token || lower.starts_with("service_account_") || MACHINES.contains(&lower.as_str())
}

#[cfg(test)]
mod tests;
