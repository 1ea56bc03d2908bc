//! How often an answered question is opened again or its answer undone (M20).

use sayso_model::measure::MeasureId;
use sayso_model::time::Instant;
use sayso_stats::Unit;
use sayso_stats::ratio::Range;
use sayso_stats::survival::{End, LifeTable, Observation};

use crate::base::Base;
use crate::sheet::{Quotient, Sheet, noted, scope};

const ID: MeasureId = MeasureId::M20;

/// By when the reversed ones are counted, so that young decisions do not make the share look small.
const HORIZON_DAYS: f64 = 30.0;

pub(crate) fn measure(sheet: &mut Sheet, decided: &Base<'_, '_>) {
    if !sheet.may_speak(ID, decided) {
        return;
    }
    let share = Quotient { id: ID, statistic: "share", range: Range::Share, unit: Unit::Share };
    sheet.quotient(decided, share, |decision| Some((f64::from(u8::from(decision.reversed_at.is_some())), 1.0, 1)));
    let until = Instant::from(sheet.window.until);
    for cut in decided.cuts_for(ID) {
        let mut parts: Vec<Vec<Observation>> = vec![Vec::new(); cut.slots.len()];
        for &i in &decided.decisions {
            let decision = decided.decision(i);
            let Some(part) = parts.get_mut(cut.slot_of[i as usize] as usize) else { continue };
            let Some(decided_at) = decision.decided_at else { continue };
            let (at, end) = match decision.reversed_at {
                Some(at) => (at, End::Event),
                None => (until, End::Censored),
            };
            part.push(Observation { time: (at - decided_at).hours().max(0.0), end });
        }
        for (slot, part) in cut.slots.iter().zip(parts) {
            let share = LifeTable::new(part).kaplan_meier().ended_by(HORIZON_DAYS * 24.0, sheet.window);
            let estimate = noted(share, "within 30 days of the answer");
            sheet.say(slot.cleared, ID, scope(cut.key, slot), "share_within_30_days", estimate);
        }
    }
}
