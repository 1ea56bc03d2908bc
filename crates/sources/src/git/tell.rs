//! From one commit to the acts that it bears witness to.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{Act, EventRow, EventSink, SinkError, Verdict};
use sayso_model::signs::Signs;
use sayso_model::time::Instant;

use super::area::Areas;
use super::framing::Commit;
use super::lookup::Lookup;
use super::mailmap::Mailmap;
use super::mainline::{Mainline, Place};
use super::message::{self, Mention};
use super::people::{Person, When, offset_min, when};
use super::rules::Rules;
use crate::{ReadError, signs};

/// Tells commits as events, oldest first.
pub(super) struct Teller<'a> {
    rules: &'a Rules,
    mailmap: Mailmap,
    line: Mainline,
    lookup: Lookup<'a>,
    /// Branches whose merge is still to come, by that merge.
    open: FxHashMap<String, Branch>,
    /// Whether somebody commits for others, by label.
    services: FxHashMap<String, bool>,
}

/// A branch whose merge is still to come.
#[derive(Default)]
struct Branch {
    /// Whether commits of it are parts of the merged change, rather than changes of their own.
    own: bool,
    /// Who raised the merged change.
    asker: Option<Person>,
    /// The latest time of its events.
    last: Option<Instant>,
    /// Changes of their own that the merge brings in.
    brought: Vec<Brought>,
}

/// A change of its own on a branch.
struct Brought {
    item: String,
    /// Whether somebody else than its author took it before the merge.
    decided: bool,
    author: Option<Person>,
    area: Option<String>,
}

/// Who committed, seen from the author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Author,
    Another,
    Service,
    Unknown,
}

impl By {
    fn committed(self) -> &'static str {
        match self {
            By::Author => "committed by the author",
            By::Another => "committed by another",
            By::Service => "committed by a service",
            By::Unknown => "committed",
        }
    }

    fn merged(self) -> &'static str {
        match self {
            By::Author => "merged by the author",
            By::Another => "merged by another",
            By::Service | By::Unknown => "merged by a service",
        }
    }

    fn name(self) -> &'static str {
        match self {
            By::Author => "author",
            By::Another => "another",
            By::Service => "service",
            By::Unknown => "unknown",
        }
    }
}

/// What one commit says, taken apart once.
struct Told<'a> {
    sha: &'a str,
    place: String,
    author: Option<Person>,
    author_offset: Option<i16>,
    committer: Option<Person>,
    committer_offset: Option<i16>,
    /// When it was committed.
    at: Instant,
    /// When it was written, where that is evidence of a beginning: before it was committed.
    written: Option<Instant>,
    by: By,
    message: Cow<'a, str>,
    /// What its body says.
    signs: Signs,
    area: Option<String>,
    n_paths: u64,
    n_areas: usize,
    n_parents: usize,
}

/// Where events go; nowhere while a reading catches up with what it told before.
struct Out<'a> {
    sink: Option<&'a mut (dyn EventSink + 'a)>,
    rules: &'a Rules,
}

impl Out<'_> {
    fn seen(&mut self) {
        if let Some(sink) = &mut self.sink {
            sink.seen();
        }
    }

    /// One event; its act is what the lens makes of its activity, unless it brings its own.
    fn event(&mut self, row: EventRow<'_>) -> Result<(), SinkError> {
        let Some(sink) = &mut self.sink else { return Ok(()) };
        let act = row.act.or_else(|| self.rules.acts.get(row.activity).copied());
        let verdict = (act == Some(Act::Decided)).then_some(Verdict::Approved);
        sink.event(&EventRow { act, verdict, matter: Some(&self.rules.matter), ..row })
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        if let Some(sink) = &mut self.sink {
            sink.set_aside(place, reason, detail);
        }
    }

    fn note(&mut self, place: &str, note: Note, detail: &str) {
        if let Some(sink) = &mut self.sink {
            sink.note(place, note, detail);
        }
    }
}

impl<'a> Teller<'a> {
    /// With what looks up commits that others speak of.
    pub fn new(rules: &'a Rules, mailmap: Mailmap, line: Mainline, lookup: Lookup<'a>) -> Self {
        Self { rules, mailmap, line, lookup, open: FxHashMap::default(), services: FxHashMap::default() }
    }

