//! Gerrit's answers: changes by REST with messages and detailed labels, and `gerrit query` by SSH, to facts.
//!
//! REST: `changes/?o=MESSAGES&o=DETAILED_LABELS&o=DETAILED_ACCOUNTS&o=REVIEWER_UPDATES`, whole pages or single changes,
//! with or without the guard `)]}'`. Its times have nanoseconds and no zone, and are UTC. SSH: `gerrit query
//! --format=JSON --comments --patch-sets --all-approvals`, one change a line; its times are seconds.
//!
//! The words for what happened are those of [`crate::gerrit`], so that one lens fits both. A vote is told where a message
//! gives it; labels, which hold only how votes stand in the end, tell what no message has told.

use rustc_hash::FxHashSet;
use serde_json::Value;

use sayso_model::coverage::Reason;

use super::reach::{Accounts, attributes, list, text, text_at};
use super::{Account, Claim, Fact, Page, Parser, Room, Sample, Telling};
use crate::bots::ai_reviewer;
use crate::gerrit::words::{self, Kind};

/// What there is to know of it.
pub(crate) const ROOM: Room = Room {
    name: "gerrit",
    words: "Gerrit",
    parser: || Box::new(Gerrit::default()),
    recognises,
    kinds: &KINDS,
    has_actors_offsets: false,
};

/// The kinds of page that the parser reads, and the activities of the facts that each gives.
const KINDS: [(&str, &str); 2] = [
    ("changes (REST)", "created, patch set, vote/LABEL, reviewer, submitted, abandoned, restored, comment"),
    ("gerrit query --format=JSON", "the same, one change a line"),
];

/// Reads pages of Gerrit.
#[derive(Debug, Default)]
pub struct Gerrit {
    accounts: Accounts,
}

/// What is known of a change while it is told.
struct Change<'a> {
    value: &'a Value,
    item: String,
    owner: Option<String>,
    branch: Option<String>,
    n: u64,
    /// Votes that messages have given: account, label, value.
    votes: FxHashSet<(String, String, i64)>,
    has: FxHashSet<&'static str>,
}

fn recognises(sample: &Sample) -> bool {
    let any = |keys: &[&str]| keys.iter().any(|key| sample.has(key));
    any(&["change_id", "[].change_id", "[]._number", "_number", "patchSets[].approvals", "currentPatchSet"])
}

impl Parser for Gerrit {
    fn page(&mut self, page: &Page<'_>, told: &mut dyn Telling) {
        let body = page.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(page.body);
        let body = body.strip_prefix(b")]}'").unwrap_or(body);
        let mut values = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
        let mut n = 0;
        loop {
            match values.next() {
                None => break,
                Some(Ok(value)) => self.value(&value, page, told),
                Some(Err(error)) => {
                    let reason = if error.is_eof() { Reason::Truncated } else { Reason::RowMalformed };
                    told.set_aside(&format!("{} value {}", page.origin, n + 1), reason, &error.to_string());
                    return;
                }
            }
            n += 1;
        }
        if n == 0 {
            told.set_aside(page.origin, Reason::Truncated, "an empty page");
        }
    }
}

impl Gerrit {
    fn value(&mut self, value: &Value, page: &Page<'_>, told: &mut dyn Telling) {
        match value {
            // Several queries in one request are a list of lists.
            Value::Array(values) => {
                for inner in values {
                    self.value(inner, page, told);
                }
                // How many there are it never says; a search whose last page never came is not whole.
                if values.iter().all(Value::is_object) {
                    let is_cut =
                        values.last().is_some_and(|last| last.get("_more_changes") == Some(&Value::Bool(true)));
                    let received = u64::from(!is_cut);
                    told.claim(Claim { item: None, what: "searches read to their end", stated: 1, received });
                }
            }
            Value::Object(_) if value.get("type").and_then(Value::as_str) == Some("stats") => {
                let stated = value.get("rowCount").and_then(Value::as_u64).unwrap_or(0);
                if value.get("moreChanges") == Some(&Value::Bool(true)) {
                    told.claim(Claim { item: None, what: "changes", stated: stated + 1, received: stated });
                }
            }
            Value::Object(_) if value.get("_number").is_some() => self.rest(value, told),
            Value::Object(_) if value.get("number").is_some() => self.ssh(value, told),
            _ => told.set_aside(page.origin, Reason::ItemMissing, "a value that is no change"),
        }
    }

