//! A belief held against the record: supported, contradicted, equivalent, or undecided and what would decide (M26).

use sayso_model::assumption::{Assumption, BeliefVerdict, Expectation, TestedBelief};
use sayso_model::measure::Measurement;
use sayso_stats::Estimate;

use crate::figures;

/// More observations than this are no advice.
const N_NEEDED_MAX: f64 = 1_000_000.0;

/// What the record has to say to a belief.
#[derive(Clone, Debug, Default)]
pub struct Found<'a> {
    /// The number, where there is one.
    pub number: Option<&'a Measurement>,
    /// Why there is none, where it was withheld.
    pub withheld: Option<&'a str>,
    /// Decisions behind it, as `ITEM#1`.
    pub evidence: Vec<String>,
}

/// Tests a belief.
///
/// Supported: the whole interval lies on the expected side. Contradicted: wholly on the other side (for "about so much":
/// wholly outside the margin). Equivalent: wholly within the margin of the expected number, which is two one-sided tests
/// (TOST), here with the 95 % interval, so at 2.5 % each and a little stricter than usual. Otherwise undecided, with the
/// number of observations that would decide if the number stayed what it is and its interval shrank with the root of n.
pub fn test(belief: &Assumption, found: Found<'_>) -> TestedBelief {
    let estimate = found.number.map(Measurement::estimate);
    let judged = estimate.and_then(|estimate| judge(estimate, belief.expect, belief.margin));
    let verdict = judged.unwrap_or(BeliefVerdict::Undecided);
    let n_needed = match verdict {
        BeliefVerdict::Undecided => estimate.and_then(|estimate| needed(estimate, belief.expect, belief.margin)),
        _ => None,
    };
    let sentence = match (estimate, verdict) {
        (None, _) => match found.withheld {
            Some(why) => format!("Nothing is said of this part of the record: {why}."),
            None => "The record has no number for this part of it.".to_owned(),
        },
        (Some(estimate), verdict) => {
            let number = figures::number(estimate);
            let expected = in_words(belief, estimate);
            match verdict {
                BeliefVerdict::Supported => format!("The record says {number}; expected was {expected}."),
                BeliefVerdict::Contradicted => format!("The record says {number}, not {expected}."),
                BeliefVerdict::Equivalent => {
                    format!("The record says {number}: within the margin of {expected}, no difference that matters.")
                }
                BeliefVerdict::Undecided => match n_needed {
                    Some(n) => format!(
                        "The record says {number}; that can be {expected} or not. About {n} observations would decide."
                    ),
                    None => format!("The record says {number}; whether that is {expected} cannot be told."),
                },
            }
        }
    };
    TestedBelief {
        id: belief.id.clone(),
        who: belief.who.clone(),
        says: belief.says.clone(),
        on: belief.on.clone(),
        measure: belief.measure,
        statistic: belief.statistic.clone(),
        part: belief.part.clone(),
        expect: belief.expect,
        margin: belief.margin,
        verdict,
        estimate: estimate.cloned(),
        sentence,
        n_needed,
        evidence: found.evidence,
    }
}

fn judge(estimate: &Estimate, expect: Expectation, margin: f64) -> Option<BeliefVerdict> {
    let (low, high) = (estimate.interval().low, estimate.interval().high);
    // A limit that the data does not set is no limit: only the other one can speak.
    let (low, high) = (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY));
    estimate.value()?;
    let within = |around: f64| margin > 0.0 && around - margin <= low && high <= around + margin;
    Some(match expect {
        Expectation::AtLeast(at) if low >= at => BeliefVerdict::Supported,
        Expectation::AtLeast(at) if high < at => BeliefVerdict::Contradicted,
        Expectation::AtMost(at) if high <= at => BeliefVerdict::Supported,
        Expectation::AtMost(at) if low > at => BeliefVerdict::Contradicted,
        Expectation::About(at) if high < at - margin || low > at + margin => BeliefVerdict::Contradicted,
        Expectation::AtLeast(at) | Expectation::AtMost(at) | Expectation::About(at) if within(at) => {
            BeliefVerdict::Equivalent
        }
        _ => BeliefVerdict::Undecided,
    })
}

