//! Goes over every word of a brief: marks each term once a section, and dresses numbers and dates for a locale.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Block, Brief, Card, Prose, Section, Span, Table, Term};
use crate::locale::Locale;

/// Words that mean a term wherever they stand; the rest are marked by whoever writes them, since `open` or `path` may be
/// plain English.
const UNMISTAKABLE: [(&str, Term); 27] = [
    ("charter", Term::Charter),
    ("crossing", Term::Crossing),
    ("crossings", Term::Crossing),
    ("decider", Term::Decider),
    ("deciders", Term::Decider),
    ("escalation", Term::Escalation),
    ("escalations", Term::Escalation),
    ("gate", Term::Gate),
    ("gates", Term::Gate),
    ("hand-over", Term::Handover),
    ("hand-overs", Term::Handover),
    ("interval", Term::Interval),
    ("intervals", Term::Interval),
    ("intervention", Term::Intervention),
    ("interventions", Term::Intervention),
    ("lens", Term::Lens),
    ("median", Term::Median),
    ("override", Term::Override),
    ("overrides", Term::Override),
    ("permission", Term::Permission),
    ("permissions", Term::Permission),
    ("privacy floor", Term::PrivacyFloor),
    ("remit", Term::Remit),
    ("remits", Term::Remit),
    ("retained", Term::Retained),
    ("wall clock", Term::WallClock),
    ("working time", Term::WorkingTime),
];

/// Marks the first use of each term in each section and unmarks the others; gives the terms in use.
pub(super) fn mark_terms(brief: &mut Brief) -> Vec<Term> {
    // Column heads and the frame use these without a mark.
    let mut used: BTreeSet<Term> = [Term::Decision, Term::Interval, Term::Seed, Term::Matter, Term::Area].into();
    let mut seen = BTreeSet::new();
    for headline in &mut brief.headlines {
        for prose in [&mut headline.says, &mut headline.doubt] {
            mark(prose, &mut seen);
        }
    }
    used.append(&mut seen);
    for section in &mut brief.sections {
        if section.blocks.iter().any(|block| matches!(block, Block::Card(_))) {
            // Cards name them beside every finding.
            used.extend([Term::Finding, Term::Standing, Term::Strength]);
        }
        each_prose(section, &mut |prose, in_table| {
            if in_table { unmark(prose) } else { mark(prose, &mut seen) }
        });
        used.append(&mut seen);
    }
    Term::ALL.into_iter().filter(|term| used.contains(term)).collect()
}

/// Writes numbers and dates in the way of a locale, in every word that the report itself says.
pub(super) fn dress(brief: &mut Brief, locale: Locale) {
    for fact in &mut brief.frame {
        fact.says = locale.dress(&fact.says);
    }
    for headline in &mut brief.headlines {
        headline.figure = locale.dress(&headline.figure);
        headline.asks = Cow::Owned(locale.dress(&headline.asks));
        dress_prose(&mut headline.says, locale);
        dress_prose(&mut headline.doubt, locale);
    }
    for section in &mut brief.sections {
        each_prose(section, &mut |prose, _| dress_prose(prose, locale));
        for block in &mut section.blocks {
            match block {
                Block::Table(table) => dress_notes(table, locale),
                Block::Figure(figure) => {
                    figure.alt = locale.dress(&figure.alt);
                    dress_notes(&mut figure.data, locale);
                }
                Block::Card(card) => dress_notes(&mut card.numbers, locale),
                _ => {}
            }
        }
    }
}

fn dress_notes(table: &mut Table, locale: Locale) {
    for note in &mut table.notes {
        *note = locale.dress(note);
    }
}

fn dress_prose(prose: &mut Prose, locale: Locale) {
    for span in &mut prose.spans {
        if let Span::Say(words) | Span::Strong(words) = span {
            *words = locale.dress(words);
        }
    }
}

