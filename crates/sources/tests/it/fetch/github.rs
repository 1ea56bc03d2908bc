//! GitHub: a list in the order of change, entity tags, links to later pages, limits of two kinds.

use jiff::{SignedDuration, Timestamp};
use sayso_sources::authority::recorded;
use sayso_sources::fetch::{Credential, Request, Response, plan};
use sayso_sources::tracker::Tracker;
use serde_json::{Value, json as value};

use super::fake::{
    Api, Fake, Fault, Watch, assert_no_secret, json, noon, parts_of, plain, run, site, survives_kills, told,
};

/// One issue or pull request.
#[derive(Clone)]
struct Item {
    number: u64,
    is_pull: bool,
    created: Timestamp,
    updated: Timestamp,
    comments: Vec<(u64, Timestamp)>,
    labels: Vec<(u64, Timestamp)>,
}

/// A repository, and how many entries a page holds at most.
#[derive(Clone)]
pub struct Hub {
    items: Vec<Item>,
    page: usize,
    gone: Vec<u64>,
    echo: bool,
    /// Versions of `.github/CODEOWNERS`, the newest first: commit, when, text; none where the file was taken away.
    owners: Vec<(&'static str, &'static str, Option<&'static str>)>,
    /// Whether teams may be looked at.
    shows_teams: bool,
    /// How GraphQL is answered.
    question: Question,
}

/// How questions about several pull requests are answered.
#[derive(Clone, Copy, PartialEq)]
enum Question {
    Well,
    /// As with a list that goes on behind what was asked for.
    InPart,
    /// With an error in words, as where the budget is used up.
    Limited,
    Status(u16),
}

impl Hub {
    pub fn new(n: u64) -> Hub {
        let items = (1..=n).map(|number| {
            let created = noon() - SignedDuration::from_hours(24 * 40 - i64::try_from(number).unwrap());
            Item {
                number,
                is_pull: number % 3 == 0,
                created,
                // Many were changed in one second.
                updated: created + SignedDuration::from_hours(if number % 4 == 0 { 48 - number as i64 } else { 20 }),
                comments: (0..number % 5)
                    .map(|n| (number * 100 + n, created + SignedDuration::from_mins(n as i64)))
                    .collect(),
                labels: vec![(number * 1000, created)],
            }
        });
        Hub {
            items: items.collect(),
            page: 3,
            gone: Vec::new(),
            echo: false,
            owners: Vec::new(),
            shows_teams: true,
            question: Question::Well,
        }
    }

    fn touch(&mut self, number: u64, at: Timestamp) {
        let item = self.items.iter_mut().find(|item| item.number == number).unwrap();
        item.updated = at;
        item.comments.push((number * 100 + 50 + item.comments.len() as u64, at));
    }

    fn list(&self, mut entries: Vec<Value>, request: &Request) -> Response {
        let (path, query) = parts_of(&request.url);
        let page: usize = query.get("page").map_or(1, |page| page.parse().unwrap());
        let from = (page - 1) * self.page;
        let more = entries.len() > from + self.page;
        entries = entries.into_iter().skip(from).take(self.page).collect();
        let mut response = json(&Value::Array(entries));
        if more {
            let others: String =
                query.iter().filter(|(name, _)| *name != "page").map(|(n, v)| format!("&{n}={v}")).collect();
            let path = path.replace("/repos/o/r", "/repositories/17");
            let link = format!("<https://api.github.com{path}?{}&page={}>; rel=\"next\"", &others[1..], page + 1);
            response.headers.push(("Link".to_owned(), link));
        }
        response
    }

    /// Several pull requests at once.
    fn several(&self, request: &Request) -> Response {
        let asked: Value = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
        assert_eq!(asked["variables"], value!({"owner": "o", "name": "r"}));
        let numbers: Vec<u64> = asked["query"]
            .as_str()
            .unwrap()
            .split("pullRequest(number: ")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap().parse().unwrap())
            .collect();
        match self.question {
            Question::Status(status) => return plain(status, "{\"message\": \"no\"}"),
            Question::Limited => {
                let mut response = json(&value!({"errors": [{"type": "RATE_LIMITED", "message": "too much"}]}));
                for (name, of) in [("remaining", "0"), ("reset", "1893456000"), ("resource", "graphql")] {
                    response.headers.push((format!("X-RateLimit-{name}"), of.to_owned()));
                }
                return response;
            }
            Question::Well | Question::InPart => {}
        }
        let mut repository = value!({"nameWithOwner": "o/r"});
        for number in numbers {
            let item = self.items.iter().find(|item| item.number == number && item.is_pull);
            repository[format!("p{number}")] =
                item.map_or(Value::Null, |item| item.graphql(self.question == Question::InPart));
        }
        json(&value!({"data": {"repository": repository}}))
    }

