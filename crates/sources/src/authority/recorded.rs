//! CODEOWNERS through time as a fetch from GitHub keeps it, made into a charter over the repositories that decisions are about.
//!
//! A pull request is a question about its repository, and the record does not know which paths it changes. So a version of
//! the file becomes one remit over the whole repository: whoever owns any path of it may have the say in a merge. A decision
//! outside that remit was made by somebody whom the file names nowhere. Where the file leaves paths to nobody, or to teams
//! whose members the credential may not see, anybody might be in the right: then nothing is declared, and that is told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sayso_model::charter::{Charter, Remit, Who};
use sayso_model::time::Instant;
use serde_json::Value;

use super::codeowners::Github;
use super::history::{Version, flatten};
use super::pattern::push_literal;
use super::{Aside, MATTER, Owners, Resolution};
use crate::tracker::Tracker;
use crate::tracker::github::{decode, repository_of};
use crate::tracker::payload::{Look, micros, segments};
use crate::tracker::raw::{Entry, Raw, RawError};

/// Where GitHub looks for the file: the first that is there counts.
pub const PLACES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// Kinds of page: the commits that changed the file, the file at one of them, the members of a team.
pub(crate) const HISTORY: &str = "codeowners history";
pub(crate) const FILE: &str = "codeowners file";
pub(crate) const MEMBERS: &str = "team members";

/// Letters of a commit's id that are shown.
const SHOWN: usize = 9;
/// A path of which no rule speaks but one for everything.
const ANYWHERE: &str = "no/such/folder/no-such-file.none";
/// What the remit says of its bounds.
const BOUNDS: &str = "for at least one path of the repository";

/// What is declared in the repositories of a raw folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The remits, each in force from `since` to `until`; before the first version of a file nothing was declared.
    pub charter: Charter,
    /// How many versions of files were read.
    pub n_versions: usize,
    /// Repositories of which nothing is declared yet, because their versions were not fetched to the end.
    pub n_unfinished: usize,
    /// Lines and versions that could not be used, with the reason.
    pub aside: Vec<Aside>,
}

/// The pages of one folder that say who has the say, each by its last telling.
#[derive(Default)]
struct Kept {
    /// Commits by repository: when, which of [`PLACES`], which commit.
    commits: BTreeMap<String, Vec<(i64, usize, String)>>,
    /// The text of a file by place and commit, and how GitHub spells the repository.
    texts: BTreeMap<(String, usize, String), String>,
    spelling: BTreeMap<String, String>,
    /// Versions that the site did not give out; one that is not there was taken away.
    refused: BTreeSet<(String, usize, String)>,
    /// Logins by team, in lower case.
    members: BTreeMap<String, Vec<String>>,
}

/// Reads what is declared from a raw folder of GitHub; nothing from one of another tracker, and of a repository nothing
/// as long as its versions were not fetched to the end.
///
/// # Errors
/// Where the folder or one of its pages cannot be read.
pub fn read(folder: &Path) -> Result<Recorded, RawError> {
    let raw = Raw::open(folder)?;
    let mut recorded = Recorded::default();
    if raw.tracker() != Tracker::Github.name() {
        return Ok(recorded);
    }
    let state = raw.state()?.unwrap_or_default();
    let begun: Vec<String> = state.cursors.keys().map(|part| part.to_lowercase()).collect();
    // Pages behind the state are those of a fetch that was killed before it could say so.
    let is_cut = state.pages != raw.n_pages();
    let kept = Kept::of(&raw)?;
    for (repository, commits) in &kept.commits {
        if is_cut || begun.contains(&format!("{repository} owners")) {
            recorded.n_unfinished += 1;
            recorded.aside.push(Aside::new(repository.as_str(), "its CODEOWNERS were not fetched to the end"));
            continue;
        }
        let mut commits = commits.clone();
        commits.sort();
        // Before the first version nothing was declared.
        let mut versions = vec![Version::default()];
        let mut files: [Option<&str>; 3] = [None; 3];
        for (at, place, sha) in &commits {
            let key = (repository.clone(), *place, sha.clone());
            files[*place] = kept.texts.get(&key).map(String::as_str);
            let commit: String = sha.chars().take(SHOWN).collect();
            let name = kept.spelling.get(repository).unwrap_or(repository);
            let remits = if kept.refused.contains(&key) {
                let place = format!("{name} {} as of {commit}", PLACES[*place]);
                recorded.aside.push(Aside::new(place, "the site did not give it out"));
                Vec::new()
            } else {
                kept.remits(name, &files, &commit, &mut recorded.aside)
            };
            versions.push(Version { at: Instant::from_micros(*at), commit, charter: Charter { remits } });
        }
        recorded.n_versions += commits.len();
        recorded.charter.remits.extend(flatten(&versions).remits);
    }
    Ok(recorded)
}

