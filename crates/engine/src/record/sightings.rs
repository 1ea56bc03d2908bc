//! Who was active when and where, summed up and kept beside the events: nobody has to walk over all of them to know it.
//!
//! The sums are kept by source, because a source that is read anew takes its events out of the record; and they say up to
//! which event they go, because events have numbers that only grow. So what was added since is all that has to be looked
//! at, and merging files of events changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int32Array, RecordBatch, UInt8Array, UInt32Array, UInt64Array};
use datafusion::arrow::datatypes::{Int16Type, Int32Type, TimestampMicrosecondType, UInt8Type, UInt32Type, UInt64Type};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::ProjectionMask;
use sayso_model::activity::{Activity, Mark};
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};

use super::folder::Folder;
use super::layout::{self, BATCH_ROWS, col};
use super::manifest::{Manifest, Summed};
use super::tables::{open, read};
use super::{Record, Snapshot};
use crate::EngineError;

/// The columns that are looked at, in the order of the layout.
pub(crate) const COLUMNS: [usize; 6] = [col::AT, col::SEQ, col::UTC_OFFSET_MIN, col::SOURCE, col::ACTOR, col::SITE];

/// The kind of row that says at which site an actor was.
const AT_SITE: u8 = Mark::KINDS;

/// What was seen of one actor in one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sighted {
    /// When they acted.
    pub activity: Activity,
    /// The sites that their events carry, in order, each once; without [`NOT_RECORDED`].
    pub sites: Vec<Code>,
}

/// What was seen of everybody who acted, in every source of the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sightings {
    by_source: BTreeMap<Code, Vec<Option<Box<Sighted>>>>,
}

impl Sightings {
    /// Everybody, as (source, actor, what was seen), in that order. Events of nobody are left out.
    pub fn iter(&self) -> impl Iterator<Item = (Code, Code, &Sighted)> {
        self.by_source.iter().flat_map(|(source, actors)| {
            (0..).zip(actors).filter_map(|(actor, seen)| Some((*source, actor, seen.as_deref()?)))
        })
    }

    fn of(&mut self, source: Code, actor: Code) -> &mut Sighted {
        let actors = self.by_source.entry(source).or_default();
        if actors.len() <= actor as usize {
            actors.resize_with(actor as usize + 1, || None);
        }
        actors[actor as usize].get_or_insert_default()
    }

    /// Adds the events of a batch with the [`COLUMNS`] that are numbered `from` or higher.
    pub(crate) fn add(&mut self, batch: &RecordBatch, from: u64) {
        let at = batch.column(0).as_primitive::<TimestampMicrosecondType>().values();
        let seq = batch.column(1).as_primitive::<UInt64Type>().values();
        let offsets = batch.column(2).as_primitive::<Int16Type>();
        let [sources, actors, sites] = [3, 4, 5].map(|n| batch.column(n).as_primitive::<UInt32Type>().values());
        for (row, offset) in offsets.iter().enumerate() {
            if seq[row] < from || actors[row] == NOT_RECORDED {
                continue;
            }
            let seen = self.of(sources[row], actors[row]);
            seen.activity.add(Instant::from_micros(at[row]), offset);
            seen.at_site(sites[row]);
        }
    }

    fn write(&self, folder: &Folder, until_seq: u64) -> Result<Summed, EngineError> {
        let draft = folder.draft()?;
        let path = draft.path().to_owned();
        let properties = layout::text_properties();
        let mut writer =
            ArrowWriter::try_new(draft, layout::sightings(), Some(properties)).map_err(EngineError::writing(&path))?;
        let mut rows = Rows::default();
        for (source, actor, seen) in self.iter() {
            let sites = seen.sites.iter().map(|site| Mark { kind: AT_SITE, key: *site as i32, n: 1 });
            for mark in seen.activity.marks().chain(sites) {
                rows.push(source, actor, mark);
                if rows.source.len() == BATCH_ROWS {
                    writer.write(&rows.take()).map_err(EngineError::writing(&path))?;
                }
            }
        }
        writer.write(&rows.take()).map_err(EngineError::writing(&path))?;
        let draft = writer.into_inner().map_err(EngineError::writing(&path))?;
        let sealed = folder.seal(draft, "sightings", "parquet")?;
        Ok(Summed { file: sealed.name, bytes: sealed.bytes, until_seq })
    }

