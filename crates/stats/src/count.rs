//! How counts grow with what they are counted in: negative binomial regression with an offset, robust by cluster.

use statrs::function::gamma::ln_gamma;

use crate::dense::{Factor, Square, dot};
use crate::estimate::Interval;
use crate::hazard::{ByCluster, upper_tail};
use crate::z_two_sided;

const STEPS_MAX: usize = 200;

/// A step smaller than this is none.
const STEP_TOLERANCE: f64 = 1e-11;

/// No parameter moves by more at once.
const STEP_LONGEST: f64 = 3.0;

/// A scaled pivot below this is a column that others add up to.
const COLLINEAR: f64 = 1e-10;

/// A dispersion below this is none: the counts are Poisson.
const DISPERSION_LEAST: f64 = 1e-7;

/// Sums over a count are made term by term up to here, and by their asymptotic series beyond.
const TERMS_MAX: u64 = 64;

/// Counts, each with its columns, its exposure and its cluster.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    columns: usize,
    x: Vec<f64>,
    offset: Vec<f64>,
    count: Vec<u64>,
    cluster: Vec<u32>,
}

impl Counts {
    /// None yet, with so many columns. One of them should be 1 throughout: no mean is added.
    pub fn new(columns: usize) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Adds a count: its columns (missing ones are 0, surplus ones are left out), how much of whatever it is counted in there
    /// was (1 where that is always the same), and the number of its cluster. Gives false, and adds nothing, where the
    /// exposure is not positive and finite.
    pub fn push(&mut self, x: &[f64], count: u64, exposure: f64, cluster: u32) -> bool {
        if !(exposure > 0.0 && exposure.is_finite()) {
            return false;
        }
        let before = self.x.len();
        self.x.extend(x.iter().take(self.columns));
        self.x.resize(before + self.columns, 0.0);
        self.offset.push(exposure.ln());
        self.count.push(count);
        self.cluster.push(cluster);
        true
    }

    /// How many counts.
    pub fn len(&self) -> usize {
        self.count.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count.is_empty()
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.x[i * self.columns..(i + 1) * self.columns]
    }

    fn mean(&self, i: usize, beta: &[f64]) -> f64 {
        // Beyond these a count is impossible to the last bit.
        (dot(self.row(i), beta) + self.offset[i]).clamp(-60.0, 60.0).exp()
    }
}

/// Why there is no fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nothing was counted.
    #[error("nothing was counted")]
    NoCounts,
    /// This column is a sum of others, or 0 everywhere.
    #[error("column {0} can be made from the others")]
    Collinear(usize),
    /// The coefficients did not settle: in some group nothing was counted, or there is too little of everything.
    #[error("the coefficients did not settle")]
    Unsettled,
}

/// Fitted coefficients with both covariances.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Logarithms of rate ratios.
    pub coefficients: Vec<f64>,
    /// By how much the variance exceeds the mean: `mean + dispersion mean²`. 0 where the counts are no more spread than
    /// Poisson ones; then it is a Poisson regression.
    pub dispersion: f64,
    /// Log-likelihood.
    pub log_likelihood: f64,
    /// Counts that it rests on.
    pub rows: u64,
    /// Clusters.
    pub clusters: u64,
    model: Square,
    robust: Square,
}

impl Fit {
    /// Standard error by cluster; `NaN` with a single cluster.
    pub fn standard_error(&self, i: usize) -> f64 {
        self.robust.get(i, i).sqrt()
    }

    /// Standard error if all counts were independent.
    pub fn model_error(&self, i: usize) -> f64 {
        self.model.get(i, i).sqrt()
    }

    /// The larger of both: a sandwich made of few clusters is too thin.
    pub fn careful_error(&self, i: usize) -> f64 {
        self.standard_error(i).max(self.model_error(i))
    }

    /// The Wald interval of a coefficient, given a standard error.
    pub fn interval(&self, i: usize, error: f64, level: f64) -> Interval {
        let (beta, half) = (self.coefficients[i], z_two_sided(level) * error);
        Interval::new(beta - half, beta + half)
    }

