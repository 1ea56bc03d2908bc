//! Whether the why travels and how near deciders are, on records counted by hand and on planted ones.

use sayso_measures::{Measured, Request, measure_with};
use sayso_model::actor::{Actor, ActorKind, Directory};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::charter::Remits;
use sayso_model::decision::{ArrivedBy, DeciderKnown, Decision, Hop, OpenedBy, Paths, Status, Touch};
use sayso_model::diagnosis::Coverage;
use sayso_model::event::Act;
use sayso_model::measure::MeasureId;
use sayso_model::privacy::Floor;
use sayso_model::signal::{Pattern, Signal};
use sayso_model::signs::Signs;
use sayso_model::thread::Threads;

use super::build::{Plain, at, find, window, working};

/// One question of an item of its own: who raises it, the acts on it, who answers.
struct Told {
    paths: Paths,
}

impl Told {
    fn new() -> Self {
        Self { paths: Paths::default() }
    }

    /// Raised by `asker`, then the acts as (hour, who, act, to, signs), answered by `decider` an hour after the last.
    fn question(&mut self, item: u64, from: i64, asker: u32, acts: &[(i64, u32, Act, u32, Signs)], decider: u32) {
        let touch = |hour: i64, who: u32, act: Act, to: u32, signs: Signs| Touch {
            at: at(hour),
            actor: who,
            kind: ActorKind::Person,
            role: who,
            site: 1 + who % 2,
            to,
            to_role: to,
            act: act.code(),
            flags: signs.bits(),
            ..Touch::BLANK
        };
        let end = acts.last().map_or(from, |act| act.0) + 1;
        let mut touches = vec![touch(from, asker, Act::Raised, 0, Signs::NONE)];
        touches.extend(acts.iter().map(|&(hour, who, act, to, signs)| touch(hour, who, act, to, signs)));
        touches.push(touch(end, decider, Act::Decided, 0, Signs::NONE));
        let hop = |who: u32, since: i64, until: i64, arrived_by| Hop {
            holder: who,
            kind: ActorKind::Person,
            role: who,
            site: 1 + who % 2,
            since: at(since),
            until: at(until),
            held_working: working(until - since),
            arrived_by,
            ..Hop::BLANK
        };
        let mut hops = vec![(asker, from, ArrivedBy::Raised)];
        hops.extend(acts.iter().filter(|act| act.2 == Act::Handed).map(|act| (act.3, act.0, ArrivedBy::Handed)));
        let ends: Vec<i64> = hops.iter().skip(1).map(|hop| hop.1).chain([end]).collect();
        let decision = Decision {
            item,
            ordinal: 1,
            matter: 1,
            area: 1,
            raised_at: at(from),
            asker,
            asker_role: asker,
            decided_at: Some(at(end)),
            ended_at: at(end),
            decider,
            decider_role: decider,
            decider_known: DeciderKnown::Explicit,
            verdict: 1,
            status: Status::Decided,
            opened_by: OpenedBy::Raised,
            hops_from: self.paths.hops.len() as u32,
            n_hops: hops.len() as u32,
            latency_working: working(end - from),
            touches_from: self.paths.touches.len() as u32,
            n_touches: touches.len() as u32,
            ..Decision::BLANK
        };
        self.paths.hops.extend(hops.into_iter().zip(ends).map(|((who, since, by), until)| hop(who, since, until, by)));
        self.paths.touches.extend(touches);
        self.paths.decisions.push(decision);
    }
}

fn run(paths: &Paths, threads: Option<&Threads>) -> Measured {
    run_with(paths, threads, None)
}

fn run_with(paths: &Paths, threads: Option<&Threads>, directory: Option<&Directory>) -> Measured {
    let coverage = Coverage::default();
    let remits = Remits::default();
    let request = Request {
        window: window(),
        floor: Floor::DEFAULT,
        seed: 1,
        coverage: &coverage,
        directory,
        remits: &remits,
        charter_changed: None,
        half_life_days: sayso_measures::HALF_LIFE_DAYS,
        workers: std::num::NonZeroUsize::MIN,
    };
    measure_with(paths, threads, &Plain::new(), &request)
}

fn signal(measured: &Measured, pattern: Pattern) -> &Signal {
    measured.signals.iter().find(|signal| signal.pattern == pattern).unwrap()
}

const TEXT: Signs = Signs::HAS_TEXT;

