//! What is planted in the year, as numbers: every share in percent, every duration a median in working minutes.

use serde::Serialize;

/// Weeks of a whole year of record.
pub(crate) const WHOLE_YEAR: u32 = 52;

/// Weeks of the longest record that can be told.
pub(crate) const LONGEST: u32 = 3 * WHOLE_YEAR;

/// What leaders do when they step in: a word, an objection, the decision itself.
const STEPPING_IN: [u32; 3] = [40, 25, 35];

/// Everything that a story can be told with. `truth.toml` repeats it under `[parameters]`.
///
/// Shares are percent of the questions they speak of; minutes are medians in the working time of whoever acts, spread
/// log-normally (standard deviation 0.8 of the logarithm). "After" is from the change of decision rights on, by the
/// time at which a question is raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Items of work that begin in the year; each carries one to six questions, one after the other.
    pub items: u32,
    /// Goals, each of which is one question about money.
    pub goals: u32,
    /// Items that are urgent. Their questions move faster.
    pub urgent_percent: u32,
    /// How fast urgent questions move: percent of the usual time.
    pub urgent_pace_percent: u32,

    /// Scope questions in pricing and renewals that move only after the senior product manager has acted, before.
    pub gate_percent: u32,
    /// The same, after.
    pub gate_percent_after: u32,
    /// The same in the other areas, at any time.
    pub gate_percent_elsewhere: u32,
    /// How long a product owner hesitates before asking upward.
    pub gate_hesitation_min: u32,
    /// How long the senior product manager takes.
    pub gate_wait_min: u32,
    /// Asks at the gate that come back unchanged.
    pub gate_unchanged_percent: u32,
    /// How long a product owner takes to decide a scope question that nobody else must release.
    pub scope_min: u32,

    /// Priority questions that a product owner raised, may decide, and asks upward all the same, before.
    pub permission_percent: u32,
    /// The same, after.
    pub permission_percent_after: u32,
    /// How long the answer from above takes.
    pub permission_wait_min: u32,
    /// Permissions that come back unchanged.
    pub permission_unchanged_percent: u32,
    /// Permissions that are never answered, so that the asker decides alone in the end.
    pub permission_unanswered_percent: u32,
    /// How long a product owner takes to decide a priority without asking anybody.
    pub priority_min: u32,

    /// Hand-overs from product to engineering that carry neither link nor reason, before.
    pub why_lost_percent: u32,
    /// The same, after.
    pub why_lost_percent_after: u32,
    /// Hand-overs without a why that are followed by a question back.
    pub reask_percent_lost: u32,
    /// Hand-overs with a why that are followed by a question back.
    pub reask_percent_carried: u32,
    /// Questions back that are followed by a second one.
    pub reask_again_percent: u32,
    /// Hand-overs that are handed back as not ready.
    pub handback_percent: u32,
    /// How long a tech lead takes to settle a design once it is clear.
    pub design_min: u32,

    /// How long the answer to a question takes at the same site.
    pub answer_min: u32,
    /// How long it takes across the border, in percent of that.
    pub border_percent: u32,

    /// Questions (scope outside the gate, and priority) during which a date is missed, an incident happens or a
    /// customer complains.
    pub trigger_percent: u32,
    /// Triggers after which a leader steps in unasked, before.
    pub intervention_percent: u32,
    /// The same, after.
    pub intervention_percent_after: u32,
    /// How soon.
    pub intervention_min: u32,
    /// Questions in which a leader speaks up unasked without any trigger.
    pub unprompted_percent: u32,

    /// Scope and priority answers of product owners that somebody above undoes.
    pub override_percent: u32,
    /// Design and acceptance answers that are opened again.
    pub reopen_percent: u32,
    /// Questions that the asker takes back.
    pub withdrawn_percent: u32,

    /// Consents on an acceptance by people who need not consent: weights of 0, 1, 2, 3 and 4 of them.
    pub consent_weights: [u32; 5],
    /// Acceptances refused once, where the design had been handed over with its why.
    pub refusal_percent_carried: u32,
    /// The same where the why was lost.
    pub refusal_percent_lost: u32,
    /// How long an acceptance takes the one who decides it.
    pub acceptance_min: u32,

    /// From a scope answer to its being carried out.
    pub execution_scope_min: u32,
    /// From a priority answer.
    pub execution_priority_min: u32,
    /// From a design answer.
    pub execution_design_min: u32,
    /// From an acceptance.
    pub execution_acceptance_min: u32,

    /// Scope and priority questions on which the chatty analyst comments; nothing ever waits for it.
    pub chatty_percent: u32,
    /// Scope questions of pricing and renewals on which the announcer writes shortly before they move.
    pub announcer_percent: u32,
    /// How long before.
    pub announcer_lead_min: u32,
    /// Urgent questions on which the watcher of urgent items comments at once.
    pub watcher_percent_urgent: u32,
    /// Questions that are not urgent on which the same person comments.
    pub watcher_percent_other: u32,
    /// Questions on which somebody else comments.
    pub noise_percent: u32,

    /// Scope and priority questions that nobody takes up.
    pub stale_percent: u32,
    /// Designs during which somebody works on in the evening.
    pub late_percent: u32,
    /// Events whose actor the tracker lost.
    pub missing_actors: u32,

    // What follows is off in the insurer, and is written into `truth.toml` only where it is on.
    /// How many weeks before its end the record begins: 52 for the whole year, at least 1, at most three years. The items of
    /// a record that is longer than a year are spread over all of it.
    #[serde(skip_serializing_if = "is_whole_year")]
    pub weeks: u32,
    /// The gate is a colleague without rank (the delivery coordinator), and whoever raised the question asks her before
    /// they put it to the owner; owners ask nobody. Otherwise it is the senior product manager, whom the owner asks.
    #[serde(skip_serializing_if = "is_off")]
    pub gate_is_peer: bool,
    /// Permissions are asked of a colleague without rank (the delivery manager) rather than of somebody above.
    #[serde(skip_serializing_if = "is_off")]
    pub permission_of_peer: bool,
    /// Acceptances that a designer or an analyst decides; the charter then lets them.
    #[serde(skip_serializing_if = "is_zero")]
    pub acceptance_shared_percent: u32,
    /// Acceptances in renewals that the squad's test engineer decides, whom no charter names.
    #[serde(skip_serializing_if = "is_zero")]
    pub sole_gate_percent: u32,
    /// Priority questions raised by somebody else than the owner that the tech lead answers, who is consulted only.
    #[serde(skip_serializing_if = "is_zero")]
    pub takeover_percent: u32,
    /// Scope questions raised by somebody else than the owner that go to the head of product first, who sends them back
    /// unchanged.
    #[serde(skip_serializing_if = "is_zero")]
    pub escalation_percent: u32,
    /// How long that takes.
    #[serde(skip_serializing_if = "is_zero")]
    pub escalation_wait_min: u32,
    /// Scope questions raised by somebody else than the owner that lie with the head of product first, who wants them
    /// changed before they go to the owner.
    #[serde(skip_serializing_if = "is_zero")]
    pub above_percent: u32,
    /// How long that takes.
    #[serde(skip_serializing_if = "is_zero")]
    pub above_wait_min: u32,
    /// What leaders do when they step in: weights of a word, an objection, the decision itself.
    #[serde(skip_serializing_if = "is_as_ever")]
    pub intervention_weights: [u32; 3],
    /// Scope and priority answers of owners (yes) that the owner undoes, answers with no, and later with yes again.
    #[serde(skip_serializing_if = "is_zero")]
    pub churn_percent: u32,
    /// Designs that the tech lead of another squad settles, who hardly ever deals with the area; the charter lets any tech
    /// lead.
    #[serde(skip_serializing_if = "is_zero")]
    pub far_percent: u32,
    /// The squads grow one after the other over the record, from one engineer to all, and what there is to do in an area
    /// grows with its squad.
    #[serde(skip_serializing_if = "is_off")]
    pub squads_grow: bool,
    /// Where they grow: what there is to do stays as it is, and every engineer who is there is asked about every design.
    #[serde(skip_serializing_if = "is_off")]
    pub everybody_is_asked: bool,
    /// How much more begins in the last two weeks of a quarter, and how much more slowly everything goes in them; half
    /// as much less begins in August.
    #[serde(skip_serializing_if = "is_zero")]
    pub season_percent: u32,
    /// Nobody is ever on leave, and the firm never shuts; public holidays stay.
    #[serde(skip_serializing_if = "is_off")]
    pub without_absences: bool,
    /// No event by a bot.
    #[serde(skip_serializing_if = "is_off")]
    pub without_bots: bool,
    /// Nobody writes under two spellings, and no two people of an area share a first name.
    #[serde(skip_serializing_if = "is_off")]
    pub without_collisions: bool,
    /// Questions that are open at the end are left out.
    #[serde(skip_serializing_if = "is_off")]
    pub without_tail: bool,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

