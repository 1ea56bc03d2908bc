//! What a published group leaves in the log of views: enough to see that the next answer would isolate somebody, and not
//! enough to see who or what it was about.
//!
//! A footprint counts decisions in buckets, and what people have to do with them in others. Both counts are linear: the
//! footprint of a group less that of a part of it is exactly the footprint of what remains, and is nowhere below nothing.
//! So a small remainder is never missed, however coarse the buckets are; a coarse bucket can only make a group look like a
//! part of another that it is not, and then one answer too many is refused.

use serde::{Deserialize, Serialize};

use super::Floor;

const BUCKETS: usize = 256;

/// What one published group covers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Footprint {
    /// Of which numbers: only what is counted alike can be subtracted.
    family: String,
    /// Which group, as the answer names it: `area pricing`; empty for the whole.
    group: String,
    /// Decisions, by a hash of each.
    decisions: Vec<u32>,
    /// Decisions of each person, by a hash of the person.
    people: Vec<u32>,
}

/// Why an answer would give somebody away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "together with {}, which was shown before, {} would tell of fewer than {} people or {} decisions; ask for a window \
     that differs by more, or for the same one again",
    said(&self.earlier), said(&self.now), self.floor.persons_min, self.floor.decisions_min
)]
pub struct Why {
    /// The group that was shown earlier, as its answer named it.
    pub earlier: String,
    /// The group that would be shown now.
    pub now: String,
    /// The floor under which the difference lies.
    pub floor: Floor,
}

fn said(group: &str) -> String {
    if group.is_empty() { "the whole record".to_owned() } else { format!("`{group}`") }
}

impl Footprint {
    /// The footprint of no decision.
    pub fn new(family: impl Into<String>, group: impl Into<String>) -> Self {
        Self { family: family.into(), group: group.into(), decisions: vec![0; BUCKETS], people: vec![0; BUCKETS] }
    }

    /// Adds a decision, by a hash of it that stays the same from run to run.
    pub fn add_decision(&mut self, decision: u64) {
        count(&mut self.decisions, decision);
    }

    /// Adds one person's part in one decision, by a hash of the person likewise. Everybody once for each decision.
    pub fn add_person(&mut self, person: u64) {
        count(&mut self.people, person);
    }

    /// Of which numbers.
    pub fn family(&self) -> &str {
        &self.family
    }

    /// Which group, as the answer names it; empty for the whole.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// How many decisions it covers.
    pub fn n(&self) -> u64 {
        self.decisions.iter().map(|&n| u64::from(n)).sum()
    }

    /// Whether what remains of some groups when others are taken away from them can be worked out, and lies below the floor.
    fn remainder_is_small(added: &[&Footprint], taken: &Footprint, floor: Floor) -> bool {
        let decisions = remainder(added, taken, |footprint| &footprint.decisions);
        let Some(decisions) = decisions.filter(|decisions| decisions.sum > 0) else { return false };
        let people = remainder(added, taken, |footprint| &footprint.people);
        decisions.sum < floor.decisions_min
            || people.is_some_and(|people| people.buckets > 0 && people.buckets < floor.persons_min)
    }
}

/// Whether to show a group after others have been shown: the first of these that it would differ from by a group below
/// the floor. `None` where it may be shown, also where nothing was shown before.
///
/// **Sees** every pair in which one group is a part of the other, without exception; and of the same group in other windows
/// every sum of three that leaves one: two windows less a third. **Does not see** longer sums, nor that one person would be
/// most of the difference; of two windows of which neither holds the other it lets both be shown, since what each has
/// beyond the other cannot be told apart. **Refuses too much** where groups look alike in 256 buckets, which is rare.
///
/// What would be given away can be kept by leaving out the whole breakdown of the group, never the group alone: the others
/// would give it away. Footprints of another record (more was read since) differ by what came in between: compare those of
/// one record only, or every day would be refused after the one before.
///
/// Takes the square of how often the same group was shown before.
pub fn would_difference(previous: &[Footprint], now: &Footprint, floor: Floor) -> Option<Why> {
    let alike = || previous.iter().filter(|earlier| earlier.family == now.family);
    let why = |earlier: &Footprint| Why { earlier: earlier.group.clone(), now: now.group.clone(), floor };
    let small = |added: &[&Footprint], taken| Footprint::remainder_is_small(added, taken, floor);
    if let Some(earlier) = alike().find(|earlier| small(&[earlier], now) || small(&[now], earlier)) {
        return Some(why(earlier));
    }
    let same: Vec<&Footprint> = alike().filter(|earlier| earlier.group == now.group).collect();
    for (at, one) in same.iter().enumerate() {
        for other in &same[at + 1..] {
            if small(&[one, other], now) || small(&[one, now], other) || small(&[other, now], one) {
                return Some(why(one));
            }
        }
    }
    None
}

/// Buckets that do not become empty, and what is in them.
#[derive(Clone, Copy)]
struct Remainder {
    sum: u64,
    buckets: u64,
}

