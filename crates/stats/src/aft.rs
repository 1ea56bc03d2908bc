//! How many times as long something takes, some of it not over yet: accelerated failure time models, robust by cluster.

use std::f64::consts::{PI, SQRT_2};

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use statrs::function::erf::erfc;

use crate::dense::{Factor, Square, dot};
use crate::estimate::Interval;
use crate::hazard::{ByCluster, upper_tail};
use crate::z_two_sided;

/// How often the coefficients are improved before giving up.
const STEPS_MAX: usize = 80;

/// A step smaller than this, against the size of what it moves, is none.
const STEP_TOLERANCE: f64 = 1e-11;

/// A scaled pivot below this is a column that others add up to.
const COLLINEAR: f64 = 1e-10;

/// In how many parts clusters are parted to choose a shape.
const FOLDS: usize = 5;

/// The distribution of the logarithm of a time around its mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Normal: the time is log-normal.
    LogNormal,
    /// Smallest extreme value: the time is Weibull.
    Weibull,
    /// Logistic: the time is log-logistic, with a heavier tail.
    LogLogistic,
}

impl Shape {
    /// Every shape; the first of equals is taken.
    pub const ALL: [Shape; 3] = [Shape::LogNormal, Shape::Weibull, Shape::LogLogistic];

    /// `log-normal`, `Weibull` or `log-logistic`.
    pub fn words(self) -> &'static str {
        match self {
            Shape::LogNormal => "log-normal",
            Shape::Weibull => "Weibull",
            Shape::LogLogistic => "log-logistic",
        }
    }

    /// Logarithm of density (ended) or survival (not ended) at a standardised log time, with its first two derivatives.
    fn at(self, z: f64, ended: bool) -> (f64, f64, f64) {
        match (self, ended) {
            (Shape::LogNormal, true) => (-z * z / 2.0 - (2.0 * PI).ln() / 2.0, -z, -1.0),
            (Shape::LogNormal, false) => {
                let (log_tail, mills) = normal_tail(z);
                (log_tail, -mills, -mills * (mills - z))
            }
            (Shape::Weibull, ended) => {
                // Beyond this a density is 0 to the last bit, and its square no number.
                let risen = z.min(300.0).exp();
                let one = f64::from(u8::from(ended));
                (one * z - risen, one - risen, -risen)
            }
            (Shape::LogLogistic, ended) => {
                let times = if ended { 2.0 } else { 1.0 };
                let below = 1.0 / (1.0 + (-z).exp());
                let one = times - 1.0;
                let log_one_plus = z.max(0.0) + (-z.abs()).exp().ln_1p();
                (one * z - times * log_one_plus, one - times * below, -times * below * (1.0 - below))
            }
        }
    }
}

/// Times, each with its columns, whether it had ended, and its cluster.
#[derive(Clone, Debug, Default)]
pub struct Times {
    columns: usize,
    x: Vec<f64>,
    log_time: Vec<f64>,
    ended: Vec<bool>,
    cluster: Vec<u32>,
}

impl Times {
    /// None yet, with so many columns. One of them should be 1 throughout: no mean is added.
    pub fn new(columns: usize) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Adds a time in whatever unit: its columns (missing ones are 0, surplus ones are left out), whether it had ended, and
    /// the number of its cluster. Gives false, and adds nothing, where the time is not positive and finite.
    pub fn push(&mut self, x: &[f64], time: f64, ended: bool, cluster: u32) -> bool {
        if !(time > 0.0 && time.is_finite()) {
            return false;
        }
        let before = self.x.len();
        self.x.extend(x.iter().take(self.columns));
        self.x.resize(before + self.columns, 0.0);
        self.log_time.push(time.ln());
        self.ended.push(ended);
        self.cluster.push(cluster);
        true
    }

    /// How many times.
    pub fn len(&self) -> usize {
        self.ended.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ended.is_empty()
    }

    /// How many had ended.
    pub fn events(&self) -> u64 {
        self.ended.iter().filter(|ended| **ended).count() as u64
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.x[i * self.columns..(i + 1) * self.columns]
    }

    fn chosen(&self, keep: impl Fn(usize) -> bool) -> Times {
        let mut chosen = Times::new(self.columns);
        for i in (0..self.len()).filter(|&i| keep(i)) {
            chosen.x.extend(self.row(i));
            chosen.log_time.push(self.log_time[i]);
            chosen.ended.push(self.ended[i]);
            chosen.cluster.push(self.cluster[i]);
        }
        chosen
    }
}

