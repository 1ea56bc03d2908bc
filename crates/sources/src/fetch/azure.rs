//! Azure DevOps: work items by the last of their numbers with their updates, and pull requests with their threads and policies.
//!
//! A search gives numbers only, at most 20,000, so it is asked in steps from the last number on, which nothing moves. Pull
//! requests cannot be asked for by their last change: after the first time, all that are open are asked for, and those that
//! were closed since, or in the two weeks before, on which people still write. What is written later is not seen.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::address::{encoded, parameter, with_parameter};
use super::client::Answer;
use super::walk::{Ask, Listed, Route};
use super::{FetchError, Site};
use crate::tracker::payload::Look;

/// Work items that a search gives at a time, and that are asked for at a time.
const NUMBERS: u64 = 5000;
const BULK: usize = 200;
/// Updates and pull requests of a page.
const PAGE: u64 = 100;
const API: &str = "api-version=7.1";
/// How long after its end what is written on a pull request is still looked for.
const AFTERWARDS: SignedDuration = SignedDuration::from_hours(24 * 14);

/// The walk through Azure DevOps.
pub(super) struct Azure {
    projects: Vec<String>,
}

impl Azure {
    pub fn new(site: &Site) -> Result<Azure, FetchError> {
        if site.scope.is_empty() {
            return Err(FetchError::Scope("no project is named".to_owned()));
        }
        Ok(Azure { projects: site.scope.clone() })
    }

    /// A search for the numbers behind one.
    fn search(project: &str, since: Option<&str>, after: u64) -> Ask {
        let since = since.map(|since| format!(" AND [System.ChangedDate] >= '{since}'")).unwrap_or_default();
        let query = format!(
            "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Id] > {after}{since} ORDER BY [System.Id]"
        );
        let path = format!("/{project}/_apis/wit/wiql?timePrecision=true&$top={NUMBERS}&{API}");
        // Numbers only: the items come with the next request.
        let ask = Ask { is_passing: true, body: Some(json!({"query": query})), ..Ask::list("wiql", path) };
        Ask { shown: Some(format!("&after={after}")), ..ask }
    }

    fn items(project: &str, ids: &[u64]) -> Ask {
        let shown: Vec<String> = ids.iter().map(u64::to_string).collect();
        let path = format!("/{project}/_apis/wit/workitemsbatch?{API}");
        let body = json!({"ids": ids, "errorPolicy": "omit"});
        Ask { body: Some(body), shown: Some(format!("&ids={}", shown.join(","))), ..Ask::of("workitems", path) }
    }

    fn of_search(ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        let found = answer.json.look("workItems").and_then(Value::as_array).ok_or("it has no work items")?;
        let ids: Vec<u64> = found.iter().filter_map(|item| item.number("id")).collect();
        let project = ask.path.split('/').nth(1).unwrap_or_default();
        let mut follow = Vec::new();
        for some in ids.chunks(BULK) {
            follow.push(Azure::items(project, some));
            follow.extend(
                some.iter().map(|id| {
                    Ask::of("updates", format!("/_apis/wit/workItems/{id}/updates?$top={PAGE}&$skip=0&{API}"))
                }),
            );
        }
        if let Some(last) = ids.iter().max().filter(|_| ids.len() as u64 >= NUMBERS) {
            let query = ask.body.as_ref().and_then(|body| body.text("query")).unwrap_or_default();
            let since = query.split("[System.ChangedDate] >= '").nth(1).and_then(|rest| rest.split('\'').next());
            let next = Azure::search(project, since, *last);
            follow.push(Ask { nth: ask.nth + 1, done: ask.done + ids.len() as u64, ..next });
        }
        Ok(follow)
    }

