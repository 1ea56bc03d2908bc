//! `sayso validity`: how often Sayso cries wolf and how often it misses, measured on organisations with planted truth.

use sayso_inquiry::{InquiryError, Machine};

use super::deliver;
use crate::args::Shared;

pub fn run(shared: &Shared, healthy: u32, planted: u32) -> Result<u8, InquiryError> {
    let page =
        sayso_inquiry::validity::run_and_write(healthy, planted, shared.seed.unwrap_or(sayso_inquiry::SEED), &Machine)?;
    deliver(shared, &page)?;
    Ok(0)
}
