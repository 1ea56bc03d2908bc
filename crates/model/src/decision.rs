//! A question put to someone's authority, its answer, and the hops that fill the time between.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::actor::{ActorKind, Directory, Level};
use crate::time::{Instant, WallTime, WorkingTime};
use crate::{Code, NOT_RECORDED};

pub use crate::item::{EventColumns, FLAG_AUXILIARY, FLAG_DESCRIBES_HOLDER, ItemEvents};

/// How a hop began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ArrivedBy {
    /// The question was raised, and whoever raised it holds it.
    Raised = 1,
    /// The holder was asked.
    Asked = 2,
    /// The question was handed over.
    Handed = 3,
    /// It was handed or put to a higher level.
    Escalated = 4,
    /// It came back to an earlier holder.
    Returned = 5,
}

impl ArrivedBy {
    /// Every way, in the order of their codes.
    pub const ALL: [ArrivedBy; 5] =
        [ArrivedBy::Raised, ArrivedBy::Asked, ArrivedBy::Handed, ArrivedBy::Escalated, ArrivedBy::Returned];

    /// The way of a stored code.
    pub fn from_code(code: u8) -> Option<ArrivedBy> {
        ArrivedBy::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// The word used in SQL and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            ArrivedBy::Raised => "raised",
            ArrivedBy::Asked => "asked",
            ArrivedBy::Handed => "handed",
            ArrivedBy::Escalated => "escalated",
            ArrivedBy::Returned => "returned",
        }
    }
}

/// Where a question stands at the end of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Status {
    /// Not answered: censored at the end of the record, never dropped.
    Open = 1,
    /// Answered.
    Decided = 2,
    /// Taken back: a competing end, not a censored one.
    Withdrawn = 3,
}

impl Status {
    /// The status of a stored code.
    pub fn from_code(code: u8) -> Option<Status> {
        [Status::Open, Status::Decided, Status::Withdrawn].into_iter().find(|status| *status as u8 == code)
    }

    /// The word used in SQL and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Decided => "decided",
            Status::Withdrawn => "withdrawn",
        }
    }
}

/// What opened the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum OpenedBy {
    /// An act `raised`.
    Raised = 1,
    /// An act `asked`, with nothing open.
    Asked = 2,
    /// An act `reopened`, or an objection or hand-over after the answer.
    Reopened = 3,
    /// A hand-over or work with no recorded beginning: the start is the first sight of it.
    FirstSeen = 4,
    /// Nothing: the answer is recorded, the question is not, so there is no latency to speak of.
    Unseen = 5,
}

impl OpenedBy {
    /// The opening of a stored code.
    pub fn from_code(code: u8) -> Option<OpenedBy> {
        [OpenedBy::Raised, OpenedBy::Asked, OpenedBy::Reopened, OpenedBy::FirstSeen, OpenedBy::Unseen]
            .into_iter()
            .find(|opened| *opened as u8 == code)
    }

    /// The word used in SQL.
    pub fn name(self) -> &'static str {
        match self {
            OpenedBy::Raised => "raised",
            OpenedBy::Asked => "asked",
            OpenedBy::Reopened => "reopened",
            OpenedBy::FirstSeen => "first_seen",
            OpenedBy::Unseen => "unseen",
        }
    }
}

/// How the decider is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum DeciderKnown {
    /// An act `decided` names them.
    Explicit = 1,
    /// A rule of the lens makes the act a decision (a status change, a merge by right).
    Rule = 2,
    /// Read off the acts around the execution.
    Inferred = 3,
    /// Not known.
    Unknown = 4,
}

impl DeciderKnown {
    /// From a stored code.
    pub fn from_code(code: u8) -> Option<DeciderKnown> {
        [DeciderKnown::Explicit, DeciderKnown::Rule, DeciderKnown::Inferred, DeciderKnown::Unknown]
            .into_iter()
            .find(|known| *known as u8 == code)
    }

    /// The word used in SQL and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            DeciderKnown::Explicit => "explicit",
            DeciderKnown::Rule => "rule",
            DeciderKnown::Inferred => "inferred",
            DeciderKnown::Unknown => "unknown",
        }
    }
}

/// One unbroken hold of a question by one holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Who holds: a canonical actor code, [`NOT_RECORDED`] where nobody is named.
    pub holder: Code,
    /// What kind of holder.
    pub kind: ActorKind,
    /// The holder's team at that time.
    pub team: Code,
    /// The holder's site at that time.
    pub site: Code,
    /// The holder's role at that time.
    pub role: Code,
    /// The holder's level.
    pub level: Level,
    /// From when.
    pub since: Instant,
    /// Until when; the next hop's `since`, or the end of the question, or the end of the record.
    pub until: Instant,
    /// The part of it inside the holder's working calendar.
    pub held_working: WorkingTime,
    /// How it came to this holder.
    pub arrived_by: ArrivedBy,
}

