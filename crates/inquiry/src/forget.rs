//! Taking a person out of an office's record for good, and keeping them out when the sources are read again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sayso_model::Code;
use sayso_model::coverage::{ClaimTally, Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use sayso_model::words::{Column, Words};
use serde::Serialize;

use crate::shown::Pseudonyms;
use crate::{InquiryError, Office, World, write_whole};

/// Which names are to be replaced by what, as keyed digests: the file does not say who was forgotten.
const FILE: &str = "forgotten";

/// Shorter names stand for too many other things.
const NAME_MIN: usize = 3;

/// What forgetting did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// What stands in the person's place now.
    pub replaced_by: String,
    /// Words of the record that were replaced.
    pub words: u64,
    /// Texts of what was set aside that were changed.
    pub set_aside: u64,
    /// Items whose name holds the person's name; they cannot be renamed here.
    pub items: u64,
    /// Files that people wrote, in which the name still stands.
    pub still_in: Vec<PathBuf>,
}

impl Office {
    /// Replaces everything that names a person by something that does not, in the record and in what was derived from
    /// it, and sees to it that a later reading does not bring them back. The events stay, so that paths stay whole.
    ///
    /// # Errors
    /// When nobody of that name is known, the office keeps no record, or the record cannot be written.
    pub fn forget(&mut self, person: &str, world: &dyn World) -> Result<Forgotten, InquiryError> {
        let Some(folder) = self.folder.clone() else {
            return Err(InquiryError::usage(
                "forget somebody in a record that is not kept",
                "a lone log or repository is read into a temporary folder; give an office with --office",
            ));
        };
        let names = self.names_of(person)?;
        if names.is_empty() {
            return Err(InquiryError::usage(
                format!("find anybody called `{person}` in the record"),
                "give a key, name or mail address of people.csv, or the name that a source uses: `sayso query \"select \
                 person from people\"`",
            ));
        }
        let secret = world.secret().map_err(InquiryError::file("draw a name at random for", &folder))?;
        let label = format!("forgotten-{}", &Pseudonyms::new(secret).of("forgotten")[..7]);
        let mut list = ForgottenList::read(&self.derived)?;
        list.add(&names, &label, &self.pseudonyms);
        // First the list: a reading that comes in between must not bring the name back.
        list.write(&self.derived)?;
        let rewrite = |column: Option<Column>, text: &str| replaced(column, text, &names, &label);
        let erasure = self.record.erase(&rewrite)?;
        self.record.compact(self.threads.get())?;
        self.rewrite_views(&|text| replaced(None, text, &names, &label))?;
        // What was shown before may hold the name; it can be made again.
        let _ = std::fs::remove_file(&self.page);
        Ok(Forgotten {
            replaced_by: label,
            words: erasure.words,
            set_aside: erasure.skipped,
            items: erasure.items,
            still_in: written_files(&folder).into_iter().filter(|path| mentions(path, &names)).collect(),
        })
    }

    /// Every name of a person, in whatever spelling the record and `people.csv` have.
    fn names_of(&self, person: &str) -> Result<Vec<String>, InquiryError> {
        let engine = self.engine()?;
        let who = self.who(&engine)?;
        let canonical = who.named(person, &self.people);
        let words = who.words();
        let mut names: Vec<String> = (1..words.n_codes(Column::Actor) as Code)
            .filter(|code| canonical.contains(&who.directory().actor(*code).same_as))
            .map(|code| words.word(Column::Actor, code).to_owned())
            .collect();
        for one in &self.people {
            let mails: Vec<&str> = one.email.iter().flat_map(|mails| mails.split_whitespace()).collect();
            let all = || std::iter::once(one.person.as_str()).chain(one.name.as_deref()).chain(mails.iter().copied());
            if all().any(|name| name.eq_ignore_ascii_case(person) || names.iter().any(|known| known == name)) {
                names.extend(all().map(str::to_owned));
            }
        }
        let parts: Vec<String> = names.iter().flat_map(|name| parts(name)).collect();
        names.extend(parts);
        names.retain(|name| name.chars().count() >= NAME_MIN);
        names.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        names.dedup();
        Ok(names)
    }
}

/// `Anna Kowal <anna@x>` is also `Anna Kowal` and `anna@x`.
fn parts(name: &str) -> Vec<String> {
    let Some((before, mail)) = name.split_once('<') else { return Vec::new() };
    let mail = mail.trim_end_matches('>');
    [before.trim(), mail.trim()].into_iter().filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// What stands in the place of a text that holds one of the names as whole words; `None` where it holds none.
fn replaced(column: Option<Column>, text: &str, names: &[String], label: &str) -> Option<String> {
    if column == Some(Column::Actor) {
        return names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(text) || parts(text).contains(name))
            .then(|| label.to_owned());
    }
    let mut new = text.to_owned();
    for name in names {
        new = without(&new, name, label);
    }
    (new != text).then_some(new)
}

