//! A tiny language for paths: items, questions and holds with times in hours.

use jiff::Timestamp;
use sayso_measures::{Measured, Request, measure};
use sayso_model::actor::{ActorKind, Level};
use sayso_model::charter::Remits;
use sayso_model::decision::{ArrivedBy, DeciderKnown, Decision, Hop, OpenedBy, Paths, Status};
use sayso_model::diagnosis::Coverage;
use sayso_model::measure::{MeasureId, Measurement, Scope};
use sayso_model::privacy::Floor;
use sayso_model::time::{Instant, WorkingTime};
use sayso_model::words::{Column, Words};
use sayso_stats::{Estimate, Window};

/// 2024-01-01, a Monday.
pub const START_H: i64 = 473_352;

/// The record ends 1,000 hours later.
pub const END_H: i64 = START_H + 1_000;

pub const OPEN: Floor = Floor { persons_min: 1, decisions_min: 1, dominance_max: 1_000 };

/// Codes are their own words: matter 3 is `matter-3`.
pub struct Plain(Vec<Vec<String>>);

impl Plain {
    pub fn new() -> Self {
        let words = |column: &Column| {
            (0..200).map(|i| if i == 0 { String::new() } else { format!("{}-{i}", column.name()) }).collect()
        };
        Self(Column::ALL.iter().map(words).collect())
    }
}

impl Words for Plain {
    fn word(&self, column: Column, code: u32) -> &str {
        self.0[column as usize].get(code as usize).map_or("", String::as_str)
    }

    fn n_codes(&self, column: Column) -> usize {
        self.0[column as usize].len()
    }

    fn item(&self, _item: u64) -> &str {
        "item"
    }
}

pub fn at(hours: i64) -> Instant {
    Instant::from_micros((START_H + hours) * 3_600_000_000)
}

pub fn working(hours: i64) -> WorkingTime {
    WorkingTime::from_micros(hours * 3_600_000_000)
}

/// A hold: who, of which team, for how long. Half of it is working time.
#[derive(Clone, Copy)]
pub struct Held {
    pub who: u32,
    pub team: u32,
    pub site: u32,
    pub role: u32,
    pub level: i8,
    pub kind: ActorKind,
    pub hours: i64,
}

pub fn held(who: u32, team: u32, hours: i64) -> Held {
    Held { who, team, site: 0, role: 0, level: i8::MIN, kind: ActorKind::Person, hours }
}

impl Held {
    pub fn site(self, site: u32) -> Self {
        Self { site, ..self }
    }

    pub fn role(self, role: u32) -> Self {
        Self { role, ..self }
    }

    pub fn level(self, level: i8) -> Self {
        Self { level, ..self }
    }

    pub fn bot(self) -> Self {
        Self { kind: ActorKind::Bot, ..self }
    }
}

/// A question under construction: decided by default, asked by the first holder, answered by the last.
pub struct Question {
    pub decision: Decision,
    pub hops: Vec<Hop>,
}

pub fn question(item: u64, since: i64, holds: &[Held]) -> Question {
    let mut hops: Vec<Hop> = Vec::new();
    let mut now = since;
    let (mut handovers, mut crossings, mut unknown) = (0, 0, 0);
    for (i, hold) in holds.iter().enumerate() {
        if i > 0 {
            handovers += 1;
            let before = holds[i - 1].site;
            unknown += u32::from(before == 0 || hold.site == 0);
            crossings += u32::from(before != 0 && hold.site != 0 && before != hold.site);
        }
        let came_back = holds[..i].iter().any(|earlier| earlier.who == hold.who);
        hops.push(Hop {
            holder: hold.who,
            kind: hold.kind,
            team: hold.team,
            site: hold.site,
            role: hold.role,
            level: Level(hold.level),
            since: at(now),
            until: at(now + hold.hours),
            held_working: WorkingTime::from_micros(hold.hours * 1_800_000_000),
            arrived_by: match i {
                0 => ArrivedBy::Raised,
                _ if came_back => ArrivedBy::Returned,
                _ => ArrivedBy::Handed,
            },
        });
        now += hold.hours;
    }
    let first = holds.first().copied().unwrap_or(held(0, 0, 0));
    let last = holds.last().copied().unwrap_or(held(0, 0, 0));
    let decision = Decision {
        item,
        ordinal: 1,
        matter: 1,
        area: 1,
        raised_at: at(since),
        decided_at: Some(at(now)),
        ended_at: at(now),
        asker: first.who,
        asker_site: first.site,
        asker_role: first.role,
        decider: last.who,
        decider_team: last.team,
        decider_site: last.site,
        decider_role: last.role,
        decider_level: Level(last.level),
        decider_known: DeciderKnown::Explicit,
        status: Status::Decided,
        opened_by: OpenedBy::Raised,
        n_hops: hops.len() as u32,
        n_handovers: handovers,
        n_crossings: crossings,
        n_site_unknown: unknown,
        latency_working: hops.iter().map(|hop| hop.held_working).sum(),
        ..Decision::BLANK
    };
    Question { decision, hops }
}

