//! Whether something makes an end more likely from then on: person-period rows, complementary log-log, robust by cluster.

use rustc_hash::FxHashMap;
use statrs::function::erf::erfc;

use crate::dense::{Factor, Square, dot};
use crate::estimate::Interval;
use crate::z_two_sided;

/// How [`fit`] describes itself.
pub const METHOD_HAZARD: &str = "discrete-time hazard, complementary log-log, standard errors by item";

/// How often the coefficients are improved before giving up.
const STEPS_MAX: usize = 60;

/// No coefficient moves by more at once.
const STEP_LONGEST: f64 = 5.0;

/// A step smaller than this is none.
const STEP_TOLERANCE: f64 = 1e-11;

/// Where the likelihood stands still and a coefficient moves on by more than this, it moves for ever.
const RUNAWAY_STEP: f64 = 0.2;

/// A scaled pivot below this is a column that others add up to.
const COLLINEAR: f64 = 1e-10;

/// Stretches of time in which something was at risk of ending, each with what was true of it from its beginning on.
///
/// A stretch in which nothing ended may be as long as nothing changes: splitting it gives the same likelihood, score and
/// covariance. One that holds an end must be as long as the period that the end is known by.
#[derive(Clone, Debug, Default)]
pub struct Stretches {
    columns: usize,
    x: Vec<f64>,
    log_length: Vec<f64>,
    ended: Vec<bool>,
    cluster: Vec<u32>,
}

impl Stretches {
    /// None yet, with so many columns.
    pub fn new(columns: usize) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Adds a stretch: its columns (missing ones are 0, surplus ones are left out), its length in whatever unit, whether
    /// it ended, and the number of its cluster. One without a positive, finite length is left out.
    pub fn push(&mut self, x: &[f64], length: f64, ended: bool, cluster: u32) {
        if !(length > 0.0 && length.is_finite()) {
            return;
        }
        let before = self.x.len();
        self.x.extend(x.iter().take(self.columns));
        self.x.resize(before + self.columns, 0.0);
        self.log_length.push(length.ln());
        self.ended.push(ended);
        self.cluster.push(cluster);
    }

    /// How many stretches.
    pub fn len(&self) -> usize {
        self.ended.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ended.is_empty()
    }

    /// How many columns each has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many of them ended.
    pub fn events(&self) -> u64 {
        self.ended.iter().filter(|ended| **ended).count() as u64
    }

    /// How many clusters they are in.
    pub fn clusters(&self) -> u64 {
        let mut numbers = self.cluster.clone();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.len() as u64
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.x[i * self.columns..(i + 1) * self.columns]
    }

    /// The same likelihood in fewer rows: those in which nothing ended, of the same columns, add up their lengths; those
    /// that ended, of the same columns and length, are counted. Gives how often each row counts.
    fn packed(&self) -> (Stretches, Vec<f64>) {
        let mut place: FxHashMap<Vec<u64>, usize> = FxHashMap::default();
        let (mut packed, mut weights) = (Stretches::new(self.columns), Vec::new());
        let mut key = Vec::with_capacity(self.columns + 1);
        for i in 0..self.len() {
            key.clear();
            key.extend(self.row(i).iter().map(|value| value.to_bits()));
            // No length is NaN, so that this stands for "did not end".
            key.push(if self.ended[i] { self.log_length[i].to_bits() } else { f64::NAN.to_bits() });
            match place.get(&key) {
                Some(&at) if self.ended[i] => weights[at] += 1.0,
                Some(&at) => packed.log_length[at] += self.log_length[i].exp(),
                None => {
                    place.insert(key.clone(), packed.len());
                    let length = self.log_length[i];
                    packed.x.extend(self.row(i));
                    packed.log_length.push(if self.ended[i] { length } else { length.exp() });
                    packed.ended.push(self.ended[i]);
                    packed.cluster.push(0);
                    weights.push(1.0);
                }
            }
        }
        for i in 0..packed.len() {
            if !packed.ended[i] {
                packed.log_length[i] = packed.log_length[i].ln();
            }
        }
        (packed, weights)
    }
}

