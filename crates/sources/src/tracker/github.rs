//! GitHub: REST pages, webhook bodies, GraphQL answers, GH Archive lines and archive files, to facts about issues, pull requests and discussions.
//!
//! The same fact is told by many of them: a closing by the issue itself, by the lists of events, by the timeline, by a
//! webhook. It always gets the same identity: what has a number of its own (comments, reviews) goes by that number, all
//! else by item, kind, subject and instant. Where the tellers know different things, the list of events stands above the
//! object, because it names who acted; see `closing.rs`.

use std::collections::BTreeMap;
use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::coverage::Reason;
use serde_json::Value;

use super::payload::{self, Documents, Look, Put};
use super::{Account, Claim, Fact, Page, Parser, Room, Sample, Telling};
use crate::authority::recorded::{FILE, HISTORY};
use crate::bots::ai_reviewer;

mod closing;
mod discussion;
mod events;
mod graphql;
pub(crate) mod ids;
mod objects;
mod shape;
mod webhooks;

use closing::Closing;
pub(crate) use ids::{decode, repository_of};
use shape::Shape;

/// The login that GitHub shows for everybody who deleted their account: many people, and so nobody.
const GHOST: &str = "ghost";

/// The kinds of page that the parser reads, and the activities of the facts that each gives.
pub const KINDS: [(&str, &str); 17] = [
    ("issues", "opened, closed/REASON"),
    ("pulls", "opened, merged, closed/unmerged"),
    ("timeline, events", "the event by its name; closed/completed, closed/not_planned, closed/unmerged, merged"),
    ("reviews", "reviewed/APPROVED, reviewed/CHANGES_REQUESTED, reviewed/COMMENTED, reviewed/DISMISSED"),
    ("review comments", "review_commented"),
    ("comments", "commented"),
    ("commits of a pull request", "committed"),
    ("reactions to an item", "reacted/CONTENT"),
    ("requested reviewers, users, team members", "accounts only"),
    ("codeowners history, codeowners file", "none: what is declared, as of each version"),
    ("webhook issues, pull_request", "opened, the action by its name, merged, closed/REASON"),
    (
        "webhook issue_comment, pull_request_review, pull_request_review_comment",
        "as the thing itself; _edited, _deleted",
    ),
    ("webhook pull_request_review_thread", "review_thread_resolved, review_thread_unresolved"),
    ("webhook discussion, discussion_comment", "opened, answered, commented, the action by its name"),
    (
        "webhook deployment_review",
        "deployment_review/requested, deployment_review/approved, deployment_review/rejected",
    ),
    ("GraphQL answer, archive file", "as the things it holds"),
    ("GH Archive line", "as the webhook it holds"),
];

/// What there is to know of it.
pub(crate) const ROOM: Room = Room {
    name: "github",
    words: "GitHub",
    parser: || Box::new(GitHub::default()),
    recognises,
    kinds: &KINDS,
    has_actors_offsets: false,
};

/// Reads the pages of GitHub. Keeps a few words for each item and eight bytes for each comment, review and commit, so
/// that it can tell at the end what only all pages together say.
#[derive(Default)]
pub struct GitHub {
    items: BTreeMap<String, Item>,
    /// Names of repositories as GitHub itself writes them, by their lower case: an address is as the asker wrote it.
    repositories: FxHashMap<String, String>,
    /// Accounts that were told.
    accounts: FxHashSet<u64>,
    /// Facts that were told by a teller that knows all about them.
    is_best: FxHashSet<u64>,
    /// Reviews of which only is known that they were dismissed, and what dismissals say that they had been.
    dismissed: Vec<Fact>,
    state_before: FxHashMap<String, String>,
    /// How often the same person wrote at the same instant on the page at hand, where what is written has no number.
    repeats: FxHashMap<u64, u32>,
    /// Searches: stated and received, by address without the page.
    searches: BTreeMap<String, (u64, u64)>,
}

/// What is remembered of an item until the end.
#[derive(Default)]
struct Item {
    is_pull: Option<bool>,
    author: Option<String>,
    is_opened: bool,
    closed: Vec<Closing>,
    merged: Vec<Closing>,
    /// What the item says of its own size, and when it said so.
    stated: BTreeMap<&'static str, (String, u64)>,
    /// What was seen of it.
    seen: BTreeMap<&'static str, FxHashSet<u64>>,
}

/// Where an entry stands: the page, or the nth entry of it.
#[derive(Clone, Copy)]
struct Place<'a> {
    page: &'a str,
    entry: Option<usize>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry {
            Some(n) => write!(f, "{} entry {}", self.page, n + 1),
            None => f.write_str(self.page),
        }
    }
}

/// Who acted: an account, if it is known, and whether it is a machine's.
#[derive(Clone, Default)]
struct Who {
    login: Option<String>,
    is_bot: bool,
    /// Whose review machine it is, where it is one.
    ai: Option<&'static str>,
}

