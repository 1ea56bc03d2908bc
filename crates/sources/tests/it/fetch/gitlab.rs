//! GitLab: pages by number, lists in the order of change, editions that lack approvals.

use jiff::{SignedDuration, Timestamp};
use sayso_sources::fetch::{Request, Response, Site};
use sayso_sources::tracker::Tracker;
use serde_json::{Value, json as value};

use super::fake::{Api, Fake, Fault, assert_no_secret, json, noon, parts_of, plain, run, site, survives_kills, told};

/// Issues and merge requests with as many notes as their number says.
#[derive(Clone)]
struct Lab {
    items: Vec<(bool, u64, Timestamp, u64)>,
    has_approvals: bool,
}

const CREATED: &str = "2026-01-05T10:00:00.000Z";

impl Lab {
    fn new(has_approvals: bool) -> Lab {
        let items =
            (1..=7).map(|n| (n % 2 == 0, n, noon() - SignedDuration::from_hours(300 - 7 * n as i64 % 5), n % 4));
        Lab { items: items.collect(), has_approvals }
    }

    fn touch(&mut self, iid: u64, at: Timestamp) {
        let item = self.items.iter_mut().find(|item| item.1 == iid).unwrap();
        (item.2, item.3) = (at, item.3 + 1);
    }

    fn list(entries: Vec<Value>, request: &Request) -> Response {
        let (_, query) = parts_of(&request.url);
        let page: usize = query.get("page").map_or(1, |page| page.parse().unwrap());
        let n = entries.len();
        let mut response = json(&entries.into_iter().skip((page - 1) * 2).take(2).collect::<Vec<_>>().into());
        let next = if n > page * 2 { (page + 1).to_string() } else { String::new() };
        response.headers.push(("x-next-page".to_owned(), next));
        response.headers.push(("x-total".to_owned(), n.to_string()));
        response
    }
}

impl Api for Lab {
    fn answer(&mut self, request: &Request, _: Timestamp) -> Response {
        assert_eq!(request.header("private-token"), Some(super::fake::SECRET));
        let (path, query) = parts_of(&request.url);
        let path = path.strip_prefix("/api/v4/projects/g%2Fp").unwrap_or_else(|| panic!("{path}"));
        let user = |name: &str| value!({"username": name});
        match path.split('/').collect::<Vec<_>>()[..] {
            [""] => json(&value!({"id": 17, "path_with_namespace": "g/p"})),
            ["", "approval_rules"] => plain(404, "{\"error\": \"404 Not Found\"}"),
            ["", list @ ("issues" | "merge_requests")] => {
                let since = query.get("updated_after").map(|since| since.parse::<Timestamp>().unwrap());
                let is_here = |item: &&(bool, u64, Timestamp, u64)| {
                    item.0 == (list == "merge_requests") && since.is_none_or(|since| item.2 >= since)
                };
                let mut items: Vec<_> = self.items.iter().filter(is_here).collect();
                items.sort_by_key(|item| (item.2, item.1));
                let items = items.iter().map(|(is_merge, iid, updated, notes)| {
                    let what = if *is_merge { "merge_requests" } else { "issues" };
                    value!({"id": iid + 900, "iid": iid, "project_id": 17, "title": "t", "author": user("ada"), "state": "opened",
                        "created_at": CREATED, "updated_at": updated.to_string(), "user_notes_count": notes,
                        "web_url": format!("https://lab.example.org/g/p/-/{what}/{iid}")})
                });
                Lab::list(items.collect(), request)
            }
            ["", list, iid, "notes"] => {
                let (_, iid, _, notes) = self.items.iter().find(|item| item.1.to_string() == iid).unwrap();
                let kind = if list == "issues" { "Issue" } else { "MergeRequest" };
                let notes = (0..*notes).map(|n| {
                    value!({"id": iid * 100 + n, "body": "and?", "system": false, "author": user("bo"), "created_at": CREATED,
                        "noteable_type": kind, "noteable_iid": iid, "project_id": 17})
                });
                Lab::list(notes.collect(), request)
            }
            ["", _, _, "approvals"] if self.has_approvals => json(&value!({"approved_by": []})),
            ["", _, _, "approvals"] => plain(404, "{}"),
            ["", _, _, _] => Lab::list(Vec::new(), request),
            _ => panic!("{path}"),
        }
    }
}

fn the_site() -> Site {
    site(Tracker::Gitlab, "https://lab.example.org", &["g/p"])
}

#[test]
fn all_of_it_and_nothing_twice_and_what_an_edition_lacks_is_no_loss() {
    for has_approvals in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let mut fake = Fake::new(Lab::new(has_approvals));
        let outcome = run(&the_site(), folder.path(), &mut fake).unwrap();
        assert!(outcome.missed.is_empty(), "{:?}", outcome.missed);
        assert_eq!(outcome.parts, 3);
        let told = told(folder.path(), Tracker::Gitlab);
        let of = |name: &str| told.facts.values().filter(|fact| fact.activity == name).count() as u64;
        let notes: u64 = fake.api.items.iter().map(|item| item.3).sum();
        assert_eq!((of("opened"), of("commented")), (7, notes));
        assert!(told.claims.values().all(|(stated, received)| stated == received), "{:?}", told.claims);
        assert!(told.aside.is_empty(), "{:?}", told.aside);
        assert_no_secret(folder.path());
        fake.now += SignedDuration::from_hours(3);
        assert_eq!(run(&the_site(), folder.path(), &mut fake).unwrap().pages, 0);
    }
}

#[test]
fn a_kill_at_every_moment_costs_nothing() {
    let make = || {
        let mut fake = Fake::new(Lab::new(true));
        fake.changes.insert(7, |lab, at| lab.touch(1, at));
        fake.changes.insert(22, |lab, at| lab.touch(4, at));
        fake.faults.insert(9, Fault::With(429, vec![("Retry-After", "3".to_owned())], ""));
        fake
    };
    survives_kills(&the_site(), &make, |lab, at| lab.touch(6, at));
}
