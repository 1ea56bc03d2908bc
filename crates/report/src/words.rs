//! What statistics, scopes and observations are called in words.

use sayso_model::measure::{MeasureId, Measurement, Scope};
use sayso_model::signal::Pattern;
use sayso_stats::{Estimate, Unit};

use crate::brief::Prose;
use crate::quantity;

/// A statistic in words, to stand in a table: `half take less`, `share that comes back`.
pub(crate) fn statistic(id: MeasureId, statistic: &str) -> String {
    let known = match (id, statistic) {
        (MeasureId::M00, "decider_known") => "answers with a known decider",
        (MeasureId::M00, "decider_explicit") => "answers whose decider is named",
        (MeasureId::M00, "ask_known") => "questions with a recorded ask",
        (MeasureId::M00, "beginning_known") => "questions with a recorded beginning",
        (MeasureId::M00, "origin_linked") => "questions linked to an origin",
        (MeasureId::M00, "never_closed") => "items never closed",
        (MeasureId::M00, "items_without_decision") => "items without any decision",
        (MeasureId::M00, "bot_events" | "events_by_bots") => "events by bots",
        (MeasureId::M00, "events_without_actor") => "events that name nobody",
        (MeasureId::M00, "events_without_act") => "events without a known act",
        (MeasureId::M03, "share") => "share of the waiting time",
        (MeasureId::M03, "median_stay") => "median length of one hold",
        (MeasureId::M06, "mean") => "surplus consents, mean",
        (MeasureId::M06, "share_any") => "answers with any surplus consent",
        (MeasureId::M17, "mean" | "mean_per_item") => "hand-overs, mean",
        (MeasureId::M17, "share_any") => "questions that change hands at all",
        (MeasureId::M17, "share_any_item") => "items that change hands at all",
        (MeasureId::M17, "crossing_share") => "hand-overs that cross to another site",
        (MeasureId::M17, "site_unknown_share") => "hand-overs to or from an unknown site",
        (MeasureId::M18, "share") => "items that go from A to B and back to A",
        (MeasureId::M18, "share_return") => "items that come back to an earlier holder",
        (MeasureId::M20, "share") => "answers opened again or undone",
        (MeasureId::M20, "share_within_30_days") => "the same within 30 days of the answer",
        (MeasureId::M00, "origin_unlinked") => "questions linked to no origin",
        (MeasureId::M11, "share") => "answers from above that changed nothing",
        (MeasureId::M13, "share") => "answers at the declared level",
        (MeasureId::M15, "share") => "answers undone from above",
        (MeasureId::M19, "unchanged") => "escalated questions that came back unchanged",
        (MeasureId::M22, "naive_ratio") => "crossing against not, as it is",
        (MeasureId::M22, "median_crossing") => "half of those that cross take less",
        (MeasureId::M22, "median_within") => "half of those that do not cross take less",
        (MeasureId::M22, "adjusted_ratio") => "crossing against not, kind and area held constant",
        (MeasureId::M22, "adjusted_e_value") => "E-value of that",
        (MeasureId::M22, "direct_ratio") => "the same with the number of people held constant too",
        (MeasureId::M22, "direct_e_value") => "E-value of that",
        (MeasureId::M22, "stratified_ratio") => "crossing against not, within strata",
        (MeasureId::M22, "stratified_e_value") => "E-value of that",
        (MeasureId::M22, "two_people_ratio") => "crossing against not, where two people take part",
        (MeasureId::M22, "without_gates") => "crossing against not, without places that one person answers for",
        (MeasureId::M22, "part_hops") => "factor: more holds",
        (MeasureId::M22, "part_border") => "factor: longer holds at the border",
        (MeasureId::M22, "part_clocks") => "factor: clocks, predicted",
        (MeasureId::M22, "part_rest") => "factor: what is left",
        (MeasureId::M22, "cannot_tell_share") => "those of which nobody can tell whether they crossed",
        (MeasureId::M22, "alone_share") => "those that do not cross in which one person is alone",
        (MeasureId::M22, "stratified_not_alone") => "crossing against not, within strata, of two people or more",
        (MeasureId::M22, "median_by_offset") => "half of those with so many hours between the two take less",
        (MeasureId::M22, "offset_rank") => "rank correlation of hours apart with time taken",
        (MeasureId::M22, "overlap_a_day") => "working hours in common on a working day",
        (MeasureId::M25, "decisions") => "answers given",
        (MeasureId::M25, "headcount") => "people behind them",
        (MeasureId::M25, "hours") => "working time of an answer, mean",
        (MeasureId::M25, "people") => "people in an answer, mean",
        (MeasureId::M25, "asks") => "asks for an answer, mean",
        (MeasureId::M25, "exponent") => "growth of answers with headcount (exponent)",
        (MeasureId::M25, "exponent_hours") => "the same for hours waited",
        (MeasureId::M25, "exponent_people") => "the same for people who took part",
        (MeasureId::M25, "exponent_asks") => "the same for asks",
        (_, "p25") => "a quarter take less",
        (_, "median") => "half take less (median)",
        (_, "p75") => "three quarters take less",
        (_, "restricted_mean") => "mean up to the limit that the method names",
        (_, "mean") => "mean",
        (_, "share") => "share",
        (id, other) => {
            let words = if is_authority(id) { of_authority(other) } else { None };
            return words.map_or_else(|| crate::clean::line(&other.replace('_', " ")), str::to_owned);
        }
    };
    known.to_owned()
}

