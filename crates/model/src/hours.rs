//! Working hours of a week: which hours of which weekday, as a person writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const DAY: u32 = 86_400;
const LONG_NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Working hours by weekday, on the wall clock. Spans are half-open, in order, and do not touch.
///
/// Written as `Mon-Fri 09:00-17:00`, `Mon-Thu 08:00-12:00 13:00-17:00; Fri 08:00-14:00` or `9-17` (Monday to Friday).
/// A span that ends before it begins runs past midnight: `Mon-Fri 22:00-06:00`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WeekHours {
    /// Monday first; seconds since midnight.
    days: [Vec<(u32, u32)>; 7],
}

/// Working hours that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read the working hours `{text}`: {what}")]
pub struct HoursError {
    /// What was written.
    pub text: String,
    /// What is wrong with it.
    pub what: String,
}

impl HoursError {
    /// What can be written instead.
    pub fn hint(&self) -> &'static str {
        "write them as `Mon-Fri 09:00-17:00`, or `Mon-Thu 08:00-12:00 13:00-17:00; Fri 08:00-14:00`"
    }
}

impl WeekHours {
    /// Monday to Friday, 09:00-17:00.
    pub fn office() -> Self {
        let mut week = Self::none();
        week.days[..5].fill(vec![(9 * 3_600, 17 * 3_600)]);
        week
    }

    /// No hour at all.
    pub fn none() -> Self {
        Self { days: Default::default() }
    }

    /// Every hour.
    pub fn always() -> Self {
        let mut week = Self::none();
        week.days.fill(vec![(0, DAY)]);
        week
    }

    /// The spans of a weekday, 0 = Monday, as seconds since midnight; empty for a day off and for 7 or more.
    pub fn of_weekday(&self, weekday: usize) -> &[(u32, u32)] {
        self.days.get(weekday).map_or(&[], Vec::as_slice)
    }

    /// Hours of a whole week, 0 to 168.
    pub fn hours_a_week(&self) -> f64 {
        let seconds: u32 = self.days.iter().flatten().map(|(start, end)| end - start).sum();
        f64::from(seconds) / 3_600.0
    }

    fn add(&mut self, weekday: usize, start: u32, end: u32) {
        if start < end {
            self.days[weekday].push((start, end));
        } else {
            self.days[weekday].push((start, DAY));
            self.days[(weekday + 1) % 7].push((0, end));
        }
    }

    /// Puts every day in order and joins what touches; false where spans overlap.
    fn settle(&mut self) -> bool {
        let mut is_clean = true;
        for day in &mut self.days {
            day.retain(|(start, end)| start < end);
            day.sort_unstable();
            is_clean &= day.windows(2).all(|pair| pair[0].1 <= pair[1].0);
            day.dedup_by(|next, last| {
                let touches = last.1 == next.0;
                if touches {
                    last.1 = next.1;
                }
                touches
            });
        }
        is_clean
    }
}

impl Default for WeekHours {
    /// [`WeekHours::office`].
    fn default() -> Self {
        Self::office()
    }
}

impl FromStr for WeekHours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let wrong = |what: String| HoursError { text: text.to_owned(), what };
        let mut week = Self::none();
        let mut n_spans = 0;
        for clause in text.split(';').map(str::trim).filter(|clause| !clause.is_empty()) {
            let mut days: Vec<usize> = Vec::new();
            let n_spans_before = n_spans;
            for word in clause.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
                if word.starts_with(|first: char| first.is_ascii_digit()) {
                    if days.is_empty() {
                        days.extend(0..5);
                    }
                    let (start, end) = span(word).map_err(&wrong)?;
                    days.iter().for_each(|day| week.add(*day, start, end));
                    n_spans += 1;
                } else if n_spans > n_spans_before {
                    return Err(wrong(format!("`{word}` stands after a time; put `;` before the next days")));
                } else {
                    days.extend(weekdays(word).map_err(&wrong)?);
                }
            }
            if n_spans == n_spans_before {
                return Err(wrong(format!("`{clause}` names no times")));
            }
        }
        if n_spans == 0 {
            return Err(wrong("there are none".to_owned()));
        }
        if !week.settle() {
            return Err(wrong("two spans of a day overlap".to_owned()));
        }
        Ok(week)
    }
}

