//! From the events of one item to its decisions and hops, by the numbered rules of `docs/concepts/reconstruction.md`.
//!
//! One verb: [`Rules`] implements [`sayso_model::decision::Reconstruct`]. It is a pure function with its data: the same
//! events, directory and options give the same decisions, in whatever order and on however many threads items come.
//! The numbers R1, R2, ... in the code are those of the document.

mod acts;
mod asks;
mod few;
mod fold;
mod holds;
mod hours;
mod outcomes;
mod rules;
mod tally;

pub use rules::{Options, Rules};
