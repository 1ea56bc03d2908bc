//! Trackers end to end: raw folders and exports to events, once each, whatever was fetched how often, stopped anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sayso_model::coverage::{ClaimTally, Note, Reason};
use sayso_model::event::Verdict;
use sayso_model::signs::Signs;
use sayso_sources::tracker::raw::{Fetched, Writer};
use sayso_sources::tracker::{Account, Claim, Fact, HISTORY_CUT, Telling, Tracker, each_told, parser};
use sayso_sources::{Done, Freshness, Kind, ReadError, Source, accounts, freshness, probe, read};
use serde_json::{Value, json};

use crate::sink::{Kept, Vault, file, gzip, read_all, shared, source};

const JIRA: Kind = Kind::Tracker(Tracker::Jira);
const SITE: &str = "https://jira.example.org";

fn person(id: &str) -> Value {
    json!({"accountId": id, "accountType": "atlassian", "displayName": id, "timeZone": "Europe/Warsaw"})
}

fn status(from: (&str, &str), to: (&str, &str)) -> Value {
    json!({"field": "status", "fieldtype": "jira", "fieldId": "status", "from": from.0, "fromString": from.1, "to": to.0, "toString": to.1})
}

fn entry(id: u64, day: u32, author: &str, items: Value) -> Value {
    json!({"id": id.to_string(), "author": person(author), "created": format!("2026-01-{day:02}T10:00:00.000+0800"), "items": items})
}

fn issue(id: u64, total: usize, entries: Vec<Value>, comment: &str) -> Value {
    json!({"id": id.to_string(), "key": format!("SHOP-{id}"),
        "fields": {"summary": "Quote page", "description": "So that customers see a price", "created": "2026-01-01T09:00:00.000+0000",
            "issuetype": {"name": "Story"}, "components": [{"name": "Pricing"}], "reporter": person("anna"), "creator": person("anna"),
            "assignee": person("kuba"), "status": {"id": "6", "name": "Closed", "statusCategory": {"id": 3, "key": "done"}},
            "comment": {"total": 1, "comments": [{"id": (id * 10).to_string(), "author": person("kuba"),
                "created": "2026-01-03T09:00:00.000+0000", "body": comment}]}},
        "changelog": {"total": total, "histories": entries}})
}

/// A folder of raw pages: (kind, path and query, status, body).
fn raw(pages: &[(&str, &str, u16, Value)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(folder.path(), Tracker::Jira, SITE).unwrap();
    for (kind, path, status, body) in pages {
        append(&mut writer, kind, path, *status, body);
    }
    folder
}

fn append(writer: &mut Writer, kind: &str, path: &str, status: u16, body: &Value) {
    let (origin, body) = (format!("{SITE}{path}"), body.to_string());
    let at = "2026-02-01T00:00:00Z";
    writer.append(&Fetched { kind, origin: &origin, at, status, etag: None, body: body.as_bytes() }).unwrap();
}

fn some_pages() -> Vec<(&'static str, &'static str, u16, Value)> {
    let decided = entry(
        3,
        5,
        "meg",
        json!([
        status(("3", "In Progress"), ("6", "Closed")),
        {"field": "resolution", "fieldtype": "jira", "fieldId": "resolution", "from": null, "fromString": null, "to": "2", "toString": "Won't Fix"}]),
    );
    let handed = entry(
        2,
        4,
        "anna",
        json!([
        {"field": "assignee", "fieldtype": "jira", "fieldId": "assignee", "from": "kuba", "fromString": "K", "to": "meg", "toString": "M"}]),
    );
    let reopened = entry(4, 6, "anna", json!([status(("6", "Closed"), ("4", "Reopened"))]));
    let rank = |id| {
        entry(
            id,
            7,
            "anna",
            json!([{"field": "Rank", "fieldtype": "custom", "fieldId": "customfield_1", "toString": "Ranked higher"}]),
        )
    };
    vec![
        (
            "issues",
            "/rest/api/2/search?jql=a&startAt=0",
            200,
            json!({"total": 3, "startAt": 0, "issues": [
            issue(1, 3, vec![reopened.clone(), decided.clone(), handed.clone()], "first words"),
            issue(2, 60, vec![rank(21), rank(22)], "ok")]}),
        ),
        ("issues", "/rest/api/2/search?jql=a&startAt=2", 404, json!({"errorMessages": ["gone"]})),
        ("issues", "/rest/api/2/search?jql=b&startAt=0", 500, json!({})),
        ("issues", "/rest/api/2/search?jql=c&startAt=0", 304, json!(null)),
        (
            "issues",
            "/rest/api/2/search?jql=b&startAt=0",
            200,
            json!({"total": 1, "startAt": 0, "issues": [
            issue(1, 3, vec![reopened, decided, handed], "[~meg] are you happy with this?")]}),
        ),
        (
            "status",
            "/rest/api/2/status",
            200,
            json!([{"id": "4", "name": "Reopened", "statusCategory": {"id": 2, "key": "new"}}]),
        ),
        (
            "remotelinks",
            "/rest/api/2/issue/1/remotelink",
            200,
            json!([{"id": 5, "self": "x", "object": {"url": "y"}, "application": {}}]),
        ),
        (
            "user",
            "/rest/api/2/user?accountId=bot",
            200,
            json!({"accountId": "bot", "accountType": "app", "displayName": "Robot"}),
        ),
    ]
}

fn of_item<'v>(vault: &'v Vault, item: &str) -> Vec<&'v Kept> {
    let mut events: Vec<&Kept> = vault.events.iter().filter(|event| event.item == item).collect();
    events.sort_by_key(|event| event.at);
    events
}

