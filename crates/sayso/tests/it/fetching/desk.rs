//! A tracker's desk on a port of this machine: items that change, a clock of its own, and lines that break now and then.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// What opens the desk.
pub const TOKEN: &str = "hush-hush-4711";
/// Items of a tracker, where it has no reason to have more.
pub const ITEMS: u64 = 23;
/// Entries that one page gives.
pub const PAGE: usize = 4;
/// How long an answer takes, so that a kill has something to hit.
const TAKES: Duration = Duration::from_millis(4);

/// An issue, a pull request, a change: what a tracker has many of.
pub struct Item {
    pub number: u64,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// When something happened to it.
    pub history: Vec<Timestamp>,
}

/// What a tracker holds.
pub struct Desk {
    pub items: Vec<Item>,
    /// The tracker's own clock, months from that of this machine; it runs a second with each request.
    pub now: Timestamp,
    /// How much more it says that there is.
    pub lie: u64,
    /// Whether the members of teams may not be seen.
    pub hides_teams: bool,
    /// Answers that will be "too many".
    pub limits_left: u64,
    /// Whether people work, lines break and machines fail while it is read.
    pub is_busy: bool,
    /// The places of the items that people still work on.
    pub live: Vec<usize>,
    n_asked: u64,
}

/// What is asked of a tracker.
pub struct Asked<'a> {
    pub path: &'a str,
    pub pairs: Vec<(String, String)>,
    pub body: Value,
    pub headers: &'a HeaderMap,
}

