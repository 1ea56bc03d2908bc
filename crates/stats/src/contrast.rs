//! How many times as long the median time of one group is as that of another, as it is, with nothing held constant.

use crate::estimate::Interval;
use crate::resample::{ABREAST, Redraw, Times};

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
    Ordered::of(times).ratio()
}

/// [`median_ratio`] with its interval. The same times, order and seed give the same limits to the last bit.
pub fn with_interval(times: &[Timed], redraw: &mut Redraw, level: f64) -> Option<(f64, Interval)> {
    let ordered = Ordered::of(times);
    let whole = ordered.ratio()?;
    let mut ordered = ordered.kept(redraw);
    let draws = redraw.each(|drawn| ordered.ratios(drawn));
    Some((whole, redraw.interval(draws, whole, level)))
}

/// Times in order, of the others and of the group.
pub struct Ordered {
    sides: [Side; 2],
    /// How many values of a side count before each, in the present draws.
    counted: Vec<[u32; ABREAST]>,
}

/// The times of one group in order; of one time, ends come before those that had not ended.
#[derive(Default)]
struct Side {
    /// The cluster of each.
    clusters: Vec<u32>,
    /// The different times.
    steps: Vec<Step>,
    /// The steps at which anything had not ended.
    open: Vec<u32>,
}

/// One time: those that ended then and those that had not.
#[derive(Clone, Copy)]
struct Step {
    time: f64,
    from: u32,
    ended_until: u32,
    until: u32,
}

impl Side {
    fn push(&mut self, time: f64, ended: bool, cluster: u32) {
        self.clusters.push(cluster);
        let until = self.clusters.len() as u32;
        match self.steps.last_mut() {
            Some(step) if step.time == time => step.until = until,
            _ => self.steps.push(Step { time, from: until - 1, ended_until: until - 1, until }),
        }
        let at = self.steps.len() as u32 - 1;
        if ended {
            self.steps[at as usize].ended_until = until;
        } else if self.open.last() != Some(&at) {
            self.open.push(at);
        }
    }

    fn each(&self, mut f: impl FnMut(f64, bool, u32)) {
        for step in &self.steps {
            let of = |from: u32, until: u32| &self.clusters[from as usize..until as usize];
            of(step.from, step.ended_until).iter().for_each(|&cluster| f(step.time, true, cluster));
            of(step.ended_until, step.until).iter().for_each(|&cluster| f(step.time, false, cluster));
        }
    }

    /// The median of each draw, with each cluster as often as it was drawn.
    fn medians(&self, drawn: &[Times], counted: &mut Vec<[u32; ABREAST]>) -> [Option<f64>; ABREAST] {
        counted.resize(self.clusters.len() + 1, [0; ABREAST]);
        let mut sum = [0; ABREAST];
        for (counted, &cluster) in counted[1..].iter_mut().zip(&self.clusters) {
            for (sum, &times) in sum.iter_mut().zip(&drawn[cluster as usize]) {
                *sum += u32::from(times);
            }
            *counted = sum;
        }
        std::array::from_fn(|lane| self.median(sum[lane], |at| counted[at as usize][lane]))
    }

    /// The median of so many values, given how many of them count before each.
    fn median(&self, sum: u32, up_to: impl Fn(u32) -> u32) -> Option<f64> {
        let mut survival = 1.0_f64;
        let mut from = 0;
        // From one step at which anything had not ended to the next, the curve falls as those at risk do: where it falls to
        // one half need not be looked for step by step.
        let last = self.steps.len().checked_sub(1)? as u32;
        for until in self.open.iter().copied().chain((self.open.last() != Some(&last)).then_some(last)) {
            let stretch = &self.steps[from..=until as usize];
            let begin = up_to(stretch[0].from);
            let at_risk = f64::from(sum - begin);
            let after = |step: &Step| survival * (f64::from(sum - up_to(step.ended_until)) / at_risk);
            let is_above = |step: &Step| after(step) - 0.5 >= SAME;
            if at_risk == 0.0 {
                return None;
            }
            let end = after(&stretch[stretch.len() - 1]);
            if end - 0.5 < SAME {
                let at = stretch.partition_point(is_above);
                let time = stretch[at].time;
                if after(&stretch[at]) - 0.5 <= -SAME {
                    return Some(time);
                }
                // The curve stands at one half until the next end.
                let rest = &self.steps[from + at + 1..];
                let next = rest.iter().find(|step| up_to(step.ended_until) > up_to(step.from));
                return Some(next.map_or(time, |next| (time + next.time) / 2.0));
            }
            survival = end;
            from = until as usize + 1;
        }
        None
    }
}

