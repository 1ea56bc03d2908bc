//! Intervention: a higher level acts on a question without having been asked, and whether discomfort triggers it (M16).

use sayso_model::NOT_RECORDED;
use sayso_model::actor::Level;
use sayso_model::charter::Governed;
use sayso_model::decision::{Decision, Hop, Touch};
use sayso_model::event::Act;
use sayso_model::measure::MeasureId;
use sayso_model::signal::{Pattern, Signal, Test};
use sayso_model::time::Instant;
use sayso_stats::estimate::LEVEL_DEFAULT;
use sayso_stats::hazard::{self, Prior, Stretches};
use sayso_stats::{Estimate, Interval, Unit};

use super::lot::{self, Counted, Draft, Lot, mostly};
use super::{Scene, part};
use crate::sheet::Sheet;

const ID: MeasureId = MeasureId::M16;

/// Share of decisions with an intervention above which it is a pattern.
const RATE_BOUND: f64 = 0.05;

/// The period by which an intervention is known, in working hours: shorter than anybody reacts.
const PERIOD_H: f64 = 0.25;

/// From which ages of a question on (in working hours) the hazard may be another one.
const AGES_H: [f64; 3] = [4.0, 16.0, 48.0];

/// Fewer interventions than this do not tell what brings them.
const EVENTS_MIN: u64 = 5;

/// What a decision shows of interventions.
#[derive(Clone, Copy, Debug)]
struct Watched {
    /// How old the question got, in working hours, until the first intervention or its end.
    age: f64,
    /// How old it was at the first trigger.
    trigger: Option<f64>,
    /// The first intervention, as an index into its touches.
    act: Option<usize>,
    /// Whether it came after the first trigger.
    follows: bool,
}

pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    let missing = if scene.population.paths.touches.is_empty() {
        Some("the acts on each question were not kept")
    } else if scene.population.profiles.iter().all(|profile| profile.level.known().is_none()) {
        Some("the level of nobody is known")
    } else {
        None
    };
    if let Some(why) = missing {
        sheet.withhold(ID, "overall", 0, why);
        return Vec::new();
    }
    let n = scene.population.paths.decisions.len() as u32;
    let found = Found { watched: (0..n).map(|index| watch(scene, index)).collect() };
    lot::say(
        sheet,
        scene,
        (ID, ""),
        |index| found.of(index).is_some(),
        |_, lot| {
            let mut numbers = found.numbers(lot);
            numbers.extend(found.hazard(lot).map(|(ratio, _)| ("hazard_ratio", Some(ratio))));
            numbers
        },
    );

    let places = lot::places(scene);
    let mut signals = Vec::new();
    for (cell, lot) in lot::cells(scene, sheet) {
        let rate = found.rate(&lot);
        if rate.n == 0 {
            continue;
        }
        let acts = || {
            let all = places[&(cell.matter, cell.area)].iter();
            all.filter_map(|&index| Some((index, &scene.touches(index)[found.of(index)?.act?])))
        };
        let mut draft = Draft::new(Pattern::Intervention, scene, cell, rate.n).roles(
            scene,
            mostly(acts().map(|(_, touch)| touch.role)),
            mostly(
                acts().map(|(index, touch)| holder_before(scene, index, touch.at).map_or(NOT_RECORDED, |hop| hop.role)),
            ),
        );
        for (name, number) in found.numbers(&lot) {
            draft.number(ID, name, number);
        }
        draft.test(rate.test("rate", RATE_BOUND));
        if let Some((ratio, test)) = found.hazard(&lot) {
            draft.number(ID, "hazard_ratio", Some(ratio));
            draft.test(Some(test));
        }
        let evidence = found.evidence(&lot);
        signals.push(draft.done(scene, evidence));
    }
    signals
}

/// What every decision shows; `None` where it has no hops, or neither asker nor any holder is of a known level.
struct Found {
    watched: Vec<Option<Watched>>,
}

impl Found {
    fn of(&self, index: u32) -> Option<Watched> {
        self.watched[index as usize]
    }

