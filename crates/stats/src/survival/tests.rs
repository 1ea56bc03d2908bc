//! Truths by hand, edge cases and invariants of the survival estimators.
#![allow(clippy::unwrap_used)]

mod plain;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

const WINDOW: Window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };

fn table(observations: &[(f64, char)]) -> LifeTable {
    LifeTable::new(
        observations
            .iter()
            .map(|&(time, end)| Observation {
                time,
                end: match end {
                    'e' => End::Event,
                    'c' => End::Competing,
                    _ => End::Censored,
                },
            })
            .collect(),
    )
}

/// Seven, out of order, with a tie between an event and a censoring at 3 and one value that is none:
/// S = 6/7 at 1, 6/7 * 4/5 = 24/35 at 3 (the one censored at 3 is at risk), 24/35 * 2/3 = 16/35 at 4, 0 at 9.
#[test]
fn seven_rows_by_hand() {
    let rows = [(3.0, 'e'), (1.0, 'e'), (2.0, '.'), (3.0, '.'), (f64::NAN, 'e'), (4.0, 'e'), (7.0, '.'), (9.0, 'e')];
    let table = table(&rows);
    let km = table.kaplan_meier();
    assert_eq!(km.n(), 7);
    let curve: Vec<_> = km.steps().iter().map(|step| (step.time, step.at_risk, step.events)).collect();
    assert_eq!(curve, [(1.0, 7, 1), (3.0, 5, 1), (4.0, 3, 1), (9.0, 1, 1)]);
    for (step, truth) in km.steps().iter().zip([6.0 / 7.0, 24.0 / 35.0, 16.0 / 35.0, 0.0]) {
        assert!((step.survival - truth).abs() < 1e-15);
    }
    // Greenwood after the second event: 1/(7*6) + 1/(5*4) = 31/420.
    assert!((km.steps()[1].greenwood - 31.0 / 420.0).abs() < 1e-15);
    let se = 24.0 / 35.0 * (31.0f64 / 420.0).sqrt();
    assert!((km.steps()[1].variance().sqrt() - se).abs() < 1e-15);
    let median = km.quantile(0.5, Unit::CalendarHours, WINDOW);
    assert_eq!(median.value(), Some(4.0));
    // Area to 9: 1*1 + 6/7*2 + 24/35*1 + 16/35*5 = 199/35.
    let mean = km.restricted_mean(9.0, Unit::CalendarHours, WINDOW);
    assert!((mean.value().unwrap() - 199.0 / 35.0).abs() < 1e-12);
}

/// Two answered, one withdrawn, one open: F = 1/4 at 1, then S- = 3/4: withdrawn 1/4 at 2, then S- = 1/2 with two at
/// risk: F = 1/4 + 1/4 at 3.
#[test]
fn competing_ends_by_hand() {
    let table = table(&[(1.0, 'e'), (2.0, 'c'), (3.0, 'e'), (4.0, '.')]);
    let aj = table.aalen_johansen();
    let curve: Vec<_> = aj.steps().iter().map(|step| (step.time, step.incidence, step.competing)).collect();
    assert_eq!(curve, [(1.0, 0.25, 0.0), (2.0, 0.25, 0.25), (3.0, 0.5, 0.25)]);
    // At the first end the variance is the binomial one: 1/4 * 3/4 / 4.
    assert!((aj.steps()[0].variance - 3.0 / 64.0).abs() < 1e-15);
    assert_eq!(aj.quantile(0.5, Unit::WorkingHours, WINDOW).value(), Some(3.0));
    assert_eq!(aj.quantile(0.25, Unit::WorkingHours, WINDOW).value(), Some(1.0));
    assert!(aj.quantile(0.75, Unit::WorkingHours, WINDOW).value().is_none());
}

/// Taking withdrawn ones for censored overstates: 1 - KM is 5/8 where the incidence is 1/2.
#[test]
fn kaplan_meier_overstates_beside_a_competing_end() {
    let rows = table(&[(1.0, 'e'), (2.0, 'c'), (3.0, 'e'), (4.0, '.')]);
    assert!((1.0 - rows.kaplan_meier().survival_at(3.0) - 0.625).abs() < 1e-15);
    assert!((1.0 - rows.any_end().kaplan_meier().survival_at(3.0) - 0.75).abs() < 1e-15);
}

/// Without censoring or competing ends everything is binomial.
#[test]
fn complete_observations_are_the_empirical_distribution() {
    let rows: Vec<_> = (1..=40).map(|i| (f64::from(i), 'e')).collect();
    let table = table(&rows);
    let (km, aj) = (table.kaplan_meier(), table.aalen_johansen());
    for (i, (step, same)) in km.steps().iter().zip(aj.steps()).enumerate() {
        let p = (i as f64 + 1.0) / 40.0;
        assert!((step.survival - (1.0 - p)).abs() < 1e-12);
        assert!((step.variance() - p * (1.0 - p) / 40.0).abs() < 1e-12);
        assert!((same.incidence - p).abs() < 1e-12);
        assert!((same.variance - p * (1.0 - p) / 40.0).abs() < 1e-12);
    }
    assert_eq!(km.quantile(0.5, Unit::CalendarHours, WINDOW).value(), Some(20.0));
    assert_eq!(aj.quantile(0.5, Unit::CalendarHours, WINDOW).value(), Some(20.0));
}

