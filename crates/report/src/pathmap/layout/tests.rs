//! What must hold of every layout: nothing overlaps, nothing leaves the drawing, no group stands without a line.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sayso_stats::{Estimate, Interval, Unit, Window};

use super::*;

fn node(label: &str, site: &str, starts: u64) -> PathNode {
    let window = Window { since: jiff::Timestamp::UNIX_EPOCH, until: jiff::Timestamp::UNIX_EPOCH };
    let share = Estimate::new(0.1, Interval::new(0.05, 0.2), 30, Unit::Share, window, "by hand");
    PathNode {
        label: label.to_owned(),
        site: site.to_owned(),
        persons: 5,
        holds: 20,
        stay: share.clone(),
        share,
        starts,
        ends: 0,
    }
}

fn arc(from: usize, to: usize, handovers: u64) -> PathArc {
    PathArc { from, to, handovers, crossings: 0, returns: 0, share: node("", "", 0).share }
}

fn map(nodes: Vec<PathNode>, arcs: Vec<PathArc>) -> PathMap {
    PathMap { grouped_by: "role".to_owned(), nodes, arcs, pooled: 0 }
}

#[test]
fn two_sites_have_a_column_each_on_a_desk_and_share_one_on_a_telephone() {
    let map = map(vec![node("a", "London", 9), node("b", "Kraków", 1), node("c", "London", 0)], vec![arc(0, 1, 5)]);
    let wide = Layout::of(&map, Breadth::Wide);
    let heads: Vec<&str> = wide.headings.iter().map(|(_, head)| head.as_str()).collect();
    assert_eq!(heads, ["London", "Kraków"], "where questions begin stands first");
    assert_eq!(wide.borders.len(), 1);
    assert!(Layout::of(&map, Breadth::Narrow).headings.is_empty());
}

#[test]
fn a_group_without_a_frequent_hand_over_still_has_a_line() {
    let nodes = vec![node("a", "", 1), node("b", "", 1), node("c", "", 1)];
    let map = map(nodes, vec![arc(0, 1, 5_000), arc(2, 0, 3)]);
    assert_eq!(Layout::of(&map, Breadth::Wide).arcs.len(), 2);
}

#[test]
fn what_stays_within_a_group_is_on_its_card() {
    let layout = Layout::of(&map(vec![node("a", "", 1)], vec![arc(0, 0, 7)]), Breadth::Wide);
    assert_eq!((layout.cards[0].within, layout.arcs.len()), (7, 0));
}

proptest! {
    #[test]
    fn cards_never_overlap_and_nothing_leaves_the_drawing(
        sites in proptest::collection::vec(0_usize..5, 0..13),
        arcs in proptest::collection::vec((0_usize..13, 0_usize..13, 1_u64..5_000), 0..60),
        narrow in any::<bool>(),
    ) {
        let names = ["London", "Kraków", "", "Leeds", "Gdańsk"];
        let nodes: Vec<PathNode> =
            sites.iter().enumerate().map(|(i, site)| node(&format!("group number {i}"), names[*site], i as u64)).collect();
        let n = nodes.len();
        let arcs = arcs.into_iter().filter(|(a, b, _)| *a < n && *b < n).map(|(a, b, many)| arc(a, b, many)).collect();
        let map = map(nodes, arcs);
        let layout = Layout::of(&map, if narrow { Breadth::Narrow } else { Breadth::Wide });
        prop_assert_eq!(layout.cards.len(), map.nodes.len());
        let spots: Vec<_> = layout.cards.iter().map(|c| (c.x, c.y, c.x + c.width, c.y + c.height)).collect();
        for (i, spot) in spots.iter().enumerate() {
            prop_assert!(spot.0 >= 0.0 && spot.2 <= layout.width && spot.3 <= layout.height);
            prop_assert!(spots[..i].iter().all(|other| !overlap(spot, other)));
        }
        for arc in &layout.arcs {
            for t in [0.0, 0.25, 0.5, 0.75, 1.0] {
                let (x, y) = arc.at(t);
                prop_assert!((0.0..=layout.width).contains(&x) && (0.0..=layout.height).contains(&y), "{x} {y}");
            }
        }
    }
}
