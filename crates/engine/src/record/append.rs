//! Pouring a source into the record: rows and books are held until a safe place, then made durable in one step.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion::arrow::array::{
    ArrayRef, Int16Array, ListArray, RecordBatch, TimestampMicrosecondArray, UInt8Array, UInt16Array, UInt32Array,
    UInt64Array,
};
use datafusion::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use datafusion::parquet::arrow::ArrowWriter;
use sayso_model::coverage::{ClaimTally, Ledger, Note, Reason, Skipped};
use sayso_model::decision::{FLAG_AUXILIARY, FLAG_DESCRIBES_HOLDER};
use sayso_model::event::{Describes, EventRow, EventSink, Flow, SinkError};
use sayso_model::words::Column;
use sayso_model::{Code, NOT_RECORDED};

use super::folder::{Folder, WriterLock};
use super::layout::{self, BATCH_ROWS, bucket_of};
use super::manifest::{Run, SourceState};
use super::tables::{write_items, write_skipped, write_words};
use super::{Desk, Record};
use crate::EngineError;

/// Events that an appender holds before it makes them durable at the next safe place. A crash loses at most these, and
/// reading on from the stored position gives them again.
pub const ROWS_HELD_MAX: usize = 1 << 19;

/// Places of elements set aside that are kept for each source. The counts in the ledger are exact all the same.
pub const SKIPPED_KEPT_MAX: usize = 10_000;

const WORDS_MAX: usize = u32::MAX as usize;
/// Attributes are the one column in which a source can have as many words as events; what is beyond is counted.
const ATTRIBUTES_MAX: usize = 1 << 23;

/// Where a reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Where the last reading stopped; at the beginning where there was none.
    Resume,
    /// At the beginning. With the first safe place, what earlier readings gave is gone.
    Anew,
}

/// How far a reading has come; for a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes or elements, as the source counts.
    pub done: u64,
    /// Of how many, where the source knows.
    pub total: Option<u64>,
    /// Events so far, those of earlier readings that are gone on with included.
    pub events: u64,
}

/// The sink that makes a source part of the record. One at a time; dropped without
/// [`finish`](Appender::finish), it leaves what was durable and nothing else.
pub struct Appender<'r> {
    record: &'r mut Record,
    lock: WriterLock,
    source: SourceState,
    rows: Rows,
    rows_held_max: usize,
    next_seq: u64,
    runs: Vec<Run>,
    skipped: Vec<Skipped>,
    is_kept: bool,
    interrupt: Option<&'r AtomicBool>,
    progress: Option<&'r mut dyn FnMut(Progress)>,
    last_item: Option<(String, u64)>,
    pair: String,
}

impl Record {
    /// An appender for a source, with the writer's lock.
    ///
    /// # Errors
    /// When another process writes; when a source is to be gone on with through another lens than it was begun with.
    pub fn appender(&mut self, name: &str, kind: &str, lens: &str, start: Start) -> Result<Appender<'_>, EngineError> {
        let lock = self.lock()?;
        let before = self.manifest.source(name).cloned();
        let next_seq = self.manifest.next_seq;
        let desk = self.desk()?;
        let mut anew = |generation| SourceState {
            name: name.to_owned(),
            kind: kind.to_owned(),
            lens: lens.to_owned(),
            generation,
            code: desk.words_mut(Column::Source).push(name),
            position: None,
            complete: false,
            ledger: Ledger::default(),
            skipped: Vec::new(),
            skipped_kept: 0,
        };
        let source = match (start, before) {
            (_, None) => anew(1),
            (Start::Anew, Some(before)) => anew(before.generation + 1),
            (Start::Resume, Some(before)) if before.kind == kind && before.lens == lens => {
                SourceState { complete: false, ..before }
            }
            (Start::Resume, Some(before)) => {
                return Err(EngineError::NotTheSame {
                    name: name.to_owned(),
                    begun: format!("{} through lens `{}`", before.kind, before.lens),
                    now: format!("{kind} through lens `{lens}`"),
                });
            }
        };
        Ok(Appender {
            record: self,
            lock,
            source,
            rows: Rows::default(),
            rows_held_max: ROWS_HELD_MAX,
            next_seq,
            runs: Vec::new(),
            skipped: Vec::new(),
            is_kept: false,
            interrupt: None,
            progress: None,
            last_item: None,
            pair: String::new(),
        })
    }
}

