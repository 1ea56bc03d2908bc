//! Object-centric event logs: OCEL 2.0 as JSON, XML and SQLite, and OCEL 1.0 as JSON, told item by item.
//!
//! A file is read twice: once for its objects, which later events need and which may stand behind the events that touch
//! them, and once for its events, which are never held. Memory holds objects, a hash for each event, and for SQLite the
//! relations.

use std::path::Path;

use sayso_model::coverage::Note;
use sayso_model::event::{EventSink, Flow};

use crate::bytes::Unpacked;
use crate::lens::Field;
use crate::lens::place::Place;
use crate::reading::Reading;
use crate::{Done, Lens, ReadError, Source};

mod json;
mod sqlite;
mod survey;
mod tell;
mod xml;

use survey::Catalogue;
pub use survey::{ObjectType, Survey};
use tell::Telling;

/// The first bytes of an SQLite database.
pub(crate) const SQLITE: &[u8] = b"SQLite format 3\0";
/// The key under which a lens finds the item that Sayso chose.
pub(crate) const ITEM: &str = "ocel:item";

/// Reads an object-centric log; see [`crate::read`].
pub(crate) fn read(source: &Source, resume: Option<&str>, sink: &mut dyn EventSink) -> Result<Done, ReadError> {
    let form = Form::of(&source.path)?;
    let mut unpacked = open(form, &source.path)?;
    let mut reading = Reading::begin(source, resume, &unpacked, sink)?;
    let zone = source.zone.as_ref().or(source.lens.zone()).cloned();
    let mut catalogue = Catalogue::new(zone, Some(&mut reading.gate));
    let mut broken = None;
    if let Err(error) = form.walk(open(form, &source.path)?, &source.lens, &mut catalogue) {
        match error {
            // What stands before the break is told below, where the same break is met again.
            ReadError::Truncated { .. } | ReadError::Malformed { .. } if source.salvage => broken = Some(()),
            error => return Err(error),
        }
    }
    let catalogue = catalogue.finish();
    let items = tell::items(&source.lens, &catalogue, &source.path)?;
    for (what, tally) in catalogue.claims(items.chosen()) {
        reading.gate.claim(&what, tally);
    }
    if let Some(why) = items.why(&catalogue) {
        reading.gate.note("the file", Note::ItemChosen, &why);
    }
    if form == Form::Sqlite {
        unpacked.take_in()?;
    }
    let mut telling = Telling::new(reading, &catalogue, items);
    let walked = form.walk(unpacked, &source.lens, &mut telling);
    let mut reading = telling.done();
    match walked {
        Ok(Flow::Stop) => Ok(Done::Interrupted),
        Ok(Flow::Continue) => reading.complete(false),
        Err(error @ (ReadError::Truncated { .. } | ReadError::Malformed { .. })) if broken.is_some() => {
            let place = match &error {
                ReadError::Truncated { byte, .. } => Place::Byte(*byte).to_string(),
                ReadError::Malformed { place, .. } => place.clone(),
                _ => String::new(),
            };
            let detail = format!("it breaks off; kept {} events before {place}", reading.gate.elements());
            reading.gate.within.clear();
            reading.gate.note(&place, Note::SourceIncomplete, &detail);
            reading.complete(false)
        }
        Err(error) => Err(error.after(reading.gate.elements())),
    }
}

/// Looks at a log without reading it into anything: its object types, and which of them Sayso would take for the item.
///
/// # Errors
/// Where the file cannot be read to its end, or is no object-centric log.
pub fn survey(path: &Path) -> Result<Survey, ReadError> {
    let form = Form::of(path)?;
    let mut catalogue = Catalogue::new(None, None);
    let _ = form.walk(open(form, path)?, &Lens::of_kind(crate::Kind::Ocel), &mut catalogue)?;
    Ok(catalogue.finish().survey())
}

/// Whether a text is an object-centric log in JSON, by the keys at its beginning.
pub(crate) fn is_json(head: &str) -> bool {
    let head = head.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    head.starts_with('{') && json::is_log(head)
}

/// Whether the outermost elements of an XML text are those of an object-centric log.
pub(crate) fn is_xml(head: &str) -> bool {
    xml::is_log(head)
}

/// Whether a database has the tables of an object-centric log.
pub(crate) fn is_sqlite(path: &Path) -> Result<bool, ReadError> {
    sqlite::is_log(path)
}

