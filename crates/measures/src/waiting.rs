//! How long questions wait: for the answer (M01), for a first response (M02), to be carried out (M04), and how many
//! consents are given beyond what would have done (M06).

use rustc_hash::FxHashSet;
use sayso_model::decision::{DeciderKnown, Decision, Status};
use sayso_model::event::Verdict;
use sayso_model::measure::MeasureId;
use sayso_model::time::Instant;
use sayso_stats::ratio::Range;
use sayso_stats::survival::{End, LifeTable, Observation};
use sayso_stats::{Estimate, Unit, Window};

use crate::Request;
use crate::base::{Base, Cut, Dimension};
use crate::population::Population;
use crate::privacy::NONE;
use crate::sheet::{Clock, Quotient, Sheet, noted, on, scope};

/// The quantiles that are said of every wait.
pub(crate) const QUARTILES: [(&str, f64); 3] = [("p25", 0.25), ("median", 0.5), ("p75", 0.75)];

/// Up to where the mean wait is taken when the median is not reached: ten working days, or two weeks on the wall.
const HORIZON_WORKING_H: f64 = 80.0;
const HORIZON_CALENDAR_H: f64 = 336.0;

/// M01: from the question to its answer. `without_beginning` decisions are left out, since nobody saw their question.
pub(crate) fn latency(sheet: &mut Sheet, begun: &Base<'_, '_>, without_beginning: usize) {
    let note = match without_beginning {
        0 => String::new(),
        n => format!("{n} decisions left out whose question is not in the record"),
    };
    let end = |decision: &Decision| match decision.status {
        Status::Decided => End::Event,
        Status::Withdrawn => End::Competing,
        Status::Open => End::Censored,
    };
    waits(sheet, MeasureId::M01, begun, "a withdrawn question is another end", &note, |decision, clock| {
        let time = match clock {
            Clock::Working => decision.latency_working.hours(),
            Clock::Calendar => decision.latency().hours(),
        };
        Some(Observation { time, end: end(decision) })
    });
}

/// M02: from the question to the first act by a person other than the asker.
pub(crate) fn first_response(sheet: &mut Sheet, begun: &Base<'_, '_>) {
    let other = "an end without any response is another end";
    waits(sheet, MeasureId::M02, begun, other, "", |decision, clock| {
        let Some(at) = decision.first_response_at else {
            let end = if decision.status == Status::Open { End::Censored } else { End::Competing };
            let time = match clock {
                Clock::Working => decision.latency_working.hours(),
                Clock::Calendar => decision.latency().hours(),
            };
            return Some(Observation { time, end });
        };
        let time = match clock {
            Clock::Working => decision.first_response_working?.hours(),
            Clock::Calendar => (at - decision.raised_at).hours(),
        };
        Some(Observation { time, end: End::Event })
    });
}

/// M04: from the answer to its execution, among matters in which the record shows any execution. Refusals and deferrals
/// have nothing to carry out.
pub(crate) fn execution(sheet: &mut Sheet, population: &Population<'_>, request: &Request<'_>) {
    const ID: MeasureId = MeasureId::M04;
    let executed: FxHashSet<u32> = population
        .paths
        .decisions
        .iter()
        .filter(|decision| decision.executed_at.is_some() && !is_told_by_execution(decision))
        .map(|decision| decision.matter)
        .collect();
    if executed.is_empty() {
        sheet.withhold(ID, "overall", 0, "the record shows no execution of any decision");
        return;
    }
    let nothing_to_do = [Verdict::Rejected.code(), Verdict::Deferred.code()];
    let base = Base::of(population, request.floor, &[Dimension::Matter, Dimension::Area], |decision| {
        decision.decided_at.is_some()
            && executed.contains(&decision.matter)
            && !is_told_by_execution(decision)
            && !nothing_to_do.contains(&decision.verdict)
    });
    let until = Instant::from(request.window.until);
    let note = "answers of matters in which the record shows no execution are left out";
    let note = if executed.len() < n_matters(population) { note } else { "" };
    let other = "a decision undone before it was carried out is another end";
    waits(sheet, ID, &base, other, note, |decision, clock| {
        let decided_at = decision.decided_at?;
        if let Some(executed_at) = decision.executed_at {
            let time = match clock {
                Clock::Working => decision.execution_working?.hours(),
                Clock::Calendar => (executed_at - decided_at).hours(),
            };
            return Some(Observation { time, end: End::Event });
        }
        let (at, end) = match decision.reversed_at {
            Some(at) => (at, End::Competing),
            None => (until, End::Censored),
        };
        let time = match clock {
            Clock::Working => {
                request.directory?.calendar(decision.decider_site).working_between(decided_at, at).hours()
            }
            Clock::Calendar => (at - decided_at).hours(),
        };
        Some(Observation { time: time.max(0.0), end })
    });
}

/// Whether the execution is all that tells of the answer: then both are one instant, and a gap of nothing between them
/// would be made up.
fn is_told_by_execution(decision: &Decision) -> bool {
    matches!(decision.decider_known, DeciderKnown::Inferred | DeciderKnown::Unknown)
        && decision.executed_at == decision.decided_at
}

