//! What the parser of GitHub promises, on payloads that are made here.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::tracker::heard::{Heard, attribute};

const API: &str = "https://api.github.com/repos/o/r";

fn user(login: &str) -> Value {
    json!({ "login": login, "type": if login.ends_with("[bot]") { "Bot" } else { "User" } })
}

fn issue(number: u64) -> Value {
    json!({ "number": number, "id": 1000 + number, "title": "Shall we?", "body": "I think so.", "user": user("ada"),
        "repository_url": API, "html_url": format!("https://github.com/o/r/issues/{number}"),
        "created_at": "2024-05-01T10:00:00Z", "updated_at": "2024-05-02T10:00:00Z", "comments": 0 })
}

fn pull(number: u64) -> Value {
    let mut pull = issue(number);
    let more = json!({ "html_url": format!("https://github.com/o/r/pull/{number}"), "head": { "ref": "topic" },
        "base": { "ref": "main", "repo": { "full_name": "o/r" } }, "draft": true, "changed_files": 3 });
    pull.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    pull
}

fn with(mut value: Value, more: Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

fn event(name: &str, at: &str, more: Value) -> Value {
    with(json!({ "id": 77, "event": name, "created_at": at, "actor": user("bo") }), more)
}

fn timeline(number: u64, events: Value) -> (&'static str, String, Value) {
    ("timeline", format!("{API}/issues/{number}/timeline?per_page=100"), events)
}

fn heard(pages: &[(&str, String, Value)]) -> Heard {
    let pages: Vec<(&str, &str, Value)> =
        pages.iter().map(|(kind, origin, body)| (*kind, origin.as_str(), body.clone())).collect();
    Heard::of(GitHub::new(), &pages)
}

fn of_timeline(events: Value) -> Heard {
    heard(&[timeline(7, events)])
}

fn hooked(name: &'static str, body: Value) -> Heard {
    heard(&[(name, "delivery".to_owned(), body)])
}

#[test]
fn an_opening_is_one_whoever_tells_it() {
    let told = heard(&[
        ("issues", format!("{API}/issues"), json!([issue(7)])),
        ("pulls", format!("{API}/pulls"), json!([pull(7)])),
        (
            "pull_request",
            "delivery".to_owned(),
            json!({ "action": "opened", "number": 7, "pull_request": pull(7),
            "repository": { "full_name": "o/r" }, "sender": user("ada") }),
        ),
    ]);
    assert_eq!(told.ids(), ["o/r#7/opened"]);
    let fact = told.last("o/r#7/opened");
    assert_eq!((fact.item.as_str(), fact.actor.as_deref()), ("o/r#7", Some("ada")));
    assert_eq!(fact.text.as_deref(), Some("Shall we?\n\nI think so."));
    assert!(fact.is_statement);
    for (key, value) in
        [("kind", "pull"), ("base", "main"), ("head", "topic"), ("draft", "yes"), ("changed_files", "3")]
    {
        assert_eq!(attribute(fact, key), Some(value), "{key}");
    }
    assert_eq!(told.acts("github"), ["opened: raised"]);
}

#[test]
fn in_lists_of_events_the_actor_of_an_assignment_is_the_one_assigned() {
    let told = of_timeline(json!([event(
        "assigned",
        "2024-05-01T11:00:00Z",
        json!({ "actor": user("cy"), "assignee": user("cy"), "assigner": user("bo") })
    )]));
    let fact = told.last("o/r#7/assigned/cy@2024-05-01T11:00:00Z");
    assert_eq!(fact.actor.as_deref(), Some("bo"));
    assert_eq!(told.acts("github"), ["assigned: handed -> cy"]);
}

#[test]
fn people_and_teams_are_asked_to_review() {
    let team = json!({ "slug": "core", "html_url": "https://github.com/orgs/org/teams/core" });
    let told = of_timeline(json!([
        event(
            "review_requested",
            "2024-05-01T11:00:00Z",
            json!({ "actor": user("x"), "review_requester": user("bo"), "requested_reviewer": user("cy") })
        ),
        event("review_requested", "2024-05-01T11:00:00Z", json!({ "requested_team": team })),
        event("review_requested", "2024-05-01T11:00:00Z", json!({ "requested_team": { "slug": "docs" } })),
    ]));
    assert_eq!(told.last("o/r#7/review_requested/cy@2024-05-01T11:00:00Z").actor.as_deref(), Some("bo"));
    assert_eq!(
        told.acts("github"),
        [
            "review_requested: asked -> cy",
            "review_requested: asked -> team:o/docs",
            "review_requested: asked -> team:org/core"
        ]
    );
}

#[test]
fn a_closing_that_object_and_event_put_a_second_apart_is_one() {
    let closed = with(issue(7), json!({ "closed_at": "2024-05-03T10:00:00Z", "state_reason": "not_planned" }));
    let told = heard(&[
        timeline(7, json!([event("closed", "2024-05-03T10:00:01Z", json!({ "state_reason": null }))])),
        ("issues", format!("{API}/issues"), json!([closed])),
    ]);
    assert_eq!(told.ids(), ["o/r#7/closed@2024-05-03T10:00:01Z", "o/r#7/opened"]);
    let fact = told.last("o/r#7/closed@2024-05-03T10:00:01Z");
    assert_eq!((fact.activity.as_str(), fact.actor.as_deref()), ("closed/not_planned", Some("bo")));
}

#[test]
fn an_item_closed_twice_was_closed_twice() {
    let told = of_timeline(json!([
        event("closed", "2024-05-03T10:00:00Z", json!({})),
        event("reopened", "2024-05-03T10:00:01Z", json!({})),
        event("closed", "2024-05-03T10:00:02Z", json!({})),
    ]));
    assert_eq!(told.facts.len(), 3);
    assert_eq!(told.acts("github"), ["closed: decided", "closed: decided", "reopened: reopened"]);
}

#[test]
fn a_merge_closes_and_is_one_answer() {
    let merged = with(
        pull(7),
        json!({ "merged_at": "2024-05-03T10:00:00Z", "closed_at": "2024-05-03T10:00:00Z",
        "merge_commit_sha": "abc" }),
    );
    let told = heard(&[
        ("pulls", format!("{API}/pulls"), json!([merged])),
        timeline(
            7,
            json!([
                event("merged", "2024-05-03T10:00:00Z", json!({ "commit_id": "abc" })),
                event("closed", "2024-05-03T10:00:00Z", json!({})),
            ]),
        ),
    ]);
    assert_eq!(told.acts("github"), ["closed/merged: -", "merged: decided (approved), executed", "opened: raised",]);
    let merge = told.last("o/r#7/merged@2024-05-03T10:00:00Z");
    assert_eq!((merge.actor.as_deref(), attribute(merge, "base")), (Some("bo"), Some("main")));
    assert!(merge.order < told.last("o/r#7/closed@2024-05-03T10:00:00Z").order);
}

#[test]
fn a_pull_request_closed_without_merge_is_rejected_or_taken_back() {
    let closed = |number| with(pull(number), json!({ "closed_at": "2024-05-03T10:00:00Z" }));
    let at = "2024-05-03T10:00:00Z";
    let told = heard(&[
        ("pulls", format!("{API}/pulls"), json!([closed(7), closed(8)])),
        timeline(7, json!([event("closed", at, json!({ "actor": user("ada") }))])),
        timeline(8, json!([event("closed", at, json!({}))])),
    ]);
    assert_eq!(told.acts("github")[..2], ["closed/unmerged: decided (rejected)", "closed/unmerged: withdrawn"]);
}

#[test]
fn issues_are_closed_for_reasons() {
    let at = "2024-05-03T10:00:00Z";
    let mut pages = vec![];
    for (number, reason) in
        [(1, json!("completed")), (2, json!("not_planned")), (3, json!("duplicate")), (4, json!(null))]
    {
        pages.push(("issues", format!("{API}/issues"), json!([issue(number)])));
        pages.push(timeline(number, json!([event("closed", at, json!({ "state_reason": reason }))])));
    }
    assert_eq!(
        heard(&pages).acts("github")[..4],
        [
            "closed/completed: decided (approved)",
            "closed/duplicate: withdrawn",
            "closed/not_planned: decided (rejected)",
            "closed: decided",
        ]
    );
}

fn review(id: u64, state: &str, login: &str) -> Value {
    json!({ "id": id, "user": user(login), "body": "See below.", "state": state, "commit_id": "abc",
        "submitted_at": "2024-05-02T10:00:00Z", "pull_request_url": format!("{API}/pulls/7"),
        "author_association": "MEMBER" })
}

#[test]
fn reviews_are_consent_objection_or_advice() {
    let told = heard(&[(
        "reviews",
        String::new(),
        json!([
            review(1, "APPROVED", "bo"),
            review(2, "CHANGES_REQUESTED", "bo"),
            review(3, "commented", "bo"),
            review(4, "APPROVED", "helper[bot]"),
            review(5, "CHANGES_REQUESTED", "helper[bot]"),
        ]),
    )]);
    assert_eq!(
        told.acts("github"),
        [
            "reviewed/APPROVED: advised",
            "reviewed/APPROVED: approved",
            "reviewed/CHANGES_REQUESTED: advised",
            "reviewed/CHANGES_REQUESTED: objected",
            "reviewed/COMMENTED: advised",
        ]
    );
    let fact = told.last("o/r#7/review/1");
    assert_eq!(attribute(fact, "commit"), Some("abc"));
    assert_eq!(attribute(fact, "association"), Some("MEMBER"));
    assert_eq!(attribute(told.last("o/r#7/review/4"), "by"), Some("bot"));
    assert!(told.accounts.iter().any(|account| account.id == "helper[bot]" && account.is_bot));
}

#[test]
fn a_review_machine_is_named_and_never_decides_even_where_its_account_passes_for_a_person() {
    let told = heard(&[(
        "reviews",
        String::new(),
        json!([
            review(1, "APPROVED", "coderabbitai"),
            review(2, "CHANGES_REQUESTED", "Copilot"),
            review(3, "APPROVED", "claude"),
        ]),
    )]);
    assert_eq!(
        told.acts("github"),
        ["reviewed/APPROVED: advised", "reviewed/APPROVED: approved", "reviewed/CHANGES_REQUESTED: advised"]
    );
    let said = |id: &str| (attribute(told.last(id), "by"), attribute(told.last(id), "ai"));
    assert_eq!(said("o/r#7/review/1"), (Some("bot"), Some("CodeRabbit")));
    assert_eq!(said("o/r#7/review/2"), (Some("bot"), Some("GitHub Copilot")));
    assert_eq!(said("o/r#7/review/3"), (None, None), "Claude is a first name");
    let bots: Vec<bool> = told.accounts.iter().map(|account| account.is_bot).collect();
    assert_eq!(bots, [true, true, false]);
    let queue = event("added_to_merge_queue", "2024-05-03T10:00:00Z", json!({ "actor": user("cursor[bot]") }));
    let told = heard(&[timeline(7, json!([queue]))]);
    assert_eq!(told.acts("github"), ["added_to_merge_queue: worked"]);
    assert_eq!(attribute(&told.facts[0], "ai"), Some("Cursor"));
}

#[test]
fn a_dismissed_review_gets_back_what_it_had_said() {
    let dismissal = event(
        "review_dismissed",
        "2024-05-04T10:00:00Z",
        json!({ "dismissed_review": { "review_id": 1, "state": "changes_requested", "dismissal_message": "secret" } }),
    );
    let told = heard(&[
        ("reviews", String::new(), json!([review(1, "DISMISSED", "bo"), review(2, "DISMISSED", "cy")])),
        timeline(7, json!([dismissal])),
    ]);
    let first = told.last("o/r#7/review/1");
    assert_eq!(first.activity, "reviewed/CHANGES_REQUESTED");
    assert_eq!(attribute(first, "dismissed"), Some("yes"));
    assert_eq!(told.last("o/r#7/review/2").activity, "reviewed/DISMISSED");
    assert_eq!(told.facts.iter().filter(|fact| fact.activity == "review_dismissed").count(), 1);
}

#[test]
fn a_webhook_of_a_dismissal_does_not_undo_the_review() {
    let told = heard(&[
        ("reviews", String::new(), json!([review(1, "APPROVED", "bo")])),
        (
            "pull_request_review",
            "delivery".to_owned(),
            json!({ "action": "dismissed", "review": review(1, "dismissed", "bo"),
            "pull_request": pull(7), "repository": { "full_name": "o/r" }, "sender": user("ada") }),
        ),
        ("reviews", String::new(), json!([review(1, "DISMISSED", "bo")])),
    ]);
    assert_eq!(told.last("o/r#7/review/1").activity, "reviewed/APPROVED");
    let id = "o/r#7/review_dismissed/1@2024-05-02T10:00:00Z";
    assert_eq!(told.last(id).actor.as_deref(), Some("ada"));
}

#[test]
fn a_review_that_is_only_begun_is_set_aside() {
    let mut begun = review(1, "PENDING", "bo");
    begun.as_object_mut().unwrap().remove("submitted_at");
    let told = heard(&[("reviews", String::new(), json!([begun]))]);
    assert!(told.facts.is_empty());
    assert_eq!(told.aside.len(), 1);
    assert_eq!(told.aside[0].0, Reason::TimeMissing);
}

#[test]
fn deleted_accounts_are_nobody_and_not_one_busy_person() {
    let told = heard(&[(
        "comments",
        String::new(),
        json!([
            { "id": 1, "user": user("ghost"), "body": "x", "created_at": "2024-05-02T10:00:00Z", "issue_url": format!("{API}/issues/7") },
            { "id": 2, "user": null, "body": "x", "created_at": "2024-05-02T10:00:00Z", "issue_url": format!("{API}/issues/7") },
        ]),
    )]);
    assert_eq!(told.facts.iter().map(|fact| fact.actor.clone()).collect::<Vec<_>>(), [None, None]);
    assert!(told.accounts.is_empty());
}

#[test]
fn machines_carry_out_and_do_not_decide() {
    let bot = |name: &str, more: Value| {
        event(name, "2024-05-03T10:00:00Z", with(json!({ "actor": user("queue[bot]") }), more))
    };
    let told = heard(&[
        timeline(7, json!([bot("merged", json!({}))])),
        timeline(8, json!([bot("closed", json!({ "state_reason": "not_planned" }))])),
        timeline(9, json!([bot("closed", json!({ "state_reason": "completed" }))])),
        timeline(10, json!([bot("commented", json!({ "user": user("queue[bot]"), "body": "done" }))])),
    ]);
    assert_eq!(
        told.acts("github"),
        ["closed/completed: executed", "closed/not_planned: withdrawn", "commented: -", "merged: executed",]
    );
}

#[test]
fn an_application_in_a_persons_name_is_named_and_leaves_the_person_their_act() {
    let told = of_timeline(json!([event(
        "merged",
        "2024-05-03T10:00:00Z",
        json!({ "performed_via_github_app": { "slug": "stacker" } })
    )]));
    let fact = told.last("o/r#7/merged@2024-05-03T10:00:00Z");
    assert_eq!(attribute(fact, "via_app"), Some("stacker"));
    assert_eq!(attribute(fact, "by"), None);
    assert_eq!(told.acts("github"), ["merged: decided (approved), executed"]);
}

#[test]
fn rest_and_graphql_tell_one_review_and_one_comment() {
    // Node ids that hold 300 and 123.
    let answer = json!({ "data": { "repository": { "nameWithOwner": "o/r", "pullRequest": {
        "number": 7, "title": "Shall we?", "body": "", "createdAt": "2024-05-01T10:00:00Z",
        "author": { "__typename": "User", "login": "ada" }, "baseRefName": "main", "headRefName": "topic",
        "reviews": { "totalCount": 1, "nodes": [
            { "id": "PRR_kwAHzQEs", "state": "APPROVED", "submittedAt": "2024-05-02T10:00:00Z", "author": { "login": "bo" },
              "commit": { "oid": "abc" }, "body": "" } ] },
        "timelineItems": { "totalCount": 3, "nodes": [
            { "__typename": "ReviewRequestedEvent", "id": "x", "createdAt": "2024-05-01T11:00:00Z",
              "actor": { "login": "ada" }, "requestedReviewer": { "__typename": "Team", "combinedSlug": "org/core" } },
            { "__typename": "MergedEvent", "id": "MDE3OlB1bGxSZXF1ZXN0UmV2aWV3MTIz", "createdAt": "2024-05-03T10:00:00Z",
              "actor": { "__typename": "Bot", "login": "queue" }, "commit": { "oid": "def" } } ] } } } } });
    let told = heard(&[
        ("graphql", String::new(), answer),
        ("reviews", String::new(), json!([review(300, "APPROVED", "bo")])),
    ]);
    assert_eq!(
        told.ids(),
        [
            "o/r#7/merged@2024-05-03T10:00:00Z",
            "o/r#7/opened",
            "o/r#7/review/300",
            "o/r#7/review_requested/team:org/core@2024-05-01T11:00:00Z",
        ]
    );
    assert_eq!(told.last("o/r#7/merged@2024-05-03T10:00:00Z").actor.as_deref(), Some("queue[bot]"));
    assert_eq!(
        told.acts("github"),
        [
            "merged: executed",
            "opened: raised",
            "review_requested: asked -> team:org/core",
            "reviewed/APPROVED: approved",
        ]
    );
    let claim = told.claims.iter().find(|claim| claim.what == "timeline items").unwrap();
    assert_eq!((claim.stated, claim.received), (3, 2));
}

#[test]
fn an_answer_in_part_is_told_and_set_aside_in_part() {
    let told = heard(&[(
        "graphql",
        String::new(),
        json!({ "errors": [{ "message": "Something went wrong" }],
        "data": { "repository": { "nameWithOwner": "o/r", "issue": { "number": 7, "title": "t",
            "createdAt": "2024-05-01T10:00:00Z", "author": null } } } }),
    )]);
    assert_eq!(told.ids(), ["o/r#7/opened"]);
    assert_eq!(told.aside.len(), 1);
}

#[test]
fn a_webhook_and_the_timeline_tell_one_label() {
    let hook = json!({ "action": "labeled", "issue": with(issue(7), json!({ "updated_at": "2024-05-02T10:00:00Z" })),
        "label": { "name": "wanted" }, "repository": { "full_name": "o/r" }, "sender": user("bo") });
    let told = heard(&[
        ("issues", "delivery".to_owned(), hook),
        timeline(7, json!([event("labeled", "2024-05-02T10:00:00Z", json!({ "label": { "name": "wanted" } }))])),
    ]);
    assert_eq!(told.ids(), ["o/r#7/labeled/wanted@2024-05-02T10:00:00Z", "o/r#7/opened"]);
}

#[test]
fn an_event_of_a_kind_that_is_not_known_is_kept() {
    let told = of_timeline(json!([event(
        "teleported",
        "2024-05-02T10:00:00Z",
        json!({ "mode": "fast", "reason": "because of a secret", "node_id": "n" })
    )]));
    let fact = told.last("o/r#7/teleported/77@2024-05-02T10:00:00Z");
    assert_eq!(attribute(fact, "mode"), Some("fast"));
    assert_eq!(attribute(fact, "reason"), None);
    assert_eq!(told.acts("github"), ["teleported: -"]);
}

#[test]
fn links_name_the_other_item() {
    let other = json!({ "number": 5, "repository": { "full_name": "o/other" }, "pull_request": {}, "title": "x" });
    let told = of_timeline(json!([
        event("cross-referenced", "2024-05-02T10:00:00Z", json!({ "source": { "type": "issue", "issue": other } })),
        event(
            "sub_issue_added",
            "2024-05-02T10:00:00Z",
            json!({ "sub_issue": { "number": 6, "url": format!("{API}/issues/6") } })
        ),
        event("connected", "2024-05-02T10:00:00Z", json!({})),
    ]));
    assert_eq!(
        told.acts("github"),
        ["connected: -", "cross-referenced: linked -> o/other#5", "sub_issue_added: linked -> o/r#6",]
    );
    let fact = told.facts.iter().find(|fact| fact.activity == "cross-referenced").unwrap();
    assert_eq!(attribute(fact, "source_kind"), Some("pull"));
}

#[test]
fn many_are_mentioned_at_the_same_second() {
    let at = "2024-05-02T10:00:00Z";
    let told = of_timeline(json!([
        event("mentioned", at, json!({ "actor": user("cy") })),
        event("mentioned", at, json!({ "actor": user("di") })),
        event("subscribed", at, json!({ "actor": user("cy") })),
    ]));
    assert_eq!(told.ids().len(), 3);
}

#[test]
fn what_the_item_states_is_held_against_what_came() {
    let comment = |id: u64| {
        json!({ "id": id, "user": user("bo"), "body": "x", "created_at": "2024-05-02T10:00:00Z",
        "issue_url": format!("{API}/issues/7") })
    };
    let stated = |n: u64, more: Value| with(with(issue(7), json!({ "comments": n })), more);
    let of = |pages: &[(&str, String, Value)]| heard(pages).claims;
    let claim = |item: Option<&str>, stated, received| Claim {
        item: item.map(str::to_owned),
        what: "comments",
        stated,
        received,
    };
    let issues = |value: Value| ("issues", format!("{API}/issues"), json!([value]));
    // Two are missing; the same page twice changes nothing.
    let comments = ("comments", String::new(), json!([comment(1)]));
    assert_eq!(of(&[issues(stated(3, json!({}))), comments.clone(), comments.clone()]), [claim(Some("o/r#7"), 3, 1)]);
    // The later statement counts, whatever the order of pages.
    let later = stated(1, json!({ "updated_at": "2024-05-09T10:00:00Z" }));
    assert_eq!(of(&[issues(later), issues(stated(3, json!({}))), comments]), [claim(Some("o/r#7"), 1, 1)]);
    // Where no comments were read at all, that is said once.
    let other = with(stated(2, json!({})), json!({ "number": 8 }));
    assert_eq!(of(&[issues(stated(3, json!({}))), issues(other)]), [claim(None, 5, 0)]);
    assert!(of(&[issues(stated(0, json!({})))]).is_empty());
}

#[test]
fn a_search_says_how_many_there_are() {
    let page = |n: u64| {
        (
            "search",
            format!("https://api.github.com/search/issues?q=x&page={n}"),
            json!({ "total_count": 3, "incomplete_results": false, "items": [issue(n)] }),
        )
    };
    let told = heard(&[page(1), page(2)]);
    assert_eq!(told.claims, [Claim { item: None, what: "search results", stated: 3, received: 2 }]);
}

#[test]
fn an_address_is_spelt_as_its_asker_likes() {
    let told = heard(&[
        ("issues", "https://api.github.com/repos/O/R/issues".to_owned(), json!([issue(7)])),
        (
            "timeline",
            "https://api.github.com/repos/O/R/issues/7/timeline".to_owned(),
            json!([event("pinned", "2024-05-02T10:00:00Z", json!({}))]),
        ),
    ]);
    assert!(told.facts.iter().all(|fact| fact.item == "o/r#7"), "{:?}", told.ids());
}

#[test]
fn later_pages_name_the_repository_by_number() {
    let pinned = event("pinned", "2024-05-02T10:00:00Z", json!({ "url": format!("{API}/issues/events/77") }));
    let address = "https://api.github.com/repositories/17/issues/7/timeline?page=2".to_owned();
    assert_eq!(heard(&[("timeline", address.clone(), json!([pinned]))]).facts[0].item, "o/r#7");
    let nameless = event("pinned", "2024-05-02T10:00:00Z", json!({}));
    let told = heard(&[("timeline", address, json!([nameless]))]);
    assert!(told.facts.is_empty());
    assert_eq!(told.aside[0].0, Reason::ItemMissing);
}

#[test]
fn an_action_without_any_time_is_set_aside() {
    let mut timeless = issue(7);
    timeless.as_object_mut().unwrap().remove("updated_at");
    let told = hooked(
        "issues",
        json!({ "action": "pinned", "issue": timeless, "sender": user("bo"),
        "repository": { "full_name": "o/r" } }),
    );
    assert_eq!(told.ids(), ["o/r#7/opened"]);
    assert_eq!(told.aside[0].0, Reason::TimeMissing);
}

#[test]
fn a_commit_keeps_the_account_that_the_list_of_commits_knows() {
    let listed = json!({ "sha": "abc", "author": user("ada"), "commit": { "message": "secret",
        "author": { "name": "Ada", "email": "ada@x.example", "date": "2024-05-01T09:00:00Z" },
        "committer": { "date": "2024-05-01T09:30:00Z" } } });
    let in_timeline = json!({ "event": "committed", "sha": "abc", "author": { "name": "Ada", "email": "ada@x.example",
        "date": "2024-05-01T09:00:00Z" }, "committer": { "date": "2024-05-01T09:30:00Z" } });
    let list = ("commits", format!("{API}/pulls/7/commits"), json!([listed]));
    let line = timeline(7, json!([in_timeline]));
    for pages in [vec![list.clone(), line.clone()], vec![line.clone(), list]] {
        let told = heard(&pages);
        let fact = told.last("o/r#7/commit/abc");
        assert_eq!((fact.actor.as_deref(), fact.at.as_str()), (Some("ada"), "2024-05-01T09:30:00Z"));
    }
    assert_eq!(heard(&[line]).last("o/r#7/commit/abc").actor.as_deref(), Some("Ada <ada@x.example>"));
}

#[test]
fn what_a_webhook_of_comments_says() {
    let comment = json!({ "id": 5, "user": user("bo"), "body": "x", "created_at": "2024-05-02T10:00:00Z",
        "updated_at": "2024-05-02T11:00:00Z" });
    let hook = |action: &str| {
        json!({ "action": action, "comment": comment.clone(), "issue": issue(7),
        "repository": { "full_name": "o/r" }, "sender": user("cy") })
    };
    assert_eq!(hooked("issue_comment", hook("created")).ids(), ["o/r#7/comment/5", "o/r#7/opened"]);
    let edited = hooked("issue_comment", hook("edited"));
    assert_eq!(edited.ids(), ["o/r#7/comment/5", "o/r#7/comment_edited/5@2024-05-02T11:00:00Z", "o/r#7/opened"]);
    assert_eq!(edited.last("o/r#7/comment_edited/5@2024-05-02T11:00:00Z").actor.as_deref(), Some("cy"));
    let deleted = hooked("issue_comment", hook("deleted"));
    assert_eq!(deleted.ids(), ["o/r#7/comment_deleted/5@2024-05-02T11:00:00Z", "o/r#7/opened"]);
}

#[test]
fn webhooks_about_other_things_are_set_aside_by_name() {
    let told =
        hooked("star", json!({ "action": "created", "repository": { "full_name": "o/r" }, "sender": user("bo") }));
    assert!(told.facts.is_empty());
    assert_eq!(told.aside, [(Reason::ItemMissing, "star: not about an issue, pull request or discussion".to_owned())]);
}

#[test]
fn an_issue_that_moves_to_another_repository() {
    let told = hooked(
        "issues",
        json!({ "action": "transferred", "issue": issue(7), "sender": user("bo"),
        "repository": { "full_name": "o/r" },
        "changes": { "new_issue": { "number": 9 }, "new_repository": { "full_name": "o/new" } } }),
    );
    assert!(told.acts("github").contains(&"transferred: linked -> o/new#9".to_owned()), "{:?}", told.acts("github"));
}

#[test]
fn a_question_in_a_discussion_is_answered() {
    let discussion = json!({ "number": 3, "title": "How?", "body": "x", "user": user("ada"), "category": { "name": "Q&A" },
        "repository_url": API, "created_at": "2024-05-01T10:00:00Z", "updated_at": "2024-05-02T10:00:00Z",
        "html_url": "https://github.com/o/r/discussions/3",
        "answer_chosen_at": "2024-05-02T09:00:00Z", "answer_chosen_by": user("ada") });
    let told = hooked(
        "discussion",
        json!({ "action": "answered", "discussion": discussion, "sender": user("ada"),
        "answer": { "user": user("bo") }, "repository": { "full_name": "o/r" } }),
    );
    assert_eq!(told.acts("github"), ["answered: decided", "opened: raised"]);
    assert_eq!(attribute(told.last("o/r#3/opened"), "kind"), Some("discussion"));
}

#[test]
fn a_deployment_waits_for_people_and_teams() {
    let told = hooked(
        "deployment_review",
        json!({ "action": "requested", "environment": "production",
        "since": "2024-05-02T10:00:00Z", "workflow_run": { "id": 99 }, "requestor": user("ada"), "sender": user("ada"),
        "repository": { "full_name": "o/r" }, "reviewers": [
            { "type": "User", "reviewer": user("bo") }, { "type": "Team", "reviewer": { "slug": "ops" } } ] }),
    );
    assert_eq!(
        told.acts("github"),
        ["deployment_review/requested: asked -> bo", "deployment_review/requested: asked -> team:o/ops"]
    );
    assert!(told.facts.iter().all(|fact| fact.item == "o/r/runs/99"));
}

#[test]
fn lines_of_gh_archive_one_of_them_broken() {
    let line = |kind: &str, payload: Value| {
        json!({ "id": "1", "type": kind, "actor": { "login": "bo" },
        "repo": { "name": "o/r" }, "payload": payload, "created_at": "2024-05-02T10:00:00Z" })
        .to_string()
    };
    // Of late, what is not needed to find the item is left out.
    let trimmed = json!({ "number": 7, "url": format!("{API}/pulls/7") });
    let lines = [
        line("PullRequestEvent", json!({ "action": "opened", "number": 7, "pull_request": trimmed.clone() })),
        line(
            "PullRequestReviewEvent",
            json!({ "action": "created", "review": review(1, "approved", "cy"), "pull_request": trimmed }),
        ),
        "{\"id\": \"2\", \"type".to_owned(),
        line("WatchEvent", json!({ "action": "started" })),
        line(
            "IssuesEvent",
            json!({ "action": "closed", "issue": with(issue(8), json!({ "closed_at": "2024-05-02T10:00:00Z",
            "state_reason": "completed" })) }),
        ),
        line(
            "IssueCommentEvent",
            json!({ "action": "created", "issue": issue(8), "comment": { "id": 5, "user": user("cy"),
            "body": "x", "created_at": "2024-05-02T10:00:00Z" } }),
        ),
    ];
    let mut told = Heard::default();
    let mut parser = GitHub::new();
    parser.page(&Page { kind: "", origin: "hour.json", body: lines.join("\n").as_bytes() }, &mut told);
    parser.finish(&mut told);
    assert_eq!(
        told.ids(),
        ["o/r#7/opened", "o/r#7/review/1", "o/r#8/closed@2024-05-02T10:00:00Z", "o/r#8/comment/5", "o/r#8/opened",]
    );
    assert_eq!(told.last("o/r#7/opened").actor.as_deref(), Some("bo"));
    assert_eq!(told.last("o/r#8/closed@2024-05-02T10:00:00Z").activity, "closed/completed");
    assert_eq!(
        told.aside.iter().map(|(reason, _)| *reason).collect::<Vec<_>>(),
        [Reason::RowMalformed, Reason::ItemMissing]
    );
}

#[test]
fn an_archive_file_numbers_what_has_no_number() {
    let comment = |author: &str| json!({ "author": author, "body": "x", "createdAt": "2024-05-02T10:00:00Z" });
    let archive = json!({ "repo": "o/r", "labels": [], "issues": [
        { "number": 7, "title": "t", "author": "ada", "createdAt": "2024-05-01T10:00:00Z", "closedAt": null,
          "url": "https://github.com/o/r/issues/7", "labels": ["x"], "assignees": ["bo"],
          "comments": [comment("bo"), comment("bo"), comment("cy")] } ],
      "pulls": [
        { "number": 8, "title": "t", "author": "ada", "createdAt": "2024-05-01T10:00:00Z", "baseRefName": "main",
          "url": "https://github.com/o/r/pull/8", "headRefName": "topic", "closedAt": "2024-05-03T10:00:00Z",
          "mergedAt": "2024-05-03T10:00:00Z", "mergedBy": "cy", "mergeCommit": { "oid": "def" }, "comments": [],
          "reviews": [ { "id": "PRR_kwAHzQEs", "author": "bo", "state": "APPROVED", "createdAt": "2024-05-02T10:00:00Z",
            "body": "", "comments": [ { "body": "y", "createdAt": "2024-05-02T10:00:00Z" } ] } ] } ] });
    let page = ("", "archive.json".to_owned(), archive);
    let told = heard(&[page.clone(), page]);
    assert_eq!(
        told.ids(),
        [
            "o/r#7/comment/bo@2024-05-02T10:00:00Z",
            "o/r#7/comment/bo@2024-05-02T10:00:00Z+2",
            "o/r#7/comment/cy@2024-05-02T10:00:00Z",
            "o/r#7/opened",
            "o/r#8/merged@2024-05-03T10:00:00Z",
            "o/r#8/opened",
            "o/r#8/review/300",
            "o/r#8/review_comment/of-review-300-1",
        ]
    );
    assert_eq!(told.last("o/r#8/review_comment/of-review-300-1").actor.as_deref(), Some("bo"));
    assert_eq!(told.last("o/r#8/merged@2024-05-03T10:00:00Z").actor.as_deref(), Some("cy"));
    assert_eq!(attribute(told.last("o/r#7/opened"), "labels"), Some("x"));
    assert_eq!(attribute(told.last("o/r#7/opened"), "assignees"), Some("bo"));
}

#[test]
fn refusals_and_broken_pages_are_set_aside_and_not_lost() {
    let told = hooked("issues", json!({ "message": "API rate limit exceeded", "documentation_url": "https://x" }));
    assert_eq!(told.aside[0], (Reason::RowMalformed, "GitHub answered: API rate limit exceeded".to_owned()));
    let mut told = Heard::default();
    GitHub::new().page(&Page { kind: "issues", origin: "x", body: b"[{\"number\": 7," }, &mut told);
    assert_eq!(told.aside[0].0, Reason::RowMalformed);
}

#[test]
fn texts_are_in_no_attribute() {
    let secret = "Zanzibar marmalade";
    let told = heard(&[
        ("pulls", format!("{API}/pulls"), json!([with(pull(7), json!({ "title": secret, "body": secret }))])),
        ("reviews", String::new(), json!([with(review(1, "APPROVED", "bo"), json!({ "body": secret }))])),
        timeline(
            7,
            json!([
                event("renamed", "2024-05-02T10:00:00Z", json!({ "rename": { "from": secret, "to": secret } })),
                event("locked", "2024-05-02T10:00:00Z", json!({ "lock_reason": secret })),
                event(
                    "unheard_of",
                    "2024-05-02T10:00:00Z",
                    json!({ "title": secret, "why": secret, "body": "Zanzibar" })
                ),
            ]),
        ),
    ]);
    for fact in &told.facts {
        assert!(!fact.id.contains("Zanzibar"), "{}", fact.id);
        assert!(fact.attributes.iter().all(|(_, value)| !value.contains("Zanzibar")), "{fact:?}");
    }
}

#[test]
fn the_same_pages_twice_tell_the_same_facts() {
    let pages = [
        ("pulls", format!("{API}/pulls"), json!([with(pull(7), json!({ "merged_at": "2024-05-03T10:00:00Z" }))])),
        ("reviews", String::new(), json!([review(1, "APPROVED", "bo"), review(2, "DISMISSED", "bo")])),
        timeline(7, json!([event("merged", "2024-05-03T10:00:00Z", json!({}))])),
    ];
    let twice: Vec<(&str, String, Value)> = pages.iter().chain(&pages).cloned().collect();
    assert_eq!(heard(&pages).ids(), heard(&twice).ids());
}

/// JSON that looks like GitHub's and is wrong in every possible place.
fn odd_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u64..9).prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "x",
            "closed",
            "2024-05-01T10:00:00Z",
            "not a time",
            "https://github.com/o/r/pull/7",
            "https://api.github.com/repos/o/r/issues/7",
            "APPROVED",
            "reviewed",
            "committed",
            "PRR_kwAHzQEs",
            "IssuesEvent"
        ])
        .prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "number",
        "title",
        "user",
        "login",
        "event",
        "created_at",
        "id",
        "node_id",
        "state",
        "submitted_at",
        "pull_request",
        "issue",
        "action",
        "sender",
        "repository",
        "full_name",
        "data",
        "nodes",
        "timelineItems",
        "payload",
        "type",
        "repo",
        "issues",
        "pulls",
        "comments",
        "reviews",
        "sha",
        "commit",
        "author",
        "committer",
        "date",
        "url",
        "html_url",
        "merged_at",
        "closed_at",
        "discussion",
        "label",
        "assignee",
        "requested_team",
        "slug",
        "__typename",
        "workflow_run",
        "reviewers",
        "changes",
        "source",
        "dismissed_review",
        "total_count",
        "items",
    ]);
    leaf.prop_recursive(5, 96, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_that_comes_makes_it_fail(
        value in odd_json(),
        kind in prop::sample::select(vec!["", "issues", "pull_request", "reviews", "commits", "discussion", "deployment_review"]),
    ) {
        let told = heard(&[(kind, format!("{API}/pulls/7"), value)]);
        for fact in &told.facts {
            prop_assert!(!fact.item.is_empty() && fact.id.starts_with(&fact.item), "{fact:?}");
        }
    }
}
