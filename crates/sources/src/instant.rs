//! Instants as files write them: offsets with and without colon, decimal commas, days, 24:00, local times.

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::EventSink;
use sayso_model::time::Instant;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// No place on Earth is further than this from UTC; what claims to be is a typing error.
const OFFSET_MAX_MIN: i32 = 18 * 60;

/// An instant, and what had to be assumed or cut to get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The instant.
    pub at: Instant,
    /// The offset that was written, in minutes east of UTC. `None` for a local time, and for `-00:00`, which says
    /// that the offset is not known.
    pub utc_offset_min: Option<i16>,
    /// No offset was written; the given zone, or UTC, was taken.
    pub zone_assumed: bool,
    /// Only a day was written; its midnight was taken.
    pub day: bool,
    /// Digits finer than a microsecond were cut, and they were not all zero.
    pub cut: bool,
    /// `24:00` was written, and read as midnight of the next day.
    pub hour24: bool,
}

impl Written {
    /// Enters what was assumed into the books.
    pub fn note(&self, place: &str, text: &str, sink: &mut dyn EventSink) {
        for (is, note) in [
            (self.zone_assumed && !self.day, Note::ZoneAssumed),
            (self.day, Note::DayPrecision),
            (self.cut, Note::FractionCut),
            (self.hour24, Note::Hour24),
        ] {
            if is {
                sink.note(place, note, text);
            }
        }
    }

    /// Whether nothing had to be assumed or cut.
    pub fn is_exact(&self) -> bool {
        !(self.zone_assumed || self.day || self.cut || self.hour24)
    }
}

/// Reads an instant: RFC 3339 and ISO 8601 extended, and their common deviations.
///
/// `T`, `t` or a space between day and time; `.` or `,` before the fraction; offsets `Z`, `+01:00`, `+0100`, `+01`,
/// with or without a space before, or `UTC`; no offset (then `zone`, or UTC); no time (then midnight); no seconds;
/// `24:00`; a leap second, which counts as the second after.
///
/// # Errors
/// [`Reason::TimeMissing`] where nothing is written, [`Reason::TimePlaceholder`] for the years 1 and 9999, which
/// programs write for "unknown" and "never", [`Reason::TimeUnreadable`] for all else.
pub fn read(text: &str, zone: Option<&TimeZone>) -> Result<Written, Reason> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Err(Reason::TimeMissing);
    }
    let parts = Parts::scan(text.as_bytes()).ok_or(Reason::TimeUnreadable)?;
    parts.written(zone)
}

/// Reads an instant that is written in a given way, in the notation of `strftime` (`%d/%m/%Y %H:%M`).
///
/// # Errors
/// As [`read`].
pub fn read_as(text: &str, format: &str, zone: Option<&TimeZone>) -> Result<Written, Reason> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Err(Reason::TimeMissing);
    }
    let broken = strtime::parse(format, text).map_err(|_| Reason::TimeUnreadable)?;
    let date = broken.to_date().map_err(|_| Reason::TimeUnreadable)?;
    let time = match broken.hour() {
        Some(_) => Some(broken.to_time().map_err(|_| Reason::TimeUnreadable)?),
        None => None,
    };
    let at = time.unwrap_or_else(jiff::civil::Time::midnight);
    Parts {
        year: i32::from(date.year()),
        month: u8::try_from(date.month()).unwrap_or(0),
        day: u8::try_from(date.day()).unwrap_or(0),
        hour: u8::try_from(at.hour()).unwrap_or(0),
        minute: u8::try_from(at.minute()).unwrap_or(0),
        second: u8::try_from(at.second()).unwrap_or(0),
        micros: at.subsec_nanosecond() / 1_000,
        cut: at.subsec_nanosecond() % 1_000 != 0,
        has_time: time.is_some(),
        offset: broken.offset().map_or(Offset::None, |offset| Offset::Minutes(offset.seconds() / 60)),
    }
    .written(zone)
}

#[derive(Clone, Copy)]
enum Offset {
    None,
    /// `-00:00`: the instant is in UTC, the place is not known.
    Unknown,
    Minutes(i32),
}

struct Parts {
    year: i32,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    micros: i32,
    cut: bool,
    has_time: bool,
    offset: Offset,
}

