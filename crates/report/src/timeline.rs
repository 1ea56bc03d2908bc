//! One path on a line of time: a lane a holder, a bar a hold, nights and weekends shaded, marks where it arrived.

use sayso_model::decision::{ArrivedBy, Status};
use sayso_model::diagnosis::{DrawnHop, DrawnPath};
use sayso_model::time::Instant;

use crate::brief::lane_name;
use crate::chart::{Breadth, Frame, line, text};
use crate::clean;
use crate::scale::Scale;
use crate::svg::{Canvas, Element};

/// More holders than this share the last lane.
const LANES_MAX: usize = 10;

/// Off time narrower than this is not seen.
const OFF_PIXELS_MIN: f64 = 1.6;

/// Draws the path. A path without holds gives an empty drawing.
pub(crate) fn draw(canvas: &mut Canvas, frame: &Frame<'_>, path: &DrawnPath) {
    let (Some(first), Some(last)) = (path.hops.first(), path.hops.last()) else {
        frame.open(canvas, 10.0);
        return;
    };
    let narrow = frame.breadth == Breadth::Narrow;
    let lanes = Lanes::of(&path.hops);
    let step = if narrow { 46.0 } else { 36.0 };
    let range = if narrow { (12.0, 344.0) } else { (262.0, 878.0) };
    let body = step * lanes.names.len() as f64 + 4.0;
    let scale = Scale::time(first.since, last.until, range, if narrow { 4 } else { 9 });
    let legend = legend(path);
    let lines = fit(&legend, if narrow { 58 } else { 140 });
    let mut svg = frame.open(canvas, body + 34.0 + 17.0 * lines.len() as f64);
    let hatch = format!("{}-hatch", frame.key);
    define_hatch(&mut svg, &hatch);
    for (at, label) in &scale.ticks {
        let x = scale.at(*at);
        line(&mut svg, "grid", (x, 0.0), (x, body));
        let anchor = if x > frame.breadth.width() - 40.0 { "end" } else { "middle" };
        text(&mut svg, "tick", anchor, x, body + 20.0, label);
    }
    let y_of = |lane: usize| step * lane as f64 + if narrow { 30.0 } else { 20.0 };
    for (lane, name) in lanes.names.iter().enumerate() {
        line(&mut svg, "lane", (range.0, y_of(lane)), (range.1, y_of(lane)));
        if narrow {
            text(&mut svg, "label halo", "start", 0.0, y_of(lane) - 14.0, &clean::clip(name, 44));
        } else {
            text(&mut svg, "label", "start", 0.0, y_of(lane) + 4.5, &clean::clip(name, 33));
        }
    }
    for (hop, lane) in path.hops.iter().zip(&lanes.of_hop) {
        draw_hold(&mut svg, hop, &scale, y_of(*lane), &hatch);
    }
    draw_arrivals(&mut svg, path, &lanes, &scale, &y_of);
    let lane = lanes.of_hop.last().copied().unwrap_or(0);
    draw_end(&mut svg, path.status, scale.at_instant(last.until), y_of(lane));
    for (i, words) in lines.iter().enumerate() {
        text(&mut svg, "small", "start", 0.0, body + 46.0 + 17.0 * i as f64, words);
    }
}

/// What the marks of this path mean, each once.
fn legend(path: &DrawnPath) -> Vec<String> {
    let mut parts: Vec<String> = ArrivedBy::ALL
        .into_iter()
        .filter(|way| path.hops.iter().any(|hop| hop.arrived_by == *way))
        .map(|way| {
            let word = if way == ArrivedBy::Handed { "handed over" } else { way.name() };
            format!("{} {word}", glyph(way))
        })
        .collect();
    parts.push(
        match path.status {
            Status::Decided => "◆ answered",
            Status::Open => "▶ still open",
            Status::Withdrawn => "✕ withdrawn",
        }
        .to_owned(),
    );
    parts.push("hatched: off hours".to_owned());
    if path.hops.windows(2).any(|pair| crosses(&pair[0], &pair[1])) {
        parts.push("dashed: to another site".to_owned());
    }
    parts
}