    fn account(&mut self, value: Option<&Value>, told: &mut dyn Telling) -> Option<String> {
        let value = value?;
        let found = |keys: &[&str]| keys.iter().find_map(|key| value.get(*key).and_then(text));
        let id = found(&["_account_id", "username", "email", "name"])?;
        let tags = list(value, "tags").iter().any(|tag| tag == "SERVICE_USER");
        self.accounts.tell(
            Account {
                id: id.clone(),
                login: found(&["username"]),
                name: found(&["name", "display_name"]),
                email: found(&["email"]),
                zone: None,
                is_bot: tags || found(&["username"]).is_some_and(|login| ai_reviewer(&login).is_some()),
            },
            told,
        );
        Some(id)
    }

    fn change<'a>(&mut self, value: &'a Value, number: &str, told: &mut dyn Telling) -> Option<Change<'a>> {
        let item = value.get(number).and_then(text)?;
        let owner = self.account(value.get("owner"), told);
        Some(Change {
            value,
            item,
            owner,
            branch: value.get("branch").and_then(text),
            n: 0,
            votes: FxHashSet::default(),
            has: FxHashSet::default(),
        })
    }

    fn rest(&mut self, value: &Value, told: &mut dyn Telling) {
        let Some(mut change) = self.change(value, "_number", told) else { return };
        let created = value.get("created").and_then(text).map(utc).unwrap_or_default();
        change.created(&created, value.get("change_id"), told);
        for (i, message) in list(value, "messages").iter().enumerate() {
            let who = self.account(message.get("author"), told);
            let real = self.account(message.get("real_author"), told).filter(|real| Some(real) != who.as_ref());
            let id = text_at(message, "/id").unwrap_or_else(|| i.to_string());
            let at = text_at(message, "/date").map(utc).unwrap_or_default();
            let (tag, words) = (text_at(message, "/tag"), text_at(message, "/message").unwrap_or_default());
            let patch_set = text_at(message, "/_revision_number");
            change
                .message(&Message { id: &id, at: &at, who, real, tag: tag.as_deref(), words: &words, patch_set }, told);
        }
        for update in list(value, "reviewer_updates") {
            let who = self.account(update.get("updated_by"), told);
            let to = self.account(update.get("reviewer"), told);
            let activity = match update.get("state").and_then(Value::as_str) {
                Some("REVIEWER") => "reviewer added",
                Some("CC") => "cc added",
                _ => "reviewer removed",
            };
            // Whoever votes becomes a reviewer: nobody asked them.
            if who == to && activity != "reviewer removed" {
                continue;
            }
            let at = text_at(update, "/updated").map(utc).unwrap_or_default();
            let id = format!("{activity}/{at}/{}", to.as_deref().unwrap_or(""));
            change.fact(&id, &at, who, activity, [("to", to)], None, told);
        }
        if let Some(labels) = value.get("labels").and_then(Value::as_object) {
            for (label, votes) in labels {
                for vote in list(votes, "all") {
                    let Some(who) = self.account(Some(vote), told) else { continue };
                    let points = vote.get("value").and_then(Value::as_i64).unwrap_or(0);
                    let at = text_at(vote, "/date").map(utc);
                    change.standing(label, points, who, at, told);
                }
            }
        }
        for (key, activity) in [("attention_set", "attention"), ("removed_from_attention_set", "attention removed")] {
            for entry in value.get(key).and_then(Value::as_object).into_iter().flat_map(|set| set.values()) {
                let to = self.account(entry.get("account"), told);
                let at = text_at(entry, "/last_update").map(utc).unwrap_or_default();
                let id = format!("{activity}/{at}/{}", to.as_deref().unwrap_or(""));
                change.fact(&id, &at, None, activity, [("to", to)], None, told);
            }
        }
        let submitter = self.account(value.get("submitter"), told);
        if let Some(at) = text_at(value, "/submitted").map(utc) {
            change.merged(&at, submitter, told);
        }
        change.missing(told);
    }

    fn ssh(&mut self, value: &Value, told: &mut dyn Telling) {
        let Some(mut change) = self.change(value, "number", told) else { return };
        change.created(&seconds(value.get("createdOn")), value.get("id"), told);
        for (i, comment) in list(value, "comments").iter().enumerate() {
            let who = self.account(comment.get("reviewer"), told);
            let at = seconds(comment.get("timestamp"));
            let words = text_at(comment, "/message").unwrap_or_default();
            let message =
                Message { id: &i.to_string(), at: &at, who, real: None, tag: None, words: &words, patch_set: None };
            change.message(&message, told);
        }
        for patch_set in list(value, "patchSets") {
            for approval in list(patch_set, "approvals") {
                let Some(who) = self.account(approval.get("by"), told) else { continue };
                let label = text_at(approval, "/type").unwrap_or_default();
                let points = text_at(approval, "/value").and_then(|value| value.parse().ok()).unwrap_or(0);
                let at = seconds(approval.get("grantedOn"));
                if label == "SUBM" {
                    change.merged(&at, Some(who), told);
                } else {
                    change.standing(&label, points, who, Some(at), told);
                }
            }
        }
        change.missing(told);
    }
}

