//! One comparison across a border, made in several ways: as it is, by a model, and within strata.

use rustc_hash::FxHashMap;
use sayso_model::Code;
use sayso_model::decision::{ArrivedBy, Decision};
use sayso_model::words::{Column, Words};
use sayso_stats::aft::{self, Shape, Times, Unfit};
use sayso_stats::estimate::LEVEL_DEFAULT;
use sayso_stats::resample::Redraw;
use sayso_stats::shift::{self, Shift};
use sayso_stats::{Estimate, Interval, Unit, Window, confounding, contrast};

use super::rows::{Kind, Row, Rows, Strata};
use crate::base::label;
use crate::population::Population;
use crate::sheet::Clock;

/// Ends on either side below which no model is made.
const ENDS_MIN: usize = 10;

/// Values of either side that a stratum needs.
const STRATUM_MIN: u64 = 1;

/// Beyond so many rows a seeded sample of items is taken for the model.
const ROWS_MAX: usize = 20_000;

/// How often a category must occur on both sides to get a column, and how many get one of each kind.
const CATEGORY_MIN: usize = 10;
const CATEGORIES_MAX: usize = 8;

/// Strata named in the method, at most.
const NAMED_MAX: usize = 8;

/// What the model holds constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// Kind of question and area.
    Kind,
    /// The same and the number of people, which is part of what crossing does.
    KindAndPeople,
}

/// A ratio, and what a test of it against a bound says.
pub(crate) struct Modelled {
    pub(crate) estimate: Estimate,
    fit: aft::Fit,
}

impl Modelled {
    /// One-sided p-value of a ratio above a bound.
    pub(crate) fn p_above(&self, bound: f64) -> f64 {
        self.fit.p_above(1, self.fit.careful_error(1), bound)
    }
}

/// The ratio of medians with nothing held constant.
pub(crate) fn naive(rows: &Rows, clock: Clock, window: Window, seed: u64) -> Estimate {
    let timed = rows.timed(clock);
    let n = timed.len() as u64;
    let mut redraw = Redraw::of(timed.iter().map(|timed| timed.cluster), seed);
    let method = format!("{}; {}", contrast::METHOD_MEDIANS, redraw.words());
    match contrast::with_interval(&timed, &mut redraw, LEVEL_DEFAULT) {
        Some((ratio, interval)) => Estimate::new(ratio, interval, n, Unit::Ratio, window, method),
        None => {
            let why = "one of the two sides has no median: nothing is there, or less than half of it has ended";
            Estimate::cannot_tell(n, Unit::Ratio, window, method, why)
        }
    }
}

/// The ratio that a model gives with kind and area held constant.
///
/// `shape` is that of an earlier model of the same times; where there is none it is chosen, and left there for the next.
// What cannot be told is an answer like any other, and not made often.
#[allow(clippy::result_large_err)]
pub(crate) fn modelled(
    population: &Population<'_>,
    rows: &Rows,
    (clock, held): (Clock, Held),
    shape: &mut Option<Shape>,
    (window, seed): (Window, u64),
) -> Result<Modelled, Estimate> {
    let design = Design::of(population, rows, held);
    let words = match (held, rows.are_holds()) {
        (Held::Kind, false) => "kind of question and area held constant",
        (Held::KindAndPeople, false) => "kind of question, area and number of people held constant",
        (Held::Kind, true) => "kind of question, area, role of the holder and way of arriving held constant",
        (Held::KindAndPeople, true) => {
            "kind of question, area, role of the holder, way of arriving and number of people held constant"
        }
    };
    let n = rows.rows.len() as u64;
    let fail = |why: String| {
        let method = format!("accelerated failure time model, {words}");
        Err(Estimate::cannot_tell(n, Unit::Ratio, window, method, why))
    };
    let ends = |crosses: bool| rows.rows.iter().filter(|row| row.ended && row.crosses == crosses).count();
    if ends(true) < ENDS_MIN || ends(false) < ENDS_MIN {
        return fail(format!("fewer than {ENDS_MIN} of one of the two sides have ended"));
    }
    let mut columns = design.columns.len() + 2;
    let mut left_out: Vec<usize> = Vec::new();
    loop {
        let times = design.times(population, rows, clock, &left_out, seed);
        let fitted = match *shape {
            Some(shape) => aft::fit(&times, shape),
            None => aft::choose(&times, seed).and_then(|choice| {
                *shape = Some(choice.shape);
                choice.fit(&times)
            }),
        };
        let fit = match fitted {
            Err(Unfit::Collinear(at)) if at > 1 && columns > 2 => {
                // A category that others add up to says nothing by itself.
                left_out.push(design.kept(&left_out)[at - 2]);
                columns -= 1;
                continue;
            }
            Err(why) => return fail(why.to_string()),
            Ok(fit) => fit,
        };
        let error = fit.careful_error(1);
        if !error.is_finite() {
            return fail("everything is of one item".to_owned());
        }
        let (ratio, interval) = fit.ratio(1, error, LEVEL_DEFAULT);
        let sampled = if times.len() < rows.rows.len() {
            format!(" of a seeded sample of {} of {n}", times.len())
        } else {
            String::new()
        };
        let method = format!(
            "accelerated failure time model{sampled}, {} by held-out likelihood, {words}, standard errors by item",
            fit.shape.words()
        );
        let estimate = Estimate::new(ratio, interval, times.len() as u64, Unit::Ratio, window, method);
        return Ok(Modelled { estimate, fit });
    }
}

