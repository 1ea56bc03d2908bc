//! The estimators against saved output of other programs (the scripts in `tests/reference` made it).
#![allow(clippy::unwrap_used)]

#[path = "it/hazard.rs"]
mod hazard;
#[path = "it/rate.rs"]
mod rate;
#[path = "it/regression.rs"]
mod regression;

use jiff::Timestamp;
use sayso_stats::survival::{End, LifeTable, Observation};
use sayso_stats::{Unit, Window, multiplicity, proportion, rank, ratio};
use serde::Deserialize;

const WINDOW: Window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };
const NEAR: f64 = 1e-6;

#[derive(Deserialize)]
struct Reference {
    kaplan_meier: Vec<KaplanMeier>,
    aalen_johansen: Vec<AalenJohansen>,
    proportion: Vec<Proportion>,
    rank: Vec<Rank>,
    t: Vec<T>,
}

#[derive(Deserialize)]
struct KaplanMeier {
    time: Vec<f64>,
    event: Vec<u8>,
    at: Vec<f64>,
    survival: Vec<f64>,
    greenwood: Vec<Option<f64>>,
    low: Vec<f64>,
    high: Vec<f64>,
    median: Option<f64>,
    median_low: Option<f64>,
    median_high: Option<f64>,
    horizon: f64,
    restricted_mean: f64,
}

#[derive(Deserialize)]
struct AalenJohansen {
    time: Vec<f64>,
    end: Vec<u8>,
    at: Vec<f64>,
    incidence: Vec<f64>,
    variance: Vec<Option<f64>>,
    low: Vec<Option<f64>>,
    high: Vec<Option<f64>>,
}

#[derive(Deserialize)]
struct Proportion {
    k: u64,
    n: u64,
    jeffreys: [f64; 2],
    wilson: [f64; 2],
}

#[derive(Deserialize)]
struct Rank {
    n: u64,
    p: f64,
    low: Option<u64>,
    high: Option<u64>,
}

#[derive(Deserialize)]
struct T {
    df: u64,
    q: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/reference.json")).unwrap()
}

fn table(time: &[f64], end: &[u8]) -> LifeTable {
    let end_of = |code: &u8| [End::Censored, End::Event, End::Competing][usize::from(*code)];
    LifeTable::new(time.iter().zip(end).map(|(&time, end)| Observation { time, end: end_of(end) }).collect())
}

#[track_caller]
fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < NEAR, "{ours} is not {theirs}");
}

#[test]
fn kaplan_meier_greenwood_and_limits() {
    for case in reference().kaplan_meier {
        let table = table(&case.time, &case.event);
        let km = table.kaplan_meier();
        assert_eq!(km.steps().len(), case.at.len());
        for (i, step) in km.steps().iter().enumerate() {
            near(step.time, case.at[i]);
            near(step.survival, case.survival[i]);
            // Where nobody is left theirs says "limits 1 to 1"; we say that there are none.
            if step.survival > 0.0 {
                near(step.greenwood, case.greenwood[i].unwrap());
                let limits = step.limits(0.95);
                near(limits.low.unwrap(), case.low[i]);
                near(limits.high.unwrap(), case.high[i]);
            }
        }
        let median = km.quantile(0.5, Unit::CalendarHours, WINDOW);
        assert_eq!(median.value(), case.median);
        assert_eq!(median.interval().low, case.median_low);
        assert_eq!(median.interval().high, case.median_high);
        near(km.restricted_mean(case.horizon, Unit::CalendarHours, WINDOW).value().unwrap(), case.restricted_mean);
    }
}

#[test]
fn aalen_johansen_incidence_variance_and_limits() {
    for case in reference().aalen_johansen {
        let table = table(&case.time, &case.end);
        let aj = table.aalen_johansen();
        assert_eq!(aj.steps().len(), case.at.len());
        for (i, step) in aj.steps().iter().enumerate() {
            near(step.time, case.at[i]);
            near(step.incidence, case.incidence[i]);
            // Theirs is not a number where nobody is left; ours is the limit of the formula.
            if let Some(variance) = case.variance[i] {
                near(step.variance, variance);
            } else {
                assert_eq!(step.survival, 0.0);
            }
            if let (Some(low), Some(high)) = (case.low[i], case.high[i]) {
                let limits = step.limits(0.95);
                near(limits.low.unwrap(), low);
                near(limits.high.unwrap(), high);
            }
        }
    }
}

#[test]
fn proportions() {
    for case in reference().proportion {
        for (ours, theirs) in [
            (proportion::jeffreys(case.k, case.n, 0.95), case.jeffreys),
            (proportion::wilson(case.k, case.n, 0.95), case.wilson),
        ] {
            near(ours.low.unwrap(), theirs[0]);
            near(ours.high.unwrap(), theirs[1]);
        }
    }
}

#[test]
fn order_statistics() {
    for case in reference().rank {
        let mut sample: Vec<f64> = (1..=case.n).map(|i| i as f64).collect();
        let interval = rank::quantile(&mut sample, case.p, Unit::Count, WINDOW).interval();
        assert_eq!(interval.low, case.low.map(|x| x as f64), "n {} p {}", case.n, case.p);
        assert_eq!(interval.high, case.high.map(|x| x as f64), "n {} p {}", case.n, case.p);
    }
}

/// Student's t read off the half-width of a linearised mean: the values 0 and 2 in equal number have the mean 1 and, with
/// `G` of them, the standard error `1/sqrt(G - 1)`.
#[test]
fn student_t() {
    for case in reference().t {
        let clusters = case.df + 1;
        let mut sums = ratio::Sums::default();
        for i in 0..clusters {
            sums.add(ratio::Cluster { part: 1e3 + if i % 2 == 0 { 0.0 } else { 2.0 }, whole: 1.0 });
        }
        let (value, interval) = ratio::linearised(&sums, ratio::Range::NotNegative, 0.95);
        let se = sums.variance().unwrap().sqrt();
        let t = (interval.high.unwrap() - value.unwrap()) / se;
        assert!((t - case.q).abs() < 1e-5 * case.q, "df {}: {t} is not {}", case.df, case.q);
    }
}

#[derive(Deserialize)]
struct Multiplicity {
    families: Vec<Family>,
}

#[derive(Deserialize)]
struct Family {
    p: Vec<f64>,
    holm: Vec<f64>,
    benjamini_hochberg: Vec<f64>,
}

#[test]
fn adjusted_p_values() {
    let reference: Multiplicity = serde_json::from_str(include_str!("reference/multiplicity.json")).unwrap();
    for family in reference.families {
        for (ours, theirs) in [
            (multiplicity::holm(&family.p), family.holm),
            (multiplicity::benjamini_hochberg(&family.p), family.benjamini_hochberg),
        ] {
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.into_iter().zip(theirs) {
                near(ours, theirs);
            }
        }
    }
}
