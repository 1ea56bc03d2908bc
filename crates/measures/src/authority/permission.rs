//! Permission seeking: who may decide asks somebody outside the remit and stops until the answer comes (M10, M11).

use rustc_hash::FxHashMap;
use sayso_model::actor::ActorKind;
use sayso_model::charter::{Governed, Standing};
use sayso_model::decision::{Decision, Status, Touch};
use sayso_model::event::{Act, Verdict};
use sayso_model::measure::MeasureId;
use sayso_model::signal::{Pattern, Signal};
use sayso_model::signs::{ASKS_CONSENT_EN, ASKS_CONSENT_PL, Audit, Signs};
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::ratio::{Cluster, Range};
use sayso_stats::survival::{End, Observation};
use sayso_stats::{Estimate, Interval, misclassification, resample};

use super::lot::{self, Draft, Lot, most, mostly};
use super::{Scene, part};
use crate::sheet::Sheet;

/// Permissions per decision above which it is a pattern.
const RATE_BOUND: f64 = 0.05;

/// One ask of somebody who need not ask, and what became of it.
#[derive(Clone, Copy, Debug)]
struct Ask {
    asker_role: Code,
    to_role: Code,
    /// Whether it is a permission: it goes up, or its words ask for consent.
    counts: bool,
    /// Whether there was a text.
    has_text: bool,
    /// Whether the text asks for consent.
    in_words: bool,
    /// How long it was waited for, and whether an answer came.
    wait: Observation,
    /// Whether the answer changed nothing; `None` without an answer, or while the question is open.
    unchanged: Option<bool>,
    /// Whether a holder of the right decided without an answer; `None` while the question is open or taken back.
    alone: Option<bool>,
}

/// What is known of all decisions that a holder of the right put or answered.
struct Found {
    /// For each decision its asks; `None` where no holder of the right put or answered it, or the right is retained.
    asks: Vec<Option<Vec<Ask>>>,
    /// How often the text rule errs.
    audit: Audit,
}

pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    let missing = if scene.remits.is_empty() {
        Some("no charter says who may decide")
    } else if scene.population.paths.touches.is_empty() {
        Some("the acts on each question were not kept")
    } else {
        None
    };
    if let Some(why) = missing {
        sheet.withhold(MeasureId::M10, "overall", 0, why);
        sheet.withhold(MeasureId::M11, "overall", 0, why);
        return Vec::new();
    }
    let found = Found::of(scene);
    lot::say(
        sheet,
        scene,
        (MeasureId::M10, ""),
        |index| found.asks[index as usize].is_some(),
        |sheet, lot| {
            vec![
                ("rate", found.rate(lot).estimate()),
                ("rate_corrected", found.corrected(lot, sheet)),
                ("wait", found.wait(lot)),
                ("hours", found.hours(lot, sheet)),
                ("answered_by_asker", found.alone(lot).estimate()),
            ]
        },
    );
    lot::say(
        sheet,
        scene,
        (MeasureId::M11, ""),
        |index| found.unchanged_of(index).is_some(),
        |_, lot| vec![("unchanged", found.unchanged(lot).estimate())],
    );

    let places = lot::places(scene);
    let mut signals = Vec::new();
    for (cell, lot) in lot::cells(scene, sheet) {
        let rate = found.rate(&lot);
        if !cell.declared || rate.n == 0 {
            continue;
        }
        let (role, counterpart) = found.roles(scene, &places[&(cell.matter, cell.area)]);
        let mut draft = Draft::new(Pattern::PermissionSeeking, scene, cell, rate.n).roles(scene, role, counterpart);
        let (asked, in_words) = found.words(&lot);
        draft.signal.asked_in_words = asked > 0 && in_words * 2 > asked;
        draft.number(MeasureId::M10, "rate", rate.estimate());
        draft.number(MeasureId::M10, "rate_corrected", found.corrected(&lot, sheet));
        draft.number(MeasureId::M10, "wait", found.wait(&lot));
        draft.number(MeasureId::M10, "hours", found.hours(&lot, sheet));
        draft.number(MeasureId::M11, "unchanged", found.unchanged(&lot).estimate());
        draft.number(MeasureId::M10, "answered_by_asker", found.alone(&lot).estimate());
        draft.test(rate.test("rate", RATE_BOUND));
        let evidence = found.evidence(&lot);
        signals.push(draft.done(scene, evidence));
    }
    signals
}

