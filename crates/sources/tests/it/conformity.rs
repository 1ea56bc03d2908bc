//! Declared authority against commits: each rule on a history made for it, and the whole on a real one.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sayso_sources::authority::Format;
use sayso_sources::authority::git::{Class, Conformity, Options, conformity};

use super::across_the_sea;

/// A history in the making, as `git fast-import` reads it.
#[derive(Default)]
struct History {
    stream: Vec<u8>,
    mark: usize,
}

/// Files that a commit writes; an empty text takes the file away.
type Changes<'a> = &'a [(&'a str, &'a str)];

impl History {
    /// A commit on the last one.
    fn commit(&mut self, author: &str, committer: &str, message: &str, files: Changes<'_>) -> usize {
        let parents: Vec<usize> = if self.mark == 0 { Vec::new() } else { vec![self.mark] };
        self.commit_on(&parents, author, committer, message, files)
    }

    fn commit_on(&mut self, on: &[usize], author: &str, committer: &str, message: &str, files: Changes<'_>) -> usize {
        self.mark += 1;
        let at = 1_700_000_000 + 1_000 * self.mark;
        let mut say = |text: String| self.stream.extend_from_slice(text.as_bytes());
        say(format!("commit refs/heads/main\nmark :{}\nauthor {author} {at} +0000\n", self.mark));
        say(format!("committer {committer} {at} +0000\ndata {}\n{message}\n", message.len()));
        match on.split_first() {
            None => {}
            Some((first, others)) => {
                say(format!("from :{first}\n"));
                others.iter().for_each(|other| say(format!("merge :{other}\n")));
            }
        }
        for (path, text) in files {
            match text.is_empty() {
                true => say(format!("D {path}\n")),
                false => say(format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len())),
            }
        }
        self.mark
    }

    fn build(self, folder: &Path) -> PathBuf {
        let path = folder.join("repo");
        assert!(Command::new("git").args(["init", "-q", "-b", "main"]).arg(&path).status().unwrap().success());
        let mut import = Command::new("git");
        import.arg("-C").arg(&path).args(["fast-import", "--quiet", "--force"]).stdin(Stdio::piped());
        let mut child = import.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&self.stream).unwrap();
        assert!(child.wait().unwrap().success());
        path
    }

    fn judge(self, options: &Options) -> Conformity {
        let folder = tempfile::tempdir().unwrap();
        let path = self.build(folder.path());
        conformity(&path, options).unwrap().unwrap()
    }
}

const ANN: &str = "Ann <ann@x>";
const BO: &str = "Bo <bo@x>";
const CY: &str = "Cy <cy@x>";
const KEEPER: &str = "Keeper <keeper@x>";
const FILE: &str =
    "Lib\nM: Ann <ann@x>\nR: Cy <cy@x>\nF: lib/\n\nDoc\nM: Bo <bo@x>\nF: doc/\n\nTree\nM: Keeper <keeper@x>\nT: git\n";

fn counts(found: &Conformity) -> [u64; 6] {
    let sum: u64 = Class::ALL.iter().map(|class| found.of(*class).commits).sum();
    assert_eq!(sum, found.commits, "classes add up");
    assert_eq!(found.versions.iter().map(|version| version.judged).sum::<u64>() + found.without_a_file, found.commits);
    Class::ALL.map(|class| found.of(class).commits)
}

fn with_file() -> History {
    let mut history = History::default();
    history.commit(ANN, ANN, "begin", &[("MAINTAINERS", FILE)]);
    history
}

