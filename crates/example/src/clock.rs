//! When somebody can act: the working time of their site less their leave, to step forwards and backwards in.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::cast::{self, Site, Who};
use crate::dice::Dice;
use crate::plan::{LONGEST, Plan, WHOLE_YEAR};

/// The first day of the year, a Monday; of the record too, unless a plan makes it shorter.
pub const FROM: Date = date(2024, 11, 4);
/// The day on which the decision rights change, a Monday eight weeks before the end.
pub const CHANGE: Date = date(2025, 9, 8);
/// The first day after the record.
pub const UNTIL: Date = date(2025, 11, 1);
/// The firm is shut on these days, public holidays or not: first and last.
pub const SHUTDOWN: (Date, Date) = (date(2024, 12, 24), date(2025, 1, 1));
/// When the senior product manager is away: first and last days.
pub const SENIOR_AWAY: [(Date, Date); 5] = [
    (date(2024, 12, 23), date(2025, 1, 3)),
    (date(2025, 2, 17), date(2025, 2, 21)),
    (date(2025, 4, 14), date(2025, 4, 17)),
    (date(2025, 5, 27), date(2025, 5, 30)),
    (date(2025, 7, 28), date(2025, 8, 8)),
];

/// The stretch that calendars are laid out for: the record, a margin before it, and room after it.
const LAYOUT: (Date, Date) = (date(2022, 10, 3), date(2026, 12, 31));

/// The last two weeks of the quarters of the last year: first days and the days after the last ones.
const QUARTER_ENDS: [(Date, Date); 4] = [
    (date(2024, 12, 18), date(2025, 1, 1)),
    (date(2025, 3, 18), date(2025, 4, 1)),
    (date(2025, 6, 17), date(2025, 7, 1)),
    (date(2025, 9, 17), date(2025, 10, 1)),
];

/// Opening and closing hour of both sites, local time.
pub const HOURS: (i8, i8) = (9, 17);

/// Stretches of working time, in seconds since 1970, in order, with what lies before each.
#[derive(Clone, Debug)]
pub struct Days {
    stretches: Vec<(i64, i64)>,
    before: Vec<i64>,
}

impl Days {
    /// From stretches in order that do not overlap.
    fn new(stretches: Vec<(i64, i64)>) -> Self {
        let mut sum = 0;
        let before = stretches.iter().map(|&(since, until)| {
            let now = sum;
            sum += until - since;
            now
        });
        let before = before.collect();
        Self { stretches, before }
    }

    /// Working seconds from the beginning of the layout until `at`.
    fn worked(&self, at: i64) -> i64 {
        let i = self.stretches.partition_point(|&(since, _)| since <= at);
        match i.checked_sub(1) {
            Some(i) => self.before[i] + at.min(self.stretches[i].1) - self.stretches[i].0,
            None => 0,
        }
    }

    /// The instant inside working time before which `worked` seconds lie. Beyond the layout: its last second.
    fn instant(&self, worked: i64) -> i64 {
        let i = self.before.partition_point(|&before| before <= worked).saturating_sub(1);
        let (since, until) = self.stretches[i];
        (since + worked.max(0) - self.before[i]).min(until - 1)
    }

    /// Working seconds in `[since, until)`.
    pub fn between(&self, since: i64, until: i64) -> i64 {
        self.worked(until) - self.worked(since)
    }

    /// `seconds` of working time later; inside working time.
    pub fn after(&self, at: i64, seconds: i64) -> i64 {
        self.instant(self.worked(at) + seconds)
    }

    /// `seconds` of working time earlier; inside working time.
    pub fn before(&self, at: i64, seconds: i64) -> i64 {
        self.instant(self.worked(at) - seconds)
    }

    /// The stretches themselves.
    pub fn stretches(&self) -> &[(i64, i64)] {
        &self.stretches
    }
}

/// The working time of both sites and of everybody.
pub struct Clock {
    from: Date,
    sites: [Days; 2],
    people: Vec<Days>,
    leave: Vec<Vec<(Date, Date)>>,
    zones: [TimeZone; 2],
    quarter_ends: Vec<(i64, i64)>,
}

