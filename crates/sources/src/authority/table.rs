//! RACI and DACI tables, from CSV and from XLSX: rows are matters or areas, columns are roles or people.
//!
//! # How a table is read
//!
//! * The header is the row with the most letters under its names; what stands above it is a title.
//! * A column with more letters than other things is a party; the other things are set aside, as in a legend below. Its header is a role, unless it is a mail address or says what it is
//!   (`person:anna`, `team:claims`). The first column is never a party.
//! * The other columns are known by their headers: `area`, `component`, `module`, `product`, `system`, `service`,
//!   `project` say where; `matter`, `decision`, `task`, `activity`, `deliverable`, `topic`, `step`, `process` say what;
//!   `since`, `until`, `bounds` and `because` are those of a remit. Where none says what or where, the first column
//!   says what. Others are not read, and that is told. An empty cell in the leftmost of them is that of the row
//!   above, as in merged cells; an empty matter or area elsewhere is `*`.
//! * Letters may stand together: `A/R`, `A, R`, `AR`, `A*`. With a `D` anywhere the table is a DACI, else a RACI.
//! * **RACI**: A (accountable) decides, C is consulted. R does the work and I is told: neither is authority.
//! * **DACI**: A (approver) decides, D (driver) and C (contributor) are consulted, I is told.
//! * One A a row is expected. Where there are more, all are taken, and it is told; where there is none, the row is set
//!   aside, because it does not say who decides.
//!
//! Names that are globs (`{a,b}`, `*`) in an area stay globs, so that what is written by hand can mean several areas.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use sayso_model::charter::{Charter, Remit, Who, area_glob};

use super::charter_file::{day_or_instant, moment};
use super::{Aside, Format, ImportError, Imported};

/// Headers that say where.
const WHERE: [&str; 8] = ["area", "component", "module", "product", "system", "service", "project", "domain"];
/// Headers that say what.
const WHAT: [&str; 10] =
    ["matter", "decision", "task", "activity", "deliverable", "topic", "step", "process", "question", "responsibility"];
/// The letters of all kinds of such tables; only R, A, C, I and D mean anything here.
const LETTERS: &str = "RACIDSVO";

const CANNOT_SAY: [&str; 4] = [
    "Who does the work (R) and who is told (I) is not authority; a charter does not keep it.",
    "What is nobody's cannot be told from a row that was forgotten.",
    "A reserve, and a right that is retained by design, have no letter.",
    "A header says a name and rarely its kind: it is taken for a role unless it says `person:` or `team:`.",
];

/// The first bytes of a ZIP archive, which an XLSX is.
const ZIP: &[u8] = b"PK\x03\x04";

/// Reads tables from CSV, separated by `,`, `;` or tab.
///
/// # Errors
/// Where a file has no row of headers with letters under it.
pub fn import(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    import_bytes(&files)
}

/// Reads tables from XLSX or CSV, told apart by their first bytes. Of an XLSX every sheet with a table is read.
///
/// # Errors
/// Where there is no file, an XLSX cannot be opened, or a file has no row of headers with letters under it.
pub fn import_bytes(files: &[(&str, &[u8])]) -> Result<Imported, ImportError> {
    if files.is_empty() {
        return Err(ImportError::NoFile { format: Format::Table.name() });
    }
    let mut imported = Imported { cannot_say: CANNOT_SAY.to_vec(), ..Imported::default() };
    for (path, bytes) in files {
        let malformed = |what: &str| ImportError::Malformed {
            file: (*path).to_owned(),
            format: Format::Table.name(),
            what: what.to_owned(),
        };
        let sheets = match bytes.starts_with(ZIP) {
            true => workbook(path, bytes).map_err(|what| malformed(&what))?,
            false => vec![Sheet { place: format!("{path}:"), first_row: 0, first_column: 0, rows: csv_rows(bytes) }],
        };
        let mut is_any = false;
        for sheet in &sheets {
            is_any |= sheet.remits(&mut imported);
        }
        if !is_any {
            return Err(malformed("no row of headers with letters (R, A, C, I or D, A, C, I) under it"));
        }
    }
    Ok(imported)
}

