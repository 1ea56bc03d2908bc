//! What two working calendars alone would make of a hand-over, with holidays and daylight saving, and how long they overlap.

use sayso_model::Code;
use sayso_model::actor::Directory;
use sayso_model::calendar::Calendar;
use sayso_model::time::Instant;

/// Moments of a site's working time at which a question is thought to be handed over.
const MOMENTS: usize = 240;

/// How far ahead an answer is looked for.
const HORIZON_MICROS: i64 = 120 * 86_400_000_000;

/// Two sites between which hand-overs went, and how many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Route {
    pub(crate) from: Code,
    pub(crate) to: Code,
    pub(crate) n: u64,
}

/// How many times as long a hand-over would take across these routes as within the sites that give, were it for the clocks
/// alone: handed over at any moment of the giver's working time, it waits until the taker has had so many working hours.
///
/// `None` where no route has calendars of its own on both sides, or nothing is worked.
pub(crate) fn predicted(
    directory: &Directory,
    routes: &[Route],
    service_h: f64,
    (since, until): (Instant, Instant),
) -> Option<f64> {
    let (mut across, mut within) = (0.0, 0.0);
    for route in routes.iter().filter(|route| knows(directory, route)) {
        let (from, to) = (directory.calendar(route.from), directory.calendar(route.to));
        let moments = moments(from, since, until);
        if moments.is_empty() {
            continue;
        }
        let mean = |calendar: &Calendar| {
            moments.iter().map(|&at| wait(calendar, at, service_h)).sum::<f64>() / moments.len() as f64
        };
        across += route.n as f64 * mean(to);
        within += route.n as f64 * mean(from);
    }
    (within > 0.0 && across > 0.0).then(|| across / within)
}

/// Of so many hand-overs, how many go along routes with calendars on both sides.
pub(crate) fn covered(directory: &Directory, routes: &[Route]) -> (u64, u64) {
    let n = |routes: &mut dyn Iterator<Item = &Route>| routes.map(|route| route.n).sum();
    (n(&mut routes.iter().filter(|route| knows(directory, route))), n(&mut routes.iter()))
}

/// Working hours that two sites have in common on a day on which the first works; `None` where a calendar is missing.
pub(crate) fn overlap_a_day(directory: &Directory, route: Route, (since, until): (Instant, Instant)) -> Option<f64> {
    if !knows(directory, &route) {
        return None;
    }
    let (one, other) = (directory.calendar(route.from), directory.calendar(route.to));
    let on = one.on_between(since, until);
    // Spans that begin within twelve hours of the last are of one working day.
    let mut days = 0_u64;
    let mut last = i64::MIN / 2;
    for (start, _) in &on {
        if start.micros() - last > 12 * 3_600_000_000 {
            days += 1;
            last = start.micros();
        }
    }
    (days > 0).then(|| one.overlap_between(other, since, until).hours() / days as f64)
}

fn knows(directory: &Directory, route: &Route) -> bool {
    directory.has_calendar(route.from) && directory.has_calendar(route.to)
}

/// Moments spread evenly over the working time of a stretch.
fn moments(calendar: &Calendar, since: Instant, until: Instant) -> Vec<Instant> {
    let spans = calendar.on_between(since, until);
    let whole: i64 = spans.iter().map(|(start, end)| end.micros() - start.micros()).sum();
    let n = MOMENTS as i64;
    let mut moments = Vec::with_capacity(MOMENTS);
    let (mut before, mut next) = (0_i64, 0_i64);
    for (start, end) in spans {
        let length = end.micros() - start.micros();
        while next < n {
            // The middle of each of so many equal parts.
            let at = (i128::from(whole) * i128::from(2 * next + 1) / i128::from(2 * n)) as i64;
            if at >= before + length {
                break;
            }
            moments.push(Instant::from_micros(start.micros() + at - before));
            next += 1;
        }
        before += length;
    }
    moments
}

