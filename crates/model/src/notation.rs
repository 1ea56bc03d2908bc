//! Paths as text: a small story of people and events in, the annotated path out; tests and the terminal read both.
//!
//! `docs/concepts/notation.md` is the grammar of both directions. They are not inverse to each other: a [`Story`] is
//! written by people, [`path_lines`] are read by people.

mod path;
mod story;

pub use path::{hours_text, path_lines};
pub use story::{NotationError, Story};
