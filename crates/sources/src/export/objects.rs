//! The objects that events touch: the item, who acts, and whom the act addresses.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::actor::ActorKind;
use twox_hash::XxHash3_64;

use super::Told;

/// The type of items.
pub(super) const ITEM: &str = "item";
/// What the ids of objects that are no items begin with.
const PREFIXES: [&str; 4] = ["actor:", "team:", "role:", "item:"];

/// People, teams and roles, and which items are linked.
#[derive(Default)]
pub(super) struct Objects {
    /// Ids to types, in the order in which they were met.
    parties: Vec<(String, Party)>,
    numbers: FxHashMap<String, usize>,
    links: Vec<(String, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Party {
    Actor(ActorKind),
    Team,
    Role,
}

/// The id of an item's object: its own name, unless that looks like the id of something else.
pub(super) fn item_id(item: &str) -> Cow<'_, str> {
    if PREFIXES.iter().any(|prefix| item.starts_with(prefix)) {
        Cow::Owned(format!("item:{item}"))
    } else {
        Cow::Borrowed(item)
    }
}

impl Objects {
    /// What an event touches, as (object, qualifier), none of them twice.
    pub fn relations(&mut self, told: &Told) -> Vec<(String, &'static str)> {
        let mut relations = vec![(item_id(&told.item).into_owned(), "item")];
        if let Some(actor) = &told.actor {
            relations.push((self.party(format!("actor:{actor}"), Party::Actor(told.kind)), "actor"));
        }
        match &told.to {
            Some(to) if told.is_link() => self.links.push((told.item.clone(), to.clone())),
            Some(to) => {
                let party = match to {
                    to if to.starts_with("team:") => self.party(to.clone(), Party::Team),
                    to if to.starts_with("role:") => self.party(to.clone(), Party::Role),
                    to => self.party(format!("actor:{to}"), Party::Actor(ActorKind::Unknown)),
                };
                relations.push((party, "to"));
            }
            None => {}
        }
        relations
    }

    fn party(&mut self, id: String, party: Party) -> String {
        match self.numbers.get(&id) {
            Some(number) => {
                let known = &mut self.parties[*number].1;
                if *known == Party::Actor(ActorKind::Unknown) {
                    *known = party;
                }
            }
            None => {
                self.numbers.insert(id.clone(), self.parties.len());
                self.parties.push((id.clone(), party));
            }
        }
        id
    }

    /// Everything but the items: (id, type).
    pub fn parties(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.parties.iter().map(|(id, party)| {
            let kind = match party {
                Party::Actor(ActorKind::Bot) => "bot",
                Party::Actor(ActorKind::Group) => "group",
                Party::Actor(ActorKind::Person | ActorKind::Unknown) => "participant",
                Party::Team => "team",
                Party::Role => "role",
            };
            (id.as_str(), kind)
        })
    }

    /// The types of the objects that are there, each once, the item first.
    pub fn types(&self, n_items: usize) -> Vec<&'static str> {
        let mut types = Vec::new();
        if n_items > 0 {
            types.push(ITEM);
        }
        for (_, kind) in self.parties() {
            if !types.contains(&kind) {
                types.push(kind);
            }
        }
        types
    }

    /// Links between items that are both there, by their object ids, none of them twice.
    pub fn links(&mut self, items: &FxHashSet<u64>) -> Vec<(String, String)> {
        let mut links = std::mem::take(&mut self.links);
        links.retain(|(_, to)| items.contains(&XxHash3_64::oneshot(to.as_bytes())));
        links.sort();
        links.dedup();
        links.into_iter().map(|(from, to)| (item_id(&from).into_owned(), item_id(&to).into_owned())).collect()
    }
}
