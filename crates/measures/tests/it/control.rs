//! Permission, remit, level, override, intervention, escalation, churn and waiting above, on records counted by hand.

use std::sync::LazyLock;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sayso_measures::{Measured, Request, measure};
use sayso_model::actor::{Actor, ActorKind, Directory, Level, SiteKnown};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::charter::{Charter, Remit, Remits, Who};
use sayso_model::decision::{ArrivedBy, DeciderKnown, Decision, Hop, OpenedBy, Paths, Status, Touch};
use sayso_model::diagnosis::Coverage;
use sayso_model::event::{Act, Verdict};
use sayso_model::measure::MeasureId;
use sayso_model::signal::{Pattern, Signal};
use sayso_model::signs::Signs;

use super::build::{OPEN, Plain, at, find, value, window};

/// Role 1, level 0: whose questions they are.
pub const OWNER: u32 = 1;
/// Role 2, level 0.
pub const ANALYST: u32 = 3;
const PEER: u32 = 4;
/// Role 3, level 1.
pub const SENIOR: u32 = 5;
/// Role 4, level 2.
pub const HEAD: u32 = 6;
const HEAD_2: u32 = 7;
/// Role 5, level 1: consulted by the charter.
const COUNSEL: u32 = 8;
/// The roles of all of them, and their levels.
const CAST: [(u32, i8); 9] = [(0, i8::MIN), (1, 0), (1, 0), (2, 0), (2, 0), (3, 1), (4, 2), (4, 2), (5, 1)];

/// The hour of a working day, the first Monday being day 0: 9 to 17 is worked.
pub fn on(day: i64, hour: i64) -> i64 {
    day / 5 * 168 + day % 5 * 24 + hour
}

/// Made once: laying out a calendar takes longer than everything else here.
static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| {
    let actor = |(code, (role, level)): (usize, &(u32, i8))| Actor {
        same_as: code as u32,
        kind: ActorKind::Person,
        role: *role,
        level: Level(*level),
        site: 1,
        site_known: SiteKnown::Declared,
        ..Actor::default()
    };
    let calendar = Calendar::build(&CalendarSpec::new("UTC"), at(0), at(1_000)).unwrap();
    Directory::new(CAST.iter().enumerate().map(actor).collect(), Vec::new(), calendar)
});

/// One question told act by act; whoever is asked has it until they answer.
pub struct Told {
    decision: Decision,
    hops: Vec<Hop>,
    touches: Vec<Touch>,
    holder: u32,
    since: i64,
    arrived_by: ArrivedBy,
    asks: Vec<(u32, u32)>,
}

pub fn told(item: u64, who: u32, hour: i64) -> Told {
    let decision = Decision {
        item,
        ordinal: 1,
        matter: 1,
        area: 1,
        raised_at: at(hour),
        asker: who,
        asker_role: CAST[who as usize].0,
        status: Status::Open,
        opened_by: OpenedBy::Raised,
        ..Decision::BLANK
    };
    let told = Told {
        decision,
        hops: Vec::new(),
        touches: Vec::new(),
        holder: who,
        since: hour,
        arrived_by: ArrivedBy::Raised,
        asks: Vec::new(),
    };
    told.act(hour, who, Act::Raised)
}

impl Told {
    pub fn act(mut self, hour: i64, who: u32, act: Act) -> Self {
        let (role, level) = CAST[who as usize];
        self.touches.push(Touch {
            at: at(hour),
            actor: who,
            kind: ActorKind::Person,
            site: 1,
            role,
            level: Level(level),
            act: act.code(),
            ..Touch::BLANK
        });
        let answers = matches!(act, Act::Advised | Act::Approved | Act::Objected);
        if let Some(ask) = self.asks.iter().rposition(|(to, _)| answers && *to == who) {
            let (_, by) = self.asks.remove(ask);
            self.pass(hour, by, ArrivedBy::Returned);
        }
        self
    }

    pub fn asked(mut self, hour: i64, who: u32, to: u32) -> Self {
        self = self.act(hour, who, Act::Asked);
        let (role, level) = CAST[to as usize];
        let touch = self.touches.last_mut().unwrap();
        (touch.to, touch.to_role, touch.to_level) = (to, role, Level(level));
        if self.holder != to {
            self.asks.push((to, who));
            let up = level > CAST[self.holder as usize].1;
            self.pass(hour, to, if up { ArrivedBy::Escalated } else { ArrivedBy::Asked });
        }
        self
    }

