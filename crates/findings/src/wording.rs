//! Numbers, places and roles inside sentences: "84 % [76, 90] of 224 decisions", "9 working hours [7, 12]".

use sayso_model::signal::Signal;
use sayso_stats::{Estimate, Unit, Window};

/// Working hours in one working day, as reports count them.
const WORKING_DAY_HOURS: f64 = 8.0;

/// From so many working hours on, a wait is told in working days.
const DAYS_FROM_HOURS: f64 = 16.0;

/// `scope of pricing`, `scope in all areas`, `decisions in pricing`, `all decisions`.
pub(crate) fn place(signal: &Signal) -> String {
    place_of(&signal.matter, &signal.area)
}

/// The same from its two words.
pub(crate) fn place_of(matter: &str, area: &str) -> String {
    match (matter.is_empty(), area.is_empty()) {
        (false, false) => format!("{matter} of {area}"),
        (false, true) => format!("{matter} in all areas"),
        (true, false) => format!("decisions in {area}"),
        (true, true) => "all decisions".to_owned(),
    }
}

/// ` by the head of product`, or nothing where no role is known.
pub(crate) fn by_role(before: &str, role: &str) -> String {
    if role.is_empty() { String::new() } else { format!("{before}{role}") }
}

/// The sentence with a capital at its beginning.
pub(crate) fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// `84 % [76, 90]`; `None` where the number is not there or cannot be told.
pub(crate) fn share(signal: &Signal, name: &str) -> Option<String> {
    of_unit(signal, name, Unit::Share)
}

/// `84 % [76, 90] of 224 decisions`, with the n of the number itself.
pub(crate) fn share_of(signal: &Signal, name: &str, one: &str, many: &str) -> Option<String> {
    let n = signal.number(name)?.estimate().n();
    Some(format!("{} of {}", share(signal, name)?, counted(n, one, many)))
}

/// `9 working hours [7, 12]`; minutes below one hour, days of eight hours from sixteen on.
pub(crate) fn hours(signal: &Signal, name: &str) -> Option<String> {
    let unit = match signal.number(name)?.estimate().unit() {
        Unit::CalendarHours => Unit::CalendarHours,
        _ => Unit::WorkingHours,
    };
    of_unit(signal, name, unit)
}

/// `3.4 times [2.1, 5.5]`.
pub(crate) fn times(signal: &Signal, name: &str) -> Option<String> {
    of_unit(signal, name, Unit::Ratio)
}

/// A number as it is: `0.41 [0.35, 0.48]`, `12 [9, 16]`.
pub(crate) fn plain(signal: &Signal, name: &str) -> Option<String> {
    of_unit(signal, name, Unit::Count)
}

/// `1 decision`, `1,240 decisions`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// `14 March 2026`, the last day of a window in UTC.
pub(crate) fn last_day(window: Window) -> String {
    window.until.strftime("%-d %B %Y").to_string()
}

/// The parts that could be told, with commas and a last `and`; `None` where there is none.
pub(crate) fn joined(parts: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let mut parts: Vec<String> = parts.into_iter().flatten().collect();
    let last = parts.pop()?;
    Some(if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) })
}

/// The parts that could be told as one sentence; nothing where there is none.
pub(crate) fn sentence(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!(" {}.", capital(&parts.join("; "))) }
}

/// A number of a signal in a unit that its name implies, whatever its estimate says.
fn of_unit(signal: &Signal, name: &str, unit: Unit) -> Option<String> {
    let estimate = signal.number(name)?.estimate();
    told(estimate, &Scale::of(unit, estimate.value()?))
}

/// How the numbers of one sentence are written.
struct Scale {
    factor: f64,
    /// With the space before it.
    unit: String,
    decimals: usize,
    is_share: bool,
}

impl Scale {
    /// The size of the unit follows the value.
    fn of(unit: Unit, value: f64) -> Scale {
        let size = value.abs();
        let time = |day: f64, day_from: f64, kind: &str| {
            let (factor, unit) = match size {
                v if v < 1.0 => (60.0, "minutes"),
                v if v < day_from => (1.0, "hours"),
                _ => (1.0 / day, "days"),
            };
            (factor, format!(" {kind}{unit}"), if size * factor >= 5.0 { 0 } else { 1 })
        };
        let decimals = match size {
            s if s >= 10.0 => 0,
            s if s >= 2.0 => 1,
            _ => 2,
        };
        let (factor, words, decimals) = match unit {
            Unit::WorkingHours => time(WORKING_DAY_HOURS, DAYS_FROM_HOURS, "working "),
            Unit::CalendarHours => time(24.0, 48.0, ""),
            Unit::Share => (100.0, " %".to_owned(), if size >= 0.1 || size == 0.0 { 0 } else { 1 }),
            Unit::Ratio => (1.0, " times".to_owned(), if size >= 20.0 { 0 } else { 1 }),
            Unit::PerDecision | Unit::PerItem | Unit::Count => (1.0, String::new(), decimals),
        };
        Scale { factor, unit: words, decimals, is_share: unit == Unit::Share }
    }
}

