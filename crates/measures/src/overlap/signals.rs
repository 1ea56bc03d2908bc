//! Patterns of authority that would give a small place away: a whole matter less its areas, where few are left.
//!
//! A pattern is said of a matter and of its areas. The matter less the areas of which the same number is said, for the same
//! roles and period, is a place too. Where it lies below the floor the matter is left out and its areas stay: a statement
//! about a role in an area is what somebody can act on.

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::signal::{Pattern, Period, Signal};

use crate::authority::{Cell, Scene};
use crate::privacy::{NONE, Pooled};
use crate::sheet::Sheet;

/// Signals whose numbers can be subtracted from one another: same pattern, period and matter, same roles.
type Kind = (Pattern, Period, String, String, String);

/// Leaves out the matters that would give the rest of their areas away, and says so.
pub(crate) fn keep_apart(sheet: &mut Sheet, scene: &Scene<'_>, signals: Vec<Signal>) -> Vec<Signal> {
    let places: FxHashMap<(Period, String, String), &Cell> = scene
        .cells
        .iter()
        .map(|cell| {
            let (matter, area) = scene.place(cell);
            ((cell.period, matter, area), cell)
        })
        .collect();
    let place = |signal: &Signal| (signal.period, signal.matter.clone(), signal.area.clone());
    let mut areas: FxHashMap<Kind, Vec<&Cell>> = FxHashMap::default();
    for signal in &signals {
        if let Some(cell) = places.get(&place(signal)).filter(|cell| cell.area.is_some()) {
            areas.entry(kind(signal)).or_default().push(cell);
        }
    }
    // The same rest is met by many patterns and roles.
    let mut may_remain: FxHashMap<(Period, u32, Vec<u32>), bool> = FxHashMap::default();
    let mut left_out: FxHashSet<Kind> = FxHashSet::default();
    for signal in &signals {
        let Some(whole) = places.get(&place(signal)).filter(|cell| cell.area.is_none()) else { continue };
        let Some(areas) = areas.get(&kind(signal)) else { continue };
        let mut codes: Vec<u32> = areas.iter().filter_map(|cell| cell.area).collect();
        codes.sort_unstable();
        codes.dedup();
        let rest = (whole.period, whole.matter, codes);
        if !*may_remain.entry(rest).or_insert_with(|| may_be_left(sheet, scene, whole, areas)) {
            left_out.insert(kind(signal));
        }
    }
    let is_left_out = |signal: &Signal| signal.area.is_empty() && left_out.contains(&kind(signal));
    for signal in signals.iter().filter(|signal| is_left_out(signal)) {
        if let Some(number) = signal.numbers.first() {
            sheet.withhold_hidden(number.id(), "matter", Pooled { small: 0, overlapping: 1 });
        }
    }
    signals.into_iter().filter(|signal| !is_left_out(signal)).collect()
}

fn kind(signal: &Signal) -> Kind {
    let Signal { pattern, period, matter, role, counterpart, .. } = signal;
    (*pattern, *period, matter.clone(), role.clone(), counterpart.clone())
}

/// Whether what a matter has beyond some of its areas is nothing, or stands above the floor.
fn may_be_left(sheet: &Sheet, scene: &Scene<'_>, whole: &Cell, areas: &[&Cell]) -> bool {
    let mut group_of = vec![NONE; scene.population.paths.decisions.len()];
    for &index in &whole.decisions {
        group_of[index as usize] = 0;
    }
    for &index in areas.iter().flat_map(|cell| &cell.decisions) {
        group_of[index as usize] = NONE;
    }
    sheet.floor.lets_remain(scene.population.census(&group_of, 1)[0])
}
