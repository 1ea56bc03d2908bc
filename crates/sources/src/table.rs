//! Tables with one event a row, canonical or through a lens: CSV, NDJSON and Parquet, told apart by their content.

use std::io::BufReader;
use std::path::Path;

use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{EventSink, Flow};

use crate::bytes::{Spoilt, Start, Text, Unpacked};
use crate::lens::place::Place;
use crate::lens::shape::{Cell, Element};
use crate::lens::{Field, Inner, Var, nearest};
use crate::reading::Reading;
use crate::{Done, Kind, ReadError, Source};

pub(crate) mod csv;
mod json;
mod parquet;

use csv::{Row, Rows};

/// Reads a table; see [`crate::read`].
pub(crate) fn read(
    source: &Source,
    resume: Option<&str>,
    start: Option<Start>,
    sink: &mut dyn EventSink,
) -> Result<Done, ReadError> {
    let mut unpacked = Unpacked::open(&source.path)?;
    if unpacked.starts_with(b"PAR1") {
        return parquet::read(source, resume, unpacked, sink);
    }
    let mut reading = Reading::begin(source, resume, &unpacked, sink)?;
    let text = unpacked.text(source.lens.0.encoding)?;
    if let Some(mismatch) = &text.mismatch {
        reading.gate.note("line 1", Note::EncodingMismatch, mismatch);
    }
    let mut spoilt = text.spoilt();
    let is_plain = !text.is_gzip;
    let behind = if is_plain && text.encoding == encoding_rs::UTF_8 { reading.behind(start)? } else { None };
    let Text { path, reader, .. } = text;
    let mut rows = Rows::new(BufReader::new(reader), path);
    let columns = match rows.first_byte()? {
        Some(b'{') => Ok(None),
        Some(b'[') => return Err(array(&source.path)),
        _ => rows.header().and_then(|header| columns(&mut reading, header, &source.path)).map(Some),
    };
    let result = columns.and_then(|columns| {
        if let Some((text, bytes, lines)) = behind {
            spoilt = text.spoilt();
            rows.go_behind(text.reader, bytes, lines);
            reading.gate.go_on();
        }
        match columns {
            None => json::read(&mut reading, &mut rows, &spoilt),
            Some(columns) => read_csv(&mut reading, &columns, &mut rows, &spoilt),
        }
    });
    match result {
        Ok(Flow::Stop) => Ok(Done::Interrupted),
        Ok(Flow::Continue) => reading.complete(is_plain && rows.is_open_ended()),
        Err(ReadError::Truncated { byte, events, .. }) if source.salvage => {
            if let Some(line) = rows.rest() {
                reading.gate.seen();
                reading.gate.set_aside(&Place::Line(line).to_string(), Reason::Truncated, "");
            }
            let detail = format!("it breaks off; kept {events} rows before byte {byte}");
            reading.gate.note(&Place::Byte(byte).to_string(), Note::SourceIncomplete, &detail);
            reading.complete(false)
        }
        Err(error) => Err(error),
    }
}

/// What a table is: canonical events, or anything else; `None` where it is no table.
pub(crate) fn probe(unpacked: Unpacked) -> Result<Option<Kind>, ReadError> {
    Ok(header(unpacked)?.map(|columns| kind_of(&columns)))
}

/// The names of a table's columns, of NDJSON those of its first row; `None` where it is no table.
pub(crate) fn header(mut unpacked: Unpacked) -> Result<Option<Vec<String>>, ReadError> {
    if unpacked.starts_with(b"PAR1") {
        return Ok(Some(parquet::columns(&unpacked.path)?));
    }
    let text = unpacked.text(None)?;
    let Text { path, reader, .. } = text;
    let shown = path.clone();
    let mut rows = Rows::new(BufReader::new(reader), path);
    match rows.first_byte()? {
        Some(b'{') => {
            let Some(line) = rows.next_line()? else { return Ok(None) };
            let mut keys = Vec::new();
            json::each(line, &mut |key, _| keys.push(key.to_owned()))
                .map_err(|error| not_a_row(&shown, &error.to_string()))?;
            Ok(Some(keys))
        }
        Some(b'[') => Err(array(&shown)),
        _ => {
            let header = rows.header()?;
            Ok((header.len() > 1).then_some(header))
        }
    }
}

fn array(path: &Path) -> ReadError {
    ReadError::Unrecognised {
        path: path.to_owned(),
        what: "it is one JSON array".to_owned(),
        hint: "write one object a line; `jq -c '.[]'` does that".to_owned(),
    }
}

fn not_a_row(path: &Path, what: &str) -> ReadError {
    ReadError::Unrecognised {
        path: path.to_owned(),
        what: format!("its first line is neither an object in JSON nor a row ({what})"),
        hint: "write one JSON object a line".to_owned(),
    }
}

/// Canonical events have the columns of the contract under their own names.
fn kind_of(columns: &[String]) -> Kind {
    let has = |name: &str| columns.iter().any(|column| column == name);
    if has("item") && has("at") && has("actor") && (has("activity") || has("act")) { Kind::Events } else { Kind::Csv }
}