/// A curve as near to one half as this stands at it.
const SAME: f64 = 1e-12;

impl Ordered {
    /// Of all times; those that are no number are left out.
    pub fn of(times: &[Timed]) -> Self {
        let mut ordered: Vec<Timed> =
            times.iter().filter(|timed| timed.time >= 0.0 && timed.time.is_finite()).copied().collect();
        ordered.sort_unstable_by(|a, b| {
            a.time.total_cmp(&b.time).then(b.ended.cmp(&a.ended)).then(a.cluster.cmp(&b.cluster))
        });
        let mut sides = [Side::default(), Side::default()];
        for Timed { time, ended, in_group, cluster } in ordered {
            sides[usize::from(in_group)].push(time, ended, cluster);
        }
        Self { sides, counted: Vec::new() }
    }

    /// Those whose clusters are drawn again, by their places.
    #[must_use]
    pub fn kept(self, redraw: &Redraw) -> Self {
        let sides = self.sides.map(|side| {
            let mut kept = Side::default();
            side.each(|time, ended, cluster| {
                if let Some(place) = redraw.place(cluster) {
                    kept.push(time, ended, place);
                }
            });
            kept
        });
        Self { sides, counted: self.counted }
    }

    /// The ratio with each cluster once.
    pub fn ratio(&self) -> Option<f64> {
        let [outside, inside] = self.sides.each_ref().map(|side| side.median(side.clusters.len() as u32, |at| at));
        over(inside?, outside?)
    }

    /// The ratio of each draw, with each cluster as often as [`Redraw`] drew it.
    pub fn ratios(&mut self, drawn: &[Times]) -> [Option<f64>; ABREAST] {
        let [outside, inside] = self.sides.each_ref().map(|side| side.medians(drawn, &mut self.counted));
        std::array::from_fn(|lane| over(inside[lane]?, outside[lane]?))
    }
}

fn over(inside: f64, outside: f64) -> Option<f64> {
    (outside > 0.0).then(|| inside / outside)
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
        assert_eq!(with_interval(&[], &mut Redraw::of([].into_iter(), 1), 0.95), None);
    }

    /// The curve step by step, as the formula has it.
    fn step_by_step(times: &[Timed], drawn: &[u8]) -> Option<f64> {
        let median = |in_group: bool| {
            let mut side: Vec<(f64, bool, u32)> = times
                .iter()
                .filter(|timed| timed.in_group == in_group)
                .map(|timed| (timed.time, timed.ended, u32::from(drawn[timed.cluster as usize])))
                .collect();
            side.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut at_risk: u32 = side.iter().map(|of| of.2).sum();
            let (mut survival, mut reached) = (1.0_f64, None);
            for of in side.chunk_by(|a, b| a.0 == b.0) {
                let ended: u32 = of.iter().filter(|of| of.1).map(|of| of.2).sum();
                if ended > 0 {
                    if let Some(half) = reached {
                        return Some((half + of[0].0) / 2.0);
                    }
                    survival *= 1.0 - f64::from(ended) / f64::from(at_risk);
                    if (survival - 0.5).abs() < 1e-12 {
                        reached = Some(of[0].0);
                    } else if survival < 0.5 {
                        return Some(of[0].0);
                    }
                }
                at_risk -= of.iter().map(|of| of.2).sum::<u32>();
            }
            reached
        };
        let (inside, outside) = (median(true)?, median(false)?);
        (outside > 0.0).then(|| inside / outside)
    }

    proptest! {
        #[test]
        fn of_every_draw_it_is_what_the_curve_says(
            rows in proptest::collection::vec((1u8..30, 0u8..6, any::<bool>(), 0u32..20), 0..60), open in 0u8..5,
            drawn in proptest::collection::vec(any::<Times>().prop_map(|drawn| drawn.map(|side| side % 4)), 20)
        ) {
            let times: Vec<Timed> = rows
                .iter()
                .map(|&(time, ended, side, cluster)| timed(f64::from(time), ended >= open, side, cluster))
                .collect();
            let mut ordered = Ordered::of(&times);
            let ratios = ordered.ratios(&drawn);
            for (lane, ratio) in ratios.into_iter().enumerate() {
                let drawn: Vec<u8> = drawn.iter().map(|times| times[lane]).collect();
                prop_assert_eq!(ratio, step_by_step(&times, &drawn));
            }
            prop_assert_eq!(ordered.ratio(), step_by_step(&times, &[1; 20]));
        }

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
