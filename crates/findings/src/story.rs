//! Tells one thing once: areas or their matter, never both; and what is seen of the same role in the same place as one story.

use std::collections::{BTreeMap, BTreeSet};

use sayso_model::diagnosis::Standing;
use sayso_model::signal::{Pattern, Signal};

use crate::judge::{Case, Court};
use crate::standing::verdict;

/// Patterns that are different sights of one thing: questions that may be decided below wait for somebody above. The
/// first that is found in a place carries the others.
const ONE_STORY: [Pattern; 4] =
    [Pattern::ImplicitGate, Pattern::PermissionSeeking, Pattern::EscalationReturns, Pattern::WaitingAbove];

/// A case with those that are told along with it.
pub(crate) struct Story<'a> {
    pub(crate) case: Case<'a>,
    pub(crate) carried: Vec<Case<'a>>,
}

/// What is to be told, each thing once.
pub(crate) fn tell<'a>(court: &Court<'a>, cases: Vec<Case<'a>>) -> Vec<Story<'a>> {
    let mut left = areas_or_matter(court, cases);
    let place_in_story = |case: &Case<'_>| ONE_STORY.iter().position(|pattern| *pattern == case.rule.pattern);
    // Stable: the order of the court stays within a pattern.
    left.sort_by_key(|case| place_in_story(case).unwrap_or(ONE_STORY.len()));
    let mut stories: Vec<Story<'a>> = Vec::new();
    for case in left {
        let carrier = stories.iter_mut().find(|story| carries(&story.case, &case));
        match carrier {
            Some(story) => story.carried.push(case),
            None => stories.push(Story { case, carried: Vec::new() }),
        }
    }
    stories
}

/// What still holds before what cannot be told, and that before what is over.
pub(crate) fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Current => 0,
        Standing::CannotTell => 1,
        Standing::Past => 2,
    }
}

/// Areas where they stand out; the matter as a whole where most of its areas do, or none of them singly.
fn areas_or_matter<'a>(court: &Court<'a>, cases: Vec<Case<'a>>) -> Vec<Case<'a>> {
    let mut areas_of: BTreeMap<(Pattern, &str), BTreeSet<&str>> = BTreeMap::new();
    for trial in court.heard().filter(|trial| !trial.signal.area.is_empty()) {
        areas_of.entry((trial.signal.pattern, &trial.signal.matter)).or_default().insert(&trial.signal.area);
    }
    let mut holding: BTreeMap<(Pattern, &str, &str), (usize, bool)> = BTreeMap::new();
    for case in &cases {
        let entry = holding.entry(matter_and_role(case.signal)).or_default();
        match case.signal.area.is_empty() {
            true => entry.1 = true,
            false => entry.0 += 1,
        }
    }
    let as_a_whole = |signal: &'a Signal| {
        let key = matter_and_role(signal);
        let (n_areas, whole) = holding.get(&key).copied().unwrap_or_default();
        let all = areas_of.get(&(key.0, key.1)).map_or(0, BTreeSet::len);
        // One area is no "most of them": it is the place itself.
        whole && (n_areas == 0 || (n_areas >= 2 && n_areas * 2 > all))
    };
    cases.into_iter().filter(|case| case.signal.area.is_empty() == as_a_whole(case.signal)).collect()
}

fn matter_and_role(signal: &Signal) -> (Pattern, &str, &str) {
    (signal.pattern, &signal.matter, &signal.role)
}

/// Whether one case is another sight of what a stronger one tells already. What is over carries nothing that still holds.
fn carries(strong: &Case<'_>, weak: &Case<'_>) -> bool {
    let (a, b) = (strong.signal, weak.signal);
    strong.rule.pattern != weak.rule.pattern
        && ONE_STORY.contains(&strong.rule.pattern)
        && ONE_STORY.contains(&weak.rule.pattern)
        && a.matter == b.matter
        && (a.area == b.area || a.area.is_empty())
        && speaks_of_the_same_role(a, b)
        && rank(verdict(strong)) <= rank(verdict(weak))
}

