//! What an office says of itself in `sayso.toml`, and where an office is found.

use std::path::{Path, PathBuf};

use sayso_model::privacy::Floor;
use sayso_sources::Kind;
use sayso_sources::people::SiteDecl;
use sayso_sources::tracker::Tracker;
use serde::Deserialize;

/// The file that makes a folder an office.
pub const OFFICE_FILE: &str = "sayso.toml";

/// `sayso.toml`, as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeFile {
    /// Who this is.
    #[serde(default)]
    pub office: OfficeSection,
    /// Where the record of work lies.
    #[serde(default)]
    pub source: Vec<SourceSection>,
    /// The places people work at.
    #[serde(default)]
    pub site: Vec<SiteDecl>,
    /// What may be shown of people.
    #[serde(default)]
    pub privacy: PrivacySection,
    /// How measures are taken.
    #[serde(default)]
    pub measures: MeasuresSection,
}

/// `[office]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeSection {
    /// The name that stands over every report.
    pub name: Option<String>,
}

/// `[[source]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSection {
    /// The name that the record keeps.
    pub name: String,
    /// `events`, `xes`, `csv`, `git`, `peps` or a tracker; found out from the content when it is not given.
    pub kind: Option<SourceKind>,
    /// File or folder, relative to the office. Of a source that is fetched it is the folder of its raw pages, and may be
    /// left out.
    pub path: Option<PathBuf>,
    /// The address of a tracker from which `sayso read` fetches.
    pub url: Option<String>,
    /// What to fetch of it: project keys, `owner/name`; all that may be seen where the tracker can say that.
    #[serde(default)]
    pub scope: Vec<String>,
    /// The name to log in with, where the tracker wants one beside the token: the mail address for Jira Cloud.
    pub user: Option<String>,
    /// The environment variable that holds the token; `SAYSO_NAME_TOKEN` where it is not given.
    pub token_variable: Option<String>,
    /// A file that holds the token, relative to the office; nobody but its owner may be allowed to read it.
    pub token_file: Option<PathBuf>,
    /// A program, with its arguments, of which the first line of output is the token. It is run without a shell, in the
    /// office's folder.
    pub token_command: Option<Vec<String>>,
    /// `SERVICE/ACCOUNT`: where the machine's own keyring keeps the token.
    pub token_keyring: Option<String>,
    /// Whether GitHub may be asked for several pull requests at once, by GraphQL; it may where this is not given.
    pub graphql: Option<bool>,
    /// A lens file, relative to the office.
    pub lens: Option<PathBuf>,
    /// The IANA zone of times without an offset.
    pub zone: Option<String>,
    /// The IANA zone that the tracker gives to accounts that set none, `none` where it gives none. Found out where it is not
    /// given and most people bear one zone while the others are in many.
    pub default_zone: Option<String>,
}

/// A kind of source as `sayso.toml` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceKind(pub Kind);

/// The kinds that are no tracker, by the names they have in files.
const KINDS: [Kind; 7] = [Kind::Events, Kind::Xes, Kind::Ocel, Kind::Csv, Kind::Git, Kind::Peps, Kind::GerritNotes];

impl<'de> Deserialize<'de> for SourceKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let all = || KINDS.into_iter().chain(Tracker::ALL.into_iter().map(Kind::Tracker));
        all().find(|kind| crate::kind_name(*kind) == name).map(SourceKind).ok_or_else(|| {
            let known: Vec<String> = all().map(|kind| format!("`{}`", crate::kind_name(kind))).collect();
            serde::de::Error::custom(format!("unknown variant `{name}`, expected one of {}", known.join(", ")))
        })
    }
}

/// `[privacy]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivacySection {
    /// Distinct people that a group needs; 5 when it is not given, never below 3.
    pub persons_min: Option<u64>,
    /// Decisions that a group needs; 20 when it is not given.
    pub decisions_min: Option<u64>,
    /// How many months back answers look, from the end of the record; 13 when it is not given.
    pub keep_months: Option<u32>,
    /// Show names instead of pseudonyms. Needs `because`.
    #[serde(default)]
    pub names: bool,
    /// Why names are shown; printed with every answer.
    pub because: Option<String>,
}

