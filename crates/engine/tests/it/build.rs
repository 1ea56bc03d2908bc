//! Synthetic events, records made of them, and rules simple enough to check by hand.

use std::sync::Arc;

use sayso_engine::{Appender, Dictionaries, Engine, EngineOptions, Record, Start};
use sayso_model::actor::{Actor, ActorKind, Directory, Level};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::decision::{ArrivedBy, DeciderKnown, Decision, Hop, ItemEvents, OpenedBy, Paths, Reconstruct, Status};
use sayso_model::event::{Act, Describes, EventRow, EventSink, Flow, Verdict};
use sayso_model::time::{Instant, WorkingTime};
use sayso_model::words::{Column, Words};

/// An event that owns its words.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub item: String,
    pub at: i64,
    pub offset: Option<i16>,
    pub actor: Option<String>,
    pub act: Option<Act>,
    pub activity: String,
    pub to: Option<String>,
    pub matter: Option<String>,
    pub area: Option<String>,
    pub team: Option<String>,
    pub site: Option<String>,
    pub role: Option<String>,
    pub describes: Describes,
    pub verdict: Option<Verdict>,
    pub link: Option<String>,
    pub auxiliary: bool,
    pub attributes: Vec<(String, String)>,
}

impl Told {
    pub fn pour(&self, sink: &mut dyn EventSink) {
        let attributes: Vec<(&str, &str)> = self.attributes.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let row = EventRow {
            utc_offset_min: self.offset,
            actor: self.actor.as_deref(),
            act: self.act,
            to: self.to.as_deref(),
            matter: self.matter.as_deref(),
            area: self.area.as_deref(),
            team: self.team.as_deref(),
            site: self.site.as_deref(),
            role: self.role.as_deref(),
            describes: self.describes,
            verdict: self.verdict,
            link: self.link.as_deref(),
            auxiliary: self.auxiliary,
            attributes: &attributes,
            ..EventRow::new(&self.item, Instant::from_micros(self.at), &self.activity)
        };
        sink.seen();
        sink.event(&row).unwrap();
    }
}

/// A small generator: the same numbers every time, and no pattern that a sort would like.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// `n` events on about `n / 7` items, with every field filled here and empty there.
pub fn story(n: u64, seed: u64) -> Vec<Told> {
    let mut numbers = Numbers(seed);
    let maybe = |what: &str, n: u64, numbers: &mut Numbers| {
        (numbers.below(4) > 0).then(|| format!("{what} {}", numbers.below(n)))
    };
    (0..n)
        .map(|at| Told {
            item: format!("ITEM-{}", numbers.below(n / 7 + 1)),
            at: 1_700_000_000_000_000 + at as i64 * 1_000 - numbers.below(9_000) as i64,
            offset: [None, Some(0), Some(60), Some(-330)][numbers.below(4) as usize],
            actor: maybe("person", 40, &mut numbers),
            act: Act::from_code(numbers.below(15) as u8),
            activity: format!("label {}", numbers.below(9)),
            to: [None, Some("team:Blue".to_owned()), Some("role:owner".to_owned()), Some("person 3".to_owned())]
                [numbers.below(4) as usize]
                .clone(),
            matter: maybe("matter", 3, &mut numbers),
            area: maybe("area", 5, &mut numbers),
            team: maybe("team", 3, &mut numbers),
            site: maybe("site", 3, &mut numbers),
            role: maybe("role", 3, &mut numbers),
            describes: if numbers.below(5) == 0 { Describes::Holder } else { Describes::Actor },
            verdict: Verdict::from_code(numbers.below(4) as u8),
            link: maybe("link", 1_000, &mut numbers),
            auxiliary: false,
            attributes: (0..numbers.below(3)).map(|k| (format!("key{k}"), numbers.below(50).to_string())).collect(),
        })
        .collect()
}

/// Pours a story from `position` on, with a safe place after every `every` events. The position is the number of
/// events poured.
pub fn pour(appender: &mut Appender<'_>, story: &[Told], every: usize) -> Flow {
    let done: usize = appender.source().position.as_deref().unwrap_or("0").parse().unwrap();
    for (at, told) in story.iter().enumerate().skip(done) {
        told.pour(appender);
        if (at + 1) % every == 0 && appender.checkpoint(&(at + 1).to_string()).unwrap() == Flow::Stop {
            return Flow::Stop;
        }
    }
    Flow::Continue
}

/// Reads a whole story as one source.
pub fn read(record: &mut Record, name: &str, story: &[Told]) {
    let mut appender = record.appender(name, "events", "builtin", Start::Anew).unwrap();
    assert_eq!(pour(&mut appender, story, 1_000), Flow::Continue);
    appender.finish(&story.len().to_string()).unwrap();
}

