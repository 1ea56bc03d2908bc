//! One open question: who has it, since when, how it came to them, and whom it passed through.

use sayso_model::decision::{ArrivedBy, Decision, Hop, OpenedBy, Parts, Paths, Status, Touch};
use sayso_model::event::Act;
use sayso_model::time::{Instant, WorkingTime};
use sayso_model::{Code, NOT_RECORDED};

use crate::acts::{Party, Seen};
use crate::asks::{Answered, Asks, can_wait};
use crate::few::Few;
use crate::hours::Hours;
use crate::tally::Tally;

/// Where the fold writes: decisions and hops, and which decision each hop belongs to.
pub(crate) struct Ledger<'a> {
    pub(crate) hours: Hours<'a>,
    pub(crate) out: &'a mut Paths,
    /// The decision of each hop written for this item.
    pub(crate) owners: &'a mut Vec<u32>,
    /// Whether hops of two questions stand between each other.
    pub(crate) interleaved: bool,
    /// The decision of each touch written for this item.
    pub(crate) touched: &'a mut Vec<u32>,
    /// Whether touches of two questions stand between each other.
    pub(crate) touched_in_turn: bool,
    /// What is made at all.
    pub(crate) parts: Parts,
}

impl Ledger<'_> {
    /// Keeps an act on a question, where that is wanted.
    pub(crate) fn touch(&mut self, owner: usize, seen: &Seen) {
        if !self.parts.touches {
            return;
        }
        let (actor, to) = (&seen.actor, &seen.to);
        self.touched_in_turn |= self.touched.last().is_some_and(|last| *last > owner as u32);
        self.touched.push(owner as u32);
        self.out.decisions[owner].n_touches += 1;
        self.out.touches.push(Touch {
            at: seen.at,
            actor: actor.code,
            kind: actor.kind,
            team: actor.team,
            site: actor.site,
            role: actor.role,
            level: actor.level,
            to: to.code,
            to_team: to.team,
            to_role: to.role,
            to_level: to.level,
            act: seen.act.map_or(0, Act::code),
            verdict: seen.verdict,
            flags: seen.flags,
        });
    }

    fn push(&mut self, owner: usize, hop: Hop) {
        if !self.parts.hops {
            return;
        }
        let owner = owner as u32;
        self.interleaved |= self.owners.last().is_some_and(|last| *last > owner);
        self.owners.push(owner);
        self.out.hops.push(hop);
    }
}

/// How a question begins.
pub(crate) struct Opening {
    pub(crate) matter: Code,
    pub(crate) opened_by: OpenedBy,
    pub(crate) asker: Party,
    /// Who has it when nobody is asked.
    pub(crate) base: Party,
    /// Whether the opening event asks its addressee.
    pub(crate) asks: bool,
    pub(crate) arrived_by: ArrivedBy,
}

/// A question that is not answered yet.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) matter: Code,
    /// Where its decision stands in [`Paths::decisions`].
    pub(crate) decision: usize,
    pub(crate) tally: Tally,
    asker: Code,
    holder: Party,
    since: Instant,
    arrived_by: ArrivedBy,
    base: Party,
    asks: Asks,
    had: Few,
    last_site: Option<Code>,
    other_site: Code,
    responded: bool,
    latency: WorkingTime,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            matter: NOT_RECORDED,
            decision: 0,
            tally: Tally::default(),
            asker: NOT_RECORDED,
            holder: Party::NOBODY,
            since: Instant::default(),
            arrived_by: ArrivedBy::Raised,
            base: Party::NOBODY,
            asks: Asks::default(),
            had: Few::default(),
            last_site: None,
            other_site: NOT_RECORDED,
            responded: false,
            latency: WorkingTime::ZERO,
        }
    }
}

impl Question {
    /// Opens the question (R3 to R5) whose decision was added last, in memory that an earlier one may have used.
    pub(crate) fn open(&mut self, seen: &Seen, opening: &Opening, ledger: &mut Ledger<'_>) {
        let asker = &opening.asker;
        self.matter = opening.matter;
        self.decision = ledger.out.decisions.len() - 1;
        let decision = &mut ledger.out.decisions[self.decision];
        decision.asker = asker.code;
        decision.asker_site = asker.site;
        decision.asker_role = asker.role;
        decision.asked_at = opening.asks.then_some(seen.at);

        self.tally.clear();
        self.tally.opening(seen);
        self.asker = asker.code;
        self.base = opening.base;
        self.asks.clear();
        self.had.clear();
        self.last_site = None;
        self.other_site = NOT_RECORDED;
        self.responded = false;
        self.latency = WorkingTime::ZERO;
        if asker.is_named() {
            self.had.insert(asker.key());
        }
        if opening.asks {
            self.asks.put(seen.to, seen.actor);
        }
        self.take(if opening.asks { seen.to } else { opening.base }, seen.at, opening.arrived_by);
    }

    /// Whether this party has it now.
    pub(crate) fn is_with(&self, party: &Party) -> bool {
        party.is_named() && self.holder.code == party.code
    }

    /// Learns from an event what is not known of the holder and the asker (R12), before the event acts.
    pub(crate) fn recognise(&mut self, actor: &Party, ledger: &mut Ledger<'_>) {
        if !actor.is_named() || actor.is_bot() {
            return;
        }
        if self.holder.code == actor.code {
            self.holder.fill(actor);
        }
        if self.asker == actor.code {
            let decision = &mut ledger.out.decisions[self.decision];
            if decision.asker_site == NOT_RECORDED {
                decision.asker_site = actor.site;
            }
            if decision.asker_role == NOT_RECORDED {
                decision.asker_role = actor.role;
            }
        }
    }

