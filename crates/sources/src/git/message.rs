//! What a commit message says by convention: trailers, `Change-Id:`, what it reverts and what it fixes.

use std::borrow::Cow;

/// One trailer: `Reviewed-by: Jane Roe <jane@example.org>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer<'a> {
    /// The key as written.
    pub key: &'a str,
    /// The value, folded lines joined with one space, without spaces around it.
    pub value: String,
}

/// The trailers of a message by git's own rules: the last paragraph that is not the subject, if all its lines are
/// trailers, or if one of them is one that git itself writes and at least a quarter are trailers. Comment lines and
/// the old `Conflicts:` block at the end do not count.
pub fn trailers(message: &str) -> Vec<Trailer<'_>> {
    let lines: Vec<&str> = message.split_inclusive('\n').collect();
    let lines = &lines[..end_of_text(&lines)];
    let Some(from) = block(lines) else { return Vec::new() };
    let mut out: Vec<Trailer<'_>> = Vec::new();
    let mut folds = false;
    for line in &lines[from..] {
        if line.starts_with('#') {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let (true, Some(last)) = (folds, out.last_mut()) {
                let more = line.trim();
                if !more.is_empty() && !last.value.is_empty() {
                    last.value.push(' ');
                }
                last.value.push_str(more);
            }
            continue;
        }
        match separator(line) {
            Some(at) if at > 0 => {
                let value = line[at + 1..].trim().to_owned();
                out.push(Trailer { key: line[..at].trim_end(), value });
                folds = true;
            }
            _ => folds = false,
        }
    }
    out
}

/// The body of a message: what stands between its subject, the first paragraph, and its trailers. Empty where there is
/// none.
pub fn body(message: &str) -> &str {
    let lines: Vec<&str> = message.split_inclusive('\n').collect();
    let lines = &lines[..end_of_text(&lines)];
    let Some(subject) = lines.iter().position(|line| !is_blank(line)) else { return "" };
    let from = lines[subject..].iter().position(|line| is_blank(line)).map_or(lines.len(), |blank| subject + blank);
    let to = block(lines).unwrap_or(lines.len()).max(from);
    let bytes = |to: usize| lines[..to].iter().map(|line| line.len()).sum::<usize>();
    message[bytes(from)..bytes(to)].trim()
}

/// The people that a trailer's value names, as (name, address): one for each `<...>`, or the whole value as a name.
/// Empty for an empty value and for an address of a page.
pub fn people(value: &str) -> Vec<(&str, &str)> {
    let mut out = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('<') {
        let Some((email, tail)) = after.split_once('>') else { break };
        let name = before.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&'));
        let name = name.strip_prefix("and ").unwrap_or(name).trim_matches('"');
        if !(name.is_empty() && email.trim().is_empty()) {
            out.push((name, email.trim()));
        }
        rest = tail;
    }
    if out.is_empty() && !value.contains("://") {
        let name = value.trim();
        match name.contains('@') && !name.contains(char::is_whitespace) {
            true => out.push(("", name)),
            false if !name.is_empty() => out.push((name, "")),
            false => {}
        }
    }
    out
}

/// The last `Change-Id: I...` that stands at the beginning of a line. Gerrit's hook writes it, and cherry-picks and
/// new patch sets keep it; an edit may push it out of the last paragraph, so it is looked for everywhere.
pub fn change_id(message: &str) -> Option<&str> {
    message.lines().rev().find_map(|line| {
        let id = line.strip_prefix("Change-Id:")?.trim();
        let hex = id.strip_prefix('I')?;
        (hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
    })
}

/// Another commit that a message speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention<'a> {
    /// Its id, maybe shortened.
    pub id: &'a str,
    /// Its subject, where the message quotes it. Histories that were rewritten keep the subjects and not the ids.
    pub subject: Option<&'a str>,
}

