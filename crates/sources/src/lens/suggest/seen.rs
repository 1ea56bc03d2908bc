//! How activities are used, gathered item by item in bounded memory.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::event::Act;
use sayso_model::time::Instant;
use twox_hash::XxHash3_64;

use super::words::{self, Word};
use super::{Crossing, Told};

/// Activities that are told apart; events of further ones are only counted.
pub const KEYS_MAX: usize = 4_096;
/// Characters of an activity beyond which it is no name of anything and is left uncounted.
const NAME_MAX: usize = 200;
/// Different categories that are kept of one activity.
const CATEGORIES_MAX: usize = 8;
/// Activities that only say that a status changed: what it changed to stands beside them.
const CHANGES: [&str; 4] = ["status", "state", "stage", "resolved"];
/// What trackers call the category of statuses behind which nothing is open.
const DONE: [&str; 5] = ["done", "closed", "complete", "completed", "resolved"];

/// An event as the record has it.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// What it is about.
    pub item: &'a str,
    /// When it happened.
    pub at: Instant,
    /// The activity; empty where there is none.
    pub activity: &'a str,
    /// Attributes: looked at are `to`, `from_category` and `to_category`.
    pub attributes: &'a [(&'a str, &'a str)],
    /// Who acted.
    pub actor: Option<&'a str>,
    /// The act that the lens in use gives.
    pub act: Option<Act>,
    /// Whether it accompanies another event of the same element.
    pub is_auxiliary: bool,
}

/// How long items stay after an event until the next: a histogram of eight steps to each doubling, so that a quantile is
/// exact to 5 %, from a second on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stay {
    n: u64,
    steps: BTreeMap<u16, u64>,
}

impl Stay {
    const STEPS: f64 = 8.0;

    /// One stay, in microseconds; negative counts as none.
    pub fn add(&mut self, micros: i64) {
        let seconds = micros.max(0) as f64 / 1e6;
        let step = if seconds < 1.0 { 0 } else { 1 + (seconds.log2() * Self::STEPS).floor() as u16 };
        *self.steps.entry(step).or_default() += 1;
        self.n += 1;
    }

    /// How many stays there are.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The quantile in seconds, `q` from 0 to 1; 0 for less than a second, `None` where nothing was seen.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let target = ((self.n as f64 * q).ceil() as u64).clamp(1, self.n.max(1));
        let mut below = 0;
        for (step, n) in &self.steps {
            below += n;
            if below >= target {
                let seconds = |step: f64| (step / Self::STEPS).exp2();
                return Some(if *step == 0 { 0.0 } else { seconds(f64::from(*step) - 0.5) });
            }
        }
        None
    }

    fn merge(&mut self, other: &Stay) {
        self.n += other.n;
        for (step, n) in &other.steps {
            *self.steps.entry(*step).or_default() += n;
        }
    }
}

/// How one activity is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Use {
    pub n: u64,
    pub n_items: u64,
    /// Items of which it is the first event, and the last.
    pub n_first: u64,
    pub n_last: u64,
    pub stay: Stay,
    /// Of events with a known actor and one before or after: whether those differ.
    pub n_before: u64,
    pub n_other_before: u64,
    pub n_after: u64,
    pub n_other_after: u64,
    /// Events with a known actor behind an item's first, and those by whoever did the first.
    pub n_later: u64,
    pub n_by_opener: u64,
    /// Events after which an activity follows that the item had before.
    pub n_returned: u64,
    /// Events behind one whose words decide.
    pub n_after_decision: u64,
    /// What the lens in use gives, as bits of acts.
    pub acts: BTreeMap<u16, u64>,
    pub from: BTreeMap<String, u64>,
    pub to: BTreeMap<String, u64>,
}

/// Activities as they are used. Memory is bounded by [`KEYS_MAX`] activities and the longest item.
///
/// Events must come item by item, within an item in the order of time, as the record has them. An item that comes again
/// after another counts as a new one.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    keys: FxHashMap<Told, usize>,
    pub(super) uses: Vec<(Told, Use)>,
    decides: Vec<bool>,
    pub(super) n_items: u64,
    pub(super) n_beyond: u64,
    now: Now,
}

/// The item that is being told.
#[derive(Clone, Debug, Default)]
struct Now {
    item: String,
    is_begun: bool,
    opener: Option<u64>,
    met: FxHashSet<usize>,
    is_decided: bool,
    /// The event before, which is counted once its successor is known.
    last: Option<Last>,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    /// Nothing where the activity is beyond what is told apart.
    key: Option<usize>,
    at: i64,
    actor: Option<u64>,
    acts: u16,
    is_whole: bool,
}

impl Seen {
    /// Nothing yet.
    pub fn new() -> Seen {
        Seen::default()
    }

    /// Items so far.
    pub fn n_items(&self) -> u64 {
        self.n_items
    }

    /// Events of activities beyond [`KEYS_MAX`], or whose name is longer than a name; they are not judged.
    pub fn n_beyond(&self) -> u64 {
        self.n_beyond
    }