/// `None` where more would be taken than there is.
fn remainder(added: &[&Footprint], taken: &Footprint, of: impl Fn(&Footprint) -> &Vec<u32>) -> Option<Remainder> {
    let mut remainder = Remainder { sum: 0, buckets: 0 };
    for (at, &less) in of(taken).iter().enumerate() {
        let all: u64 = added.iter().filter_map(|footprint| of(footprint).get(at)).map(|&n| u64::from(n)).sum();
        let left = all.checked_sub(u64::from(less))?;
        remainder.sum += left;
        remainder.buckets += u64::from(left > 0);
    }
    Some(remainder)
}

fn count(buckets: &mut [u32], hash: u64) {
    // Spread once more, so that a weak hash does no harm (the finaliser of a well-known generator).
    let mut mixed = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let at = ((mixed ^ (mixed >> 31)) % BUCKETS as u64) as usize;
    if let Some(bucket) = buckets.get_mut(at) {
        *bucket = bucket.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    /// Decisions `from..to`, of twelve people in turn.
    fn of(group: &str, decisions: std::ops::Range<u64>) -> Footprint {
        let mut footprint = Footprint::new("questions", group);
        for decision in decisions {
            add(&mut footprint, decision, &[decision % 12, (decision + 1) % 12]);
        }
        footprint
    }

    fn add(footprint: &mut Footprint, decision: u64, people: &[u64]) {
        footprint.add_decision(decision);
        people.iter().for_each(|&person| footprint.add_person(person));
    }

    fn gives(previous: &[Footprint], now: &Footprint) -> bool {
        would_difference(previous, now, Floor::DEFAULT).is_some()
    }

    #[test]
    fn the_same_answer_again_and_the_first_one_are_let_through() {
        assert!(!gives(&[], &of("a", 0..100)));
        assert!(!gives(&[of("a", 0..100)], &of("b", 0..100)));
    }

    #[test]
    fn nineteen_decisions_are_too_few_and_twenty_are_not() {
        assert!(gives(&[of("", 0..100)], &of("", 0..119)));
        assert!(!gives(&[of("", 0..100)], &of("", 0..120)));
        assert!(gives(&[of("", 0..119)], &of("", 0..100)), "whichever came first");
        assert!(gives(&[of("x", 500..900), of("", 0..100)], &of("", 0..101)), "not only the last one");
    }

    #[test]
    fn many_decisions_of_few_people_are_too_few() {
        let mut more = of("", 0..100);
        for decision in 100..150 {
            add(&mut more, decision, &[decision % 4]);
        }
        assert!(gives(&[of("", 0..100)], &more));
    }

    #[test]
    fn three_windows_that_leave_a_few_together_are_seen() {
        // [0, 110) and [110, 300) less [5, 300).
        assert!(!gives(&[of("", 0..110)], &of("", 5..300)));
        assert!(gives(&[of("", 0..110), of("", 110..300)], &of("", 5..300)));
        assert!(gives(&[of("", 5..300), of("", 110..300)], &of("", 0..110)), "whichever came last");
        assert!(!gives(&[of("", 0..110), of("", 110..300)], &of("", 60..300)));
    }

    #[test]
    fn groups_far_apart_and_numbers_of_another_kind_are_no_matter() {
        assert!(!gives(&[of("", 0..100)], &of("", 1_000..1_090)));
        assert!(!gives(&[of("", 0..3_000)], &of("", 5_000..5_040)));
        let holds = Footprint { family: "holds".to_owned(), ..of("", 0..101) };
        assert!(!gives(&[of("", 0..100)], &holds));
    }

    #[test]
    fn the_reason_says_what_to_do() {
        let why = would_difference(&[of("", 0..100)], &of("area pricing", 0..99), Floor::DEFAULT).unwrap();
        let says = why.to_string();
        assert!(says.starts_with("together with the whole record, which was shown before, `area pricing` would tell"));
    }

    proptest! {
        /// Whatever the decisions, the people and the hash, a part that lacks too few is seen.
        #[test]
        fn a_small_remainder_is_never_missed(
            part in proptest::collection::hash_set(any::<u64>(), 0..200),
            rest in proptest::collection::hash_set(any::<u64>(), 1..60),
            people in 1u64..9,
        ) {
            let rest: Vec<u64> = rest.difference(&part).copied().collect();
            prop_assume!(!rest.is_empty());
            let mut small = Footprint::new("questions", "");
            for &decision in &part {
                add(&mut small, decision, &[decision % 40]);
            }
            let mut large = small.clone();
            for &decision in &rest {
                add(&mut large, decision, &[decision % people]);
            }
            let distinct: std::collections::BTreeSet<u64> = rest.iter().map(|decision| decision % people).collect();
            if rest.len() < 20 || distinct.len() < 5 {
                prop_assert!(gives(&[small], &large));
            }
        }
    }
}
