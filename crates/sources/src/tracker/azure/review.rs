//! Pull requests of Azure DevOps: their beginnings and ends, the threads on them, the policies they have to meet.

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::super::reach::{attributes, list, plain, text, text_at};
use super::super::{Claim, Fact, Telling};
use super::{Azure, guid};

/// What is known of a pull request before all pages were read.
#[derive(Debug, Default)]
pub(super) struct Request {
    creator: Option<String>,
    branch: Option<String>,
    /// How votes stand, by reviewer.
    standing: FxHashMap<String, i64>,
    /// Reviewers whose votes threads have told.
    told: Vec<String>,
    /// Its end by its own fields: activity, when, who.
    end: Option<(&'static str, String, Option<String>)>,
    is_end_told: bool,
}

/// What a thread of the system tells: activity, who, attributes.
type Told = (String, Option<String>, Vec<(String, String)>);

impl Azure {
    pub(super) fn request(&mut self, value: &Value, told: &mut dyn Telling) {
        let Some(number) = text_at(value, "/pullRequestId") else { return };
        let item = format!("!{number}");
        let creator = self.identity(value.get("createdBy"), told);
        let branch = text_at(value, "/targetRefName").map(|name| name.trim_start_matches("refs/heads/").to_owned());
        let mut standing = FxHashMap::default();
        for reviewer in list(value, "reviewers") {
            let vote = reviewer.get("vote").and_then(Value::as_i64).unwrap_or(0);
            // A group's vote is its members'.
            let is_group = reviewer.get("isContainer") == Some(&Value::Bool(true));
            if let Some(who) = self.identity(Some(reviewer), told).filter(|_| vote != 0 && !is_group) {
                standing.insert(who, vote);
            }
        }
        let closed_by = self.identity(value.get("closedBy"), told);
        let end = match value.get("status").and_then(Value::as_str) {
            Some("completed") => Some("completed"),
            Some("abandoned") => Some("abandoned"),
            _ => None,
        };
        let request = self.requests.entry(item.clone()).or_default();
        (request.creator, request.branch, request.standing) = (creator.clone(), branch.clone(), standing);
        request.end = end.map(|end| (end, text_at(value, "/closedDate").unwrap_or_default(), closed_by));
        let parts = ["/title", "/description"].iter().filter_map(|pointer| text_at(value, pointer));
        let statement = parts.collect::<Vec<_>>().join("\n\n");
        let wip = value.get("isDraft") == Some(&Value::Bool(true));
        told.fact(Fact {
            id: format!("{item}/created"),
            at: text_at(value, "/creationDate").unwrap_or_default(),
            order: 0,
            actor: creator,
            activity: "pull request created".to_owned(),
            attributes: attributes([
                ("branch", branch),
                ("repository", text_at(value, "/repository/name")),
                ("project", text_at(value, "/repository/project/name")),
                ("wip", wip.then(|| "true".to_owned())),
                ("by", Some("owner".to_owned())),
            ]),
            text: Some(statement).filter(|statement| !statement.is_empty()),
            is_statement: true,
            item,
        });
    }

