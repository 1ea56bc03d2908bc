//! Behind the report: the numbers of every finding and every belief, with their methods.

use sayso_model::diagnosis::Diagnosis;
use sayso_model::measure::Scope;
use sayso_stats::{Estimate, Window};

use super::beliefs::{order, said_on, side_by_side};
use super::{Block, Column, Depth, Prose, Section, Table, authority, sentence};
use crate::{clean, quantity, words};

/// The numbers behind each finding; nothing where there is no finding.
pub(super) fn findings(diagnosis: &Diagnosis) -> Option<Section> {
    if diagnosis.findings.is_empty() {
        return None;
    }
    let mut methods = Methods::default();
    let mut rows = Vec::new();
    for finding in &diagnosis.findings {
        for number in &finding.estimates {
            let estimate = number.estimate();
            let (value, interval) = authority::shown(number);
            rows.push(vec![
                authority::title(finding),
                Prose::new().say(number.id().code()).say(" ").say(words::of_a_finding(finding.pattern, number)),
                Prose::new().strong(value),
                interval.into(),
                words::observed(number).into(),
                estimate.unit().words().into(),
                window(estimate.window()).into(),
                methods.letter(estimate.method()).into(),
            ]);
        }
    }
    let table = Table {
        caption: "Every number behind a finding".to_owned(),
        columns: vec![
            Column::words("Finding"),
            Column::words("Number"),
            Column::numbers("Value"),
            Column::numbers("Interval"),
            Column::numbers("n"),
            Column::words("Unit"),
            Column::words("Window"),
            Column::words("Method"),
        ],
        rows,
        notes: methods.notes(),
    };
    let ids: Vec<Prose> = diagnosis
        .findings
        .iter()
        .map(|finding| {
            Prose::new().code(&finding.id).say(format!(
                ": {}; {}",
                authority::standing(finding.verdict),
                authority::strength(finding.strength)
            ))
        })
        .collect();
    let blocks = vec![Block::Table(table), Block::Small("By the names that JSON and SQL use:", ids)];
    Some(Section { id: "finding-numbers", title: "Every finding".into(), depth: Depth::Appendix, blocks })
}

/// Every belief with its number, and every answer; nothing where nobody has said what they believe.
pub(super) fn beliefs(diagnosis: &Diagnosis) -> Option<Section> {
    if diagnosis.assumptions.is_empty() && diagnosis.side_by_side.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    if !diagnosis.assumptions.is_empty() {
        blocks.push(Block::Table(tested(diagnosis)));
    }
    if !diagnosis.side_by_side.is_empty() {
        let all: Vec<_> = diagnosis.side_by_side.iter().collect();
        blocks.push(Block::Table(side_by_side("Every statement that at least two people have answered", &all)));
    }
    Some(Section { id: "every-belief", title: "Every belief".into(), depth: Depth::Appendix, blocks })
}

fn tested(diagnosis: &Diagnosis) -> Table {
    let mut methods = Methods::default();
    let mut all: Vec<_> = diagnosis.assumptions.iter().collect();
    all.sort_by_key(|belief| order(belief.verdict));
    let rows = all.into_iter().map(|belief| {
        let scope: Scope = belief.part.clone();
        let mut who = Prose::new().name(&belief.who);
        if let Some(on) = &belief.on {
            who = who.say(format!(", {}", said_on(on)));
        }
        let estimate = belief.estimate.as_ref();
        let of = |words: &dyn Fn(&Estimate) -> String| Prose::from(estimate.map_or_else(|| "none".to_owned(), words));
        let needed =
            belief.n_needed.map_or_else(String::new, |n| format!("; about {} would decide", quantity::count(n)));
        vec![
            sentence(&belief.says),
            who,
            Prose::new().strong(belief.verdict.name()),
            Prose::new()
                .say(belief.measure.code())
                .say(format!(" {}, ", words::statistic(belief.measure, &clean::line(&belief.statistic))))
                .then(words::part(&scope)),
            Prose::from(format!("{} (margin {})", belief.expect, belief.margin)),
            of(&quantity::value),
            of(&quantity::interval),
            of(&|estimate| {
                let statistic = clean::line(&belief.statistic);
                format!("{}{needed}", words::observations(belief.measure, &statistic, estimate))
            }),
            estimate.map_or_else(String::new, |estimate| methods.letter(estimate.method())).into(),
        ]
    });
    let rows: Vec<Vec<Prose>> = rows.collect();
    Table {
        rows,
        caption: "Every belief that was put to the test".to_owned(),
        columns: vec![
            Column::words("Belief"),
            Column::words("Who"),
            Column::words("Verdict"),
            Column::words("Tested on"),
            Column::words("Expected"),
            Column::numbers("Value"),
            Column::numbers("Interval"),
            Column::numbers("n"),
            Column::words("Method"),
        ],
        notes: methods.notes(),
    }
}

/// A window in a cell.
pub(super) fn window(window: Window) -> String {
    format!("{} to {}", quantity::day(window.since), quantity::day(window.until))
}

/// Methods are long and few: a letter in the row, the words once under the table.
#[derive(Debug, Default)]
pub(super) struct Methods {
    known: Vec<Known>,
}

/// A method, and between which numbers of items it was used, where it says how many it drew from.
#[derive(Debug, PartialEq)]
struct Known {
    words: String,
    items: Option<(u64, u64)>,
}

impl Methods {
    /// The letter of a method. Those that differ in nothing but how many items they drew from have one.
    pub(super) fn letter(&mut self, method: &str) -> String {
        let (words, items) = without_items(clean::line(method));
        let same = |known: &Known| known.words == words && known.items.is_some() == items.is_some();
        let at = self.known.iter().position(same).unwrap_or_else(|| {
            self.known.push(Known { words, items: items.map(|items| (items, items)) });
            self.known.len() - 1
        });
        if let (Some((least, most)), Some(items)) = (&mut self.known[at].items, items) {
            (*least, *most) = ((*least).min(items), (*most).max(items));
        }
        letter(at)
    }

    /// What the letters mean.
    pub(super) fn notes(&self) -> Vec<String> {
        let told = |(at, Known { words, items }): (usize, &Known)| {
            let count = quantity::count;
            let items = items.map_or_else(String::new, |(least, most)| match least == most {
                true => format!(" ({} items)", count(least)),
                false => format!(" ({} to {} items)", count(least), count(most)),
            });
            format!("Method {}: {words}{items}.", letter(at))
        };
        self.known.iter().enumerate().map(told).collect()
    }
}

/// A method and the number of items at its end, such as ` (930 items)`.
fn without_items(method: String) -> (String, Option<u64>) {
    let parted = method.strip_suffix(" items)").and_then(|rest| rest.rsplit_once(" ("));
    match parted.and_then(|(words, items)| Some((words.to_owned(), items.parse().ok()?))) {
        Some((words, items)) => (words, Some(items)),
        None => (method, None),
    }
}

/// `a` to `z`, then `a2` and so on.
fn letter(at: usize) -> String {
    let letter = char::from(b'a' + (at % 26) as u8);
    if at < 26 { letter.to_string() } else { format!("{letter}{}", at / 26 + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_differ_in_their_items_alone_have_one_letter() {
        let mut methods = Methods::default();
        let letters = ["drawn (930 items)", "counted", "drawn (1200 items)", "drawn", "drawn (30 items)"];
        assert_eq!(letters.map(|method| methods.letter(method)), ["a", "b", "a", "c", "a"]);
        assert_eq!(methods.notes(), ["Method a: drawn (30 to 1,200 items).", "Method b: counted.", "Method c: drawn."]);
    }
}