impl fmt::Display for WeekHours {
    /// `Mon-Thu 08:00-12:00 13:00-17:00; Fri 08:00-14:00`; `none` for a week without hours.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        let mut day = 0;
        while day < 7 {
            let spans = &self.days[day];
            let last = (day..7).take_while(|other| &self.days[*other] == spans).last().unwrap_or(day);
            if !spans.is_empty() {
                f.write_str(if is_first { "" } else { "; " })?;
                is_first = false;
                f.write_str(NAMES[day])?;
                if last > day {
                    write!(f, "-{}", NAMES[last])?;
                }
                for (start, end) in spans {
                    write!(f, " {}-{}", clock(*start), clock(*end))?;
                }
            }
            day = last + 1;
        }
        if is_first { f.write_str("none") } else { Ok(()) }
    }
}

fn clock(second: u32) -> String {
    format!("{:02}:{:02}", second / 3_600, second / 60 % 60)
}

fn weekdays(word: &str) -> Result<Vec<usize>, String> {
    let day = |name: &str| {
        let lower = name.to_ascii_lowercase();
        LONG_NAMES
            .iter()
            .position(|long| lower.len() >= 3 && long.starts_with(&lower))
            .ok_or_else(|| format!("`{name}` is not a weekday such as `Mon`"))
    };
    let Some((first, last)) = word.split_once('-') else { return Ok(vec![day(word)?]) };
    let (first, last) = (day(first)?, day(last)?);
    Ok((0..=(last + 7 - first) % 7).map(|i| (first + i) % 7).collect())
}

fn span(word: &str) -> Result<(u32, u32), String> {
    let (start, end) = word.split_once('-').ok_or_else(|| format!("`{word}` is not a span such as `09:00-17:00`"))?;
    let (start, end) = (second(start)?, second(end)?);
    if start == end || start == DAY {
        return Err(format!("`{word}` is empty"));
    }
    Ok((start, end))
}

fn second(word: &str) -> Result<u32, String> {
    let (hour, minute) = word.split_once(':').unwrap_or((word, "00"));
    let number =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten();
    match (number(hour), number(minute)) {
        (Some(24), Some(0)) => Ok(DAY),
        (Some(hour @ 0..=23), Some(minute @ 0..=59)) => Ok((hour * 60 + minute) * 60),
        _ => Err(format!("`{word}` is not a time of day such as `09:00`")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match text.parse::<WeekHours>() {
            Ok(week) => week.to_string(),
            Err(error) => error.what,
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn what_people_write() {
        check("Mon-Fri 09:00-17:00", "Mon-Fri 09:00-17:00");
        check("9-17", "Mon-Fri 09:00-17:00");
        check(
            "monday-thursday 8:00-12:00 13:00-17:30; friday 8-14",
            "Mon-Thu 08:00-12:00 13:00-17:30; Fri 08:00-14:00",
        );
        check("Mon, Wed 10:00-12:00", "Mon 10:00-12:00; Wed 10:00-12:00");
        check("Sun-Thu 09:00-17:00", "Mon-Thu 09:00-17:00; Sun 09:00-17:00");
        check("Mon 09:00-12:00 12:00-17:00", "Mon 09:00-17:00");
        check("Mon-Sun 00:00-24:00", "Mon-Sun 00:00-24:00");
    }

    #[test]
    fn a_night_shift_runs_into_the_next_day() {
        check("Fri 22:00-06:00", "Fri 22:00-24:00; Sat 00:00-06:00");
        check("Sun 22:00-06:00", "Mon 00:00-06:00; Sun 22:00-24:00");
        check("Mon 20:00-24:00", "Mon 20:00-24:00");
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        check("", "there are none");
        check("Mon-Fri", "`Mon-Fri` names no times");
        check("Mon 9-17; Tue", "`Tue` names no times");
        check("Mon 9-25", "`25` is not a time of day such as `09:00`");
        check("Mon 9", "`9` is not a span such as `09:00-17:00`");
        check("Mon 9-9", "`9-9` is empty");
        check("Mon 9-+1", "`+1` is not a time of day such as `09:00`");
        check("Montag 9-17", "`Montag` is not a weekday such as `Mon`");
        check("Mo 9-17", "`Mo` is not a weekday such as `Mon`");
        check("Fun 9-17", "`Fun` is not a weekday such as `Mon`");
        check("Mon 9-12 11-17", "two spans of a day overlap");
        check("Mon 9-12 Tue 9-12", "`Tue` stands after a time; put `;` before the next days");
    }

    #[test]
    fn hours_of_a_week() {
        assert_eq!(WeekHours::office().hours_a_week(), 40.0);
        assert_eq!(WeekHours::none().hours_a_week(), 0.0);
        assert_eq!(WeekHours::always().hours_a_week(), 168.0);
        assert_eq!(WeekHours::none().to_string(), "none");
        assert!(WeekHours::office().of_weekday(7).is_empty());
    }
}
