//! An issue as searches and boards give it: its creation, its changelog, its comments and work logs, its links.

use sayso_model::coverage::Reason;
use serde_json::Value;

use super::learnt::Issue;
use super::{Teller, What, history, id_text, text, thing, time, words};

/// Comments stand behind entries of the changelog of the same instant.
const AFTER_HISTORY: u64 = 1 << 62;

/// Tells an issue object.
pub(super) fn tell(teller: &mut Teller<'_>, object: &Value) {
    let Some(issue) = Issue::of(object) else {
        return teller.aside("an issue", Reason::ItemMissing, "neither id nor key");
    };
    teller.learnt.issue(&issue);
    let nothing = Value::Null;
    let fields = object.get("fields").unwrap_or(&nothing);
    for (id, name) in object.get("names").and_then(Value::as_object).into_iter().flatten() {
        if let Some(name) = name.as_str() {
            teller.learnt.field(id, name);
        }
    }
    if let Some(status) = fields.get("status") {
        teller.learnt.status(status);
    }
    let name_in = |key: &str| fields.get(key).and_then(|value| text(value, "name"));
    let component = fields.pointer("/components/0").and_then(|component| text(component, "name"));
    teller.learnt.met(&issue, name_in("issuetype"), component, name_in("priority"));
    let shown = issue.key.clone().unwrap_or_else(|| teller.learnt.identity(&issue));

    if let Some(log) = object.get("changelog").filter(|log| log.is_object()) {
        let entries = log.get("histories").or_else(|| log.get("values")).and_then(Value::as_array);
        let entries = entries.map_or(&[][..], Vec::as_slice);
        history::tell(teller, Some(issue.clone()), entries, log.get("total").and_then(Value::as_u64));
    }
    created(teller, &issue, &shown, object, fields);
    if let Some(list) = fields.get("comment") {
        let comments = list.get("comments").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        self::comments(teller, Some(issue.clone()), comments, list.get("total").and_then(Value::as_u64));
    }
    if let Some(list) = fields.get("worklog") {
        let logs = list.get("worklogs").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        work_logs(teller, Some(issue.clone()), logs, list.get("total").and_then(Value::as_u64));
    }
    for user in fields.as_object().into_iter().flatten().map(|(_, value)| value) {
        if user.get("accountId").is_some() || user.get("displayName").is_some() && user.get("timeZone").is_some() {
            teller.who(user);
        }
    }
}

/// The creation, and what is known only as it stands now where there is no changelog.
fn created(teller: &mut Teller<'_>, issue: &Issue, shown: &str, object: &Value, fields: &Value) {
    let user = |teller: &mut Teller<'_>, key: &str| {
        fields.get(key).filter(|user| user.is_object()).map(|user| teller.who(user)).unwrap_or_default()
    };
    let reporter = user(teller, "reporter");
    let creator = user(teller, "creator");
    let assignee = user(teller, "assignee");
    let Some(at) = fields.get("created").and_then(time::of_json) else {
        return teller.aside(&format!("issue {shown}"), Reason::TimeMissing, "created");
    };
    let identity = teller.learnt.identity(issue);
    let mut fact = teller.fact(issue, format!("issue/{identity}/created"), at.clone(), "created");
    // Whoever types it in for somebody else does not put the question.
    let who = if reporter.id.is_some() { &reporter } else { &creator };
    teller.by(&mut fact, who);
    let mut say = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            fact.attributes.push((key.to_owned(), value.to_owned()));
        }
    };
    if creator.id != who.id {
        say("creator", creator.id.as_deref());
    }
    say("assignee", teller.learnt.first_assignee(issue, assignee.id.as_deref()).as_deref());
    say("sprint", sprint_of(fields));
    for label in fields.get("labels").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).take(1)
    {
        say("label", Some(label));
    }
    for (id, value) in fields.as_object().into_iter().flatten().filter(|(id, _)| id.starts_with("customfield_")) {
        if let Some(value) = kept_value(value) {
            let name = teller.learnt.field_name(id).unwrap_or(id);
            say(&format!("field:{name}"), Some(&value));
        }
    }
    let (description, mentions) = words::words(fields.get("description").unwrap_or(&Value::Null));
    let summary = text(fields, "summary").unwrap_or_default();
    let statement = if description.is_empty() { summary.to_owned() } else { format!("{summary}\n\n{description}") };
    let _ = mentions;
    fact.text = (!statement.is_empty()).then_some(statement);
    fact.is_statement = true;
    teller.told.fact(fact);
    links(teller, issue, &identity, &at, fields);

    let is_resolved = fields.get("resolutiondate").and_then(time::of_json);
    if let Some(resolved) = is_resolved
        && object.get("changelog").is_none()
        && !(teller.learnt.is_second() && teller.learnt.has_history(issue))
    {
        let mut fact = teller.fact(issue, format!("issue/{identity}/resolved"), resolved, "resolved");
        fact.order = 1;
        for (key, field) in [("resolution", "resolution"), ("to", "status")] {
            if let Some(name) = fields.get(field).and_then(|value| text(value, "name")) {
                fact.attributes.push((key.to_owned(), name.to_owned()));
            }
        }
        teller.told.fact(fact);
    }
}

