//! How often each cluster counts in each draw: a die is thrown for it, and it counts 0, 1 or 3 times.
//!
//! Drawing `G` of `G` clusters with replacement lets each count as often as a Poisson number says, nearly: with mean,
//! variance and skewness 1. So does a die with 0 on two sides, 1 on three and 3 on one. But each cluster's die is thrown by
//! itself, and few clusters together have few outcomes: what four of them add to a sum is one of 81 numbers, which are
//! made once for all draws. Of exchangeable weights with these moments, Praestgaard and Wellner (1993), Exchangeably
//! weighted bootstraps of the general empirical process, Annals of Probability 21(4), 2053-2086; Mason and Newton (1992),
//! A rank statistics approach to the consistency of a general bootstrap, Annals of Statistics 20(3), 1611-1624.

use rand::Fill;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// How often a cluster counts, by side.
const SIDES: [u8; 6] = [0, 0, 1, 1, 1, 3];

/// How often it may count, each once.
const COUNTS: [u8; 3] = [0, 1, 3];

/// How many dice are thrown together.
pub(super) const TOGETHER: usize = 4;

/// In how many ways they can fall, and how many of these differ in what counts.
const FALLS: usize = SIDES.len().pow(TOGETHER as u32);
const OUTCOMES: usize = COUNTS.len().pow(TOGETHER as u32);

/// The outcome of each way to fall.
const OUTCOME: [u8; FALLS] = outcomes();

/// How often each of the four counts, by outcome.
const TIMES: [[u8; TOGETHER]; OUTCOMES] = times();

const fn outcomes() -> [u8; FALLS] {
    let mut outcomes = [0; FALLS];
    let mut fall = 0;
    while fall < FALLS {
        let (mut rest, mut place, mut outcome, mut die) = (fall, 1, 0, 0);
        while die < TOGETHER {
            let count = match SIDES[rest % SIDES.len()] {
                0 => 0,
                1 => 1,
                _ => 2,
            };
            outcome += count * place;
            place *= COUNTS.len();
            rest /= SIDES.len();
            die += 1;
        }
        outcomes[fall] = outcome as u8;
        fall += 1;
    }
    outcomes
}

const fn times() -> [[u8; TOGETHER]; OUTCOMES] {
    let mut times = [[0; TOGETHER]; OUTCOMES];
    let mut outcome = 0;
    while outcome < OUTCOMES {
        let (mut rest, mut die) = (outcome, 0);
        while die < TOGETHER {
            times[outcome][die] = COUNTS[rest % COUNTS.len()];
            rest /= COUNTS.len();
            die += 1;
        }
        outcome += 1;
    }
    times
}

/// How many falls of four dice a random word gives.
const FALLS_OF_WORD: usize = 4;

/// How often a cluster may count at most.
pub const TIMES_MAX: u8 = COUNTS[COUNTS.len() - 1];

/// How many draws are made side by side: two falls of four dice.
pub const ABREAST: usize = 2 * TOGETHER;

/// How often a cluster counts in each of some draws side by side.
pub type Times = [u8; ABREAST];

/// Dice that are thrown for clusters, the same for the same seed on every platform.
pub(super) struct Dice {
    rng: ChaCha8Rng,
    words: [u64; 128],
    next: usize,
}

