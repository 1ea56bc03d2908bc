//! Border cost: what comes from another site is held longer than what comes from the same one, beyond what the clocks make of it.

use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, above, b_if, below};
use crate::wording::{plain, sentence, times};

/// How many times as long: the whole interval must lie above it. Between places an hour apart clocks alone come to this.
const BORDER_MIN: f64 = 1.2;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::BorderCost,
    family: Family::Place,
    needs_deciders: false,
    needs_charter: false,
    numbers: &[
        "border",
        "border_e_value",
        "holds_stratified",
        "naive_ratio",
        "without_gates",
        "part_hops",
        "part_border",
        "part_clocks",
        "part_rest",
    ],
    p: |signal| signal.p("border"),
    strength: |signal| b_if(matters(signal)),
    still: matters,
    gone: |recent, _| below(recent, "border", BORDER_MIN),
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

/// The model says so, and what is compared like with like does not say the opposite.
fn matters(signal: &Signal) -> bool {
    above(signal, "border", BORDER_MIN) && signal.value("holds_stratified").is_none_or(|ratio| ratio > 1.0)
}

fn claim(signal: &Signal) -> String {
    let ratio = times(signal, "border").map_or_else(|| "longer".to_owned(), |ratio| format!("{ratio} as long"));
    let mut claim = format!(
        "What is handed over from another site is held {ratio} in working time as what is handed over within a site, with kind \
         of question, area, role of the holder and way of arriving held constant."
    );
    claim.push_str(&sentence([
        times(signal, "naive_ratio")
            .map(|ratio| format!("questions that cross take {ratio} as long on the wall clock, all in all")),
        times(signal, "without_gates")
            .map(|ratio| format!("without the places in which one person gives nearly every answer it is {ratio}")),
        plain(signal, "border_e_value").map(|value| format!("the E-value is {value}")),
    ]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    Some(format!("{} as long", times(signal, "border")?))
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("what comes from another site is held {}", figure(signal)?))
}

fn otherwise(signal: &Signal) -> Vec<String> {
    let mut otherwise = vec![
        "What crosses may be the harder part of its kind; the E-value says how strong such a hidden cause would have to be."
            .to_owned(),
        "A single desk at one site can look like a slow place: look at who gives the answers there, not at where they sit."
            .to_owned(),
        "What crosses may wait for a person, not for a place: there may be nobody nearer who knows the matter.".to_owned(),
    ];
    if signal.value("without_gates").is_some() {
        otherwise.swap(0, 1);
    }
    otherwise
}

fn question(_signal: &Signal) -> String {
    "Which of the questions that cross could be decided on the side on which they arise, and what would that side have to know?"
        .to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn slow_border() -> Made {
        signal(Pattern::BorderCost)
            .at("", "")
            .with(|s| s.declared = false)
            .ratio("border", 1.9, 1.5, 2.4)
            .ratio("border_e_value", 3.2, 2.4, 4.1)
            .ratio("holds_stratified", 1.7, 1.2, 2.3)
            .ratio("naive_ratio", 3.3, 2.5, 4.0)
            .ratio("without_gates", 1.4, 1.1, 1.8)
            .test("border", 1e-4)
    }

    #[test]
    fn the_sentence() {
        insta::assert_snapshot!(judged(&[slow_border().done()]).findings[0].claim, @"What is handed over from another site is held 1.9 times [1.5, 2.4] as long in working time as what is handed over within a site, with kind of question, area, role of the holder and way of arriving held constant. Questions that cross take 3.3 times [2.5, 4.0] as long on the wall clock, all in all; without the places in which one person gives nearly every answer it is 1.4 times [1.1, 1.8]; the E-value is 3.2 [2.4, 4.1].");
    }

    #[test]
    fn a_border_within_what_clocks_do_is_no_finding() {
        assert_eq!(judged(&[slow_border().ratio("border", 1.4, 1.15, 1.7).done()]).findings, []);
    }

    #[test]
    fn where_like_with_like_says_the_opposite_nothing_is_said() {
        assert_eq!(judged(&[slow_border().ratio("holds_stratified", 0.8, 0.5, 1.2).done()]).findings, []);
        let unknown = slow_border().unknown("holds_stratified").done();
        assert_eq!(judged(&[unknown]).findings.len(), 1, "without a comparison the model stands alone");
    }

    #[test]
    fn it_needs_neither_charter_nor_known_deciders() {
        assert_eq!(judged(&[slow_border().with(|s| s.observable = false).done()]).findings.len(), 1);
    }
}
