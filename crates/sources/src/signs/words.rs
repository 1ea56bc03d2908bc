//! A writer's own words, folded for the rules: quotes and code left out, small letters without marks, sentence by line.

/// Lines of at least this many bytes are taken as broken by the width of a page, not by their writer.
const WRAPPED_MIN: usize = 50;

/// The own words of a text, in ASCII: small letters, digits, single spaces, `,` for a pause within a sentence; one
/// sentence a line, `?` at the end of a question. Letters without an ASCII likeness stand as `_`. Apostrophes fall
/// away (`dont`), hyphens between letters become spaces (`sign off`).
pub(super) struct Words {
    text: Vec<u8>,
    has_question: bool,
}

impl Words {
    /// The own words of a text.
    pub fn of(text: &str) -> Words {
        let mut folder = Folder { out: Vec::with_capacity(text.len() + 1), has_question: false };
        let mut fence: Option<&str> = None;
        let mut is_wrapped = false;
        for line in text.lines() {
            let trimmed = line.trim();
            if let Some(mark) = fence {
                if trimmed.contains(mark) {
                    fence = None;
                }
                continue;
            }
            if let Some(mark) = FENCES.iter().find(|mark| trimmed.starts_with(**mark)) {
                folder.end(false);
                is_wrapped = false;
                // Of a block that closes on its own line, nothing is left out but that line.
                if !trimmed[mark.len()..].contains(mark) {
                    fence = Some(mark);
                }
                continue;
            }
            if begins_quoted_mail(trimmed) {
                break;
            }
            let is_quoted = trimmed.starts_with('>');
            if !is_wrapped || is_quoted || trimmed.is_empty() || is_listed(trimmed) {
                folder.end(false);
            } else {
                folder.space();
            }
            is_wrapped = !is_quoted && trimmed.len() >= WRAPPED_MIN;
            if !is_quoted {
                folder.line(trimmed);
            }
        }
        folder.end(false);
        Words { text: folder.out, has_question: folder.has_question }
    }

    /// The sentences, one a line.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether one of them ends with a question mark.
    pub fn has_question(&self) -> bool {
        self.has_question
    }
}

/// What opens and closes a block that is not the writer's own words.
const FENCES: [&str; 5] = ["```", "~~~", "{code", "{noformat", "{quote"];

/// Whether what follows is a mail that is answered, with its head.
fn begins_quoted_mail(line: &str) -> bool {
    let Some(first) = line.bytes().next() else { return false };
    match first {
        b'-' => {
            let inner = line.trim_matches(['-', ' ']);
            line.starts_with("---")
                && ["original message", "forwarded message", "oryginalna wiadomo", "wiadomo", "wiadomość oryginalna"]
                    .iter()
                    .any(|head| inner.len() >= head.len() && inner.to_lowercase().starts_with(head))
        }
        b'_' => line.len() >= 20 && line.bytes().all(|byte| byte == b'_'),
        _ => false,
    }
}

/// Whether a line begins an entry of a list, or a heading.
fn is_listed(line: &str) -> bool {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line.starts_with(['-', '*', '#', '|'])
        || line.starts_with('\u{2022}')
        || (1..=3).contains(&digits) && line[digits..].starts_with(['.', ')'])
}

struct Folder {
    out: Vec<u8>,
    has_question: bool,
}

impl Folder {
    fn line(&mut self, line: &str) {
        let has_address = memchr::memchr3(b'/', b'\\', b'@', line.as_bytes()).is_some();
        let mut rest = line;
        let mut before = ' ';
        // A mark that nothing closes is looked for once in a line, so that the time stays in proportion to its length.
        let mut unclosed: [Option<char>; 4] = [None; 4];
        loop {
            if has_address && before == ' ' {
                let token = rest.find(char::is_whitespace).unwrap_or(rest.len());
                if is_address(&rest[..token]) {
                    // The point or question mark behind an address is the sentence's.
                    let stop = rest[..token].trim_end_matches(['.', '?', '!', ',', ')']).len();
                    self.out.push(b'_');
                    rest = &rest[stop..];
                    before = '_';
                }
            }
            // What needs no folding is taken in one piece; where addresses may come, word by word.
            let plain = run(rest.as_bytes(), !has_address);
            if plain > 0 {
                self.out.extend_from_slice(&rest.as_bytes()[..plain]);
                before = char::from(rest.as_bytes()[plain - 1]);
                rest = &rest[plain..];
            }
            let Some(c) = rest.chars().next() else { break };
            let after = &rest[c.len_utf8()..];
            if let Some(close) = closing(c).filter(|close| !unclosed.contains(&Some(*close))) {
                match after.find(close) {
                    // A line in quotation marks from end to end is a cell of a table that was quoted, not a quotation.
                    Some(len) if rest.len() == line.len() && len + close.len_utf8() == after.len() => {}
                    Some(len) => {
                        self.space();
                        rest = &after[len + close.len_utf8()..];
                        before = c;
                        continue;
                    }
                    None => {
                        if let Some(place) = unclosed.iter_mut().find(|mark| mark.is_none()) {
                            *place = Some(close);
                        }
                    }
                }
            }
            self.char(c, before, after);
            before = if c.is_whitespace() { ' ' } else { c };
            rest = after;
        }
    }

