//! `sayso who AREA`: who has the say there, as declared and as the record shows it.

use sayso_inquiry::InquiryError;

use super::{WIDTH, deliver, no_such_format, open_and_read};
use crate::args::{FormatArg, Shared};

pub fn run(shared: &Shared, area: &str) -> Result<u8, InquiryError> {
    let format = shared.format.unwrap_or(FormatArg::Text);
    if !matches!(format, FormatArg::Text | FormatArg::Json) {
        return Err(no_such_format("who", "text, json"));
    }
    let (office, _) = open_and_read(shared, None)?;
    let say = office.who_has_the_say(area)?;
    match format {
        FormatArg::Json => deliver(shared, &sayso_inquiry::json(&say))?,
        _ => deliver(shared, &say.text(WIDTH))?,
    }
    Ok(0)
}
