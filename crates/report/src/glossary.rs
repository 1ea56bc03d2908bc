//! The terms a reader may not know, each explained once in plain words.

/// A term with an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// A question put to someone's authority.
    Decision,
    /// The ordered holds of a decision.
    Path,
    /// One unbroken stay with one holder.
    Hold,
    /// A change of holder.
    Handover,
    /// A hand-over between sites.
    Crossing,
    /// Back to an earlier holder.
    Return,
    /// To a higher level.
    Escalation,
    /// Where in the product or organisation.
    Area,
    /// What kind of question.
    Matter,
    /// A place with its calendar.
    Site,
    /// Time inside the calendar of whoever holds.
    WorkingTime,
    /// Time including nights and weekends.
    WallClock,
    /// Where the true value plausibly lies.
    Interval,
    /// Half are below, half above.
    Median,
    /// Still open when the record ends.
    Open,
    /// Groups too small to speak of.
    PrivacyFloor,
    /// From raw activities to acts.
    Lens,
    /// Who answered.
    Decider,
    /// What starts random resampling.
    Seed,
}

impl Term {
    /// Every term, in alphabetical order of its word.
    pub const ALL: [Term; 19] = [
        Term::Area,
        Term::Crossing,
        Term::Decider,
        Term::Decision,
        Term::Escalation,
        Term::Handover,
        Term::Hold,
        Term::Interval,
        Term::Lens,
        Term::Matter,
        Term::Median,
        Term::Open,
        Term::Path,
        Term::PrivacyFloor,
        Term::Return,
        Term::Seed,
        Term::Site,
        Term::WallClock,
        Term::WorkingTime,
    ];

    /// The word as the glossary heads it.
    pub fn word(self) -> &'static str {
        match self {
            Term::Decision => "Decision",
            Term::Path => "Path",
            Term::Hold => "Hold",
            Term::Handover => "Hand-over",
            Term::Crossing => "Crossing",
            Term::Return => "Return",
            Term::Escalation => "Escalation",
            Term::Area => "Area",
            Term::Matter => "Matter",
            Term::Site => "Site",
            Term::WorkingTime => "Working time",
            Term::WallClock => "Wall clock",
            Term::Interval => "Interval",
            Term::Median => "Median",
            Term::Open => "Open",
            Term::PrivacyFloor => "Privacy floor",
            Term::Lens => "Lens",
            Term::Decider => "Decider",
            Term::Seed => "Seed",
        }
    }

    /// The anchor inside a page.
    pub fn anchor(self) -> &'static str {
        match self {
            Term::Decision => "term-decision",
            Term::Path => "term-path",
            Term::Hold => "term-hold",
            Term::Handover => "term-hand-over",
            Term::Crossing => "term-crossing",
            Term::Return => "term-return",
            Term::Escalation => "term-escalation",
            Term::Area => "term-area",
            Term::Matter => "term-matter",
            Term::Site => "term-site",
            Term::WorkingTime => "term-working-time",
            Term::WallClock => "term-wall-clock",
            Term::Interval => "term-interval",
            Term::Median => "term-median",
            Term::Open => "term-open",
            Term::PrivacyFloor => "term-privacy-floor",
            Term::Lens => "term-lens",
            Term::Decider => "term-decider",
            Term::Seed => "term-seed",
        }
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Term::Decision => {
                "A question put to someone's authority, with its answer if there is one. An issue, a change or a case \
                 can hold several, one after the other."
            }
            Term::Path => {
                "The way of one decision from the question to the answer: who held it, in order, and how long."
            }
            Term::Hold => {
                "One unbroken stay of a question with one holder. The holds of a decision fill its whole waiting time, \
                 without gap or overlap."
            }
            Term::Handover => "A change of holder before the answer.",
            Term::Crossing => "A hand-over from one site to another.",
            Term::Return => "A hand-over back to somebody who held the question before.",
            Term::Escalation => "A hand-over to a higher level of the organisation.",
            Term::Area => {
                "Where in the product or the organisation a question belongs: a component, a project, a folder."
            }
            Term::Matter => "What kind of question it is: scope, priority, design, release and so on.",
            Term::Site => "A place with its own time zone and working calendar.",
            Term::WorkingTime => {
                "Time inside the working calendar of whoever held the question at that moment, without their nights, \
                 weekends and public holidays. On this page one working day is 8 working hours."
            }
            Term::WallClock => "Time as the calendar counts it, nights and weekends included.",
            Term::Interval => {
                "The range in which the true value plausibly lies, given how much the record holds. A wide interval \
                 means that little is known; two overlapping intervals may hide no difference at all."
            }
            Term::Median => "The middle: half of the decisions take less, half take more.",
            Term::Open => {
                "Not answered when the record ends. Open questions count with the time they have waited so far; leaving \
                 them out would make the waits look shorter than they are."
            }
            Term::PrivacyFloor => {
                "The number of people and decisions a group must have before anything is said about it. Smaller groups \
                 are put together or left out, so that no number can be traced to a person."
            }
            Term::Lens => {
                "The table that says which recorded activity counts as which act: asking, handing over, deciding."
            }
            Term::Decider => "Whoever gave the answer, as far as the record says so.",
            Term::Seed => "The number that starts all random resampling. The same record and seed give the same page.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_stand_in_alphabetical_order_with_an_anchor_each() {
        assert!(Term::ALL.windows(2).all(|pair| pair[0].word() < pair[1].word()));
        let anchors: std::collections::BTreeSet<_> = Term::ALL.iter().map(|term| term.anchor()).collect();
        assert_eq!(anchors.len(), Term::ALL.len());
    }
}
