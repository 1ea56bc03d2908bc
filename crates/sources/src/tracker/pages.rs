//! The pages of a source, one at a time: those of a raw folder, or those that exported files can be cut into.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use sayso_model::coverage::Reason;
use sayso_model::event::Flow;
use serde::de::IgnoredAny;
use twox_hash::XxHash3_128;

use super::raw::{Raw, RawError};
use super::{Page, Sample, Tracker, devlake, refusal};
use crate::ReadError;
use crate::bytes::{Start, Text, Unpacked, broken_off};
use crate::table::csv::{Row, Rows};

/// Rows of a table that make one page.
const ROWS_PER_PAGE: usize = 512;
/// What Gerrit writes before its answers, so that they do not run as a script.
const GUARD: &str = ")]}'";
/// Bytes of a mail archive that make one page, at least.
const MAIL_PER_PAGE: usize = 1 << 20;
/// Files of a folder that are looked at to recognise it.
const PROBE_FILES: usize = 64;
/// Folders within folders that are looked into.
const DEPTH_MAX: usize = 16;
/// What exports end with; each may be packed (`.gz`) as well.
const ENDINGS: [&str; 8] = ["json", "jsonl", "ndjson", "csv", "tsv", "xml", "rss", "mbox"];

/// The tracker whose pages or exports a folder holds, if it is one.
pub(crate) fn probe_folder(path: &Path) -> Result<Option<Tracker>, ReadError> {
    if Raw::is(path) {
        let raw = Raw::open(path).map_err(|error| of_raw(path, error))?;
        return match Tracker::of_name(raw.tracker()) {
            Some(tracker) => Ok(Some(tracker)),
            None => Err(ReadError::Unrecognised {
                path: path.to_owned(),
                what: format!("it holds pages of `{}`, which this version does not read", raw.tracker()),
                hint: "read it with the version of Sayso that fetched it".to_owned(),
            }),
        };
    }
    let mut files = Vec::new();
    files_of(path, 0, &mut files, &mut Vec::new())?;
    Ok(files.iter().take(PROBE_FILES).find_map(|file| {
        let head = Unpacked::open(file).ok()?.beginning().ok()?;
        probe_text(file, &head)
    }))
}

/// The tracker whose export a file is, by its beginning, if it is one.
pub(crate) fn probe_text(path: &Path, head: &str) -> Option<Tracker> {
    let sample = Sample::of(head);
    if let Some(table) = raw_table(path, &sample.columns) {
        return devlake::tracker_of(&table.tracker);
    }
    Tracker::ALL.into_iter().find(|tracker| (tracker.room().recognises)(&sample))
}

/// A page, or the place of one.
pub(crate) enum Came<'a> {
    /// A page, whole.
    Page(Page<'a>),
    /// Something of which a page was to be had, and is not.
    Broken {
        /// As [`Page::origin`].
        origin: &'a str,
        /// Where a person finds it.
        place: &'a str,
        /// Why there is none.
        reason: Reason,
        /// What was found instead.
        detail: &'a str,
    },
}

/// What is called with each page; says whether to go on.
pub(crate) type OnPage<'f> = dyn FnMut(Came<'_>) -> Result<Flow, ReadError> + 'f;

/// The pages of one source.
#[derive(Debug)]
pub(crate) struct Pages {
    path: PathBuf,
    held: Held,
    salvage: bool,
    /// Files of a folder that are none of what trackers export.
    pub passed_over: Vec<String>,
}

#[derive(Debug)]
enum Held {
    Raw(Box<Raw>),
    Files(Vec<PathBuf>),
}

impl Pages {
    /// Finds out what there is; with `salvage`, what stands before the break of a file counts.
    pub fn open(path: &Path, salvage: bool) -> Result<Pages, ReadError> {
        let is_folder = std::fs::metadata(path).map_err(|source| io(path, source))?.is_dir();
        let mut passed_over = Vec::new();
        let held = if !is_folder {
            Held::Files(vec![path.to_owned()])
        } else if Raw::is(path) {
            Held::Raw(Box::new(Raw::open(path).map_err(|error| of_raw(path, error))?))
        } else {
            let mut files = Vec::new();
            files_of(path, 0, &mut files, &mut passed_over)?;
            if files.is_empty() {
                return Err(ReadError::Empty { path: path.to_owned() });
            }
            Held::Files(files)
        };
        Ok(Pages { path: path.to_owned(), held, salvage, passed_over })
    }

