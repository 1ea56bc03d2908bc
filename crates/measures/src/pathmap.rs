//! Who passes decisions to whom: groups of holders that may be shown, and the hand-overs between them.

use rustc_hash::FxHashMap;
use sayso_model::decision::{ArrivedBy, Status, is_recorded};
use sayso_model::diagnosis::{PathArc, PathMap, PathNode};
use sayso_model::privacy::{Floor, Group};
use sayso_stats::ratio::{Cluster, Range, Sums, ratio_of_sums};
use sayso_stats::{Unit, resample};

use crate::holders::{Grouping, Holders};
use crate::overlap::{Parting, Things, leak_between};
use crate::population::Population;
use crate::possession::{self, Stays};
use crate::privacy::NONE;
use crate::sheet::{Clock, Sheet};
use sayso_model::measure::MeasureId;

/// Hand-overs between two groups, while they are counted.
#[derive(Clone, Debug)]
struct Arc {
    handovers: u64,
    crossings: u64,
    returns: u64,
    decisions: u64,
    last_decision: u32,
    /// Hand-overs of the present item, for the spread between items.
    of_item: u64,
    /// Who gave or took, and what they are of it: every hand-over has two halves, both of them one person's where the
    /// other is none.
    people: FxHashMap<u32, u64>,
    sums: Sums,
}

/// Draws the map, and says of each hop to which of its nodes the holder belongs; both empty where nothing may be shown.
pub(crate) fn draw(
    sheet: &Sheet,
    population: &Population<'_>,
    holders: &Holders,
    stays: &Stays,
) -> (PathMap, Vec<u32>) {
    let nothing = (PathMap::default(), Vec::new());
    let Some((by, grouping)) = holders.map() else { return nothing };
    let nodes = nodes(sheet, population, grouping, stays);
    let arcs = arcs(sheet, population, grouping);
    let node_of_hop = population.profile_of.iter().map(|&profile| grouping.slot_of[profile as usize]).collect();
    let pooled = grouping.pooled.small + grouping.pooled.overlapping;
    (PathMap { grouped_by: by.key().to_owned(), nodes, arcs, pooled }, node_of_hop)
}

fn nodes(sheet: &Sheet, population: &Population<'_>, grouping: &Grouping, stays: &Stays) -> Vec<PathNode> {
    let n = grouping.slots.len();
    let (mut holds, mut starts, mut ends) = (vec![0_u64; n], vec![0_u64; n], vec![0_u64; n]);
    for decision in &population.paths.decisions {
        let mut last = None;
        for (_, profile) in population.hops(decision) {
            let slot = grouping.slot_of[profile as usize] as usize;
            holds[slot] += 1;
            starts[slot] += u64::from(last.is_none());
            last = Some(slot);
        }
        if let (Some(slot), Status::Decided) = (last, decision.status) {
            ends[slot] += 1;
        }
    }
    let (table, decisions) = possession::shares(population, grouping, Clock::Working);
    let seed = sheet.seed_for(MeasureId::M03, "path_map", "nodes");
    let shares = resample::shares(&table, decisions, seed, sheet.window);
    let stays = possession::tables(grouping, stays);
    let persons = persons(population, grouping);
    let parts = grouping.slots.iter().zip(&grouping.sites).zip(shares.into_iter().zip(stays)).enumerate();
    parts
        .map(|(i, ((slot, site), (share, stay)))| PathNode {
            label: slot.label.clone(),
            site: site.clone(),
            persons: persons[i],
            holds: holds[i],
            share,
            stay: stay.kaplan_meier().quantile(0.5, Unit::WorkingHours, sheet.window),
            starts: starts[i],
            ends: ends[i],
        })
        .collect()
}

/// Distinct people in each group.
fn persons(population: &Population<'_>, grouping: &Grouping) -> Vec<u64> {
    let mut pairs: Vec<(u32, u32)> = population
        .profiles
        .iter()
        .zip(&grouping.slot_of)
        .filter(|(profile, _)| profile.person != NONE)
        .map(|(profile, &slot)| (slot, profile.person))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut persons = vec![0_u64; grouping.slots.len()];
    for (slot, _) in pairs {
        persons[slot as usize] += 1;
    }
    persons
}

fn arcs(sheet: &Sheet, population: &Population<'_>, grouping: &Grouping) -> Vec<PathArc> {
    let n = grouping.slots.len();
    let arcs = count(population, grouping);
    let shown = may_be_shown(&arcs, n, sheet.floor);
    let handovers: u64 = arcs.iter().map(|arc| arc.handovers).sum();
    let mut drawn: Vec<PathArc> = arcs
        .iter()
        .enumerate()
        .filter(|(i, _)| shown[*i])
        .map(|(i, arc)| PathArc {
            from: i / n,
            to: i % n,
            handovers: arc.handovers,
            crossings: arc.crossings,
            returns: arc.returns,
            share: ratio_of_sums(&arc.sums, Range::Share, handovers, Unit::Share, sheet.window),
        })
        .collect();
    drawn.sort_by(|a, b| b.handovers.cmp(&a.handovers).then((a.from, a.to).cmp(&(b.from, b.to))));
    drawn
}

