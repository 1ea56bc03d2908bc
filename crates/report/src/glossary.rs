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
    /// Who decides what, as declared.
    Charter,
    /// One clause of a charter.
    Remit,
    /// Somebody whose act releases decisions.
    Gate,
    /// Asking for what is one's own to decide.
    Permission,
    /// A claim with its evidence and its question.
    Finding,
    /// How strong the evidence of a finding is.
    Strength,
    /// Whether a finding still holds.
    Standing,
    /// An act from above that nobody asked for.
    Intervention,
    /// An answer undone from above.
    Override,
    /// What must stay where it is.
    Retained,
    /// What the record says to a belief.
    Verdict,
    /// An earlier diagnosis to compare with.
    EarlierReport,
    /// How strong a hidden cause would have to be.
    EValue,
    /// How many people there are to decide.
    Headcount,
    /// What a question is for.
    Why,
}

impl Term {
    /// Every term, in alphabetical order of its word.
    pub const ALL: [Term; 34] = [
        Term::Area,
        Term::Charter,
        Term::Crossing,
        Term::Decider,
        Term::Decision,
        Term::EValue,
        Term::EarlierReport,
        Term::Escalation,
        Term::Finding,
        Term::Gate,
        Term::Handover,
        Term::Headcount,
        Term::Hold,
        Term::Interval,
        Term::Intervention,
        Term::Lens,
        Term::Matter,
        Term::Median,
        Term::Open,
        Term::Override,
        Term::Path,
        Term::Permission,
        Term::PrivacyFloor,
        Term::Remit,
        Term::Retained,
        Term::Return,
        Term::Seed,
        Term::Site,
        Term::Standing,
        Term::Strength,
        Term::Verdict,
        Term::WallClock,
        Term::Why,
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
            Term::Charter => "Charter",
            Term::Remit => "Remit",
            Term::Gate => "Gate",
            Term::Permission => "Permission",
            Term::Finding => "Finding",
            Term::Strength => "Strength",
            Term::Standing => "Standing",
            Term::Intervention => "Intervention",
            Term::Override => "Override",
            Term::Retained => "Retained",
            Term::Verdict => "Verdict",
            Term::EarlierReport => "Earlier report",
            Term::EValue => "E-value",
            Term::Headcount => "Headcount",
            Term::Why => "Why",
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
            Term::Charter => "term-charter",
            Term::Remit => "term-remit",
            Term::Gate => "term-gate",
            Term::Permission => "term-permission",
            Term::Finding => "term-finding",
            Term::Strength => "term-strength",
            Term::Standing => "term-standing",
            Term::Intervention => "term-intervention",
            Term::Override => "term-override",
            Term::Retained => "term-retained",
            Term::Verdict => "term-verdict",
            Term::EarlierReport => "term-earlier-report",
            Term::EValue => "term-e-value",
            Term::Headcount => "term-headcount",
            Term::Why => "term-why",
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
            Term::Charter => "Everything that is declared about who decides what. What nobody declared has no remit.",
            Term::Remit => "One clause of the charter: who decides which kind of question in which area, since when.",
            Term::Gate => {
                "A role whose act releases decisions. It is implicit when no remit says so, and may still be wise; a sole \
                 gate is one person who gives nearly every answer of an area."
            }
            Term::Permission => {
                "Asking somebody else about what is one's own to decide, while the work stops. What the charter marks as \
                 retained (regulation, four eyes, budget) is never called so."
            }
            Term::Finding => {
                "A claim about a role, an area or a path that stands out after a correction for everything that was looked \
                 at, with its evidence, what else could explain it, and a question. Never about a person."
            }
            Term::Strength => {
                "How strong the evidence behind a finding is: A, a rule or asks that say it in words; B, tests that a \
                 bystander does not pass. An association alone (C) is not shown."
            }
            Term::Standing => {
                "Whether a finding still holds in the recent part of the record: it does, it does no longer, or that part is \
                 too short to say."
            }
            Term::Intervention => "An act on a question by a higher level that nobody had asked for.",
            Term::Override => {
                "An answer of the declared decider that a higher level undoes or answers again soon after."
            }
            Term::Retained => {
                "What a charter says must be decided further up, whoever knows best: regulation, four eyes, budget."
            }
            Term::Verdict => {
                "What the record says to a belief. Supported: the whole interval lies where it was expected. Contradicted: it \
                 lies wholly elsewhere. Equivalent: so near to what was expected that the difference does not matter. \
                 Undecided: the record allows both."
            }
            Term::EValue => {
                "How strongly, as a ratio, something that is not in the record would have to go together with both sides of a \
                 comparison to explain the difference away. 1: nothing is needed. For ratios of times it is an approximation."
            }
            Term::Headcount => {
                "How many people there are. Where nobody's coming and going is recorded, it is those who were active in the \
                 month or the two before it."
            }
            Term::Why => {
                "What a question is for, as far as it can be read: a reason, a goal, an outcome with a number, a customer, or \
                 a link to where it comes from. Whether it was read, no record shows."
            }
            Term::EarlierReport => {
                "A diagnosis of the same organisation made before, against which this one is held. Where the intervals of \
                 two numbers overlap, the record shows no difference between them."
            }
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
