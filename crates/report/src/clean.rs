//! Names as the record spells them, made safe to show: no control characters, no terminal sequences, no hidden order.

/// Longest name shown anywhere but in JSON and CSV, in characters.
const NAME_CHARS_MAX: usize = 120;

/// A name from the record, in one line, without anything that acts on the screen that shows it.
///
/// Control characters become their visible pictures, line breaks become spaces, marks that turn the order of reading
/// become `\u{FFFD}`, long names are cut with `…`. An empty name gives `not recorded`.
pub(crate) fn name(raw: &str) -> String {
    let whole = line(raw);
    let shown = whole.trim();
    if shown.is_empty() {
        return "not recorded".to_owned();
    }
    clip(shown, NAME_CHARS_MAX)
}

/// The same for a sentence: nothing is cut, and empty stays empty.
pub(crate) fn line(raw: &str) -> String {
    raw.chars().filter_map(visible).collect()
}

/// At most `chars_max` characters, the last of them `…` where something was cut.
pub(crate) fn clip(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// Whether a character does something to the screen or to the order of reading instead of standing on it.
pub(crate) fn acts(c: char) -> bool {
    c.is_control() || turns_order(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

fn visible(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        // The pictures of control characters stand in Unicode in the order of the characters themselves.
        '\0'..='\u{1F}' => char::from_u32(0x2400 + c as u32),
        '\u{7F}' => Some('\u{2421}'),
        '\u{FEFF}' | '\u{E0000}'..='\u{E007F}' => None,
        _ if c.is_control() || turns_order(c) => Some(char::REPLACEMENT_CHARACTER),
        _ => Some(c),
    }
}

fn turns_order(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_is_seen_and_not_obeyed() {
        assert_eq!(name("\u{1b}[31mred\u{9b}2J\u{7}"), "␛[31mred\u{FFFD}2J␇");
    }

    #[test]
    fn marks_that_turn_the_order_of_reading_are_replaced() {
        assert_eq!(name("invoice\u{202e}fdp.exe"), "invoice\u{FFFD}fdp.exe");
    }

    #[test]
    fn a_name_is_one_line_and_never_empty() {
        assert_eq!(name("two\r\nlines"), "two  lines");
        assert_eq!(name("  "), "not recorded");
        assert_eq!(name("\u{FEFF}"), "not recorded");
    }

    #[test]
    fn long_names_are_cut_by_characters_not_bytes() {
        let long = "ż".repeat(500);
        let shown = name(&long);
        assert_eq!(shown.chars().count(), NAME_CHARS_MAX);
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn letters_of_every_script_stay() {
        assert_eq!(name("wycena – מחיר – السعر – 価格"), "wycena – מחיר – السعر – 価格");
    }
}
