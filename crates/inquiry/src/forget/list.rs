//! Who was forgotten, as keyed digests, and where their names stand in a text.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use sayso_model::words::Column;
use sayso_sources::tracker::raw::{Place, Redact, aliases, rewritten};

use super::words::{Word, words};
use crate::shown::Pseudonyms;
use crate::{InquiryError, write_whole};

/// Which names are to be replaced by what, as keyed digests: the file does not say who was forgotten.
const FILE: &str = "forgotten";
/// What stands before the number of words of the longest name that begins with a word.
const BEGINS: char = '^';
/// A shorter name stands for too many other things: it is one where it stands alone, or behind the sign of a mention.
const NAME_MIN: usize = 3;
/// Members and attributes whose values are of a tracker's own making: a word there is no name, even if somebody is called so.
const OWN: [&str; 12] = [
    "action",
    "activity",
    "category",
    "event",
    "field",
    "fieldtype",
    "kind",
    "object_kind",
    "role",
    "state",
    "status",
    "type",
];
/// Words whose being the beginning of a name is remembered, at most.
const KNOWN_MAX: usize = 1 << 16;

/// Digests of forgotten names with what stands in their place.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForgottenList {
    labels: HashMap<String, String>,
    /// Of the first word of each name: words of the longest name that begins so.
    begins: HashMap<String, usize>,
}

impl ForgottenList {
    /// Reads the list of an office; none, nobody forgotten.
    pub(crate) fn read(derived: &Path) -> Result<ForgottenList, InquiryError> {
        let path = derived.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(InquiryError::file("read", &path)(error)),
        };
        let mut list = ForgottenList::default();
        for (digest, label) in text.lines().filter_map(|line| line.split_once(' ')) {
            match label.strip_prefix(BEGINS).and_then(|n| n.parse().ok()) {
                Some(n) => _ = list.begins.insert(digest.to_owned(), n),
                None => _ = list.labels.insert(digest.to_owned(), label.to_owned()),
            }
        }
        Ok(list)
    }

    /// Writes it as a whole.
    pub(super) fn write(&self, derived: &Path) -> Result<(), InquiryError> {
        let mut lines: Vec<String> = self.labels.iter().map(|(digest, label)| format!("{digest} {label}\n")).collect();
        lines.extend(self.begins.iter().map(|(digest, n)| format!("{digest} {BEGINS}{n}\n")));
        lines.sort();
        write_whole(&derived.join(FILE), lines.concat().as_bytes())
    }

    /// Adds a name, and what it consists of; whether any of it is new.
    pub(super) fn add(&mut self, name: &str, label: &str, pseudonyms: &Pseudonyms) -> bool {
        let mut is_new = false;
        for name in std::iter::once(name).chain(parts(name)) {
            let words = words(name);
            let Some(first) = words.first() else { continue };
            let digest = pseudonyms.digest(&joined(&words));
            if self.labels.contains_key(&digest) {
                continue;
            }
            self.labels.insert(digest, label.to_owned());
            let n = self.begins.entry(begins(pseudonyms, &first.text)).or_default();
            *n = words.len().max(*n);
            is_new = true;
        }
        is_new
    }

    /// Whether nobody was forgotten.
    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

fn begins(pseudonyms: &Pseudonyms, word: &str) -> String {
    pseudonyms.digest(&format!("{BEGINS}{word}"))
}

fn joined(words: &[Word]) -> String {
    let mut text = String::new();
    for word in words {
        let _ = write!(text, " {}", word.text);
    }
    text.split_off(1.min(text.len()))
}

/// `Anna Kowal <anna@x>` is also `Anna Kowal` and `anna@x`.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    let (before, mail) = name.split_once('<').unwrap_or_default();
    [before.trim(), mail.trim_end_matches('>').trim()].into_iter().filter(|part| !part.is_empty())
}

/// Finds forgotten names. A name is its words, in whatever case and with whatever between them.
pub(crate) struct Matcher<'a> {
    list: &'a ForgottenList,
    pseudonyms: &'a Pseudonyms,
    known: RefCell<HashMap<String, usize>>,
}

/// Names that are known for one page only, as words, with what stands in their place.
type Also = Vec<(Vec<String>, String)>;

impl<'a> Matcher<'a> {
    pub(crate) fn new(list: &'a ForgottenList, pseudonyms: &'a Pseudonyms) -> Self {
        Self { list, pseudonyms, known: RefCell::default() }
    }

