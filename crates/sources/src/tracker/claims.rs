//! Expected against received: what pages state that there should be, taken together over all of them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use sayso_model::coverage::ClaimTally;
use twox_hash::XxHash3_64;

use super::Claim;

/// Things of an item that are not its history: where some are missing, its path is whole all the same.
const NO_HISTORY: [&str; 4] = ["work logs", "watchers", "votes", "attachments"];

/// Query parameters that say only which page of a search is asked for, in lower case.
const PAGING: [&str; 21] = [
    "startat",
    "maxresults",
    "start",
    "count",
    "limit",
    "offset",
    "page",
    "per_page",
    "perpage",
    "pagelen",
    "nextpagetoken",
    "pagetoken",
    "continuationtoken",
    "cursor",
    "after",
    "id_after",
    "page_token",
    "$skip",
    "$top",
    "n",
    "s",
];

/// The claims of a source so far.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    groups: FxHashMap<u64, Group>,
}

#[derive(Debug)]
struct Group {
    what: &'static str,
    /// The hash of the item; `None` for a whole search.
    item: Option<u64>,
    stated: u64,
    /// What came, by search and page; the same page fetched again takes its own place.
    parts: Vec<(u64, u64, u64)>,
}

impl Claims {
    /// Enters a claim of one page, or with no origin one that is final.
    pub fn enter(&mut self, claim: &Claim, origin: Option<&str>) {
        let search = origin.map_or(0, |origin| match claim.item {
            None if !origin.contains("://") => hash(&files_of(origin, claim.stated)),
            _ => hash(&search_of(origin)),
        });
        let page = origin.map_or(0, hash);
        let item = claim.item.as_deref().map(hash);
        let key = match item {
            Some(item) => item,
            None => search.rotate_left(1),
        } ^ hash(claim.what).rotate_left(7);
        let group = self.groups.entry(key).or_insert(Group { what: claim.what, item, stated: 0, parts: Vec::new() });
        group.stated = claim.stated;
        if origin.is_none() {
            group.parts.clear();
        }
        match group.parts.iter_mut().find(|part| (part.0, part.1) == (search, page)) {
            Some(part) => part.2 = claim.received,
            None => group.parts.push((search, page, claim.received)),
        }
    }

    /// The sums by kind of thing.
    pub fn tallies(&self) -> BTreeMap<&'static str, ClaimTally> {
        let mut tallies: BTreeMap<&'static str, ClaimTally> = BTreeMap::new();
        for group in self.groups.values() {
            tallies.entry(group.what).or_default().enter(group.stated, group.received());
        }
        tallies
    }

    /// The hashes of items whose history is known to be cut, with what is missing in words.
    pub fn short(&self) -> FxHashMap<u64, String> {
        let is_short = |group: &&Group| group.received() < group.stated && !NO_HISTORY.contains(&group.what);
        let mut groups: Vec<&Group> = self.groups.values().filter(is_short).collect();
        groups.sort_unstable_by_key(|group| group.what);
        let mut short: FxHashMap<u64, String> = FxHashMap::default();
        for group in groups {
            let Some(item) = group.item else { continue };
            let says = format!("{} of {} {}", group.received(), group.stated, group.what);
            short.entry(item).and_modify(|all| *all = format!("{all}, {says}")).or_insert(says);
        }
        short
    }
}

impl Group {
    fn received(&self) -> u64 {
        let of_search = |search: u64| self.parts.iter().filter(|part| part.0 == search).map(|part| part.2).sum();
        self.parts.iter().map(|part| of_search(part.0)).max().unwrap_or(0)
    }
}

/// The hash by which an item is known in [`Claims::short`].
pub(crate) fn hash(text: &str) -> u64 {
    XxHash3_64::oneshot(text.as_bytes())
}

/// Pages of a search that were kept as files do not say which search: those of one folder that state the same number are
/// taken as one.
fn files_of(origin: &str, stated: u64) -> String {
    let file = origin.split_once('#').map_or(origin, |(before, _)| before);
    format!("{} of {stated}", file.rsplit_once('/').map_or("", |(folder, _)| folder))
}

