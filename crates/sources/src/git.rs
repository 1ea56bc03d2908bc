//! Git repositories and bundles to events: who wrote a change, who reviewed it, who took it in, and where it lies.
//!
//! # What is read
//!
//! The history of HEAD, of any clone: with a work tree or bare, a linked work tree, a folder inside of one (the whole
//! repository is read, not the folder), or a bundle, which is cloned without a work tree into a temporary folder.
//! Where HEAD names nothing, as in a bundle without it, main, master or the first branch is read. Nothing is checked
//! out, written, fetched or run: no hooks, no filters, no external diffs, no network. Replaced objects are not
//! followed. Names are those of `.mailmap` as of the tip that is read.
//!
//! # What a commit tells
//!
//! An item is one change: the `Change-Id:` where there is one, the merge commit's id for a topic branch, else the
//! commit's id. The matter is `merge`, the area the folder in which most of the changed paths lie.
//!
//! | activity | act | who | when |
//! |---|---|---|---|
//! | authored | raised | author | author time |
//! | authored (time unknown) | none | author | commit time |
//! | a trailer's key | approved, advised, worked | whom it names | commit time (`time=commit`) |
//! | fixed | linked to the repaired change | author | commit time |
//! | committed by another | decided | committer | commit time |
//! | committed by the author | executed | committer | commit time |
//! | committed by a service, committed (a nameless one) | executed | committer | commit time |
//! | committed on a branch | worked | committer | commit time |
//! | merged by another | decided | merger | merge time |
//! | merged by the author, by a service | executed | merger | merge time |
//! | merged after the decision | executed | merger | merge time |
//! | reverted | reversed, on the reverted change | who took the revert in, else its author | commit time |
//! | imported | none | author | commit time |
//!
//! * **Raised** is told only where the author's time is evidence of a beginning: before the commit's, or on a branch
//!   that is merged later. Squash and web merges write one time into both, and clocks may go wrong: such a change has
//!   an answer and no known beginning, rather than a wait of zero.
//! * **Decided** is the act of another person who took the change in, by rule. Where author and committer are one
//!   (by address or name), the commit is only the execution, and the decider has to be inferred from trailers. Web
//!   services, review servers and merge robots (the lens lists them) execute; they decide nothing.
//! * **A merge** decides, as one item, what its branch brings: the branch's commits are work on that item, and the
//!   first of them raises it. Commits on a branch that another person took in, or that bear a `Change-Id:`, are items
//!   of their own, and the merge decides or carries out each of them. A web service's merge is told of the person
//!   whom it names as the merge's author. Merges that bring nothing, or only join two copies of one line, are set
//!   aside. Paths of merges are those against the first parent.
//! * **Signed-off-by** of others than author and committer shows that a change passed through their hands, in no order
//!   that has times: it is `worked`, never a hand-over with an invented time.
//! * **Reverts and fixes** name a commit by its id; where the history does not hold that id, as after it was rewritten,
//!   the last earlier commit with the quoted subject is meant. A revert of what is not here is not told.
//! * **A first commit** that brings a hundred paths or more is an import, whose history lies elsewhere: no act.
//! * **The words** of a message are not told. Of its body, what stands between the subject and the trailers, the acts of
//!   author, committer and merger bear two bits: that there is one, and whether it gives a reason.
//!
//! Every row but the meaning of the columns can be set in the table `[git]` of a lens (`lenses/git.toml`).
//!
//! # Going on
//!
//! Commits come in git's topological order, oldest first. A position names the walk (from which tip to which) and the
//! commits of it that are done. A walk that was stopped goes on to its own end before newer commits are read; the
//! commits already told are passed over, to remember what later merges need. When the tip that was read is no longer
//! an ancestor of the present one, or the mailmap, the depth of a shallow clone or the lens has changed, the source
//! is [`Freshness::Changed`] and has to be read anew.

mod about;
mod area;
pub(crate) mod command;
pub(crate) mod framing;
mod lookup;
mod mailmap;
mod mainline;
mod message;
mod people;
mod position;
mod rules;
mod shape;
mod tell;

use std::io;

use rustc_hash::FxHashSet;
use sayso_model::coverage::Note;
use sayso_model::event::{EventSink, Flow};

pub use about::{About, about};
pub use command::{is_bundle, is_repository};
pub use mailmap::Mailmap;
pub use message::{Mention, Trailer, change_id, fixes, people, reverts, trailers};
pub use rules::Rules;
pub use shape::{GitShape, gaps, shape};

use crate::{Done, Freshness, ReadError, Source};
use area::Areas;
use command::{Repository, bundle_tip};
use framing::{Commit, FORMAT, Frames};
use lookup::Lookup;
use mainline::Mainline;
use position::Position;
use tell::Teller;

/// Commits between two reports of progress.
const PROGRESS_EVERY: u64 = 1_000;

