//! Discussions and reviews of deployments, of which only webhooks tell.

use sayso_model::coverage::Reason;
use serde_json::Value;

use super::objects::team_of;
use super::{GitHub, Place};
use crate::tracker::Telling;
use crate::tracker::payload::{Look, Put};

impl GitHub {
    /// A discussion: a question, and who said which answer is the answer.
    pub(super) fn discussion(
        &mut self,
        action: &str,
        when: Option<&str>,
        value: &Value,
        place: Place<'_>,
        told: &mut dyn Telling,
    ) {
        let Some(discussion) = value.look("discussion") else {
            return told.set_aside(&place.to_string(), Reason::RowMalformed, "a discussion event without discussion");
        };
        let Some(item) = self.object(discussion, None, action == "created", place, told) else {
            return told.set_aside(
                &place.to_string(),
                Reason::ItemMissing,
                "a discussion without number or repository",
            );
        };
        let when = when.or_else(|| discussion.text("updated_at"));
        match action {
            "created" => {}
            "answered" => {
                let chosen_by = discussion.look("answer_chosen_by").or_else(|| value.look("sender"));
                let who = self.who(chosen_by, told);
                let answered_by = self.who(value.look("answer.user"), told);
                let Some(at) = discussion.text("answer_chosen_at").or(when) else {
                    return told.set_aside(&place.to_string(), Reason::TimeMissing, "an answer");
                };
                let mut fact = self.fact(&item, &format!("answered@{at}"), "answered", at, &who, &Value::Null);
                fact.put("answered_by", answered_by.login.as_deref());
                told.fact(fact);
            }
            action => self.action(&item, action, when, value, place, told),
        }
    }

    /// A comment on a discussion.
    pub(super) fn discussion_comment(
        &mut self,
        action: &str,
        when: Option<&str>,
        value: &Value,
        place: Place<'_>,
        told: &mut dyn Telling,
    ) {
        let embedded = value.look("discussion").and_then(|it| self.object(it, None, false, place, told));
        match (embedded, value.look("comment")) {
            (Some(item), Some(comment)) => {
                self.written(&item, "comment", action, when, value, comment, place, told, GitHub::comment);
            }
            _ => told.set_aside(&place.to_string(), Reason::ItemMissing, "a comment on a discussion that is not named"),
        }
    }

    /// A deployment that waits for somebody's consent. The item is the run that wants to deploy.
    pub(super) fn deployment_review(
        &mut self,
        action: &str,
        repository: Option<&str>,
        when: Option<&str>,
        value: &Value,
        place: Place<'_>,
        told: &mut dyn Telling,
    ) {
        let (Some(repository), Some(run)) = (repository, value.number("workflow_run.id")) else {
            return told.set_aside(&place.to_string(), Reason::ItemMissing, "a review of a deployment without its run");
        };
        let item = format!("{repository}/runs/{run}");
        let when = value.text("since").or(when).or_else(|| value.text("workflow_run.updated_at"));
        let Some(at) = when else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "a review of a deployment");
        };
        let asked_by = value.look("requestor").or_else(|| value.look("approver")).or_else(|| value.look("sender"));
        let who = self.who(asked_by, told);
        let mut asked: Vec<Option<String>> = Vec::new();
        for reviewer in value.list("reviewers").iter().filter(|_| action == "requested") {
            let reviewer = reviewer.look("reviewer").unwrap_or(reviewer);
            let is_team = reviewer.look("slug").is_some();
            asked.push(if is_team { team_of(reviewer, &item) } else { self.who(Some(reviewer), told).login });
        }
        if asked.is_empty() {
            asked.push(None);
        }
        for to in asked {
            let subject = to.as_deref().unwrap_or("-");
            let id = format!("deployment/{action}/{subject}@{at}");
            let mut fact = self.fact(&item, &id, &format!("deployment_review/{action}"), at, &who, &Value::Null);
            fact.put("repository", repository);
            fact.put("to", to.as_deref());
            fact.put("environment", value.text("environment"));
            fact.text = value.text("comment").map(str::to_owned);
            told.fact(fact);
        }
    }
}
