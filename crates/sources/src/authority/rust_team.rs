//! The TOML of rust-lang/team: teams with leads and parents, and repositories with their access and protections.
//!
//! # What is taken in
//!
//! | written | remit |
//! |---|---|
//! | `repos/ORG/NAME.toml`: `[access.teams]`, `[access.individuals]` with `write`, `maintain` or `admin` | `merge` in `ORG/NAME` |
//! | `[[branch-protections]]` with `allowed-merge-teams` | the same, bounded to the branches of that pattern, behind it |
//! | `teams/NAME.toml`: `[permissions] bors.REPO.review = true` | `merge` in `*/REPO` (all its teams and people in one remit) |
//! | `people/NAME.toml`: the same | likewise |
//! | `teams/NAME.toml`: `[leads-permissions]` with the same | likewise, the leads by name |
//! | `teams/NAME.toml`: `[rfcbot] label` | `rfc` in the area of that label |
//! | `teams/NAME.toml`: `[people] leads` | `team` in the area `NAME`: who leads decides; `subteam-of` holds the reserve |
//!
//! Where reviewers of the merge robot are declared for a repository, they decide, and the access stands before it:
//! the last remit governs. `triage` and `read` decide nothing. A file is a team, a person or a repository by its
//! folder, else by what it holds. [`people`] gives the members as rows of `people.csv`.

use std::collections::BTreeMap;

use sayso_model::actor::{ActorKind, Person};
use sayso_model::charter::{Charter, Remit, Who};
use serde::Deserialize;
use toml::{Spanned, Value};

use super::{Aside, Format, ImportError, Imported, MATTER, unsaid};

/// The matter of who belongs to a team and how it works.
pub const TEAM: &str = "team";
/// The matter of a proposal that a team's members put to the vote.
pub const RFC: &str = "rfc";

/// Access that includes merging.
const MAY_MERGE: [&str; 3] = ["write", "maintain", "admin"];

const CANNOT_SAY: [&str; 5] = [
    "Only merging, proposals and the leading of teams are declared; other matters are not.",
    "There are no dates; the history of the files in git has them.",
    "A branch protection holds for branches; a charter says so in the remit's bounds only.",
    "How many approvals are needed, and which checks, is kept in the bounds as words.",
    "Who belongs to a team is not part of a charter; `people.csv` has to say it (members and leads can be exported).",
];

/// Reads files of `people/`, `teams/` and `repos/`. A file that cannot be read is set aside whole.
///
/// # Errors
/// Where not a single file can be read.
pub fn import(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let mut imported = Imported { cannot_say: CANNOT_SAY.to_vec(), ..Imported::default() };
    let mut reviewers: BTreeMap<String, (String, Vec<Who>)> = BTreeMap::new();
    let mut n_read = 0;
    let (mut access, mut teams) = (Vec::new(), Vec::new());
    for (path, text) in files {
        let file = match read(path, text) {
            Ok(file) => file,
            Err(aside) => {
                imported.aside.push(aside);
                continue;
            }
        };
        n_read += 1;
        let place = |byte: usize| format!("{path}:{}", text[..byte.min(text.len())].matches('\n').count() + 1);
        let mut reviews = |permissions: &Option<Spanned<Permissions>>, who: &[Who]| {
            let Some(permissions) = permissions else { return };
            for repository in permissions.as_ref().reviews() {
                let (_, all) = reviewers.entry(repository).or_insert((place(permissions.span().start), Vec::new()));
                all.extend(who.iter().cloned());
            }
        };
        match file {
            File::Person(person) => {
                reviews(&person.permissions, &[Who::Person(person.github)]);
            }
            File::Team(team) => {
                reviews(&team.permissions, &[Who::Team(team.name.clone())]);
                let leads: Vec<Who> = team.people.leads.as_ref().iter().map(|name| Who::Person(name.clone())).collect();
                reviews(&team.leads_permissions, &leads);
                if let Some(rfcbot) = &team.rfcbot {
                    teams.push(Remit {
                        matter: RFC.to_owned(),
                        area: globset::escape(&rfcbot.as_ref().label),
                        decides: vec![Who::Team(team.name.clone())],
                        bounds: excluded(&rfcbot.as_ref().exclude_members),
                        written: place(rfcbot.span().start),
                        ..Remit::default()
                    });
                }
                if !leads.is_empty() {
                    teams.push(Remit {
                        matter: TEAM.to_owned(),
                        area: globset::escape(&team.name),
                        decides: leads,
                        reserve: team.subteam_of.into_iter().map(Who::Team).collect(),
                        written: place(team.people.leads.span().start),
                        ..Remit::default()
                    });
                }
            }
            File::Repo(repo) => access.extend(of_repo(&repo, &place)),
        }
    }
    if n_read == 0 {
        let first = imported.aside.into_iter().next();
        return Err(first.map_or(ImportError::NoFile { format: Format::RustTeam.name() }, |aside| {
            ImportError::Malformed { file: aside.place, format: Format::RustTeam.name(), what: aside.why }
        }));
    }
    access.extend(reviewers.into_iter().map(|(repository, (written, mut who))| {
        let mut seen = Vec::new();
        who.retain(|who| {
            !seen.contains(who) && {
                seen.push(who.clone());
                true
            }
        });
        Remit {
            matter: MATTER.to_owned(),
            area: format!("*/{}", globset::escape(&repository)),
            decides: who,
            written,
            ..Remit::default()
        }
    }));
    access.extend(teams);
    imported.charter.remits = access;
    Ok(imported)
}

