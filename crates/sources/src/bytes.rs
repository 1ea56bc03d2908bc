//! The bytes of a file on their way to text: hashed as they lie on disk, unpacked, and decoded, whatever the name says.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flate2::bufread::MultiGzDecoder;
use twox_hash::XxHash3_128;

use crate::ReadError;

/// How much is looked at to find out what a text is written in.
const PEEK: usize = 1 << 20;
const CHUNK: usize = 1 << 16;

/// How much of a text shows what it is.
const BEGINNING: usize = 1 << 16;
/// Room in which the decoder can always go on.
const CHARACTER_MAX: usize = 16;

/// What was taken from a file so far, as it lies on disk.
#[derive(Clone)]
pub(crate) struct Tally(Rc<RefCell<(u64, XxHash3_128)>>);

impl Tally {
    fn new() -> Self {
        Tally(Rc::new(RefCell::new((0, XxHash3_128::new()))))
    }

    fn add(&self, bytes: &[u8]) {
        let mut tally = self.0.borrow_mut();
        tally.0 += bytes.len() as u64;
        tally.1.write(bytes);
    }

    /// Bytes taken so far.
    pub fn bytes(&self) -> u64 {
        self.0.borrow().0
    }

    /// The hash of the bytes taken so far.
    pub fn hash(&self) -> u128 {
        self.0.borrow().1.finish_128()
    }
}

/// A file, unpacked if it is packed.
pub(crate) struct Unpacked {
    pub path: PathBuf,
    pub reader: Box<dyn BufRead>,
    pub tally: Tally,
    pub len: u64,
    pub is_gzip: bool,
}

impl Unpacked {
    /// Opens a file by its magic bytes; formats that are not read are an error.
    pub fn open(path: &Path) -> Result<Unpacked, ReadError> {
        let mut unpacked = Unpacked::open_any(path)?;
        if unpacked.starts_with(crate::ocel::SQLITE) {
            return Err(ReadError::Unrecognised {
                path: path.to_owned(),
                what: "it is an SQLite database".to_owned(),
                hint: "export the table of events as CSV".to_owned(),
            });
        }
        Ok(unpacked)
    }

    /// The same, where a database is welcome too.
    pub fn open_any(path: &Path) -> Result<Unpacked, ReadError> {
        let io = |source| ReadError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        let len = file.metadata().map_err(io)?.len();
        let tally = Tally::new();
        let mut raw = BufReader::with_capacity(CHUNK, Hashed { inner: file, tally: tally.clone() });
        let head = raw.fill_buf().map_err(io)?;
        if head.is_empty() {
            return Err(ReadError::Empty { path: path.to_owned() });
        }
        let is_gzip = head.starts_with(&[0x1f, 0x8b]);
        if let Some((what, hint)) = foreign(head) {
            return Err(ReadError::Unrecognised {
                path: path.to_owned(),
                what: what.to_owned(),
                hint: hint.to_owned(),
            });
        }
        let reader: Box<dyn BufRead> =
            if is_gzip { Box::new(BufReader::with_capacity(CHUNK, MultiGzDecoder::new(raw))) } else { Box::new(raw) };
        Ok(Unpacked { path: path.to_owned(), reader, tally, len, is_gzip })
    }

    /// Opens a plain file behind a beginning that was gone through.
    pub fn open_behind(path: &Path, start: Start) -> Result<Unpacked, ReadError> {
        let io = |source| ReadError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(io)?;
        let len = file.metadata().map_err(io)?.len();
        file.seek(SeekFrom::Start(start.bytes)).map_err(io)?;
        let tally = Tally(Rc::new(RefCell::new((start.bytes, start.hash))));
        let reader = BufReader::with_capacity(CHUNK, Hashed { inner: file, tally: tally.clone() });
        Ok(Unpacked { path: path.to_owned(), reader: Box::new(reader), tally, len, is_gzip: false })
    }

    /// Whether the content, unpacked, begins with these bytes.
    pub fn starts_with(&mut self, magic: &[u8]) -> bool {
        self.reader.fill_buf().is_ok_and(|head| head.starts_with(magic))
    }

