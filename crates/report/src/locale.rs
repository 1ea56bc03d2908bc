//! Numbers and dates as a reader's country writes them; the words of a report stay English.
//!
//! Everything in this crate, and every sentence that the diagnosis brings along, writes `1,234.5` and `14 March 2026`.
//! A locale dresses such text once, last, and never touches a name or something to type: so the sentences of a finding
//! get the same marks as the tables beside them.

/// In whose way numbers and dates are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// British: `1,234.5`, `22 Nov 2026`.
    #[default]
    EnGb,
    /// Polish: `1 234,5`, `22 lis 2026`.
    PlPl,
}

const MONTHS: [(&str, &str); 12] = [
    ("January", "sty"),
    ("February", "lut"),
    ("March", "mar"),
    ("April", "kwi"),
    ("May", "maj"),
    ("June", "cze"),
    ("July", "lip"),
    ("August", "sie"),
    ("September", "wrz"),
    ("October", "paź"),
    ("November", "lis"),
    ("December", "gru"),
];

const WEEKDAYS: [(&str, &str); 7] = [
    ("Mon", "pon."),
    ("Tue", "wt."),
    ("Wed", "śr."),
    ("Thu", "czw."),
    ("Fri", "pt."),
    ("Sat", "sob."),
    ("Sun", "niedz."),
];

impl Locale {
    /// The tag of the locale: `en-GB`, `pl-PL`.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::EnGb => "en-GB",
            Locale::PlPl => "pl-PL",
        }
    }

    /// Running text with its numbers and dates in this locale's way. Must be applied once only.
    pub(crate) fn dress(self, text: &str) -> String {
        self.numbers(&self.dates(text, false))
    }

    /// The same for the label of an axis, where a month may stand alone.
    pub(crate) fn dress_tick(self, text: &str) -> String {
        self.numbers(&self.dates(text, true))
    }

    /// Dates: a day of the month, a month, and mostly a year.
    fn dates(self, text: &str, months_stand_alone: bool) -> String {
        if !text.contains(|c: char| c.is_ascii_uppercase()) {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let words: Vec<&str> = text.split_inclusive([' ', '\u{a0}']).collect();
        for (i, word) in words.iter().enumerate() {
            let bare = word.trim_end_matches([' ', '\u{a0}']);
            let after_day = i.checked_sub(1).is_some_and(|before| is_day(words[before]));
            let letters = bare.trim_end_matches(|c: char| !c.is_alphanumeric());
            let month = month(letters).filter(|_| after_day || months_stand_alone);
            let before_day = words.get(i + 1).is_some_and(|next| is_day(next));
            let before_month = words.get(i + 2).is_some_and(|next| month_of(next).is_some());
            let weekday = WEEKDAYS.iter().find(|(word, _)| *word == letters && before_day && before_month);
            let dressed = match (month, weekday) {
                (Some((english, polish)), _) => Some(self.either(&english[..3], polish)),
                (None, Some((english, polish))) => Some(self.either(english, polish)),
                (None, None) => None,
            };
            match dressed {
                Some(dressed) => {
                    out.push_str(dressed);
                    out.push_str(&word[letters.len()..]);
                }
                None => out.push_str(word),
            }
        }
        out
    }

    fn either<'w>(self, english: &'w str, polish: &'w str) -> &'w str {
        match self {
            Locale::EnGb => english,
            Locale::PlPl => polish,
        }
    }

    /// Decimal marks, thousands, and the mark between two numbers of an interval.
    fn numbers(self, text: &str) -> String {
        if self == Locale::EnGb || !text.contains(|c: char| c.is_ascii_digit()) {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len() + 8);
        let mut rest = text;
        let mut in_brackets = false;
        while let Some(c) = rest.chars().next() {
            let part_of_a_word = out.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | ',' | '_' | '#'));
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(rest.len());
            if c.is_ascii_digit() && !part_of_a_word {
                let number = rest[..end].trim_end_matches(['.', ',']);
                out.push_str(&polish(number).unwrap_or_else(|| number.to_owned()));
                rest = &rest[number.len()..];
                continue;
            }
            in_brackets = (in_brackets || c == '[') && c != ']';
            let parts_numbers = c == ',' && in_brackets && out.ends_with(|c: char| c.is_ascii_digit());
            out.push(if parts_numbers { ';' } else { c });
            rest = &rest[c.len_utf8()..];
        }
        out
    }
}

