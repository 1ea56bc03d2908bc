//! One self-contained page: no network, no script, readable in light, dark, on paper, by keyboard and by ear.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::brief::{Block, Brief, Figure, Headline, Prose, Section, Span, Table, Term};
use crate::chart::{self, Breadth};

/// Nothing is fetched, nothing runs; the page brings its own style.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const PAGE_CSS: &str = include_str!("page.css");

/// The brief as a page.
pub(crate) fn render(brief: &Brief) -> String {
    let title = format!("Where decisions wait: {}", brief.subject);
    let (body, appendix): (Vec<&Section>, Vec<&Section>) = brief.sections.iter().partition(|section| !section.appendix);
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
                    nav aria-label="Contents" {
                        ol {
                            @for section in &brief.sections {
                                li { a href={ "#" (section.id) } { (section.title) } }
                            }
                            li { a href="#words" { "Words" } }
                        }
                    }
                    @for part in &body { (section(part)) }
                    (words())
                    @if !appendix.is_empty() {
                        p class="appendix-head" { "Appendix" }
                        @for part in &appendix { (section(part)) }
                    }
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
            }
        }
    }
}

fn section(section: &Section) -> Markup {
    html! {
        section id=(section.id) class=[section.appendix.then_some("appendix")] aria-labelledby={ (section.id) "-title" } {
            h2 id={ (section.id) "-title" } { (section.title) }
            @for block in &section.blocks {
                @match block {
                    Block::Prose(words) => p { (prose(words)) },
                    Block::Questions(items) => ul class="questions" { @for item in items { li { (item) } } },
                    Block::List(items) => ul { @for item in items { li { (prose(item)) } } },
                    Block::Table(table) => (self::table(table)),
                    Block::Figure(figure) => (self::figure(figure)),
                }
            }
        }
    }
}

fn figure(figure: &Figure) -> Markup {
    html! {
        figure id=(figure.id) {
            figcaption {
                h3 { bdi { (figure.title) } }
                @if !figure.note.is_empty() { p { (prose(&figure.note)) } }
            }
            @for breadth in Breadth::ALL { (PreEscaped(chart::draw(figure, breadth, &figure.id))) }
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

fn words() -> Markup {
    html! {
        section id="words" aria-labelledby="words-title" {
            h2 id="words-title" { "Words" }
            dl class="words" {
                @for term in Term::ALL {
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
