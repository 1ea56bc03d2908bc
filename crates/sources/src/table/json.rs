//! Rows as JSON objects, one a line; objects within go by `outer.inner`, lists stay JSON.

use std::fmt;

use rustc_hash::FxHashMap;
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{EventSink, Flow};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::csv::Rows;
use super::slot_of;
use crate::ReadError;
use crate::bytes::Spoilt;
use crate::lens::place::Place;
use crate::lens::shape::{Cell, Element};
use crate::reading::Reading;

/// Objects within objects that are followed.
const DEPTH_MAX: usize = 32;

/// Reads the rows behind what `rows` has given so far.
pub(crate) fn read(reading: &mut Reading<'_>, rows: &mut Rows, spoilt: &Spoilt) -> Result<Flow, ReadError> {
    let mut known: FxHashMap<Box<str>, (u32, bool)> = FxHashMap::default();
    let mut text = String::new();
    let mut spans: Vec<(usize, usize, usize)> = Vec::new();
    loop {
        let events = reading.gate.elements();
        let Some((number, line)) = rows.next_numbered_line().map_err(|error| error.after(events))? else {
            return Ok(Flow::Continue);
        };
        let place = Place::Line(number);
        reading.gate.seen();
        if reading.gate.is_muted() && !reading.shaper.has_memory() {
            // It was told by an earlier reading, whatever it is.
            if reading.boundary()? == Flow::Stop {
                return Ok(Flow::Stop);
            }
            continue;
        }
        text.clear();
        spans.clear();
        let mut twice = None;
        let result = each(line, &mut |key, value| {
            let from = text.len();
            text.push_str(key);
            let middle = text.len();
            text.push_str(value);
            let is_same = |span: &&mut (usize, usize, usize)| text[span.0..span.1] == *key;
            match spans.iter_mut().find(is_same) {
                Some(span) => {
                    twice = Some(key.to_owned());
                    *span = (from, middle, text.len());
                }
                None => spans.push((from, middle, text.len())),
            }
        });
        if let Err(error) = result {
            reading.gate.set_aside(&place.to_string(), Reason::RowMalformed, &what_is_wrong(&error));
        } else if spoilt.is(line) {
            reading.gate.set_aside(&place.to_string(), Reason::EncodingInvalid, "");
        } else {
            if let Some(key) = twice {
                reading.gate.note(&place.to_string(), Note::KeyTwice, &key);
            }
            let mut own = Vec::with_capacity(spans.len());
            for (from, middle, to) in &spans {
                let (key, value) = (&text[*from..*middle], text[*middle..*to].trim_ascii());
                let (slot, is_dropped) = match known.get(key) {
                    Some(known) => *known,
                    None => {
                        let found = slot_of(reading, key);
                        known.insert(key.into(), found);
                        found
                    }
                };
                if !is_dropped && !value.is_empty() {
                    own.push(Cell { key, value, slot });
                }
            }
            reading.element(&Element { outer: &[], own: &own, unnamed: None, place })?;
        }
        if reading.boundary()? == Flow::Stop {
            return Ok(Flow::Stop);
        }
    }
}

/// What is wrong with a line, without any of its words.
fn what_is_wrong(error: &serde_json::Error) -> String {
    let shown = error.to_string();
    if error.is_data() && shown.starts_with("invalid type") { "it is not an object".to_owned() } else { shown }
}

/// Calls `each` with every key and value of an object; `null` is left out.
pub(crate) fn each(line: &str, each: &mut dyn FnMut(&str, &str)) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(line);
    let mut path = String::new();
    Members { path: &mut path, depth: 0, each }.deserialize(&mut json)?;
    json.end()
}

/// The members of one object.
struct Members<'m> {
    path: &'m mut String,
    depth: usize,
    each: &'m mut dyn FnMut(&str, &str),
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth >= DEPTH_MAX {
            return Err(A::Error::custom("objects too deep within objects"));
        }
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let len = self.path.len();
            if len > 0 {
                self.path.push('.');
            }
            self.path.push_str(&key);
            map.next_value_seed(Member { path: self.path, depth: self.depth, each: self.each })?;
            self.path.truncate(len);
        }
        Ok(())
    }
}

/// The value of one member.
struct Member<'m> {
    path: &'m mut String,
    depth: usize,
    each: &'m mut dyn FnMut(&str, &str),
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        (self.each)(self.path, value);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        (self.each)(self.path, if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        (self.each)(self.path, &value.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        (self.each)(self.path, &value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        (self.each)(self.path, &value.to_string());
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element::<Value>()? {
            list.push(value);
        }
        (self.each)(self.path, &Value::Array(list).to_string());
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth + 1 >= DEPTH_MAX {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Err(A::Error::custom("objects too deep within objects"));
        }
        Members { path: self.path, depth: self.depth + 1, each: self.each }.visit_map(map)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn members(line: &str) -> Vec<(String, String)> {
        let mut all = Vec::new();
        each(line, &mut |key, value| all.push((key.to_owned(), value.to_owned()))).unwrap();
        all
    }

    #[test]
    fn values_of_every_kind() {
        let line = r#"{"s":"x\u00e9\"","n":1,"f":2.5,"big":18446744073709551615,"b":true,"none":null,
            "o":{"name":"n","p":{"q":1}},"l":[1,{"a":null}],"e":{}}"#;
        let expected = [
            ("s", "xé\""),
            ("n", "1"),
            ("f", "2.5"),
            ("big", "18446744073709551615"),
            ("b", "true"),
            ("o.name", "n"),
            ("o.p.q", "1"),
            ("l", r#"[1,{"a":null}]"#),
        ];
        assert_eq!(members(line), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for line in ["", "[1]", "1", "{\"a\":1", "{\"a\":1} x", "{'a':1}"] {
            assert!(each(line, &mut |_, _| ()).is_err(), "{line}");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(2_000), "}".repeat(2_000));
        assert!(each(&deep, &mut |_, _| ()).is_err());
    }
}
