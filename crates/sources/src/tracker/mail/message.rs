//! One message: who, when, in answer to what, and what it says in its own words.

use std::sync::LazyLock;

use mailparse::{MailHeaderMap, ParsedMail};
use regex::Regex;
use twox_hash::XxHash3_128;

use super::super::reach::plain;

/// What a message is by its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// `[PATCH v2 3/5]`; part 0 is a cover letter or a patch alone.
    Patch {
        version: u32,
        part: u32,
    },
    /// A request to take in a branch.
    Pull,
    Other,
}

/// A message, taken apart.
#[derive(Debug)]
pub(super) struct Letter {
    /// Message-ID without brackets; one made of the content where there is none.
    pub id: String,
    /// `Name <mail>`, or what there is of it.
    pub from: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    /// When, with the writer's offset; empty where no date is given.
    pub at: String,
    pub role: Role,
    /// The subject without prefixes.
    pub topic: String,
    /// Whether it answers something, by its subject or its headers.
    pub is_reply: bool,
    /// What it answers, the root first.
    pub ancestors: Vec<String>,
    pub list: Option<String>,
    /// Whether a program wrote it and says so.
    pub is_automatic: bool,
    subject: String,
    body: String,
}

static PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*((re|aw|fwd?|odp|sv)(\[\d+\])?\s*:|\[[^\]]*\])\s*").expect("the pattern is a constant")
});
static PATCH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\[([^\]]*\b(?:PATCH|RFC)\b[^\]]*)\]").expect("the pattern is a constant"));
static VERSION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\bv(\d{1,3})\b").expect("the pattern is a constant"));
static PART: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(\d{1,4})/(\d{1,4})\b").expect("the pattern is a constant"));
static PULL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\[[^\]]*\b(GIT )?PULL( REQUEST)?\b[^\]]*\]|^\s*(git )?pull request\b")
        .expect("the pattern is a constant")
});
static VERDICT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(Reviewed-by|Acked-by|Tested-by|Nacked-by|NAKed-by)\s*:\s*(.+?)\s*$")
        .expect("the pattern is a constant")
});
static NAK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*(NAK|NACK|Nak|Nack)\b").expect("the pattern is a constant"));

