//! Which groups may be shown: those below the floor are put together, and so that no subtraction brings them back.
//!
//! The parts of a breakdown are published beside their whole. If exactly one part were left out, whole minus the others
//! would give it away; so what is left out is itself a part (the pool), and the pool has to stand above the floor too.
//! Where it does not, the smallest part that is shown joins it. As that part stands above the floor by itself, one step is
//! enough. Where no part is left the breakdown is withheld.

use sayso_model::privacy::{Cleared, Floor, Group};

/// What the pool of the groups that are too small is called.
pub(crate) const TOO_FEW: &str = "others (too few people to show)";

/// Where nobody said what something belongs to.
pub(crate) const NOT_RECORDED: &str = "not recorded";

/// No slot: the thing is not part of the breakdown.
pub(crate) const NONE: u32 = u32::MAX;

/// A group that might be shown.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// Its name.
    pub(crate) label: String,
    /// Who stands behind it.
    pub(crate) group: Group,
    /// Nobody stands behind it: bots. Only the number of decisions counts for it.
    pub(crate) impersonal: bool,
}

/// A part that is shown: one group, or the pool.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// Its name.
    pub(crate) label: String,
    /// That it may be.
    pub(crate) cleared: Cleared,
}

/// A breakdown that may be shown.
#[derive(Clone, Debug)]
pub(crate) struct Division {
    /// The parts: in the order of the candidates, the pool last.
    pub(crate) slots: Vec<Slot>,
    /// Which part each candidate belongs to.
    pub(crate) slot_of: Vec<u32>,
    /// How many candidates were put together.
    pub(crate) pooled: u64,
}

