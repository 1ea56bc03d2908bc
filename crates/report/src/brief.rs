//! What a report says, in which order: headline sentences, sections, tables and figures as plain data without a format.

mod appendix;
mod authority;
mod beliefs;
mod constraints;
mod distance;
mod evidence;
mod growth;
mod headlines;
mod holders;
mod limits;
mod live;
mod next;
mod prose;
mod since;
mod travels;
mod waits;
mod walk;

use std::borrow::Cow;

use jiff::Timestamp;
use sayso_model::assumption::BeliefVerdict;
use sayso_model::diagnosis::{Diagnosis, DrawnPath, PathMap};
use sayso_stats::{Estimate, Unit};

pub use self::prose::{Prose, Span};
use crate::baseline::Comparison;
pub use crate::glossary::Term;
use crate::locale::Locale;
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
    /// The terms in use, in the order of the glossary.
    pub words: Vec<Term>,
}

impl Brief {
    /// What a report on this diagnosis says. An empty diagnosis gives a brief that says what to do next.
    pub fn of(diagnosis: &Diagnosis) -> Brief {
        Brief::with(diagnosis, None, Locale::EnGb)
    }

    /// The same, with what has changed since an earlier report where there is one, and with numbers and dates written as
    /// `locale` has them; the words stay English.
    pub fn with(diagnosis: &Diagnosis, since: Option<&Comparison>, locale: Locale) -> Brief {
        let measures = Measures::new(&diagnosis.measures);
        let headlines = headlines::headlines(diagnosis, measures);
        let sections = [
            limits::section(diagnosis, measures),
            beliefs::section(diagnosis),
            since.map(since::section),
            constraints::clarity(diagnosis, measures),
            constraints::control(diagnosis, measures),
            constraints::distance(diagnosis, measures),
            constraints::context(diagnosis, measures),
            constraints::growth(diagnosis, measures),
            constraints::waiting(diagnosis, measures),
            next::section(diagnosis),
            appendix::measurements(diagnosis, measures),
            evidence::findings(diagnosis),
            evidence::beliefs(diagnosis),
            limits::observability(diagnosis, measures),
            appendix::reading(diagnosis),
            appendix::withheld(diagnosis),
        ];
        let mut sections: Vec<Section> = sections.into_iter().flatten().collect();
        if diagnosis.measures.is_empty() {
            // With nothing to read, what to do comes first.
            sections.sort_by_key(|section| section.id != "next");
        }
        let subject = clean::name(&diagnosis.subject);
        let mut brief = Brief { subject, frame: frame(diagnosis), headlines, sections, words: Vec::new() };
        brief.words = walk::mark_terms(&mut brief);
        walk::dress(&mut brief, locale);
        brief
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
    pub asks: Cow<'static, str>,
    /// The measures behind it, by id.
    pub measures: Vec<&'static str>,
}

/// A part of the report under one heading.
#[derive(Clone, Debug)]
pub struct Section {
    /// Short stable name, fit for an anchor.
    pub id: &'static str,
    /// The heading.
    pub title: Cow<'static, str>,
    /// How deep it stands.
    pub depth: Depth,
    /// What it holds, in order.
    pub blocks: Vec<Block>,
}

/// The three depths at which a report can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The first page, which is read in two minutes.
    First,
    /// The sections behind it, one a constraint.
    Body,
    /// The appendix: every number, and how it was made.
    Appendix,
}

/// A piece of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading within the section; what follows belongs to it.
    Part(&'static str),
    /// A paragraph.
    Prose(Prose),
    /// Questions to talk about.
    Questions(Vec<Prose>),
    /// A list.
    List(Vec<Prose>),
    /// A table.
    Table(Table),
    /// A picture with its data.
    Figure(Box<Figure>),
    /// A finding with all that belongs to it.
    Card(Box<Card>),
    /// Small print under a heading.
    Small(&'static str, Vec<Prose>),
    /// Beliefs with what the record says to them.
    Verdicts(Vec<Verdict>),
}

/// A belief with what the record says to it.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The verdict in a word.
    pub verdict: BeliefVerdict,
    /// The belief in words, as it was said.
    pub says: Prose,
    /// Who believes it, and since when.
    pub who: Prose,
    /// What the record says, with its numbers.
    pub record: Prose,
    /// What to type to see decisions behind it.
    pub evidence: Vec<Prose>,
}

/// A finding: a claim with all that is needed to doubt it and to talk about it.
#[derive(Clone, Debug)]
pub struct Card {
    /// Short stable name, fit for an anchor.
    pub id: String,
    /// What kind of finding, and where.
    pub title: Prose,
    /// The claim with its numbers.
    pub claim: Prose,
    /// What else was seen of the same role in the same place.
    pub also_seen: Vec<Prose>,
    /// Whether it still holds.
    pub standing: Prose,
    /// How strong the evidence is, in words.
    pub strength: Prose,
    /// The numbers behind it.
    pub numbers: Table,
    /// What else could explain it.
    pub otherwise: Vec<Prose>,
    /// The question to ask.
    pub question: Prose,
    /// What to type to see the decisions that show it.
    pub evidence: Vec<Prose>,
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
    /// One point a week or a month, with a band for the intervals.
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
    let tallies = || coverage.sources.iter().flat_map(|source| source.ledger.claims.values());
    let (stated, received) =
        tallies().fold((0, 0), |(stated, received), of| (stated + of.stated, received + of.received));
    if stated > 0 {
        let lacks = match stated.saturating_sub(received) {
            0 => "all of it came".to_owned(),
            n => format!("{} of it did not come", quantity::count(n)),
        };
        let cut = match coverage.items_cut {
            0 => String::new(),
            n => format!("; {} with a cut history left out", quantity::counted(n, "item", "items")),
        };
        let things = quantity::counted(stated, "entry", "entries");
        facts.push(Fact { label: "Completeness", says: format!("the sources state {things}; {lacks}{cut}") });
    }
    facts.push(Fact { label: "Intervals", says: format!("{} unless said otherwise", quantity::level(level)) });
    facts.push(Fact { label: "Working day", says: "8 working hours of whoever holds the question".to_owned() });
    facts.push(Fact { label: "Seed", says: diagnosis.seed.to_string() });
    facts.push(Fact { label: "Made by", says: format!("Sayso {}", clean::name(&diagnosis.sayso)) });
    facts
}
