//! The decisions that one number is taken over, a cell of a signal or a part of a breakdown: gathered by item, timed and told.

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::measure::{MeasureId, Measurement, Scope};
use sayso_model::signal::{Pattern, Period, Signal, Test};
use sayso_model::words::Column;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::rate::Share;
use sayso_stats::ratio::Cluster;
use sayso_stats::survival::{LifeTable, Observation};
use sayso_stats::{Estimate, Unit, Window};

use super::{Cell, Scene};
use crate::base::{Base, Dimension};
use crate::privacy::NONE;
use crate::sheet::{Sheet, scope};

/// Decisions named as evidence of one signal, at most.
pub(crate) const EVIDENCE_MAX: usize = 12;

/// Some decisions of the record, in order, and the time that a number about them speaks of.
pub(crate) struct Lot<'l, 'a> {
    pub(crate) scene: &'l Scene<'a>,
    pub(crate) decisions: &'l [u32],
    pub(crate) window: Window,
    /// What tells its draws from those of other lots.
    label: String,
}

impl<'l, 'a> Lot<'l, 'a> {
    /// The decisions of a cell.
    pub(crate) fn of_cell(scene: &'l Scene<'a>, cell: &'l Cell, sheet: &Sheet) -> Self {
        let window = scene
            .periods
            .iter()
            .find(|(period, ..)| *period == cell.period)
            .map_or(sheet.window, |&(_, since, until)| Window { since: since.timestamp(), until: until.timestamp() });
        let label = format!("{}/{}/{:?}", cell.matter, cell.area.unwrap_or(NOT_RECORDED), cell.period);
        Self { scene, decisions: &cell.decisions, window, label }
    }

    /// Items with what each adds to numerator and denominator; those that add nothing to either are left out.
    pub(crate) fn clusters(&self, f: impl Fn(u32) -> Option<(f64, f64)>) -> Vec<Cluster> {
        let mut clusters: Vec<Cluster> = Vec::new();
        let mut last = NONE;
        for &index in self.decisions {
            let Some((part, whole)) = f(index) else { continue };
            let item = self.scene.population.item_of[index as usize];
            if item != last {
                clusters.push(Cluster::default());
                last = item;
            }
            if let Some(cluster) = clusters.last_mut() {
                cluster.part += part;
                cluster.whole += whole;
            }
        }
        clusters
    }

    /// The share of decisions of which something is true, among those of which it is known; with their number.
    pub(crate) fn share(&self, f: impl Fn(u32) -> Option<bool>) -> Counted {
        let clusters = self.clusters(|index| f(index).map(|holds| (f64::from(u8::from(holds)), 1.0)));
        let n = clusters.iter().map(|cluster| cluster.whole).sum::<f64>() as u64;
        Counted::new(Share::of(&clusters), n, self.window)
    }

    /// The seed of a number's draws.
    pub(crate) fn seed(&self, sheet: &Sheet, id: MeasureId, statistic: &str) -> u64 {
        sheet.seed_for(id, statistic, &self.label)
    }

    /// The median of times, some of which may not have ended, or have ended otherwise.
    pub(crate) fn median(&self, times: impl IntoIterator<Item = Observation>, unit: Unit) -> Estimate {
        let table = LifeTable::new(times.into_iter().collect());
        match table.competing() {
            0 => table.kaplan_meier().quantile(0.5, unit, self.window),
            _ => table.aalen_johansen().quantile(0.5, unit, self.window),
        }
    }
}

/// A share with the number of decisions that it is taken of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    share: Option<Share>,
    pub(crate) n: u64,
    window: Window,
}

impl Counted {
    /// A share of `n` things.
    pub(crate) fn new(share: Option<Share>, n: u64, window: Window) -> Self {
        Self { share, n, window }
    }

    /// As a number; `None` of nothing.
    pub(crate) fn estimate(&self) -> Option<Estimate> {
        Some(self.share?.estimate(self.n, self.window))
    }

    /// The test that it is above a bound.
    pub(crate) fn test(&self, name: &'static str, bound: f64) -> Option<Test> {
        let share = self.share?;
        let method = format!(
            "above {bound}: Jeffreys tail of the effective number, {:.0} of {} ({} items)",
            share.size(),
            self.n,
            share.clusters()
        );
        Some(Test { name, p: share.above(bound), method })
    }
}

/// A signal under construction.
pub(crate) struct Draft<'l> {
    pub(crate) signal: Signal,
    cell: &'l Cell,
}

impl<'l> Draft<'l> {
    /// A signal of a cell with nothing in it yet.
    pub(crate) fn new(pattern: Pattern, scene: &Scene<'_>, cell: &'l Cell, n: u64) -> Self {
        let (matter, area) = scene.place(cell);
        let signal = Signal {
            pattern,
            matter,
            area,
            role: String::new(),
            counterpart: String::new(),
            period: cell.period,
            n,
            observable: cell.observable,
            declared: cell.declared,
            asked_in_words: false,
            numbers: Vec::new(),
            tests: Vec::new(),
            evidence: Vec::new(),
        };
        Self { signal, cell }
    }

    /// Whom it speaks of. Of a role that does not do most of it, it does not speak.
    pub(crate) fn roles(mut self, scene: &Scene<'_>, role: Code, counterpart: Code) -> Self {
        self.signal.role = scene.word(Column::Role, role);
        self.signal.counterpart = scene.word(Column::Role, counterpart);
        self
    }