    /// What the words of the last act say.
    fn saying(mut self, signs: Signs) -> Self {
        self.touches.last_mut().unwrap().flags = Signs::HAS_TEXT.and(signs).bits();
        self
    }

    pub fn decided(mut self, hour: i64, who: u32) -> Self {
        self = self.act(hour, who, Act::Decided).ended(hour, Status::Decided);
        let (role, level) = CAST[who as usize];
        self.decision = Decision {
            decided_at: Some(at(hour)),
            decider: who,
            decider_role: role,
            decider_level: Level(level),
            decider_known: DeciderKnown::Explicit,
            verdict: Verdict::Approved.code(),
            in_remit: Some(role == 1),
            ..self.decision
        };
        self
    }

    fn saying_no(mut self) -> Self {
        self.decision.verdict = Verdict::Rejected.code();
        self
    }

    pub fn reversed(mut self, hour: i64, who: u32) -> Self {
        let (role, level) = CAST[who as usize];
        self.decision.reversed_at = Some(at(hour));
        self.decision.reversed_by = who;
        self.decision.reversed_by_role = role;
        self.decision.reversed_by_level = Level(level);
        self
    }

    fn open(self) -> Self {
        self.ended(1_000, Status::Open)
    }

    fn again(mut self, ordinal: u32) -> Self {
        self.decision.ordinal = ordinal;
        self.decision.opened_by = OpenedBy::Reopened;
        self
    }

    fn of(mut self, matter: u32) -> Self {
        self.decision.matter = matter;
        self
    }

    fn ended(mut self, hour: i64, status: Status) -> Self {
        self.pass(hour, 0, ArrivedBy::Handed);
        self.decision.ended_at = at(hour);
        self.decision.status = status;
        self.decision.n_hops = self.hops.len() as u32;
        self.decision.n_handovers = self.decision.n_hops - 1;
        self.decision.n_escalations =
            self.hops.iter().filter(|hop| hop.arrived_by == ArrivedBy::Escalated).count() as u32;
        self.decision.latency_working = self.hops.iter().map(|hop| hop.held_working).sum();
        self
    }

    fn pass(&mut self, hour: i64, to: u32, by: ArrivedBy) {
        let (role, level) = CAST[self.holder as usize];
        let (since, until) = (at(self.since), at(hour));
        self.hops.push(Hop {
            holder: self.holder,
            kind: ActorKind::Person,
            site: 1,
            role,
            level: Level(level),
            since,
            until,
            held_working: DIRECTORY.calendar(1).working_between(since, until),
            arrived_by: self.arrived_by,
            ..Hop::BLANK
        });
        (self.holder, self.since, self.arrived_by) = (to, hour, by);
    }
}

pub fn record(all: Vec<Told>) -> Paths {
    let mut paths = Paths::default();
    for Told { mut decision, mut hops, mut touches, .. } in all {
        decision.hops_from = paths.hops.len() as u32;
        decision.touches_from = paths.touches.len() as u32;
        decision.n_touches = touches.len() as u32;
        paths.decisions.push(decision);
        paths.hops.append(&mut hops);
        paths.touches.append(&mut touches);
    }
    assert!(paths.unbalanced().is_empty(), "the test's own paths must balance");
    paths
}

/// Matter 1 is role 1's to decide, who may consult role 5; matter 2 is retained by role 4.
pub fn charter() -> Remits {
    let role = |n: u32| vec![Who::Role(format!("role-{n}"))];
    let remit = |matter: &str, decides: u32| Remit {
        matter: matter.to_owned(),
        area: "*".to_owned(),
        decides: role(decides),
        consulted: role(5),
        ..Remit::default()
    };
    let retained = Remit { retained: true, ..remit("matter-2", 4) };
    Charter { remits: vec![remit("matter-1", 1), retained] }.bind(&Plain::new(), &|_| Vec::new()).unwrap()
}

pub fn run(paths: &Paths, remits: &Remits) -> Measured {
    let coverage = Coverage { decisions: paths.decisions.len() as u64, ..Coverage::default() };
    let request = Request {
        window: window(),
        floor: OPEN,
        seed: 1,
        coverage: &coverage,
        directory: Some(&DIRECTORY),
        remits,
        charter_changed: None,
        half_life_days: sayso_measures::HALF_LIFE_DAYS,
        workers: std::num::NonZeroUsize::MIN,
    };
    measure(paths, &Plain::new(), &request)
}

fn told_of(all: Vec<Told>) -> Measured {
    run(&record(all), &charter())
}