    /// What is declared, and who is in a team.
    fn declared(&self, path: &str, query: &std::collections::BTreeMap<String, String>) -> Option<Response> {
        if path == "/orgs/o/teams/core/members" {
            let members = value!([user("bo"), user("cy")]);
            return Some(if self.shows_teams {
                json(&members)
            } else {
                plain(403, "{\"message\": \"Must have admin rights\"}")
            });
        }
        if path == "/repos/o/r/commits" {
            let commits =
                self.owners.iter().map(|(sha, at, _)| value!({"sha": sha, "commit": {"committer": {"date": at}}}));
            let is_its = query["path"] == ".github/CODEOWNERS";
            return Some(json(&Value::Array(if is_its { commits.collect() } else { Vec::new() })));
        }
        path.strip_prefix("/repos/o/r/contents/")?;
        let (_, _, text) = self.owners.iter().find(|(sha, _, _)| *sha == query["ref"])?;
        let Some(text) = text else { return Some(plain(404, "{\"message\": \"Not Found\"}")) };
        let content = format!("{}\n", base64(text.as_bytes()));
        Some(json(
            &value!({"encoding": "base64", "content": content, "url": "https://api.github.com/repos/o/r/contents/.github/CODEOWNERS?ref=x"}),
        ))
    }

    fn tagged(response: Response, request: &Request) -> Response {
        let tag =
            format!("W/\"{}\"", response.body.iter().fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(*byte)));
        if request.header("if-none-match") == Some(&tag) {
            return plain(304, "");
        }
        let mut response = response;
        response.headers.push(("ETag".to_owned(), tag));
        response
    }
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, n| bits << 8 | u32::from(three.get(n).copied().unwrap_or(0)));
        for n in 0..4 {
            text.push(if n <= three.len() { char::from(SIGNS[(bits >> (18 - 6 * n) & 63) as usize]) } else { '=' });
        }
    }
    text
}

fn user(name: &str) -> Value {
    value!({"login": name, "type": "User"})
}

impl Item {
    fn json(&self) -> Value {
        let what = if self.is_pull { "pull" } else { "issues" };
        let mut json = value!({"number": self.number, "id": self.number + 7000, "node_id": "x", "title": format!("item {}", self.number),
            "user": user("ada"), "created_at": self.created.to_string(), "updated_at": self.updated.to_string(),
            "state": "open", "comments": self.comments.len(),
            "html_url": format!("https://github.com/o/r/{what}/{}", self.number)});
        if self.is_pull {
            json["pull_request"] = value!({"url": "x"});
        }
        json
    }
}

impl Item {
    /// The same as GraphQL says it, and what its pages of REST hold.
    fn graphql(&self, goes_on: bool) -> Value {
        let account = |login: &str| value!({"__typename": "User", "login": login});
        let review = value!({"__typename": "PullRequestReview", "id": "x", "fullDatabaseId": self.number + 5, "author": account("bo"),
            "state": "APPROVED", "body": "", "submittedAt": self.created.to_string(), "createdAt": self.created.to_string()});
        let labels = self.labels.iter().map(|(id, at)| {
            value!({"__typename": "LabeledEvent", "id": base64(format!("012:LabeledEvent{id}").as_bytes()), "actor": account("cy"),
                "createdAt": at.to_string(), "label": {"name": "bug"}})
        });
        let comments = self.comments.iter().map(|(id, at)| {
            value!({"__typename": "IssueComment", "id": "x", "fullDatabaseId": id, "author": account("bo"), "createdAt": at.to_string(), "body": "and?"})
        });
        let timeline: Vec<Value> = labels.chain(comments).chain([review.clone()]).collect();
        let page = |goes_on: bool| value!({"hasNextPage": goes_on});
        value!({"__typename": "PullRequest", "id": "x", "fullDatabaseId": self.number + 7000, "number": self.number,
            "title": format!("item {}", self.number), "url": format!("https://github.com/o/r/pull/{}", self.number),
            "createdAt": self.created.to_string(), "updatedAt": self.updated.to_string(), "author": account("ada"),
            "comments": {"totalCount": self.comments.len()},
            "reviews": {"totalCount": 1, "pageInfo": page(false), "nodes": [review]},
            "timelineItems": {"totalCount": timeline.len(), "pageInfo": page(goes_on), "nodes": timeline}})
    }
}