#[test]
fn a_raw_folder_becomes_events_once_each() {
    let folder = raw(&some_pages());
    assert_eq!(probe(folder.path()).unwrap(), JIRA);
    let vault = read_all(&source(JIRA, folder.path())).unwrap();
    let shown: Vec<(&str, &str, Option<&str>)> = of_item(&vault, "SHOP-1")
        .iter()
        .map(|event| (event.activity.as_str(), event.act, event.to.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("created", "raised", None),
            ("created", "asked", Some("kuba")),
            ("comment", "asked", Some("meg")),
            ("assignee", "handed", Some("meg")),
            ("status", "decided", None),
            ("resolution", "worked", None),
            ("status", "reopened", None),
        ]
    );
    let events = of_item(&vault, "SHOP-1");
    assert_eq!((events[4].verdict, events[4].actor.as_deref()), (Some(Verdict::Rejected), Some("meg")));
    assert_eq!((events[0].area.as_deref(), events[0].matter.as_deref()), (Some("Pricing"), Some("Story")));
    assert!(events.iter().all(|event| event.offset.is_none()), "an offset of the server says nothing of who acted");
    let signs = |event: &Kept, sign| event.signs.has(sign);
    assert!(signs(events[0], Signs::STATEMENT.and(Signs::HAS_TEXT)) && signs(events[0], Signs::REASON));
    assert!(!signs(events[1], Signs::STATEMENT) && !signs(events[2], Signs::STATEMENT));
    assert!(signs(events[2], Signs::ASKS_CONSENT), "the later page counts");
    assert!(!format!("{:?}", vault.events).contains("happy"), "words are not stored");
}

#[test]
fn what_did_not_come_is_in_the_books_and_cut_items_are_marked() {
    let folder = raw(&some_pages());
    let vault = read_all(&source(JIRA, folder.path())).unwrap();
    let claims = &vault.ledger.claims;
    assert_eq!(claims["changelog entries"], ClaimTally { stated: 63, received: 5, items_short: 1, beyond: 0 });
    assert_eq!(claims["comments"], ClaimTally { stated: 2, received: 2, items_short: 0, beyond: 0 });
    assert_eq!(claims["issues"], ClaimTally { stated: 4, received: 3, items_short: 1, beyond: 0 });
    let marks: Vec<&Kept> = vault.events.iter().filter(|event| event.activity == HISTORY_CUT).collect();
    assert_eq!(marks.len(), 1);
    assert_eq!((marks[0].item.as_str(), marks[0].act, marks[0].actor.as_deref()), ("SHOP-2", "", None));
    assert_eq!(marks[0].attribute("missing"), Some("2 of 60 changelog entries"));
    assert_eq!(vault.n_notes(Note::SourceIncomplete), 1);
    assert_eq!(vault.n_aside(Reason::Refused), 1, "one page never came, and one did when it was asked for again");
    assert_eq!(vault.n_aside(Reason::TimeMissing), 1);
    assert_eq!(vault.ledger.n_set_aside(), 2);
}

#[test]
fn accounts_are_told_with_their_zones() {
    let folder = raw(&some_pages());
    let accounts = accounts(&source(JIRA, folder.path())).unwrap();
    let ids: Vec<(&str, bool)> = accounts.iter().map(|account| (account.id.as_str(), account.is_bot)).collect();
    assert_eq!(ids, [("anna", false), ("bot", true), ("kuba", false), ("meg", false)]);
    assert_eq!(accounts[0].zone.as_deref(), Some("Europe/Warsaw"));
}

