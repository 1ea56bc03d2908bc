//! The XML (RSS) export of a search, as the interface would give its issues.

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use sayso_model::coverage::{Note, Reason};
use serde_json::{Value, json};

use super::{Teller, issue, time};

/// Tells what an RSS file says.
pub(super) fn tell(teller: &mut Teller<'_>, text: &str) {
    if !text.contains("<rss") || !text.contains("<channel") {
        return teller.aside("", Reason::NotUnderstood, "XML that is no export of a search");
    }
    let detail = "an export of a search has no changelog: not who held an issue, nor who resolved it";
    teller.told.note(teller.origin, Note::SourceIncomplete, detail);
    let mut xml = Reader::from_str(text);
    xml.config_mut().allow_dangling_amp = true;
    let mut item: Option<Item> = None;
    let mut open: Vec<String> = Vec::new();
    let mut n = 0u64;
    loop {
        let event = match xml.read_event() {
            Ok(event) => event,
            Err(error) => {
                return teller.aside(
                    &format!("byte {}", xml.error_position()),
                    Reason::RowMalformed,
                    &error.to_string(),
                );
            }
        };
        match event {
            Event::Start(tag) => {
                let name = tag.name().as_ref().to_owned();
                if name == "item" {
                    item = Some(Item::default());
                    n += 1;
                } else if let Some(item) = &mut item {
                    item.open(&name, &tag, &open);
                }
                open.push(name);
            }
            Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                if let Some(item) = &mut item {
                    item.open(&name, &tag, &open);
                    item.close(&name, &open);
                }
            }
            Event::Text(words) => {
                if let Some(item) = &mut item {
                    item.text.push_str(&words);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(item) = &mut item {
                    let written = format!("&{};", &*reference);
                    item.text.push_str(&unescape(&written).map_or(written.clone(), |text| text.into_owned()));
                }
            }
            Event::CData(words) => {
                if let Some(item) = &mut item {
                    item.text.push_str(&words);
                }
            }
            Event::End(_) => {
                let name = open.pop().unwrap_or_default();
                if name == "item" {
                    if let Some(item) = item.take() {
                        issue::tell(teller, &item.object());
                    }
                } else if let Some(item) = &mut item {
                    item.close(&name, &open);
                }
            }
            Event::Eof if item.is_some() => {
                return teller.aside(&format!("item {n}"), Reason::Truncated, "the file breaks off");
            }
            Event::Eof => return,
            _ => {}
        }
    }
}

/// An issue on its way out of the file.
#[derive(Default)]
struct Item {
    text: String,
    object: Value,
    fields: serde_json::Map<String, Value>,
    comments: Vec<Value>,
    links: Vec<Value>,
    /// Of the element that is open: its attributes, as the interface would write them.
    held: Value,
    /// The type of link, and the phrase of its direction.
    link: (String, String),
}

