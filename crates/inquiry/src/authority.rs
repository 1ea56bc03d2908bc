//! What is declared: the office's charter, what other files declare, and who has the say in one area.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sayso_measures::Say;
use sayso_model::charter::{Charter, Remit, area_glob};
use sayso_model::decision::Decision;
use sayso_model::measure::Measurement;
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_model::{Code, NOT_RECORDED};
use sayso_sources::Kind;
use sayso_sources::authority::check::{Cell, Objection, Shown};
use sayso_sources::authority::recorded::Recorded;
use sayso_sources::authority::{self, Aside, Format, Imported};
use sayso_sources::fetch::FetchError;
use sayso_sources::tracker::raw::Raw;
use serde::Serialize;

use crate::diagnosing::Seen;
use crate::{InquiryError, Office, World};

/// The charter of an office.
pub const CHARTER_FILE: &str = "charter.toml";

/// How many of the last decisions of an area are shown.
const LAST: usize = 5;

/// Folders whose files are never declared authority.
const SKIPPED: [&str; 4] = [".git", ".sayso", "node_modules", "target"];

/// What other files declare, as a charter.
#[derive(Clone, Debug)]
pub struct ImportedCharter {
    /// The format it was read in.
    pub format: Format,
    /// As a `charter.toml`.
    pub text: String,
    /// Lines that could not be taken, with place and reason.
    pub aside: Vec<Aside>,
    /// What the format cannot say, or a charter cannot keep of it.
    pub cannot_say: Vec<&'static str>,
}

/// Who has the say in one area.
#[derive(Clone, Debug, Serialize)]
pub struct AreaSay {
    /// The area.
    pub area: String,
    /// The remits in force at the end of the record.
    pub declared: Vec<DeclaredRemit>,
    /// Who answers, by matter and role.
    pub actual: Vec<Measurement>,
    /// Who knows it best, by role.
    pub informed: Vec<Measurement>,
    /// After how many days an act shows half as much acquaintance there.
    pub half_life_days: f64,
    /// Of what nothing is said, and why.
    pub withheld: Vec<String>,
    /// The last decisions.
    pub last: Vec<LastDecision>,
}

/// One remit in words.
#[derive(Clone, Debug, Serialize)]
pub struct DeclaredRemit {
    /// The matter; `*` is every matter.
    pub matter: String,
    /// The areas.
    pub area: String,
    /// Who decides; empty: nobody, on purpose.
    pub decides: Vec<String>,
    /// Whether it stays up by design.
    pub retained: bool,
    /// Since when.
    pub since: Option<Instant>,
    /// Until when.
    pub until: Option<Instant>,
    /// Within which bounds.
    pub bounds: Option<String>,
    /// Why.
    pub because: Option<String>,
    /// Where it is written.
    pub written: String,
}

/// One of the last decisions of an area.
#[derive(Clone, Debug, Serialize)]
pub struct LastDecision {
    /// `ITEM#1`.
    pub decision: String,
    /// What kind of question.
    pub matter: String,
    /// When it was answered.
    pub decided_at: Instant,
    /// The role of whoever answered.
    pub role: String,
    /// Working hours from question to answer; none where nobody saw the question being put.
    pub working_h: Option<f64>,
    /// Whether it was within the remit; none where nothing is declared.
    pub in_remit: Option<bool>,
}

/// What is declared, and what of its files could not be used.
#[derive(Default)]
pub(crate) struct Declared {
    pub charter: Charter,
    pub readings: Vec<Reading>,
}

/// How much of what one file, or one fetched folder, declares could be used.
pub(crate) struct Reading {
    /// The file's name, or the folder's and what was looked for in it.
    pub of: String,
    pub n_versions: usize,
    /// Whether everything that there is has been fetched.
    pub is_whole: bool,
    pub aside: Vec<Aside>,
}