impl Found {
    fn of(scene: &Scene<'_>) -> Self {
        let n = scene.population.paths.decisions.len() as u32;
        Found { asks: (0..n).map(|index| asks(scene, index)).collect(), audit: audit() }
    }

    /// The permissions of a decision.
    fn permissions(&self, index: u32) -> impl Iterator<Item = &Ask> {
        self.asks[index as usize].iter().flatten().filter(|ask| ask.counts)
    }

    fn all<'f>(&'f self, lot: &'f Lot<'_, '_>) -> impl Iterator<Item = &'f Ask> {
        lot.decisions.iter().flat_map(|&index| self.permissions(index))
    }

    fn rate(&self, lot: &Lot<'_, '_>) -> lot::Counted {
        lot.share(|index| self.asks[index as usize].as_ref().map(|_| self.permissions(index).next().is_some()))
    }

    /// The rate with asks that have words taken by their words, and these corrected for the errors of the rule. Absent where
    /// no ask has any.
    fn corrected(&self, lot: &Lot<'_, '_>, sheet: &Sheet) -> Option<Estimate> {
        let mut clusters: Vec<misclassification::Screened> = Vec::new();
        let (mut last, mut n, mut any_text) = (u32::MAX, 0, false);
        for &index in lot.decisions {
            let Some(asks) = &self.asks[index as usize] else { continue };
            let item = lot.scene.population.item_of[index as usize];
            if item != last {
                clusters.push(misclassification::Screened::default());
                last = item;
            }
            let Some(cluster) = clusters.last_mut() else { continue };
            n += 1;
            cluster.whole += 1.0;
            if asks.iter().any(|ask| ask.counts && !ask.has_text) {
                cluster.sure += 1.0;
            } else if asks.iter().any(|ask| ask.has_text) {
                any_text = true;
                cluster.looked += 1.0;
                cluster.taken += f64::from(u8::from(asks.iter().any(|ask| ask.in_words)));
            }
        }
        let Audit { with, found, without, mistaken } = self.audit;
        let audit = misclassification::Audit { with, found, without, mistaken };
        let seed = lot.seed(sheet, MeasureId::M10, "rate_corrected");
        any_text.then(|| misclassification::corrected(&clusters, audit, n, seed, lot.window))
    }

    /// The median wait for an answer; absent where nobody asked.
    fn wait(&self, lot: &Lot<'_, '_>) -> Option<Estimate> {
        self.all(lot).next()?;
        Some(lot.median(self.all(lot).map(|ask| ask.wait), lot.scene.unit()))
    }

    /// All hours waited, whether or not an answer came; absent where nobody asked. The interval is that of the mean of an
    /// item, so often as there are items.
    fn hours(&self, lot: &Lot<'_, '_>, sheet: &Sheet) -> Option<Estimate> {
        let clusters: Vec<Cluster> = lot
            .clusters(|index| {
                let waited = self.permissions(index).map(|ask| ask.wait.time).sum();
                self.asks[index as usize].as_ref().map(|_| (waited, 0.0))
            })
            .into_iter()
            .map(|cluster| Cluster { whole: 1.0, ..cluster })
            .collect();
        let (n, items) = (self.all(lot).count() as u64, clusters.len() as f64);
        let seed = lot.seed(sheet, MeasureId::M10, "hours");
        let unit = lot.scene.unit();
        let mean = resample::ratio_of_sums(&clusters, Range::NotNegative, n, seed, unit, lot.window);
        let times = |limit: Option<f64>| limit.map(|limit| limit * items);
        let interval = Interval { low: times(mean.interval().low), high: times(mean.interval().high) };
        let total = mean.value()? * items;
        let method = format!("sum over all items; mean of an item: {}", mean.method());
        (n > 0).then(|| Estimate::new(total, interval, n, unit, lot.window, method))
    }

