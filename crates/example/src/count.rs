//! Counts the truth off the told paths: what was planted, as it came out.

use std::collections::{BTreeMap, BTreeSet};

use sayso_model::event::Act;

use crate::cast::{self, Site, Who};
use crate::clock::{self, Clock};
use crate::fold::{self, End, Path};
use crate::log::{Address, Log, Matter, Question};
use crate::patterns::PatternCount;
use crate::plan::Plan;
use crate::stories;
use crate::truth::*;

/// A question with its path.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// The question.
    pub question: &'a Question,
    /// Its path.
    pub path: &'a Path,
}

impl Told<'_> {
    /// Whether it was answered.
    pub fn is_decided(&self) -> bool {
        matches!(self.path.end, End::Decided(_))
    }
}

/// Counts the truth off a finished log.
pub fn truth(plan: &Plan, seed: u64, clock: &Clock, log: &Log) -> Truth {
    in_book(plan, clock, log, |book| book.truth(seed))
}

/// Counts the patterns only.
pub fn patterns(plan: &Plan, clock: &Clock, log: &Log) -> Vec<PatternCount> {
    in_book(plan, clock, log, |book| book.patterns())
}

fn in_book<T>(plan: &Plan, clock: &Clock, log: &Log, of: impl FnOnce(&Book<'_>) -> T) -> T {
    let until = clock.midnight(Site::Leeds, clock::UNTIL);
    let paths = fold::paths(log, until);
    let told: Vec<Told<'_>> =
        log.questions.iter().zip(&paths).map(|(question, path)| Told { question, path }).collect();
    of(&Book { plan, clock, log, told: &told, change: clock.midnight(Site::Leeds, clock::CHANGE) })
}
/// All that counting needs.
pub struct Book<'a> {
    /// What was planted.
    pub plan: &'a Plan,
    /// Working time.
    pub clock: &'a Clock,
    /// The finished log.
    pub log: &'a Log,
    /// Its questions, in order.
    pub told: &'a [Told<'a>],
    /// When the decision rights change, in seconds since 1970.
    pub change: i64,
}

impl<'a> Book<'a> {
    pub fn truth(&self, seed: u64) -> Truth {
        Truth {
            office: self.office(seed),
            parameters: self.plan.clone(),
            counts: self.counts(),
            acts: self.acts(),
            gate: self.gate(),
            permission: self.permission(),
            why: self.why(),
            border: self.border(),
            pingpong: self.pingpong(),
            interventions: self.interventions(),
            reversals: self.reversals(),
            surplus: self.surplus(),
            bystanders: self.bystanders(),
            bulk: self.bulk(),
            identity: self.identity(),
            holidays: self.holidays(),
            tail: self.tail(),
            missing: self.missing(),
            change: self.change(),
            first_response: self.first_response(),
            latency: self.latency(),
            execution: self.execution(),
            cell: self.cells(),
            possession: self.possession(),
            late: self.late(),
            pattern: self.notable_patterns(),
        }
    }

    /// Every matter altogether, and the areas above their bounds.
    fn notable_patterns(&self) -> Vec<PatternCount> {
        // The office in the source is older than these counts and keeps its bytes; its sections say the same at length.
        if *self.plan == Plan::INSURER {
            return Vec::new();
        }
        let mut counts = self.patterns();
        counts.retain(|count| count.area.is_empty() || count.k * 100 > count.bound_percent * count.n);
        counts
    }

    pub fn office(&self, seed: u64) -> OfficeFacts {
        let stamp = |at: Option<i64>| at.map(|at| clock::timestamp(at).to_string()).unwrap_or_default();
        OfficeFacts {
            name: "insurer",
            seed,
            since: self.clock.from().to_string(),
            until: clock::UNTIL.yesterday().map(|day| day.to_string()).unwrap_or_default(),
            change: clock::CHANGE.to_string(),
            first_event: stamp(self.log.events.first().map(|event| event.at)),
            last_event: stamp(self.log.events.last().map(|event| event.at)),
        }
    }

