//! How much of each decision the record can show at all (M00); to be read before anything else.

use sayso_model::decision::{DeciderKnown, Decision, OpenedBy, Status};
use sayso_model::diagnosis::Coverage;
use sayso_model::measure::{MeasureId, Scope};
use sayso_stats::ratio::Range;
use sayso_stats::{Unit, proportion};

use crate::base::Base;
use crate::sheet::{Quotient, Sheet};

const ID: MeasureId = MeasureId::M00;

/// A share of decisions, and which ones count.
type Share = (&'static str, fn(&Decision) -> bool);

/// The shares of all decisions; each is also said by matter and by area.
const SHARES: [Share; 4] = [
    ("decider_known", |decision| decision.status == Status::Decided && decision.decider_known != DeciderKnown::Unknown),
    ("decider_explicit", |decision| decision.decider_known == DeciderKnown::Explicit),
    ("ask_known", |decision| decision.asked_at.is_some()),
    ("beginning_known", |decision| !matches!(decision.opened_by, OpenedBy::FirstSeen | OpenedBy::Unseen)),
];

pub(crate) fn measure(sheet: &mut Sheet, all: &Base<'_, '_>, coverage: &Coverage) {
    if !sheet.may_speak(ID, all) {
        return;
    }
    for (statistic, holds) in SHARES {
        let quotient = Quotient { id: ID, statistic, range: Range::Share, unit: Unit::Share };
        // Who decided can only be known of what was decided.
        let counts = |decision: &Decision| !statistic.starts_with("decider") || decision.decided_at.is_some();
        sheet.quotient(all, quotient, |decision| {
            counts(decision).then(|| (f64::from(u8::from(holds(decision))), 1.0, 1))
        });
    }
    let Some(whole) = all.whole() else { return };
    let mut say = |statistic: &str, k: u64, n: u64| {
        if n > 0 {
            sheet.say(whole, ID, Scope::new(), statistic, proportion::share(k, n, sheet.window));
        }
    };
    let (never_closed, items) = items_never_closed(all);
    say("never_closed", never_closed, items);
    say("items_without_decision", coverage.items_without_decision, coverage.items);
    say("events_by_bots", coverage.events_by_bots, coverage.events);
    say("events_without_actor", coverage.events_without_actor, coverage.events);
    say("events_without_act", coverage.events_without_act, coverage.events);
}

/// Items whose last decision is open, and all items with a decision.
fn items_never_closed(all: &Base<'_, '_>) -> (u64, u64) {
    let item_of = &all.population.item_of;
    let mut counts = (0, 0);
    for (at, &i) in all.decisions.iter().enumerate() {
        let is_last = all.decisions.get(at + 1).is_none_or(|&next| item_of[next as usize] != item_of[i as usize]);
        if is_last {
            counts.0 += u64::from(all.decision(i).status == Status::Open);
            counts.1 += 1;
        }
    }
    counts
}
