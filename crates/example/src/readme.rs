//! The page that explains an office: what the firm is, what is planted in it and what is not, how to read its log.

use std::fmt::Write;

use sayso_model::signal::Pattern;

use crate::clock;
use crate::expected::Planted;
use crate::plan::{Plan, WHOLE_YEAR};

/// `README.md`.
pub fn text(plan: &Plan) -> String {
    if *plan == Plan::INSURER {
        return [INSURER_INTRO, FILES, INSURER_PLANTED, LOG, TRUTH].concat();
    }
    [&intro(plan), FILES, &planted(plan), LOG, TRUTH, PATTERNS].concat()
}

fn intro(plan: &Plan) -> String {
    let (kind, made) = match *plan == Plan::HEALTHY {
        true => ("a healthy firm", "`sayso example insurer DIR --healthy`"),
        false => ("an office for validation", "a plan (`[parameters]` in `truth.toml`)"),
    };
    let length = match plan.weeks {
        WHOLE_YEAR => "a year".to_owned(),
        weeks => format!("{weeks} weeks"),
    };
    format!(
        "# Brackwater Cover Systems: {kind}

Nobody here exists. The firm, its people and every event are written from a seed by
{made}; the same seed gives the same bytes. The firm sells insurance software to comparison platforms: five product owners and a senior product manager in
Leeds, five squads in Gdansk, {length} of questions in a tracker, {} items of work, and a change of decision rights eight
weeks before its end ({}).

Try it in this folder:

```
sayso diagnose
```

",
        plan.items,
        clock::CHANGE
    )
}

fn planted(plan: &Plan) -> String {
    let planted = plan.planted();
    let mut text = String::from("## What is planted\n\n");
    let own: Vec<&Planted> = planted.iter().filter(|one| !one.follows).collect();
    if own.is_empty() {
        text.push_str(
            "Nothing. Whoever may decide by the charter decides; money and regulated wording stay up by rule. A diagnosis that
finds a pattern of authority here is wrong.\n\n",
        );
    }
    for one in &own {
        let _ = writeln!(text, "- **{}** in {}: {}", title(one.pattern), place(one), says(plan, one));
    }
    let follows: Vec<String> = planted
        .iter()
        .filter(|one| one.follows)
        .map(|one| format!("{} in {}", title(one.pattern), place(one)))
        .collect();
    if !follows.is_empty() {
        let _ = writeln!(text, "\nWith it comes, and is no false finding: {}.", follows.join("; "));
    }
    if !own.is_empty() {
        text.push('\n');
    }
    text.push_str(
        "Below what any pattern calls a pattern, these happen now and then (percent of what they speak of):\n\n",
    );
    for (percent, what) in now_and_then(plan) {
        if percent > 0 && percent <= 5 {
            let _ = writeln!(text, "- {percent} %: {what}");
        }
    }
    text.push_str("\nWhat a diagnosis must not fall for:\n\n");
    for what in traps(plan) {
        let _ = writeln!(text, "- {what}");
    }
    let _ = writeln!(
        text,
        "\nFrom {} on acceptance in the partner feeds belongs to the squad, and the charter says again that scope belongs to the
product owners.\n",
        clock::CHANGE
    );
    text
}

fn place(one: &Planted) -> String {
    if one.matter.is_empty() {
        return "the whole record".to_owned();
    }
    let areas = if one.areas.len() == 5 { "all areas".to_owned() } else { one.areas.join(", ") };
    format!("{} ({areas})", one.matter)
}

fn title(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::ImplicitGate => "an implicit gate",
        Pattern::SoleGate => "a sole gate",
        Pattern::PermissionSeeking => "permission seeking",
        Pattern::FormalRealGap => "decisions outside the remit",
        Pattern::EscalationReturns => "escalations that come back unchanged",
        Pattern::Intervention => "interventions",
        Pattern::Override => "overrides",
        Pattern::Churn => "churn",
        Pattern::WaitingAbove => "waiting above",
        Pattern::WhyLost => "the why lost at hand-overs",
        Pattern::DecidedFarFromInformation => "decisions far from the information",
        Pattern::BorderCost => "hand-overs that wait at the border",
        Pattern::CostOutrunsClarity => "cost that outruns clarity",
    }
}

