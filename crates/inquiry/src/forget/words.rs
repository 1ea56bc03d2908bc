//! Texts as words, for finding names in them: letters and digits that stand together, in lower case, and where they stand.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// In lower case and composed, so that one name has one spelling.
    pub text: String,
    /// The bytes that it takes.
    pub span: Range<usize>,
}

/// The words of a text. What addresses write as `%C5%81` and markup as `&#321;` is read as the letter that it stands for.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let (letters, len) = match first {
            '%' => percent(&text[at..]),
            '&' => entity(&text[at..]),
            _ => None,
        }
        .unwrap_or((first.to_string(), first.len_utf8()));
        if letters.chars().all(|letter| letter.is_alphanumeric() || is_combining_mark(letter)) {
            match words.last_mut().filter(|word| word.span.end == at) {
                Some(word) => {
                    word.text.push_str(&letters);
                    word.span.end += len;
                }
                None => words.push(Word { text: letters, span: at..at + len }),
            }
        }
        at += len;
    }
    for word in &mut words {
        word.text = word.text.nfc().flat_map(char::to_lowercase).collect();
    }
    words
}

/// A letter as addresses write it, and how many bytes it takes there.
fn percent(text: &str) -> Option<(String, usize)> {
    let mut bytes = Vec::new();
    loop {
        let code = text.get(3 * bytes.len()..)?.strip_prefix('%')?.get(..2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        match std::str::from_utf8(&bytes) {
            Ok(letter) => return Some((letter.to_owned(), 3 * bytes.len())),
            Err(error) if error.error_len().is_some() => return None,
            Err(_) => {}
        }
    }
}

/// A letter as markup writes it by its number, and how many bytes it takes there.
fn entity(text: &str) -> Option<(String, usize)> {
    let (number, _) = text.strip_prefix("&#")?.split_once(';')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    Some((char::from_u32(code.ok()?)?.to_string(), number.len() + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, &str)> {
        words(text).into_iter().map(|word| (word.text, &text[word.span])).collect()
    }

    #[test]
    fn words_are_in_one_spelling_and_know_where_they_stand() {
        let of = |pairs: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
            pairs.iter().map(|(word, shown)| ((*word).to_owned(), *shown)).collect()
        };
        assert_eq!(found("[~Anna.KOWAL]:"), of(&[("anna", "Anna"), ("kowal", "KOWAL")]));
        assert_eq!(found("?by=%C5%81uk%20B"), of(&[("by", "by"), ("łuk", "%C5%81uk"), ("b", "B")]));
        assert_eq!(found("&#321;uk &#x141;a"), of(&[("łuk", "&#321;uk"), ("ła", "&#x141;a")]));
        assert_eq!(found("Ne\u{301}"), of(&[("né", "Ne\u{301}")]));
        for nothing in ["", "%", "%C", "%zz", "&#;", "&#1114112;", "%C5%zz"] {
            assert!(found(nothing).iter().all(|(word, shown)| word == &shown.to_lowercase()), "{nothing}");
        }
    }
}
