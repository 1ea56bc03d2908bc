//! What a page is, by its shape: a search, a changelog, comments, a webhook, or one thing of these alone.

use std::borrow::Cow;

use sayso_model::coverage::Reason;
use serde_json::Value;
use twox_hash::XxHash3_64;

use super::learnt::Issue;
use super::{Teller, What, history, id_text, issue, text, time};

/// Tells what a page of JSON says.
pub(super) fn tell(teller: &mut Teller<'_>, page: &Value) {
    match page {
        Value::Array(things) => things.iter().for_each(|thing| one(teller, thing)),
        _ => one(teller, page),
    }
}

fn one(teller: &mut Teller<'_>, thing: &Value) {
    let has = |key: &str| thing.get(key).is_some();
    let list = |key: &str| thing.get(key).and_then(Value::as_array);
    if has("webhookEvent") {
        webhook(teller, thing);
    } else if let Some(logs) = list("issueChangeLogs") {
        for log in logs {
            let issue = log.get("issueId").and_then(id_text).and_then(|id| Issue::named(&id));
            let entries = log.get("changeHistories").and_then(Value::as_array);
            history::tell(teller, issue, entries.map_or(&[], Vec::as_slice), None);
        }
    } else if let Some(issues) = list("issues") {
        search(teller, thing, issues);
    } else if let Some(entries) = list("histories") {
        let issue = issue_of(teller, thing);
        history::tell(teller, issue, entries, stated(thing));
    } else if let Some(comments) = list("comments") {
        let issue = issue_of(teller, thing);
        issue::comments(teller, issue, comments, stated(thing));
    } else if let Some(logs) = list("worklogs") {
        let issue = issue_of(teller, thing);
        issue::work_logs(teller, issue, logs, stated(thing));
    } else if let Some(values) = list("values") {
        let is_changelog = teller.kind == "changelog" || path_of(teller.origin).ends_with("/changelog");
        if is_changelog || values.iter().any(|value| value.get("items").is_some_and(Value::is_array)) {
            let issue = issue_of(teller, thing);
            history::tell(teller, issue, values, stated(thing));
        } else {
            values.iter().for_each(|value| one(teller, value));
        }
    } else if has("fields") && (has("key") || has("id")) {
        issue::tell(teller, thing);
    } else if has("items") && has("created") {
        let issue = issue_of(teller, thing);
        history::tell(teller, issue, std::slice::from_ref(thing), None);
    } else if has("body") && has("created") {
        let issue = issue_of(teller, thing);
        issue::comments(teller, issue, std::slice::from_ref(thing), None);
    } else if has("timeSpentSeconds") && has("started") {
        let issue = issue_of(teller, thing);
        issue::work_logs(teller, issue, std::slice::from_ref(thing), None);
    } else {
        described(teller, thing);
    }
}

/// What describes and does not happen.
fn described(teller: &mut Teller<'_>, thing: &Value) {
    let has = |key: &str| thing.get(key).is_some();
    if has("accountId") || has("displayName") && (has("key") || has("name")) {
        teller.who(thing);
    } else if has("statusCategory") {
        teller.learnt.status(thing);
    } else if has("statuses") {
        // The statuses of one type of issue, as a project has them.
        thing
            .get("statuses")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .for_each(|status| teller.learnt.status(status));
    } else if has("clauseNames") || has("navigable") {
        if let (Some(id), Some(name)) = (text(thing, "id"), text(thing, "name")) {
            teller.learnt.field(id, name);
        }
    } else if has("object") && (has("relationship") || has("application")) {
        let id = thing.get("id").and_then(id_text).unwrap_or_default();
        teller.aside(&format!("remote link {id}"), Reason::TimeMissing, "its time stands in the changelog alone");
    } else if has("detail") && has("errors") {
        teller.aside("a development panel", Reason::TimeMissing, "links to code without the times of the links");
    } else if has("errorMessages") {
        teller.aside("", Reason::Refused, "the site answered with an error");
    } else if is_empty(thing) || is_description(thing) {
        // Projects, types, sprints, boards, priorities, resolutions: names of what is told elsewhere.
    } else if has("key")
        || has("id") && has("self") && path_of(text(thing, "self").unwrap_or_default()).contains("/issue/")
    {
        teller.aside(&name_of(thing), Reason::TimeMissing, "an issue without its fields; they were not asked for");
    } else {
        teller.aside("", Reason::NotUnderstood, &shape_of(thing));
    }
}

fn is_empty(thing: &Value) -> bool {
    thing.as_object().is_some_and(|members| {
        members.iter().all(|(key, value)| {
            matches!(key.as_str(), "self" | "startAt" | "maxResults" | "total" | "isLast" | "expand")
                || value.as_array().is_some_and(Vec::is_empty)
        })
    })
}

fn is_description(thing: &Value) -> bool {
    const MARKS: [&str; 11] = [
        "projectTypeKey",
        "subtask",
        "hierarchyLevel",
        "originBoardId",
        "startDate",
        "state",
        "iconUrl",
        "colorName",
        "location",
        "serverTitle",
        "releaseDate",
    ];
    thing.is_object() && MARKS.iter().any(|mark| thing.get(mark).is_some())
        || thing.get("name").is_some() && (thing.get("id").is_some() || thing.get("self").is_some())
}

fn name_of(thing: &Value) -> String {
    let name = text(thing, "key").map(str::to_owned).or_else(|| thing.get("id").and_then(id_text));
    format!("issue {}", name.unwrap_or_default())
}

