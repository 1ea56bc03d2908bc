//! Redmine: issues with their journals to facts; lists of statuses and users turn its numbers into words.
//!
//! A journal gives numbers (`status_id` from 1 to 5). What they mean stands in `/issue_statuses.json`, in the issues that
//! bear such a status, and in `/users.json`: pages that may come later. A change of status waits for them to the end, and
//! is told with its number where nothing has named it. Lists of issues have no journals: the totals that they state are
//! claims.

use rustc_hash::FxHashMap;
use serde_json::Value;

use sayso_model::coverage::Reason;

use super::reach::{Accounts, attributes, json, list, text, text_at};
use super::{Account, Claim, Fact, Page, Parser, Room, Sample, Telling};

/// Longer values of custom fields are texts, and not told.
const VALUE_MAX: usize = 80;

/// What there is to know of it.
pub(crate) const ROOM: Room = Room {
    name: "redmine",
    words: "Redmine",
    parser: || Box::new(Redmine::default()),
    recognises,
    kinds: &KINDS,
    has_actors_offsets: false,
};

/// The kinds of page that the parser reads, and the activities of the facts that each gives.
const KINDS: [(&str, &str); 3] = [
    ("issues with journals", "created, status/NAME, assigned, comment, the field that changed"),
    ("lists of issues", "created; how many there are"),
    ("issue_statuses, users", "what numbers mean"),
];

/// Reads pages of Redmine.
#[derive(Debug, Default)]
pub struct Redmine {
    accounts: Accounts,
    /// Name, and whether it ends an issue, by number.
    statuses: FxHashMap<String, (String, Option<bool>)>,
    /// Names of trackers, priorities and the like, by field and number.
    names: FxHashMap<(&'static str, String), String>,
    /// Changes of status whose words are still to come: from, to.
    waiting: Vec<(Fact, Option<String>, Option<String>)>,
}

/// Fields of a journal that hold numbers, with the list or part of an issue that names them.
const NUMBERED: [(&str, &str, &str); 5] = [
    ("tracker_id", "trackers", "tracker"),
    ("priority_id", "issue_priorities", "priority"),
    ("project_id", "projects", "project"),
    ("category_id", "issue_categories", "category"),
    ("fixed_version_id", "versions", "fixed_version"),
];

fn recognises(sample: &Sample) -> bool {
    let any = |keys: &[&str]| keys.iter().any(|key| sample.has(key));
    any(&["issues[].tracker.name", "issue.journals", "issue.tracker.name", "issue_statuses[].name"])
}

impl Parser for Redmine {
    fn page(&mut self, page: &Page<'_>, told: &mut dyn Telling) {
        let Some(value) = json(page, told) else { return };
        let mut is_known = false;
        for status in list(&value, "issue_statuses") {
            if let (Some(id), Some(name)) = (text_at(status, "/id"), text_at(status, "/name")) {
                self.statuses.insert(id, (name, status.get("is_closed").and_then(Value::as_bool)));
            }
        }
        for key in ["issue_statuses", "users", "memberships"] {
            is_known |= value.get(key).is_some();
        }
        for (field, key, _) in NUMBERED {
            is_known |= value.get(key).is_some();
            for named in list(&value, key) {
                if let (Some(id), Some(name)) = (text_at(named, "/id"), text_at(named, "/name")) {
                    self.names.insert((field, id), name);
                }
            }
        }
        for user in list(&value, "users").iter().chain(value.get("user")) {
            is_known = true;
            self.user(user, told);
        }
        if let Some(issue) = value.get("issue") {
            return self.issue(issue, true, told);
        }
        if let Some(issues) = value.get("issues").and_then(Value::as_array) {
            for issue in issues {
                self.issue(issue, issue.get("journals").is_some(), told);
            }
            if let Some(stated) = value.get("total_count").and_then(Value::as_u64) {
                // Pages of one search add up.
                let received = issues.len() as u64;
                told.claim(Claim { item: None, what: "issues", stated, received });
            }
            return;
        }
        if !is_known {
            told.set_aside(page.origin, Reason::RowMalformed, "neither issues nor a list that names numbers");
        }
    }