/// M06: consents beyond the first by somebody other than the asker, per decided question.
pub(crate) fn surplus_approvals(sheet: &mut Sheet, decided: &Base<'_, '_>) {
    const ID: MeasureId = MeasureId::M06;
    if !decided.decisions.is_empty() && decided.decisions.iter().all(|&i| decided.decision(i).n_approvals == 0) {
        sheet.withhold(ID, "overall", 0, "the record shows no consent to any decision");
        return;
    }
    if !sheet.may_speak(ID, decided) {
        return;
    }
    let mean = Quotient { id: ID, statistic: "mean", range: Range::NotNegative, unit: Unit::PerDecision };
    sheet.quotient(decided, mean, |decision| Some((f64::from(decision.n_approvals_surplus), 1.0, 1)));
    let any = Quotient { id: ID, statistic: "share_any", range: Range::Share, unit: Unit::Share };
    sheet.quotient(decided, any, |decision| Some((f64::from(u8::from(decision.n_approvals_surplus > 0)), 1.0, 1)));
}

/// A wait in both clocks, for every part of every cut: quartiles, by week the median alone, and the mean up to a horizon
/// where the median of the whole is not reached.
fn waits(
    sheet: &mut Sheet,
    id: MeasureId,
    base: &Base<'_, '_>,
    other_end: &str,
    note: &str,
    observe: impl Fn(&Decision, Clock) -> Option<Observation>,
) {
    if !sheet.may_speak(id, base) {
        return;
    }
    for clock in Clock::BOTH {
        let mut observed: Vec<Observed> = Vec::with_capacity(base.decisions.len());
        let mut incomplete = false;
        for &i in &base.decisions {
            match observe(base.decision(i), clock) {
                Some(Observation { time, end }) => observed.push((time, end, i)),
                None => incomplete = true,
            }
        }
        if incomplete {
            // What cannot be timed in this clock is not a random part of the whole: saying nothing is better.
            sheet.withhold(id, clock.name(), 0, "some of these waits have no time in this clock");
            continue;
        }
        // Sorted once, every part comes sorted. Which of two equal ones comes first changes nothing: a life table takes ties
        // together.
        observed.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for cut in base.cuts_for(id) {
            for (slot, table) in cut.slots.iter().zip(tables(cut, &observed)) {
                let quartiles = if cut.key == "week" { &QUARTILES[1..2] } else { &QUARTILES[..] };
                let mut median_reached = true;
                for (&(statistic, p), estimate) in
                    quartiles.iter().zip(quantiles(&table, quartiles, clock, sheet.window))
                {
                    median_reached &= p != 0.5 || estimate.value().is_some();
                    let other_end = if table.competing() == 0 { "" } else { other_end };
                    let estimate = noted(noted(estimate, other_end), note);
                    sheet.say(slot.cleared, id, on(scope(cut.key, slot), clock), statistic, estimate);
                }
                if cut.key.is_empty() && !median_reached {
                    let estimate = noted(restricted_mean(table, clock, sheet), note);
                    sheet.say(slot.cleared, id, on(scope(cut.key, slot), clock), "restricted_mean", estimate);
                }
            }
        }
    }
}

/// How long, how it ended and of which decision; in one, since an observation beside a number is half as large again.
type Observed = (f64, End, u32);

/// The life table of every part.
fn tables(cut: &Cut, observed: &[Observed]) -> Vec<LifeTable> {
    // Counted first: a vector that grows is put down twice.
    let mut counts = vec![0; cut.slots.len()];
    for &(_, _, i) in observed {
        if let Some(count) = counts.get_mut(cut.slot_of[i as usize] as usize) {
            *count += 1;
        }
    }
    let mut parts: Vec<Vec<Observation>> = counts.into_iter().map(Vec::with_capacity).collect();
    for &(time, end, i) in observed {
        let slot = cut.slot_of[i as usize];
        if slot != NONE {
            parts[slot as usize].push(Observation { time, end });
        }
    }
    parts.into_iter().map(LifeTable::new).collect()
}

/// The times by which shares had the end that is waited for: Aalen-Johansen, or Kaplan-Meier where there is no other end.
fn quantiles(table: &LifeTable, shares: &[(&str, f64)], clock: Clock, window: Window) -> Vec<Estimate> {
    let shares: Vec<f64> = shares.iter().map(|&(_, p)| p).collect();
    match table.competing() {
        0 => table.kaplan_meier().quantiles(&shares, clock.unit(), window),
        _ => table.aalen_johansen().quantiles(&shares, clock.unit(), window),
    }
}

/// The mean wait until any end, up to a horizon.
fn restricted_mean(table: LifeTable, clock: Clock, sheet: &Sheet) -> Estimate {
    let (horizon, words) = match clock {
        Clock::Working => (HORIZON_WORKING_H, "of the first 80 working hours, until any end"),
        Clock::Calendar => (HORIZON_CALENDAR_H, "of the first 336 hours, until any end"),
    };
    noted(table.any_end().kaplan_meier().restricted_mean(horizon, clock.unit(), sheet.window), words)
}

fn n_matters(population: &Population<'_>) -> usize {
    population.paths.decisions.iter().map(|decision| decision.matter).collect::<FxHashSet<_>>().len()
}
