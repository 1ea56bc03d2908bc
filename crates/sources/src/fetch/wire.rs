//! The world as a fetch sees it: one exchange at a time, a clock, a pause, a throw of the dice; and who is told how far it is.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

/// How something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Asks and changes nothing.
    Get,
    /// Asks with a body; nothing that a fetch posts changes anything.
    Post,
}

impl Method {
    /// As HTTP writes it.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// One request. What is secret in its headers does not show in its `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// The whole address; it holds no secrets.
    pub url: String,
    /// Names and values. They may hold the credential.
    pub headers: Vec<(String, String)>,
    /// The body; JSON wherever there is one.
    pub body: Option<Vec<u8>>,
}

impl Request {
    /// The first header of a name, in whatever case; `None` where there is none.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let shown = crate::tracker::raw::without_secrets(&self.url);
        f.debug_struct("Request").field("method", &self.method).field("url", &shown).field("headers", &names).finish()
    }
}

/// The answer to one request, whatever its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names and values as they came.
    pub headers: Vec<(String, String)>,
    /// The body, unpacked.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of a name, in whatever case; `None` where there is none.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Nothing came in time.
    #[error("no answer came in time")]
    TimedOut,
    /// The connection broke before the answer was whole.
    #[error("the connection broke off")]
    Cut,
    /// No connection came about.
    #[error("no connection came about ({0})")]
    Refused(String),
    /// The site could not show who it is.
    #[error("its certificate is not accepted ({0})")]
    Tls(String),
    /// The answer is larger than the wire takes.
    #[error("its answer is larger than is taken")]
    TooLarge,
    /// The user broke it off.
    #[error("it was broken off")]
    Stopped,
}

impl WireError {
    /// Whether the same request may fare better in a moment.
    pub fn is_transient(&self) -> bool {
        matches!(self, WireError::TimedOut | WireError::Cut | WireError::Refused(_))
    }
}

/// How a pause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// It is over.
    Done,
    /// The user broke it off.
    Stopped,
}

/// The world.
pub trait Wire {
    /// One exchange. It follows no redirect and tries once.
    ///
    /// # Errors
    /// Where no whole answer came; an answer of any status is none.
    fn send(&mut self, request: &Request) -> Result<Response, WireError>;

    /// The present instant, as the machine says.
    fn now(&self) -> Timestamp;

    /// Lets time pass, unless the user breaks it off.
    fn wait(&mut self, pause: Duration) -> Waited;

    /// A number from 0 to 1, 1 excluded, that spreads the pauses of many who wait for the same site.
    fn chance(&mut self) -> f64;
}

/// Whoever wants to see how far a fetch is.
pub trait Progress {
    /// Of a part, so many items are listed of so many; `None` where the site states no total. Totals are the site's word.
    fn page(&mut self, part: &str, done: u64, expected: Option<u64>);

    /// Nothing is asked for so long, and why.
    fn pause(&mut self, why: &str, pause: Duration);
}

/// Nobody looks.
impl Progress for () {
    fn page(&mut self, _: &str, _: u64, _: Option<u64>) {}

    fn pause(&mut self, _: &str, _: Duration) {}
}
