//! Jira Data Center: a search by number with a total, which cuts changelogs, and changelogs issue by issue.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::desk::{Asked, Desk, Given, Item, PAGE, part};

/// Changes that a search gives of an issue.
const EMBEDDED: usize = 2;

pub fn answer(desk: &Desk, asked: &Asked<'_>) -> Option<Given> {
    let path = asked.path.strip_prefix("/rest/api/2/")?;
    let given = match path.split('/').collect::<Vec<_>>()[..] {
        ["serverInfo"] => json!({"deploymentType": "Server", "version": "9.12.0"}),
        ["status"] => json!([{"id": "1", "name": "Open", "statusCategory": {"key": "new"}},
            {"id": "2", "name": "Agreed", "statusCategory": {"key": "done"}}]),
        ["field"] => json!([]),
        ["search"] => {
            let since = asked.query("jql")?.split("updated >= ").nth(1).and_then(|rest| rest.split(' ').next());
            let found = desk.since(since.map(|millis| Timestamp::from_millisecond(millis.parse().unwrap()).unwrap()));
            let (from, total) = (asked.number("startAt"), found.len() as u64 + desk.lie);
            let issues: Vec<Value> = part(found, from, PAGE).into_iter().map(issue).collect();
            json!({"startAt": from, "maxResults": PAGE, "total": total, "issues": issues})
        }
        ["issue", id, "changelog"] => {
            let item = desk.item(id)?;
            let from = asked.number("startAt");
            let values = part((0..item.history.len()).collect(), from, PAGE).into_iter().map(|n| entry(item, n));
            json!({"startAt": from, "maxResults": PAGE, "total": item.history.len(), "values": values.collect::<Vec<_>>()})
        }
        _ => return None,
    };
    Some(given.into())
}

fn by(n: u64) -> Value {
    json!({"name": format!("u{}", n % 3), "displayName": format!("Somebody {}", n % 3)})
}

/// As Jira writes it: no colon in the offset.
fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

fn entry(item: &Item, n: usize) -> Value {
    json!({"id": (item.number * 1000 + n as u64).to_string(), "author": by(n as u64), "created": written(item.history[n]),
        "items": [{"field": "status", "fieldId": "status", "from": "1", "fromString": "Open", "to": "2", "toString": "Agreed"}]})
}

fn issue(item: &Item) -> Value {
    let n = item.history.len();
    // The newest changes, and how many there are.
    let some: Vec<Value> = (0..n).rev().take(EMBEDDED).map(|n| entry(item, n)).collect();
    json!({"id": item.number.to_string(), "key": format!("P-{}", item.number),
        "fields": {"summary": "s", "created": written(item.created), "updated": written(item.updated),
            "reporter": by(item.number), "comment": {"total": 0, "comments": []}},
        "changelog": {"startAt": 0, "maxResults": EMBEDDED, "total": n, "histories": some}})
}
