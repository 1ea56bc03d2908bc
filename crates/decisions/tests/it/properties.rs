//! What holds for any events at all, sensible or not.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use proptest::prelude::*;
use sayso_decisions::{Options, Rules};
use sayso_model::Code;
use sayso_model::actor::{Actor, ActorKind, Directory, Level};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::decision::{ArrivedBy, Decision, Hop, ItemEvents, OpenedBy, Parts, Paths, Reconstruct, Status};
use sayso_model::event::Act;
use sayso_model::time::{Instant, WallTime, WorkingTime};

const HOUR: i64 = 3_600_000_000;
/// Monday, 1 January 2024.
const START: i64 = 1_704_067_200_000_000;
const UNTIL: i64 = START + 3_000 * HOUR;
const BOT: Code = 5;
const ALIAS: Code = 7;
const ALIAS_OF: Code = 2;
/// The code 8 is in no directory.
const N_ACTORS: Code = 8;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Event {
    at: i64,
    actor: Code,
    act: u8,
    to: Code,
    matter: Code,
    area: Code,
    columns: [Code; 3],
    verdict: u8,
    flags: u16,
}

#[derive(Clone, Debug, Default)]
struct Events {
    at: Vec<i64>,
    actor: Vec<Code>,
    act: Vec<u8>,
    to: Vec<Code>,
    matter: Vec<Code>,
    area: Vec<Code>,
    columns: [Vec<Code>; 3],
    verdict: Vec<u8>,
    flags: Vec<u16>,
}

impl Events {
    fn new(events: &[Event]) -> Self {
        let mut all = Events::default();
        for event in events {
            all.at.push(event.at);
            all.actor.push(event.actor);
            all.act.push(event.act);
            all.to.push(event.to);
            all.matter.push(event.matter);
            all.area.push(event.area);
            for (column, code) in all.columns.iter_mut().zip(event.columns) {
                column.push(code);
            }
            all.verdict.push(event.verdict);
            all.flags.push(event.flags);
        }
        all
    }

    fn item(&self, item: u64) -> ItemEvents<'_> {
        let [team, site, role] = &self.columns;
        ItemEvents {
            item,
            at: &self.at,
            actor: &self.actor,
            act: &self.act,
            to: &self.to,
            matter: &self.matter,
            area: &self.area,
            team,
            site,
            role,
            verdict: &self.verdict,
            flags: &self.flags,
            activity: &[],
        }
    }
}

fn actors() -> Vec<Actor> {
    let actor = |same_as: Code, kind, team, site, role, level| Actor {
        same_as,
        kind,
        team,
        site,
        role,
        level,
        ..Actor::default()
    };
    vec![
        Actor::default(),
        actor(1, ActorKind::Person, 1, 1, 1, Level(0)),
        actor(2, ActorKind::Person, 1, 2, 2, Level(1)),
        actor(3, ActorKind::Person, 2, 0, 1, Level(0)),
        actor(4, ActorKind::Unknown, 0, 0, 0, Level::UNKNOWN),
        actor(5, ActorKind::Bot, 0, 0, 0, Level::UNKNOWN),
        actor(6, ActorKind::Group, 2, 2, 0, Level(2)),
        actor(ALIAS_OF, ActorKind::Unknown, 0, 0, 0, Level::UNKNOWN),
    ]
}

/// Laying out calendars takes longer than any fold here, so it is done once.
fn calendars() -> &'static [Calendar; 3] {
    static CALENDARS: OnceLock<[Calendar; 3]> = OnceLock::new();
    CALENDARS.get_or_init(|| {
        ["UTC", "Europe/London", "Asia/Kolkata"].map(|zone| {
            let (from, until) = (Instant::from_micros(START), Instant::from_micros(UNTIL));
            Calendar::build(&CalendarSpec::new(zone), from, until).unwrap()
        })
    })
}

fn rules_of(actors: Vec<Actor>, until: i64) -> Rules {
    let [otherwise, london, kolkata] = calendars().clone();
    let directory = Directory::new(actors, vec![None, Some(london), Some(kolkata)], otherwise);
    Rules::new(directory, Instant::from_micros(until))
}