    /// Of decisions with an answered permission those in which none of the answers changed anything.
    fn unchanged(&self, lot: &Lot<'_, '_>) -> lot::Counted {
        lot.share(|index| self.unchanged_of(index))
    }

    fn unchanged_of(&self, index: u32) -> Option<bool> {
        self.permissions(index).filter_map(|ask| ask.unchanged).reduce(|a, b| a && b)
    }

    /// Of decided questions with a permission those in which none was answered.
    fn alone(&self, lot: &Lot<'_, '_>) -> lot::Counted {
        lot.share(|index| self.permissions(index).filter_map(|ask| ask.alone).reduce(|a, b| a && b))
    }

    /// How many permissions had a text, and how many of these asked for consent.
    fn words(&self, lot: &Lot<'_, '_>) -> (usize, usize) {
        let asked = self.all(lot).count();
        (asked, self.all(lot).filter(|ask| ask.in_words).count())
    }

    /// Who asks there, and who is asked most; where nobody asks, those who put or answer such questions by right.
    fn roles(&self, scene: &Scene<'_>, decisions: &[u32]) -> (Code, Code) {
        let asks = || decisions.iter().flat_map(|&index| self.permissions(index));
        let role = match asks().next() {
            Some(_) => mostly(asks().map(|ask| ask.asker_role)),
            None => mostly(decisions.iter().filter(|&&index| self.asks[index as usize].is_some()).map(|&index| {
                let decision = scene.decision(index);
                if decision.in_remit == Some(true) { decision.decider_role } else { NOT_RECORDED }
            })),
        };
        (role, most(asks().map(|ask| ask.to_role)))
    }

    /// Decisions with a permission: those of which the answer changed nothing first, then by how long it took.
    fn evidence(&self, lot: &Lot<'_, '_>) -> Vec<u32> {
        let mut shown: Vec<(bool, f64, u32)> = lot
            .decisions
            .iter()
            .filter(|&&index| self.permissions(index).next().is_some())
            .map(|&index| {
                let waited: f64 = self.permissions(index).map(|ask| ask.wait.time).sum();
                (self.unchanged_of(index) != Some(true), waited, index)
            })
            .collect();
        shown.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        shown.into_iter().map(|(_, _, index)| index).collect()
    }
}

/// How often the rule that reads asks for consent errs. A record does not say in which language a text is, so the audits of
/// both are taken together.
fn audit() -> Audit {
    let (en, pl) = (ASKS_CONSENT_EN, ASKS_CONSENT_PL);
    Audit {
        with: en.with + pl.with,
        found: en.found + pl.found,
        without: en.without + pl.without,
        mistaken: en.mistaken + pl.mistaken,
    }
}

/// The asks by holders of the right on a decision, for which they stopped; `None` where no holder of the right put or answered
/// it, or the right is retained.
fn asks(scene: &Scene<'_>, index: u32) -> Option<Vec<Ask>> {
    let (decision, governed) = (scene.decision(index), scene.governed_at(index));
    if !matches!(governed, Governed::By(_)) || scene.remits.is_retained(governed) {
        return None;
    }
    let holds = |who: Standing| scene.remits.may_decide(governed, who) == Some(true);
    let touches = scene.touches(index);
    let own = touches.iter().find(|touch| touch.actor == decision.asker);
    let asker =
        Standing { actor: decision.asker, team: own.map_or(NOT_RECORDED, |own| own.team), role: decision.asker_role };
    let decider = Standing { actor: decision.decider, team: decision.decider_team, role: decision.decider_role };
    let by_right = decision.decided_at.is_some() && holds(decider);
    if !holds(asker) && !by_right {
        return None;
    }
    let mut asks = Vec::new();
    // Until where an addressee is being waited for: asking them again until then is a reminder.
    let mut waited_for: FxHashMap<Code, usize> = FxHashMap::default();
    for (at, touch) in touches.iter().enumerate() {
        let is_ask = matches!(Act::from_code(touch.act), Some(Act::Raised | Act::Asked | Act::Handed));
        let to = part::addressee(touch);
        let goes_out = is_ask
            && touch.kind.is_human()
            && touch.to != NOT_RECORDED
            && touch.to != touch.actor
            && !is_bot(scene, touch.to)
            && waited_for.get(&touch.to).is_none_or(|&until| at >= until)
            && holds(part::actor(touch))
            && !holds(to)
            && !scene.remits.may_be_asked(governed, to);
        if !goes_out {
            continue;
        }
        let answer = (at + 1..touches.len()).find(|&later| answers(scene, &touches[later], touch));
        let end = answer.unwrap_or(touches.len());
        if touches[at + 1..end].iter().any(|other| holds(part::actor(other)) && goes_on(other, touch)) {
            continue;
        }
        waited_for.insert(touch.to, end);
        asks.push(ask(scene, decision, touches, at, answer, holds(decider)));
    }
    Some(asks)
}

