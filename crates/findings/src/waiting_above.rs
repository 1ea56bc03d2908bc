//! Waiting above: questions wait above the level at which they are declared to be decided.

use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, above, b_if, below};
use crate::wording::{by_role, hours, place, sentence, share};

/// Share of all working time that questions wait above the declared level: the whole interval must lie above it.
const SHARE_ABOVE_MIN: f64 = 0.2;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::WaitingAbove,
    family: Family::Place,
    needs_deciders: true,
    needs_charter: true,
    numbers: &["share_above", "decided_above", "stay"],
    p: |signal| signal.p("share_above"),
    strength: |signal| b_if(matters(signal)),
    still: matters,
    gone: |recent, _| below(recent, "share_above", SHARE_ABOVE_MIN),
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

fn matters(signal: &Signal) -> bool {
    above(signal, "share_above", SHARE_ABOVE_MIN)
}

fn claim(signal: &Signal) -> String {
    let waits = figure(signal).unwrap_or_else(|| "much of the working time".to_owned());
    let role = by_role(", mostly with the ", &signal.role);
    let mut claim =
        format!("On {}, {waits} lies above the level at which they are declared to be decided{role}.", place(signal));
    claim.push_str(&sentence([
        share(signal, "decided_above").map(|share| format!("{share} are decided above it")),
        hours(signal, "stay").map(|stay| format!("the median stay above is {stay}")),
    ]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    let n = signal.number("share_above")?.estimate().n();
    let questions = crate::wording::counted(n, "question", "questions");
    Some(format!("{} of the working time that {questions} waited", share(signal, "share_above")?))
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("{} lies above the declared level", figure(signal)?))
}

fn otherwise(_signal: &Signal) -> Vec<String> {
    vec![
        "The questions that go up may be the hard ones, and hard ones wait wherever they lie.".to_owned(),
        "What lies above may be parked there by agreement rather than wait for an answer.".to_owned(),
        "Levels may be declared too coarsely in `people.csv`, or the remit too low.".to_owned(),
    ]
}

fn question(_signal: &Signal) -> String {
    "Which of these questions could be answered one level lower tomorrow, and what would be risked?".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn waiting() -> Made {
        signal(Pattern::WaitingAbove)
            .share("share_above", 0.41, 0.33, 0.49, 224)
            .share("decided_above", 0.22, 0.17, 0.28, 224)
            .hours("stay", 11.0, 8.0, 14.0)
            .test("share_above", 1e-5)
    }

    #[test]
    fn the_sentence() {
        insta::assert_snapshot!(judged(&[waiting().done()]).findings[0].claim, @"On scope of pricing, 41 % [33, 49] of the working time that 224 questions waited lies above the level at which they are declared to be decided. 22 % [17, 28] are decided above it; the median stay above is 11 working hours [8, 14].");
    }

    #[test]
    fn a_fifth_is_no_finding_and_neither_is_what_has_no_declared_level() {
        assert_eq!(judged(&[waiting().share("share_above", 0.27, 0.19, 0.36, 224).done()]).findings, []);
        assert_eq!(judged(&[waiting().with(|s| s.declared = false).done()]).findings, []);
    }
}
