//! Issues and merge requests as objects, and what hangs on them: notes, approvals, resource events, commits, versions.

use sayso_model::coverage::Reason;
use serde_json::Value;

use super::moments::{self, Moment, Teller};
use super::phrases;
use super::place::{Key, Place};
use super::{GitLab, Who};
use crate::tracker::Telling;
use crate::tracker::payload::{self, Look, Put};

impl GitLab {
    /// An issue or merge request.
    pub(super) fn object(&mut self, value: &Value, place: &Place<'_>, told: &mut dyn Telling) {
        let iid = value.number("iid");
        let (Some(project), Some(iid)) = (self.projects.project_of(value, place.origin), iid) else {
            let why = "an issue or merge request without number or project";
            return told.set_aside(&place.to_string(), Reason::ItemMissing, why);
        };
        let is_merge = is_merge(value, place.origin);
        let key = Key { project, is_merge, iid };
        if let Some(id) = value.number("id") {
            self.by_id.insert((is_merge, id), key);
        }
        let who = self.who(value.look("author"), told);
        let updated = value.text("updated_at").unwrap_or_default();
        let known = self.item(key);
        known.author = known.author.take().or_else(|| who.login.clone());
        if let Some(n) = value.number("user_notes_count")
            && known.stated.as_ref().is_none_or(|(when, _)| updated >= when.as_str())
        {
            known.stated = Some((updated.to_owned(), n));
        }
        match value.text("created_at") {
            Some(at) => self.opened(key, at, &who, value, told),
            None => {
                let why = "an issue or merge request without the time of its opening";
                told.set_aside(&place.to_string(), Reason::TimeMissing, why);
            }
        }
        self.ended(key, value, told);
    }

    fn opened(&mut self, key: Key, at: &str, who: &Who, value: &Value, told: &mut dyn Telling) {
        self.item(key).is_opened = true;
        let mut fact = self.fact("opened", "opened", at, who);
        fact.put("kind", if key.is_merge { "merge" } else { "issue" });
        let type_name = value.text("issue_type").or_else(|| value.text("type"));
        fact.put("type", type_name.map(str::to_lowercase).filter(|name| name != "issue").as_deref());
        let labels = value.list("labels");
        let labels = payload::names(labels, "name").or_else(|| payload::names(labels, "title"));
        fact.put("labels", labels.as_deref());
        fact.put("milestone", value.text("milestone.title"));
        fact.put("assignees", payload::names(value.list("assignees"), "username").as_deref());
        fact.put("reviewers", payload::names(value.list("reviewers"), "username").as_deref());
        fact.put("base", value.text("target_branch"));
        fact.put("head", value.text("source_branch"));
        fact.put_yes("draft", value.is_true("draft") || value.is_true("work_in_progress"));
        fact.put_yes("confidential", value.is_true("confidential"));
        fact.put("changed_files", value.text("changes_count"));
        fact.put("severity", value.text("severity").filter(|severity| *severity != "UNKNOWN"));
        fact.put("url", value.text("web_url").or_else(|| value.text("url")));
        for user in value.list("assignees").iter().chain(value.list("reviewers")) {
            self.who(Some(user), told);
        }
        fact.text = payload::statement(value.text("title"), value.text("description"));
        fact.is_statement = true;
        self.tell(key, fact, told);
    }

    /// What the object says of its own end.
    fn ended(&mut self, key: Key, value: &Value, told: &mut dyn Telling) {
        let state = value.text("state");
        let merged_by = value.look("merge_user").or_else(|| value.look("merged_by"));
        for (activity, is, at, by) in [
            ("merged", "merged", value.text("merged_at"), merged_by),
            ("closed", "closed", value.text("closed_at"), value.look("closed_by")),
        ] {
            if state == Some(is) {
                self.item(key).is_ended = Some(activity);
            }
            // A merged one keeps the time of an earlier closing.
            let Some(at) = at.filter(|_| activity == "merged" || state != Some("merged")) else { continue };
            let who = self.who(by, told);
            let mut fact = self.fact(&moments::id(activity, &Who::default(), at), activity, at, &who);
            if activity == "merged" {
                let squash = value.text("squash_commit_sha");
                fact.put("commit", value.text("merge_commit_sha").or(squash).or_else(|| value.text("sha")));
                fact.put("base", value.text("target_branch"));
            }
            self.item(key).moments.push(Moment { fact, teller: Teller::Object });
        }
    }