    /// One-sided Wald p-value of a coefficient below `bound`, given a standard error.
    pub fn p_below(&self, i: usize, error: f64, bound: f64) -> f64 {
        upper_tail((bound - self.coefficients[i]) / error)
    }
}

/// Negative binomial regression (NB2), with Poisson regression as its limit.
///
/// **Estimates** the logarithms of rate ratios and a dispersion. With the logarithm of a size as a column, its coefficient is
/// an exponent: twice the size gives `2^b` times the count. That is why costs per thing must not be regressed on size:
/// where cost is size times a rate, cost over count against size has a slope of 1 whatever happens.
///
/// **Formula.** `count ~ NB(mean, dispersion)`, `log mean = x b + log exposure`, `variance = mean + dispersion mean²`.
/// Maximum likelihood by Newton's method in coefficients and log dispersion, with halved steps. Where the slope of the
/// likelihood at dispersion 0 is not positive, the counts are no more spread than Poisson ones, and Poisson it is.
///
/// **Assumptions.** Rates multiply. Counts of different clusters are independent; within a cluster anything goes.
///
/// **Interval.** Wald, with the sandwich by cluster: `A⁻¹ B A⁻¹` with the observed information `A` of coefficients and
/// dispersion, `B` the sum of outer products of the clusters' scores, times `G/(G-1) (N-1)/(N-K)`, where `K` counts the
/// dispersion too.
///
/// **Not for** fewer than some ten clusters, where the sandwich is too thin (see [`Fit::careful_error`]).
///
/// **Reference.** Cameron and Trivedi (2013), Regression Analysis of Count Data, 2nd edition, chapter 3; Liang and Zeger
/// (1986), Biometrika 73(1), 13-22, for the sandwich.
///
/// # Errors
/// When nothing was counted, a column can be made from others, or the coefficients do not settle.
pub fn fit(counts: &Counts) -> Result<Fit, Unfit> {
    if counts.count.iter().all(|&count| count == 0) || counts.columns == 0 {
        return Err(Unfit::NoCounts);
    }
    // Collinear columns are found where no weight can hide them.
    let mut squares = Square::zero(counts.columns);
    (0..counts.len()).for_each(|i| squares.add_outer(counts.row(i), 1.0));
    let squares = Factor::of(&squares, COLLINEAR).map_err(Unfit::Collinear)?;
    let poisson = climb(counts, start(counts, &squares), false)?;
    let excess: f64 = (0..counts.len())
        .map(|i| {
            let (y, mean) = (counts.count[i] as f64, counts.mean(i, &poisson));
            (y - mean).powi(2) - y
        })
        .sum();
    if excess <= 0.0 {
        return finish(counts, poisson, false);
    }
    let squared: f64 = (0..counts.len()).map(|i| counts.mean(i, &poisson).powi(2)).sum();
    let dispersion = (excess / squared).clamp(1e-4, 10.0);
    let at = poisson.iter().copied().chain([dispersion.ln()]).collect();
    match climb(counts, at, true) {
        Ok(at) if at[counts.columns].exp() >= DISPERSION_LEAST => finish(counts, at, true),
        Ok(_) => finish(counts, poisson, false),
        Err(why) => Err(why),
    }
}

/// Least squares of the logarithms, a half added so that none is missing.
fn start(counts: &Counts, squares: &Factor) -> Vec<f64> {
    let mut products = vec![0.0; counts.columns];
    for i in 0..counts.len() {
        let log_rate = (counts.count[i] as f64 + 0.5).ln() - counts.offset[i];
        products.iter_mut().zip(counts.row(i)).for_each(|(sum, x)| *sum += x * log_rate);
    }
    squares.solve(&products)
}

