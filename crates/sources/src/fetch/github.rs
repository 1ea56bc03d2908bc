//! GitHub: issues and pull requests by their last change, and of each its timeline; of pull requests also reviews and comments on lines.
//!
//! The list is asked for in the order of change, and each page begins where the one before ended: what changes while it is
//! read comes again at its end, and nothing slips through. Answers that have not changed since the last time cost nothing
//! of the site's limit: everything is asked for with its entity tag. Whoever shows a credential is told of ten pull requests
//! at once, by GraphQL ([`query`]); where that is refused, fails or does not say all, the pages of REST are asked for.
//!
//! Beside the items, who has the say: every version of CODEOWNERS, and the members of the teams that its newest version
//! names or that are asked for a review, where the credential may see them.

use std::cell::Cell;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::address::{encoded, next_link, parameter, with_parameter, with_query_of};
use super::client::{Answer, Client};
use super::walk::{Ask, Listed, Route};
use super::{FetchError, Site};
use crate::authority::codeowners;
use crate::authority::recorded::{FILE, HISTORY, MEMBERS, PLACES, text_of};
use crate::tracker::payload::Look;

mod query;

/// What the part is called behind the name of its repository that says who has the say in it.
const OWNERS: &str = " owners";

/// Elements of a page; the most that GitHub gives.
pub(super) const PAGE: usize = 100;

/// The walk through GitHub.
pub(super) struct Github {
    repositories: Vec<String>,
    /// Whether pull requests are asked for by GraphQL: until it fails for the first time.
    asks_several: Cell<bool>,
}

impl Github {
    pub fn new(site: &Site) -> Result<Github, FetchError> {
        let is_one = |name: &&String| name.split('/').filter(|part| !part.is_empty()).count() != 2;
        if let Some(wrong) = site.scope.iter().find(is_one) {
            return Err(FetchError::Scope(format!("`{wrong}` is no repository; write it as `owner/name`")));
        }
        if site.scope.is_empty() {
            return Err(FetchError::Scope("no repository is named; write it as `owner/name`".to_owned()));
        }
        Ok(Github { repositories: site.scope.clone(), asks_several: Cell::new(false) })
    }
}

fn repository(part: &str) -> String {
    part.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// The page behind one of a list that is in the order of change, from the last change on it; and which of its entries are
/// new. `since` is the name of the parameter that bounds the list.
pub(super) fn by_change<'v>(
    answer: &Answer,
    ask: &Ask,
    entries: &'v [Value],
    since: &str,
    number: &str,
) -> (Vec<&'v Value>, Option<Ask>) {
    let word =
        |entry: &Value| format!("{} {}", entry.number(number).unwrap_or(0), entry.text("updated_at").unwrap_or(""));
    let new: Vec<&Value> = entries.iter().filter(|entry| !ask.seen.contains(&word(entry))).collect();
    if !goes_on(answer, entries.len(), PAGE) {
        return (new, None);
    }
    let changed = |entry: &Value| entry.text("updated_at").and_then(|text| text.parse::<Timestamp>().ok());
    // A second before: whether the bound itself counts is not the same everywhere.
    let last =
        entries.iter().filter_map(changed).max().and_then(|at| at.checked_sub(SignedDuration::from_secs(1)).ok());
    let before = parameter(&ask.path, since).and_then(|text| text.replace("%3A", ":").parse::<Timestamp>().ok());
    let forward = last.and_then(|at| {
        at.round(jiff::TimestampRound::new().smallest(jiff::Unit::Second).mode(jiff::RoundMode::Floor)).ok()
    });
    let forward = forward.filter(|at| before.is_none_or(|before| *at > before));
    let mut next = match forward {
        Some(at) => {
            let path = with_parameter(&ask.path, "page", None);
            let mut next = ask.next(with_parameter(&path, since, Some(&at.to_string())), entries.len());
            next.seen =
                entries.iter().filter(|entry| changed(entry).is_some_and(|changed| changed >= at)).map(word).collect();
            next
        }
        // A whole page of one second: the only way on is by number.
        None => {
            let page = parameter(&ask.path, "page").and_then(|text| text.parse::<u64>().ok()).unwrap_or(1);
            let mut next = ask.next(with_parameter(&ask.path, "page", Some(&(page + 1).to_string())), entries.len());
            next.seen.clone_from(&ask.seen);
            next
        }
    };
    next.done = ask.done + new.len() as u64;
    (new, Some(next))
}