/// A site as it lies in the calendar, whatever the seed: its zone, its working time, and the day of every stretch.
struct Layout {
    zone: TimeZone,
    days: Days,
    dates: Vec<Date>,
}

/// Laid out once: the same for every year that is told.
static LAYOUTS: LazyLock<[Layout; 2]> = LazyLock::new(|| {
    Site::ALL.map(|site| {
        let zone = zone(site.zone());
        let (dates, stretches) = stretches(site, &zone).into_iter().unzip();
        Layout { zone, days: Days::new(stretches), dates }
    })
});

impl Clock {
    /// Lays the year out. Leave comes from the seed, but for the senior product manager's.
    pub fn new(plan: &Plan, seed: u64) -> Self {
        let leave: Vec<Vec<(Date, Date)>> = cast::everybody()
            .map(|who| {
                let is_ever_away = who.is_person() && !plan.without_absences;
                if is_ever_away {
                    every_year(plan, leave(who, &mut Dice::new(seed, LEAVE_STREAM + u64::from(who.0))))
                } else {
                    Vec::new()
                }
            })
            .collect();
        let people = cast::everybody().zip(&leave).map(|(who, away)| {
            let Some(site) = who.site() else { return Days::new(vec![(0, i64::MAX / 4)]) };
            let layout = &LAYOUTS[site as usize];
            let here = layout.days.stretches.iter().zip(&layout.dates);
            let here = here.filter(|(_, day)| !away.iter().any(|(a, b)| a <= day && *day <= b));
            Days::new(here.map(|(stretch, _)| *stretch).collect())
        });
        let begins = UNTIL.saturating_sub((i64::from(plan.weeks.clamp(1, LONGEST)) * 7).days());
        let midnight = |day: Date| midnight(&LAYOUTS[Site::Leeds as usize].zone, day);
        Self {
            from: if plan.weeks > WHOLE_YEAR { begins } else { FROM.max(begins) },
            people: people.collect(),
            leave,
            sites: [0, 1].map(|site: usize| LAYOUTS[site].days.clone()),
            zones: [0, 1].map(|site: usize| LAYOUTS[site].zone.clone()),
            quarter_ends: (0..years(plan))
                .flat_map(|year| QUARTER_ENDS.map(|(since, until)| (earlier(since, year), earlier(until, year))))
                .map(|(since, until)| (midnight(since), midnight(until)))
                .collect(),
        }
    }

    /// The first day of the record.
    pub fn from(&self) -> Date {
        self.from
    }

    /// First and last days on which somebody is away.
    pub fn leave(&self, who: Who) -> &[(Date, Date)] {
        &self.leave[usize::from(who.0)]
    }

    /// Whether an instant lies in the last two weeks of a quarter.
    pub fn is_quarter_end(&self, at: i64) -> bool {
        self.quarter_ends.iter().any(|&(since, until)| since <= at && at < until)
    }

    /// The working time of a site.
    pub fn site(&self, site: Site) -> &Days {
        &self.sites[site as usize]
    }

    /// The working time of a person, leave taken out; bots never rest.
    pub fn of(&self, who: Who) -> &Days {
        &self.people[usize::from(who.0)]
    }

    /// Midnight at a site, in seconds since 1970.
    pub fn midnight(&self, site: Site, day: Date) -> i64 {
        midnight(&self.zones[site as usize], day)
    }

    /// The local day of an instant.
    pub fn day(&self, site: Site, at: i64) -> Date {
        self.zones[site as usize].to_datetime(timestamp(at)).date()
    }

    /// RFC 3339 with the offset of the actor's site; UTC for bots.
    pub fn written(&self, who: Option<Who>, at: i64) -> String {
        let mut text = String::new();
        self.write(who, at, &mut text);
        text
    }

    /// The same, added to a text.
    pub fn write(&self, who: Option<Who>, at: i64, text: &mut String) {
        let at = timestamp(at);
        let offset = who.and_then(Who::site).map(|site| self.zones[site as usize].to_offset(at));
        let local = offset.unwrap_or(Offset::UTC).to_datetime(at);
        let written = match offset.map(|offset| offset.seconds() / 3_600) {
            None => write!(text, "{local}Z"),
            // Both zones keep whole hours to the east.
            Some(hours) => write!(text, "{local}+{hours:02}:00"),
        };
        written.expect("memory takes every word");
    }
}

