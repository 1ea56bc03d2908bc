//! Plain estimates in words, where no finding chooses the words: "36 % [31, 41] of 520".

use sayso_stats::{Estimate, Unit};

/// An estimate with its interval and n; "cannot tell" with the reason where it has no value.
pub fn number(estimate: &Estimate) -> String {
    let Some(value) = estimate.value() else {
        return format!("cannot tell ({})", estimate.why().unwrap_or("too little to go by"));
    };
    let unit = estimate.unit();
    let (low, high) = (estimate.interval().low, estimate.interval().high);
    let limits = match (low, high) {
        (Some(low), Some(high)) => format!(" [{}, {}]", bare(low, unit), bare(high, unit)),
        (Some(low), None) => format!(" [at least {}]", bare(low, unit)),
        (None, Some(high)) => format!(" [at most {}]", bare(high, unit)),
        (None, None) => String::new(),
    };
    format!("{}{limits}, n {}", amount(value, unit), crate::wording::count(estimate.n()))
}

/// A value with its unit.
pub fn amount(value: f64, unit: Unit) -> String {
    let bare = bare(value, unit);
    match unit {
        Unit::Share => format!("{bare} %"),
        Unit::WorkingHours | Unit::CalendarHours | Unit::PerDecision | Unit::PerItem => {
            format!("{bare} {}", unit.words())
        }
        Unit::Count | Unit::Ratio => bare,
    }
}

fn bare(value: f64, unit: Unit) -> String {
    let value = if unit == Unit::Share { value * 100.0 } else { value };
    let decimals = match value.abs() {
        x if x >= 100.0 => 0,
        x if x >= 10.0 => usize::from(unit != Unit::Share),
        _ => 1 + usize::from(unit != Unit::Share),
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use sayso_stats::{Interval, Window};

    use super::*;

    #[test]
    fn no_number_stands_alone() {
        let window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };
        let share = Estimate::new(0.362, Interval::new(0.31, 0.414), 1_520, Unit::Share, window, "by hand");
        assert_eq!(number(&share), "36 % [31, 41], n 1,520");
        let hours =
            Estimate::new(9.25, Interval { low: Some(7.0), high: None }, 20, Unit::WorkingHours, window, "by hand");
        assert_eq!(number(&hours), "9.25 working hours [at least 7], n 20");
        let none = Estimate::cannot_tell(3, Unit::Share, window, "by hand", "too few");
        assert_eq!(number(&none), "cannot tell (too few)");
        assert_eq!(amount(0.05, Unit::Share), "5 %");
    }
}
