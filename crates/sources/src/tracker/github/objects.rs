//! Issues and pull requests as objects, and what is written on them: comments, reviews, review comments, commits.

use sayso_model::coverage::Reason;
use serde_json::Value;

use super::closing::Closing;
use super::{GitHub, Place, Who, ids};
use crate::tracker::Telling;
use crate::tracker::payload::{self, Look, Put};

impl GitHub {
    /// An issue or pull request. Where it is only `embedded` in something else (`is_own` is false), its opening is told
    /// if nothing else has told it.
    pub(super) fn object(
        &mut self,
        value: &Value,
        repository: Option<&str>,
        is_own: bool,
        place: Place<'_>,
        told: &mut dyn Telling,
    ) -> Option<String> {
        let Some(item) = self.item_of_object(value, repository) else {
            if is_own {
                told.set_aside(&place.to_string(), Reason::ItemMissing, "an issue without number or repository");
            }
            return None;
        };
        self.learn(&item);
        let is_pull = is_pull(value);
        let who = self.who(value.look("user"), told);
        let updated = value.text("updated_at").unwrap_or_default();
        self.stated(&item, "comments", count(value, "comments"), updated);
        self.stated(&item, "review comments", value.number("review_comments"), updated);
        self.stated(&item, "commits", count(value, "commits"), updated);
        self.stated(&item, "reviews", count(value, "reviews"), updated);

        let known = self.item(&item);
        known.is_pull = known.is_pull.or(is_pull);
        known.author = known.author.take().or_else(|| who.login.clone());
        let was_opened = std::mem::replace(&mut known.is_opened, true);
        match value.text("created_at") {
            Some(at) if is_own || !was_opened => self.opened(&item, at, &who, is_pull, value, told),
            Some(_) => {}
            None => {
                self.item(&item).is_opened = was_opened;
                if is_own {
                    told.set_aside(&place.to_string(), Reason::TimeMissing, "an issue without the time of its opening");
                }
            }
        }
        self.ended(&item, value, told);
        Some(item)
    }

    fn opened(
        &mut self,
        item: &str,
        at: &str,
        who: &Who,
        is_pull: Option<bool>,
        value: &Value,
        told: &mut dyn Telling,
    ) {
        let mut fact = self.fact(item, "opened", "opened", at, who, value);
        fact.put(
            "kind",
            match is_pull {
                Some(true) => "pull",
                _ if value.look("category").is_some() => "discussion",
                _ => "issue",
            },
        );
        let list = |key: &str| payload::entries(value, key);
        fact.put("labels", payload::names(list("labels"), "name").as_deref());
        fact.put("milestone", value.text("milestone.title"));
        fact.put("type", value.text("type.name").or_else(|| value.text("issue_type.name")));
        fact.put("category", value.text("category.name"));
        fact.put("assignees", payload::names(list("assignees"), "login").as_deref());
        let of_graphql: Vec<&Value> =
            list("review_requests").iter().filter_map(|request| request.look("requested_reviewer")).collect();
        let (persons, teams): (Vec<&Value>, Vec<&Value>) =
            of_graphql.into_iter().partition(|asked| asked.look("login").is_some());
        let persons = || list("requested_reviewers").iter().chain(persons.iter().copied());
        let mut asked: Vec<String> = persons().filter_map(|user| user.text("login").map(str::to_owned)).collect();
        asked.extend(list("requested_teams").iter().chain(teams).filter_map(|team| team_of(team, item)));
        fact.put("requested_reviewers", (!asked.is_empty()).then(|| asked.join(", ")).as_deref());
        fact.put("base", value.text("base.ref").or_else(|| value.text("base_ref_name")));
        fact.put("head", value.text("head.ref").or_else(|| value.text("head_ref_name")));
        fact.put_yes("draft", value.is_true("draft") || value.is_true("is_draft"));
        for key in ["changed_files", "additions", "deletions"] {
            fact.put_number(key, value.number(key));
        }
        fact.put_number("commits", count(value, "commits"));
        fact.put("url", value.text("html_url").or_else(|| value.text("url")));
        for user in list("assignees").iter().chain(persons()) {
            self.who(Some(user), told);
        }
        fact.text = payload::statement(value.text("title"), value.text("body"));
        fact.is_statement = true;
        told.fact(fact);
    }

