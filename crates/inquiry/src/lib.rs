//! An office of Sayso, and the whole path from its sources to a diagnosis on one page.
//!
//! 1. [`Office::open`]: find the office (or a lone repository or log), read what people wrote in it.
//! 2. [`Office::read`]: bring the record up to date with the sources.
//! 3. [`Office::diagnose`]: who is who, then paths, then numbers, then one diagnosis.
//! 4. [`Office::path`], [`Office::query`], [`Office::doctor`]: look closer.
//!
//! Stages do not know each other; here is where they meet. Nothing here knows a terminal.

mod authority;
mod beliefs;
mod cluster;
mod conformity;
mod coverage;
mod diagnosing;
mod doctor;
mod drawn;
mod exporting;
mod fault;
mod fetching;
mod forget;
mod gaps;
mod item;
mod lanes;
mod lensing;
pub mod office;
mod persons;
mod reading;
mod shown;
mod starting;
mod tables;
mod token;
pub mod validity;
mod views;
mod who;
mod wire;
mod world;
mod writing;
mod zones;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sayso_engine::{Engine, EngineOptions, Place, Record, Snapshot};
use sayso_model::actor::Person;
use sayso_model::charter::Charter;
use sayso_sources::people::SiteDecl;
use sayso_sources::{Kind, Lens, Source};
use tempfile::TempDir;

pub use authority::{
    AreaSay, CHARTER_FILE, DeclaredRemit, ImportedCharter, LastDecision, diff_charters, import_charter,
};
pub use beliefs::{ANSWERS_FOLDER, ASSUMPTIONS_FILE, Interview, Statement, statements};
pub use cluster::{
    ClusterAccess, ExecutorRequest, SchedulerRequest, TOKEN_VARIABLE as CLUSTER_TOKEN_VARIABLE, run_executor,
    run_scheduler,
};
pub use conformity::{ClassOfCommits, CommitsAgainstCharter, commits_against_charter};
pub use doctor::Check;
pub use fault::{Fault, InquiryError};
pub use fetching::{NotGiven, SourceFetch};
pub use forget::Forgotten;
pub use item::ItemPaths;
pub use persons::{Acceptance, PersonCollision, PersonSuggestion, Persons};
pub use reading::{Outcome, Reading, SourceReading};
pub use sayso_engine::Format as TableForm;
pub use sayso_model::assumption::{Answer, BeliefVerdict, SideBySide, TestedBelief};
pub use sayso_model::time::Instant;
pub use sayso_report::check::Check as BeliefCheck;
pub use sayso_report::{Baseline, Format, Locale, Style, picture, pictures, render_with};
pub use sayso_sources::authority::check::{Objection, Severity};
pub use sayso_sources::export::{Exported, Format as ExportFormat};
pub use starting::{Beginning, NextStep};
pub use world::{Machine, Ran, World};
pub use writing::{json, write_whole};

use beliefs::Beliefs;
use fetching::Remote;
use office::{Found, OFFICE_FILE, OfficeFile, PrivacySection};
use shown::Pseudonyms;
use views::Viewer;
use who::Who;

/// The example offices that can be written.
pub const EXAMPLES: &[&str] = sayso_example::NAMES;

/// An earlier report, to hold a diagnosis against.
///
/// # Errors
/// When the file cannot be read, or is not what `diagnose --format json` writes.
pub fn baseline(path: &Path) -> Result<Baseline, InquiryError> {
    let text = std::fs::read_to_string(path).map_err(InquiryError::file("read the earlier report", path))?;
    Baseline::parse(&text).map_err(|error| {
        InquiryError::usage(format!("read the earlier report {}: {error}", path.display()), error.hint())
    })
}

/// The seed of a diagnosis for which none is given.
pub const SEED: u64 = 1;

