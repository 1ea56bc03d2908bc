//! M24: how well deciders know the area they decide in, against those who took part in the question; people stay inside.

use rustc_hash::FxHashMap;
use sayso_model::event::Act;
use sayso_model::measure::MeasureId;
use sayso_model::signal::{Pattern, Signal};
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::ratio::{Cluster, Range};
use sayso_stats::{Estimate, Unit, resample};

use crate::authority::Scene;
use crate::authority::lot::{self, Draft, Lot, mostly};
use crate::sheet::{Sheet, noted};

const ID: MeasureId = MeasureId::M24;

/// Somebody is informed from so many acts on, as if they were of today.
const INFORMED_FROM: f64 = 5.0;

/// With less than this share of what the best informed has, somebody is far.
const FAR_BELOW: f64 = 0.1;

/// Share of decisions taken far from the information above which it is a pattern.
const FAR_BOUND: f64 = 0.3;

/// Acts in which one deals with a matter. To pass it on, to consent and to decide show no acquaintance: whether those who
/// do so know it is the question.
const DEALS_WITH: [Act; 6] = [Act::Raised, Act::Worked, Act::Advised, Act::Objected, Act::Executed, Act::Observed];

/// How near the decider of one decision is.
#[derive(Clone, Copy, Debug)]
struct Near {
    is_far: bool,
    /// What the best informed group knows of the area less what the decider's does, as shares of all that is known.
    gap: Option<f64>,
    best_role: Code,
}

pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    let known = acquaintance(scene);
    if known.iter().all(Option::is_none) {
        sheet.withhold(ID, "overall", 1, "nobody is seen to deal with an area often enough to be called informed");
        return Vec::new();
    }
    let of = |index: u32| known[index as usize];
    let family = (ID, "answers in an area that somebody knows");
    lot::say(
        sheet,
        scene,
        family,
        |index| of(index).is_some(),
        |sheet, lot| {
            vec![
                ("far", faded(scene, lot.share(|index| of(index).map(|near| near.is_far)).estimate())),
                ("gap", faded(scene, gap(lot, sheet, &known))),
            ]
        },
    );
    let mut signals = Vec::new();
    for (cell, lot) in lot::cells(scene, sheet) {
        let n = lot.decisions.iter().filter(|&&index| of(index).is_some()).count() as u64;
        // Who decides what is retained was settled on purpose.
        if n < scene.request.floor.decisions_min || cell.retained {
            continue;
        }
        let far: Vec<u32> =
            lot.decisions.iter().copied().filter(|&index| of(index).is_some_and(|near| near.is_far)).collect();
        let mut draft = Draft::new(Pattern::DecidedFarFromInformation, scene, cell, n).roles(
            scene,
            mostly(far.iter().map(|&index| scene.decision(index).decider_role)),
            mostly(far.iter().filter_map(|&index| of(index)).map(|near| near.best_role)),
        );
        let share = lot.share(|index| of(index).map(|near| near.is_far));
        draft.number(ID, "far", faded(scene, share.estimate()));
        draft.number(ID, "gap", faded(scene, gap(&lot, sheet, &known)));
        draft.test(share.test("far", FAR_BOUND));
        signals.push(draft.done(scene, far));
    }
    signals
}

/// An estimate that says how fast acquaintance fades in it.
fn faded(scene: &Scene<'_>, estimate: Option<Estimate>) -> Option<Estimate> {
    let note = format!("an act in the area counts half after {} days", scene.request.half_life_days);
    estimate.map(|estimate| noted(estimate, &note))
}

/// The mean gap, with an interval by item.
fn gap(lot: &Lot<'_, '_>, sheet: &Sheet, known: &[Option<Near>]) -> Option<Estimate> {
    let clusters: Vec<Cluster> = lot.clusters(|index| Some((known[index as usize]?.gap?, 1.0)));
    let n = clusters.iter().map(|cluster| cluster.whole).sum::<f64>() as u64;
    let seed = lot.seed(sheet, ID, "gap");
    (n > 0).then(|| resample::ratio_of_sums(&clusters, Range::Share, n, seed, Unit::Share, lot.window))
}

/// An act in an area.
#[derive(Clone, Copy)]
struct Dealt {
    at: Instant,
    item: u64,
    person: Code,
    role: Code,
}