/// Reads a repository or a bundle into a sink; with `resume`, only what stands behind that position.
///
/// An empty repository is complete with no events. Memory does not grow with events; a commit takes about 100
/// bytes while the reading lasts, and branches whose merge is still to come take some more.
///
/// # Errors
/// Where git is not installed or refuses, where objects are missing, where history was rewritten since `resume`, and
/// where the sink takes no more.
pub fn read(source: &Source, resume: Option<&str>, sink: &mut dyn EventSink) -> Result<Done, ReadError> {
    let rules = rules_of(source)?;
    let repository = Repository::open(&source.path)?;
    let shallow = repository.shallow()?;
    let begin = |base: Option<String>, tip: Option<String>| -> Result<Position, ReadError> {
        let mailmap = tip.as_deref().map(|tip| repository.mailmap_id(tip)).transpose()?.flatten();
        Ok(Position::begin(base, tip, mailmap, shallow.clone(), rules.fingerprint()))
    };
    let mut position = match resume {
        Some(text) => Position::read(text).ok_or_else(|| not_a_position(source))?,
        None => {
            if !shallow.is_empty() {
                sink.note("repository", Note::SourceIncomplete, "a shallow clone: its history is cut off");
            }
            begin(None, repository.tip().map(str::to_owned))?
        }
    };
    let without_paths = repository.lacks_trees()?;
    if without_paths {
        sink.note("repository", Note::SourceIncomplete, "a clone without trees: it does not show what was changed");
    }
    loop {
        if !position.complete {
            if let Some(tip) = position.tip.clone() {
                let walk = Walk { source, repository: &repository, rules: &rules, without_paths };
                if walk.walk(&tip, &mut position, sink)? == Flow::Stop {
                    return Ok(Done::Interrupted);
                }
            }
            position.complete = true;
        }
        if position.tip.as_deref() == repository.tip() {
            return Ok(Done::Complete { position: position.write() });
        }
        let grew = match (&position.tip, repository.tip()) {
            (Some(old), Some(new)) => repository.is_ancestor(old, new)?,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if !grew {
            return Err(rewritten());
        }
        position = begin(position.tip, repository.tip().map(str::to_owned))?;
    }
}

/// What has happened to a repository or bundle since `position` was kept. Nothing is checked out, and a bundle whose
/// tip is the same is not even opened.
///
/// # Errors
/// Where git is not installed or refuses.
pub fn freshness(source: &Source, position: Option<&str>) -> Result<Freshness, ReadError> {
    let Some(text) = position else { return Ok(Freshness::New) };
    let Some(position) = Position::read(text) else { return Ok(Freshness::Changed) };
    if position.rules != rules_of(source)?.fingerprint() {
        return Ok(Freshness::Changed);
    }
    if position.complete
        && position.tip.is_some()
        && is_bundle(&source.path)
        && bundle_tip(&source.path)? == position.tip
    {
        return Ok(Freshness::Unchanged);
    }
    let repository = Repository::open(&source.path)?;
    if repository.shallow()? != position.shallow {
        return Ok(Freshness::Changed);
    }
    let (Some(old), Some(new)) = (position.tip.as_deref(), repository.tip()) else {
        return Ok(match (&position.tip, repository.tip()) {
            (None, None) => Freshness::Unchanged,
            (None, Some(_)) => Freshness::Grown,
            _ => Freshness::Changed,
        });
    };
    if repository.mailmap_id(new)? != position.mailmap || !repository.is_ancestor(old, new)? {
        return Ok(Freshness::Changed);
    }
    Ok(if position.complete && old == new { Freshness::Unchanged } else { Freshness::Grown })
}

/// One walk from a tip down to what was read before.
struct Walk<'a> {
    source: &'a Source,
    repository: &'a Repository,
    rules: &'a Rules,
    without_paths: bool,
}

