//! Rows of separated values: the separator is found out, and a row that is not whole does not swallow those behind it.

use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;

use crate::ReadError;
use crate::bytes::{Spoilt, broken_off};

/// How far a quoted field may go before it counts as never closed.
const ROW_MAX: usize = 1 << 20;
const CHUNK: usize = 1 << 17;

/// A row, or why there is none.
pub(crate) enum Row<'r> {
    Fields(Fields<'r>),
    Malformed(&'static str),
}

/// The fields of one row.
pub(crate) struct Fields<'r> {
    /// The row as it is written.
    raw: &'r str,
    /// Fields with doubled quotes, put right.
    mended: &'r str,
    places: &'r [Field],
}

#[derive(Clone, Debug)]
enum Field {
    Raw(Range<usize>),
    Mended(Range<usize>),
}

impl<'r> Fields<'r> {
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The fields, without white space around them.
    pub fn iter(&self) -> impl Iterator<Item = &'r str> {
        self.places.iter().map(|place| match place {
            Field::Raw(range) => self.raw[range.clone()].trim_ascii(),
            Field::Mended(range) => self.mended[range.clone()].trim_ascii(),
        })
    }

    /// Whether the row holds bytes that are none in the file's encoding.
    pub fn is_spoilt(&self, spoilt: &Spoilt) -> bool {
        spoilt.is(self.raw)
    }
}

/// A text, row by row or line by line.
pub(crate) struct Rows {
    reader: Box<dyn Read>,
    path: PathBuf,
    buffer: Vec<u8>,
    from: usize,
    is_end: bool,
    /// The line that begins at `from`, from 1.
    line: u64,
    /// Bytes of the text before the buffer.
    before: u64,
    separator: u8,
    places: Vec<Field>,
    mended: String,
    /// The last thing read was ended by a line end, and no quote is open.
    is_whole: bool,
}

impl Rows {
    pub fn new(reader: impl Read + 'static, path: PathBuf) -> Self {
        Self {
            reader: Box::new(reader),
            path,
            buffer: Vec::with_capacity(2 * CHUNK),
            from: 0,
            is_end: false,
            line: 1,
            before: 0,
            separator: b',',
            places: Vec::new(),
            mended: String::new(),
            is_whole: true,
        }
    }

    /// Goes on with the rows of another text, behind so many bytes and lines.
    pub fn go_behind(&mut self, reader: impl Read + 'static, bytes: u64, lines: u64) {
        self.buffer.clear();
        (self.reader, self.from, self.is_end, self.is_whole) = (Box::new(reader), 0, false, true);
        (self.before, self.line) = (bytes, lines + 1);
    }

    /// Whether rows that are written behind the text are rows of their own.
    pub fn is_open_ended(&self) -> bool {
        self.is_whole
    }

