//! What later pages say that earlier ones need: keys of numbers, categories of statuses, names of fields, who came first.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;
use twox_hash::XxHash3_64;

use super::history::Together;
use super::time::DayPlace;
use super::{id_text, text};

/// An issue as a page names it: by number, by key, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Issue {
    pub id: Option<u64>,
    pub key: Option<String>,
}

impl Issue {
    /// By what stands in an address or a column: a number or a key.
    pub fn named(name: &str) -> Option<Issue> {
        let name = name.trim();
        if name.is_empty() {
            None
        } else if let Ok(id) = name.parse() {
            Some(Issue { id: Some(id), key: None })
        } else {
            Some(Issue { id: None, key: Some(name.to_owned()) })
        }
    }

    /// By what an issue object says of itself.
    pub fn of(issue: &Value) -> Option<Issue> {
        let id = issue.get("id").and_then(id_text).and_then(|id| id.parse().ok());
        let key = text(issue, "key").map(str::to_owned);
        (id.is_some() || key.is_some()).then_some(Issue { id, key })
    }
}

/// Things of an issue of which Jira states how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum What {
    Changelog,
    Comments,
    WorkLogs,
}

impl What {
    fn words(self) -> &'static str {
        match self {
            What::Changelog => "changelog entries",
            What::Comments => "comments",
            What::WorkLogs => "work logs",
        }
    }
}

/// Of one kind of thing of one issue: how many there should be, and how many different ones came.
#[derive(Clone, Copy, Debug, Default)]
struct Log {
    stated: Option<u64>,
    received: u64,
}

/// The earliest change of an assignee, and whom it took the issue from.
#[derive(Clone, Debug)]
struct FirstChange {
    at: (i64, u64),
    from: Option<Box<str>>,
}

/// What is known of an issue beside its key; numbers of words.
#[derive(Clone, Copy, Debug, Default)]
struct About {
    kind: u32,
    component: u32,
    priority: u32,
}

/// What was learnt so far.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    keys: FxHashMap<u64, Box<str>>,
    ids: FxHashMap<u64, u64>,
    /// Keys, by their codes, of which a number was stated before their own number was known, if it ever was.
    unnumbered: FxHashMap<u64, Box<str>>,
    about: FxHashMap<u64, About>,
    words: Vec<Box<str>>,
    numbers: FxHashMap<Box<str>, u32>,
    categories: BTreeMap<String, &'static str>,
    fields: BTreeMap<String, String>,
    logins: BTreeMap<String, String>,
    logs: FxHashMap<(u64, What), Log>,
    came: FxHashSet<u64>,
    first: FxHashMap<u64, FirstChange>,
    /// Issues of which the object itself came.
    met: FxHashSet<u64>,
    /// What entries at the edges of pages of a table change, over both pages.
    pub entries: BTreeMap<String, Together>,
    /// Which of two numbers is the day in the tables seen so far.
    pub days: DayPlace,
    is_second: bool,
}

/// The categories of statuses that every Jira is delivered with, by number and by name.
const STATUSES: [(&str, &str); 16] = [
    ("1", "new"),
    ("3", "indeterminate"),
    ("4", "new"),
    ("5", "done"),
    ("6", "done"),
    ("open", "new"),
    ("new", "new"),
    ("to do", "new"),
    ("todo", "new"),
    ("backlog", "new"),
    ("reopened", "new"),
    ("in progress", "indeterminate"),
    ("in review", "indeterminate"),
    ("done", "done"),
    ("resolved", "done"),
    ("closed", "done"),
];

impl Learnt {
    /// Everything stays but what is counted anew; what was learnt of a key goes to the number that it belongs to.
    pub fn begin_again(&mut self) {
        self.is_second = true;
        self.came = FxHashSet::default();
        let numbers = self.numbers_of_keys();
        let number = |code: u64| numbers.get(&code).copied().unwrap_or(code);
        for ((code, what), log) in std::mem::take(&mut self.logs) {
            let sum = self.logs.entry((number(code), what)).or_default();
            sum.stated = sum.stated.max(log.stated);
            sum.received += log.received;
        }
        for (code, change) in std::mem::take(&mut self.first) {
            let first = self.first.entry(number(code)).or_insert_with(|| change.clone());
            if change.at < first.at {
                *first = change;
            }
        }
        self.met = std::mem::take(&mut self.met).into_iter().map(number).collect();
        self.about = std::mem::take(&mut self.about).into_iter().map(|(code, about)| (number(code), about)).collect();
    }

