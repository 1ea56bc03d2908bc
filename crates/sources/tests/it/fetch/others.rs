//! Redmine, Gerrit, Bugzilla and Azure DevOps: each pages in its own way, and a kill costs none of them anything.

use jiff::{SignedDuration, Timestamp};
use sayso_sources::fetch::{Request, Response};
use sayso_sources::tracker::Tracker;
use serde_json::{Value, json as value};

use super::fake::{Api, Fake, json, noon, parts_of, plain, run, site, survives_kills, told};

/// Items by number: when they were changed last, and how many remarks they have.
#[derive(Clone)]
struct Items(Vec<(u64, Timestamp, u64)>, Tracker);

impl Items {
    fn new(tracker: Tracker) -> Items {
        Items(
            (1..=8).map(|n| (n, noon() - SignedDuration::from_hours(200 + n as i64 * 7 % 4), n % 3)).collect(),
            tracker,
        )
    }

    fn touch(&mut self, number: u64, at: Timestamp) {
        let item = self.0.iter_mut().find(|item| item.0 == number).unwrap();
        (item.1, item.2) = (at, item.2 + 1);
    }

    fn since(&self, since: Option<Timestamp>) -> Vec<&(u64, Timestamp, u64)> {
        self.0.iter().filter(|item| since.is_none_or(|since| item.1 >= since)).collect()
    }

    fn get(&self, number: &str) -> &(u64, Timestamp, u64) {
        self.0.iter().find(|item| item.0.to_string() == number).unwrap()
    }
}

const THEN: &str = "2026-01-05T10:00:00Z";

fn redmine(items: &Items, request: &Request) -> Response {
    assert_eq!(request.header("X-Redmine-API-Key"), Some(super::fake::SECRET));
    let (path, query) = parts_of(&request.url);
    let user = value!({"id": 4, "name": "Ada"});
    let issue = |number: u64| {
        value!({"id": number, "project": {"id": 1, "name": "p"}, "status": {"id": 1, "name": "New"},
        "author": user, "subject": "s", "created_on": THEN})
    };
    if path == "/issues.json" {
        let since = query.get("updated_on").map(|since| since.trim_start_matches(">=").parse().unwrap());
        let found = items.since(since);
        let offset: usize = query["offset"].parse().unwrap();
        let issues: Vec<Value> = found.iter().skip(offset).take(3).map(|item| issue(item.0)).collect();
        return json(&value!({"issues": issues, "total_count": found.len(), "offset": offset, "limit": 3}));
    }
    if let Some(number) = path.strip_prefix("/issues/").and_then(|rest| rest.strip_suffix(".json")) {
        let (number, _, n) = items.get(number);
        let mut whole = issue(*number);
        whole["journals"] = (0..*n)
            .map(|j| value!({"id": number * 100 + j, "user": user, "notes": "and?", "created_on": THEN, "details": []}))
            .collect();
        return json(&value!({"issue": whole}));
    }
    match path.as_str() {
        "/issue_statuses.json" => json(&value!({"issue_statuses": [{"id": 1, "name": "New", "is_closed": false}]})),
        "/trackers.json" => json(&value!({"trackers": []})),
        _ => plain(404, ""),
    }
}

fn gerrit(items: &Items, request: &Request) -> Response {
    let (path, query) = parts_of(&request.url);
    assert_eq!(path, "/a/changes/");
    let since =
        query["q"].split("after:\"").nth(1).map(|rest| format!("{}Z", rest.trim_end_matches('"').replace(' ', "T")));
    let mut found = items.since(since.map(|since| since.parse().unwrap()));
    found.sort_by_key(|item| std::cmp::Reverse((item.1, item.0)));
    let start: usize = query["S"].parse().unwrap();
    let mut page: Vec<Value> = found
        .iter()
        .skip(start)
        .take(3)
        .map(|(number, _, n)| {
            let messages = (0..*n).map(|m| value!({"id": format!("m{number}-{m}"), "author": {"_account_id": 7}, "message": "and?",
                "date": "2026-01-05 10:00:00.000000000"}));
            value!({"_number": number, "id": format!("p~{number}"), "change_id": format!("I{number}"), "subject": "s", "status": "NEW",
                "owner": {"_account_id": 5}, "created": "2026-01-05 10:00:00.000000000", "messages": messages.collect::<Vec<_>>()})
        })
        .collect();
    if start + page.len() < found.len() {
        page.last_mut().unwrap()["_more_changes"] = true.into();
    }
    plain(200, &format!(")]}}'\n{}", Value::Array(page)))
}