/// Streams from here on belong to leave; items stay far below.
const LEAVE_STREAM: u64 = 1 << 32;

/// An instant of this record as a timestamp.
pub fn timestamp(at: i64) -> Timestamp {
    Timestamp::from_second(at).expect("the record lies in 2024 to 2026")
}

fn zone(name: &str) -> TimeZone {
    sayso_model::calendar::zone(name).expect("both zones are in the rules that Sayso carries with it")
}

fn midnight(zone: &TimeZone, day: Date) -> i64 {
    zone.to_timestamp(day.at(0, 0, 0, 0)).expect("midnights of these years exist in both zones").as_second()
}

/// Years that a record reaches into; 1 for one of a year or less.
fn years(plan: &Plan) -> i64 {
    i64::from(plan.weeks.clamp(1, LONGEST).div_ceil(WHOLE_YEAR))
}

fn earlier(day: Date, years: i64) -> Date {
    day.saturating_sub(years.years())
}

/// The same leave in every year of the record, to the weekday.
fn every_year(plan: &Plan, away: Vec<(Date, Date)>) -> Vec<(Date, Date)> {
    let shifted = |day: Date, year: i64| day.saturating_sub((52 * year).weeks());
    (0..years(plan)).flat_map(|year| away.iter().map(move |&(a, b)| (shifted(a, year), shifted(b, year)))).collect()
}

/// First and last days on which somebody is not there.
fn leave(who: Who, dice: &mut Dice) -> Vec<(Date, Date)> {
    if who == cast::SENIOR {
        return SENIOR_AWAY.to_vec();
    }
    let monday = |weeks: u64| FROM.saturating_add((weeks as i64).weeks());
    let mut away = vec![SHUTDOWN];
    // A fortnight in summer (weeks 34 to 40 begin between 30 June and 11 August), a week in winter or spring, single days.
    let summer = monday(34 + dice.below(7));
    away.push((summer, summer.saturating_add(11.days())));
    let spring = monday(10 + dice.below(20));
    away.push((spring, spring.saturating_add(4.days())));
    for _ in 0..4 {
        let single = monday(dice.below(52)).saturating_add((dice.below(5) as i64).days());
        away.push((single, single));
    }
    away
}

