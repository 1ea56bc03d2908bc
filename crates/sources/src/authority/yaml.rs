//! YAML as the formats of declared authority need it: scalars as text, with the line of everything.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// How many values aliases may unfold a file to; more is no declaration but an attack.
const MOST_NODES: usize = 1 << 20;
/// How deep a file may nest.
const DEEPEST: usize = 64;

/// A value and the line on which it begins, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The line.
    pub line: usize,
    /// The value.
    pub value: Value,
}

/// What stands in a file. Scalars are never numbers or dates here: a name `007` stays one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing: `~`, `null` or an empty value.
    Null,
    /// A scalar as it is written, without its quotes.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file; a key that is no scalar is left out.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a sequence; a lone scalar is a sequence of one, as people write it; nothing for anything else.
    pub fn list(&self) -> &[Node] {
        match &self.value {
            Value::List(nodes) => nodes,
            Value::Text(_) => std::slice::from_ref(self),
            _ => &[],
        }
    }

    /// The entries of a mapping as (key, its line, value); nothing for anything else.
    pub fn entries(&self) -> impl Iterator<Item = (&str, usize, &Node)> {
        let entries: &[(Node, Node)] = match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        };
        entries.iter().filter_map(|(key, value)| Some((key.text()?, key.line, value)))
    }

    /// Whether it is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// The value of a key; of a repeated key the last one.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().filter(|(name, _, _)| *name == key).last().map(|(_, _, value)| value)
    }

    /// Whether it is `true` or `yes`.
    pub fn is_true(&self) -> bool {
        self.text().is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on"))
    }
}

/// A text that is not YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotYaml {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// The documents of a text, without the empty ones.
///
/// # Errors
/// Where the text is not YAML, nests too deep, or its aliases unfold to too much.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, NotYaml> {
    let mut reading = Reading::default();
    let mut parser = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    while let Some(event) = parser.next_event() {
        let (event, span) =
            event.map_err(|error| NotYaml { line: error.marker().line(), what: error.info().to_owned() })?;
        reading.take(event, span)?;
    }
    reading.documents.retain(|node| node.value != Value::Null);
    Ok(reading.documents)
}

#[derive(Default)]
struct Reading {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    n_nodes: usize,
}

/// A sequence or mapping whose end is still to come.
struct Open {
    anchor: usize,
    node: Node,
    key: Option<Node>,
}

impl Reading {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), NotYaml> {
        let line = span.start.line();
        let begin = |value, anchor| Open { anchor, node: Node { line, value }, key: None };
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_null = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if is_null { Value::Null } else { Value::Text(text.into_owned()) };
                self.put(Node { line, value }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.deeper(begin(Value::List(Vec::new()), anchor)),
            Event::MappingStart(anchor, _) => self.deeper(begin(Value::Map(Vec::new()), anchor)),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => self.put(open.node, open.anchor),
                None => Ok(()),
            },
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some(node) => self.put(node, 0),
                None => Err(NotYaml { line, what: "an alias to what is not there".to_owned() }),
            },
            _ => Ok(()),
        }
    }

    fn deeper(&mut self, open: Open) -> Result<(), NotYaml> {
        if self.open.len() >= DEEPEST {
            return Err(NotYaml { line: open.node.line, what: format!("it nests more than {DEEPEST} deep") });
        }
        self.open.push(open);
        Ok(())
    }

    fn put(&mut self, node: Node, anchor: usize) -> Result<(), NotYaml> {
        let line = node.line;
        // What an alias brings is counted whole; what was put before is counted again with what holds it, at most
        // as often as it is deep.
        self.n_nodes += size(&node);
        if self.n_nodes > MOST_NODES {
            return Err(NotYaml { line, what: "its aliases unfold to more than can be meant".to_owned() });
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match &mut open.node.value {
            Value::List(nodes) => nodes.push(node),
            Value::Map(entries) => match open.key.take() {
                None => open.key = Some(node),
                Some(key) => entries.push((key, node)),
            },
            Value::Null | Value::Text(_) => {}
        }
        Ok(())
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Text(_) => 1,
        Value::List(nodes) => 1 + nodes.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|(key, value)| size(key) + size(value)).sum::<usize>(),
    }
}

/// A scalar as it must be written to be read back as the same text.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/')
        && !text.ends_with([' ', ':'])
        && text.chars().all(|c| c.is_alphanumeric() || " _-./@+".contains(c))
        && !matches!(text.to_ascii_lowercase().as_str(), "null" | "true" | "false" | "yes" | "no" | "on" | "off");
    if is_plain {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", c as u32)),
            '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_keys_and_texts_come_as_written() {
        let all = documents("# c\napprovers:\n- Ann\n- '007'\nempty:\n---\n---\nkind: Group\n").unwrap();
        assert_eq!(all.len(), 2);
        let names: Vec<_> =
            all[0].get("approvers").unwrap().list().iter().map(|n| (n.text().unwrap(), n.line)).collect();
        assert_eq!(names, [("Ann", 3), ("007", 4)]);
        assert_eq!(all[0].get("empty").unwrap().value, Value::Null);
        assert_eq!(all[1].get("kind").unwrap().text(), Some("Group"));
        assert!(documents("").unwrap().is_empty());
    }

    #[test]
    fn aliases_unfold_and_bombs_do_not() {
        let all = documents("a: &x [p, q]\nb: *x\n").unwrap();
        assert_eq!(all[0].get("b").unwrap().list().len(), 2);
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for n in 1..12 {
            let last = n - 1;
            bomb.push_str(&format!("a{n}: &a{n} [{}]\n", vec![format!("*a{last}"); 9].join(",")));
        }
        assert!(documents(&bomb).unwrap_err().what.contains("unfold"));
        assert!(documents(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn what_is_no_yaml_is_told_with_its_line() {
        assert_eq!(documents("a: 1\nb: [1, 2\nc: 3\n").unwrap_err().line.min(4), 3);
    }

    proptest! {
        #[test]
        fn a_quoted_text_comes_back(text in "\\PC*|[a-z:#'\"\\\\\\n\\t -]*|[a-zA-Z0-9@./_+-]*") {
            let all = documents(&format!("k: {}\n", quoted(&text))).unwrap();
            prop_assert_eq!(all[0].get("k").unwrap().text(), Some(text.as_str()));
        }

        #[test]
        fn no_text_is_too_odd(text in "(\\PC|[\\n\\t:\\[\\]{}&*!|>-])*") {
            let _ = documents(&text);
        }
    }
}
