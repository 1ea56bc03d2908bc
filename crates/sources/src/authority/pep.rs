//! Python enhancement proposals: delegates as remits, and what became of each proposal as decisions and events.
//!
//! A proposal is a file `pep-NNNN.rst` (or `.txt`, at the root or in `peps/`) that begins with headers. Its history is
//! that of its file along first parents, as of each commit: nothing is checked out.
//!
//! # Remits
//!
//! The matter is `acceptance`. Three kinds of remit follow each other, and the last one governs:
//!
//! * everywhere, the role `BDFL`, until 12 July 2018, when that office was given up;
//! * everywhere, the role `steering council`, from 4 February 2019 on, when the first one had been elected; between the
//!   two nothing is declared;
//! * for a proposal, whom its header `PEP-Delegate` or `BDFL-Delegate` names, from the commit that names them to the
//!   commit that names others or nobody. Headers that name the council or the BDFL are that role; placeholders (`TBD`,
//!   `None`) are nobody.
//!
//! # Decisions
//!
//! | the header `Status` goes | act | by |
//! |---|---|---|
//! | (the file appears, undecided) | raised, on the day `Created` | the first author |
//! | (a delegate is named before the answer) | asked, of the delegate | who committed that |
//! | from open to Accepted, Provisional, Active or Final | decided: approved | the authority |
//! | from open to Rejected or Superseded | decided: rejected | the authority |
//! | from open to Deferred | decided: deferred | who committed that |
//! | from open to Withdrawn | withdrawn | who committed that, if an author; else the first author |
//! | from Accepted or Provisional to Final or Active | executed | who committed that |
//! | from approved to rejected, deferred or withdrawn, or from rejected to approved | reversed | the authority |
//! | from rejected, deferred or withdrawn to open | reopened | who committed that |
//! | from any answer to Superseded | linked to `Superseded-By` | who committed that |
//!
//! *The authority* is the delegate whom the header of that version names; of several the one who committed it, else
//! the role `pep delegate`; without a delegate the BDFL or the council by the date, and nobody between. *Open* is
//! Draft, Incomplete, and whatever else is not listed. A deferred or withdrawn proposal that is then answered is
//! reopened and decided at one instant. Old words count as their successors: Finished and Complete are Final, Replaced
//! is Superseded, Approved is Accepted, Postponed is Deferred.
//!
//! The instant is the committer's time: changes that were merged on the web, or written down late, bear the time of
//! that. The header `Resolution` leads to the announcement, and its day, where it has one, is kept. A proposal whose
//! first version is answered already was decided before this record; it has no time, is no event, and is counted.
//! `Created` counts only where it is a day before the first commit that answers; else the first commit does.
//!
//! The area is `TOPIC/PEP-n`: the newest `Topic` (the first, where there are several), else the `Type`, in lower case
//! with dashes (`typing/PEP-484`, `standards-track/PEP-572`).

use std::collections::BTreeMap;
use std::io::{BufRead, Read, Write};
use std::path::Path;

use sayso_model::charter::{Charter, Remit, Who};
use sayso_model::coverage::Note;
use sayso_model::event::{Act, EventRow, EventSink, Verdict};
use sayso_model::time::Instant;

use super::{Aside, Format, ImportError, Imported};
use crate::git::command::Repository;
use crate::{Done, Freshness, ReadError};
use header::{Header, Names};
use story::{Told, told};

mod header;
mod story;

/// The matter of every proposal.
pub const ACCEPTANCE: &str = "acceptance";
/// Who decided before the council, where no delegate did.
pub const BDFL: &str = "BDFL";
/// Who has decided since, where no delegate does.
pub const COUNCIL: &str = "steering council";
/// One of several delegates.
pub const DELEGATE: &str = "pep delegate";

