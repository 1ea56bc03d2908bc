//! Many runs to one a bucket: what was read in pieces ends as the same bytes as what was read at once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{BatchCoalescer, filter_record_batch};
use datafusion::arrow::datatypes::{TimestampMicrosecondType, UInt32Type, UInt64Type};
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use sayso_model::Code;

use super::Record;
use super::folder::Folder;
use super::layout::{self, BATCH_ROWS, BUCKETS, col};
use super::manifest::{Manifest, Run};
use super::merge::{Merge, Step};
use super::tables::{read, read_skipped, write_items, write_skipped, write_words};
use crate::EngineError;

/// Runs of a bucket that are left to be merged whenever somebody reads, as long as they are small.
const RUNS_MAX: usize = 8;

/// What a compaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compaction {
    /// Files of events before.
    pub runs_before: usize,
    /// Files of events after.
    pub runs_after: usize,
    /// Rows of earlier generations that were left out.
    pub rows_dropped: u64,
}

impl Record {
    /// Makes every bucket one file without dead rows, and each dictionary one file. Memory stays at a few batches a
    /// run. The same input gives the same files, however often its reading was interrupted.
    ///
    /// # Errors
    /// When another process writes, or a file cannot be read or written. The record is then as it was.
    pub fn compact(&mut self, threads: usize) -> Result<Compaction, EngineError> {
        self.compact_where(threads, |runs, n_dead| runs.len() > 1 || n_dead > 0, |rows| rows.len() > 1)
    }

    /// Compacts the buckets in which merging at every reading would cost more than doing it once, and joins the
    /// dictionaries of which that is true: a day that adds a thousand items to a hundred thousand does not write all of
    /// them anew. Call it when a source has been read to the end.
    pub fn compact_if_needed(&mut self, threads: usize) -> Result<Compaction, EngineError> {
        self.compact_where(
            threads,
            |runs, n_dead| {
                let rows: Vec<u64> = runs.iter().map(|run| run.rows).collect();
                are_many(&rows) || n_dead * 4 > rows.iter().sum()
            },
            are_many,
        )
    }

    fn compact_where(
        &mut self,
        threads: usize,
        is_due: impl Fn(&[&Run], u64) -> bool,
        are_pieces: impl Fn(&[u64]) -> bool,
    ) -> Result<Compaction, EngineError> {
        let lock = self.lock()?;
        let folder = Arc::clone(&self.folder);
        let mut manifest = (*self.manifest).clone();
        let runs_before = manifest.runs.len();
        let due: Vec<(usize, Vec<Run>)> = (0..BUCKETS)
            .filter_map(|bucket| {
                let runs: Vec<&Run> = manifest.runs.iter().filter(|run| run.bucket == bucket).collect();
                let n_dead = runs.iter().map(|run| manifest.n_dead(run)).sum();
                is_due(&runs, n_dead).then(|| (bucket, runs.into_iter().cloned().collect()))
            })
            .collect();
        let words: Vec<u64> =
            manifest.words.iter().map(|file| file.counts.iter().map(|n| u64::from(*n)).sum()).collect();
        let items: Vec<u64> = manifest.items.iter().map(|file| file.rows).collect();
        let skipped = manifest.sources.iter().map(|source| vec![1; source.skipped.len()]);
        let has_pieces =
            are_pieces(&words) || are_pieces(&items) || skipped.into_iter().any(|files| are_pieces(&files));
        if due.is_empty() && !has_pieces {
            return Ok(Compaction { runs_before, runs_after: runs_before, rows_dropped: 0 });
        }
        let merged = merge_buckets(&folder, &manifest, &due, threads.max(1))?;
        let rows_before: u64 = due.iter().flat_map(|(_, runs)| runs).map(|run| run.rows).sum();
        let rows_after: u64 = merged.iter().map(|run| run.rows).sum();
        let is_due: BTreeSet<usize> = due.iter().map(|(bucket, _)| *bucket).collect();
        manifest.runs.retain(|run| !is_due.contains(&run.bucket));
        manifest.runs.extend(merged);
        manifest.runs.sort_by_key(|run| run.bucket);
        if has_pieces {
            self.join_tables(&folder, &mut manifest)?;
        }
        manifest.save(&folder)?;
        let runs_after = manifest.runs.len();
        self.replace_manifest(manifest);
        folder.sweep(&lock, &self.manifest.files())?;
        Ok(Compaction { runs_before, runs_after, rows_dropped: rows_before - rows_after })
    }

    /// Writes every dictionary as one file.
    fn join_tables(&mut self, folder: &Folder, manifest: &mut Manifest) -> Result<(), EngineError> {
        let desk = self.desk()?;
        manifest.words = write_words(folder, &desk.words, [0; 10])?.into_iter().collect();
        manifest.items = write_items(folder, &desk.items, 0)?.into_iter().collect();
        for source in &mut manifest.sources {
            source.skipped = write_skipped(folder, &read_skipped(folder, &source.skipped)?)?.into_iter().collect();
        }
        Ok(())
    }
}

