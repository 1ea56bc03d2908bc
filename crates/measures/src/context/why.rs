//! M23: what can be read of the why at each hand-over, at the version of the texts as it was then, and who asks back.

use rustc_hash::FxHashSet;
use sayso_model::decision::Touch;
use sayso_model::event::Act;
use sayso_model::measure::{MeasureId, Scope};
use sayso_model::signal::{Pattern, Signal};
use sayso_model::signs::Signs;
use sayso_model::thread::Threads;
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::ratio::{Cluster, Range};
use sayso_stats::{Estimate, Interval, Unit, logistic, rank, resample};

use crate::authority::lot::{self, Draft, Lot, mostly};
use crate::authority::{Cell, Scene};
use crate::base::Base;
use crate::sheet::{Sheet, noted};

const ID: MeasureId = MeasureId::M23;

/// Links that lead to an origin, at most.
const STEPS: usize = 2;

/// Share of hand-overs without the why above which it is a pattern.
const LOST_BOUND: f64 = 0.2;

/// Hand-overs after which the curve is not followed.
const HOPS_MAX: u32 = 6;

/// What makes a text tell what a thing is for.
const WHY: [Signs; 4] = [Signs::REASON, Signs::GOAL, Signs::METRIC, Signs::CUSTOMER];

/// Units with the names of their numbers, reasons and numbers apart from the rest.
const UNITS: [(Signs, &str); 7] = [
    (Signs::REASON, "reasons"),
    (Signs::METRIC, "numbers"),
    (Signs::GOAL, "goals"),
    (Signs::CONSTRAINT, "constraints"),
    (Signs::CUSTOMER, "customers"),
    (Signs::NON_GOAL, "non_goals"),
    (Signs::LINK, "links"),
];

/// One hand-over of a question to somebody who had no part in it before.
#[derive(Clone, Copy, Debug)]
struct Handover {
    decision: u32,
    /// Which hand-over of the item it is, from 1.
    hop: u32,
    readable: Signs,
    /// Whether an origin can be reached; `None` where the record holds no links at all.
    origin: Option<bool>,
    /// Whether it crosses sites, where both are known.
    crosses: Option<bool>,
    /// Whether whoever takes over asks back, and in how many hours the answer comes.
    asked_back: bool,
    answered_in: Option<f64>,
    /// Whether the answer to that question stood upstream when it was handed over: on the item, or on one that it leads to.
    /// `None` where nobody asks, or for nothing that the rules know.
    stood: Option<bool>,
    /// Roles of whoever hands over and takes over.
    roles: (u32, u32),
}

impl Handover {
    fn is_lost(&self) -> bool {
        self.origin != Some(true) && !WHY.iter().any(|unit| self.readable.has(*unit))
    }
}

/// One signal for each cell with hand-overs of which the record says anything.
pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>, threads: &Threads) -> Vec<Signal> {
    closings(sheet, scene, threads);
    let how = Passing::of(scene);
    let all = handovers(scene, threads, how);
    if all.is_empty() {
        sheet.withhold(
            ID,
            "overall",
            1,
            "no hand-over and no review comes with a text or a link, so that nothing can be read of the why",
        );
        return Vec::new();
    }
    let told = Told::new(&all, how);
    let family = (ID, how.words());
    lot::say(sheet, scene, family, |index| !told.of(index).is_empty(), |sheet, lot| told.numbers(lot, sheet));
    told.curve(sheet, scene);

    let mut signals = Vec::new();
    if how == Passing::TakenUp {
        // The pattern is one of hand-overs; that reviewers find little to read is a number, and not yet that.
        return signals;
    }
    for (cell, lot) in lot::cells(scene, sheet) {
        let chosen: Vec<&Handover> = lot.decisions.iter().flat_map(|&index| told.of(index)).collect();
        let questions = lot.decisions.iter().filter(|&&index| !told.of(index).is_empty()).count() as u64;
        if questions >= scene.request.floor.decisions_min {
            signals.push(told.signal(scene, sheet, cell, &lot, &chosen));
        }
    }
    signals
}

/// How many answers close a question because what was needed to answer it was missing: a why that never came with it.
fn closings(sheet: &mut Sheet, scene: &Scene<'_>, threads: &Threads) {
    if threads.wanting.is_empty() {
        return;
    }
    let is_wanting = |index: u32| threads.wanting.binary_search(&scene.decision(index).item).is_ok();
    lot::say(
        sheet,
        scene,
        (ID, "answers"),
        |index| scene.decision(index).decided_at.is_some(),
        |_, lot| vec![("closed_wanting", lot.share(|index| Some(is_wanting(index))).estimate())],
    );
}

