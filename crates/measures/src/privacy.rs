//! Which groups may be shown: those below the floor are put together, and so that no subtraction brings them back.
//!
//! The parts of a breakdown are published beside their whole. If exactly one part were left out, whole minus the others
//! would give it away; so what is left out is itself a part (the pool), and the pool has to stand above the floor too.
//! Where it does not, the smallest part that is shown joins it. As that part stands above the floor by itself, one step
//! gives the pool enough people and decisions; where it is still mostly one person, the next part joins too. Where no part
//! is left the breakdown is withheld.
//!
//! What two breakdowns give away together is looked at afterwards, in `overlap`.

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

/// How many groups of a breakdown are not shown by themselves, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pooled {
    /// Those that are too small or mostly one person, those that would be given away by the rest of the breakdown, and
    /// those beyond the largest.
    pub(crate) small: u64,
    /// Those that would give somebody away beside another breakdown.
    pub(crate) overlapping: u64,
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
        while pool.is_none() {
            let smallest = by_size.pop()?;
            (cleared[smallest], in_pool[smallest]) = (None, true);
            pool = floor.clear(union(&in_pool)).ok();
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

/// Puts parts of a breakdown together, the pool (the last part, where there is one) among them. Gives whether anything is
/// left to be shown: more than one part, and a pool above the floor. `census` counts the things whose slot is 0.
pub(crate) fn pool(
    slots: &mut Vec<Slot>,
    slot_of: &mut [u32],
    pooled: &mut Pooled,
    together: &[bool],
    census: impl Fn(&[u32]) -> Group,
    floor: Floor,
) -> bool {
    if !together.contains(&true) {
        return true;
    }
    let label = if pooled.small > 0 { slots.last().map(|slot| slot.label.clone()) } else { None };
    let named = together.iter().filter(|&&together| together).count() as u64 - u64::from(label.is_some());
    pooled.overlapping += named;
    let mut next = 0;
    let n_kept = together.iter().filter(|&&together| !together).count() as u32;
    let to: Vec<u32> = together
        .iter()
        .map(|&together| {
            if together {
                return n_kept;
            }
            next += 1;
            next - 1
        })
        .collect();
    for slot in slot_of.iter_mut().filter(|slot| **slot != NONE) {
        *slot = to[*slot as usize];
    }
    let in_pool: Vec<u32> = slot_of.iter().map(|&slot| if slot == n_kept { 0 } else { NONE }).collect();
    let Ok(cleared) = floor.clear(census(&in_pool)) else { return false };
    let mut together = together.iter();
    slots.retain(|_| together.next() == Some(&false));
    slots.push(Slot { label: label.unwrap_or_else(|| TOO_FEW.to_owned()), cleared });
    n_kept > 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn of(label: &str, persons: u64, decisions: u64) -> Candidate {
        let group = Group { persons, decisions, dominance: 300 };
        Candidate { label: label.to_owned(), group, impersonal: false }
    }

    fn run(candidates: &[Candidate], slots_max: usize) -> Option<Division> {
        let whole = Floor::DEFAULT.clear(Group { persons: 1_000, decisions: 100_000, dominance: 10 }).unwrap();
        divide(candidates, |pooled| sum(candidates, pooled), whole, Floor::DEFAULT, slots_max, "other things")
    }

    /// Nobody is in two of them, so that one person's part of several gets smaller.
    fn sum(candidates: &[Candidate], pooled: &[bool]) -> Group {
        let chosen = candidates.iter().zip(pooled).filter(|(_, pooled)| **pooled);
        let groups: Vec<Group> = chosen.map(|(candidate, _)| candidate.group).collect();
        let decisions = groups.iter().map(|group| group.decisions).sum();
        let largest = groups.iter().map(|group| u64::from(group.dominance) * group.decisions).max().unwrap_or(0);
        Group {
            persons: groups.iter().map(|group| group.persons).sum(),
            decisions,
            dominance: Group::dominance_of(largest, decisions * 1_000),
        }
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

    /// Enough people and decisions, and yet one of them nearly all of it.
    #[test]
    fn what_is_mostly_one_person_is_not_shown_by_itself() {
        let mut owned = of("b", 6, 40);
        owned.group.dominance = 900;
        let division = run(&[of("a", 9, 90), owned.clone(), of("c", 6, 30)], 12).unwrap();
        assert_eq!((labels(&division), division.pooled), (vec!["a", TOO_FEW], 2));
        // So large that one group more does not hide it: the next joins too.
        owned.group = Group { persons: 6, decisions: 300, dominance: 900 };
        let division = run(&[of("a", 9, 90), owned.clone(), of("c", 6, 30), of("d", 9, 95)], 12).unwrap();
        assert_eq!((labels(&division), division.pooled), (vec!["d", TOO_FEW], 3));
        assert!(run(&[of("a", 9, 40), owned, of("c", 6, 30)], 12).is_none());
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
        let few = Candidate { group: Group { decisions: 3, ..Group::default() }, ..bots };
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