    /// The first byte that is not white space.
    pub fn first_byte(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            if let Some(byte) = self.buffer[self.from..].iter().find(|byte| !byte.is_ascii_whitespace()) {
                return Ok(Some(*byte));
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    /// The names of the columns; finds the separator on the way.
    pub fn header(&mut self) -> Result<Vec<String>, ReadError> {
        self.first_byte()?;
        while self.buffer.len() - self.from < ROW_MAX && memchr::memchr(b'\n', &self.buffer[self.from..]).is_none() {
            if !self.more()? {
                break;
            }
        }
        self.separator = separator(&self.buffer[self.from..]);
        match self.next()? {
            Some((_, Row::Fields(fields))) => Ok(fields.iter().map(str::to_owned).collect()),
            Some((line, Row::Malformed(why))) => {
                let path = self.path.clone();
                let hint = "the first line names the columns".to_owned();
                Err(ReadError::Malformed { path, place: format!("line {line}"), what: why.to_owned(), hint })
            }
            None => Err(ReadError::Empty { path: self.path.clone() }),
        }
    }

    /// The next line that is not blank, without its end.
    pub fn next_line(&mut self) -> Result<Option<&str>, ReadError> {
        Ok(self.next_numbered_line()?.map(|(_, line)| line))
    }

    /// The next line that is not blank, with its number.
    pub fn next_numbered_line(&mut self) -> Result<Option<(u64, &str)>, ReadError> {
        loop {
            let mut searched = 0;
            let (end, is_whole) = loop {
                let rest = &self.buffer[self.from..];
                match memchr::memchr(b'\n', &rest[searched..]) {
                    Some(at) => break (searched + at, true),
                    None => {
                        searched = rest.len();
                        if !self.more()? {
                            break (self.buffer.len() - self.from, false);
                        }
                    }
                }
            };
            if end == 0 && !is_whole {
                return Ok(None);
            }
            let range = self.from..self.from + end;
            let line = self.line;
            self.is_whole = is_whole;
            self.line += 1;
            self.from = range.end + usize::from(is_whole);
            if self.buffer[range.clone()].iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            // The decoder gives nothing but UTF-8, and a line ends between characters.
            return Ok(Some((line, std::str::from_utf8(&self.buffer[range]).unwrap_or_default().trim_ascii())));
        }
    }

    /// The next row that is not blank, with the number of its first line.
    pub fn next(&mut self) -> Result<Option<(u64, Row<'_>)>, ReadError> {
        let (len, lines, why) = loop {
            match self.scan() {
                Scan::More => {
                    if self.buffer.len() - self.from <= ROW_MAX && !self.is_end {
                        self.more()?;
                        continue;
                    }
                    if self.from == self.buffer.len() {
                        return Ok(None);
                    }
                    // The quote is never closed: its line alone is given up.
                    break (self.first_line(), 1, Some("a quote that is never closed"));
                }
                Scan::Blank(len, lines) => {
                    self.from += len;
                    self.line += lines;
                }
                Scan::Strayed => break (self.first_line(), 1, Some("a quote that is closed in the middle of a field")),
                Scan::Row(len, lines) => break (len, lines, None),
            }
        };
        let start = self.from;
        let line = self.line;
        self.from += len;
        self.line += lines;
        self.is_whole =
            matches!(self.buffer.get(self.from - 1), Some(b'\n' | b'\r')) && (why.is_none() || !self.is_end);
        Ok(Some((
            line,
            match why {
                Some(why) => Row::Malformed(why),
                None => Row::Fields(Fields {
                    // As above: nothing but UTF-8, cut between characters.
                    raw: std::str::from_utf8(&self.buffer[start..start + len]).unwrap_or_default(),
                    mended: &self.mended,
                    places: &self.places,
                }),
            },
        )))
    }

    fn first_line(&self) -> usize {
        let rest = &self.buffer[self.from..];
        memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1)
    }

    /// The line that the text breaks off in, if it breaks off within a row.
    pub fn rest(&self) -> Option<u64> {
        self.buffer[self.from..].iter().any(|byte| !byte.is_ascii_whitespace()).then_some(self.line)
    }

    /// Takes in more text; says whether there was any. Asked only where no whole row is left in the buffer.
    fn more(&mut self) -> Result<bool, ReadError> {
        if self.is_end {
            return Ok(false);
        }
        if self.from > CHUNK {
            self.buffer.drain(..self.from);
            self.before += self.from as u64;
            self.from = 0;
        }
        let len = self.buffer.len();
        self.buffer.resize(len + CHUNK, 0);
        let result = self.reader.read(&mut self.buffer[len..]);
        self.buffer.truncate(len + *result.as_ref().unwrap_or(&0));
        match result {
            Ok(n) => {
                self.is_end = n == 0;
                Ok(n > 0)
            }
            Err(error) => Err(broken_off(&self.path, &error, 0, self.before + len as u64)),
        }
    }

    /// Looks for the end of the row that begins at `from`, and for its fields.
    fn scan(&mut self) -> Scan {
        self.places.clear();
        self.mended.clear();
        let text = &self.buffer[self.from..];
        let mut at = 0;
        let mut lines = 0;
        loop {
            // The beginning of a field.
            let mut open = at;
            while text.get(open) == Some(&b' ') {
                open += 1;
            }
            if text.get(open) == Some(&b'"') {
                match quoted(text, open + 1, self.separator, &mut self.mended, &mut lines, self.is_end) {
                    Quoted::More => return Scan::More,
                    Quoted::Strayed => return Scan::Strayed,
                    Quoted::Whole { field, next } => {
                        self.places.push(field);
                        at = next;
                    }
                }
            } else {
                match memchr::memchr3(self.separator, b'\n', b'\r', &text[at..]) {
                    Some(len) => {
                        self.places.push(Field::Raw(at..at + len));
                        at += len;
                    }
                    None if self.is_end && (at < text.len() || !self.places.is_empty()) => {
                        self.places.push(Field::Raw(at..text.len()));
                        at = text.len();
                    }
                    None => return Scan::More,
                }
            }
            match text.get(at) {
                Some(byte) if *byte == self.separator => at += 1,
                Some(b'\r') if text.get(at + 1).is_none() && !self.is_end => return Scan::More,
                end => {
                    let len = match end {
                        Some(b'\r') if text.get(at + 1) == Some(&b'\n') => 2,
                        Some(_) => 1,
                        None => 0,
                    };
                    lines += u64::from(len > 0);
                    let is_blank = self.places.len() == 1 && text[..at].iter().all(u8::is_ascii_whitespace);
                    return if is_blank { Scan::Blank(at + len, lines) } else { Scan::Row(at + len, lines) };
                }
            }
        }
    }
}

enum Scan {
    /// The row does not end within the buffer.
    More,
    Blank(usize, u64),
    Strayed,
    Row(usize, u64),
}

enum Quoted {
    More,
    Strayed,
    Whole { field: Field, next: usize },
}

/// A quoted field whose text begins at `from`. What stands behind the closing quote belongs to it, as spreadsheets
/// have it, unless the field has gone over a line end: then the quote was never meant to be opened.
fn quoted(text: &[u8], from: usize, separator: u8, mended: &mut String, lines: &mut u64, is_end: bool) -> Quoted {
    let start = mended.len();
    let mut piece = from;
    let mut at = from;
    let mut n_lines = 0;
    loop {
        let Some(found) = memchr::memchr2(b'"', b'\n', &text[at..]) else { return Quoted::More };
        at += found;
        if text[at] == b'\n' {
            n_lines += 1;
            at += 1;
            continue;
        }
        match text.get(at + 1) {
            None if !is_end => return Quoted::More,
            Some(b'"') => {
                mended.push_str(std::str::from_utf8(&text[piece..=at]).unwrap_or_default());
                at += 2;
                piece = at;
            }
            after => {
                let is_plain_end = match after {
                    None | Some(b'\n' | b'\r') => true,
                    Some(byte) => *byte == separator,
                };
                if is_plain_end && piece == from {
                    *lines += n_lines;
                    return Quoted::Whole { field: Field::Raw(from..at), next: at + 1 };
                }
                mended.push_str(std::str::from_utf8(&text[piece..at]).unwrap_or_default());
                let rest = &text[at + 1..];
                let len = match memchr::memchr3(separator, b'\n', b'\r', rest) {
                    Some(len) => len,
                    None if is_end => rest.len(),
                    None => return Quoted::More,
                };
                let tail = std::str::from_utf8(&rest[..len]).unwrap_or_default();
                if n_lines > 0 && !tail.trim_ascii().is_empty() {
                    return Quoted::Strayed;
                }
                mended.push_str(tail);
                *lines += n_lines;
                return Quoted::Whole { field: Field::Mended(start..mended.len()), next: at + 1 + len };
            }
        }
    }
}

/// The separator that occurs most in the first line, outside quotes.
fn separator(text: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut is_quoted = false;
    for byte in text {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => break,
            _ if is_quoted => {}
            byte => {
                if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| separator == byte) {
                    *count += 1;
                }
            }
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts.iter().find(|(_, count)| *count == most).map_or(b',', |(separator, _)| *separator)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let mut rows = Rows::new(std::io::Cursor::new(text.as_bytes().to_vec()), PathBuf::new());
        rows.separator = separator(text.as_bytes());
        let mut all = Vec::new();
        while let Some((line, row)) = rows.next().unwrap() {
            all.push((
                line,
                match row {
                    Row::Fields(fields) => Ok(fields.iter().map(str::to_owned).collect()),
                    Row::Malformed(why) => Err(why),
                },
            ));
        }
        all
    }

