//! One stratum whose clusters are drawn again and again: its differences around their median lie in order beforehand.
//!
//! A draw changes how often values count and never their order. So the differences near the median are sorted once, with
//! rungs between them at which it is known, for each value of the smaller side, how many of the other's differ by less. Of
//! a draw, two rungs are counted and the rest is walked. It finds exactly what a search finds: whatever a draw
//! brings that lies beyond the ends is searched for.

use super::{Counts, Room, all, between, count_up_to, halfway, median_difference};

/// So many standard deviations of a median's rank lie ready on either side, as if every value were a cluster of its own.
const REACH: f64 = 3.3;

/// Up to so many differences, all of them lie ready.
const ALL_OF: usize = 1_024;

/// Beyond so many, none do.
const LAID_MAX: u64 = 1 << 20;

/// How many differences lie between two rungs, at least.
const STEP_MIN: usize = 32;

/// A side of a stratum: its different values in order, and what counts for each.
struct Side {
    values: Vec<f64>,
    /// For each value that there is, which of the different ones it is, and its cluster.
    entries: Vec<(u32, u32)>,
    /// How often each different value counts in the present draw.
    times: Vec<u32>,
}

impl Side {
    fn of(side: &[(f64, u32)]) -> Self {
        let (mut values, mut entries): (Vec<f64>, Vec<(u32, u32)>) = (Vec::new(), Vec::with_capacity(side.len()));
        for &(value, cluster) in side {
            if values.last() != Some(&value) {
                values.push(value);
            }
            entries.push((values.len() as u32 - 1, cluster));
        }
        let times = vec![0; values.len()];
        Self { values, entries, times }
    }

    /// Counts for a draw; gives how many values that is in all.
    fn weigh(&mut self, drawn: &[u32]) -> u64 {
        self.times.fill(0);
        let mut all = 0;
        for &(value, cluster) in &self.entries {
            let times = drawn[cluster as usize];
            self.times[value as usize] += times;
            all += u64::from(times);
        }
        all
    }

    /// Different values with how often each counts where all are drawn once.
    fn once(&self) -> Vec<(f64, u64)> {
        let mut once: Vec<(f64, u64)> = self.values.iter().map(|&value| (value, 0)).collect();
        self.entries.iter().for_each(|&(value, _)| once[value as usize].1 += 1);
        once
    }

    /// The values that count in the present draw.
    fn counted(&self, into: &mut Vec<(f64, u64)>) {
        let counted = self.values.iter().zip(&self.times).filter(|(_, times)| **times > 0);
        into.clear();
        into.extend(counted.map(|(&value, &times)| (value, u64::from(times))));
    }
}

/// A stratum made ready for many draws.
pub(super) struct Ladder {
    inside: Side,
    outside: Side,
    /// How many values the present draw has outside and inside.
    n: (u64, u64),
    /// Whether rungs hold places of the values inside, the fewer ones, among those outside; else the other way round.
    by_inside: bool,
    /// Differences in order, as places of a value inside and one outside.
    pairs: Vec<(u16, u16)>,
    /// Before which pair each rung stands; the first and the last stand at the ends.
    from: Vec<u32>,
    /// What part of all differences lies below each rung where all clusters are drawn once.
    below: Vec<f64>,
    /// For each rung and each value of the smaller side how many of the other side's values come first: of those inside,
    /// with how many a difference lies above the rung; of those outside, below it.
    places: Vec<u16>,
    /// The rung at which a draw begins.
    middle: usize,
    /// For the other side, how many values of the present draw come before each.
    before: Vec<u32>,
}

impl Ladder {
    /// From values in order with their clusters, none of the sides empty. Nothing where it would not be worth its while for so
    /// many draws.
    pub(super) fn of(inside: &[(f64, u32)], outside: &[(f64, u32)], draws: usize) -> Option<Self> {
        let (inside, outside) = (Side::of(inside), Side::of(outside));
        if inside.values.len().max(outside.values.len()) > usize::from(u16::MAX) {
            return None;
        }
        let (xs, ys) = (inside.once(), outside.once());
        let (n1, n0) = (all(&xs), all(&ys));
        let n = n1 * n0;
        let (least, most) = (xs[0].0 - ys[ys.len() - 1].0, xs[xs.len() - 1].0 - ys[0].0);
        let reach = REACH * n as f64 * ((n1 + n0) as f64 / (12.0 * n as f64)).sqrt();
        let mut found = Vec::new();
        let (mut low, mut high) = (least.next_down(), most);
        if xs.len() * ys.len() > ALL_OF {
            // Before anything is searched for: so many lie within reach if few are alike.
            if 2.0 * reach > LAID_MAX as f64 {
                return None;
            }
            let (from, to) = (n as f64 / 2.0 - reach, n as f64 / 2.0 + reach);
            if from > 0.0 {
                low = between(from as u64, from as u64, (&xs, &ys), None, &mut found).0.next_down();
            }
            if to < n as f64 - 1.0 {
                high = between(to as u64, to as u64, (&xs, &ys), None, &mut found).0;
            }
            let each = |side: &[(f64, u64)]| side.iter().map(|&(value, _)| (value, 1)).collect::<Vec<_>>();
            let (xs, ys) = (each(&xs), each(&ys));
            let up_to = |bound: f64| count_up_to(&xs, &ys, ys.len() as u64, bound);
            let laid = up_to(high) - up_to(low);
            // Sorting a difference costs as much as searching among some values once.
            if laid > LAID_MAX || laid > draws as u64 * (n1 + n0) {
                return None;
            }
        }
        let by_inside = xs.len() <= ys.len();
        let mut ladder = Self {
            inside,
            outside,
            n: (0, 0),
            by_inside,
            pairs: Vec::new(),
            from: Vec::new(),
            below: Vec::new(),
            places: Vec::new(),
            middle: 0,
            before: Vec::new(),
        };
        ladder.lay((&xs, &ys), (low, high));
        Some(ladder)
    }

