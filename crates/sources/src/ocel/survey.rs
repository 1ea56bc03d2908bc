//! The objects of a log, and which of their types is the item: what has to be known before its events can be told.

use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;
use sayso_model::coverage::{ClaimTally, Note};
use sayso_model::event::{EventSink, Flow};
use twox_hash::XxHash3_64;

use super::{Pour, RawEvent, Sort};
use crate::ReadError;
use crate::books::Gate;
use crate::instant;

/// Types that are people or what people work with: they take part in what is decided, and are not what it is about.
const PARTIES: [&str; 19] = [
    "participant",
    "person",
    "people",
    "user",
    "employee",
    "resource",
    "actor",
    "worker",
    "staff",
    "agent",
    "team",
    "group",
    "role",
    "department",
    "bot",
    "system",
    "machine",
    "organisation",
    "organization",
];

/// What a log has in objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Events in the file.
    pub events: u64,
    /// Object types, in the order in which they were met.
    pub types: Vec<ObjectType>,
    /// Which of them Sayso would take for the item, by its place in `types`; `None` where no event touches an object.
    pub chosen: Option<usize>,
}

/// One type of objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectType {
    /// Its name.
    pub name: String,
    /// Objects of the type.
    pub objects: u64,
    /// Those of them that several events touch: only they can have a path.
    pub with_several_events: u64,
    /// Events that touch at least one of them.
    pub events: u64,
    /// Events that touch more than one of them.
    pub events_of_several: u64,
}

/// An object.
#[derive(Debug)]
pub(super) struct Object {
    pub id: Box<str>,
    pub kind: u32,
    /// (name, from when, value), sorted by name and time; `i64::MIN` is "always".
    pub values: Vec<(u32, i64, Box<str>)>,
    /// (object, qualifier).
    pub links: Vec<(Box<str>, u32)>,
    n_events: u32,
}

/// Everything about objects and types that the first pass finds.
pub(super) struct Catalogue<'g, 's> {
    zone: Option<TimeZone>,
    gate: Option<&'g mut Gate<'s>>,
    words: Words,
    by_id: FxHashMap<Box<str>, u32>,
    objects: Vec<Object>,
    types: Vec<ObjectType>,
    type_of_word: FxHashMap<u32, u32>,
    declared: FxHashMap<(bool, Box<str>), FxHashMap<Box<str>, Declared>>,
    /// Events of each object, by its id; objects may stand behind the events.
    touched: FxHashMap<u64, u32>,
    /// For each event, the objects that it touches, as counts by type; worked out at the end.
    tuples: FxHashMap<Box<[u64]>, u64>,
    n_events: u64,
}

/// The declared type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Declared {
    Text,
    Time,
    Integer,
    Float,
    Boolean,
}

impl Declared {
    fn of(word: &str) -> Declared {
        match word.to_ascii_lowercase().as_str() {
            "time" | "date" | "timestamp" | "datetime" => Declared::Time,
            "integer" | "int" => Declared::Integer,
            "float" | "real" | "double" => Declared::Float,
            "boolean" | "bool" => Declared::Boolean,
            _ => Declared::Text,
        }
    }

    /// Whether a value is what its type says.
    pub fn fits(self, value: &str) -> bool {
        let value = value.trim_ascii();
        match self {
            Declared::Text => true,
            Declared::Integer => value.parse::<i64>().is_ok(),
            Declared::Float => value.parse::<f64>().is_ok(),
            Declared::Boolean => matches!(value, "true" | "false" | "True" | "False" | "1" | "0"),
            Declared::Time => instant::read(value, None).is_ok(),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Declared::Text => "string",
            Declared::Time => "time",
            Declared::Integer => "integer",
            Declared::Float => "float",
            Declared::Boolean => "boolean",
        }
    }
}

/// Words by their numbers.
#[derive(Debug, Default)]
pub(super) struct Words {
    numbers: FxHashMap<Box<str>, u32>,
    words: Vec<Box<str>>,
}

impl Words {
    pub fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = self.words.len() as u32;
        self.words.push(word.into());
        self.numbers.insert(word.into(), number);
        number
    }

    pub fn find(&self, word: &str) -> Option<u32> {
        self.numbers.get(word).copied()
    }

    pub fn get(&self, number: u32) -> &str {
        &self.words[number as usize]
    }
}

