//! What lies in a folder: repositories and their remotes, logs, exports of trackers, declared authority, an office's own files.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use sayso_sources::authority::Format;
use sayso_sources::fetch::remote::{Hint, hint};
use sayso_sources::people::read_people;
use sayso_sources::tracker::Tracker;
use sayso_sources::{Kind, Lens, Source};

use crate::office::OFFICE_FILE;
use crate::{ASSUMPTIONS_FILE, CHARTER_FILE, InquiryError, World};

/// Folders within folders that are looked into.
const DEPTH_MAX: usize = 2;
/// Files and folders that are looked at.
const ENTRIES_MAX: usize = 2_000;
/// Elements of a table that are read to see whether a lens fits.
const TASTED: u64 = 64;
/// What is never work of an organisation.
const PASSED: [&str; 4] = ["node_modules", "target", "vendor", "__pycache__"];
/// What files end with that may be a source; each may be packed (`.gz`) as well.
const ENDINGS: [&str; 18] = [
    "xes", "csv", "tsv", "ndjson", "jsonl", "json", "parquet", "mbox", "xml", "rss", "bundle", "sqlite", "sqlite3",
    "db", "jsonocel", "xmlocel", "ocel", "txt",
];
/// The environment variables in which machines usually keep a token, by tracker.
const USUAL_TOKENS: [(Tracker, &str); 3] =
    [(Tracker::Github, "GITHUB_TOKEN"), (Tracker::Gitlab, "GITLAB_TOKEN"), (Tracker::Azure, "AZURE_DEVOPS_EXT_PAT")];
/// Where a repository declares who answers for what.
const DECLARED: [&str; 9] = [
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    "MAINTAINERS",
    "MAINTAINERS.yml",
    "OWNERS",
    "catalog-info.yaml",
    "project.config",
];

/// What was found in a folder. Paths are relative to it, with `/` between their steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The name of the folder.
    pub name: String,
    /// What can be read at once.
    pub sources: Vec<Found>,
    /// What may be read, once somebody says how.
    pub unclear: Vec<Unclear>,
    /// Trackers to which remotes of repositories point.
    pub trackers: Vec<Remote>,
    /// Files that declare authority.
    pub declared: Vec<String>,
    /// Files of an office that are there already, each with what it is for.
    pub own: Vec<(&'static str, String)>,
    /// Sites of `people.csv`, with their zone where everybody there has the same.
    pub sites: BTreeMap<String, Option<String>>,
    /// Whether there is more than was looked at.
    pub is_cut: bool,
}

/// A source.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// A name of its own.
    pub name: String,
    pub kind: Kind,
    pub path: String,
    /// A lens of the folder that fits; none where the built-in one does.
    pub lens: Option<String>,
    /// What it is, in words.
    pub what: String,
    /// Whether it is only proposed: it lies outside the folder.
    pub is_outside: bool,
}

/// A table that no lens fits.
#[derive(Clone, Debug)]
pub(super) struct Unclear {
    pub name: String,
    pub path: String,
    pub what: String,
    pub columns: Vec<String>,
}

/// A tracker to which a remote points.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    pub name: String,
    /// The remote.
    pub remote: String,
    /// The repository.
    pub of: String,
    pub hint: Hint,
    /// The environment variable that is set already and usually holds the token.
    pub variable: Option<&'static str>,
}

impl Seen {
    /// Whether an office's file is there.
    pub fn has(&self, own: &str) -> bool {
        self.own.iter().any(|(name, _)| *name == own)
    }

