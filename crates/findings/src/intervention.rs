//! Intervention: a higher level acts on a question without having been asked, above all when discomfort appears.

use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, above, b_if, below};
use crate::wording::{by_role, count, place, plain, sentence, share, times};

/// Decisions with an intervention per hundred: the whole interval must lie above it. Now and then somebody helps.
const PER_100_MIN: f64 = 5.0;

/// Level of the test whether triggers bring interventions: it colours the claim and carries none, and so is not corrected.
const TRIGGER_LEVEL: f64 = 0.05;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::Intervention,
    family: Family::Role,
    needs_deciders: true,
    needs_charter: false,
    numbers: &["per_100", "after_trigger", "without_trigger", "hazard_ratio"],
    p: |signal| signal.p("rate"),
    strength: |signal| b_if(matters(signal)),
    still: matters,
    gone: |recent, _| below(recent, "per_100", PER_100_MIN),
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

fn matters(signal: &Signal) -> bool {
    above(signal, "per_100", PER_100_MIN)
}

fn is_triggered(signal: &Signal) -> bool {
    signal.p("trigger").is_some_and(|p| p < TRIGGER_LEVEL)
}

fn claim(signal: &Signal) -> String {
    let often = figure(signal).unwrap_or_else(|| "many decisions".to_owned());
    let who = by_role(" (", &signal.role) + if signal.role.is_empty() { "" } else { ")" };
    let mut claim = format!("On {}, a higher level{who} acted without having been asked in {often}.", place(signal));
    let after = share(signal, "after_trigger").map(|after| {
        let without = share(signal, "without_trigger").map(|without| format!(", against {without} without"));
        format!(
            "after a trigger (a missed date, an incident, a complaint) {after} of decisions see one{}",
            without.unwrap_or_default()
        )
    });
    let ratio = times(signal, "hazard_ratio").filter(|_| is_triggered(signal));
    let ratio = ratio.map(|ratio| format!("a trigger makes one {ratio} as likely"));
    claim.push_str(&sentence([after, ratio]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    let n = signal.number("per_100")?.estimate().n();
    Some(format!("{} of every 100 decisions (from {})", plain(signal, "per_100")?, count(n)))
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("a higher level acted unasked in {}", figure(signal)?))
}

fn otherwise(signal: &Signal) -> Vec<String> {
    let mut all = vec![
        "The ask may have been made in a call or a chat; then the act was wanted and only looks unasked.".to_owned(),
        "The higher level may have worked on the question as a colleague, not decided it.".to_owned(),
    ];
    if is_triggered(signal) {
        all.push("After an incident or a complaint stepping in may be the agreed duty of that level.".to_owned());
    } else {
        all.push("The level of some people may be declared too high in `people.csv`.".to_owned());
    }
    all
}

fn question(_signal: &Signal) -> String {
    "What did the higher level need to see, so that it would not have had to step in?".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn intervening() -> Made {
        signal(Pattern::Intervention)
            .role("head of product")
            .ratio("per_100", 12.0, 8.4, 16.3)
            .share("after_trigger", 0.38, 0.27, 0.50, 64)
            .share("without_trigger", 0.06, 0.03, 0.10, 160)
            .ratio("hazard_ratio", 5.1, 2.6, 9.8)
            .test("rate", 1e-5)
            .test("trigger", 1e-4)
    }

    #[test]
    fn the_sentence() {
        insta::assert_snapshot!(judged(&[intervening().done()]).findings[0].claim, @"On scope of pricing, a higher level (head of product) acted without having been asked in 12 [8, 16] of every 100 decisions (from 224). After a trigger (a missed date, an incident, a complaint) 38 % [27, 50] of decisions see one, against 6.0 % [3.0, 10.0] without; a trigger makes one 5.1 times [2.6, 9.8] as likely.");
    }

    #[test]
    fn a_trigger_that_explains_nothing_is_not_said_to() {
        let calm = intervening().test("trigger", 0.4);
        let claim = judged(&[calm.done()]).findings[0].claim.clone();
        assert!(!claim.contains("as likely"), "{claim}");
    }

    #[test]
    fn helping_now_and_then_is_no_finding() {
        assert_eq!(judged(&[intervening().ratio("per_100", 6.0, 3.9, 9.0).done()]).findings, []);
    }
}