impl Hop {
    /// Nothing known: what a hop is filled in from.
    pub const BLANK: Hop = Hop {
        holder: NOT_RECORDED,
        kind: ActorKind::Unknown,
        team: NOT_RECORDED,
        site: NOT_RECORDED,
        role: NOT_RECORDED,
        level: Level::UNKNOWN,
        since: Instant::from_micros(0),
        until: Instant::from_micros(0),
        held_working: WorkingTime::ZERO,
        arrived_by: ArrivedBy::Raised,
    };

    /// Time on the wall clock.
    pub fn held(&self) -> WallTime {
        self.until - self.since
    }
}

/// One act on a question, from the one that opens it to the one that answers it. What it took to see who moves what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// When.
    pub at: Instant,
    /// Who acted: a canonical actor code, [`NOT_RECORDED`] where nobody is named.
    pub actor: Code,
    /// What kind of actor.
    pub kind: ActorKind,
    /// The actor's team at that time.
    pub team: Code,
    /// The actor's site at that time.
    pub site: Code,
    /// The actor's role at that time.
    pub role: Code,
    /// The actor's level.
    pub level: Level,
    /// Whom a `raised`, `asked`, `handed`, `objected` or `reopened` addresses, likewise.
    pub to: Code,
    /// The addressee's team.
    pub to_team: Code,
    /// The addressee's role.
    pub to_role: Code,
    /// The addressee's level.
    pub to_level: Level,
    /// [`crate::event::Act`] code, 0 where no act is known.
    pub act: u8,
    /// [`crate::event::Verdict`] code, 0 where none.
    pub verdict: u8,
    /// As [`ItemEvents::flags`].
    pub flags: u16,
}

impl Touch {
    /// Nothing known: what a touch is filled in from.
    pub const BLANK: Touch = Touch {
        at: Instant::from_micros(0),
        actor: NOT_RECORDED,
        kind: ActorKind::Unknown,
        team: NOT_RECORDED,
        site: NOT_RECORDED,
        role: NOT_RECORDED,
        level: Level::UNKNOWN,
        to: NOT_RECORDED,
        to_team: NOT_RECORDED,
        to_role: NOT_RECORDED,
        to_level: Level::UNKNOWN,
        act: 0,
        verdict: 0,
        flags: 0,
    };
}

/// A question put to someone's authority, with its answer if there is one.
///
/// Its hops stand in [`Paths::hops`] from `hops_from` for `n_hops` entries and fill `[raised_at, ended_at]` without gap
/// or overlap. A question that nobody saw being put ([`OpenedBy::Unseen`]) has no hops and no latency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// The item.
    pub item: u64,
    /// 1 for the first question of the item, 2 for the next.
    pub ordinal: u32,
    /// What kind of question.
    pub matter: Code,
    /// Where.
    pub area: Code,
    /// When the question was put, or first seen.
    pub raised_at: Instant,
    /// When somebody was first asked for an answer.
    pub asked_at: Option<Instant>,
    /// First act on it by a person other than the asker.
    pub first_response_at: Option<Instant>,
    /// Time to that first response inside the calendar of the site that had to respond.
    pub first_response_working: Option<WorkingTime>,
    /// When it was answered.
    pub decided_at: Option<Instant>,
    /// When the answer was carried out.
    pub executed_at: Option<Instant>,
    /// Time from answer to execution inside the calendar of the executing actor's site.
    pub execution_working: Option<WorkingTime>,
    /// When it ended: answered, withdrawn, or the end of the record.
    pub ended_at: Instant,
    /// When the decision was undone or opened again.
    pub reversed_at: Option<Instant>,
    /// Who undid it or opened it again.
    pub reversed_by: Code,
    /// Their role.
    pub reversed_by_role: Code,
    /// Their level.
    pub reversed_by_level: Level,
    /// Who put the question.
    pub asker: Code,
    /// The asker's site.
    pub asker_site: Code,
    /// The asker's role.
    pub asker_role: Code,
    /// Who answered.
    pub decider: Code,
    /// The decider's team.
    pub decider_team: Code,
    /// The decider's site.
    pub decider_site: Code,
    /// The decider's role.
    pub decider_role: Code,
    /// The decider's level.
    pub decider_level: Level,
    /// How the decider is known.
    pub decider_known: DeciderKnown,
    /// [`crate::event::Verdict`] code, 0 where none.
    pub verdict: u8,
    /// Where it stands.
    pub status: Status,
    /// What opened it.
    pub opened_by: OpenedBy,
    /// The raw label of the event that opened it, such as `raised (urgent)`: what is known of its kind and priority.
    pub opened_as: Code,
    /// Whether the decider had the remit at that time; `None` where no remit is declared, or nobody answered.
    pub in_remit: Option<bool>,
    /// Index of the first hop in [`Paths::hops`].
    pub hops_from: u32,
    /// Holds.
    pub n_hops: u32,
    /// Changes of holder.
    pub n_handovers: u32,
    /// Changes of holder between two known sites.
    pub n_crossings: u32,
    /// Changes of holder where a site is not known, so that nobody can say whether it crossed.
    pub n_site_unknown: u32,
    /// Changes to a higher level.
    pub n_escalations: u32,
    /// Changes back to an earlier holder.
    pub n_returns: u32,
    /// Refusals and requests for change while open.
    pub n_objections: u32,
    /// Acts of consent while open.
    pub n_approvals: u32,
    /// Acts of consent after the first one by somebody other than the asker.
    pub n_approvals_surplus: u32,
    /// Distinct people who acted on it or held it, bots left out.
    pub n_people: u32,
    /// Acts on it by bots.
    pub n_bot_acts: u32,
    /// Sum of the hops' working time.
    pub latency_working: WorkingTime,
    /// Index of the first touch in [`Paths::touches`].
    pub touches_from: u32,
    /// Acts on it, where touches are kept.
    pub n_touches: u32,
}

