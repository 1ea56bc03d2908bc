//! The gate between a reader and its sink: counts elements, keeps silent until the point of resumption, checkpoints.

use std::borrow::Cow;
use std::fmt;

use sayso_model::coverage::{ClaimTally, Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};

/// Where a reading stands, as text that the sink keeps and the reader understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Bytes of the file, as it lies on disk, that were taken in.
    pub bytes: u64,
    /// The hash of those bytes.
    pub hash: u128,
    /// Elements seen.
    pub elements: u64,
    /// The hash of the way of looking at them: lens, zone, options.
    pub view: u64,
    /// Whether the file was read to its end.
    pub complete: bool,
    /// Whether more may be written behind the end of the file: plain rows, whole as far as they go.
    pub open_end: bool,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { bytes, hash, elements, view, complete, open_end } = self;
        let (complete, open_end) = (u8::from(*complete), u8::from(*open_end));
        write!(
            f,
            "1 bytes={bytes} hash={hash:032x} elements={elements} view={view:016x} complete={complete} open={open_end}"
        )
    }
}

impl Position {
    /// Reads back what was written; `None` where it was not written by this version.
    pub fn parse(text: &str) -> Option<Position> {
        let mut words = text.split(' ');
        (words.next()? == "1").then_some(())?;
        let mut value = |key: &str| words.next()?.strip_prefix(key)?.strip_prefix('=');
        let position = Position {
            bytes: value("bytes")?.parse().ok()?,
            hash: u128::from_str_radix(value("hash")?, 16).ok()?,
            elements: value("elements")?.parse().ok()?,
            view: u64::from_str_radix(value("view")?, 16).ok()?,
            complete: value("complete")? == "1",
            open_end: value("open")? == "1",
        };
        words.next().is_none().then_some(position)
    }
}

/// Counts elements on their way to a sink, and holds back all that stands before the point of resumption.
pub(crate) struct Gate<'s> {
    sink: &'s mut dyn EventSink,
    every: u64,
    elements: u64,
    kept_at: u64,
    resume: u64,
    is_muted: bool,
    /// Where places stand, for files of several tables: goes before every place.
    pub within: String,
}

impl<'s> Gate<'s> {
    pub fn new(sink: &'s mut dyn EventSink, every: u64, resume: u64) -> Self {
        Self {
            sink,
            every: every.max(1),
            elements: 0,
            kept_at: resume,
            resume,
            is_muted: resume > 0,
            within: String::new(),
        }
    }

    /// Whether what comes now was delivered by an earlier reading.
    pub fn is_muted(&self) -> bool {
        self.is_muted
    }

    fn place<'p>(&self, place: &'p str) -> Cow<'p, str> {
        if self.within.is_empty() { Cow::Borrowed(place) } else { Cow::Owned(format!("{}{place}", self.within)) }
    }

    /// Whatever was delivered by an earlier reading was passed over by other means: what comes now is new.
    pub fn go_on(&mut self) {
        self.elements = self.resume;
        self.is_muted = false;
    }

    /// Elements seen so far, those before the point of resumption included.
    pub fn elements(&self) -> u64 {
        self.elements
    }

    /// To be called wherever everything before is whole; says whether a checkpoint is due here. Both the checkpoint
    /// and the resumption take the first such place behind their element, so that they agree on it.
    pub fn boundary(&mut self) -> bool {
        if self.is_muted {
            self.is_muted = self.elements != self.resume;
            return false;
        }
        self.elements - self.kept_at >= self.every
    }
}

impl EventSink for Gate<'_> {
    fn seen(&mut self) {
        self.elements += 1;
        if !self.is_muted {
            self.sink.seen();
        }
    }

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        if self.is_muted { Ok(()) } else { self.sink.event(row) }
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        if !self.is_muted {
            self.sink.set_aside(&self.place(place), reason, detail);
        }
    }

    fn note(&mut self, place: &str, note: Note, detail: &str) {
        if !self.is_muted {
            self.sink.note(&self.place(place), note, detail);
        }
    }

    fn claim(&mut self, what: &str, tally: ClaimTally) {
        self.sink.claim(what, tally);
    }

    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError> {
        self.kept_at = self.elements;
        self.sink.checkpoint(position)
    }

    fn progress(&mut self, done: u64, total: Option<u64>) {
        self.sink.progress(done, total);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_position_is_read_back_as_it_was_written() {
        let position =
            Position { bytes: 17, hash: u128::MAX / 3, elements: 65_536, view: 42, complete: false, open_end: true };
        assert_eq!(Position::parse(&position.to_string()), Some(position.clone()));
        assert_eq!(Position::parse(""), None);
        assert_eq!(Position::parse("0123abc"), None);
        assert_eq!(Position::parse(&format!("{position} more")), None);
        assert_eq!(Position::parse(&position.to_string().replace("1 bytes", "2 bytes")), None);
    }
}
