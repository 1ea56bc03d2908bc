//! Hazards by hand: constant ones, two groups, and ends that all lie on one side.
#![allow(clippy::unwrap_used)]
use super::*;

/// Exponential waits: with one column of ones and stretches so short that an end says nothing of where it lay within
/// one, the hazard is ends over time.
fn constant(ends: usize, open: usize, length: f64) -> Stretches {
    let mut rows = Stretches::new(1);
    for i in 0..ends + open {
        rows.push(&[1.0], length, false, i as u32);
        if i < ends {
            rows.push(&[1.0], 1e-6, true, i as u32);
        }
    }
    rows
}

#[test]
fn a_constant_hazard_is_ends_over_time() {
    let fit = fit(&constant(30, 10, 5.0), Prior::None).unwrap();
    assert!((fit.coefficients[0].exp() - 30.0 / 200.0).abs() < 1e-6, "{}", fit.coefficients[0].exp());
    // Of a Poisson count: one over the root of the ends.
    assert!((fit.model_error(0) - 1.0 / 30.0_f64.sqrt()).abs() < 1e-4);
    assert_eq!((fit.ends, fit.clusters, fit.rows), (30, 40, 70));
}

/// Twenty ends in 100 hours against ten in 200: the ratio is 4.
fn two_groups() -> Stretches {
    let mut rows = Stretches::new(2);
    for i in 0..30_u32 {
        let exposed = f64::from(u8::from(i < 20));
        let length = if i < 20 { 5.0 } else { 20.0 };
        rows.push(&[1.0, exposed], length, false, i);
        rows.push(&[1.0, exposed], 1e-7, true, i);
    }
    rows
}

#[test]
fn two_groups_by_hand() {
    let fit = fit(&two_groups(), Prior::None).unwrap();
    let (ratio, limits) = fit.ratio(1, fit.model_error(1), 0.95);
    assert!((ratio - 4.0).abs() < 1e-5, "{ratio}");
    let half = 1.959_963_984_540_054 * (1.0_f64 / 20.0 + 1.0 / 10.0).sqrt();
    assert!((limits.low.unwrap() - 4.0 * (-half).exp()).abs() < 1e-4);
    let z = 4.0_f64.ln() / (0.15_f64).sqrt();
    assert!((fit.p_above(1, fit.model_error(1)) - upper_tail(z)).abs() < 1e-6);
    assert!((fit.p_two_sided(1, fit.model_error(1)) - 2.0 * upper_tail(z)).abs() < 1e-6);
    let score = score_p_above(&two_groups(), Prior::None, 1).unwrap();
    assert!(score < 0.01, "{score}");
}

#[test]
fn splitting_a_stretch_in_which_nothing_ended_changes_nothing() {
    let mut split = Stretches::new(2);
    let whole = two_groups();
    for i in 0..whole.len() {
        let (x, length) = (whole.row(i).to_vec(), whole.log_length[i].exp());
        if whole.ended[i] {
            split.push(&x, length, true, whole.cluster[i]);
        } else {
            (0..4).for_each(|_| split.push(&x, length / 4.0, false, whole.cluster[i]));
        }
    }
    let (whole, split) = (fit(&whole, Prior::None).unwrap(), fit(&split, Prior::None).unwrap());
    assert!((whole.coefficients[1] - split.coefficients[1]).abs() < 1e-9);
    assert!((whole.model_error(1) - split.model_error(1)).abs() < 1e-9);
}

/// All twenty ends after exposure, none in 200 hours before.
fn one_sided() -> Stretches {
    let mut rows = Stretches::new(2);
    for i in 0..20_u32 {
        rows.push(&[1.0, 0.0], 10.0, false, i);
        rows.push(&[1.0, 1.0], 5.0, false, i);
        rows.push(&[1.0, 1.0], 0.1, true, i);
    }
    rows
}

#[test]
fn where_all_ends_lie_on_one_side_it_is_said_and_a_weak_belief_keeps_the_ratio_finite() {
    let rows = one_sided();
    assert!(matches!(fit(&rows, Prior::None), Err(Unfit::Separated(columns)) if columns.contains(&1)));
    let fit = fit(&rows, Prior::From(1)).unwrap();
    // About half an end in 200 hours against twenty in 102.
    let ratio = fit.coefficients[1].exp();
    assert!((50.0..120.0).contains(&ratio), "{ratio}");
    let low = profile_low(&rows, Prior::From(1), 1, &fit, 0.95).unwrap().exp();
    assert!(low > 5.0 && low < ratio, "{low}");
    assert!(score_p_above(&rows, Prior::From(1), 1).unwrap() < 1e-4);
    // The sandwich sees no spread where nothing ended; the other error does.
    assert!(fit.model_error(1) > fit.standard_error(1));
    assert_eq!(fit.careful_error(1), fit.model_error(1));
}

#[test]
fn nothing_no_end_and_twins_are_refused() {
    assert_eq!(fit(&Stretches::new(1), Prior::None).unwrap_err(), Unfit::NoEnds);
    let mut open = Stretches::new(1);
    open.push(&[1.0], 5.0, false, 0);
    open.push(&[1.0], 0.0, true, 0);
    assert_eq!((open.len(), fit(&open, Prior::None).unwrap_err()), (1, Unfit::NoEnds));
    let mut twins = Stretches::new(2);
    for i in 0..9 {
        twins.push(&[1.0, 1.0], 1.0, i % 2 == 0, i);
    }
    assert_eq!(fit(&twins, Prior::None).unwrap_err(), Unfit::Collinear(1));
}

#[test]
fn slopes_agree_where_the_series_ends() {
    for m in [9.9e-4, 1.01e-3] {
        let (slope, weight) = ended_slopes(m);
        assert!((slope - (1.0 - m / 2.0 + m * m / 12.0)).abs() < 1e-12);
        assert!((weight - (m / 2.0 - m * m / 6.0)).abs() < 1e-11, "{weight}");
    }
}