/// Every piece of running text of a section, in the order of reading, and whether it stands in a table or a title.
fn each_prose(section: &mut Section, see: &mut dyn FnMut(&mut Prose, bool)) {
    for block in &mut section.blocks {
        match block {
            Block::Part(_) => {}
            Block::Prose(prose) => see(prose, false),
            Block::Questions(all) | Block::List(all) | Block::Small(_, all) => {
                all.iter_mut().for_each(|prose| see(prose, false));
            }
            Block::Table(table) => each_cell(table, see),
            Block::Figure(figure) => {
                see(&mut figure.note, false);
                each_cell(&mut figure.data, see);
            }
            Block::Card(card) => each_of_card(card, see),
            Block::Verdicts(all) => {
                for verdict in all {
                    see(&mut verdict.says, false);
                    see(&mut verdict.who, true);
                    see(&mut verdict.record, false);
                    verdict.evidence.iter_mut().for_each(|prose| see(prose, true));
                }
            }
        }
    }
}

fn each_cell(table: &mut Table, see: &mut dyn FnMut(&mut Prose, bool)) {
    table.rows.iter_mut().flatten().for_each(|cell| see(cell, true));
}

fn each_of_card(card: &mut Card, see: &mut dyn FnMut(&mut Prose, bool)) {
    see(&mut card.title, true);
    see(&mut card.claim, false);
    card.also_seen.iter_mut().for_each(|prose| see(prose, false));
    see(&mut card.standing, false);
    see(&mut card.strength, false);
    each_cell(&mut card.numbers, see);
    card.otherwise.iter_mut().for_each(|prose| see(prose, false));
    see(&mut card.question, false);
    card.evidence.iter_mut().for_each(|prose| see(prose, true));
}

fn unmark(prose: &mut Prose) {
    for span in &mut prose.spans {
        if let Span::Term(word, _) = span {
            *span = Span::Say(word.to_string());
        }
    }
}

fn mark(prose: &mut Prose, seen: &mut BTreeSet<Term>) {
    let spans = std::mem::take(&mut prose.spans);
    for span in spans {
        match span {
            Span::Term(word, term) if !seen.insert(term) => prose.spans.push(Span::Say(word.into_owned())),
            Span::Say(words) => mark_words(words, seen, &mut prose.spans),
            other => prose.spans.push(other),
        }
    }
}

fn mark_words(words: String, seen: &mut BTreeSet<Term>, out: &mut Vec<Span>) {
    let mut rest = words.as_str();
    while let Some((at, word, term)) = next_term(rest, seen) {
        seen.insert(term);
        if at > 0 {
            out.push(Span::Say(rest[..at].to_owned()));
        }
        out.push(Span::Term(Cow::Owned(rest[at..at + word.len()].to_owned()), term));
        rest = &rest[at + word.len()..];
    }
    if !rest.is_empty() {
        out.push(Span::Say(rest.to_owned()));
    }
}

/// The first unmistakable word of a term that was not seen yet; it stands alone, in lower case but for a capital.
fn next_term(text: &str, seen: &BTreeSet<Term>) -> Option<(usize, &'static str, Term)> {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_' && c != '.');
    let lower = text.to_ascii_lowercase();
    UNMISTAKABLE
        .into_iter()
        .filter(|(_, term)| !seen.contains(term))
        .filter_map(|(word, term)| {
            let at = lower.match_indices(word).map(|(at, _)| at).find(|at| {
                // A full stop behind it ends a sentence; one without a space behind it makes a file name.
                let behind = &text[at + word.len()..];
                let ends = is_edge(behind.chars().next()) || behind == "." || behind.starts_with(". ");
                is_edge(text[..*at].chars().next_back()) && ends
            })?;
            Some((at, word, term))
        })
        .min_by_key(|(at, word, _)| (*at, std::cmp::Reverse(word.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_use_is_marked_and_the_second_is_not() {
        let mut seen = BTreeSet::new();
        let mut prose =
            Prose::new().say("An escalation, a charter.toml. Escalations of ").term("escalation", Term::Escalation);
        mark(&mut prose, &mut seen);
        let terms: Vec<&Span> = prose.spans.iter().filter(|span| matches!(span, Span::Term(..))).collect();
        assert_eq!(terms, [&Span::Term(Cow::Borrowed("escalation"), Term::Escalation)]);
        assert_eq!(prose.plain(), "An escalation, a charter.toml. Escalations of escalation");
    }

    #[test]
    fn a_word_inside_another_is_no_term() {
        let mut seen = BTreeSet::new();
        let mut prose = Prose::from("investigated at the Gate. Aggregates of remittance");
        mark(&mut prose, &mut seen);
        assert_eq!(seen, BTreeSet::from([Term::Gate]));
    }
}
