//! The record on disk: opened, read through snapshots, appended to by one writer at a time, compacted.

mod append;
mod compact;
mod erase;
#[cfg(feature = "cluster")]
mod far;
mod folder;
mod intern;
pub(crate) mod layout;
mod manifest;
pub(crate) mod merge;
mod place;
mod sightings;
mod tables;
mod words;

use std::path::Path;
use std::sync::Arc;

use sayso_model::coverage::Skipped;
use sayso_model::time::Instant;
use sayso_model::words::Column;

pub use append::{Appender, Progress, ROWS_HELD_MAX, SKIPPED_KEPT_MAX, Start};
pub use compact::Compaction;
pub use erase::Erasure;
pub use manifest::SourceState;
pub use place::Place;
pub use sightings::{Sighted, Sightings};
pub use words::Dictionaries;

#[cfg(feature = "cluster")]
pub(crate) use far::{WrittenDictionaries, is_compact};
#[cfg(feature = "cluster")]
pub(crate) use manifest::NAME as MANIFEST;
pub(crate) use manifest::{Manifest, Run};

pub(crate) use sightings::COLUMNS as SIGHTED;

use crate::EngineError;
use folder::{Folder, ReaderLock, WriterLock};
use intern::{Interner, ItemIds};

/// A record on disk: a folder with a manifest.
///
/// Any number of processes may read while one writes. Reading goes through a [`Snapshot`], which does not change.
#[derive(Debug)]
pub struct Record {
    folder: Arc<Folder>,
    manifest: Arc<Manifest>,
    desk: Option<Desk>,
}

/// The record as it was at one moment. The files that it names stay as long as it lives.
#[derive(Clone, Debug)]
pub struct Snapshot {
    folder: Arc<Folder>,
    manifest: Arc<Manifest>,
    /// Where its files are read by other machines, if they are.
    place: Option<Place>,
    /// What opens that place.
    #[cfg(feature = "cluster")]
    keys: crate::cluster::StoreKeys,
    _reading: Arc<Option<ReaderLock>>,
}

/// What a writer keeps at hand between two sources: every word and every item with its code.
#[derive(Debug)]
struct Desk {
    version: u64,
    words: Vec<Interner>,
    items: ItemIds,
}

impl Record {
    /// Opens the record in a folder; an absent folder or an empty one is an empty record.
    ///
    /// # Errors
    /// When the folder cannot be created or read, when the manifest is damaged or of a later version.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, EngineError> {
        let folder = Arc::new(Folder::open(folder.as_ref())?);
        let manifest = Arc::new(Manifest::load(&folder)?);
        Ok(Self { folder, manifest, desk: None })
    }

    /// Opens a record that nobody will miss after a crash of the machine: the same, but files are not forced to the
    /// disk one by one. For a log that is looked at once.
    pub fn open_scratch(folder: impl AsRef<Path>) -> Result<Self, EngineError> {
        let folder = Arc::new(Folder::open(folder.as_ref())?.scratch());
        let manifest = Arc::new(Manifest::load(&folder)?);
        Ok(Self { folder, manifest, desk: None })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The record as it is on disk now, for reading.
    pub fn snapshot(&self) -> Result<Snapshot, EngineError> {
        // First the lock, then the manifest: otherwise its files could be removed in between.
        let reading = Arc::new(self.folder.lock_to_read());
        let manifest = Arc::new(Manifest::load(&self.folder)?);
        Ok(Snapshot {
            folder: Arc::clone(&self.folder),
            manifest,
            place: None,
            #[cfg(feature = "cluster")]
            keys: Default::default(),
            _reading: reading,
        })
    }

    /// How far a source has come, as of opening or of the last write through this handle.
    pub fn source(&self, name: &str) -> Option<SourceState> {
        self.manifest.source(name).cloned()
    }

    /// All sources, in the order in which they were first read.
    pub fn sources(&self) -> &[SourceState] {
        &self.manifest.sources
    }

    /// First and last instant of the live events; `None` where there are none.
    pub fn bounds(&self) -> Option<(Instant, Instant)> {
        self.manifest.bounds()
    }

    /// Live events.
    pub fn n_events(&self) -> u64 {
        self.manifest.n_events()
    }

    /// Takes a source out of the record, with its events and its books; gives whether there was one. Its rows go with
    /// the next compaction, its words and item names stay in the dictionaries until the record is read from the
    /// beginning.
    pub fn forget(&mut self, name: &str) -> Result<bool, EngineError> {
        let lock = self.lock()?;
        let mut manifest = (*self.manifest).clone();
        manifest.sources.retain(|source| source.name != name);
        if manifest.sources.len() == self.manifest.sources.len() {
            return Ok(false);
        }
        manifest.drop_dead_runs();
        manifest.save(&self.folder)?;
        self.replace_manifest(manifest);
        self.folder.sweep(&lock, &self.manifest.files())?;
        Ok(true)
    }

    /// Forgets the words and items kept at hand for writing. They are loaded again when they are needed.
    pub fn release_memory(&mut self) {
        self.desk = None;
    }

    /// Takes the writer's lock, looks at what others have written meanwhile, and removes what nobody needs.
    fn lock(&mut self) -> Result<WriterLock, EngineError> {
        let lock = self.folder.lock_to_write()?;
        let manifest = Manifest::load(&self.folder)?;
        if manifest.version != self.manifest.version {
            self.manifest = Arc::new(manifest);
        }
        self.folder.sweep(&lock, &self.manifest.files())?;
        Ok(lock)
    }

    /// Goes on with a manifest that has been saved and has the words and items that the desk knows.
    fn replace_manifest(&mut self, manifest: Manifest) {
        let before = std::mem::replace(&mut self.manifest, Arc::new(manifest));
        if let Some(desk) = self.desk.as_mut().filter(|desk| desk.version == before.version) {
            desk.version = self.manifest.version;
        }
    }

    /// The words and items as they are in the manifest, whatever an earlier appender has left unfinished.
    fn desk(&mut self) -> Result<&mut Desk, EngineError> {
        if self.desk.as_ref().is_none_or(|desk| desk.version != self.manifest.version) {
            self.desk = Some(tables::load_desk(&self.folder, &self.manifest)?);
        }
        let desk = self.desk.as_mut().expect("set in the line above");
        for (interner, n_words) in desk.words.iter_mut().zip(self.manifest.n_words()) {
            interner.truncate(n_words as usize + 1);
        }
        desk.items.truncate(self.manifest.items.iter().map(|file| file.rows as usize).sum());
        Ok(desk)
    }
}

