//! Attributes of XES: their tags, their keys met so far, raw text to text, lists and containers to JSON.

use rustc_hash::FxHashMap;
use serde_json::{Map, Number, Value};

use crate::lens::shape::{NO_SLOT, Shaper};

/// The elements of XES that matter to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Log,
    Trace,
    Event,
    Global,
    /// An attribute.
    Attribute(Kind),
    /// The wrapper inside a list.
    Values,
    /// `extension`, `classifier` and whatever else there may be.
    Other,
}

/// The declared type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Date,
    Int,
    Float,
    Boolean,
    Id,
    List,
    Container,
}

impl Tag {
    /// The tag of a name, with or without a namespace's prefix.
    pub fn of(name: &str) -> Tag {
        match Tag::of_local(name) {
            Tag::Other => name.rsplit_once(':').map_or(Tag::Other, |(_, local)| Tag::of_local(local)),
            tag => tag,
        }
    }

    fn of_local(name: &str) -> Tag {
        match name {
            "string" => Tag::Attribute(Kind::String),
            "date" => Tag::Attribute(Kind::Date),
            "int" => Tag::Attribute(Kind::Int),
            "float" => Tag::Attribute(Kind::Float),
            "boolean" => Tag::Attribute(Kind::Boolean),
            "id" => Tag::Attribute(Kind::Id),
            "list" => Tag::Attribute(Kind::List),
            "container" => Tag::Attribute(Kind::Container),
            "values" => Tag::Values,
            "event" => Tag::Event,
            "trace" => Tag::Trace,
            "log" => Tag::Log,
            "global" => Tag::Global,
            _ => Tag::Other,
        }
    }
}

impl Kind {
    /// The name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Kind::String => "string",
            Kind::Date => "date",
            Kind::Int => "int",
            Kind::Float => "float",
            Kind::Boolean => "boolean",
            Kind::Id => "id",
            Kind::List => "list",
            Kind::Container => "container",
        }
    }

    /// Whether a value is what its type says.
    pub fn fits(self, value: &str) -> bool {
        match self {
            Kind::Int => value.parse::<i64>().is_ok(),
            Kind::Float => value.parse::<f64>().is_ok(),
            Kind::Boolean => matches!(value, "true" | "false" | "1" | "0"),
            Kind::Date => crate::instant::read(value, None).is_ok(),
            Kind::String | Kind::Id | Kind::List | Kind::Container => true,
        }
    }

    fn json(self, value: &str) -> Value {
        let text = || Value::String(value.to_owned());
        match self {
            Kind::Int => value.parse::<i64>().map_or_else(|_| text(), Value::from),
            Kind::Float => value.parse().ok().and_then(Number::from_f64).map_or_else(text, Value::Number),
            Kind::Boolean if matches!(value, "true" | "1") => Value::Bool(true),
            Kind::Boolean if matches!(value, "false" | "0") => Value::Bool(false),
            _ => text(),
        }
    }
}

/// One key that was met, and what the lens has to do with it.
pub(crate) struct Name {
    /// As an event's attribute is stored.
    pub own: Box<str>,
    /// As a trace's attribute is stored.
    pub outer: Box<str>,
    pub own_slot: u32,
    pub outer_slot: u32,
    /// Another name for it where a trace's attribute is stored under its own.
    pub aside: Option<Box<str>>,
    /// The event in which it was met last.
    pub stamp: u64,
    /// The trace of whose own attributes it was met last.
    pub outer_stamp: u64,
    /// The type it was first met with.
    pub kind: Kind,
    /// Whether other types were met, and that was said.
    pub is_mixed: bool,
}

/// The keys met so far.
pub(crate) struct Names {
    numbers: FxHashMap<Box<str>, u32>,
    names: Vec<Name>,
}

impl Names {
    pub fn new() -> Self {
        Self { numbers: FxHashMap::default(), names: Vec::new() }
    }

