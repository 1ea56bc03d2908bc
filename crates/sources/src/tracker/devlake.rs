//! Tables of raw answers as Apache DevLake keeps them: one answer a row, each handed on as a page to the tracker's parser.
//!
//! A table is CSV with the columns `id, params, data, url, input, created_at`; its name tells the tracker and what was
//! asked for: `_raw_github_api_pull_requests.csv`.

use std::io::Read;

use sayso_model::coverage::Reason;
use serde_json::Value;

use super::payload::Look;
use super::{Page, Tracker};

/// What stands between the tracker and the kind in the name of a table.
const JOINTS: [&str; 4] = ["_api_v2_", "_api_", "_graphql_", "_external_"];

/// What a table's name says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The tracker: `github`, `gitlab`, `jira`.
    pub tracker: String,
    /// What was asked for: `pull_requests`, `merge_request_notes`.
    pub kind: String,
}

impl Table {
    /// Reads the name of a file, with or without folders and endings; `None` where it is not that of a raw table.
    pub fn of_name(name: &str) -> Option<Table> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let name = name.split('.').next().unwrap_or(name).strip_prefix("_raw_")?;
        let (tracker, kind) =
            JOINTS.iter().find_map(|joint| name.split_once(joint)).or_else(|| name.split_once('_'))?;
        (!tracker.is_empty() && !kind.is_empty()).then(|| Table { tracker: tracker.to_owned(), kind: kind.to_owned() })
    }
}

/// The tracker of a table's name, where Sayso reads it; DevLake names its plugins a little differently.
pub(crate) fn tracker_of(name: &str) -> Option<Tracker> {
    match name {
        "azuredevops" | "azuredevops_go" => Some(Tracker::Azure),
        name => Tracker::of_name(name),
    }
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A raw answer.
    Answer {
        /// The address that was asked; where the row has none, the file and line.
        origin: String,
        /// The answer as it came.
        body: Vec<u8>,
    },
    /// A row without an answer that can be read.
    Broken {
        /// File and line.
        place: String,
        /// Why, in terms of the books.
        reason: Reason,
        /// What is wrong with it.
        detail: String,
    },
}

impl Row {
    /// The row as a page of the table; `None` for a broken row.
    pub fn page<'a>(&'a self, table: &'a Table) -> Option<Page<'a>> {
        match self {
            Row::Answer { origin, body } => Some(Page { kind: &table.kind, origin, body }),
            Row::Broken { .. } => None,
        }
    }
}

/// The rows of a table, one after another; `name` is shown to whoever looks for one. No more than one row is held in
/// memory. A table without a `data` column gives one broken row.
pub fn rows<R: Read>(content: R, name: &str) -> Rows<R> {
    let reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(content);
    Rows { records: reader.into_byte_records(), columns: None, name: name.to_owned(), is_over: false }
}

/// See [`rows`].
pub struct Rows<R> {
    records: csv::ByteRecordsIntoIter<R>,
    columns: Option<Columns>,
    name: String,
    is_over: bool,
}

struct Columns {
    n: usize,
    data: usize,
    url: Option<usize>,
}

impl<R: Read> Rows<R> {
    fn broken(&self, line: u64, reason: Reason, detail: impl Into<String>) -> Row {
        Row::Broken { place: format!("{} line {line}", self.name), reason, detail: detail.into() }
    }

    fn header(&mut self) -> Result<(), Row> {
        let record = match self.records.next() {
            None => {
                self.is_over = true;
                return Ok(());
            }
            Some(Ok(record)) => record,
            Some(Err(error)) => return Err(self.broken(1, Reason::RowMalformed, error.to_string())),
        };
        let named = |name: &str| {
            record.iter().position(|field| {
                let field = field.strip_prefix(b"\xef\xbb\xbf").unwrap_or(field);
                field.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
            })
        };
        match named("data") {
            Some(data) => {
                self.columns = Some(Columns { n: record.len(), data, url: named("url") });
                Ok(())
            }
            None => Err(self.broken(1, Reason::RowMalformed, "the table has no column `data`")),
        }
    }

    fn row(&self, columns: &Columns, record: &csv::ByteRecord) -> Row {
        let line = record.position().map_or(0, csv::Position::line);
        let Some(data) = record.get(columns.data).filter(|_| record.len() == columns.n) else {
            let detail = format!("{} fields, the header has {}", record.len(), columns.n);
            return self.broken(line, Reason::RowMalformed, detail);
        };
        let address = columns.url.and_then(|url| std::str::from_utf8(record.get(url)?).ok());
        let address = address.filter(|address| !address.trim().is_empty() && *address != "null");
        let origin = address.map_or_else(|| format!("{} line {line}", self.name), str::to_owned);
        match answer(data) {
            Ok(body) => Row::Answer { origin, body },
            Err((reason, detail)) => self.broken(line, reason, detail),
        }
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if self.is_over {
            return None;
        }
        if self.columns.is_none()
            && let Err(row) = self.header()
        {
            self.is_over = true;
            return Some(row);
        }
        let record = self.records.next()?;
        let columns = self.columns.as_ref()?;
        Some(match record {
            Ok(record) => self.row(columns, &record),
            Err(error) => {
                // What cannot be read for want of a disk cannot be read the next time either.
                self.is_over = matches!(error.kind(), csv::ErrorKind::Io(_));
                let line = error.position().map_or(0, csv::Position::line);
                self.broken(line, Reason::RowMalformed, error.to_string())
            }
        })
    }
}