/// The keys of an object, for a person who wonders what it is; none of its values.
fn shape_of(thing: &Value) -> String {
    match thing {
        Value::Object(members) => {
            let keys: Vec<&str> = members.keys().take(12).map(String::as_str).collect();
            format!("an object with {}", keys.join(", "))
        }
        Value::Array(_) => "a list within a list".to_owned(),
        _ => "neither an object nor a list".to_owned(),
    }
}

fn search(teller: &mut Teller<'_>, page: &Value, issues: &[Value]) {
    for (id, name) in page.get("names").and_then(Value::as_object).into_iter().flatten() {
        if let Some(name) = name.as_str() {
            teller.learnt.field(id, name);
        }
    }
    if let Some(total) = stated(page) {
        teller.claim("issues", total, issues.len() as u64);
    } else if let Some(is_last) = page.get("isLast").and_then(Value::as_bool) {
        // Searches by token state no total; one whose last page never came is not whole.
        teller.claim("searches read to their end", 1, u64::from(is_last));
    }
    for issue in issues {
        one(teller, issue);
    }
}

/// What a page states that there is in all.
fn stated(page: &Value) -> Option<u64> {
    page.get("total").and_then(Value::as_u64)
}

/// The issue that a page is about: as the page says, or as its address does.
fn issue_of(teller: &Teller<'_>, page: &Value) -> Option<Issue> {
    let own = page.get("issueId").and_then(id_text).and_then(|id| Issue::named(&id));
    own.or_else(|| issue_in(teller.origin)).or_else(|| text(page, "self").and_then(issue_in)).or_else(|| {
        let first = ["comments", "worklogs"].iter().find_map(|key| page.get(key)?.as_array()?.first());
        first.and_then(|first| text(first, "self")).and_then(issue_in)
    })
}

/// The issue that an address names: `.../issue/10023/changelog?startAt=0`.
pub(super) fn issue_in(address: &str) -> Option<Issue> {
    let (_, rest) = path_of(address).split_once("/issue/")?;
    Issue::named(rest.split('/').next()?)
}

fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

fn webhook(teller: &mut Teller<'_>, body: &Value) {
    let at = body.get("timestamp").and_then(time::of_json);
    let Some(object) = body.get("issue") else {
        // Sprints, versions, boards, users: what is created there is told where issues take part in it.
        if let Some(user) = body.get("user") {
            teller.who(user);
        }
        return;
    };
    let Some(issue) = Issue::of(object) else {
        return teller.aside("webhook", Reason::ItemMissing, "");
    };
    let event = text(body, "webhookEvent").unwrap_or_default();
    if event.ends_with("issue_deleted") {
        let Some(at) = at else { return teller.aside("webhook", Reason::TimeMissing, "") };
        teller.learnt.issue(&issue);
        let id = format!("issue/{}/deleted", teller.learnt.identity(&issue));
        let mut fact = teller.fact(&issue, id, at, "deleted");
        let who = body.get("user").map(|user| teller.who(user)).unwrap_or_default();
        teller.by(&mut fact, &who);
        return teller.told.fact(fact);
    }
    if object.get("fields").is_some() {
        issue::tell(teller, object);
    }
    if let Some(change) = body.get("changelog") {
        let mut entry = change.clone();
        if let Some(entry) = entry.as_object_mut() {
            entry.insert(
                "created".to_owned(),
                at.clone().map_or(Value::Null, |at: Cow<'_, str>| Value::String(at.into_owned())),
            );
            entry.insert("author".to_owned(), body.get("user").cloned().unwrap_or_default());
        }
        history::tell(teller, Some(issue.clone()), std::slice::from_ref(&entry), None);
    }
    if let Some(comment) = body.get("comment")
        && !event.ends_with("comment_deleted")
    {
        issue::comments(teller, Some(issue.clone()), std::slice::from_ref(comment), None);
    }
    if let Some(log) = body.get("worklog") {
        issue::work_logs(teller, Some(issue), std::slice::from_ref(log), None);
    }
}

/// Enters what Jira states of an issue and what came of it.
pub(super) fn count(teller: &mut Teller<'_>, issue: &Issue, what: What, stated: Option<u64>, ids: &[(u64, String)]) {
    if let Some(stated) = stated {
        teller.learnt.stated(issue, what, stated);
    }
    for (number, _) in ids {
        teller.learnt.came(issue, what, *number);
    }
}

/// Numbers of entries, comments or work logs of an issue, and their ids. What has none goes by the issue and by what it
/// says; two alike are two.
pub(super) fn numbers(teller: &Teller<'_>, issue: Option<&Issue>, things: &[Value]) -> Vec<(u64, String)> {
    let identity = issue.map(|issue| teller.learnt.identity(issue)).unwrap_or_default();
    let mut met: Vec<u64> = Vec::new();
    let number = |thing: &Value| {
        if let Some(id) = thing.get("id").and_then(id_text) {
            // Short enough to leave room for the places of the fields.
            let number = id.parse().unwrap_or_else(|_| XxHash3_64::oneshot(id.as_bytes()) >> 8);
            return (number, id);
        }
        let words = XxHash3_64::oneshot(format!("{identity} {thing}").as_bytes()) >> 8;
        let nth = met.iter().filter(|known| **known == words).count() as u64;
        met.push(words);
        (words.wrapping_add(nth), format!("{identity}-{words:x}-{nth}"))
    };
    things.iter().map(number).collect()
}