/// The members of the teams as rows of `people.csv`: the team of the first file that names them, `lead` or `member` as
/// their role, with names from `people/`. Past members (`alumni`) are left out. Files that cannot be read count for
/// nothing.
pub fn people(files: &[(&str, &str)]) -> Vec<Person> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut people: Vec<Person> = Vec::new();
    for (path, text) in files {
        match read(path, text) {
            Ok(File::Person(person)) => {
                names.insert(person.github, person.name);
            }
            Ok(File::Team(team)) => {
                let leads = team.people.leads.as_ref();
                let others =
                    team.people.members.iter().map(Member::github).filter(|name| !leads.iter().any(|l| l == name));
                let rows = leads.iter().map(|name| (name.as_str(), "lead")).chain(others.map(|name| (name, "member")));
                for (name, role) in rows {
                    if !people.iter().any(|person| person.person == name) {
                        people.push(Person {
                            person: name.to_owned(),
                            team: Some(team.name.clone()),
                            role: Some(role.to_owned()),
                            kind: ActorKind::Person,
                            ..Person::default()
                        });
                    }
                }
            }
            Ok(File::Repo(_)) | Err(_) => {}
        }
    }
    for person in &mut people {
        person.name = names.get(&person.person).cloned();
    }
    people
}

/// Writes a file for each repository and for each team with leads or a label, as (path, text), and says what of the
/// charter could not be said. A team's file has no members: they are not part of a charter.
pub fn export(charter: &Charter) -> (Vec<(String, String)>, Vec<String>) {
    let mut missing = Vec::new();
    let mut repos: BTreeMap<String, String> = BTreeMap::new();
    let mut teams: BTreeMap<String, TeamOut> = BTreeMap::new();
    for remit in &charter.remits {
        let matter = remit.matter.as_str();
        let parent = match (matter, remit.reserve.as_slice()) {
            (TEAM, [Who::Team(parent)]) => Some(parent.clone()),
            _ => None,
        };
        let plain = Remit {
            matter: MATTER.to_owned(),
            reserve: if parent.is_some() { Vec::new() } else { remit.reserve.clone() },
            ..remit.clone()
        };
        unsaid(&plain, remit.bounds.is_none(), &mut missing);
        let mut say = |what: String| missing.push(format!("{}: {what}", remit.written));
        let is_plain = |name: &str| !name.is_empty() && !name.contains(['*', '?', '[', '{', '\\', '/', '\n', '"']);
        if remit.decides.is_empty() {
            say("that it is nobody's".to_owned());
            continue;
        }
        match matter {
            MATTER => {
                let Some((org, name)) =
                    remit.area.split_once('/').filter(|(org, name)| is_plain(org) && is_plain(name))
                else {
                    say(format!("the area `{}`, which is no repository (`org/name`)", remit.area));
                    continue;
                };
                let (mut of_teams, mut of_people) = (String::new(), String::new());
                for who in &remit.decides {
                    match who {
                        Who::Team(team) => of_teams.push_str(&format!("{} = \"write\"\n", key(team))),
                        Who::Person(person) => of_people.push_str(&format!("{} = \"write\"\n", key(person))),
                        Who::Role(role) => say(format!("the role `{role}`")),
                    }
                }
                let mut text = format!(
                    "org = {}\nname = {}\ndescription = \"\"\nbots = []\n\n[access.teams]\n{of_teams}",
                    Value::from(org),
                    Value::from(name)
                );
                if !of_people.is_empty() {
                    text.push_str(&format!("\n[access.individuals]\n{of_people}"));
                }
                if repos.insert(format!("repos/{org}/{name}.toml"), text).is_some() {
                    say(format!("that an earlier remit speaks of `{}` too", remit.area));
                }
            }
            TEAM if is_plain(&remit.area) => {
                let team = teams.entry(remit.area.clone()).or_default();
                for who in &remit.decides {
                    match who {
                        Who::Person(person) => team.leads.push(person.clone()),
                        other => say(format!("{other} as a lead")),
                    }
                }
                team.parent = parent;
            }
            RFC => match remit.decides.as_slice() {
                [Who::Team(team)] if is_plain(team) && remit.area == globset::escape(&remit.area) => {
                    teams.entry(team.clone()).or_default().label = Some(remit.area.clone());
                }
                _ => say("a label whose decider is not one team".to_owned()),
            },
            matter => say(format!("that it speaks of the matter `{matter}`")),
        }
    }
    let teams = teams.into_iter().map(|(name, team)| (format!("teams/{name}.toml"), team.write(&name)));
    (repos.into_iter().chain(teams).collect(), missing)
}