    fn rate(&self, lot: &Lot<'_, '_>) -> Counted {
        lot.share(|index| self.of(index).map(|watched| watched.act.is_some()))
    }

    fn numbers(&self, lot: &Lot<'_, '_>) -> Vec<(&'static str, Option<Estimate>)> {
        let per_100 = self.rate(lot).estimate().map(|share| {
            let hundredfold = |limit: Option<f64>| limit.map(|limit| limit * 100.0);
            let interval =
                Interval { low: hundredfold(share.interval().low), high: hundredfold(share.interval().high) };
            let method = format!("{}, times 100", share.method());
            Estimate::new(
                share.value().unwrap_or(f64::NAN) * 100.0,
                interval,
                share.n(),
                Unit::Count,
                lot.window,
                method,
            )
        });
        let after = lot.share(|index| self.of(index).filter(|one| one.trigger.is_some()).map(|one| one.follows));
        let without =
            lot.share(|index| self.of(index).filter(|one| one.trigger.is_none()).map(|one| one.act.is_some()));
        vec![("per_100", per_100), ("after_trigger", after.estimate()), ("without_trigger", without.estimate())]
    }

    /// How much more likely an intervention is from the first trigger on; absent without triggers or with too few
    /// interventions.
    fn hazard(&self, lot: &Lot<'_, '_>) -> Option<(Estimate, Test)> {
        const TRIGGER: usize = 1;
        let columns = 2 + AGES_H.len();
        let mut rows = Stretches::new(columns);
        let (mut n, mut triggers) = (0, 0);
        for &index in lot.decisions {
            let Some(watched) = self.of(index) else { continue };
            n += 1;
            triggers += u64::from(watched.trigger.is_some());
            // The stretch that ends is one period; what is true of it was true at its beginning.
            let last = watched.act.map(|_| (watched.age / PERIOD_H).floor() * PERIOD_H);
            let until = last.unwrap_or(watched.age);
            let changes = watched.trigger.into_iter().chain(AGES_H).filter(|&age| 0.0 < age && age < until);
            let mut edges: Vec<f64> = [0.0, until].into_iter().chain(changes).collect();
            edges.sort_unstable_by(f64::total_cmp);
            let at = |age: f64| {
                let mut x = vec![0.0; columns];
                x[0] = 1.0;
                x[TRIGGER] = f64::from(u8::from(watched.trigger.is_some_and(|trigger| trigger <= age)));
                for (column, &from) in x[TRIGGER + 1..].iter_mut().zip(&AGES_H) {
                    *column = f64::from(u8::from(age >= from));
                }
                x
            };
            let item = lot.scene.population.item_of[index as usize];
            for pair in edges.windows(2) {
                rows.push(&at(pair[0]), pair[1] - pair[0], false, item);
            }
            if let Some(last) = last {
                rows.push(&at(last), PERIOD_H, true, item);
            }
        }
        if triggers == 0 || rows.events() < EVENTS_MIN {
            return None;
        }
        // Ages that no question reaches are without a row, and the prior keeps their columns from mattering.
        let prior = Prior::From(TRIGGER);
        let fit = hazard::fit(&rows, prior).ok()?;
        let p = hazard::score_p_above(&rows, prior, TRIGGER).ok()?;
        let (ratio, interval) = fit.ratio(TRIGGER, fit.careful_error(TRIGGER), LEVEL_DEFAULT);
        let method = format!(
            "{} ({} triggers, {} interventions), controlled for the age of the question",
            hazard::METHOD_HAZARD,
            triggers,
            rows.events()
        );
        let test = Test { name: "trigger", p, method: format!("score test above 1: {method}") };
        Some((Estimate::new(ratio, interval, n, Unit::Ratio, lot.window, method), test))
    }

    /// Those with an intervention, after a trigger first.
    fn evidence(&self, lot: &Lot<'_, '_>) -> Vec<u32> {
        let mut shown: Vec<(bool, u32)> = lot
            .decisions
            .iter()
            .filter_map(|&index| {
                let watched = self.of(index)?;
                watched.act.map(|_| (!watched.follows, index))
            })
            .collect();
        shown.sort_unstable();
        shown.into_iter().map(|(_, index)| index).collect()
    }
}