#[test]
fn nothing_watched_nothing_said() {
    let nothing = table(&[]);
    for e in [
        nothing.kaplan_meier().quantile(0.5, Unit::CalendarHours, WINDOW),
        nothing.kaplan_meier().restricted_mean(5.0, Unit::CalendarHours, WINDOW),
        nothing.kaplan_meier().ended_by(1.0, WINDOW),
        nothing.aalen_johansen().quantile(0.5, Unit::CalendarHours, WINDOW),
        nothing.aalen_johansen().ended_by(1.0, WINDOW),
    ] {
        assert_eq!((e.value(), e.interval(), e.n()), (None, Interval::UNKNOWN, 0));
    }
}

#[test]
fn all_open_bounds_the_median_from_below() {
    let open: Vec<_> = (1..=20).map(|i| (f64::from(i), '.')).collect();
    for e in [
        table(&open).kaplan_meier().quantile(0.5, Unit::CalendarHours, WINDOW),
        table(&open).aalen_johansen().quantile(0.5, Unit::CalendarHours, WINDOW),
    ] {
        assert_eq!(e.value(), None);
        // Thirteen were watched up to 8.
        assert_eq!(e.interval(), Interval { low: Some(8.0), high: None });
        assert!(e.why().unwrap().contains("50 %"));
    }
    let few = table(&open[..5]).kaplan_meier().quantile(0.5, Unit::CalendarHours, WINDOW);
    assert_eq!(few.interval(), Interval::UNKNOWN);
}

#[test]
fn a_median_that_is_not_reached_has_a_lower_limit() {
    let mut rows: Vec<_> = (1..=10).map(|i| (f64::from(i), 'e')).collect();
    rows.extend((0..40).map(|_| (30.0, '.')));
    let e = table(&rows).kaplan_meier().quantile(0.5, Unit::CalendarHours, WINDOW);
    assert_eq!((e.value(), e.interval()), (None, Interval { low: Some(30.0), high: None }));
}

#[test]
fn a_horizon_beyond_the_watching_is_refused() {
    let table = table(&[(1.0, 'e'), (5.0, '.')]);
    let km = table.kaplan_meier();
    assert!(km.restricted_mean(6.0, Unit::CalendarHours, WINDOW).value().is_none());
    assert_eq!(km.restricted_mean(5.0, Unit::CalendarHours, WINDOW).value(), Some(3.0));
    assert!(km.ended_by(6.0, WINDOW).value().is_none());
    assert_eq!(km.ended_by(2.0, WINDOW).value(), Some(0.5));
    assert_eq!(km.ended_by(0.5, WINDOW).value(), Some(0.0));
}

#[test]
fn all_at_once_is_a_single_step() {
    let table = table(&[(0.0, 'e'); 8]);
    let km = table.kaplan_meier();
    assert_eq!(km.steps().len(), 1);
    assert_eq!(km.quantile(0.5, Unit::CalendarHours, WINDOW).value(), Some(0.0));
}

fn observations() -> impl Strategy<Value = Vec<Observation>> {
    proptest::collection::vec(
        (0u32..60, 0u8..4).prop_map(|(time, end)| Observation {
            time: f64::from(time) / 4.0,
            end: match end {
                0 | 1 => End::Event,
                2 => End::Competing,
                _ => End::Censored,
            },
        }),
        0..200,
    )
}

proptest! {
    #[test]
    fn survival_falls_from_1_and_stays_within_0_and_1(observations in observations()) {
        let table = LifeTable::new(observations);
        let km = table.kaplan_meier();
        let mut before = 1.0;
        for step in km.steps() {
            prop_assert!(step.survival <= before && step.survival >= 0.0);
            let limits = step.limits(0.95);
            prop_assert!(limits.low.is_none_or(|x| (0.0..=step.survival).contains(&x)));
            prop_assert!(limits.high.is_none_or(|x| (step.survival..=1.0).contains(&x)));
            before = step.survival;
        }
    }

    #[test]
    fn both_ends_and_what_is_left_sum_to_1(observations in observations()) {
        let table = LifeTable::new(observations);
        let any_end = table.clone().any_end();
        let all = any_end.kaplan_meier();
        for step in table.aalen_johansen().steps() {
            prop_assert!((step.incidence + step.competing + step.survival - 1.0).abs() < 1e-12);
            prop_assert!((step.survival - all.survival_at(step.time)).abs() < 1e-12);
            prop_assert!(step.variance >= 0.0);
        }
    }

    #[test]
    fn without_competing_ends_it_is_kaplan_meier(observations in observations()) {
        let table = LifeTable::new(observations).any_end();
        let (km, aj) = (table.kaplan_meier(), table.aalen_johansen());
        prop_assert_eq!(km.steps().len(), aj.steps().len());
        for (a, b) in km.steps().iter().zip(aj.steps()) {
            prop_assert!((1.0 - a.survival - b.incidence).abs() < 1e-12);
            prop_assert!(a.survival == 0.0 || (a.variance() - b.variance).abs() < 1e-12);
        }
    }

    #[test]
    fn a_quantile_lies_within_its_limits(observations in observations(), p in 0.05f64..0.95) {
        let table = LifeTable::new(observations);
        for e in [
            table.kaplan_meier().quantile(p, Unit::CalendarHours, WINDOW),
            table.aalen_johansen().quantile(p, Unit::CalendarHours, WINDOW),
        ] {
            if let Some(value) = e.value() {
                prop_assert!(e.interval().low.is_none_or(|low| low <= value), "{:?}", e);
                prop_assert!(e.interval().high.is_none_or(|high| value <= high), "{:?}", e);
            }
        }
    }
}
