//! Which accounts of several sources may be one person: suggestions under pseudonyms, and what was accepted into `people.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sayso_model::actor::ActorKind;
use sayso_model::words::{Column, Words};
use sayso_sources::Kind;
use sayso_sources::identity::across::{Across, CollisionKind, Confidence, Known, across, rows};
use sayso_sources::identity::{IdentityCounts, identify};
use sayso_sources::people::add_rows;
use serde::Serialize;

use crate::{InquiryError, Office, write_whole};

/// What declares who is who.
const PEOPLE_FILE: &str = "people.csv";
/// The word that accepts every suggestion of high confidence.
const SURE: &str = "sure";
/// Suggestions and collisions that a screen shows; JSON has all.
const SHOWN_MAX: usize = 40;

/// What is known of who is who, and what is not.
#[derive(Clone, Debug, Serialize)]
pub struct Persons {
    /// Accounts and authors, by source; machines, groups and deleted accounts among them.
    pub accounts: BTreeMap<String, u64>,
    /// Names in the record.
    pub names: u64,
    /// Of these, those that people.csv declares.
    pub declared: u64,
    /// Of these, those that are known to be another name of somebody: by people.csv, by one mailbox, by `.mailmap`.
    pub one_already: u64,
    /// Accounts that are nobody in particular: machines, groups, deleted.
    pub left_out: u64,
    /// Who may be one person, surest first.
    pub suggestions: Vec<PersonSuggestion>,
    /// Words that are several people's.
    pub collisions: Vec<PersonCollision>,
    /// Accounts in a collision that nobody declared: nothing is joined by what they are called.
    pub apart: u64,
}

/// Two that may be one person.
#[derive(Clone, Debug, Serialize)]
pub struct PersonSuggestion {
    /// By which it is accepted; the same in every run over the same office.
    pub id: String,
    /// The one, as `source: pseudonym`.
    pub left: String,
    /// The other.
    pub right: String,
    /// What speaks for it, or against.
    pub evidence: Vec<&'static str>,
    /// `high`, `fair` or `low`.
    pub confidence: &'static str,
    /// Whether one of them stands in people.csv already, so that its row is to be changed by hand.
    pub in_people: bool,
}

/// A word that is several people's.
#[derive(Clone, Debug, Serialize)]
pub struct PersonCollision {
    /// `first_name`, `full_name`, `login` or `mailbox`.
    pub kind: &'static str,
    /// What it is, in words.
    pub says: String,
    /// Who bears it, as `source: pseudonym`.
    pub members: Vec<String>,
    /// Their zones, where accounts state them.
    pub zones: Vec<String>,
}

/// What was accepted.
#[derive(Clone, Debug, Serialize)]
pub struct Acceptance {
    /// The file.
    pub file: PathBuf,
    /// Rows that were added.
    pub rows: usize,
    /// Suggestions that went into them.
    pub accepted: usize,
    /// Suggestions that are left to a person, because a row has to be changed, or two accounts of one source would be one.
    pub left: Vec<String>,
}

impl Office {
    /// Who may be one person, and whose names are several people's. Reads what trackers say of accounts; merges nothing.
    ///
    /// # Errors
    /// When the record or a source cannot be read.
    pub fn persons(&self) -> Result<Persons, InquiryError> {
        self.note_view("people", None)?;
        let seen = self.known()?;
        let mut accounts: BTreeMap<String, u64> = BTreeMap::new();
        for one in &seen.known {
            *accounts.entry(one.source.clone()).or_default() += 1;
        }
        let IdentityCounts { identities, merged, declared, .. } = seen.counts;
        Ok(Persons {
            accounts,
            names: identities,
            declared,
            one_already: merged,
            left_out: seen.found.left_out.len() as u64,
            suggestions: (0..seen.found.suggestions.len()).map(|at| self.suggestion(&seen, at)).collect(),
            collisions: seen
                .found
                .collisions
                .iter()
                .map(|one| {
                    let (kind, what) = words_of(one.kind);
                    let word = if self.privacy.names { format!(" `{}`", one.word) } else { String::new() };
                    PersonCollision {
                        kind,
                        says: format!("{} accounts {what}{word}", one.members.len()),
                        members: one.members.iter().map(|at| self.shown_account(&seen.known[*at])).collect(),
                        zones: one.zones.clone(),
                    }
                })
                .collect(),
            apart: seen.found.apart.len() as u64,
        })
    }

