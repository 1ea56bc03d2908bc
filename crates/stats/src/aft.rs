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

/// A model of four fifths, for the choice of a shape, is good enough when its next step would gain less in log-likelihood.
/// What is left after that step is smaller still, as Newton's steps go.
const GAIN_OF_PART: f64 = 1e-4;

/// And when that step moves no coefficient by more: where nothing ended along a column, ever less is gained for ever.
const MOVED_OF_PART: f64 = 1e-2;

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

    /// Logarithm of density (ended) or survival (not ended) at a standardised log time.
    #[inline]
    fn log(self, z: f64, ended: bool) -> f64 {
        match (self, ended) {
            (Shape::LogNormal, true) => -z * z / 2.0 - (2.0 * PI).ln() / 2.0,
            (Shape::LogNormal, false) => normal_tail(z).0,
            (Shape::Weibull, ended) => f64::from(u8::from(ended)) * z - risen(z),
            (Shape::LogLogistic, ended) => {
                let times = if ended { 2.0 } else { 1.0 };
                let log_one_plus = z.max(0.0) + (-z.abs()).exp().ln_1p();
                (times - 1.0) * z - times * log_one_plus
            }
        }
    }

    /// Its first two derivatives.
    #[inline]
    fn slopes(self, z: f64, ended: bool) -> (f64, f64) {
        match (self, ended) {
            (Shape::LogNormal, true) => (-z, -1.0),
            (Shape::LogNormal, false) => {
                let (_, mills) = normal_tail(z);
                (-mills, -mills * (mills - z))
            }
            (Shape::Weibull, ended) => {
                let risen = risen(z);
                (f64::from(u8::from(ended)) - risen, -risen)
            }
            (Shape::LogLogistic, ended) => {
                let times = if ended { 2.0 } else { 1.0 };
                let below = 1.0 / (1.0 + (-z).exp());
                (times - 1.0 - times * below, -times * below * (1.0 - below))
            }
        }
    }
}

/// The exponential; beyond some bound a density is 0 to the last bit, and its square no number.
fn risen(z: f64) -> f64 {
    z.min(300.0).exp()
}

/// Times, each with its columns, whether it had ended, and its cluster.
///
/// Most columns are indicators, so only what is not 0 is kept.
#[derive(Clone, Debug, Default)]
pub struct Times {
    columns: usize,
    /// Columns that are not 0, with what is in them, time after time.
    x: Vec<(u32, f64)>,
    /// Where those of each time end.
    until: Vec<usize>,
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
        self.x.extend((0..).zip(x.iter().copied()).take(self.columns).filter(|(_, x)| *x != 0.0));
        self.until.push(self.x.len());
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

    /// The columns of a time that are not 0, in order.
    fn row(&self, i: usize) -> &[(u32, f64)] {
        let from = i.checked_sub(1).map_or(0, |before| self.until[before]);
        &self.x[from..self.until[i]]
    }

    fn chosen(&self, keep: impl Fn(usize) -> bool) -> Times {
        let mut chosen = Times::new(self.columns);
        for i in (0..self.len()).filter(|&i| keep(i)) {
            chosen.x.extend(self.row(i));
            chosen.until.push(chosen.x.len());
            chosen.log_time.push(self.log_time[i]);
            chosen.ended.push(self.ended[i]);
            chosen.cluster.push(self.cluster[i]);
        }
        chosen
    }
}

/// The columns of a time, each times its coefficient.
#[inline]
fn along(x: &[(u32, f64)], beta: &[f64]) -> f64 {
    x.iter().map(|&(column, x)| x * beta[column as usize]).sum()
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
    /// Where the likelihood of all times is largest.
    top: Result<Top, Unfit>,
}

impl Choice {
    /// [`fit`] of the times that it was chosen for, with the climb already done.
    ///
    /// # Errors
    /// As [`fit`].
    pub fn fit(&self, times: &Times) -> Result<Fit, Unfit> {
        let top = self.top.as_ref().map_err(Unfit::clone)?;
        fitted(times, self.shape, top)
    }
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
    fitted(times, shape, &climb(times, shape)?)
}