#[test]
fn each_class_is_what_its_rule_says() {
    let mut history = with_file();
    history.commit(BO, BO, "other place", &[("src/a", "1")]);
    history.commit(ANN, KEEPER, "own", &[("lib/a", "1")]);
    history.commit(BO, KEEPER, "acked\n\nAcked-by: Ann <ann@x>", &[("lib/a", "2")]);
    history.commit(BO, ANN, "taken in", &[("lib/a", "3")]);
    history.commit(BO, KEEPER, "others\n\nReviewed-by: Cy <cy@x>", &[("lib/a", "4")]);
    history.commit(BO, KEEPER, "self\n\nAcked-by: Bo <bo@x>\nTested-by: Ann <ann@x>", &[("lib/a", "5")]);
    history.commit(BO, KEEPER, "nobody", &[("lib/a", "6")]);
    let found = history.judge(&Options::default());
    assert_eq!(counts(&found), [2, 1, 2, 1, 2, 0]);
    assert_eq!((found.commits, found.persons, found.without_a_file, found.by_committing_alone), (8, 2, 1, 1));
    assert_eq!(found.of(Class::NoMaintainerDeclared).persons, 2);
    assert_eq!(found.of(Class::AckedByOthersOnly).examples.len(), 1);
    assert_eq!(found.format, Some(Format::Maintainers));
}

#[test]
fn a_commit_is_judged_by_what_its_parent_declared() {
    let mut history = with_file();
    let taken_over = FILE.replace("Ann <ann@x>", "Bo <bo@x>");
    history.commit(BO, BO, "before", &[("lib/a", "1")]);
    history.commit(BO, BO, "takes it over", &[("MAINTAINERS", &taken_over), ("lib/a", "2")]);
    history.commit(BO, BO, "after", &[("lib/a", "3")]);
    history.commit(ANN, ANN, "no more", &[("lib/a", "4")]);
    history.commit(ANN, ANN, "taken away", &[("MAINTAINERS", ""), ("lib/a", "5")]);
    history.commit(ANN, ANN, "brought back", &[("MAINTAINERS", FILE)]);
    history.commit(ANN, ANN, "again", &[("lib/a", "6")]);
    let found = history.judge(&Options::default());
    // Nobody: begin, brought back. Authored: after, again. By nobody: before, takes it over, no more, taken away.
    assert_eq!(counts(&found), [2, 2, 0, 0, 4, 0]);
    assert_eq!(found.without_a_file, 2);
    assert_eq!(found.versions.iter().map(|version| version.judged).collect::<Vec<_>>(), [2, 3, 1]);
    assert_eq!(found.versions[1].at.unwrap(), sayso_model::time::Instant::from_micros(1_700_003_000 * 1_000_000));
}

#[test]
fn branches_are_judged_by_their_own_version_and_merges_are_left_out() {
    let mut history = with_file();
    let base = history.mark;
    let other = FILE.replace("Ann <ann@x>", "Cy <cy@x>");
    let changed = history.commit(ANN, ANN, "change", &[("MAINTAINERS", &other)]);
    let branch = history.commit_on(&[base], ANN, ANN, "on the old version", &[("lib/a", "1")]);
    history.commit_on(&[changed, branch], KEEPER, KEEPER, "merge", &[("lib/a", "1")]);
    history.commit(ANN, ANN, "on the new version", &[("lib/a", "2")]);
    history.commit(ANN, ANN, "nothing", &[]);
    let found = history.judge(&Options::default());
    // Nobody: begin, change (MAINTAINERS itself is nobody's). Authored: the branch. By nobody: the last.
    assert_eq!(counts(&found), [2, 1, 0, 0, 1, 0]);
    assert_eq!((found.merges, found.empty, found.imports), (1, 1, 0));
}

#[test]
fn of_several_paths_one_is_enough_and_all_are_counted_besides() {
    let mut history = with_file();
    history.commit(ANN, KEEPER, "one of two", &[("lib/a", "1"), ("doc/a", "1")]);
    history.commit(ANN, KEEPER, "both\n\nAcked-by: Bo <bo@x>", &[("lib/a", "2"), ("doc/a", "2")]);
    history.commit(ANN, KEEPER, "what is nobody's does not count", &[("lib/a", "3"), ("src/a", "1")]);
    history.commit(CY, BO, "committing is enough\n\nReviewed-by: Cy <cy@x>", &[("doc/a", "3")]);
    let found = history.judge(&Options::default());
    assert_eq!(counts(&found), [1, 3, 1, 0, 0, 0]);
    assert_eq!(found.of(Class::AuthoredByDeclared).whole, 2);
    assert_eq!(found.of(Class::AckedByDeclared).whole, 1);
    assert_eq!(found.by_committing_alone, 1);
}

