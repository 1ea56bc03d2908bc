//! Redmine: issues by offset and limit with a total, and each issue with its journals.

use serde_json::{Value, json};

use super::desk::{Asked, Desk, Given, Item, PAGE, part};

pub fn answer(desk: &Desk, asked: &Asked<'_>) -> Option<Given> {
    if asked.path == "/issues.json" {
        let since = asked.query("updated_on").map(|since| since.trim_start_matches(">=").parse().unwrap());
        let found = desk.since(since);
        let (total, offset) = (found.len() as u64 + desk.lie, asked.number("offset"));
        let limit = asked.number("limit").min(PAGE);
        let issues: Vec<Value> = part(found, offset, limit).into_iter().map(issue).collect();
        return Some(json!({"issues": issues, "total_count": total, "offset": offset, "limit": limit}).into());
    }
    if let Some(number) = asked.path.strip_prefix("/issues/").and_then(|rest| rest.strip_suffix(".json")) {
        let item = desk.item(number)?;
        let mut whole = issue(item);
        let journal = |(n, at): (usize, &jiff::Timestamp)| {
            json!({"id": item.number * 1000 + n as u64, "user": user(n as u64), "notes": "May I go ahead?", "created_on": at.to_string(),
                "details": [{"property": "attr", "name": "status_id", "old_value": "1", "new_value": "2"}]})
        };
        whole["journals"] = item.history.iter().enumerate().map(journal).collect();
        return Some(json!({"issue": whole}).into());
    }
    match asked.path {
        "/issue_statuses.json" => Some(
            json!({"issue_statuses": [{"id": 1, "name": "New", "is_closed": false}, {"id": 2, "name": "Agreed", "is_closed": true}]})
                .into(),
        ),
        "/trackers.json" => Some(json!({"trackers": [{"id": 1, "name": "Question"}]}).into()),
        _ => None,
    }
}

fn user(n: u64) -> Value {
    json!({"id": 4 + n % 3, "name": format!("Somebody {}", n % 3)})
}

fn issue(item: &Item) -> Value {
    json!({"id": item.number, "project": {"id": 1, "name": "pricing"}, "status": {"id": 1, "name": "New"}, "author": user(item.number),
        "subject": "s", "created_on": item.created.to_string(), "updated_on": item.updated.to_string()})
}