/// Reads what is declared: the file that was given, else the office's charter, else the CODEOWNERS that were fetched into
/// `raw` folders, each with the name of its source, else nothing.
pub(crate) fn declared(
    folder: Option<&Path>,
    given: Option<&Path>,
    raw: &[(&str, &Path)],
    world: &dyn World,
) -> Result<Declared, InquiryError> {
    let own = folder.map(|folder| folder.join(CHARTER_FILE)).filter(|path| path.is_file());
    let Some(path) = given.map(Path::to_path_buf).or(own) else {
        let mut declared = Declared::default();
        for (source, folder) in raw.iter().filter(|(_, folder)| Raw::is(folder)) {
            let Recorded { charter, n_versions, n_unfinished, aside } =
                authority::recorded::read(folder).map_err(FetchError::from)?;
            declared.charter.remits.extend(charter.remits);
            if n_versions > 0 || !aside.is_empty() {
                let (of, is_whole) = (format!("{source}: CODEOWNERS"), n_unfinished == 0);
                declared.readings.push(Reading { of, n_versions, is_whole, aside });
            }
        }
        return Ok(declared);
    };
    let of = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (charter, n_versions, aside) = if is_charter(&path) {
        let history = authority::history::load(&path, world.now().into())?;
        (history.charter, history.n_versions, history.aside)
    } else {
        let (_, imported) = import_files(&[path], None)?;
        (imported.charter, 1, imported.aside)
    };
    Ok(Declared { charter, readings: vec![Reading { of, n_versions, is_whole: true, aside }] })
}

fn is_charter(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.ends_with(".toml") && std::fs::read_to_string(path).is_ok_and(|text| text.contains("[[remit]]"))
}

/// Reads declared authority of another format; `from` names it, else it is found out.
///
/// # Errors
/// When no file is there, or the files are not in the format.
pub fn import_charter(paths: &[PathBuf], from: Option<&str>) -> Result<ImportedCharter, InquiryError> {
    let format = from
        .map(|name| name.parse::<Format>().map_err(|error| InquiryError::usage(error.to_string(), error.hint())))
        .transpose()?;
    let (format, imported) = import_files(paths, format)?;
    let Imported { charter, aside, cannot_say, .. } = imported;
    Ok(ImportedCharter { format, text: authority::charter_file::write(&charter), aside, cannot_say })
}

fn import_files(paths: &[PathBuf], format: Option<Format>) -> Result<(Format, Imported), InquiryError> {
    if let ([path], None | Some(Format::Pep)) = (paths, format)
        && let Some(imported) = of_proposals(path)?
    {
        return Ok((Format::Pep, imported));
    }
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for path in paths {
        collect(path, path, &mut files)?;
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let format = match format {
        Some(format) => format,
        None => files.iter().find_map(|(name, bytes)| Format::guess(name, &text(bytes))).ok_or_else(|| {
            let all: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
            InquiryError::usage(
                "find out in which format authority is declared there",
                format!("name it with --from: {}", all.join(", ")),
            )
        })?,
    };
    // Among many files only those count that are of the format; one that was named counts in any case.
    let fits = |name: &str, bytes: &[u8]| Format::guess(name, &text(bytes)) == Some(format);
    let chosen: Vec<&(String, Vec<u8>)> =
        files.iter().filter(|(name, bytes)| files.len() == 1 || fits(name, bytes)).collect();
    let chosen = if chosen.is_empty() { files.iter().collect() } else { chosen };
    // A workbook is no text.
    let imported = if format == Format::Table {
        let bytes: Vec<(&str, &[u8])> = chosen.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        authority::table::import_bytes(&bytes)
    } else {
        let texts: Vec<(&str, String)> = chosen.iter().map(|(name, bytes)| (name.as_str(), text(bytes))).collect();
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
        authority::import(format, &texts)
    };
    let imported = imported.map_err(|error| InquiryError::usage(error.to_string(), error.hint()))?;
    Ok((format, imported))
}

/// The delegates of a repository or bundle of enhancement proposals, through its whole history; `None` where the path is
/// none.
fn of_proposals(path: &Path) -> Result<Option<Imported>, InquiryError> {
    if !matches!(sayso_sources::probe(path), Ok(Kind::Git)) {
        return Ok(None);
    }
    let found = authority::pep::read(path)?;
    let is_one = found.n_proposals > 0;
    Ok(is_one.then(|| Imported { charter: found.charter, aside: found.aside, ..Imported::default() }))
}

/// Every file under a path, named from where the search began.
fn collect(root: &Path, path: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), InquiryError> {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
            .map_err(InquiryError::file("read", path))?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.file_name().is_some_and(|name| !SKIPPED.iter().any(|skip| name == *skip)))
            .collect();
        entries.sort();
        return entries.iter().try_for_each(|entry| collect(root, entry, files));
    }
    let name = match path.strip_prefix(root) {
        Ok(name) if !name.as_os_str().is_empty() => name.to_string_lossy().into_owned(),
        _ => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    };
    // In a folder only what could be declared authority is read; a file that was named is read in any case.
    if root == path || Format::guess(&name, "").is_some() {
        files.push((name, std::fs::read(path).map_err(InquiryError::file("read", path))?));
    }
    Ok(())
}

