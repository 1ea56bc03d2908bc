//! Logistic regression of something that is or is not, in clusters: what one step more does to the odds.
//!
//! **Estimates** `b` in `logit P(y = 1) = b x`.
//!
//! **Formula.** Newton's method on the likelihood. To every column but the first (the constant) a log-F(1, 1) prior is
//! added: one observation more, half of it a success, with a 1 in that column only. It keeps the estimate finite where the
//! data part cleanly.
//!
//! **Assumptions.** Clusters are independent; within a cluster anything goes. Nothing is censored.
//!
//! **Interval.** Wald on the log scale with the sandwich of clusters, `G / (G - 1)`.
//!
//! **Not for** time until something: see [`crate::hazard`].
//!
//! **Reference.** Greenland and Mansournia (2015), Penalization, bias reduction, and default priors in logistic and related
//! categorical and survival regressions, Statistics in Medicine 34(23), 3133-3143.

use std::collections::BTreeMap;

/// How the fit describes itself.
pub const METHOD: &str = "logistic regression";

/// Newton's steps, at most.
const STEPS_MAX: usize = 60;

const Z_95: f64 = 1.959_963_984_540_054;

/// Observations, one a row.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    columns: usize,
    x: Vec<f64>,
    y: Vec<bool>,
    clusters: Vec<u32>,
}

impl Rows {
    /// No observation yet; of so many columns, the first of them the constant.
    pub fn new(columns: usize) -> Self {
        Self { columns, ..Self::default() }
    }

    /// How many columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Adds an observation of a cluster; values beyond the columns are left out, missing ones are 0.
    pub fn push(&mut self, x: &[f64], y: bool, cluster: u32) {
        self.x.extend((0..self.columns).map(|column| x.get(column).copied().unwrap_or(0.0)));
        self.y.push(y);
        self.clusters.push(cluster);
    }
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// One for each column, on the log scale.
    pub coefficients: Vec<f64>,
    /// Their standard errors.
    pub errors: Vec<f64>,
}

impl Fit {
    /// The odds ratio of one step in a column, with its 95 % limits.
    pub fn odds_ratio(&self, column: usize) -> (f64, f64, f64) {
        let (b, se) = (self.coefficients[column], self.errors[column]);
        (b.exp(), (b - Z_95 * se).exp(), (b + Z_95 * se).exp())
    }
}

/// Fits; `None` of fewer than ten observations or five clusters, of values that are all alike, or where the columns do not
/// tell each other apart.
pub fn fit(rows: &Rows) -> Option<Fit> {
    let (n, p) = (rows.y.len(), rows.columns);
    let successes = rows.y.iter().filter(|y| **y).count();
    let mut of_cluster: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (i, cluster) in rows.clusters.iter().enumerate() {
        of_cluster.entry(*cluster).or_default().push(i);
    }
    if n < 10 || of_cluster.len() < 5 || successes == 0 || successes == n || p == 0 {
        return None;
    }
    let row = |i: usize| &rows.x[i * p..(i + 1) * p];
    let mut b = vec![0.0; p];
    let mut information = vec![0.0; p * p];
    for step in 0..STEPS_MAX {
        let mut score = vec![0.0; p];
        information.fill(0.0);
        for i in 0..n {
            add(&mut score, &mut information, row(i), f64::from(u8::from(rows.y[i])), 1.0, &b);
        }
        for column in 1..p {
            let mut x = vec![0.0; p];
            x[column] = 1.0;
            add(&mut score, &mut information, &x, 0.5, 1.0, &b);
        }
        let mut change = solve(&information, &score, p)?;
        // A step too far would overshoot where the curve is flat.
        let longest = change.iter().fold(0.0_f64, |most, one| most.max(one.abs()));
        if longest > 3.0 {
            change.iter_mut().for_each(|one| *one *= 3.0 / longest);
        }
        b.iter_mut().zip(&change).for_each(|(b, change)| *b += change);
        if longest < 1e-10 {
            break;
        }
        if step + 1 == STEPS_MAX {
            return None;
        }
    }
    let mut meat = vec![0.0; p * p];
    for members in of_cluster.values() {
        let mut score = vec![0.0; p];
        for &i in members {
            let residual = f64::from(u8::from(rows.y[i])) - chance(row(i), &b);
            score.iter_mut().zip(row(i)).for_each(|(score, x)| *score += residual * x);
        }
        for r in 0..p {
            for c in 0..p {
                meat[r * p + c] += score[r] * score[c];
            }
        }
    }
    let g = of_cluster.len() as f64;
    let errors = (0..p)
        .map(|column| {
            let mut unit = vec![0.0; p];
            unit[column] = 1.0;
            let a = solve(&information, &unit, p)?;
            let variance: f64 = (0..p).map(|r| (0..p).map(|c| a[r] * meat[r * p + c] * a[c]).sum::<f64>()).sum();
            Some((variance * g / (g - 1.0)).sqrt())
        })
        .collect::<Option<Vec<f64>>>()?;
    Some(Fit { coefficients: b, errors })
}