/// Value, unit and interval. Numbers that differ look different, and what is not quite all or nothing does not look so.
fn told(estimate: &Estimate, scale: &Scale) -> Option<String> {
    let factor = scale.factor;
    let value = estimate.value()?;
    let limits = estimate.interval();
    let known: Vec<f64> = [limits.low, Some(value), limits.high].into_iter().flatten().collect();
    let alike = |decimals: usize| {
        let texts: Vec<String> = known.iter().map(|x| format!("{:.decimals$}", x * factor)).collect();
        let pressed = (1..known.len()).any(|i| known[i] != known[i - 1] && texts[i] == texts[i - 1]);
        let shown = format!("{:.decimals$}", value * factor).parse().unwrap_or(0.0);
        let rounded_away = scale.is_share && ((value < 1.0 && shown >= factor) || (value > 0.0 && shown == 0.0));
        pressed || rounded_away
    };
    let from = scale.decimals;
    let decimals = (from..from + 2).find(|decimals| !alike(*decimals)).unwrap_or(from);
    let show = |x: f64| {
        let shown = x * factor;
        if decimals == 0 && (1_000.0..9e15).contains(&shown) {
            return count(shown.round() as u64);
        }
        let text = format!("{shown:.decimals$}");
        match text.strip_prefix('-') {
            Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
            _ => text,
        }
    };
    let bracket = match (limits.low, limits.high) {
        (Some(low), Some(high)) => format!(" [{}, {}]", show(low), show(high)),
        (Some(low), None) => format!(" [at least {}]", show(low)),
        (None, Some(high)) => format!(" [at most {}]", show(high)),
        (None, None) => String::new(),
    };
    let value = show(value);
    let unit = if value == "1" { scale.unit.strip_suffix('s').unwrap_or(&scale.unit) } else { &scale.unit };
    Some(format!("{value}{unit}{bracket}"))
}

/// `1,240`.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sayso_model::signal::Pattern;

    use super::*;
    use crate::made::signal;

    #[test]
    fn shares_with_their_interval_and_n() {
        let s =
            signal(Pattern::ImplicitGate).share("a", 0.84, 0.76, 0.90, 224).share("b", 0.053, 0.039, 0.07, 900).done();
        assert_eq!(share_of(&s, "a", "decision", "decisions").unwrap(), "84 % [76, 90] of 224 decisions");
        assert_eq!(share(&s, "b").unwrap(), "5.3 % [3.9, 7.0]");
        assert_eq!(share(&s, "c"), None, "a number that is not there is not told");
    }

    #[test]
    fn nearly_all_is_not_all_and_all_is() {
        let s = signal(Pattern::SoleGate).share("a", 0.996, 0.98, 0.999, 223).share("b", 1.0, 0.984, 1.0, 223).done();
        assert_eq!(share(&s, "a").unwrap(), "99.6 % [98.0, 99.9]");
        assert_eq!(share(&s, "b").unwrap(), "100 % [98, 100]");
    }

    #[test]
    fn hours_grow_into_days_of_eight_hours() {
        let s = signal(Pattern::ImplicitGate)
            .hours("a", 9.0, 7.2, 11.8)
            .hours("b", 17.0, 14.0, 20.0)
            .hours("c", 0.25, 0.1, 0.5)
            .hours("d", 7_495.0, 6_000.0, 9_100.0)
            .done();
        assert_eq!(hours(&s, "a").unwrap(), "9 working hours [7, 12]");
        assert_eq!(hours(&s, "b").unwrap(), "2.1 working days [1.8, 2.5]");
        assert_eq!(hours(&s, "c").unwrap(), "15 working minutes [6, 30]");
        assert_eq!(hours(&s, "d").unwrap(), "937 working days [750, 1,138]");
    }

    #[test]
    fn a_number_without_a_value_or_a_limit_is_honest() {
        let s = signal(Pattern::ImplicitGate).unknown("a").open_ended("b", 3.4, 2.1).done();
        assert_eq!(times(&s, "a"), None);
        assert_eq!(times(&s, "b").unwrap(), "3.4 times [at least 2.1]");
    }

    #[test]
    fn places_in_words() {
        assert_eq!(place_of("scope", "pricing"), "scope of pricing");
        assert_eq!(place_of("scope", ""), "scope in all areas");
        assert_eq!(place_of("", "pricing"), "decisions in pricing");
        assert_eq!(place_of("", ""), "all decisions");
    }

    #[test]
    fn parts_are_joined_as_people_do() {
        let some = |words: &str| Some(words.to_owned());
        assert_eq!(joined([some("a"), None, some("b"), some("c")]).unwrap(), "a, b and c");
        assert_eq!(joined([None, None]), None);
        assert_eq!(sentence([some("one"), some("two")]), " One; two.");
    }
}
