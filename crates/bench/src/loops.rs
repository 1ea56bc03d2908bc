//! Loops written by hand over the Parquet files of a compacted record: the least that an answer can cost.
//!
//! They read the columns, walk the items and count; no plan, no operator, no table. [`by_rules`] calls the same rules as
//! Sayso; [`plain`] is what somebody would write who wants these three numbers and nothing else, with the few rules that
//! made-up work needs.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{ArrowPrimitiveType, TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sayso_decisions::Rules;
use sayso_engine::Record;
use sayso_model::Code;
use sayso_model::decision::{EventColumns, ItemEvents, Paths, Reconstruct};
use sayso_model::event::Act;

use crate::Failed;
use crate::office;

const BATCH_ROWS: usize = 8_192;

/// What a loop counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Events walked over.
    pub events: u64,
    /// Questions, open and withdrawn ones included.
    pub decisions: u64,
    /// Changes of holder.
    pub handovers: u64,
    /// Microseconds from question to end, on the wall clock.
    pub waited: i128,
    /// The same inside the holders' calendars; `None` where the loop has no calendars.
    pub waited_working: Option<i128>,
}

impl Counted {
    /// As one line of JSON.
    pub fn json(&self) -> String {
        let hours = |micros: i128| micros as f64 / 3.6e9;
        let mut text = format!(
            "{{\"events\": {}, \"decisions\": {}, \"handovers\": {}, \"waited_h\": {:.3}",
            self.events,
            self.decisions,
            self.handovers,
            hours(self.waited)
        );
        if let Some(working) = self.waited_working {
            let _ = write!(text, ", \"waited_working_h\": {:.3}", hours(working));
        }
        text + "}"
    }
}

/// The loop with Sayso's own rules.
///
/// # Errors
/// When the record cannot be read, or is not compacted.
pub fn by_rules(folder: &Path) -> Result<Counted, Failed> {
    const COLUMNS: [&str; 13] = [
        "item_id", "at", "act", "verdict", "flags", "actor", "activity", "to", "matter", "area", "team", "site", "role",
    ];
    let snapshot = Record::open(office::record_of(folder))?.snapshot()?;
    let bounds = snapshot.bounds().unwrap_or_default();
    let rules = Rules::new(office::directory(&snapshot.words(), bounds)?, bounds.1);
    let (mut counted, mut paths) = (Counted::default(), Paths::default());
    for file in files(folder)? {
        let mut open: (u64, EventColumns) = Default::default();
        for batch in batches(&file, &COLUMNS)? {
            let batch = batch?;
            // In the order of the file, which is that of `COLUMNS`.
            let items = values::<UInt64Type>(&batch, 0)?;
            let all = ItemEvents {
                item: 0,
                at: values::<TimestampMicrosecondType>(&batch, 1)?,
                act: values::<UInt8Type>(&batch, 2)?,
                verdict: values::<UInt8Type>(&batch, 3)?,
                flags: values::<UInt16Type>(&batch, 4)?,
                actor: values::<UInt32Type>(&batch, 5)?,
                activity: values::<UInt32Type>(&batch, 6)?,
                to: values::<UInt32Type>(&batch, 7)?,
                matter: values::<UInt32Type>(&batch, 8)?,
                area: values::<UInt32Type>(&batch, 9)?,
                team: values::<UInt32Type>(&batch, 10)?,
                site: values::<UInt32Type>(&batch, 11)?,
                role: values::<UInt32Type>(&batch, 12)?,
            };
            counted.events += items.len() as u64;
            let mut from = 0;
            for item in items.chunk_by(|a, b| a == b) {
                let events = all.slice(item[0], from..from + item.len());
                from += item.len();
                let is_last = from == items.len();
                // An item may go on in the next batch: the last one of each is kept back.
                if !open.1.is_empty() && open.0 != item[0] {
                    rules.item(&open.1.events(open.0), &mut paths);
                    open.1.clear();
                }
                if is_last || !open.1.is_empty() {
                    open.0 = item[0];
                    open.1.extend(&events);
                } else {
                    rules.item(&events, &mut paths);
                }
            }
            tally(&mut paths, &mut counted);
        }
        if !open.1.is_empty() {
            rules.item(&open.1.events(open.0), &mut paths);
            tally(&mut paths, &mut counted);
        }
    }
    Ok(counted)
}

