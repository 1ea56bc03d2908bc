//! One small picture that stands alone, for a README or a slide: the first headline, and who holds the waiting time.

use sayso_model::diagnosis::Diagnosis;

use crate::brief::{Block, Brief, Figure, Marks, Shows};
use crate::chart::{self, Breadth, Frame, Rows, Stand, text};
use crate::locale::Locale;
use crate::svg::Canvas;
use crate::{clean, quantity};

/// Groups that the picture shows.
const ROWS_MAX: usize = 6;

/// Characters of a line, so that it fits in the widest of the fonts that a reader may have.
const HEADLINE_CHARS: usize = 72;
const DOUBT_CHARS: usize = 118;

/// One self-contained SVG: the first headline sentence with its doubt, and waiting by holder with intervals.
///
/// Where nothing is known of holders it shows the headline alone. It fetches nothing and follows the reader's choice of
/// light or dark.
pub fn picture(diagnosis: &Diagnosis) -> String {
    let brief = Brief::of(diagnosis);
    let figure = figures(&brief).find(|figure| figure.id.starts_with("holders-") && figure.id != "holders-level");
    let mut marks = match figure.map(|figure| &figure.shows) {
        Some(Shows::Marks(marks)) => marks.clone(),
        _ => Marks::default(),
    };
    marks.rows.truncate(ROWS_MAX);
    let headline = &brief.headlines[0];
    let (says, doubt) = (lines(&headline.says.plain(), HEADLINE_CHARS), lines(&headline.doubt.plain(), DOUBT_CHARS));
    let place = Rows::of(Breadth::Wide, &marks);
    let top = 34.0 + 26.0 * says.len() as f64 + 18.0 * doubt.len() as f64;
    let body = if marks.rows.is_empty() { 0.0 } else { 44.0 + place.height(marks.rows.len()) + 26.0 };
    let alt = format!(
        "{} {} {}",
        headline.says.plain(),
        headline.doubt.plain(),
        figure.map(|figure| figure.alt.as_str()).unwrap_or_default()
    );
    let frame = Frame {
        key: "sayso".to_owned(),
        title: "Where decisions wait",
        alt: alt.trim(),
        breadth: Breadth::Wide,
        stand: Stand::Alone,
    };
    let mut canvas = Canvas::new(Locale::EnGb);
    {
        let mut svg = frame.open(&mut canvas, top + body + 34.0);
        let mut y = 30.0;
        for line in &says {
            text(&mut svg, "headline", "start", 24.0, y, line);
            y += 26.0;
        }
        for line in &doubt {
            text(&mut svg, "small", "start", 24.0, y, line);
            y += 18.0;
        }
        if !marks.rows.is_empty() {
            let title = figure.map(|figure| format!("{}, in working time", figure.title)).unwrap_or_default();
            text(&mut svg, "label strong", "start", 24.0, top + 22.0, &title);
            let mut shifted = svg.child("g");
            shifted.set("transform", &format!("translate(24 {:.0})", top + 34.0));
            chart::rows_with_axis(&mut shifted, &place, &marks);
        }
        let foot = format!(
            "{} · {} to {} · {} intervals",
            clean::clip(&brief.subject, 60),
            quantity::day(diagnosis.window.since),
            quantity::day(diagnosis.window.until),
            quantity::level(sayso_stats::estimate::LEVEL_DEFAULT)
        );
        text(&mut svg, "small", "start", 24.0, top + body + 18.0, &foot);
    }
    canvas.finish() + "\n"
}

/// Every chart of the page as a picture of its own: file name, ending in `.svg`, and SVG, in the order of the page.
///
/// In light colours that are written out, with a title and a description; each fetches nothing. A diagnosis without
/// numbers gives none.
pub fn pictures(diagnosis: &Diagnosis, locale: Locale) -> Vec<(String, String)> {
    let brief = Brief::with(diagnosis, None, locale);
    figures(&brief)
        .map(|figure| {
            let svg = chart::draw(figure, Breadth::Wide, &figure.id, Stand::AloneLight, locale);
            (format!("{}.svg", figure.id), svg + "\n")
        })
        .collect()
}

fn figures(brief: &Brief) -> impl Iterator<Item = &Figure> {
    brief.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
        Block::Figure(figure) => Some(figure.as_ref()),
        _ => None,
    })
}

/// Broken at spaces into lines of at most so many characters.
fn lines(words: &str, chars_max: usize) -> Vec<String> {
    textwrap::wrap(&words.replace(quantity::HARD_SPACE, " "), chars_max)
        .into_iter()
        .map(|line| line.into_owned())
        .collect()
}
