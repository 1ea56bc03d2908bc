//! Tables that a caller has at hand, held to the columns that the reference promises.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringViewArray, TimestampMicrosecondArray,
    new_empty_array,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use sayso_model::schema::{Holds, TableDoc};
use sayso_model::time::Instant;

use super::functions::texts;
use crate::EngineError;
use crate::record::layout::instant;

/// A table of [`sayso_model::schema`] with its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryTable {
    /// Its name.
    pub name: String,
    /// Its columns with their names, in the order of the reference and of equal length.
    pub columns: Vec<(String, MemoryColumn)>,
}

/// The values of a column; `None` is null.
#[derive(Clone, Debug, PartialEq)]
pub enum MemoryColumn {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Instants.
    Instant(Vec<Option<Instant>>),
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Real numbers.
    Real(Vec<Option<f64>>),
    /// True or false.
    Flag(Vec<Option<bool>>),
}

/// The Arrow type of a documented column.
pub(crate) fn data_type(holds: Holds) -> DataType {
    match holds {
        Holds::Text => DataType::Utf8View,
        Holds::Texts => texts(),
        Holds::Instant => instant(),
        Holds::Whole => DataType::Int64,
        Holds::Real => DataType::Float64,
        Holds::Flag => DataType::Boolean,
    }
}

/// The table as the reference describes it, with the rows that are given.
pub(crate) fn provider(doc: &TableDoc, given: Option<&MemoryTable>) -> Result<Arc<dyn TableProvider>, EngineError> {
    let fields: Vec<Field> =
        doc.columns.iter().map(|column| Field::new(column.name, data_type(column.holds), true)).collect();
    let arrays: Vec<ArrayRef> = match given {
        None => fields.iter().map(|field| new_empty_array(field.data_type())).collect(),
        Some(table) => {
            let is_as_promised =
                table.columns.len() == fields.len()
                    && table.columns.iter().zip(&fields).all(|((name, column), field)| {
                        name == field.name() && column.data_type() == *field.data_type()
                    });
            if !is_as_promised {
                let columns: Vec<&str> = doc.columns.iter().map(|column| column.name).collect();
                return Err(EngineError::Table {
                    table: doc.name.to_owned(),
                    what: format!("its columns are {}", columns.join(", ")),
                });
            }
            table.columns.iter().map(|(_, column)| column.array()).collect()
        }
    };
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
        .map_err(|error| EngineError::Table { table: doc.name.to_owned(), what: error.to_string() })?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}

impl MemoryColumn {
    fn data_type(&self) -> DataType {
        data_type(match self {
            MemoryColumn::Text(_) => Holds::Text,
            MemoryColumn::Instant(_) => Holds::Instant,
            MemoryColumn::Whole(_) => Holds::Whole,
            MemoryColumn::Real(_) => Holds::Real,
            MemoryColumn::Flag(_) => Holds::Flag,
        })
    }

    fn array(&self) -> ArrayRef {
        match self {
            MemoryColumn::Text(values) => Arc::new(values.iter().map(Option::as_deref).collect::<StringViewArray>()),
            MemoryColumn::Instant(values) => {
                let values = values.iter().map(|at| at.map(Instant::micros));
                Arc::new(values.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
            }
            MemoryColumn::Whole(values) => Arc::new(values.iter().copied().collect::<Int64Array>()),
            MemoryColumn::Real(values) => Arc::new(values.iter().copied().collect::<Float64Array>()),
            MemoryColumn::Flag(values) => Arc::new(values.iter().copied().collect::<BooleanArray>()),
        }
    }
}