    /// Whether all pages were seen before.
    pub fn is_second(&self) -> bool {
        self.is_second
    }

    /// An issue that bears both names now.
    pub fn issue(&mut self, issue: &Issue) {
        let (Some(id), Some(key)) = (issue.id, issue.key.as_deref()) else { return };
        self.ids.insert(hash(key), id);
        if !self.is_second {
            self.keys.insert(id, key.into());
        }
    }

    /// A key that an issue bore before it moved.
    pub fn old_key(&mut self, issue: &Issue, key: &str) {
        if let Some(id) = self.number(issue) {
            self.ids.entry(hash(key)).or_insert(id);
        }
    }

    /// The name by which a person looks for an issue.
    pub fn shown(&self, issue: &Issue) -> String {
        let id = self.number(issue);
        let known = id.and_then(|id| self.keys.get(&id)).map(|key| key.to_string());
        known.or_else(|| issue.key.clone()).or_else(|| id.map(|id| id.to_string())).unwrap_or_default()
    }

    /// What makes an issue this one and no other: its number, else its key.
    pub fn identity(&self, issue: &Issue) -> String {
        match (self.number(issue), &issue.key) {
            (Some(id), _) => id.to_string(),
            (None, Some(key)) => key.clone(),
            (None, None) => String::new(),
        }
    }

    /// That the object of an issue came, with its type, its first component and its priority.
    pub fn met(&mut self, issue: &Issue, kind: Option<&str>, component: Option<&str>, priority: Option<&str>) {
        let code = self.code(issue);
        self.met.insert(code);
        let about = About { kind: self.word(kind), component: self.word(component), priority: self.word(priority) };
        if !self.is_second {
            self.about.insert(code, about);
        }
    }

    /// What is known of an issue, as attributes.
    pub fn about(&self, issue: &Issue) -> Vec<(&'static str, &str)> {
        let about = self.about.get(&self.code(issue)).copied().unwrap_or_default();
        [("type", about.kind), ("component", about.component), ("priority", about.priority)]
            .into_iter()
            .filter_map(|(key, number)| Some((key, &**self.words.get((number as usize).checked_sub(1)?)?)))
            .collect()
    }

    /// A status and its category, as an object of Jira's says them.
    pub fn status(&mut self, status: &Value) {
        let Some(category) = status.get("statusCategory") else { return };
        let id = category.get("id").and_then(id_text);
        let word = match (text(category, "key"), id.as_deref()) {
            (Some("new"), _) | (_, Some("2")) => "new",
            (Some("indeterminate"), _) | (_, Some("4")) => "indeterminate",
            (Some("done"), _) | (_, Some("3")) => "done",
            _ => return,
        };
        if let Some(id) = status.get("id").and_then(id_text) {
            self.categories.insert(id, word);
        }
        if let Some(name) = text(status, "name") {
            self.categories.insert(name.to_lowercase(), word);
        }
    }

    /// A status and its category in words, as an export has them.
    pub fn status_named(&mut self, name: &str, category: &str) {
        let word = match category.to_lowercase().as_str() {
            "to do" | "new" => "new",
            "in progress" | "indeterminate" => "indeterminate",
            "done" | "complete" => "done",
            _ => return,
        };
        self.categories.insert(name.to_lowercase(), word);
    }

