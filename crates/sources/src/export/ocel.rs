//! OCEL 2.0 as text, JSON or XML: events and items wait in nameless files until the types before them are known.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};

use super::objects::{ITEM, Objects, item_id};
use super::out::{Out, attribute, escape, spool};
use super::{ExportError, Told, Writer};

/// JSON or XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Json,
    Xml,
}

/// A log on its way.
pub(super) struct Ocel {
    path: PathBuf,
    dialect: Dialect,
    out: Out,
    events: BufWriter<File>,
    items: BufWriter<File>,
    n_items: usize,
    n_events: u64,
    objects: Objects,
    /// Event types with the names of their attributes, in the order in which they were met.
    types: Vec<(String, Vec<String>)>,
    numbers: FxHashMap<String, usize>,
    known: FxHashSet<(usize, String)>,
}

impl Ocel {
    pub fn create(path: &Path, dialect: Dialect) -> Result<Ocel, ExportError> {
        Ok(Ocel {
            path: path.to_owned(),
            dialect,
            out: Out::create(path)?,
            events: spool(path)?,
            items: spool(path)?,
            n_items: 0,
            n_events: 0,
            objects: Objects::default(),
            types: Vec::new(),
            numbers: FxHashMap::default(),
            known: FxHashSet::default(),
        })
    }

    fn fault(&self) -> impl Fn(io::Error) -> ExportError + use<> {
        let path = self.path.clone();
        move |source| ExportError::Io { path: path.clone(), source }
    }

    fn declare(&mut self, label: &str, pairs: &[(String, String)]) {
        let number = match self.numbers.get(label) {
            Some(number) => *number,
            None => {
                self.numbers.insert(label.to_owned(), self.types.len());
                self.types.push((label.to_owned(), Vec::new()));
                self.types.len() - 1
            }
        };
        for (name, _) in pairs {
            if self.known.insert((number, name.clone())) {
                self.types[number].1.push(name.clone());
            }
        }
    }

    /// An object without attributes, with what it is linked to.
    fn object(&self, id: &str, kind: &str, links: &[&str]) -> String {
        match self.dialect {
            Dialect::Json => {
                let mut object = json!({ "id": id, "type": kind, "attributes": [] });
                if !links.is_empty() {
                    object["relationships"] =
                        links.iter().map(|to| json!({ "objectId": to, "qualifier": "linked" })).collect();
                }
                object.to_string()
            }
            Dialect::Xml => {
                let mut text = "<object".to_owned();
                attribute("id", id, &mut text);
                attribute("type", kind, &mut text);
                text.push_str("><attributes/>");
                if !links.is_empty() {
                    text.push_str("<objects>");
                    for to in links {
                        text.push_str("<relationship");
                        attribute("object-id", to, &mut text);
                        attribute("qualifier", "linked", &mut text);
                        text.push_str("/>");
                    }
                    text.push_str("</objects>");
                }
                text.push_str("</object>");
                text
            }
        }
    }

    fn event_text(&self, told: &Told, number: u64, pairs: &[(String, String)], related: &[(String, &str)]) -> String {
        match self.dialect {
            Dialect::Json => {
                let attributes: Vec<Value> =
                    pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
                let related: Vec<Value> =
                    related.iter().map(|(id, qualifier)| json!({ "objectId": id, "qualifier": qualifier })).collect();
                json!({
                    "id": format!("e{number}"),
                    "type": told.label(),
                    "time": told.time(),
                    "attributes": attributes,
                    "relationships": related,
                })
                .to_string()
            }
            Dialect::Xml => {
                let mut text = "<event".to_owned();
                attribute("id", &format!("e{number}"), &mut text);
                attribute("type", told.label(), &mut text);
                attribute("time", &told.time(), &mut text);
                text.push_str("><attributes>");
                for (name, value) in pairs {
                    text.push_str("<attribute");
                    attribute("name", name, &mut text);
                    text.push('>');
                    escape(value, &mut text);
                    text.push_str("</attribute>");
                }
                text.push_str("</attributes><objects>");
                for (id, qualifier) in related {
                    text.push_str("<relationship");
                    attribute("object-id", id, &mut text);
                    attribute("qualifier", qualifier, &mut text);
                    text.push_str("/>");
                }
                text.push_str("</objects></event>");
                text
            }
        }
    }

