//! The headline sentences: at most five, the most useful first, each with its doubt and a question it raises.

use std::borrow::Cow;

use sayso_model::diagnosis::Diagnosis;
use sayso_model::measure::{MeasureId, Measurement};

use super::{Headline, Prose, Term};
use crate::lookup::{CALENDAR, Measures, WORKING};
use crate::{quantity, words};

/// More than this is a list, not a headline.
const HEADLINES_MAX: usize = 5;

/// Below this share of known deciders nothing about authority is said for an area or a record.
pub(super) const DECIDER_KNOWN_MIN: f64 = 0.6;

/// The sentences that come first; one at least.
pub(super) fn headlines(diagnosis: &Diagnosis, measures: Measures<'_>) -> Vec<Headline> {
    if let Some(headline) = empty(diagnosis) {
        return vec![headline];
    }
    let candidates = [
        latency(measures),
        holder(measures),
        crossings(measures),
        decider_unknown(measures),
        returns(measures),
        slowest_area(measures),
        gap(measures),
        reopened(measures),
    ];
    super::authority::headlines(diagnosis).chain(candidates.into_iter().flatten()).take(HEADLINES_MAX).collect()
}

/// The one sentence of a diagnosis that has no numbers at all.
fn empty(diagnosis: &Diagnosis) -> Option<Headline> {
    let coverage = &diagnosis.coverage;
    let (says, doubt, asks) = if coverage.events == 0 {
        (
            Prose::from("The record holds no events, so there is nothing to diagnose yet."),
            Prose::from("This says nothing about the organisation: only that nothing could be read."),
            "Is this the right file or folder?",
        )
    } else if coverage.decisions == 0 {
        (
            Prose::new()
                .say(format!("{} read, but no ", quantity::counted(coverage.events, "event was", "events were")))
                .term("decision", Term::Decision)
                .say(" could be recognised in them."),
            Prose::new()
                .say("No ")
                .term("lens", Term::Lens)
                .say(" says which of the recorded activities ask, hand over or decide. Decisions may well be there."),
            "Which recorded activity is the answer to a question?",
        )
    } else if diagnosis.measures.is_empty() {
        (
            Prose::new().say(format!(
                "{} recognised, but every group is too small to speak of.",
                quantity::counted(coverage.decisions, "decision was", "decisions were")
            )),
            Prose::new()
                .say("Below the ")
                .term("privacy floor", Term::PrivacyFloor)
                .say(" a number about a group would be a number about a person."),
            "Would a longer window or more teams give enough decisions?",
        )
    } else {
        return None;
    };
    Some(Headline {
        figure: quantity::CANNOT_TELL.to_owned(),
        says,
        doubt,
        asks: Cow::Borrowed(asks),
        measures: Vec::new(),
    })
}

fn latency(measures: Measures<'_>) -> Option<Headline> {
    let half = measures
        .one(MeasureId::M01, "median", &[WORKING])
        .or_else(|| measures.one(MeasureId::M01, "median", &[CALENDAR]))?;
    let asks = "Is this the pace at which questions were meant to be answered?";
    if half.estimate().value().is_none() {
        let mut headline = cannot_tell("How long a typical question waits, the record cannot tell.", half, asks);
        let mean = measures.first(MeasureId::M01, &["restricted_mean"], &[&[WORKING], &[CALENDAR]]);
        if let Some(mean) = mean.filter(|m| is_known(m)) {
            headline.doubt = headline.doubt.say(format!(
                " Counted up to a limit that the appendix names, the mean is {} ({}).",
                quantity::value(mean.estimate()),
                quantity::interval(mean.estimate())
            ));
        }
        return Some(headline);
    }
    let is_working = half.scope().get("clock").is_none_or(|clock| clock == "working");
    let clock = if is_working { WORKING } else { CALENDAR };
    let mut says = Prose::new()
        .say("Half of all ")
        .term("questions", Term::Decision)
        .say(" are answered within ")
        .strong(quantity::value(half.estimate()));
    let mut doubt = Prose::new().say(words::capital(&quantity::between(half.estimate())));
    let longer = measures.one(MeasureId::M01, "p75", &[clock]);
    if let Some(longer) = longer.filter(|m| m.estimate().value().is_some()) {
        says = says.say("; one in four takes longer than ").strong(quantity::value(longer.estimate()));
        doubt = doubt.say(format!(" for the half, {} for the quarter", quantity::between(longer.estimate())));
    }
    doubt = doubt.say(format!(", from {}.", words::observed(half)));
    if let Some(wall) = measures.one(MeasureId::M01, "median", &[CALENDAR]).filter(|m| is_working && is_known(m)) {
        doubt = doubt.say(" On the ").term("wall clock", Term::WallClock).say(format!(
            " the half takes {} ({}).",
            quantity::value(wall.estimate()),
            quantity::interval(wall.estimate())
        ));
    }
    Some(headline(half, says.say("."), doubt, asks))
}

fn holder(measures: Measures<'_>) -> Option<Headline> {
    let (key, groups) = ["role", "team", "site"].into_iter().find_map(|key| {
        let groups = measures.by(MeasureId::M03, "share", &[WORKING], key);
        let known: Vec<_> =
            groups.into_iter().filter(|(label, m)| is_known(m) && super::holders::is_group(label)).collect();
        (known.len() > 1).then_some((key, known))
    })?;
    let (label, most) = largest(&groups)?;
    let says = Prose::new()
        .strong(quantity::value(most.estimate()))
        .say(" of the ")
        .term("working time", Term::WorkingTime)
        .say(format!(" that questions wait lies with one {key}: "))
        .name(label)
        .say(".");
    let doubt = doubt(most).say(format!(
        " It is the largest of {}, so the true share is likelier lower than higher.",
        quantity::counted(groups.len() as u64, key, &words::plural(key))
    ));
    Some(headline(most, says, doubt, "Is what holds most questions also what has the information to answer them?"))
}

