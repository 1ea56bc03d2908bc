//! Where the cards, arcs, numbers and the legend of a path map stand; the same map always gives the same layout.

use sayso_model::diagnosis::{PathArc, PathMap, PathNode};

use crate::brief::node_name;
use crate::chart::Breadth;
use crate::{clean, quantity};

/// Hand-overs of which the drawing shows this share at most; the thin rest stands in the table.
const DRAWN_SHARE: f64 = 0.96;

/// Distance of two lines of text on a card.
pub(super) const LINE: f64 = 16.0;

/// Where the text of a card begins; the disc stands left of it.
pub(super) const TEXT_LEFT: f64 = 48.0;

/// Room for a sample of an arc in the legend.
pub(super) const SAMPLE: f64 = 40.0;

/// Lines that a label may take.
const NAME_LINES_MAX: usize = 3;

/// Where everything stands.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Where the legend begins, and its entries.
    pub(super) legend_y: f64,
    pub(super) legend: Vec<Entry>,
    pub(super) headings: Vec<(f64, String)>,
    pub(super) borders: Vec<f64>,
    pub(super) border_end: f64,
    pub(super) cards: Vec<Card>,
    pub(super) arcs: Vec<Arc>,
    pub(super) share_max: f64,
}

/// A line of the legend: a sample of an arc, or words alone.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: (f64, f64),
    pub(super) crossing: Option<bool>,
    pub(super) words: String,
}

#[derive(Clone, Debug)]
pub(super) struct Card {
    pub(super) node: usize,
    pub(super) column: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// The label, in lines that fit.
    pub(super) name: Vec<String>,
    pub(super) within: u64,
}

#[derive(Debug)]
pub(super) struct Arc {
    pub(super) start: (f64, f64),
    pub(super) handles: ((f64, f64), (f64, f64)),
    pub(super) end: (f64, f64),
    pub(super) width: f64,
    pub(super) crossing: bool,
    pub(super) label: String,
    pub(super) label_at: Option<(f64, f64)>,
    /// Where the arrow points: a step of length 1 to the right, left or down.
    pub(super) points: (f64, f64),
}

/// The side of a card at which an arc begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
    /// Of a card that stands under the columns.
    Top,
}

impl Side {
    /// A step of length 1 away from the card.
    fn outward(self) -> (f64, f64) {
        match self {
            Side::Left => (-1.0, 0.0),
            Side::Right => (1.0, 0.0),
            Side::Top => (0.0, -1.0),
        }
    }
}

