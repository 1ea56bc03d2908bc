//! OCEL 2.0 in XML, read as a stream.

use std::io::{BufReader, Read};
use std::path::PathBuf;

use quick_xml::Reader;
use quick_xml::errors::{Error as XmlError, SyntaxError};
use quick_xml::events::{BytesStart, Event as XmlEvent};
use sayso_model::coverage::Note;
use sayso_model::event::Flow;

use super::{Pour, RawEvent, Sort};
use crate::ReadError;
use crate::bytes::{Spoilt, Text, broken_off};
use crate::xes::attributes::unescape;

/// Tells everything that stands in a log.
pub(super) fn walk(text: Text, pour: &mut dyn Pour) -> Result<Flow, ReadError> {
    let mut log = Log {
        spoilt: text.spoilt(),
        path: text.path,
        pour,
        tags: Vec::new(),
        is_begun: false,
        name: String::new(),
        declared: Vec::new(),
        event: RawEvent::default(),
        n_events: 0,
        n_objects: 0,
        object: String::new(),
        attribute: (String::new(), String::new()),
        value: String::new(),
    };
    let mut xml = Reader::from_reader(BufReader::with_capacity(1 << 17, text.reader));
    xml.config_mut().allow_dangling_amp = true;
    log.walk(&mut xml)
}