fn is_authority(id: MeasureId) -> bool {
    matches!(id, MeasureId::M19 | MeasureId::M21 | MeasureId::M23 | MeasureId::M24)
        || (MeasureId::M07..=MeasureId::M16).contains(&id)
}

/// A number behind a finding in words, to stand in its table.
pub(crate) fn of_a_finding(pattern: Pattern, m: &Measurement) -> String {
    let known = match (pattern, m.statistic()) {
        (Pattern::Intervention, "hazard_ratio") => "after a trigger against before",
        (Pattern::EscalationReturns, "unchanged") => "escalated questions that came back unchanged",
        (Pattern::Override, "share") => "answers undone from above",
        (Pattern::BorderCost, "border") => "a hand-over across against within, kind and area held constant",
        (Pattern::BorderCost, "border_e_value") => "its E-value",
        (Pattern::BorderCost, "holds_stratified") => "the same within strata, without a model",
        (_, other) => return of_authority(other).map_or_else(|| statistic(m.id(), other), str::to_owned),
    };
    known.to_owned()
}

/// A number about authority in words, by the name that patterns and measures share.
fn of_authority(statistic: &str) -> Option<&'static str> {
    Some(match statistic {
        "necessity" => "decisions that moved only after the act",
        "base_rate" => "the same in the other areas",
        "hazard_ratio" => "answers after the act against before",
        "absence_ratio" => "answers while away against present",
        "asked" => "acts that had been asked for",
        "wait" => "wait (median)",
        "unchanged" => "answers that changed nothing",
        "top_share" => "answers by one person",
        "top_share_elsewhere" => "the largest share in the other areas",
        "effective_deciders" => "as if spread among so many deciders",
        "rate" => "permissions per decision",
        "rate_corrected" => "the same without errors of reading",
        "hours" => "waited altogether",
        "answered_by_asker" => "decided by the asker without an answer",
        "outside" => "decisions outside the remit",
        "divergence" => "declared against actual, bits above chance",
        "escalated" => "escalations per decision",
        "return_time" => "time above (median)",
        "per_100" => "decisions with an intervention, of 100",
        "after_trigger" => "decisions with one, after a trigger",
        "without_trigger" => "the same without a trigger",
        "time_to" => "time until then (median)",
        "items_changed" => "items with an answer changed",
        "changes_per_item" => "changes per item",
        "back_and_forth" => "items that went back and forth",
        "share_above" => "waiting time above the declared level",
        "decided_above" => "decisions above the declared level",
        "stay" => "stay above (median)",
        "lost" => "hand-overs without the why",
        "lost_across" => "the same across sites",
        "origin" => "hand-overs from which an origin can be reached",
        "reasons" => "hand-overs with a reason to read",
        "numbers" => "hand-overs with an outcome in numbers",
        "goals" => "hand-overs with a goal to read",
        "constraints" => "hand-overs with a constraint to read",
        "customers" => "hand-overs that name a customer or user",
        "non_goals" => "hand-overs that say what is not to be done",
        "links" => "hand-overs with a link in a text",
        "asked_back" => "hand-overs without the why, followed by a question back",
        "asked_back_carried" => "the same with the why",
        "closed_wanting" => "answers that close a question for want of information",
        "re_asks" => "hand-overs followed by a question for the why or for a bound",
        "re_asks_answered" => "of these, the answer stood upstream",
        "answer" => "until a question back is answered (median)",
        "kept" => "hand-overs with the why",
        "kept_per_hop" => "odds of having the why, one hand-over further",
        "kept_across" => "odds of having the why, across sites against within",
        "far" => "decisions far from the information",
        "gap" => "what the best informed role knows more than the decider's",
        "share_at_or_below" => "answers at the declared level or below",
        _ => return None,
    })
}

/// How many observations, with what they are: `812 decisions`.
pub(crate) fn observed(m: &Measurement) -> String {
    observations(m.id(), m.statistic(), m.estimate())
}

/// The same of a number that stands alone.
pub(crate) fn observations(id: MeasureId, statistic: &str, estimate: &Estimate) -> String {
    let (one, many) = match (id, statistic, estimate.unit()) {
        (_, _, Unit::PerItem) | (MeasureId::M18, ..) => ("item", "items"),
        (MeasureId::M21, "items_changed" | "back_and_forth", _) => ("item", "items"),
        (MeasureId::M00, "never_closed" | "items_without_decision", _) => ("item", "items"),
        (MeasureId::M17, "share_any_item", _) => ("item", "items"),
        (MeasureId::M00, "bot_events" | "events_by_bots" | "events_without_actor" | "events_without_act", _) => {
            ("event", "events")
        }
        (MeasureId::M23, "closed_wanting", _) => ("answer", "answers"),
        (MeasureId::M23, ..) => ("hand-over", "hand-overs"),
        (MeasureId::M03, "median_stay", _) => ("hold", "holds"),
        (MeasureId::M17, "crossing_share" | "site_unknown_share", _) => ("hand-over", "hand-overs"),
        _ => ("decision", "decisions"),
    };
    quantity::counted(estimate.n(), one, many)
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
        assert_eq!(statistic(MeasureId::M20, "share_of_mondays"), "share of mondays");
    }

    #[test]
    fn a_scope_reads_as_a_phrase() {
        let scope: Scope =
            [("area", "pricing"), ("clock", "working")].into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        assert_eq!(part(&scope).plain(), "area pricing, working clock");
        assert_eq!(part(&Scope::new()).plain(), "everything");
    }
}