    /// What the object says of its own end: when, and seldom by whom.
    fn ended(&mut self, item: &str, value: &Value, told: &mut dyn Telling) {
        let merged_at = value.text("merged_at").or_else(|| value.text("pull_request.merged_at"));
        if let Some(at) = merged_at {
            let who = self.who(value.look("merged_by"), told);
            let mut fact = self.fact(item, &format!("merged@{at}"), "merged", at, &who, &Value::Null);
            fact.put("commit", value.text("merge_commit_sha").or_else(|| value.text("merge_commit.oid")));
            fact.put("base", value.text("base.ref").or_else(|| value.text("base_ref_name")));
            self.item(item).merged.push(Closing { fact, is_by_object: true });
        } else if let Some(at) = value.text("closed_at") {
            let who = self.who(value.look("closed_by"), told);
            let mut fact = self.fact(item, &format!("closed@{at}"), "closed", at, &who, &Value::Null);
            fact.put("state_reason", value.text("state_reason").map(str::to_lowercase).as_deref());
            self.item(item).closed.push(Closing { fact, is_by_object: true });
        }
    }

    fn item_of_object(&self, value: &Value, repository: Option<&str>) -> Option<String> {
        let of_address = || ids::repository_of(value.text("repository_url")?);
        let of_base = || value.text("base.repo.full_name").map(str::to_owned);
        let named = || value.text("repository.full_name").or(value.text("repository.name_with_owner"));
        let repository = match repository {
            Some(repository) => Some(repository.to_owned()),
            None => of_address().or_else(of_base).or_else(|| named().map(str::to_owned)),
        };
        match (repository, value.number("number")) {
            (Some(repository), Some(number)) => Some(ids::item(&repository, number)),
            _ => ["url", "html_url"].into_iter().find_map(|key| ids::item_of(value.text(key)?)),
        }
    }

    /// A comment on an item.
    pub(super) fn comment(&mut self, item: &str, value: &Value, place: Place<'_>, told: &mut dyn Telling) {
        let who = self.who(value.look("user").or_else(|| value.look("actor")), told);
        let Some(at) = value.text("created_at") else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "a comment");
        };
        let number = number_of(value).unwrap_or_else(|| self.unnumbered(item, "comments", &who, at));
        self.saw(item, "comments", &number);
        let mut fact = self.fact(item, &format!("comment/{number}"), "commented", at, &who, value);
        fact.put("url", value.text("html_url").or_else(|| value.text("url")));
        fact.text = value.text("body").map(str::to_owned);
        told.fact(fact);
    }

    /// A comment on lines of a change.
    pub(super) fn review_comment(&mut self, item: &str, value: &Value, place: Place<'_>, told: &mut dyn Telling) {
        let who = self.who(value.look("user"), told);
        let Some(at) = value.text("created_at") else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "a comment on lines");
        };
        self.is_pull(item);
        let number = number_of(value).unwrap_or_else(|| self.unnumbered(item, "review comments", &who, at));
        self.saw(item, "review comments", &number);
        let mut fact = self.fact(item, &format!("review_comment/{number}"), "review_commented", at, &who, value);
        fact.put_number("review", value.number("pull_request_review_id"));
        fact.put("path", value.text("path"));
        fact.put_yes("is_reply", value.look("in_reply_to_id").or_else(|| value.look("reply_to")).is_some());
        fact.put("url", value.text("html_url").or_else(|| value.text("url")));
        fact.text = value.text("body").map(str::to_owned);
        told.fact(fact);
    }

    /// A review. One that is only begun (`PENDING`) has no time and is set aside.
    pub(super) fn review(&mut self, item: &str, value: &Value, place: Place<'_>, told: &mut dyn Telling) {
        let who = self.who(value.look("user").or_else(|| value.look("actor")), told);
        let state = value.text("state").unwrap_or("COMMENTED").to_uppercase();
        let at = value.text("submitted_at").or_else(|| value.text("created_at").filter(|_| state != "PENDING"));
        let Some(at) = at else {
            let why = format!("a review in the state {state}, not submitted");
            return told.set_aside(&place.to_string(), Reason::TimeMissing, &why);
        };
        self.is_pull(item);
        let number = number_of(value).unwrap_or_else(|| self.unnumbered(item, "reviews", &who, at));
        self.saw(item, "reviews", &number);
        let mut fact = self.fact(item, &format!("review/{number}"), &format!("reviewed/{state}"), at, &who, value);
        fact.put("commit", value.text("commit_id").or_else(|| value.text("commit.oid")));
        fact.put("url", value.text("html_url").or_else(|| value.text("url")));
        fact.text = value.text("body").map(str::to_owned);
        if state == "DISMISSED" {
            // What it had said stands in the event that dismissed it, which may still come.
            self.dismissed.push(fact);
        } else {
            self.is_best.insert(payload::hash(&fact.id));
            told.fact(fact);
        }
    }

    /// At the end: dismissed reviews with the state that they had, as far as it is known.
    pub(super) fn restore_dismissed(&mut self, told: &mut dyn Telling) {
        let mut is_told = std::mem::take(&mut self.is_best);
        for mut fact in std::mem::take(&mut self.dismissed) {
            if !is_told.insert(payload::hash(&fact.id)) {
                continue;
            }
            if let Some(state) = self.state_before.get(&fact.id) {
                fact.activity = format!("reviewed/{state}");
            }
            fact.put_yes("dismissed", true);
            told.fact(fact);
        }
    }

    /// A commit of a pull request: as the list of its commits has it, with an account, or as a timeline has it, with
    /// no more than git knows.
    pub(super) fn commit(&mut self, item: &str, value: &Value, place: Place<'_>, told: &mut dyn Telling) {
        // Asked for as `pushed`, because a commit that is pushed and one that was merged are of two types.
        let git = value.look("commit").or_else(|| value.look("pushed")).unwrap_or(value);
        let Some(sha) = value.text("sha").or_else(|| git.text("oid")) else {
            return told.set_aside(&place.to_string(), Reason::RowMalformed, "a commit without its hash");
        };
        let committed = git.text("committer.date").or_else(|| git.text("committed_date"));
        let authored = git.text("author.date").or_else(|| git.text("authored_date"));
        let Some(at) = committed.or(authored) else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "a commit");
        };
        self.is_pull(item);
        self.saw(item, "commits", sha);
        let account = value.look("author").filter(|author| author.text("login").is_some());
        let account = account.or_else(|| git.look("author.user"));
        let mut who = self.who(account, told);
        let is_best = who.login.is_some();
        if !is_best {
            who.login = match (git.text("author.name"), git.text("author.email")) {
                (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
                (name, email) => name.or(email).map(str::to_owned),
            };
        }
        let mut fact = self.fact(item, &format!("commit/{sha}"), "committed", at, &who, value);
        fact.put("commit", sha);
        fact.put("authored_at", authored.filter(|authored| *authored != at));
        let hash = payload::hash(&fact.id);
        if is_best {
            self.is_best.insert(hash);
        } else if self.is_best.contains(&hash) {
            return;
        }
        told.fact(fact);
    }

    /// A reaction to an item: `+1`, `eyes`.
    pub(super) fn reaction(&mut self, item: &str, value: &Value, place: Place<'_>, told: &mut dyn Telling) {
        let who = self.who(value.look("user"), told);
        let Some(at) = value.text("created_at") else {
            return told.set_aside(&place.to_string(), Reason::TimeMissing, "a reaction");
        };
        let content = value.text("content").unwrap_or_default();
        let number = number_of(value).unwrap_or_default();
        let fact = self.fact(item, &format!("reaction/{number}"), &format!("reacted/{content}"), at, &who, value);
        told.fact(fact);
    }

    /// What bears no number goes by who and when, and is counted where both come again on one page.
    fn unnumbered(&mut self, item: &str, what: &'static str, who: &Who, at: &str) -> String {
        let name = format!("{}@{at}", who.login.as_deref().unwrap_or("-"));
        let n = self.repeats.entry(payload::hash(&format!("{item}/{what}/{name}"))).or_default();
        *n += 1;
        if *n == 1 { name } else { format!("{name}+{n}") }
    }

    pub(super) fn is_pull(&mut self, item: &str) {
        self.item(item).is_pull = Some(true);
    }
}

