//! What the readers of sources promise, on small files that are made here and, where they are at hand, on real ones.
#![allow(clippy::unwrap_used)]

#[path = "it/across_the_sea.rs"]
mod across_the_sea;
#[path = "it/answers.rs"]
mod answers;
#[path = "it/charter.rs"]
mod charter;
#[path = "it/conformity.rs"]
mod conformity;
#[path = "it/declared.rs"]
mod declared;
#[path = "it/edge.rs"]
mod edge;
#[path = "it/exchange.rs"]
mod exchange;
#[path = "it/fetch.rs"]
mod fetch;
#[path = "it/gerrit.rs"]
mod gerrit;
#[path = "it/intent.rs"]
mod intent;
#[path = "it/logs.rs"]
mod logs;
#[path = "it/ocel.rs"]
mod ocel;
#[path = "it/recorded.rs"]
mod recorded;
#[path = "it/resume.rs"]
mod resume;
#[path = "it/signs.rs"]
mod signs;
#[path = "it/sink.rs"]
mod sink;
#[path = "it/suggest.rs"]
mod suggest;
#[path = "it/tables.rs"]
mod tables;
#[path = "it/trackers.rs"]
mod trackers;
#[path = "it/traps.rs"]
mod traps;
