//! A differencing attack: from what is published alone, every group that can be worked out by adding and taking away.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use sayso_measures::Measured;
use sayso_model::decision::{Decision, Paths};
use sayso_model::measure::MeasureId;
use sayso_model::privacy::{Floor, Group};

/// A set of things: decisions, holds or hand-overs of a record, by their index.
pub type Set = Vec<u64>;

/// The groups of which one kind of number is published. Two breakdowns of one family can be subtracted from one another.
#[derive(Clone)]
pub struct Family {
    pub name: String,
    pub breakdowns: Vec<(String, Vec<(String, Set)>)>,
    pub things: Things,
    pub record: std::rc::Rc<Paths>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Things {
    Decisions,
    Holds,
    Handovers,
}

/// A group below the floor that somebody could work out, and how.
#[derive(Debug)]
pub struct Leak {
    pub how: String,
    pub group: Group,
}

pub fn has(set: &Set, i: usize) -> bool {
    set[i / 64] & (1 << (i % 64)) != 0
}

pub fn set(n: usize, holds: impl Fn(usize) -> bool) -> Set {
    let mut set = vec![0; n.div_ceil(64)];
    for i in (0..n).filter(|&i| holds(i)) {
        set[i / 64] |= 1 << (i % 64);
    }
    set
}

fn zip(a: &Set, b: &Set, f: impl Fn(u64, u64) -> u64) -> Set {
    a.iter().zip(b).map(|(&a, &b)| f(a, b)).collect()
}

fn within(a: &Set, b: &Set) -> bool {
    a.iter().zip(b).all(|(a, b)| a & !b == 0)
}

fn is_empty(a: &Set) -> bool {
    a.iter().all(|&word| word == 0)
}

fn less(a: &Set, b: &Set) -> Set {
    zip(a, b, |a, b| a & !b)
}

fn or(a: &Set, b: &Set) -> Set {
    zip(a, b, |a, b| a | b)
}

fn and(a: &Set, b: &Set) -> Set {
    zip(a, b, |a, b| a & b)
}

/// Which decisions a measure speaks of.
fn is_in_base(id: MeasureId, decision: &Decision) -> bool {
    match id {
        MeasureId::M00 => true,
        MeasureId::M06 | MeasureId::M20 => decision.decided_at.is_some(),
        _ => decision.has_latency(),
    }
}

fn label(key: &str, decision: &Decision) -> String {
    let code = match key {
        "matter" => decision.matter,
        "area" => decision.area,
        "site" => decision.asker_site,
        _ => {
            let week = decision.raised_at.timestamp().to_zoned(TimeZone::UTC).date().iso_week_date();
            return format!("{}-W{:02}", week.year(), week.week());
        }
    };
    if code == 0 { "not recorded".to_owned() } else { format!("{key}-{code}") }
}

/// What is published of the decisions: of each measure its whole and its breakdowns. What is shown together under one name
/// is what no other name of the breakdown covers.
pub fn of_decisions(record: &Paths, measured: &Measured) -> Vec<Family> {
    let statistics = [
        (MeasureId::M00, "ask_known"),
        (MeasureId::M01, "median"),
        (MeasureId::M02, "median"),
        (MeasureId::M06, "mean"),
        (MeasureId::M17, "mean"),
        (MeasureId::M20, "share"),
    ];
    let rc = std::rc::Rc::new(record.clone());
    let n = record.decisions.len();
    let families = statistics.iter().map(|&(id, statistic)| {
        let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for measure in measured.measures.iter().filter(|m| m.id() == id && m.statistic() == statistic) {
            let mut scope = measure.scope().clone();
            scope.remove("clock");
            match scope.pop_first() {
                None => drop(labels.entry(String::new()).or_default().insert(String::new())),
                Some((key, label)) => drop(labels.entry(key).or_default().insert(label)),
            }
        }
        let base = set(n, |i| is_in_base(id, &record.decisions[i]));
        let breakdowns = labels.into_iter().map(|(key, labels)| {
            let named =
                |name: &str| set(n, |i| has(&base, i) && (key.is_empty() || label(&key, &record.decisions[i]) == name));
            (key.clone(), with_rest(&base, labels, named))
        });
        Family {
            name: id.code().to_owned(),
            breakdowns: breakdowns.collect(),
            things: Things::Decisions,
            record: rc.clone(),
        }
    });
    families.filter(|family| !family.breakdowns.is_empty()).collect()
}

/// What is published of the holds: possession in all its groupings, and the groups of the map.
pub fn of_holds(record: &Paths, measured: &Measured) -> Family {
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for measure in measured.measures.iter().filter(|m| m.id() == MeasureId::M03 && m.statistic() == "share") {
        let mut scope = measure.scope().clone();
        scope.remove("clock");
        let (key, label) = scope.pop_first().unwrap();
        labels.entry(key).or_default().insert(label);
    }
    let n = record.hops.len();
    let all = set(n, |_| true);
    let mut breakdowns = vec![(String::new(), vec![(String::new(), all.clone())])];
    for (key, labels) in labels {
        let named = |name: &str| {
            set(n, |i| {
                let hop = &record.hops[i];
                let code = match key.as_str() {
                    "role" => hop.role,
                    "site" => hop.site,
                    "team" => hop.team,
                    _ => return hop.level.known().map_or("not recorded".to_owned(), |level| level.to_string()) == name,
                };
                name == if code == 0 { "not recorded".to_owned() } else { format!("{key}-{code}") }
            })
        };
        breakdowns.push((key.clone(), with_rest(&all, labels, named)));
    }
    let nodes = measured.path_map.nodes.iter().enumerate();
    let nodes =
        nodes.map(|(at, node)| (node.label.clone(), set(n, |i| measured.node_of_hop.get(i) == Some(&(at as u32)))));
    breakdowns.push(("map".to_owned(), nodes.collect()));
    Family { name: "M03".to_owned(), breakdowns, things: Things::Holds, record: std::rc::Rc::new(record.clone()) }
}

/// What is published of the hand-overs: the arcs that are drawn, beside all of a group's.
pub fn of_handovers(record: &Paths, measured: &Measured) -> Family {
    let pairs = handovers(record);
    let node = |hop: usize| measured.node_of_hop.get(hop).map_or(usize::MAX, |&node| node as usize);
    let n_nodes = measured.path_map.nodes.len();
    let of = |holds: &dyn Fn(usize, usize) -> bool| set(pairs.len(), |i| holds(node(pairs[i].0), node(pairs[i].1)));
    let rows = (0..n_nodes).map(|at| (format!("from {at}"), of(&|from, _| from == at)));
    let columns = (0..n_nodes).map(|at| (format!("to {at}"), of(&|_, to| to == at)));
    let arcs = measured.path_map.arcs.iter();
    let arcs =
        arcs.map(|arc| (format!("{} to {}", arc.from, arc.to), of(&|from, to| (from, to) == (arc.from, arc.to))));
    let breakdowns = vec![
        ("from".to_owned(), rows.collect()),
        ("to".to_owned(), columns.collect()),
        ("arcs".to_owned(), arcs.collect()),
    ];
    Family {
        name: "handovers".to_owned(),
        breakdowns,
        things: Things::Handovers,
        record: std::rc::Rc::new(record.clone()),
    }
}

/// Giving and taking hop of every hand-over.
fn handovers(record: &Paths) -> Vec<(usize, usize)> {
    let of = |decision: &Decision| {
        let from = decision.hops_from as usize;
        (from + 1..from + decision.n_hops as usize).map(|hop| (hop - 1, hop))
    };
    record.decisions.iter().flat_map(of).collect()
}

fn with_rest(base: &Set, labels: BTreeSet<String>, named: impl Fn(&str) -> Set) -> Vec<(String, Set)> {
    let mut rest = base.clone();
    let mut groups: Vec<(String, Set)> = Vec::new();
    let (pools, names): (Vec<String>, Vec<String>) = labels.into_iter().partition(|label| label.starts_with("other"));
    for name in names {
        let group = named(&name);
        rest = less(&rest, &group);
        groups.push((name, group));
    }
    assert!(pools.len() <= 1);
    groups.extend(pools.into_iter().map(|pool| (pool, rest.clone())));
    groups
}

impl Family {
    /// Everybody who put, held or answered, and how much of it one of them is; recounted from the record.
    pub fn group(&self, things: &Set) -> Group {
        let record = &self.record;
        let chosen = |n: usize| (0..n).filter(|&i| has(things, i));
        let mut people: BTreeMap<u32, f64> = BTreeMap::new();
        let mut decisions: BTreeSet<usize> = BTreeSet::new();
        let mut whole = 0.0;
        let decision_of =
            |hop: usize| record.decisions.partition_point(|decision| decision.hops_from as usize <= hop) - 1;
        match self.things {
            Things::Decisions => {
                for i in chosen(record.decisions.len()) {
                    let decision = &record.decisions[i];
                    let hops = record.hops_of(decision).iter().map(|hop| hop.holder);
                    let taking_part: BTreeSet<u32> =
                        hops.chain([decision.asker, decision.decider]).filter(|&person| person != 0).collect();
                    for &person in &taking_part {
                        *people.entry(person).or_default() += 1.0 / taking_part.len() as f64;
                    }
                    decisions.insert(i);
                    whole += 1.0;
                }
            }
            Things::Holds => {
                for i in chosen(record.hops.len()) {
                    if record.hops[i].holder != 0 {
                        *people.entry(record.hops[i].holder).or_default() += 1.0;
                    }
                    decisions.insert(decision_of(i));
                    whole += 1.0;
                }
            }
            Things::Handovers => {
                let pairs = handovers(record);
                for i in chosen(pairs.len()) {
                    for hop in [pairs[i].0, pairs[i].1] {
                        if record.hops[hop].holder != 0 {
                            *people.entry(record.hops[hop].holder).or_default() += 0.5;
                        }
                    }
                    decisions.insert(decision_of(pairs[i].1));
                    whole += 1.0;
                }
            }
        }
        let largest = people.values().copied().fold(0.0, f64::max);
        let dominance = if whole > 0.0 { (largest / whole * 1_000.0 - 1e-6).ceil() as u32 } else { 0 };
        Group { persons: people.len() as u64, decisions: decisions.len() as u64, dominance }
    }

