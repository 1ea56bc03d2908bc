//! Looking into JSON payloads whose fields may be missing, null or of another type than last year.

use sayso_model::coverage::Reason;
use serde_json::Value;
use twox_hash::XxHash3_64;

use super::{Fact, Telling};
use crate::instant;

/// The longest word of an unknown field that is kept as an attribute; what is longer is likely to be prose.
const WORD_MAX: usize = 64;

/// Looks along a path of keys (`user.login`). Null, and what is of another type than asked for, is not there.
pub(crate) trait Look {
    /// What stands at the path.
    fn look(&self, path: &str) -> Option<&Value>;
    /// A text that is not empty.
    fn text(&self, path: &str) -> Option<&str>;
    /// A whole number, also where it is written as a text.
    fn number(&self, path: &str) -> Option<u64>;
    /// Whether it stands there and is true.
    fn is_true(&self, path: &str) -> bool;
    /// The entries of a list; none where there is no list.
    fn list(&self, path: &str) -> &[Value];
}

impl Look for Value {
    fn look(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, key| value.get(key)).filter(|value| !value.is_null())
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.look(path)?.as_str().filter(|text| !text.is_empty())
    }

    fn number(&self, path: &str) -> Option<u64> {
        let value = self.look(path)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    fn is_true(&self, path: &str) -> bool {
        self.look(path).and_then(Value::as_bool) == Some(true)
    }

    fn list(&self, path: &str) -> &[Value] {
        self.look(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

/// Adds what is known to the attributes of a fact, and nothing for what is not.
pub(crate) trait Put {
    /// A text.
    fn put<'v>(&mut self, key: &str, value: impl Into<Option<&'v str>>);
    /// A number.
    fn put_number(&mut self, key: &str, value: Option<u64>);
    /// `yes`, where it is so.
    fn put_yes(&mut self, key: &str, is: bool);
}

impl Put for Fact {
    fn put<'v>(&mut self, key: &str, value: impl Into<Option<&'v str>>) {
        if let Some(value) = value.into().filter(|value| !value.is_empty())
            && !self.attributes.iter().any(|(known, _)| known == key)
        {
            self.attributes.push((key.to_owned(), value.to_owned()));
        }
    }

    fn put_number(&mut self, key: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.put(key, value.to_string().as_str());
        }
    }

    fn put_yes(&mut self, key: &str, is: bool) {
        self.put(key, is.then_some("yes"));
    }
}

/// The entries of a connection, or of a plain list.
pub(crate) fn entries<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    match value.look(key) {
        Some(Value::Array(list)) => list,
        Some(connection) => connection.list("nodes"),
        None => &[],
    }
}

/// The names of a list of objects, joined: labels, assignees.
pub(crate) fn names(list: &[Value], key: &str) -> Option<String> {
    let names: Vec<&str> = list.iter().filter_map(|entry| entry.text(key).or(entry.as_str())).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// The scalars of an object of unknown kind that are words and not prose, so that they may be kept.
pub(crate) fn words<'v>(object: &'v Value, known: &[&str], each: &mut dyn FnMut(&'v str, String)) {
    for (key, value) in object.as_object().into_iter().flatten() {
        if known.contains(&key.as_str()) || key.ends_with("url") || key.ends_with("_at") {
            continue;
        }
        match value {
            Value::String(text) if !text.is_empty() && is_word(text) => each(key, text.clone()),
            Value::Number(number) => each(key, number.to_string()),
            Value::Bool(true) => each(key, "yes".to_owned()),
            _ => {}
        }
    }
}

fn is_word(text: &str) -> bool {
    text.len() <= WORD_MAX && !text.contains(char::is_whitespace)
}

/// The instant of a text, in microseconds; `None` where it is none.
pub(crate) fn micros(text: &str) -> Option<i64> {
    instant::read(text, None).ok().map(|written| written.at.micros())
}

/// A number for a text, to remember it by.
pub(crate) fn hash(text: &str) -> u64 {
    XxHash3_64::oneshot(text.as_bytes())
}

/// A title and what is written below it, as one text.
pub(crate) fn statement(title: Option<&str>, body: Option<&str>) -> Option<String> {
    match (title, body) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (Some(title), Some(body)) => Some(format!("{title}\n\n{body}")),
    }
}

