//! The questions of a cell with the acts of those who may not decide them, and who acts often enough to be looked at.

use rustc_hash::FxHashMap;
use sayso_model::charter::{Governed, Standing};
use sayso_model::decision::{Decision, Touch};
use sayso_model::event::Act;
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};

use crate::authority::{Cell, Scene};

/// Who acts on fewer answered questions is no candidate.
const ACTED_MIN: u64 = 10;

/// Nor who acts on a smaller share of them.
const SHARE_MIN: f64 = 0.2;

/// How many candidates of a cell are looked at, those who act most.
const CANDIDATES_MAX: usize = 8;

/// A role, or a person where no role is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Party {
    Role(Code),
    Person(Code),
}

impl Party {
    fn new(role: Code, person: Code) -> Option<Party> {
        match (role, person) {
            (NOT_RECORDED, NOT_RECORDED) => None,
            (NOT_RECORDED, person) => Some(Party::Person(person)),
            (role, _) => Some(Party::Role(role)),
        }
    }

    /// Whoever did an act.
    pub(super) fn acting(touch: &Touch) -> Option<Party> {
        Party::new(touch.role, touch.actor)
    }

    /// Whoever an act addresses.
    pub(super) fn addressed(touch: &Touch) -> Option<Party> {
        Party::new(touch.to_role, touch.to)
    }

    /// Whoever answered.
    fn deciding(decision: &Decision) -> Option<Party> {
        Party::new(decision.decider_role, decision.decider)
    }

    /// The role; [`NOT_RECORDED`] of a person.
    pub(super) fn role(self) -> Code {
        match self {
            Party::Role(role) => role,
            Party::Person(_) => NOT_RECORDED,
        }
    }
}

/// The first act of a party on a question.
#[derive(Clone, Copy, Debug)]
pub(super) struct First {
    pub(super) party: Party,
    pub(super) at: Instant,
    /// Whether the charter knows nothing of them: they neither decide nor are to be consulted.
    pub(super) outside: bool,
}

/// A question that is governed by a remit, and whose beginning is known.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) index: u32,
    /// Whether it is answered.
    pub(super) answered: bool,
    /// Whoever answered it without the right to.
    pub(super) answered_by: Option<Party>,
    /// The first acts of those who may not decide it, by time.
    pub(super) firsts: Vec<First>,
}

impl Case {
    pub(super) fn first(&self, party: Party) -> Option<&First> {
        self.firsts.iter().find(|first| first.party == party)
    }

    /// Whether it is an answered question that a party has not answered itself.
    pub(super) fn counts_for(&self, party: Party) -> bool {
        self.answered && self.answered_by != Some(party)
    }

    /// Whether a party outside the charter acted on it.
    fn is_acted_by(&self, party: Party) -> bool {
        self.first(party).is_some_and(|first| first.outside)
    }
}

/// The questions of a cell.
pub(super) struct Cases {
    pub(super) all: Vec<Case>,
}

/// Somebody who may be a gate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) party: Party,
    /// Answered questions on which they acted before the answer.
    pub(super) k: u64,
    /// Answered questions, less those that they answered themselves.
    pub(super) n: u64,
}

impl Cases {
    pub(super) fn of(scene: &Scene<'_>, cell: &Cell) -> Self {
        let mut all = Vec::with_capacity(cell.decisions.len());
        for &index in &cell.decisions {
            let (decision, governed) = (scene.decision(index), scene.governed_at(index));
            let is_free = matches!(governed, Governed::By(_)) && !scene.remits.is_retained(governed);
            if is_free && decision.has_latency() {
                all.push(case(scene, index, governed));
            }
        }
        Self { all }
    }

    /// Who acts often enough on what they may not decide.
    pub(super) fn candidates(&self) -> Vec<Candidate> {
        let mut frequent = self.frequent(|first| first.outside);
        frequent.truncate(CANDIDATES_MAX);
        frequent
    }

    /// How often a party acts, candidate or not; `None` where nothing is answered but by themselves.
    pub(super) fn counted(&self, party: Party) -> Option<Candidate> {
        let counts = || self.all.iter().filter(|case| case.counts_for(party));
        let (k, n) = (counts().filter(|case| case.is_acted_by(party)).count() as u64, counts().count() as u64);
        (n > 0).then_some(Candidate { party, k, n })
    }

