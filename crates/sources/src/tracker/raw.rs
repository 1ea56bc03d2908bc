//! The raw folder of a tracker: pages as they came, packed, and the manifest that says what each of them is.
//!
//! ```text
//! manifest.jsonl         a line that names the tracker and the site, then a line a page, only ever appended
//! pages-0001.gz, ...     the pages, one gzip member each, one behind the other
//! state.json             what the fetcher needs to go on; replaced as a whole
//! ```
//!
//! A page is durable before its line is. What a kill leaves behind, a torn last line or a page without a line, does not
//! count and is overwritten. Only what has to be forgotten changes what was written: then all pages are written anew,
//! into files of their own, and a new manifest names those.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Take, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use super::Tracker;

mod origin;
mod redact;

pub use origin::without_secrets;
pub use redact::{Place, Redact, aliases, rewritten};

/// The manifest's file name, by which a raw folder is known.
pub const MANIFEST: &str = "manifest.jsonl";
const STATE: &str = "state.json";
const LOCK: &str = "lock";
/// The shape of the manifest; others are refused.
const VERSION: u32 = 1;
/// Bytes after which the next page begins a new file.
const SEGMENT_MAX: u64 = 64 << 20;

/// A raw folder that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RawError {
    /// The file system said no.
    #[error("reach {}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is no manifest that this version understands.
    #[error("read {} as a folder of raw pages: {what}", path.display())]
    NotRaw {
        /// Which folder.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A line of the manifest other than the last is not what was written.
    #[error("read line {line} of {}: {what}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// From 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// A page is not what its line says.
    #[error("read page {number} of {}: {what}", path.display())]
    Damaged {
        /// The file that the page is in.
        path: PathBuf,
        /// The page's number.
        number: u64,
        /// What is wrong.
        what: String,
    },
    /// Somebody else writes into it.
    #[error("write into {}: another process does so at this moment", path.display())]
    Busy {
        /// Which folder.
        path: PathBuf,
    },
}

/// The first line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    sayso_raw: u32,
    tracker: String,
    site: String,
}

/// One line of the manifest: what a page is and where it lies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The page's number, from 1 without gaps.
    pub number: u64,
    /// What was asked for, in the words of the connector; see [`super::Page::kind`].
    pub kind: String,
    /// The address that was asked, without secrets.
    pub origin: String,
    /// When it was fetched, as the fetcher's clock said; RFC 3339.
    pub fetched_at: String,
    /// The HTTP status.
    pub status: u16,
    /// The entity tag, for asking again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The file that it lies in, beside the manifest.
    pub file: String,
    /// The byte of that file at which it begins.
    pub offset: u64,
    /// Its length there, in bytes.
    pub packed: u64,
    /// Its length as it came, in bytes.
    pub bytes: u64,
    /// The XXH3 hash of the bytes as they came, 128 bits in hexadecimal.
    pub hash: String,
}

/// What a fetcher says of a page that it hands over.
#[derive(Clone, Copy, Debug)]
pub struct Fetched<'a> {
    /// As [`Entry::kind`].
    pub kind: &'a str,
    /// The address that was asked. User names, passwords and tokens in it are not written.
    pub origin: &'a str,
    /// As [`Entry::fetched_at`].
    pub at: &'a str,
    /// As [`Entry::status`].
    pub status: u16,
    /// As [`Entry::etag`].
    pub etag: Option<&'a str>,
    /// The bytes as they came.
    pub body: &'a [u8],
}

/// What a fetcher needs to go on where it was stopped. It holds no credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Pages in the manifest when it was written: pages behind that were fetched by a run that was stopped.
    #[serde(default)]
    pub pages: u64,
    /// How far each part of the tracker was read (`issues` -> `2026-03-01T10:00:00Z`).
    #[serde(default)]
    pub marks: BTreeMap<String, String>,
    /// Where paging through each part stands (`issues` -> the token of the next page).
    #[serde(default)]
    pub cursors: BTreeMap<String, String>,
}

/// A raw folder, to be read. What is written into it later does not show.
#[derive(Clone, Debug)]
pub struct Raw {
    folder: PathBuf,
    head: Head,
    n_pages: u64,
    len: u64,
    hash: u128,
    last: Option<Entry>,
    files: BTreeSet<String>,
}