/// What is believed of the coefficients beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prior {
    /// Nothing: maximum likelihood.
    None,
    /// Of the columns from this one on: log-F(1, 1), as much as half an end on either side. It says that a ratio lies
    /// between 1/648 and 648 (95 %) and keeps it finite where all ends lie on one side.
    From(usize),
}

/// Why there is no fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nothing ended.
    #[error("nothing ended")]
    NoEnds,
    /// This column is a sum of others, or is the same everywhere.
    #[error("column {0} can be made from the others")]
    Collinear(usize),
    /// Along these columns all ends lie on one side: the ratio has no finite value.
    #[error("all ends lie on one side of {} columns", .0.len())]
    Separated(Vec<usize>),
    /// The coefficients did not settle.
    #[error("the coefficients did not settle")]
    Unsettled,
}

/// Fitted coefficients with both covariances.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Logarithms of hazard ratios.
    pub coefficients: Vec<f64>,
    /// Log-likelihood, without the prior.
    pub log_likelihood: f64,
    /// Rows, ends and clusters that it rests on.
    pub rows: u64,
    /// Ends among them.
    pub ends: u64,
    /// Clusters.
    pub clusters: u64,
    penalised: f64,
    model: Square,
    robust: Square,
}

impl Fit {
    /// The covariance that takes clusters as they are (the sandwich), of two coefficients; `NaN` with a single cluster.
    pub fn covariance(&self, i: usize, j: usize) -> f64 {
        self.robust.get(i, j)
    }

    /// Standard error by cluster.
    pub fn standard_error(&self, i: usize) -> f64 {
        self.robust.get(i, i).sqrt()
    }

    /// Standard error if all rows were independent.
    pub fn model_error(&self, i: usize) -> f64 {
        self.model.get(i, i).sqrt()
    }

    /// The larger of both: a sandwich made of few ends is too thin.
    pub fn careful_error(&self, i: usize) -> f64 {
        self.standard_error(i).max(self.model_error(i))
    }

    /// The hazard ratio with its Wald interval, given a standard error of its logarithm.
    pub fn ratio(&self, i: usize, error: f64, level: f64) -> (f64, Interval) {
        let (beta, half) = (self.coefficients[i], z_two_sided(level) * error);
        (beta.exp(), Interval::new((beta - half).exp(), (beta + half).exp()))
    }

    /// One-sided Wald p-value of a ratio above 1, given a standard error.
    pub fn p_above(&self, i: usize, error: f64) -> f64 {
        upper_tail(self.coefficients[i] / error)
    }

    /// Two-sided Wald p-value of a ratio other than 1, given a standard error.
    pub fn p_two_sided(&self, i: usize, error: f64) -> f64 {
        (2.0 * upper_tail((self.coefficients[i] / error).abs())).min(1.0)
    }
}

/// A discrete-time hazard model with a complementary log-log link.
///
/// **Estimates** the logarithms of hazard ratios: how much more likely an end is from one moment to the next, given that
/// there has been none, where a column is one larger.
///
/// **Formula.** `log(-log(1 - h)) = x b + log(length)`; a stretch of the given length ends with probability
/// `h = 1 - exp(-length exp(x b))`. Newton's method on the log-likelihood, which is concave, with halved steps.
///
/// **Assumptions.** Hazards are proportional within a stretch; what is in the columns was true from its beginning on, so
/// that nothing is explained by what came later (the lag is the caller's business). What is open at the end is censored
/// there without regard to when it would end.
///
/// **Interval.** Sandwich by cluster: `A⁻¹ B A⁻¹` with the observed information `A` and `B` the sum of outer products of
/// the clusters' scores, times `G/(G-1) (N-1)/(N-K)`.
///
/// **Not for** fewer than some ten ends a column; with [`Prior::None`] not for columns along which all ends lie on one
/// side, which is found and said.
///
/// **Reference.** Prentice and Gloeckler (1978), Regression analysis of grouped survival data, Biometrics 34(1), 57-67;
/// Liang and Zeger (1986), Biometrika 73(1), 13-22, for the sandwich; Greenland and Mansournia (2015), Penalization, bias
/// reduction, and default priors in logistic and related categorical and survival regressions, Statistics in Medicine
/// 34(23), 3133-3143, for the prior.
///
/// # Errors
/// When nothing ended, a column can be made from others, or (without a prior) a ratio has no finite value.
pub fn fit(rows: &Stretches, prior: Prior) -> Result<Fit, Unfit> {
    Problem::new(rows, prior).solve(None)
}