/// Newton's method; the last parameter is the log dispersion where there is one.
fn climb(counts: &Counts, mut at: Vec<f64>, dispersed: bool) -> Result<Vec<f64>, Unfit> {
    let k = counts.columns;
    let mut value = objective(counts, &at, dispersed);
    let mut idle = 0;
    for _ in 0..STEPS_MAX {
        let (gradient, mut information) = derivatives(counts, &at, dispersed);
        let step = match Factor::of(&information, COLLINEAR * COLLINEAR) {
            Ok(factor) => factor.solve(&gradient),
            Err(_) if dispersed => {
                // Far from the top it may curve the wrong way along the dispersion: go uphill there instead.
                let own = information.get(k, k).abs() + 1.0;
                information.clear(k);
                information.add(k, k, own);
                Factor::of(&information, COLLINEAR * COLLINEAR).map_err(|_| Unfit::Unsettled)?.solve(&gradient)
            }
            Err(_) => return Err(Unfit::Unsettled),
        };
        let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
        if !longest.is_finite() {
            return Err(Unfit::Unsettled);
        }
        let runs_to_poisson = dispersed && at[k].exp() < DISPERSION_LEAST;
        if longest < STEP_TOLERANCE || idle >= 3 && longest < 1e-7 || runs_to_poisson {
            return Ok(at);
        }
        let mut part = if longest > STEP_LONGEST { STEP_LONGEST / longest } else { 1.0 };
        let (next, reached) = loop {
            let next: Vec<f64> = at.iter().zip(&step).map(|(at, step)| at + part * step).collect();
            let reached = objective(counts, &next, dispersed);
            if reached >= value - 1e-12 * value.abs() {
                break (next, reached);
            }
            if part < 1e-10 {
                return Err(Unfit::Unsettled);
            }
            part /= 2.0;
        };
        let stands_still = (reached - value).abs() < 1e-9 * (1.0 + value.abs());
        idle = if stands_still { idle + 1 } else { 0 };
        (at, value) = (next, reached);
    }
    Err(Unfit::Unsettled)
}

/// The log-likelihood without its constant.
fn objective(counts: &Counts, at: &[f64], dispersed: bool) -> f64 {
    let (beta, dispersion) = parted(counts, at, dispersed);
    (0..counts.len())
        .map(|i| {
            let (y, mean) = (counts.count[i], counts.mean(i, beta));
            let log = y as f64 * mean.ln();
            if !dispersed {
                return log - mean;
            }
            log + Rising::of(y, dispersion).log - (y as f64 + 1.0 / dispersion) * (dispersion * mean).ln_1p()
        })
        .sum()
}

/// The slope of the log-likelihood, and its curvature with the sign turned.
fn derivatives(counts: &Counts, at: &[f64], dispersed: bool) -> (Vec<f64>, Square) {
    let n = at.len();
    let (mut gradient, mut information) = (vec![0.0; n], Square::zero(n));
    let mut score = vec![0.0; n];
    for i in 0..counts.len() {
        let row = Row::of(counts, i, at, dispersed);
        row.score(counts.row(i), &mut score);
        gradient.iter_mut().zip(&score).for_each(|(sum, part)| *sum += part);
        let x = counts.row(i);
        for (a, left) in x.iter().enumerate().filter(|(_, left)| **left != 0.0) {
            for (b, right) in x.iter().enumerate() {
                information.add(a, b, row.curve * left * right);
            }
            if dispersed {
                information.add(a, n - 1, row.cross * left);
                information.add(n - 1, a, row.cross * left);
            }
        }
        if dispersed {
            information.add(n - 1, n - 1, row.own);
        }
    }
    (gradient, information)
}

/// One count's derivatives along its predictor and the log dispersion; second ones with the sign turned.
struct Row {
    slope: f64,
    slope_dispersion: f64,
    curve: f64,
    cross: f64,
    own: f64,
}

