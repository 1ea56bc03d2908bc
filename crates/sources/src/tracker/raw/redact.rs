//! Pages without certain words: what stands in their strings is replaced, and every other byte stays as it came.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::{memchr, memchr2};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::tracker::github::ids::decode;

/// Takes words out of pages before they are kept.
pub trait Redact {
    /// The page without them; `None` where it holds none of them.
    fn page(&self, body: &[u8]) -> Option<Vec<u8>>;
}

/// Takes nothing out.
impl Redact for () {
    fn page(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

/// Where in a page a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// It is the name of a member of a JSON object.
    Key,
    /// It is a JSON string; with the name of the member that it belongs to, empty where there is none.
    Value(&'a str),
    /// It is the whole of something that is no JSON, or a file that is packed in a page.
    Text,
}

/// What stands before the JSON of Gerrit.
const GUARD: &[u8] = b")]}'";
/// Members by which trackers number accounts.
const NUMBERS: [&str; 2] = ["_account_id", "id"];
/// Members that only accounts have.
const OF_ACCOUNTS: [&str; 9] =
    ["_account_id", "accountId", "displayName", "email", "emailAddress", "login", "mail", "uniqueName", "username"];
/// Members that are accounts, where all that is said of them is a number and a name.
const ACCOUNTS: [&str; 8] =
    ["assigned_to", "assignee", "author", "closed_by", "creator", "updated_by", "user", "watchers"];
/// Members by which trackers name accounts.
const NAMES: [&str; 16] = [
    "accountId",
    "displayName",
    "display_name",
    "email",
    "emailAddress",
    "key",
    "login",
    "mail",
    "name",
    "nick",
    "public_email",
    "public_name",
    "real_name",
    "uniqueName",
    "user_name",
    "username",
];

/// The page with each of its texts as `rewrite` says; `None` where it leaves all of them. Files that GitHub packs in
/// base64 are unpacked, rewritten and packed again.
pub fn rewritten(body: &[u8], rewrite: &dyn Fn(Place<'_>, &str) -> Option<String>) -> Option<Vec<u8>> {
    if serde_json::from_slice::<IgnoredAny>(body.strip_prefix(GUARD).unwrap_or(body)).is_err() {
        return rewrite(Place::Text, &String::from_utf8_lossy(body)).map(String::into_bytes);
    }
    let (mut out, mut kept) = (Vec::new(), 0);
    let (mut at, mut member) = (0, String::new());
    // The guard has a quotation mark of the other kind only.
    while let Some(begin) = memchr(b'"', &body[at..]).map(|found| at + found) {
        let end = end_of_string(body, begin);
        at = end;
        // Half a surrogate is JSON, but no text.
        let Ok(text) = serde_json::from_slice::<String>(&body[begin..end]) else { continue };
        let is_key = body[end..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
        let new = match is_key {
            true => rewrite(Place::Key, &text),
            false if member == "content" => packed(&text, rewrite).or_else(|| rewrite(Place::Value(&member), &text)),
            false => rewrite(Place::Value(&member), &text),
        };
        if let Some(new) = new {
            out.extend_from_slice(&body[kept..begin]);
            out.extend(serde_json::to_vec(&new).expect("a string is JSON"));
            kept = end;
        }
        if is_key {
            member = text;
        }
    }
    (kept > 0).then(|| {
        out.extend_from_slice(&body[kept..]);
        out
    })
}

/// The byte behind a string of JSON that begins with its quotation mark at `begin`.
fn end_of_string(body: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while let Some(found) = memchr2(b'"', b'\\', &body[at.min(body.len())..]) {
        if body[at + found] == b'"' {
            return at + found + 1;
        }
        at += found + 2;
    }
    body.len()
}

/// A packed file, rewritten; `None` where it is none, or stays.
fn packed(text: &str, rewrite: &dyn Fn(Place<'_>, &str) -> Option<String>) -> Option<String> {
    let plain = String::from_utf8(decode(&text.split_whitespace().collect::<String>())?).ok()?;
    Some(STANDARD.encode(rewrite(Place::Text, &plain)?))
}

/// What else whoever is known is called: of each object of a page that names an account by a known name, that name and
/// the others.
pub fn aliases(body: &[u8], is_known: &dyn Fn(&str) -> bool) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    if let Ok(page) = serde_json::from_slice::<Value>(body.strip_prefix(GUARD).unwrap_or(body)) {
        gather("", &page, is_known, &mut found);
    }
    found
}

fn gather(member: &str, value: &Value, is_known: &dyn Fn(&str) -> bool, found: &mut Vec<(String, Vec<String>)>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| gather(member, value, is_known, found)),
        Value::Object(members) => {
            let names: Vec<&str> =
                NAMES.iter().filter_map(|name| members.get(*name)?.as_str()).filter(|name| !name.is_empty()).collect();
            // A project has a number, too.
            let is_account =
                ACCOUNTS.contains(&member) || OF_ACCOUNTS.iter().any(|member| members.contains_key(*member));
            let number = |name: &&str| match members.get(*name)? {
                Value::Number(number) => Some(number.to_string()),
                Value::String(number) => Some(number.clone()),
                _ => None,
            };
            let number = || NUMBERS.iter().filter(|_| is_account).filter_map(number).find(|number| is_known(number));
            let known = names.iter().find(|name| is_known(name)).map(|name| (*name).to_owned());
            let known = known.or_else(number);
            if let Some(known) = known {
                let others = names.iter().filter(|name| **name != known).map(|name| (*name).to_owned());
                let others = others.collect();
                found.push((known, others));
            }
            members.iter().for_each(|(member, value)| gather(member, value, is_known, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn without(body: &str) -> Option<String> {
        let rewrite = |place: Place<'_>, text: &str| {
            (place != Place::Key && text.contains("Łukasz")).then(|| text.replace("Łukasz", "\"-\""))
        };
        rewritten(body.as_bytes(), &rewrite).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn strings_change_and_all_else_stays_as_it_came() {
        for (body, wanted) in [
            (r#"{"a" : [1.50, "Łukasz", {"Łukasz":"b\\"}]}"#, Some(r#"{"a" : [1.50, "\"-\"", {"Łukasz":"b\\"}]}"#)),
            (r#"{"a":"\u0141ukasz said \"no\"" }"#, Some(r#"{"a":"\"-\" said \"no\"" }"#)),
            (")]}'\n[\"Łukasz\"]", Some(")]}'\n[\"\\\"-\\\"\"]")),
            ("* Łukasz\n", Some("* \"-\"\n")),
            (r#"{"a":"\ud800 Łukasz","b":"Łukasz"}"#, Some(r#"{"a":"\ud800 Łukasz","b":"\"-\""}"#)),
            (r#"{"a":"Lukasz"}"#, None),
            ("", None),
            ("\"", None),
        ] {
            assert_eq!(without(body).as_deref(), wanted, "{body}");
        }
    }

    #[test]
    fn packed_files_are_looked_into() {
        let body = r#"{"content":"KiBAxYF1a2FzegpEb2Nz\nLyBAYW5uYQo=\n","encoding":"base64"}"#;
        let new: Value = serde_json::from_str(&without(body).unwrap()).unwrap();
        let plain = STANDARD.decode(new["content"].as_str().unwrap()).unwrap();
        assert_eq!(String::from_utf8(plain).unwrap(), "* @\"-\"\nDocs/ @anna\n");
        assert_eq!(without(r#"{"content":"KiBAYW5uYQo=","encoding":"base64"}"#), None);
    }

    #[test]
    fn an_account_has_several_names() {
        let body = br#"[{"user":{"login":"akowal","name":"Anna Kowal","id":7,"email":""}},{"user":{"login":"b"}}]"#;
        assert_eq!(aliases(body, &|name| name == "akowal"), [("akowal".to_owned(), vec!["Anna Kowal".to_owned()])]);
        let body =
            br#"{"project":{"id":5,"name":"pricing"},"author":{"id":5,"name":"Anna"},"u":{"id":5,"username":"ak"}}"#;
        let of_number = ["Anna", "ak"].map(|name| ("5".to_owned(), vec![name.to_owned()]));
        assert_eq!(aliases(body, &|name| name == "5"), of_number);
        assert_eq!(aliases(b"* @akowal", &|_| true), []);
    }
}
