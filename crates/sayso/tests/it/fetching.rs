//! Reading from living trackers: local servers that page, limit, change and lie, and readings that are killed at any moment.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::office::{Said, TestOffice};

const TOKEN: &str = "hush-hush-4711";
/// Issues of a tracker, and those that one page gives.
const ISSUES: u64 = 23;
const PAGE: usize = 4;
/// How long an answer takes, so that a kill has something to hit.
const TAKES: Duration = Duration::from_millis(6);
const KILLS: u64 = 50;

/// What a tracker holds: how many entries the history of each issue has, and when it was changed last, in minutes.
#[derive(Default)]
struct Held {
    histories: Vec<u64>,
    touched: Vec<i64>,
    minutes: i64,
    lie: u64,
    limits_left: u64,
}

/// A tracker on a port of this machine, until the test ends.
struct Server {
    address: SocketAddr,
    held: Arc<Mutex<Held>>,
    asked: Arc<AtomicU64>,
    _runtime: tokio::runtime::Runtime,
}

type Answer = fn(&Held, &str, &dyn Fn(&str) -> Option<String>, &Value) -> Option<Value>;

impl Server {
    fn start(answer: Answer) -> Server {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let held = Held {
            histories: (0..ISSUES).map(|n| n % 5).collect(),
            touched: vec![0; ISSUES as usize],
            ..Held::default()
        };
        let held = Arc::new(Mutex::new(held));
        let asked = Arc::new(AtomicU64::new(0));
        let (state, count) = (Arc::clone(&held), Arc::clone(&asked));
        let handler = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let (state, count) = (Arc::clone(&state), Arc::clone(&count));
            async move {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(TAKES).await;
                respond(&mut state.lock().unwrap(), answer, &uri, &headers, &body)
            }
        };
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Server { address, held, asked, _runtime: runtime }
    }

    /// Somebody adds an entry to the history of an issue.
    fn touch(&self, issue: usize) {
        let mut held = self.held.lock().unwrap();
        held.minutes += 1;
        held.histories[issue] += 1;
        held.touched[issue] = held.minutes;
    }

    fn entries(&self) -> u64 {
        self.held.lock().unwrap().histories.iter().sum()
    }
}

