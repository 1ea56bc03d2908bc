//! Bugzilla by REST: bugs in the order of their numbers, with their histories and comments, many bugs at a time.

use jiff::Timestamp;
use serde_json::Value;

use super::address::{parameter, with_parameter};
use super::client::{Answer, Client};
use super::walk::{Ask, Listed, Route};
use super::{FetchError, Site};
use crate::tracker::payload::Look;

/// Bugs of a page; sites may give fewer.
const PAGE: u64 = 200;
/// Bugs whose histories or comments are asked for at a time.
const BULK: usize = 25;
/// The part of everything, where no products are named.
const ALL: &str = "bugs";

/// The walk through Bugzilla.
pub(super) struct Bugzilla {
    products: Vec<String>,
}

impl Bugzilla {
    pub fn new(site: &Site) -> Bugzilla {
        Bugzilla { products: site.scope.clone() }
    }

    fn list(part: &str, since: Option<Timestamp>) -> String {
        let path = format!("/bug?include_fields=_default,flags&order=bug_id&limit={PAGE}&offset=0");
        let path = with_parameter(&path, "product", Some(part).filter(|part| *part != ALL));
        // A search without any bound is refused.
        let since = since.unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        with_parameter(&path, "last_change_time", Some(&since))
    }

    /// What is asked of several bugs at once.
    fn of(kind: &str, ids: &[u64]) -> Option<Ask> {
        let (first, others) = ids.split_first()?;
        let others: Vec<String> = others.iter().map(|id| format!("ids={id}")).collect();
        let query = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
        Some(Ask::of(kind, format!("/bug/{first}/{kind}{query}")))
    }
}

impl Route for Bugzilla {
    fn prepare(&mut self, client: &mut Client<'_>) -> Result<(), FetchError> {
        if !client.base.path.ends_with("/rest") {
            client.base.path.push_str("/rest");
        }
        Ok(())
    }

    fn parts(&self) -> Vec<String> {
        if self.products.is_empty() { vec![ALL.to_owned()] } else { self.products.clone() }
    }

    fn begin(&self, part: &str, since: Option<Timestamp>) -> Vec<Ask> {
        vec![Ask::list("bugs", Bugzilla::list(part, since))]
    }

    fn follow(&self, ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        if answer.json.is_true("error") {
            return Err(answer.json.text("message").unwrap_or("it is an error without words").to_owned());
        }
        if !ask.is_list {
            return Ok(Vec::new());
        }
        let bugs = answer.json.look("bugs").and_then(Value::as_array).ok_or("it has no bugs")?;
        let ids: Vec<u64> = bugs.iter().filter_map(|bug| bug.number("id")).collect();
        let bulk =
            |ids: &[u64]| ["history", "comment"].into_iter().filter_map(|kind| Bugzilla::of(kind, ids)).collect();
        let mut follow: Vec<Ask> = ids.chunks(BULK).flat_map::<Vec<Ask>, _>(bulk).collect();
        // A site may give fewer than were asked for: only a page without any is the last.
        if !bugs.is_empty() {
            let offset = parameter(&ask.path, "offset").and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
            let next = (offset + bugs.len() as u64).to_string();
            follow.push(ask.next(with_parameter(&ask.path, "offset", Some(&next)), bugs.len()));
        }
        Ok(follow)
    }

    fn instead(&self, ask: &Ask, _: u16) -> Option<Vec<Ask>> {
        // One bug that may not be seen refuses all that are asked for with it.
        if !matches!(ask.kind.as_str(), "history" | "comment") {
            return None;
        }
        let (path, query) = ask.path.split_once('?')?;
        let first = path.split('/').nth(2)?;
        let others = query.split('&').filter_map(|pair| pair.strip_prefix("ids="));
        let ids = std::iter::once(first).chain(others).filter_map(|id| id.parse::<u64>().ok());
        Some(ids.filter_map(|id| Bugzilla::of(&ask.kind, &[id])).collect())
    }

    fn listed(&self, _: &Ask, answer: &Answer) -> Listed {
        Listed { n: answer.json.list("bugs").len() as u64, total: None }
    }

    fn count(&self, part: &str, since: Option<Timestamp>) -> Option<Ask> {
        Some(Ask::of("count", with_parameter(&Bugzilla::list(part, since), "count_only", Some("1"))))
    }

    fn counted(&self, answer: &Answer) -> Option<u64> {
        answer.json.number("bug_count")
    }

    fn calls(&self, _: &str, items: u64) -> u64 {
        1 + items.div_ceil(PAGE) + 2 * items.div_ceil(BULK as u64)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn several_bugs_at_once_and_one_by_one_where_that_is_refused() {
        let ask = Bugzilla::of("history", &[3, 5, 8]).unwrap();
        assert_eq!(ask.path, "/bug/3/history?ids=5&ids=8");
        let route = Bugzilla { products: Vec::new() };
        let paths: Vec<String> = route.instead(&ask, 401).unwrap().into_iter().map(|ask| ask.path).collect();
        assert_eq!(paths, ["/bug/3/history", "/bug/5/history", "/bug/8/history"]);
        assert!(route.instead(&Bugzilla::of("history", &[3]).unwrap(), 404).is_none());
    }
}