fn signal(measured: &Measured, pattern: Pattern) -> &Signal {
    let mut found = measured.signals.iter().filter(|signal| signal.pattern == pattern && signal.matter == "matter-1");
    let first = found.next().unwrap_or_else(|| panic!("no {}", pattern.name()));
    assert!(found.next().is_none(), "one area, one period: one signal");
    first
}

#[track_caller]
fn near(ours: Option<f64>, theirs: f64) {
    assert!(ours.is_some_and(|ours| (ours - theirs).abs() < 1e-9), "{ours:?} is not {theirs}");
}

/// An owner who asks nobody: raised at nine, decided at ten.
fn plain(item: u64) -> Told {
    told(item, OWNER, on(0, 9)).decided(on(0, 10), OWNER)
}

fn plains(items: std::ops::Range<u64>) -> Vec<Told> {
    items.map(plain).collect()
}

/// The owner asks the senior at ten and has the answer four hours later.
fn permitted(item: u64, answer: Act) -> Told {
    let asks = told(item, OWNER, on(0, 9)).asked(on(0, 10), OWNER, SENIOR);
    asks.act(on(0, 14), SENIOR, answer).decided(on(0, 15), OWNER)
}

#[test]
fn permissions_by_hand() {
    let mut all = plains(0..30);
    all.extend((30..38).map(|item| permitted(item, Act::Approved)));
    all.push(permitted(38, Act::Objected));
    // Never answered: asked on Monday at ten, decided on Tuesday at eleven, nine working hours later.
    all.push(told(39, OWNER, on(0, 9)).asked(on(0, 10), OWNER, SENIOR).decided(on(1, 11), OWNER));
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::PermissionSeeking);
    assert_eq!((signal.n, signal.role.as_str(), signal.counterpart.as_str()), (40, "role-1", "role-3"));
    assert!(signal.declared && signal.observable && !signal.asked_in_words);
    near(signal.value("rate"), 10.0 / 40.0);
    near(signal.value("unchanged"), 8.0 / 9.0);
    near(signal.value("answered_by_asker"), 1.0 / 10.0);
    near(signal.value("wait"), 4.0);
    near(signal.value("hours"), 9.0 * 4.0 + 9.0);
    assert!(signal.number("rate_corrected").is_none(), "there was no text");
    assert!(signal.p("rate").unwrap() < 0.001);
    assert_eq!(signal.evidence.len(), 10);
    assert_eq!((signal.evidence[0].item, signal.evidence[9].item), (30, 38), "what changed nothing comes first");
    near(find(&measured, MeasureId::M10, "rate", &[("area", "area-1")]).unwrap().value(), 0.25);
    near(find(&measured, MeasureId::M11, "unchanged", &[("matter", "matter-1")]).unwrap().value(), 8.0 / 9.0);
}

/// Whoever works on did not stop, and a charter may say that somebody is asked.
#[test]
fn advice_is_no_permission() {
    let mut all = plains(0..20);
    for item in 20..30 {
        let asks = told(item, OWNER, on(0, 9)).asked(on(0, 10), OWNER, SENIOR).act(on(0, 11), OWNER, Act::Worked);
        all.push(asks.act(on(0, 14), SENIOR, Act::Advised).decided(on(0, 15), OWNER));
    }
    for item in 30..40 {
        let asks = told(item, OWNER, on(0, 9)).asked(on(0, 10), OWNER, COUNSEL);
        all.push(asks.act(on(0, 14), COUNSEL, Act::Approved).decided(on(0, 15), OWNER));
    }
    // Somebody who may not decide asks somebody who may not either.
    for item in 40..50 {
        let asks = told(item, OWNER, on(0, 9)).asked(on(0, 10), ANALYST, SENIOR);
        all.push(asks.act(on(0, 14), SENIOR, Act::Approved).decided(on(0, 15), OWNER));
    }
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::PermissionSeeking);
    assert_eq!((signal.n, signal.value("rate"), signal.p("rate")), (50, Some(0.0), Some(1.0)));
    assert_eq!(signal.role, "role-1", "the same role whether or not anybody asks");
    assert!(signal.number("wait").is_none() && signal.number("hours").is_none());
}

#[test]
fn a_reminder_is_neither_a_second_ask_nor_work() {
    let mut all = plains(0..19);
    let asks = told(19, OWNER, on(0, 9)).asked(on(0, 10), OWNER, SENIOR).asked(on(0, 12), OWNER, SENIOR);
    all.push(asks.act(on(0, 14), SENIOR, Act::Approved).decided(on(0, 15), OWNER));
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::PermissionSeeking);
    near(signal.value("rate"), 0.05);
    near(signal.value("hours"), 4.0);
}