    /// Reads to the end for the sake of the hash alone.
    pub fn take_in(&mut self) -> Result<(), ReadError> {
        let read = io::copy(&mut self.reader, &mut io::sink());
        read.map(|_| ()).map_err(|source| ReadError::Io { path: self.path.clone(), source })
    }

    /// Whether the name says something else about packing than the content.
    pub fn is_misnamed(&self) -> bool {
        let is_gz = self.path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("gz"));
        is_gz != self.is_gzip
    }

    /// Reads the text of it: the byte order mark counts first, then `wanted`, then what the text declares of itself,
    /// then UTF-8, unless the beginning clearly is not.
    pub fn text(self, wanted: Option<&'static Encoding>) -> Result<Text, ReadError> {
        self.text_after(PEEK, wanted)
    }

    /// The beginning of the text, to see what it is. What breaks off within it is told when it is read.
    pub fn beginning(self) -> Result<String, ReadError> {
        let mut beginning = Vec::with_capacity(BEGINNING);
        let _ = self.text_after(BEGINNING, None)?.reader.take(BEGINNING as u64).read_to_end(&mut beginning);
        // The last character may be cut in two.
        Ok(String::from_utf8_lossy(&beginning).into_owned())
    }

    /// [`Unpacked::text`], judged by so many bytes.
    fn text_after(self, most: usize, wanted: Option<&'static Encoding>) -> Result<Text, ReadError> {
        let Unpacked { path, mut reader, is_gzip, .. } = self;
        let mut peek = Vec::new();
        // A file that breaks off within the peek says so when it is read to that point, with what stands before kept.
        let broken = reader.by_ref().take(most as u64).read_to_end(&mut peek).err();
        if peek.iter().all(u8::is_ascii_whitespace) {
            return Err(match broken {
                Some(error) => broken_off(&path, &error, 0, 0),
                None => ReadError::Empty { path },
            });
        }
        let (encoding, mismatch) = encoding_of(&path, (&peek, peek.len() == most), wanted)?;
        let rest: Box<dyn Read> = match broken {
            Some(error) => Box::new(Broken(Some(error))),
            None => reader,
        };
        let has_errors = Rc::new(Cell::new(false));
        let decoded = Decoded {
            source: Box::new(io::Cursor::new(peek).chain(rest)),
            decoder: encoding.new_decoder(),
            raw: vec![0; CHUNK],
            from: 0,
            to: 0,
            is_end: false,
            is_flushed: false,
            pending: None,
            spilt: Vec::new(),
            has_errors: has_errors.clone(),
        };
        Ok(Text { path, reader: Box::new(decoded), is_gzip, encoding, has_errors, mismatch })
    }

    /// Reads the text from where it stands, as UTF-8.
    pub fn text_from_here(self) -> Text {
        let has_errors = Rc::new(Cell::new(false));
        let decoded = Decoded {
            source: Box::new(self.reader),
            decoder: UTF_8.new_decoder_without_bom_handling(),
            raw: vec![0; CHUNK],
            from: 0,
            to: 0,
            is_end: false,
            is_flushed: false,
            pending: None,
            spilt: Vec::new(),
            has_errors: has_errors.clone(),
        };
        Text {
            path: self.path,
            reader: Box::new(decoded),
            is_gzip: self.is_gzip,
            encoding: UTF_8,
            has_errors,
            mismatch: None,
        }
    }
}

/// A text, in UTF-8. Bytes that are none in its encoding become U+FFFD, and `has_errors` is set.
pub(crate) struct Text {
    pub path: PathBuf,
    pub reader: Box<dyn Read>,
    pub is_gzip: bool,
    /// What it is written in.
    pub encoding: &'static Encoding,
    has_errors: Rc<Cell<bool>>,
    /// How the encoding differs from what was declared, in words.
    pub mismatch: Option<String>,
}

impl Text {
    /// Says of a piece of the text whether it holds bytes that were none in its encoding.
    pub fn spoilt(&self) -> Spoilt {
        Spoilt(self.has_errors.clone())
    }
}

/// Knows whether a text had bytes that are none in its encoding.
#[derive(Clone)]
pub(crate) struct Spoilt(Rc<Cell<bool>>);

impl Spoilt {
    /// Whether this piece holds such bytes.
    pub fn is(&self, piece: &str) -> bool {
        self.0.get() && piece.contains(char::REPLACEMENT_CHARACTER)
    }
}

