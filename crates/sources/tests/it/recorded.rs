//! Recorded payloads of GitHub and GitLab, every one of them: counts by kind, and no skip without a reason that is known here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sayso_model::coverage::Reason;
use sayso_sources::tracker::devlake::{Row, Table, rows};
use sayso_sources::tracker::{Account, Claim, Fact, Page, Parser, Telling};

#[path = "recorded/github.rs"]
mod github;
#[path = "recorded/gitlab.rs"]
mod gitlab;
#[path = "recorded/table.rs"]
mod table;

/// Everything that a parser told.
#[derive(Default)]
pub struct Told {
    pub facts: Vec<Fact>,
    pub aside: Vec<(String, Reason, String)>,
    pub claims: Vec<Claim>,
    pub accounts: Vec<Account>,
}

impl Telling for Told {
    fn fact(&mut self, fact: Fact) {
        assert!(!fact.item.is_empty() && !fact.id.is_empty() && !fact.activity.is_empty(), "{fact:?}");
        self.facts.push(fact);
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        assert!(!place.is_empty());
        self.aside.push((place.to_owned(), reason, detail.to_owned()));
    }

    fn claim(&mut self, claim: Claim) {
        self.claims.push(claim);
    }

    fn account(&mut self, account: Account) {
        self.accounts.push(account);
    }
}

impl Told {
    /// Facts by activity, each once.
    pub fn activities(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for fact in self.distinct().values() {
            *counts.entry(fact.activity.clone()).or_default() += 1;
        }
        counts
    }

    /// Asserts how many facts there are of each of these activities.
    pub fn holds(&self, expected: &[(&str, usize)]) {
        let activities = self.activities();
        for (activity, n) in expected {
            assert_eq!(activities.get(*activity), Some(n), "{activity} in {activities:#?}");
        }
    }

    /// Asserts that what was set aside is this and nothing else.
    pub fn has_only_set_aside(&self, expected: &[(&str, usize)]) {
        let expected: BTreeMap<String, usize> = expected.iter().map(|(detail, n)| ((*detail).to_owned(), *n)).collect();
        assert_eq!(self.reasons(), expected);
    }

    /// Facts by identity; the last teller counts.
    pub fn distinct(&self) -> BTreeMap<&str, &Fact> {
        self.facts.iter().map(|fact| (fact.id.as_str(), fact)).collect()
    }

    /// What was set aside, by reason and words.
    pub fn reasons(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for (_, reason, detail) in &self.aside {
            *counts.entry(format!("{}: {detail}", reason.name())).or_default() += 1;
        }
        counts
    }
}

/// Where a part of the recorded data is; `None`, with a word on the screen, where it is not.
pub fn data(part: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(part);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared/data is not here");
    None
}

/// The files of a folder, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The raw tables of one of DevLake's plugins.
pub fn tables(plugins: &Path, plugin: &str) -> Vec<PathBuf> {
    let mut paths = files(&plugins.join(plugin).join("e2e/raw_tables"));
    paths.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with("_raw_"));
    paths
}

/// Feeds a table of raw answers to a parser; the number of rows.
pub fn feed(parser: &mut dyn Parser, path: &Path, told: &mut Told) -> usize {
    let name = path.file_name().unwrap().to_str().unwrap();
    let table = Table::of_name(name).unwrap();
    let mut n = 0;
    for row in rows(std::fs::File::open(path).unwrap(), name) {
        n += 1;
        match &row {
            Row::Answer { .. } => parser.page(&row.page(&table).unwrap(), told),
            Row::Broken { place, reason, detail } => told.set_aside(place, *reason, detail),
        }
    }
    n
}

/// A page of a file.
pub fn page<'a>(kind: &'a str, origin: &'a str, body: &'a [u8]) -> Page<'a> {
    Page { kind, origin, body }
}
