//! Distance in the report: the ratio as it is and with other things held constant, its four parts drawn, and the routes.

use sayso_model::diagnosis::Diagnosis;
use sayso_model::measure::{MeasureId, Measurement};
use sayso_model::signal::Pattern;
use sayso_stats::{Estimate, Unit};

use super::{Block, Column, Figure, Mark, Marks, Prose, Shows, Table, Term, authority, data_row, in_words};
use crate::lookup::{CALENDAR, Measures, WORKING};
use crate::quantity;

const ID: MeasureId = MeasureId::M22;

/// What may be compared, in the words of the scope.
const OF: [&str; 4] = ["questions", "holds", "hand-overs", "queued hand-overs"];

/// The parts with what each is called on the page.
const PARTS: [(&str, &str); 4] = [
    ("part_hops", "More holds"),
    ("part_border", "Longer holds at the border"),
    ("part_clocks", "Clocks (predicted)"),
    ("part_rest", "What is left"),
];

/// From this share of what does not cross on, questions of one person alone are spoken of.
const ALONE_MIN: f64 = 0.2;

/// Everything on the cost of distance; nothing where it was not measured.
pub(super) fn blocks(diagnosis: &Diagnosis, measures: Measures<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(says) = in_a_sentence(measures) {
        blocks.push(Block::Prose(says));
    }
    blocks.extend(authority::cards(diagnosis, |pattern| pattern == Pattern::BorderCost));
    blocks.extend(side_by_side(measures).map(Block::Table));
    blocks.extend(parts(measures).map(|figure| Block::Figure(Box::new(figure))));
    blocks.extend(routes(measures).map(Block::Table));
    blocks.extend(hours_apart(measures).map(Block::Table));
    let unset = diagnosis.gaps.iter().filter(|gap| gap.id == "zone_unset");
    blocks.extend(unset.map(|gap| Block::Prose(super::sentence(&gap.says))));
    blocks
}

/// How long questions take by the hours between whoever asks and whoever holds them last.
fn hours_apart(measures: Measures<'_>) -> Option<Table> {
    let bands = measures.by(ID, "median_by_offset", &[("of", OF[0]), CALENDAR], "offset");
    let rows: Vec<Vec<Prose>> = bands
        .into_iter()
        .map(|(band, m)| {
            let (value, interval) = authority::shown(m);
            vec![
                Prose::from(capital(band)),
                Prose::new().strong(value),
                interval.into(),
                quantity::count(m.estimate().n()).into(),
            ]
        })
        .collect();
    let rank = one(measures, OF[0], CALENDAR, "offset_rank").and_then(|m| {
        let shown = told(m.estimate())?;
        let interval = m.estimate().interval();
        let says = match (interval.low, interval.high) {
            (Some(low), _) if low > 0.0 => "the further apart, the longer",
            (_, Some(high)) if high < 0.0 => "the further apart, the shorter",
            _ => "no more than chance",
        };
        Some(format!(
            "Rank correlation of hours apart with time taken: {shown}, n {}: {says}. Nothing is held constant.",
            quantity::count(m.estimate().n())
        ))
    });
    (!rows.is_empty()).then(|| Table {
        caption: "Time to an answer by the hours between whoever asked and whoever held the question last".to_owned(),
        columns: vec![
            Column::words("Hours apart"),
            Column::numbers("Half take less than"),
            Column::numbers("Interval"),
            Column::numbers("n"),
        ],
        rows,
        notes: rank.into_iter().collect(),
    })
}

fn one<'m>(measures: Measures<'m>, of: &str, clock: (&str, &str), statistic: &str) -> Option<&'m Measurement> {
    measures.one(ID, statistic, &[("of", of), clock])
}

fn told(estimate: &Estimate) -> Option<String> {
    estimate.value()?;
    let limits = estimate.interval();
    Some(match (limits.low, limits.high) {
        (None, None) => quantity::bare(estimate.value()?),
        // Cells of a wide table break at spaces, or in the middle of a number.
        _ => format!("{} ({})", quantity::bare(estimate.value()?), quantity::bare_interval(limits))
            .replace(quantity::HARD_SPACE, " "),
    })
}

