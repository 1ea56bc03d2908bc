//! What can go wrong with a record or with a query, and what to do next.

use std::path::{Path, PathBuf};

use datafusion::error::DataFusionError;
use datafusion::parquet::errors::ParquetError;
use sayso_model::event::SinkError;

/// Why the record or a computation over it failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file system refused.
    #[error("{doing} `{}`", path.display())]
    Io {
        /// What was tried, as an infinitive.
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another process writes this record.
    #[error("write the record: another process holds `{}`", lock.display())]
    Locked {
        /// The lock's file.
        lock: PathBuf,
    },
    /// A file of the record is not what the manifest says.
    #[error("read `{}`: {what}", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The record was written by a later version.
    #[error("read the record: it has format {found}, this version knows up to {known}")]
    Format {
        /// The record's format.
        found: u32,
        /// The latest format that this version knows.
        known: u32,
    },
    /// A source cannot be gone on with as it was begun.
    #[error("go on with source `{name}`: it was begun as {begun}, now it is {now}")]
    NotTheSame {
        /// The source.
        name: String,
        /// How it was begun.
        begun: String,
        /// What it is now.
        now: String,
    },
    /// A dictionary is full.
    #[error("keep more than {max} different words in column `{column}`")]
    Full {
        /// The column.
        column: &'static str,
        /// How many words fit.
        max: u64,
    },
    /// A query cannot be answered as it is written.
    #[error("answer the query: {what}")]
    Query {
        /// What is wrong with it.
        what: String,
        /// What to try instead.
        hint: String,
    },
    /// A table that a caller gave does not have the columns that its name promises.
    #[error("offer table `{table}`: {what}")]
    Table {
        /// The table.
        table: String,
        /// What is wrong with it.
        what: String,
    },
    /// A record does not lie where it was looked for.
    #[error("find the record: {what}")]
    Place {
        /// What is wrong with the place.
        what: String,
        /// What to do.
        hint: String,
    },
    /// A cluster cannot be used as it was asked for.
    #[error("use the cluster: {what}")]
    Cluster {
        /// What stands in the way.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The computation failed.
    #[error("compute over the record")]
    Compute(#[from] Box<DataFusionError>),
    /// The answer could not be written.
    #[error("write the answer")]
    Answer(#[source] std::io::Error),
}

impl EngineError {
    /// What a user can do about it, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            EngineError::Locked { .. } => {
                Some("wait until it has ended; a lock of a dead process goes by itself".into())
            }
            EngineError::Damaged { .. } => Some("remove the record's folder and read the sources again".into()),
            EngineError::Format { .. } => Some("use the version that wrote it, or remove it and read again".into()),
            EngineError::NotTheSame { .. } => Some("read the source anew".into()),
            EngineError::Query { hint, .. } | EngineError::Place { hint, .. } | EngineError::Cluster { hint, .. } => {
                Some(hint.clone())
            }
            EngineError::Io { .. }
            | EngineError::Full { .. }
            | EngineError::Table { .. }
            | EngineError::Compute(_)
            | EngineError::Answer(_) => None,
        }
    }

    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> EngineError {
        let path = path.to_owned();
        move |source| EngineError::Io { doing, path, source }
    }

    pub(crate) fn damaged(path: &Path, what: impl ToString) -> EngineError {
        EngineError::Damaged { path: path.to_owned(), what: what.to_string() }
    }

    /// A Parquet file that could not be written: mostly the disk is full.
    pub(crate) fn writing(path: &Path) -> impl FnOnce(ParquetError) -> EngineError {
        let path = path.to_owned();
        move |error| EngineError::Io { doing: "write", path, source: std::io::Error::other(error) }
    }
}

impl From<DataFusionError> for EngineError {
    fn from(error: DataFusionError) -> Self {
        #[cfg(feature = "cluster")]
        if let Some(refusal) = crate::cluster::turned_away(&error.to_string()) {
            return refusal;
        }
        EngineError::Compute(Box::new(error))
    }
}

impl From<EngineError> for SinkError {
    fn from(error: EngineError) -> Self {
        SinkError(Box::new(error))
    }
}