/// Divides a whole into parts that may be shown; `None` where no part may.
///
/// `union` counts the people and decisions of several candidates together (people may be in more than one). At most
/// `slots_max` groups of people are shown by name, those with most decisions; `rest` is what the pool is called when
/// others that are large enough are in it.
pub(crate) fn divide(
    candidates: &[Candidate],
    union: impl Fn(&[bool]) -> Group,
    whole: Cleared,
    floor: Floor,
    slots_max: usize,
    rest: &str,
) -> Option<Division> {
    let mut cleared: Vec<Option<Cleared>> = candidates
        .iter()
        .map(|candidate| match candidate.impersonal {
            // What is said of bots is said of the whole: everything less what people did.
            true => (candidate.group.decisions >= floor.decisions_min).then_some(whole),
            false => floor.clear(candidate.group).ok(),
        })
        .collect();
    let mut by_size: Vec<usize> =
        (0..candidates.len()).filter(|&i| cleared[i].is_some() && !candidates[i].impersonal).collect();
    by_size.sort_by(|&a, &b| {
        let (a, b) = (&candidates[a], &candidates[b]);
        (b.group.decisions, b.group.persons, &a.label).cmp(&(a.group.decisions, a.group.persons, &b.label))
    });
    let too_many = by_size.len() > slots_max;
    for i in by_size.drain(slots_max.min(by_size.len())..) {
        cleared[i] = None;
    }

    let mut in_pool: Vec<bool> = cleared.iter().map(Option::is_none).collect();
    let mut pool = None;
    if in_pool.contains(&true) {
        pool = floor.clear(union(&in_pool)).ok();
        if pool.is_none() {
            let smallest = by_size.pop()?;
            (cleared[smallest], in_pool[smallest]) = (None, true);
            pool = Some(floor.clear(union(&in_pool)).ok()?);
        }
        if in_pool.iter().all(|&pooled| pooled) {
            return None;
        }
    }

    let mut division = Division { slots: Vec::new(), slot_of: vec![NONE; candidates.len()], pooled: 0 };
    for (i, candidate) in candidates.iter().enumerate() {
        if let Some(cleared) = cleared[i] {
            division.slot_of[i] = division.slots.len() as u32;
            division.slots.push(Slot { label: candidate.label.clone(), cleared });
        }
    }
    if let Some(cleared) = pool {
        let slot = division.slots.len() as u32;
        let label = if too_many { rest } else { TOO_FEW };
        division.slots.push(Slot { label: label.to_owned(), cleared });
        for (i, pooled) in in_pool.into_iter().enumerate() {
            if pooled {
                division.slot_of[i] = slot;
                division.pooled += 1;
            }
        }
    }
    Some(division)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn of(label: &str, persons: u64, decisions: u64) -> Candidate {
        Candidate { label: label.to_owned(), group: Group { persons, decisions }, impersonal: false }
    }

    fn run(candidates: &[Candidate], slots_max: usize) -> Option<Division> {
        let whole = Floor::DEFAULT.clear(Group { persons: 1_000, decisions: 100_000 }).unwrap();
        divide(candidates, |pooled| sum(candidates, pooled), whole, Floor::DEFAULT, slots_max, "other things")
    }

    fn sum(candidates: &[Candidate], pooled: &[bool]) -> Group {
        candidates.iter().zip(pooled).filter(|(_, pooled)| **pooled).fold(Group::default(), |sum, (candidate, _)| {
            Group {
                persons: sum.persons + candidate.group.persons,
                decisions: sum.decisions + candidate.group.decisions,
            }
        })
    }

    fn labels(division: &Division) -> Vec<&str> {
        division.slots.iter().map(|slot| slot.label.as_str()).collect()
    }

    #[test]
    fn what_is_large_enough_is_shown_as_it_is() {
        let division = run(&[of("a", 9, 90), of("b", 5, 20)], 12).unwrap();
        assert_eq!((labels(&division), division.pooled), (vec!["a", "b"], 0));
    }

    /// `b` alone would be whole less the others, so the smallest of the others joins it.
    #[test]
    fn a_single_small_group_takes_the_smallest_other_with_it() {
        let division = run(&[of("a", 9, 90), of("b", 2, 19), of("c", 6, 30)], 12).unwrap();
        assert_eq!((labels(&division), division.pooled), (vec!["a", TOO_FEW], 2));
        assert_eq!(division.slot_of, [0, 1, 1]);
    }

    #[test]
    fn small_groups_that_are_large_enough_together_cost_nobody_else() {
        let division = run(&[of("a", 9, 90), of("b", 3, 15), of("c", 3, 15)], 12).unwrap();
        assert_eq!((labels(&division), division.slot_of.as_slice()), (vec!["a", TOO_FEW], &[0, 1, 1][..]));
    }

    #[test]
    fn where_nothing_remains_the_breakdown_is_withheld() {
        assert!(run(&[of("a", 9, 90), of("b", 1, 1)], 12).is_none());
        assert!(run(&[of("a", 4, 90), of("b", 4, 90)], 12).is_none());
    }

    #[test]
    fn too_many_groups_are_put_together_under_their_own_name() {
        let division = run(&[of("a", 9, 90), of("b", 9, 80), of("c", 9, 70), of("d", 9, 60)], 2).unwrap();
        assert_eq!(labels(&division), ["a", "b", "other things"]);
    }

    #[test]
    fn bots_are_shown_by_their_decisions_alone() {
        let bots = Candidate { impersonal: true, ..of("bots", 0, 40) };
        assert_eq!(labels(&run(&[of("a", 9, 90), bots.clone()], 12).unwrap()), ["a", "bots"]);
        let few = Candidate { group: Group { persons: 0, decisions: 3 }, ..bots };
        assert!(run(&[of("a", 9, 90), few.clone()], 12).is_none());
        assert_eq!(labels(&run(&[of("a", 9, 90), of("b", 9, 80), few], 12).unwrap()), ["a", TOO_FEW]);
    }

    proptest! {
        /// Every part stands above the floor, so every union of parts does, and whole less any of them is such a union.
        #[test]
        fn no_part_and_no_remainder_is_below_the_floor(
            groups in proptest::collection::vec((0u64..12, 0u64..60), 0..15), slots_max in 1usize..14
        ) {
            let candidates: Vec<_> =
                groups.iter().enumerate().map(|(i, &(persons, decisions))| of(&i.to_string(), persons, decisions)).collect();
            if let Some(division) = run(&candidates, slots_max) {
                for slot in 0..division.slots.len() as u32 {
                    let members: Vec<bool> = division.slot_of.iter().map(|&of| of == slot).collect();
                    let group = sum(&candidates, &members);
                    prop_assert!(group.persons >= 5 && group.decisions >= 20);
                }
                prop_assert!(division.slot_of.iter().all(|&slot| (slot as usize) < division.slots.len()));
            }
        }
    }
}