/// How a question comes to somebody who had no part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passing {
    /// Somebody hands it over.
    HandedOver,
    /// The record shows no hand-over at all, as where changes lie open for review: whoever reviews takes it up.
    TakenUp,
}

impl Passing {
    fn of(scene: &Scene<'_>) -> Self {
        let decisions = 0..scene.population.paths.decisions.len() as u32;
        let is_handed = |index| scene.touches(index).iter().any(|touch| touch.act == Act::Handed.code());
        if decisions.into_iter().any(is_handed) { Passing::HandedOver } else { Passing::TakenUp }
    }

    fn words(self) -> &'static str {
        match self {
            Passing::HandedOver => "hand-overs with a text or a link",
            Passing::TakenUp => {
                "first reviews by somebody new, with a text or a link (nobody hands over in this record)"
            }
        }
    }

    /// Who comes to the question by an act, and from whom; `None` where nobody does.
    fn passes(self, touches: &[Touch], place: usize) -> Option<(Code, Code)> {
        let touch = &touches[place];
        match self {
            Passing::HandedOver => {
                (touch.act == Act::Handed.code() && touch.to != NOT_RECORDED).then_some((touch.actor, touch.to))
            }
            Passing::TakenUp => {
                let reviews =
                    [Act::Approved, Act::Objected, Act::Advised].into_iter().any(|act| touch.act == act.code());
                let asker = touches.first().map_or(NOT_RECORDED, |first| first.actor);
                (reviews && touch.actor != NOT_RECORDED && asker != NOT_RECORDED).then_some((asker, touch.actor))
            }
        }
    }
}

/// Hand-overs by decision.
struct Told<'h> {
    all: &'h [Handover],
    how: Passing,
}

impl<'h> Told<'h> {
    fn new(all: &'h [Handover], how: Passing) -> Self {
        Self { all, how }
    }

    /// An estimate that says of what it is, where that is no hand-over.
    fn said(&self, estimate: Estimate) -> Estimate {
        match self.how {
            Passing::HandedOver => estimate,
            Passing::TakenUp => noted(estimate, "of first reviews by somebody new: nobody hands over in this record"),
        }
    }