impl Walk<'_> {
    /// Goes the walk that `position` names from where it stands, and moves it along.
    fn walk(&self, tip: &str, position: &mut Position, sink: &mut dyn EventSink) -> Result<Flow, ReadError> {
        let line = self.mainline(tip)?;
        let has_merges = line.has_merges();
        let mailmap = read_mailmap(self.repository, position.mailmap.as_deref())?;
        if mailmap.is_none() {
            sink.note(
                "repository",
                Note::SourceIncomplete,
                "its .mailmap was left on the server: names are as committed",
            );
        }

        // The order is known from the main line; git is told it rather than made to find it once more.
        let mut args = vec!["log", "-z", FORMAT, "--date=raw", "--encoding=UTF-8", "--no-walk=unsorted", "--stdin"];
        args.extend(["--no-color", "--no-notes", "--no-mailmap", "--no-ext-diff", "--no-textconv"]);
        if self.without_paths {
            args.push("--no-patch");
        } else {
            args.extend(["--raw", "--no-abbrev", "--no-renames", "--no-relative", "--ignore-submodules=none"]);
            args.push(if has_merges { "--diff-merges=first-parent" } else { "--diff-merges=off" });
        }
        let (mut pipe, total) = match &position.base {
            None => (self.repository.pipe_list(args, line.oldest_first())?, line.len() as u64),
            Some(base) => {
                let below = format!("^{base}");
                let list = ["rev-list", "--topo-order", "--reverse", "--end-of-options", tip, &below, "--"];
                let list: Vec<String> = self.repository.ask(list)?.lines().map(str::to_owned).collect();
                let total = list.len() as u64;
                (self.repository.pipe_list(args, list.into_iter())?, total)
            }
        };
        let lookup = Lookup::new(self.repository, tip, position.base.is_none());
        let mut teller = Teller::new(self.rules, mailmap.unwrap_or_default(), line, lookup);

        let mut frames = Frames::new(&mut pipe.out);
        let mut commit = Commit::default();
        let mut areas = Areas::new(self.rules.area_depth);
        let every = self.source.checkpoint_every.max(1);
        let mut n = 0;
        let broken = loop {
            areas.clear();
            match frames.next(&mut commit, |path| areas.add(path)) {
                Ok(true) => {}
                Ok(false) => break None,
                Err(error) => break Some(error),
            }
            n += 1;
            if n <= position.done {
                teller.tell(&commit, &areas, None)?;
                if n == position.done && position.last.as_deref() != Some(commit.sha.as_str()) {
                    return Err(rewritten());
                }
                continue;
            }
            teller.tell(&commit, &areas, Some(&mut *sink))?;
            position.done = n;
            position.last = Some(commit.sha.clone());
            if n % PROGRESS_EVERY == 0 {
                sink.progress(n, Some(total));
            }
            if n % every == 0 && sink.checkpoint(&position.write())? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        };
        // What git says of its end tells more than the broken stream does.
        pipe.finish(&[0])?;
        if let Some(error) = broken {
            return Err(broken_stream(error));
        }
        if n < position.done {
            return Err(rewritten());
        }
        sink.progress(n, Some(total));
        Ok(Flow::Continue)
    }

    fn mainline(&self, tip: &str) -> Result<Mainline, ReadError> {
        let mut pipe =
            self.repository.pipe(["rev-list", "--parents", "--topo-order", "--end-of-options", tip, "--"])?;
        let line = Mainline::read(&mut pipe.out);
        pipe.finish(&[0])?;
        let mut line = line.map_err(broken_stream)?;
        let merges = line.merges();
        if !merges.is_empty() {
            let joins = self.joins(merges)?;
            line.settle(|sha| joins.contains(sha));
        }
        Ok(line)
    }

    /// Of these merges, those that only join two copies of one line, by their subjects.
    fn joins(&self, merges: Vec<String>) -> Result<FxHashSet<String>, ReadError> {
        let mut args = vec!["log", "-z", "--format=%H %s", "--encoding=UTF-8", "--no-walk=unsorted", "--stdin"];
        args.extend(["--no-patch", "--no-notes", "--no-color"]);
        let mut pipe = self.repository.pipe_list(args, merges.into_iter())?;
        let mut joins = FxHashSet::default();
        for line in io::BufRead::split(&mut pipe.out, 0) {
            let line = line.map_err(broken_stream)?;
            let line = String::from_utf8_lossy(&line);
            if let Some((sha, subject)) = line.split_once(' ')
                && self.rules.joins(subject, self.repository.branch())
            {
                joins.insert(sha.to_owned());
            }
        }
        pipe.finish(&[0])?;
        Ok(joins)
    }
}

pub(crate) fn broken_stream(error: io::Error) -> ReadError {
    ReadError::Git { what: error.to_string(), hint: String::new() }
}

/// The mailmap; an empty one where there is none, `None` where a partial clone does not hold it.
fn read_mailmap(repository: &Repository, id: Option<&str>) -> Result<Option<Mailmap>, ReadError> {
    let Some(id) = id else { return Ok(Some(Mailmap::default())) };
    Ok(repository.try_ask(["cat-file", "blob", id])?.map(|text| Mailmap::parse(&text)))
}

fn rules_of(source: &Source) -> Result<Rules, ReadError> {
    Rules::parse(source.lens.text()).map_err(|error| ReadError::Git {
        what: format!("the lens `{}`: {}", source.lens.name(), error.message()),
        hint: "the built-in lens `git` shows every setting of the table [git]".to_owned(),
    })
}

fn not_a_position(source: &Source) -> ReadError {
    ReadError::Position { path: source.path.clone(), what: "it was not written by this version".to_owned() }
}

fn rewritten() -> ReadError {
    ReadError::Git {
        what: "its history was rewritten since the last reading".to_owned(),
        hint: "read the source anew".to_owned(),
    }
}
