//! Where an element of a source stands, for a person who looks for it.

use std::fmt;

/// Where an element stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// A line of a text file, from 1.
    Line(u64),
    /// A row of a table without lines, from 1.
    Row(u64),
    /// A trace, from 1.
    Trace(u64),
    /// An event of a trace, both from 1.
    Event(u64, u64),
    /// An event of a file without traces, from 1.
    Nth(u64),
    /// A byte of the content.
    Byte(u64),
    /// A page of a tracker, from 1.
    Page(u64),
    /// A note on a change: the change's number, and the note's place, from 1.
    Note(u64, u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(line) => write!(f, "line {line}"),
            Place::Row(row) => write!(f, "row {row}"),
            Place::Trace(trace) => write!(f, "trace {trace}"),
            Place::Event(trace, event) => write!(f, "trace {trace} event {event}"),
            Place::Nth(event) => write!(f, "event {event}"),
            Place::Byte(byte) => write!(f, "byte {byte}"),
            Place::Page(page) => write!(f, "page {page}"),
            Place::Note(change, note) => write!(f, "change {change} note {note}"),
        }
    }
}
