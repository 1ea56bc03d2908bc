//! Formal and real authority: how many decisions are taken by somebody outside the remit, and how far roles differ (M12).

use rustc_hash::FxHashMap;
use sayso_model::charter::{Governed, Standing};
use sayso_model::measure::MeasureId;
use sayso_model::signal::{Pattern, Signal};
use sayso_model::words::Column;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::estimate::LEVEL_DEFAULT;
use sayso_stats::{Estimate, Interval, Unit, concentration};

use super::Scene;
use super::lot::{self, Draft, Lot, mostly};
use crate::sheet::Sheet;

const ID: MeasureId = MeasureId::M12;

/// Share of decisions outside the remit above which it is a pattern.
const OUTSIDE_BOUND: f64 = 0.1;

/// Shares by role count as known where at least this part of the decisions has a decider with a role and a remit that names
/// one role.
const KNOWN_MIN: f64 = 0.9;

/// Most samples drawn for the null of a divergence, and how many decisions they hold together at most.
const DRAWS: usize = 1_000;
const DRAWN_MAX: usize = 20_000_000;

pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    if scene.remits.is_empty() {
        sheet.withhold(ID, "overall", 0, "no charter says who may decide");
        return Vec::new();
    }
    let roles = Roles::of(scene);
    let judged = |index: u32| scene.decision(index).in_remit;
    lot::say(
        sheet,
        scene,
        (ID, ""),
        |index| judged(index).is_some(),
        |sheet, lot| {
            let outside = lot.share(|index| judged(index).map(|within| !within));
            vec![("outside", outside.estimate()), ("divergence", roles.divergence(lot, sheet))]
        },
    );

    let places = lot::places(scene);
    let mut signals = Vec::new();
    for (cell, lot) in lot::cells(scene, sheet) {
        let outside = lot.share(|index| judged(index).map(|within| !within));
        if !cell.declared || outside.n == 0 {
            continue;
        }
        let all = &places[&(cell.matter, cell.area)];
        let deciders = |within: bool| {
            let chosen = all.iter().map(|&index| scene.decision(index));
            chosen.filter(move |decision| decision.in_remit == Some(within)).map(|decision| decision.decider_role)
        };
        let declared = |of_outside: bool| {
            let chosen = all.iter().filter(move |&&index| !of_outside || judged(index) == Some(false));
            chosen.filter_map(|&index| roles.declared(scene.governed_at(index)))
        };
        // Whose it is by the charter, above all where others decide; where that names several, whoever decides within it.
        let counterpart =
            match declared(true).next().map_or_else(|| mostly(declared(false)), |_| mostly(declared(true))) {
                NOT_RECORDED => mostly(deciders(true)),
                role => role,
            };
        let mut draft = Draft::new(Pattern::FormalRealGap, scene, cell, outside.n).roles(
            scene,
            mostly(deciders(false)),
            counterpart,
        );
        draft.number(ID, "outside", outside.estimate());
        draft.number(ID, "divergence", roles.divergence(&lot, sheet));
        draft.test(outside.test("outside", OUTSIDE_BOUND));
        let evidence = lot.decisions.iter().copied().filter(|&index| judged(index) == Some(false));
        signals.push(draft.done(scene, evidence));
    }
    signals
}

/// Which single role each remit names.
struct Roles {
    by_remit: FxHashMap<usize, Code>,
}

impl Roles {
    fn of(scene: &Scene<'_>) -> Self {
        let mut by_remit: FxHashMap<usize, Code> = FxHashMap::default();
        for index in 0..scene.population.paths.decisions.len() as u32 {
            let governed = scene.governed_at(index);
            if let Governed::By(remit) = governed {
                by_remit.entry(remit).or_insert_with(|| only_role(scene, governed));
            }
        }
        Self { by_remit }
    }

    /// The role that a remit names, where it names one and no other.
    fn declared(&self, governed: Governed) -> Option<Code> {
        match governed {
            Governed::By(remit) => self.by_remit.get(&remit).copied().filter(|&role| role != NOT_RECORDED),
            Governed::Undeclared | Governed::Nobodys(_) => None,
        }
    }

    /// How far the roles that decide are from those that were declared to, less what chance gives.
    fn divergence(&self, lot: &Lot<'_, '_>, sheet: &Sheet) -> Option<Estimate> {
        let mut counts: FxHashMap<Code, (u64, u64)> = FxHashMap::default();
        let (mut n, mut all) = (0_usize, 0_usize);
        for &index in lot.decisions {
            let decision = lot.scene.decision(index);
            if decision.in_remit.is_none() {
                continue;
            }
            all += 1;
            let declared = self.declared(lot.scene.governed_at(index));
            if let (Some(declared), true) = (declared, decision.decider_role != NOT_RECORDED) {
                n += 1;
                counts.entry(declared).or_default().0 += 1;
                counts.entry(decision.decider_role).or_default().1 += 1;
            }
        }
        if n == 0 || (n as f64) < KNOWN_MIN * all as f64 {
            return None;
        }
        let mut by_role: Vec<_> = counts.into_iter().collect();
        by_role.sort_unstable_by_key(|(role, _)| *role);
        let declared: Vec<f64> = by_role.iter().map(|(_, (declared, _))| *declared as f64).collect();
        let actual: Vec<u64> = by_role.iter().map(|(_, (_, actual))| *actual).collect();
        let draws = (DRAWN_MAX / n).clamp(50, DRAWS);
        let seed = lot.seed(sheet, ID, "divergence");
        let found = concentration::divergence(&declared, &actual, draws, seed)?;
        let interval = concentration::excess_interval(&declared, &actual, draws, seed, LEVEL_DEFAULT);
        let method = format!(
            "Jensen-Shannon divergence in bits less {:.3}, its mean over {draws} samples from the declared shares",
            found.null_mean
        );
        let interval = interval.unwrap_or(Interval::UNKNOWN);
        Some(Estimate::new(found.excess, interval, n as u64, Unit::Ratio, lot.window, method))
    }
}

/// The only role under which somebody of whom nothing else is known may decide; [`NOT_RECORDED`] where there is none or
/// several.
fn only_role(scene: &Scene<'_>, governed: Governed) -> Code {
    let n_roles = scene.population.words.n_codes(Column::Role) as Code;
    let mut named = (1..n_roles).filter(|&role| {
        scene.remits.may_decide(governed, Standing { actor: NOT_RECORDED, team: NOT_RECORDED, role }) == Some(true)
    });
    match (named.next(), named.next()) {
        (Some(role), None) => role,
        _ => NOT_RECORDED,
    }
}
