//! `sayso export FILE`: the record's events for process-mining tools.

use std::path::Path;

use sayso_inquiry::{ExportFormat, InquiryError};

use super::{deliver, open_and_read};
use crate::args::Shared;

pub fn run(shared: &Shared, file: &Path, form: Option<&str>) -> Result<u8, InquiryError> {
    let (office, _) = open_and_read(shared, None)?;
    let done = office.export(file, form.and_then(ExportFormat::named))?;
    let objects = match done.objects {
        0 => String::new(),
        objects => format!(", {objects} objects"),
    };
    let dropped = match done.dropped {
        0 => String::new(),
        n => format!("{n} attributes found no column: the database takes no more.\n"),
    };
    deliver(
        shared,
        &format!(
            "{} events of {} items, {} activities{objects}\n{dropped}written: {}\n",
            done.events,
            done.items,
            done.activities,
            file.display()
        ),
    )?;
    Ok(0)
}