/// The least value of a coefficient that the likelihood does not exclude: where twice the loss of (penalised)
/// log-likelihood, all other coefficients being as good as they can, is the quantile of chi squared. Given where a ratio
/// has no upper limit, since all ends lie on one side. `None` where it cannot be found.
pub fn profile_low(rows: &Stretches, prior: Prior, column: usize, best: &Fit, level: f64) -> Option<f64> {
    let allowed = z_two_sided(level).powi(2) / 2.0;
    let top = *best.coefficients.get(column)?;
    let problem = Problem::new(rows, prior);
    let loss = |at: f64| Some(best.penalised - problem.climb(Some((column, at))).ok()?.value);
    let (mut low, mut high) = (top - 1.0, top);
    let mut width = 1.0;
    while loss(low)? < allowed {
        (high, width) = (low, width * 2.0);
        low -= width;
        if width > 64.0 {
            return None;
        }
    }
    for _ in 0..40 {
        let middle = low + (high - low) / 2.0;
        if loss(middle)? < allowed {
            high = middle
        } else {
            low = middle
        }
        if high - low < 1e-6 {
            break;
        }
    }
    Some(high)
}

/// One-sided p-value of a hazard ratio above 1 by the score test, robust by cluster: it asks how the ends lie if the column
/// did nothing, and so holds where all of them lie on one side and a Wald test does not.
///
/// **Formula.** With the other coefficients fitted and the column's own at 0, `z = Σ_g U_g / sqrt(Σ_g U_g²)` over the
/// clusters' efficient scores `U_g`, from which what the other columns explain has been taken.
///
/// **Reference.** Boos (1992), On generalized score tests, The American Statistician 46(4), 327-333.
///
/// # Errors
/// As [`fit`], for the other columns.
pub fn score_p_above(rows: &Stretches, prior: Prior, column: usize) -> Result<f64, Unfit> {
    let problem = Problem::new(rows, prior);
    let top = problem.climb(Some((column, 0.0)))?;
    // What the other columns explain of this one, in the metric of the information.
    let (_, mut information) = problem.derivatives(&top.beta, None);
    let mut along = information.row(column).to_vec();
    pin(&mut information, column);
    along[column] = 0.0;
    let explained = Factor::of(&information, COLLINEAR).map_err(Unfit::Collinear)?.solve(&along);
    let mut scores = ByCluster::new(1);
    for i in 0..rows.len() {
        let (x, (slope, _)) = (rows.row(i), slopes(rows, i, &top.beta));
        scores.add(rows.cluster[i], &[slope * (x[column] - dot(x, &explained))]);
    }
    let (sum, squares) = scores.sums.iter().fold((0.0, 0.0), |(sum, squares), u| (sum + u, squares + u * u));
    Ok(if squares > 0.0 { upper_tail(sum / squares.sqrt()) } else { 1.0 })
}

/// Rows with what is believed.
struct Problem<'a> {
    rows: &'a Stretches,
    prior: Prior,
    packed: Stretches,
    /// How often each packed row counts.
    weights: Vec<f64>,
}