/// The error for a file that cannot be read further; `elements` and `byte` say how far it was whole.
pub(crate) fn broken_off(path: &Path, error: &io::Error, elements: u64, byte: u64) -> ReadError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ReadError::Truncated { path: path.to_owned(), events: elements, byte },
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => ReadError::Malformed {
            path: path.to_owned(),
            place: format!("byte {byte}"),
            what: error.to_string(),
            hint: "fetch the file again; its compression is damaged".to_owned(),
        },
        kind => ReadError::Io { path: path.to_owned(), source: io::Error::new(kind, error.to_string()) },
    }
}

/// The beginning of a file as it lies on disk, gone through once: to see whether it is what was read before, and to go
/// on behind it.
#[derive(Clone)]
pub(crate) struct Start {
    /// How much of the file it is.
    pub bytes: u64,
    hash: XxHash3_128,
    /// Its lines, where they were counted: `None` where it is not whole lines of UTF-8 that end with a line feed.
    pub lines: Option<u64>,
    /// How long the whole file is.
    pub len: u64,
    /// The byte that follows.
    pub next: Option<u8>,
}

impl Start {
    /// Goes through the first `bytes` bytes, or what there is of them; `counted` where the lines are wanted.
    pub fn of(path: &Path, bytes: u64, counted: bool) -> Result<Start, ReadError> {
        let io = |source| ReadError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(io)?;
        let len = file.metadata().map_err(io)?.len();
        let mut hash = XxHash3_128::new();
        let mut chunk = vec![0; CHUNK];
        let (mut left, mut carried, mut lines) = (bytes, 0, counted.then_some(0));
        while left > 0 {
            let room = chunk.len() - carried;
            let n = file.read(&mut chunk[carried..][..usize::try_from(left).unwrap_or(room).min(room)]).map_err(io)?;
            if n == 0 {
                break;
            }
            hash.write(&chunk[carried..carried + n]);
            left -= n as u64;
            let Some(count) = lines else { continue };
            let filled = carried + n;
            // A character or a line end that lies across the border is whole in the next chunk.
            let whole = match std::str::from_utf8(&chunk[..filled]) {
                Ok(text) => Some(text.len()),
                Err(error) => error.error_len().is_none().then(|| error.valid_up_to()),
            };
            let whole = whole.map(|whole| whole - usize::from(chunk[..whole].ends_with(b"\r")));
            lines = whole.and_then(|whole| {
                let text = &chunk[..whole];
                let has_odd_end = memchr::memchr_iter(b'\r', text).any(|at| text.get(at + 1) != Some(&b'\n'));
                (!has_odd_end).then(|| count + memchr::memchr_iter(b'\n', text).count() as u64)
            });
            let whole = whole.unwrap_or(filled);
            chunk.copy_within(whole..filled, 0);
            carried = filled - whole;
            if left == 0 && (carried > 0 || chunk[whole - 1] != b'\n') {
                lines = None;
            }
        }
        let mut next = [0];
        let n = file.read(&mut next).map_err(io)?;
        let next = (n == 1).then_some(next[0]);
        Ok(Start { bytes: bytes - left, hash, lines: lines.filter(|_| left == 0 && bytes > 0), len, next })
    }

    /// The hash of it.
    pub fn hash(&self) -> u128 {
        self.hash.finish_128()
    }
}

/// Formats that are often handed over and are not read; with what to do instead.
fn foreign(head: &[u8]) -> Option<(&'static str, &'static str)> {
    let known: [(&[u8], &str, &str); 6] = [
        (b"PK\x03\x04", "it is a zip archive or a spreadsheet", "unpack it, or save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0", "it is an old spreadsheet or document", "save the sheet as CSV"),
        (b"BZh", "it is packed with bzip2", "unpack it with `bunzip2`"),
        (b"\xfd7zXZ\0", "it is packed with xz", "unpack it with `unxz`"),
        (b"\x28\xb5\x2f\xfd", "it is packed with zstd", "unpack it with `unzstd`"),
        (b"7z\xbc\xaf\x27\x1c", "it is a 7-Zip archive", "unpack it"),
    ];
    known.into_iter().find(|(magic, _, _)| head.starts_with(magic)).map(|(_, what, hint)| (what, hint))
}

