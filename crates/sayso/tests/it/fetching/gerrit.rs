//! Gerrit: changes, the last changed first, behind a guard and behind `/a`, without any total.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::desk::{Asked, Desk, Given, Item, PAGE, part};

pub fn answer(desk: &Desk, asked: &Asked<'_>) -> Option<Given> {
    if asked.path != "/a/changes/" {
        return None;
    }
    let since = asked.query("q")?.split("after:\"").nth(1).and_then(|rest| rest.split('"').next());
    let since = since.map(|since| format!("{}Z", since.replace(' ', "T")).parse().unwrap());
    let mut found = desk.since(since);
    found.sort_by_key(|item| std::cmp::Reverse((item.updated, item.number)));
    let (from, total) = (asked.number("S"), found.len());
    let mut changes: Vec<Value> = part(found, from, PAGE).into_iter().map(change).collect();
    let is_last = from + changes.len() >= total;
    if let Some(last) = changes.last_mut().filter(|_| !is_last || desk.lie > 0) {
        last["_more_changes"] = true.into();
    }
    Some(Given { status: 200, headers: Vec::new(), body: format!(")]}}'\n{}", Value::Array(changes)) })
}

fn account(n: u64) -> Value {
    json!({"_account_id": 1000 + n % 3, "username": format!("u{}", n % 3), "name": format!("Somebody {}", n % 3)})
}

fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S.000000000").to_string()
}

fn change(item: &Item) -> Value {
    let message = |(n, at): (usize, &Timestamp)| {
        let words = if n.is_multiple_of(2) { "Patch Set 1:\n\nMay I go ahead?" } else { "Patch Set 1: Code-Review+1" };
        json!({"id": format!("m{}-{n}", item.number), "author": account(n as u64), "date": written(*at), "message": words, "_revision_number": 1})
    };
    json!({"_number": item.number, "id": format!("p~{}", item.number), "project": "p", "branch": "main", "change_id": format!("I{:040}", item.number),
        "subject": "s", "status": "NEW", "owner": account(item.number), "created": written(item.created), "updated": written(item.updated),
        "messages": item.history.iter().enumerate().map(message).collect::<Vec<_>>()})
}
