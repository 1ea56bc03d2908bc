//! Entries of the changelog: one fact for each field that an entry changes.

use sayso_model::coverage::Reason;
use serde_json::Value;

use super::learnt::Issue;
use super::{Teller, What, id_text, text, thing, time, words};
use crate::instant;
use crate::tracker::Fact;

/// Fields that one entry may change and that keep their order.
const ITEMS_MAX: u64 = 64;

/// The activity of a field, by its id and by the name that it has in changelogs. All others are `field`.
const ACTIVITIES: [(&str, &str); 44] = [
    ("status", "status"),
    ("assignee", "assignee"),
    ("reporter", "reporter"),
    ("resolution", "resolution"),
    ("priority", "priority"),
    ("issuetype", "type"),
    ("issue type", "type"),
    ("fixversions", "fix version"),
    ("fix version", "fix version"),
    ("versions", "affects version"),
    ("version", "affects version"),
    ("components", "component"),
    ("component", "component"),
    ("labels", "labels"),
    ("sprint", "sprint"),
    ("link", "link"),
    ("issuelinks", "link"),
    ("remoteissuelink", "remote link"),
    ("parent", "parent"),
    ("issueparentassociation", "parent"),
    ("epic link", "parent"),
    ("epic child", "child"),
    ("summary", "summary"),
    ("description", "description"),
    ("environment", "environment"),
    ("comment", "comment changed"),
    ("attachment", "attachment"),
    ("key", "key"),
    ("project", "project"),
    ("flagged", "flagged"),
    ("duedate", "due date"),
    ("due date", "due date"),
    ("timeestimate", "time"),
    ("timeoriginalestimate", "time"),
    ("timespent", "time"),
    ("worklogid", "time"),
    ("worklogtimespent", "time"),
    ("rank", "rank"),
    ("workflow", "workflow"),
    ("security", "security"),
    ("story points", "story points"),
    ("story point estimate", "story points"),
    ("approvals", "approvals"),
    ("approvers", "approvers"),
];

/// Tells entries of one issue's changelog. `stated` is how many Jira says that there are in all.
pub(super) fn tell(teller: &mut Teller<'_>, issue: Option<Issue>, entries: &[Value], stated: Option<u64>) {
    let Some(issue) = issue else {
        for entry in entries {
            let id = entry.get("id").and_then(id_text).unwrap_or_default();
            teller.aside(&format!("changelog entry {id}"), Reason::ItemMissing, "");
        }
        return;
    };
    let ids = thing::numbers(teller, Some(&issue), entries);
    thing::count(teller, &issue, What::Changelog, stated, &ids);
    for (entry, (number, id)) in entries.iter().zip(ids) {
        let author = entry.get("author").map(|user| teller.who(user)).unwrap_or_default();
        let items = entry.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let Some(at) = entry.get("created").and_then(time::of_json) else {
            for _ in items {
                teller.aside(&format!("changelog entry {id}"), Reason::TimeMissing, "");
            }
            continue;
        };
        let micros = instant::read(&at, None).map_or(i64::MAX, |written| written.at.micros());
        let together = Together::of(items);
        for (n, item) in items.iter().enumerate() {
            let change = Change::of(item);
            if change.activity == "assignee" {
                teller.learnt.assignee_changed(&issue, (micros, number), change.from_id);
            }
            if change.activity == "key" {
                [change.from, change.to].into_iter().flatten().for_each(|key| teller.learnt.old_key(&issue, key));
            }
            let mut fact = teller.fact(&issue, format!("history/{id}/{n}"), at.clone(), change.activity);
            fact.order = number.saturating_mul(ITEMS_MAX).saturating_add((n as u64).min(ITEMS_MAX - 1));
            teller.by(&mut fact, &author);
            put(teller, &mut fact, &change, &together);
            teller.told.fact(fact);
        }
    }
}

/// One changed field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change<'v> {
    pub activity: &'static str,
    pub field: &'v str,
    pub is_custom: bool,
    pub from_id: Option<&'v str>,
    pub from: Option<&'v str>,
    pub to_id: Option<&'v str>,
    pub to: Option<&'v str>,
}

