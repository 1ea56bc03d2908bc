//! What an object of a page is, by its content; the kind that was asked for helps where content leaves it open.

use serde_json::Value;

use crate::tracker::payload::Look;

/// What an object is.
pub(super) enum Shape {
    /// An answer of the GraphQL interface.
    GraphQl,
    /// An archive of a repository's issues and pull requests in one file.
    Archive,
    /// A line of GH Archive.
    ArchiveLine,
    /// The body of a webhook, and the event's name.
    Webhook(String),
    /// An event of an item, from a list of events or a timeline.
    Event,
    /// A commit of a pull request.
    Commit,
    /// A review.
    Review,
    /// A comment on lines of a change.
    ReviewComment,
    /// A comment on an item.
    Comment,
    /// A reaction to an item.
    Reaction,
    /// An issue or a pull request.
    Object,
    /// The answer to "who is asked to review".
    Reviewers,
    /// A person, an application or an organisation.
    Account,
    /// GitHub's own refusal, stored as if it were an answer.
    Refusal(String),
    /// Something else, in a word.
    Other(String),
}

impl Shape {
    pub fn of(value: &Value, kind: &str) -> Shape {
        let has = |key: &str| value.look(key).is_some();
        if let Some(error) = value.list("errors").first()
            && !has("data")
        {
            return Shape::Refusal(error.text("message").unwrap_or("an error without words").to_owned());
        }
        if value.look("data").is_some_and(Value::is_object) {
            return Shape::GraphQl;
        }
        if has("repo") && (value.look("issues").is_some_and(Value::is_array) || has("pulls")) {
            return Shape::Archive;
        }
        if has("payload") && value.text("type").is_some_and(|name| name.ends_with("Event")) {
            return Shape::ArchiveLine;
        }
        if value.text("message").is_some() && has("documentation_url") {
            return Shape::Refusal(value.text("message").unwrap_or_default().to_owned());
        }
        if has("event")
            && !has("action")
            && !has("workflow_id")
            && (has("created_at") || has("submitted_at") || has("sha") || has("comments"))
        {
            return Shape::Event;
        }
        if has("sender") || has("action") && (has("repository") || has("security_advisory")) {
            return webhook(value, kind);
        }
        if has("sha") && has("commit") {
            return if is_kind(kind, "commits") { Shape::Commit } else { Shape::Other("commit".to_owned()) };
        }
        if has("diff_hunk") || has("pull_request_review_id") {
            return Shape::ReviewComment;
        }
        if has("state")
            && !has("number")
            && (has("submitted_at") || has("pull_request_url") || is_kind(kind, "reviews"))
        {
            return Shape::Review;
        }
        if has("content") && has("created_at") && !has("number") {
            return Shape::Reaction;
        }
        if has("issue_url") && has("body") && !has("number") {
            return Shape::Comment;
        }
        if has("number") && has("title") && !has("open_issues") && (has("user") || has("created_at")) {
            return Shape::Object;
        }
        if has("users") && has("teams") {
            return Shape::Reviewers;
        }
        if has("login") && (has("type") || has("events_url") && !has("hooks_url")) {
            return Shape::Account;
        }
        let what = match kind {
            "" if has("resources") && has("rate") => "rate limits",
            "" if has("full_name") && has("owner") => "a repository",
            "" if has("login") && has("members_url") => "an organisation",
            "" => "a page of unknown kind",
            kind => kind,
        };
        Shape::Other(what.to_owned())
    }
}

/// Kinds are called by more than one name: `commits`, `pull_request_commits`; an empty kind may be anything.
fn is_kind(kind: &str, name: &str) -> bool {
    kind.is_empty() || kind.ends_with(name)
}

/// The event of a webhook: as the page says, else by what the body holds.
fn webhook(value: &Value, kind: &str) -> Shape {
    let has = |key: &str| value.look(key).is_some();
    let kind = kind.strip_prefix("webhook/").unwrap_or(kind);
    let name = match kind {
        "" | "webhook" | "webhooks" if has("issue") && has("comment") => "issue_comment",
        "" | "webhook" | "webhooks" if has("issue") => "issues",
        "" | "webhook" | "webhooks" if has("discussion") && has("comment") => "discussion_comment",
        "" | "webhook" | "webhooks" if has("discussion") => "discussion",
        "" | "webhook" | "webhooks" if has("pull_request") && has("review") => "pull_request_review",
        "" | "webhook" | "webhooks" if has("pull_request") && has("comment") => "pull_request_review_comment",
        "" | "webhook" | "webhooks" if has("pull_request") && has("thread") => "pull_request_review_thread",
        "" | "webhook" | "webhooks" if has("pull_request") => "pull_request",
        "" | "webhook" | "webhooks" if has("workflow_run") && (has("requestor") || has("approver")) => {
            "deployment_review"
        }
        "" => "webhook",
        kind => kind,
    };
    Shape::Webhook(name.to_owned())
}
