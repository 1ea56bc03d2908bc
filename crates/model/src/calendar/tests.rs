//! Working time by hand, at the changes of the clocks, and against a walk minute by minute on the wall clock.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::holidays::Region;

fn at(text: &str) -> Instant {
    text.parse::<Timestamp>().unwrap().into()
}

fn calendar(spec: CalendarSpec) -> Calendar {
    Calendar::build(&spec, at("2015-01-01T00:00Z"), at("2026-01-01T00:00Z")).unwrap()
}

fn office(zone: &str) -> Calendar {
    calendar(CalendarSpec::new(zone))
}

fn hours(calendar: &Calendar, from: &str, until: &str) -> f64 {
    calendar.working_between(at(from), at(until)).hours()
}

#[test]
fn friday_afternoon_in_london_to_monday_morning_in_warsaw() {
    // Fri 16:30 London = 17:30 Warsaw; Mon 09:30 Warsaw = 08:30 London. Summer and winter alike.
    for (from, until) in [("2024-06-07T15:30Z", "2024-06-10T07:30Z"), ("2024-01-12T16:30Z", "2024-01-15T08:30Z")] {
        assert_eq!(hours(&office("Europe/London"), from, until), 0.5);
        assert_eq!(hours(&office("Europe/Warsaw"), from, until), 0.5);
    }
}

#[test]
fn a_week_has_forty_hours_also_when_the_clocks_change() {
    let warsaw = office("Europe/Warsaw");
    assert_eq!(hours(&warsaw, "2024-03-25T00:00Z", "2024-04-01T00:00Z"), 40.0);
    assert_eq!(hours(&warsaw, "2024-10-21T00:00Z", "2024-10-28T00:00Z"), 40.0);
}

#[test]
fn a_skipped_hour_is_not_worked_and_a_repeated_one_twice() {
    let nights = CalendarSpec::new("Europe/Warsaw").with_hours("Sat-Sun 00:00-06:00".parse().unwrap());
    let nights = calendar(nights);
    assert_eq!(hours(&nights, "2024-03-30T22:00Z", "2024-03-31T22:00Z"), 5.0);
    assert_eq!(hours(&nights, "2024-10-26T21:00Z", "2024-10-27T23:00Z"), 7.0);
    // Lord Howe moves by half an hour.
    let island = CalendarSpec::new("Australia/Lord_Howe").with_hours("Sun 00:00-06:00".parse().unwrap());
    let island = calendar(island);
    assert_eq!(hours(&island, "2024-04-06T12:00Z", "2024-04-07T12:00Z"), 6.5);
    assert_eq!(hours(&island, "2024-10-05T12:00Z", "2024-10-06T12:00Z"), 5.5);
}

#[test]
fn a_day_that_a_place_skipped_has_no_hours() {
    // Samoa crossed the date line: there was no 30 December 2011.
    let spec = CalendarSpec::new("Pacific/Apia").with_hours("Mon-Sun 00:00-24:00".parse().unwrap());
    let apia = Calendar::build(&spec, at("2011-01-01T00:00Z"), at("2012-12-31T00:00Z")).unwrap();
    assert_eq!(hours(&apia, "2011-12-29T10:00Z", "2011-12-31T10:00Z"), 48.0);
    let spec = CalendarSpec::new("Pacific/Apia").with_hours("Fri 00:00-24:00".parse().unwrap());
    let apia = Calendar::build(&spec, at("2011-01-01T00:00Z"), at("2012-12-31T00:00Z")).unwrap();
    assert_eq!(hours(&apia, "2011-12-26T10:00Z", "2012-01-02T10:00Z"), 0.0);
}

#[test]
fn holidays_are_off() {
    let warsaw = calendar(CalendarSpec::new("Europe/Warsaw").with_holidays(HolidaySet::of(Region::Poland)));
    // 1 and 3 May 2024 are Wednesday and Friday.
    assert_eq!(hours(&warsaw, "2024-04-29T00:00Z", "2024-05-06T00:00Z"), 24.0);
    let mut listed = HolidaySet::none();
    listed.add("2024-05-02".parse().unwrap(), "bridge day");
    let warsaw = calendar(CalendarSpec::new("Europe/Warsaw").with_holidays(listed));
    assert_eq!(hours(&warsaw, "2024-04-29T00:00Z", "2024-05-06T00:00Z"), 32.0);
}

#[test]
fn several_spans_a_day_are_half_open() {
    let spec = CalendarSpec::new("UTC").with_hours("Mon 08:00-12:00 13:00-17:30".parse().unwrap());
    let split = calendar(spec);
    assert_eq!(hours(&split, "2024-06-10T11:00Z", "2024-06-10T14:00Z"), 2.0);
    let day = |from, until| split.working_between(at(from), at(until)).micros();
    assert_eq!(day("2024-06-10T12:00:00Z", "2024-06-10T12:00:00.000001Z"), 0);
    assert_eq!(day("2024-06-10T11:59:59.999999Z", "2024-06-10T12:00:00Z"), 1);
    assert_eq!(day("2024-06-10T13:00:00Z", "2024-06-10T13:00:00.000001Z"), 1);
}

