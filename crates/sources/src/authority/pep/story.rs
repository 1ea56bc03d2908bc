//! What became of one proposal: its versions read as acts, by the rules in the head of the module above.

use jiff::tz::TimeZone;
use sayso_model::charter::Who;
use sayso_model::event::{Act, Verdict};
use sayso_model::time::Instant;

use super::header::{Header, Names, Standing};
use super::{BDFL, BDFL_UNTIL, COUNCIL, COUNCIL_SINCE, DELEGATE, Version, delegates, item};

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub at: Instant,
    pub act: Act,
    pub by: Option<Who>,
    /// Whom it addresses; of a link the other proposal, as a person of that name.
    pub to: Option<Who>,
    pub verdict: Option<Verdict>,
    /// As written.
    pub status: String,
    pub resolution: Option<String>,
    pub resolved_on: Option<String>,
    pub commit: String,
    pub is_delegated: bool,
}

/// What became of a proposal, in time.
pub(super) fn told(number: u32, versions: &[Version], names: &Names) -> Vec<Told> {
    let mut story = Story { names, versions, told: Vec::new(), standing: None, delegates: Vec::new() };
    for (i, version) in versions.iter().enumerate() {
        if let Some(header) = &version.header {
            story.take(i, version, header);
        }
    }
    let this = item(number);
    story.told.retain(|told| !matches!(&told.to, Some(Who::Person(to)) if told.act == Act::Linked && *to == this));
    story.told
}

struct Story<'a> {
    names: &'a Names,
    versions: &'a [Version],
    told: Vec<Told>,
    standing: Option<Standing>,
    delegates: Vec<Who>,
}

impl Story<'_> {
    fn take(&mut self, i: usize, version: &Version, header: &Header) {
        let to = header.standing();
        let from = match self.standing.replace(to) {
            Some(from) => from,
            // Answered before the record begins: when nobody can tell.
            None if to != Standing::Open => {
                self.delegates = delegates(header, self.names);
                return;
            }
            None => {
                self.raised(version, header);
                Standing::Open
            }
        };
        self.asked(version, header, to);
        let (authority, is_delegated) = self.authority(version, header);
        let committer = Some(Who::Person(self.names.known(&version.author)));
        let author = self.author(version, header);
        let announced = self.versions[i..].iter().filter_map(|version| version.header.as_ref());
        let announced = announced.take_while(|later| later.standing() != Standing::Open);
        let resolution = announced.clone().find_map(|later| later.resolution.clone());
        let resolved_on = announced.clone().find_map(|later| later.resolved_on.clone());
        let mut tell = |act: Act, by: &Option<Who>, verdict: Option<Verdict>, link: Option<Who>| {
            self.told.push(Told {
                at: version.at,
                act,
                by: by.clone(),
                to: link,
                verdict,
                status: header.status.clone(),
                resolution: resolution.clone(),
                resolved_on: resolved_on.clone(),
                commit: version.commit.clone(),
                is_delegated,
            });
        };
        if from == to {
            return;
        }
        let is_approved = |standing| matches!(standing, Standing::Accepted | Standing::Final);
        let approved = Some(Verdict::Approved);
        match (from, to) {
            (Standing::Accepted, Standing::Final) => tell(Act::Executed, &committer, None, None),
            (_, Standing::Superseded) if from != Standing::Open => {
                if let Some(by) = header.superseded_by {
                    tell(Act::Linked, &committer, None, Some(Who::Person(item(by))));
                }
            }
            (_, Standing::Open) => tell(Act::Reopened, &committer, None, None),
            (from, to) if is_approved(from) && is_approved(to) => {}
            (from, Standing::Rejected) if is_approved(from) => {
                tell(Act::Reversed, &authority, Some(Verdict::Rejected), None)
            }
            (from, Standing::Deferred) if is_approved(from) => {
                tell(Act::Reversed, &authority, Some(Verdict::Deferred), None)
            }
            (from, Standing::Withdrawn) if is_approved(from) => tell(Act::Reversed, &authority, None, None),
            (Standing::Rejected | Standing::Superseded, to) if is_approved(to) => {
                tell(Act::Reversed, &authority, approved, None);
            }
            (Standing::Open | Standing::Deferred | Standing::Withdrawn, to) => {
                // From one kind of "not now" to another nothing is answered anew.
                if from != Standing::Open && matches!(to, Standing::Deferred | Standing::Withdrawn) {
                    return;
                }
                if from != Standing::Open {
                    tell(Act::Reopened, &committer, None, None);
                }
                match to {
                    Standing::Withdrawn => {
                        tell(Act::Withdrawn, &author, None, None);
                    }
                    Standing::Deferred => tell(Act::Decided, &committer, Some(Verdict::Deferred), None),
                    to if is_approved(to) => tell(Act::Decided, &authority, approved, None),
                    _ => tell(Act::Decided, &authority, Some(Verdict::Rejected), None),
                }
            }
            _ => {}
        }
    }

    fn raised(&mut self, version: &Version, header: &Header) {
        let answered = |version: &&Version| version.header.as_ref().is_some_and(Header::is_answered);
        let answer = self.versions.iter().find(answered).map(|version| version.at);
        let created = header.created_on().and_then(|day| day.to_zoned(TimeZone::UTC).ok());
        let created = created.map(|day| Instant::from(day.timestamp()));
        let at = created.filter(|at| answer.is_none_or(|answer| *at < answer)).unwrap_or(version.at);
        self.told.push(Told {
            at: at.min(version.at),
            act: Act::Raised,
            by: header.authors.first().map(|author| Who::Person(self.names.known(author))),
            to: None,
            verdict: None,
            status: header.status.clone(),
            resolution: None,
            resolved_on: None,
            commit: version.commit.clone(),
            is_delegated: false,
        });
    }

    /// A delegate who is named while the question is open is asked.
    fn asked(&mut self, version: &Version, header: &Header, standing: Standing) {
        let named = delegates(header, self.names);
        if standing == Standing::Open {
            for who in named.iter().filter(|who| !self.delegates.contains(who)) {
                self.told.push(Told {
                    at: version.at,
                    act: Act::Asked,
                    by: Some(Who::Person(self.names.known(&version.author))),
                    to: Some(who.clone()),
                    verdict: None,
                    status: header.status.clone(),
                    resolution: None,
                    resolved_on: None,
                    commit: version.commit.clone(),
                    is_delegated: true,
                });
            }
        }
        self.delegates = named;
    }

    /// Who decides by this version of the header, and whether that is a delegate.
    fn authority(&self, version: &Version, header: &Header) -> (Option<Who>, bool) {
        let named = delegates(header, self.names);
        let committer = Who::Person(self.names.known(&version.author));
        match named.as_slice() {
            [one] => (Some(one.clone()), true),
            [] if version.at < BDFL_UNTIL => (Some(Who::Role(BDFL.to_owned())), false),
            [] if version.at >= COUNCIL_SINCE => (Some(Who::Role(COUNCIL.to_owned())), false),
            [] => (None, false),
            several if several.contains(&committer) => (Some(committer), true),
            _ => (Some(Who::Role(DELEGATE.to_owned())), true),
        }
    }

    /// Whoever committed it, if an author; else the first author.
    fn author(&self, version: &Version, header: &Header) -> Option<Who> {
        let committer = self.names.known(&version.author);
        let authors: Vec<String> = header.authors.iter().map(|author| self.names.known(author)).collect();
        let author = authors.iter().find(|author| **author == committer).or(authors.first());
        author.map(|author| Who::Person(author.clone()))
    }
}
