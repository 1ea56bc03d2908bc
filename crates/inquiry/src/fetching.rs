//! Fetching from trackers: what `sayso.toml` says of a site, the credential for it, and what came or did not come.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sayso_sources::Kind;
use sayso_sources::fetch::{self, Credential, FetchError, Missed, Outcome, Plan, Site};
use serde::Serialize;

use crate::forget::ForgottenList;
use crate::office::SourceSection;
use crate::token::TokenPlace;
use crate::wire::Net;
use crate::{InquiryError, Office, Talk, World, lanes};

/// The folder under what is derived in which raw pages are kept, one folder a source.
const RAW: &str = "raw";
/// Things that were not given out, shown one by one; the rest are counted.
const MISSED_SHOWN: usize = 8;

/// A source that is fetched, and how to get in.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// The source's name.
    pub(crate) name: String,
    pub(crate) site: Site,
    user: Option<String>,
    token: TokenPlace,
    /// Where its pages lie.
    pub(crate) folder: PathBuf,
}

impl Remote {
    /// What a section says of a site; `None` where it names none. `folder` is the office's, `derived` what is derived in it.
    pub(crate) fn of(section: &SourceSection, folder: &Path, derived: &Path) -> Result<Option<Remote>, InquiryError> {
        let Some(url) = &section.url else { return Ok(None) };
        let Some(Kind::Tracker(tracker)) = section.kind.map(|kind| kind.0) else {
            return Err(InquiryError::usage(
                format!("fetch source `{}` from {url}", section.name),
                "add its kind: jira, github, gitlab, azure, gerrit, bugzilla or redmine",
            ));
        };
        let variable = section.token_variable.clone().unwrap_or_else(|| variable_of(&section.name));
        Ok(Some(Remote {
            name: section.name.clone(),
            site: Site {
                tracker,
                address: url.clone(),
                scope: section.scope.clone(),
                variable,
                asks_several: section.graphql.unwrap_or(true),
            },
            user: section.user.clone(),
            token: TokenPlace::of(section, folder),
            folder: raw_folder(section, folder, derived),
        }))
    }

    /// The credential: from the environment, else from where the source says that it is, else none.
    fn credential(&self, world: &dyn World) -> Result<Credential, InquiryError> {
        let token = match world.variable(&self.site.variable) {
            Some(token) => token,
            None => self.token.token(&self.name, world)?,
        };
        Ok(match &self.user {
            Some(user) if !token.trim().is_empty() => Credential::basic(user, &token),
            _ => Credential::token(&token),
        })
    }
}

/// Where the pages of a source lie.
pub(crate) fn raw_folder(section: &SourceSection, folder: &Path, derived: &Path) -> PathBuf {
    match &section.path {
        Some(path) => folder.join(path),
        None => derived.join(RAW).join(&section.name),
    }
}

/// `our-jira` -> `SAYSO_OUR_JIRA_TOKEN`.
pub(crate) fn variable_of(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("SAYSO_{name}_TOKEN")
}

/// What fetching one source did.
#[derive(Clone, Debug, Serialize)]
pub struct SourceFetch {
    /// The source.
    pub name: String,
    /// Its site.
    pub address: String,
    /// Pages that were kept.
    pub pages: u64,
    /// Answers that said nothing new.
    pub unchanged: u64,
    /// Requests, tries counted.
    pub calls: u64,
    /// Items that lists gave; one that moved while it was read counts each time.
    pub items: u64,
    /// Whether it went on where an earlier one was stopped.
    pub resumed: bool,
    /// What the site did not give out.
    pub missed: Vec<NotGiven>,
    /// Why it did not come to its end, after "failed to".
    pub failed: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

/// Something that a site did not give out.
#[derive(Clone, Debug, Serialize)]
pub struct NotGiven {
    /// What was asked, without secrets.
    pub address: String,
    /// The HTTP status.
    pub status: u16,
    /// Why, in words.
    pub why: String,
}

impl SourceFetch {
    fn of(remote: &Remote, result: Result<Outcome, FetchError>) -> Self {
        let (outcome, failed, hint) = match result {
            Ok(outcome) => (outcome, None, None),
            Err(error) => {
                let mut why = error.to_string();
                let mut cause = std::error::Error::source(&error);
                while let Some(inner) = cause {
                    let _ = write!(why, ": {inner}");
                    cause = inner.source();
                }
                (Outcome::default(), Some(why), error.hint())
            }
        };
        let given = |missed: Missed| NotGiven { address: missed.address, status: missed.status, why: missed.why };
        SourceFetch {
            name: remote.name.clone(),
            address: remote.site.address.clone(),
            pages: outcome.pages,
            unchanged: outcome.unchanged,
            calls: outcome.calls,
            items: outcome.items,
            resumed: outcome.resumed,
            missed: outcome.missed.into_iter().map(given).collect(),
            failed,
            hint,
        }
    }