impl Parts {
    fn scan(text: &[u8]) -> Option<Parts> {
        let mut scan = Scan { text, at: 0 };
        let mut parts = Parts {
            year: i32::try_from(scan.digits(4)?).ok()?,
            month: 0,
            day: 0,
            hour: 0,
            minute: 0,
            second: 0,
            micros: 0,
            cut: false,
            has_time: false,
            offset: Offset::None,
        };
        scan.expect(b'-')?;
        parts.month = scan.two()?;
        scan.expect(b'-')?;
        parts.day = scan.two()?;
        let separated = matches!(scan.peek(), Some(b'T' | b't' | b' '));
        if separated && scan.text.get(scan.at + 1).is_some_and(u8::is_ascii_digit) {
            scan.at += 1;
            parts.has_time = true;
            parts.hour = scan.two()?;
            scan.expect(b':')?;
            parts.minute = scan.two()?;
            if scan.peek() == Some(b':') {
                scan.at += 1;
                parts.second = scan.two()?;
                if matches!(scan.peek(), Some(b'.' | b',')) {
                    scan.at += 1;
                    (parts.micros, parts.cut) = scan.fraction()?;
                }
            }
        }
        while scan.peek() == Some(b' ') {
            scan.at += 1;
        }
        parts.offset = scan.offset()?;
        (scan.at == text.len()).then_some(parts)
    }

    fn written(&self, zone: Option<&TimeZone>) -> Result<Written, Reason> {
        let leap = self.second == 60;
        let hour24 = self.hour == 24;
        if !(1..=12).contains(&self.month)
            || self.day == 0
            || self.day > days_in_month(self.year, self.month)
            || self.hour > 24
            || self.minute > 59
            || self.second > 60
            || hour24 && (self.minute != 0 || self.second != 0 || self.micros != 0 || self.cut)
        {
            return Err(Reason::TimeUnreadable);
        }
        if self.year == 9999 || self.year <= 1 {
            return Err(Reason::TimePlaceholder);
        }
        let seconds = days_from_epoch(self.year, self.month, self.day) * SECONDS_PER_DAY
            + i64::from(self.hour) * 3_600
            + i64::from(self.minute) * 60
            + i64::from(self.second);
        let local = seconds * MICROS_PER_SECOND + i64::from(self.micros);
        let (micros, utc_offset_min, zone_assumed) = match self.offset {
            Offset::Minutes(minutes) => {
                (local - i64::from(minutes) * 60 * MICROS_PER_SECOND, i16::try_from(minutes).ok(), false)
            }
            Offset::Unknown => (local, None, false),
            Offset::None => match zone {
                None => (local, None, true),
                Some(zone) => (self.in_zone(zone, leap, hour24).ok_or(Reason::TimeUnreadable)?, None, true),
            },
        };
        let at = Instant::from_micros(micros);
        Ok(Written { at, utc_offset_min, zone_assumed, day: !self.has_time, cut: self.cut, hour24 })
    }

    /// A local time that the clocks skipped is moved forward; one that they showed twice is the first.
    fn in_zone(&self, zone: &TimeZone, leap: bool, hour24: bool) -> Option<i64> {
        let civil = DateTime::new(
            i16::try_from(self.year).ok()?,
            i8::try_from(self.month).ok()?,
            i8::try_from(self.day).ok()?,
            if hour24 { 0 } else { i8::try_from(self.hour).ok()? },
            i8::try_from(self.minute).ok()?,
            if leap { 59 } else { i8::try_from(self.second).ok()? },
            self.micros * 1_000,
        )
        .ok()?;
        let civil = if hour24 { civil.tomorrow().ok()? } else { civil };
        let micros = zone.to_ambiguous_timestamp(civil).compatible().ok()?.as_microsecond();
        Some(if leap { micros + MICROS_PER_SECOND } else { micros })
    }
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn digits(&mut self, n: usize) -> Option<u32> {
        let slice = self.text.get(self.at..self.at + n)?;
        let mut value = 0;
        for byte in slice {
            value = value * 10 + u32::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        self.at += n;
        Some(value)
    }

    fn two(&mut self) -> Option<u8> {
        self.digits(2).and_then(|value| u8::try_from(value).ok())
    }

    /// Microseconds, and whether digits other than zero were cut.
    fn fraction(&mut self) -> Option<(i32, bool)> {
        let (mut micros, mut n, mut cut) = (0, 0, false);
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            if n < 6 {
                micros = micros * 10 + i32::from(digit - b'0');
            } else {
                cut |= digit != b'0';
            }
            n += 1;
            self.at += 1;
        }
        for _ in n..6 {
            micros *= 10;
        }
        (n > 0).then_some((micros, cut))
    }