/// Which part of the ratio is what.
fn in_a_sentence(measures: Measures<'_>) -> Option<Prose> {
    let of = |statistic: &str| one(measures, OF[0], CALENDAR, statistic).map(Measurement::estimate);
    let naive = of("naive_ratio").and_then(told)?;
    let mut prose = Prose::new()
        .say("A question that ")
        .term("crosses", Term::Crossing)
        .say(" takes ")
        .strong(format!("{naive} times"))
        .say(" as long on the ")
        .term("wall clock", Term::WallClock)
        .say(" as one that does not. That number holds nothing constant, and is not what the border costs. ");
    if let Some(without) = of("without_gates").and_then(told) {
        prose = prose.say(format!(
            "Without the places in which one person gives nearly every answer it is {without}: that part is a desk, not a \
             distance. "
        ));
    }
    if let Some(two) = of("two_people_ratio").and_then(told) {
        prose = prose.say(format!("Where exactly two people take part it is {two}. "));
    }
    let known: Vec<String> = PARTS
        .iter()
        .filter_map(|(statistic, words)| Some(format!("{} \u{d7} {}", words.to_lowercase(), told(of(statistic)?)?)))
        .collect();
    if known.len() > 1 {
        prose = prose.say(format!("Its parts multiply: {}. ", known.join("; ")));
    }
    if let Some(says) = strata_are_not_alike(measures) {
        prose = prose.say(says);
    }
    let border = one(measures, OF[1], WORKING, "adjusted_ratio").map(Measurement::estimate);
    if let Some(ratio) = border.and_then(told) {
        let excludes = border.is_some_and(|ratio| ratio.interval().low.is_some_and(|low| low > 1.0));
        prose = prose.say(format!(
            "What comes from another site is held {ratio} times as long by whoever it came to as what comes from the same site, \
             in working time and with kind of question, area and role held constant{}",
            if excludes { "." } else { ": the record does not show that the border itself makes it slower." }
        ));
    }
    Some(prose)
}

/// Why the ratio within strata is what it is, where much of what does not cross is one person's alone.
fn strata_are_not_alike(measures: Measures<'_>) -> Option<String> {
    let of = |statistic: &str| one(measures, OF[0], CALENDAR, statistic).map(Measurement::estimate);
    let alone = of("alone_share")?;
    let share = alone.value().filter(|share| *share >= ALONE_MIN)?;
    let stratified = of("stratified_ratio")?;
    let rest = of("stratified_not_alone").and_then(told).map_or_else(
        || "how it is among the others cannot be told".to_owned(),
        |rest| format!("among questions of two people or more the strata say {rest}"),
    );
    Some(format!(
        "Within strata the ratio of whole questions is {}, and that is no distance either: in {:.0}\u{a0}% of the {} questions \
         that do not cross nobody takes part but whoever put them. Such a question cannot cross, and is often closed on the spot; \
         {rest}. ",
        told(stratified)?,
        share * 100.0,
        quantity::count(alone.n()),
    ))
}

/// The same comparison made in several ways, beside each other.
fn side_by_side(measures: Measures<'_>) -> Option<Table> {
    let mut rows = Vec::new();
    for of in OF {
        for (clock, name) in [(CALENDAR, "wall clock"), (WORKING, "working")] {
            let cell = |statistic: &str| {
                one(measures, of, clock, statistic).map_or_else(Prose::new, |m| match told(m.estimate()) {
                    Some(ratio) => Prose::from(ratio.replace(' ', "\u{a0}")),
                    None => quantity::CANNOT_TELL.into(),
                })
            };
            let Some(naive) = one(measures, of, clock, "naive_ratio") else { continue };
            rows.push(vec![
                Prose::from(capital(of)),
                name.into(),
                cell("naive_ratio"),
                cell("adjusted_ratio"),
                cell("direct_ratio"),
                cell("stratified_ratio"),
                cell("stratified_e_value"),
                quantity::count(naive.estimate().n()).into(),
            ]);
        }
    }
    let notes: Vec<String> = OF
        .iter()
        .filter_map(|of| {
            let m = one(measures, of, CALENDAR, "stratified_ratio")?;
            let strata = about_strata(m.estimate().method())?;
            Some(crate::clean::line(&format!("{}: {strata}.", capital(of))))
        })
        .chain(OF.iter().filter_map(|of| {
            let m = measures.one(ID, "cannot_tell_share", &[("of", of)])?;
            let share = m.estimate().value().filter(|share| *share > 0.0)?;
            Some(format!(
                "{}: of {:.1}\u{a0}% nobody can tell whether they crossed; left out.",
                capital(of),
                share * 100.0
            ))
        }))
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: "Crossing against not crossing, times as long: as it is, and with other things held constant"
            .to_owned(),
        columns: vec![
            Column::words("What"),
            Column::words("Clock"),
            Column::numbers("As it is"),
            Column::numbers("Kind and area held constant"),
            Column::numbers("And number of people"),
            Column::numbers("Within strata"),
            Column::numbers("E-value of that"),
            Column::numbers("n"),
        ],
        rows,
        notes,
    })
}

