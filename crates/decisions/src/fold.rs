//! The pass over one item's events: which question each act belongs to, and what it does there.

use sayso_model::charter::Standing;
use sayso_model::decision::{ArrivedBy, DeciderKnown, Decision, ItemEvents, OpenedBy, Paths, Reconstruct, Status};
use sayso_model::event::{Act, Verdict};
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};

use crate::acts::{Party, Seen};
use crate::holds::{Ledger, Opening, Question, unanswered};
use crate::hours::Hours;
use crate::outcomes::{self, Pasts};
use crate::rules::Rules;

/// Memory that is used again for every item.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    questions: Questions,
    pasts: Pasts,
    owners: Vec<u32>,
    touched: Vec<u32>,
}

/// The open questions in the order of their opening. What one has used, a later one uses again.
#[derive(Debug, Default)]
struct Questions {
    slots: Vec<Question>,
    open: Vec<usize>,
    free: Vec<usize>,
}

impl Questions {
    fn iter(&self) -> impl DoubleEndedIterator<Item = &Question> + ExactSizeIterator {
        self.open.iter().map(|slot| &self.slots[*slot])
    }

    fn at(&mut self, index: usize) -> &mut Question {
        &mut self.slots[self.open[index]]
    }

    fn add(&mut self) -> &mut Question {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Question::default());
            self.slots.len() - 1
        });
        self.open.push(slot);
        &mut self.slots[slot]
    }

    fn remove(&mut self, index: usize) -> &mut Question {
        let slot = self.open.remove(index);
        self.free.push(slot);
        &mut self.slots[slot]
    }
}

/// Appends the decisions of one item and their hops to `out`.
pub(crate) fn fold(rules: &Rules, events: &ItemEvents<'_>, out: &mut Paths, scratch: &mut Scratch) {
    let Scratch { questions, pasts, owners, touched } = scratch;
    pasts.clear();
    owners.clear();
    touched.clear();
    let (first_decision, first_hop, first_touch) = (out.decisions.len(), out.hops.len(), out.touches.len());
    let ledger = Ledger {
        hours: Hours::new(rules.directory(), rules.options().parts),
        out,
        owners,
        interleaved: false,
        touched,
        touched_in_turn: false,
        parts: rules.options().parts,
    };
    let mut fold = Fold { rules, item: events.item, first_decision, ledger, questions, pasts, last_ended: None };
    let mut at = Instant::from_micros(i64::MIN);
    for i in 0..events.len() {
        let seen = Seen::read(&rules.parties, events, i, at);
        at = seen.at;
        fold.event(&seen);
    }
    fold.close(rules.until().max(at));
    fold.arrange(first_hop, first_touch);
}

struct Fold<'a> {
    rules: &'a Rules,
    item: u64,
    first_decision: usize,
    ledger: Ledger<'a>,
    questions: &'a mut Questions,
    pasts: &'a mut Pasts,
    /// The matter of the question that ended last.
    last_ended: Option<Code>,
}

