//! A belief about how decisions are made, as a statement that the record can test.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use sayso_stats::Estimate;
use serde::{Deserialize, Serialize};

use crate::measure::MeasureId;

/// Somebody's belief, tied to a number of the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    /// A short stable name; two people's answers to the same statement share it.
    pub id: String,
    /// Who believes it: a name or a role, as they want to be called.
    pub who: String,
    /// The belief in words.
    pub says: String,
    /// Which measure tests it.
    pub measure: MeasureId,
    /// Which statistic of it.
    pub statistic: String,
    /// Which part of the record: `matter`, `area`, `role`, `site` (of whoever put the question), `since`, `until`, and
    /// `clock` or `by` where the measure has several.
    pub part: BTreeMap<String, String>,
    /// What the number should be.
    pub expect: Expectation,
    /// How far from the expected number still counts as the same; in the measure's unit.
    pub margin: f64,
    /// Why they believe it.
    pub because: Option<String>,
    /// When they said it, as `2026-03-01`.
    pub on: Option<String>,
    /// Where it is written: `assumptions.toml:12`.
    pub written: String,
}

/// What a number should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Expectation {
    /// At least so much.
    AtLeast(f64),
    /// At most so much.
    AtMost(f64),
    /// About so much: within the margin.
    About(f64),
}

/// An expectation that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no expectation: write `>= 0.8`, `<= 16` or `= 2`")]
pub struct NotAnExpectation {
    /// What was written.
    pub found: String,
}

impl FromStr for Expectation {
    type Err = NotAnExpectation;

    fn from_str(text: &str) -> Result<Self, NotAnExpectation> {
        let refuse = || NotAnExpectation { found: text.to_owned() };
        let text = text.trim();
        let (sign, number) = text.split_at(text.find(|c: char| !"<>=".contains(c)).ok_or_else(refuse)?);
        let make = match sign {
            ">=" => Expectation::AtLeast,
            "<=" => Expectation::AtMost,
            "=" => Expectation::About,
            _ => return Err(refuse()),
        };
        let number: f64 = number.trim().parse().map_err(|_| refuse())?;
        if number.is_finite() { Ok(make(number)) } else { Err(refuse()) }
    }
}

impl TryFrom<String> for Expectation {
    type Error = NotAnExpectation;

    fn try_from(text: String) -> Result<Self, NotAnExpectation> {
        text.parse()
    }
}

impl From<Expectation> for String {
    fn from(expectation: Expectation) -> String {
        expectation.to_string()
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expectation::AtLeast(number) => write!(f, ">= {number}"),
            Expectation::AtMost(number) => write!(f, "<= {number}"),
            Expectation::About(number) => write!(f, "= {number}"),
        }
    }
}

/// What the record says to a belief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BeliefVerdict {
    /// The whole interval lies on the side that was expected.
    Supported,
    /// The whole interval lies on the other side.
    Contradicted,
    /// The whole interval lies within the margin of the expected number: no difference that matters.
    Equivalent,
    /// The interval lies on both sides, or there is none.
    Undecided,
}

impl BeliefVerdict {
    /// The word used in JSON, SQL and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            BeliefVerdict::Supported => "supported",
            BeliefVerdict::Contradicted => "contradicted",
            BeliefVerdict::Equivalent => "equivalent",
            BeliefVerdict::Undecided => "undecided",
        }
    }
}

/// A belief with what the record says to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestedBelief {
    /// The statement's name.
    pub id: String,
    /// Who believes it.
    pub who: String,
    /// The belief in words.
    pub says: String,
    /// When they said it.
    pub on: Option<String>,
    /// Which measure.
    pub measure: MeasureId,
    /// Which statistic.
    pub statistic: String,
    /// Which part of the record.
    pub part: BTreeMap<String, String>,
    /// What was expected.
    pub expect: Expectation,
    /// Within which margin.
    pub margin: f64,
    /// What the record says.
    pub verdict: BeliefVerdict,
    /// The number, with its interval; absent where the record has none to give.
    pub estimate: Option<Estimate>,
    /// The verdict in a sentence, with its numbers; for `undecided` what would decide.
    pub sentence: String,
    /// How many observations would decide, where that can be said.
    pub n_needed: Option<u64>,
    /// Decisions behind the number, as `ITEM#1`.
    pub evidence: Vec<String>,
}

/// What somebody answers to a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// So it is.
    Agree,
    /// It is not so.
    Disagree,
    /// They cannot say.
    Unsure,
}

impl Answer {
    /// The word used in files, JSON and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Answer::Agree => "agree",
            Answer::Disagree => "disagree",
            Answer::Unsure => "unsure",
        }
    }
}

/// What the people at the top say to one statement, side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SideBySide {
    /// The statement's name.
    pub id: String,
    /// In words.
    pub says: String,
    /// Who answered what, and when; by name.
    pub answers: Vec<(String, Answer, Option<String>)>,
    /// Whether somebody agrees and somebody does not.
    pub divided: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_read_as_they_are_written() {
        for (text, meant) in [
            (">= 0.8", Expectation::AtLeast(0.8)),
            ("<=16", Expectation::AtMost(16.0)),
            ("= 2", Expectation::About(2.0)),
            ("=-1.5", Expectation::About(-1.5)),
        ] {
            let read: Expectation = text.parse().expect(text);
            assert_eq!(read, meant);
            assert_eq!(read.to_string().parse(), Ok(meant));
        }
        for text in ["", ">", "0.8", ">= many", "> 3", ">= NaN", "=> 3"] {
            assert!(text.parse::<Expectation>().is_err(), "{text}");
        }
    }
}