/// Writes a RACI table as CSV, one row a remit, and says what of the charter could not be said.
pub fn export(charter: &Charter) -> (String, Vec<String>) {
    let mut parties: Vec<&Who> = Vec::new();
    for who in charter.remits.iter().flat_map(|remit| remit.decides.iter().chain(&remit.consulted)) {
        if !parties.contains(&who) {
            parties.push(who);
        }
    }
    let mut missing = Vec::new();
    let mut rows = vec![["matter", "area"].map(str::to_owned).to_vec()];
    rows[0].extend(parties.iter().map(|who| who.to_string()));
    rows[0].extend(["since", "until", "bounds", "because"].map(str::to_owned));
    for remit in &charter.remits {
        let mut say = |is: bool, what: &str| {
            if is {
                missing.push(format!("{}: {what}", remit.written));
            }
        };
        say(!remit.reserve.is_empty(), "who holds a reserve");
        say(remit.retained, "that the right is retained by design");
        if remit.decides.is_empty() {
            say(true, "that it is nobody's");
            continue;
        }
        let cell = |who: &&Who| match (remit.decides.contains(who), remit.consulted.contains(who)) {
            (true, true) => "A/C",
            (true, false) => "A",
            (false, true) => "C",
            (false, false) => "",
        };
        let mut row = vec![remit.matter.clone(), remit.area.clone()];
        row.extend(parties.iter().map(|who| cell(who).to_owned()));
        row.extend([remit.since, remit.until].map(|at| at.map(day_or_instant).unwrap_or_default()));
        row.extend([&remit.bounds, &remit.because].map(|text| text.clone().unwrap_or_default()));
        rows.push(row);
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in &rows {
        writer.write_record(row).expect("rows of one length are always written to memory");
    }
    let bytes = writer.into_inner().expect("memory takes what is written to it");
    (String::from_utf8_lossy(&bytes).into_owned(), missing)
}

/// A table of cells and where it stands.
struct Sheet {
    /// What the address of a cell is put behind: `raci.csv:`, `raci.xlsx:Sheet1!`.
    place: String,
    first_row: usize,
    first_column: usize,
    rows: Vec<Vec<String>>,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Party(Who),
    Where,
    What,
    Since,
    Until,
    Bounds,
    Because,
    Other,
}

impl Sheet {
    fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|row| row.get(column)).map_or("", |cell| cell.trim())
    }

    fn address(&self, row: usize, column: usize) -> String {
        let mut letters = Vec::new();
        let mut n = column + self.first_column + 1;
        while n > 0 {
            letters.push(b'A' + u8::try_from((n - 1) % 26).unwrap_or(0));
            n = (n - 1) / 26;
        }
        letters.reverse();
        format!("{}{}{}", self.place, String::from_utf8_lossy(&letters), row + self.first_row + 1)
    }

    /// Adds the remits of the sheet; whether it has a table at all.
    fn remits(&self, imported: &mut Imported) -> bool {
        let Some((header, columns)) = self.header(&mut imported.aside) else { return false };
        let parties: Vec<(usize, &Who)> = columns
            .iter()
            .enumerate()
            .filter_map(|(at, column)| if let Column::Party(who) = column { Some((at, who)) } else { None })
            .collect();
        let letters = |row: usize, column: usize| self::letters(self.cell(row, column)).unwrap_or_default();
        let body = header + 1..self.rows.len();
        let is_daci = body.clone().any(|row| parties.iter().any(|(at, _)| letters(row, *at).contains('D')));
        let (mut last_what, mut last_where) = (String::new(), String::new());
        for row in body {
            let text = |is: Column| {
                let mut all = columns.iter().enumerate().filter(|(_, column)| **column == is);
                all.find_map(|(at, _)| (!self.cell(row, at).is_empty()).then(|| (at, self.cell(row, at).to_owned())))
            };
            let (what, place) = (text(Column::What), text(Column::Where));
            if what.is_none() && place.is_none() && parties.iter().all(|(at, _)| self.cell(row, *at).is_empty()) {
                continue;
            }
            let written = self.address(row, what.as_ref().or(place.as_ref()).map_or(0, |(at, _)| *at));
            // Cells that are merged downwards name only their first row; they group, and so stand on the left.
            let is_left = |is: &Column| columns.iter().find(|c| matches!(c, Column::What | Column::Where)) == Some(is);
            let name = |is: Column, found: Option<(usize, String)>, last: &mut String| match found {
                Some((_, text)) => {
                    last.clone_from(&text);
                    text
                }
                None if is_left(&is) && !last.is_empty() => last.clone(),
                None => "*".to_owned(),
            };
            let mut remit = Remit {
                matter: name(Column::What, what, &mut last_what),
                area: name(Column::Where, place, &mut last_where),
                written: written.clone(),
                bounds: text(Column::Bounds).map(|(_, text)| text),
                because: text(Column::Because).map(|(_, text)| text),
                ..Remit::default()
            };
            for (is, to) in [(Column::Since, &mut remit.since), (Column::Until, &mut remit.until)] {
                let Some((at, text)) = text(is) else { continue };
                *to = moment(&text);
                if to.is_none() {
                    let why = format!("`{text}` is neither a day nor an instant; the remit is taken in without it");
                    imported.aside.push(Aside::new(self.address(row, at), why));
                }
            }
            for (at, who) in &parties {
                let cell = letters(row, *at);
                let text = self.cell(row, *at);
                if cell.is_empty() && self::letters(text).is_none() {
                    let why = format!("`{text}` is not one of the letters; the cell is passed over");
                    imported.aside.push(Aside::new(self.address(row, *at), why));
                }
                for letter in cell.chars() {
                    let known = if is_daci { "DACI" } else { "RACI" };
                    if !known.contains(letter) {
                        let why = format!("`{letter}` is no letter of a {known}");
                        imported.aside.push(Aside::new(self.address(row, *at), why));
                    }
                }
                if cell.contains('A') && !remit.decides.contains(who) {
                    remit.decides.push((*who).clone());
                }
                let is_asked = cell.contains('C') || is_daci && cell.contains('D');
                if is_asked && !remit.consulted.contains(who) {
                    remit.consulted.push((*who).clone());
                }
            }
            let n_letters: usize = parties.iter().map(|(at, _)| letters(row, *at).len()).sum();
            match remit.decides.len() {
                0 if n_letters == 0 => {
                    imported.aside.push(Aside::new(written, "no letters in the row"));
                    continue;
                }
                0 => {
                    imported.aside.push(Aside::new(written, "no A in the row: it does not say who decides"));
                    continue;
                }
                1 => {}
                n => {
                    let why = format!("taken in, but {n} cells of the row have an A: any one of them decides");
                    imported.aside.push(Aside::new(written.clone(), why));
                }
            }
            if let Err(error) = area_glob(&remit) {
                imported.aside.push(Aside::new(written, format!("the area is no valid glob: {}", error.why)));
                continue;
            }
            imported.charter.remits.push(remit);
        }
        true
    }

    /// Where the header is and what its columns are.
    fn header(&self, aside: &mut Vec<Aside>) -> Option<(usize, Vec<Column>)> {
        let width = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        // How many cells below hold letters, and how many anything else. What the header of a column says goes before
        // what its cells look like: an area may be called `A`.
        let below = |header: usize, column: usize| {
            let cells = (header + 1..self.rows.len()).map(|row| self.cell(row, column)).filter(|cell| !cell.is_empty());
            let (mut n_letters, mut n_others) = (0_usize, 0_usize);
            for cell in cells {
                match letters(cell) {
                    Some(letters) => n_letters += usize::from(!letters.is_empty()),
                    None => n_others += 1,
                }
            }
            (n_letters, n_others)
        };
        let is_party = |header: usize, column: usize| {
            let (n_letters, n_others) = below(header, column);
            column > 0 && n_letters > n_others && by_header(self.cell(header, column)).is_none()
        };
        // The row with the most letters and the fewest other things below its names; of equals the lowest, so that a
        // title above is none.
        let score = |row: usize| {
            let is_named = |column: &usize| letters(self.cell(row, *column)).is_none();
            let parties = (1..width).filter(is_named).filter(|column| is_party(row, *column));
            parties.map(|column| below(row, column)).map(|(letters, others)| letters - others).sum::<usize>()
        };
        let n_filled = |row: &usize| (0..width).filter(|column| !self.cell(*row, *column).is_empty()).count();
        let candidates = (0..self.rows.len()).filter(|row| n_filled(row) > 1).map(|row| (score(row), row));
        let (_, header) = candidates.filter(|(score, _)| *score > 0).max()?;
        let mut columns = Vec::new();
        for column in 0..width {
            let name = self.cell(header, column);
            columns.push(match by_header(name) {
                Some(known) => known,
                None if !is_party(header, column) => Column::Other,
                None if name.is_empty() => {
                    let why = "letters under a header without a name; merged headers name only their first column";
                    aside.push(Aside::new(self.address(header, column), why));
                    Column::Other
                }
                None => Column::Party(who(name)),
            });
        }
        if !columns.iter().any(|column| matches!(column, Column::Where | Column::What)) {
            columns[0] = Column::What;
        }
        for (at, column) in columns.iter().enumerate() {
            let name = self.cell(header, at);
            if *column == Column::Other && !name.is_empty() {
                aside.push(Aside::new(self.address(header, at), format!("the column `{name}` is not read")));
            }
        }
        Some((header, columns))
    }
}