fn is_off(is_on: &bool) -> bool {
    !is_on
}

fn is_whole_year(weeks: &u32) -> bool {
    *weeks == WHOLE_YEAR
}

fn is_as_ever(weights: &[u32; 3]) -> bool {
    *weights == STEPPING_IN
}

impl Plan {
    /// The insurer of the example office.
    pub const INSURER: Plan = Plan {
        items: 900,
        goals: 30,
        urgent_percent: 20,
        urgent_pace_percent: 40,
        gate_percent: 80,
        gate_percent_after: 8,
        gate_percent_elsewhere: 4,
        gate_hesitation_min: 100,
        gate_wait_min: 480,
        gate_unchanged_percent: 90,
        scope_min: 240,
        permission_percent: 36,
        permission_percent_after: 8,
        permission_wait_min: 420,
        permission_unchanged_percent: 92,
        permission_unanswered_percent: 8,
        priority_min: 150,
        why_lost_percent: 45,
        why_lost_percent_after: 20,
        reask_percent_lost: 70,
        reask_percent_carried: 12,
        reask_again_percent: 25,
        handback_percent: 12,
        design_min: 540,
        answer_min: 180,
        border_percent: 160,
        trigger_percent: 30,
        intervention_percent: 70,
        intervention_percent_after: 6,
        intervention_min: 120,
        unprompted_percent: 2,
        override_percent: 5,
        reopen_percent: 5,
        withdrawn_percent: 4,
        consent_weights: [20, 25, 25, 20, 10],
        refusal_percent_carried: 12,
        refusal_percent_lost: 35,
        acceptance_min: 240,
        execution_scope_min: 480,
        execution_priority_min: 300,
        execution_design_min: 1_200,
        execution_acceptance_min: 720,
        chatty_percent: 65,
        announcer_percent: 75,
        announcer_lead_min: 120,
        watcher_percent_urgent: 85,
        watcher_percent_other: 5,
        noise_percent: 15,
        stale_percent: 6,
        late_percent: 12,
        missing_actors: 14,
        weeks: WHOLE_YEAR,
        gate_is_peer: false,
        permission_of_peer: false,
        acceptance_shared_percent: 0,
        sole_gate_percent: 0,
        takeover_percent: 0,
        escalation_percent: 0,
        escalation_wait_min: 0,
        above_percent: 0,
        above_wait_min: 0,
        intervention_weights: STEPPING_IN,
        churn_percent: 0,
        far_percent: 0,
        squads_grow: false,
        everybody_is_asked: false,
        season_percent: 0,
        without_absences: false,
        without_bots: false,
        without_collisions: false,
        without_tail: false,
    };

