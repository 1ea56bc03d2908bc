//! What is measured, over which part of the record, and the estimate that came out.

use std::collections::BTreeMap;

use sayso_stats::Estimate;
use serde::{Deserialize, Serialize};

use crate::privacy::Cleared;

/// The measures, by their ids in the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MeasureId {
    /// Observability.
    M00,
    /// Decision latency.
    M01,
    /// First human response.
    M02,
    /// Possession ledger.
    M03,
    /// Decision-to-execution gap.
    M04,
    /// Surplus approvals.
    M06,
    /// Sole gate.
    M07,
    /// Gate necessity and hazard.
    M08,
    /// Absence ratio.
    M09,
    /// Permission rate.
    M10,
    /// Approved unchanged.
    M11,
    /// Formal-real gap.
    M12,
    /// Level of decision.
    M13,
    /// Effective deciders.
    M14,
    /// Override.
    M15,
    /// Intervention.
    M16,
    /// Hand-offs.
    M17,
    /// Ping-pong.
    M18,
    /// Escalation.
    M19,
    /// Reopening.
    M20,
    /// Backlog churn.
    M21,
    /// Border decomposition.
    M22,
    /// Whether the why travels.
    M23,
    /// Information proximity.
    M24,
    /// Decisions against headcount.
    M25,
}

impl MeasureId {
    /// Every measure of this version.
    pub const ALL: [MeasureId; 25] = [
        MeasureId::M00,
        MeasureId::M01,
        MeasureId::M02,
        MeasureId::M03,
        MeasureId::M04,
        MeasureId::M06,
        MeasureId::M07,
        MeasureId::M08,
        MeasureId::M09,
        MeasureId::M10,
        MeasureId::M11,
        MeasureId::M12,
        MeasureId::M13,
        MeasureId::M14,
        MeasureId::M15,
        MeasureId::M16,
        MeasureId::M17,
        MeasureId::M18,
        MeasureId::M19,
        MeasureId::M20,
        MeasureId::M21,
        MeasureId::M22,
        MeasureId::M23,
        MeasureId::M24,
        MeasureId::M25,
    ];