    /// Length and hash of all that the pages are made of.
    pub fn fingerprint(&self) -> Result<(u64, u128), ReadError> {
        let files = match &self.held {
            Held::Raw(raw) => return Ok(raw.fingerprint()),
            Held::Files(files) => files,
        };
        let (mut bytes, mut hash) = (0, XxHash3_128::new());
        for file in files {
            let start = Start::of(file, u64::MAX, false)?;
            let (of_file, len) = (start.hash(), start.len);
            bytes += len;
            hash.write(self.name(file).as_bytes());
            hash.write(&len.to_le_bytes());
            hash.write(&of_file.to_le_bytes());
        }
        Ok((bytes, hash.finish_128()))
    }

    /// How many parts there are, for a progress bar: pages of a raw folder, or files.
    pub fn n_parts(&self) -> u64 {
        match &self.held {
            Held::Raw(raw) => raw.n_pages(),
            Held::Files(files) => files.len() as u64,
        }
    }

    /// Calls `on` with every page, and with the number of parts that are done.
    pub fn each(&self, on: &mut OnPage<'_>, done: &mut dyn FnMut(u64)) -> Result<Flow, ReadError> {
        match &self.held {
            Held::Raw(raw) => self.each_raw(raw, on, done),
            Held::Files(files) => {
                for (n, file) in files.iter().enumerate() {
                    if self.each_of_file(file, on)? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                    done(n as u64 + 1);
                }
                Ok(Flow::Continue)
            }
        }
    }

    fn each_raw(&self, raw: &Raw, on: &mut OnPage<'_>, done: &mut dyn FnMut(u64)) -> Result<Flow, ReadError> {
        let mut body = Vec::new();
        for entry in raw.entries().map_err(|error| of_raw(&self.path, error))? {
            let entry = entry.map_err(|error| of_raw(&self.path, error))?;
            let origin = &entry.origin;
            let place = format!("page {} ({origin})", entry.number);
            let broken =
                |reason, detail: &str, on: &mut OnPage<'_>| on(Came::Broken { origin, place: &place, reason, detail });
            let flow = match entry.status {
                // Nothing new, and nothing at all.
                204 | 304 => Flow::Continue,
                200..300 => match raw.read(&entry, &mut body) {
                    Ok(()) => on(Came::Page(Page { kind: &entry.kind, origin, body: &body }))?,
                    Err(error @ RawError::Damaged { .. }) => broken(Reason::RowMalformed, &error.to_string(), on)?,
                    Err(error) => return Err(of_raw(&self.path, error)),
                },
                status => {
                    // Its words say why; where they cannot be read, the status has to do.
                    if raw.read(&entry, &mut body).is_err() {
                        body.clear();
                    }
                    broken(Reason::Refused, &refusal::why(status, &body), on)?
                }
            };
            if flow == Flow::Stop {
                return Ok(Flow::Stop);
            }
            done(entry.number);
        }
        Ok(Flow::Continue)
    }

    fn each_of_file(&self, file: &Path, on: &mut OnPage<'_>) -> Result<Flow, ReadError> {
        let name = self.name(file);
        let given = self.cut(file, &name, on);
        match given {
            Err(error @ (ReadError::Truncated { .. } | ReadError::Malformed { .. })) if self.salvage => {
                on(Came::Broken { origin: &name, place: &name, reason: Reason::Truncated, detail: &error.to_string() })
            }
            Err(error @ (ReadError::Unrecognised { .. } | ReadError::Empty { .. })) if file != self.path => {
                on(Came::Broken {
                    origin: &name,
                    place: &name,
                    reason: Reason::NotUnderstood,
                    detail: &error.to_string(),
                })
            }
            other => other,
        }
    }