fn says(plan: &Plan, one: &Planted) -> String {
    let role = one.role;
    match one.pattern {
        Pattern::ImplicitGate if plan.gate_is_peer => format!(
            "{} % of the questions that somebody else than the owner raises go past the {role} first, who takes about {} working \
             minutes and changes little. No charter names that role.",
            plan.gate_percent, plan.gate_wait_min
        ),
        Pattern::ImplicitGate => format!(
            "{} % move only after the {role} has been asked by the owner, and take about {} working minutes there ({} % after \
             the change).",
            plan.gate_percent, plan.gate_wait_min, plan.gate_percent_after
        ),
        Pattern::SoleGate => {
            format!(
                "the {role} decides {} %; elsewhere many do, and no charter names that role.",
                plan.sole_gate_percent
            )
        }
        Pattern::PermissionSeeking => format!(
            "owners ask {} about {} % of what they raise and may decide ({} % after the change), and stop for about {} working \
             minutes.",
            if plan.permission_of_peer { "the delivery manager" } else { "somebody above" },
            plan.permission_percent,
            plan.permission_percent_after,
            plan.permission_wait_min
        ),
        Pattern::FormalRealGap => {
            format!(
                "the {role} answers {} % of what the owner has not raised, and is to be consulted only.",
                plan.takeover_percent
            )
        }
        Pattern::EscalationReturns => format!(
            "{} % of what the owner has not raised goes to the head of product first, who sends it back as it was.",
            plan.escalation_percent
        ),
        Pattern::Intervention => format!(
            "triggers fall into {} % of the questions; after {} % of them a leader steps in unasked, {} % after the change.",
            plan.trigger_percent, plan.intervention_percent, plan.intervention_percent_after
        ),
        Pattern::Override => format!("{} % of the owners' yeses are undone from above.", plan.override_percent),
        Pattern::Churn => {
            format!("{} % of the owners' yeses become a no, and later a yes again.", plan.churn_percent)
        }
        Pattern::WaitingAbove => format!(
            "{} % of what the owner has not raised lies with the head of product first, for about {} working minutes, and has to \
             be changed before it goes to the owner.",
            plan.above_percent, plan.above_wait_min
        ),
        Pattern::WhyLost => format!(
            "{} % of the designs are handed over without a reason and without a link to the goal, {} % after the change.",
            plan.why_lost_percent, plan.why_lost_percent_after
        ),
        Pattern::DecidedFarFromInformation => format!(
            "{} % of the designs are settled by the tech lead of another squad, who has no other part in this one.",
            plan.far_percent
        ),
        Pattern::BorderCost => format!(
            "an answer that has to come from the other country takes {} % of the time it takes at one site.",
            plan.border_percent
        ),
        Pattern::CostOutrunsClarity => {
            "over the record the squads grow from one engineer to all, one squad after the other; what \
             they decide does not grow, and everybody who is there is asked about every design."
                .to_owned()
        }
    }
}

fn now_and_then(plan: &Plan) -> [(u32, &'static str); 9] {
    [
        (plan.gate_percent_elsewhere, "scope questions that go past somebody who need not be asked"),
        (plan.permission_percent, "owners who ask about a priority that is theirs"),
        (plan.takeover_percent, "priorities of others that the tech lead answers"),
        (plan.escalation_percent, "scope questions that go up first and come back"),
        (plan.above_percent, "scope questions that lie above first"),
        (plan.unprompted_percent, "questions in which a leader speaks up unasked"),
        (plan.override_percent, "owners' yeses that are undone from above"),
        (plan.churn_percent, "owners' yeses that become a no and a yes again"),
        (plan.reopen_percent, "designs and acceptances that are opened again"),
    ]
}

fn traps(plan: &Plan) -> Vec<&'static str> {
    [
        (plan.chatty_percent > 0, "an analyst who comments on most questions"),
        (plan.announcer_percent > 0, "a delivery manager who writes what is about to happen, shortly before it does"),
        (plan.watcher_percent_urgent > 0, "an analyst who comments on urgent questions, which move faster anyway"),
        (!plan.without_absences, "leave, and a shutdown at Christmas"),
        (true, "public holidays of two countries"),
        (!plan.without_bots, "bots that label and build"),
        (
            plan.stale_percent > 0,
            "questions that nobody takes up, closed in one go by a coordinator whom no charter names",
        ),
        (!plan.without_collisions, "an engineer with two spellings (`people.csv` lists both)"),
        (!plan.without_collisions, "two people of one product area with the same first name"),
        (!plan.without_tail, "questions still open at the end"),
        (plan.missing_actors > 0, "events whose actor the tracker lost"),
        (plan.late_percent > 0, "work in the evening"),
        (
            plan.season_percent > 0,
            "a load that swells at the ends of quarters, when answers take longer, and sinks in August",
        ),
        (true, "money above a bound, which goes up and comes back by rule"),
    ]
    .into_iter()
    .filter_map(|(is_set, what)| is_set.then_some(what))
    .collect()
}

const INSURER_INTRO: &str = r#"# Brackwater Cover Systems: an example office

