//! Numbers as people read them: hours as minutes, hours or days, shares as per cent, each with its interval and n.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sayso_model::time::Instant;
use sayso_stats::{Estimate, Interval, Unit};

/// A space at which no line breaks, so that a number keeps its unit.
pub(crate) const HARD_SPACE: char = '\u{a0}';

/// Working hours in one working day, as this report counts them.
pub(crate) const WORKING_DAY_HOURS: f64 = 8.0;

/// What is said where there is no number.
pub(crate) const CANNOT_TELL: &str = "cannot tell";

/// The value with its unit: `3.4 working hours`, `62 %`. Where it is unknown, `cannot tell`.
pub(crate) fn value(estimate: &Estimate) -> String {
    match estimate.value() {
        None => CANNOT_TELL.to_owned(),
        Some(value) => {
            let yard = Yardstick::of(estimate);
            yard.with_unit(&yard.number(value))
        }
    }
}

/// The interval with its unit: `3.1 to 3.9 working hours`, `at least 3.1 working hours`, `no limits`.
pub(crate) fn interval(estimate: &Estimate) -> String {
    let yard = Yardstick::of(estimate);
    let limits = estimate.interval();
    match (limits.low, limits.high) {
        (Some(low), Some(high)) => yard.with_unit(&format!("{} to {}", yard.number(low), yard.number(high))),
        (Some(low), None) => format!("at least {}", yard.with_unit(&yard.number(low))),
        (None, Some(high)) => format!("at most {}", yard.with_unit(&yard.number(high))),
        (None, None) => "no limits".to_owned(),
    }
}

/// The interval without its unit, to stand beside a value that has one: `3.1 to 3.9`.
pub(crate) fn limits(estimate: &Estimate) -> String {
    let yard = Yardstick::of(estimate);
    let limits = estimate.interval();
    match (limits.low, limits.high) {
        (Some(low), Some(high)) => format!("{} to {}", yard.number(low), yard.number(high)),
        // Where there is no value, the limit needs the unit itself.
        _ if estimate.value().is_none() => interval(estimate),
        (Some(low), None) => format!("at least {}", yard.number(low)),
        (None, Some(high)) => format!("at most {}", yard.number(high)),
        (None, None) => "no limits".to_owned(),
    }
}

/// The value with its limits in brackets, to stand in a cell: `3.4 working hours (3.1 to 3.9)`.
pub(crate) fn with_limits(estimate: &Estimate) -> String {
    format!("{} ({})", value(estimate), hard(&limits(estimate)))
}

/// Two numbers of one unit, each with its limits, and the first less the second, all three on one yardstick:
/// `1.6 working days (1.3 to 1.9)`, `3.1 working days (2.5 to 3.9)`, `−1.6 working days`.
pub(crate) fn held_against(now: &Estimate, before: &Estimate) -> (String, String, Option<String>) {
    if now.unit() != before.unit() {
        return (with_limits(now), with_limits(before), None);
    }
    let of = |e: &Estimate| [e.interval().low, e.value(), e.interval().high];
    let known: Vec<f64> = of(now).into_iter().chain(of(before)).flatten().collect();
    let leading = known.iter().copied().fold(0.0, f64::max);
    let yard = Yardstick::new(now.unit(), leading, &known);
    let show = |e: &Estimate| match (e.value(), e.interval().low, e.interval().high) {
        (Some(value), Some(low), Some(high)) => {
            let limits = format!("({} to {})", yard.number(low), yard.number(high));
            format!("{} {}", yard.with_unit(&yard.number(value)), hard(&limits))
        }
        _ => with_limits(e),
    };
    let difference = now.value().zip(before.value()).map(|(now, before)| {
        signed(now - before, |size| match yard.unit {
            "%" => format!("{}{HARD_SPACE}points", yard.number(size)),
            _ => yard.with_unit(&yard.number(size)),
        })
    });
    (show(now), show(before), difference)
}

/// A difference with its sign; one that rounds to nothing is `none`.
pub(crate) fn signed(difference: f64, show: impl Fn(f64) -> String) -> String {
    let size = show(difference.abs());
    if !size.contains(|c: char| ('1'..='9').contains(&c)) {
        return "none".to_owned();
    }
    format!("{}{size}", if difference < 0.0 { "−" } else { "+" })
}

/// The interval as the middle of a sentence: `between 3.1 and 3.9 working hours`.
pub(crate) fn between(estimate: &Estimate) -> String {
    let yard = Yardstick::of(estimate);
    let limits = estimate.interval();
    match (limits.low, limits.high) {
        (Some(low), Some(high)) => {
            let span = yard.with_unit(&format!("{} and {}", yard.number(low), yard.number(high)));
            format!("between {span}")
        }
        (Some(low), None) => format!("at least {}, with no upper limit", yard.with_unit(&yard.number(low))),
        (None, Some(high)) => format!("at most {}", yard.with_unit(&yard.number(high))),
        (None, None) => "without limits that the data could set".to_owned(),
    }
}