/// The objects of a log, ready to be asked.
#[derive(Debug)]
pub(super) struct Objects {
    pub words: Words,
    by_id: FxHashMap<Box<str>, u32>,
    objects: Vec<Object>,
    pub types: Vec<ObjectType>,
    declared: FxHashMap<(bool, Box<str>), FxHashMap<Box<str>, Declared>>,
    pub n_events: u64,
}

impl<'g, 's> Catalogue<'g, 's> {
    pub fn new(zone: Option<TimeZone>, gate: Option<&'g mut Gate<'s>>) -> Self {
        Self {
            zone,
            gate,
            words: Words::default(),
            by_id: FxHashMap::default(),
            objects: Vec::new(),
            types: Vec::new(),
            type_of_word: FxHashMap::default(),
            declared: FxHashMap::default(),
            touched: FxHashMap::default(),
            tuples: FxHashMap::default(),
            n_events: 0,
        }
    }

    fn type_number(&mut self, name: &str) -> u32 {
        let word = self.words.number(name);
        let next = self.types.len() as u32;
        let number = *self.type_of_word.entry(word).or_insert(next);
        if number == next {
            self.types.push(ObjectType { name: name.to_owned(), ..ObjectType::default() });
        }
        number
    }

    fn note(&mut self, place: &str, note: Note, detail: &str) {
        if let Some(gate) = &mut self.gate {
            gate.note(place, note, detail);
        }
    }

    /// Puts together what was met.
    pub fn finish(mut self) -> Objects {
        for object in &mut self.objects {
            object.values.sort_by_key(|(name, at, _)| (*name, *at));
            object.n_events = self.touched.get(&hash(&object.id)).copied().unwrap_or(0);
            let kind = &mut self.types[object.kind as usize];
            kind.objects += 1;
            kind.with_several_events += u64::from(object.n_events > 1);
        }
        let mut by_hash: FxHashMap<u64, u32> = FxHashMap::default();
        if !self.tuples.is_empty() {
            by_hash = self.objects.iter().map(|object| (hash(&object.id), object.kind)).collect();
        }
        let mut counts: FxHashMap<u32, u64> = FxHashMap::default();
        for (ids, n) in &self.tuples {
            counts.clear();
            for id in ids {
                if let Some(kind) = by_hash.get(id) {
                    *counts.entry(*kind).or_default() += 1;
                }
            }
            for (kind, of) in &counts {
                let kind = &mut self.types[*kind as usize];
                kind.events += n;
                kind.events_of_several += if *of > 1 { *n } else { 0 };
            }
        }
        Objects {
            words: self.words,
            by_id: self.by_id,
            objects: self.objects,
            types: self.types,
            declared: self.declared,
            n_events: self.n_events,
        }
    }
}

/// Whether the objects of a type are people, or what people work with.
pub(super) fn is_party(kind: &str) -> bool {
    let name = kind.to_ascii_lowercase();
    PARTIES.iter().any(|party| name == *party || name.strip_suffix('s') == Some(party))
}

fn hash(id: &str) -> u64 {
    XxHash3_64::oneshot(id.as_bytes())
}

impl Pour for Catalogue<'_, '_> {
    fn mismatch(&mut self, what: Option<&str>) {
        if let Some(what) = what {
            self.note("line 1", Note::EncodingMismatch, what);
        }
    }

    fn wants_objects(&self) -> bool {
        true
    }

    fn declare(&mut self, sort: Sort, name: &str, attributes: &[(String, String)]) {
        if sort == Sort::Object {
            self.type_number(name);
        }
        let known = self.declared.entry((sort == Sort::Event, name.into())).or_default();
        for (name, kind) in attributes {
            known.insert(name.as_str().into(), Declared::of(kind));
        }
    }

    fn object(&mut self, id: &str, kind: &str, place: &str) {
        if let Some(known) = self.by_id.get(id) {
            let known = self.types[self.objects[*known as usize].kind as usize].name.clone();
            let detail =
                if known == kind { format!("object `{id}`") } else { format!("object `{id}`: {known}, {kind}") };
            return self.note(place, Note::IdTwice, &detail);
        }
        let kind = self.type_number(kind);
        self.by_id.insert(id.into(), self.objects.len() as u32);
        self.objects.push(Object { id: id.into(), kind, values: Vec::new(), links: Vec::new(), n_events: 0 });
    }

