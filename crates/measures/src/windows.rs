//! Where a window over the record may begin and end, so that two windows never differ by a handful of questions.
//!
//! `--since`, `--until` and `--as-of` choose which questions an answer speaks of, and two answers that differ by one week
//! tell of that week. So windows begin and end at borders between blocks of whole ISO weeks, each of which stands above the
//! floor: in all its questions, in those that were seen being put, and in those that were answered. Two windows then differ
//! by whole blocks. This needs no memory of earlier answers, and holds for the record as a whole. The parts of a window (an
//! area, a role) may still differ by few: for these the log of views keeps footprints
//! ([`sayso_model::privacy::would_difference`]).

use rustc_hash::FxHashMap;
use sayso_model::decision::{Decision, Paths};
use sayso_model::privacy::Group;
use sayso_model::time::Instant;
use sayso_model::words::Words;

use crate::Request;
use crate::base::{WEEK_MICROS, week_of, week_start};
use crate::population::{Population, QUESTION};

/// The kinds of question of which a block has enough, or none at all.
const KINDS: [fn(&Decision) -> bool; 3] = [|_| true, Decision::has_latency, |decision| decision.decided_at.is_some()];

/// The instants at which a window may begin or end, besides the ends of the record: Mondays at midnight UTC, in order.
///
/// `paths` are those of the whole record. Reading more later adds borders behind the last one and moves none. Empty where
/// the record is too small for two blocks.
pub fn borders(paths: &Paths, words: &dyn Words, request: &Request<'_>) -> Vec<Instant> {
    let population = Population::of(paths, words, request);
    let people_of = population.people_of_decisions();
    let mut order: Vec<(i64, u32)> =
        paths.decisions.iter().enumerate().map(|(i, decision)| (week_of(decision), i as u32)).collect();
    order.sort_unstable();
    let mut borders = Vec::new();
    let mut block = [(); 3].map(|()| Block::default());
    for week in order.chunk_by(|a, b| a.0 == b.0) {
        for &(_, i) in week {
            for (block, is_kind) in block.iter_mut().zip(KINDS) {
                if is_kind(&paths.decisions[i as usize]) {
                    block.add(people_of.of(i));
                }
            }
        }
        if block.iter().all(|block| request.floor.lets_remain(block.group())) {
            borders.push(Instant::from_micros(week_start(week[0].0) + WEEK_MICROS));
            block = [(); 3].map(|()| Block::default());
        }
    }
    // What comes behind the last block is not enough for one: it belongs to the last. And behind a full block is the end.
    borders.pop();
    borders
}

/// The smallest window between borders that holds all that was asked for; `None` is the beginning or end of the record.
pub fn within_borders(
    borders: &[Instant],
    since: Option<Instant>,
    until: Option<Instant>,
) -> (Option<Instant>, Option<Instant>) {
    let since = since.and_then(|since| borders.iter().copied().filter(|at| *at <= since).max());
    let until = until.and_then(|until| borders.iter().copied().filter(|at| *at >= until).min());
    (since, until)
}

/// Questions, while weeks are gathered.
#[derive(Default)]
struct Block {
    decisions: u64,
    people: FxHashMap<u32, u64>,
}

impl Block {
    fn add(&mut self, people: &[u32]) {
        self.decisions += 1;
        for &person in people {
            *self.people.entry(person).or_default() += u64::from(QUESTION) / people.len() as u64;
        }
    }

    fn group(&self) -> Group {
        let largest = self.people.values().copied().max().unwrap_or(0);
        Group {
            persons: self.people.len() as u64,
            decisions: self.decisions,
            dominance: Group::dominance_of(largest, self.decisions * u64::from(QUESTION)),
        }
    }
}
