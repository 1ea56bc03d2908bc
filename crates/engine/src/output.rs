//! Rows written as a table of text, CSV, or JSON.

use std::io::{self, Write};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::csv;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::json;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::arrow::util::pretty::pretty_format_batches_with_schema;

use crate::EngineError;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table with borders, for reading.
    Text,
    /// Comma-separated values with a header; null is empty, a list is its entries separated by semicolons.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// One JSON array of objects.
    Json,
}

/// Writes batches of one schema and gives the number of rows.
pub(crate) fn write(
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, EngineError>>,
    format: Format,
    out: &mut dyn Write,
) -> Result<u64, EngineError> {
    let mut n_rows = 0;
    let mut batches = batches.inspect(|batch| n_rows += batch.as_ref().map_or(0, |batch| batch.num_rows() as u64));
    match format {
        Format::Text => {
            let batches: Vec<RecordBatch> = batches.by_ref().collect::<Result<_, _>>()?;
            let table = pretty_format_batches_with_schema(Arc::clone(schema), &batches).map_err(failed)?;
            writeln!(out, "{table}").map_err(EngineError::Answer)?;
        }
        Format::Csv => {
            let flat = flat_schema(schema);
            let mut writer = csv::WriterBuilder::new().with_header(true).build(&mut *out);
            // An answer without rows has its header all the same.
            writer.write(&RecordBatch::new_empty(Arc::clone(&flat))).map_err(failed)?;
            for batch in batches.by_ref() {
                writer.write(&flatten(&batch?, &flat).map_err(failed)?).map_err(failed)?;
            }
        }
        Format::Ndjson => {
            let builder = json::writer::WriterBuilder::new().with_explicit_nulls(true);
            let mut writer = builder.build::<_, json::writer::LineDelimited>(&mut *out);
            for batch in batches.by_ref() {
                writer.write(&batch?).map_err(failed)?;
            }
            writer.finish().map_err(failed)?;
        }
        Format::Json => {
            let builder = json::writer::WriterBuilder::new().with_explicit_nulls(true);
            let mut writer = builder.build::<_, json::writer::JsonArray>(&mut *out);
            for batch in batches.by_ref() {
                writer.write(&batch?).map_err(failed)?;
            }
            writer.finish().map_err(failed)?;
            drop(writer);
            writeln!(out).map_err(EngineError::Answer)?;
        }
    }
    drop(batches);
    out.flush().map_err(EngineError::Answer)?;
    Ok(n_rows)
}

/// The schema with every list as a text.
fn flat_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        if field.data_type().is_nested() {
            Arc::new(Field::new(field.name(), DataType::Utf8, true))
        } else {
            Arc::clone(field)
        }
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn flatten(batch: &RecordBatch, flat: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let options = FormatOptions::default();
    let columns = batch.columns().iter().map(|column| match column.data_type() {
        DataType::List(_) => {
            let lists = datafusion::arrow::array::AsArray::as_list::<i32>(column);
            let texts = lists.iter().map(|list| list.map(|list| joined(&list, &options)).transpose());
            Ok(Arc::new(texts.collect::<Result<StringArray, ArrowError>>()?) as ArrayRef)
        }
        other if other.is_nested() => {
            let formatter = ArrayFormatter::try_new(column, &options)?;
            let texts = (0..column.len()).map(|row| Some(formatter.value(row).to_string()));
            Ok(Arc::new(texts.collect::<StringArray>()) as ArrayRef)
        }
        _ => Ok(Arc::clone(column)),
    });
    RecordBatch::try_new(Arc::clone(flat), columns.collect::<Result<Vec<_>, ArrowError>>()?)
}

fn joined(list: &ArrayRef, options: &FormatOptions<'_>) -> Result<String, ArrowError> {
    let formatter = ArrayFormatter::try_new(list, options)?;
    let entries: Vec<String> = (0..list.len()).map(|entry| formatter.value(entry).to_string()).collect();
    Ok(entries.join(";"))
}

fn failed(error: ArrowError) -> EngineError {
    EngineError::Answer(match error {
        ArrowError::IoError(_, error) => error,
        other => io::Error::other(other),
    })
}
