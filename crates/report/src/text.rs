//! Lines for a terminal: readable at 80 columns, without colour, and in plain ASCII where asked.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table as Grid};
use sayso_model::decision::{ArrivedBy, Status};
use sayso_model::diagnosis::DrawnPath;
use sayso_stats::Unit;
use textwrap::core::display_width;

use crate::brief::{
    Block, Brief, Card, Depth, Figure, Headline, Mark, Marks, Prose, Section, Shows, Span, Table, Verdict, lane_name,
};
use crate::quantity::{self, HARD_SPACE};
use crate::scale::Scale;
use crate::{Style, clean};

/// Rows of a table that a screen gets; the other formats give all.
const ROWS_MAX: usize = 24;

/// The same behind the report.
const APPENDIX_ROWS_MAX: usize = 12;

/// Weeks that a screen gets.
const WEEKS_MAX: usize = 10;

/// The brief as lines.
pub(crate) fn render(brief: &Brief, style: &Style) -> String {
    let mut page = Page { out: String::new(), width: style.width.clamp(40, 120), style: *style };
    page.title(&format!("Where decisions wait: {}", brief.subject));
    for fact in &brief.frame {
        page.hanging(&format!("{:<12} ", fact.label), 13, &fact.says);
    }
    page.blank();
    for (i, headline) in brief.headlines.iter().enumerate() {
        page.headline(i + 1, headline);
    }
    for section in &brief.sections {
        page.section(section);
    }
    page.heading("Words");
    for term in &brief.words {
        page.hanging(&format!("{}: ", term.word()), 2, term.meaning());
    }
    page.finish()
}

struct Page {
    out: String,
    width: usize,
    style: Style,
}

impl Page {
    fn title(&mut self, words: &str) {
        let line = clip_columns(words, self.width);
        let rule = "=".repeat(display_width(&line));
        let line = self.weight(&line, "1");
        self.line(&line);
        self.line(&rule);
    }

    fn heading(&mut self, words: &str) {
        self.blank();
        let lines = self.wrap(words, "", "");
        let rule = "-".repeat(lines.iter().map(|line| display_width(line)).max().unwrap_or(0));
        for line in lines {
            let line = self.weight(&line, "1");
            self.line(&line);
        }
        self.line(&rule);
    }

    fn headline(&mut self, number: usize, headline: &Headline) {
        let first = format!("{number}. ");
        let lines = self.wrap(&plain(&headline.says), &first, "   ");
        for line in lines {
            let line = self.weight(&line, "1");
            self.line(&line);
        }
        let mut doubt = plain(&headline.doubt);
        if !headline.measures.is_empty() {
            doubt.push_str(&format!(" [{}]", headline.measures.join(", ")));
        }
        for line in self.wrap(&doubt, "   ", "   ") {
            self.line(&line);
        }
        self.hanging("   Ask: ", 3, &headline.asks);
        self.blank();
    }

    fn section(&mut self, section: &Section) {
        let title = match section.depth {
            Depth::Appendix => format!("Appendix: {}", section.title),
            _ => section.title.to_string(),
        };
        self.heading(&title);
        if matches!(section.id, "measurements" | "finding-numbers" | "every-belief") {
            return self.measurements(section);
        }
        let rows_max = if section.depth == Depth::Appendix { APPENDIX_ROWS_MAX } else { ROWS_MAX };
        for (i, block) in section.blocks.iter().enumerate() {
            if i > 0 {
                self.blank();
            }
            match block {
                Block::Part(title) => {
                    let line = self.weight(title, "1");
                    self.line(&format!("== {line}"));
                }
                Block::Prose(words) => self.paragraph(&plain(words)),
                Block::Verdicts(all) => all.iter().for_each(|one| self.verdict(one)),
                Block::Questions(items) => {
                    for item in items {
                        self.hanging("- ", 2, &plain(item));
                    }
                }
                Block::List(items) => {
                    for item in items {
                        self.hanging("- ", 2, &plain(item));
                    }
                }
                Block::Table(table) => {
                    self.paragraph(&format!("{}:", table.caption.trim_end_matches('.')));
                    self.table(table, rows_max);
                }
                Block::Figure(figure) => self.figure(figure),
                Block::Card(card) => self.card(card),
                Block::Small(title, items) => {
                    self.paragraph(title);
                    for item in items {
                        self.hanging("- ", 2, &plain(item));
                    }
                }
            }
        }
    }

