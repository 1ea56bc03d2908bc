//! Several sorted runs of one bucket merged to one, a stretch at a time, wherever the batches come from.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use datafusion::arrow::array::{AsArray, RecordBatch, TimestampMicrosecondArray, UInt64Array};
use datafusion::arrow::compute::interleave_record_batch;
use datafusion::arrow::datatypes::{TimestampMicrosecondType, UInt64Type};
use datafusion::arrow::error::ArrowError;

/// Where the merge stands: it asks for a batch of a run, has one ready, or is done.
#[derive(Debug)]
pub(crate) enum Step {
    /// Give the next batch of this run, or say that there is none.
    Need(usize),
    /// A merged batch.
    Ready(RecordBatch),
    /// Everything is merged.
    Done,
}

/// A merge by (item_id, at, seq) that does no reading itself.
///
/// Runs are long and items short, so the work is done by stretch: as long as one run is behind all others, its rows
/// go out together. Memory is one batch a run and what is not yet given out.
#[derive(Debug)]
pub(crate) struct Merge {
    keys: [usize; 3],
    rows: usize,
    heads: Vec<Option<Head>>,
    order: BinaryHeap<Reverse<(Key, usize)>>,
    wanted: Vec<usize>,
    held: Vec<RecordBatch>,
    picks: Vec<(usize, usize)>,
    ready: VecDeque<RecordBatch>,
}

type Key = (u64, i64, u64);

#[derive(Debug)]
struct Head {
    held: usize,
    items: UInt64Array,
    ats: TimestampMicrosecondArray,
    seqs: UInt64Array,
    at: usize,
}

impl Merge {
    /// A merge of `n_runs` runs whose columns `item_id`, `at` and `seq` stand at `keys`, in batches of about `rows`.
    pub fn new(n_runs: usize, keys: [usize; 3], rows: usize) -> Self {
        Self {
            keys,
            rows,
            heads: (0..n_runs).map(|_| None).collect(),
            order: BinaryHeap::with_capacity(n_runs),
            wanted: (0..n_runs).collect(),
            held: Vec::new(),
            picks: Vec::new(),
            ready: VecDeque::new(),
        }
    }

    /// Answers [`Step::Need`].
    pub fn give(&mut self, run: usize, batch: Option<RecordBatch>) {
        let Some(batch) = batch else {
            self.wanted.retain(|&wanted| wanted != run);
            return;
        };
        if batch.num_rows() == 0 {
            return;
        }
        self.wanted.retain(|&wanted| wanted != run);
        let head = Head {
            held: self.held.len(),
            items: batch.column(self.keys[0]).as_primitive::<UInt64Type>().clone(),
            ats: batch.column(self.keys[1]).as_primitive::<TimestampMicrosecondType>().clone(),
            seqs: batch.column(self.keys[2]).as_primitive::<UInt64Type>().clone(),
            at: 0,
        };
        self.order.push(Reverse((head.key(0), run)));
        self.heads[run] = Some(head);
        self.held.push(batch);
    }

    /// Goes on until something is needed or ready.
    pub fn step(&mut self) -> Result<Step, ArrowError> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Step::Ready(batch));
            }
            if let Some(&run) = self.wanted.last() {
                return Ok(Step::Need(run));
            }
            let Some(Reverse((_, run))) = self.order.pop() else {
                if self.picks.is_empty() {
                    return Ok(Step::Done);
                }
                self.put_out()?;
                continue;
            };
            let limit = self.order.peek().map(|Reverse((key, _))| *key);
            let head = self.heads[run].as_mut().expect("a run in the order has a head");
            let until = head.until(limit);
            let held = head.held;
            self.picks.extend((head.at..until).map(|row| (held, row)));
            head.at = until;
            if until == head.items.len() {
                self.heads[run] = None;
                self.wanted.push(run);
            } else {
                self.order.push(Reverse((head.key(until), run)));
            }
            if self.picks.len() >= self.rows {
                self.put_out()?;
            }
        }
    }

    fn put_out(&mut self) -> Result<(), ArrowError> {
        let (held, from) = self.picks[0];
        let (last, until) = self.picks[self.picks.len() - 1];
        let batch = if held == last && until + 1 - from == self.picks.len() {
            self.held[held].slice(from, self.picks.len())
        } else {
            let held: Vec<&RecordBatch> = self.held.iter().collect();
            interleave_record_batch(&held, &self.picks)?
        };
        self.picks.clear();
        self.ready.push_back(batch);
        let mut kept = Vec::new();
        for head in self.heads.iter_mut().flatten() {
            kept.push(self.held[head.held].clone());
            head.held = kept.len() - 1;
        }
        self.held = kept;
        Ok(())
    }
}