    /// The sums that are kept, without those of sources that are gone.
    fn read(folder: &Folder, manifest: &Manifest) -> Result<Self, EngineError> {
        let mut sightings = Self::default();
        let Some(kept) = &manifest.sightings else { return Ok(sightings) };
        let path = folder.file(&kept.file);
        for batch in read(&path)? {
            let batch = batch.map_err(|error| EngineError::damaged(&path, error))?;
            let [sources, actors] = [0, 1].map(|n| batch.column(n).as_primitive::<UInt32Type>().values());
            let kinds = batch.column(2).as_primitive::<UInt8Type>().values();
            let keys = batch.column(3).as_primitive::<Int32Type>().values();
            let counts = batch.column(4).as_primitive::<UInt64Type>().values();
            let mut row = 0;
            while row < sources.len() {
                let (source, actor) = (sources[row], actors[row]);
                let same = (row..sources.len()).take_while(|at| (sources[*at], actors[*at]) == (source, actor)).count();
                if manifest.is_live(source) {
                    let seen = sightings.of(source, actor);
                    for at in row..row + same {
                        match kinds[at] {
                            AT_SITE => seen.at_site(keys[at] as Code),
                            kind => seen.activity.add_mark(Mark { kind, key: keys[at], n: counts[at] }),
                        }
                    }
                }
                row += same;
            }
        }
        Ok(sightings)
    }
}

impl Sighted {
    fn at_site(&mut self, site: Code) {
        if site != NOT_RECORDED
            && let Err(at) = self.sites.binary_search(&site)
        {
            self.sites.insert(at, site);
        }
    }
}

impl Record {
    /// Brings what is known of everybody's hours and sites up to the last event. It costs as much as what was added since
    /// the last time; call it when sources have been read, before files of events are merged.
    ///
    /// # Errors
    /// When another process writes, or a file cannot be read or written. The record is then as it was.
    pub fn sum_up(&mut self) -> Result<(), EngineError> {
        if self.manifest.is_summed_up() {
            return Ok(());
        }
        let lock = self.lock()?;
        let folder = Arc::clone(&self.folder);
        let mut manifest = (*self.manifest).clone();
        if manifest.is_summed_up() {
            return Ok(());
        }
        let mut sightings = Sightings::read(&folder, &manifest)?;
        let from = manifest.summed_until();
        for run in manifest.runs.iter().filter(|run| run.seq.1 >= from && manifest.n_dead(run) < run.rows) {
            let path = folder.file(&run.file);
            let file = open(&path)?;
            let columns = ProjectionMask::roots(file.parquet_schema(), COLUMNS);
            let batches = file.with_projection(columns).with_batch_size(BATCH_ROWS).build();
            for batch in batches.map_err(|error| EngineError::damaged(&path, error))? {
                sightings.add(&batch.map_err(|error| EngineError::damaged(&path, error))?, from);
            }
        }
        sightings.by_source.retain(|source, _| manifest.is_live(*source));
        manifest.sightings = Some(sightings.write(&folder, manifest.next_seq)?);
        manifest.save(&folder)?;
        self.replace_manifest(manifest);
        folder.sweep(&lock, &self.manifest.files())?;
        Ok(())
    }
}

impl Snapshot {
    /// What is kept of everybody, and the part of the record that came after it; `None` where nothing did.
    pub(crate) fn sightings(&self) -> Result<(Sightings, Option<Snapshot>), EngineError> {
        self.bring_near(self.manifest.sightings.iter().map(|kept| &kept.file))?;
        let sightings = Sightings::read(&self.folder, &self.manifest)?;
        let from = self.manifest.summed_until();
        let mut since = (*self.manifest).clone();
        since.runs.retain(|run| run.seq.1 >= from);
        let since = (!since.runs.is_empty()).then(|| Snapshot { manifest: Arc::new(since), ..self.clone() });
        Ok((sightings, since))
    }
}

/// Rows of the file, by column.
#[derive(Default)]
struct Rows {
    source: Vec<Code>,
    actor: Vec<Code>,
    kind: Vec<u8>,
    key: Vec<i32>,
    n: Vec<u64>,
}

impl Rows {
    fn push(&mut self, source: Code, actor: Code, mark: Mark) {
        self.source.push(source);
        self.actor.push(actor);
        self.kind.push(mark.kind);
        self.key.push(mark.key);
        self.n.push(mark.n);
    }

    fn take(&mut self) -> RecordBatch {
        let Rows { source, actor, kind, key, n } = std::mem::take(self);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from(source)),
            Arc::new(UInt32Array::from(actor)),
            Arc::new(UInt8Array::from(kind)),
            Arc::new(Int32Array::from(key)),
            Arc::new(UInt64Array::from(n)),
        ];
        RecordBatch::try_new(layout::sightings(), columns).expect("columns of one length in the order of the layout")
    }
}