/// The shortest half-life of acquaintance, in days.
const HALF_LIFE_DAYS_MIN: u32 = 14;

/// `[measures]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuresSection {
    /// After how many days an act shows half as much acquaintance with an area; 90 when it is not given.
    pub half_life_days: Option<u32>,
}

impl MeasuresSection {
    /// After how many days an act counts half.
    pub fn half_life_days(&self) -> f64 {
        self.half_life_days.map_or(sayso_measures::HALF_LIFE_DAYS, f64::from)
    }
}

/// How many months back answers look where nothing else is said.
const KEEP_MONTHS: u32 = 13;

impl PrivacySection {
    /// How many months back answers look.
    pub fn keep_months(&self) -> u32 {
        self.keep_months.unwrap_or(KEEP_MONTHS)
    }

    /// The floor that holds in this office.
    pub fn floor(&self) -> Floor {
        Floor {
            persons_min: self.persons_min.unwrap_or(Floor::DEFAULT.persons_min),
            decisions_min: self.decisions_min.unwrap_or(Floor::DEFAULT.decisions_min),
            ..Floor::DEFAULT
        }
    }
}

/// An office file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// It cannot be opened.
    #[error("read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        why: std::io::Error,
    },
    /// It is not valid.
    #[error("read {}: {why}", path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with line and column.
        why: String,
        /// What to type instead.
        hint: Option<String>,
    },
    /// It can be read, and is nothing that Sayso knows.
    #[error(transparent)]
    Unknown(#[from] sayso_sources::ReadError),
    /// There is none.
    #[error("find an office, a repository or an event log at {}", path.display())]
    Nothing {
        /// Where it was looked for.
        path: PathBuf,
    },
}

impl OfficeError {
    /// What to type next.
    pub fn hint(&self) -> Option<String> {
        match self {
            OfficeError::Unreadable { path, .. } => Some(format!("check that {} may be read", path.display())),
            OfficeError::Invalid { hint, .. } => hint.clone(),
            OfficeError::Unknown(why) => why.hint(),
            OfficeError::Nothing { .. } => Some(
                "give a git repository, an event log (XES, CSV, NDJSON, Parquet) or a folder with a sayso.toml: \
                 `sayso diagnose PATH`"
                    .to_owned(),
            ),
        }
    }
}

/// What a path turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A folder with a `sayso.toml`.
    Office(PathBuf),
    /// A repository or an event log, to be looked at without an office.
    Ephemeral(PathBuf, Kind),
}

/// Looks for an office at `path` (the folder itself, its `sayso.toml`, or, when `upwards`, the nearest folder above),
/// else for a repository or an event log there.
pub fn find(path: &Path, upwards: bool) -> Result<Found, OfficeError> {
    if path.file_name().is_some_and(|name| name == OFFICE_FILE) && path.is_file() {
        return Ok(Found::Office(path.parent().unwrap_or(Path::new(".")).to_path_buf()));
    }
    if path.is_dir() {
        if path.join(OFFICE_FILE).is_file() {
            return Ok(Found::Office(path.to_path_buf()));
        }
        if upwards {
            let above = path.ancestors().find(|folder| folder.join(OFFICE_FILE).is_file());
            if let Some(folder) = above {
                return Ok(Found::Office(folder.to_path_buf()));
            }
        }
    }
    if !path.exists() {
        return Err(OfficeError::Nothing { path: path.to_path_buf() });
    }
    match sayso_sources::probe(path) {
        Ok(kind) => Ok(Found::Ephemeral(path.to_path_buf(), kind)),
        Err(_) if path.is_dir() => Err(OfficeError::Nothing { path: path.to_path_buf() }),
        Err(why) => Err(OfficeError::Unknown(why)),
    }
}

/// Reads `sayso.toml` in a folder.
pub fn load(folder: &Path) -> Result<OfficeFile, OfficeError> {
    let path = folder.join(OFFICE_FILE);
    let text = std::fs::read_to_string(&path).map_err(|why| OfficeError::Unreadable { path: path.clone(), why })?;
    let office: OfficeFile = toml::from_str(&text).map_err(|error| invalid(&path, &error))?;
    check(&path, &office)?;
    Ok(office)
}