impl Raw {
    /// Whether a folder says of itself that it is one of raw pages.
    pub fn is(folder: &Path) -> bool {
        let Ok(file) = File::open(folder.join(MANIFEST)) else { return false };
        let mut line = String::new();
        let read = BufReader::new(file).take(1 << 16).read_line(&mut line);
        read.is_ok() && serde_json::from_str::<Head>(&line).is_ok()
    }

    /// Opens a folder and reads its manifest through; no pages are opened.
    ///
    /// # Errors
    /// Where there is no manifest, or one of another version, or a line before its last is not whole.
    pub fn open(folder: &Path) -> Result<Raw, RawError> {
        let path = folder.join(MANIFEST);
        let io = |source| RawError::Io { path: path.clone(), source };
        let not_raw = |what: String| RawError::NotRaw { path: folder.to_owned(), what };
        let mut lines = BufReader::new(File::open(&path).map_err(io)?);
        let mut line = Vec::new();
        lines.read_until(b'\n', &mut line).map_err(io)?;
        let head: Head = match serde_json::from_slice(&line) {
            Ok(head) if line.ends_with(b"\n") => head,
            Ok(_) => return Err(not_raw("its manifest breaks off in its first line".to_owned())),
            Err(error) => return Err(not_raw(format!("its manifest does not begin as one ({error})"))),
        };
        if head.sayso_raw != VERSION {
            return Err(not_raw(format!("it is of version {}, and this one knows {VERSION}", head.sayso_raw)));
        }
        let mut raw =
            Raw { folder: folder.to_owned(), head, n_pages: 0, len: 0, hash: 0, last: None, files: BTreeSet::new() };
        let mut hash = XxHash3_128::new();
        loop {
            hash.write(&line);
            raw.len += line.len() as u64;
            line.clear();
            let n = lines.read_until(b'\n', &mut line).map_err(io)?;
            if n == 0 || !line.ends_with(b"\n") {
                break;
            }
            let number = raw.n_pages + 1;
            match serde_json::from_slice::<Entry>(&line) {
                Ok(entry) if entry.number == number => {
                    if !raw.files.contains(&entry.file) {
                        raw.files.insert(entry.file.clone());
                    }
                    raw.last = Some(entry);
                }
                found => {
                    // A block of the last line that never reached the disk may read as anything.
                    if lines.fill_buf().map_err(io)?.is_empty() {
                        break;
                    }
                    let what = match found {
                        Ok(entry) => format!("page {} stands where page {number} is due", entry.number),
                        Err(error) => error.to_string(),
                    };
                    return Err(RawError::Manifest { path, line: number + 1, what });
                }
            }
            raw.n_pages = number;
        }
        raw.hash = hash.finish_128();
        Ok(raw)
    }

    /// The name of the tracker.
    pub fn tracker(&self) -> &str {
        &self.head.tracker
    }

    /// The site that the pages come from.
    pub fn site(&self) -> &str {
        &self.head.site
    }

    /// How many pages there are.
    pub fn n_pages(&self) -> u64 {
        self.n_pages
    }

    /// Length and hash of the manifest as far as it counts. The hashes of the pages stand in it: while these two are the
    /// same, so is everything.
    pub fn fingerprint(&self) -> (u64, u128) {
        (self.len, self.hash)
    }

    /// The pages, in the order in which they were written.
    ///
    /// # Errors
    /// Where the manifest cannot be opened any more.
    pub fn entries(&self) -> Result<Entries, RawError> {
        let path = self.folder.join(MANIFEST);
        let open = || {
            let mut lines = BufReader::new(File::open(&path)?.take(self.len));
            let mut head = Vec::new();
            lines.read_until(b'\n', &mut head)?;
            Ok(lines)
        };
        let lines = open().map_err(|source| RawError::Io { path: path.clone(), source })?;
        Ok(Entries { path, lines, line: Vec::new(), number: 0 })
    }

