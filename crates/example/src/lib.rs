//! The example insurer: a year of an invented firm in two countries, written from a seed, with what was planted in it.
//!
//! [`insurer`] gives the files of an office: the organisation, its charter, its log, and `truth.toml`, which says what
//! Sayso ought to find there. Same seed, same bytes, on every machine.

mod bystanders;
mod cast;
mod clock;
mod count;
mod dice;
mod files;
mod fold;
mod log;
mod plan;
mod planted;
mod stories;
mod traps;
mod truth;
mod year;

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

/// The insurer's year with everything planted ([`Plan::INSURER`]).
pub fn insurer(seed: u64) -> Office {
    insurer_with(&Plan::INSURER, seed)
}

/// The insurer's year told after another plan, such as [`Plan::HEALTHY`]: for power and false alarms.
///
/// Shares above 100 count as 100. The five weights of a plan must not all be 0.
pub fn insurer_with(plan: &Plan, seed: u64) -> Office {
    let clock = clock::Clock::new(seed);
    let log = year::tell(plan, seed, &clock);
    let truth = count::truth(plan, seed, &clock, &log);
    Office { name: "insurer", seed, files: files::files(&clock, &log, &truth) }
}