Nobody here exists. The firm, its people and every event are written from a seed by `sayso example insurer DIR`; the same
seed gives the same bytes. It is the story of a firm that sells insurance software to comparison platforms: five product
owners and a senior product manager in Leeds, five squads in Gdansk, a year of questions in a tracker
(2024-11-04 to 2025-10-31), and a change of decision rights eight weeks before its end (2025-09-08).

Try it:

```
sayso diagnose --office offices/insurer
```

"#;

const INSURER_PLANTED: &str = r#"## What is planted

1. **An implicit gate.** Scope in pricing and renewals belongs to the product owners. In four of five cases it moves only
   after the senior product manager has been asked; she takes about a working day and changes little. When she is away,
   these questions stand still, and others do not.
2. **Permission seeking.** Product owners ask upward about priorities that are theirs, and stop until they are answered.
3. **Lost whys.** Designs are handed from Leeds to Gdansk; almost half carry neither link nor reason. Questions back
   follow, and later refusals of what was built.
4. **Slow crossings.** The same kind of answer takes longer across the border, with one hour between the clocks.
5. **Interventions.** After missed dates, incidents and complaints leaders step in unasked.
6. **Reversals.** A known share of the owners' answers is undone from above; some designs and acceptances are reopened.
7. **Surplus approvals.** Acceptances wait for consents that nobody needs.
8. **A gap between answer and execution**, by matter.
9. **People who must not be mistaken for a gate**: one who comments on everything, one who announces what is about to
   happen, one who watches urgent items (which move faster anyway), and a coordinator who closes old questions in one go.
   Two people share a first name and a product area; one engineer writes under two spellings (`people.csv` lists both).
   The tracker lost a few actors; some work is done in the evening; the firm is shut at Christmas; questions are still
   open at the end.
10. **The change.** From 2025-09-08 on the gate is gone, permissions are rare, leaders wait to be asked, more whys travel,
    and acceptance in the partner feeds belongs to the tech lead.

"#;

const FILES: &str = r#"## Files

| file | what it is |
|---|---|
| `sayso.toml` | sources, sites with zones and holidays, the privacy floor |
| `people.csv` | everybody, with team, site, role and level |
| `charter.toml` | who may decide what, as declared, before and after the change |
| `assumptions.toml` | what the people at the top believe about it all; try `sayso check` |
| `events.csv` | the tracker's log in the canonical columns |
| `truth.toml` | what was planted, and what Sayso ought to find |

"#;

const LOG: &str = r#"## How to read the log

A question is put by `raised` (or `reopened`) and held by whoever put it. `asked` and `handed` pass it to `to`; a word
from whoever was asked (`approved`, `objected`, `advised`) gives it back to the asker; the same word from anybody else
moves nothing. `decided` answers it, `withdrawn` takes it back. `executed` carries it out, `reversed` undoes it. `worked`,
`linked` and `observed` pass nothing on. An item has one open question at a time.

Acts lie in the working hours of the actor's site and on no public holiday there, but for those listed under `[[late]]`.
Bots act at any time.

"#;

const TRUTH: &str = r#"## truth.toml

| section | what it says |
|---|---|
| `[office]` | seed, first and last day, day of the change |
| `[parameters]` | the plan: shares in percent, medians in working minutes |
| `[counts]`, `[acts]` | totals of events, items, questions by status, hops, handovers, crossings, escalations, returns, approvals |
| `[gate.before]`, `[gate.after]`, `[gate.elsewhere]` | scope questions inside and outside the gated areas: how many were decided after the senior product manager had acted, what the asks cost, how long both kinds took |
| `[gate.away]` | her absences, and what moved meanwhile |
| `[permission.*]` | owners' own priority questions, asks upward, answers unchanged, waits |
| `[why.*]` | first hand-overs to engineering with and without a why, and the questions back |
| `[border]` | handovers by direction; comparable answers at one site and across |
| `[pingpong]` | questions with A-B-A, by level of aggregation |
| `[interventions]` | triggers, and what followed |
| `[reversals]`, `[surplus]` | undone and reopened answers; consents on acceptances |
| `[bystanders]` | how often each acted before the move, and how long before: high for some who are no gate |
| `[bulk]`, `[identity]`, `[holidays]`, `[tail]`, `[missing]`, `[[late]]` | the traps |
| `[change]` | before and after, side by side |
| `[first_response]` | the first act of another person, and what it would be if bots counted |
| `[[latency]]`, `[[execution]]` | medians by matter |
| `[[cell]]` | exact counts by matter and area |
| `[[possession]]` | in whose hands ended questions lay, by role and site |
"#;

const PATTERNS: &str =
    "| `[[pattern]]` | each pattern of authority counted by its definition, with the share above which it is one |\n";