impl GitHub {
    /// A parser that has seen nothing yet.
    pub fn new() -> GitHub {
        GitHub::default()
    }

    fn document(&mut self, page: &Page<'_>, value: &Value, place: &str, told: &mut dyn Telling) {
        match value {
            Value::Array(entries) => {
                for (n, entry) in entries.iter().enumerate() {
                    self.entry(page, entry, Place { page: place, entry: Some(n) }, told);
                }
            }
            // A search wraps its answers.
            _ if value.look("total_count").is_some() && value.look("items").is_some() => {
                let query = page.origin.split("&page=").next().unwrap_or_default().to_owned();
                let sums = self.searches.entry(query).or_default();
                sums.0 = value.number("total_count").unwrap_or(0);
                sums.1 += value.list("items").len() as u64;
                for (n, entry) in value.list("items").iter().enumerate() {
                    self.entry(page, entry, Place { page: place, entry: Some(n) }, told);
                }
            }
            _ => self.entry(page, value, Place { page: place, entry: None }, told),
        }
    }

    /// One object of a page.
    fn entry(&mut self, page: &Page<'_>, value: &Value, place: Place<'_>, told: &mut dyn Telling) {
        let hint = self.item_of(page.origin).or_else(|| {
            let number = ids::number_beside_numbered(page.origin)?;
            Some(ids::item(&ids::repository_of(value.text("url")?)?, number))
        });
        match Shape::of(value, page.kind) {
            Shape::GraphQl => self.graphql(value, hint.as_deref(), place, told),
            Shape::Archive => self.archive(value, place, told),
            Shape::ArchiveLine => self.archive_line(value, place, told),
            Shape::Webhook(event) => self.webhook(&event, value, place, told),
            Shape::Event => self.listed_event(value, hint, place, told),
            Shape::Commit => self.of_item(hint, value, place, told, GitHub::commit),
            Shape::Review => self.of_item(hint, value, place, told, GitHub::review),
            Shape::ReviewComment => self.of_item(hint, value, place, told, GitHub::review_comment),
            Shape::Comment => self.of_item(hint, value, place, told, GitHub::comment),
            Shape::Reaction => self.of_item(hint, value, place, told, GitHub::reaction),
            Shape::Object => {
                self.object(value, None, true, place, told);
            }
            Shape::Reviewers => {
                // Who is asked now, without when: the events say that.
                for user in value.list("users") {
                    self.who(Some(user), told);
                }
            }
            Shape::Account => {
                self.who(Some(value), told);
            }
            Shape::Refusal(what) => {
                told.set_aside(&place.to_string(), Reason::RowMalformed, &format!("GitHub answered: {what}"));
            }
            Shape::Other(what) => {
                if let Some(sender) = value.look("sender") {
                    self.who(Some(sender), told);
                }
                let why = format!("{what}: not about an issue, pull request or discussion");
                told.set_aside(&place.to_string(), Reason::ItemMissing, &why);
            }
        }
    }

