//! What Sayso is timed with: records of any size, loops written by hand, and micro-benchmarks.
//!
//! [`invented`] makes up work, event by event, from a seed; [`office`] pours it into a record through the engine's own
//! appender; [`loops`] walks the same Parquet files with nothing between them and the rules; [`asked`] asks the engine
//! without the command around it. `bench/all` runs them beside other programs.

pub mod asked;
pub mod invented;
pub mod loops;
pub mod office;

/// Why a run of the benchmark ended early.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;