/// Of the same level it takes the words; and where there are words, they are corrected for how often the rule errs.
#[test]
fn a_colleague_is_asked_for_permission_only_in_so_many_words() {
    let asks = |item, signs| {
        let asks = told(item, OWNER, on(0, 9)).asked(on(0, 10), OWNER, PEER).saying(signs);
        asks.act(on(0, 14), PEER, Act::Approved).decided(on(0, 15), OWNER)
    };
    let mut all = plains(0..20);
    all.extend((20..30).map(|item| asks(item, Signs::ASKS_CONSENT)));
    all.extend((30..40).map(|item| asks(item, Signs::ASKS)));
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::PermissionSeeking);
    near(signal.value("rate"), 10.0 / 40.0);
    assert!(signal.asked_in_words);
    let corrected = signal.value("rate_corrected").unwrap();
    assert!((corrected - 0.25).abs() < 0.06 && (corrected - 0.25).abs() > 1e-6, "{corrected}");
    assert_eq!(signal.counterpart, "role-2");
}

#[test]
fn what_is_retained_is_never_permission_seeking() {
    let asks = |item| {
        let asks = told(item, HEAD, on(0, 9)).of(2).asked(on(0, 10), HEAD, SENIOR).saying(Signs::ASKS_CONSENT);
        asks.act(on(0, 14), SENIOR, Act::Approved).decided(on(0, 15), HEAD)
    };
    let measured = told_of((0..40).map(asks).collect());
    assert!(measured.signals.iter().all(|signal| signal.pattern != Pattern::PermissionSeeking));
}

/// Ten of forty open asks wait; none of them has been answered, and nobody can say whether anything would change.
#[test]
fn an_ask_without_an_answer_yet_is_waited_for() {
    let mut all = plains(0..30);
    all.extend((30..40).map(|item| told(item, OWNER, on(0, 9)).asked(on(0, 10), OWNER, SENIOR).open()));
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::PermissionSeeking);
    near(signal.value("rate"), 0.25);
    assert!(signal.number("wait").is_some() && signal.value("wait").is_none(), "not reached");
    assert!(signal.number("unchanged").is_none() && signal.number("answered_by_asker").is_none());
}

/// Five of thirty by the head: shares 5/6 and 1/6 against 1 and 0. The divergence is
/// (log2(1/(11/12)) + 5/6 log2((5/6)/(11/12)) + 1/6 log2((1/6)/(1/12))) / 2 = 0.0880. A declared share of 1 has no noise.
#[test]
fn decisions_outside_the_remit_by_hand() {
    let mut all = plains(0..25);
    all.extend((25..30).map(|item| told(item, OWNER, on(0, 9)).decided(on(0, 10), HEAD)));
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::FormalRealGap);
    assert_eq!((signal.n, signal.role.as_str(), signal.counterpart.as_str()), (30, "role-4", "role-1"));
    near(signal.value("outside"), 5.0 / 30.0);
    let half = |x: f64, y: f64| if x > 0.0 { x * (x / y).log2() / 2.0 } else { 0.0 };
    let bits = half(1.0, 11.0 / 12.0) + half(5.0 / 6.0, 11.0 / 12.0) + half(1.0 / 6.0, 1.0 / 12.0);
    near(signal.value("divergence"), bits);
    let p = signal.p("outside").unwrap();
    assert!(p > 0.05 && p < 0.2, "five of thirty may be one in ten: {p}");
    assert_eq!(signal.evidence.iter().map(|key| key.item).collect::<Vec<_>>(), [25, 26, 27, 28, 29]);
    near(find(&measured, MeasureId::M12, "outside", &[]).unwrap().value(), 5.0 / 30.0);
}

#[test]
fn levels_by_hand() {
    let mut all = plains(0..25);
    all.extend((25..30).map(|item| told(item, OWNER, on(0, 9)).decided(on(0, 10), HEAD)));
    let measured = told_of(all);
    near(Some(value(&measured, MeasureId::M13, "at_or_below", &[])), 25.0 / 30.0);
    near(Some(value(&measured, MeasureId::M13, "mean_level", &[])), 10.0 / 30.0);
    near(Some(value(&measured, MeasureId::M13, "median_level", &[])), 0.0);
    // Without a charter there is still a level, but none to compare it with.
    let bare = run(&record(plains(0..30)), &Remits::default());
    assert!(find(&bare, MeasureId::M13, "at_or_below", &[]).is_none());
    near(Some(value(&bare, MeasureId::M13, "mean_level", &[])), 0.0);
}