/// The segments of a path of an address, without its query.
pub(crate) fn segments(address: &str) -> Vec<&str> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// The documents of a body: one JSON value, or one value a line.
pub(crate) enum Documents {
    /// One value.
    One(Value),
    /// What each line holds, or why it cannot be read. Empty lines are none.
    Lines(Vec<(usize, Result<Value, String>)>),
    /// Neither; the reason in words.
    Unreadable(String),
    /// Nothing at all: an answer without content.
    Empty,
}

impl Documents {
    /// Reads a body.
    pub fn of(body: &[u8]) -> Documents {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
        if body.is_empty() {
            return Documents::Empty;
        }
        let whole = match serde_json::from_slice(body) {
            Ok(value) => return Documents::One(value),
            Err(error) => error.to_string(),
        };
        // One value a line: then the first line is whole.
        let mut lines = body.split(|byte| *byte == b'\n');
        if !lines.next().is_some_and(|first| serde_json::from_slice::<Value>(first).is_ok_and(|v| v.is_object())) {
            return Documents::Unreadable(whole);
        }
        let lines = body.split(|byte| *byte == b'\n').enumerate();
        Documents::Lines(
            lines
                .filter(|(_, line)| !line.trim_ascii().is_empty())
                .map(|(n, line)| (n + 1, serde_json::from_slice(line).map_err(|error| error.to_string())))
                .collect(),
        )
    }

    /// Hands out each value with its place; what cannot be read is set aside.
    pub fn each(self, origin: &str, told: &mut dyn Telling, mut each: impl FnMut(&Value, &str, &mut dyn Telling)) {
        match self {
            Documents::Empty => {}
            Documents::One(value) => each(&value, origin, told),
            Documents::Unreadable(why) => told.set_aside(origin, Reason::RowMalformed, &why),
            Documents::Lines(lines) => {
                for (n, line) in lines {
                    let place = format!("{origin} line {n}");
                    match line {
                        Ok(value) => each(&value, &place, told),
                        Err(why) => told.set_aside(&place, Reason::RowMalformed, &why),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn null_and_the_wrong_type_are_not_there() {
        let value = json!({"a": {"b": null, "c": "", "d": "x", "e": "17", "f": 17, "g": -1}, "l": [1]});
        assert_eq!(value.text("a.b"), None);
        assert_eq!(value.text("a.c"), None);
        assert_eq!(value.text("a.d"), Some("x"));
        assert_eq!(value.text("a.d.e"), None);
        assert_eq!(value.number("a.e"), Some(17));
        assert_eq!(value.number("a.f"), Some(17));
        assert_eq!(value.number("a.g"), None);
        assert_eq!(value.list("l").len(), 1);
        assert!(value.list("a").is_empty());
    }

    #[test]
    fn what_may_be_prose_is_not_kept_of_unknown_fields() {
        let value = json!({"event": "x", "reason": "because I said so", "state": "queued", "n": 3, "is": true,
            "isn": false, "html_url": "http", "created_at": "2024"});
        let mut kept = Vec::new();
        words(&value, &["event"], &mut |key, value| kept.push(format!("{key}={value}")));
        kept.sort();
        assert_eq!(kept, ["is=yes", "n=3", "state=queued"]);
    }

    #[test]
    fn one_value_or_one_a_line() {
        assert!(matches!(Documents::of(b"\xef\xbb\xbf {\"a\":\n1}"), Documents::One(_)));
        assert!(matches!(Documents::of(b" \n"), Documents::Empty));
        assert!(matches!(Documents::of(b"{\"a\":"), Documents::Unreadable(_)));
        let Documents::Lines(lines) = Documents::of(b"{}\n\n{\"a\":\n{}") else { panic!("lines") };
        let shape: Vec<(usize, bool)> = lines.iter().map(|(n, line)| (*n, line.is_ok())).collect();
        assert_eq!(shape, [(1, true), (3, false), (4, true)]);
    }

    #[test]
    fn a_path_without_its_query() {
        assert_eq!(segments("https://h.example/a/b?c=/d#e"), ["h.example", "a", "b"]);
        assert_eq!(segments("a.json"), ["a.json"]);
    }
}
