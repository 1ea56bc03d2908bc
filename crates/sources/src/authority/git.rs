//! Declared authority against the commits of a repository: who was declared for what a commit changes, and who let it in.
//!
//! # The rules
//!
//! 1. **What is looked at.** Every commit of the history of HEAD that has at most one parent and changes at least one
//!    path. Merges, commits that change nothing, and a first commit with a hundred paths or more (an import, whose
//!    history lies elsewhere) are counted and left out.
//! 2. **As of the commit.** What was declared is what the authority file said in the commit's parent. A commit that
//!    changes the file is judged by what it found, not by what it writes. Behind a merge it is the merge's own file.
//!    Before there was a file nothing was declared. A version that cannot be read leaves the one before it in force.
//! 3. **Who is declared.** For a path, whoever the format says decides of it: with MAINTAINERS, Zephyr and OWNERS
//!    everybody of every section, area or folder that matches; with CODEOWNERS the owners of the last match (of each
//!    required section, in GitLab). Reviewers (`R:`), keepers of trees (`T:`) and whoever else is only consulted are
//!    not declared.
//! 4. **Several paths.** Somebody is declared for a commit who is declared for at least one of its paths. How many
//!    commits had, among author and ackers, somebody declared for *every* path that is anybody's, is counted besides.
//! 5. **Who is who.** People are compared by their mail address, in small letters, after the `.mailmap` of the tip; both
//!    those of the commit and those of the file. A declared name without an address is compared with names. A login is
//!    its owner's where the caller says whose it is, or where an address is that login's at GitHub
//!    (`12+login@users.noreply.github.com`).
//! 6. **Acks.** `Acked-by:`, `Reviewed-by:` and `Approved-by:` of others than the author. A committer other than the
//!    author who is declared has let the change in, which counts like an ack, and is counted besides where nothing else
//!    was said. A committer who is not declared does not count: that somebody carried a change in is no ack.
//! 7. **The classes**, the first that holds: nobody is declared for any of the paths (`no_maintainer_declared`); the
//!    author is (`authored_by_declared`); one who acked is (`acked_by_declared`); it was acked, by others only
//!    (`acked_by_others_only`); nobody acked (`acked_by_nobody`). Where the last two would hold, and somebody declared
//!    is a team, a role or a login that cannot be tied to a person, it is `cannot_tell`.

use std::collections::HashMap;
use std::path::Path;

use sayso_model::time::Instant;

use super::{Aside, Format, owners};
use crate::ReadError;
use crate::git::Mailmap;
use crate::git::command::Repository;
use crate::git::framing::{Commit, FORMAT, Frames};

mod judge;

use judge::Judge;

/// Where authority files are looked for, in this order.
pub const PLACES: [&str; 7] = [
    "MAINTAINERS",
    "MAINTAINERS.yml",
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    owners::FILE,
];

/// How a commit stands to what was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nobody was declared for any of its paths.
    NoMaintainerDeclared,
    /// Its author was declared.
    AuthoredByDeclared,
    /// Somebody declared acked it or took it in.
    AckedByDeclared,
    /// It was acked, and by nobody who was declared.
    AckedByOthersOnly,
    /// Nobody acked it.
    AckedByNobody,
    /// Whoever was declared cannot be tied to a person.
    CannotTell,
}

impl Class {
    /// All classes, in the order in which they are told.
    pub const ALL: [Class; 6] = [
        Class::NoMaintainerDeclared,
        Class::AuthoredByDeclared,
        Class::AckedByDeclared,
        Class::AckedByOthersOnly,
        Class::AckedByNobody,
        Class::CannotTell,
    ];

    /// The class as a name for machines.
    pub fn name(self) -> &'static str {
        match self {
            Class::NoMaintainerDeclared => "no_maintainer_declared",
            Class::AuthoredByDeclared => "authored_by_declared",
            Class::AckedByDeclared => "acked_by_declared",
            Class::AckedByOthersOnly => "acked_by_others_only",
            Class::AckedByNobody => "acked_by_nobody",
            Class::CannotTell => "cannot_tell",
        }
    }
}

/// What to hold a history against.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The file, from the root of the repository; `None` takes the first of [`PLACES`] that the tip holds.
    pub file: Option<String>,
    /// The format of the file; `None` goes by its name and its text.
    pub format: Option<Format>,
    /// Mail addresses by login, for formats that name logins.
    pub logins: HashMap<String, Vec<String>>,
}

/// The commits of one class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many commits.
    pub commits: u64,
    /// How many persons wrote them.
    pub persons: u64,
    /// Of the commits, those where the author and those who acked were, together, declared for every path that is
    /// anybody's. 0 in classes without anybody declared among them.
    pub whole: u64,
    /// Ids of the newest of them, the newest last.
    pub examples: Vec<String>,
}

