//! The question by which GitHub tells of several pull requests at once what takes four requests of REST for each.
//!
//! What it asks for is what the pages of REST give and the parser reads. A list that is longer than what is asked for says
//! so, and then the pages of REST are asked for.

use serde_json::{Value, json};

use super::super::walk::Ask;
use crate::tracker::payload::Look;

/// The kind of its pages.
pub(super) const KIND: &str = "graphql";
/// Pull requests of one question. More may take longer than GitHub thinks about a question.
pub(super) const SEVERAL: usize = 10;
/// Where it is posted: beside the interface of REST, which has a path of its own on a server of one's own.
const PATH: &str = "/../graphql";

/// Events of a timeline of which is asked who and when, and no more.
const PLAIN: [&str; 32] = [
    "AddedToMergeQueueEvent",
    "AutoMergeDisabledEvent",
    "AutoMergeEnabledEvent",
    "AutoRebaseEnabledEvent",
    "AutoSquashEnabledEvent",
    "AutomaticBaseChangeFailedEvent",
    "AutomaticBaseChangeSucceededEvent",
    "BaseRefDeletedEvent",
    "ConnectedEvent",
    "ConvertToDraftEvent",
    "ConvertedToDiscussionEvent",
    "DeploymentEnvironmentChangedEvent",
    "DisconnectedEvent",
    "HeadRefDeletedEvent",
    "HeadRefRestoredEvent",
    "LockedEvent",
    "MarkedAsDuplicateEvent",
    "ParentIssueAddedEvent",
    "ParentIssueRemovedEvent",
    "PinnedEvent",
    "ReadyForReviewEvent",
    "RemovedFromMergeQueueEvent",
    "RenamedTitleEvent",
    "SubIssueAddedEvent",
    "SubIssueRemovedEvent",
    "SubscribedEvent",
    "TransferredEvent",
    "UnlockedEvent",
    "UnmarkedAsDuplicateEvent",
    "UnpinnedEvent",
    "UnsubscribedEvent",
    "UserBlockedEvent",
];

/// The same of those that GitHub has numbers for.
const NUMBERED: [&str; 8] = [
    "AddedToProjectEvent",
    "BaseRefChangedEvent",
    "CommentDeletedEvent",
    "ConvertedNoteToIssueEvent",
    "DeployedEvent",
    "MentionedEvent",
    "MovedColumnsInProjectEvent",
    "RemovedFromProjectEvent",
];

/// Of the others, what tells one from another, and what a lens may look at.
const SPECIAL: &str = "
... on IssueComment { fullDatabaseId author { ...A } authorAssociation createdAt body url }
... on PullRequestReview { fullDatabaseId author { ...A } authorAssociation state submittedAt createdAt body url commit { oid } }
... on PullRequestCommit { pushed: commit { oid author { name email date } committer { date } committedDate authoredDate } }
... on AssignedEvent { actor { ...A } createdAt assignee { ...S } }
... on UnassignedEvent { actor { ...A } createdAt assignee { ...S } }
... on LabeledEvent { actor { ...A } createdAt label { name } }
... on UnlabeledEvent { actor { ...A } createdAt label { name } }
... on MilestonedEvent { actor { ...A } createdAt milestoneTitle }
... on DemilestonedEvent { actor { ...A } createdAt milestoneTitle }
... on ClosedEvent { actor { ...A } createdAt stateReason }
... on ReopenedEvent { actor { ...A } createdAt stateReason }
... on MergedEvent { actor { ...A } createdAt commit { oid } }
... on ReferencedEvent { actor { ...A } createdAt commit { oid } }
... on ReviewRequestedEvent { actor { ...A } createdAt requestedReviewer { ...R } }
... on ReviewRequestRemovedEvent { actor { ...A } createdAt requestedReviewer { ...R } }
... on ReviewDismissedEvent { databaseId actor { ...A } createdAt previousReviewState review { fullDatabaseId } }
... on HeadRefForcePushedEvent { actor { ...A } createdAt afterCommit { oid } }
... on BaseRefForcePushedEvent { actor { ...A } createdAt afterCommit { oid } }
... on CrossReferencedEvent { actor { ...A } createdAt source { __typename
  ... on Issue { number repository { nameWithOwner } } ... on PullRequest { number repository { nameWithOwner } } } }";

