//! How long questions wait: the clocks side by side, by matter, area and site, and week by week; and how often they come back.

use jiff::Timestamp;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use sayso_model::measure::{MeasureId, Measurement};
use sayso_stats::Unit;

use super::{Block, Column, Figure, Mark, Marks, Prose, ROWS_DRAWN_MAX, Shows, Table, Term, Weeks, data_row, in_words};
use crate::lookup::{CALENDAR, Measures, WORKING};
use crate::{quantity, words};

/// How long questions wait: on both clocks, by matter, area and team, and week by week.
pub(super) fn durations(measures: Measures<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(clocks(measures).map(Block::Table));
    blocks.extend(by_keys(measures, &["matter", "area", "team"]));
    blocks.extend(weekly(measures).map(|figure| Block::Figure(Box::new(figure))));
    blocks
}

/// A chart of waits for each of the keys that is measured.
pub(super) fn by_keys(measures: Measures<'_>, keys: &[&str]) -> Vec<Block> {
    let mut figures: Vec<Figure> = keys.iter().filter_map(|key| by(measures, key)).collect();
    if let Some(first) = figures.first_mut() {
        first.note = how_to_read().then(std::mem::take(&mut first.note));
    }
    figures.into_iter().map(|figure| Block::Figure(Box::new(figure))).collect()
}

/// How often questions change hands, come back or are opened again.
pub(super) fn back_and_forth(measures: Measures<'_>) -> Vec<Block> {
    let ids = [MeasureId::M17, MeasureId::M18, MeasureId::M20];
    let Some(table) = super::constraints::numbers(measures, &ids, "Hand-overs, returns and second thoughts") else {
        return Vec::new();
    };
    let lead = Prose::new().say("A ").term("hand-over", Term::Handover).say(
        " is not a fault: asking the one who knows is how good answers come about. What costs is the question that \
              changes hands because nobody may answer it, and the one that comes back because something was missing.",
    );
    vec![Block::Prose(lead), Block::Table(table)]
}

/// From question to answer, to the first reaction, and from answer to execution, on both clocks.
fn clocks(measures: Measures<'_>) -> Option<Table> {
    let stretches = [
        (MeasureId::M01, "From question to answer"),
        (MeasureId::M02, "From question to somebody else's first reaction"),
        (MeasureId::M04, "From answer to carrying it out"),
    ];
    let clocks = [(WORKING, "working"), (CALENDAR, "wall clock")];
    let mut rows = Vec::new();
    for (id, name) in stretches {
        for (clock, clock_name) in clocks {
            let Some(half) = measures.one(id, "median", &[clock]) else { continue };
            let cell = |statistic: &str| measures.one(id, statistic, &[clock]).map_or_else(Prose::new, with_interval);
            rows.push(vec![
                Prose::from(name),
                clock_name.into(),
                cell("p25"),
                with_interval(half),
                cell("p75"),
                words::observed(half).into(),
            ]);
        }
    }
    (!rows.is_empty()).then(|| Table {
        caption: "Waiting on both clocks; intervals in brackets".to_owned(),
        columns: vec![
            Column::words("Stretch"),
            Column::words("Clock"),
            Column::numbers("A quarter take less than"),
            Column::numbers("Half take less than"),
            Column::numbers("Three quarters take less than"),
            Column::numbers("n"),
        ],
        rows,
        notes: Vec::new(),
    })
}

fn by(measures: Measures<'_>, key: &str) -> Option<Figure> {
    let mut groups = measures.by(MeasureId::M01, "median", &[WORKING], key);
    if groups.len() < 2 {
        return None;
    }
    groups.sort_by(|a, b| {
        let value = |m: &Measurement| m.estimate().value().or(m.estimate().interval().low).unwrap_or(-1.0);
        value(b.1).total_cmp(&value(a.1)).then_with(|| a.0.cmp(b.0))
    });
    let (lower, upper) =
        (measures.by(MeasureId::M01, "p25", &[WORKING], key), measures.by(MeasureId::M01, "p75", &[WORKING], key));
    let value_of = |list: &[(&str, &Measurement)], word: &str| {
        list.iter().find(|(other, _)| *other == word).and_then(|(_, m)| m.estimate().value())
    };
    let rows: Vec<Mark> = groups
        .iter()
        .map(|(word, m)| {
            let mut mark = Mark::of(word, m.estimate());
            mark.quartiles = value_of(&lower, word).zip(value_of(&upper, word));
            mark
        })
        .collect();
    let data_rows = rows.iter().map(data_row).collect();
    let mut drawn = rows.clone();
    let mut note = Prose::new();
    if drawn.len() > ROWS_DRAWN_MAX {
        // Those with most decisions, not the slowest: the extremes of many small groups are mostly chance.
        let mut sizes: Vec<u64> = drawn.iter().map(|mark| mark.n).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let least = sizes[ROWS_DRAWN_MAX - 1];
        let mut room = ROWS_DRAWN_MAX;
        drawn.retain(|mark| {
            let stays = mark.n >= least && room > 0;
            room -= usize::from(stays);
            stays
        });
        note = note.say(format!(
            "Drawn are the {ROWS_DRAWN_MAX} with most decisions of {}; the table holds all.",
            quantity::count(rows.len() as u64)
        ));
    }
    let title = match key {
        "site" => "Time to an answer, by site of whoever asks".to_owned(),
        key => format!("Time to an answer, by {key}"),
    };
    let heading = match key {
        "matter" => "Matter",
        "area" => "Area",
        "site" => "Site",
        _ => "Team",
    };
    Some(Figure {
        id: format!("waits-{key}"),
        title: title.clone(),
        note,
        alt: format!("Points with intervals on a logarithmic scale of hours. {}.", in_words(&drawn)),
        data: Table {
            caption: title,
            columns: vec![
                Column::words(heading),
                Column::numbers("Half take less than"),
                Column::numbers("Interval"),
                Column::numbers("n"),
            ],
            rows: data_rows,
            notes: Vec::new(),
        },
        shows: Shows::Marks(Marks { rows: drawn, unit: Some(Unit::WorkingHours) }),
    })
}

