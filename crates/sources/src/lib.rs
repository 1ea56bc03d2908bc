//! Where events come from: git, trackers, XES, OCEL, CSV, NDJSON and Parquet, each read through a lens into one sink that keeps books.
//!
//! [`probe`] tells what a path is, by its content; [`freshness`] tells whether there is anything to read; [`read`]
//! reads it. Bad elements never fail a reading: they are set aside and counted.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use sayso_model::event::{EventSink, SinkError};

pub mod authority;
mod books;
pub mod bots;
mod bytes;
pub mod export;
pub mod fetch;
pub mod gerrit;
pub mod git;
pub mod identity;
pub mod instant;
pub mod lens;
pub mod lift;
pub mod ocel;
pub mod people;
mod reading;
pub mod signs;
pub mod sites;
mod table;
pub mod tracker;
pub mod xes;

use bytes::Unpacked;
pub use lens::{Lens, LensError};
use tracker::Tracker;

/// What a source is, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Canonical events (`item,at,actor,activity,act,...`) as CSV, NDJSON or Parquet.
    Events,
    /// An XES event log.
    Xes,
    /// An object-centric event log: OCEL 2.0 as JSON, XML or SQLite, or OCEL 1.0 as JSON.
    Ocel,
    /// Any other table with one event a row, as CSV, NDJSON or Parquet; a lens says what its columns are.
    Csv,
    /// A git repository, bare or not, or a bundle of one.
    Git,
    /// The same, of Python enhancement proposals: read by the headers of the proposals and not by its commits.
    Peps,
    /// A tracker: a raw folder that was fetched, or files that the tracker exports.
    Tracker(Tracker),
    /// Gerrit's record of changes (NoteDb), in a git repository or a bundle of one.
    GerritNotes,
}

impl Kind {
    /// The kind in words, to stand in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Events => "canonical events",
            Kind::Xes => "XES event log",
            Kind::Ocel => "object-centric event log",
            Kind::Csv => "table of events",
            Kind::Git => "git repository",
            Kind::Peps => "repository of enhancement proposals",
            Kind::Tracker(tracker) => tracker.words(),
            Kind::GerritNotes => "Gerrit review record",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// One thing to read, and how to look at it.
#[derive(Clone, Debug)]
pub struct Source {
    /// The source's name in the record.
    pub name: String,
    /// What it is; [`probe`] tells.
    pub kind: Kind,
    /// Where it is.
    pub path: PathBuf,
    /// What its elements mean.
    pub lens: Lens,
    /// The zone of local times that are written without offset. It stands above the lens's own; UTC where neither
    /// says, and every such time is counted.
    pub zone: Option<jiff::tz::TimeZone>,
    /// Whether to keep what stands before the break of a truncated file, instead of failing.
    pub salvage: bool,
    /// Whether the defaults that an XES file declares (`<global>`) stand in for attributes that an event lacks.
    pub apply_globals: bool,
    /// Elements between two checkpoints; 65,536 unless a test wants another number. Zero counts as one.
    pub checkpoint_every: u64,
}

impl Source {
    /// Elements between two checkpoints unless told otherwise.
    pub const CHECKPOINT_EVERY: u64 = 65_536;

    /// A source with everything optional left at its default.
    pub fn new(name: impl Into<String>, kind: Kind, path: impl Into<PathBuf>, lens: Lens) -> Self {
        Self {
            name: name.into(),
            kind,
            path: path.into(),
            lens,
            zone: None,
            salvage: false,
            apply_globals: false,
            checkpoint_every: Self::CHECKPOINT_EVERY,
        }
    }
}

/// How a reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Everything was read. `position` is to be kept: [`freshness`] compares with it, and a grown source goes on
    /// from it.
    Complete {
        /// Opaque; see [`freshness`].
        position: String,
    },
    /// The sink asked to stop at a checkpoint; that checkpoint's position is where to go on.
    Interrupted,
}

/// What has happened to a source since a position in it was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// It was never read.
    New,
    /// Nothing: reading it again would give the same events.
    Unchanged,
    /// What was read is still as it was, and there is more behind it: go on from the position.
    Grown,
    /// What was read, or the way of looking at it, has changed: forget the position and read anew.
    Changed,
}

/// What a look at a source has shown.
pub struct Look {
    /// What has happened to it.
    pub freshness: Freshness,
    /// The part of a file that was read before, as it is now.
    start: Option<bytes::Start>,
}

