//! Declared authority in the formats in which organisations write it down, read into a charter and written back.
//!
//! Every format has a module with `import(files)`, which gives a [`Charter`], what was set aside with its place and
//! reason, and what the format cannot say at all; and with `export(charter)`, which gives the text and what of the
//! charter could not be said in it. A bad line never fails an import. Formats that speak of paths also answer for one
//! path exactly, through [`Owners`]: a charter's remits are globs over areas, and not every pattern is such a glob.
//!
//! [`git`] holds the declared authority of a repository against its commits, as of each commit.

use std::fmt;
use std::str::FromStr;

use sayso_model::charter::{Charter, Remit, Who};

pub mod backstage;
pub mod charter_file;
pub mod check;
pub mod codeowners;
pub mod diff;
pub mod gerrit;
pub mod git;
pub mod history;
pub mod jira;
pub mod maintainers;
pub mod owners;
mod pattern;
pub mod pep;
pub mod recorded;
pub mod rust_team;
pub mod table;
mod union;
mod yaml;
pub mod zephyr;

/// A format in which authority is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Our own `charter.toml`.
    Charter,
    /// CODEOWNERS as GitHub reads it.
    CodeownersGithub,
    /// CODEOWNERS as GitLab reads it: sections, optional sections, numbers of approvals.
    CodeownersGitlab,
    /// Kubernetes OWNERS and OWNERS_ALIASES.
    Owners,
    /// Linux-style MAINTAINERS.
    Maintainers,
    /// Zephyr MAINTAINERS.yml.
    Zephyr,
    /// Gerrit `project.config` and `groups`.
    Gerrit,
    /// Backstage `catalog-info.yaml`.
    Backstage,
    /// The TOML of rust-lang/team.
    RustTeam,
    /// Jira project and component leads, as the REST interface gives them.
    Jira,
    /// A RACI or DACI table.
    Table,
    /// Headers of Python enhancement proposals.
    Pep,
}

impl Format {
    /// All formats, in the order in which they are listed to users.
    pub const ALL: [Format; 12] = [
        Format::Charter,
        Format::CodeownersGithub,
        Format::CodeownersGitlab,
        Format::Owners,
        Format::Maintainers,
        Format::Zephyr,
        Format::Gerrit,
        Format::Backstage,
        Format::RustTeam,
        Format::Jira,
        Format::Table,
        Format::Pep,
    ];

    /// The name by which users choose it; [`FromStr`] reads it back.
    pub fn name(self) -> &'static str {
        match self {
            Format::Charter => "charter",
            Format::CodeownersGithub => "codeowners-github",
            Format::CodeownersGitlab => "codeowners-gitlab",
            Format::Owners => "owners",
            Format::Maintainers => "maintainers",
            Format::Zephyr => "zephyr",
            Format::Gerrit => "gerrit",
            Format::Backstage => "backstage",
            Format::RustTeam => "rust-team",
            Format::Jira => "jira",
            Format::Table => "table",
            Format::Pep => "pep",
        }
    }

    /// The format that a file seems to be in, by its name and, where that leaves it open, by its text. A CODEOWNERS
    /// that nothing marks as GitLab's is taken for GitHub's: the two read the same file differently, so whoever knows
    /// better should say so.
    pub fn guess(path: &str, text: &str) -> Option<Format> {
        let path = path.replace('\\', "/").to_lowercase();
        let name = path.rsplit('/').next().unwrap_or_default();
        let begins = |with: &[&str]| text.lines().any(|line| with.iter().any(|with| line.starts_with(with)));
        match name {
            "codeowners" => {
                let is_gitlab = path.contains(".gitlab/") || begins(&["[", "^[", "!"]) || text.contains(" @@");
                return Some(if is_gitlab { Format::CodeownersGitlab } else { Format::CodeownersGithub });
            }
            "owners_aliases" => return Some(Format::Owners),
            // Gerrit and Chromium have an OWNERS too, which is no YAML.
            "owners" => {
                let is_yaml = begins(&["approvers:", "reviewers:", "filters:", "options:", "emeritus_approvers:"]);
                return is_yaml.then_some(Format::Owners);
            }
            "project.config" | "groups" => return Some(Format::Gerrit),
            "maintainers" => return Some(Format::Maintainers),
            _ => {}
        }
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        match extension {
            "yml" | "yaml" if stem == "maintainers" => Some(Format::Zephyr),
            "yml" | "yaml" if stem == "catalog-info" || text.contains("backstage.io/") => Some(Format::Backstage),
            "toml" if stem == "charter" || begins(&["[[remit]]"]) => Some(Format::Charter),
            "toml" if begins(&["[people]", "github ="]) => Some(Format::RustTeam),
            "rst" | "txt" if stem.starts_with("pep-") || text.starts_with("PEP:") => Some(Format::Pep),
            "txt" | "" if stem.starts_with("maintainers") => Some(Format::Maintainers),
            "json" => Some(Format::Jira),
            "csv" | "tsv" | "xlsx" => Some(Format::Table),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no format of declared authority")]
pub struct NotAFormat {
    /// What was written.
    pub found: String,
}

impl NotAFormat {
    /// What to write instead.
    pub fn hint(&self) -> String {
        let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
        format!("one of {}", names.join(", "))
    }
}

impl FromStr for Format {
    type Err = NotAFormat;

    fn from_str(text: &str) -> Result<Self, NotAFormat> {
        let found = Format::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(text.trim()));
        found.ok_or_else(|| NotAFormat { found: text.to_owned() })
    }
}

/// Something in a file that could not be taken into the charter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Where: `CODEOWNERS:3`, `table.csv:B4`.
    pub place: String,
    /// Why, in a few words.
    pub why: String,
}

