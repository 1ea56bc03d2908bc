//! Reaching into JSON whose shape is not certain: what is not there is nothing, and never an error.

use serde_json::Value;

use super::{Account, Page, Telling};
use sayso_model::coverage::Reason;

/// A text or a number, as text; `None` for everything else and for what is empty.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

/// The same at a JSON pointer (`/status/name`).
pub(super) fn text_at(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(text)
}

/// The elements of a list; nothing where there is none.
pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The JSON of a page, behind a byte-order mark and the guard that Gerrit puts before it. A page that is no JSON is set
/// aside.
pub(super) fn json(page: &Page<'_>, told: &mut dyn Telling) -> Option<Value> {
    let body = page.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(page.body);
    let body = body.strip_prefix(b")]}'").unwrap_or(body);
    match serde_json::from_slice(body) {
        Ok(value) => Some(value),
        Err(error) => {
            let reason = if error.is_eof() { Reason::Truncated } else { Reason::RowMalformed };
            told.set_aside(page.origin, reason, &error.to_string());
            None
        }
    }
}

/// Attributes that have a value.
pub(super) fn attributes<const N: usize>(pairs: [(&str, Option<String>); N]) -> Vec<(String, String)> {
    pairs
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value.filter(|value| !value.is_empty())?)))
        .collect()
}

/// The words of HTML, without its marks. Markdown comes through as it is.
pub(super) fn plain(html: &str) -> String {
    if !html.contains('<') && !html.contains('&') {
        return html.to_owned();
    }
    let mut plain = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        plain.push_str(&rest[..at]);
        let mark = &rest[at..];
        let is_mark = mark[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
        match mark.find('>').filter(|_| is_mark) {
            Some(end) => {
                let name = mark[1..end].trim_start_matches('/').to_ascii_lowercase();
                if ["br", "p", "div", "li", "tr", "h1", "h2", "h3"].iter().any(|block| name.starts_with(block)) {
                    plain.push('\n');
                }
                rest = &mark[end + 1..];
            }
            None => {
                plain.push('<');
                rest = &mark[1..];
            }
        }
    }
    plain.push_str(rest);
    for (entity, sign) in
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        plain = plain.replace(entity, sign);
    }
    plain.trim().to_owned()
}

/// Tells an account once, the richest description that a page gives.
#[derive(Debug, Default)]
pub(super) struct Accounts(rustc_hash::FxHashMap<String, Account>);

impl Accounts {
    /// Tells an account, unless it was told as it is.
    pub fn tell(&mut self, account: Account, told: &mut dyn Telling) {
        if account.id.is_empty() {
            return;
        }
        let known = self.0.entry(account.id.clone()).or_default();
        let Account { id, login, name, email, zone, is_bot } = account;
        let merged = Account {
            id,
            login: login.or_else(|| known.login.clone()),
            name: name.or_else(|| known.name.clone()),
            email: email.or_else(|| known.email.clone()),
            zone: zone.or_else(|| known.zone.clone()),
            is_bot: is_bot || known.is_bot,
        };
        if *known != merged {
            known.clone_from(&merged);
            told.account(merged);
        }
    }
}

/// A listener that keeps everything, for the tests of parsers.
#[cfg(test)]
pub(super) mod heard {
    use super::super::{Account, Claim, Fact, Page, Parser, Telling};
    use sayso_model::coverage::Reason;

    #[derive(Debug, Default)]
    pub(crate) struct Heard {
        pub facts: Vec<Fact>,
        pub aside: Vec<(String, Reason, String)>,
        pub claims: Vec<Claim>,
        pub accounts: Vec<Account>,
    }

    impl Telling for Heard {
        fn fact(&mut self, fact: Fact) {
            assert!(!fact.id.is_empty() && !fact.item.is_empty() && !fact.activity.is_empty(), "{fact:?}");
            self.facts.push(fact);
        }
        fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
            self.aside.push((place.to_owned(), reason, detail.to_owned()));
        }
        fn claim(&mut self, claim: Claim) {
            self.claims.push(claim);
        }
        fn account(&mut self, account: Account) {
            self.accounts.push(account);
        }
    }

    impl Heard {
        /// What a parser says of pages, each with its kind.
        pub fn of(mut parser: impl Parser, pages: &[(&str, &[u8])]) -> Heard {
            let mut heard = Heard::default();
            for (i, (kind, body)) in pages.iter().enumerate() {
                parser.page(&Page { kind, origin: &format!("page {i}"), body }, &mut heard);
            }
            parser.finish(&mut heard);
            heard
        }

        /// Facts as `activity by actor to=..`, in the order in which they came.
        pub fn words(&self) -> Vec<String> {
            let word = |fact: &Fact| {
                let mut word = fact.activity.clone();
                fact.actor.iter().for_each(|actor| word += &format!(" by {actor}"));
                attribute(fact, "to").iter().for_each(|to| word += &format!(" to {to}"));
                word
            };
            self.facts.iter().map(word).collect()
        }

        /// Every fact's identity is its own, and every time can be read.
        #[track_caller]
        pub fn is_sound(&self) {
            let mut ids: Vec<&str> = self.facts.iter().map(|fact| fact.id.as_str()).collect();
            ids.sort_unstable();
            let n = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), n, "two facts bear one id");
            for fact in &self.facts {
                assert!(crate::instant::read(&fact.at, None).is_ok(), "{fact:?}");
                assert!(fact.attributes.iter().all(|(_, value)| !value.is_empty()), "{fact:?}");
            }
        }
    }

    /// One attribute of a fact.
    pub(crate) fn attribute<'f>(fact: &'f Fact, key: &str) -> Option<&'f str> {
        fact.attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}