#[test]
fn people_are_compared_after_the_mailmap_and_without_regard_to_case() {
    let mut history = History::default();
    let mailmap = "Ann <ann@x> <ann@old>\nBo <bo@x> <bo@home>\n";
    let file = "Lib\nM: Ann <ANN@OLD>\nM: Dee Four\nF: lib/\n";
    history.commit(ANN, ANN, "begin", &[("MAINTAINERS", file), (".mailmap", mailmap)]);
    history.commit("A. <Ann@X>", KEEPER, "own", &[("lib/a", "1")]);
    history.commit("dee four <d@x>", KEEPER, "by name", &[("lib/a", "2")]);
    history.commit("Bo <bo@home>", KEEPER, "self\n\nAcked-by: Bo <bo@x>", &[("lib/a", "3")]);
    let found = history.judge(&Options::default());
    assert_eq!(counts(&found), [1, 2, 0, 0, 1, 0]);
    assert_eq!(found.persons, 3);
}

#[test]
fn a_login_is_a_person_only_where_something_says_whose_it_is() {
    let make = || {
        let mut history = History::default();
        history.commit(ANN, ANN, "begin", &[(".github/CODEOWNERS", "/lib/ @annie\n/doc/ @o/team bo@x\n/free/\n")]);
        history.commit("Ann <1+Annie@users.noreply.github.com>", KEEPER, "own", &[("lib/a", "1")]);
        history.commit(ANN, KEEPER, "another address", &[("lib/a", "2")]);
        history.commit(CY, KEEPER, "team\n\nAcked-by: Ann <ann@x>", &[("doc/a", "1")]);
        history.commit(CY, KEEPER, "its member\n\nAcked-by: Bo <bo@x>", &[("doc/a", "2")]);
        history.commit(CY, KEEPER, "nobody's", &[("free/a", "2")]);
        history
    };
    assert_eq!(counts(&make().judge(&Options::default())), [2, 1, 1, 0, 0, 2]);
    let logins = HashMap::from([("Annie".to_owned(), vec!["ann@x".to_owned()])]);
    let found = make().judge(&Options { logins, ..Options::default() });
    assert_eq!(counts(&found), [2, 2, 1, 0, 0, 1]);
    assert_eq!(found.file, ".github/CODEOWNERS");
}

#[test]
fn the_files_of_a_tree_of_owners_are_one_declaration() {
    let mut history = History::default();
    history.commit(ANN, ANN, "begin", &[("OWNERS", "approvers: [Ann]\n"), ("pkg/OWNERS", "approvers: [Bo]\n")]);
    history.commit(BO, KEEPER, "own", &[("pkg/a", "1")]);
    history.commit(BO, KEEPER, "above", &[("cmd/a", "1")]);
    history.commit(ANN, KEEPER, "now alone", &[("pkg/OWNERS", "approvers: [Bo]\noptions: {no_parent_owners: true}\n")]);
    history.commit(ANN, KEEPER, "not below", &[("pkg/a", "2")]);
    history.commit(ANN, KEEPER, "broken", &[("pkg/OWNERS", "a: [")]);
    history.commit(ANN, KEEPER, "gone", &[("pkg/OWNERS", "")]);
    history.commit(ANN, KEEPER, "below again", &[("pkg/a", "3")]);
    let logins =
        HashMap::from([("ann".to_owned(), vec!["ann@x".to_owned()]), ("bo".to_owned(), vec!["bo@x".to_owned()])]);
    let found = history.judge(&Options { logins, ..Options::default() });
    // Authored: own, now alone (judged by the old one), below again. By nobody: above, not below, broken, gone.
    assert_eq!(counts(&found), [1, 3, 0, 0, 4, 0]);
    assert_eq!(found.aside.len(), 1, "{:?}", found.aside);
}

