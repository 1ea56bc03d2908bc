//! Tests of shifts: by hand, against all differences written down, and of draws against a search.

#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;

fn value(value: f64, in_group: bool, stratum: u32, cluster: u32) -> Value {
    Value { value, in_group, stratum, cluster }
}

fn brute(xs: &[f64], ys: &[f64]) -> f64 {
    let mut all: Vec<f64> = xs.iter().flat_map(|x| ys.iter().map(move |y| x - y)).collect();
    all.sort_unstable_by(f64::total_cmp);
    (all[(all.len() - 1) / 2] + all[all.len() / 2]) / 2.0
}

/// Writes down values with how often each counts, without those that do not count; gives how many that is in all.
fn counted(side: &[(f64, u32)], drawn: &[Times], lane: usize, into: &mut Vec<(f64, u64)>) -> u64 {
    into.clear();
    into.extend(side.iter().map(|&(value, cluster)| (value, u64::from(drawn[cluster as usize][lane]))));
    into.retain(|(_, times)| *times > 0);
    all(into)
}

/// {3, 5} less {1, 2}: 1, 2, 3, 4 with the median 2.5; {10} less {4}: 6. Weights 2*2/4 = 1 and 1/2.
#[test]
fn two_strata_by_hand() {
    let values = [
        value(1.0, false, 0, 0),
        value(2.0, false, 0, 1),
        value(3.0, true, 0, 2),
        value(5.0, true, 0, 3),
        value(4.0, false, 1, 4),
        value(10.0, true, 1, 5),
        value(7.0, true, 2, 6),
    ];
    let shift = stratified(&values, 1).unwrap();
    assert!((shift.shift - (2.5 + 3.0) / 1.5).abs() < 1e-12, "{shift:?}");
    assert_eq!(shift.dropped, [Stratum { stratum: 2, outside: 0, inside: 1 }]);
    assert_eq!(stratified(&values, 2).unwrap().used.len(), 1);
}

#[test]
fn nothing_to_compare_is_no_shift() {
    assert_eq!(stratified(&[], 1), None);
    assert_eq!(stratified(&[value(1.0, true, 0, 0)], 1), None);
    assert_eq!(stratified(&[value(f64::NAN, true, 0, 0), value(1.0, false, 0, 1)], 1), None);
    let one = [value(1.0, true, 0, 0), value(0.0, false, 0, 0)];
    assert_eq!(with_interval(&one, 1, 7, 0.95).unwrap().1, Interval::UNKNOWN);
}

#[test]
fn the_interval_holds_the_shift_and_follows_the_seed() {
    let values: Vec<Value> = (0..200)
        .map(|i| value(f64::from(i % 17) * 0.3 + f64::from(i % 2), i % 2 == 0, u32::from(i % 4 > 1), i as u32))
        .collect();
    let drawn = |seed: u64| with_interval(&values, 1, seed, 0.95).unwrap();
    let (shift, one) = drawn(1);
    assert_eq!(Some(&shift), stratified(&values, 1).as_ref());
    assert!(one.low.unwrap() <= shift.shift && shift.shift <= one.high.unwrap(), "{one:?} {shift:?}");
    assert_eq!(one, drawn(1).1);
    assert_ne!(one, drawn(2).1);
}

/// A hundred thousand values: 2.5 thousand million differences, and no room for them.
#[test]
fn large_strata_need_no_room() {
    let values: Vec<Value> = (0..100_000)
        .map(|i| value(f64::from(i % 1000) + if i % 2 == 0 { 5.0 } else { 0.0 }, i % 2 == 0, 0, i))
        .collect();
    let shift = stratified(&values, 1).unwrap().shift;
    assert!((shift - 4.0).abs() < 1.1, "{shift}");
}

