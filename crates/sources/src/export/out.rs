//! A file that takes its name only when it is whole, and XML text.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use super::ExportError;

/// A file on its way.
pub(super) struct Out {
    path: PathBuf,
    writer: Sink,
}

enum Sink {
    Plain(BufWriter<NamedTempFile>),
    Packed(Box<GzEncoder<BufWriter<NamedTempFile>>>),
    /// It has its name.
    Done,
}

/// The folder of a file.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A nameless file beside a file that is being written.
pub(super) fn spool(path: &Path) -> Result<BufWriter<File>, ExportError> {
    let file =
        tempfile::tempfile_in(folder(path)).map_err(|source| ExportError::Io { path: path.to_owned(), source })?;
    Ok(BufWriter::with_capacity(1 << 16, file))
}

impl Out {
    /// Begins a file; it is packed where its name ends in `.gz`.
    pub fn create(path: &Path) -> Result<Out, ExportError> {
        let file =
            NamedTempFile::new_in(folder(path)).map_err(|source| ExportError::Io { path: path.to_owned(), source })?;
        let plain = BufWriter::with_capacity(1 << 16, file);
        let is_gz = path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("gz"));
        let writer = if is_gz {
            Sink::Packed(Box::new(GzEncoder::new(plain, Compression::default())))
        } else {
            Sink::Plain(plain)
        };
        Ok(Out { path: path.to_owned(), writer })
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) -> Result<(), ExportError> {
        self.write_all(text.as_bytes()).map_err(|source| self.fault(source))
    }

    /// Writes all that a file holds.
    pub fn copy(&mut self, from: &mut File) -> Result<(), ExportError> {
        io::copy(from, self).map(|_| ()).map_err(|source| self.fault(source))
    }

    /// What went wrong, as an error of this file.
    pub fn fault(&self, source: io::Error) -> ExportError {
        ExportError::Io { path: self.path.clone(), source }
    }

    /// Gives the file its name.
    pub fn finish(&mut self) -> Result<(), ExportError> {
        let whole = |writer: Sink, path: &Path| -> io::Result<()> {
            let plain = match writer {
                Sink::Plain(plain) => plain,
                Sink::Packed(packed) => packed.finish()?,
                Sink::Done => return Ok(()),
            };
            name(plain.into_inner().map_err(io::IntoInnerError::into_error)?, path)
        };
        whole(std::mem::replace(&mut self.writer, Sink::Done), &self.path).map_err(|source| self.fault(source))
    }
}

/// Gives a whole file its name.
pub(super) fn name(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Sink::Plain(writer) => writer.write(bytes),
            Sink::Packed(writer) => writer.write(bytes),
            Sink::Done => Err(io::Error::other("it is finished")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Sink::Plain(writer) => writer.flush(),
            Sink::Packed(writer) => writer.flush(),
            Sink::Done => Ok(()),
        }
    }
}

/// Adds a text to XML: what would be taken for markup is written as references, line ends and tabs too, and what XML
/// cannot hold becomes U+FFFD.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

/// Adds ` key="value"`.
pub(super) fn attribute(key: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(key);
    out.push_str("=\"");
    escape(value, out);
    out.push('"');
}
