//! Rates, shares in clusters and corrected shares against saved output (`tests/reference/rate.py` made it), and how often
//! their tests cry wolf.

use jiff::Timestamp;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sayso_stats::Window;
use sayso_stats::misclassification::{Audit, Screened, corrected, rogan_gladen};
use sayso_stats::rate::{Events, Share, ratio_above};
use sayso_stats::ratio::Cluster;
use serde::Deserialize;

const NEAR: f64 = 1e-6;
const WINDOW: Window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };

#[derive(Deserialize)]
struct Reference {
    events: Vec<EventsCase>,
    share: Vec<ShareCase>,
    ratio: Vec<RatioCase>,
    corrected: Vec<CorrectedCase>,
}

#[derive(Deserialize)]
struct EventsCase {
    events: Vec<f64>,
    exposure: Vec<f64>,
    rate: f64,
    dispersion: f64,
    error_of_log: f64,
    low: f64,
    high: f64,
    bound: f64,
    p: f64,
}

#[derive(Deserialize)]
struct ShareCase {
    part: Vec<f64>,
    whole: Vec<f64>,
    value: f64,
    size: f64,
    low: f64,
    high: f64,
    bound: f64,
    p: f64,
}

#[derive(Deserialize)]
struct RatioCase {
    part: Vec<f64>,
    whole: Vec<f64>,
    bound: f64,
    p: f64,
}

#[derive(Deserialize)]
struct CorrectedCase {
    observed: f64,
    se: f64,
    sp: f64,
    share: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../reference/rate.json")).unwrap()
}

fn clusters(part: &[f64], whole: &[f64]) -> Vec<Cluster> {
    part.iter().zip(whole).map(|(&part, &whole)| Cluster { part, whole }).collect()
}

#[track_caller]
fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < NEAR * theirs.abs().max(1.0), "{ours} is not {theirs}");
}

#[test]
fn events_per_exposure() {
    for case in reference().events {
        let events = Events::of(&clusters(&case.events, &case.exposure)).unwrap();
        near(events.value(), case.rate);
        near(events.dispersion(), case.dispersion);
        near(events.error_of_log().unwrap(), case.error_of_log);
        near(events.interval(0.95).low.unwrap(), case.low);
        near(events.interval(0.95).high.unwrap(), case.high);
        near(events.above(case.bound), case.p);
    }
}

#[test]
fn shares_in_clusters() {
    for case in reference().share {
        let share = Share::of(&clusters(&case.part, &case.whole)).unwrap();
        near(share.value(), case.value);
        near(share.size(), case.size);
        near(share.interval(0.95).low.unwrap(), case.low);
        near(share.interval(0.95).high.unwrap(), case.high);
        near(share.above(case.bound), case.p);
    }
}

#[test]
fn hours_against_a_bound() {
    for case in reference().ratio {
        near(ratio_above(&clusters(&case.part, &case.whole), case.bound).unwrap(), case.p);
    }
}

#[test]
fn corrected_shares() {
    for case in reference().corrected {
        near(rogan_gladen(case.observed, case.se, case.sp).unwrap(), case.share);
    }
}

/// Where the truth lies exactly on the bound, a test at 5 % may reject in at most 7 of 100 records: shares of items with one
/// to several decisions, alike within an item or not, few items and many.
#[test]
fn the_share_test_keeps_its_level() {
    let mut rng = ChaCha8Rng::seed_from_u64(41);
    for bound in [0.02, 0.05, 0.1, 0.2] {
        for items in [15, 30, 60, 200] {
            for (several, alike) in [(false, false), (true, false), (true, true)] {
                let rejected = rejections(2_000, || {
                    let share = Share::of(&counts(&mut rng, items, bound, several, alike)).unwrap();
                    share.above(bound) < 0.05
                });
                assert!(rejected < 0.07, "{bound} with {items} items, several {several}, alike {alike}: {rejected}");
            }
        }
    }
}

