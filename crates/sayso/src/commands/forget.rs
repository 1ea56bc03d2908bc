//! `sayso forget PERSON`: takes a person out of the record for good.

use std::fmt::Write as _;

use sayso_inquiry::{InquiryError, Machine};

use super::{deliver, no_such_format};
use crate::args::{FormatArg, Shared};

pub fn run(shared: &Shared, person: &str) -> Result<u8, InquiryError> {
    let format = shared.format.unwrap_or(FormatArg::Text);
    if !matches!(format, FormatArg::Text | FormatArg::Json) {
        return Err(no_such_format("forget", "text, json"));
    }
    // Not read first: what a source holds now would only be written to be taken out again.
    let mut office = super::open(shared, None)?;
    let forgotten = office.forget(person, &Machine)?;
    if format == FormatArg::Json {
        deliver(shared, &sayso_inquiry::json(&forgotten))?;
        return Ok(0);
    }
    let mut text = format!(
        "{} words of the record and {} texts of what was set aside say `{}` now. Later readings of the sources do not \
         bring the name back.\n",
        forgotten.words, forgotten.set_aside, forgotten.replaced_by
    );
    if forgotten.pages > 0 {
        let _ = writeln!(text, "{} pages that were fetched from trackers were changed as well.", forgotten.pages);
    }
    if forgotten.items > 0 {
        let _ = writeln!(
            text,
            "{} items bear the name in their own name; rename them where they come from.",
            forgotten.items
        );
    }
    if !forgotten.still_in.is_empty() {
        text.push_str("These files are yours, and still hold the name:\n");
        for path in &forgotten.still_in {
            let _ = writeln!(text, "  {}", path.display());
        }
    }
    deliver(shared, &text)?;
    Ok(0)
}
