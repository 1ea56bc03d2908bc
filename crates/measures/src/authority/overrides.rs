//! Overrides: answers of the declared decider that a higher level undoes within ten working days (M15).

use sayso_model::Code;
use sayso_model::measure::MeasureId;
use sayso_model::signal::{Pattern, Signal};
use sayso_model::time::Instant;
use sayso_stats::{Estimate, rank};

use super::Scene;
use super::lot::{self, Draft, Lot, mostly};
use crate::sheet::Sheet;

const ID: MeasureId = MeasureId::M15;

/// Share of answers above which it is a pattern.
const SHARE_BOUND: f64 = 0.02;

/// Within so many working days an answer that is undone was overridden; later the world has changed.
const WITHIN_DAYS: f64 = 10.0;

/// The same on the wall clock, where nobody knows a calendar.
const WITHIN_CALENDAR_HOURS: f64 = 14.0 * 24.0;

pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    if scene.remits.is_empty() {
        sheet.withhold(ID, "overall", 0, "no charter says who may decide");
        return Vec::new();
    }
    let until = Instant::from(sheet.window.until);
    let n = scene.population.paths.decisions.len() as u32;
    let overridden: Vec<Option<bool>> = (0..n).map(|index| overridden(scene, index, until)).collect();
    if overridden.iter().all(Option::is_none) {
        sheet.withhold(
            ID,
            "overall",
            0,
            "no answer of a declared decider of a known level was watched for ten working days",
        );
        return Vec::new();
    }
    let is = |index: u32| overridden[index as usize];
    lot::say(
        sheet,
        scene,
        (ID, ""),
        |index| is(index).is_some(),
        |_, lot| vec![("share", lot.share(is).estimate()), ("time_to", time_to(lot, is))],
    );

    let places = lot::places(scene);
    let mut signals = Vec::new();
    for (cell, lot) in lot::cells(scene, sheet) {
        let share = lot.share(is);
        if !cell.declared || share.n == 0 {
            continue;
        }
        let all = &places[&(cell.matter, cell.area)];
        let undone = || all.iter().filter(|&&index| is(index) == Some(true)).map(|&index| scene.decision(index));
        let above = mostly(undone().map(|decision| decision.reversed_by_role));
        let answered =
            all.iter().filter(|&&index| is(index).is_some()).map(|&index| scene.decision(index).decider_role);
        let mut draft = Draft::new(Pattern::Override, scene, cell, share.n).roles(scene, above, mostly(answered));
        draft.number(ID, "share", share.estimate());
        draft.number(ID, "time_to", time_to(&lot, is));
        draft.test(share.test("share", SHARE_BOUND));
        let evidence = lot.decisions.iter().copied().filter(|&index| is(index) == Some(true));
        signals.push(draft.done(scene, evidence));
    }
    signals
}

/// Whether an answer was overridden. `None` where it is no answer of a declared decider of a known level, or one too young to
/// have been watched for the whole time: those undone early must not stand for all young ones.
fn overridden(scene: &Scene<'_>, index: u32, until: Instant) -> Option<bool> {
    let decision = scene.decision(index);
    let decided_at = decision.decided_at.filter(|_| decision.in_remit == Some(true))?;
    decision.decider_level.known()?;
    let site = decision.decider_site;
    if is_within(scene, site, decided_at, until) {
        return None;
    }
    Some(decision.reversed_at.is_some_and(|at| {
        decision.reversed_by_level.is_above(decision.decider_level) && is_within(scene, site, decided_at, at)
    }))
}

/// Whether no more than ten working days of a site lie between two instants. A working day is as long as the mean day of the
/// site's week.
fn is_within(scene: &Scene<'_>, site: Code, from: Instant, to: Instant) -> bool {
    let hours = scene.hours(site, from, to);
    let week = scene.request.directory.map(|directory| &directory.calendar(site).spec().hours);
    let Some(week) = week else { return hours <= WITHIN_CALENDAR_HOURS };
    let days = (0..7).filter(|&weekday| !week.of_weekday(weekday).is_empty()).count();
    match days {
        0 => (to - from).hours() <= WITHIN_CALENDAR_HOURS,
        days => hours <= WITHIN_DAYS * week.hours_a_week() / days as f64,
    }
}

/// The median time from an answer to its being overridden; absent where none was.
fn time_to(lot: &Lot<'_, '_>, is: impl Fn(u32) -> Option<bool>) -> Option<Estimate> {
    let mut times: Vec<f64> = lot
        .decisions
        .iter()
        .filter(|&&index| is(index) == Some(true))
        .filter_map(|&index| {
            let decision = lot.scene.decision(index);
            Some(lot.scene.hours(decision.decider_site, decision.decided_at?, decision.reversed_at?))
        })
        .collect();
    (!times.is_empty()).then(|| rank::quantile(&mut times, 0.5, lot.scene.unit(), lot.window))
}
