//! The path of every question as it was told: who held it from when until when, and how it ended.

use sayso_model::event::Act;

use crate::cast::{Site, Who};
use crate::clock::Clock;
use crate::log::{Address, Event, Log};

/// One hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Who holds it.
    pub holder: Who,
    /// From when, in seconds since 1970.
    pub since: i64,
    /// Until when.
    pub until: i64,
    /// Whether an answer gave it back, rather than a question or a hand-over passing it on.
    pub by_answer: bool,
}

/// How a question ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It did not.
    Open,
    /// It was answered; by nobody known where the tracker lost the actor.
    Decided(Option<Who>),
    /// It was taken back.
    Withdrawn,
}

/// A question's path.
#[derive(Clone, Debug)]
pub struct Path {
    /// The holds in order; they fill the time from the question to its end.
    pub hops: Vec<Hop>,
    /// How it ended.
    pub end: End,
    /// When it was put.
    pub raised_at: i64,
    /// When it ended, or when the record did.
    pub ended_at: i64,
    /// When and by whom it was carried out.
    pub executed: Option<(i64, Option<Who>)>,
    /// When and by whom it was undone.
    pub reversed: Option<(i64, Option<Who>)>,
    /// Consents while open.
    pub n_approvals: u64,
    /// Consents after the first one by somebody other than the asker.
    pub n_surplus: u64,
    /// Refusals while open.
    pub n_objections: u64,
    /// Who put it.
    pub asker: Who,
    /// Its events, as indices into [`Log::events`].
    pub events: Vec<usize>,
}

impl Path {
    /// Changes of holder, as (from, to).
    pub fn handovers(&self) -> impl Iterator<Item = (Who, Who)> {
        self.hops.windows(2).map(|pair| (pair[0].holder, pair[1].holder))
    }

    /// Changes of holder between the two sites.
    pub fn n_crossings(&self) -> u64 {
        self.handovers().filter(|(from, to)| from.site() != to.site()).count() as u64
    }

    /// Changes to a higher level; an answer that goes back upwards is none.
    pub fn n_escalations(&self) -> u64 {
        (1..self.hops.len()).filter(|&i| self.is_escalation(i)).count() as u64
    }

    /// Changes back to an earlier holder that are no escalations.
    pub fn n_returns(&self) -> u64 {
        let had = |i: usize| self.hops[..i].iter().any(|hop| hop.holder == self.hops[i].holder);
        (1..self.hops.len()).filter(|&i| had(i) && !self.is_escalation(i)).count() as u64
    }

    fn is_escalation(&self, i: usize) -> bool {
        let (from, to) = (&self.hops[i - 1], &self.hops[i]);
        !to.by_answer && to.holder.row().level > from.holder.row().level
    }

    /// Whether it went from A to B and straight back to A, where A and B are what `by` makes of holders.
    pub fn bounces<T: PartialEq>(&self, by: impl Fn(Who) -> T) -> bool {
        let mut sequence: Vec<T> = self.hops.iter().map(|hop| by(hop.holder)).collect();
        sequence.dedup();
        sequence.windows(3).any(|three| three[0] == three[2])
    }

    /// Working seconds that it took: every hold in the calendar of the holder's site.
    pub fn working(&self, clock: &Clock) -> i64 {
        self.hops.iter().map(|hop| held(clock, hop)).sum()
    }
}

/// Working seconds of a hold, in the calendar of the holder's site.
pub fn held(clock: &Clock, hop: &Hop) -> i64 {
    hop.holder.site().map_or(0, |site: Site| clock.site(site).between(hop.since, hop.until))
}

/// The paths of all questions, in their order. `until` is where the record ends.
pub fn paths(log: &Log, until: i64) -> Vec<Path> {
    let mut events: Vec<Vec<usize>> = vec![Vec::new(); log.questions.len()];
    for (i, event) in log.events.iter().enumerate() {
        events[event.question].push(i);
    }
    events.into_iter().map(|of_question| path(log, of_question, until)).collect()
}

fn path(log: &Log, events: Vec<usize>, until: i64) -> Path {
    let first = &log.events[events[0]];
    let asker = first.actor.expect("actors of openings are never lost");
    let mut path = Path {
        hops: vec![Hop { holder: asker, since: first.at, until: first.at, by_answer: false }],
        end: End::Open,
        raised_at: first.at,
        ended_at: until,
        executed: None,
        reversed: None,
        n_approvals: 0,
        n_surplus: 0,
        n_objections: 0,
        asker,
        events: Vec::new(),
    };
    let mut asks: Vec<(Who, Who)> = Vec::new();
    for &i in &events {
        let event = &log.events[i];
        if path.end == End::Open {
            open(&mut path, &mut asks, event);
        } else if event.act == Act::Executed && path.executed.is_none() {
            path.executed = Some((event.at, event.actor));
        } else if event.act == Act::Reversed && path.reversed.is_none() {
            path.reversed = Some((event.at, event.actor));
        }
    }
    if let Some(last) = path.hops.last_mut() {
        last.until = path.ended_at;
    }
    path.events = events;
    path
}

/// What an act does to an open question.
fn open(path: &mut Path, asks: &mut Vec<(Who, Who)>, event: &Event) {
    let holder = path.hops.last().map_or(path.asker, |hop| hop.holder);
    let mut pass = |to: Who, by_answer: bool| {
        if to != holder {
            if let Some(last) = path.hops.last_mut() {
                last.until = event.at;
            }
            path.hops.push(Hop { holder: to, since: event.at, until: event.at, by_answer });
        }
    };
    match (event.act, event.actor, event.to) {
        (Act::Asked, Some(who), Some(Address::Person(to))) => {
            pass(to, false);
            asks.push((who, to));
        }
        (Act::Handed, Some(_), Some(Address::Person(to))) => {
            pass(to, false);
            asks.clear();
        }
        (Act::Approved | Act::Objected | Act::Advised, Some(who), _) => {
            // A word from whoever was asked gives the question back; a word from anybody else does not.
            if let Some(&(asker, asked)) = asks.last()
                && asked == who
                && holder == who
            {
                pass(asker, true);
                asks.pop();
            }
        }
        (Act::Decided, who, _) => (path.end, path.ended_at) = (End::Decided(who), event.at),
        (Act::Withdrawn, _, _) => (path.end, path.ended_at) = (End::Withdrawn, event.at),
        _ => {}
    }
    match event.act {
        Act::Approved => {
            path.n_surplus += u64::from(path.n_approvals > 0);
            path.n_approvals += 1;
        }
        Act::Objected => path.n_objections += 1,
        _ => {}
    }
}