fn crossings(measures: Measures<'_>) -> Option<Headline> {
    let m = measures.first(MeasureId::M17, &["crossing_share"], &[&[], &[("by", "person")], &[("by", "site")]])?;
    let asks = "Which of the questions that cross between sites could be answered without leaving?";
    if !is_known(m) {
        return Some(cannot_tell(
            "Whether hand-overs cross from one site to another, the record cannot tell.",
            m,
            asks,
        ));
    }
    let says = Prose::new()
        .strong(quantity::value(m.estimate()))
        .say(" of ")
        .term("hand-overs", Term::Handover)
        .say(" ")
        .term("cross", Term::Crossing)
        .say(" from one site to another.");
    Some(headline(m, says, doubt(m), asks))
}

fn decider_unknown(measures: Measures<'_>) -> Option<Headline> {
    let m = measures.one(MeasureId::M00, "decider_known", &[])?;
    let share = m.estimate().value()?;
    if share >= DECIDER_KNOWN_MIN {
        return None;
    }
    let says = Prose::new()
        .say("Who ")
        .term("decided", Term::Decider)
        .say(" is known for only ")
        .strong(quantity::value(m.estimate()))
        .say(" of answers, so this report does not say who holds authority.");
    Some(headline(m, says, doubt(m), "Where are answers given, if the record does not show who gives them?"))
}

fn returns(measures: Measures<'_>) -> Option<Headline> {
    let scopes: [&[(&str, &str)]; 4] = [&[("by", "person")], &[], &[("by", "team")], &[("by", "role")]];
    let m = measures.first(MeasureId::M18, &["share_return", "share"], &scopes).filter(|m| is_known(m))?;
    let whom = match m.scope().get("by").map(String::as_str) {
        Some("team") => "a team that",
        Some("role") => "a role that",
        _ => "somebody who",
    };
    let says = Prose::new()
        .strong(quantity::value(m.estimate()))
        .say(" of items ")
        .term("come back", Term::Return)
        .say(format!(" to {whom} had them before."));
    Some(headline(m, says, doubt(m), "What was missing the first time from what came back?"))
}

/// Only where its interval lies wholly above the whole record's: a largest of many is large by chance alone.
fn slowest_area(measures: Measures<'_>) -> Option<Headline> {
    let all = measures.one(MeasureId::M01, "median", &[WORKING])?;
    let groups = measures.by(MeasureId::M01, "median", &[WORKING], "area");
    let known: Vec<_> =
        groups.into_iter().filter(|(label, m)| is_known(m) && super::holders::is_group(label)).collect();
    let (label, most) = largest(&known)?;
    let (low, high) = (most.estimate().interval().low?, all.estimate().interval().high?);
    if known.len() < 2 || low <= high {
        return None;
    }
    let says = Prose::new()
        .say("Questions wait longest in the area ")
        .name(label)
        .say(": half take more than ")
        .strong(quantity::value(most.estimate()))
        .say(".");
    let doubt = doubt(most).say(format!(
        " It is the longest of {}, so part of the difference is chance.",
        quantity::counted(known.len() as u64, "area", "areas")
    ));
    Some(headline(
        most,
        says,
        doubt,
        "What differs in the slowest area: the questions, the holders or how far they may decide?",
    ))
}

fn gap(measures: Measures<'_>) -> Option<Headline> {
    let m = measures.first(MeasureId::M04, &["median"], &[&[WORKING], &[CALENDAR]]).filter(|m| is_known(m))?;
    let says = Prose::new()
        .say("Once given, half of the answers are carried out within ")
        .strong(quantity::value(m.estimate()))
        .say(".");
    Some(headline(m, says, doubt(m), "Between answer and execution, who waits for a second yes?"))
}

fn reopened(measures: Measures<'_>) -> Option<Headline> {
    let m = measures.one(MeasureId::M20, "share", &[]).filter(|m| is_known(m))?;
    let says = Prose::new().strong(quantity::value(m.estimate())).say(" of answered questions are opened again.");
    Some(headline(m, says, doubt(m), "What did the answers that were undone not know?"))
}

fn headline(m: &Measurement, says: Prose, doubt: Prose, asks: &'static str) -> Headline {
    Headline {
        figure: quantity::value(m.estimate()),
        says,
        doubt,
        asks: Cow::Borrowed(asks),
        measures: vec![m.id().code()],
    }
}

fn cannot_tell(says: &str, m: &Measurement, asks: &'static str) -> Headline {
    let why = m.estimate().why().unwrap_or("the data set no value");
    let mut doubt = Prose::new().say(format!("Why: {}", crate::clean::line(why)));
    let limits = m.estimate().interval();
    if limits.low.is_some() || limits.high.is_some() {
        doubt = doubt.say(format!("; {}", quantity::between(m.estimate())));
    }
    headline(m, Prose::from(says), doubt.say(format!(", from {}.", words::observed(m))), asks)
}

fn doubt(m: &Measurement) -> Prose {
    Prose::new().say(format!("{}, from {}.", words::capital(&quantity::between(m.estimate())), words::observed(m)))
}

fn is_known(m: &Measurement) -> bool {
    m.estimate().value().is_some()
}

fn largest<'a>(groups: &[(&'a str, &'a Measurement)]) -> Option<(&'a str, &'a Measurement)> {
    groups
        .iter()
        .copied()
        .max_by(|a, b| a.1.estimate().value().unwrap_or(0.0).total_cmp(&b.1.estimate().value().unwrap_or(0.0)))
}
