//! By how much one group's values lie above another's, within strata and without a model: Hodges and Lehmann's shift.

use crate::estimate::Interval;
use crate::resample::{ABREAST, Redraw, Times};

mod ladder;

use ladder::Ladder;

/// How [`stratified`] describes itself.
pub const METHOD_SHIFT: &str = "stratified Hodges-Lehmann shift, strata weighted by n1 n0/(n1+n0)";

/// One value: of which group, within which stratum, and of which cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// What is compared, such as the logarithm of a time.
    pub value: f64,
    /// Whether it belongs to the group whose shift is asked for.
    pub in_group: bool,
    /// Only values of one stratum are compared with each other.
    pub stratum: u32,
    /// What is drawn together.
    pub cluster: u32,
}

/// How many of each group a stratum holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// Its number.
    pub stratum: u32,
    /// Values outside the group.
    pub outside: u64,
    /// Values in it.
    pub inside: u64,
}

/// A pooled shift, with the strata it rests on and those that can say nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// The weighted mean of the strata's shifts.
    pub shift: f64,
    /// Strata with both groups, with the shift of each.
    pub used: Vec<(Stratum, f64)>,
    /// Strata in which one of the groups is too small: they have nothing to compare with and are left out.
    pub dropped: Vec<Stratum>,
}

/// The shift of a group within strata.
///
/// **Estimates** by how much the values of the group lie above the others of the same stratum; of logarithms of times, the
/// exponential of it is a ratio of times.
///
/// **Formula.** In each stratum the median of all differences `x_i - y_j`; over strata the mean with weights
/// `n1 n0/(n1+n0)`. A stratum with fewer than `least` values in either group is dropped and listed: it says nothing about
/// the difference, and with it goes whatever is particular to it.
///
/// **Assumptions.** The same shift in all strata, and no more than that: no distribution. Nothing is censored. Ties count as
/// they are; of an even number of differences, the middle two are averaged.
///
/// **Interval.** [`with_interval`].
///
/// **Not for** groups that have hardly any stratum in common: read the list of those that were dropped.
///
/// **Reference.** Hodges and Lehmann (1963), Estimates of location based on rank tests, Annals of Mathematical Statistics
/// 34(2), 598-611.
///
/// Values that are not finite are left out. `None` where no stratum holds both groups. It takes no memory beyond the
/// values: the median is found by counting differences below a bound, not by writing them down.
pub fn stratified(values: &[Value], least: u64) -> Option<Shift> {
    Strata::of(values).shift(least.max(1))
}

/// [`stratified`] with its interval, by drawing clusters again.
///
/// As [`Redraw`] says. The same values, order and seed give the same interval to the last bit. Fewer than two clusters give
/// no limits.
pub fn with_interval(values: &[Value], least: u64, seed: u64, level: f64) -> Option<(Shift, Interval)> {
    let least = least.max(1);
    let strata = Strata::of(values);
    let whole = strata.shift(least)?;
    let mut redraw = Redraw::of(values.iter().map(|value| value.cluster), seed);
    let mut drawable = strata.drawable(&redraw);
    let shifts = redraw.each(|drawn| drawable.shifts(drawn, least));
    let interval = redraw.interval(shifts, whole.shift, level);
    Some((whole, interval))
}

/// Values made ready for drawing their clusters again, where other statistics are drawn from the same clusters.
pub struct Drawable {
    strata: Vec<Drawn>,
    room: Room,
}

/// A stratum that is drawn again and again: counted in 16 bits where they hold what it has.
enum Drawn {
    Small(Box<Ladder<u16>>),
    Large(Box<Ladder<u32>>),
}

impl Drawable {
    /// The values whose clusters are kept.
    pub fn of(values: &[Value], redraw: &Redraw) -> Self {
        Strata::of(values).drawable(redraw)
    }

    /// The shift of each draw, with each cluster as often as [`Redraw`] drew it.
    pub fn shifts(&mut self, drawn: &[Times], least: u64) -> [Option<f64>; ABREAST] {
        let least = least.max(1);
        let mut means = [Mean::default(); ABREAST];
        for stratum in &mut self.strata {
            let medians = match stratum {
                Drawn::Small(ladder) => ladder.medians(drawn, least, &mut self.room),
                Drawn::Large(ladder) => ladder.medians(drawn, least, &mut self.room),
            };
            for (mean, median) in means.iter_mut().zip(medians) {
                if let Some((median, n)) = median {
                    mean.add(median, n);
                }
            }
        }
        means.map(|mean| mean.value())
    }
}

/// What one draw needs, kept for the next one: a thousand draws of some hundred strata ask for a lot of memory otherwise.
#[derive(Default)]
struct Room {
    outside: Vec<(f64, u64)>,
    inside: Vec<(f64, u64)>,
    left: Vec<(f64, u64)>,
}

