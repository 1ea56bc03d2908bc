//! A change's meta commits, oldest first, to what happened to the change.

use rustc_hash::{FxHashMap, FxHashSet};

use super::note::{LabelFooter, Note, account, label, time};
use super::words::{self, Kind, Said};
use crate::git::framing::Commit;
use crate::tracker::Fact;

/// The label with which servers before 2.13 marked that a change was submitted; it is nobody's opinion.
const SUBMIT_MARK: &str = "SUBM";

/// One change, as far as its commits have been told.
#[derive(Debug, Default)]
pub(super) struct Story {
    item: String,
    /// Commits so far.
    n: u64,
    owner: Option<String>,
    branch: Option<String>,
    patch_set: u32,
    status: Status,
    is_wip: bool,
    assignee: Option<String>,
    reverts: Option<String>,
    /// Last value and its patch set, by account and label.
    votes: FxHashMap<(String, String), (i8, u32)>,
    reviewers: FxHashSet<String>,
    /// Whose objections stand, oldest first, as written.
    objectors: Vec<String>,
    /// The server keeps an attention set, which says whose turn it is better than votes do.
    has_attention: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Status {
    #[default]
    New,
    Merged,
    Abandoned,
}

/// A fact without what all facts of a commit share.
#[derive(Debug, Default)]
struct Draft {
    activity: String,
    item: Option<String>,
    actor: Option<String>,
    to: Option<String>,
    more: Vec<(&'static str, String)>,
    text: Option<String>,
    is_statement: bool,
}

impl Draft {
    fn new(activity: impl Into<String>) -> Draft {
        Draft { activity: activity.into(), ..Draft::default() }
    }

    fn to(activity: impl Into<String>, to: &str) -> Draft {
        Draft { to: Some(to.to_owned()), ..Draft::new(activity) }
    }

    fn with(mut self, key: &'static str, value: impl Into<String>) -> Draft {
        self.more.push((key, value.into()));
        self
    }
}

/// One commit, taken apart.
struct Told<'a> {
    note: &'a Note<'a>,
    said: &'a Said<'a>,
    author: &'a str,
    patch_set: u32,
}

impl Story {
    /// The story of a change before its first commit.
    pub fn new(number: u64) -> Story {
        Story { item: number.to_string(), ..Story::default() }
    }

    /// What one commit says, the principal fact first; every commit says something.
    pub fn tell(&mut self, commit: &Commit) -> Vec<Fact> {
        let text = String::from_utf8_lossy(&commit.message);
        let note = Note::of(&text);
        let said = words::read(note.said("Tag"), note.message);
        let author = label(&commit.author).unwrap_or_default();
        let is_first = self.n == 0;
        if is_first {
            self.owner = Some(author.clone());
        }
        if let Some(branch) = note.said("Branch") {
            self.branch = Some(branch.strip_prefix("refs/heads/").unwrap_or(branch).to_owned());
        }
        let digits: String = note.get("Patch-set").unwrap_or("").chars().take_while(char::is_ascii_digit).collect();
        let patch_set = digits.parse().ok().or(said.patch_set).unwrap_or(self.patch_set);
        let told = Told { note: &note, said: &said, author: &author, patch_set };

        let drafts = if note.subject.starts_with("Final NoteDb migration") {
            self.migrated(&told)
        } else {
            self.drafts(&told, is_first)
        };
        self.patch_set = self.patch_set.max(patch_set);
        let facts = self.facts(commit, &told, drafts);
        self.n += 1;
        facts
    }

    /// What a migration from a database wrote last: a state, of which nobody knows when it came about.
    fn migrated(&mut self, told: &Told<'_>) -> Vec<Draft> {
        let mut drafts = self.status(told);
        for draft in &mut drafts {
            draft.more.push(("time", "migration".to_owned()));
        }
        self.assignee = told.note.said("Assignee").map(|who| account(who).to_owned());
        drafts.push(Draft::new("migrated"));
        drafts
    }

