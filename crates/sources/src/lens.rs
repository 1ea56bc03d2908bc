//! A lens: which attribute of a source is which word of Sayso, and which activity is which act.
//!
//! Lenses are TOML, built in for what is common and written by hand for what is not; `docs/guide/lenses` explains
//! them to the user.

use std::path::Path;
use std::sync::Arc;

use encoding_rs::Encoding;
use globset::GlobMatcher;
use jiff::tz::TimeZone;
use regex::Regex;
use sayso_model::event::{Act, Describes, Verdict};
use serde::Deserialize;

pub mod explain;
pub(crate) mod place;
pub(crate) mod shape;
pub mod suggest;
pub(crate) mod template;
mod written;

use crate::Kind;
pub(crate) use template::{Template, Var};

/// The lenses that come with Sayso, by name.
pub const BUILT_IN: [(&str, &str); 14] = [
    ("events", include_str!("lenses/events.toml")),
    ("xes", include_str!("lenses/xes.toml")),
    ("ocel", include_str!("lenses/ocel.toml")),
    ("table", include_str!("lenses/table.toml")),
    ("git", include_str!("lenses/git.toml")),
    ("pep", include_str!("lenses/pep.toml")),
    ("jira", include_str!("lenses/jira.toml")),
    ("github", include_str!("lenses/github.toml")),
    ("gitlab", include_str!("lenses/gitlab.toml")),
    ("gerrit", include_str!("lenses/gerrit.toml")),
    ("azure", include_str!("lenses/azure.toml")),
    ("bugzilla", include_str!("lenses/bugzilla.toml")),
    ("redmine", include_str!("lenses/redmine.toml")),
    ("mail", include_str!("lenses/mail.toml")),
];

/// What the elements of a source mean. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Lens(pub(crate) Arc<Inner>, pub(crate) Option<Arc<explain::Watching>>);

/// A lens that cannot be used, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read the lens: {what}")]
pub struct LensError {
    /// What is wrong, with its place where that is known.
    pub what: String,
    /// What to do next; empty where nothing helps.
    pub hint: String,
}

impl Lens {
    /// Reads a lens from its text.
    ///
    /// # Errors
    /// Where it is not TOML, has an unknown key, act, verdict or zone, or a template or pattern that cannot be read.
    pub fn parse(text: &str) -> Result<Lens, LensError> {
        Ok(Lens(Arc::new(written::parse(text)?), None))
    }

    /// Reads a lens from a file.
    ///
    /// # Errors
    /// Where the file cannot be read, and as [`Lens::parse`].
    pub fn load(path: &Path) -> Result<Lens, LensError> {
        let text = std::fs::read_to_string(path).map_err(|error| LensError {
            what: format!("{}: {error}", path.display()),
            hint: format!("check that {} exists and is UTF-8 text", path.display()),
        })?;
        Lens::parse(&text)
            .map_err(|LensError { what, hint }| LensError { what: format!("{}: {what}", path.display()), hint })
    }

    /// A lens that comes with Sayso, by its name in [`BUILT_IN`].
    pub fn built_in(name: &str) -> Option<Lens> {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Some(Lens::parse(text).expect("the built-in lenses are tested"))
    }

    /// The lens for a kind of source about which nothing else is said.
    pub fn of_kind(kind: Kind) -> Lens {
        Lens::built_in(name_of_kind(kind)).expect("every kind has a built-in lens")
    }

    /// The lens's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The zone that the lens declares for local times, if it does.
    pub fn zone(&self) -> Option<&TimeZone> {
        self.0.zone.as_ref()
    }

    /// A number that changes whenever the lens's text does.
    pub fn fingerprint(&self) -> u64 {
        self.0.fingerprint
    }

    /// The lens's own text; the git reader takes its table `[git]` from it.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The kind of source that the lens says it is for, if it does.
    pub fn kind(&self) -> Option<Kind> {
        self.0.kind
    }
}

/// The fields that a lens may define.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub(crate) enum Field {
    Item,
    At,
    Start,
    Actor,
    Activity,
    Act,
    Team,
    Site,
    Role,
    Matter,
    Area,
    To,
    Verdict,
    Link,
    /// What people wrote; only its [`sayso_model::signs::Signs`] are kept.
    Text,
}

pub(crate) const N_FIELDS: usize = 15;

impl Field {
    pub const ALL: [(Field, &'static str); N_FIELDS] = [
        (Field::Item, "item"),
        (Field::At, "at"),
        (Field::Start, "start"),
        (Field::Actor, "actor"),
        (Field::Activity, "activity"),
        (Field::Act, "act"),
        (Field::Team, "team"),
        (Field::Site, "site"),
        (Field::Role, "role"),
        (Field::Matter, "matter"),
        (Field::Area, "area"),
        (Field::To, "to"),
        (Field::Verdict, "verdict"),
        (Field::Link, "link"),
        (Field::Text, "text"),
    ];

    fn of_name(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|(_, known)| *known == name).map(|(field, _)| field)
    }
}

