//! `sayso read`: brings the record up to date, and prints the books of every source.

use std::path::Path;

use sayso_inquiry::InquiryError;

use super::{WIDTH, deliver, no_such_format, open_and_read};
use crate::args::{FormatArg, Shared};

/// The exit code when a source was not read to its end.
const INCOMPLETE: u8 = 3;

pub fn run(shared: &Shared, path: Option<&Path>) -> Result<u8, InquiryError> {
    let format = shared.format.unwrap_or(FormatArg::Text);
    if !matches!(format, FormatArg::Text | FormatArg::Json) {
        return Err(no_such_format("read", "text, json"));
    }
    let (_, reading) = open_and_read(shared, path)?;
    match format {
        FormatArg::Json => deliver(shared, &sayso_inquiry::json(&reading))?,
        _ => deliver(shared, &reading.text(WIDTH))?,
    }
    Ok(if reading.is_complete() { 0 } else { INCOMPLETE })
}