impl Api for Hub {
    fn answer(&mut self, request: &Request, now: Timestamp) -> Response {
        let (path, query) = parts_of(&request.url);
        if self.echo {
            return plain(
                403,
                &value!({"message": format!("{:?} may not", request.header("authorization"))}).to_string(),
            );
        }
        if path == "/graphql" {
            return self.several(request);
        }
        if path == "/search/issues" {
            return json(&value!({"total_count": self.items.len(), "items": []}));
        }
        if let Some(response) = self.declared(&path, &query) {
            return Hub::tagged(response, request);
        }
        assert!(path.starts_with("/repos/o/r/"), "{path}");
        let segments: Vec<&str> = path.split('/').collect();
        if segments.len() == 5 {
            let since = query.get("since").map(|since| since.parse::<Timestamp>().unwrap());
            let mut items: Vec<&Item> =
                self.items.iter().filter(|item| since.is_none_or(|since| item.updated >= since)).collect();
            items.sort_by_key(|item| (item.updated, item.number));
            return self.list(items.into_iter().map(Item::json).collect(), request);
        }
        let _ = now;
        let number: u64 = segments[5].parse().unwrap();
        if self.gone.contains(&number) {
            return plain(404, "{\"message\": \"Not Found\", \"documentation_url\": \"x\"}");
        }
        let item = self.items.iter().find(|item| item.number == number).unwrap();
        let response = match segments[4..] {
            ["issues", _, "timeline"] => {
                let comments = item.comments.iter().map(|(id, at)| {
                    value!({"id": id, "event": "commented", "user": user("bo"), "actor": user("bo"), "created_at": at.to_string(),
                        "body": "and?", "issue_url": format!("https://api.github.com/repos/o/r/issues/{number}")})
                });
                let labels = item.labels.iter().map(|(id, at)| {
                    value!({"id": id, "event": "labeled", "actor": user("cy"), "created_at": at.to_string(), "label": {"name": "bug"}})
                });
                self.list(labels.chain(comments).collect(), request)
            }
            ["pulls", _] => json(&item.json()),
            ["pulls", _, "reviews"] => self.list(
                vec![value!({"id": number + 5, "user": user("bo"), "state": "APPROVED", "body": "",
                    "submitted_at": item.created.to_string(), "pull_request_url": format!("https://api.github.com/repos/o/r/pulls/{number}")})],
                request,
            ),
            ["pulls", _, "comments"] => self.list(Vec::new(), request),
            _ => panic!("{path}"),
        };
        if self.page < 100 { response } else { Hub::tagged(response, request) }
    }
}

fn hub() -> Fake<Hub> {
    Fake::new(Hub::new(11))
}

fn the_site() -> sayso_sources::fetch::Site {
    site(Tracker::Github, "https://github.com", &["o/r"])
}

