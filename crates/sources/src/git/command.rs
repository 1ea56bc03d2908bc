//! The git program, run so that a repository can neither start anything, nor reach the network, nor change.

use std::ffi::OsStr;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::{fs, io};

use crate::ReadError;

/// The first bytes of a bundle, in its two versions.
const BUNDLE_MAGIC: [&[u8]; 2] = [b"# v2 git bundle\n", b"# v3 git bundle\n"];

/// A repository that can be asked. A bundle is one too: it is cloned, without a work tree, into a folder that lives
/// as long as this value.
pub(crate) struct Repository {
    program: PathBuf,
    path: PathBuf,
    /// Whether `path` is the repository itself (a bare one), rather than a folder in or above it.
    bare: bool,
    /// Where a bundle says that it ends.
    tip: Option<String>,
    /// The branch that is read, without `refs/heads/`; empty where HEAD is detached.
    branch: String,
    is_shallow: bool,
    _clone: Option<tempfile::TempDir>,
}

/// Whether a folder lies in a git repository, or is one, or is one without a work tree.
pub fn is_repository(path: &Path) -> bool {
    if !path.is_dir() {
        return false;
    }
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.ancestors().any(|folder| folder.join(".git").exists() || is_bare(folder))
}

/// Whether a file is a git bundle, by its first line.
pub fn is_bundle(path: &Path) -> bool {
    let mut magic = [0; 16];
    path.is_file()
        && fs::File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok()
        && BUNDLE_MAGIC.iter().any(|known| *known == magic)
}