/// One ask with what became of it.
fn ask(
    scene: &Scene<'_>,
    decision: &Decision,
    touches: &[Touch],
    at: usize,
    answer: Option<usize>,
    decider_holds: bool,
) -> Ask {
    let touch = &touches[at];
    let signs = Signs::of_flags(touch.flags);
    let (has_text, in_words) = (signs.has(Signs::HAS_TEXT), signs.has(Signs::ASKS_CONSENT));
    let is_decided = decision.status == Status::Decided;
    let (until, end) = match (answer, decision.status) {
        (Some(answer), _) => (touches[answer].at, End::Event),
        (None, Status::Open) => (decision.ended_at, End::Censored),
        (None, Status::Decided | Status::Withdrawn) => (decision.ended_at, End::Competing),
    };
    let unchanged = answer.filter(|_| is_decided).map(|answer| {
        let said = &touches[answer];
        let consents = match Act::from_code(said.act) {
            Some(Act::Approved | Act::Advised) => true,
            Some(Act::Handed) => said.to == touch.actor,
            _ => false,
        };
        let objects =
            touches[answer..].iter().any(|later| later.actor == said.actor && later.act == Act::Objected.code());
        let is_positive = decision.verdict == 0 || decision.verdict == Verdict::Approved.code();
        consents && !objects && decider_holds && is_positive
    });
    Ask {
        asker_role: touch.role,
        to_role: touch.to_role,
        counts: touch.to_level.is_above(touch.level) || in_words,
        has_text,
        in_words,
        wait: Observation { time: wait(scene, decision, touch, answer.map(|answer| &touches[answer]), until), end },
        unchanged,
        alone: is_decided.then_some(answer.is_none() && decider_holds),
    }
}

/// How long an ask was waited for, in the calendar of whoever was asked.
fn wait(scene: &Scene<'_>, decision: &Decision, ask: &Touch, answer: Option<&Touch>, until: Instant) -> f64 {
    let known = |site: Code| (site != NOT_RECORDED).then_some(site);
    let site = answer
        .and_then(|answer| known(answer.site))
        .or_else(|| known(scene.request.directory?.actor(ask.to).site))
        .or_else(|| known(ask.site))
        .unwrap_or(decision.asker_site);
    scene.hours(site, ask.at, until)
}

/// Whether an act is the answer to an ask: anything that the addressee does on the question, or for a group a member of it.
fn answers(scene: &Scene<'_>, touch: &Touch, ask: &Touch) -> bool {
    let acts = !matches!(Act::from_code(touch.act), None | Some(Act::Linked | Act::Observed));
    acts && touch.actor != ask.actor && part::is_or_belongs_to(scene, part::actor(touch), part::addressee(ask))
}

/// Whether an act of somebody who may decide shows that the question did not stop for an ask: anything but a reminder, taking
/// the question back, or answering it in the end.
fn goes_on(touch: &Touch, ask: &Touch) -> bool {
    match Act::from_code(touch.act) {
        None | Some(Act::Linked | Act::Observed | Act::Withdrawn | Act::Decided | Act::Executed) => false,
        Some(Act::Asked) => touch.to != ask.to,
        Some(_) => true,
    }
}

fn is_bot(scene: &Scene<'_>, code: Code) -> bool {
    scene.request.directory.is_some_and(|directory| directory.actor(code).kind == ActorKind::Bot)
}
