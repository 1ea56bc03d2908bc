//! One stratum whose clusters are drawn again and again: its differences around their median are laid out beforehand.
//!
//! A draw changes how often values count and never their order. So rungs are put among the differences near the median, at
//! which it is known, for each value of the smaller side, how many of the other's differ by less. Of a draw, two rungs are
//! counted, and the differences between one rung and the next are walked; these are sorted when a draw first comes there.
//! It finds exactly what a search finds: whatever a draw brings that lies beyond the ends is searched for.
//!
//! Draws come several abreast: what is read to count one of them counts all.

use std::ops::{AddAssign, Range, Sub};

use super::{HALVINGS, Room, all, between, from_order, halfway, in_order, median_difference};
use crate::resample::{ABREAST, TIMES_MAX, Times};

/// So many standard deviations of a median's rank lie between the first rung and the last on either side of it, as if
/// every value were a cluster of its own.
const REACH: f64 = 3.3;

/// Up to so many differences, all of them lie between rungs.
const ALL_OF: usize = 1_024;

/// How many differences lie between two rungs, about.
const STEP_MIN: usize = 32;

/// Up to so many values a side are counted in 16 bits.
pub(super) const SMALL_MAX: usize = u16::MAX as usize / TIMES_MAX as usize;

/// How wide the counts of a side are, and the sums of their products.
pub(super) trait Width: Copy + Default + From<u8> + AddAssign + Sub<Output = Self> + Into<u64> {
    /// It holds as many differences as there can be.
    type Product: Copy + Default + AddAssign + Into<u64>;

    fn times(self, other: Self) -> Self::Product;
}

impl Width for u16 {
    type Product = u32;

    fn times(self, other: Self) -> u32 {
        u32::from(self) * u32::from(other)
    }
}

impl Width for u32 {
    type Product = u64;

    fn times(self, other: Self) -> u64 {
        u64::from(self) * u64::from(other)
    }
}

/// A side of a stratum: its different values in order, and what counts for each.
struct Side<W> {
    values: Vec<f64>,
    /// The cluster of each value that there is.
    clusters: Vec<u32>,
    /// Which of the different values each one is; empty where all differ.
    at: Vec<u32>,
    /// How many values of each present draw come before each different one, and at the end how many there are.
    before: Vec<[W; ABREAST]>,
}

impl<W: Width> Side<W> {
    fn of(side: &[(f64, u32)]) -> Self {
        let (mut values, mut at): (Vec<f64>, Vec<u32>) = (Vec::with_capacity(side.len()), Vec::new());
        for &(value, _) in side {
            if values.last() != Some(&value) {
                values.push(value);
            }
            at.push(values.len() as u32 - 1);
        }
        if values.len() == at.len() {
            at.clear();
        }
        let before = vec![[W::default(); ABREAST]; values.len() + 1];
        Self { values, clusters: side.iter().map(|&(_, cluster)| cluster).collect(), at, before }
    }

    /// Counts for the draws.
    fn weigh(&mut self, drawn: &[Times]) {
        let mut sum = [W::default(); ABREAST];
        let mut add = |cluster: u32| {
            for (sum, &times) in sum.iter_mut().zip(&drawn[cluster as usize]) {
                *sum += W::from(times);
            }
            sum
        };
        let before = &mut self.before[1..];
        if self.at.is_empty() {
            before.iter_mut().zip(&self.clusters).for_each(|(before, &cluster)| *before = add(cluster));
        } else {
            // The last of some that are alike leaves the sum of all.
            self.at.iter().zip(&self.clusters).for_each(|(&at, &cluster)| before[at as usize] = add(cluster));
        }
    }

    /// How many values each draw has.
    fn all(&self) -> [u64; ABREAST] {
        self.before[self.values.len()].map(Into::into)
    }

    /// How often a different value counts in a draw.
    fn times(&self, at: usize, lane: usize) -> W {
        self.before[at + 1][lane] - self.before[at][lane]
    }

    /// Different values with how often each counts where all are drawn once.
    fn once(&self) -> Vec<(f64, u64)> {
        if self.at.is_empty() {
            return self.values.iter().map(|&value| (value, 1)).collect();
        }
        let mut once: Vec<(f64, u64)> = self.values.iter().map(|&value| (value, 0)).collect();
        self.at.iter().for_each(|&at| once[at as usize].1 += 1);
        once
    }