impl Dice {
    pub(super) fn of(seed: u64) -> Self {
        Self::from(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Throws four dice four times; gives the outcomes, below 81.
    #[inline]
    fn throw(&mut self) -> [u8; FALLS_OF_WORD] {
        if self.next == self.words.len() {
            Fill::fill_slice(&mut self.words, &mut self.rng);
            self.next = 0;
        }
        let mut rest = self.words[self.next];
        self.next += 1;
        // Multiply and shift, and again what is left below the point: all falls of a word together are even to one part in
        // 2^64 / 1,296^4, which is six million.
        std::array::from_fn(|_| {
            let fall = u128::from(rest) * FALLS as u128;
            rest = fall as u64;
            OUTCOME[(fall >> 64) as usize]
        })
    }

    /// Throws for all clusters in some draws side by side: how often each counts in each.
    pub(super) fn times(&mut self, times: &mut [Times]) {
        for two in times.chunks_mut(2) {
            let outcomes = self.throw();
            for (of, outcomes) in two.iter_mut().zip(outcomes.chunks_exact(2)) {
                let (first, last) = of.split_at_mut(TOGETHER);
                first.copy_from_slice(&TIMES[usize::from(outcomes[0])]);
                last.copy_from_slice(&TIMES[usize::from(outcomes[1])]);
            }
        }
    }

    /// Throws for four clusters in all draws.
    pub(super) fn outcomes(&mut self, of_draws: &mut [u8]) {
        for some in of_draws.chunks_mut(FALLS_OF_WORD) {
            let outcomes = self.throw();
            some.copy_from_slice(&outcomes[..some.len()]);
        }
    }
}

impl From<ChaCha8Rng> for Dice {
    fn from(rng: ChaCha8Rng) -> Self {
        Self { rng, words: [0; 128], next: 128 }
    }
}

/// Sums over clusters in each of many draws, several columns at once from the same dice.
pub(crate) struct Sums {
    /// By column, and by draw within it.
    by_column: Vec<Vec<f64>>,
    dice: Dice,
    /// The outcomes of the present four in each draw.
    outcomes: Vec<u8>,
    /// Values of the present four by column, all 0 where nothing stands in `touched`.
    four: Vec<[f64; TOGETHER]>,
    touched: Vec<u32>,
    clusters: usize,
}

impl Sums {
    pub(crate) fn new(columns: usize, draws: usize, seed: u64) -> Self {
        Self {
            by_column: vec![vec![0.0; draws]; columns],
            dice: Dice::of(seed),
            outcomes: vec![0; draws],
            four: vec![[0.0; TOGETHER]; columns],
            touched: Vec::new(),
            clusters: 0,
        }
    }

    /// The next cluster, with its values as (column, value); those of a column that stands twice are added up.
    pub(crate) fn push(&mut self, values: impl IntoIterator<Item = (u32, f64)>) {
        let at = self.clusters % TOGETHER;
        for (column, value) in values {
            let four = &mut self.four[column as usize];
            if four.iter().all(|value| *value == 0.0) && value != 0.0 {
                self.touched.push(column);
            }
            four[at] += value;
        }
        self.clusters += 1;
        if at + 1 == TOGETHER {
            self.add();
        }
    }

    /// What the present four add to each draw.
    fn add(&mut self) {
        self.dice.outcomes(&mut self.outcomes);
        // A byte never points beyond it.
        let mut sums = [0.0; 256];
        for column in self.touched.drain(..) {
            let four = std::mem::take(&mut self.four[column as usize]);
            for (sum, times) in sums.iter_mut().zip(&TIMES) {
                *sum = times.iter().zip(&four).map(|(&times, value)| f64::from(times) * value).sum();
            }
            for (sum, &outcome) in self.by_column[column as usize].iter_mut().zip(&self.outcomes) {
                *sum += sums[usize::from(outcome)];
            }
        }
    }

    /// The sums of each column in each draw, and where chance goes on for whatever else is drawn.
    pub(crate) fn close(mut self) -> (Vec<Vec<f64>>, ChaCha8Rng) {
        if !self.clusters.is_multiple_of(TOGETHER) {
            self.add();
        }
        (self.by_column, self.dice.rng)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Over all 1,296 ways to fall, each cluster counts once on average, with variance and third moment 1.
    #[test]
    fn a_die_has_the_moments_of_drawing_with_replacement() {
        for die in [0, 1, 2, 3] {
            let each = || OUTCOME.iter().map(|&outcome| u32::from(TIMES[usize::from(outcome)][die]));
            let of = |power: u32| -> u32 { each().map(|times| times.pow(power)).sum() };
            assert_eq!([of(1), of(2), of(3)], [1_296, 2 * 1_296, 5 * 1_296]);
        }
    }

    /// Sums by outcome are those of clusters counted one by one.
    #[test]
    fn four_at_once_are_each_by_itself() {
        let value = |cluster: usize| (cluster * cluster) as f64;
        let mut sums = Sums::new(2, 300, 9);
        (0..10).for_each(|cluster| sums.push([(1, value(cluster)), (0, 1.0), (1, 0.5)]));
        let (sums, _) = sums.close();
        // The same dice are thrown four clusters after four, each for all draws.
        let mut dice = Dice::of(9);
        let mut by_hand = vec![[0.0; 2]; 300];
        for from in (0..10).step_by(TOGETHER) {
            let outcomes: Vec<u8> = (0..300 / FALLS_OF_WORD).flat_map(|_| dice.throw()).collect();
            for (sum, outcome) in by_hand.iter_mut().zip(outcomes) {
                let times = TIMES[usize::from(outcome)];
                for (cluster, times) in (from..10).zip(times) {
                    sum[0] += f64::from(times);
                    sum[1] += f64::from(times) * (value(cluster) + 0.5);
                }
            }
        }
        for (draw, [ones, values]) in by_hand.into_iter().enumerate() {
            assert_eq!((sums[0][draw], sums[1][draw]), (ones, values));
        }
    }
}