/// The ratio within strata, without a model, and the strata behind it.
pub(crate) fn stratified(
    population: &Population<'_>,
    rows: &Rows,
    clock: Clock,
    (window, seed): (Window, u64),
    may_name: impl Fn(&[u32]) -> bool,
) -> (Estimate, Option<Shift>) {
    let strata = &Strata::of(population, rows);
    let values = rows.values(clock, strata);
    let n = values.len() as u64;
    let Some((whole, interval)) = shift::with_interval(&values, STRATUM_MIN, seed, LEVEL_DEFAULT) else {
        let why = "no kind of question in any area is found on both sides";
        return (Estimate::cannot_tell(n, Unit::Ratio, window, shift::METHOD_SHIFT, why), None);
    };
    let exp = |limit: Option<f64>| limit.map(f64::exp);
    let interval = Interval { low: exp(interval.low), high: exp(interval.high) };
    let open = rows.rows.len() - values.len();
    let open = if open > 0 { format!("; {open} that are not over are left out") } else { String::new() };
    let method = format!(
        "{} (matter, area and opening label{}){open}; {}",
        shift::METHOD_SHIFT,
        if rows.are_holds() { ", role of the holder and how it arrived" } else { "" },
        dropped(population, rows, strata, &whole, may_name)
    );
    (Estimate::new(whole.shift.exp(), interval, n, Unit::Ratio, window, method), Some(whole))
}

/// Which strata said nothing, as far as they may be named.
fn dropped(
    population: &Population<'_>,
    rows: &Rows,
    strata: &Strata,
    shift: &Shift,
    may_name: impl Fn(&[u32]) -> bool,
) -> String {
    let used = shift.used.len();
    if shift.dropped.is_empty() {
        return format!("{used} strata, none dropped");
    }
    let (inside, outside) =
        shift.dropped.iter().fold((0, 0), |(inside, outside), of| (inside + of.inside, outside + of.outside));
    let mut decisions: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for (row, stratum) in rows.rows.iter().zip(&strata.of_row) {
        decisions.entry(*stratum).or_default().push(row.decision);
    }
    let mut by_size: Vec<_> = shift.dropped.iter().collect();
    by_size.sort_by_key(|of| (std::cmp::Reverse(of.inside + of.outside), of.stratum));
    let named: Vec<String> = by_size
        .iter()
        .filter(|of| decisions.get(&of.stratum).is_some_and(|decisions| may_name(decisions)))
        .take(NAMED_MAX)
        .map(|of| name(population.words, strata.keys[of.stratum as usize]))
        .collect();
    let rest = shift.dropped.len() - named.len();
    let list = match (named.is_empty(), rest) {
        (true, _) => "all too small to name".to_owned(),
        (false, 0) => named.join("; "),
        (false, rest) => format!("{}; and {rest} too small or too many to name", named.join("; ")),
    };
    format!(
        "{used} strata used, {} dropped for want of a comparison, with {inside} crossing and {outside} not: {list}",
        shift.dropped.len()
    )
}

fn name(words: &dyn Words, (matter, area, opened_as, (role, arrived)): (Code, Code, Code, Kind)) -> String {
    let parts = [(Column::Matter, matter), (Column::Area, area), (Column::Activity, opened_as), (Column::Role, role)];
    let known = parts.into_iter().filter(|(_, code)| *code != 0).map(|(column, code)| label(words, column, code));
    let arrived = ArrivedBy::from_code(arrived).map(|arrived| arrived.name().to_owned());
    let known: Vec<String> = known.chain(arrived).collect();
    if known.is_empty() { "nothing recorded".to_owned() } else { known.join(", ") }
}

