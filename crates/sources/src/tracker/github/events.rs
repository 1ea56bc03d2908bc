//! Events of items, under the names that lists of events and timelines give them, whichever page tells them.

use sayso_model::coverage::Reason;
use serde_json::Value;

use super::closing::Closing;
use super::objects::team_of;
use super::{GitHub, Place, Who, ids};
use crate::tracker::payload::{self, Look, Put};
use crate::tracker::{Fact, Telling};

/// Events of which there is at most one of a kind for one subject at one instant; of any other, the number tells.
const KNOWN: [&str; 45] = [
    "added_to_merge_queue",
    "answered",
    "assigned",
    "auto_merge_disabled",
    "auto_merge_enabled",
    "automatic_base_change_failed",
    "automatic_base_change_succeeded",
    "base_ref_changed",
    "base_ref_force_pushed",
    "blocked_by_added",
    "blocked_by_removed",
    "blocking_added",
    "blocking_removed",
    "category_changed",
    "closed",
    "converted_to_discussion",
    "converted_to_draft",
    "cross-referenced",
    "demilestoned",
    "edited",
    "head_ref_deleted",
    "head_ref_force_pushed",
    "head_ref_restored",
    "labeled",
    "locked",
    "mentioned",
    "merged",
    "milestoned",
    "parent_issue_added",
    "parent_issue_removed",
    "pinned",
    "ready_for_review",
    "referenced",
    "removed_from_merge_queue",
    "reopened",
    "review_dismissed",
    "review_request_removed",
    "review_requested",
    "subscribed",
    "sub_issue_added",
    "sub_issue_removed",
    "synchronize",
    "unassigned",
    "unlabeled",
    "unlocked",
];

/// Fields that all events have, or that are looked at by name, or in which people write.
const NOT_WORDS: [&str; 24] = [
    "id",
    "node_id",
    "url",
    "event",
    "actor",
    "body",
    "body_text",
    "body_html",
    "message",
    "title",
    "commit_id",
    "state_reason",
    "author_association",
    "lock_reason",
    "performed_via_github_app",
    "sha",
    "user",
    "__typename",
    "event_type",
    "created_at",
    "issue",
    "rename",
    "from",
    "to",
];

impl GitHub {
    /// An event of a list of events, which has its item beside it, or of a timeline, whose address names the item.
    pub(super) fn listed_event(
        &mut self,
        value: &Value,
        hint: Option<String>,
        place: Place<'_>,
        told: &mut dyn Telling,
    ) {
        let embedded = value.look("issue").and_then(|issue| self.object(issue, None, false, place, told));
        let named = ["pull_request_url", "issue_url", "html_url"].into_iter();
        let item = embedded.or_else(|| named.filter_map(|key| value.text(key)).find_map(ids::item_of)).or(hint);
        let Some(item) = item else {
            let why = "neither the event nor the address of the page names an issue or pull request";
            return told.set_aside(&place.to_string(), Reason::ItemMissing, why);
        };
        let name = value.text("event").unwrap_or_default().to_owned();
        self.event(&item, &name, None, value, place, told);
    }

    /// An event. `when` stands in where the event has no time of its own.
    pub(super) fn event(
        &mut self,
        item: &str,
        name: &str,
        when: Option<&str>,
        value: &Value,
        place: Place<'_>,
        told: &mut dyn Telling,
    ) {
        match name {
            "commented" => return self.comment(item, value, place, told),
            "reviewed" => return self.review(item, value, place, told),
            "committed" => return self.commit(item, value, place, told),
            "line-commented" | "commit-commented" => {
                for comment in payload::entries(value, "comments") {
                    self.review_comment(item, comment, place, told);
                }
                return;
            }
            _ => {}
        }
        let name = if name == "convert_to_draft" { "converted_to_draft" } else { name };
        let who = self.performer(name, value, told);
        let Some(at) = value.text("created_at").or(when).filter(|at| !at.is_empty()) else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, &format!("an event `{name}`"));
        };
        let to = self.addressee(item, name, value, told);
        let subject = subject(name, value, &who, to.as_deref());
        let id = if subject.is_empty() { format!("{name}@{at}") } else { format!("{name}/{subject}@{at}") };
        let mut fact = self.fact(item, &id, name, at, &who, value);
        fact.put("to", to.as_deref());
        describe(&mut fact, name, value);
        match name {
            "closed" => self.item(item).closed.push(Closing { fact, is_by_object: when.is_some() }),
            "merged" => {
                self.is_pull(item);
                self.item(item).merged.push(Closing { fact, is_by_object: when.is_some() });
            }
            "review_dismissed" => {
                let (id, state) = (dismissed(value), value.text("dismissed_review.state"));
                let state = state.or_else(|| value.text("previous_review_state"));
                if let (Some(id), Some(state)) = (id, state) {
                    self.state_before.insert(format!("{item}/review/{id}"), state.to_uppercase());
                }
                told.fact(fact);
            }
            "review_requested"
            | "review_request_removed"
            | "ready_for_review"
            | "converted_to_draft"
            | "head_ref_force_pushed"
            | "synchronize" => {
                self.is_pull(item);
                told.fact(fact);
            }
            _ => told.fact(fact),
        }
    }

    /// Who did it. In lists of events, the actor of an assignment is the one who was assigned.
    fn performer(&mut self, name: &str, value: &Value, told: &mut dyn Telling) -> Who {
        let keys: &[&str] = match name {
            "assigned" | "unassigned" => &["assigner", "actor", "user"],
            "review_requested" | "review_request_removed" => &["review_requester", "actor", "user"],
            _ => &["actor", "user"],
        };
        let who = keys.iter().find_map(|key| value.look(key));
        self.who(who, told)
    }

    /// Whom an event addresses, or the other item of a link.
    fn addressee(&mut self, item: &str, name: &str, value: &Value, told: &mut dyn Telling) -> Option<String> {
        if let Some(reviewer) = value.look("requested_reviewer").filter(|who| who.look("login").is_some()) {
            return self.who(Some(reviewer), told).login;
        }
        if let Some(team) = value.look("requested_team").or_else(|| value.look("requested_reviewer")) {
            return team_of(team, item);
        }
        if matches!(name, "assigned" | "unassigned") {
            return self.who(value.look("assignee"), told).login;
        }
        let source = value.look("source.issue").or_else(|| value.look("source"));
        let others = value.as_object().into_iter().flatten();
        let others = others.filter(|(key, _)| !matches!(key.as_str(), "issue" | "pull_request" | "discussion"));
        source.into_iter().chain(others.map(|(_, other)| other)).find_map(|other| {
            other.number("number").filter(|_| other.is_object())?;
            let of_repository = || {
                let repository =
                    other.text("repository.full_name").or_else(|| other.text("repository.name_with_owner"));
                Some(ids::item(repository?, other.number("number")?))
            };
            let keys = ["url", "html_url"].into_iter();
            of_repository().or_else(|| keys.filter_map(|key| other.text(key)).find_map(ids::item_of))
        })
    }
}

