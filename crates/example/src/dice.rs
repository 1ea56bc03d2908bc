//! Chance from a seed, in whole numbers only, so that every machine throws the same.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A log-normal spread around 1.0, in thousandths: the quantiles 0.01 to 0.99 in 32 even steps at a standard deviation
/// of 0.8 of the logarithm. A table, because `exp` and `ln` differ between machines in the last digit.
const SPREAD: [u64; 33] = [
    156, 248, 309, 362, 410, 456, 501, 546, 590, 636, 682, 730, 779, 830, 884, 940, 1000, 1063, 1131, 1204, 1284, 1370,
    1466, 1573, 1694, 1833, 1996, 2193, 2439, 2764, 3232, 4034, 6431,
];

/// Steps of interpolation between two entries of [`SPREAD`].
const FINE: u64 = 4096;

/// One stream of chance. Streams of one seed are independent, so a longer story of one item moves no other item.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// Stream number `stream` of `seed`.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number in `0..n`; 0 for `n = 0`.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// True in `percent` of a hundred throws.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < u64::from(percent)
    }

    /// One of them; `None` of nothing.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len() as u64) as usize)
    }

    /// An index, as often as its weight says. The weights must not all be 0.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().map(|&weight| u64::from(weight)).sum());
        for (i, &weight) in weights.iter().enumerate() {
            match left.checked_sub(u64::from(weight)) {
                Some(rest) => left = rest,
                None => return i,
            }
        }
        weights.len().saturating_sub(1)
    }

    /// A duration in seconds whose median is `minutes` and whose spread is log-normal; never under half a minute.
    pub fn around(&mut self, minutes: u32) -> i64 {
        let at = self.below(32 * FINE);
        let (i, part) = ((at / FINE) as usize, at % FINE);
        let spread = SPREAD[i] * (FINE - part) + SPREAD[i + 1] * part;
        let seconds = u64::from(minutes) * 60 * spread / (1000 * FINE);
        seconds.max(30) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same_and_another_stream_does_not() {
        let throws = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            (0..8).map(|_| dice.below(1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(throws(1, 2), throws(1, 2));
        assert_ne!(throws(1, 2), throws(1, 3));
        assert_ne!(throws(1, 2), throws(2, 2));
    }

    #[test]
    fn half_of_the_durations_lie_under_the_median() {
        let mut dice = Dice::new(7, 0);
        let under = (0..10_000).filter(|_| dice.around(100) < 6_000).count();
        assert!((4_800..5_200).contains(&under), "{under}");
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(7, 0);
        let mut n = [0; 3];
        for _ in 0..10_000 {
            n[dice.weighted(&[1, 0, 3])] += 1;
        }
        assert_eq!(n[1], 0);
        assert!((2_300..2_700).contains(&n[0]), "{n:?}");
    }
}
