//! One self-contained page: no network, no script, readable in light, dark, on paper, by keyboard and by ear.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sayso_model::assumption::BeliefVerdict;

use crate::brief::{Block, Brief, Card, Depth, Figure, Headline, Prose, Section, Span, Table, Term, Verdict};
use crate::chart::{self, Breadth, Stand};
use crate::locale::Locale;
use crate::words;

/// Nothing is fetched, nothing runs; the page brings its own style.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const PAGE_CSS: &str = include_str!("page.css");

/// The brief as a page.
pub(crate) fn render(brief: &Brief, locale: Locale) -> String {
    let title = format!("Where decisions wait: {}", brief.subject);
    let at = |depth: Depth| brief.sections.iter().filter(move |section| section.depth == depth);
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(chart::COLOURS)) (PreEscaped(chart::CSS)) (PreEscaped(PAGE_CSS)) }
            }
            body {
                a class="skip" href="#main" { "Skip to the report" }
                header {
                    p class="kicker" { "Where decisions wait" }
                    h1 { bdi { (brief.subject) } }
                    dl class="frame" {
                        @for fact in &brief.frame {
                            div { dt { (fact.label) } dd { bdi { (fact.says) } } }
                        }
                    }
                }
                main id="main" {
                    ol class="headlines" aria-label="In short" {
                        @for item in &brief.headlines { (headline(item)) }
                    }
                    @for part in at(Depth::First) { (section(part, locale)) }
                    nav aria-label="Contents" {
                        p { "Behind this page: a section for each constraint, then every number. Underlined words are explained \
                             at the end, under \u{201c}Words\u{201d}." }
                        ol {
                            @for section in brief.sections.iter().filter(|section| section.depth != Depth::First) {
                                li { a href={ "#" (section.id) } { (section.title) } }
                            }
                            li { a href="#words" { "Words" } }
                        }
                    }
                    @for part in at(Depth::Body) { (section(part, locale)) }
                    @if at(Depth::Appendix).next().is_some() {
                        p class="appendix-head" { "Appendix" }
                        @for part in at(Depth::Appendix) { (section(part, locale)) }
                    }
                    (glossary(brief))
                }
                footer {
                    p { "This page speaks of paths, roles and areas, never of a person's performance. It is one file: it \
                         loads nothing, runs nothing and tells nobody that it was opened." }
                }
            }
        }
    };
    page.into_string() + "\n"
}

fn headline(headline: &Headline) -> Markup {
    // `3.4 working hours`: the number large, its unit under it.
    let hard = crate::quantity::HARD_SPACE;
    let number_first = headline.figure.starts_with(|c: char| c.is_ascii_digit());
    let (number, unit) = match headline.figure.split_once(hard) {
        Some((number, unit)) if number_first && unit != "%" => (number, unit),
        _ => (headline.figure.as_str(), ""),
    };
    let class = if number_first { "figure" } else { "figure none" };
    html! {
        li {
            div class=(class) aria-hidden="true" {
                b { (number) }
                @if !unit.is_empty() { " " span { (unit) } }
            }
            div {
                p class="says" { (prose(&headline.says)) }
                p class="doubt" {
                    (prose(&headline.doubt))
                    @for id in &headline.measures { " " span class="id" { (id) } }
                }
                p class="asks" { span { "Ask: " } (headline.asks) }
            }
        }
    }
}

fn section(section: &Section, locale: Locale) -> Markup {
    let class = match section.depth {
        Depth::First => Some("first"),
        Depth::Body => None,
        Depth::Appendix => Some("appendix"),
    };
    let mut in_part = false;
    html! {
        section id=(section.id) class=[class] aria-labelledby={ (section.id) "-title" } {
            h2 id={ (section.id) "-title" } { (section.title) }
            @for block in &section.blocks {
                @match block {
                    Block::Part(title) => {
                        ({ in_part = true; "" })
                        h3 class="part" { (title) }
                    },
                    Block::Prose(words) => p { (prose(words)) },
                    Block::Questions(items) => ul class="questions" { @for item in items { li { (prose(item)) } } },
                    Block::List(items) => ul { @for item in items { li { (prose(item)) } } },
                    Block::Table(table) => (self::table(table)),
                    Block::Figure(figure) => (self::figure(figure, in_part, locale)),
                    Block::Card(card) => (self::card(card)),
                    Block::Small(title, items) => div class="small" {
                        p { (title) }
                        ul { @for item in items { li { (prose(item)) } } }
                    },
                    Block::Verdicts(all) => ul class="verdicts" { @for one in all { (verdict(one)) } },
                }
            }
        }
    }
}