impl Snapshot {
    /// All sources, in the order in which they were first read.
    pub fn sources(&self) -> &[SourceState] {
        &self.manifest.sources
    }

    /// How far a source has come.
    pub fn source(&self, name: &str) -> Option<&SourceState> {
        self.manifest.source(name)
    }

    /// First and last instant of the live events; `None` where there are none.
    pub fn bounds(&self) -> Option<(Instant, Instant)> {
        self.manifest.bounds()
    }

    /// Live events.
    pub fn n_events(&self) -> u64 {
        self.manifest.n_events()
    }

    /// Files of events. One a bucket is as fast as it gets.
    pub fn n_runs(&self) -> usize {
        self.manifest.runs.len()
    }

    /// Bytes of all files of the record.
    pub fn n_bytes(&self) -> u64 {
        let manifest = &self.manifest;
        let runs = manifest.runs.iter().map(|run| run.bytes);
        let words = manifest.words.iter().map(|file| file.bytes);
        runs.chain(words).chain(manifest.items.iter().map(|file| file.bytes)).sum()
    }

    /// The dictionaries. Columns are loaded when the first word of them is looked up.
    pub fn words(&self) -> Dictionaries {
        Dictionaries::new(self.clone())
    }

    /// The first elements of every source that were set aside, in the order of reading; the ledgers have the counts.
    pub fn skipped(&self) -> Result<Vec<Skipped>, EngineError> {
        self.bring_near(self.manifest.sources.iter().flat_map(|source| &source.skipped))?;
        tables::read_skipped(&self.folder, self.manifest.sources.iter().flat_map(|source| &source.skipped))
    }

    pub(crate) fn folder_path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn folder(&self) -> &Folder {
        &self.folder
    }

    #[cfg(feature = "cluster")]
    pub(crate) fn keys(&self) -> &crate::cluster::StoreKeys {
        &self.keys
    }

    /// Where its event files lie, if other machines are to find them too.
    pub(crate) fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Sees to it that small files of a record that lies in object storage are in the folder.
    #[cfg(not(feature = "cluster"))]
    fn bring_near<'a>(&self, _: impl Iterator<Item = &'a String>) -> Result<(), EngineError> {
        Ok(())
    }
}

impl Desk {
    fn words_mut(&mut self, column: Column) -> &mut Interner {
        &mut self.words[column as usize]
    }
}
