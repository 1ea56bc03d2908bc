//! The report from the outside: every format of a full, an empty and a hostile diagnosis.
#![allow(clippy::unwrap_used)]

#[path = "it/office.rs"]
mod office;

use sayso_report::{Format, Style, render};

#[test]
fn files_to_look_at() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/report");
    std::fs::create_dir_all(folder).unwrap();
    let diagnosis = office::insurer();
    for (name, format) in
        [("page.html", Format::Html), ("page.md", Format::Markdown), ("page.txt", Format::Text), ("page.csv", Format::Csv), ("page.json", Format::Json), ("page.ndjson", Format::Ndjson)]
    {
        std::fs::write(format!("{folder}/{name}"), render(&diagnosis, format, &Style::PLAIN)).unwrap();
    }
    std::fs::write(format!("{folder}/nothing.html"), render(&office::nothing(), Format::Html, &Style::PLAIN)).unwrap();
    std::fs::write(format!("{folder}/picture.svg"), sayso_report::picture(&diagnosis)).unwrap();
}