#[test]
fn all_of_it_once_and_then_only_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = hub();
    fake.api.page = 100;
    let first = run(&the_site(), folder.path(), &mut fake).unwrap();
    assert!(first.missed.is_empty() && !first.resumed && first.parts == 2);
    let all = told(folder.path(), Tracker::Github);
    let comments: usize = fake.api.items.iter().map(|item| item.comments.len()).sum();
    let of = |name: &str| all.facts.values().filter(|fact| fact.activity.starts_with(name)).count();
    assert_eq!((of("opened"), of("commented"), of("labeled"), of("reviewed")), (11, comments, 11, 3));
    assert!(all.claims.values().all(|(stated, received)| stated == received), "{:?}", all.claims);
    assert!(all.aside.is_empty(), "{:?}", all.aside);

    // Nothing new: one request for the items and one for each place of CODEOWNERS, and the folder stays as it is.
    fake.now += SignedDuration::from_hours(5);
    let (sent, before) = (fake.sent, std::fs::read(folder.path().join("manifest.jsonl")).unwrap());
    let second = run(&the_site(), folder.path(), &mut fake).unwrap();
    assert_eq!((fake.sent - sent, second.pages), (4, 0));
    assert_eq!(std::fs::read(folder.path().join("manifest.jsonl")).unwrap(), before);

    // One is touched: the list, its timeline, and nothing else anew.
    let there = fake.there();
    fake.api.touch(6, there);
    fake.now += SignedDuration::from_hours(1);
    let third = run(&the_site(), folder.path(), &mut fake).unwrap();
    assert_eq!((third.items, third.missed.len()), (1, 0));
    assert!(third.pages <= 5 && third.unchanged >= 1, "{third:?}");
    assert_eq!(told(folder.path(), Tracker::Github).facts.len(), all.facts.len() + 1);
    assert_no_secret(folder.path());
}

#[test]
fn a_comment_on_a_full_last_page_is_found_behind_an_unchanged_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = hub();
    fake.api.page = 100;
    let at = fake.there() - SignedDuration::from_hours(9);
    fake.api.items[0].comments = (0..99).map(|n| (n + 1, at)).collect();
    run(&the_site(), folder.path(), &mut fake).unwrap();
    fake.now += SignedDuration::from_hours(1);
    let there = fake.there();
    fake.api.touch(1, there);
    fake.now += SignedDuration::from_hours(1);
    run(&the_site(), folder.path(), &mut fake).unwrap();
    let told = told(folder.path(), Tracker::Github);
    let comments = told.facts.values().filter(|fact| fact.activity == "commented" && fact.item == "o/r#1").count();
    assert_eq!(comments, 100);
}

#[test]
fn a_kill_at_every_moment_costs_nothing() {
    survives_kills(&the_site(), &hub, |hub, at| {
        hub.touch(2, at);
        hub.touch(9, at);
    });
}

#[test]
fn a_kill_at_every_moment_between_answers_that_nothing_has_changed() {
    let make = || {
        let mut fake = hub();
        fake.api.page = 100;
        fake
    };
    survives_kills(&the_site(), &make, |hub, at| {
        hub.touch(2, at);
        hub.touch(9, at);
    });
}

#[test]
fn a_kill_at_every_moment_while_things_change_and_go_wrong() {
    let make = || {
        let mut fake = hub();
        fake.changes.insert(4, |hub, at| hub.touch(1, at));
        fake.changes.insert(9, |hub, at| hub.touch(11, at));
        fake.faults.insert(3, Fault::Status(502));
        fake.faults.insert(6, Fault::Torn);
        fake.faults.insert(7, Fault::Lost(sayso_sources::fetch::WireError::Cut));
        fake
    };
    survives_kills(&the_site(), &make, |hub, at| hub.touch(2, at));
}

#[test]
fn what_moves_while_the_list_is_read_does_not_slip_through() {
    // Each is touched in turn while the list is read: those behind move forward by one each time.
    let mut fake = hub();
    for n in 2..30 {
        fake.changes.insert(n, |hub, at| {
            let first = hub.items.iter().min_by_key(|item| item.updated).unwrap().number;
            hub.touch(first, at);
        });
    }
    let folder = tempfile::tempdir().unwrap();
    run(&the_site(), folder.path(), &mut fake).unwrap();
    fake.now += SignedDuration::from_hours(1);
    run(&the_site(), folder.path(), &mut fake).unwrap();
    let clean = tempfile::tempdir().unwrap();
    let mut still = Fake::new(fake.api.clone());
    run(&the_site(), clean.path(), &mut still).unwrap();
    assert_eq!(told(folder.path(), Tracker::Github).differences(&told(clean.path(), Tracker::Github)), [""; 0]);
}

