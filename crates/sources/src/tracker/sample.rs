//! What can be seen of a file from its beginning: the keys of its JSON, the columns of its table, its XML.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Cursor;
use std::path::Path;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::table::csv::Rows;

/// Objects and lists within each other that are looked into.
const DEPTH_MAX: usize = 4;
/// Keys that are kept.
const KEYS_MAX: usize = 4_096;

/// The beginning of a file, looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// The paths of the keys, where it is JSON: `issues[].fields.summary`, `[].id`.
    pub keys: BTreeSet<String>,
    /// The names of the columns, where it is a table.
    pub columns: Vec<String>,
    /// The beginning, where it is XML; empty otherwise.
    pub xml: String,
    /// Whether it begins like an archive of mail.
    pub is_mail: bool,
}

impl Sample {
    /// Looks at the beginning of a text, which may break off anywhere.
    pub fn of(head: &str) -> Sample {
        let mut sample = Sample::default();
        let head = head.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        // Gerrit begins its answers with a guard against being run as a script.
        let head = head.strip_prefix(")]}'").map_or(head, str::trim_start);
        match head.as_bytes().first() {
            Some(b'{' | b'[') => {
                let mut json = serde_json::Deserializer::from_str(head);
                let mut path = String::new();
                // Where it breaks off, what was seen before stands.
                let _ = Seen { keys: &mut sample.keys, path: &mut path, depth: 0 }.deserialize(&mut json);
            }
            Some(b'<') => sample.xml = head.to_owned(),
            Some(b'F') if is_mail(head) => sample.is_mail = true,
            Some(_) => {
                let mut rows = Rows::new(Cursor::new(head.to_owned()), Path::new("").to_owned());
                sample.columns = rows.header().unwrap_or_default();
            }
            None => {}
        }
        sample
    }

    /// Whether there is a key of this path.
    pub fn has(&self, path: &str) -> bool {
        self.keys.contains(path)
    }
}

/// Whether a text begins with the line that stands before each message of an archive, and a header.
pub(crate) fn is_mail(head: &str) -> bool {
    let mut lines = head.lines();
    lines.next().is_some_and(|line| line.starts_with("From "))
        && lines.next().is_none_or(|line| line.split_once(':').is_some_and(|(name, _)| !name.contains(' ')))
}

struct Seen<'s> {
    keys: &'s mut BTreeSet<String>,
    path: &'s mut String,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Seen<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth > DEPTH_MAX {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seen<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Seen { keys, path, depth } = self;
        let len = path.len();
        while let Some(key) = map.next_key::<String>()? {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&key);
            if keys.len() < KEYS_MAX {
                keys.insert(path.clone());
            }
            map.next_value_seed(Seen { keys, path, depth: depth + 1 })?;
            path.truncate(len);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Seen { keys, path, depth } = self;
        let len = path.len();
        path.push_str("[]");
        while seq.next_element_seed(Seen { keys, path, depth: depth + 1 })?.is_some() {}
        path.truncate(len);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_seen_up_to_where_the_text_breaks_off() {
        let sample = Sample::of("{\"total\": 3, \"issues\": [{\"key\": \"A-1\", \"fields\": {\"summary\": \"xx");
        for path in ["total", "issues", "issues[].key", "issues[].fields.summary"] {
            assert!(sample.has(path), "{path}");
        }
        let sample = Sample::of(" \n[{\"id\": 1, \"a\": {\"b\": [{\"c\": null}]}}]");
        assert!(sample.has("[].id") && sample.has("[].a.b[].c"));
    }

    #[test]
    fn tables_show_their_columns_whatever_separates_them() {
        assert_eq!(Sample::of("\u{feff}Summary,Issue key\r\nx,A-1\r\n").columns, ["Summary", "Issue key"]);
        assert_eq!(Sample::of("Summary;Issue key\nx;A-1\n").columns, ["Summary", "Issue key"]);
        assert!(Sample::of("<rss>").xml.starts_with("<rss"));
        assert!(Sample::of("").columns.is_empty());
    }
}