/// Why there is no fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nothing ended.
    #[error("nothing ended")]
    NoEnds,
    /// This column is a sum of others, or 0 everywhere.
    #[error("column {0} can be made from the others")]
    Collinear(usize),
    /// The columns say the times exactly.
    #[error("the times do not vary beyond what the columns say")]
    NoSpread,
    /// The coefficients did not settle: along some column nothing ended, or there is too little of everything.
    #[error("the coefficients did not settle")]
    Unsettled,
}

/// Fitted coefficients with both covariances.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Which shape.
    pub shape: Shape,
    /// Logarithms of time ratios.
    pub coefficients: Vec<f64>,
    /// Scale of the logarithm of a time.
    pub scale: f64,
    /// Log-likelihood of the times as they were given.
    pub log_likelihood: f64,
    /// Times that it rests on.
    pub rows: u64,
    /// Of these, ended.
    pub ends: u64,
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

    /// Standard error if all times were independent.
    pub fn model_error(&self, i: usize) -> f64 {
        self.model.get(i, i).sqrt()
    }

    /// The larger of both: a sandwich made of few clusters is too thin.
    pub fn careful_error(&self, i: usize) -> f64 {
        self.standard_error(i).max(self.model_error(i))
    }

    /// The time ratio of a column with its Wald interval, given a standard error of its logarithm.
    pub fn ratio(&self, i: usize, error: f64, level: f64) -> (f64, Interval) {
        let (beta, half) = (self.coefficients[i], z_two_sided(level) * error);
        (beta.exp(), Interval::new((beta - half).exp(), (beta + half).exp()))
    }

    /// One-sided Wald p-value of a time ratio above `bound`, given a standard error.
    pub fn p_above(&self, i: usize, error: f64, bound: f64) -> f64 {
        upper_tail((self.coefficients[i] - bound.ln()) / error)
    }
}

/// Which shape predicted best what it had not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The shape.
    pub shape: Shape,
    /// Each shape's log-likelihood of what was held out; those that could not be fitted are not in it.
    pub held_out: Vec<(Shape, f64)>,
}

/// An accelerated failure time model of one shape.
///
/// **Estimates** the logarithms of time ratios: how many times as long it takes where a column is one larger. 1.6 reads
/// "1.6 times as long", which a hazard ratio does not.
///
/// **Formula.** `log T = x b + scale e` with `e` normal, extreme-value or logistic. Newton's method in `b/scale` and
/// `1/scale`, in which the log-likelihood is concave for all three, with halved steps.
///
/// **Assumptions.** Columns stretch time by a factor, the same from the shortest to the longest. What had not ended is
/// censored without regard to when it would end. Ties need nothing.
///
/// **Interval.** Wald on the logarithm, with the sandwich by cluster: `A⁻¹ B A⁻¹` with the observed information `A` of
/// coefficients and log scale, `B` the sum of outer products of the clusters' scores, times `G/(G-1) (N-1)/(N-K-1)`.
///
/// **Not for** fewer than some ten ends a column. Nothing here makes a comparison causal.
///
/// **Reference.** Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, 2nd edition, chapter 3;
/// Olsen (1978), Note on the uniqueness of the maximum likelihood estimator for the Tobit model, Econometrica 46(5),
/// 1211-1215, for the parameters in which it is concave; Liang and Zeger (1986), Biometrika 73(1), 13-22, for the sandwich.
///
/// # Errors
/// When nothing ended, a column can be made from others, the columns say the times exactly, or the coefficients do not settle.
pub fn fit(times: &Times, shape: Shape) -> Result<Fit, Unfit> {
    let top = climb(times, shape)?;
    let (k, n) = (times.columns, times.len());
    let (beta, scale) = (top.beta(), top.scale());
    let (mut information, mut scores) = (Square::zero(k + 1), ByCluster::new(k + 1));
    let mut score = vec![0.0; k + 1];
    for i in 0..n {
        let (x, ended) = (times.row(i), times.ended[i]);
        let z = (times.log_time[i] - dot(x, &beta)) / scale;
        let (_, slope, curve) = shape.at(z, ended);
        information.add(k, k, -(curve * z * z + slope * z));
        for a in (0..k).filter(|&a| x[a] != 0.0) {
            let cross = -(curve * z + slope) * x[a] / scale;
            information.add(a, k, cross);
            information.add(k, a, cross);
            for b in 0..k {
                information.add(a, b, -curve * x[a] * x[b] / (scale * scale));
            }
            score[a] = -slope * x[a] / scale;
        }
        score[k] = -slope * z - f64::from(u8::from(ended));
        scores.add(times.cluster[i], &score);
        score.fill(0.0);
    }
    let model = Factor::of(&information, COLLINEAR).map_err(|_| Unfit::Unsettled)?.inverse();
    let mut meat = Square::zero(k + 1);
    scores.each(|score| meat.add_outer(score, 1.0));
    let (rows, groups, columns) = (n as f64, scores.n as f64, (k + 1) as f64);
    let factor = groups / (groups - 1.0) * (rows - 1.0) / (rows - columns);
    let robust = model.times(&meat).times(&model).scaled(factor);
    Ok(Fit {
        shape,
        scale,
        log_likelihood: log_likelihood(times, shape, &beta, scale),
        coefficients: beta,
        rows: n as u64,
        ends: times.events(),
        clusters: scores.n as u64,
        model,
        robust,
    })
}