/// What one column of a table is.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub name: String,
    pub slot: u32,
    /// Read and not kept: texts, and a column whose name comes again.
    pub is_dropped: bool,
}

/// The columns of a table with what the lens has to do with them; an error where one that it needs is not there.
pub(crate) fn columns(reading: &mut Reading<'_>, names: Vec<String>, path: &Path) -> Result<Vec<Column>, ReadError> {
    let lens = reading.source.lens.clone();
    check(&lens.0, &names, path)?;
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    for (n, name) in names.into_iter().enumerate() {
        let name = if name.is_empty() { format!("column {}", n + 1) } else { name };
        if let Some(known) = columns.iter_mut().find(|known| known.name == name) {
            known.is_dropped = true;
            reading.gate.note("line 1", Note::KeyTwice, &name);
        }
        let (slot, is_dropped) = slot_of(reading, &name);
        columns.push(Column { slot, name, is_dropped });
    }
    Ok(columns)
}

fn check(lens: &Inner, names: &[String], path: &Path) -> Result<(), ReadError> {
    let has = |name: &str| names.iter().any(|known| known == name);
    for (field, field_name) in Field::ALL {
        let template = &lens.fields[field as usize];
        if template.is_none() && matches!(field, Field::Item | Field::At) {
            return Err(missing(path, field_name, lens, names, ""));
        }
        let mut lacking = None;
        if let Some(template) = template {
            template.required(&mut |vars| {
                let is_there = vars.iter().any(|var| match var {
                    Var::Slot(slot) => has(&lens.keys[*slot]) || lens.keys[*slot] == crate::lens::LIFECYCLE,
                    Var::Field(_) | Var::Nothing => true,
                });
                if !is_there && let Some(Var::Slot(slot)) = vars.first() {
                    lacking = Some(lens.keys[*slot].clone());
                }
            });
        }
        if let Some(column) = lacking {
            return Err(missing(path, field_name, lens, names, &column));
        }
    }
    let is_named = |field: Field| {
        let mut is_there = false;
        if let Some(template) = &lens.fields[field as usize] {
            template.required(&mut |vars| {
                is_there |= vars.iter().any(|var| matches!(var, Var::Slot(slot) if has(&lens.keys[*slot])));
            });
        }
        is_there
    };
    if !is_named(Field::Activity) && !is_named(Field::Act) && lens.default.acts.is_empty() {
        return Err(missing(path, "activity", lens, names, "activity"));
    }
    Ok(())
}

fn missing(path: &Path, field: &str, lens: &Inner, names: &[String], column: &str) -> ReadError {
    let there = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let near = nearest(column, names.iter().map(String::as_str));
    let column =
        if column.is_empty() { format!("what `{field}` is") } else { format!("the column `{column}`, for `{field}`,") };
    let hint = format!(
        "{near}{}the columns are {there}; say in a lens which one is `{field}` (the lens in use is `{}`)",
        if near.is_empty() { "" } else { " " },
        lens.name
    );
    ReadError::Column { path: path.to_owned(), column, hint }
}

fn read_csv(
    reading: &mut Reading<'_>,
    columns: &[Column],
    rows: &mut Rows,
    spoilt: &Spoilt,
) -> Result<Flow, ReadError> {
    loop {
        let events = reading.gate.elements();
        let (line, fields) = match rows.next().map_err(|error| error.after(events))? {
            None => return Ok(Flow::Continue),
            Some((line, Row::Malformed(why))) => {
                reading.gate.seen();
                reading.gate.set_aside(&Place::Line(line).to_string(), Reason::RowMalformed, why);
                if reading.boundary()? == Flow::Stop {
                    return Ok(Flow::Stop);
                }
                continue;
            }
            Some((line, Row::Fields(fields))) => (line, fields),
        };
        reading.gate.seen();
        let place = Place::Line(line);
        if fields.is_spoilt(spoilt) {
            reading.gate.set_aside(&place.to_string(), Reason::EncodingInvalid, "");
        } else if fields.len() != columns.len() {
            let detail = format!("{} fields, the header has {}", fields.len(), columns.len());
            reading.gate.set_aside(&place.to_string(), Reason::RowMalformed, &detail);
        } else if !reading.gate.is_muted() || reading.shaper.has_memory() {
            let mut own = Vec::with_capacity(columns.len());
            for (column, value) in columns.iter().zip(fields.iter()) {
                if !value.is_empty() && !column.is_dropped {
                    own.push(Cell { key: &column.name, value, slot: column.slot });
                }
            }
            reading.element(&Element { outer: &[], own: &own, unnamed: None, place })?;
        }
        if reading.boundary()? == Flow::Stop {
            return Ok(Flow::Stop);
        }
    }
}

/// The slot of a key, and whether it is neither kept nor looked at. A text is looked at, and the lens sees to it that it
/// is not kept.
pub(crate) fn slot_of(reading: &Reading<'_>, key: &str) -> (u32, bool) {
    let lens = &reading.source.lens.0;
    let slot = reading.shaper.slot(key);
    (slot, lens.drop.iter().any(|dropped| dropped == key) && !lens.texts.contains(&(slot as usize)))
}