impl Decision {
    /// Nothing known: what a decision is filled in from.
    pub const BLANK: Decision = Decision {
        item: 0,
        ordinal: 0,
        matter: NOT_RECORDED,
        area: NOT_RECORDED,
        raised_at: Instant::from_micros(0),
        asked_at: None,
        first_response_at: None,
        first_response_working: None,
        decided_at: None,
        executed_at: None,
        execution_working: None,
        ended_at: Instant::from_micros(0),
        reversed_at: None,
        reversed_by: NOT_RECORDED,
        reversed_by_role: NOT_RECORDED,
        reversed_by_level: Level::UNKNOWN,
        asker: NOT_RECORDED,
        asker_site: NOT_RECORDED,
        asker_role: NOT_RECORDED,
        decider: NOT_RECORDED,
        decider_team: NOT_RECORDED,
        decider_site: NOT_RECORDED,
        decider_role: NOT_RECORDED,
        decider_level: Level::UNKNOWN,
        decider_known: DeciderKnown::Unknown,
        verdict: 0,
        status: Status::Open,
        opened_by: OpenedBy::Unseen,
        opened_as: NOT_RECORDED,
        in_remit: None,
        hops_from: 0,
        n_hops: 0,
        n_handovers: 0,
        n_crossings: 0,
        n_site_unknown: 0,
        n_escalations: 0,
        n_returns: 0,
        n_objections: 0,
        n_approvals: 0,
        n_approvals_surplus: 0,
        n_people: 0,
        n_bot_acts: 0,
        latency_working: WorkingTime::ZERO,
        touches_from: 0,
        n_touches: 0,
    };

    /// Time from question to end on the wall clock; the exact sum of its hops.
    pub fn latency(&self) -> WallTime {
        self.ended_at - self.raised_at
    }

    /// Whether there is a beginning, and so a latency to speak of.
    pub fn has_latency(&self) -> bool {
        self.opened_by != OpenedBy::Unseen
    }
}

/// Decisions with their hops, as the fold emits them: many items, each item's decisions together and in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paths {
    /// The decisions.
    pub decisions: Vec<Decision>,
    /// The hops of all of them, in order.
    pub hops: Vec<Hop>,
    /// The acts on all of them, in order; empty where the rules were not told to keep them.
    pub touches: Vec<Touch>,
}

impl Paths {
    /// The hops of one decision.
    pub fn hops_of(&self, decision: &Decision) -> &[Hop] {
        let from = decision.hops_from as usize;
        self.hops.get(from..from + decision.n_hops as usize).unwrap_or(&[])
    }

    /// The acts on one decision.
    pub fn touches_of(&self, decision: &Decision) -> &[Touch] {
        let from = decision.touches_from as usize;
        self.touches.get(from..from + decision.n_touches as usize).unwrap_or(&[])
    }

    /// Pieces of one record, one behind the other. Each piece is given up as soon as it has its place, so that hardly more
    /// memory is held than the whole takes.
    #[must_use]
    pub fn joined(pieces: Vec<Paths>) -> Paths {
        let mut all = Paths::default();
        all.decisions.reserve_exact(pieces.iter().map(|piece| piece.decisions.len()).sum());
        all.hops.reserve_exact(pieces.iter().map(|piece| piece.hops.len()).sum());
        all.touches.reserve_exact(pieces.iter().map(|piece| piece.touches.len()).sum());
        pieces.into_iter().for_each(|piece| all.append(piece));
        all
    }

