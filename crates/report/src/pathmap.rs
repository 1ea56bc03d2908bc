//! The path map: groups of holders as cards, hand-overs as arcs between them, a column a site where there are two or three.

use sayso_model::diagnosis::{PathArc, PathMap, PathNode};

use crate::brief::node_name;
use crate::chart::{Breadth, Frame, line, text};
use crate::svg::{Canvas, Element, Route};
use crate::{clean, quantity};

/// Hand-overs of which the drawing shows this share at most; the thin rest stands in the table.
const DRAWN_SHARE: f64 = 0.96;

/// Draws the map. A map without groups gives an empty drawing.
pub(crate) fn draw(canvas: &mut Canvas, frame: &Frame<'_>, map: &PathMap) {
    let layout = Layout::of(map, frame.breadth);
    let mut svg = frame.open(canvas, layout.height);
    for (x, heading) in &layout.headings {
        text(&mut svg, "label strong", "middle", *x, 20.0, heading);
    }
    for x in &layout.borders {
        line(&mut svg, "border", (*x, 6.0), (*x, layout.height - 44.0));
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

/// Where everything stands.
#[derive(Debug)]
struct Layout {
    width: f64,
    height: f64,
    headings: Vec<(f64, String)>,
    borders: Vec<f64>,
    cards: Vec<Card>,
    arcs: Vec<Arc>,
    rest: Option<String>,
    share_max: f64,
    has_sites: bool,
    narrow: bool,
}

#[derive(Clone, Debug)]
struct Card {
    node: usize,
    column: usize,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    within: u64,
}

#[derive(Debug)]
struct Arc {
    start: (f64, f64),
    handles: ((f64, f64), (f64, f64)),
    end: (f64, f64),
    width: f64,
    crossing: bool,
    label: String,
    label_at: Option<(f64, f64)>,
    /// 1 where the arrow points to the right, -1 to the left.
    points: f64,
}

/// The side of a card at which an arc begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

impl Layout {
    fn of(map: &PathMap, breadth: Breadth) -> Layout {
        let sites = sites(map);
        let columns = if breadth == Breadth::Wide && (2..=3).contains(&sites.len()) { sites.len() } else { 1 };
        let (mut drawn, rest) = drawn_arcs(map, breadth);
        let order = order(map, &sites, columns);
        let cards = place(map, &order, breadth);
        let top = if columns > 1 { 40.0 } else { 10.0 };
        let bottom = cards.iter().map(|card| card.y + card.height).fold(top, f64::max);
        let width = breadth.width();
        let (headings, borders) = if columns > 1 { site_heads(&sites, &cards) } else { (Vec::new(), Vec::new()) };
        drawn.sort_by_key(|arc| (std::cmp::Reverse(arc.handovers), arc.from, arc.to));
        let mut layout = Layout {
            width,
            height: bottom + if breadth == Breadth::Narrow { 92.0 } else { 62.0 },
            headings,
            borders,
            arcs: Vec::new(),
            rest,
            share_max: map.nodes.iter().filter_map(|node| node.share.value()).fold(0.0, f64::max),
            has_sites: sites.iter().filter(|site| !site.is_empty()).count() > 1,
            narrow: breadth == Breadth::Narrow,
            cards,
        };
        layout.arcs = layout.route(&drawn);
        layout.label(if breadth == Breadth::Narrow { 8 } else { 16 });
        layout
    }

    /// The arcs, each with its own place on the sides of the cards it joins.
    fn route(&self, drawn: &[&PathArc]) -> Vec<Arc> {
        let card = |node: usize| self.cards.iter().find(|card| card.node == node);
        let most = drawn.iter().map(|arc| arc.handovers).max().unwrap_or(1) as f64;
        let joined: Vec<(&PathArc, &Card, &Card)> =
            drawn.iter().filter_map(|arc| Some((*arc, card(arc.from)?, card(arc.to)?))).collect();
        let sides: Vec<(Side, Side)> = joined.iter().map(|(_, from, to)| self.sides(from, to)).collect();
        let slots = slots(&joined, &sides);
        let mut arcs: Vec<Arc> = joined
            .iter()
            .zip(&sides)
            .zip(&slots)
            .map(|(((arc, from, to), (out, into)), (out_y, into_y))| {
                let edge = |card: &Card, side: Side| if side == Side::Left { card.x } else { card.x + card.width };
                let (start, end) = ((edge(from, *out), *out_y), (edge(to, *into), *into_y));
                let points = if *into == Side::Left { 1.0 } else { -1.0 };
                let reach = self.reach(from, to, start, end);
                let away = |side: Side| if side == Side::Left { -reach } else { reach };
                // The arrow head needs room in front of the card.
                let end = (end.0 - 7.0 * points, end.1);
                Arc {
                    start,
                    handles: ((start.0 + away(*out), start.1), (end.0 + away(*into), end.1)),
                    end,
                    width: 1.2 + 7.0 * (arc.handovers as f64 / most),
                    crossing: arc.crossings * 2 > arc.handovers,
                    label: label(arc),
                    label_at: None,
                    points,
                }
            })
            .collect();
        arcs.sort_by(|a, b| b.width.total_cmp(&a.width));
        arcs
    }

    /// Between columns the facing sides; within a column down on the right and up on the left, or the free side.
    fn sides(&self, from: &Card, to: &Card) -> (Side, Side) {
        let columns = self.headings.len().max(1);
        match from.column.cmp(&to.column) {
            std::cmp::Ordering::Less => (Side::Right, Side::Left),
            std::cmp::Ordering::Greater => (Side::Left, Side::Right),
            std::cmp::Ordering::Equal if columns == 1 && from.y <= to.y => (Side::Right, Side::Right),
            std::cmp::Ordering::Equal if columns == 1 => (Side::Left, Side::Left),
            std::cmp::Ordering::Equal if from.column + 1 == columns => (Side::Right, Side::Right),
            std::cmp::Ordering::Equal => (Side::Left, Side::Left),
        }
    }

    /// How far a curve swings out.
    fn reach(&self, from: &Card, to: &Card, start: (f64, f64), end: (f64, f64)) -> f64 {
        if from.column != to.column {
            return (end.0 - start.0).abs() * 0.5;
        }
        let room = if from.x + from.width / 2.0 > self.width / 2.0 || start.0 > from.x {
            self.width - from.x - from.width
        } else {
            from.x
        };
        // A cubic reaches three quarters of the way to its handles.
        let most = (room - 14.0).max(10.0) / 0.75;
        (30.0 + (end.1 - start.1).abs() * 0.32).min(most)
    }

    /// Numbers on the widest arcs, where they cover neither a card nor another number.
    fn label(&mut self, labels_max: usize) {
        let mut taken: Vec<(f64, f64, f64, f64)> =
            self.cards.iter().map(|card| (card.x, card.y, card.x + card.width, card.y + card.height)).collect();
        let width = self.width;
        for arc in self.arcs.iter_mut().take(labels_max) {
            let half = 3.6 * arc.label.chars().count() as f64 + 3.0;
            let free = [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8].into_iter().find_map(|t| {
                let (x, y) = arc.at(t);
                let x = x.clamp(half + 1.0, width - half - 1.0);
                let spot = (x - half, y - 9.0, x + half, y + 9.0);
                taken.iter().all(|other| !overlap(&spot, other)).then_some((x, y, spot))
            });
            if let Some((x, y, spot)) = free {
                taken.push(spot);
                arc.label_at = Some((x, y));
            }
        }
    }
}

impl Arc {
    fn at(&self, t: f64) -> (f64, f64) {
        let u = 1.0 - t;
        let (a, b, c, d) = (self.start, self.handles.0, self.handles.1, self.end);
        let mix = |a: f64, b: f64, c: f64, d: f64| {
            u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
        };
        (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
    }
}

/// The sites in order of where questions begin, the unknown one last.
fn sites(map: &PathMap) -> Vec<String> {
    let mut sites: Vec<String> = Vec::new();
    for node in &map.nodes {
        if !sites.contains(&node.site) {
            sites.push(node.site.clone());
        }
    }
    let starts = |site: &str| -> u64 { map.nodes.iter().filter(|n| n.site == site).map(|n| n.starts).sum() };
    sites.sort_by(|a, b| {
        a.is_empty().cmp(&b.is_empty()).then_with(|| starts(b).cmp(&starts(a))).then_with(|| a.cmp(b))
    });
    sites
}

/// The arcs worth drawing, largest first, and a sentence about the others. What stays within a group is on its card.
fn drawn_arcs(map: &PathMap, breadth: Breadth) -> (Vec<&PathArc>, Option<String>) {
    let arcs_max = if breadth == Breadth::Narrow { 16 } else { 30 };
    let mut arcs: Vec<&PathArc> = map.arcs.iter().filter(|arc| arc.from != arc.to).collect();
    arcs.sort_by_key(|arc| (std::cmp::Reverse(arc.handovers), arc.from, arc.to));
    let all: u64 = arcs.iter().map(|arc| arc.handovers).sum();
    let mut sum = 0;
    let n = arcs
        .iter()
        .take_while(|arc| {
            let wanted = (sum as f64) < DRAWN_SHARE * all as f64;
            sum += arc.handovers;
            wanted
        })
        .count()
        .min(arcs_max);
    let left: u64 = arcs[n..].iter().map(|arc| arc.handovers).sum();
    let rest = (left > 0).then(|| {
        format!("Not drawn: {} on thin lines; the table has them.", quantity::counted(left, "hand-over", "hand-overs"))
    });
    arcs.truncate(n);
    (arcs, rest)
}

/// The nodes of each column, from top to bottom, so that arcs between neighbours stay short.
fn order(map: &PathMap, sites: &[String], columns: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (i, node) in map.nodes.iter().enumerate() {
        let column = sites.iter().position(|site| *site == node.site).unwrap_or(0).min(columns - 1);
        order[column].push(i);
    }
    let outflow = |i: usize| map.nodes[i].starts as f64 - map.nodes[i].ends as f64;
    for column in &mut order {
        column.sort_by(|a, b| outflow(*b).total_cmp(&outflow(*a)).then_with(|| a.cmp(b)));
    }
    if columns == 1 {
        // Sites together where they cannot have a column each.
        let rank = |i: usize| sites.iter().position(|site| *site == map.nodes[i].site);
        order[0].sort_by_key(|i| rank(*i));
        return order;
    }
    for _ in 0..4 {
        for column in 0..columns {
            let weighted = |i: usize| {
                let (mut sum, mut weight) = (0.0, 0.0);
                for arc in map.arcs.iter().filter(|arc| arc.from != arc.to && (arc.from == i || arc.to == i)) {
                    let other = if arc.from == i { arc.to } else { arc.from };
                    let place = order.iter().flat_map(|nodes| {
                        let middle = (nodes.len() as f64 - 1.0) / 2.0;
                        nodes.iter().position(|n| *n == other).map(|at| at as f64 - middle)
                    });
                    for at in place {
                        sum += at * arc.handovers as f64;
                        weight += arc.handovers as f64;
                    }
                }
                if weight > 0.0 { sum / weight } else { 0.0 }
            };
            let mut keyed: Vec<(f64, usize)> = order[column].iter().map(|i| (weighted(*i), *i)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
            order[column] = keyed.into_iter().map(|(_, i)| i).collect();
        }
    }
    order
}

fn place(map: &PathMap, order: &[Vec<usize>], breadth: Breadth) -> Vec<Card> {
    let columns = order.len();
    let (card_width, side, top, gap) = match (breadth, columns) {
        (Breadth::Narrow, _) => (216.0, 56.0, 10.0, 20.0),
        (_, 1) => (300.0, 300.0, 10.0, 22.0),
        (_, 2) => (228.0, 84.0, 40.0, 26.0),
        _ => (200.0, 66.0, 40.0, 26.0),
    };
    let step = if columns > 1 {
        (breadth.width() - 2.0 * side - card_width) / (columns - 1) as f64
    } else {
        0.0
    };
    let height_of = |node: usize| {
        let within = within(map, node);
        if within > 0 { 78.0 } else { 62.0 }
    };
    let column_height =
        |nodes: &[usize]| nodes.iter().map(|n| height_of(*n) + gap).sum::<f64>() - if nodes.is_empty() { 0.0 } else { gap };
    let tallest = order.iter().map(|nodes| column_height(nodes)).fold(0.0, f64::max);
    let mut cards = Vec::new();
    for (column, nodes) in order.iter().enumerate() {
        let mut y = top + (tallest - column_height(nodes)) / 2.0;
        for node in nodes {
            let height = height_of(*node);
            cards.push(Card {
                node: *node,
                column,
                x: side + step * column as f64,
                y,
                width: card_width,
                height,
                within: within(map, *node),
            });
            y += height + gap;
        }
    }
    cards
}

fn within(map: &PathMap, node: usize) -> u64 {
    map.arcs.iter().filter(|arc| arc.from == node && arc.to == node).map(|arc| arc.handovers).sum()
}

type Heads = (Vec<(f64, String)>, Vec<f64>);

fn site_heads(sites: &[String], cards: &[Card]) -> Heads {
    let mut centres: Vec<f64> = Vec::new();
    for column in 0..sites.len() {
        if let Some(card) = cards.iter().find(|card| card.column == column) {
            centres.push(card.x + card.width / 2.0);
        }
    }
    let headings = centres
        .iter()
        .zip(sites)
        .map(|(x, site)| (*x, if site.is_empty() { "site not known".to_owned() } else { clean::clip(site, 26) }))
        .collect();
    let borders = centres.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
    (headings, borders)
}

/// Heights at which arcs leave and reach their cards, spread over each side in the order of where they lead.
fn slots(joined: &[(&PathArc, &Card, &Card)], sides: &[(Side, Side)]) -> Vec<(f64, f64)> {
    // (node, side) of each end, with the height of the other end.
    let mut ends: Vec<(usize, Side, f64, usize, bool)> = Vec::new();
    for (i, ((_, from, to), (out, into))) in joined.iter().zip(sides).enumerate() {
        ends.push((from.node, *out, to.y, i, true));
        ends.push((to.node, *into, from.y, i, false));
    }
    ends.sort_by(|a, b| {
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| a.2.total_cmp(&b.2)).then_with(|| (a.3, a.4).cmp(&(b.3, b.4)))
    });
    let mut slots = vec![(0.0, 0.0); joined.len()];
    let mut i = 0;
    while i < ends.len() {
        let same = ends[i..].iter().take_while(|end| (end.0, end.1) == (ends[i].0, ends[i].1)).count();
        for (k, (node, _, _, arc, leaves)) in ends[i..i + same].iter().enumerate() {
            let (_, from, to) = &joined[*arc];
            let card = if from.node == *node && *leaves { from } else { to };
            let y = card.y + card.height * (k as f64 + 1.0) / (same as f64 + 1.0);
            if *leaves {
                slots[*arc].0 = y;
            } else {
                slots[*arc].1 = y;
            }
        }
        i += same;
    }
    slots
}

fn label(arc: &PathArc) -> String {
    if arc.returns > 0 {
        format!("{} ↩{}", quantity::count(arc.handovers), quantity::count(arc.returns))
    } else {
        quantity::count(arc.handovers)
    }
}

fn overlap(a: &(f64, f64, f64, f64), b: &(f64, f64, f64, f64)) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

fn draw_arc(svg: &mut Element<'_>, arc: &Arc) {
    let kind = if arc.crossing { " crossing" } else { "" };
    let mut route = Route::from(arc.start.0, arc.start.1);
    route.curve(arc.handles.0, arc.handles.1, arc.end);
    svg.child("path").set("class", &format!("arc{kind}")).set("d", &route).set("stroke-width", arc.width);
    let half = 3.5 + arc.width * 0.6;
    let mut head = Route::from(arc.end.0 + 7.0 * arc.points, arc.end.1);
    head.line(arc.end.0 - 2.0 * arc.points, arc.end.1 - half).line(arc.end.0 - 2.0 * arc.points, arc.end.1 + half).close();
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
    let (cx, cy) = (card.x + 27.0, card.y + card.height / 2.0);
    match node.share.value() {
        Some(share) if layout.share_max > 0.0 => {
            let r = (DISC_MAX * (share / layout.share_max).max(0.0).sqrt()).max(2.0);
            svg.child("circle").set("class", "disc").set("cx", cx).set("cy", cy).set("r", r);
        }
        _ => {
            svg.child("circle").set("class", "ring").set("cx", cx).set("cy", cy).set("r", 8.0);
        }
    }
    let x = card.x + 54.0;
    let chars = ((card.width - 60.0) / 7.6) as usize;
    let name = if layout.headings.is_empty() { node_name(node) } else { bare_name(node) };
    text(svg, "label strong", "start", x, card.y + 20.0, &clean::clip(&name, chars));
    let share = match node.share.value() {
        Some(_) => format!("{} of waiting", quantity::value(&node.share)),
        None => "share: cannot tell".to_owned(),
    };
    text(svg, "small", "start", x, card.y + 37.0, &share);
    let stay = match node.stay.value() {
        Some(_) => format!("{} a hold", quantity::value(&node.stay)),
        None => "stay: cannot tell".to_owned(),
    };
    text(svg, "small", "start", x, card.y + 53.0, &stay);
    if card.within > 0 {
        let within = format!("{} within the group", quantity::count(card.within));
        text(svg, "small", "start", x, card.y + 69.0, &within);
    }
}

/// The label without the site that the column says already.
fn bare_name(node: &PathNode) -> String {
    let label = node.label.strip_suffix(node.site.as_str()).filter(|_| !node.site.is_empty());
    match label.map(|rest| rest.trim_end_matches([' ', ',', '·', '(', '@', '/', '–', '-'])) {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => node.label.clone(),
    }
}

fn draw_legend(svg: &mut Element<'_>, layout: &Layout) {
    let mut y = layout.height - if layout.narrow { 66.0 } else { 14.0 };
    let mut x = 0.0;
    let mut entry = |svg: &mut Element<'_>, crossing: Option<bool>, words: &str| {
        let sample = if crossing.is_some() { 40.0 } else { 0.0 };
        let width = sample + 6.6 * words.chars().count() as f64 + 18.0;
        if x > 0.0 && x + width > layout.width {
            x = 0.0;
            y += 18.0;
        }
        if let Some(crossing) = crossing {
            let kind = if crossing { "arc crossing" } else { "arc" };
            let mut route = Route::from(x, y - 4.0);
            route.line(x + 32.0, y - 4.0);
            svg.child("path").set("class", kind).set("d", &route).set("stroke-width", 3.0);
        }
        text(svg, "small", "start", x + sample, y, words);
        x += width;
    };
    if layout.has_sites {
        entry(svg, Some(false), "within a site");
        entry(svg, Some(true), "crosses sites");
    }
    entry(svg, None, "numbers: hand-overs, ↩ of these returns");
    if let Some(rest) = &layout.rest {
        entry(svg, None, rest);
    }
}
