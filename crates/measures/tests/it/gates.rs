//! Who is a gate and who only looks like one: a small organisation with a known truth, and answers counted by hand.

use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sayso_measures::{Measured, Request, measure};
use sayso_model::actor::{Actor, ActorKind, Directory};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::charter::{Charter, Remit, Remits};
use sayso_model::decision::{DeciderKnown, Decision, Hop, OpenedBy, Paths, Status, Touch};
use sayso_model::diagnosis::Coverage;
use sayso_model::event::{Act, Verdict};
use sayso_model::measure::Measurement;
use sayso_model::privacy::Floor;
use sayso_model::signal::{Pattern, Period, Signal};
use sayso_model::signs::Signs;
use sayso_model::time::Instant;
use sayso_stats::Window;

use super::build::{OPEN, Plain, START_H};

/// Who is in it; each has the role of the same number.
const OWNER: u32 = 1;
const GATE: u32 = 2;
const CHATTY: u32 = 3;
const WATCHER: u32 = 4;
const ANNOUNCER: u32 = 5;
const NOISE: std::ops::RangeInclusive<u32> = 6..=13;

/// Working hours of the record: 23 weeks, so that it is looked at as a whole.
const HOURS: f64 = 23.0 * 40.0;

/// A working hour of the record as an instant: Monday to Friday, nine to five.
fn at(hour: f64) -> Instant {
    let (day, within) = ((hour / 8.0).floor(), hour.rem_euclid(8.0));
    let (week, weekday) = ((day / 5.0).floor(), day.rem_euclid(5.0));
    let wall = START_H as f64 + week * 168.0 + weekday * 24.0 + 9.0 + within;
    Instant::from_micros((wall * 3.6e9).round() as i64)
}

fn window() -> Window {
    weeks(23)
}

fn weeks(n: i64) -> Window {
    let until = Timestamp::from_second((START_H + n * 168) * 3_600).unwrap();
    Window { since: Timestamp::from_second(START_H * 3_600).unwrap(), until }
}

fn directory() -> Directory {
    let calendar = Calendar::build(&CalendarSpec::new("UTC"), window().since.into(), window().until.into()).unwrap();
    let actors = (0..40).map(|code| Actor { same_as: code, kind: ActorKind::Person, role: code, ..Actor::default() });
    Directory::new(actors.collect(), Vec::new(), calendar)
}

/// Role 1 decides matter 1 everywhere.
pub fn owners_decide() -> Remits {
    let remit = Remit {
        matter: "matter-1".to_owned(),
        area: "*".to_owned(),
        decides: vec!["role:role-1".parse().unwrap()],
        ..Remit::default()
    };
    Charter { remits: vec![remit] }.bind(&Plain::new(), &|_| Vec::new()).unwrap()
}

/// A question in the making; times in working hours.
pub struct Asked {
    decision: Decision,
    touches: Vec<Touch>,
}

pub fn asked(item: u64, area: u32, asker: u32, since: f64) -> Asked {
    let decision = Decision {
        item,
        ordinal: 1,
        matter: 1,
        area,
        raised_at: at(since),
        ended_at: window().until.into(),
        asker,
        asker_role: asker,
        status: Status::Open,
        opened_by: OpenedBy::Raised,
        opened_as: 1,
        n_hops: 1,
        ..Decision::BLANK
    };
    let mut asked = Asked { decision, touches: Vec::new() };
    asked.act(since, asker, Act::Raised);
    asked
}

impl Asked {
    pub fn act(&mut self, hour: f64, who: u32, act: Act) -> &mut Touch {
        self.touches.push(Touch {
            at: at(hour),
            actor: who,
            role: who,
            kind: ActorKind::Person,
            act: act.code(),
            ..Touch::BLANK
        });
        self.touches.last_mut().unwrap()
    }

    pub fn ask(&mut self, hour: f64, who: u32, to: u32) -> &mut Touch {
        let touch = self.act(hour, who, Act::Asked);
        (touch.to, touch.to_role) = (to, to);
        touch
    }

    pub fn decided(mut self, hour: f64, who: u32) -> Asked {
        self.act(hour, who, Act::Decided).verdict = Verdict::Approved.code();
        let decision = &mut self.decision;
        (decision.decided_at, decision.ended_at) = (Some(at(hour)), at(hour));
        (decision.decider, decision.decider_role) = (who, who);
        (decision.status, decision.decider_known) = (Status::Decided, DeciderKnown::Explicit);
        decision.verdict = Verdict::Approved.code();
        self
    }
}