    pub(super) fn thread(&mut self, thread: &Value, item: &str, told: &mut dyn Telling) {
        let property = |name: &str| {
            let value = thread.get("properties")?.get(name)?;
            value.get("$value").map_or_else(|| text(value), text)
        };
        let number = text_at(thread, "/id").unwrap_or_default();
        let Some(kind) = property("CodeReviewThreadType") else {
            return self.discussion(thread, &number, item, told);
        };
        // Newer answers name people by their place in a list of identities, older ones by their id.
        let mut person = |names: &[&str], told: &mut dyn Telling| {
            names.iter().find_map(|name| {
                let value = property(name)?;
                match thread.get("identities").and_then(|identities| identities.get(&value)) {
                    Some(identity) => self.identity(Some(identity), told),
                    None => Some(guid(&value)),
                }
            })
        };
        let mut facts: Vec<Told> = Vec::new();
        match kind.as_str() {
            "VoteUpdate" => {
                let who = person(&["CodeReviewVotedByIdentity", "CodeReviewVotedByTfId"], told);
                let value = property("CodeReviewVoteResult").unwrap_or_default();
                if let Some(who) = &who {
                    self.requests.entry(item.to_owned()).or_default().told.push(who.clone());
                }
                facts.push((format!("vote/{}", vote_word(&value)), who, attributes([("value", Some(value))])));
            }
            "ReviewersUpdate" => {
                let by = ["CodeReviewReviewersUpdatedByIdentity", "CodeReviewReviewersUpdatedByTfId"];
                let who = person(&by, told);
                let added = ["CodeReviewReviewersUpdatedAddedIdentity", "CodeReviewReviewersUpdatedAddedTfId"];
                let removed = ["CodeReviewReviewersUpdatedRemovedIdentity", "CodeReviewReviewersUpdatedRemovedTfId"];
                for (names, activity) in [(added, "reviewer added"), (removed, "reviewer removed")] {
                    if let Some(to) = person(&names, told) {
                        facts.push((activity.to_owned(), who.clone(), attributes([("to", Some(to))])));
                    }
                }
                if facts.is_empty() {
                    facts.push(("reviewers changed".to_owned(), who, Vec::new()));
                }
            }
            "RefUpdate" => {
                let who = person(&["CodeReviewRefUpdatedByIdentity", "CodeReviewRefUpdatedByTfId"], told);
                let n = property("CodeReviewRefNewCommitsCount");
                facts.push(("new version".to_owned(), who, attributes([("commits", n)])));
            }
            "StatusUpdate" => {
                let by = ["CodeReviewStatusUpdatedByIdentity", "CodeReviewStatusUpdatedByTfId"];
                let who = person(&by, told);
                let status = property("CodeReviewStatus").unwrap_or_default();
                let activity = match status.to_ascii_lowercase().as_str() {
                    "completed" => "completed".to_owned(),
                    "abandoned" => "abandoned".to_owned(),
                    "active" => "reactivated".to_owned(),
                    other => format!("status/{other}"),
                };
                let request = self.requests.entry(item.to_owned()).or_default();
                request.is_end_told |= request.end.as_ref().is_none_or(|(end, _, _)| *end == activity);
                facts.push((activity, who, Vec::new()));
            }
            "IsDraftUpdate" => {
                let by = ["CodeReviewIsDraftUpdatedByIdentity", "CodeReviewIsDraftUpdatedByTfId"];
                let who = person(&by, told);
                let is_draft = property("CodeReviewIsDraft").is_some_and(|word| word.eq_ignore_ascii_case("true"));
                facts.push(((if is_draft { "draft" } else { "published" }).to_owned(), who, Vec::new()));
            }
            "AutoCompleteUpdate" | "AutoComplete" => {
                let by = ["CodeReviewAutoCompleteUpdatedByIdentity", "CodeReviewAutoCompleteUpdatedByTfId"];
                facts.push(("auto-complete".to_owned(), person(&by, told), Vec::new()));
            }
            "MergeAttempt" => {
                let outcome = property("CodeReviewMergeStatus").unwrap_or_default();
                facts.push((format!("merge attempt/{outcome}"), None, Vec::new()));
            }
            other => facts.push((format!("system/{other}"), None, Vec::new())),
        }
        let at = text_at(thread, "/publishedDate").unwrap_or_default();
        for (i, (activity, who, more)) in facts.into_iter().enumerate() {
            let id = format!("thread/{number}/system/{i}");
            self.tell(item, &id, &at, who, activity, more, None, told);
        }
    }