fn verdict(one: &Verdict) -> Markup {
    // A sign beside the word, for eyes that run down the page; the word says it all.
    let sign = match one.verdict {
        BeliefVerdict::Supported => "\u{2713}",
        BeliefVerdict::Contradicted => "\u{2715}",
        BeliefVerdict::Equivalent => "\u{2248}",
        BeliefVerdict::Undecided => "?",
    };
    html! {
        li class=(one.verdict.name()) {
            p class="verdict" { span aria-hidden="true" { (sign) } " " b { (words::capital(one.verdict.name())) } }
            div {
                p class="belief" { "\u{201c}" (prose(&one.says)) "\u{201d}" }
                p class="doubt" { (prose(&one.who)) ". " (prose(&one.record))
                    @if !one.evidence.is_empty() {
                        " See "
                        @for (i, item) in one.evidence.iter().enumerate() { @if i > 0 { ", " } (prose(item)) }
                    }
                }
            }
        }
    }
}

fn card(card: &Card) -> Markup {
    html! {
        article class="finding" id=(card.id) aria-labelledby={ (card.id) "-title" } {
            h3 id={ (card.id) "-title" } { (prose(&card.title)) }
            p class="claim" { (prose(&card.claim)) }
            @if !card.also_seen.is_empty() {
                p class="also" { "Also seen here:" }
                ul { @for item in &card.also_seen { li { (prose(item)) } } }
            }
            dl {
                div { dt { a href={ "#" (Term::Standing.anchor()) } { "Standing" } } dd { (prose(&card.standing)) } }
                div { dt { a href={ "#" (Term::Strength.anchor()) } { "Strength" } } dd { (prose(&card.strength)) } }
            }
            (table(&card.numbers))
            h4 { "What else could explain it" }
            ul { @for item in &card.otherwise { li { (prose(item)) } } }
            h4 { "The question to ask" }
            p class="ask" { (prose(&card.question)) }
            @if !card.evidence.is_empty() {
                h4 { "Decisions that show it" }
                ul class="evidence" { @for item in &card.evidence { li { (prose(item)) } } }
            }
        }
    }
}

fn figure(figure: &Figure, in_part: bool, locale: Locale) -> Markup {
    html! {
        figure id=(figure.id) {
            figcaption {
                @if in_part {
                    h4 { bdi { (figure.title) } }
                } @else {
                    h3 { bdi { (figure.title) } }
                }
                @if !figure.note.is_empty() { p { (prose(&figure.note)) } }
            }
            @for breadth in Breadth::ALL { (PreEscaped(chart::draw(figure, breadth, &figure.id, Stand::Page, locale))) }
            details {
                summary { "The numbers behind this chart" }
                (table(&figure.data))
            }
        }
    }
}

fn table(table: &Table) -> Markup {
    html! {
        div class="scroll" role="region" tabindex="0" aria-label=(table.caption) {
            table {
                caption { (table.caption) }
                thead {
                    tr {
                        @for column in &table.columns {
                            th scope="col" class=[column.numbers.then_some("n")] { (column.title) }
                        }
                    }
                }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (i, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
                                @if i == 0 {
                                    th scope="row" { (prose(cell)) }
                                } @else {
                                    td class=[column.numbers.then_some("n")] { (prose(cell)) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if !table.notes.is_empty() {
            ul class="notes" { @for note in &table.notes { li { (note) } } }
        }
    }
}

fn glossary(brief: &Brief) -> Markup {
    html! {
        section id="words" aria-labelledby="words-title" {
            h2 id="words-title" { "Words" }
            dl class="words" {
                @for term in &brief.words {
                    div { dt id=(term.anchor()) { (term.word()) } dd { (term.meaning()) } }
                }
            }
        }
    }
}

fn prose(words: &Prose) -> Markup {
    html! {
        @for span in &words.spans {
            @match span {
                Span::Say(words) => (words),
                Span::Strong(words) => b { (words) },
                Span::Term(word, term) => a href={ "#" (term.anchor()) } { (word) },
                Span::Name(name) => bdi class=[is_long(name).then_some("long")] { (name) },
                Span::Code(code) => code class=[is_long(code).then_some("long")] { bdi { (code) } },
            }
        }
    }
}

/// Whether a name has a word that would make a column too wide, so that it may break anywhere.
fn is_long(name: &str) -> bool {
    const WORD_CHARS_MAX: usize = 24;
    name.split_whitespace().any(|word| word.chars().count() > WORD_CHARS_MAX)
}
