//! The questions that wait now, and a few whole paths to look at one by one.

use sayso_model::decision::Status;
use sayso_model::diagnosis::{Diagnosis, DrawnHop, DrawnPath};

use super::{Block, Column, Figure, Prose, Shows, Table, Term};
use crate::{clean, quantity, words};

/// The longest-waiting live decisions; nothing where no question is open.
pub(super) fn waiting(diagnosis: &Diagnosis) -> Vec<Block> {
    let live = &diagnosis.longest_waiting;
    let open = diagnosis.coverage.decisions_by_status.get(Status::Open.name()).copied();
    if live.is_empty() && open.is_none_or(|n| n == 0) {
        return Vec::new();
    }
    let until = quantity::day(diagnosis.window.until);
    let mut lead = Prose::new();
    if let Some(n) = open {
        lead = lead
            .say(format!("{} ", quantity::counted(n, "question is", "questions are")))
            .term("open", Term::Open)
            .say(format!(" on {until}, when the record ends. "));
    }
    if !live.is_empty() {
        lead = lead
            .say("These have waited longest. To see one whole, type ")
            .code(&path_command(&live[0].decision))
            .say(".");
    }
    let mut blocks = vec![Block::Prose(lead)];
    if !live.is_empty() {
        blocks.push(Block::Table(table(diagnosis)));
    }
    blocks
}

/// A few whole paths on a line of time; nothing where none was drawn.
pub(super) fn paths(diagnosis: &Diagnosis) -> Vec<Block> {
    let drawn: Vec<&DrawnPath> = diagnosis.examples.iter().filter(|path| !path.hops.is_empty()).collect();
    if drawn.is_empty() {
        return Vec::new();
    }
    let lead = Prose::new()
        .say("Each row is a group of holders, each bar a ")
        .term("hold", Term::Hold)
        .say(". Pale stretches are the holder's nights, weekends and holidays. Times are in UTC.");
    let mut blocks = vec![Block::Prose(lead)];
    blocks.extend(drawn.into_iter().enumerate().map(|(i, path)| Block::Figure(Box::new(figure(i, path)))));
    blocks
}

/// What to type to see one path; quoted where a shell would read more into it than a name.
pub(super) fn path_command(decision: &str) -> String {
    let shown = clean::line(decision);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '#' | '.' | '/' | ':' | '@' | ',');
    if !shown.is_empty() && !shown.starts_with(['-', '#']) && shown.chars().all(is_plain) {
        return format!("sayso path {shown}");
    }
    let guard = if shown.starts_with('-') { "-- " } else { "" };
    format!("sayso path {guard}'{}'", shown.replace('\'', r"'\''"))
}

fn table(diagnosis: &Diagnosis) -> Table {
    let rows = diagnosis
        .longest_waiting
        .iter()
        .map(|live| {
            vec![
                Prose::new().code(&clean::name(&live.decision)),
                about(&live.matter, &live.area),
                Prose::new().name(&live.held_by),
                Prose::new().strong(quantity::working(live.waiting_working_h)),
                quantity::calendar(live.waiting_calendar_h).into(),
                quantity::day(live.since.timestamp()).into(),
                quantity::day(live.held_since.timestamp()).into(),
                quantity::count(u64::from(live.n_hops)).into(),
            ]
        })
        .collect();
    Table {
        caption: "Open questions that have waited longest; exact times, not estimates".to_owned(),
        columns: vec![
            Column::words("Decision"),
            Column::words("About"),
            Column::words("Lies with"),
            Column::numbers("Has waited"),
            Column::numbers("On the wall clock"),
            Column::numbers("Since"),
            Column::numbers("With them since"),
            Column::numbers("Holds"),
        ],
        rows,
        notes: Vec::new(),
    }
}

fn about(matter: &str, area: &str) -> Prose {
    match (matter.trim().is_empty(), area.trim().is_empty()) {
        (false, false) => Prose::new().name(matter).say(" in ").name(area),
        (false, true) => Prose::new().name(matter),
        (true, false) => Prose::new().say("in ").name(area),
        (true, true) => Prose::from("not recorded"),
    }
}

fn figure(index: usize, path: &DrawnPath) -> Figure {
    let path = safe(path);
    let working: f64 = path.hops.iter().map(|hop| hop.held_working_h).sum();
    let calendar: f64 = path.hops.iter().map(|hop| hop.held_calendar_h).sum();
    let about = about(&path.matter, &path.area).plain();
    let end = match path.status {
        Status::Open => "still open",
        Status::Decided => "decided",
        Status::Withdrawn => "withdrawn",
    };
    let mut note = Prose::new();
    if !path.because.is_empty() {
        note = note.say(format!("{}: ", words::capital(&path.because)));
    }
    note = note
        .say(format!("{end} after "))
        .strong(quantity::working(working))
        .say(format!(" ({} on the wall clock), ", quantity::calendar(calendar)))
        .say(quantity::counted(path.hops.len() as u64, "hold", "holds"))
        .say(".");
    let spoken: Vec<String> = path
        .hops
        .iter()
        .take(12)
        .map(|hop| format!("{} {} {}", lane_name(hop), hop.arrived_by.name(), quantity::working(hop.held_working_h)))
        .collect();
    let rows = path
        .hops
        .iter()
        .map(|hop| {
            vec![
                Prose::new().name(&lane_name(hop)),
                hop.arrived_by.name().into(),
                quantity::minute(hop.since).into(),
                quantity::minute(hop.until).into(),
                Prose::new().strong(quantity::working(hop.held_working_h)),
                quantity::calendar(hop.held_calendar_h).into(),
            ]
        })
        .collect();
    Figure {
        id: format!("path-{}", index + 1),
        title: format!("{}: {about}", path.decision),
        note,
        alt: format!("A line of time with one row for each holder. In order: {}; {end}.", spoken.join("; ")),
        data: Table {
            caption: format!("The holds of {}", path.decision),
            columns: vec![
                Column::words("Holder"),
                Column::words("Arrived by"),
                Column::numbers("From (UTC)"),
                Column::numbers("Until (UTC)"),
                Column::numbers("Working time"),
                Column::numbers("Wall clock"),
            ],
            rows,
            notes: Vec::new(),
        },
        shows: Shows::Path(Box::new(path)),
    }
}

/// What a lane is called: the holder, with the site where it is known and not said already.
pub(crate) fn lane_name(hop: &DrawnHop) -> String {
    if hop.site.is_empty() || hop.holder.contains(&hop.site) {
        hop.holder.clone()
    } else {
        format!("{}, {}", hop.holder, hop.site)
    }
}

/// The path with every name made safe.
fn safe(path: &DrawnPath) -> DrawnPath {
    DrawnPath {
        decision: clean::name(&path.decision),
        matter: path.matter.clone(),
        area: path.area.clone(),
        because: clean::line(&path.because),
        status: path.status,
        notation: clean::line(&path.notation),
        hops: path
            .hops
            .iter()
            .map(|hop| DrawnHop {
                holder: clean::name(&hop.holder),
                site: if super::holders::is_group(&hop.site) { clean::name(&hop.site) } else { String::new() },
                ..hop.clone()
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_never_says_more_to_a_shell_than_a_name() {
        assert_eq!(path_command("CLM-104#1"), "sayso path CLM-104#1");
        assert_eq!(path_command("a b;rm -rf ~#1"), "sayso path 'a b;rm -rf ~#1'");
        assert_eq!(path_command("it's#1"), r"sayso path 'it'\''s#1'");
        assert_eq!(path_command("--force#1"), "sayso path -- '--force#1'");
    }
}
