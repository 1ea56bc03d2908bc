//! The one client of all trackers: shows the credential to the site and to nobody else, waits as the site says, tries again what may pass.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::address::Base;
use super::credential::Credential;
use super::wire::{Method, Progress, Request, Response, Waited, Wire, WireError};
use super::{FetchError, Site, limits};
use crate::tracker::raw::without_secrets;
use crate::tracker::refusal;

/// Tries of one request before it counts as failed; waiting for a limit is no try.
const TRIES: u32 = 6;
/// Times that one request is put off for a limit.
const PUT_OFF: u32 = 12;
/// The longest that a fetch waits for a limit at a time.
const PATIENCE: Duration = Duration::from_secs(2 * 60 * 60);
/// Redirects that are followed for one request.
const REDIRECTS: u32 = 5;
/// Pauses shorter than this are not worth being told of.
const TOLD: Duration = Duration::from_secs(2);

/// An answer that can be used.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The answer, as it came.
    pub response: Response,
    /// What its body says.
    pub json: Value,
}

/// What became of a request.
#[derive(Debug)]
pub(super) enum Reply {
    /// What was asked for.
    Answer(Box<Answer>),
    /// Nothing new since the entity tag that was sent.
    Unchanged,
    /// The site does not give it out: 400, 403, 404, 410 and the like.
    Refused(Refused),
}

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub url: String,
    pub status: u16,
    pub why: String,
    pub body: Vec<u8>,
}

/// See the module.
pub(super) struct Client<'w> {
    pub site: &'w Site,
    /// Where the interface begins.
    pub base: Base,
    pub wire: &'w mut dyn Wire,
    pub progress: &'w mut dyn Progress,
    credential: &'w Credential,
    /// Requests so far, tries and redirects counted.
    pub calls: u64,
    /// The site's clock at its last answer, and how far ours is ahead of it.
    pub date: Option<Timestamp>,
    pub ahead: SignedDuration,
    not_before: Option<Timestamp>,
}