/// The answer of a row. Some tables hold JSON that was put into a text once more.
fn answer(data: &[u8]) -> Result<Vec<u8>, (Reason, String)> {
    if data.trim_ascii().is_empty() {
        return Err((Reason::RowMalformed, "the row has no answer".to_owned()));
    }
    match serde_json::from_slice::<Value>(data) {
        Ok(Value::String(inner)) => Ok(inner.into_bytes()),
        Ok(value) if value.is_object() || value.is_array() => Ok(data.to_vec()),
        Ok(_) => Err((Reason::RowMalformed, "the answer is neither an object nor a list".to_owned())),
        Err(_) if std::str::from_utf8(data).is_err() => {
            Err((Reason::EncodingInvalid, "the answer is not UTF-8".to_owned()))
        }
        Err(error) => Err((Reason::RowMalformed, format!("the answer is not JSON: {error}"))),
    }
}

/// What the column `input` says of the item that was asked for, where the address does not: `{"Iid": 7}`.
pub fn number_of_input(input: &str) -> Option<u64> {
    let value: Value = serde_json::from_str(input).ok()?;
    ["Iid", "Number", "iid", "number"].into_iter().find_map(|key| value.number(key))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &str) -> Vec<Row> {
        rows(text.as_bytes(), "t.csv").collect()
    }

    #[test]
    fn the_name_tells_tracker_and_kind() {
        for (name, expected) in [
            ("_raw_github_api_pull_requests.csv", Some(("github", "pull_requests"))),
            ("a/b/_raw_gitlab_api_merge_request_notes.csv.gz", Some(("gitlab", "merge_request_notes"))),
            ("_raw_github_graphql_deployment.csv", Some(("github", "deployment"))),
            ("_raw_jira_external_epics.csv", Some(("jira", "epics"))),
            ("_raw_gerrit_changes", Some(("gerrit", "changes"))),
            ("_tool_github_issues.csv", None),
            ("_raw_.csv", None),
            ("issues.csv", None),
        ] {
            let expected = expected.map(|(tracker, kind)| Table { tracker: tracker.into(), kind: kind.into() });
            assert_eq!(Table::of_name(name), expected, "{name}");
        }
    }

    #[test]
    fn an_answer_a_row_with_its_address() {
        let rows = read(
            "\u{feff}id,params,data,url,input,created_at\n1,{},\"{\"\"a\"\":\n1}\",https://h/x,null,2024\n2,{},[],,null,2024\n",
        );
        let answers: Vec<(&str, &[u8])> = rows
            .iter()
            .map(|row| match row {
                Row::Answer { origin, body } => (origin.as_str(), body.as_slice()),
                Row::Broken { .. } => panic!("{row:?}"),
            })
            .collect();
        assert_eq!(answers, [("https://h/x", b"{\"a\":\n1}".as_slice()), ("t.csv line 4", b"[]")]);
    }

    #[test]
    fn a_broken_row_is_told_and_the_next_is_read() {
        let rows = read("data,url\n{,u\n\"\",u\n1,u\n{},u,more\n{},u\n");
        let broken: Vec<&str> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Broken { place, .. } => Some(place.as_str()),
                Row::Answer { .. } => None,
            })
            .collect();
        assert_eq!(broken, ["t.csv line 2", "t.csv line 3", "t.csv line 4", "t.csv line 5"]);
        assert_eq!(rows.len(), 5);
        let table = Table { tracker: "x".into(), kind: "k".into() };
        assert!(rows[0].page(&table).is_none());
        assert_eq!(rows[4].page(&table).unwrap().kind, "k");
    }

    #[test]
    fn no_rows_and_no_column() {
        assert!(read("").is_empty());
        assert!(read("id,data\n").is_empty());
        assert!(matches!(read("id,url\n1,2\n").as_slice(), [Row::Broken { .. }]));
    }

    #[test]
    fn json_within_json_is_taken_out() {
        let rows = read("data\n\"\"\"{\\\"\"a\\\"\":1}\"\"\"\n");
        assert_eq!(rows, [Row::Answer { origin: "t.csv line 2".into(), body: b"{\"a\":1}".to_vec() }]);
    }

    #[test]
    fn bytes_that_are_no_text() {
        let rows: Vec<Row> = rows(b"data\n\xff\xfe\n".as_slice(), "t.csv").collect();
        assert!(matches!(rows.as_slice(), [Row::Broken { reason: Reason::EncodingInvalid, .. }]));
    }

    #[test]
    fn the_item_that_was_asked_for() {
        assert_eq!(number_of_input("{\"Iid\": 7, \"GitlabId\": 9}"), Some(7));
        assert_eq!(number_of_input("null"), None);
        assert_eq!(number_of_input(""), None);
    }
}