/// Answered on the first Monday at ten. The tenth working day after it ends two weeks later at ten.
#[test]
fn overrides_by_hand() {
    let undone = |item, hour, who| plain(item).reversed(hour, who);
    let mut all = plains(0..26);
    all.push(undone(26, on(1, 10), HEAD));
    all.push(undone(27, on(10, 10), SENIOR));
    all.push(undone(28, on(10, 11), HEAD)); // Eleven hours too late to be one.
    all.push(undone(29, on(1, 10), PEER)); // Not from above.
    all.push(told(30, OWNER, on(0, 9)).decided(on(0, 10), HEAD).reversed(on(1, 10), HEAD_2)); // Not the declared decider's.
    all.push(told(31, OWNER, 900).decided(901, OWNER).reversed(902, HEAD)); // Too young to have been watched.
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::Override);
    assert_eq!((signal.n, signal.counterpart.as_str()), (30, "role-1"));
    assert_eq!(signal.role, "", "two roles, one time each: neither is most of it");
    near(signal.value("share"), 2.0 / 30.0);
    near(signal.value("time_to"), 8.0);
    assert_eq!(signal.evidence.iter().map(|key| key.item).collect::<Vec<_>>(), [26, 27]);
    assert!(signal.p("share").unwrap() > 0.01);
}

#[test]
fn interventions_by_hand() {
    let mut all = plains(0..30);
    // Unasked: advice, refusal, the answer itself.
    all.push(told(30, OWNER, on(0, 9)).act(on(0, 10), HEAD, Act::Advised).decided(on(0, 11), OWNER));
    all.push(told(31, OWNER, on(0, 9)).act(on(0, 10), HEAD, Act::Objected).decided(on(0, 11), OWNER));
    all.push(told(32, OWNER, on(0, 9)).decided(on(0, 11), HEAD));
    // None: work, a colleague, somebody who was asked, one whom the charter has consulted, an asker.
    all.push(told(33, OWNER, on(0, 9)).act(on(0, 10), HEAD, Act::Worked).decided(on(0, 11), OWNER));
    all.push(told(34, OWNER, on(0, 9)).act(on(0, 10), PEER, Act::Objected).decided(on(0, 11), OWNER));
    let asked = told(35, OWNER, on(0, 9)).asked(on(0, 10), OWNER, HEAD).act(on(0, 11), HEAD, Act::Approved);
    all.push(asked.act(on(0, 12), HEAD, Act::Objected).decided(on(0, 13), OWNER));
    all.push(told(36, OWNER, on(0, 9)).act(on(0, 10), COUNSEL, Act::Advised).decided(on(0, 11), OWNER));
    all.push(
        told(37, HEAD, on(0, 9))
            .asked(on(0, 10), HEAD, OWNER)
            .act(on(0, 11), HEAD, Act::Advised)
            .decided(on(0, 12), OWNER),
    );
    // No higher than who has it now.
    let up = told(38, OWNER, on(0, 9)).asked(on(0, 10), OWNER, HEAD).act(on(0, 11), HEAD_2, Act::Advised);
    all.push(up.act(on(0, 12), HEAD, Act::Approved).decided(on(0, 13), OWNER));
    all.push(plain(39));
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::Intervention);
    assert_eq!((signal.n, signal.role.as_str(), signal.counterpart.as_str()), (40, "role-4", "role-1"));
    near(signal.value("per_100"), 100.0 * 3.0 / 40.0);
    assert_eq!(signal.evidence.iter().map(|key| key.item).collect::<Vec<_>>(), [30, 31, 32]);
    assert!(signal.number("after_trigger").is_none() && signal.p("trigger").is_none(), "there was no trigger");
    near(find(&measured, MeasureId::M16, "per_100", &[]).unwrap().value(), 7.5);
}