impl<'r> Appender<'r> {
    /// Asks the source to stop at the next safe place once `flag` is true.
    #[must_use]
    pub fn interrupted_by(mut self, flag: &'r AtomicBool) -> Self {
        self.interrupt = Some(flag);
        self
    }

    /// Tells `progress` how far the source has come.
    #[must_use]
    pub fn telling(mut self, progress: &'r mut dyn FnMut(Progress)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Holds at most about so many events ([`ROWS_HELD_MAX`] otherwise); at least one.
    #[must_use]
    pub fn holding(mut self, rows_held_max: usize) -> Self {
        self.rows_held_max = rows_held_max.max(1);
        self
    }

    /// How far the source has come, uncommitted events included.
    pub fn source(&self) -> &SourceState {
        &self.source
    }

    /// Makes everything durable and marks the source as read to the end.
    pub fn finish(mut self, position: &str) -> Result<SourceState, EngineError> {
        self.source.complete = true;
        self.commit(position)?;
        Ok(self.source)
    }

    fn add(&mut self, row: &EventRow<'_>) -> Result<(), EngineError> {
        let desk = self.record.desk.as_mut().expect("loaded when the appender was made");
        let item_id = match &self.last_item {
            Some((item, id)) if item == row.item => *id,
            _ => {
                let id = desk.items.id(row.item);
                let (item, last) = self.last_item.get_or_insert_default();
                item.clear();
                item.push_str(row.item);
                *last = id;
                id
            }
        };
        let group = |prefix: &str| row.to.and_then(|to| to.strip_prefix(prefix));
        if let Some(team) = group("team:") {
            code(desk, Column::Team, Some(team))?;
        }
        if let Some(role) = group("role:") {
            code(desk, Column::Role, Some(role))?;
        }
        let rows = &mut self.rows;
        rows.code(Stored::Source, self.source.code);
        rows.code(Stored::Actor, code(desk, Column::Actor, row.actor)?);
        rows.code(Stored::Activity, code(desk, Column::Activity, Some(row.activity))?);
        rows.code(Stored::To, code(desk, Column::Actor, row.to)?);
        rows.code(Stored::Matter, code(desk, Column::Matter, row.matter)?);
        rows.code(Stored::Area, code(desk, Column::Area, row.area)?);
        rows.code(Stored::Team, code(desk, Column::Team, row.team)?);
        rows.code(Stored::Site, code(desk, Column::Site, row.site)?);
        rows.code(Stored::Role, code(desk, Column::Role, row.role)?);
        rows.code(Stored::Link, code(desk, Column::Link, row.link)?);
        for (key, value) in row.attributes {
            self.pair.clear();
            self.pair.push_str(key);
            self.pair.push('=');
            self.pair.push_str(value);
            match desk.words_mut(Column::Attribute).intern(&self.pair, ATTRIBUTES_MAX) {
                Some(code) => rows.attributes.push(code),
                None => *self.source.ledger.notes.entry(Note::AttributeDropped).or_default() += 1,
            }
        }
        rows.attribute_ends.push(rows.attributes.len());
        rows.item_id.push(item_id);
        rows.at.push(row.at.micros());
        rows.seq.push(self.next_seq);
        rows.utc_offset_min.push(row.utc_offset_min);
        rows.act.push(row.act.map_or(0, |act| act.code()));
        rows.verdict.push(row.verdict.map_or(0, |verdict| verdict.code()));
        let describes = if row.describes == Describes::Holder { FLAG_DESCRIBES_HOLDER } else { 0 };
        rows.flags.push(describes | row.signs.bits() | if row.auxiliary { FLAG_AUXILIARY } else { 0 });
        self.next_seq += 1;
        self.source.ledger.events += u64::from(!row.auxiliary);
        // Between two safe places nothing may count yet, but nothing says that it has to stay in memory.
        if self.rows.len() >= self.rows_held_max.saturating_mul(2) {
            self.put_down()?;
        }
        Ok(())
    }

    /// Writes the held rows to runs that no manifest names yet.
    fn put_down(&mut self) -> Result<(), EngineError> {
        let runs = self.rows.write(&self.record.folder)?;
        self.runs.extend(runs);
        self.rows.clear();
        Ok(())
    }

    /// Makes everything so far part of the record, in one step.
    fn commit(&mut self, position: &str) -> Result<(), EngineError> {
        self.put_down()?;
        let folder = Arc::clone(&self.record.folder);
        let mut manifest = (*self.record.manifest).clone();
        let desk = self.record.desk.as_mut().expect("loaded when the appender was made");
        manifest.words.extend(write_words(&folder, &desk.words, manifest.n_words())?);
        let n_items: u64 = manifest.items.iter().map(|file| file.rows).sum();
        manifest.items.extend(write_items(&folder, &desk.items, n_items as usize)?);
        self.source.skipped.extend(write_skipped(&folder, &std::mem::take(&mut self.skipped))?);
        self.source.position = Some(position.to_owned());
        manifest.next_seq = self.next_seq;
        manifest.runs.append(&mut self.runs);
        match manifest.sources.iter_mut().find(|source| source.name == self.source.name) {
            Some(source) => *source = self.source.clone(),
            None => manifest.sources.push(self.source.clone()),
        }
        // What an earlier generation of this source had to itself is gone with this step.
        manifest.drop_dead_runs();
        manifest.runs.sort_by_key(|run| run.bucket);
        manifest.save(&folder)?;
        desk.version = manifest.version;
        self.record.manifest = Arc::new(manifest);
        Ok(())
    }
}

impl EventSink for Appender<'_> {
    fn seen(&mut self) {
        self.source.ledger.seen += 1;
        self.is_kept = false;
    }

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        if !self.is_kept {
            self.source.ledger.kept += 1;
            self.is_kept = true;
        }
        Ok(self.add(row)?)
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        *self.source.ledger.set_aside.entry(reason).or_default() += 1;
        if self.source.skipped_kept < SKIPPED_KEPT_MAX as u64 {
            self.source.skipped_kept += 1;
            self.skipped.push(Skipped {
                source: self.source.name.clone(),
                place: place.to_owned(),
                reason,
                detail: detail.to_owned(),
            });
        }
    }

    fn note(&mut self, _place: &str, note: Note, _detail: &str) {
        *self.source.ledger.notes.entry(note).or_default() += 1;
    }

    fn claim(&mut self, what: &str, tally: ClaimTally) {
        self.source.ledger.claims.insert(what.to_owned(), tally);
    }

    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError> {
        let is_interrupted = self.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed));
        if is_interrupted || !self.runs.is_empty() || self.rows.len() >= self.rows_held_max {
            self.commit(position)?;
        }
        Ok(if is_interrupted { Flow::Stop } else { Flow::Continue })
    }

    fn progress(&mut self, done: u64, total: Option<u64>) {
        if let Some(progress) = &mut self.progress {
            progress(Progress { done, total, events: self.source.ledger.events });
        }
    }
}

