//! Whether the why travels: what can be read at hand-overs, and how much is left after each.

use sayso_model::measure::{MeasureId, Measurement};
use sayso_stats::Unit;

use super::{Block, Column, Figure, Mark, Marks, Prose, Shows, Table, Term, authority, data_row, in_words};
use crate::lookup::Measures;

/// What can be read of the why at hand-overs, and the curve over hops; nothing where M23 was not measured.
pub(super) fn blocks(measures: Measures<'_>) -> Vec<Block> {
    let Some(mut table) = super::constraints::numbers(measures, &[MeasureId::M23], "The why at hand-overs") else {
        return Vec::new();
    };
    table.notes.push(
        "Units are found by rules that one rater audited on English texts; each counts once, however long the text."
            .to_owned(),
    );
    let lead = Prose::new()
        .say("At a ")
        .term("hand-over", Term::Handover)
        .say(" to somebody new, the ")
        .term("why", Term::Why)
        .say(" is what stands on the item as it was then: a reason, a goal, a number or a customer, or a link to where it comes from.");
    let mut blocks = vec![Block::Prose(lead), Block::Table(table)];
    blocks.extend(lost_on_the_way(measures).into_iter().map(Block::Prose));
    blocks.extend(curve(measures).map(|figure| Block::Figure(Box::new(figure))));
    blocks
}

/// What was asked for again, and what was closed because it was never told.
fn lost_on_the_way(measures: Measures<'_>) -> Vec<Prose> {
    let shown = |statistic: &str| {
        let m = measures.one(MeasureId::M23, statistic, &[])?;
        m.estimate().value()?;
        let (value, interval) = authority::shown(m);
        Some((format!("{value} ({interval})"), crate::words::observed(m)))
    };
    let mut all = Vec::new();
    if let Some(((asked, handed), (stood, questions))) = shown("re_asks").zip(shown("re_asks_answered")) {
        all.push(
            Prose::new()
                .say(format!("After {asked} of {handed}, whoever took over asked what it is for, or for a number or a date. In "))
                .strong(stood)
                .say(format!(
                    " of these {questions} something of that kind stood upstream already, on the item or on one that it \
                     leads to: it was there, and did not arrive."
                )),
        );
    }
    if let Some((closed, answers)) = shown("closed_wanting") {
        all.push(Prose::new().strong(closed).say(format!(
            " of {answers} close a question because what was needed to deal with it was missing: context that was lost \
             before anybody could use it."
        )));
    }
    all
}

/// The share of hand-overs with the why, at the first, the second and so on of their items.
fn curve(measures: Measures<'_>) -> Option<Figure> {
    let mut hops: Vec<(u32, &Measurement)> = measures
        .by(MeasureId::M23, "kept", &[], "hop")
        .into_iter()
        .filter_map(|(word, m)| Some((word.parse().ok()?, m)))
        .collect();
    hops.sort_by_key(|(hop, _)| *hop);
    if hops.len() < 2 {
        return None;
    }
    let rows: Vec<Mark> = hops.iter().map(|(hop, m)| Mark::of(&format!("hand-over {hop}"), m.estimate())).collect();
    let title = "How much of the why is left, hand-over by hand-over".to_owned();
    Some(Figure {
        id: "why-kept".to_owned(),
        title: title.clone(),
        note: Prose::new()
            .say("Share of hand-overs with the why, and its ")
            .term("interval", Term::Interval)
            .say(". Items that are handed on more often are other items, so a step is not all loss."),
        alt: format!("Bars with intervals, one a hand-over. {}.", in_words(&rows)),
        data: Table {
            caption: title,
            columns: vec![
                Column::words("Hand-over of the item"),
                Column::numbers("With the why"),
                Column::numbers("Interval"),
                Column::numbers("n"),
            ],
            rows: rows.iter().map(data_row).collect(),
            notes: Vec::new(),
        },
        shows: Shows::Marks(Marks { rows, unit: Some(Unit::Share) }),
    })
}