    /// One event. Those that accompany another of the same element add their act to it and are no event of their own.
    pub fn add(&mut self, event: &Observed<'_>) {
        if !self.now.is_begun || self.now.item != event.item {
            self.end_item();
            self.now.item.push_str(event.item);
            self.now.is_begun = true;
            self.n_items += 1;
        }
        let bit = event.act.map_or(0, |act| 1u16 << act.code());
        let told = told(event);
        let key = told.as_ref().and_then(|told| self.key(told));
        let at = event.at.micros();
        if let Some(last) = &mut self.now.last
            && (last.key, last.at) == (key, at)
            && (event.is_auxiliary || !last.is_whole)
        {
            last.acts |= bit;
            last.is_whole |= !event.is_auxiliary;
            return;
        }
        let actor = event.actor.map(|actor| XxHash3_64::oneshot(actor.as_bytes()));
        let is_first = self.now.last.is_none();
        let was_met = key.is_some_and(|key| self.now.met.contains(&key));
        let mut actor_before = None;
        if let Some(before) = self.now.last.take() {
            actor_before = before.actor;
            self.close(before, Some((at, actor, was_met && before.key != key)));
        }
        if let Some(key) = key {
            let use_ = &mut self.uses[key].1;
            use_.n += 1;
            use_.n_first += u64::from(is_first);
            use_.n_after_decision += u64::from(self.now.is_decided);
            if self.now.met.insert(key) {
                use_.n_items += 1;
            }
            for (name, counts) in [("from_category", &mut use_.from), ("to_category", &mut use_.to)] {
                if let Some(value) = attribute(event, name)
                    && (counts.len() < CATEGORIES_MAX || counts.contains_key(value))
                {
                    *counts.entry(value.to_owned()).or_default() += 1;
                }
            }
            if let (Some(actor), Some(opener)) = (actor, self.now.opener.filter(|_| !is_first)) {
                use_.n_later += 1;
                use_.n_by_opener += u64::from(actor == opener);
            }
            if let (Some(actor), Some(before)) = (actor, actor_before) {
                use_.n_before += 1;
                use_.n_other_before += u64::from(actor != before);
            }
            self.now.is_decided |= self.decides[key];
        } else {
            self.n_beyond += 1;
        }
        if is_first {
            self.now.opener = actor;
        }
        self.now.last = Some(Last { key, at, actor, acts: bit, is_whole: !event.is_auxiliary });
    }

    /// What was seen elsewhere, of other items.
    pub fn merge(&mut self, mut other: Seen) {
        self.end_item();
        other.end_item();
        self.n_items += other.n_items;
        self.n_beyond += other.n_beyond;
        for (told, more) in other.uses {
            let Some(key) = self.key(&told) else {
                self.n_beyond += more.n;
                continue;
            };
            let known = &mut self.uses[key].1;
            known.stay.merge(&more.stay);
            let Use { stay: _, acts, from, to, .. } = &more;
            for (acts, n) in acts {
                *known.acts.entry(*acts).or_default() += n;
            }
            for (counts, more) in [(&mut known.from, from), (&mut known.to, to)] {
                for (name, n) in more {
                    *counts.entry(name.clone()).or_default() += n;
                }
            }
            known.n += more.n;
            known.n_items += more.n_items;
            known.n_first += more.n_first;
            known.n_last += more.n_last;
            known.n_before += more.n_before;
            known.n_other_before += more.n_other_before;
            known.n_after += more.n_after;
            known.n_other_after += more.n_other_after;
            known.n_later += more.n_later;
            known.n_by_opener += more.n_by_opener;
            known.n_returned += more.n_returned;
            known.n_after_decision += more.n_after_decision;
        }
    }

    /// Counts the last event of the item, and forgets the item.
    pub(super) fn end_item(&mut self) {
        if let Some(last) = self.now.last.take() {
            self.close(last, None);
        }
        let Now { item, is_begun, opener, met, is_decided, last: _ } = &mut self.now;
        item.clear();
        met.clear();
        (*is_begun, *opener, *is_decided) = (false, None, false);
    }

    /// Counts what is known of an event only with what follows it: (when, by whom, whether that is a return).
    fn close(&mut self, event: Last, next: Option<(i64, Option<u64>, bool)>) {
        let Some(key) = event.key else { return };
        let use_ = &mut self.uses[key].1;
        *use_.acts.entry(event.acts).or_default() += 1;
        match next {
            None => use_.n_last += 1,
            Some((at, actor, is_return)) => {
                use_.stay.add(at - event.at);
                use_.n_returned += u64::from(is_return);
                if let (Some(one), Some(other)) = (event.actor, actor) {
                    use_.n_after += 1;
                    use_.n_other_after += u64::from(one != other);
                }
            }
        }
    }

    fn key(&mut self, told: &Told) -> Option<usize> {
        if let Some(key) = self.keys.get(told) {
            return Some(*key);
        }
        if self.uses.len() >= KEYS_MAX {
            return None;
        }
        let key = self.uses.len();
        self.keys.insert(told.clone(), key);
        self.uses.push((told.clone(), Use::default()));
        let word = words::word(told.to.as_deref().unwrap_or(&told.activity)).map(|(word, _)| word);
        self.decides.push(matches!(word, Some(Word::Decide | Word::Void)));
        Some(key)
    }
}

/// What is told apart; `None` for what bears no name.
fn told(event: &Observed<'_>) -> Option<Told> {
    let activity = event.activity.trim();
    if activity.is_empty() || activity.chars().nth(NAME_MAX).is_some() {
        return None;
    }
    let is_change = CHANGES.contains(&activity);
    let to = attribute(event, "to").filter(|to| is_change && to.chars().nth(NAME_MAX).is_none());
    let is_done = |name: &str| attribute(event, name).map(|category| DONE.contains(&category));
    let crossing = match (is_done("from_category"), is_done("to_category")) {
        (Some(true), Some(true)) => Crossing::Within,
        (Some(true), Some(false)) => Crossing::OutOf,
        (_, Some(true)) => Crossing::Into,
        _ => Crossing::None,
    };
    Some(Told { activity: activity.to_owned(), to: to.map(str::to_owned), crossing })
}

fn attribute<'a>(event: &Observed<'a>, name: &str) -> Option<&'a str> {
    event.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).filter(|value| !value.is_empty())
}