/// 2018-07-12T00:00:00Z, the day on which the BDFL stepped down.
pub const BDFL_UNTIL: Instant = Instant::from_micros(1_531_353_600_000_000);
/// 2019-02-04T00:00:00Z, the day on which the first council was elected.
pub const COUNCIL_SINCE: Instant = Instant::from_micros(1_549_238_400_000_000);

const CANNOT_SAY: [&str; 4] = [
    "Headers speak of one matter, the acceptance of a proposal, and of nothing else.",
    "Who decides without a delegate is not in the headers; the BDFL and the steering council are taken by their dates.",
    "A header does not say since when a delegate holds; without the history of the file they hold ever since.",
    "A delegation has no bounds, and nobody is said to be consulted.",
];

/// What the proposals of a repository say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peps {
    /// The remits.
    pub charter: Charter,
    /// The decisions, by proposal, and within it in time.
    pub decisions: Vec<PepDecision>,
    /// How many proposals there are.
    pub n_proposals: u64,
    /// Proposals that were answered before the record begins, so that nobody can tell when: no decision of theirs is
    /// listed unless they were answered again.
    pub n_answered_before: u64,
    /// Files that could not be read.
    pub aside: Vec<Aside>,
}

/// One answer to one proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PepDecision {
    /// `PEP-484`.
    pub item: String,
    /// `typing/PEP-484`.
    pub area: String,
    /// When the question was put: `Created`, or when it was opened again.
    pub raised_at: Instant,
    /// When the answer was committed.
    pub decided_at: Instant,
    /// The answer; `None` where the proposal was withdrawn.
    pub verdict: Option<Verdict>,
    /// The status as written.
    pub status: String,
    /// Who decided, by the rules above; `None` between BDFL and council.
    pub by: Option<Who>,
    /// Whether a delegate was named then.
    pub is_delegated: bool,
    /// Where it was announced, as the header of that version or a later one says.
    pub resolution: Option<String>,
    /// The day of the announcement, `2015-05-22`, where the header says it.
    pub resolved_on: Option<String>,
    /// The commit that set the status.
    pub commit: String,
}

/// Reads delegates from the headers of single files, without their history.
///
/// # Errors
/// Where no file has the headers of a proposal.
pub fn import(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let mut imported = Imported { cannot_say: CANNOT_SAY.to_vec(), ..Imported::default() };
    imported.charter.remits = offices();
    let mut names = Names::default();
    let mut read: Vec<(&str, u32, Header)> = Vec::new();
    for (path, text) in files {
        match number_in(path).or_else(|| header::number(text)).zip(Header::read(text)) {
            Some((number, header)) => {
                names.learn(&header);
                read.push((path, number, header));
            }
            None => imported.aside.push(Aside::new(*path, "it does not begin with the headers of a proposal")),
        }
    }
    if read.is_empty() {
        let first = files.first().map_or("", |(path, _)| *path).to_owned();
        return Err(ImportError::Malformed {
            file: first,
            format: Format::Pep.name(),
            what: "it does not begin with the headers of a proposal".to_owned(),
        });
    }
    for (path, number, header) in &read {
        let decides = delegates(header, &names);
        if !decides.is_empty() {
            let written = format!("{path}:{}", header.delegate_line);
            imported.charter.remits.push(Remit { decides, written, ..remit_of(*number) });
        }
    }
    Ok(imported)
}

/// Reads the proposals of a repository, or of a bundle of one, through their whole history.
///
/// # Errors
/// Where the path is no repository, or git fails.
pub fn read(path: &Path) -> Result<Peps, ReadError> {
    Ok(Reading::of(path)?.peps())
}