/// Refuses what is valid TOML and makes no office.
pub(crate) fn check(path: &Path, office: &OfficeFile) -> Result<(), OfficeError> {
    let refuse = |why: &str, hint: &str| {
        Err(OfficeError::Invalid { path: path.to_path_buf(), why: why.to_owned(), hint: Some(hint.to_owned()) })
    };
    for (i, source) in office.source.iter().enumerate() {
        if office.source[..i].iter().any(|other| other.name == source.name) {
            return refuse(
                &format!("two sources are called `{}`", source.name),
                "give each [[source]] a name of its own: it is how the record tells them apart",
            );
        }
        if source.path.is_none() && source.url.is_none() {
            return refuse(
                &format!("source `{}` says neither where it lies nor where to fetch it", source.name),
                "add `path = \"...\"` for a file or folder, or `url = \"https://...\"` for a tracker",
            );
        }
        let ways = [source.token_file.is_some(), source.token_command.is_some(), source.token_keyring.is_some()];
        if ways.into_iter().filter(|is| *is).count() > 1 {
            return refuse(
                &format!("source `{}` says in more than one way where its token is", source.name),
                "keep one of token_file, token_command and token_keyring; a variable of the environment comes before it",
            );
        }
        if source
            .token_command
            .as_ref()
            .is_some_and(|words| words.first().is_none_or(|program| program.trim().is_empty()))
        {
            return refuse(
                &format!("token_command of source `{}` names no program", source.name),
                "write it as a list: token_command = [\"pass\", \"show\", \"sayso\"]",
            );
        }
        let is_place = |place: &String| {
            place.split_once('/').is_some_and(|(service, account)| !service.is_empty() && !account.is_empty())
        };
        if source.token_keyring.as_ref().is_some_and(|place| !is_place(place)) {
            return refuse(
                &format!("token_keyring of source `{}` is no place in a keyring", source.name),
                "write it as `SERVICE/ACCOUNT`, such as `sayso/our-jira`",
            );
        }
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
        if source.url.is_some() && (!source.name.chars().all(is_plain) || source.name.starts_with('.')) {
            return refuse(
                &format!("the name `{}` cannot be that of a folder", source.name),
                "name a source that is fetched with letters, digits, `-` and `_`: its pages are kept under its name",
            );
        }
    }
    if office.privacy.names && office.privacy.because.as_deref().is_none_or(|why| why.trim().is_empty()) {
        return refuse(
            "[privacy] names = true without a reason",
            "add `because = \"who asked for it and who agreed\"`; it is printed with every answer",
        );
    }
    if office.privacy.persons_min.is_some_and(|n| n < 3) {
        return refuse(
            "[privacy] persons_min is below 3",
            "with fewer than three people every number is about somebody",
        );
    }
    if office.measures.half_life_days.is_some_and(|days| days < HALF_LIFE_DAYS_MIN) {
        return refuse(
            &format!("[measures] half_life_days is below {HALF_LIFE_DAYS_MIN}"),
            "give the days after which what somebody knows of an area counts half, as 90; who was away for two weeks has \
             not forgotten it",
        );
    }
    Ok(())
}

/// The words of a TOML error, with a guess at what was meant.
pub(crate) fn invalid(path: &Path, error: &toml::de::Error) -> OfficeError {
    OfficeError::Invalid {
        path: path.to_path_buf(),
        why: error.to_string().trim_end().to_owned(),
        hint: meant(error.message()),
    }
}

/// From "unknown field `a`, expected one of `b`, `c`" the nearest of what was expected.
fn meant(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let found = quoted.next()?;
    let nearest = quoted.max_by(|a, b| strsim::jaro_winkler(found, a).total_cmp(&strsim::jaro_winkler(found, b)))?;
    (strsim::jaro_winkler(found, nearest) > 0.7).then(|| format!("did you mean `{nearest}`?"))
}
