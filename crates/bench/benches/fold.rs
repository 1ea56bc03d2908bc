//! The fold alone: rules over questions that lie in memory, one thread, no file.

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sayso_bench::invented::{SITES, Work};
use sayso_decisions::Rules;
use sayso_model::actor::{Actor, ActorKind, Directory};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::coverage::{Note, Reason};
use sayso_model::decision::{EventColumns, Paths, Reconstruct};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};

const EVENTS: u64 = 100_000;

/// Codes in the order of first sight, as a record gives them.
#[derive(Default)]
struct Codes(HashMap<String, Code>);

impl Codes {
    fn of(&mut self, word: Option<&str>) -> Code {
        let Some(word) = word else { return NOT_RECORDED };
        let next = self.0.len() as Code + 1;
        *self.0.entry(word.to_owned()).or_insert(next)
    }
}

/// Events in memory, item by item.
#[derive(Default)]
struct Kept {
    items: HashMap<String, EventColumns>,
    actors: Codes,
    sites: Codes,
    others: Codes,
}

impl EventSink for Kept {
    fn seen(&mut self) {}

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        let item = self.items.entry(row.item.to_owned()).or_default();
        item.at.push(row.at.micros());
        item.actor.push(self.actors.of(row.actor));
        item.act.push(row.act.map_or(0, |act| act.code()));
        item.to.push(self.actors.of(row.to));
        item.matter.push(self.others.of(row.matter));
        item.area.push(self.others.of(row.area));
        item.team.push(self.others.of(row.team));
        item.site.push(self.sites.of(row.site));
        item.role.push(self.others.of(row.role));
        item.verdict.push(row.verdict.map_or(0, |verdict| verdict.code()));
        item.flags.push(0);
        item.activity.push(self.others.of(Some(row.activity)));
        Ok(())
    }

    fn set_aside(&mut self, _: &str, _: Reason, _: &str) {}
    fn note(&mut self, _: &str, _: Note, _: &str) {}
    fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }
    fn progress(&mut self, _: u64, _: Option<u64>) {}
}

fn fold(c: &mut Criterion) {
    let (mut work, mut kept, mut last) = (Work::new(EVENTS, 1), Kept::default(), Instant::from_micros(0));
    for _ in 0..EVENTS {
        last = work.tell(&mut kept).expect("a sink that takes everything");
    }
    let first = Instant::from_micros(1_704_067_200_000_000);
    let calendar = |zone: &str| Calendar::build(&CalendarSpec::new(zone), first, last).expect("a zone that exists");
    let mut by_site = vec![None; SITES.len() + 1];
    for site in SITES {
        let code = kept.sites.of(Some(site.name));
        by_site[code as usize] = Some(calendar(site.zone));
    }
    let mut actors = vec![Actor::default(); kept.actors.0.len() + 1];
    for (name, code) in &kept.actors.0 {
        let kind = if name.starts_with("team:") { ActorKind::Group } else { ActorKind::Unknown };
        actors[*code as usize] = Actor { same_as: *code, kind, ..Actor::default() };
    }
    let rules = Rules::new(Directory::new(actors, by_site, calendar("UTC")), last);
    let items: Vec<EventColumns> = kept.items.into_values().collect();

    let mut group = c.benchmark_group("fold");
    group.throughput(Throughput::Elements(EVENTS)).sample_size(20);
    group.bench_function("rules over made-up questions", |b| {
        let mut paths = Paths::default();
        b.iter(|| {
            for (id, item) in items.iter().enumerate() {
                rules.item(&item.events(id as u64), &mut paths);
            }
            black_box(paths.hops.len());
            paths.decisions.clear();
            paths.hops.clear();
        });
    });
    group.finish();
}

criterion_group!(benches, fold);
criterion_main!(benches);
