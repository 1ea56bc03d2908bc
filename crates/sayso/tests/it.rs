//! The project as its users meet it: the command end to end, and the house rules.

#![allow(clippy::unwrap_used)]

#[path = "../../sources/tests/it/across_the_sea.rs"]
mod across_the_sea;
#[path = "it/action.rs"]
mod action;
#[path = "it/authority.rs"]
mod authority;
#[cfg(feature = "cluster")]
#[path = "it/cluster.rs"]
mod cluster;
#[path = "it/command.rs"]
mod command;
#[path = "it/fetching.rs"]
mod fetching;
#[path = "it/init.rs"]
mod init;
#[path = "it/mining.rs"]
mod mining;
#[path = "it/office.rs"]
mod office;
#[path = "it/page.rs"]
mod page;
#[path = "it/people.rs"]
mod people;
#[path = "it/real.rs"]
mod real;
#[path = "it/tidy.rs"]
mod tidy;
#[path = "it/truth.rs"]
mod truth;
