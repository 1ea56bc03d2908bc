//! A decision's path on a few lines: who had it, how long, how it came to them, and how it ended.

use crate::decision::{ArrivedBy, Decision, Hop, OpenedBy, Status};
use crate::event::Verdict;
use crate::time::{Instant, WallTime, WorkingTime};
use crate::words::Column;
use crate::{Code, NOT_RECORDED};

/// Lines are broken before this column where a break is possible.
const WIDTH: usize = 80;

/// One decision and its hops as lines of plain ASCII marks around the shown labels, at most 80 columns wide where the
/// labels allow it.
///
/// `label` gives what to show for a recorded code: a pseudonym, a name, a role. It is never asked for
/// [`NOT_RECORDED`]. Every hold reads `HOLDER WORKING (ON THE CLOCK)`; `-asked->` says how it came to the next
/// holder, `[SITE]` stands where the site changes, and `border` on an arrow says that it crossed between two known
/// sites. An open path ends in `...`.
pub fn path_lines(decision: &Decision, hops: &[Hop], label: &dyn Fn(Column, Code) -> String) -> Vec<String> {
    let shown = |column, code| if code == NOT_RECORDED { None } else { Some(label(column, code)) };
    let actor = |code| shown(Column::Actor, code).unwrap_or_else(|| "somebody not recorded".to_owned());
    let mut lines = Vec::new();

    let mut head = format!("{}.", decision.ordinal);
    if let Some(matter) = shown(Column::Matter, decision.matter) {
        head.push_str(&format!(" {matter}"));
    }
    if let Some(area) = shown(Column::Area, decision.area) {
        head.push_str(&format!(" in {area}"));
    }
    let began = match decision.opened_by {
        OpenedBy::Raised => "raised",
        OpenedBy::Asked => "asked",
        OpenedBy::Reopened => "opened again",
        OpenedBy::FirstSeen => "first seen",
        OpenedBy::Unseen => "question not recorded",
    };
    let mut opening = began.to_owned();
    if decision.has_latency() {
        opening.push_str(&format!(" {}", moment(decision.raised_at)));
        if decision.opened_by != OpenedBy::FirstSeen {
            opening.push_str(&format!(" by {}", actor(decision.asker)));
        }
    }
    let comma = if head.contains(' ') { "," } else { "" };
    wrap(&mut lines, "", &format!("{head}{comma}"), std::iter::once(opening));

    if !hops.is_empty() {
        let mut before: Option<&Hop> = None;
        let mut parts = Vec::new();
        for hop in hops {
            parts.push(hold(hop, before, &shown));
            before = Some(hop);
        }
        if decision.status == Status::Open {
            parts.push("...".to_owned());
        }
        wrap(&mut lines, "   ", "", parts.into_iter());
    }

    let took = format!("{} ({})", working_text(decision.latency_working), wall_text(decision.latency()));
    let mut ends = Vec::new();
    match decision.status {
        Status::Open => ends.push(format!("open at {}: {took} so far", moment(decision.ended_at))),
        Status::Withdrawn => ends.push(format!("withdrawn {} after {took}", moment(decision.ended_at))),
        Status::Decided => {
            let verdict = Verdict::from_code(decision.verdict).map_or(String::new(), |v| format!(" {}", v.name()));
            let by = if decision.decider == NOT_RECORDED {
                "by somebody not recorded".to_owned()
            } else {
                format!("by {} ({})", actor(decision.decider), decision.decider_known.name())
            };
            ends.push(format!("decided{verdict} {} {by}", moment(decision.ended_at)));
            if decision.has_latency() {
                ends.push(format!("after {took}"));
            }
        }
    }
    if let Some(at) = decision.executed_at {
        let working = decision.execution_working.map_or(String::new(), |w| format!("{} ", working_text(w)));
        let wall = decision.decided_at.map_or(String::new(), |decided| format!("({})", wall_text(at - decided)));
        ends.push(format!("; executed {} after {working}{wall}", moment(at)));
    }
    if let Some(at) = decision.reversed_at {
        ends.push(format!("; reversed {} by {}", moment(at), actor(decision.reversed_by)));
    }
    wrap(&mut lines, "   ", "", ends.into_iter());
    lines
}

