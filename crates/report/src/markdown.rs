//! Markdown: the brief with tables, fit for an issue or a wiki; charts are given as their data.

use crate::brief::{Block, Brief, Card, Depth, Figure, Headline, Prose, Section, Span, Table, Verdict};
use crate::quantity::HARD_SPACE;
use crate::words;

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
    for term in &brief.words {
        out.push_str(&format!("- **{}**: {}\n", term.word(), escape(term.meaning())));
    }
    out.replace(HARD_SPACE, " ")
}

fn push_headline(out: &mut String, number: usize, headline: &Headline) {
    out.push_str(&format!("{number}. {}  \n   {}", prose(&headline.says), prose(&headline.doubt)));
    if !headline.measures.is_empty() {
        out.push_str(&format!(" ({})", headline.measures.join(", ")));
    }
    out.push_str(&format!("  \n   **Ask**: *{}*\n", escape(&headline.asks)));
}

fn push_section(out: &mut String, section: &Section) {
    let title = match section.depth {
        Depth::Appendix => format!("Appendix: {}", section.title),
        _ => section.title.to_string(),
    };
    out.push_str(&format!("\n## {}\n\n", escape(&title)));
    for block in &section.blocks {
        match block {
            Block::Part(title) => out.push_str(&format!("### {}\n\n", escape(title))),
            Block::Verdicts(all) => push_verdicts(out, all),
            Block::Prose(words) => out.push_str(&format!("{}\n\n", prose(words).trim_end())),
            Block::Questions(items) => {
                for item in items {
                    out.push_str(&format!("- *{}*\n", prose(item)));
                }
                out.push('\n');
            }
            Block::List(items) => push_list(out, items),
            Block::Table(table) => push_table(out, table),
            Block::Figure(figure) => push_figure(out, figure),
            Block::Card(card) => push_card(out, card),
            Block::Small(title, items) => {
                out.push_str(&format!("{title}\n\n"));
                push_list(out, items);
            }
        }
    }
}

fn push_card(out: &mut String, card: &Card) {
    out.push_str(&format!("### {}\n\n{}\n\n", prose(&card.title), prose(&card.claim)));
    if !card.also_seen.is_empty() {
        out.push_str("Also seen here:\n\n");
        push_list(out, &card.also_seen);
    }
    out.push_str(&format!("- **Standing**: {}\n- **Strength**: {}\n\n", prose(&card.standing), prose(&card.strength)));
    push_table(out, &card.numbers);
    out.push_str("**What else could explain it**\n\n");
    push_list(out, &card.otherwise);
    out.push_str(&format!("**The question to ask**: *{}*\n\n", prose(&card.question)));
    if !card.evidence.is_empty() {
        let evidence: Vec<String> = card.evidence.iter().map(prose).collect();
        out.push_str(&format!("Decisions that show it: {}\n\n", evidence.join(", ")));
    }
}

fn push_verdicts(out: &mut String, all: &[Verdict]) {
    for one in all {
        let evidence: Vec<String> = one.evidence.iter().map(prose).collect();
        let see = if evidence.is_empty() { String::new() } else { format!(" See {}.", evidence.join(", ")) };
        out.push_str(&format!(
            "- **{}**: \u{201c}{}\u{201d} ({}). {}{see}\n",
            words::capital(one.verdict.name()),
            prose(&one.says),
            prose(&one.who),
            prose(&one.record)
        ));
    }
    out.push('\n');
}

fn push_list(out: &mut String, items: &[Prose]) {
    for item in items {
        out.push_str(&format!("- {}\n", prose(item)));
    }
    out.push('\n');
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
            Span::Term(word, _) => escape(word),
            Span::Code(words) => code(words),
        })
        .collect()
}

/// Everything that Markdown, or the HTML inside it, would read as more than a letter.
pub(crate) fn escape(words: &str) -> String {
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

/// A code span that no backtick inside can end and that does not end a table cell. What some renderers would still take
/// for markup inside one is given as plain letters instead.
fn code(words: &str) -> String {
    if words.contains(['`', '|', '<', '&']) || words.contains("://") {
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
