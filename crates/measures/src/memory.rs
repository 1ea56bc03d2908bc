//! What an answer leaves out because of what was shown before: whole breakdowns, never a group alone.

use sayso_model::measure::Withheld;
use sayso_model::privacy::{Floor, Footprint, Why, would_difference};

use crate::Measured;
use crate::base::Dimension;
use crate::holders::By;

/// Every breakdown that leaves footprints; a longer name stands before the one that it begins with.
const BREAKDOWNS: [&str; 9] = [
    By::RoleAndSite.key(),
    By::Arrival.key(),
    By::Team.key(),
    By::Role.key(),
    By::Level.key(),
    Dimension::Matter.key(),
    Dimension::Area.key(),
    Dimension::Site.key(),
    Dimension::Week.key(),
];

impl Measured {
    /// The numbers that may be shown beside what was shown before of the same record, with [`Measured::footprints`] of
    /// these alone. A breakdown of which one group would differ from an earlier one by a group below the floor is left out
    /// with everything that rests on it, and [`Measured::withheld`] says so. The same answer again is the same answer.
    ///
    /// # Errors
    /// Where the answer as a whole would differ by so little.
    pub fn beside(mut self, shown: &[Footprint], floor: Floor) -> Result<Measured, Why> {
        let mut left_out: Vec<(&str, Why)> = Vec::new();
        for now in &self.footprints {
            let breakdown = breakdown(now.group());
            if left_out.iter().any(|(known, _)| *known == breakdown) || shown.contains(now) {
                continue;
            }
            // Groups of different breakdowns were held against each other when each answer was made.
            let related = |earlier: &&Footprint| {
                earlier.group() == now.group() || earlier.group().is_empty() || now.group().is_empty()
            };
            let alike = shown.iter().filter(|one| one.family() == now.family()).filter(related);
            if let Some(why) = would_difference(&alike.cloned().collect::<Vec<_>>(), now, floor) {
                if breakdown.is_empty() {
                    return Err(why);
                }
                left_out.push((breakdown, why));
            }
        }
        for (breakdown, why) in left_out {
            self.leave_out(breakdown, &why);
        }
        Ok(self)
    }

    fn leave_out(&mut self, breakdown: &str, why: &Why) {
        let mut gone: Vec<Withheld> = Vec::new();
        self.measures.retain(|one| {
            let is_kept = !one.scope().contains_key(breakdown);
            match gone.iter_mut().find(|known| known.id == one.id()) {
                _ if is_kept => {}
                Some(known) => known.groups += 1,
                None => {
                    let breakdown = breakdown.to_owned();
                    gone.push(Withheld { id: one.id(), breakdown, groups: 1, why: format!("not shown: {why}") });
                }
            }
            is_kept
        });
        self.withheld.extend(gone);
        self.withheld.sort_by_key(|withheld| withheld.id);
        self.footprints.retain(|one| self::breakdown(one.group()) != breakdown);
        let names = |place: &str, key: Dimension| !place.is_empty() && key.key() == breakdown;
        self.signals
            .retain(|signal| !names(&signal.matter, Dimension::Matter) && !names(&signal.area, Dimension::Area));
        if self.path_map.grouped_by == breakdown {
            self.path_map = Default::default();
            self.node_of_hop.clear();
        }
    }
}

/// The breakdown that a group belongs to, by its name; empty for the whole.
fn breakdown(group: &str) -> &'static str {
    let begins = |key: &&&str| group.strip_prefix(**key).is_some_and(|rest| rest.starts_with(' '));
    BREAKDOWNS.iter().find(begins).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_belongs_to_the_breakdown_with_the_longest_name() {
        assert_eq!(breakdown("role and site owner, leeds"), "role and site");
        assert_eq!(breakdown("role and"), "role");
        assert_eq!(breakdown("area role"), "area");
        assert_eq!(breakdown(""), "");
    }
}
