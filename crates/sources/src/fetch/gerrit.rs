//! Gerrit by REST: changes, the last changed first, each with its messages, votes and reviewers.
//!
//! The order is Gerrit's own and cannot be chosen: what changes while a list is read moves to its front and pushes others
//! back, so that some come twice and none is left out.

use jiff::Timestamp;
use serde_json::Value;

use super::address::{encoded, parameter, with_parameter};
use super::client::{Answer, Client};
use super::walk::{Ask, Listed, Route};
use super::{FetchError, Site};
use crate::tracker::payload::Look;

/// Changes of a page; sites may give fewer.
const PAGE: u64 = 100;
/// The part of everything, where no projects are named.
const ALL: &str = "changes";
/// What each change is to come with.
const WITH: [&str; 4] = ["MESSAGES", "DETAILED_LABELS", "DETAILED_ACCOUNTS", "REVIEWER_UPDATES"];

/// The walk through Gerrit.
pub(super) struct Gerrit {
    projects: Vec<String>,
}

impl Gerrit {
    pub fn new(site: &Site) -> Gerrit {
        Gerrit { projects: site.scope.clone() }
    }
}

impl Route for Gerrit {
    fn prepare(&mut self, client: &mut Client<'_>) -> Result<(), FetchError> {
        // Who shows a credential is only looked at behind this path.
        if client.is_known() && !client.base.path.ends_with("/a") {
            client.base.path.push_str("/a");
        }
        Ok(())
    }

    fn parts(&self) -> Vec<String> {
        if self.projects.is_empty() { vec![ALL.to_owned()] } else { self.projects.clone() }
    }

    fn begin(&self, part: &str, since: Option<Timestamp>) -> Vec<Ask> {
        let mut terms = Vec::new();
        if part != ALL {
            terms.push(format!("project:\"{}\"", part.replace('"', "")));
        }
        // In words it is UTC; a search needs at least one term.
        let since = since.map(|since| since.strftime("%Y-%m-%d %H:%M:%S").to_string());
        match since {
            Some(since) => terms.push(format!("after:\"{since}\"")),
            None if terms.is_empty() => terms.push("after:\"1970-01-01 00:00:00\"".to_owned()),
            None => {}
        }
        let with: String = WITH.iter().map(|option| format!("&o={option}")).collect();
        vec![Ask::list("changes", format!("/changes/?q={}{with}&n={PAGE}&S=0", encoded(&terms.join(" "))))]
    }

    fn follow(&self, ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        let changes = answer.json.as_array().ok_or("it is no list of changes")?;
        if !goes_on(changes) {
            return Ok(Vec::new());
        }
        let start = parameter(&ask.path, "S").and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        let next = (start + changes.len() as u64).to_string();
        Ok(vec![ask.next(with_parameter(&ask.path, "S", Some(&next)), changes.len())])
    }

    fn listed(&self, _: &Ask, answer: &Answer) -> Listed {
        Listed { n: answer.json.as_array().map_or(0, Vec::len) as u64, total: None }
    }

    // Gerrit states no totals.
    fn count(&self, _: &str, _: Option<Timestamp>) -> Option<Ask> {
        None
    }

    fn counted(&self, _: &Answer) -> Option<u64> {
        None
    }

    fn calls(&self, _: &str, items: u64) -> u64 {
        items.div_ceil(PAGE)
    }
}

/// Whether a list says that it goes on.
fn goes_on(changes: &[Value]) -> bool {
    changes.last().is_some_and(|last| last.is_true("_more_changes"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_change_says_whether_there_are_more() {
        assert!(goes_on(&[json!({"_number": 1}), json!({"_number": 2, "_more_changes": true})]));
        assert!(!goes_on(&[json!({"_number": 1, "_more_changes": true}), json!({"_number": 2})]));
        assert!(!goes_on(&[]));
    }
}
