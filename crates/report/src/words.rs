//! What statistics, scopes and observations are called in words.

use sayso_model::measure::{MeasureId, Measurement, Scope};
use sayso_stats::Unit;

use crate::brief::Prose;
use crate::quantity;

/// A statistic in words, to stand in a table: `half take less`, `share that comes back`.
pub(crate) fn statistic(id: MeasureId, statistic: &str) -> String {
    let known = match (id, statistic) {
        (MeasureId::M00, "decider_known") => "decisions whose decider is known",
        (MeasureId::M00, "ask_known") => "decisions with a recorded ask",
        (MeasureId::M00, "origin_linked") => "decisions linked to where they come from",
        (MeasureId::M00, "never_closed") => "items never closed",
        (MeasureId::M00, "bot_events" | "events_by_bots") => "events by bots",
        (MeasureId::M03, "share") => "share of the waiting time",
        (MeasureId::M03, "median_stay") => "median length of one hold",
        (MeasureId::M06, "mean") => "mean number of consents too many",
        (MeasureId::M17, "mean") => "mean number of hand-overs",
        (MeasureId::M17, "share_any") => "decisions that change hands at all",
        (MeasureId::M17, "crossing_share") => "hand-overs that cross to another site",
        (MeasureId::M18, "share") => "decisions that go from A to B and back to A",
        (MeasureId::M18, "share_return") => "decisions that come back to an earlier holder",
        (MeasureId::M20, "share") => "decisions opened again",
        (_, "p25") => "a quarter take less",
        (_, "median") => "half take less (median)",
        (_, "p75") => "three quarters take less",
        (_, "mean") => "mean",
        (_, "share") => "share",
        _ => return crate::clean::line(&statistic.replace('_', " ")),
    };
    known.to_owned()
}

/// How many observations, with what they are: `812 decisions`.
pub(crate) fn observed(m: &Measurement) -> String {
    let (one, many) = match (m.id(), m.statistic(), m.estimate().unit()) {
        (_, _, Unit::PerItem) | (MeasureId::M00, "never_closed", _) => ("item", "items"),
        (MeasureId::M00, "bot_events" | "events_by_bots", _) => ("event", "events"),
        (MeasureId::M03, "median_stay", _) => ("hold", "holds"),
        (MeasureId::M17, "crossing_share", _) => ("hand-over", "hand-overs"),
        _ => ("decision", "decisions"),
    };
    quantity::counted(m.estimate().n(), one, many)
}

/// Which part of the record a scope speaks of; `everything` where it names none.
pub(crate) fn part(scope: &Scope) -> Prose {
    let mut prose = Prose::new();
    for (key, word) in scope {
        if !prose.is_empty() {
            prose = prose.say(", ");
        }
        prose = match (key.as_str(), word.as_str()) {
            ("clock", "working") => prose.say("working clock"),
            ("clock", "calendar") => prose.say("wall clock"),
            ("by", level) => prose.say("counted between ").name(&plural(level)),
            (key, word) => prose.name(key).say(" ").name(word),
        };
    }
    if prose.is_empty() { prose.say("everything") } else { prose }
}

/// A level of grouping in the plural: `roles`, `sites`, `people`.
pub(crate) fn plural(key: &str) -> String {
    match key {
        "person" => "people".to_owned(),
        key => format!("{}s", crate::clean::line(key)),
    }
}

/// The same words with a capital at the beginning.
pub(crate) fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statistic_that_nobody_foresaw_is_still_readable() {
        assert_eq!(statistic(MeasureId::M20, "share_within_week"), "share within week");
    }

    #[test]
    fn a_scope_reads_as_a_phrase() {
        let scope: Scope =
            [("area", "pricing"), ("clock", "working")].into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        assert_eq!(part(&scope).plain(), "area pricing, working clock");
        assert_eq!(part(&Scope::new()).plain(), "everything");
    }
}
