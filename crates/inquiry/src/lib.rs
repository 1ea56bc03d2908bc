//! An office of Sayso, and the whole path from its sources to a diagnosis on one page.
//!
//! 1. [`Office::open`]: find the office (or a lone repository or log), read what people wrote in it.
//! 2. [`Office::read`]: bring the record up to date with the sources.
//! 3. [`Office::diagnose`]: who is who, then paths, then numbers, then one diagnosis.
//! 4. [`Office::path`], [`Office::query`], [`Office::doctor`]: look closer.
//!
//! Stages do not know each other; here is where they meet. Nothing here knows a terminal.

mod coverage;
mod doctor;
mod drawn;
mod fault;
mod gaps;
mod item;
pub mod office;
mod reading;
mod shown;
mod tables;
mod who;
mod world;
mod writing;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;
use sayso_decisions::Rules;
use sayso_engine::{Engine, EngineOptions, Record, Start};
use sayso_measures::Measured;
use sayso_model::actor::Person;
use sayso_model::decision::{Paths, Reconstruct};
use sayso_model::diagnosis::{Diagnosis, SCHEMA};
use sayso_model::privacy::Floor;
use sayso_model::time::Instant;
use sayso_sources::people::SiteDecl;
use sayso_sources::{Done, Freshness, Kind, Lens, Source};
use sayso_stats::Window;
use tempfile::TempDir;

pub use doctor::Check;
pub use fault::{Fault, InquiryError};
pub use item::ItemPaths;
pub use reading::{Outcome, Reading, SourceReading};
pub use sayso_engine::Format as TableForm;
pub use sayso_report::{Format, Style, picture, render};
pub use world::{Machine, World};
pub use writing::{json, write_whole};

use office::{Found, OFFICE_FILE, OfficeFile, PrivacySection};
use shown::Pseudonyms;
use who::Who;

/// The example offices that can be written.
pub const EXAMPLES: &[&str] = sayso_example::NAMES;

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
}

/// Who is told how far a reading has come.
pub trait Talk {
    /// Something begins.
    fn begins(&mut self, what: &str, total: Option<u64>);
    /// It has come so far.
    fn advances(&mut self, done: u64, total: Option<u64>);
    /// It has ended.
    fn ends(&mut self);
}

