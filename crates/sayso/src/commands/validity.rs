//! `sayso validity`: how often Sayso cries wolf and how often it misses, measured on organisations with planted truth.

use sayso_inquiry::validity::{self, Together};
use sayso_inquiry::{InquiryError, Machine};

use super::deliver;
use crate::args::Shared;

pub fn run(shared: &Shared, healthy: u32, planted: u32, check: bool) -> Result<u8, InquiryError> {
    let seed = shared.seed.unwrap_or(sayso_inquiry::SEED);
    if !check {
        deliver(shared, &validity::run_and_write(healthy, planted, seed, &Machine)?)?;
        return Ok(0);
    }
    let checked = validity::check(healthy, planted, seed, &Machine)?;
    let Together { n, with_not_planted } = checked.healthy;
    let mut text = format!(
        "{} organisations; {n} of them healthy, {with_not_planted} of these with a finding.\n",
        checked.organisations
    );
    match checked.regressions.as_slice() {
        [] => text.push_str("Nothing is worse than it may be by more than chance explains.\n"),
        worse => worse.iter().for_each(|one| text.push_str(&format!("Worse than it may be: {one}.\n"))),
    }
    deliver(shared, &text)?;
    Ok(u8::from(!checked.regressions.is_empty()))
}
