//! Times as Jira writes them: with offsets without colon, as numbers, and as the many local layouts of its exports.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;

/// Numbers from here on are milliseconds: as seconds they would lie beyond the year 5000.
const MILLIS_FROM: i64 = 100_000_000_000;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A time in JSON: text as it is, seconds or milliseconds since 1970 as RFC 3339; `None` where it is neither.
pub(super) fn of_json(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(match text.parse::<i64>() {
            Ok(number) if text.len() > 8 => Cow::Owned(of_number(number)?),
            _ => Cow::Borrowed(text),
        }),
        Value::Number(number) => Some(Cow::Owned(of_number(number.as_i64()?)?)),
        _ => None,
    }
}

fn of_number(number: i64) -> Option<String> {
    let at =
        if number.abs() >= MILLIS_FROM { Timestamp::from_millisecond(number) } else { Timestamp::from_second(number) };
    at.ok().map(|at| at.to_string())
}

/// A time of an RSS file (`Fri, 5 Jun 2026 13:55:18 +0000`) as RFC 3339; what cannot be read stays as it is.
pub(super) fn of_rss(text: &str) -> Cow<'_, str> {
    match rfc2822::DateTimeParser::new().parse_timestamp(text.trim()) {
        Ok(at) => Cow::Owned(at.to_string()),
        Err(_) => Cow::Borrowed(text),
    }
}

/// Which of two numbers is the day, in layouts that do not say it (`6/21/2025`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DayPlace {
    /// A first number above 12 was seen.
    pub first: bool,
    /// A second number above 12 was seen.
    pub second: bool,
}

impl DayPlace {
    /// Learns from a cell.
    pub fn see(&mut self, text: &str) {
        if let Some(parts) = Parts::of(text)
            && let (Part::Number(first, _), Part::Number(second, _), false) =
                (parts.date[0], parts.date[1], parts.is_iso())
        {
            self.first |= (13..=31).contains(&first);
            self.second |= (13..=31).contains(&second);
        }
    }
}

/// A local time of an export, in ISO 8601 without offset; `None` where it cannot be read, or the day cannot be told from
/// the month.
pub(super) fn of_export(text: &str, days: DayPlace) -> Option<String> {
    let parts = Parts::of(text)?;
    let [a, b, c] = parts.date;
    let (year, month, day) = match (a, b, c) {
        (Part::Number(year, 4), month, Part::Number(day, _)) => (year, month.month()?, day),
        (Part::Number(day, _), Part::Month(month), Part::Number(year, digits)) => (full(year, digits)?, month, day),
        (Part::Month(month), Part::Number(day, _), Part::Number(year, digits)) => (full(year, digits)?, month, day),
        (Part::Number(first, _), Part::Number(second, _), Part::Number(year, digits)) => {
            let is_day_first = match (first > 12, second > 12, days.first, days.second) {
                (true, false, ..) => true,
                (false, true, ..) => false,
                (false, false, true, false) => true,
                (false, false, false, true) => false,
                _ if first == second => true,
                _ => return None,
            };
            let (day, month) = if is_day_first { (first, second) } else { (second, first) };
            (full(year, digits)?, month, day)
        }
        _ => return None,
    };
    let is_possible = (1..=12).contains(&month) && (1..=31).contains(&day);
    is_possible.then(|| format!("{year:04}-{month:02}-{day:02}{}", parts.time))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A number, and how many digits it is written with.
    Number(u32, usize),
    Month(u32),
}

impl Part {
    fn of(text: &str) -> Option<Part> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Part::Number(text.parse().ok()?, text.len()));
        }
        let lower = text.to_lowercase();
        let at = MONTHS.iter().position(|month| lower.starts_with(month))?;
        lower.chars().all(|c| c.is_alphabetic() || c == '.').then_some(Part::Month(at as u32 + 1))
    }

    fn month(self) -> Option<u32> {
        match self {
            Part::Number(month, _) | Part::Month(month) => Some(month).filter(|month| (1..=12).contains(month)),
        }
    }
}

/// A date in three parts, and the time of day in ISO 8601 with its `T`, empty where there is none.
struct Parts {
    date: [Part; 3],
    time: String,
}

impl Parts {
    fn of(text: &str) -> Option<Parts> {
        let text = text.trim();
        let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
        let mut parts = date.split(['/', '-', '.']).map(Part::of);
        let date = [parts.next()??, parts.next()??, parts.next()??];
        if parts.next().is_some() {
            return None;
        }
        Some(Parts { date, time: time_of_day(time.trim().trim_start_matches(','))? })
    }