    fn types_text(&self, tag: &str, types: &[(String, Vec<String>)]) -> String {
        match self.dialect {
            Dialect::Json => {
                let types: Vec<Value> = types
                    .iter()
                    .map(|(name, attributes)| {
                        let attributes: Vec<Value> =
                            attributes.iter().map(|name| json!({ "name": name, "type": "string" })).collect();
                        json!({ "name": name, "attributes": attributes })
                    })
                    .collect();
                Value::Array(types).to_string()
            }
            Dialect::Xml => {
                let mut text = String::new();
                for (name, attributes) in types {
                    text.push_str(&format!("<{tag}"));
                    attribute("name", name, &mut text);
                    text.push_str("><attributes>");
                    for name in attributes {
                        text.push_str("<attribute");
                        attribute("name", name, &mut text);
                        text.push_str(" type=\"string\"/>");
                    }
                    text.push_str(&format!("</attributes></{tag}>\n"));
                }
                text
            }
        }
    }

    /// What stands between two rows.
    fn comma(&self, n: u64) -> &'static str {
        match (self.dialect, n) {
            (Dialect::Json, 0) | (Dialect::Xml, _) => "",
            (Dialect::Json, _) => ",",
        }
    }
}

impl Writer for Ocel {
    fn item(&mut self, item: &str) -> Result<(), ExportError> {
        // What it is linked to is known only when all items are.
        self.n_items += 1;
        let line = Value::String(item.to_owned()).to_string();
        writeln!(self.items, "{line}").map_err(self.fault())
    }

    fn event(&mut self, told: &Told, number: u64) -> Result<(), ExportError> {
        let pairs = told.pairs();
        self.declare(told.label(), &pairs);
        let related = self.objects.relations(told);
        let text = self.event_text(told, number, &pairs, &related);
        let comma = self.comma(self.n_events);
        self.n_events += 1;
        writeln!(self.events, "{comma}{text}").map_err(self.fault())
    }

    fn finish(&mut self, items: &FxHashSet<u64>) -> Result<(u64, u64), ExportError> {
        let fault = self.fault();
        let is_json = self.dialect == Dialect::Json;
        let part = |json: &'static str, xml: &'static str| if is_json { json } else { xml };
        let object_types: Vec<(String, Vec<String>)> =
            self.objects.types(self.n_items).into_iter().map(|name| (name.to_owned(), Vec::new())).collect();
        self.out
            .text(part("{\"objectTypes\":", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log>\n<object-types>\n"))?;
        let text = self.types_text("object-type", &object_types);
        self.out.text(&text)?;
        self.out.text(part(",\n\"eventTypes\":", "</object-types>\n<event-types>\n"))?;
        let text = self.types_text("event-type", &self.types);
        self.out.text(&text)?;
        self.out.text(part(",\n\"objects\":[\n", "</event-types>\n<objects>\n"))?;
        let mut links: FxHashMap<String, Vec<String>> = FxHashMap::default();
        for (from, to) in self.objects.links(items) {
            links.entry(from).or_default().push(to);
        }
        let mut n = 0;
        let mut lines = unspool(&mut self.items).map_err(&fault)?;
        let mut line = String::new();
        loop {
            line.clear();
            if io::BufRead::read_line(&mut lines, &mut line).map_err(&fault)? == 0 {
                break;
            }
            let item: String = serde_json::from_str(&line).map_err(|error| fault(io::Error::from(error)))?;
            let id = item_id(&item);
            let linked: Vec<&str> = links.get(&*id).into_iter().flatten().map(String::as_str).collect();
            let text = format!("{}{}\n", self.comma(n), self.object(&id, ITEM, &linked));
            self.out.text(&text)?;
            n += 1;
        }
        let parties: Vec<(String, &str)> = self.objects.parties().map(|(id, kind)| (id.to_owned(), kind)).collect();
        for (id, kind) in parties {
            let text = format!("{}{}\n", self.comma(n), self.object(&id, kind, &[]));
            self.out.text(&text)?;
            n += 1;
        }
        self.out.text(part("],\n\"events\":[\n", "</objects>\n<events>\n"))?;
        let mut events = unspool(&mut self.events).map_err(&fault)?;
        self.out.copy(events.get_mut())?;
        self.out.text(part("]}\n", "</events>\n</log>\n"))?;
        self.out.finish()?;
        Ok((n, 0))
    }
}

/// What was written to a nameless file, from its beginning.
fn unspool(writer: &mut BufWriter<File>) -> io::Result<io::BufReader<File>> {
    writer.flush()?;
    let mut file = writer.get_ref().try_clone()?;
    file.rewind()?;
    Ok(io::BufReader::new(file))
}
