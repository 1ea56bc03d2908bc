//! Waiting above: how much of their working time questions wait above the level at which they are declared to be decided.

use sayso_model::NOT_RECORDED;
use sayso_model::actor::Level;
use sayso_model::decision::{Hop, Status};
use sayso_model::measure::MeasureId;
use sayso_model::signal::{Pattern, Signal, Test};
use sayso_stats::ratio::{Cluster, Range};
use sayso_stats::survival::{End, Observation};
use sayso_stats::{Estimate, Unit, rate, resample};

use super::level::{self, Declared};
use super::lot::{self, Draft, Lot, mostly};
use super::{Scene, part};
use crate::sheet::Sheet;

const ID: MeasureId = MeasureId::M13;

/// Share of the working time above which it is a pattern.
const SHARE_BOUND: f64 = 0.2;

pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    let declared = Declared::of(scene);
    let any_level = scene.population.profiles.iter().any(|profile| profile.level.known().is_some());
    let limit = |index: u32| declared.level(scene.governed_at(index)).filter(|_| scene.decision(index).has_latency());
    let n = scene.population.paths.decisions.len() as u32;
    if !any_level || !(0..n).any(|index| limit(index).is_some()) {
        // M13 itself says what is missing.
        return Vec::new();
    }
    let above = Above { scene, limits: (0..n).map(limit).collect() };
    lot::say(
        sheet,
        scene,
        (ID, "questions with a declared level"),
        |index| above.limits[index as usize].is_some(),
        |sheet, lot| vec![("share_above", above.share(lot, sheet)), ("stay", above.stay(lot))],
    );

    let places = lot::places(scene);
    let mut signals = Vec::new();
    for (cell, lot) in lot::cells(scene, sheet) {
        let clusters = above.clusters(&lot);
        let n = lot.decisions.iter().filter(|&&index| above.limits[index as usize].is_some()).count();
        if !cell.declared || clusters.iter().all(|cluster| cluster.whole == 0.0) {
            continue;
        }
        let all = &places[&(cell.matter, cell.area)];
        let holds = || all.iter().flat_map(|&index| above.hops(index)).filter(|(_, is_above)| *is_above);
        let owners = all.iter().map(|&index| scene.decision(index)).filter(|decision| decision.in_remit == Some(true));
        let mut draft = Draft::new(Pattern::WaitingAbove, scene, cell, n as u64).roles(
            scene,
            mostly(holds().map(|(hop, _)| hop.role)),
            mostly(owners.map(|decision| decision.decider_role)),
        );
        draft.number(ID, "share_above", above.share(&lot, sheet));
        draft.number(ID, "decided_above", lot.share(|index| level::is_above(scene, &declared, index)).estimate());
        draft.number(ID, "stay", above.stay(&lot));
        draft.test(rate::ratio_above(&clusters, SHARE_BOUND).map(|p| Test {
            name: "share_above",
            p,
            method: format!("above {SHARE_BOUND}: t test of the residuals of items ({} items)", clusters.len()),
        }));
        let evidence = above.evidence(&lot);
        signals.push(draft.done(scene, evidence));
    }
    signals
}

/// The declared level of each decision that has hops and one.
struct Above<'l, 'a> {
    scene: &'l Scene<'a>,
    limits: Vec<Option<Level>>,
}

impl<'l, 'a> Above<'l, 'a> {
    /// The holds of a decision, and whether each lies above the declared level. Whoever the charter gives a part in it is not
    /// above it, and of whom no level is known neither.
    fn hops(&self, index: u32) -> impl Iterator<Item = (&'a Hop, bool)> + use<'l, 'a> {
        let scene = self.scene;
        let limit = self.limits[index as usize];
        let hops = if limit.is_some() { scene.population.paths.hops_of(scene.decision(index)) } else { &[] };
        hops.iter().map(move |hop| {
            let has_part = part::is_declared(scene, index, part::holder(hop));
            let is_higher = limit.is_some_and(|limit| hop.level.is_above(limit));
            (hop, is_higher && !has_part && hop.holder != NOT_RECORDED)
        })
    }

    /// Items with their working hours above and altogether.
    fn clusters(&self, lot: &Lot<'_, '_>) -> Vec<Cluster> {
        let mut clusters = lot.clusters(|index| {
            self.limits[index as usize]?;
            let hours = |only_above: bool| {
                let chosen = self.hops(index).filter(move |(_, is_above)| *is_above || !only_above);
                chosen.map(|(hop, _)| hop.held_working.hours()).sum::<f64>()
            };
            Some((hours(true), hours(false)))
        });
        clusters.retain(|cluster| cluster.whole > 0.0);
        clusters
    }

    fn share(&self, lot: &Lot<'_, '_>, sheet: &Sheet) -> Option<Estimate> {
        let clusters = self.clusters(lot);
        let n = lot.decisions.iter().filter(|&&index| self.limits[index as usize].is_some()).count();
        let seed = lot.seed(sheet, ID, "share_above");
        let estimate = resample::ratio_of_sums(&clusters, Range::Share, n as u64, seed, Unit::Share, lot.window);
        (!clusters.is_empty()).then_some(estimate)
    }

    /// The median hold above; absent where there is none.
    fn stay(&self, lot: &Lot<'_, '_>) -> Option<Estimate> {
        let mut stays = Vec::new();
        for &index in lot.decisions {
            let decision = self.scene.decision(index);
            for (hop, _) in self.hops(index).filter(|(_, is_above)| *is_above) {
                let goes_on = decision.status == Status::Open && hop.until == decision.ended_at;
                let end = if goes_on { End::Censored } else { End::Event };
                stays.push(Observation { time: hop.held_working.hours(), end });
            }
        }
        (!stays.is_empty()).then(|| lot.median(stays, Unit::WorkingHours))
    }

    /// Those that waited longest above first.
    fn evidence(&self, lot: &Lot<'_, '_>) -> Vec<u32> {
        let mut waited: Vec<(f64, u32)> = lot
            .decisions
            .iter()
            .map(|&index| {
                let above = self.hops(index).filter(|(_, is_above)| *is_above);
                (above.map(|(hop, _)| hop.held_working.hours()).sum(), index)
            })
            .filter(|(hours, _): &(f64, u32)| *hours > 0.0)
            .collect();
        waited.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        waited.into_iter().map(|(_, index)| index).collect()
    }
}
