//! The example insurer: a year of an invented firm in two countries, written from a seed, with what was planted in it.
//!
//! [`insurer`] gives the files of an office: the organisation, its charter, its log, and `truth.toml`, which says what
//! Sayso ought to find there. Same seed, same bytes, on every machine.
//!
//! [`catalogue`] names other years of the same firm: a healthy one, and each dysfunction alone over it. [`Plan::planted`]
//! says what a perfect diagnosis would report of a plan, [`patterns`] what came of it in one year.

mod bystanders;
mod cast;
mod catalogue;
mod charter;
mod clock;
mod count;
mod detours;
mod dice;
mod expected;
mod files;
mod fold;
mod log;
mod patterns;
mod plan;
mod planted;
mod readme;
mod stories;
mod traps;
mod truth;
mod year;

pub use catalogue::{Dysfunction, Trap, Volume, catalogue};
pub use expected::Planted;
pub use patterns::PatternCount;
pub use plan::Plan;

/// The examples that there are.
pub const NAMES: &[&str] = &["insurer"];

/// The seed of the office that comes with the source.
pub const DEFAULT_SEED: u64 = 2025;

/// The files of an office, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// The example's name, one of [`NAMES`].
    pub name: &'static str,
    /// The seed that it was made from.
    pub seed: u64,
    /// Paths relative to the office's folder, with `/`, and what stands in the files (UTF-8, `\n`).
    pub files: Vec<(String, String)>,
}

impl Office {
    /// What stands in a file; `None` where there is none of that name.
    pub fn file(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|(name, _)| name == path).map(|(_, text)| text.as_str())
    }
}

/// An example by its name; `None` for a name that is not among [`NAMES`].
pub fn by_name(name: &str, seed: u64) -> Option<Office> {
    (name == "insurer").then(|| insurer(seed))
}

/// The same firm with nothing wrong planted in it ([`Plan::HEALTHY`]); `None` for a name that is not among [`NAMES`].
pub fn healthy(name: &str, seed: u64) -> Option<Office> {
    (name == "insurer").then(|| insurer_with(&Plan::HEALTHY, seed))
}

/// The insurer's year with everything planted ([`Plan::INSURER`]).
pub fn insurer(seed: u64) -> Office {
    insurer_with(&Plan::INSURER, seed)
}

/// The insurer's year told after another plan, such as [`Plan::HEALTHY`]: for power and false alarms.
///
/// Shares above 100 count as 100. Weights of a plan that are all 0 count as if only the last were not.
pub fn insurer_with(plan: &Plan, seed: u64) -> Office {
    let clock = clock::Clock::new(plan, seed);
    let log = year::tell(plan, seed, &clock);
    let truth = count::truth(plan, seed, &clock, &log);
    Office { name: "insurer", seed, files: files::files(plan, &clock, &log, &truth) }
}

/// The same without `README.md` and `truth.toml`: all that a diagnosis reads, in half the time.
pub fn record(plan: &Plan, seed: u64) -> Office {
    let clock = clock::Clock::new(plan, seed);
    let log = year::tell(plan, seed, &clock);
    Office { name: "insurer", seed, files: files::read(plan, &clock, &log) }
}

/// How often each pattern of authority is in a year, counted by its definition on the whole truth, in every matter that the
/// charter does not retain (and altogether, with an empty area). The same numbers stand in `truth.toml` of every office but
/// the one in the source, there only for matters altogether and for areas above the bound.
pub fn patterns(plan: &Plan, seed: u64) -> Vec<PatternCount> {
    let clock = clock::Clock::new(plan, seed);
    let log = year::tell(plan, seed, &clock);
    count::patterns(plan, &clock, &log)
}