    /// In words, wrapped at `width` columns.
    pub fn text(&self, width: usize) -> String {
        let mut text = String::new();
        match &self.failed {
            Some(why) => {
                let _ = writeln!(text, "{}: failed to {why}", self.name);
                if let Some(hint) = &self.hint {
                    let _ = writeln!(text, "  hint: {hint}");
                }
                text.push_str("  What came before stays; the next `sayso read` goes on from there.\n");
            }
            None => {
                let went_on = if self.resumed { "went on where it was stopped; " } else { "" };
                let line = format!(
                    "{} at {}: {went_on}{} listed items, {} pages kept, {} answers without anything new, {} requests",
                    self.name, self.address, self.items, self.pages, self.unchanged, self.calls
                );
                for line in textwrap::wrap(&line, textwrap::Options::new(width).subsequent_indent("  ")) {
                    let _ = writeln!(text, "{line}");
                }
            }
        }
        for missed in self.missed.iter().take(MISSED_SHOWN) {
            let _ = writeln!(text, "  not given out: {} ({}, {})", missed.address, missed.status, missed.why);
        }
        if self.missed.len() > MISSED_SHOWN {
            let _ = writeln!(text, "  and {} more", self.missed.len() - MISSED_SHOWN);
        }
        text
    }
}

impl Office {
    /// Fetches what is new at every site that `sayso.toml` names, several sites at once. One that cannot be reached is said,
    /// and the others are fetched. Nothing where no source names a site.
    ///
    /// # Errors
    /// When a token cannot be read from where it is said to be, or the list of whoever was forgotten cannot.
    pub fn fetch(
        &self,
        world: &dyn World,
        talk: &mut dyn Talk,
        stop: &AtomicBool,
    ) -> Result<Vec<SourceFetch>, InquiryError> {
        // All of them first: a keyring may ask to be unlocked, and should do so before anything else goes on.
        let credentials: Vec<Credential> =
            self.remotes.iter().map(|remote| remote.credential(world)).collect::<Result<_, _>>()?;
        let list = ForgottenList::read(&self.derived)?;
        let fetched = lanes::fetch_all(&self.remotes, &credentials, (&list, &self.pseudonyms), world, talk, stop);
        Ok(self.remotes.iter().zip(fetched).map(|(remote, result)| SourceFetch::of(remote, result)).collect())
    }

    /// What fetching would ask for, about how often; it asks each site for numbers, and keeps nothing.
    ///
    /// # Errors
    /// When a site cannot be asked, or a token cannot be read.
    pub fn plan_of_fetch(&self, world: &dyn World, stop: &AtomicBool) -> Result<String, InquiryError> {
        let mut text = String::new();
        for remote in &self.remotes {
            let credential = remote.credential(world)?;
            let mut net = Net::new(world, stop);
            let plan = fetch::plan(&remote.site, &credential, &remote.folder, &mut net, &mut ())?;
            text.push_str(&planned(remote, &plan));
        }
        if self.remotes.is_empty() {
            text.push_str("No source names a site to fetch from; sources on disk are read where they lie.\n");
        }
        Ok(text)
    }
}

fn planned(remote: &Remote, plan: &Plan) -> String {
    let mut text = format!("{} at {} would be asked for:\n", remote.name, remote.site.address);
    let mut known = 0;
    let mut is_whole = true;
    for part in &plan.parts {
        let since = match (&part.since, part.begun) {
            (_, true) => ", going on where it was stopped".to_owned(),
            (Some(since), false) => format!(", what changed since {since}"),
            (None, false) => ", everything".to_owned(),
        };
        let much = match (&part.refused, part.items, part.calls) {
            (Some(why), ..) => format!("refused: {why}"),
            (None, Some(items), Some(calls)) => format!("{items} items, about {calls} requests"),
            (None, None, Some(calls)) => format!("about {calls} requests"),
            (None, ..) => "the site does not say how much".to_owned(),
        };
        known += part.calls.unwrap_or(0);
        is_whole &= part.calls.is_some() || part.refused.is_some();
        let _ = writeln!(text, "  {}{since}: {much}", part.part);
    }
    let least = if is_whole { "about" } else { "at least" };
    let _ = writeln!(text, "  in all {least} {known} requests; finding that out took {}", plan.calls);
    text
}

/// Tells whoever watches how far a fetch is.
pub(crate) struct Teller<'t> {
    talk: &'t mut dyn Talk,
    name: &'t str,
    part: String,
}

impl<'t> Teller<'t> {
    pub(crate) fn new(talk: &'t mut dyn Talk, name: &'t str) -> Self {
        Teller { talk, name, part: String::new() }
    }

    pub(crate) fn finish(&mut self) {
        if !self.part.is_empty() {
            self.talk.ends();
        }
    }
}

impl fetch::Progress for Teller<'_> {
    fn page(&mut self, part: &str, done: u64, expected: Option<u64>) {
        if self.part != part {
            self.finish();
            part.clone_into(&mut self.part);
            let what = format!("{}: {part}", self.name);
            self.talk.says(&what);
            self.talk.begins(&what, expected);
        }
        self.talk.advances(done, expected);
    }

    fn pause(&mut self, why: &str, pause: Duration) {
        self.talk.says(&pause_words(self.name, why, pause));
    }
}

/// That a source waits, and why.
pub(crate) fn pause_words(name: &str, why: &str, pause: Duration) -> String {
    format!("{name}: waits {} s, {why}", pause.as_secs().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_of_a_name() {
        assert_eq!(variable_of("our-jira 2"), "SAYSO_OUR_JIRA_2_TOKEN");
    }
}
