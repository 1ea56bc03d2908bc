//! Since the earlier report: the main numbers then and now, findings that came and went, beliefs that came out otherwise.

use sayso_model::measure::MeasureId;
use sayso_stats::Estimate;

use super::{Block, Column, Depth, Prose, Section, Table, Term, authority};
use crate::baseline::{BeliefChange, Change, Compared, Comparison, FindingChange};
use crate::{clean, quantity, words};

/// The section; always there where an earlier report was given.
pub(super) fn section(comparison: &Comparison) -> Section {
    let then = quantity::day(comparison.window.until);
    let mut lead = Prose::new().say("The ").term("earlier report", Term::EarlierReport).say(format!(
        " speaks of {} to {then}, this one of {} to {}. ",
        quantity::day(comparison.window.since),
        quantity::day(comparison.window_now.since),
        quantity::day(comparison.window_now.until)
    ));
    if !comparison.same_subject {
        lead = lead
            .strong("It looked at something else")
            .say(", ")
            .name(&comparison.subject)
            .say(", so a difference may be one between two organisations. ");
    }
    if comparison.window.until > comparison.window_now.since {
        lead = lead.say("Both count the decisions of the time they share, which makes differences look smaller. ");
    }
    lead = lead.say(
        "A difference is called one only where the two intervals do not overlap; that the numbers changed says nothing yet of \
         why.",
    );
    let mut blocks = vec![Block::Prose(lead)];
    if comparison.numbers.is_empty() {
        blocks.push(Block::Prose("The two reports have no main number in common.".into()));
    } else {
        blocks.push(Block::Table(numbers(comparison)));
    }
    let findings: Vec<Prose> = comparison.findings.iter().map(finding).collect();
    if !findings.is_empty() {
        blocks.push(Block::Prose("Findings that came, went, or stand otherwise:".into()));
        blocks.push(Block::List(findings));
    } else if comparison.findings_unchanged > 0 {
        let n = quantity::counted(comparison.findings_unchanged, "finding stands", "findings stand");
        blocks.push(Block::Prose(Prose::from(format!("{n} as before; none came or went."))));
    }
    let beliefs: Vec<Prose> = comparison.beliefs.iter().map(belief).collect();
    if !beliefs.is_empty() {
        blocks.push(Block::Prose("Beliefs to which the record now says something else:".into()));
        blocks.push(Block::List(beliefs));
    } else if comparison.beliefs_unchanged > 0 {
        let n = quantity::counted(comparison.beliefs_unchanged, "belief", "beliefs");
        blocks.push(Block::Prose(Prose::from(format!("To {n} the record says what it said before."))));
    }
    Section { id: "since", title: format!("Since the earlier report ({then})").into(), depth: Depth::Body, blocks }
}

fn numbers(comparison: &Comparison) -> Table {
    let rows = comparison
        .numbers
        .iter()
        .map(|one| {
            let (now, before, difference) = held_against(one);
            vec![
                what(one),
                before.into(),
                now.into(),
                says(one.change, difference.as_deref()),
                format!("{} / {}", quantity::count(one.before.n()), quantity::count(one.now.n())).into(),
            ]
        })
        .collect();
    let mut notes = vec!["In brackets: the interval of each number.".to_owned()];
    if comparison.in_one_only > 0 {
        notes.push(format!(
            "{} in one of the two reports only, such as of a group that is too small in the other.",
            match comparison.in_one_only {
                1 => "1 number of this kind stands".to_owned(),
                n => format!("{} numbers of this kind stand", quantity::count(n)),
            }
        ));
    }
    Table {
        caption: "The main numbers, then and now".to_owned(),
        columns: vec![
            Column::words("What"),
            Column::numbers("Before"),
            Column::numbers("Now"),
            Column::words("Difference"),
            Column::numbers("n before / now"),
        ],
        rows,
        notes,
    }
}

fn what(one: &Compared) -> Prose {
    let statistic = match (one.id, one.statistic.as_str()) {
        (MeasureId::M01, "median") => "half are answered within".to_owned(),
        (MeasureId::M02, "median") => "half see a first reaction within".to_owned(),
        (MeasureId::M04, "median") => "half of the answers are carried out within".to_owned(),
        (id, statistic) => words::statistic(id, statistic),
    };
    let prose = Prose::from(words::capital(&statistic));
    let scope = one.scope.iter().filter(|(key, _)| !matches!(key.as_str(), "clock" | "by")).map(|(_, word)| word);
    scope.fold(prose, |prose, word| prose.say(", ").name(word))
}

/// Now, before, and the difference with its sign.
fn held_against(one: &Compared) -> (String, String, Option<String>) {
    if !authority::is_bare(&one.statistic) {
        return quantity::held_against(&one.now, &one.before);
    }
    let show = |e: &Estimate| match e.value() {
        Some(value) => format!("{} ({})", quantity::bare(value), quantity::bare_interval(e.interval())),
        None => quantity::with_limits(e),
    };
    (show(&one.now), show(&one.before), one.difference.map(|difference| quantity::signed(difference, quantity::bare)))
}

fn says(change: Change, difference: Option<&str>) -> Prose {
    let size = difference.unwrap_or_default();
    match change {
        Change::NotShown if matches!(size, "" | "none") => Prose::from("no difference that the record can show"),
        Change::NotShown => Prose::from(format!("no difference that the record can show ({size})")),
        Change::Higher => Prose::new().strong("higher").say(format!(": {size}")),
        Change::Lower => Prose::new().strong("lower").say(format!(": {size}")),
        Change::CannotTell => Prose::from(quantity::CANNOT_TELL),
    }
}

fn finding(change: &FindingChange) -> Prose {
    let word = |standing: &str| match standing {
        "current" => "holds".to_owned(),
        "past" => "held before, not at the end of the record".to_owned(),
        "cannot_tell" => "held before; whether still, cannot tell".to_owned(),
        other => clean::line(other),
    };
    let prose = match (&change.before, &change.now) {
        (None, _) => Prose::new().strong("New").say(": "),
        (Some(_), None) => {
            Prose::new().strong("Gone").say(" (it no longer stands out, which is not yet proof that it ended): ")
        }
        (Some(before), Some(now)) => Prose::new().strong("Changed").say(format!(
            ", from \u{201c}{}\u{201d} to \u{201c}{}\u{201d}: ",
            word(before),
            word(now)
        )),
    };
    let claim = if change.claim.is_empty() { &change.id } else { &change.claim };
    prose.say(authority::harden(&clean::line(claim)))
}

fn belief(change: &BeliefChange) -> Prose {
    let prose =
        Prose::new().say(format!("\u{201c}{}\u{201d} (", clean::line(&change.says))).name(&change.who).say("): ");
    match &change.before {
        Some(before) => prose.say(clean::line(before)).say(" then, ").strong(clean::line(&change.now)).say(" now."),
        None => prose.say("not tested then, ").strong(clean::line(&change.now)).say(" now."),
    }
}
