//! The record and the engine from outside: what is written comes back, whatever happens in between.
#![allow(clippy::unwrap_used)]

#[path = "it/arcs.rs"]
mod arcs;
#[path = "it/build.rs"]
mod build;
#[cfg(feature = "cluster")]
#[path = "it/cluster.rs"]
mod cluster;
#[path = "it/erase.rs"]
mod erase;
#[path = "it/fold.rs"]
mod fold;
#[path = "it/record.rs"]
mod record;
#[path = "it/sightings.rs"]
mod sightings;
#[path = "it/sql.rs"]
mod sql;