/// What a tracker answers.
pub struct Given {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// A tracker: an answer to whatever it understands.
pub type Answer = fn(&Desk, &Asked<'_>) -> Option<Given>;

impl Asked<'_> {
    pub fn query(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn number(&self, name: &str) -> usize {
        self.query(name).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    pub fn instant(&self, name: &str) -> Option<Timestamp> {
        self.query(name).map(|text| text.parse().unwrap())
    }
}

impl From<Value> for Given {
    fn from(value: Value) -> Given {
        Given { status: 200, headers: Vec::new(), body: value.to_string() }
    }
}

impl Given {
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Given {
        self.headers.push((name, value.into()));
        self
    }
}

impl Desk {
    /// A desk with so many items, the nth of which has n modulo 5 entries in its history.
    pub fn new(n: u64) -> Desk {
        let begin: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        let items = (1..=n).map(|number| {
            let created = begin + SignedDuration::from_hours(number as i64);
            let history: Vec<Timestamp> =
                (1..=number % 5).map(|n| created + SignedDuration::from_mins(n as i64 * 7)).collect();
            // Many were changed last in one and the same second.
            let updated = begin + SignedDuration::from_hours(if number % 3 == 0 { 400 } else { 100 + number as i64 });
            Item { number, created, updated, history }
        });
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let live = (0..n as usize).collect();
        Desk {
            items: items.collect(),
            now,
            lie: 0,
            hides_teams: false,
            limits_left: 0,
            is_busy: false,
            live,
            n_asked: 0,
        }
    }

    /// Somebody adds an entry to the history of an item.
    pub fn touch(&mut self, dice: u64) {
        self.now += SignedDuration::from_mins(20);
        let at = self.live[(dice % self.live.len() as u64) as usize];
        let item = &mut self.items[at];
        item.history.push(self.now);
        item.updated = self.now;
    }

    /// Items that changed since a moment, in the order of their numbers.
    pub fn since(&self, since: Option<Timestamp>) -> Vec<&Item> {
        self.items.iter().filter(|item| since.is_none_or(|since| item.updated >= since)).collect()
    }

    /// The item of a number.
    pub fn item(&self, number: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.number.to_string() == number)
    }

    fn respond(&mut self, answer: Answer, cut: &AtomicBool, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response {
        self.now += SignedDuration::from_secs(1);
        self.n_asked += 1;
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&self.now).unwrap();
        let shown = |value: &str| value.contains(TOKEN) || value.contains(&packed());
        if !headers.values().any(|value| value.to_str().is_ok_and(shown)) {
            return (StatusCode::UNAUTHORIZED, "{}").into_response();
        }
        if self.limits_left > 0 {
            self.limits_left -= 1;
            return (StatusCode::TOO_MANY_REQUESTS, [("Retry-After", "1")], "slowly").into_response();
        }
        if self.is_busy {
            if self.n_asked.is_multiple_of(13) {
                self.touch(self.n_asked * 7);
            }
            if self.n_asked.is_multiple_of(47) {
                return (StatusCode::BAD_GATEWAY, "a machine failed").into_response();
            }
            cut.fetch_or(self.n_asked.is_multiple_of(59), Ordering::SeqCst);
        }
        let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let pairs = pairs.map(|(key, value)| (decoded(key), decoded(value))).collect();
        let body = serde_json::from_slice(body).unwrap_or(Value::Null);
        let asked = Asked { path: uri.path(), pairs, body, headers };
        let given = answer(self, &asked).unwrap_or(Given {
            status: 404,
            headers: Vec::new(),
            body: json!({"message": "Not Found"}).to_string(),
        });
        noted(uri, &asked.body, &given);
        let mut response = given.body.into_response();
        *response.status_mut() = StatusCode::from_u16(given.status).unwrap();
        let own = [("Content-Type", "application/json".to_owned()), ("Date", date)];
        for (name, value) in own.into_iter().chain(given.headers) {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    }
}

/// What was asked and answered, as a line of the file that `SAYSO_DESK_LOG` names: `live/github.sh` holds it against what
/// the vendor publishes of the interface.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where to keep it")]
fn noted(uri: &Uri, body: &Value, given: &Given) {
    use std::io::Write as _;
    let Some(path) = std::env::var_os("SAYSO_DESK_LOG") else { return };
    let answer: Value = serde_json::from_str(&given.body).unwrap_or(Value::Null);
    let line = json!({"asked": uri.to_string(), "body": body, "status": given.status, "answer": answer});
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    // In one piece: several desks write into the same file.
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// A desk that answers, until the test ends.
pub struct Server {
    pub address: SocketAddr,
    pub desk: Arc<Mutex<Desk>>,
    pub asked: Arc<AtomicU64>,
    /// The most requests that ever were under way at once.
    pub most: Arc<AtomicU64>,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    pub fn start(answer: Answer, desk: Desk) -> Server {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let desk = Arc::new(Mutex::new(desk));
        let asked = Arc::new(AtomicU64::new(0));
        let cut = Arc::new(AtomicBool::new(false));
        let (under_way, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (state, count, scissors, crowd) =
            (Arc::clone(&desk), Arc::clone(&asked), Arc::clone(&cut), Arc::clone(&most));
        let handler = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let (state, count, scissors) = (Arc::clone(&state), Arc::clone(&count), Arc::clone(&scissors));
            let (under_way, crowd) = (Arc::clone(&under_way), Arc::clone(&crowd));
            async move {
                count.fetch_add(1, Ordering::SeqCst);
                crowd.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(TAKES).await;
                under_way.fetch_sub(1, Ordering::SeqCst);
                state.lock().unwrap().respond(answer, &scissors, &uri, &headers, &body)
            }
        };
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let door = Door { listener, cut };
        runtime.spawn(async move { axum::serve(door, Router::new().fallback(handler)).await });
        Server { address, desk, asked, most, _runtime: runtime }
    }

    pub fn touch(&self, dice: u64) {
        self.desk.lock().unwrap().touch(dice);
    }
}

/// Where lines come in.
struct Door {
    listener: TcpListener,
    cut: Arc<AtomicBool>,
}

impl axum::serve::Listener for Door {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            if let Ok((stream, address)) = self.listener.accept().await {
                return (Line { stream, cut: Arc::clone(&self.cut) }, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A line that breaks in the middle of an answer, when it is told to.
struct Line {
    stream: TcpStream,
    cut: Arc<AtomicBool>,
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.cut.swap(false, Ordering::SeqCst) {
            let _ = Pin::new(&mut self.stream).poll_write(context, &bytes[..bytes.len() / 2]);
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The token as Azure DevOps is shown it: base64 of `:hush-hush-4711`.
fn packed() -> String {
    "Omh1c2gtaHVzaC00NzEx".to_owned()
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A part of a list, by the number of its first entry.
pub fn part<T>(list: Vec<T>, from: usize, n: usize) -> Vec<T> {
    list.into_iter().skip(from).take(n).collect()
}