/// The commits that the message says it reverts: `This reverts commit <id>`, as git and the review systems write it,
/// with the subject where the message has one such line under `Revert "..."`.
pub fn reverts(message: &str) -> Vec<Mention<'_>> {
    const SAYS: &str = "This reverts commit";
    let mut out: Vec<Mention<'_>> = Vec::new();
    let mut rest = message;
    while let Some(at) = rest.find(SAYS) {
        let begins_line = at == 0 || rest.as_bytes()[at - 1] == b'\n';
        rest = &rest[at + SAYS.len()..];
        if begins_line
            && let Some(id) = leading_id(rest.trim_start())
            && out.iter().all(|mention| mention.id != id)
        {
            out.push(Mention { id, subject: None });
        }
    }
    if let [only] = out.as_mut_slice() {
        only.subject = subject(message).strip_prefix("Revert \"").and_then(|quoted| quoted.strip_suffix('"'));
    }
    out
}

/// The commits that the message says it repairs: lines `Fixes: <id> ("subject")`. They need not be trailers by git's
/// rules: many projects put them in a paragraph of their own.
pub fn fixes(message: &str) -> Vec<Mention<'_>> {
    let mut out: Vec<Mention<'_>> = Vec::new();
    for line in message.lines().skip(1) {
        let Some((key, value)) = line.split_once(':') else { continue };
        if key.eq_ignore_ascii_case("fixes") {
            let value = value.trim();
            let value = value.strip_prefix("commit ").unwrap_or(value);
            let Some(id) = leading_id(value) else { continue };
            let subject = value[id.len()..].trim().strip_prefix("(\"").and_then(|quoted| quoted.strip_suffix("\")"));
            if out.iter().all(|mention| mention.id != id) {
                out.push(Mention { id, subject });
            }
        }
    }
    out
}

/// The first line that is not blank.
fn subject(message: &str) -> &str {
    message.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim()
}

/// The subject as git prints it (`%s`): the lines of the first paragraph, without white space at their ends, in one.
pub(super) fn subject_as_git_has_it(message: &[u8]) -> Cow<'_, [u8]> {
    let mut lines = message.split(|byte| *byte == b'\n').map(|line| {
        let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\r')).map_or(0, |last| last + 1);
        &line[..end]
    });
    let Some(first) = lines.by_ref().find(|line| !line.is_empty()) else { return Cow::Borrowed(&[]) };
    let mut subject = Cow::Borrowed(first);
    for line in lines.take_while(|line| !line.is_empty()) {
        let subject = subject.to_mut();
        subject.push(b' ');
        subject.extend_from_slice(line);
    }
    subject
}

/// A commit id at the beginning: 7 to 64 hexadecimal digits and then no letter, digit or slash.
fn leading_id(text: &str) -> Option<&str> {
    let n = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let ends = !text[n..].starts_with(|c: char| c.is_alphanumeric() || c == '/' || c == '-');
    ((7..=64).contains(&n) && ends).then(|| &text[..n])
}

/// How many lines stand before the run of comments, blank lines and `Conflicts:` that may end a message.
fn end_of_text(lines: &[&str]) -> usize {
    let mut begins = None;
    let mut in_conflicts = false;
    for (at, line) in lines.iter().enumerate() {
        if *line == "Conflicts:\n" {
            in_conflicts = true;
        } else if !(line.starts_with('#') || *line == "\n" || in_conflicts && line.starts_with('\t')) {
            begins = None;
            in_conflicts = false;
            continue;
        }
        begins.get_or_insert(at);
    }
    begins.unwrap_or(lines.len())
}