fn is_bare(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

impl Repository {
    /// Opens a repository or a bundle.
    ///
    /// # Errors
    /// Where the path is neither, git is not installed, or git refuses.
    pub fn open(path: &Path) -> Result<Repository, ReadError> {
        Repository::open_with("git", path)
    }

    fn open_with(program: impl AsRef<Path>, path: &Path) -> Result<Repository, ReadError> {
        let program = program.as_ref().to_owned();
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if is_bundle(&absolute) {
            return Repository::open_bundle(program, &absolute);
        }
        if !is_repository(&absolute) {
            return Err(ReadError::Git {
                what: format!("{} is neither a git repository nor a bundle of one", path.display()),
                hint: "give the folder of a clone, or a file made with `git bundle create FILE HEAD main`".to_owned(),
            });
        }
        let bare = is_bare(&absolute);
        let mut repository = Repository {
            program,
            path: absolute,
            bare,
            tip: None,
            branch: String::new(),
            is_shallow: false,
            _clone: None,
        };
        repository.choose_tip()?;
        Ok(repository)
    }

    fn open_bundle(program: PathBuf, file: &Path) -> Result<Repository, ReadError> {
        let heads = bundle_heads(file)?;
        let clone = tempfile::Builder::new()
            .prefix("sayso-bundle-")
            .tempdir()
            .map_err(|source| ReadError::Io { path: file.to_owned(), source })?;
        let path = clone.path().join("bundle.git");
        let mut command = Command::new(&program);
        harden(&mut command);
        command.args(["clone", "--quiet", "--mirror", "--template=", "--"]).arg(file).arg(&path);
        run(command, &[0])?;
        let (tip, branch) = choose(&heads);
        Ok(Repository { program, path, bare: true, tip, branch, is_shallow: false, _clone: Some(clone) })
    }

    /// Where the history that is read ends: HEAD; where that names nothing, as in a bundle without HEAD, the first of
    /// main, master and the other branches. `None` where there are no commits.
    pub fn tip(&self) -> Option<&str> {
        self.tip.as_deref()
    }

    /// The branch that is read, without `refs/heads/`; empty where HEAD is detached.
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// What git prints, without the last line end.
    ///
    /// # Errors
    /// Where git fails.
    pub fn ask<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Result<String, ReadError> {
        let mut command = self.command();
        command.args(args);
        Ok(run(command, &[0])?.1.trim_end_matches('\n').to_owned())
    }

    /// What git prints, or `None` where it says no: the code 1, or 128 for what is not there.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn try_ask<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Result<Option<String>, ReadError> {
        let mut command = self.command();
        command.args(args);
        let (code, text) = run(command, &[0, 1, 128, 129])?;
        Ok((code == 0).then(|| text.trim_end_matches('\n').to_owned()))
    }

    /// Starts git and reads from it while it runs.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn pipe<I: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = I>) -> Result<Pipe, ReadError> {
        let mut command = self.command();
        command.args(args).stdin(Stdio::null());
        Pipe::start(command).map(|(pipe, _)| pipe)
    }

    /// Starts a git that is told what to do line by line: all of it before it begins (`--stdin`), or as it goes on.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn converse<I: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = I>,
    ) -> Result<(Pipe, ChildStdin), ReadError> {
        let mut command = self.command();
        command.args(args).stdin(Stdio::piped());
        let (pipe, stdin) = Pipe::start(command)?;
        Ok((pipe, stdin.expect("the command was given a pipe to read from")))
    }

    /// Starts a git that reads a list to its end before it answers.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn pipe_list<I: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = I>,
        list: impl Iterator<Item = String>,
    ) -> Result<Pipe, ReadError> {
        let (pipe, stdin) = self.converse(args)?;
        let mut stdin = BufWriter::new(stdin);
        for line in list {
            // Where git is gone already, its end will say why.
            if writeln!(stdin, "{line}").is_err() {
                break;
            }
        }
        drop(stdin);
        Ok(pipe)
    }

    /// What tells a shallow clone's cut from another; empty for a whole history.
    ///
    /// # Errors
    /// Where git fails.
    pub fn shallow(&self) -> Result<String, ReadError> {
        if !self.is_shallow {
            return Ok(String::new());
        }
        let file = self.path.join(self.ask(["rev-parse", "--git-path", "shallow"])?);
        let cut = fs::read(&file).map_err(|source| ReadError::Io { path: file, source })?;
        Ok(format!("{:016x}", twox_hash::XxHash3_64::oneshot(&cut)))
    }

    /// The filter of a partial clone (`blob:none`); empty where objects are missing by another rule, `None` for a
    /// whole clone.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn partial(&self) -> Result<Option<String>, ReadError> {
        let promises = ["config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$"];
        if self.try_ask(promises)?.is_none() {
            return Ok(None);
        }
        let filter = self.try_ask(["config", "--get-regexp", r"^remote\..*\.partialclonefilter$"])?;
        Ok(Some(filter.and_then(|text| Some(text.split_whitespace().nth(1)?.to_owned())).unwrap_or_default()))
    }

    /// Whether the clone left its trees on the server, so that nothing shows which paths changed.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn lacks_trees(&self) -> Result<bool, ReadError> {
        Ok(self.partial()?.is_some_and(|filter| filter.starts_with("tree:")))
    }

    /// The id of `.mailmap` at a commit, where there is one.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn mailmap_id(&self, tip: &str) -> Result<Option<String>, ReadError> {
        self.try_ask(["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{tip}:.mailmap")])
    }

    /// Whether one commit is another's ancestor, or the same; `false` where either is not there.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn is_ancestor(&self, older: &str, newer: &str) -> Result<bool, ReadError> {
        Ok(self.try_ask(["merge-base", "--is-ancestor", older, newer])?.is_some())
    }

    fn choose_tip(&mut self) -> Result<(), ReadError> {
        // Whether git reads it at all, whether it is shallow and where it ends: one start of git tells all three. Without a
        // HEAD the last is missing and the code is 1.
        let mut command = self.command();
        command.args([
            "rev-parse",
            "--is-shallow-repository",
            "--verify",
            "--quiet",
            "--end-of-options",
            "HEAD^{commit}",
        ]);
        let (_, text) = run(command, &[0, 1])?;
        let (shallow, tip) = text.trim_end_matches('\n').split_once('\n').unwrap_or((text.trim_end(), ""));
        self.is_shallow = shallow == "true";
        self.tip = (!tip.is_empty()).then(|| tip.to_owned());
        let branch = self.try_ask(["symbolic-ref", "--quiet", "--short", "HEAD"])?;
        self.branch = branch.unwrap_or_default();
        if self.tip.is_none() {
            let list = self.ask(["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/remotes"])?;
            (self.tip, self.branch) = choose(&refs(&list));
        }
        Ok(())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        harden(&mut command);
        // A bare repository is named outright, so that `safe.bareRepository=explicit` lets it be read.
        if self.bare {
            command.arg("--git-dir").arg(&self.path).current_dir(&self.path);
        } else {
            command.arg("-C").arg(&self.path);
        }
        command
    }
}

