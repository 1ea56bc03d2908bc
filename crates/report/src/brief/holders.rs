//! In whose hands decisions wait, and the map of who passes them to whom.

use sayso_model::diagnosis::{Diagnosis, PathArc, PathMap, PathNode};
use sayso_model::measure::{MeasureId, Measurement};
use sayso_stats::Unit;

use super::{Block, Column, Figure, Mark, Marks, Prose, Shows, Table, Term, in_words};
use crate::lookup::{CALENDAR, Measures, WORKING};
use crate::{clean, quantity};

/// Whether a label names one group of people, not a pool of several, a machine or the absence of a name.
pub(super) fn is_group(label: &str) -> bool {
    let label = label.trim();
    !matches!(label, "" | "not recorded" | "unknown" | "not known" | "bots" | "others")
        && !label.starts_with("other ")
        && !label.starts_with("others ")
}

/// What the charts of shares have to say before them.
pub(super) fn lead() -> Prose {
    Prose::new().say("While a question is open, it lies with somebody: a person, a team's queue, a role. The ").term("holds", Term::Hold).say(
        " of a decision fill its whole waiting time, so these shares add up to all of it. A large share is not a slow \
         group: it is where questions lie, for whatever reason.",
    )
}

/// Waiting by holder, a chart for each of the keys that is measured: `role`, `team`, `site`, `level`.
pub(super) fn shares(measures: Measures<'_>, keys: &[&str]) -> Vec<Block> {
    let mut figures: Vec<Figure> = keys.iter().filter_map(|key| figure(measures, key)).collect();
    if let Some(first) = figures.first_mut() {
        // Said once, at the first chart of its kind.
        first.note = Prose::new()
            .say("Share of the ")
            .term("working time", Term::WorkingTime)
            .say(" that questions wait, with its ")
            .term("interval", Term::Interval)
            .say(". ")
            .then(std::mem::take(&mut first.note));
    }
    figures.into_iter().map(|figure| Block::Figure(Box::new(figure))).collect()
}

/// The path map and its groups; nothing where there is no map.
pub(super) fn map(diagnosis: &Diagnosis) -> Vec<Block> {
    let map = &diagnosis.path_map;
    if map.nodes.is_empty() {
        return Vec::new();
    }
    let map = safe(map);
    let mut note = Prose::new()
        .say(format!("Groups are holders by {}. ", map.grouped_by))
        .say("A disc is as large as the group's share of all waiting; a line is as thick as there are ")
        .term("hand-overs", Term::Handover)
        .say(". Dashed lines ")
        .term("cross", Term::Crossing)
        .say(" from one site to another; ↩ counts ")
        .term("returns", Term::Return)
        .say(" to an earlier holder.");
    if map.pooled > 0 {
        note = note.say(format!(
            " {} too small to be shown and put together.",
            match map.pooled {
                1 => "1 group is".to_owned(),
                n => format!("{} groups are", quantity::count(n)),
            }
        ));
    }
    let figure = Figure {
        id: "path-map".to_owned(),
        title: "Who passes decisions to whom".to_owned(),
        note,
        alt: map_in_words(&map),
        data: arcs_table(&map),
        shows: Shows::Map(Box::new(map.clone())),
    };
    vec![Block::Figure(Box::new(figure)), Block::Table(nodes_table(&map))]
}

fn figure(measures: Measures<'_>, key: &str) -> Option<Figure> {
    let mut groups = measures.by(MeasureId::M03, "share", &[WORKING], key);
    if groups.is_empty() {
        return None;
    }
    groups.sort_by(|a, b| {
        let value = |m: &Measurement| m.estimate().value().unwrap_or(-1.0);
        value(b.1).total_cmp(&value(a.1)).then_with(|| a.0.cmp(b.0))
    });
    let label = |word: &str| if key == "level" { level_words(word) } else { word.to_owned() };
    let stays = measures.by(MeasureId::M03, "median_stay", &[WORKING], key);
    let calendar = measures.by(MeasureId::M03, "share", &[CALENDAR], key);
    let beside = |list: &[(&str, &Measurement)], word: &str| {
        list.iter().find(|(other, _)| *other == word).map_or_else(String::new, |(_, m)| with_interval(m))
    };
    let rows: Vec<Mark> = groups.iter().map(|(word, m)| Mark::of(&label(word), m.estimate())).collect();
    let mut columns = vec![
        Column::words(match key {
            "role" => "Role",
            "team" => "Team",
            "site" => "Site",
            _ => "Level",
        }),
        Column::numbers("Share of working time"),
        Column::numbers("Interval"),
        Column::numbers("n"),
    ];
    let (has_calendar, has_stays) = (!calendar.is_empty(), !stays.is_empty());
    columns.extend(has_calendar.then_some(Column::numbers("Share on the wall clock")));
    columns.extend(has_stays.then_some(Column::numbers("One hold (median)")));
    let table_rows = groups
        .iter()
        .zip(&rows)
        .map(|((word, _), mark)| {
            let mut row = super::data_row(mark);
            row.extend(has_calendar.then(|| beside(&calendar, word).into()));
            row.extend(has_stays.then(|| beside(&stays, word).into()));
            row
        })
        .collect();
    let title = format!("Share of all waiting, by {key}");
    let mut note = Prose::new();
    let mut drawn = rows.clone();
    if drawn.len() > super::ROWS_DRAWN_MAX {
        drawn.truncate(super::ROWS_DRAWN_MAX);
        note = note.say(format!(
            "Drawn are the {} largest of {}; the table holds all.",
            super::ROWS_DRAWN_MAX,
            quantity::count(rows.len() as u64)
        ));
    }
    Some(Figure {
        id: format!("holders-{key}"),
        title: title.clone(),
        note,
        alt: format!("Bars with intervals. {}.", in_words(&drawn)),
        data: Table { caption: title, columns, rows: table_rows, notes: Vec::new() },
        shows: Shows::Marks(Marks { rows: drawn, unit: Some(Unit::Share) }),
    })
}

