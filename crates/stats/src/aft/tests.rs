//! Hand-made truths, degenerate inputs and invariants of the accelerated failure time models.
#![allow(clippy::unwrap_used)]

use std::f64::consts::PI;

use proptest::prelude::*;

use super::shape::normal_tail;
use super::*;

/// Without censoring the log-normal is least squares: group means of the logarithms, spread with n below.
#[test]
fn log_normal_without_censoring_is_least_squares() {
    let mut times = Times::new(2);
    for (i, (group, log)) in [(0.0, 1.0), (0.0, 3.0), (1.0, 2.0), (1.0, 6.0)].into_iter().enumerate() {
        assert!(times.push(&[1.0, group], f64::exp(log), true, i as u32));
    }
    let fit = fit(&times, Shape::LogNormal).unwrap();
    assert!((fit.coefficients[0] - 2.0).abs() < 1e-9 && (fit.coefficients[1] - 2.0).abs() < 1e-9, "{fit:?}");
    // Residuals -1, 1, -2, 2: variance 10/4.
    assert!((fit.scale - 2.5_f64.sqrt()).abs() < 1e-9, "{}", fit.scale);
    assert!((fit.model_error(0) - (2.5_f64 / 2.0).sqrt()).abs() < 1e-9);
}

#[test]
fn what_cannot_be_fitted_says_why() {
    let mut times = Times::new(2);
    assert_eq!(fit(&times, Shape::Weibull).unwrap_err(), Unfit::NoEnds);
    assert!(choose(&times, 1).is_err());
    assert!(!times.push(&[1.0, 0.0], 0.0, true, 0) && !times.push(&[1.0, 0.0], f64::NAN, true, 0));
    times.push(&[1.0, 0.0], 3.0, false, 0);
    assert_eq!(fit(&times, Shape::LogNormal).unwrap_err(), Unfit::NoEnds);
    for i in 0..9 {
        times.push(&[1.0, 0.0], 2.0 + f64::from(i), true, i as u32);
    }
    assert_eq!(fit(&times, Shape::LogNormal).unwrap_err(), Unfit::Collinear(1));
    let mut same = Times::new(1);
    (0..9).for_each(|i| assert!(same.push(&[1.0], 2.0, true, i)));
    assert_eq!(fit(&same, Shape::LogLogistic).unwrap_err(), Unfit::NoSpread);
}

/// A group in which nothing ended has no finite ratio.
#[test]
fn a_group_without_an_end_does_not_settle() {
    let mut times = Times::new(2);
    for i in 0..40 {
        let group = f64::from(i % 2);
        times.push(&[1.0, group], 1.0 + f64::from(i), i % 2 == 0, i as u32);
    }
    for shape in Shape::ALL {
        assert!(fit(&times, shape).is_err(), "{shape:?}");
    }
}

#[test]
fn the_tail_of_the_normal_holds_far_out() {
    let (near, mills) = normal_tail(24.999_999);
    let (far, series) = normal_tail(25.000_001);
    assert!((near - far).abs() < 1e-3 && (mills - series).abs() < 1e-5, "{near} {far} {mills} {series}");
    assert!(normal_tail(1e6).0.is_finite());
    assert!((normal_tail(0.0).0 - 0.5_f64.ln()).abs() < 1e-12);
}

/// Times drawn from each shape: it is chosen, and the ratio of 1.5 is within three errors.
#[test]
fn the_shape_that_made_the_times_is_chosen() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for shape in Shape::ALL {
        let mut times = Times::new(2);
        for i in 0..3_000_u32 {
            let u = (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0;
            let v = (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0;
            let e = match shape {
                Shape::LogNormal => (-2.0 * u.ln()).sqrt() * (2.0 * PI * v).cos(),
                Shape::Weibull => (-u.ln()).ln(),
                Shape::LogLogistic => (u / (1.0 - u)).ln(),
            };
            let group = f64::from(i % 2);
            let time = (1.0 + 1.5_f64.ln() * group + 0.8 * e).exp();
            times.push(&[1.0, group], time.min(30.0), time < 30.0, i);
        }
        let choice = choose(&times, 5).unwrap();
        assert_eq!(choice.shape, shape, "{choice:?}");
        assert_eq!(choice, choose(&times, 5).unwrap());
        let fit = fit(&times, shape).unwrap();
        assert!((fit.coefficients[1] - 1.5_f64.ln()).abs() < 3.0 * fit.careful_error(1), "{fit:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Another unit moves the mean and nothing else; swapping the groups inverts the ratio.
    #[test]
    fn unit_and_side(
        rows in proptest::collection::vec((0.1..100.0_f64, any::<bool>(), 0u8..4), 12..60), unit in 0.01..100.0_f64, shape in 0usize..3
    ) {
        let shape = Shape::ALL[shape];
        let of = |unit: f64, swap: bool| {
            let mut times = Times::new(2);
            for (i, &(time, group, censored)) in rows.iter().enumerate() {
                times.push(&[1.0, f64::from(u8::from(group != swap))], time * unit, censored > 0, i as u32);
            }
            fit(&times, shape)
        };
        match (of(1.0, false), of(unit, false), of(1.0, true)) {
            (Ok(one), Ok(scaled), Ok(swapped)) => {
                prop_assert!((one.coefficients[1] - scaled.coefficients[1]).abs() < 1e-5);
                prop_assert!((one.coefficients[1] + swapped.coefficients[1]).abs() < 1e-5);
                prop_assert!((one.careful_error(1) - scaled.careful_error(1)).abs() < 1e-4 * (1.0 + one.careful_error(1)));
                prop_assert!((scaled.coefficients[0] - one.coefficients[0] - unit.ln()).abs() < 1e-5);
            }
            (Err(_), Err(_), Err(_)) => {}
            (one, scaled, swapped) => prop_assert!(false, "{one:?} {scaled:?} {swapped:?}"),
        }
    }
}

/// Fitting what was chosen gives what fitting anew gives, to the last bit; also where some columns are 0 nearly everywhere.
#[test]
fn the_fit_of_a_choice_is_the_fit() {
    let mut times = Times::new(4);
    for i in 0..300_u32 {
        let is = |holds: bool| f64::from(u8::from(holds));
        let x = [1.0, is(i % 2 == 0), is(i % 7 == 0), f64::from(i % 5) / 3.0];
        let time = 1.0 + f64::from(i * 7919 % 101) * (1.0 + x[1]);
        assert!(times.push(&x, time, i % 9 != 0, i / 2));
    }
    let choice = choose(&times, 3).unwrap();
    assert_eq!(choice.held_out.len(), 3);
    let (one, other) = (choice.fit(&times).unwrap(), fit(&times, choice.shape).unwrap());
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
}