/// What is asked for, beside the verb.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// An office, a repository or a log; the nearest office upwards when it is not given.
    pub target: Option<PathBuf>,
    /// A lens for a log.
    pub lens: Option<PathBuf>,
    /// Who is who, for a target without an office.
    pub people: Option<PathBuf>,
    /// What is declared, in any format that can be imported; instead of the office's charter.
    pub charter: Option<PathBuf>,
    /// Where the record is kept, instead of in the office or a temporary folder.
    pub record: Option<PathBuf>,
    /// Later events do not count.
    pub as_of: Option<Timestamp>,
    /// Only decisions raised at or after it.
    pub since: Option<Timestamp>,
    /// Only decisions raised before it.
    pub until: Option<Timestamp>,
    /// What random draws start from; [`SEED`] when it is not given.
    pub seed: Option<u64>,
    /// Threads; as many as the machine has when it is not given.
    pub threads: Option<usize>,
    /// Keep what stands before the break of a truncated file.
    pub salvage: bool,
    /// The scheduler of a cluster that computes, instead of this machine.
    pub cluster: Option<String>,
    /// What proves that one belongs to that cluster.
    pub access: ClusterAccess,
}

/// Who is told how far a reading has come.
pub trait Talk {
    /// Something begins.
    fn begins(&mut self, what: &str, total: Option<u64>);
    /// It has come so far.
    fn advances(&mut self, done: u64, total: Option<u64>);
    /// It has ended.
    fn ends(&mut self);
    /// Something worth a line where nobody watches a bar.
    fn says(&mut self, line: &str) {
        let _ = line;
    }
}

/// An office that is open: what people wrote in it, and its record.
pub struct Office {
    name: String,
    /// Absent for a lone repository or log.
    folder: Option<PathBuf>,
    sources: Vec<Source>,
    /// Those of them that are fetched.
    remotes: Vec<Remote>,
    people: Vec<Person>,
    sites: Vec<SiteDecl>,
    charter: Charter,
    /// The files that the charter was read from.
    declared_in: Vec<authority::Reading>,
    privacy: PrivacySection,
    half_life_days: f64,
    default_zones: std::collections::HashMap<String, String>,
    pseudonyms: Pseudonyms,
    beliefs: Beliefs,
    /// Where everything derived lies; `.sayso` in an office.
    derived: PathBuf,
    record: Record,
    page: PathBuf,
    request: Request,
    threads: NonZeroUsize,
    viewer: Viewer,
    #[cfg(feature = "cluster")]
    cluster: Option<std::sync::Arc<sayso_engine::cluster::Cluster>>,
    /// The record, where it lies elsewhere.
    #[cfg(feature = "cluster")]
    far: Option<cluster::FarRecord>,
    /// Removed with everything in it when the office is closed.
    _temporary: Option<TempDir>,
}

impl Office {
    /// Finds and opens what was meant.
    ///
    /// # Errors
    /// When there is nothing to look at, or a file that people wrote in the office is not valid.
    pub fn open(request: Request, world: &dyn World) -> Result<Self, InquiryError> {
        let target = request.target.clone();
        let found = match &target {
            Some(path) => office::find(path, false)?,
            None => office::find(&world.folder(), true)?,
        };
        let threads = request.threads.and_then(NonZeroUsize::new);
        let threads = threads.or_else(|| NonZeroUsize::new(world.threads())).unwrap_or(NonZeroUsize::MIN);
        let mut request = request;
        let far = request.record.take_if(|record| Place::is_address(&record.to_string_lossy()));
        let address = request.cluster.clone();
        #[cfg(not(feature = "cluster"))]
        if far.is_some() || address.is_some() {
            return cluster::refuse();
        }
        #[cfg(feature = "cluster")]
        let cluster = address.map(|address| cluster::cluster(&address, &request.access, world)).transpose()?;
        let office = match found {
            Found::Office(folder) => Self::of_folder(folder, request, threads, world),
            Found::Ephemeral(path, kind) => Self::of_path(&path, kind, request, threads, world),
        }?;
        #[cfg(feature = "cluster")]
        let office = {
            let at = |address: PathBuf| cluster::FarRecord::at(&address.to_string_lossy(), &office.derived, world);
            Self { cluster, far: far.map(at).transpose()?, ..office }
        };
        Ok(office)
    }