impl fmt::Debug for Appender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Appender")
            .field("source", &self.source)
            .field("rows_held", &self.rows.len())
            .field("lock", &self.lock)
            .finish_non_exhaustive()
    }
}

/// The code columns of a row, in the order in which they stand on disk.
#[derive(Clone, Copy)]
enum Stored {
    Source,
    Actor,
    Activity,
    To,
    Matter,
    Area,
    Team,
    Site,
    Role,
    Link,
}

/// Events in the order of reading, by column.
#[derive(Debug, Default)]
struct Rows {
    item_id: Vec<u64>,
    at: Vec<i64>,
    seq: Vec<u64>,
    utc_offset_min: Vec<Option<i16>>,
    act: Vec<u8>,
    verdict: Vec<u8>,
    flags: Vec<u16>,
    codes: [Vec<Code>; 10],
    attributes: Vec<Code>,
    attribute_ends: Vec<usize>,
}

impl Rows {
    fn len(&self) -> usize {
        self.item_id.len()
    }

    fn code(&mut self, column: Stored, code: Code) {
        self.codes[column as usize].push(code);
    }

    fn clear(&mut self) {
        self.item_id.clear();
        self.at.clear();
        self.seq.clear();
        self.utc_offset_min.clear();
        self.act.clear();
        self.verdict.clear();
        self.flags.clear();
        self.codes.iter_mut().for_each(Vec::clear);
        self.attributes.clear();
        self.attribute_ends.clear();
    }