/// Parts side by side, in as few lines as hold them.
fn fit(parts: &[String], chars_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 5 + part.chars().count() <= chars_max => {
                line.push_str("\u{a0}\u{a0}\u{a0} ");
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    lines
}

fn crosses(before: &DrawnHop, after: &DrawnHop) -> bool {
    !before.site.is_empty() && !after.site.is_empty() && before.site != after.site
}

struct Lanes {
    names: Vec<String>,
    of_hop: Vec<usize>,
}

impl Lanes {
    /// A lane a holder, in the order in which the path reaches them.
    fn of(hops: &[DrawnHop]) -> Lanes {
        let mut names: Vec<String> = Vec::new();
        let mut of_hop = Vec::new();
        for hop in hops {
            let name = lane_name(hop);
            let lane = names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            of_hop.push(lane.min(LANES_MAX - 1));
        }
        if names.len() > LANES_MAX {
            let others = names.len() - LANES_MAX + 1;
            names.truncate(LANES_MAX - 1);
            names.push(format!("{others} more holders"));
        }
        Lanes { names, of_hop }
    }
}

fn define_hatch(svg: &mut Element<'_>, id: &str) {
    let mut defs = svg.child("defs");
    let mut pattern = defs.child("pattern");
    pattern
        .set("id", id)
        .set("width", 5.0)
        .set("height", 5.0)
        .set("patternUnits", "userSpaceOnUse")
        .set("patternTransform", "rotate(45)");
    line(&mut pattern, "hatch", (0.0, 0.0), (0.0, 5.0));
}

fn draw_hold(svg: &mut Element<'_>, hop: &DrawnHop, scale: &Scale, y: f64, hatch: &str) {
    const HALF: f64 = 7.0;
    let (from, to) = (scale.at_instant(hop.since), scale.at_instant(hop.until));
    let mut bar = |class: &str, fill: Option<&str>, from: f64, to: f64| {
        let mut rect = svg.child("rect");
        rect.set("class", class).set("x", from).set("y", y - HALF).set("width", to - from).set("height", 2.0 * HALF);
        if let Some(fill) = fill {
            rect.set("fill", fill);
        }
    };
    bar("hold", None, from, to.max(from + 1.5));
    let fill = format!("url(#{hatch})");
    for (off_from, off_to) in merged(&hop.off, hop.since, hop.until) {
        let (from, to) = (scale.at_instant(off_from), scale.at_instant(off_to));
        if to - from >= OFF_PIXELS_MIN {
            bar("off", None, from, to);
            bar("off-hatch", Some(&fill), from, to);
        }
    }
}

/// Off time within the hold, in order, with touching stretches as one.
fn merged(off: &[(Instant, Instant)], since: Instant, until: Instant) -> Vec<(Instant, Instant)> {
    let mut inside: Vec<(Instant, Instant)> =
        off.iter().map(|(from, to)| ((*from).max(since), (*to).min(until))).filter(|(from, to)| from < to).collect();
    inside.sort();
    let mut merged: Vec<(Instant, Instant)> = Vec::new();
    for (from, to) in inside {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

fn draw_arrivals(svg: &mut Element<'_>, path: &DrawnPath, lanes: &Lanes, scale: &Scale, y_of: &dyn Fn(usize) -> f64) {
    let mut last_mark: Vec<f64> = vec![f64::NEG_INFINITY; lanes.names.len()];
    for (i, (hop, lane)) in path.hops.iter().zip(&lanes.of_hop).enumerate() {
        let (x, y) = (scale.at_instant(hop.since), y_of(*lane));
        let before = i.checked_sub(1).map(|i| (&path.hops[i], lanes.of_hop[i]));
        let crosses = before.is_some_and(|(before, _)| crosses(before, hop));
        let kind = if crosses { " crossing" } else { "" };
        if let Some((_, from)) = before.filter(|(_, from)| from != lane) {
            line(svg, &format!("link{kind}"), (x, y_of(from)), (x, y));
        }
        // A mark on a mark is a blot; the table has every arrival.
        if x - last_mark[*lane] < 13.0 {
            continue;
        }
        last_mark[*lane] = x;
        svg.child("circle").set("class", &format!("arrival{kind}")).set("cx", x).set("cy", y).set("r", 7.5);
        text(svg, "glyph", "middle", x, y + 4.0, glyph(hop.arrived_by));
    }
}

/// The mark of an arrival; the page explains them.
pub(crate) fn glyph(arrived_by: ArrivedBy) -> &'static str {
    match arrived_by {
        ArrivedBy::Raised => "•",
        ArrivedBy::Asked => "?",
        ArrivedBy::Handed => "→",
        ArrivedBy::Escalated => "↑",
        ArrivedBy::Returned => "↩",
    }
}

fn draw_end(svg: &mut Element<'_>, status: Status, x: f64, y: f64) {
    let glyph = match status {
        Status::Decided => "◆",
        Status::Open => "▶",
        Status::Withdrawn => "✕",
    };
    text(svg, "end strong halo", "middle", x + 8.0, y + 5.0, glyph);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn off_time_is_cut_to_the_hold_and_joined_where_it_touches() {
        let at = Instant::from_micros;
        let off = [(at(30), at(40)), (at(0), at(10)), (at(10), at(20)), (at(90), at(200))];
        assert_eq!(merged(&off, at(5), at(100)), vec![(at(5), at(20)), (at(30), at(40)), (at(90), at(100))]);
        assert_eq!(merged(&[], at(5), at(100)), vec![]);
    }
}