fn fold_with(rules: &Rules, events: &[Event]) -> Paths {
    let mut paths = Paths::default();
    rules.item(&Events::new(events).item(1), &mut paths);
    paths
}

fn fold(events: &[Event]) -> Paths {
    fold_with(&rules_of(actors(), UNTIL), events)
}

prop_compose! {
    /// Half the events name no matter; every third falls on the instant of its predecessor.
    fn event()(
        wait in prop_oneof![1 => Just(0), 2 => 0..40 * HOUR],
        actor in 0..=N_ACTORS,
        act in prop_oneof![1 => 0..=15u8, 1 => 1..=3u8, 1 => prop::sample::select(vec![6u8, 7, 8, 9, 10])],
        to in prop_oneof![1 => Just(0), 4 => 0..=N_ACTORS],
        matter in prop_oneof![3 => Just(0), 2 => 0..=2u32],
        area in 0..=2u32,
        columns in prop_oneof![2 => Just([0; 3]), 1 => [0..=2u32, 0..=2u32, 0..=2u32]],
        verdict in 0..=4u8,
        flags in prop_oneof![4 => Just(0u16), 1 => Just(1u16)],
    ) -> Event {
        Event { at: wait, actor, act, to, matter, area, columns, verdict, flags }
    }
}

prop_compose! {
    fn events()(mut events in prop::collection::vec(event(), 0..50)) -> Vec<Event> {
        let mut at = START;
        for event in &mut events {
            at += event.at;
            event.at = at;
        }
        events
    }
}

fn key(hop: &Hop) -> (Code, Code) {
    (hop.holder, if hop.holder == 0 { hop.team } else { 0 })
}