    /// Sorts the rows and writes one run for each bucket that has any.
    fn write(&self, folder: &Folder) -> Result<Vec<Run>, EngineError> {
        let mut order: Vec<(u64, i64, u32)> =
            self.item_id.iter().zip(&self.at).zip(0..).map(|((&item, &at), row)| (item, at, row)).collect();
        // Rows are numbered in the order of reading, so that the row stands for its `seq`.
        order.sort_unstable();
        let order: Vec<u32> = order.into_iter().map(|(_, _, row)| row).collect();
        order
            .chunk_by(|&a, &b| bucket_of(self.item_id[a as usize]) == bucket_of(self.item_id[b as usize]))
            .map(|bucket| self.write_bucket(folder, bucket))
            .collect()
    }

    fn write_bucket(&self, folder: &Folder, order: &[u32]) -> Result<Run, EngineError> {
        let bucket = bucket_of(self.item_id[order[0] as usize]);
        let draft = folder.draft()?;
        let path = draft.path().to_owned();
        let mut writer = ArrowWriter::try_new(draft, layout::events(), Some(layout::run_properties()))
            .map_err(EngineError::writing(&path))?;
        for rows in order.chunks(BATCH_ROWS) {
            writer.write(&self.batch(rows)).map_err(EngineError::writing(&path))?;
        }
        let draft = writer.into_inner().map_err(EngineError::writing(&path))?;
        let sealed = folder.seal(draft, &format!("events-{bucket:02}"), "parquet")?;
        let run = Run::describe(
            bucket,
            &take(&self.item_id, order),
            &take(&self.at, order),
            &take(&self.seq, order),
            &take(&self.codes[Stored::Source as usize], order),
        );
        let run = run.expect("a bucket is made of at least one row");
        Ok(Run { file: sealed.name, bytes: sealed.bytes, ..run })
    }

    fn batch(&self, rows: &[u32]) -> RecordBatch {
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(take(&self.item_id, rows))),
            Arc::new(TimestampMicrosecondArray::from(take(&self.at, rows)).with_timezone("UTC")),
            Arc::new(UInt64Array::from(take(&self.seq, rows))),
            Arc::new(Int16Array::from(take(&self.utc_offset_min, rows))),
            Arc::new(UInt8Array::from(take(&self.act, rows))),
            Arc::new(UInt8Array::from(take(&self.verdict, rows))),
            Arc::new(UInt16Array::from(take(&self.flags, rows))),
        ];
        columns.extend(self.codes.iter().map(|codes| Arc::new(UInt32Array::from(take(codes, rows))) as ArrayRef));
        let mut offsets = Vec::with_capacity(rows.len() + 1);
        let mut attributes = Vec::new();
        offsets.push(0_i32);
        for &row in rows {
            let row = row as usize;
            let from = if row == 0 { 0 } else { self.attribute_ends[row - 1] };
            attributes.extend_from_slice(&self.attributes[from..self.attribute_ends[row]]);
            offsets.push(attributes.len() as i32);
        }
        columns.push(Arc::new(ListArray::new(
            layout::attribute_item(),
            OffsetBuffer::new(ScalarBuffer::from(offsets)),
            Arc::new(UInt32Array::from(attributes)),
            None,
        )));
        RecordBatch::try_new(layout::events(), columns).expect("columns of one length in the order of the layout")
    }
}

fn take<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|&row| values[row as usize]).collect()
}

fn code(desk: &mut Desk, column: Column, word: Option<&str>) -> Result<Code, EngineError> {
    let Some(word) = word else { return Ok(NOT_RECORDED) };
    desk.words_mut(column)
        .intern(word, WORDS_MAX)
        .ok_or(EngineError::Full { column: column.name(), max: WORDS_MAX as u64 })
}
