//! Synthetic repositories by `git fast-import`, and a sink that keeps everything.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sayso_model::coverage::{Ledger, Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use sayso_model::signs::Signs;
use sayso_sources::{Done, Kind, Lens, Source, git};

/// A repository that goes with the test.
pub struct Repo {
    folder: tempfile::TempDir,
    branch: String,
    shas: RefCell<HashMap<String, String>>,
    last: RefCell<Option<String>>,
}

/// A commit in the making; `message` makes it.
pub struct Draft<'a> {
    repo: &'a Repo,
    name: String,
    parents: Option<Vec<String>>,
    author: String,
    committer: String,
    files: Vec<(String, String)>,
}

impl Repo {
    pub fn new(branch: &str) -> Repo {
        let repo = Repo {
            folder: tempfile::tempdir().unwrap(),
            branch: branch.to_owned(),
            shas: RefCell::default(),
            last: RefCell::default(),
        };
        std::fs::create_dir(repo.path()).unwrap();
        repo.git(&["init", "-q", "-b", branch]);
        repo
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    pub fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn source(&self) -> Source {
        Source::new("x", Kind::Git, self.path(), Lens::of_kind(Kind::Git))
    }

    pub fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.path(), args)
    }

    pub fn git_in(&self, folder: &Path, args: &[&str]) -> String {
        let out = command(folder).args(args).output().unwrap();
        assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).trim_end().to_owned()
    }

    /// A commit on the last one, unless it names its parents.
    pub fn commit(&self, name: &str) -> Draft<'_> {
        Draft {
            repo: self,
            name: name.to_owned(),
            parents: None,
            author: String::new(),
            committer: String::new(),
            files: vec![(format!("{name}.txt"), name.to_owned())],
        }
    }

    pub fn sha(&self, name: &str) -> String {
        self.shas.borrow()[name].clone()
    }

    /// Puts the branch on a commit.
    pub fn finish(&self, name: &str) -> String {
        let sha = self.sha(name);
        self.git(&["update-ref", &format!("refs/heads/{}", self.branch), &sha]);
        sha
    }
}

impl Draft<'_> {
    pub fn parents(mut self, names: &[&str]) -> Self {
        self.parents = Some(names.iter().map(|name| self.repo.sha(name)).collect());
        self
    }

    pub fn author(self, name: &str, at: i64, offset: &str) -> Self {
        self.author_as(&full(name), at, offset)
    }

    pub fn author_as(mut self, who: &str, at: i64, offset: &str) -> Self {
        self.author = format!("{who} {at} {offset}");
        self
    }

    pub fn committer(self, name: &str, at: i64, offset: &str) -> Self {
        self.committer_as(&full(name), at, offset)
    }

    pub fn committer_as(mut self, who: &str, at: i64, offset: &str) -> Self {
        self.committer = format!("{who} {at} {offset}");
        self
    }

    pub fn paths(mut self, paths: &[&str]) -> Self {
        self.files = paths.iter().map(|path| ((*path).to_owned(), self.name.clone())).collect();
        self
    }

    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    pub fn message(self, message: &str) {
        self.message_bytes(message.as_bytes());
    }

    pub fn message_bytes(self, message: &[u8]) {
        let mut input = Vec::new();
        writeln!(input, "feature done\ncommit refs/sayso-test/{}\nmark :1", self.name).unwrap();
        writeln!(input, "author {}\ncommitter {}\ndata {}", self.author, self.committer, message.len()).unwrap();
        input.extend_from_slice(message);
        input.push(b'\n');
        let parents = self.parents.unwrap_or_else(|| self.repo.last.borrow().iter().cloned().collect());
        for (n, parent) in parents.iter().enumerate() {
            writeln!(input, "{} {parent}", if n == 0 { "from" } else { "merge" }).unwrap();
        }
        for (path, text) in &self.files {
            let quoted = path.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t");
            writeln!(input, "M 100644 inline \"{quoted}\"\ndata {}\n{text}", text.len()).unwrap();
        }
        writeln!(input, "done").unwrap();
        let mut child = command(&self.repo.path())
            .args(["fast-import", "--quiet", "--force", "--date-format=raw-permissive"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&input).unwrap();
        assert!(child.wait().unwrap().success());
        let sha = self.repo.git(&["rev-parse", &format!("refs/sayso-test/{}", self.name)]);
        self.repo.last.replace(Some(sha.clone()));
        self.repo.shas.borrow_mut().insert(self.name, sha);
    }
}