/// Whether files of so many rows are too many, or the small ones too large beside the largest, to be left in pieces.
fn are_many(rows: &[u64]) -> bool {
    let largest = rows.iter().max().copied().unwrap_or(0);
    rows.len() > RUNS_MAX || (rows.iter().sum::<u64>() - largest) * 8 > largest
}

/// Merges buckets, several at a time; the runs come back in the order of the buckets.
fn merge_buckets(
    folder: &Folder,
    manifest: &Manifest,
    due: &[(usize, Vec<Run>)],
    threads: usize,
) -> Result<Vec<Run>, EngineError> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut merged = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((bucket, runs)) = due.get(index) else { return Ok(merged) };
            if let Some(run) = merge_bucket(folder, manifest, *bucket, runs)? {
                merged.push(run);
            }
        }
    };
    let results: Vec<Result<Vec<Run>, EngineError>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads.min(due.len())).map(|_| scope.spawn(work)).collect();
        let mut results = vec![work()];
        results.extend(workers.into_iter().map(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }));
        results
    });
    let mut merged = Vec::new();
    for result in results {
        merged.extend(result?);
    }
    merged.sort_by_key(|run| run.bucket);
    Ok(merged)
}

fn merge_bucket(folder: &Folder, manifest: &Manifest, bucket: usize, runs: &[Run]) -> Result<Option<Run>, EngineError> {
    let dead: BTreeSet<Code> =
        runs.iter().flat_map(|run| &run.shares).map(|share| share.source).filter(|&s| !manifest.is_live(s)).collect();
    let mut readers: Vec<ParquetRecordBatchReader> =
        runs.iter().map(|run| read(&folder.file(&run.file))).collect::<Result<_, _>>()?;
    let draft = folder.draft()?;
    let path = draft.path().to_owned();
    let mut writer = ArrowWriter::try_new(draft, layout::events(), Some(layout::run_properties()))
        .map_err(EngineError::writing(&path))?;
    let mut merge = Merge::new(runs.len(), [col::ITEM_ID, col::AT, col::SEQ], BATCH_ROWS);
    let mut aligned = BatchCoalescer::new(layout::events(), BATCH_ROWS);
    let mut described: Option<Run> = None;
    let mut write = |batch: RecordBatch| {
        writer.write(&batch).map_err(EngineError::writing(&path))?;
        described = match (described.take(), describe(bucket, &batch)) {
            (Some(run), Some(next)) => Some(run.followed_by(next)),
            (run, next) => run.or(next),
        };
        Ok::<(), EngineError>(())
    };
    loop {
        match merge.step().map_err(compute)? {
            Step::Need(run) => {
                let batch = readers[run].next().transpose();
                let batch = batch.map_err(|error| EngineError::damaged(&folder.file(&runs[run].file), error))?;
                merge.give(run, batch.map(|batch| without(batch, &dead)).transpose().map_err(compute)?);
            }
            Step::Ready(batch) => aligned.push_batch(batch).map_err(compute)?,
            Step::Done => break,
        }
        while let Some(batch) = aligned.next_completed_batch() {
            write(batch)?;
        }
    }
    aligned.finish_buffered_batch().map_err(compute)?;
    while let Some(batch) = aligned.next_completed_batch() {
        write(batch)?;
    }
    let Some(run) = described else {
        return Ok(None);
    };
    let draft = writer.into_inner().map_err(EngineError::writing(&path))?;
    let sealed = folder.seal(draft, &format!("events-{bucket:02}"), "parquet")?;
    Ok(Some(Run { file: sealed.name, bytes: sealed.bytes, ..run }))
}

fn without(batch: RecordBatch, dead: &BTreeSet<Code>) -> Result<RecordBatch, ArrowError> {
    if dead.is_empty() {
        return Ok(batch);
    }
    let sources = batch.column(col::SOURCE).as_primitive::<UInt32Type>().values();
    let is_live: BooleanArray = sources.iter().map(|source| Some(!dead.contains(source))).collect();
    filter_record_batch(&batch, &is_live)
}

fn describe(bucket: usize, batch: &RecordBatch) -> Option<Run> {
    Run::describe(
        bucket,
        batch.column(col::ITEM_ID).as_primitive::<UInt64Type>().values(),
        batch.column(col::AT).as_primitive::<TimestampMicrosecondType>().values(),
        batch.column(col::SEQ).as_primitive::<UInt64Type>().values(),
        batch.column(col::SOURCE).as_primitive::<UInt32Type>().values(),
    )
}

fn compute(error: ArrowError) -> EngineError {
    DataFusionError::from(error).into()
}