    fn card(&mut self, card: &Card) {
        for line in self.wrap(&plain(&card.title), "* ", "  ") {
            let line = self.weight(&line, "1");
            self.line(&line);
        }
        self.hanging("  ", 2, &plain(&card.claim));
        for also in &card.also_seen {
            self.hanging("  Also seen: ", 4, &plain(also));
        }
        self.hanging("  Standing: ", 4, &plain(&card.standing));
        self.hanging("  Strength: ", 4, &plain(&card.strength));
        self.table_within(&card.numbers, ROWS_MAX, 2);
        self.hanging("  ", 2, "What else could explain it:");
        for item in &card.otherwise {
            self.hanging("  - ", 4, &plain(item));
        }
        for line in self.wrap(&plain(&card.question), "  The question to ask: ", "    ") {
            let line = self.weight(&line, "1");
            self.line(&line);
        }
        if !card.evidence.is_empty() {
            let evidence: Vec<String> = card.evidence.iter().map(plain).collect();
            self.hanging("  Decisions that show it: ", 4, &evidence.join(", "));
        }
    }

    fn verdict(&mut self, one: &Verdict) {
        let first = format!("  {:<13}", one.verdict.name());
        for line in self.wrap(&format!("\u{201c}{}\u{201d}", plain(&one.says)), &first, "               ") {
            let line = self.weight(&line, "1");
            self.line(&line);
        }
        self.hanging("      ", 6, &format!("{}. {}", plain(&one.who), plain(&one.record)));
        if !one.evidence.is_empty() {
            let evidence: Vec<String> = one.evidence.iter().map(plain).collect();
            self.hanging("      See ", 6, &evidence.join(", "));
        }
    }

    /// Hundreds of rows would push the headlines off the screen; the other formats have them.
    fn measurements(&mut self, section: &Section) {
        let tables = section.blocks.iter().map(|block| match block {
            Block::Table(table) => table.rows.len(),
            _ => 0,
        });
        let n = tables.sum::<usize>() as u64;
        self.paragraph(&format!(
            "{} with definition, interval, n and method: `--format html`, `markdown` or `csv`.",
            quantity::counted(n, "number", "numbers")
        ));
    }

    fn figure(&mut self, figure: &Figure) {
        let title = self.weight(&clip_columns(&figure.title, self.width), "1");
        self.line(&title);
        match &figure.shows {
            Shows::Marks(marks) => {
                self.marks(marks);
                if marks.rows.len() < figure.data.rows.len() {
                    self.paragraph(&format!(
                        "Shown are {} of {}; `--format csv` gives all.",
                        marks.rows.len(),
                        figure.data.rows.len()
                    ));
                }
            }
            Shows::Weeks(weeks) => {
                let from = weeks.points.len().saturating_sub(WEEKS_MAX);
                let dated = |mark: &Mark| Mark { label: self.style.locale.dress(&mark.label), ..mark.clone() };
                let rows = weeks.points[from..].iter().map(|(_, mark)| dated(mark)).collect();
                self.marks(&Marks { rows, unit: weeks.unit });
                if from > 0 {
                    self.paragraph(&format!(
                        "The last {WEEKS_MAX} of {} weeks; `--format csv` gives all.",
                        weeks.points.len()
                    ));
                }
            }
            Shows::Map(_) => self.table(&figure.data, ROWS_MAX),
            Shows::Path(path) => self.path(path),
        }
        if matches!(figure.shows, Shows::Path(_)) {
            self.paragraph(&plain(&figure.note));
        }
    }

    /// One line a row: label, strip with the interval, value, limits, n.
    fn marks(&mut self, marks: &Marks) {
        let locale = self.style.locale;
        let tail =
            |mark: &Mark| locale.dress(&format!("{} ({}), n {}", mark.shown, mark.limits, quantity::count(mark.n)));
        let tail_width = marks.rows.iter().map(|mark| display_width(&tail(mark))).max().unwrap_or(0);
        let room = self.width.saturating_sub(tail_width + 6);
        let longest = marks.rows.iter().map(|mark| display_width(&mark.label)).max().unwrap_or(0);
        let label_width = longest.min((room * 3 / 5).max(8));
        let strip_width = room.saturating_sub(label_width).min(30);
        for mark in &marks.rows {
            let label = pad(&clip_columns(&mark.label, label_width), label_width);
            if strip_width < 8 {
                // No room for a drawing: the numbers matter more.
                self.hanging("  ", 4, &format!("{}  {}", mark.label, tail(mark)));
                continue;
            }
            let strip = self.strip(mark, marks, strip_width);
            let line = format!("  {label}  {strip}  {}", tail(mark));
            self.line(&line);
        }
    }