/// Sixty items, handed from one of ten to one of ten others; every `one_in`-th without a word of why, and asked about.
fn handed(one_in: u64) -> Paths {
    let mut told = Told::new();
    for item in 0..60 {
        let (giver, taker) = (1 + (item % 10) as u32, 11 + (item % 10) as u32);
        let hour = item as i64 * 10;
        let lost = one_in > 0 && item % one_in == 0;
        let signs = if lost { TEXT } else { TEXT.and(Signs::REASON) };
        let mut acts = vec![(hour + 1, giver, Act::Handed, taker, signs)];
        if lost {
            acts.push((hour + 2, taker, Act::Asked, giver, TEXT.and(Signs::ASKS)));
            acts.push((hour + 5, giver, Act::Advised, 0, TEXT));
        }
        told.question(item, hour, giver, &acts, taker);
    }
    told.paths
}

#[test]
fn half_of_the_hand_overs_without_a_why_is_found_and_none_is_not() {
    let measured = run(&handed(2), None);
    let signal_ = signal(&measured, Pattern::WhyLost);
    assert_eq!(signal_.value("lost"), Some(0.5));
    assert_eq!((signal_.value("asked_back"), signal_.value("asked_back_carried")), (Some(1.0), Some(0.0)));
    assert!(signal_.p("lost").unwrap() < 1e-4);
    assert!(signal_.value("origin").is_none(), "the record holds no links");
    assert_eq!(find(&measured, MeasureId::M23, "answer", &[]).unwrap().value(), Some(3.0));

    let healthy = run(&handed(0), None);
    let signal_ = signal(&healthy, Pattern::WhyLost);
    assert_eq!(signal_.value("lost"), Some(0.0));
    assert!(signal_.p("lost").unwrap() > 0.9);
    let one_in_ten = run(&handed(10), None);
    assert!(signal(&one_in_ten, Pattern::WhyLost).p("lost").unwrap() > 0.2);
}

/// As in code review: a change lies open, and whoever reviews takes it up. Every second one says why; what a reviewer writes
/// is not what they found, and who comes back had it already.
#[test]
fn where_nobody_hands_over_those_who_take_it_up_are_looked_at() {
    let mut told = Told::new();
    let mut threads = Threads::default();
    for item in 0..60 {
        let (author, reviewer, other) = (1 + item as u32 % 10, 11 + item as u32 % 10, 11 + (item as u32 + 3) % 10);
        let hour = item as i64 * 10;
        let why = if item % 2 == 0 { TEXT.and(Signs::REASON) } else { TEXT };
        threads.push(item, at(hour), why.and(Signs::STATEMENT).bits(), author, None);
        let asks = TEXT.and(Signs::ASKS).and(Signs::REASON);
        threads.push(item, at(hour + 2), asks.bits(), reviewer, None);
        let acts = [
            (hour + 2, reviewer, Act::Objected, 0, asks),
            (hour + 4, author, Act::Advised, 0, TEXT),
            (hour + 5, reviewer, Act::Approved, 0, Signs::NONE),
        ];
        told.question(item, hour, author, &acts, other);
    }
    let measured = run(&told.paths, Some(&threads));
    let lost = find(&measured, MeasureId::M23, "lost", &[]).unwrap();
    assert_eq!((lost.value(), lost.n()), (Some(0.5), 60));
    assert!(lost.method().contains("nobody hands over"), "{}", lost.method());
    let of = |name: &str| find(&measured, MeasureId::M23, name, &[]).unwrap().value();
    assert_eq!((of("reasons"), of("asked_back"), of("answer")), (Some(0.5), Some(1.0), Some(2.0)));
    assert!(measured.signals.iter().all(|signal| signal.pattern != Pattern::WhyLost), "the pattern is of hand-overs");
}

#[test]
fn a_link_to_an_origin_carries_the_why() {
    let paths = handed(2);
    let mut threads = Threads::default();
    for decision in &paths.decisions {
        for touch in paths.touches_of(decision) {
            let linked = touch.act == Act::Handed.code() && decision.item % 4 == 0;
            threads.push(decision.item, touch.at, touch.flags, touch.actor, linked.then_some(1_000));
        }
    }
    let measured = run(&paths, Some(&threads));
    let signal_ = signal(&measured, Pattern::WhyLost);
    assert_eq!(signal_.value("lost"), Some(0.25));
    assert_eq!(signal_.value("origin"), Some(0.25));
}

