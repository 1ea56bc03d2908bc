//! Event logs in XES, read as a stream, one trace at a time.
//!
//! A trace is held until its end, because its name may come after its events. A trace beyond [`HELD_EVENTS_MAX`]
//! events or [`HELD_BYTES_MAX`] bytes of text is given in parts: what stands before its name by then goes by its number.

use std::io::{self, BufReader, Read};
use std::mem;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::errors::{Error as XmlError, SyntaxError};
use quick_xml::events::{BytesStart, Event as XmlEvent};
use rustc_hash::FxHashSet;
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{EventSink, Flow};
use twox_hash::XxHash3_64;

use crate::bytes::{Spoilt, Unpacked, broken_off};
use crate::lens::place::Place;
use crate::lens::shape::NO_SLOT;
use crate::reading::Reading;
use crate::{Done, ReadError, Source};

pub(crate) mod attributes;
mod trace;

use attributes::{Json, Kind, Names, Tag, is_plain, key_and_value, unescape};
use trace::{Held, HeldEvent, Span};

/// Events of one trace that are held at the same time.
pub const HELD_EVENTS_MAX: usize = 1 << 18;
/// Bytes of one trace's attributes that are held at the same time.
pub const HELD_BYTES_MAX: usize = 64 << 20;
/// Attributes within attributes that are followed; what lies deeper is left out and noted.
const DEPTH_MAX: usize = 32;

/// Reads an XES log; see [`crate::read`].
pub(crate) fn read(source: &Source, resume: Option<&str>, sink: &mut dyn EventSink) -> Result<Done, ReadError> {
    let unpacked = Unpacked::open(&source.path)?;
    let mut reading = Reading::begin(source, resume, &unpacked, sink)?;
    let text = unpacked.text(source.lens.0.encoding)?;
    if let Some(mismatch) = &text.mismatch {
        reading.gate.note("line 1", Note::EncodingMismatch, mismatch);
    }
    let mut log = Log {
        spoilt: text.spoilt(),
        at_slot: reading.shaper.slot("time:timestamp"),
        reading,
        held: Held::default(),
        names: Names::new(),
        trace_names: FxHashSet::default(),
        globals: Globals::default(),
        place: Where::Outside,
        skip: 0,
        path: Vec::new(),
        prefix: String::new(),
        json: None,
        json_key: 0,
        stamp: 0,
        from: 0,
        is_spoilt: false,
        key: String::new(),
        value: String::new(),
    };
    let mut xml = Reader::from_reader(BufReader::with_capacity(1 << 17, text.reader));
    xml.config_mut().allow_dangling_amp = true;
    let end = match log.walk(&mut xml) {
        Err(error @ (ReadError::Truncated { .. } | ReadError::Malformed { .. })) if source.salvage => {
            log.salvage(&error)?;
            End::Whole
        }
        other => other?,
    };
    match end {
        End::Stopped => Ok(Done::Interrupted),
        End::Whole => {
            // What follows is blank; it is taken in so that the hash is that of the whole file.
            let byte = xml.buffer_position();
            if let Err(error) = io::copy(xml.get_mut(), &mut io::sink())
                && !source.salvage
            {
                return Err(broken_off(&source.path, &error, log.reading.gate.elements(), byte));
            }
            log.reading.complete(false)
        }
    }
}

/// Whether a text that begins like XML is an event log, by its outermost element.
pub(crate) fn probe(path: &Path, head: &str) -> Result<crate::Kind, ReadError> {
    let refused = |what: String| ReadError::Unrecognised {
        path: path.to_owned(),
        what,
        hint: "of XML, Sayso reads XES event logs, whose outermost element is <log>".to_owned(),
    };
    let mut xml = Reader::from_str(head);
    loop {
        match xml.read_event() {
            Ok(XmlEvent::Start(tag) | XmlEvent::Empty(tag)) => {
                let name = tag.local_name();
                return match Tag::of(name.as_ref()) {
                    // The objects of OCEL 1.0 stand under `global scope="object"`; those of 2.0 were recognised before.
                    Tag::Log if head.contains("scope=\"object\"") => {
                        Err(refused("it is an object-centric event log of version 1.0 in XML".to_owned()))
                    }
                    Tag::Log => Ok(crate::Kind::Xes),
                    _ => Err(refused(format!("its outermost element is <{}>", name.as_ref()))),
                };
            }
            Ok(XmlEvent::Eof) | Err(_) => return Err(refused("it is XML without an element".to_owned())),
            Ok(_) => {}
        }
    }
}

enum End {
    Whole,
    Stopped,
}

/// Where in the log the reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    Outside,
    Log,
    Global,
    Trace,
    Event,
}

