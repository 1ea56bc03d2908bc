//! `sayso people`: which accounts may be one person, and what of it goes into people.csv.

use sayso_inquiry::InquiryError;

use super::{deliver, no_such_format, open_and_read};
use crate::args::{FormatArg, Shared};

pub fn run(shared: &Shared, accept: &[String]) -> Result<u8, InquiryError> {
    let format = shared.format.unwrap_or(FormatArg::Text);
    if !matches!(format, FormatArg::Text | FormatArg::Json) {
        return Err(no_such_format("people", "text, json"));
    }
    let (office, _) = open_and_read(shared, None)?;
    let answer = if accept.is_empty() {
        let persons = office.persons()?;
        if format == FormatArg::Json { sayso_inquiry::json(&persons) } else { persons.text() }
    } else {
        let accepted = office.accept_persons(accept)?;
        if format == FormatArg::Json { sayso_inquiry::json(&accepted) } else { accepted.text() }
    };
    deliver(shared, &answer)?;
    Ok(0)
}
