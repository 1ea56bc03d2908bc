//! The year: when items begin, what is told of each, what is closed in one go, and where the record ends.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use sayso_model::event::{Act, Verdict};

use crate::cast::{self, Area, Site};
use crate::clock::{self, Clock};
use crate::dice::Dice;
use crate::log::{Address, Event, Log, Matter, Why};
use crate::plan::{LONGEST, Plan, WHOLE_YEAR};
use crate::stories::{self, Teller};

/// The day from which on the coordinator closes old questions in one go; the next working day if she is away.
pub const BULK_DAY: Date = date(2025, 6, 27);

/// Between two of them.
pub const BULK_SECONDS: i64 = 7;

/// How many items begin in each area, of a hundred; the order of [`Area::ALL`].
const AREA_WEIGHTS: [u32; 5] = [20, 24, 26, 16, 14];

/// Streams of chance that belong to no single item.
const LAYOUT_STREAM: u64 = 1 << 33;
const MISSING_STREAM: u64 = LAYOUT_STREAM + 1;

/// Tells the whole year. Events come back in the order of time, cut at the end of the record, and items numbered.
pub fn tell(plan: &Plan, seed: u64, clock: &Clock) -> Log {
    let mut log = Log::default();
    let mut dice = Dice::new(seed, LAYOUT_STREAM);
    let change = clock.midnight(Site::Leeds, clock::CHANGE);
    let goals = goals(plan, clock, &mut dice);
    log.items.extend(goals.iter().map(|&(_, area)| stories::item(area, true)));
    let days = weighted_days(plan, clock);
    let weights: Vec<u32> = days.iter().map(|&(_, weight)| weight).collect();
    let mut begins: Vec<(i64, Area)> = goals.clone();
    for _ in 0..plan.items {
        let (area, opening) = match plan.squads_grow && !plan.everybody_is_asked {
            // What there is to do grows with the squad: a lead, a test engineer, and who has joined.
            true => {
                let opening = days[dice.weighted(&weights)].0;
                let size = |area| 2 + cast::joined(area, part(plan, clock, opening)) as u32;
                (Area::ALL[dice.weighted(&Area::ALL.map(|area| AREA_WEIGHTS[area as usize] * size(area)))], opening)
            }
            false => {
                let area = Area::ALL[dice.weighted(&AREA_WEIGHTS)];
                (area, days[dice.weighted(&weights)].0)
            }
        };
        begins.push((opening + dice.below(7 * 3_600) as i64, area));
        log.items.push(stories::item(area, false));
    }
    for (item, (start, area)) in begins.into_iter().enumerate() {
        // The youngest goal of the area that is older than the item; at the very beginning, the first one.
        let goal = (0..goals.len()).filter(|&i| goals[i].1 == area && goals[i].0 <= start).max_by_key(|&i| goals[i].0);
        let goal = goal.or_else(|| goals.iter().position(|goal| goal.1 == area));
        let mut dice = Dice::new(seed, item as u64);
        let is_goal = log.items[item].is_goal;
        let is_urgent = dice.percent(plan.urgent_percent) && !is_goal;
        // Who joins while an item is under way has no part in it.
        let here = plan.squads_grow.then(|| cast::joined(area, part(plan, clock, start)));
        let mut teller =
            Teller { plan, clock, dice, change, log: &mut log, item, area, goal, is_urgent, why: Why::Carried, here };
        if is_goal { teller.goal(start) } else { teller.item(start) }
    }
    close_in_bulk(&mut log, clock);
    finish(&mut log, plan, clock);
    lose_actors(&mut log, plan, &mut Dice::new(seed, MISSING_STREAM));
    log
}

/// Where an instant lies in the record, in thousandths.
fn part(plan: &Plan, clock: &Clock, at: i64) -> i64 {
    let from = clock.midnight(Site::Leeds, clock.from());
    (at - from) * 1_000 / (i64::from(plan.weeks.clamp(1, LONGEST)) * 7 * 86_400)
}

/// When goals begin, and where: one an area in the first hour of the record, the others at the turn of each month.
fn goals(plan: &Plan, clock: &Clock, dice: &mut Dice) -> Vec<(i64, Area)> {
    let opening = clock.midnight(Site::Leeds, clock.from()) + i64::from(clock::HOURS.0) * 3_600;
    (0..plan.goals)
        .map(|i| {
            let area = Area::ALL[i as usize % Area::ALL.len()];
            let start = if (i as usize) < Area::ALL.len() {
                opening
            } else if plan.weeks != WHOLE_YEAR {
                opening + dice.below(u64::from(plan.weeks.clamp(1, LONGEST)) * 7 * 86_400) as i64
            } else {
                let month = clock::FROM.saturating_add((1 + dice.below(11) as i64).months());
                clock.midnight(Site::Leeds, month) + dice.below(3 * 86_400) as i64
            };
            (start, area)
        })
        .collect()
}