/// The place of a fact among those of its instant: an opening comes first, a merge before the closing that it brings.
pub(super) fn order(activity: &str, value: &Value) -> u64 {
    let rank = match activity {
        "opened" => 0,
        "committed" => 1,
        "merged" => 8,
        "closed" => 9,
        _ => 2,
    };
    rank << 56 | super::objects::number_of(value).and_then(|id| id.parse().ok()).unwrap_or(0) & ((1 << 56) - 1)
}

/// What tells an event from another of the same kind and instant.
fn subject(name: &str, value: &Value, who: &Who, to: Option<&str>) -> String {
    if let Some(to) = to {
        return to.to_owned();
    }
    let own = match name {
        "labeled" | "unlabeled" => value.text("label.name"),
        "milestoned" | "demilestoned" => value.text("milestone.title").or_else(|| value.text("milestone_title")),
        "mentioned" | "subscribed" | "unsubscribed" => who.login.as_deref(),
        "referenced" => value.text("commit_id").or_else(|| value.text("commit.oid")),
        _ => None,
    };
    if let Some(own) = own {
        return own.to_owned();
    }
    if name == "review_dismissed" {
        return dismissed(value).unwrap_or_default();
    }
    if KNOWN.contains(&name) {
        return String::new();
    }
    super::objects::number_of(value).unwrap_or_default()
}

/// The number of the review that was dismissed.
fn dismissed(value: &Value) -> Option<String> {
    value
        .number("dismissed_review.review_id")
        .map(|number| number.to_string())
        .or_else(|| value.look("review").and_then(super::objects::number_of))
}

/// What a lens may look at.
fn describe(fact: &mut Fact, name: &str, value: &Value) {
    fact.put("label", value.text("label.name"));
    fact.put("milestone", value.text("milestone.title").or_else(|| value.text("milestone_title")));
    fact.put("commit", value.text("commit_id").or_else(|| value.text("commit.oid")));
    fact.put("state_reason", value.text("state_reason").map(str::to_lowercase).as_deref());
    fact.put("review", dismissed(value).as_deref());
    let before = value.text("dismissed_review.state").or_else(|| value.text("previous_review_state"));
    fact.put("review_state", before.map(str::to_uppercase).as_deref());
    let card = value.look("project_card").unwrap_or(value);
    fact.put("from", card.text("previous_column_name").or_else(|| card.text("previous_project_column_name")));
    let column = card.text("column_name").or_else(|| card.text("project_column_name"));
    fact.put("column", column);
    fact.put("before", value.text("before").or_else(|| value.text("before_commit.oid")));
    fact.put("after", value.text("after").or_else(|| value.text("after_commit.oid")));
    fact.put_yes("will_close", value.is_true("will_close_target"));
    if name == "cross-referenced" {
        let source = value.look("source.issue").or_else(|| value.look("source"));
        let is_pull = source.is_some_and(|source| {
            source.look("pull_request").is_some() || source.text("__typename") == Some("PullRequest")
        });
        fact.put("source_kind", if is_pull { "pull" } else { "issue" });
    }
    if !KNOWN.contains(&name) {
        payload::words(value, &NOT_WORDS, &mut |key, word| fact.put(key, word.as_str()));
    }
}