    /// A name that no source has yet: letters, digits, `-`, `_` and `.`.
    fn name_for(&self, wanted: &str) -> String {
        let plain: String =
            wanted.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
        let plain = plain.trim_matches(['-', '.']);
        let plain = if plain.is_empty() { "source" } else { plain };
        let taken = |name: &str| {
            self.sources.iter().any(|one| one.name == name)
                || self.unclear.iter().any(|one| one.name == name)
                || self.trackers.iter().any(|one| one.name == name)
        };
        let numbered = (2..).map(|n| format!("{plain}-{n}"));
        std::iter::once(plain.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }
}

/// Looks at a folder.
///
/// # Errors
/// When the folder is there and cannot be read. What lies in it and cannot be read is no source.
pub(super) fn look(folder: &Path, world: &dyn World) -> Result<Seen, InquiryError> {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let folder = folder.canonicalize().unwrap_or(folder);
    let name = folder.file_name().map_or_else(|| "office".to_owned(), |name| name.to_string_lossy().into_owned());
    let mut seen = Seen { name, ..Seen::default() };
    if !folder.exists() {
        return Ok(seen);
    }
    std::fs::read_dir(&folder).map_err(InquiryError::file("read", &folder))?;
    own_files(&folder, &mut seen);
    let mut walk =
        Walk { root: &folder, left: ENTRIES_MAX, files: Vec::new(), repositories: Vec::new(), raw: Vec::new() };
    walk.folder(&folder, 0);
    seen.is_cut = walk.left == 0;
    let Walk { files, repositories, raw, .. } = walk;
    for path in &repositories {
        repository(&folder, path, false, &mut seen, world);
    }
    let above = folder.ancestors().skip(1).find(|above| above.join(".git").exists());
    if let Some(above) = above.filter(|_| repositories.iter().all(|path| *path != folder)) {
        repository(&folder, above, true, &mut seen, world);
    }
    for path in &raw {
        if let Ok(kind) = sayso_sources::probe(path) {
            source(&folder, path, kind, None, "fetched pages", &mut seen);
        }
    }
    of_files(&folder, &files, &mut seen);
    Ok(seen)
}

/// What lies where, as far as one looks.
struct Walk<'f> {
    root: &'f Path,
    left: usize,
    files: Vec<PathBuf>,
    repositories: Vec<PathBuf>,
    /// Folders of pages that were fetched.
    raw: Vec<PathBuf>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let is_bare = folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir();
        if is_bare || folder.join(".git").exists() {
            self.repositories.push(folder.to_path_buf());
            // What lies in the folders of a repository is its work, not a record of it.
            if is_bare || folder != self.root {
                return;
            }
        }
        let is_repository = self.repositories.last().is_some_and(|last| last == folder);
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_unstable_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            let name = entry.file_name().to_string_lossy().into_owned();
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
            if name.starts_with('.') || PASSED.contains(&name.as_str()) {
                continue;
            }
            // A link to a folder is not followed: it may lead back here.
            if kind.is_dir() {
                if path.join(OFFICE_FILE).is_file() {
                    continue;
                }
                if path.join("manifest.jsonl").is_file() && sayso_sources::probe(&path).is_ok() {
                    self.raw.push(path);
                } else if depth < DEPTH_MAX && !is_repository {
                    self.folder(&path, depth + 1);
                }
            } else if is_candidate(&name) && path.is_file() {
                self.files.push(path);
            }
        }
    }
}

