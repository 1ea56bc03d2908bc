//! GitHub: DevLake's raw tables, the vendor's webhook examples, Perceval's pages and the archive of an IETF group.

use std::io::Read;

use sayso_sources::tracker::github::GitHub;
use serde_json::Value;

use super::*;

#[test]
fn the_tables_of_devlake() {
    let Some(folder) = data("recorded/devlake/backend/plugins") else { return };
    let mut parser = GitHub::new();
    let mut told = Told::default();
    for path in ["github", "github_graphql"].into_iter().flat_map(|plugin| tables(&folder, plugin)) {
        let before = (told.facts.len(), told.aside.len());
        let n = feed(&mut parser, &path, &mut told);
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        println!("{name}: {n} rows, {} facts, {} set aside", told.facts.len() - before.0, told.aside.len() - before.1);
    }
    parser.finish(&mut told);
    println!("{:#?}\n{:#?}", told.activities(), told.reasons());
    told.holds(&[
        ("assigned", 10),
        ("closed/merged", 1),
        ("closed/not_planned", 1),
        ("closed/unmerged", 19),
        ("commented", 94),
        ("committed", 90),
        ("head_ref_force_pushed", 6),
        ("labeled", 18),
        ("mentioned", 1),
        ("merged", 27),
        ("opened", 92),
        ("ready_for_review", 1),
        ("renamed", 1),
        ("review_commented", 16),
        ("reviewed/APPROVED", 2),
        ("reviewed/CHANGES_REQUESTED", 3),
        ("subscribed", 1),
    ]);
    // 42 issues and 50 pull requests, of each one twice; 91 commits, one twice; 95 comments, one twice.
    told.has_only_set_aside(&[
        ("item_missing: account_orgs: not about an issue, pull request or discussion", 29),
        ("item_missing: deployment: not about an issue, pull request or discussion", 7),
        ("item_missing: jobs: not about an issue, pull request or discussion", 35),
        ("item_missing: milestones: not about an issue, pull request or discussion", 1),
        ("item_missing: runs: not about an issue, pull request or discussion", 35),
    ]);
    // The tables are a sample, and the issues say how many comments there are.
    assert!(told.claims.iter().any(|claim| claim.what == "comments" && claim.received < claim.stated));
    let bots = told.accounts.iter().filter(|account| account.is_bot).count();
    assert!(bots > 0 && told.accounts.len() > bots);
}

#[test]
fn the_webhooks_of_the_vendor() {
    let Some(path) = data("recorded/octokit/webhooks-examples/index.json") else { return };
    let all: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut n, mut n_told) = (0, 0);
    let mut kinds = std::collections::BTreeSet::new();
    for hook in all.as_array().unwrap() {
        let name = hook["name"].as_str().unwrap();
        for example in hook["examples"].as_array().unwrap() {
            n += 1;
            let mut parser = GitHub::new();
            let mut told = Told::default();
            let body = serde_json::to_vec(example).unwrap();
            parser.page(&page(name, "delivery", &body), &mut told);
            parser.finish(&mut told);
            let is_about_items = told.facts.iter().any(|fact| !fact.activity.is_empty());
            if is_about_items {
                n_told += 1;
                kinds.insert(name);
                assert!(told.aside.is_empty(), "{name}: {:?}", told.aside);
            } else {
                assert_eq!(told.aside.len(), 1, "{name}: neither told nor set aside");
                assert_eq!(told.aside[0].2, format!("{name}: not about an issue, pull request or discussion"));
            }
            // What happened is there, and not only the item it happened to.
            if let Some(action) = example["action"].as_str().filter(|_| is_about_items) {
                let is_opening =
                    matches!((name, action), ("issues" | "pull_request" | "discussion", "opened" | "created"));
                let expected = if is_opening { 1 } else { 2 };
                let least = if name == "deployment_review" { 1 } else { expected };
                assert!(told.facts.len() >= least, "{name}/{action}: {:?}", told.activities());
            }
        }
    }
    println!("{n} bodies, {n_told} about items: {kinds:?}");
    assert_eq!(n, 329);
    let expected = [
        "deployment_review",
        "discussion",
        "discussion_comment",
        "issue_comment",
        "issues",
        "pull_request",
        "pull_request_review",
        "pull_request_review_comment",
        "pull_request_review_thread",
    ];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(n_told, 1 + 15 + 4 + 9 + 29 + 29 + 4 + 5 + 3);
}