impl Fold<'_> {
    fn event(&mut self, seen: &Seen) {
        for index in 0..self.questions.open.len() {
            self.questions.at(index).recognise(&seen.actor, &mut self.ledger);
        }
        if seen.act == Some(Act::Reversed) {
            self.reversed(seen);
        }
        match self.addressed(seen) {
            Some(at) => self.on_open(at, seen),
            None => self.on_past(seen),
        }
    }

    /// The open question that an event acts on (R1).
    fn addressed(&self, seen: &Seen) -> Option<usize> {
        if seen.matter != NOT_RECORDED {
            return self.questions.iter().rposition(|question| question.matter == seen.matter);
        }
        let latest = self.questions.open.len().checked_sub(1)?;
        if latest == 0 {
            return Some(0);
        }
        self.questions.iter().rposition(|question| question.is_with(&seen.actor)).or(Some(latest))
    }

    fn on_open(&mut self, at: usize, seen: &Seen) {
        let (question, ledger) = (self.questions.at(at), &mut self.ledger);
        ledger.touch(question.decision, seen);
        question.count(seen, ledger);
        match seen.act {
            Some(Act::Asked) => question.ask(seen, ledger),
            Some(Act::Handed) => question.hand(seen, ledger),
            Some(Act::Advised | Act::Approved | Act::Objected) => question.answer(seen, ledger),
            Some(Act::Decided) => {
                let decider = outcomes::decider(seen, &question.tally, self.rules.options().decided_known);
                self.answered(at, seen, decider);
            }
            Some(Act::Executed) => {
                let decider = outcomes::implied_decider(seen, &question.tally);
                let decision = self.answered(at, seen, decider);
                outcomes::execute(&mut self.ledger.out.decisions[decision], seen, self.ledger.hours);
            }
            Some(Act::Withdrawn) => {
                self.ended(at, seen.at, Status::Withdrawn);
            }
            Some(Act::Raised | Act::Worked | Act::Reopened | Act::Reversed | Act::Linked | Act::Observed) | None => {}
        }
    }

    /// Nothing is open in the matter.
    fn on_past(&mut self, seen: &Seen) {
        // Who puts a question without naming its matter puts a new one; every other act looks back (R1).
        let looks_back = !matches!(seen.act, Some(Act::Raised | Act::Asked));
        let matter = match self.last_ended {
            Some(last) if looks_back && seen.matter == NOT_RECORDED => last,
            _ => seen.matter,
        };
        match seen.act {
            Some(Act::Raised) => self.opened(seen, matter, OpenedBy::Raised),
            Some(Act::Asked) if seen.asks_somebody() => self.opened(seen, matter, OpenedBy::Asked),
            Some(Act::Reopened) => {
                self.undo_last(seen, matter);
                self.opened(seen, matter, OpenedBy::Reopened);
            }
            Some(Act::Handed) => self.handed_after(seen, matter),
            Some(Act::Objected) if self.objection_reopens(seen, matter) => {
                self.undo_last(seen, matter);
                self.opened(seen, matter, OpenedBy::Reopened);
            }
            Some(Act::Decided) => self.decided_after(seen, matter),
            Some(Act::Executed) => self.executed_after(seen, matter),
            Some(Act::Reversed | Act::Withdrawn) => {}
            Some(
                Act::Asked | Act::Worked | Act::Advised | Act::Approved | Act::Objected | Act::Linked | Act::Observed,
            )
            | None => self.pasts.of(matter).loose.act(seen, NOT_RECORDED),
        }
    }

    /// The end of the record: what is open is censored there (R16).
    fn close(&mut self, at: Instant) {
        for index in (0..self.questions.open.len()).rev() {
            self.questions.remove(index).end(at, Status::Open, &mut self.ledger);
        }
    }

    /// Brings the hops and touches of each decision together and says where they begin.
    fn arrange(&mut self, first_hop: usize, first_touch: usize) {
        let Paths { decisions, hops, touches } = &mut *self.ledger.out;
        if self.ledger.touched_in_turn {
            let mut tagged: Vec<_> = self.ledger.touched.iter().copied().zip(touches.drain(first_touch..)).collect();
            tagged.sort_by_key(|(owner, _)| *owner);
            touches.extend(tagged.into_iter().map(|(_, touch)| touch));
        }
        if self.ledger.interleaved {
            let mut tagged: Vec<_> = self.ledger.owners.iter().copied().zip(hops.drain(first_hop..)).collect();
            tagged.sort_by_key(|(owner, _)| *owner);
            hops.extend(tagged.into_iter().map(|(_, hop)| hop));
        }
        let (mut hop, mut touch) = (first_hop as u32, first_touch as u32);
        for decision in &mut decisions[self.first_decision..] {
            (decision.hops_from, decision.touches_from) = (hop, touch);
            hop += decision.n_hops;
            touch += decision.n_touches;
        }
    }

    /// A question is put (R3, R4), or opened again (R20).
    fn opened(&mut self, seen: &Seen, matter: Code, opened_by: OpenedBy) {
        let asks = seen.asks_somebody() && (opened_by == OpenedBy::Asked || seen.to.is_said());
        let arrived_by = if asks { ArrivedBy::Asked } else { ArrivedBy::Raised };
        let (asker, base) = (seen.actor, seen.actor.unless_bot());
        self.open(seen, Opening { matter, opened_by, asker, base, asks, arrived_by });
    }

    /// A hand-over with nothing open (R5, R20).
    fn handed_after(&mut self, seen: &Seen, matter: Code) {
        if !seen.to.is_said() {
            return self.pasts.of(matter).loose.act(seen, NOT_RECORDED);
        }
        let (opened_by, asker) = match self.pasts.of(matter).last {
            None => (OpenedBy::FirstSeen, Party::NOBODY),
            Some(last) => {
                let decision = &self.ledger.out.decisions[last];
                let answered = decision.status == Status::Decided && seen.at > decision.ended_at;
                let tidies =
                    seen.actor.is_bot() || (decision.decider == seen.actor.code && decision.decider == seen.to.code);
                if !answered || tidies || !self.rules.options().handover_reopens {
                    return;
                }
                self.undo_last(seen, matter);
                (OpenedBy::Reopened, seen.actor)
            }
        };
        let opening = Opening { matter, opened_by, asker, base: seen.to, asks: false, arrived_by: ArrivedBy::Handed };
        self.open(seen, opening);
    }

    fn open(&mut self, seen: &Seen, opening: Opening) {
        let decision = Decision { opened_as: seen.activity, ..self.blank(opening.matter, seen.at, opening.opened_by) };
        self.ledger.out.decisions.push(decision);
        self.ledger.touch(self.ledger.out.decisions.len() - 1, seen);
        self.questions.add().open(seen, &opening, &mut self.ledger);
    }

    /// An objection after the answer opens it again, unless it only agrees with a refusal (R20).
    fn objection_reopens(&mut self, seen: &Seen, matter: Code) -> bool {
        self.pasts.of(matter).last.is_some_and(|last| {
            let decision = &self.ledger.out.decisions[last];
            decision.status == Status::Decided
                && decision.verdict != Verdict::Rejected.code()
                && seen.at > decision.ended_at
                && !seen.actor.is_bot()
        })
    }

    /// An answer to a question that nobody saw, or a second one (R17).
    fn decided_after(&mut self, seen: &Seen, matter: Code) {
        let known = self.rules.options().decided_known;
        let past = self.pasts.of(matter);
        let decider = outcomes::decider(seen, &past.loose, known);
        if let Some(last) = past.last {
            let decision = &mut self.ledger.out.decisions[last];
            let contradicts = outcomes::contradicts(decision, seen.verdict);
            if outcomes::stands(decision) && !contradicts && decision.decider == decider.0.code {
                return;
            }
            if contradicts {
                outcomes::reverse(decision, seen);
            }
        }
        self.unseen(seen, matter, decider);
    }

    /// The answer is carried out (R18), or its execution is all that was seen of it (R17).
    fn executed_after(&mut self, seen: &Seen, matter: Code) {
        let past = self.pasts.of(matter);
        if let Some(last) = past.last
            && outcomes::stands(&self.ledger.out.decisions[last])
        {
            return outcomes::execute(&mut self.ledger.out.decisions[last], seen, self.ledger.hours);
        }
        let decider = outcomes::implied_decider(seen, &past.loose);
        let decision = self.unseen(seen, matter, decider);
        outcomes::execute(&mut self.ledger.out.decisions[decision], seen, self.ledger.hours);
    }

    /// An answer is undone (R19). Without a matter it is the latest answer of the item.
    fn reversed(&mut self, seen: &Seen) {
        let matter = match self.last_ended {
            Some(last) if seen.matter == NOT_RECORDED => last,
            _ => seen.matter,
        };
        self.undo_last(seen, matter);
    }

    fn undo_last(&mut self, seen: &Seen, matter: Code) {
        if let Some(last) = self.pasts.of(matter).last {
            outcomes::reverse(&mut self.ledger.out.decisions[last], seen);
        }
    }

    /// The answer ends the question; gives where its decision stands.
    fn answered(&mut self, at: usize, seen: &Seen, decider: (Party, DeciderKnown)) -> usize {
        let decision = self.ended(at, seen.at, Status::Decided);
        outcomes::answer(&mut self.ledger.out.decisions[decision], seen, decider);
        self.judge(decision);
        decision
    }

    fn ended(&mut self, at: usize, when: Instant, status: Status) -> usize {
        let question = self.questions.remove(at);
        question.end(when, status, &mut self.ledger);
        let (matter, decision) = (question.matter, question.decision);
        self.remember(matter, decision);
        decision
    }

    /// A decision of which only the answer was seen.
    fn unseen(&mut self, seen: &Seen, matter: Code, decider: (Party, DeciderKnown)) -> usize {
        let at = self.ledger.out.decisions.len();
        let mut decision = self.blank(matter, seen.at, OpenedBy::Unseen);
        let loose = &mut self.pasts.of(matter).loose;
        loose.act(seen, NOT_RECORDED);
        loose.lies_in(seen.area);
        loose.write(&mut decision);
        outcomes::answer(&mut decision, seen, decider);
        self.ledger.out.decisions.push(decision);
        self.ledger.touch(at, seen);
        self.judge(at);
        self.remember(matter, at);
        at
    }

    /// Whether whoever answered had the remit when they did (R22).
    fn judge(&mut self, decision: usize) {
        let decision = &mut self.ledger.out.decisions[decision];
        let Some(at) = decision.decided_at.filter(|_| decision.decider != NOT_RECORDED) else { return };
        let remits = self.rules.remits();
        let governed = remits.governing(decision.matter, decision.area, at);
        let who = Standing { actor: decision.decider, team: decision.decider_team, role: decision.decider_role };
        decision.in_remit = remits.may_decide(governed, who);
    }

    fn remember(&mut self, matter: Code, decision: usize) {
        let past = self.pasts.of(matter);
        past.last = Some(decision);
        past.loose.clear();
        self.last_ended = Some(matter);
    }

    fn blank(&self, matter: Code, at: Instant, opened_by: OpenedBy) -> Decision {
        let ordinal = (self.ledger.out.decisions.len() - self.first_decision) as u32 + 1;
        unanswered(self.item, ordinal, matter, at, opened_by)
    }
}
