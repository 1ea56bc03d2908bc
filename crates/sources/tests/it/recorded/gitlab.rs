//! GitLab: DevLake's raw tables and Perceval's pages.

use sayso_sources::tracker::gitlab::GitLab;

use super::*;

#[test]
fn the_tables_of_devlake() {
    let Some(folder) = data("recorded/devlake/backend/plugins") else { return };
    let mut parser = GitLab::new();
    let mut told = Told::default();
    for path in tables(&folder, "gitlab") {
        let before = (told.facts.len(), told.aside.len());
        let n = feed(&mut parser, &path, &mut told);
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        println!("{name}: {n} rows, {} facts, {} set aside", told.facts.len() - before.0, told.aside.len() - before.1);
    }
    parser.finish(&mut told);
    println!("{:#?}\n{:#?}", told.activities(), told.reasons());
    // 26 notes: 22 of GitLab's own sentences, of which one says two things, and 4 of people.
    told.holds(&[
        ("approved", 5),
        ("assigned", 4),
        ("branch_restored", 1),
        ("closed", 12),
        ("closed/unmerged", 4),
        ("commented", 4),
        ("commits_added", 6),
        ("committed", 37),
        ("merged", 12),
        ("opened", 24 + 16),
        ("ready_for_review", 1),
        ("referenced", 2),
        ("unapproved", 1),
        ("unassigned", 1),
    ]);
    told.has_only_set_aside(&[
        ("item_missing: deployments: not about an issue or merge request", 8),
        ("item_missing: job: not about an issue or merge request", 75),
        ("item_missing: pipeline: not about an issue or merge request", 29),
        ("item_missing: pipeline_details: not about an issue or merge request", 16),
        ("item_missing: trigger_job: not about an issue or merge request", 1),
    ]);
    assert!(told.facts.iter().all(|fact| fact.activity != "system_note"), "a sentence that is not known");
    assert!(told.facts.iter().all(|fact| fact.item.contains('/')), "a project without a name");
}

/// The address that a page of Perceval's would have come from.
pub fn address(name: &str) -> String {
    let base = "https://gitlab.example/api/v4/projects/owner%2Fname";
    let number = name.split('_').nth(1).unwrap_or("1");
    match name.split('_').next().unwrap_or_default() {
        "notes" => format!("{base}/issues/{number}/notes"),
        "commits" => format!("{base}/merge_requests/{number}/commits"),
        "emoji" => format!("{base}/issues/1/award_emoji"),
        "merge" if name.contains("version") => format!("{base}/merge_requests/{number}/versions"),
        _ => format!("{base}/{name}"),
    }
}

#[test]
fn the_pages_of_perceval() {
    let Some(folder) = data("recorded/perceval/tests/data/gitlab") else { return };
    let mut all = Told::default();
    let mut n = 0;
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let body = std::fs::read(&path).unwrap();
        let mut parser = GitLab::new();
        let mut told = Told::default();
        parser.page(&page("", &address(&name), &body), &mut told);
        parser.finish(&mut told);
        n += 1;
        println!("{name}: {:?} {:?}", told.activities(), told.reasons());
        let is_silent = told.facts.is_empty() && told.aside.is_empty() && name != "project";
        assert!(!is_silent || body.len() < 8, "{name} says nothing");
        all.facts.extend(told.facts);
        all.aside.extend(told.aside);
    }
    assert_eq!(n, 31);
    for detail in all.reasons().keys() {
        let known = ["time_missing: closed, and nothing says when", "time_missing: merged, and nothing says when"];
        assert!(known.contains(&detail.as_str()), "{detail}");
    }
    for activity in ["opened", "closed", "commented", "committed", "head_moved", "moved_to"] {
        assert!(all.activities().contains_key(activity), "{activity}: {:?}", all.activities());
    }
}
