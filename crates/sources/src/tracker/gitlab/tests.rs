//! What the parser of GitLab promises, on payloads that are made here.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::tracker::heard::{Heard, attribute};

const API: &str = "https://gitlab.example/api/v4/projects/17";

fn user(login: &str) -> Value {
    json!({ "id": 1, "username": login, "name": "Somebody" })
}

fn with(mut value: Value, more: Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

fn merge(iid: u64, more: Value) -> Value {
    let merge = json!({ "id": 900 + iid, "iid": iid, "project_id": 17, "title": "Shall we?", "description": "I think so.",
        "state": "opened", "author": user("ada"), "created_at": "2024-05-01T10:00:00.123Z",
        "updated_at": "2024-05-02T10:00:00.000Z", "target_branch": "main", "source_branch": "topic",
        "references": { "full": format!("group/p!{iid}") }, "web_url": format!("https://gitlab.example/group/p/-/merge_requests/{iid}") });
    with(merge, more)
}

fn issue(iid: u64, more: Value) -> Value {
    let issue = json!({ "id": 800 + iid, "iid": iid, "project_id": 17, "title": "Shall we?", "description": "I think so.",
        "state": "opened", "author": user("ada"), "created_at": "2024-05-01T10:00:00.123Z",
        "updated_at": "2024-05-02T10:00:00.000Z", "references": { "full": format!("group/p#{iid}") },
        "web_url": format!("https://gitlab.example/group/p/-/issues/{iid}") });
    with(issue, more)
}

fn note(id: u64, body: &str, at: &str, login: &str, is_system: bool) -> Value {
    json!({ "id": id, "body": body, "author": user(login), "created_at": at, "system": is_system,
        "noteable_type": "MergeRequest", "noteable_iid": 7, "noteable_id": 907 })
}

fn notes(iid: u64, notes: Value) -> (&'static str, String, Value) {
    ("notes", format!("{API}/merge_requests/{iid}/notes?sort=asc"), notes)
}

fn merges(merges: Value) -> (&'static str, String, Value) {
    ("merge_requests", format!("{API}/merge_requests?page=1"), merges)
}

fn heard(pages: &[(&str, String, Value)]) -> Heard {
    let pages: Vec<(&str, &str, Value)> =
        pages.iter().map(|(kind, origin, body)| (*kind, origin.as_str(), body.clone())).collect();
    Heard::of(GitLab::new(), &pages)
}

const AT: &str = "2024-05-02T10:00:00.000Z";

#[test]
fn an_opening_with_what_is_known_of_it() {
    let told =
        heard(&[merges(json!([merge(7, json!({ "draft": true, "labels": ["a", "b"], "reviewers": [user("bo")] }))]))]);
    assert_eq!(told.ids(), ["group/p!7/opened"]);
    let fact = told.last("group/p!7/opened");
    assert_eq!((fact.item.as_str(), fact.actor.as_deref(), fact.is_statement), ("group/p!7", Some("ada"), true));
    assert_eq!(fact.text.as_deref(), Some("Shall we?\n\nI think so."));
    for (key, value) in [
        ("kind", "merge"),
        ("base", "main"),
        ("draft", "yes"),
        ("labels", "a, b"),
        ("reviewers", "bo"),
        ("project", "group/p"),
    ] {
        assert_eq!(attribute(fact, key), Some(value), "{key}");
    }
    assert_eq!(told.acts("gitlab"), ["opened: raised"]);
}

#[test]
fn issues_and_merge_requests_of_one_number_are_two_items() {
    let told = heard(&[
        merges(json!([merge(7, json!({}))])),
        ("issues", format!("{API}/issues"), json!([issue(7, json!({}))])),
    ]);
    assert_eq!(told.ids(), ["group/p!7/opened", "group/p#7/opened"]);
}

#[test]
fn notes_that_come_before_the_projects_name_get_it() {
    let told = heard(&[notes(7, json!([note(1, "Fine.", AT, "bo", false)])), merges(json!([merge(7, json!({}))]))]);
    assert_eq!(told.ids(), ["group/p!7/note/1", "group/p!7/opened"]);
    // Without any page that names it, its number has to do.
    assert_eq!(heard(&[notes(7, json!([note(1, "Fine.", AT, "bo", false)]))]).ids(), ["17!7/note/1"]);
}

#[test]
fn a_project_in_the_address_may_be_a_path() {
    let origin = "https://gitlab.example/api/v4/projects/group%2Fp/merge_requests/7/notes".to_owned();
    let told =
        heard(&[("notes", origin, json!([note(1, "Fine.", AT, "bo", false)])), merges(json!([merge(7, json!({}))]))]);
    assert_eq!(told.ids(), ["group/p!7/note/1", "group/p!7/opened"]);
}

#[test]
fn sentences_of_gitlab_become_acts() {
    let said = |id, body| note(id, body, AT, "bo", true);
    let told = heard(&[
        merges(json!([merge(7, json!({}))])),
        notes(
            7,
            json!([
                said(1, "requested review from @cy and @di"),
                said(2, "assigned to @cy and unassigned @bo"),
                said(3, "approved this merge request"),
                with(said(4, "unapproved this merge request"), json!({ "created_at": "2024-05-02T11:00:00.000Z" })),
                said(5, "mentioned in issue #12"),
                said(6, "added 2 commits\n\n<ul></ul>"),
                said(7, "requested changes"),
                said(8, "frobnicated the gadget"),
                said(9, "marked this merge request as **ready**"),
            ]),
        ),
    ]);
    assert_eq!(
        told.acts("gitlab"),
        [
            "approved: approved",
            "assigned: handed -> cy",
            "changes_requested: objected",
            "commits_added: worked",
            "cross-referenced: linked -> group/p#12",
            "opened: raised",
            "ready_for_review: worked",
            "review_requested: asked -> cy",
            "review_requested: asked -> di",
            "system_note: -",
            "unapproved: objected",
            "unassigned: -",
        ]
    );
    assert!(told.facts.iter().all(|fact| fact.activity == "opened" || fact.text.is_none()));
}

#[test]
fn a_comment_that_begins_like_a_sentence_of_gitlab_is_a_comment() {
    let told = heard(&[notes(7, json!([note(1, "approved this merge request", AT, "bo", false)]))]);
    assert_eq!(told.acts("gitlab"), ["commented: advised"]);
}

#[test]
fn a_merge_told_by_object_note_and_event_is_one() {
    let merged = json!({ "state": "merged", "merged_at": "2024-05-02T10:00:00.000Z", "merge_user": user("bo"), "merge_commit_sha": "abc" });
    let told = heard(&[
        merges(json!([merge(7, merged)])),
        notes(7, json!([note(1, "merged", "2024-05-02T10:00:00.410Z", "bo", true)])),
        (
            "resource_state_events",
            format!("{API}/merge_requests/7/resource_state_events"),
            json!([
            { "id": 5, "user": user("bo"), "created_at": "2024-05-02T10:00:00.300Z", "resource_type": "MergeRequest",
              "resource_id": 907, "state": "merged" }]),
        ),
    ]);
    assert_eq!(told.ids(), ["group/p!7/note/1", "group/p!7/opened"]);
    let fact = told.last("group/p!7/note/1");
    assert_eq!((fact.activity.as_str(), attribute(fact, "commit")), ("merged", Some("abc")));
    assert_eq!(told.acts("gitlab")[0], "merged: decided (approved), executed");
}

#[test]
fn merged_and_nothing_says_when() {
    let told = heard(&[merges(json!([merge(7, json!({ "state": "merged", "merged_at": null }))]))]);
    assert_eq!(told.ids(), ["group/p!7/opened"]);
    assert_eq!(told.aside, [(Reason::TimeMissing, "merged, and nothing says when".to_owned())]);
    // A note knows it.
    let told = heard(&[
        merges(json!([merge(7, json!({ "state": "merged", "merged_at": null }))])),
        notes(7, json!([note(1, "merged", AT, "bo", true)])),
    ]);
    assert!(told.aside.is_empty());
}

#[test]
fn closed_without_merge_by_the_author_or_by_another() {
    let closed = |login: &str| json!({ "state": "closed", "closed_at": AT, "closed_by": user(login) });
    let told = heard(&[
        merges(json!([merge(7, closed("ada")), merge(8, closed("bo"))])),
        ("issues", format!("{API}/issues"), json!([issue(9, closed("bo"))])),
    ]);
    assert_eq!(
        told.acts("gitlab")[..3],
        ["closed/unmerged: decided (rejected)", "closed/unmerged: withdrawn", "closed: decided",]
    );
}

#[test]
fn an_approval_with_time_without_time_and_by_note() {
    let approvals = |approved_by: Value| {
        (
            "approvals",
            format!("{API}/merge_requests/7/approvals"),
            json!({ "id": 907, "iid": 7, "project_id": 17, "approved_by": approved_by }),
        )
    };
    let opened = merges(json!([merge(7, json!({}))]));
    let when = heard(&[opened.clone(), approvals(json!([{ "user": user("bo"), "approved_at": AT }]))]);
    assert_eq!(when.acts("gitlab"), ["approved: approved", "opened: raised"]);
    let never = heard(&[opened.clone(), approvals(json!([{ "user": user("bo") }]))]);
    assert_eq!(never.acts("gitlab"), ["opened: raised"]);
    assert_eq!(never.aside.len(), 1);
    let by_note = heard(&[
        opened.clone(),
        approvals(json!([{ "user": user("bo") }])),
        notes(7, json!([note(1, "approved this merge request", AT, "bo", true)])),
    ]);
    assert_eq!(by_note.acts("gitlab"), ["approved: approved", "opened: raised"]);
    assert!(by_note.aside.is_empty());
    let both = heard(&[
        opened,
        approvals(json!([{ "user": user("bo"), "approved_at": "2024-05-02T10:00:01.000Z" }])),
        notes(
            7,
            json!([
                note(1, "approved this merge request", AT, "bo", true),
                note(2, "approved this merge request", AT, "cy", true)
            ]),
        ),
    ]);
    assert_eq!(both.ids(), ["group/p!7/note/1", "group/p!7/note/2", "group/p!7/opened"]);
}

#[test]
fn approval_rules_name_people_and_no_acts() {
    let told = heard(&[(
        "approval_state",
        format!("{API}/merge_requests/7/approval_state"),
        json!({
        "approval_rules_overwritten": false,
        "rules": [{ "id": 1, "name": "x", "eligible_approvers": [user("bo")], "approved_by": [], "approvals_required": 1 }] }),
    )]);
    assert!(told.facts.is_empty() && told.aside.is_empty());
    assert_eq!(told.accounts[0].id, "bo");
}

#[test]
fn machines_advise_and_carry_out() {
    let said = |id, body: &str| note(id, body, AT, "project_17_bot_ab12", true);
    let told = heard(&[notes(7, json!([said(1, "approved this merge request"), said(2, "merged")]))]);
    assert_eq!(told.acts("gitlab"), ["approved: advised", "merged: executed"]);
    assert!(told.accounts[0].is_bot);
    for (login, is) in [
        ("project_17_bot", true),
        ("group_5_bot_x", true),
        ("project_bot_fan", false),
        ("GitLabDuo", true),
        ("abbot", false),
        ("service_account_x", true),
    ] {
        assert_eq!(is_machine(login), is, "{login}");
    }
}

#[test]
fn a_review_machine_is_named_and_its_approval_is_advice() {
    let said = |id, login| note(id, "approved this merge request", AT, login, true);
    let told = heard(&[notes(7, json!([said(1, "coderabbitai"), said(2, "GitLabDuo"), said(3, "bo")]))]);
    assert_eq!(told.acts("gitlab"), ["approved: advised", "approved: advised", "approved: approved"]);
    let ai: Vec<Option<&str>> = told.facts.iter().map(|fact| attribute(fact, "ai")).collect();
    assert_eq!(ai, [Some("CodeRabbit"), Some("GitLab Duo"), None]);
}

#[test]
fn a_deleted_user_is_nobody() {
    let told = heard(&[notes(7, json!([note(1, "x", AT, "ghost", false)]))]);
    assert_eq!(told.facts[0].actor, None);
    assert!(told.accounts.is_empty());
}

#[test]
fn notes_that_people_wrote_are_counted_against_what_the_object_states() {
    let claim = |told: Heard| {
        told.claims.into_iter().map(|claim| (claim.item, claim.stated, claim.received)).collect::<Vec<_>>()
    };
    let opened = merges(json!([merge(7, json!({ "user_notes_count": 3 }))]));
    let written = notes(7, json!([note(1, "x", AT, "bo", false), note(2, "merged", AT, "bo", true)]));
    assert_eq!(claim(heard(&[opened.clone(), written])), [(Some("group/p!7".to_owned()), 3, 1)]);
    assert_eq!(claim(heard(&[opened])), [(None, 3, 0)]);
}

#[test]
fn discussions_hold_notes_and_are_resolved() {
    let first = with(
        note(1, "Why?", AT, "bo", false),
        json!({ "type": "DiffNote", "position": { "new_path": "a.rs" },
        "resolvable": true, "resolved": true, "resolved_by": user("ada"), "resolved_at": "2024-05-02T12:00:00.000Z" }),
    );
    let told = heard(&[(
        "discussions",
        format!("{API}/merge_requests/7/discussions"),
        json!([{ "id": "d1", "individual_note": false, "notes": [first] }]),
    )]);
    assert_eq!(told.acts("gitlab"), ["review_commented: advised", "thread_resolved: worked"]);
    assert_eq!(attribute(told.last("17!7/note/1"), "path"), Some("a.rs"));
}

#[test]
fn resource_events_of_items_that_only_their_number_names() {
    let event = |id: u64, more: Value| {
        with(
            json!({ "id": id, "user": user("bo"), "created_at": AT,
        "resource_type": "Issue", "resource_id": 807 }),
            more,
        )
    };
    let told = heard(&[
        ("issues", format!("{API}/issues"), json!([issue(7, json!({}))])),
        (
            "events",
            String::new(),
            json!([
                event(1, json!({ "label": { "name": "x" }, "action": "add" })),
                event(2, json!({ "label": null, "action": "remove" })),
                event(3, json!({ "milestone": { "title": "m" }, "action": "add" })),
                event(4, json!({ "state": "closed" })),
            ]),
        ),
    ]);
    assert_eq!(
        told.ids(),
        [
            "group/p#7/label_event/1",
            "group/p#7/label_event/2",
            "group/p#7/milestone_event/3",
            "group/p#7/opened",
            "group/p#7/state_event/4"
        ]
    );
    assert_eq!(
        told.acts("gitlab"),
        ["closed: decided", "labeled: -", "milestoned: -", "opened: raised", "unlabeled: -"]
    );
}

fn hook(action: &str, more: Value) -> (&'static str, String, Value) {
    let body = json!({ "object_kind": "merge_request", "user": user("bo"),
        "project": { "id": 17, "path_with_namespace": "group/p" },
        "object_attributes": { "id": 907, "iid": 7, "title": "Shall we?", "description": "x", "action": action,
            "created_at": "2024-05-01 10:00:00 UTC", "updated_at": "2024-05-02 10:00:00 UTC", "state": "opened" } });
    ("webhook", "delivery".to_owned(), with(body, more))
}

#[test]
fn webhooks() {
    let told = heard(&[
        hook("open", json!({})),
        hook("approved", json!({})),
        hook(
            "update",
            json!({ "changes": { "reviewers": { "previous": [user("cy")], "current": [user("di")] },
            "draft": { "previous": true, "current": false } } }),
        ),
        hook("update", json!({ "changes": { "labels": { "previous": [], "current": [{ "title": "x" }] } } })),
        hook("merge", json!({})),
        (
            "webhook",
            "delivery".to_owned(),
            json!({ "object_kind": "note", "user": user("cy"),
            "project": { "id": 17, "path_with_namespace": "group/p" }, "merge_request": { "id": 907, "iid": 7 },
            "object_attributes": { "id": 55, "note": "Why?", "created_at": "2024-05-02 10:00:00 UTC" } }),
        ),
    ]);
    assert_eq!(
        told.acts("gitlab"),
        [
            "approved: approved",
            "commented: advised",
            "labeled: -",
            "merged: decided (approved), executed",
            "opened: raised",
            "ready_for_review: worked",
            "review_request_removed: -",
            "review_requested: asked -> di",
        ]
    );
    let told = heard(&[("webhook", "d".to_owned(), json!({ "object_kind": "push", "project": { "id": 17 } }))]);
    assert_eq!(told.aside[0].0, Reason::ItemMissing);
}

#[test]
fn a_webhook_and_a_note_tell_one_approval() {
    let told = heard(&[
        hook("approved", json!({})),
        notes(7, json!([note(1, "approved this merge request", "2024-05-02T09:59:59.700Z", "bo", true)])),
    ]);
    assert_eq!(told.ids(), ["group/p!7/note/1"]);
}

#[test]
fn commits_of_a_merge_request_bear_the_names_that_git_knows() {
    let told = heard(&[(
        "commits",
        format!("{API}/merge_requests/7/commits"),
        json!([
        { "id": "abc", "short_id": "a", "author_name": "Ada", "author_email": "ada@x.example", "message": "secret",
          "committed_date": AT, "authored_date": AT, "created_at": AT }]),
    )]);
    assert_eq!(told.facts[0].actor.as_deref(), Some("Ada <ada@x.example>"));
    assert_eq!(told.facts[0].text, None);
}

#[test]
fn other_things_and_refusals_are_set_aside_by_name() {
    let told = heard(&[
        ("jobs", String::new(), json!([{ "id": 1, "status": "success" }])),
        ("", String::new(), json!({ "message": "401 Unauthorized" })),
        ("notes", String::new(), json!([with(note(1, "x", AT, "bo", false), json!({ "noteable_type": "Commit" }))])),
    ]);
    assert!(told.facts.is_empty());
    assert_eq!(
        told.aside.iter().map(|(reason, _)| *reason).collect::<Vec<_>>(),
        [Reason::ItemMissing, Reason::RowMalformed, Reason::ItemMissing]
    );
}

#[test]
fn texts_are_in_no_attribute() {
    let secret = "Zanzibar marmalade";
    let told = heard(&[
        merges(json!([merge(7, json!({ "title": secret, "description": secret }))])),
        notes(
            7,
            json!([
                note(1, "changed title from **Zanzibar marmalade** to **Zanzibar**", AT, "bo", true),
                note(3, secret, AT, "bo", false),
            ]),
        ),
    ]);
    for fact in &told.facts {
        assert!(fact.attributes.iter().all(|(_, value)| !value.contains("Zanzibar")), "{fact:?}");
    }
}

/// JSON that looks like GitLab's and is wrong in every possible place.
fn odd_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u64..9).prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "x",
            "closed",
            AT,
            "not a time",
            "https://h.example/g/p/-/merge_requests/7",
            "MergeRequest",
            "Issue",
            "approved this merge request",
            "assigned to @ада and unassigned @",
            "g/p!7",
            "#",
            "İ merged"
        ])
        .prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "iid",
        "id",
        "title",
        "author",
        "username",
        "created_at",
        "state",
        "merged_at",
        "closed_at",
        "system",
        "body",
        "noteable_type",
        "noteable_iid",
        "project_id",
        "web_url",
        "references",
        "full",
        "notes",
        "approved_by",
        "approved_at",
        "user",
        "rules",
        "resource_type",
        "resource_id",
        "label",
        "object_kind",
        "object_attributes",
        "project",
        "path_with_namespace",
        "changes",
        "assignees",
        "current",
        "previous",
        "action",
    ]);
    leaf.prop_recursive(4, 64, 8, move |inner| {
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
    fn nothing_that_comes_makes_it_fail(value in odd_json(), body in ".{0,40}") {
        let told = heard(&[notes(7, value), notes(7, json!([note(1, &body, AT, "bo", true)]))]);
        for fact in &told.facts {
            prop_assert!(!fact.item.is_empty() && fact.id.starts_with(&fact.item), "{fact:?}");
        }
    }
}