    /// The values that count in a draw.
    fn counted(&self, lane: usize, into: &mut Vec<(f64, u64)>) {
        into.clear();
        let counted = self.values.iter().enumerate().map(|(at, &value)| (value, self.times(at, lane).into()));
        into.extend(counted.filter(|(_, times)| *times > 0));
    }
}

/// A stratum made ready for many draws.
pub(super) struct Ladder<W> {
    inside: Side<W>,
    outside: Side<W>,
    /// Whether rungs hold places of the values inside, the fewer ones, among those outside; else the other way round.
    by_inside: bool,
    /// The difference at each rung.
    bounds: Vec<f64>,
    /// What part of all differences lies below each rung where all clusters are drawn once.
    below: Vec<f64>,
    /// For each rung and each value of the smaller side how many of the other side's values come first: of those inside,
    /// with how many a difference lies above the rung; of those outside, below it.
    places: Vec<u16>,
    /// The rung at which a draw begins.
    middle: usize,
    /// The differences between a rung and the next, as far as a draw has come there: where they stand in `pairs`.
    cells: Vec<Option<Range<usize>>>,
    /// Differences in order, as places of a value inside and one outside.
    pairs: Vec<(u16, u16)>,
    /// Room for what they are sorted by.
    keys: Vec<u64>,
}

/// A bound on differences, while rungs are chosen.
struct Rung {
    bound: f64,
    /// As in [`Ladder::places`].
    places: Vec<u16>,
    /// How many differences of different values lie below it, up to what is common to all rungs.
    count: i64,
}

impl Rung {
    /// At a bound on differences of values inside and outside; each place lies between two.
    fn at(bound: f64, (xs, ys): (&[f64], &[f64]), by_inside: bool, (least, most): (&[u16], &[u16])) -> Self {
        let ranges = least.iter().zip(most).map(|(&least, &most)| usize::from(least)..usize::from(most));
        let places: Vec<u16> = if by_inside {
            let of =
                |(x, among): (&f64, Range<usize>)| (among.start + ys[among].partition_point(|y| x - y > bound)) as u16;
            xs.iter().zip(ranges).map(of).collect()
        } else {
            let of =
                |(y, among): (&f64, Range<usize>)| (among.start + xs[among].partition_point(|x| x - y <= bound)) as u16;
            ys.iter().zip(ranges).map(of).collect()
        };
        let sum: i64 = places.iter().map(|&place| i64::from(place)).sum();
        Self { bound, places, count: if by_inside { -sum } else { sum } }
    }
}

impl<W: Width> Ladder<W> {
    /// From values in order with their clusters, none of the sides empty.
    pub(super) fn of(inside: &[(f64, u32)], outside: &[(f64, u32)]) -> Self {
        let (inside, outside) = (Side::of(inside), Side::of(outside));
        let mut ladder = Self {
            by_inside: inside.values.len() <= outside.values.len(),
            inside,
            outside,
            bounds: Vec::new(),
            below: Vec::new(),
            places: Vec::new(),
            middle: 0,
            cells: Vec::new(),
            pairs: Vec::new(),
            keys: Vec::new(),
        };
        // Without rungs each draw is searched.
        if ladder.inside.values.len().max(ladder.outside.values.len()) <= usize::from(u16::MAX) {
            ladder.raise();
        }
        ladder
    }