    /// A thread in which people write.
    fn discussion(&mut self, thread: &Value, number: &str, item: &str, told: &mut dyn Telling) {
        let status = text_at(thread, "/status");
        for comment in list(thread, "comments") {
            let id = text_at(comment, "/id").unwrap_or_default();
            let at = text_at(comment, "/publishedDate").unwrap_or_default();
            let who = self.identity(comment.get("author"), told);
            let is_deleted = comment.get("isDeleted") == Some(&Value::Bool(true));
            let is_system = comment.get("commentType").and_then(Value::as_str) == Some("system");
            let activity = match (is_deleted, is_system) {
                (true, _) => "comment deleted",
                (_, true) => "machine comment",
                _ => "comment",
            };
            let words = text_at(comment, "/content").filter(|_| activity == "comment").map(|text| plain(&text));
            let more = attributes([("thread_status", status.clone())]);
            self.tell(item, &format!("thread/{number}/{id}"), &at, who, activity.to_owned(), more, words, told);
        }
    }

    pub(super) fn evaluation(&mut self, value: &Value, told: &mut dyn Telling) {
        let artifact = text_at(value, "/artifactId").unwrap_or_default();
        let number = artifact.rsplit('/').next().filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let Some(number) = number.filter(|number| !number.is_empty()) else {
            let reason = sayso_model::coverage::Reason::ItemMissing;
            return told.set_aside("a policy evaluation", reason, "it names no pull request");
        };
        let item = format!("!{number}");
        let id = text_at(value, "/evaluationId").unwrap_or_default();
        let blocking = value.pointer("/configuration/isBlocking") == Some(&Value::Bool(true));
        let more = || {
            attributes([
                ("policy", text_at(value, "/configuration/type/displayName")),
                ("blocking", Some(blocking.to_string())),
            ])
        };
        let status = text_at(value, "/status").unwrap_or_default();
        if let Some(at) = text_at(value, "/startedDate") {
            self.tell(
                &item,
                &format!("policy/{id}/started"),
                &at,
                None,
                "policy/started".to_owned(),
                more(),
                None,
                told,
            );
        }
        if let (Some(at), "approved" | "rejected" | "broken") = (text_at(value, "/completedDate"), status.as_str()) {
            self.tell(
                &item,
                &format!("policy/{id}/{status}"),
                &at,
                None,
                format!("policy/{status}"),
                more(),
                None,
                told,
            );
        }
    }

    /// Ends that no thread has told, and votes of which no page says when they were given.
    pub(super) fn finish_requests(&mut self, told: &mut dyn Telling) {
        let mut items: Vec<String> = self.requests.keys().cloned().collect();
        items.sort_unstable();
        for item in items {
            let Some(request) = self.requests.get_mut(&item) else { continue };
            let stated = request.standing.len() as u64;
            let received = request.standing.keys().filter(|who| request.told.contains(who)).count() as u64;
            let end = request.end.take().filter(|_| !request.is_end_told);
            if stated > 0 {
                told.claim(Claim { item: Some(item.clone()), what: "votes", stated, received });
            }
            if let Some((activity, at, who)) = end.filter(|(_, at, _)| !at.is_empty()) {
                self.tell(&item, "end", &at, who, activity.to_owned(), Vec::new(), None, told);
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn tell(
        &self,
        item: &str,
        id: &str,
        at: &str,
        who: Option<String>,
        activity: String,
        more: Vec<(String, String)>,
        text: Option<String>,
        told: &mut dyn Telling,
    ) {
        let request = self.requests.get(item);
        let creator = request.and_then(|request| request.creator.as_ref());
        let by = who.as_ref().zip(creator).map(|(who, creator)| if who == creator { "owner" } else { "another" });
        let branch = request.and_then(|request| request.branch.clone());
        let mut all = attributes([("by", by.map(str::to_owned)), ("branch", branch)]);
        all.extend(more);
        let order = id.split('/').nth(1).and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
        told.fact(Fact {
            id: format!("{item}/{id}"),
            item: item.to_owned(),
            at: at.to_owned(),
            order,
            actor: who,
            activity,
            attributes: all,
            text,
            is_statement: false,
        });
    }
}

/// What a vote's number means.
fn vote_word(value: &str) -> &str {
    match value {
        "10" => "approved",
        "5" => "approved with suggestions",
        "0" => "reset",
        "-5" => "waiting for author",
        "-10" => "rejected",
        other => other,
    }
}
