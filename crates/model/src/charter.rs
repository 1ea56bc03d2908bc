//! Declared authority: remits, who may decide what where and since when, and how a question finds the remit that governs it.

use std::fmt;
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::time::Instant;
use crate::words::{Column, Words};
use crate::{Code, NOT_RECORDED};

/// Whom a remit names: `person:NAME`, `team:NAME` or `role:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Who {
    /// One person, as `people.csv` or a source names them (a key, a mail address, a login).
    Person(String),
    /// Everybody of a team.
    Team(String),
    /// Everybody in a role.
    Role(String),
}

/// A name in a charter that says neither person nor team nor role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` says neither person nor team nor role")]
pub struct NotAParty {
    /// What was written.
    pub found: String,
}

impl NotAParty {
    /// What to write instead.
    pub fn hint(&self) -> String {
        format!("write `person:{0}`, `team:{0}` or `role:{0}`", self.found)
    }
}

impl FromStr for Who {
    type Err = NotAParty;

    fn from_str(text: &str) -> Result<Self, NotAParty> {
        let refuse = || NotAParty { found: text.to_owned() };
        let (kind, name) = text.split_once(':').ok_or_else(refuse)?;
        let name = name.trim();
        match kind.trim() {
            _ if name.is_empty() => Err(refuse()),
            "person" => Ok(Who::Person(name.to_owned())),
            "team" => Ok(Who::Team(name.to_owned())),
            "role" => Ok(Who::Role(name.to_owned())),
            _ => Err(refuse()),
        }
    }
}

impl TryFrom<String> for Who {
    type Error = NotAParty;

    fn try_from(text: String) -> Result<Self, NotAParty> {
        text.parse()
    }
}

impl From<Who> for String {
    fn from(who: Who) -> String {
        who.to_string()
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Person(name) => write!(f, "person:{name}"),
            Who::Team(name) => write!(f, "team:{name}"),
            Who::Role(name) => write!(f, "role:{name}"),
        }
    }
}

/// One clause: who decides which matter in which area.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remit {
    /// The matter; `*` is every matter. Compared without regard to case.
    pub matter: String,
    /// The areas, as a glob over area names: `*` matches everything (also across `/`), `{a,b}` either; `dir/**` matches
    /// `dir` itself too.
    pub area: String,
    /// Who decides. Empty: explicitly nobody's (a CODEOWNERS pattern without owners), which is not the same as undeclared.
    pub decides: Vec<Who>,
    /// Who is asked for advice; asking them is no permission.
    pub consulted: Vec<Who>,
    /// Who agrees first where the bounds are exceeded; asking them is no permission.
    pub reserve: Vec<Who>,
    /// Whether the right stays where it is by design: regulation, four eyes, budget. Never called permission seeking.
    pub retained: bool,
    /// The bounds within which it holds, in words.
    pub bounds: Option<String>,
    /// In force from this instant on; `None`: ever since.
    pub since: Option<Instant>,
    /// In force until this instant, not including it; `None`: still.
    pub until: Option<Instant>,
    /// Why.
    pub because: Option<String>,
    /// Where it is written: `charter.toml:12`, `CODEOWNERS:3`.
    pub written: String,
}

impl Remit {
    /// Whether it is in force at an instant.
    pub fn is_in_force(&self, at: Instant) -> bool {
        self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// All declared authority, in the order in which it is written: where several remits govern a question, the last one does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charter {
    /// The remits.
    pub remits: Vec<Remit>,
}

/// A remit whose area is no valid glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{written}: the area `{area}` is not a valid glob: {why}")]
pub struct NotAGlob {
    /// Where the remit is written.
    pub written: String,
    /// The area.
    pub area: String,
    /// What is wrong.
    pub why: String,
}

impl Charter {
    /// Whether nothing is declared at all.
    pub fn is_empty(&self) -> bool {
        self.remits.is_empty()
    }

    /// The last instant at which a remit came into force or ended, not later than `until`; `None` where nothing ever changed.
    pub fn last_change(&self, until: Instant) -> Option<Instant> {
        let dates = self.remits.iter().flat_map(|remit| [remit.since, remit.until]);
        dates.flatten().filter(|at| *at <= until).max()
    }