fn needed(estimate: &Estimate, expect: Expectation, margin: f64) -> Option<u64> {
    let value = estimate.value()?;
    let (low, high) = (estimate.interval().low?, estimate.interval().high?);
    // How far the limit that stands in the way is now, and how far it may be.
    let (arm, room) = match expect {
        Expectation::AtLeast(at) | Expectation::AtMost(at) if value >= at => (value - low, value - at),
        Expectation::AtLeast(at) | Expectation::AtMost(at) => (high - value, at - value),
        Expectation::About(at) => {
            let off = (value - at).abs();
            let arm = if (value >= at) == (off < margin) { high - value } else { value - low };
            (arm, (margin - off).abs())
        }
    };
    let n = estimate.n() as f64 * (arm / room).powi(2);
    // Four times as many is four times as many, whatever the last digit of a quotient is.
    (n.is_finite() && n <= N_NEEDED_MAX).then(|| (n - 1e-6).ceil() as u64)
}

fn in_words(belief: &Assumption, estimate: &Estimate) -> String {
    let bound = |at: f64| figures::amount(at, estimate.unit());
    match belief.expect {
        Expectation::AtLeast(at) => format!("at least {}", bound(at)),
        Expectation::AtMost(at) => format!("at most {}", bound(at)),
        Expectation::About(at) => format!("{}, give or take {}", bound(at), bound(belief.margin)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use jiff::Timestamp;
    use sayso_stats::{Interval, Unit, Window};

    use super::*;

    fn share(value: f64, low: f64, high: f64) -> Estimate {
        let window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };
        Estimate::new(value, Interval::new(low, high), 100, Unit::Share, window, "by hand")
    }

    #[test]
    fn each_verdict_has_its_place() {
        use BeliefVerdict::*;
        use Expectation::*;
        let cases = [
            ((0.9, 0.82, 0.95), AtLeast(0.8), 0.05, Supported),
            ((0.5, 0.4, 0.6), AtLeast(0.8), 0.05, Contradicted),
            ((0.8, 0.77, 0.83), AtLeast(0.8), 0.05, Equivalent),
            ((0.8, 0.77, 0.83), AtLeast(0.8), 0.0, Undecided),
            ((0.75, 0.65, 0.85), AtLeast(0.8), 0.05, Undecided),
            ((0.05, 0.02, 0.1), AtMost(0.1), 0.0, Supported),
            ((0.36, 0.31, 0.41), AtMost(0.1), 0.05, Contradicted),
            ((0.5, 0.47, 0.53), About(0.5), 0.05, Equivalent),
            ((0.7, 0.66, 0.74), About(0.5), 0.05, Contradicted),
            ((0.5, 0.3, 0.7), About(0.5), 0.05, Undecided),
        ];
        for ((value, low, high), expect, margin, verdict) in cases {
            assert_eq!(judge(&share(value, low, high), expect, margin), Some(verdict), "{value} {expect}");
        }
    }

    #[test]
    fn what_would_decide_shrinks_the_interval_to_the_bound() {
        // 0.9 with an arm of 0.2 down must come within 0.1: four times as many.
        assert_eq!(needed(&share(0.9, 0.7, 0.95), Expectation::AtLeast(0.8), 0.0), Some(400));
        assert_eq!(needed(&share(0.8, 0.7, 0.9), Expectation::AtLeast(0.8), 0.0), None, "no number would");
        // Equivalence: arm 0.2, room 0.05 - 0.
        assert_eq!(needed(&share(0.5, 0.3, 0.7), Expectation::About(0.5), 0.05), Some(1_600));
    }
}
