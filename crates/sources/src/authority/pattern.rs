//! Path patterns of all formats as one small automaton, and their likeness as globs over areas.

/// A pattern over paths from the root of a repository. Matching takes time by pattern times path, never more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    /// What every path that matches begins with.
    prefix: String,
    tokens: Vec<Token>,
}

/// One step of a pattern. What spans two steps is pushed as two.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Literal(char),
    /// One character that is no `/`.
    One,
    /// Any number of characters without `/`.
    Many,
    /// One character out of ranges, or none of them; never `/`.
    Set {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// Nothing, or folders up to and with a `/`; the second of the two steps is [`Token::InFolders`].
    Folders,
    InFolders,
    /// Nothing, or a `/` and anything; the second of the two steps is [`Token::Anything`].
    Below,
    /// Any number of characters.
    Anything,
}

impl Pattern {
    /// One character as it is.
    pub fn literal(&mut self, c: char) {
        if self.tokens.is_empty() {
            self.prefix.push(c);
        } else {
            self.tokens.push(Token::Literal(c));
        }
    }

    /// One character that is no `/`.
    pub fn one(&mut self) {
        self.tokens.push(Token::One);
    }

    /// Any number of characters without `/`.
    pub fn many(&mut self) {
        if self.tokens.last() != Some(&Token::Many) {
            self.tokens.push(Token::Many);
        }
    }

    /// One character out of ranges, or out of none of them; never `/`.
    pub fn set(&mut self, negated: bool, ranges: Vec<(char, char)>) {
        self.tokens.push(Token::Set { negated, ranges });
    }

    /// Nothing, or folders up to and with a `/`.
    pub fn folders(&mut self) {
        self.tokens.extend([Token::Folders, Token::InFolders]);
    }

    /// Nothing, or a `/` and anything.
    pub fn below(&mut self) {
        self.tokens.extend([Token::Below, Token::Anything]);
    }

    /// At least one character of any kind.
    pub fn something(&mut self) {
        self.tokens.extend([Token::One, Token::Anything]);
    }

    /// Any number of characters of any kind.
    pub fn anything(&mut self) {
        self.tokens.push(Token::Anything);
    }

    /// Whether a whole path matches.
    pub fn matches(&self, path: &str) -> bool {
        let Some(rest) = path.strip_prefix(self.prefix.as_str()) else { return false };
        if self.tokens.is_empty() {
            return rest.is_empty();
        }
        let n = self.tokens.len();
        let mut now = vec![false; n + 1];
        let mut next = vec![false; n + 1];
        now[0] = true;
        self.skip(&mut now);
        for c in rest.chars() {
            next.fill(false);
            for (at, token) in self.tokens.iter().enumerate().filter(|(at, _)| now[*at]) {
                match token {
                    Token::Literal(want) => next[at + 1] |= c == *want,
                    Token::One => next[at + 1] |= c != '/',
                    Token::Set { negated, ranges } => {
                        let is_in = ranges.iter().any(|(from, to)| (*from..=*to).contains(&c));
                        next[at + 1] |= c != '/' && is_in != *negated;
                    }
                    Token::Many => next[at] |= c != '/',
                    Token::Anything => next[at] = true,
                    Token::InFolders => {
                        next[at] = true;
                        next[at + 1] |= c == '/';
                    }
                    Token::Below => next[at + 1] |= c == '/',
                    Token::Folders => {}
                }
            }
            std::mem::swap(&mut now, &mut next);
            self.skip(&mut now);
            if !now.contains(&true) {
                return false;
            }
        }
        now[n]
    }

    /// Goes on over steps that need no character. Every such step leads forward, so one pass is enough.
    fn skip(&self, states: &mut [bool]) {
        for (at, token) in self.tokens.iter().enumerate() {
            if !states[at] {
                continue;
            }
            match token {
                Token::Many | Token::Anything => states[at + 1] = true,
                Token::Folders => {
                    states[at + 1] = true;
                    states[at + 2] = true;
                }
                Token::Below => states[at + 2] = true,
                Token::Literal(_) | Token::One | Token::Set { .. } | Token::InFolders => {}
            }
        }
    }
}

/// Whether a set is negated, its ranges, and what follows it.
type Set<'a> = (bool, Vec<(char, char)>, &'a str);

