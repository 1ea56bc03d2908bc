//! The closed problems of the public log of 2013, read, reconstructed and measured: its border is mostly one desk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sayso_decisions::{Options, Rules};
use sayso_measures::{Measured, Request, measure};
use sayso_model::actor::{Actor, ActorKind, Directory};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::charter::Remits;
use sayso_model::coverage::{Note, Reason};
use sayso_model::decision::{EventColumns, FLAG_DESCRIBES_HOLDER, Paths, Reconstruct};
use sayso_model::diagnosis::Coverage;
use sayso_model::event::{Act, Describes, EventRow, EventSink, Flow, SinkError, Verdict};
use sayso_model::measure::MeasureId;
use sayso_model::privacy::Floor;
use sayso_model::signal::Pattern;
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_sources::{Kind, Lens, Source, read};
use sayso_stats::{Estimate, Window};

use super::build::scope;

/// Every word by its code, as the engine would number them.
#[derive(Default)]
struct Book {
    words: Vec<Vec<String>>,
    codes: Vec<HashMap<String, u32>>,
    items: HashMap<String, usize>,
    events: Vec<Vec<(EventCodes, i64)>>,
}

#[derive(Clone, Copy)]
struct EventCodes {
    actor: u32,
    act: u8,
    to: u32,
    matter: u32,
    area: u32,
    team: u32,
    site: u32,
    role: u32,
    verdict: u8,
    flags: u16,
    activity: u32,
}

impl Book {
    fn new() -> Self {
        let n = Column::ALL.len();
        Self { words: vec![vec![String::new()]; n], codes: vec![HashMap::new(); n], ..Self::default() }
    }

    fn code(&mut self, column: Column, word: Option<&str>) -> u32 {
        let Some(word) = word.filter(|word| !word.is_empty()) else { return 0 };
        let at = column as usize;
        if let Some(&code) = self.codes[at].get(word) {
            return code;
        }
        let code = self.words[at].len() as u32;
        self.words[at].push(word.to_owned());
        self.codes[at].insert(word.to_owned(), code);
        code
    }
}

impl Words for Book {
    fn word(&self, column: Column, code: u32) -> &str {
        self.words[column as usize].get(code as usize).map_or("", String::as_str)
    }

    fn n_codes(&self, column: Column) -> usize {
        self.words[column as usize].len()
    }

    fn item(&self, _item: u64) -> &str {
        "item"
    }
}

impl EventSink for Book {
    fn seen(&mut self) {}

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        let codes = EventCodes {
            actor: self.code(Column::Actor, row.actor),
            act: row.act.map_or(0, Act::code),
            to: self.code(Column::Actor, row.to),
            matter: self.code(Column::Matter, row.matter),
            area: self.code(Column::Area, row.area),
            team: self.code(Column::Team, row.team),
            site: self.code(Column::Site, row.site),
            role: self.code(Column::Role, row.role),
            verdict: row.verdict.map_or(0, Verdict::code),
            flags: if row.describes == Describes::Holder { FLAG_DESCRIBES_HOLDER } else { 0 },
            activity: self.code(Column::Activity, Some(row.activity)),
        };
        let next = self.items.len();
        let item = *self.items.entry(row.item.to_owned()).or_insert(next);
        if item == self.events.len() {
            self.events.push(Vec::new());
        }
        self.events[item].push((codes, row.at.micros()));
        Ok(())
    }

    fn set_aside(&mut self, _place: &str, _reason: Reason, _detail: &str) {}

    fn note(&mut self, _place: &str, _note: Note, _detail: &str) {}

    fn checkpoint(&mut self, _position: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }

    fn progress(&mut self, _done: u64, _total: Option<u64>) {}
}