pub fn paths(questions: Vec<Asked>) -> Paths {
    let mut paths = Paths::default();
    for Asked { mut decision, mut touches } in questions {
        touches.sort_by_key(|touch| touch.at);
        touches.retain(|touch| touch.at <= decision.ended_at);
        (decision.hops_from, decision.touches_from) = (paths.hops.len() as u32, paths.touches.len() as u32);
        decision.n_touches = touches.len() as u32;
        paths.hops.push(Hop {
            holder: decision.asker,
            kind: ActorKind::Person,
            role: decision.asker,
            since: decision.raised_at,
            until: decision.ended_at,
            ..Hop::BLANK
        });
        paths.decisions.push(decision);
        paths.touches.extend(touches);
    }
    paths
}

pub fn look(paths: &Paths, remits: &Remits, floor: Floor) -> Measured {
    look_within(window(), paths, remits, floor)
}

fn look_within(window: Window, paths: &Paths, remits: &Remits, floor: Floor) -> Measured {
    let (coverage, directory) = (Coverage::default(), directory());
    let request = Request {
        window,
        floor,
        seed: 1,
        coverage: &coverage,
        directory: Some(&directory),
        remits,
        charter_changed: None,
        half_life_days: sayso_measures::HALF_LIFE_DAYS,
        workers: std::num::NonZeroUsize::MIN,
    };
    measure(paths, &Plain::new(), &request)
}

pub fn signals<'a>(measured: &'a Measured, pattern: Pattern, area: &str) -> Vec<&'a Signal> {
    measured.signals.iter().filter(|signal| signal.pattern == pattern && signal.area == area).collect()
}

fn gate_of<'a>(measured: &'a Measured, area: &str, role: u32) -> Option<&'a Signal> {
    let word = format!("role-{role}");
    signals(measured, Pattern::ImplicitGate, area).into_iter().find(|signal| signal.role == word)
}

/// The rule by which findings call something a gate.
fn is_gate(signal: &Signal) -> bool {
    let released =
        signal.value("hazard_ratio").is_some_and(|ratio| ratio > 1.5) && signal.p("hazard").is_some_and(|p| p < 0.01);
    let needed = signal.value("necessity").is_some_and(|share| share >= 0.6);
    let waited_for =
        signal.p("absence").is_some_and(|p| p < 0.05) || signal.value("asked").is_some_and(|share| share >= 0.5);
    released && needed && waited_for
}

/// A record of `n` questions in area 1, with or without a gate on four of five of them, and 300 questions in area 2 on
/// which everybody says something now and then.
struct Organisation {
    random: ChaCha8Rng,
    has_gate: bool,
}

/// The gate is away for two weeks twice.
const AWAY: [(f64, f64); 2] = [(240.0, 320.0), (640.0, 720.0)];

