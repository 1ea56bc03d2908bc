//! Sole gates: whether one person gives nearly every answer of an area (M07, M14).

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::charter::Standing;
use sayso_model::decision::Decision;
use sayso_model::measure::{MeasureId, Measurement, Scope};
use sayso_model::signal::{DecisionKey, Pattern, Signal, Test};
use sayso_model::words::Column;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::concentration::effective;
use sayso_stats::{Estimate, compare, proportion, rank};

use super::{Cell, Scene};
use crate::base::{Base, Dimension};
use crate::sheet::{Sheet, noted, scope};

/// Where there is nothing to compare with, a share above this is one person's.
const LINE: f64 = 0.8;

/// Another area says something of what is usual from so many answers on.
const USUAL_FROM: u64 = 10;

/// How many decisions are given as evidence.
const EVIDENCE_MAX: usize = 12;

/// One signal for each cell.
pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    plain(sheet, scene);
    let tops: Vec<Option<Top>> = scene.cells.iter().map(|cell| Top::of(scene, &cell.decisions)).collect();
    let holders = Holders::of(scene);
    let mut signals = Vec::new();
    for (cell, top) in scene.cells.iter().zip(&tops) {
        let Some(top) = top else { continue };
        if !scene.is_repeated(cell) && !is_declared(scene, cell, top, &holders) {
            signals.push(signal(sheet, scene, cell, top, usual(scene, cell, &tops)));
        }
    }
    signals
}

/// How concentrated answers are, by matter and area.
fn plain(sheet: &mut Sheet, scene: &Scene<'_>) {
    let dimensions = [Dimension::Matter, Dimension::Area];
    let base =
        Base::of(scene.population, sheet.floor, &dimensions, |decision| known_decider(scene, decision).is_some());
    let (may_share, may_count) = (sheet.may_speak(MeasureId::M07, &base), sheet.may_speak(MeasureId::M14, &base));
    if !may_share || !may_count {
        return;
    }
    for cut in base.cuts_for(MeasureId::M07) {
        let mut of_slot: Vec<Vec<u32>> = vec![Vec::new(); cut.slots.len()];
        for &index in &base.decisions {
            if let Some(indices) = of_slot.get_mut(cut.slot_of[index as usize] as usize) {
                indices.push(index);
            }
        }
        for (slot, indices) in cut.slots.iter().zip(of_slot) {
            let Some(top) = Top::of(scene, &indices) else { continue };
            let share = proportion::share(top.given, top.n, sheet.window);
            sheet.say(slot.cleared, MeasureId::M07, scope(cut.key, slot), "top_share", share);
            let deciders = effective(&top.counts, sheet.window);
            sheet.say(slot.cleared, MeasureId::M14, scope(cut.key, slot), "effective_deciders", deciders);
        }
    }
}

/// Whoever answered, where that is known and human.
fn known_decider(scene: &Scene<'_>, decision: &Decision) -> Option<Code> {
    (decision.decided_at.is_some() && scene.is_human(decision.decider)).then_some(decision.decider)
}

/// Who gives most answers, and how many everybody gives.
struct Top {
    person: Code,
    given: u64,
    /// Answers of which it is known who gave them.
    n: u64,
    /// Answers of each decider.
    counts: Vec<u64>,
}

impl Top {
    /// `None` where nobody is known to have answered anything.
    fn of(scene: &Scene<'_>, decisions: &[u32]) -> Option<Top> {
        let mut counts: FxHashMap<Code, u64> = FxHashMap::default();
        let mut sites: FxHashMap<Code, FxHashSet<Code>> = FxHashMap::default();
        for &index in decisions {
            let decision = scene.decision(index);
            if let Some(decider) = known_decider(scene, decision) {
                *counts.entry(decider).or_default() += 1;
                if !scene.is_one_person(decider) && decision.decider_site != NOT_RECORDED {
                    sites.entry(decider).or_default().insert(decision.decider_site);
                }
            }
        }
        // A name that could be several people's is one person where all that it answers here comes from one site; where it
        // comes from several, it says nothing of how few answer.
        counts.retain(|&decider, _| {
            scene.is_one_person(decider) || sites.get(&decider).is_some_and(|sites| sites.len() == 1)
        });
        let (person, given) =
            counts.iter().map(|(&person, &n)| (person, n)).max_by_key(|&(person, n)| (n, std::cmp::Reverse(person)))?;
        let mut counts: Vec<u64> = counts.into_values().collect();
        counts.sort_unstable();
        Some(Top { person, given, n: counts.iter().sum(), counts })
    }
}

/// What the largest share is in the other areas of the matter, pooled over them: answers and all answers.
fn usual(scene: &Scene<'_>, cell: &Cell, tops: &[Option<Top>]) -> Option<(u64, u64)> {
    let mut sum = (0, 0);
    for (place, _) in scene.others(cell) {
        if let Some(top) = tops[place].as_ref().filter(|top| top.n >= USUAL_FROM) {
            sum = (sum.0 + top.given, sum.1 + top.n);
        }
    }
    (sum.1 > 0).then_some(sum)
}

/// Everybody who is known to hold a role or to be in a team.
struct Holders {
    roles: FxHashMap<Code, FxHashSet<Code>>,
    teams: FxHashMap<Code, FxHashSet<Code>>,
}