/// The fit at the top of the likelihood.
fn fitted(times: &Times, shape: Shape, top: &Top) -> Result<Fit, Unfit> {
    let (k, n) = (times.columns, times.len());
    let (beta, scale) = (top.beta(), top.scale());
    let (mut information, mut scores) = (Square::zero(k + 1), ByCluster::new(k + 1));
    let mut score = vec![0.0; k + 1];
    for i in 0..n {
        let (x, ended) = (times.row(i), times.ended[i]);
        let z = (times.log_time[i] - along(x, &beta)) / scale;
        let (slope, curve) = shape.slopes(z, ended);
        information.add(k, k, -(curve * z * z + slope * z));
        for &(a, x_a) in x {
            let a = a as usize;
            let cross = -(curve * z + slope) * x_a / scale;
            information.add(a, k, cross);
            information.add(k, a, cross);
            for &(b, x_b) in x {
                information.add(a, b as usize, -curve * x_a * x_b / (scale * scale));
            }
            score[a] = -slope * x_a / scale;
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
/// log-likelihoods are summed. Those models need not settle to the last digit: each climbs until a further step would gain
/// less than a ten thousandth in log-likelihood, which no choice turns on. The same times, order and seed give the same
/// choice. Where the parts are too small to fit any shape, the likelihood of all the data decides, and `held_out` is empty.
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
    let tops = Shape::ALL.map(|shape| (shape, climb(times, shape)));
    let held_out = |(shape, of_all): &(Shape, Result<Top, Unfit>)| {
        let reached = parts.iter().try_fold(0.0, |sum, (seen, unseen)| {
            // Four fifths of the data have their top near that of all: the climb begins there.
            let top = match of_all {
                Ok(near) => climb_from(seen, *shape, near.parameters.clone(), GAIN_OF_PART)
                    .or_else(|_| climb_within(seen, *shape, GAIN_OF_PART)),
                Err(_) => climb_within(seen, *shape, GAIN_OF_PART),
            };
            let top = top.ok()?;
            Some(sum + log_likelihood(unseen, *shape, &top.beta(), top.scale()))
        })?;
        Some((*shape, reached))
    };
    let held_out: Vec<(Shape, f64)> =
        tops.iter().filter_map(held_out).filter(|(_, reached)| reached.is_finite()).collect();
    let largest = |of: &[(Shape, f64)]| {
        of.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(shape, _)| shape)
    };
    let settled: Vec<(Shape, f64)> =
        tops.iter().filter_map(|(shape, top)| Some((*shape, top.as_ref().ok()?.value))).collect();
    let Some(shape) = largest(&held_out).or_else(|| largest(&settled)) else {
        let [(_, first), ..] = tops;
        return Err(first.err().unwrap_or(Unfit::Unsettled));
    };
    let of_all = tops.into_iter().find_map(|(of, top)| (of == shape).then_some(top));
    Ok(Choice { shape, held_out, top: of_all.unwrap_or(Err(Unfit::Unsettled)) })
}

/// Where the likelihood is largest: coefficients over scale, and one over scale last.
#[derive(Clone, Debug, PartialEq)]
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
    climb_within(times, shape, 0.0)
}

fn climb_within(times: &Times, shape: Shape, gain_min: f64) -> Result<Top, Unfit> {
    if times.events() == 0 {
        return Err(Unfit::NoEnds);
    }
    climb_from(times, shape, start(times)?, gain_min)
}

/// Climbs until the coefficients stand still, or until the step that promises to gain less than `gain_min` is taken.
fn climb_from(times: &Times, shape: Shape, mut at: Vec<f64>, gain_min: f64) -> Result<Top, Unfit> {
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
        let gain = dot(&gradient, &step) / 2.0;
        if gain < gain_min && moved < MOVED_OF_PART {
            at.iter_mut().zip(&step).for_each(|(at, step)| *at += step);
            return Ok(Top { parameters: at, value: value + gain });
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
        for &(a, x_a) in times.row(i) {
            for &(b, x_b) in times.row(i) {
                squares.add(a as usize, b as usize, x_a * x_b);
            }
            products[a as usize] += x_a * times.log_time[i];
        }
        about += times.log_time[i] * times.log_time[i];
    }
    let beta = match k {
        0 => Vec::new(),
        _ => Factor::of(&squares, COLLINEAR).map_err(Unfit::Collinear)?.solve(&products),
    };
    let residual = |i: usize| times.log_time[i] - along(times.row(i), &beta);
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
            let z = inverse * times.log_time[i] - along(times.row(i), at);
            let log = shape.log(z, times.ended[i]);
            if times.ended[i] { log + inverse.ln() } else { log }
        })
        .sum()
}

/// The slope of the objective, and its curvature with the sign turned; of the curvature only the lower half is filled, which
/// is all that a factor reads.
fn derivatives(times: &Times, shape: Shape, at: &[f64]) -> (Vec<f64>, Square) {
    let k = times.columns;
    let (mut gradient, mut information) = (vec![0.0; k + 1], Square::zero(k + 1));
    let inverse = at[k];
    let (of_end, of_end_squared) = (1.0 / inverse, 1.0 / (inverse * inverse));
    for i in 0..times.len() {
        let (x, log_time) = (times.row(i), times.log_time[i]);
        // A coefficient counts with its sign turned: z = inverse log t - x g.
        let (slope, curve) = shape.slopes(log_time * inverse - along(x, at), times.ended[i]);
        for (j, &(a, x_a)) in x.iter().enumerate() {
            gradient[a as usize] -= slope * x_a;
            let scaled = -curve * x_a;
            for &(b, x_b) in &x[..=j] {
                information.add(a as usize, b as usize, scaled * x_b);
            }
            information.add(k, a as usize, curve * log_time * x_a);
        }
        gradient[k] += slope * log_time;
        information.add(k, k, -curve * log_time * log_time);
        if times.ended[i] {
            gradient[k] += of_end;
            information.add(k, k, of_end_squared);
        }
    }
    (gradient, information)
}

fn log_likelihood(times: &Times, shape: Shape, beta: &[f64], scale: f64) -> f64 {
    (0..times.len())
        .map(|i| {
            let z = (times.log_time[i] - along(times.row(i), beta)) / scale;
            let log = shape.log(z, times.ended[i]);
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
