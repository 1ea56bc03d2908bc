//! Permission seeking: who may decide asks somebody outside the remit, and stops until the answer comes.
//!
//! What is retained by design (regulation, four eyes, budget) gives no signal in the first place: the measure leaves it
//! out by the charter, and without a charter nothing can be outside a remit. Advice while work goes on is no permission.

use sayso_model::diagnosis::Strength;
use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, above, below};
use crate::wording::{by_role, capital, hours, place, sentence, share, share_of};

/// Permissions per decision of those who hold the right: the whole interval must lie above it. Some asking is courtesy.
const RATE_MIN: f64 = 0.05;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::PermissionSeeking,
    family: Family::Role,
    needs_deciders: true,
    needs_charter: true,
    numbers: &["rate", "rate_corrected", "wait", "hours", "unchanged", "answered_by_asker"],
    p: |signal| signal.p("rate"),
    strength,
    still: matters,
    gone: |recent, _| below(recent, judged(recent), RATE_MIN),
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

/// Where a text rule took part, the rate without its errors counts.
fn judged(signal: &Signal) -> &'static str {
    if signal.number("rate_corrected").is_some() { "rate_corrected" } else { "rate" }
}

fn matters(signal: &Signal) -> bool {
    above(signal, judged(signal), RATE_MIN)
}

fn strength(signal: &Signal) -> Strength {
    match matters(signal) {
        true if signal.asked_in_words => Strength::A,
        true => Strength::B,
        false => Strength::C,
    }
}

fn claim(signal: &Signal) -> String {
    let place = place(signal);
    let whom = match signal.counterpart.as_str() {
        "" => "somebody outside that remit".to_owned(),
        role => format!("somebody outside that remit ({role})"),
    };
    let who = match signal.role.as_str() {
        "" => format!("those who may decide {place}"),
        role => format!("{place} is for the {role} to decide, who"),
    };
    let rate = figure(signal).unwrap_or_else(|| "many decisions".to_owned());
    let mut claim = format!("{} asked {whom} first and stopped until the answer came in {rate}.", capital(&who));
    claim.push_str(&sentence([
        hours(signal, "wait").map(|wait| format!("the median answer took {wait}")),
        hours(signal, "hours").map(|hours| format!("{hours} were waited altogether")),
        share(signal, "unchanged").map(|share| format!("{share} of the answers changed nothing")),
        share(signal, "answered_by_asker").map(|share| format!("in {share} the asker then decided without an answer")),
        share(signal, "rate_corrected")
            .map(|share| format!("allowing for errors in reading the texts, the rate is {share}")),
    ]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    share_of(signal, "rate", "decision", "decisions")
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("permission was asked{} in {}", by_role(" by the ", &signal.role), figure(signal)?))
}

fn otherwise(signal: &Signal) -> Vec<String> {
    let mut all = vec![
        "The ask may be for advice that was needed, and the work may have stopped for another reason at the same time."
            .to_owned(),
        "The right may be new, or its bounds unclear: asking is then what a careful person does.".to_owned(),
        "Something may require this second look that the charter does not name; then it should be marked as retained."
            .to_owned(),
    ];
    if signal.number("rate_corrected").is_some() {
        all.push(
            "Some of these asks were recognised by their words, and words of courtesy differ by language.".to_owned(),
        );
    }
    all
}

fn question(signal: &Signal) -> String {
    match signal.role.as_str() {
        "" => "What would have to be true for those who may decide this to decide it without asking?".to_owned(),
        role => format!("What would have to be true for the {role} to decide this without asking?"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn seeking() -> Made {
        signal(Pattern::PermissionSeeking)
            .role("product owner")
            .counterpart("senior product manager")
            .share("rate", 0.31, 0.25, 0.38, 224)
            .hours("wait", 9.0, 7.0, 12.0)
            .hours("hours", 812.0, 640.0, 990.0)
            .share("unchanged", 0.93, 0.85, 0.97, 66)
            .test("rate", 1e-9)
    }

    #[test]
    fn the_sentence() {
        insta::assert_snapshot!(judged(&[seeking().done()]).findings[0].claim, @"Scope of pricing is for the product owner to decide, who asked somebody outside that remit (senior product manager) first and stopped until the answer came in 31 % [25, 38] of 224 decisions. The median answer took 9 working hours [7, 12]; 102 working days [80, 124] were waited altogether; 93 % [85, 97] of the answers changed nothing.");
        assert_eq!(
            judged(&[seeking().done()]).findings[0].question,
            "What would have to be true for the product owner to decide this without asking?"
        );
    }

    #[test]
    fn a_rate_that_the_errors_of_the_text_rule_explain_is_no_finding() {
        let corrected = seeking().share("rate_corrected", 0.04, 0.0, 0.09, 224);
        assert_eq!(judged(&[corrected.done()]).findings, []);
        assert_eq!(judged(&[seeking().unknown("rate_corrected").done()]).findings, [], "cannot tell is not enough");
    }

    #[test]
    fn courtesy_is_no_finding_and_neither_is_asking_without_a_charter() {
        assert_eq!(judged(&[seeking().share("rate", 0.06, 0.04, 0.09, 224).done()]).findings, []);
        assert_eq!(judged(&[seeking().with(|s| s.declared = false).done()]).findings, []);
    }

    #[test]
    fn asks_in_so_many_words_are_explicit() {
        let words = seeking().with(|s| s.asked_in_words = true);
        assert_eq!(judged(&[words.done()]).findings[0].strength, Strength::A);
    }
}
