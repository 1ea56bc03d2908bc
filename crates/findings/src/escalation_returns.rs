//! Escalations that return: questions go up and come back unchanged.

use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, b_if};
use crate::wording::{by_role, hours, place, plain, sentence, share_of};

/// Share of all decisions that went up and came back unchanged, more than. It is told from the lower limit of the
/// escalations and the share of them that came back; the test of the signal is against the same bound.
const RETURNS_MIN: f64 = 0.1;

/// Share of escalated decisions that came back unchanged, at least: most of them, or going up did something.
const UNCHANGED_MIN: f64 = 0.5;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::EscalationReturns,
    family: Family::Place,
    needs_deciders: true,
    needs_charter: false,
    numbers: &["unchanged", "escalated", "return_time"],
    p: |signal| signal.p("returns"),
    strength: |signal| b_if(matters(signal)),
    still: matters,
    gone,
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

fn matters(signal: &Signal) -> bool {
    let (Some(escalated), Some(unchanged)) = (signal.low("escalated"), signal.value("unchanged")) else { return false };
    unchanged >= UNCHANGED_MIN && escalated * unchanged > RETURNS_MIN
}

/// Even at the upper limits fewer than the bound go up and come back.
fn gone(recent: &Signal, _before: &Signal) -> bool {
    let unchanged = recent.high("unchanged").unwrap_or(1.0);
    recent.high("escalated").is_some_and(|escalated| escalated * unchanged < RETURNS_MIN)
}

fn claim(signal: &Signal) -> String {
    let back = figure(signal).unwrap_or_else(|| "most escalated decisions".to_owned());
    let to = by_role(" to the ", &signal.role);
    let mut claim = format!(
        "On {}, {back} that went up{to} came back without an objection or an answer from above.",
        place(signal)
    );
    claim.push_str(&sentence([
        plain(signal, "escalated").map(|rate| format!("there are {rate} escalations per decision")),
        hours(signal, "return_time").map(|time| format!("the median time above is {time}")),
    ]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    share_of(signal, "unchanged", "decision", "decisions")
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("{} that went up came back unchanged", figure(signal)?))
}

fn otherwise(_signal: &Signal) -> Vec<String> {
    vec![
        "Going up may be meant as information; then it is no question, and need not wait for anything.".to_owned(),
        "The answer from above may have come by word of mouth, with nothing to see in the record.".to_owned(),
        "A routing rule or a form may send questions up by itself.".to_owned(),
    ]
}

fn question(_signal: &Signal) -> String {
    "What did those who sent it up know already, that they were not free to act on?".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn returns() -> Made {
        signal(Pattern::EscalationReturns)
            .per_decision("escalated", 0.41, 0.35, 0.48)
            .share("unchanged", 0.71, 0.61, 0.80, 86)
            .hours("return_time", 13.0, 9.0, 15.5)
            .test("returns", 1e-6)
    }

    #[test]
    fn the_sentence() {
        insta::assert_snapshot!(judged(&[returns().done()]).findings[0].claim, @"On scope of pricing, 71 % [61, 80] of 86 decisions that went up came back without an objection or an answer from above. There are 0.41 [0.35, 0.48] escalations per decision; the median time above is 13 working hours [9, 16].");
    }

    #[test]
    fn going_up_that_changes_something_or_is_rare_is_no_finding() {
        assert_eq!(judged(&[returns().share("unchanged", 0.45, 0.35, 0.56, 86).done()]).findings, []);
        assert_eq!(judged(&[returns().per_decision("escalated", 0.15, 0.11, 0.20).done()]).findings, []);
    }
}