/// For each decision how near its decider is; `None` where that cannot be told: no area, no decider, nobody informed. Acts
/// under a name that could be several people's are those of its role and nobody's knowledge, and such a decider is unknown:
/// of two who share a name the one who decides would have what the other knows.
fn acquaintance(scene: &Scene<'_>) -> Vec<Option<Near>> {
    let decisions = &scene.population.paths.decisions;
    let mut dealt: FxHashMap<Code, Vec<Dealt>> = FxHashMap::default();
    let mut asked: FxHashMap<Code, Vec<(Instant, u32)>> = FxHashMap::default();
    for index in 0..decisions.len() as u32 {
        let decision = scene.decision(index);
        if decision.area == NOT_RECORDED {
            continue;
        }
        let acts = scene.touches(index).iter().filter(|touch| {
            scene.is_human(touch.actor) && Act::from_code(touch.act).is_some_and(|act| DEALS_WITH.contains(&act))
        });
        let acts = acts.map(|touch| Dealt { at: touch.at, item: decision.item, person: touch.actor, role: touch.role });
        dealt.entry(decision.area).or_default().extend(acts);
        if let Some(at) = decision.decided_at.filter(|_| scene.is_one_person(decision.decider)) {
            asked.entry(decision.area).or_default().push((at, index));
        }
    }
    let mut known = vec![None; decisions.len()];
    for (area, mut answers) in asked {
        let Some(acts) = dealt.get_mut(&area) else { continue };
        acts.sort_by_key(|act| act.at);
        answers.sort_unstable();
        area_by_area(scene, acts, &answers, &mut known);
    }
    known
}

/// Weights grow with time instead of fading, which leaves their ratios as they are; so every act is added once.
fn area_by_area(scene: &Scene<'_>, acts: &[Dealt], answers: &[(Instant, u32)], known: &mut [Option<Near>]) {
    let Some(first) = acts.first().map(|act| act.at) else { return };
    let weight = |at: Instant| ((at - first).hours() / 24.0 / scene.request.half_life_days).exp2();
    let mut people: FxHashMap<Code, f64> = FxHashMap::default();
    let mut roles: FxHashMap<Code, f64> = FxHashMap::default();
    let mut of_item: FxHashMap<u64, Vec<Dealt>> = FxHashMap::default();
    let mut next = 0;
    for &(at, index) in answers {
        while let Some(act) = acts.get(next).filter(|act| act.at <= at) {
            if scene.is_one_person(act.person) {
                *people.entry(act.person).or_default() += weight(act.at);
            }
            *roles.entry(act.role).or_default() += weight(act.at);
            of_item.entry(act.item).or_default().push(*act);
            next += 1;
        }
        let decision = scene.decision(index);
        // What one learns from the question itself is not what one knew.
        let here = of_item.get(&decision.item).map_or(&[][..], Vec::as_slice);
        let less = |of: &dyn Fn(&Dealt) -> Code, code: Code| -> f64 {
            here.iter().filter(|act| of(act) == code).map(|act| weight(act.at)).sum()
        };
        let person = |code: Code| (people.get(&code).copied().unwrap_or(0.0) - less(&|act| act.person, code)).max(0.0);
        let part = scene.touches(index).iter().map(|touch| (touch.actor, touch.role));
        let best = part
            .filter(|(code, _)| scene.is_one_person(*code))
            .map(|(code, role)| (person(code), std::cmp::Reverse(code), role))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let Some((most, _, best_role)) = best.filter(|best| best.0 >= INFORMED_FROM * weight(at)) else { continue };
        let role = |code: Code| (roles.get(&code).copied().unwrap_or(0.0) - less(&|act| act.role, code)).max(0.0);
        let all: f64 = roles.keys().map(|&code| role(code)).sum();
        let top = roles.keys().filter(|code| **code != NOT_RECORDED).map(|&code| role(code)).fold(0.0, f64::max);
        let own = decision.decider_role;
        let gap = (own != NOT_RECORDED && all > 0.0).then(|| (top - role(own)) / all);
        known[index as usize] = Some(Near {
            is_far: person(decision.decider) < FAR_BELOW * most,
            gap: gap.map(|gap| gap.max(0.0)),
            best_role,
        });
    }
}
