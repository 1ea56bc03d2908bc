//! Webhook bodies, and the lines of GH Archive, which are webhook bodies in another envelope.

use sayso_model::coverage::Reason;
use serde_json::{Map, Value};

use super::{GitHub, Place, ids};
use crate::tracker::Telling;
use crate::tracker::payload::{Look, Put};

/// What tells something of the fact itself; all else in a body is there for convenience.
const OF_THE_EVENT: [&str; 10] = [
    "assignee",
    "label",
    "milestone",
    "requested_reviewer",
    "requested_team",
    "before",
    "after",
    "performed_via_github_app",
    "type",
    "reason",
];

/// Tells an entry of an item.
type Tell = fn(&mut GitHub, &str, &Value, Place<'_>, &mut dyn Telling);

impl GitHub {
    /// A line of GH Archive: the event's name in another spelling, and who and when beside the body.
    pub(super) fn archive_line(&mut self, value: &Value, place: Place<'_>, told: &mut dyn Telling) {
        let name = value.text("type").unwrap_or_default().trim_end_matches("Event");
        let event = match name {
            "IssueComment" => "issue_comment".to_owned(),
            "Issues" => "issues".to_owned(),
            name => snake(name),
        };
        let mut body = value.look("payload").and_then(Value::as_object).cloned().unwrap_or_default();
        body.entry("sender").or_insert_with(|| value.look("actor").cloned().unwrap_or_default());
        if let Some(name) = value.text("repo.name") {
            body.insert("repository".to_owned(), serde_json::json!({ "full_name": name }));
        }
        self.body(&event, &Value::Object(body), value.text("created_at"), place, told);
    }

    /// The body of a webhook.
    pub(super) fn webhook(&mut self, event: &str, value: &Value, place: Place<'_>, told: &mut dyn Telling) {
        self.body(event, value, None, place, told);
    }

    fn body(&mut self, event: &str, value: &Value, when: Option<&str>, place: Place<'_>, told: &mut dyn Telling) {
        let action = value.text("action").unwrap_or_default();
        let repository = value.text("repository.full_name").map(str::to_owned);
        let repository = repository.as_deref();
        let part = |key: &str| value.look(key);
        match event {
            "issues" | "pull_request" => {
                let Some(object) = part(if event == "issues" { "issue" } else { "pull_request" }) else {
                    return told.set_aside(
                        &place.to_string(),
                        Reason::RowMalformed,
                        &format!("`{event}` without its item"),
                    );
                };
                let is_own = action == "opened" && object.text("created_at").is_some();
                let item = self.object(object, repository, is_own, place, told);
                let Some(item) = item else {
                    return told.set_aside(
                        &place.to_string(),
                        Reason::ItemMissing,
                        &format!("`{event}` without a number"),
                    );
                };
                if !is_own {
                    self.change(&item, action, object, when, value, place, told);
                }
            }
            "issue_comment" => self.on("issue", "comment", action, when, value, place, told, GitHub::comment),
            "pull_request_review" => {
                self.on("pull_request", "review", action, when, value, place, told, GitHub::review);
            }
            "pull_request_review_comment" => {
                self.on("pull_request", "comment", action, when, value, place, told, GitHub::review_comment);
            }
            "pull_request_review_thread" => {
                let Some(object) = part("pull_request") else {
                    return told.set_aside(
                        &place.to_string(),
                        Reason::RowMalformed,
                        "a thread without its pull request",
                    );
                };
                let Some(item) = self.object(object, repository, false, place, told) else {
                    return told.set_aside(&place.to_string(), Reason::ItemMissing, "a thread without a number");
                };
                let who = self.who(part("sender"), told);
                let Some(at) = when.or_else(|| object.text("updated_at")) else {
                    return told.set_aside(&place.to_string(), Reason::TimeMissing, "a thread");
                };
                let thread = value.text("thread.node_id").unwrap_or_default();
                let id = format!("review_thread/{thread}/{action}@{at}");
                let fact = self.fact(&item, &id, &format!("review_thread_{action}"), at, &who, &Value::Null);
                told.fact(fact);
            }
            "discussion" => self.discussion(action, when, value, place, told),
            "discussion_comment" => self.discussion_comment(action, when, value, place, told),
            "deployment_review" => self.deployment_review(action, repository, when, value, place, told),
            event => {
                self.who(part("sender"), told);
                let why = format!("{event}: not about an issue, pull request or discussion");
                told.set_aside(&place.to_string(), Reason::ItemMissing, &why);
            }
        }
    }

    /// Something that happened to an issue or pull request.
    #[allow(clippy::too_many_arguments)]
    fn change(
        &mut self,
        item: &str,
        action: &str,
        object: &Value,
        when: Option<&str>,
        value: &Value,
        place: Place<'_>,
        told: &mut dyn Telling,
    ) {
        let is_merged = object.is_true("merged") || object.text("merged_at").is_some();
        let (name, own) = match action {
            "closed" if is_merged => ("merged", object.text("merged_at")),
            "merged" => ("merged", object.text("merged_at")),
            "closed" => ("closed", object.text("closed_at")),
            "enqueued" => ("added_to_merge_queue", None),
            "dequeued" => ("removed_from_merge_queue", None),
            "opened" => ("opened", object.text("created_at")),
            "created" => ("opened", object.text("created_at")),
            other => (other, None),
        };
        let at = own.or(when).or_else(|| object.text("updated_at"));
        if name == "opened" {
            // A line of an archive that leaves out what the item is: at least who opened it, and when.
            let who = self.who(value.look("sender"), told);
            let Some(at) = at else {
                return told.set_aside(&place.to_string(), Reason::TimeMissing, "an opening");
            };
            let known = self.item(item);
            known.author = known.author.take().or_else(|| who.login.clone());
            if !std::mem::replace(&mut known.is_opened, true) {
                let is_pull = known.is_pull == Some(true);
                let mut fact = self.fact(item, "opened", "opened", at, &who, &Value::Null);
                fact.put("kind", if is_pull { "pull" } else { "issue" });
                told.fact(fact);
            }
            return;
        }
        self.action(item, name, at, value, place, told);
    }

    /// An action of a webhook as an event, done by the sender.
    pub(super) fn action(
        &mut self,
        item: &str,
        action: &str,
        when: Option<&str>,
        value: &Value,
        place: Place<'_>,
        told: &mut dyn Telling,
    ) {
        let mut event = Map::new();
        for key in OF_THE_EVENT {
            if let Some(part) = value.look(key) {
                event.insert(key.to_owned(), part.clone());
            }
        }
        if let Some(sender) = value.look("sender") {
            event.insert("actor".to_owned(), sender.clone());
        }
        if action == "merged" {
            let commit = value.look("pull_request.merge_commit_sha").cloned().unwrap_or_default();
            event.insert("commit_id".to_owned(), commit);
        }
        if action == "closed" {
            let reason = value.look("issue.state_reason").cloned().unwrap_or_default();
            event.insert("state_reason".to_owned(), reason);
        }
        if action == "transferred" {
            let (repository, number) = ("changes.new_repository.full_name", "changes.new_issue.number");
            if let (Some(repository), Some(number)) = (value.text(repository), value.number(number)) {
                let address = format!("https://github.com/{}", ids::item(repository, number).replace('#', "/issues/"));
                event.insert("moved".to_owned(), serde_json::json!({ "number": number, "url": address }));
            }
        }
        self.event(item, action, Some(when.unwrap_or_default()), &Value::Object(event), place, told);
    }

    /// Something written on an item: begun, changed or taken away.
    #[allow(clippy::too_many_arguments)]
    fn on(
        &mut self,
        object: &str,
        written: &str,
        action: &str,
        when: Option<&str>,
        value: &Value,
        place: Place<'_>,
        told: &mut dyn Telling,
        tell: Tell,
    ) {
        let repository = value.text("repository.full_name").map(str::to_owned);
        let embedded =
            value.look(object).and_then(|object| self.object(object, repository.as_deref(), false, place, told));
        match (embedded, value.look(written)) {
            (Some(item), Some(part)) => {
                self.written(&item, written, action, when, value, part, place, told, tell);
            }
            _ => {
                let why = format!("a {written} on an item that is not named");
                told.set_aside(&place.to_string(), Reason::ItemMissing, &why);
            }
        }
    }

    /// See [`GitHub::on`], for an item that is known.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn written(
        &mut self,
        item: &str,
        written: &str,
        action: &str,
        when: Option<&str>,
        value: &Value,
        part: &Value,
        place: Place<'_>,
        told: &mut dyn Telling,
        tell: Tell,
    ) {
        let is_dismissal = written == "review" && action == "dismissed";
        if !is_dismissal && action != "deleted" {
            tell(self, item, part, place, told);
        }
        if matches!(action, "created" | "submitted" | "added") {
            return;
        }
        let who = self.who(value.look("sender"), told);
        let object = ["issue", "pull_request", "discussion"].into_iter().find_map(|key| value.look(key));
        let of_object = || object?.text("updated_at");
        let Some(at) =
            when.or_else(|| part.text("updated_at")).or_else(of_object).or_else(|| part.text("submitted_at"))
        else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, &format!("a {written}, {action}"));
        };
        let number = super::objects::number_of(part).unwrap_or_default();
        let activity = format!("{written}_{action}");
        let id =
            if is_dismissal { format!("review_dismissed/{number}@{at}") } else { format!("{activity}/{number}@{at}") };
        let mut fact = self.fact(item, &id, &activity, at, &who, &Value::Null);
        fact.put("review", is_dismissal.then_some(number.as_str()));
        told.fact(fact);
    }
}

/// `PullRequestReview` as `pull_request_review`.
pub(super) fn snake(camel: &str) -> String {
    let mut name = String::with_capacity(camel.len() + 4);
    for c in camel.chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}
