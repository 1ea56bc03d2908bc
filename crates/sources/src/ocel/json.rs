//! OCEL in JSON, both versions: one event or object is held at a time, whatever order the sections stand in.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use sayso_model::coverage::Note;
use sayso_model::event::Flow;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{Pour, RawEvent, Sort};
use crate::ReadError;
use crate::bytes::{Spoilt, Text, broken_off};

/// Tells everything that stands in a log.
pub(super) fn walk(text: Text, pour: &mut dyn Pour) -> Result<Flow, ReadError> {
    let spoilt = text.spoilt();
    let bytes = Rc::new(Cell::new(0));
    let path = text.path;
    let reader = BufReader::with_capacity(1 << 17, Counted { inner: text.reader, bytes: bytes.clone() });
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut log = Log { pour, spoilt, event: RawEvent::default(), n_events: 0, n_objects: 0, end: None, is_log: false };
    let walked = Top(&mut log).deserialize(&mut json).and_then(|()| json.end());
    match (log.end.take(), walked) {
        (Some(end), _) => end,
        (None, Ok(())) if log.is_log => Ok(Flow::Continue),
        (None, Ok(())) => Err(ReadError::Unrecognised {
            path,
            what: "it has neither events nor objects, so that it is no object-centric log".to_owned(),
            hint: "an OCEL 2.0 file in JSON has `eventTypes`, `objectTypes`, `events` and `objects`".to_owned(),
        }),
        (None, Err(error)) if error.is_eof() => {
            Err(ReadError::Truncated { path, events: log.n_events, byte: bytes.get() })
        }
        (None, Err(error)) if error.is_io() => {
            Err(broken_off(&path, &io::Error::from(error), log.n_events, bytes.get()))
        }
        (None, Err(error)) => Err(ReadError::Malformed {
            path,
            place: format!("line {} column {}", error.line(), error.column()),
            what: error.to_string(),
            hint: "export it again, or keep what stands before with `--salvage`".to_owned(),
        }),
    }
}

/// Whether the outermost keys, as far as they can be seen, are those of a log.
pub(super) fn is_log(head: &str) -> bool {
    let mut is = false;
    let mut json = serde_json::Deserializer::from_str(head);
    let _ = Keys(&mut |key: &str| {
        is |= key.starts_with("ocel:") || matches!(key, "objectTypes" | "eventTypes");
    })
    .deserialize(&mut json);
    // Where the events come first and fill the whole of what is seen, they say what they are.
    is || head.get(..512.min(head.len())).is_some_and(|start| {
        start.contains("\"events\"") && head.contains("\"relationships\"") && head.contains("\"objectId\"")
    })
}

struct Counted<R> {
    inner: R,
    bytes: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.bytes.set(self.bytes.get() + n as u64);
        Ok(n)
    }
}

struct Keys<'a>(&'a mut dyn FnMut(&str));

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            (self.0)(&key);
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

struct Log<'p> {
    pour: &'p mut dyn Pour,
    spoilt: Spoilt,
    event: RawEvent,
    n_events: u64,
    n_objects: u64,
    /// Why the walk ended before the file did.
    end: Option<Result<Flow, ReadError>>,
    is_log: bool,
}

/// The sections of a log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Types(Sort),
    Rows(Sort),
    /// What OCEL 1.0 says of the whole log.
    Global,
}

impl Section {
    fn of(key: &str) -> Option<Section> {
        Some(match key {
            "eventTypes" | "ocel:eventTypes" => Section::Types(Sort::Event),
            "objectTypes" | "ocel:objectTypes" => Section::Types(Sort::Object),
            "events" | "ocel:events" => Section::Rows(Sort::Event),
            "objects" | "ocel:objects" => Section::Rows(Sort::Object),
            "ocel:global-log" => Section::Global,
            _ => return None,
        })
    }
}

