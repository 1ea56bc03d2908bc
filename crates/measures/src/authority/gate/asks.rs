//! Whether a candidate is asked before it acts, in which words, how long that takes and what it changes.

use sayso_model::decision::Touch;
use sayso_model::event::{Act, Verdict};
use sayso_model::signs::Signs;
use sayso_stats::{Estimate, Window, proportion, rank};

use super::cases::{Candidate, Case, Cases, Party, before_end};
use crate::authority::Scene;
use crate::sheet::noted;

/// How many decisions are given as evidence.
const EVIDENCE_MAX: usize = 12;

/// What became of the asks to a candidate.
pub(super) struct Asked {
    /// Answered questions on which the candidate acted before the answer.
    pub(super) acted: u64,
    /// Of these, those in which it had been asked or handed the question first.
    pub(super) asked: u64,
    /// Whether at least half of these asks want consent in so many words.
    pub(super) in_words: bool,
    /// The clearest ones.
    pub(super) evidence: Vec<u32>,
    waits: Vec<f64>,
    answers: u64,
    unchanged: u64,
}

/// One question on which a candidate acted.
struct Seen {
    index: u32,
    asked: bool,
    in_words: bool,
    wait: f64,
    /// Whether an answer to an ask left everything as it was; `None` where there was no such answer, or nobody knows.
    unchanged: Option<bool>,
}

pub(super) fn of(scene: &Scene<'_>, cases: &Cases, candidate: &Candidate) -> Asked {
    let mut all: Vec<Seen> = cases.acted_by(candidate).map(|case| seen(scene, case, candidate.party)).collect();
    let asks: Vec<&Seen> = all.iter().filter(|one| one.asked).collect();
    let answers: Vec<bool> = asks.iter().filter_map(|one| one.unchanged).collect();
    let in_words = asks.iter().filter(|one| one.in_words).count();
    let mut asked = Asked {
        acted: all.len() as u64,
        asked: asks.len() as u64,
        in_words: in_words > 0 && in_words * 2 >= asks.len(),
        evidence: Vec::new(),
        waits: asks.iter().map(|one| one.wait).collect(),
        answers: answers.len() as u64,
        unchanged: answers.into_iter().filter(|unchanged| *unchanged).count() as u64,
    };
    // Asked, changed nothing, and took long: that is what the pattern looks like at its clearest.
    all.sort_by(|a, b| {
        let key = |one: &Seen| (one.asked, one.unchanged == Some(true));
        key(b).cmp(&key(a)).then(b.wait.total_cmp(&a.wait)).then(a.index.cmp(&b.index))
    });
    asked.evidence = all.iter().take(EVIDENCE_MAX).map(|one| one.index).collect();
    asked
}

impl Asked {
    /// Median time from the ask to the act; `None` where nothing was asked.
    pub(super) fn wait(&self, scene: &Scene<'_>, window: Window) -> Option<Estimate> {
        let mut waits = self.waits.clone();
        let estimate = rank::quantile(&mut waits, 0.5, scene.unit(), window);
        (self.asked > 0).then(|| noted(estimate, "asks that were followed by an act of the role"))
    }

    /// How many of its answers changed nothing; `None` where it gave none, or no verdict is recorded.
    pub(super) fn unchanged(&self, window: Window) -> Option<Estimate> {
        (self.answers > 0).then(|| proportion::share(self.unchanged, self.answers, window))
    }
}

fn seen(scene: &Scene<'_>, case: &Case, party: Party) -> Seen {
    let (decision, touches) = (scene.decision(case.index), scene.touches(case.index));
    let since = case.first(party).map_or(decision.ended_at, |first| first.at);
    let is_its = |touch: &&Touch| Party::acting(touch) == Some(party) && touch.at >= since;
    let mut seen = Seen { index: case.index, asked: false, in_words: false, wait: 0.0, unchanged: None };
    let Some(first) = before_end(decision, touches).find(is_its) else { return seen };
    let asks = |touch: &&Touch| {
        matches!(Act::from_code(touch.act), Some(Act::Raised | Act::Asked | Act::Handed | Act::Reopened))
            && Party::addressed(touch) == Some(party)
            && Party::acting(touch) != Some(party)
    };
    // What stands before the act in the record came before it, also at the same instant.
    let until = touches.iter().position(|touch| std::ptr::eq(touch, first)).unwrap_or(0);
    let Some(ask) = touches[..until].iter().rfind(asks) else { return seen };
    seen.asked = true;
    seen.in_words = Signs::of_flags(ask.flags).has(Signs::ASKS_CONSENT);
    seen.wait = scene.hours(first.site, ask.at, first.at);

    let answers: Vec<Act> = before_end(decision, touches)
        .filter(is_its)
        .filter_map(|touch| Act::from_code(touch.act))
        .filter(|act| matches!(act, Act::Advised | Act::Approved | Act::Objected))
        .collect();
    if !answers.is_empty() && decision.verdict != 0 {
        let positive = decision.verdict == Verdict::Approved.code();
        let objected = answers.contains(&Act::Objected);
        seen.unchanged = Some(!objected && positive && decision.decider == ask.actor);
    }
    seen
}