    /// Cuts a file into pages.
    fn cut(&self, file: &Path, name: &str, on: &mut OnPage<'_>) -> Result<Flow, ReadError> {
        let mut unpacked = Unpacked::open(file)?;
        if unpacked.starts_with(b"From ") {
            return mail(name, &mut unpacked, on);
        }
        let text = unpacked.text(None)?;
        let spoilt = text.spoilt();
        let Text { path, reader, .. } = text;
        let mut rows = Rows::new(BufReader::new(reader), path);
        if devlake::Table::of_name(name).is_some() && !matches!(rows.first_byte()?, Some(b'{' | b'[' | b')' | b'<')) {
            if let Some(table) = raw_table(file, &rows.header()?) {
                return answers(file, name, &table, on);
            }
            rows = Rows::new(BufReader::new(Unpacked::open(file)?.text(None)?.reader), file.to_owned());
        }
        match rows.first_byte()? {
            // `)` begins the guard before an answer of Gerrit.
            Some(b'{' | b'[' | b')') => json(name, &mut rows, on),
            Some(b'<') => {
                let mut whole = String::new();
                while let Some(line) = rows.next_line()? {
                    whole.push_str(line);
                    whole.push('\n');
                }
                on(Came::Page(Page { kind: "", origin: name, body: whole.as_bytes() }))
            }
            _ => {
                let header = rows.header()?;
                let mut page = Table::new(&header);
                let mut from = 2;
                while let Some((line, row)) = rows.next()? {
                    let broken = match row {
                        Row::Malformed(why) => Some((Reason::RowMalformed, why)),
                        Row::Fields(fields) if fields.is_spoilt(&spoilt) => Some((Reason::EncodingInvalid, "")),
                        Row::Fields(fields) => {
                            page.row(fields.iter());
                            None
                        }
                    };
                    if let Some((reason, detail)) = broken {
                        let place = format!("{name} line {line}");
                        if on(Came::Broken { origin: &place, place: &place, reason, detail })? == Flow::Stop {
                            return Ok(Flow::Stop);
                        }
                    }
                    if page.n == ROWS_PER_PAGE {
                        let origin = format!("{name}#line {from}");
                        if on(Came::Page(Page { kind: "", origin: &origin, body: &page.take(&header) }))? == Flow::Stop
                        {
                            return Ok(Flow::Stop);
                        }
                        from = line + 1;
                    }
                }
                // A table without rows is a page as well: its columns say what there is none of.
                let origin = format!("{name}#line {from}");
                on(Came::Page(Page { kind: "", origin: &origin, body: &page.take(&header) }))
            }
        }
    }

    /// A file's name within the source.
    fn name(&self, file: &Path) -> String {
        let name = file.strip_prefix(&self.path).ok().filter(|name| !name.as_os_str().is_empty());
        let name = name.or_else(|| file.file_name().map(Path::new)).unwrap_or(file);
        name.to_string_lossy().into_owned()
    }
}

/// What a table of raw answers holds, by its name and its columns; `None` for any other table.
fn raw_table(path: &Path, columns: &[String]) -> Option<devlake::Table> {
    let has = |name: &str| columns.iter().any(|column| column.trim().eq_ignore_ascii_case(name));
    let table = devlake::Table::of_name(path.file_name()?.to_str()?)?;
    (has("data") && has("url")).then_some(table)
}

/// The rows of a table of raw answers, each a page.
fn answers(file: &Path, name: &str, table: &devlake::Table, on: &mut OnPage<'_>) -> Result<Flow, ReadError> {
    let unpacked = Unpacked::open(file)?;
    let text = unpacked.text(None)?;
    for row in devlake::rows(text.reader, name) {
        let flow = match &row {
            devlake::Row::Answer { origin, body } => on(Came::Page(Page { kind: &table.kind, origin, body }))?,
            devlake::Row::Broken { place, reason, detail } => {
                on(Came::Broken { origin: place, place, reason: *reason, detail })?
            }
        };
        if flow == Flow::Stop {
            return Ok(Flow::Stop);
        }
    }
    Ok(Flow::Continue)
}

/// Rows on their way to become a page: a table with commas, whatever it was before.
struct Table {
    out: csv::Writer<Vec<u8>>,
    n: usize,
}

impl Table {
    fn new(header: &[String]) -> Table {
        let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        out.write_record(header).expect("writing into memory does not fail");
        Table { out, n: 0 }
    }

    fn row<'r>(&mut self, fields: impl Iterator<Item = &'r str>) {
        self.out.write_record(fields).expect("writing into memory does not fail");
        self.n += 1;
    }

    /// The page so far; the next one begins.
    fn take(&mut self, header: &[String]) -> Vec<u8> {
        let full = std::mem::replace(self, Table::new(header));
        full.out.into_inner().expect("writing into memory does not fail")
    }
}

