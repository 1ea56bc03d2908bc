//! The path map: groups of holders as cards, hand-overs as arcs between them, a column a site where there are two or three.

mod layout;

use sayso_model::diagnosis::{PathMap, PathNode};

use self::layout::{Arc, Card, LINE, Layout, SAMPLE, TEXT_LEFT};
use crate::chart::{Frame, line, text};
use crate::quantity;
use crate::svg::{Canvas, Element, Route};

/// Draws the map. A map without groups gives an empty drawing.
pub(crate) fn draw(canvas: &mut Canvas, frame: &Frame<'_>, map: &PathMap) {
    let layout = Layout::of(map, frame.breadth);
    let mut svg = frame.open(canvas, layout.height);
    for (x, heading) in &layout.headings {
        text(&mut svg, "label strong", "middle", *x, 20.0, heading);
    }
    for x in &layout.borders {
        line(&mut svg, "border", (*x, 6.0), (*x, layout.border_end));
    }
    // Thin arcs over thick ones, and all of them under the cards.
    for arc in &layout.arcs {
        draw_arc(&mut svg, arc);
    }
    for card in &layout.cards {
        draw_card(&mut svg, card, &map.nodes[card.node], &layout);
    }
    for arc in &layout.arcs {
        if let Some((x, y)) = arc.label_at {
            let class = if arc.crossing { "halo crossing" } else { "halo" };
            text(&mut svg, class, "middle", x, y + 4.0, &arc.label);
        }
    }
    draw_legend(&mut svg, &layout);
}

fn draw_arc(svg: &mut Element<'_>, arc: &Arc) {
    let kind = if arc.crossing { " crossing" } else { "" };
    let mut route = Route::from(arc.start.0, arc.start.1);
    route.curve(arc.handles.0, arc.handles.1, arc.end);
    svg.child("path").set("class", &format!("arc{kind}")).set("d", &route).set("stroke-width", arc.width);
    let half = 3.5 + arc.width * 0.6;
    // Forward to the card, and back to both sides of the line.
    let ((x, y), (dx, dy)) = (arc.end, arc.points);
    let mut head = Route::from(x + 7.0 * dx, y + 7.0 * dy);
    head.line(x - 2.0 * dx + half * dy, y - 2.0 * dy + half * dx)
        .line(x - 2.0 * dx - half * dy, y - 2.0 * dy - half * dx)
        .close();
    svg.child("path").set("class", &format!("head{kind}")).set("d", &head);
}

fn draw_card(svg: &mut Element<'_>, card: &Card, node: &PathNode, layout: &Layout) {
    const DISC_MAX: f64 = 19.0;
    svg.child("rect")
        .set("class", "card")
        .set("x", card.x)
        .set("y", card.y)
        .set("width", card.width)
        .set("height", card.height)
        .set("rx", 6.0);
    let (cx, cy) = (card.x + 24.0, card.y + card.height / 2.0);
    match node.share.value() {
        Some(share) if layout.share_max > 0.0 => {
            let r = (DISC_MAX * (share / layout.share_max).max(0.0).sqrt()).max(2.0);
            svg.child("circle").set("class", "disc").set("cx", cx).set("cy", cy).set("r", r);
        }
        _ => {
            svg.child("circle").set("class", "ring").set("cx", cx).set("cy", cy).set("r", 8.0);
        }
    }
    let x = card.x + TEXT_LEFT;
    let mut y = card.y + 4.0;
    let mut say = |class: &str, words: &str| {
        y += LINE;
        text(svg, class, "start", x, y, words);
    };
    for line in &card.name {
        say("label strong", line);
    }
    let share = match node.share.value() {
        Some(_) => format!("{} of waiting", quantity::value(&node.share)),
        None => "share: cannot tell".to_owned(),
    };
    say("small", &share);
    let stay = match node.stay.value() {
        Some(_) => format!("{} a hold", quantity::value(&node.stay)),
        None => "stay: cannot tell".to_owned(),
    };
    say("small", &stay);
    if card.within > 0 {
        let within = format!("{} within the group", quantity::count(card.within));
        say("small", &within);
    }
}

fn draw_legend(svg: &mut Element<'_>, layout: &Layout) {
    for entry in &layout.legend {
        let (x, y) = (entry.at.0, layout.legend_y + entry.at.1);
        let mut words_x = x;
        if let Some(crossing) = entry.crossing {
            let kind = if crossing { "arc crossing" } else { "arc" };
            let mut route = Route::from(x, y - 4.0);
            route.line(x + 32.0, y - 4.0);
            svg.child("path").set("class", kind).set("d", &route).set("stroke-width", 3.0);
            words_x += SAMPLE;
        }
        text(svg, "small", "start", words_x, y, &entry.words);
    }
}