    /// Sorts the differences between two bounds, and puts rungs between them.
    fn lay(&mut self, (xs, ys): (&Counts, &Counts), (low, high): (f64, f64)) {
        let mut sorted: Vec<(f64, u16, u16)> = Vec::new();
        let (mut from, mut to) = (0, 0);
        for (i, &(x, _)) in xs.iter().enumerate() {
            while from < ys.len() && x - ys[from].0 > high {
                from += 1;
            }
            to = to.max(from);
            while to < ys.len() && x - ys[to].0 > low {
                to += 1;
            }
            sorted.extend((from..to).map(|j| (x - ys[j].0, i as u16, j as u16)));
        }
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        self.pairs = sorted.iter().map(|&(_, i, j)| (i, j)).collect();
        let step = STEP_MIN.max(xs.len().min(ys.len()));
        let (all_ys, n) = (all(ys), (all(xs) * all(ys)) as f64);
        let mut rung = |at: usize, bound: f64| {
            self.from.push(at as u32);
            self.below.push(count_up_to(xs, ys, all_ys, bound) as f64 / n);
            if self.by_inside {
                let mut place = 0;
                self.places.extend(xs.iter().map(|&(x, _)| {
                    place += ys[place..].iter().take_while(|y| x - y.0 > bound).count();
                    place as u16
                }));
            } else {
                let mut place = 0;
                self.places.extend(ys.iter().map(|&(y, _)| {
                    place += xs[place..].iter().take_while(|x| x.0 - y <= bound).count();
                    place as u16
                }));
            }
        };
        rung(0, low);
        let mut last = 0;
        for at in 1..sorted.len() {
            // A rung stands between two differences, never among equal ones.
            if at - last >= step && sorted[at - 1].0 < sorted[at].0 {
                rung(at, sorted[at - 1].0);
                last = at;
            }
        }
        self.middle = self.below.partition_point(|below| *below <= 0.5).max(1) - 1;
    }

    /// Counts for a draw; gives how many values outside and inside that is.
    pub(super) fn weigh(&mut self, drawn: &[u32]) -> (u64, u64) {
        self.n = (self.outside.weigh(drawn), self.inside.weigh(drawn));
        self.n
    }

    /// The median difference of the present draw, which has values on both sides.
    pub(super) fn median(&mut self, room: &mut Room) -> f64 {
        let all = self.n.0 * self.n.1;
        let (lower, upper) = ((all - 1) / 2, all / 2);
        let larger = if self.by_inside { &self.outside } else { &self.inside };
        self.before.clear();
        let mut before = 0;
        self.before.push(before);
        self.before.extend(larger.times.iter().map(|times| {
            before += times;
            before
        }));
        let mut at = self.middle;
        let mut count = self.count(at, all);
        // Whatever a draw shifts here it shifts nearby as well.
        let sought = (lower as f64 + 0.5 - count as f64) / all as f64 + self.below[at];
        let nearby = self.below.partition_point(|below| *below <= sought).max(1) - 1;
        if nearby != at {
            at = nearby;
            count = self.count(at, all);
        }
        while count > lower {
            if at == 0 {
                return self.search(room);
            }
            at -= 1;
            count = self.count(at, all);
        }
        let mut found = None;
        for &(x, y) in &self.pairs[self.from[at] as usize..] {
            let (x, y) = (usize::from(x), usize::from(y));
            count += u64::from(self.inside.times[x]) * u64::from(self.outside.times[y]);
            if count > lower {
                let difference = self.inside.values[x] - self.outside.values[y];
                let first = *found.get_or_insert(difference);
                if count > upper {
                    return halfway(first, difference);
                }
            }
        }
        self.search(room)
    }

    /// How many differences of the present draw lie below a rung.
    fn count(&self, rung: usize, all: u64) -> u64 {
        let fewer = if self.by_inside { &self.inside } else { &self.outside };
        let places = &self.places[rung * fewer.times.len()..][..fewer.times.len()];
        let first: u64 = fewer
            .times
            .iter()
            .zip(places)
            .map(|(&times, &place)| u64::from(times) * u64::from(self.before[usize::from(place)]))
            .sum();
        if self.by_inside { all - first } else { first }
    }

    /// Without the rungs.
    fn search(&self, Room { inside, outside, left }: &mut Room) -> f64 {
        self.inside.counted(inside);
        self.outside.counted(outside);
        median_difference(inside, outside, None, left)
    }
}