    fn of(&self, decision: u32) -> &'h [Handover] {
        let from = self.all.partition_point(|one| one.decision < decision);
        let len = self.all[from..].partition_point(|one| one.decision == decision);
        &self.all[from..from + len]
    }

    /// A share of hand-overs by item; `f` leaves out those of which it is not known.
    fn share(&self, lot: &Lot<'_, '_>, f: impl Fn(&Handover) -> Option<bool>) -> lot::Counted {
        let clusters = self.clusters(lot, &f);
        let n = clusters.iter().map(|cluster| cluster.whole).sum::<f64>() as u64;
        lot::Counted::new(sayso_stats::rate::Share::of(&clusters), n, lot.window)
    }

    fn clusters(&self, lot: &Lot<'_, '_>, f: &impl Fn(&Handover) -> Option<bool>) -> Vec<Cluster> {
        lot.clusters(|index| {
            let known: Vec<bool> = self.of(index).iter().filter_map(f).collect();
            let holds = known.iter().filter(|holds| **holds).count();
            (!known.is_empty()).then_some((holds as f64, known.len() as f64))
        })
    }

    fn numbers(&self, lot: &Lot<'_, '_>, _sheet: &Sheet) -> Vec<(&'static str, Option<Estimate>)> {
        let mut numbers = vec![
            ("lost", self.share(lot, |one| Some(one.is_lost())).estimate()),
            ("origin", self.share(lot, |one| one.origin).estimate()),
        ];
        for (unit, name) in UNITS {
            // Of a hand-over whose item has no text nobody knows what a text would have said.
            let says = |one: &Handover| one.readable.has(Signs::HAS_TEXT).then(|| one.readable.has(unit));
            numbers.push((name, self.share(lot, says).estimate()));
        }
        numbers.push(("asked_back", self.share(lot, |one| one.is_lost().then_some(one.asked_back)).estimate()));
        numbers
            .push(("asked_back_carried", self.share(lot, |one| (!one.is_lost()).then_some(one.asked_back)).estimate()));
        numbers.push(("re_asks", self.share(lot, |one| Some(one.stood.is_some())).estimate()));
        numbers.push(("re_asks_answered", self.share(lot, |one| one.stood).estimate()));
        let mut hours: Vec<f64> =
            lot.decisions.iter().flat_map(|&index| self.of(index)).filter_map(|one| one.answered_in).collect();
        let answer = (!hours.is_empty()).then(|| rank::quantile(&mut hours, 0.5, lot.scene.unit(), lot.window));
        numbers.push(("answer", answer));
        numbers.into_iter().map(|(name, estimate)| (name, estimate.map(|estimate| self.said(estimate)))).collect()
    }

    fn signal(&self, scene: &Scene<'_>, sheet: &Sheet, cell: &Cell, lot: &Lot<'_, '_>, chosen: &[&Handover]) -> Signal {
        let lost = || chosen.iter().filter(|one| one.is_lost());
        let mut draft = Draft::new(Pattern::WhyLost, scene, cell, chosen.len() as u64).roles(
            scene,
            mostly(lost().map(|one| one.roles.0)),
            mostly(lost().map(|one| one.roles.1)),
        );
        let share = self.share(lot, |one| Some(one.is_lost()));
        for (name, estimate) in self.numbers(lot, sheet) {
            if ["lost", "reasons", "numbers", "origin", "asked_back", "asked_back_carried"].contains(&name) {
                draft.number(ID, name, estimate);
            }
        }
        let across = self.share(lot, |one| (one.crosses == Some(true)).then(|| one.is_lost()));
        draft.number(ID, "lost_across", across.estimate());
        draft.test(share.test("lost", LOST_BOUND));
        let mut evidence: Vec<u32> = lost().map(|one| one.decision).collect();
        // Those that were asked about first: there somebody missed it.
        evidence.sort_by_key(|&index| !self.of(index).iter().any(|one| one.asked_back));
        evidence.dedup();
        draft.done(scene, evidence)
    }

    /// How much is left after each hand-over, and what each one and a border between sites take away.
    fn curve(&self, sheet: &mut Sheet, scene: &Scene<'_>) {
        let last = self.all.iter().map(|one| one.hop).max().unwrap_or(0).min(HOPS_MAX);
        for hop in 1..=last {
            let at: FxHashSet<(u64, u32)> =
                self.all.iter().filter(|one| one.hop == hop).map(|one| key(scene, one.decision)).collect();
            let base = Base::of(scene.population, sheet.floor, &[], |decision| {
                at.contains(&(decision.item, decision.ordinal))
            })
            .named("hand-overs by their place");
            let Some(cleared) = base.whole() else {
                sheet.withhold(ID, "hop", 1, "too few people or questions have come so far");
                break;
            };
            let clusters: Vec<Cluster> = self
                .all
                .iter()
                .filter(|one| one.hop == hop)
                .map(|one| Cluster { part: f64::from(u8::from(!one.is_lost())), whole: 1.0 })
                .collect();
            let seed = sheet.seed_for(ID, "kept", &hop.to_string());
            let n = clusters.len() as u64;
            let estimate = resample::ratio_of_sums(&clusters, Range::Share, n, seed, Unit::Share, sheet.window);
            sheet.say(cleared, ID, Scope::from([("hop".to_owned(), hop.to_string())]), "kept", self.said(estimate));
        }
        let everybody = Base::of(scene.population, sheet.floor, &[], |decision| {
            self.all.iter().any(|one| key(scene, one.decision) == (decision.item, decision.ordinal))
        });
        let Some(cleared) = everybody.whole() else { return };
        let known: Vec<&Handover> = self.all.iter().filter(|one| one.crosses.is_some()).collect();
        let crossing =
            known.iter().any(|one| one.crosses == Some(true)) && known.iter().any(|one| one.crosses == Some(false));
        let rows: Vec<&Handover> = if crossing { known } else { self.all.iter().collect() };
        let mut table = logistic::Rows::new(if crossing { 3 } else { 2 });
        for one in &rows {
            let x = [1.0, f64::from(one.hop - 1), f64::from(u8::from(one.crosses == Some(true)))];
            let cluster = scene.population.item_of[one.decision as usize];
            table.push(&x[..table.columns()], !one.is_lost(), cluster);
        }
        let n = rows.len() as u64;
        let Some(fit) = logistic::fit(&table) else { return };
        for (column, name) in [(1, "kept_per_hop"), (2, "kept_across")].into_iter().take(table.columns() - 1) {
            let (ratio, low, high) = fit.odds_ratio(column);
            let method = format!("odds ratio of {}, log-F(1,1) prior, errors by item", logistic::METHOD);
            let estimate = Estimate::new(ratio, Interval::new(low, high), n, Unit::Ratio, sheet.window, method);
            let note = "how much of the why is left after one hand-over more, or across sites against within";
            sheet.say(cleared, ID, Scope::new(), name, noted(estimate, note));
        }
    }
}