    /// Ties the charter to the dictionaries of a record. `person` gives the canonical actor codes that a person's name
    /// stands for; none where the record does not know them.
    ///
    /// # Errors
    /// When an area is no valid glob.
    pub fn bind(&self, words: &dyn Words, person: &dyn Fn(&str) -> Vec<Code>) -> Result<Remits, NotAGlob> {
        let party = |who: &Who| match who {
            Who::Person(name) => Parties { persons: person(name), ..Parties::default() },
            Who::Team(name) => Parties { teams: codes(words, Column::Team, name), ..Parties::default() },
            Who::Role(name) => Parties { roles: codes(words, Column::Role, name), ..Parties::default() },
        };
        let parties = |all: &[Who]| all.iter().map(party).fold(Parties::default(), Parties::and);
        let mut bound = Vec::with_capacity(self.remits.len());
        for remit in &self.remits {
            let area = area_glob(remit)?;
            bound.push(Bound {
                since: remit.since,
                until: remit.until,
                matters: in_column(words, Column::Matter, |matter| {
                    remit.matter == "*" || matter.eq_ignore_ascii_case(&remit.matter)
                }),
                areas: in_column(words, Column::Area, |name| area.iter().any(|glob| glob.is_match(name))),
                decides: parties(&remit.decides),
                asked: parties(&remit.consulted).and(parties(&remit.reserve)),
                retained: remit.retained,
                is_nobodys: remit.decides.is_empty(),
            });
        }
        Ok(Remits { bound })
    }
}

/// What governs a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Governed {
    /// No remit speaks of it.
    Undeclared,
    /// A remit says that it is nobody's; the index into [`Charter::remits`].
    Nobodys(usize),
    /// This remit, as an index into [`Charter::remits`].
    By(usize),
}

/// Somebody at one moment, by codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Standing {
    /// The canonical actor; [`NOT_RECORDED`] where nobody is named.
    pub actor: Code,
    /// Their team.
    pub team: Code,
    /// Their role.
    pub role: Code,
}

/// A charter in the codes of one record.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Remits {
    bound: Vec<Bound>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Bound {
    since: Option<Instant>,
    until: Option<Instant>,
    /// By matter code; an unrecorded matter is governed only by a remit for every matter.
    matters: Vec<bool>,
    areas: Vec<bool>,
    decides: Parties,
    asked: Parties,
    retained: bool,
    is_nobodys: bool,
}

/// Persons, teams and roles, by code.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Parties {
    persons: Vec<Code>,
    teams: Vec<Code>,
    roles: Vec<Code>,
}

impl Parties {
    fn and(mut self, other: Parties) -> Parties {
        self.persons.extend(other.persons);
        self.teams.extend(other.teams);
        self.roles.extend(other.roles);
        self
    }

    fn hold(&self, who: Standing) -> bool {
        let holds = |codes: &[Code], code: Code| code != NOT_RECORDED && codes.contains(&code);
        holds(&self.persons, who.actor) || holds(&self.teams, who.team) || holds(&self.roles, who.role)
    }
}

impl Remits {
    /// Whether nothing is declared at all.
    pub fn is_empty(&self) -> bool {
        self.bound.is_empty()
    }

    /// What governs a question of this matter in this area at this instant. Where several remits do, the last one written.
    pub fn governing(&self, matter: Code, area: Code, at: Instant) -> Governed {
        let governs = |bound: &Bound| {
            bound.since.is_none_or(|since| since <= at)
                && bound.until.is_none_or(|until| at < until)
                && bound.matters.get(matter as usize).copied().unwrap_or(false)
                && bound.areas.get(area as usize).copied().unwrap_or(false)
        };
        match self.bound.iter().rposition(governs) {
            None => Governed::Undeclared,
            Some(index) if self.bound[index].is_nobodys => Governed::Nobodys(index),
            Some(index) => Governed::By(index),
        }
    }

    /// Whether somebody may decide under what governs; `None` where nothing is declared or it is nobody's.
    pub fn may_decide(&self, governed: Governed, who: Standing) -> Option<bool> {
        match governed {
            Governed::By(index) => Some(self.bound[index].decides.hold(who)),
            Governed::Undeclared | Governed::Nobodys(_) => None,
        }
    }

    /// Whether somebody is consulted or holds a reserve under what governs: asking them is no permission.
    pub fn may_be_asked(&self, governed: Governed, who: Standing) -> bool {
        matches!(governed, Governed::By(index) if self.bound[index].asked.hold(who))
    }

    /// Whether what governs is retained by design.
    pub fn is_retained(&self, governed: Governed) -> bool {
        matches!(governed, Governed::By(index) if self.bound[index].retained)
    }

    /// Whether somebody is named as a decider by any remit in force at an instant, whatever the matter and area.
    pub fn decides_anything(&self, who: Standing, at: Instant) -> bool {
        let in_force =
            |bound: &&Bound| bound.since.is_none_or(|since| since <= at) && bound.until.is_none_or(|until| at < until);
        self.bound.iter().filter(in_force).any(|bound| bound.decides.hold(who))
    }
}

/// The globs of a remit's area; more than one where the area also means the folder itself.
///
/// # Errors
/// When the area is no valid glob.
pub fn area_glob(remit: &Remit) -> Result<Vec<GlobMatcher>, NotAGlob> {
    let whole = remit.area.strip_suffix("/**");
    let patterns = [Some(remit.area.as_str()), whole.filter(|folder| !folder.is_empty())];
    patterns
        .into_iter()
        .flatten()
        .map(|pattern| {
            let glob = GlobBuilder::new(pattern).literal_separator(false).case_insensitive(false).build();
            glob.map(|glob| glob.compile_matcher()).map_err(|error| NotAGlob {
                written: remit.written.clone(),
                area: remit.area.clone(),
                why: error.kind().to_string(),
            })
        })
        .collect()
}

