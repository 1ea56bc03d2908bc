//! Override: answers of the declared decider are undone or answered again by a higher level.

use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, above, b_if, below};
use crate::wording::{by_role, hours, place, sentence, share_of};

/// Share of the declared deciders' answers that are undone from above: the whole interval must lie above it.
const SHARE_MIN: f64 = 0.02;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::Override,
    family: Family::Role,
    needs_deciders: true,
    needs_charter: true,
    numbers: &["share", "time_to"],
    p: |signal| signal.p("share"),
    strength: |signal| b_if(matters(signal)),
    still: matters,
    gone: |recent, _| below(recent, "share", SHARE_MIN),
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

fn matters(signal: &Signal) -> bool {
    above(signal, "share", SHARE_MIN)
}

fn claim(signal: &Signal) -> String {
    let undone = figure(signal).unwrap_or_else(|| "many answers".to_owned());
    let decider = if signal.counterpart.is_empty() { "declared decider" } else { &signal.counterpart };
    let above = by_role(" (", &signal.role) + if signal.role.is_empty() { "" } else { ")" };
    let mut claim = format!(
        "On {}, {undone} of the {decider} were undone or given again by a higher level{above} within ten working days.",
        place(signal)
    );
    claim.push_str(&sentence([hours(signal, "time_to").map(|time| format!("the median time until then is {time}"))]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    share_of(signal, "share", "answer", "answers")
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("{} of the declared decider were undone from above", figure(signal)?))
}

fn otherwise(_signal: &Signal) -> Vec<String> {
    vec![
        "What was decided may have met new facts; then another answer is learning, whoever gives it.".to_owned(),
        "The decider may have asked for the change and somebody above only recorded it.".to_owned(),
        "Bounds (money, risk) may have been exceeded, which gives the higher level the right by the charter."
            .to_owned(),
    ]
}

fn question(_signal: &Signal) -> String {
    "What did the level above know that the decider did not, and could it have been said before the answer?".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn overriding() -> Made {
        signal(Pattern::Override)
            .role("head of product")
            .counterpart("product owner")
            .share("share", 0.08, 0.05, 0.12, 180)
            .hours("time_to", 20.0, 12.0, 31.0)
            .test("share", 1e-5)
    }

    #[test]
    fn the_sentence() {
        insta::assert_snapshot!(judged(&[overriding().done()]).findings[0].claim, @"On scope of pricing, 8.0 % [5.0, 12.0] of 180 answers of the product owner were undone or given again by a higher level (head of product) within ten working days. The median time until then is 2.5 working days [1.5, 3.9].");
    }

    #[test]
    fn two_of_a_hundred_are_no_finding() {
        assert_eq!(judged(&[overriding().share("share", 0.035, 0.015, 0.07, 180).done()]).findings, []);
    }
}
