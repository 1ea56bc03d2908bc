//! The walk through a tracker: a stack of requests for each part, kept with the pages, so that a kill costs one request at most.
//!
//! A part (the issues of a project) is walked in one pass: a list, its further pages, and what each of its items needs. Of
//! each answer the tracker's own room says what to ask next. The order is always the same: the page is durable, then the
//! stack without its request and with those that follow from it. What was asked for twice is told twice, which harms
//! nobody. The mark of a part moves when its stack is empty, to where the site's clock stood when the pass began, less an
//! overlap.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use twox_hash::XxHash3_64;

use super::client::{Answer, Client, Refused, Reply};
use super::wire::Response;
use super::{FetchError, Missed, Outcome};
use crate::tracker::raw::{Entry, Fetched, Raw, Redact, State, Writer, without_secrets};

/// How far before the beginning of a pass the next one begins: what a site writes later than it says.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);
/// The same where the site does not say what its clock says.
const OVERLAP_UNSURE: SignedDuration = SignedDuration::from_hours(24);
/// Pages of one list, and empty ones of them in a row, after which it is taken for a circle.
const PAGES_MAX: u32 = 100_000;
const EMPTY_MAX: u32 = 20;

/// One request to make.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    /// What is asked for, as [`crate::tracker::Page::kind`].
    pub kind: String,
    /// The path behind the beginning of the interface, with its query.
    pub path: String,
    /// What is posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// What is shown behind the path in the address of what is posted, so that two such pages have two addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    /// Whether it is a page of the list that the part is about, and not one of an item.
    #[serde(skip_serializing_if = "is_false")]
    pub is_list: bool,
    /// Whether its answer only leads on, and is not kept.
    #[serde(skip_serializing_if = "is_false")]
    pub is_passing: bool,
    /// Whether sites may do without it: that it is not there (404) is nothing to tell.
    #[serde(skip_serializing_if = "is_false")]
    pub is_optional: bool,
    /// Whether to ask with the entity tag of the last time.
    #[serde(skip_serializing_if = "is_false")]
    pub is_conditional: bool,
    /// Whether what it asks for never changes: once it was given, it is not asked for again.
    #[serde(skip_serializing_if = "is_false")]
    pub is_fixed: bool,
    /// Whether it is enough to ask for it once in a run, however many items lead to it.
    #[serde(skip_serializing_if = "is_false")]
    pub is_once: bool,
    /// Pages of its list before it, and how many of those just before it were empty.
    #[serde(skip_serializing_if = "is_zero")]
    pub nth: u32,
    #[serde(skip_serializing_if = "is_zero")]
    pub empty: u32,
    /// Items that pages of its list before it had.
    #[serde(skip_serializing_if = "is_none")]
    pub done: u64,
    /// What the page before it stated as total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Items, as they are now, that the page before it had and that it has again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_false(is: &bool) -> bool {
    !is
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_none(n: &u64) -> bool {
    *n == 0
}

impl Ask {
    /// A request for something about an item.
    pub fn of(kind: &str, path: impl Into<String>) -> Ask {
        Ask { kind: kind.to_owned(), path: path.into(), ..Ask::default() }
    }

    /// A request for the first page of a part's list.
    pub fn list(kind: &str, path: impl Into<String>) -> Ask {
        Ask { is_list: true, ..Ask::of(kind, path) }
    }

    /// The same for something that sites may do without.
    pub fn optional(self) -> Ask {
        Ask { is_optional: true, ..self }
    }

    /// The same, asked with the entity tag of the last time.
    pub fn conditional(self) -> Ask {
        Ask { is_conditional: true, ..self }
    }

    /// The same for something that never changes.
    pub fn fixed(self) -> Ask {
        Ask { is_fixed: true, ..self }
    }

    /// The same for something that many items lead to.
    pub fn once(self) -> Ask {
        Ask { is_once: true, ..self }
    }