fn is_candidate(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let own = ["people.csv", "package.json", "package-lock.json", "composer.json", "tsconfig.json"];
    !own.contains(&name) && name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

fn own_files(folder: &Path, seen: &mut Seen) {
    if let Ok(bytes) = std::fs::read(folder.join("people.csv")) {
        let what = match read_people("people.csv", &bytes) {
            Ok(read) => {
                for person in &read.people {
                    let Some(site) = &person.site else { continue };
                    let zone = person.timezone.clone();
                    seen.sites
                        .entry(site.clone())
                        .and_modify(|known| {
                            if known.is_none() {
                                *known = zone.clone();
                            } else if zone.is_some() && *known != zone {
                                *known = Some(String::new());
                            }
                        })
                        .or_insert(zone);
                }
                // Several zones at one site: nobody can tell which is meant.
                for zone in seen.sites.values_mut() {
                    *zone = zone.take().filter(|zone| sayso_model::calendar::zone(zone).is_ok());
                }
                format!("who is who, {} people", read.people.len())
            }
            Err(error) => format!("who is who; failed to {error}"),
        };
        seen.own.push(("people.csv", what));
    }
    for (name, what) in [(CHARTER_FILE, "who may decide what"), (ASSUMPTIONS_FILE, "what leaders believe")] {
        if folder.join(name).is_file() {
            seen.own.push((name, what.to_owned()));
        }
    }
}

fn repository(folder: &Path, path: &Path, is_outside: bool, seen: &mut Seen, world: &dyn World) {
    let Some(shown) = relative(folder, path) else { return };
    let Ok(about) = sayso_sources::git::about(path) else {
        seen.unclear.push(Unclear {
            name: seen.name_for("repository"),
            path: shown,
            what: "a git repository that git refuses to read; `sayso read` says why".to_owned(),
            columns: Vec::new(),
        });
        return;
    };
    let called = path.file_name().map(|name| name.to_string_lossy().trim_end_matches(".git").to_owned());
    let called = called.filter(|name| !name.is_empty()).unwrap_or_else(|| "git".to_owned());
    let mut add = |kind: Kind, name: &str, what: &str| {
        let name = seen.name_for(name);
        let what = if is_outside { format!("{what} around this folder") } else { what.to_owned() };
        seen.sources.push(Found { name, kind, path: shown.clone(), lens: None, what, is_outside });
    };
    if about.has_history {
        add(Kind::Git, &called, "a git repository");
    }
    if about.has_reviews {
        add(Kind::GerritNotes, &format!("{called}-reviews"), "the reviews of a Gerrit server, in a git repository");
    }
    if is_outside {
        return;
    }
    for (remote, address) in &about.remotes {
        let Some(hint) = hint(address) else { continue };
        if seen.trackers.iter().any(|known| known.hint == hint) {
            continue;
        }
        let usual = USUAL_TOKENS.iter().find(|(tracker, _)| *tracker == hint.tracker).map(|(_, variable)| *variable);
        let variable = usual.filter(|variable| world.variable(variable).is_some_and(|token| !token.trim().is_empty()));
        let name = seen.name_for(&format!("{called}-{}", hint.tracker.name()));
        seen.trackers.push(Remote { name, remote: remote.clone(), of: called.clone(), hint, variable });
    }
    let declared = DECLARED.iter().map(|name| path.join(name)).find(|file| {
        let Ok(text) = std::fs::read(file) else { return false };
        Format::guess(&file.to_string_lossy(), &String::from_utf8_lossy(&text)).is_some()
    });
    seen.declared.extend(declared.and_then(|file| relative(folder, &file)));
}

/// Sorts files into sources and what no lens fits. Several exports of one tracker in one folder are one source.
fn of_files(folder: &Path, files: &[PathBuf], seen: &mut Seen) {
    let lenses = lenses(folder);
    let mut exports: BTreeMap<(PathBuf, Tracker), Vec<&PathBuf>> = BTreeMap::new();
    let mut others: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for path in files {
        let parent = path.parent().unwrap_or(folder).to_path_buf();
        match sayso_sources::probe(path) {
            Ok(Kind::Tracker(tracker)) => exports.entry((parent, tracker)).or_default().push(path),
            Ok(kind) => {
                *others.entry(parent).or_default() += 1;
                of_file(folder, path, kind, &lenses, seen);
            }
            Err(_) => {}
        }
    }
    for ((parent, tracker), paths) in &exports {
        let kind = Kind::Tracker(*tracker);
        let is_alone = !others.contains_key(parent) && exports.keys().filter(|(other, _)| other == parent).count() == 1;
        if paths.len() > 1 && is_alone && parent != folder {
            let what = format!("{} exports, {}", paths.len(), kind.words());
            source(folder, parent, kind, None, &what, seen);
        } else {
            for path in paths {
                source(folder, path, kind, None, &format!("an export, {}", kind.words()), seen);
            }
        }
    }
}

fn of_file(folder: &Path, path: &Path, kind: Kind, lenses: &[(String, Lens)], seen: &mut Seen) {
    if matches!(kind, Kind::Git | Kind::GerritNotes) {
        let Ok(about) = sayso_sources::git::about(path) else { return };
        if about.has_history {
            source(folder, path, Kind::Git, None, "a bundle of a git repository", seen);
        }
        if about.has_reviews {
            source(folder, path, Kind::GerritNotes, None, "the reviews of a Gerrit server, in a bundle", seen);
        }
        return;
    }
    if kind != Kind::Csv {
        source(folder, path, kind, None, &format!("a file of {}", plural(kind)), seen);
        return;
    }
    if tastes(path, Lens::of_kind(kind)) {
        source(folder, path, kind, None, "a table with one event a row", seen);
    } else if let Some((lens, _)) = lenses.iter().find(|(_, lens)| tastes(path, lens.clone())) {
        source(folder, path, kind, Some(lens.clone()), "a table with one event a row, by a lens that is here", seen);
    } else if let (Some(shown), Ok(columns)) = (relative(folder, path), sayso_sources::columns(path)) {
        let what = "a table; if it is a log, a lens has to say which column is what".to_owned();
        seen.unclear.push(Unclear { name: seen.name_for(stem(path)), path: shown, what, columns });
    }
}

fn source(folder: &Path, path: &Path, kind: Kind, lens: Option<String>, what: &str, seen: &mut Seen) {
    let Some(shown) = relative(folder, path) else { return };
    let name = seen.name_for(stem(path));
    seen.sources.push(Found { name, kind, path: shown, lens, what: what.to_owned(), is_outside: false });
}

fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Events => "canonical events",
        Kind::Xes => "an XES event log",
        Kind::Ocel => "an object-centric event log",
        other => other.words(),
    }
}