#[test]
fn nothing_lies_between_an_instant_and_itself_or_its_past() {
    let london = office("Europe/London");
    assert_eq!(hours(&london, "2024-06-11T11:00Z", "2024-06-11T11:00Z"), 0.0);
    assert_eq!(hours(&london, "2024-06-11T11:00Z", "2024-06-10T11:00Z"), 0.0);
    assert!(london.off_between(at("2024-06-11T11:00Z"), at("2024-06-10T11:00Z")).is_empty());
}

#[test]
fn nights_and_weekends_are_off() {
    let london = office("Europe/London");
    assert_eq!(
        london.off_between(at("2024-06-07T10:00Z"), at("2024-06-11T07:00Z")),
        [(at("2024-06-07T16:00Z"), at("2024-06-10T08:00Z")), (at("2024-06-10T16:00Z"), at("2024-06-11T07:00Z")),]
    );
    assert_eq!(
        london.off_between(at("2024-06-08T10:00Z"), at("2024-06-08T11:00Z")),
        [(at("2024-06-08T10:00Z"), at("2024-06-08T11:00Z"))]
    );
    assert!(london.off_between(at("2024-06-10T10:00Z"), at("2024-06-10T11:00Z")).is_empty());
}

#[test]
fn overlap_of_two_sites() {
    let (from, until) = (at("2024-06-10T00:00Z"), at("2024-06-15T00:00Z"));
    let (london, warsaw) = (office("Europe/London"), office("Europe/Warsaw"));
    assert_eq!(london.overlap_between(&warsaw, from, until).hours(), 35.0);
    assert_eq!(warsaw.overlap_between(&london, from, until).hours(), 35.0);
    assert_eq!(london.overlap_between(&office("America/Los_Angeles"), from, until).hours(), 0.0);
}

#[test]
fn a_calendar_without_hours_and_one_that_never_closes() {
    let never = calendar(CalendarSpec::new("Europe/London").with_hours(WeekHours::none()));
    assert_eq!(hours(&never, "2016-01-01T00:00Z", "2024-01-01T00:00Z"), 0.0);
    assert_eq!(never.off_between(at("2016-01-01T00:00Z"), at("2024-01-01T00:00Z")).len(), 1);
    let always = calendar(CalendarSpec::new("Europe/London").with_hours(WeekHours::always()));
    assert_eq!(hours(&always, "2024-01-01T00:00Z", "2024-01-03T00:30Z"), 48.5);
    assert!(always.off_between(at("2016-01-01T00:00Z"), at("2024-01-01T00:00Z")).is_empty());
}

#[test]
fn outside_the_layout_it_is_still_right() {
    let spec = CalendarSpec::new("Europe/London").with_holidays(HolidaySet::of(Region::EnglandAndWales));
    let narrow = Calendar::build(&spec, at("2020-01-01T00:00Z"), at("2020-02-01T00:00Z")).unwrap();
    let wide = Calendar::build(&spec, at("1900-01-01T00:00Z"), at("2199-12-31T00:00Z")).unwrap();
    let edges =
        ["1950-07-03T10:20Z", "1999-05-05T12:00Z", "2020-01-15T12:00Z", "2040-02-02T02:02Z", "2150-03-03T15:15Z"];
    for from in edges {
        for until in edges {
            let (from, until) = (at(from), at(until));
            assert_eq!(narrow.working_between(from, until), wide.working_between(from, until), "{from} {until}");
        }
    }
    let (from, until) = (at("2039-12-30T00:00Z"), at("2040-01-09T00:00Z"));
    assert_eq!(narrow.off_between(from, until), wide.off_between(from, until));
}

#[test]
fn bad_instants_neither_panic_nor_count() {
    let london = office("Europe/London");
    let (far_past, far_future) = (Instant::from_micros(i64::MIN), Instant::from_micros(i64::MAX));
    let all = london.working_between(far_past, far_future);
    assert_eq!(all, london.working_between(at("1899-01-01T00:00Z"), at("2201-01-01T00:00Z")));
    assert_eq!(london.working_between(at("2300-01-01T00:00Z"), far_future), WorkingTime::ZERO);
    assert_eq!(london.off_between(at("2300-01-01T00:00Z"), far_future).len(), 1);
    let built = Calendar::build(&CalendarSpec::new("UTC"), far_past, far_future).unwrap();
    // 300 years, 78,262 weekdays of 8 hours.
    let weekdays = (FIRST_DAY..LAST_DAY).filter(|day| weekday(*day) < 5).count();
    assert_eq!(built.working_between(far_past, far_future).hours(), weekdays as f64 * 8.0);
    // The wrong way round is laid out all the same.
    let turned = Calendar::build(&CalendarSpec::new("UTC"), at("2024-06-01T00:00Z"), at("2020-06-01T00:00Z")).unwrap();
    assert_eq!(hours(&turned, "2022-06-06T00:00Z", "2022-06-13T00:00Z"), 40.0);
}