fn tally(paths: &mut Paths, counted: &mut Counted) {
    for decision in &paths.decisions {
        counted.decisions += 1;
        counted.handovers += u64::from(decision.n_handovers);
        counted.waited += i128::from(decision.latency().micros());
        *counted.waited_working.get_or_insert(0) += i128::from(decision.latency_working.micros());
    }
    paths.decisions.clear();
    paths.hops.clear();
    paths.touches.clear();
}

/// A question as the plain loop sees it.
#[derive(Clone, Copy, Debug, Default)]
struct Question {
    item: u64,
    is_open: bool,
    since: i64,
    holder: Code,
    asked_by: Code,
}

/// The loop with a state machine of a page: who has it, since when, how often it changed hands.
///
/// # Errors
/// When the record cannot be read, or is not compacted.
pub fn plain(folder: &Path) -> Result<Counted, Failed> {
    const COLUMNS: [&str; 5] = ["item_id", "at", "act", "actor", "to"];
    let bounds = Record::open(office::record_of(folder))?.snapshot()?.bounds().unwrap_or_default();
    let (mut counted, mut question) = (Counted::default(), Question::default());
    let close = |question: &mut Question, at: i64, counted: &mut Counted| {
        if std::mem::take(&mut question.is_open) {
            counted.waited += i128::from(at - question.since);
        }
    };
    for file in files(folder)? {
        for batch in batches(&file, &COLUMNS)? {
            let batch = batch?;
            let items = values::<UInt64Type>(&batch, 0)?;
            let ats = values::<TimestampMicrosecondType>(&batch, 1)?;
            let acts = values::<UInt8Type>(&batch, 2)?;
            let actors = values::<UInt32Type>(&batch, 3)?;
            let tos = values::<UInt32Type>(&batch, 4)?;
            counted.events += items.len() as u64;
            for ((((item, at), act), actor), to) in items.iter().zip(ats).zip(acts).zip(actors).zip(tos) {
                if *item != question.item {
                    close(&mut question, bounds.1.micros(), &mut counted);
                    question = Question { item: *item, ..Question::default() };
                }
                let to = match Act::from_code(*act) {
                    Some(Act::Raised | Act::Reopened) if !question.is_open => {
                        question = Question { is_open: true, since: *at, holder: *actor, ..question };
                        counted.decisions += 1;
                        continue;
                    }
                    Some(Act::Decided | Act::Withdrawn) => {
                        close(&mut question, *at, &mut counted);
                        continue;
                    }
                    Some(Act::Asked) => {
                        question.asked_by = *actor;
                        *to
                    }
                    Some(Act::Handed) => *to,
                    Some(Act::Advised) => question.asked_by,
                    _ => continue,
                };
                if question.is_open && to != question.holder {
                    question.holder = to;
                    counted.handovers += 1;
                }
            }
        }
    }
    close(&mut question, bounds.1.micros(), &mut counted);
    Ok(counted)
}

/// The files of events, in the order of their buckets.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(office::record_of(folder))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("events-") && name.ends_with(".parquet") {
            files.push(path);
        }
    }
    files.sort();
    let bucket = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy()[..9].to_owned());
    if files.windows(2).any(|two| bucket(&two[0]) == bucket(&two[1])) {
        return Err("the record is not compacted: a loop by hand walks one sorted file a bucket".into());
    }
    Ok(files)
}

fn batches(
    file: &Path,
    columns: &[&str],
) -> Result<impl Iterator<Item = Result<RecordBatch, arrow::error::ArrowError>>, Failed> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    Ok(builder.with_projection(mask).with_batch_size(BATCH_ROWS).build()?)
}

fn values<T: ArrowPrimitiveType>(batch: &RecordBatch, column: usize) -> Result<&[T::Native], Failed> {
    let array = batch.column(column).as_primitive_opt::<T>();
    let array = array.filter(|array| array.null_count() == 0);
    array.map(|array| &array.values()[..]).ok_or_else(|| format!("column {column} has another type").into())
}