    /// Reads one page into `body`, and checks that it is what its line says.
    ///
    /// # Errors
    /// Where its file cannot be opened, or length or hash differ.
    pub fn read(&self, entry: &Entry, body: &mut Vec<u8>) -> Result<(), RawError> {
        let path = self.folder.join(&entry.file);
        let damaged =
            |what: &str| RawError::Damaged { path: path.clone(), number: entry.number, what: what.to_owned() };
        if Path::new(&entry.file).components().count() != 1 || !entry.file.starts_with("pages-") {
            return Err(damaged("its file is none of this folder"));
        }
        let io = |source| RawError::Io { path: path.clone(), source };
        let mut file = File::open(&path).map_err(io)?;
        file.seek(SeekFrom::Start(entry.offset)).map_err(io)?;
        body.clear();
        let packed = BufReader::new(file.take(entry.packed));
        let read = GzDecoder::new(packed).take(entry.bytes.saturating_add(1)).read_to_end(body);
        if let Err(error) = read {
            return match error.kind() {
                io::ErrorKind::UnexpectedEof => Err(damaged("it breaks off")),
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Err(damaged("its packing is damaged")),
                _ => Err(io(error)),
            };
        }
        if body.len() as u64 != entry.bytes {
            return Err(damaged("its length is another"));
        }
        if hash_of(body) != entry.hash {
            return Err(damaged("its content is another"));
        }
        Ok(())
    }

    /// What the fetcher left for its next run; `None` where it left nothing.
    ///
    /// # Errors
    /// Where the file cannot be read, or is not what was written.
    pub fn state(&self) -> Result<Option<State>, RawError> {
        state_of(&self.folder)
    }
}

/// The lines of a manifest.
#[derive(Debug)]
pub struct Entries {
    path: PathBuf,
    lines: BufReader<Take<File>>,
    line: Vec<u8>,
    number: u64,
}

impl Iterator for Entries {
    type Item = Result<Entry, RawError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.line.clear();
        match self.lines.read_until(b'\n', &mut self.line) {
            Ok(0) => None,
            Ok(_) => {
                self.number += 1;
                let read = serde_json::from_slice(&self.line).map_err(|error| RawError::Manifest {
                    path: self.path.clone(),
                    line: self.number + 1,
                    what: error.to_string(),
                });
                Some(read)
            }
            Err(source) => Some(Err(RawError::Io { path: self.path.clone(), source })),
        }
    }
}

/// A lock that is given up by name: a process that is just being started holds a copy of every open file for a moment, and
/// closing alone would leave the lock with it.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Where a page was written.
struct Packed {
    file: String,
    offset: u64,
    packed: u64,
    bytes: u64,
    hash: String,
}

impl Packed {
    /// The line of a page that lies here.
    fn of(self, entry: Entry) -> Entry {
        let Packed { file, offset, packed, bytes, hash } = self;
        Entry { file, offset, packed, bytes, hash, ..entry }
    }
}

/// A raw folder, to be written. One at a time: a second one is refused while the first lives.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    manifest: File,
    segment: Option<(String, File, u64)>,
    n_pages: u64,
    n_segments: u32,
    segment_max: u64,
    _lock: Lock,
}

impl Writer {
    /// Opens a folder, or makes it; what an earlier writer left unfinished is removed.
    ///
    /// # Errors
    /// Where the folder cannot be made, holds pages of another tracker or site, or has another writer.
    pub fn open(folder: &Path, tracker: Tracker, site: &str) -> Result<Writer, RawError> {
        let head = Head { sayso_raw: VERSION, tracker: tracker.name().to_owned(), site: without_secrets(site) };
        Writer::begin(folder, head)
    }

