//! `sayso init`: begins an office from what lies in a folder.

use std::path::Path;

use sayso_inquiry::{Beginning, InquiryError, Machine};

use super::{deliver, no_such_format};
use crate::args::{FormatArg, Shared};

pub fn run(shared: &Shared, dir: &Path, stdout: bool) -> Result<u8, InquiryError> {
    let format = shared.format.unwrap_or(FormatArg::Text);
    if !matches!(format, FormatArg::Text | FormatArg::Json) {
        return Err(no_such_format("init", "text, json"));
    }
    let beginning = Beginning::of(dir, &Machine)?;
    if stdout {
        anstream::eprint!("{}", beginning.words(None));
        deliver(shared, &beginning.text)?;
        return Ok(0);
    }
    let path = beginning.write()?;
    match format {
        FormatArg::Json => deliver(shared, &sayso_inquiry::json(&beginning))?,
        _ => deliver(shared, &beginning.words(Some(&path)))?,
    }
    Ok(0)
}