    /// Adds rows to `people.csv` for suggestions, by their ids or by `sure`.
    ///
    /// # Errors
    /// When there is no office, no such suggestion, or `people.csv` cannot be written.
    pub fn accept_persons(&self, ids: &[String]) -> Result<Acceptance, InquiryError> {
        let Some(folder) = &self.folder else {
            return Err(InquiryError::usage(
                "accept a suggestion without an office",
                "begin one: `sayso init DIR`; its people.csv keeps what is accepted",
            ));
        };
        // What is left to be done by hand may show names.
        self.note_view("people", Some("--accept"))?;
        let seen = self.known()?;
        let all: Vec<PersonSuggestion> =
            (0..seen.found.suggestions.len()).map(|at| self.suggestion(&seen, at)).collect();
        if let Some(wrong) = ids.iter().find(|id| *id != SURE && all.iter().all(|one| one.id != **id)) {
            return Err(InquiryError::usage(
                format!("find a suggestion `{wrong}`"),
                "`sayso people` lists them with their ids",
            ));
        }
        let is_meant = |one: &PersonSuggestion| {
            ids.contains(&one.id) || one.confidence == "high" && ids.iter().any(|id| id == SURE)
        };
        let mut left = Vec::new();
        let mut accepted = Across { apart: seen.found.apart.clone(), ..Across::default() };
        for (one, found) in all.iter().zip(&seen.found.suggestions).filter(|(one, _)| is_meant(one)) {
            if one.in_people {
                left.push(format!(
                    "{}: {} or {} stands in {PEOPLE_FILE} already; add the other's address or id to `email` there",
                    one.id, one.left, one.right
                ));
            } else if [found.left, found.right].iter().any(|at| seen.found.apart.contains(at)) {
                left.push(format!("{}: one of them bears a name of several people; write the row by hand", one.id));
            } else {
                accepted.suggestions.push(found.clone());
            }
        }
        let text = rows(&seen.known, &accepted, Confidence::Low);
        let file = folder.join(PEOPLE_FILE);
        let n_rows = append(&file, &text)?;
        if n_rows == 0 && !accepted.suggestions.is_empty() {
            left.push("two accounts of one source would be one person; write the row by hand".to_owned());
        }
        Ok(Acceptance { file, rows: n_rows, accepted: accepted.suggestions.len(), left })
    }

    fn suggestion(&self, seen: &Seen, at: usize) -> PersonSuggestion {
        let one = &seen.found.suggestions[at];
        let (left, right) = (&seen.known[one.left], &seen.known[one.right]);
        let words = format!("{}\0{}\0{}\0{}", left.source, left.id, right.source, right.id);
        PersonSuggestion {
            id: self.pseudonyms.of(&words),
            left: self.shown_account(left),
            right: self.shown_account(right),
            evidence: one.evidence.iter().map(|evidence| evidence.words()).collect(),
            confidence: match one.confidence {
                Confidence::High => "high",
                Confidence::Fair => "fair",
                Confidence::Low => "low",
            },
            in_people: [one.left, one.right].iter().any(|at| seen.is_declared[*at]),
        }
    }

    fn shown_account(&self, one: &Known) -> String {
        if self.privacy.names {
            let name = one.name.as_deref().or(one.login.as_deref()).unwrap_or(&one.id);
            return format!("{}: {name}", one.source);
        }
        format!("{}: {}", one.source, self.pseudonyms.shown(&one.id, ActorKind::Person))
    }

    /// Everybody as the sources know them, compared with everybody else.
    fn known(&self) -> Result<Seen, InquiryError> {
        let engine = self.engine()?;
        let words = engine.snapshot().words();
        words.load(Column::Actor)?;
        words.load(Column::Source)?;
        let mut names: BTreeSet<(String, String)> = BTreeSet::new();
        for (source, actor, _) in engine.sightings()?.iter() {
            let word = words.word(Column::Actor, actor).to_owned();
            names.insert((words.word(Column::Source, source).to_owned(), word));
        }
        let mut known: Vec<Known> = Vec::new();
        let mut mailmap = String::new();
        for source in &self.sources {
            let of_source = || names.iter().filter(|(name, _)| *name == source.name).map(|(_, word)| word.as_str());
            match source.kind {
                Kind::Tracker(_) => {
                    let accounts = sayso_sources::accounts(source)?;
                    let told: BTreeSet<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
                    known.extend(accounts.iter().map(|account| Known::account(&source.name, account)));
                    known.extend(
                        of_source().filter(|word| !told.contains(word)).map(|word| Known::word(&source.name, word)),
                    );
                }
                Kind::Git | Kind::Peps | Kind::GerritNotes => {
                    known.extend(of_source().map(|word| Known::author(&source.name, word)));
                    mailmap.push_str(&std::fs::read_to_string(source.path.join(".mailmap")).unwrap_or_default());
                    mailmap.push('\n');
                }
                _ => known.extend(of_source().map(|word| Known::word(&source.name, word))),
            }
        }
        if let Some(folder) = &self.folder {
            mailmap.push_str(&std::fs::read_to_string(folder.join(".mailmap")).unwrap_or_default());
        }
        let found = across(&known, &self.people, &mailmap);
        let ids: Vec<&str> = known.iter().map(|one| one.id.as_str()).collect();
        let identities = identify(&ids, &self.people);
        let is_declared = identities.person.iter().map(Option::is_some).collect();
        let unique: BTreeSet<&str> = names.iter().map(|(_, word)| word.as_str()).collect();
        let unique: Vec<&str> = unique.into_iter().collect();
        let counts = identify(&unique, &self.people).counts;
        Ok(Seen { known, found, is_declared, counts })
    }
}