impl Row {
    fn of(counts: &Counts, i: usize, at: &[f64], dispersed: bool) -> Self {
        let (beta, a) = parted(counts, at, dispersed);
        let (y, mean) = (counts.count[i] as f64, counts.mean(i, beta));
        if !dispersed {
            return Self { slope: y - mean, slope_dispersion: 0.0, curve: mean, cross: 0.0, own: 0.0 };
        }
        let (rising, c) = (Rising::of(counts.count[i], a), a * mean);
        let log = c.ln_1p();
        // The terms in 1/a² nearly cancel where c is small; together they are about mean²/2.
        let pair =
            if c < 1e-4 { mean * mean * (0.5 - c * 2.0 / 3.0 + c * c * 0.75) } else { (log - c / (1.0 + c)) / (a * a) };
        let first = rising.first + pair - y * mean / (1.0 + c);
        // Second derivative of log(1 + a mean)/a² - mean/(a (1 + a mean)), likewise.
        let pair_curve = if c < 1e-4 {
            mean.powi(3) * (-2.0 / 3.0 + 1.5 * c)
        } else {
            mean / (a * a * (1.0 + c)) - 2.0 * log / a.powi(3) + mean * (1.0 + 2.0 * c) / (a * a * (1.0 + c).powi(2))
        };
        let second = rising.second + pair_curve + y * (mean / (1.0 + c)).powi(2);
        Self {
            slope: (y - mean) / (1.0 + c),
            slope_dispersion: a * first,
            curve: mean * (1.0 + a * y) / (1.0 + c).powi(2),
            cross: a * mean * (y - mean) / (1.0 + c).powi(2),
            own: -(a * a * second + a * first),
        }
    }

    fn score(&self, x: &[f64], into: &mut [f64]) {
        into.iter_mut().zip(x).for_each(|(part, x)| *part = self.slope * x);
        if into.len() > x.len() {
            into[x.len()] = self.slope_dispersion;
        }
    }
}

fn parted<'a>(counts: &Counts, at: &'a [f64], dispersed: bool) -> (&'a [f64], f64) {
    if dispersed { (&at[..counts.columns], at[counts.columns].clamp(-40.0, 40.0).exp()) } else { (at, 0.0) }
}

fn finish(counts: &Counts, at: Vec<f64>, dispersed: bool) -> Result<Fit, Unfit> {
    let (k, n) = (at.len(), counts.len());
    let (_, information) = derivatives(counts, &at, dispersed);
    let model = Factor::of(&information, COLLINEAR * COLLINEAR).map_err(|_| Unfit::Unsettled)?.inverse();
    let mut scores = ByCluster::new(k);
    let mut score = vec![0.0; k];
    for i in 0..n {
        Row::of(counts, i, &at, dispersed).score(counts.row(i), &mut score);
        scores.add(counts.cluster[i], &score);
    }
    let mut meat = Square::zero(k);
    scores.each(|score| meat.add_outer(score, 1.0));
    let (rows, groups) = (n as f64, scores.n as f64);
    let factor = groups / (groups - 1.0) * (rows - 1.0) / (rows - k as f64);
    let constant: f64 = counts.count.iter().map(|&y| ln_gamma(y as f64 + 1.0)).sum();
    let log_likelihood = objective(counts, &at, dispersed) - constant;
    let dispersion = if dispersed { parted(counts, &at, true).1 } else { 0.0 };
    Ok(Fit {
        coefficients: at[..counts.columns].to_vec(),
        dispersion,
        log_likelihood,
        rows: n as u64,
        clusters: scores.n as u64,
        robust: model.times(&meat).times(&model).scaled(factor),
        model,
    })
}

/// `Σ ln(1 + a j)` over `j < y`, with its first two derivatives along `a`.
struct Rising {
    log: f64,
    first: f64,
    second: f64,
}

impl Rising {
    fn of(y: u64, a: f64) -> Self {
        let mut sum = Self { log: 0.0, first: 0.0, second: 0.0 };
        // Where `a y` is small the series loses its digits: there every term is added.
        let by_term = if a * (y as f64) < 0.5 { y } else { y.min(TERMS_MAX) };
        for j in 0..by_term {
            let j = j as f64;
            let grown = j / (1.0 + a * j);
            sum.log += (a * j).ln_1p();
            sum.first += grown;
            sum.second -= grown * grown;
        }
        if y > by_term {
            sum.add_series(by_term as f64, y as f64, a);
        }
        sum
    }