pub fn engine(record: &Record) -> Engine {
    threads(record, 2)
}

pub fn threads(record: &Record, threads: usize) -> Engine {
    let options = EngineOptions { threads: std::num::NonZeroUsize::new(threads), memory_limit: None };
    Engine::new(record.snapshot().unwrap(), options).unwrap()
}

/// Rules that need no calendar: one decision for each item, and a hop for each event that names a new actor.
/// Items of a single event give nothing.
pub struct Toy {
    directory: Directory,
    until: Instant,
}

impl Toy {
    pub fn over(record: &Record, words: &Dictionaries) -> Arc<dyn Reconstruct> {
        let n = words.n_codes(Column::Actor) as u32;
        let until = record.bounds().map_or(Instant::from_micros(0), |(_, last)| last);
        let site = |name: &str| words.code(Column::Site, name).unwrap().unwrap_or(0);
        let actors = (0..n)
            .map(|code| Actor {
                same_as: code,
                kind: if code == 1 { ActorKind::Bot } else { ActorKind::Person },
                site: site("site 1"),
                team: 0,
                role: 0,
                level: if code == 1 { Level::UNKNOWN } else { Level(code as i8 % 3) },
                ..Actor::default()
            })
            .collect();
        Arc::new(Toy { directory: Directory::new(actors, Vec::new(), always()), until })
    }
}

impl Reconstruct for Toy {
    fn item(&self, events: &ItemEvents<'_>, out: &mut Paths) {
        let lengths = [
            events.actor.len(),
            events.act.len(),
            events.to.len(),
            events.matter.len(),
            events.area.len(),
            events.team.len(),
            events.site.len(),
            events.role.len(),
            events.verdict.len(),
            events.flags.len(),
        ];
        // A column that nobody asks for is not there at all.
        assert!(lengths.iter().all(|&len| len == 0 || len == events.len()), "slices of unequal length");
        if events.len() < 2 {
            return;
        }
        let hops_from = out.hops.len() as u32;
        let last = events.len() - 1;
        for at in 0..events.len() {
            let is_new = at == 0 || events.actor[at] != events.actor[at - 1];
            if let (false, Some(hop)) = (is_new, out.hops.last_mut()) {
                hop.until = Instant::from_micros(events.at[at]);
                continue;
            }
            let until = Instant::from_micros(events.at[(at + 1).min(last)]);
            if at > 0
                && let Some(hop) = out.hops.last_mut()
            {
                hop.until = Instant::from_micros(events.at[at]);
            }
            out.hops.push(Hop {
                holder: events.actor[at],
                kind: self.directory.actor(events.actor[at]).kind,
                team: events.team[at],
                site: events.site[at],
                role: events.role[at],
                level: self.directory.actor(events.actor[at]).level,
                since: Instant::from_micros(events.at[at]),
                until,
                held_working: WorkingTime::from_micros(i64::from(events.flags[at])),
                arrived_by: ArrivedBy::Handed,
            });
        }
        let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>();
        out.decisions.push(Decision {
            item: events.item,
            ordinal: 1,
            matter: events.matter[0],
            area: events.area.get(last).copied().unwrap_or_default(),
            raised_at: Instant::from_micros(events.at[0]),
            first_response_at: Some(Instant::from_micros(events.at[1])),
            first_response_working: Some(WorkingTime::from_micros(3_600_000_000)),
            decided_at: Some(Instant::from_micros(events.at[last])),
            ended_at: Instant::from_micros(events.at[last]),
            asker: events.actor[0],
            decider: events.actor[last],
            decider_known: DeciderKnown::Explicit,
            verdict: events.verdict[last],
            status: Status::Decided,
            opened_by: if events.act[0] == 1 { OpenedBy::Raised } else { OpenedBy::Unseen },
            hops_from,
            n_hops: out.hops.len() as u32 - hops_from,
            n_handovers: events.to.iter().filter(|&&to| to != 0).count() as u32,
            n_objections: sum(events.act),
            n_approvals: sum(events.verdict),
            ..Decision::BLANK
        });
    }

    fn directory(&self) -> &Directory {
        &self.directory
    }

    fn until(&self) -> Instant {
        self.until
    }

    fn packed(&self) -> Vec<u8> {
        serde_json::to_vec(&(&self.directory, self.until)).unwrap()
    }
}

fn always() -> Calendar {
    Calendar::build(&CalendarSpec::new("UTC"), Instant::from_micros(0), Instant::from_micros(0)).unwrap()
}