    fn is_iso(&self) -> bool {
        matches!(self.date[0], Part::Number(_, 4))
    }
}

fn full(year: u32, digits: usize) -> Option<u32> {
    match (digits, year) {
        (4, _) => Some(year),
        // Jira is of 2002.
        (2, 0..70) => Some(2000 + year),
        (2, _) => Some(1900 + year),
        _ => None,
    }
}

/// `3:04 PM`, `15:04`, `15:04:05` in ISO 8601, also with an offset behind it; nothing where there is nothing.
fn time_of_day(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some(String::new());
    }
    let at = text.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(text.len());
    let (clock, rest) = text.split_at(at);
    let mut numbers = clock.splitn(3, ':');
    let hour: u32 = numbers.next()?.parse().ok()?;
    let minute: u32 = numbers.next()?.parse().ok()?;
    let second = numbers.next().unwrap_or("00");
    let rest = rest.trim();
    let half: String = rest.chars().filter(|c| !matches!(c, '.' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    let (hour, rest) = match half.to_lowercase().as_str() {
        "am" => (hour % 12, ""),
        "pm" => (hour % 12 + 12, ""),
        _ => (hour, rest),
    };
    (hour < 25 && minute < 60).then(|| format!("T{hour:02}:{minute:02}:{second:0>2}{rest}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_seconds_or_milliseconds_and_text_stays() {
        for (value, text) in [
            (json!(1_492_070_429), Some("2017-04-13T08:00:29Z")),
            (json!(1_492_070_429_123_i64), Some("2017-04-13T08:00:29.123Z")),
            (json!("1492070429123"), Some("2017-04-13T08:00:29.123Z")),
            (json!("2020-06-12T08:13:13.360+0800"), Some("2020-06-12T08:13:13.360+0800")),
            (json!(""), None),
            (json!(null), None),
        ] {
            assert_eq!(of_json(&value).as_deref(), text);
        }
    }

    #[test]
    fn rss_writes_times_as_mail_does() {
        assert_eq!(of_rss("Fri, 5 Jun 2026 13:55:18 +0200"), "2026-06-05T11:55:18Z");
        assert_eq!(of_rss("soon"), "soon");
    }

    #[test]
    fn exports_write_dates_in_many_ways() {
        let days = DayPlace::default();
        for (text, iso) in [
            ("2/Jan/06 3:04 PM", "2006-01-02T15:04:00"),
            ("2/Jan/2006 12:04 AM", "2006-01-02T00:04:00"),
            ("02/Jan/06 12:04 PM", "2006-01-02T12:04:00"),
            ("2/Jan/06 15:04", "2006-01-02T15:04:00"),
            ("2006-01-02 15:04", "2006-01-02T15:04:00"),
            ("2006-01-02 15:04:05", "2006-01-02T15:04:05"),
            ("2006-01-02T15:04:05+0100", "2006-01-02T15:04:05+0100"),
            ("Jan/2/06 3:04 pm", "2006-01-02T15:04:00"),
            ("2/Jan/06", "2006-01-02"),
            ("21.06.2025 16:14", "2025-06-21T16:14:00"),
            ("6/21/2025 16:14", "2025-06-21T16:14:00"),
            ("6/6/2025 16:14", "2025-06-06T16:14:00"),
        ] {
            assert_eq!(of_export(text, days).as_deref(), Some(iso), "{text}");
        }
        for text in ["", "soon", "2/Xyz/06", "6/7/2025 16:14", "1/2", "99/99/2025", "2/Jan/06 25:99"] {
            assert_eq!(of_export(text, days), None, "{text}");
        }
    }

    #[test]
    fn other_cells_say_which_number_is_the_day() {
        let mut days = DayPlace::default();
        days.see("6/21/2025 16:14");
        assert_eq!(of_export("6/7/2025 16:14", days).unwrap(), "2025-06-07T16:14:00");
        let mut days = DayPlace::default();
        days.see("21/6/2025");
        assert_eq!(of_export("6/7/2025 16:14", days).unwrap(), "2025-07-06T16:14:00");
        days.see("6/21/2025");
        assert_eq!(of_export("6/7/2025 16:14", days), None, "they contradict each other");
    }
}