    /// The same firm as it ought to be: owners decide what is theirs, the why travels, the border costs nothing, leaders
    /// wait to be asked. Money and regulated wording stay up by rule.
    ///
    /// Everything happens now and then (well below what any pattern calls a pattern), and every trap is set: bystanders,
    /// absences, bots, bulk closing, colliding identities, an open tail, lost actors, a load that changes with the
    /// season. A good diagnosis falls for none of it. For measuring false alarms.
    pub const HEALTHY: Plan = Plan {
        gate_percent: 2,
        gate_percent_after: 2,
        gate_percent_elsewhere: 2,
        permission_percent: 2,
        permission_percent_after: 2,
        why_lost_percent: 0,
        why_lost_percent_after: 0,
        reask_percent_carried: 5,
        handback_percent: 2,
        border_percent: 100,
        intervention_percent: 0,
        intervention_percent_after: 0,
        unprompted_percent: 1,
        override_percent: 1,
        reopen_percent: 2,
        consent_weights: [60, 40, 0, 0, 0],
        stale_percent: 3,
        acceptance_shared_percent: 60,
        takeover_percent: 3,
        escalation_percent: 2,
        escalation_wait_min: 60,
        churn_percent: 2,
        season_percent: 40,
        ..Plan::INSURER
    };

    /// The healthy firm over three years in which its squads grow one after the other, and what they decide grows with
    /// them. As many items as in a year; whoever measures growth must find that decisions keep up.
    pub const GROWING: Plan = Plan { weeks: LONGEST, squads_grow: true, ..Plan::HEALTHY };
}