fn encoding_of(
    path: &Path,
    (peek, is_cut): (&[u8], bool),
    wanted: Option<&'static Encoding>,
) -> Result<(&'static Encoding, Option<String>), ReadError> {
    let marked = Encoding::for_bom(peek).map(|(encoding, _)| encoding);
    let silent = match peek {
        [b'<', 0, _, 0, ..] => Some(UTF_16LE),
        [0, b'<', 0, _, ..] => Some(UTF_16BE),
        _ => None,
    };
    let declared = declared(peek);
    if let Some(found) = marked.or(silent) {
        let is_other = declared
            .as_deref()
            .and_then(|label| Encoding::for_label(label.as_bytes()))
            .is_some_and(|told| told != found && !(is_utf16(told) && is_utf16(found)));
        return Ok((found, is_other.then(|| format!("written in {}, declared otherwise", found.name()))));
    }
    if let Some(wanted) = wanted {
        return Ok((wanted, None));
    }
    let declared = match declared {
        None => None,
        Some(label) => match Encoding::for_label(label.as_bytes()) {
            // The declaration itself could be read byte by byte, so it cannot be true.
            Some(told) if is_utf16(told) => return Ok((UTF_8, Some(format!("declares {label}, written in UTF-8")))),
            Some(told) => Some(told),
            None => {
                return Err(ReadError::Malformed {
                    path: path.to_owned(),
                    place: "line 1".to_owned(),
                    what: format!("it declares the encoding `{label}`, which is not known"),
                    hint: "convert the file to UTF-8, or name its encoding in the lens with `encoding = \"...\"`"
                        .to_owned(),
                });
            }
        },
    };
    match declared {
        Some(told) if told != UTF_8 => Ok((told, None)),
        _ if is_single_byte(peek, is_cut) => Ok((
            WINDOWS_1252,
            Some("not UTF-8; taken as windows-1252, unless the lens names its `encoding`".to_owned()),
        )),
        _ => Ok((UTF_8, None)),
    }
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// The encoding that an XML declaration names.
fn declared(peek: &[u8]) -> Option<String> {
    let ascii: String = peek.iter().take(512).filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
    let start = ascii.find("<?xml")?;
    let declaration = &ascii[start..start + ascii[start..].find("?>")?];
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split_once(quote).map(|(label, _)| label.to_owned())
}

/// Whether the bytes beyond ASCII mostly make no sense as UTF-8.
fn is_single_byte(peek: &[u8], is_cut: bool) -> bool {
    let (mut sense, mut nonsense) = (0u64, 0u64);
    let mut chunks = peek.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        sense += chunk.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
        // The last character of the peek may be cut in two.
        nonsense += u64::from(!chunk.invalid().is_empty() && (chunks.peek().is_some() || !is_cut));
    }
    nonsense > sense
}

struct Hashed<R> {
    inner: R,
    tally: Tally,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.tally.add(&buf[..n]);
        Ok(n)
    }
}

/// A reader that failed before.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Decodes a stream, not chunks: a character may lie across any border.
struct Decoded {
    source: Box<dyn Read>,
    decoder: Decoder,
    raw: Vec<u8>,
    from: usize,
    to: usize,
    is_end: bool,
    is_flushed: bool,
    pending: Option<io::Error>,
    spilt: Vec<u8>,
    has_errors: Rc<Cell<bool>>,
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        if self.spilt.is_empty() && out.len() >= CHARACTER_MAX {
            return self.decode(out);
        }
        // Too little room for one character: it goes by another way.
        if self.spilt.is_empty() {
            let mut aside = [0; CHARACTER_MAX];
            let n = self.decode(&mut aside)?;
            self.spilt.extend_from_slice(&aside[..n]);
        }
        let n = out.len().min(self.spilt.len());
        out[..n].copy_from_slice(&self.spilt[..n]);
        self.spilt.drain(..n);
        Ok(n)
    }
}