/// An office that is open: what people wrote in it, and its record.
pub struct Office {
    name: String,
    /// Absent for a lone repository or log.
    folder: Option<PathBuf>,
    sources: Vec<Source>,
    people: Vec<Person>,
    sites: Vec<SiteDecl>,
    privacy: PrivacySection,
    pseudonyms: Pseudonyms,
    record: Record,
    page: PathBuf,
    request: Request,
    threads: NonZeroUsize,
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
        match found {
            Found::Office(folder) => Self::of_folder(folder, request, threads, world),
            Found::Ephemeral(path, kind) => Self::of_path(&path, kind, request, threads, world),
        }
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
        let name = written.office.name.clone().unwrap_or_else(|| file_name(&folder));
        let people = who::people(request.people.clone().or_else(|| existing(folder.join("people.csv"))).as_deref())?;
        let mut sources = Vec::new();
        for section in &written.source {
            let path = folder.join(&section.path);
            let kind = match section.kind {
                Some(kind) => kind.into(),
                None => sayso_sources::probe(&path)?,
            };
            let lens = match section.lens.as_ref().map(|lens| folder.join(lens)).or_else(|| request.lens.clone()) {
                Some(lens) => Lens::load(&lens)?,
                None => Lens::of_kind(kind),
            };
            let mut source = Source::new(&section.name, kind, path, lens);
            source.zone = section.zone.as_deref().map(|zone| time_zone(&folder, zone)).transpose()?;
            source.salvage = request.salvage;
            sources.push(source);
        }
        let pseudonyms = Pseudonyms::new(writing::office_key(&derived, world)?);
        Ok(Self {
            name,
            sources,
            people,
            sites: written.site,
            privacy: written.privacy,
            pseudonyms,
            page: derived.join("report.html"),
            record: Record::open(derived.join("record"))?,
            folder: Some(folder),
            request,
            threads,
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
        // A table that is not canonical may still be one with a lens, and a lens may be for canonical columns too.
        let lens = match &request.lens {
            Some(lens) => Lens::load(lens)?,
            None => Lens::of_kind(kind),
        };
        let kind = if request.lens.is_some() && kind == Kind::Events { Kind::Csv } else { kind };
        let mut source = Source::new(&name, kind, path, lens);
        source.salvage = request.salvage;
        Ok(Self {
            page: world.folder().join(format!("sayso-{}.html", stem(&name))),
            name,
            folder: None,
            sources: vec![source],
            people: who::people(request.people.as_deref())?,
            sites: Vec::new(),
            privacy: PrivacySection::default(),
            pseudonyms: Pseudonyms::from_seed(request.seed.unwrap_or(SEED)),
            record: Record::open(derived)?,
            request,
            threads,
            _temporary: temporary,
        })
    }

    /// Where the HTML page of this office is written.
    pub fn page(&self) -> &Path {
        &self.page
    }

    /// Brings the record up to date with the sources: what is new is read, what is unchanged is left, what was
    /// interrupted goes on. `stop` is looked at at every safe place.
    ///
    /// # Errors
    /// When the record cannot be written, or the only source of a lone target cannot be read. In an office, a source
    /// that fails is said in the [`Reading`], and the others are read.
    pub fn read(&mut self, talk: &mut dyn Talk, stop: &AtomicBool) -> Result<Reading, InquiryError> {
        let mut reading = Reading::default();
        for source in &self.sources {
            let result = read_source(&mut self.record, source, talk, stop);
            let outcome = match result {
                Ok(outcome) => outcome,
                Err(InquiryError::Read(error)) if self.folder.is_some() => {
                    Outcome::Failed { why: error.to_string(), hint: error.hint() }
                }
                Err(error) => return Err(error),
            };
            reading.sources.push(SourceReading {
                name: source.name.clone(),
                kind: kind_name(source.kind).to_owned(),
                lens: source.lens.name().to_owned(),
                outcome,
                ledger: self.record.source(&source.name).map(|state| state.ledger).unwrap_or_default(),
                set_aside_first: Vec::new(),
            });
        }
        self.forget_what_is_no_source();
        self.record.compact_if_needed(self.threads.get())?;
        self.record.release_memory();
        let snapshot = self.record.snapshot()?;
        for skipped in snapshot.skipped()? {
            if let Some(source) = reading.sources.iter_mut().find(|source| source.name == skipped.source)
                && source.set_aside_first.len() < 20
            {
                source.set_aside_first.push(skipped);
            }
        }
        reading.events = reading.sources.iter().map(|source| source.ledger.events).sum();
        reading.items = snapshot.words().n_items()? as u64;
        Ok(reading)
    }

    /// A source that `sayso.toml` no longer names gives no events any more.
    fn forget_what_is_no_source(&mut self) {
        let named: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
        let gone: Vec<(String, String, String)> = self
            .record
            .sources()
            .iter()
            .filter(|state| !named.contains(&state.name.as_str()) && state.ledger.events > 0)
            .map(|state| (state.name.clone(), state.kind.clone(), state.lens.clone()))
            .collect();
        for (name, kind, lens) in gone {
            // A new generation without events is how a source leaves the record.
            if let Ok(appender) = self.record.appender(&name, &kind, &lens, Start::Anew) {
                let _ = appender.finish("");
            }
        }
    }

    /// Diagnoses the record as it is: who is who, paths, numbers.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn diagnose(&self) -> Result<Diagnosis, InquiryError> {
        let engine = self.engine()?;
        let who = self.who(&engine)?;
        let reconstruct = self.reconstruct(&who);
        let paths = self.within_window(engine.paths(&reconstruct)?.collect_all()?);
        let window = self.window(&engine, reconstruct.until());
        let coverage = coverage::assess(&engine, &who, &paths, &self.sources, self.as_of())?;
        let measured = self.measure(&paths, &who, &coverage, window);
        let words = who.words();
        let labels = drawn::Labels::of(&measured);
        Ok(Diagnosis {
            sayso: env!("CARGO_PKG_VERSION").to_owned(),
            schema: SCHEMA,
            seed: self.seed(),
            subject: self.name.clone(),
            window,
            gaps: gaps::of(self, &who, &coverage, &paths),
            coverage,
            longest_waiting: drawn::longest_waiting(&paths, words, &labels),
            examples: drawn::examples(&paths, &who, &labels),
            measures: measured.measures,
            findings: Vec::new(),
            assumptions: Vec::new(),
            withheld: measured.withheld,
            path_map: measured.path_map,
        })
    }

    fn measure(
        &self,
        paths: &Paths,
        who: &Who,
        coverage: &sayso_model::diagnosis::Coverage,
        window: Window,
    ) -> Measured {
        let request = sayso_measures::Request {
            window,
            floor: self.floor(coverage),
            seed: self.seed(),
            coverage,
            directory: Some(who.directory()),
        };
        sayso_measures::measure(paths, who.words(), &request)
    }

    /// The floor of the office. Where the record names nobody (only roles or teams), how many people stand behind a group
    /// cannot be counted, and nobody can be told apart; then only the number of decisions counts, and a gap says so.
    fn floor(&self, coverage: &sayso_model::diagnosis::Coverage) -> Floor {
        let floor = self.privacy.floor();
        if coverage.people == 0 { Floor { persons_min: 0, ..floor } } else { floor }
    }

