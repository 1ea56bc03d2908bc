//! The plans that a validation runs: one dysfunction at a time over the healthy firm, at three volumes, with any trap off.

use crate::plan::{LONGEST, Plan, WHOLE_YEAR};

/// How much happens in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Volume {
    /// 300 items.
    Small,
    /// 900 items, as the insurer.
    Medium,
    /// 2,700 items.
    Large,
}

impl Volume {
    /// All three, the smallest first.
    pub const ALL: [Volume; 3] = [Volume::Small, Volume::Medium, Volume::Large];

    /// `small`, `medium` or `large`.
    pub fn name(self) -> &'static str {
        match self {
            Volume::Small => "small",
            Volume::Medium => "medium",
            Volume::Large => "large",
        }
    }

    /// Items that begin in a year.
    pub fn items(self) -> u32 {
        match self {
            Volume::Small => 300,
            Volume::Medium => 900,
            Volume::Large => 2_700,
        }
    }
}

/// What can be wrong with a firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dysfunction {
    /// Scope in pricing and renewals goes past a colleague without rank first, though it belongs to the owners.
    ImplicitGate,
    /// The same with the senior product manager, whom the owners ask in so many words.
    GateAbove,
    /// One test engineer accepts nearly everything in renewals; elsewhere many do, and no charter names her role.
    SoleGate,
    /// Owners ask a colleague without rank about priorities that are theirs, and wait.
    PermissionSeeking,
    /// The same with somebody above.
    PermissionAbove,
    /// Tech leads, who are consulted, decide a third of the priorities.
    FormalRealGap,
    /// A quarter of the scope questions go to the head of product first and come back as they went.
    EscalationReturns,
    /// Leaders step in unasked after missed dates, incidents and complaints.
    Intervention,
    /// One in eight of the owners' yeses is undone from above.
    Override,
    /// Scope and priority go yes, no, yes.
    Churn,
    /// A third of the scope questions lie for a week with the head of product before the owner sees them.
    WaitingAbove,
    /// Whatever goes to the other site waits three times as long there as it would have at home.
    BorderCost,
    /// Three in four designs are settled by the tech lead of another squad, who may, and hardly ever deals with the area.
    DecidedFarFromInformation,
    /// Over three years the squads grow, what they decide does not, and everybody is asked about every design.
    CostOutrunsClarity,
}

impl Dysfunction {
    /// All of them.
    pub const ALL: [Dysfunction; 14] = [
        Dysfunction::ImplicitGate,
        Dysfunction::GateAbove,
        Dysfunction::SoleGate,
        Dysfunction::PermissionSeeking,
        Dysfunction::PermissionAbove,
        Dysfunction::FormalRealGap,
        Dysfunction::EscalationReturns,
        Dysfunction::Intervention,
        Dysfunction::Override,
        Dysfunction::Churn,
        Dysfunction::WaitingAbove,
        Dysfunction::BorderCost,
        Dysfunction::DecidedFarFromInformation,
        Dysfunction::CostOutrunsClarity,
    ];

    /// The word for it in tables and documents.
    pub fn name(self) -> &'static str {
        match self {
            Dysfunction::ImplicitGate => "implicit_gate",
            Dysfunction::GateAbove => "gate_above",
            Dysfunction::SoleGate => "sole_gate",
            Dysfunction::PermissionSeeking => "permission_seeking",
            Dysfunction::PermissionAbove => "permission_above",
            Dysfunction::FormalRealGap => "formal_real_gap",
            Dysfunction::EscalationReturns => "escalation_returns",
            Dysfunction::Intervention => "intervention",
            Dysfunction::Override => "override",
            Dysfunction::Churn => "churn",
            Dysfunction::WaitingAbove => "waiting_above",
            Dysfunction::BorderCost => "border_cost",
            Dysfunction::DecidedFarFromInformation => "decided_far_from_information",
            Dysfunction::CostOutrunsClarity => "cost_outruns_clarity",
        }
    }
}

/// What makes a healthy firm look ill, or an ill one look otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trap {
    /// An analyst who comments on most questions.
    Chatty,
    /// A delivery manager who writes what is about to happen.
    Announcer,
    /// An analyst who comments on urgent questions, which move faster anyway.
    Watcher,
    /// Leave and the shutdown at Christmas.
    Absences,
    /// Bots that label and build.
    Bots,
    /// Old questions that are closed in one go by somebody whom no charter names.
    BulkCloser,
    /// One person under two spellings, and two people of an area with one first name.
    Collisions,
    /// Questions still open at the end of the record.
    Tail,
    /// Events whose actor is lost.
    MissingActors,
    /// More load, and slower answers, at the ends of quarters; less load in August.
    Season,
}

impl Trap {
    /// All of them.
    pub const ALL: [Trap; 10] = [
        Trap::Chatty,
        Trap::Announcer,
        Trap::Watcher,
        Trap::Absences,
        Trap::Bots,
        Trap::BulkCloser,
        Trap::Collisions,
        Trap::Tail,
        Trap::MissingActors,
        Trap::Season,
    ];

    /// The word for it in tables and documents.
    pub fn name(self) -> &'static str {
        match self {
            Trap::Chatty => "chatty",
            Trap::Announcer => "announcer",
            Trap::Watcher => "watcher",
            Trap::Absences => "absences",
            Trap::Bots => "bots",
            Trap::BulkCloser => "bulk_closer",
            Trap::Collisions => "collisions",
            Trap::Tail => "tail",
            Trap::MissingActors => "missing_actors",
            Trap::Season => "season",
        }
    }
}