/// Hours on the wall until a calendar has worked so long.
fn wait(calendar: &Calendar, from: Instant, service_h: f64) -> f64 {
    let worked = |until: i64| calendar.working_between(from, Instant::from_micros(until)).hours();
    let (mut low, mut high) = (from.micros(), from.micros() + HORIZON_MICROS);
    if worked(high) < service_h {
        return HORIZON_MICROS as f64 / 3.6e9;
    }
    // To the second.
    while high - low > 1_000_000 {
        let middle = low + (high - low) / 2;
        if worked(middle) < service_h { low = middle } else { high = middle }
    }
    (high - from.micros()) as f64 / 3.6e9
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sayso_model::calendar::CalendarSpec;
    use sayso_model::holidays::HolidaySet;

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::from(text.parse::<jiff::Timestamp>().unwrap())
    }

    fn year() -> (Instant, Instant) {
        (at("2024-01-01T00:00:00Z"), at("2025-01-01T00:00:00Z"))
    }

    fn directory(zones: [&str; 2]) -> Directory {
        let (since, until) = year();
        let calendar = |zone: &str| Calendar::build(&CalendarSpec::new(zone), since, until).unwrap();
        let sites = vec![None, Some(calendar(zones[0])), Some(calendar(zones[1]))];
        Directory::new(Vec::new(), sites, calendar("UTC"))
    }

    fn both_ways(zones: [&str; 2], service_h: f64) -> f64 {
        let routes = [Route { from: 1, to: 2, n: 5 }, Route { from: 2, to: 1, n: 5 }];
        predicted(&directory(zones), &routes, service_h, year()).unwrap()
    }

    /// Eight-hour days and weekends off, both directions, hand-overs at any hour of the sender's day. With one hour between
    /// the sites the one direction gains what the other loses; with eight there is no common hour: an hour of work waits
    /// 12 hours of the wall and every fifth time a weekend more in the one direction, 4 hours in the other.
    #[test]
    fn what_offsets_alone_do() {
        assert!((both_ways(["Etc/GMT", "Etc/GMT"], 1.0) - 1.0).abs() < 1e-9);
        let by = |zone: &'static str, service_h: f64| both_ways(["Etc/GMT", zone], service_h);
        let all = [by("Etc/GMT-1", 1.0), by("Etc/GMT-1", 4.0), by("Etc/GMT-8", 1.0)];
        assert!((all[0] - 1.0).abs() < 0.05, "{all:?}");
        assert!((all[1] - 1.0).abs() < 0.02, "{all:?}");
        assert!((3.0..3.4).contains(&all[2]), "{all:?}");
    }

    /// London and Warsaw change on the same dates: one hour apart all year, seven hours of eight in common.
    #[test]
    fn london_and_warsaw_share_seven_hours() {
        let route = Route { from: 1, to: 2, n: 1 };
        let hours = overlap_a_day(&directory(["Europe/London", "Europe/Warsaw"]), route, year()).unwrap();
        assert!((hours - 7.0).abs() < 1e-9, "{hours}");
        // New York changes weeks earlier than Warsaw: five hours apart for some weeks, six for the rest.
        let hours = overlap_a_day(&directory(["America/New_York", "Europe/Warsaw"]), route, year()).unwrap();
        assert!(hours > 2.0 && hours < 2.2, "{hours}");
    }

    #[test]
    fn holidays_of_one_side_are_no_overlap() {
        let (since, until) = (at("2024-05-01T00:00:00Z"), at("2024-05-04T00:00:00Z"));
        let calendar = |spec: CalendarSpec| Calendar::build(&spec, since, until).unwrap();
        let poland = CalendarSpec::new("Europe/Warsaw").with_holidays(HolidaySet::from_code("PL").unwrap());
        let sites = vec![None, Some(calendar(CalendarSpec::new("Europe/London"))), Some(calendar(poland))];
        let directory = Directory::new(Vec::new(), sites, calendar(CalendarSpec::new("UTC")));
        // Of Wednesday to Friday, Poland has 1 and 3 May off: seven hours on one of three days.
        let hours = overlap_a_day(&directory, Route { from: 1, to: 2, n: 1 }, (since, until)).unwrap();
        assert!((hours - 7.0 / 3.0).abs() < 1e-9, "{hours}");
    }

    #[test]
    fn a_site_without_a_calendar_of_its_own_predicts_nothing() {
        let directory = directory(["Europe/London", "Europe/Warsaw"]);
        assert_eq!(predicted(&directory, &[Route { from: 1, to: 9, n: 4 }], 1.0, year()), None);
        assert_eq!(predicted(&directory, &[], 1.0, year()), None);
        assert_eq!(covered(&directory, &[Route { from: 1, to: 9, n: 4 }, Route { from: 1, to: 2, n: 3 }]), (3, 7));
    }
}
