//! `sayso read`: brings the record up to date, and prints the books of every source.

use std::path::Path;

use sayso_inquiry::{InquiryError, Machine};

use super::{WIDTH, deliver, no_such_format, open, stopped_by_user};
use crate::args::{FormatArg, Shared};
use crate::ui::Progress;

/// The exit code when a source was not read to its end.
const INCOMPLETE: u8 = 3;

pub fn run(shared: &Shared, path: Option<&Path>, offline: bool, dry_run: bool) -> Result<u8, InquiryError> {
    let format = shared.format.unwrap_or(FormatArg::Text);
    if !matches!(format, FormatArg::Text | FormatArg::Json) {
        return Err(no_such_format("read", "text, json"));
    }
    let mut office = open(shared, path)?;
    let stop = stopped_by_user();
    if dry_run {
        deliver(shared, &office.plan_of_fetch(&Machine, &stop)?)?;
        return Ok(0);
    }
    let fetched = match offline {
        true => Vec::new(),
        false => office.fetch(&Machine, &mut Progress::new(), &stop)?,
    };
    let reading = office.read(&mut Progress::new(), &stop)?.after(fetched);
    match format {
        FormatArg::Json => deliver(shared, &sayso_inquiry::json(&reading))?,
        _ => deliver(shared, &reading.text(WIDTH))?,
    }
    Ok(if reading.is_complete() { 0 } else { INCOMPLETE })
}