/// Links and parents that the issue has. They bear no time of their own: those of an issue with a changelog are told by
/// it, and a parent is given at the creation or told by it as well.
fn links(teller: &mut Teller<'_>, issue: &Issue, identity: &str, at: &str, fields: &Value) {
    let is_told = teller.learnt.is_second() && teller.learnt.has_history(issue);
    let mut found: Vec<(String, String, String)> = Vec::new();
    for link in fields.get("issuelinks").and_then(Value::as_array).into_iter().flatten().filter(|_| !is_told) {
        let before = found.len();
        let mut see = |side: &str, other: &str, how: String| {
            let id = link.get("id").and_then(id_text).unwrap_or_else(|| format!("{identity}/{how}/{other}"));
            found.push((format!("link/{id}/{side}"), other.to_owned(), how));
        };
        let phrase = |key: &str| link.get("type").and_then(|kind| text(kind, key)).unwrap_or_default().to_owned();
        for (side, key) in [("outwardIssue", "outward"), ("inwardIssue", "inward")] {
            if let Some(other) = link.get(side).and_then(|other| text(other, "key")) {
                see(key, other, Some(phrase(key)).filter(|how| !how.is_empty()).unwrap_or_else(|| phrase("name")));
            }
        }
        // As dumps flatten them: the other issue's key, the name of the type, the direction.
        if let Some(other) = text(link, "key") {
            see(text(link, "dir").unwrap_or("out"), other, text(link, "type").unwrap_or_default().to_owned());
        }
        if found.len() == before {
            teller.aside(&format!("issue {identity} link"), Reason::NotUnderstood, "a link that names no other issue");
        }
    }
    if let Some(parent) =
        fields.get("parent").and_then(|parent| text(parent, "key").or(parent.as_str())).filter(|_| !is_told)
    {
        found.push((format!("issue/{identity}/parent"), parent.to_owned(), "parent".to_owned()));
    }
    for (id, other, how) in found {
        let mut fact = teller.fact(issue, id, at.to_owned().into(), "link");
        fact.order = 2;
        let to = [("to", other), ("how", how), ("time", "created".to_owned())];
        fact.attributes.extend(to.into_iter().map(|(key, value)| (key.to_owned(), value)));
        teller.told.fact(fact);
    }
}

/// Tells comments of an issue.
pub(super) fn comments(teller: &mut Teller<'_>, issue: Option<Issue>, comments: &[Value], stated: Option<u64>) {
    let ids = thing::numbers(teller, issue.as_ref(), comments);
    if let Some(issue) = &issue {
        thing::count(teller, issue, What::Comments, stated, &ids);
    }
    for (comment, (number, id)) in comments.iter().zip(ids) {
        let own = text(comment, "self").and_then(thing::issue_in);
        let Some(issue) = issue.clone().or(own) else {
            teller.aside(&format!("comment {id}"), Reason::ItemMissing, "");
            continue;
        };
        let author = comment.get("author").map(|user| teller.who(user)).unwrap_or_default();
        let Some(at) = comment.get("created").and_then(time::of_json) else {
            teller.aside(&format!("comment {id}"), Reason::TimeMissing, "");
            continue;
        };
        let mut fact = teller.fact(&issue, format!("comment/{id}"), at, "comment");
        fact.order = AFTER_HISTORY.saturating_add(number.saturating_mul(64) & (AFTER_HISTORY - 1));
        teller.by(&mut fact, &author);
        let (text, mentions) = words::words(comment.get("body").unwrap_or(&Value::Null));
        let further = teller.words(&mut fact, text, &mentions);
        teller.told.fact(fact);
        further.into_iter().for_each(|mention| teller.told.fact(mention));
    }
}

/// Tells work logs of an issue.
pub(super) fn work_logs(teller: &mut Teller<'_>, issue: Option<Issue>, logs: &[Value], stated: Option<u64>) {
    let ids = thing::numbers(teller, issue.as_ref(), logs);
    if let Some(issue) = &issue {
        thing::count(teller, issue, What::WorkLogs, stated, &ids);
    }
    for (log, (number, id)) in logs.iter().zip(ids) {
        let own = log.get("issueId").and_then(id_text).and_then(|id| Issue::named(&id));
        let Some(issue) = issue.clone().or(own) else {
            teller.aside(&format!("work log {id}"), Reason::ItemMissing, "");
            continue;
        };
        let author = log.get("author").map(|user| teller.who(user)).unwrap_or_default();
        let started = log.get("started").and_then(time::of_json);
        let Some(at) = started.or_else(|| log.get("created").and_then(time::of_json)) else {
            teller.aside(&format!("work log {id}"), Reason::TimeMissing, "");
            continue;
        };
        let mut fact = teller.fact(&issue, format!("worklog/{id}"), at, "worked");
        fact.order = number;
        teller.by(&mut fact, &author);
        teller.told.fact(fact);
    }
}

/// The name of the sprint that the issue is in.
fn sprint_of(fields: &Value) -> Option<&str> {
    let named = |value: &'_ Value| value.get("state").is_some() || value.get("originBoardId").is_some();
    fields.get("sprint").filter(|sprint| named(sprint)).and_then(|sprint| text(sprint, "name"))
}

/// The value of a field of the site's own as it may be kept: an option, or people by their accounts.
fn kept_value(value: &Value) -> Option<String> {
    let one = |value: &Value| {
        let option = value.get("value").and_then(Value::as_str).filter(|_| value.get("id").is_some());
        option.or_else(|| text(value, "accountId")).map(str::to_owned)
    };
    match value {
        Value::Object(_) => one(value),
        Value::Array(values) => {
            let all: Vec<String> = values.iter().filter_map(one).collect();
            (!all.is_empty()).then(|| all.join(", "))
        }
        _ => None,
    }
}