    /// A note: what somebody wrote, or what GitLab wrote about what somebody did.
    pub(super) fn note(&mut self, value: &Value, discussion: Option<&str>, place: &Place<'_>, told: &mut dyn Telling) {
        let kind = value.text("noteable_type");
        if let Some(other) = kind.filter(|kind| !matches!(*kind, "Issue" | "MergeRequest" | "WorkItem")) {
            let why = format!("a note on {other}: not an issue or merge request");
            return told.set_aside(&place.to_string(), Reason::ItemMissing, &why);
        }
        let Some(key) = self.key_of_note(value, kind, place) else {
            let why = "neither the note nor the address of the page names an issue or merge request";
            return told.set_aside(&place.to_string(), Reason::ItemMissing, why);
        };
        let who = self.who(value.look("author"), told);
        let Some(at) = value.text("created_at") else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "a note");
        };
        let number = value.number("id").map_or_else(|| format!("-@{at}"), |id| id.to_string());
        if value.is_true("system") {
            return self.system_note(key, &number, at, &who, value, told);
        }
        self.item(key).notes.insert(payload::hash(&number));
        let is_on_lines = value.text("type") == Some("DiffNote") || value.look("position").is_some();
        let activity = if is_on_lines { "review_commented" } else { "commented" };
        let mut fact = self.fact(&format!("note/{number}"), activity, at, &who);
        fact.put("discussion", discussion);
        fact.put("path", value.text("position.new_path"));
        fact.put_yes("internal", value.is_true("internal") || value.is_true("confidential"));
        fact.text = value.text("body").map(str::to_owned);
        self.tell(key, fact, told);
        if let Some(at) = value.text("resolved_at").filter(|_| value.is_true("resolved")) {
            let who = self.who(value.look("resolved_by"), told);
            let thread = discussion.unwrap_or(&number);
            let fact = self.fact(&format!("resolved/{thread}@{at}"), "thread_resolved", at, &who);
            self.tell(key, fact, told);
        }
    }

    fn system_note(&mut self, key: Key, number: &str, at: &str, who: &Who, value: &Value, told: &mut dyn Telling) {
        for (n, said) in phrases::read(value.text("body").unwrap_or_default()).into_iter().enumerate() {
            let id = if n == 0 { format!("note/{number}") } else { format!("note/{number}/{}", n + 1) };
            let mut fact = self.fact(&id, said.activity, at, who);
            fact.put("to", said.to.as_deref());
            fact.put("commit", said.commit.as_deref());
            fact.put_number("commits", said.n);
            fact.put("words", said.words.as_deref());
            if moments::is_moment(said.activity) {
                self.item(key).moments.push(Moment { fact, teller: Teller::Note });
            } else {
                self.tell(key, fact, told);
            }
        }
    }

    fn key_of_note(&mut self, value: &Value, kind: Option<&str>, place: &Place<'_>) -> Option<Key> {
        let of_address = self.projects.item_of(value, place.origin);
        let is_merge = match kind {
            Some(kind) => kind == "MergeRequest",
            None => of_address?.is_merge,
        };
        if let Some(iid) = value.number("noteable_iid")
            && let Some(project) = self.projects.project_of(value, place.origin)
        {
            return Some(Key { project, is_merge, iid });
        }
        of_address.or_else(|| self.by_id.get(&(is_merge, value.number("noteable_id")?)).copied())
    }

    /// Who approved, and of late also when; or the state of each approval rule.
    pub(super) fn approvals(&mut self, value: &Value, place: &Place<'_>, told: &mut dyn Telling) {
        let named = || {
            let (project, iid) = (value.number("project_id")?, value.number("iid")?);
            Some((project, iid))
        };
        let key = match named() {
            Some((project, iid)) => Some(Key { project: self.projects.id(project), is_merge: true, iid }),
            None => self.projects.item_of(value, place.origin),
        };
        let Some(key) = key else {
            let why = "neither the approvals nor the address of the page name a merge request";
            return told.set_aside(&place.to_string(), Reason::ItemMissing, why);
        };
        let of_rules = value.list("rules").iter().flat_map(|rule| rule.list("approved_by"));
        for approval in value.list("approved_by").iter().chain(of_rules) {
            let who = self.who(approval.look("user").or(Some(approval)), told);
            let Some(login) = who.login.clone() else { continue };
            match approval.text("approved_at") {
                Some(at) => {
                    let fact = self.fact(&moments::id("approved", &who, at), "approved", at, &who);
                    self.item(key).moments.push(Moment { fact, teller: Teller::Approvals });
                }
                None => {
                    let known = &mut self.item(key).approved_by;
                    if !known.contains(&login) {
                        known.push(login);
                    }
                }
            }
        }
        for user in value.list("rules").iter().flat_map(|rule| rule.list("eligible_approvers")) {
            self.who(Some(user), told);
        }
    }

    /// A change of state, label, milestone, iteration or weight, as GitLab keeps them beside notes.
    pub(super) fn resource_event(&mut self, value: &Value, place: &Place<'_>, told: &mut dyn Telling) {
        let is_merge = value.text("resource_type") == Some("MergeRequest");
        let of_address = self.projects.item_of(value, place.origin);
        let of_id = || self.by_id.get(&(is_merge, value.number("resource_id")?)).copied();
        let Some(key) = of_address.or_else(of_id) else {
            let why = "neither the event nor the address of the page names an issue or merge request";
            return told.set_aside(&place.to_string(), Reason::ItemMissing, why);
        };
        let who = self.who(value.look("user"), told);
        let Some(at) = value.text("created_at") else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "a resource event");
        };
        let is_added = value.text("action") != Some("remove");
        let pick = |added: &'static str, removed: &'static str| if is_added { added } else { removed };
        let (kind, activity) = if let Some(state) = value.text("state") {
            ("state", state)
        } else if value.get("label").is_some() {
            ("label", pick("labeled", "unlabeled"))
        } else if value.get("milestone").is_some() {
            ("milestone", pick("milestoned", "demilestoned"))
        } else if value.get("iteration").is_some() {
            ("iteration", "iteration_changed")
        } else if value.get("weight").is_some() {
            ("weight", "weight_changed")
        } else {
            ("other", "resource_event")
        };
        let number = value.number("id").map_or_else(|| format!("-@{at}"), |id| id.to_string());
        let mut fact = self.fact(&format!("{kind}_event/{number}"), activity, at, &who);
        fact.put("label", value.text("label.name"));
        fact.put("milestone", value.text("milestone.title"));
        fact.put("commit", value.text("source_commit"));
        if moments::is_moment(activity) {
            self.item(key).moments.push(Moment { fact, teller: Teller::ResourceEvent });
        } else {
            self.tell(key, fact, told);
        }
    }

    /// An emoji on an item: `thumbsup`.
    pub(super) fn award(&mut self, value: &Value, place: &Place<'_>, told: &mut dyn Telling) {
        let is_merge = value.text("awardable_type") == Some("MergeRequest");
        let of_id = self.by_id.get(&(is_merge, value.number("awardable_id").unwrap_or(0))).copied();
        let is_of_note = value.text("awardable_type") == Some("Note");
        let Some(key) = of_id.or_else(|| self.projects.item_of(value, place.origin)).filter(|_| !is_of_note) else {
            let why = "an emoji on a note, or on an item that is not named";
            return told.set_aside(&place.to_string(), Reason::ItemMissing, why);
        };
        let who = self.who(value.look("user"), told);
        let Some(at) = value.text("created_at") else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "an emoji");
        };
        let name = value.text("name").unwrap_or_default();
        let number = value.number("id").unwrap_or(0);
        let fact = self.fact(&format!("award/{number}"), &format!("reacted/{name}"), at, &who);
        self.tell(key, fact, told);
    }

    /// A state of the change: GitLab keeps one for each push.
    pub(super) fn version(&mut self, value: &Value, place: &Place<'_>, told: &mut dyn Telling) {
        let of_id = self.by_id.get(&(true, value.number("merge_request_id").unwrap_or(0))).copied();
        let Some(key) = of_id.or_else(|| self.projects.item_of(value, place.origin)) else {
            let why = "a version of a merge request that is not named";
            return told.set_aside(&place.to_string(), Reason::ItemMissing, why);
        };
        let Some(at) = value.text("created_at") else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "a version");
        };
        let number = value.number("id").unwrap_or(0);
        let mut fact = self.fact(&format!("version/{number}"), "head_moved", at, &Who::default());
        fact.put("commit", value.text("head_commit_sha"));
        self.tell(key, fact, told);
    }

    /// A commit of a merge request. Who wrote it is what git says, not an account.
    pub(super) fn commit(&mut self, value: &Value, place: &Place<'_>, told: &mut dyn Telling) {
        let Some(key) = self.projects.item_of(value, place.origin) else {
            let why = "a commit, and the address of the page does not name a merge request";
            return told.set_aside(&place.to_string(), Reason::ItemMissing, why);
        };
        let Some(at) = value.text("committed_date").or_else(|| value.text("created_at")) else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "a commit");
        };
        let login = match (value.text("author_name"), value.text("author_email")) {
            (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
            (name, email) => name.or(email).map(str::to_owned),
        };
        let sha = value.text("id").unwrap_or_default();
        let mut fact = self.fact(&format!("commit/{sha}"), "committed", at, &Who { login, ..Who::default() });
        fact.put("commit", sha);
        fact.put("authored_at", value.text("authored_date").filter(|authored| *authored != at));
        self.tell(key, fact, told);
    }
}

fn is_merge(value: &Value, origin: &str) -> bool {
    let by_reference = value.text("references.full").or_else(|| value.text("reference"));
    if let Some(sign) = by_reference.and_then(|reference| reference.rfind(['!', '#']).map(|at| &reference[at..])) {
        return sign.starts_with('!');
    }
    let address = value.text("web_url").unwrap_or(origin);
    value.look("source_branch").is_some() || address.contains("/merge_requests")
}
