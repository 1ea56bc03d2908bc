//! Tables out of Jira: the data pipeline's of Data Center, and the export of a search.

use std::collections::BTreeMap;

use sayso_model::coverage::{Note, Reason};
use serde_json::{Value, json};

use super::history::{Change, Together, activity_of, put};
use super::learnt::Issue;
use super::{Teller, What, issue, thing, time};
use crate::instant;
use crate::tracker::{Account, Sample};

/// Whether a table is one of Jira's, by its columns.
pub(super) fn is_export(sample: &Sample) -> bool {
    Kind::of(&sample.columns.iter().map(|column| column.to_lowercase()).collect::<Vec<_>>())
        .is_some_and(|kind| kind != Kind::Other)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The issues of the data pipeline.
    Issues,
    /// Its issue history.
    History,
    /// Its users.
    Users,
    /// The export of a search.
    Search,
    /// Another file of the data pipeline.
    Other,
}

impl Kind {
    /// By the columns, in lower case.
    fn of(columns: &[String]) -> Option<Kind> {
        let has = |name: &str| columns.iter().any(|column| column == name);
        if has("changelog_id") && has("issue_id") && has("field") {
            Some(Kind::History)
        } else if has("id") && has("key") && has("project_key") && has("created_date") {
            Some(Kind::Issues)
        } else if has("user_id") && (has("user_name") || has("user_fullname")) {
            Some(Kind::Users)
        } else if has("issue key") && (has("issue id") || has("summary") || has("created")) {
            Some(Kind::Search)
        } else if has("issue_id") || has("instance_url") {
            Some(Kind::Other)
        } else {
            None
        }
    }
}

/// Tells what a table says; it has commas and a header, whatever the file had.
pub(super) fn tell(teller: &mut Teller<'_>, text: &str) {
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns: Vec<String> = match rows.headers() {
        Ok(columns) => columns.iter().map(|column| column.trim().to_lowercase()).collect(),
        Err(error) => return teller.aside("", Reason::RowMalformed, &error.to_string()),
    };
    let mut records: Vec<Row> = Vec::new();
    for (n, record) in rows.records().enumerate() {
        match record {
            Ok(record) => records.push(Row::of(&columns, &record)),
            Err(_) => teller.aside(&format!("row {}", n + 1), Reason::RowMalformed, ""),
        }
    }
    match Kind::of(&columns) {
        Some(Kind::Issues) => records.iter().for_each(|row| of_pipeline(teller, row)),
        Some(Kind::History) => history(teller, &records),
        Some(Kind::Users) => records.iter().for_each(|row| user(teller, row)),
        Some(Kind::Search) => search(teller, &records),
        Some(Kind::Other) | None => {
            for n in 1..=records.len() {
                let shown: Vec<&str> = columns.iter().take(8).map(String::as_str).collect();
                let detail = format!("a table with {}", shown.join(", "));
                teller.aside(&format!("row {n}"), Reason::NotUnderstood, &detail);
            }
        }
    }
}

/// A row by its columns; columns of one name stand together.
struct Row(BTreeMap<String, Vec<String>>);

impl Row {
    fn of(columns: &[String], record: &csv::StringRecord) -> Row {
        let mut row: BTreeMap<String, Vec<String>> = BTreeMap::new();
        // A row may be wider or shorter than the header: what has no name, or no value, is not there.
        for (column, value) in columns.iter().zip(record) {
            let value = value.trim();
            if !value.is_empty() {
                row.entry(column.clone()).or_default().push(value.to_owned());
            }
        }
        Row(row)
    }

    fn get(&self, column: &str) -> Option<&str> {
        self.0.get(column).and_then(|values| values.first()).map(String::as_str)
    }

    fn any(&self, columns: &[&str]) -> Option<&str> {
        columns.iter().find_map(|column| self.get(column))
    }

    fn all(&self, column: &str) -> &[String] {
        self.0.get(column).map_or(&[], Vec::as_slice)
    }
}

/// An issue of the data pipeline, as the interface would give it.
fn of_pipeline(teller: &mut Teller<'_>, row: &Row) {
    if let (Some(status), Some(category)) = (row.get("status"), row.get("status_category")) {
        teller.learnt.status_named(status, category);
    }
    let person = |column: &str| {
        let id = row.get(&format!("{column}_id")).or_else(|| row.get(&format!("{column}_name")));
        id.map_or(Value::Null, |id| json!({"accountId": id}))
    };
    let fields = json!({
        "created": row.get("created_date").and_then(|text| moment(text, time::DayPlace::default())),
        "resolutiondate": row.any(&["resolution_date", "resolved_date"]).and_then(|text| moment(text, time::DayPlace::default())),
        "summary": row.get("summary"),
        "description": row.get("description").map(unescaped),
        "issuetype": named(row.any(&["issue_type", "issue_type_name"])),
        "status": named(row.get("status")),
        "priority": named(row.any(&["priority_name", "priority"])),
        "resolution": named(row.get("resolution")),
        "creator": person("creator"),
        "reporter": person("reporter"),
        "assignee": person("assignee"),
        "components": row.get("components").and_then(first_of_list).map(|name| json!([{"name": name}])),
    });
    issue::tell(teller, &json!({"id": row.get("id"), "key": row.get("key"), "fields": fields}));
}

