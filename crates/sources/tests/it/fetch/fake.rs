//! A world of its own for a fetch: a tracker that answers, a clock that only pauses move, faults and kills at exact moments.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sayso_model::coverage::Reason;
use sayso_sources::fetch::{
    Credential, FetchError, Outcome, Progress, Request, Response, Site, Waited, Wire, WireError, fetch,
};
use sayso_sources::tracker::{Account, Claim, Fact, Telling, Tracker, each_told, parser};
use serde_json::Value;

/// A secret that must show nowhere.
pub const SECRET: &str = "hush-hush-4711";

/// How a tracker answers; its clock is given.
pub trait Api {
    fn answer(&mut self, request: &Request, now: Timestamp) -> Response;
}

/// Something that goes wrong with one exchange.
#[derive(Clone, Debug)]
pub enum Fault {
    Status(u16),
    With(u16, Vec<(&'static str, String)>, &'static str),
    Lost(WireError),
    /// The answer breaks off in the middle and nobody notices.
    Torn,
}

/// What changes in the tracker at a moment.
pub type Change<A> = fn(&mut A, Timestamp);

pub struct Fake<A> {
    pub api: A,
    /// The machine's clock.
    pub now: Timestamp,
    /// How far it is ahead of the tracker's.
    pub ahead: SignedDuration,
    /// Exchanges so far.
    pub sent: u64,
    pub faults: BTreeMap<u64, Fault>,
    pub changes: BTreeMap<u64, Change<A>>,
    /// The exchange that never comes to be.
    pub kill_at: Option<u64>,
    /// Nothing may be asked before.
    pub closed_until: Option<Timestamp>,
    pub log: Vec<String>,
    pub pauses: Vec<Duration>,
    /// The state as it was before the last exchange.
    pub watched: Option<PathBuf>,
    before: Cell<Option<Option<Vec<u8>>>>,
    current: Option<Option<Vec<u8>>>,
}

pub fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

impl<A: Api> Fake<A> {
    pub fn new(api: A) -> Fake<A> {
        Fake {
            api,
            now: noon(),
            ahead: SignedDuration::from_mins(7),
            sent: 0,
            faults: BTreeMap::new(),
            changes: BTreeMap::new(),
            kill_at: None,
            closed_until: None,
            log: Vec::new(),
            pauses: Vec::new(),
            watched: None,
            before: Cell::new(None),
            current: None,
        }
    }

    pub fn there(&self) -> Timestamp {
        self.now - self.ahead
    }