    /// Every group below the floor that can be worked out: differences and intersections of two published groups, sums of
    /// three, and any parts of one breakdown less any parts of another.
    pub fn leaks(&self, floor: Floor) -> Vec<Leak> {
        let mut derived: BTreeMap<Set, String> = BTreeMap::new();
        let groups: Vec<(String, &Set)> = self
            .breakdowns
            .iter()
            .flat_map(|(key, parts)| parts.iter().map(move |(label, set)| (format!("{key} {label}"), set)))
            .collect();
        for (a, one) in &groups {
            derived.entry((*one).clone()).or_insert_with(|| a.clone());
            for (b, other) in &groups {
                if within(other, one) {
                    derived.entry(less(one, other)).or_insert_with(|| format!("{a} less {b}"));
                }
            }
        }
        // Three groups, two of them added or taken away: among these is the intersection of two whose union is published.
        for (at, (a, one)) in groups.iter().enumerate() {
            for (b, other) in &groups[at + 1..] {
                let (both, shared) = (or(one, other), and(one, other));
                for (c, third) in &groups {
                    if within(third, &both) && within(&shared, third) {
                        let sum = or(&less(&both, third), &shared);
                        derived.entry(sum).or_insert_with(|| format!("{a} and {b} less {c}"));
                    }
                    if is_empty(&shared) && within(&both, third) {
                        derived.entry(less(third, &both)).or_insert_with(|| format!("{c} less {a} and {b}"));
                    }
                }
            }
        }
        for (key, parts) in &self.breakdowns {
            for (other, others) in self.breakdowns.iter().filter(|(other, _)| other != key && parts.len() <= 13) {
                for mask in 1_u32..1 << parts.len() {
                    let chosen = parts.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
                    let from = chosen.fold(vec![0; parts[0].1.len()], |all, (_, (_, part))| or(&all, part));
                    let inside: Vec<&Set> = others
                        .iter()
                        .map(|(_, part)| part)
                        .filter(|part| !is_empty(part) && within(part, &from))
                        .collect();
                    if !inside.is_empty() {
                        let rest = inside.iter().fold(from, |rest, part| less(&rest, part));
                        derived.entry(rest).or_insert_with(|| format!("{key} {mask:b} less the {other} within"));
                    }
                }
            }
        }
        derived.remove(&vec![0; groups.first().map_or(0, |(_, set)| set.len())]);
        let small = derived.into_iter().filter_map(|(set, how)| {
            let group = self.group(&set);
            (!floor.lets_remain(group)).then(|| Leak { how: format!("{}: {how}", self.name), group })
        });
        small.collect()
    }
}
