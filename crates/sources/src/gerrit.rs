//! Gerrit's own record, straight from git: the meta refs of changes (NoteDb) to events, without any API.
//!
//! # What is read
//!
//! Every ref `refs/changes/NN/NNNN/meta` of a repository or bundle; `git fetch URL 'refs/changes/*/meta:refs/changes/*/meta'`
//! brings them into any clone. Nothing is checked out, and patch sets are not looked at. The repository's name is not in
//! the refs: items are the numbers of changes, which are unique on a server.
//!
//! # What a commit tells
//!
//! A commit is one event. What else it says (a reviewer added together with a vote, whose turn it is) are further acts
//! of that event. Names are as the server wrote them, `Name <1000012@server>`; one account may bear two names over time,
//! or none (`Gerrit User 1000012`), and is known by its address.
//!
//! | activity | what it is |
//! |---|---|
//! | `created` | the change; with `wip=true` it is not for review yet |
//! | `patch set` | a new version; `change` says where it is only a rebase or a commit message, `objector` whose standing objection it answers, where the server keeps no attention set |
//! | `vote/LABEL+N` | a vote that somebody gave |
//! | `vote withdrawn/LABEL`, `vote removed/LABEL` | taken back by its owner; taken away by another |
//! | `vote copied/LABEL+N`, `submit mark` | the server's copy of a vote on a new patch set or at submission: nobody's act |
//! | `comment`, `machine comment` | words; words that bear a program's tag |
//! | `reviewer added`, `cc added`, `reviewer removed` | by somebody else than `to` |
//! | `assignee`, `attention` | the change is in the hands of `to` |
//! | `work in progress`, `ready for review` | |
//! | `merged`, `abandoned`, `restored` | the change's end; `approved_by` names whose vote the server counted |
//! | `revert of`, `reverted` | on the undoing change; on the undone one, when the undoing is merged |
//! | `migrated` | the state that a migration wrote down last: when it came about is not known |
//!
//! `by` says whether the change's owner acted, or another.
//!
//! # Times
//!
//! A commit's time is the server's clock, and its offset the server's zone: it is evidence of nobody's place, and is left
//! out.
//!
//! # Going on
//!
//! Changes come by number, each from its beginning. A position names for every change the last commit that was told, so
//! that whatever grew is found again; a change's own past is read once more, to know how its votes stand. A change whose
//! told part is gone (a comment erased by an administrator, a deleted change) makes the source
//! [`Freshness::Changed`].

mod chains;
mod note;
mod position;
mod story;
pub(crate) mod words;

use std::path::Path;

use rustc_hash::FxHashMap;
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use twox_hash::XxHash3_64;

use crate::git::command::{Repository, bundle_heads};
use crate::git::framing::{Commit, FORMAT, Frames};
use crate::git::{broken_stream, is_bundle};
use crate::lens::place::Place;
use crate::lens::shape::{Cell, Element, Shaper};
use crate::tracker::Fact;
use crate::{Done, Freshness, ReadError, Source};
use chains::{Chains, Tips};
use position::Position;
use story::Story;

/// Commits between two signs of progress.
const PROGRESS_EVERY: u64 = 1_000;

/// Whether a ref is the record of a change.
pub(crate) fn is_meta_ref(name: &str) -> bool {
    chains::change_of(name).is_some()
}

/// Whether a repository or bundle is Gerrit's record and nothing else: it has meta refs of changes, and no branches.
/// `false` where git cannot be asked.
pub fn is_notes(path: &Path) -> bool {
    if is_bundle(path) {
        let Ok(heads) = bundle_heads(path) else { return false };
        let has = |is: fn(&str) -> bool| heads.iter().any(|(_, name)| is(name));
        return has(|name| chains::change_of(name).is_some()) && !has(|name| name.starts_with("refs/heads/"));
    }
    let Ok(repository) = Repository::open(path) else { return false };
    let has = |pattern: &str| {
        let list = repository.ask(["for-each-ref", "--count=1", "--format=%(refname)", pattern]);
        list.is_ok_and(|list| !list.is_empty())
    };
    has("refs/changes/*/*/meta") && !has("refs/heads")
}

