//! Two passes over the pages of a tracker: the first finds out which telling of each fact counts, the second gives it.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use sayso_model::coverage::{ClaimTally, Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use sayso_model::signs::Signs;

use super::claims::hash;
use super::known::{First, Known, Numbers};
use super::pages::{Came, Pages};
use super::{Account, Claim, Fact, Parser, Telling, Tracker};
use crate::books::{Gate, Position};
use crate::lens::place::Place;
use crate::lens::shape::{Cell, Element, NO_SLOT, Shaper};
use crate::reading::{position, view};
use crate::{Done, Freshness, ReadError, Source, instant};

/// What the event of an item is called whose history is known to be cut. It has no act.
pub const HISTORY_CUT: &str = "history-cut";

/// The key under which a lens finds whether a text asks: `consent` or `question`.
const ASKS: &str = "asks";

/// Reads a tracker; see [`crate::read`].
pub(crate) fn read(
    tracker: Tracker,
    source: &Source,
    resume: Option<&str>,
    sink: &mut dyn EventSink,
) -> Result<Done, ReadError> {
    let resume = resume.map(|text| position(source, text)).transpose()?;
    let pages = Pages::open(&source.path, source.salvage)?;
    let (bytes, content) = pages.fingerprint()?;
    if resume.as_ref().is_some_and(|resume| (resume.bytes, resume.hash) != (bytes, content)) {
        return Err(changed(source));
    }
    let elements = resume.as_ref().map_or(0, |resume| resume.elements);
    let mut parser = super::parser(tracker);
    let known = first_pass(&pages, parser.as_mut())?;
    if !parser.begin_again() {
        parser = super::parser(tracker);
    }
    let mut second = Second {
        gate: Gate::new(sink, source.checkpoint_every, elements),
        shaper: Shaper::new(&source.lens, source.zone.as_ref()),
        source,
        slots: FxHashMap::default(),
        keeps_offsets: tracker.room().has_actors_offsets,
        numbers: Numbers::default(),
        known,
        told: Vec::new(),
        position: Position { bytes, hash: content, elements: 0, view: view(source), complete: false, open_end: false },
    };
    for name in &pages.passed_over {
        second.gate.note(name, Note::SourceIncomplete, "a file of a kind that trackers do not export");
    }
    let n_parts = pages.n_parts();
    let mut n_done = 0;
    let flow = pages.each(
        &mut |came| {
            match came {
                Came::Page(page) => {
                    second.numbers.page();
                    parser.page(&page, &mut second);
                }
                Came::Broken { origin, place, reason, detail } => {
                    second.numbers.page();
                    if second.known.is_lost(origin) {
                        second.gate.seen();
                        second.gate.set_aside(place, reason, detail);
                    }
                }
            }
            second.give()
        },
        &mut |done| n_done = done,
    )?;
    second.gate.progress(n_done, Some(n_parts));
    if flow == Flow::Stop {
        return Ok(Done::Interrupted);
    }
    second.numbers.page();
    parser.finish(&mut second);
    if second.give()? == Flow::Stop {
        return Ok(Done::Interrupted);
    }
    second.gate.boundary();
    if second.gate.is_muted() && second.gate.elements() != elements {
        return Err(changed(source));
    }
    for (what, tally) in second.known.claims.tallies() {
        second.gate.claim(what, tally);
    }
    let position = Position { elements: second.gate.elements(), complete: true, ..second.position };
    Ok(Done::Complete { position: position.to_string() })
}

/// What has happened to a tracker's pages since `position` was kept. A raw folder that has grown is
/// [`Freshness::Changed`]: new pages may tell anew what old ones told.
pub(crate) fn freshness(source: &Source, position: Option<&str>) -> Result<Freshness, ReadError> {
    let Some(text) = position else { return Ok(Freshness::New) };
    let Some(position) = Position::parse(text) else { return Ok(Freshness::Changed) };
    if position.view != view(source) {
        return Ok(Freshness::Changed);
    }
    let is_same = Pages::open(&source.path, source.salvage)?.fingerprint()? == (position.bytes, position.hash);
    Ok(match (is_same, position.complete) {
        (false, _) => Freshness::Changed,
        (true, true) => Freshness::Unchanged,
        (true, false) => Freshness::Grown,
    })
}

/// The accounts that a tracker's pages describe; what later pages say stands above what earlier ones say.
pub(crate) fn accounts(tracker: Tracker, source: &Source) -> Result<Vec<Account>, ReadError> {
    let pages = Pages::open(&source.path, source.salvage)?;
    let mut accounts = Accounts::default();
    let mut parser = super::parser(tracker);
    each_page(&pages, parser.as_mut(), &mut accounts)?;
    Ok(accounts.0.into_values().collect())
}