    /// Counts an act and notes the first response (R13), before the act moves anything.
    pub(crate) fn count(&mut self, seen: &Seen, ledger: &mut Ledger<'_>) {
        self.tally.act(seen, self.asker);
        if self.responded || !seen.actor.is_person() || seen.actor.code == self.asker || !seen.is_response() {
            return;
        }
        self.responded = true;
        let held_by_other = self.holder.code != self.asker || !self.holder.is_named();
        let site = match self.other_site {
            NOT_RECORDED if held_by_other && self.holder.site != NOT_RECORDED => self.holder.site,
            NOT_RECORDED => ledger.out.decisions[self.decision].asker_site,
            site => site,
        };
        let raised_at = ledger.out.decisions[self.decision].raised_at;
        let working = ledger.hours.between(site, raised_at, seen.at);
        let decision = &mut ledger.out.decisions[self.decision];
        decision.first_response_at = Some(seen.at);
        decision.first_response_working = Some(working);
    }

    /// Somebody is asked (R6, R9).
    pub(crate) fn ask(&mut self, seen: &Seen, ledger: &mut Ledger<'_>) {
        if !seen.asks_somebody() {
            return;
        }
        self.asks.put(seen.to, seen.actor);
        ledger.out.decisions[self.decision].asked_at.get_or_insert(seen.at);
        self.pass(seen.to, seen.at, ArrivedBy::Asked, ledger);
    }

    /// It is handed over (R8, R10).
    pub(crate) fn hand(&mut self, seen: &Seen, ledger: &mut Ledger<'_>) {
        if !self.asks.hand_on(seen.to) {
            self.base = seen.to;
        }
        self.pass(seen.to, seen.at, ArrivedBy::Handed, ledger);
    }

    /// Somebody advises, consents or refuses: an outstanding ask to them is closed (R11).
    pub(crate) fn answer(&mut self, seen: &Seen, ledger: &mut Ledger<'_>) {
        if seen.actor.is_bot() {
            return;
        }
        let Answered::Latest(asked_by) = self.asks.answer(&seen.actor) else { return };
        let to = match self.asks.latest() {
            Some(earlier) => earlier,
            None => {
                if can_wait(&asked_by) {
                    self.base = asked_by;
                }
                self.base
            }
        };
        self.pass(to, seen.at, ArrivedBy::Returned, ledger);
    }

    /// Closes the last hold and writes what is known at the end (R14, R16).
    pub(crate) fn end(&mut self, at: Instant, status: Status, ledger: &mut Ledger<'_>) {
        self.release(at, ledger);
        let decision = &mut ledger.out.decisions[self.decision];
        self.tally.write(decision);
        decision.latency_working = self.latency;
        decision.ended_at = at;
        decision.status = status;
    }

    /// The question changes hands, unless it is there already.
    fn pass(&mut self, to: Party, at: Instant, by: ArrivedBy, ledger: &mut Ledger<'_>) {
        if to.key() == self.holder.key() {
            self.holder.fill(&to);
            return;
        }
        // R12: an answer that goes back upwards is no escalation; everything else that goes upwards is.
        let arrived_by = if by != ArrivedBy::Returned && to.level.is_above(self.holder.level) {
            ArrivedBy::Escalated
        } else if self.had.contains(to.key()) {
            ArrivedBy::Returned
        } else {
            by
        };
        self.release(at, ledger);
        let decision = &mut ledger.out.decisions[self.decision];
        decision.n_handovers += 1;
        match arrived_by {
            ArrivedBy::Escalated => decision.n_escalations += 1,
            ArrivedBy::Returned => decision.n_returns += 1,
            _ => {}
        }
        self.take(to, at, arrived_by);
    }

    fn take(&mut self, holder: Party, at: Instant, arrived_by: ArrivedBy) {
        self.had.insert(holder.key());
        self.tally.holds(&holder);
        self.holder = holder;
        self.since = at;
        self.arrived_by = arrived_by;
    }

    /// Writes the hop that ends here. Crossings are counted now, because a site may become known during a hold.
    fn release(&mut self, until: Instant, ledger: &mut Ledger<'_>) {
        let Party { code: holder, kind, team, site, role, level } = self.holder;
        let held_working = ledger.hours.between(site, self.since, until);
        self.latency += held_working;
        if self.other_site == NOT_RECORDED && (holder != self.asker || holder == NOT_RECORDED) {
            self.other_site = site;
        }
        let decision = &mut ledger.out.decisions[self.decision];
        decision.n_hops += 1;
        match self.last_site.replace(site) {
            None => {}
            Some(last) if last == NOT_RECORDED || site == NOT_RECORDED => decision.n_site_unknown += 1,
            Some(last) if last != site => decision.n_crossings += 1,
            Some(_) => {}
        }
        let (since, arrived_by) = (self.since, self.arrived_by);
        ledger
            .push(self.decision, Hop { holder, kind, team, site, role, level, since, until, held_working, arrived_by });
    }
}

/// A decision of which only the question is known.
#[inline]
pub(crate) fn unanswered(item: u64, ordinal: u32, matter: Code, at: Instant, opened_by: OpenedBy) -> Decision {
    Decision { item, ordinal, matter, raised_at: at, ended_at: at, opened_by, ..Decision::BLANK }
}
