//! Taking a person out of an office for good, and keeping them out when its sources are read again.
//!
//! 1. [`words`]: a text as words.
//! 2. [`list`]: the names of whoever was forgotten, as digests, and where they stand in a text or a page.
//! 3. [`sink`]: readings without them.

use std::path::{Path, PathBuf};

use sayso_model::Code;
use sayso_model::words::{Column, Words as _};
use sayso_sources::fetch::FetchError;
use sayso_sources::tracker::raw::{Place, Raw, RawError, Writer};
use serde::Serialize;

use crate::shown::Pseudonyms;
use crate::{InquiryError, Office, World};

mod list;
mod sink;
mod words;

pub(crate) use list::{ForgottenList, Matcher};
pub(crate) use sink::Forgetting;

/// Times that pages are looked through for names that stand beside those that are known.
const LOOKS_MAX: usize = 4;

/// What forgetting did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// What stands in the person's place now.
    pub replaced_by: String,
    /// Pages of trackers that were changed.
    pub pages: u64,
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
    /// Replaces everything that names a person by something that does not, in the pages that were fetched, in the record
    /// and in what was derived from it, and sees to it that later fetches and readings do not bring them back. The events
    /// stay, so that paths stay whole. One that was killed is done again from its beginning.
    ///
    /// # Errors
    /// When nobody of that name is known, the office keeps no record, somebody else writes, or a file cannot be read or
    /// written.
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
        for name in &names {
            list.add(name, &label, &self.pseudonyms);
        }
        self.add_what_pages_say(&mut list)?;
        // First the list: a reading that comes in between must not bring the name back. Last the record: as long as the
        // name is in it, an erasure that was killed can be asked for again.
        list.write(&self.derived)?;
        let matcher = Matcher::new(&list, &self.pseudonyms);
        let mut pages = 0;
        for folder in self.pages() {
            pages += Writer::of(folder).and_then(|writer| writer.redact(&matcher)).map_err(FetchError::from)?;
        }
        let rewrite = |column: Option<Column>, text: &str| matcher.word(column, text);
        let erasure = self.record.erase(&rewrite)?;
        self.record.compact(self.threads.get())?;
        self.rewrite_views(&|text| matcher.word(None, text))?;
        // What was shown before may hold the name; it can be made again.
        let _ = std::fs::remove_file(&self.page);
        Ok(Forgotten {
            replaced_by: label,
            pages,
            words: erasure.words,
            set_aside: erasure.skipped,
            items: erasure.items,
            still_in: written_files(&folder).into_iter().filter(|path| mentions(path, &matcher)).collect(),
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
        Ok(names)
    }

    /// The folders of raw pages that there are.
    fn pages(&self) -> impl Iterator<Item = &Path> {
        self.remotes.iter().map(|remote| remote.folder.as_path()).filter(|folder| Raw::is(folder))
    }

    /// Adds what pages call whoever is on the list: an account that is known by its login has a name and an address, too.
    fn add_what_pages_say(&self, list: &mut ForgottenList) -> Result<(), InquiryError> {
        for _ in 0..LOOKS_MAX {
            let mut found = Vec::new();
            for folder in self.pages() {
                let matcher = Matcher::new(list, &self.pseudonyms);
                let mut look = || -> Result<(), RawError> {
                    let raw = Raw::open(folder)?;
                    let mut body = Vec::new();
                    for entry in raw.entries()? {
                        raw.read(&entry?, &mut body)?;
                        found.extend(matcher.others(&body).into_iter().map(|(name, label)| (name, label.to_owned())));
                    }
                    Ok(())
                };
                look().map_err(FetchError::from)?;
                found.sort();
                found.dedup();
            }
            let added = found.into_iter().filter(|(name, label)| list.add(name, label, &self.pseudonyms)).count();
            if added == 0 {
                break;
            }
        }
        Ok(())
    }
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

fn mentions(path: &Path, matcher: &Matcher<'_>) -> bool {
    let Ok(bytes) = std::fs::read(path) else { return false };
    matcher.text(Place::Text, &String::from_utf8_lossy(&bytes)).is_some()
}