/// The shape that best predicts clusters that it has not seen.
///
/// Clusters are parted by chance (seeded) into five; each part is predicted by a model of the other four, and the
/// log-likelihoods are summed. The same times, order and seed give the same choice. Where the parts are too small to fit any
/// shape, the likelihood of all the data decides, and `held_out` is empty.
///
/// # Errors
/// As [`fit`], where no shape can be fitted at all.
pub fn choose(times: &Times, seed: u64) -> Result<Choice, Unfit> {
    let mut numbers = times.cluster.clone();
    numbers.sort_unstable();
    numbers.dedup();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // Shuffled, then dealt out in turn, so that no part is empty while there are clusters.
    for i in (1..numbers.len()).rev() {
        numbers.swap(i, ((u64::from(rng.next_u32()) * (i as u64 + 1)) >> 32) as usize);
    }
    let mut dealt: Vec<(u32, usize)> =
        numbers.into_iter().enumerate().map(|(at, number)| (number, at % FOLDS)).collect();
    dealt.sort_unstable();
    let fold_of: Vec<usize> = (0..times.len())
        .map(|i| dealt.binary_search_by_key(&times.cluster[i], |&(number, _)| number).map_or(0, |at| dealt[at].1))
        .collect();
    let parts: Vec<(Times, Times)> =
        (0..FOLDS).map(|fold| (times.chosen(|i| fold_of[i] != fold), times.chosen(|i| fold_of[i] == fold))).collect();
    let held_out = |shape: Shape| {
        // Four fifths of the data have their top near that of all: the climb begins there.
        let near = climb(times, shape).ok();
        parts.iter().try_fold(0.0, |sum, (seen, unseen)| {
            let top = match &near {
                Some(near) => climb_from(seen, shape, near.parameters.clone()).or_else(|_| climb(seen, shape)),
                None => climb(seen, shape),
            };
            let top = top.ok()?;
            Some(sum + log_likelihood(unseen, shape, &top.beta(), top.scale()))
        })
    };
    let held_out: Vec<(Shape, f64)> = Shape::ALL
        .into_iter()
        .filter_map(|shape| Some((shape, held_out(shape)?)))
        .filter(|(_, reached)| reached.is_finite())
        .collect();
    let largest = |of: &[(Shape, f64)]| {
        of.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(shape, _)| shape)
    };
    if let Some(shape) = largest(&held_out) {
        return Ok(Choice { shape, held_out });
    }
    let fits = Shape::ALL.map(|shape| climb(times, shape).map(|top| (shape, top.value)));
    let settled: Vec<(Shape, f64)> = fits.iter().filter_map(|fit| fit.as_ref().ok().copied()).collect();
    match (largest(&settled), fits) {
        (Some(shape), _) => Ok(Choice { shape, held_out }),
        (None, [Err(why), ..]) => Err(why),
        (None, _) => Err(Unfit::Unsettled),
    }
}

/// Where the likelihood is largest: coefficients over scale, and one over scale last.
struct Top {
    parameters: Vec<f64>,
    value: f64,
}

impl Top {
    fn scale(&self) -> f64 {
        1.0 / self.parameters[self.parameters.len() - 1]
    }

    fn beta(&self) -> Vec<f64> {
        let (last, rest) = self.parameters.split_last().expect("the scale is always there");
        rest.iter().map(|part| part / last).collect()
    }
}

fn climb(times: &Times, shape: Shape) -> Result<Top, Unfit> {
    if times.events() == 0 {
        return Err(Unfit::NoEnds);
    }
    climb_from(times, shape, start(times)?)
}

