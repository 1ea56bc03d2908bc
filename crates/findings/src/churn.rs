//! Churn: what was settled is settled again and again. It speaks of questions, not of who answers them.

use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, above, b_if, below};
use crate::wording::{place, plain, sentence, share, share_of};

/// Share of items with an answer reversed, reopened or given again: the whole interval must lie above it.
const ITEMS_CHANGED_MIN: f64 = 0.2;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::Churn,
    family: Family::Place,
    needs_deciders: false,
    needs_charter: false,
    numbers: &["items_changed", "changes_per_item", "back_and_forth"],
    p: |signal| signal.p("items_changed"),
    strength: |signal| b_if(matters(signal)),
    still: matters,
    gone: |recent, _| below(recent, "items_changed", ITEMS_CHANGED_MIN),
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

fn matters(signal: &Signal) -> bool {
    above(signal, "items_changed", ITEMS_CHANGED_MIN)
}

fn claim(signal: &Signal) -> String {
    let changed = figure(signal).unwrap_or_else(|| "many items".to_owned());
    let mut claim = format!("On {}, {changed} had an answer reversed, reopened or given again.", place(signal));
    claim.push_str(&sentence([
        plain(signal, "changes_per_item").map(|changes| format!("that makes {changes} changes per item")),
        share(signal, "back_and_forth").map(|share| format!("in {share} the answer went back and forth")),
    ]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    share_of(signal, "items_changed", "item", "items")
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("{} had an answer changed after it was given", figure(signal)?))
}

fn otherwise(_signal: &Signal) -> Vec<String> {
    vec![
        "The work may be of a kind that is learned by doing; then changed answers are what it is for.".to_owned(),
        "An answer may be recorded in steps, so that giving it again only completes it.".to_owned(),
        "Something outside may have changed in this time: a market, a rule, a supplier.".to_owned(),
    ]
}

fn question(_signal: &Signal) -> String {
    "What is learned between the first answer and the next that could have been known at the first?".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn churning() -> Made {
        signal(Pattern::Churn)
            .share("items_changed", 0.34, 0.27, 0.42, 140)
            .ratio("changes_per_item", 0.61, 0.47, 0.77)
            .share("back_and_forth", 0.08, 0.05, 0.14, 140)
            .test("items_changed", 1e-4)
    }

    #[test]
    fn the_sentence() {
        insta::assert_snapshot!(judged(&[churning().done()]).findings[0].claim, @"On scope of pricing, 34 % [27, 42] of 140 items had an answer reversed, reopened or given again. That makes 0.61 [0.47, 0.77] changes per item; in 8.0 % [5.0, 14.0] the answer went back and forth.");
    }

    #[test]
    fn one_item_in_five_is_no_finding() {
        assert_eq!(judged(&[churning().share("items_changed", 0.25, 0.19, 0.32, 140).done()]).findings, []);
    }

    #[test]
    fn it_needs_neither_charter_nor_known_deciders() {
        let bare = churning().with(|s| (s.declared, s.observable) = (false, false));
        assert_eq!(judged(&[bare.done()]).findings.len(), 1);
    }
}