/// Where the likelihood is largest.
struct Top {
    beta: Vec<f64>,
    /// The log-likelihood with the prior.
    value: f64,
    information: Square,
}

impl<'a> Problem<'a> {
    fn new(rows: &'a Stretches, prior: Prior) -> Self {
        let (packed, weights) = rows.packed();
        Self { rows, prior, packed, weights }
    }

    fn solve(&self, fixed: Option<(usize, f64)>) -> Result<Fit, Unfit> {
        self.finish(self.climb(fixed)?)
    }

    /// Newton's method, with one coefficient held where it is given.
    fn climb(&self, fixed: Option<(usize, f64)>) -> Result<Top, Unfit> {
        let k = self.rows.columns;
        if self.rows.events() == 0 || k == 0 {
            return Err(Unfit::NoEnds);
        }
        let mut beta = vec![0.0; k];
        if let Some((column, value)) = fixed {
            beta[column] = value;
        }
        let mut value = self.objective(&beta);
        let mut idle = 0;
        for _ in 0..STEPS_MAX {
            let (gradient, information) = self.derivatives(&beta, fixed);
            let step = Factor::of(&information, COLLINEAR).map_err(Unfit::Collinear)?.solve(&gradient);
            let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
            if !longest.is_finite() {
                return Err(Unfit::Unsettled);
            }
            // The second: rounding lets the last digits wander.
            if longest < STEP_TOLERANCE || idle >= 3 && longest < 1e-7 {
                return Ok(Top { beta, value, information });
            }
            let mut part = if longest > STEP_LONGEST { STEP_LONGEST / longest } else { 1.0 };
            let (next, reached) = loop {
                let next: Vec<f64> = beta.iter().zip(&step).map(|(beta, step)| beta + part * step).collect();
                let reached = self.objective(&next);
                if reached >= value - 1e-12 * value.abs() || part < 1e-8 {
                    break (next, reached);
                }
                part /= 2.0;
            };
            let stands_still = (reached - value).abs() < 1e-9 * (1.0 + value.abs());
            idle = if stands_still { idle + 1 } else { 0 };
            if idle >= 3 && longest > RUNAWAY_STEP {
                return Err(Unfit::Separated((0..k).filter(|&j| step[j].abs() > RUNAWAY_STEP).collect()));
            }
            (beta, value) = (next, reached);
        }
        Err(Unfit::Unsettled)
    }

    fn log_likelihood(&self, beta: &[f64]) -> f64 {
        let of = |i: usize| {
            let hazard = eta(&self.packed, i, beta).exp();
            let row = if self.packed.ended[i] { (-(-hazard).exp_m1()).ln() } else { -hazard };
            self.weights[i] * row
        };
        (0..self.packed.len()).map(of).sum()
    }

    fn objective(&self, beta: &[f64]) -> f64 {
        let believed: f64 = self.believed().map(|j| beta[j] / 2.0 - log_one_plus_exp(beta[j])).sum();
        self.log_likelihood(beta) + believed
    }

    fn believed(&self) -> std::ops::Range<usize> {
        let columns = self.rows.columns;
        match self.prior {
            Prior::None => 0..0,
            Prior::From(first) => first.min(columns)..columns,
        }
    }

    /// The slope of the objective, and its curvature with the sign turned.
    fn derivatives(&self, beta: &[f64], fixed: Option<(usize, f64)>) -> (Vec<f64>, Square) {
        let k = self.rows.columns;
        let (mut gradient, mut information) = (vec![0.0; k], Square::zero(k));
        for (i, &weight) in self.weights.iter().enumerate() {
            let (x, (slope, curvature)) = (self.packed.row(i), slopes(&self.packed, i, beta));
            gradient.iter_mut().zip(x).for_each(|(sum, &value)| *sum += weight * slope * value);
            information.add_outer(x, weight * curvature);
        }
        for j in self.believed() {
            let share = logistic(beta[j]);
            gradient[j] += 0.5 - share;
            information.add(j, j, share * (1.0 - share));
        }
        if let Some((column, _)) = fixed {
            gradient[column] = 0.0;
            pin(&mut information, column);
        }
        (gradient, information)
    }