impl Organisation {
    fn chance(&mut self, share: f64) -> bool {
        self.random.random::<f64>() < share
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.random.random::<f64>()).ln()
    }

    /// Log-normal with this median and a standard deviation of 0.8 of the logarithm.
    fn around(&mut self, median: f64) -> f64 {
        let (u, v) = (1.0 - self.random.random::<f64>(), self.random.random::<f64>());
        median * (0.8 * (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()).exp()
    }

    /// The next moment at which the gate is there.
    fn there(&self, hour: f64) -> f64 {
        AWAY.iter().find(|(from, to)| (*from..*to).contains(&hour)).map_or(hour, |&(_, to)| to + 0.5)
    }

    fn somebody(&mut self) -> u32 {
        self.random.random_range(NOISE)
    }

    fn record(seed: u64, n: usize, has_gate: bool) -> Paths {
        let mut office = Organisation { random: ChaCha8Rng::seed_from_u64(seed), has_gate };
        let mut questions = Vec::new();
        for item in 0..n as u64 {
            questions.push(office.question(item));
        }
        for item in 0..300 {
            questions.push(office.elsewhere(1_000_000 + item));
        }
        paths(questions)
    }

    fn question(&mut self, item: u64) -> Asked {
        let (since, asker) = (self.random.random_range(0.0..HOURS * 0.93), self.somebody());
        let mut question = asked(item, 1, asker, since);
        let urgent = self.chance(0.25);
        question.decision.opened_as = 1 + u32::from(urgent);
        let pace = if urgent { 0.4 } else { 1.0 };
        let moved = if self.has_gate && self.chance(0.8) {
            let ask = since + self.around(2.0 * pace);
            if self.chance(0.9) {
                question.ask(ask, OWNER, GATE).flags = Signs::ASKS_CONSENT.bits();
            }
            let wait = self.around(6.0 * pace);
            let release = self.there(self.there(ask) + wait);
            question.act(release, GATE, Act::Approved);
            release + self.around(1.5 * pace)
        } else {
            if !self.has_gate {
                let comment = since + self.exponential(9.0);
                question.act(self.there(comment), GATE, Act::Advised);
            }
            since + self.around(8.0 * pace)
        };
        question.act(since + self.exponential(6.0), CHATTY, Act::Advised);
        if self.chance(if urgent { 0.85 } else { 0.1 }) {
            question.act(since + self.around(0.25), WATCHER, Act::Advised);
        }
        if self.chance(0.8) {
            let lead = self.around(2.0);
            if moved - lead > since {
                question.act(moved - lead, ANNOUNCER, Act::Advised);
            }
        }
        for who in NOISE {
            let comment = since + self.exponential(40.0);
            if who != asker {
                question.act(comment, who, Act::Advised);
            }
        }
        if moved < HOURS { question.decided(moved, OWNER) } else { question }
    }

    fn elsewhere(&mut self, item: u64) -> Asked {
        let (since, asker) = (self.random.random_range(0.0..HOURS * 0.95), self.somebody());
        let mut question = asked(item, 2, asker, since);
        for who in [GATE, CHATTY, WATCHER, ANNOUNCER] {
            let comment = since + self.exponential(12.0);
            question.act(if who == GATE { self.there(comment) } else { comment }, who, Act::Worked);
        }
        question.decided(since + self.around(6.0), OWNER)
    }
}

/// The numbers of all patterns of a record with a gate.
pub fn numbers() -> Vec<Measurement> {
    let measured = look(&Organisation::record(1, 150, true), &owners_decide(), OPEN);
    measured.signals.into_iter().flat_map(|signal| signal.numbers).collect()
}

/// How often each is called a gate, of so many records.
#[derive(Debug, Default)]
struct Called {
    gate: usize,
    chatty: usize,
    watcher: usize,
    announcer: usize,
    noise: usize,
    /// The gate by absence alone.
    away: usize,
    /// The announcer by hazard and necessity alone.
    announcer_releases: usize,
}

fn called(seeds: std::ops::Range<u64>, n: usize, has_gate: bool) -> Called {
    let mut called = Called::default();
    for seed in seeds {
        let measured = look(&Organisation::record(seed, n, has_gate), &owners_decide(), OPEN);
        let is = |who: u32| usize::from(gate_of(&measured, "area-1", who).is_some_and(is_gate));
        called.gate += is(GATE);
        called.chatty += is(CHATTY);
        called.watcher += is(WATCHER);
        called.announcer += is(ANNOUNCER);
        called.noise += usize::from(NOISE.clone().any(|who| is(who) > 0));
        let of = |who: u32| gate_of(&measured, "area-1", who);
        called.away += usize::from(of(GATE).and_then(|gate| gate.p("absence")).is_some_and(|p| p < 0.05));
        called.announcer_releases += usize::from(of(ANNOUNCER).is_some_and(|one| {
            one.value("hazard_ratio").is_some_and(|ratio| ratio > 1.5) && one.value("necessity") >= Some(0.6)
        }));
    }
    called
}

#[test]
fn the_gate_is_found_and_the_bystanders_are_not() {
    for n in [60, 150, 300] {
        let called = called(0..6, n, true);
        assert!(called.gate >= 5, "{n}: {called:?}");
        assert!(called.chatty + called.watcher + called.announcer + called.noise <= 1, "{n}: {called:?}");
    }
}

#[test]
fn where_there_is_no_gate_none_is_found() {
    for n in [60, 300] {
        let called = called(100..106, n, false);
        assert!(called.gate + called.chatty + called.watcher + called.announcer + called.noise <= 1, "{n}: {called:?}");
    }
}

/// The table of the simulation; takes a minute or two.
#[test]
#[ignore = "a hundred records for each cell of the table"]
fn the_table_of_gates_and_bystanders() {
    for has_gate in [true, false] {
        for n in [60, 150, 300] {
            let called = called(1_000..1_100, n, has_gate);
            println!("gate {has_gate}, {n} questions, of 100: {called:?}");
            if has_gate {
                assert!(called.gate >= 85, "{n}: {called:?}");
            } else {
                assert!(called.gate <= 5, "{n}: {called:?}");
            }
            assert!(called.chatty <= 5 && called.watcher <= 5 && called.announcer <= 8 && called.noise <= 5);
        }
    }
}

