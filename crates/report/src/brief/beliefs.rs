//! Belief against record: what leaders believe, what the record says to it, and where they differ from each other.

use std::collections::BTreeMap;

use sayso_model::assumption::{Answer, BeliefVerdict, SideBySide, TestedBelief};
use sayso_model::diagnosis::Diagnosis;

use super::live::path_command;
use super::{Block, Column, Depth, Prose, Section, Table, Term, Verdict, authority, sentence};
use crate::{clean, quantity, words};

/// Beliefs on the first page, at most; the appendix has them all.
const VERDICTS_MAX: usize = 6;

/// Decisions named beside one of them.
const EVIDENCE_MAX: usize = 2;

/// The section; nothing where nobody has said what they believe.
pub(super) fn section(diagnosis: &Diagnosis) -> Option<Section> {
    let (beliefs, sides) = (&diagnosis.assumptions, &diagnosis.side_by_side);
    if beliefs.is_empty() && sides.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    if !beliefs.is_empty() {
        blocks.push(Block::Prose(tally(beliefs)));
        let groups = same_said(beliefs);
        let shown: Vec<Verdict> = groups.iter().take(VERDICTS_MAX).map(|group| verdict(group)).collect();
        blocks.push(Block::Verdicts(shown));
        if groups.len() > VERDICTS_MAX {
            blocks.push(Block::Prose(Prose::from(format!(
                "{} more in the appendix, under \u{201c}Every belief\u{201d}.",
                quantity::count((groups.len() - VERDICTS_MAX) as u64)
            ))));
        }
    }
    if !sides.is_empty() {
        blocks.push(Block::Part("Where the people at the top differ"));
        let divided: Vec<&SideBySide> = sides.iter().filter(|side| side.divided).collect();
        let n = quantity::counted(sides.len() as u64, "statement", "statements");
        if divided.is_empty() {
            blocks.push(Block::Prose(Prose::from(format!("They do not contradict each other on any of {n}."))));
        } else {
            blocks.push(Block::Prose(
                Prose::new()
                    .say("They contradict each other on ")
                    .strong(quantity::count(divided.len() as u64))
                    .say(format!(" of {n}; before asking which of them is right, ask what each of them sees.")),
            ));
            blocks.push(Block::Table(side_by_side("Statements on which they differ", &divided)));
        }
    }
    Some(Section { id: "beliefs", title: "Belief against record".into(), depth: Depth::First, blocks })
}

/// Who answers what to each statement.
pub(super) fn side_by_side(caption: &str, sides: &[&SideBySide]) -> Table {
    let rows = sides
        .iter()
        .map(|side| {
            let who = |wanted: Answer| {
                let mut prose = Prose::new();
                for (name, _, on) in side.answers.iter().filter(|(_, answer, _)| *answer == wanted) {
                    let between = if prose.is_empty() { "" } else { "; " };
                    prose = prose.say(between).name(name);
                    if let Some(on) = on {
                        prose = prose.say(format!(" ({})", said_on(on)));
                    }
                }
                if prose.is_empty() { Prose::from("nobody") } else { prose }
            };
            vec![sentence(&side.says), who(Answer::Agree), who(Answer::Disagree), who(Answer::Unsure)]
        })
        .collect();
    Table {
        caption: caption.to_owned(),
        columns: vec![
            Column::words("Statement"),
            Column::words("Agree"),
            Column::words("Disagree"),
            Column::words("Cannot say"),
        ],
        rows,
        notes: Vec::new(),
    }
}

/// A day as `2026-03-01`, written as elsewhere; what is no day stays as it is.
pub(super) fn said_on(on: &str) -> String {
    let day = on.parse::<jiff::civil::Date>().ok().and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    day.map_or_else(|| clean::name(on), |day| quantity::day(day.timestamp()))
}

/// What each verdict means for whoever believes it.
pub(super) fn order(verdict: BeliefVerdict) -> usize {
    match verdict {
        BeliefVerdict::Contradicted => 0,
        BeliefVerdict::Supported => 1,
        BeliefVerdict::Equivalent => 2,
        BeliefVerdict::Undecided => 3,
    }
}

fn tally(beliefs: &[TestedBelief]) -> Prose {
    let mut counts: BTreeMap<(usize, &'static str), u64> = BTreeMap::new();
    for belief in beliefs {
        *counts.entry((order(belief.verdict), belief.verdict.name())).or_default() += 1;
    }
    let parts: Vec<String> =
        counts.into_iter().map(|((_, name), n)| format!("{} {name}", quantity::count(n))).collect();
    Prose::new()
        .say("Of ")
        .say(quantity::counted(beliefs.len() as u64, "belief", "beliefs"))
        .say(" put to the ")
        .term("test", Term::Verdict)
        .say(format!(": {}.", parts.join(", ")))
}

/// Beliefs that say the same of the same part and came out alike, as one; contradicted first.
fn same_said(beliefs: &[TestedBelief]) -> Vec<Vec<&TestedBelief>> {
    let mut groups: Vec<Vec<&TestedBelief>> = Vec::new();
    for belief in beliefs {
        let same = groups.iter_mut().find(|group| {
            let first = group[0];
            (first.verdict, &first.says, &first.sentence, &first.part)
                == (belief.verdict, &belief.says, &belief.sentence, &belief.part)
        });
        match same {
            Some(group) => group.push(belief),
            None => groups.push(vec![belief]),
        }
    }
    groups.sort_by_key(|group| order(group[0].verdict));
    groups
}

fn verdict(group: &[&TestedBelief]) -> Verdict {
    let first = group[0];
    let mut who = Prose::new();
    for (i, belief) in group.iter().enumerate() {
        who = who.say(if i == 0 { "" } else { "; " }).name(&belief.who);
        if let Some(on) = &belief.on {
            who = who.say(format!(", {}", said_on(on)));
        }
    }
    let mut record = sentence(&authority::harden(&first.sentence));
    if let Some(estimate) = &first.estimate {
        let from = words::observations(first.measure, &first.statistic, estimate);
        let n = quantity::count(estimate.n());
        if !first.sentence.contains(&n) && !first.sentence.contains(&estimate.n().to_string()) {
            record = record.say(format!(" From {from}."));
        }
    }
    Verdict {
        verdict: first.verdict,
        says: Prose::from(words::capital(&clean::line(&first.says))),
        who,
        record,
        evidence: first
            .evidence
            .iter()
            .take(EVIDENCE_MAX)
            .map(|decision| Prose::new().code(&path_command(decision)))
            .collect(),
    }
}
