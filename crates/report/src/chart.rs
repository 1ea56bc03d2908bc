//! Charts as SVG: bars and points with their intervals, and a weekly line with its band.

use jiff::Timestamp;
use sayso_model::time::Instant;
use sayso_stats::Unit;

use crate::brief::{Figure, Mark, Marks, Shows, Weeks};
use crate::locale::Locale;
use crate::scale::Scale;
use crate::svg::{Canvas, Element, Route};
use crate::{clean, pathmap, quantity, timeline};

/// The look of every drawing, in colours that the page (or the picture itself) declares.
pub(crate) const CSS: &str = include_str!("chart.css");

/// Colours for light and dark, declared at the root of the page or picture.
pub(crate) const COLOURS: &str = include_str!("colours.css");

/// For which breadth of screen a chart is drawn. Both stand on the page, and the page shows the one that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breadth {
    /// A desk or a sheet of paper.
    Wide,
    /// A telephone.
    Narrow,
}

impl Breadth {
    /// Both, the wide one first.
    pub(crate) const ALL: [Breadth; 2] = [Breadth::Wide, Breadth::Narrow];

    /// The width of the drawing, in its own units; on its screen one unit is about a pixel.
    pub(crate) fn width(self) -> f64 {
        match self {
            Breadth::Wide => 900.0,
            Breadth::Narrow => 360.0,
        }
    }

    /// The class that the page switches.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Breadth::Wide => "wide",
            Breadth::Narrow => "narrow",
        }
    }
}

/// Whether a drawing stands on a page or in a file of its own, and so brings its colours along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// On the page, whose colours it takes.
    Page,
    /// Alone, in the light or dark colours that the reader has chosen.
    Alone,
    /// Alone, always light: fit for a slide, a document or an editor that knows no variables of style.
    AloneLight,
}

/// A figure as one SVG element; `key` makes its ids unique on the page.
pub(crate) fn draw(figure: &Figure, breadth: Breadth, key: &str, stand: Stand, locale: Locale) -> String {
    let mut canvas = Canvas::new(locale);
    let frame =
        Frame { key: format!("{key}-{}", breadth.name()), title: &figure.title, alt: &figure.alt, breadth, stand };
    match &figure.shows {
        Shows::Marks(marks) => draw_marks(&mut canvas, &frame, marks),
        Shows::Weeks(weeks) => draw_weeks(&mut canvas, &frame, weeks),
        Shows::Map(map) => pathmap::draw(&mut canvas, &frame, map),
        Shows::Path(path) => timeline::draw(&mut canvas, &frame, path),
    }
    canvas.finish()
}

/// What every drawing has: a name, words for those who do not see it, and a breadth.
pub(crate) struct Frame<'a> {
    /// Unique on the page.
    pub(crate) key: String,
    /// What it shows.
    pub(crate) title: &'a str,
    /// The picture in words.
    pub(crate) alt: &'a str,
    /// How broad.
    pub(crate) breadth: Breadth,
    /// Where it stands.
    pub(crate) stand: Stand,
}

impl Frame<'_> {
    /// The outermost element, with role, title and description.
    pub(crate) fn open<'c>(&self, canvas: &'c mut Canvas, height: f64) -> Element<'c> {
        let width = self.breadth.width();
        let (title, alt) = (format!("{}-title", self.key), format!("{}-alt", self.key));
        let mut svg = canvas.element("svg");
        let alone = self.stand != Stand::Page;
        if alone {
            svg.set("xmlns", "http://www.w3.org/2000/svg");
        }
        // Alone it has a margin of its own.
        let margin = if self.stand == Stand::AloneLight { 20.0 } else { 0.0 };
        let (full_width, full_height) = (width + 2.0 * margin, height.round() + 2.0 * margin);
        svg.set("class", &format!("chart {}", self.breadth.name()))
            .set("viewBox", &format!("{:.0} {:.0} {full_width:.0} {full_height:.0}", 0.0 - margin, 0.0 - margin))
            .set("width", full_width)
            .set("height", full_height)
            .set("role", "img")
            .set("aria-labelledby", &format!("{title} {alt}"));
        svg.child("title").set("id", &title).text(self.title);
        svg.child("desc").set("id", &alt).text(self.alt);
        if alone {
            let mut style = svg.child("style");
            if self.stand == Stand::AloneLight {
                style.style(&light());
            } else {
                style.style(COLOURS);
                style.style(CSS);
            }
            drop(style);
            svg.child("rect")
                .set("class", "ground")
                .set("x", 0.0 - margin)
                .set("y", 0.0 - margin)
                .set("width", full_width)
                .set("height", full_height)
                .set("rx", if margin > 0.0 { 0.0 } else { 8.0 });
        }
        svg
    }
}