/// Everybody, and what was found of them.
struct Seen {
    known: Vec<Known>,
    found: Across,
    is_declared: Vec<bool>,
    counts: IdentityCounts,
}

impl Persons {
    /// The same in words.
    pub fn text(&self) -> String {
        let n: u64 = self.accounts.values().sum();
        let sources: Vec<String> = self.accounts.iter().map(|(name, n)| format!("{name} {n}")).collect();
        let mut text = format!("{n} accounts and authors: {}.\n", sources.join(", "));
        let _ = writeln!(
            text,
            "{} names in the record; {} are declared in {PEOPLE_FILE}, {} are another name of somebody, {} accounts are \
             machines, groups or deleted.",
            self.names, self.declared, self.one_already, self.left_out
        );
        if self.suggestions.is_empty() {
            text.push_str("\nNobody else seems to be one person.\n");
        } else {
            text.push_str("\nMay be one person (nothing is merged until you accept it):\n");
        }
        for one in self.suggestions.iter().take(SHOWN_MAX) {
            let by_hand = if one.in_people { " (one of them is in people.csv)" } else { "" };
            let _ = writeln!(text, "  {}  {:<4}  {}  =  {}{by_hand}", one.id, one.confidence, one.left, one.right);
            let _ = writeln!(text, "           {}", one.evidence.join("; "));
        }
        more(&mut text, self.suggestions.len());
        if !self.collisions.is_empty() {
            text.push_str("\nNames of several people, which join nobody:\n");
        }
        for one in self.collisions.iter().take(SHOWN_MAX) {
            let zones = if one.zones.len() > 1 { format!(", in {}", one.zones.join(", ")) } else { String::new() };
            let _ = writeln!(text, "  {}{zones}: {}", one.says, one.members.join(", "));
        }
        more(&mut text, self.collisions.len());
        if self.apart > 0 {
            let _ = writeln!(text, "{} accounts are left apart until {PEOPLE_FILE} says who they are.", self.apart);
        }
        if !self.suggestions.is_empty() {
            let _ = write!(
                text,
                "\nNext:\n  sayso people --accept {}  # or several, or `{SURE}` for all of high confidence\n",
                self.suggestions[0].id
            );
        }
        text
    }
}

impl Acceptance {
    /// The same in words.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{} suggestions accepted: {} rows added to {}. Fill in team, site, role and level there.\n",
            self.accepted,
            self.rows,
            self.file.display()
        );
        for one in &self.left {
            let _ = writeln!(text, "left to you: {one}");
        }
        text
    }
}

fn more(text: &mut String, n: usize) {
    if n > SHOWN_MAX {
        let _ = writeln!(text, "  and {} more: --format json has all", n - SHOWN_MAX);
    }
}

fn words_of(kind: CollisionKind) -> (&'static str, &'static str) {
    match kind {
        CollisionKind::SingleName => ("first_name", "bear one first name"),
        CollisionKind::NameOfSeveral => ("full_name", "bear one full name"),
        CollisionKind::LoginOfSeveral => ("login", "of different mailboxes bear one login"),
        CollisionKind::SharedMailbox => ("mailbox", "share one mailbox"),
    }
}

/// Adds rows to `people.csv`; makes it where it is missing. Gives the number of rows.
fn append(file: &Path, rows: &str) -> Result<usize, InquiryError> {
    let text = match file.exists() {
        true => std::fs::read_to_string(file).map_err(InquiryError::file("read", file))?,
        false => String::new(),
    };
    let Some((text, n)) = add_rows(&text, rows) else {
        return Err(InquiryError::usage(
            format!("add to {}: it needs the columns `person` and `email`", file.display()),
            "add the column to its first line, and an empty field to each row",
        ));
    };
    if n > 0 {
        write_whole(file, text.as_bytes())?;
    }
    Ok(n)
}