/// A history with branches, nested branches, patches, web merges and reverts; the same every time.
pub fn braided(repo: &Repo, n: usize) {
    let people = ["ann", "bo", "cy", "dee"];
    let t0 = 1_600_000_000;
    let mut main = String::new();
    for i in 0..n {
        let at = t0 + i as i64 * 10_000;
        let (who, other) = (people[i % 4], people[(i * 3 + 1) % 4]);
        let name = format!("x{i}");
        match i % 5 {
            0 | 1 => {
                on(&main, repo.commit(&name))
                    .author(who, at, "+0100")
                    .committer(other, at + 500, "+0000")
                    .message("patch\n\nAcked-by: Ed <ed@example.org>\n");
                main = name;
            }
            2 => {
                let (a, b, m) = (format!("{name}a"), format!("{name}b"), format!("{name}m"));
                repo.commit(&a).parents(&[&main]).author(who, at, "+0100").committer(who, at, "+0100").message("one\n");
                repo.commit(&b)
                    .parents(&[&a])
                    .author(other, at + 5, "+0100")
                    .committer(other, at + 7, "+0100")
                    .message(&format!("two\n\nFixes: {}\n", repo.sha(&main)));
                repo.commit(&m)
                    .parents(&[&main, &b])
                    .author("ed", at + 900, "+0200")
                    .committer_as("GitHub <noreply@github.com>", at + 900, "+0000")
                    .message("Merge pull request #1 from a/b\n");
                main = m;
            }
            3 => {
                let (a, b, c, inner, outer) = (
                    format!("{name}a"),
                    format!("{name}b"),
                    format!("{name}c"),
                    format!("{name}i"),
                    format!("{name}o"),
                );
                repo.commit(&a)
                    .parents(&[&main])
                    .author(who, at, "+0000")
                    .committer(other, at + 50, "+0000")
                    .message("patch\n");
                repo.commit(&b)
                    .parents(&[&a])
                    .author("fay", at + 60, "+0000")
                    .committer("fay", at + 60, "+0000")
                    .message("inner\n");
                repo.commit(&c)
                    .parents(&[&a])
                    .author("gus", at + 70, "+0000")
                    .committer("gus", at + 80, "+0000")
                    .message("outer\n");
                repo.commit(&inner)
                    .parents(&[&c, &b])
                    .author("gus", at + 90, "+0000")
                    .committer("gus", at + 90, "+0000")
                    .message("Merge branch 'inner' into topic\n");
                repo.commit(&outer)
                    .parents(&[&main, &inner])
                    .author("ann", at + 950, "+0000")
                    .committer("ann", at + 950, "+0000")
                    .message("Merge branch 'topic'\n");
                main = outer;
            }
            _ => {
                let reverted = repo.sha(&format!("x{}a", i - 2));
                repo.commit(&name)
                    .parents(&[&main])
                    .author(who, at, "+0000")
                    .committer(who, at, "+0000")
                    .message(&format!("Revert \"one\"\n\nThis reverts commit {reverted}.\n"));
                main = name;
            }
        }
    }
    repo.finish(&main);
}

/// On top of the main line, where there is one.
fn on<'a>(main: &str, draft: Draft<'a>) -> Draft<'a> {
    if main.is_empty() { draft } else { draft.parents(&[main]) }
}

fn full(name: &str) -> String {
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{} <{name}@example.org>", letters.as_str())
}

