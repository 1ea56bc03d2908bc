//! GitLab: two lists in the order of change with the next page in a header, notes, and lists of resource events.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::desk::{Asked, Desk, Given, Item, PAGE, part};

pub fn answer(desk: &Desk, asked: &Asked<'_>) -> Option<Given> {
    let path = asked.path.strip_prefix("/api/v4/projects/g%2Fp")?;
    let given = match path.split('/').skip(1).collect::<Vec<_>>()[..] {
        [] => json!({"id": 17, "path_with_namespace": "g/p", "web_url": "https://gitlab.example/g/p"}).into(),
        [list @ ("issues" | "merge_requests")] => {
            let mut found = desk.since(asked.instant("updated_after"));
            found.retain(|item| is_of(item, list));
            found.sort_by_key(|item| (item.updated, item.number));
            page(found.into_iter().map(|item| whole(desk, item)).collect(), asked)
        }
        [list, number, "notes"] => {
            let item = desk.item(number).filter(|item| is_of(item, list))?;
            page((0..item.history.len()).filter(|n| is_note(*n)).map(|n| note(item, n)).collect(), asked)
        }
        [list, number, "resource_label_events"] => {
            let item = desk.item(number).filter(|item| is_of(item, list))?;
            page((0..item.history.len()).filter(|n| !is_note(*n)).map(|n| label(item, n)).collect(), asked)
        }
        [_, _, "resource_state_events" | "resource_milestone_events"] => page(Vec::new(), asked),
        ["merge_requests", number, "approvals"] => {
            let item = desk.item(number)?;
            json!({"iid": item.number, "project_id": 17, "approved_by": [{"user": user(item.number), "approved_at": written(item.created)}]})
                .into()
        }
        _ => return None,
    };
    Some(given)
}

fn page(list: Vec<Value>, asked: &Asked<'_>) -> Given {
    let (number, total) = (asked.number("page").max(1), list.len());
    let next = if total > number * PAGE { (number + 1).to_string() } else { String::new() };
    let given = Given::from(Value::Array(part(list, (number - 1) * PAGE, PAGE)));
    given.with("X-Next-Page", next).with("X-Total", total.to_string())
}

fn is_merge(item: &Item) -> bool {
    item.number.is_multiple_of(3)
}

fn is_of(item: &Item, list: &str) -> bool {
    is_merge(item) == (list == "merge_requests")
}

/// Every other entry is a note, the others are labels.
fn is_note(n: usize) -> bool {
    n.is_multiple_of(2)
}

fn user(n: u64) -> Value {
    json!({"id": 4 + n % 3, "username": format!("u{}", n % 3), "name": format!("Somebody {}", n % 3)})
}

fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

fn whole(desk: &Desk, item: &Item) -> Value {
    let notes = (0..item.history.len()).filter(|n| is_note(*n)).count() as u64;
    let what = if is_merge(item) { "merge_requests" } else { "issues" };
    json!({"id": 5000 + item.number, "iid": item.number, "project_id": 17, "title": "s", "author": user(item.number), "state": "opened",
        "created_at": written(item.created), "updated_at": written(item.updated), "user_notes_count": notes + desk.lie,
        "web_url": format!("https://gitlab.example/g/p/-/{what}/{}", item.number)})
}

fn note(item: &Item, n: usize) -> Value {
    let kind = if is_merge(item) { "MergeRequest" } else { "Issue" };
    json!({"id": item.number * 1000 + n as u64, "body": "May I go ahead?", "author": user(n as u64), "system": false, "noteable_type": kind,
        "noteable_iid": item.number, "noteable_id": 5000 + item.number, "project_id": 17, "created_at": written(item.history[n])})
}

fn label(item: &Item, n: usize) -> Value {
    let kind = if is_merge(item) { "MergeRequest" } else { "Issue" };
    json!({"id": item.number * 1000 + n as u64, "user": user(n as u64), "created_at": written(item.history[n]), "resource_type": kind,
        "resource_id": 5000 + item.number, "label": {"id": 1, "name": "waits"}, "action": "add"})
}