    /// Tells one commit; without a sink it only remembers what later merges need.
    ///
    /// # Errors
    /// Where the sink takes no more, or git does not answer.
    pub fn tell<'s>(
        &mut self,
        commit: &Commit,
        areas: &Areas,
        sink: Option<&'s mut (dyn EventSink + 's)>,
    ) -> Result<(), ReadError>
    where
        'a: 's,
    {
        let mut out = Out { sink, rules: self.rules };
        out.seen();
        let done = self.tell_to(commit, areas, &mut out);
        self.lookup.told(&self.line, commit);
        done
    }

    fn tell_to(&mut self, commit: &Commit, areas: &Areas, out: &mut Out<'_>) -> Result<(), ReadError> {
        let Some(told) = self.take_apart(commit, areas, out) else { return Ok(()) };
        if told.n_parents > 1 {
            self.merge(&told, out)
        } else if told.n_parents == 0 && told.n_paths >= self.rules.import_paths_min {
            let attributes = Attributes::of(&told, None);
            let mut row = row(told.sha, told.at, "imported", &told);
            row.actor = told.author.as_ref().map(|person| person.label.as_str());
            (row.area, row.signs) = (None, told.signs);
            let pairs = attributes.pairs();
            row.attributes = &pairs;
            Ok(out.event(row)?)
        } else {
            match self.line.place(told.sha) {
                Place::Main => self.on_the_main_line(&told, out),
                Place::Branch(merge) => self.on_a_branch(&told, merge, out),
            }
        }
    }

    /// A commit on the main line: a whole path in one commit.
    fn on_the_main_line(&mut self, told: &Told<'_>, out: &mut Out<'_>) -> Result<(), ReadError> {
        let id = message::change_id(&told.message);
        let item = id.unwrap_or(told.sha);
        if told.written.is_some() || told.by != By::Author {
            self.authored(told, item, told.written, out)?;
        }
        let named = self.trailers(told, item, told.at, told.written.is_some(), out)?;
        self.fixes(told, item, told.at, out)?;
        self.act(told, item, told.at, told.by.committed(), &named, out)?;
        self.reverts(told, out)
    }

    /// A commit on a branch: a change of its own where somebody else took it in or where it bears a change's id;
    /// else a part of the change that the merge decides.
    fn on_a_branch(&mut self, told: &Told<'_>, merge: String, out: &mut Out<'_>) -> Result<(), ReadError> {
        let id = message::change_id(&told.message);
        let decided = told.by == By::Another;
        if decided || id.is_some() {
            let item = id.unwrap_or(told.sha);
            // The merge comes later: even a time equal to the commit's is then the time of a beginning.
            let begun = if decided { told.written } else { Some(told.written.unwrap_or(told.at)) };
            self.authored(told, item, begun, out)?;
            let named = self.trailers(told, item, told.at, begun.is_some(), out)?;
            self.fixes(told, item, told.at, out)?;
            let activity = if decided { told.by.committed() } else { "committed on a branch" };
            self.act(told, item, told.at, activity, &named, out)?;
            self.open.entry(merge).or_default().brought.push(Brought {
                item: item.to_owned(),
                decided,
                author: told.author.clone(),
                area: told.area.clone(),
            });
        } else {
            let branch = self.open.entry(merge.clone()).or_default();
            let first = !branch.own;
            let begun = told.written.unwrap_or(told.at);
            let at = branch.last.map_or(told.at, |last| last.max(told.at));
            branch.own = true;
            branch.last = Some(at);
            if first {
                branch.asker.clone_from(&told.author);
                self.authored(told, &merge, Some(begun), out)?;
            }
            let named = self.trailers(told, &merge, at, true, out)?;
            self.fixes(told, &merge, at, out)?;
            if !first || begun != at {
                self.act(told, &merge, at, "committed on a branch", &named, out)?;
            }
        }
        self.reverts(told, out)
    }

    /// A merge: it decides the change that its branch is, and carries out what was decided on it.
    fn merge(&mut self, told: &Told<'_>, out: &mut Out<'_>) -> Result<(), ReadError> {
        let branch = self.open.remove(told.sha).unwrap_or_default();
        if !branch.own && branch.brought.is_empty() {
            out.set_aside(&told.place, Reason::LeftOutByLens, "a merge that brings nothing new, or joins two copies");
            return Ok(());
        }
        // Web services commit the merge for the person whom they name as its author.
        let (merger, offset) = match told.by {
            By::Service => (&told.author, told.author_offset),
            _ => (&told.committer, told.committer_offset),
        };
        let service = merger.as_ref().is_none_or(|merger| self.is_service(merger));
        let by = |asker: &Option<Person>| match (merger, asker) {
            _ if service => By::Service,
            (Some(merger), Some(asker)) if merger.is(asker) => By::Author,
            _ => By::Another,
        };
        let actor = merger.as_ref().map(|person| person.label.as_str());
        let at = branch.last.map_or(told.at, |last| last.max(told.at));
        if at > told.at {
            out.note(&told.place, Note::SourceIncomplete, "merged before what it merges, by the clocks; put behind it");
        }
        if branch.own {
            let named = self.trailers(told, told.sha, at, true, out)?;
            self.fixes(told, told.sha, at, out)?;
            let by = by(&branch.asker);
            let attributes = Attributes::of(told, named);
            let mut row = row(told.sha, at, by.merged(), told);
            let pairs = attributes.pairs();
            (row.actor, row.utc_offset_min, row.attributes, row.signs) = (actor, offset, &pairs, told.signs);
            out.event(row)?;
            if let (Place::Branch(outer), true) = (self.line.place(told.sha), by == By::Another) {
                self.open.entry(outer).or_default().brought.push(Brought {
                    item: told.sha.to_owned(),
                    decided: true,
                    author: branch.asker,
                    area: told.area.clone(),
                });
            }
        }
        for brought in &branch.brought {
            let activity = if brought.decided { "merged after the decision" } else { by(&brought.author).merged() };
            let mut row = row(&brought.item, at, activity, told);
            (row.actor, row.utc_offset_min, row.area) = (actor, offset, brought.area.as_deref());
            out.event(row)?;
        }
        self.reverts(told, out)
    }

    /// The author's own act. Without a time that is evidence of a beginning it is told as of the commit, and is none.
    fn authored(
        &self,
        told: &Told<'_>,
        item: &str,
        begun: Option<Instant>,
        out: &mut Out<'_>,
    ) -> Result<(), SinkError> {
        let (at, activity) = match begun {
            Some(at) => (at, "authored"),
            None => (told.at, "authored (time unknown)"),
        };
        let mut row = row(item, at, activity, told);
        row.actor = told.author.as_ref().map(|person| person.label.as_str());
        row.utc_offset_min = told.author_offset;
        row.signs = told.signs;
        out.event(row)
    }

    /// The people whom trailers name, each once for each trailer. Gives the keys that were told.
    fn trailers(
        &self,
        told: &Told<'_>,
        item: &str,
        at: Instant,
        begun: bool,
        out: &mut Out<'_>,
    ) -> Result<Option<String>, SinkError> {
        let mut keys: Vec<String> = Vec::new();
        let mut done: FxHashSet<(String, String)> = FxHashSet::default();
        for trailer in message::trailers(&told.message) {
            let key = trailer.key.to_ascii_lowercase();
            let Some(act) = self.rules.trailers.get(&key).copied() else { continue };
            for (name, email) in message::people(&trailer.value) {
                let Some(person) = Person::new(&self.mailmap, name, email) else { continue };
                let is = |other: &Option<Person>| other.as_ref().is_some_and(|other| other.is(&person));
                // What the author and the committer sign is what they did anyway.
                let idle = match key.as_str() {
                    "signed-off-by" => is(&told.author) || is(&told.committer),
                    "co-authored-by" | "co-developed-by" => is(&told.author),
                    _ => false,
                };
                if idle || !done.insert((key.clone(), person.label.clone())) {
                    continue;
                }
                // Without a beginning, nothing that would make one.
                let act =
                    act.filter(|act| begun || !matches!(act, Act::Raised | Act::Asked | Act::Handed | Act::Worked));
                let mut row = row(item, at, &key, told);
                (row.act, row.actor, row.attributes) = (act, Some(person.label.as_str()), &[("time", "commit")]);
                out.event(row)?;
            }
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys.sort_unstable();
        Ok((!keys.is_empty()).then(|| keys.join(",")))
    }

    /// The links to what it repairs.
    fn fixes(&mut self, told: &Told<'_>, item: &str, at: Instant, out: &mut Out<'_>) -> Result<(), ReadError> {
        if out.sink.is_none() {
            return Ok(());
        }
        for mention in message::fixes(&told.message) {
            let fixed = self.item_of(told.sha, &mention)?;
            let to = fixed.as_deref().unwrap_or(mention.id);
            if to == item {
                continue;
            }
            let mut row = row(item, at, "fixed", told);
            (row.actor, row.to) = (told.author.as_ref().map(|person| person.label.as_str()), Some(to));
            row.attributes = &[("time", "commit")];
            out.event(row)?;
        }
        Ok(())
    }

    /// What it undoes, told of the undone change. Changes that this history does not hold are left alone.
    fn reverts(&mut self, told: &Told<'_>, out: &mut Out<'_>) -> Result<(), ReadError> {
        if out.sink.is_none() {
            return Ok(());
        }
        for mention in message::reverts(&told.message) {
            let Some(item) = self.item_of(told.sha, &mention)? else { continue };
            let (actor, offset) = match told.by {
                By::Another => (&told.committer, told.committer_offset),
                _ => (&told.author, told.author_offset),
            };
            let mut row = row(&item, told.at, "reverted", told);
            (row.actor, row.utc_offset_min) = (actor.as_ref().map(|person| person.label.as_str()), offset);
            out.event(row)?;
        }
        Ok(())
    }

    fn act(
        &self,
        told: &Told<'_>,
        item: &str,
        at: Instant,
        activity: &str,
        named: &Option<String>,
        out: &mut Out<'_>,
    ) -> Result<(), SinkError> {
        let attributes = Attributes::of(told, named.clone());
        let mut row = row(item, at, activity, told);
        row.actor = told.committer.as_ref().map(|person| person.label.as_str());
        row.utc_offset_min = told.committer_offset;
        row.signs = told.signs;
        let pairs = attributes.pairs();
        row.attributes = &pairs;
        out.event(row)
    }

    /// Reads people and times, and keeps the books of what is odd. `None` where there is no time at all.
    fn take_apart<'c>(&mut self, commit: &'c Commit, areas: &Areas, out: &mut Out<'_>) -> Option<Told<'c>> {
        let place = format!("commit {}", commit.sha);
        let (at, written) = match (when(&commit.author.date), when(&commit.committer.date)) {
            (When::At(author), When::At(committer)) => {
                if author > committer {
                    out.note(&place, Note::SourceIncomplete, "written after it was committed, by the clocks");
                }
                (committer, (author < committer).then_some(author))
            }
            (_, When::At(committer)) => {
                out.note(&place, Note::SourceIncomplete, "when it was written is not known");
                (committer, None)
            }
            (When::At(author), _) => {
                out.note(&place, Note::SourceIncomplete, "when it was committed is not known");
                (author, None)
            }
            (_, committer) => {
                let reason =
                    if committer == When::Placeholder { Reason::TimePlaceholder } else { Reason::TimeUnreadable };
                out.set_aside(&place, reason, &String::from_utf8_lossy(&commit.committer.date));
                return None;
            }
        };
        let mut offset = |date: &[u8]| {
            offset_min(date).unwrap_or_else(|()| {
                out.note(&place, Note::AttributeDropped, "an offset from UTC that no place has");
                None
            })
        };
        let (author_offset, committer_offset) = (offset(&commit.author.date), offset(&commit.committer.date));
        let idents = [&commit.author, &commit.committer];
        let is_text = |bytes: &Vec<u8>| std::str::from_utf8(bytes).is_ok();
        if !is_text(&commit.message) || !idents.iter().all(|ident| is_text(&ident.name) && is_text(&ident.email)) {
            out.note(&place, Note::EncodingMismatch, "bytes that are not UTF-8, replaced");
        }
        let message = String::from_utf8_lossy(&commit.message);
        // Only where it is told of: catching up with what was told before needs no words.
        let signs = if out.sink.is_some() { signs_of(&message) } else { Signs::NONE };
        let [author, committer] = idents.map(|ident| Person::of(&self.mailmap, ident));
        if author.is_none() || committer.is_none() {
            out.note(&place, Note::ActorMissing, "neither a name nor an address");
        }
        let by = self.by(author.as_ref(), committer.as_ref());
        Some(Told {
            sha: &commit.sha,
            place,
            author,
            author_offset,
            committer,
            committer_offset,
            at,
            written,
            by,
            message,
            signs,
            area: areas.most(),
            n_paths: areas.n_paths(),
            n_areas: areas.n_areas(),
            n_parents: commit.n_parents(),
        })
    }

    fn by(&mut self, author: Option<&Person>, committer: Option<&Person>) -> By {
        match (author, committer) {
            (_, Some(committer)) if self.is_service(committer) => By::Service,
            (Some(author), Some(committer)) if author.is(committer) => By::Author,
            (Some(_), Some(_)) => By::Another,
            _ => By::Unknown,
        }
    }

    fn is_service(&mut self, person: &Person) -> bool {
        if let Some(known) = self.services.get(&person.label) {
            return *known;
        }
        let is = self.rules.is_service(person.name(), person.email());
        self.services.insert(person.label.clone(), is);
        is
    }

    /// The item of a commit that another speaks of: by id, or else the last one before it with the quoted subject.
    /// `None` where this history holds neither.
    fn item_of(&mut self, from: &str, mention: &Mention<'_>) -> Result<Option<String>, ReadError> {
        let sha = match (self.line.resolve(mention.id), mention.subject) {
            (Some(sha), _) => sha,
            (None, Some(subject)) => match self.lookup.before(&self.line, from, subject)? {
                Some(sha) => sha,
                None => return Ok(None),
            },
            (None, None) => return Ok(None),
        };
        let Some(found) = self.lookup.commit(&sha)? else { return Ok(None) };
        let message = String::from_utf8_lossy(&found.message);
        let author = Person::of(&self.mailmap, &found.author);
        let committer = Person::of(&self.mailmap, &found.committer);
        let id = message::change_id(&message).map(str::to_owned);
        if found.n_parents() > 1 {
            return Ok(Some(found.sha));
        }
        Ok(Some(match self.line.place(&found.sha) {
            _ if id.is_some() => id.unwrap_or_default(),
            Place::Branch(merge) if self.by(author.as_ref(), committer.as_ref()) != By::Another => merge,
            _ => found.sha,
        }))
    }
}

