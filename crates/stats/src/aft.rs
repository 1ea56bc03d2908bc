//! How many times as long something takes, some of it not over yet: accelerated failure time models, robust by cluster.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::dense::{Factor, Square};
use crate::estimate::Interval;
use crate::hazard::{ByCluster, upper_tail};
use crate::z_two_sided;

mod climb;
mod shape;
mod times;

pub use shape::Shape;
pub use times::Times;

use climb::{COLLINEAR, Top, climb, climb_from, log_likelihood};
use times::Rows;

/// A model of four fifths, for the choice of a shape, is good enough when its next step would gain less in log-likelihood.
/// What is left after that step is smaller still, as Newton's steps go.
const GAIN_OF_PART: f64 = 1e-4;

/// In how many parts clusters are parted to choose a shape.
const FOLDS: usize = 5;

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
    fitted(times, shape, &climb(&times.rows(|_| true), shape, 0.0)?)
}

/// The fit at the top of the likelihood.
fn fitted(times: &Times, shape: Shape, top: &Top) -> Result<Fit, Unfit> {
    let (k, n) = (times.columns(), times.len());
    let rows = times.rows(|_| true);
    let (beta, scale) = (top.beta(), top.scale());
    let (mut information, mut scores) = (Square::zero(k + 1), ByCluster::new(k + 1));
    let mut score = vec![0.0; k + 1];
    for run in rows.runs() {
        let along = run.along(&beta);
        // Of the curvature only sums over times with the same columns are needed, of scores each.
        let (mut curves, mut crosses, mut own) = (0.0, 0.0, 0.0);
        for ((log_time, ended), &which) in run.each().zip(run.which) {
            let z = (log_time - along) / scale;
            let of = shape.at(z, ended);
            curves -= of.curve;
            crosses -= of.curve * z + of.slope;
            own -= of.curve * z * z + of.slope * z;
            run.x.iter().for_each(|&(a, x_a)| score[a as usize] = -of.slope * x_a / scale);
            score[k] = -of.slope * z - f64::from(u8::from(ended));
            scores.add(times.clusters()[which as usize], &score);
        }
        information.add(k, k, own);
        for &(a, x_a) in run.x {
            let a = a as usize;
            information.add(a, k, crosses * x_a / scale);
            information.add(k, a, crosses * x_a / scale);
            for &(b, x_b) in run.x {
                information.add(a, b as usize, curves * x_a * x_b / (scale * scale));
            }
            score[a] = 0.0;
        }
    }
    let model = Factor::of(&information, COLLINEAR).map_err(|_| Unfit::Unsettled)?.inverse();
    let mut meat = Square::zero(k + 1);
    scores.each(|score| meat.add_outer(score, 1.0));
    let (all, groups, columns) = (n as f64, scores.n as f64, (k + 1) as f64);
    let factor = groups / (groups - 1.0) * (all - 1.0) / (all - columns);
    let robust = model.times(&meat).times(&model).scaled(factor);
    Ok(Fit {
        shape,
        scale,
        log_likelihood: log_likelihood(&rows, shape, top),
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
    let mut numbers = times.clusters().to_vec();
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
    let fold_of =
        |cluster: &u32| dealt.binary_search_by_key(cluster, |&(number, _)| number).map_or(0, |at| dealt[at].1);
    let fold_of: Vec<usize> = times.clusters().iter().map(fold_of).collect();
    let parts: Vec<(Rows<'_>, Rows<'_>)> =
        (0..FOLDS).map(|fold| (times.rows(|i| fold_of[i] != fold), times.rows(|i| fold_of[i] == fold))).collect();
    let all = times.rows(|_| true);
    let tops = Shape::ALL.map(|shape| (shape, climb(&all, shape, 0.0)));
    let held_out = |(shape, of_all): &(Shape, Result<Top, Unfit>)| {
        let reached = parts.iter().try_fold(0.0, |sum, (seen, unseen)| {
            // Four fifths of the data have their top near that of all: the climb begins there.
            let top = match of_all {
                Ok(near) => climb_from(seen, *shape, near.parameters.clone(), GAIN_OF_PART)
                    .or_else(|_| climb(seen, *shape, GAIN_OF_PART)),
                Err(_) => climb(seen, *shape, GAIN_OF_PART),
            };
            let top = top.ok()?;
            Some(sum + log_likelihood(unseen, *shape, &top))
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

#[cfg(test)]
mod tests;
