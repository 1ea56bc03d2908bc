//! The manifest: which files are the record, and how far every source has come.

use std::collections::HashSet;

use sayso_model::Code;
use sayso_model::coverage::Ledger;
use sayso_model::time::Instant;
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use crate::EngineError;

pub(crate) const NAME: &str = "manifest.json";

/// The layout that this version writes.
pub(crate) const FORMAT: u32 = 2;

/// The record at one moment. Nothing counts that it does not name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The layout.
    pub format: u32,
    /// One more with every change.
    pub version: u64,
    /// The number that the next event gets.
    pub next_seq: u64,
    /// Sorted files of events.
    pub runs: Vec<Run>,
    /// Dictionary files, in the order in which their codes follow each other.
    pub words: Vec<Words>,
    /// Item names, in the order of first sight.
    pub items: Vec<Items>,
    /// The sources.
    pub sources: Vec<SourceState>,
    /// What is summed up of everybody; absent before the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sightings: Option<Summed>,
}

/// One file of events, sorted by (item_id, at, seq), all of one bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub file: String,
    pub bytes: u64,
    pub bucket: usize,
    pub rows: u64,
    pub item: (u64, u64),
    pub at: (i64, i64),
    pub seq: (u64, u64),
    /// What of it belongs to which generation of which source.
    pub shares: Vec<Share>,
}

/// The part of a run that belongs to one generation of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Share {
    pub source: Code,
    pub rows: u64,
    pub at: (i64, i64),
}

/// One dictionary file: for every column, in the order of [`sayso_model::words::Column`], how many words it adds.
/// Columns with words have one row group each, in that order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Words {
    pub file: String,
    pub bytes: u64,
    pub counts: [u32; 10],
}

/// One file of item names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Items {
    pub file: String,
    pub bytes: u64,
    pub rows: u64,
}

/// The file with what is summed up of everybody's hours and sites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summed {
    pub file: String,
    pub bytes: u64,
    /// The events with lower numbers are in it.
    pub until_seq: u64,
}

/// A source, and how far its reading has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceState {
    /// Its name.
    pub name: String,
    /// `git`, `xes`, `csv`, `events`.
    pub kind: String,
    /// The lens it is read through.
    pub lens: String,
    /// 1 for the first reading, one more whenever it is read anew.
    pub generation: u32,
    /// The code that rows of this generation bear.
    pub code: Code,
    /// Where to go on; the source's own words. `None` before the first safe place.
    pub position: Option<String>,
    /// Whether it was read to the end.
    pub complete: bool,
    /// The books.
    pub ledger: Ledger,
    /// Files with the first elements that were set aside.
    pub(crate) skipped: Vec<String>,
    /// How many of them are kept; the ledger has the exact counts.
    pub skipped_kept: u64,
}

impl Manifest {
    fn new() -> Self {
        Self {
            format: FORMAT,
            version: 0,
            next_seq: 0,
            runs: Vec::new(),
            words: Vec::new(),
            items: Vec::new(),
            sources: Vec::new(),
            sightings: None,
        }
    }