#[test]
fn a_tracker_goes_on_where_it_was_stopped() {
    let folder = raw(&some_pages());
    for first in [false, true] {
        let mut source = source(JIRA, folder.path());
        if first {
            source.lens = sayso_sources::Lens::parse(&format!("first = \"raised\"\n{}", source.lens.text())).unwrap();
        }
        let whole = read_all(&source).unwrap();
        assert!(whole.positions.is_empty() && whole.events.len() > 8);
        assert_eq!(read_all(&source).unwrap().events, whole.events, "read twice, it is the same");
        for every in [1, 2, 5] {
            source.checkpoint_every = every;
            let n = read_all(&source).unwrap().positions.len();
            assert!(n > 0);
            for stop in 1..=n {
                let mut vault = Vault { stop_at: Some(stop), ..Vault::default() };
                assert_eq!(read(&source, None, &mut vault).unwrap(), Done::Interrupted);
                let position = vault.positions.last().unwrap().clone();
                assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Grown);
                vault.roll_back();
                vault.stop_at = None;
                let done = read(&source, Some(&position), &mut vault).unwrap();
                assert_eq!(vault.events, whole.events, "stopped at {stop} of {n}, every {every}");
                assert_eq!((&vault.ledger, &vault.aside), (&whole.ledger, &whole.aside));
                let Done::Complete { position } = done else { panic!("not complete") };
                assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Unchanged);
            }
        }
    }
}

#[test]
fn new_pages_mean_reading_anew_and_an_old_position_is_refused() {
    let folder = raw(&some_pages());
    let source = source(JIRA, folder.path());
    let mut vault = Vault::default();
    let Done::Complete { position } = read(&source, None, &mut vault).unwrap() else { panic!("not complete") };
    assert_eq!(freshness(&source, None).unwrap(), Freshness::New);
    let mut writer = Writer::open(folder.path(), Tracker::Jira, SITE).unwrap();
    append(
        &mut writer,
        "issues",
        "/rest/api/2/search?jql=d",
        200,
        &json!({"issues": [issue(3, 0, vec![], "x")], "total": 1}),
    );
    assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Changed);
    assert!(matches!(read(&source, Some(&position), &mut Vault::default()), Err(ReadError::Position { .. })));
    assert_eq!(read_all(&source).unwrap().events.len(), vault.events.len() + 3);
}

#[test]
fn a_damaged_page_is_counted_and_the_others_are_read() {
    let folder = raw(&some_pages());
    let path = folder.path().join("pages-0001.gz");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[20] ^= 0x40;
    std::fs::write(&path, bytes).unwrap();
    let vault = read_all(&source(JIRA, folder.path())).unwrap();
    assert_eq!(vault.n_aside(Reason::RowMalformed), 1);
    assert!(!of_item(&vault, "SHOP-1").is_empty() && of_item(&vault, "SHOP-2").is_empty());
}

#[test]
fn exported_files_are_known_by_their_shape_packed_or_not() {
    let line = issue(1, 0, vec![], "ok").to_string();
    let other = issue(2, 0, vec![], "ok").to_string();
    let pretty = serde_json::to_string_pretty(
        &json!({"issues": [issue(1, 0, vec![], "ok"), issue(2, 0, vec![], "ok")], "total": 2}),
    )
    .unwrap();
    let lines = format!("{line}\n{other}\n");
    let packed = gzip(lines.as_bytes());
    let mut events = Vec::new();
    for (name, content) in [
        ("a.jsonl", lines.as_bytes()),
        ("a.jsonl.gz", packed.as_slice()),
        ("a.json", pretty.as_bytes()),
        ("a.json", format!("[{line},{other}]").as_bytes()),
    ] {
        let (_guard, path) = file(name, content);
        assert_eq!(probe(&path).unwrap(), JIRA, "{name}");
        let vault = read_all(&source(JIRA, &path)).unwrap();
        assert_eq!(vault.ledger.n_set_aside(), 0);
        events.push(vault.events);
    }
    assert!(events.windows(2).all(|two| two[0] == two[1]));
    assert_eq!(events[0].len(), 6);

    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("more")).unwrap();
    std::fs::write(folder.path().join("a.json"), &line).unwrap();
    std::fs::write(folder.path().join("more/b.json"), &other).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
    std::fs::write(folder.path().join("broken.json"), "{\"issues\": [").unwrap();
    assert_eq!(probe(folder.path()).unwrap(), JIRA);
    let vault = read_all(&source(JIRA, folder.path())).unwrap();
    assert_eq!(vault.events, events[0]);
    assert_eq!((vault.n_aside(Reason::RowMalformed), vault.n_notes(Note::SourceIncomplete)), (1, 1));
    assert!(probe(tempfile::tempdir().unwrap().path()).is_err());
}