    fn offset(&mut self) -> Option<Offset> {
        let rest = &self.text[self.at..];
        match self.peek() {
            None => Some(Offset::None),
            Some(b'Z' | b'z') => {
                self.at += 1;
                Some(Offset::Minutes(0))
            }
            _ if rest.eq_ignore_ascii_case(b"UTC") || rest.eq_ignore_ascii_case(b"GMT") => {
                self.at = self.text.len();
                Some(Offset::Minutes(0))
            }
            Some(sign @ (b'+' | b'-')) => {
                self.at += 1;
                let hours = i32::from(self.two()?);
                let colon = self.peek() == Some(b':');
                if colon {
                    self.at += 1;
                }
                let minutes = if colon || self.peek().is_some() { i32::from(self.two()?) } else { 0 };
                let total = hours * 60 + minutes;
                if minutes > 59 || total > OFFSET_MAX_MIN {
                    return None;
                }
                match (sign, total) {
                    (b'-', 0) => Some(Offset::Unknown),
                    (b'-', total) => Some(Offset::Minutes(-total)),
                    (_, total) => Some(Offset::Minutes(total)),
                }
            }
            Some(_) => None,
        }
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar; years begin in March so that the leap day is the last.
fn days_from_epoch(year: i32, month: u8, day: u8) -> i64 {
    let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse::<Timestamp>().unwrap().into()
    }

    #[track_caller]
    fn same(text: &str, utc: &str, offset: Option<i16>) -> Written {
        let read = read(text, None).unwrap();
        assert_eq!((read.at, read.utc_offset_min), (at(utc), offset), "{text}");
        read
    }

    #[test]
    fn offsets_in_every_spelling() {
        for text in [
            "2024-01-01T10:00:00+01:00",
            "2024-01-01T10:00:00.000+0100",
            "2024-01-01 10:00:00+01",
            "2024-01-01t10:00:00,000 +01:00",
            "2024-01-01T10:00+01:00",
        ] {
            assert!(same(text, "2024-01-01T09:00:00Z", Some(60)).is_exact());
        }
        assert!(same("2016-04-04 13:56:36.999000+0000", "2016-04-04T13:56:36.999Z", Some(0)).is_exact());
        assert!(same("2016-04-04 13:56:36 UTC", "2016-04-04T13:56:36Z", Some(0)).is_exact());
        assert!(same("2024-01-01T10:00:00-09:30", "2024-01-01T19:30:00Z", Some(-570)).is_exact());
        assert!(same("2024-01-01T10:00:00-00:00", "2024-01-01T10:00:00Z", None).is_exact());
        assert!(same("  2024-01-01T10:00:00Z ", "2024-01-01T10:00:00Z", Some(0)).is_exact());
    }

    #[test]
    fn fractions_are_cut_and_only_a_loss_is_counted() {
        assert!(same("2024-01-01T10:00:00.1234567+01:00", "2024-01-01T09:00:00.123456Z", Some(60)).cut);
        assert!(!same("2024-01-01T10:00:00.1234560+01:00", "2024-01-01T09:00:00.123456Z", Some(60)).cut);
        assert!(!same("2024-01-01T10:00:00,123+01:00", "2024-01-01T09:00:00.123Z", Some(60)).cut);
        assert_eq!(same("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z", Some(0)).at.micros(), -1);
    }

    #[test]
    fn a_day_is_its_midnight() {
        let read = same("2024-01-01", "2024-01-01T00:00:00Z", None);
        assert!(read.day && read.zone_assumed);
        assert!(same("2024-01-01Z", "2024-01-01T00:00:00Z", Some(0)).day);
        assert!(same("2024-01-01+01:00", "2023-12-31T23:00:00Z", Some(60)).day);
    }

    #[test]
    fn the_hour_24_is_the_next_day() {
        assert!(same("2024-02-28T24:00:00+00:00", "2024-02-29T00:00:00Z", Some(0)).hour24);
        assert!(same("2024-12-31T24:00:00", "2025-01-01T00:00:00Z", None).hour24);
        assert_eq!(read("2024-01-01T24:00:01Z", None), Err(Reason::TimeUnreadable));
    }

    #[test]
    fn a_leap_second_is_the_second_after() {
        assert!(same("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", Some(0)).is_exact());
        let zone = TimeZone::UTC;
        assert_eq!(read("2016-12-31T23:59:60", Some(&zone)).unwrap().at, at("2017-01-01T00:00:00Z"));
    }

    #[test]
    fn local_times_take_the_declared_zone_and_say_so() {
        let zone = TimeZone::get("Europe/Warsaw").unwrap();
        for (text, utc) in [
            ("2024-01-01T10:00:00", "2024-01-01T09:00:00Z"),
            ("2024-07-01T10:00:00", "2024-07-01T08:00:00Z"),
            ("2024-03-31T02:30:00", "2024-03-31T01:30:00Z"),
            ("2024-10-27T02:30:00", "2024-10-27T00:30:00Z"),
            ("2024-01-01T24:00:00", "2024-01-01T23:00:00Z"),
            ("2024-01-01", "2023-12-31T23:00:00Z"),
        ] {
            let read = read(text, Some(&zone)).unwrap();
            assert_eq!((read.at, read.utc_offset_min, read.zone_assumed), (at(utc), None, true), "{text}");
        }
        assert!(same("2024-01-01T10:00:00", "2024-01-01T10:00:00Z", None).zone_assumed);
    }

    #[test]
    fn placeholders_are_no_times() {
        for text in ["9999-12-31T00:00:00.000+00:00", "0001-01-01T00:00:00", "0000-00-00"] {
            assert!(matches!(read(text, None), Err(Reason::TimePlaceholder | Reason::TimeUnreadable)), "{text}");
        }
        assert_eq!(read("9999-12-31T23:59:59.9999999", None), Err(Reason::TimePlaceholder));
        assert_eq!(read("0001-01-01T00:00:00", None), Err(Reason::TimePlaceholder));
    }

    #[test]
    fn what_is_no_time_is_unreadable() {
        for text in [
            "yesterday",
            "2024-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-01-01T10:60:00Z",
            "2024-01-01T25:00:00Z",
            "2024-01-01T10:00:00+99:00",
            "2024-01-01T10:00:00+01:00x",
            "2024-01-01T",
            "2024-01-01T10:00:00.",
            "01/02/2024",
            "1700000000",
            "2024-01-01T10:00:00 Europe/London",
        ] {
            assert_eq!(read(text, None), Err(Reason::TimeUnreadable), "{text}");
        }
        assert_eq!(read("   ", None), Err(Reason::TimeMissing));
    }

    #[test]
    fn a_declared_way_of_writing() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let read = read_as("31/07/2024 10:05", "%d/%m/%Y %H:%M", Some(&zone)).unwrap();
        assert_eq!((read.at, read.zone_assumed, read.day), (at("2024-07-31T09:05:00Z"), true, false));
        let read = read_as("31/07/2024", "%d/%m/%Y", None).unwrap();
        assert_eq!((read.at, read.day), (at("2024-07-31T00:00:00Z"), true));
        assert_eq!(read_as("2024-07-31", "%d/%m/%Y", None), Err(Reason::TimeUnreadable));
    }

    proptest! {
        #[test]
        fn agrees_with_the_calendar(micros in -62_100_000_000_000_000i64..253_300_000_000_000_000) {
            let timestamp = Timestamp::from_microsecond(micros).unwrap();
            prop_assert_eq!(read(&timestamp.to_string(), None).unwrap().at.micros(), micros);
        }

        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = read(&text, None);
        }

        #[test]
        fn nearly_times_never_panic(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}[.,]?[0-9]{0,9}[Z+-]?[0-9:]{0,5}") {
            let zone = TimeZone::get("Europe/London").unwrap();
            let _ = read(&text, None);
            let _ = read(&text, Some(&zone));
        }
    }
}