/// The first line of the last paragraph, where that paragraph is one of trailers.
fn block(lines: &[&str]) -> Option<usize> {
    let first_body = lines.iter().position(|line| !line.starts_with('#') && is_blank(line))?;
    let (mut n_trailers, mut n_others, mut n_folded) = (0_u32, 0_u32, 0_u32);
    let mut by_git = false;
    let mut begun = false;
    for (at, line) in lines.iter().enumerate().skip(first_body).rev() {
        if line.starts_with('#') {
            n_others += std::mem::take(&mut n_folded);
        } else if is_blank(line) {
            if !begun {
                continue;
            }
            n_others += n_folded;
            let is_block = if by_git { n_trailers * 3 >= n_others } else { n_trailers > 0 && n_others == 0 };
            return is_block.then_some(at + 1);
        } else {
            begun = true;
            if line.starts_with("Signed-off-by: ") || line.starts_with("(cherry picked from commit ") {
                n_trailers += 1;
                n_folded = 0;
                by_git = true;
            } else if line.starts_with(|c: char| c.is_ascii_whitespace()) {
                n_folded += 1;
            } else if separator(line).is_some_and(|at| at > 0) {
                n_trailers += 1;
                n_folded = 0;
            } else {
                n_others += 1 + std::mem::take(&mut n_folded);
            }
        }
    }
    None
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|b| b.is_ascii_whitespace() || b == 0x0b)
}