/// The look of a drawing with the light colours written out.
fn light() -> String {
    let declared =
        COLOURS.split_once(":root{").and_then(|(_, rest)| rest.split_once('}')).map_or("", |(block, _)| block);
    let mut css = CSS.to_owned();
    for (name, value) in declared.split(';').filter_map(|one| one.split_once(':')) {
        css = css.replace(&format!("var({name})"), value);
    }
    css
}

/// Where the parts of a row of marks stand.
pub(crate) struct Rows {
    label_x: f64,
    /// Characters that fit beside the plot, or on the line above it.
    line_chars: usize,
    plot: (f64, f64),
    value_x: f64,
    row_height: f64,
    top: f64,
    narrow: bool,
}

impl Rows {
    /// For a breadth of screen, with as much room for labels as these need.
    pub(crate) fn of(breadth: Breadth, marks: &Marks) -> Rows {
        const CHAR_WIDTH: f64 = 7.7;
        let longest = marks.rows.iter().map(|mark| mark.label.chars().count()).max().unwrap_or(0);
        let label_width = (longest as f64 * CHAR_WIDTH + 16.0).clamp(120.0, 330.0);
        match breadth {
            Breadth::Wide => Rows {
                label_x: 0.0,
                line_chars: ((label_width - 12.0) / CHAR_WIDTH) as usize,
                plot: (label_width, 712.0),
                value_x: 730.0,
                row_height: 40.0,
                top: 8.0,
                narrow: false,
            },
            Breadth::Narrow => Rows {
                label_x: 0.0,
                line_chars: 45,
                plot: (4.0, 352.0),
                value_x: 356.0,
                row_height: 64.0,
                top: 4.0,
                narrow: true,
            },
        }
    }

    /// The height of so many rows, without an axis.
    pub(crate) fn height(&self, n: usize) -> f64 {
        self.top + self.row_height * n as f64
    }
}

/// Text with a class at a place.
pub(crate) fn text(parent: &mut Element<'_>, class: &str, anchor: &'static str, x: f64, y: f64, words: &str) {
    let mut text = parent.child("text");
    text.set("class", class).set("x", x).set("y", y);
    if anchor != "start" {
        text.set("text-anchor", anchor);
    }
    // Labels are names from the record, and names stay as they are.
    let locale = text.locale();
    let kind = class.split(' ').next().unwrap_or_default();
    match kind {
        "tick" => text.text(&locale.dress_tick(words)),
        "value" | "small" | "halo" => text.text(&locale.dress(words)),
        _ => text.text(words),
    }
}

/// A straight line with a class.
pub(crate) fn line(parent: &mut Element<'_>, class: &str, from: (f64, f64), to: (f64, f64)) {
    parent.child("line").set("class", class).set("x1", from.0).set("y1", from.1).set("x2", to.0).set("y2", to.1);
}

/// The rows of a chart with the axis under them: label, bar or point with its interval, value with limits and n.
pub(crate) fn rows_with_axis(svg: &mut Element<'_>, place: &Rows, marks: &Marks) {
    let scale = &scale_of(marks, place.plot);
    let body = place.height(marks.rows.len());
    for (value, label) in &scale.ticks {
        let x = scale.at(*value);
        line(svg, "grid", (x, 2.0), (x, body));
        let near_end = place.narrow && x > place.plot.1 - 12.0;
        let anchor = if near_end {
            "end"
        } else if x < 16.0 {
            "start"
        } else {
            "middle"
        };
        text(svg, "tick", anchor, x, body + 18.0, label);
    }
    let points = is_hours(marks.unit) || marks.unit == Some(Unit::Ratio);
    for (i, mark) in marks.rows.iter().enumerate() {
        let y = place.top + place.row_height * i as f64;
        let (label_y, mark_y) = if place.narrow { (y + 14.0, y + 30.0) } else { (y + 23.0, y + 18.0) };
        // On a narrow screen the label shares its line with the value.
        let taken = if place.narrow { mark.shown.chars().count() + 2 } else { 0 };
        let label = clean::clip(&mark.label, place.line_chars.saturating_sub(taken));
        text(svg, "label", "start", place.label_x, label_y, &label);
        draw_mark(svg, place, mark, scale, mark_y, points);
        let numbers = format!("{}, n\u{a0}{}", mark.limits, quantity::count(mark.n));
        if place.narrow {
            text(svg, "value", "end", place.value_x, label_y, &mark.shown);
            text(svg, "small", "end", place.value_x, y + 51.0, &numbers);
        } else {
            text(svg, "value", "start", place.value_x, y + 15.0, &mark.shown);
            text(svg, "small", "start", place.value_x, y + 31.0, &numbers);
        }
    }
}