    /// Tells an entry of an item, which it names itself or which the address of the page names.
    fn of_item(
        &mut self,
        hint: Option<String>,
        value: &Value,
        place: Place<'_>,
        told: &mut dyn Telling,
        tell: fn(&mut GitHub, &str, &Value, Place<'_>, &mut dyn Telling),
    ) {
        let mut named = ["pull_request_url", "issue_url", "html_url"].into_iter();
        let named = named.find_map(|key| ids::item_of(value.text(key)?));
        match named.inspect(|item| self.learn(item)).or(hint) {
            Some(item) => tell(self, &item, value, place, told),
            None => {
                let why = "neither the entry nor the address of the page names an issue or pull request";
                told.set_aside(&place.to_string(), Reason::ItemMissing, why);
            }
        }
    }

    /// The item that an address speaks of, in the spelling of GitHub where that is known.
    fn item_of(&self, address: &str) -> Option<String> {
        let item = ids::item_of(address)?;
        let (repository, number) = item.split_once('#')?;
        match self.repositories.get(&repository.to_lowercase()) {
            Some(known) => Some(format!("{known}#{number}")),
            None => Some(item),
        }
    }

    /// Takes the spelling of a repository from an item that GitHub itself named.
    fn learn(&mut self, item: &str) {
        if let Some((repository, _)) = item.split_once('#') {
            self.repositories.entry(repository.to_lowercase()).or_insert_with(|| repository.to_owned());
        }
    }

    fn item(&mut self, item: &str) -> &mut Item {
        if !self.items.contains_key(item) {
            self.items.insert(item.to_owned(), Item::default());
        }
        self.items.get_mut(item).expect("it was put there above")
    }

    /// Remembers one of the things of which the item states how many there are.
    fn saw(&mut self, item: &str, what: &'static str, id: &str) {
        self.item(item).seen.entry(what).or_default().insert(payload::hash(id));
    }

    /// Remembers how many the item says there are; what it said last counts.
    fn stated(&mut self, item: &str, what: &'static str, n: Option<u64>, when: &str) {
        if let Some(n) = n {
            let known = self.item(item).stated.entry(what).or_default();
            if when >= known.0.as_str() {
                *known = (when.to_owned(), n);
            }
        }
    }

    /// Who an object is; tells the account when it is met for the first time.
    fn who(&mut self, user: Option<&Value>, told: &mut dyn Telling) -> Who {
        let Some(user) = user else { return Who::default() };
        let Some(login) = user.text("login").or(user.as_str()).filter(|login| *login != GHOST) else {
            return Who::default();
        };
        let is_named_bot = user.text("type") == Some("Bot") || user.text("__typename") == Some("Bot");
        // GraphQL leaves out the ending that REST has.
        let login = match user.text("__typename") {
            Some("Bot") if !login.ends_with("[bot]") => format!("{login}[bot]"),
            _ => login.to_owned(),
        };
        let ai = if is_named_bot && !login.ends_with("[bot]") {
            ai_reviewer(&format!("{login}[bot]"))
        } else {
            ai_reviewer(&login)
        };
        let is_bot = is_named_bot || login.ends_with("[bot]") || ai.is_some();
        let (name, email) = (user.text("name"), user.text("email"));
        if self.accounts.insert(payload::hash(&format!("{login}\n{name:?}\n{email:?}"))) {
            told.account(Account {
                id: login.clone(),
                login: Some(login.clone()),
                name: name.map(str::to_owned),
                email: email.map(str::to_owned),
                zone: None,
                is_bot,
            });
        }
        Who { login: Some(login), is_bot, ai }
    }

    /// A fact with what all facts have.
    fn fact(&self, item: &str, id: &str, activity: &str, at: &str, who: &Who, value: &Value) -> Fact {
        let mut fact = Fact {
            id: format!("{item}/{id}"),
            item: item.to_owned(),
            at: at.to_owned(),
            actor: who.login.clone(),
            activity: activity.to_owned(),
            ..Fact::default()
        };
        fact.order = events::order(activity, value);
        fact.put("repository", item.rsplit_once('#').map(|(repository, _)| repository));
        fact.put("by", who.is_bot.then_some("bot"));
        fact.put("ai", who.ai);
        fact.put("via_app", value.text("performed_via_github_app.slug"));
        fact.put("association", value.text("author_association").filter(|association| *association != "NONE"));
        fact
    }
}

fn recognises(sample: &Sample) -> bool {
    let any = |keys: &[&str]| keys.iter().any(|key| sample.has(key));
    let all = |keys: &[&str]| keys.iter().all(|key| sample.has(key));
    any(&["node_id", "[].node_id", "items[].node_id", "data.repository.pullRequests", "data.repository.issues"])
        || all(&["repository.full_name", "sender.login"])
        || all(&["actor.login", "repo.name", "payload"])
        || all(&["repo", "issues[].number"])
        || all(&["repo", "pulls[].number"])
}

impl Parser for GitHub {
    fn page(&mut self, page: &Page<'_>, told: &mut dyn Telling) {
        // Who has the say is no event; see `crate::authority::recorded`.
        if [HISTORY, FILE].contains(&page.kind) {
            return;
        }
        self.repeats.clear();
        Documents::of(page.body).each(page.origin, told, |value, place, told| self.document(page, value, place, told));
    }

    fn finish(&mut self, told: &mut dyn Telling) {
        self.restore_dismissed(told);
        let items = std::mem::take(&mut self.items);
        // A count is held against what came only where such things were read at all; else it is said once.
        let mut is_read: FxHashSet<(&str, &str)> = FxHashSet::default();
        for (name, item) in &items {
            let repository = name.split('#').next().unwrap_or_default();
            is_read.extend(item.seen.keys().map(|what| (repository, *what)));
        }
        let mut unread: BTreeMap<&'static str, u64> = BTreeMap::new();
        for (name, item) in &items {
            let repository = name.split('#').next().unwrap_or_default();
            for (what, (_, stated)) in item.stated.iter().filter(|(_, (_, stated))| *stated > 0) {
                if is_read.contains(&(repository, *what)) {
                    let received = item.seen.get(what).map_or(0, |seen| seen.len() as u64);
                    told.claim(Claim { item: Some(name.clone()), what, stated: *stated, received });
                } else {
                    *unread.entry(what).or_default() += stated;
                }
            }
        }
        for (what, stated) in unread {
            told.claim(Claim { item: None, what, stated, received: 0 });
        }
        for (stated, received) in std::mem::take(&mut self.searches).into_values() {
            told.claim(Claim { item: None, what: "search results", stated, received });
        }
        for item in items.into_values() {
            closing::tell(item, told);
        }
        *self = GitHub::default();
    }
}

#[cfg(test)]
mod tests;
