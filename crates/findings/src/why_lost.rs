//! Why lost: questions are handed over without what they are for.

use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, above, b_if, below};
use crate::wording::{by_role, place, sentence, share, share_of};

/// Share of hand-overs without the why: the whole interval must lie above it. Some hand-overs need none.
const LOST_MIN: f64 = 0.2;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::WhyLost,
    family: Family::Place,
    needs_deciders: false,
    needs_charter: false,
    numbers: &["lost", "reasons", "numbers", "origin", "lost_across", "asked_back", "asked_back_carried"],
    p: |signal| signal.p("lost"),
    strength: |signal| b_if(matters(signal)),
    still: matters,
    gone: |recent, _| below(recent, "lost", LOST_MIN),
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

fn matters(signal: &Signal) -> bool {
    above(signal, "lost", LOST_MIN)
}

fn claim(signal: &Signal) -> String {
    let lost = figure(signal).unwrap_or_else(|| "many hand-overs".to_owned());
    let role = match by_role(", mostly to the ", &signal.counterpart) {
        none if none.is_empty() => none,
        role => format!("{role},"),
    };
    let mut claim = format!(
        "On {}, {lost}{role} come without the why: neither a reason, a goal, a number or a customer stands on the item, \
         nor does a link lead to where it comes from.",
        place(signal)
    );
    claim.push_str(&sentence([
        share(signal, "origin").map(|share| format!("an origin can be reached from {share}")),
        share(signal, "asked_back").map(|share| match self::share(signal, "asked_back_carried") {
            Some(carried) => {
                format!("{share} are followed by a question back, against {carried} of those with the why")
            }
            None => format!("{share} are followed by a question back"),
        }),
    ]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    share_of(signal, "lost", "hand-over", "hand-overs")
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("{} come without the why", figure(signal)?))
}

fn otherwise(signal: &Signal) -> Vec<String> {
    let mut all = vec![
        "The why may have been told in a call, or be known to everybody who works there.".to_owned(),
        "It may stand in an attachment, a wiki, or words that the rules do not know: they miss about half of the reasons."
            .to_owned(),
    ];
    let asked_more =
        signal.low("asked_back").zip(signal.high("asked_back_carried")).is_some_and(|(lost, carried)| lost > carried);
    if !asked_more {
        all.push(
            "Nobody asks back more often than elsewhere, as far as can be told: it may not have been missed."
                .to_owned(),
        );
    }
    all
}

fn question(_signal: &Signal) -> String {
    "Take one of these hand-overs: could whoever took it over have said what it is for, and where did they learn it?"
        .to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn lost() -> Made {
        signal(Pattern::WhyLost)
            .role("product owner")
            .counterpart("tech lead")
            .share("lost", 0.45, 0.38, 0.52, 210)
            .share("origin", 0.52, 0.45, 0.59, 210)
            .share("asked_back", 0.68, 0.58, 0.77, 94)
            .share("asked_back_carried", 0.12, 0.07, 0.19, 116)
            .test("lost", 1e-9)
    }

    #[test]
    fn the_sentence() {
        let finding = judged(&[lost().done()]).findings.remove(0);
        assert_eq!(
            finding.claim,
            "On scope of pricing, 45 % [38, 52] of 210 hand-overs, mostly to the tech lead, come without the why: neither a \
             reason, a goal, a number or a customer stands on the item, nor does a link lead to where it comes from. An \
             origin can be reached from 52 % [45, 59]; 68 % [58, 77] are followed by a question back, against 12 % [7, 19] \
             of those with the why."
        );
        assert_eq!(finding.otherwise.len(), 2, "they do ask back");
    }

    #[test]
    fn a_fifth_is_no_finding_and_what_nobody_declared_or_decided_still_is() {
        assert_eq!(judged(&[lost().share("lost", 0.27, 0.19, 0.36, 100).done()]).findings, []);
        assert_eq!(judged(&[lost().test("lost", 0.4).done()]).findings, []);
        let found = judged(&[lost().with(|s| (s.declared, s.observable) = (false, false)).done()]).findings;
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn where_nobody_asks_back_more_often_that_is_said() {
        let found = judged(&[lost().share("asked_back", 0.13, 0.07, 0.2, 94).done()]).findings;
        assert_eq!(found[0].otherwise.len(), 3);
    }
}
