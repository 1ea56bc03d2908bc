//! Tells the events of an object-centric log, once for each item that an event touches.

use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use twox_hash::XxHash3_64;

use super::survey::{Objects, is_party};
use super::{ITEM, Pour, RawEvent, Sort, item_keys};
use crate::books::Gate;
use crate::instant;
use crate::lens::place::Place;
use crate::lens::shape::{Cell, Element, NO_SLOT};
use crate::lens::{Field, Given, Template, Var, nearest};
use crate::reading::Reading;
use crate::{Lens, ReadError};

/// Ids of one kind that are kept with an event.
const IDS_MAX: usize = 16;

/// What the item of an event is.
pub(super) enum Items {
    /// Objects of the type that Sayso chose.
    Chosen(Option<String>),
    /// Objects by what the lens names: `object:TYPE` or `object:TYPE/QUALIFIER`, the first that an event touches.
    Named(Vec<String>),
    /// No object: the lens takes the item from an attribute.
    Attribute,
}

/// What the items are, by the lens.
pub(super) fn items(lens: &Lens, objects: &Objects, path: &Path) -> Result<Items, ReadError> {
    let keys = item_keys(lens);
    if keys.iter().any(|key| key == ITEM) {
        return Ok(Items::Chosen(objects.chosen().map(|n| objects.types[n].name.clone())));
    }
    let named: Vec<String> = keys.into_iter().filter(|key| key.starts_with("object:")).collect();
    if named.is_empty() {
        return Ok(Items::Attribute);
    }
    let is_there = |key: &str| {
        objects.types.iter().any(|one| {
            let rest = key.strip_prefix("object:").and_then(|rest| rest.strip_prefix(one.name.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    if objects.types.is_empty() || named.iter().any(|key| is_there(key)) {
        return Ok(Items::Named(named));
    }
    let names = || objects.types.iter().map(|one| one.name.as_str());
    let near = nearest(named[0].trim_start_matches("object:"), names());
    let there = objects.types.iter().map(|one| format!("`{}` ({})", one.name, one.objects)).collect::<Vec<_>>();
    Err(ReadError::Column {
        path: path.to_owned(),
        column: format!("objects of the type that the lens takes for `item` (`{}`)", named[0]),
        hint: format!("{near}{}the types are {}", if near.is_empty() { "" } else { " " }, there.join(", ")),
    })
}

impl Items {
    /// The type that is the item, where it is one.
    pub fn chosen(&self) -> Option<&str> {
        match self {
            Items::Chosen(name) => name.as_deref(),
            Items::Named(keys) => keys.first().and_then(|key| key.strip_prefix("object:")),
            Items::Attribute => None,
        }
    }

    /// Why the item is what it is, where Sayso chose it among several.
    pub fn why(&self, objects: &Objects) -> Option<String> {
        let Items::Chosen(Some(name)) = self else { return None };
        if objects.types.len() < 2 {
            return None;
        }
        let of =
            |name: &str| objects.types.iter().find(|one| one.name == name).map_or(0, |one| one.with_several_events);
        let others: Vec<String> = objects
            .types
            .iter()
            .filter(|one| one.name != *name)
            .map(|one| format!("{} ({})", one.name, one.with_several_events))
            .collect();
        Some(format!("{name} ({} objects with several events); others: {}", of(name), others.join(", ")))
    }
}

/// A key that was met.
struct Key {
    name: Box<str>,
    slot: u32,
    is_dropped: bool,
}

/// The second pass.
pub(super) struct Telling<'s, 'o> {
    reading: Reading<'s>,
    objects: &'o Objects,
    items: Items,
    keys: Vec<Key>,
    numbers: FxHashMap<Box<str>, u32>,
    /// What the lens asks of related objects: (key, type, attribute).
    asked: Vec<(u32, String, String)>,
    /// Events met: the hash of the id, and that of the whole.
    met: FxHashMap<u64, u64>,
    undeclared: FxHashSet<String>,
    /// Slots that only the actor is taken from: in the order in which the lens looks at them, and whether of an object.
    actors: Vec<(u32, bool)>,
    /// Keys and values of the event at hand.
    own: Vec<(u32, String)>,
    outer: Vec<(u32, String)>,
}

impl<'s, 'o> Telling<'s, 'o> {
    pub fn new(reading: Reading<'s>, objects: &'o Objects, items: Items) -> Self {
        let mut telling = Self {
            objects,
            items,
            keys: Vec::new(),
            numbers: FxHashMap::default(),
            asked: Vec::new(),
            met: FxHashMap::default(),
            undeclared: FxHashSet::default(),
            actors: actor_slots(&reading.source.lens),
            own: Vec::new(),
            outer: Vec::new(),
            reading,
        };
        for key in telling.reading.source.lens.0.keys.clone() {
            let Some(rest) = key.strip_prefix("object:") else { continue };
            for one in &objects.types {
                if let Some(attribute) = rest.strip_prefix(one.name.as_str()).and_then(|rest| rest.strip_prefix('.')) {
                    let number = telling.key(&key);
                    telling.asked.push((number, one.name.clone(), attribute.to_owned()));
                }
            }
        }
        telling
    }

    pub fn done(self) -> Reading<'s> {
        self.reading
    }

    fn key(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.keys.len() as u32;
        let (slot, is_dropped) = crate::table::slot_of(&self.reading, name);
        self.keys.push(Key { name: name.into(), slot, is_dropped });
        self.numbers.insert(name.into(), number);
        number
    }

    fn is_asked(&self, key: u32) -> bool {
        self.keys[key as usize].slot != NO_SLOT
    }

    fn put(&mut self, key: &str, value: &str) {
        let key = self.key(key);
        if !value.is_empty() && !self.keys[key as usize].is_dropped {
            self.own.push((key, value.to_owned()));
        }
    }

    /// What the event itself says, and what it touches.
    fn own_cells(&mut self, event: &RawEvent, related: &[(u32, &str)], place: &str) {
        self.own.clear();
        for (key, value) in [("ocel:id", &event.id), ("ocel:type", &event.kind), ("ocel:time", &event.time)] {
            let number = self.key(key);
            // What nothing asks for is not worth a word of its own for each event.
            if self.is_asked(number) {
                self.put(key, value);
            }
        }
        for (name, value) in &event.attributes {
            let is_of_item = name.strip_prefix("case:").is_some_and(|rest| self.objects.words.find(rest).is_some());
            if is_of_item || name.starts_with("ocel:") || name.starts_with("object:") || name.starts_with("objects:") {
                self.put(&format!("event:{name}"), value);
            } else {
                self.put(name, value);
            }
        }
        let item_type = self.items.chosen().map(str::to_owned);
        let mut kinds: Vec<u32> = related.iter().map(|(object, _)| self.objects.get(*object).kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            let objects = self.objects;
            let name = objects.types[kind as usize].name.as_str();
            let of_kind: Vec<(u32, &str)> =
                related.iter().copied().filter(|(object, _)| objects.get(*object).kind == kind).collect();
            // People stay among the attributes only where a lens asks for them: attributes bear no pseudonyms.
            let is_left_out = item_type.as_deref() == Some(name) || is_party(name);
            let n = self.ids(&format!("object:{name}"), &of_kind, None, !is_left_out, place);
            let mut qualifiers: Vec<&str> = of_kind.iter().map(|(_, qualifier)| *qualifier).collect();
            qualifiers.sort_unstable();
            qualifiers.dedup();
            for qualifier in qualifiers.into_iter().filter(|qualifier| !qualifier.is_empty()) {
                let is_kept = !is_left_out && n > 1;
                self.ids(&format!("object:{name}/{qualifier}"), &of_kind, Some(qualifier), is_kept, place);
            }
        }
        for n in 0..self.asked.len() {
            let (key, kind, attribute) = self.asked[n].clone();
            let mut of_kind: Vec<u32> =
                related.iter().map(|(object, _)| *object).filter(|object| self.objects.kind(*object) == kind).collect();
            of_kind.sort_unstable();
            of_kind.dedup();
            if let ([object], Some(name)) = (of_kind.as_slice(), self.objects.words.find(&attribute)) {
                let at =
                    instant::read(&event.time, self.reading.source.zone.as_ref()).map_or(i64::MAX, |w| w.at.micros());
                let value =
                    self.objects.get(*object).values.iter().rfind(|(known, from, _)| *known == name && *from <= at);
                if let Some((_, _, value)) = value {
                    self.own.push((key, value.to_string()));
                }
            }
        }
    }

    /// Takes away the people behind the one that the lens takes for the actor.
    fn drop_spare_people(&mut self) {
        let keys = &self.keys;
        let has = |slot: u32, own: &[(u32, String)]| own.iter().any(|(key, _)| keys[*key as usize].slot == slot);
        let Some(taken) = self.actors.iter().position(|(slot, _)| has(*slot, &self.own)) else { return };
        let spare = &self.actors[taken + 1..];
        self.own.retain(|(key, _)| !spare.contains(&(keys[*key as usize].slot, true)));
    }

    /// The ids of related objects: alone under the key itself, several joined under `objects:`. Says how many.
    fn ids(&mut self, key: &str, of: &[(u32, &str)], wanted: Option<&str>, is_kept: bool, place: &str) -> usize {
        let mut ids: Vec<u32> = Vec::new();
        for (object, qualifier) in of {
            if wanted.is_none_or(|wanted| wanted == *qualifier) && !ids.contains(object) {
                ids.push(*object);
            }
        }
        let objects = self.objects;
        if let [one] = ids.as_slice() {
            let number = self.key(key);
            if is_kept || self.is_asked(number) {
                self.put(key, &objects.get(*one).id);
            }
            return 1;
        }
        let key = format!("objects:{}", key.strip_prefix("object:").unwrap_or(key));
        let number = self.key(&key);
        if is_kept || self.is_asked(number) {
            if ids.len() > IDS_MAX {
                let detail = format!("{key}: {} of {} ids", ids.len() - IDS_MAX, ids.len());
                self.reading.gate.note(place, Note::AttributeDropped, &detail);
            }
            let joined: Vec<&str> = ids.iter().take(IDS_MAX).map(|object| &*objects.get(*object).id).collect();
            self.put(&key, &joined.join(", "));
        }
        ids.len()
    }

    /// What the item says, as it was at the time of the event.
    fn outer_cells(&mut self, item: Option<u32>, time: &str) {
        self.outer.clear();
        let Some(item) = item else { return };
        let objects = self.objects;
        let object = objects.get(item);
        let zone = self.reading.source.zone.as_ref().or(self.reading.source.lens.zone());
        let at = if object.values.iter().any(|(_, from, _)| *from != i64::MIN) {
            instant::read(time, zone).map_or(i64::MAX, |written| written.at.micros())
        } else {
            i64::MAX
        };
        for (n, (name, from, value)) in object.values.iter().enumerate() {
            let is_superseded = object.values.get(n + 1).is_some_and(|(next, since, _)| next == name && *since <= at);
            if *from > at || is_superseded || value.is_empty() {
                continue;
            }
            let key = self.key(&format!("case:{}", objects.words.get(*name)));
            if !self.keys[key as usize].is_dropped {
                self.outer.push((key, value.to_string()));
            }
        }
        let mut linked: Vec<(String, bool, Vec<&str>)> = Vec::new();
        for (target, qualifier) in &object.links {
            let Some(number) = objects.find(target) else { continue };
            let qualifier = objects.words.get(*qualifier);
            let dash = if qualifier.is_empty() { "" } else { "/" };
            let key = format!("case:object:{}{dash}{qualifier}", objects.kind(number));
            match linked.iter_mut().find(|(known, _, _)| *known == key) {
                Some((_, _, ids)) => ids.push(target),
                None => linked.push((key, is_party(objects.kind(number)), vec![target])),
            }
        }
        for (key, is_of_party, ids) in linked {
            let key = self.key(&key);
            if !self.keys[key as usize].is_dropped && (!is_of_party || self.is_asked(key)) {
                self.outer.push((key, ids.into_iter().take(IDS_MAX).collect::<Vec<_>>().join(", ")));
            }
        }
    }

    /// The items that an event touches, with the key under which the lens finds them.
    fn items_of(&self, related: &[(u32, &str)]) -> Vec<(String, u32)> {
        let objects = self.objects;
        let is_of = |key: &str, object: u32, qualifier: &str| match key.strip_prefix("object:") {
            None => false,
            Some(rest) => rest.strip_prefix(objects.kind(object)).is_some_and(|rest| match rest.strip_prefix('/') {
                Some(wanted) => wanted == qualifier,
                None => rest.is_empty(),
            }),
        };
        let mut found: Vec<(String, u32)> = Vec::new();
        let add = |found: &mut Vec<(String, u32)>, key: &str, object: u32| {
            if !found.iter().any(|(_, known)| *known == object) {
                found.push((key.to_owned(), object));
            }
        };
        match &self.items {
            Items::Attribute | Items::Chosen(None) => {}
            Items::Chosen(Some(kind)) => {
                for (object, _) in related.iter().filter(|(object, _)| objects.kind(*object) == kind) {
                    add(&mut found, ITEM, *object);
                }
            }
            Items::Named(keys) => {
                for key in keys {
                    for (object, _) in related.iter().filter(|(object, qualifier)| is_of(key, *object, qualifier)) {
                        add(&mut found, key, *object);
                    }
                    if !found.is_empty() {
                        break;
                    }
                }
            }
        }
        found
    }

    /// Tells an event once for each item; where none of them is kept, the event is set aside once.
    fn tell(&mut self, event: &RawEvent, related: &[(u32, &str)], place: Place) -> Result<(), ReadError> {
        let place_text = place.to_string();
        let items = self.items_of(related);
        if items.is_empty() && !matches!(self.items, Items::Attribute) {
            let detail = match self.items.chosen() {
                Some(kind) => format!("`{}` touches no object of type `{kind}`", event.id),
                None => format!("`{}` touches no object", event.id),
            };
            self.reading.gate.set_aside(&place_text, Reason::ItemMissing, &detail);
            return Ok(());
        }
        if items.len() > 1 {
            self.reading.gate.note(&place_text, Note::ItemsSeveral, &format!("`{}`: {}", event.id, items.len()));
        }
        self.own_cells(event, related, &place_text);
        self.drop_spare_people();
        let n_own = self.own.len();
        let (mut kept, mut aside) = (false, None);
        let each = items.iter().map(Some).chain(items.is_empty().then_some(None));
        for (n, item) in each.enumerate() {
            self.own.truncate(n_own);
            self.outer_cells(item.map(|(_, object)| *object), &event.time);
            if let Some((key, object)) = item {
                let id = self.objects.get(*object).id.clone();
                // What the lens takes the item from bears this item alone, whatever else the event touches.
                let key = self.key(key);
                self.own.retain(|(known, _)| *known != key);
                self.own.push((key, id.into_string()));
            }
            let keys = &self.keys;
            let own: Vec<Cell<'_>> = self.own.iter().map(|pair| cell_of(keys, pair)).collect();
            let outer: Vec<Cell<'_>> = self.outer.iter().map(|pair| cell_of(keys, pair)).collect();
            let element = Element { outer: &outer, own: &own, unnamed: None, place };
            let mut once = Once { gate: &mut self.reading.gate, is_first: n == 0, kept: false, aside: None };
            self.reading.shaper.element(&element, &mut once)?;
            kept |= once.kept;
            aside = aside.or(once.aside);
        }
        if let (false, Some((place, reason, detail))) = (kept, aside) {
            self.reading.gate.set_aside(&place, reason, &detail);
        }
        Ok(())
    }
}

/// The slots that the lens takes the actor from; `true` for objects that it takes nothing else from.
fn actor_slots(lens: &Lens) -> Vec<(u32, bool)> {
    let inner = &lens.0;
    let mut others = Vec::new();
    let mut slots = Vec::new();
    let visit = |template: &Option<Template>, slots: &mut Vec<usize>| {
        if let Some(template) = template {
            template.vars(&mut |var| {
                if let Var::Slot(slot) = var {
                    slots.push(slot);
                }
            });
        }
    };
    for (field, _) in Field::ALL {
        let into = if field == Field::Actor { &mut slots } else { &mut others };
        visit(&inner.fields[field as usize], into);
    }
    for Given { actor, to, matter, area, team, site, role, link, .. } in
        inner.rules.iter().map(|rule| &rule.given).chain([&inner.default])
    {
        [actor, to, matter, area, team, site, role, link].into_iter().for_each(|one| visit(one, &mut others));
    }
    others.extend(inner.asked.iter().filter_map(|var| if let Var::Slot(slot) = var { Some(*slot) } else { None }));
    let is_spare = |slot: &usize| inner.keys[*slot].starts_with("object:") && !others.contains(slot);
    slots.iter().map(|slot| (*slot as u32, is_spare(slot))).collect()
}

fn cell_of<'a>(keys: &'a [Key], (key, value): &'a (u32, String)) -> Cell<'a> {
    let key = &keys[*key as usize];
    Cell { key: &key.name, value, slot: key.slot }
}

/// One of several tellings of an event: notes count once, and nothing is set aside before all were tried.
struct Once<'g, 's> {
    gate: &'g mut Gate<'s>,
    is_first: bool,
    kept: bool,
    aside: Option<(String, Reason, String)>,
}

impl EventSink for Once<'_, '_> {
    fn seen(&mut self) {}

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        self.kept = true;
        self.gate.event(row)
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        self.aside = Some((place.to_owned(), reason, detail.to_owned()));
    }

    fn note(&mut self, place: &str, note: Note, detail: &str) {
        if self.is_first {
            self.gate.note(place, note, detail);
        }
    }

    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError> {
        self.gate.checkpoint(position)
    }

    fn progress(&mut self, _: u64, _: Option<u64>) {}
}

impl Pour for Telling<'_, '_> {
    fn mismatch(&mut self, _: Option<&str>) {}

    fn wants_objects(&self) -> bool {
        false
    }

    fn declare(&mut self, _: Sort, _: &str, _: &[(String, String)]) {}

    fn object(&mut self, _: &str, _: &str, _: &str) {}

    fn attribute(&mut self, _: &str, _: &str, _: &str, _: &str, _: &str) {}

    fn link(&mut self, _: &str, _: &str, _: &str) {}

    fn odd(&mut self, _: &str, _: Note, _: &str) {}

    fn event(&mut self, event: &RawEvent) -> Result<Flow, ReadError> {
        if self.reading.gate.within != event.within {
            self.reading.gate.within.clone_from(&event.within);
        }
        self.reading.gate.seen();
        let place = if event.within.is_empty() { Place::Nth(event.number) } else { Place::Row(event.number) };
        if !self.reading.gate.is_muted() || self.reading.shaper.has_memory() {
            self.weigh(event, place)?;
        } else {
            self.is_repeated(event);
        }
        self.reading.boundary()
    }
}

impl Telling<'_, '_> {
    /// Looks whether an element is an event at all, and tells it.
    fn weigh(&mut self, event: &RawEvent, place: Place) -> Result<(), ReadError> {
        let text = place.to_string();
        if let Some(why) = &event.malformed {
            self.reading.gate.set_aside(&text, Reason::RowMalformed, why);
            return Ok(());
        }
        if event.is_spoilt {
            self.reading.gate.set_aside(&text, Reason::EncodingInvalid, "");
            return Ok(());
        }
        match self.is_repeated(event) {
            Some(true) => {
                self.reading.gate.set_aside(&text, Reason::Repeated, &event.id);
                return Ok(());
            }
            Some(false) => self.reading.gate.note(&text, Note::IdTwice, &format!("event `{}`", event.id)),
            None => {}
        }
        for (note, detail) in &event.notes {
            self.reading.gate.note(&text, *note, detail);
        }
        self.check_types(event, &text);
        let objects = self.objects;
        let mut related = Vec::with_capacity(event.relations.len());
        for (id, qualifier) in &event.relations {
            match objects.find(id) {
                Some(object) => related.push((object, qualifier.as_str())),
                None => self.reading.gate.note(&text, Note::ObjectUnknown, &format!("`{}` to `{id}`", event.id)),
            }
        }
        self.tell(event, &related, place)
    }

    /// Whether an event of this id was met: the same in everything, or another.
    fn is_repeated(&mut self, event: &RawEvent) -> Option<bool> {
        if event.id.is_empty() {
            return None;
        }
        let whole = format!("{:?}", (&event.kind, &event.time, &event.attributes, &event.relations));
        let whole = XxHash3_64::oneshot(whole.as_bytes());
        self.met.insert(XxHash3_64::oneshot(event.id.as_bytes()), whole).map(|before| before == whole)
    }

    /// Holds an event against what the file declares. What is not declared is said once for each name.
    fn check_types(&mut self, event: &RawEvent, place: &str) {
        if let Err(name) = self.objects.declared(&event.kind, None) {
            self.undeclared(place, name);
            return;
        }
        for (name, value) in &event.attributes {
            match self.objects.declared(&event.kind, Some(name)) {
                Err(name) => self.undeclared(place, name),
                Ok(declared) if !value.is_empty() && !declared.fits(value) => {
                    let shown = if self.reading.shaper.is_text(name) { "..." } else { value };
                    let detail = format!("{name}: {} `{shown}`", declared.name());
                    self.reading.gate.note(place, Note::TypeMismatch, &detail);
                }
                Ok(_) => {}
            }
        }
    }

    fn undeclared(&mut self, place: &str, name: String) {
        if !self.undeclared.contains(&name) {
            self.reading.gate.note(place, Note::Undeclared, &name);
            self.undeclared.insert(name);
        }
    }
}
