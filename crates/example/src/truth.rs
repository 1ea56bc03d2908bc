//! What `truth.toml` says: the plan, and what came of it in this very log.
//!
//! Whole numbers only: counts, seconds and percent, so that the file is the same on every machine. A median of an even
//! number of values is the mean of the two in the middle, cut to a whole second.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::patterns::PatternCount;
use crate::plan::Plan;

/// All of `truth.toml`.
#[derive(Debug, Serialize)]
pub struct Truth {
    pub office: OfficeFacts,
    pub parameters: Plan,
    pub counts: Counts,
    pub acts: BTreeMap<&'static str, u64>,
    pub gate: Gate,
    pub permission: Permission,
    pub why: WhyLost,
    pub border: Border,
    pub pingpong: PingPong,
    pub interventions: Interventions,
    pub reversals: Reversals,
    pub surplus: Surplus,
    pub bystanders: Bystanders,
    pub bulk: Bulk,
    pub identity: Identity,
    pub holidays: Holidays,
    pub tail: Tail,
    pub missing: Missing,
    pub change: Change,
    pub first_response: FirstResponse,
    pub latency: Vec<MatterSample>,
    pub execution: Vec<MatterSample>,
    pub cell: Vec<Cell>,
    pub possession: Vec<Possession>,
    pub late: Vec<Late>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pattern: Vec<PatternCount>,
}

#[derive(Debug, Serialize)]
pub struct OfficeFacts {
    pub name: &'static str,
    pub seed: u64,
    pub since: String,
    pub until: String,
    pub change: String,
    pub first_event: String,
    pub last_event: String,
}

#[derive(Debug, Serialize)]
pub struct Counts {
    pub events: u64,
    pub items: u64,
    pub people: u64,
    pub bots: u64,
    pub people_acting: u64,
    pub decisions: u64,
    pub decided: u64,
    pub withdrawn: u64,
    pub open: u64,
    pub hops: u64,
    pub handovers: u64,
    pub crossings: u64,
    pub escalations: u64,
    pub returns: u64,
    pub approvals: u64,
    pub approvals_surplus: u64,
    pub objections: u64,
    pub executed: u64,
    pub reversed: u64,
    pub reopened: u64,
    pub undone: u64,
    pub decisions_without_decider: u64,
    pub events_by_bots: u64,
    pub events_without_actor: u64,
    pub events_late: u64,
}

/// Durations of some things: how many, and their medians in both clocks. Medians of nothing are 0.
#[derive(Debug, Default, Serialize)]
pub struct Sample {
    pub n: u64,
    pub median_working_s: i64,
    pub median_calendar_s: i64,
}

#[derive(Debug, Serialize)]
pub struct Gate {
    pub role: &'static str,
    pub matter: &'static str,
    pub areas: Vec<&'static str>,
    pub before: GatePart,
    pub after: GatePart,
    pub elsewhere: GatePart,
    pub away: Away,
}

/// Scope questions of some areas and time.
#[derive(Debug, Serialize)]
pub struct GatePart {
    pub decisions: u64,
    pub decided: u64,
    pub decided_by_owner: u64,
    pub decided_after_role_acted: u64,
    pub decided_after_role_acted_percent: u64,
    pub asks: u64,
    pub answered: u64,
    pub unchanged: u64,
    pub unchanged_percent: u64,
    pub wait: Sample,
    pub latency_through_gate: Sample,
    pub latency_past_gate: Sample,
}

/// What happens in the gated areas while the senior product manager is away, before the change.
#[derive(Debug, Serialize)]
pub struct Away {
    pub days: Vec<[String; 2]>,
    pub working_days_away: u64,
    pub working_days_present: u64,
    pub asks_pending_while_away: u64,
    pub moves_while_away: u64,
    pub moves_while_present: u64,
    pub moves_elsewhere_while_away: u64,
    pub moves_elsewhere_while_present: u64,
}

#[derive(Debug, Serialize)]
pub struct Permission {
    pub matter: &'static str,
    pub role: &'static str,
    pub before: PermissionPart,
    pub after: PermissionPart,
}

/// Priority questions that product owners raised, with the right to decide them.
#[derive(Debug, Serialize)]
pub struct PermissionPart {
    pub own_questions: u64,
    pub asked_upward: u64,
    pub asked_upward_percent: u64,
    pub answered: u64,
    pub unchanged: u64,
    pub unanswered_decided_alone: u64,
    pub worked_while_waiting: u64,
    pub wait: Sample,
}

#[derive(Debug, Serialize)]
pub struct WhyLost {
    pub from_role: &'static str,
    pub to_role: &'static str,
    pub items_with_origin_link: u64,
    pub before: WhyPart,
    pub after: WhyPart,
}

/// Designs handed from product to engineering: the first hand-over of each.
#[derive(Debug, Serialize)]
pub struct WhyPart {
    pub handovers: u64,
    pub lost: u64,
    pub lost_percent: u64,
    pub lost_asked_back: u64,
    pub carried: u64,
    pub carried_asked_back: u64,
    pub questions_back: u64,
    pub handed_back: u64,
}