/// One version of the authority file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The commit that brought it; it is in force for that commit's descendants.
    pub commit: String,
    /// When it was committed; `None` where the commit has no time that can be read.
    pub at: Option<Instant>,
    /// For how many commits it was in force, of those that were looked at.
    pub judged: u64,
}

/// A history held against what was declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conformity {
    /// The authority file; for OWNERS, the file at the root, which stands for all of them.
    pub file: String,
    /// Its format.
    pub format: Option<Format>,
    /// The commits that were looked at: as many as all classes hold together.
    pub commits: u64,
    /// The persons who wrote them.
    pub persons: u64,
    /// By class, in the order of [`Class::ALL`].
    pub classes: [Tally; 6],
    /// Of the commits that somebody declared acked, those where nothing shows it but that they committed it.
    pub by_committing_alone: u64,
    /// Of the commits without anybody declared, those for which there was no file at all.
    pub without_a_file: u64,
    /// Merges, which are left out.
    pub merges: u64,
    /// Commits that change no path, which are left out.
    pub empty: u64,
    /// 1 where the first commit is an import, which is left out.
    pub imports: u64,
    /// The versions of the file, each after those on which it builds.
    pub versions: Vec<Version>,
    /// Versions that could not be read, and lines of the newest one that were set aside.
    pub aside: Vec<Aside>,
}

impl Conformity {
    /// The commits of a class.
    pub fn of(&self, class: Class) -> &Tally {
        &self.classes[class as usize]
    }
}

/// Holds the history of a repository or a bundle against its authority file, as of each commit; `None` where there is
/// no such file, or no history. One `git log` is read as it comes; memory grows by about 40 bytes a commit.
///
/// # Errors
/// Where git is not installed or refuses, where objects are missing, and where the format chosen is none that speaks of
/// paths.
pub fn conformity(path: &Path, options: &Options) -> Result<Option<Conformity>, ReadError> {
    let repository = Repository::open(path)?;
    let Some(tip) = repository.tip().map(str::to_owned) else { return Ok(None) };
    let Some((file, text)) = find(&repository, &tip, options.file.as_deref())? else { return Ok(None) };
    let format = options.format.or_else(|| Format::guess(&file, &text)).ok_or_else(|| not_of_paths(&file))?;
    let mailmap = match repository.mailmap_id(&tip)? {
        Some(id) => repository.try_ask(["cat-file", "blob", &id])?.map(|text| Mailmap::parse(&text)),
        None => None,
    };
    let mut judge = Judge::new(&repository, format, &file, mailmap.unwrap_or_default(), options)?;
    let mut args = vec!["log", "-z", FORMAT, "--date=raw", "--encoding=UTF-8", "--topo-order", "--reverse", "--raw"];
    args.extend([
        "--no-abbrev",
        "--no-renames",
        "--no-relative",
        "--ignore-submodules=none",
        "--diff-merges=first-parent",
    ]);
    args.extend([
        "--no-color",
        "--no-notes",
        "--no-mailmap",
        "--no-ext-diff",
        "--no-textconv",
        "--end-of-options",
        &tip,
        "--",
    ]);
    let mut pipe = repository.pipe(args)?;
    let mut frames = Frames::new(&mut pipe.out);
    let mut commit = Commit::default();
    let mut paths: Vec<String> = Vec::new();
    let broken = loop {
        paths.clear();
        match frames.next(&mut commit, |path| paths.push(String::from_utf8_lossy(path).into_owned())) {
            Ok(true) => judge.take(&commit, &paths)?,
            Ok(false) => break None,
            Err(error) => break Some(error),
        }
    };
    // What git says of its end tells more than the broken stream does.
    pipe.finish(&[0])?;
    if let Some(error) = broken {
        return Err(ReadError::Git { what: error.to_string(), hint: String::new() });
    }
    Ok(Some(judge.done()))
}

fn find(repository: &Repository, tip: &str, wanted: Option<&str>) -> Result<Option<(String, String)>, ReadError> {
    let places = wanted.map_or(PLACES.to_vec(), |file| vec![file]);
    for place in places {
        let object = format!("{tip}:{place}");
        if let Some(text) = repository.try_ask(["cat-file", "blob", object.as_str()])? {
            return Ok(Some((place.to_owned(), text)));
        }
    }
    match wanted {
        None => Ok(None),
        Some(file) => Err(ReadError::Git {
            what: format!("the newest commit holds no file {file}"),
            hint: "name the file as it lies in the repository, from its root".to_owned(),
        }),
    }
}

fn not_of_paths(file: &str) -> ReadError {
    ReadError::Git {
        what: format!("{file} is in no format that says who answers for which paths"),
        hint: "name one of codeowners-github, codeowners-gitlab, maintainers, zephyr and owners".to_owned(),
    }
}
