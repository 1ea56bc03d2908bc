//! `sayso doctor`: checks that users can run on their own record.

use std::fmt::Write as _;

use sayso_inquiry::InquiryError;

use super::{deliver, no_such_format, open_and_read};
use crate::args::{FormatArg, Shared};

pub fn run(shared: &Shared) -> Result<u8, InquiryError> {
    let format = shared.format.unwrap_or(FormatArg::Text);
    if !matches!(format, FormatArg::Text | FormatArg::Json) {
        return Err(no_such_format("doctor", "text, json"));
    }
    let (office, _) = open_and_read(shared, None)?;
    let checks = office.doctor()?;
    let well = checks.iter().all(|check| check.holds);
    let answer = match format {
        FormatArg::Json => sayso_inquiry::json(&checks),
        _ => {
            let mut text = String::new();
            for check in &checks {
                let _ = writeln!(text, "{} {}", if check.holds { "ok    " } else { "BROKEN" }, check.says);
            }
            text
        }
    };
    deliver(shared, &answer)?;
    Ok(u8::from(!well))
}
