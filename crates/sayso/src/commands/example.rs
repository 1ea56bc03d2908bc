//! `sayso example NAME DIR`: writes an example office from a seed.

use std::path::Path;

use sayso_inquiry::InquiryError;

use super::deliver;
use crate::args::Shared;

pub fn run(shared: &Shared, name: &str, dir: &Path, force: bool, healthy: bool) -> Result<u8, InquiryError> {
    let written = sayso_inquiry::write_example(name, shared.seed, dir, force, healthy)?;
    deliver(shared, &format!("{written} files written. Look at them with:\n  sayso diagnose {}\n", dir.display()))?;
    Ok(0)
}
