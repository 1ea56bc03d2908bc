//! Recorded answers of real trackers through the parsers and the lenses that come with them: nothing is lost unexplained.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sayso_model::coverage::Reason;
use sayso_sources::tracker::azure::Azure;
use sayso_sources::tracker::gerrit::Gerrit;
use sayso_sources::tracker::mail::Mail;
use sayso_sources::tracker::redmine::Redmine;
use sayso_sources::tracker::{Account, Claim, Fact, Page, Parser, Telling};
use serde_json::Value;

use crate::sink::shared;

/// Keeps everything; facts once by their identity.
#[derive(Default)]
struct Heard {
    facts: BTreeMap<String, Fact>,
    n_told: usize,
    aside: Vec<(String, Reason, String)>,
    claims: Vec<Claim>,
    accounts: BTreeSet<String>,
}

impl Telling for Heard {
    fn fact(&mut self, fact: Fact) {
        assert!(!fact.id.is_empty() && !fact.item.is_empty() && !fact.activity.is_empty(), "{fact:?}");
        self.n_told += 1;
        self.facts.insert(fact.id.clone(), fact);
    }
    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        self.aside.push((place.to_owned(), reason, detail.to_owned()));
    }
    fn claim(&mut self, claim: Claim) {
        self.claims.push(claim);
    }
    fn account(&mut self, account: Account) {
        self.accounts.insert(account.id);
    }
}

impl Heard {
    fn of(mut parser: impl Parser, pages: &[(String, Vec<u8>)]) -> Heard {
        let mut heard = Heard::default();
        for (origin, body) in pages {
            parser.page(&Page { kind: "", origin, body }, &mut heard);
        }
        parser.finish(&mut heard);
        heard
    }

    fn n(&self, activity: &str) -> usize {
        self.facts.values().filter(|fact| fact.activity == activity).count()
    }

    fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for fact in self.facts.values() {
            *counts.entry(fact.activity.as_str()).or_default() += 1;
        }
        counts
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn pages(folder: &Path, is: impl Fn(&str) -> bool) -> Vec<(String, Vec<u8>)> {
    let named = files(folder).into_iter().map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path));
    named.filter(|(name, _)| is(name)).map(|(name, path)| (name, std::fs::read(path).unwrap())).collect()
}

#[test]
fn recorded_answers_of_a_review_server_by_ssh() {
    let Some(folder) = shared("data/recorded/perceval/tests/data/gerrit") else { return };
    let heard = Heard::of(Gerrit::default(), &pages(&folder, |name| name.contains("reviews")));
    println!("{:?}", heard.counts());
    // One of the answers says that it is not the last.
    assert_eq!((heard.aside.len(), heard.claims.len()), (0, 1), "{:?} {:?}", heard.aside, heard.claims);
    let items: BTreeSet<&str> = heard.facts.values().map(|fact| fact.item.as_str()).collect();
    assert_eq!(heard.n("created"), items.len());
    assert!(items.len() >= 4 && heard.n("merged") > 0 && heard.n("vote/Code-Review+2") > 0);
    // Two of the recorded answers hold the same changes: told twice, they are the same facts.
    assert_eq!((heard.n_told, heard.facts.len()), (79, 56));
}

#[test]
fn recorded_answers_of_a_tracker_with_journals() {
    let Some(folder) = shared("data/recorded/perceval/tests/data/redmine") else { return };
    let heard = Heard::of(Redmine::default(), &pages(&folder, |_| true));
    println!("{:?} {:?}", heard.counts(), heard.claims);
    assert_eq!(heard.aside, []);
    let journals: usize = pages(&folder, |name| name.starts_with("redmine_issue_"))
        .iter()
        .map(|(_, body)| {
            let issue: Value = serde_json::from_slice(body).unwrap();
            let journals = issue["issue"]["journals"].as_array().unwrap();
            let parts = |journal: &Value| {
                let n = journal["details"].as_array().map_or(0, Vec::len);
                let notes = journal["notes"].as_str().is_some_and(|notes| !notes.trim().is_empty());
                (n + usize::from(notes)).max(1)
            };
            journals.iter().map(parts).sum::<usize>()
        })
        .sum();
    assert_eq!(heard.facts.len() - heard.n("created"), journals, "every change of every journal");
}