    /// The number of a key.
    pub fn number(&mut self, key: &str, kind: Kind, shaper: &Shaper) -> u32 {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        let number = self.names.len() as u32;
        let outer = format!("case:{key}");
        self.names.push(Name {
            own: key.into(),
            own_slot: shaper.slot(key),
            outer_slot: shaper.slot(&outer),
            aside: key.starts_with("case:").then(|| format!("event:{key}").into()),
            outer: outer.into(),
            stamp: 0,
            outer_stamp: 0,
            kind,
            is_mixed: false,
        });
        self.numbers.insert(key.into(), number);
        number
    }

    pub fn get(&self, number: u32) -> &Name {
        &self.names[number as usize]
    }

    pub fn get_mut(&mut self, number: u32) -> &mut Name {
        &mut self.names[number as usize]
    }
}

impl Name {
    /// The slot of an event's attribute; one that bears a trace attribute's name gives way to it.
    pub fn own_slot(&self, is_hidden: bool) -> u32 {
        if is_hidden { NO_SLOT } else { self.own_slot }
    }
}

/// The raw values of `key` and `value` in a tag, still escaped; either may be missing.
pub(crate) fn key_and_value(raw: &str) -> (Option<&str>, Option<&str>) {
    // What nearly every tag looks like.
    if let Some((key, rest)) = raw.strip_prefix(" key=\"").and_then(until_quote)
        && let Some((value, "" | " ")) = rest.strip_prefix(" value=\"").and_then(until_quote)
    {
        return (Some(key), Some(value));
    }
    let (mut key, mut value) = (None, None);
    let mut rest = raw;
    while let Some(equals) = memchr::memchr(b'=', rest.as_bytes()) {
        let name = rest[..equals].trim_ascii();
        let after = rest[equals + 1..].trim_ascii_start();
        let Some(quote @ (b'"' | b'\'')) = after.bytes().next() else { break };
        let inner = &after[1..];
        let Some(end) = memchr::memchr(quote, inner.as_bytes()) else { break };
        match name {
            "key" => key = Some(&inner[..end]),
            "value" => value = Some(&inner[..end]),
            _ => {}
        }
        rest = &inner[end + 1..];
    }
    (key, value)
}

fn until_quote(text: &str) -> Option<(&str, &str)> {
    let end = memchr::memchr(b'"', text.as_bytes())?;
    Some((&text[..end], &text[end + 1..]))
}

/// Whether raw text stands for itself: no references, no line ends. Looks at every byte, so that it can look at many
/// at a time.
pub(crate) fn is_plain(raw: &str) -> bool {
    !raw.bytes().fold(false, |found, byte| found | (byte == b'&') | (byte < b' '))
}

/// Writes raw text as it is meant: references resolved, line ends and tabs as spaces. What is no reference stays.
pub(crate) fn unescape(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'&' | b'\n' | b'\t' | b'\r')) {
        out.push_str(&rest[..at]);
        if rest.as_bytes()[at] != b'&' {
            out.push(' ');
            // A line end of two characters is one.
            let len = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
            rest = &rest[at + len..];
            continue;
        }
        match rest[at + 1..].split_once(';').and_then(|(name, after)| Some((reference(name)?, after))) {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')
        }
    }
}

/// A list or a container on its way to JSON.
pub(crate) struct Json {
    frames: Vec<(String, Frame)>,
}

enum Frame {
    List(Vec<Value>),
    Container(Map<String, Value>),
    /// Inside an attribute with a value: its children stand beside it, as `key/child`.
    Under,
    /// The wrapper inside a list.
    Through,
}

impl Json {
    /// Begins with a list or a container.
    pub fn begin(kind: Kind) -> Json {
        let mut json = Json { frames: Vec::new() };
        json.open("", kind, None);
        json
    }

    /// How deep it stands.
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// The wrapper inside a list.
    pub fn open_values(&mut self) {
        self.frames.push((String::new(), Frame::Through));
    }