/// Twenty questions have a trigger at ten, of which eight are followed by the head an hour later; of forty without one,
/// two see the head.
#[test]
fn what_triggers_interventions() {
    let mut all = Vec::new();
    for item in 0..20 {
        let trigger = told(item, OWNER, on(0, 9)).act(on(0, 10), ANALYST, Act::Observed);
        let then = if item < 8 { trigger.act(on(0, 11), HEAD, Act::Advised) } else { trigger };
        all.push(then.decided(on(0, 15), OWNER));
    }
    for item in 20..60 {
        let calm = told(item, OWNER, on(0, 9));
        let then = if item < 22 { calm.act(on(0, 11), HEAD, Act::Advised) } else { calm };
        all.push(then.decided(on(0, 15), OWNER));
    }
    // Before its trigger, and so not because of it.
    let early = told(60, OWNER, on(0, 9)).act(on(0, 10), HEAD, Act::Advised).act(on(0, 11), ANALYST, Act::Observed);
    all.push(early.decided(on(0, 15), OWNER));
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::Intervention);
    near(signal.value("after_trigger"), 8.0 / 20.0);
    near(signal.value("without_trigger"), 3.0 / 41.0);
    assert!(signal.value("hazard_ratio").unwrap() > 2.0, "{:?}", signal.number("hazard_ratio"));
    assert!(signal.p("trigger").unwrap() < 0.05);
}

#[test]
fn escalations_by_hand() {
    let up = |item| told(item, OWNER, on(0, 9)).asked(on(0, 10), OWNER, SENIOR);
    let mut all = plains(0..30);
    all.extend((30..36).map(|item| up(item).act(on(0, 14), SENIOR, Act::Approved).decided(on(0, 15), OWNER)));
    all.push(up(36).act(on(0, 16), SENIOR, Act::Objected).decided(on(1, 10), OWNER));
    all.push(up(37).decided(on(0, 16), SENIOR));
    all.push(up(38).open()); // Still above: nobody knows yet.
    // Up twice, back down once each: two escalations, one decision.
    let twice = up(39).act(on(0, 14), SENIOR, Act::Advised).asked(on(0, 15), OWNER, HEAD);
    all.push(twice.act(on(0, 16), HEAD, Act::Advised).decided(on(1, 10), OWNER));
    // To somebody of the same level, or to one whom the charter has consulted, who then gave no needless answer.
    all.push(
        told(40, OWNER, on(0, 9))
            .asked(on(0, 10), OWNER, PEER)
            .act(on(0, 14), PEER, Act::Advised)
            .decided(on(0, 15), OWNER),
    );
    let asks = told(41, OWNER, on(0, 9)).asked(on(0, 10), OWNER, COUNSEL);
    all.push(asks.act(on(0, 14), COUNSEL, Act::Advised).decided(on(0, 15), OWNER));
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::EscalationReturns);
    assert_eq!((signal.n, signal.role.as_str(), signal.counterpart.as_str()), (41, "role-3", "role-1"));
    near(signal.value("escalated"), 12.0 / 42.0);
    near(signal.value("unchanged"), 7.0 / 10.0);
    near(signal.value("return_time"), 4.0);
    assert!(signal.p("returns").unwrap() > 0.05 && signal.p("returns").unwrap() < 0.2, "7 of 41: {:?}", signal.tests);
    assert_eq!(signal.evidence.len(), 7);
    assert_eq!(signal.evidence[0].item, 39, "five hours above, the longest");
}

#[test]
fn churn_by_hand() {
    let later = |item, ordinal| told(item, OWNER, on(2, 9)).again(ordinal).decided(on(2, 10), OWNER);
    let mut all = plains(0..16);
    all.push(plain(16).reversed(on(1, 9), HEAD));
    // Opened again and answered alike: one change.
    all.push(plain(17).reversed(on(1, 9), ANALYST));
    all.push(later(17, 2));
    // Yes, no, yes: two changes.
    all.push(plain(18).reversed(on(1, 9), HEAD));
    all.push(told(18, OWNER, on(1, 9)).again(2).decided(on(1, 10), OWNER).saying_no().reversed(on(2, 9), HEAD));
    all.push(later(18, 3));
    // Two questions of two matters are no change, and what was never answered is not counted.
    all.push(plain(19));
    all.push(Told { decision: Decision { ordinal: 2, ..plain(19).of(3).decision }, ..plain(19).of(3) });
    all.push(told(20, OWNER, on(0, 9)).open());
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::Churn);
    assert_eq!(signal.n, 20, "items");
    near(signal.value("changes_per_item"), 4.0 / 20.0);
    near(signal.value("items_changed"), 3.0 / 20.0);
    near(signal.value("back_and_forth"), 1.0 / 20.0);
    assert_eq!(signal.evidence[0].item, 18, "the one with most changes");
    assert!(signal.p("items_changed").unwrap() > 0.5);
    near(find(&measured, MeasureId::M21, "items_changed", &[]).unwrap().value(), 3.0 / 21.0);
}

