//! Redmine: issues in the order of their numbers, each with its journals, and the lists that say what its numbers mean.

use jiff::Timestamp;

use super::Site;
use super::address::{encoded, parameter, with_parameter};
use super::client::Answer;
use super::walk::{Ask, Listed, Route};
use crate::tracker::payload::Look;

/// Issues of a page; the most that Redmine gives.
const PAGE: u64 = 100;
/// The part of what describes.
const NAMES: &str = "names";
/// The part of everything, where no projects are named.
const ALL: &str = "issues";
/// Lists that say what numbers mean; some of them are for administrators.
const LISTS: [&str; 3] = ["issue_statuses", "trackers", "enumerations/issue_priorities"];

/// The walk through Redmine.
pub(super) struct Redmine {
    projects: Vec<String>,
}

impl Redmine {
    pub fn new(site: &Site) -> Redmine {
        Redmine { projects: site.scope.clone() }
    }

    fn list(part: &str, since: Option<Timestamp>, limit: u64) -> String {
        let path = format!("/issues.json?status_id=*&sort=id:asc&limit={limit}&offset=0");
        let path = if part == ALL { path } else { format!("{path}&project_id={}", encoded(part)) };
        let since = since.and_then(|since| since.round(jiff::Unit::Second).ok()).map(|since| format!(">={since}"));
        with_parameter(&path, "updated_on", since.as_deref())
    }
}

impl Route for Redmine {
    fn parts(&self) -> Vec<String> {
        let all = self.projects.is_empty().then(|| ALL.to_owned());
        std::iter::once(NAMES.to_owned()).chain(self.projects.iter().cloned()).chain(all).collect()
    }

    fn begin(&self, part: &str, since: Option<Timestamp>) -> Vec<Ask> {
        if part == NAMES {
            return LISTS.map(|list| Ask::of(list, format!("/{list}.json")).optional()).into();
        }
        vec![Ask::list("issues", Redmine::list(part, since, PAGE))]
    }

    fn follow(&self, ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        if !ask.is_list {
            return Ok(Vec::new());
        }
        let page = &answer.json;
        let issues = page.look("issues").and_then(|issues| issues.as_array()).ok_or("it has no issues")?;
        let number = |issue: &serde_json::Value| issue.number("id");
        let of = |id: u64| Ask::of("issue", format!("/issues/{id}.json?include=journals,relations"));
        let mut follow: Vec<Ask> = issues.iter().filter_map(number).map(of).collect();
        follow.extend(next_by_offset(ask, answer, issues.len()));
        Ok(follow)
    }

    fn listed(&self, _: &Ask, answer: &Answer) -> Listed {
        Listed { n: answer.json.list("issues").len() as u64, total: answer.json.number("total_count") }
    }

    fn count(&self, part: &str, since: Option<Timestamp>) -> Option<Ask> {
        (part != NAMES).then(|| Ask::of("count", Redmine::list(part, since, 1)))
    }

    fn counted(&self, answer: &Answer) -> Option<u64> {
        answer.json.number("total_count")
    }

    fn calls(&self, part: &str, items: u64) -> u64 {
        if part == NAMES { LISTS.len() as u64 } else { 1 + items.div_ceil(PAGE) + items }
    }
}

/// The page behind one by its offset; as many pages back as hold what may have slipped through, where the total has fallen
/// because something was deleted.
fn next_by_offset(ask: &Ask, answer: &Answer, n: usize) -> Option<Ask> {
    let offset = parameter(&ask.path, "offset").and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let total = answer.json.number("total_count")?;
    // Sites may give fewer than were asked for, and say so.
    let step = answer.json.number("limit").filter(|limit| *limit > 0).unwrap_or(PAGE);
    let fallen = ask.total.map_or(0, |before| before.saturating_sub(total));
    let next = if fallen > 0 && offset > 0 {
        offset.saturating_sub(fallen.div_ceil(step) * step)
    } else {
        (n > 0).then_some(offset + n as u64).filter(|next| *next < total)?
    };
    let mut ask = ask.next(with_parameter(&ask.path, "offset", Some(&next.to_string())), n);
    (ask.total, ask.done) = (Some(total), next);
    Some(ask)
}
