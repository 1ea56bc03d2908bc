//! What the record cannot see, said before anything else is shown.

use sayso_model::diagnosis::{Diagnosis, Gap};
use sayso_model::measure::MeasureId;

use super::headlines::DECIDER_KNOWN_MIN;
use super::{Block, Column, Figure, Mark, Marks, Prose, Section, Shows, Table, Term, data_row, in_words, sentence};
use crate::lookup::Measures;
use crate::{quantity, words};

/// The section; always there.
pub(super) fn section(diagnosis: &Diagnosis, measures: Measures<'_>) -> Option<Section> {
    let mut blocks = vec![Block::Prose(
        Prose::new()
            .say("Sayso sees what was written down. What is decided in calls, chats and corridors leaves no trace here: ")
            .strong("not in the record")
            .say(" never means that nobody decided."),
    )];
    blocks.extend(figure(measures).map(|figure| Block::Figure(Box::new(figure))));
    if let Some(known) = measures.one(MeasureId::M00, "decider_known", &[])
        && known.estimate().value().is_some_and(|share| share < DECIDER_KNOWN_MIN)
    {
        blocks.push(Block::Prose(
            Prose::new()
                .say("Fewer than 60\u{a0}% of decisions have a known ")
                .term("decider", Term::Decider)
                .say("; nothing is said about who holds authority."),
        ));
    }
    blocks.extend(gaps(diagnosis).map(Block::Table));
    blocks.extend(Some(books(diagnosis)).filter(|books| !books.is_empty()).map(Block::Prose));
    Some(Section { id: "limits", title: "What the record cannot see", appendix: false, blocks })
}

fn figure(measures: Measures<'_>) -> Option<Figure> {
    let rows: Vec<Mark> = measures
        .of(MeasureId::M00)
        .filter(|m| m.scope().is_empty())
        .filter(|m| m.estimate().unit() == sayso_stats::Unit::Share)
        .map(|m| Mark::of(&words::capital(&words::statistic(m.id(), m.statistic())), m.estimate()))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        Column::words("Part of the record"),
        Column::numbers("Share"),
        Column::numbers("Interval"),
        Column::numbers("n"),
    ];
    Some(Figure {
        id: "observability".to_owned(),
        title: "How much of each decision the record shows".to_owned(),
        note: Prose::new()
            .say("Share of decisions, items or events, with its ")
            .term("interval", Term::Interval)
            .say("."),
        alt: format!("Bars with intervals. {}.", in_words(&rows)),
        data: Table {
            caption: "How much the record shows".to_owned(),
            columns,
            rows: rows.iter().map(data_row).collect(),
            notes: Vec::new(),
        },
        shows: Shows::Marks(Marks { rows, unit: Some(sayso_stats::Unit::Share) }),
    })
}

fn gaps(diagnosis: &Diagnosis) -> Option<Table> {
    // The section begins with this one, in its own words.
    let gaps: Vec<&Gap> = diagnosis.gaps.iter().filter(|gap| gap.id != "unrecorded").collect();
    if gaps.is_empty() {
        return None;
    }
    Some(Table {
        caption: "What cannot be said yet, and what would let it be said".to_owned(),
        columns: vec![Column::words("What cannot be said"), Column::words("What would let Sayso say it")],
        rows: gaps.into_iter().map(|gap| vec![sentence(&gap.says), sentence(&gap.remedy)]).collect(),
        notes: Vec::new(),
    })
}

/// One sentence of reconciliation; the books themselves stand in the appendix.
fn books(diagnosis: &Diagnosis) -> Prose {
    let coverage = &diagnosis.coverage;
    let seen: u64 = coverage.sources.iter().map(|source| source.ledger.seen).sum();
    let aside: u64 = coverage.sources.iter().map(|source| source.ledger.n_set_aside()).sum();
    let mut prose = Prose::new();
    if seen > 0 {
        let set_aside = match aside {
            0 => "none was set aside".to_owned(),
            1 => "1 was set aside".to_owned(),
            n => format!("{} were set aside", quantity::count(n)),
        };
        prose = prose.say(format!(
            "Of {} in the {}, {set_aside}; the appendix says why. ",
            quantity::counted(seen, "element", "elements"),
            if coverage.sources.len() == 1 { "source" } else { "sources" },
        ));
    }
    let is_said = diagnosis.gaps.iter().any(|gap| gap.id == "beginnings_unseen");
    if coverage.decisions_without_beginning > 0 && !is_said {
        prose = prose.say(format!(
            "{} an answer but no recorded question, and so no waiting time. ",
            match coverage.decisions_without_beginning {
                1 => "1 decision has".to_owned(),
                n => format!("{} decisions have", quantity::count(n)),
            }
        ));
    }
    if !diagnosis.withheld.is_empty() {
        let groups: u64 = diagnosis.withheld.iter().map(|withheld| withheld.groups).sum();
        prose = prose
            .say(format!("{} below the ", if groups == 1 { "1 group lies" } else { "Some groups lie" }))
            .term("privacy floor", Term::PrivacyFloor)
            .say(" and are put together or left out; the appendix lists the breakdowns.");
    }
    prose
}