fn key(scene: &Scene<'_>, index: u32) -> (u64, u32) {
    let decision = scene.decision(index);
    (decision.item, decision.ordinal)
}

/// Every first hand-over to somebody new to the question, of which the record says anything; by decision.
fn handovers(scene: &Scene<'_>, threads: &Threads, how: Passing) -> Vec<Handover> {
    let mut all = Vec::new();
    let (mut item, mut hop) = (None, 0);
    for index in 0..scene.population.paths.decisions.len() as u32 {
        let decision = scene.decision(index);
        if item != Some(decision.item) {
            (item, hop) = (Some(decision.item), 0);
        }
        let touches = scene.touches(index);
        let hops = scene.population.paths.hops_of(decision);
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        for (place, touch) in touches.iter().enumerate() {
            let is_first = seen.insert(touch.actor);
            let passed = how.passes(touches, place).filter(|(giver, taker)| {
                scene.is_human(*giver) && (how == Passing::HandedOver || scene.is_human(*taker))
            });
            let Some((giver, taker)) = passed else { continue };
            // Whoever had it before knows what it is for, as far as anybody does.
            let is_new = if taker == touch.actor { how == Passing::TakenUp && is_first } else { seen.insert(taker) };
            if !is_new {
                continue;
            }
            hop += 1;
            // What somebody writes who takes it up is not what they found.
            let at = match how {
                Passing::HandedOver => touch.at,
                Passing::TakenUp => Instant::from_micros(touch.at.micros() - 1),
            };
            let readable = threads.readable(decision.item, at);
            let origin = (!threads.links.is_empty()).then(|| reaches_origin(threads, decision.item, at));
            let own = how == Passing::HandedOver && Signs::of_flags(touch.flags).has(Signs::HAS_TEXT);
            let stated = || threads.said_on(decision.item).iter().any(|said| said.statement && said.at <= at);
            if !own && origin != Some(true) && !stated() {
                continue;
            }
            let (from, (to_site, to_role)) = match how {
                Passing::HandedOver => {
                    let held = hops.iter().find(|held| held.since == touch.at && held.holder == taker);
                    ((touch.site, touch.role), (held.map(|held| held.site), touch.to_role))
                }
                Passing::TakenUp => ((touches[0].site, touches[0].role), (Some(touch.site), touch.role)),
            };
            let crosses =
                to_site.filter(|site| *site != NOT_RECORDED && from.0 != NOT_RECORDED).map(|site| site != from.0);
            // A review may itself be the question.
            let after = match how {
                Passing::HandedOver => place + 1,
                Passing::TakenUp => place,
            };
            let back = touches[after..].iter().find(|later| {
                let asks = later.act == Act::Asked.code() || Signs::of_flags(later.flags).has(Signs::ASKS);
                later.actor == taker && asks && (later.to == giver || later.to == NOT_RECORDED)
            });
            let answer = back.and_then(|back| {
                touches[place + 1..]
                    .iter()
                    .find(|later| later.actor == giver && later.at > back.at)
                    .map(|later| (back, later))
            });
            let upstream = || {
                let reached = threads.reach(decision.item, STEPS, at).into_iter();
                reached.fold(readable, |all, other| all.and(threads.readable(other, at)))
            };
            all.push(Handover {
                decision: index,
                hop,
                readable,
                origin,
                crosses,
                asked_back: back.is_some(),
                stood: back.and_then(|back| upstream().answers(Signs::of_flags(back.flags))),
                answered_in: answer.map(|(back, later)| scene.hours(from.0, back.at, later.at)),
                roles: (from.1, to_role),
            });
        }
    }
    all
}

/// Whether an origin can be reached. An item without any text may be one: the link is what can be followed.
fn reaches_origin(threads: &Threads, item: u64, at: Instant) -> bool {
    threads.origins.binary_search(&item).is_ok()
        || threads
            .reach(item, STEPS, at)
            .into_iter()
            .any(|other| threads.is_origin(other, at) || threads.said_on(other).is_empty())
}