#[test]
fn without_touches_or_a_charter_there_is_no_gate_and_no_panic() {
    let mut record = Organisation::record(1, 60, true);
    assert!(signals(&look(&record, &Remits::default(), OPEN), Pattern::ImplicitGate, "area-1").is_empty());
    record.touches.clear();
    assert!(signals(&look(&record, &owners_decide(), OPEN), Pattern::ImplicitGate, "area-1").is_empty());
    let nothing = look(&Paths::default(), &owners_decide(), OPEN);
    assert!(nothing.signals.is_empty());
}

#[test]
fn the_same_record_and_seed_give_the_same_signals() {
    let of = || format!("{:?}", look(&Organisation::record(3, 80, true), &owners_decide(), OPEN).signals);
    assert_eq!(of(), of());
}

/// Twenty answered questions in area 1, of which role 2 acts on twelve and is asked first in nine; twenty in area 2, of
/// which it acts on five.
fn by_hand() -> Vec<Asked> {
    let mut questions = Vec::new();
    for i in 0..20_u64 {
        let since = 40.0 * i as f64;
        let mut question = asked(i, 1, 6 + i as u32 % 5, since);
        if i < 9 {
            question.ask(since + 1.0, OWNER, 2).flags = if i < 5 { Signs::ASKS_CONSENT.bits() } else { 0 };
            question.act(since + 1.0 + (i + 1) as f64, 2, if i < 8 { Act::Approved } else { Act::Objected });
        } else if i < 12 {
            question.act(since + 2.0, 2, Act::Advised);
        } else if i == 12 {
            // At the very moment of the answer, and after it: too late to release it.
            question.act(since + 16.0, 2, Act::Approved);
        } else if i == 13 {
            // A bot of the same role.
            question.act(since + 2.0, 2, Act::Approved).kind = ActorKind::Bot;
        }
        questions.push(question.decided(since + 16.0, OWNER));
    }
    for i in 20..40_u64 {
        let since = 40.0 * (i - 20) as f64 + 3.0;
        let mut question = asked(i, 2, 6 + i as u32 % 5, since);
        if i < 25 {
            question.act(since + 2.0, 2, Act::Advised);
        }
        questions.push(question.decided(since + 10.0, OWNER));
    }
    questions
}

#[test]
fn necessity_base_rate_asks_waits_and_what_they_changed_by_hand() {
    let measured = look(&paths(by_hand()), &owners_decide(), OPEN);
    let gate = gate_of(&measured, "area-1", 2).unwrap();
    assert_eq!((gate.n, gate.counterpart.as_str(), gate.period), (20, "role-1", Period::Whole));
    assert!(gate.observable && gate.declared && gate.asked_in_words, "5 of 9 asks want consent");
    let value = |name: &str| gate.value(name).unwrap();
    assert!((value("necessity") - 0.6).abs() < 1e-12);
    assert!((value("base_rate") - 0.25).abs() < 1e-12);
    assert!((value("asked") - 0.75).abs() < 1e-12);
    // Waits of 1 to 9 working hours.
    assert!((value("wait") - 5.0).abs() < 1e-9);
    assert!((value("unchanged") - 8.0 / 9.0).abs() < 1e-12);
    // 12 of 20 against 5 of 20.
    assert!((gate.p("necessity").unwrap() - 0.027_084).abs() < 1e-3, "{:?}", gate.p("necessity"));
    assert_eq!(gate.evidence.len(), 12);
    // Asked, unchanged and the longest wait first.
    assert_eq!((gate.evidence[0].item, gate.evidence[8].item), (7, 8));
    assert!(gate_of(&measured, "area-2", 2).is_none(), "5 of 20 are fewer than ten");
    assert!(gate_of(&measured, "area-1", OWNER).is_none(), "who may decide is no gate");
}

