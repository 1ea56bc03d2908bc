//! Commits that another commit speaks of, by id or by subject.

use std::io::{BufRead, Read, Write};
use std::process::ChildStdin;

use rustc_hash::FxHashMap;
use twox_hash::XxHash3_64;

use super::command::{Pipe, Repository};
use super::framing::{Commit, Ident};
use super::mainline::Mainline;
use super::message;
use crate::ReadError;

/// Looks commits up in a git that stays; it starts with the first question.
pub(super) struct Lookup<'a> {
    repository: &'a Repository,
    tip: &'a str,
    git: Option<(Pipe, ChildStdin)>,
    /// The last commit told that has a subject, by its hash, where the whole history is told. All commits before one are
    /// told before it, so that nobody has to be asked.
    told: Option<FxHashMap<u64, u32>>,
    /// The places in the order of the commits that have a subject, by its hash, children first.
    subjects: Option<FxHashMap<u64, Vec<u32>>>,
}

impl<'a> Lookup<'a> {
    /// Nothing is started yet. `whole` where every commit is going to be told, from the oldest on.
    pub fn new(repository: &'a Repository, tip: &'a str, whole: bool) -> Self {
        Self { repository, tip, git: None, told: whole.then(FxHashMap::default), subjects: None }
    }

    /// Remembers the subject of a commit that was told.
    pub fn told(&mut self, line: &Mainline, commit: &Commit) {
        if let (Some(told), Some(at)) = (&mut self.told, line.index(&commit.sha)) {
            told.insert(XxHash3_64::oneshot(&message::subject_as_git_has_it(&commit.message)), at);
        }
    }

    /// The last commit before another, which is being told, that has this subject. Where not everything was told, the
    /// first question reads all subjects once.
    pub fn before(&mut self, line: &Mainline, from: &str, subject: &str) -> Result<Option<String>, ReadError> {
        if let Some(told) = &self.told {
            return Ok(told.get(&XxHash3_64::oneshot(subject.as_bytes())).map(|at| line.id(*at)));
        }
        if self.subjects.is_none() {
            self.subjects = Some(self.read_subjects(line)?);
        }
        let places = self.subjects.as_ref().and_then(|subjects| subjects.get(&XxHash3_64::oneshot(subject.as_bytes())));
        let (Some(places), Some(from)) = (places, line.index(from)) else { return Ok(None) };
        Ok(places.iter().find(|at| **at > from).map(|at| line.id(*at)))
    }

    fn read_subjects(&self, line: &Mainline) -> Result<FxHashMap<u64, Vec<u32>>, ReadError> {
        let args = ["log", "-z", "--topo-order", "--format=%H %s", "--encoding=UTF-8", "--no-patch", "--no-notes"];
        let mut pipe =
            self.repository.pipe(args.into_iter().chain(["--no-color", "--end-of-options", self.tip, "--"]))?;
        let mut subjects: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        for record in (&mut pipe.out).split(0) {
            let record = record.map_err(super::broken_stream)?;
            let Some(space) = memchr::memchr(b' ', &record) else { continue };
            if let Some(at) = line.index(&String::from_utf8_lossy(&record[..space])) {
                subjects.entry(XxHash3_64::oneshot(&record[space + 1..])).or_default().push(at);
            }
        }
        pipe.finish(&[0])?;
        for places in subjects.values_mut() {
            places.sort_unstable();
        }
        Ok(subjects)
    }

    /// The commit, with only what names its item: `None` where there is no such commit.
    pub fn commit(&mut self, id: &str) -> Result<Option<Commit>, ReadError> {
        if self.git.is_none() {
            self.git = Some(self.repository.converse(["cat-file", "--batch"])?);
        }
        let Some((pipe, stdin)) = &mut self.git else { return Ok(None) };
        let broken = |_| ReadError::Git { what: "git cat-file stopped answering".to_owned(), hint: String::new() };
        stdin.write_all(format!("{id}\n").as_bytes()).and_then(|()| stdin.flush()).map_err(broken)?;
        let mut head = String::new();
        pipe.out.read_line(&mut head).map_err(broken)?;
        let mut fields = head.split_ascii_whitespace();
        let (Some(sha), Some(kind), Some(size)) = (fields.next(), fields.next(), fields.next()) else {
            return Ok(None);
        };
        let Ok(size) = size.parse::<usize>() else { return Ok(None) };
        let mut object = Vec::new();
        (&mut pipe.out).take(size as u64 + 1).read_to_end(&mut object).map_err(broken)?;
        if kind != "commit" {
            return Ok(None);
        }
        object.truncate(size);
        let sha = sha.to_owned();
        Ok(Some(raw_commit(sha, &object)))
    }
}

/// A commit as git stores it.
fn raw_commit(sha: String, object: &[u8]) -> Commit {
    let mut commit = Commit { sha, ..Commit::default() };
    let mut rest = object;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        if line.is_empty() {
            break;
        }
        if let Some(parent) = line.strip_prefix(b"parent ") {
            commit.parents.push_str(&String::from_utf8_lossy(parent));
            commit.parents.push(' ');
        } else if let Some(ident) = line.strip_prefix(b"author ") {
            commit.author = raw_ident(ident);
        } else if let Some(ident) = line.strip_prefix(b"committer ") {
            commit.committer = raw_ident(ident);
        }
    }
    commit.message = rest.to_vec();
    commit
}

fn raw_ident(text: &[u8]) -> Ident {
    let open = memchr::memchr(b'<', text).unwrap_or(text.len());
    let close = memchr::memrchr(b'>', text).unwrap_or(text.len());
    Ident {
        name: text[..open].trim_ascii().to_vec(),
        email: text.get(open + 1..close).unwrap_or(&[]).to_vec(),
        date: text.get(close + 1..).unwrap_or(&[]).trim_ascii().to_vec(),
    }
}
