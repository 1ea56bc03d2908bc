//! What is doubtful in a charter: names that nobody bears, remits that contradict each other, decisions without a remit.

use std::collections::BTreeMap;
use std::fmt;

use globset::GlobMatcher;
use sayso_model::actor::Person;
use sayso_model::charter::{Charter, Remit, area_glob};
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_model::{Code, NOT_RECORDED};

use super::charter_file::day_or_instant;
use super::diff::title;
use crate::lens::nearest;
use known::Known;

mod known;
mod meeting;

/// How much is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// What is written cannot be meant.
    Error,
    /// It works in another way than it seems to.
    Warning,
    /// It is worth a look.
    Note,
}

impl Severity {
    /// The word that is shown.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One thing that is doubtful in a charter.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Objection {
    /// How much is wrong.
    pub severity: Severity,
    /// What kind of thing, for a machine: `unknown_person`, `never_in_force`, `contradiction`.
    pub kind: &'static str,
    /// Where: `charter.toml:12`; `record` where the charter lacks something.
    pub place: String,
    /// What is doubtful; a sentence without a full stop.
    pub what: String,
    /// What to type.
    pub hint: String,
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.severity.name(), self.place, self.what)
    }
}

/// What the record shows, as far as a charter can be held against it.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The dictionaries of the record: actors, teams, roles, matters, areas.
    pub words: &'a dyn Words,
    /// Its decisions by matter and area.
    pub cells: &'a [Cell],
}

/// The decisions of one matter in one area.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The matter; [`NOT_RECORDED`] where none is.
    pub matter: Code,
    /// The area; [`NOT_RECORDED`] where none is.
    pub area: Code,
    /// When each decision was put to somebody, in any order: the instant at which the charter in force counts.
    pub asked_at: Vec<Instant>,
}

/// Looks a charter over. `people` are those of `people.csv`; `shown` is the record, or `None` where none has been read,
/// and then only the charter itself is looked at.
///
/// Objections come sorted: errors, warnings, notes; within these in the order of the remits, and what the charter lacks
/// last, the most decisions first. A charter without doubts gives none.
///
/// | kind | severity | what |
/// |---|---|---|
/// | `invalid_area` | error | the area is no glob |
/// | `never_in_force` | error | it ends before it begins |
/// | `unknown_person`, `unknown_team`, `unknown_role` | warning; error where a remit names nobody else who decides | nobody bears the name |
/// | `contradiction` | warning | same matter, area and time, other deciders: the later one governs |
/// | `shadowed` | warning | a later remit covers all of it, so that it never governs |
/// | `unknown_matter`, `empty_area` | warning | the record has no such matter, or no such area |
/// | `decides_and_consulted`, `decides_and_reserve` | warning | somebody decides and is asked as well |
/// | `twice` | note | the same is said twice |
/// | `overlap` | note | two remits meet in a part of what they cover, and name other deciders |
/// | `never_used` | note | no decision in its time falls under it |
/// | `nobodys` | note | decisions are made about what is nobody's |
/// | `undeclared` | warning where it is all decisions of that matter and area, else note | no remit speaks of it |
///
/// A general remit that a later, narrower one makes an exception from is how charters are written, and no objection.
pub fn check(charter: &Charter, people: &[Person], shown: Option<Shown<'_>>) -> Vec<Objection> {
    let globs: Vec<Vec<GlobMatcher>> =
        charter.remits.iter().map(|remit| area_glob(remit).unwrap_or_default()).collect();
    let looking = Looking { remits: &charter.remits, globs, shown };
    let mut objections = Vec::new();
    looking.each_remit(&Known::of(people, shown), &mut objections);
    let use_of = looking.usage();
    looking.each_pair(&use_of, &mut objections);
    looking.each_cell(&use_of, &mut objections);
    // Stable: within a severity they stay in the order of the remits.
    objections.sort_by_key(|(at, objection)| (objection.severity, *at));
    objections.into_iter().map(|(_, objection)| objection).collect()
}

/// An objection and the remit it belongs to; what the charter lacks stands behind all of them.
type Found = Vec<(usize, Objection)>;

struct Looking<'a> {
    remits: &'a [Remit],
    /// By remit; none where the area is no glob.
    globs: Vec<Vec<GlobMatcher>>,
    shown: Option<Shown<'a>>,
}