    /// Puts rungs around the median.
    fn raise(&mut self) {
        let (xs, ys) = (self.inside.once(), self.outside.once());
        let (n1, n0) = (all(&xs) as f64, all(&ys) as f64);
        let n = n1 * n0;
        let (mut low, mut high) = ((xs[0].0 - ys[ys.len() - 1].0).next_down(), xs[xs.len() - 1].0 - ys[0].0);
        if xs.len() * ys.len() > ALL_OF {
            let mut found = Vec::new();
            let mut at = |rank: f64| between(rank as u64, rank as u64, (&xs, &ys), None, &mut found).0;
            let reach = REACH * (n * (n1 + n0) / 12.0).sqrt();
            if n / 2.0 > reach {
                low = at(n / 2.0 - reach).next_down();
            }
            if n / 2.0 + reach < n - 1.0 {
                high = at(n / 2.0 + reach);
            }
        }
        let (fewer, larger) = if self.by_inside { (&xs, &ys) } else { (&ys, &xs) };
        let mut before = vec![0];
        before.extend(larger.iter().scan(0, |before, &(_, times)| {
            *before += times;
            Some(*before)
        }));
        let share = |places: &[u16]| {
            let first: u64 =
                fewer.iter().zip(places).map(|(&(_, times), &place)| times * before[usize::from(place)]).sum();
            (if self.by_inside { n - first as f64 } else { first as f64 }) / n
        };
        let (none, most) = (vec![0; fewer.len()], vec![larger.len() as u16; fewer.len()]);
        let sides = (self.inside.values.as_slice(), self.outside.values.as_slice());
        let by_inside = self.by_inside;
        let rung = |bound: f64, least: &[u16], most: &[u16]| Rung::at(bound, sides, by_inside, (least, most));
        let first = rung(low, &none, &most);
        let last = rung(high, &none, &most);
        let mut keep = |rung: &Rung| {
            self.bounds.push(rung.bound);
            self.below.push(share(&rung.places));
            self.places.extend(&rung.places);
        };
        keep(&first);
        // The ends of ranges that are still to be halved, the lowest on top.
        let step = STEP_MIN.max(fewer.len()) as i64;
        let mut open = vec![(last, 0)];
        let mut from = first;
        while let Some((to, halvings)) = open.pop() {
            let middle = if to.count - from.count <= step { None } else { middle(from.bound, to.bound, halvings) };
            let Some(bound) = middle else {
                keep(&to);
                from = to;
                continue;
            };
            let (least, most) = if self.by_inside { (&to, &from) } else { (&from, &to) };
            let middle = rung(bound, &least.places, &most.places);
            if middle.count == from.count {
                from = middle;
                open.push((to, halvings + 1));
            } else if middle.count == to.count {
                open.push((middle, halvings + 1));
            } else {
                open.push((to, halvings + 1));
                open.push((middle, halvings + 1));
            }
        }
        self.middle = self.rung_at(0.5);
        self.cells = vec![None; self.below.len() - 1];
    }

    /// The last rung that has no more than a part of all differences below it, but not the end.
    fn rung_at(&self, part: f64) -> usize {
        let last = self.below.len() - 2;
        self.below.partition_point(|below| *below <= part).saturating_sub(1).min(last)
    }

    fn places(&self, rung: usize) -> &[u16] {
        let fewer = if self.by_inside { &self.inside } else { &self.outside };
        &self.places[rung * fewer.values.len()..][..fewer.values.len()]
    }

    /// The median difference of each draw, with how many values it has outside and inside; of none that has fewer
    /// than `least`, at least one, on either side.
    pub(super) fn medians(
        &mut self,
        drawn: &[Times],
        least: u64,
        room: &mut Room,
    ) -> [Option<(f64, (u64, u64))>; ABREAST] {
        self.outside.weigh(drawn);
        self.inside.weigh(drawn);
        let (outside, inside) = (self.outside.all(), self.inside.all());
        let counts = if self.below.is_empty() { [0; ABREAST] } else { self.counts(self.middle) };
        std::array::from_fn(|lane| {
            let n = (outside[lane], inside[lane]);
            (n.0 >= least && n.1 >= least).then(|| (self.median(lane, n.0 * n.1, counts[lane], room), n))
        })
    }

    /// The median difference of one draw that has values on both sides, from what was counted at the middle rung.
    fn median(&mut self, lane: usize, all: u64, count: u64, room: &mut Room) -> f64 {
        if self.below.is_empty() {
            return self.search(lane, room);
        }
        let (lower, upper) = ((all - 1) / 2, all / 2);
        let whole = |first: u64| if self.by_inside { all - first } else { first };
        let (mut at, mut count) = (self.middle, whole(count));
        // Whatever a draw shifts here it shifts nearby as well.
        let nearby = self.rung_at((lower as f64 + 0.5 - count as f64) / all as f64 + self.below[at]);
        if nearby != at {
            at = nearby;
            count = whole(self.count(at, lane));
        }
        while count > lower {
            if at == 0 {
                return self.search(lane, room);
            }
            at -= 1;
            count = whole(self.count(at, lane));
        }
        let mut found = None;
        while at < self.cells.len() {
            let cell = self.cell(at);
            for &(x, y) in &self.pairs[cell] {
                let (x, y) = (usize::from(x), usize::from(y));
                count += self.inside.times(x, lane).times(self.outside.times(y, lane)).into();
                if count > lower {
                    let difference = self.inside.values[x] - self.outside.values[y];
                    let first = *found.get_or_insert(difference);
                    if count > upper {
                        return halfway(first, difference);
                    }
                }
            }
            at += 1;
        }
        self.search(lane, room)
    }