/// Reads a set whose `[` stands before `rest`; `None` where it does not end.
pub(super) fn set(rest: &str) -> Option<Set<'_>> {
    let negated = rest.starts_with(['!', '^']);
    let mut chars = rest.char_indices().skip(usize::from(negated)).peekable();
    let mut ranges: Vec<(char, char)> = Vec::new();
    loop {
        let (at, mut from) = chars.next()?;
        if from == ']' && !ranges.is_empty() {
            return Some((negated, ranges, &rest[at + 1..]));
        }
        if from == '\\' {
            from = chars.next()?.1;
        }
        let mut to = from;
        if chars.peek().is_some_and(|(_, c)| *c == '-') && rest[chars.peek()?.0 + 1..].chars().next()? != ']' {
            chars.next();
            to = chars.next()?.1;
            if to == '\\' {
                to = chars.next()?.1;
            }
        }
        ranges.push((from, to));
    }
}

/// A character as it stands for itself in a glob over areas.
pub(super) fn push_literal(glob: &mut String, c: char) {
    if matches!(c, '*' | '?' | '[' | '{' | '}' | '\\') {
        glob.extend(['[', c, ']']);
    } else {
        glob.push(c);
    }
}

/// A piece of an area's glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A character that stands for itself.
    Char(char),
    /// `*`
    Star,
    /// `?`
    Mark,
    /// A class as written, with its brackets.
    Class(String),
}

/// Reads one folder or file name of an area's glob; `None` where the glob says more than these pieces can.
pub(super) fn pieces(segment: &str) -> Option<Vec<Piece>> {
    let mut out = Vec::new();
    let mut rest = segment;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '*' => out.push(Piece::Star),
            '?' => out.push(Piece::Mark),
            '{' | '}' => return None,
            '\\' => {
                let escaped = after.chars().next()?;
                out.push(Piece::Char(escaped));
                rest = &after[escaped.len_utf8()..];
                continue;
            }
            '[' => {
                // A `]` that stands first belongs to the class.
                let from = usize::from(after.starts_with(['!', '^']));
                let first = after[from..].chars().next()?;
                let end = from + first.len_utf8() + after[from + first.len_utf8()..].find(']')?;
                let inner = &after[..end];
                let mut chars = inner.chars();
                out.push(match (chars.next(), chars.next()) {
                    (Some(only), None) => Piece::Char(only),
                    _ => Piece::Class(rest[..end + 2].to_owned()),
                });
                rest = &after[end + 1..];
                continue;
            }
            c => out.push(Piece::Char(c)),
        }
        rest = after;
    }
    Some(out)
}

/// The globs that a glob with alternatives (`{a,b}`) stands for; itself where it has none or they do not end.
pub(super) fn alternatives(glob: &str) -> Vec<String> {
    let Some((open, close)) = innermost(glob) else { return vec![glob.to_owned()] };
    let (before, inner, after) = (&glob[..open], &glob[open + 1..close], &glob[close + 1..]);
    inner.split(',').flat_map(|each| alternatives(&format!("{before}{each}{after}"))).take(1_000).collect()
}

/// The first pair of braces with no other within, outside of classes.
fn innermost(glob: &str) -> Option<(usize, usize)> {
    let mut open = None;
    let mut in_class = false;
    for (at, c) in glob.char_indices() {
        match c {
            '[' if !in_class => in_class = true,
            ']' if in_class && !glob[..at].ends_with('[') => in_class = false,
            '{' if !in_class => open = Some(at),
            '}' if !in_class && open.is_some() => return open.map(|open| (open, at)),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn steps_that_may_be_nothing_may_be_much() {
        let mut pattern = Pattern::default();
        "a/".chars().for_each(|c| pattern.literal(c));
        pattern.folders();
        pattern.many();
        pattern.literal('c');
        pattern.below();
        for (path, want) in [("a/c", true), ("a/b/x/cc/d/e", true), ("a/b/c", true), ("a/cd", false), ("b/c", false)] {
            assert_eq!(pattern.matches(path), want, "{path}");
        }
        assert!(!pattern.matches("a/"));
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_not() {
        let mut pattern = Pattern::default();
        for _ in 0..200 {
            pattern.many();
            pattern.literal('a');
        }
        pattern.literal('b');
        assert!(!pattern.matches(&"a".repeat(5_000)));
    }

    #[test]
    fn alternatives_unfold_and_escapes_do_not() {
        assert_eq!(alternatives("a/{b,c{d,e}}/**"), ["a/b/**", "a/cd/**", "a/b/**", "a/ce/**"]);
        assert_eq!(alternatives("a[{]b"), ["a[{]b"]);
        assert_eq!(alternatives("a{b"), ["a{b"]);
        assert_eq!(pieces("[*]x*[a-c]?").unwrap().len(), 5);
        assert_eq!(pieces("[]]").unwrap(), [Piece::Char(']')]);
        assert!(pieces("{a,b}").is_none());
    }
}
