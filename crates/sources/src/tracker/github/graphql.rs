//! GraphQL answers, and archive files that are made of such answers, by turning them into what REST would have said.

use sayso_model::coverage::Reason;
use serde_json::{Map, Value, json};

use super::webhooks::snake;
use super::{GitHub, Place, ids};
use crate::tracker::Telling;
use crate::tracker::payload::{Look, entries};

/// Events whose name in lists of events is not that of their type in other letters.
const NAMES: [(&str, &str); 8] = [
    ("IssueComment", "commented"),
    ("PullRequestReview", "reviewed"),
    ("PullRequestCommit", "committed"),
    ("PullRequestReviewThread", "line-commented"),
    ("CrossReferencedEvent", "cross-referenced"),
    ("ConvertToDraftEvent", "converted_to_draft"),
    ("RenamedTitleEvent", "renamed"),
    ("AutoMergeEnabledEvent", "auto_merge_enabled"),
];

impl GitHub {
    /// The answer to a query: items wherever they stand in it, with what hangs on them.
    pub(super) fn graphql(&mut self, value: &Value, hint: Option<&str>, place: Place<'_>, told: &mut dyn Telling) {
        for error in value.list("errors") {
            let why = format!("GitHub answered in part: {}", error.text("message").unwrap_or("no reason given"));
            told.set_aside(&place.to_string(), Reason::RowMalformed, &why);
        }
        let rest = value.look("data").map(rest).unwrap_or_default();
        let repository = rest.text("repository.name_with_owner").map(str::to_owned);
        if !self.items_of(&rest, repository.as_deref(), hint, place, told) {
            let why = "an answer without issues or pull requests";
            told.set_aside(&place.to_string(), Reason::ItemMissing, why);
        }
    }

    /// Walks down to the items; says whether there were any.
    fn items_of(
        &mut self,
        value: &Value,
        repository: Option<&str>,
        hint: Option<&str>,
        place: Place<'_>,
        told: &mut dyn Telling,
    ) -> bool {
        match value {
            Value::Array(list) => {
                list.iter().fold(false, |any, value| self.items_of(value, repository, hint, place, told) | any)
            }
            Value::Object(_) if is_item(value) => {
                self.whole_item(value, repository, hint, place, told);
                true
            }
            Value::Object(map) => {
                let repository = value.text("name_with_owner").or(repository);
                map.values().fold(false, |any, value| self.items_of(value, repository, hint, place, told) | any)
            }
            _ => false,
        }
    }

    /// An item and what hangs on it.
    fn whole_item(
        &mut self,
        value: &Value,
        repository: Option<&str>,
        hint: Option<&str>,
        place: Place<'_>,
        told: &mut dyn Telling,
    ) {
        let own = value.text("repository.name_with_owner").or(repository);
        let item = match value.text("created_at") {
            Some(_) => self.object(value, own, true, place, told),
            None => match (own, value.number("number")) {
                (Some(repository), Some(number)) => Some(ids::item(repository, number)),
                _ => hint.map(str::to_owned).or_else(|| {
                    // Some events say where they stand.
                    let nodes = value.list("timeline_items.nodes").iter();
                    nodes
                        .flat_map(|node| [node.text("pull_request.url"), node.text("url")])
                        .flatten()
                        .find_map(ids::item_of)
                }),
            },
        };
        let Some(item) = item else {
            let why = "an item without number or repository";
            return told.set_aside(&place.to_string(), Reason::ItemMissing, why);
        };
        for comment in entries(value, "comments") {
            self.comment(&item, comment, place, told);
        }
        for review in entries(value, "reviews") {
            self.review(&item, review, place, told);
            self.comments_of_review(&item, review, place, told);
        }
        for commit in entries(value, "commits") {
            self.commit(&item, commit, place, told);
        }
        let timeline = entries(value, "timeline_items");
        let total = value.number("timeline_items.total_count");
        self.stated(&item, "timeline items", total, value.text("updated_at").unwrap_or_default());
        for node in timeline {
            let Some(name) = node.text("__typename").or_else(|| node.text("event_type")) else {
                told.set_aside(&place.to_string(), Reason::RowMalformed, "a timeline item without its type");
                continue;
            };
            let name = NAMES.iter().find(|(known, _)| *known == name);
            let name = match name {
                Some((_, name)) => (*name).to_owned(),
                None => snake(
                    node.text("__typename")
                        .or_else(|| node.text("event_type"))
                        .unwrap_or_default()
                        .trim_end_matches("Event"),
                ),
            };
            if let Some(id) = super::objects::number_of(node) {
                self.saw(&item, "timeline items", &format!("{name}{id}"));
            }
            if name == "reviewed" {
                self.comments_of_review(&item, node, place, told);
            }
            self.event(&item, &name, None, node, place, told);
        }
    }