/// What the record makes of each remit.
struct Usage {
    /// By cell: the remits that speak of it, in their order, whatever the time.
    speaking: Vec<Vec<usize>>,
    /// By remit: decisions within matter, area and time.
    covered: Vec<u64>,
    /// By remit: decisions that it governs, being the last one.
    governed: Vec<u64>,
    /// By remit: which later remit governs instead, with how many decisions.
    instead: Vec<BTreeMap<usize, u64>>,
    /// By cell: decisions that no remit governs.
    ungoverned: Vec<u64>,
    /// From the first decision of the record to its last.
    span: Option<(Instant, Instant)>,
}

impl Looking<'_> {
    fn object(
        &self,
        at: usize,
        severity: Severity,
        kind: &'static str,
        what: String,
        hint: String,
    ) -> (usize, Objection) {
        let place = self.remits.get(at).map_or("record", |remit| remit.written.as_str()).to_owned();
        (at, Objection { severity, kind, place, what, hint })
    }

    fn title(&self, at: usize) -> String {
        title(&self.remits[at].matter, &self.remits[at].area)
    }

    /// What can be said of a remit by itself.
    fn each_remit(&self, known: &Known<'_>, found: &mut Found) {
        for (at, remit) in self.remits.iter().enumerate() {
            if let Err(error) = area_glob(remit) {
                found.push(self.object(
                    at,
                    Severity::Error,
                    "invalid_area",
                    format!("the area `{}` is not a valid glob: {}", error.area, error.why),
                    "write `area = \"*\"` for everywhere, `\"{a,b}\"` for either, `\"lib/**\"` for a folder".to_owned(),
                ));
            }
            if let (Some(since), Some(until)) = (remit.since, remit.until)
                && since >= until
            {
                let (since, until) = (day_or_instant(since), day_or_instant(until));
                found.push(self.object(
                    at,
                    Severity::Error,
                    "never_in_force",
                    format!("{} is never in force: it begins {since} and ends {until}", self.title(at)),
                    format!("write a `since` before `until = \"{until}\"`, or take the remit out"),
                ));
            }
            self.parties(at, known, found);
            self.in_the_record(at, found);
        }
    }

    /// Whether the record knows the matter and the area at all.
    fn in_the_record(&self, at: usize, found: &mut Found) {
        let Some(shown) = self.shown else { return };
        let remit = &self.remits[at];
        let matters = recorded(shown.words, Column::Matter);
        if remit.matter != "*"
            && !matters.is_empty()
            && !matters.iter().any(|matter| matter.eq_ignore_ascii_case(&remit.matter))
        {
            let meant = nearest(&remit.matter, matters.iter().copied());
            found.push(self.object(
                at,
                Severity::Warning,
                "unknown_matter",
                format!("no decision in the record is about `{}`", remit.matter),
                if meant.is_empty() { format!("the matters of the record are {}", matters.join(", ")) } else { meant },
            ));
        }
        let areas = recorded(shown.words, Column::Area);
        let globs = &self.globs[at];
        if !areas.is_empty() && !globs.is_empty() && !areas.iter().any(|area| matches(globs, area)) {
            let meant = nearest(&remit.area, areas.iter().copied());
            found.push(self.object(
                at,
                Severity::Warning,
                "empty_area",
                format!("the area `{}` matches no area of the record", remit.area),
                if meant.is_empty() {
                    "see `sayso query \"SELECT DISTINCT area FROM decisions\"`".to_owned()
                } else {
                    meant
                },
            ));
        }
    }

    fn speaks_of(&self, at: usize, matter: &str, area: &str) -> bool {
        let remit = &self.remits[at];
        (remit.matter == "*" || remit.matter.eq_ignore_ascii_case(matter)) && matches(&self.globs[at], area)
    }

    fn usage(&self) -> Usage {
        let n = self.remits.len();
        let cells = self.shown.map_or(&[][..], |shown| shown.cells);
        let mut usage = Usage {
            speaking: Vec::with_capacity(cells.len()),
            covered: vec![0; n],
            governed: vec![0; n],
            instead: vec![BTreeMap::new(); n],
            ungoverned: vec![0; cells.len()],
            span: None,
        };
        for (i, cell) in cells.iter().enumerate() {
            let (matter, area) = self.cell_words(cell);
            let speaking: Vec<usize> = (0..n).filter(|at| self.speaks_of(*at, matter, area)).collect();
            for asked_at in &cell.asked_at {
                usage.span = Some(
                    usage
                        .span
                        .map_or((*asked_at, *asked_at), |(first, last)| (first.min(*asked_at), last.max(*asked_at))),
                );
                let mut governs = None;
                for at in speaking.iter().rev().filter(|at| self.remits[**at].is_in_force(*asked_at)) {
                    usage.covered[*at] += 1;
                    match governs {
                        None => governs = Some(*at),
                        Some(by) => *usage.instead[*at].entry(by).or_default() += 1,
                    }
                }
                match governs {
                    Some(at) => usage.governed[at] += 1,
                    None => usage.ungoverned[i] += 1,
                }
            }
            usage.speaking.push(speaking);
        }
        usage
    }

    fn cell_words(&self, cell: &Cell) -> (&str, &str) {
        let word = |column, code| self.shown.map_or("", |shown| shown.words.word(column, code));
        (word(Column::Matter, cell.matter), word(Column::Area, cell.area))
    }
    /// What the record shows of each remit, and what it shows that no remit speaks of.
    fn each_cell(&self, usage: &Usage, found: &mut Found) {
        let (Some(shown), Some((first, last))) = (self.shown, usage.span) else { return };
        let has = |at: usize, kinds: &[&str], found: &Found| {
            found.iter().any(|(of, objection)| *of == at && kinds.contains(&objection.kind))
        };
        for (at, remit) in self.remits.iter().enumerate() {
            let is_outside =
                remit.since.is_some_and(|since| since > last) || remit.until.is_some_and(|until| until <= first);
            let said = [
                "unknown_matter",
                "empty_area",
                "never_in_force",
                "shadowed",
                "invalid_area",
                "contradiction",
                "twice",
            ];
            if usage.governed[at] == 0 && !is_outside && !has(at, &said, found) {
                let instead = usage.instead[at].iter().max_by_key(|(by, n)| (**n, std::cmp::Reverse(**by)));
                let what = match instead {
                    Some((by, _)) => format!(
                        "{} governs no decision: of the {} in its time, later remits govern all, first of all {}",
                        self.title(at),
                        usage.covered[at],
                        self.remits[*by].written
                    ),
                    None => format!("{} governs no decision: the record has none in its time", self.title(at)),
                };
                let hint = "leave it if such decisions are rare or not recorded; else correct matter, area or dates";
                found.push(self.object(at, Severity::Note, "never_used", what, hint.to_owned()));
            }
            if remit.decides.is_empty() && usage.governed[at] > 0 {
                found.push(self.object(
                    at,
                    Severity::Note,
                    "nobodys",
                    format!(
                        "{} is declared nobody's, and {} are made there",
                        self.title(at),
                        decisions(usage.governed[at])
                    ),
                    "add whoever decides to `decides`, if somebody is meant to".to_owned(),
                ));
            }
        }
        let mut lacking: Vec<(&Cell, u64)> =
            shown.cells.iter().zip(usage.ungoverned.iter().copied()).filter(|(_, n)| *n > 0).collect();
        lacking.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| self.cell_words(a).cmp(&self.cell_words(b))));
        for (cell, n) in lacking {
            let (matter, area) = self.cell_words(cell);
            let all = cell.asked_at.len() as u64;
            let of = if n < all { format!(" of {all}") } else { String::new() };
            let severity = if n == all { Severity::Warning } else { Severity::Note };
            let hint = match (cell.matter, cell.area) {
                (NOT_RECORDED, NOT_RECORDED) => "say in the lens what matter and area such events have".to_owned(),
                (NOT_RECORDED, _) => {
                    "say in the lens what matter such events have, or write a remit for `*`".to_owned()
                }
                (_, NOT_RECORDED) => "say in the lens what area such events have, or write a remit for `*`".to_owned(),
                _ => format!("add a [[remit]] with matter = {matter:?}, area = {area:?}, decides = [\"role:NAME\"]"),
            };
            let what = match n < all {
                false => format!("no remit speaks of {}: {}", title(matter, area), decisions(n)),
                true => format!("at its time, no remit spoke of {n}{of} decisions on {}", title(matter, area)),
            };
            found.push(self.object(self.remits.len(), severity, "undeclared", what, hint));
        }
    }
}

/// The words of a column, without "not recorded".
fn recorded(words: &dyn Words, column: Column) -> Vec<&str> {
    (1..words.n_codes(column)).map(|code| words.word(column, code as Code)).filter(|word| !word.is_empty()).collect()
}

fn matches(globs: &[GlobMatcher], area: &str) -> bool {
    globs.iter().any(|glob| glob.is_match(area))
}

fn decisions(n: u64) -> String {
    if n == 1 { "1 decision".to_owned() } else { format!("{n} decisions") }
}

#[cfg(test)]
mod tests;