    /// The manifest of a folder; that of an empty record where there is none.
    pub fn load(folder: &Folder) -> Result<Self, EngineError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let path = folder.file(NAME);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::new()),
            Err(error) => return Err(EngineError::io("read", &path)(error)),
        };
        let head: Head = serde_json::from_slice(&text).map_err(|error| EngineError::damaged(&path, error))?;
        if head.format > FORMAT {
            return Err(EngineError::Format { found: head.format, known: FORMAT });
        }
        if head.format < FORMAT {
            // What an earlier version wrote down can all be read again from the sources.
            return Ok(Self::new());
        }
        serde_json::from_slice(&text).map_err(|error| EngineError::damaged(&path, error))
    }

    /// Makes this the record, as one step and durably.
    pub fn save(&mut self, folder: &Folder) -> Result<(), EngineError> {
        self.version += 1;
        folder.replace(NAME, &self.to_bytes())
    }

    /// As it is written.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("plain data without maps of non-text keys serialises");
        text.push(b'\n');
        text
    }

    /// Every file it names.
    pub fn files(&self) -> HashSet<&str> {
        let runs = self.runs.iter().map(|run| run.file.as_str());
        let words = self.words.iter().map(|words| words.file.as_str());
        let items = self.items.iter().map(|items| items.file.as_str());
        let skipped = self.sources.iter().flat_map(|source| source.skipped.iter().map(String::as_str));
        let sightings = self.sightings.iter().map(|kept| kept.file.as_str());
        runs.chain(words).chain(items).chain(skipped).chain(sightings).collect()
    }

    pub fn source(&self, name: &str) -> Option<&SourceState> {
        self.sources.iter().find(|source| source.name == name)
    }

    /// Whether rows with this source code count.
    pub fn is_live(&self, code: Code) -> bool {
        self.sources.iter().any(|source| source.code == code)
    }

    /// Rows of a run that belong to readings which were done anew since.
    pub fn n_dead(&self, run: &Run) -> u64 {
        run.shares.iter().filter(|share| !self.is_live(share.source)).map(|share| share.rows).sum()
    }

    /// Takes out the runs that have no live row left.
    pub fn drop_dead_runs(&mut self) {
        let dead: Vec<bool> = self.runs.iter().map(|run| self.n_dead(run) == run.rows).collect();
        let mut dead = dead.into_iter();
        self.runs.retain(|_| !dead.next().unwrap_or(false));
    }

    /// The number of the first event that is not summed up.
    pub fn summed_until(&self) -> u64 {
        self.sightings.as_ref().map_or(0, |kept| kept.until_seq)
    }

    /// Whether everything is.
    pub fn is_summed_up(&self) -> bool {
        self.summed_until() == self.next_seq
    }

    /// Live events.
    pub fn n_events(&self) -> u64 {
        self.live_shares().map(|share| share.rows).sum()
    }

    /// First and last instant of the live events.
    pub fn bounds(&self) -> Option<(Instant, Instant)> {
        let first = self.live_shares().map(|share| share.at.0).min()?;
        let last = self.live_shares().map(|share| share.at.1).max()?;
        Some((Instant::from_micros(first), Instant::from_micros(last)))
    }

    /// Words per column, "not recorded" left out.
    pub fn n_words(&self) -> [u32; 10] {
        self.words.iter().fold([0; 10], |mut sum, file| {
            sum.iter_mut().zip(file.counts).for_each(|(sum, n)| *sum += n);
            sum
        })
    }

    fn live_shares(&self) -> impl Iterator<Item = &Share> {
        self.runs.iter().flat_map(|run| &run.shares).filter(|share| self.is_live(share.source))
    }
}

impl Run {
    /// What a sorted stretch of rows of one bucket is. `None` for no rows. The slices are of equal length.
    pub fn describe(bucket: usize, items: &[u64], ats: &[i64], seqs: &[u64], sources: &[Code]) -> Option<Run> {
        let (&first, &last) = (items.first()?, items.last()?);
        let mut shares: Vec<Share> = Vec::new();
        for (&at, &source) in ats.iter().zip(sources) {
            match shares.iter_mut().find(|share| share.source == source) {
                Some(share) => share.add(Share { source, rows: 1, at: (at, at) }),
                None => shares.push(Share { source, rows: 1, at: (at, at) }),
            }
        }
        shares.sort_by_key(|share| share.source);
        Some(Run {
            file: String::new(),
            bytes: 0,
            bucket,
            rows: items.len() as u64,
            item: (first, last),
            at: (ats.iter().copied().min()?, ats.iter().copied().max()?),
            seq: (seqs.iter().copied().min()?, seqs.iter().copied().max()?),
            shares,
        })
    }

    /// This stretch of rows with the next one behind it.
    pub fn followed_by(mut self, next: Run) -> Run {
        self.rows += next.rows;
        self.item.1 = next.item.1;
        self.at = (self.at.0.min(next.at.0), self.at.1.max(next.at.1));
        self.seq = (self.seq.0.min(next.seq.0), self.seq.1.max(next.seq.1));
        for share in next.shares {
            match self.shares.iter_mut().find(|found| found.source == share.source) {
                Some(found) => found.add(share),
                None => self.shares.push(share),
            }
        }
        self.shares.sort_by_key(|share| share.source);
        self
    }
}

impl Share {
    fn add(&mut self, more: Share) {
        self.rows += more.rows;
        self.at = (self.at.0.min(more.at.0), self.at.1.max(more.at.1));
    }
}
