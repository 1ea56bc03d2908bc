//! The floor under which no number about a group leaves Sayso, and what an answer leaves behind for the next one.
//!
//! # Dominance
//!
//! A group of many people can still be one person in all but name: nineteen of its twenty questions are asked, held and
//! answered by the same one. So no person may be more than 70 in 100 of a group. What a person is of it is the part of
//! the *number* that is theirs, which depends on what is counted:
//!
//! - **Questions** (waits, hand-overs, consents, reopenings, gates): every question counts once and is divided equally
//!   between the people who put, held or answered it. An owner who answers every question of an area that others put is
//!   half of it, and the area is shown: that is what owning an area means. Only where somebody asks, holds and answers
//!   most of it alone does it say more of them than of the area. Counting every question in full for whoever answers it
//!   would withhold each area with one owner, and with it the very places that a small firm asks about.
//! - **Holds** (possession, the path map's groups): every hold counts once and is its holder's. Not the time held: where
//!   most of the waiting lies with one role is what Sayso is for, and one forgotten question, or one gate, would by its time
//!   alone withhold the whole answer. So it is possible that most of a role's held time is one person's, as long as most of
//!   its holds are not.
//! - **Hand-overs** (the map's arcs): divided between who gives and who takes.
//!
//! A gate is by nature about one person. It is measured over all questions of a matter in an area, so that what has to
//! stand above the floor is the people and questions *of the place*, and it is released as a statement about a role there.
//!
//! # Subtraction
//!
//! What two answers differ by is an answer too. Within one run `measures` sees to it; between runs a [`Footprint`] of
//! every group that was shown says whether the next answer would give a small group away ([`would_difference`]).

mod footprint;

use serde::{Deserialize, Serialize};

pub use footprint::{Footprint, Why, would_difference};

/// How many people and decisions a group needs before anything is said about it, and how much one person may be of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// Distinct people, at least.
    pub persons_min: u64,
    /// Decisions, at least.
    pub decisions_min: u64,
    /// How much one person may be of a group at most, in thousandths; 1,000 lets one person be all of it.
    #[serde(default = "dominance_max")]
    pub dominance_max: u32,
}

impl Floor {
    /// Five people, twenty decisions, and nobody more than 70 in 100 of it (`PRIVACY.md` says why).
    pub const DEFAULT: Floor = Floor { persons_min: 5, decisions_min: 20, dominance_max: 700 };

    /// Lets a group through that stands above the floor.
    ///
    /// # Errors
    /// [`BelowFloor`] when it has too few people or decisions, or one person is too much of it.
    pub fn clear(&self, group: Group) -> Result<Cleared, BelowFloor> {
        if group.persons < self.persons_min || group.decisions < self.decisions_min {
            return Err(BelowFloor::TooFew { floor: *self });
        }
        if group.dominance > self.dominance_max {
            return Err(BelowFloor::Dominated { floor: *self });
        }
        Ok(Cleared { group })
    }

    /// Whether what is left when one published group is taken from another may be known. Nothing at all may; and what no
    /// person stands behind isolates nobody, so that only its decisions count.
    pub fn lets_remain(&self, group: Group) -> bool {
        let nobody = group.persons == 0 && group.decisions >= self.decisions_min;
        group == Group::default() || nobody || self.clear(group).is_ok()
    }
}

impl Default for Floor {
    fn default() -> Self {
        Floor::DEFAULT
    }
}

fn dominance_max() -> u32 {
    Floor::DEFAULT.dominance_max
}

/// Who stands behind a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Distinct people.
    pub persons: u64,
    /// Decisions.
    pub decisions: u64,
    /// How much of it is the one person who is most of it, in thousandths, rounded up; 0 where no person is known.
    pub dominance: u32,
}

impl Group {
    /// The dominance of a group: the largest contribution in thousandths of all of them, rounded up so that nobody slips
    /// under the limit. 0 where there is nothing to contribute to.
    pub fn dominance_of(largest: u64, all: u64) -> u32 {
        if all == 0 {
            return 0;
        }
        let thousandths = (u128::from(largest) * 1_000).div_ceil(u128::from(all));
        thousandths.min(1_000) as u32
    }
}

/// The proof that a group stands above the floor: [`Floor::clear`] is the only way to get one, and a
/// [`crate::measure::Measurement`] cannot be made without it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cleared {
    group: Group,
}

impl Cleared {
    /// Who stands behind it.
    pub fn group(&self) -> Group {
        self.group
    }
}

/// A group below the floor. It carries the floor, not the group's size, which would be an answer too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BelowFloor {
    /// Too few people or decisions.
    #[error("fewer than {} people or {} decisions", floor.persons_min, floor.decisions_min)]
    TooFew {
        /// The floor that was not reached.
        floor: Floor,
    },
    /// Enough of both, but mostly one person.
    #[error("one person is more than {} % of it", f64::from(floor.dominance_max) / 10.0)]
    Dominated {
        /// The floor that was not reached.
        floor: Floor,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENOUGH: Group = Group { persons: 5, decisions: 20, dominance: 700 };

    #[test]
    fn one_person_less_or_one_decision_less_is_withheld() {
        assert!(Floor::DEFAULT.clear(ENOUGH).is_ok());
        assert!(Floor::DEFAULT.clear(Group { persons: 4, decisions: 2_000, dominance: 300 }).is_err());
        assert!(Floor::DEFAULT.clear(Group { persons: 500, decisions: 19, dominance: 300 }).is_err());
    }

    #[test]
    fn nobody_may_be_more_than_seventy_in_a_hundred() {
        let below = Floor::DEFAULT.clear(Group { dominance: 701, ..ENOUGH }).err();
        assert_eq!(below, Some(BelowFloor::Dominated { floor: Floor::DEFAULT }));
        assert_eq!(below.map(|below| below.to_string()).as_deref(), Some("one person is more than 70 % of it"));
        let open = Floor { dominance_max: 1_000, ..Floor::DEFAULT };
        assert!(open.clear(Group { dominance: 1_000, ..ENOUGH }).is_ok());
    }

    #[test]
    fn a_share_is_rounded_towards_being_withheld() {
        assert_eq!(Group::dominance_of(14, 20), 700);
        assert_eq!(Group::dominance_of(7_000_001, 10_000_000), 701);
        assert_eq!(Group::dominance_of(0, 0), 0);
        assert_eq!(Group::dominance_of(u64::MAX, u64::MAX), 1_000);
    }

    #[test]
    fn nothing_and_nobody_may_remain() {
        assert!(Floor::DEFAULT.lets_remain(Group::default()));
        assert!(Floor::DEFAULT.lets_remain(Group { persons: 0, decisions: 20, dominance: 0 }));
        assert!(!Floor::DEFAULT.lets_remain(Group { persons: 0, decisions: 19, dominance: 0 }));
        assert!(!Floor::DEFAULT.lets_remain(Group { persons: 1, ..ENOUGH }));
        assert!(Floor::DEFAULT.lets_remain(ENOUGH));
    }
}
