//! Jira Cloud by token and Data Center by number: what searches cut comes, and lies about totals are seen.

use jiff::{SignedDuration, Timestamp};
use sayso_sources::fetch::{Request, Response, Site};
use sayso_sources::tracker::Tracker;
use serde_json::{Value, json as value};

use super::fake::{
    Api, Change, Fake, Fault, assert_no_secret, json, noon, parts_of, plain, run, site, survives_kills, told,
};

#[derive(Clone)]
struct Issue {
    id: u64,
    created: Timestamp,
    updated: Timestamp,
    changes: u64,
    comments: u64,
}

/// A site that gives three issues a page, two changes and one comment within a search, and five of each at a time.
#[derive(Clone)]
struct Jira {
    issues: Vec<Issue>,
    is_cloud: bool,
    has_bulk: bool,
    tokens_die_at: Option<usize>,
    lie: u64,
}

fn at(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

impl Jira {
    fn new(is_cloud: bool) -> Jira {
        let issue = |n: u64| {
            let created = noon() - SignedDuration::from_hours(24 * 30 - n as i64);
            Issue { id: 100 + n, created, updated: created, changes: n * 3 % 8, comments: n % 3 }
        };
        Jira { issues: (1..=8).map(issue).collect(), is_cloud, has_bulk: true, tokens_die_at: None, lie: 0 }
    }

    fn touch(&mut self, id: u64, at: Timestamp) {
        let issue = self.issues.iter_mut().find(|issue| issue.id == id).unwrap();
        (issue.updated, issue.changes) = (at, issue.changes + 1);
    }
}

impl Issue {
    fn history(&self, n: u64) -> Value {
        value!({"id": (self.id * 100 + n).to_string(), "author": {"accountId": "u1"}, "created": at(self.created + SignedDuration::from_secs(n as i64)),
            "items": [{"field": "status", "fieldId": "status", "from": n.to_string(), "fromString": format!("s{n}"), "to": (n + 1).to_string(), "toString": format!("s{}", n + 1)}]})
    }

    fn comment(&self, n: u64) -> Value {
        value!({"id": (self.id * 1000 + n).to_string(), "author": {"accountId": "u2"}, "body": "and?", "created": at(self.created)})
    }

    fn json(&self) -> Value {
        let histories: Vec<Value> = (0..self.changes).rev().take(2).map(|n| self.history(n)).collect();
        let comments: Vec<Value> = (0..self.comments).take(1).map(|n| self.comment(n)).collect();
        value!({"id": self.id.to_string(), "key": format!("P-{}", self.id),
            "fields": {"summary": "s", "created": at(self.created), "updated": at(self.updated), "reporter": {"accountId": "u1"},
                "comment": {"total": self.comments, "comments": comments}},
            "changelog": {"startAt": 0, "maxResults": 2, "total": self.changes, "histories": histories}})
    }
}

impl Api for Jira {
    fn answer(&mut self, request: &Request, _: Timestamp) -> Response {
        let (path, query) = parts_of(&request.url);
        let number = |name: &str| query.get(name).map_or(0, |text| text.parse::<usize>().unwrap());
        if path == "/rest/api/2/serverInfo" {
            return json(&value!({"deploymentType": if self.is_cloud { "Cloud" } else { "Server" }}));
        }
        let api = if self.is_cloud { "/rest/api/3" } else { "/rest/api/2" };
        let path = path.strip_prefix(api).unwrap_or_else(|| panic!("{path}"));
        match path.split('/').collect::<Vec<_>>()[..] {
            ["", "status"] => json(&value!([{"id": "1", "name": "s1", "statusCategory": {"key": "new"}}])),
            ["", "field"] => json(&value!([])),
            ["", "search", ..] => {
                let jql = &query["jql"];
                assert!(jql.starts_with("project = \"P\"") && jql.ends_with(" ORDER BY created ASC, key ASC"), "{jql}");
                let since = jql.split("updated >= ").nth(1).and_then(|rest| rest.split(' ').next());
                let since = since.map_or(0, |since| since.parse::<i64>().unwrap());
                let found: Vec<&Issue> = self.issues.iter().filter(|i| i.updated.as_millisecond() >= since).collect();
                let from = if self.is_cloud { number("nextPageToken") } else { number("startAt") };
                if self.is_cloud && from > 0 && self.tokens_die_at.take_if(|at| *at == from).is_some() {
                    return plain(400, "{\"errorMessages\": [\"the token is too old\"]}");
                }
                let issues: Vec<Value> = found.iter().skip(from).take(3).map(|issue| issue.json()).collect();
                let end = from + issues.len();
                let mut page = value!({"issues": issues});
                if self.is_cloud {
                    assert_eq!(path, "/search/jql");
                    page["isLast"] = (end >= found.len()).into();
                    if end < found.len() {
                        page["nextPageToken"] = end.to_string().into();
                    }
                } else {
                    page["startAt"] = from.into();
                    page["total"] = (found.len() as u64 + self.lie).into();
                }
                json(&page)
            }
            ["", "changelog", "bulkfetch"] if !self.has_bulk => plain(404, "{}"),
            ["", "changelog", "bulkfetch"] => {
                let body: Value = serde_json::from_slice(request.body.as_ref().unwrap()).unwrap();
                let ids: Vec<&str> =
                    body["issueIdsOrKeys"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
                let all: Vec<(String, Value)> = ids
                    .iter()
                    .flat_map(|id| {
                        let issue = self.issues.iter().find(|issue| issue.id.to_string() == *id).unwrap();
                        (0..issue.changes).map(move |n| (issue.id.to_string(), issue.history(n)))
                    })
                    .collect();
                let from: usize = body["nextPageToken"].as_str().map_or(0, |token| token.parse().unwrap());
                let logs: Vec<Value> = all[from..]
                    .iter()
                    .take(5)
                    .map(|(id, history)| value!({"issueId": id, "changeHistories": [history]}))
                    .collect();
                let end = from + logs.len();
                let mut page = value!({"issueChangeLogs": logs});
                if end < all.len() {
                    page["nextPageToken"] = end.to_string().into();
                }
                json(&page)
            }
            ["", "issue", id, kind] => {
                let Some(issue) = self.issues.iter().find(|issue| issue.id.to_string() == id) else {
                    return plain(404, "{}");
                };
                let from = number("startAt") as u64;
                let (n, list) =
                    if kind == "comment" { (issue.comments, "comments") } else { (issue.changes, "values") };
                let entry = |n: u64| if kind == "comment" { issue.comment(n) } else { issue.history(n) };
                let entries: Vec<Value> = (from..n).take(2).map(entry).collect();
                json(&value!({"startAt": from, "maxResults": 2, "total": n, list: entries}))
            }
            _ => panic!("{path}"),
        }
    }
}

fn the_site() -> Site {
    site(Tracker::Jira, "https://jira.example.org/work/..".trim_end_matches("/work/.."), &["P"])
}

fn is_whole(jira: &Jira, folder: &std::path::Path) {
    let told = told(folder, Tracker::Jira);
    let of = |name: &str| told.facts.values().filter(|fact| fact.activity == name).count() as u64;
    assert_eq!(of("created"), jira.issues.len() as u64);
    assert_eq!(of("status"), jira.issues.iter().map(|issue| issue.changes).sum::<u64>());
    assert_eq!(of("comment"), jira.issues.iter().map(|issue| issue.comments).sum::<u64>());
    assert!(told.claims.values().all(|(stated, received)| stated == received), "{:?}", told.claims);
    assert!(told.aside.is_empty(), "{:?}", told.aside);
}

#[test]
fn what_searches_cut_comes_whole() {
    for (is_cloud, has_bulk) in [(true, true), (true, false), (false, true)] {
        let folder = tempfile::tempdir().unwrap();
        let mut fake = Fake::new(Jira { has_bulk, ..Jira::new(is_cloud) });
        let outcome = run(&the_site(), folder.path(), &mut fake).unwrap();
        assert!(outcome.missed.is_empty(), "{:?}", outcome.missed);
        is_whole(&fake.api, folder.path());
        let noon = noon();
        fake.api.touch(103, noon);
        fake.now += SignedDuration::from_hours(2);
        assert_eq!(run(&the_site(), folder.path(), &mut fake).unwrap().items, 1);
        is_whole(&fake.api, folder.path());
        // Nothing new: nothing is written.
        fake.now += SignedDuration::from_hours(2);
        assert_eq!(run(&the_site(), folder.path(), &mut fake).unwrap().pages, 0);
        assert_no_secret(folder.path());
    }
}

#[test]
fn a_kill_at_every_moment_costs_nothing() {
    let later: Change<Jira> = |jira, at| jira.touch(105, at);
    survives_kills(&the_site(), &|| Fake::new(Jira::new(true)), later);
    let make = || {
        let mut fake = Fake::new(Jira::new(false));
        fake.changes.insert(5, |jira, at| jira.touch(101, at));
        fake.faults.insert(7, Fault::Status(503));
        fake
    };
    survives_kills(&the_site(), &make, later);
}

#[test]
fn a_token_that_died_begins_the_same_search_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = Fake::new(Jira { tokens_die_at: Some(6), ..Jira::new(true) });
    run(&the_site(), folder.path(), &mut fake).unwrap();
    is_whole(&fake.api, folder.path());
}

#[test]
fn an_issue_that_is_deleted_while_the_list_is_read_takes_no_other_along() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = Fake::new(Jira::new(false));
    // Behind the first page, that held it.
    fake.changes.insert(6, |jira, _| jira.issues.retain(|issue| issue.id != 101));
    run(&the_site(), folder.path(), &mut fake).unwrap();
    let told = told(folder.path(), Tracker::Jira);
    assert_eq!(told.facts.values().filter(|fact| fact.activity == "created").count(), 8);
}

#[test]
fn a_total_that_is_a_lie_shows() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = Fake::new(Jira { lie: 5, ..Jira::new(false) });
    run(&the_site(), folder.path(), &mut fake).unwrap();
    let mut tallies = Totals::default();
    sayso_sources::tracker::each_told(
        folder.path(),
        sayso_sources::tracker::parser(Tracker::Jira).as_mut(),
        &mut tallies,
    )
    .unwrap();
    assert_eq!((tallies.stated, tallies.received), (13, 8));
}

/// What searches state and hold.
#[derive(Default)]
struct Totals {
    stated: u64,
    received: u64,
}

impl sayso_sources::tracker::Telling for Totals {
    fn fact(&mut self, _: sayso_sources::tracker::Fact) {}
    fn set_aside(&mut self, _: &str, _: sayso_model::coverage::Reason, _: &str) {}
    fn claim(&mut self, claim: sayso_sources::tracker::Claim) {
        if claim.what == "issues" {
            self.stated = claim.stated;
            self.received += claim.received;
        }
    }
    fn account(&mut self, _: sayso_sources::tracker::Account) {}
}
