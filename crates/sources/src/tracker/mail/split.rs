//! An mbox file to messages: where each begins, and what the writing program has escaped.

use std::borrow::Cow;

/// The messages of an mbox file, without their `From ` lines and with `>From ` made whole again (mboxrd).
pub(super) fn messages(body: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let mut starts = Vec::new();
    let mut at = 0;
    let mut is_after_blank = true;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        if is_after_blank && is_separator(line) {
            starts.push((at, at + line.len()));
        }
        is_after_blank = line.trim_ascii().is_empty();
        at += line.len();
    }
    let ends: Vec<usize> = starts.iter().skip(1).map(|(at, _)| *at).chain([body.len()]).collect();
    let bounds: Vec<(usize, usize)> = starts.iter().map(|(_, from)| *from).zip(ends).collect();
    bounds.into_iter().map(move |(from, to)| whole(&body[from..to]))
}

/// `From SENDER DATE`: people begin paragraphs with this word too, but hardly ever with a clock in the same line.
fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let is_clock = |window: &[u8]| {
        window[0].is_ascii_digit() && window[1] == b':' && window[2].is_ascii_digit() && window[3].is_ascii_digit()
    };
    rest.windows(4).any(is_clock)
}

/// Takes one `>` off lines that begin with `>From `, `>>From ` and so on.
fn whole(message: &[u8]) -> Cow<'_, [u8]> {
    let is_escaped = |line: &[u8]| {
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        quotes > 0 && line[quotes..].starts_with(b"From ")
    };
    let mut lines = message.split_inclusive(|byte| *byte == b'\n');
    if !lines.any(is_escaped) {
        return Cow::Borrowed(message);
    }
    let mut out = Vec::with_capacity(message.len());
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        out.extend_from_slice(if is_escaped(line) { &line[1..] } else { line });
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        messages(text.as_bytes()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
    }

    #[test]
    fn a_sentence_that_begins_with_from_ends_no_message() {
        let text = "From a@x Wed Jan  1 10:00:00 2020\nA: b\n\nFrom here on it is easy.\nFrom a@x Wed Jan  1 10:00:00 2020 is a quotation\n\n\
            From b at x  Wed Jan  1 11:00:00 2020\nC: d\n\n>From my side fine\n>>From deeper\n> From quoted\n";
        let found = split(text);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("From here on"));
        assert_eq!(found[1], "C: d\n\nFrom my side fine\n>From deeper\n> From quoted\n");
    }

    #[test]
    fn nothing_holds_no_messages() {
        assert!(split("").is_empty() && split("Subject: x\n\nhello\n").is_empty());
        assert_eq!(split("From a Wed Jan  1 10:00:00 2020\n"), [""]);
        assert_eq!(split("\u{feff}From a Wed Jan  1 10:00:00 2020\r\nA: b\r\n\r\nc\r\n").len(), 1);
    }
}