/// Said once, at the first chart of its kind.
fn how_to_read() -> Prose {
    Prose::new()
        .say("The point is the ")
        .term("median", Term::Median)
        .say(", the line its ")
        .term("interval", Term::Interval)
        .say(", the pale band the middle half of all decisions. ")
        .term("Working time", Term::WorkingTime)
        .say(", on a scale on which each step multiplies. ")
}

fn weekly(measures: Measures<'_>) -> Option<Figure> {
    let mut weeks = measures.by(MeasureId::M01, "median", &[WORKING], "week");
    if weeks.len() < 3 {
        return None;
    }
    weeks.sort_by(|a, b| a.0.cmp(b.0));
    let points: Vec<(Option<Timestamp>, Mark)> = weeks
        .iter()
        .map(|(word, m)| {
            let monday = monday(word);
            let label = monday.map_or_else(|| (*word).to_owned(), quantity::day);
            (monday, Mark::of(&label, m.estimate()))
        })
        .collect();
    let known: Vec<&Mark> = points.iter().map(|(_, mark)| mark).filter(|mark| mark.value.is_some()).collect();
    let (first, last) = (known.first()?, known.last()?);
    let least = known.iter().min_by(|a, b| a.value.unwrap_or(0.0).total_cmp(&b.value.unwrap_or(0.0)))?;
    let most = known.iter().max_by(|a, b| a.value.unwrap_or(0.0).total_cmp(&b.value.unwrap_or(0.0)))?;
    let spoken = |mark: &Mark| format!("{} in the week of {} ({})", mark.shown, mark.label, mark.range);
    Some(Figure {
        id: "waits-week".to_owned(),
        title: "Time to an answer, week by week".to_owned(),
        note: Prose::new()
            .say("Median waiting of the questions put in each week, in ")
            .term("working time", Term::WorkingTime)
            .say("; the band is its ")
            .term("interval", Term::Interval)
            .say(". Recent weeks hold many ")
            .term("open", Term::Open)
            .say(" questions, so their intervals are wide."),
        alt: format!(
            "A line over {} with a band for the intervals. First {}; last {}; lowest {}; highest {}.",
            quantity::counted(points.len() as u64, "week", "weeks"),
            spoken(first),
            spoken(last),
            spoken(least),
            spoken(most)
        ),
        data: Table {
            caption: "Time to an answer, week by week".to_owned(),
            columns: vec![
                Column::words("Week of"),
                Column::numbers("Half take less than"),
                Column::numbers("Interval"),
                Column::numbers("n"),
            ],
            rows: points.iter().map(|(_, mark)| week_row(mark)).collect(),
            notes: Vec::new(),
        },
        shows: Shows::Weeks(Weeks { points, unit: Some(Unit::WorkingHours) }),
    })
}

/// The Monday of a week written `2026-W11` or as any day of it, `2026-03-09`.
fn monday(word: &str) -> Option<Timestamp> {
    let date = match word.split_once("-W") {
        Some((year, week)) => ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, Weekday::Monday).ok()?.date(),
        None => word.parse::<Date>().ok()?,
    };
    date.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

/// The row of a week, whose label is a date rather than a name.
fn week_row(mark: &Mark) -> Vec<Prose> {
    let mut row = data_row(mark);
    row[0] = mark.label.clone().into();
    row
}

fn with_interval(m: &Measurement) -> Prose {
    let limits = quantity::limits(m.estimate()).replace(' ', "\u{a0}");
    Prose::new().strong(quantity::value(m.estimate())).say(format!(" ({limits})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_read_in_either_spelling() {
        let expected = "2026-03-09T00:00:00Z".parse::<Timestamp>().ok();
        assert_eq!(monday("2026-W11"), expected);
        assert_eq!(monday("2026-03-09"), expected);
        assert_eq!(monday("week eleven"), None);
        assert_eq!(monday("2026-W99"), None);
    }
}
