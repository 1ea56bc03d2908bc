//! The words of Sayso as plain data: what an event, a decision, a hop, a calendar and a measure are.
//!
//! No I/O, no clock, no environment. Stages (sources, decisions, measures, report) share these words and the numbers
//! of `sayso-stats`, and nothing else. `docs/glossary.md` is the master of the vocabulary.

pub mod activity;
pub mod actor;
pub mod assumption;
pub mod calendar;
pub mod charter;
pub mod coverage;
pub mod decision;
pub mod diagnosis;
pub mod event;
pub mod holidays;
pub mod hours;
mod item;
pub mod measure;
pub mod notation;
pub mod privacy;
pub mod schema;
pub mod signal;
pub mod signs;
pub mod thread;
pub mod time;
pub mod words;

/// A word of a dictionary: an actor, an activity, an area. `0` is always "not recorded".
///
/// The record stores codes; words appear only at the edge, where something is shown.
pub type Code = u32;

/// The code of what was not recorded.
pub const NOT_RECORDED: Code = 0;