/// Thirty questions of an hour each with the owner; ten that lie an hour there, four with the senior, one there again.
#[test]
fn waiting_above_by_hand() {
    let mut all = plains(0..30);
    all.extend((30..40).map(|item| permitted(item, Act::Approved)));
    all.push(told(40, OWNER, on(0, 9)).decided(on(0, 10), HEAD));
    let measured = told_of(all);
    let signal = signal(&measured, Pattern::WaitingAbove);
    assert_eq!((signal.n, signal.role.as_str(), signal.counterpart.as_str()), (41, "role-3", "role-1"));
    near(signal.value("share_above"), 40.0 / (31.0 + 60.0));
    near(signal.value("decided_above"), 1.0 / 41.0);
    near(signal.value("stay"), 4.0);
    assert!(signal.p("share_above").unwrap() < 0.05);
    assert_eq!(signal.evidence.len(), 10);
    near(find(&measured, MeasureId::M13, "share_above", &[]).unwrap().value(), 40.0 / 91.0);
    // The consulted role is above, and has its part by the charter.
    let asks = |item| told(item, OWNER, on(0, 9)).asked(on(0, 10), OWNER, COUNSEL);
    let counsel = (0..30).map(|item| asks(item).act(on(0, 14), COUNSEL, Act::Advised).decided(on(0, 15), OWNER));
    near(self::signal(&told_of(counsel.collect()), Pattern::WaitingAbove).value("share_above"), 0.0);
}

const MINE: [Pattern; 7] = [
    Pattern::PermissionSeeking,
    Pattern::FormalRealGap,
    Pattern::EscalationReturns,
    Pattern::Intervention,
    Pattern::Override,
    Pattern::Churn,
    Pattern::WaitingAbove,
];

fn patterns(measured: &Measured) -> Vec<Pattern> {
    let mut found: Vec<_> = measured.signals.iter().map(|signal| signal.pattern).collect();
    found.sort_unstable();
    found.dedup();
    found.retain(|pattern| MINE.contains(pattern));
    found
}

pub fn rich() -> Paths {
    let mut all = plains(0..30);
    all.extend((30..40).map(|item| permitted(item, Act::Approved)));
    record(all)
}

#[test]
fn nothing_gives_nothing() {
    let measured = run(&Paths::default(), &charter());
    assert_eq!(patterns(&measured), []);
    assert!(measured.measures.is_empty());
}

#[test]
fn one_decision_gives_numbers_and_no_alarm() {
    let measured = told_of(vec![permitted(0, Act::Approved)]);
    for signal in &measured.signals {
        for test in signal.tests.iter().filter(|_| MINE.contains(&signal.pattern)) {
            assert!((0.0..=1.0).contains(&test.p), "{} {}: {}", signal.pattern.name(), test.name, test.p);
            // One of one, at a bound of one in twenty, is rarer than one in twenty.
            assert!(test.p >= 0.02, "{} {}: {}", signal.pattern.name(), test.name, test.p);
        }
    }
}

#[test]
fn without_a_charter_nothing_that_needs_one() {
    let measured = run(&rich(), &Remits::default());
    assert_eq!(patterns(&measured), [Pattern::EscalationReturns, Pattern::Intervention, Pattern::Churn]);
    assert!(measured.signals.iter().all(|signal| !signal.declared));
    for id in [MeasureId::M10, MeasureId::M11, MeasureId::M12, MeasureId::M15] {
        let why = measured.withheld.iter().find(|withheld| withheld.id == id).map(|withheld| withheld.why.as_str());
        assert_eq!(why, Some("no charter says who may decide"), "{}", id.code());
    }
}

#[test]
fn without_acts_nothing_that_needs_them() {
    let mut paths = rich();
    paths.touches.clear();
    for decision in &mut paths.decisions {
        (decision.touches_from, decision.n_touches) = (0, 0);
    }
    let measured = run(&paths, &charter());
    use Pattern::{Churn, EscalationReturns, FormalRealGap, Override, WaitingAbove};
    assert_eq!(patterns(&measured), [FormalRealGap, EscalationReturns, Override, Churn, WaitingAbove]);
    for id in [MeasureId::M10, MeasureId::M11, MeasureId::M16] {
        assert!(measured.withheld.iter().any(|withheld| withheld.id == id), "{}", id.code());
    }
    near(signal(&measured, Pattern::EscalationReturns).value("unchanged"), 1.0);
}