fn respond(held: &mut Held, answer: Answer, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response {
    let shown = headers.values().any(|value| value.to_str().is_ok_and(|value| value.contains(TOKEN)));
    if !shown {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if held.limits_left > 0 {
        held.limits_left -= 1;
        return (StatusCode::TOO_MANY_REQUESTS, [("Retry-After", "1")], "slowly").into_response();
    }
    let pairs: Vec<(String, String)> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (decoded(key), decoded(value)))
        .collect();
    let query = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let body = serde_json::from_slice(body).unwrap_or(Value::Null);
    match answer(held, uri.path(), &query, &body) {
        Some(answer) => ([("Content-Type", "application/json")], answer.to_string()).into_response(),
        None => (StatusCode::NOT_FOUND, "{}").into_response(),
    }
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The hour of an entry, long before the clock of this machine.
fn hour(n: u64) -> String {
    format!("2026-01-{:02}T{:02}:00:00", 5 + n / 8, 8 + n % 8)
}

/// Issues that changed since a moment: none before the changes of the test, which are as of now.
fn since(held: &Held, asked: Option<i64>) -> Vec<usize> {
    let all = 0..held.histories.len();
    match asked {
        None => all.collect(),
        // Whoever asks with an overlap gets what changed in the test at all.
        Some(_) => all.filter(|issue| held.touched[*issue] > 0).collect(),
    }
}

fn redmine(held: &Held, path: &str, query: &dyn Fn(&str) -> Option<String>, _: &Value) -> Option<Value> {
    let user = |n: u64| json!({"id": 4 + n % 3, "name": format!("Somebody {}", n % 3)});
    let issue = |at: usize| {
        json!({"id": at + 1, "project": {"id": 1, "name": "pricing"}, "status": {"id": 1, "name": "New"}, "author": user(at as u64),
            "subject": "s", "created_on": format!("{}Z", hour(at as u64))})
    };
    if path == "/issues.json" {
        let since = since(held, query("updated_on").map(|_| 0));
        let offset: usize = query("offset")?.parse().ok()?;
        let limit = query("limit")?.parse::<usize>().ok()?.min(PAGE);
        let issues: Vec<Value> = since.iter().skip(offset).take(limit).map(|at| issue(*at)).collect();
        let total = since.len() as u64 + held.lie;
        return Some(json!({"issues": issues, "total_count": total, "offset": offset, "limit": limit}));
    }
    if let Some(number) = path.strip_prefix("/issues/").and_then(|rest| rest.strip_suffix(".json")) {
        let at = number.parse::<usize>().ok()? - 1;
        let mut whole = issue(at);
        let journal = |n: u64| {
            json!({"id": at as u64 * 1000 + n, "user": user(n), "notes": "May I go ahead?", "created_on": format!("{}Z", hour(30 + n)),
                "details": [{"property": "attr", "name": "status_id", "old_value": "1", "new_value": "2"}]})
        };
        whole["journals"] = (0..*held.histories.get(at)?).map(journal).collect();
        return Some(json!({"issue": whole}));
    }
    match path {
        "/issue_statuses.json" => Some(json!({"issue_statuses": [{"id": 1, "name": "New", "is_closed": false},
            {"id": 2, "name": "Agreed", "is_closed": true}]})),
        "/trackers.json" => Some(json!({"trackers": [{"id": 1, "name": "Question"}]})),
        _ => None,
    }
}

fn jira(held: &Held, path: &str, query: &dyn Fn(&str) -> Option<String>, _: &Value) -> Option<Value> {
    let number = |name: &str| query(name).and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    let by = |n: u64| json!({"name": format!("u{}", n % 3), "displayName": format!("Somebody {}", n % 3)});
    let entry = |at: usize, n: u64| {
        json!({"id": (at as u64 * 1000 + n).to_string(), "author": by(n), "created": format!("{}.000+0000", hour(30 + n)),
            "items": [{"field": "status", "fieldId": "status", "from": "1", "fromString": "Open", "to": "2", "toString": "Agreed"}]})
    };
    let issue = |at: usize| {
        let n = held.histories[at];
        // A search gives the newest two changes and says how many there are.
        let some: Vec<Value> = (0..n).rev().take(2).map(|n| entry(at, n)).collect();
        json!({"id": (100 + at).to_string(), "key": format!("P-{at}"),
            "fields": {"summary": "s", "created": format!("{}.000+0000", hour(at as u64)), "updated": "2026-02-01T00:00:00.000+0000",
                "reporter": by(at as u64), "comment": {"total": 0, "comments": []}},
            "changelog": {"startAt": 0, "maxResults": 2, "total": n, "histories": some}})
    };
    let path = path.strip_prefix("/rest/api/2/")?;
    match path.split('/').collect::<Vec<_>>()[..] {
        ["serverInfo"] => Some(json!({"deploymentType": "Server", "version": "9.12.0"})),
        ["status"] => Some(json!([{"id": "1", "name": "Open", "statusCategory": {"key": "new"}},
            {"id": "2", "name": "Agreed", "statusCategory": {"key": "done"}}])),
        ["field"] => Some(json!([])),
        ["search"] => {
            let since = since(held, query("jql")?.contains("updated >=").then_some(0));
            let from = number("startAt");
            let issues: Vec<Value> = since.iter().skip(from).take(PAGE).map(|at| issue(*at)).collect();
            Some(json!({"startAt": from, "maxResults": PAGE, "total": since.len() as u64 + held.lie, "issues": issues}))
        }
        ["issue", id, "changelog"] => {
            let at = id.parse::<usize>().ok()? - 100;
            let (from, n) = (number("startAt") as u64, *held.histories.get(at)?);
            let values: Vec<Value> = (from..n).take(PAGE).map(|n| entry(at, n)).collect();
            Some(json!({"startAt": from, "maxResults": PAGE, "total": n, "values": values}))
        }
        _ => None,
    }
}

/// An office whose only source is a server.
fn office(kind: &str, server: &Server) -> TestOffice {
    let office = TestOffice::new();
    let file = format!(
        "[[source]]\nname = \"desk\"\nkind = \"{kind}\"\nurl = \"http://{}\"\nscope = [\"P\"]\n\n\
         [privacy]\nnames = true\nbecause = \"made-up people\"\n",
        server.address
    );
    office
        .write("sayso.toml", file.replace("scope = [\"P\"]\n", if kind == "jira" { "scope = [\"P\"]\n" } else { "" }));
    office
}

fn read(office: &TestOffice, args: &[&str]) -> Said {
    let output = office.command(args).env("SAYSO_DESK_TOKEN", TOKEN).output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[track_caller]
fn must_read(office: &TestOffice) -> String {
    let said = read(office, &["read"]);
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    said.out
}

fn events(office: &TestOffice) -> Value {
    let sql = "SELECT item, at, actor, activity, act, attributes FROM events ORDER BY item, at, activity, attributes";
    office.json(&["query", sql, "--format", "json"])
}

/// Killed at random moments, often, while things change; at last the record is that of one clean read.
fn survives(kind: &str, answer: Answer) {
    let server = Server::start(answer);
    let hunted = office(kind, &server);
    let (mut kills, mut whole, mut dice) = (0, 0, 0x9e37_79b9_7f4a_7c15_u64);
    while kills < KILLS {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut command = hunted.command(&["read"]);
        let command = command.env("SAYSO_DESK_TOKEN", TOKEN).stdout(Stdio::null()).stderr(Stdio::null());
        let mut running = command.spawn().unwrap();
        let asked = server.asked.load(Ordering::SeqCst);
        // After some of its requests, wherever it then is: between two of them, or writing.
        let after = dice >> 61;
        let mut waited = 0;
        while server.asked.load(Ordering::SeqCst) < asked + after && waited < 2000 {
            if running.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
            waited += 1;
        }
        std::thread::sleep(Duration::from_micros(dice >> 50 & 0x1fff));
        match running.try_wait().unwrap() {
            Some(_) => {
                whole += 1;
                server.touch((dice >> 40) as usize % ISSUES as usize);
            }
            None => {
                running.kill().unwrap();
                kills += 1;
            }
        }
        running.wait().unwrap();
        assert!(whole < 40, "it was hardly ever killed");
    }
    server.held.lock().unwrap().limits_left = 1;
    must_read(&hunted);
    let clean = office(kind, &server);
    must_read(&clean);
    let (found, expected) = (events(&hunted), events(&clean));
    assert!(expected.as_array().unwrap().len() as u64 >= ISSUES + server.entries());
    assert_eq!(found, expected);
    // Reading once more changes nothing.
    must_read(&hunted);
    assert_eq!(events(&hunted), expected);
    for office in [&hunted, &clean] {
        no_token(office.path());
    }
}

fn no_token(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            no_token(&path);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()), "{}", path.display());
        }
    }
}