/// What the body of a message says: whether there is one, and whether it gives a reason. Messages ask nobody.
fn signs_of(message: &str) -> Signs {
    // A commit message asks nobody, and is what the change says of itself.
    let said = signs::signs_but(message::body(message), Signs::ASKS.and(Signs::ASKS_CONSENT));
    if said.has(Signs::HAS_TEXT) { said.and(Signs::STATEMENT) } else { said }
}

/// An event of this commit with what all of them share.
fn row<'r>(item: &'r str, at: Instant, activity: &'r str, told: &'r Told<'_>) -> EventRow<'r> {
    EventRow { area: told.area.as_deref(), link: Some(told.sha), ..EventRow::new(item, at, activity) }
}

/// What else a commit says, for the event that it is.
struct Attributes {
    paths: String,
    areas: String,
    parents: String,
    by: &'static str,
    named: Option<String>,
}

impl Attributes {
    fn of(told: &Told<'_>, named: Option<String>) -> Self {
        Self {
            paths: told.n_paths.to_string(),
            areas: told.n_areas.to_string(),
            parents: told.n_parents.to_string(),
            by: told.by.name(),
            named,
        }
    }

    fn pairs(&self) -> Vec<(&str, &str)> {
        let mut pairs = vec![
            ("paths", self.paths.as_str()),
            ("areas", self.areas.as_str()),
            ("parents", self.parents.as_str()),
            ("committer", self.by),
        ];
        pairs.extend(self.named.as_deref().map(|named| ("trailers", named)));
        pairs
    }
}