#[test]
fn without_levels_nothing_that_needs_them() {
    let mut paths = rich();
    for decision in &mut paths.decisions {
        decision.decider_level = Level::UNKNOWN;
    }
    paths.hops.iter_mut().for_each(|hop| hop.level = Level::UNKNOWN);
    for touch in &mut paths.touches {
        (touch.level, touch.to_level) = (Level::UNKNOWN, Level::UNKNOWN);
    }
    let measured = run(&paths, &charter());
    assert_eq!(patterns(&measured), [Pattern::PermissionSeeking, Pattern::FormalRealGap, Pattern::Churn]);
    let seeking = signal(&measured, Pattern::PermissionSeeking);
    assert_eq!(seeking.value("rate"), Some(0.0), "without levels it takes the words");
    for id in [MeasureId::M13, MeasureId::M15, MeasureId::M16, MeasureId::M19] {
        assert!(measured.withheld.iter().any(|withheld| withheld.id == id), "{}", id.code());
    }
}

#[test]
fn the_same_record_gives_the_same_signals() {
    let (a, b) = (run(&rich(), &charter()), run(&rich(), &charter()));
    assert_eq!(a.signals, b.signals);
}

/// Each signal has its numbers by the names that its pattern promises, and tests between 0 and 1.
#[test]
fn only_promised_names_are_used() {
    let measured = run(&rich(), &charter());
    let names = |pattern| -> (&[&str], &[&str]) {
        match pattern {
            Pattern::PermissionSeeking => {
                (&["rate", "rate_corrected", "wait", "hours", "unchanged", "answered_by_asker"], &["rate"])
            }
            Pattern::FormalRealGap => (&["outside", "divergence"], &["outside"]),
            Pattern::EscalationReturns => (&["escalated", "unchanged", "return_time"], &["returns"]),
            Pattern::Intervention => {
                (&["per_100", "after_trigger", "without_trigger", "hazard_ratio"], &["rate", "trigger"])
            }
            Pattern::Override => (&["share", "time_to"], &["share"]),
            Pattern::Churn => (&["changes_per_item", "items_changed", "back_and_forth"], &["items_changed"]),
            Pattern::WaitingAbove => (&["share_above", "decided_above", "stay"], &["share_above"]),
            Pattern::ImplicitGate
            | Pattern::SoleGate
            | Pattern::BorderCost
            | Pattern::CostOutrunsClarity
            | Pattern::WhyLost
            | Pattern::DecidedFarFromInformation => (&[], &[]),
        }
    };
    for signal in measured.signals.iter().filter(|signal| MINE.contains(&signal.pattern)) {
        let (numbers, tests) = names(signal.pattern);
        for number in &signal.numbers {
            assert!(numbers.contains(&number.statistic()), "{} {}", signal.pattern.name(), number.statistic());
        }
        for test in &signal.tests {
            assert!(tests.contains(&test.name) && (0.0..=1.0).contains(&test.p), "{test:?}");
        }
        assert!(signal.evidence.len() <= 12);
    }
}

/// Where a trigger brings nothing, its test rejects at 5 % in no more than 7 of 100 records: triggers and interventions fall
/// on working hours by chance, and some questions are long.
#[test]
fn the_trigger_test_keeps_its_level() {
    let mut random = ChaCha8Rng::seed_from_u64(16);
    let (mut rejected, mut tested) = (0, 0);
    for _ in 0..300 {
        let questions = (0..60).map(|item| {
            let hours = 3 + random.random_range(0..6_i64) * random.random_range(1..6_i64);
            let hour = |nth: i64| on(nth / 8, 9 + nth % 8);
            let trigger = random.random_bool(0.5).then(|| random.random_range(0..hours));
            let act = random.random_bool(0.3).then(|| random.random_range(0..hours));
            let mut acts: Vec<(i64, bool)> = trigger.map(|nth| (nth, true)).into_iter().collect();
            acts.extend(act.map(|nth| (nth, false)));
            // Which of two in one hour comes first is a matter of chance, too.
            if random.random_bool(0.5) {
                acts.reverse();
            }
            acts.sort_by_key(|(nth, _)| *nth);
            let question =
                acts.into_iter().fold(told(item, OWNER, on(0, 9)), |told, (nth, is_trigger)| match is_trigger {
                    true => told.act(hour(nth), ANALYST, Act::Observed),
                    false => told.act(hour(nth), HEAD, Act::Advised),
                });
            question.decided(hour(hours), OWNER)
        });
        let measured = told_of(questions.collect());
        if let Some(p) = signal(&measured, Pattern::Intervention).p("trigger") {
            tested += 1;
            rejected += u32::from(p < 0.05);
        }
    }
    assert!(tested > 290);
    assert!(f64::from(rejected) < 0.07 * f64::from(tested), "{rejected} of {tested}");
}