/// The same for counts over exposure, with every item alike or some items prone to it.
#[test]
fn the_events_test_keeps_its_level() {
    let mut rng = ChaCha8Rng::seed_from_u64(42);
    for bound in [0.05, 0.2, 0.6] {
        for items in [20, 60, 200] {
            for prone in [false, true] {
                let rejected = rejections(2_000, || {
                    let clusters: Vec<_> = (0..items)
                        .map(|_| {
                            let whole = 1.0 + (uniform(&mut rng) * 3.0).floor();
                            let rate = if !prone {
                                1.0
                            } else if uniform(&mut rng) < 0.5 {
                                0.4
                            } else {
                                1.6
                            };
                            Cluster { part: poisson(&mut rng, bound * rate * whole), whole }
                        })
                        .collect();
                    Events::of(&clusters).unwrap().above(bound) < 0.05
                });
                assert!(rejected < 0.07, "{bound} with {items} items, prone {prone}: {rejected}");
            }
        }
    }
}

/// The same for hours: waits are log-normal, and a fifth of them lies in one place.
#[test]
fn the_hours_test_keeps_its_level() {
    let mut rng = ChaCha8Rng::seed_from_u64(43);
    for items in [10, 20, 50, 200] {
        for all_or_nothing in [false, true] {
            let rejected = rejections(2_000, || {
                let clusters: Vec<_> = (0..items)
                    .map(|_| {
                        let whole = (normal(&mut rng) * 0.8 + 2.0).exp();
                        let u = uniform(&mut rng);
                        let share = if all_or_nothing { f64::from(u8::from(u < 0.2)) } else { u * 0.4 };
                        Cluster { part: share * whole, whole }
                    })
                    .collect();
                ratio_above(&clusters, 0.2).is_some_and(|p| p < 0.05)
            });
            assert!(rejected < 0.07, "{items} items, all or nothing {all_or_nothing}: {rejected}");
        }
    }
}

/// It must not be deaf either: twice the bound in 200 items is found nearly always.
#[test]
fn the_share_test_finds_twice_the_bound() {
    let mut rng = ChaCha8Rng::seed_from_u64(44);
    for bound in [0.05, 0.1, 0.2] {
        let found =
            rejections(500, || Share::of(&counts(&mut rng, 200, 2.0 * bound, true, true)).unwrap().above(bound) < 0.05);
        assert!(found > 0.85, "{bound}: {found}");
    }
}

/// The corrected interval covers the truth, audit and record both being samples.
#[test]
fn the_corrected_interval_covers() {
    let mut rng = ChaCha8Rng::seed_from_u64(45);
    for (truth, se, sp) in [(0.3, 0.8, 0.95), (0.1, 0.9, 0.97), (0.6, 0.7, 0.9)] {
        let covered = rejections(300, || {
            let clusters: Vec<_> = (0..120)
                .map(|_| {
                    let chance = if uniform(&mut rng) < truth { se } else { 1.0 - sp };
                    let taken = f64::from(u8::from(uniform(&mut rng) < chance));
                    Screened { sure: 0.0, taken, looked: 1.0, whole: 1.0 }
                })
                .collect();
            let found = (0..100).filter(|_| uniform(&mut rng) < se).count() as u32;
            let mistaken = (0..150).filter(|_| uniform(&mut rng) < 1.0 - sp).count() as u32;
            let audit = Audit { with: 100, found, without: 150, mistaken };
            let interval = corrected(&clusters, audit, 120, rng.next_u64(), WINDOW).interval();
            interval.low.unwrap() <= truth && truth <= interval.high.unwrap()
        });
        assert!(covered > 0.90, "{truth}: {covered}");
    }
}

fn rejections(times: usize, mut rejects: impl FnMut() -> bool) -> f64 {
    (0..times).filter(|_| rejects()).count() as f64 / times as f64
}

/// Items with one decision or one to three, of which a share has something; alike: half of the items have it always or never.
fn counts(rng: &mut ChaCha8Rng, items: usize, share: f64, several: bool, alike: bool) -> Vec<Cluster> {
    (0..items)
        .map(|_| {
            let n = if several { 1 + (uniform(rng) * 3.0) as u32 } else { 1 };
            let together = alike && uniform(rng) < 0.5;
            let first = uniform(rng) < share;
            let hits = (0..n).filter(|_| if together { first } else { uniform(rng) < share }).count();
            Cluster { part: hits as f64, whole: f64::from(n) }
        })
        .collect()
}

fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v) = (1.0 - uniform(rng), uniform(rng));
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    let (limit, mut product, mut k) = ((-mean).exp(), uniform(rng), 0.0);
    while product > limit {
        product *= uniform(rng);
        k += 1.0;
    }
    k
}