    fn char(&mut self, c: char, before: char, after: &str) {
        let next = || after.chars().next().unwrap_or(' ');
        match c {
            ' ' | '\t' => self.space(),
            'a'..='z' | '0'..='9' => self.out.push(c as u8),
            'A'..='Z' => self.out.push(c.to_ascii_lowercase() as u8),
            '?' if !next().is_alphanumeric() => self.end(true),
            '!' | ';' => self.end(false),
            '.' | '\u{2026}' if !next().is_alphanumeric() => self.end(false),
            ',' if before.is_ascii_digit() && next().is_ascii_digit() => self.space(),
            ',' | ':' | '(' | ')' | '\u{2013}' | '\u{2014}' => self.pause(),
            '-' if before == ' ' && next() == ' ' => self.pause(),
            '\'' | '\u{2019}' | '\u{2018}' | '*' | '\u{0300}'..='\u{036f}' => {}
            '_' if before.is_alphanumeric() && next().is_alphanumeric() => self.out.push(b'_'),
            // A share and a sum are what a number is of.
            '%' if before.is_ascii_digit() || before == ' ' => {
                self.space();
                self.out.extend_from_slice(b"percent");
            }
            '$' | '£' | '€' if next().is_ascii_digit() => {
                self.space();
                self.out.extend_from_slice(b"money ");
            }
            '+' => {
                self.space();
                self.out.push(b'+');
            }
            c if c.is_ascii() => self.space(),
            c => match folded(c) {
                Some(letter) => self.out.push(letter),
                None if c.is_alphanumeric() => self.out.push(b'_'),
                None => self.space(),
            },
        }
    }

    fn space(&mut self) {
        if !matches!(self.out.last(), None | Some(b' ' | b'\n')) {
            self.out.push(b' ');
        }
    }

    fn pause(&mut self) {
        self.trim();
        if !matches!(self.out.last(), None | Some(b'\n' | b',')) {
            self.out.extend_from_slice(b", ");
        }
    }

    /// Ends the sentence, if there is one.
    fn end(&mut self, is_question: bool) {
        self.trim();
        while self.out.last() == Some(&b',') {
            self.out.pop();
            self.trim();
        }
        self.has_question |= is_question;
        if !matches!(self.out.last(), None | Some(b'\n')) {
            self.out.extend_from_slice(if is_question { b"?\n" } else { b"\n" });
        }
    }

    fn trim(&mut self) {
        while self.out.last() == Some(&b' ') {
            self.out.pop();
        }
    }
}

/// How many bytes from the start are small letters and digits, and single spaces between them if these may be taken too.
fn run(bytes: &[u8], with_spaces: bool) -> usize {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut at = 0;
    while at < bytes.len() {
        let is_space = with_spaces && bytes[at] == b' ' && at > 0 && bytes[at - 1] != b' ';
        if !is_plain(bytes[at]) && !is_space {
            break;
        }
        at += 1;
    }
    at
}

/// The mark that closes a quotation or a piece of code.
fn closing(open: char) -> Option<char> {
    match open {
        '`' | '"' => Some(open),
        '\u{201c}' | '\u{201e}' => Some('\u{201d}'),
        '\u{00ab}' => Some('\u{00bb}'),
        _ => None,
    }
}

/// Whether a word is a path, a page or a mail address: `or` and `and` written with a slash are words.
fn is_address(token: &str) -> bool {
    let is_path = |mark: char| {
        let inner = token.trim_matches(mark);
        inner.contains(mark) && inner.contains(['.', '_', '-', '#']) || token.matches(mark).count() > 2
    };
    token.contains("://") || is_path('/') || is_path('\\') || token.contains('@') && !token.starts_with('@')
}

/// The ASCII letter that a letter with a mark looks like.
pub(super) fn folded(c: char) -> Option<u8> {
    Some(match c {
        'ą' | 'Ą' | 'á' | 'à' | 'â' | 'ä' | 'å' | 'ã' | 'Á' | 'À' | 'Â' | 'Ä' | 'Å' | 'Ã' => b'a',
        'ć' | 'Ć' | 'ç' | 'č' | 'Ç' | 'Č' => b'c',
        'ę' | 'Ę' | 'é' | 'è' | 'ê' | 'ë' | 'ě' | 'É' | 'È' | 'Ê' | 'Ë' | 'Ě' => b'e',
        'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => b'i',
        'ł' | 'Ł' => b'l',
        'ń' | 'Ń' | 'ñ' | 'Ñ' => b'n',
        'ó' | 'Ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | 'Ò' | 'Ô' | 'Ö' | 'Õ' | 'Ø' => b'o',
        'ś' | 'Ś' | 'š' | 'Š' => b's',
        'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ù' | 'Û' | 'Ü' => b'u',
        'ź' | 'ż' | 'ž' | 'Ź' | 'Ż' | 'Ž' => b'z',
        _ => return None,
    })
}
