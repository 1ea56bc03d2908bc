//! Bugzilla: bugs by offset and limit without a total, histories and comments of several bugs at once.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::desk::{Asked, Desk, Given, Item, PAGE, part};

pub fn answer(desk: &Desk, asked: &Asked<'_>) -> Option<Given> {
    let path = asked.path.strip_prefix("/rest/bug")?;
    if path.is_empty() {
        let found = desk.since(asked.instant("last_change_time"));
        let bugs = part(found, asked.number("offset"), asked.number("limit").min(PAGE));
        return Some(json!({"bugs": bugs.into_iter().map(bug).collect::<Vec<_>>()}).into());
    }
    let (first, what) = path.strip_prefix('/')?.split_once('/')?;
    let others = asked.pairs.iter().filter(|(key, _)| key == "ids").map(|(_, id)| id.as_str());
    let bugs: Vec<&Item> = std::iter::once(first).chain(others).map(|id| desk.item(id)).collect::<Option<_>>()?;
    let given = match what {
        "history" => {
            json!({"bugs": bugs.iter().map(|item| json!({"id": item.number, "history": changes(item)})).collect::<Vec<_>>()})
        }
        "comment" => {
            let of = |item: &&Item| (item.number.to_string(), json!({"comments": comments(item)}));
            json!({"bugs": bugs.iter().map(of).collect::<Map<_, _>>(), "comments": {}})
        }
        _ => return None,
    };
    Some(given.into())
}

fn who(n: u64) -> String {
    format!("u{}@desk.example", n % 3)
}

fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn bug(item: &Item) -> Value {
    json!({"id": item.number, "creation_time": written(item.created), "last_change_time": written(item.updated), "creator": who(item.number),
        "summary": "s", "product": "p", "component": "c", "status": "NEW"})
}

/// Every other entry asks for information, the others are comments.
fn changes(item: &Item) -> Vec<Value> {
    let odd = item.history.iter().enumerate().filter(|(n, _)| !n.is_multiple_of(2));
    odd.map(|(n, at)| {
        let added = format!("needinfo?({})", who(n as u64 + 1));
        json!({"when": written(*at), "who": who(n as u64), "changes": [{"field_name": "flagtypes.name", "removed": "", "added": added}]})
    })
    .collect()
}

fn comments(item: &Item) -> Vec<Value> {
    let even = item.history.iter().enumerate().filter(|(n, _)| n.is_multiple_of(2));
    even.map(|(n, at)| {
        json!({"id": item.number * 1000 + n as u64, "bug_id": item.number, "count": n + 1, "creator": who(n as u64), "time": written(*at),
            "creation_time": written(*at), "text": "May I go ahead?"})
    })
    .collect()
}
