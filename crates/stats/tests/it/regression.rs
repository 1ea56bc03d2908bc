//! Accelerated failure times, counts and shifts against saved output (`tests/reference/regression.py` made it).

use sayso_stats::aft::{self, Shape, Times};
use sayso_stats::count::{self, Counts};
use sayso_stats::shift::{Value, stratified};
use serde::Deserialize;

const NEAR: f64 = 1e-6;

#[derive(Deserialize)]
struct Reference {
    aft: Vec<AftCase>,
    counts: Vec<CountCase>,
    shift: Vec<ShiftCase>,
}

#[derive(Deserialize)]
struct AftCase {
    shape: String,
    x: Vec<Vec<f64>>,
    time: Vec<f64>,
    ended: Vec<bool>,
    cluster: Vec<u32>,
    coefficients: Vec<f64>,
    scale: f64,
    log_likelihood: f64,
    model_error: Vec<f64>,
    robust_error: Vec<f64>,
}

#[derive(Deserialize)]
struct CountCase {
    x: Vec<Vec<f64>>,
    count: Vec<u64>,
    exposure: Vec<f64>,
    cluster: Vec<u32>,
    coefficients: Vec<f64>,
    dispersion: f64,
    log_likelihood: f64,
    model_error: Vec<f64>,
    robust_error: Vec<f64>,
}

#[derive(Deserialize)]
struct ShiftCase {
    value: Vec<f64>,
    in_group: Vec<bool>,
    stratum: Vec<u32>,
    shift: f64,
    used: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../reference/regression.json")).unwrap()
}

#[track_caller]
fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < NEAR * theirs.abs().max(1.0), "{ours} is not {theirs}");
}

#[test]
fn accelerated_failure_times() {
    for case in reference().aft {
        let shape = Shape::ALL.into_iter().find(|shape| shape.words() == case.shape).unwrap();
        let mut times = Times::new(case.x[0].len());
        for (i, x) in case.x.iter().enumerate() {
            assert!(times.push(x, case.time[i], case.ended[i], case.cluster[i]));
        }
        let fit = aft::fit(&times, shape).unwrap();
        near(fit.scale, case.scale);
        near(fit.log_likelihood, case.log_likelihood);
        for (i, &theirs) in case.coefficients.iter().enumerate() {
            near(fit.coefficients[i], theirs);
            near(fit.model_error(i), case.model_error[i]);
            near(fit.standard_error(i), case.robust_error[i]);
        }
    }
}

#[test]
fn counts() {
    for case in reference().counts {
        let mut counts = Counts::new(case.x[0].len());
        for (i, x) in case.x.iter().enumerate() {
            assert!(counts.push(x, case.count[i], case.exposure[i], case.cluster[i]));
        }
        let fit = count::fit(&counts).unwrap();
        near(fit.dispersion, case.dispersion);
        near(fit.log_likelihood, case.log_likelihood);
        for (i, &theirs) in case.coefficients.iter().enumerate() {
            near(fit.coefficients[i], theirs);
            near(fit.model_error(i), case.model_error[i]);
            near(fit.standard_error(i), case.robust_error[i]);
        }
    }
}

#[test]
fn shifts() {
    for case in reference().shift {
        let values: Vec<Value> = (0..case.value.len())
            .map(|i| Value {
                value: case.value[i],
                in_group: case.in_group[i],
                stratum: case.stratum[i],
                cluster: i as u32,
            })
            .collect();
        let shift = stratified(&values, 1).unwrap();
        near(shift.shift, case.shift);
        assert_eq!(shift.dropped.len(), 5 - case.used.len());
        shift.used.iter().zip(&case.used).for_each(|((_, ours), theirs)| near(*ours, *theirs));
    }
}