impl Letter {
    /// Reads a message.
    ///
    /// # Errors
    /// In words, where it is no message at all.
    pub fn read(bytes: &[u8]) -> Result<Letter, String> {
        let mail = mailparse::parse_mail(bytes).map_err(|error| error.to_string())?;
        let header = |name: &str| mail.headers.get_first_value(name).map(|value| value.trim().to_owned());
        let said = |name: &str| header(name).filter(|value| !value.is_empty());
        let has_headers = ["From", "Date", "Subject", "Message-ID"].iter().any(|name| header(name).is_some());
        if !has_headers {
            return Err("it has no headers".to_owned());
        }
        let subject = header("Subject").unwrap_or_default();
        let (name, email) = sender(said("From").as_deref().unwrap_or(""));
        let from = match (&name, &email) {
            (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        let mut ancestors = ids(&said("References").unwrap_or_default());
        for id in ids(&said("In-Reply-To").unwrap_or_default()) {
            if !ancestors.contains(&id) {
                ancestors.push(id);
            }
        }
        let id = ids(&said("Message-ID").unwrap_or_default()).into_iter().next();
        let id = id.unwrap_or_else(|| format!("without-id-{:032x}", XxHash3_128::oneshot(bytes)));
        ancestors.retain(|known| *known != id);
        let is_answer = is_answer(&subject);
        let is_automatic = said("Auto-Submitted").is_some_and(|word| !word.eq_ignore_ascii_case("no"));
        let list = said("List-Id")
            .map(|list| list.rsplit_once('<').map_or(list.clone(), |(_, id)| id.trim_end_matches('>').to_owned()));
        Ok(Letter {
            role: if is_answer { Role::Other } else { role(&subject) },
            topic: topic(&subject),
            is_reply: is_answer || !ancestors.is_empty(),
            at: said("Date").map(|date| time(&date)).unwrap_or_default(),
            id,
            from,
            name,
            email,
            ancestors,
            list,
            is_automatic,
            subject,
            body: words(&mail),
        })
    }

    /// Whether it is the first part of a series that has no cover letter.
    pub fn is_first_part(&self) -> bool {
        matches!(self.role, Role::Patch { part: 0 | 1, .. }) && self.ancestors.is_empty()
    }

    /// Its own words: of a root with the subject, and without the patch itself.
    pub fn words(&self, is_statement: bool) -> String {
        let own = own_words(&self.body);
        let own = own.split("\n---\n").next().unwrap_or("").split("\ndiff --git ").next().unwrap_or("").trim();
        if is_statement { format!("{}\n\n{own}", self.subject).trim().to_owned() } else { own.to_owned() }
    }

    /// What its own lines say of the patch: what, and in whose name where that is not the writer's.
    pub fn verdicts(&self) -> Vec<(&'static str, Option<String>)> {
        let mut found = Vec::new();
        for line in own_words(&self.body).lines() {
            if let Some(capture) = VERDICT.captures(line) {
                let key = match capture[1].to_ascii_lowercase().as_str() {
                    "reviewed-by" => "reviewed-by",
                    "acked-by" => "acked-by",
                    "tested-by" => "tested-by",
                    _ => "nak",
                };
                let who = capture[2].to_owned();
                let is_own = |part: &Option<String>| {
                    part.as_ref().is_some_and(|part| who.to_lowercase().contains(&part.to_lowercase()))
                };
                let other = (!is_own(&self.email) && !is_own(&self.name)).then_some(who.clone());
                found.push((key, other));
            } else if NAK.is_match(line) && !found.iter().any(|(key, _)| *key == "nak") {
                found.push(("nak", None));
            }
        }
        found
    }
}

/// Lines that are not quoted, and no signature.
fn own_words(body: &str) -> String {
    let mut own = String::new();
    for line in body.lines() {
        if line == "-- " {
            break;
        }
        if !line.trim_start().starts_with('>') {
            own.push_str(line);
            own.push('\n');
        }
    }
    own
}

/// `Name <mail>`, `mail (Name)`, `name at host (Name)` as archives hide addresses.
fn sender(value: &str) -> (Option<String>, Option<String>) {
    let value = value.trim();
    let some = |text: &str| Some(text.trim().trim_matches('"').trim().to_owned()).filter(|text| !text.is_empty());
    if let Some((name, rest)) = value.rsplit_once('<') {
        return (some(name), some(rest.split('>').next().unwrap_or("")).map(unhidden));
    }
    let (address, name) = match value.split_once('(') {
        Some((address, name)) => (address, name.trim_end_matches(')')),
        None => (value, ""),
    };
    let address = unhidden(address.trim().to_owned());
    if address.contains('@') { (some(name), some(&address)) } else { (some(name).or_else(|| some(&address)), None) }
}

fn unhidden(address: String) -> String {
    match address.split_once(" at ") {
        Some((local, host)) if !local.contains(' ') && !host.contains(' ') => format!("{local}@{host}"),
        _ => address,
    }
}

/// The Message-IDs of a header, without brackets.
fn ids(value: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find('<') {
        let Some(end) = rest[at..].find('>') else { break };
        let id: String = rest[at + 1..at + end].chars().filter(|c| !c.is_whitespace()).collect();
        if !id.is_empty() && !ids.contains(&id) {
            ids.push(id);
        }
        rest = &rest[at + end + 1..];
    }
    if ids.is_empty() && value.contains('@') && !value.trim().contains(' ') {
        ids.push(value.trim().to_owned());
    }
    ids
}

fn is_answer(subject: &str) -> bool {
    let start = subject.trim_start().to_ascii_lowercase();
    let word = |word: &str| start.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with([':', '[']));
    ["re", "aw", "odp", "sv"].iter().any(|known| word(known))
}

fn role(subject: &str) -> Role {
    if PULL.is_match(subject) {
        return Role::Pull;
    }
    let Some(capture) = PATCH.captures(subject) else { return Role::Other };
    let number = |regex: &Regex| regex.captures(&capture[1]).and_then(|found| found[1].parse().ok());
    Role::Patch { version: number(&VERSION).unwrap_or(1), part: number(&PART).unwrap_or(0) }
}

/// The subject without `Re:` and `[...]`, in lower case and single spaces.
fn topic(subject: &str) -> String {
    let mut rest = subject;
    while let Some(found) = PREFIX.find(rest) {
        rest = &rest[found.end()..];
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A `Date:` as an instant with its offset; as it was written where it cannot be read.
fn time(date: &str) -> String {
    let date = date.split('(').next().unwrap_or(date).trim();
    static PARSER: jiff::fmt::rfc2822::DateTimeParser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let is_unknown = date.ends_with("-0000");
    if let Ok(at) = PARSER.parse_zoned(date) {
        let text = at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        return if is_unknown { format!("{}-00:00", text.get(..19).unwrap_or("")) } else { text };
    }
    // Names of zones and other liberties: the instant is good, the place is not.
    // A year is in every date; without one, what comes out is 1970.
    let year = date.bytes().any(|byte| byte.is_ascii_digit());
    match mailparse::dateparse(date)
        .ok()
        .filter(|_| year)
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
    {
        Some(at) => at.to_string().replace('Z', "-00:00"),
        None => date.to_owned(),
    }
}

/// The words of the first part that is text; of HTML without its marks.
fn words(mail: &ParsedMail<'_>) -> String {
    let mut html = None;
    for part in mail.parts() {
        match part.ctype.mimetype.as_str() {
            "text/plain" => {
                let is_attached = part.get_content_disposition().disposition == mailparse::DispositionType::Attachment;
                if !is_attached {
                    return text_of(part);
                }
            }
            "text/html" => html = html.or(Some(part)),
            _ => {}
        }
    }
    html.map(|part| plain(&text_of(part))).unwrap_or_default()
}

/// A part's text; where its encoding is unknown, what can be read of it.
fn text_of(part: &ParsedMail<'_>) -> String {
    let text = part.get_body().or_else(|_| part.get_body_raw().map(|raw| String::from_utf8_lossy(&raw).into_owned()));
    text.unwrap_or_default().replace("\r\n", "\n")
}