    /// Sorts the differences between a rung and the next, unless that was done before.
    fn cell(&mut self, rung: usize) -> Range<usize> {
        if let Some(cell) = &self.cells[rung] {
            return cell.clone();
        }
        let mut keys = std::mem::take(&mut self.keys);
        keys.clear();
        let (xs, ys) = (&self.inside.values, &self.outside.values);
        let (low, high) = (self.bounds[rung], self.bounds[rung + 1]);
        let grain = 4_294_967_295.0 / (high - low);
        // Sorted by 32 bits of how far above the rung they lie: in one word with whose they are, that is quickest.
        let key = |i: u16, j: u16| {
            let difference = xs[usize::from(i)] - ys[usize::from(j)];
            u64::from(((difference - low) * grain) as u32) << 32 | u64::from(i) << 16 | u64::from(j)
        };
        for (at, (&here, &next)) in (0..).zip(self.places(rung).iter().zip(self.places(rung + 1))) {
            if self.by_inside {
                keys.extend((next..here).map(|j| key(at, j)));
            } else {
                keys.extend((here..next).map(|i| key(i, at)));
            }
        }
        keys.sort_unstable();
        let from = self.pairs.len();
        self.pairs.extend(keys.iter().map(|&key| ((key >> 16) as u16, key as u16)));
        self.keys = keys;
        let pairs = &mut self.pairs[from..];
        let difference = |&(x, y): &(u16, u16)| xs[usize::from(x)] - ys[usize::from(y)];
        // Of the same 32 bits they may stand in the wrong order.
        if !pairs.is_sorted_by_key(difference) {
            pairs.sort_unstable_by(|a, b| difference(a).total_cmp(&difference(b)));
        }
        let cell = from..self.pairs.len();
        self.cells[rung] = Some(cell.clone());
        cell
    }

    fn sides(&self) -> (&Side<W>, &Side<W>) {
        if self.by_inside { (&self.inside, &self.outside) } else { (&self.outside, &self.inside) }
    }

    /// How many differences of each draw lie beyond a rung: below it where places are of values outside, else above.
    fn counts(&self, rung: usize) -> [u64; ABREAST] {
        let (fewer, larger) = self.sides();
        let mut sums = [W::Product::default(); ABREAST];
        for (of, &place) in fewer.before.windows(2).zip(self.places(rung)) {
            let (of, before) = ((&of[0], &of[1]), &larger.before[usize::from(place)]);
            for lane in 0..ABREAST {
                sums[lane] += (of.1[lane] - of.0[lane]).times(before[lane]);
            }
        }
        sums.map(Into::into)
    }

    /// The same of one draw.
    fn count(&self, rung: usize, lane: usize) -> u64 {
        let (fewer, larger) = self.sides();
        let mut sum = W::Product::default();
        let mut before = fewer.before[0][lane];
        for (until, &place) in fewer.before[1..].iter().zip(self.places(rung)) {
            sum += (until[lane] - before).times(larger.before[usize::from(place)][lane]);
            before = until[lane];
        }
        sum.into()
    }

    /// Without the rungs.
    fn search(&self, lane: usize, Room { inside, outside, left }: &mut Room) -> f64 {
        self.inside.counted(lane, inside);
        self.outside.counted(lane, outside);
        median_difference(inside, outside, None, left)
    }
}

/// Between two bounds: half way, or where that was tried too often half of the doubles there; nothing where there is none.
fn middle(low: f64, high: f64, halvings: u32) -> Option<f64> {
    let (from, to) = (in_order(low), in_order(high));
    if to - from < 2 {
        return None;
    }
    let middle = if halvings < HALVINGS { in_order(halfway(low, high)) } else { from + (to - from) / 2 };
    Some(from_order(middle.clamp(from + 1, to - 1)))
}
