//! Bugzilla: bugs, their histories and comments by REST, and bugs as XML, to facts.
//!
//! # Flags
//!
//! A flag is a labelled request: `needinfo?(PERSON)` asks somebody for information, `review?(PERSON)` for a review,
//! `approval-RELEASE?` for permission. `+` grants, `-` denies, and a request that goes without either was answered (or
//! given up) by whoever removed it: `by=requestee` tells the two apart.
//!
//! | activity | what it is |
//! |---|---|
//! | `flag asked/NAME` | `to` is asked, nobody in particular where there is none; `from` had it before |
//! | `flag granted/NAME`, `flag denied/NAME` | `+` and `-` |
//! | `flag cleared/NAME` | taken away; `was` says what stood there |
//!
//! XML (`show_bug.cgi?ctype=xml`) has no history: beginnings, comments, and flags as they stand.

mod xml;

use serde_json::Value;

use sayso_model::coverage::Reason;

use super::reach::{Accounts, attributes, json, list, text_at};
use super::{Account, Fact, Page, Parser, Room, Sample, Telling};

/// What there is to know of it.
pub(crate) const ROOM: Room = Room {
    name: "bugzilla",
    words: "Bugzilla",
    parser: || Box::new(Bugzilla::default()),
    recognises,
    kinds: &KINDS,
    has_actors_offsets: false,
};

/// The kinds of page that the parser reads, and the activities of the facts that each gives.
const KINDS: [(&str, &str); 4] = [
    ("bugs (REST)", "created, flags as they stand"),
    ("history", "flag asked/NAME, flag granted/NAME, flag denied/NAME, flag cleared/NAME, status, assigned"),
    ("comments", "comment"),
    ("show_bug XML", "created, comment, flags as they stand"),
];

/// Reads pages of Bugzilla.
#[derive(Debug, Default)]
pub struct Bugzilla {
    accounts: Accounts,
    /// The display name beside the address that is read next, in XML.
    name: Option<String>,
}

/// A flag as histories write it: `needinfo?(a@x.example)`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Flag<'a> {
    name: &'a str,
    status: char,
    requestee: Option<&'a str>,
}

fn recognises(sample: &Sample) -> bool {
    let any = |keys: &[&str]| keys.iter().any(|key| sample.has(key));
    any(&["bugs[].assigned_to", "bugs[].history", "bugs[].id"]) || sample.xml.contains("<bugzilla")
}

impl Parser for Bugzilla {
    fn page(&mut self, page: &Page<'_>, told: &mut dyn Telling) {
        let start = page.body.iter().find(|byte| !byte.is_ascii_whitespace() && !byte.is_ascii_control());
        let is_xml = page.body.starts_with(b"<") || page.body.starts_with(b"\xef\xbb\xbf<") || start == Some(&b'<');
        if is_xml {
            return self.xml(page, told);
        }
        let Some(value) = json(page, told) else { return };
        if value.get("error") == Some(&Value::Bool(true)) {
            let message = text_at(&value, "/message").unwrap_or_default();
            return told.set_aside(page.origin, Reason::RowMalformed, &format!("the server refused: {message}"));
        }
        match value.get("bugs") {
            Some(Value::Array(bugs)) => bugs.iter().for_each(|bug| self.bug(bug, told)),
            // Comments come by the numbers of their bugs.
            Some(Value::Object(bugs)) => {
                for (number, bug) in bugs {
                    self.comments(number, bug, told);
                }
            }
            _ if value.get("id").is_some() => self.bug(&value, told),
            _ => told.set_aside(page.origin, Reason::RowMalformed, "no bugs in it"),
        }
    }
}

impl Bugzilla {
    fn bug(&mut self, bug: &Value, told: &mut dyn Telling) {
        let Some(item) = text_at(bug, "/id").or_else(|| text_at(bug, "/bug_id")) else {
            return told.set_aside("a bug", Reason::ItemMissing, "");
        };
        for key in ["creator_detail", "assigned_to_detail", "qa_contact_detail"] {
            self.detail(bug.get(key), told);
        }
        list(bug, "cc_detail").iter().for_each(|detail| self.detail(Some(detail), told));
        if let Some(at) = text_at(bug, "/creation_time") {
            told.fact(Fact {
                id: format!("{item}/created"),
                item: item.clone(),
                at,
                order: 0,
                actor: text_at(bug, "/creator"),
                activity: "created".to_owned(),
                attributes: attributes([
                    ("product", text_at(bug, "/product")),
                    ("component", text_at(bug, "/component")),
                    ("type", text_at(bug, "/type")),
                    ("severity", text_at(bug, "/severity")),
                ]),
                text: text_at(bug, "/summary"),
                is_statement: true,
            });
            let attached = list(bug, "attachments").iter().flat_map(|attachment| {
                list(attachment, "flags").iter().map(move |flag| (text_at(attachment, "/id"), flag))
            });
            for (attachment, flag) in list(bug, "flags").iter().map(|flag| (None, flag)).chain(attached) {
                self.standing(&item, attachment, flag, told);
            }
        }
        for (n, change) in list(bug, "history").iter().enumerate() {
            self.change(&item, n, change, told);
        }
        self.comments(&item, bug, told);
    }

