//! The table of recorded payloads in `docs/reference/sources.md`: every one read through the whole path, no skip without a
//! reason. With `SAYSO_BLESS=1` the file is written anew; otherwise it has to be what is found.

use std::fmt::Write as _;

use sayso_model::coverage::Note;
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use sayso_sources::tracker::Tracker;
use sayso_sources::tracker::raw::{Fetched, Writer};
use sayso_sources::{Kind, Lens, Source, read};
use serde_json::Value;

use super::*;

/// The file.
const DOC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/sources.md");

/// Why something is not read, by the beginning of what is said of it. What is not listed here fails the test.
const REASONS: &[(&str, &str)] = &[
    ("item_missing: neither the entry nor the address", "a reaction: neither it nor its address names an item"),
    ("item_missing: a repository", "describes a repository"),
    ("item_missing: an organisation", "describes an organisation"),
    ("item_missing: rate limits", "the state of limits"),
    ("row_malformed: GitHub answered", "an answer that refuses"),
    ("row_malformed: invalid number", "a key, not an answer"),
    ("time_missing: closed, and nothing says when", "closed, and nothing says when"),
    ("time_missing: merged, and nothing says when", "merged, and nothing says when"),
    ("time_missing: links to code without the times", "links to code, without the times of the links"),
    ("time_missing: its time stands in the changelog alone", "a link whose time stands in the changelog alone"),
];

/// The same for what Azure's parser does not take, by the kind of payload: it says no more of it.
const NO_ITEM: &[(&str, &str)] = &[
    ("builds", "builds, which are of no item"),
    ("timeline_records", "steps of builds, which are of no item"),
    ("pull_request_commits", "commits, without the pull request that they belong to"),
    ("comments", "comments in a form that version 5 of the interface gave up"),
    ("workItems", "a template for items that are still to be made"),
];

/// Recorded payloads of one kind.
struct Group {
    tracker: Tracker,
    corpus: &'static str,
    kind: String,
    /// Kind, origin, body.
    pages: Vec<(String, String, Vec<u8>)>,
    /// Rows of a table that hold no answer.
    broken: usize,
}

/// Counts events by act and what was set aside by words.
#[derive(Default)]
struct Counted {
    n_seen: u64,
    n_events: u64,
    acts: BTreeMap<&'static str, u64>,
    aside: BTreeMap<String, u64>,
}

impl EventSink for Counted {
    fn seen(&mut self) {
        self.n_seen += 1;
    }

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        self.n_events += 1;
        *self.acts.entry(row.act.map_or("no act", |act| act.name())).or_default() += 1;
        Ok(())
    }

    fn set_aside(&mut self, _: &str, reason: Reason, detail: &str) {
        *self.aside.entry(format!("{}: {detail}", reason.name())).or_default() += 1;
    }

    fn note(&mut self, _: &str, _: Note, _: &str) {}

    fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }

    fn progress(&mut self, _: u64, _: Option<u64>) {}
}

impl Group {
    fn new(tracker: Tracker, corpus: &'static str, kind: impl Into<String>) -> Group {
        Group { tracker, corpus, kind: kind.into(), pages: Vec::new(), broken: 0 }
    }

    /// Through a raw folder, the parser and the built-in lens.
    fn count(&self) -> Counted {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::open(folder.path(), self.tracker, "https://recorded.example").unwrap();
        for (kind, origin, body) in &self.pages {
            let at = "2026-01-01T00:00:00Z";
            writer.append(&Fetched { kind, origin, at, status: 200, etag: None, body }).unwrap();
        }
        drop(writer);
        counted(self.tracker, folder.path())
    }
}

fn counted(tracker: Tracker, path: &Path) -> Counted {
    let kind = Kind::Tracker(tracker);
    let mut counted = Counted::default();
    read(&Source::new("recorded", kind, path, Lens::of_kind(kind)), None, &mut counted).unwrap();
    counted
}

