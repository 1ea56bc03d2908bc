//! `sayso diagnose`: how decisions travel, on the screen and as one page to forward.

use std::path::Path;

use sayso_inquiry::{Format, InquiryError, Style};

use super::{WIDTH, deliver, open_and_read};
use crate::args::{FormatArg, Shared};

pub fn run(shared: &Shared, path: Option<&Path>) -> Result<u8, InquiryError> {
    let (office, reading) = open_and_read(shared, path)?;
    if !reading.is_complete() {
        anstream::eprint!("{}", reading.text(WIDTH));
    }
    let diagnosis = office.diagnose()?;
    let style = Style { width: WIDTH, colour: true, ..Style::PLAIN };
    let form = match shared.format {
        None => {
            let page = office.page();
            let html = sayso_inquiry::render(&diagnosis, Format::Html, &style);
            sayso_inquiry::write_whole(page, html.as_bytes())?;
            let mut text = sayso_inquiry::render(&diagnosis, Format::Text, &style);
            text.push_str(&format!("\nThe same as a page to open or forward: {}\n", page.display()));
            deliver(shared, &text)?;
            return Ok(if reading.is_complete() { 0 } else { 3 });
        }
        Some(FormatArg::Text) => Format::Text,
        Some(FormatArg::Json) => Format::Json,
        Some(FormatArg::Ndjson) => Format::Ndjson,
        Some(FormatArg::Csv) => Format::Csv,
        Some(FormatArg::Markdown) => Format::Markdown,
        Some(FormatArg::Html) => Format::Html,
        Some(FormatArg::Svg) => {
            deliver(shared, &sayso_inquiry::picture(&diagnosis))?;
            return Ok(0);
        }
    };
    deliver(shared, &sayso_inquiry::render(&diagnosis, form, &style))?;
    Ok(if reading.is_complete() { 0 } else { 3 })
}