/// The scale that fits all rows.
fn scale_of(marks: &Marks, range: (f64, f64)) -> Scale {
    let known =
        || marks.rows.iter().flat_map(|m| [m.low, m.value, m.high, m.quartiles.map(|q| q.0), m.quartiles.map(|q| q.1)]);
    let most = known().flatten().fold(0.0, f64::max);
    match marks.unit {
        Some(unit) if is_hours(Some(unit)) => {
            Scale::hours(known().flatten().filter(|x| *x > 0.0).fold(f64::INFINITY, f64::min), most, unit, range)
        }
        Some(Unit::Share) => Scale::shares(most, range),
        Some(Unit::Ratio) => {
            Scale::ratios(known().flatten().filter(|x| *x > 0.0).fold(f64::INFINITY, f64::min), most, range)
        }
        _ => Scale::numbers(most, range),
    }
}

fn is_hours(unit: Option<Unit>) -> bool {
    matches!(unit, Some(Unit::WorkingHours | Unit::CalendarHours))
}

fn draw_marks(canvas: &mut Canvas, frame: &Frame<'_>, marks: &Marks) {
    let place = Rows::of(frame.breadth, marks);
    let body = place.height(marks.rows.len());
    let mut svg = frame.open(canvas, body + 26.0);
    rows_with_axis(&mut svg, &place, marks);
}

fn draw_mark(svg: &mut Element<'_>, place: &Rows, mark: &Mark, scale: &Scale, y: f64, points: bool) {
    let (begin, end) = place.plot;
    if let Some((lower, upper)) = mark.quartiles {
        let (from, to) = (scale.at(lower), scale.at(upper));
        svg.child("rect")
            .set("class", "middle-half")
            .set("x", from)
            .set("y", y - 8.0)
            .set("width", (to - from).max(1.0))
            .set("height", 16.0)
            .set("rx", 3.0);
    }
    if let (Some(value), false) = (mark.value, points) {
        svg.child("rect")
            .set("class", "bar")
            .set("x", begin)
            .set("y", y - 8.0)
            .set("width", (scale.at(value) - begin).max(1.0))
            .set("height", 16.0)
            .set("rx", 2.0);
    }
    if mark.low.is_some() || mark.high.is_some() {
        let (from, to) = (mark.low.map_or(begin, |x| scale.at(x)), mark.high.map_or(end, |x| scale.at(x)));
        line(svg, "whisker", (from, y), (to, y));
        for (known, x, direction) in [(mark.low, from, -1.0), (mark.high, to, 1.0)] {
            if known.is_some() {
                line(svg, "whisker", (x, y - 5.0), (x, y + 5.0));
            } else {
                // No limit on this side: the line goes on.
                let mut head = Route::from(x - 6.0 * direction, y - 5.0);
                head.line(x, y).line(x - 6.0 * direction, y + 5.0);
                svg.child("path").set("class", "whisker open").set("d", &head);
            }
        }
    }
    match mark.value {
        Some(value) => {
            svg.child("circle").set("class", "point").set("cx", scale.at(value)).set("cy", y).set("r", 4.5);
        }
        None => {
            let x = mark.low.or(mark.high).map_or(begin, |x| scale.at(x)) + 4.0;
            text(svg, "small", "start", x, y - 9.0, quantity::CANNOT_TELL);
        }
    }
}

fn draw_weeks(canvas: &mut Canvas, frame: &Frame<'_>, weeks: &Weeks) {
    let narrow = frame.breadth == Breadth::Narrow;
    let (height, left, bottom) = (if narrow { 220.0 } else { 250.0 }, 62.0, 30.0);
    let right = frame.breadth.width() - 14.0;
    let marks = Marks { rows: weeks.points.iter().map(|(_, mark)| mark.clone()).collect(), unit: weeks.unit };
    let y_scale = scale_of(&marks, (height - bottom, 12.0));
    let times: Vec<Timestamp> = weeks.points.iter().filter_map(|(at, _)| *at).collect();
    let n = weeks.points.len();
    let even = |i: usize| left + 8.0 + (right - left - 8.0) * i as f64 / (n.max(2) - 1) as f64;
    let x_scale = match (times.first(), times.last(), times.len() == n) {
        (Some(first), Some(last), true) if first < last => {
            let ticks_max = if narrow { 5 } else { 9 };
            Some(Scale::time(Instant::from(*first), Instant::from(*last), (left + 8.0, right), ticks_max))
        }
        _ => None,
    };
    let x_of = |i: usize| match (&x_scale, weeks.points[i].0) {
        (Some(scale), Some(at)) => scale.at_instant(Instant::from(at)),
        _ => even(i),
    };
    let mut svg = frame.open(canvas, height);
    for (value, label) in &y_scale.ticks {
        let y = y_scale.at(*value);
        line(&mut svg, "grid", (left, y), (right, y));
        text(&mut svg, "tick", "end", left - 8.0, y + 4.0, label);
    }
    for (at, label) in x_scale.iter().flat_map(|scale| &scale.ticks) {
        let x = x_scale.as_ref().map_or(left, |scale| scale.at(*at));
        let anchor = if x > right - 20.0 { "end" } else { "middle" };
        text(&mut svg, "tick", anchor, x, height - 8.0, label);
    }
    for run in runs(weeks) {
        draw_run(&mut svg, weeks, &run, &x_of, &y_scale);
    }
    for (i, (_, mark)) in weeks.points.iter().enumerate() {
        draw_bounded(&mut svg, mark, x_of(i), &y_scale, (height - bottom, 12.0));
    }
}