/// Pours what became of the proposals of a repository into a sink, by the rules above; each in time, the proposals by
/// their numbers. Every event has the item `PEP-n`, the matter `acceptance`, the status as its activity and the
/// announcement as its link. Empty repositories are complete with no events.
///
/// # Errors
/// Where the path is no repository, git fails, or the sink takes no more.
pub fn events(path: &Path, sink: &mut dyn EventSink) -> Result<Done, ReadError> {
    let reading = Reading::of(path)?;
    let n = reading.proposals.len() as u64;
    for (i, (number, versions)) in reading.proposals.iter().enumerate() {
        let (item, area) = (item(*number), area(*number, versions));
        for event in told(*number, versions, &reading.names) {
            sink.seen();
            let to = event.to.as_ref().map(|to| match (event.act, to) {
                (Act::Linked, Who::Person(item)) => item.clone(),
                (_, who) => actor(who),
            });
            let by = event.by.as_ref().map(actor);
            if by.is_none() {
                sink.note(&format!("{item} {}", event.commit), Note::ActorMissing, &event.status);
            }
            sink.event(&EventRow {
                actor: by.as_deref(),
                act: Some(event.act),
                to: to.as_deref(),
                matter: Some(ACCEPTANCE),
                area: Some(&area),
                verdict: event.verdict,
                link: event.resolution.as_deref(),
                ..EventRow::new(&item, event.at, &event.status)
            })?;
        }
        sink.progress(i as u64 + 1, Some(n));
    }
    let position = format!("pep {}", reading.tip);
    let _ = sink.checkpoint(&position)?;
    Ok(Done::Complete { position })
}

/// What has happened to a repository of proposals since a position was kept: its newest commit is the same, or it is read
/// anew.
///
/// # Errors
/// Where the path is no repository, or git fails.
pub fn freshness(path: &Path, position: Option<&str>) -> Result<Freshness, ReadError> {
    let Some(position) = position else { return Ok(Freshness::New) };
    let repository = Repository::open(path)?;
    let tip = repository.tip().unwrap_or("");
    Ok(if position.strip_prefix("pep ") == Some(tip) { Freshness::Unchanged } else { Freshness::Changed })
}

/// One version of a proposal.
#[derive(Clone, Debug)]
struct Version {
    commit: String,
    at: Instant,
    /// Whoever made the commit, as `Name <mail>`.
    author: String,
    /// `None` where the file went, or has no headers any more.
    header: Option<Header>,
}

/// All versions of all proposals, by number.
struct Reading {
    tip: String,
    proposals: BTreeMap<u32, Vec<Version>>,
    names: Names,
    aside: Vec<Aside>,
}

impl Reading {
    fn of(path: &Path) -> Result<Reading, ReadError> {
        let repository = Repository::open(path)?;
        let mut reading = Reading {
            tip: repository.tip().unwrap_or("").to_owned(),
            proposals: BTreeMap::new(),
            names: Names::default(),
            aside: Vec::new(),
        };
        if reading.tip.is_empty() {
            return Ok(reading);
        }
        let log =
            ["log", "--first-parent", "--diff-merges=first-parent", "--use-mailmap", "-z", "--raw", "--no-abbrev"];
        let format = ["--no-renames", "--format=%x01%H%x00%ct%x00%aN <%aE>", "--end-of-options", &reading.tip, "--"];
        let files = ["pep-*.txt", "pep-*.rst", "peps/pep-*.rst", "peps/pep-*.txt"];
        let text = repository.ask(log.into_iter().chain(format).chain(files))?;
        let mut headers = Headers::new(&repository)?;
        for commit in text.split('\u{1}').rev() {
            reading.take(commit, &mut headers)?;
        }
        headers.finish()?;
        for version in reading.proposals.values().flatten() {
            version.header.iter().for_each(|header| reading.names.learn(header));
        }
        // Last, so that the forms in the headers win.
        for version in reading.proposals.values().flatten() {
            reading.names.learn_person(&version.author);
        }
        Ok(reading)
    }

