//! One diagnosis rendered for people (terminal, Markdown, one HTML page) and for machines (JSON, NDJSON, CSV).
//!
//! The door is [`render`]. [`Brief`] says *what* a report says and knows no format; the formats know the brief. Whatever
//! the record spells (names of items, roles, areas) is made safe before it is shown in any format.

pub mod brief;
mod chart;
mod clean;
mod csv;
mod glossary;
mod html;
mod json;
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

pub use brief::Brief;
pub use picture::picture;

/// What a report is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines for a terminal.
    Text,
    /// The diagnosis itself, as one JSON object.
    Json,
    /// The same as one JSON object a line: first the frame, then every measurement, gap, group and path.
    Ndjson,
    /// The measurements as rows with a header.
    Csv,
    /// Markdown with tables.
    Markdown,
    /// One self-contained page: no network, no script.
    Html,
}

/// How lines for a terminal are set; the other formats do not look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; fewer than 40 are taken as 40, more than 120 as 120.
    pub width: usize,
    /// Whether colour and weight may support what the words say already.
    pub colour: bool,
    /// Whether the terminal shows more than ASCII.
    pub unicode: bool,
}

impl Style {
    /// 80 columns, no colour, all characters: what a file or a pipe gets.
    pub const PLAIN: Style = Style { width: 80, colour: false, unicode: true };
}

/// The report on a diagnosis. Ends with a line break. An empty diagnosis gives a report that says what to do next.
pub fn render(diagnosis: &Diagnosis, format: Format, style: &Style) -> String {
    match format {
        Format::Text => text::render(&Brief::of(diagnosis), style),
        Format::Json => json::object(diagnosis),
        Format::Ndjson => json::lines(diagnosis),
        Format::Csv => csv::rows(diagnosis),
        Format::Markdown => markdown::render(&Brief::of(diagnosis)),
        Format::Html => html::render(&Brief::of(diagnosis)),
    }
}
