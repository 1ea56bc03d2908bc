//! One reading of a file: the gate, the lens and the position, put together for every format.

use std::path::Path;

use sayso_model::coverage::Note;
use sayso_model::event::{EventSink, Flow};
use twox_hash::XxHash3_64;

use crate::books::{Gate, Position};
use crate::bytes::{Start, Tally, Text, Unpacked};
use crate::lens::shape::{Element, Shaper};
use crate::{Done, Freshness, Kind, Look, ReadError, Source};

/// Elements between two signs of progress.
const PROGRESS_EVERY: u64 = 4_096;

/// A reading under way.
pub(crate) struct Reading<'s> {
    pub gate: Gate<'s>,
    pub shaper: Shaper,
    pub source: &'s Source,
    resume: Option<Position>,
    tally: Tally,
    len: u64,
    told: u64,
}

impl<'s> Reading<'s> {
    /// Begins, or goes on from a position.
    pub fn begin(
        source: &'s Source,
        resume: Option<&str>,
        unpacked: &Unpacked,
        sink: &'s mut dyn EventSink,
    ) -> Result<Reading<'s>, ReadError> {
        let resume = resume.map(|text| position(source, text)).transpose()?;
        let elements = resume.as_ref().map_or(0, |position| position.elements);
        let mut gate = Gate::new(sink, source.checkpoint_every, elements);
        if unpacked.is_misnamed() {
            let found = if unpacked.is_gzip { "it is packed" } else { "it is not packed" };
            gate.note("byte 1", Note::CompressionMismatch, found);
        }
        Ok(Reading {
            gate,
            shaper: Shaper::new(&source.lens, source.zone.as_ref()),
            source,
            resume,
            tally: unpacked.tally.clone(),
            len: unpacked.len,
            told: 0,
        })
    }

    /// Where whole rows were added behind those that an earlier reading read to their end, in a plain file in UTF-8: the
    /// text from there on, the bytes before it and the lines there. What was read need not be taken apart once more, unless
    /// the lens has to remember it.
    ///
    /// What was read has to be as it was; `start` is the beginning of the file where somebody has just gone through it.
    pub fn behind(&mut self, start: Option<Start>) -> Result<Option<(Text, u64, u64)>, ReadError> {
        let Some(position) = &self.resume else { return Ok(None) };
        if !position.complete || !position.open_end || position.elements == 0 || self.shaper.has_memory() {
            return Ok(None);
        }
        let bytes = position.bytes;
        let start = match start.filter(|start| start.bytes == bytes && start.lines.is_some()) {
            Some(start) => start,
            None => Start::of(&self.source.path, bytes, true)?,
        };
        let Some(lines) = start.lines.filter(|_| start.hash() == position.hash) else { return Ok(None) };
        let unpacked = Unpacked::open_behind(&self.source.path, start)?;
        self.tally = unpacked.tally.clone();
        Ok(Some((unpacked.text_from_here(), bytes, lines)))
    }

    /// Turns an element into events; it has been counted as seen.
    pub fn element(&mut self, element: &Element<'_, '_>) -> Result<(), ReadError> {
        if self.gate.is_muted() && !self.shaper.has_memory() {
            return Ok(());
        }
        Ok(self.shaper.element(element, &mut self.gate)?)
    }

    /// Everything before is whole: checkpoints where that is due. Says whether to stop.
    pub fn boundary(&mut self) -> Result<Flow, ReadError> {
        let elements = self.gate.elements();
        if elements - self.told >= PROGRESS_EVERY {
            self.told = elements;
            self.gate.progress(self.tally.bytes(), Some(self.len));
        }
        if !self.gate.boundary() {
            return Ok(Flow::Continue);
        }
        let position = self.position(false, false).to_string();
        Ok(self.gate.checkpoint(&position)?)
    }

    /// The end of the file. `open_end` says that it consists of whole plain rows, behind which more can be written.
    pub fn complete(mut self, open_end: bool) -> Result<Done, ReadError> {
        self.gate.boundary();
        if self.gate.is_muted() && self.resume.as_ref().is_some_and(|resume| resume.elements != self.gate.elements()) {
            return Err(ReadError::Position {
                path: self.source.path.clone(),
                what: "it has changed since".to_owned(),
            });
        }
        self.gate.progress(self.tally.bytes(), Some(self.len));
        Ok(Done::Complete { position: self.position(true, open_end).to_string() })
    }

    fn position(&self, complete: bool, open_end: bool) -> Position {
        Position {
            bytes: self.tally.bytes(),
            hash: self.tally.hash(),
            elements: self.gate.elements(),
            view: view(self.source),
            complete,
            open_end,
        }
    }
}

/// What has happened to a file since a position in it was kept.
pub(crate) fn look(source: &Source, position: Option<&str>) -> Result<Look, ReadError> {
    let Some(text) = position else { return Ok(Freshness::New.into()) };
    let Some(position) = Position::parse(text) else { return Ok(Freshness::Changed.into()) };
    if position.view != view(source) {
        return Ok(Freshness::Changed.into());
    }
    // Where there is more than there was, whoever reads on wants to know the lines before it as well.
    let is_longer = std::fs::metadata(&source.path).is_ok_and(|file| file.len() > position.bytes);
    let start = Start::of(&source.path, position.bytes, is_longer && position.complete && position.open_end)?;
    let freshness = if start.len < position.bytes || start.hash() != position.hash {
        Freshness::Changed
    } else if !position.complete {
        Freshness::Grown
    } else if start.next.is_none() {
        Freshness::Unchanged
    } else if position.open_end || is_line_end(start.next) && can_grow(source, &source.path) {
        Freshness::Grown
    } else {
        Freshness::Changed
    };
    Ok(Look { freshness, start: Some(start) })
}

/// A last row without line end is whole where a line end follows it now.
fn is_line_end(next: Option<u8>) -> bool {
    matches!(next, Some(b'\n' | b'\r'))
}

/// Only plain rows can be written behind rows.
fn can_grow(source: &Source, path: &Path) -> bool {
    matches!(source.kind, Kind::Events | Kind::Csv) && Unpacked::open(path).is_ok_and(|unpacked| !unpacked.is_gzip)
}

/// The position that a text stands for, where it was made for this source as it is looked at now.
pub(crate) fn position(source: &Source, text: &str) -> Result<Position, ReadError> {
    let path = || source.path.clone();
    let position = Position::parse(text)
        .ok_or_else(|| ReadError::Position { path: path(), what: "the position cannot be read".to_owned() })?;
    if position.view != view(source) {
        return Err(ReadError::Position { path: path(), what: "the lens or its settings have changed".to_owned() });
    }
    Ok(position)
}

/// A number that changes with everything that changes what the same bytes give.
pub(crate) fn view(source: &Source) -> u64 {
    let zone = source.zone.as_ref().map(|zone| zone.iana_name().map_or_else(|| format!("{zone:?}"), str::to_owned));
    let (lens, signs) = (source.lens.fingerprint(), crate::signs::fingerprint());
    let all = format!("{lens:x} {signs:x} {zone:?} {} {:?}", source.apply_globals, source.kind);
    XxHash3_64::oneshot(all.as_bytes())
}