    fn strip(&self, mark: &Mark, marks: &Marks, width: usize) -> String {
        let is_hours = matches!(marks.unit, Some(Unit::WorkingHours | Unit::CalendarHours));
        let range = (0.0, (width - 1) as f64);
        let known = || marks.rows.iter().flat_map(|m| [m.low, m.value, m.high]).flatten();
        let most = known().fold(0.0, f64::max);
        let scale = match marks.unit {
            Some(unit) if is_hours => {
                let least = known().filter(|x| *x > 0.0).fold(f64::INFINITY, f64::min);
                Scale::hours(least, most, unit, range)
            }
            Some(Unit::Share) => Scale::shares(most, range),
            _ => Scale::numbers(most, range),
        };
        let (point, bar, span, open, close, empty) =
            if self.style.unicode { ('●', '▒', '─', '├', '┤', '·') } else { ('o', '=', '-', '[', ']', '.') };
        let mut cells = vec![empty; width];
        let column = |x: f64| (scale.at(x).round() as usize).min(width - 1);
        if let (Some(value), false) = (mark.value, is_hours) {
            cells[..column(value)].fill(bar);
        }
        if mark.low.is_some() || mark.high.is_some() {
            let (from, to) = (mark.low.map_or(0, column), mark.high.map_or(width - 1, column));
            if from <= to {
                cells[from..=to].fill(span);
            }
            if mark.low.is_some() {
                cells[from] = open;
            }
            if mark.high.is_some() {
                cells[to] = close;
            }
        }
        match mark.value {
            Some(value) => cells[column(value)] = point,
            None if mark.low.is_none() && mark.high.is_none() => cells.fill(' '),
            None => {}
        }
        cells.into_iter().collect()
    }

    /// One line a hold: its place in time, how it arrived, how long it stayed.
    fn path(&mut self, path: &DrawnPath) {
        const HOPS_MAX: usize = 20;
        let (Some(first), Some(last)) = (path.hops.first(), path.hops.last()) else { return };
        let (working, off, outside) = if self.style.unicode { ('█', '░', '·') } else { ('#', ':', '.') };
        let tails: Vec<String> = path
            .hops
            .iter()
            .map(|hop| format!("{} {}", self.arrival(hop.arrived_by), quantity::working(hop.held_working_h)))
            .map(|tail| self.style.locale.dress(&tail))
            .collect();
        let tail_width = tails.iter().take(HOPS_MAX).map(|tail| display_width(tail)).max().unwrap_or(0);
        let room = self.width.saturating_sub(tail_width + 6);
        let longest = path.hops.iter().map(|hop| display_width(&lane_name(hop))).max().unwrap_or(0);
        let label_width = longest.min(room * 3 / 5);
        let strip_width = (room - label_width).min(32);
        let scale = Scale::time(first.since, last.until, (0.0, strip_width as f64), 4);
        for (hop, tail) in path.hops.iter().zip(&tails).take(HOPS_MAX) {
            if strip_width < 8 {
                self.hanging("  ", 4, &format!("{}  {tail}", lane_name(hop)));
                continue;
            }
            let mut cells = vec![outside; strip_width];
            let column = |x: f64| (x.floor() as usize).min(strip_width - 1);
            let (from, to) = (column(scale.at_instant(hop.since)), column(scale.at_instant(hop.until)));
            cells[from..=to.max(from)].fill(working);
            for (off_from, off_to) in &hop.off {
                let (from, to) = (scale.at_instant(*off_from), scale.at_instant(*off_to));
                // Only what fills most of a cell is shown as such.
                let (from, to) = (from.round() as usize, to.round() as usize);
                if from < to {
                    cells[from.min(strip_width)..to.min(strip_width)].fill(off);
                }
            }
            let strip: String = cells.into_iter().collect();
            let label = pad(&clip_columns(&lane_name(hop), label_width), label_width);
            self.line(&format!("  {label}  {strip}  {tail}"));
        }
        if path.hops.len() > HOPS_MAX {
            self.paragraph(&format!("  and {} more holds", path.hops.len() - HOPS_MAX));
        }
        let end = match path.status {
            Status::Open => "still open",
            Status::Decided => "decided",
            Status::Withdrawn => "withdrawn",
        };
        let span = format!("{} to {}: {end}", quantity::minute(first.since), quantity::minute(last.until));
        self.paragraph(&format!("  {}", self.style.locale.dress(&span)));
    }

