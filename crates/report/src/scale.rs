//! Scales: where a value stands on an axis, and the ticks a person would choose.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Unit as Span, Zoned};
use sayso_model::time::Instant;
use sayso_stats::Unit;

use crate::quantity;

/// From values to positions.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    domain: (f64, f64),
    range: (f64, f64),
    logarithmic: bool,
    /// Values with their labels, in order; all of them within the domain.
    pub(crate) ticks: Vec<(f64, String)>,
}

impl Scale {
    /// Shares from 0 to a round limit above `most`, as per cent.
    pub(crate) fn shares(most: f64, range: (f64, f64)) -> Self {
        let most = most.clamp(0.0, 1.0);
        let (end, step) = [(0.05, 0.01), (0.1, 0.02), (0.2, 0.05), (0.4, 0.1), (0.6, 0.2), (0.8, 0.2)]
            .into_iter()
            .find(|(end, _)| most <= *end)
            .unwrap_or((1.0, 0.25));
        let n = (end / step).round() as u32;
        let ticks = (0..=n)
            .map(|i| f64::from(i) * step)
            .map(|x| (x, format!("{:.0}{}%", x * 100.0, quantity::HARD_SPACE)))
            .collect();
        Self { domain: (0.0, end), range, logarithmic: false, ticks }
    }

    /// Plain numbers from 0 to a round limit above `most`.
    pub(crate) fn numbers(most: f64, range: (f64, f64)) -> Self {
        let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
        let magnitude = 10_f64.powf(most.log10().floor());
        let step = [0.2, 0.5, 1.0, 2.0]
            .into_iter()
            .map(|x| x * magnitude)
            .find(|step| most / step <= 6.0)
            .unwrap_or(2.0 * magnitude);
        let n = (most / step).ceil().max(1.0);
        let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
        let ticks = (0..=n as u32).map(|i| f64::from(i) * step).map(|x| (x, format!("{x:.decimals$}"))).collect();
        Self { domain: (0.0, n * step), range, logarithmic: false, ticks }
    }

    /// Hours on a logarithmic scale, with ticks at human durations of the clock: minutes, hours, days, weeks.
    ///
    /// Values at or below 0 stand at the beginning. Bounds that are not positive numbers give 1 to 10 hours.
    pub(crate) fn hours(least: f64, most: f64, unit: Unit, range: (f64, f64)) -> Self {
        let positive = |x: f64| (x.is_finite() && x > 0.0).then_some(x);
        let (least, most) = (positive(least).unwrap_or(1.0), positive(most).unwrap_or(10.0));
        let (mut low, mut high) = (least.min(most) / 1.15, least.max(most) * 1.15);
        // Less than a factor of six shows no human tick twice: widen evenly around the middle.
        if high / low < 6.0 {
            let middle = (low * high).sqrt();
            (low, high) = (middle / 6_f64.sqrt(), middle * 6_f64.sqrt());
        }
        let mut ticks: Vec<(f64, String)> = durations(unit)
            .iter()
            .filter(|(hours, _)| (low..=high).contains(hours))
            .map(|(hours, label)| (*hours, (*label).to_owned()))
            .collect();
        // On a wide scale the finer ticks would only crowd.
        while ticks.len() > 6 {
            ticks = ticks.into_iter().step_by(2).collect();
        }
        Self { domain: (low.ln(), high.ln()), range, logarithmic: true, ticks }
    }

    /// Ratios on a logarithmic scale around 1, which is always on it.
    ///
    /// Bounds that are not positive numbers count as 1.
    pub(crate) fn ratios(least: f64, most: f64, range: (f64, f64)) -> Self {
        let positive = |x: f64| if x.is_finite() && x > 0.0 { x } else { 1.0 };
        let (least, most) = (positive(least).min(1.0), positive(most).max(1.0));
        let (low, high) = (least.min(0.8) / 1.15, most.max(1.25) * 1.15);
        let mut ticks: Vec<(f64, String)> = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
            .into_iter()
            .filter(|tick| (low..=high).contains(tick))
            .map(|tick| (tick, format!("\u{d7}{}{tick}", quantity::HARD_SPACE)))
            .collect();
        // On a wide scale only powers of ten around 1 stay.
        if ticks.len() > 7 {
            ticks.retain(|(tick, _)| (tick.log10() - tick.log10().round()).abs() < 1e-9);
        }
        Self { domain: (low.ln(), high.ln()), range, logarithmic: true, ticks }
    }