    pub fn counts(&self) -> Counts {
        let paths = || self.told.iter().map(|told| told.path);
        let sum = |of: fn(&Path) -> u64| paths().map(of).sum();
        let n = |of: fn(&Told<'_>) -> bool| self.told.iter().filter(|told| of(told)).count() as u64;
        let events = &self.log.events;
        let acting: BTreeSet<Who> =
            events.iter().filter_map(|event| event.actor).filter(|who| who.is_person()).collect();
        let people = cast::everybody().filter(|who| who.is_person()).count() as u64;
        Counts {
            events: events.len() as u64,
            items: self.log.items.iter().filter(|item| item.number > 0).count() as u64,
            people,
            bots: cast::PEOPLE.len() as u64 - people,
            people_acting: acting.len() as u64,
            decisions: self.told.len() as u64,
            decided: n(|told| told.is_decided()),
            withdrawn: n(|told| told.path.end == End::Withdrawn),
            open: n(|told| told.path.end == End::Open),
            hops: sum(|path| path.hops.len() as u64),
            handovers: sum(|path| path.handovers().count() as u64),
            crossings: sum(Path::n_crossings),
            escalations: sum(Path::n_escalations),
            returns: sum(Path::n_returns),
            approvals: sum(|path| path.n_approvals),
            approvals_surplus: sum(|path| path.n_surplus),
            objections: sum(|path| path.n_objections),
            executed: n(|told| told.path.executed.is_some()),
            reversed: n(|told| told.path.reversed.is_some()),
            reopened: n(|told| told.question.planted.is_reopened),
            undone: n(|told| told.path.reversed.is_some() || told.question.planted.is_reopened),
            decisions_without_decider: n(|told| told.path.end == End::Decided(None)),
            events_by_bots: events.iter().filter(|event| event.actor.is_some_and(|who| !who.is_person())).count()
                as u64,
            events_without_actor: events.iter().filter(|event| event.actor.is_none()).count() as u64,
            events_late: events.iter().filter(|event| event.is_late).count() as u64,
        }
    }

    pub fn first_response(&self) -> FirstResponse {
        let wait = |told: &Told<'a>, bots: bool| {
            let first = self.events_of(told).find(|event| {
                let responds = !matches!(event.act, Act::Linked | Act::Observed);
                let other = event.actor.is_some_and(|who| who != told.path.asker && (bots || who.is_person()));
                responds && other && event.at <= told.path.ended_at
            })?;
            Some(first.at - told.path.raised_at)
        };
        let people: Vec<i64> = self.told.iter().filter_map(|told| wait(told, false)).collect();
        let with_bots: Vec<i64> = self.told.iter().filter_map(|told| wait(told, true)).collect();
        FirstResponse {
            n: people.len() as u64,
            median_calendar_s: median(people),
            n_bots_counted: with_bots.len() as u64,
            median_calendar_s_bots_counted: median(with_bots),
        }
    }

