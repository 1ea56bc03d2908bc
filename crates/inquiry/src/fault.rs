//! What can go wrong on the way from a path to an answer, whose fault it is, and what to type next.

use std::path::PathBuf;

use sayso_engine::EngineError;
use sayso_sources::ReadError;
use sayso_sources::authority::charter_file::CharterError;
use sayso_sources::authority::history::HistoryError;
use sayso_sources::export::ExportError;
use sayso_sources::fetch::FetchError;
use sayso_sources::lens::LensError;
use sayso_sources::people::{PeopleError, SiteError};

use crate::office::OfficeError;

/// Whose fault it is; the face turns it into an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// What was typed, or a file that people write.
    Usage,
    /// A source, or the record on disk.
    Source,
    /// Ours.
    Bug,
}

/// Why an inquiry came to no answer. Reads as the end of "failed to ...".
#[derive(Debug, thiserror::Error)]
pub enum InquiryError {
    /// What was typed cannot be done.
    #[error("{what}")]
    Usage {
        /// What was meant, as an infinitive.
        what: String,
        /// What to type instead.
        hint: String,
    },
    /// The office's own file.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// The charter.
    #[error(transparent)]
    Charter(#[from] CharterError),
    /// The charter, or its history.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A lens.
    #[error(transparent)]
    Lens(#[from] LensError),
    /// `people.csv`.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// A site of `sayso.toml`.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// A source.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The record.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A site to fetch from.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A file for other tools.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A file that should be written or read.
    #[error("{doing} {}", path.display())]
    File {
        /// `write`, `read`.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        why: std::io::Error,
    },
}

impl InquiryError {
    /// Something typed that cannot be done, with what to type instead.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        InquiryError::Usage { what: what.into(), hint: hint.into() }
    }

    /// A file that refused.
    pub(crate) fn file(doing: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |why| InquiryError::File { doing, path, why }
    }

    /// What to type next, where anything helps.
    pub fn hint(&self) -> Option<String> {
        match self {
            InquiryError::Usage { hint, .. } => Some(hint.clone()),
            InquiryError::Office(error) => error.hint(),
            InquiryError::Charter(error) => error.hint(),
            InquiryError::History(error) => error.hint(),
            InquiryError::Lens(error) => (!error.hint.is_empty()).then(|| error.hint.clone()),
            InquiryError::People(error) => Some(error.hint()),
            InquiryError::Site(error) => Some(error.hint()),
            InquiryError::Read(error) => error.hint(),
            InquiryError::Engine(error) => error.hint(),
            InquiryError::Export(error) => error.hint(),
            InquiryError::Fetch(error) => error.hint(),
            InquiryError::File { .. } => None,
        }
    }

    /// Whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            InquiryError::Usage { .. }
            | InquiryError::Office(_)
            | InquiryError::Charter(_)
            | InquiryError::History(_)
            | InquiryError::Lens(_)
            | InquiryError::People(_)
            | InquiryError::Site(_)
            | InquiryError::File { .. }
            | InquiryError::Export(_)
            | InquiryError::Engine(
                EngineError::Query { .. } | EngineError::Place { .. } | EngineError::Cluster { .. },
            ) => Fault::Usage,
            InquiryError::Read(_) | InquiryError::Fetch(_) | InquiryError::Engine(_) => Fault::Source,
        }
    }
}
