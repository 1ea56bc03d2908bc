//! Cost that outruns clarity: the organisation grew, its decisions did not keep up, and the waiting did.

use sayso_model::signal::{Pattern, Signal};

use crate::rule::{Family, Rule, b_if, below};
use crate::wording::{plain, sentence};

/// By how many per cent decisions grow when the headcount grows by one: the whole interval must lie below it.
const EXPONENT_MAX: f64 = 1.0;

pub(crate) const RULE: Rule = Rule {
    pattern: Pattern::CostOutrunsClarity,
    family: Family::Place,
    needs_deciders: false,
    needs_charter: false,
    numbers: &["exponent", "exponent_hours", "exponent_people", "exponent_asks"],
    p: |signal| signal.p("exponent"),
    strength: |signal| b_if(matters(signal)),
    still: matters,
    gone: |_, _| false,
    claim,
    figure,
    in_short,
    otherwise,
    question,
};

/// Decisions grow less than people, and what they take grows more than they do: in each of the two intervals the other's value
/// does not lie, since both come from the same few months and drift together.
fn matters(signal: &Signal) -> bool {
    let limits = |name: &str| {
        let estimate = signal.number(name)?.estimate();
        Some((estimate.interval().low?, estimate.value()?, estimate.interval().high?))
    };
    let decisions = limits("exponent");
    let outrun = |name: &str| match (decisions, limits(name)) {
        (Some((_, value, high)), Some((low, grows, _))) => low > value && grows > high,
        _ => false,
    };
    below(signal, "exponent", EXPONENT_MAX)
        && (outrun("exponent_hours") || outrun("exponent_people") || outrun("exponent_asks"))
}

fn claim(signal: &Signal) -> String {
    let answers = ten(signal, "exponent").unwrap_or_else(|| "hardly".to_owned());
    let mut claim = format!("When the organisation was 10 % larger it gave {answers} more answers.");
    claim.push_str(&sentence([
        ten(signal, "exponent_hours").map(|hours| format!("they waited {hours} more hours")),
        ten(signal, "exponent_people").map(|people| format!("{people} more took part in them")),
        ten(signal, "exponent_asks").map(|asks| format!("there were {asks} more asks")),
    ]));
    claim
}

/// `4.1 % [1.0, 7.2]`: ten times an exponent.
fn ten(signal: &Signal, name: &str) -> Option<String> {
    let estimate = signal.number(name)?.estimate();
    let tenfold = |x: f64| format!("{:.1}", if (x * 10.0).abs() < 0.05 { 0.0 } else { x * 10.0 });
    let value = tenfold(estimate.value()?);
    let (low, high) = (estimate.interval().low, estimate.interval().high);
    Some(match (low, high) {
        (Some(low), Some(high)) => format!("{value} % [{}, {}]", tenfold(low), tenfold(high)),
        _ => format!("{value} %"),
    })
}

fn figure(signal: &Signal) -> Option<String> {
    Some(format!("an exponent of {}", plain(signal, "exponent")?))
}

fn in_short(signal: &Signal) -> Option<String> {
    Some(format!("a 10 % larger organisation gave {} more answers", ten(signal, "exponent")?))
}

fn otherwise(_signal: &Signal) -> Vec<String> {
    vec![
        "Size and time go together: whatever else changed while the organisation grew is in this number.".to_owned(),
        "Fewer and larger decisions may be better ones; the record counts them and does not weigh them.".to_owned(),
        "New people need time before they decide anything, and decisions may have moved to where no record is kept."
            .to_owned(),
    ]
}

fn question(_signal: &Signal) -> String {
    "Which decisions take more people now than two years ago, and what do the additional ones add?".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::made::{Made, judged, signal};

    fn outrun() -> Made {
        signal(Pattern::CostOutrunsClarity)
            .at("", "")
            .with(|s| s.declared = false)
            .ratio("exponent", 0.41, 0.10, 0.72)
            .ratio("exponent_hours", 1.3, 0.8, 1.8)
            .ratio("exponent_people", 0.9, 0.5, 1.3)
            .test("exponent", 1e-4)
    }

    #[test]
    fn the_sentence() {
        insta::assert_snapshot!(judged(&[outrun().done()]).findings[0].claim, @"When the organisation was 10 % larger it gave 4.1 % [1.0, 7.2] more answers. They waited 13.0 % [8.0, 18.0] more hours; 9.0 % [5.0, 13.0] more took part in them.");
    }

    #[test]
    fn keeping_up_is_no_finding() {
        assert_eq!(judged(&[outrun().ratio("exponent", 0.9, 0.6, 1.2).done()]).findings, []);
    }

    #[test]
    fn less_of_everything_is_no_finding() {
        let shrinks = outrun().ratio("exponent_hours", 0.2, 0.0, 0.4).ratio("exponent_people", 0.3, 0.0, 0.6);
        assert_eq!(judged(&[shrinks.done()]).findings, []);
    }
}