/// For each code of a column whether its word meets a condition; what is not recorded is looked at as an empty word.
fn in_column(words: &dyn Words, column: Column, meets: impl Fn(&str) -> bool) -> Vec<bool> {
    (0..words.n_codes(column).max(1)).map(|code| meets(words.word(column, code as Code))).collect()
}

fn codes(words: &dyn Words, column: Column, name: &str) -> Vec<Code> {
    let mut by_word: FxHashMap<String, Vec<Code>> = FxHashMap::default();
    for code in 1..words.n_codes(column) as Code {
        by_word.entry(words.word(column, code).to_lowercase()).or_default().push(code);
    }
    by_word.remove(&name.to_lowercase()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    struct Few;

    impl Words for Few {
        fn word(&self, column: Column, code: Code) -> &str {
            let words: &[&str] = match column {
                Column::Matter => &["", "scope", "design"],
                Column::Area => &["", "pricing", "lib/nvme", "lib"],
                Column::Role => &["", "Product Owner", "lead"],
                Column::Team => &["", "product"],
                _ => &[""],
            };
            words.get(code as usize).copied().unwrap_or("")
        }

        fn n_codes(&self, column: Column) -> usize {
            match column {
                Column::Matter | Column::Role => 3,
                Column::Area => 4,
                Column::Team => 2,
                _ => 1,
            }
        }

        fn item(&self, _: u64) -> &str {
            ""
        }
    }

    fn remit(matter: &str, area: &str, decides: &str) -> Remit {
        let decides = decides.split_whitespace().map(|who| who.replace('_', " ").parse().unwrap()).collect();
        Remit { matter: matter.to_owned(), area: area.to_owned(), decides, ..Remit::default() }
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_last_remit_that_governs_a_question_decides_it() {
        let charter = Charter {
            remits: vec![
                remit("*", "*", "role:lead"),
                remit("scope", "pricing", "role:product_owner"),
                Remit { since: Some(at(10)), until: Some(at(20)), ..remit("scope", "{pricing,claims}", "person:anna") },
            ],
        };
        let remits = charter.bind(&Few, &|name| if name == "anna" { vec![7] } else { Vec::new() }).unwrap();
        let owner = Standing { actor: 3, team: 1, role: 1 };
        let anna = Standing { actor: 7, team: 1, role: 2 };
        let early = remits.governing(1, 1, at(5));
        assert_eq!(early, Governed::By(1));
        assert_eq!(remits.may_decide(early, owner), Some(true), "roles are compared without regard to case");
        assert_eq!(remits.may_decide(early, anna), Some(false));
        let later = remits.governing(1, 1, at(10));
        assert_eq!(later, Governed::By(2), "from its first instant on");
        assert_eq!(remits.may_decide(later, anna), Some(true));
        assert_eq!(remits.governing(1, 1, at(20)), Governed::By(1), "its last instant does not belong to it");
        assert_eq!(remits.governing(2, 2, at(5)), Governed::By(0));
        assert_eq!(charter.last_change(at(15)), Some(at(10)));
        assert_eq!(charter.last_change(at(5)), None);
    }

    #[test]
    fn what_nobody_declared_is_not_what_is_nobodys() {
        let charter = Charter { remits: vec![remit("scope", "lib/**", "")] };
        let remits = charter.bind(&Few, &|_| Vec::new()).unwrap();
        assert_eq!(remits.governing(1, 2, at(0)), Governed::Nobodys(0));
        assert_eq!(remits.governing(1, 3, at(0)), Governed::Nobodys(0), "the folder itself is meant too");
        assert_eq!(remits.governing(1, 1, at(0)), Governed::Undeclared);
        assert_eq!(remits.governing(NOT_RECORDED, 2, at(0)), Governed::Undeclared);
        assert_eq!(remits.may_decide(Governed::Nobodys(0), Standing::default()), None);
    }

    #[test]
    fn a_name_without_a_kind_is_refused_with_what_to_write() {
        assert_eq!("role: lead".parse::<Who>().unwrap(), Who::Role("lead".to_owned()));
        let refused = "anna".parse::<Who>().unwrap_err();
        assert_eq!(refused.hint(), "write `person:anna`, `team:anna` or `role:anna`");
        assert!("team:".parse::<Who>().is_err());
        let charter = Charter { remits: vec![Remit { written: "charter.toml:3".to_owned(), ..remit("*", "[", "") }] };
        assert!(
            charter.bind(&Few, &|_| Vec::new()).unwrap_err().to_string().starts_with("charter.toml:3: the area `[`")
        );
    }
}