/// All `n * n` arcs, row by row.
fn count(population: &Population<'_>, grouping: &Grouping) -> Vec<Arc> {
    let n = grouping.slots.len();
    let empty = Arc {
        handovers: 0,
        crossings: 0,
        returns: 0,
        decisions: 0,
        last_decision: NONE,
        of_item: 0,
        people: FxHashMap::default(),
        sums: Sums::default(),
    };
    let mut arcs = vec![empty; n * n];
    let mut wholes = Sums::default();
    let mut touched: Vec<usize> = Vec::new();
    for (i, decision) in population.paths.decisions.iter().enumerate() {
        let mut last: Option<u32> = None;
        for (hop, number) in population.hops(decision) {
            let Some(from) = last.replace(number) else { continue };
            let at = grouping.slot_of[from as usize] as usize * n + grouping.slot_of[number as usize] as usize;
            let (from, to) = (&population.profiles[from as usize], &population.profiles[number as usize]);
            let arc = &mut arcs[at];
            if arc.of_item == 0 {
                touched.push(at);
            }
            arc.of_item += 1;
            arc.handovers += 1;
            let crosses = is_recorded(from.site) && is_recorded(to.site) && from.site != to.site;
            arc.crossings += u64::from(crosses);
            arc.returns += u64::from(hop.arrived_by == ArrivedBy::Returned);
            if arc.last_decision != i as u32 {
                arc.last_decision = i as u32;
                arc.decisions += 1;
            }
            let (gives, takes) = (from.person, to.person);
            for (person, other) in [(gives, takes), (takes, gives)] {
                if person != NONE {
                    *arc.people.entry(person).or_default() += 1 + u64::from(other == NONE);
                }
            }
        }
        if population.item_of.get(i + 1) != population.item_of.get(i) {
            let whole: u64 = touched.iter().map(|&at| arcs[at].of_item).sum();
            wholes.add(Cluster { part: 0.0, whole: whole as f64 });
            for at in touched.drain(..) {
                let part = std::mem::take(&mut arcs[at].of_item) as f64;
                arcs[at].sums.add_part(Cluster { part, whole: whole as f64 });
            }
        }
    }
    for arc in &mut arcs {
        arc.sums = arc.sums.with_wholes_of(&wholes);
    }
    arcs
}

/// Which arcs may be drawn. What goes into a group, and mostly what leaves it, is known from the nodes; so what is left out
/// of a row, of a column, and of some rows less some columns, stands above the floor by itself, or another arc is left out
/// with it.
fn may_be_shown(arcs: &[Arc], n: usize, floor: Floor) -> Vec<bool> {
    let all = Arcs(arcs);
    let mut shown: Vec<bool> = arcs.iter().map(|arc| floor.clear(behind([arc])).is_ok()).collect();
    let smallest = |shown: &[bool], chosen: &dyn Fn(usize) -> bool| {
        let candidates = (0..arcs.len()).filter(|&at| shown[at] && arcs[at].handovers > 0 && chosen(at));
        candidates.min_by_key(|&at| (arcs[at].decisions, at))
    };
    loop {
        let mut changed = false;
        for line in 0..2 * n {
            let in_line = |at: usize| if line < n { at / n == line } else { at % n == line - n };
            let hidden: Vec<&Arc> = (0..arcs.len())
                .filter(|&at| in_line(at) && !shown[at] && arcs[at].handovers > 0)
                .map(|at| &arcs[at])
                .collect();
            if hidden.is_empty() || floor.clear(behind(hidden)).is_ok() {
                continue;
            }
            if let Some(at) = smallest(&shown, &in_line) {
                shown[at] = false;
                changed = true;
            }
        }
        if changed {
            continue;
        }
        let hidden = |at: usize| !shown[at] && arcs[at].handovers > 0;
        let [rows, columns] = [0, 1].map(|side| {
            let line = |at: usize| if side == 0 { at / n } else { at % n };
            (0..arcs.len()).map(|at| if hidden(at) { line(at) as u32 } else { NONE }).collect::<Vec<u32>>()
        });
        let parting = |slot_of| Parting { slot_of, n, pool: None };
        let Some([from, taken]) = leak_between(&all, floor, [parting(&rows), parting(&columns)]) else { return shown };
        // One more arc in what remains, or else one that keeps a column from lying within the rows.
        let in_from = |at: usize| from.contains(&((at / n) as u32));
        let in_taken = |at: usize| taken.contains(&((at % n) as u32));
        let more = smallest(&shown, &|at| in_from(at) && !in_taken(at));
        let other = || smallest(&shown, &|at| !in_from(at) && in_taken(at));
        let Some(at) = more.or_else(other).or_else(|| smallest(&shown, &|_| true)) else { return shown };
        shown[at] = false;
    }
}

/// Hand-overs, parted by who gives and by who takes.
struct Arcs<'a>(&'a [Arc]);

impl Things for Arcs<'_> {
    fn census(&self, group_of: &[u32], n_groups: usize) -> Vec<Group> {
        let of = |group: u32| self.0.iter().zip(group_of).filter(move |(_, of)| **of == group).map(|(arc, _)| arc);
        (0..n_groups as u32).map(|group| behind(of(group))).collect()
    }
}

/// Who stands behind several arcs. A decision that passes two of them is counted once only by the larger: rather too few
/// than too many.
fn behind<'a>(arcs: impl IntoIterator<Item = &'a Arc>) -> Group {
    let mut people: FxHashMap<u32, u64> = FxHashMap::default();
    let (mut decisions, mut handovers) = (0, 0);
    for arc in arcs {
        for (&person, halves) in &arc.people {
            *people.entry(person).or_default() += halves;
        }
        decisions = decisions.max(arc.decisions);
        handovers += arc.handovers;
    }
    let largest = people.values().copied().max().unwrap_or(0);
    Group { persons: people.len() as u64, decisions, dominance: Group::dominance_of(largest, handovers * 2) }
}
