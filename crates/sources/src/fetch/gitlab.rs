//! GitLab: issues and merge requests by their last change, and of each its notes, its events and, where there are some, its approvals.

use jiff::Timestamp;

use super::address::{encoded, parameter, with_parameter};
use super::client::{Answer, Client};
use super::github::{PAGE, by_change, by_link, entries};
use super::walk::{Ask, Listed, Route};
use super::{FetchError, Site};
use crate::tracker::payload::Look;

/// What a project has lists of.
const LISTS: [&str; 2] = ["issues", "merge_requests"];
/// Lists of an item that hold its events.
const EVENTS: [&str; 3] = ["resource_state_events", "resource_label_events", "resource_milestone_events"];

/// The walk through GitLab.
pub(super) struct Gitlab {
    projects: Vec<String>,
}

impl Gitlab {
    pub fn new(site: &Site) -> Result<Gitlab, FetchError> {
        if site.scope.is_empty() {
            return Err(FetchError::Scope("no project is named; write it as `group/project`".to_owned()));
        }
        Ok(Gitlab { projects: site.scope.clone() })
    }

    /// `group/project issues`: the path of the project and the list.
    fn list_of(part: &str) -> Option<(String, &str)> {
        let (project, list) = part.rsplit_once(' ')?;
        Some((format!("/projects/{}", encoded(project.trim_matches('/'))), list))
    }

    fn list(part: &str, since: Option<Timestamp>) -> Option<String> {
        let (project, list) = Gitlab::list_of(part).filter(|(_, list)| LISTS.contains(list))?;
        let path = format!("{project}/{list}?scope=all&state=all&order_by=updated_at&sort=asc&per_page={PAGE}");
        let since = since.map(|since| since.to_string());
        Some(with_parameter(&path, "updated_after", since.as_deref()))
    }
}

impl Route for Gitlab {
    fn prepare(&mut self, client: &mut Client<'_>) -> Result<(), FetchError> {
        if !client.base.path.ends_with("/api/v4") {
            client.base.path.push_str("/api/v4");
        }
        Ok(())
    }

    fn parts(&self) -> Vec<String> {
        let of =
            |project: &String| ["project"].into_iter().chain(LISTS).map(|list| format!("{project} {list}")).collect();
        self.projects.iter().flat_map::<Vec<String>, _>(of).collect()
    }

    fn begin(&self, part: &str, since: Option<Timestamp>) -> Vec<Ask> {
        if let Some(path) = Gitlab::list(part, since) {
            return vec![Ask::list(if part.ends_with("issues") { "issues" } else { "merge_requests" }, path)];
        }
        let Some((project, _)) = Gitlab::list_of(part) else { return Vec::new() };
        // Rules of approval are not part of every edition.
        let rules = format!("{project}/approval_rules?per_page={PAGE}");
        vec![Ask::of("project", project), Ask::of("approval_rules", rules).optional()]
    }

    fn follow(&self, ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        if !LISTS.contains(&ask.kind.as_str()) {
            return match answer.json.is_array() {
                true => Ok(by_link(ask, answer, PAGE).into_iter().collect()),
                false if matches!(ask.kind.as_str(), "project" | "approvals") => Ok(Vec::new()),
                false => Err("it is no list".to_owned()),
            };
        }
        let (new, next) = by_change(answer, ask, entries(answer)?, "updated_after", "iid");
        let base = ask.path.split('?').next().unwrap_or_default();
        let mut follow = Vec::new();
        for item in new {
            let Some(iid) = item.number("iid") else { continue };
            follow.push(Ask::of("notes", format!("{base}/{iid}/notes?sort=asc&order_by=created_at&per_page={PAGE}")));
            follow.extend(EVENTS.map(|kind| Ask::of(kind, format!("{base}/{iid}/{kind}?per_page={PAGE}"))));
            if ask.kind == "merge_requests" {
                follow.push(Ask::of("approvals", format!("{base}/{iid}/approvals")).optional());
            }
        }
        follow.extend(next);
        Ok(follow)
    }

    fn listed(&self, ask: &Ask, answer: &Answer) -> Listed {
        // Each page begins a list of its own: what the first one states is the total.
        let stated = answer.response.header("x-total").and_then(|text| text.trim().parse::<u64>().ok());
        let is_first = parameter(&ask.path, "page").is_none();
        let total = stated.filter(|_| is_first).map(|total| total + ask.done.saturating_sub(ask.seen.len() as u64));
        Listed { n: answer.json.as_array().map_or(0, Vec::len) as u64, total }
    }

    fn count(&self, part: &str, since: Option<Timestamp>) -> Option<Ask> {
        Some(Ask::of("count", with_parameter(&Gitlab::list(part, since)?, "per_page", Some("1"))))
    }

    fn counted(&self, answer: &Answer) -> Option<u64> {
        // Large lists state no total.
        answer.response.header("x-total").and_then(|text| text.trim().parse().ok())
    }

    fn calls(&self, part: &str, items: u64) -> u64 {
        match Gitlab::list_of(part) {
            Some((_, "issues")) => 1 + items.div_ceil(PAGE as u64) + items * 4,
            Some((_, "merge_requests")) => 1 + items.div_ceil(PAGE as u64) + items * 5,
            _ => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_paths() {
        let part = "group/part/p issues";
        assert_eq!(Gitlab::list_of(part), Some(("/projects/group%2Fpart%2Fp".to_owned(), "issues")));
        assert!(Gitlab::list("group/p project", None).is_none());
    }
}
