//! A pattern of authority as the record shows it: measured and tested, before anybody claims anything.
//!
//! `measures` makes signals, `findings` judges them. They share the names of the numbers and tests, which stand with
//! each [`Pattern`]; a number that could not be made is absent, and a test without it too.

use serde::{Deserialize, Serialize};

use crate::measure::Measurement;

/// The patterns that are looked for; each is one kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Decisions move only after a role outside the charter has acted (M07, M08, M09).
    ///
    /// One signal for each matter, area and role that acts often enough to be a candidate and may not decide there.
    /// Numbers: `necessity` (share of answered decisions in which the role acted before the answer), `base_rate` (the same
    /// share in the other areas of the matter), `hazard_ratio` (answers per working day after the role has acted against
    /// before), `absence_ratio` (answers per day here against elsewhere, while the role is away against present), `asked`
    /// (share of the decisions with an act of the role in which the role had been asked first), `wait` (median working
    /// hours from the ask to its act), `unchanged` (share of its answers that are consent or advice and are followed by the
    /// asker's own positive answer). Tests: `hazard` (ratio above 1), `absence` (ratio below 1), `necessity` (above
    /// `base_rate`).
    ImplicitGate,
    /// One person gives nearly every answer of an area although many work there (M07).
    ///
    /// Numbers: `top_share`, `top_share_elsewhere` (the largest share in the other areas of the matter, pooled over areas),
    /// `effective_deciders` (unbiased 1/H), `wait` (median working hours until that person first acts). Tests:
    /// `concentration` (top share above what the other areas would give, or above 0.8 where there is no other area).
    SoleGate,
    /// Who may decide asks somebody outside the remit, and stops until the answer comes (M10, M11).
    ///
    /// Numbers: `rate` (permissions per decision of holders of the right), `rate_corrected` (for the errors of the text
    /// rule; absent where no text was used), `wait` (median working hours for an answer), `hours` (working hours waited
    /// altogether), `unchanged` (share of answered permissions that changed nothing), `answered_by_asker` (share decided
    /// by the asker without an answer). Tests: `rate` (above 0.05).
    PermissionSeeking,
    /// Decisions are taken by somebody outside the remit (M12).
    ///
    /// Numbers: `outside` (share of decisions decided by somebody outside the remit), `divergence` (Jensen-Shannon
    /// divergence in bits minus its null expectation; only where shares by role are known). Tests: `outside` (above 0.1).
    FormalRealGap,
    /// Questions go up and come back unchanged (M19).
    ///
    /// Numbers: `escalated` (escalations per decision), `unchanged` (share of escalated decisions that came back without
    /// objection or answer from above), `return_time` (median working hours above). Tests: `returns` (share of all
    /// decisions that went up and came back unchanged, above 0.1).
    EscalationReturns,
    /// A higher level acts on a question without having been asked (M16).
    ///
    /// Numbers: `per_100` (decisions with an intervention per hundred), `after_trigger` (share of decisions with a trigger
    /// that are followed by one), `without_trigger`, `hazard_ratio` (after a trigger against before). Tests: `rate`
    /// (`per_100` above 5), `trigger` (hazard ratio above 1).
    Intervention,
    /// Answers of the declared decider are undone or answered again by a higher level (M15).
    ///
    /// Numbers: `share` (of the declared deciders' answers, within ten working days), `time_to` (median working hours).
    /// Tests: `share` (above 0.02).
    Override,
    /// What was settled is settled again and again (M21).
    ///
    /// Numbers: `changes_per_item` (answers reversed, reopened or given again in the same matter, per item), `items_changed`
    /// (share of items with any), `back_and_forth` (share of items whose answer went yes-no-yes or the reverse). Tests:
    /// `items_changed` (above 0.2).
    Churn,
    /// Questions wait above the level at which they are declared to be decided (M13, M03).
    ///
    /// Numbers: `share_above` (of all working time that they wait), `decided_above` (share decided above the declared
    /// level), `stay` (median working hours of a hold above). Tests: `share_above` (above 0.2).
    WaitingAbove,
    /// What comes from another site is held longer than what comes from the same one, beyond what the clocks make of it (M22).
    ///
    /// One signal of the whole record. Numbers: `border` (how many times as long a question is held that came from another site, in
    /// the holder's working hours, with kind and area held constant), `border_e_value`, `holds_stratified` (the same within
    /// strata, without a model), `naive_ratio` (of questions, nothing held constant), `without_gates` (the same without the
    /// places in which one person gives nearly every answer; absent where there is none), `part_hops`, `part_border`,
    /// `part_clocks`, `part_rest` (its four factors). Tests: `border` (ratio above 1.2).
    BorderCost,
    /// The organisation grew and its decisions did not keep up, while waiting did (M25).
    ///
    /// One signal of the whole record, only where the data are enough for an exponent. Numbers: `exponent` (by how many per
    /// cent decisions grow when the headcount grows by one), `exponent_hours`, `exponent_people`, `exponent_asks` (likewise
    /// of hours waited, people touched and asks). Tests: `exponent` (below 1).
    CostOutrunsClarity,
    /// Questions are handed over without what they are for (M23).
    ///
    /// Numbers: `lost` (share of first hand-overs to somebody new at which neither a reason, goal, number or customer can be
    /// read on the item as it was then, nor an origin be reached over two links), `reasons`, `numbers` and `origin` (share at
    /// which a reason or a number can be read, and from which an origin can be reached), `lost_across` (`lost` where the hand-over
    /// crosses sites), `asked_back` (share of those without the why after which the new holder asks back), `asked_back_carried` (the same with it).
    /// Tests: `lost` (above 0.2).
    WhyLost,
    /// Decisions are taken by somebody who has hardly touched the area, although others know it well (M24).
    ///
    /// Numbers: `far` (share of decisions whose decider has less than a tenth of the recent acquaintance of the best informed
    /// person who took part in the question), `gap` (mean share of all recent acquaintance with the area that the best
    /// informed group has more than the decider's). Tests: `far` (above 0.3).
    DecidedFarFromInformation,
}