proptest! {
    #[test]
    fn it_is_the_median_of_all_differences(
        xs in proptest::collection::vec(-50.0..50.0_f64, 1..12), ys in proptest::collection::vec(-50.0..50.0_f64, 1..12)
    ) {
        let values: Vec<Value> = xs.iter().map(|&x| value(x, true, 0, 0)).chain(ys.iter().map(|&y| value(y, false, 0, 0))).collect();
        let shift = stratified(&values, 1).unwrap().shift;
        prop_assert!((shift - brute(&xs, &ys)).abs() < 1e-9);
    }

    #[test]
    fn swapping_the_groups_turns_the_sign_and_a_new_unit_changes_nothing(
        parts in proptest::collection::vec((0.01..1e4_f64, any::<bool>(), 0u32..3), 2..40), unit in 0.001..1000.0_f64
    ) {
        let of = |unit: f64, swap: bool| {
            let values: Vec<Value> =
                parts.iter().map(|&(time, side, stratum)| value((time * unit).ln(), side != swap, stratum, 0)).collect();
            stratified(&values, 1).map(|shift| shift.shift)
        };
        match (of(1.0, false), of(1.0, true), of(unit, false)) {
            (Some(one), Some(swapped), Some(scaled)) => {
                prop_assert!((one + swapped).abs() < 1e-9);
                prop_assert!((one - scaled).abs() < 1e-9);
            }
            other => prop_assert_eq!(other, (None, None, None)),
        }
    }

    #[test]
    fn of_many_values_with_ties_and_weights_it_is_the_same(
        xs in proptest::collection::vec((-8i32..8, 1u64..4), 1..60), ys in proptest::collection::vec((-8i32..8, 1u64..4), 1..60),
        grain in prop_oneof![Just(1.0), Just(1e-300), Just(0.37), Just(1e300)]
    ) {
        let side = |of: &[(i32, u64)]| {
            let mut of: Vec<(f64, u64)> = of.iter().map(|&(value, times)| (f64::from(value) * grain, times)).collect();
            of.sort_by(|a, b| a.0.total_cmp(&b.0));
            of
        };
        let each = |of: &[(f64, u64)]| of.iter().flat_map(|&(value, times)| vec![value; times as usize]).collect::<Vec<_>>();
        let (xs, ys) = (side(&xs), side(&ys));
        let mut all: Vec<f64> = each(&xs).iter().flat_map(|x| each(&ys).into_iter().map(move |y| x - y)).collect();
        all.sort_unstable_by(f64::total_cmp);
        let sought = halfway(all[(all.len() - 1) / 2], all[all.len() / 2]);
        // A guess saves passes and changes nothing, however wrong it is.
        let mut left = Vec::new();
        for near in [None, Some((sought, sought)), Some((sought - grain, sought)), Some((-1e9, -1.0)), Some((7.0, 9.0))] {
            prop_assert_eq!(median_difference(&xs, &ys, near, &mut left), sought);
        }
    }

    /// Draws with the differences laid ready give what a search gives; wild draws too, of which the
    /// median lies beyond what was laid.
    #[test]
    fn what_lies_ready_gives_the_same_as_a_search(
        inside in proptest::collection::vec(-40i32..40, 1..90), outside in proptest::collection::vec(-40i32..40, 1..90),
        grain in prop_oneof![Just(1.0), Just(0.37), Just(1e-300), Just(1e300)], seed in any::<u64>(), wild in any::<bool>()
    ) {
        let side = |of: &[i32], first: u32| {
            let mut of: Vec<(f64, u32)> =
                of.iter().zip(first..).map(|(&value, at)| (f64::from(value) * grain, at / 2)).collect();
            of.sort_by(|a, b| a.0.total_cmp(&b.0));
            of
        };
        let (inside, outside) = (side(&inside, 0), side(&outside, inside.len() as u32));
        let (mut small, mut large) = (Ladder::<u16>::of(&inside, &outside), Ladder::<u32>::of(&inside, &outside));
        let mut state = seed;
        let (mut xs, mut ys, mut left, mut room) = (Vec::new(), Vec::new(), Vec::new(), Room::default());
        for _ in 0..4 {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as u32
            };
            // A wild draw counts hardly anything but a stretch of clusters.
            let (from, to) = (next() % 100, next() % 100);
            let drawn: Vec<Times> = (0..100)
                .map(|cluster| std::array::from_fn(|lane| match wild && lane % 2 == 0 && !(from..to).contains(&cluster) {
                    true => u8::from(next() % 50 == 0),
                    false => (next() % 4) as u8,
                }))
                .collect();
            let medians = small.medians(&drawn, 1, &mut room);
            prop_assert_eq!(large.medians(&drawn, 1, &mut room), medians);
            for (lane, median) in medians.into_iter().enumerate() {
                let n = (counted(&outside, &drawn, lane, &mut ys), counted(&inside, &drawn, lane, &mut xs));
                let sought = (n.0 > 0 && n.1 > 0).then(|| (median_difference(&xs, &ys, None, &mut left), n));
                prop_assert_eq!(median, sought);
            }
        }
    }

    #[test]
    fn order_of_doubles(a in any::<f64>(), b in any::<f64>()) {
        prop_assume!(!a.is_nan() && !b.is_nan());
        prop_assert_eq!(from_order(in_order(a)), a);
        prop_assert_eq!(in_order(a).cmp(&in_order(b)), a.partial_cmp(&b).unwrap());
    }
}