/// Where the colon after a key stands: letters, digits and hyphens, then maybe spaces.
fn separator(line: &str) -> Option<usize> {
    let mut spaced = false;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b':' => return Some(at),
            b' ' | b'\t' if at > 0 => spaced = true,
            b'-' if !spaced => {}
            _ if byte.is_ascii_alphanumeric() && !spaced => {}
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn keys(message: &str) -> Vec<String> {
        trailers(message).into_iter().map(|t| format!("{}={}", t.key, t.value)).collect()
    }

    #[test]
    fn the_last_paragraph_counts_and_no_other() {
        let message = "s\n\nAcked-by: A <a@x>\n\nSigned-off-by: B <b@x>\nReviewed-by: C <c@x>\n";
        assert_eq!(keys(message), ["Signed-off-by=B <b@x>", "Reviewed-by=C <c@x>"]);
    }

    #[test]
    fn a_subject_is_never_a_trailer() {
        assert!(keys("Reviewed-by: A <a@x>\n").is_empty());
        assert!(keys("fix: this\nand: that\n").is_empty());
    }

    #[test]
    fn one_line_of_prose_spoils_a_paragraph_unless_git_signed_it() {
        assert!(keys("s\n\nprose\nAcked-by: A <a@x>\n").is_empty());
        assert_eq!(keys("s\n\nprose\nSigned-off-by: A <a@x>\n"), ["Signed-off-by=A <a@x>"]);
        assert!(keys("s\n\nprose one\nprose two\nprose three\nprose four\nSigned-off-by: A <a@x>\n").is_empty());
    }

    #[test]
    fn folded_lines_join_and_comments_and_conflicts_go() {
        let message = "s\n\nAcked-by: A\n  <a@x>\n# a comment\nCc: z\n\nConflicts:\n\tfile.c\n\tother.c\n";
        assert_eq!(keys(message), ["Acked-by=A <a@x>", "Cc=z"]);
    }

    #[test]
    fn the_body_is_what_stands_between_subject_and_trailers() {
        assert_eq!(body("s\n\nOne.\n\nTwo\nlines.\n\nAcked-by: A <a@x>\n"), "One.\n\nTwo\nlines.");
        assert_eq!(body("a long\nsubject\n\nbody"), "body");
        for message in ["", "\n", "s", "s\n", "s\n\nAcked-by: A <a@x>\n", "\n\ns\n\n\n"] {
            assert_eq!(body(message), "", "{message:?}");
        }
    }

    #[test]
    fn empty_and_blank_messages_have_none() {
        for message in ["", "\n", "\n\n\n", "s", "s\n\n", "#\n\n#\n", "s\n\n   \n"] {
            assert!(keys(message).is_empty(), "{message:?}");
        }
    }

    #[test]
    fn people_are_named_in_several_ways() {
        assert_eq!(people("Ann B <a@x>"), [("Ann B", "a@x")]);
        assert_eq!(people("Ann B <a@x>, and Cy <c@x> # thanks"), [("Ann B", "a@x"), ("Cy", "c@x")]);
        assert_eq!(people("a@x"), [("", "a@x")]);
        assert_eq!(people("Ann B"), [("Ann B", "")]);
        assert_eq!(people("<a@x>"), [("", "a@x")]);
        assert!(people("").is_empty());
        assert!(people("<>").len() <= 1);
        assert!(people("https://example.org/42").is_empty());
    }

    #[test]
    fn change_ids_are_found_anywhere_and_only_whole() {
        let id = "I0123456789012345678901234567890123456789";
        assert_eq!(change_id(&format!("s\n\nChange-Id: {id}\n\nReviewed-on: x\n")), Some(id));
        assert_eq!(change_id(&format!("s\n\n Change-Id: {id}\n")), None);
        assert_eq!(change_id("s\n\nChange-Id: I12\n"), None);
    }

    #[test]
    fn subjects_are_put_together_as_git_does_it() {
        let subject =
            |message: &str| String::from_utf8(subject_as_git_has_it(message.as_bytes()).into_owned()).unwrap();
        assert_eq!(subject("one\n\nbody\n"), "one");
        assert_eq!(subject("\n \t\n  one \r\n\ttwo  \n \nbody"), "  one \ttwo");
        assert_eq!(subject("one"), "one");
        assert_eq!(subject(" \n"), "");
    }

    #[test]
    fn reverts_and_fixes_name_commits() {
        let ids = |mentions: Vec<Mention<'_>>| mentions.iter().map(|mention| mention.id.to_owned()).collect::<Vec<_>>();
        let one = reverts("Revert \"x \"y\"\"\n\nThis reverts commit 0123456789abcdef.\n");
        assert_eq!(one, [Mention { id: "0123456789abcdef", subject: Some("x \"y\"") }]);
        assert_eq!(
            ids(reverts("Revert\n\nThis reverts commit\n0123456, reversing\nchanges made to 7654321.\n")),
            ["0123456"]
        );
        let two = reverts("Revert \"x\"\n\nThis reverts commit 0123456.\nThis reverts commit 7654321.\n");
        assert!(two.len() == 2 && two.iter().all(|mention| mention.subject.is_none()));
        assert!(reverts("s\n\nIt says: This reverts commit 0123456.\n").is_empty());
        assert!(reverts("s\n\nThis reverts commit zzz.\n").is_empty());
        let two = fixes("s\n\nFixes: 0123456789ab (\"x\")\nfixes: commit 7654321\n");
        assert_eq!(two[0], Mention { id: "0123456789ab", subject: Some("x") });
        assert_eq!(two[1], Mention { id: "7654321", subject: None });
        assert!(fixes("s\n\nFixes: #12\nFixes: https://example.org/1\nFixes: deadbee-issue\n").is_empty());
    }

    proptest! {
        #[test]
        fn no_message_is_too_odd(message in "(\\PC|[\\n\\t\u{1}#: ])*") {
            for trailer in trailers(&message) {
                prop_assert!(!trailer.key.is_empty());
                let _ = people(&trailer.value);
            }
            let _ = (change_id(&message), reverts(&message), fixes(&message));
            prop_assert!(message.contains(body(&message)));
        }

        #[test]
        fn well_formed_trailers_come_back(values in proptest::collection::vec("[A-Za-z]{1,8}", 1..6)) {
            let block: String = values.iter().map(|v| format!("Acked-by: {v} <{v}@x>\n")).collect();
            let found: Vec<String> = trailers(&format!("s\n\nbody\n\n{block}")).into_iter().map(|t| t.value).collect();
            let want: Vec<String> = values.iter().map(|v| format!("{v} <{v}@x>")).collect();
            prop_assert_eq!(found, want);
        }
    }
}