    /// Takes in what one commit says: `HASH\0SECONDS\0AUTHOR\0\0:MODES IDS STATUS\0PATH\0...`.
    fn take(&mut self, told: &str, headers: &mut Headers) -> Result<(), ReadError> {
        let mut parts = told.split('\0');
        let (Some(commit), Some(seconds), Some(author)) = (parts.next(), parts.next(), parts.next()) else {
            return Ok(());
        };
        let at = Instant::from_micros(seconds.parse::<i64>().unwrap_or(0).saturating_mul(1_000_000));
        let mut changed: BTreeMap<u32, Option<String>> = BTreeMap::new();
        while let Some(part) = parts.next() {
            let Some(raw) = part.trim_start_matches('\n').strip_prefix(':') else { continue };
            let Some(number) = parts.next().and_then(number_in) else { continue };
            let id = raw.split(' ').nth(3).filter(|id| id.bytes().any(|byte| byte != b'0'));
            let entry = changed.entry(number).or_default();
            // A file that changes its name goes and comes in one commit.
            *entry = id.map(str::to_owned).or(entry.take());
        }
        for (number, id) in changed {
            let header = match &id {
                None => None,
                Some(id) => match headers.of(id)? {
                    Some(header) => Some(header),
                    None => {
                        let place = format!("PEP-{number} as of {commit}");
                        self.aside.push(Aside::new(place, "it does not begin with the headers of a proposal"));
                        continue;
                    }
                },
            };
            let versions = self.proposals.entry(number).or_default();
            // Clocks differ, history does not.
            let at = versions.last().map_or(at, |last| last.at.max(at));
            versions.push(Version { commit: commit.to_owned(), at, author: author.to_owned(), header });
        }
        Ok(())
    }

    fn peps(self) -> Peps {
        let mut peps = Peps { n_proposals: self.proposals.len() as u64, aside: self.aside, ..Peps::default() };
        peps.charter.remits = offices();
        for (number, versions) in &self.proposals {
            peps.charter.remits.extend(delegations(*number, versions, &self.names));
            let answered = versions.iter().find_map(|version| version.header.as_ref()).is_some_and(Header::is_answered);
            peps.n_answered_before += u64::from(answered);
            peps.decisions.extend(decisions(*number, versions, &self.names));
        }
        peps
    }
}

/// The two offices that decide where no delegate does.
fn offices() -> Vec<Remit> {
    let office = |role: &str| Remit {
        matter: ACCEPTANCE.to_owned(),
        area: "*".to_owned(),
        decides: vec![Who::Role(role.to_owned())],
        ..Remit::default()
    };
    vec![
        Remit { until: Some(BDFL_UNTIL), written: "before the council".to_owned(), ..office(BDFL) },
        Remit { since: Some(COUNCIL_SINCE), written: "since the council".to_owned(), ..office(COUNCIL) },
    ]
}

fn remit_of(number: u32) -> Remit {
    Remit { matter: ACCEPTANCE.to_owned(), area: format!("*/{}", item(number)), ..Remit::default() }
}

/// Who was the delegate of a proposal from when to when.
fn delegations(number: u32, versions: &[Version], names: &Names) -> Vec<Remit> {
    let mut remits: Vec<Remit> = Vec::new();
    let mut current: Vec<Who> = Vec::new();
    for version in versions {
        let named = version.header.as_ref().map(|header| delegates(header, names)).unwrap_or_default();
        if named == current {
            continue;
        }
        if !current.is_empty()
            && let Some(last) = remits.last_mut()
        {
            last.until = Some(version.at);
        }
        if !named.is_empty() {
            let line = version.header.as_ref().map_or(0, |header| header.delegate_line);
            let written = format!("pep-{number:04}:{line} as of {}", short(&version.commit));
            remits.push(Remit { decides: named.clone(), since: Some(version.at), written, ..remit_of(number) });
        }
        current = named;
    }
    // Named and gone within one instant, it was never in force.
    remits.retain(|remit| remit.until.is_none_or(|until| remit.since.is_none_or(|since| since < until)));
    remits
}

