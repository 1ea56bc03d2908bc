//! Fetches what a tracker has into a folder of raw pages: all of it once, and then only what is new; a kill costs one request.
//!
//! [`fetch`] walks a [`Site`] part by part and writes pages as they came; what they mean is for [`crate::tracker`] to say.
//! [`plan`] says beforehand what that would cost. Neither knows a clock, a network or randomness: all of it comes in
//! through [`Wire`]. What the site does not give out is a page of its status in the folder, so that reading counts it,
//! and a [`Missed`] in the outcome.

use std::path::Path;

use jiff::SignedDuration;

use crate::tracker::Tracker;
use crate::tracker::raw::{Raw, RawError, Redact};

mod address;
mod azure;
mod bugzilla;
mod client;
mod credential;
mod gerrit;
mod github;
mod gitlab;
mod jira;
mod limits;
mod redmine;
pub mod remote;
mod walk;
mod wire;

use client::{Client, Reply};
pub use credential::Credential;
use walk::{Route, Walk};
pub use wire::{Method, Progress, Request, Response, Waited, Wire, WireError};

/// A tracker somewhere, and what of it is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Which tracker it is.
    pub tracker: Tracker,
    /// Its address as people write it: `https://jira.example.org`, `https://github.com`, `https://dev.azure.com/ORG`.
    pub address: String,
    /// What of it: project keys of Jira, `owner/name` of GitHub, paths of GitLab projects, projects of Azure DevOps, Gerrit
    /// and Redmine, products of Bugzilla. Empty for all that the credential may see, where the tracker can say that; GitHub,
    /// GitLab and Azure DevOps want names.
    pub scope: Vec<String>,
    /// The environment variable that may hold the credential, for hints.
    pub variable: String,
    /// Whether several items may be asked for at once where a tracker has a way to do so: GraphQL of GitHub.
    pub asks_several: bool,
}

/// What a fetch brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Pages that were written.
    pub pages: u64,
    /// Answers that said nothing new, and were not written.
    pub unchanged: u64,
    /// Requests that it took, tries counted.
    pub calls: u64,
    /// Items that lists gave; one that moved while they were read counts each time.
    pub items: u64,
    /// Parts that were read to their end.
    pub parts: u64,
    /// What the site did not give out.
    pub missed: Vec<Missed>,
    /// Whether it went on where an earlier fetch was stopped.
    pub resumed: bool,
    /// How far this machine's clock is ahead of the site's, by its last answer; zero where it does not say.
    pub ahead: SignedDuration,
}

/// Something that the site did not give out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The part that it belongs to.
    pub part: String,
    /// The address that was asked.
    pub address: String,
    /// The HTTP status.
    pub status: u16,
    /// Why, in words.
    pub why: String,
}

/// What a fetch would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The parts, in the order in which they would be fetched.
    pub parts: Vec<Planned>,
    /// Requests that it took to find that out.
    pub calls: u64,
}

/// What a fetch would do to one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its name.
    pub part: String,
    /// From when on things would be asked for; `None` for everything.
    pub since: Option<jiff::Timestamp>,
    /// Items, as the site states; `None` where it does not.
    pub items: Option<u64>,
    /// Requests, about; `None` where nothing says how many items there are.
    pub calls: Option<u64>,
    /// Whether an earlier fetch of it was stopped in the middle and would go on.
    pub begun: bool,
    /// Why the site does not give it out, where it does not.
    pub refused: Option<String>,
}

/// A fetch that cannot go on. What it has written stands, and the next one goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address of the site is none.
    #[error("understand the address of the site: {0}")]
    Address(String),
    /// The scope is not one that the tracker has.
    #[error("understand what to fetch: {0}")]
    Scope(String),
    /// Nothing is fetched from such a tracker.
    #[error("fetch from {0}: it has no interface to ask")]
    Unsupported(Tracker),
    /// The credential would go over a line on which everybody can read it.
    #[error("show the credential to {address}: the line is not encrypted")]
    Open {
        /// Which site.
        address: String,
    },
    /// The site does not know who asks.
    #[error("log in: {address} answered 401")]
    Unknown {
        /// What was asked.
        address: String,
        /// Whether a credential was shown.
        has_credential: bool,
        /// As [`Site::variable`].
        variable: String,
    },
    /// The site does not understand what was asked.
    #[error("read {address}: {why}")]
    Rejected {
        /// What was asked.
        address: String,
        /// What it said.
        why: String,
    },
    /// Where JSON is due, something else came, as a login page does.
    #[error("read {address}: the answer is no JSON, it begins `{begins}`")]
    NotJson {
        /// What was asked.
        address: String,
        /// How the answer begins.
        begins: String,
    },
    /// The answer is JSON of another shape than the interface has.
    #[error("understand the answer of {address}: {what}")]
    Unlike {
        /// What was asked.
        address: String,
        /// What it lacks.
        what: String,
    },
    /// The site sends on to another one.
    #[error("read {address}: it sends on to {to}, and a credential is shown to nobody else")]
    Elsewhere {
        /// What was asked.
        address: String,
        /// Whither.
        to: String,
    },
    /// Pages or redirects lead back to themselves.
    #[error("come to an end with {address}: it leads on and on")]
    Circle {
        /// What was asked.
        address: String,
    },
    /// It did not work, however often it was tried.
    #[error("read {address}: {what}, {tries} times in a row")]
    GaveUp {
        /// What was asked.
        address: String,
        /// How often.
        tries: u32,
        /// What happened the last time.
        what: String,
    },
    /// The site wants to be left alone for longer than a fetch waits.
    #[error("read {address}: its limit is reached, for another {seconds} seconds")]
    Limit {
        /// What was asked.
        address: String,
        /// How long, in seconds.
        seconds: u64,
    },
    /// The exchange cannot come about.
    #[error("read {address}")]
    Wire {
        /// What was asked.
        address: String,
        /// Why.
        #[source]
        source: WireError,
    },
    /// The folder cannot be read or written.
    #[error("keep the pages")]
    Raw(#[from] RawError),
    /// The user broke it off.
    #[error("fetch to the end: it was broken off")]
    Stopped,
}