/// The text with every occurrence of a name that stands by itself replaced, without regard to ASCII case.
fn without(text: &str, name: &str, label: &str) -> String {
    let (low, wanted) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(found) = low[from..].find(&wanted) {
        let (begin, end) = (from + found, from + found + wanted.len());
        let alone = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        out.push_str(&text[from..begin]);
        if alone(text[..begin].chars().next_back()) && alone(text[end..].chars().next()) {
            out.push_str(label);
        } else {
            out.push_str(&text[begin..end]);
        }
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

/// What people wrote in an office; not what was derived.
fn written_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !hidden => folders.push(path),
                Ok(kind) if kind.is_file() && !hidden => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

fn mentions(path: &Path, names: &[String]) -> bool {
    let Ok(bytes) = std::fs::read(path) else { return false };
    let text = String::from_utf8_lossy(&bytes);
    names.iter().any(|name| without(&text, name, "").len() != text.len())
}

/// Digests of forgotten names with what stands in their place.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForgottenList {
    by_digest: HashMap<String, String>,
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
        let by_digest = text.lines().filter_map(|line| line.split_once(' ')).map(|(a, b)| (a.to_owned(), b.to_owned()));
        Ok(ForgottenList { by_digest: by_digest.collect() })
    }

    fn write(&self, derived: &Path) -> Result<(), InquiryError> {
        let mut lines: Vec<String> =
            self.by_digest.iter().map(|(digest, label)| format!("{digest} {label}\n")).collect();
        lines.sort();
        write_whole(&derived.join(FILE), lines.concat().as_bytes())
    }

    fn add(&mut self, names: &[String], label: &str, pseudonyms: &Pseudonyms) {
        for name in names {
            self.by_digest.insert(pseudonyms.digest(&name.to_lowercase()), label.to_owned());
        }
    }

    /// Whether nobody was forgotten.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_digest.is_empty()
    }
}

/// A sink that lets no forgotten name through.
pub(crate) struct Forgetting<'a, S> {
    inner: &'a mut S,
    list: &'a ForgottenList,
    pseudonyms: &'a Pseudonyms,
    known: HashMap<String, Option<String>>,
}

impl<'a, S: EventSink> Forgetting<'a, S> {
    pub(crate) fn new(inner: &'a mut S, list: &'a ForgottenList, pseudonyms: &'a Pseudonyms) -> Self {
        Self { inner, list, pseudonyms, known: HashMap::new() }
    }

    /// What stands in the place of a name that was forgotten.
    fn of(&mut self, name: &str) -> Option<String> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let digest = |name: &str| self.list.by_digest.get(&self.pseudonyms.digest(&name.to_lowercase())).cloned();
        let found = digest(name).or_else(|| parts(name).iter().find_map(|part| digest(part)));
        // The lookup is remembered for as many names as people and values there are in a source of usual size.
        if self.known.len() < 1 << 16 {
            self.known.insert(name.to_owned(), found.clone());
        }
        found
    }
}

impl<S: EventSink> EventSink for Forgetting<'_, S> {
    fn seen(&mut self) {
        self.inner.seen();
    }

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        let actor = row.actor.and_then(|name| self.of(name));
        let to = row.to.and_then(|name| self.of(name));
        let values: Vec<Option<String>> = row.attributes.iter().map(|(_, value)| self.of(value)).collect();
        if actor.is_none() && to.is_none() && values.iter().all(Option::is_none) {
            return self.inner.event(row);
        }
        let attributes: Vec<(&str, &str)> = row
            .attributes
            .iter()
            .zip(&values)
            .map(|((key, value), new)| (*key, new.as_deref().unwrap_or(value)))
            .collect();
        self.inner.event(&EventRow {
            actor: actor.as_deref().or(row.actor),
            to: to.as_deref().or(row.to),
            attributes: &attributes,
            ..*row
        })
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        // A detail quotes the source, and may quote a name in the middle: where anybody is forgotten, none is kept.
        self.inner.set_aside(place, reason, if self.list.is_empty() { detail } else { "" });
    }

    fn note(&mut self, place: &str, note: Note, detail: &str) {
        self.inner.note(place, note, if self.list.is_empty() { detail } else { "" });
    }

    fn claim(&mut self, what: &str, tally: ClaimTally) {
        self.inner.claim(what, tally);
    }

    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError> {
        self.inner.checkpoint(position)
    }

    fn progress(&mut self, done: u64, total: Option<u64>) {
        self.inner.progress(done, total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_where_it_stands_by_itself() {
        let names = ["Anna Kowal <anna@x.example>", "Anna Kowal", "anna@x.example"].map(str::to_owned);
        let new = |column, text| replaced(column, text, &names, "nobody");
        assert_eq!(new(Some(Column::Actor), "anna kowal").as_deref(), Some("nobody"));
        assert_eq!(new(Some(Column::Actor), "Anna Kowalska"), None, "somebody else");
        assert_eq!(new(Some(Column::Attribute), "assignee=Anna Kowal").as_deref(), Some("assignee=nobody"));
        assert_eq!(new(None, "row 3: anna@x.example, late").as_deref(), Some("row 3: nobody, late"));
        assert_eq!(new(Some(Column::Activity), "Joanna Kowal"), None);
        assert_eq!(without("Łukasz i łukasz", "łukasz", "-"), "Łukasz i -", "case is compared in ASCII only");
    }
}
