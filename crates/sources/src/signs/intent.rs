//! What a text says of the why: goal, number, constraint, customer, non-goal; and which parts of it nobody wrote.
//!
//! Links and templates are looked for in the text as it stands, since addresses and headings are not words; the rest by
//! the rules of each language on folded words.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use sayso_model::signs::Signs;

use super::rules::List;
use super::{english, polish};

/// The units that are found by rules on words, with their lists.
pub(super) const LISTS: [(Signs, [&List; 2]); 5] = [
    (Signs::GOAL, [&english::GOAL, &polish::GOAL]),
    (Signs::METRIC, [&english::METRIC, &polish::METRIC]),
    (Signs::CONSTRAINT, [&english::CONSTRAINT, &polish::CONSTRAINT]),
    (Signs::CUSTOMER, [&english::CUSTOMER, &polish::CUSTOMER]),
    (Signs::NON_GOAL, [&english::NON_GOAL, &polish::NON_GOAL]),
];

/// An address, or what trackers take for a reference to one of their items: `#12`, `!34`, `ABC-12`, `owner/project#12`.
/// A number that begins with 0 is a version (`DRAFT-04`).
pub(super) const LINK: &str = r"(?:https?|ftp)://[^\s]|\bwww\.[a-z0-9-]+\.|(?:^|[\s(\[,;:/\w])#[1-9][0-9]{0,6}\b|(?:^|[\s(\[,;:])![1-9][0-9]{0,6}\b|\b([A-Z][A-Z0-9]{1,9})-[1-9][0-9]{0,6}\b";

/// What looks like the key of a project and is none.
const NO_KEYS: [&str; 24] = [
    "UTF", "SHA", "MD", "ISO", "RFC", "AES", "FIPS", "NIST", "SP", "HTTP", "TLS", "SSL", "IP", "IPV", "COVID", "CVE",
    "CWE", "ES", "USB", "ARM", "GPL", "BSD", "MIT", "ANSI",
];

static LINKS: LazyLock<Regex> = LazyLock::new(|| Regex::new(LINK).expect("the rules are tested"));

/// What is written into a section that has nothing to say.
const PLACEHOLDERS: [&str; 20] = [
    "n/a",
    "na",
    "none",
    "tbd",
    "todo",
    "xxx",
    "no response",
    "brak",
    "nie dotyczy",
    "do uzupelnienia",
    "uzupelnij",
    "describe",
    "description",
    "please describe",
    "steps",
    "enter text here",
    "your answer",
    "opis",
    "lorem ipsum",
    "test",
];

/// The text without what the form of a tracker put there: HTML comments, and boxes to tick that speak of the form.
pub(super) fn own(text: &str) -> Cow<'_, str> {
    if !text.contains("<!--") && !text.contains("- [") {
        return Cow::Borrowed(text);
    }
    let mut own = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        own.push_str(before);
        // What no end closes is not hidden by most trackers either, but nobody meant it to be read.
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    own.push_str(rest);
    if !own.contains("- [") {
        return Cow::Owned(own);
    }
    let kept: Vec<&str> = own.lines().filter(|line| !is_box_of_the_form(line)).collect();
    Cow::Owned(kept.join("\n"))
}

/// Whether a text is a form that nobody filled in: two headings or more, or hidden instructions, and under them nothing, or
/// no more than a word or two a section. `own` is the text without comments.
pub(super) fn is_template(text: &str, own: &str) -> bool {
    let (mut headings, mut written) = (0, 0);
    for line in own.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if is_heading(line) {
            headings += 1;
        } else if !is_placeholder(line) {
            written += line.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
        }
    }
    let has_hidden = own.len() < text.len();
    (headings >= 2 && written < 2 * headings) || (has_hidden && written == 0 && headings <= 1)
}

/// Whether a text without its boilerplate points to something else.
pub(super) fn has_link(text: &str) -> bool {
    let mut is_code = false;
    text.lines().any(|line| {
        let line = line.trim_start();
        if line.starts_with("```") || line.starts_with("~~~") {
            is_code = !is_code;
        }
        if is_code || line.starts_with('>') || !may_hold_link(line.as_bytes()) {
            return false;
        }
        LINKS.captures_iter(line).any(|found| found.get(1).is_none_or(|key| !NO_KEYS.contains(&key.as_str())))
    })
}

/// Whether a line holds what every kind of link has; it only saves time.
fn may_hold_link(line: &[u8]) -> bool {
    let is_number = |at: usize| line.get(at + 1).is_some_and(|next| matches!(next, b'1'..=b'9'));
    memchr::memchr3_iter(b'#', b'!', b'-', line).any(is_number)
        || memchr::memchr(b':', line).is_some() && memchr::memmem::find(line, b"://").is_some()
        || memchr::memmem::find(line, b"www.").is_some()
}

fn is_heading(line: &str) -> bool {
    let wiki = line.strip_prefix('h').and_then(|rest| rest.strip_prefix(|c: char| ('1'..='6').contains(&c)));
    let bold = |mark: &str| {
        line.len() > 2 * mark.len() && line.starts_with(mark) && line.trim_end_matches(':').ends_with(mark)
    };
    let hashes = line.trim_start_matches('#');
    (line.len() != hashes.len() && hashes.starts_with(' '))
        || wiki.is_some_and(|rest| rest.starts_with('.'))
        || line.split_whitespace().count() <= 6 && (bold("**") || bold("*"))
}

fn is_placeholder(line: &str) -> bool {
    let bare = line.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let in_brackets = |open, close| line.starts_with(open) && line.ends_with(close) && !line.contains("](");
    bare.is_empty()
        || PLACEHOLDERS.contains(&bare.as_str())
        || in_brackets('<', '>')
        || in_brackets('[', ']')
        || line.starts_with("- [ ]")
}

fn is_box_of_the_form(line: &str) -> bool {
    let line = line.trim_start();
    let is_box = ["- [ ]", "- [x]", "- [X]", "* [ ]", "* [x]"].iter().any(|mark| line.starts_with(mark));
    is_box
        && ["i have", "i've", "i agree", "i searched", "code of conduct", "contributing"]
            .iter()
            .any(|form| line.to_lowercase().contains(form))
}
