//! What the record cannot see, said before anything else is shown.

use std::collections::{BTreeMap, BTreeSet};

use sayso_model::diagnosis::{Diagnosis, Gap};
use sayso_model::measure::MeasureId;

use super::headlines::DECIDER_KNOWN_MIN;
use super::{
    Block, Column, Depth, Figure, Mark, Marks, Prose, Section, Shows, Table, Term, data_row, in_words, sentence,
};
use crate::lookup::{Measures, WORKING};
use crate::{clean, quantity, words};

/// The section on the first page; always there.
pub(super) fn section(diagnosis: &Diagnosis, measures: Measures<'_>) -> Option<Section> {
    let mut lead = Prose::new()
        .say("Sayso sees what was written down. What is decided in calls, chats and corridors leaves no trace here: ")
        .strong("not in the record")
        .say(" never means that nobody decided.");
    let known =
        |statistic: &str| measures.one(MeasureId::M00, statistic, &[]).filter(|m| m.estimate().value().is_some());
    if let Some(known) = known("decider_known") {
        lead = lead
            .say(" Who ")
            .term("decided", Term::Decider)
            .say(" is known for ")
            .strong(quantity::value(known.estimate()))
            .say(format!(" ({}) of {}", quantity::limits(known.estimate()), words::observed(known)));
        if known.estimate().value().is_some_and(|share| share < DECIDER_KNOWN_MIN) {
            lead = lead.say("; below 60\u{a0}% nothing is said about who holds authority");
        }
        lead = lead.say(".");
    }
    let mut blocks = vec![Block::Prose(lead)];
    let unsaid: Vec<Prose> = own_gaps(diagnosis).into_iter().map(|gap| sentence(&gap.says)).collect();
    if !unsaid.is_empty() {
        blocks.push(Block::List(unsaid));
    }
    blocks.extend(Some(books(diagnosis)).filter(|books| !books.is_empty()).map(Block::Prose));
    let hidden = not_shown(diagnosis, measures);
    if !hidden.is_empty() {
        blocks.push(Block::Part("How much is not shown"));
        // One paragraph: a leader reads it once, and the appendix has the list.
        let mut told = Prose::new();
        for (i, part) in hidden.into_iter().enumerate() {
            told = told.say(if i == 0 { "" } else { " " }).then(part);
        }
        blocks.push(Block::Prose(told));
    }
    Some(Section { id: "limits", title: "What the record cannot see".into(), depth: Depth::First, blocks })
}

/// Behind the report: how much of each decision the record shows, and what would let more be said.
pub(super) fn observability(diagnosis: &Diagnosis, measures: Measures<'_>) -> Option<Section> {
    let mut blocks: Vec<Block> = figure(measures).map(|figure| Block::Figure(Box::new(figure))).into_iter().collect();
    blocks.extend(gaps(diagnosis).map(Block::Table));
    (!blocks.is_empty()).then_some(Section {
        id: "shown",
        title: "How much the record shows".into(),
        depth: Depth::Appendix,
        blocks,
    })
}

/// What was withheld and why, told once and in plain words: what a small organisation needs to know.
fn not_shown(diagnosis: &Diagnosis, measures: Measures<'_>) -> Vec<Prose> {
    if diagnosis.withheld.is_empty() {
        let nothing_to_withhold = diagnosis.measures.is_empty();
        return if nothing_to_withhold {
            Vec::new()
        } else {
            vec![Prose::from("Nothing: every group is large enough.")]
        };
    }
    // One group is left out of many measures; it is counted once.
    let mut groups: BTreeMap<&str, u64> = BTreeMap::new();
    let mut silent: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    let mut whys: BTreeSet<String> = BTreeSet::new();
    for one in &diagnosis.withheld {
        if one.breakdown == "overall" {
            let titles = silent.entry(clean::line(&one.why)).or_default();
            if !titles.contains(&one.id.title()) {
                titles.push(one.id.title());
            }
        } else if one.groups > 0 {
            let most = groups.entry(one.breakdown.as_str()).or_default();
            *most = (*most).max(one.groups);
            // How they were put together stands in the appendix.
            whys.insert(clean::line(one.why.split(';').next().unwrap_or_default()));
        }
    }
    let mut said = Vec::new();
    if !groups.is_empty() {
        let counted: Vec<String> = groups
            .iter()
            .map(|(key, n)| match clean::name(key) {
                // What is compared has a name of many: questions that cross a border, and those that do not.
                many if many.ends_with('s') => {
                    quantity::counted(*n, &format!("group of {many}"), &format!("groups of {many}"))
                }
                one => quantity::counted(*n, &one, &words::plural(&one)),
            })
            .collect();
        let lead = Prose::new()
            .say("A number about very few people is a number about one of them, so groups below the ")
            .term("privacy floor", Term::PrivacyFloor)
            .say(" are told together or not at all: ")
            .strong(joined(&counted))
            .say(format!(
                " ({}). Their decisions still count in every total.",
                whys.into_iter().collect::<Vec<_>>().join("; ")
            ));
        said.push(match hidden_share(measures) {
            Some(share) => lead.say(" ").then(share),
            None => lead,
        });
    }
    for (why, titles) in silent {
        let titles: Vec<String> = titles.into_iter().map(str::to_lowercase).collect();
        said.push(Prose::new().say(format!("Nothing is said of {}: {}.", joined(&titles), why.trim_end_matches('.'))));
    }
    if diagnosis.path_map.pooled > 0 {
        said.push(Prose::from(format!(
            "On the map of paths, {} stand together as one.",
            quantity::counted(diagnosis.path_map.pooled, "small group", "small groups")
        )));
    }
    said.push(Prose::from(
        "In a small organisation this hides much by team or area and little by role, level or site; a longer window makes \
         every group larger. Everybody may still look at the paths of their own items.",
    ));
    said
}

/// How much of all waiting lies with those that are not shown by name.
fn hidden_share(measures: Measures<'_>) -> Option<Prose> {
    let (key, m) = ["role", "team"].into_iter().find_map(|key| {
        let groups = measures.by(MeasureId::M03, "share", &[WORKING], key);
        let (_, m) = groups.into_iter().find(|(label, _)| label.starts_with("other"))?;
        Some((key, m))
    })?;
    m.estimate().value()?;
    Some(Prose::new().strong(quantity::value(m.estimate())).say(format!(
        " ({}) of the waiting lies with {} that are told together.",
        quantity::limits(m.estimate()),
        words::plural(key)
    )))
}

/// `a`, `a and b`, `a, b and c`.
fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The gaps, without the one with which the section begins in its own words.
fn own_gaps(diagnosis: &Diagnosis) -> Vec<&Gap> {
    diagnosis.gaps.iter().filter(|gap| gap.id != "unrecorded").collect()
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
    let gaps = own_gaps(diagnosis);
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
            1 => "1 was set aside; the appendix says why".to_owned(),
            n => format!("{} were set aside; the appendix says why", quantity::count(n)),
        };
        prose = prose.say(format!(
            "Of {} in the {}, {set_aside}. ",
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
    prose
}