    fn whole(text: &str) -> Vec<Vec<String>> {
        rows(text).into_iter().map(|(_, row)| row.unwrap()).collect()
    }

    #[test]
    fn quotes_line_ends_and_blanks() {
        assert_eq!(whole("a,b\n1,2\n"), [["a", "b"], ["1", "2"]]);
        assert_eq!(whole("a,b\r\n1,2"), [["a", "b"], ["1", "2"]]);
        assert_eq!(whole("a;b\n\n  \n\"1;x\"; 2 \n"), [["a", "b"], ["1;x", "2"]]);
        assert_eq!(whole("a\tb\n\"say \"\"so\"\"\"\t\n"), [["a", "b"], ["say \"so\"", ""]]);
        assert_eq!(whole("a,b\n\"two\nlines\",x\n3,4"), [["a", "b"], ["two\nlines", "x"], ["3", "4"]]);
        assert_eq!(
            whole("a,b\n5\" pipe,x\n\"q\" tail,y\n, \"z\""),
            [["a", "b"], ["5\" pipe", "x"], ["q tail", "y"], ["", "z"]]
        );
        assert_eq!(whole("a,b\n,\n"), [["a", "b"], ["", ""]]);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_own_line_only() {
        let all = rows("a,b\n1,\"open\n2,x\n3,\"closed\"\n4,y\n");
        assert_eq!(
            all.iter().map(|(line, row)| (*line, row.is_ok())).collect::<Vec<_>>(),
            [(1, true), (2, false), (3, true), (4, true), (5, true)]
        );
        let all = rows("a,b\n1,\"open\n2,x\n");
        assert_eq!(
            all.iter().map(|(line, row)| (*line, row.is_ok())).collect::<Vec<_>>(),
            [(1, true), (2, false), (3, true)]
        );
    }

    #[test]
    fn lines_are_counted_through_quoted_line_ends() {
        assert_eq!(rows("a,b\n\"1\n1\n1\",2\n\n3,4\n").iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 6]);
    }

