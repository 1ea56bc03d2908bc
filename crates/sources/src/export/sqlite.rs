//! OCEL 2.0 in SQLite, with the keys that the standard asks for; tables and columns grow as types and attributes come.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params, params_from_iter};
use rustc_hash::{FxHashMap, FxHashSet};
use tempfile::NamedTempFile;

use super::objects::{ITEM, Objects, item_id};
use super::out::{folder, name};
use super::{ExportError, Told, Writer};

/// Attributes of one type of events; SQLite itself stops at 2,000 columns.
const COLUMNS_MAX: usize = 1_500;
/// The beginning of time, from which on what an object is holds always.
const ALWAYS: &str = "1970-01-01T00:00:00Z";

const TABLES: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA foreign_keys = OFF;
    BEGIN;
    CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL UNIQUE);
    CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL UNIQUE);
    CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL,
        FOREIGN KEY (ocel_type) REFERENCES event_map_type (ocel_type));
    CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL,
        FOREIGN KEY (ocel_type) REFERENCES object_map_type (ocel_type));
    CREATE TABLE event_object (ocel_event_id TEXT NOT NULL, ocel_object_id TEXT NOT NULL, ocel_qualifier TEXT NOT NULL,
        PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier),
        FOREIGN KEY (ocel_event_id) REFERENCES event (ocel_id),
        FOREIGN KEY (ocel_object_id) REFERENCES object (ocel_id));
    CREATE TABLE object_object (ocel_source_id TEXT NOT NULL, ocel_target_id TEXT NOT NULL, ocel_qualifier TEXT NOT NULL,
        PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier),
        FOREIGN KEY (ocel_source_id) REFERENCES object (ocel_id),
        FOREIGN KEY (ocel_target_id) REFERENCES object (ocel_id));
";

/// A database on its way.
pub(super) struct Base {
    path: PathBuf,
    /// Closed before the file takes its name.
    connection: Option<Connection>,
    file: Option<NamedTempFile>,
    objects: Objects,
    types: FxHashMap<String, EventType>,
    /// Tables in lower case, as SQLite compares them.
    tables: FxHashSet<String>,
    object_tables: Vec<(String, String)>,
    n_items: u64,
    dropped: u64,
}

/// The table of one type of events.
struct EventType {
    table: String,
    /// Attributes to the places of their columns; those without a place were dropped.
    columns: FxHashMap<String, Option<usize>>,
    names: FxHashSet<String>,
    insert: String,
}

impl Base {
    pub fn create(path: &Path) -> Result<Base, ExportError> {
        let file =
            NamedTempFile::new_in(folder(path)).map_err(|source| ExportError::Io { path: path.to_owned(), source })?;
        let base = |source| ExportError::Base { path: path.to_owned(), source };
        let connection = Connection::open(file.path()).map_err(base)?;
        connection.execute_batch(TABLES).map_err(base)?;
        let tables = ["event_map_type", "event_object", "object_map_type", "object_object"];
        Ok(Base {
            path: path.to_owned(),
            connection: Some(connection),
            file: Some(file),
            objects: Objects::default(),
            types: FxHashMap::default(),
            tables: tables.into_iter().map(str::to_owned).collect(),
            object_tables: Vec::new(),
            n_items: 0,
            dropped: 0,
        })
    }

    fn fault(&self) -> impl Fn(rusqlite::Error) -> ExportError + use<> {
        let path = self.path.clone();
        move |source| ExportError::Base { path: path.clone(), source }
    }

    fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("it is closed only when it is finished")
    }

    /// The name of a table for a type: letters and digits of its own name, and a number where that is taken.
    fn table_for(&mut self, sort: &str, kind: &str) -> String {
        let mut plain = String::new();
        for word in kind.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            let (first, rest) = word.split_at(1);
            plain.push_str(&first.to_ascii_uppercase());
            plain.push_str(rest);
        }
        plain.truncate(48);
        if plain.is_empty() {
            plain.push_str("Type");
        }
        let mut mapped = plain.clone();
        let mut n = 1;
        while !self.tables.insert(format!("{sort}_{mapped}").to_ascii_lowercase()) {
            n += 1;
            mapped = format!("{plain}{n}");
        }
        mapped
    }

    fn event_type(&mut self, label: &str) -> rusqlite::Result<()> {
        if self.types.contains_key(label) {
            return Ok(());
        }
        let mapped = self.table_for("event", label);
        let connection = self.connection();
        connection.execute("INSERT INTO event_map_type VALUES (?1, ?2)", params![label, mapped])?;
        let table = format!("event_{mapped}");
        connection.execute_batch(&format!(
            "CREATE TABLE \"{table}\" (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP NOT NULL,
                FOREIGN KEY (ocel_id) REFERENCES event (ocel_id))"
        ))?;
        let names = ["ocel_id", "ocel_time"].into_iter().map(str::to_owned).collect();
        let mut new = EventType { table, columns: FxHashMap::default(), names, insert: String::new() };
        new.prepare();
        self.types.insert(label.to_owned(), new);
        Ok(())
    }

    /// Sees to it that a type has columns for attributes.
    fn columns(&mut self, label: &str, pairs: &[(String, String)]) -> rusqlite::Result<()> {
        let Base { types, connection, dropped, .. } = self;
        let (Some(kind), Some(connection)) = (types.get_mut(label), connection) else { return Ok(()) };
        for (attribute, _) in pairs {
            if let Some(column) = kind.columns.get(attribute) {
                *dropped += u64::from(column.is_none());
                continue;
            }
            let place = kind.names.len() - 2;
            if place >= COLUMNS_MAX {
                kind.columns.insert(attribute.clone(), None);
                *dropped += 1;
                continue;
            }
            // Columns that differ only in case are one for SQLite.
            let plain = attribute.replace('\0', "\u{fffd}");
            let mut column = plain.clone();
            let mut n = 1;
            while !kind.names.insert(column.to_lowercase()) {
                n += 1;
                column = format!("{plain}_{n}");
            }
            connection.execute_batch(&format!("ALTER TABLE \"{}\" ADD COLUMN {} TEXT", kind.table, quoted(&column)))?;
            kind.columns.insert(attribute.clone(), Some(place));
            kind.prepare();
        }
        Ok(())
    }

    fn write(&mut self, told: &Told, number: u64) -> rusqlite::Result<()> {
        let label = told.label().replace('\0', "\u{fffd}");
        let pairs = told.pairs();
        let related = self.objects.relations(told);
        self.event_type(&label)?;
        self.columns(&label, &pairs)?;
        let kind = &self.types[&label];
        let id = format!("e{number}");
        let mut values: Vec<Option<&str>> = vec![None; kind.names.len()];
        let time = told.time();
        (values[0], values[1]) = (Some(id.as_str()), Some(time.as_str()));
        for (attribute, value) in &pairs {
            if let Some(Some(place)) = kind.columns.get(attribute) {
                values[place + 2] = Some(value);
            }
        }
        let connection = self.connection();
        connection.prepare("INSERT INTO event VALUES (?1, ?2)")?.execute(params![id, label])?;
        connection.prepare(&kind.insert)?.execute(params_from_iter(values))?;
        let mut relation = connection.prepare("INSERT OR IGNORE INTO event_object VALUES (?1, ?2, ?3)")?;
        for (object, qualifier) in &related {
            relation.execute(params![id, object, qualifier])?;
        }
        Ok(())
    }

    /// The table of a type of objects.
    fn object_table(&mut self, kind: &str) -> rusqlite::Result<String> {
        if let Some((_, table)) = self.object_tables.iter().find(|(known, _)| known == kind) {
            return Ok(table.clone());
        }
        let mapped = self.table_for("object", kind);
        let connection = self.connection();
        connection.execute("INSERT INTO object_map_type VALUES (?1, ?2)", params![kind, mapped])?;
        let table = format!("object_{mapped}");
        connection.execute_batch(&format!(
            "CREATE TABLE \"{table}\" (ocel_id TEXT NOT NULL, ocel_time TIMESTAMP NOT NULL, ocel_changed_field TEXT,
                FOREIGN KEY (ocel_id) REFERENCES object (ocel_id))"
        ))?;
        self.object_tables.push((kind.to_owned(), table.clone()));
        Ok(table)
    }

    fn object(&mut self, id: &str, kind: &str) -> rusqlite::Result<()> {
        let table = self.object_table(kind)?;
        let connection = self.connection();
        connection.prepare("INSERT INTO object VALUES (?1, ?2)")?.execute(params![id, kind])?;
        let insert = format!("INSERT INTO \"{table}\" VALUES (?1, ?2, NULL)");
        connection.prepare(&insert)?.execute(params![id, ALWAYS])?;
        Ok(())
    }

    fn rest(&mut self, items: &FxHashSet<u64>) -> rusqlite::Result<u64> {
        let parties: Vec<(String, &str)> = self.objects.parties().map(|(id, kind)| (id.to_owned(), kind)).collect();
        for (id, kind) in &parties {
            self.object(id, kind)?;
        }
        let links = self.objects.links(items);
        let connection = self.connection();
        let mut link = connection.prepare("INSERT OR IGNORE INTO object_object VALUES (?1, ?2, 'linked')")?;
        for (from, to) in &links {
            link.execute(params![from, to])?;
        }
        drop(link);
        connection.execute_batch("COMMIT")?;
        Ok(self.n_items + parties.len() as u64)
    }
}

impl EventType {
    fn prepare(&mut self) {
        let marks = vec!["?"; self.names.len()].join(", ");
        self.insert = format!("INSERT INTO \"{}\" VALUES ({marks})", self.table);
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Writer for Base {
    fn item(&mut self, item: &str) -> Result<(), ExportError> {
        self.n_items += 1;
        self.object(&item_id(item), ITEM).map_err(self.fault())
    }

    fn event(&mut self, told: &Told, number: u64) -> Result<(), ExportError> {
        self.write(told, number).map_err(self.fault())
    }

    fn finish(&mut self, items: &FxHashSet<u64>) -> Result<(u64, u64), ExportError> {
        let n = self.rest(items).map_err(self.fault())?;
        if let Some(connection) = self.connection.take() {
            connection.close().map_err(|(_, error)| self.fault()(error))?;
        }
        if let Some(file) = self.file.take() {
            name(file, &self.path).map_err(|source| ExportError::Io { path: self.path.clone(), source })?;
        }
        Ok((n, self.dropped))
    }
}