const PULL: &str = "
__typename id fullDatabaseId number title body url createdAt updatedAt closedAt mergedAt isDraft authorAssociation
author { ...A } mergedBy { ...A } mergeCommit { oid } baseRefName headRefName changedFiles additions deletions
milestone { title } labels(first: 100) { nodes { name } pageInfo { hasNextPage } }
assignees(first: 100) { nodes { __typename login } pageInfo { hasNextPage } }
reviewRequests(first: 100) { nodes { requestedReviewer { ...R } } pageInfo { hasNextPage } }
comments { totalCount } commits { totalCount }
reviews(first: 50) { totalCount pageInfo { hasNextPage } nodes {
  id fullDatabaseId author { ...A } authorAssociation state submittedAt createdAt body url commit { oid }
  comments(first: 50) { totalCount pageInfo { hasNextPage } nodes {
    id fullDatabaseId author { ...A } authorAssociation createdAt path body url replyTo { id } } } } }";

/// A question about pull requests of `owner/name`.
pub(super) fn ask(repository: &str, numbers: &[u64]) -> Ask {
    let (owner, name) = repository.split_once('/').unwrap_or((repository, ""));
    let pulls: String =
        numbers.iter().map(|number| format!(" p{number}: pullRequest(number: {number}) {{ ...P }}")).collect();
    let plain: String = PLAIN.iter().map(|kind| format!("... on {kind} {{ actor {{ ...A }} createdAt }}\n")).collect();
    let numbered = NUMBERED.iter().map(|kind| format!("... on {kind} {{ databaseId actor {{ ...A }} createdAt }}\n"));
    let query = format!(
        "query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ nameWithOwner{pulls} }} }}
fragment A on Actor {{ __typename login }}
fragment R on RequestedReviewer {{ __typename ... on User {{ login }} ... on Bot {{ login }} ... on Mannequin {{ login }}
  ... on Team {{ slug combinedSlug organization {{ login }} }} }}
fragment S on Assignee {{ __typename ... on User {{ login }} ... on Bot {{ login }} ... on Mannequin {{ login }}
  ... on Organization {{ login }} }}
fragment P on PullRequest {{{PULL}
timelineItems(first: 100) {{ totalCount pageInfo {{ hasNextPage }} nodes {{ __typename ... on Node {{ id }}{SPECIAL}
{plain}{}}} }} }}",
        numbered.collect::<String>()
    );
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    Ask {
        body: Some(json!({ "query": query, "variables": { "owner": owner, "name": name } })),
        shown: Some(format!("?repository={repository}&pulls={}", numbers.join(","))),
        ..Ask::of(KIND, PATH)
    }
}

/// What such a question was about: `owner/name` and the numbers.
pub(super) fn about(ask: &Ask) -> Option<(String, Vec<u64>)> {
    let (repository, numbers) = ask.shown.as_deref()?.strip_prefix("?repository=")?.split_once("&pulls=")?;
    Some((repository.to_owned(), numbers.split(',').filter_map(|number| number.parse().ok()).collect()))
}

/// Whether GitHub answered without a word of what went wrong.
pub(super) fn is_clean(answer: &Value) -> bool {
    answer.list("errors").is_empty() && answer.look("data.repository").is_some_and(Value::is_object)
}

/// What the answer says of a pull request, where it says all.
pub(super) fn whole(answer: &Value, number: u64) -> Option<&Value> {
    let pull = answer.look("data.repository")?.get(format!("p{number}"))?;
    (pull.is_object() && !has_more(pull)).then_some(pull)
}

/// Whether a list in it goes on behind what was asked for.
fn has_more(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(has_more),
        Value::Object(members) => value.is_true("hasNextPage") || members.values().any(has_more),
        _ => false,
    }
}

/// The teams that a pull request asks for a review, as `organisation/name`.
pub(super) fn teams_asked(pull: &Value) -> impl Iterator<Item = &str> {
    let asked = pull.list("reviewRequests.nodes").iter();
    asked.filter_map(|asked| asked.text("requestedReviewer.combinedSlug"))
}