/// `1,234.5` as `1 234,5`; nothing where the marks stand otherwise, as in a version.
fn polish(number: &str) -> Option<String> {
    let (whole, decimals) = match number.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (number, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = groups.all(|group| group.len() == 3 && is_digits(group));
    if !is_digits(first) || !grouped || decimals.is_some_and(|decimals| !is_digits(decimals)) {
        return None;
    }
    let whole = whole.replace(',', "\u{a0}");
    Some(decimals.map_or(whole.clone(), |decimals| format!("{whole},{decimals}")))
}

fn is_day(word: &str) -> bool {
    let bare = word.trim_end_matches([' ', '\u{a0}']).trim_start_matches(['(', '[']);
    word.ends_with([' ', '\u{a0}']) && bare.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
}

fn month_of(word: &str) -> Option<(&'static str, &'static str)> {
    month(word.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

/// By its whole name or its first three letters.
fn month(letters: &str) -> Option<(&'static str, &'static str)> {
    MONTHS.into_iter().find(|(english, _)| *english == letters || english[..3] == *letters)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn british_text_keeps_its_numbers_and_shortens_its_months() {
        let text = "up to 14 March 2026, 81 % [62, 93] of 1,226 decisions; Mon 16 Mar 2026, 09:10";
        let expected = "up to 14 Mar 2026, 81 % [62, 93] of 1,226 decisions; Mon 16 Mar 2026, 09:10";
        assert_eq!(Locale::EnGb.dress(text), expected);
    }

    #[test]
    fn polish_text_has_commas_spaces_and_its_own_months() {
        for (text, expected) in [
            ("3.4 times [2.1, 5.5] of 14,310 events.", "3,4 times [2,1; 5,5] of 14\u{a0}310 events."),
            ("Sayso 0.1.0, seed 20260314", "Sayso 0.1.0, seed 20260314"),
            ("up to 22 November 2026, p 0.003.", "up to 22 lis 2026, p 0,003."),
            ("Mon\u{a0}16\u{a0}Mar\u{a0}2026, 09:10", "pon.\u{a0}16\u{a0}mar\u{a0}2026, 09:10"),
            ("from 12 October 2025 to 1,000", "from 12 paź 2025 to 1\u{a0}000"),
            ("M08 and PRC-1.2, v2.1, 2026-03-14", "M08 and PRC-1,2, v2.1, 2026-03-14"),
            ("It may be that 5, 6 and 7 march", "It may be that 5, 6 and 7 march"),
        ] {
            assert_eq!(Locale::PlPl.dress(text), expected);
        }
    }

    #[test]
    fn a_month_stands_alone_only_on_an_axis() {
        assert_eq!(Locale::PlPl.dress_tick("Jan\u{a0}2026"), "sty\u{a0}2026");
        assert_eq!(Locale::PlPl.dress_tick("May"), "maj");
        assert_eq!(Locale::PlPl.dress("May they wait?"), "May they wait?");
        assert_eq!(Locale::PlPl.dress_tick("0.5"), "0,5");
    }

    proptest! {
        #[test]
        fn no_digit_is_lost_and_nothing_panics(text in "[ -~\u{a0}żé]{0,60}") {
            for locale in [Locale::EnGb, Locale::PlPl] {
                let digits = |s: &str| s.chars().filter(char::is_ascii_digit).collect::<String>();
                prop_assert_eq!(digits(&locale.dress(&text)), digits(&text));
                let _ = locale.dress_tick(&text);
            }
        }
    }
}