    /// An office with a `sayso.toml`.
    fn of_folder(
        folder: PathBuf,
        request: Request,
        threads: NonZeroUsize,
        world: &dyn World,
    ) -> Result<Self, InquiryError> {
        let written: OfficeFile = office::load(&folder)?;
        let derived = request.record.clone().unwrap_or_else(|| folder.join(".sayso"));
        std::fs::create_dir_all(&derived).map_err(InquiryError::file("make", &derived))?;
        // Names are in there: no repository around the office takes them in.
        writing::write_new(&derived.join(".gitignore"), b"*\n")?;
        let name = written.office.name.clone().unwrap_or_else(|| file_name(&folder));
        let people = who::people(request.people.clone().or_else(|| existing(folder.join("people.csv"))).as_deref())?;
        let (mut sources, mut remotes) = (Vec::new(), Vec::new());
        for section in &written.source {
            let path = fetching::raw_folder(section, &folder, &derived);
            remotes.extend(Remote::of(section, &folder, &derived)?);
            let kind = match section.kind {
                Some(kind) => kind.0,
                None => sayso_sources::probe(&path)?,
            };
            let lens = match section.lens.as_ref().map(|lens| folder.join(lens)).or_else(|| request.lens.clone()) {
                Some(lens) => lens_of(&lens)?,
                None => Lens::of_kind(kind),
            };
            let mut source = Source::new(&section.name, kind, path, lens);
            source.zone = section.zone.as_deref().map(|zone| time_zone(&folder, zone)).transpose()?;
            source.salvage = request.salvage;
            sources.push(source);
        }
        let pseudonyms = Pseudonyms::new(writing::office_key(&derived, world)?);
        let raw: Vec<(&str, &Path)> =
            remotes.iter().map(|remote| (remote.name.as_str(), remote.folder.as_path())).collect();
        let declared = authority::declared(Some(&folder), request.charter.as_deref(), &raw, world)?;
        Ok(Self {
            name,
            sources,
            remotes,
            people,
            sites: written.site,
            charter: declared.charter,
            declared_in: declared.readings,
            privacy: written.privacy,
            half_life_days: written.measures.half_life_days(),
            default_zones: written
                .source
                .iter()
                .filter_map(|source| Some((source.name.clone(), source.default_zone.clone()?)))
                .collect(),
            pseudonyms,
            page: derived.join("report.html"),
            record: Record::open(derived.join("record"))?,
            beliefs: Beliefs::read(&folder)?,
            derived,
            folder: Some(folder),
            request,
            threads,
            viewer: Viewer::of(world),
            #[cfg(feature = "cluster")]
            cluster: None,
            #[cfg(feature = "cluster")]
            far: None,
            _temporary: None,
        })
    }

    /// A lone repository or log.
    fn of_path(
        path: &Path,
        kind: Kind,
        request: Request,
        threads: NonZeroUsize,
        world: &dyn World,
    ) -> Result<Self, InquiryError> {
        let temporary = match &request.record {
            Some(_) => None,
            None => Some(
                tempfile::Builder::new()
                    .prefix("sayso-")
                    .tempdir_in(world.temporary())
                    .map_err(InquiryError::file("make a temporary folder in", &world.temporary()))?,
            ),
        };
        let derived = temporary.as_ref().map(|folder| folder.path().to_path_buf());
        let derived = derived.or_else(|| request.record.clone()).unwrap_or_default();
        let name = file_name(path);
        let declared = authority::declared(None, request.charter.as_deref(), &[], world)?;
        // A table that is not canonical may still be one with a lens, and a lens may be for canonical columns too.
        let lens = match &request.lens {
            Some(lens) => lens_of(lens)?,
            None => Lens::of_kind(kind),
        };
        let kind = match (kind, lens.kind()) {
            (Kind::Events, _) if request.lens.is_some() => Kind::Csv,
            (Kind::Git, Some(Kind::Peps)) => Kind::Peps,
            (kind, _) => kind,
        };
        let mut source = Source::new(&name, kind, path, lens);
        source.salvage = request.salvage;
        Ok(Self {
            page: world.folder().join(format!("sayso-{}.html", stem(&name))),
            name,
            folder: None,
            sources: vec![source],
            remotes: Vec::new(),
            people: who::people(request.people.as_deref())?,
            sites: Vec::new(),
            charter: declared.charter,
            declared_in: declared.readings,
            privacy: PrivacySection::default(),
            half_life_days: sayso_measures::HALF_LIFE_DAYS,
            default_zones: Default::default(),
            pseudonyms: Pseudonyms::from_seed(request.seed.unwrap_or(SEED)),
            record: Record::open(&derived)?,
            beliefs: Beliefs::default(),
            derived,
            request,
            threads,
            viewer: Viewer::of(world),
            #[cfg(feature = "cluster")]
            cluster: None,
            #[cfg(feature = "cluster")]
            far: None,
            _temporary: temporary,
        })
    }

