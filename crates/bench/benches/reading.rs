//! The readers and the lens: small files to events that nobody keeps.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sayso_bench::invented::Work;
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use sayso_sources::tracker::Tracker;
use sayso_sources::{Kind, Lens, Source};

const EVENTS: u64 = 20_000;
const ISSUES: u64 = 500;

/// A sink that only counts.
#[derive(Default)]
struct Nowhere {
    events: u64,
}

impl EventSink for Nowhere {
    fn seen(&mut self) {}
    fn event(&mut self, _: &EventRow<'_>) -> Result<(), SinkError> {
        self.events += 1;
        Ok(())
    }
    fn set_aside(&mut self, _: &str, _: Reason, _: &str) {}
    fn note(&mut self, _: &str, _: Note, _: &str) {}
    fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }
    fn progress(&mut self, _: u64, _: Option<u64>) {}
}

/// A sink that writes what it takes as an event log in two formats.
#[derive(Default)]
struct Logs {
    /// Events of an item lie together in XES, so they are sorted once all are there.
    told: Vec<(String, i64, String)>,
    csv: String,
}

impl EventSink for Logs {
    fn seen(&mut self) {}

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        let word = |word: Option<&str>| word.unwrap_or_default().to_owned();
        let act = row.act.map_or("", |act| act.name());
        let verdict = row.verdict.map_or("", |verdict| verdict.name());
        let mut xes = String::from("\t\t<event>\n");
        for (key, value) in [
            ("concept:name", row.activity.to_owned()),
            ("org:resource", word(row.actor)),
            ("org:group", word(row.team)),
            ("org:role", word(row.role)),
            ("country", word(row.site)),
            ("to", word(row.to)),
            ("product", word(row.area)),
            ("act", act.to_owned()),
            ("impact", row.attributes.first().map_or("", |pair| pair.1).to_owned()),
            ("lifecycle:transition", "complete".to_owned()),
        ] {
            let _ = writeln!(xes, "\t\t\t<string key=\"{key}\" value=\"{value}\"/>");
        }
        let _ = writeln!(xes, "\t\t\t<date key=\"time:timestamp\" value=\"{}\"/>\n\t\t</event>", row.at);
        self.told.push((row.item.to_owned(), row.at.micros(), xes));
        let _ = writeln!(
            self.csv,
            "{},{},{},{},{act},{},{},{},{verdict},{},{},{}",
            row.item,
            row.at,
            word(row.actor),
            row.activity,
            word(row.to),
            word(row.matter),
            word(row.area),
            word(row.team),
            word(row.site),
            row.attributes.first().map_or("", |pair| pair.1),
        );
        Ok(())
    }

    fn set_aside(&mut self, _: &str, _: Reason, _: &str) {}
    fn note(&mut self, _: &str, _: Note, _: &str) {}
    fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }
    fn progress(&mut self, _: u64, _: Option<u64>) {}
}

impl Logs {
    fn xes(&mut self) -> String {
        self.told.sort();
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"1.0\">\n".to_owned();
        for item in self.told.chunk_by(|a, b| a.0 == b.0) {
            let _ = writeln!(text, "\t<trace>\n\t\t<string key=\"concept:name\" value=\"{}\"/>", item[0].0);
            item.iter().for_each(|(_, _, event)| text.push_str(event));
            text.push_str("\t</trace>\n");
        }
        text + "</log>\n"
    }
}

