//! Places are recovered from made-up workers of every region, and from a real record where one is at hand.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use sayso_model::calendar;
use sayso_model::time::Instant;

use super::*;

/// Somebody's year 2023: events on some weekdays, at hours of their own zone, with an offset written or not.
struct Worker {
    zone: TimeZone,
    from_hour: f64,
    hours: f64,
    n_days: i32,
    events_a_day: i32,
    seed: u64,
}

impl Worker {
    fn of(zone: &str) -> Self {
        let zone = calendar::zone(zone).unwrap();
        Self { zone, from_hour: 9.0, hours: 8.5, n_days: 100, events_a_day: 3, seed: 1 }
    }

    fn activity(&self, offset: impl Fn(&Self, Timestamp) -> Option<i16>) -> Activity {
        let mut activity = Activity::default();
        let mut seed = self.seed;
        let mut n_days = 0;
        let mut day = date(2023, 1, 2);
        while n_days < self.n_days {
            day = next_workday(day.saturating_add((1 + (random(&mut seed) * 2.5) as i64).days()));
            n_days += 1;
            for _ in 0..self.events_a_day {
                let hour = self.from_hour + self.hours * random(&mut seed);
                let midnight = day.to_zoned(self.zone.clone()).unwrap().timestamp();
                let at = midnight + ((hour * 3_600.0) as i64).seconds();
                activity.add(at.into(), offset(self, at));
            }
        }
        activity
    }
}

fn random(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 11) as f64 / (1_u64 << 53) as f64
}

fn next_workday(day: Date) -> Date {
    let mut day = if day.year() == 2023 { day } else { date(2023, 1, 2) };
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.tomorrow().unwrap();
    }
    day
}

fn own_offset(worker: &Worker, at: Timestamp) -> Option<i16> {
    Some((worker.zone.to_offset(at).seconds() / 60) as i16)
}

fn no_offset(_: &Worker, _: Timestamp) -> Option<i16> {
    None
}

#[test]
fn regions_agree_with_the_zone_rules() {
    for region in REGIONS {
        let zone = calendar::zone(region.zone).unwrap();
        for day in ["2023-01-15", "2023-03-20", "2023-03-30", "2023-05-15", "2023-10-20", "2023-11-01", "2023-12-15"] {
            let at: Timestamp = format!("{day}T12:00Z").parse().unwrap();
            let offset = zone.to_offset(at).seconds() / 60;
            let season = Season::of(Instant::from(at));
            assert_eq!(i32::from(region.offset_min(season)), offset, "{} {day}", region.zone);
        }
    }
    assert!((REGIONS.iter().map(|region| region.share).sum::<f64>() - 1.2).abs() < 0.2);
}

#[test]
fn the_profile_is_a_distribution() {
    let profile = log_profile();
    assert!((profile.iter().map(|log| log.exp()).sum::<f64>() - 1.0).abs() < 1e-12);
    let habits: f64 = habits().iter().map(|(_, log)| log.exp()).sum();
    assert!((habits - 1.0).abs() < 1e-12);
}

#[test]
fn every_region_is_recovered_from_hours_and_offsets() {
    for region in REGIONS {
        for (seed, from_hour) in [(1, 9.0), (2, 8.0), (3, 10.0)] {
            let worker = Worker { seed, from_hour, ..Worker::of(region.zone) };
            let place = infer_place(&worker.activity(own_offset)).unwrap();
            assert_eq!(place.label, region.label, "{} from {from_hour}: {}", region.zone, place.words());
            // American zones are an hour apart and each other's usual wrong offsets, so that habits matter.
            assert!(place.sure >= Sureness::VeryLikely || region.label.starts_with("US"), "{}", place.words());
            assert!(place.offset_agrees.is_some_and(|share| share == 1.0));
        }
    }
}