impl Aside {
    /// What was set aside and why.
    pub fn new(place: impl Into<String>, why: impl Into<String>) -> Self {
        Self { place: place.into(), why: why.into() }
    }
}

/// What an import gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The remits, in an order in which "the last one written governs" is right.
    pub charter: Charter,
    /// What was set aside, in the order of the files; its length is the count to print.
    pub aside: Vec<Aside>,
    /// What the format cannot say at all, or what a charter cannot keep of it; whole sentences.
    pub cannot_say: Vec<&'static str>,
}

/// Files that cannot be read as the format at all. Single bad lines are never an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// There is no file to read.
    #[error("read {format}: no file was given")]
    NoFile {
        /// The format.
        format: &'static str,
    },
    /// A file does not have the outer form of its format (YAML, TOML, JSON), so that no line of it can be trusted.
    #[error("read {file} as {format}: {what}")]
    Malformed {
        /// Which file, with the line where it is known (`OWNERS:4`).
        file: String,
        /// The format.
        format: &'static str,
        /// What is wrong.
        what: String,
    },
}

impl ImportError {
    /// What the user can do next.
    pub fn hint(&self) -> String {
        match self {
            ImportError::NoFile { .. } => "name the file that declares authority".to_owned(),
            ImportError::Malformed { .. } => "correct the file, or name its format with `--from`".to_owned(),
        }
    }
}

/// Reads the files of a format, each given as path and text, into a charter.
///
/// # Errors
/// Where there is no file, or one does not have the outer form of the format.
pub fn import(format: Format, files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    if files.is_empty() {
        return Err(ImportError::NoFile { format: format.name() });
    }
    match format {
        Format::Charter => charter_file::import(files),
        Format::CodeownersGithub => codeowners::import_github(files),
        Format::CodeownersGitlab => codeowners::import_gitlab(files),
        Format::Owners => owners::import(files),
        Format::Maintainers => maintainers::import(files),
        Format::Zephyr => zephyr::import(files),
        Format::Gerrit => gerrit::import(files),
        Format::Backstage => backstage::import(files),
        Format::RustTeam => rust_team::import(files),
        Format::Jira => jira::import(files),
        Format::Table => table::import(files),
        Format::Pep => pep::import(files),
    }
}

/// What an export gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// The files, each as path and text; one, except where a format is one of many files.
    pub files: Vec<(String, String)>,
    /// What of the charter could not be said, each with the place of its remit.
    pub missing: Vec<String>,
}

/// Writes a charter in a format that speaks of paths; `None` for the others, whose modules write what they can.
pub fn export(format: Format, charter: &Charter) -> Option<Exported> {
    let one = |path: &str, (text, missing): (String, Vec<String>)| {
        Some(Exported { files: vec![(path.to_owned(), text)], missing })
    };
    match format {
        Format::CodeownersGithub => one(".github/CODEOWNERS", codeowners::export_github(charter)),
        Format::CodeownersGitlab => one("CODEOWNERS", codeowners::export_gitlab(charter)),
        Format::Maintainers => one("MAINTAINERS", maintainers::export(charter)),
        Format::Zephyr => one("MAINTAINERS.yml", zephyr::export(charter)),
        Format::Owners => {
            let (files, missing) = owners::export(charter);
            Some(Exported { files, missing })
        }
        _ => None,
    }
}

/// Who answers for a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// No rule speaks of it.
    Unmatched,
    /// A rule says that it is nobody's, which is not the same as undeclared.
    Unowned {
        /// Where the rule is written.
        rule: String,
    },
    /// Somebody's.
    Owned {
        /// Who decides, without repetition, in the order in which they are written.
        who: Vec<Who>,
        /// Who is asked for advice and decides nothing.
        consulted: Vec<Who>,
        /// Where the rules are written, the first written first; one where the last match wins.
        rules: Vec<String>,
        /// Whether a change needs one of them; `false` for a section that is optional.
        required: bool,
    },
}

/// Exact answers about paths, in the format's own grammar.
pub trait Owners {
    /// Who answers for a path, from the root of the repository, without a leading `/`, with `/` between folders.
    fn owners(&self, path: &str) -> Resolution;
}

/// The matter of a remit that speaks of changes to files: whether they are let in.
pub const MATTER: &str = "merge";

/// The area of files that lie in no folder, as the git reader calls it.
const ROOT: &str = "(root)";

/// Tells what of a remit a format cannot say that knows only changes to files and who answers for them;
/// `says_bounds` tells whether it has said the bounds.
fn unsaid(remit: &Remit, says_bounds: bool, missing: &mut Vec<String>) {
    let mut say = |is: bool, what: &str| {
        if is {
            missing.push(format!("{}: {what}", remit.written));
        }
    };
    say(remit.matter != MATTER, &format!("that it speaks of the matter `{}`", remit.matter));
    say(!remit.consulted.is_empty(), "who is consulted");
    say(!remit.reserve.is_empty(), "who holds a reserve");
    say(remit.retained, "that the right is retained by design");
    say(!says_bounds, "the bounds");
    say(remit.since.is_some() || remit.until.is_some(), "since and until when");
    say(remit.because.is_some(), "why");
}