#[test]
fn recorded_mail_of_every_oddity() {
    let Some(folder) = shared("data/recorded/perceval/tests/data/mbox") else { return };
    let heard = Heard::of(Mail::default(), &pages(&folder, |name| name.ends_with(".mbox")));
    println!("{:?} {:?}", heard.counts(), heard.aside);
    // Counted by hand: lines that begin a message and stand behind an empty one.
    let letters = heard.facts.values().filter(|fact| !fact.id.contains('/')).count();
    println!("{letters} messages, {} told", heard.n_told);
    assert!(heard.aside.iter().all(|(_, _, detail)| !detail.is_empty()));
    let unread = heard.facts.values().filter(|fact| fact.at.is_empty()).count();
    println!("{unread} without a date");
}

/// The answers in Microsoft's own descriptions.
#[test]
fn recorded_answers_of_work_items_and_pull_requests() {
    let Some(folder) = shared("data/recorded/azure-devops/specification") else { return };
    let mut pages = Vec::new();
    for path in files(&folder) {
        let name = path.to_string_lossy().replace('\\', "/");
        let is_ours = ["/updates/", "/comments/", "/workItems/", "/pullRequests/", "/pullRequestThreads/"]
            .iter()
            .any(|part| name.contains(part));
        if !is_ours || !name.ends_with(".json") || !path.file_name().unwrap().to_string_lossy().starts_with("GET_") {
            continue;
        }
        let example: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let number = example["parameters"]["pullRequestId"].as_str().unwrap_or("0").to_owned();
        for answer in example["responses"].as_object().unwrap().values() {
            if !answer["body"].is_null() {
                let file = path.file_name().unwrap().to_string_lossy();
                let origin = format!("https://host.example/_apis/git/pullRequests/{number}/threads#{file}");
                pages.push((origin, serde_json::to_vec(&answer["body"]).unwrap()));
            }
        }
    }
    let heard = Heard::of(Azure::default(), &pages);
    println!("{} pages, {:?}\n{:?}\n{:?}", pages.len(), heard.counts(), heard.aside, heard.claims);
    // A template for work items that are still to be made is no work item, and comments of the form that version 5 of the
    // interface gave up (`revision`, `revisedDate`) are not read: six of them, each set aside by its place.
    let is_known = |origin: &str| origin.contains("template") || origin.contains("_taskId__comments_");
    assert_eq!(heard.aside.len(), 7);
    assert!(heard.aside.iter().all(|(origin, _, _)| is_known(origin)), "{:?}", heard.aside);
    assert_eq!(heard.n("vote/approved"), 1);
    assert_eq!((heard.n("reviewer added"), heard.n("reviewer removed"), heard.n("new version")), (1, 1, 1));
    // Nothing is told of the year in which present revisions end.
    assert!(heard.facts.values().all(|fact| !fact.at.starts_with("9999") && !fact.at.is_empty()), "{:?}", heard.facts);
}

#[test]
fn recorded_pull_requests_out_of_a_table_of_raw_answers() {
    let Some(folder) = shared("data/recorded/devlake/backend/plugins/azuredevops_go/e2e/raw_tables") else { return };
    let mut pages = Vec::new();
    let mut rows = csv::Reader::from_path(folder.join("_raw_azuredevops_go_api_pull_requests.csv")).unwrap();
    let headers = rows.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    for row in rows.records() {
        let row = row.unwrap();
        pages.push((row[column("url")].to_owned(), row[column("data")].as_bytes().to_vec()));
    }
    let heard = Heard::of(Azure::default(), &pages);
    assert_eq!((heard.facts.len(), heard.n("pull request created"), heard.aside.len()), (1, 1, 0));
}