#[test]
fn the_archive_of_a_standards_group() {
    let Some(path) = data("ietf_ppm-dap_archive.json.gz") else { return };
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut body).unwrap();
    let mut parser = GitHub::new();
    let mut told = Told::default();
    parser.page(&page("", "archive.json", &body), &mut told);
    parser.finish(&mut told);
    println!("{:#?}", told.activities());
    assert!(told.aside.is_empty(), "{:?}", told.aside);
    assert_eq!(told.facts.len(), told.distinct().len(), "nothing in it is told twice");
    // 240 issues and 345 pull requests; 226 issues closed, 308 merged and 32 closed without; 2,098 reviews.
    told.holds(&[
        ("closed", 226),
        ("closed/unmerged", 32),
        ("commented", 1522),
        ("merged", 308),
        ("opened", 240 + 345),
        ("review_commented", 3111),
        ("reviewed/APPROVED", 560),
        ("reviewed/CHANGES_REQUESTED", 103),
        ("reviewed/COMMENTED", 1433),
        ("reviewed/DISMISSED", 2),
    ]);
    let reviews = told.facts.iter().filter(|fact| fact.activity.starts_with("reviewed/"));
    assert_eq!(reviews.filter(|fact| fact.actor.is_some()).count(), 2098);
    let pulls = told.facts.iter().filter(|fact| fact.attributes.contains(&("kind".to_owned(), "pull".to_owned())));
    assert_eq!(pulls.count(), 345);
    let items: std::collections::BTreeSet<&str> = told.facts.iter().map(|fact| fact.item.as_str()).collect();
    assert_eq!(items.len(), 240 + 345);
}

/// The address that a page of Perceval's would have come from, for those that do not say whose they are.
pub fn address(name: &str) -> String {
    let base = "https://api.github.com/repos/owner/name";
    match name {
        "github_issue_2_reactions" => format!("{base}/issues/2/reactions"),
        "github_request_pull_request_1_commits" => format!("{base}/pulls/1/commits"),
        "github_request_pull_request_2_commits" => format!("{base}/pulls/2/commits"),
        "github_events_page_1" => format!("{base}/issues/1"),
        name => name.to_owned(),
    }
}

#[test]
fn the_pages_of_perceval() {
    let Some(folder) = data("recorded/perceval/tests/data/github") else { return };
    let mut all = Told::default();
    let mut n = 0;
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let body = std::fs::read(&path).unwrap();
        let mut parser = GitHub::new();
        let mut told = Told::default();
        parser.page(&page("", &address(&name), &body), &mut told);
        parser.finish(&mut told);
        n += 1;
        println!("{name}: {:?} {:?} {}", told.activities(), told.reasons(), told.accounts.len());
        let is_silent = told.facts.is_empty() && told.aside.is_empty() && told.accounts.is_empty();
        assert!(!is_silent || body.len() < 8, "{name} says nothing");
        all.facts.extend(told.facts);
        all.aside.extend(told.aside);
    }
    assert_eq!(n, 36);
    for detail in all.reasons().keys() {
        let known = [
            // Reactions to comments, whose address names the comment and not the item.
            "item_missing: neither the entry nor the address",
            "item_missing: a repository",
            "item_missing: an organisation",
            "item_missing: rate limits",
            "row_malformed: GitHub answered: You have triggered an abuse detection",
            "row_malformed: GitHub answered: Parse error",
            // A key, and not a page.
            "row_malformed: invalid number",
        ];
        assert!(known.iter().any(|known| detail.starts_with(known)), "{detail}");
    }
    let activities = all.activities();
    for activity in [
        "opened",
        "reviewed/APPROVED",
        "reviewed/CHANGES_REQUESTED",
        "committed",
        "labeled",
        "merged",
        "moved_columns_in_project",
        "cross-referenced",
        "review_commented",
        "commented",
    ] {
        assert!(activities.contains_key(activity), "{activity}: {activities:?}");
    }
}

#[test]
fn numbers_in_node_ids_are_those_of_the_interface() {
    // What REST tells and what GraphQL tells of one review has to be one: a node id holds the number.
    let Some(folder) = data("recorded/devlake/backend/plugins/github/e2e/raw_tables") else { return };
    let mut n = 0;
    for table in ["comments", "pull_request_review_comments", "pull_request_reviews"] {
        let file = folder.join(format!("_raw_github_api_{table}.csv"));
        for row in rows(std::fs::File::open(file).unwrap(), table) {
            let Row::Answer { origin, body } = row else { panic!("{row:?}") };
            let mut value: Value = serde_json::from_slice(&body).unwrap();
            let id_of = |value: &Value| {
                let mut told = Told::default();
                GitHub::new().page(&page(table, &origin, value.to_string().as_bytes()), &mut told);
                told.facts[0].id.clone()
            };
            let by_number = id_of(&value);
            value.as_object_mut().unwrap().remove("id");
            assert_eq!(id_of(&value), by_number);
            n += 1;
        }
    }
    assert_eq!(n, 95 + 16 + 31);
}