    /// What stands in the place of somebody of that name; `None` for whoever was not forgotten.
    pub(crate) fn person(&self, name: &str) -> Option<&'a str> {
        let whole =
            |name: &str| self.list.labels.get(&self.pseudonyms.digest(&joined(&words(name)))).map(String::as_str);
        if self.list.is_empty() {
            return None;
        }
        whole(name).or_else(|| parts(name).find_map(whole))
    }

    /// The text without forgotten names; `None` where it holds none.
    pub(crate) fn text(&self, place: Place<'_>, text: &str) -> Option<String> {
        self.text_and(place, text, &Also::new())
    }

    /// What stands in the place of a word of the record, of a column or of no dictionary; `None` where it stays.
    pub(crate) fn word(&self, column: Option<Column>, word: &str) -> Option<String> {
        match column {
            Some(Column::Actor) => self.person(word).map(str::to_owned),
            Some(Column::Attribute) => {
                let (key, value) = word.split_once('=')?;
                Some(format!("{key}={}", self.text(Place::Value(key), value)?))
            }
            Some(Column::Activity) => self.text(Place::Value("activity"), word),
            Some(Column::Role) => self.text(Place::Value("role"), word),
            _ => self.text(Place::Text, word),
        }
    }

    fn text_and(&self, place: Place<'_>, text: &str, also: &Also) -> Option<String> {
        let words = words(text);
        let (mut out, mut kept, mut at) = (String::new(), 0, 0);
        while at < words.len() {
            match self.name_at(&words[at..], also).filter(|(n, _)| *n > 1 || is_name(place, text, &words, at)) {
                Some((n, label)) => {
                    out.push_str(&text[kept..words[at].span.start]);
                    out.push_str(label);
                    kept = words[at + n - 1].span.end;
                    at += n;
                }
                None => at += 1,
            }
        }
        (kept > 0).then(|| out + &text[kept..])
    }

    /// The longest name with which words begin: of how many words it is, and what stands in its place.
    fn name_at<'b>(&self, words: &[Word], also: &'b Also) -> Option<(usize, &'b str)>
    where
        'a: 'b,
    {
        let same = |name: &[String]| name.len() <= words.len() && name.iter().zip(words).all(|(a, b)| *a == b.text);
        let other = also.iter().filter(|(name, _)| same(name)).max_by_key(|(name, _)| name.len());
        let other = other.map(|(name, label)| (name.len(), label.as_str()));
        let longest = self.longest(&words[0].text).min(words.len());
        let listed = (1..=longest)
            .rev()
            .find_map(|n| Some((n, self.list.labels.get(&self.pseudonyms.digest(&joined(&words[..n])))?.as_str())));
        listed.into_iter().chain(other).max_by_key(|(n, _)| *n)
    }

    /// Words of the longest name that begins with a word; 0 where none does.
    fn longest(&self, word: &str) -> usize {
        if let Some(n) = self.known.borrow().get(word) {
            return *n;
        }
        let n = self.list.begins.get(&begins(self.pseudonyms, word)).copied().unwrap_or(0);
        let mut known = self.known.borrow_mut();
        if known.len() < KNOWN_MAX {
            known.insert(word.to_owned(), n);
        }
        n
    }

    /// Names that objects of a page give to whoever was forgotten, beside those that are known.
    pub(super) fn others(&self, body: &[u8]) -> Vec<(String, &'a str)> {
        let found = aliases(body, &|name| self.person(name).is_some());
        let named = found.into_iter().filter_map(|(known, names)| Some((self.person(&known)?, names)));
        let each = named.flat_map(|(label, names)| names.into_iter().map(move |name| (name, label)));
        each.filter(|(name, _)| self.person(name).is_none()).collect()
    }
}

impl Redact for Matcher<'_> {
    fn page(&self, body: &[u8]) -> Option<Vec<u8>> {
        if self.list.is_empty() {
            return None;
        }
        let also = |(name, label): (String, &str)| {
            (words(&name).into_iter().map(|word| word.text).collect::<Vec<_>>(), label.to_owned())
        };
        let also: Also = self.others(body).into_iter().map(also).filter(|(name, _)| !name.is_empty()).collect();
        rewritten(body, &|place, text| self.text_and(place, text, &also))
    }
}

