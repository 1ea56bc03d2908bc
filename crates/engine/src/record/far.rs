//! A record that lies elsewhere: its dictionaries are brought near when they are needed, its events stay where they are.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::folder::Folder;
use super::{Dictionaries, MANIFEST, Manifest, Place, Snapshot};
use crate::EngineError;
use crate::cluster::{StoreKeys, bring};

/// Dictionaries as plain data: where their record lies and which version of it, and the words that only one process knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WrittenDictionaries {
    pub place: String,
    pub manifest: Manifest,
    pub extra: [Vec<String>; 10],
}

/// Refuses a record with several files a bucket: those are merged while they are read, which only one machine can do.
pub(crate) fn is_compact(manifest: &Manifest) -> Result<(), EngineError> {
    match manifest.runs.windows(2).any(|pair| pair[0].bucket == pair[1].bucket) {
        false => Ok(()),
        true => Err(EngineError::Cluster {
            what: "the record is not compact, and a cluster computes over compact ones only".into(),
            hint: "let a verb with --cluster read it once more: it compacts the record".into(),
        }),
    }
}

impl Snapshot {
    /// The record at a place, as it is there now. Small files are kept in `nearby`, a folder of this record's own.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn far(place: &Place, keys: &StoreKeys, nearby: &Path) -> Result<Self, EngineError> {
        let folder = match place.as_folder() {
            Some(folder) => existing(folder)?,
            None => {
                let folder = Folder::open(nearby)?;
                bring(place, keys, MANIFEST, folder.path())?;
                folder
            }
        };
        let manifest = Manifest::load(&folder)?;
        Ok(Self::of(folder, manifest, place.clone(), keys.clone()))
    }

    /// The same record, which other machines find in the folder in which it lies, unless it is known to lie elsewhere.
    pub(crate) fn seen_by_all(self) -> Self {
        let place = self.place.clone().unwrap_or_else(|| Place::folder(self.folder.path()));
        Self { place: Some(place), ..self }
    }

    /// The dictionaries that were [`written`](Dictionaries::write) on another machine.
    pub(crate) fn written(
        written: &WrittenDictionaries,
        keys: &StoreKeys,
        nearby: &Path,
    ) -> Result<Dictionaries, EngineError> {
        let place = Place::parse(&written.place)?;
        let folder = match place.as_folder() {
            Some(folder) => existing(folder)?,
            None => Folder::open(&nearby.join(&blake3::hash(written.place.as_bytes()).to_hex()[..16]))?,
        };
        let snapshot = Self::of(folder, written.manifest.clone(), place, keys.clone());
        Ok(Dictionaries::with_extra(snapshot, written.extra.clone()))
    }

    fn of(folder: Folder, manifest: Manifest, place: Place, keys: StoreKeys) -> Self {
        // Nobody removes files of a bucket from under us; in a folder, whoever asked holds the lock.
        Self {
            folder: Arc::new(folder),
            manifest: Arc::new(manifest),
            place: Some(place),
            keys,
            _reading: Arc::default(),
        }
    }

    /// Sees to it that small files of a record that lies in object storage are in the folder.
    pub(super) fn bring_near<'a>(&self, mut files: impl Iterator<Item = &'a String>) -> Result<(), EngineError> {
        match &self.place {
            Some(place) if place.as_folder().is_none() => {
                files.try_for_each(|file| bring(place, &self.keys, file, self.folder.path()))
            }
            _ => Ok(()),
        }
    }
}

/// A folder that has to be there: one that is made would hide a wrong address.
fn existing(folder: &Path) -> Result<Folder, EngineError> {
    if folder.is_dir() {
        return Folder::open(folder);
    }
    Err(EngineError::Place {
        what: format!("there is no folder `{}` on this machine", folder.display()),
        hint:
            "a record in a folder has to be there under the same path on every machine; or put it into object storage"
                .into(),
    })
}