/// The short name of a synthetic person; others as they are.
pub fn person(label: &str) -> String {
    match label.split_once('<').and_then(|(_, email)| email.strip_suffix("@example.org>")) {
        Some(name) if full(name) == label => name.to_owned(),
        _ => label.to_owned(),
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE");
    command
}

/// An event, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub item: String,
    pub at: i64,
    pub offset: Option<i16>,
    pub actor: String,
    pub act: String,
    pub activity: String,
    pub to: String,
    pub matter: String,
    pub area: String,
    pub verdict: String,
    pub link: String,
    pub signs: Signs,
    pub attributes: Vec<(String, String)>,
}

impl Event {
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == key).map(|(_, value)| value.as_str())
    }
}

/// A sink that keeps everything and its books.
#[derive(Default)]
pub struct Kept {
    pub events: Vec<Event>,
    pub ledger: Ledger,
    pub position: Option<String>,
    pub checkpointed: usize,
    pub stop_at_checkpoint: bool,
    pub open: bool,
}

impl Kept {
    /// The events up to the last checkpoint.
    pub fn durable(&self) -> Vec<Event> {
        self.events[..self.checkpointed].to_vec()
    }
}

impl EventSink for Kept {
    fn seen(&mut self) {
        self.ledger.seen += 1;
        self.open = true;
    }

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        assert!(!row.item.is_empty());
        self.ledger.kept += u64::from(std::mem::take(&mut self.open));
        self.ledger.events += 1;
        let text = |value: Option<&str>| value.unwrap_or("").to_owned();
        self.events.push(Event {
            item: row.item.to_owned(),
            at: row.at.micros(),
            offset: row.utc_offset_min,
            actor: text(row.actor),
            act: row.act.map_or("-", |act| act.name()).to_owned(),
            activity: row.activity.to_owned(),
            to: text(row.to),
            matter: text(row.matter),
            area: text(row.area),
            verdict: row.verdict.map_or("", |verdict| verdict.name()).to_owned(),
            link: text(row.link),
            signs: row.signs,
            attributes: row.attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        });
        Ok(())
    }

    fn set_aside(&mut self, place: &str, reason: Reason, _detail: &str) {
        assert!(!place.is_empty() && std::mem::take(&mut self.open), "set aside once, after it was seen");
        *self.ledger.set_aside.entry(reason).or_default() += 1;
    }

    fn note(&mut self, place: &str, note: Note, _detail: &str) {
        assert!(!place.is_empty());
        *self.ledger.notes.entry(note).or_default() += 1;
    }

    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError> {
        self.position = Some(position.to_owned());
        self.checkpointed = self.events.len();
        Ok(if self.stop_at_checkpoint { Flow::Stop } else { Flow::Continue })
    }

    fn progress(&mut self, done: u64, total: Option<u64>) {
        assert!(total.is_none_or(|total| done <= total));
    }
}

pub fn keep(path: &Path) -> Kept {
    keep_source(&Source::new("x", Kind::Git, path, Lens::of_kind(Kind::Git)))
}

pub fn keep_lens(path: &Path, lens: &str) -> Kept {
    keep_source(&Source::new("x", Kind::Git, path, Lens::parse(lens).unwrap()))
}

fn keep_source(source: &Source) -> Kept {
    let mut kept = Kept::default();
    match git::read(source, None, &mut kept).unwrap() {
        Done::Complete { position } => kept.position = Some(position),
        Done::Interrupted => panic!("nobody stopped it"),
    }
    kept
}

/// One line an event, times in hours from `t0`.
pub fn said(kept: &Kept, t0: i64) -> Vec<String> {
    let line = |event: &Event| {
        let hours = (event.at / 1_000_000 - t0).div_euclid(3600);
        format!("{} {}/{} {} {hours:+}", event.item, event.act, event.activity, person(&event.actor))
    };
    kept.events.iter().map(line).collect()
}
