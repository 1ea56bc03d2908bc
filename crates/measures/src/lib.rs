//! From decisions and hops to numbers: one file a family of measures, and the floor under which none of them speaks.
//!
//! [`measure`] is the one door. It counts, estimates and withholds; it reads nothing, knows no clock, and is the same to
//! the last bit for the same paths and seed.

mod base;
mod handover;
mod holders;
mod observability;
mod pathmap;
mod population;
mod possession;
mod privacy;
mod reference;
mod reversal;
mod sheet;
mod waiting;

use sayso_model::actor::Directory;
use sayso_model::decision::Paths;
use sayso_model::diagnosis::{Coverage, PathMap};
use sayso_model::measure::{Measurement, Withheld};
use sayso_model::privacy::Floor;
use sayso_model::words::Words;
use sayso_stats::Window;

use base::{Base, Dimension};
use population::Population;
use sheet::Sheet;

pub use reference::reference;

/// What to measure, and how carefully.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The time the record covers; what is open is censored at its end.
    pub window: Window,
    /// The smallest group about which anything is said.
    pub floor: Floor,
    /// What random draws start from.
    pub seed: u64,
    /// What could be read: the measures of observability take events and items from it.
    pub coverage: &'a Coverage,
    /// Everybody, and the calendars of the sites. Without it nobody is known to be a bot but by the holds, and answers
    /// not yet carried out have no working time.
    pub directory: Option<&'a Directory>,
}

/// Every number that may be shown.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// The numbers, by measure; within one measure the whole record first, then its parts.
    pub measures: Vec<Measurement>,
    /// Of what nothing is said, and why.
    pub withheld: Vec<Withheld>,
    /// Who passes decisions to whom.
    pub path_map: PathMap,
    /// For each hop, in the order of [`Paths::hops`], the node of the path map that its holder belongs to; empty where
    /// there is no map. By it a single path can be shown without naming anybody.
    pub node_of_hop: Vec<u32>,
}

/// Measures a record.
///
/// Decisions of one item must stand together and in order, as the fold emits them. Empty paths, or too few people or
/// decisions, give no number and say why in [`Measured::withheld`].
///
/// Takes `n log n` in decisions and hops; a million decisions with five million hops take some seconds.
pub fn measure(paths: &Paths, words: &dyn Words, request: &Request<'_>) -> Measured {
    let population = Population::of(paths, words, request);
    let mut sheet = Sheet::new(request);

    let all = Base::of(&population, request.floor, &[Dimension::Matter, Dimension::Area], |_| true);
    observability::measure(&mut sheet, &all, request.coverage);

    let dimensions = [Dimension::Matter, Dimension::Area, Dimension::Site, Dimension::Week];
    let begun = Base::of(&population, request.floor, &dimensions, |decision| decision.has_latency());
    waiting::latency(&mut sheet, &begun, all.decisions.len() - begun.decisions.len());
    waiting::first_response(&mut sheet, &begun);
    let stays = possession::measure(&mut sheet, &population);
    handover::measure(&mut sheet, &begun);

    let decided = Base::of(&population, request.floor, &[Dimension::Matter, Dimension::Area], |decision| {
        decision.decided_at.is_some()
    });
    waiting::execution(&mut sheet, &population, request);
    waiting::surplus_approvals(&mut sheet, &decided);
    reversal::measure(&mut sheet, &decided);

    let (path_map, node_of_hop) = pathmap::draw(&sheet, &population, &stays);
    let (measures, withheld) = sheet.close();
    Measured { measures, withheld, path_map, node_of_hop }
}
