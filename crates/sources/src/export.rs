//! Writes events for other tools: object-centric logs (OCEL 2.0 as JSON, XML or SQLite) and XES, as a stream.
//!
//! The writer gets words and knows nobody: who is shown by name or by pseudonym is decided by whoever calls it. Events
//! are never held beyond the one at hand; objects (items as hashes, people and teams by name) are.

use std::io;
use std::path::{Path, PathBuf};

use jiff::tz::Offset;
use rustc_hash::FxHashSet;
use sayso_model::actor::ActorKind;
use sayso_model::event::{Act, Describes, EventRow, Verdict};
use sayso_model::time::Instant;
use twox_hash::XxHash3_64;

mod objects;
mod ocel;
mod out;
mod sqlite;
mod xes;

/// How events are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// OCEL 2.0 in JSON; packed where the file's name ends in `.gz`.
    OcelJson,
    /// OCEL 2.0 in XML; likewise.
    OcelXml,
    /// OCEL 2.0 in SQLite.
    OcelSqlite,
    /// XES 1.0; packed where the file's name ends in `.gz`.
    Xes,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 4] = [Format::OcelJson, Format::OcelXml, Format::OcelSqlite, Format::Xes];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::OcelJson => "ocel-json",
            Format::OcelXml => "ocel-xml",
            Format::OcelSqlite => "ocel-sqlite",
            Format::Xes => "xes",
        }
    }

    /// The format of a name on the command line.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that a file's name stands for: `.jsonocel`, `.json`, `.xmlocel`, `.sqlite`, `.xes`, each but the
    /// database also with `.gz` behind; `None` where the name does not say.
    pub fn of_path(path: &Path) -> Option<Format> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "jsonocel" | "json" => Some(Format::OcelJson),
            "xmlocel" => Some(Format::OcelXml),
            "sqlite" | "sqlite3" | "db" => Some(Format::OcelSqlite),
            "xes" => Some(Format::Xes),
            _ => None,
        }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Events. Further acts of one event are told with it, and do not count.
    pub events: u64,
    /// Items: cases of XES, objects of type `item` of OCEL.
    pub items: u64,
    /// Different activities.
    pub activities: u64,
    /// Objects, items included; 0 for XES, which has none.
    pub objects: u64,
    /// Attributes for which a database has no more columns; 0 for the other formats.
    pub dropped: u64,
}

/// Events that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file cannot be written.
    #[error("write {}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The database cannot be written.
    #[error("write the database {}", path.display())]
    Base {
        /// Which file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// Events of an item do not come one after another.
    #[error("write the events of `{item}`: others came between them")]
    Order {
        /// Which item.
        item: String,
    },
}

impl ExportError {
    /// What to do next, where anything helps.
    pub fn hint(&self) -> Option<String> {
        match self {
            ExportError::Io { path, .. } | ExportError::Base { path, .. } => {
                Some(format!("check that the folder of {} exists, may be written and has room", path.display()))
            }
            ExportError::Order { .. } => None,
        }
    }
}

/// A file that is being written. Dropped without [`finish`](Export::finish), it leaves nothing behind, and what stood
/// under its name before stays.
pub struct Export {
    writer: Box<dyn Writer>,
    /// The event whose further acts may still come.
    pending: Option<Told>,
    item: Option<String>,
    items: FxHashSet<u64>,
    activities: FxHashSet<u64>,
    done: Exported,
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Export").field("done", &self.done).finish_non_exhaustive()
    }
}

impl Export {
    /// Begins a file; it takes its name when it is finished.
    ///
    /// # Errors
    /// Where no file can be made in the folder.
    pub fn create(path: &Path, format: Format) -> Result<Export, ExportError> {
        let writer: Box<dyn Writer> = match format {
            Format::OcelJson => Box::new(ocel::Ocel::create(path, ocel::Dialect::Json)?),
            Format::OcelXml => Box::new(ocel::Ocel::create(path, ocel::Dialect::Xml)?),
            Format::OcelSqlite => Box::new(sqlite::Base::create(path)?),
            Format::Xes => Box::new(xes::Log::create(path)?),
        };
        Ok(Export {
            writer,
            pending: None,
            item: None,
            items: FxHashSet::default(),
            activities: FxHashSet::default(),
            done: Exported::default(),
        })
    }

    /// Writes one event. The events of an item come one after another, in order of time; the further acts of an event
    /// (`auxiliary`) stand next to it, before or behind, and are told with it. `kind` says what the actor is.
    ///
    /// # Errors
    /// Where an item comes again after others, or the file cannot be written.
    pub fn event(&mut self, row: &EventRow<'_>, kind: ActorKind) -> Result<(), ExportError> {
        if let Some(pending) = &mut self.pending {
            if pending.is_same(row) {
                pending.add(row);
                return Ok(());
            }
            self.flush()?;
        }
        if self.item.as_deref() != Some(row.item) {
            if !self.items.insert(XxHash3_64::oneshot(row.item.as_bytes())) {
                return Err(ExportError::Order { item: row.item.to_owned() });
            }
            self.done.items += 1;
            self.item = Some(row.item.to_owned());
            self.writer.item(row.item)?;
        }
        self.pending = Some(Told::of(row, kind));
        Ok(())
    }

    /// Writes what is left, and gives the file its name.
    ///
    /// # Errors
    /// Where the file cannot be written; then what stood under its name before stays.
    pub fn finish(mut self) -> Result<Exported, ExportError> {
        self.flush()?;
        let (objects, dropped) = self.writer.finish(&self.items)?;
        Ok(Exported { objects, dropped, activities: self.activities.len() as u64, ..self.done })
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        let Some(told) = self.pending.take() else { return Ok(()) };
        self.done.events += 1;
        self.activities.insert(XxHash3_64::oneshot(told.label().as_bytes()));
        self.writer.event(&told, self.done.events)
    }
}

