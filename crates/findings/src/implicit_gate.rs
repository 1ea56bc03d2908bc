//! Implicit gate: questions move only after a role outside the charter has acted.
//!
//! Explicit (A) where most asks say in so many words that the role's consent is wanted, and most answers follow its act.
//! By tests (B) where answers come markedly faster after its act, most follow it, and either the role is asked first or
//! questions stand still while it is away: the first two alone are passed by somebody who merely announces what is about
//! to happen, which is why they never make a finding.

use sayso_model::diagnosis::Strength;
use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, below};
use crate::wording::{by_role, capital, hours, joined, place, sentence, share, share_of, times};

/// Share of answered decisions in which the role acted before the answer, at least. Below it most decisions do without.
const NECESSITY_MIN: f64 = 0.6;

/// How many times as many answers a working day after the act as before it, more than. Smaller ratios are what controls
/// that the record does not hold can produce.
const HAZARD_RATIO_MIN: f64 = 1.5;

/// Share of the role's acts for which it had been asked first, at least: the half that a gate is *sent* questions.
const ASKED_MIN: f64 = 0.5;

/// Level of the test of absence at which it is worth a grade and a sentence, before any correction.
const ABSENCE_LEVEL: f64 = 0.05;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::ImplicitGate,
    family: Family::Role,
    needs_deciders: true,
    needs_charter: false,
    numbers: &["necessity", "base_rate", "hazard_ratio", "asked", "absence_ratio", "wait", "unchanged"],
    p,
    strength,
    still,
    gone,
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

/// All that the grade rests on must hold, so the largest p-value counts. Words that say it need no hazard, and asks no
/// absence; where neither carries the claim, the absence does and has to pass what every claim has to.
fn p(signal: &Signal) -> Option<f64> {
    if signal.asked_in_words {
        return signal.p("necessity").or(signal.p("hazard"));
    }
    let largest = |a: f64, b: f64| if a.is_nan() || a > b { a } else { b };
    let hazard = signal.p("hazard").filter(|p| !p.is_nan())?;
    let both = signal.p("necessity").map_or(hazard, |necessity| largest(necessity, hazard));
    Some(if is_asked(signal) { both } else { signal.p("absence").map_or(both, |absence| largest(absence, both)) })
}

fn strength(signal: &Signal) -> Strength {
    let is_needed = signal.value("necessity").is_some_and(|share| share >= NECESSITY_MIN);
    let releases = signal.value("hazard_ratio").is_some_and(|ratio| ratio > HAZARD_RATIO_MIN);
    match () {
        () if is_needed && signal.asked_in_words => Strength::A,
        () if is_needed && releases && (is_asked(signal) || stops_when_away(signal)) => Strength::B,
        () => Strength::C,
    }
}

fn is_asked(signal: &Signal) -> bool {
    signal.value("asked").is_some_and(|share| share >= ASKED_MIN)
}

fn stops_when_away(signal: &Signal) -> bool {
    signal.p("absence").is_some_and(|p| p < ABSENCE_LEVEL)
        && signal.value("absence_ratio").is_none_or(|ratio| ratio < 1.0)
}

/// A recent part is often too short for a hazard; then the interval of the necessity alone must lie above the bound.
fn still(recent: &Signal) -> bool {
    match recent.value("hazard_ratio") {
        Some(ratio) => {
            ratio > HAZARD_RATIO_MIN && recent.value("necessity").is_some_and(|share| share >= NECESSITY_MIN)
        }
        None => crate::rule::above(recent, "necessity", NECESSITY_MIN),
    }
}

fn gone(recent: &Signal, before: &Signal) -> bool {
    let was = before.low("necessity").unwrap_or(NECESSITY_MIN);
    below(recent, "necessity", was.max(NECESSITY_MIN))
}

