//! A section for each constraint of a distributed organisation: decision clarity, control, distance, context, waiting.

use sayso_model::diagnosis::Diagnosis;
use sayso_model::measure::{MeasureId, Measurement};

use super::authority::{self, Constraint};
use super::{
    Block, Column, Depth, Prose, Section, Table, Term, distance, growth, holders, live, sentence, travels, waits,
};
use crate::lookup::Measures;
use crate::words;

/// Who has the say: the findings, the level at which questions are answered, and gates.
pub(super) fn clarity(diagnosis: &Diagnosis, measures: Measures<'_>) -> Option<Section> {
    if diagnosis.measures.is_empty() && diagnosis.findings.is_empty() {
        return None;
    }
    let mut blocks = authority::blocks(diagnosis, Constraint::Clarity);
    let ids = [
        MeasureId::M12,
        MeasureId::M13,
        MeasureId::M10,
        MeasureId::M11,
        MeasureId::M07,
        MeasureId::M14,
        MeasureId::M08,
        MeasureId::M09,
        MeasureId::M06,
        MeasureId::M21,
    ];
    blocks.extend(figures_in_all(measures, &ids, "Who decides, at which level, and who is asked on the way"));
    section("clarity", "Decision clarity: who has the say", blocks)
}

/// What higher levels do: interventions, overrides, escalations, and how much waits above.
pub(super) fn control(diagnosis: &Diagnosis, measures: Measures<'_>) -> Option<Section> {
    if diagnosis.measures.is_empty() && diagnosis.findings.is_empty() {
        return None;
    }
    let mut blocks = authority::blocks(diagnosis, Constraint::Control);
    let ids = [MeasureId::M16, MeasureId::M15, MeasureId::M19];
    blocks.extend(figures_in_all(measures, &ids, "Stepping in, undoing and going up"));
    let levels = holders::shares(measures, &["level"]);
    if levels.is_empty() {
        blocks.push(Block::Prose(
            "How much waits above, the record cannot show: nobody has said who stands at which level.".into(),
        ));
    }
    blocks.extend(levels);
    section("control", "Control: stepping in and overruling", blocks)
}

/// What it costs that people sit in different places.
pub(super) fn distance(diagnosis: &Diagnosis, measures: Measures<'_>) -> Option<Section> {
    if diagnosis.measures.is_empty() {
        return None;
    }
    let crossing = numbers_where(measures, "Between sites", |m| match m.id() {
        MeasureId::M17 => match m.statistic() {
            "crossing_share" | "site_unknown_share" => m.scope().is_empty(),
            _ => is_between_sites(m),
        },
        MeasureId::M18 => is_between_sites(m),
        _ => false,
    });
    let waits = waits::by_keys(measures, &["site"]);
    let shares = holders::shares(measures, &["site"]);
    let map = holders::map(diagnosis);
    let is_told = crossing.is_some() || !waits.is_empty() || !shares.is_empty();
    let lead = if is_told {
        Prose::new()
            .say("An ambiguity that one room clears up at the coffee machine travels badly. Here is how much ")
            .term("crosses", Term::Crossing)
            .say(" from one ")
            .term("site", Term::Site)
            .say(" to another, and how long questions wait on either side.")
    } else {
        Prose::from("The record has nothing yet on distance: it does not say at which site people work.")
    };
    let mut blocks = vec![Block::Prose(lead)];
    blocks.extend(distance::blocks(diagnosis, measures));
    blocks.extend(crossing.map(Block::Table));
    blocks.extend(waits);
    blocks.extend(shares);
    blocks.extend(map);
    section("distance", "Distance: what crosses between sites", blocks)
}

/// What the record says of reasons and links, and in a line where it says nothing.
pub(super) fn context(diagnosis: &Diagnosis, measures: Measures<'_>) -> Option<Section> {
    if diagnosis.measures.is_empty() {
        return None;
    }
    let table = numbers_where(measures, "Links to where a question comes from", |m| {
        m.scope().is_empty() && m.id() == MeasureId::M00 && m.statistic().starts_with("origin_")
    });
    let about_context = |id: &str| ["rationale", "reason", "origin", "link"].iter().any(|word| id.contains(word));
    let gaps: Vec<Prose> = diagnosis
        .gaps
        .iter()
        .filter(|gap| about_context(&gap.id))
        .map(|gap| sentence(&gap.says).say(" ").then(sentence(&gap.remedy)))
        .collect();
    let why = travels::blocks(measures);
    let mut blocks = Vec::new();
    let sought = diagnosis.sought.iter().any(|one| authority::is_of_context(one.pattern));
    if sought || diagnosis.findings.iter().any(|one| authority::is_of_context(one.pattern)) {
        blocks.extend(authority::blocks(diagnosis, Constraint::Context));
    }
    blocks.push(Block::Prose(if table.is_some() || !why.is_empty() {
        "Whoever builds without the why builds what was said. A link from a question to the goal it serves is the least \
         that can carry it; whether it was read, no record shows."
            .into()
    } else {
        Prose::from(
            "The record has nothing yet on context: no question is linked to the goal or the outcome it serves, and no \
             hand-over comes with words that could be read for the why.",
        )
    }));
    blocks.extend(table.map(Block::Table));
    let lost = measures.one(MeasureId::M23, "lost", &[]);
    if lost.is_some_and(|lost| lost.estimate().method().contains("nobody hands over")) {
        blocks.push(Block::Prose(
            "Nobody hands over in this record. What is called a hand-over in this section is the first review by somebody \
             who is new to the question; it is read at the moment before they wrote."
                .into(),
        ));
    }
    blocks.extend(why);
    let near = figures_in_all(measures, &[MeasureId::M24], "Whether those decide who know the area");
    blocks.extend(near);
    if !gaps.is_empty() {
        blocks.push(Block::List(gaps));
    }
    section("context", "Context: whether the why travels", blocks)
}