    /// An attribute with something in it.
    pub fn open(&mut self, key: &str, kind: Kind, value: Option<&str>) {
        let frame = match kind {
            Kind::List => Frame::List(Vec::new()),
            Kind::Container => Frame::Container(Map::new()),
            _ => {
                if let Some(value) = value {
                    self.add(key, kind.json(value));
                }
                Frame::Under
            }
        };
        self.frames.push((key.to_owned(), frame));
    }

    /// An attribute with nothing in it.
    pub fn leaf(&mut self, key: &str, kind: Kind, value: Option<&str>) {
        match (kind, value) {
            (Kind::List, _) => self.add(key, Value::Array(Vec::new())),
            (Kind::Container, _) => self.add(key, Value::Object(Map::new())),
            (_, Some(value)) => self.add(key, kind.json(value)),
            (_, None) => {}
        }
    }

    /// The end of what was opened last; gives the whole where that was the outermost.
    pub fn close(&mut self) -> Option<Value> {
        let (key, frame) = self.frames.pop()?;
        let value = match frame {
            Frame::List(list) => Value::Array(list),
            Frame::Container(map) => Value::Object(map),
            Frame::Under | Frame::Through => return None,
        };
        if self.frames.is_empty() {
            return Some(value);
        }
        self.add(&key, value);
        None
    }

    fn add(&mut self, key: &str, value: Value) {
        let mut path = key.to_owned();
        for (outer, frame) in self.frames.iter_mut().rev() {
            match frame {
                Frame::Under => path = format!("{outer}/{path}"),
                Frame::Through => {}
                Frame::List(list) => {
                    list.push(Value::Object(Map::from_iter([(path, value)])));
                    return;
                }
                Frame::Container(map) => {
                    map.insert(path, value);
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(raw: &str) -> String {
        let mut out = String::new();
        unescape(raw, &mut out);
        out
    }

    #[test]
    fn references_are_resolved_and_what_is_none_stays() {
        assert_eq!(unescaped("A &lt;&gt; &quot;B&quot; &#38; &#xE9; &apos;"), "A <> \"B\" & é '");
        assert_eq!(
            unescaped("AT&T; Q&A, 5 & 6, &nbsp; &#0; &#xFFFFFFFF;"),
            "AT&T; Q&A, 5 & 6, &nbsp; &#0; &#xFFFFFFFF;"
        );
        assert_eq!(unescaped("a\r\nb\tc\nd"), "a b c d");
        assert_eq!(unescaped("&amp;amp;"), "&amp;");
    }

    #[test]
    fn key_and_value_in_any_order_and_quotes() {
        for raw in [
            " key=\"k\" value=\"a > b\"",
            "\n  value='a > b'\n  key='k'\n",
            " key = \"k\" other=\"x='\" value= \"a > b\"",
        ] {
            assert_eq!(key_and_value(raw), (Some("k"), Some("a > b")), "{raw}");
        }
        assert_eq!(key_and_value(" value=\"it's\""), (None, Some("it's")));
        assert_eq!(key_and_value(" xkey=\"a\" key=\""), (None, None));
    }

    #[test]
    fn lists_and_containers_become_json() {
        let mut json = Json::begin(Kind::List);
        json.open_values();
        json.leaf("i", Kind::String, Some("x"));
        json.open("n", Kind::Int, Some("2"));
        json.leaf("unit", Kind::String, Some("h"));
        assert_eq!(json.close(), None);
        json.open("c", Kind::Container, None);
        json.leaf("b", Kind::Boolean, Some("true"));
        json.leaf("f", Kind::Float, Some("1,5"));
        assert_eq!(json.close(), None);
        assert_eq!(json.close(), None);
        let text = json.close().map(|value| value.to_string());
        assert_eq!(text.as_deref(), Some(r#"[{"i":"x"},{"n":2},{"n/unit":"h"},{"c":{"b":true,"f":"1,5"}}]"#));
    }
}
