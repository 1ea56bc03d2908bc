//! Churn: what was settled is reversed, opened again or answered once more (M21).

use sayso_model::Code;
use sayso_model::event::Verdict;
use sayso_model::measure::MeasureId;
use sayso_model::signal::{Pattern, Signal};
use sayso_stats::rate::{Events, Share};
use sayso_stats::ratio::Cluster;
use sayso_stats::{Estimate, Unit};

use super::Scene;
use super::lot::{self, Counted, Draft, Lot};
use crate::sheet::Sheet;

const ID: MeasureId = MeasureId::M21;

/// Share of items with a changed answer above which it is a pattern.
const ITEMS_BOUND: f64 = 0.2;

pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    lot::say(
        sheet,
        scene,
        (ID, "answers"),
        |index| scene.decision(index).decided_at.is_some(),
        |_, lot| {
            let settled = Settled::of(lot);
            vec![
                ("changes_per_item", settled.changes(lot)),
                ("items_changed", settled.changed(lot).estimate()),
                ("back_and_forth", settled.back_and_forth(lot).estimate()),
            ]
        },
    );
    let mut signals = Vec::new();
    for (cell, lot) in lot::cells(scene, sheet) {
        let settled = Settled::of(&lot);
        let changed = settled.changed(&lot);
        if changed.n == 0 {
            continue;
        }
        let mut draft = Draft::new(Pattern::Churn, scene, cell, changed.n);
        draft.number(ID, "changes_per_item", settled.changes(&lot));
        draft.number(ID, "items_changed", changed.estimate());
        draft.number(ID, "back_and_forth", settled.back_and_forth(&lot).estimate());
        draft.test(changed.test("items_changed", ITEMS_BOUND));
        let evidence = settled.evidence();
        signals.push(draft.done(scene, evidence));
    }
    signals
}

/// What became of the answers of one item in one matter.
#[derive(Clone, Copy, Debug)]
struct Answers {
    item: u32,
    /// The first decision that was answered.
    first: u32,
    /// Answers that were reversed, opened again or followed by another one.
    changes: u32,
    /// Whether the answer went one way, the other, and back.
    back_and_forth: bool,
}

/// The items of a lot that have an answer, by matter.
struct Settled(Vec<Answers>);

impl Settled {
    fn of(lot: &Lot<'_, '_>) -> Self {
        let mut all = Vec::new();
        let item_of = |index: &u32| lot.scene.population.item_of[*index as usize];
        for decisions in lot.decisions.chunk_by(|a, b| item_of(a) == item_of(b)) {
            let mut matters: Vec<(Code, Vec<u32>)> = Vec::new();
            for &index in decisions.iter().filter(|&&index| lot.scene.decision(index).decided_at.is_some()) {
                let matter = lot.scene.decision(index).matter;
                match matters.iter_mut().find(|(other, _)| *other == matter) {
                    Some((_, answered)) => answered.push(index),
                    None => matters.push((matter, vec![index])),
                }
            }
            all.extend(matters.into_iter().map(|(_, answered)| answers(lot.scene, item_of(&answered[0]), &answered)));
        }
        Settled(all)
    }

    fn changes(&self, lot: &Lot<'_, '_>) -> Option<Estimate> {
        let events = Events::of(&self.clusters(|answers| f64::from(answers.changes)))?;
        Some(events.estimate(self.0.len() as u64, Unit::PerItem, lot.window))
    }

    fn changed(&self, lot: &Lot<'_, '_>) -> Counted {
        self.share(lot, |answers| answers.changes > 0)
    }

    fn back_and_forth(&self, lot: &Lot<'_, '_>) -> Counted {
        self.share(lot, |answers| answers.back_and_forth)
    }

    fn share(&self, lot: &Lot<'_, '_>, holds: impl Fn(&Answers) -> bool) -> Counted {
        let clusters = self.clusters(|answers| f64::from(u8::from(holds(answers))));
        Counted::new(Share::of(&clusters), self.0.len() as u64, lot.window)
    }

    /// Items as clusters of their matters.
    fn clusters(&self, part: impl Fn(&Answers) -> f64) -> Vec<Cluster> {
        let of_item = self.0.chunk_by(|a, b| a.item == b.item);
        of_item.map(|of| Cluster { part: of.iter().map(&part).sum(), whole: of.len() as f64 }).collect()
    }

    /// Those with most changes first.
    fn evidence(&self) -> Vec<u32> {
        let mut changed: Vec<&Answers> = self.0.iter().filter(|answers| answers.changes > 0).collect();
        changed.sort_by_key(|answers| (std::cmp::Reverse(answers.changes), answers.first));
        changed.into_iter().map(|answers| answers.first).collect()
    }
}

/// The answers of one item in one matter, in order; at least one.
fn answers(scene: &Scene<'_>, item: u32, answered: &[u32]) -> Answers {
    let mut changes = 0;
    let mut turns = 0;
    let mut last_says = None;
    for (at, &index) in answered.iter().enumerate() {
        let decision = scene.decision(index);
        // What is opened again and answered anew is one change, not two.
        let is_followed = at + 1 < answered.len();
        changes += u32::from(is_followed || decision.reversed_at.is_some());
        if let Some(verdict) = Verdict::from_code(decision.verdict) {
            let says_yes = verdict == Verdict::Approved;
            turns += u32::from(last_says.is_some_and(|last| last != says_yes));
            last_says = Some(says_yes);
        }
    }
    Answers { item, first: answered[0], changes, back_and_forth: turns >= 2 }
}