impl Plan {
    /// The same firm with another volume of work in the whole year. A shorter record is made afterwards, with
    /// [`Plan::lasting`].
    #[must_use]
    pub fn at_volume(self, volume: Volume) -> Plan {
        let items = volume.items();
        let scaled = |n: u32| n * items / Plan::INSURER.items;
        let missing_actors = if self.missing_actors == 0 { 0 } else { scaled(Plan::INSURER.missing_actors) };
        Plan { items, goals: scaled(Plan::INSURER.goals), missing_actors, ..self }
    }

    /// The same firm and density of work, of which the record shows the last weeks only: 1 to 52, nearer ones are taken.
    #[must_use]
    pub fn lasting(self, weeks: u32) -> Plan {
        let weeks = weeks.clamp(1, WHOLE_YEAR);
        let part = |n: u32| n * weeks / self.weeks.clamp(1, LONGEST);
        Plan {
            items: part(self.items),
            goals: part(self.goals),
            missing_actors: part(self.missing_actors),
            weeks,
            ..self
        }
    }

    /// The same firm with a dysfunction, before the change of decision rights and after it.
    #[must_use]
    pub fn with(self, dysfunction: Dysfunction) -> Plan {
        match dysfunction {
            Dysfunction::ImplicitGate => Plan { gate_is_peer: true, gate_percent: 92, gate_percent_after: 92, ..self },
            Dysfunction::GateAbove => Plan { gate_is_peer: false, gate_percent: 80, gate_percent_after: 80, ..self },
            Dysfunction::SoleGate => Plan { sole_gate_percent: 95, ..self },
            Dysfunction::PermissionSeeking => {
                Plan { permission_of_peer: true, permission_percent: 40, permission_percent_after: 40, ..self }
            }
            Dysfunction::PermissionAbove => {
                Plan { permission_of_peer: false, permission_percent: 40, permission_percent_after: 40, ..self }
            }
            Dysfunction::FormalRealGap => Plan { takeover_percent: 85, ..self },
            Dysfunction::EscalationReturns => Plan { escalation_percent: 30, escalation_wait_min: 60, ..self },
            Dysfunction::Intervention => Plan {
                trigger_percent: 35,
                intervention_percent: 80,
                intervention_percent_after: 80,
                intervention_min: 60,
                intervention_weights: [60, 40, 0],
                ..self
            },
            Dysfunction::Override => Plan { override_percent: 12, ..self },
            Dysfunction::Churn => Plan { churn_percent: 40, ..self },
            Dysfunction::WaitingAbove => Plan { above_percent: 35, above_wait_min: 2_400, ..self },
            Dysfunction::BorderCost => Plan { border_percent: 300, ..self },
            Dysfunction::DecidedFarFromInformation => Plan { far_percent: 75, ..self },
            Dysfunction::CostOutrunsClarity => {
                Plan { weeks: LONGEST, squads_grow: true, everybody_is_asked: true, ..self }
            }
        }
    }

    /// The same firm without a trap.
    #[must_use]
    pub fn without(self, trap: Trap) -> Plan {
        match trap {
            Trap::Chatty => Plan { chatty_percent: 0, ..self },
            Trap::Announcer => Plan { announcer_percent: 0, ..self },
            Trap::Watcher => Plan { watcher_percent_urgent: 0, watcher_percent_other: 0, ..self },
            Trap::Absences => Plan { without_absences: true, ..self },
            Trap::Bots => Plan { without_bots: true, ..self },
            Trap::BulkCloser => Plan { stale_percent: 0, ..self },
            Trap::Collisions => Plan { without_collisions: true, ..self },
            Trap::Tail => Plan { without_tail: true, ..self },
            Trap::MissingActors => Plan { missing_actors: 0, ..self },
            Trap::Season => Plan { season_percent: 0, ..self },
        }
    }
}

/// The plans of a validation by name: `healthy`, the same growing over three years, each [`Dysfunction`] alone over it, and
/// `insurer`. All at the volume of the insurer; see [`Plan::at_volume`].
pub fn catalogue() -> Vec<(&'static str, Plan)> {
    let single = Dysfunction::ALL.map(|dysfunction| (dysfunction.name(), Plan::HEALTHY.with(dysfunction)));
    [("healthy", Plan::HEALTHY), ("healthy_growing", Plan::GROWING)]
        .into_iter()
        .chain(single)
        .chain([("insurer", Plan::INSURER)])
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_the_plans_differ() {
        let plans = catalogue();
        assert_eq!(plans.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(), plans.len());
        assert!((0..plans.len()).all(|i| (0..i).all(|j| plans[i].1 != plans[j].1)));
        assert_eq!(Trap::ALL.map(Trap::name).iter().collect::<BTreeSet<_>>().len(), Trap::ALL.len());
        for trap in Trap::ALL {
            assert_ne!(Plan::HEALTHY.without(trap), Plan::HEALTHY, "{} is set in the healthy firm", trap.name());
        }
    }

    #[test]
    fn volumes_scale_what_depends_on_them() {
        assert_eq!(Plan::INSURER.at_volume(Volume::Medium), Plan::INSURER);
        let large = Plan::INSURER.at_volume(Volume::Large);
        assert_eq!((large.items, large.goals, large.missing_actors), (2_700, 90, 42));
        let short = large.without(Trap::MissingActors).lasting(26);
        assert_eq!((short.items, short.goals, short.missing_actors, short.weeks), (1_350, 45, 0, 26));
        assert_eq!(Plan::HEALTHY.lasting(99), Plan::HEALTHY);
        assert_eq!(Plan::HEALTHY.without(Trap::MissingActors).at_volume(Volume::Small).missing_actors, 0);
    }
}