impl Question {
    pub fn open(mut self) -> Self {
        self.decision.status = Status::Open;
        self.decision.decided_at = None;
        self.decision.decider = 0;
        self.decision.decider_known = DeciderKnown::Unknown;
        self
    }

    pub fn withdrawn(self) -> Self {
        let mut question = self.open();
        question.decision.status = Status::Withdrawn;
        question
    }

    pub fn unseen(mut self) -> Self {
        self.hops.clear();
        self.decision.n_hops = 0;
        self.decision.opened_by = OpenedBy::Unseen;
        self.decision.raised_at = self.decision.ended_at;
        self.decision.latency_working = WorkingTime::ZERO;
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut Decision)) -> Self {
        change(&mut self.decision);
        self
    }
}

pub fn paths(questions: Vec<Question>) -> Paths {
    let mut paths = Paths::default();
    for Question { mut decision, mut hops } in questions {
        decision.hops_from = paths.hops.len() as u32;
        paths.decisions.push(decision);
        paths.hops.append(&mut hops);
    }
    assert!(paths.unbalanced().is_empty(), "the test's own paths must balance");
    paths
}

pub fn window() -> Window {
    let at = |hours: i64| Timestamp::from_second(hours * 3_600).unwrap();
    Window { since: at(START_H), until: at(END_H) }
}

pub fn run(paths: &Paths, floor: Floor) -> Measured {
    let coverage = Coverage {
        events: 200,
        events_by_bots: 50,
        items: 40,
        items_without_decision: 10,
        items_cut: 0,
        decisions: paths.decisions.len() as u64,
        ..Coverage::default()
    };
    let remits = Remits::default();
    let request = Request {
        window: window(),
        floor,
        seed: 1,
        coverage: &coverage,
        directory: None,
        remits: &remits,
        charter_changed: None,
        half_life_days: sayso_measures::HALF_LIFE_DAYS,
        workers: std::num::NonZeroUsize::MIN,
    };
    measure(paths, &Plain::new(), &request)
}

pub fn scope(pairs: &[(&str, &str)]) -> Scope {
    pairs.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned())).collect()
}

pub fn find<'a>(
    measured: &'a Measured,
    id: MeasureId,
    statistic: &str,
    pairs: &[(&str, &str)],
) -> Option<&'a Estimate> {
    let scope = scope(pairs);
    let mut found =
        measured.measures.iter().filter(|m| m.id() == id && m.statistic() == statistic && *m.scope() == scope);
    let first = found.next();
    assert!(found.next().is_none(), "{} {statistic} {pairs:?} is said twice", id.code());
    first.map(Measurement::estimate)
}

#[track_caller]
pub fn value(measured: &Measured, id: MeasureId, statistic: &str, pairs: &[(&str, &str)]) -> f64 {
    let estimate = find(measured, id, statistic, pairs);
    let estimate = estimate.unwrap_or_else(|| panic!("{} {statistic} {pairs:?} is not there", id.code()));
    estimate.value().unwrap_or_else(|| panic!("{} {statistic} {pairs:?}: {:?}", id.code(), estimate.why()))
}