    fn begin(folder: &Path, head: Head) -> Result<Writer, RawError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| RawError::Io { path, source }
        };
        fs::create_dir_all(folder).map_err(io(folder))?;
        let path = folder.join(LOCK);
        let lock = File::create(&path).map_err(io(&path))?;
        if lock.try_lock().is_err() {
            return Err(RawError::Busy { path: folder.to_owned() });
        }
        let path = folder.join(MANIFEST);
        let is_begun = fs::read(&path).is_ok_and(|bytes| bytes.contains(&b'\n'));
        if !is_begun {
            write_whole(folder, MANIFEST, &line(&head))?;
        }
        let raw = Raw::open(folder)?;
        if raw.head != head {
            let what = format!("it holds pages of {} at {}", raw.head.tracker, raw.head.site);
            return Err(RawError::NotRaw { path: folder.to_owned(), what });
        }
        let mut manifest = OpenOptions::new().write(true).open(&path).map_err(io(&path))?;
        manifest.set_len(raw.len).map_err(io(&path))?;
        manifest.seek(SeekFrom::End(0)).map_err(io(&path))?;
        remove_others(folder, &raw.files)?;
        let mut segment = None;
        if let Some(last) = &raw.last {
            let path = folder.join(&last.file);
            let end = last.offset + last.packed;
            let mut file = OpenOptions::new().write(true).open(&path).map_err(io(&path))?;
            if file.metadata().map_err(io(&path))?.len() < end {
                let what = "it breaks off".to_owned();
                return Err(RawError::Damaged { path, number: last.number, what });
            }
            file.set_len(end).map_err(io(&path))?;
            file.seek(SeekFrom::End(0)).map_err(io(&path))?;
            segment = Some((last.file.clone(), file, end));
        }
        Ok(Writer {
            folder: folder.to_owned(),
            manifest,
            segment,
            n_pages: raw.n_pages,
            n_segments: raw.files.iter().filter_map(|file| number_of(file)).max().unwrap_or(0),
            segment_max: SEGMENT_MAX,
            _lock: Lock(lock),
        })
    }

    /// Opens a folder that there is, whatever tracker and site its pages come from.
    ///
    /// # Errors
    /// As [`Raw::open`], and where it has another writer.
    pub fn of(folder: &Path) -> Result<Writer, RawError> {
        let head = Raw::open(folder)?.head;
        Writer::begin(folder, head)
    }

    /// Pages so far.
    pub fn n_pages(&self) -> u64 {
        self.n_pages
    }

    /// Appends a page. When this returns, the page is on the disk and in the manifest; when it fails, or the machine
    /// does, it is neither for whoever reads.
    ///
    /// # Errors
    /// Where the disk takes no more. The writer is to be opened anew after that.
    pub fn append(&mut self, page: &Fetched<'_>) -> Result<Entry, RawError> {
        let place = self.pack(page.body)?;
        self.sync_segment()?;
        let entry = place.of(Entry {
            number: self.n_pages + 1,
            kind: page.kind.to_owned(),
            origin: without_secrets(page.origin),
            fetched_at: page.at.to_owned(),
            status: page.status,
            etag: page.etag.map(str::to_owned),
            ..Entry::default()
        });
        let write = self.manifest.write_all(&line(&entry)).and_then(|()| self.manifest.sync_data());
        write.map_err(|source| RawError::Io { path: self.folder.join(MANIFEST), source })?;
        self.n_pages += 1;
        Ok(entry)
    }

    /// Takes words out of all pages, for good; how many pages changed. Where none does, nothing is written. A kill leaves
    /// the pages as they were, or as they should be; files that no longer count are removed here, or when the folder is
    /// next opened for writing.
    ///
    /// # Errors
    /// Where a page cannot be read, or the disk takes no more.
    pub fn redact(mut self, words: &dyn Redact) -> Result<u64, RawError> {
        let raw = Raw::open(&self.folder)?;
        let mut body = Vec::new();
        let mut is_clean = true;
        for entry in raw.entries()? {
            raw.read(&entry?, &mut body)?;
            is_clean = words.page(&body).is_none();
            if !is_clean {
                break;
            }
        }
        if is_clean {
            return Ok(0);
        }
        let io = |source| RawError::Io { path: self.folder.join(MANIFEST), source };
        let manifest = tempfile::Builder::new().prefix(".").suffix(MANIFEST).tempfile_in(&self.folder).map_err(io)?;
        let mut lines = BufWriter::new(manifest);
        lines.write_all(&line(&raw.head)).map_err(io)?;
        // Whatever has been written stays as it is until the new manifest stands.
        self.segment = None;
        let (mut files, mut n_changed) = (BTreeSet::new(), 0);
        for entry in raw.entries()? {
            let entry = entry?;
            raw.read(&entry, &mut body)?;
            let new = words.page(&body);
            n_changed += u64::from(new.is_some());
            let entry = self.pack(new.as_deref().unwrap_or(&body))?.of(entry);
            let path = self.folder.join(MANIFEST);
            lines.write_all(&line(&entry)).map_err(|source| RawError::Io { path, source })?;
            files.insert(entry.file);
        }
        self.sync_segment()?;
        let io = |source| RawError::Io { path: self.folder.join(MANIFEST), source };
        let manifest = lines.into_inner().map_err(|error| io(error.into_error()))?;
        manifest.as_file().sync_all().map_err(io)?;
        manifest.persist(self.folder.join(MANIFEST)).map_err(|error| io(error.error))?;
        sync_folder(&self.folder)?;
        remove_others(&self.folder, &files)?;
        Ok(n_changed)
    }

    /// Writes a page behind the last one; it is not on the disk yet, and in no manifest.
    fn pack(&mut self, body: &[u8]) -> Result<Packed, RawError> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        let packed = packer.write_all(body).and_then(|()| packer.finish());
        let packed = packed.map_err(|source| RawError::Io { path: self.folder.clone(), source })?;
        if self.segment.as_ref().is_none_or(|(_, _, len)| *len >= self.segment_max) {
            self.sync_segment()?;
            self.begin_segment()?;
        }
        let (name, file, len) = self.segment.as_mut().expect("a segment was begun above");
        let path = self.folder.join(&*name);
        file.write_all(&packed).map_err(|source| RawError::Io { path, source })?;
        let place = Packed {
            file: name.clone(),
            offset: *len,
            packed: packed.len() as u64,
            bytes: body.len() as u64,
            hash: hash_of(body),
        };
        *len += place.packed;
        Ok(place)
    }

    fn sync_segment(&self) -> Result<(), RawError> {
        let Some((name, file, _)) = &self.segment else { return Ok(()) };
        file.sync_data().map_err(|source| RawError::Io { path: self.folder.join(name), source })
    }

    /// What was left for this run; see [`Raw::state`].
    ///
    /// # Errors
    /// Where the file cannot be read, or is not what was written.
    pub fn state(&self) -> Result<Option<State>, RawError> {
        state_of(&self.folder)
    }

    /// Puts a new state in the place of the old one, as a whole; `pages` is set to what the manifest has.
    ///
    /// # Errors
    /// Where it cannot be written; the old one stands then.
    pub fn set_state(&mut self, state: &State) -> Result<(), RawError> {
        let state = State { pages: self.n_pages, ..state.clone() };
        let text = serde_json::to_vec_pretty(&state).expect("strings and numbers are JSON");
        write_whole(&self.folder, STATE, &text)
    }

    fn begin_segment(&mut self) -> Result<(), RawError> {
        self.n_segments += 1;
        let name = format!("pages-{:04}.gz", self.n_segments);
        let path = self.folder.join(&name);
        // What a kill left of this name has no line in the manifest.
        let file = File::create(&path).map_err(|source| RawError::Io { path, source })?;
        sync_folder(&self.folder)?;
        self.segment = Some((name, file, 0));
        Ok(())
    }
}