    fn drafts(&mut self, told: &Told<'_>, is_first: bool) -> Vec<Draft> {
        let mut drafts = Vec::new();
        let wip = told.note.said("Work-in-progress").map(|word| word == "true");
        if is_first {
            drafts.extend(self.created(told, wip));
        }
        drafts.extend(self.status(told));
        let is_merge = told.note.said("Status") == Some("merged");
        if !is_first && !is_merge && told.patch_set > self.patch_set {
            drafts.push(self.new_patch_set(told));
        }
        let n_before = drafts.len();
        let copied = self.votes(told, is_merge, &mut drafts);
        let has_votes = drafts.len() > n_before;
        if let Some(is_wip) = wip {
            if !is_first && is_wip != self.is_wip {
                drafts.push(Draft::new(if is_wip { "work in progress" } else { "ready for review" }));
            }
            self.is_wip = is_wip;
        }
        let said = told.said;
        match said.kind {
            Kind::Review if !said.text.is_empty() || said.n_comments.is_some() => {
                if !has_votes {
                    drafts.push(Draft::new("comment"));
                }
                let at = if has_votes { n_before } else { drafts.len() - 1 };
                if let Some(draft) = drafts.get_mut(at) {
                    draft.text = Some(said.text.to_owned()).filter(|text| !text.is_empty());
                    draft.more.extend(said.n_comments.map(|n| ("comments", n.to_string())));
                }
            }
            Kind::Machine => {
                let tag = told.note.said("Tag").unwrap_or("").trim_start_matches("autogenerated:");
                drafts.push(Draft::new("machine comment").with("tag", tag));
            }
            Kind::RevertMade => drafts.push(Draft::new("revert made")),
            Kind::Edited(what) => drafts.push(Draft::new(format!("edited/{what}"))),
            _ => {}
        }
        self.people(told, &mut drafts);
        self.attention(told, &mut drafts);
        if drafts.is_empty() {
            drafts.push(Draft::new(copied.unwrap_or_else(|| {
                let is_upload = matches!(said.kind, Kind::Uploaded(_));
                (if is_upload { "patch set note" } else { "edited" }).to_owned()
            })));
        }
        drafts
    }

    fn created(&mut self, told: &Told<'_>, wip: Option<bool>) -> Vec<Draft> {
        let note = told.note;
        let mut created = Draft::new("created");
        created.more.extend(note.said("Change-id").map(|id| ("change_id", id.to_owned())));
        if wip == Some(true) {
            created = created.with("wip", "true");
        }
        created.text = note.said("Subject").map(str::to_owned);
        created.is_statement = true;
        let mut drafts = vec![created];
        if let Some(other) = note.said("Revert-of") {
            self.reverts = Some(other.to_owned());
            drafts.push(Draft::to("revert of", other));
        }
        if let Some(other) = note.said("Cherry-pick-of") {
            // `12345,3`: the patch set is behind the comma.
            drafts.push(Draft::to("cherry pick of", other.split(',').next().unwrap_or(other)));
        }
        drafts
    }

    /// The change's own state, where it changes.
    fn status(&mut self, told: &Told<'_>) -> Vec<Draft> {
        let reason = || Some(told.said.text.to_owned()).filter(|text| !text.is_empty());
        match (self.status, told.note.said("Status")) {
            (Status::New | Status::Abandoned, Some("merged")) => {
                self.status = Status::Merged;
                let mut merged = Draft::new("merged");
                let satisfied = told.note.all("Submitted-with").find_map(|with| with.strip_prefix("OK: Code-Review: "));
                merged.more.extend(satisfied.map(|who| ("approved_by", who.to_owned())));
                let mut drafts = vec![merged];
                if let Some(other) = &self.reverts {
                    drafts.push(Draft { item: Some(other.clone()), ..Draft::new("reverted") });
                }
                drafts
            }
            (Status::New, Some("abandoned")) => {
                self.status = Status::Abandoned;
                vec![Draft { text: reason(), ..Draft::new("abandoned") }]
            }
            (Status::Abandoned, Some("new")) => {
                self.status = Status::New;
                vec![Draft { text: reason(), ..Draft::new("restored") }]
            }
            _ => Vec::new(),
        }
    }

    fn new_patch_set(&mut self, told: &Told<'_>) -> Draft {
        let mut draft = Draft::new("patch set");
        if let Kind::Uploaded(upload) = told.said.kind {
            draft.more.extend(upload.word().map(|word| ("change", word.to_owned())));
        }
        // The owner's new version goes back to whoever objected to the last one.
        if !self.has_attention
            && self.is_owner(told.author)
            && let Some(objector) = self.objectors.last()
        {
            draft = draft.with("objector", objector.clone());
        }
        self.objectors.clear();
        draft
    }

