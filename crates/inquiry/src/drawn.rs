//! What is shown of single questions: the live ones that wait longest, and a few whole paths to be drawn.

use sayso_measures::Measured;
use sayso_model::NOT_RECORDED;
use sayso_model::decision::{ArrivedBy, Decision, Hop, Paths, Status};
use sayso_model::diagnosis::{DrawnHop, DrawnPath, LiveDecision};
use sayso_model::words::{Column, Words};

use crate::who::Who;

/// Live questions that are listed.
const LIVE_MAX: usize = 15;
/// Hops that can be drawn legibly on one line of time.
const HOPS_DRAWN_MAX: u32 = 24;
/// Stretches of nights and weekends that can be shaded legibly.
const OFF_DRAWN_MAX: usize = 400;
/// What a holder is called of whose group nothing may be said.
const SOMEBODY: &str = "somebody";

/// The groups under which holders are shown: those of the path map, all above the privacy floor.
pub(crate) struct Labels<'a> {
    measured: &'a Measured,
}

impl<'a> Labels<'a> {
    pub(crate) fn of(measured: &'a Measured) -> Self {
        Self { measured }
    }

    /// The group of the holder of a hop, by the hop's place in [`Paths::hops`].
    fn holder(&self, hop: usize) -> &str {
        let node = self.measured.node_of_hop.get(hop).copied();
        let node = node.and_then(|node| self.measured.path_map.nodes.get(node as usize));
        node.map_or(SOMEBODY, |node| node.label.as_str())
    }
}

/// The open questions that have waited longest, longest first.
pub(crate) fn longest_waiting(paths: &Paths, words: &dyn Words, labels: &Labels<'_>) -> Vec<LiveDecision> {
    let mut open: Vec<&Decision> =
        paths.decisions.iter().filter(|d| d.status == Status::Open && d.n_hops > 0).collect();
    open.sort_by_key(|decision| (decision.raised_at, decision.item, decision.ordinal));
    open.into_iter()
        .take(LIVE_MAX)
        .filter_map(|decision| {
            let last = (decision.hops_from + decision.n_hops - 1) as usize;
            let hop: &Hop = paths.hops.get(last)?;
            Some(LiveDecision {
                item: words.item(decision.item).to_owned(),
                decision: name(decision, words),
                matter: words.word(Column::Matter, decision.matter).to_owned(),
                area: words.word(Column::Area, decision.area).to_owned(),
                held_by: if hop.holder == NOT_RECORDED {
                    "nobody named".to_owned()
                } else {
                    labels.holder(last).to_owned()
                },
                since: decision.raised_at,
                held_since: hop.since,
                waiting_calendar_h: decision.latency().hours(),
                waiting_working_h: decision.latency_working.hours(),
                n_hops: decision.n_hops,
            })
        })
        .collect()
}

/// A few whole paths, chosen by rules that are said beside each.
pub(crate) fn examples(paths: &Paths, who: &Who, labels: &Labels<'_>) -> Vec<DrawnPath> {
    let drawable = |decision: &&Decision| {
        decision.status == Status::Decided && (2..=HOPS_DRAWN_MAX).contains(&decision.n_hops) && decision.has_latency()
    };
    let mut ended: Vec<&Decision> = paths.decisions.iter().filter(drawable).collect();
    ended.sort_by_key(|decision| (decision.latency_working, decision.item, decision.ordinal));
    // Of those that went back and forth, crossed and went up, one near the middle each, so that none is an extreme case.
    let middle_of = |keep: &dyn Fn(&Decision) -> bool| -> Option<&Decision> {
        let kept: Vec<&Decision> = ended.iter().copied().filter(|decision| keep(decision)).collect();
        kept.get(kept.len() / 2).copied()
    };
    let candidates = [
        (middle_of(&|_| true), "a typical wait: half of the answered questions with a hand-over took longer"),
        (middle_of(&|d| d.n_returns >= 2), "a typical one of those that came back more than once"),
        (middle_of(&|d| d.n_crossings >= 1 && d.n_handovers >= 2), "a typical one of those that crossed between sites"),
        (middle_of(&|d| d.n_escalations >= 1), "a typical one of those that went to a higher level"),
    ];
    let mut chosen: Vec<(&Decision, &str)> = Vec::new();
    for (decision, because) in candidates {
        let Some(decision) = decision else { continue };
        if !chosen.iter().any(|(other, _)| (other.item, other.ordinal) == (decision.item, decision.ordinal)) {
            chosen.push((decision, because));
        }
    }
    chosen.into_iter().map(|(decision, because)| draw(decision, because, paths, who, labels)).collect()
}

fn draw(decision: &Decision, because: &str, paths: &Paths, who: &Who, labels: &Labels<'_>) -> DrawnPath {
    let words = who.words();
    let from = decision.hops_from as usize;
    let hops: Vec<DrawnHop> = paths
        .hops_of(decision)
        .iter()
        .enumerate()
        .map(|(i, hop)| {
            let mut off = who.directory().calendar(hop.site).off_between(hop.since, hop.until);
            off.truncate(OFF_DRAWN_MAX);
            DrawnHop {
                holder: labels.holder(from + i).to_owned(),
                site: words.word(Column::Site, hop.site).to_owned(),
                since: hop.since,
                until: hop.until,
                arrived_by: hop.arrived_by,
                held_calendar_h: hop.held().hours(),
                held_working_h: hop.held_working.hours(),
                off,
            }
        })
        .collect();
    let notation = hops.iter().enumerate().map(|(i, hop)| in_short(i, hop)).collect::<Vec<_>>().join(" ");
    DrawnPath {
        decision: name(decision, words),
        matter: words.word(Column::Matter, decision.matter).to_owned(),
        area: words.word(Column::Area, decision.area).to_owned(),
        because: because.to_owned(),
        status: decision.status,
        notation,
        hops,
    }
}

/// One hold in the compact notation, with the group instead of the person.
fn in_short(i: usize, hop: &DrawnHop) -> String {
    let arrow = match (i, hop.arrived_by) {
        (0, _) => String::new(),
        (_, ArrivedBy::Raised) => "-> ".to_owned(),
        (_, arrived) => format!("-{}-> ", arrived.name()),
    };
    format!("{arrow}{} {:.1}h", hop.holder, hop.held_working_h)
}

/// `ITEM#1`: what to give to `sayso path`.
fn name(decision: &Decision, words: &dyn Words) -> String {
    format!("{}#{}", words.item(decision.item), decision.ordinal)
}