#[test]
fn of_a_gate_that_acts_no_more_the_recent_part_says_how_seldom() {
    let of_gate = |gone_after: f64| {
        let questions = (0..300).map(|item| {
            let since = item as f64 * 4.0;
            let mut question = asked(item, 1, *NOISE.start(), since);
            if since < gone_after {
                question.act(since + 1.0, GATE, Act::Approved);
            }
            question.decided(since + 2.0, OWNER)
        });
        let measured = look_within(weeks(30), &paths(questions.collect()), &owners_decide(), OPEN);
        let of = |period: Period| {
            let all = signals(&measured, Pattern::ImplicitGate, "area-1").into_iter();
            all.filter(|signal| signal.period == period && signal.role == "role-2").cloned().collect::<Vec<_>>()
        };
        (of(Period::Earlier), of(Period::Recent))
    };
    // The recent part is the last eight of thirty weeks: 80 questions.
    let (earlier, recent) = of_gate(22.0 * 40.0);
    assert_eq!((earlier.len(), recent.len()), (1, 1));
    assert_eq!((earlier[0].value("necessity"), earlier[0].n), (Some(1.0), 220));
    assert_eq!((recent[0].value("necessity"), recent[0].n), (Some(0.0), 80));
    assert!(recent[0].tests.is_empty(), "nothing is tested where nobody is suspected");
    let (earlier, recent) = of_gate(f64::INFINITY);
    assert_eq!((earlier.len(), recent.len()), (1, 1));
    assert_eq!(recent[0].value("necessity"), Some(1.0));
    let (earlier, recent) = of_gate(0.0);
    assert_eq!((earlier.len(), recent.len()), (0, 0), "who was never a gate is not spoken of");
}

#[test]
fn who_is_to_be_consulted_is_no_gate_outside_the_charter() {
    let remit = Remit {
        matter: "matter-1".to_owned(),
        area: "*".to_owned(),
        decides: vec!["role:role-1".parse().unwrap()],
        consulted: vec!["role:role-2".parse().unwrap()],
        ..Remit::default()
    };
    let bind = |remit: Remit| Charter { remits: vec![remit] }.bind(&Plain::new(), &|_| Vec::new()).unwrap();
    let record = paths(by_hand());
    assert!(gate_of(&look(&record, &bind(remit.clone()), OPEN), "area-1", 2).is_none());
    let retained = Remit { consulted: Vec::new(), retained: true, ..remit };
    assert!(look(&record, &bind(retained), OPEN).signals.iter().all(|one| one.pattern != Pattern::ImplicitGate));
}

#[test]
fn where_no_role_is_recorded_the_signal_names_none() {
    let mut record = paths(by_hand());
    record.touches.iter_mut().filter(|touch| touch.actor == 2).for_each(|touch| touch.role = 0);
    record.touches.iter_mut().filter(|touch| touch.to == 2).for_each(|touch| touch.to_role = 0);
    let measured = look(&record, &owners_decide(), OPEN);
    let found = signals(&measured, Pattern::ImplicitGate, "area-1");
    assert_eq!((found.len(), found[0].role.as_str(), found[0].value("asked")), (1, "", Some(0.75)));
    assert!(!format!("{found:?}").contains("actor-2"));
}

/// What a role answers itself is not what it releases; its own questions are not either.
#[test]
fn own_answers_and_own_questions_do_not_count() {
    let mut questions = by_hand();
    for i in 50..60_u64 {
        let since = 30.0 * (i - 50) as f64;
        let mut question = asked(i, 1, 2, since);
        question.act(since + 1.0, 2, Act::Advised);
        questions.push(question.decided(since + 3.0, OWNER));
        let mut question = asked(i + 50, 1, 7, since);
        question.act(since + 1.0, 2, Act::Advised);
        questions.push(question.decided(since + 3.0, 2));
    }
    let measured = look(&paths(questions), &owners_decide(), OPEN);
    let gate = gate_of(&measured, "area-1", 2).unwrap();
    assert_eq!(gate.n, 30, "twenty and its own ten, less ten that it answered");
    assert!((gate.value("necessity").unwrap() - 0.4).abs() < 1e-12);
}

/// One person answers 223 of 223 in one area, many answer elsewhere.
fn one_for_all() -> Vec<Asked> {
    let mut questions = Vec::new();
    for i in 0..223_u64 {
        let since = 4.0 * i as f64;
        let mut question = asked(i, 1, 20 + i as u32 % 7, since);
        question.act(since + 6.0, 9, Act::Worked);
        questions.push(question.decided(since + 8.0, 9));
    }
    for i in 223..443_u64 {
        let since = 4.0 * (i - 223) as f64;
        questions.push(asked(i, 2, 20 + i as u32 % 7, since).decided(since + 5.0, 10 + i as u32 % 10));
    }
    questions
}