impl Head {
    fn key(&self, row: usize) -> Key {
        (self.items.value(row), self.ats.value(row), self.seqs.value(row))
    }

    /// The end of the stretch that comes before `limit`: doubling steps first, as most stretches are short.
    fn until(&self, limit: Option<Key>) -> usize {
        let len = self.items.len();
        let Some(limit) = limit else { return len };
        let mut low = self.at + 1;
        let mut step = 1;
        while low + step <= len && self.key(low + step - 1) < limit {
            low += step;
            step *= 2;
        }
        let mut high = (low + step).min(len);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.key(middle) < limit {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use datafusion::arrow::datatypes::{DataType, Field, Schema};

    use super::*;
    use crate::record::layout::instant;

    fn batch(keys: &[Key]) -> RecordBatch {
        let schema = Schema::new(vec![
            Field::new("item_id", DataType::UInt64, false),
            Field::new("at", instant(), false),
            Field::new("seq", DataType::UInt64, false),
        ]);
        RecordBatch::try_new(
            Arc::new(schema),
            vec![
                Arc::new(UInt64Array::from_iter_values(keys.iter().map(|key| key.0))),
                Arc::new(
                    TimestampMicrosecondArray::from_iter_values(keys.iter().map(|key| key.1)).with_timezone("UTC"),
                ),
                Arc::new(UInt64Array::from_iter_values(keys.iter().map(|key| key.2))),
            ],
        )
        .unwrap()
    }

    fn keys(batch: &RecordBatch) -> Vec<Key> {
        let items = batch.column(0).as_primitive::<UInt64Type>();
        let ats = batch.column(1).as_primitive::<TimestampMicrosecondType>();
        let seqs = batch.column(2).as_primitive::<UInt64Type>();
        (0..batch.num_rows()).map(|row| (items.value(row), ats.value(row), seqs.value(row))).collect()
    }

    fn merged(runs: &[Vec<Key>], batch_rows: usize, rows: usize) -> Vec<Key> {
        let mut sources: Vec<VecDeque<RecordBatch>> =
            runs.iter().map(|run| run.chunks(batch_rows).map(batch).collect()).collect();
        let mut merge = Merge::new(runs.len(), [0, 1, 2], rows);
        let mut out = Vec::new();
        loop {
            match merge.step().unwrap() {
                Step::Need(run) => merge.give(run, sources[run].pop_front()),
                Step::Ready(batch) => out.extend(keys(&batch)),
                Step::Done => return out,
            }
        }
    }

    #[test]
    fn any_number_of_runs_in_batches_of_any_size_gives_the_sorted_whole() {
        let all: Vec<Key> = (0..500_u64).map(|n| (n * 7_919 % 61, (n * 31 % 17) as i64 - 8, n)).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        for n_runs in [1, 2, 3, 7] {
            for (batch_rows, rows) in [(1, 1), (3, 8), (64, 10), (1_000, 1_000)] {
                let mut runs: Vec<Vec<Key>> = vec![Vec::new(); n_runs];
                for key in &all {
                    runs[(key.2 * 13 % n_runs as u64) as usize].push(*key);
                }
                runs.iter_mut().for_each(|run| run.sort_unstable());
                assert_eq!(merged(&runs, batch_rows, rows), sorted, "{n_runs} runs, {batch_rows}, {rows}");
            }
        }
    }

    #[test]
    fn nothing_merges_to_nothing() {
        assert!(merged(&[], 4, 4).is_empty());
        assert!(merged(&[vec![], vec![]], 4, 4).is_empty());
    }
}
