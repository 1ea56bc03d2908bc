//! What a report says, in which order: headline sentences, sections, tables and figures as plain data without a format.

mod appendix;
mod headlines;
mod holders;
mod limits;
mod live;
mod next;
mod waits;

use jiff::Timestamp;
use sayso_model::diagnosis::{Diagnosis, DrawnPath, PathMap};
use sayso_stats::{Estimate, Unit};

pub use crate::glossary::Term;
use crate::lookup::Measures;
use crate::{clean, quantity, words};
pub(crate) use holders::node_name;
pub(crate) use live::lane_name;

/// More rows than this make a chart nobody reads; the table holds the rest.
const ROWS_DRAWN_MAX: usize = 15;

/// Everything a report says.
#[derive(Clone, Debug)]
pub struct Brief {
    /// What was looked at, safe to show.
    pub subject: String,
    /// What holds for every number: window, interval level, seed, what a working day is.
    pub frame: Vec<Fact>,
    /// The sentences that come first, at most five; never empty.
    pub headlines: Vec<Headline>,
    /// The sections in the order of reading.
    pub sections: Vec<Section>,
}

impl Brief {
    /// What a report on this diagnosis says. An empty diagnosis gives a brief that says what to do next.
    pub fn of(diagnosis: &Diagnosis) -> Brief {
        let measures = Measures::new(&diagnosis.measures);
        let headlines = headlines::headlines(diagnosis, measures);
        let sections = [
            limits::section(diagnosis, measures),
            holders::waiting(measures),
            holders::map(diagnosis),
            waits::durations(measures),
            waits::back_and_forth(measures),
            live::waiting(diagnosis),
            live::paths(diagnosis),
            next::section(diagnosis, &headlines),
            appendix::measurements(measures),
            appendix::reading(diagnosis),
            appendix::withheld(diagnosis),
        ];
        let mut sections: Vec<Section> = sections.into_iter().flatten().collect();
        if diagnosis.measures.is_empty() {
            // With nothing to read, what to do comes first.
            sections.sort_by_key(|section| section.id != "next");
        }
        Brief { subject: clean::name(&diagnosis.subject), frame: frame(diagnosis), headlines, sections }
    }
}

/// Something that holds for the whole report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// What it says.
    pub says: String,
}

/// One sentence a reader should take away, with its doubt.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// The number in it, alone; `cannot tell` where there is none.
    pub figure: String,
    /// The sentence.
    pub says: Prose,
    /// How far it can be trusted.
    pub doubt: Prose,
    /// What a team could ask itself about it.
    pub asks: &'static str,
    /// The measures behind it, by id.
    pub measures: Vec<&'static str>,
}

/// A part of the report under one heading.
#[derive(Clone, Debug)]
pub struct Section {
    /// Short stable name, fit for an anchor.
    pub id: &'static str,
    /// The heading.
    pub title: &'static str,
    /// Whether it stands behind the report rather than in it.
    pub appendix: bool,
    /// What it holds, in order.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// A paragraph.
    Prose(Prose),
    /// Questions to talk about.
    Questions(Vec<&'static str>),
    /// A list.
    List(Vec<Prose>),
    /// A table.
    Table(Table),
    /// A picture with its data.
    Figure(Box<Figure>),
}

/// A picture: what it shows, in words, as marks and as a table.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Short stable name, fit for an anchor.
    pub id: String,
    /// What it shows, in a few words.
    pub title: String,
    /// How to read it, and what it leaves out.
    pub note: Prose,
    /// The picture in words, for those who do not see it.
    pub alt: String,
    /// What is drawn.
    pub shows: Shows,
    /// Every number that is drawn.
    pub data: Table,
}

/// What a figure draws.
#[derive(Clone, Debug)]
pub enum Shows {
    /// One row a group: a bar or a point with its interval.
    Marks(Marks),
    /// One point a week, with a band for the intervals.
    Weeks(Weeks),
    /// Who passes decisions to whom; every name in it is safe to show.
    Map(Box<PathMap>),
    /// One path on a line of time; every name in it is safe to show.
    Path(Box<DrawnPath>),
}

/// Rows of values with their intervals.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// The rows, in the order in which they are drawn.
    pub rows: Vec<Mark>,
    /// What the values are counted in; hours are drawn as points on a logarithmic scale, the rest as bars from 0.
    pub unit: Option<Unit>,
}

/// One row of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The group.
    pub label: String,
    /// The value; `None` where the data cannot tell.
    pub value: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// First and third quartile of what the value is the median of.
    pub quartiles: Option<(f64, f64)>,
    /// The value for people.
    pub shown: String,
    /// The interval for people.
    pub range: String,
    /// The interval without its unit.
    pub limits: String,
    /// How many observations.
    pub n: u64,
}

impl Mark {
    /// The row of an estimate.
    pub fn of(label: &str, estimate: &Estimate) -> Mark {
        let limits = estimate.interval();
        Mark {
            label: clean::name(label),
            value: estimate.value(),
            low: limits.low,
            high: limits.high,
            quartiles: None,
            shown: quantity::value(estimate),
            range: quantity::interval(estimate),
            limits: quantity::limits(estimate),
            n: estimate.n(),
        }
    }
}