    /// The category of a status: what pages say of its number, or of its name; else what every Jira is delivered with.
    pub fn category(&self, id: Option<&str>, name: Option<&str>) -> Option<&'static str> {
        let name = name.map(str::to_lowercase);
        let told = |key: Option<&str>| key.and_then(|key| self.categories.get(key)).copied();
        let delivered = |key: Option<&str>| {
            STATUSES.iter().find(|(known, _)| key.is_some_and(|key| key == *known)).map(|(_, category)| *category)
        };
        told(id).or_else(|| told(name.as_deref())).or_else(|| delivered(id)).or_else(|| delivered(name.as_deref()))
    }

    /// The name of a field of the site's own.
    pub fn field(&mut self, id: &str, name: &str) {
        self.fields.insert(id.to_owned(), name.to_owned());
    }

    /// The name of a field, where it is known.
    pub fn field_name(&self, id: &str) -> Option<&str> {
        self.fields.get(id).map(String::as_str)
    }

    /// A login beside the id of an account.
    pub fn login(&mut self, login: &str, id: &str) {
        if self.logins.get(login).is_none_or(|known| known != id) {
            self.logins.insert(login.to_owned(), id.to_owned());
        }
    }

    /// The account of a login.
    pub fn of_login(&self, login: &str) -> Option<&str> {
        self.logins.get(login).map(String::as_str)
    }

    /// How many of a thing an issue has, as Jira states.
    pub fn stated(&mut self, issue: &Issue, what: What, stated: u64) {
        let code = self.code(issue);
        if let Some(key) = issue.key.as_deref().filter(|_| code & KEY != 0) {
            self.unnumbered.entry(code).or_insert_with(|| key.into());
        }
        self.logs.entry((code, what)).or_default().stated = Some(stated);
    }

    /// That one of a thing came; the same one counts once.
    pub fn came(&mut self, issue: &Issue, what: What, id: u64) {
        if self.is_second {
            return;
        }
        let code = self.code(issue);
        // Numbers are given once within a Jira; the issue may be named by its number here and by its key there.
        let key = [(what as u64).to_le_bytes(), id.to_le_bytes()].concat();
        if self.came.insert(XxHash3_64::oneshot(&key)) {
            self.logs.entry((code, what)).or_default().received += 1;
        }
    }

    /// That an assignee was changed, when and by which entry, and whom it was taken from.
    pub fn assignee_changed(&mut self, issue: &Issue, at: (i64, u64), from: Option<&str>) {
        let code = self.code(issue);
        if self.first.get(&code).is_none_or(|first| at < first.at) {
            self.first.insert(code, FirstChange { at, from: from.map(Into::into) });
        }
    }

    /// To whom an issue was assigned when it was created, as far as its changelog shows; `now` is its present assignee.
    pub fn first_assignee(&self, issue: &Issue, now: Option<&str>) -> Option<String> {
        match self.first.get(&self.code(issue)) {
            Some(first) => first.from.as_deref().map(|from| self.of_login(from).unwrap_or(from).to_owned()),
            None => now.map(str::to_owned),
        }
    }

    /// Whether any of an issue's changelog came, or Jira said that it has none.
    pub fn has_history(&self, issue: &Issue) -> bool {
        self.logs.contains_key(&(self.code(issue), What::Changelog))
    }

    /// Issues whose object came and of whose changelog nothing did.
    pub fn n_without_history(&self) -> usize {
        self.met.iter().filter(|code| !self.logs.contains_key(&(**code, What::Changelog))).count()
    }

    /// What should have come of each issue and what did, as (item, what, stated, received); in no order.
    pub fn claims(&self) -> Vec<(String, &'static str, u64, u64)> {
        // A page may have named the issue by a key whose number only a later page said.
        let by_key = self.numbers_of_keys();
        let mut logs: BTreeMap<(u64, What), Log> = BTreeMap::new();
        for ((code, what), log) in &self.logs {
            let sum = logs.entry((by_key.get(code).copied().unwrap_or(*code), *what)).or_default();
            sum.stated = sum.stated.max(log.stated);
            sum.received += log.received;
        }
        let stated = logs.into_iter().filter_map(|((code, what), log)| {
            let name = self.keys.get(&code).or_else(|| self.unnumbered.get(&code));
            let item = name.map_or_else(|| code.to_string(), |name| name.to_string());
            Some((item, what.words(), log.stated?, log.received))
        });
        stated.collect()
    }

    fn numbers_of_keys(&self) -> FxHashMap<u64, u64> {
        self.ids.iter().map(|(key, id)| (*key | KEY, *id)).collect()
    }

    fn number(&self, issue: &Issue) -> Option<u64> {
        issue.id.or_else(|| issue.key.as_deref().and_then(|key| self.ids.get(&hash(key))).copied())
    }

    /// The number of an issue, or with its highest bit set a hash of its key.
    fn code(&self, issue: &Issue) -> u64 {
        self.number(issue).unwrap_or_else(|| hash(issue.key.as_deref().unwrap_or_default()) | KEY)
    }

    fn word(&mut self, word: Option<&str>) -> u32 {
        let Some(word) = word else { return 0 };
        if let Some(known) = self.numbers.get(word) {
            return *known;
        }
        self.words.push(word.into());
        let number = self.words.len() as u32;
        self.numbers.insert(word.into(), number);
        number
    }
}

/// Set in codes that are hashes of keys.
const KEY: u64 = 1 << 63;

fn hash(text: &str) -> u64 {
    XxHash3_64::oneshot(text.as_bytes())
}