/// One format.
trait Writer {
    /// The next item begins.
    fn item(&mut self, item: &str) -> Result<(), ExportError>;

    /// An event of the item that began last, and its number, from 1.
    fn event(&mut self, told: &Told, number: u64) -> Result<(), ExportError>;

    /// Everything was told; `items` are the hashes of all. Gives the numbers of objects and of dropped attributes.
    fn finish(&mut self, items: &FxHashSet<u64>) -> Result<(u64, u64), ExportError>;
}

/// An event with all its acts, in memory of its own.
#[derive(Clone, Debug)]
struct Told {
    item: String,
    at: Instant,
    utc_offset_min: Option<i16>,
    actor: Option<String>,
    kind: ActorKind,
    activity: String,
    acts: Vec<Act>,
    to: Option<String>,
    matter: Option<String>,
    area: Option<String>,
    team: Option<String>,
    site: Option<String>,
    role: Option<String>,
    describes: Describes,
    verdict: Option<Verdict>,
    link: Option<String>,
    attributes: Vec<(String, String)>,
    /// Whether the row that counts has come.
    is_whole: bool,
}

impl Told {
    fn of(row: &EventRow<'_>, kind: ActorKind) -> Told {
        let own = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        Told {
            item: row.item.to_owned(),
            at: row.at,
            utc_offset_min: row.utc_offset_min,
            actor: own(row.actor),
            kind,
            activity: row.activity.to_owned(),
            acts: row.act.into_iter().collect(),
            to: own(row.to),
            matter: own(row.matter),
            area: own(row.area),
            team: own(row.team),
            site: own(row.site),
            role: own(row.role),
            describes: row.describes,
            verdict: row.verdict,
            link: own(row.link),
            attributes: row.attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            is_whole: !row.auxiliary,
        }
    }

    /// Whether a row tells a further act of this event, or the event of which this is a further act.
    fn is_same(&self, row: &EventRow<'_>) -> bool {
        (row.auxiliary || !self.is_whole)
            && self.item == row.item
            && self.at == row.at
            && self.activity == row.activity
            && self.actor.as_deref() == row.actor.filter(|actor| !actor.is_empty())
    }

    fn add(&mut self, row: &EventRow<'_>) {
        let further = Told::of(row, self.kind);
        if !row.auxiliary {
            let before = std::mem::replace(self, further);
            let own = std::mem::replace(&mut self.acts, before.acts);
            self.acts.extend(own);
            self.to = self.to.take().or(before.to);
            self.verdict = self.verdict.or(before.verdict);
            return;
        }
        self.acts.extend(further.acts);
        self.to = self.to.take().or(further.to);
        self.verdict = self.verdict.or(further.verdict);
    }

    /// The activity, or what the event does where the source gives no label.
    fn label(&self) -> &str {
        match (self.activity.as_str(), self.acts.first()) {
            ("", Some(act)) => act.name(),
            ("", None) => "event",
            (label, _) => label,
        }
    }

    /// The instant with the offset that the source wrote; `-00:00` says that none is known.
    fn time(&self) -> String {
        let timestamp = self.at.timestamp();
        match self.utc_offset_min.and_then(|minutes| Offset::from_seconds(i32::from(minutes) * 60).ok()) {
            Some(offset) => timestamp.display_with_offset(offset).to_string(),
            None => timestamp.to_string().replace('Z', "-00:00"),
        }
    }

    /// Whether `to` is another item.
    fn is_link(&self) -> bool {
        self.acts.contains(&Act::Linked) && !self.acts.iter().any(|act| matches!(act, Act::Asked | Act::Handed))
    }

    /// Everything but item, time and label, as attributes whose names are all different and whose values are not empty.
    fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = Vec::with_capacity(self.attributes.len() + 8);
        let mut put = |key: &str, value: Option<&str>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                pairs.push((key.to_owned(), value.to_owned()));
            }
        };
        let acts: Vec<&str> = self.acts.iter().map(|act| act.name()).collect();
        let acts = if acts.is_empty() { "none".to_owned() } else { acts.join(",") };
        let is_holder = self.describes == Describes::Holder;
        put("org:resource", self.actor.as_deref());
        put("sayso_act", Some(&acts));
        put("sayso_to", self.to.as_deref());
        put("sayso_verdict", self.verdict.map(Verdict::name));
        put("sayso_matter", self.matter.as_deref());
        put("sayso_area", self.area.as_deref());
        put(if is_holder { "sayso_holder_team" } else { "org:group" }, self.team.as_deref());
        put(if is_holder { "sayso_holder_role" } else { "org:role" }, self.role.as_deref());
        put(if is_holder { "sayso_holder_site" } else { "sayso_site" }, self.site.as_deref());
        put("sayso_link", self.link.as_deref());
        for (key, value) in self.attributes.iter().filter(|(_, value)| !value.is_empty()) {
            let mut key =
                if OWN.contains(&key.as_str()) || key.is_empty() { format!("other_{key}") } else { key.clone() };
            while pairs.iter().any(|(known, _)| *known == key) {
                key.push('_');
            }
            pairs.push((key, value.clone()));
        }
        pairs
    }
}

/// Names that mean something of their own in what is written.
const OWN: [&str; 16] = [
    "concept:name",
    "time:timestamp",
    "org:resource",
    "org:group",
    "org:role",
    "sayso_act",
    "sayso_to",
    "sayso_verdict",
    "sayso_matter",
    "sayso_area",
    "sayso_site",
    "sayso_holder_team",
    "sayso_holder_role",
    "sayso_holder_site",
    "sayso_link",
    "lifecycle:transition",
];