/// A value that is followed from week to week.
#[derive(Clone, Debug, Default)]
pub struct Weeks {
    /// The weeks, in order of time.
    pub points: Vec<(Option<Timestamp>, Mark)>,
    /// What the values are counted in.
    pub unit: Option<Unit>,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it holds.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Prose>>,
    /// What stands under it, such as the methods that its letters mean.
    pub notes: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// Whether it holds numbers, which stand at its right edge.
    pub numbers: bool,
}

impl Column {
    /// A column of words.
    pub const fn words(title: &'static str) -> Column {
        Column { title, numbers: false }
    }

    /// A column of numbers.
    pub const fn numbers(title: &'static str) -> Column {
        Column { title, numbers: true }
    }
}

/// Running text in pieces, so that each format can mark names, numbers and terms in its own way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// The pieces, in order, with the spaces between them inside.
    pub spans: Vec<Span>,
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Plain words of this report.
    Say(String),
    /// A number or a word that carries the sentence.
    Strong(String),
    /// A word that the glossary explains.
    Term(&'static str, Term),
    /// A name from the record, safe to show but of any script.
    Name(String),
    /// Something to type, or to read letter by letter.
    Code(String),
}

impl Prose {
    /// No words yet.
    pub fn new() -> Prose {
        Prose::default()
    }

    /// Adds plain words.
    #[must_use]
    pub fn say(mut self, words: impl Into<String>) -> Prose {
        self.spans.push(Span::Say(words.into()));
        self
    }

    /// Adds words that carry the sentence.
    #[must_use]
    pub fn strong(mut self, words: impl Into<String>) -> Prose {
        self.spans.push(Span::Strong(words.into()));
        self
    }

    /// Adds a word that the glossary explains.
    #[must_use]
    pub fn term(mut self, word: &'static str, term: Term) -> Prose {
        self.spans.push(Span::Term(word, term));
        self
    }

    /// Adds a name as the record spells it, made safe to show.
    #[must_use]
    pub fn name(mut self, raw: &str) -> Prose {
        self.spans.push(Span::Name(clean::name(raw)));
        self
    }

    /// Adds something to type, made safe to show.
    #[must_use]
    pub fn code(mut self, raw: &str) -> Prose {
        self.spans.push(Span::Code(clean::line(raw)));
        self
    }

    /// Adds other running text behind this.
    #[must_use]
    pub fn then(mut self, other: Prose) -> Prose {
        self.spans.extend(other.spans);
        self
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The words alone.
    pub fn plain(&self) -> String {
        self.spans
            .iter()
            .map(|span| match span {
                Span::Say(words) | Span::Strong(words) | Span::Name(words) | Span::Code(words) => words.as_str(),
                Span::Term(word, _) => word,
            })
            .collect()
    }
}

impl From<&str> for Prose {
    fn from(words: &str) -> Prose {
        Prose::new().say(words)
    }
}

impl From<String> for Prose {
    fn from(words: String) -> Prose {
        Prose::new().say(words)
    }
}

/// A sentence from the diagnosis itself, in which backticks mark what can be typed; it begins with a capital.
fn sentence(raw: &str) -> Prose {
    let mut prose = Prose::new();
    for (i, part) in words::capital(raw).split('`').enumerate().filter(|(_, part)| !part.is_empty()) {
        prose = if i % 2 == 1 { prose.code(part) } else { prose.say(clean::line(part)) };
    }
    prose
}

/// A row of a data table: label, value, interval, n.
fn data_row(mark: &Mark) -> Vec<Prose> {
    vec![
        Prose::new().name(&mark.label),
        mark.shown.clone().into(),
        mark.range.clone().into(),
        quantity::count(mark.n).into(),
    ]
}

/// The rows of a chart in words; the first few of them.
fn in_words(marks: &[Mark]) -> String {
    const ROWS_SPOKEN_MAX: usize = 8;
    let mut words: Vec<String> = marks
        .iter()
        .take(ROWS_SPOKEN_MAX)
        .map(|m| format!("{}: {} ({}, n {})", m.label, m.shown, m.range, quantity::count(m.n)))
        .collect();
    if marks.len() > ROWS_SPOKEN_MAX {
        words.push(format!("{} more in the table", marks.len() - ROWS_SPOKEN_MAX));
    }
    words.join("; ")
}

fn frame(diagnosis: &Diagnosis) -> Vec<Fact> {
    let coverage = &diagnosis.coverage;
    let level = diagnosis.measures.first().map_or(sayso_stats::estimate::LEVEL_DEFAULT, |m| m.estimate().level());
    let mut facts = vec![Fact {
        label: "Window",
        says: format!("{} to {}", quantity::day(diagnosis.window.since), quantity::day(diagnosis.window.until)),
    }];
    facts.push(Fact {
        label: "Record",
        says: format!(
            "{}, {}, {}, {}",
            quantity::counted(coverage.events, "event", "events"),
            quantity::counted(coverage.items, "item", "items"),
            quantity::counted(coverage.decisions, "decision", "decisions"),
            quantity::counted(coverage.people, "person", "people"),
        ),
    });
    facts.push(Fact { label: "Intervals", says: format!("{} unless said otherwise", quantity::level(level)) });
    facts.push(Fact { label: "Working day", says: "8 working hours of whoever holds the question".to_owned() });
    facts.push(Fact { label: "Seed", says: diagnosis.seed.to_string() });
    facts.push(Fact { label: "Made by", says: format!("Sayso {}", clean::name(&diagnosis.sayso)) });
    facts
}
