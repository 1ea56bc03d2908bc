//! Rows added to the text of a `people.csv`, in the order of its own columns and with its own separator.

/// Adds rows (a table with its own header, as [`crate::identity::across::rows`] writes it) to the text of a `people.csv`;
/// gives the new text and the number of rows added. An empty text becomes the rows with their header. Columns that the file
/// does not have are left out, and those that the rows do not have stay empty. `None` where the file has no columns `person`
/// and `email`, without which a row would say nothing.
pub fn add_rows(text: &str, rows: &str) -> Option<(String, usize)> {
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    let columns: Vec<String> = reader.headers().ok()?.iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = reader.records().flatten().collect();
    if records.is_empty() {
        return Some((text.to_owned(), 0));
    }
    if text.trim().is_empty() {
        return Some((rows.to_owned(), records.len()));
    }
    let body = text.trim_start_matches('\u{feff}');
    let separator = super::delimiter(body.as_bytes());
    let mut own = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(body.as_bytes());
    let header: Vec<String> = own.headers().ok()?.iter().map(|name| name.trim().to_lowercase()).collect();
    if ["person", "email"].iter().any(|needed| !header.iter().any(|name| name == needed)) {
        return None;
    }
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    for record in &records {
        let value = |name: &String| columns.iter().position(|column| column == name).and_then(|at| record.get(at));
        let row: Vec<&str> = header.iter().map(|name| value(name).unwrap_or_default()).collect();
        writer.write_record(row).ok()?;
    }
    let added = String::from_utf8(writer.into_inner().ok()?).ok()?;
    let line_end = if text.ends_with('\n') { "" } else { "\n" };
    Some((format!("{text}{line_end}{added}"), records.len()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::people::read_people;

    const ROWS: &str = "person,name,email,timezone\newa,Ewa Żak,ewa@firm.example ez,Europe/Warsaw\n";

    #[test]
    fn rows_go_into_the_columns_that_are_there() {
        let (text, n) = add_rows("\u{feff}email;level;person\nj@x.example;0;jan", ROWS).unwrap();
        assert_eq!(
            (text.as_str(), n),
            ("\u{feff}email;level;person\nj@x.example;0;jan\newa@firm.example ez;;ewa\n", 1)
        );
        let read = read_people("people.csv", text.as_bytes()).unwrap();
        assert!(read.skipped.is_empty(), "{:?}", read.skipped);
        assert_eq!(read.people[1].email.as_deref(), Some("ewa@firm.example ez"));
    }

    #[test]
    fn no_file_no_rows_and_no_columns() {
        assert_eq!(add_rows("", ROWS), Some((ROWS.to_owned(), 1)));
        assert_eq!(add_rows("person,email\n", "person,name\n"), Some(("person,email\n".to_owned(), 0)));
        assert_eq!(add_rows("person,name\njan,Jan\n", ROWS), None);
    }
}