/// Hours as a person reads them: minutes below an hour, one decimal below ten hours, days from three days on.
pub fn hours_text(hours: f64) -> String {
    if hours == 0.0 {
        "0h".to_owned()
    } else if hours < 1.0 {
        format!("{:.0}min", (hours * 60.0).max(1.0))
    } else if hours < 9.95 {
        format!("{hours:.1}h").replace(".0h", "h")
    } else if hours < 71.5 {
        format!("{hours:.0}h")
    } else {
        format!("{:.1}d", hours / 24.0).replace(".0d", "d")
    }
}

/// Working time stays in hours: a working day is not 24 of them.
fn working_text(time: WorkingTime) -> String {
    if time.hours() < 71.5 { hours_text(time.hours()) } else { format!("{:.0}h", time.hours()) }
}

fn wall_text(time: WallTime) -> String {
    hours_text(time.hours())
}

/// To the minute; what is finer says nothing about waiting.
fn moment(at: Instant) -> String {
    at.timestamp().strftime("%Y-%m-%d %H:%MZ").to_string()
}

fn hold(hop: &Hop, before: Option<&Hop>, shown: &dyn Fn(Column, Code) -> Option<String>) -> String {
    let holder = shown(Column::Actor, hop.holder)
        .or_else(|| shown(Column::Team, hop.team).map(|team| format!("team {team}")))
        .unwrap_or_else(|| "nobody named".to_owned());
    let site_before = before.map_or(NOT_RECORDED, |hop| hop.site);
    let border = if site_before != NOT_RECORDED && hop.site != NOT_RECORDED && site_before != hop.site {
        ", border"
    } else {
        ""
    };
    let arrow = match (before, hop.arrived_by) {
        (None, ArrivedBy::Raised) => String::new(),
        (_, arrived_by) => format!("-{}{border}-> ", arrived_by.name()),
    };
    let site = match shown(Column::Site, hop.site) {
        Some(site) if hop.site != site_before => format!(" [{site}]"),
        _ => String::new(),
    };
    format!("{arrow}{holder}{site} {} ({})", working_text(hop.held_working), wall_text(hop.held()))
}

/// Sets the parts behind `head`, breaking between parts; a part that begins with `;` follows without a space.
fn wrap(lines: &mut Vec<String>, indent: &str, head: &str, parts: impl Iterator<Item = String>) {
    let mut line = format!("{indent}{head}");
    let mut blank = head.is_empty();
    for part in parts {
        let (space, part) = match part.strip_prefix("; ") {
            Some(rest) => ("; ", rest),
            None => (" ", part.as_str()),
        };
        if blank {
            line.push_str(part);
        } else if line.chars().count() + space.len() + part.chars().count() <= WIDTH {
            line.push_str(space);
            line.push_str(part);
        } else {
            lines.push(std::mem::replace(&mut line, format!("{indent}  {part}")));
        }
        blank = false;
    }
    lines.push(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_read_well_at_every_size() {
        let texts: Vec<String> =
            [0.0, 0.001, 0.5, 1.0, 1.25, 9.94, 9.96, 71.4, 71.5, 100.0].map(hours_text).into_iter().collect();
        assert_eq!(texts, ["0h", "1min", "30min", "1h", "1.2h", "9.9h", "10h", "71h", "3d", "4.2d"]);
    }

    #[test]
    fn long_paths_break_between_hops() {
        let mut lines = Vec::new();
        let parts: Vec<String> = (0..9).map(|i| format!("-asked-> holder-{i} 1h (2h)")).collect();
        wrap(&mut lines, "   ", "", parts.into_iter());
        assert_eq!(lines.len(), 4);
        assert!(lines.iter().all(|line| line.len() <= WIDTH && line.starts_with("   ")), "{lines:?}");
    }
}