#[test]
fn the_why_fades_over_hops_and_the_curve_says_so() {
    let mut told = Told::new();
    for item in 0..200_u64 {
        let hour = item as i64 * 4;
        let who = |n: u64| 1 + ((item + n * 7) % 40) as u32;
        let signs = |lost: bool| if lost { TEXT } else { TEXT.and(Signs::REASON) };
        // The second hand-over goes to another item's statement: here the first words are replaced.
        let stated = |lost: bool| signs(lost).and(Signs::STATEMENT);
        let acts = [
            (hour + 1, who(0), Act::Handed, who(1), stated(item % 10 == 0)),
            (hour + 2, who(1), Act::Handed, who(2), stated(item % 10 < 5)),
        ];
        told.question(item, hour, who(0), &acts, who(2));
    }
    let measured = run(&told.paths, None);
    assert_eq!(find(&measured, MeasureId::M23, "kept", &[("hop", "1")]).unwrap().value(), Some(0.9));
    assert_eq!(find(&measured, MeasureId::M23, "kept", &[("hop", "2")]).unwrap().value(), Some(0.5));
    let odds = find(&measured, MeasureId::M23, "kept_per_hop", &[]).unwrap();
    // (0.5 / 0.5) against (0.9 / 0.1); the prior pulls it a little towards 1.
    assert!((odds.value().unwrap() - 1.0 / 9.0).abs() < 0.03, "{odds:?}");
    assert!(odds.interval().high.unwrap() < 0.25);
}

#[test]
fn a_record_without_texts_and_links_says_nothing() {
    let mut told = Told::new();
    for item in 0..60_u64 {
        let (giver, taker) = (1 + (item % 10) as u32, 11 + (item % 10) as u32);
        let hour = item as i64 * 10;
        told.question(item, hour, giver, &[(hour + 1, giver, Act::Handed, taker, Signs::NONE)], taker);
    }
    let measured = run(&told.paths, None);
    assert!(measured.signals.iter().all(|signal| signal.pattern != Pattern::WhyLost));
    assert!(measured.withheld.iter().any(|withheld| withheld.id == MeasureId::M23));
}

/// Ten people work on an area; `far` of a hundred questions are answered by somebody who only answers.
fn worked(far: u64) -> Paths {
    let mut told = Told::new();
    for item in 0..100_u64 {
        let worker = 1 + (item % 10) as u32;
        let hour = item as i64 * 9;
        let acts: Vec<_> = (1..4).map(|n| (hour + n, worker, Act::Worked, 0, Signs::NONE)).collect();
        let decider = if item * 37 % 100 < far { 21 + (item % 5) as u32 } else { worker };
        told.question(item, hour, worker, &acts, decider);
    }
    told.paths
}

#[test]
fn deciders_who_only_decide_are_far_and_those_who_work_there_are_not() {
    let measured = run(&worked(70), None);
    let signal_ = signal(&measured, Pattern::DecidedFarFromInformation);
    let far = signal_.value("far").unwrap();
    assert!((far - 0.7).abs() < 0.08, "{far}");
    assert!(signal_.p("far").unwrap() < 1e-6);
    assert!(signal_.value("gap").is_some());

    let near = run(&worked(5), None);
    let signal_ = signal(&near, Pattern::DecidedFarFromInformation);
    assert!(signal_.value("far").unwrap() < 0.1 && signal_.p("far").unwrap() > 0.9);
}

/// Forty people of whom some share their names with others.
fn sharing(names: &[u32]) -> Directory {
    let calendar = Calendar::build(&CalendarSpec::new("UTC"), window().since.into(), window().until.into()).unwrap();
    let actor =
        |code| Actor { same_as: code, kind: ActorKind::Person, is_several: names.contains(&code), ..Actor::default() };
    Directory::new((0..40).map(actor).collect(), Vec::new(), calendar)
}

#[test]
fn what_is_decided_under_a_name_of_several_is_neither_near_nor_far() {
    let paths = worked(70);
    let far = |names: &[u32]| {
        let measured = run_with(&paths, None, Some(&sharing(names)));
        let far = find(&measured, MeasureId::M24, "far", &[]).unwrap();
        (far.value().unwrap(), far.n())
    };
    let ((known, n_known), (rest, n_rest)) = (far(&[]), far(&[21, 22, 23, 24, 25]));
    assert!((known - 0.7).abs() < 0.08, "{known}");
    // All who only decide are somebody unknown: what is left are those who work there, and they are near.
    assert_eq!((rest, n_rest), (0.0, n_known - (known * n_known as f64).round() as u64));
}