/// Stretches of weeks without a gap: over a week that cannot be told no line is drawn.
fn runs(weeks: &Weeks) -> Vec<Vec<usize>> {
    // A missing week or month is a gap too.
    let times = weeks.points.iter().filter_map(|(at, _)| at.map(Timestamp::as_second));
    let times: Vec<i64> = times.collect();
    let nearest = times.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(0);
    let days_max = if nearest > 20 * 86_400 { 40 * 86_400 } else { 10 * 86_400 };
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for (i, (at, mark)) in weeks.points.iter().enumerate() {
        if mark.value.is_none() {
            continue;
        }
        let goes_on = runs.last().and_then(|run| run.last()).is_some_and(|last| {
            let adjacent = *last + 1 == i;
            let near = match (weeks.points[*last].0, at) {
                (Some(before), Some(at)) => at.as_second() - before.as_second() <= days_max,
                _ => true,
            };
            adjacent && near
        });
        match runs.last_mut() {
            Some(run) if goes_on => run.push(i),
            _ => runs.push(vec![i]),
        }
    }
    runs
}

fn draw_run(svg: &mut Element<'_>, weeks: &Weeks, run: &[usize], x_of: &dyn Fn(usize) -> f64, y_scale: &Scale) {
    let point = |i: usize| weeks.points[i].1.value.map(|value| (x_of(i), y_scale.at(value)));
    let limit = |limit: Option<f64>, end: f64| limit.map_or(end, |x| y_scale.at(x));
    let (bottom, top) = (y_scale.at(0.0), 12.0);
    if run.len() > 1 {
        let lower = run.iter().map(|i| (x_of(*i), limit(weeks.points[*i].1.low, bottom)));
        let upper = run.iter().rev().map(|i| (x_of(*i), limit(weeks.points[*i].1.high, top)));
        let mut corners = lower.chain(upper);
        if let Some((x, y)) = corners.next() {
            let mut band = Route::from(x, y);
            for (x, y) in corners {
                band.line(x, y);
            }
            band.close();
            svg.child("path").set("class", "band").set("d", &band);
        }
        let mut points = run.iter().filter_map(|i| point(*i));
        if let Some((x, y)) = points.next() {
            let mut route = Route::from(x, y);
            for (x, y) in points {
                route.line(x, y);
            }
            svg.child("path").set("class", "line").set("d", &route);
        }
    } else if let [i] = run {
        // A week alone has no band to stand in.
        let mark = &weeks.points[*i].1;
        line(svg, "whisker", (x_of(*i), limit(mark.low, bottom)), (x_of(*i), limit(mark.high, top)));
    }
    for (x, y) in run.iter().filter_map(|i| point(*i)) {
        svg.child("circle").set("class", "point").set("cx", x).set("cy", y).set("r", 3.0);
    }
}

/// A week whose value cannot be told, but is bounded: a line that goes on where there is no limit.
fn draw_bounded(svg: &mut Element<'_>, mark: &Mark, x: f64, y_scale: &Scale, ends: (f64, f64)) {
    if mark.value.is_some() || (mark.low.is_none() && mark.high.is_none()) {
        return;
    }
    let (bottom, top) = ends;
    let (from, to) = (mark.low.map_or(bottom, |y| y_scale.at(y)), mark.high.map_or(top, |y| y_scale.at(y)));
    line(svg, "whisker", (x, from), (x, to));
    for (known, y, direction) in [(mark.low, from, 1.0), (mark.high, to, -1.0)] {
        if known.is_some() {
            line(svg, "whisker", (x - 4.0, y), (x + 4.0, y));
        } else {
            let mut head = Route::from(x - 4.0, y - 5.0 * direction);
            head.line(x, y).line(x + 4.0, y - 5.0 * direction);
            svg.child("path").set("class", "whisker").set("d", &head);
        }
    }
}