/// What a method says of its strata: from their number to its end, lists with semicolons and all.
fn about_strata(method: &str) -> Option<&str> {
    let at = [" strata used", " strata, none"].into_iter().find_map(|words| method.find(words))?;
    let from = method[..at].rfind("; ").map_or(0, |before| before + 2);
    Some(&method[from..])
}

/// The four parts, drawn as factors around 1.
fn parts(measures: Measures<'_>) -> Option<Figure> {
    let of = |statistic: &str| one(measures, OF[0], CALENDAR, statistic).map(Measurement::estimate);
    let whole = of("naive_ratio")?;
    let rows: Vec<Mark> = std::iter::once(("All in all", whole))
        .chain(PARTS.iter().filter_map(|(statistic, words)| Some((*words, of(statistic)?))))
        .map(|(words, estimate)| Mark::of(words, estimate))
        .collect();
    if rows.len() < 2 {
        return None;
    }
    let title = "What the ratio is made of".to_owned();
    let data_rows = rows.iter().map(data_row).collect();
    Some(Figure {
        id: "distance-parts".to_owned(),
        title: title.clone(),
        note: Prose::new()
            .say("Factors that multiply to the first row, on a scale on which each step multiplies; at 1 a part does nothing. \
                  The line is the ")
            .term("interval", Term::Interval)
            .say("; the clocks are worked out from the calendars and have none."),
        alt: format!("Points with intervals on a logarithmic scale of ratios. {}.", in_words(&rows)),
        data: Table {
            caption: title,
            columns: vec![
                Column::words("Part"),
                Column::numbers("Times as long"),
                Column::numbers("Interval"),
                Column::numbers("n"),
            ],
            rows: data_rows,
            notes: Vec::new(),
        },
        shows: Shows::Marks(Marks { rows, unit: Some(Unit::Ratio) }),
    })
}

/// From which site to which.
fn routes(measures: Measures<'_>) -> Option<Table> {
    let wall = measures.by(ID, "median", &[CALENDAR], "pair");
    let work = measures.by(ID, "median", &[WORKING], "pair");
    let overlap = measures.by(ID, "overlap_a_day", &[], "pair");
    if wall.len() < 2 {
        return None;
    }
    let of = |list: &[(&str, &Measurement)], pair: &str| {
        list.iter().find(|(other, _)| *other == pair).map_or_else(Prose::new, |(_, m)| {
            let limits = quantity::limits(m.estimate());
            let value = Prose::new().strong(quantity::value(m.estimate()));
            if m.estimate().interval().low.is_some() { value.say(format!(" ({limits})")) } else { value }
        })
    };
    let rows = wall
        .iter()
        .map(|(pair, m)| {
            vec![
                Prose::new().name(pair),
                of(&wall, pair),
                of(&work, pair),
                of(&overlap, pair),
                quantity::count(m.estimate().n()).into(),
            ]
        })
        .collect();
    Some(Table {
        caption: "Hand-overs from site to site: half take less than".to_owned(),
        columns: vec![
            Column::words("From and to"),
            Column::numbers("Wall clock"),
            Column::numbers("Working time of the taker"),
            Column::numbers("Working hours in common a day"),
            Column::numbers("n"),
        ],
        rows,
        notes: vec![
            "A route says how long things wait on it, with nothing held constant; it does not say that a site is slow."
                .to_owned(),
        ],
    })
}

fn capital(words: &str) -> String {
    crate::words::capital(words)
}
