//! From decisions and hops to numbers: one file a family of measures, and the floor under which none of them speaks.
//!
//! [`measure`] is the one door. It counts, estimates and withholds; it reads nothing, knows no clock, and is the same to
//! the last bit for the same paths and seed.

mod authority;
mod base;
mod border;
mod context;
mod footprints;
mod growth;
mod handover;
mod holders;
mod memory;
mod observability;
mod overlap;
mod pathmap;
mod population;
mod possession;
mod privacy;
mod reference;
mod reversal;
mod say;
mod sheet;
mod waiting;
mod windows;

use std::num::NonZeroUsize;

use rayon::ThreadPoolBuilder;
use sayso_model::actor::Directory;
use sayso_model::charter::Remits;
use sayso_model::decision::{Decision, Paths};
use sayso_model::diagnosis::{Coverage, PathMap};
use sayso_model::measure::{MeasureId, Measurement, Withheld};
use sayso_model::privacy::{Floor, Footprint};
use sayso_model::signal::Signal;
use sayso_model::thread::Threads;
use sayso_model::time::Instant;
use sayso_model::words::Words;
use sayso_stats::Window;

use base::{Base, Dimension};
use holders::Holders;
use population::Population;
use sheet::{Sheet, Task};

pub use context::degree_of_authorship;
pub use reference::{reference, statistics};
pub use say::{Say, say};
pub use windows::{borders, within_borders};

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
    /// What is declared; [`Remits::default`] where nothing is.
    pub remits: &'a Remits,
    /// When the charter changed last, if it ever did.
    pub charter_changed: Option<Instant>,
    /// After how many days an act shows half as much acquaintance with an area; [`HALF_LIFE_DAYS`] where nothing else is
    /// said. Above zero.
    pub half_life_days: f64,
    /// How many threads work at once; the answer is the same with any number.
    pub workers: NonZeroUsize,
}

/// After so many days an act counts half, unless an office says otherwise.
pub const HALF_LIFE_DAYS: f64 = 90.0;

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
    /// Patterns of authority, for the findings to judge. Those that need to see every act are there only where the paths
    /// carry touches.
    pub signals: Vec<Signal>,
    /// What the groups cover that the numbers speak of, for the log of views; signals and the map's arcs are not among
    /// them. See [`sayso_model::privacy::would_difference`].
    pub footprints: Vec<Footprint>,
}

/// Measures a record.
///
/// Decisions of one item must stand together and in order, as the fold emits them. Empty paths, or too few people or
/// decisions, give no number and say why in [`Measured::withheld`].
///
/// Takes `n log n` in decisions and hops; a million decisions with five million hops take some seconds.
pub fn measure(paths: &Paths, words: &dyn Words, request: &Request<'_>) -> Measured {
    measure_with(paths, None, words, request)
}

/// The same with links and texts of all items, where the record was scanned for them: whether the why travels (M23) then
/// follows links and reads what was said outside of questions too.
pub fn measure_with(paths: &Paths, threads: Option<&Threads>, words: &dyn Words, request: &Request<'_>) -> Measured {
    with_workers(request, || measure_some(paths, threads, words, request, |_| true))
}

/// [`measure`] for the sake of one measure: distance and growth, which take most of the time and hide nothing of the others,
/// are left out unless it is one of them. For a belief about a part of the record.
pub fn measure_for(wanted: MeasureId, paths: &Paths, words: &dyn Words, request: &Request<'_>) -> Measured {
    with_workers(request, || measure_some(paths, None, words, request, |id| id == wanted))
}

/// Does it with as many threads as were asked for; with this one where no others can be had.
fn with_workers(request: &Request<'_>, work: impl FnOnce() -> Measured + Send) -> Measured {
    match ThreadPoolBuilder::new().num_threads(request.workers.get()).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

fn measure_some(
    paths: &Paths,
    threads: Option<&Threads>,
    words: &dyn Words,
    request: &Request<'_>,
    wants: impl Fn(MeasureId) -> bool + Send + Sync,
) -> Measured {
    let population = Population::of(paths, words, request);
    let mut sheet = Sheet::new(request);

    let (mut held, people, some) = (None, &population, &wants);
    let families: Vec<Task<'_, Vec<Signal>>> = vec![
        Box::new(|sheet| {
            let all =
                Base::of(people, request.floor, &[Dimension::Matter, Dimension::Area], |_| true).named("questions");
            observability::measure(sheet, &all, request.coverage);
            let dimensions = [Dimension::Matter, Dimension::Area, Dimension::Site, Dimension::Week];
            let begun = Base::of(people, request.floor, &dimensions, Decision::has_latency).named("questions put");
            waiting::latency(sheet, &begun, all.decisions.len() - begun.decisions.len());
            waiting::first_response(sheet, &begun);
            handover::measure(sheet, &begun);
            Vec::new()
        }),
        Box::new(|sheet| {
            let holders = Holders::of(people, request.floor);
            sheet.leave(footprints::of_holders(people, holders.all()));
            let stays = possession::measure(sheet, people, &holders);
            held = Some((holders, stays));
            Vec::new()
        }),
        Box::new(|sheet| {
            let is_answered = |decision: &Decision| decision.decided_at.is_some();
            let dimensions = [Dimension::Matter, Dimension::Area];
            let decided = Base::of(people, request.floor, &dimensions, is_answered).named("answers");
            waiting::execution(sheet, people, request);
            waiting::surplus_approvals(sheet, &decided);
            reversal::measure(sheet, &decided);
            Vec::new()
        }),
        Box::new(|sheet| authority::measure(sheet, people, request, threads)),
        Box::new(|sheet| if some(MeasureId::M22) { border::measure(sheet, people, request) } else { Vec::new() }),
        Box::new(|sheet| if some(MeasureId::M25) { growth::measure(sheet, people, request) } else { Vec::new() }),
    ];
    let signals = sheet.at_once(families).into_iter().flatten().collect();
    let (path_map, node_of_hop) = match &held {
        Some((holders, stays)) => pathmap::draw(&sheet, &population, holders, stays),
        None => Default::default(),
    };
    let (measures, withheld, footprints) = sheet.close();
    Measured { measures, withheld, path_map, node_of_hop, signals, footprints }
}
