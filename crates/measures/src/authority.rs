//! Who has the say: the patterns of authority that are looked for, each in every matter, area and period.

mod churn;
mod escalation;
mod formal;
mod gate;
mod intervention;
mod level;
pub(crate) mod lot;
mod overrides;
mod part;
mod permission;
mod scene;
mod sole;
mod waiting_above;

use sayso_model::signal::Signal;
use sayso_model::thread::Threads;

use crate::Request;
use crate::context;
use crate::overlap;
use crate::population::Population;
use crate::sheet::Sheet;

pub(crate) use scene::{Cell, Scene};

/// Measures every pattern. What is below the privacy floor gives no signal and is counted on the sheet.
pub(crate) fn measure(
    sheet: &mut Sheet,
    population: &Population<'_>,
    request: &Request<'_>,
    threads: Option<&Threads>,
) -> Vec<Signal> {
    let scene = Scene::of(population, request);
    let mut signals = Vec::new();
    signals.extend(gate::measure(sheet, &scene));
    signals.extend(sole::measure(sheet, &scene));
    signals.extend(permission::measure(sheet, &scene));
    signals.extend(formal::measure(sheet, &scene));
    signals.extend(level::measure(sheet, &scene));
    signals.extend(overrides::measure(sheet, &scene));
    signals.extend(intervention::measure(sheet, &scene));
    signals.extend(escalation::measure(sheet, &scene));
    signals.extend(churn::measure(sheet, &scene));
    signals.extend(waiting_above::measure(sheet, &scene));
    signals.extend(context::measure(sheet, &scene, threads));
    overlap::keep_apart(sheet, &scene, signals)
}