#[test]
fn a_table_of_many_rows_is_read_page_by_page() {
    let mut text = String::from("\u{feff}Summary;Issue key;Issue id;Created;Reporter;Assignee\r\n");
    for n in 1..=1_200 {
        text.push_str(&format!(
            "\"words; \"\"more\"\"\nand more\";SHOP-{n};{n};{}/Jan/26 3:04 PM;anna;kuba\r\n",
            n % 28 + 1
        ));
    }
    let (_guard, path) = file("Jira.csv", text.as_bytes());
    assert_eq!(probe(&path).unwrap(), JIRA);
    let mut source = source(JIRA, &path);
    source.zone = Some(jiff::tz::TimeZone::get("Europe/Warsaw").unwrap());
    let vault = read_all(&source).unwrap();
    assert_eq!((vault.ledger.seen, vault.ledger.kept, vault.events.len()), (1_200, 1_200, 2_400));
    assert_eq!(vault.n_notes(Note::ZoneAssumed), 1_200);
    assert_eq!(vault.n_notes(Note::SourceIncomplete), 3, "no changelog, no zone, and so many issues without history");
    assert_eq!(vault.events[0].at, crate::sink::at("2026-01-02T14:04:00Z"));
}

/// The rows of a table of raw answers, as pages.
fn rows(path: &Path, writer: &mut Writer) -> u64 {
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows = Vec::new();
    let (mut field, mut row, mut is_quoted) = (String::new(), Vec::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => field.push(chars.next().unwrap()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut field)),
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !is_quoted => {}
            _ => field.push(c),
        }
    }
    row.push(field);
    rows.push(row);
    rows.retain(|row| row.len() > 4);
    let columns = rows.remove(0);
    let at = |name: &str| columns.iter().position(|column| column == name).unwrap();
    let (data, url) = (at("data"), at("url"));
    for row in &rows {
        let fetched =
            Fetched { kind: "", origin: &row[url], at: "", status: 200, etag: None, body: row[data].as_bytes() };
        writer.append(&fetched).unwrap();
    }
    rows.len() as u64
}

fn tables_under(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tables_under(&path, found);
        } else if path.file_name().unwrap().to_string_lossy().starts_with("_raw_jira") {
            found.push(path);
        }
    }
    found.sort();
}

#[test]
fn every_recorded_row_of_a_raw_layer_is_read_or_set_aside_with_its_reason() {
    let Some(recorded) = shared("data/recorded/devlake") else { return };
    let mut tables = Vec::new();
    tables_under(&recorded, &mut tables);
    assert!(tables.len() >= 16);
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(folder.path(), Tracker::Jira, SITE).unwrap();
    let counts: BTreeMap<String, u64> = tables
        .iter()
        .map(|path| (path.strip_prefix(&recorded).unwrap().display().to_string(), rows(path, &mut writer)))
        .collect();
    let source = source(JIRA, folder.path());
    let vault = read_all(&source).unwrap();
    println!("{counts:?}\n{:?}", vault.ledger);
    // Remote links and development panels bear no time; everything else that happens is told. Of the 151 rows of remote
    // links 130 are different ones, and each of the 91 panels is.
    assert_eq!(vault.n_aside(Reason::TimeMissing), 130 + 91);
    assert_eq!(vault.ledger.n_set_aside(), 130 + 91, "{:?}", vault.aside);
    let by_activity = |name: &str| vault.events.iter().filter(|event| event.activity == name).count();
    assert!(by_activity("status") > 150 && by_activity("assignee") > 30 && by_activity("worked") >= 30);
    let decided: Vec<&Kept> = vault.events.iter().filter(|event| event.act == "decided").collect();
    assert!(decided.len() > 20 && decided.iter().all(|event| event.actor.is_some() && event.verdict.is_some()));
    assert_eq!(vault.ledger.claims["changelog entries"].items_short, 0);
    assert_eq!(vault.ledger.claims["changelog entries"].beyond, 0);
    assert_eq!(read_all(&source).unwrap().events, vault.events);
    let accounts = accounts(&source).unwrap();
    assert!(accounts.iter().filter(|account| account.zone.is_some()).count() > 20);
    assert!(accounts.iter().any(|account| account.is_bot));

    let mut stopped = Vault::default();
    let mut resume: Option<String> = None;
    let source = Source { checkpoint_every: 150, ..source };
    loop {
        stopped.stop_at = Some(stopped.positions.len() + 1);
        match read(&source, resume.as_deref(), &mut stopped).unwrap() {
            Done::Interrupted => resume = stopped.positions.last().cloned(),
            Done::Complete { .. } => break,
        }
    }
    assert!(stopped.positions.len() > 5);
    assert_eq!((&stopped.events, &stopped.ledger), (&vault.events, &vault.ledger));
}