/// The opening of every working day in Leeds, with how much begins on it: little on Fridays, in August and before
/// Christmas; where the load has seasons, much at the ends of quarters.
fn weighted_days(plan: &Plan, clock: &Clock) -> Vec<(i64, u32)> {
    let (from, until) = (clock.midnight(Site::Leeds, clock.from()), clock.midnight(Site::Leeds, clock::UNTIL));
    let inside = clock.site(Site::Leeds).stretches().iter().filter(|&&(since, _)| (from..until).contains(&since));
    inside
        .map(|&(since, _)| {
            let day = clock.day(Site::Leeds, since);
            let weekday = match day.weekday() {
                Weekday::Tuesday => 24,
                Weekday::Thursday => 20,
                Weekday::Friday => 12,
                _ => 22,
            };
            let season = match day.month() {
                8 => 75,
                12 => 80,
                9 | 10 => 110,
                _ => 100,
            };
            let season = match day.month() {
                8 => season - season * plan.season_percent.min(100) / 200,
                _ if clock.is_quarter_end(since) => season + season * plan.season_percent / 100,
                _ => season,
            };
            let is_shut = !plan.without_absences && clock::SHUTDOWN.0 <= day && day <= clock::SHUTDOWN.1;
            (since, if is_shut { 0 } else { weekday * season })
        })
        .collect()
}

/// Whatever nobody took up for a week is parked on one afternoon, a few seconds apart.
fn close_in_bulk(log: &mut Log, clock: &Clock) {
    let days = clock.of(cast::COORDINATOR);
    let mut at = days.after(clock.midnight(Site::Leeds, BULK_DAY), 5 * 3_600);
    let week = 7 * 86_400;
    for (i, question) in log.questions.iter().enumerate() {
        if !question.planted.stale || question.raised_at > at - week {
            continue;
        }
        at += BULK_SECONDS;
        log.events.push(Event {
            at,
            item: question.item,
            question: i,
            actor: Some(cast::COORDINATOR),
            act: Act::Decided,
            activity: "status: parked (bulk)",
            to: None,
            verdict: Some(Verdict::Deferred),
            link: None,
            text: "",
            is_late: false,
        });
    }
}

/// Sorts by time, cuts what lies after the record or before it, drops what is then empty or what the plan wants to be
/// without, and numbers the items.
fn finish(log: &mut Log, plan: &Plan, clock: &Clock) {
    let (from, until) = (clock.midnight(Site::Leeds, clock.from()), clock.midnight(Site::Leeds, clock::UNTIL));
    log.events.retain(|event| (from..until).contains(&event.at));
    if plan.without_bots {
        log.events.retain(|event| event.actor.is_none_or(|who| who.is_person()));
    }
    if plan.without_tail {
        let mut is_ended = vec![false; log.questions.len()];
        for event in log.events.iter().filter(|event| matches!(event.act, Act::Decided | Act::Withdrawn)) {
            is_ended[event.question] = true;
        }
        log.events.retain(|event| is_ended[event.question]);
    }
    log.events.sort_by_key(|event| event.at);

    // A question whose first act lies after the record never was one.
    let mut kept: Vec<Option<usize>> = vec![None; log.questions.len()];
    for event in &log.events {
        kept[event.question] = Some(0);
    }
    let mut questions = Vec::new();
    for (question, kept) in log.questions.drain(..).zip(&mut kept) {
        if kept.is_some() {
            *kept = Some(questions.len());
            questions.push(question);
        }
    }
    log.questions = questions;
    for event in &mut log.events {
        event.question = kept[event.question].expect("marked above");
    }

    let mut next = [1; Area::ALL.len() + 1];
    for event in &log.events {
        let item = &mut log.items[event.item];
        if item.number == 0 {
            let key = if item.is_goal { Area::ALL.len() } else { item.area as usize };
            item.number = next[key];
            next[key] += 1;
        }
    }
    // Nothing refers to an item that is not in the record.
    let is_here = |item: usize| log.items[item].number > 0;
    log.events.retain(|event| !matches!(event.to, Some(Address::Item(item)) if !is_here(item)));
    for event in &mut log.events {
        event.link = event.link.filter(|&item| is_here(item));
    }
}

/// The tracker loses some actors: most of mere work, some of release answers.
fn lose_actors(log: &mut Log, plan: &Plan, dice: &mut Dice) {
    let decided = plan.missing_actors * 3 / 7;
    for (wanted, n) in [(Act::Decided, decided), (Act::Worked, plan.missing_actors - decided)] {
        let mut candidates: Vec<usize> = (0..log.events.len())
            .filter(|&i| {
                let event = &log.events[i];
                let is_release = log.questions[event.question].matter == Matter::Release;
                let is_person = event.actor.is_some_and(|who| who.is_person());
                event.act == wanted && is_person && !event.is_late && (wanted != Act::Decided || is_release)
            })
            .collect();
        for _ in 0..n.min(candidates.len() as u32) {
            let i = candidates.remove(dice.below(candidates.len() as u64) as usize);
            log.events[i].actor = None;
        }
    }
}
