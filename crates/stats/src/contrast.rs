//! How many times as long the median time of one group is as that of another, as it is, with nothing held constant.

use crate::estimate::Interval;
use crate::resample::Redraw;

/// How [`median_ratio`] describes itself.
pub const METHOD_MEDIANS: &str = "ratio of medians (Kaplan-Meier), nothing held constant";

/// One time: of which group, whether it had ended, and of which cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed {
    /// The time, 0 or more, in whatever unit.
    pub time: f64,
    /// Whether it had ended.
    pub ended: bool,
    /// Whether it belongs to the group that stands above the line of the ratio.
    pub in_group: bool,
    /// What is drawn together.
    pub cluster: u32,
}

/// The ratio of two groups' medians.
///
/// **Estimates** how many times as long the middle one of the group takes as the middle one of the others.
///
/// **Formula.** Kaplan-Meier medians, the group's over the others'. Where the curve stands at exactly one half, the middle of
/// that step is taken, so that without censoring it is the ordinary median.
///
/// **Assumptions.** What had not ended is censored without regard to when it would end. Nothing is held constant: whatever
/// differs between the groups is in it.
///
/// **Interval.** Clusters drawn again as [`Redraw`] says, percentiles.
///
/// **Not for** a statement about causes. `None` where a median is not reached, or the others' is 0.
pub fn median_ratio(times: &[Timed]) -> Option<f64> {
    Ordered::of(times, Some).ratio(None)
}

/// The interval of [`median_ratio`]. The same times, order and seed give the same limits to the last bit.
pub fn interval(times: &[Timed], seed: u64, level: f64) -> Interval {
    let Some(whole) = median_ratio(times) else { return Interval::UNKNOWN };
    let mut redraw = Redraw::of(times.iter().map(|timed| timed.cluster), seed);
    let ordered = Ordered::of(times, |cluster| redraw.place(cluster));
    let draws = redraw.each(|drawn| ordered.ratio(Some(drawn)));
    redraw.interval(draws, whole, level)
}

/// One time of a group: how long, whether it had ended, and of which cluster.
#[derive(Clone, Copy)]
struct One {
    time: f64,
    ended: bool,
    cluster: u32,
}

/// Times in order, of the others and of the group.
pub struct Ordered([Vec<One>; 2]);

impl Ordered {
    /// Those whose cluster has a place, which becomes its number; times that are no number are left out.
    pub fn of(times: &[Timed], place: impl Fn(u32) -> Option<u32>) -> Self {
        let kept = times.iter().filter(|timed| timed.time >= 0.0 && timed.time.is_finite());
        let mut ordered: Vec<Timed> =
            kept.filter_map(|timed| Some(Timed { cluster: place(timed.cluster)?, ..*timed })).collect();
        // Of one time, ends come before censored ones.
        ordered.sort_by(|a, b| a.time.total_cmp(&b.time).then(b.ended.cmp(&a.ended)).then(a.cluster.cmp(&b.cluster)));
        let side = |in_group: bool| {
            let of_side = ordered.iter().filter(|timed| timed.in_group == in_group);
            of_side.map(|&Timed { time, ended, cluster, .. }| One { time, ended, cluster }).collect()
        };
        Self([side(false), side(true)])
    }

    /// The ratio with each cluster as often as it was drawn; once each where nothing is said.
    pub fn ratio(&self, drawn: Option<&[u32]>) -> Option<f64> {
        let (inside, outside) = (self.median(true, drawn)?, self.median(false, drawn)?);
        (outside > 0.0).then(|| inside / outside)
    }

    fn median(&self, in_group: bool, drawn: Option<&[u32]>) -> Option<f64> {
        let weight = |one: &One| drawn.map_or(1, |drawn| u64::from(drawn[one.cluster as usize]));
        let group = &self.0[usize::from(in_group)];
        let mut at_risk: u64 = group.iter().map(weight).sum();
        let mut survival = 1.0_f64;
        // Where the curve has reached one half exactly.
        let mut reached = None;
        let mut rest = group.iter().peekable();
        while let Some(first) = rest.next() {
            let (mut ended, mut gone) = (0, 0);
            let mut next = Some(first);
            while let Some(timed) = next {
                ended += if timed.ended { weight(timed) } else { 0 };
                gone += weight(timed);
                next = rest.next_if(|other| other.time == first.time);
            }
            if ended > 0 {
                if let Some(half) = reached {
                    return Some((half + first.time) / 2.0);
                }
                survival *= 1.0 - ended as f64 / at_risk as f64;
                if (survival - 0.5).abs() < 1e-12 {
                    reached = Some(first.time);
                } else if survival < 0.5 {
                    return Some(first.time);
                }
            }
            at_risk -= gone;
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn timed(time: f64, ended: bool, in_group: bool, cluster: u32) -> Timed {
        Timed { time, ended, in_group, cluster }
    }

    #[test]
    fn ordinary_medians_where_all_has_ended() {
        let times: Vec<Timed> = [1.0, 2.0, 4.0, 9.0]
            .into_iter()
            .map(|time| timed(time, true, false, 0))
            .chain([6.0, 12.0, 30.0].into_iter().map(|time| timed(time, true, true, 1)))
            .collect();
        assert_eq!(median_ratio(&times), Some(4.0));
    }

    /// 1, 2+, 3, 4: after 3 the curve stands at 3/8.
    #[test]
    fn what_is_open_counts_as_longer() {
        let others =
            [(1.0, true), (2.0, false), (3.0, true), (4.0, true)].map(|(time, ended)| timed(time, ended, false, 0));
        let group = [(6.0, true), (6.0, true), (7.0, true)].map(|(time, ended)| timed(time, ended, true, 0));
        assert_eq!(median_ratio(&[others.as_slice(), &group].concat()), Some(2.0));
    }

    #[test]
    fn nothing_to_compare_is_no_ratio() {
        assert_eq!(median_ratio(&[]), None);
        assert_eq!(median_ratio(&[timed(1.0, true, true, 0)]), None);
        assert_eq!(median_ratio(&[timed(1.0, false, true, 0), timed(1.0, true, false, 1)]), None, "never reached");
        assert_eq!(median_ratio(&[timed(1.0, true, true, 0), timed(0.0, true, false, 1)]), None, "over nothing");
        assert_eq!(interval(&[], 1, 0.95), Interval::UNKNOWN);
    }

    proptest! {
        #[test]
        fn unit_and_side(rows in proptest::collection::vec((0.1..100.0_f64, any::<bool>(), 0u8..4), 0..40), unit in 0.01..100.0_f64) {
            let of = |unit: f64, swap: bool| {
                let times: Vec<Timed> =
                    rows.iter().map(|&(time, side, open)| timed(time * unit, open > 0, side != swap, 0)).collect();
                median_ratio(&times)
            };
            match (of(1.0, false), of(unit, false), of(1.0, true)) {
                (Some(one), Some(scaled), Some(swapped)) => {
                    prop_assert!((one - scaled).abs() < 1e-9 * one && (one * swapped - 1.0).abs() < 1e-9);
                }
                other => prop_assert_eq!(other, (None, None, None)),
            }
        }
    }
}
