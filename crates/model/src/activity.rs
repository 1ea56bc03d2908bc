//! When somebody is active: what is left of their events once only time is looked at.

use std::cmp::Ordering;
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;

use crate::time::Instant;

const HOURS_OF_WEEK: u16 = 168;

/// When an actor is active.
///
/// It stays small: an entry for each hour of the week at which the actor was ever active, and a bit for each day from the
/// first to the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    n_events: u64,
    days: Days,
    /// Events by season and UTC hour of the week, as `season * 168 + hour`, in order.
    hours: Vec<(u16, u32)>,
    /// Events by season and written offset in minutes, in order.
    offsets: Vec<((Season, i16), u32)>,
}

/// A part of an [`Activity`] as three numbers, so that it can be kept: all of them make the same activity again, and those
/// of two make their sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// 0 an hour of the week, 1 sixty-four days, 2 a written offset.
    pub kind: u8,
    /// Season and hour; the number of the sixty-four days; season and offset.
    pub key: i32,
    /// Events, or a bit for each day.
    pub n: u64,
}

impl Mark {
    const HOUR: u8 = 0;
    const DAYS: u8 = 1;
    const OFFSET: u8 = 2;
    /// The first kind that is free for whoever keeps marks together with others.
    pub const KINDS: u8 = 3;
}

/// Days (since 1970) that are told apart: 1900 to 2199.
const DAYS_KNOWN: std::ops::Range<i32> = -25_567..84_006;

/// A set of days, a bit for each from the first one on.
#[derive(Clone, Debug, Default)]
struct Days {
    first_word: i32,
    words: Vec<u64>,
}

impl Days {
    fn insert(&mut self, day: i32) {
        // What lies beyond is bad data, and must not cost memory.
        let day = day.clamp(DAYS_KNOWN.start, DAYS_KNOWN.end - 1);
        self.insert_all(day.div_euclid(64), 1 << day.rem_euclid(64));
    }

    /// Days of one word, a bit for each.
    fn insert_all(&mut self, word: i32, bits: u64) {
        if self.words.is_empty() {
            self.first_word = word;
        } else if word < self.first_word {
            let before = (self.first_word - word) as usize;
            self.words.splice(0..0, std::iter::repeat_n(0, before));
            self.first_word = word;
        }
        let at = (word - self.first_word) as usize;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        self.words[at] |= bits;
    }

    fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The words in which there are days, with their bits.
    fn words(&self) -> impl Iterator<Item = (i32, u64)> {
        (self.first_word..).zip(&self.words).filter(|(_, bits)| **bits != 0).map(|(word, bits)| (word, *bits))
    }
}

impl PartialEq for Days {
    fn eq(&self, other: &Self) -> bool {
        self.words().eq(other.words())
    }
}

impl Eq for Days {}

/// Days (since 1970) of which the season is looked up: 1990 to 2049, where nearly all work that is recorded lies.
const SEASONS_KNOWN: std::ops::Range<i64> = 7_305..29_220;

/// The seasons of [`SEASONS_KNOWN`].
static SEASONS: LazyLock<Vec<Season>> = LazyLock::new(|| SEASONS_KNOWN.map(Season::worked_out).collect());

/// Which parts of the world have their clocks put forward; the same UTC hour is another hour on the wall then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Season(u8);

impl Season {
    /// Where the European Union's rule holds: last Sunday of March to last Sunday of October.
    pub const EUROPE: u8 = 1;
    /// Where that of the United States holds: since 2007 second Sunday of March to first Sunday of November.
    pub const AMERICA: u8 = 2;
    /// Where that of south-eastern Australia holds: first Sunday of October to first Sunday of April.
    pub const AUSTRALIA: u8 = 4;

    /// The season of an instant, exact to about a day.
    pub fn of(at: Instant) -> Self {
        Self::of_day(at.micros().div_euclid(86_400_000_000))
    }

    fn of_day(day: i64) -> Self {
        match usize::try_from(day - SEASONS_KNOWN.start).ok().and_then(|at| SEASONS.get(at)) {
            Some(season) => *season,
            None => Self::worked_out(day),
        }
    }

