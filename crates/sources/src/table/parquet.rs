//! Rows of a Parquet file; instants with a zone are in UTC and bear no offset, numbers and flags become text.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::Timestamp;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sayso_model::event::{EventSink, Flow};

use super::{Column, columns as columns_of};
use crate::bytes::Unpacked;
use crate::lens::place::Place;
use crate::lens::shape::{Cell, Element};
use crate::reading::Reading;
use crate::{Done, ReadError, Source};

const ROWS: usize = 8_192;

/// Reads a Parquet file; see [`crate::read`].
pub(crate) fn read(
    source: &Source,
    resume: Option<&str>,
    unpacked: Unpacked,
    sink: &mut dyn EventSink,
) -> Result<Done, ReadError> {
    let mut reading = Reading::begin(source, resume, &unpacked, sink)?;
    // The file is read by its parts below; here it is hashed from end to end.
    let mut unpacked = unpacked;
    unpacked.take_in()?;
    let path = &source.path;
    let builder = open(path)?;
    let names = names(&builder);
    let columns = columns_of(&mut reading, names, path)?;
    let rows = builder.with_batch_size(ROWS).build().map_err(|error| damaged(path, 0, &error.to_string()))?;
    let mut row = 0;
    for batch in rows {
        let batch = batch.map_err(|error| damaged(path, row, &error.to_string()))?;
        let texts = Texts::of(&batch).map_err(|error| damaged(path, row, &error.to_string()))?;
        for n in 0..batch.num_rows() {
            row += 1;
            reading.gate.seen();
            let own = texts.cells(n, &columns);
            reading.element(&Element { outer: &[], own: &own, unnamed: None, place: Place::Row(row) })?;
            if reading.boundary()? == Flow::Stop {
                return Ok(Done::Interrupted);
            }
        }
    }
    reading.complete(false)
}

/// The columns of a Parquet file.
pub(crate) fn columns(path: &Path) -> Result<Vec<String>, ReadError> {
    Ok(names(&open(path)?))
}

fn names(builder: &ParquetRecordBatchReaderBuilder<File>) -> Vec<String> {
    builder.schema().fields().iter().map(|field| field.name().clone()).collect()
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, ReadError> {
    let file = File::open(path).map_err(|source| ReadError::Io { path: path.to_owned(), source })?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(path, 0, &error.to_string()))
}

fn damaged(path: &Path, row: u64, what: &str) -> ReadError {
    ReadError::Malformed {
        path: path.to_owned(),
        place: format!("behind row {row}"),
        what: what.to_owned(),
        hint: "write the file again; it is damaged or cut off".to_owned(),
    }
}

/// The columns of a batch as text: one piece for each, and where each value ends.
struct Texts {
    columns: Vec<(String, Vec<usize>)>,
}

impl Texts {
    fn of(batch: &RecordBatch) -> Result<Texts, arrow::error::ArrowError> {
        let columns = batch.columns().iter().map(text_of).collect::<Result<_, _>>()?;
        Ok(Texts { columns })
    }

    fn cells<'a>(&'a self, row: usize, columns: &'a [Column]) -> Vec<Cell<'a>> {
        let mut cells = Vec::with_capacity(columns.len());
        for (column, (text, ends)) in columns.iter().zip(&self.columns) {
            let from = row.checked_sub(1).map_or(0, |before| ends[before]);
            let value = text[from..ends[row]].trim_ascii();
            if !value.is_empty() && !column.is_dropped {
                cells.push(Cell { key: &column.name, value, slot: column.slot });
            }
        }
        cells
    }
}

fn text_of(array: &ArrayRef) -> Result<(String, Vec<usize>), arrow::error::ArrowError> {
    let mut text = String::new();
    let mut ends = Vec::with_capacity(array.len());
    match array.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..)
            if is_text(array.data_type()) =>
        {
            let plain = cast(array, &DataType::LargeUtf8)?;
            let plain = plain.as_string::<i64>();
            for n in 0..plain.len() {
                if plain.is_valid(n) {
                    text.push_str(plain.value(n));
                }
                ends.push(text.len());
            }
        }
        DataType::Timestamp(_, zone) => {
            // `-00:00` is how RFC 3339 says: in UTC, from nobody knows where. Without a zone it is a local time.
            let offset = if zone.is_some() { "-00:00" } else { "" };
            let micros = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?;
            let micros = micros.as_primitive::<TimestampMicrosecondType>();
            for n in 0..micros.len() {
                if micros.is_valid(n)
                    && let Ok(timestamp) = Timestamp::from_microsecond(micros.value(n))
                {
                    text.push_str(timestamp.to_string().trim_end_matches('Z'));
                    text.push_str(offset);
                }
                ends.push(text.len());
            }
        }
        _ => {
            let options = FormatOptions::new();
            let formatter = ArrayFormatter::try_new(array, &options)?;
            for n in 0..array.len() {
                if array.is_valid(n) {
                    text.push_str(&formatter.value(n).try_to_string()?);
                }
                ends.push(text.len());
            }
        }
    }
    Ok((text, ends))
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}