/// The defaults that the log declares, as (key, value).
#[derive(Default)]
struct Globals {
    is_trace: bool,
    trace: Vec<(u32, String)>,
    event: Vec<(u32, String)>,
}

struct Log<'s> {
    reading: Reading<'s>,
    held: Held,
    names: Names,
    spoilt: Spoilt,
    at_slot: u32,
    trace_names: FxHashSet<u64>,
    globals: Globals,
    place: Where,
    /// Elements open within one that is passed over.
    skip: usize,
    /// Lengths of `prefix` before each attribute that is open; attributes inside attributes go by `key/child`.
    path: Vec<usize>,
    prefix: String,
    json: Option<Json>,
    json_key: u32,
    /// Grows with every element, so that a key knows in which it was met last.
    stamp: u64,
    /// Where the open event's attributes begin.
    from: usize,
    is_spoilt: bool,
    key: String,
    value: String,
}

impl Log<'_> {
    fn walk(&mut self, xml: &mut Reader<BufReader<Box<dyn Read>>>) -> Result<End, ReadError> {
        let mut buffer = Vec::with_capacity(4_096);
        loop {
            buffer.clear();
            let byte = xml.buffer_position();
            match xml.read_event_into(&mut buffer) {
                Ok(XmlEvent::Start(tag)) => self.open(&tag, false, byte)?,
                Ok(XmlEvent::Empty(tag)) => {
                    if self.open(&tag, true, byte).map(|()| self.place == Where::Outside)? {
                        return Ok(End::Whole);
                    }
                    if self.reading_is_stopped(Tag::of(tag.name().as_ref()))? {
                        return Ok(End::Stopped);
                    }
                }
                Ok(XmlEvent::End(tag)) => {
                    let tag = Tag::of(tag.name().as_ref());
                    self.close()?;
                    if self.place == Where::Outside {
                        return Ok(End::Whole);
                    }
                    if self.reading_is_stopped(tag)? {
                        return Ok(End::Stopped);
                    }
                }
                Ok(XmlEvent::Eof) if self.place == Where::Outside => {
                    return Err(self.not_a_log("it has no root element"));
                }
                Ok(XmlEvent::Eof) => return Err(self.truncated(byte)),
                Ok(_) => {}
                Err(error) => return Err(self.broken(&error, xml.error_position().max(byte))),
            }
        }
    }

    /// Between traces everything before is whole.
    fn reading_is_stopped(&mut self, tag: Tag) -> Result<bool, ReadError> {
        let is_between = self.place == Where::Log && self.skip == 0 && matches!(tag, Tag::Trace | Tag::Event);
        Ok(is_between && self.reading.boundary()? == Flow::Stop)
    }

    fn open(&mut self, element: &BytesStart<'_>, is_empty: bool, byte: u64) -> Result<(), ReadError> {
        let name = element.name();
        let tag = Tag::of(name.as_ref());
        if self.skip > 0 {
            if tag == Tag::Event {
                self.stray(byte);
            }
            self.skip += usize::from(!is_empty);
            return Ok(());
        }
        match (self.place, tag) {
            (Where::Outside, Tag::Log) => {
                self.place = if is_empty { Where::Outside } else { Where::Log };
                return Ok(());
            }
            (Where::Outside, _) => return Err(self.not_a_log(&format!("its root element is <{}>", name.as_ref()))),
            (Where::Log, Tag::Trace) => {
                self.held.begin();
                self.is_spoilt = false;
                self.place = Where::Trace;
            }
            (Where::Log, Tag::Global) => {
                self.globals.is_trace = element.attributes_raw().contains("trace");
                self.place = Where::Global;
            }
            (Where::Trace, Tag::Event) if self.path.is_empty() && self.json.is_none() => {
                self.from = self.held.spans.len();
                self.is_spoilt = false;
                self.stamp += 1;
                self.place = Where::Event;
            }
            (Where::Trace | Where::Event | Where::Global, Tag::Attribute(kind)) => {
                self.attribute(kind, element.attributes_raw(), is_empty);
                return Ok(());
            }
            (Where::Trace | Where::Event | Where::Global, Tag::Values) if self.json.is_some() => {
                if let Some(json) = self.json.as_mut().filter(|_| !is_empty) {
                    json.open_values();
                }
                return Ok(());
            }
            (_, tag) => {
                if tag == Tag::Event {
                    self.stray(byte);
                }
                self.skip += usize::from(!is_empty);
                return Ok(());
            }
        }
        if is_empty { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), ReadError> {
        if self.skip > 0 {
            self.skip -= 1;
        } else if let Some(json) = &mut self.json {
            if let Some(value) = json.close() {
                self.json = None;
                self.put(self.json_key, &value.to_string());
                self.leave();
            }
        } else if !self.path.is_empty() {
            self.leave();
        } else {
            match self.place {
                Where::Event => self.close_event()?,
                Where::Trace => self.close_trace()?,
                Where::Global => self.place = Where::Log,
                Where::Log | Where::Outside => self.place = Where::Outside,
            }
        }
        Ok(())
    }

    /// An event where none can stand: it is counted, and set aside.
    fn stray(&mut self, byte: u64) {
        self.reading.gate.seen();
        self.reading.gate.set_aside(&Place::Byte(byte).to_string(), Reason::OutsideTrace, "");
    }

    fn attribute(&mut self, kind: Kind, raw: &str, is_empty: bool) {
        let (raw_key, raw_value) = key_and_value(raw);
        self.is_spoilt |= self.spoilt.is(raw);
        if is_plain(raw) {
            return self.read_attribute(kind, raw_key, raw_value, is_empty);
        }
        let mut key = mem::take(&mut self.key);
        let mut value = mem::take(&mut self.value);
        key.clear();
        value.clear();
        unescape(raw_key.unwrap_or_default(), &mut key);
        unescape(raw_value.unwrap_or_default(), &mut value);
        self.read_attribute(kind, raw_key.map(|_| key.as_str()), raw_value.map(|_| value.as_str()), is_empty);
        (self.key, self.value) = (key, value);
    }

    fn read_attribute(&mut self, kind: Kind, key: Option<&str>, value: Option<&str>, is_empty: bool) {
        let depth = self.path.len() + self.json.as_ref().map_or(0, Json::depth);
        match (key, &mut self.json) {
            (Some(key), Some(json)) if depth < DEPTH_MAX => {
                if is_empty {
                    json.leaf(key, kind, value)
                } else {
                    json.open(key, kind, value)
                }
            }
            (Some(key), None) if depth < DEPTH_MAX => {
                self.plain_attribute(kind, key, value.unwrap_or_default(), is_empty);
            }
            (key, _) => {
                let detail = if key.is_none() { "an attribute without key" } else { "attributes too deep" };
                self.note(Note::AttributeDropped, detail);
                self.skip += usize::from(!is_empty);
            }
        }
    }

    fn plain_attribute(&mut self, kind: Kind, key: &str, value: &str, is_empty: bool) {
        let number = if self.prefix.is_empty() {
            self.names.number(key, kind, &self.reading.shaper)
        } else {
            let path = format!("{}{key}", self.prefix);
            self.names.number(&path, kind, &self.reading.shaper)
        };
        let is_structure = matches!(kind, Kind::List | Kind::Container);
        if is_structure && is_empty {
            self.put(number, if kind == Kind::List { "[]" } else { "{}" });
        } else if !is_structure && !value.is_empty() {
            let name = self.names.get_mut(number);
            let is_time = name.own_slot == self.at_slot && self.at_slot != NO_SLOT;
            if !is_time && !kind.fits(value) {
                // What is named as a text is shown nowhere.
                let is_text = [&name.own, &name.outer].iter().any(|key| self.reading.shaper.is_text(key));
                let shown = if is_text { "..." } else { value };
                let detail = format!("{key}: {} `{shown}`", kind.name());
                self.note(Note::TypeMismatch, &detail);
            } else if name.kind != kind && !name.is_mixed {
                name.is_mixed = true;
                let detail = format!("{key}: {} here, {} before", kind.name(), name.kind.name());
                self.note(Note::TypeMismatch, &detail);
            }
            self.put(number, value);
        }
        if is_empty {
            return;
        }
        self.path.push(self.prefix.len());
        self.prefix.push_str(key);
        self.prefix.push('/');
        if is_structure {
            self.json = Some(Json::begin(kind));
            self.json_key = number;
        }
    }

    /// The end of an attribute with others inside.
    fn leave(&mut self) {
        let len = self.path.pop().unwrap_or(0);
        self.prefix.truncate(len);
    }

    /// Keeps an attribute with whatever is open; the last one of a key counts.
    fn put(&mut self, key: u32, value: &str) {
        if self.place == Where::Global {
            let globals = if self.globals.is_trace { &mut self.globals.trace } else { &mut self.globals.event };
            globals.push((key, value.to_owned()));
            return;
        }
        let is_trace = self.place == Where::Trace;
        if is_trace {
            self.held.is_spoilt |= mem::take(&mut self.is_spoilt);
            if self.held.is_given {
                self.note(Note::AttributeDropped, "it stands behind too many events of its trace");
            }
        }
        let from = self.held.text.len() as u32;
        self.held.text.push_str(value);
        let span = Span { key, from, to: self.held.text.len() as u32 };
        let (spans, from) = if is_trace { (&mut self.held.outer, 0) } else { (&mut self.held.spans, self.from) };
        let name = self.names.get_mut(key);
        let (stamp, now) =
            if is_trace { (&mut name.outer_stamp, self.held.number) } else { (&mut name.stamp, self.stamp) };
        let is_twice = mem::replace(stamp, now) == now;
        match spans[from..].iter_mut().find(|known| is_twice && known.key == key) {
            Some(known) => {
                *known = span;
                let detail = self.names.get(key).own.to_string();
                self.note(Note::KeyTwice, &detail);
            }
            None => spans.push(span),
        }
    }

    fn close_event(&mut self) -> Result<(), ReadError> {
        if self.reading.source.apply_globals {
            for (key, value) in mem::take(&mut self.globals.event) {
                if self.names.get(key).stamp != self.stamp {
                    self.put(key, &value);
                }
                self.globals.event.push((key, value));
            }
        }
        self.held_event(false);
        self.place = Where::Trace;
        if self.held.events.len() >= HELD_EVENTS_MAX || self.held.text.len() >= HELD_BYTES_MAX {
            self.held.give(&self.names, &mut self.reading)?;
        }
        Ok(())
    }

    fn held_event(&mut self, is_cut: bool) {
        self.held.n_events += 1;
        let event = HeldEvent {
            from: self.from,
            to: self.held.spans.len(),
            number: self.held.n_events,
            is_spoilt: mem::take(&mut self.is_spoilt),
            is_cut,
        };
        self.held.events.push(event);
    }

    fn close_trace(&mut self) -> Result<(), ReadError> {
        if self.reading.source.apply_globals {
            for (key, value) in mem::take(&mut self.globals.trace) {
                if self.names.get(key).outer_stamp != self.held.number {
                    self.put(key, &value);
                }
                self.globals.trace.push((key, value));
            }
        }
        let place = Place::Trace(self.held.number).to_string();
        let name = self.held.outer.iter().find(|span| &*self.names.get(span.key).own == "concept:name");
        if let Some(name) = name.map(|span| self.held.value(*span))
            && !self.trace_names.insert(XxHash3_64::oneshot(name.as_bytes()))
        {
            self.reading.gate.note(&place, Note::TraceTwice, name);
        }
        if self.held.n_events == 0 {
            self.reading.gate.note(&place, Note::TraceEmpty, "");
        }
        self.place = Where::Log;
        self.held.give(&self.names, &mut self.reading)
    }

    fn note(&mut self, note: Note, detail: &str) {
        let place = match self.place {
            Where::Event => Place::Event(self.held.number, self.held.n_events + 1),
            _ => Place::Trace(self.held.number),
        };
        if self.place != Where::Global {
            self.reading.gate.note(&place.to_string(), note, detail);
        }
    }

    /// Keeps what stands before the break.
    fn salvage(&mut self, error: &ReadError) -> Result<(), ReadError> {
        let place = match error {
            ReadError::Truncated { byte, .. } => Place::Byte(*byte).to_string(),
            ReadError::Malformed { place, .. } => place.clone(),
            _ => String::new(),
        };
        let kept = self.reading.gate.elements() + self.held.events.len() as u64;
        if self.place == Where::Event {
            self.held_event(true);
        }
        self.held.give(&self.names, &mut self.reading)?;
        let detail = format!("it breaks off; kept {kept} events before {place}");
        self.reading.gate.note(&place, Note::SourceIncomplete, &detail);
        Ok(())
    }

    fn truncated(&self, byte: u64) -> ReadError {
        let events = self.reading.gate.elements() + self.held.events.len() as u64;
        ReadError::Truncated { path: self.reading.source.path.clone(), events, byte }
    }

    fn broken(&self, error: &XmlError, byte: u64) -> ReadError {
        let path = &self.reading.source.path;
        match error {
            XmlError::Syntax(error) if *error != SyntaxError::InvalidBangMarkup => self.truncated(byte),
            XmlError::Io(error) => {
                let events = self.reading.gate.elements() + self.held.events.len() as u64;
                broken_off(path, error, events, byte)
            }
            error => ReadError::Malformed {
                path: path.clone(),
                place: format!("byte {byte}"),
                what: error.to_string(),
                hint: "export it again, or keep what stands before with `--salvage`".to_owned(),
            },
        }
    }

    fn not_a_log(&self, what: &str) -> ReadError {
        ReadError::Unrecognised {
            path: self.reading.source.path.clone(),
            what: format!("{what}, not <log>"),
            hint: "an XES file has <log> as its outermost element".to_owned(),
        }
    }
}