impl Layout {
    /// The same map gives the same layout.
    pub(super) fn of(map: &PathMap, breadth: Breadth) -> Layout {
        let sites = sites(map);
        let known = sites.iter().filter(|site| !site.is_empty()).count();
        let columns = if breadth == Breadth::Wide && (2..=3).contains(&known) { known } else { 1 };
        let (mut drawn, rest) = drawn_arcs(map, breadth);
        let order = order(map, &sites, columns);
        let cards = place(map, &order, breadth);
        let top = if columns > 1 { 40.0 } else { 10.0 };
        let bottom = cards.iter().map(|card| card.y + card.height).fold(top, f64::max);
        let width = breadth.width();
        let (headings, borders) =
            if columns > 1 { site_heads(&sites[..known], &cards) } else { (Vec::new(), Vec::new()) };
        drawn.sort_by_key(|arc| (std::cmp::Reverse(arc.handovers), arc.from, arc.to));
        let (legend, legend_height) = legend(width, known > 1, rest);
        let mut layout = Layout {
            width,
            height: bottom + 36.0 + legend_height,
            legend_y: bottom + 40.0,
            legend,
            headings,
            borders,
            border_end: cards.iter().filter(|card| card.column < columns).map(|c| c.y + c.height).fold(0.0, f64::max)
                + 12.0,
            arcs: Vec::new(),
            share_max: map.nodes.iter().filter_map(|node| node.share.value()).fold(0.0, f64::max),
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
            .map(|(((arc, from, to), (out, into)), (start, end))| {
                let (start, end) = (*start, *end);
                let reach = self.reach(from, to, start, end);
                let along = |at: (f64, f64), step: (f64, f64), by: f64| (at.0 + step.0 * by, at.1 + step.1 * by);
                // The arrow head needs room in front of the card.
                let (outward, inward) = (out.outward(), into.outward());
                let end = along(end, inward, 7.0);
                Arc {
                    start,
                    handles: (along(start, outward, reach), along(end, inward, reach)),
                    end,
                    width: 1.2 + 5.8 * (arc.handovers as f64 / most),
                    crossing: arc.crossings * 2 > arc.handovers,
                    label: label(arc),
                    label_at: None,
                    points: (-inward.0, -inward.1),
                }
            })
            .collect();
        arcs.sort_by(|a, b| b.width.total_cmp(&a.width));
        arcs
    }

    /// Between columns the facing sides; within a column down on the right and up on the left, or the free side.
    fn sides(&self, from: &Card, to: &Card) -> (Side, Side) {
        let facing_middle = |card: &Card| {
            if card.x + card.width / 2.0 > self.width * 0.6 { Side::Left } else { Side::Right }
        };
        match (self.is_under_columns(from), self.is_under_columns(to)) {
            (false, true) => return (facing_middle(from), Side::Top),
            (true, false) => return (Side::Top, facing_middle(to)),
            _ => {}
        }
        match (self.headings.is_empty(), from.is_above_or_below(to)) {
            (_, false) if from.x < to.x => (Side::Right, Side::Left),
            (_, false) => (Side::Left, Side::Right),
            (true, true) if from.y <= to.y => (Side::Right, Side::Right),
            (true, true) => (Side::Left, Side::Left),
            (false, true) if from.x + from.width / 2.0 > self.width * 0.6 => (Side::Right, Side::Right),
            (false, true) => (Side::Left, Side::Left),
        }
    }

    fn is_under_columns(&self, card: &Card) -> bool {
        !self.headings.is_empty() && card.column >= self.headings.len()
    }

    /// How far a curve swings out.
    fn reach(&self, from: &Card, to: &Card, start: (f64, f64), end: (f64, f64)) -> f64 {
        if self.is_under_columns(from) != self.is_under_columns(to) {
            return ((end.1 - start.1).abs() * 0.3).clamp(24.0, 70.0);
        }
        if !from.is_above_or_below(to) {
            return ((end.0 - start.0).abs() * 0.5).max(30.0);
        }
        let room = if from.x + from.width / 2.0 > self.width / 2.0 || start.0 > from.x {
            self.width - from.x - from.width
        } else {
            from.x
        };
        // A cubic reaches three quarters of the way to its handles.
        let most = (room - 14.0).max(10.0) / 0.75;
        (16.0 + (end.1 - start.1).abs() * 0.42).min(most)
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

impl Card {
    /// Whether an arc between the two has to swing out to one side.
    fn is_above_or_below(&self, other: &Card) -> bool {
        (self.x - other.x).abs() < self.width.min(other.width) * 0.5
    }
}

impl Arc {
    fn at(&self, t: f64) -> (f64, f64) {
        let u = 1.0 - t;
        let (a, b, c, d) = (self.start, self.handles.0, self.handles.1, self.end);
        let mix =
            |a: f64, b: f64, c: f64, d: f64| u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d;
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
    sites
        .sort_by(|a, b| a.is_empty().cmp(&b.is_empty()).then_with(|| starts(b).cmp(&starts(a))).then_with(|| a.cmp(b)));
    sites
}

/// The arcs worth drawing, largest first, and a sentence about the others. What stays within a group is on its card.
fn drawn_arcs(map: &PathMap, breadth: Breadth) -> (Vec<&PathArc>, Option<String>) {
    let arcs_max = if breadth == Breadth::Narrow { 16 } else { 24 };
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
    // A group without any line would look as if it passed nothing on: its largest arc is drawn too.
    let (mut drawn, thin) = (arcs[..n].to_vec(), &arcs[n..]);
    for node in 0..map.nodes.len() {
        let touches = |arc: &&PathArc| arc.from == node || arc.to == node;
        if !drawn.iter().any(touches) {
            drawn.extend(thin.iter().copied().find(|arc| touches(arc)));
        }
    }
    let left = all - drawn.iter().map(|arc| arc.handovers).sum::<u64>();
    let rest = (left > 0).then(|| {
        format!(
            "not drawn: {} of {}; see the table",
            quantity::count(left),
            quantity::counted(all, "hand-over", "hand-overs")
        )
    });
    (drawn, rest)
}

/// The nodes of each column, from top to bottom, so that arcs between neighbours stay short.
fn order(map: &PathMap, sites: &[String], columns: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (i, node) in map.nodes.iter().enumerate() {
        let column = sites.iter().position(|site| *site == node.site).unwrap_or(0);
        // A group of no one site stands under the columns.
        if columns == 1 {
            order[0].push(i);
        } else if !node.site.is_empty() {
            order[column].push(i);
        }
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
        (Breadth::Narrow, _) => (206.0, 62.0, 10.0, 20.0),
        (_, 1) => (300.0, 300.0, 10.0, 22.0),
        (_, 2) => (216.0, 120.0, 44.0, 30.0),
        _ => (204.0, 64.0, 44.0, 30.0),
    };
    let chars = ((card_width - TEXT_LEFT - 6.0) / 7.9) as usize;
    let name_of = |node: usize| {
        let node = &map.nodes[node];
        let name = if columns == 1 { node_name(node) } else { bare_name(node) };
        let mut lines: Vec<String> = textwrap::wrap(&name, chars).into_iter().map(|line| line.into_owned()).collect();
        if lines.len() > NAME_LINES_MAX {
            lines.truncate(NAME_LINES_MAX);
            if let Some(last) = lines.last_mut() {
                *last = clean::clip(&format!("{last} …"), chars);
            }
        }
        lines
    };
    let step = if columns > 1 { (breadth.width() - 2.0 * side - card_width) / (columns - 1) as f64 } else { 0.0 };
    let height_of = |node: usize| {
        let lines = name_of(node).len() + 2 + usize::from(within(map, node) > 0);
        LINE * lines as f64 + 14.0
    };
    let column_height = |nodes: &[usize]| {
        nodes.iter().map(|n| height_of(*n) + gap).sum::<f64>() - if nodes.is_empty() { 0.0 } else { gap }
    };
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
                name: name_of(*node),
                within: within(map, *node),
            });
            y += height + gap;
        }
    }
    let below: Vec<usize> =
        (0..map.nodes.len()).filter(|node| !order.iter().any(|column| column.contains(node))).collect();
    let mut y = top + tallest + 36.0;
    for node in below {
        let height = height_of(node);
        cards.push(Card {
            node,
            column: columns,
            x: (breadth.width() - card_width) / 2.0,
            y,
            width: card_width,
            height,
            name: name_of(node),
            within: within(map, node),
        });
        y += height + gap;
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

/// Heights at which arcs leave and reach their cards, spread over each side so that few arcs cross each other.
fn slots(joined: &[(&PathArc, &Card, &Card)], sides: &[(Side, Side)]) -> Vec<(Point, Point)> {
    let mut ends: Vec<End<'_>> = Vec::new();
    for (i, ((_, from, to), (out, into))) in joined.iter().zip(sides).enumerate() {
        ends.push(End::new(from, to, *out, i, true));
        ends.push(End::new(to, from, *into, i, false));
    }
    ends.sort_by(|a, b| {
        (a.card.node, a.side)
            .cmp(&(b.card.node, b.side))
            .then_with(|| a.rank.0.cmp(&b.rank.0))
            .then_with(|| a.rank.1.total_cmp(&b.rank.1).then_with(|| a.rank.2.cmp(&b.rank.2)))
    });
    let mut slots = vec![((0.0, 0.0), (0.0, 0.0)); joined.len()];
    for same in ends.chunk_by(|a, b| (a.card.node, a.side) == (b.card.node, b.side)) {
        for (k, end) in same.iter().enumerate() {
            let part = (k as f64 + 1.0) / (same.len() as f64 + 1.0);
            let at = end.at(part);
            if end.leaves {
                slots[end.arc].0 = at;
            } else {
                slots[end.arc].1 = at;
            }
        }
    }
    slots
}

/// A place in the drawing.
type Point = (f64, f64);

/// One end of an arc at the side of a card.
struct End<'a> {
    card: &'a Card,
    side: Side,
    arc: usize,
    leaves: bool,
    /// The order from top to bottom, or from left to right.
    rank: (u8, f64, i64),
}

impl<'a> End<'a> {
    fn new(card: &'a Card, other: &Card, side: Side, arc: usize, leaves: bool) -> End<'a> {
        let i = arc as i64;
        let rank = if side == Side::Top {
            (1, other.x, i)
        } else if !card.is_above_or_below(other) {
            // Lines to another column stay parallel: in the order of where they lead.
            (1, other.y, i)
        } else if other.y < card.y {
            // Loops upward leave above those downward; the widest loop stands nearest to the middle, so that loops nest.
            (0, -other.y, -i)
        } else {
            (2, -other.y, i)
        };
        End { card, side, arc, leaves, rank }
    }

    /// The place at a part of the side.
    fn at(&self, part: f64) -> Point {
        let card = self.card;
        match self.side {
            Side::Left => (card.x, card.y + card.height * part),
            Side::Right => (card.x + card.width, card.y + card.height * part),
            Side::Top => (card.x + card.width * part, card.y),
        }
    }
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

/// The label without the site that the column says already.
fn bare_name(node: &PathNode) -> String {
    let label = node.label.strip_suffix(node.site.as_str()).filter(|_| !node.site.is_empty());
    match label.map(|rest| rest.trim_end_matches([' ', ',', '·', '(', '@', '/', '–', '-'])) {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => node.label.clone(),
    }
}

/// The entries of the legend in lines that fit, and the height of them all.
fn legend(width: f64, has_sites: bool, rest: Option<String>) -> (Vec<Entry>, f64) {
    let mut wanted: Vec<(Option<bool>, String)> = Vec::new();
    if has_sites {
        wanted.push((Some(false), "within a site".to_owned()));
        wanted.push((Some(true), "crosses sites".to_owned()));
    }
    wanted.push((None, "numbers: hand-overs, ↩ of these returns".to_owned()));
    wanted.extend(rest.map(|rest| (None, rest)));
    let (mut x, mut y) = (0.0, 0.0);
    let mut entries = Vec::new();
    for (crossing, words) in wanted {
        let sample = if crossing.is_some() { SAMPLE } else { 0.0 };
        let entry_width = sample + 6.6 * words.chars().count() as f64;
        if x > 0.0 && x + entry_width > width {
            (x, y) = (0.0, y + 18.0);
        }
        entries.push(Entry { at: (x, y), crossing, words });
        x += entry_width + 18.0;
    }
    (entries, y + 18.0)
}

#[cfg(test)]
mod tests;
