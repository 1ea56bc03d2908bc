//! Who passes decisions to whom: groups of holders that may be shown, and the hand-overs between them.

use sayso_model::actor::ActorKind;
use sayso_model::decision::{ArrivedBy, Status, is_recorded};
use sayso_model::diagnosis::{PathArc, PathMap, PathNode};
use sayso_model::privacy::{Cleared, Floor, Group};
use sayso_stats::ratio::{Cluster, Range, Sums, ratio_of_sums};
use sayso_stats::{Unit, resample};

use crate::holders::{By, Grouped, Grouping, everybody, group};
use crate::population::Population;
use crate::possession::{self, Stays};
use crate::privacy::NONE;
use crate::sheet::{Clock, Sheet};
use sayso_model::measure::MeasureId;

/// How many groups a map bears before nobody can read it.
const NODES_MAX: usize = 12;

/// From finest to coarsest, as far as it is recorded.
const GROUPINGS: [By; 5] = [By::RoleAndSite, By::Team, By::Role, By::Site, By::Arrival];

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
    /// Who gave or took, a bit a person.
    people: Vec<u64>,
    sums: Sums,
}

/// Draws the map, and says of each hop to which of its nodes the holder belongs; both empty where nothing may be shown.
pub(crate) fn draw(sheet: &Sheet, population: &Population<'_>, stays: &Stays) -> (PathMap, Vec<u32>) {
    let nothing = (PathMap::default(), Vec::new());
    let Ok(whole) = sheet.floor.clear(everybody(population)) else { return nothing };
    let Some((by, grouping)) = choose(sheet, population, whole) else { return nothing };
    let nodes = nodes(sheet, population, &grouping, stays);
    let arcs = arcs(sheet, population, &grouping);
    let node_of_hop = population.profile_of.iter().map(|&profile| grouping.slot_of[profile as usize]).collect();
    (PathMap { grouped_by: by.key().to_owned(), nodes, arcs, pooled: grouping.pooled }, node_of_hop)
}

/// The finest grouping that is known of most holders and fits on a map; else the finest known, with the smaller groups
/// put together.
fn choose(sheet: &Sheet, population: &Population<'_>, whole: Cleared) -> Option<(By, Grouping)> {
    let known: Vec<By> = GROUPINGS.into_iter().filter(|&by| is_known(population, by)).collect();
    for &by in &known {
        if let Grouped::Shown(grouping) = group(population, by, whole, sheet, usize::MAX)
            && (2..=NODES_MAX).contains(&grouping.slots.len())
        {
            return Some((by, grouping));
        }
    }
    known.into_iter().find_map(|by| match group(population, by, whole, sheet, NODES_MAX - 2) {
        Grouped::Shown(grouping) => Some((by, grouping)),
        Grouped::Hidden(_) | Grouped::NotRecorded => None,
    })
}

/// Whether at least half of the holds, bots left out, say to which group they belong.
fn is_known(population: &Population<'_>, by: By) -> bool {
    let mut counts = (0_u64, 0_u64);
    for &profile in &population.profile_of {
        let profile = &population.profiles[profile as usize];
        if profile.kind != ActorKind::Bot {
            counts.0 += u64::from(by.is_known(profile));
            counts.1 += 1;
        }
    }
    counts.1 > 0 && counts.0 * 2 >= counts.1
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
        people: vec![0; population.n_persons.div_ceil(64)],
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
            for person in [from.person, to.person] {
                if person != NONE {
                    arc.people[person as usize / 64] |= 1 << (person % 64);
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

/// Which arcs may be drawn. What goes into a group, and mostly what leaves it, is known from the nodes; so of each row and
/// each column what is left out stands above the floor by itself, or another arc is left out with it.
fn may_be_shown(arcs: &[Arc], n: usize, floor: Floor) -> Vec<bool> {
    let mut shown: Vec<bool> = arcs.iter().map(|arc| floor.clear(behind([arc])).is_ok()).collect();
    loop {
        let mut changed = false;
        for line in 0..2 * n {
            let cells: Vec<usize> = if line < n {
                (0..n).map(|k| line * n + k).collect()
            } else {
                (0..n).map(|k| k * n + line - n).collect()
            };
            let hidden = cells.iter().filter(|&&at| !shown[at] && arcs[at].handovers > 0).map(|&at| &arcs[at]);
            let hidden: Vec<&Arc> = hidden.collect();
            if hidden.is_empty() || floor.clear(behind(hidden)).is_ok() {
                continue;
            }
            let smallest = cells.iter().copied().filter(|&at| shown[at]).min_by_key(|&at| (arcs[at].decisions, at));
            if let Some(at) = smallest {
                shown[at] = false;
                changed = true;
            }
        }
        if !changed {
            return shown;
        }
    }
}

/// Who stands behind several arcs. A decision that passes two of them is counted once only by the larger: rather too few
/// than too many.
fn behind<'a>(arcs: impl IntoIterator<Item = &'a Arc>) -> Group {
    let mut people: Vec<u64> = Vec::new();
    let mut decisions = 0;
    for arc in arcs {
        people.resize(arc.people.len(), 0);
        for (all, some) in people.iter_mut().zip(&arc.people) {
            *all |= some;
        }
        decisions = decisions.max(arc.decisions);
    }
    Group { persons: people.iter().map(|word| u64::from(word.count_ones())).sum(), decisions }
}
