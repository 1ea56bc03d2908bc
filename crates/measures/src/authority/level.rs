//! At which level of the organisation questions are answered, and at which they are declared to be (M13).

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::Code;
use sayso_model::actor::Level;
use sayso_model::charter::{Governed, Standing};
use sayso_model::measure::MeasureId;
use sayso_model::signal::Signal;
use sayso_stats::ratio::Range;
use sayso_stats::{Unit, rank, resample};

use super::Scene;
use super::lot;
use crate::sheet::Sheet;

const ID: MeasureId = MeasureId::M13;

/// The levels at which remits are declared to be used.
pub(crate) struct Declared {
    by_remit: FxHashMap<usize, i8>,
}

impl Declared {
    /// For each remit that governs a decision, the level of those who may decide under it: of each role among them the
    /// median level of its people in the record (the lower of two), and the highest of these. A role is as high as most of
    /// its people, so that one wrong entry does not lift it. Nobody of a known level there: the remit has none.
    pub(crate) fn of(scene: &Scene<'_>) -> Self {
        let people = people(scene);
        let mut by_remit = FxHashMap::default();
        let mut seen = FxHashSet::default();
        for index in 0..scene.population.paths.decisions.len() as u32 {
            let governed = scene.governed_at(index);
            let Governed::By(remit) = governed else { continue };
            if !seen.insert(remit) {
                continue;
            }
            let mut roles: FxHashMap<Code, Vec<(Code, i8)>> = FxHashMap::default();
            for &(who, level) in &people {
                if scene.remits.may_decide(governed, who) == Some(true) {
                    roles.entry(who.role).or_default().push((who.actor, level));
                }
            }
            let level = roles.into_values().filter_map(median_of_people).max();
            by_remit.extend(level.map(|level| (remit, level)));
        }
        Self { by_remit }
    }

    /// The level under what governs, where there is one.
    pub(crate) fn level(&self, governed: Governed) -> Option<Level> {
        match governed {
            Governed::By(remit) => self.by_remit.get(&remit).map(|&level| Level(level)),
            Governed::Undeclared | Governed::Nobodys(_) => None,
        }
    }
}

/// Says the numbers. They make no signal by themselves.
pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    let decisions = &scene.population.paths.decisions;
    let declared = Declared::of(scene);
    let answered =
        |index: u32| decisions[index as usize].decided_at.and(decisions[index as usize].decider_level.known());
    if !(0..decisions.len() as u32).any(|index| answered(index).is_some()) {
        sheet.withhold(ID, "overall", 0, "the level of nobody who answered is known");
        return Vec::new();
    }
    lot::say(
        sheet,
        scene,
        (ID, ""),
        |index| answered(index).is_some(),
        |sheet, lot| {
            let at_or_below = lot.share(|index| is_above(scene, &declared, index).map(|above| !above));
            let mut levels: Vec<f64> =
                lot.decisions.iter().filter_map(|&index| answered(index)).map(f64::from).collect();
            let n = levels.len() as u64;
            let clusters = lot.clusters(|index| answered(index).map(|level| (f64::from(level), 1.0)));
            let seed = lot.seed(sheet, ID, "mean_level");
            let mean = resample::ratio_of_sums(&clusters, Range::NotNegative, n, seed, Unit::Count, lot.window);
            vec![
                ("at_or_below", at_or_below.estimate()),
                ("mean_level", Some(mean)),
                ("median_level", Some(rank::quantile(&mut levels, 0.5, Unit::Count, lot.window))),
            ]
        },
    );
    Vec::new()
}

/// Whether a decision was answered above the level at which it is declared to be; `None` where either is not known.
pub(crate) fn is_above(scene: &Scene<'_>, declared: &Declared, index: u32) -> Option<bool> {
    let decision = scene.decision(index);
    decision.decided_at?;
    let level = declared.level(scene.governed_at(index))?;
    decision.decider_level.known().map(|_| decision.decider_level.is_above(level))
}

/// Everybody with a known level, as they stand in the record: holders, deciders, and whoever acts.
fn people(scene: &Scene<'_>) -> Vec<(Standing, i8)> {
    let population = scene.population;
    let mut people: FxHashSet<(Standing, i8)> = FxHashSet::default();
    let mut add = |actor: Code, team: Code, role: Code, level: Level| {
        if let (true, Some(level)) = (scene.is_human(actor), level.known()) {
            people.insert((Standing { actor, team, role }, level));
        }
    };
    for profile in population.profiles.iter().filter(|profile| profile.kind.is_human()) {
        add(profile.holder, profile.team, profile.role, profile.level);
    }
    for decision in &population.paths.decisions {
        add(decision.decider, decision.decider_team, decision.decider_role, decision.decider_level);
    }
    for touch in population.paths.touches.iter().filter(|touch| touch.kind.is_human()) {
        add(touch.actor, touch.team, touch.role, touch.level);
    }
    people.into_iter().collect()
}

/// The lower median of the levels of distinct people; of one person with several levels the lowest counts.
fn median_of_people(mut people: Vec<(Code, i8)>) -> Option<i8> {
    people.sort_unstable();
    people.dedup_by_key(|(who, _)| *who);
    let mut levels: Vec<i8> = people.into_iter().map(|(_, level)| level).collect();
    levels.sort_unstable();
    levels.get(levels.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wrong_entry_does_not_lift_a_role() {
        assert_eq!(median_of_people(vec![(1, 0), (2, 0), (3, 4)]), Some(0));
        assert_eq!(median_of_people(vec![(1, 0), (2, 1)]), Some(0), "the lower of two");
        assert_eq!(median_of_people(vec![(1, 2), (1, 1)]), Some(1), "of one person the lowest");
        assert_eq!(median_of_people(Vec::new()), None);
    }
}
