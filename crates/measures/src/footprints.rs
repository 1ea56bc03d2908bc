//! What the groups of an answer cover, for the log of views: one footprint for each group that is shown.

use sayso_model::decision::Decision;
use sayso_model::privacy::Footprint;

use crate::base::Base;
use crate::holders::{By, Grouping};
use crate::population::Population;
use crate::privacy::{NONE, Slot};

/// The numbers of which holders are the groups.
const HOLDS: &str = "holds";

/// The footprints of every part of every cut of a base.
pub(crate) fn of_base(family: &str, base: &Base<'_, '_>) -> Vec<Footprint> {
    let cuts = base.cuts.iter();
    cuts.flat_map(|cut| of_slots(family, cut.key, &cut.slots, &cut.slot_of, base.population)).collect()
}

/// The footprints of groups of holders: the decisions in which they hold, and those who do.
pub(crate) fn of_holders<'g>(
    population: &Population<'_>,
    groupings: impl Iterator<Item = (By, &'g Grouping)>,
) -> Vec<Footprint> {
    let groupings: Vec<(By, &Grouping)> = groupings.collect();
    let mut all: Vec<Vec<Footprint>> =
        groupings.iter().map(|(by, grouping)| empty(HOLDS, by.key(), &grouping.slots)).collect();
    let mut seen: Vec<u32> = Vec::new();
    let mut people: Vec<(u32, u32)> = Vec::new();
    for decision in &population.paths.decisions {
        for ((_, grouping), footprints) in groupings.iter().zip(&mut all) {
            seen.clear();
            people.clear();
            for (_, profile) in population.hops(decision) {
                let slot = grouping.slot_of[profile as usize];
                if !seen.contains(&slot) {
                    seen.push(slot);
                    footprints[slot as usize].add_decision(hash(decision));
                }
                let person = population.profiles[profile as usize].person;
                if person != NONE && !people.contains(&(slot, person)) {
                    people.push((slot, person));
                    footprints[slot as usize].add_person(u64::from(population.codes[person as usize]));
                }
            }
        }
    }
    all.into_iter().flatten().collect()
}

fn of_slots(family: &str, key: &str, slots: &[Slot], slot_of: &[u32], population: &Population<'_>) -> Vec<Footprint> {
    let mut footprints = empty(family, key, slots);
    for (decision, &slot) in population.paths.decisions.iter().zip(slot_of) {
        if slot != NONE {
            footprints[slot as usize].add_decision(hash(decision));
        }
    }
    for (person, &code) in population.codes.iter().enumerate() {
        for &decision in population.decisions_of(person) {
            let slot = slot_of[decision as usize];
            if slot != NONE {
                footprints[slot as usize].add_person(u64::from(code));
            }
        }
    }
    footprints
}

fn empty(family: &str, key: &str, slots: &[Slot]) -> Vec<Footprint> {
    let name = |slot: &Slot| if key.is_empty() { String::new() } else { format!("{key} {}", slot.label) };
    slots.iter().map(|slot| Footprint::new(family, name(slot))).collect()
}

/// The same decision has the same from run to run over one record.
fn hash(decision: &Decision) -> u64 {
    decision.item.wrapping_mul(0x0000_0100_0000_01b3) ^ u64::from(decision.ordinal)
}