/// The E-value of a ratio, with that of its nearer limit as lower limit.
pub(crate) fn e_value(of: &Estimate) -> Estimate {
    let method = "E-value: how strongly, as a ratio, an unrecorded cause would have to go with both crossing and waiting \
                  to explain it away; lower limit: to move the interval to 1. Approximate for ratios of times";
    match of.value().and_then(confounding::e_value) {
        Some(value) => {
            let low = confounding::e_value_of_limit(of.value().unwrap_or(1.0), of.interval());
            Estimate::new(value, Interval { low, high: None }, of.n(), Unit::Ratio, of.window(), method)
        }
        None => Estimate::cannot_tell(of.n(), Unit::Ratio, of.window(), method, "there is no ratio to explain away"),
    }
}

/// The columns of a model beyond the mean and the crossing.
struct Design {
    columns: Vec<Control>,
}

/// One column.
#[derive(Clone, Copy, Debug)]
enum Control {
    Matter(Code),
    Area(Code),
    OpenedAs(Code),
    Role(Code),
    ArrivedBy(Code),
    People,
}

impl Design {
    /// Categories that occur often enough on both sides; the most frequent of each kind is what the others are held against.
    fn of(population: &Population<'_>, rows: &Rows, held: Held) -> Self {
        let mut columns = Vec::new();
        type Category = (fn(Code) -> Control, fn(&Decision, &Row) -> Code);
        let kinds: [Category; 5] = [
            (Control::Matter, |decision, _| decision.matter),
            (Control::Area, |decision, _| decision.area),
            (Control::OpenedAs, |decision, _| decision.opened_as),
            (Control::Role, |_, row| row.kind.0),
            (Control::ArrivedBy, |_, row| Code::from(row.kind.1)),
        ];
        for (column, code) in kinds {
            let mut counts: FxHashMap<Code, usize> = FxHashMap::default();
            for row in &rows.rows {
                *counts.entry(code(&population.paths.decisions[row.decision as usize], row)).or_default() += 1;
            }
            let mut counts: Vec<(Code, usize)> = counts.into_iter().collect();
            counts.sort_by_key(|&(code, count)| (std::cmp::Reverse(count), code));
            let frequent = counts.into_iter().skip(1).take(CATEGORIES_MAX).filter(|(_, count)| *count >= CATEGORY_MIN);
            columns.extend(frequent.map(|(code, _)| column(code)));
        }
        if held == Held::KindAndPeople {
            columns.push(Control::People);
        }
        Self { columns }
    }

    /// The places of the columns that are not left out.
    fn kept(&self, left_out: &[usize]) -> Vec<usize> {
        (0..self.columns.len()).filter(|at| !left_out.contains(at)).collect()
    }

    fn times(&self, population: &Population<'_>, rows: &Rows, clock: Clock, left_out: &[usize], seed: u64) -> Times {
        let kept = self.kept(left_out);
        let mut times = Times::new(kept.len() + 2);
        let part = ROWS_MAX as f64 / rows.rows.len().max(1) as f64;
        let mut x = vec![0.0; kept.len() + 2];
        for row in &rows.rows {
            if part < 1.0 && !is_drawn(row.item, seed, part) {
                continue;
            }
            let decision = &population.paths.decisions[row.decision as usize];
            (x[0], x[1]) = (1.0, f64::from(u8::from(row.crosses)));
            for (x, &at) in x[2..].iter_mut().zip(&kept) {
                let is = |holds: bool| f64::from(u8::from(holds));
                *x = match self.columns[at] {
                    Control::Matter(code) => is(decision.matter == code),
                    Control::Area(code) => is(decision.area == code),
                    Control::OpenedAs(code) => is(decision.opened_as == code),
                    Control::Role(code) => is(row.kind.0 == code),
                    Control::ArrivedBy(code) => is(Code::from(row.kind.1) == code),
                    Control::People => f64::from(decision.n_people.max(1)).ln(),
                };
            }
            if let Some(hours) = row.hours(clock) {
                times.push(&x, hours, row.ended, row.item);
            }
        }
        times
    }
}

/// Whether an item is in a sample of so large a part: by its number and the seed alone.
fn is_drawn(item: u32, seed: u64, part: f64) -> bool {
    let mut hash = (u64::from(item) ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^= hash >> 32;
    ((hash >> 11) as f64) < part * (1_u64 << 53) as f64
}