impl FetchError {
    /// What the user can do next, where anything helps.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            FetchError::Address(_) => "write it as `https://jira.example.org`".to_owned(),
            FetchError::Scope(_) | FetchError::Raw(_) => return None,
            FetchError::Unsupported(_) => "name a file or folder that holds its export".to_owned(),
            FetchError::Open { .. } => "write the address with https://".to_owned(),
            FetchError::Unknown { has_credential: false, variable, .. } => {
                format!("put a token with the right to read into the environment variable {variable}")
            }
            FetchError::Unknown { variable, .. } => {
                format!("the credential is wrong, expired or revoked: put a new one into {variable}")
            }
            FetchError::Rejected { .. } => "check the names of what is to be fetched".to_owned(),
            FetchError::NotJson { .. } => {
                "it is likely a page to log in: check the address, and that the credential is for its interface"
                    .to_owned()
            }
            FetchError::Unlike { .. } => "check that the address is that of the tracker's interface".to_owned(),
            FetchError::Elsewhere { to, .. } => {
                format!("if the site has moved, write its new address; if not, do not trust {to}")
            }
            FetchError::Circle { .. } => "tell whoever runs the site; nothing that was fetched is lost".to_owned(),
            FetchError::GaveUp { .. } | FetchError::Limit { .. } | FetchError::Stopped => {
                "run it again later: it goes on where it stopped".to_owned()
            }
            FetchError::Wire { source: WireError::Tls(_), .. } => {
                "if the site has a certificate of its own, add its authority to those that this machine trusts"
                    .to_owned()
            }
            FetchError::Wire { .. } => "check the address and the line, and run it again".to_owned(),
        };
        Some(hint)
    }
}

/// Fetches what is new at a site into a folder; everything the first time. One that was stopped goes on. What `words` takes
/// out of a page is never written.
///
/// # Errors
/// Where the site cannot be reached or does not let anybody in, the folder cannot be written, or the user breaks it off.
/// That it refuses single things is no error; see [`Outcome::missed`].
pub fn fetch(
    site: &Site,
    credential: &Credential,
    folder: &Path,
    words: &dyn Redact,
    wire: &mut dyn Wire,
    progress: &mut dyn Progress,
) -> Result<Outcome, FetchError> {
    let mut route = route(site)?;
    let mut client = Client::new(site, credential, wire, progress)?;
    route.prepare(&mut client)?;
    Walk::open(folder, &mut client, route.as_ref(), words)?.run()
}

/// Says what [`fetch`] would do, with one request for each part that states a number, and writes nothing.
///
/// # Errors
/// As [`fetch`].
pub fn plan(
    site: &Site,
    credential: &Credential,
    folder: &Path,
    wire: &mut dyn Wire,
    progress: &mut dyn Progress,
) -> Result<Plan, FetchError> {
    let mut route = route(site)?;
    let mut client = Client::new(site, credential, wire, progress)?;
    route.prepare(&mut client)?;
    let state = match Raw::is(folder) {
        true => Raw::open(folder)?.state()?.unwrap_or_default(),
        false => Default::default(),
    };
    let mut parts = Vec::new();
    for part in route.parts() {
        let since = state.marks.get(&part).and_then(|mark| mark.parse().ok());
        let begun = state.cursors.contains_key(&part);
        let mut planned = Planned { part, since, items: None, calls: None, begun, refused: None };
        match route.count(&planned.part, since) {
            None => planned.calls = Some(route.calls(&planned.part, 0)).filter(|calls| *calls > 0),
            Some(ask) => match client.ask(&ask.path, ask.body.as_ref(), None)? {
                Reply::Answer(answer) => {
                    planned.items = route.counted(&answer);
                    planned.calls = planned.items.map(|items| route.calls(&planned.part, items));
                }
                Reply::Unchanged => {}
                Reply::Refused(refused) => planned.refused = Some(refused.why),
            },
        }
        parts.push(planned);
    }
    Ok(Plan { parts, calls: client.calls })
}

fn route(site: &Site) -> Result<Box<dyn Route>, FetchError> {
    match site.tracker {
        Tracker::Jira => Ok(Box::new(jira::Jira::new(site))),
        Tracker::Github => Ok(Box::new(github::Github::new(site)?)),
        Tracker::Gitlab => Ok(Box::new(gitlab::Gitlab::new(site)?)),
        Tracker::Azure => Ok(Box::new(azure::Azure::new(site)?)),
        Tracker::Gerrit => Ok(Box::new(gerrit::Gerrit::new(site))),
        Tracker::Bugzilla => Ok(Box::new(bugzilla::Bugzilla::new(site))),
        Tracker::Redmine => Ok(Box::new(redmine::Redmine::new(site))),
        Tracker::Mail => Err(FetchError::Unsupported(site.tracker)),
    }
}