/// A message on a change.
struct Message<'m> {
    id: &'m str,
    at: &'m str,
    who: Option<String>,
    real: Option<String>,
    tag: Option<&'m str>,
    words: &'m str,
    patch_set: Option<String>,
}

impl Change<'_> {
    fn created(&mut self, at: &str, change_id: Option<&Value>, told: &mut dyn Telling) {
        let subject = self.value.get("subject").and_then(text);
        let revert_of = self.value.get("revert_of").and_then(text);
        let id = change_id.and_then(text);
        let (owner, project) = (self.owner.clone(), self.value.get("project").and_then(text));
        let wip = (self.value.get("work_in_progress") == Some(&Value::Bool(true)) && self.is_open())
            .then(|| "true".to_owned());
        let more = [("change_id", id), ("project", project), ("wip", wip)];
        self.fact_of("created", at, owner.clone(), "created", more, subject, true, told);
        if revert_of.is_some() {
            self.fact("revert of", at, owner, "revert of", [("to", revert_of)], None, told);
        }
    }

    fn is_open(&self) -> bool {
        self.value.get("status").and_then(Value::as_str).is_none_or(|status| status == "NEW")
    }

    fn message(&mut self, message: &Message<'_>, told: &mut dyn Telling) {
        let said = words::read(message.tag, message.words);
        let Message { id, at, who, real, .. } = message;
        let patch_set = message.patch_set.clone().or_else(|| said.patch_set.map(|n| n.to_string()));
        let text = Some(said.text.to_owned()).filter(|text| !text.is_empty());
        let more = || [("patch_set", patch_set.clone()), ("real_user", real.clone())];
        let id = |i: usize| format!("message/{id}/{i}");
        match said.kind {
            Kind::Merged => self.merged(at, who.clone(), told),
            // The first patch set is the change's own beginning.
            Kind::Uploaded(_) if patch_set.as_deref() == Some("1") => {
                self.fact(&id(0), at, who.clone(), "patch set note", more(), None, told);
            }
            Kind::Uploaded(upload) => {
                let [a, b] = more();
                let more = [a, b, ("change", upload.word().map(str::to_owned))];
                self.fact(&id(0), at, who.clone(), "patch set", more, None, told);
            }
            Kind::Abandoned => self.fact(&id(0), at, who.clone(), "abandoned", more(), text, told),
            Kind::Restored => self.fact(&id(0), at, who.clone(), "restored", more(), text, told),
            Kind::VoteRemoved => {
                let label = said.votes.first().map_or("", |(label, _)| label);
                self.fact(&id(0), at, who.clone(), &format!("vote removed/{label}"), more(), None, told);
            }
            Kind::Review => {
                let mut i = 0;
                let mut text = text;
                for (label, value) in &said.votes {
                    let voter = who.clone().unwrap_or_default();
                    self.votes.insert((voter, (*label).to_owned(), i64::from(*value)));
                    let activity = format!("vote/{label}{value:+}");
                    self.fact(&id(i), at, who.clone(), &activity, more(), text.take(), told);
                    i += 1;
                }
                for label in &said.taken_back {
                    let activity = format!("vote withdrawn/{label}");
                    self.fact(&id(i), at, who.clone(), &activity, more(), text.take(), told);
                    i += 1;
                }
                if i == 0 {
                    let [a, b] = more();
                    let more = [a, b, ("comments", said.n_comments.map(|n| n.to_string()))];
                    self.fact(&id(0), at, who.clone(), "comment", more, text, told);
                }
            }
            other => {
                let edited;
                let activity = match other {
                    Kind::ReviewerRemoved => "reviewer removed",
                    Kind::Assigned => "assignee (not named)",
                    Kind::Unassigned => "assignee removed",
                    Kind::WorkInProgress => "work in progress",
                    Kind::Ready => "ready for review",
                    Kind::RevertMade => "revert made",
                    Kind::Edited(what) => {
                        edited = format!("edited/{what}");
                        &edited
                    }
                    _ => "machine comment",
                };
                self.fact(&id(0), at, who.clone(), activity, more(), None, told);
            }
        }
    }

    /// How a vote stands, where no message has told of it.
    fn standing(&mut self, label: &str, value: i64, who: String, at: Option<String>, told: &mut dyn Telling) {
        if value == 0 || !self.votes.insert((who.clone(), label.to_owned(), value)) {
            return;
        }
        let Some(at) = at else { return };
        let activity = format!("vote/{label}{value:+}");
        let id = format!("{activity}/{who}");
        self.fact(&id, &at, Some(who), &activity, [], None, told);
    }

    fn merged(&mut self, at: &str, who: Option<String>, told: &mut dyn Telling) {
        // A message, a label and a field tell of one submission.
        if !self.has.insert("merged") {
            return;
        }
        self.fact("merged", at, who.clone(), "merged", [], None, told);
        if let Some(other) = self.value.get("revert_of").and_then(text) {
            let item = std::mem::replace(&mut self.item, other.clone());
            let own = [("because_of", Some(item.clone()))];
            self.fact(&format!("reverted by {item}"), at, who, "reverted", own, None, told);
            self.item = item;
        }
    }

    /// What the change says of its end, against what was told of it.
    fn missing(&mut self, told: &mut dyn Telling) {
        let ended = matches!(self.value.get("status").and_then(Value::as_str), Some("MERGED" | "ABANDONED"));
        let has_end = self.has.contains("merged") || self.has.contains("abandoned");
        if ended && !has_end {
            // Asked for without messages: that it ended is known, and not when.
            let item = Some(self.item.clone());
            told.claim(Claim { item, what: "messages", stated: 1, received: 0 });
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn fact<const N: usize>(
        &mut self,
        id: &str,
        at: &str,
        who: Option<String>,
        activity: &str,
        more: [(&str, Option<String>); N],
        text: Option<String>,
        told: &mut dyn Telling,
    ) {
        self.fact_of(id, at, who, activity, more, text, false, told);
    }

    #[allow(clippy::too_many_arguments)]
    fn fact_of<const N: usize>(
        &mut self,
        id: &str,
        at: &str,
        who: Option<String>,
        activity: &str,
        more: [(&str, Option<String>); N],
        text: Option<String>,
        is_statement: bool,
        told: &mut dyn Telling,
    ) {
        if activity == "abandoned" {
            self.has.insert("abandoned");
        }
        let by = who.as_ref().map(|who| if Some(who) == self.owner.as_ref() { "owner" } else { "another" });
        let mut all = attributes([("by", by.map(str::to_owned)), ("branch", self.branch.clone())]);
        all.extend(attributes(more));
        told.fact(Fact {
            id: format!("{}/{id}", self.item),
            item: self.item.clone(),
            at: at.to_owned(),
            order: self.n,
            actor: who,
            activity: activity.to_owned(),
            attributes: all,
            text,
            is_statement,
        });
        self.n += 1;
    }
}

/// `2013-02-01 09:59:32.186000000`: UTC, which the text does not say, and nobody's place.
fn utc(text: String) -> String {
    let has_zone = text.ends_with('Z') || text.rfind(['+', '-']).is_some_and(|at| at > 10);
    if has_zone || text.is_empty() { text } else { text + "-00:00" }
}

fn seconds(value: Option<&Value>) -> String {
    let at = value.and_then(Value::as_i64).and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    at.map_or_else(String::new, |at| at.to_string().replace('Z', "-00:00"))
}

#[cfg(test)]
mod tests;