fn chance(x: &[f64], b: &[f64]) -> f64 {
    let eta: f64 = x.iter().zip(b).map(|(x, b)| x * b).sum();
    1.0 / (1.0 + (-eta).exp())
}

fn add(score: &mut [f64], information: &mut [f64], x: &[f64], y: f64, weight: f64, b: &[f64]) {
    let (mu, p) = (chance(x, b), x.len());
    for r in 0..p {
        score[r] += weight * (y - mu) * x[r];
        for c in 0..p {
            information[r * p + c] += weight * mu * (1.0 - mu) * x[r] * x[c];
        }
    }
}

/// Gauss with pivots; `None` of a singular matrix.
fn solve(matrix: &[f64], right: &[f64], p: usize) -> Option<Vec<f64>> {
    let (mut a, mut x) = (matrix.to_vec(), right.to_vec());
    for column in 0..p {
        let pivot = (column..p).max_by(|&i, &j| a[i * p + column].abs().total_cmp(&a[j * p + column].abs()))?;
        if a[pivot * p + column].abs() < 1e-12 {
            return None;
        }
        for c in 0..p {
            a.swap(column * p + c, pivot * p + c);
        }
        x.swap(column, pivot);
        for r in 0..p {
            if r != column {
                let factor = a[r * p + column] / a[column * p + column];
                for c in column..p {
                    a[r * p + c] -= factor * a[column * p + c];
                }
                x[r] -= factor * x[column];
            }
        }
    }
    Some((0..p).map(|i| x[i] / a[i * p + i]).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn table(cells: &[(f64, usize, usize)]) -> Rows {
        let mut rows = Rows::new(2);
        let mut cluster = 0;
        for &(x, yes, no) in cells {
            for i in 0..yes + no {
                rows.push(&[1.0, x], i < yes, cluster);
                cluster += 1;
            }
        }
        rows
    }

    /// With much data the prior vanishes and the odds ratio is that of the table: (80 / 20) against (50 / 50).
    #[test]
    fn two_by_two_gives_its_odds_ratio() {
        let fit = fit(&table(&[(0.0, 8_000, 2_000), (1.0, 5_000, 5_000)])).unwrap();
        let (ratio, low, high) = fit.odds_ratio(1);
        assert!((ratio - 0.25).abs() < 0.001, "{ratio}");
        // Woolf's error of the logarithm, sqrt(1/8000 + 1/2000 + 1/5000 + 1/5000).
        assert!(((high / low).ln() / (2.0 * Z_95) - 0.001_025_f64.sqrt()).abs() < 1e-4);
    }

    #[test]
    fn what_parts_cleanly_stays_finite_and_too_little_says_nothing() {
        let fit_ = fit(&table(&[(0.0, 30, 0), (1.0, 0, 30)])).unwrap();
        assert!(fit_.odds_ratio(1).0.is_finite());
        assert_eq!(fit(&table(&[(0.0, 4, 3)])), None);
        assert_eq!(fit(&table(&[(0.0, 40, 0), (1.0, 40, 0)])), None);
    }
}
