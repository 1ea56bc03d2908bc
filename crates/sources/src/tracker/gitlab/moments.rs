//! Closings, merges, reopenings and approvals, which notes, resource events, objects, lists and webhooks all tell.

use sayso_model::coverage::Reason;

use super::place::Key;
use super::{Item, Who};
use crate::tracker::payload::{self, Put};
use crate::tracker::{Fact, Telling};

/// What two tellers say of one thing is at most so far apart, in microseconds.
const SAME_WITHIN: i64 = 5_000_000;

/// Who tells; the first stands above the others where they tell the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Teller {
    Note,
    ResourceEvent,
    Webhook,
    Approvals,
    Object,
}

/// Something as one page tells it.
pub(super) struct Moment {
    pub fact: Fact,
    pub teller: Teller,
}

/// What became of an item, each thing once. What has no time at all is set aside.
pub(super) fn facts(key: Key, item: Item, name: &str, told: &mut dyn Telling) -> Vec<Fact> {
    let mut facts = joined(item.moments);
    let has = |activity: &str| facts.iter().any(|fact: &Fact| fact.activity == activity);
    if let Some(ended) = item.is_ended.filter(|ended| !has(ended)) {
        told.set_aside(name, Reason::TimeMissing, &format!("{ended}, and nothing says when"));
    }
    for login in item.approved_by {
        let is_told = |fact: &Fact| fact.activity == "approved" && fact.actor.as_ref() == Some(&login);
        if !facts.iter().any(is_told) {
            told.set_aside(name, Reason::TimeMissing, "an approval, and neither list nor note says when");
        }
    }
    let merges: Vec<String> =
        facts.iter().filter(|fact| fact.activity == "merged").map(|fact| fact.at.clone()).collect();
    for fact in &mut facts {
        if fact.activity == "closed" {
            if merges.iter().any(|merge| is_near(merge, &fact.at)) {
                fact.activity = "closed/merged".to_owned();
            } else if key.is_merge {
                fact.activity = "closed/unmerged".to_owned();
            }
        }
        let is_by_author = fact.actor.is_some() && fact.actor == item.author;
        fact.put_yes("by_author", is_by_author);
    }
    facts
}

/// One fact for each thing, in order of time.
fn joined(mut moments: Vec<Moment>) -> Vec<Fact> {
    moments.sort_by_key(|moment| moment.teller);
    let mut kept: Vec<Moment> = Vec::new();
    for Moment { fact, teller } in moments {
        let is_same = |known: &Moment| {
            // One teller tells a thing once, or twice in the same words.
            (known.teller != teller && is_near(&known.fact.at, &fact.at) || known.fact.id == fact.id)
                && known.fact.activity == fact.activity
                && (known.fact.actor == fact.actor || known.fact.actor.is_none() || fact.actor.is_none())
        };
        match kept.iter_mut().find(|known| is_same(known)) {
            Some(known) => {
                known.fact.actor = known.fact.actor.take().or(fact.actor);
                for (key, value) in &fact.attributes {
                    known.fact.put(key, value.as_str());
                }
            }
            None => kept.push(Moment { fact, teller }),
        }
    }
    let mut facts: Vec<Fact> = kept.into_iter().map(|moment| moment.fact).collect();
    facts.sort_by(|a, b| a.at.cmp(&b.at).then(a.order.cmp(&b.order)));
    facts
}

fn is_near(one: &str, other: &str) -> bool {
    match (payload::micros(one), payload::micros(other)) {
        (Some(one), Some(other)) => (one - other).abs() <= SAME_WITHIN,
        _ => one == other,
    }
}

/// Whether an activity is one that more than one page tells.
pub(super) fn is_moment(activity: &str) -> bool {
    matches!(activity, "approved" | "closed" | "merged" | "reopened" | "unapproved")
}

/// The identity of what has no number: what, who and when.
pub(super) fn id(activity: &str, who: &Who, at: &str) -> String {
    format!("{activity}/{}@{at}", who.login.as_deref().unwrap_or("-"))
}