#[test]
fn nothing_is_asked_before_the_limit_ends() {
    let reset = noon() + SignedDuration::from_secs(900) - SignedDuration::from_mins(7);
    let limits: [(Fault, i64); 4] = [
        (Fault::With(429, vec![("Retry-After", "77".to_owned())], "{}"), 77),
        (
            Fault::With(
                403,
                vec![("X-RateLimit-Remaining", "0".to_owned()), ("X-RateLimit-Reset", reset.as_second().to_string())],
                "{}",
            ),
            890,
        ),
        (Fault::With(403, vec![], "{\"message\": \"You have exceeded a secondary rate limit.\"}"), 60),
        (Fault::With(503, vec![("Retry-After", "Sun, 01 Mar 2026 11:55:00 GMT".to_owned())], "{}"), 110),
    ];
    for (limit, seconds) in limits {
        let folder = tempfile::tempdir().unwrap();
        let mut fake = hub();
        fake.faults.insert(4, limit.clone());
        let mut watch = Watch::default();
        let credential = Credential::token(super::fake::SECRET);
        let before = fake.now;
        sayso_sources::fetch::fetch(&the_site(), &credential, folder.path(), &(), &mut fake, &mut watch).unwrap();
        let waited = watch.pauses.iter().map(|(_, pause)| pause.as_secs() as i64).sum::<i64>();
        assert!(waited >= seconds && waited <= seconds + 12, "{limit:?}: {waited} of {seconds}");
        assert_eq!(watch.pauses.len(), 1);
        assert!(fake.now.duration_since(before).as_secs() > seconds);
        assert_eq!(told(folder.path(), Tracker::Github), {
            let clean = tempfile::tempdir().unwrap();
            run(&the_site(), clean.path(), &mut hub()).unwrap();
            told(clean.path(), Tracker::Github)
        });
    }
}

#[test]
fn a_budget_that_is_used_up_by_a_good_answer_is_waited_for() {
    struct Stingy(Hub, u64, Timestamp);
    impl Api for Stingy {
        fn answer(&mut self, request: &Request, now: Timestamp) -> Response {
            assert!(now >= self.2, "asked at {now}, and not before {}", self.2);
            let mut response = self.0.answer(request, now);
            self.1 = self.1.checked_sub(1).unwrap_or(4);
            if self.1 == 0 {
                self.2 = now + SignedDuration::from_secs(300);
            }
            response.headers.push(("x-ratelimit-remaining".to_owned(), self.1.to_string()));
            let reset = if self.1 == 0 { self.2 } else { now };
            response.headers.push(("x-ratelimit-reset".to_owned(), reset.as_second().to_string()));
            response
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let mut fake = Fake::new(Stingy(Hub::new(11), 3, noon() - SignedDuration::from_hours(1)));
    run(&the_site(), folder.path(), &mut fake).unwrap();
    assert!(fake.pauses.len() > 3 && fake.pauses.iter().all(|pause| pause.as_secs() >= 298), "{:?}", fake.pauses);
}

#[test]
fn what_is_gone_is_missed_and_said_and_the_rest_comes() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = hub();
    fake.api.gone.push(6);
    let outcome = run(&the_site(), folder.path(), &mut fake).unwrap();
    assert_eq!(outcome.missed.len(), 4);
    let missed = &outcome.missed[0];
    assert_eq!((missed.part.as_str(), missed.status), ("o/r", 404));
    assert!(missed.address.starts_with("https://api.github.com/repos/o/r/issues/6/timeline"), "{missed:?}");
    let told = told(folder.path(), Tracker::Github);
    assert_eq!(told.aside.len(), 4, "{:?}", told.aside);
    assert!(
        told.aside.iter().all(|line| line.starts_with("refused the site answered 404: it is not there")),
        "{:?}",
        told.aside
    );
    assert!(told.facts.values().any(|fact| fact.item == "o/r#7"));
}

#[test]
fn a_site_that_repeats_the_credential_does_not_get_it_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = hub();
    fake.api.echo = true;
    let outcome = run(&the_site(), folder.path(), &mut fake).unwrap();
    assert_eq!(outcome.missed.len(), 4);
    assert!(!format!("{outcome:?}").contains(super::fake::SECRET));
    assert_no_secret(folder.path());
    // What was refused is asked for again.
    fake.api.echo = false;
    assert!(run(&the_site(), folder.path(), &mut fake).unwrap().missed.is_empty());
    assert!(told(folder.path(), Tracker::Github).facts.len() > 20);
}