#[test]
fn hours_alone_find_the_region_or_a_neighbour_and_are_never_certain() {
    let minutes = |label: &str| REGIONS.iter().find(|region| region.label == label).map(|region| region.standard_min);
    for region in REGIONS {
        for seed in 0..4 {
            let Some(place) = infer_place(&Worker { seed, ..Worker::of(region.zone) }.activity(no_offset)) else {
                continue;
            };
            let apart = minutes(place.label).unwrap().abs_diff(region.standard_min);
            assert!(apart <= 120, "{}: {}", region.zone, place.words());
            assert!(place.sure < Sureness::NearlyCertain || apart <= 60, "{}: {}", region.zone, place.words());
            assert_eq!(place.offset_agrees, None);
        }
    }
}

#[test]
fn warsaw_hours_with_an_american_offset_are_central_european() {
    for seed in 0..8 {
        let worker = Worker { seed, ..Worker::of("Europe/Warsaw") };
        let eastern = calendar::zone("America/New_York").unwrap();
        for activity in [
            worker.activity(|_, _| Some(-240)),
            worker.activity(|_, _| Some(-160)),
            worker.activity(|_, at| Some((eastern.to_offset(at).seconds() / 60) as i16)),
        ] {
            let place = infer_place(&activity).unwrap();
            assert_eq!(place.label, "Central European hours", "{}", place.words());
            assert_eq!(place.zone, "Europe/Warsaw");
            assert_eq!(place.offset_agrees, Some(0.0));
            assert!(place.words().ends_with("only 0 % of the written offsets agree"), "{}", place.words());
        }
    }
}

#[test]
fn a_machine_at_utc_does_not_make_anybody_british() {
    for (zone, label) in [
        ("Asia/Shanghai", "Chinese and Singaporean hours"),
        ("America/Los_Angeles", "US Pacific hours"),
        ("Europe/London", "British and Irish hours"),
    ] {
        let place = infer_place(&Worker::of(zone).activity(|_, _| Some(0)));
        assert!(place.is_none_or(|place| place.label == label), "{zone}: {}", place.unwrap().words());
    }
}

#[test]
fn two_machines_one_person() {
    let mut turn = 0;
    let turn = std::cell::RefCell::new(&mut turn);
    let activity = Worker::of("Europe/Warsaw").activity(|worker, at| {
        **turn.borrow_mut() += 1;
        if **turn.borrow() % 2 == 0 { Some(-240) } else { own_offset(worker, at) }
    });
    let place = infer_place(&activity).unwrap();
    assert_eq!(place.label, "Central European hours", "{}", place.words());
}

#[test]
fn few_events_or_days_say_nothing() {
    let worker = Worker { n_days: 10, events_a_day: 1, ..Worker::of("Europe/Warsaw") };
    assert_eq!(infer_place(&worker.activity(own_offset)), None);
    let worker = Worker { n_days: 9, events_a_day: 10, ..Worker::of("Europe/Warsaw") };
    assert_eq!(infer_place(&worker.activity(own_offset)), None);
    assert_eq!(infer_place(&Activity::default()), None);
}

#[test]
fn a_night_worker_is_not_sure() {
    for zone in ["Europe/Warsaw", "Europe/London", "Asia/Kolkata"] {
        for seed in 0..4 {
            let worker = Worker { from_hour: 22.0, hours: 8.0, seed, ..Worker::of(zone) };
            for activity in [worker.activity(own_offset), worker.activity(no_offset)] {
                let place = infer_place(&activity);
                assert!(place.is_none_or(|place| place.sure == Sureness::Likely), "{zone}: {}", place.unwrap().words());
            }
        }
    }
}

#[test]
fn around_the_clock_is_nowhere() {
    let mut activity = Activity::default();
    (0..2_000).for_each(|i| activity.add(Instant::from_micros(1_700_000_000_000_000 + i * 7 * 3_600_000_000), None));
    assert_eq!(infer_place(&activity), None);
}

