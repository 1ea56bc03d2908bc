//! Decided far from information: who decides has hardly dealt with the area, although somebody who takes part knows it well.

use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, above, b_if, below};
use crate::wording::{by_role, place, sentence, share, share_of};

/// Share of decisions taken far from the information: the whole interval must lie above it.
const FAR_MIN: f64 = 0.3;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::DecidedFarFromInformation,
    family: Family::Role,
    needs_deciders: true,
    needs_charter: false,
    numbers: &["far", "gap"],
    p: |signal| signal.p("far"),
    strength: |signal| b_if(matters(signal)),
    still: matters,
    gone: |recent, _| below(recent, "far", FAR_MIN),
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

fn matters(signal: &Signal) -> bool {
    above(signal, "far", FAR_MIN)
}

fn claim(signal: &Signal) -> String {
    let far = figure(signal).unwrap_or_else(|| "many decisions".to_owned());
    let by = by_role(", mostly by the ", &signal.role);
    let informed = match by_role(", most often the ", &signal.counterpart) {
        none if none.is_empty() => none,
        role => format!("{role},"),
    };
    let mut claim = format!(
        "On {}, {far} are taken by somebody who has hardly dealt with the area of late{by}, while somebody who takes part in \
         the question{informed} knows it at least ten times as well by the record.",
        place(signal)
    );
    claim.push_str(&sentence([share(signal, "gap").map(|gap| {
        format!("the best informed role has {gap} more of all that is done in the area than the decider's")
    })]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    share_of(signal, "far", "decision", "decisions")
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("{} are taken far from the information", figure(signal)?))
}

fn otherwise(_signal: &Signal) -> Vec<String> {
    vec![
        "The record knows work on items and not conversations: who speaks with customers may know most and leave no trace."
            .to_owned(),
        "What the decision needs may not be the area but the whole: money, law, other teams.".to_owned(),
        "The decider may be new by the record only, or be told all that matters before deciding.".to_owned(),
    ]
}

fn question(_signal: &Signal) -> String {
    "What does the decider know here that those nearest to it do not, and could it be written down as a bound for them?"
        .to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn far() -> Made {
        signal(Pattern::DecidedFarFromInformation)
            .role("head of product")
            .counterpart("product owner")
            .share("far", 0.62, 0.55, 0.69, 180)
            .share("gap", 0.41, 0.36, 0.46, 180)
            .test("far", 1e-12)
    }

    #[test]
    fn the_sentence() {
        assert_eq!(
            judged(&[far().done()]).findings[0].claim,
            "On scope of pricing, 62 % [55, 69] of 180 decisions are taken by somebody who has hardly dealt with the area of \
             late, mostly by the head of product, while somebody who takes part in the question, most often the product \
             owner, knows it at least ten times as well by the record. The best informed role has 41 % [36, 46] more of all \
             that is done in the area than the decider's."
        );
    }

    #[test]
    fn three_in_ten_is_no_finding_and_neither_is_what_has_no_known_deciders() {
        assert_eq!(judged(&[far().share("far", 0.36, 0.28, 0.44, 120).done()]).findings, []);
        assert_eq!(judged(&[far().with(|s| s.observable = false).done()]).findings, []);
    }
}
