//! Whole records in, known answers out: every measure on paths written by hand.
#![allow(clippy::unwrap_used)]

#[path = "it/attack.rs"]
mod attack;
#[path = "it/build.rs"]
mod build;
#[path = "it/context.rs"]
mod context;
#[path = "it/control.rs"]
mod control;
#[path = "it/distance.rs"]
mod distance;
#[path = "it/gates.rs"]
mod gates;
#[path = "it/privacy.rs"]
mod privacy;
#[path = "it/reference.rs"]
mod reference;
#[path = "it/truths.rs"]
mod truths;