    fn attribute(&mut self, id: &str, name: &str, time: &str, value: &str, place: &str) {
        let Some(number) = self.by_id.get(id).copied() else {
            return self.note(place, Note::ObjectUnknown, &format!("`{name}` of `{id}`"));
        };
        let at = if time.is_empty() || time == "0" {
            i64::MIN
        } else {
            match instant::read(time, self.zone.as_ref()) {
                // The beginning of time as computers count it stands for "always".
                Ok(written) if written.at.micros() <= 0 => i64::MIN,
                Ok(written) => {
                    if !written.is_exact()
                        && let Some(gate) = &mut self.gate
                    {
                        written.note(place, time, &mut **gate);
                    }
                    written.at.micros()
                }
                Err(_) => {
                    self.note(place, Note::TypeMismatch, &format!("{name}: time `{time}`"));
                    i64::MIN
                }
            }
        };
        let name = self.words.number(name);
        self.objects[number as usize].values.push((name, at, value.into()));
    }

    fn link(&mut self, id: &str, target: &str, qualifier: &str) {
        let qualifier = self.words.number(qualifier);
        if let Some(number) = self.by_id.get(id) {
            self.objects[*number as usize].links.push((target.into(), qualifier));
        } else {
            self.note("an object's relations", Note::ObjectUnknown, &format!("`{id}` to `{target}`"));
        }
    }

    fn odd(&mut self, place: &str, note: Note, detail: &str) {
        self.note(place, note, detail);
    }

    fn event(&mut self, event: &RawEvent) -> Result<Flow, ReadError> {
        self.n_events += 1;
        let mut ids: Vec<u64> = event.relations.iter().map(|(id, _)| hash(id)).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in &ids {
            let n = self.touched.entry(*id).or_default();
            *n = n.saturating_add(1);
        }
        *self.tuples.entry(ids.into_boxed_slice()).or_default() += 1;
        Ok(Flow::Continue)
    }
}

impl Objects {
    /// An object by its id.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    pub fn get(&self, number: u32) -> &Object {
        &self.objects[number as usize]
    }

    /// The type of an object.
    pub fn kind(&self, number: u32) -> &str {
        &self.types[self.objects[number as usize].kind as usize].name
    }

    /// The declared type of an attribute of events; `Err` where the event's type, or the attribute, is not declared in a
    /// file that declares any. The error is the name to be told.
    pub fn declared(&self, kind: &str, attribute: Option<&str>) -> Result<Declared, String> {
        if !self.declared.keys().any(|(is_event, _)| *is_event) {
            return Ok(Declared::Text);
        }
        let Some(known) = self.declared.get(&(true, kind.into())) else { return Err(kind.to_owned()) };
        match attribute {
            None => Ok(Declared::Text),
            Some(name) => known.get(name).copied().ok_or_else(|| format!("{kind}/{name}")),
        }
    }

    /// Which type Sayso takes for the item: the one with most objects that several events touch, people and machines left
    /// out unless there is nothing else.
    pub fn chosen(&self) -> Option<usize> {
        let of = |parties: bool| {
            (0..self.types.len())
                .filter(|n| self.types[*n].events > 0 && is_party(&self.types[*n].name) == parties)
                .max_by_key(|n| {
                    let one = &self.types[*n];
                    (one.with_several_events, one.events, std::cmp::Reverse(*n))
                })
        };
        of(false).or_else(|| of(true))
    }

    /// What the books say of the types: how many events touch each of them, and which is the item.
    pub fn claims(&self, item: Option<&str>) -> Vec<(String, ClaimTally)> {
        let tally = |n: u64| {
            let mut tally = ClaimTally::default();
            tally.enter(n, n);
            tally
        };
        self.types
            .iter()
            .map(|one| {
                let is_item = item == Some(one.name.as_str());
                let role = if is_item { " (taken as the item)" } else { "" };
                (format!("events that touch an object of type `{}`{role}", one.name), tally(one.events))
            })
            .collect()
    }

    pub fn survey(self) -> Survey {
        Survey { events: self.n_events, chosen: self.chosen(), types: self.types }
    }
}