/// Reads the log, with the organisation line as area and the impact as kind of question. Of some items nothing is taken.
fn problems() -> Option<(Book, Paths, Directory, Window)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let log: PathBuf =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/logs/bpic2013_closed_problems.xes.gz"))
            .into();
    if !log.exists() {
        eprintln!("skipped: ../shared/data is not here");
        return None;
    }
    let lens = std::fs::read_to_string(root.join("../../docs/guide/lenses/bpic2013_problems.toml")).unwrap();
    let lens = lens.replace("area = \"product\"", "area = \"org:group\"\nmatter = \"impact\"");
    let lens = Lens::parse(&lens).unwrap();
    let mut book = Book::new();
    read(&Source::new("problems", Kind::Xes, log, lens), None, &mut book).unwrap();
    let kind = |word: &String| if word.starts_with("team:") { ActorKind::Group } else { ActorKind::Person };
    let actors = book.words[Column::Actor as usize].iter().enumerate().map(|(code, word)| Actor {
        same_as: code as u32,
        kind: kind(word),
        ..Actor::default()
    });
    let all = || book.events.iter().flatten().map(|(_, at)| *at);
    let (first, last) = (all().min().unwrap(), all().max().unwrap());
    let (since, until) = (Instant::from_micros(first), Instant::from_micros(last));
    let calendar = Calendar::build(&CalendarSpec::new("UTC"), since, until).unwrap();
    let directory = Directory::new(actors.collect(), Vec::new(), calendar);
    let rules = Rules::with(directory.clone(), until, Options { touches: true, ..Options::STANDARD });
    let mut paths = Paths::default();
    for (item, events) in book.events.iter().enumerate() {
        let mut events = events.clone();
        events.sort_by_key(|(_, at)| *at);
        let mut columns = EventColumns::default();
        for (codes, at) in events {
            columns.at.push(at);
            columns.actor.push(codes.actor);
            columns.act.push(codes.act);
            columns.to.push(codes.to);
            columns.matter.push(codes.matter);
            columns.area.push(codes.area);
            columns.team.push(codes.team);
            columns.site.push(codes.site);
            columns.role.push(codes.role);
            columns.verdict.push(codes.verdict);
            columns.flags.push(codes.flags);
            columns.activity.push(codes.activity);
        }
        rules.item(&columns.events(item as u64), &mut paths);
    }
    let window = Window { since: since.timestamp(), until: until.timestamp() };
    Some((book, paths, directory, window))
}

fn run(book: &Book, paths: &Paths, directory: &Directory, window: Window) -> Measured {
    let (coverage, remits) = (Coverage::default(), Remits::default());
    let request = Request {
        window,
        floor: Floor::DEFAULT,
        seed: 2_013,
        coverage: &coverage,
        directory: Some(directory),
        remits: &remits,
        charter_changed: None,
    };
    measure(paths, book, &request)
}

#[track_caller]
fn told<'m>(measured: &'m Measured, of: &str, statistic: &str) -> &'m Estimate {
    let scope = scope(&[("of", of), ("clock", "calendar")]);
    let mut all = measured.measures.iter().filter(|m| m.id() == MeasureId::M22 && m.statistic() == statistic);
    all.find(|m| *m.scope() == scope).unwrap_or_else(|| panic!("{of} {statistic} is not there")).estimate()
}

#[test]
fn what_looks_like_distance_is_mostly_one_desk() {
    let Some((book, paths, directory, window)) = problems() else { return };
    let measured = run(&book, &paths, &directory, window);
    for m in measured.measures.iter().filter(|m| m.id() == MeasureId::M22) {
        eprintln!(
            "{:?} {} {:?} {:?} n {} {}",
            m.scope(),
            m.statistic(),
            m.estimate().value(),
            m.estimate().interval(),
            m.estimate().n(),
            m.estimate().method()
        );
    }
    for w in measured.withheld.iter().filter(|w| w.id == MeasureId::M22) {
        eprintln!("withheld {w:?}");
    }
    let signal = measured.signals.iter().find(|signal| signal.pattern == Pattern::BorderCost);
    eprintln!("{:?}", signal.map(|signal| &signal.tests));
    let _ = told(&measured, "questions", "naive_ratio");
}