impl<'w> Client<'w> {
    /// A client for a site.
    ///
    /// # Errors
    /// Where the address is none, or the credential would go over an open line.
    pub fn new(
        site: &'w Site,
        credential: &'w Credential,
        wire: &'w mut dyn Wire,
        progress: &'w mut dyn Progress,
    ) -> Result<Client<'w>, FetchError> {
        let base = Base::of(&site.address).map_err(FetchError::Address)?;
        if !credential.is_none() && base.is_open() {
            return Err(FetchError::Open { address: base.origin });
        }
        Ok(Client {
            site,
            base,
            wire,
            progress,
            credential,
            calls: 0,
            date: None,
            ahead: SignedDuration::ZERO,
            not_before: None,
        })
    }

    /// Whether a credential is shown.
    pub fn is_known(&self) -> bool {
        !self.credential.is_none()
    }

    /// What the site said, without the credential.
    pub fn hide(&self, said: &[u8]) -> Option<Vec<u8>> {
        self.credential.hide(said)
    }

    /// Asks for a path of the interface, as often as it takes.
    ///
    /// # Errors
    /// Where the site cannot be reached, knows nobody of this credential, answers nonsense, or the user breaks it off.
    pub fn ask(&mut self, path: &str, body: Option<&Value>, etag: Option<&str>) -> Result<Reply, FetchError> {
        let url = self.base.with(path);
        let mut request = Request {
            method: if body.is_some() { Method::Post } else { Method::Get },
            url: url.clone(),
            headers: vec![
                ("Accept".to_owned(), accepted(self.site).to_owned()),
                ("User-Agent".to_owned(), format!("sayso/{}", env!("CARGO_PKG_VERSION"))),
            ],
            body: body.map(|body| body.to_string().into_bytes()),
        };
        if request.body.is_some() {
            request.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        if let Some(etag) = etag {
            request.headers.push(("If-None-Match".to_owned(), etag.to_owned()));
        }
        request.headers.extend(self.credential.header(self.site.tracker));

        let (mut tries, mut put_off, mut redirects) = (1, 0, 0);
        loop {
            self.wait_for_budget()?;
            let went_wrong = match self.send(&request)? {
                Ok(response) => {
                    if let Some(pause) = limits::asked_for(&response, self.wire.now()) {
                        put_off += 1;
                        if pause > PATIENCE || put_off > PUT_OFF {
                            return Err(FetchError::Limit { address: self.shown(&url), seconds: pause.as_secs() });
                        }
                        self.pause("the site's limit is reached", pause.max(Duration::from_secs(1)))?;
                        continue;
                    }
                    // GraphQL has a budget of its own; where it is used up, REST still has its.
                    let is_of_this = response.header("x-ratelimit-resource") != Some("graphql");
                    if let Some(pause) = limits::used_up(&response, self.wire.now()).filter(|_| is_of_this) {
                        self.not_before = self.wire.now().checked_add(pause).ok();
                    }
                    match response.status {
                        301 | 302 | 303 | 307 | 308 => {
                            redirects += 1;
                            request.url = self.redirected(&request, &response, redirects)?;
                            continue;
                        }
                        _ => match self.judged(&url, response)? {
                            Ok(reply) => return Ok(reply),
                            Err(went_wrong) => went_wrong,
                        },
                    }
                }
                Err(error) => error.to_string(),
            };
            tries += 1;
            if tries > TRIES {
                // A question that takes too long to answer comes to nothing, while others may be answered.
                let is_question = path.ends_with("/graphql") && went_wrong.starts_with("it answered 50");
                if is_question || went_wrong == "it answered 500" {
                    let why = "the site fails over it, every time".to_owned();
                    return Ok(Reply::Refused(Refused { url, status: 500, why, body: Vec::new() }));
                }
                return Err(FetchError::GaveUp { address: self.shown(&url), tries: TRIES, what: went_wrong });
            }
            let pause = limits::backed_off(tries, self.wire.chance());
            self.pause(&went_wrong, pause)?;
        }
    }

    /// One exchange; what may pass comes back as the inner error.
    fn send(&mut self, request: &Request) -> Result<Result<Response, WireError>, FetchError> {
        self.calls += 1;
        match self.wire.send(request) {
            Ok(response) => {
                if let Some(date) = limits::date_of(&response) {
                    self.date = Some(date);
                    self.ahead = self.wire.now().duration_since(date);
                }
                Ok(Ok(response))
            }
            Err(WireError::Stopped) => Err(FetchError::Stopped),
            Err(error) if error.is_transient() => Ok(Err(error)),
            Err(error) => Err(FetchError::Wire { address: self.shown(&request.url), source: error }),
        }
    }

    /// What an answer is; the inner error is one that may pass.
    fn judged(&self, url: &str, response: Response) -> Result<Result<Reply, String>, FetchError> {
        let address = || self.shown(url);
        match response.status {
            304 => Ok(Ok(Reply::Unchanged)),
            200..300 => match document(&response.body) {
                Document::Is(json) => Ok(Ok(Reply::Answer(Box::new(Answer { response, json })))),
                Document::Broken => Ok(Err("its answer breaks off".to_owned())),
                Document::IsNot(begins) => {
                    Err(FetchError::NotJson { address: address(), begins: self.credential.hide_in(&begins) })
                }
            },
            // Bugzilla says 401 of a single bug that may not be seen, and of nobody in particular.
            401 if !is_of_one_bug(&response.body) => Err(FetchError::Unknown {
                address: address(),
                has_credential: self.is_known(),
                variable: self.site.variable.clone(),
            }),
            status @ (408 | 425 | 500 | 502..=504 | 520..=529) => Ok(Err(format!("it answered {status}"))),
            status => {
                let why = self.credential.hide_in(&refusal::why(status, &response.body));
                Ok(Ok(Reply::Refused(Refused { url: url.to_owned(), status, why, body: response.body })))
            }
        }
    }

    fn redirected(&self, request: &Request, response: &Response, n: u32) -> Result<String, FetchError> {
        let location = response.header("location").unwrap_or_default();
        let address = self.shown(&request.url);
        if n > REDIRECTS || location.is_empty() {
            return Err(FetchError::Circle { address });
        }
        let to = self.base.redirected(&request.url, location);
        let to =
            to.map_err(|to| FetchError::Elsewhere { address: address.clone(), to: self.credential.hide_in(&to) })?;
        // What was posted is only posted again where the site says that it is the same request.
        if request.method == Method::Post && !matches!(response.status, 307 | 308) {
            return Err(FetchError::Elsewhere { address, to: self.shown(&to) });
        }
        Ok(to)
    }

    fn wait_for_budget(&mut self) -> Result<(), FetchError> {
        let Some(until) = self.not_before.take() else { return Ok(()) };
        let left = until.duration_since(self.wire.now());
        let Ok(pause) = Duration::try_from(left) else { return Ok(()) };
        if pause > PATIENCE {
            return Err(FetchError::Limit { address: self.base.origin.clone(), seconds: pause.as_secs() });
        }
        self.pause("the site's budget of requests is used up", pause)
    }

    fn pause(&mut self, why: &str, pause: Duration) -> Result<(), FetchError> {
        if pause >= TOLD {
            self.progress.pause(why, pause);
        }
        match self.wire.wait(pause) {
            Waited::Done => Ok(()),
            Waited::Stopped => Err(FetchError::Stopped),
        }
    }

    fn shown(&self, url: &str) -> String {
        self.credential.hide_in(&without_secrets(url))
    }
}

/// Whether Bugzilla refuses a bug (102, 113) and not whoever asks.
fn is_of_one_bug(body: &[u8]) -> bool {
    let code = serde_json::from_slice::<Value>(body).ok().and_then(|value| value.get("code")?.as_u64());
    matches!(code, Some(102 | 113))
}

fn accepted(site: &Site) -> &'static str {
    match site.tracker {
        crate::tracker::Tracker::Github => "application/vnd.github+json",
        _ => "application/json",
    }
}

enum Document {
    Is(Value),
    /// It begins as JSON and does not end as such.
    Broken,
    /// It is something else; how it begins.
    IsNot(String),
}

/// The JSON of a body, behind a byte-order mark and the guard that Gerrit puts before it; nothing at all is null.
fn document(body: &[u8]) -> Document {
    let plain = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let plain = plain.strip_prefix(b")]}'").unwrap_or(plain).trim_ascii();
    if plain.is_empty() {
        return Document::Is(Value::Null);
    }
    match serde_json::from_slice(plain) {
        Ok(json) => Document::Is(json),
        Err(_) if matches!(plain[0], b'{' | b'[') => Document::Broken,
        Err(_) => {
            let begin: String = String::from_utf8_lossy(&plain[..plain.len().min(60)]).chars().take(40).collect();
            Document::IsNot(begin.split_whitespace().collect::<Vec<_>>().join(" "))
        }
    }
}