/// A page of a tracker's answer: issues with changelogs and comments, of nobody.
fn jira_page() -> String {
    let mut issues = Vec::new();
    for one in 0..ISSUES {
        let person = |n: u64| {
            format!(
                "{{\"name\":\"p{n}\",\"key\":\"p{n}\",\"displayName\":\"Person {n}\",\"active\":true,\"timeZone\":\"Europe/London\"}}"
            )
        };
        let at =
            |n: u64| format!("2025-{:02}-{:02}T{:02}:{:02}:00.000+0000", 1 + one % 12, 1 + one % 28, 9 + n, one % 60);
        let histories: Vec<String> = (0..6)
            .map(|n| {
                format!(
                    "{{\"id\":\"{}\",\"author\":{},\"created\":\"{}\",\"items\":[{{\"field\":\"assignee\",\"fieldtype\":\"jira\",\"from\":\"p{n}\",\"fromString\":\"Person {n}\",\"to\":\"p{}\",\"toString\":\"Person {}\"}}]}}",
                    one * 10 + n, person(n), at(n + 1), n + 1, n + 1
                )
            })
            .collect();
        issues.push(format!(
            "{{\"id\":\"{one}\",\"key\":\"ACME-{one}\",\"fields\":{{\"summary\":\"A thing to do\",\"created\":\"{}\",\"updated\":\"{}\",\"reporter\":{},\"creator\":{},\"assignee\":{},\"issuetype\":{{\"name\":\"Story\"}},\"priority\":{{\"name\":\"Major\"}},\"project\":{{\"key\":\"ACME\"}},\"status\":{{\"id\":\"6\",\"name\":\"Closed\",\"statusCategory\":{{\"key\":\"done\"}}}}}},\"changelog\":{{\"startAt\":0,\"maxResults\":6,\"total\":6,\"histories\":[{}]}}}}",
            at(0), at(8), person(0), person(0), person(6), histories.join(",")
        ));
    }
    format!("{{\"startAt\":0,\"maxResults\":{ISSUES},\"total\":{ISSUES},\"issues\":[{}]}}", issues.join(","))
}

fn written(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("the build's own temporary folder");
    path
}

fn reading(c: &mut Criterion) {
    let mut logs = Logs {
        csv: "item,at,actor,activity,act,to,matter,area,verdict,team,site,impact\n".to_owned(),
        ..Logs::default()
    };
    let mut work = Work::new(EVENTS, 1);
    for _ in 0..EVENTS {
        work.tell(&mut logs).expect("a sink that takes everything");
    }
    let (xes, csv, jira) = (logs.xes(), std::mem::take(&mut logs.csv), jira_page());
    let xes_path = written("work.xes", &xes);
    let with_rules = Lens::parse(
        "name = \"rules\"\nkind = \"xes\"\nitem = \"trace:concept:name\"\nat = \"time:timestamp\"\nactor = \"org:resource\"\n\
         activity = \"{concept:name}/{lifecycle:transition}\"\nteam = \"org:group\"\nsite = \"country\"\nrole = \"org:role\"\n\
         area = \"product\"\nfirst = \"raised\"\n[default]\nmatter = \"support\"\n\
         [[rule]]\nactivity = \"Passed on/*\"\nact = \"handed\"\nto = \"{to}\"\n\
         [[rule]]\nactivity = [\"Decided/*\", \"Carried out/*\"]\nact = [\"handed\", \"decided\"]\nto = \"{actor}\"\n\
         [[rule]]\nactivity = [\"Advice*\", \"Worked*\"]\nact = \"worked\"\n",
    )
    .expect("a lens that can be read");
    let sources = [
        (
            "xes, the lens that comes with it",
            Source::new("xes", Kind::Xes, &xes_path, Lens::of_kind(Kind::Xes)),
            xes.len(),
        ),
        ("xes, a lens with rules", Source::new("xes", Kind::Xes, &xes_path, with_rules), xes.len()),
        (
            "csv of canonical events",
            Source::new("csv", Kind::Events, written("work.csv", &csv), Lens::of_kind(Kind::Events)),
            csv.len(),
        ),
        (
            "a page of jira",
            Source::new(
                "jira",
                Kind::Tracker(Tracker::Jira),
                written("jira.json", &jira),
                Lens::of_kind(Kind::Tracker(Tracker::Jira)),
            ),
            jira.len(),
        ),
    ];
    let mut group = c.benchmark_group("reading");
    group.sample_size(15);
    for (name, source, bytes) in &sources {
        let read = || {
            let mut sink = Nowhere::default();
            sayso_sources::read(source, None, &mut sink).expect("a file that was just written");
            sink.events
        };
        let events = read();
        assert!(events >= ISSUES, "{name}: {events} events");
        group.throughput(Throughput::Bytes(*bytes as u64));
        group.bench_function(*name, |b| b.iter(read));
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