/// A line of the manifest.
fn line(of: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(of).expect("strings and numbers are JSON");
    line.push(b'\n');
    line
}

/// Removes files of pages that no line names.
fn remove_others(folder: &Path, named: &BTreeSet<String>) -> Result<(), RawError> {
    let io = |source| RawError::Io { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(io)? {
        let name = entry.map_err(io)?.file_name().to_string_lossy().into_owned();
        if number_of(&name).is_some() && !named.contains(&name) {
            let path = folder.join(name);
            fs::remove_file(&path).map_err(|source| RawError::Io { path, source })?;
        }
    }
    Ok(())
}

fn number_of(file: &str) -> Option<u32> {
    file.strip_prefix("pages-")?.strip_suffix(".gz")?.parse().ok()
}

pub(crate) fn hash_of(body: &[u8]) -> String {
    format!("{:032x}", XxHash3_128::oneshot(body))
}

fn state_of(folder: &Path) -> Result<Option<State>, RawError> {
    let path = folder.join(STATE);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(RawError::Io { path, source }),
    };
    let read = serde_json::from_slice(&text);
    read.map(Some).map_err(|error| RawError::NotRaw { path, what: error.to_string() })
}

/// Writes a file so that there is the old one or the new one at any moment, and never a part.
fn write_whole(folder: &Path, name: &str, content: &[u8]) -> Result<(), RawError> {
    let path = folder.join(name);
    let io = |source| RawError::Io { path: path.clone(), source };
    let mut new = tempfile::Builder::new().prefix(".").suffix(name).tempfile_in(folder).map_err(io)?;
    new.write_all(content).map_err(io)?;
    new.as_file().sync_all().map_err(io)?;
    new.persist(&path).map_err(|error| io(error.error))?;
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> Result<(), RawError> {
    // Only Unix lets a folder be synced; elsewhere the file system sees to it.
    if cfg!(unix) {
        let sync = File::open(folder).and_then(|file| file.sync_all());
        sync.map_err(|source| RawError::Io { path: folder.to_owned(), source })?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "raw/tests.rs"]
mod tests;
