//! Clusters drawn again for statistics that are no sums, such as medians.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::dice::{ABREAST, Dice, Times};
use super::{DRAWS, between};
use crate::estimate::Interval;
use crate::level_or_default;

/// Draws times values: beyond it a [`Redraw`] makes fewer draws.
const WORK_MAX: usize = 10_000_000;

/// How many draws it makes at least.
const DRAWS_MIN: usize = 200;

/// Beyond so many values a [`Redraw`] first leaves clusters out by chance until about so many are left.
pub const VALUES_MAX: usize = 50_000;

/// Clusters that are drawn again, each by a die of its own, for any statistic that knows how often each cluster counts.
///
/// Up to [`DRAWS`] draws, fewer where there are more than 10,000 values (200 at least). Of more than [`VALUES_MAX`] values,
/// clusters are first left out by chance, and the spread of the draws is narrowed to the full size by the square root of the
/// part that was kept: right for whatever has a normal limit, which is all that it is used for.
pub struct Redraw {
    kept: Vec<u32>,
    part: f64,
    draws: usize,
    dice: Dice,
}

impl Redraw {
    /// From the cluster of each value.
    pub fn of(clusters: impl Iterator<Item = u32>, seed: u64) -> Self {
        let mut kept: Vec<u32> = clusters.collect();
        let n = kept.len();
        let part = (VALUES_MAX as f64 / n.max(1) as f64).min(1.0);
        kept.sort_unstable();
        kept.dedup();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        if part < 1.0 {
            kept.retain(|_| f64::from(rng.next_u32()) < part * 4_294_967_296.0);
        }
        let draws = (WORK_MAX / n.clamp(1, VALUES_MAX)).clamp(DRAWS_MIN, DRAWS);
        Self { kept, part, draws, dice: Dice::from(rng) }
    }

    /// The place of a cluster among those that are drawn; `None` of one that was left out.
    pub fn place(&self, cluster: u32) -> Option<u32> {
        self.kept.binary_search(&cluster).ok().map(|at| at as u32)
    }

    /// The statistic of every draw, of several side by side. It is given how often each cluster counts in each, by its place.
    /// Draws without a value are left out.
    pub fn each<T>(&mut self, mut statistic: impl FnMut(&[Times]) -> [Option<T>; ABREAST]) -> Vec<T> {
        let clusters = self.kept.len();
        let mut values = Vec::with_capacity(self.draws);
        if clusters < 2 {
            return values;
        }
        let mut times = vec![[0; ABREAST]; clusters];
        for made in (0..self.draws).step_by(ABREAST) {
            self.dice.times(&mut times);
            values.extend(statistic(&times).into_iter().take(self.draws - made).flatten());
        }
        values
    }

    /// The percentile interval of draws around the value of the whole; no limits where fewer than half of the draws have a
    /// value.
    pub fn interval(&self, mut draws: Vec<f64>, whole: f64, level: f64) -> Interval {
        if draws.len() * 2 < self.draws {
            return Interval::UNKNOWN;
        }
        draws.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - level_or_default(level)) / 2.0;
        let narrowed = |drawn: f64| if self.part < 1.0 { whole + (drawn - whole) * self.part.sqrt() } else { drawn };
        match (between(&draws, tail), between(&draws, 1.0 - tail)) {
            (Some(low), Some(high)) => Interval::new(narrowed(low), narrowed(high)),
            _ => Interval::UNKNOWN,
        }
    }

    /// How it is done, in words.
    pub fn words(&self) -> String {
        let sampled = if self.part < 1.0 {
            format!(" of a seeded sample of {:.1} % of them", self.part * 100.0)
        } else {
            String::new()
        };
        format!("interval by {} draws of items{sampled}", self.draws)
    }
}