/// Some messages of a mail archive at a time, as bytes: each message says its own encoding. What begins one stands behind
/// an empty line.
fn mail(name: &str, unpacked: &mut Unpacked, on: &mut OnPage<'_>) -> Result<Flow, ReadError> {
    let (mut page, mut from, mut number) = (Vec::new(), 1, 0_u64);
    let mut line = Vec::new();
    let mut is_behind_nothing = true;
    loop {
        line.clear();
        let read = unpacked.reader.read_until(b'\n', &mut line);
        let n = read.map_err(|error| broken_off(&unpacked.path, &error, number, 0))?;
        number += 1;
        let is_new = n == 0 || is_behind_nothing && line.starts_with(b"From ") && page.len() >= MAIL_PER_PAGE;
        if is_new && !page.is_empty() {
            let origin = format!("{name}#line {from}");
            if on(Came::Page(Page { kind: "mbox", origin: &origin, body: &page }))? == Flow::Stop {
                return Ok(Flow::Stop);
            }
            page.clear();
            from = number;
        }
        if n == 0 {
            return Ok(Flow::Continue);
        }
        is_behind_nothing = line.trim_ascii().is_empty();
        page.extend_from_slice(&line);
    }
}

/// One document, or one on each line.
fn json(name: &str, rows: &mut Rows, on: &mut OnPage<'_>) -> Result<Flow, ReadError> {
    let is_whole = |text: &str| serde_json::from_str::<IgnoredAny>(text).is_ok();
    let mut whole: Vec<(u64, String)> = Vec::new();
    let mut is_lines = false;
    while let Some((number, line)) = rows.next_numbered_line()? {
        if line == GUARD && whole.is_empty() {
            continue;
        }
        if !is_lines {
            let is_first = whole.is_empty();
            // `{}` and the like stand on lines of their own in any document.
            is_lines = is_whole(line) && (is_first || line.len() > 2 && line.starts_with('{'));
            if is_lines && !is_first {
                let document: String = whole.iter().flat_map(|(_, line)| [line.as_str(), "\n"]).collect();
                // An object on one line of a document that is written over several is not a document.
                is_lines = !is_beginning(&document);
            }
            if is_lines {
                for (number, line) in whole.drain(..) {
                    if page_of_line(name, number, &line, on)? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                }
            }
        }
        if is_lines {
            if page_of_line(name, number, line, on)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        } else {
            whole.push((number, line.to_owned()));
        }
    }
    if is_lines {
        return Ok(Flow::Continue);
    }
    let document: Vec<&str> = whole.iter().map(|(_, line)| line.as_str()).collect();
    on(Came::Page(Page { kind: "", origin: name, body: document.join("\n").as_bytes() }))
}

/// Whether a text is the beginning of a document: it breaks off, and nothing is wrong before.
fn is_beginning(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_err_and(|error| error.is_eof())
}

fn page_of_line(name: &str, number: u64, line: &str, on: &mut OnPage<'_>) -> Result<Flow, ReadError> {
    let origin = if number == 1 { name.to_owned() } else { format!("{name}#line {number}") };
    on(Came::Page(Page { kind: "", origin: &origin, body: line.as_bytes() }))
}

/// The files of a folder that may be exports, in the order of their names.
fn files_of(
    folder: &Path,
    depth: usize,
    files: &mut Vec<PathBuf>,
    passed_over: &mut Vec<String>,
) -> Result<(), ReadError> {
    let read = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = read.map_err(|source| io(folder, source))?;
    entries.sort_unstable_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if name.starts_with('.') {
            continue;
        }
        // A link to a folder is not followed: it may lead back here.
        let kind = entry.file_type().map_err(|source| io(&path, source))?;
        if kind.is_dir() {
            if depth < DEPTH_MAX {
                files_of(&path, depth + 1, files, passed_over)?;
            }
        } else if is_export(&name) {
            files.push(path);
        } else {
            passed_over.push(name);
        }
    }
    Ok(())
}

fn is_export(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

fn io(path: &Path, source: std::io::Error) -> ReadError {
    ReadError::Io { path: path.to_owned(), source }
}

fn of_raw(folder: &Path, error: RawError) -> ReadError {
    match error {
        RawError::Io { path, source } => ReadError::Io { path, source },
        RawError::Manifest { path, line, what } => ReadError::Malformed {
            path,
            place: format!("line {line}"),
            what,
            hint: "fetch the tracker anew into another folder".to_owned(),
        },
        other => ReadError::Malformed {
            path: folder.to_owned(),
            place: "manifest".to_owned(),
            what: other.to_string(),
            hint: "fetch the tracker anew into another folder".to_owned(),
        },
    }
}
