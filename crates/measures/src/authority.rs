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
use crate::sheet::{Sheet, Task};

pub(crate) use scene::{Cell, Scene};

/// Measures every pattern. What is below the privacy floor gives no signal and is counted on the sheet.
pub(crate) fn measure(
    sheet: &mut Sheet,
    population: &Population<'_>,
    request: &Request<'_>,
    threads: Option<&Threads>,
) -> Vec<Signal> {
    let scene = Scene::of(population, request);
    let scene = &scene;
    let patterns: Vec<Task<'_, Vec<Signal>>> = vec![
        Box::new(|sheet| gate::measure(sheet, scene)),
        Box::new(|sheet| sole::measure(sheet, scene)),
        Box::new(|sheet| permission::measure(sheet, scene)),
        Box::new(|sheet| formal::measure(sheet, scene)),
        Box::new(|sheet| level::measure(sheet, scene)),
        Box::new(|sheet| overrides::measure(sheet, scene)),
        Box::new(|sheet| intervention::measure(sheet, scene)),
        Box::new(|sheet| escalation::measure(sheet, scene)),
        Box::new(|sheet| churn::measure(sheet, scene)),
        Box::new(|sheet| waiting_above::measure(sheet, scene)),
        Box::new(|sheet| context::measure(sheet, scene, threads)),
    ];
    let signals = sheet.at_once(patterns).into_iter().flatten().collect();
    overlap::keep_apart(sheet, scene, signals)
}
