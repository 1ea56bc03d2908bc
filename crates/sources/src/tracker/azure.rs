//! Azure DevOps: updates of work items, comments, pull requests with their threads and policies, to facts.
//!
//! # Times
//!
//! An update's `revisedDate` is when that revision *ended*: the year 9999 for the present one. What happened, happened at
//! the new value of `System.ChangedDate`; an update of links only has none, and there `revisedDate` is the instant itself.
//!
//! # Votes
//!
//! A pull request shows how votes stand (10, 5, 0, -5, -10) and not when they were given: its threads of the type
//! `VoteUpdate` do. Votes that no thread has told are claimed as missing at the end.
//!
//! Items are the numbers of work items, and `!22` for a pull request; both are unique in an organisation. Threads do not
//! name their pull request: it stands in the page's address.

mod review;
mod work;

use rustc_hash::FxHashMap;
use sayso_model::coverage::Reason;
use serde_json::Value;

use super::reach::{Accounts, json, list, text_at};
use super::{Account, Page, Parser, Room, Sample, Telling};
use crate::bots::ai_reviewer;

/// What there is to know of it.
pub(crate) const ROOM: Room = Room {
    name: "azure",
    words: "Azure DevOps",
    parser: || Box::new(Azure::default()),
    recognises,
    kinds: &KINDS,
    has_actors_offsets: false,
};

/// The kinds of page that the parser reads, and the activities of the facts that each gives.
const KINDS: [(&str, &str); 5] = [
    ("work item updates", "created, state/NAME, assigned, unassigned, linked, the field that changed"),
    ("work items, comments", "created, comment"),
    ("pull requests", "opened, completed, abandoned, review requests and votes that stand"),
    ("threads of a pull request", "vote/N, comment, what the system says"),
    ("policy evaluations", "policy by its name and status"),
];

/// Reads pages of Azure DevOps.
#[derive(Debug, Default)]
pub struct Azure {
    accounts: Accounts,
    /// Pull requests met, by item.
    requests: FxHashMap<String, review::Request>,
}

fn recognises(sample: &Sample) -> bool {
    let any = |keys: &[&str]| keys.iter().any(|key| sample.has(key));
    any(&[
        "value[].fields.System.State",
        "fields.System.State",
        "value[].revisedBy",
        "value[].workItemId",
        "value[].pullRequestId",
        "pullRequestId",
        "value[].pullRequestThreadContext",
    ])
}

impl Parser for Azure {
    fn page(&mut self, page: &Page<'_>, told: &mut dyn Telling) {
        let Some(value) = json(page, told) else { return };
        if value.get("comments").is_some() && value.get("totalCount").is_some() {
            return self.comments(&value, told);
        }
        let single = std::slice::from_ref(&value);
        let elements = value.get("value").and_then(Value::as_array).map_or(single, Vec::as_slice);
        for (i, element) in elements.iter().enumerate() {
            let has = |key: &str| element.get(key).is_some();
            if has("pullRequestId") {
                self.request(element, told);
            } else if has("evaluationId") {
                self.evaluation(element, told);
            } else if has("comments") && has("publishedDate") {
                match request_of(page.origin) {
                    Some(item) => self.thread(element, &item, told),
                    None => {
                        let detail = "a thread whose address does not name its pull request";
                        told.set_aside(&format!("{} element {}", page.origin, i + 1), Reason::ItemMissing, detail);
                    }
                }
            } else if has("workItemId") && has("commentId") {
                self.comment(element, told);
            } else if has("rev") && (has("workItemId") || has("revisedDate")) {
                self.update(element, told);
            } else if has("rev") && has("fields") {
                self.item(element, told);
            } else if is_declaration(element) {
                // Policies, branches, fields and the like say what holds, not what happened.
            } else {
                let place = format!("{} element {}", page.origin, i + 1);
                told.set_aside(&place, Reason::RowMalformed, "neither a work item nor a pull request");
            }
        }
    }

    fn finish(&mut self, told: &mut dyn Telling) {
        self.finish_requests(told);
    }
}

/// Whether an element is of a kind that tells nothing that happened: policy configurations, reviewers of a pull request
/// (whose votes have no time), lists of ids.
fn is_declaration(element: &Value) -> bool {
    let has = |key: &str| element.get(key).is_some();
    has("isBlocking") && has("settings") || has("reviewerUrl") || has("vote") || element.get("count") == Some(&0.into())
}

/// `.../pullRequests/22/threads`: the pull request that an address is about.
fn request_of(origin: &str) -> Option<String> {
    let at = origin.to_ascii_lowercase().rfind("pullrequests/")? + "pullrequests/".len();
    let digits: String = origin[at..].chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("!{digits}"))
}

impl Azure {
    /// An identity: its id, in one spelling. Older versions write people as `Name <mail>`.
    fn identity(&mut self, value: Option<&Value>, told: &mut dyn Telling) -> Option<String> {
        let value = value?;
        if let Some(written) = value.as_str() {
            let (name, mail) = written.rsplit_once('<').map_or((written, ""), |(name, mail)| (name, mail));
            let mail = mail.trim_end_matches('>').trim();
            let id = if mail.is_empty() { name.trim() } else { mail };
            let email = Some(mail.to_owned()).filter(|mail| mail.contains('@'));
            let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
            self.accounts.tell(Account { id: id.to_owned(), name, email, ..Account::default() }, told);
            return Some(id.to_owned()).filter(|id| !id.is_empty());
        }
        let unique = text_at(value, "/uniqueName");
        let id = text_at(value, "/id").map(|id| guid(&id)).or_else(|| unique.clone())?;
        let name = text_at(value, "/displayName");
        let is_service =
            |text: &String| text.contains("Service Accounts") || text.starts_with("Microsoft.VisualStudio.");
        let is_bot = name.as_ref().is_some_and(is_service)
            || name.as_deref().is_some_and(|name| ai_reviewer(name).is_some())
            || text_at(value, "/descriptor").is_some_and(|d| d.starts_with("svc."));
        let email = unique.clone().filter(|unique| unique.contains('@') && !unique.contains('\\'));
        self.accounts.tell(Account { id: id.clone(), login: unique, name, email, zone: None, is_bot }, told);
        Some(id)
    }
}

/// A GUID with or without dashes, as one with dashes in lower case; anything else as it is.
fn guid(id: &str) -> String {
    let digits: String = id.chars().filter(|c| *c != '-').collect();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return id.to_owned();
    }
    let digits = digits.to_ascii_lowercase();
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

/// The links that an update adds or removes.
fn relations<'v>(update: &'v Value, which: &str) -> &'v [Value] {
    update.get("relations").map_or(&[], |relations| list(relations, which))
}

#[cfg(test)]
mod tests;