#[test]
fn a_plan_counts_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let credential = Credential::token(super::fake::SECRET);
    let plan = plan(&the_site(), &credential, &folder.path().join("raw"), &mut hub(), &mut ()).unwrap();
    assert_eq!((plan.calls, plan.parts.len(), plan.parts[0].items), (1, 2, Some(11)));
    assert!(plan.parts[0].calls.unwrap() > 11);
    assert!(!folder.path().join("raw").exists());
}

const OLD: &str = "* @ada\n/docs/ docs@example.org\n";
const NEW: &str = "* @ada @o/core\n";

fn owned() -> Fake<Hub> {
    let mut fake = hub();
    fake.api.owners = vec![
        ("c4", "2026-02-20T10:00:00Z", Some("/docs/ @dee\n")),
        ("c3", "2026-02-10T10:00:00Z", Some(NEW)),
        ("c2", "2026-02-05T10:00:00Z", None),
        ("c1", "2026-01-20T10:00:00Z", Some(OLD)),
    ];
    fake
}

/// Who may have the say in the repository at an instant.
fn say_at(recorded: &recorded::Recorded, at: &str) -> Vec<String> {
    let at = at.parse::<Timestamp>().unwrap().into();
    let in_force = recorded.charter.remits.iter().filter(|remit| remit.is_in_force(at));
    in_force
        .flat_map(|remit| remit.decides.iter().map(|who| format!("{} {} {who}", remit.matter, remit.area)))
        .collect()
}

#[test]
fn codeowners_come_as_of_each_version_with_the_members_of_teams() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = owned();
    // The newest version names no team; those of versions before are not asked for.
    fake.api.owners.remove(0);
    let outcome = run(&the_site(), folder.path(), &mut fake).unwrap();
    assert!(outcome.missed.is_empty(), "{:?}", outcome.missed);
    let recorded = recorded::read(folder.path()).unwrap();
    assert_eq!(recorded.n_versions, 3);
    let say = |at: &str| say_at(&recorded, at);
    assert_eq!(say("2026-01-19T00:00:00Z"), [""; 0], "before there was a file");
    assert_eq!(say("2026-01-21T00:00:00Z"), ["merge o/r person:ada", "merge o/r person:docs@example.org"]);
    assert_eq!(say("2026-02-06T00:00:00Z"), [""; 0], "while it was taken away");
    assert_eq!(
        say("2026-02-11T00:00:00Z"),
        ["merge o/r person:ada", "merge o/r team:o/core", "merge o/r person:bo", "merge o/r person:cy"]
    );
    assert!(recorded.aside.is_empty(), "{:?}", recorded.aside);
    // Nothing of it is an event, nothing is set aside, and what never changes is not asked for again.
    let told = told(folder.path(), Tracker::Github);
    assert!(told.aside.is_empty(), "{:?}", told.aside);
    fake.now += SignedDuration::from_hours(5);
    fake.log.clear();
    run(&the_site(), folder.path(), &mut fake).unwrap();
    assert!(!fake.log.iter().any(|line| line.contains("ref=c1")), "{:?}", fake.log);

    // A version that leaves paths to nobody declares nothing of the repository, and that is told.
    fake.api.owners = owned().api.owners;
    fake.now += SignedDuration::from_hours(5);
    run(&the_site(), folder.path(), &mut fake).unwrap();
    let recorded = recorded::read(folder.path()).unwrap();
    assert_eq!((recorded.n_versions, say_at(&recorded, "2026-02-21T00:00:00Z")), (4, Vec::new()));
    assert!(recorded.aside[0].why.contains("leaves paths to nobody"), "{:?}", recorded.aside);
}

#[test]
fn a_team_that_may_not_be_seen_is_missed_and_declares_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = owned();
    fake.api.owners.remove(0);
    fake.api.shows_teams = false;
    let outcome = run(&the_site(), folder.path(), &mut fake).unwrap();
    assert_eq!((outcome.missed.len(), outcome.missed[0].status), (1, 403));
    assert!(outcome.missed[0].address.contains("/orgs/o/teams/core/members"), "{:?}", outcome.missed);
    let recorded = recorded::read(folder.path()).unwrap();
    assert_eq!(say_at(&recorded, "2026-02-11T00:00:00Z"), [""; 0]);
    assert!(recorded.aside.iter().any(|aside| aside.why.contains("members of o/core")), "{:?}", recorded.aside);
    let told = told(folder.path(), Tracker::Github);
    assert!(told.aside.iter().any(|line| line.starts_with("refused")), "{:?}", told.aside);
}