/// Values of each stratum in order, with their clusters.
struct Strata(Vec<Parted>);

/// One stratum: its values in order, those outside the group and those in it.
struct Parted {
    stratum: u32,
    outside: Vec<(f64, u32)>,
    inside: Vec<(f64, u32)>,
}

impl Strata {
    fn of(values: &[Value]) -> Self {
        let mut order: Vec<Value> = values.iter().filter(|value| value.value.is_finite()).copied().collect();
        order.sort_unstable_by(|a, b| {
            (a.stratum, a.in_group)
                .cmp(&(b.stratum, b.in_group))
                .then(a.value.total_cmp(&b.value))
                .then(a.cluster.cmp(&b.cluster))
        });
        let strata = order.chunk_by(|a, b| a.stratum == b.stratum).map(|of| {
            let (outside, inside) = of.split_at(of.partition_point(|value| !value.in_group));
            let side = |of: &[Value]| of.iter().map(|value| (value.value, value.cluster)).collect();
            Parted { stratum: of[0].stratum, outside: side(outside), inside: side(inside) }
        });
        Self(strata.collect())
    }

    /// Made ready for drawing again the clusters that are kept.
    fn drawable(self, redraw: &Redraw) -> Drawable {
        let kept = |side: Vec<(f64, u32)>| -> Vec<(f64, u32)> {
            side.into_iter().filter_map(|(value, cluster)| Some((value, redraw.place(cluster)?))).collect()
        };
        let strata = self.0.into_iter().filter_map(|Parted { stratum, outside, inside }| {
            let parted = Parted { stratum, outside: kept(outside), inside: kept(inside) };
            // Whoever has one side only never says anything, however often it is drawn.
            if parted.outside.is_empty() || parted.inside.is_empty() {
                return None;
            }
            let (inside, outside) = (&parted.inside, &parted.outside);
            Some(if inside.len().max(outside.len()) <= ladder::SMALL_MAX {
                Drawn::Small(Box::new(Ladder::of(inside, outside)))
            } else {
                Drawn::Large(Box::new(Ladder::of(inside, outside)))
            })
        });
        Drawable { strata: strata.collect(), room: Room::default() }
    }

    /// The shift as it is.
    fn shift(&self, least: u64) -> Option<Shift> {
        let (mut used, mut dropped) = (Vec::new(), Vec::new());
        let mut mean = Mean::default();
        let (mut outside, mut inside, mut left) = (Vec::new(), Vec::new(), Vec::new());
        for parted in &self.0 {
            let n = (parted.outside.len() as u64, parted.inside.len() as u64);
            let stratum = Stratum { stratum: parted.stratum, outside: n.0, inside: n.1 };
            if n.0 < least || n.1 < least {
                dropped.push(stratum);
                continue;
            }
            once(&parted.outside, &mut outside);
            once(&parted.inside, &mut inside);
            let shift = median_difference(&inside, &outside, None, &mut left);
            mean.add(shift, n);
            used.push((stratum, shift));
        }
        Some(Shift { shift: mean.value()?, used, dropped })
    }
}

/// The mean of strata, weighted by `n1 n0/(n1+n0)`.
#[derive(Clone, Copy, Default)]
struct Mean {
    sum: f64,
    weights: f64,
}

impl Mean {
    fn add(&mut self, shift: f64, (outside, inside): (u64, u64)) {
        let (n0, n1) = (outside as f64, inside as f64);
        let weight = n1 * n0 / (n1 + n0);
        self.sum += weight * shift;
        self.weights += weight;
    }

    fn value(&self) -> Option<f64> {
        (self.weights > 0.0).then(|| self.sum / self.weights)
    }
}

/// Writes down values that count once each.
fn once(side: &[(f64, u32)], into: &mut Vec<(f64, u64)>) {
    into.clear();
    into.extend(side.iter().map(|&(value, _)| (value, 1)));
}

/// Differences of which so many are left are written down and looked through, for each value that there is.
const WRITTEN_DOWN: usize = 2;
/// Halvings of a range of values, before halving what doubles there are in it: many ties in a narrow place need that.
const HALVINGS: u32 = 24;

/// The median of all `x - y`, both in order and not empty, of fewer than 2^32 values a side.
fn median_difference(
    xs: &[(f64, u64)],
    ys: &[(f64, u64)],
    near: Option<(f64, f64)>,
    left: &mut Vec<(f64, u64)>,
) -> f64 {
    let all = all(xs) * all(ys);
    let (lower, upper) = between((all - 1) / 2, all / 2, (xs, ys), near, left);
    halfway(lower, upper)
}

/// Values in order, each with how often it counts.
type Counts = [(f64, u64)];

/// How many values of a side there are.
fn all(side: &[(f64, u64)]) -> u64 {
    side.iter().map(|&(_, times)| times).sum()
}