/// Whether they speak of the same role above. A permission has it on either side: who asks and who is asked.
fn speaks_of_the_same_role(strong: &Signal, weak: &Signal) -> bool {
    fn above(signal: &Signal) -> Vec<&str> {
        let asked = if signal.pattern == Pattern::PermissionSeeking { signal.counterpart.as_str() } else { "" };
        [signal.role.as_str(), asked].into_iter().filter(|role| !role.is_empty()).collect()
    }
    let weak = above(weak);
    weak.is_empty() || above(strong).iter().any(|role| weak.contains(role))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sayso_model::signal::Period;

    use super::*;
    use crate::made::{Made, gate, judged, signal};

    fn places(signals: &[Signal]) -> Vec<String> {
        judged(signals).findings.iter().map(|finding| finding.area.clone()).collect()
    }

    fn in_area(area: &str) -> Signal {
        gate().at("scope", area).done()
    }

    fn nothing_in(area: &str) -> Signal {
        gate().at("scope", area).test("hazard", 0.9).done()
    }

    #[test]
    fn areas_where_it_holds_are_told_and_their_matter_is_not() {
        let all = [in_area(""), in_area("pricing"), nothing_in("claims"), nothing_in("quotes")];
        assert_eq!(places(&all), ["pricing"]);
    }

    #[test]
    fn the_matter_is_told_where_most_of_its_areas_hold() {
        let most = [in_area(""), in_area("pricing"), in_area("claims"), nothing_in("quotes")];
        assert_eq!(places(&most), [""]);
        let half = [in_area(""), in_area("pricing"), in_area("claims"), nothing_in("quotes"), nothing_in("renewals")];
        assert_eq!(places(&half), ["claims", "pricing"]);
    }

    #[test]
    fn the_matter_is_told_where_no_area_holds_singly() {
        assert_eq!(places(&[in_area(""), nothing_in("pricing"), nothing_in("claims")]), [""]);
        assert_eq!(places(&[in_area("")]), [""]);
    }

    #[test]
    fn areas_are_told_where_the_matter_as_a_whole_does_not_hold() {
        assert_eq!(places(&[nothing_in(""), in_area("pricing"), in_area("claims")]), ["claims", "pricing"]);
    }

    fn seeking() -> Made {
        signal(Pattern::PermissionSeeking)
            .role("product owner")
            .counterpart("senior product manager")
            .share("rate", 0.31, 0.25, 0.38, 224)
            .test("rate", 1e-9)
    }

    fn waiting() -> Made {
        signal(Pattern::WaitingAbove).share("share_above", 0.41, 0.33, 0.49, 224).test("share_above", 1e-5)
    }

    #[test]
    fn a_gate_carries_what_else_is_seen_of_its_role_in_its_place() {
        let found = judged(&[waiting().done(), seeking().done(), gate().done()]).findings;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pattern, Pattern::ImplicitGate);
        assert_eq!(
            found[0].also_seen,
            [
                "permission was asked by the product owner in 31 % [25, 38] of 224 decisions",
                "41 % [33, 49] of the working time that 224 questions waited lies above the declared level",
            ]
        );
        let names: Vec<&str> = found[0].estimates.iter().map(|number| number.statistic()).collect();
        assert!(names.contains(&"rate") && names.contains(&"share_above"), "{names:?}");
    }

    #[test]
    fn another_role_another_area_or_another_matter_is_another_story() {
        for other in [
            seeking().counterpart("architect").done(),
            seeking().at("scope", "claims").done(),
            seeking().at("priority", "pricing").done(),
        ] {
            assert_eq!(judged(&[gate().done(), other]).findings.len(), 2);
        }
    }

    #[test]
    fn what_is_over_carries_nothing_that_still_holds() {
        let signals = [
            gate().period(Period::Earlier).done(),
            gate().period(Period::Recent).share("necessity", 0.1, 0.04, 0.2, 40).test("hazard", 0.9).done(),
            waiting().period(Period::Earlier).done(),
            waiting().period(Period::Recent).done(),
        ];
        let found = judged(&signals).findings;
        let told: Vec<(Pattern, Standing)> = found.iter().map(|finding| (finding.pattern, finding.verdict)).collect();
        assert_eq!(told, [(Pattern::WaitingAbove, Standing::Current), (Pattern::ImplicitGate, Standing::Past)]);
    }

    #[test]
    fn the_strongest_that_still_holds_comes_first() {
        let explicit = gate().at("scope", "claims").test("necessity", 0.001).with(|s| s.asked_in_words = true).done();
        let unsure = gate().at("scope", "quotes").period(Period::Earlier).done();
        assert_eq!(places(&[unsure, in_area("pricing"), explicit]), ["claims", "pricing", "quotes"]);
    }
}
