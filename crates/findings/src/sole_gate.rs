//! Sole gate: one person gives nearly every answer of an area although many work there.
//!
//! It says where answers come from and no more. A person who closes everything is easily read as a slow person, or their
//! site as a slow site; neither follows, and the words say so.

use sayso_model::diagnosis::Strength;
use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, above, b_if, below};
use crate::wording::{hours, place, plain, sentence, share, share_of};

/// Share of an area's answers by one person: the whole interval must lie above it.
const TOP_SHARE_MIN: f64 = 0.8;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::SoleGate,
    family: Family::Role,
    needs_deciders: true,
    needs_charter: false,
    numbers: &["top_share", "top_share_elsewhere", "effective_deciders", "wait"],
    p: |signal| signal.p("concentration"),
    strength,
    still,
    gone,
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

fn strength(signal: &Signal) -> Strength {
    // Where every area has its one decider, that is how the work is parted and stands out nowhere.
    let elsewhere = signal.value("top_share_elsewhere").unwrap_or(0.0);
    b_if(above(signal, "top_share", TOP_SHARE_MIN.max(elsewhere)))
}

fn still(recent: &Signal) -> bool {
    strength(recent) == Strength::B
}

fn gone(recent: &Signal, before: &Signal) -> bool {
    let was = before.low("top_share").unwrap_or(TOP_SHARE_MIN);
    below(recent, "top_share", was.max(TOP_SHARE_MIN))
}

fn claim(signal: &Signal) -> String {
    let who = match signal.role.as_str() {
        "" => "One person whose role is not recorded".to_owned(),
        role => format!("One person in the role of {role}"),
    };
    let given = figure(signal).unwrap_or_else(|| "nearly all answers".to_owned());
    let mut claim = format!(
        "{who} gave {given} on {}; that says where answers come from and does not speak of the speed of that person or of \
         their site.",
        place(signal)
    );
    claim.push_str(&sentence([
        share(signal, "top_share_elsewhere").map(|share| format!("in the other areas the largest share is {share}")),
        plain(signal, "effective_deciders")
            .map(|deciders| format!("the answers are spread as if among {deciders} deciders")),
        hours(signal, "wait").map(|wait| format!("the median wait until that person first acts is {wait}")),
    ]));
    claim
}

fn figure(signal: &Signal) -> Option<String> {
    share_of(signal, "top_share", "answer", "answers")
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("one person gave {}", figure(signal)?))
}

fn otherwise(signal: &Signal) -> Vec<String> {
    let mut all = vec![
        "The recorded answer may be administrative: one person closes or books what others have settled.".to_owned(),
        "One name may stand for several people: a shared login, a rota, a tool's account.".to_owned(),
        "It may be meant so, as with a release manager or a legal signature; then the charter should say it."
            .to_owned(),
    ];
    if signal.value("wait").is_some() {
        all.push(
            "What waits before that act may wait for something else, so the wait is no measure of the person, and sites \
             should be compared with and without this area."
                .to_owned(),
        );
    }
    all
}

fn question(_signal: &Signal) -> String {
    "Who answers when that person is away, and is it meant that nobody else does?".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn sole() -> Made {
        signal(Pattern::SoleGate)
            .at("closing", "line 3")
            .share("top_share", 1.0, 0.984, 1.0, 223)
            .share("top_share_elsewhere", 0.10, 0.08, 0.13, 627)
            .ratio("effective_deciders", 1.0, 1.0, 1.03)
            .hours("wait", 2_520.0, 1_900.0, 3_000.0)
            .test("concentration", 1e-12)
    }

    #[test]
    fn one_person_closes_everything_and_no_country_is_slow() {
        let judged = judged(&[sole().done()]);
        let finding = &judged.findings[0];
        insta::assert_snapshot!(finding.claim, @"One person whose role is not recorded gave 100 % [98, 100] of 223 answers on closing of line 3; that says where answers come from and does not speak of the speed of that person or of their site. In the other areas the largest share is 10 % [8, 13]; the answers are spread as if among 1.00 [1.00, 1.03] deciders; the median wait until that person first acts is 315 working days [238, 375].");
        let all = format!("{} {}", finding.claim, finding.otherwise.join(" "));
        assert!(!all.contains("country") && !all.contains("slow"), "{all}");
        assert!(all.contains("administrative"));
    }

    #[test]
    fn one_decider_an_area_everywhere_is_how_the_work_is_parted() {
        let parted = sole().share("top_share_elsewhere", 0.99, 0.97, 1.0, 627).test("concentration", 0.5);
        assert_eq!(judged(&[parted.done()]).findings, []);
        let lucky = sole().share("top_share_elsewhere", 0.99, 0.97, 1.0, 627);
        assert_eq!(judged(&[lucky.done()]).findings, [], "the interval does not lie above what is usual elsewhere");
    }

    #[test]
    fn without_another_area_the_bound_alone_counts() {
        let alone = sole().with(|s| s.numbers.retain(|number| number.statistic() != "top_share_elsewhere"));
        assert_eq!(judged(&[alone.clone().done()]).findings.len(), 1);
        assert_eq!(judged(&[alone.share("top_share", 0.82, 0.77, 0.87, 223).done()]).findings, []);
    }
}
