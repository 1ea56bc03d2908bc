//! Closings and merges, told at the end, when it is known what the item is and all tellers of them have been heard.
//!
//! An object says that it was closed, and seldom by whom; its time may differ by a second from that of the event. An
//! event names the actor, and does not say whether a pull request was merged by it, or why an issue was closed. So
//! each is completed by the other, and what remains is told once.

use super::Item;
use crate::tracker::payload::{self, Put};
use crate::tracker::{Fact, Telling};

/// What two tellers say of one closing is at most so far apart, in microseconds.
const SAME_WITHIN: i64 = 2_000_000;

/// A closing or a merge as one page tells it.
pub(super) struct Closing {
    pub fact: Fact,
    /// Told by an object or a webhook, whose time stands back behind that of an event.
    pub is_by_object: bool,
}

/// Tells the closings and merges of an item.
pub(super) fn tell(item: Item, told: &mut dyn Telling) {
    let merged = joined(item.merged);
    let by_author = |fact: &mut Fact| {
        let is = fact.actor.is_some() && fact.actor == item.author;
        fact.put_yes("by_author", is);
    };
    for fact in joined(item.closed) {
        let mut fact = fact;
        let reason = fact.attributes.iter().find(|(key, _)| key == "state_reason").map(|(_, reason)| reason.clone());
        fact.activity = if merged.iter().any(|merge| is_near(&merge.at, &fact.at)) {
            "closed/merged".to_owned()
        } else if item.is_pull == Some(true) {
            "closed/unmerged".to_owned()
        } else {
            reason.map_or_else(|| "closed".to_owned(), |reason| format!("closed/{reason}"))
        };
        by_author(&mut fact);
        told.fact(fact);
    }
    for mut fact in merged {
        by_author(&mut fact);
        told.fact(fact);
    }
}

/// One fact for each closing.
fn joined(mut closings: Vec<Closing>) -> Vec<Fact> {
    closings.sort_by_key(|closing| closing.is_by_object);
    let mut facts: Vec<Fact> = Vec::new();
    for Closing { fact, is_by_object } in closings {
        let known = facts.iter_mut().find(|known| known.at == fact.at || is_by_object && is_near(&known.at, &fact.at));
        match known {
            Some(known) => {
                known.actor = known.actor.take().or(fact.actor);
                for (key, value) in &fact.attributes {
                    known.put(key, value.as_str());
                }
            }
            None => facts.push(fact),
        }
    }
    facts.sort_by(|a, b| a.at.cmp(&b.at));
    facts
}

fn is_near(one: &str, other: &str) -> bool {
    match (payload::micros(one), payload::micros(other)) {
        (Some(one), Some(other)) => (one - other).abs() <= SAME_WITHIN,
        _ => one == other,
    }
}