#[test]
fn a_wrong_zone_is_told_with_the_right_one() {
    let near = |name: &str| zone(name).unwrap_err().hint();
    assert_eq!(near("Europe/Warsav"), "did you mean `Europe/Warsaw`?");
    assert_eq!(near("Warsaw"), "did you mean `Europe/Warsaw`?");
    assert_eq!(near("Asia/Calcuta"), "did you mean `Asia/Calcutta`?");
    assert_eq!(near("America/Los Angeles"), "did you mean `America/Los_Angeles`?");
    assert_eq!(near("xyzzy"), "write an IANA name such as `Europe/Warsaw`");
    assert!(zone("europe/warsaw").is_ok());
    assert!(zone("").is_err());
}

#[test]
fn it_says_what_it_is_made_of() {
    let spec = CalendarSpec::new("Europe/Warsaw").with_holidays(HolidaySet::of(Region::Poland));
    assert_eq!(spec.to_string(), "Mon-Fri 09:00-17:00, Europe/Warsaw, holidays of Poland");
}

/// Around the changes of the clocks of 2024, in hours since 2024-01-01.
fn near_a_change() -> impl Strategy<Value = i64> {
    let changes = [
        "2024-03-10T10:00Z",
        "2024-03-31T01:00Z",
        "2024-04-06T15:00Z",
        "2024-10-05T15:30Z",
        "2024-10-27T01:00Z",
        "2024-11-03T09:00Z",
    ];
    (0..changes.len(), -30 * 3_600 * SECOND..30 * 3_600 * SECOND).prop_map(move |(i, by)| at(changes[i]).micros() + by)
}

fn zones() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "Europe/London",
        "Europe/Warsaw",
        "Asia/Kolkata",
        "America/Los_Angeles",
        "Australia/Lord_Howe",
    ])
}

/// Minute by minute: what does the clock on the wall show? Offsets and hours are whole minutes.
fn walked(spec: &CalendarSpec, zone: &TimeZone, from: i64, until: i64) -> i64 {
    let minute = 60 * SECOND;
    let mut sum = 0;
    let mut start = from.div_euclid(minute) * minute;
    while start < until {
        let wall = Timestamp::from_microsecond(start).unwrap().to_zoned(zone.clone()).datetime();
        let second = (i64::from(wall.hour()) * 60 + i64::from(wall.minute())) * 60;
        let spans = spec.hours.of_weekday(wall.weekday().to_monday_zero_offset() as usize);
        let is_holiday = spec.holidays.of_year(wall.year()).iter().any(|day| day.date == wall.date());
        if !is_holiday && spans.iter().any(|(a, b)| (i64::from(*a)..i64::from(*b)).contains(&second)) {
            sum += (start + minute).min(until) - start.max(from);
        }
        start += minute;
    }
    sum
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn agrees_with_a_walk_on_the_wall_clock(
        name in zones(),
        week in prop::sample::select(vec!["Mon-Fri 09:00-17:00", "Mon-Sun 00:00-04:30 13:00-14:00", "Fri-Sun 22:00-06:00"]),
        from in near_a_change(),
        length in 0..40 * 3_600 * SECOND,
    ) {
        let spec = CalendarSpec::new(name).with_hours(week.parse().unwrap()).with_holidays(HolidaySet::of(Region::Scotland));
        let calendar = calendar(spec.clone());
        let (a, b) = (Instant::from_micros(from), Instant::from_micros(from + length));
        let expected = walked(&spec, &zone(name).unwrap(), from, from + length);
        prop_assert_eq!(calendar.working_between(a, b).micros(), expected);
        let off: i64 = calendar.off_between(a, b).iter().map(|(start, end)| end.micros() - start.micros()).sum();
        prop_assert_eq!(expected + off, length);
        let on: i64 = calendar.on_between(a, b).iter().map(|(start, end)| end.micros() - start.micros()).sum();
        prop_assert_eq!(on, expected);
    }

    #[test]
    fn parts_add_up_to_the_whole(
        name in zones(),
        mut instants in prop::array::uniform3(prop_oneof![
            near_a_change(),
            -3_000_000_000_000_000..8_000_000_000_000_000_i64,
        ]),
    ) {
        let calendar = office(name);
        instants.sort_unstable();
        let [a, b, c] = instants.map(Instant::from_micros);
        let parts = calendar.working_between(a, b) + calendar.working_between(b, c);
        prop_assert_eq!(parts, calendar.working_between(a, c));
    }
}