/// Tells everything that the pages say, once.
pub(crate) fn each_page(pages: &Pages, parser: &mut dyn Parser, told: &mut dyn Telling) -> Result<(), ReadError> {
    let _ = pages.each(
        &mut |came| {
            match came {
                Came::Page(page) => parser.page(&page, told),
                Came::Broken { place, reason, detail, .. } => told.set_aside(place, reason, detail),
            }
            Ok(Flow::Continue)
        },
        &mut |_| {},
    )?;
    parser.finish(told);
    Ok(())
}

fn first_pass(pages: &Pages, parser: &mut dyn Parser) -> Result<Known, ReadError> {
    let mut first = First::default();
    let _ = pages.each(
        &mut |came| {
            match came {
                Came::Page(page) => {
                    first.page(Some(page.origin));
                    parser.page(&page, &mut first);
                }
                Came::Broken { origin, .. } => first.broken(origin),
            }
            Ok(Flow::Continue)
        },
        &mut |_| {},
    )?;
    first.page(None);
    parser.finish(&mut first);
    Ok(first.known())
}

fn changed(source: &Source) -> ReadError {
    ReadError::Position { path: source.path.clone(), what: "it has changed since".to_owned() }
}

/// Whom a parser tells in the second pass.
struct Second<'s> {
    gate: Gate<'s>,
    shaper: Shaper,
    source: &'s Source,
    /// What the lens has to do with an attribute: its slot, and whether it is dropped.
    slots: FxHashMap<Box<str>, (u32, bool)>,
    keeps_offsets: bool,
    numbers: Numbers,
    known: Known,
    /// What the present page tells and counts.
    told: Vec<Told>,
    position: Position,
}

enum Told {
    Fact(Box<Fact>),
    Aside(String, Reason, String),
    Note(String, Note, String),
}

impl Telling for Second<'_> {
    fn fact(&mut self, fact: Fact) {
        let told = self.numbers.fact(&fact);
        if self.known.counts(told) {
            self.told.push(Told::Fact(Box::new(fact)));
        }
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        let told = self.numbers.aside(place, reason, detail);
        if self.known.counts(told) {
            self.told.push(Told::Aside(place.to_owned(), reason, detail.to_owned()));
        }
    }

    fn claim(&mut self, _: Claim) {}

    fn account(&mut self, _: Account) {}

    fn note(&mut self, place: &str, note: Note, detail: &str) {
        self.told.push(Told::Note(place.to_owned(), note, detail.to_owned()));
    }
}