/// Why something was set aside, in words that name nobody.
fn explained(kind: &str, detail: &str) -> Option<String> {
    if detail == "row_malformed: neither a work item nor a pull request" {
        return NO_ITEM.iter().find(|(known, _)| *known == kind).map(|(_, why)| (*why).to_owned());
    }
    let known = REASONS.iter().find(|(begins, _)| detail.starts_with(begins)).map(|(_, why)| (*why).to_owned());
    let about = |what: &str| detail.ends_with(what).then(|| what.to_owned());
    known
        .or_else(|| about("not about an issue, pull request or discussion"))
        .or_else(|| about("not about an issue or merge request"))
}

fn groups(root: &Path) -> Vec<Group> {
    let mut all = Vec::new();
    devlake(&root.join("devlake/backend/plugins"), &mut all);
    webhooks(&root.join("octokit/webhooks-examples/index.json"), &mut all);
    scenarios(&root.join("octokit/fixtures-scenarios/api.github.com"), &mut all);
    azure(&root.join("azure-devops/specification"), &mut all);
    perceval(&root.join("perceval/tests/data"), &mut all);
    all
}

fn devlake(plugins: &Path, all: &mut Vec<Group>) {
    let of = [
        ("jira", Tracker::Jira),
        ("github", Tracker::Github),
        ("github_graphql", Tracker::Github),
        ("gitlab", Tracker::Gitlab),
        ("azuredevops_go", Tracker::Azure),
    ];
    for (plugin, tracker) in of {
        for path in tables(plugins, plugin) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let table = Table::of_name(&name).unwrap();
            let mut group = Group::new(tracker, "DevLake's raw tables", table.kind.clone());
            for row in rows(std::fs::File::open(&path).unwrap(), &name) {
                match row {
                    Row::Answer { origin, body } => group.pages.push((table.kind.clone(), origin, body)),
                    Row::Broken { .. } => group.broken += 1,
                }
            }
            all.push(group);
        }
    }
}

fn webhooks(index: &Path, all: &mut Vec<Group>) {
    let hooks: Value = serde_json::from_slice(&std::fs::read(index).unwrap()).unwrap();
    for hook in hooks.as_array().unwrap() {
        let name = hook["name"].as_str().unwrap();
        let mut group = Group::new(Tracker::Github, "the vendor's webhook examples", name);
        for (n, example) in hook["examples"].as_array().unwrap().iter().enumerate() {
            group.pages.push((name.to_owned(), format!("delivery {n}"), serde_json::to_vec(example).unwrap()));
        }
        all.push(group);
    }
}

fn scenarios(folder: &Path, all: &mut Vec<Group>) {
    for scenario in files(folder) {
        let name = scenario.file_name().unwrap().to_str().unwrap().to_owned();
        let exchanges: Value =
            serde_json::from_slice(&std::fs::read(scenario.join("raw-fixture.json")).unwrap()).unwrap();
        let mut group = Group::new(Tracker::Github, "the vendor's recorded conversations", name);
        for exchange in exchanges.as_array().unwrap() {
            let is_answer = exchange["method"] == "get"
                && exchange["status"].as_u64().is_some_and(|status| (200..300).contains(&status))
                && (exchange["response"].is_object() || exchange["response"].is_array());
            if is_answer {
                let origin = format!("https://api.github.com{}", exchange["path"].as_str().unwrap());
                group.pages.push((String::new(), origin, serde_json::to_vec(&exchange["response"]).unwrap()));
            }
        }
        if !group.pages.is_empty() {
            all.push(group);
        }
    }
}

/// Every file below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in files(folder) {
        if path.is_dir() { found.extend(below(&path)) } else { found.push(path) }
    }
    found
}

