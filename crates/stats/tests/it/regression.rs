//! Accelerated failure times, counts and shifts against saved output (`tests/reference/regression.py` made it).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sayso_stats::Interval;
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

/// A border of 1.5 on work of which the larger part crosses more often: two hundred records. Printed is what
/// `docs/concepts/distance.md` says.
#[test]
fn the_time_ratio_of_a_confounded_border_covers_as_it_says() {
    const TRUTH: f64 = 1.5;
    let (mut covered, mut covered_naive, mut sum, mut sum_naive, mut near) = (0, 0, 0.0, 0.0, 0);
    let runs = 200;
    for run in 0..runs {
        let mut rng = ChaCha8Rng::seed_from_u64(9_000 + run);
        let (mut held, mut naive) = (Times::new(5), Times::new(2));
        for item in 0..300_u32 {
            let size = (uniform(&mut rng) * 4.0) as usize;
            let crosses = f64::from(u8::from(uniform(&mut rng) < 0.15 + 0.2 * size as f64));
            let noise =
                (-2.0 * (1.0 - uniform(&mut rng)).ln()).sqrt() * (std::f64::consts::TAU * uniform(&mut rng)).cos();
            let time = (1.5 + 0.5 * size as f64 + crosses * TRUTH.ln() + 0.8 * noise).exp();
            let (ended, time) = (time <= 120.0, time.min(120.0));
            let is = |of: usize| f64::from(u8::from(size == of));
            held.push(&[1.0, crosses, is(1), is(2), is(3)], time, ended, item);
            naive.push(&[1.0, crosses], time, ended, item);
        }
        let ratio = |times: &Times| {
            let fit = aft::choose(times, run).unwrap().fit(times).unwrap();
            fit.ratio(1, fit.careful_error(1), 0.95)
        };
        let holds = |limits: Interval| u32::from(limits.low.unwrap() <= TRUTH && TRUTH <= limits.high.unwrap());
        let ((of_held, limits), (of_naive, limits_naive)) = (ratio(&held), ratio(&naive));
        (covered, covered_naive) = (covered + holds(limits), covered_naive + holds(limits_naive));
        (sum, sum_naive) = (sum + of_held, sum_naive + of_naive);
        near += u32::from((of_held - TRUTH).abs() < 0.2);
    }
    let mean = sum / runs as f64;
    println!(
        "held constant: mean {mean:.3}, within 0.2 in {near}, covered in {covered}; as it is: mean {:.3}, covered in \
         {covered_naive}; of {runs}",
        sum_naive / runs as f64
    );
    assert!((mean - TRUTH).abs() < 0.05, "{mean}");
    // 95 % of 200 is 190; from 181 on chance explains what is missing.
    assert!(covered >= 181, "{covered} of {runs}");
    assert!(covered_naive < 120, "what holds nothing constant must not seem to: {covered_naive}");
}

fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    rng.random::<f64>()
}