    /// `M00` to `M30`.
    pub fn code(self) -> &'static str {
        match self {
            MeasureId::M00 => "M00",
            MeasureId::M01 => "M01",
            MeasureId::M02 => "M02",
            MeasureId::M03 => "M03",
            MeasureId::M04 => "M04",
            MeasureId::M06 => "M06",
            MeasureId::M07 => "M07",
            MeasureId::M08 => "M08",
            MeasureId::M09 => "M09",
            MeasureId::M10 => "M10",
            MeasureId::M11 => "M11",
            MeasureId::M12 => "M12",
            MeasureId::M13 => "M13",
            MeasureId::M14 => "M14",
            MeasureId::M15 => "M15",
            MeasureId::M16 => "M16",
            MeasureId::M17 => "M17",
            MeasureId::M18 => "M18",
            MeasureId::M19 => "M19",
            MeasureId::M20 => "M20",
            MeasureId::M21 => "M21",
            MeasureId::M22 => "M22",
            MeasureId::M23 => "M23",
            MeasureId::M24 => "M24",
            MeasureId::M25 => "M25",
        }
    }

    /// The measure's name.
    pub fn title(self) -> &'static str {
        match self {
            MeasureId::M00 => "Observability",
            MeasureId::M01 => "Decision latency",
            MeasureId::M02 => "First human response",
            MeasureId::M03 => "Possession ledger",
            MeasureId::M04 => "Decision-to-execution gap",
            MeasureId::M06 => "Surplus approvals",
            MeasureId::M07 => "Sole gate",
            MeasureId::M08 => "Gate necessity and hazard",
            MeasureId::M09 => "Absence ratio",
            MeasureId::M10 => "Permission rate",
            MeasureId::M11 => "Approved unchanged",
            MeasureId::M12 => "Formal-real gap",
            MeasureId::M13 => "Level of decision",
            MeasureId::M14 => "Effective deciders",
            MeasureId::M15 => "Override",
            MeasureId::M16 => "Intervention",
            MeasureId::M17 => "Hand-offs",
            MeasureId::M18 => "Ping-pong",
            MeasureId::M19 => "Escalation",
            MeasureId::M20 => "Reopening",
            MeasureId::M21 => "Backlog churn",
            MeasureId::M22 => "Distance",
            MeasureId::M23 => "Whether the why travels",
            MeasureId::M24 => "Information proximity",
            MeasureId::M25 => "Cost against clarity",
        }
    }

    /// What it measures, in one sentence that a non-engineer understands.
    pub fn meaning(self) -> &'static str {
        match self {
            MeasureId::M00 => "How much of each decision the record can show at all.",
            MeasureId::M01 => "How long a question waits for its answer.",
            MeasureId::M02 => "How long until a person other than the asker reacts.",
            MeasureId::M03 => "In whose hands the waiting time lies.",
            MeasureId::M04 => "How long an answer waits to be carried out.",
            MeasureId::M06 => "How many consents are given after one would have done.",
            MeasureId::M07 => "How much of an area's answers one person gives.",
            MeasureId::M08 => "Whether questions move only once a role outside the charter has acted.",
            MeasureId::M09 => "Whether questions stand still while a role is away.",
            MeasureId::M10 => "How often somebody asks for what is theirs to decide, and waits.",
            MeasureId::M11 => "How often an answer from above changes nothing.",
            MeasureId::M12 => "How often somebody decides to whom the decision was not given.",
            MeasureId::M13 => "At which level of the organisation questions are answered.",
            MeasureId::M14 => "Among how many people the answers are in effect spread.",
            MeasureId::M15 => "How often an answer of the declared decider is undone from above.",
            MeasureId::M16 => "How often a higher level steps in unasked, and whether discomfort triggers it.",
            MeasureId::M17 => "How often a question changes hands before it is answered.",
            MeasureId::M18 => "How often a question goes back to somebody who had it before.",
            MeasureId::M19 => "How often questions go up, and how many come back unchanged.",
            MeasureId::M20 => "How often an answered question is opened again.",
            MeasureId::M21 => "How often what was settled is settled again.",
            MeasureId::M22 => {
                "How much longer a question takes that crosses between sites, and which part of that is what."
            }
            MeasureId::M23 => "Whether whoever takes a question over can read what it is for.",
            MeasureId::M24 => "How far the decider is from those who know the area best.",
            MeasureId::M25 => "Whether decisions keep up with the number of people who make them.",
        }
    }
}

/// Which part of the record a measurement speaks of; empty is all of it. Keys: `matter`, `area`, `site`, `week`,
/// `team`, `role`, `level`, `clock`, `by` (the level of aggregation of a hand-over: person, team, site, role), `of` (what is
/// compared: questions, hand-overs, queued hand-overs), `pair` (from one site to another), `month`.
pub type Scope = BTreeMap<String, String>;

/// One measured number about one group that stands above the privacy floor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    id: MeasureId,
    scope: Scope,
    statistic: String,
    #[serde(flatten)]
    estimate: Estimate,
}

impl Measurement {
    /// A number about a group that was cleared.
    pub fn new(
        _cleared: Cleared,
        id: MeasureId,
        scope: Scope,
        statistic: impl Into<String>,
        estimate: Estimate,
    ) -> Self {
        Self { id, scope, statistic: statistic.into(), estimate }
    }

    /// Which measure.
    pub fn id(&self) -> MeasureId {
        self.id
    }

    /// Of which part of the record.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Which statistic of it: `median`, `share`, `mean_per_decision`.
    pub fn statistic(&self) -> &str {
        &self.statistic
    }

    /// The number.
    pub fn estimate(&self) -> &Estimate {
        &self.estimate
    }
}

/// A group about which nothing is said, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// Which measure.
    pub id: MeasureId,
    /// The breakdown in which groups were withheld: `role`, `site`, `area`.
    pub breakdown: String,
    /// How many groups of it were put together or left out.
    pub groups: u64,
    /// Why, in words.
    pub why: String,
}