fn climb_from(times: &Times, shape: Shape, mut at: Vec<f64>) -> Result<Top, Unfit> {
    if times.events() == 0 {
        return Err(Unfit::NoEnds);
    }
    let mut value = objective(times, shape, &at);
    let mut idle = 0;
    for _ in 0..STEPS_MAX {
        let (gradient, information) = derivatives(times, shape, &at);
        let step = Factor::of(&information, COLLINEAR * COLLINEAR).map_err(|_| Unfit::Unsettled)?.solve(&gradient);
        let moved = at.iter().zip(&step).fold(0.0_f64, |most, (at, step)| most.max(step.abs() / (1.0 + at.abs())));
        if !moved.is_finite() {
            return Err(Unfit::Unsettled);
        }
        // The second: rounding lets the last digits wander.
        if moved < STEP_TOLERANCE || idle >= 3 && moved < 1e-7 {
            return Ok(Top { parameters: at, value });
        }
        let mut part = 1.0;
        let (next, reached) = loop {
            let next: Vec<f64> = at.iter().zip(&step).map(|(at, step)| at + part * step).collect();
            let reached = objective(times, shape, &next);
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

/// Least squares without regard to what had not ended.
fn start(times: &Times) -> Result<Vec<f64>, Unfit> {
    let k = times.columns;
    let (mut squares, mut products, mut about) = (Square::zero(k), vec![0.0; k], 0.0);
    for i in 0..times.len() {
        squares.add_outer(times.row(i), 1.0);
        products.iter_mut().zip(times.row(i)).for_each(|(sum, x)| *sum += x * times.log_time[i]);
        about += times.log_time[i] * times.log_time[i];
    }
    let beta = match k {
        0 => Vec::new(),
        _ => Factor::of(&squares, COLLINEAR).map_err(Unfit::Collinear)?.solve(&products),
    };
    let residual = |i: usize| times.log_time[i] - dot(times.row(i), &beta);
    let spread = ((0..times.len()).map(|i| residual(i).powi(2)).sum::<f64>() / times.len() as f64).sqrt();
    if spread <= 1e-9 * (1.0 + (about / times.len() as f64).sqrt()) {
        return Err(Unfit::NoSpread);
    }
    Ok(beta.iter().map(|part| part / spread).chain([1.0 / spread]).collect())
}

fn objective(times: &Times, shape: Shape, at: &[f64]) -> f64 {
    let inverse = at[times.columns];
    if inverse.is_nan() || inverse <= 0.0 {
        return f64::NEG_INFINITY;
    }
    (0..times.len())
        .map(|i| {
            let z = inverse * times.log_time[i] - dot(times.row(i), &at[..times.columns]);
            let (log, ..) = shape.at(z, times.ended[i]);
            if times.ended[i] { log + inverse.ln() } else { log }
        })
        .sum()
}

/// The slope of the objective, and its curvature with the sign turned.
fn derivatives(times: &Times, shape: Shape, at: &[f64]) -> (Vec<f64>, Square) {
    let k = times.columns;
    let (mut gradient, mut information) = (vec![0.0; k + 1], Square::zero(k + 1));
    let (inverse, mut along) = (at[k], vec![0.0; k + 1]);
    for i in 0..times.len() {
        along.iter_mut().zip(times.row(i)).for_each(|(along, x)| *along = -x);
        along[k] = times.log_time[i];
        let (_, slope, curve) = shape.at(dot(&along, at), times.ended[i]);
        gradient.iter_mut().zip(&along).for_each(|(sum, along)| *sum += slope * along);
        information.add_outer(&along, -curve);
        if times.ended[i] {
            gradient[k] += 1.0 / inverse;
            information.add(k, k, 1.0 / (inverse * inverse));
        }
    }
    // `along` carries the sign of a coefficient: z = inverse log t - x g, so that `dot(along, at)` is z.
    (gradient, information)
}

fn log_likelihood(times: &Times, shape: Shape, beta: &[f64], scale: f64) -> f64 {
    (0..times.len())
        .map(|i| {
            let z = (times.log_time[i] - dot(times.row(i), beta)) / scale;
            let (log, ..) = shape.at(z, times.ended[i]);
            if times.ended[i] { log - scale.ln() - times.log_time[i] } else { log }
        })
        .sum()
}

/// Logarithm of the upper tail of the standard normal, and density over tail.
fn normal_tail(z: f64) -> (f64, f64) {
    let log_density = -z * z / 2.0 - (2.0 * PI).ln() / 2.0;
    if z > 25.0 {
        // The tail is about to underflow; the first terms of its series are exact to the last bit by then.
        let squared = 1.0 / (z * z);
        let series = 1.0 - squared * (1.0 - squared * (3.0 - squared * (15.0 - squared * 105.0)));
        return (log_density - z.ln() + series.ln(), z / series);
    }
    let log_tail = (0.5 * erfc(z / SQRT_2)).ln();
    (log_tail, (log_density - log_tail).exp())
}

#[cfg(test)]
mod tests;
