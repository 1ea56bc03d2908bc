//! The record of Sayso on disk, and the one way to compute over it.
//!
//! [`Record::open`] opens the folder; an [`Appender`] pours a source into it; [`Record::snapshot`] is what readers
//! hold; an [`Engine`] folds the events of every item to decisions, counts, and answers SQL.
//!
//! The record is a few sorted Parquet runs a bucket, dictionaries beside them, and a manifest: what the manifest does
//! not name is not part of the record. Words are codes on disk and in every plan; they become words where something
//! is shown. Only this crate names DataFusion, Arrow and Parquet.

mod arcs;
#[cfg(feature = "cluster")]
pub mod cluster;
mod engine;
mod error;
mod fold;
mod output;
mod record;
mod scan;
mod sql;
mod threads;

pub use engine::{Engine, EngineOptions, EventCoded, PathsInOrder, Tally};
pub use error::EngineError;
pub use output::Format;
pub use record::{
    Appender, Compaction, Dictionaries, Erasure, Place, Progress, ROWS_HELD_MAX, Record, SKIPPED_KEPT_MAX, Sighted,
    Sightings, Snapshot, SourceState, Start,
};
pub use sql::{Answer, MemoryColumn, MemoryTable, Shown, Sql, Tables};