impl<'v> Change<'v> {
    /// The change that an item of an entry describes.
    pub fn of(item: &'v Value) -> Change<'v> {
        let field = text(item, "field").unwrap_or_default();
        let by_id = text(item, "fieldId").map(str::to_lowercase);
        Change {
            activity: activity_of(by_id.as_deref(), field),
            field,
            is_custom: text(item, "fieldtype").is_some_and(|kind| kind == "custom"),
            from_id: text(item, "from"),
            from: text(item, "fromString"),
            to_id: text(item, "to"),
            to: text(item, "toString"),
        }
    }
}

/// The activity of a field.
pub(super) fn activity_of(id: Option<&str>, name: &str) -> &'static str {
    let name = name.to_lowercase();
    let named = |known: &str| id == Some(known) || name == known;
    ACTIVITIES.iter().find(|(known, _)| named(known)).map_or("field", |(_, activity)| activity)
}

/// What other fields the same entry changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Together {
    resolution: Option<String>,
    assignee: Option<String>,
    has_status: bool,
}

impl Together {
    fn of(items: &[Value]) -> Together {
        let mut together = Together::default();
        for change in items.iter().map(Change::of) {
            match change.activity {
                "resolution" => together.resolution = change.to.map(str::to_owned),
                "assignee" => together.assignee = change.to_id.map(str::to_owned),
                "status" => together.has_status = true,
                _ => {}
            }
        }
        together
    }

    /// With what an entry changes as well, told field by field.
    pub fn see(&mut self, change: &Change<'_>) {
        match change.activity {
            "resolution" => self.resolution = change.to.map(str::to_owned),
            "assignee" => self.assignee = change.to_id.map(str::to_owned),
            "status" => self.has_status = true,
            _ => {}
        }
    }
}

/// Puts what was changed on a fact. Names of people and what people wrote are not among it: people are told by their
/// accounts, and texts as texts.
pub(super) fn put(teller: &mut Teller<'_>, fact: &mut Fact, change: &Change<'_>, together: &Together) {
    let Change { activity, field, is_custom, from_id, from, to_id, to } = *change;
    let mut say = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            fact.attributes.push((key.to_owned(), value.to_owned()));
        }
    };
    if activity == "field" || is_custom {
        say("field", Some(field));
    }
    match activity {
        "status" => {
            say("from", from);
            say("to", to);
            say("from_category", teller.learnt.category(from_id, from));
            say("to_category", teller.learnt.category(to_id, to));
            say("resolution", together.resolution.as_deref());
            say("assignee", together.assignee.as_deref());
        }
        "assignee" | "reporter" => {
            say("from", from_id);
            say("to", to_id);
        }
        "resolution" => {
            say("from", from);
            say("to", to);
            say("with", together.has_status.then_some("status"));
        }
        // The other issue's key is where the number is not, or in its place.
        "parent" | "child" => {
            say("from", from.or(from_id));
            say("to", to.or(to_id));
        }
        "link" => {
            say("from", from_id);
            say("to", to_id);
            let sentence = to.or(from).zip(to_id.or(from_id));
            let how = sentence.map(|(sentence, key)| sentence.replace(key, "").trim().to_owned());
            say("how", how.as_deref());
        }
        "remote link" => say("to", to_id),
        "summary" | "environment" => {}
        "description" => {
            let (text, mentions) = words::of_wiki(to.unwrap_or_default());
            let further = teller.words(fact, text, &mentions);
            fact.is_statement = true;
            // A description addresses nobody anew by being written again.
            fact.attributes.retain(|(key, _)| key != "to");
            drop(further);
        }
        "comment changed" | "attachment" | "time" | "rank" | "workflow" => {}
        "approvers" => {
            say("from", from_id);
            say("to", to_id);
        }
        "field" if is_custom || from_id.is_some() || to_id.is_some() => {
            say("from", value_of(from_id, from));
            say("to", value_of(to_id, to));
        }
        "field" => {}
        _ => {
            say("from", from);
            say("to", to);
        }
    }
}

/// The value of a field of the site's own as it may be kept: an option by its name, a person by the account, a number or a
/// date as it is; a text is not.
fn value_of<'v>(id: Option<&'v str>, name: Option<&'v str>) -> Option<&'v str> {
    let is_plain = |text: &str| {
        text.len() <= 32
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_digit() || b" .,:-/+TZ[]".contains(&byte))
    };
    match (id, name) {
        // `[10302]` or `10302` is the number of an option, and `2020-06-12` a date.
        (Some(id), Some(name)) if is_plain(id) => Some(name),
        (Some(id), Some(name)) if id == name && id.chars().count() > 64 => None,
        (Some(id), _) if id.len() <= 128 && !id.contains(char::is_whitespace) => Some(id),
        (None, Some(name)) if is_plain(name) => Some(name),
        _ => None,
    }
}