#[test]
fn recorded_pages_of_another_jira_are_read_from_their_files() {
    let Some(recorded) = shared("data/recorded/perceval/tests/data/jira") else { return };
    assert_eq!(probe(&recorded).unwrap(), JIRA);
    let vault = read_all(&source(JIRA, &recorded)).unwrap();
    println!("{:?}", vault.ledger);
    assert_eq!(vault.ledger.n_set_aside(), 0, "{:?}", vault.aside);
    let created = vault.events.iter().filter(|event| event.activity == "created" && event.act == "raised").count();
    assert!(created >= 3);
    assert!(vault.events.iter().any(|event| event.activity == "comment"));
    assert_eq!(vault.ledger.claims["issues"], ClaimTally { stated: 3, received: 3, items_short: 0, beyond: 0 });
}

/// Counts what is told.
#[derive(Default)]
struct Count {
    facts: BTreeMap<String, u64>,
    ids: BTreeSet<String>,
    zones: BTreeSet<String>,
    n_aside: u64,
    n_notes: u64,
}

impl Telling for Count {
    fn fact(&mut self, fact: Fact) {
        *self.facts.entry(fact.activity).or_default() += 1;
        self.ids.insert(fact.id);
    }

    fn set_aside(&mut self, _: &str, _: Reason, _: &str) {
        self.n_aside += 1;
    }

    fn claim(&mut self, _: Claim) {}

    fn account(&mut self, account: Account) {
        self.zones.extend(account.zone.map(|_| account.id));
    }

    fn note(&mut self, _: &str, _: Note, _: &str) {
        self.n_notes += 1;
    }
}

#[test]
fn a_dump_without_changelogs_is_told_whole() {
    let Some(dump) = shared("data/jira_titanium_AC_ALOY_MOD_DAEMON.jsonl.gz") else { return };
    assert_eq!(probe(&dump).unwrap(), JIRA);
    let mut count = Count::default();
    each_told(&dump, parser(Tracker::Jira).as_mut(), &mut count).unwrap();
    println!("{:?}", count.facts);
    assert_eq!((count.facts["created"], count.facts["comment"]), (6_686, 20_275));
    assert_eq!((count.facts["resolved"], count.facts["link"]), (6_211, 2_009 + 99), "links and parents");
    assert_eq!((count.n_aside, count.n_notes), (0, 1));
    // Comments bear no numbers here, and some of different issues are alike word by word.
    assert_eq!(count.ids.len() as u64, count.facts.values().sum::<u64>());
    assert!(count.zones.len() > 500);
}

#[test]
fn the_beginning_of_a_dump_without_changelogs_is_read_and_says_so() {
    let Some(dump) = shared("data/jira_titanium_AC_ALOY_MOD_DAEMON.jsonl.gz") else { return };
    let text = std::io::read_to_string(flate2::read::MultiGzDecoder::new(std::fs::File::open(dump).unwrap())).unwrap();
    let lines: Vec<&str> = text.lines().take(300).collect();
    let (_guard, path) = file("dump.jsonl", lines.join("\n").as_bytes());
    let vault = read_all(&source(JIRA, &path)).unwrap();
    println!("{:?}", vault.ledger);
    assert_eq!(vault.ledger.n_set_aside(), 0, "{:?}", vault.aside);
    let of = |activity: &str, act: &str| {
        vault.events.iter().filter(|event| event.activity == activity && event.act == act).count()
    };
    assert_eq!(of("created", "raised"), 300);
    assert!(of("resolved", "decided") > 100 && of("comment", "advised") + of("comment", "asked") > 300);
    assert!(vault.events.iter().filter(|event| event.activity == "resolved").all(|event| event.actor.is_none()));
    assert_eq!(vault.n_notes(Note::SourceIncomplete), 1);
}

#[test]
fn a_resolution_that_says_what_was_missing_is_told_from_others() {
    use sayso_sources::tracker::wants_information;
    for wanting in ["Needs more info", "INCOMPLETE", "Insufficient Information", "missing data", "Brak informacji"] {
        assert!(wants_information(&format!("resolution={wanting}")), "{wanting}");
    }
    for other in [
        "resolution=Fixed",
        "resolution=Cannot Reproduce",
        "to=Needs more info",
        "resolution=Need no fix",
        "resolution=",
    ] {
        assert!(!wants_information(other), "{other}");
    }
}
