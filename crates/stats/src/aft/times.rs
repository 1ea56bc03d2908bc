//! Times to be fitted: most columns are indicators, so that few different sets of them occur.

use rustc_hash::FxHashMap;

/// Times, each with its columns, whether it had ended, and its cluster.
///
/// Each set of columns is kept once, and only what is not 0 of it.
#[derive(Clone, Debug, Default)]
pub struct Times {
    columns: usize,
    /// Columns that are not 0, with what is in them, set after set.
    x: Vec<(u32, f64)>,
    /// Where those of each set end.
    until: Vec<u32>,
    /// Sets by their bits.
    known: FxHashMap<Vec<(u32, u64)>, u32>,
    /// Which set each time has.
    set: Vec<u32>,
    log_time: Vec<f64>,
    ended: Vec<bool>,
    cluster: Vec<u32>,
}

impl Times {
    /// None yet, with so many columns. One of them should be 1 throughout: no mean is added.
    pub fn new(columns: usize) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Adds a time in whatever unit: its columns (missing ones are 0, surplus ones are left out), whether it had ended, and
    /// the number of its cluster. Gives false, and adds nothing, where the time is not positive and finite.
    pub fn push(&mut self, x: &[f64], time: f64, ended: bool, cluster: u32) -> bool {
        if !(time > 0.0 && time.is_finite()) {
            return false;
        }
        let present = (0..).zip(x.iter().copied()).take(self.columns).filter(|(_, x)| *x != 0.0);
        let bits: Vec<(u32, u64)> = present.map(|(column, x)| (column, x.to_bits())).collect();
        let set = match self.known.get(&bits) {
            Some(&set) => set,
            None => {
                let set = self.until.len() as u32;
                self.x.extend(bits.iter().map(|&(column, x)| (column, f64::from_bits(x))));
                self.until.push(self.x.len() as u32);
                self.known.insert(bits, set);
                set
            }
        };
        self.set.push(set);
        self.log_time.push(time.ln());
        self.ended.push(ended);
        self.cluster.push(cluster);
        true
    }

    /// How many times.
    pub fn len(&self) -> usize {
        self.ended.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ended.is_empty()
    }

    /// How many had ended.
    pub fn events(&self) -> u64 {
        self.ended.iter().filter(|ended| **ended).count() as u64
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The cluster of each.
    pub(super) fn clusters(&self) -> &[u32] {
        &self.cluster
    }

    /// The columns of a set that are not 0, in order.
    pub(super) fn of_set(&self, set: u32) -> &[(u32, f64)] {
        let set = set as usize;
        let from = set.checked_sub(1).map_or(0, |before| self.until[before]);
        &self.x[from as usize..self.until[set] as usize]
    }

    /// Those that are to be kept, set after set.
    pub(super) fn rows(&self, keep: impl Fn(usize) -> bool) -> Rows<'_> {
        let mut next = vec![0_u32; self.until.len() + 1];
        let kept = || (0..self.len()).filter(|&i| keep(i));
        kept().for_each(|i| next[self.set[i] as usize + 1] += 1);
        for set in 1..next.len() {
            next[set] += next[set - 1];
        }
        let n = next.last().copied().unwrap_or(0) as usize;
        let runs = (0..).zip(next.windows(2)).filter(|(_, of)| of[0] < of[1]).map(|(set, of)| (set, of[1])).collect();
        let mut rows = Rows { times: self, runs, which: vec![0; n], log_time: vec![0.0; n], ended: vec![false; n] };
        for i in kept() {
            let at = next[self.set[i] as usize] as usize;
            next[self.set[i] as usize] += 1;
            (rows.which[at], rows.log_time[at], rows.ended[at]) = (i as u32, self.log_time[i], self.ended[i]);
        }
        rows
    }
}

/// Some of the times, those with the same columns beside each other.
pub(super) struct Rows<'t> {
    pub(super) times: &'t Times,
    /// Sets, and where the times of each end.
    runs: Vec<(u32, u32)>,
    /// Which time each is.
    which: Vec<u32>,
    log_time: Vec<f64>,
    ended: Vec<bool>,
}

/// Times with the same columns.
pub(super) struct Run<'r> {
    /// The columns that are not 0, in order.
    pub(super) x: &'r [(u32, f64)],
    /// Which times they are.
    pub(super) which: &'r [u32],
    log_time: &'r [f64],
    ended: &'r [bool],
}

impl Rows<'_> {
    pub(super) fn len(&self) -> usize {
        self.ended.len()
    }

    pub(super) fn events(&self) -> usize {
        self.ended.iter().filter(|ended| **ended).count()
    }

    /// Set after set.
    pub(super) fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        let mut from = 0;
        self.runs.iter().map(move |&(set, until)| {
            let of = std::mem::replace(&mut from, until as usize)..until as usize;
            Run {
                x: self.times.of_set(set),
                which: &self.which[of.clone()],
                log_time: &self.log_time[of.clone()],
                ended: &self.ended[of],
            }
        })
    }
}

impl Run<'_> {
    /// Logarithm of the time, and whether it had ended, of each.
    pub(super) fn each(&self) -> impl Iterator<Item = (f64, bool)> {
        self.log_time.iter().copied().zip(self.ended.iter().copied())
    }

    /// Its columns, each times its coefficient.
    pub(super) fn along(&self, beta: &[f64]) -> f64 {
        self.x.iter().map(|&(column, x)| x * beta[column as usize]).sum()
    }
}