#[test]
fn a_real_record_has_central_european_hours_under_american_offsets() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let bundle = Path::new(data).join("spdk.bundle");
    if !bundle.exists() {
        println!("skipped: ../shared/data is not here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "git {}", arguments[0]);
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["clone", "--quiet", "--bare", bundle.to_str().unwrap(), "clone"]);
    let log = run(&["--git-dir=clone", "log", "--all", "--format=%ae %ad", "--date=raw"]);

    let mut all: HashMap<&str, Activity> = HashMap::new();
    let mut american: HashMap<&str, Activity> = HashMap::new();
    for line in log.lines() {
        let mut fields = line.rsplit(' ');
        let (offset, second) = (fields.next().unwrap(), fields.next().unwrap().parse::<i64>().unwrap());
        let author = fields.next().unwrap_or_default();
        let minutes: i16 = offset[1..3].parse::<i16>().unwrap() * 60 + offset[3..5].parse::<i16>().unwrap();
        let minutes = if offset.starts_with('-') { -minutes } else { minutes };
        let at = Instant::from_micros(second * 1_000_000);
        all.entry(author).or_default().add(at, Some(minutes));
        if matches!(minutes, -240 | -300) {
            american.entry(author).or_default().add(at, Some(minutes));
        }
    }

    // Of the authors who write the offset of the American east four times in ten or more, the busiest whose hours
    // are European ones.
    let share_american = |author: &str| match american.get(author) {
        Some(part) => part.n_events() as f64 / all[author].n_events() as f64,
        None => 0.0,
    };
    let share_of_european_hours = |activity: &Activity| {
        let n: u32 =
            activity.by_season().filter(|(_, hour, _)| (6..17).contains(&(hour % 24))).map(|(_, _, n)| n).sum();
        f64::from(n) / activity.n_events() as f64
    };
    let (author, activity) = all
        .iter()
        .filter(|(author, activity)| share_american(author) >= 0.4 && share_of_european_hours(activity) >= 0.8)
        .max_by_key(|(_, activity)| activity.n_events())
        .unwrap();
    let place = infer_place(activity).unwrap();
    println!("busiest with European hours under American offsets: {}", place.words());
    assert!(activity.n_events() >= 90);
    assert_eq!(place.label, "Central European hours");
    // What they wrote under American offsets only is half as much; it never makes an American of them.
    let place = infer_place(&american[author]);
    assert!(place.is_none_or(|place| place.label == "Central European hours"));
    // And nobody who writes the offset of the American east keeps its hours.
    let places = american.values().filter_map(infer_place);
    assert!(places.into_iter().all(|place| !place.label.starts_with("US")));

    // The record is known to come from western USA, Poland and China.
    let mut n_by_label: HashMap<&str, usize> = HashMap::new();
    println!("all of each author:");
    for activity in all.values() {
        if let Some(place) = infer_place(activity) {
            println!("  {}", place.words());
            *n_by_label.entry(place.label).or_default() += 1;
        }
    }
    let n = |label: &str| n_by_label.get(label).copied().unwrap_or(0);
    assert!(n("US Pacific hours") + n("US Mountain hours") >= 3, "{n_by_label:?}");
    assert!(n("Central European hours") >= 4, "{n_by_label:?}");
    assert!(n("Chinese and Singaporean hours") >= 4, "{n_by_label:?}");
}

/// Six of eight people stand at the zone that the tracker gives to everybody: it is unset, not a place.
#[test]
fn a_zone_that_most_share_because_it_is_the_default_is_unset() {
    let zones = ["Etc/UTC", "etc/utc", "Etc/UTC", "Etc/UTC", "Etc/UTC", "Europe/Warsaw", "Europe/London", ""];
    assert_eq!(default_zone(&zones, Some("Etc/UTC")), Some("Etc/UTC"));
    assert_eq!(default_zone(&zones, Some("Europe/Warsaw")), None, "the default, but few have it");
    assert_eq!(default_zone(&zones, None), None, "most have it, but nobody says it is the default");
    assert_eq!(default_zone(&zones[..4], Some("Etc/UTC")), None, "too few people to say");
    assert_eq!(default_zone(&["", "", "", "", ""], Some("")), None);
}