#[test]
fn a_redmine_read_that_is_killed_fifty_times_is_one_clean_read() {
    survives("redmine", redmine);
}

#[test]
fn a_jira_read_that_is_killed_fifty_times_is_one_clean_read() {
    survives("jira", jira);
}

#[test]
fn a_site_that_lies_about_totals_is_reported() {
    for (kind, answer) in [("redmine", redmine as Answer), ("jira", jira)] {
        let server = Server::start(answer);
        server.held.lock().unwrap().lie = 3;
        let office = office(kind, &server);
        let out = must_read(&office);
        let said: String = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&(ISSUES + 3).to_string()) && said.contains(&ISSUES.to_string()), "{kind}: {out}");
        let doctor = office.run(&["doctor"]);
        assert_eq!(doctor.code, 1, "{}", doctor.out);
        let report = office.ok(&["diagnose"]);
        for text in [&doctor.out, &report] {
            assert!(text.contains(&(ISSUES + 3).to_string()), "{kind}: {text}");
        }
    }
}

#[test]
fn a_dry_run_writes_nothing_and_a_missing_token_is_asked_for() {
    let server = Server::start(redmine);
    let office = office("redmine", &server);
    let said = read(&office, &["read", "--dry-run"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("23 items") && said.out.contains("requests"), "{}", said.out);
    assert!(!office.path().join(".sayso/raw").exists());
    let said = office.run(&["read"]);
    assert_eq!(said.code, 3, "{}", said.out);
    assert!(said.out.contains("SAYSO_DESK_TOKEN"), "{}", said.out);
    let new = self::office("redmine", &server);
    let said = new.run(&["read", "--offline"]);
    assert_eq!((said.code, said.out.contains("nothing was fetched yet")), (3, true), "{}", said.out);
}

#[test]
#[cfg(unix)]
fn a_token_file_that_others_may_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;

    let server = Server::start(redmine);
    let office = office("redmine", &server);
    let file = std::fs::read_to_string(office.path().join("sayso.toml")).unwrap();
    office.write("sayso.toml", file.replace("kind =", "token_file = \"token\"\nkind ="));
    let token = office.write("token", format!("{TOKEN}\n"));
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = office.run(&["read"]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("chmod 600"), "{}", said.err);
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(office.run(&["read"]).code, 0);
}