/// `team:ORG/NAME`; the organisation is that of the team's address, else that of the repository.
pub(super) fn team_of(team: &Value, item: &str) -> Option<String> {
    if let Some(combined) = team.text("combined_slug") {
        return Some(format!("team:{combined}"));
    }
    let slug = team.text("slug").or_else(|| team.text("name"))?;
    let of_address = || {
        let segments = payload::segments(team.text("html_url")?);
        let at = segments.iter().position(|segment| *segment == "orgs")?;
        segments.get(at + 1).copied()
    };
    let organisation = team.text("organization.login").or_else(of_address).or_else(|| item.split('/').next())?;
    Some(format!("team:{organisation}/{slug}"))
}

/// The number that a thing has with GitHub: its own, or the one that its node id stands for, or the node id.
pub(super) fn number_of(value: &Value) -> Option<String> {
    if let Some(number) = value.number("id").or_else(|| value.number("database_id")) {
        return Some(number.to_string());
    }
    let node = value.text("node_id").or_else(|| value.text("id"))?;
    Some(ids::number_of_node(node).map_or_else(|| node.to_owned(), |number| number.to_string()))
}

fn is_pull(value: &Value) -> Option<bool> {
    if value.look("pull_request").is_some() || value.look("head").is_some() || value.look("head_ref_name").is_some() {
        return Some(true);
    }
    match value.text("__typename") {
        Some("PullRequest") => Some(true),
        _ => ["html_url", "url"].into_iter().find_map(|key| {
            let segments = payload::segments(value.text(key)?);
            Some(segments.iter().any(|segment| matches!(*segment, "pull" | "pulls")))
        }),
    }
}

/// A count that is written as such, or as the total of a connection.
fn count(value: &Value, key: &str) -> Option<u64> {
    value.number(key).or_else(|| value.look(key)?.number("total_count"))
}