    /// The page behind this one, at another path; `n` is how many elements this one had.
    pub fn next(&self, path: String, n: usize) -> Ask {
        Ask {
            path,
            nth: self.nth + 1,
            empty: if n == 0 { self.empty + 1 } else { 0 },
            done: self.done + n as u64,
            seen: Vec::new(),
            ..self.clone()
        }
    }
}

/// What a list states of itself, for whoever looks on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    /// Items on this page.
    pub n: u64,
    /// Items in all, as the site states.
    pub total: Option<u64>,
}

/// How one tracker is walked. All of it is a pure function of what the site answered.
pub(super) trait Route {
    /// Finds out what must be known before; nothing for most.
    fn prepare(&mut self, client: &mut Client<'_>) -> Result<(), FetchError> {
        let _ = client;
        Ok(())
    }

    /// The parts, each by its name in the state.
    fn parts(&self) -> Vec<String>;

    /// What a pass over a part begins with; everything where it was never read to its end.
    fn begin(&self, part: &str, since: Option<Timestamp>) -> Vec<Ask>;

    /// What follows from an answer, first what is to be asked first. The error says what the answer lacks.
    fn follow(&self, ask: &Ask, answer: &Answer) -> Result<Vec<Ask>, String>;

    /// Whether nothing stands behind a page, and whatever comes to stand there changes the page itself. Only then does its
    /// being unchanged say that there is nothing new: an answer that says so does not say whether another page follows.
    fn is_last(&self, ask: &Ask, answer: &Answer) -> bool {
        let _ = (ask, answer);
        true
    }

    /// What to ask where the site refuses; `None` where there is no other way.
    fn instead(&self, ask: &Ask, status: u16) -> Option<Vec<Ask>> {
        let _ = (ask, status);
        None
    }

    /// Whether the page of an answer is kept.
    fn is_kept(&self, ask: &Ask, answer: &Answer) -> bool {
        let _ = answer;
        !ask.is_passing
    }

    /// What a page of a list states.
    fn listed(&self, ask: &Ask, answer: &Answer) -> Listed;

    /// A request that costs little and whose answer states how many items a part has; `None` where there is none.
    fn count(&self, part: &str, since: Option<Timestamp>) -> Option<Ask>;

    /// Items in all, from that answer.
    fn counted(&self, answer: &Answer) -> Option<u64>;

    /// About how many requests so many items take.
    fn calls(&self, part: &str, items: u64) -> u64;
}

/// Where the pass over a part stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Pass {
    /// From where on things are asked for; everything where it is `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// What the mark becomes when the pass is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<Timestamp>,
    /// What is still to be asked, the next one last.
    asks: Vec<Ask>,
}

/// What is known of the last page of an address.
struct Known {
    hash: String,
    status: u16,
    /// Where it lies, where it can be asked for with its tag.
    tagged: Option<Entry>,
}

/// One walk.
pub(super) struct Walk<'c, 'w> {
    client: &'c mut Client<'w>,
    route: &'c dyn Route,
    /// What is taken out of pages before they are written.
    words: &'c dyn Redact,
    writer: Writer,
    raw: Raw,
    known: FxHashMap<u64, Known>,
    /// What was asked for in this run and is not to be asked for again.
    once: FxHashSet<u64>,
    state: State,
    outcome: Outcome,
}

impl<'c, 'w> Walk<'c, 'w> {
    /// Opens the folder, and finds out what is in it.
    pub fn open(
        folder: &Path,
        client: &'c mut Client<'w>,
        route: &'c dyn Route,
        words: &'c dyn Redact,
    ) -> Result<Self, FetchError> {
        let site = client.base.with("");
        let writer = Writer::open(folder, client.site.tracker, &site)?;
        let raw = Raw::open(folder)?;
        let mut known = FxHashMap::default();
        for entry in raw.entries()? {
            let entry = entry?;
            known.insert(hash(&entry.origin), Known::of(entry));
        }
        let state = writer.state()?.filter(|state| state.pages <= writer.n_pages());
        let state = state.unwrap_or_default();
        let (once, outcome) = (FxHashSet::default(), Outcome::default());
        Ok(Walk { client, route, words, writer, raw, known, once, state, outcome })
    }