    /// Who acts often enough to be told apart from whoever is looked at, consulted roles among them.
    pub(super) fn frequent(&self, which: impl Fn(&First) -> bool) -> Vec<Candidate> {
        let mut acted: FxHashMap<Party, u64> = FxHashMap::default();
        let mut own: FxHashMap<Party, u64> = FxHashMap::default();
        let answered = self.all.iter().filter(|case| case.answered).count() as u64;
        for case in self.all.iter().filter(|case| case.answered) {
            if let Some(party) = case.answered_by {
                *own.entry(party).or_default() += 1;
            }
            for first in case.firsts.iter().filter(|first| which(first) && case.counts_for(first.party)) {
                *acted.entry(first.party).or_default() += 1;
            }
        }
        let enough = |k: u64| k >= ACTED_MIN && k as f64 >= SHARE_MIN * answered as f64;
        let mut found: Vec<Candidate> = acted
            .into_iter()
            .filter(|&(_, k)| enough(k))
            .map(|(party, k)| Candidate { party, k, n: answered - own.get(&party).copied().unwrap_or(0) })
            .collect();
        found.sort_unstable_by_key(|candidate| (std::cmp::Reverse(candidate.k), candidate.party));
        found
    }

    /// The answered questions on which a candidate acted before the answer.
    pub(super) fn acted_by<'c>(&'c self, candidate: &'c Candidate) -> impl Iterator<Item = &'c Case> {
        let party = candidate.party;
        self.all.iter().filter(move |case| case.counts_for(party) && case.is_acted_by(party))
    }
}

/// On how many answered questions of a cell each party acted before the answer.
pub(super) struct Rates {
    n: u64,
    acted: FxHashMap<Party, u64>,
    own: FxHashMap<Party, u64>,
}

impl Rates {
    pub(super) fn of(scene: &Scene<'_>, cell: &Cell) -> Self {
        let mut rates = Self { n: 0, acted: FxHashMap::default(), own: FxHashMap::default() };
        let mut parties: Vec<Party> = Vec::new();
        for &index in &cell.decisions {
            let decision = scene.decision(index);
            if decision.decided_at.is_none() || !decision.has_latency() {
                continue;
            }
            rates.n += 1;
            let answered_by = Party::deciding(decision);
            if let Some(party) = answered_by {
                *rates.own.entry(party).or_default() += 1;
            }
            parties.clear();
            parties.extend(before_end(decision, scene.touches(index)).filter_map(Party::acting));
            parties.sort_unstable();
            parties.dedup();
            for &party in parties.iter().filter(|&&party| answered_by != Some(party)) {
                *rates.acted.entry(party).or_default() += 1;
            }
        }
        rates
    }

    /// For one party, and of how many; what it answered itself is left out.
    pub(super) fn for_party(&self, party: Party) -> (u64, u64) {
        let of = |counts: &FxHashMap<Party, u64>| counts.get(&party).copied().unwrap_or(0);
        (of(&self.acted), self.n - of(&self.own))
    }
}

/// The most frequent of some codes; the smaller one of two.
pub(in crate::authority) fn most_frequent(codes: impl Iterator<Item = Code>) -> Option<Code> {
    let mut counts: FxHashMap<Code, u64> = FxHashMap::default();
    codes.for_each(|code| *counts.entry(code).or_default() += 1);
    counts.into_iter().max_by_key(|&(code, n)| (n, std::cmp::Reverse(code))).map(|(code, _)| code)
}

fn case(scene: &Scene<'_>, index: u32, governed: Governed) -> Case {
    let decision = scene.decision(index);
    let mut firsts: Vec<First> = Vec::new();
    for touch in before_end(decision, scene.touches(index)) {
        let Some(party) = Party::acting(touch) else { continue };
        let who = Standing { actor: touch.actor, team: touch.team, role: touch.role };
        if scene.remits.may_decide(governed, who) != Some(false) {
            continue;
        }
        let outside = !scene.remits.may_be_asked(governed, who);
        match firsts.iter_mut().find(|first| first.party == party) {
            Some(first) => first.outside |= outside,
            None => firsts.push(First { party, at: touch.at, outside }),
        }
    }
    let answered = decision.decided_at.is_some();
    let who = Standing { actor: decision.decider, team: decision.decider_team, role: decision.decider_role };
    let answered_by =
        Party::deciding(decision).filter(|_| answered && scene.remits.may_decide(governed, who) == Some(false));
    Case { index, answered, answered_by, firsts }
}

/// What people did on a question before its end, but for whoever put it.
pub(super) fn before_end<'t>(decision: &'t Decision, touches: &'t [Touch]) -> impl Iterator<Item = &'t Touch> {
    let opener = touches.first().map_or(NOT_RECORDED, |touch| touch.actor);
    touches.iter().skip(1).filter(move |touch| {
        touch.at < decision.ended_at
            && touch.actor != NOT_RECORDED
            && touch.actor != opener
            && touch.actor != decision.asker
            && touch.kind.is_human()
            && is_word(touch)
    })
}

/// Whether an act says something on the question.
fn is_word(touch: &Touch) -> bool {
    matches!(
        Act::from_code(touch.act),
        Some(Act::Advised | Act::Approved | Act::Objected | Act::Asked | Act::Handed | Act::Decided | Act::Worked)
    )
}
