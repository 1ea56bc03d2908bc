//! The same plans on many machines: a scheduler, executors and the side that asks, by Apache Ballista.
//!
//! What is shipped is the physical plan that this machine would run: the scan names files by the address of the record
//! ([`crate::Place`]), the operators of this crate and the functions that turn codes to words travel as plain data
//! (`codec`), and everything else is the engine's own. Who has not the shared token, or is of another version, is
//! turned away before a byte of theirs is read (`trust`).

mod client;
mod codec;
mod executor;
mod scheduler;
mod store;
mod trust;

use std::sync::Arc;

use sayso_model::decision::Reconstruct;

pub use client::Cluster;
pub use executor::{ExecutorOptions, executor};
pub use scheduler::{SchedulerOptions, scheduler};
pub use store::{StoreKeys, publish};
pub use trust::{TOKEN_LEN_MIN, Trust};

pub(crate) use client::turned_away;
pub(crate) use store::{bring, in_registry};

/// Makes rules of what [`Reconstruct::packed`] gave on another machine.
pub type Unpack = fn(&[u8]) -> Result<Arc<dyn Reconstruct>, String>;

/// The largest message between the parts: a plan carries the directory of everybody in the record.
const MESSAGE_BYTES_MAX: u32 = 256 << 20;