impl From<Freshness> for Look {
    fn from(freshness: Freshness) -> Self {
        Look { freshness, start: None }
    }
}

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Look").field("freshness", &self.freshness).finish_non_exhaustive()
    }
}

/// A source that cannot be read to the end. What was checkpointed before stands; whether it stays is for the caller
/// to say.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The path cannot be opened or read.
    #[error("read {}", path.display())]
    Io {
        /// Which path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file has no content.
    #[error("read {}: the file is empty", path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// The content is none of what Sayso reads.
    #[error("recognise {}: {what}", path.display())]
    Unrecognised {
        /// Which path.
        path: PathBuf,
        /// What was found instead.
        what: String,
        /// What to do next.
        hint: String,
    },
    /// The file is not well-formed in a way that hides where elements begin and end.
    #[error("read {}: {what} ({place})", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// `line 17`, `byte 8841`.
        place: String,
        /// What is wrong there.
        what: String,
        /// What to do next.
        hint: String,
    },
    /// The file ends in the middle of something.
    #[error("read {} to its end: it breaks off at byte {byte}, after {events} whole events", path.display())]
    Truncated {
        /// Which file.
        path: PathBuf,
        /// Whole elements before the break.
        events: u64,
        /// The byte of the content, after decompression, at which it ends.
        byte: u64,
    },
    /// A column that the lens needs is not there.
    #[error("find {column} in {}", path.display())]
    Column {
        /// Which file.
        path: PathBuf,
        /// What was looked for.
        column: String,
        /// What to do next, with the columns that are there.
        hint: String,
    },
    /// The position to go on from was not made by this version, or not for this file.
    #[error("go on from where the last reading of {} ended: {what}", path.display())]
    Position {
        /// Which path.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The git repository cannot be read.
    #[error("read the git repository: {what}")]
    Git {
        /// What git said.
        what: String,
        /// What to do next; empty where nothing helps.
        hint: String,
    },
    /// The record could not take the events.
    #[error("write to the record")]
    Sink(#[from] SinkError),
}

impl ReadError {
    /// The same, where `events` whole elements came before it.
    pub(crate) fn after(self, events: u64) -> ReadError {
        match self {
            ReadError::Truncated { path, byte, .. } => ReadError::Truncated { path, events, byte },
            other => other,
        }
    }

    /// What the user can do next, where anything helps.
    pub fn hint(&self) -> Option<String> {
        match self {
            ReadError::Io { path, .. } => Some(format!("check that {} exists and may be read", path.display())),
            ReadError::Empty { .. } => Some("export it again; an empty file tells nothing".to_owned()),
            ReadError::Unrecognised { hint, .. }
            | ReadError::Malformed { hint, .. }
            | ReadError::Column { hint, .. }
            | ReadError::Git { hint, .. } => (!hint.is_empty()).then(|| hint.clone()),
            ReadError::Truncated { .. } => {
                Some("fetch the file again, or keep what stands before the break with `--salvage`".to_owned())
            }
            ReadError::Position { .. } => Some("read the source anew".to_owned()),
            ReadError::Sink(_) => None,
        }
    }
}

/// What a path is, by its magic bytes and its content, whatever its name.
///
/// # Errors
/// Where the path cannot be read, is empty, or holds nothing that Sayso knows.
pub fn probe(path: &Path) -> Result<Kind, ReadError> {
    let io = |source| ReadError::Io { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(io)?.is_dir() {
        let has = |name: &str| path.join(name).exists();
        if has(".git") || has("HEAD") && has("objects") && has("refs") {
            return Ok(if gerrit::is_notes(path) { Kind::GerritNotes } else { Kind::Git });
        }
        return tracker::probe_folder(path)?.map(Kind::Tracker).ok_or_else(|| ReadError::Unrecognised {
            path: path.to_owned(),
            what: "it is a folder with neither a git repository nor pages or exports of a tracker in it".to_owned(),
            hint: "name a git repository, a folder of what a tracker gave, or an event-log file".to_owned(),
        });
    }
    let mut unpacked = Unpacked::open_any(path)?;
    if unpacked.starts_with(ocel::SQLITE) {
        return if ocel::is_sqlite(path)? { Ok(Kind::Ocel) } else { Err(no_log_in_base(path)) };
    }
    if unpacked.starts_with(b"# v2 git bundle\n") || unpacked.starts_with(b"# v3 git bundle\n") {
        return Ok(if gerrit::is_notes(path) { Kind::GerritNotes } else { Kind::Git });
    }
    if !unpacked.starts_with(b"PAR1") {
        let head = Unpacked::open(path)?.beginning()?;
        if ocel::is_json(&head) || ocel::is_xml(&head) {
            return Ok(Kind::Ocel);
        }
        if let Some(tracker) = tracker::probe_text(path, &head) {
            return Ok(Kind::Tracker(tracker));
        }
        if head.trim_start().starts_with('<') {
            return xes::probe(path, &head);
        }
        if head.contains('\0') {
            return Err(unrecognised(path, "it is not text"));
        }
    }
    table::probe(unpacked)?.ok_or_else(|| unrecognised(path, "its first line is not a row of several columns"))
}

/// The names of the columns of a table, of NDJSON those of its first row.
///
/// # Errors
/// Where the path cannot be read, or is no table.
pub fn columns(path: &Path) -> Result<Vec<String>, ReadError> {
    let header = table::header(Unpacked::open_any(path)?)?;
    header.ok_or_else(|| unrecognised(path, "its first line is not a row of several columns"))
}

fn no_log_in_base(path: &Path) -> ReadError {
    ReadError::Unrecognised {
        path: path.to_owned(),
        what: "it is an SQLite database without the tables of an object-centric event log".to_owned(),
        hint: "export the table of events as CSV".to_owned(),
    }
}

fn unrecognised(path: &Path, what: &str) -> ReadError {
    ReadError::Unrecognised {
        path: path.to_owned(),
        what: what.to_owned(),
        hint:
            "Sayso reads git repositories and bundles, what trackers give, XES, OCEL, and tables of events as CSV, NDJSON or \
               Parquet"
                .to_owned(),
    }
}

/// Reads a source into a sink; with `resume`, only what stands behind that position.
///
/// Checkpoints fall at the same elements in every reading, so that a reading which was stopped and resumed gives
/// exactly the events of one that was not.
///
/// # Errors
/// Where the source cannot be read to the end. Bad elements are set aside and do not fail a reading.
pub fn read(source: &Source, resume: Option<&str>, sink: &mut dyn EventSink) -> Result<Done, ReadError> {
    read_after(source, resume, Look::from(Freshness::New), sink)
}

/// The same, after a [`look`] at the same position of the same source: what was gone through for it is not gone through
/// once more.
///
/// # Errors
/// As [`read`].
pub fn read_after(
    source: &Source,
    resume: Option<&str>,
    look: Look,
    sink: &mut dyn EventSink,
) -> Result<Done, ReadError> {
    match source.kind {
        Kind::Git => git::read(source, resume, sink),
        Kind::Peps => authority::pep::events(&source.path, sink),
        Kind::GerritNotes => gerrit::read(source, resume, sink),
        Kind::Xes => xes::read(source, resume, sink),
        Kind::Ocel => ocel::read(source, resume, sink),
        Kind::Events | Kind::Csv => table::read(source, resume, look.start, sink),
        Kind::Tracker(tracker) => tracker::read(tracker, source, resume, sink),
    }
}

/// What has happened to a source since `position` was kept; it compares content, never times of files.
///
/// # Errors
/// Where the source cannot be read.
pub fn freshness(source: &Source, position: Option<&str>) -> Result<Freshness, ReadError> {
    Ok(look(source, position)?.freshness)
}

/// The same, with what a reading that follows at once need not find out again.
///
/// # Errors
/// Where the source cannot be read.
pub fn look(source: &Source, position: Option<&str>) -> Result<Look, ReadError> {
    match source.kind {
        Kind::Git => git::freshness(source, position).map(Look::from),
        Kind::Peps => authority::pep::freshness(&source.path, position).map(Look::from),
        Kind::GerritNotes => gerrit::freshness(source, position).map(Look::from),
        Kind::Xes | Kind::Ocel | Kind::Events | Kind::Csv => reading::look(source, position),
        Kind::Tracker(_) => tracker::freshness(source, position).map(Look::from),
    }
}

/// The accounts of people and machines that a source describes, one for each id, in the order of their ids; empty for
/// sources other than trackers.
///
/// # Errors
/// Where the source cannot be read.
pub fn accounts(source: &Source) -> Result<Vec<tracker::Account>, ReadError> {
    match source.kind {
        Kind::Tracker(tracker) => tracker::accounts(tracker, source),
        _ => Ok(Vec::new()),
    }
}
