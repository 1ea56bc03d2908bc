//! Where the likelihood of times is largest, by Newton's method.

use super::Unfit;
use super::shape::Shape;
use super::times::Rows;
use crate::dense::{Factor, Square, dot};

/// How often the coefficients are improved before giving up.
const STEPS_MAX: usize = 80;

/// A step smaller than this, against the size of what it moves, is none.
const STEP_TOLERANCE: f64 = 1e-11;

/// A scaled pivot below this is a column that others add up to.
pub(super) const COLLINEAR: f64 = 1e-10;

/// And when that step moves no coefficient by more: where nothing ended along a column, ever less is gained for ever.
const MOVED_OF_PART: f64 = 1e-2;

/// Where the likelihood is largest: coefficients over scale, and one over scale last.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Top {
    pub(super) parameters: Vec<f64>,
    pub(super) value: f64,
}

impl Top {
    pub(super) fn scale(&self) -> f64 {
        1.0 / self.parameters[self.parameters.len() - 1]
    }

    pub(super) fn beta(&self) -> Vec<f64> {
        let (last, rest) = self.parameters.split_last().expect("the scale is always there");
        rest.iter().map(|part| part / last).collect()
    }
}

/// The likelihood at a place, its slope, and its curvature with the sign turned; of the curvature only the lower half is
/// filled, which is all that a factor reads.
struct Place {
    at: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    information: Square,
}

/// Climbs until the coefficients stand still, or until the step that promises to gain less than `gain_min` is taken.
pub(super) fn climb(rows: &Rows<'_>, shape: Shape, gain_min: f64) -> Result<Top, Unfit> {
    if rows.events() == 0 {
        return Err(Unfit::NoEnds);
    }
    climb_from(rows, shape, start(rows)?, gain_min)
}

/// The same from somewhere.
pub(super) fn climb_from(rows: &Rows<'_>, shape: Shape, from: Vec<f64>, gain_min: f64) -> Result<Top, Unfit> {
    if rows.events() == 0 {
        return Err(Unfit::NoEnds);
    }
    let mut place = Place::of(rows, shape, from);
    let mut idle = 0;
    for _ in 0..STEPS_MAX {
        let Place { mut at, value, gradient, information } = place;
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
        place = loop {
            let next = Place::of(rows, shape, at.iter().zip(&step).map(|(at, step)| at + part * step).collect());
            if next.value >= value - 1e-12 * value.abs() {
                break next;
            }
            if part < 1e-10 {
                return Err(Unfit::Unsettled);
            }
            part /= 2.0;
        };
        let stands_still = (place.value - value).abs() < 1e-9 * (1.0 + value.abs());
        idle = if stands_still { idle + 1 } else { 0 };
    }
    Err(Unfit::Unsettled)
}

impl Place {
    fn of(rows: &Rows<'_>, shape: Shape, at: Vec<f64>) -> Self {
        let k = rows.times.columns();
        let (mut gradient, mut information) = (vec![0.0; k + 1], Square::zero(k + 1));
        let inverse = at[k];
        if inverse.is_nan() || inverse <= 0.0 {
            return Self { at, value: f64::NEG_INFINITY, gradient, information };
        }
        let mut value = 0.0;
        for run in rows.runs() {
            let along = run.along(&at);
            let mut sums = Sums::default();
            // Known beforehand: the loop is short, and runs for each time in each step.
            match shape {
                Shape::LogNormal => sums.add(run.each(), (inverse, along), Shape::LogNormal),
                Shape::Weibull => sums.add(run.each(), (inverse, along), Shape::Weibull),
                Shape::LogLogistic => sums.add(run.each(), (inverse, along), Shape::LogLogistic),
            }
            // A coefficient counts with its sign turned: z = inverse log t - x g.
            for (j, &(a, x_a)) in run.x.iter().enumerate() {
                gradient[a as usize] -= sums.slope * x_a;
                let scaled = -sums.curve * x_a;
                for &(b, x_b) in &run.x[..=j] {
                    information.add(a as usize, b as usize, scaled * x_b);
                }
                information.add(k, a as usize, sums.curve_time * x_a);
            }
            gradient[k] += sums.slope_time + sums.ends / inverse;
            information.add(k, k, sums.ends / (inverse * inverse) - sums.curve_time_squared);
            value += sums.log + sums.ends * inverse.ln();
        }
        Self { at, value, gradient, information }
    }
}

/// Over times with the same columns.
#[derive(Default)]
struct Sums {
    log: f64,
    slope: f64,
    curve: f64,
    slope_time: f64,
    curve_time: f64,
    curve_time_squared: f64,
    ends: f64,
}

impl Sums {
    #[inline(always)]
    fn add(&mut self, times: impl Iterator<Item = (f64, bool)>, (inverse, along): (f64, f64), shape: Shape) {
        for (log_time, ended) in times {
            let of = shape.at(log_time * inverse - along, ended);
            let curve_time = of.curve * log_time;
            self.log += of.log;
            self.slope += of.slope;
            self.curve += of.curve;
            self.slope_time += of.slope * log_time;
            self.curve_time += curve_time;
            self.curve_time_squared += curve_time * log_time;
            self.ends += f64::from(u8::from(ended));
        }
    }
}

/// Least squares without regard to what had not ended.
fn start(rows: &Rows<'_>) -> Result<Vec<f64>, Unfit> {
    let (k, n) = (rows.times.columns(), rows.len() as f64);
    let (mut squares, mut products, mut about) = (Square::zero(k), vec![0.0; k], 0.0);
    for run in rows.runs() {
        let (times, sum) = (run.each().count() as f64, run.each().map(|(log_time, _)| log_time).sum::<f64>());
        for &(a, x_a) in run.x {
            for &(b, x_b) in run.x {
                squares.add(a as usize, b as usize, times * x_a * x_b);
            }
            products[a as usize] += x_a * sum;
        }
        about += run.each().map(|(log_time, _)| log_time * log_time).sum::<f64>();
    }
    let beta = match k {
        0 => Vec::new(),
        _ => Factor::of(&squares, COLLINEAR).map_err(Unfit::Collinear)?.solve(&products),
    };
    let squared = rows.runs().map(|run| {
        let along = run.along(&beta);
        run.each().map(|(log_time, _)| (log_time - along).powi(2)).sum::<f64>()
    });
    let spread = (squared.sum::<f64>() / n).sqrt();
    if spread <= 1e-9 * (1.0 + (about / n).sqrt()) {
        return Err(Unfit::NoSpread);
    }
    Ok(beta.iter().map(|part| part / spread).chain([1.0 / spread]).collect())
}

/// The log-likelihood of the times as they were given.
pub(super) fn log_likelihood(rows: &Rows<'_>, shape: Shape, top: &Top) -> f64 {
    let (beta, scale) = (top.beta(), top.scale());
    let of_run = rows.runs().map(|run| {
        let along = run.along(&beta);
        let each = run.each().map(|(log_time, ended)| {
            let log = shape.log((log_time - along) / scale, ended);
            if ended { log - scale.ln() - log_time } else { log }
        });
        each.sum::<f64>()
    });
    of_run.sum()
}