fn azure(specification: &Path, all: &mut Vec<Group>) {
    let kinds = ["updates", "comments", "workItems", "pullRequests", "pullRequestThreads", "pullRequestReviewers"];
    for kind in kinds {
        let mut group = Group::new(Tracker::Azure, "the vendor's examples", kind);
        for path in below(specification) {
            let (name, file) = (path.to_string_lossy().replace('\\', "/"), path.file_name().unwrap().to_string_lossy());
            if !name.contains(&format!("/{kind}/")) || !file.starts_with("GET_") || !file.ends_with(".json") {
                continue;
            }
            let example: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let number = example["parameters"]["pullRequestId"].as_str().unwrap_or("0").to_owned();
            for answer in example["responses"].as_object().unwrap().values().filter(|answer| !answer["body"].is_null())
            {
                let origin = format!("https://host.example/_apis/git/pullRequests/{number}/threads#{file}");
                group.pages.push((String::new(), origin, serde_json::to_vec(&answer["body"]).unwrap()));
            }
        }
        all.push(group);
    }
}

fn perceval(data: &Path, all: &mut Vec<Group>) {
    /// A folder, whose answers lie there, and the address of each by its file's name.
    type Of = (&'static str, Tracker, fn(&str) -> String);
    let of: [Of; 6] = [
        ("jira", Tracker::Jira, str::to_owned),
        ("github", Tracker::Github, github::address),
        ("gitlab", Tracker::Gitlab, gitlab::address),
        ("gerrit", Tracker::Gerrit, str::to_owned),
        ("redmine", Tracker::Redmine, str::to_owned),
        ("mbox", Tracker::Mail, str::to_owned),
    ];
    for (folder, tracker, address) in of {
        let mut group = Group::new(tracker, "Perceval's recorded answers", "all");
        for path in files(&data.join(folder)) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            // What a program printed as its version, and what Perceval expects: neither is an answer about work.
            if name.contains("version_") && folder == "gerrit" || name.contains("expected") {
                continue;
            }
            let kind = if tracker == Tracker::Mail { "mbox" } else { "" };
            group.pages.push((kind.to_owned(), address(&name), std::fs::read(&path).unwrap()));
        }
        all.push(group);
    }
}

#[test]
fn every_recorded_payload_is_read_or_explained() {
    let Some(root) = data("recorded") else { return };
    let mut unexplained = Vec::new();
    let mut of_tracker: BTreeMap<Tracker, Vec<String>> = BTreeMap::new();
    let mut line = |tracker: Tracker, corpus: &str, kind: &str, n: usize, broken: usize, counted: &Counted| {
        let join = |parts: Vec<String>| if parts.is_empty() { "–".to_owned() } else { parts.join(", ") };
        let acts = join(counted.acts.iter().map(|(act, n)| format!("{act} {n}")).collect());
        let mut why: BTreeMap<String, u64> = BTreeMap::new();
        for (detail, n) in &counted.aside {
            match explained(kind, detail) {
                Some(words) => *why.entry(words).or_default() += n,
                None => unexplained.push(format!("{corpus} {kind}: {n} {detail}")),
            }
        }
        if broken > 0 {
            *why.entry("a row without an answer".to_owned()).or_default() += broken as u64;
        }
        let is_silent = counted.n_seen == 0 && why.is_empty();
        let mut aside: Vec<String> = why.into_iter().map(|(words, n)| format!("{n}: {words}")).collect();
        if is_silent {
            aside.push("says who or what there is, and nothing that happened".to_owned());
        }
        of_tracker.entry(tracker).or_default().push(format!(
            "| {corpus} | `{kind}` | {n} | {} | {acts} | {} |",
            counted.n_events,
            join(aside)
        ));
    };
    for group in groups(&root) {
        let counted = group.count();
        line(group.tracker, group.corpus, &group.kind, group.pages.len(), group.broken, &counted);
    }
    for (file, tracker, corpus, kind) in [
        ("ietf_ppm-dap_archive.json.gz", Tracker::Github, "the archive of an IETF group", "archive"),
        ("jira_titanium_AC_ALOY_MOD_DAEMON.jsonl.gz", Tracker::Jira, "a public dump of four projects", "issue"),
    ] {
        if let Some(path) = data(file) {
            let n = if kind == "issue" { 6_686 } else { 1 };
            line(tracker, corpus, kind, n, 0, &counted(tracker, &path));
        }
    }
    assert!(unexplained.is_empty(), "set aside for no reason that is known here:\n{}", unexplained.join("\n"));
    let text = document(&of_tracker);
    #[expect(clippy::disallowed_methods, reason = "how whoever runs the tests asks for the file to be written")]
    let is_update = std::env::var_os("SAYSO_BLESS").is_some();
    if is_update {
        std::fs::write(DOC, &text).unwrap();
        return;
    }
    let written = std::fs::read_to_string(DOC).unwrap_or_default();
    let differs = text.lines().zip(written.lines()).find(|(found, written)| found != written);
    assert!(
        text == written,
        "docs/reference/sources.md is not what is found; `SAYSO_BLESS=1 cargo test` writes it anew. First: {differs:#?}"
    );
}