#[derive(Default)]
struct TeamOut {
    leads: Vec<String>,
    parent: Option<String>,
    label: Option<String>,
}

impl TeamOut {
    fn write(&self, name: &str) -> String {
        let mut text = format!("name = {}\n", Value::from(name));
        if let Some(parent) = &self.parent {
            text.push_str(&format!("subteam-of = {}\n", Value::from(parent.as_str())));
        }
        let leads = Value::from(self.leads.clone());
        text.push_str(&format!("\n[people]\nleads = {leads}\nmembers = {leads}\nalumni = []\n"));
        if let Some(label) = &self.label {
            text.push_str(&format!("\n[rfcbot]\nlabel = {0}\nname = {0}\nping = \"\"\n", Value::from(label.as_str())));
        }
        text
    }
}

/// A bare key, or a quoted one.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_bare { name.to_owned() } else { Value::from(name).to_string() }
}

enum File {
    Person(PersonFile),
    Team(TeamFile),
    Repo(RepoFile),
}

#[derive(Deserialize)]
struct PersonFile {
    name: String,
    github: String,
    permissions: Option<Spanned<Permissions>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct TeamFile {
    name: String,
    subteam_of: Option<String>,
    people: TeamPeople,
    permissions: Option<Spanned<Permissions>>,
    leads_permissions: Option<Spanned<Permissions>>,
    rfcbot: Option<Spanned<Rfcbot>>,
}

#[derive(Deserialize)]
struct TeamPeople {
    leads: Spanned<Vec<String>>,
    #[serde(default)]
    members: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Member {
    Plain(String),
    WithRoles { github: String },
}

impl Member {
    fn github(&self) -> &str {
        match self {
            Member::Plain(github) | Member::WithRoles { github } => github,
        }
    }
}

#[derive(Deserialize)]
struct Permissions {
    #[serde(default)]
    bors: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Permissions {
    /// The repositories in which changes may be let in.
    fn reviews(&self) -> impl Iterator<Item = String> {
        let may = |rights: &BTreeMap<String, Value>| rights.get("review").and_then(Value::as_bool) == Some(true);
        self.bors.iter().filter(move |(_, rights)| may(rights)).map(|(name, _)| name.clone())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Rfcbot {
    label: String,
    #[serde(default)]
    exclude_members: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct RepoFile {
    org: String,
    name: String,
    access: Spanned<Access>,
    #[serde(default)]
    branch_protections: Vec<Spanned<Protection>>,
}

#[derive(Deserialize)]
struct Access {
    #[serde(default)]
    teams: BTreeMap<String, String>,
    #[serde(default)]
    individuals: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Protection {
    pattern: String,
    required_approvals: Option<u32>,
    #[serde(default)]
    allowed_merge_teams: Vec<String>,
}

/// Reads a file as what its folder says that it is, else as what it holds.
fn read(path: &str, text: &str) -> Result<File, Aside> {
    let refuse = |error: &toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Aside::new(format!("{path}:{line}"), error.message().to_owned())
    };
    let folder = |name: &str| path.split('/').rev().skip(1).any(|part| part == name);
    let table: toml::Table = toml::from_str(text).map_err(|error| refuse(&error))?;
    if folder("people") || table.contains_key("github") && table.contains_key("github-id") {
        return toml::from_str(text).map(File::Person).map_err(|error| refuse(&error));
    }
    if folder("repos") || table.contains_key("access") {
        return toml::from_str(text).map(File::Repo).map_err(|error| refuse(&error));
    }
    toml::from_str(text).map(File::Team).map_err(|error| refuse(&error))
}

fn of_repo(repo: &RepoFile, place: &dyn Fn(usize) -> String) -> Vec<Remit> {
    let area = format!("{}/{}", globset::escape(&repo.org), globset::escape(&repo.name));
    let may = |access: &BTreeMap<String, String>| -> Vec<String> {
        access.iter().filter(|(_, level)| MAY_MERGE.contains(&level.as_str())).map(|(name, _)| name.clone()).collect()
    };
    let access = repo.access.as_ref();
    let mut decides: Vec<Who> = may(&access.teams).into_iter().map(Who::Team).collect();
    decides.extend(may(&access.individuals).into_iter().map(Who::Person));
    let all = Remit { matter: MATTER.to_owned(), area, decides, ..Remit::default() };
    let mut remits = Vec::new();
    if !all.decides.is_empty() {
        remits.push(Remit { written: place(repo.access.span().start), ..all.clone() });
    }
    for protection in &repo.branch_protections {
        let Protection { pattern, required_approvals, allowed_merge_teams } = protection.as_ref();
        if allowed_merge_teams.is_empty() {
            continue;
        }
        let approvals = required_approvals.map(|n| format!(", {n} approvals needed")).unwrap_or_default();
        remits.push(Remit {
            decides: allowed_merge_teams.iter().cloned().map(Who::Team).collect(),
            bounds: Some(format!("branches `{pattern}`{approvals}")),
            written: place(protection.span().start),
            ..all.clone()
        });
    }
    remits
}

fn excluded(members: &[String]) -> Option<String> {
    (!members.is_empty()).then(|| format!("without {}", members.join(", ")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    const FILES: [(&str, &str); 5] = [
        (
            "teams/builders.toml",
            "name = \"builders\"\nsubteam-of = \"all-hands\"\n\n[people]\nleads = [\"ann\"]\n\
             members = [\"ann\", { github = \"bob\", roles = [\"host\"] }]\nalumni = [\"old\"]\n\n\
             [permissions]\nbors.engine.review = true\nbors.docs.try = true\n\n[rfcbot]\nlabel = \"T-build\"\nname = \"B\"\nping = \"x\"\n\
             exclude-members = [\"bob\"]\n",
        ),
        (
            "teams/writers.toml",
            "name = \"writers\"\n[people]\nleads = []\nmembers = []\nalumni = []\n[leads-permissions]\nbors.engine.review = true\n",
        ),
        (
            "people/cat.toml",
            "name = \"Cat C.\"\ngithub = \"cat\"\ngithub-id = 3\n[permissions]\nbors.engine.review = true\n",
        ),
        (
            "repos/house/engine.toml",
            "org = \"house\"\nname = \"engine\"\ndescription = \"\"\nbots = [\"bors\"]\n\n[access.teams]\n\
             builders = \"write\"\nreaders = \"triage\"\n\n[access.individuals]\ncat = \"maintain\"\n\n\
             [[branch-protections]]\npattern = \"main\"\nrequired-approvals = 2\nallowed-merge-teams = [\"builders\"]\n\n\
             [[branch-protections]]\npattern = \"try\"\n",
        ),
        ("teams/broken.toml", "name = \"x\"\n[people\n"),
    ];

    fn told(imported: &Imported) -> Vec<String> {
        let names = |parties: &[Who]| parties.iter().map(Who::to_string).collect::<Vec<_>>().join("+");
        let line = |r: &Remit| {
            let bounds = r.bounds.as_deref().unwrap_or("-");
            format!("{} {} {} [{}] {bounds} {}", r.matter, r.area, names(&r.decides), names(&r.reserve), r.written)
        };
        imported.charter.remits.iter().map(line).collect()
    }

    #[test]
    fn access_protections_reviewers_labels_and_leads_become_remits() {
        let imported = import(&FILES).unwrap();
        assert_eq!(
            told(&imported),
            [
                "merge house/engine team:builders+person:cat [] - repos/house/engine.toml:6",
                "merge house/engine team:builders [] branches `main`, 2 approvals needed repos/house/engine.toml:13",
                "merge */engine team:builders+person:cat [] - teams/builders.toml:9",
                "rfc T-build team:builders [] without bob teams/builders.toml:13",
                "team builders person:ann [team:all-hands] - teams/builders.toml:5",
            ]
        );
        assert_eq!(imported.aside.len(), 1);
        assert!(imported.aside[0].place.starts_with("teams/broken.toml:"), "{:?}", imported.aside);
    }

    #[test]
    fn members_and_leads_become_rows_of_people() {
        let rows = people(&FILES);
        let rows: Vec<_> = rows.iter().map(|p| (p.person.as_str(), p.team.as_deref(), p.role.as_deref())).collect();
        assert_eq!(
            rows,
            [("ann", Some("builders"), Some("lead")), ("bob", Some("builders"), Some("member"))],
            "past members are not"
        );
    }

    #[test]
    fn without_one_readable_file_nothing_is_read() {
        let error = import(&[FILES[4]]).unwrap_err();
        assert!(matches!(error, ImportError::Malformed { .. }), "{error}");
        assert!(matches!(import(&[]).unwrap_err(), ImportError::NoFile { .. }));
    }

    #[test]
    fn what_it_cannot_say_is_said() {
        let remit = |matter: &str, area: &str, who: &str| Remit {
            matter: matter.to_owned(),
            area: area.to_owned(),
            decides: vec![who.parse().unwrap()],
            written: "charter.toml:1".to_owned(),
            ..Remit::default()
        };
        let charter = Charter {
            remits: vec![
                remit("scope", "x/y", "team:a"),
                remit("merge", "*", "team:a"),
                remit("merge", "x/y", "role:a"),
                remit("team", "a", "team:b"),
                remit("rfc", "label", "person:b"),
                Remit { decides: Vec::new(), ..remit("merge", "x/y", "team:a") },
            ],
        };
        assert_eq!(export(&charter).1.len(), 6);
    }

    proptest! {
        #[test]
        fn what_it_can_say_comes_back(
            repos in prop::collection::btree_map(
                ("[a-z]{1,5}", "[a-z][a-z.-]{0,6}"),
                (prop::collection::btree_set("[a-z][a-z0-9 .-]{0,5}[a-z]", 1..4), prop::collection::btree_set("[a-z0-9-]{1,6}", 0..3)),
                0..4,
            ),
            teams in prop::collection::btree_map("[a-z]{1,6}", (prop::collection::vec("[a-z]{1,6}", 1..3), prop::option::of("[a-z]{1,6}")), 0..4),
        ) {
            let mut remits: Vec<Remit> = repos.into_iter().map(|((org, name), (in_teams, people))| Remit {
                matter: MATTER.to_owned(),
                area: format!("{org}/{name}"),
                decides: in_teams.into_iter().map(Who::Team).chain(people.into_iter().map(Who::Person)).collect(),
                ..Remit::default()
            }).collect();
            remits.sort_by_key(|remit| remit.area.clone());
            remits.extend(teams.into_iter().map(|(name, (leads, parent))| Remit {
                matter: TEAM.to_owned(),
                area: name,
                decides: leads.into_iter().map(Who::Person).collect(),
                reserve: parent.into_iter().map(Who::Team).collect(),
                ..Remit::default()
            }));
            let (files, missing) = export(&Charter { remits: remits.clone() });
            prop_assert_eq!(missing, Vec::<String>::new());
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            if !files.is_empty() {
                let mut back = import(&files).unwrap();
                back.charter.remits.iter_mut().for_each(|remit| remit.written.clear());
                back.charter.remits.sort_by_key(|remit| (remit.matter != MATTER, remit.area.clone()));
                prop_assert_eq!(back.charter.remits, remits);
            }
        }
    }
}