fn stem(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split('.').find(|part| !part.is_empty()).unwrap_or(name)
}

/// Lenses in the folder and in `lenses/`, by their relative paths.
fn lenses(folder: &Path) -> Vec<(String, Lens)> {
    let mut found = Vec::new();
    for place in [folder.to_path_buf(), folder.join("lenses")] {
        let Ok(entries) = std::fs::read_dir(place) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort_unstable();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
            if let (Ok(lens), Some(shown)) = (Lens::load(&path), relative(folder, &path)) {
                found.push((shown, lens));
            }
        }
    }
    found
}

/// Whether a table's first rows give events through a lens.
fn tastes(path: &Path, lens: Lens) -> bool {
    let mut taste = Taste::default();
    let mut source = Source::new("taste", Kind::Csv, path, lens);
    source.checkpoint_every = TASTED;
    sayso_sources::read(&source, None, &mut taste).is_ok() && taste.events > taste.aside
}

/// Counts the first events, and stops.
#[derive(Default)]
struct Taste {
    events: u64,
    aside: u64,
}

impl EventSink for Taste {
    fn seen(&mut self) {}

    fn event(&mut self, _: &EventRow<'_>) -> Result<(), SinkError> {
        self.events += 1;
        Ok(())
    }

    fn set_aside(&mut self, _: &str, _: Reason, _: &str) {
        self.aside += 1;
    }

    fn note(&mut self, _: &str, _: Note, _: &str) {}

    fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Stop)
    }

    fn progress(&mut self, _: u64, _: Option<u64>) {}
}

/// A path as `sayso.toml` names it; `None` where its name is not text.
fn relative(folder: &Path, path: &Path) -> Option<String> {
    if path == folder {
        return Some(".".to_owned());
    }
    if let Ok(steps) = folder.strip_prefix(path) {
        return Some(steps.components().map(|_| "..").collect::<Vec<_>>().join("/"));
    }
    let steps = path.strip_prefix(folder).ok()?.components();
    let steps: Option<Vec<&str>> = steps
        .map(|step| match step {
            Component::Normal(step) => step.to_str(),
            _ => None,
        })
        .collect();
    steps.map(|steps| steps.join("/"))
}