/// The page behind one of a list that only grows at its end, as its headers say; where they say nothing, a full page has one.
pub(super) fn by_link(ask: &Ask, answer: &Answer, page: usize) -> Option<Ask> {
    let n = answer.json.as_array().map_or(0, Vec::len);
    if let Some(link) = answer.response.header("link") {
        return Some(ask.next(with_query_of(&ask.path, next_link(link)?), n));
    }
    if let Some(number) = answer.response.header("x-next-page") {
        let number = Some(number.trim()).filter(|number| !number.is_empty())?;
        return Some(ask.next(with_parameter(&ask.path, "page", Some(number)), n));
    }
    let number = parameter(&ask.path, "page").and_then(|text| text.parse::<u64>().ok()).unwrap_or(1);
    (n >= page).then(|| ask.next(with_parameter(&ask.path, "page", Some(&(number + 1).to_string())), n))
}

/// Whether there is more behind a page: as its headers say, and where they say nothing, if it is full.
fn goes_on(answer: &Answer, n: usize, page: usize) -> bool {
    if let Some(link) = answer.response.header("link") {
        return next_link(link).is_some();
    }
    answer.response.header("x-next-page").map_or(n >= page, |number| !number.trim().is_empty())
}

/// The list that a page has to be.
pub(super) fn entries(answer: &Answer) -> Result<&[Value], String> {
    answer.json.as_array().map(Vec::as_slice).ok_or_else(|| "it is no list".to_owned())
}

/// The versions of a CODEOWNERS, the newest first. That one is asked for again each time, for the teams that it names.
fn versions(ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
    let (base, query) = ask.path.split_once("/commits?").ok_or("it is no list of commits")?;
    let place = query.split('&').find_map(|pair| pair.strip_prefix("path=")).unwrap_or_default().replace("%2F", "/");
    let shas = entries(answer)?.iter().filter_map(|commit| commit.text("sha"));
    let file = |sha: &str| Ask::of(FILE, format!("{base}/contents/{place}?ref={}", encoded(sha))).optional();
    let asks = shas
        .enumerate()
        .map(|(n, sha)| if n == 0 && ask.nth == 0 { file(sha).conditional() } else { file(sha).fixed() });
    Ok(asks.chain(by_link(ask, answer, PAGE)).collect())
}

/// The teams that a CODEOWNERS names.
fn teams_named(file: &Value) -> Vec<Ask> {
    let Some(text) = text_of(file) else { return Vec::new() };
    codeowners::Github::parse("CODEOWNERS", &text).teams().into_iter().filter_map(members).collect()
}

/// The teams that a pull request asks for a review.
fn teams_asked(pull: &Value) -> Vec<Ask> {
    let organisation = pull.text("base.repo.owner.login").unwrap_or_default();
    let slugs = pull.list("requested_teams").iter().filter_map(|team| team.text("slug"));
    slugs.filter_map(|slug| members(&format!("{organisation}/{slug}"))).collect()
}

fn members(team: &str) -> Option<Ask> {
    let (organisation, slug) = team.split_once('/').filter(|(organisation, _)| !organisation.is_empty())?;
    let path = format!("/orgs/{}/teams/{}/members?per_page={PAGE}", encoded(organisation), encoded(slug));
    Some(Ask::of(MEMBERS, path).conditional().once())
}

/// Everything about a pull request, page by page.
fn pages_of_pull(base: &str, number: u64) -> [Ask; 4] {
    let list = |kind: &str, of: &str| list_of(base, kind, of, number);
    [
        list("timeline", "issues"),
        Ask::of("pull", format!("{base}/pulls/{number}")).conditional(),
        list("reviews", "pulls"),
        list("review comments", "pulls"),
    ]
}

fn list_of(base: &str, kind: &str, of: &str, number: u64) -> Ask {
    let last = kind.rsplit(' ').next().unwrap_or(kind);
    Ask::of(kind, format!("{base}/{of}/{number}/{last}?per_page={PAGE}")).conditional()
}

/// Page by page what was asked for by GraphQL.
fn page_by_page(repository: &str, numbers: &[u64]) -> Vec<Ask> {
    let base = format!("/repos/{}", self::repository(repository));
    numbers.iter().flat_map(|number| pages_of_pull(&base, *number)).collect()
}

impl Github {
    /// What follows from an answer about several pull requests: the pages of those of which it does not say all.
    fn of_several(&self, ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        let (repository, numbers) = query::about(ask).ok_or("it is no answer about pull requests")?;
        if !query::is_clean(&answer.json) {
            self.asks_several.set(false);
            return Ok(page_by_page(&repository, &numbers));
        }
        let mut follow = Vec::new();
        for number in numbers {
            match query::whole(&answer.json, number) {
                Some(pull) => follow.extend(query::teams_asked(pull).filter_map(members)),
                None => follow.extend(page_by_page(&repository, &[number])),
            }
        }
        Ok(follow)
    }
}

