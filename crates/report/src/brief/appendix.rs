//! Behind the report: every measurement, the books of the reading, and the groups about which nothing is said.

use std::collections::BTreeMap;

use sayso_model::diagnosis::{Coverage, Diagnosis};
use sayso_model::measure::{MeasureId, Measurement};

use super::{Block, Column, Prose, Section, Table, Term};
use crate::lookup::Measures;
use crate::{clean, quantity, words};

/// Every number, a table a measure.
pub(super) fn measurements(measures: Measures<'_>) -> Option<Section> {
    let tables: Vec<Block> = MeasureId::ALL
        .into_iter()
        .filter_map(|id| {
            let mut all: Vec<&Measurement> = measures.of(id).collect();
            // The whole record before its parts; the order of the diagnosis otherwise.
            all.sort_by_key(|m| m.scope().keys().filter(|key| *key != "clock" && *key != "by").count());
            (!all.is_empty()).then(|| Block::Table(measure_table(id, &all)))
        })
        .collect();
    if tables.is_empty() {
        return None;
    }
    let mut blocks =
        vec![Block::Prose(Prose::new().say("Each number with its ").term("interval", Term::Interval).say(
            ", the number of observations (n) and how it was made. All of them speak of the window on the first page.",
        ))];
    blocks.extend(tables);
    Some(Section { id: "measurements", title: "Every number", appendix: true, blocks })
}

/// The books: seen = kept + set aside, source by source, and what was recognised.
pub(super) fn reading(diagnosis: &Diagnosis) -> Option<Section> {
    let coverage = &diagnosis.coverage;
    let mut blocks = Vec::new();
    if coverage.sources.is_empty() {
        blocks.push(Block::Prose("No source was read.".into()));
    } else {
        blocks.push(Block::Prose(
            "What was seen is what was kept and what was set aside; nothing is lost in silence.".into(),
        ));
        blocks.push(Block::Table(books(coverage)));
        let notes = notes(coverage);
        if !notes.is_empty() {
            blocks.push(Block::Prose("Kept, but not as written:".into()));
            blocks.push(Block::List(notes));
        }
    }
    blocks.push(Block::Table(recognised(coverage)));
    if !coverage.activities_without_act.is_empty() {
        blocks.push(Block::Table(Table {
            caption: "Frequent activities that no lens gives an act".to_owned(),
            columns: vec![Column::words("Activity"), Column::numbers("Events")],
            rows: coverage
                .activities_without_act
                .iter()
                .map(|(activity, n)| vec![Prose::new().name(activity), quantity::count(*n).into()])
                .collect(),
            notes: Vec::new(),
        }));
    }
    Some(Section { id: "reading", title: "What was read", appendix: true, blocks })
}

/// The groups below the floor.
pub(super) fn withheld(diagnosis: &Diagnosis) -> Option<Section> {
    if diagnosis.withheld.is_empty() {
        return None;
    }
    let lead = Prose::new().say("Groups below the ").term("privacy floor", Term::PrivacyFloor).say(
        " are put together or left out, so that no number and no difference of two numbers can be traced to a person.",
    );
    let rows = diagnosis
        .withheld
        .iter()
        .map(|withheld| {
            vec![
                Prose::new().say(withheld.id.title()).say(" ").code(withheld.id.code()),
                Prose::new().say("by ").name(&withheld.breakdown),
                quantity::count(withheld.groups).into(),
                super::sentence(&withheld.why),
            ]
        })
        .collect();
    let table = Table {
        caption: "Withheld groups".to_owned(),
        columns: vec![
            Column::words("Measure"),
            Column::words("Breakdown"),
            Column::numbers("Groups"),
            Column::words("Why"),
        ],
        rows,
        notes: Vec::new(),
    };
    Some(Section {
        id: "withheld",
        title: "What is withheld, and why",
        appendix: true,
        blocks: vec![Block::Prose(lead), Block::Table(table)],
    })
}

