//! How much of one text's vocabulary another keeps beyond what texts of its length share by chance: support, never proof.
//!
//! A long text keeps words of anything. So the share that is kept is held against what the same text keeps of *other*
//! origins, in others of about its length. The lift follows the topic and not the why: taking away every reason sentence
//! hardly moves it, which is why no finding rests on it. The record keeps no texts, so it can be computed where texts are
//! at hand only, and no measure of this version does.

use std::collections::{BTreeMap, BTreeSet};

/// The words of a text with how often they stand there: small letters, words of at least three letters.
pub fn tokens(text: &str) -> BTreeMap<String, u32> {
    let mut tokens = BTreeMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3) {
        *tokens.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    tokens
}

/// How often each term occurs in a text.
pub type Terms = BTreeMap<String, u32>;

/// Lift of each pair of (origin, what became of it): `(recall - E) / (1 - E)`, at most 1, about 0 for texts that have
/// nothing to do with each other. `None` for a pair without an origin's word, or with nothing to compare with.
///
/// The recall is weighted by how rare a word is among the origins. `E` is the mean recall of up to twenty other pairs' later
/// texts whose length is nearest.
pub fn lifts(pairs: &[(Terms, Terms)]) -> Vec<Option<f64>> {
    let mut of_origins: BTreeMap<&str, u32> = BTreeMap::new();
    for (origin, _) in pairs {
        for word in origin.keys() {
            *of_origins.entry(word).or_insert(0) += 1;
        }
    }
    let n = pairs.len() as f64;
    let weight = |word: &str| ((n + 1.0) / (f64::from(of_origins.get(word).copied().unwrap_or(0)) + 0.5)).ln().max(0.0);
    let length = |later: &BTreeMap<String, u32>| later.values().sum::<u32>();
    let mut by_length: Vec<(u32, usize)> = pairs.iter().enumerate().map(|(i, pair)| (length(&pair.1), i)).collect();
    by_length.sort_unstable();
    let recall = |origin: &BTreeMap<String, u32>, later: &BTreeMap<String, u32>| {
        let all: f64 = origin.keys().map(|word| weight(word)).sum();
        let kept: f64 = origin.keys().filter(|word| later.contains_key(*word)).map(|word| weight(word)).sum();
        (all > 0.0).then(|| kept / all)
    };
    pairs
        .iter()
        .enumerate()
        .map(|(i, (origin, later))| {
            let found = recall(origin, later)?;
            let place = by_length.partition_point(|one| *one < (length(later), i));
            let near: BTreeSet<usize> = (1..=10)
                .flat_map(|step: usize| [place.checked_sub(step), Some(place + step)])
                .flatten()
                .filter_map(|at| by_length.get(at).map(|(_, other)| *other))
                .filter(|other| *other != i)
                .collect();
            let by_chance: Vec<f64> = near.iter().filter_map(|other| recall(origin, &pairs[*other].1)).collect();
            if by_chance.is_empty() {
                return None;
            }
            let expected = by_chance.iter().sum::<f64>() / by_chance.len() as f64;
            (expected < 1.0).then(|| (found - expected) / (1.0 - expected))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sayso_model::signs::Signs;

    use super::*;
    use crate::signs::signs;

    type Pairs = Vec<(BTreeMap<String, u32>, BTreeMap<String, u32>)>;

    /// Numbers that look like chance and are the same each time.
    struct Draws(u64);

    impl Draws {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }
    }

    /// Forty origins on ten topics; later texts keep `kept` percent of the words and fill up with common ones. Each is
    /// paired with the later text `shift` places on: 0 is its own, and all shifts together are pairs by chance:
    /// some share a topic and one is its own, as among any texts.
    fn told(kept: u64, shift: usize) -> Pairs {
        let mut draws = Draws(7);
        let words: Vec<Vec<String>> =
            (0..40).map(|topic| (0..40).map(|_| format!("t{}w{}", topic % 10, draws.below(120))).collect()).collect();
        let later: Vec<String> = words
            .iter()
            .map(|origin| {
                let kept = origin.iter().filter(|_| draws.below(100) < kept).cloned().collect::<Vec<_>>();
                let filled = (0..60).map(|_| format!("common{}", draws.below(90))).collect::<Vec<_>>();
                [kept, filled].concat().join(" ")
            })
            .collect();
        (0..40).map(|i| (tokens(&words[i].join(" ")), tokens(&later[(i + shift) % 40]))).collect()
    }

    fn mean(pairs: &Pairs) -> f64 {
        let lifts: Vec<f64> = lifts(pairs).into_iter().flatten().collect();
        lifts.iter().sum::<f64>() / lifts.len() as f64
    }

    #[test]
    fn random_pairs_have_none_and_planted_loss_is_followed() {
        let by_chance = (0..40).map(|shift| mean(&told(100, shift))).sum::<f64>() / 40.0;
        assert!(by_chance.abs() < 0.01, "{by_chance}");
        let falling: Vec<f64> = [100, 50, 25, 10, 3].into_iter().map(|kept| mean(&told(kept, 0))).collect();
        assert!(falling.windows(2).all(|pair| pair[0] > pair[1] + 0.02), "{falling:?}");
        assert!(falling[0] > 0.9 && falling[4] < 0.1, "{falling:?}");
    }

    #[test]
    fn that_every_reason_is_gone_the_units_see_and_the_lift_does_not() {
        let sentence = |i: usize, j: usize| {
            format!("The form for product{i} shows field{i}x{j} and table{i}x{j} beside part{i}x{j}.")
        };
        let reason = "We do it because brokers leave.";
        let with: Vec<String> = (0..40)
            .map(|i| format!("{} {reason}", (0..12).map(|j| sentence(i, j)).collect::<Vec<_>>().join(" ")))
            .collect();
        let without: Vec<String> = with.iter().map(|text| text.replace(reason, "")).collect();
        let pairs =
            |later: &[String]| -> Pairs { with.iter().zip(later).map(|(a, b)| (tokens(a), tokens(b))).collect() };
        let (before, after) = (mean(&pairs(&with)), mean(&pairs(&without)));
        assert!(before - after < 0.1, "{before} {after}");
        assert!(with.iter().all(|text| signs(text).has(Signs::REASON)));
        assert!(without.iter().all(|text| !signs(text).has(Signs::REASON)));
    }

    #[test]
    fn nothing_has_no_lift() {
        assert_eq!(lifts(&[]), []);
        assert_eq!(lifts(&[(tokens("a b"), tokens("longer words"))]), [None]);
    }
}
