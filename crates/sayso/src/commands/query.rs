//! `sayso query SQL`: the record as tables.

use sayso_inquiry::{InquiryError, TableForm};

use super::{deliver, no_such_format, open_and_read};
use crate::args::{FormatArg, Shared};

pub fn run(shared: &Shared, sql: &str, explain: bool) -> Result<u8, InquiryError> {
    let form = match shared.format.unwrap_or(FormatArg::Text) {
        FormatArg::Text => TableForm::Text,
        FormatArg::Csv => TableForm::Csv,
        FormatArg::Json => TableForm::Json,
        FormatArg::Ndjson => TableForm::Ndjson,
        FormatArg::Markdown | FormatArg::Html | FormatArg::Svg => {
            return Err(no_such_format("query", "text, csv, json, ndjson"));
        }
    };
    let (office, _) = open_and_read(shared, None)?;
    if explain {
        deliver(shared, &office.explain(sql)?)?;
        return Ok(0);
    }
    deliver(shared, &office.query(sql, form)?)?;
    Ok(0)
}