/// How a log is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Xml,
    Sqlite,
}

impl Form {
    fn of(path: &Path) -> Result<Form, ReadError> {
        let mut unpacked = Unpacked::open_any(path)?;
        if unpacked.starts_with(SQLITE) {
            return Ok(Form::Sqlite);
        }
        drop(unpacked);
        let mut text = Unpacked::open(path)?.text(None)?.reader;
        let mut first = [0; 64];
        loop {
            let n = text.read(&mut first).map_err(|error| crate::bytes::broken_off(path, &error, 0, 0))?;
            let start = std::str::from_utf8(&first[..n]).unwrap_or_default();
            match start.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).bytes().next() {
                Some(b'<') => return Ok(Form::Xml),
                None if n > 0 => {}
                _ => return Ok(Form::Json),
            }
        }
    }

    fn walk(self, unpacked: Unpacked, lens: &Lens, pour: &mut dyn Pour) -> Result<Flow, ReadError> {
        match self {
            Form::Sqlite => sqlite::walk(&unpacked.path, pour),
            Form::Json => {
                let text = unpacked.text(lens.0.encoding)?;
                pour.mismatch(text.mismatch.as_deref());
                json::walk(text, pour)
            }
            Form::Xml => {
                let text = unpacked.text(lens.0.encoding)?;
                pour.mismatch(text.mismatch.as_deref());
                xml::walk(text, pour)
            }
        }
    }
}

fn open(form: Form, path: &Path) -> Result<Unpacked, ReadError> {
    if form == Form::Sqlite { Unpacked::open_any(path) } else { Unpacked::open(path) }
}

/// What the lens says an item is made of.
fn item_keys(lens: &Lens) -> Vec<String> {
    let mut keys = Vec::new();
    if let Some(template) = &lens.0.fields[Field::Item as usize] {
        template.vars(&mut |var| {
            if let crate::lens::Var::Slot(slot) = var {
                keys.push(lens.0.keys[slot].clone());
            }
        });
    }
    keys
}

/// Events or objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Event,
    Object,
}

/// Where what stands in a file goes: into the catalogue of objects, or as events to the sink.
trait Pour {
    /// How the text is encoded otherwise than it declares.
    fn mismatch(&mut self, what: Option<&str>);

    /// Whether objects and what belongs to them are wanted.
    fn wants_objects(&self) -> bool;

    /// A declared type, with the names and types of its attributes.
    fn declare(&mut self, sort: Sort, name: &str, attributes: &[(String, String)]);

    /// An object.
    fn object(&mut self, id: &str, kind: &str, place: &str);

    /// A value of an object's attribute; `time` is empty where none is given.
    fn attribute(&mut self, id: &str, name: &str, time: &str, value: &str, place: &str);

    /// A relation from an object to another.
    fn link(&mut self, id: &str, target: &str, qualifier: &str);

    /// Something about an object that cannot be used as it is written.
    fn odd(&mut self, place: &str, note: Note, detail: &str);

    /// An event.
    fn event(&mut self, event: &RawEvent) -> Result<Flow, ReadError>;
}

/// An event as a file has it; empty texts stand for what is not there.
#[derive(Clone, Debug, Default)]
struct RawEvent {
    /// The table, for databases; empty otherwise.
    within: String,
    /// Its number in the file or table, from 1.
    number: u64,
    id: String,
    kind: String,
    time: String,
    attributes: Vec<(String, String)>,
    /// Objects and qualifiers.
    relations: Vec<(String, String)>,
    notes: Vec<(Note, String)>,
    /// Why it is no event at all.
    malformed: Option<String>,
    is_spoilt: bool,
}

impl RawEvent {
    /// Begins the next event, with the memory of the last.
    fn begin(&mut self, number: u64) {
        self.number = number;
        self.id.clear();
        self.kind.clear();
        self.time.clear();
        self.attributes.clear();
        self.relations.clear();
        self.notes.clear();
        self.malformed = None;
        self.is_spoilt = false;
    }

    /// Adds an attribute; of one that is given twice the last value counts.
    fn add(&mut self, name: &str, value: String) {
        match self.attributes.iter_mut().find(|(known, _)| known == name) {
            Some(known) => {
                known.1 = value;
                self.notes.push((Note::KeyTwice, name.to_owned()));
            }
            None => self.attributes.push((name.to_owned(), value)),
        }
    }
}
