//! Azure DevOps: work items by a search for their numbers, with updates by pages; pull requests by pages, with threads.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::desk::{Asked, Desk, Given, Item, part};

/// The first items are work items, the others pull requests: enough of them for two pages.
const WORK: u64 = 12;
const ITEMS: u64 = WORK + 106;
/// Pull requests up to this one are closed; those behind the other number so lately that people still write on them.
const CLOSED_TO: u64 = 110;
const LONG_CLOSED_TO: u64 = 102;
/// One work item has more updates than a page holds.
const LONG: u64 = 5;

pub fn desk() -> Desk {
    let mut desk = Desk::new(ITEMS);
    desk.live = desk
        .items
        .iter()
        .filter(|item| item.number <= WORK || item.number > LONG_CLOSED_TO)
        .map(|item| item.number as usize - 1)
        .collect();
    let item = &mut desk.items[LONG as usize - 1];
    item.history = (1..=130).map(|n| item.created + jiff::SignedDuration::from_mins(n)).collect();
    desk
}

pub fn answer(desk: &Desk, asked: &Asked<'_>) -> Option<Given> {
    let path = asked.path.strip_prefix("/org/")?;
    let given = match path.split('/').collect::<Vec<_>>()[..] {
        ["p", "_apis", "wit", "wiql"] => {
            let query = asked.body["query"].as_str()?;
            let after = |word: &str| query.split(word).nth(1).and_then(|rest| rest.split([' ', '\'']).next());
            let found = desk.since(after("[System.ChangedDate] >= '").map(|since| since.parse().unwrap()));
            let behind: u64 = after("[System.Id] > ")?.parse().ok()?;
            let found = found.into_iter().filter(|item| item.number <= WORK && item.number > behind);
            json!({"workItems": found.map(|item| json!({"id": item.number})).collect::<Vec<_>>()})
        }
        ["p", "_apis", "wit", "workitemsbatch"] => {
            let found: Vec<Value> =
                asked.body["ids"].as_array()?.iter().map(|id| work(desk.item(&id.to_string()).unwrap())).collect();
            json!({"count": found.len(), "value": found})
        }
        ["_apis", "wit", "workItems", number, "updates"] => {
            let item = desk.item(number)?;
            let all = (0..=item.history.len()).map(|n| update(item, n)).collect();
            let some = part(all, asked.number("$skip"), asked.number("$top"));
            json!({"count": some.len(), "value": some})
        }
        ["p", "_apis", "git", "pullrequests"] => {
            let status = asked.query("searchCriteria.status")?;
            let since = asked.instant("searchCriteria.minTime");
            let found = desk.items.iter().filter(|item| item.number > WORK && (status == "all" || !is_closed(item)));
            let found = found.filter(|item| since.is_none_or(|since| is_closed(item) && closed_at(item) >= since));
            let some = part(found.collect(), asked.number("$skip"), asked.number("$top"));
            json!({"count": some.len(), "value": some.into_iter().map(|item| request(desk, item)).collect::<Vec<_>>()})
        }
        ["p", "_apis", "git", "repositories", "r1", "pullRequests", number, "threads"] => {
            let item = desk.item(number)?;
            let threads: Vec<Value> = (0..item.history.len()).map(|n| thread(item, n)).collect();
            json!({"count": threads.len(), "value": threads})
        }
        _ => return None,
    };
    Some(given.into())
}

fn is_closed(item: &Item) -> bool {
    item.number <= CLOSED_TO
}

fn closed_at(item: &Item) -> Timestamp {
    if item.number > LONG_CLOSED_TO { "2026-02-25T09:00:00Z".parse().unwrap() } else { item.created }
}

fn who(n: u64) -> Value {
    json!({"id": format!("00000000-0000-0000-0000-00000000000{}", n % 3), "displayName": format!("Somebody {}", n % 3),
        "uniqueName": format!("u{}@desk.example", n % 3)})
}

fn work(item: &Item) -> Value {
    json!({"id": item.number, "rev": item.history.len() + 1, "fields": {"System.State": "New", "System.CreatedDate": item.created.to_string(),
        "System.CreatedBy": who(item.number), "System.WorkItemType": "Task"}})
}

/// The first update makes the item.
fn update(item: &Item, n: usize) -> Value {
    let at: Timestamp = if n == 0 { item.created } else { item.history[n - 1] };
    let mut fields = json!({"System.ChangedDate": {"newValue": at.to_string()}, "System.State": {"newValue": format!("State {}", n % 4)}});
    if n > 0 {
        fields["System.State"]["oldValue"] = format!("State {}", (n - 1) % 4).into();
    }
    json!({"id": n + 1, "workItemId": item.number, "rev": n + 1, "revisedBy": who(n as u64), "revisedDate": "9999-01-01T00:00:00Z", "fields": fields})
}

fn request(desk: &Desk, item: &Item) -> Value {
    // A vote that stands and of which no thread tells is one of which it is not known when it was given.
    let reviewers =
        if desk.lie > 0 { json!([{"id": who(1)["id"], "displayName": "Somebody 1", "vote": 10}]) } else { json!([]) };
    let mut request = json!({"pullRequestId": item.number, "repository": {"id": "r1", "name": "r", "project": {"id": "pid", "name": "p"}},
        "status": if is_closed(item) { "completed" } else { "active" }, "createdBy": who(item.number), "creationDate": item.created.to_string(),
        "title": "t", "reviewers": reviewers});
    if is_closed(item) {
        request["closedDate"] = closed_at(item).to_string().into();
        request["closedBy"] = who(item.number);
    }
    request
}

fn thread(item: &Item, n: usize) -> Value {
    let at = item.history[n].to_string();
    json!({"id": item.number * 1000 + n as u64, "publishedDate": at, "status": "active",
        "comments": [{"id": 1, "author": who(n as u64), "publishedDate": at, "content": "May I go ahead?", "commentType": "text"}]})
}
