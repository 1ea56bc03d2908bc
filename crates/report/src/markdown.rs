//! Markdown: the brief with tables, fit for an issue or a wiki; charts are given as their data.

use crate::brief::{Block, Brief, Figure, Headline, Prose, Section, Span, Table, Term};
use crate::quantity::HARD_SPACE;

/// The brief as Markdown.
pub(crate) fn render(brief: &Brief) -> String {
    let mut out = format!("# Where decisions wait: {}\n\n", escape(&brief.subject));
    for fact in &brief.frame {
        out.push_str(&format!("- **{}**: {}\n", fact.label, escape(&fact.says)));
    }
    out.push('\n');
    for (i, headline) in brief.headlines.iter().enumerate() {
        push_headline(&mut out, i + 1, headline);
    }
    for section in &brief.sections {
        push_section(&mut out, section);
    }
    out.push_str("\n## Words\n\n");
    for term in Term::ALL {
        out.push_str(&format!("- **{}**: {}\n", term.word(), escape(term.meaning())));
    }
    out.replace(HARD_SPACE, " ")
}

fn push_headline(out: &mut String, number: usize, headline: &Headline) {
    out.push_str(&format!("{number}. {}  \n   {}", prose(&headline.says), prose(&headline.doubt)));
    if !headline.measures.is_empty() {
        out.push_str(&format!(" ({})", headline.measures.join(", ")));
    }
    out.push('\n');
}

fn push_section(out: &mut String, section: &Section) {
    let title = if section.appendix { format!("Appendix: {}", section.title) } else { section.title.to_owned() };
    out.push_str(&format!("\n## {}\n\n", escape(&title)));
    for block in &section.blocks {
        match block {
            Block::Prose(words) => out.push_str(&format!("{}\n\n", prose(words).trim_end())),
            Block::Questions(items) => {
                for item in items {
                    out.push_str(&format!("- *{}*\n", escape(item)));
                }
                out.push('\n');
            }
            Block::List(items) => {
                for item in items {
                    out.push_str(&format!("- {}\n", prose(item)));
                }
                out.push('\n');
            }
            Block::Table(table) => push_table(out, table),
            Block::Figure(figure) => push_figure(out, figure),
        }
    }
}

fn push_figure(out: &mut String, figure: &Figure) {
    out.push_str(&format!("### {}\n\n", escape(&figure.title)));
    let note = prose(&figure.note);
    if !note.is_empty() {
        out.push_str(&format!("{note}\n\n"));
    }
    push_rows(out, &figure.data);
}

fn push_table(out: &mut String, table: &Table) {
    out.push_str(&format!("**{}**\n\n", escape(&table.caption)));
    push_rows(out, table);
}

fn push_rows(out: &mut String, table: &Table) {
    let heads: Vec<String> = table.columns.iter().map(|column| escape(column.title)).collect();
    out.push_str(&format!("| {} |\n", heads.join(" | ")));
    let rules: Vec<&str> = table.columns.iter().map(|column| if column.numbers { "--:" } else { "---" }).collect();
    out.push_str(&format!("| {} |\n", rules.join(" | ")));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(prose).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out.push('\n');
    for note in &table.notes {
        out.push_str(&format!("{}  \n", escape(note)));
    }
    if !table.notes.is_empty() {
        out.push('\n');
    }
}

fn prose(words: &Prose) -> String {
    words
        .spans
        .iter()
        .map(|span| match span {
            Span::Say(words) | Span::Name(words) => escape(words),
            Span::Strong(words) if words.trim().is_empty() => String::new(),
            Span::Strong(words) => format!("**{}**", escape(words)),
            Span::Term(word, _) => (*word).to_owned(),
            Span::Code(words) => code(words),
        })
        .collect()
}

/// Everything that Markdown, or the HTML inside it, would read as more than a letter.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // A bare address would become a link, a mention a message to somebody.
            '@' => out.push_str("&#64;"),
            ':' => out.push(':'),
            c => out.push(c),
        }
    }
    out.replace("://", ":&#47;/")
}

/// A code span that no backtick inside can end and that does not end a table cell.
fn code(words: &str) -> String {
    if words.contains(['`', '|']) {
        return escape(words);
    }
    format!("`{words}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_markup() {
        assert_eq!(
            escape("a|b <script> [x](https://e.example) *c* @d"),
            r"a\|b &lt;script&gt; \[x\](https:&#47;/e.example) \*c\* &#64;d"
        );
        assert_eq!(code("a`b"), r"a\`b");
        assert_eq!(code("sayso path A#1"), "`sayso path A#1`");
    }
}
