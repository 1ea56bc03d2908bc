//! Behind the report: every measurement, the books of the reading, and the groups about which nothing is said.

use std::collections::BTreeMap;

use sayso_model::diagnosis::{Coverage, Diagnosis};
use sayso_model::measure::{MeasureId, Measurement};
use sayso_stats::Window;

use super::evidence::{Methods, window};
use super::{Block, Column, Depth, Prose, Section, Table, Term};
use crate::lookup::Measures;
use crate::{clean, quantity, words};

/// Every number, a table a measure.
pub(super) fn measurements(diagnosis: &Diagnosis, measures: Measures<'_>) -> Option<Section> {
    let tables: Vec<Block> = MeasureId::ALL
        .into_iter()
        .filter_map(|id| {
            let mut all: Vec<&Measurement> = measures.of(id).collect();
            // The whole record before its parts; the order of the diagnosis otherwise.
            all.sort_by_key(|m| m.scope().keys().filter(|key| *key != "clock" && *key != "by").count());
            (!all.is_empty()).then(|| Block::Table(measure_table(id, &all, diagnosis.window)))
        })
        .collect();
    if tables.is_empty() {
        return None;
    }
    let lead = Prose::new()
        .say("Each number with what it measures, its ")
        .term("interval", Term::Interval)
        .say(", the number of observations (n), its unit and how it was made. To see the rows behind a number, ask for them: ")
        .code("sayso query SQL")
        .say("; the line under each table names the one to begin with.");
    let mut blocks = vec![Block::Prose(lead)];
    blocks.extend(tables);
    Some(Section { id: "measurements", title: "Every number".into(), depth: Depth::Appendix, blocks })
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
    Some(Section { id: "reading", title: "What was read".into(), depth: Depth::Appendix, blocks })
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
        title: "What is withheld, and why".into(),
        depth: Depth::Appendix,
        blocks: vec![Block::Prose(lead), Block::Table(table)],
    })
}

fn measure_table(id: MeasureId, all: &[&Measurement], whole: Window) -> Table {
    let mut methods = Methods::default();
    let is_parted = all.iter().any(|m| m.estimate().window() != whole);
    let rows: Vec<Vec<Prose>> = all
        .iter()
        .map(|m| {
            let e = m.estimate();
            let (value, interval) = super::authority::shown(m);
            let value = match (e.value(), e.why()) {
                (None, Some(why)) => Prose::new().strong(quantity::CANNOT_TELL).say(format!(": {}", clean::line(why))),
                _ => Prose::new().strong(value),
            };
            let mut row = vec![
                words::part(m.scope()),
                words::statistic(id, m.statistic()).into(),
                value,
                interval.into(),
                words::observed(m).into(),
                e.unit().words().into(),
                methods.letter(e.method()).into(),
            ];
            if is_parted {
                row.push(window(e.window()).into());
            }
            row
        })
        .collect();
    let mut columns = vec![
        Column::words("Part of the record"),
        Column::words("Statistic"),
        Column::numbers("Value"),
        Column::numbers("Interval"),
        Column::numbers("n"),
        Column::words("Unit"),
        Column::words("Method"),
    ];
    let mut notes = methods.notes();
    if is_parted {
        columns.push(Column::words("Window"));
    } else {
        notes.push(format!("Window: {}.", window(whole)));
    }
    notes.push(format!("Rows: sayso query \"{}\"", rows_of(id)));
    Table { caption: format!("{} {}. {}", id.code(), id.title(), id.meaning()), columns, rows, notes }
}

/// A question in SQL that gives the rows behind a measure.
fn rows_of(id: MeasureId) -> &'static str {
    match id {
        MeasureId::M03 => "SELECT decision, role, site, held_working_h, held_calendar_h FROM hops",
        MeasureId::M17 | MeasureId::M18 => "SELECT decision, n_handovers, n_crossings, n_returns FROM decisions",
        MeasureId::M19 => "SELECT decision, n_escalations, n_returns FROM decisions",
        MeasureId::M06 => "SELECT decision, n_approvals_surplus FROM decisions WHERE status = 'decided'",
        MeasureId::M15 | MeasureId::M20 | MeasureId::M21 => {
            "SELECT decision, item, matter, verdict, decided_at, reversed_at FROM decisions"
        }
        MeasureId::M23 => {
            "SELECT item, at, act, actor, to, link FROM events WHERE act IN ('handed', 'linked') ORDER BY item, at"
        }
        MeasureId::M16 => "SELECT item, at, act, level FROM events ORDER BY item, at",
        MeasureId::M01 => "SELECT decision, raised_at, ended_at, latency_working_h, latency_calendar_h FROM decisions",
        MeasureId::M02 => "SELECT decision, raised_at, first_response_at, first_response_working_h FROM decisions",
        MeasureId::M04 => "SELECT decision, decided_at, executed_at, execution_working_h FROM decisions",
        _ => "SELECT decision, matter, area, decider_role, decider_level, decider_known, in_remit FROM decisions",
    }
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