    /// A flag as it stands; its history tells the same fact under the same identity.
    fn standing(&mut self, item: &str, attachment: Option<String>, flag: &Value, told: &mut dyn Telling) {
        let at = text_at(flag, "/modification_date").or_else(|| text_at(flag, "/creation_date"));
        let (Some(at), Some(name), Some(status)) =
            (at, text_at(flag, "/name"), text_at(flag, "/status").and_then(|status| status.chars().next()))
        else {
            return;
        };
        let requestee = text_at(flag, "/requestee");
        let setter = text_at(flag, "/setter");
        let flag = Flag { name: &name, status, requestee: requestee.as_deref() };
        tell_flag(item, &at, 1, setter, &flag, None, attachment, told);
    }

    /// One entry of a history: what one person changed at one instant.
    fn change(&mut self, item: &str, n: usize, entry: &Value, told: &mut dyn Telling) {
        let at = text_at(entry, "/when").unwrap_or_default();
        let who = text_at(entry, "/who");
        let changes = list(entry, "changes");
        let new = |name: &str| {
            let change =
                changes.iter().find(|change| change.get("field_name").and_then(Value::as_str) == Some(name))?;
            text_at(change, "/added")
        };
        let has_status = changes
            .iter()
            .any(|change| change.get("field_name").is_some_and(|name| name == "status" || name == "bug_status"));
        let mut edited = Vec::new();
        let mut order = n as u64 * 64;
        for change in changes {
            let field = text_at(change, "/field_name").unwrap_or_default();
            let (removed, added) = (text_at(change, "/removed"), text_at(change, "/added"));
            order += 1;
            let mut fact = |activity: String, other: &str, more: Vec<(String, String)>, text: Option<String>| {
                told.fact(Fact {
                    id: format!("{item}/history/{at}/{field}/{activity}/{other}"),
                    item: item.to_owned(),
                    at: at.clone(),
                    order,
                    actor: who.clone(),
                    activity,
                    attributes: more,
                    is_statement: text.is_some(),
                    text,
                });
            };
            match field.as_str() {
                "flagtypes.name" => {
                    let attachment = text_at(change, "/attachment_id");
                    flags(item, &at, order, &who, removed.as_deref(), added.as_deref(), &attachment, told);
                }
                "status" | "bug_status" => {
                    let resolution = new("resolution");
                    let more = [("from", removed), ("to", added.clone()), ("resolution", resolution)];
                    fact(format!("status/{}", added.unwrap_or_default()), "", attributes(more), None);
                }
                "resolution" if has_status => {}
                "resolution" => {
                    let activity = format!("resolution/{}", added.unwrap_or_default());
                    fact(activity, "", attributes([("from", removed)]), None);
                }
                "assigned_to" => {
                    fact("assigned".to_owned(), "", attributes([("to", added), ("from", removed)]), None);
                }
                "blocks" | "depends_on" | "dupe_of" | "regressed_by" | "regressions" => {
                    for (word, numbers) in [("linked", added), ("unlinked", removed)] {
                        for other in numbers.iter().flat_map(|numbers| numbers.split(',')).map(str::trim) {
                            let more = attributes([("to", Some(other.to_owned()))]);
                            fact(format!("{word}/{field}"), other, more, None);
                        }
                    }
                }
                "product" | "component" => {
                    let key = if field == "product" { "product" } else { "component" };
                    fact("moved".to_owned(), "", attributes([("from", removed), (key, added)]), None);
                }
                "short_desc" | "summary" => fact("edited/summary".to_owned(), "", Vec::new(), added),
                _ => edited.push(field.clone()),
            }
        }
        if !edited.is_empty() {
            told.fact(Fact {
                id: format!("{item}/history/{at}/edited/{}", who.as_deref().unwrap_or("")),
                item: item.to_owned(),
                at,
                order,
                actor: who,
                activity: "edited".to_owned(),
                attributes: attributes([("fields", Some(edited.join(",")))]),
                ..Fact::default()
            });
        }
    }

    fn comments(&mut self, item: &str, bug: &Value, told: &mut dyn Telling) {
        for (i, comment) in list(bug, "comments").iter().enumerate() {
            let count = text_at(comment, "/count").and_then(|count| count.parse().ok()).unwrap_or(i as u64);
            let id = text_at(comment, "/id").unwrap_or_else(|| format!("n{count}"));
            let at = text_at(comment, "/creation_time").or_else(|| text_at(comment, "/time")).unwrap_or_default();
            let who = text_at(comment, "/creator").or_else(|| text_at(comment, "/author"));
            let private = (comment.get("is_private") == Some(&Value::Bool(true))).then(|| "true".to_owned());
            tell_comment(item, &id, count, at, who, private, text_at(comment, "/text"), told);
        }
    }