    /// Walks all parts.
    pub fn run(mut self) -> Result<Outcome, FetchError> {
        for part in self.route.parts() {
            // A pass that was stopped, maybe long ago, ends with what is new since it began.
            let was_begun = self.state.cursors.contains_key(&part);
            if self.part(&part)? && was_begun {
                self.part(&part)?;
            }
        }
        self.outcome.calls = self.client.calls;
        self.outcome.ahead = self.client.ahead;
        Ok(self.outcome)
    }

    /// One pass over a part; whether it came to its end.
    fn part(&mut self, part: &str) -> Result<bool, FetchError> {
        let begun = self.state.cursors.get(part).and_then(|text| serde_json::from_str::<Pass>(text).ok());
        self.outcome.resumed |= begun.is_some();
        let mut pass = begun.unwrap_or_else(|| {
            let since = self.state.marks.get(part).and_then(|mark| mark.parse().ok());
            let mut asks = self.route.begin(part, since);
            asks.reverse();
            Pass { since, mark: None, asks }
        });
        while let Some(ask) = pass.asks.last().cloned() {
            let follow = match self.step(part, &ask, pass.since.is_some())? {
                Some(follow) => follow,
                // The list itself is refused: where it was read to stays as it was, and it is asked for again next time.
                None => {
                    self.state.cursors.remove(part);
                    self.writer.set_state(&self.state)?;
                    return Ok(false);
                }
            };
            pass.mark = pass.mark.or_else(|| self.mark());
            pass.asks.pop();
            for next in follow.into_iter().rev() {
                let is_circle = next.path == ask.path && next.body == ask.body && next.kind == ask.kind;
                if is_circle || next.nth > PAGES_MAX || next.empty > EMPTY_MAX {
                    return Err(FetchError::Circle { address: without_secrets(&self.client.base.with(&ask.path)) });
                }
                pass.asks.push(next);
            }
            if !pass.asks.is_empty() {
                let text = serde_json::to_string(&pass).expect("strings and numbers are JSON");
                self.state.cursors.insert(part.to_owned(), text);
                self.writer.set_state(&self.state)?;
            }
        }
        self.state.cursors.remove(part);
        if let Some(mark) = pass.mark {
            self.state.marks.insert(part.to_owned(), mark.to_string());
        }
        self.writer.set_state(&self.state)?;
        self.outcome.parts += 1;
        Ok(true)
    }

    /// Where the mark goes, by the last answer.
    fn mark(&self) -> Option<Timestamp> {
        match self.client.date {
            Some(date) => date.checked_sub(OVERLAP).ok(),
            None => self.client.wire.now().checked_sub(OVERLAP_UNSURE).ok(),
        }
    }

    /// Makes one request; what follows from it, or `None` where the list of the part is refused.
    fn step(&mut self, part: &str, ask: &Ask, is_again: bool) -> Result<Option<Vec<Ask>>, FetchError> {
        let origin = self.origin(ask);
        let is_had = ask.is_fixed && self.known.get(&hash(&origin)).is_some_and(|known| known.status == 200);
        if is_had || ask.is_once && !self.once.insert(hash(&origin)) {
            return Ok(Some(Vec::new()));
        }
        let tagged = self.known.get(&hash(&origin)).and_then(|known| known.tagged.clone());
        let tagged = tagged.filter(|_| ask.is_conditional).and_then(|entry| Some((self.body(&entry)?, entry)));
        let etag = tagged.as_ref().and_then(|(_, entry)| entry.etag.as_deref());
        let answer = match self.client.ask(&ask.path, ask.body.as_ref(), etag)? {
            Reply::Answer(answer) => *answer,
            Reply::Unchanged => match tagged {
                Some((json, _)) => {
                    self.outcome.unchanged += 1;
                    Answer { response: Response::default(), json }
                }
                None => return Err(FetchError::NotJson { address: origin, begins: String::new() }),
            },
            Reply::Refused(refused) => return self.refused(part, ask, &origin, refused),
        };
        let follow =
            self.route.follow(ask, &answer).map_err(|what| FetchError::Unlike { address: origin.clone(), what })?;
        let listed = self.route.listed(ask, &answer);
        if ask.is_list {
            self.client.progress.page(part, ask.done + listed.n, listed.total);
            self.outcome.items += listed.n;
        }
        // A first page without anything since the last time says nothing that is not known.
        let is_nothing = is_again && ask.is_list && ask.nth == 0 && listed.n == 0 && follow.is_empty();
        if self.route.is_kept(ask, &answer) && !is_nothing && answer.response.status != 0 {
            let body = self.client.hide(&answer.response.body);
            let is_tagged = ask.is_conditional && self.route.is_last(ask, &answer);
            let etag = answer.response.header("etag").filter(|_| is_tagged);
            let body = body.as_deref().unwrap_or(&answer.response.body);
            self.keep(ask, &origin, answer.response.status, etag, body)?;
        }
        Ok(Some(follow))
    }