impl Pattern {
    /// Every pattern, in the order in which findings are printed.
    pub const ALL: [Pattern; 13] = [
        Pattern::ImplicitGate,
        Pattern::SoleGate,
        Pattern::PermissionSeeking,
        Pattern::FormalRealGap,
        Pattern::EscalationReturns,
        Pattern::Intervention,
        Pattern::Override,
        Pattern::Churn,
        Pattern::WaitingAbove,
        Pattern::BorderCost,
        Pattern::CostOutrunsClarity,
        Pattern::WhyLost,
        Pattern::DecidedFarFromInformation,
    ];

    /// The word used in JSON, SQL and file names.
    pub fn name(self) -> &'static str {
        match self {
            Pattern::ImplicitGate => "implicit_gate",
            Pattern::SoleGate => "sole_gate",
            Pattern::PermissionSeeking => "permission_seeking",
            Pattern::FormalRealGap => "formal_real_gap",
            Pattern::EscalationReturns => "escalation_returns",
            Pattern::Intervention => "intervention",
            Pattern::Override => "override",
            Pattern::Churn => "churn",
            Pattern::WaitingAbove => "waiting_above",
            Pattern::BorderCost => "border_cost",
            Pattern::CostOutrunsClarity => "cost_outruns_clarity",
            Pattern::WhyLost => "why_lost",
            Pattern::DecidedFarFromInformation => "decided_far_from_information",
        }
    }

    /// What it is called on a page: `Implicit gate`.
    pub fn title(self) -> &'static str {
        match self {
            Pattern::ImplicitGate => "Implicit gate",
            Pattern::SoleGate => "Sole gate",
            Pattern::PermissionSeeking => "Permission seeking",
            Pattern::FormalRealGap => "Declared and actual deciders differ",
            Pattern::EscalationReturns => "Escalations that return unchanged",
            Pattern::Intervention => "Intervention from above",
            Pattern::Override => "Override from above",
            Pattern::Churn => "Churn",
            Pattern::WaitingAbove => "Waiting above the declared level",
            Pattern::BorderCost => "Hand-overs that wait at the border",
            Pattern::CostOutrunsClarity => "Cost that outruns clarity",
            Pattern::WhyLost => "The why is lost at hand-overs",
            Pattern::DecidedFarFromInformation => "Decided far from the information",
        }
    }
}

/// Which part of the record a signal speaks of, by the time at which questions were raised.
///
/// A record of at least 24 weeks is looked at twice: before and after the last change of the charter, where that lies 4
/// to 26 weeks before its end, else before and within its last eight weeks. A shorter one is looked at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// All of it.
    Whole,
    /// What lies before the recent part.
    Earlier,
    /// The recent part.
    Recent,
}

/// One test of a signal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test {
    /// Its name, as [`Pattern`] gives it.
    pub name: &'static str,
    /// One-sided p-value, 0 to 1.
    pub p: f64,
    /// How it was made.
    pub method: String,
}

/// A decision by item and ordinal, as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionKey {
    /// The item.
    pub item: u64,
    /// 1 for the item's first question.
    pub ordinal: u32,
}

/// One pattern in one place and period. It speaks of a role, an area and a matter, never of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// What was looked for.
    pub pattern: Pattern,
    /// The matter; empty for all.
    pub matter: String,
    /// The area; empty for all.
    pub area: String,
    /// The role it speaks of; empty where none is known or it speaks of nobody's role.
    pub role: String,
    /// The role that asks or answers on the other side; empty where none.
    pub counterpart: String,
    /// Which part of the record.
    pub period: Period,
    /// Decisions that it rests on.
    pub n: u64,
    /// Whether enough deciders are known there to speak of authority at all (60 in 100).
    pub observable: bool,
    /// Whether a charter declares who decides there.
    pub declared: bool,
    /// Whether most asks to the role say in so many words that its consent is wanted.
    pub asked_in_words: bool,
    /// The numbers, by the names that [`Pattern`] gives.
    pub numbers: Vec<Measurement>,
    /// The tests likewise.
    pub tests: Vec<Test>,
    /// Up to twelve decisions that show it, the clearest first.
    pub evidence: Vec<DecisionKey>,
}

impl Signal {
    /// The number of a name.
    pub fn number(&self, name: &str) -> Option<&Measurement> {
        self.numbers.iter().find(|number| number.statistic() == name)
    }

    /// The value of a number, where it could be told.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.number(name)?.estimate().value()
    }

    /// The lower limit of a number's interval.
    pub fn low(&self, name: &str) -> Option<f64> {
        self.number(name)?.estimate().interval().low
    }

    /// The upper limit of a number's interval.
    pub fn high(&self, name: &str) -> Option<f64> {
        self.number(name)?.estimate().interval().high
    }

    /// The p-value of a test.
    pub fn p(&self, test: &str) -> Option<f64> {
        self.tests.iter().find(|one| one.name == test).map(|one| one.p)
    }
}
