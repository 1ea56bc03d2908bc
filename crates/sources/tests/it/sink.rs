//! A sink that keeps everything, and rolls back to its last checkpoint as the engine's does.

use std::path::{Path, PathBuf};

use sayso_model::coverage::{ClaimTally, Ledger, Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError, Verdict};
use sayso_model::signs::Signs;
use sayso_model::time::Instant;
use sayso_sources::{Done, Kind, Lens, ReadError, Source, read};

/// An event, kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub item: String,
    pub at: Instant,
    pub offset: Option<i16>,
    pub actor: Option<String>,
    pub act: &'static str,
    pub activity: String,
    pub to: Option<String>,
    pub matter: Option<String>,
    pub area: Option<String>,
    pub team: Option<String>,
    pub site: Option<String>,
    pub role: Option<String>,
    pub is_holder: bool,
    pub verdict: Option<Verdict>,
    pub link: Option<String>,
    pub signs: Signs,
    pub attributes: Vec<(String, String)>,
}

impl Kept {
    fn of(row: &EventRow<'_>) -> Kept {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Kept {
            item: row.item.to_owned(),
            at: row.at,
            offset: row.utc_offset_min,
            actor: own(row.actor),
            act: row.act.map_or("", |act| act.name()),
            activity: row.activity.to_owned(),
            to: own(row.to),
            matter: own(row.matter),
            area: own(row.area),
            team: own(row.team),
            site: own(row.site),
            role: own(row.role),
            is_holder: row.describes == sayso_model::event::Describes::Holder,
            verdict: row.verdict,
            link: own(row.link),
            signs: row.signs,
            attributes: row.attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        }
    }

    /// One attribute.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Books {
    ledger: Ledger,
    notes: Vec<(String, Note)>,
    aside: Vec<(String, Reason)>,
    n_events: usize,
}

/// Keeps everything.
#[derive(Default)]
pub struct Vault {
    pub events: Vec<Kept>,
    pub ledger: Ledger,
    pub notes: Vec<(String, Note)>,
    pub aside: Vec<(String, Reason)>,
    /// Positions of the checkpoints so far.
    pub positions: Vec<String>,
    /// Stops at the checkpoint of this number, from 1.
    pub stop_at: Option<usize>,
    pub is_current_kept: bool,
    pub saved: Books,
}

impl Vault {
    /// As after a crash: what came after the last checkpoint is gone.
    pub fn roll_back(&mut self) {
        let saved = self.saved.clone();
        self.events.truncate(saved.n_events);
        (self.ledger, self.notes, self.aside) = (saved.ledger, saved.notes, saved.aside);
    }

    /// All of one note.
    pub fn n_notes(&self, note: Note) -> u64 {
        self.ledger.notes.get(&note).copied().unwrap_or(0)
    }

    /// All set aside for one reason.
    pub fn n_aside(&self, reason: Reason) -> u64 {
        self.ledger.set_aside.get(&reason).copied().unwrap_or(0)
    }
}

impl EventSink for Vault {
    fn seen(&mut self) {
        self.ledger.seen += 1;
        self.is_current_kept = false;
    }

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        assert!(!row.item.is_empty());
        if !self.is_current_kept {
            self.is_current_kept = true;
            self.ledger.kept += 1;
        }
        self.ledger.events += 1;
        self.events.push(Kept::of(row));
        Ok(())
    }

    fn set_aside(&mut self, place: &str, reason: Reason, _: &str) {
        assert!(!self.is_current_kept, "an element is kept or set aside, not both");
        *self.ledger.set_aside.entry(reason).or_default() += 1;
        self.aside.push((place.to_owned(), reason));
    }

    fn note(&mut self, place: &str, note: Note, _: &str) {
        *self.ledger.notes.entry(note).or_default() += 1;
        self.notes.push((place.to_owned(), note));
    }

    fn claim(&mut self, what: &str, tally: ClaimTally) {
        self.ledger.claims.insert(what.to_owned(), tally);
    }

    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError> {
        self.positions.push(position.to_owned());
        self.saved = Books {
            ledger: self.ledger.clone(),
            notes: self.notes.clone(),
            aside: self.aside.clone(),
            n_events: self.events.len(),
        };
        Ok(if self.stop_at == Some(self.positions.len()) { Flow::Stop } else { Flow::Continue })
    }

    fn progress(&mut self, done: u64, total: Option<u64>) {
        assert!(total.is_none_or(|total| done <= total));
    }
}

/// Reads a source whole; the books balance.
#[track_caller]
pub fn read_all(source: &Source) -> Result<Vault, ReadError> {
    let mut vault = Vault::default();
    let done = read(source, None, &mut vault)?;
    assert!(matches!(done, Done::Complete { .. }));
    assert_eq!(vault.ledger.n_lost(), 0, "{:?}", vault.ledger);
    Ok(vault)
}

/// A source with the lens that its kind has.
pub fn source(kind: Kind, path: &Path) -> Source {
    Source::new("test", kind, path, Lens::of_kind(kind))
}

/// A file with this content in a folder of its own, which goes with the guard.
pub fn file(name: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// The same, packed.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(content).unwrap();
    packer.finish().unwrap()
}

/// An instant from its text.
pub fn at(text: &str) -> Instant {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// The shared material, where it is here; says so where it is not.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")).join(folder);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared/{folder} is not here");
    None
}

/// A lens from the guide.
pub fn guide_lens(name: &str) -> Lens {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/lenses")).join(name);
    Lens::load(&path).unwrap_or_else(|error| panic!("{error} {}", error.hint))
}