impl Second<'_> {
    /// Gives what the page told: facts of an item in the order of their instants and, at one instant, of their own.
    fn give(&mut self) -> Result<Flow, ReadError> {
        let mut facts = Vec::new();
        for told in std::mem::take(&mut self.told) {
            match told {
                Told::Fact(fact) => facts.push(fact),
                Told::Note(place, note, detail) => self.gate.note(&place, note, &detail),
                Told::Aside(place, reason, detail) => {
                    self.gate.seen();
                    self.gate.set_aside(&place, reason, &detail);
                    if self.boundary()? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                }
            }
        }
        facts.sort_by_cached_key(|fact| {
            let at = instant::read(&fact.at, None).map_or(i64::MAX, |written| written.at.micros());
            (fact.item.clone(), at, fact.order)
        });
        for fact in &facts {
            self.gate.seen();
            self.shape(fact, "", fact.activity.as_str())?;
            self.cut(fact)?;
            if self.boundary()? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }

    /// Where the history of a fact's item is known to be cut, says so with the first of its facts that has a time.
    fn cut(&mut self, fact: &Fact) -> Result<(), ReadError> {
        let item = hash(&fact.item);
        if !self.known.short.contains_key(&item) || instant::read(&fact.at, None).is_err() {
            return Ok(());
        }
        let Some(missing) = self.known.short.remove(&item) else { return Ok(()) };
        self.gate.note(&fact.item, Note::SourceIncomplete, &missing);
        self.gate.seen();
        self.shape(fact, &missing, HISTORY_CUT)
    }

    /// Passes a fact through the lens; with something missing, only the mark of it.
    fn shape(&mut self, fact: &Fact, missing: &str, activity: &str) -> Result<(), ReadError> {
        if self.gate.is_muted() && !self.shaper.has_memory() {
            return Ok(());
        }
        let is_mark = !missing.is_empty();
        let text = fact.text.as_deref().filter(|text| !is_mark && !text.trim().is_empty());
        let asks = match text {
            Some(text) if self.shaper.slot(ASKS) != NO_SLOT => {
                let signs = self.shaper.said.of(text);
                if signs.has(Signs::ASKS_CONSENT) {
                    "consent"
                } else if signs.has(Signs::ASKS) {
                    "question"
                } else {
                    ""
                }
            }
            _ => "",
        };
        let pairs = [
            ("item", fact.item.as_str()),
            ("at", fact.at.as_str()),
            ("actor", fact.actor.as_deref().filter(|_| !is_mark).unwrap_or_default()),
            ("activity", activity),
            ("text", text.unwrap_or_default()),
            (ASKS, asks),
            ("missing", missing),
        ];
        let attributes = fact.attributes.iter().filter(|_| !is_mark);
        let mut own = Vec::with_capacity(pairs.len() + fact.attributes.len());
        for (key, value) in pairs.into_iter().chain(attributes.map(|(key, value)| (key.as_str(), value.as_str()))) {
            let (slot, is_dropped) = match self.slots.get(key) {
                Some(known) => *known,
                None => {
                    let slot = self.shaper.slot(key);
                    let lens = &self.source.lens.0;
                    let is_dropped =
                        lens.drop.iter().any(|dropped| dropped == key) && !lens.texts.contains(&(slot as usize));
                    self.slots.insert(key.into(), (slot, is_dropped));
                    (slot, is_dropped)
                }
            };
            let value = value.trim_ascii();
            if !value.is_empty() && !is_dropped {
                own.push(Cell { key, value, slot });
            }
        }
        let element = Element { outer: &[], own: &own, unnamed: None, place: Place::Page(0) };
        let mut sink = OfFact {
            gate: &mut self.gate,
            place: &fact.id,
            is_statement: fact.is_statement,
            keeps_offsets: self.keeps_offsets,
            is_mark,
        };
        Ok(self.shaper.element(&element, &mut sink)?)
    }

    fn boundary(&mut self) -> Result<Flow, ReadError> {
        if !self.gate.boundary() {
            return Ok(Flow::Continue);
        }
        let position = Position { elements: self.gate.elements(), ..self.position.clone() };
        Ok(self.gate.checkpoint(&position.to_string())?)
    }
}

/// Adds to the events of a fact what the lens does not know of.
struct OfFact<'g, 's> {
    gate: &'g mut Gate<'s>,
    place: &'g str,
    is_statement: bool,
    keeps_offsets: bool,
    /// Whether it is the mark of a cut history: one event, and no act.
    is_mark: bool,
}

impl EventSink for OfFact<'_, '_> {
    fn seen(&mut self) {
        self.gate.seen();
    }

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        let mut row = *row;
        if self.is_mark {
            if row.auxiliary {
                return Ok(());
            }
            (row.act, row.to, row.verdict) = (None, None, None);
        }
        if !self.keeps_offsets {
            row.utc_offset_min = None;
        }
        if self.is_statement && !row.auxiliary && !self.is_mark {
            row.signs = row.signs.and(Signs::STATEMENT);
        }
        self.gate.event(&row)
    }

    fn set_aside(&mut self, _: &str, reason: Reason, detail: &str) {
        self.gate.set_aside(self.place, reason, detail);
    }

    fn note(&mut self, _: &str, note: Note, detail: &str) {
        if !self.is_mark {
            self.gate.note(self.place, note, detail);
        }
    }

    fn claim(&mut self, what: &str, tally: ClaimTally) {
        self.gate.claim(what, tally);
    }

    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError> {
        self.gate.checkpoint(position)
    }

    fn progress(&mut self, done: u64, total: Option<u64>) {
        self.gate.progress(done, total);
    }
}

/// Keeps accounts.
#[derive(Default)]
struct Accounts(BTreeMap<String, Account>);

impl Telling for Accounts {
    fn fact(&mut self, _: Fact) {}

    fn set_aside(&mut self, _: &str, _: Reason, _: &str) {}

    fn claim(&mut self, _: Claim) {}

    fn account(&mut self, account: Account) {
        let known = self.0.entry(account.id.clone()).or_default();
        let Account { id, login, name, email, zone, is_bot } = account;
        known.id = id;
        known.login = login.or(known.login.take());
        known.name = name.or(known.name.take());
        known.email = email.or(known.email.take());
        known.zone = zone.or(known.zone.take());
        known.is_bot |= is_bot;
    }
}