    /// Time, with ticks at midnights, Mondays, or first days of months or years, all in UTC.
    pub(crate) fn time(since: Instant, until: Instant, range: (f64, f64), ticks_max: usize) -> Self {
        let (from, to) = (since.micros(), until.micros().max(since.micros() + 1));
        Self {
            domain: (from as f64, to as f64),
            range,
            logarithmic: false,
            ticks: time_ticks(since.timestamp(), Instant::from_micros(to).timestamp(), ticks_max.max(2)),
        }
    }

    /// The position of a value; beyond the domain it stands at the nearest end.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let x = match self.logarithmic {
            true if value > 0.0 => value.ln(),
            true => self.domain.0,
            false => value,
        };
        let part = ((x - self.domain.0) / (self.domain.1 - self.domain.0)).clamp(0.0, 1.0);
        let part = if part.is_finite() { part } else { 0.0 };
        self.range.0 + part * (self.range.1 - self.range.0)
    }

    /// The position of an instant on a scale of time.
    pub(crate) fn at_instant(&self, at: Instant) -> f64 {
        self.at(at.micros() as f64)
    }
}

fn durations(unit: Unit) -> &'static [(f64, &'static str)] {
    match unit {
        Unit::WorkingHours => &[
            (1.0 / 60.0, "1 min"),
            (5.0 / 60.0, "5 min"),
            (0.25, "15 min"),
            (1.0, "1 h"),
            (4.0, "4 h"),
            (8.0, "1 day"),
            (16.0, "2 days"),
            (40.0, "1 week"),
            (80.0, "2 weeks"),
            (173.0, "1 month"),
            (520.0, "3 months"),
            (2080.0, "1 year"),
            (10_400.0, "5 years"),
        ],
        _ => &[
            (1.0 / 60.0, "1 min"),
            (5.0 / 60.0, "5 min"),
            (0.25, "15 min"),
            (1.0, "1 h"),
            (6.0, "6 h"),
            (24.0, "1 day"),
            (72.0, "3 days"),
            (168.0, "1 week"),
            (336.0, "2 weeks"),
            (730.0, "1 month"),
            (2_190.0, "3 months"),
            (8_766.0, "1 year"),
            (43_830.0, "5 years"),
        ],
    }
}

/// The finest of the usual steps that gives no more than `ticks_max` ticks.
fn time_ticks(since: Timestamp, until: Timestamp, ticks_max: usize) -> Vec<(f64, String)> {
    let hours = (until.as_second() - since.as_second()) as f64 / 3_600.0;
    let steps: [(f64, &str, jiff::Span); 10] = [
        (5.0 / 60.0, "%H:%M", 5.minutes()),
        (0.25, "%H:%M", 15.minutes()),
        (1.0, "%H:%M", 1.hour()),
        (3.0, "%H:%M", 3.hours()),
        (24.0, "%a\u{a0}%-d\u{a0}%b", 1.day()),
        (168.0, "%-d\u{a0}%b", 1.week()),
        (730.0, "%b\u{a0}%Y", 1.month()),
        (2_190.0, "%b\u{a0}%Y", 3.months()),
        (8_766.0, "%Y", 1.year()),
        (87_660.0, "%Y", 10.years()),
    ];
    let (step_hours, form, step) =
        steps.into_iter().find(|(step, ..)| hours / step <= ticks_max as f64).unwrap_or((87_660.0, "%Y", 10.years()));
    let Some(mut at) = first_tick(&since.to_zoned(TimeZone::UTC), step_hours) else { return Vec::new() };
    let mut ticks = Vec::new();
    // A few more than asked for at most: months are not all as long as the average.
    while at.timestamp() <= until && ticks.len() <= 2 * ticks_max {
        if at.timestamp() >= since {
            ticks.push((at.timestamp().as_microsecond() as f64, at.strftime(form).to_string()));
        }
        match at.checked_add(step) {
            Ok(next) => at = next,
            Err(_) => break,
        }
    }
    if (700.0..8_000.0).contains(&step_hours) {
        // The year stands at the first month and at each January; more of them would only crowd.
        for (_, label) in ticks.iter_mut().skip(1).filter(|(_, label)| !label.starts_with("Jan")) {
            label.truncate(label.find('\u{a0}').unwrap_or(label.len()));
        }
    }
    if ticks.is_empty() {
        ticks.push((since.as_microsecond() as f64, quantity::minute(Instant::from(since))));
    }
    ticks
}

