//! The engine asked in SQL without the command around it: no office, no pseudonyms, and a record left in its many files.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use sayso_decisions::Rules;
use sayso_engine::{Engine, EngineOptions, Format, Record, Shown, Tables};

use crate::Failed;
use crate::office;

/// Writes the answer as CSV.
///
/// # Errors
/// When the record cannot be read, or the query cannot be understood.
pub fn ask(folder: &Path, sql: &str, threads: Option<NonZeroUsize>, out: &mut dyn Write) -> Result<(), Failed> {
    let snapshot = Record::open(office::record_of(folder))?.snapshot()?;
    let (words, bounds) = (snapshot.words(), snapshot.bounds().unwrap_or_default());
    let reconstruct = Arc::new(Rules::new(office::directory(&words, bounds)?, bounds.1));
    let engine = Engine::new(snapshot, EngineOptions { threads, memory_limit: None })?;
    let tables = Tables { words: Arc::new(words), reconstruct, shown: Shown::Names, memory: Vec::new() };
    engine.sql(tables)?.query(sql)?.write(Format::Csv, out)?;
    Ok(())
}
