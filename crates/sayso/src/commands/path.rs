//! `sayso path ITEM`: the decisions of one item, hop by hop.

use sayso_inquiry::InquiryError;

use super::{deliver, no_such_format, open_and_read};
use crate::args::{FormatArg, Shared};

pub fn run(shared: &Shared, item: &str) -> Result<u8, InquiryError> {
    let format = shared.format.unwrap_or(FormatArg::Text);
    if !matches!(format, FormatArg::Text | FormatArg::Json) {
        return Err(no_such_format("path", "text, json"));
    }
    let (office, _) = open_and_read(shared, None)?;
    let found = office.path(item)?;
    match format {
        FormatArg::Json => deliver(shared, &found.json())?,
        _ => deliver(shared, &found.text())?,
    }
    Ok(0)
}
