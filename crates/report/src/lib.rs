//! One diagnosis rendered for people (terminal, Markdown, one HTML page) and for machines (JSON, NDJSON, CSV).
//!
//! The door is [`render`]. [`Brief`] says *what* a report says and knows no format; the formats know the brief. Whatever
//! the record spells (names of items, roles, areas) is made safe before it is shown in any format.

pub mod baseline;
pub mod brief;
mod chart;
pub mod check;
mod clean;
mod csv;
mod glossary;
mod html;
mod json;
mod locale;
mod lookup;
mod markdown;
mod pathmap;
mod picture;
mod quantity;
mod scale;
mod svg;
mod text;
mod timeline;
mod words;

use sayso_model::diagnosis::Diagnosis;

pub use baseline::{Baseline, BaselineError, Comparison, compare};
pub use brief::Brief;
pub use locale::Locale;
pub use picture::{picture, pictures};

/// What a report is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines for a terminal.
    Text,
    /// The diagnosis itself, as one JSON object.
    Json,
    /// The same as one JSON object a line: first the frame, then every measurement, gap, group and path.
    Ndjson,
    /// The measurements as rows with a header, and behind them the numbers of the findings.
    Csv,
    /// Markdown with tables.
    Markdown,
    /// One self-contained page: no network, no script.
    Html,
}

/// How a report is set. Only lines for a terminal look at width, colour and characters; every format for people looks at
/// the locale; JSON and CSV look at none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; fewer than 40 are taken as 40, more than 120 as 120.
    pub width: usize,
    /// Whether colour and weight may support what the words say already.
    pub colour: bool,
    /// Whether the terminal shows more than ASCII.
    pub unicode: bool,
    /// In whose way numbers and dates are written.
    pub locale: Locale,
}

impl Style {
    /// 80 columns, no colour, all characters, British: what a file or a pipe gets.
    pub const PLAIN: Style = Style { width: 80, colour: false, unicode: true, locale: Locale::EnGb };
}

/// The report on a diagnosis. Ends with a line break. An empty diagnosis gives a report that says what to do next.
pub fn render(diagnosis: &Diagnosis, format: Format, style: &Style) -> String {
    render_with(diagnosis, None, format, style)
}

/// The same, held against an earlier report where one is given: a section in every format for people, the key
/// `comparison` in JSON, rows of that name in NDJSON; CSV has no room for it and stays as it is.
pub fn render_with(diagnosis: &Diagnosis, baseline: Option<&Baseline>, format: Format, style: &Style) -> String {
    let comparison = baseline.map(|baseline| compare(diagnosis, baseline));
    let brief = || Brief::with(diagnosis, comparison.as_ref(), style.locale);
    match format {
        Format::Text => text::render(&brief(), style),
        Format::Json => json::object(diagnosis, comparison.as_ref()),
        Format::Ndjson => json::lines(diagnosis, comparison.as_ref()),
        Format::Csv => csv::rows(diagnosis),
        Format::Markdown => markdown::render(&brief()),
        Format::Html => html::render(&brief(), style.locale),
    }
}