struct Top<'l, 'p>(&'l mut Log<'p>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `events` and `objects`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match Section::of(&key) {
                Some(Section::Rows(Sort::Object)) if !self.0.pour.wants_objects() => {
                    self.0.is_log = true;
                    map.next_value::<IgnoredAny>()?;
                }
                Some(section) => {
                    self.0.is_log |= matches!(section, Section::Rows(_));
                    map.next_value_seed(Rows { log: self.0, section })?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The rows of one section: a list in OCEL 2.0, an object by id in 1.0.
struct Rows<'l, 'p> {
    log: &'l mut Log<'p>,
    section: Section,
}

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or an object by id")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element::<Value>()? {
            self.log.row(self.section, None, &row).map_err(|()| A::Error::custom("stopped"))?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some((id, row)) = rows.next_entry::<String, Value>()? {
            self.log.row(self.section, Some(&id), &row).map_err(|()| A::Error::custom("stopped"))?;
        }
        Ok(())
    }
}

impl Log<'_> {
    /// One row; an error where the walk is to end.
    fn row(&mut self, section: Section, id: Option<&str>, row: &Value) -> Result<(), ()> {
        match section {
            Section::Types(sort) => self.declare(sort, id, row),
            Section::Global => {
                if let (Some("ocel:object-types"), Value::Array(names)) = (id, row) {
                    for name in names.iter().filter_map(Value::as_str) {
                        self.pour.declare(Sort::Object, name, &[]);
                    }
                }
            }
            Section::Rows(Sort::Object) => self.object(id, row),
            Section::Rows(Sort::Event) => {
                self.n_events += 1;
                self.read_event(id, row);
                match self.pour.event(&self.event) {
                    Ok(Flow::Continue) => {}
                    other => {
                        self.end = Some(other);
                        return Err(());
                    }
                }
            }
        }
        Ok(())
    }

    fn declare(&mut self, sort: Sort, name: Option<&str>, row: &Value) {
        let name = name.or_else(|| row.get("name").and_then(Value::as_str)).unwrap_or_default();
        let mut attributes = Vec::new();
        match row.get("attributes") {
            Some(Value::Array(list)) => {
                for one in list {
                    if let Some(name) = one.get("name").and_then(Value::as_str) {
                        let kind = one.get("type").and_then(Value::as_str).unwrap_or("string");
                        attributes.push((name.to_owned(), kind.to_owned()));
                    }
                }
            }
            // As the first drafts of OCEL 2.0 had it: names to types.
            _ => {
                for (name, kind) in row.as_object().into_iter().flatten() {
                    if let Some(kind) = kind.as_str().filter(|_| name != "name") {
                        attributes.push((name.clone(), kind.to_owned()));
                    }
                }
            }
        }
        self.pour.declare(sort, name, &attributes);
    }

    fn object(&mut self, key: Option<&str>, row: &Value) {
        self.n_objects += 1;
        let place = format!("object {}", self.n_objects);
        let id = key.map(str::to_owned).or_else(|| field(row, "id", "ocel:oid").and_then(plain));
        let kind = field(row, "type", "ocel:type").and_then(plain);
        let (Some(id), Some(kind)) = (id.filter(|id| !id.is_empty()), kind.filter(|kind| !kind.is_empty())) else {
            self.pour.odd(&place, Note::ObjectUnusable, "it has no id, or no type");
            return;
        };
        if self.spoilt.is(&id) || self.spoilt.is(&kind) {
            self.pour.odd(&place, Note::ObjectUnusable, "its id holds bytes that are no text");
            return;
        }
        self.pour.object(&id, &kind, &place);
        match field(row, "attributes", "ocel:ovmap") {
            Some(Value::Array(list)) => {
                for one in list {
                    let time = one.get("time").and_then(plain).unwrap_or_default();
                    if let (Some(name), Some(value)) =
                        (one.get("name").and_then(plain), one.get("value").and_then(plain))
                    {
                        self.pour.attribute(&id, &name, &time, &value, &place);
                    }
                }
            }
            Some(Value::Object(map)) => {
                for (name, value) in map {
                    if let Some(value) = plain(value) {
                        self.pour.attribute(&id, name, "", &value, &place);
                    }
                }
            }
            _ => {}
        }
        for one in field(row, "relationships", "ocel:o2o").and_then(Value::as_array).into_iter().flatten() {
            if let Some((target, qualifier)) = relation(one) {
                self.pour.link(&id, &target, &qualifier);
            }
        }
    }

    fn read_event(&mut self, key: Option<&str>, row: &Value) {
        let event = &mut self.event;
        event.begin(self.n_events);
        if !row.is_object() {
            event.malformed = Some("it is no object".to_owned());
            return;
        }
        match (key, field(row, "id", "ocel:eid")) {
            (Some(key), _) => event.id.push_str(key),
            (None, Some(id)) => {
                if !id.is_string() {
                    event.notes.push((Note::TypeMismatch, format!("id: string `{id}`")));
                }
                event.id = plain(id).unwrap_or_default();
            }
            (None, None) => {}
        }
        event.kind = field(row, "type", "ocel:activity").and_then(plain).unwrap_or_default();
        event.time = field(row, "time", "ocel:timestamp").and_then(plain).unwrap_or_default();
        match field(row, "attributes", "ocel:vmap") {
            Some(Value::Array(list)) => {
                for one in list {
                    if let (Some(name), Some(value)) =
                        (one.get("name").and_then(plain), one.get("value").and_then(plain))
                    {
                        event.add(&name, value);
                    }
                }
            }
            Some(Value::Object(map)) => {
                for (name, value) in map {
                    if let Some(value) = plain(value) {
                        event.add(name, value);
                    }
                }
            }
            _ => {}
        }
        let related = row.get("relationships").or_else(|| row.get("ocel:typedOmap")).or_else(|| row.get("ocel:omap"));
        for one in related.and_then(Value::as_array).into_iter().flatten() {
            match relation(one) {
                Some(relation) => event.relations.push(relation),
                None => event.notes.push((Note::ObjectUnknown, "a relation without an object".to_owned())),
            }
        }
        let spoilt = &self.spoilt;
        event.is_spoilt = spoilt.is(&event.id)
            || spoilt.is(&event.kind)
            || event.attributes.iter().any(|(name, value)| spoilt.is(name) || spoilt.is(value))
            || event.relations.iter().any(|(object, qualifier)| spoilt.is(object) || spoilt.is(qualifier));
    }
}

/// A field by its name in OCEL 2.0, or in 1.0.
fn field<'v>(row: &'v Value, name: &str, older: &str) -> Option<&'v Value> {
    row.get(name).or_else(|| row.get(older))
}

/// A value as text; `None` for null. Lists and objects stay JSON.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// An object and a qualifier; in OCEL 1.0 there is only the object.
fn relation(one: &Value) -> Option<(String, String)> {
    if let Some(id) = one.as_str() {
        return Some((id.to_owned(), String::new()));
    }
    let id = field(one, "objectId", "ocel:oid").and_then(plain)?;
    Some((id, field(one, "qualifier", "ocel:qualifier").and_then(plain).unwrap_or_default()))
}