fn document(of_tracker: &BTreeMap<Tracker, Vec<String>>) -> String {
    let mut text = String::from(
        "# Sources: what recorded payloads become\n\n\
         Generated by a test (`every_recorded_payload_is_read_or_explained`) that reads real, recorded answers, webhooks and \
         exports through the whole path: raw pages, the tracker's parser, its built-in lens, events. The test fails where \
         this page is not what it finds, or where anything is set aside for a reason that is not listed. \
         `SAYSO_BLESS=1 cargo test -p sayso-sources --test it every_recorded` writes it anew.\n\n\
         Each kind is read by itself here; in a real reading, kinds complete each other. A fact that several payloads tell \
         is one event. *No act*: kept under its activity, and no rule says what it means. What each activity means: \
         `docs/reference/trackers.md`.\n\n\
         The payloads themselves are not part of the project. Of Jira's permission schemes, components and projects \
         (go-jira's test data) and of CODEOWNERS files there is no row: they declare authority, and `sayso charter import` \
         reads them. Perceval's Phabricator answers are of a tracker that Sayso does not read.\n",
    );
    for (tracker, lines) in of_tracker {
        let _ = write!(
            text,
            "\n## {}\n\n| recorded by | payload | payloads | events | acts | not read, and why |\n|---|---|---:|---:|---|---|\n{}\n",
            heading(*tracker),
            lines.join("\n")
        );
    }
    text
}

fn heading(tracker: Tracker) -> &'static str {
    match tracker {
        Tracker::Jira => "Jira",
        Tracker::Github => "GitHub",
        Tracker::Gitlab => "GitLab",
        Tracker::Azure => "Azure DevOps",
        Tracker::Gerrit => "Gerrit",
        Tracker::Bugzilla => "Bugzilla",
        Tracker::Redmine => "Redmine",
        Tracker::Mail => "Mail",
    }
}

/// A table of raw answers is an export like any other: it is recognised, and gives what its rows give as pages.
#[test]
fn a_table_of_raw_answers_is_read_where_it_lies() {
    let Some(plugins) = data("recorded/devlake/backend/plugins") else { return };
    for (plugin, table, tracker) in [
        ("github", "_raw_github_api_pull_requests.csv", Tracker::Github),
        ("gitlab", "_raw_gitlab_api_issues.csv", Tracker::Gitlab),
        ("jira", "_raw_jira_api_issues.csv", Tracker::Jira),
        ("azuredevops_go", "_raw_azuredevops_go_api_pull_requests.csv", Tracker::Azure),
    ] {
        let path = plugins.join(plugin).join("e2e/raw_tables").join(table);
        assert_eq!(sayso_sources::probe(&path).unwrap(), Kind::Tracker(tracker), "{table}");
        let mut group = Group::new(tracker, "", "");
        let named = Table::of_name(table).unwrap();
        for row in rows(std::fs::File::open(&path).unwrap(), table) {
            let Row::Answer { origin, body } = row else { panic!("{row:?}") };
            group.pages.push((named.kind.clone(), origin, body));
        }
        let (there, here) = (counted(tracker, &path), group.count());
        assert!(there.n_events > 0, "{table}");
        assert_eq!((there.acts, there.aside), (here.acts, here.aside), "{table}");
    }
}
