//! What nearly all of a log is made of, read straight from the buffer: attributes that are one plain tag, and events of
//! such. What looks in any way different is left to the parser.

use std::ops::Range;

use super::attributes::Kind;

/// A tag like `<string key="..." value="..."/>`: what it is, and where its key and its value stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub kind: Kind,
    pub key: Range<usize>,
    pub value: Range<usize>,
}

/// How many blank bytes stand at the beginning.
pub(super) fn blank(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r')).count()
}

/// The attribute that begins at `at`, and where it ends; `None` where something else does, or not all of it is here.
pub(super) fn attribute(bytes: &[u8], at: usize) -> Option<(Attribute, usize)> {
    let (kind, name) = match bytes.get(at..)? {
        [b'<', b's', b't', b'r', b'i', b'n', b'g', ..] => (Kind::String, 7),
        [b'<', b'd', b'a', b't', b'e', ..] => (Kind::Date, 5),
        [b'<', b'i', b'n', b't', ..] => (Kind::Int, 4),
        [b'<', b'f', b'l', b'o', b'a', b't', ..] => (Kind::Float, 6),
        [b'<', b'b', b'o', b'o', b'l', b'e', b'a', b'n', ..] => (Kind::Boolean, 8),
        [b'<', b'i', b'd', ..] => (Kind::Id, 3),
        _ => return None,
    };
    let key = quoted(bytes, at + name, b" key=\"")?;
    let value = quoted(bytes, key.end + 1, b" value=\"")?;
    let end = value.end + 1;
    let end = match bytes.get(end..)? {
        [b'/', b'>', ..] => end + 2,
        [b' ', b'/', b'>', ..] => end + 3,
        _ => return None,
    };
    Some((Attribute { kind, key, value }, end))
}

/// The event that begins at `at`, if it holds nothing but plain attributes and all of it is here: they are put into
/// `into`; gives where it ends.
pub(super) fn event(bytes: &[u8], at: usize, into: &mut Vec<Attribute>) -> Option<usize> {
    into.clear();
    let begin = b"<event>";
    let mut at = bytes.get(at..)?.starts_with(begin).then_some(at + begin.len())?;
    loop {
        at += blank(&bytes[at..]);
        match attribute(bytes, at) {
            Some((attribute, end)) => {
                into.push(attribute);
                at = end;
            }
            None => {
                let end = b"</event>";
                return bytes[at..].starts_with(end).then_some(at + end.len());
            }
        }
    }
}

fn quoted(bytes: &[u8], at: usize, before: &[u8]) -> Option<Range<usize>> {
    let rest = bytes.get(at..)?.strip_prefix(before)?;
    let from = at + before.len();
    Some(from..from + memchr::memchr(b'"', rest)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn plain_attributes_and_nothing_else() {
        let text = b"<int key=\"a > b\" value=\"<&amp;\"/>";
        let (found, end) = attribute(text, 0).unwrap();
        assert_eq!(
            (found.kind, &text[found.key], &text[found.value], end),
            (Kind::Int, &b"a > b"[..], &b"<&amp;"[..], 33)
        );
        assert!(attribute(b"<id key=\"\" value=\"\" />", 0).is_some());
        for other in [
            "<string key=\"a\" value=\"b\">",
            "<string key='a' value='b'/>",
            "<string value=\"b\" key=\"a\"/>",
            "<string key=\"a\" value=\"b\" more=\"c\"/>",
            "<string  key=\"a\" value=\"b\"/>",
            "<strings key=\"a\" value=\"b\"/>",
            "<list key=\"a\" value=\"b\"/>",
            "<x:string key=\"a\" value=\"b\"/>",
            "<string key=\"a\" value=\"b\"/",
            "<string key=\"a\" value=\"b",
            "",
        ] {
            assert!(attribute(other.as_bytes(), 0).is_none(), "{other}");
        }
    }

    #[test]
    fn an_event_is_taken_whole_or_not_at_all() {
        let text = b"<event>\n\t<id key=\"a\" value=\"b\"/>\n\t<date key=\"c\" value=\"d\"/>\n</event>\n";
        let mut found = Vec::new();
        assert_eq!(event(text, 0, &mut found), Some(text.len() - 1));
        assert_eq!(found.len(), 2);
        for cut in 0..text.len() - 1 {
            assert_eq!(event(&text[..cut], 0, &mut found), None);
        }
        assert_eq!(event(b"<event></event>", 0, &mut found), Some(15));
        assert!(found.is_empty());
        assert_eq!(event(b"<event><list key=\"a\"/></event>", 0, &mut found), None);
        assert_eq!(event(b"<event>text</event>", 0, &mut found), None);
    }
}
