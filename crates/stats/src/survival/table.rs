//! The observations sorted, and walked over by distinct time.

use super::{CumulativeIncidence, End, FollowUp, KaplanMeier, Observation};

/// What happened at one distinct time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The time.
    pub time: f64,
    /// How many were watched up to it; those censored at it count.
    pub at_risk: u64,
    /// How many events.
    pub events: u32,
    /// How many competing ends.
    pub competing: u32,
    /// How many were censored.
    pub censored: u32,
}

/// The observations, sorted and counted by distinct time: what every estimator of this room starts from.
///
/// Sorting costs `n log n`; observations that come sorted cost `n`. A time that is not a number, or below 0, is no
/// observation and is left out of [`LifeTable::n`]. Empty input gives an empty table, of which everything is "cannot tell".
///
/// It keeps eight bytes an observation, in the room that the observations came in. Rows, and the curves made of them, are
/// not kept but counted out whenever they are asked for: most who ask want one quantile, and a million rows that are read
/// once cost more to put down than to count.
#[derive(Clone, Debug, Default)]
pub struct LifeTable {
    // Events and what was censored, shortest first: the bits of the time, and one more that says which. The bits of times
    // that are not below 0 are in the order of the times, and whole numbers sort faster.
    marked: Vec<u64>,
    // The bits of the times of competing ends, shortest first.
    competing: Vec<u64>,
    events: u64,
    // Whether a zero came as -0: both are one time, and a row is called by the first of its times.
    zero_is_negative: bool,
}

impl LifeTable {
    /// Sorts and counts.
    pub fn new(observations: Vec<Observation>) -> Self {
        let (mut competing, mut events, mut zero_is_negative) = (Vec::new(), 0, false);
        let observations = observations.into_iter().filter(|one| one.time >= 0.0 && one.time.is_finite());
        let marked = observations.filter_map(|Observation { time, end }| {
            zero_is_negative |= time.is_sign_negative();
            events += u64::from(end == End::Event);
            if end == End::Competing {
                competing.push(time.abs().to_bits());
                return None;
            }
            Some(time.abs().to_bits() << 1 | u64::from(end == End::Censored))
        });
        // Collected where they lie: a vector of something smaller keeps the allocation that it is made of.
        let mut marked: Vec<u64> = marked.collect();
        marked.sort_unstable_by_key(|one| one >> 1);
        competing.sort_unstable();
        LifeTable { marked, competing, events, zero_is_negative }
    }

    /// What happened at each distinct time, in order; counted as it is walked.
    pub fn rows(&self) -> Rows<'_> {
        Rows { marked: &self.marked, competing: &self.competing, zero_is_negative: self.zero_is_negative }
    }

    /// How many observations.
    pub fn n(&self) -> u64 {
        self.rows().at_risk()
    }

    /// How many of them are events.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many of them ended otherwise.
    pub fn competing(&self) -> u64 {
        self.competing.len() as u64
    }

    /// The same with every end taken for the event.
    #[must_use]
    pub fn any_end(mut self) -> Self {
        self.events += self.competing();
        self.marked.extend(self.competing.drain(..).map(|time| time << 1));
        // The stable sort finds that these are two sorted runs and only merges them.
        self.marked.sort_by_key(|one| one >> 1);
        self
    }

    /// The Kaplan-Meier curve; competing ends count as censored.
    pub fn kaplan_meier(&self) -> KaplanMeier<'_> {
        KaplanMeier { table: self }
    }

    /// The Aalen-Johansen cumulative incidence of the event, beside competing ends.
    pub fn aalen_johansen(&self) -> CumulativeIncidence<'_> {
        CumulativeIncidence { table: self }
    }

    pub(super) fn follow_up(&self) -> FollowUp {
        let ended = self.events + self.competing() > 0;
        FollowUp {
            last: self.last(),
            rows_without_end: if ended { None } else { self.watched_by_at_least(AT_RISK_MIN) },
        }
    }

    /// The last time of all.
    fn last(&self) -> Option<f64> {
        let last = self.marked.last().map(|one| one >> 1).max(self.competing.last().copied());
        last.map(|time| self.rows().time(time))
    }

    /// The longest time up to which at least `k` were watched, of a table without ends.
    fn watched_by_at_least(&self, k: usize) -> Option<f64> {
        self.marked.len().checked_sub(k).map(|at| self.rows().time(self.marked[at] >> 1))
    }
}

impl PartialEq for LifeTable {
    fn eq(&self, other: &Self) -> bool {
        // The order within a time is anything.
        self.rows().eq(other.rows())
    }
}

/// If a share `1 - p <= 3/4` outlasts the quantile, 13 of 13 doing so has a chance of at most `0.75^13 = 0.024`: as many
/// as have to be watched without any end before a time bounds the upper three quartiles from below at 95 %, two-sided.
const AT_RISK_MIN: usize = 13;

/// What happened at each distinct time of a [`LifeTable`], in order.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    // What is still to come.
    marked: &'a [u64],
    competing: &'a [u64],
    zero_is_negative: bool,
}

impl Rows<'_> {
    fn at_risk(&self) -> u64 {
        self.marked.len() as u64 + self.competing.len() as u64
    }

    fn time(&self, bits: u64) -> f64 {
        if bits == 0 && self.zero_is_negative { -0.0 } else { f64::from_bits(bits) }
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    // A row is small work, and all the estimators do little else.
    #[inline(always)]
    fn next(&mut self) -> Option<Row> {
        let at_risk = self.at_risk();
        if at_risk == 0 {
            return None;
        }
        // No time has all bits set.
        let first = self.marked.first().map_or(u64::MAX, |one| one >> 1);
        let time = first.min(self.competing.first().copied().unwrap_or(u64::MAX));
        let (mut events, mut tied) = (0, 0);
        while let Some(one) = self.marked.get(tied)
            && one >> 1 == time
        {
            // Added, not asked: which of the two it is nobody can foresee.
            events += (!one & 1) as u32;
            tied += 1;
        }
        self.marked = &self.marked[tied..];
        let competing = self.competing.iter().take_while(|other| **other == time).count();
        self.competing = &self.competing[competing..];
        let censored = tied as u32 - events;
        Some(Row { time: self.time(time), at_risk, events, competing: competing as u32, censored })
    }
}