/// Reads the meta refs into a sink; with `resume`, only what stands behind that position.
///
/// A repository without meta refs is complete with no events. Memory: about a hundred bytes a commit while the order is
/// worked out, and one change's votes at a time after that.
///
/// # Errors
/// Where git is not installed or refuses, where commits are missing, where a change was rewritten since `resume`, and
/// where the sink takes no more.
pub fn read(source: &Source, resume: Option<&str>, sink: &mut dyn EventSink) -> Result<Done, ReadError> {
    let mut position = match resume {
        Some(text) => {
            Position::read(text).ok_or_else(|| not_a_position(source, "it was not written by this version"))?
        }
        None => Position { view: view(source), ..Position::default() },
    };
    if position.view != view(source) {
        return Err(not_a_position(source, "the lens or its settings have changed"));
    }
    let repository = Repository::open(&source.path)?;
    let mut tips = chains::tips(&repository)?;
    if position.told.keys().any(|number| !tips.contains_key(number)) {
        return Err(rewritten());
    }
    tips.retain(|number, tip| !position.stands_at(*number, tip));
    if resume.is_none() && !repository.shallow()?.is_empty() {
        sink.note("repository", Note::SourceIncomplete, "a shallow clone: its history is cut off");
    }
    if walk(source, &repository, &tips, &mut position, sink)? == Flow::Stop {
        return Ok(Done::Interrupted);
    }
    position.complete = true;
    Ok(Done::Complete { position: position.write() })
}

/// What has happened to the meta refs since `position` was kept. A bundle whose refs are the same is not opened.
///
/// # Errors
/// Where git is not installed or refuses.
pub fn freshness(source: &Source, position: Option<&str>) -> Result<Freshness, ReadError> {
    let Some(text) = position else { return Ok(Freshness::New) };
    let Some(position) = Position::read(text).filter(|position| position.view == view(source)) else {
        return Ok(Freshness::Changed);
    };
    let mut repository = None;
    let mut tips = if is_bundle(&source.path) {
        let heads = bundle_heads(&source.path)?;
        chains::tips_of(heads.iter().map(|(id, name)| (id.as_str(), name.as_str())))
    } else {
        chains::tips(repository.insert(Repository::open(&source.path)?))?
    };
    if position.told.keys().any(|number| !tips.contains_key(number)) {
        return Ok(Freshness::Changed);
    }
    tips.retain(|number, tip| !position.stands_at(*number, tip));
    if tips.is_empty() {
        return Ok(if position.complete { Freshness::Unchanged } else { Freshness::Grown });
    }
    let repository = match repository {
        Some(repository) => repository,
        None => Repository::open(&source.path)?,
    };
    let chains = Chains::of(&repository, &tips)?;
    let is_kept = |number: u64| position.told.get(&number).is_none_or(|last| chains.told(number, last).is_some());
    Ok(if chains.changes().all(|(number, _)| is_kept(number)) { Freshness::Grown } else { Freshness::Changed })
}

/// Tells what stands behind the position, and moves it along.
fn walk(
    source: &Source,
    repository: &Repository,
    tips: &Tips,
    position: &mut Position,
    sink: &mut dyn EventSink,
) -> Result<Flow, ReadError> {
    if tips.is_empty() {
        return Ok(Flow::Continue);
    }
    let chains = Chains::of(repository, tips)?;
    let total = chains.len();
    // The order is known; git is told it rather than made to find one of its own.
    let mut args = vec!["log", "-z", FORMAT, "--date=raw", "--encoding=UTF-8", "--no-walk=unsorted", "--stdin"];
    args.extend(["--no-color", "--no-notes", "--no-mailmap", "--no-patch"]);
    let mut pipe = repository.pipe_list(args, chains.ids())?;
    let mut frames = Frames::new(&mut pipe.out);
    let mut commit = Commit::default();
    let mut pen = Pen::new(source);
    let every = source.checkpoint_every.max(1);
    let mut n = 0;
    let mut broken = None;
    'changes: for (number, len) in chains.changes() {
        let n_told = match position.told.get(&number) {
            Some(last) => chains.told(number, last).ok_or_else(rewritten)?,
            None => 0,
        };
        let mut story = Story::new(number);
        for i in 0..len {
            match frames.next(&mut commit, |_| ()) {
                Ok(true) => {}
                Ok(false) => break 'changes,
                Err(error) => {
                    broken = Some(error);
                    break 'changes;
                }
            }
            n += 1;
            let facts = story.tell(&commit);
            if i < n_told {
                continue;
            }
            pen.write(&facts, Place::Note(number, i as u64 + 1), sink)?;
            position.tell(number, &commit.sha);
            if n % PROGRESS_EVERY == 0 {
                sink.progress(n, Some(total));
            }
            if position.elements.is_multiple_of(every) && sink.checkpoint(&position.write())? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
    }
    // What git says of its end tells more than the broken stream does.
    pipe.finish(&[0])?;
    if let Some(error) = broken {
        return Err(broken_stream(error));
    }
    if n < total {
        return Err(ReadError::Git { what: "it ended before the last commit".to_owned(), hint: String::new() });
    }
    sink.progress(n, Some(total));
    Ok(Flow::Continue)
}