fn measure_table(id: MeasureId, all: &[&Measurement]) -> Table {
    // Methods are long and few: a letter in the row, the words once under the table.
    let mut methods: Vec<String> = Vec::new();
    let rows = all
        .iter()
        .map(|m| {
            let e = m.estimate();
            let value = match (e.value(), e.why()) {
                (None, Some(why)) => Prose::new().strong(quantity::CANNOT_TELL).say(format!(": {}", clean::line(why))),
                _ => Prose::new().strong(quantity::value(e)),
            };
            let method = clean::line(e.method());
            let at = methods.iter().position(|known| *known == method).unwrap_or_else(|| {
                methods.push(method);
                methods.len() - 1
            });
            vec![
                words::part(m.scope()),
                words::statistic(id, m.statistic()).into(),
                value,
                quantity::interval(e).into(),
                quantity::count(e.n()).into(),
                letter(at).into(),
            ]
        })
        .collect();
    Table {
        caption: format!("{} {}. {}", id.code(), id.title(), id.meaning()),
        columns: vec![
            Column::words("Part of the record"),
            Column::words("Statistic"),
            Column::numbers("Value"),
            Column::numbers("Interval"),
            Column::numbers("n"),
            Column::words("Method"),
        ],
        rows,
        notes: methods.iter().enumerate().map(|(at, method)| format!("Method {}: {method}.", letter(at))).collect(),
    }
}

/// `a` to `z`, then `a2` and so on.
fn letter(at: usize) -> String {
    let letter = char::from(b'a' + (at % 26) as u8);
    if at < 26 { letter.to_string() } else { format!("{letter}{}", at / 26 + 1) }
}

fn books(coverage: &Coverage) -> Table {
    let rows = coverage
        .sources
        .iter()
        .map(|source| {
            let ledger = &source.ledger;
            let reasons: Vec<String> =
                ledger.set_aside.iter().map(|(why, n)| format!("{} {}", quantity::count(*n), why.words())).collect();
            let mut aside = quantity::count(ledger.n_set_aside());
            if !reasons.is_empty() {
                aside = format!("{aside}: {}", reasons.join("; "));
            }
            // Never shown unless a reader is wrong; then it must be seen.
            if ledger.n_lost() != 0 {
                aside = format!("{aside}; UNACCOUNTED {}", ledger.n_lost());
            }
            let mut kind = Prose::new().name(&source.kind);
            if !source.lens.is_empty() {
                kind = kind.say(", lens ").name(&source.lens);
            }
            vec![
                Prose::new().name(&source.name),
                kind,
                quantity::count(ledger.seen).into(),
                quantity::count(ledger.kept).into(),
                quantity::count(ledger.events).into(),
                aside.into(),
            ]
        })
        .collect();
    Table {
        caption: "The books of each source: seen = kept + set aside".to_owned(),
        columns: vec![
            Column::words("Source"),
            Column::words("Kind"),
            Column::numbers("Seen"),
            Column::numbers("Kept"),
            Column::numbers("Events"),
            Column::words("Set aside"),
        ],
        rows,
        notes: Vec::new(),
    }
}

fn notes(coverage: &Coverage) -> Vec<Prose> {
    coverage
        .sources
        .iter()
        .filter(|source| !source.ledger.notes.is_empty())
        .map(|source| {
            let notes: Vec<String> = source
                .ledger
                .notes
                .iter()
                .map(|(note, n)| format!("{} {}", quantity::count(*n), note.words()))
                .collect();
            Prose::new().name(&source.name).say(format!(": {}.", notes.join("; ")))
        })
        .collect()
}

fn recognised(coverage: &Coverage) -> Table {
    let split = |parts: &BTreeMap<String, u64>| {
        let parts: Vec<String> =
            parts.iter().map(|(word, n)| format!("{} {}", quantity::count(*n), clean::line(word))).collect();
        parts.join(", ")
    };
    let row = |what: &str, n: u64, of: String| vec![Prose::from(what), quantity::count(n).into(), Prose::from(of)];
    let rows = vec![
        row("Events", coverage.events, format!("{} by bots", quantity::count(coverage.events_by_bots))),
        row("Events without a known act", coverage.events_without_act, "no lens says what they do".to_owned()),
        row("Events without an actor", coverage.events_without_actor, String::new()),
        row(
            "Items",
            coverage.items,
            format!("{} in which no decision could be recognised", quantity::count(coverage.items_without_decision)),
        ),
        row("Decisions", coverage.decisions, split(&coverage.decisions_by_status)),
        row("Decisions, by how the decider is known", coverage.decisions, split(&coverage.decisions_by_decider_known)),
        row("Decisions whose question nobody saw being put", coverage.decisions_without_beginning, String::new()),
        row(
            "People",
            coverage.people,
            format!(
                "site declared for {}, inferred from their hours for {}",
                quantity::count(coverage.people_site_declared),
                quantity::count(coverage.people_site_inferred)
            ),
        ),
        row("Bots", coverage.bots, "kept out of every measure of people".to_owned()),
    ];
    Table {
        caption: "What was recognised in it".to_owned(),
        columns: vec![Column::words("What"), Column::numbers("How many"), Column::words("Of these")],
        rows,
        notes: Vec::new(),
    }
}