#[test]
fn one_person_answers_everything_in_one_area_although_many_work_there() {
    let record = paths(one_for_all());
    let measured = look(&record, &Remits::default(), Floor::DEFAULT);
    let found = signals(&measured, Pattern::SoleGate, "area-1");
    let [sole] = found[..] else { panic!("one signal for an area: {found:?}") };
    assert_eq!((sole.n, sole.value("top_share"), sole.value("effective_deciders")), (223, Some(1.0), Some(1.0)));
    assert_eq!((sole.role.as_str(), sole.observable, sole.declared), ("role-9", true, false));
    assert!((sole.value("top_share_elsewhere").unwrap() - 0.1).abs() < 1e-12);
    assert!(sole.p("concentration").unwrap() < 1e-9);
    assert!((sole.value("wait").unwrap() - 6.0).abs() < 1e-9, "its first act, not its answer");
    assert_eq!(sole.evidence.len(), 12);
    let many = signals(&measured, Pattern::SoleGate, "area-2")[0];
    assert!(many.p("concentration").unwrap() > 0.99 && many.value("effective_deciders").unwrap() > 8.0);
    assert!(!format!("{sole:?}").contains("actor-9"));
    // Everybody behind the floor, or nothing.
    let few = Floor { persons_min: 9, ..Floor::DEFAULT };
    assert!(signals(&look(&record, &Remits::default(), few), Pattern::SoleGate, "area-1").is_empty());
}

#[test]
fn who_is_declared_is_no_sole_gate_unless_others_hold_the_same_right() {
    let bind = |decides: &str| {
        let decides = vec![decides.parse().unwrap()];
        let remit = Remit { matter: "*".to_owned(), area: "*".to_owned(), decides, ..Remit::default() };
        Charter { remits: vec![remit] }
            .bind(&Plain::new(), &|name| if name == "nine" { vec![9] } else { vec![] })
            .unwrap()
    };
    let record = paths(one_for_all());
    let sole = |remits: &Remits| signals(&look(&record, remits, OPEN), Pattern::SoleGate, "area-1").len();
    assert_eq!(sole(&bind("person:nine")), 0, "by name");
    assert_eq!(sole(&bind("role:role-9")), 0, "as the only one in the role");
    assert_eq!(sole(&bind("role:role-8")), 1, "somebody else is declared");
    // Another holder of the same role, who never answers.
    let mut shared = record.clone();
    shared.hops[0].role = 9;
    let remits = bind("role:role-9");
    assert_eq!(signals(&look(&shared, &remits, OPEN), Pattern::SoleGate, "area-1").len(), 1);
}

#[test]
fn where_every_area_has_its_own_decider_none_stands_out() {
    let mut questions = Vec::new();
    for i in 0..300_u64 {
        let area = 1 + (i % 5) as u32;
        questions.push(asked(i, area, 20 + (i / 5) as u32 % 7, 3.0 * i as f64).decided(3.0 * i as f64 + 2.0, area));
    }
    let measured = look(&paths(questions), &Remits::default(), OPEN);
    for area in 1..=5 {
        let found = signals(&measured, Pattern::SoleGate, &format!("area-{area}"));
        assert_eq!((found[0].value("top_share"), found[0].p("concentration")), (Some(1.0), Some(1.0)));
    }
    // In all areas together there are five.
    let whole = signals(&measured, Pattern::SoleGate, "")[0];
    assert!((whole.value("effective_deciders").unwrap() - 5.0).abs() < 0.2);
    assert_eq!(whole.p("concentration"), Some(1.0));
}

/// How long a large record takes: half a million questions in thirty areas.
#[test]
#[ignore = "takes a while, and memory"]
fn half_a_million_questions_are_looked_at_in_seconds() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let questions = (0..500_000_u64)
        .map(|item| {
            let since = random.random_range(0.0..HOURS * 0.9);
            let mut question = asked(item, 1 + (item % 30) as u32, 14 + (item % 20) as u32, since);
            question.ask(since + 1.0, OWNER, GATE);
            for who in [GATE, CHATTY, WATCHER, ANNOUNCER] {
                question.act(since + random.random_range(0.0..12.0), who, Act::Advised);
            }
            question.decided(since + random.random_range(4.0..16.0), OWNER)
        })
        .collect();
    let record = paths(questions);
    let measured = look(&record, &owners_decide(), OPEN);
    assert!(signals(&measured, Pattern::ImplicitGate, "area-1").len() == 4);
}