fn bugzilla(items: &Items, request: &Request) -> Response {
    let (path, query) = parts_of(&request.url);
    let path = path.strip_prefix("/rest/bug").unwrap();
    if path.is_empty() {
        let found = items.since(Some(query["last_change_time"].parse().unwrap()));
        let offset: usize = query["offset"].parse().unwrap();
        let bugs = found.iter().skip(offset).take(3);
        let bugs = bugs
            .map(|item| value!({"id": item.0, "creation_time": THEN, "creator": "ada@example.org", "summary": "s"}));
        return json(&value!({"bugs": bugs.collect::<Vec<_>>()}));
    }
    let segments: Vec<&str> = path.split('/').collect();
    let others = request.url.split(['?', '&']).filter_map(|pair| pair.strip_prefix("ids="));
    let ids: Vec<&str> = std::iter::once(segments[1]).chain(others).collect();
    // One of them may not be seen, and refuses those that are asked for with it.
    if ids.contains(&"5") {
        return plain(
            401,
            "{\"error\": true, \"code\": 102, \"message\": \"You are not authorized to access bug #5.\"}",
        );
    }
    let bugs = ids.iter().map(|id| items.get(id));
    if segments[2] == "history" {
        let change = value!([{"when": THEN, "who": "bo@example.org", "changes": [{"field_name": "flagtypes.name", "removed": "", "added": "needinfo?(cy@example.org)"}]}]);
        return json(&value!({"bugs": bugs.map(|bug| value!({"id": bug.0, "history": change})).collect::<Vec<_>>()}));
    }
    let comments = |(number, _, n): &(u64, Timestamp, u64)| {
        (0..*n).map(|c| value!({"id": number * 100 + c, "bug_id": number, "count": c + 1, "creator": "bo@example.org", "time": THEN, "creation_time": THEN, "text": "and?"}))
            .collect::<Vec<_>>()
    };
    let bugs: serde_json::Map<String, Value> =
        bugs.map(|bug| (bug.0.to_string(), value!({"comments": comments(bug)}))).collect();
    json(&value!({"bugs": bugs, "comments": {}}))
}

fn azure(items: &Items, request: &Request) -> Response {
    assert!(request.header("Authorization").unwrap().starts_with("Basic "));
    let (path, _) = parts_of(&request.url);
    let body: Value = request.body.as_deref().map_or(Value::Null, |body| serde_json::from_slice(body).unwrap());
    let who = value!({"id": "00000000-0000-0000-0000-000000000001", "displayName": "Ada"});
    if path.ends_with("/_apis/wit/wiql") {
        let query = body["query"].as_str().unwrap();
        let since = query.split("ChangedDate] >= '").nth(1).and_then(|rest| rest.split('\'').next());
        let found = items.since(since.map(|since| since.parse().unwrap()));
        return json(&value!({"workItems": found.iter().map(|item| value!({"id": item.0})).collect::<Vec<_>>()}));
    }
    if path.ends_with("/workitemsbatch") {
        let ids = body["ids"].as_array().unwrap().iter();
        let found =
            ids.map(|id| value!({"id": id, "rev": 1, "fields": {"System.State": "New", "System.CreatedDate": THEN}}));
        return json(&value!({"count": 1, "value": found.collect::<Vec<_>>()}));
    }
    if let Some(number) = path.strip_prefix("/org/_apis/wit/workItems/").and_then(|rest| rest.strip_suffix("/updates"))
    {
        let (number, _, n) = items.get(number);
        let updates = (0..=*n).map(|u| value!({"id": u + 1, "workItemId": number, "rev": u + 1, "revisedBy": who, "revisedDate": "9999-01-01T00:00:00Z",
            "fields": {"System.State": {"oldValue": u.to_string(), "newValue": (u + 1).to_string()}, "System.ChangedDate": {"newValue": THEN}}}));
        return json(&value!({"count": n + 1, "value": updates.collect::<Vec<_>>()}));
    }
    if path.ends_with("/pullrequests") {
        return json(
            &value!({"value": [{"pullRequestId": 22, "repository": {"id": "r1", "name": "r"}, "status": "active", "createdBy": who,
            "creationDate": THEN, "title": "t", "reviewers": []}]}),
        );
    }
    if path.ends_with("/threads") {
        return json(&value!({"value": [{"id": 9, "publishedDate": THEN, "status": "active",
            "comments": [{"id": 1, "author": who, "publishedDate": THEN, "content": "and?", "commentType": "text"}]}]}));
    }
    panic!("{path}")
}