    /// Votes, given and taken back. What the server carries over to a new patch set, or writes down once more when a
    /// change is taken in, is nobody's vote: gives what to call a commit that holds nothing else.
    fn votes(&mut self, told: &Told<'_>, is_merge: bool, drafts: &mut Vec<Draft>) -> Option<String> {
        let said = told.said;
        let mine = |label: &str| (account(told.author).to_owned(), label.to_owned());
        if said.kind == Kind::VoteRemoved {
            let footers = told.note.all("Label").filter_map(LabelFooter::of);
            let whose: Vec<_> = footers.map(|footer| (footer.label, footer.whose.unwrap_or(told.author))).collect();
            let words = said.votes.iter().map(|(label, _)| (*label, ""));
            let named = if whose.is_empty() { words.collect() } else { whose };
            for (label, whose) in named {
                self.votes.remove(&(account(whose).to_owned(), label.to_owned()));
                self.objectors.retain(|known| account(known) != account(whose));
                let mut draft = Draft::new(format!("vote removed/{label}"));
                draft.to = Some(whose.to_owned()).filter(|whose| !whose.is_empty());
                drafts.push(draft);
            }
            return None;
        }
        let mut others = None;
        if said.kind == Kind::Review {
            for (label, value) in &said.votes {
                self.vote(label, *value, told.author, told.patch_set, drafts);
            }
            for label in &said.taken_back {
                self.votes.insert(mine(label), (0, told.patch_set));
                self.objectors.retain(|known| account(known) != account(told.author));
                drafts.push(Draft::new(format!("vote withdrawn/{label}")));
            }
        }
        let is_told =
            |label: &str| said.votes.iter().any(|(known, _)| *known == label) || said.taken_back.contains(&label);
        for footer in told.note.all("Label").filter_map(LabelFooter::of) {
            let LabelFooter { label, value, whose } = footer;
            let who = whose.unwrap_or(told.author);
            let is_mine = account(who) == account(told.author);
            if is_mine && is_told(label) {
                continue;
            }
            let key = (account(who).to_owned(), label.to_owned());
            let old = self.votes.get(&key).copied();
            match value.unwrap_or(0) {
                _ if label == SUBMIT_MARK => others = Some("submit mark".to_owned()),
                0 => {
                    let stood = old.is_some_and(|(value, patch_set)| value != 0 && patch_set == told.patch_set);
                    if stood && !is_merge {
                        drafts.push(Draft::new(format!("vote withdrawn/{label}")));
                        self.objectors.retain(|known| account(known) != account(who));
                    }
                    self.votes.insert(key, (0, told.patch_set));
                }
                value if is_merge || said.text.is_empty() && old.is_some_and(|(old, _)| old == value) => {
                    others.get_or_insert_with(|| format!("vote copied/{label}{value:+}"));
                    self.votes.insert(key, (value, told.patch_set));
                }
                value => self.vote(label, value, who, told.patch_set, drafts),
            }
        }
        for footer in told.note.all("Copied-Label").filter_map(LabelFooter::of) {
            let who = footer.whose.unwrap_or(told.author);
            self.votes.insert(
                (account(who).to_owned(), footer.label.to_owned()),
                (footer.value.unwrap_or(0), told.patch_set),
            );
        }
        others
    }

    fn vote(&mut self, label: &str, value: i8, who: &str, patch_set: u32, drafts: &mut Vec<Draft>) {
        self.votes.insert((account(who).to_owned(), label.to_owned()), (value, patch_set));
        if value == 0 {
            return;
        }
        self.objectors.retain(|known| account(known) != account(who));
        if value < 0 && !self.is_owner(who) {
            self.objectors.push(who.to_owned());
        }
        let draft = Draft { actor: Some(who.to_owned()), ..Draft::new(format!("vote/{label}{value:+}")) };
        // The label by which changes are judged tells what the commit is.
        let is_review = label == "Code-Review";
        let at = drafts.iter().position(|known| is_review && known.activity.starts_with("vote/"));
        drafts.insert(at.unwrap_or(drafts.len()), draft);
    }