    #[test]
    fn the_separator_is_the_most_frequent_outside_quotes() {
        assert_eq!(separator(b"a,b,c\n1;2;3;4;5"), b',');
        assert_eq!(separator(b"\"a,b,c\";d\n"), b';');
        assert_eq!(separator(b"a\tb\tc,d\n"), b'\t');
        assert_eq!(separator(b"alone\n"), b',');
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(
            fields in proptest::collection::vec(proptest::collection::vec("[a-zł\",;\n]{0,8}", 2..5), 1..20)
        ) {
            let width = fields[0].len();
            let text: String = fields
                .iter()
                .map(|row| {
                    let mut row: Vec<String> =
                        row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
                    row.resize(width, "\"\"".to_owned());
                    row.join(",") + "\n"
                })
                .collect();
            let mut rows = Rows::new(std::io::Cursor::new(text.into_bytes()), PathBuf::new());
            for row in &fields {
                let (_, Row::Fields(read)) = rows.next().unwrap().unwrap() else { panic!("malformed") };
                let mut expected: Vec<&str> = row.iter().map(|field| field.trim_ascii()).collect();
                expected.resize(width, "");
                prop_assert_eq!(read.iter().collect::<Vec<_>>(), expected);
            }
            prop_assert!(rows.next().unwrap().is_none());
        }

        #[test]
        fn any_text_ends(text in "[a,;\"\n\r ]{0,60}") {
            let n = rows(&text).len();
            prop_assert!(n <= text.len());
        }
    }
}