fn claim(signal: &Signal) -> String {
    let place = place(signal);
    let who = match (signal.role.as_str(), signal.declared) {
        ("", _) => "one person whose role is not recorded".to_owned(),
        (role, true) => format!("one role outside the charter ({role})"),
        (role, false) => format!("one role ({role})"),
    };
    let declared = match (signal.declared, signal.counterpart.as_str()) {
        (true, "") => format!("{} is declared to others", capital(&place)),
        (true, decider) => format!("{} is declared to the {decider}", capital(&place)),
        (false, _) => format!("Nobody is declared to decide {place}"),
    };
    let moved = figure(signal).unwrap_or_else(|| "most decisions".to_owned());
    let wait = hours(signal, "wait").map(|wait| format!(", median {wait}")).unwrap_or_default();
    let unchanged = share(signal, "unchanged").map(|share| format!(", unchanged in {share}")).unwrap_or_default();
    let mut claim = format!("{declared}; in the record {moved} moved only after {who} had acted{wait}{unchanged}.");
    claim.push_str(&sentence([
        signal.asked_in_words.then(|| "most asks say in so many words that its consent is wanted".to_owned()),
        times(signal, "hazard_ratio").map(|times| format!("answers come {times} as often after that act as before it")),
        share(signal, "asked").map(|share| format!("it was asked first in {share}")),
        stops_when_away(signal)
            .then(|| times(signal, "absence_ratio"))
            .flatten()
            .map(|times| format!("while it is away they come {times} as often")),
    ]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    share_of(signal, "necessity", "decision", "decisions")
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("{} moved only after an act{}", figure(signal)?, by_role(" of the ", &signal.role)))
}

fn otherwise(signal: &Signal) -> Vec<String> {
    let mut all = vec![
        "Something outside the charter may require this consent: regulation, a budget, a contract. Then it belongs into \
         the charter, as retained."
            .to_owned(),
        "The act may announce what was agreed in a call or a chat, rather than release it; both look the same here."
            .to_owned(),
        "Larger or more urgent questions may need several heads anyway. The test allows for size, type and priority only \
         where the record holds them."
            .to_owned(),
    ];
    if !signal.declared {
        all.insert(0, "Nothing is declared here: this may be the very role that was meant to decide.".to_owned());
    }
    if let Some(base) = joined([share(signal, "base_rate")]) {
        all.push(format!(
            "The role may act on most questions everywhere; in the other areas it acted first in {base} of them."
        ));
    }
    all
}

fn question(_signal: &Signal) -> String {
    "Is that a rule, or a habit?".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{gate, judged, signal};

    #[test]
    fn the_sentence_about_scope_of_pricing() {
        let judged = judged(&[gate().done()]);
        let finding = &judged.findings[0];
        insta::assert_snapshot!(format!("{} {}", finding.claim, finding.question), @"Scope of pricing is declared to the product owner; in the record 84 % [76, 90] of 224 decisions moved only after one role outside the charter (senior product manager) had acted, median 9 working hours [7, 12], unchanged in 93 % [88, 96]. Answers come 3.4 times [2.1, 5.5] as often after that act as before it; it was asked first in 71 % [63, 78]. Is that a rule, or a habit?");
        assert_eq!(finding.id, "implicit_gate/scope/pricing/senior product manager");
        assert_eq!(finding.evidence, ["PRC-118#1", "PRC-96#2"]);
        assert_eq!(finding.strength, Strength::B);
        assert_eq!(finding.estimates[0].statistic(), "necessity");
    }

    #[test]
    fn asks_that_say_it_in_words_are_explicit_and_need_no_hazard() {
        let words = gate().with(|s| {
            s.asked_in_words = true;
            s.tests.retain(|test| test.name == "necessity");
            s.numbers.retain(|number| number.statistic() != "hazard_ratio");
        });
        let judged = judged(&[words.done()]);
        assert_eq!(judged.findings[0].strength, Strength::A);
        assert!(judged.findings[0].claim.contains("in so many words"), "{}", judged.findings[0].claim);
    }

    #[test]
    fn an_announcer_who_is_not_asked_and_whose_absence_stops_nothing_is_no_gate() {
        let announcer = gate().share("asked", 0.08, 0.04, 0.13, 188);
        assert_eq!(judged(&[announcer.clone().done()]).findings, []);
        let absent = announcer.clone().ratio("absence_ratio", 0.95, 0.7, 1.3).test("absence", 0.4);
        assert_eq!(judged(&[absent.done()]).findings, []);
        let stops = announcer.ratio("absence_ratio", 0.45, 0.2, 0.9).test("absence", 0.02);
        let found = judged(&[stops.done()]).findings;
        assert!(
            found[0].claim.contains("while it is away they come 0.5 times [0.2, 0.9] as often"),
            "{}",
            found[0].claim
        );
    }

    #[test]
    fn a_bystander_who_comments_everywhere_is_no_gate() {
        let chatty = gate().ratio("hazard_ratio", 1.1, 0.9, 1.4).test("hazard", 0.2);
        assert_eq!(judged(&[chatty.done()]).findings, []);
        let everywhere = gate().test("necessity", 0.6);
        assert_eq!(judged(&[everywhere.done()]).findings, [], "not needed more here than elsewhere");
        let seldom = gate().share("necessity", 0.55, 0.48, 0.62, 224);
        assert_eq!(judged(&[seldom.done()]).findings, []);
    }

    #[test]
    fn a_significant_trifle_is_no_gate() {
        assert_eq!(judged(&[gate().ratio("hazard_ratio", 1.4, 1.3, 1.5).done()]).findings, []);
    }

    #[test]
    fn without_known_deciders_nothing_is_said() {
        let judged = judged(&[gate().with(|s| s.observable = false).done()]);
        assert_eq!(judged.findings, []);
        assert_eq!((judged.sought[0].unobservable, judged.sought[0].tests), (1, 0));
    }

    #[test]
    fn to_whom_it_is_declared_comes_from_the_charter_and_not_from_whoever_answers() {
        let gap = |role: &str| signal(Pattern::FormalRealGap).counterpart(role).test("outside", 0.9).done();
        let claim = |gap: Signal| judged(&[gate().counterpart("tester").done(), gap]).findings[0].claim.clone();
        let one = claim(gap("product owner"));
        assert!(one.starts_with("Scope of pricing is declared to the product owner;"), "{one}");
        let several = claim(gap(""));
        assert!(several.starts_with("Scope of pricing is declared to others;"), "{several}");
    }

    #[test]
    fn nobody_is_named_where_the_role_is_not_recorded_or_nothing_is_declared() {
        let claim = |s: Signal| judged(&[s]).findings[0].claim.clone();
        let no_role = claim(gate().role("").done());
        assert!(no_role.contains("after one person whose role is not recorded had acted"), "{no_role}");
        let undeclared = claim(gate().with(|s| s.declared = false).done());
        assert!(undeclared.starts_with("Nobody is declared to decide scope of pricing; in the record"), "{undeclared}");
        assert!(!undeclared.contains("charter"), "{undeclared}");
    }
}