/// What changed between two charters, a line each.
///
/// # Errors
/// When one of them cannot be read.
pub fn diff_charters(before: &Path, after: &Path) -> Result<Vec<String>, InquiryError> {
    let read = |path: &Path| -> Result<Charter, InquiryError> {
        let text = std::fs::read_to_string(path).map_err(InquiryError::file("read", path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(authority::charter_file::read(&name, &text)?)
    };
    Ok(authority::diff::diff(&read(before)?, &read(after)?).iter().map(ToString::to_string).collect())
}

impl Office {
    /// What is declared.
    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    /// The remits that speak of an area at the end of the record; of every area when none is named.
    pub fn remits_of(&self, area: Option<&str>) -> Vec<DeclaredRemit> {
        let covers = |remit: &&Remit| match area {
            None => true,
            Some(area) => area_glob(remit).is_ok_and(|globs| globs.iter().any(|glob| glob.is_match(area))),
        };
        self.charter.remits.iter().filter(covers).map(declared_remit).collect()
    }

    /// What is wrong with the charter, by itself and beside the record.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn check_charter(&self) -> Result<Vec<Objection>, InquiryError> {
        let seen = self.see()?;
        let mut asked: BTreeMap<(Code, Code), Vec<Instant>> = BTreeMap::new();
        for one in &seen.paths.decisions {
            asked.entry((one.matter, one.area)).or_default().push(one.asked_at.unwrap_or(one.raised_at));
        }
        let cells: Vec<Cell> =
            asked.into_iter().map(|((matter, area), asked_at)| Cell { matter, area, asked_at }).collect();
        let shown = Shown { words: seen.who.words(), cells: &cells };
        Ok(authority::check::check(&self.charter, &self.people, Some(shown)))
    }

    /// Who has the say in an area: as declared, as the record shows it, and who knows it best.
    ///
    /// # Errors
    /// When the record cannot be read, or does not know the area (the hint lists those that it knows).
    pub fn who_has_the_say(&self, area: &str) -> Result<AreaSay, InquiryError> {
        self.note_view("who", Some(area))?;
        let seen = self.see()?;
        let Seen { who, paths, window, coverage, .. } = &seen;
        let words = who.words();
        let code = self.area(area, &seen)?;
        let request = self.measuring(who, coverage, *window);
        let Say { actual, informed, withheld } = sayso_measures::say(paths, words, &request, code);
        let end = Instant::from(window.until);
        let mut decided: Vec<&Decision> =
            paths.decisions.iter().filter(|one| one.area == code && one.decided_at.is_some()).collect();
        decided.sort_by_key(|one| std::cmp::Reverse(one.decided_at));
        Ok(AreaSay {
            area: words.word(Column::Area, code).to_owned(),
            declared: self
                .remits_of(Some(words.word(Column::Area, code)))
                .into_iter()
                .filter(|remit| remit.since.is_none_or(|at| at <= end) && remit.until.is_none_or(|at| end < at))
                .collect(),
            actual,
            informed,
            half_life_days: self.half_life_days,
            withheld,
            last: decided
                .into_iter()
                .take(LAST)
                .map(|one| LastDecision {
                    decision: format!("{}#{}", words.item(one.item), one.ordinal),
                    matter: words.word(Column::Matter, one.matter).to_owned(),
                    decided_at: one.decided_at.unwrap_or(one.ended_at),
                    role: words.word(Column::Role, one.decider_role).to_owned(),
                    working_h: one.has_latency().then(|| one.latency_working.hours()),
                    in_remit: one.in_remit,
                })
                .collect(),
        })
    }

    /// The code of an area, by name without regard to case.
    fn area(&self, area: &str, seen: &Seen) -> Result<Code, InquiryError> {
        let words = seen.who.words();
        let known: std::collections::BTreeSet<Code> =
            seen.paths.decisions.iter().map(|one| one.area).filter(|code| *code != NOT_RECORDED).collect();
        let names = || known.iter().map(|code| (*code, words.word(Column::Area, *code)));
        if let Some((code, _)) = names().find(|(_, name)| name.eq_ignore_ascii_case(area)) {
            return Ok(code);
        }
        let mut near: Vec<&str> = names().map(|(_, name)| name).collect();
        near.sort_by(|a, b| strsim::jaro_winkler(area, b).total_cmp(&strsim::jaro_winkler(area, a)).then(a.cmp(b)));
        near.truncate(8);
        let hint = match near.is_empty() {
            true => "the record names no area; a lens can say what an area is".to_owned(),
            false => format!("areas of the record: {}", near.join(", ")),
        };
        Err(InquiryError::usage(format!("find an area called `{area}`"), hint))
    }
}

impl AreaSay {
    /// For a terminal.
    pub fn text(&self, width: usize) -> String {
        let mut text = format!("Who has the say in {}\n\nDeclared\n", self.area);
        if self.declared.is_empty() {
            text.push_str("  nothing: no remit speaks of this area (charter.toml, or --charter FILE)\n");
        }
        for remit in &self.declared {
            let who = if remit.decides.is_empty() { "nobody, on purpose".to_owned() } else { remit.decides.join(", ") };
            let retained = if remit.retained { "; retained by design" } else { "" };
            let _ = writeln!(text, "  {}: {who}{retained} ({})", remit.matter, remit.written);
        }
        text.push_str("\nActual: who answers, by role\n");
        let mut matter = "";
        for one in &self.actual {
            let of = one.scope().get("matter").map_or("", String::as_str);
            if of != matter {
                let _ = writeln!(text, "  {of}");
                matter = of;
            }
            let role = one.scope().get("role").map_or("", String::as_str);
            let _ = writeln!(text, "    {role}: {} answers", sayso_findings::figures::number(one.estimate()));
        }
        let half_life = self.half_life_days;
        let _ =
            writeln!(text, "\nBest informed: acts in the area, each halved for every {half_life} days since, by role");
        for one in &self.informed {
            let role = one.scope().get("role").map_or("", String::as_str);
            let _ = writeln!(text, "    {role}: {}", sayso_findings::figures::number(one.estimate()));
        }
        text.push_str("  A record of work knows who acted there, not who knows the customers.\n");
        for why in &self.withheld {
            let line = format!("  not said of {why}");
            let _ =
                writeln!(text, "{}", textwrap::fill(&line, textwrap::Options::new(width).subsequent_indent("    ")));
        }
        text.push_str("\nLast decisions\n");
        for one in &self.last {
            let remit = match one.in_remit {
                Some(true) => "within the remit",
                Some(false) => "outside the remit",
                None => "no remit declared",
            };
            let waited = one.working_h.map_or_else(|| "beginning not seen".to_owned(), |h| format!("{h:.1} working h"));
            let role = if one.role.is_empty() { "role not recorded" } else { &one.role };
            let day = one.decided_at.to_string();
            let _ = writeln!(
                text,
                "  {} {} {} by {role}: {waited}, {remit}",
                one.decision,
                one.matter,
                &day[..10.min(day.len())]
            );
        }
        text
    }
}

fn declared_remit(remit: &Remit) -> DeclaredRemit {
    DeclaredRemit {
        matter: remit.matter.clone(),
        area: remit.area.clone(),
        decides: remit.decides.iter().map(ToString::to_string).collect(),
        retained: remit.retained,
        since: remit.since,
        until: remit.until,
        bounds: remit.bounds.clone(),
        because: remit.because.clone(),
        written: remit.written.clone(),
    }
}