/// The differences of two ranks, the same or neighbours, among all `x - y` in order, counted from 0.
///
/// The range that holds them is narrowed, each time counting in one pass how many differences lie below, until few enough
/// are left to look at each. `near` is a guess at where they lie, which only saves passes.
fn between(
    lower: u64,
    upper: u64,
    (xs, ys): (&Counts, &Counts),
    near: Option<(f64, f64)>,
    left: &mut Vec<(f64, u64)>,
) -> (f64, f64) {
    let all_ys = all(ys);
    let all = all(xs) * all_ys;
    let few = (WRITTEN_DOWN * (xs.len() + ys.len()) + 16) as u64;
    // Of doubles in their order: the differences sought lie above `low` and up to `high`.
    let mut low = in_order((xs[0].0 - ys[ys.len() - 1].0).next_down());
    let mut high = in_order(xs[xs.len() - 1].0 - ys[0].0);
    let (mut below, mut up_to) = (0, all);
    let mut guesses = near.map_or([None, None], |(from, to)| [Some(from.next_down()), Some(to)]).into_iter().flatten();
    let mut halvings = 0;
    while up_to - below > few && high - low > 1 {
        let middle = if let Some(guess) = guesses.next() {
            let guess = in_order(guess);
            if guess <= low || guess >= high {
                continue;
            }
            guess
        } else if halvings < HALVINGS {
            // Where the rank would lie if differences were even over the range, kept away from its ends: a third pass in
            // the same place would gain nothing.
            let part = if halvings % 2 == 0 { (lower - below.min(lower)) as f64 / (up_to - below) as f64 } else { 0.5 };
            let part = part.clamp(0.05, 0.95);
            halvings += 1;
            let value = from_order(low) * (1.0 - part) + from_order(high) * part;
            in_order(value).clamp(low + 1, high - 1)
        } else {
            low + (high - low) / 2
        };
        let count = count_up_to(xs, ys, all_ys, from_order(middle));
        if count <= lower {
            (low, below) = (middle, count);
        } else if count > upper {
            (high, up_to) = (middle, count);
        } else {
            // Half of them lie on either side.
            return nearest(xs, ys, from_order(middle));
        }
    }
    if high - low == 1 {
        return (from_order(high), from_order(high));
    }
    within(xs, ys, from_order(low), from_order(high), left);
    left.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let at = |rank: u64| {
        let mut before = below;
        let found = left.iter().find(|&&(_, times)| {
            before += times;
            before > rank
        });
        found.map_or(from_order(high), |&(difference, _)| difference)
    };
    (at(lower), at(upper))
}

/// Halved first: the sum of two finite numbers may not be one.
fn halfway(a: f64, b: f64) -> f64 {
    a / 2.0 + b / 2.0
}

/// The last difference up to a bound and the first above it; there is one on either side.
fn nearest(xs: &[(f64, u64)], ys: &[(f64, u64)], bound: f64) -> (f64, f64) {
    let (mut last, mut first) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut from = 0;
    for &(x, _) in xs {
        from += ys[from..].iter().take_while(|y| x - y.0 > bound).count();
        if let Some(y) = ys.get(from) {
            last = last.max(x - y.0);
        }
        if let Some(y) = from.checked_sub(1).map(|before| ys[before]) {
            first = first.min(x - y.0);
        }
    }
    (last, first)
}

/// Writes down the differences above `low` and up to `high`, each with how often it counts.
fn within(xs: &[(f64, u64)], ys: &[(f64, u64)], low: f64, high: f64, found: &mut Vec<(f64, u64)>) {
    found.clear();
    let (mut from, mut to) = (0, 0);
    for &(x, times) in xs {
        while from < ys.len() && x - ys[from].0 > high {
            from += 1;
        }
        to = to.max(from);
        while to < ys.len() && x - ys[to].0 > low {
            to += 1;
        }
        found.extend(ys[from..to].iter().map(|&(y, of_y)| (x - y, times * of_y)));
    }
}

/// How many differences are at most `bound`; `left` counts all `ys`.
fn count_up_to(xs: &[(f64, u64)], ys: &[(f64, u64)], mut left: u64, bound: f64) -> u64 {
    // As x grows, the first y with x - y <= bound moves up; rounding of a difference is monotone, so nothing is missed.
    let (mut first, mut count) = (0, 0);
    for &(x, times) in xs {
        while first < ys.len() && x - ys[first].0 > bound {
            left -= ys[first].1;
            first += 1;
        }
        count += times * left;
    }
    count
}

/// Whole numbers in the same order as the doubles they stand for.
fn in_order(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn from_order(order: u64) -> f64 {
    f64::from_bits(if order >> 63 == 1 { order & !(1 << 63) } else { !order })
}

#[cfg(test)]
mod tests;