/// The answers among what became of a proposal.
fn decisions(number: u32, versions: &[Version], names: &Names) -> Vec<PepDecision> {
    let (item, area) = (item(number), area(number, versions));
    let events = told(number, versions, names);
    let mut raised_at = None;
    let mut decisions = Vec::new();
    for event in events {
        match event.act {
            Act::Raised | Act::Reopened => raised_at = Some(event.at),
            Act::Decided | Act::Withdrawn => {
                let Told { at, by, verdict, status, resolution, resolved_on, commit, is_delegated, .. } = event;
                decisions.push(PepDecision {
                    item: item.clone(),
                    area: area.clone(),
                    raised_at: raised_at.take().unwrap_or(at),
                    decided_at: at,
                    verdict,
                    status,
                    by,
                    is_delegated,
                    resolution,
                    resolved_on,
                    commit,
                });
            }
            _ => {}
        }
    }
    decisions
}

/// Whom a header names as delegates, with their names as they are known throughout.
fn delegates(header: &Header, names: &Names) -> Vec<Who> {
    let mut delegates = Vec::new();
    for name in &header.delegates {
        let lower = name.to_lowercase();
        let who = match () {
            () if lower.contains("steering council") => Who::Role(COUNCIL.to_owned()),
            () if lower == "bdfl" => Who::Role(BDFL.to_owned()),
            () => Who::Person(names.known(name)),
        };
        if !delegates.contains(&who) {
            delegates.push(who);
        }
    }
    delegates
}

fn item(number: u32) -> String {
    format!("PEP-{number}")
}

fn area(number: u32, versions: &[Version]) -> String {
    let newest = versions.iter().rev().find_map(|version| version.header.as_ref());
    let kind = newest.map_or("", |header| if header.topic.is_empty() { &header.kind } else { &header.topic });
    let kind = kind.split(',').next().unwrap_or("").trim().to_lowercase().replace([' ', '/'], "-");
    format!("{}/{}", if kind.is_empty() { "other" } else { &kind }, item(number))
}

/// The word of the record for somebody.
fn actor(who: &Who) -> String {
    match who {
        Who::Person(name) => name.clone(),
        other => other.to_string(),
    }
}

/// `peps/pep-0484.rst` to 484; not the index, and no other file.
fn number_in(path: &str) -> Option<u32> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let digits = name.strip_prefix("pep-")?.split_once('.').filter(|(_, end)| matches!(*end, "rst" | "txt"))?.0;
    let is_number = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u32 = digits.parse().ok().filter(|number| is_number && *number > 0)?;
    (folder.is_empty() || folder.rsplit('/').next() == Some("peps") && !folder.contains("tests")).then_some(number)
}

fn short(commit: &str) -> &str {
    &commit[..commit.len().min(9)]
}

/// Asks git for the headers of files by their ids, one after the other.
struct Headers {
    pipe: crate::git::command::Pipe,
    stdin: std::process::ChildStdin,
}

impl Headers {
    fn new(repository: &Repository) -> Result<Headers, ReadError> {
        let (pipe, stdin) = repository.converse(["cat-file", "--batch"])?;
        Ok(Headers { pipe, stdin })
    }

    fn of(&mut self, id: &str) -> Result<Option<Header>, ReadError> {
        let broken = |_| ReadError::Git { what: "git cat-file stopped answering".to_owned(), hint: String::new() };
        writeln!(self.stdin, "{id}").and_then(|()| self.stdin.flush()).map_err(broken)?;
        let mut head = String::new();
        self.pipe.out.read_line(&mut head).map_err(broken)?;
        let Some(size) = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok()) else {
            return Ok(None);
        };
        let mut text = Vec::new();
        (&mut self.pipe.out).take(size + 1).read_to_end(&mut text).map_err(broken)?;
        Ok(Header::read(&String::from_utf8_lossy(&text)))
    }

    fn finish(self) -> Result<(), ReadError> {
        let Headers { pipe, stdin } = self;
        drop(stdin);
        pipe.finish(&[0]).map(|_| ())
    }
}

#[cfg(test)]
mod tests;
