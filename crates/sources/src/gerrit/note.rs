//! One commit of a change's meta ref, taken apart: a subject, the message that people see, and footers.

use crate::git::framing::{Commit, Ident};

/// A meta commit's message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Note<'a> {
    /// Its first line, such as `Create patch set 2`.
    pub subject: &'a str,
    /// What is shown to people, maybe of several paragraphs; empty where there is none.
    pub message: &'a str,
    /// The last paragraph's lines, as key and value; values may be empty (`Topic:`).
    pub footers: Vec<(&'a str, &'a str)>,
}

/// A footer `Label:` or `Copied-Label:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LabelFooter<'a> {
    /// The label.
    pub label: &'a str,
    /// The value; `None` where the vote is removed.
    pub value: Option<i8>,
    /// Whose vote it is, where that is not the commit's author.
    pub whose: Option<&'a str>,
}

impl<'a> Note<'a> {
    /// Takes a message apart. Only the last paragraph holds footers: people write lines with colons as well.
    pub fn of(text: &'a str) -> Note<'a> {
        let text = text.trim_end();
        let (subject, rest) = text.split_once('\n').unwrap_or((text, ""));
        let (message, last) = match rest.rfind("\n\n") {
            Some(at) => (&rest[..at], &rest[at + 2..]),
            None => ("", rest),
        };
        let footers: Vec<_> = last.lines().filter_map(footer).collect();
        Note { subject: subject.trim(), message: message.trim(), footers }
    }

    /// The last value of a key, which is the one that counts.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.all(key).next_back()
    }

    /// The last value of a key, where it is not empty.
    pub fn said(&self, key: &str) -> Option<&'a str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// Every value of a key.
    pub fn all(&self, key: &str) -> impl DoubleEndedIterator<Item = &'a str> {
        self.footers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| *value)
    }
}

fn footer(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_key.then(|| (key, value.trim()))
}

impl<'a> LabelFooter<'a> {
    /// Reads `Code-Review=+2`, `-Verified`, each with or without `Name <id@server>` behind it; since Gerrit 3.5 a UUID
    /// may stand between (`Code-Review=+2, 1234abcd Name <id@server>`), and a copied vote may end in `:"tag"`.
    pub fn of(value: &'a str) -> Option<LabelFooter<'a>> {
        let (vote, rest) = value.split_once([' ', ',']).unwrap_or((value, ""));
        let whose = rest.find('<').and_then(|at| rest[at..].find('>').map(|end| &rest[..=at + end]));
        // A UUID of forty digits before the name; a real user behind a comma.
        let whose = whose.map(|whose| match whose.trim().split_once(' ') {
            Some((uuid, name)) if uuid.len() >= 32 && uuid.bytes().all(|byte| byte.is_ascii_hexdigit()) => name.trim(),
            _ => whose.trim(),
        });
        if let Some(label) = vote.strip_prefix('-') {
            return (!label.is_empty()).then_some(LabelFooter { label, value: None, whose });
        }
        let (label, value) = vote.split_once('=')?;
        Some(LabelFooter { label, value: Some(value.parse().ok()?), whose })
    }
}

/// What makes an account the same under another name: the address, `1000012@server`.
pub(super) fn account(label: &str) -> &str {
    label.rsplit_once('<').map_or(label, |(_, mail)| mail.trim_end_matches('>').trim())
}

/// `Name <id@server>`, as the footers write it too.
pub(super) fn label(ident: &Ident) -> Option<String> {
    let (name, mail) = (String::from_utf8_lossy(&ident.name), String::from_utf8_lossy(&ident.email));
    match (name.trim(), mail.trim()) {
        ("", "") => None,
        (name, "") => Some(name.to_owned()),
        ("", mail) => Some(mail.to_owned()),
        (name, mail) => Some(format!("{name} <{mail}>")),
    }
}

/// When, as an instant whose place is not known: the offset in the header is the server's, not the person's.
pub(super) fn time(commit: &Commit) -> String {
    let raw = String::from_utf8_lossy(&commit.author.date);
    let seconds = raw.split_ascii_whitespace().next().and_then(|text| text.parse::<i64>().ok());
    match seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()) {
        Some(at) if at.as_second() > 0 => at.to_string().replace('Z', "-00:00"),
        // A time of nothing: the reader of times says so.
        Some(_) => "0001-01-01".to_owned(),
        None => raw.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_the_last_paragraph_holds_footers() {
        let note = Note::of(
            "Update patch set 3\n\nPatch Set 3:\n\nLabel: no label\n\nStatus: merged\n\nPatch-set: 3\nTopic: \n",
        );
        assert_eq!(note.subject, "Update patch set 3");
        assert_eq!(note.message, "Patch Set 3:\n\nLabel: no label\n\nStatus: merged");
        assert_eq!(note.get("status"), None);
        assert_eq!((note.get("patch-set"), note.get("Topic"), note.said("Topic")), (Some("3"), Some(""), None));
        let bare = Note::of("Update patch set 1\n\nPatch-set: 1\nCC: A <1@s>\nCC: B <2@s>\n");
        assert_eq!((bare.message, bare.all("CC").count()), ("", 2));
        assert_eq!(Note::of(""), Note::default());
        assert_eq!(Note::of("x").subject, "x");
    }

    #[test]
    fn labels_of_every_version_are_read() {
        let read = |value| LabelFooter::of(value).map(|found| (found.label, found.value, found.whose));
        assert_eq!(read("Code-Review=+2"), Some(("Code-Review", Some(2), None)));
        assert_eq!(
            read("Code-Review=-1 Gerrit User 12 <12@s>"),
            Some(("Code-Review", Some(-1), Some("Gerrit User 12 <12@s>")))
        );
        assert_eq!(read("-Verified A B <3@s>"), Some(("Verified", None, Some("A B <3@s>"))));
        assert_eq!(read("-Verified"), Some(("Verified", None, None)));
        let uuid = "Code-Review=+1, 577fb248e474018276351785930358ec0450e9f7 Gerrit User 7 <7@s>";
        assert_eq!(read(uuid), Some(("Code-Review", Some(1), Some("Gerrit User 7 <7@s>"))));
        let own = "Code-Review=+1, 577fb248e474018276351785930358ec0450e9f7";
        assert_eq!(read(own), Some(("Code-Review", Some(1), None)));
        let copied =
            "Verified=+1, 577fb248e474018276351785930358ec0450e9f7 Gerrit User 7 <7@s>,Gerrit User 8 <8@s> :\"tag\"";
        assert_eq!(read(copied), Some(("Verified", Some(1), Some("Gerrit User 7 <7@s>"))));
        for odd in ["", "-", "Code-Review", "Code-Review=", "Code-Review=many"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_servers_offset_is_not_the_persons() {
        let mut commit = Commit::default();
        commit.author.date = b"1516384702 +0200".to_vec();
        assert_eq!(time(&commit), "2018-01-19T17:58:22-00:00");
        let read = crate::instant::read(&time(&commit), None).unwrap();
        assert_eq!((read.utc_offset_min, read.zone_assumed), (None, false));
        commit.author.date = b"0 +0000".to_vec();
        assert!(crate::instant::read(&time(&commit), None).is_err());
        assert_eq!((account("A B <3@s>"), account("3@s"), account("A B")), ("3@s", "3@s", "A B"));
    }
}