    fn worked_out(day: i64) -> Self {
        let date = Offset::UTC.to_datetime(Instant::from_micros(day * 86_400_000_000).timestamp()).date();
        // Which Sunday it is matters in its own month alone, and this is asked of every event.
        let since_sunday = |month: i8, nth: i8| match date.month().cmp(&month) {
            Ordering::Less => false,
            Ordering::Equal => date >= sunday(date.year(), month, nth),
            Ordering::Greater => true,
        };
        let is_europe = since_sunday(3, -1) && !since_sunday(10, -1);
        let is_america = match date.year() {
            2007.. => since_sunday(3, 2) && !since_sunday(11, 1),
            _ => since_sunday(4, 1) && !since_sunday(10, -1),
        };
        let is_australia = since_sunday(10, 1) || !since_sunday(4, 1);
        let bit = |holds: bool, bit: u8| if holds { bit } else { 0 };
        Self(bit(is_europe, Self::EUROPE) | bit(is_america, Self::AMERICA) | bit(is_australia, Self::AUSTRALIA))
    }

    /// Whether the clocks of that rule are put forward.
    pub fn has(self, rule: u8) -> bool {
        self.0 & rule != 0
    }
}

fn sunday(year: i16, month: i8, nth: i8) -> Date {
    let first = Date::new(year, month, 1).expect("every year has these months");
    first.nth_weekday_of_month(nth, Weekday::Sunday).expect("every month has four Sundays")
}