impl Holders {
    fn of(scene: &Scene<'_>) -> Self {
        let mut holders = Self { roles: FxHashMap::default(), teams: FxHashMap::default() };
        if scene.remits.is_empty() {
            return holders;
        }
        let mut add = |person: Code, role: Code, team: Code| {
            if scene.is_human(person) {
                holders.roles.entry(role).or_default().insert(person);
                holders.teams.entry(team).or_default().insert(person);
            }
        };
        for profile in &scene.population.profiles {
            add(profile.holder, profile.role, profile.team);
        }
        for decision in &scene.population.paths.decisions {
            add(decision.decider, decision.decider_role, decision.decider_team);
            add(decision.asker, decision.asker_role, NOT_RECORDED);
        }
        if let Some(directory) = scene.request.directory {
            for code in 1..directory.n_codes() as Code {
                let actor = directory.actor(code);
                if actor.same_as == code {
                    add(code, actor.role, actor.team);
                }
            }
        }
        holders
    }

    fn are_one(of: &FxHashMap<Code, FxHashSet<Code>>, code: Code) -> bool {
        of.get(&code).is_none_or(|people| people.len() <= 1)
    }
}

/// Whether the charter itself gives most of the answers in question to this one person, by name or as the only holder of a
/// role or the only one of a team.
fn is_declared(scene: &Scene<'_>, cell: &Cell, top: &Top, holders: &Holders) -> bool {
    let theirs =
        cell.decisions.iter().copied().filter(|&index| known_decider(scene, scene.decision(index)) == Some(top.person));
    let declared = theirs.filter(|&index| {
        let (decision, governed) = (scene.decision(index), scene.governed_at(index));
        let may = |who: Standing| scene.remits.may_decide(governed, who) == Some(true);
        let nobody = Standing::default();
        let (team, role) = (decision.decider_team, decision.decider_role);
        may(Standing { actor: decision.decider, ..nobody })
            || may(Standing { role, ..nobody }) && Holders::are_one(&holders.roles, role)
            || may(Standing { team, ..nobody }) && Holders::are_one(&holders.teams, team)
    });
    declared.count() as u64 * 2 > top.given
}

fn signal(sheet: &Sheet, scene: &Scene<'_>, cell: &Cell, top: &Top, usual: Option<(u64, u64)>) -> Signal {
    let theirs: Vec<u32> = cell
        .decisions
        .iter()
        .copied()
        .filter(|&index| known_decider(scene, scene.decision(index)) == Some(top.person))
        .collect();
    let roles = |of: fn(&Decision) -> Code| {
        let codes = theirs.iter().map(|&index| of(scene.decision(index))).filter(|&role| role != NOT_RECORDED);
        super::gate::most_frequent(codes).unwrap_or(NOT_RECORDED)
    };
    let (matter, area) = scene.place(cell);
    let mut numbers = Vec::new();
    let mut number = |id: MeasureId, name: &str, estimate: Estimate| {
        let words = [("matter", &matter), ("area", &area)];
        let said = words.into_iter().filter(|(_, word)| !word.is_empty());
        let scope: Scope = said.map(|(key, word)| (key.to_owned(), word.clone())).collect();
        numbers.push(Measurement::new(cell.cleared, id, scope, name, estimate));
    };
    let window = sheet.window;
    number(MeasureId::M07, "top_share", proportion::share(top.given, top.n, window));
    let test = match usual {
        Some((given, n)) => {
            number(MeasureId::M07, "top_share_elsewhere", proportion::share(given, n, window));
            Test {
                name: "concentration",
                p: compare::share_above_share(top.given, top.n, given, n),
                method: "Fisher's exact test against the largest shares in the other areas of the matter".to_owned(),
            }
        }
        None => Test {
            name: "concentration",
            p: compare::share_above_line(top.given, top.n, LINE),
            method: format!("exact binomial test against {LINE}: there is no other area to compare with"),
        },
    };
    number(MeasureId::M14, "effective_deciders", effective(&top.counts, window));
    let (wait, evidence) = waits(scene, top, &theirs);
    if let Some(mut hours) = wait {
        let estimate = rank::quantile(&mut hours, 0.5, scene.unit(), window);
        let note = "questions that this person answered, until their first act on each";
        number(MeasureId::M07, "wait", noted(estimate, note));
    }
    Signal {
        pattern: Pattern::SoleGate,
        role: scene.word(Column::Role, roles(|decision| decision.decider_role)),
        counterpart: scene.word(Column::Role, roles(|decision| decision.asker_role)),
        matter,
        area,
        period: cell.period,
        n: top.n,
        observable: cell.observable,
        declared: cell.declared,
        asked_in_words: false,
        numbers,
        tests: vec![test],
        evidence,
    }
}

/// How long each question waited until the person first acted on it, and the decisions that waited longest.
fn waits(scene: &Scene<'_>, top: &Top, theirs: &[u32]) -> (Option<Vec<f64>>, Vec<DecisionKey>) {
    let mut waits: Vec<(f64, u32)> = theirs
        .iter()
        .filter_map(|&index| {
            let decision = scene.decision(index);
            let answered = decision.decided_at.filter(|_| decision.has_latency())?;
            let first = scene.touches(index).iter().find(|touch| touch.actor == top.person && touch.at <= answered);
            let (at, site) = first.map_or((answered, decision.decider_site), |touch| (touch.at, touch.site));
            Some((scene.hours(site, decision.raised_at, at), index))
        })
        .collect();
    waits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut evidence: Vec<DecisionKey> = waits.iter().take(EVIDENCE_MAX).map(|&(_, index)| scene.key(index)).collect();
    if evidence.is_empty() {
        evidence.extend(theirs.iter().take(EVIDENCE_MAX).map(|&index| scene.key(index)));
    }
    let hours: Vec<f64> = waits.into_iter().map(|(hours, _)| hours).collect();
    ((!hours.is_empty()).then_some(hours), evidence)
}