/// A number without a unit, such as one of a hundred: `12`, `1.4`, `0.31`.
pub(crate) fn bare(x: f64) -> String {
    let decimals = match x.abs() {
        size if size >= 10.0 => 0,
        size if size >= 1.0 => 1,
        _ => 2,
    };
    format!("{x:.decimals$}")
}

/// The interval of such a number: `8.4 to 16`.
pub(crate) fn bare_interval(limits: Interval) -> String {
    match (limits.low, limits.high) {
        (Some(low), Some(high)) => format!("{} to {}", bare(low), bare(high)),
        (Some(low), None) => format!("at least {}", bare(low)),
        (None, Some(high)) => format!("at most {}", bare(high)),
        (None, None) => "no limits".to_owned(),
    }
}

/// Working hours for people: `36 working minutes`, `3.4 working hours`, `2.1 working days`.
pub(crate) fn working(hours: f64) -> String {
    plain(hours, Unit::WorkingHours)
}

/// Hours on the wall clock for people: `36 minutes`, `21 hours`, `3.2 days`.
pub(crate) fn calendar(hours: f64) -> String {
    plain(hours, Unit::CalendarHours)
}

/// A count with thousands set apart: `12,345`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A count with its noun: `1 decision`, `812 decisions`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{}{HARD_SPACE}{}", count(n), if n == 1 { one } else { many })
}

/// A day, British style: `14 Mar 2026`.
pub(crate) fn day(at: Timestamp) -> String {
    format(at, "%-d\u{a0}%b\u{a0}%Y")
}

/// A minute of a day, in UTC: `Mon 16 Mar 2026, 09:10`.
pub(crate) fn minute(at: Instant) -> String {
    format(at.timestamp(), "%a\u{a0}%-d\u{a0}%b\u{a0}%Y, %H:%M")
}

/// In a form of `strftime`, in UTC.
pub(crate) fn format(at: Timestamp, form: &str) -> String {
    at.to_zoned(TimeZone::UTC).strftime(form).to_string()
}

/// The level of an interval: `95 %`.
pub(crate) fn level(level: f64) -> String {
    let percent = level * 100.0;
    let decimals = if (percent - percent.round()).abs() < 1e-9 { 0 } else { 1 };
    format!("{percent:.decimals$}{HARD_SPACE}%")
}

fn plain(hours: f64, unit: Unit) -> String {
    if !hours.is_finite() {
        return CANNOT_TELL.to_owned();
    }
    let yard = Yardstick::new(unit, hours, &[]);
    yard.with_unit(&yard.number(hours))
}

/// One size of unit and one number of decimals for a value and its limits, so that they compare at a glance.
struct Yardstick {
    factor: f64,
    unit: &'static str,
    decimals: usize,
}

impl Yardstick {
    fn of(estimate: &Estimate) -> Self {
        let limits = estimate.interval();
        let known: Vec<f64> = [limits.low, estimate.value(), limits.high].into_iter().flatten().collect();
        let leading = estimate.value().or(limits.low).or(limits.high).unwrap_or(0.0);
        Self::new(estimate.unit(), leading, &known)
    }

    /// The size follows the leading number; the decimals grow until numbers that differ look different.
    fn new(unit: Unit, leading: f64, known: &[f64]) -> Self {
        let (factor, unit) = size(unit, leading.abs());
        let shown = (leading * factor).abs();
        let usual = match unit {
            "%" | "minutes" | "working minutes" if shown >= 10.0 || shown == 0.0 => 0,
            "" => 0,
            "per decision" | "per item" | "times" => 2,
            _ if shown >= 20.0 || shown == 0.0 => 0,
            _ => 1,
        };
        let written = |decimals: usize| known.iter().map(move |x| format!("{:.decimals$}", x * factor));
        let alike = |decimals: usize| {
            let texts: Vec<String> = written(decimals).collect();
            (1..known.len()).any(|i| known[i] != known[i - 1] && texts[i] == texts[i - 1])
        };
        let most = if unit.is_empty() { 0 } else { usual + 2 };
        let decimals = (usual..=most).find(|decimals| !alike(*decimals)).unwrap_or(most);
        Self { factor, unit, decimals }
    }

    fn number(&self, x: f64) -> String {
        let decimals = self.decimals;
        let shown = x * self.factor;
        if decimals == 0 && (1_000.0..9e15).contains(&shown) {
            return count(shown.round() as u64);
        }
        // Rounding must not leave a minus sign in front of nothing.
        let text = format!("{shown:.decimals$}");
        match text.strip_prefix('-') {
            Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
            _ => text,
        }
    }

