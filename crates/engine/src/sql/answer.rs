//! The answer to a query: batches as they come, and a way to write them down.

use std::io::Write;

use datafusion::arrow::array::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;

use super::broken_off;
use crate::output::{self, Format};
use crate::{Engine, EngineError};

/// The rows of an answer, computed while they are taken.
pub struct Answer<'e> {
    engine: &'e Engine,
    batches: SendableRecordBatchStream,
}

impl<'e> Answer<'e> {
    pub(super) fn new(engine: &'e Engine, batches: SendableRecordBatchStream) -> Self {
        Self { engine, batches }
    }

    /// The names of its columns.
    pub fn columns(&self) -> Vec<String> {
        self.batches.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Writes the rows and gives their number. Only [`Format::Text`] needs them all before it can begin.
    ///
    /// # Errors
    /// When the computation fails half-way or `out` does not take more.
    pub fn write(self, format: Format, out: &mut dyn Write) -> Result<u64, EngineError> {
        let schema = self.batches.schema();
        output::write(&schema, self, format, out)
    }
}

impl Iterator for Answer<'_> {
    type Item = Result<RecordBatch, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.engine.runtime().block_on(self.batches.next())?;
        Some(batch.map_err(|error| broken_off(&error)))
    }
}

impl std::fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("columns", &self.columns()).finish_non_exhaustive()
    }
}