    /// Puts back the state as it was one exchange before the kill, as a kill between page and state leaves it.
    pub fn forget_last_state(&self, folder: &Path) {
        let path = folder.join("state.json");
        match self.before.take() {
            Some(Some(bytes)) => fs::write(path, bytes).unwrap(),
            _ => drop(fs::remove_file(path)),
        }
    }
}

/// What was asked and answered, as a line of the file that `SAYSO_DESK_LOG` names: `live/contracts.sh` holds it against what
/// the vendors publish of their interfaces.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where to keep it")]
fn noted(request: &Request, response: &Response) {
    use std::io::Write as _;
    let Some(path) = std::env::var_os("SAYSO_DESK_LOG") else { return };
    let body: Option<Value> = request.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
    let answer: Option<Value> = serde_json::from_slice(&response.body).ok();
    let line = serde_json::json!({"method": request.method.name(), "asked": request.url, "body": body, "status": response.status, "answer": answer});
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    // In one piece: several tests write into the same file.
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

impl<A: Api> Wire for Fake<A> {
    fn send(&mut self, request: &Request) -> Result<Response, WireError> {
        if let Some(folder) = &self.watched {
            self.before.set(self.current.take());
            self.current = Some(fs::read(folder.join("state.json")).ok());
        }
        self.sent += 1;
        if let Some(until) = self.closed_until {
            assert!(self.now >= until, "asked at {} and not before {until}", self.now);
        }
        if let Some(change) = self.changes.remove(&self.sent) {
            // Written a little later than it says, and at the same instant however often a fetch was killed before.
            change(&mut self.api, noon() - self.ahead + SignedDuration::from_secs(self.sent as i64));
        }
        if self.kill_at == Some(self.sent) {
            return Err(WireError::Stopped);
        }
        self.now += SignedDuration::from_secs(1);
        let there = self.there();
        self.log.push(format!("{} {}", request.method.name(), request.url));
        assert!(!request.url.contains(SECRET));
        let is_known = request.headers.iter().any(|(_, value)| value.contains(SECRET) || value.starts_with("Basic "));
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&there).unwrap();
        let mut response = match self.faults.remove(&self.sent) {
            Some(Fault::Lost(error)) => return Err(error),
            Some(Fault::Status(status)) => plain(status, "an error"),
            Some(Fault::With(status, headers, body)) => {
                let mut response = plain(status, body);
                response.headers.extend(headers.into_iter().map(|(name, value)| (name.to_owned(), value)));
                response
            }
            Some(Fault::Torn) => {
                let mut response = self.api.answer(request, there);
                response.body.truncate(response.body.len() / 2);
                response
            }
            None if !is_known => plain(401, "{}"),
            None => {
                let response = self.api.answer(request, there);
                noted(request, &response);
                response
            }
        };
        response.headers.push(("Date".to_owned(), date));
        Ok(response)
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn wait(&mut self, pause: Duration) -> Waited {
        self.now += SignedDuration::try_from(pause).unwrap();
        self.pauses.push(pause);
        Waited::Done
    }

    fn chance(&mut self) -> f64 {
        0.5
    }
}

/// An answer of a status.
pub fn plain(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

pub fn json(value: &Value) -> Response {
    plain(200, &value.to_string())
}

/// The path behind the host, and the parameters, decoded.
pub fn parts_of(url: &str) -> (String, BTreeMap<String, String>) {
    let (_, rest) = url.split_once("://").unwrap();
    let (_, rest) = rest.split_once('/').unwrap();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    (format!("/{path}"), pairs.map(|(name, value)| (decoded(name), decoded(value))).collect())
}

pub fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Everything that the pages of a folder tell, by identity, as it was told last.
#[derive(Debug, Default, PartialEq)]
pub struct Told {
    pub facts: BTreeMap<String, Fact>,
    pub aside: BTreeSet<String>,
    pub claims: BTreeMap<String, (u64, u64)>,
}

impl Told {
    /// The facts that are not in both, each with a sign of where it is.
    pub fn differences(&self, other: &Told) -> Vec<String> {
        let only = |sign: &str, these: &Told, those: &Told| -> Vec<String> {
            let facts = these.facts.iter().filter(|(id, fact)| those.facts.get(*id) != Some(fact));
            facts.map(|(_, fact)| format!("{sign} {fact:?}")).collect()
        };
        [only("+", self, other), only("-", other, self)].concat()
    }
}

impl Telling for Told {
    fn fact(&mut self, fact: Fact) {
        self.facts.insert(fact.id.clone(), fact);
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        // The number of the page depends on how often a fetch was stopped.
        let place = place.split_once(" (").map_or(place, |(_, origin)| origin);
        self.aside.insert(format!("{} {detail} {place}", reason.name()));
    }

    fn claim(&mut self, claim: Claim) {
        if let Some(item) = claim.item {
            self.claims.insert(format!("{} of {item}", claim.what), (claim.stated, claim.received));
        }
    }

    fn account(&mut self, _: Account) {}
}

pub fn told(folder: &Path, tracker: Tracker) -> Told {
    let mut told = Told::default();
    each_told(folder, parser(tracker).as_mut(), &mut told).unwrap();
    told
}

pub fn site(tracker: Tracker, address: &str, scope: &[&str]) -> Site {
    Site {
        tracker,
        address: address.to_owned(),
        scope: scope.iter().map(|name| (*name).to_owned()).collect(),
        variable: "TRACKER_TOKEN".to_owned(),
        asks_several: false,
    }
}

pub fn run<A: Api>(site: &Site, folder: &Path, fake: &mut Fake<A>) -> Result<Outcome, FetchError> {
    fetch(site, &Credential::token(SECRET), folder, &(), fake, &mut ())
}

/// Nothing in the folder holds the secret, be it packed or not.
pub fn assert_no_secret(folder: &Path) {
    for file in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let mut unpacked = Vec::new();
        let mut reader = flate2::read::MultiGzDecoder::new(&bytes[..]);
        let _ = std::io::Read::read_to_end(&mut reader, &mut unpacked);
        for bytes in [bytes, unpacked] {
            assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
        }
    }
}

/// A fetch that is killed at every exchange in turn, resumed and killed again, tells what a clean one tells. `make` makes
/// the same tracker each time; `later` is what happens between two fetches.
pub fn survives_kills<A: Api>(site: &Site, make: &dyn Fn() -> Fake<A>, later: Change<A>) {
    let clean = tempfile::tempdir().unwrap();
    let mut fake = make();
    run(site, clean.path(), &mut fake).unwrap();
    let n = fake.sent;
    assert!(n > 8, "a walk of {n} exchanges shows nothing");
    later(&mut fake.api, noon());
    fake.now += SignedDuration::from_hours(1);
    run(site, clean.path(), &mut fake).unwrap();
    let last = fake.sent;
    let expected = told(clean.path(), site.tracker);
    assert!(!expected.facts.is_empty());

    for kill in 1..=last {
        for forgets in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let mut fake = make();
            fake.watched = Some(folder.path().to_owned());
            fake.kill_at = Some(kill);
            let mut is_later = false;
            let mut runs = 0;
            loop {
                runs += 1;
                assert!(runs < 9, "it never comes to its end");
                match run(site, folder.path(), &mut fake) {
                    Ok(_) if is_later => break,
                    Ok(_) => {
                        is_later = true;
                        later(&mut fake.api, noon());
                        fake.now += SignedDuration::from_hours(1);
                    }
                    Err(FetchError::Stopped) => {
                        if forgets {
                            fake.forget_last_state(folder.path());
                        }
                        torn(folder.path());
                    }
                    Err(error) => panic!("killed at {kill}: {error:?}"),
                }
            }
            let found = told(folder.path(), site.tracker);
            assert_eq!(found.differences(&expected), [""; 0], "killed at {kill} of {last}, {forgets}");
            assert_eq!(found.aside, expected.aside, "killed at {kill} of {last}");
        }
    }
}

/// A line of the manifest that never was whole, and the beginning of a page.
fn torn(folder: &Path) {
    use std::io::Write;
    for (name, rest) in [("manifest.jsonl", "{\"number\":9,\"ki"), ("pages-0001.gz", "\u{1f}torn")] {
        if let Ok(mut file) = fs::OpenOptions::new().append(true).open(folder.join(name)) {
            file.write_all(rest.as_bytes()).unwrap();
        }
    }
}

/// Somebody who looks on and remembers.
#[derive(Default)]
pub struct Watch {
    pub pages: Vec<(String, u64, Option<u64>)>,
    pub pauses: Vec<(String, Duration)>,
}

impl Progress for Watch {
    fn page(&mut self, part: &str, done: u64, expected: Option<u64>) {
        self.pages.push((part.to_owned(), done, expected));
    }

    fn pause(&mut self, why: &str, pause: Duration) {
        self.pauses.push((why.to_owned(), pause));
    }
}