impl Activity {
    /// One event, and the offset from UTC in minutes that the source wrote with it, where it wrote one.
    pub fn add(&mut self, at: Instant, offset: Option<i16>) {
        let hours = at.micros().div_euclid(3_600_000_000);
        let day = hours.div_euclid(24);
        // 1970-01-01 was a Thursday: hour 72 of a week that begins on Monday.
        let hour_of_week = (hours + 72).rem_euclid(i64::from(HOURS_OF_WEEK)) as u16;
        let season = Season::of_day(day);
        self.n_events += 1;
        self.days.insert(day.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
        count(&mut self.hours, u16::from(season.0) * HOURS_OF_WEEK + hour_of_week, 1);
        if let Some(offset) = offset {
            count(&mut self.offsets, (season, offset), 1);
        }
    }

    /// Adds what is known of the same actor from elsewhere: another part of the record, another of their names.
    pub fn merge(&mut self, other: &Activity) {
        self.n_events += other.n_events;
        other.days.words().for_each(|(word, bits)| self.days.insert_all(word, bits));
        other.hours.iter().for_each(|(hour, n)| count(&mut self.hours, *hour, *n));
        other.offsets.iter().for_each(|(offset, n)| count(&mut self.offsets, *offset, *n));
    }

    /// All of it, in order; nothing where there was no event.
    pub fn marks(&self) -> impl Iterator<Item = Mark> {
        let hours = self.hours.iter().map(|(key, n)| Mark { kind: Mark::HOUR, key: i32::from(*key), n: u64::from(*n) });
        let days = self.days.words().map(|(key, n)| Mark { kind: Mark::DAYS, key, n });
        let offsets = self.offsets.iter().map(|((season, offset), n)| Mark {
            kind: Mark::OFFSET,
            key: i32::from(season.0) << 16 | (i32::from(*offset) - i32::from(i16::MIN)),
            n: u64::from(*n),
        });
        hours.chain(days).chain(offsets)
    }

    /// Adds a mark of this or another activity; one that none makes is left out.
    pub fn add_mark(&mut self, mark: Mark) {
        let n = u32::try_from(mark.n).unwrap_or(u32::MAX);
        match (mark.kind, u16::try_from(mark.key)) {
            (Mark::HOUR, Ok(hour)) if hour < 8 * HOURS_OF_WEEK => {
                self.n_events += u64::from(n);
                count(&mut self.hours, hour, n);
            }
            (Mark::DAYS, _)
                if (DAYS_KNOWN.start.div_euclid(64)..=DAYS_KNOWN.end.div_euclid(64)).contains(&mark.key) =>
            {
                self.days.insert_all(mark.key, mark.n);
            }
            (Mark::OFFSET, _) if (0..8 << 16).contains(&mark.key) => {
                let offset = (mark.key & 0xffff) + i32::from(i16::MIN);
                count(&mut self.offsets, (Season((mark.key >> 16) as u8), offset as i16), n);
            }
            _ => {}
        }
    }

    /// How many events.
    pub fn n_events(&self) -> u64 {
        self.n_events
    }

    /// On how many UTC days.
    pub fn n_days(&self) -> usize {
        self.days.len()
    }

    /// Events by season and UTC hour of the week (0 = Monday 00:00), without empty hours, in order.
    pub fn by_season(&self) -> impl Iterator<Item = (Season, u16, u32)> {
        self.hours.iter().map(|(key, n)| (Season((key / HOURS_OF_WEEK) as u8), key % HOURS_OF_WEEK, *n))
    }

    /// Events by UTC hour of the week, 0 = Monday 00:00.
    pub fn hour_of_week(&self) -> [u32; 168] {
        let mut hours = [0; 168];
        self.by_season().for_each(|(_, hour, n)| hours[usize::from(hour)] += n);
        hours
    }

    /// Events by season and written offset in minutes east, in order.
    pub fn offsets(&self) -> impl Iterator<Item = (Season, i16, u32)> {
        self.offsets.iter().map(|((season, offset), n)| (*season, *offset, *n))
    }
}

/// Adds to the count of a key in an ordered list.
fn count<Key: Ord + Copy>(counts: &mut Vec<(Key, u32)>, key: Key, n: u32) {
    match counts.last_mut() {
        // What is put back comes in order.
        Some((last, _)) if *last < key => counts.push((key, n)),
        None => counts.push((key, n)),
        _ => match counts.binary_search_by_key(&key, |(found, _)| *found) {
            Ok(at) => counts[at].1 = counts[at].1.saturating_add(n),
            Err(at) => counts.insert(at, (key, n)),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    fn of(moments: &[(i64, Option<i16>)]) -> Activity {
        let mut activity = Activity::default();
        moments.iter().for_each(|(at, offset)| activity.add(Instant::from_micros(*at), *offset));
        activity
    }

    proptest! {
        #[test]
        fn marks_make_the_same_again_and_those_of_two_their_sum(
            one in prop::collection::vec((-4e15 as i64..4e15 as i64, prop::option::of(-720_i16..840)), 0..60),
            other in prop::collection::vec((-4e15 as i64..4e15 as i64, prop::option::of(any::<i16>())), 0..60),
        ) {
            let (one, other) = (of(&one), of(&other));
            let mut again = Activity::default();
            one.marks().for_each(|mark| again.add_mark(mark));
            prop_assert_eq!(&again, &one);
            other.marks().for_each(|mark| again.add_mark(mark));
            let mut sum = one.clone();
            sum.merge(&other);
            prop_assert_eq!(&again, &sum);
            prop_assert!(sum.marks().is_sorted());
        }
    }

    #[test]
    fn marks_that_no_activity_makes_are_left_out() {
        let mut activity = Activity::default();
        for mark in [(0, -1, 1), (0, 8 * 168, 1), (1, i32::MAX, 1), (1, i32::MIN, 1), (2, -1, 1), (9, 0, 1)] {
            activity.add_mark(Mark { kind: mark.0, key: mark.1, n: mark.2 });
        }
        assert_eq!(activity, Activity::default());
    }

    #[test]
    fn hours_days_and_offsets_are_kept() {
        let mut activity = Activity::default();
        activity.add(at("2024-01-01T00:30Z"), Some(60));
        activity.add(at("2024-07-07T23:59:59Z"), Some(120));
        activity.add(at("2024-07-07T23:00Z"), None);
        activity.add(at("1969-12-31T23:00Z"), None);
        let hours = activity.hour_of_week();
        // Monday 00, Sunday 23 twice, Wednesday 23.
        assert_eq!((hours[0], hours[167], hours[71], hours.iter().sum::<u32>()), (1, 2, 1, 4));
        assert_eq!((activity.n_events(), activity.n_days()), (4, 3));
        assert_eq!(
            activity.offsets().map(|(_, offset, n)| (offset, n)).collect::<BTreeMap<_, _>>(),
            [(60, 1), (120, 1)].into()
        );
        let mut twice = activity.clone();
        twice.merge(&activity);
        assert_eq!((twice.n_events(), twice.n_days(), twice.hour_of_week()[167]), (8, 3, 4));
    }

    #[test]
    fn seasons_change_when_the_clocks_do() {
        let season = |day: &str| {
            let season = Season::of(at(&format!("{day}T12:00Z")));
            [Season::EUROPE, Season::AMERICA, Season::AUSTRALIA].map(|rule| season.has(rule))
        };
        assert_eq!(season("2024-01-15"), [false, false, true]);
        assert_eq!(season("2024-03-09"), [false, false, true]);
        assert_eq!(season("2024-03-10"), [false, true, true]);
        assert_eq!(season("2024-03-31"), [true, true, true]);
        assert_eq!(season("2024-04-07"), [true, true, false]);
        assert_eq!(season("2024-10-06"), [true, true, true]);
        assert_eq!(season("2024-10-27"), [false, true, true]);
        assert_eq!(season("2024-11-03"), [false, false, true]);
        assert_eq!(season("2005-04-02"), [true, false, true]);
        assert_eq!(season("2005-04-03"), [true, true, false]);
    }
}