    /// Adds a number, where there is one. The role goes into its scope, so set the roles first.
    pub(crate) fn number(&mut self, id: MeasureId, name: &str, estimate: Option<Estimate>) {
        let Some(estimate) = estimate else { return };
        let Signal { matter, area, role, .. } = &self.signal;
        let scope: Scope = [("matter", matter), ("area", area), ("role", role)]
            .into_iter()
            .filter(|(_, word)| !word.is_empty())
            .map(|(key, word)| (key.to_owned(), word.clone()))
            .collect();
        self.signal.numbers.push(Measurement::new(self.cell.cleared, id, scope, name, estimate));
    }

    /// Adds a test, where there is one.
    pub(crate) fn test(&mut self, test: Option<Test>) {
        self.signal.tests.extend(test);
    }

    /// The finished signal with its evidence, the clearest first.
    pub(crate) fn done(mut self, scene: &Scene<'_>, evidence: impl IntoIterator<Item = u32>) -> Signal {
        self.signal.evidence = evidence.into_iter().take(EVIDENCE_MAX).map(|index| scene.key(index)).collect();
        self.signal
    }
}

/// The cells that say something of their own, with their decisions.
pub(crate) fn cells<'l, 'a>(scene: &'l Scene<'a>, sheet: &Sheet) -> Vec<(&'l Cell, Lot<'l, 'a>)> {
    let own = scene.cells.iter().filter(|cell| !scene.is_repeated(cell));
    own.map(|cell| (cell, Lot::of_cell(scene, cell, sheet))).collect()
}

/// A place in all periods together: what is found of a role there is the same in each of them, so that they can be compared.
pub(crate) fn places(scene: &Scene<'_>) -> FxHashMap<(Code, Option<Code>), Vec<u32>> {
    let mut places: FxHashMap<(Code, Option<Code>), Vec<u32>> = FxHashMap::default();
    // The recent part after the earlier one keeps the decisions of an item together only within each of them, and nothing
    // here needs more.
    for period in [Period::Whole, Period::Earlier, Period::Recent] {
        for cell in scene.cells.iter().filter(|cell| cell.period == period) {
            places.entry((cell.matter, cell.area)).or_default().extend(&cell.decisions);
        }
    }
    places
}

/// Says numbers over the whole record, by matter and by area, of the decisions of which `counts` is true. `say` gives the
/// numbers of each part. `family` names the decisions where other numbers speak of the same ones, or where one measure speaks
/// of several kinds of them; empty where neither is so.
pub(crate) fn say(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    (id, family): (MeasureId, &'static str),
    counts: impl Fn(u32) -> bool,
    say: impl Fn(&Sheet, &Lot<'_, '_>) -> Vec<(&'static str, Option<Estimate>)>,
) {
    let all = &scene.population.paths.decisions;
    let chosen: FxHashSet<(u64, u32)> = (0..all.len() as u32)
        .filter(|&index| counts(index))
        .map(|index| (all[index as usize].item, all[index as usize].ordinal))
        .collect();
    let base = Base::of(scene.population, sheet.floor, &[Dimension::Matter, Dimension::Area], |decision| {
        chosen.contains(&(decision.item, decision.ordinal))
    })
    .named(family);
    if !sheet.may_speak(id, &base) {
        return;
    }
    for cut in base.cuts_for(id) {
        let mut parts: Vec<Vec<u32>> = vec![Vec::new(); cut.slots.len()];
        for &index in &base.decisions {
            if let Some(part) = parts.get_mut(cut.slot_of[index as usize] as usize) {
                part.push(index);
            }
        }
        for (slot, decisions) in cut.slots.iter().zip(&parts) {
            let label = format!("{}={}", cut.key, slot.label);
            let lot = Lot { scene, decisions, window: sheet.window, label };
            for (statistic, estimate) in say(sheet, &lot) {
                if let Some(estimate) = estimate {
                    sheet.say(slot.cleared, id, scope(cut.key, slot), statistic, estimate);
                }
            }
        }
    }
}

/// The code that stands most often; of two that stand equally often the smaller, [`NOT_RECORDED`] where none is recorded.
pub(crate) fn most(codes: impl IntoIterator<Item = Code>) -> Code {
    tally(codes).0
}

/// The same where it makes up more than half of all that are recorded, [`NOT_RECORDED`] otherwise.
pub(crate) fn mostly(codes: impl IntoIterator<Item = Code>) -> Code {
    let (code, count, all) = tally(codes);
    if count * 2 > all { code } else { NOT_RECORDED }
}

fn tally(codes: impl IntoIterator<Item = Code>) -> (Code, u64, u64) {
    let mut counts: FxHashMap<Code, u64> = FxHashMap::default();
    for code in codes.into_iter().filter(|&code| code != NOT_RECORDED) {
        *counts.entry(code).or_default() += 1;
    }
    let all = counts.values().sum();
    let top = counts.into_iter().max_by_key(|&(code, count)| (count, std::cmp::Reverse(code)));
    top.map_or((NOT_RECORDED, 0, all), |(code, count)| (code, count, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_code_and_the_one_that_is_most_of_them() {
        assert_eq!(most([3, 2, 2, 3, NOT_RECORDED, NOT_RECORDED, NOT_RECORDED]), 2, "of equals the smaller");
        assert_eq!(mostly([3, 2, 2, 3]), NOT_RECORDED, "half is not most");
        assert_eq!(mostly([3, 2, 2]), 2);
        assert_eq!(most([]), NOT_RECORDED);
    }
}
