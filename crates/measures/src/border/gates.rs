//! Places in which one person gives nearly every answer: what looks like distance there may be one desk.

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::privacy::Floor;
use sayso_model::{Code, NOT_RECORDED};

use crate::population::Population;

/// The share of one person from which a place counts.
const SHARE_MIN: f64 = 0.9;

/// Which decisions lie in such places.
pub(crate) struct Gates {
    pub(crate) is_gated: Vec<bool>,
    pub(crate) places: u64,
}

/// Looks at every matter and area with as many answers and people as the floor asks for.
pub(crate) fn of(population: &Population<'_>, floor: Floor) -> Gates {
    let decisions = &population.paths.decisions;
    let mut places: FxHashMap<(Code, Code), Vec<u32>> = FxHashMap::default();
    for (index, decision) in decisions.iter().enumerate() {
        places.entry((decision.matter, decision.area)).or_default().push(index as u32);
    }
    let mut gates = Gates { is_gated: vec![false; decisions.len()], places: 0 };
    let people_of = population.people_of_decisions();
    for of_place in places.into_values() {
        let mut answers: FxHashMap<Code, u64> = FxHashMap::default();
        let mut people: FxHashSet<u32> = FxHashSet::default();
        for &index in &of_place {
            people.extend(people_of.of(index));
            let decision = &decisions[index as usize];
            if decision.decided_at.is_some() && decision.decider != NOT_RECORDED {
                *answers.entry(decision.decider).or_default() += 1;
            }
        }
        let all: u64 = answers.values().sum();
        let top = answers.into_values().max().unwrap_or(0);
        // One person alone everywhere is no gate: there is nobody whom they could keep waiting.
        let is_gate = all >= floor.decisions_min
            && people.len() as u64 >= floor.persons_min.max(2)
            && top as f64 >= SHARE_MIN * all as f64;
        if is_gate {
            gates.places += 1;
            of_place.iter().for_each(|&index| gates.is_gated[index as usize] = true);
        }
    }
    gates
}