/// The text of a file as GitHub's answer has it; `None` where it has none, as of files that are too large.
pub(crate) fn text_of(file: &Value) -> Option<String> {
    if file.text("encoding") == Some("none") {
        return None;
    }
    let packed: String = file.look("content")?.as_str()?.chars().filter(|c| !c.is_whitespace()).collect();
    Some(String::from_utf8_lossy(&decode(&packed)?).into_owned())
}

impl Kept {
    fn of(raw: &Raw) -> Result<Kept, RawError> {
        let mut last: BTreeMap<String, Entry> = BTreeMap::new();
        for entry in raw.entries()? {
            let entry = entry?;
            if [HISTORY, FILE, MEMBERS].contains(&entry.kind.as_str()) {
                last.insert(entry.origin.clone(), entry);
            }
        }
        let mut kept = Kept::default();
        let mut body = Vec::new();
        for entry in last.values() {
            if entry.status != 200 {
                kept.page(entry, &Value::Null);
                continue;
            }
            raw.read(entry, &mut body)?;
            if let Ok(page) = serde_json::from_slice(&body) {
                kept.page(entry, &page);
            }
        }
        Ok(kept)
    }

    fn page(&mut self, entry: &Entry, page: &Value) {
        let (address, query) = entry.origin.split_once('?').unwrap_or((&entry.origin, ""));
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let place = |path: &str| PLACES.iter().position(|place| *place == path);
        if entry.kind == MEMBERS && entry.status == 200 {
            let segments = segments(address);
            let at = segments.iter().position(|segment| *segment == "orgs");
            if let Some([organisation, "teams", slug, ..]) = at.and_then(|at| segments.get(at + 1..)) {
                let logins =
                    page.as_array().into_iter().flatten().filter_map(|user| user.text("login").map(str::to_owned));
                self.members.entry(format!("{organisation}/{slug}").to_lowercase()).or_default().extend(logins);
            }
            return;
        }
        let Some(repository) = repository_of(address) else { return };
        let key = repository.to_lowercase();
        if entry.kind == HISTORY {
            let Some(place) = value("path").and_then(|path| place(&path.replace("%2F", "/"))) else { return };
            let commits = page.as_array().into_iter().flatten().filter_map(|commit| {
                Some((micros(commit.text("commit.committer.date")?)?, place, commit.text("sha")?.to_owned()))
            });
            self.commits.entry(key).or_default().extend(commits);
            return;
        }
        let path = address.split_once("/contents/").and_then(|(_, path)| place(path));
        let (Some(place), Some(sha)) = (path, value("ref")) else { return };
        let Some(text) = text_of(page) else {
            self.refused.insert((key, place, sha.to_owned()));
            return;
        };
        self.spelling.insert(key.clone(), page.text("url").and_then(repository_of).unwrap_or(repository));
        self.texts.insert((key, place, sha.to_owned()), text);
    }

    /// What the files of a version declare of their repository.
    fn remits(&self, repository: &str, files: &[Option<&str>; 3], commit: &str, aside: &mut Vec<Aside>) -> Vec<Remit> {
        let Some((place, text)) = PLACES.iter().zip(files).find_map(|(place, text)| Some((place, (*text)?))) else {
            return Vec::new();
        };
        let written = format!("{repository} {place}");
        let file = Github::parse(&written, text);
        let told = |line: &Aside| Aside::new(format!("{} as of {commit}", line.place), line.why.clone());
        aside.extend(file.aside().iter().map(told));
        let mut unused = |why: String| {
            aside.push(Aside::new(format!("{written} as of {commit}"), why));
            Vec::new()
        };
        let is_everywhere = matches!(file.owners(ANYWHERE), Resolution::Owned { .. });
        if !is_everywhere || file.leaves_something_to_nobody() {
            return unused("it leaves paths to nobody, so that anybody may be in the right".to_owned());
        }
        let mut decides: Vec<Who> = Vec::new();
        for who in file.parties() {
            decides.push(who.clone());
            if let Who::Team(team) = who {
                match self.members.get(&team.to_lowercase()) {
                    Some(logins) => decides.extend(logins.iter().cloned().map(Who::Person)),
                    None => {
                        return unused(format!("the members of {team} are not known: the credential may not see them"));
                    }
                }
            }
        }
        let mut known = Vec::new();
        decides.retain(|who| {
            !known.contains(who) && {
                known.push(who.clone());
                true
            }
        });
        let mut area = String::new();
        repository.chars().for_each(|c| push_literal(&mut area, c));
        vec![Remit {
            matter: MATTER.to_owned(),
            area,
            decides,
            bounds: Some(BOUNDS.to_owned()),
            written,
            ..Remit::default()
        }]
    }
}