    fn finish(&mut self, told: &mut dyn Telling) {
        for (fact, from, to) in std::mem::take(&mut self.waiting) {
            told.fact(self.status(fact, from, to));
        }
    }
}

impl Redmine {
    fn issue(&mut self, issue: &Value, has_journals: bool, told: &mut dyn Telling) {
        let Some(item) = text_at(issue, "/id") else {
            return told.set_aside("an issue", Reason::ItemMissing, "");
        };
        if let (Some(id), Some(name)) = (text_at(issue, "/status/id"), text_at(issue, "/status/name")) {
            let is_closed = issue.pointer("/status/is_closed").and_then(Value::as_bool);
            let known = self.statuses.entry(id).or_insert((name, None));
            known.1 = known.1.or(is_closed);
        }
        for (field, _, key) in NUMBERED {
            if let (Some(id), Some(name)) =
                (text_at(issue, &format!("/{key}/id")), text_at(issue, &format!("/{key}/name")))
            {
                self.names.entry((field, id)).or_insert(name);
            }
        }
        let author = self.person(issue.get("author"), told);
        self.person(issue.get("assigned_to"), told);
        // Whom an issue was assigned to at its beginning is what the first change of it replaced.
        let first = list(issue, "journals")
            .iter()
            .flat_map(|journal| list(journal, "details"))
            .find(|detail| detail.get("name").and_then(Value::as_str) == Some("assigned_to_id"));
        let to = match first {
            Some(detail) => text_at(detail, "/old_value"),
            None if has_journals => text_at(issue, "/assigned_to/id"),
            None => None,
        };
        let parts = ["/subject", "/description"].iter().filter_map(|pointer| text_at(issue, pointer));
        let statement = parts.collect::<Vec<_>>().join("\n\n");
        told.fact(Fact {
            id: format!("{item}/created"),
            item: item.clone(),
            at: text_at(issue, "/created_on").unwrap_or_default(),
            order: 0,
            actor: author,
            activity: "created".to_owned(),
            attributes: attributes([
                ("project", text_at(issue, "/project/name")),
                ("type", text_at(issue, "/tracker/name")),
                ("category", text_at(issue, "/category/name")),
                ("to", to),
            ]),
            text: Some(statement).filter(|statement| !statement.is_empty()),
            is_statement: true,
        });
        for journal in list(issue, "journals") {
            self.journal(&item, journal, told);
        }
    }