fn stretches(site: Site, zone: &TimeZone) -> Vec<(Date, (i64, i64))> {
    let holidays: BTreeSet<Date> =
        (2022..=2026).flat_map(|year| site.region().of_year(year)).map(|holiday| holiday.date).collect();
    // Stories that would go on after the record need room to do so; they are cut afterwards.
    let days = LAYOUT.0.series(1.day()).take_while(|&day| day < LAYOUT.1);
    days.filter(|day| day.weekday().to_monday_one_offset() <= 5 && !holidays.contains(day))
        .map(|day| {
            let at =
                |hour| zone.to_timestamp(day.at(hour, 0, 0, 0)).expect("working hours exist on every day").as_second();
            (day, (at(HOURS.0), at(HOURS.1)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sayso_model::calendar::{Calendar, CalendarSpec};
    use sayso_model::holidays::HolidaySet;
    use sayso_model::time::Instant;

    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn steps_over_night_weekend_and_holidays() {
        let clock = Clock::new(&Plan::INSURER, 1);
        // Thursday before Easter 2025, 16:00 in Leeds (summer time); Good Friday and Easter Monday are free.
        let thursday = at("2025-04-17T15:00:00Z");
        assert_eq!(clock.site(Site::Leeds).after(thursday, 3_600), at("2025-04-22T08:00:00Z"));
        // In Gdansk Good Friday is a working day: 16:00 is 14:00Z.
        assert_eq!(clock.site(Site::Gdansk).after(at("2025-04-17T14:00:00Z"), 3_600), at("2025-04-18T07:00:00Z"));
        assert_eq!(clock.site(Site::Leeds).between(thursday, at("2025-04-22T09:00:00Z")), 7_200);
        assert_eq!(clock.site(Site::Leeds).before(at("2025-04-22T08:30:00Z"), 3_600), at("2025-04-17T15:30:00Z"));
    }

    #[test]
    fn counts_as_the_models_calendar_does() {
        let micros = |at: i64| Instant::from_micros(at * 1_000_000);
        let clock = Clock::new(&Plan::INSURER, 1);
        let (from, until) = (clock.midnight(Site::Leeds, FROM), clock.midnight(Site::Leeds, UNTIL));
        let mut dice = Dice::new(5, 5);
        for site in Site::ALL {
            let spec = CalendarSpec::new(site.zone()).with_holidays(HolidaySet::of(site.region()));
            let calendar = Calendar::build(&spec, micros(from), micros(until)).unwrap();
            for _ in 0..2_000 {
                let since = from + dice.below((until - from) as u64) as i64;
                let end = since + dice.below(40 * 86_400) as i64;
                let expected = calendar.working_between(micros(since), micros(end)).micros();
                assert_eq!(clock.site(site).between(since, end) * 1_000_000, expected, "{since} {end}");
            }
        }
    }

    #[test]
    fn nobody_acts_on_leave() {
        let clock = Clock::new(&Plan::INSURER, 1);
        let back = clock.of(crate::cast::SENIOR).after(at("2025-07-28T09:00:00Z"), 60);
        assert_eq!(back, at("2025-08-11T08:01:00Z"));
    }

    #[test]
    fn a_shorter_record_ends_on_the_same_day() {
        assert_eq!(Clock::new(&Plan::INSURER, 1).from(), FROM);
        assert_eq!(Clock::new(&Plan { weeks: 26, ..Plan::INSURER }, 1).from(), date(2025, 5, 3));
        assert_eq!(Clock::new(&Plan { weeks: 0, ..Plan::INSURER }, 1).from(), date(2025, 10, 25));
        assert_eq!(Clock::new(&Plan { weeks: 900, ..Plan::INSURER }, 1).from(), date(2022, 11, 5));
    }

    #[test]
    fn quarters_end_with_two_weeks_of_their_own() {
        let clock = Clock::new(&Plan::INSURER, 1);
        assert!(clock.is_quarter_end(at("2025-03-18T00:00:00Z")) && !clock.is_quarter_end(at("2025-03-17T23:59:59Z")));
        assert!(clock.is_quarter_end(at("2025-06-30T22:59:59Z")) && !clock.is_quarter_end(at("2025-06-30T23:00:00Z")));
    }

    #[test]
    fn without_absences_only_public_holidays_are_free() {
        let clock = Clock::new(&Plan { without_absences: true, ..Plan::INSURER }, 1);
        for who in cast::everybody().filter(|who| who.is_person()) {
            assert!(clock.leave(who).is_empty());
            assert_eq!(clock.of(who).stretches(), clock.site(who.site().unwrap()).stretches());
        }
    }

    #[test]
    fn forwards_and_backwards_meet() {
        let clock = Clock::new(&Plan::INSURER, 3);
        let days = clock.of(Who(30));
        let mut dice = Dice::new(9, 9);
        for _ in 0..2_000 {
            let inside = days.after(at("2024-11-04T08:00:00Z"), dice.below(5_000_000) as i64);
            let step = dice.below(400_000) as i64;
            assert_eq!(days.before(days.after(inside, step), step), inside);
            assert_eq!(days.between(inside, days.after(inside, step)), step);
        }
    }

    #[test]
    fn offsets_are_those_of_the_actors_site() {
        let clock = Clock::new(&Plan::INSURER, 1);
        assert_eq!(clock.written(Some(Who(0)), at("2025-07-01T09:00:00Z")), "2025-07-01T10:00:00+01:00");
        assert_eq!(clock.written(Some(Who(30)), at("2025-01-07T09:00:00Z")), "2025-01-07T10:00:00+01:00");
        assert_eq!(clock.written(Some(crate::cast::CI_BOT), at("2025-01-07T09:00:00Z")), "2025-01-07T09:00:00Z");
        assert_eq!(clock.written(None, at("2025-01-07T09:00:00Z")), "2025-01-07T09:00:00Z");
    }
}
