//! The log of views: one line for every answer that was given about an office. It says that somebody looked, not what they saw.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use crate::{InquiryError, Office, World, write_whole};

const FILE: &str = "views.log";

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