/// Whether what is decided keeps up with the number of people, and what it takes.
pub(super) fn growth(diagnosis: &Diagnosis, measures: Measures<'_>) -> Option<Section> {
    section("growth", "Cost against clarity: whether decisions keep up", growth::blocks(diagnosis, measures))
}

/// How long questions wait and with whom; which wait now; a few paths to look at.
pub(super) fn waiting(diagnosis: &Diagnosis, measures: Measures<'_>) -> Option<Section> {
    let mut blocks = Vec::new();
    let mut part = |title: &'static str, parts: Vec<Block>| {
        if !parts.is_empty() {
            blocks.push(Block::Part(title));
            blocks.extend(parts);
        }
    };
    part("How long questions wait", waits::durations(measures));
    let mut shares = holders::shares(measures, &["role", "team"]);
    if !shares.is_empty() {
        shares.insert(0, Block::Prose(holders::lead()));
    }
    part("In whose hands they wait", shares);
    part("Changing hands and coming back", waits::back_and_forth(measures));
    part("Waiting now, longest first", live::waiting(diagnosis));
    part("A few whole paths", live::paths(diagnosis));
    section("waiting", "Waiting: where the time goes", blocks)
}

/// The numbers of some measures over the whole record, whole or at a level of aggregation.
pub(super) fn numbers(measures: Measures<'_>, ids: &[MeasureId], caption: &str) -> Option<Table> {
    let place = |m: &Measurement| ids.iter().position(|id| *id == m.id());
    let mut all: Vec<&Measurement> =
        ids.iter().flat_map(|id| measures.of(*id)).filter(|m| m.scope().keys().all(|key| key == "by")).collect();
    all.sort_by_key(|m| place(m));
    table(caption, &all)
}

/// The same, with a line on where the parts stand.
fn figures_in_all(measures: Measures<'_>, ids: &[MeasureId], caption: &str) -> Vec<Block> {
    let Some(mut table) = numbers(measures, ids, caption) else { return Vec::new() };
    if ids.iter().flat_map(|id| measures.of(*id)).any(|m| m.scope().keys().any(|key| key != "by")) {
        table.notes.push("By matter and area: in the appendix, under \u{201c}Every number\u{201d}.".to_owned());
    }
    vec![Block::Table(table)]
}

fn numbers_where(measures: Measures<'_>, caption: &str, keep: impl Fn(&Measurement) -> bool) -> Option<Table> {
    let all: Vec<&Measurement> =
        MeasureId::ALL.into_iter().flat_map(|id| measures.of(id)).filter(|m| keep(m)).collect();
    table(caption, &all)
}

fn table(caption: &str, all: &[&Measurement]) -> Option<Table> {
    let rows: Vec<Vec<Prose>> = all
        .iter()
        .map(|m| {
            let what = Prose::from(words::capital(&words::statistic(m.id(), m.statistic())));
            let what = match m.scope().get("by") {
                Some(by) => what.say(", between ").name(&words::plural(by)),
                None => what,
            };
            let (value, interval) = authority::shown(m);
            vec![what, Prose::new().strong(value), interval.into(), words::observed(m).into()]
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: caption.to_owned(),
        columns: vec![
            Column::words("What"),
            Column::numbers("Value"),
            Column::numbers("Interval"),
            Column::numbers("From"),
        ],
        rows,
        notes: Vec::new(),
    })
}

fn is_between_sites(m: &Measurement) -> bool {
    m.scope().len() == 1 && m.scope().get("by").is_some_and(|by| by == "site")
}

fn section(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Option<Section> {
    (!blocks.is_empty()).then_some(Section { id, title: title.into(), depth: Depth::Body, blocks })
}
