//! The rules seen from outside: every numbered rule as a story with its path, and what holds for any events at all.
#![allow(clippy::unwrap_used)]

#[path = "it/properties.rs"]
mod properties;
#[path = "it/stories.rs"]
mod stories;
