//! Jira Cloud and Data Center: searches by token or by number, with the changelogs, comments and work logs that searches cut.
//!
//! Lists are asked for in the order of creation, which nothing changes: an issue that is touched while a list is read stays
//! where it is, and one that begins to count comes anew and pushes others back, not forward. Only what is deleted pulls
//! others forward; the total then falls, and the walk steps back.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::address::{encoded, parameter, with_parameter};
use super::client::{Answer, Client, Reply};
use super::walk::{Ask, Listed, Route};
use super::{FetchError, Site};
use crate::tracker::payload::Look;

/// Issues that are asked for at a time; sites give fewer where they are large.
const PAGE: u64 = 100;
/// Issues whose changelogs are asked for at a time.
const BULK: usize = 100;
/// The part of what describes: names of statuses and fields.
const NAMES: &str = "names";
/// The part of everything, where no projects are named.
const ALL: &str = "issues";

/// The walk through Jira.
pub(super) struct Jira {
    projects: Vec<String>,
    is_cloud: bool,
}

impl Jira {
    pub fn new(site: &Site) -> Jira {
        Jira { projects: site.scope.clone(), is_cloud: false }
    }

    fn api(&self) -> &'static str {
        if self.is_cloud { "/rest/api/3" } else { "/rest/api/2" }
    }

    /// What to search for. The instant is in milliseconds: in words it would be read in the caller's own zone.
    fn question(part: &str, since: Option<Timestamp>) -> String {
        let mut terms = Vec::new();
        if part != ALL {
            terms.push(format!("project = \"{}\"", part.replace('\\', "\\\\").replace('"', "\\\"")));
        }
        if since.is_some() || terms.is_empty() {
            // A search without any bound is refused.
            terms.push(format!("updated >= {}", since.map_or(0, Timestamp::as_millisecond)));
        }
        format!("{} ORDER BY created ASC, key ASC", terms.join(" AND "))
    }

    fn search(&self, part: &str, since: Option<Timestamp>, max: u64) -> String {
        let question = encoded(&Jira::question(part, since));
        let api = self.api();
        if self.is_cloud {
            format!("{api}/search/jql?jql={question}&fields=*all&expand=changelog&maxResults={max}")
        } else {
            format!("{api}/search?jql={question}&fields=*all&expand=changelog&maxResults={max}&startAt=0")
        }
    }

    /// What the search has cut of its issues, and its next page.
    fn of_search(&self, ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        let page = &answer.json;
        let issues = page.look("issues").and_then(Value::as_array).ok_or("it has no issues")?;
        let (mut follow, mut cut) = (Vec::new(), Vec::new());
        for issue in issues {
            let Some(id) = issue.text("id").or_else(|| issue.text("key")) else { continue };
            if is_cut(issue, "changelog", "histories") {
                cut.push(id.to_owned());
            }
            for (kind, list) in [("comment", "comments"), ("worklog", "worklogs")] {
                if is_cut(issue, &format!("fields.{kind}"), list) && issue.look(&format!("fields.{kind}")).is_some() {
                    follow.push(self.paged(kind, id));
                }
            }
        }
        if self.is_cloud {
            follow.extend(cut.chunks(BULK).map(|ids| self.bulk(ids, None)));
        } else {
            follow.extend(cut.iter().map(|id| self.paged("changelog", id)));
        }
        follow.extend(if self.is_cloud {
            next_by_token(ask, page, issues.len())
        } else {
            next_by_number(ask, page, issues.len())
        });
        Ok(follow)
    }

    fn paged(&self, kind: &str, id: &str) -> Ask {
        Ask::of(kind, format!("{}/issue/{}/{kind}?maxResults=100&startAt=0", self.api(), encoded(id)))
    }

    /// The changelogs of several issues.
    fn bulk(&self, ids: &[String], token: Option<&str>) -> Ask {
        let mut body = json!({"issueIdsOrKeys": ids, "maxResults": 1000});
        let mut shown = format!("?issueIdsOrKeys={}", ids.join(","));
        if let Some(token) = token {
            body["nextPageToken"] = token.into();
            shown.push_str(&format!("&nextPageToken={}", encoded(token)));
        }
        let path = format!("{}/changelog/bulkfetch", self.api());
        Ask { body: Some(body), shown: Some(shown), ..Ask::of("changelog/bulkfetch", path) }
    }
}

/// Whether a search holds less of a list than it says that there is, or does not say.
fn is_cut(issue: &Value, at: &str, list: &str) -> bool {
    let Some(log) = issue.look(at) else { return true };
    let n = log.list(list).len() as u64;
    log.number("total").is_none_or(|total| n < total)
}

fn next_by_token(ask: &Ask, page: &Value, n: usize) -> Option<Ask> {
    let token = page.text("nextPageToken").filter(|_| !page.is_true("isLast"))?;
    Some(ask.next(with_parameter(&ask.path, "nextPageToken", Some(token)), n))
}