impl Route for Github {
    fn prepare(&mut self, client: &mut Client<'_>) -> Result<(), FetchError> {
        if matches!(client.base.host(), "github.com" | "www.github.com") {
            client.base.origin = "https://api.github.com".to_owned();
            client.base.path.clear();
        } else if client.base.host() != "api.github.com" && !client.base.path.ends_with("/api/v3") {
            client.base.path.push_str("/api/v3");
        }
        self.asks_several.set(client.site.asks_several && client.is_known());
        Ok(())
    }

    fn parts(&self) -> Vec<String> {
        self.repositories.iter().flat_map(|name| [name.clone(), format!("{name}{OWNERS}")]).collect()
    }

    fn begin(&self, part: &str, since: Option<Timestamp>) -> Vec<Ask> {
        if let Some(part) = part.strip_suffix(OWNERS) {
            let of =
                |place: &str| format!("/repos/{}/commits?path={}&per_page={PAGE}", repository(part), encoded(place));
            return PLACES.map(|place| Ask::of(HISTORY, of(place)).conditional().optional()).into();
        }
        let path = format!("/repos/{}/issues?state=all&sort=updated&direction=asc&per_page={PAGE}", repository(part));
        let since = since.map(|since| since.to_string());
        vec![Ask::list("issues", with_parameter(&path, "since", since.as_deref()))]
    }

    fn follow(&self, ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String> {
        match ask.kind.as_str() {
            "pull" => return Ok(teams_asked(&answer.json)),
            query::KIND => return self.of_several(ask, answer),
            HISTORY => return versions(ask, answer),
            FILE => return Ok(teams_named(&answer.json)),
            _ => {}
        }
        if ask.kind != "issues" {
            entries(answer)?;
            return Ok(by_link(ask, answer, PAGE).into_iter().collect());
        }
        let (new, next) = by_change(answer, ask, entries(answer)?, "since", "number");
        let base = ask.path.split("/issues?").next().unwrap_or_default();
        let (mut follow, mut pulls) = (Vec::new(), Vec::new());
        for issue in new {
            let Some(number) = issue.number("number") else { continue };
            match issue.look("pull_request") {
                Some(_) if self.asks_several.get() => pulls.push(number),
                Some(_) => follow.extend(pages_of_pull(base, number)),
                None => follow.push(list_of(base, "timeline", "issues", number)),
            }
        }
        let repository = base.strip_prefix("/repos/").unwrap_or_default();
        follow.extend(pulls.chunks(query::SEVERAL).map(|numbers| query::ask(repository, numbers)));
        follow.extend(next);
        Ok(follow)
    }

    fn is_last(&self, _: &Ask, answer: &Answer) -> bool {
        let n = answer.json.as_array().map_or(0, Vec::len);
        n < PAGE && !goes_on(answer, n, PAGE)
    }

    fn instead(&self, ask: &Ask, _: u16) -> Option<Vec<Ask>> {
        let (repository, numbers) = query::about(ask).filter(|_| ask.kind == query::KIND)?;
        self.asks_several.set(false);
        Some(page_by_page(&repository, &numbers))
    }

    fn is_kept(&self, ask: &Ask, answer: &Answer) -> bool {
        // What is asked for again, page by page, need not be counted as lost.
        !ask.is_passing && (ask.kind != query::KIND || query::is_clean(&answer.json))
    }

    fn listed(&self, _: &Ask, answer: &Answer) -> Listed {
        Listed { n: answer.json.as_array().map_or(0, Vec::len) as u64, total: None }
    }

    fn count(&self, part: &str, since: Option<Timestamp>) -> Option<Ask> {
        if part.ends_with(OWNERS) {
            return None;
        }
        let mut words = format!("repo:{part}");
        if let Some(since) = since {
            words.push_str(&format!(" updated:>={since}"));
        }
        Some(Ask::of("count", format!("/search/issues?q={}&per_page=1", encoded(&words))))
    }

    fn counted(&self, answer: &Answer) -> Option<u64> {
        answer.json.number("total_count")
    }

    fn calls(&self, part: &str, items: u64) -> u64 {
        if part.ends_with(OWNERS) {
            return PLACES.len() as u64;
        }
        // Half of what there is are pull requests, as a rule.
        let pulls = items / 2;
        let for_pulls = if self.asks_several.get() { pulls.div_ceil(query::SEVERAL as u64) } else { pulls * 4 };
        1 + items.div_ceil(PAGE as u64) + (items - pulls) + for_pulls
    }
}
