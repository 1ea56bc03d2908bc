//! The folder of a record: files sealed under a name made of their content, the writer's lock, the readers' lock.

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::EngineError;

const WRITER_LOCK: &str = "writer.lock";
const READERS_LOCK: &str = "readers.lock";
const DRAFT: &str = "draft-";
const SPILL: &str = "datafusion-";

/// What a sealed file holds; its name begins with it.
pub(crate) const KINDS: [&str; 5] = ["events", "words", "items", "skipped", "sightings"];

/// The folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    drafts: AtomicU64,
    /// Whether what is written has to survive a crash of the machine.
    is_durable: bool,
}

/// Held by whoever writes; goes with the process.
#[derive(Debug)]
pub(crate) struct WriterLock(File);

impl Drop for WriterLock {
    fn drop(&mut self) {
        // By name: a process that is just being started holds a copy of every open file for a moment.
        let _ = self.0.unlock();
    }
}

/// Held by whoever reads, so that nobody removes files from under them.
#[derive(Debug)]
pub(crate) struct ReaderLock(File);

impl Drop for ReaderLock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// A file that is being written and is not yet part of anything.
#[derive(Debug)]
pub(crate) struct Draft {
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    bytes: u64,
    path: PathBuf,
}

/// A file that will not change any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub name: String,
    pub bytes: u64,
}

impl Folder {
    /// Creates the folder where it is absent.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        if !path.is_dir() {
            std::fs::create_dir_all(path).map_err(EngineError::io("create", path))?;
        }
        // The engine resolves names against the folder later, from whatever working folder the process then has.
        let path = path.canonicalize().map_err(EngineError::io("open", path))?;
        Ok(Self { path, drafts: AtomicU64::new(0), is_durable: true })
    }

    /// The same folder for what nobody will miss.
    pub fn scratch(self) -> Self {
        Self { is_durable: false, ..self }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Begins a file.
    pub fn draft(&self) -> Result<Draft, EngineError> {
        let path = self.file(&format!("{DRAFT}{}.tmp", self.drafts.fetch_add(1, Ordering::Relaxed)));
        let file = File::create(&path).map_err(EngineError::io("create", &path))?;
        Ok(Draft { file: BufWriter::with_capacity(1 << 18, file), hasher: blake3::Hasher::new(), bytes: 0, path })
    }

    /// Ends a file: on the disk to the last byte, then under its final name. The same content has the same name, so
    /// that two readings of the same input give the same files.
    pub fn seal(&self, draft: Draft, stem: &str, extension: &str) -> Result<Sealed, EngineError> {
        let Draft { file, hasher, bytes, path } = draft;
        let file = file.into_inner().map_err(|error| EngineError::io("write", &path)(error.into_error()))?;
        if self.is_durable {
            file.sync_all().map_err(EngineError::io("write", &path))?;
        }
        drop(file);
        let hash = hasher.finalize().to_hex();
        let name = format!("{stem}-{}.{extension}", &hash[..24]);
        std::fs::rename(&path, self.file(&name)).map_err(EngineError::io("name", &path))?;
        Ok(Sealed { name, bytes })
    }

    /// Replaces a small file in one step: readers see the old one or the new one.
    pub fn replace(&self, name: &str, content: &[u8]) -> Result<(), EngineError> {
        self.sync()?;
        let mut draft = self.draft()?;
        draft.write_all(content).map_err(EngineError::io("write", &draft.path))?;
        let Draft { file, path, .. } = draft;
        let file = file.into_inner().map_err(|error| EngineError::io("write", &path)(error.into_error()))?;
        if self.is_durable {
            file.sync_all().map_err(EngineError::io("write", &path))?;
        }
        drop(file);
        std::fs::rename(&path, self.file(name)).map_err(EngineError::io("name", &path))?;
        self.sync()
    }

    /// Takes the writer's lock, or says who is in the way.
    pub fn lock_to_write(&self) -> Result<WriterLock, EngineError> {
        let path = self.file(WRITER_LOCK);
        let file = open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(WriterLock(file)),
            Err(TryLockError::WouldBlock) => Err(EngineError::Locked { lock: path }),
            Err(TryLockError::Error(source)) => Err(EngineError::Io { doing: "lock", path, source }),
        }
    }

    /// Takes a share of the readers' lock. `None` where the folder cannot be written to: then nobody removes anything
    /// either. Waits at most for as long as somebody removes files.
    pub fn lock_to_read(&self) -> Option<ReaderLock> {
        let file = open_lock(&self.file(READERS_LOCK)).ok()?;
        file.lock_shared().ok()?;
        Some(ReaderLock(file))
    }

    /// Removes what we left behind and nobody needs: files that are not in `keep`, unless somebody is reading.
    /// Call with the writer's lock held. Gives the number of files removed.
    pub fn sweep(&self, _lock: &WriterLock, keep: &HashSet<&str>) -> Result<u64, EngineError> {
        let readers = open_lock(&self.file(READERS_LOCK))?;
        let nobody_reads = readers.try_lock().is_ok();
        let mut n_removed = 0;
        for entry in std::fs::read_dir(&self.path).map_err(EngineError::io("list", &self.path))? {
            let entry = entry.map_err(EngineError::io("list", &self.path))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let is_draft = name.starts_with(DRAFT) && name.ends_with(".tmp");
            let is_sealed = KINDS.iter().any(|kind| name.strip_prefix(kind).is_some_and(|rest| rest.starts_with('-')));
            let removed = if is_draft || is_sealed && nobody_reads && !keep.contains(name) {
                std::fs::remove_file(entry.path())
            } else if name.starts_with(SPILL) && nobody_reads {
                std::fs::remove_dir_all(entry.path())
            } else {
                continue;
            };
            match removed {
                Ok(()) => n_removed += 1,
                // A query that has just ended takes its own spilled rows away.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(EngineError::io("remove", &entry.path())(error)),
            }
        }
        Ok(n_removed)
    }

    /// Makes renames durable, on systems where a folder can be synced.
    fn sync(&self) -> Result<(), EngineError> {
        if cfg!(unix) && self.is_durable {
            let folder = File::open(&self.path).map_err(EngineError::io("open", &self.path))?;
            folder.sync_all().map_err(EngineError::io("write", &self.path))?;
        }
        Ok(())
    }
}

impl Draft {
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Write for Draft {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.file.write(buf)?;
        self.hasher.update(&buf[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn open_lock(path: &Path) -> Result<File, EngineError> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(EngineError::io("open", path))
}