    /// The terms from `m` to below `y` by Euler and Maclaurin: the integral, the ends and three corrections. The first term
    /// left out is far below 1e-12 from the sixty-fourth term on.
    fn add_series(&mut self, m: f64, y: f64, a: f64) {
        let (low, high) = (1.0 + a * m, 1.0 + a * y);
        let ratio = (a * (y - m) / low).ln_1p();
        let ends = |f: fn(f64, f64) -> f64| f(y, a) - f(m, a);
        // ∫ ln(1 + a t) dt
        let log = ((y * high.ln() - m * low.ln()) + ratio / a) - (y - m);
        self.log += log - ends(|t, a| (a * t).ln_1p()) / 2.0 + ends(|t, a| a / (1.0 + a * t)) / 12.0
            - ends(|t, a| 2.0 * (a / (1.0 + a * t)).powi(3)) / 720.0;
        // ∫ t/(1 + a t) dt
        let first = ((y - m) - ratio / a) / a;
        self.first += first - ends(|t, a| t / (1.0 + a * t)) / 2.0 + ends(|t, a| (1.0 + a * t).powi(-2)) / 12.0
            - ends(|t, a| 6.0 * a * a * (1.0 + a * t).powi(-4)) / 720.0;
        // ∫ (t/(1 + a t))² dt
        let second = ((y - m) - 2.0 * ratio / a + (1.0 / low - 1.0 / high) / a) / (a * a);
        self.second -= second - ends(|t, a| (t / (1.0 + a * t)).powi(2)) / 2.0
            + ends(|t, a| 2.0 * t * (1.0 + a * t).powi(-3)) / 12.0
            - ends(|t, a| 24.0 * a * (a * t - 1.0) * (1.0 + a * t).powi(-5)) / 720.0;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Two groups, 6 in 2 and 3 in 4 units of exposure, no more spread than chance: rates 3 and 0.75.
    #[test]
    fn poisson_rates_by_hand() {
        let mut counts = Counts::new(2);
        for (count, exposure, group) in [(3, 1.0, 0.0), (3, 1.0, 0.0), (1, 2.0, 1.0), (2, 2.0, 1.0)] {
            assert!(counts.push(&[1.0, group], count, exposure, count as u32));
        }
        let fit = fit(&counts).unwrap();
        assert_eq!(fit.dispersion, 0.0);
        assert!(
            (fit.coefficients[0] - 3.0_f64.ln()).abs() < 1e-9 && (fit.coefficients[1] - 0.25_f64.ln()).abs() < 1e-9
        );
        assert!((fit.model_error(1) - (1.0_f64 / 6.0 + 1.0 / 3.0).sqrt()).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_fitted_says_why() {
        let mut counts = Counts::new(2);
        assert_eq!(fit(&counts).unwrap_err(), Unfit::NoCounts);
        assert!(!counts.push(&[1.0, 1.0], 3, 0.0, 0));
        for i in 0..8 {
            counts.push(&[1.0, 2.0], i, 1.0, i as u32);
        }
        assert_eq!(fit(&counts).unwrap_err(), Unfit::Collinear(1));
        let mut empty_group = Counts::new(2);
        for i in 0..20 {
            empty_group.push(&[1.0, f64::from(i % 2)], if i % 2 == 0 { 4 } else { 0 }, 1.0, i as u32);
        }
        assert!(fit(&empty_group).is_err() || fit(&empty_group).unwrap().careful_error(1) > 10.0);
    }

    /// The series against the terms themselves.
    #[test]
    fn long_sums_by_their_series() {
        for (y, a) in [(65, 0.5), (5_000, 1e-6), (5_000, 0.01), (200_000, 3.0), (100, 1e-7)] {
            let sum = |f: &dyn Fn(f64) -> f64| (0..y).map(|j| f(j as f64)).sum::<f64>();
            let rising = Rising::of(y, a);
            let near = |ours: f64, theirs: f64| {
                assert!((ours - theirs).abs() < 1e-8 * theirs.abs().max(1.0), "{y} {a}: {ours} {theirs}")
            };
            near(rising.log, sum(&|j| (a * j).ln_1p()));
            near(rising.first, sum(&|j| j / (1.0 + a * j)));
            near(rising.second, -sum(&|j| (j / (1.0 + a * j)).powi(2)));
        }
    }
}