    /// Adds the paths of other items behind these.
    pub fn append(&mut self, mut other: Paths) {
        let (hops, touches) = (self.hops.len() as u32, self.touches.len() as u32);
        for decision in &mut other.decisions {
            decision.hops_from += hops;
            decision.touches_from += touches;
        }
        self.touches.append(&mut other.touches);
        self.decisions.append(&mut other.decisions);
        self.hops.append(&mut other.hops);
    }

    /// Some of the decisions, with their hops and touches.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&Decision) -> bool) -> Paths {
        let wanted = || self.decisions.iter().filter(|decision| keep(decision));
        let (n, n_hops, n_touches) = wanted().fold((0, 0, 0), |(n, hops, touches), one| {
            (n + 1, hops + one.n_hops as usize, touches + one.n_touches as usize)
        });
        // Without slack: of a large record, what doubling leaves over is much.
        let mut kept = Paths {
            decisions: Vec::with_capacity(n),
            hops: Vec::with_capacity(n_hops),
            touches: Vec::with_capacity(n_touches),
        };
        for decision in wanted() {
            let (hops_from, touches_from) = (kept.hops.len() as u32, kept.touches.len() as u32);
            kept.hops.extend_from_slice(self.hops_of(decision));
            kept.touches.extend_from_slice(self.touches_of(decision));
            kept.decisions.push(Decision { hops_from, touches_from, ..*decision });
        }
        kept
    }

    /// [`Paths::filtered`] of paths that nobody needs any more: where all are kept, which is the usual case, nothing is copied.
    #[must_use]
    pub fn kept(self, keep: impl Fn(&Decision) -> bool) -> Paths {
        if self.decisions.iter().all(&keep) { self } else { self.filtered(keep) }
    }

    /// Empties the lists and keeps their memory.
    pub fn clear(&mut self) {
        self.touches.clear();
        self.decisions.clear();
        self.hops.clear();
    }

    /// Decisions whose hops do not fill their time exactly, as (item, ordinal). Always empty unless a rule is wrong.
    pub fn unbalanced(&self) -> Vec<(u64, u32)> {
        self.decisions
            .iter()
            .filter(|decision| !self.is_balanced(decision))
            .map(|decision| (decision.item, decision.ordinal))
            .collect()
    }

    fn is_balanced(&self, decision: &Decision) -> bool {
        let hops = self.hops_of(decision);
        if !decision.has_latency() {
            return hops.is_empty();
        }
        let follow = hops.windows(2).all(|pair| pair[0].until == pair[1].since);
        let forward = hops.iter().all(|hop| hop.since <= hop.until);
        let whole = hops.first().map(|hop| hop.since) == Some(decision.raised_at)
            && hops.last().map(|hop| hop.until) == Some(decision.ended_at);
        follow
            && forward
            && whole
            && hops.iter().map(Hop::held).sum::<WallTime>() == decision.latency()
            && hops.iter().map(|hop| hop.held_working).sum::<WorkingTime>() == decision.latency_working
    }
}

/// What of the paths is made. What is left out costs nothing and is not to be looked at: hops and touches are missing
/// then, and working times are zero whatever they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// [`Paths::hops`]; how many there are is counted all the same.
    pub hops: bool,
    /// [`Paths::touches`]: they take memory in proportion to the events.
    pub touches: bool,
    /// Working time of hops and decisions: for each, a calendar is looked at.
    pub working_time: bool,
}

impl Parts {
    /// Everything.
    pub const ALL: Parts = Parts { hops: true, touches: true, working_time: true };

    /// What both make.
    #[must_use]
    pub fn and(self, other: Parts) -> Parts {
        Parts {
            hops: self.hops && other.hops,
            touches: self.touches && other.touches,
            working_time: self.working_time && other.working_time,
        }
    }
}

/// From the events of one item to its decisions: a pure function with its data.
///
/// The engine calls it for every item, in the order of the record, from several threads at once.
pub trait Reconstruct: Send + Sync {
    /// Appends the decisions of one item and their hops to `out`. Empty events give nothing.
    fn item(&self, events: &ItemEvents<'_>, out: &mut Paths);

    /// Everybody it knows.
    fn directory(&self) -> &Directory;

    /// The end of the record: what is open is censored here.
    fn until(&self) -> Instant;

    /// All that it is as plain data, so that another machine can make the same of it.
    fn packed(&self) -> Vec<u8>;

    /// The same for somebody who looks at no other parts than these. `None` where that would spare nothing.
    fn only(&self, _: Parts) -> Option<Arc<dyn Reconstruct>> {
        None
    }
}

/// Whether a code names something.
pub fn is_recorded(code: Code) -> bool {
    code != NOT_RECORDED
}
