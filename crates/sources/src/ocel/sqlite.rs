//! OCEL 2.0 in SQLite: type tables found by what is there, not by what the map says should be.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row, Statement};
use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::coverage::Note;
use sayso_model::event::Flow;
use twox_hash::XxHash3_64;

use super::survey::Words;
use super::{Pour, RawEvent, Sort};
use crate::ReadError;

/// Tables of relations, which are no tables of a type.
const NO_TYPE: [&str; 4] = ["event_map_type", "event_object", "object_map_type", "object_object"];

/// Whether a database has the tables of a log.
pub(super) fn is_log(path: &Path) -> Result<bool, ReadError> {
    let base = match Base::open(path) {
        // It begins like one, and is none.
        Err(ReadError::Malformed { what, .. }) if what.ends_with("file is not a database") => return Ok(false),
        base => base?,
    };
    Ok(["event", "object", "event_object"].iter().all(|table| base.table(table).is_some()))
}

/// Tells everything that stands in a log.
pub(super) fn walk(path: &Path, pour: &mut dyn Pour) -> Result<Flow, ReadError> {
    let base = Base::open(path)?;
    base.objects(pour).map_err(|error| base.broken(&error, 0))?;
    let mut n_events = 0;
    match base.events(pour, &mut n_events) {
        Ok(flow) => Ok(flow),
        Err(End::Read(error)) => Err(error),
        Err(End::Base(error)) => Err(base.broken(&error, n_events)),
    }
}

enum End {
    Read(ReadError),
    Base(rusqlite::Error),
}

impl From<rusqlite::Error> for End {
    fn from(error: rusqlite::Error) -> End {
        End::Base(error)
    }
}

struct Base<'p> {
    path: &'p Path,
    connection: Connection,
    /// The tables, in the order in which they were made.
    tables: Vec<String>,
}

/// A table of one type.
struct TypeTable {
    table: String,
    kind: String,
    /// Whether the map of types names it.
    is_mapped: bool,
}