/// Whether the outermost elements, as far as they can be seen, are those of a log.
pub(super) fn is_log(head: &str) -> bool {
    let mut xml = Reader::from_str(head);
    let mut depth = 0u32;
    loop {
        match xml.read_event() {
            Ok(XmlEvent::Start(tag)) => {
                if depth == 1 && Tag::of(&tag).is_section() {
                    return true;
                }
                if depth == 0 && Tag::of(&tag) != Tag::Log {
                    return false;
                }
                depth += 1;
            }
            Ok(XmlEvent::Empty(tag)) if depth == 1 && Tag::of(&tag).is_section() => return true,
            Ok(XmlEvent::End(_)) => depth = depth.saturating_sub(1),
            Ok(XmlEvent::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// The elements that matter, by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Log,
    EventTypes,
    ObjectTypes,
    EventType,
    ObjectType,
    Events,
    Objects,
    Event,
    Object,
    Attributes,
    Attribute,
    /// Objects that an event or an object is related to.
    Relations,
    Other,
}

impl Tag {
    fn of(tag: &BytesStart<'_>) -> Tag {
        match tag.local_name().as_ref() {
            "log" => Tag::Log,
            "event-types" => Tag::EventTypes,
            "object-types" => Tag::ObjectTypes,
            "event-type" => Tag::EventType,
            "object-type" => Tag::ObjectType,
            "events" => Tag::Events,
            "objects" => Tag::Objects,
            "event" => Tag::Event,
            "object" => Tag::Object,
            "attributes" => Tag::Attributes,
            "attribute" => Tag::Attribute,
            _ => Tag::Other,
        }
    }

    fn is_section(self) -> bool {
        matches!(self, Tag::EventTypes | Tag::ObjectTypes | Tag::Events | Tag::Objects)
    }
}

struct Log<'p> {
    path: PathBuf,
    spoilt: Spoilt,
    pour: &'p mut dyn Pour,
    /// The elements that are open.
    tags: Vec<Tag>,
    is_begun: bool,
    /// The type that is being declared.
    name: String,
    declared: Vec<(String, String)>,
    event: RawEvent,
    n_events: u64,
    n_objects: u64,
    /// The object that is open; empty where it cannot be used.
    object: String,
    /// The name and time of the attribute that is open.
    attribute: (String, String),
    value: String,
}

impl Log<'_> {
    fn walk(&mut self, xml: &mut Reader<BufReader<Box<dyn Read>>>) -> Result<Flow, ReadError> {
        let mut buffer = Vec::with_capacity(4_096);
        loop {
            buffer.clear();
            let byte = xml.buffer_position();
            match xml.read_event_into(&mut buffer) {
                Ok(XmlEvent::Start(tag)) => self.open(&tag)?,
                Ok(XmlEvent::Empty(tag)) => {
                    self.open(&tag)?;
                    if self.close()? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                }
                Ok(XmlEvent::End(_)) => {
                    if self.close()? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                }
                Ok(XmlEvent::Text(text)) => self.text(|value| value.push_str(&text.borrow().into_inner())),
                Ok(XmlEvent::CData(text)) => self.text(|value| value.push_str(&text.borrow().into_inner())),
                Ok(XmlEvent::GeneralRef(name)) => {
                    self.text(|value| unescape(&format!("&{};", name.borrow().into_inner()), value));
                }
                Ok(XmlEvent::Eof) if self.tags.is_empty() && self.is_begun => return Ok(Flow::Continue),
                Ok(XmlEvent::Eof) => {
                    return Err(ReadError::Truncated { path: self.path.clone(), events: self.n_events, byte });
                }
                Ok(_) => {}
                Err(error) => return Err(self.broken(&error, xml.error_position().max(byte))),
            }
        }
    }

    fn text(&mut self, add: impl FnOnce(&mut String)) {
        if self.tags.last() == Some(&Tag::Attribute) {
            add(&mut self.value);
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), ReadError> {
        let raw = tag.attributes_raw();
        let named = Tag::of(tag);
        let tag = match (self.tags.as_slice(), named) {
            ([], Tag::Log) => {
                self.is_begun = true;
                Tag::Log
            }
            ([], _) => {
                return Err(ReadError::Unrecognised {
                    path: self.path.clone(),
                    what: format!("its outermost element is <{}>, not <log>", tag.name().as_ref()),
                    hint: "an OCEL 2.0 file in XML has <log> as its outermost element".to_owned(),
                });
            }
            ([Tag::Log], section) if section.is_section() => section,
            ([.., Tag::EventTypes], Tag::EventType) | ([.., Tag::ObjectTypes], Tag::ObjectType) => {
                self.name = value_of(raw, "name").unwrap_or_default();
                self.declared.clear();
                named
            }
            ([Tag::Log, Tag::Objects], Tag::Object) => {
                self.begin_object(raw);
                named
            }
            ([Tag::Log, Tag::Events], Tag::Event) => {
                self.begin_event(raw);
                named
            }
            ([.., Tag::EventType | Tag::ObjectType | Tag::Event | Tag::Object], Tag::Attributes) => named,
            ([.., Tag::EventType | Tag::ObjectType, Tag::Attributes], Tag::Attribute) => {
                let name = value_of(raw, "name").unwrap_or_default();
                self.declared.push((name, value_of(raw, "type").unwrap_or_default()));
                Tag::Other
            }
            ([.., Tag::Event | Tag::Object, Tag::Attributes], Tag::Attribute) => {
                self.attribute = (value_of(raw, "name").unwrap_or_default(), value_of(raw, "time").unwrap_or_default());
                self.value = value_of(raw, "value").unwrap_or_default();
                Tag::Attribute
            }
            ([.., Tag::Event | Tag::Object], Tag::Objects) => Tag::Relations,
            ([.., Tag::Relations], _) => {
                self.relation(raw);
                Tag::Other
            }
            _ => Tag::Other,
        };
        self.tags.push(tag);
        Ok(())
    }

    fn close(&mut self) -> Result<Flow, ReadError> {
        match self.tags.pop() {
            Some(Tag::EventType) => self.pour.declare(Sort::Event, &self.name, &self.declared),
            Some(Tag::ObjectType) => self.pour.declare(Sort::Object, &self.name, &self.declared),
            Some(Tag::Attribute) => self.end_attribute(),
            Some(Tag::Event) => {
                let event = &mut self.event;
                event.is_spoilt |= event.attributes.iter().any(|(_, value)| self.spoilt.is(value));
                return self.pour.event(&self.event);
            }
            _ => {}
        }
        Ok(Flow::Continue)
    }

    fn begin_object(&mut self, raw: &str) {
        self.n_objects += 1;
        self.object.clear();
        if !self.pour.wants_objects() {
            return;
        }
        let place = format!("object {}", self.n_objects);
        match (value_of(raw, "id"), value_of(raw, "type")) {
            (Some(id), Some(kind)) if !id.is_empty() && !kind.is_empty() && !self.spoilt.is(raw) => {
                self.pour.object(&id, &kind, &place);
                self.object = id;
            }
            _ => self.pour.odd(&place, Note::ObjectUnusable, "it has no id, or no type, or not as text"),
        }
    }

    fn begin_event(&mut self, raw: &str) {
        self.n_events += 1;
        self.event.begin(self.n_events);
        self.event.id = value_of(raw, "id").unwrap_or_default();
        self.event.kind = value_of(raw, "type").unwrap_or_default();
        self.event.time = value_of(raw, "time").unwrap_or_default();
        self.event.is_spoilt = self.spoilt.is(raw);
    }

    fn end_attribute(&mut self) {
        if self.tags.contains(&Tag::Event) {
            let value = std::mem::take(&mut self.value);
            self.event.add(&self.attribute.0, value);
        } else if !self.object.is_empty() && !self.value.is_empty() {
            let (name, time) = &self.attribute;
            let place = format!("object {}", self.n_objects);
            self.pour.attribute(&self.object, name, time, &self.value, &place);
        }
    }

    fn relation(&mut self, raw: &str) {
        let qualifier = value_of(raw, "qualifier").or_else(|| value_of(raw, "relationship")).unwrap_or_default();
        let is_event = self.tags.contains(&Tag::Event);
        match value_of(raw, "object-id") {
            Some(id) if is_event => {
                self.event.is_spoilt |= self.spoilt.is(raw);
                self.event.relations.push((id, qualifier));
            }
            Some(id) if !self.object.is_empty() => self.pour.link(&self.object, &id, &qualifier),
            None if is_event => {
                self.event.notes.push((Note::ObjectUnknown, "a relation without an object".to_owned()));
            }
            _ => {}
        }
    }

    fn broken(&self, error: &XmlError, byte: u64) -> ReadError {
        match error {
            XmlError::Syntax(error) if *error != SyntaxError::InvalidBangMarkup => {
                ReadError::Truncated { path: self.path.clone(), events: self.n_events, byte }
            }
            XmlError::Io(error) => broken_off(&self.path, error, self.n_events, byte),
            error => ReadError::Malformed {
                path: self.path.clone(),
                place: format!("byte {byte}"),
                what: error.to_string(),
                hint: "export it again, or keep what stands before with `--salvage`".to_owned(),
            },
        }
    }
}

/// The value of an attribute of a tag, as it is meant.
fn value_of(raw: &str, wanted: &str) -> Option<String> {
    let mut rest = raw;
    while let Some(equals) = memchr::memchr(b'=', rest.as_bytes()) {
        let name = rest[..equals].trim_ascii();
        let after = rest[equals + 1..].trim_ascii_start();
        let quote = after.bytes().next().filter(|quote| matches!(quote, b'"' | b'\''))?;
        let inner = &after[1..];
        let end = memchr::memchr(quote, inner.as_bytes())?;
        if name == wanted {
            let mut value = String::new();
            unescape(&inner[..end], &mut value);
            return Some(value);
        }
        rest = &inner[end + 1..];
    }
    None
}
