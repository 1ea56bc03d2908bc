//! Webhook bodies of GitLab.

use sayso_model::coverage::Reason;
use serde_json::Value;

use super::moments::{self, Moment, Teller};
use super::place::{Key, Place};
use super::{GitLab, Who};
use crate::tracker::Telling;
use crate::tracker::payload::{self, Look, Put};

impl GitLab {
    /// The body of a webhook.
    pub(super) fn webhook(&mut self, value: &Value, place: &Place<'_>, told: &mut dyn Telling) {
        let kind = value.text("object_kind").unwrap_or_default();
        let project = match (value.number("project.id"), value.text("project.path_with_namespace")) {
            (Some(id), Some(path)) => Some(self.projects.learn(id, path)),
            (id, _) => id.map(|id| self.projects.id(id)),
        };
        let who = self.who(value.look("user"), told);
        let (object, is_merge) = match kind {
            "issue" | "work_item" => (value.look("object_attributes"), false),
            "merge_request" => (value.look("object_attributes"), true),
            "note" if value.look("merge_request").is_some() => (value.look("merge_request"), true),
            "note" if value.look("issue").is_some() => (value.look("issue"), false),
            _ => {
                let why = format!("{kind}: not about an issue or merge request");
                return told.set_aside(&place.to_string(), Reason::ItemMissing, &why);
            }
        };
        let iid = object.and_then(|object| object.number("iid"));
        let (Some(project), Some(object), Some(iid)) = (project, object, iid) else {
            let why = format!("`{kind}` without number or project");
            return told.set_aside(&place.to_string(), Reason::ItemMissing, &why);
        };
        let key = Key { project, is_merge, iid };
        if let Some(id) = object.number("id") {
            self.by_id.insert((is_merge, id), key);
        }
        if kind == "note" {
            self.hooked_note(key, &who, value, place, told)
        } else {
            self.hooked(key, &who, value, place, told)
        }
    }

    fn hooked_note(&mut self, key: Key, who: &Who, value: &Value, place: &Place<'_>, told: &mut dyn Telling) {
        let Some(at) = value.text("object_attributes.created_at") else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "a note");
        };
        let number = value.number("object_attributes.id").map_or_else(|| format!("-@{at}"), |id| id.to_string());
        self.item(key).notes.insert(payload::hash(&number));
        let is_on_lines = value.text("object_attributes.type") == Some("DiffNote");
        let activity = if is_on_lines { "review_commented" } else { "commented" };
        let mut fact = self.fact(&format!("note/{number}"), activity, at, who);
        fact.put("discussion", value.text("object_attributes.discussion_id"));
        fact.text = value.text("object_attributes.note").map(str::to_owned);
        self.tell(key, fact, told);
    }

    /// Something that happened to an issue or merge request, done by the user.
    fn hooked(&mut self, key: Key, who: &Who, value: &Value, place: &Place<'_>, told: &mut dyn Telling) {
        let object = value.look("object_attributes").unwrap_or(&Value::Null);
        let action = object.text("action").unwrap_or("update");
        let at = object.text("updated_at").or_else(|| object.text("created_at"));
        let Some(at) = at else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, &format!("a webhook, {action}"));
        };
        let activity = match action {
            "open" => {
                let opened = object.text("created_at").unwrap_or(at);
                let known = self.item(key);
                known.author = known.author.take().or_else(|| who.login.clone());
                known.is_opened = true;
                let mut fact = self.fact("opened", "opened", opened, who);
                fact.put("kind", if key.is_merge { "merge" } else { "issue" });
                fact.put("base", object.text("target_branch"));
                fact.put("head", object.text("source_branch"));
                fact.put_yes("draft", object.is_true("draft") || object.is_true("work_in_progress"));
                fact.put("labels", payload::names(value.list("labels"), "title").as_deref());
                fact.put("url", object.text("url"));
                fact.text = payload::statement(object.text("title"), object.text("description"));
                fact.is_statement = true;
                return self.tell(key, fact, told);
            }
            "close" => "closed",
            "reopen" => "reopened",
            "merge" => "merged",
            // `approval` is one of several that are needed, `approved` the last of them.
            "approved" | "approval" => "approved",
            "unapproved" | "unapproval" => "unapproved",
            _ => return self.updated(key, at, who, value, told),
        };
        let own = match activity {
            "closed" => object.text("closed_at"),
            "merged" => object.text("merged_at"),
            _ => None,
        };
        let at = own.unwrap_or(at);
        let mut fact = self.fact(&moments::id(activity, who, at), activity, at, who);
        fact.put("commit", object.text("merge_commit_sha").filter(|_| activity == "merged"));
        self.item(key).moments.push(Moment { fact, teller: Teller::Webhook });
    }

    /// What an update changed.
    fn updated(&mut self, key: Key, at: &str, who: &Who, value: &Value, told: &mut dyn Telling) {
        let mut all: Vec<(&str, Option<String>)> = Vec::new();
        for (field, added, removed) in [
            ("assignees", "assigned", "unassigned"),
            ("reviewers", "review_requested", "review_request_removed"),
            ("labels", "labeled", "unlabeled"),
        ] {
            let path = format!("changes.{field}");
            let Some(change) = value.look(&path) else { continue };
            let name = if field == "labels" { "title" } else { "username" };
            let names = |when: &str| -> Vec<String> {
                change.list(when).iter().filter_map(|entry| entry.text(name).map(str::to_owned)).collect()
            };
            let (before, after) = (names("previous"), names("current"));
            all.extend(after.iter().filter(|name| !before.contains(name)).map(|name| (added, Some(name.clone()))));
            all.extend(before.iter().filter(|name| !after.contains(name)).map(|name| (removed, Some(name.clone()))));
        }
        for field in ["draft", "work_in_progress"] {
            match value.look(&format!("changes.{field}.current")).and_then(Value::as_bool) {
                Some(true) => all.push(("converted_to_draft", None)),
                Some(false) => all.push(("ready_for_review", None)),
                None => {}
            }
        }
        if value.text("object_attributes.oldrev").is_some() {
            all.push(("head_moved", None));
        }
        if all.is_empty() {
            all.push(("edited", None));
        }
        for (activity, subject) in all {
            let id = format!("{activity}/{}@{at}", subject.as_deref().unwrap_or("-"));
            let mut fact = self.fact(&id, activity, at, who);
            let key_of_subject = if activity.ends_with("labeled") { "label" } else { "to" };
            fact.put(key_of_subject, subject.as_deref());
            self.tell(key, fact, told);
        }
    }
}