    /// Comments on lines, which hang on a review and may name nobody: then they are the reviewer's.
    fn comments_of_review(&mut self, item: &str, review: &Value, place: Place<'_>, told: &mut dyn Telling) {
        let id = super::objects::number_of(review);
        for (n, comment) in entries(review, "comments").iter().enumerate() {
            let mut comment = comment.clone();
            if let Value::Object(fields) = &mut comment {
                if !fields.contains_key("user") {
                    fields.insert("user".to_owned(), review.look("user").cloned().unwrap_or_default());
                }
                if !fields.contains_key("id")
                    && let Some(id) = &id
                {
                    fields.insert("node_id".to_owned(), json!(format!("of-review-{id}-{}", n + 1)));
                }
                if let Some(id) = id.as_ref().and_then(|id| id.parse::<u64>().ok()) {
                    fields.insert("pull_request_review_id".to_owned(), json!(id));
                }
            }
            self.review_comment(item, &comment, place, told);
        }
    }

    /// An archive of one repository in one file: issues and pull requests with comments and reviews.
    pub(super) fn archive(&mut self, value: &Value, place: Place<'_>, told: &mut dyn Telling) {
        let repository = value.text("repo").unwrap_or_default();
        for (list, type_name) in [("issues", "Issue"), ("pulls", "PullRequest")] {
            for (n, object) in value.list(list).iter().enumerate() {
                let mut object = rest(object);
                if let Value::Object(fields) = &mut object {
                    fields.entry("__typename").or_insert_with(|| json!(type_name));
                }
                self.whole_item(&object, Some(repository), None, Place { page: place.page, entry: Some(n) }, told);
            }
        }
    }
}

fn is_item(value: &Value) -> bool {
    let is_numbered = value.number("number").is_some() && value.look("title").is_some();
    is_numbered || value.look("timeline_items").is_some()
}

/// The same with the names that REST has: `createdAt` as `created_at`, an author as the user.
fn rest(value: &Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.iter().map(rest).collect()),
        Value::Object(fields) => {
            let mut named = Map::new();
            for (key, value) in fields {
                let value = match (key.as_str(), value) {
                    // Archives write logins where GraphQL has objects.
                    ("author" | "mergedBy" | "actor", Value::String(login)) => json!({ "login": login }),
                    // Who wrote a commit is not an account.
                    ("assignees" | "labels", Value::Array(names)) if names.iter().all(Value::is_string) => {
                        let field = if key == "labels" { "name" } else { "login" };
                        Value::Array(names.iter().map(|name| json!({ field: name })).collect())
                    }
                    (_, value) => rest(value),
                };
                let key = match key.as_str() {
                    "author" if value.get("name").is_none() || value.get("login").is_some() => "user".to_owned(),
                    "databaseId" | "fullDatabaseId" => "id".to_owned(),
                    "id" if value.is_string() => "node_id".to_owned(),
                    "__typename" => "__typename".to_owned(),
                    key => snake(key),
                };
                named.insert(key, value);
            }
            Value::Object(named)
        }
        other => other.clone(),
    }
}