/// The last round instant of the step at or before `since`.
fn first_tick(since: &Zoned, step_hours: f64) -> Option<Zoned> {
    let midnight = since.start_of_day().ok()?;
    match step_hours {
        h if h < 24.0 => Some(midnight),
        h if h < 100.0 => Some(midnight),
        h if h < 200.0 => midnight.checked_sub(i64::from(midnight.weekday().to_monday_zero_offset()).days()).ok(),
        h if h < 1_000.0 => midnight.first_of_month().ok(),
        h if h < 3_000.0 => {
            let month = midnight.first_of_month().ok()?;
            month.checked_sub(i64::from((month.month() - 1) % 3).months()).ok()
        }
        h => {
            let year = midnight.first_of_year().ok()?;
            let decade = if h > 10_000.0 { i64::from(year.year().rem_euclid(10)) } else { 0 };
            year.checked_sub(jiff::Span::new().try_years(decade).ok()?).ok()
        }
    }
    .map(|at| at.round(Span::Second).unwrap_or(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_always_on_a_scale_of_ratios() {
        for (least, most) in [(1.2, 3.0), (0.3, 0.9), (f64::NAN, f64::INFINITY), (0.01, 90.0)] {
            let scale = Scale::ratios(least, most, (0.0, 100.0));
            assert!(scale.ticks.iter().any(|(tick, _)| *tick == 1.0), "{least} {most}");
            assert!((0.0..=100.0).contains(&scale.at(1.0)));
        }
        let scale = Scale::ratios(0.5, 2.0, (0.0, 100.0));
        assert!((scale.at(1.0) - 50.0).abs() < 1e-9, "halves and doubles are as far from 1");
    }

    fn instant(text: &str) -> Instant {
        Instant::from(text.parse::<Timestamp>().unwrap())
    }

    #[test]
    fn an_hour_and_a_day_stand_where_a_log_scale_puts_them() {
        let scale = Scale::hours(1.0, 64.0, Unit::WorkingHours, (0.0, 100.0));
        assert!((scale.at(8.0) - 50.0).abs() < 1e-9, "8 is the geometric middle of 1 and 64");
        assert!(scale.ticks.iter().any(|(at, label)| *at == 8.0 && label == "1 day"));
        assert_eq!(scale.at(0.0), 0.0);
        assert_eq!(scale.at(-3.0), 0.0);
    }

    #[test]
    fn a_narrow_span_of_hours_still_has_ticks() {
        for (low, high) in [(3.0, 3.1), (0.5, 0.5), (100.0, 101.0), (f64::NAN, 0.0)] {
            let scale = Scale::hours(low, high, Unit::WorkingHours, (0.0, 1.0));
            assert!(!scale.ticks.is_empty(), "{low} to {high}");
        }
    }

    #[test]
    fn shares_end_at_a_round_per_cent() {
        let scale = Scale::shares(0.37, (0.0, 1.0));
        assert_eq!(scale.ticks.last().map(|t| t.1.replace('\u{a0}', " ")), Some("40 %".to_owned()));
        assert_eq!(Scale::shares(0.0, (0.0, 1.0)).at(0.0), 0.0);
    }

    #[test]
    fn plain_numbers_cover_the_largest() {
        for most in [0.0, 0.3, 1.0, 2.4, 7.0, 11.0, 950.0] {
            let scale = Scale::numbers(most, (0.0, 1.0));
            assert!(scale.at(most) <= 1.0 && scale.ticks.len() >= 2, "{most}");
            assert!(scale.ticks.last().is_some_and(|t| t.0 >= most), "{most}");
        }
    }

    #[test]
    fn ticks_of_time_are_midnights_mondays_and_first_days() {
        let days = Scale::time(instant("2026-03-02T08:00:00Z"), instant("2026-03-05T18:00:00Z"), (0.0, 1.0), 8);
        assert_eq!(days.ticks.first().map(|t| t.1.replace('\u{a0}', " ")), Some("Tue 3 Mar".to_owned()));
        let weeks = Scale::time(instant("2026-03-04T08:00:00Z"), instant("2026-04-10T18:00:00Z"), (0.0, 1.0), 8);
        assert_eq!(weeks.ticks.first().map(|t| t.1.replace('\u{a0}', " ")), Some("9 Mar".to_owned()));
        let years = Scale::time(instant("2005-03-04T08:00:00Z"), instant("2026-04-10T18:00:00Z"), (0.0, 1.0), 8);
        assert_eq!(years.ticks.first().map(|t| t.1.clone()), Some("2010".to_owned()));
    }

    #[test]
    fn no_time_at_all_is_no_panic() {
        let at = instant("2026-03-02T08:00:00Z");
        let scale = Scale::time(at, at, (0.0, 1.0), 8);
        assert_eq!(scale.at_instant(at), 0.0);
    }
}