fn level_words(level: &str) -> String {
    match level {
        "0" => "level 0 (team)".to_owned(),
        other if other.parse::<i8>().is_ok() => format!("level {other}"),
        other => other.to_owned(),
    }
}

fn with_interval(m: &Measurement) -> String {
    quantity::with_limits(m.estimate())
}

/// The map with every name made safe, and without arcs that lead nowhere.
fn safe(map: &PathMap) -> PathMap {
    PathMap {
        grouped_by: clean::name(&map.grouped_by),
        nodes: map
            .nodes
            .iter()
            .map(|node| PathNode {
                label: clean::name(&node.label),
                site: if is_group(&node.site) { clean::name(&node.site) } else { String::new() },
                ..node.clone()
            })
            .collect(),
        arcs: map
            .arcs
            .iter()
            .filter(|arc| arc.from < map.nodes.len() && arc.to < map.nodes.len() && arc.handovers > 0)
            .cloned()
            .collect(),
        pooled: map.pooled,
    }
}

fn by_size(map: &PathMap) -> Vec<&PathArc> {
    let mut arcs: Vec<&PathArc> = map.arcs.iter().collect();
    arcs.sort_by_key(|arc| (std::cmp::Reverse(arc.handovers), arc.from, arc.to));
    arcs
}

/// What a node is called where its site is not drawn beside it.
pub(crate) fn node_name(node: &PathNode) -> String {
    if node.site.is_empty() || node.label.contains(&node.site) {
        node.label.clone()
    } else {
        format!("{}, {}", node.label, node.site)
    }
}

fn map_in_words(map: &PathMap) -> String {
    const ARCS_SPOKEN_MAX: usize = 6;
    let nodes: Vec<String> = map
        .nodes
        .iter()
        .map(|node| format!("{} holds {} of the waiting", node_name(node), quantity::value(&node.share)))
        .collect();
    let arcs: Vec<String> = by_size(map)
        .into_iter()
        .take(ARCS_SPOKEN_MAX)
        .map(|arc| {
            format!(
                "{} to {}: {}",
                node_name(&map.nodes[arc.from]),
                node_name(&map.nodes[arc.to]),
                quantity::counted(arc.handovers, "hand-over", "hand-overs")
            )
        })
        .collect();
    format!(
        "A map of {} and the hand-overs between them. {}. The most frequent: {}. All stand in the table.",
        quantity::counted(map.nodes.len() as u64, "group", "groups"),
        nodes.join("; "),
        if arcs.is_empty() { "none".to_owned() } else { arcs.join("; ") }
    )
}

fn arcs_table(map: &PathMap) -> Table {
    let rows = by_size(map)
        .into_iter()
        .map(|arc| {
            vec![
                Prose::new().name(&node_name(&map.nodes[arc.from])),
                Prose::new().name(&node_name(&map.nodes[arc.to])),
                quantity::count(arc.handovers).into(),
                quantity::with_limits(&arc.share).into(),
                quantity::count(arc.crossings).into(),
                quantity::count(arc.returns).into(),
            ]
        })
        .collect();
    Table {
        caption: "Hand-overs between groups".to_owned(),
        columns: vec![
            Column::words("From"),
            Column::words("To"),
            Column::numbers("Hand-overs"),
            Column::numbers("Share of all"),
            Column::numbers("Crossings"),
            Column::numbers("Returns"),
        ],
        rows,
        notes: Vec::new(),
    }
}

fn nodes_table(map: &PathMap) -> Table {
    let mut nodes: Vec<&PathNode> = map.nodes.iter().collect();
    nodes.sort_by(|a, b| {
        let share = |node: &PathNode| node.share.value().unwrap_or(-1.0);
        share(b).total_cmp(&share(a)).then_with(|| a.label.cmp(&b.label))
    });
    let rows = nodes
        .into_iter()
        .map(|node| {
            vec![
                Prose::new().name(&node_name(node)),
                quantity::with_limits(&node.share).into(),
                quantity::with_limits(&node.stay).into(),
                quantity::count(node.holds).into(),
                quantity::count(node.starts).into(),
                quantity::count(node.ends).into(),
            ]
        })
        .collect();
    Table {
        caption: "The groups on the map".to_owned(),
        columns: vec![
            Column::words("Group"),
            Column::numbers("Share of waiting"),
            Column::numbers("One hold (median)"),
            Column::numbers("Holds"),
            Column::numbers("Begin here"),
            Column::numbers("Answered here"),
        ],
        rows,
        notes: Vec::new(),
    }
}