    fn engine(&self) -> Result<Engine, InquiryError> {
        let options = EngineOptions { threads: Some(self.threads), memory_limit: None };
        Ok(Engine::new(self.record.snapshot()?, options)?)
    }

    fn who(&self, engine: &Engine) -> Result<Who, InquiryError> {
        Who::find_out(engine, &self.people, &self.sites, &self.sources, self.folder.as_deref())
    }

    /// The rules with all they know. Questions open at the end of the record, or at `--as-of`, are censored there.
    fn reconstruct(&self, who: &Who) -> Arc<dyn Reconstruct> {
        let until = self.as_of().or(who.bounds().map(|(_, last)| last)).unwrap_or_default();
        let options = sayso_decisions::Options {
            decided_known: coverage::decided_known(&self.sources),
            ..sayso_decisions::Options::STANDARD
        };
        let rules = Rules::with(who.directory().clone(), until, options);
        match self.as_of() {
            Some(_) => Arc::new(who::AsOf::new(rules)),
            None => Arc::new(rules),
        }
    }

    fn seed(&self) -> u64 {
        self.request.seed.unwrap_or(SEED)
    }

    fn as_of(&self) -> Option<Instant> {
        self.request.as_of.map(Instant::from)
    }

    /// Only decisions raised within `--since` and `--until`.
    fn within_window(&self, mut paths: Paths) -> Paths {
        let (since, until) = (self.request.since.map(Instant::from), self.request.until.map(Instant::from));
        if since.is_none() && until.is_none() {
            return paths;
        }
        paths.decisions.retain(|decision| {
            since.is_none_or(|since| decision.raised_at >= since)
                && until.is_none_or(|until| decision.raised_at < until)
        });
        let hops = paths.decisions.iter().flat_map(|decision| paths.hops_of(decision)).copied().collect();
        let mut from = 0;
        for decision in &mut paths.decisions {
            decision.hops_from = from;
            from += decision.n_hops;
        }
        paths.hops = hops;
        paths
    }

    fn window(&self, engine: &Engine, until: Instant) -> Window {
        let (first, last) = engine.snapshot().bounds().unwrap_or_default();
        let since = self.request.since.map_or(first, |since| first.max(since.into()));
        let until = self.request.until.map_or(last.min(until).max(since), |asked| last.min(until).min(asked.into()));
        Window { since: since.timestamp(), until: until.max(since).timestamp() }
    }
}

/// Writes an example office, the one that ships with Sayso unless a seed is given; gives the number of files.
///
/// # Errors
/// When the folder has files in it and `force` is not set, or cannot be written.
pub fn write_example(name: &str, seed: Option<u64>, folder: &Path, force: bool) -> Result<usize, InquiryError> {
    let Some(example) = sayso_example::by_name(name, seed.unwrap_or(sayso_example::DEFAULT_SEED)) else {
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

/// Reads one source as far as it goes.
fn read_source(
    record: &mut Record,
    source: &Source,
    talk: &mut dyn Talk,
    stop: &AtomicBool,
) -> Result<Outcome, InquiryError> {
    let lens = format!("{}#{:016x}", source.lens.name(), source.lens.fingerprint());
    let kind = kind_name(source.kind);
    let state = record.source(&source.name).filter(|state| state.lens == lens && state.kind == kind);
    let position = state.as_ref().and_then(|state| state.position.clone());
    let resume = match sayso_sources::freshness(source, position.as_deref())? {
        Freshness::Unchanged if state.as_ref().is_some_and(|state| state.complete) => return Ok(Outcome::Unchanged),
        Freshness::Unchanged | Freshness::Grown => position,
        Freshness::New | Freshness::Changed => None,
    };
    let start = if resume.is_some() { Start::Resume } else { Start::Anew };
    talk.begins(&format!("reading {}", source.name), None);
    let mut tell = |progress: sayso_engine::Progress| talk.advances(progress.done, progress.total);
    let mut appender = record.appender(&source.name, kind, &lens, start)?.interrupted_by(stop).telling(&mut tell);
    let done = sayso_sources::read(source, resume.as_deref(), &mut appender);
    let outcome = match done {
        Ok(Done::Complete { position }) => {
            appender.finish(&position)?;
            Ok(if resume.is_some() { Outcome::Continued } else { Outcome::Read })
        }
        Ok(Done::Interrupted) => Ok(Outcome::Interrupted),
        Err(error) => Err(error.into()),
    };
    talk.ends();
    outcome
}

/// The name of a kind in files, JSON and on the screen.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Events => "events",
        Kind::Xes => "xes",
        Kind::Csv => "csv",
        Kind::Git => "git",
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

fn time_zone(folder: &Path, zone: &str) -> Result<jiff::tz::TimeZone, InquiryError> {
    sayso_model::calendar::zone(zone).map_err(|error| {
        InquiryError::usage(format!("read {}: {error}", folder.join(OFFICE_FILE).display()), error.hint())
    })
}