/// What a column holds by its header alone; `None` where that says nothing.
fn by_header(name: &str) -> Option<Column> {
    let name = name.trim().to_lowercase();
    let is_one_of = |words: &[&str]| {
        words.iter().any(|word| {
            *word == name
                || name.strip_suffix('s') == Some(word)
                || name.strip_suffix("ies").is_some_and(|stem| word.strip_suffix('y') == Some(stem))
        })
    };
    match name.as_str() {
        "since" => Some(Column::Since),
        "until" => Some(Column::Until),
        "bounds" => Some(Column::Bounds),
        "because" => Some(Column::Because),
        _ if is_one_of(&WHERE) => Some(Column::Where),
        _ if is_one_of(&WHAT) => Some(Column::What),
        _ => None,
    }
}

/// The letters of a cell in capitals; `None` where it is anything else. A dash is an empty cell.
fn letters(cell: &str) -> Option<String> {
    let mut letters = String::new();
    for c in cell.chars() {
        match c {
            '/' | ',' | ';' | '&' | '+' | '*' | '(' | ')' | '-' | '–' | '|' | '.' => {}
            c if c.is_whitespace() => {}
            c if LETTERS.contains(c.to_ascii_uppercase()) && !letters.contains(c.to_ascii_uppercase()) => {
                letters.push(c.to_ascii_uppercase());
            }
            _ => return None,
        }
    }
    // `Dacia` is a word; nobody has more than four letters.
    (letters.len() <= 4).then_some(letters)
}