fn balanced(paths: &Paths) -> Result<(), TestCaseError> {
    prop_assert_eq!(paths.unbalanced(), vec![]);
    let mut n_hops = 0;
    for (index, decision) in paths.decisions.iter().enumerate() {
        let hops = paths.hops_of(decision);
        prop_assert_eq!(decision.ordinal as usize, index + 1);
        prop_assert_eq!(decision.hops_from as usize, n_hops);
        prop_assert_eq!(hops.len(), decision.n_hops as usize);
        n_hops += hops.len();
        prop_assert_eq!(hops.is_empty(), decision.opened_by == OpenedBy::Unseen);

        let count = |arrived_by| hops.iter().skip(1).filter(|hop| hop.arrived_by == arrived_by).count() as u32;
        prop_assert_eq!(decision.n_handovers, decision.n_hops.saturating_sub(1));
        prop_assert_eq!(decision.n_escalations, count(ArrivedBy::Escalated));
        prop_assert_eq!(decision.n_returns, count(ArrivedBy::Returned));
        prop_assert_eq!(count(ArrivedBy::Raised), 0);
        let pairs = || hops.iter().zip(hops.iter().skip(1));
        let unknown = pairs().filter(|(a, b)| a.site == 0 || b.site == 0).count();
        let crossed = pairs().filter(|(a, b)| a.site != 0 && b.site != 0 && a.site != b.site).count();
        prop_assert_eq!((decision.n_site_unknown as usize, decision.n_crossings as usize), (unknown, crossed));
        prop_assert!(pairs().all(|(a, b)| key(a) != key(b)), "a hop in which the holder does not change");
        for (a, b) in pairs().filter(|(_, b)| b.arrived_by == ArrivedBy::Escalated) {
            prop_assert!(b.level.is_above(a.level));
        }

        prop_assert_eq!(hops.iter().map(Hop::held).sum::<WallTime>(), decision.latency());
        prop_assert!(decision.raised_at <= decision.ended_at);
        prop_assert_eq!(decision.decided_at.is_some(), decision.status == Status::Decided);
        prop_assert!(decision.decided_at.is_none_or(|at| at == decision.ended_at));
        for later in [decision.executed_at, decision.reversed_at].into_iter().flatten() {
            prop_assert!(decision.decided_at.is_some_and(|at| at <= later));
        }
        prop_assert_eq!(decision.executed_at.is_some(), decision.execution_working.is_some());
        prop_assert_eq!(decision.first_response_at.is_some(), decision.first_response_working.is_some());
        for within in [decision.asked_at, decision.first_response_at].into_iter().flatten() {
            prop_assert!(decision.raised_at <= within && within <= decision.ended_at);
        }
        prop_assert!(decision.n_approvals_surplus <= decision.n_approvals.saturating_sub(1));
        for code in [decision.asker, decision.decider] {
            prop_assert!(code != ALIAS, "identities are canonical");
        }
        prop_assert!(decision.decider != BOT);
        prop_assert!(hops.iter().all(|hop| hop.holder != ALIAS));
        let holders: BTreeSet<Code> =
            hops.iter().filter(|hop| hop.holder != 0 && hop.kind.is_human()).map(|hop| hop.holder).collect();
        prop_assert!(decision.n_people >= holders.len() as u32 && decision.n_people <= N_ACTORS);
    }
    prop_assert_eq!(n_hops, paths.hops.len());
    for matter in 0..=2 {
        let mut free_from = Instant::from_micros(START);
        for decision in paths.decisions.iter().filter(|decision| decision.matter == matter) {
            prop_assert!(decision.raised_at >= free_from, "two questions of one matter at once");
            free_from = decision.ended_at;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hops_fill_every_question_and_the_counts_agree(events in events()) {
        balanced(&fold(&events))?;
    }

    #[test]
    fn an_item_does_not_depend_on_what_was_folded_before(first in events(), second in events()) {
        let mut apart = fold(&first);
        apart.append(fold(&second));
        let mut together = Paths::default();
        let rules = rules_of(actors(), UNTIL);
        rules.item(&Events::new(&first).item(1), &mut together);
        rules.item(&Events::new(&second).item(1), &mut together);
        prop_assert_eq!(apart, together);
    }

    #[test]
    fn what_bots_say_changes_nothing_but_the_count_of_bot_acts(events in events()) {
        let talk = [0, Act::Worked.code(), Act::Advised.code(), Act::Approved.code(), Act::Objected.code(),
            Act::Linked.code(), Act::Observed.code(), 15];
        let quiet: Vec<Event> =
            events.iter().filter(|event| event.actor != BOT || !talk.contains(&event.act)).copied().collect();
        let (mut with, mut without) = (fold(&events), fold(&quiet));
        for decision in with.decisions.iter_mut().chain(&mut without.decisions) {
            decision.n_bot_acts = 0;
        }
        prop_assert_eq!(with, without);
    }

    #[test]
    fn another_name_of_the_same_person_is_the_same_person(events in events()) {
        let renamed: Vec<Event> = events.iter().map(|event| {
            let known = |code| if code == ALIAS { ALIAS_OF } else { code };
            Event { actor: known(event.actor), to: known(event.to), ..*event }
        }).collect();
        prop_assert_eq!(fold(&events), fold(&renamed));
    }

    #[test]
    fn relabelling_people_relabels_the_paths(events in events(), shuffled in Just((1..=N_ACTORS).collect::<Vec<_>>()).prop_shuffle()) {
        let label = |code: Code| if code == 0 { 0 } else { shuffled[code as usize - 1] };
        let mut directory = vec![Actor::default(); N_ACTORS as usize + 1];
        let mut known = actors();
        known.push(Actor { same_as: N_ACTORS, ..Actor::default() });
        for (code, actor) in known.iter().enumerate().skip(1) {
            directory[label(code as Code) as usize] = Actor { same_as: label(actor.same_as), ..*actor };
        }
        let relabelled: Vec<Event> =
            events.iter().map(|event| Event { actor: label(event.actor), to: label(event.to), ..*event }).collect();
        let mut expected = fold(&events);
        for decision in &mut expected.decisions {
            decision.asker = label(decision.asker);
            decision.decider = label(decision.decider);
            decision.reversed_by = label(decision.reversed_by);
        }
        for hop in &mut expected.hops {
            hop.holder = label(hop.holder);
        }
        prop_assert_eq!(fold_with(&rules_of(directory, UNTIL), &relabelled), expected);
    }

    #[test]
    fn a_later_end_of_the_record_moves_only_what_is_open(events in events()) {
        let early = fold(&events);
        let late = fold_with(&rules_of(actors(), UNTIL + 100 * HOUR), &events);
        prop_assert_eq!(early.decisions.len(), late.decisions.len());
        for (early_one, late_one) in early.decisions.iter().zip(&late.decisions) {
            if early_one.status == Status::Open {
                prop_assert_eq!(early_one.ended_at.micros(), UNTIL);
                prop_assert_eq!(late_one.ended_at.micros(), UNTIL + 100 * HOUR);
                let latest = WallTime::from_micros(late_one.latency().micros() - early_one.latency().micros());
                prop_assert_eq!(latest.hours(), 100.0);
            } else {
                prop_assert_eq!(early_one, late_one);
                prop_assert_eq!(early.hops_of(early_one), late.hops_of(late_one));
            }
        }
    }

    #[test]
    fn what_is_ended_does_not_depend_on_what_comes_later(events in events(), cut in 0usize..50) {
        let before = fold(&events[..cut.min(events.len())]);
        let after = fold(&events);
        for (then, now) in before.decisions.iter().zip(&after.decisions) {
            if then.status != Status::Open {
                let fate = Decision {
                    executed_at: now.executed_at,
                    execution_working: now.execution_working,
                    reversed_at: now.reversed_at,
                    reversed_by: now.reversed_by,
                    reversed_by_role: now.reversed_by_role,
                    reversed_by_level: now.reversed_by_level,
                    hops_from: now.hops_from,
                    ..*then
                };
                prop_assert_eq!(&fate, now);
                prop_assert_eq!(before.hops_of(then), after.hops_of(now));
            }
        }
    }

    #[test]
    fn columns_that_are_missing_read_as_not_recorded(events in events()) {
        let whole: Vec<Event> = events.iter().map(|event| Event { area: 0, columns: [0; 3], flags: 0, ..*event }).collect();
        let data = Events::new(&whole);
        let lean = ItemEvents { area: &[], team: &[], site: &[], role: &[], flags: &[], ..data.item(1) };
        let mut paths = Paths::default();
        rules_of(actors(), UNTIL).item(&lean, &mut paths);
        prop_assert_eq!(paths, fold(&whole));
    }

    #[test]
    fn a_part_that_is_left_out_changes_no_other(events in events(), [hops, touches, working_time] in any::<[bool; 3]>()) {
        let options = Options { parts: Parts::ALL, ..Options::STANDARD };
        let rules = Rules::with(rules_of(actors(), UNTIL).directory().clone(), Instant::from_micros(UNTIL), options);
        let whole = fold_with(&rules, &events);
        let parts = Parts { hops, touches, working_time };
        let fewer = rules.making(parts);
        prop_assert_eq!(fewer.is_none(), parts == Parts::ALL);
        let fewer = fold_with(&fewer.unwrap_or(rules), &events);
        let mut expected = whole;
        if !working_time {
            for decision in &mut expected.decisions {
                decision.latency_working = WorkingTime::ZERO;
                decision.first_response_working = decision.first_response_working.map(|_| WorkingTime::ZERO);
                decision.execution_working = decision.execution_working.map(|_| WorkingTime::ZERO);
            }
            expected.hops.iter_mut().for_each(|hop| hop.held_working = WorkingTime::ZERO);
        }
        if !hops {
            expected.hops.clear();
        }
        if !touches {
            expected.touches.clear();
            expected.decisions.iter_mut().for_each(|decision| (decision.touches_from, decision.n_touches) = (0, 0));
        }
        prop_assert_eq!(fewer, expected);
    }

    #[test]
    fn disorder_in_time_breaks_no_balance(mut events in events(), seed in any::<u64>()) {
        for (index, event) in events.iter_mut().enumerate() {
            event.at = START + (seed.rotate_left(index as u32) % 100) as i64 * HOUR;
        }
        prop_assert_eq!(fold(&events).unbalanced(), vec![]);
    }
}