#[test]
fn a_kill_at_every_moment_leaves_no_version_out() {
    let few = || {
        let mut fake = owned();
        fake.api.items.truncate(1);
        fake
    };
    let (clean, mut fake) = (tempfile::tempdir().unwrap(), few());
    run(&the_site(), clean.path(), &mut fake).unwrap();
    let (expected, n) = (recorded::read(clean.path()).unwrap(), fake.sent);
    assert!(expected.n_versions == 4 && n > 7, "{n}");
    for kill in 1..=n {
        let folder = tempfile::tempdir().unwrap();
        let mut fake = few();
        fake.kill_at = Some(kill);
        if run(&the_site(), folder.path(), &mut fake).is_err() && folder.path().join("manifest.jsonl").exists() {
            // What is not whole declares nothing, or what the whole declares.
            let half = recorded::read(folder.path()).unwrap();
            assert!(half.charter.remits.is_empty() || half == expected, "killed at {kill}: {half:?}");
        }
        fake.kill_at = None;
        run(&the_site(), folder.path(), &mut fake).unwrap();
        assert_eq!(recorded::read(folder.path()).unwrap(), expected, "killed at {kill}");
    }
}

fn several() -> sayso_sources::fetch::Site {
    sayso_sources::fetch::Site { asks_several: true, ..the_site() }
}

fn questions(fake: &Fake<Hub>) -> usize {
    fake.log.iter().filter(|line| line.ends_with("/graphql")).count()
}

#[test]
fn several_pull_requests_at_once_are_the_same_as_one_after_another() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let make = || {
        let mut fake = Fake::new(Hub::new(40));
        fake.api.page = 100;
        fake
    };
    let (mut one, mut many) = (make(), make());
    run(&the_site(), folder.path(), &mut one).unwrap();
    let outcome = run(&several(), other.path(), &mut many).unwrap();
    assert!(outcome.missed.is_empty(), "{:?}", outcome.missed);
    let (expected, found) = (told(folder.path(), Tracker::Github), told(other.path(), Tracker::Github));
    assert_eq!(found.differences(&expected), [""; 0]);
    assert_eq!(found.aside, expected.aside);
    assert!(found.claims.values().all(|(stated, received)| stated == received), "{:?}", found.claims);
    // 13 pull requests, of each of which there are four pages.
    assert_eq!((questions(&many), one.sent - many.sent), (2, 13 * 4 - 2));
    assert!(plan(&several(), &Credential::token(super::fake::SECRET), other.path(), &mut many, &mut ()).is_ok());
}

#[test]
fn what_is_not_told_at_once_is_asked_for_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = hub();
    run(&the_site(), folder.path(), &mut fake).unwrap();
    let expected = told(folder.path(), Tracker::Github);
    let ways = [
        (Question::InPart, 3),
        (Question::Limited, 1),
        (Question::Status(403), 1),
        (Question::Status(404), 1),
        (Question::Status(502), 6),
    ];
    for (question, n) in ways {
        let folder = tempfile::tempdir().unwrap();
        let mut fake = hub();
        fake.api.question = question;
        let outcome = run(&several(), folder.path(), &mut fake).unwrap();
        assert!(outcome.missed.is_empty(), "{:?}", outcome.missed);
        let found = told(folder.path(), Tracker::Github);
        assert_eq!((found.differences(&expected), &found.aside), (Vec::new(), &expected.aside));
        assert_eq!(questions(&fake), n, "it is asked no more once it has failed");
    }
    // Nobody in particular is not answered at all.
    let folder = tempfile::tempdir().unwrap();
    let mut fake = hub();
    let _ = sayso_sources::fetch::fetch(&several(), &Credential::none(), folder.path(), &(), &mut fake, &mut ());
    assert_eq!(questions(&fake), 0);
}

#[test]
fn a_kill_at_every_moment_while_several_are_asked_for_costs_nothing() {
    survives_kills(&several(), &hub, |hub, at| {
        hub.touch(3, at);
        hub.touch(6, at);
    });
}
