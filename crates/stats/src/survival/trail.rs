//! A curve walked with marks left, so that it can be walked back without having been kept.

/// Walks over the steps of a curve and leaves a mark every so many of them, from which it can be taken up again.
///
/// With a mark every `√n` steps both the marks and the steps between two of them are few.
pub(super) struct Trail<W: Iterator> {
    marks: Vec<W>,
    every: usize,
    // How many steps were walked, and the last of them.
    walked: usize,
    at: Option<W::Item>,
    // The steps ahead.
    ahead: W,
}

impl<W: Iterator<Item: Copy> + Clone> Trail<W> {
    /// About to begin a walk of at most `n` steps.
    pub(super) fn new(walk: W, n: u64) -> Self {
        Self { marks: Vec::new(), every: (n.isqrt() as usize).max(1), walked: 0, at: None, ahead: walk }
    }

    /// Walks on to the first step that is `there`, unless it stands on such a step already; or else to the end.
    pub(super) fn walk_to(&mut self, there: impl Fn(&W::Item) -> bool) -> Option<W::Item> {
        if self.at.is_some_and(|step| there(&step)) {
            return self.at;
        }
        // A walk of its own, so that its sums need not be put down at every step.
        let mut walk = self.ahead.clone();
        loop {
            if self.walked.is_multiple_of(self.every) {
                self.marks.truncate(self.walked / self.every);
                self.marks.push(walk.clone());
            }
            let until_mark = self.every - self.walked % self.every;
            for taken in 1..=until_mark {
                let Some(step) = walk.next() else {
                    self.walked += taken - 1;
                    (self.at, self.ahead) = (None, walk);
                    return None;
                };
                if there(&step) {
                    self.walked += taken;
                    (self.at, self.ahead) = (Some(step), walk);
                    return self.at;
                }
            }
            self.walked += until_mark;
        }
    }

    /// The steps not walked yet.
    pub(super) fn ahead(&self) -> W {
        self.ahead.clone()
    }

    /// The steps walked so far, last first.
    pub(super) fn back(&self) -> impl Iterator<Item = W::Item> {
        let mut until = self.walked;
        self.marks.iter().enumerate().rev().flat_map(move |(mark, walk)| {
            let from = mark * self.every;
            let between: Vec<W::Item> = walk.clone().take(until - from).collect();
            until = from;
            between.into_iter().rev()
        })
    }
}

/// What is asked of several shares, on one walk for as long as they rise.
pub(super) fn in_one_walk<W: Iterator, T>(
    shares: &[f64],
    begin: impl Fn() -> Trail<W>,
    ask: impl Fn(&mut Trail<W>, f64) -> T,
) -> Vec<T> {
    let (mut trail, mut last) = (begin(), f64::NEG_INFINITY);
    let mut answer = |&p: &f64| {
        // A step that was walked past cannot be found any more.
        if p < last || p.is_nan() || last.is_nan() {
            trail = begin();
        }
        last = p;
        ask(&mut trail, p)
    };
    shares.iter().map(&mut answer).collect()
}