/// `["API","UI"]`, `API;UI` or `API`: the first.
fn first_of_list(text: &str) -> Option<String> {
    if let Ok(list) = serde_json::from_str::<Vec<Value>>(text) {
        let first = list.into_iter().next()?;
        return first.as_str().or_else(|| first.get("name").and_then(Value::as_str)).map(str::to_owned);
    }
    text.split([';', ',']).next().map(|first| first.trim().to_owned()).filter(|first| !first.is_empty())
}

fn named(name: Option<&str>) -> Value {
    name.map_or(Value::Null, |name| json!({"name": name}))
}

/// Line ends are written as `\n` in the data pipeline.
fn unescaped(text: &str) -> String {
    text.replace("\\r\\n", "\n").replace("\\n", "\n")
}

/// Rows of the issue history: each is one changed field of an entry.
fn history(teller: &mut Teller<'_>, rows: &[Row]) {
    // What an entry changes as well stands in rows nearby; only entries at the edges of the page may lie in two pages.
    let mut entries: BTreeMap<&str, Together> = BTreeMap::new();
    for row in rows {
        entries.entry(row.get("changelog_id").unwrap_or_default()).or_default().see(&change_of(row));
    }
    for row in rows.first().into_iter().chain(rows.last()) {
        let id = row.get("changelog_id").unwrap_or_default();
        let whole = teller.learnt.entries.entry(id.to_owned()).or_default();
        rows.iter()
            .filter(|row| row.get("changelog_id").unwrap_or_default() == id)
            .for_each(|row| whole.see(&change_of(row)));
        entries.insert(id, whole.clone());
    }
    let mut nth: (Option<&str>, u64) = (None, 0);
    for (n, row) in rows.iter().enumerate() {
        let place = format!("row {}", n + 1);
        let Some(issue) = row.get("issue_id").and_then(Issue::named) else {
            teller.aside(&place, Reason::ItemMissing, "");
            continue;
        };
        let entry = row.get("changelog_id");
        nth = if nth.0 == entry { (entry, nth.1 + 1) } else { (entry, 0) };
        let change = change_of(row);
        let id = entry.unwrap_or_default();
        let number: u64 = id.parse().unwrap_or(0);
        let Some(at) = row.get("created_date").and_then(|text| moment(text, time::DayPlace::default())) else {
            teller.aside(&place, Reason::TimeMissing, "created_date");
            continue;
        };
        thing::count(teller, &issue, What::Changelog, None, &[(number, String::new())]);
        let micros = instant::read(&at, None).map_or(i64::MAX, |written| written.at.micros());
        if change.activity == "assignee" {
            let from = change.from_id.map(|from| teller.learnt.of_login(from).unwrap_or(from).to_owned());
            teller.learnt.assignee_changed(&issue, (micros, number), from.as_deref());
        }
        // A page may begin in the middle of an entry: the field says which part of it this is.
        let id = format!("history/{id}/{}", change.field);
        let mut fact = teller.fact(&issue, id, at.into(), change.activity);
        fact.order = number.saturating_mul(64).saturating_add(nth.1.min(63));
        fact.actor = row.any(&["author_id", "author_key"]).map(str::to_owned);
        let together = entries.get(entry.unwrap_or_default()).cloned().unwrap_or_default();
        put(teller, &mut fact, &change, &together);
        if matches!(change.activity, "assignee" | "reporter") {
            for (_, value) in fact.attributes.iter_mut().filter(|(key, _)| matches!(key.as_str(), "from" | "to")) {
                if let Some(id) = teller.learnt.of_login(value) {
                    *value = id.to_owned();
                }
            }
        }
        if change.activity == "labels" || change.activity == "field" {
            // Several values of one field in one entry are several rows.
            fact.id = format!("{}/{}", fact.id, change.to.or(change.from).unwrap_or_default());
        }
        teller.told.fact(fact);
    }
}

fn change_of(row: &Row) -> Change<'_> {
    let field = row.get("field").unwrap_or_default();
    Change {
        activity: activity_of(None, field),
        field,
        is_custom: row.get("field_type").is_some_and(|kind| kind == "custom"),
        from_id: row.get("from"),
        from: row.get("from_string"),
        to_id: row.get("to"),
        to: row.get("to_string"),
    }
}