impl Item {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>, open: &[String]) {
        self.text.clear();
        let attribute = |key: &str| {
            let found = tag.try_get_attribute(key).ok().flatten()?;
            let value = found.value.as_ref();
            Some(unescape(value).map_or_else(|_| value.to_owned(), |value| value.into_owned()))
        };
        let person = || attribute("accountid").or_else(|| attribute("username")).filter(|id| id != "-1");
        match name {
            "key" | "issuekey" => self.held = json!(attribute("id")),
            "assignee" | "reporter" | "creator" => self.held = json!(person()),
            "comment" => {
                let author = attribute("author").map(|author| json!({"accountId": author}));
                let at = attribute("created").map(|at| time::of_rss(&at).into_owned());
                self.held = json!({"id": attribute("id"), "author": author, "created": at});
            }
            "statusCategory" => {
                if let Some(Value::Object(status)) = self.fields.get_mut("status") {
                    status.insert("statusCategory".to_owned(), json!({"key": attribute("key"), "id": attribute("id")}));
                }
            }
            "status" | "type" | "priority" | "resolution" => self.held = json!(attribute("id")),
            "outwardlinks" | "inwardlinks" => self.link.1 = attribute("description").unwrap_or_default(),
            "parent" if open.last().is_some_and(|outer| outer == "item") => {}
            _ => {}
        }
    }

    fn close(&mut self, name: &str, open: &[String]) {
        let text = std::mem::take(&mut self.text).trim().to_owned();
        let held = std::mem::take(&mut self.held);
        let outer = open.last().map(String::as_str).unwrap_or_default();
        let has_component = self.fields.contains_key("components");
        let mut set = |key: &str, value: Value| {
            self.fields.insert(key.to_owned(), value);
        };
        match (name, outer) {
            ("key", "item") => self.object = json!({"id": held, "key": text}),
            ("summary", "item") => set("summary", json!(text)),
            ("description", "item") => set("description", json!(of_html(&text))),
            ("created", "item") => set("created", json!(time::of_rss(&text))),
            ("resolved", "item") => set("resolutiondate", json!(time::of_rss(&text))),
            ("type", "item") => set("issuetype", json!({"id": held, "name": text})),
            ("status", "item") => set("status", json!({"id": held, "name": text})),
            ("priority", "item") => set("priority", json!({"id": held, "name": text})),
            ("resolution", "item") if held != json!("-1") => set("resolution", json!({"id": held, "name": text})),
            ("component", "item") if !has_component => set("components", json!([{"name": text}])),
            ("parent", "item") => set("parent", json!({"key": text})),
            ("assignee" | "reporter" | "creator", "item") if !held.is_null() => {
                set(name, json!({"accountId": held, "displayName": text}));
            }
            ("comment", "comments") => {
                let mut comment = held;
                comment["body"] = json!(of_html(&text));
                self.comments.push(comment);
            }
            ("name", "issuelinktype") => self.link.0 = text,
            ("issuekey", _) => {
                let side = if open.iter().any(|name| name == "inwardlinks") { "inwardIssue" } else { "outwardIssue" };
                let phrase = if side == "inwardIssue" { "inward" } else { "outward" };
                self.links.push(json!({"type": {"name": self.link.0, phrase: self.link.1}, side: {"key": text}}));
            }
            _ => {}
        }
    }

    fn object(self) -> Value {
        let Item { mut object, mut fields, comments, links, .. } = self;
        fields.insert("comment".to_owned(), json!({"comments": comments}));
        fields.insert("issuelinks".to_owned(), Value::Array(links));
        if object.is_null() {
            object = json!({});
        }
        object["fields"] = Value::Object(fields);
        object
    }
}

/// Rendered text as wiki text: without its marks, quotations and code, and with whom it mentions.
fn of_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        push_unescaped(&mut out, &rest[..at]);
        let Some(end) = rest[at..].find('>') else {
            rest = &rest[at..];
            break;
        };
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        match name.as_str() {
            "blockquote" | "pre" => {
                rest = rest.split_once(&format!("</{name}>")).map_or("", |(_, after)| after);
                out.push('\n');
            }
            "p" | "br" | "div" | "li" | "tr" | "h1" | "h2" | "h3" | "h4" => out.push('\n'),
            "a" if tag.contains("user-hover") || tag.contains("ViewProfile.jspa") => {
                let quoted =
                    |key: &str| tag.split_once(&format!("{key}=\"")).and_then(|(_, rest)| rest.split_once('"'));
                if let Some((who, _)) = quoted("rel").filter(|(who, _)| !who.is_empty() && *who != "nofollow") {
                    out.push_str(&format!("[~{who}]"));
                    rest = rest.split_once("</a>").map_or(rest, |(_, after)| after);
                }
            }
            _ => {}
        }
    }
    push_unescaped(&mut out, rest);
    out.trim().to_owned()
}

fn push_unescaped(out: &mut String, text: &str) {
    match unescape(text) {
        Ok(text) => out.push_str(&text),
        Err(_) => out.push_str(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendered_text_loses_its_marks_quotations_and_code() {
        let html = "<p>Hi <a href=\"/secure/ViewProfile.jspa?name=meg\" class=\"user-hover\" rel=\"meg\">Meg</a>, ok &amp; \
                    done?</p><blockquote><p>old</p></blockquote><pre>x = 1</pre>end <";
        assert_eq!(of_html(html), "Hi [~meg], ok & done?\n\nend <");
    }
}
