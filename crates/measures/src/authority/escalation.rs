//! Escalation: how often questions go up, how many come back unchanged, and how long that takes (M19).

use sayso_model::Code;
use sayso_model::charter::Standing;
use sayso_model::decision::{ArrivedBy, Hop, Status};
use sayso_model::event::Act;
use sayso_model::measure::MeasureId;
use sayso_model::signal::{Pattern, Signal};
use sayso_stats::rate::Events;
use sayso_stats::survival::{End, Observation};
use sayso_stats::{Estimate, Unit};

use super::lot::{self, Draft, Lot, mostly};
use super::{Scene, part};
use crate::sheet::Sheet;

const ID: MeasureId = MeasureId::M19;

/// Share of all decisions that went up and came back unchanged above which it is a pattern.
const RETURNS_BOUND: f64 = 0.1;

/// What went up of a decision, and what came of it.
#[derive(Clone, Debug, Default)]
struct Rise {
    /// Changes to a higher level.
    times: u32,
    /// Whether it came back without objection or answer from above; `None` where it never went up, or is still there.
    unchanged: Option<bool>,
    /// How long each stay above lasted, in working hours.
    stays: Vec<Observation>,
    /// The role that it went up to last.
    to: Code,
    /// The role that it came from.
    from: Code,
}

pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    if scene.population.profiles.iter().all(|profile| profile.level.known().is_none()) {
        sheet.withhold(ID, "overall", 0, "the level of nobody is known");
        return Vec::new();
    }
    let n = scene.population.paths.decisions.len() as u32;
    let rises: Vec<Option<Rise>> = (0..n).map(|index| rise(scene, index)).collect();
    let found = Found { rises };
    lot::say(sheet, scene, (ID, ""), |index| found.of(index).is_some(), |_, lot| found.numbers(lot).into());

    let places = lot::places(scene);
    let mut signals = Vec::new();
    for (cell, lot) in lot::cells(scene, sheet) {
        // What is still above may or may not come back: it is not counted here.
        let returns = lot.share(|index| {
            let rise = found.of(index)?;
            if rise.times == 0 { Some(false) } else { rise.unchanged }
        });
        if returns.n == 0 {
            continue;
        }
        let risen = || places[&(cell.matter, cell.area)].iter().filter_map(|&index| found.of(index));
        let went_up = || risen().filter(|rise| rise.times > 0);
        let (to, from) = (mostly(went_up().map(|rise| rise.to)), mostly(went_up().map(|rise| rise.from)));
        let mut draft = Draft::new(Pattern::EscalationReturns, scene, cell, returns.n).roles(scene, to, from);
        for (name, number) in found.numbers(&lot) {
            draft.number(ID, name, number);
        }
        draft.test(returns.test("returns", RETURNS_BOUND));
        let evidence = found.evidence(&lot);
        signals.push(draft.done(scene, evidence));
    }
    signals
}

/// What went up of every decision; `None` where a question has no hops, or the right is retained.
struct Found {
    rises: Vec<Option<Rise>>,
}

impl Found {
    fn of(&self, index: u32) -> Option<&Rise> {
        self.rises[index as usize].as_ref()
    }

    fn numbers(&self, lot: &Lot<'_, '_>) -> [(&'static str, Option<Estimate>); 3] {
        let clusters = lot.clusters(|index| self.of(index).map(|rise| (f64::from(rise.times), 1.0)));
        let n = clusters.iter().map(|cluster| cluster.whole).sum::<f64>() as u64;
        let escalated = Events::of(&clusters).map(|events| events.estimate(n, Unit::PerDecision, lot.window));
        let unchanged = lot.share(|index| self.of(index)?.unchanged).estimate();
        let stays = || lot.decisions.iter().filter_map(|&index| self.of(index)).flat_map(|rise| &rise.stays);
        let time = stays().next().map(|_| lot.median(stays().copied(), Unit::WorkingHours));
        [("escalated", escalated), ("unchanged", unchanged), ("return_time", time)]
    }

    /// Those that came back unchanged, the longest above first.
    fn evidence(&self, lot: &Lot<'_, '_>) -> Vec<u32> {
        let above = |index: u32| self.of(index).map_or(0.0, |rise| rise.stays.iter().map(|stay| stay.time).sum());
        let came_back = |index: &&u32| self.of(**index).is_some_and(|rise| rise.unchanged == Some(true));
        let mut shown: Vec<u32> = lot.decisions.iter().filter(came_back).copied().collect();
        shown.sort_by(|&a, &b| f64::total_cmp(&above(b), &above(a)).then(a.cmp(&b)));
        shown
    }
}

fn rise(scene: &Scene<'_>, index: u32) -> Option<Rise> {
    let (decision, governed) = (scene.decision(index), scene.governed_at(index));
    if !decision.has_latency() || scene.remits.is_retained(governed) {
        return None;
    }
    let hops = scene.population.paths.hops_of(decision);
    let mut rise = Rise::default();
    let mut all_came_back = true;
    let mut is_pending = false;
    for (at, hop) in hops.iter().enumerate().filter(|(_, hop)| hop.arrived_by == ArrivedBy::Escalated) {
        let next = hops.get(at + 1);
        let end = match (next, decision.status) {
            (Some(_), _) => End::Event,
            (None, Status::Open) => End::Censored,
            (None, Status::Decided | Status::Withdrawn) => End::Competing,
        };
        rise.times += 1;
        rise.stays.push(Observation { time: hop.held_working.hours(), end });
        rise.to = hop.role;
        rise.from = at.checked_sub(1).map_or(decision.asker_role, |before| hops[before].role);
        // Below whom it has to come to have come back.
        let back = hops[at + 1..].iter().any(|later| hop.level.is_above(later.level));
        is_pending |= !back && decision.status == Status::Open;
        all_came_back &= back && !changes(scene, index, hop) && !part::is_declared(scene, index, part::holder(hop));
    }
    rise.unchanged = (rise.times > 0 && !is_pending).then_some(all_came_back);
    Some(rise)
}

/// Whether whoever has it above changes anything: refuses, asks for a change, or answers it.
fn changes(scene: &Scene<'_>, index: u32, hop: &Hop) -> bool {
    let decision = scene.decision(index);
    let decider = Standing { actor: decision.decider, team: decision.decider_team, role: decision.decider_role };
    let answers = decision.decided_at.is_some() && part::is_or_belongs_to(scene, decider, part::holder(hop));
    let touches = scene.touches(index);
    let objects = if touches.is_empty() {
        decision.n_objections > 0
    } else {
        touches.iter().any(|touch| {
            touch.act == Act::Objected.code()
                && touch.at >= hop.since
                && part::is_or_belongs_to(scene, part::actor(touch), part::holder(hop))
        })
    };
    answers || objects
}