    fn arrival(&self, arrived_by: ArrivedBy) -> &'static str {
        arrived_by.name()
    }

    fn table(&mut self, table: &Table, rows_max: usize) {
        self.table_within(table, rows_max, 0);
    }

    /// A table that stands so many columns to the right.
    fn table_within(&mut self, table: &Table, rows_max: usize, indent: usize) {
        if table.rows.is_empty() {
            self.paragraph("  none");
            return;
        }
        let mut grid = Grid::new();
        grid.load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width((self.width - indent) as u16);
        grid.set_header(table.columns.iter().map(|column| self.plain_ascii(column.title)));
        for row in table.rows.iter().take(rows_max) {
            grid.add_row(row.iter().map(|cell| cell_text(cell, table.columns.len() > WIDE)));
        }
        for (column, set) in grid.column_iter_mut().zip(&table.columns) {
            column.set_padding((0, 1));
            if set.numbers {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        for line in grid.lines() {
            let line = format!("{}{}", " ".repeat(indent), line.trim_end());
            self.line(&line);
        }
        for note in &table.notes {
            self.hanging("  ", 4, note);
        }
        if table.rows.len() > rows_max {
            self.paragraph(&format!(
                "and {} more; `--format csv`, `markdown` or `html` gives all.",
                quantity::count((table.rows.len() - rows_max) as u64)
            ));
        }
    }

    fn paragraph(&mut self, words: &str) {
        let indent: String = words.chars().take_while(|c| *c == ' ').collect();
        for line in self.wrap(words.trim_start(), &indent, &indent) {
            self.line(&line);
        }
    }

    fn hanging(&mut self, first: &str, indent: usize, words: &str) {
        for line in self.wrap(words, first, &" ".repeat(indent)) {
            self.line(&line);
        }
    }

    fn wrap(&self, words: &str, first: &str, rest: &str) -> Vec<String> {
        let options = textwrap::Options::new(self.width).initial_indent(first).subsequent_indent(rest);
        textwrap::wrap(words.trim_end(), options).into_iter().map(|line| line.into_owned()).collect()
    }

    fn weight(&self, words: &str, code: &str) -> String {
        if self.style.colour && !words.is_empty() {
            format!("\u{1b}[{code}m{words}\u{1b}[0m")
        } else {
            words.to_owned()
        }
    }

    fn line(&mut self, line: &str) {
        let line = self.plain_ascii(line);
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn blank(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Hard spaces have done their work; a terminal of ASCII gets stand-ins of the same width.
    fn plain_ascii(&self, line: &str) -> String {
        if self.style.unicode {
            return line.replace(HARD_SPACE, " ");
        }
        line.chars()
            .map(|c| match c {
                HARD_SPACE => ' ',
                '…' => '~',
                '–' | '—' => '-',
                '’' | '‘' => '\'',
                '“' | '”' => '"',
                '→' => '>',
                '↩' => '<',
                '−' => '-',
                'ź' => 'z',
                'ś' => 's',
                c if c.is_ascii() => c,
                _ => '?',
            })
            .collect()
    }

    fn finish(self) -> String {
        self.out
    }
}

fn plain(words: &Prose) -> String {
    words
        .spans
        .iter()
        .map(|span| match span {
            // What is to be typed must not be torn apart.
            Span::Code(words) => format!("`{}`", words.replace(' ', "\u{a0}")),
            Span::Say(words) | Span::Strong(words) | Span::Name(words) => words.clone(),
            Span::Term(word, _) => word.to_string(),
        })
        .collect()
}

/// Columns of a table beyond which there is no room to keep brackets in one line.
const WIDE: usize = 6;

/// The text of a cell: lines may break between number and unit, for columns are narrow, but inside brackets only where
/// they are very narrow.
fn cell_text(cell: &Prose, is_narrow: bool) -> String {
    let mut depth = 0_i32;
    let soften = |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if c == HARD_SPACE && (depth <= 0 || is_narrow) { ' ' } else { c }
    };
    plain(cell).chars().map(soften).collect()
}

/// Cut to a number of columns, not characters: a wide letter takes two.
fn clip_columns(text: &str, columns: usize) -> String {
    if display_width(text) <= columns {
        return text.to_owned();
    }
    let mut chars = text.chars().count().min(columns + 1);
    loop {
        let cut = clean::clip(text, chars);
        if display_width(&cut) <= columns || chars <= 1 {
            return cut;
        }
        chars -= 1;
    }
}

fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(display_width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_letter_takes_two_columns() {
        assert_eq!(clip_columns("価格価格", 5), "価格…");
        assert_eq!(display_width(&pad("価", 4)), 4);
    }
}