    pub fn acts(&self) -> BTreeMap<&'static str, u64> {
        let mut acts: BTreeMap<&'static str, u64> = Act::ALL.iter().map(|act| (act.name(), 0)).collect();
        for event in &self.log.events {
            *acts.entry(event.act.name()).or_default() += 1;
        }
        acts
    }

    pub fn pingpong(&self) -> PingPong {
        let n = |of: fn(&Path) -> bool| self.told.iter().filter(|told| of(told.path)).count() as u64;
        PingPong {
            decisions: self.told.len() as u64,
            by_person: n(|path| path.bounces(|who| who)),
            by_team: n(|path| path.bounces(|who| who.row().team)),
            by_site: n(|path| path.bounces(Who::site)),
            by_role: n(|path| path.bounces(|who| who.row().role)),
            decisions_with_return: n(|path| path.n_returns() > 0),
        }
    }

    pub fn latency(&self) -> Vec<MatterSample> {
        self.by_matter(|told| {
            told.is_decided().then(|| (told.path.working(self.clock), told.path.ended_at - told.path.raised_at))
        })
    }

    pub fn execution(&self) -> Vec<MatterSample> {
        self.by_matter(|told| {
            let (at, who) = told.path.executed?;
            let site = who?.site()?;
            Some((self.clock.site(site).between(told.path.ended_at, at), at - told.path.ended_at))
        })
    }

    pub fn by_matter(&self, of: impl Fn(&Told<'a>) -> Option<(i64, i64)>) -> Vec<MatterSample> {
        let matter = |matter: Matter| {
            let pairs: Vec<(i64, i64)> =
                self.told.iter().filter(|told| told.question.matter == matter).filter_map(&of).collect();
            let (working, calendar): (Vec<i64>, Vec<i64>) = pairs.into_iter().unzip();
            MatterSample {
                matter: matter.name(),
                n: working.len() as u64,
                median_working_s: median(working),
                median_calendar_s: median(calendar),
            }
        };
        Matter::ALL.into_iter().map(matter).collect()
    }

    pub fn cells(&self) -> Vec<Cell> {
        let mut cells: BTreeMap<(Matter, cast::Area), Cell> = BTreeMap::new();
        for told in self.told {
            let (matter, area) = (told.question.matter, told.question.area);
            let cell = cells.entry((matter, area)).or_insert_with(|| Cell {
                matter: matter.name(),
                area: area.name(),
                decisions: 0,
                decided: 0,
                withdrawn: 0,
                open: 0,
                handovers: 0,
                crossings: 0,
            });
            cell.decisions += 1;
            match told.path.end {
                End::Decided(_) => cell.decided += 1,
                End::Withdrawn => cell.withdrawn += 1,
                End::Open => cell.open += 1,
            }
            cell.handovers += told.path.handovers().count() as u64;
            cell.crossings += told.path.n_crossings();
        }
        cells.into_values().collect()
    }

    pub fn possession(&self) -> Vec<Possession> {
        let mut of: BTreeMap<(&'static str, &'static str), (Possession, BTreeSet<Who>)> = BTreeMap::new();
        for hop in self.told.iter().filter(|told| told.path.end != End::Open).flat_map(|told| &told.path.hops) {
            let role = hop.holder.row().role;
            let site = hop.holder.site().map_or("", Site::name);
            let (group, persons) = of.entry((role, site)).or_insert_with(|| {
                (Possession { role, site, persons: 0, holds: 0, working_s: 0, calendar_s: 0 }, BTreeSet::new())
            });
            persons.insert(hop.holder);
            group.persons = persons.len() as u64;
            group.holds += 1;
            group.working_s += fold::held(self.clock, hop);
            group.calendar_s += hop.until - hop.since;
        }
        of.into_values().map(|(group, _)| group).collect()
    }

    pub fn events_of(&self, told: &Told<'a>) -> impl Iterator<Item = &'a crate::log::Event> {
        let events = &self.log.events;
        told.path.events.iter().map(move |&i| &events[i])
    }

    /// The last act of somebody while the question was open: how many working seconds (Leeds) before the answer.
    pub fn acted_before_move(&self, told: &Told<'a>, who: Who) -> Option<i64> {
        let end = told.path.ended_at;
        let last = self.events_of(told).filter(|event| event.actor == Some(who) && event.at < end).last()?;
        Some(self.clock.site(Site::Leeds).between(last.at, end))
    }

    pub fn asks(&self, told: &Told<'a>) -> Vec<Ask> {
        let mut asks: Vec<Ask> = Vec::new();
        for event in self.events_of(told).filter(|event| event.at <= told.path.ended_at) {
            match (event.act, event.actor, event.to) {
                (Act::Asked, Some(from), Some(Address::Person(to))) => {
                    let in_words = event.activity == stories::CONSENT_WANTED;
                    asks.push(Ask { from, to, at: event.at, in_words, answer: None });
                }
                (Act::Approved | Act::Objected | Act::Advised, Some(who), _) => {
                    if let Some(ask) = asks.iter_mut().rev().find(|ask| ask.to == who && ask.answer.is_none()) {
                        ask.answer = Some((event.at, event.act));
                    }
                }
                _ => {}
            }
        }
        asks
    }

    pub fn latency_of(&self, told: &[Told<'a>]) -> Sample {
        let (working, calendar): (Vec<i64>, Vec<i64>) =
            told.iter().map(|told| (told.path.working(self.clock), told.path.ended_at - told.path.raised_at)).unzip();
        Sample { n: told.len() as u64, median_working_s: median(working), median_calendar_s: median(calendar) }
    }

    pub fn sample(&self, spans: impl Iterator<Item = (Site, i64, i64)>) -> Sample {
        let (working, calendar): (Vec<i64>, Vec<i64>) =
            spans.map(|(site, since, until)| (self.clock.site(site).between(since, until), until - since)).unzip();
        Sample { n: working.len() as u64, median_working_s: median(working), median_calendar_s: median(calendar) }
    }
}

/// A question to somebody within a question.
#[derive(Clone, Copy)]
pub struct Ask {
    /// Who asks.
    pub from: Who,
    /// Whom.
    pub to: Who,
    /// When, in seconds since 1970.
    pub at: i64,
    /// Whether it asks for consent in so many words.
    pub in_words: bool,
    /// When and how the one who was asked answers.
    pub answer: Option<(i64, Act)>,
}

/// The middle; 0 of nothing.
pub fn median(mut values: Vec<i64>) -> i64 {
    values.sort_unstable();
    match values.len() {
        0 => 0,
        n if n % 2 == 1 => values[n / 2],
        n => (values[n / 2 - 1] + values[n / 2]).div_euclid(2),
    }
}

/// Percent, rounded to the nearest whole one, halves up; 0 of nothing.
pub fn percent(part: usize, of: usize) -> u64 {
    if of == 0 { 0 } else { ((200 * part + of) / (2 * of)) as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percent_by_hand() {
        assert_eq!(median(vec![]), 0);
        assert_eq!(median(vec![5, 1, 9]), 5);
        assert_eq!(median(vec![4, 1, 9, 6]), 5);
        assert_eq!(median(vec![1, 2]), 1);
        assert_eq!(percent(1, 3), 33);
        assert_eq!(percent(1, 200), 1);
        assert_eq!(percent(1, 201), 0);
        assert_eq!(percent(0, 0), 0);
    }
}