/// What the keys of a container's attributes begin with.
pub(crate) const OF_THE_CASE: &str = "case:";

/// The key under which the lens finds the lifecycle that rows with a start and an end are given.
pub(crate) const LIFECYCLE: &str = "lifecycle:transition";

/// A lens, ready for use.
#[derive(Debug)]
pub(crate) struct Inner {
    pub name: String,
    pub kind: Option<Kind>,
    pub text: String,
    pub fingerprint: u64,
    /// The attributes or columns that the lens speaks of; their places are the slots.
    pub keys: Vec<String>,
    /// The slots of those that hold texts: they are read and never stored.
    pub texts: Vec<usize>,
    pub fields: [Option<Template>; N_FIELDS],
    pub unknown: [Vec<String>; N_FIELDS],
    pub unknown_slots: Vec<(usize, Vec<String>)>,
    pub fold: [Option<Fold>; N_FIELDS],
    pub zone: Option<TimeZone>,
    pub format: Option<String>,
    pub encoding: Option<&'static Encoding>,
    /// Columns that are read and not kept.
    pub drop: Vec<String>,
    /// Acts that an item's first event gives before its own.
    pub first: Vec<Act>,
    /// What the rules' conditions look at, in order.
    pub asked: Vec<Var>,
    pub rules: Vec<Rule>,
    pub default: Given,
}

impl Inner {
    /// Whether an attribute holds a text, or a part of one (`comment/lang`, `comment.body`): what is not to be stored.
    pub fn is_text(&self, key: &str) -> bool {
        self.texts.iter().any(|slot| {
            let text = self.keys[*slot].as_str();
            // An event's attribute that bears the name of a trace's is kept under another name.
            let key = key.strip_prefix("event:").filter(|key| key.starts_with(text)).unwrap_or(key);
            key.strip_prefix(text).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
        })
    }

    /// Whether a condition looks at a text, so that what a rule gives is not to be remembered by it.
    pub fn asks_texts(&self) -> bool {
        self.asked.iter().any(|var| match var {
            Var::Field(field) => *field == Field::Text,
            Var::Slot(slot) => self.texts.contains(slot),
            Var::Nothing => false,
        })
    }
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// One of these must match; none is no condition.
    pub activity: Vec<Pattern>,
    /// Each of these must hold: (place in [`Inner::asked`], one of the patterns).
    pub wheres: Vec<(usize, Vec<Pattern>)>,
    pub is_skip: bool,
    pub given: Given,
}

/// What a rule, or the default, says of an event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    pub acts: Vec<Act>,
    pub actor: Option<Template>,
    pub to: Option<Template>,
    pub matter: Option<Template>,
    pub area: Option<Template>,
    pub team: Option<Template>,
    pub site: Option<Template>,
    pub role: Option<Template>,
    pub link: Option<Template>,
    pub verdict: Option<Verdict>,
    pub describes: Option<Describes>,
}

/// How a value is folded so that spellings meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fold {
    Upper,
    Lower,
}

/// A glob, or a regular expression between slashes. The empty pattern stands for "not recorded".
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Absent,
    Glob(String, GlobMatcher),
    Regex(Regex),
}

impl Pattern {
    fn parse(text: &str) -> Result<Pattern, LensError> {
        if text.is_empty() {
            return Ok(Pattern::Absent);
        }
        if let Some(inner) =
            text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|inner| !inner.is_empty())
        {
            return Regex::new(inner).map(Pattern::Regex).map_err(|error| LensError {
                what: format!("the regular expression {text}: {error}"),
                hint: String::new(),
            });
        }
        let glob = globset::Glob::new(text).map_err(|error| LensError {
            what: format!("the pattern `{text}`: {error}"),
            hint: "`*` stands for anything; a regular expression stands between slashes".to_owned(),
        })?;
        Ok(Pattern::Glob(text.to_owned(), glob.compile_matcher()))
    }

    /// Whether it matches. A pattern that is the text itself always does, whatever brackets it holds.
    pub fn is_match(&self, text: Option<&str>) -> bool {
        match (self, text) {
            (Pattern::Absent, text) => text.is_none(),
            (_, None) => false,
            (Pattern::Glob(plain, glob), Some(text)) => plain == text || glob.is_match(text),
            (Pattern::Regex(regex), Some(text)) => regex.is_match(text),
        }
    }
}

/// The hint for a word that was probably meant; empty where nothing is near.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|known| (strsim::jaro_winkler(&word.to_lowercase(), &known.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map_or_else(String::new, |(_, known)| format!("did you mean `{known}`?"))
}

fn name_of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Events => "events",
        Kind::Xes => "xes",
        Kind::Ocel => "ocel",
        Kind::Csv => "table",
        Kind::Git => "git",
        Kind::Peps => "pep",
        Kind::Tracker(tracker) => tracker.name(),
        Kind::GerritNotes => "gerrit",
    }
}