impl Api for Items {
    fn answer(&mut self, request: &Request, _: Timestamp) -> Response {
        match self.1 {
            Tracker::Redmine => redmine(self, request),
            Tracker::Gerrit => gerrit(self, request),
            Tracker::Bugzilla => bugzilla(self, request),
            _ => azure(self, request),
        }
    }
}

fn the_site(tracker: Tracker) -> sayso_sources::fetch::Site {
    let (address, scope): (&str, &[&str]) = match tracker {
        Tracker::Azure => ("https://dev.azure.example/org", &["p"]),
        _ => ("https://tracker.example.org", &[]),
    };
    site(tracker, address, scope)
}

#[test]
fn all_of_it_and_then_only_what_is_new() {
    for (tracker, item, remark) in [
        (Tracker::Redmine, "created", "comment"),
        (Tracker::Gerrit, "created", "comment"),
        (Tracker::Bugzilla, "created", "comment"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut fake = Fake::new(Items::new(tracker));
        let count = |fake: &Fake<Items>| {
            let told = told(folder.path(), tracker);
            let of = |name: &str| told.facts.values().filter(|fact| fact.activity == name).count() as u64;
            let all: u64 =
                fake.api.0.iter().filter(|item| tracker != Tracker::Bugzilla || item.0 != 5).map(|item| item.2).sum();
            assert_eq!((of(item), of(remark)), (8, all), "{tracker}");
        };
        let outcome = run(&the_site(tracker), folder.path(), &mut fake).unwrap();
        // Bugzilla gives out neither history nor comments of one.
        assert_eq!(outcome.missed.len(), if tracker == Tracker::Bugzilla { 2 } else { 0 }, "{:?}", outcome.missed);
        count(&fake);
        fake.api.touch(3, noon());
        fake.now += SignedDuration::from_hours(2);
        assert_eq!(run(&the_site(tracker), folder.path(), &mut fake).unwrap().items, 1);
        count(&fake);
        fake.now += SignedDuration::from_hours(2);
        assert_eq!(run(&the_site(tracker), folder.path(), &mut fake).unwrap().pages, 0);
    }
}

#[test]
fn azure_comes_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = Fake::new(Items::new(Tracker::Azure));
    let outcome = run(&the_site(Tracker::Azure), folder.path(), &mut fake).unwrap();
    assert!(outcome.missed.is_empty() && outcome.parts == 2, "{outcome:?}");
    let told = told(folder.path(), Tracker::Azure);
    let updates: u64 = fake.api.0.iter().map(|item| item.2 + 1).sum();
    let of = |name: &str| told.facts.values().filter(|fact| fact.activity.starts_with(name)).count() as u64;
    assert_eq!((of("state/"), of("pull request created"), of("comment")), (updates, 1, 1));
    assert!(told.aside.is_empty(), "{:?}", told.aside);
}

#[test]
fn a_kill_at_every_moment_costs_nothing() {
    for tracker in [Tracker::Redmine, Tracker::Bugzilla, Tracker::Azure] {
        survives_kills(&the_site(tracker), &|| Fake::new(Items::new(tracker)), |items, at| items.touch(6, at));
    }
}
