//! Hazards, divergences and exact tests against saved output of other programs (`tests/reference/hazard.py` made it).

use sayso_stats::hazard::{Prior, Stretches, fit};
use sayso_stats::{compare, concentration};
use serde::Deserialize;

use super::{NEAR, near};

#[derive(Deserialize)]
struct Reference {
    hazard: Vec<Hazard>,
    divergence: Vec<Divergence>,
    exact: Vec<Exact>,
}

#[derive(Deserialize)]
struct Hazard {
    x: Vec<Vec<f64>>,
    length: Vec<f64>,
    ended: Vec<u8>,
    cluster: Vec<u32>,
    coefficients: Vec<f64>,
    log_likelihood: f64,
    covariance: Vec<Vec<f64>>,
    model_error: Vec<f64>,
    p_two_sided: Vec<f64>,
    interval: Vec<[f64; 2]>,
}

#[derive(Deserialize)]
struct Divergence {
    p: Vec<f64>,
    q: Vec<f64>,
    bits: f64,
}

#[derive(Deserialize)]
struct Exact {
    counts: [u64; 4],
    fisher: f64,
    binomial: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../reference/hazard.json")).unwrap()
}

#[test]
fn coefficients_and_covariance_by_cluster() {
    for case in reference().hazard {
        let columns = case.x[0].len();
        let mut rows = Stretches::new(columns);
        for (i, x) in case.x.iter().enumerate() {
            rows.push(x, case.length[i], case.ended[i] == 1, case.cluster[i]);
        }
        let fit = fit(&rows, Prior::None).unwrap();
        near(fit.log_likelihood, case.log_likelihood);
        for i in 0..columns {
            near(fit.coefficients[i], case.coefficients[i]);
            near(fit.model_error(i), case.model_error[i]);
            near(fit.p_two_sided(i, fit.standard_error(i)), case.p_two_sided[i]);
            let (_, limits) = fit.ratio(i, fit.standard_error(i), 0.95);
            for (ours, theirs) in [(limits.low, case.interval[i][0]), (limits.high, case.interval[i][1])] {
                assert!((ours.unwrap() / theirs - 1.0).abs() < NEAR);
            }
            for j in 0..columns {
                near(fit.covariance(i, j), case.covariance[i][j]);
            }
        }
    }
}

#[test]
fn divergences_in_bits() {
    for case in reference().divergence {
        near(concentration::jensen_shannon(&case.p, &case.q).unwrap(), case.bits);
    }
}

#[test]
fn exact_tests() {
    for Exact { counts: [k, n, other, of], fisher, binomial } in reference().exact {
        near(compare::share_above_share(k, n, other, of), fisher);
        near(compare::share_above_line(k, n, 0.6), binomial);
    }
}