    fn journal(&mut self, item: &str, journal: &Value, told: &mut dyn Telling) {
        let number = text_at(journal, "/id").unwrap_or_default();
        let who = self.person(journal.get("user"), told);
        let at = text_at(journal, "/created_on").unwrap_or_default();
        let private = (journal.get("private_notes") == Some(&Value::Bool(true))).then(|| "true".to_owned());
        let order = number.parse::<u64>().unwrap_or(0).saturating_mul(64);
        let fact = |i: usize, activity: String, more: Vec<(String, String)>, text: Option<String>| Fact {
            id: format!("{item}/journal/{number}/{i}"),
            item: item.to_owned(),
            at: at.clone(),
            order: order.saturating_add(i as u64),
            actor: who.clone(),
            activity,
            attributes: more,
            text,
            is_statement: false,
        };
        let notes = text_at(journal, "/notes");
        let details = list(journal, "details");
        if notes.is_some() {
            told.fact(fact(0, "comment".to_owned(), attributes([("private", private)]), notes.clone()));
        }
        if notes.is_none() && details.is_empty() {
            told.fact(fact(0, "touched".to_owned(), Vec::new(), None));
        }
        for (i, detail) in (1..).zip(details) {
            let name = text_at(detail, "/name").unwrap_or_default();
            let value = |key: &str| detail.get(key).and_then(text);
            let (old, new) = (value("old_value"), value("new_value"));
            let short = |value: Option<String>| value.filter(|value| value.chars().count() <= VALUE_MAX);
            match (detail.get("property").and_then(Value::as_str).unwrap_or("attr"), name.as_str()) {
                ("attr", "status_id") => {
                    let fact = fact(i, String::new(), Vec::new(), None);
                    let is_known = |id: &Option<String>| {
                        id.as_ref().is_none_or(|id| self.statuses.get(id).is_some_and(|known| known.1.is_some()))
                    };
                    if is_known(&old) && is_known(&new) {
                        told.fact(self.status(fact, old, new));
                    } else {
                        self.waiting.push((fact, old, new));
                    }
                }
                ("attr", "assigned_to_id") => {
                    let activity = if new.is_some() { "assigned" } else { "unassigned" };
                    told.fact(fact(i, activity.to_owned(), attributes([("to", new), ("from", old)]), None));
                }
                ("attr", "subject" | "description") => {
                    let mut fact = fact(i, format!("edited/{name}"), Vec::new(), new);
                    fact.is_statement = true;
                    told.fact(fact);
                }
                ("relation", _) => {
                    let (word, to) = if new.is_some() { ("linked", new) } else { ("unlinked", old) };
                    told.fact(fact(i, format!("{word}/{name}"), attributes([("to", to)]), None));
                }
                ("attr", "parent_id" | "child_id") => {
                    let (word, to) = if new.is_some() { ("linked", new) } else { ("unlinked", old) };
                    told.fact(fact(
                        i,
                        format!("{word}/{}", name.trim_end_matches("_id")),
                        attributes([("to", to)]),
                        None,
                    ));
                }
                ("attachment", _) => told.fact(fact(i, "attachment".to_owned(), Vec::new(), None)),
                ("cf", _) => {
                    let more = [("from", short(old)), ("to", short(new))];
                    told.fact(fact(i, format!("field/{name}"), attributes(more), None));
                }
                _ => {
                    let numbered = NUMBERED.iter().find(|(field, _, _)| *field == name).map(|(field, _, _)| *field);
                    let word = |id: Option<String>| match (numbered, id) {
                        (Some(field), Some(id)) => Some(self.names.get(&(field, id.clone())).cloned().unwrap_or(id)),
                        (_, id) => short(id),
                    };
                    let more = [("from", word(old)), ("to", word(new))];
                    told.fact(fact(i, format!("edited/{}", name.trim_end_matches("_id")), attributes(more), None));
                }
            }
        }
    }

    /// A change of status in words, as far as they are known.
    fn status(&self, fact: Fact, from: Option<String>, to: Option<String>) -> Fact {
        let word = |id: &Option<String>| {
            id.as_ref().map(|id| self.statuses.get(id).map_or_else(|| id.clone(), |known| known.0.clone()))
        };
        let closed = |id: &Option<String>| {
            let known = id.as_ref().and_then(|id| self.statuses.get(id)).and_then(|known| known.1);
            known.map(|is_closed| if is_closed { "closed" } else { "open" }.to_owned())
        };
        Fact {
            activity: format!("status/{}", word(&to).unwrap_or_default()),
            attributes: attributes([
                ("from", word(&from)),
                ("to", word(&to)),
                ("from_category", closed(&from)),
                ("to_category", closed(&to)),
            ]),
            ..fact
        }
    }

    fn person(&mut self, value: Option<&Value>, told: &mut dyn Telling) -> Option<String> {
        let value = value?;
        let id = text_at(value, "/id")?;
        self.accounts.tell(Account { id: id.clone(), name: text_at(value, "/name"), ..Account::default() }, told);
        Some(id)
    }

    fn user(&mut self, user: &Value, told: &mut dyn Telling) {
        let Some(id) = text_at(user, "/id") else { return };
        let parts = ["/firstname", "/lastname"].iter().filter_map(|pointer| text_at(user, pointer));
        let name = Some(parts.collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty());
        let (login, email) = (text_at(user, "/login"), text_at(user, "/mail"));
        self.accounts.tell(Account { id, login, name, email, zone: None, is_bot: false }, told);
    }
}

#[cfg(test)]
mod tests;