    /// What stands over every report.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The office's folder; none for a lone repository or log.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Where the HTML page of this office is written.
    pub fn page(&self) -> &Path {
        &self.page
    }

    fn engine(&self) -> Result<Engine, InquiryError> {
        let options = EngineOptions { threads: Some(self.threads), memory_limit: None };
        let engine = Engine::new(self.snapshot()?, options)?;
        #[cfg(feature = "cluster")]
        if let Some(cluster) = &self.cluster {
            return Ok(engine.on(std::sync::Arc::clone(cluster))?);
        }
        Ok(engine)
    }

    /// The record as it is now, wherever it lies.
    fn snapshot(&self) -> Result<Snapshot, InquiryError> {
        #[cfg(feature = "cluster")]
        if let Some(far) = &self.far {
            return far.snapshot();
        }
        Ok(self.record.snapshot()?)
    }

    /// Whether the record lies elsewhere and is only looked at.
    fn is_far(&self) -> bool {
        #[cfg(feature = "cluster")]
        if self.far.is_some() {
            return true;
        }
        false
    }

    fn who(&self, engine: &Engine) -> Result<Who, InquiryError> {
        let sources = (&self.sources[..], &self.default_zones);
        Who::find_out(engine, &self.people, &self.sites, &self.charter, sources, self.folder.as_deref())
    }
}

/// Writes an example office, the one that ships with Sayso unless a seed is given, or the same organisation with nothing
/// wrong planted in it; gives the number of files.
///
/// # Errors
/// When the folder has files in it and `force` is not set, or cannot be written.
pub fn write_example(
    name: &str,
    seed: Option<u64>,
    folder: &Path,
    force: bool,
    healthy: bool,
) -> Result<usize, InquiryError> {
    let seed = seed.unwrap_or(sayso_example::DEFAULT_SEED);
    let Some(example) = (if healthy { sayso_example::healthy(name, seed) } else { sayso_example::by_name(name, seed) })
    else {
        return Err(InquiryError::usage(
            format!("find an example called `{name}`"),
            format!("choose one of: {}", EXAMPLES.join(", ")),
        ));
    };
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied && !force {
        return Err(InquiryError::usage(
            format!("write into {}: it has files in it", folder.display()),
            "choose a new folder, or say --force to replace files of the same names",
        ));
    }
    for (path, text) in &example.files {
        write_whole(&folder.join(path), text.as_bytes())?;
    }
    Ok(example.files.len())
}

/// The name of a kind in files, JSON and on the screen.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Events => "events",
        Kind::Xes => "xes",
        Kind::Ocel => "ocel",
        Kind::Csv => "csv",
        Kind::Git => "git",
        Kind::Peps => "peps",
        Kind::GerritNotes => "gerrit-notes",
        Kind::Tracker(tracker) => tracker.name(),
    }
}

/// A lens by its file, or by the name of one that comes with Sayso where there is no such file.
fn lens_of(path: &Path) -> Result<Lens, InquiryError> {
    let named = path.file_name().and_then(|name| Lens::built_in(&name.to_string_lossy()));
    match named {
        Some(lens) if !path.exists() => Ok(lens),
        _ => Ok(Lens::load(path)?),
    }
}

fn file_name(path: &Path) -> String {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    absolute.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The part of a file name before its first dot, for the name of the page.
fn stem(name: &str) -> &str {
    name.split('.').find(|part| !part.is_empty()).unwrap_or("report")
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    path.is_file().then_some(path)
}

/// A point in time as people write it: a date (its beginning, UTC) or RFC 3339. `None` where it is neither.
pub fn point_in_time(text: &str) -> Option<Timestamp> {
    let date = || Some(text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp());
    text.parse().ok().or_else(date)
}

fn time_zone(folder: &Path, zone: &str) -> Result<jiff::tz::TimeZone, InquiryError> {
    sayso_model::calendar::zone(zone).map_err(|error| {
        InquiryError::usage(format!("read {}: {error}", folder.join(OFFICE_FILE).display()), error.hint())
    })
}