/// Puts facts through the lens.
struct Pen {
    shaper: Shaper,
    slots: FxHashMap<String, u32>,
}

impl Pen {
    fn new(source: &Source) -> Pen {
        Pen { shaper: Shaper::new(&source.lens, source.zone.as_ref()), slots: FxHashMap::default() }
    }

    /// The facts of one commit are one element: the first that the lens keeps is its event, the rest are further acts.
    fn write(&mut self, facts: &[Fact], place: Place, sink: &mut dyn EventSink) -> Result<(), SinkError> {
        sink.seen();
        let mut element = OneElement { sink, is_told: false, aside: None };
        for fact in facts {
            let at = [("item", fact.item.as_str()), ("at", &fact.at), ("activity", &fact.activity)];
            let maybe = [("actor", fact.actor.as_deref()), ("text", fact.text.as_deref())];
            let more = fact.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            let pairs =
                at.into_iter().chain(maybe.into_iter().filter_map(|(key, value)| Some((key, value?)))).chain(more);
            let cells: Vec<Cell<'_>> = pairs
                .filter(|(_, value)| !value.is_empty())
                .map(|(key, value)| Cell { key, value, slot: slot(&mut self.slots, &self.shaper, key) })
                .collect();
            self.shaper.element(&Element { outer: &[], own: &cells, unnamed: None, place }, &mut element)?;
        }
        element.end();
        Ok(())
    }
}

fn slot(slots: &mut FxHashMap<String, u32>, shaper: &Shaper, key: &str) -> u32 {
    if let Some(slot) = slots.get(key) {
        return *slot;
    }
    let slot = shaper.slot(key);
    slots.insert(key.to_owned(), slot);
    slot
}

/// Makes one element of several facts: one event with further acts, or one refusal.
struct OneElement<'s> {
    sink: &'s mut dyn EventSink,
    is_told: bool,
    aside: Option<(String, Reason, String)>,
}

impl OneElement<'_> {
    fn end(self) {
        if let (false, Some((place, reason, detail))) = (self.is_told, self.aside) {
            self.sink.set_aside(&place, reason, &detail);
        }
    }
}

impl EventSink for OneElement<'_> {
    fn seen(&mut self) {}

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        let auxiliary = row.auxiliary || self.is_told;
        self.is_told |= !row.auxiliary;
        self.sink.event(&EventRow { auxiliary, ..*row })
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        self.aside.get_or_insert_with(|| (place.to_owned(), reason, detail.to_owned()));
    }

    fn note(&mut self, place: &str, note: Note, detail: &str) {
        self.sink.note(place, note, detail);
    }

    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError> {
        self.sink.checkpoint(position)
    }

    fn progress(&mut self, done: u64, total: Option<u64>) {
        self.sink.progress(done, total);
    }
}

/// A number that changes with everything that changes what the same commits give.
fn view(source: &Source) -> u64 {
    let (lens, signs) = (source.lens.fingerprint(), crate::signs::fingerprint());
    XxHash3_64::oneshot(format!("notes 1 {lens:x} {signs:x}").as_bytes())
}

fn not_a_position(source: &Source, what: &str) -> ReadError {
    ReadError::Position { path: source.path.clone(), what: what.to_owned() }
}

fn rewritten() -> ReadError {
    ReadError::Git {
        what: "changes were deleted or rewritten since the last reading".to_owned(),
        hint: "read the source anew".to_owned(),
    }
}