fn who(name: &str) -> Who {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.parse() {
        Ok(who) => who,
        Err(_) if name.contains('@') => Who::Person(name),
        Err(_) => Who::Role(name),
    }
}

fn csv_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').take(20).collect();
    let count =
        |delimiter: u8| head.iter().map(|line| line.iter().filter(|byte| **byte == delimiter).count()).sum::<usize>();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|delimiter| (count(*delimiter), *delimiter == b','));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.unwrap_or(b','))
        .from_reader(bytes);
    // The reader leaves empty lines out; they are put back, so that addresses are those that a spreadsheet shows.
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut lines_within = 0;
    for row in reader.byte_records().flatten() {
        let line = row.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(0));
        while rows.len() + 1 + lines_within < line {
            rows.push(Vec::new());
        }
        let cells: Vec<String> = row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        lines_within += cells.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        rows.push(cells);
    }
    rows
}

fn workbook(path: &str, bytes: &[u8]) -> Result<Vec<Sheet>, String> {
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| format!("it is no XLSX workbook: {error}"))?;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        // Sheets that hold no cells, such as charts, are none of ours.
        let Ok(range) = book.worksheet_range(&name) else { continue };
        let (first_row, first_column) = range.start().unwrap_or((0, 0));
        sheets.push(Sheet {
            place: format!("{path}:{name}!"),
            first_row: first_row as usize,
            first_column: first_column as usize,
            rows: range.rows().map(|row| row.iter().map(in_words).collect()).collect(),
        });
    }
    Ok(sheets)
}

/// A cell as text; a date as the day it shows.
fn in_words(cell: &Data) -> String {
    match cell {
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
