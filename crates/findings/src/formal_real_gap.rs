//! Formal-real gap: decisions are taken by somebody outside the remit.

use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, above, b_if, below};
use crate::wording::{by_role, capital, place, plain, sentence, share_of};

/// Share of decisions taken outside the remit: the whole interval must lie above it. Somebody stands in now and then.
const OUTSIDE_MIN: f64 = 0.1;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::FormalRealGap,
    family: Family::Place,
    needs_deciders: true,
    needs_charter: true,
    numbers: &["outside", "divergence"],
    p: |signal| signal.p("outside"),
    strength: |signal| b_if(matters(signal)),
    still: matters,
    gone: |recent, _| below(recent, "outside", OUTSIDE_MIN),
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

fn matters(signal: &Signal) -> bool {
    above(signal, "outside", OUTSIDE_MIN)
}

fn claim(signal: &Signal) -> String {
    let place = capital(&place(signal));
    let declared = match signal.counterpart.as_str() {
        "" => format!("{place} is declared"),
        role => format!("{place} is declared to the {role}"),
    };
    let taken = figure(signal).unwrap_or_else(|| "many decisions".to_owned());
    let role = by_role(", mostly by the ", &signal.role);
    let mut claim = format!("{declared}; {taken} were taken by somebody outside that remit{role}.");
    claim.push_str(&sentence([plain(signal, "divergence").map(|bits| {
        format!("shares of the roles, declared against actual, differ by {bits} bits more than by chance")
    })]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    share_of(signal, "outside", "decision", "decisions")
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("{} were taken outside the remit", figure(signal)?))
}

fn otherwise(_signal: &Signal) -> Vec<String> {
    vec![
        "The charter may be out of date, or its area may be drawn more widely than it was meant.".to_owned(),
        "Those who answered may have stood in for the declared decider, with their knowledge.".to_owned(),
        "Who records an answer is not always who gave it.".to_owned(),
    ]
}

fn question(_signal: &Signal) -> String {
    "Which of the two should change: what is declared, or who decides?".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn gap() -> Made {
        signal(Pattern::FormalRealGap)
            .counterpart("product owner")
            .share("outside", 0.34, 0.28, 0.41, 224)
            .ratio("divergence", 0.21, 0.14, 0.29)
            .test("outside", 1e-9)
    }

    #[test]
    fn the_sentence() {
        insta::assert_snapshot!(judged(&[gap().done()]).findings[0].claim, @"Scope of pricing is declared to the product owner; 34 % [28, 41] of 224 decisions were taken by somebody outside that remit. Shares of the roles, declared against actual, differ by 0.21 [0.14, 0.29] bits more than by chance.");
    }

    #[test]
    fn standing_in_now_and_then_is_no_gap_and_neither_is_what_nobody_declared() {
        assert_eq!(judged(&[gap().share("outside", 0.13, 0.09, 0.18, 224).done()]).findings, []);
        assert_eq!(judged(&[gap().with(|s| s.declared = false).done()]).findings, []);
    }
}
