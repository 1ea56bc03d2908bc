//! Judges signals of authority: what stands out after everything that was looked at, how strongly, and what to ask.
//!
//! [`diagnose`] is the one door. It is pure: no clock, no chance, the same bytes for the same signals in any order. One
//! file a finding says when a pattern is worth a conversation and in which words; `judge` corrects for how much was looked
//! at and says whether it still holds; `story` tells one thing once.
//!
//! Two families, each corrected whole, with the parts of a record in it together: what speaks of places (Benjamini and
//! Hochberg, q = 0.10) and what points at a role (Holm, 0.05). Significance is never enough: each finding also needs a
//! size that matters, whose bounds stand as constants in its file.

pub mod assumptions;
mod border_cost;
mod churn;
mod cost_outruns_clarity;
mod decided_far_from_information;
mod escalation_returns;
pub mod figures;
mod formal_real_gap;
mod implicit_gate;
mod intervention;
mod judge;
mod override_;
mod permission_seeking;
pub mod power;
mod rule;
mod sole_gate;
mod standing;
mod story;
mod waiting_above;
mod why_lost;
mod wording;

#[cfg(test)]
mod made;

use sayso_model::diagnosis::{Finding, Sought, TooThin};
use sayso_model::signal::{DecisionKey, Pattern, Signal};
use sayso_stats::Window;

/// Decisions named as evidence of one finding, at most.
const EVIDENCE_MAX: usize = 12;

/// What the signals of a record come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// What stands out; the strongest of those that still hold first.
    pub findings: Vec<Finding>,
    /// Patterns about which the record is too thin, at most one sentence each.
    pub too_thin: Vec<TooThin>,
    /// How far each pattern was looked for; patterns without any signal are not in it.
    pub sought: Vec<Sought>,
}

/// Judges the signals of one record. `name` gives the name under which a decision can be looked up (`ITEM#1`); `window` is
/// the time that the record covers. No signals give nothing at all.
pub fn diagnose(signals: &[Signal], name: &dyn Fn(DecisionKey) -> String, window: Window) -> Judged {
    let court = judge::Court::of(signals);
    let stories = story::tell(&court, court.cases());
    let mut findings: Vec<Finding> = stories.iter().map(|story| finding(&court, story, name, window)).collect();
    findings.sort_by(|a, b| {
        let rank = |finding: &Finding| (story::rank(finding.verdict), finding.strength);
        rank(a)
            .cmp(&rank(b))
            .then(a.p_adjusted.total_cmp(&b.p_adjusted))
            .then(a.p.total_cmp(&b.p))
            .then_with(|| (a.pattern, &a.id).cmp(&(b.pattern, &b.id)))
    });
    let too_thin = power::too_thin(&court, &stories);
    Judged { findings, too_thin, sought: court.sought() }
}

fn finding(
    court: &judge::Court<'_>,
    story: &story::Story<'_>,
    name: &dyn Fn(DecisionKey) -> String,
    window: Window,
) -> Finding {
    let case = &story.case;
    let (signal, rule) = (case.signal, case.rule);
    let standing = standing::of(case, window);
    let mut estimates: Vec<_> = rule.numbers.iter().filter_map(|name| signal.number(name)).cloned().collect();
    // What the signal brings beyond the numbers that the rule knows comes behind them.
    estimates.extend(signal.numbers.iter().filter(|number| !rule.numbers.contains(&number.statistic())).cloned());
    let recent = case.recent.iter().filter(|recent| recent.period != signal.period);
    estimates.extend(recent.filter_map(|recent| recent.number(rule.numbers[0])).cloned());
    for carried in &story.carried {
        estimates.extend(carried.signal.number(carried.rule.numbers[0]).cloned());
    }
    let declared_to = court.declared_to(signal).filter(|_| rule.pattern == Pattern::ImplicitGate);
    let claim = match declared_to {
        Some(role) => (rule.claim)(&Signal { counterpart: role.to_owned(), ..signal.clone() }),
        None => (rule.claim)(signal),
    };
    Finding {
        id: [rule.pattern.name(), &signal.matter, &signal.area, &signal.role].join("/"),
        pattern: rule.pattern,
        matter: signal.matter.clone(),
        area: signal.area.clone(),
        role: signal.role.clone(),
        claim,
        verdict: standing.verdict,
        standing: standing.says,
        strength: (rule.strength)(signal),
        estimates,
        p: case.p,
        p_adjusted: case.adjusted,
        evidence: signal.evidence.iter().take(EVIDENCE_MAX).map(|key| name(*key)).collect(),
        otherwise: (rule.otherwise)(signal),
        question: (rule.question)(signal),
        also_seen: story.carried.iter().filter_map(|carried| (carried.rule.in_short)(carried.signal)).collect(),
    }
}