    /// Who was asked to review, who is told, who has to act.
    fn people(&mut self, told: &Told<'_>, drafts: &mut Vec<Draft>) {
        let note = told.note;
        for who in note.all("Reviewer") {
            // Whoever votes becomes a reviewer: nobody asked them.
            if self.reviewers.insert(account(who).to_owned()) && account(who) != account(told.author) {
                drafts.push(Draft::to("reviewer added", who));
            }
        }
        for who in note.all("CC").filter(|who| account(who) != account(told.author)) {
            drafts.push(Draft::to("cc added", who));
        }
        for who in note.all("Removed") {
            self.reviewers.remove(account(who));
            drafts.push(Draft::to("reviewer removed", who));
        }
        if let Some(who) = note.get("Assignee") {
            let now = Some(account(who).to_owned()).filter(|who| !who.is_empty());
            if now != self.assignee {
                drafts.push(match now {
                    Some(_) => Draft::to("assignee", who),
                    None => Draft::new("assignee removed"),
                });
                self.assignee = now;
            }
        }
        let is_told = |drafts: &[Draft], word: &str| drafts.iter().any(|draft| draft.activity.starts_with(word));
        // Who it was is known from the server's words only, which name people as it likes.
        if told.said.kind == Kind::Assigned && !is_told(drafts, "assignee") {
            drafts.push(Draft::new("assignee (not named)"));
        }
        if told.said.kind == Kind::Unassigned && !is_told(drafts, "assignee") {
            self.assignee = None;
            drafts.push(Draft::new("assignee removed"));
        }
        if told.said.kind == Kind::ReviewerRemoved && !is_told(drafts, "reviewer removed") {
            drafts.push(Draft::new("reviewer removed"));
        }
    }

    /// Whose turn it is, by the server's own reckoning.
    fn attention(&mut self, told: &Told<'_>, drafts: &mut Vec<Draft>) {
        #[derive(serde::Deserialize)]
        struct Attention {
            person_ident: String,
            operation: String,
        }
        let changes: Vec<Attention> =
            told.note.all("Attention").filter_map(|json| serde_json::from_str(json).ok()).collect();
        let n_added = changes.iter().filter(|change| change.operation == "ADD").count();
        for change in changes {
            self.has_attention = true;
            if change.operation == "ADD" {
                let draft = Draft::to("attention", &change.person_ident);
                drafts.push(if n_added > 1 { draft.with("among", n_added.to_string()) } else { draft });
            } else {
                drafts.push(Draft::to("attention removed", &change.person_ident));
            }
        }
    }

    fn is_owner(&self, who: &str) -> bool {
        self.owner.as_deref().is_some_and(|owner| account(owner) == account(who))
    }

    fn facts(&self, commit: &Commit, told: &Told<'_>, drafts: Vec<Draft>) -> Vec<Fact> {
        let at = time(commit);
        let real_user = told.note.said("Real-user").filter(|real| account(real) != account(told.author));
        let fact = |(i, draft): (usize, Draft)| {
            let actor = draft.actor.unwrap_or_else(|| told.author.to_owned());
            let by = if self.is_owner(&actor) { "owner" } else { "another" };
            let mut attributes =
                vec![("patch_set".to_owned(), told.patch_set.to_string()), ("by".to_owned(), by.to_owned())];
            let mut add = |key: &str, value: String| attributes.push((key.to_owned(), value));
            self.branch.iter().for_each(|branch| add("branch", branch.clone()));
            real_user.iter().for_each(|real| add("real_user", (*real).to_owned()));
            draft.to.into_iter().for_each(|to| add("to", to));
            draft.more.into_iter().for_each(|(key, value)| add(key, value));
            Fact {
                id: format!("{}/{}/{i}", self.item, commit.sha),
                item: draft.item.unwrap_or_else(|| self.item.clone()),
                at: at.clone(),
                order: self.n * 64 + i as u64,
                actor: Some(actor).filter(|actor| !actor.is_empty()),
                activity: draft.activity,
                attributes,
                text: draft.text,
                is_statement: draft.is_statement,
            }
        };
        drafts.into_iter().enumerate().map(fact).collect()
    }
}

#[cfg(test)]
mod tests;