/// Whether what looks like a name of one word is one: not a word of the tracker's own, no number (which stands for other
/// things as well, and names nobody by itself), nor two letters among other words.
fn is_name(place: Place<'_>, text: &str, words: &[Word], at: usize) -> bool {
    let Word { text: word, span } = &words[at];
    if place == Place::Key || word.chars().all(char::is_numeric) {
        return false;
    }
    if words.len() == 1 {
        return !matches!(place, Place::Value(member) if OWN.contains(&member));
    }
    word.chars().count() >= NAME_MIN || text[..span.start].ends_with(['@', '~'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> (ForgottenList, Pseudonyms) {
        let (mut list, pseudonyms) = (ForgottenList::default(), Pseudonyms::new([7; 32]));
        for name in names {
            list.add(name, "nobody", &pseudonyms);
        }
        (list, pseudonyms)
    }

    #[test]
    fn a_name_goes_where_its_words_stand() {
        let (list, pseudonyms) = list(&["Anna Kowal <anna@x.example>", "akowal", "4711", "ok"]);
        let matcher = Matcher::new(&list, &pseudonyms);
        let word = |column, text: &str| matcher.word(column, text);
        assert_eq!(word(Some(Column::Actor), "anna kowal").as_deref(), Some("nobody"));
        assert_eq!(word(Some(Column::Actor), "A. K. <ANNA@x.example>").as_deref(), Some("nobody"));
        assert_eq!(word(Some(Column::Actor), "Anna Kowalska"), None, "somebody else");
        assert_eq!(word(Some(Column::Actor), "Anna Kowal Smith"), None, "somebody else");
        assert_eq!(word(Some(Column::Attribute), "assignee=Anna Kowal").as_deref(), Some("assignee=nobody"));
        assert_eq!(word(Some(Column::Attribute), "state=akowal"), None);
        assert_eq!(word(Some(Column::Activity), "akowal"), None);
        assert_eq!(word(Some(Column::Activity), "moved by akowal").as_deref(), Some("moved by nobody"));
        assert_eq!(word(None, "row 3: anna@x.example, late").as_deref(), Some("row 3: nobody, late"));
        assert_eq!(word(None, "Joanna Kowal, 4711 times, ok"), None);
        assert_eq!(word(Some(Column::Actor), "4711").as_deref(), Some("nobody"));
        assert_eq!(word(Some(Column::Attribute), "priority=4711"), None);
        assert_eq!(word(Some(Column::Actor), "ok").as_deref(), Some("nobody"));
        assert_eq!(word(None, "ask @ok").as_deref(), Some("ask @nobody"));
        assert_eq!(word(None, "[~akowal] and anna.kowal").as_deref(), Some("[~nobody] and nobody"));
    }

    #[test]
    fn a_page_is_without_whoever_was_forgotten_by_every_name_that_it_gives() {
        let (list, pseudonyms) = list(&["akowal", "open"]);
        let page = r#"{"user":{"login":"akowal","name":"Anna Kowal","key":"AK"},"akowal":1,"state":"open",
            "body":"Thanks, Anna\u0020Kowal! @akowal","url":"https://x.example/u/AKowal?by=Anna%20Kowal"}"#;
        let matcher = Matcher::new(&list, &pseudonyms);
        let new = matcher.page(page.as_bytes()).map(|page| String::from_utf8_lossy(&page).into_owned());
        let wanted = r#"{"user":{"login":"nobody","name":"nobody","key":"nobody"},"akowal":1,"state":"open",
            "body":"Thanks, nobody! @nobody","url":"https://x.example/u/nobody?by=nobody"}"#;
        assert_eq!(new.as_deref(), Some(wanted));
        assert_eq!(matcher.page(br#"{"body":"Anna Kowal"}"#), None, "that is known of the other page only");
        assert_eq!(Matcher::new(&ForgottenList::default(), &pseudonyms).page(page.as_bytes()), None);
    }

    #[test]
    fn a_list_comes_back_as_it_was_written_and_says_nobodys_name() {
        let folder = tempfile::tempdir().unwrap();
        let (list, pseudonyms) = list(&["Anna Kowal", "Anna"]);
        list.write(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(!text.to_lowercase().contains("anna"), "{text}");
        let back = ForgottenList::read(folder.path()).unwrap();
        let matcher = Matcher::new(&back, &pseudonyms);
        assert_eq!(matcher.text(Place::Text, "Anna, and Anna Kowal").as_deref(), Some("nobody, and nobody"));
        assert!(ForgottenList::read(&folder.path().join("nowhere")).unwrap().is_empty());
    }
}