/// What every git is started with.
fn harden(command: &mut Command) {
    command
        .args(["--no-pager", "--no-replace-objects"])
        .args(["-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "log.showRoot=true"])
        .args(["-c", "core.quotePath=false", "-c", "i18n.logOutputEncoding=UTF-8"])
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C");
    // Sayso may run inside a git hook, where these point at another repository.
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
        "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG",
        "GIT_EXTERNAL_DIFF",
        "GIT_DIFF_OPTS",
        "GIT_GRAFT_FILE",
        "GIT_SHALLOW_FILE",
        "GIT_LITERAL_PATHSPECS",
        "GIT_ATTR_SOURCE",
    ] {
        command.env_remove(name);
    }
}

/// A git that runs. It is ended when this value goes.
pub(crate) struct Pipe {
    child: Child,
    pub out: BufReader<ChildStdout>,
    talk: Option<JoinHandle<String>>,
}

impl Pipe {
    fn start(mut command: Command) -> Result<(Pipe, Option<ChildStdin>), ReadError> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(not_started)?;
        let stdin = child.stdin.take();
        let out = child.stdout.take().expect("the command was given a pipe to write to");
        let mut stderr = child.stderr.take().expect("the command was given a pipe to complain to");
        let talk = std::thread::spawn(move || {
            let mut text = Vec::new();
            // Enough to tell what is wrong; the rest is drained so that git never waits for us.
            let _ = stderr.by_ref().take(65_536).read_to_end(&mut text);
            let _ = io::copy(&mut stderr, &mut io::sink());
            String::from_utf8_lossy(&text).into_owned()
        });
        Ok((Pipe { child, out: BufReader::with_capacity(1 << 17, out), talk: Some(talk) }, stdin))
    }

    /// Waits for the end and looks at how git ended.
    ///
    /// # Errors
    /// Where it did not end well.
    pub fn finish(mut self, allowed: &[i32]) -> Result<i32, ReadError> {
        let status = self.child.wait().map_err(not_started)?;
        let talk = self.talk.take().and_then(|talk| talk.join().ok()).unwrap_or_default();
        match status.code() {
            Some(code) if allowed.contains(&code) => Ok(code),
            _ => Err(refused(&talk)),
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // Both fail only where the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(mut command: Command, allowed: &[i32]) -> Result<(i32, String), ReadError> {
    command.stdin(Stdio::null());
    let (mut pipe, _) = Pipe::start(command)?;
    let mut text = Vec::new();
    pipe.out.read_to_end(&mut text).map_err(not_started)?;
    let code = pipe.finish(allowed)?;
    Ok((code, String::from_utf8_lossy(&text).into_owned()))
}

fn not_started(error: io::Error) -> ReadError {
    if error.kind() == io::ErrorKind::NotFound {
        return ReadError::Git {
            what: "the program git is not installed, or not where programs are looked for".to_owned(),
            hint: "install git 2.31 or newer and try again".to_owned(),
        };
    }
    ReadError::Git { what: format!("the program git cannot be used: {error}"), hint: String::new() }
}

/// What git said, and what helps where that is known.
fn refused(talk: &str) -> ReadError {
    let what = talk
        .lines()
        .filter_map(|line| line.strip_prefix("fatal: ").or_else(|| line.strip_prefix("error: ")))
        .next_back()
        .or_else(|| talk.lines().find(|line| !line.trim().is_empty()))
        .unwrap_or("it ended without saying why");
    let hint = if talk.contains("dubious ownership") {
        "the repository belongs to another user; `git config --global --add safe.directory FOLDER` allows it to be read"
    } else if talk.contains("lacks these prerequisite commits") {
        "the bundle holds only a part of a history; make a whole one with `git bundle create FILE --all`"
    } else if talk.contains("lazy fetching disabled") || talk.contains("unable to read") || talk.contains("missing") {
        "objects are missing; `git fsck` lists them, and `git fetch --refetch` gets those of a partial clone"
    } else {
        ""
    };
    ReadError::Git { what: what.to_owned(), hint: hint.to_owned() }
}

/// The refs that a bundle holds, as (id, name), in its order.
pub(crate) fn bundle_heads(file: &Path) -> Result<Vec<(String, String)>, ReadError> {
    let io = |source| ReadError::Io { path: file.to_owned(), source };
    let mut reader = BufReader::new(fs::File::open(file).map_err(io)?);
    let mut text = Vec::new();
    loop {
        let from = text.len();
        let n = io::BufRead::read_until(&mut reader, b'\n', &mut text).map_err(io)?;
        if n <= 1 || text.len() > 1 << 26 {
            text.truncate(from);
            break;
        }
    }
    let text = String::from_utf8_lossy(&text);
    let plain: String =
        text.lines().filter(|line| !line.starts_with(['#', '-', '@'])).flat_map(|l| [l, "\n"]).collect();
    Ok(refs(&plain))
}

/// Where a bundle ends, without opening it.
///
/// # Errors
/// Where the file cannot be read.
pub(super) fn bundle_tip(file: &Path) -> Result<Option<String>, ReadError> {
    Ok(choose(&bundle_heads(file)?).0)
}

fn refs(list: &str) -> Vec<(String, String)> {
    list.lines().filter_map(|line| line.split_once(' ')).map(|(id, name)| (id.to_owned(), name.to_owned())).collect()
}

/// The tip to read, and the name of its branch: HEAD, else main, else master, else the first branch, else anything.
fn choose(refs: &[(String, String)]) -> (Option<String>, String) {
    let named = |name: &str| refs.iter().find(|(_, found)| found == name);
    let head = named("HEAD");
    let chosen = head
        .or_else(|| named("refs/heads/main"))
        .or_else(|| named("refs/heads/master"))
        .or_else(|| refs.iter().find(|(_, name)| name.starts_with("refs/heads/")))
        .or_else(|| refs.first());
    let Some((id, _)) = chosen else { return (None, String::new()) };
    let branches = refs.iter().filter(|(tip, _)| tip == id).filter_map(|(_, name)| name.strip_prefix("refs/heads/"));
    (Some(id.clone()), branches.min_by_key(|name| !matches!(*name, "main" | "master")).unwrap_or("").to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn without_git_the_error_says_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        let error = Repository::open_with("git-that-is-not-there", folder.path()).err().unwrap();
        assert!(error.to_string().contains("not installed"), "{error}");
        assert!(error.hint().unwrap().contains("install git"));
    }

    #[test]
    fn a_folder_without_git_is_no_repository() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_repository(folder.path()) && !is_bundle(folder.path()));
        assert!(!is_repository(&folder.path().join("nowhere")) && !is_bundle(&folder.path().join("nowhere")));
        let error = Repository::open(folder.path()).err().unwrap();
        assert!(error.to_string().contains("neither a git repository nor a bundle"), "{error}");
    }

    #[test]
    fn head_comes_first_and_then_the_usual_names() {
        let refs = |list: &str| refs(list);
        assert_eq!(choose(&refs("aa refs/heads/x\nbb HEAD\nbb refs/heads/main\n")), (Some("bb".into()), "main".into()));
        assert_eq!(choose(&refs("aa refs/heads/x\nbb refs/heads/master\n")), (Some("bb".into()), "master".into()));
        assert_eq!(choose(&refs("aa refs/heads/x\nbb refs/heads/y\n")), (Some("aa".into()), "x".into()));
        assert_eq!(choose(&refs("cc refs/tags/v1\n")), (Some("cc".into()), String::new()));
        assert_eq!(choose(&refs("")), (None, String::new()));
    }

    #[test]
    fn what_git_says_last_is_told_with_what_helps() {
        let error = refused("fatal: detected dubious ownership in repository at 'x'\n");
        assert!(error.hint().unwrap().contains("safe.directory"));
        assert!(refused("").to_string().contains("without saying why"));
    }
}
