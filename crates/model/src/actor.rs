//! Who acts: persons, bots and groups, the sites they work at, and the directory that looks them up by code.

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::{Code, NOT_RECORDED};

/// What kind of actor a name stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ActorKind {
    /// Nothing says; treated as a person.
    #[default]
    Unknown = 0,
    /// A human being.
    Person = 1,
    /// A machine: kept out of human measures, and counted.
    Bot = 2,
    /// A team, a role or a queue: nobody's name is on it.
    Group = 3,
}

impl ActorKind {
    /// The word used in files and SQL.
    pub fn name(self) -> &'static str {
        match self {
            ActorKind::Unknown => "unknown",
            ActorKind::Person => "person",
            ActorKind::Bot => "bot",
            ActorKind::Group => "group",
        }
    }

    /// The kind of a stored code; what a later version may add reads as unknown.
    pub fn from_code(code: u8) -> ActorKind {
        match code {
            1 => ActorKind::Person,
            2 => ActorKind::Bot,
            3 => ActorKind::Group,
            _ => ActorKind::Unknown,
        }
    }

    /// Whether the actor counts as one human being.
    pub fn is_human(self) -> bool {
        matches!(self, ActorKind::Person | ActorKind::Unknown)
    }
}

/// An organisational level: 0 is the team, each step up is one more. `Level::UNKNOWN` where nobody said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Level(pub i8);

impl Level {
    /// Nobody said; compares with nothing.
    pub const UNKNOWN: Level = Level(i8::MIN);

    /// The number, where it is known.
    pub fn known(self) -> Option<i8> {
        (self != Level::UNKNOWN).then_some(self.0)
    }

    /// Whether `self` is above `other`; false where either is unknown.
    pub fn is_above(self, other: Level) -> bool {
        matches!((self.known(), other.known()), (Some(a), Some(b)) if a > b)
    }
}

impl Default for Level {
    fn default() -> Self {
        Level::UNKNOWN
    }
}

/// A row of `people.csv`. Only `person` is required; the rest narrows what Sayso would otherwise infer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name that stands for this person in the office's own files.
    pub person: String,
    /// Their name as sources write it.
    pub name: Option<String>,
    /// Their mail address, login or account id, or several of these separated by spaces.
    pub email: Option<String>,
    /// Their team.
    pub team: Option<String>,
    /// Their site.
    pub site: Option<String>,
    /// Their IANA time zone, where it differs from the site's.
    pub timezone: Option<String>,
    /// Their role.
    pub role: Option<String>,
    /// Their organisational level, 0 = team.
    pub level: Option<i8>,
    /// Person, bot or group.
    pub kind: ActorKind,
    /// Who they report to.
    pub manager: Option<String>,
}

/// How a person's site is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum SiteKnown {
    /// It is not.
    #[default]
    Unknown = 0,
    /// Declared in `people.csv`, or carried by the events themselves.
    Declared = 1,
    /// Inferred from the hours at which the person is active.
    Inferred = 2,
}

/// What the directory knows of one actor, by code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "ActorRow", from = "ActorRow")]
pub struct Actor {
    /// The actor that this one is the same person as; equal to the own code for most.
    pub same_as: Code,
    /// Person, bot or group.
    pub kind: ActorKind,
    /// Team, as a code of the team dictionary.
    pub team: Code,
    /// Site, as a code of the site dictionary.
    pub site: Code,
    /// Role, as a code of the role dictionary.
    pub role: Code,
    /// Organisational level.
    pub level: Level,
    /// How the site is known.
    pub site_known: SiteKnown,
    /// Whether the name could be several people's, so that nothing is to be said of its bearer as one person.
    pub is_several: bool,
}

/// An actor as plain data, without the names of its fields: there are a hundred thousand of them in a large record.
type ActorRow = (Code, ActorKind, Code, Code, Code, Level, SiteKnown, bool);

impl From<Actor> for ActorRow {
    fn from(actor: Actor) -> Self {
        let Actor { same_as, kind, team, site, role, level, site_known, is_several } = actor;
        (same_as, kind, team, site, role, level, site_known, is_several)
    }
}

impl From<ActorRow> for Actor {
    fn from((same_as, kind, team, site, role, level, site_known, is_several): ActorRow) -> Self {
        Self { same_as, kind, team, site, role, level, site_known, is_several }
    }
}

/// Everybody, looked up by actor code, and the calendars of the sites.
///
/// Empty input is fine: an unknown code gives an [`Actor`] of whom nothing is known, and the calendar of an unknown
/// site is the one given as `otherwise`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Directory {
    actors: Vec<Actor>,
    calendars: Vec<Option<Calendar>>,
    otherwise: Calendar,
}

impl Directory {
    /// From actors indexed by actor code, calendars indexed by site code, and the calendar of everywhere else.
    pub fn new(actors: Vec<Actor>, calendars: Vec<Option<Calendar>>, otherwise: Calendar) -> Self {
        Self { actors, calendars, otherwise }
    }

    /// What is known of an actor, after merging those who are the same person.
    pub fn actor(&self, code: Code) -> Actor {
        let found = self.actors.get(code as usize).copied().unwrap_or(Actor { same_as: code, ..Actor::default() });
        match found.same_as {
            NOT_RECORDED => Actor { same_as: code, ..found },
            same if same == code => found,
            same => self.actors.get(same as usize).map_or(found, |other| Actor { same_as: same, ..*other }),
        }
    }

    /// How many actor codes the directory covers.
    pub fn n_codes(&self) -> usize {
        self.actors.len()
    }

    /// The calendar of a site.
    pub fn calendar(&self, site: Code) -> &Calendar {
        self.calendars.get(site as usize).and_then(Option::as_ref).unwrap_or(&self.otherwise)
    }

    /// Whether the site has a calendar of its own.
    pub fn has_calendar(&self, site: Code) -> bool {
        self.calendars.get(site as usize).is_some_and(Option::is_some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_that_nobody_stated_are_above_nothing() {
        assert!(Level(1).is_above(Level(0)));
        assert!(!Level(1).is_above(Level::UNKNOWN));
        assert!(!Level::UNKNOWN.is_above(Level(0)));
    }
}