impl Decoded {
    fn decode(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.from == self.to && !self.is_end {
                match self.source.read(&mut self.raw) {
                    Ok(n) => {
                        (self.from, self.to) = (0, n);
                        self.is_end = n == 0;
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => {
                        self.is_end = true;
                        self.is_flushed = true;
                        self.pending = Some(error);
                    }
                }
            }
            if self.is_flushed {
                return self.pending.take().map_or(Ok(0), Err);
            }
            let (result, read, written, replaced) =
                self.decoder.decode_to_utf8(&self.raw[self.from..self.to], out, self.is_end);
            self.from += read;
            if replaced {
                self.has_errors.set(true);
            }
            if self.is_end && result == encoding_rs::CoderResult::InputEmpty {
                self.is_flushed = true;
            }
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn text_of(bytes: &[u8]) -> (String, bool, Option<String>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let text = Unpacked::open(file.path()).unwrap().text(None).unwrap();
        let spoilt = text.spoilt();
        let mismatch = text.mismatch.clone();
        let mut read = Vec::new();
        BufReader::new(text.reader).read_to_end(&mut read).unwrap();
        let read = String::from_utf8(read).unwrap();
        let is_spoilt = spoilt.is(&read);
        (read, is_spoilt, mismatch)
    }

    /// Two bytes lie on either side of where the beginning ends, and the peek too.
    #[test]
    fn a_character_across_the_end_of_the_beginning_hides_nothing() {
        for most in [BEGINNING, PEEK] {
            let bytes = ["<log>".as_bytes(), &vec![b' '; most - 6], "é</log>".as_bytes()].concat();
            assert!(!text_of(&bytes).1);
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&bytes).unwrap();
            let beginning = Unpacked::open(file.path()).unwrap().beginning().unwrap();
            assert!(beginning.starts_with("<log>") && beginning.len() >= BEGINNING - 1, "{}", beginning.len());
        }
    }

    #[test]
    fn utf_16_with_and_without_mark() {
        let xml = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><log>Prüfung</log>";
        let little: Vec<u8> = xml.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = xml.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [[b"\xff\xfe".as_slice(), &little].concat(), [b"\xfe\xff".as_slice(), &big].concat(), little, big]
        {
            assert_eq!(text_of(&bytes), (xml.to_owned(), false, None));
        }
    }

    #[test]
    fn latin_1_declared_or_found() {
        let xml = b"<?xml version='1.0' encoding='ISO-8859-1'?><log>Pr\xfcfung</log>";
        let (read, is_spoilt, mismatch) = text_of(xml);
        assert!(read.contains("Prüfung") && !is_spoilt && mismatch.is_none());
        let (read, is_spoilt, mismatch) = text_of(b"item,actor\n1,J\xfcrgen\n");
        assert!(read.contains("Jürgen") && !is_spoilt && mismatch.is_some());
    }

    #[test]
    fn one_bad_byte_in_utf_8_spoils_its_place_only() {
        let (read, is_spoilt, mismatch) = text_of("Łódź, Kraków, Gdańsk, \u{0}x\n".replace('\0', "y").as_bytes());
        assert!(!is_spoilt && mismatch.is_none() && read.contains("Łódź"));
        let mut bytes = "Łódź, Kraków, Gdańsk, ".as_bytes().to_vec();
        bytes.push(0xff);
        let (read, is_spoilt, mismatch) = text_of(&bytes);
        assert!(is_spoilt && mismatch.is_none() && read.contains("Łódź"));
    }

    #[test]
    fn a_declaration_that_cannot_be_true_is_noted() {
        let (_, _, mismatch) = text_of(b"<?xml version='1.0' encoding='UTF-16'?><log/>");
        assert!(mismatch.is_some());
        let (_, _, mismatch) = text_of(b"\xef\xbb\xbf<?xml version='1.0' encoding='ISO-8859-1'?><log/>");
        assert!(mismatch.is_some());
    }

    #[test]
    fn an_empty_file_and_a_blank_one_are_empty() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(Unpacked::open(file.path()), Err(ReadError::Empty { .. })));
        std::fs::write(file.path(), " \n\n").unwrap();
        assert!(matches!(Unpacked::open(file.path()).unwrap().text(None), Err(ReadError::Empty { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn utf_8_comes_through_as_it_is(words in proptest::collection::vec("[a-zßłé€𝄞]{1,40}", 1..600)) {
            let text = words.concat().repeat(8);
            prop_assert_eq!(text_of(text.as_bytes()), (text.clone(), false, None));
        }
    }
}