#[test]
fn an_import_is_left_out_and_a_repository_without_a_file_says_nothing() {
    let many: Vec<(String, &str)> = (0..100).map(|n| (format!("lib/{n}"), "1")).collect();
    let mut files: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    files.push(("MAINTAINERS", FILE));
    let mut history = History::default();
    history.commit(ANN, ANN, "all", &files);
    history.commit(ANN, ANN, "own", &[("lib/1", "2")]);
    let found = history.judge(&Options::default());
    assert_eq!((counts(&found), found.imports), ([0, 1, 0, 0, 0, 0], 1));

    let folder = tempfile::tempdir().unwrap();
    let mut history = History::default();
    history.commit(ANN, ANN, "all", &[("a", "1")]);
    let path = history.build(folder.path());
    assert!(conformity(&path, &Options::default()).unwrap().is_none());
    let named = Options { file: Some("OWN".to_owned()), ..Options::default() };
    assert!(conformity(&path, &named).unwrap_err().to_string().contains("OWN"));
    let odd = Options { file: Some("a".to_owned()), ..Options::default() };
    assert!(conformity(&path, &odd).unwrap_err().hint().is_some());
}

#[test]
fn a_real_history_adds_up_and_is_judged_as_of_each_commit() {
    let bundle = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/dpdk.bundle"));
    if !bundle.exists() {
        println!("skipped: ../shared/data is not here");
        return;
    }
    let found = conformity(bundle, &Options::default()).unwrap().unwrap();
    let counts = counts(&found);
    // Counted once more by other means: Python's regular expressions over what git prints, names by `git check-mailmap`.
    assert_eq!(counts, [180, 1_061, 1_145, 492, 373, 0]);
    assert_eq!(Class::ALL.map(|class| found.of(class).whole), [0, 988, 1_009, 0, 0, 0]);
    assert_eq!((found.persons, found.by_committing_alone, found.imports), (275, 112, 1));
    assert!(found.aside.is_empty(), "{:?}", found.aside);
    assert_eq!(found.format, Some(Format::Maintainers));
    assert_eq!(found.commits + found.merges + found.empty + found.imports, 3_252, "all that git counts");
    assert_eq!(found.versions.len(), 72);
    assert!(found.versions.iter().filter(|version| version.judged > 0).count() > 60);
    assert_eq!(found.of(Class::CannotTell).commits, 0, "the file names addresses");
    for class in Class::ALL {
        assert!(found.of(class).persons <= found.of(class).commits);
        assert!(found.of(class).whole <= found.of(class).commits);
    }
}

#[test]
fn a_real_file_of_logins_is_read_and_what_cannot_be_told_is_not() {
    let bundle = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/peps.bundle"));
    if !bundle.exists() {
        println!("skipped: ../shared/data is not here");
        return;
    }
    let found = conformity(bundle, &Options::default()).unwrap().unwrap();
    let counts = counts(&found);
    println!("{counts:?} of {} in {} versions, aside {}", found.commits, found.versions.len(), found.aside.len());
    assert_eq!((found.file.as_str(), found.format), (".github/CODEOWNERS", Some(Format::CodeownersGithub)));
    assert!(found.versions.len() > 200);
    assert!(found.without_a_file > 1_000, "the file is younger than the repository");
    assert!(counts[Class::CannotTell as usize] > 1_000, "logins and a team are no addresses");
    assert!(found.aside.is_empty(), "{:?}", found.aside);
}

#[test]
fn every_file_belongs_to_its_author_and_every_commit_passes_one_gate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("repo");
    across_the_sea::build(&path, 60);
    let found = conformity(&path, &Options::default()).unwrap().unwrap();
    assert_eq!((found.commits, found.persons, found.file.as_str()), (61, 5, "CODEOWNERS"));
    assert_eq!(found.of(Class::AuthoredByDeclared).commits, 60, "by its charter this repository is aligned");
    assert_eq!(found.of(Class::AuthoredByDeclared).whole, 60);
    assert_eq!(found.without_a_file, 1);
    let out = Command::new("git").arg("-C").arg(&path).args(["log", "--format=%at %ct %ae %ce"]).output().unwrap();
    for line in String::from_utf8(out.stdout).unwrap().lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let hours = (fields[1].parse::<i64>().unwrap() - fields[0].parse::<i64>().unwrap()) / 3_600;
        assert_eq!((hours, fields[3]), (across_the_sea::HOURS, across_the_sea::GATE.1));
        assert!(fields[2].ends_with("@example.pl"));
    }
}