/// The next page by number. A total that has fallen says that something before was deleted, so that others took the places
/// that were read already: then as many pages back as hold what may have slipped through.
pub(super) fn next_by_number(ask: &Ask, page: &Value, n: usize) -> Option<Ask> {
    let number = |name: &str| parameter(&ask.path, name).and_then(|text| text.parse::<u64>().ok());
    let start = number("startAt").unwrap_or(0);
    let total = page.number("total")?;
    let fallen = ask.total.map_or(0, |before| before.saturating_sub(total));
    let next = if fallen > 0 && start > 0 {
        let step = number("maxResults").unwrap_or(PAGE).max(1);
        start.saturating_sub(fallen.div_ceil(step) * step)
    } else {
        (n > 0).then_some(start + n as u64).filter(|next| *next < total)?
    };
    let mut ask = ask.next(with_parameter(&ask.path, "startAt", Some(&next.to_string())), n);
    (ask.total, ask.done) = (Some(total), next);
    Some(ask)
}

impl Route for Jira {
    fn prepare(&mut self, client: &mut Client<'_>) -> Result<(), FetchError> {
        let host = client.base.host();
        let is_cloud_host = host.ends_with(".atlassian.net") || host == "api.atlassian.com";
        let said = match client.ask("/rest/api/2/serverInfo", None, None)? {
            Reply::Answer(answer) => answer.json.text("deploymentType").map(|word| word == "Cloud"),
            _ => None,
        };
        self.is_cloud = said.unwrap_or(is_cloud_host);
        Ok(())
    }

    fn parts(&self) -> Vec<String> {
        let projects = self.projects.iter().cloned();
        let all = self.projects.is_empty().then(|| ALL.to_owned());
        std::iter::once(NAMES.to_owned()).chain(projects).chain(all).collect()
    }

    fn begin(&self, part: &str, since: Option<Timestamp>) -> Vec<Ask> {
        if part == NAMES {
            return ["status", "field"].map(|kind| Ask::of(kind, format!("{}/{kind}", self.api()))).into();
        }
        vec![Ask::list("issues", self.search(part, since, PAGE))]
    }

    fn follow(&self, ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        let page = &answer.json;
        let next = match ask.kind.as_str() {
            "issues" => return self.of_search(ask, answer),
            "changelog/bulkfetch" => {
                let logs = page.look("issueChangeLogs").and_then(Value::as_array);
                let n = logs.ok_or("it has no changelogs")?.len();
                let ids = ask.body.as_ref().map(|body| body.list("issueIdsOrKeys")).unwrap_or_default();
                let ids: Vec<String> = ids.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                page.text("nextPageToken").map(|token| {
                    let next = self.bulk(&ids, Some(token));
                    Ask { nth: ask.nth + 1, empty: if n == 0 { ask.empty + 1 } else { 0 }, ..next }
                })
            }
            "changelog" | "comment" | "worklog" => {
                let lists = ["values", "histories", "comments", "worklogs"];
                let n = lists.iter().map(|list| page.list(list).len()).max().unwrap_or(0);
                next_by_number(ask, page, n).filter(|_| !page.is_true("isLast"))
            }
            _ => None,
        };
        Ok(next.into_iter().collect())
    }

    fn instead(&self, ask: &Ask, status: u16) -> Option<Vec<Ask>> {
        match (ask.kind.as_str(), status) {
            // Tokens of pages die after a week: then the same search from its beginning.
            ("issues", 400) if parameter(&ask.path, "nextPageToken").is_some() && ask.nth > 0 => {
                let path = with_parameter(&ask.path, "nextPageToken", None);
                Some(vec![Ask::list("issues", path)])
            }
            ("changelog/bulkfetch", 400 | 404 | 405) => {
                let ids = ask.body.as_ref()?.list("issueIdsOrKeys").iter().filter_map(Value::as_str);
                Some(ids.map(|id| self.paged("changelog", id)).collect())
            }
            _ => None,
        }
    }

    fn listed(&self, _: &Ask, answer: &Answer) -> Listed {
        Listed { n: answer.json.list("issues").len() as u64, total: answer.json.number("total") }
    }

    fn count(&self, part: &str, since: Option<Timestamp>) -> Option<Ask> {
        if part == NAMES {
            return None;
        }
        if self.is_cloud {
            let question = Jira::question(part, since);
            let question = question.split(" ORDER BY ").next().unwrap_or_default();
            let path = format!("{}/search/approximate-count", self.api());
            return Some(Ask { body: Some(json!({"jql": question})), ..Ask::of("count", path) });
        }
        let path = with_parameter(&self.search(part, since, 0), "expand", None);
        Some(Ask::of("count", with_parameter(&path, "fields", Some("id"))))
    }

    fn counted(&self, answer: &Answer) -> Option<u64> {
        answer.json.number("total").or_else(|| answer.json.number("count"))
    }

    fn calls(&self, part: &str, items: u64) -> u64 {
        // A search of full issues with changelogs, and now and then one that is cut.
        if part == NAMES { 2 } else { 1 + items.div_ceil(PAGE) * 2 + items / 20 }
    }
}