    fn refused(
        &mut self,
        part: &str,
        ask: &Ask,
        origin: &str,
        refused: Refused,
    ) -> Result<Option<Vec<Ask>>, FetchError> {
        let Refused { url, status, why, body } = refused;
        if let Some(instead) = self.route.instead(ask, status) {
            return Ok(Some(instead));
        }
        // 409 is a repository in which there is nothing yet.
        if ask.is_optional && matches!(status, 404 | 405 | 409 | 501) {
            return Ok(Some(Vec::new()));
        }
        if !matches!(status, 403 | 404 | 410 | 451) && ask.is_list {
            return Err(FetchError::Rejected { address: without_secrets(&url), why });
        }
        let body = self.client.hide(&body).unwrap_or(body);
        self.keep(ask, origin, status, None, &body)?;
        self.outcome.missed.push(Missed { part: part.to_owned(), address: without_secrets(origin), status, why });
        Ok(if ask.is_list { None } else { Some(Vec::new()) })
    }

    /// Writes a page, unless the last one of its address is the same.
    fn keep(
        &mut self,
        ask: &Ask,
        origin: &str,
        status: u16,
        etag: Option<&str>,
        body: &[u8],
    ) -> Result<(), FetchError> {
        let new = self.words.page(body);
        let body = new.as_deref().unwrap_or(body);
        let same = crate::tracker::raw::hash_of(body);
        let origin = without_secrets(origin);
        let is_same = |known: &Known| known.hash == same && known.status == status && known.etag() == etag;
        if self.known.get(&hash(&origin)).is_some_and(is_same) {
            self.outcome.unchanged += 1;
            return Ok(());
        }
        let at = self.client.wire.now().to_string();
        let entry = self.writer.append(&Fetched { kind: &ask.kind, origin: &origin, at: &at, status, etag, body })?;
        self.known.insert(hash(&origin), Known::of(entry));
        self.outcome.pages += 1;
        Ok(())
    }

    fn origin(&self, ask: &Ask) -> String {
        let shown = ask.shown.as_deref().unwrap_or_default();
        format!("{}{shown}", self.client.base.with(&ask.path))
    }

    /// What a page says that was kept; `None` where it cannot be had any more.
    fn body(&self, entry: &Entry) -> Option<Value> {
        let mut body = Vec::new();
        self.raw.read(entry, &mut body).ok()?;
        serde_json::from_slice(&body).ok()
    }
}

impl Known {
    /// Of a page that is in the manifest; what is known already by its address is left out.
    fn of(entry: Entry) -> Known {
        let hash = entry.hash.clone();
        let tagged = entry.etag.is_some().then(|| Entry {
            kind: String::new(),
            origin: String::new(),
            fetched_at: String::new(),
            ..entry.clone()
        });
        Known { hash, status: entry.status, tagged: tagged.filter(|entry| entry.status == 200) }
    }

    fn etag(&self) -> Option<&str> {
        self.tagged.as_ref().and_then(|entry| entry.etag.as_deref())
    }
}

fn hash(text: &str) -> u64 {
    XxHash3_64::oneshot(text.as_bytes())
}