    fn finish(&self, top: Top) -> Result<Fit, Unfit> {
        let (rows, k) = (self.rows, self.rows.columns);
        let Top { beta, value, information } = top;
        let model = Factor::of(&information, COLLINEAR).map_err(Unfit::Collinear)?.inverse();
        let mut scores = ByCluster::new(k);
        let mut score = vec![0.0; k];
        for i in 0..rows.len() {
            let (slope, _) = slopes(rows, i, &beta);
            score.iter_mut().zip(rows.row(i)).for_each(|(part, &value)| *part = slope * value);
            scores.add(rows.cluster[i], &score);
        }
        let mut meat = Square::zero(k);
        scores.each(|score| meat.add_outer(score, 1.0));
        let (n, g) = (rows.len() as f64, scores.n as f64);
        let factor = g / (g - 1.0) * (n - 1.0) / (n - k as f64);
        let robust = model.times(&meat).times(&model).scaled(factor);
        Ok(Fit {
            log_likelihood: self.log_likelihood(&beta),
            coefficients: beta,
            rows: rows.len() as u64,
            ends: rows.events(),
            clusters: scores.n as u64,
            penalised: value,
            model,
            robust,
        })
    }
}

/// The linear predictor of a row with its offset: the logarithm of its cumulative hazard.
fn eta(rows: &Stretches, i: usize, beta: &[f64]) -> f64 {
    // Beyond these an end is certain or impossible to the last bit.
    (dot(rows.row(i), beta) + rows.log_length[i]).clamp(-60.0, 30.0)
}

/// First derivative of a row's log-likelihood along its predictor, and the second with its sign turned.
fn slopes(rows: &Stretches, i: usize, beta: &[f64]) -> (f64, f64) {
    let hazard = eta(rows, i, beta).exp();
    if rows.ended[i] { ended_slopes(hazard) } else { (-hazard, hazard) }
}

/// Sums of vectors by cluster, in the order in which clusters first appear.
pub(crate) struct ByCluster {
    k: usize,
    /// How many clusters so far.
    pub(crate) n: usize,
    place: FxHashMap<u32, usize>,
    sums: Vec<f64>,
}

impl ByCluster {
    pub(crate) fn new(k: usize) -> Self {
        Self { k, n: 0, place: FxHashMap::default(), sums: Vec::new() }
    }

    pub(crate) fn add(&mut self, cluster: u32, part: &[f64]) {
        let at = *self.place.entry(cluster).or_insert(self.n);
        if at == self.n {
            self.n += 1;
            self.sums.resize(self.n * self.k, 0.0);
        }
        let sums = &mut self.sums[at * self.k..(at + 1) * self.k];
        sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }

    pub(crate) fn each(&self, f: impl FnMut(&[f64])) {
        self.sums.chunks_exact(self.k).for_each(f);
    }
}

/// Makes a column as if it were not there, without moving the others.
fn pin(information: &mut Square, column: usize) {
    information.clear(column);
    information.add(column, column, 1.0);
}

/// The slopes of `log(1 - exp(-m))` along `log m`: `m/(e^m - 1)`, and minus its derivative.
fn ended_slopes(m: f64) -> (f64, f64) {
    if m < 1e-3 {
        // The closed form loses its digits here.
        let squared = m * m;
        return (1.0 - m / 2.0 + squared / 12.0, m / 2.0 - squared / 6.0 + squared * squared / 180.0);
    }
    if m > 500.0 {
        return (0.0, 0.0);
    }
    let above = m.exp_m1();
    (m / above, m * (m * m.exp() - above) / (above * above))
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn log_one_plus_exp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The probability that a standard normal lies above `z`.
pub(crate) fn upper_tail(z: f64) -> f64 {
    0.5 * erfc(z / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests;