#[derive(Debug, Serialize)]
pub struct Border {
    pub leeds_to_gdansk: u64,
    pub gdansk_to_leeds: u64,
    pub within_leeds: u64,
    pub within_gdansk: u64,
    pub decisions_crossing: u64,
    pub answer_same_site: Sample,
    pub answer_across: Sample,
    pub scope_past_gate_same_site: Sample,
    pub scope_past_gate_across: Sample,
}

#[derive(Debug, Serialize)]
pub struct PingPong {
    pub decisions: u64,
    pub by_person: u64,
    pub by_team: u64,
    pub by_site: u64,
    pub by_role: u64,
    pub decisions_with_return: u64,
}

#[derive(Debug, Serialize)]
pub struct Interventions {
    pub triggers: BTreeMap<&'static str, u64>,
    pub triggered_decisions: u64,
    pub followed: u64,
    pub by_act: BTreeMap<&'static str, u64>,
    pub untriggered_decisions: u64,
    pub untriggered_with_intervention: u64,
    pub wait: Sample,
}

#[derive(Debug, Serialize)]
pub struct Reversals {
    pub decided_by_owner: u64,
    pub reversed: u64,
    pub reversed_by_level_above: u64,
    pub wait: Sample,
    pub reopenable: u64,
    pub reopened: u64,
}

#[derive(Debug, Serialize)]
pub struct Surplus {
    pub acceptances_decided: u64,
    pub with_surplus: u64,
    pub with_surplus_percent: u64,
    pub surplus_total: u64,
    pub consents_histogram: BTreeMap<String, u64>,
}

/// From the question to the first act of a person other than the asker (links and observations are no response), and
/// the same where bots count: how far bots flatter it.
#[derive(Debug, Serialize)]
pub struct FirstResponse {
    pub n: u64,
    pub median_calendar_s: i64,
    pub n_bots_counted: u64,
    pub median_calendar_s_bots_counted: i64,
}

/// Who acted before scope questions of the gated areas were decided, before the change.
#[derive(Debug, Serialize)]
pub struct Bystanders {
    pub decided: u64,
    pub gate: Bystander,
    pub chatty: Bystander,
    pub announcer: Bystander,
    pub watcher: Bystander,
    pub watcher_urgent: u64,
    pub urgent_decided: u64,
    pub urgent_latency: Sample,
    pub other_latency: Sample,
}

#[derive(Debug, Serialize)]
pub struct Bystander {
    pub person: &'static str,
    pub role: &'static str,
    pub acted_before_move: u64,
    pub events: u64,
    pub median_working_s_before_move: i64,
}

#[derive(Debug, Serialize)]
pub struct Bulk {
    pub person: &'static str,
    pub role: &'static str,
    pub day: String,
    pub closed: u64,
    pub seconds_apart: u64,
    pub in_remit: bool,
}

#[derive(Debug, Serialize)]
pub struct Identity {
    pub same_first_name: [&'static str; 2],
    pub two_spellings: [&'static str; 2],
    pub events_first_spelling: u64,
    pub events_second_spelling: u64,
    pub distinct_actor_words: u64,
    pub distinct_people: u64,
}

/// Decisions that were open on the day before the shutdown and ended after it, beside the others.
#[derive(Debug, Serialize)]
pub struct Holidays {
    pub shutdown: [String; 2],
    pub across_shutdown: Sample,
    pub others: Sample,
    pub public: BTreeMap<&'static str, Vec<String>>,
}

#[derive(Debug, Serialize)]
pub struct Tail {
    pub open: u64,
    pub open_nobody_took_up: u64,
    pub open_under_way: u64,
    pub oldest_open_raised_at: String,
}

#[derive(Debug, Serialize)]
pub struct Missing {
    pub rows: u64,
    pub decided_rows: u64,
    pub items: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Change {
    pub on: String,
    pub gated_scope_before: ChangePart,
    pub gated_scope_after: ChangePart,
    pub all_before: ChangePart,
    pub all_after: ChangePart,
    pub moved_right: &'static str,
    pub moved_right_before: Sample,
    pub moved_right_after: Sample,
}

/// Questions raised before or after the change. Rates are per hundred questions raised.
#[derive(Debug, Serialize)]
pub struct ChangePart {
    pub decisions: u64,
    pub decided: u64,
    pub escalations: u64,
    pub escalations_per_100: u64,
    pub crossings: u64,
    pub latency: Sample,
}

#[derive(Debug, Serialize)]
pub struct MatterSample {
    pub matter: &'static str,
    pub n: u64,
    pub median_working_s: i64,
    pub median_calendar_s: i64,
}

#[derive(Debug, Serialize)]
pub struct Cell {
    pub matter: &'static str,
    pub area: &'static str,
    pub decisions: u64,
    pub decided: u64,
    pub withdrawn: u64,
    pub open: u64,
    pub handovers: u64,
    pub crossings: u64,
}

/// In whose hands questions lay that ended within the record (answered or taken back).
#[derive(Debug, Serialize)]
pub struct Possession {
    pub role: &'static str,
    pub site: &'static str,
    pub persons: u64,
    pub holds: u64,
    pub working_s: i64,
    pub calendar_s: i64,
}

#[derive(Debug, Serialize)]
pub struct Late {
    pub item: String,
    pub at: String,
    pub actor: &'static str,
}
