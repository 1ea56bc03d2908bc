//! Declared authority through time and from other formats: git histories that are made here, and real ones.

use std::path::{Path, PathBuf};
use std::process::Command;

use sayso_model::charter::{Charter, Remit, Who};
use sayso_model::event::Verdict;
use sayso_model::time::Instant;
use sayso_sources::authority::{Format, charter_file, check, history, import, jira, pep};

use crate::sink::{Vault, at};

/// Shared real data; `None`, said once, where it is not here.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared/data is not here");
    None
}

/// A repository whose commits are made at days that the test gives.
struct Repo(tempfile::TempDir);

impl Repo {
    fn new() -> Repo {
        let repo = Repo(tempfile::tempdir().unwrap());
        repo.git("2025-01-01", &["init", "--quiet", "--initial-branch=main"]);
        repo
    }

    fn git(&self, day: &str, args: &[&str]) {
        let date = format!("{day}T12:00:00Z");
        let done = Command::new("git")
            .args(["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(self.0.path())
            .envs([("GIT_COMMITTER_DATE", &date), ("GIT_AUTHOR_DATE", &date)])
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
            .output()
            .unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn commit(&self, day: &str, name: &str, text: &str) {
        self.write(name, text);
        self.git(day, &["add", "--all"]);
        self.git(day, &["commit", "--quiet", "--message", "change"]);
    }

    fn load(&self, name: &str) -> history::History {
        history::load(&self.0.path().join(name), at("2025-06-01T00:00:00Z")).unwrap()
    }
}

fn remit(matter: &str, who: &str) -> String {
    format!("[[remit]]\nmatter = \"{matter}\"\narea = \"*\"\ndecides = [\"role:{who}\"]\n")
}

/// Who decides a matter on a day.
fn on(charter: &Charter, matter: &str, day: &str) -> String {
    let at = at(&format!("{day}T13:00:00Z"));
    let governs = |remit: &&Remit| remit.is_in_force(at) && remit.matter == matter;
    charter.remits.iter().rfind(governs).map_or("nobody".to_owned(), |remit| remit.decides[0].to_string())
}

#[test]
fn a_charter_is_read_through_its_versions_renames_merges_and_uncommitted_edits() {
    let repo = Repo::new();
    repo.commit("2025-01-02", "rules/charter.toml", &remit("scope", "lead"));
    repo.git("2025-01-03", &["checkout", "--quiet", "-b", "side"]);
    repo.commit("2025-01-10", "rules/charter.toml", &(remit("scope", "lead") + &remit("money", "head")));
    repo.git("2025-01-10", &["checkout", "--quiet", "main"]);
    repo.commit("2025-01-11", "other.txt", "x");
    repo.git("2025-01-20", &["merge", "--quiet", "--no-ff", "--message", "merge", "side"]);
    repo.git("2025-01-25", &["mv", "rules/charter.toml", "charter.toml"]);
    repo.git("2025-01-25", &["commit", "--quiet", "--message", "move"]);
    repo.commit("2025-02-01", "charter.toml", "[[remit\nbroken");
    repo.commit("2025-03-01", "charter.toml", &(remit("scope", "owner") + &remit("money", "head")));
    repo.write("charter.toml", &remit("scope", "owner"));

    let history = repo.load("charter.toml");
    assert_eq!((history.n_versions, history.is_uncommitted), (5, true), "{history:?}");
    assert_eq!(history.first, Some(at("2025-01-02T12:00:00Z")));
    assert_eq!(history.aside.len(), 1, "{:?}", history.aside);
    assert!(history.aside[0].place.starts_with("charter.toml:1 as of "), "{:?}", history.aside);
    let charter = &history.charter;
    assert_eq!(on(charter, "scope", "2024-01-01"), "role:lead", "the first version is taken to have held before");
    assert_eq!(on(charter, "scope", "2025-02-28"), "role:lead", "the broken version changes nothing");
    assert_eq!(on(charter, "scope", "2025-03-01"), "role:owner");
    assert_eq!(on(charter, "money", "2025-01-15"), "nobody", "what lies on a branch holds from the merge on");
    assert_eq!(on(charter, "money", "2025-01-20"), "role:head");
    assert_eq!(on(charter, "money", "2025-05-31"), "role:head");
    assert_eq!(on(charter, "money", "2025-06-01"), "nobody", "the edit that is not committed holds from now on");
}

#[test]
fn without_git_or_before_the_first_commit_the_file_alone_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charter.toml");
    std::fs::write(&path, remit("scope", "lead")).unwrap();
    let now = at("2025-06-01T00:00:00Z");
    let alone = history::load(&path, now).unwrap();
    assert_eq!((alone.n_versions, alone.first, alone.is_uncommitted), (1, None, false));
    assert_eq!(alone.charter.remits[0].since, None);

    let repo = Repo::new();
    repo.write("charter.toml", &remit("scope", "lead"));
    assert_eq!(repo.load("charter.toml"), alone, "nothing is committed");
    repo.commit("2025-01-02", "other.txt", "x");
    repo.git("2025-01-02", &["rm", "--quiet", "--cached", "charter.toml"]);
    repo.git("2025-01-02", &["commit", "--quiet", "--amend", "--message", "other"]);
    assert_eq!(repo.load("charter.toml"), alone, "the file itself is not under git");

    let missing = history::load(&folder.path().join("nowhere.toml"), now).unwrap_err();
    assert!(missing.hint().unwrap().contains("may be read"), "{missing}");
    std::fs::write(&path, "[[remit]]\nare = \"*\"\n").unwrap();
    let invalid = history::load(&path, now).unwrap_err();
    assert_eq!(invalid.hint().unwrap(), "did you mean `area`?", "{invalid}");
}

#[test]
fn names_with_odd_letters_are_followed_too() {
    let repo = Repo::new();
    repo.commit("2025-01-02", "a [b]*.toml", &remit("scope", "lead"));
    repo.commit("2025-01-03", "a [b]*.toml", &remit("scope", "owner"));
    repo.commit("2025-01-04", "a [b]x.toml", &remit("scope", "other"));
    let history = repo.load("a [b]*.toml");
    assert_eq!(history.n_versions, 2);
    assert_eq!(on(&history.charter, "scope", "2025-01-04"), "role:owner");
}

#[test]
fn any_format_has_a_history() {
    let repo = Repo::new();
    let config = |group: &str| format!("[access \"refs/heads/*\"]\n\tsubmit = group {group}\n");
    repo.commit("2025-01-02", "project.config", &config("A"));
    repo.commit("2025-02-01", "project.config", &config("B"));
    repo.git("2025-03-01", &["rm", "--quiet", "project.config"]);
    repo.git("2025-03-01", &["commit", "--quiet", "--message", "gone"]);
    let history = history::of_format(repo.0.path(), "HEAD", &["project.config", "groups"], Format::Gerrit).unwrap();
    assert_eq!(history.n_versions, 3);
    let told: Vec<String> =
        ["2025-01-31", "2025-02-02", "2025-03-02"].map(|day| on(&history.charter, "submit", day)).into();
    assert_eq!(told, ["team:A", "team:B", "nobody"]);
}

#[test]
fn the_example_office_has_a_charter_without_errors() {
    let text = include_str!("../../../../offices/insurer/charter.toml");
    let charter = charter_file::read("charter.toml", text).unwrap();
    assert_eq!(charter.remits.len(), 10);
    let found = check::check(&charter, &[], None);
    assert_eq!(found, [], "nothing contradicts itself");
    assert_eq!(charter_file::read("charter.toml", &charter_file::write(&charter)).unwrap().remits.len(), 10);
}

/// The rights of a real review server, over two years of changes to them.
#[test]
fn real_rights_of_a_review_server_are_read_as_of_each_change() {
    let Some(bundle) = shared("spdk_notedb_2017-02_2018-06.bundle") else { return };
    let files = ["project.config", "groups"];
    let history = history::of_format(&bundle, "refs/meta/config", &files, Format::Gerrit).unwrap();
    assert!(history.n_versions >= 40, "{}", history.n_versions);
    let of = |matter: &str, day: &str| {
        let at = at(&format!("{day}T00:00:00Z"));
        let governs = |remit: &&Remit| remit.is_in_force(at) && remit.matter == matter && remit.area == "*";
        history.charter.remits.iter().rfind(governs).map(|remit| remit.decides.clone()).unwrap_or_default()
    };
    let is_person = |who: &Who| matches!(who, Who::Person(_));
    // It began with one person who could do everything, and ended with a team.
    for matter in ["merge", "submit"] {
        let first = of(matter, "2017-01-01");
        assert!(first.len() == 1 && is_person(&first[0]), "{matter}");
        let last = of(matter, "2019-06-01");
        assert!(last.len() == 1 && matches!(last[0], Who::Team(_)), "{matter}");
    }
    assert_eq!(of("verified", "2019-06-01").len(), 2, "people and machines");
    assert!(!history.charter.remits.iter().any(|remit| remit.matter == "chandler-test-pool" && remit.until.is_none()));
    // Every instant at which somebody could let a change in has somebody who could carry it out.
    let days = ["2017-06-01", "2017-12-01", "2018-06-01", "2018-12-01"];
    assert!(days.iter().all(|day| !of("merge", day).is_empty() && !of("submit", day).is_empty()));
}

#[test]
fn real_answers_of_a_tracker_are_read() {
    let Some(recorded) = shared("recorded") else { return };
    let read = |name: &str| std::fs::read_to_string(recorded.join(name)).unwrap();
    let component = read("go-jira/testing/mock-data/component_get.json");
    let project = read("go-jira/testing/mock-data/project.json");
    let imported = jira::import(&[("component.json", component.as_str()), ("project.json", project.as_str())]).unwrap();
    assert_eq!((imported.charter.remits.len(), imported.aside.len()), (2, 0), "{imported:?}");
    assert!(imported.charter.remits.iter().all(|remit| remit.decides.len() == 1));
    let all = read("go-jira/testing/mock-data/all_projects.json");
    let imported = jira::import(&[("all.json", all.as_str())]).unwrap();
    assert!(imported.charter.is_empty() && imported.aside.len() > 10, "a list of projects does not name their leads");

    let openapi: serde_json::Value = serde_json::from_str(&read("jira-openapi/swagger-v3-2025-12.json")).unwrap();
    for path in ["/rest/api/3/project/{projectIdOrKey}/components", "/rest/api/3/project/{projectIdOrKey}/component"] {
        let example = &openapi["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["example"];
        let text = example.as_str().unwrap();
        let imported = import(Format::Jira, &[("example.json", text)]).unwrap();
        assert!(!imported.charter.is_empty(), "{path}: {imported:?}");
    }
}

/// All proposals of a language: what was decided, by whom, and by which right.
#[test]
fn real_proposals_are_read_as_remits_and_decisions() {
    let Some(bundle) = shared("peps.bundle") else { return };
    let peps = pep::read(&bundle).unwrap();
    println!(
        "{} proposals, {} answered before, {} decisions, {} remits, {} aside",
        peps.n_proposals,
        peps.n_answered_before,
        peps.decisions.len(),
        peps.charter.remits.len(),
        peps.aside.len()
    );
    assert!((700..800).contains(&peps.n_proposals), "{}", peps.n_proposals);
    assert!((500..800).contains(&peps.decisions.len()), "{}", peps.decisions.len());
    assert!(peps.decisions.iter().all(|one| one.raised_at <= one.decided_at));
    let n = |is: &dyn Fn(&pep::PepDecision) -> bool| peps.decisions.iter().filter(|one| is(one)).count();
    let (approved, rejected) =
        (n(&|one| one.verdict == Some(Verdict::Approved)), n(&|one| one.verdict == Some(Verdict::Rejected)));
    let (withdrawn, delegated) = (n(&|one| one.verdict.is_none()), n(&|one| one.is_delegated));
    println!("{approved} approved, {rejected} rejected, {withdrawn} withdrawn, {delegated} with a delegate");
    assert!(approved > 250 && rejected > 80 && withdrawn > 40 && delegated > 80);
    // The council never decides before it was elected, nor the BDFL after he had gone.
    let role = |one: &pep::PepDecision, role: &str| one.by == Some(Who::Role(role.to_owned()));
    assert_eq!(n(&|one| role(one, pep::COUNCIL) && !one.is_delegated && one.decided_at < pep::COUNCIL_SINCE), 0);
    assert_eq!(n(&|one| role(one, pep::BDFL) && !one.is_delegated && one.decided_at >= pep::BDFL_UNTIL), 0);

    // Whoever decides by delegation has a remit for that proposal at that instant: the two are read independently.
    let glob = |remit: &Remit| remit.area.trim_start_matches("*/").to_owned();
    for one in peps.decisions.iter().filter(|one| one.is_delegated && one.verdict.is_some()) {
        let by = one.by.clone().unwrap();
        let governs =
            |remit: &&Remit| remit.is_in_force(one.decided_at) && (remit.area == "*" || glob(remit) == one.item);
        let remit = peps.charter.remits.iter().rfind(governs).unwrap();
        let deferred_by_another = one.verdict == Some(Verdict::Deferred);
        assert!(
            remit.area != "*" && (remit.decides.contains(&by) || remit.decides.len() > 1 || deferred_by_another),
            "{} at {}",
            one.item,
            one.decided_at
        );
    }

    let mut vault = Vault::default();
    pep::events(&bundle, &mut vault).unwrap();
    let acts = |act: &str| vault.events.iter().filter(|event| event.act == act).count();
    assert_eq!(acts("decided") + acts("withdrawn"), peps.decisions.len());
    assert_eq!(vault.ledger.n_lost(), 0);
    assert!(acts("raised") as u64 + peps.n_answered_before <= peps.n_proposals);
    let mut by_item: std::collections::HashMap<&str, Instant> = std::collections::HashMap::new();
    for event in &vault.events {
        let last = by_item.entry(&event.item).or_insert(event.at);
        assert!(*last <= event.at, "{} goes back in time", event.item);
        *last = event.at;
    }
}
