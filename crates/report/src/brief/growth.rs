//! Cost against clarity in the report: what was decided and what it took, month by month, and whether it keeps up.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sayso_model::diagnosis::Diagnosis;
use sayso_model::measure::{MeasureId, Measurement};
use sayso_model::signal::Pattern;
use sayso_stats::Unit;

use super::{Block, Column, Figure, Mark, Prose, Shows, Table, Term, Weeks, authority, data_row};
use crate::lookup::Measures;
use crate::quantity;

const ID: MeasureId = MeasureId::M25;

/// Months below which a line shows nothing.
const MONTHS_MIN: usize = 3;

/// The exponents with what each counts.
const EXPONENTS: [(&str, &str); 4] = [
    ("exponent", "answers"),
    ("exponent_hours", "hours waited"),
    ("exponent_people", "people who took part, summed"),
    ("exponent_asks", "asks"),
];

/// Everything on growth; empty where nothing was measured by month.
pub(super) fn blocks(diagnosis: &Diagnosis, measures: Measures<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::Prose(exponents(diagnosis, measures))];
    blocks.extend(authority::cards(diagnosis, |pattern| pattern == Pattern::CostOutrunsClarity));
    let series = [
        ("decisions", "Answers given, month by month", "Answers", Unit::Count),
        ("hours", "Working time that an answer took, month by month", "Mean", Unit::WorkingHours),
    ];
    let figures: Vec<Figure> = series.into_iter().filter_map(|of| figure(measures, of)).collect();
    if figures.is_empty() {
        return Vec::new();
    }
    blocks.extend(figures.into_iter().map(|figure| Block::Figure(Box::new(figure))));
    blocks.extend(table(measures).map(Block::Table));
    blocks
}

/// Whether decisions keep up with people, or why that cannot be told.
fn exponents(diagnosis: &Diagnosis, measures: Measures<'_>) -> Prose {
    let known: Vec<String> = EXPONENTS
        .iter()
        .filter_map(|(statistic, words)| {
            let estimate = measures.one(ID, statistic, &[])?.estimate();
            let ten = |x: f64| format!("{:.1}", x * 10.0);
            let (value, limits) = (estimate.value()?, estimate.interval());
            Some(format!("{}\u{a0}% more {words} ({} to {})", ten(value), ten(limits.low?), ten(limits.high?)))
        })
        .collect();
    if !known.is_empty() {
        return Prose::new()
            .say("Where the organisation was 10\u{a0}% larger, the record has ")
            .strong(known.join("; "))
            .say(". Size and time go together, so this is an association. The ")
            .term("headcount", Term::Headcount)
            .say(" is that of active people: nobody's coming or going is recorded.");
    }
    let why = diagnosis.withheld.iter().find(|one| one.id == ID && one.breakdown == "exponent");
    let why = why.map_or_else(
        || "the counts and the headcount do not tell".to_owned(),
        |withheld| crate::clean::line(&withheld.why),
    );
    Prose::new()
        .say("What was decided each month and what it took, as it is. Whether decisions keep up with the ")
        .term("headcount", Term::Headcount)
        .say(format!(
            " is not said: {why}. Cost per decision is never held against headcount: where cost is people times a rate, \
             that slope is 1 whatever happens."
        ))
}

fn by_month<'m>(measures: Measures<'m>, statistic: &str) -> Vec<(Option<Timestamp>, &'m str, &'m Measurement)> {
    let mut all: Vec<_> = measures
        .by(ID, statistic, &[], "month")
        .into_iter()
        .filter_map(|(word, m)| Some((Some(first_day(word)?), word, m)))
        .collect();
    all.sort_by(|a, b| a.1.cmp(b.1));
    all
}

fn figure(
    measures: Measures<'_>,
    (statistic, title, heading, unit): (&str, &str, &'static str, Unit),
) -> Option<Figure> {
    let months = by_month(measures, statistic);
    if months.len() < MONTHS_MIN {
        return None;
    }
    let points: Vec<(Option<Timestamp>, Mark)> =
        months.iter().map(|(at, word, m)| (*at, Mark::of(word, m.estimate()))).collect();
    let known: Vec<&Mark> = points.iter().map(|(_, mark)| mark).filter(|mark| mark.value.is_some()).collect();
    let (first, last) = (known.first()?, known.last()?);
    let by_value = |a: &&&Mark, b: &&&Mark| a.value.unwrap_or(0.0).total_cmp(&b.value.unwrap_or(0.0));
    let (least, most) = (known.iter().min_by(by_value)?, known.iter().max_by(by_value)?);
    let spoken = |mark: &Mark| format!("{} in {}", mark.shown, mark.label);
    Some(Figure {
        id: format!("growth-{statistic}"),
        title: title.to_owned(),
        note: Prose::from(
            "Of the answers given in each month. Months with too few people or answers are not drawn by themselves.",
        ),
        alt: format!(
            "A line over {}. First {}; last {}; lowest {}; highest {}.",
            quantity::counted(points.len() as u64, "month", "months"),
            spoken(first),
            spoken(last),
            spoken(least),
            spoken(most)
        ),
        data: Table {
            caption: title.to_owned(),
            columns: vec![
                Column::words("Month"),
                Column::numbers(heading),
                Column::numbers("Interval"),
                Column::numbers("n"),
            ],
            rows: points.iter().map(|(_, mark)| data_row(mark)).collect(),
            notes: Vec::new(),
        },
        shows: Shows::Weeks(Weeks { points, unit: Some(unit) }),
    })
}

/// All series beside each other.
fn table(measures: Measures<'_>) -> Option<Table> {
    let months = by_month(measures, "decisions");
    let of = |statistic: &str, word: &str| {
        measures
            .one(ID, statistic, &[("month", word)])
            .map_or_else(Prose::new, |m| quantity::value(m.estimate()).into())
    };
    let rows: Vec<Vec<Prose>> = months
        .iter()
        .map(|(_, word, _)| {
            let mut row = vec![Prose::from(*word)];
            row.extend(["decisions", "headcount", "hours", "people", "asks"].map(|statistic| of(statistic, word)));
            row
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: "What was decided each month, and what it took".to_owned(),
        columns: vec![
            Column::words("Month"),
            Column::numbers("Answers"),
            Column::numbers("People behind them"),
            Column::numbers("Working time, mean"),
            Column::numbers("People in an answer, mean"),
            Column::numbers("Asks for an answer, mean"),
        ],
        rows,
        notes: vec!["Intervals: in the appendix, under \u{201c}Every number\u{201d}.".to_owned()],
    })
}

/// The first day of `2026-03`.
fn first_day(word: &str) -> Option<Timestamp> {
    let (year, month) = word.split_once('-')?;
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_its_first_day_and_a_pool_is_none() {
        assert_eq!(first_day("2026-03"), "2026-03-01T00:00:00Z".parse().ok());
        assert_eq!(first_day("others (too few people to show)"), None);
        assert_eq!(first_day("2026-13"), None);
    }
}