impl<'p> Base<'p> {
    fn open(path: &'p Path) -> Result<Base<'p>, ReadError> {
        let broken = |error: rusqlite::Error| broken(path, &error, 0);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(broken)?;
        // Nothing that the file itself brings along is to run.
        connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;").map_err(broken)?;
        let mut tables = Vec::new();
        {
            let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY rowid";
            let mut rows = connection.prepare(sql).map_err(broken)?;
            let mut rows = rows.query([]).map_err(broken)?;
            while let Some(row) = rows.next().map_err(broken)? {
                let sql: String = row.get(1).unwrap_or_default();
                if !sql.to_ascii_uppercase().starts_with("CREATE VIRTUAL") {
                    tables.push(row.get(0).map_err(broken)?);
                }
            }
        }
        Ok(Base { path, connection, tables })
    }

    fn broken(&self, error: &rusqlite::Error, n_events: u64) -> ReadError {
        broken(self.path, error, n_events)
    }

    /// A table by its name, which SQLite writes in any case.
    fn table(&self, name: &str) -> Option<&str> {
        self.tables.iter().find(|known| known.eq_ignore_ascii_case(name)).map(String::as_str)
    }

    fn all(&self, table: &str) -> rusqlite::Result<Statement<'_>> {
        self.connection.prepare(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\"")))
    }

    /// The tables of types, each with the type that the map gives it, or that its own name gives.
    fn type_tables(&self, sort: &str) -> rusqlite::Result<Vec<TypeTable>> {
        let prefix = format!("{sort}_");
        let mut by_table: FxHashMap<String, String> = FxHashMap::default();
        if let Some(map) = self.table(&format!("{sort}_map_type")) {
            let mut rows = self.all(map)?;
            let (kind, mapped) = (column(&rows, "ocel_type"), column(&rows, "ocel_type_map"));
            if let (Some(kind), Some(mapped)) = (kind, mapped) {
                let mut rows = rows.query([])?;
                while let Some(row) = rows.next()? {
                    if let (Some(kind), Some(mapped)) = (text(row, kind), text(row, mapped)) {
                        by_table.insert(format!("{prefix}{mapped}").to_ascii_lowercase(), kind);
                    }
                }
            }
        }
        let mut found = Vec::new();
        for table in &self.tables {
            let lower = table.to_ascii_lowercase();
            let Some(rest) = table.get(prefix.len()..).filter(|_| lower.starts_with(&prefix)) else { continue };
            if NO_TYPE.contains(&lower.as_str()) {
                continue;
            }
            let mapped = by_table.remove(&lower);
            let is_mapped = mapped.is_some();
            found.push(TypeTable { table: table.clone(), kind: mapped.unwrap_or_else(|| rest.to_owned()), is_mapped });
        }
        Ok(found)
    }

    /// The types that the columns are declared with.
    fn declared(&self, table: &str, columns: &[(usize, String)]) -> rusqlite::Result<Vec<(String, String)>> {
        let mut kinds: FxHashMap<String, String> = FxHashMap::default();
        let mut rows = self.connection.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
        let mut rows = rows.query([table])?;
        while let Some(row) = rows.next()? {
            if let (Some(name), Some(kind)) = (text(row, 0), text(row, 1)) {
                kinds.insert(name, kind);
            }
        }
        let kind = |name: &String| kinds.get(name).cloned().unwrap_or_default();
        Ok(columns.iter().map(|(_, name)| (name.clone(), kind(name))).collect())
    }

    fn objects(&self, pour: &mut dyn Pour) -> rusqlite::Result<()> {
        if !pour.wants_objects() {
            return Ok(());
        }
        if let Some(table) = self.table("object") {
            let mut rows = self.all(table)?;
            let (id, kind) = (column(&rows, "ocel_id"), column(&rows, "ocel_type"));
            let mut rows = rows.query([])?;
            let mut n = 0;
            while let Some(row) = rows.next()? {
                n += 1;
                let place = format!("{table} row {n}");
                match (id.and_then(|id| text(row, id)), kind.and_then(|kind| text(row, kind))) {
                    (Some(id), Some(kind)) => pour.object(&id, &kind, &place),
                    _ => pour.odd(&place, Note::ObjectUnusable, "it has no id, or no type"),
                }
            }
        }
        for TypeTable { table, kind, is_mapped } in self.type_tables("object")? {
            let mut rows = self.all(&table)?;
            let columns = columns(&rows);
            pour.declare(Sort::Object, &kind, &self.declared(&table, &columns)?);
            if !is_mapped {
                pour.odd(&table, Note::Undeclared, &format!("the table `{table}` is not in object_map_type"));
            }
            let (id, time) = (column(&rows, "ocel_id"), column(&rows, "ocel_time"));
            let changed = column(&rows, "ocel_changed_field");
            let mut rows = rows.query([])?;
            let mut n = 0;
            while let Some(row) = rows.next()? {
                n += 1;
                let place = format!("{table} row {n}");
                let Some(id) = id.and_then(|id| text(row, id)) else {
                    pour.odd(&place, Note::ObjectUnusable, "it has no id");
                    continue;
                };
                let time = time.and_then(|time| text(row, time)).unwrap_or_default();
                let changed = changed.and_then(|changed| text(row, changed));
                for (n, name) in &columns {
                    if changed.as_ref().is_none_or(|changed| changed == name)
                        && let Some(value) = text(row, *n)
                    {
                        pour.attribute(&id, name, &time, &value, &place);
                    }
                }
            }
        }
        if let Some(table) = self.table("object_object") {
            let mut rows = self.all(table)?;
            let (from, to) = (column(&rows, "ocel_source_id"), column(&rows, "ocel_target_id"));
            let qualifier = column(&rows, "ocel_qualifier");
            let mut rows = rows.query([])?;
            while let Some(row) = rows.next()? {
                if let (Some(from), Some(to)) = (from.and_then(|n| text(row, n)), to.and_then(|n| text(row, n))) {
                    pour.link(&from, &to, &qualifier.and_then(|n| text(row, n)).unwrap_or_default());
                }
            }
        }
        Ok(())
    }

    fn events(&self, pour: &mut dyn Pour, n_events: &mut u64) -> Result<Flow, End> {
        let relations = self.relations()?;
        // What the common table says of each event; what no table of a type tells is told at the end.
        let mut kinds: FxHashMap<u64, u32> = FxHashMap::default();
        let mut words = Words::default();
        let common = self.table("event").unwrap_or("event").to_owned();
        {
            let mut rows = self.all(&common)?;
            let (id, kind) = (column(&rows, "ocel_id"), column(&rows, "ocel_type"));
            let mut rows = rows.query([])?;
            while let Some(row) = rows.next()? {
                if let Some(id) = id.and_then(|id| text(row, id)) {
                    let kind = kind.and_then(|kind| text(row, kind)).unwrap_or_default();
                    kinds.insert(hash(&id), words.number(&kind));
                }
            }
        }
        let mut told: FxHashSet<u64> = FxHashSet::default();
        let mut event = RawEvent::default();
        for TypeTable { table, kind, is_mapped } in self.type_tables("event")? {
            let mut rows = self.all(&table)?;
            let columns = columns(&rows);
            if is_mapped {
                pour.declare(Sort::Event, &kind, &self.declared(&table, &columns)?);
            }
            let (id, time) = (column(&rows, "ocel_id"), column(&rows, "ocel_time"));
            event.within = format!("{table} ");
            let mut rows = rows.query([])?;
            let mut n = 0;
            while let Some(row) = rows.next()? {
                n += 1;
                *n_events += 1;
                event.begin(n);
                event.kind.push_str(&kind);
                match id.map(|id| (text(row, id), row.get_ref(id))) {
                    Some((Some(id), _)) => event.id = id,
                    _ => event.malformed = Some("it has no `ocel_id`, or none that is text".to_owned()),
                }
                if let Some(time) = time.and_then(|time| text(row, time)) {
                    event.time = time;
                }
                for (n, name) in &columns {
                    if let Some(value) = text(row, *n) {
                        event.attributes.push((name.clone(), value));
                    } else if matches!(row.get_ref(*n), Ok(ValueRef::Blob(_) | ValueRef::Text(_))) {
                        event.notes.push((Note::AttributeDropped, format!("{name}: it is no text")));
                    }
                }
                let key = hash(&event.id);
                match kinds.get(&key).map(|kind| words.get(*kind)) {
                    Some(said) if said != kind => {
                        event
                            .notes
                            .push((Note::TypeMismatch, format!("`{said}` in `{common}`, `{kind}` by its table")));
                    }
                    Some(_) => {}
                    None => event.notes.push((Note::Undeclared, format!("`{}` is not in `{common}`", event.id))),
                }
                told.insert(key);
                relations.of(key, &mut event.relations);
                if pour.event(&event).map_err(End::Read)? == Flow::Stop {
                    return Ok(Flow::Stop);
                }
            }
        }
        let mut rows = self.all(&common)?;
        let (id, kind) = (column(&rows, "ocel_id"), column(&rows, "ocel_type"));
        let mut rows = rows.query([])?;
        event.within = format!("{common} ");
        let mut n = 0;
        while let Some(row) = rows.next()? {
            n += 1;
            let name = id.and_then(|id| text(row, id));
            if name.as_ref().is_some_and(|id| told.contains(&hash(id))) {
                continue;
            }
            *n_events += 1;
            event.begin(n);
            event.kind = kind.and_then(|kind| text(row, kind)).unwrap_or_default();
            match name {
                Some(name) => event.id = name,
                None => event.malformed = Some("it has no `ocel_id`, or none that is text".to_owned()),
            }
            relations.of(hash(&event.id), &mut event.relations);
            if pour.event(&event).map_err(End::Read)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }

    /// The relations of events, in memory: a file need not have an index by which they could be looked up.
    fn relations(&self) -> rusqlite::Result<Relations> {
        let mut relations = Relations::default();
        let Some(table) = self.table("event_object") else { return Ok(relations) };
        let mut rows = self.all(table)?;
        let (event, object) = (column(&rows, "ocel_event_id"), column(&rows, "ocel_object_id"));
        let qualifier = column(&rows, "ocel_qualifier");
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            if let (Some(event), Some(object)) = (event.and_then(|n| text(row, n)), object.and_then(|n| text(row, n))) {
                let qualifier = qualifier.and_then(|n| text(row, n)).unwrap_or_default();
                let (object, qualifier) = (relations.words.number(&object), relations.words.number(&qualifier));
                relations.all.push((hash(&event), object, qualifier));
            }
        }
        // Stable: the order in the file is the order of a qualifier's objects.
        relations.all.sort_by_key(|(event, _, _)| *event);
        Ok(relations)
    }
}

