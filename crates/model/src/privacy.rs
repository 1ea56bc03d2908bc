//! The floor under which no number about a group leaves Sayso.

use serde::{Deserialize, Serialize};

/// How many people and decisions a group needs before anything is said about it, and how much one person may be of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// Distinct people, at least.
    pub persons_min: u64,
    /// Decisions, at least.
    pub decisions_min: u64,
}

impl Floor {
    /// Five people and twenty decisions (`PRIVACY.md` says why).
    pub const DEFAULT: Floor = Floor { persons_min: 5, decisions_min: 20 };

    /// Lets a group through that stands above the floor.
    pub fn clear(&self, group: Group) -> Result<Cleared, BelowFloor> {
        if group.persons < self.persons_min || group.decisions < self.decisions_min {
            return Err(BelowFloor { floor: *self });
        }
        Ok(Cleared { group })
    }
}

/// Who stands behind a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Distinct people.
    pub persons: u64,
    /// Decisions.
    pub decisions: u64,
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
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("fewer than {} people or {} decisions", floor.persons_min, floor.decisions_min)]
pub struct BelowFloor {
    /// The floor that was not reached.
    pub floor: Floor,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_less_or_one_decision_less_is_withheld() {
        assert!(Floor::DEFAULT.clear(Group { persons: 5, decisions: 20 }).is_ok());
        assert!(Floor::DEFAULT.clear(Group { persons: 4, decisions: 2_000 }).is_err());
        assert!(Floor::DEFAULT.clear(Group { persons: 500, decisions: 19 }).is_err());
    }
}