    fn detail(&mut self, detail: Option<&Value>, told: &mut dyn Telling) {
        let Some(detail) = detail else { return };
        let email = text_at(detail, "/email");
        let Some(id) = text_at(detail, "/name").or_else(|| email.clone()) else { return };
        let (login, name) = (text_at(detail, "/nick"), text_at(detail, "/real_name"));
        let email = email.or_else(|| Some(id.clone()).filter(|id| id.contains('@')));
        self.accounts.tell(Account { id, login, name, email, zone: None, is_bot: false }, told);
    }
}

/// A comment; the first is the bug's description.
#[allow(clippy::too_many_arguments)]
fn tell_comment(
    item: &str,
    id: &str,
    count: u64,
    at: String,
    who: Option<String>,
    private: Option<String>,
    text: Option<String>,
    told: &mut dyn Telling,
) {
    let is_statement = count == 0;
    told.fact(Fact {
        id: format!("{item}/comment/{id}"),
        item: item.to_owned(),
        at,
        order: count,
        actor: who,
        activity: if is_statement { "description" } else { "comment" }.to_owned(),
        attributes: attributes([("private", private)]),
        text,
        is_statement,
    });
}

/// The flags that one change takes away and sets.
#[allow(clippy::too_many_arguments)]
fn flags(
    item: &str,
    at: &str,
    order: u64,
    who: &Option<String>,
    removed: Option<&str>,
    added: Option<&str>,
    attachment: &Option<String>,
    told: &mut dyn Telling,
) {
    let mut gone = read_flags(removed.unwrap_or(""));
    for flag in read_flags(added.unwrap_or("")) {
        // What stood there before: the same request of another, or the request that is answered now.
        let same = gone.iter().position(|old| old.name == flag.name && old.requestee == flag.requestee);
        let before = same.or_else(|| gone.iter().position(|old| old.name == flag.name)).map(|at| gone.remove(at));
        tell_flag(item, at, order, who.clone(), &flag, before.as_ref(), attachment.clone(), told);
    }
    for flag in gone {
        let by = flag.requestee.map(|asked| if who.as_deref() == Some(asked) { "requestee" } else { "another" });
        told.fact(Fact {
            id: format!("{item}/flag/{}{}/{}/{at}/cleared", flag.name, flag.status, flag.requestee.unwrap_or("")),
            item: item.to_owned(),
            at: at.to_owned(),
            order,
            actor: who.clone(),
            activity: format!("flag cleared/{}", flag.name),
            attributes: attributes([
                ("was", Some(flag.status.to_string())),
                ("from", flag.requestee.map(str::to_owned)),
                ("by", by.map(str::to_owned)),
                ("attachment", attachment.clone()),
            ]),
            ..Fact::default()
        });
    }
}

#[allow(clippy::too_many_arguments)]
fn tell_flag(
    item: &str,
    at: &str,
    order: u64,
    who: Option<String>,
    flag: &Flag<'_>,
    before: Option<&Flag<'_>>,
    attachment: Option<String>,
    told: &mut dyn Telling,
) {
    let word = match flag.status {
        '+' => "granted",
        '-' => "denied",
        _ => "asked",
    };
    let asked = before.and_then(|before| before.requestee);
    let by = (flag.status != '?').then_some(asked).flatten();
    let by = by.map(|asked| if who.as_deref() == Some(asked) { "requestee" } else { "another" });
    told.fact(Fact {
        id: format!("{item}/flag/{}{}/{}/{at}", flag.name, flag.status, flag.requestee.unwrap_or("")),
        item: item.to_owned(),
        at: at.to_owned(),
        order,
        actor: who,
        activity: format!("flag {word}/{}", flag.name),
        attributes: attributes([
            ("to", flag.requestee.map(str::to_owned)),
            ("from", asked.map(str::to_owned)),
            ("by", by.map(str::to_owned)),
            ("attachment", attachment),
        ]),
        ..Fact::default()
    });
}

/// `needinfo?(a@x.example), review+`.
fn read_flags(text: &str) -> Vec<Flag<'_>> {
    let read = |word: &'_ str| {
        let word = word.trim();
        let (flag, requestee) = match word.split_once('(') {
            Some((flag, rest)) => (flag, Some(rest.trim_end_matches(')').trim()).filter(|who| !who.is_empty())),
            None => (word, None),
        };
        let status = flag.chars().next_back().filter(|c| matches!(c, '?' | '+' | '-'))?;
        let name = &flag[..flag.len() - 1];
        (!name.is_empty()).then_some((name.len(), status, requestee.map(|who| (word.find(who), who.len()))))
    };
    let mut flags = Vec::new();
    for word in text.split(',') {
        let word = word.trim();
        if let Some((name, status, requestee)) = read(word) {
            let requestee = requestee.and_then(|(at, len)| Some(&word[at?..at? + len]));
            flags.push(Flag { name: &word[..name], status, requestee });
        }
    }
    flags
}

#[cfg(test)]
mod tests;
