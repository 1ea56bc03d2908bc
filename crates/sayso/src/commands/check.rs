//! `sayso check`: what leaders believe, held against the record; fails where the record says otherwise.

use std::path::Path;

use sayso_inquiry::{BeliefCheck, BeliefVerdict, InquiryError};

use super::{WIDTH, deliver, no_such_format, open_and_read};
use crate::args::{FailOn, FormatArg, Shared};

/// The exit code when a belief fails.
const FAILED: u8 = 1;

pub fn run(shared: &Shared, fail_on: &[FailOn], junit: Option<&Path>) -> Result<u8, InquiryError> {
    let format = shared.format.unwrap_or(FormatArg::Text);
    if !matches!(format, FormatArg::Text | FormatArg::Json | FormatArg::Markdown) {
        return Err(no_such_format("check", "text, json, markdown; and --junit FILE"));
    }
    let (office, reading) = open_and_read(shared, None)?;
    if !reading.is_complete() {
        anstream::eprint!("{}", reading.text(WIDTH));
    }
    let (beliefs, side_by_side) = (office.beliefs()?, office.side_by_side());
    let verdicts: Vec<BeliefVerdict> = fail_on
        .iter()
        .map(|one| match one {
            FailOn::Contradicted => BeliefVerdict::Contradicted,
            FailOn::Undecided => BeliefVerdict::Undecided,
        })
        .collect();
    let check =
        BeliefCheck { subject: office.name(), beliefs: &beliefs, side_by_side: &side_by_side, fail_on: &verdicts };
    if let Some(path) = junit {
        sayso_inquiry::write_whole(path, check.junit().as_bytes())?;
    }
    deliver(
        shared,
        &match format {
            FormatArg::Json => sayso_inquiry::json(&beliefs),
            FormatArg::Markdown => check.markdown(),
            _ => check.text(WIDTH),
        },
    )?;
    Ok(if check.n_failed() > 0 { FAILED } else { 0 })
}