fn watch(scene: &Scene<'_>, index: u32) -> Option<Watched> {
    let decision = scene.decision(index);
    let hops = scene.population.paths.hops_of(decision);
    if !decision.has_latency() || hops.iter().all(|hop| hop.level.known().is_none()) {
        return None;
    }
    let touches = scene.touches(index);
    let act = (0..touches.len()).find(|&at| intervenes(scene, index, touches, at));
    let trigger = touches.iter().position(|touch| touch.act == Act::Observed.code());
    let until = act.map_or(decision.ended_at, |act| touches[act].at);
    Some(Watched {
        age: age(scene, decision, hops, until),
        // A trigger after the first intervention explains nothing of it.
        trigger: trigger
            .filter(|&at| act.is_none_or(|act| at < act))
            .map(|at| age(scene, decision, hops, touches[at].at)),
        act,
        follows: trigger.zip(act).is_some_and(|(trigger, act)| trigger < act),
    })
}

/// Whether an act is an intervention: advice, objection, consent, an answer or a hand-over by somebody above both the asker
/// and the holder, who was not asked, did not have the question before, and has no part in it by the charter.
fn intervenes(scene: &Scene<'_>, index: u32, touches: &[Touch], at: usize) -> bool {
    let (decision, governed, touch) = (scene.decision(index), scene.governed_at(index), &touches[at]);
    let acts = match Act::from_code(touch.act) {
        Some(Act::Advised | Act::Objected | Act::Approved | Act::Handed) => true,
        // Where nothing is declared, whoever answers may be the one whose answer it is.
        Some(Act::Decided) => matches!(governed, Governed::By(_)),
        _ => false,
    };
    if !acts || touch.actor == NOT_RECORDED || !touch.kind.is_human() || touch.actor == decision.asker {
        return false;
    }
    let holder = holder_before(scene, index, touch.at);
    let asker_level = touches.iter().find(|one| one.actor == decision.asker).map_or(Level::UNKNOWN, |one| one.level);
    let above_asker = decision.asker == NOT_RECORDED || touch.level.is_above(asker_level);
    let above_holder = holder.is_none_or(|hop| hop.holder == NOT_RECORDED || touch.level.is_above(hop.level));
    let knows_one = decision.asker != NOT_RECORDED || holder.is_some_and(|hop| hop.holder != NOT_RECORDED);
    if !above_asker || !above_holder || !knows_one {
        return false;
    }
    let who = part::actor(touch);
    let hops = scene.population.paths.hops_of(decision);
    let mut before = hops.iter().filter(|hop| hop.since < touch.at);
    let had_it = before.any(|hop| part::is_or_belongs_to(scene, who, part::holder(hop)));
    let was_asked = touches[..at].iter().any(|one| part::is_or_belongs_to(scene, who, part::addressee(one)));
    !part::is_declared(scene, index, who) && !had_it && !was_asked
}

/// Who has a question just before an instant.
fn holder_before<'a>(scene: &Scene<'a>, index: u32, at: Instant) -> Option<&'a Hop> {
    let hops = scene.population.paths.hops_of(scene.decision(index));
    hops.iter().rev().find(|hop| hop.since < at).or(hops.first())
}

/// How old a question is at an instant, in the working hours of whoever had it.
fn age(scene: &Scene<'_>, decision: &Decision, hops: &[Hop], at: Instant) -> f64 {
    let mut hours = 0.0;
    for hop in hops.iter().filter(|hop| hop.since < at) {
        hours += if hop.until <= at {
            hop.held_working.hours()
        } else if scene.request.directory.is_some() {
            scene.hours(hop.site, hop.since, at)
        } else {
            // Without a calendar, as if working time were spread evenly over the hold.
            hop.held_working.hours() * ((at - hop.since).hours() / hop.held().hours())
        };
    }
    debug_assert!(hours >= 0.0, "{decision:?}");
    hours
}