    fn requests(project: &str, status: &str, since: Option<Timestamp>) -> Ask {
        let path =
            format!("/{project}/_apis/git/pullrequests?searchCriteria.status={status}&$top={PAGE}&$skip=0&{API}");
        let path = match since {
            None => path,
            Some(since) => {
                let path = with_parameter(&path, "searchCriteria.queryTimeRangeType", Some("closed"));
                with_parameter(&path, "searchCriteria.minTime", Some(&since.to_string()))
            }
        };
        Ask::list("pullrequests", path)
    }

    fn of_requests(ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        let found = answer.json.look("value").and_then(Value::as_array).ok_or("it has no pull requests")?;
        let project = ask.path.split('/').nth(1).unwrap_or_default();
        let mut follow = Vec::new();
        for request in found {
            let (Some(id), Some(repository)) = (request.number("pullRequestId"), request.text("repository.id")) else {
                continue;
            };
            let of = format!("/{project}/_apis/git/repositories/{}/pullRequests/{id}", encoded(repository));
            follow.push(Ask::of("threads", format!("{of}/threads?{API}")));
            if let Some(project_id) = request.text("repository.project.id") {
                let artifact = encoded(&format!("vstfs:///CodeReview/CodeReviewId/{project_id}/{id}"));
                let path = format!("/{project}/_apis/policy/evaluations?artifactId={artifact}&{API}-preview.1");
                follow.push(Ask::of("evaluations", path).optional());
            }
        }
        follow.extend(by_skip(ask, found.len()));
        Ok(follow)
    }
}

/// The page behind a full one.
fn by_skip(ask: &Ask, n: usize) -> Option<Ask> {
    let skip = parameter(&ask.path, "$skip").and_then(|text| text.parse::<u64>().ok())?;
    let next = (skip + n as u64).to_string();
    (n as u64 >= PAGE).then(|| ask.next(with_parameter(&ask.path, "$skip", Some(&next)), n))
}

impl Route for Azure {
    fn parts(&self) -> Vec<String> {
        self.projects.iter().flat_map(|name| [format!("{name} work items"), format!("{name} pull requests")]).collect()
    }

    fn begin(&self, part: &str, since: Option<Timestamp>) -> Vec<Ask> {
        if let Some(project) = part.strip_suffix(" work items") {
            let since = since.map(|since| since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
            return vec![Azure::search(&encoded(project), since.as_deref(), 0)];
        }
        let project = encoded(part.strip_suffix(" pull requests").unwrap_or(part));
        match since {
            None => vec![Azure::requests(&project, "all", None)],
            Some(since) => {
                let since = since.checked_sub(AFTERWARDS).unwrap_or(since);
                vec![Azure::requests(&project, "active", None), Azure::requests(&project, "all", Some(since))]
            }
        }
    }

    fn follow(&self, ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        match ask.kind.as_str() {
            "wiql" => Azure::of_search(ask, answer),
            "pullrequests" => Azure::of_requests(ask, answer),
            "updates" => Ok(by_skip(ask, answer.json.list("value").len()).into_iter().collect()),
            _ => Ok(match answer.response.header("x-ms-continuationtoken") {
                Some(token) => vec![ask.next(with_parameter(&ask.path, "continuationToken", Some(token)), 1)],
                None => Vec::new(),
            }),
        }
    }

    fn listed(&self, ask: &Ask, answer: &Answer) -> Listed {
        let list = if ask.kind == "wiql" { "workItems" } else { "value" };
        Listed { n: answer.json.list(list).len() as u64, total: None }
    }

    fn count(&self, part: &str, since: Option<Timestamp>) -> Option<Ask> {
        part.ends_with(" work items").then(|| self.begin(part, since).pop()).flatten()
    }

    fn counted(&self, answer: &Answer) -> Option<u64> {
        // Of more than it gives at a time, it does not say how many there are.
        let n = answer.json.list("workItems").len() as u64;
        (n < NUMBERS).then_some(n)
    }

    fn calls(&self, part: &str, items: u64) -> u64 {
        if part.ends_with(" work items") { 1 + items.div_ceil(BULK as u64) + items } else { 0 }
    }
}