    fn with_unit(&self, number: &str) -> String {
        match self.unit {
            "" => number.to_owned(),
            unit if number == "1" && unit.ends_with('s') => {
                format!("1{HARD_SPACE}{}", hard(&unit[..unit.len() - 1]))
            }
            unit => format!("{number}{HARD_SPACE}{}", hard(unit)),
        }
    }
}

fn hard(words: &str) -> String {
    words.replace(' ', "\u{a0}")
}

fn size(unit: Unit, value: f64) -> (f64, &'static str) {
    match unit {
        Unit::WorkingHours if value < 1.0 => (60.0, "working minutes"),
        Unit::WorkingHours if value < 2.0 * WORKING_DAY_HOURS => (1.0, "working hours"),
        Unit::WorkingHours => (1.0 / WORKING_DAY_HOURS, "working days"),
        Unit::CalendarHours if value < 1.0 => (60.0, "minutes"),
        Unit::CalendarHours if value < 48.0 => (1.0, "hours"),
        Unit::CalendarHours if value < 24.0 * 56.0 => (1.0 / 24.0, "days"),
        Unit::CalendarHours => (1.0 / 168.0, "weeks"),
        Unit::Share => (100.0, "%"),
        Unit::PerDecision => (1.0, "per decision"),
        Unit::PerItem => (1.0, "per item"),
        Unit::Count => (1.0, ""),
        Unit::Ratio => (1.0, "times"),
    }
}

#[cfg(test)]
mod tests {
    use sayso_stats::Window;

    use super::*;

    fn estimate(value: f64, low: f64, high: f64, unit: Unit) -> Estimate {
        let window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };
        Estimate::new(value, Interval::new(low, high), 812, unit, window, "by hand")
    }

    fn soft(text: &str) -> String {
        text.replace(HARD_SPACE, " ")
    }

    #[test]
    fn working_hours_grow_into_days_of_eight_hours() {
        assert_eq!(soft(&working(0.25)), "15 working minutes");
        assert_eq!(soft(&working(3.4)), "3.4 working hours");
        assert_eq!(soft(&working(17.0)), "2.1 working days");
    }

    #[test]
    fn value_and_limits_share_one_unit() {
        let e = estimate(14.0, 9.0, 31.0, Unit::WorkingHours);
        assert_eq!(soft(&value(&e)), "14.0 working hours");
        assert_eq!(soft(&between(&e)), "between 9.0 and 31.0 working hours");
    }

    #[test]
    fn a_narrow_interval_gets_the_decimals_it_needs() {
        let e = estimate(0.624, 0.621, 0.627, Unit::Share);
        assert_eq!(soft(&value(&e)), "62.4 %");
        assert_eq!(soft(&interval(&e)), "62.1 to 62.7 %");
        let e = estimate(0.62, 0.55, 0.68, Unit::Share);
        assert_eq!(soft(&value(&e)), "62 %");
    }

    #[test]
    fn what_is_not_reached_is_said_with_the_limit_it_has() {
        let window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };
        let e = Estimate::cannot_tell(40, Unit::WorkingHours, window, "by hand", "the median is not reached")
            .bounded(Interval { low: Some(30.0), high: None });
        assert_eq!(value(&e), "cannot tell");
        assert_eq!(soft(&interval(&e)), "at least 3.8 working days");
    }

    #[test]
    fn counts_are_grouped_in_threes() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn one_stands_with_a_singular() {
        assert_eq!(soft(&counted(1, "decision", "decisions")), "1 decision");
        assert_eq!(soft(&counted(1_200, "decision", "decisions")), "1,200 decisions");
    }

    #[test]
    fn a_number_that_is_not_finite_is_not_shown() {
        assert_eq!(working(f64::NAN), "cannot tell");
    }

    #[test]
    fn two_numbers_share_one_yardstick() {
        let (then, now) =
            (estimate(24.8, 20.0, 31.2, Unit::WorkingHours), estimate(12.4, 10.1, 15.6, Unit::WorkingHours));
        let (now, then, difference) = held_against(&now, &then);
        assert_eq!(soft(&then), "3.1 working days (2.5 to 3.9)");
        assert_eq!(soft(&now), "1.6 working days (1.3 to 1.9)");
        assert_eq!(soft(&difference.unwrap()), "−1.6 working days");
        let share = estimate(0.3, 0.2, 0.4, Unit::Share);
        assert_eq!(held_against(&share, &share).2.as_deref(), Some("none"));
    }

    #[test]
    fn days_are_british() {
        assert_eq!(soft(&day("2026-03-14T23:59:00Z".parse().unwrap())), "14 Mar 2026");
    }
}
