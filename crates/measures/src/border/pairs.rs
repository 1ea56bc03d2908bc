//! From which site to which: how long a hand-over waits on each route, as far as the floor lets it be said.

use rustc_hash::FxHashMap;
use sayso_model::Code;
use sayso_model::measure::{MeasureId, Scope};
use sayso_model::time::Instant;
use sayso_model::words::Column;
use sayso_stats::survival::{End, LifeTable, Observation};
use sayso_stats::{Estimate, Interval, Unit};

use super::clocks::{Route, overlap_a_day};
use super::rows::{Row, Rows, group_of};
use crate::Request;
use crate::base::label;
use crate::population::Population;
use crate::privacy::{Candidate, NONE, Pooled, divide};
use crate::sheet::{Clock, Sheet, on};

const ID: MeasureId = MeasureId::M22;

/// Routes shown by name, at most.
const ROUTES_MAX: usize = 25;

/// Says the median hand-over of every route, and the hours that its two sites have in common.
pub(crate) fn measure(sheet: &mut Sheet, population: &Population<'_>, handovers: &Rows, request: &Request<'_>) {
    let mut of_route: FxHashMap<(Code, Code), Vec<&Row>> = FxHashMap::default();
    for row in &handovers.rows {
        of_route.entry(row.pair).or_default().push(row);
    }
    let mut routes: Vec<((Code, Code), Vec<&Row>)> = of_route.into_iter().collect();
    routes.sort_unstable_by_key(|(pair, _)| *pair);
    if routes.len() < 2 {
        return;
    }
    let Ok(whole) = sheet.floor.clear(group_of(handovers.rows.iter())) else { return };
    let site = |code: Code| label(population.words, Column::Site, code);
    let candidates: Vec<Candidate> = routes
        .iter()
        .map(|((from, to), rows)| Candidate {
            label: format!("{} → {}", site(*from), site(*to)),
            group: group_of(rows.iter().copied()),
            impersonal: false,
        })
        .collect();
    let union = |pooled: &[bool]| {
        let place: FxHashMap<(Code, Code), bool> =
            routes.iter().zip(pooled).map(|((pair, _), pooled)| (*pair, *pooled)).collect();
        // In the order of the record, so that decisions are counted once.
        group_of(handovers.rows.iter().filter(|row| place[&row.pair]))
    };
    let Some(division) = divide(&candidates, union, whole, sheet.floor, ROUTES_MAX, "other routes") else {
        let hidden = Pooled { small: candidates.len() as u64, overlapping: 0 };
        return sheet.withhold_hidden(ID, "pair", hidden);
    };
    sheet.withhold_pooled(ID, "pair", Pooled { small: division.pooled, overlapping: 0 });
    let window = (Instant::from(request.window.since), Instant::from(request.window.until));
    for (at, slot) in division.slots.iter().enumerate() {
        let members: Vec<usize> = (0..routes.len()).filter(|&route| division.slot_of[route] == at as u32).collect();
        let rows = || members.iter().flat_map(|&route| routes[route].1.iter().copied());
        let scope = || Scope::from([("pair".to_owned(), slot.label.clone())]);
        for clock in Clock::BOTH {
            let times: Vec<Observation> =
                rows().filter_map(|row| Some(Observation { time: row.hours(clock)?, end: End::Event })).collect();
            if !times.is_empty() {
                let median = LifeTable::new(times).kaplan_meier().quantile(0.5, clock.unit(), sheet.window);
                sheet.say(slot.cleared, ID, on(scope(), clock), "median", median);
            }
        }
        let [only] = members[..] else { continue };
        let ((from, to), rows) = &routes[only];
        let route = Route { from: *from, to: *to, n: rows.len() as u64 };
        let hours = request.directory.and_then(|directory| overlap_a_day(directory, route, window));
        if let Some(hours) = hours {
            let method = "working hours that both sites have in common on a working day of the first, from the calendars \
                          with holidays and daylight saving; declared, not estimated, so it has no interval";
            let overlap = Estimate::new(hours, Interval::UNKNOWN, route.n, Unit::WorkingHours, sheet.window, method);
            sheet.say(slot.cleared, ID, scope(), "overlap_a_day", overlap);
        }
    }
    debug_assert!(division.slot_of.iter().all(|&slot| slot != NONE), "every route is in a part");
}