/// An address without what only says which page is asked for.
fn search_of(origin: &str) -> String {
    let origin = origin.split_once('#').map_or(origin, |(before, _)| before);
    let Some((path, query)) = origin.split_once('?') else { return origin.to_owned() };
    let is_paging = |pair: &&str| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name).to_ascii_lowercase();
        !PAGING.contains(&name.as_str())
    };
    let kept: Vec<&str> = query.split('&').filter(is_paging).collect();
    format!("{path}?{}", kept.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "changelog entries";

    fn claim(item: Option<&str>, stated: u64, received: u64) -> Claim {
        Claim { item: item.map(str::to_owned), what: LOG, stated, received }
    }

    fn tally(claims: &Claims) -> ClaimTally {
        claims.tallies().get(LOG).copied().unwrap_or_default()
    }

    #[test]
    fn pages_of_one_search_add_up_and_a_page_fetched_again_counts_once() {
        let mut claims = Claims::default();
        claims.enter(&claim(Some("A-1"), 5, 2), Some("https://x/issue/1/changelog?startAt=0&maxResults=2"));
        claims.enter(&claim(Some("A-1"), 5, 2), Some("https://x/issue/1/changelog?startAt=2&maxResults=2"));
        claims.enter(&claim(Some("A-1"), 5, 2), Some("https://x/issue/1/changelog?startAt=2&maxResults=2"));
        assert_eq!(tally(&claims), ClaimTally { stated: 5, received: 4, items_short: 1, beyond: 0 });
        assert_eq!(claims.short().values().collect::<Vec<_>>(), ["4 of 5 changelog entries"]);
        claims.enter(&claim(Some("A-1"), 5, 1), Some("https://x/issue/1/changelog?startAt=4&maxResults=2"));
        assert_eq!(tally(&claims), ClaimTally { stated: 5, received: 5, items_short: 0, beyond: 0 });
        assert!(claims.short().is_empty());
    }

    #[test]
    fn the_same_things_in_two_searches_do_not_add_up() {
        let mut claims = Claims::default();
        claims.enter(&claim(Some("A-1"), 60, 40), Some("https://x/search?jql=a"));
        claims.enter(&claim(Some("A-1"), 60, 40), Some("https://x/search?jql=b"));
        assert_eq!(tally(&claims), ClaimTally { stated: 60, received: 40, items_short: 1, beyond: 0 });
        claims.enter(&claim(Some("A-1"), 60, 60), None);
        assert_eq!(tally(&claims), ClaimTally { stated: 60, received: 60, items_short: 0, beyond: 0 });
    }

    #[test]
    fn searches_stand_for_themselves_and_cut_no_item() {
        let mut claims = Claims::default();
        claims.enter(&claim(None, 3, 2), Some("https://x/search?jql=a&startAt=0"));
        claims.enter(&claim(None, 3, 2), Some("https://x/search?jql=a&startAt=2"));
        claims.enter(&claim(None, 9, 1), Some("https://x/search?jql=b&startAt=0"));
        assert_eq!(tally(&claims), ClaimTally { stated: 12, received: 4, items_short: 1, beyond: 1 });
        assert!(claims.short().is_empty());
    }

    #[test]
    fn files_of_one_folder_that_state_the_same_number_are_one_search() {
        let mut claims = Claims::default();
        claims.enter(&claim(None, 3, 2), Some("page_1.json"));
        claims.enter(&claim(None, 3, 1), Some("page_2.json"));
        claims.enter(&claim(None, 0, 0), Some("page_empty.json"));
        assert_eq!(tally(&claims), ClaimTally { stated: 3, received: 3, items_short: 0, beyond: 0 });
    }

    #[test]
    fn work_logs_are_no_history() {
        let mut claims = Claims::default();
        let few = Claim { item: Some("A-1".into()), what: "work logs", stated: 30, received: 20 };
        claims.enter(&few, Some("https://x/search"));
        assert_eq!(claims.tallies()["work logs"].items_short, 1);
        assert!(claims.short().is_empty());
    }
}