fn user(teller: &mut Teller<'_>, row: &Row) {
    let Some(id) = row.get("user_id") else { return };
    for login in [row.get("user_key"), row.get("user_name")].into_iter().flatten() {
        teller.learnt.login(login, id);
    }
    let own = |column: &str| row.get(column).map(str::to_owned);
    teller.told.account(Account {
        id: id.to_owned(),
        login: own("user_name"),
        name: own("user_fullname"),
        email: own("user_email"),
        zone: None,
        is_bot: false,
    });
}

/// The export of a search: what stands now, and the comments.
fn search(teller: &mut Teller<'_>, rows: &[Row]) {
    if teller.origin.ends_with("#line 2") {
        let detail = "an export of a search has no changelog: not who held an issue, nor who resolved it";
        teller.told.note(teller.origin, Note::SourceIncomplete, detail);
        let detail = "an export of a search writes local times without saying of where: give the source a `zone`";
        teller.told.note(teller.origin, Note::SourceIncomplete, detail);
    }
    const TIMES: [&str; 4] = ["created", "updated", "resolved", "due date"];
    if !teller.learnt.is_second() {
        for cell in rows.iter().flat_map(|row| TIMES.iter().filter_map(|column| row.get(column))) {
            teller.learnt.days.see(cell);
        }
    }
    for row in rows {
        search_row(teller, row);
    }
}

fn search_row(teller: &mut Teller<'_>, row: &Row) {
    let days = teller.learnt.days;
    if let (Some(status), Some(category)) = (row.get("status"), row.get("status category")) {
        teller.learnt.status_named(status, category);
    }
    let key = row.get("issue key");
    let Some(created) = row.get("created") else {
        let place = format!("issue {}", key.unwrap_or_default());
        return teller.aside(&place, Reason::TimeMissing, "created");
    };
    let Some(at) = moment(created, days) else {
        let place = format!("issue {}", key.unwrap_or_default());
        let why = format!("`{created}`: the day cannot be told from the month, or it is no time");
        return teller.aside(&place, Reason::TimeUnreadable, &why);
    };
    let person = |column: &str| {
        let name = row.get(column);
        match (row.get(&format!("{column} id")), name) {
            (Some(id), _) => json!({"accountId": id, "displayName": name}),
            (None, Some(name)) => json!({"name": name}),
            (None, None) => Value::Null,
        }
    };
    let mut fields = json!({
        "created": at,
        "resolutiondate": row.get("resolved").and_then(|text| moment(text, days)),
        "summary": row.get("summary"),
        "description": row.get("description"),
        "issuetype": named(row.get("issue type")),
        "status": named(row.get("status")),
        "priority": named(row.get("priority")),
        "resolution": named(row.get("resolution").filter(|resolution| !resolution.eq_ignore_ascii_case("unresolved"))),
        "creator": person("creator"),
        "reporter": person("reporter"),
        "assignee": person("assignee"),
        "components": row.any(&["component/s", "components", "component"]).map(|name| json!([{"name": name}])),
        "parent": row.any(&["parent key", "parent"]).filter(|key| key.contains('-')).map(|key| json!({"key": key})),
        "issuelinks": links(row),
    });
    let mut comments = Vec::new();
    for cell in row.all("comment") {
        // `05/Sep/26 11:00 AM;account;text`
        let mut parts = cell.splitn(3, ';');
        let (at, author, body) = (parts.next(), parts.next(), parts.next());
        match (at.and_then(|at| moment(at, days)), author, body) {
            (Some(at), Some(author), Some(body)) => {
                comments.push(json!({"created": at, "author": {"accountId": author}, "body": body}));
            }
            _ => {
                let place = format!("issue {} comment", key.unwrap_or_default());
                teller.aside(&place, Reason::TimeUnreadable, "a comment that does not begin with its time and author");
            }
        }
    }
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("comment".to_owned(), json!({"comments": comments}));
    }
    issue::tell(teller, &json!({"id": row.get("issue id"), "key": key, "fields": fields}));
}

/// `Inward issue link (Cloners)` and its like.
fn links(row: &Row) -> Value {
    let mut links = Vec::new();
    for (column, values) in &row.0 {
        for (side, field) in [("outward issue link (", "outwardIssue"), ("inward issue link (", "inwardIssue")] {
            if let Some(name) = column.strip_prefix(side).and_then(|name| name.strip_suffix(')')) {
                links.extend(values.iter().map(|key| json!({"type": {"name": name}, field: {"key": key}})));
            }
        }
    }
    Value::Array(links)
}

/// A time as it is where it can be read, else put right; `None` where it is none.
fn moment(text: &str, days: time::DayPlace) -> Option<String> {
    if instant::read(text, None).is_ok() {
        return Some(text.to_owned());
    }
    time::of_export(text, days)
}
