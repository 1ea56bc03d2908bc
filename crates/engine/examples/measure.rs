//! Times the record and the engine on synthetic events: `cargo run --release -p sayso-engine --example measure -- 9000000 FOLDER`.
#![allow(clippy::disallowed_methods, reason = "a measurement needs a clock and its arguments")]
#![allow(clippy::unwrap_used, reason = "a measurement that fails may stop")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant as Clock;

use sayso_engine::{Engine, EngineOptions, Format, Record, Shown, Start, Tables};
use sayso_model::actor::{ActorKind, Directory, Level};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::decision::{ArrivedBy, DeciderKnown, Decision, Hop, ItemEvents, OpenedBy, Paths, Reconstruct, Status};
use sayso_model::event::{Act, EventRow, EventSink, Flow};
use sayso_model::time::{Instant, WorkingTime};

fn main() {
    let mut args = std::env::args().skip(1);
    let n: u64 = args.next().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let folder = args.next().unwrap_or_else(|| "/tmp/sayso-measure".to_owned());
    let threads = args.next().and_then(|n| n.parse().ok()).unwrap_or(2);
    let _ = std::fs::remove_dir_all(&folder);
    let mut record = Record::open(&folder).unwrap();
    timed("append", n, || append(&mut record, n));
    println!("{} runs, {:.1} bytes an event", record.snapshot().unwrap().n_runs(), bytes(&record) / n as f64);
    compute(&record, n, threads, "many runs");
    timed("compact", n, || record.compact(threads).unwrap());
    println!("{} runs, {:.1} bytes an event", record.snapshot().unwrap().n_runs(), bytes(&record) / n as f64);
    record.release_memory();
    compute(&record, n, threads, "one run a bucket");
}

fn compute(record: &Record, n: u64, threads: usize, what: &str) {
    println!("-- {what}");
    let options = EngineOptions { threads: NonZeroUsize::new(threads), memory_limit: None };
    let engine = Engine::new(record.snapshot().unwrap(), options).unwrap();
    let until = record.bounds().unwrap().1;
    let calendar = Calendar::build(&CalendarSpec::new("UTC"), Instant::default(), until).unwrap();
    let rules: Arc<dyn Reconstruct> =
        Arc::new(HopByActor { directory: Directory::new(Vec::new(), Vec::new(), calendar), until });
    let (n_decisions, n_hops) = timed("fold to paths, counted", n, || {
        engine
            .paths(&rules)
            .unwrap()
            .map(Result::unwrap)
            .fold((0, 0), |(d, h), paths| (d + paths.decisions.len(), h + paths.hops.len()))
    });
    println!("{n_decisions} decisions, {n_hops} hops");
    timed("tally", n, || engine.tally(None).unwrap().items);
    let words = Arc::new(engine.snapshot().words());
    let tables = Tables { words, reconstruct: rules, shown: Shown::Names, memory: Vec::new() };
    let sql = engine.sql(tables).unwrap();
    for query in [
        "select matter, count(*), avg(latency_calendar_h) from decisions group by matter",
        "select count(*), sum(held_calendar_h) from hops where site is null",
        "select actor, count(*) n from events group by actor order by n desc limit 3",
        "select * from hops where item = 'ITEM-77' order by since",
    ] {
        timed(query, n, || sql.query(query).unwrap().write(Format::Csv, &mut Vec::new()).unwrap());
    }
}

fn append(record: &mut Record, n: u64) {
    let mut appender = record.appender("measured", "events", "builtin", Start::Anew).unwrap();
    let mut state = 1_u64;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    // About eight events an item; items live for a while and then no more, as they do.
    let (mut item, mut actor, mut label, mut link) = (String::new(), String::new(), String::new(), String::new());
    for at in 0..n {
        use std::fmt::Write;

        let oldest = (at / 8).saturating_sub(20_000);
        for text in [&mut item, &mut actor, &mut label, &mut link] {
            text.clear();
        }
        let _ = write!(item, "ITEM-{}", oldest + below(at / 8 - oldest + 1));
        let _ = write!(actor, "person {}", below(2_000));
        let _ = write!(label, "status {}", below(30));
        let _ = write!(link, "{}", below(20));
        let area = ["north", "south", "east", "west"][below(4) as usize];
        let row = EventRow {
            actor: Some(&actor),
            act: Act::from_code(below(10) as u8),
            matter: Some("change"),
            area: Some(area),
            team: Some("Blue"),
            utc_offset_min: Some(60),
            attributes: &[("size", &link)],
            ..EventRow::new(&item, Instant::from_micros(1_500_000_000_000_000 + at as i64 * 1_234_567), &label)
        };
        appender.seen();
        appender.event(&row).unwrap();
        if at % 1_000 == 0 {
            assert_eq!(appender.checkpoint("somewhere").unwrap(), Flow::Continue);
        }
    }
    appender.finish("end").unwrap();
}

fn timed<T>(what: &str, n: u64, work: impl FnOnce() -> T) -> T {
    let (clock, cpu) = (Clock::now(), cpu_seconds());
    let result = work();
    let (wall, cpu) = (clock.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let rate = n as f64 / 1e6 / cpu.max(1e-9);
    println!("{wall:8.2} s wall {cpu:8.2} s CPU {rate:8.1} M events/CPU s, peak {:5} MiB: {what}", peak_mib());
    result
}

/// Bytes of all files.
fn bytes(record: &Record) -> f64 {
    record.snapshot().unwrap().n_bytes() as f64
}

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// A decision an item, a hop whenever the actor changes.
struct HopByActor {
    directory: Directory,
    until: Instant,
}

impl Reconstruct for HopByActor {
    fn item(&self, events: &ItemEvents<'_>, out: &mut Paths) {
        let from = out.hops.len();
        let last = events.len() - 1;
        for at in 0..events.len() {
            if at > 0 && events.actor[at] == events.actor[at - 1] {
                continue;
            }
            if let Some(hop) = out.hops[from..].last_mut() {
                hop.until = Instant::from_micros(events.at[at]);
            }
            out.hops.push(Hop {
                holder: events.actor[at],
                kind: ActorKind::Person,
                team: events.team[at],
                site: events.site[at],
                role: events.role[at],
                level: Level::UNKNOWN,
                since: Instant::from_micros(events.at[at]),
                until: Instant::from_micros(events.at[last]),
                held_working: WorkingTime::ZERO,
                arrived_by: ArrivedBy::Handed,
            });
        }
        out.decisions.push(Decision {
            item: events.item,
            ordinal: 1,
            matter: events.matter[0],
            area: events.area[0],
            raised_at: Instant::from_micros(events.at[0]),
            asked_at: None,
            first_response_at: None,
            first_response_working: None,
            decided_at: None,
            executed_at: None,
            execution_working: None,
            ended_at: Instant::from_micros(events.at[last]),
            reversed_at: None,
            reversed_by: 0,
            asker: events.actor[0],
            asker_site: 0,
            asker_role: 0,
            decider: events.actor[last],
            decider_team: 0,
            decider_site: 0,
            decider_role: 0,
            decider_level: Level::UNKNOWN,
            decider_known: DeciderKnown::Unknown,
            verdict: 0,
            status: Status::Open,
            opened_by: OpenedBy::Raised,
            hops_from: from as u32,
            n_hops: (out.hops.len() - from) as u32,
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
        });
    }

    fn directory(&self) -> &Directory {
        &self.directory
    }

    fn until(&self) -> Instant {
        self.until
    }
}
