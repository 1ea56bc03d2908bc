//! The log of views: one line for every answer that was given about an office, which says that somebody looked and not
//! what they saw; and the footprints of what was shown, which say when the next answer would isolate somebody.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;
use sayso_model::privacy::Footprint;
use serde::{Deserialize, Serialize};

use crate::{InquiryError, Office, World, write_whole};

const FILE: &str = "views.log";
const SHOWN_FILE: &str = "shown.json";

/// Who looks, and when; found out when the office is opened.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    at: Timestamp,
    user: String,
}

#[derive(Serialize)]
struct View<'a> {
    at: Timestamp,
    user: &'a str,
    verb: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    names: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<&'a str>,
}

/// What was shown of one state of the record.
#[derive(Default, Deserialize, Serialize)]
struct Shown {
    /// How far each source had been read: another state, and what was shown of it is no matter.
    record: Vec<String>,
    footprints: Vec<Footprint>,
}

impl Viewer {
    pub(crate) fn of(world: &dyn World) -> Viewer {
        Viewer { at: world.now(), user: world.user() }
    }
}

impl Office {
    /// Rewrites the log line by line, where there is one: what was asked may hold a name.
    pub(crate) fn rewrite_views(&self, rewrite: &dyn Fn(&str) -> Option<String>) -> Result<(), InquiryError> {
        let path = self.derived.join(FILE);
        let Ok(text) = std::fs::read_to_string(&path) else { return Ok(()) };
        let lines = text.lines().map(|line| rewrite(line).unwrap_or_else(|| line.to_owned()) + "\n");
        write_whole(&path, lines.collect::<String>().as_bytes())
    }

    /// The footprints of what was shown of the record as it is now. A lone log or repository keeps nothing.
    ///
    /// # Errors
    /// When they cannot be read: then nobody can say what the next answer would give away.
    pub(crate) fn shown_before(&self) -> Result<Vec<Footprint>, InquiryError> {
        let path = self.derived.join(SHOWN_FILE);
        if self.folder.is_none() || !path.exists() {
            return Ok(Vec::new());
        }
        let bytes = std::fs::read(&path).map_err(InquiryError::file("read what was shown in", &path))?;
        let shown: Shown = serde_json::from_slice(&bytes).map_err(|error| {
            InquiryError::usage(
                format!("read what was shown in {}: {error}", path.display()),
                "restore the file; without it nobody can say what the next answer would give away",
            )
        })?;
        Ok(if shown.record == self.state_of_record() { shown.footprints } else { Vec::new() })
    }

    /// Keeps the footprints of an answer beside those of earlier ones.
    pub(crate) fn remember(&self, earlier: &[Footprint], now: &[Footprint]) -> Result<(), InquiryError> {
        let new: Vec<&Footprint> = now.iter().filter(|one| !earlier.contains(one)).collect();
        if self.folder.is_none() || new.is_empty() {
            return Ok(());
        }
        let footprints = earlier.iter().chain(new).cloned().collect();
        let shown = Shown { record: self.state_of_record(), footprints };
        let bytes = serde_json::to_vec(&shown).expect("plain data is always valid JSON");
        write_whole(&self.derived.join(SHOWN_FILE), &bytes)
    }

    fn state_of_record(&self) -> Vec<String> {
        let state = |source: &sayso_engine::SourceState| {
            let position = source.position.as_deref().unwrap_or_default();
            format!("{} {} {} {position}", source.name, source.lens, source.ledger.events)
        };
        self.record.sources().iter().map(state).collect()
    }

    /// Notes that an answer is given. A lone log or repository keeps nothing, this neither.
    ///
    /// # Errors
    /// When the log cannot be written: then no answer is given either.
    pub(crate) fn note_view(&self, verb: &str, of: Option<&str>) -> Result<(), InquiryError> {
        if self.folder.is_none() {
            return Ok(());
        }
        let view = View {
            at: self.viewer.at,
            user: &self.viewer.user,
            verb,
            of,
            as_of: self.request.as_of,
            since: self.request.since,
            until: self.request.until,
            names: self.privacy.names,
            because: self.privacy.because.as_deref().filter(|_| self.privacy.names),
        };
        let mut line = serde_json::to_string(&view).expect("plain data is always valid JSON");
        line.push('\n');
        let path: PathBuf = self.derived.join(FILE);
        let failed = |why| InquiryError::File { doing: "note the view in", path: path.clone(), why };
        // One write of one line: lines of two processes do not run into each other.
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        file.write_all(line.as_bytes()).map_err(failed)
    }
}