/// Relations of events to objects, by the hash of the event.
#[derive(Default)]
struct Relations {
    all: Vec<(u64, u32, u32)>,
    words: Words,
}

impl Relations {
    fn of(&self, event: u64, out: &mut Vec<(String, String)>) {
        let from = self.all.partition_point(|(known, _, _)| *known < event);
        for (_, object, qualifier) in self.all[from..].iter().take_while(|(known, _, _)| *known == event) {
            out.push((self.words.get(*object).to_owned(), self.words.get(*qualifier).to_owned()));
        }
    }
}

fn hash(id: &str) -> u64 {
    XxHash3_64::oneshot(id.as_bytes())
}

fn column(rows: &Statement<'_>, name: &str) -> Option<usize> {
    rows.column_names().position(|known| known.eq_ignore_ascii_case(name))
}

/// The columns that are attributes.
fn columns(rows: &Statement<'_>) -> Vec<(usize, String)> {
    let names = rows.column_names();
    let own = ["ocel_id", "ocel_time", "ocel_changed_field"];
    let is_own = |name: &str| own.iter().any(|own| own.eq_ignore_ascii_case(name));
    names.enumerate().filter(|(_, name)| !is_own(name)).map(|(n, name)| (n, (*name).to_owned())).collect()
}

/// A value as text; `None` for null, and for bytes that are no text.
fn text(row: &Row<'_>, n: usize) -> Option<String> {
    match row.get_ref(n).ok()? {
        ValueRef::Null | ValueRef::Blob(_) => None,
        ValueRef::Integer(value) => Some(value.to_string()),
        ValueRef::Real(value) => Some(value.to_string()),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
    }
}

fn broken(path: &Path, error: &rusqlite::Error, n_events: u64) -> ReadError {
    ReadError::Malformed {
        path: path.to_owned(),
        place: format!("behind event {n_events}"),
        what: format!("the database cannot be read: {error}"),
        hint: "copy the file again; it is damaged, cut off, or open in another program".to_owned(),
    }
}