#[test]
fn what_was_done_under_a_name_of_several_is_nobodys_knowledge() {
    let paths = worked(70);
    let n = |names: &[u32]| {
        let measured = run_with(&paths, None, Some(&sharing(names)));
        find(&measured, MeasureId::M24, "far", &[]).map_or(0, |far| far.n())
    };
    // Each question has one worker: where three of ten share their names, nobody known is informed of those questions.
    let (all, without) = (n(&[]), n(&[1, 2, 3]));
    assert!(without < all && without.abs_diff(all * 7 / 10) <= 3, "{without} of {all}");
    assert_eq!(n(&(1..=10).collect::<Vec<_>>()), 0);
}

/// Every number of both measures, for the test of the reference.
pub fn numbers() -> Vec<sayso_model::measure::Measurement> {
    [run(&handed(2), None), run(&worked(70), None)].into_iter().flat_map(|measured| measured.measures).collect()
}

/// A re-ask is a question for what stood upstream: on the item or on one that it links to, when it was handed over.
#[test]
fn what_is_asked_again_is_held_against_what_stood_upstream() {
    let (why, bound) = (TEXT.and(Signs::ASKS).and(Signs::ASKS_WHY), TEXT.and(Signs::ASKS).and(Signs::ASKS_BOUND));
    let mut told = Told::new();
    let mut threads = Threads::default();
    let statement = TEXT.and(Signs::STATEMENT);
    for item in 0..60_u64 {
        let (from, giver, taker) = (item as i64, 1 + (item % 10) as u32, 21 + (item % 10) as u32);
        // Of six: why with a goal on the item; why with a customer one link away; why with a number only; a bound with a
        // number; something else; nothing.
        let (signs, asks, linked) = match item % 6 {
            0 => (statement.and(Signs::GOAL), Some(why), Signs::NONE),
            1 => (statement, Some(why), TEXT.and(Signs::CUSTOMER)),
            2 => (statement.and(Signs::METRIC), Some(why), Signs::NONE),
            3 => (statement.and(Signs::METRIC), Some(bound), Signs::NONE),
            4 => (statement.and(Signs::GOAL), Some(TEXT.and(Signs::ASKS)), Signs::NONE),
            _ => (statement.and(Signs::GOAL), None, Signs::NONE),
        };
        let mut acts = vec![(from + 1, giver, Act::Handed, taker, TEXT)];
        acts.extend(asks.map(|asks| (from + 2, taker, Act::Asked, giver, asks)));
        // What the answer says came too late to have been upstream.
        acts.extend(asks.map(|_| (from + 3, giver, Act::Advised, taker, TEXT.and(Signs::GOAL).and(Signs::METRIC))));
        told.question(item, from, giver, &acts, taker);
        let origin = (linked != Signs::NONE).then_some(1_000 + item);
        threads.push(item, at(from), signs.bits(), giver, origin);
        threads.push(item, at(from + 3), TEXT.and(Signs::GOAL).and(Signs::METRIC).bits(), giver, None);
        if let Some(origin) = origin {
            threads.push(origin, at(from), linked.bits(), giver, None);
        }
    }
    threads.links.sort_by_key(|link| (link.from, link.at));
    threads.said.sort_by_key(|said| (said.item, said.at));
    let measured = run(&told.paths, Some(&threads));
    let of = |statistic: &str| find(&measured, MeasureId::M23, statistic, &[]).unwrap();
    let share = of("re_asks");
    assert_eq!((share.n(), share.value()), (60, Some(40.0 / 60.0)));
    let answered = of("re_asks_answered");
    assert_eq!((answered.n(), answered.value()), (40, Some(0.75)), "the one who asked why found a number only");
}

#[test]
fn what_was_closed_for_want_of_information_is_counted_among_answers() {
    let paths = handed(3);
    let mut threads = Threads::default();
    assert_eq!(find(&run(&paths, Some(&threads)), MeasureId::M23, "closed_wanting", &[]), None);
    threads.wanting = paths.decisions.iter().map(|decision| decision.item).filter(|item| item % 4 == 0).collect();
    let measured = run(&paths, Some(&threads));
    let share = find(&measured, MeasureId::M23, "closed_wanting", &[]).unwrap();
    assert_eq!((share.value(), share.n()), (Some(0.25), 60));
    assert!(share.interval().low.unwrap() < 0.25 && share.interval().high.unwrap() > 0.25);
}
