//! `people.csv` and the sites of `sayso.toml`: who works where, in which team and role, as the office declares it.

mod added;

use std::collections::HashMap;

use sayso_model::actor::{ActorKind, Person};
use sayso_model::calendar::{self, CalendarError, CalendarSpec};
use sayso_model::coverage::{Reason, Skipped};
use sayso_model::holidays::{HolidaySet, UnknownHolidays};
use sayso_model::hours::HoursError;
use serde::Deserialize;

pub use added::add_rows;

/// The columns that `people.csv` may have, in the order in which they are documented.
pub const COLUMNS: [&str; 10] =
    ["person", "name", "email", "team", "site", "timezone", "role", "level", "kind", "manager"];

/// What `people.csv` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// The people, in the order of the file; no two have the same `person`.
    pub people: Vec<Person>,
    /// The rows that could not be used.
    pub skipped: Vec<Skipped>,
}

/// A place that people work at, as declared in `sayso.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteDecl {
    /// The site's name, as `people.csv` and the events write it.
    pub name: String,
    /// Its IANA time zone.
    pub zone: String,
    /// Its working hours, such as `Mon-Fri 09:00-17:00`, which is also what holds when they are not given.
    pub hours: Option<String>,
    /// Its public holidays: a code (`GB-ENG`, `GB-SCT`, `GB-NIR`, `PL`, `none`) or a file with one `YYYY-MM-DD,name` a
    /// line. None are kept when it is not given.
    pub holidays: Option<String>,
}

/// A `people.csv` that cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The file has no header.
    #[error("read {source_name}: it has no header")]
    Empty {
        /// Which file.
        source_name: String,
    },
    /// The header names a column that Sayso does not know: a misspelt one would be lost in silence.
    #[error("read {source_name}: there is no column `{found}`")]
    UnknownColumn {
        /// Which file.
        source_name: String,
        /// What the header says.
        found: String,
        /// The known column that is nearest to it.
        near: Option<&'static str>,
    },
    /// The header names a column twice.
    #[error("read {source_name}: the column `{found}` stands there twice")]
    ColumnTwice {
        /// Which file.
        source_name: String,
        /// Which column.
        found: String,
    },
    /// The header has no column `person`.
    #[error("read {source_name}: the column `person` is missing")]
    PersonMissing {
        /// Which file.
        source_name: String,
    },
}

/// A declared site that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// Its zone is unknown.
    #[error("lay out the calendar of site `{site}`")]
    Zone {
        /// Which site.
        site: String,
        /// Why.
        #[source]
        why: CalendarError,
    },
    /// Its hours cannot be read.
    #[error("lay out the calendar of site `{site}`")]
    Hours {
        /// Which site.
        site: String,
        /// Why.
        #[source]
        why: HoursError,
    },
    /// Its holidays are not known.
    #[error("lay out the calendar of site `{site}`")]
    Holidays {
        /// Which site.
        site: String,
        /// Why.
        #[source]
        why: UnknownHolidays,
    },
}

/// Reads `people.csv`. Rows that cannot be used come back in `skipped` with line and reason and never fail the
/// reading. Columns are separated by `,`, or by `;` or tab where the header is; case and order of the header do not
/// matter, and a column that is missing is not declared for anybody.
///
/// A row is set aside when it has no `person`, one that stands further up already, another number of fields than the
/// header, a level that is not a whole number of 0 to 100, an unknown kind or time zone, or is not UTF-8.
///
/// # Errors
/// Where the header is missing, names an unknown column, or lacks `person`.
pub fn read_people(source_name: &str, text: &[u8]) -> Result<People, PeopleError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(text)).from_reader(text);
    let mut rows = reader.byte_records();

    let header = match rows.next() {
        Some(Ok(header)) if header.iter().any(|field| !field.trim_ascii().is_empty()) => header,
        _ => return Err(PeopleError::Empty { source_name: source_name.to_owned() }),
    };
    let columns = header
        .iter()
        .map(|field| column(source_name, &String::from_utf8_lossy(field)))
        .collect::<Result<Vec<usize>, PeopleError>>()?;
    for (i, found) in columns.iter().enumerate() {
        if columns[..i].contains(found) {
            let found = COLUMNS[*found].to_owned();
            return Err(PeopleError::ColumnTwice { source_name: source_name.to_owned(), found });
        }
    }
    if !columns.contains(&0) {
        return Err(PeopleError::PersonMissing { source_name: source_name.to_owned() });
    }

    let mut read = People::default();
    let mut line_of: HashMap<String, u64> = HashMap::new();
    for row in rows {
        let (line, person) = match row {
            Ok(row) => {
                if row.iter().all(|field| field.trim_ascii().is_empty()) {
                    continue;
                }
                (row.position().map_or(0, csv::Position::line), person(&columns, &row))
            }
            // Bytes in memory always read; the arm is here because the reader's type allows for it.
            Err(error) => (error.position().map_or(0, csv::Position::line), Err(malformed(error.to_string()))),
        };
        let person = person.and_then(|person| match line_of.insert(person.person.clone(), line) {
            Some(first) => {
                let why = format!("`{}` stands on line {first} already", person.person);
                line_of.insert(person.person, first);
                Err(malformed(why))
            }
            None => Ok(person),
        });
        match person {
            Ok(person) => read.people.push(person),
            Err((reason, detail)) => read.skipped.push(Skipped {
                source: source_name.to_owned(),
                place: format!("line {line}"),
                reason,
                detail,
            }),
        }
    }
    Ok(read)
}

impl SiteDecl {
    /// The file that lists the site's holidays, where `holidays` names one (it ends in `.csv` or `.txt`, or has a
    /// slash).
    pub fn holidays_file(&self) -> Option<&str> {
        let named = self.holidays.as_deref()?;
        let lower = named.to_ascii_lowercase();
        (lower.ends_with(".csv") || lower.ends_with(".txt") || named.contains(['/', '\\'])).then_some(named)
    }

    /// What the site's calendar is made of. `listed` are the days of [`holidays_file`](SiteDecl::holidays_file), which
    /// the caller reads; ignored where `holidays` is a code.
    ///
    /// # Errors
    /// Where zone, hours or holiday code are unknown.
    pub fn calendar_spec(&self, listed: Option<HolidaySet>) -> Result<CalendarSpec, SiteError> {
        let site = || self.name.clone();
        calendar::zone(&self.zone).map_err(|why| SiteError::Zone { site: site(), why })?;
        let mut spec = CalendarSpec::new(self.zone.trim());
        if let Some(hours) = &self.hours {
            spec.hours = hours.parse().map_err(|why| SiteError::Hours { site: site(), why })?;
        }
        if self.holidays_file().is_some() {
            spec.holidays = listed.unwrap_or_default();
        } else if let Some(code) = &self.holidays {
            spec.holidays = HolidaySet::from_code(code).map_err(|why| SiteError::Holidays { site: site(), why })?;
        }
        Ok(spec)
    }
}

impl PeopleError {
    /// What can be done about it.
    pub fn hint(&self) -> String {
        match self {
            PeopleError::UnknownColumn { near: Some(near), .. } => format!("did you mean `{near}`?"),
            PeopleError::ColumnTwice { found, .. } => format!("keep one column `{found}`"),
            _ => format!("the first line names the columns: {}; only `person` is required", COLUMNS.join(",")),
        }
    }
}

impl SiteError {
    /// What can be written instead.
    pub fn hint(&self) -> String {
        match self {
            SiteError::Zone { why, .. } => why.hint(),
            SiteError::Hours { why, .. } => why.hint().to_owned(),
            SiteError::Holidays { why, .. } => why.hint(),
        }
    }
}

/// The separator that occurs most in the header; a spreadsheet of many countries writes `;`.
fn delimiter(text: &[u8]) -> u8 {
    let header = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| header.iter().filter(|byte| **byte == separator).count();
    [b';', b'\t'].into_iter().fold(b',', |best, other| if count(other) > count(best) { other } else { best })
}

fn column(source_name: &str, field: &str) -> Result<usize, PeopleError> {
    let found = field.trim().to_lowercase();
    COLUMNS.iter().position(|known| *known == found).ok_or_else(|| PeopleError::UnknownColumn {
        source_name: source_name.to_owned(),
        near: nearest(&found, &COLUMNS),
        found: field.trim().to_owned(),
    })
}

fn person(columns: &[usize], row: &csv::ByteRecord) -> Result<Person, (Reason, String)> {
    if row.len() != columns.len() {
        return Err(malformed(format!("the row has {} fields, the header {}", row.len(), columns.len())));
    }
    let mut fields: [Option<String>; COLUMNS.len()] = Default::default();
    for (column, bytes) in columns.iter().zip(row) {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| (Reason::EncodingInvalid, format!("`{}` is not UTF-8", COLUMNS[*column])))?;
        fields[*column] = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    }
    let [person, name, email, team, site, timezone, role, level, kind, manager] = fields;
    if let Some(timezone) = &timezone {
        calendar::zone(timezone).map_err(|error| malformed(format!("no time zone `{timezone}`; {}", error.hint())))?;
    }
    Ok(Person {
        person: person.ok_or_else(|| malformed("`person` is empty".to_owned()))?,
        name,
        email,
        team,
        site,
        timezone,
        role,
        level: level.as_deref().map(read_level).transpose()?,
        kind: kind.as_deref().map_or(Ok(ActorKind::Unknown), read_kind)?,
        manager,
    })
}

fn read_level(text: &str) -> Result<i8, (Reason, String)> {
    let level = text.parse::<i8>().ok().filter(|level| (0..=100).contains(level));
    level.ok_or_else(|| malformed(format!("the level `{text}` is not a whole number of 0 (team) to 100")))
}

fn read_kind(text: &str) -> Result<ActorKind, (Reason, String)> {
    let kinds = [ActorKind::Person, ActorKind::Bot, ActorKind::Group, ActorKind::Unknown];
    let lower = text.to_lowercase();
    kinds.into_iter().find(|kind| kind.name() == lower).ok_or_else(|| {
        let near = nearest(&lower, &kinds.map(ActorKind::name)).map(|near| format!("; did you mean `{near}`?"));
        malformed(format!("the kind `{text}` is not one of person, bot, group{}", near.unwrap_or_default()))
    })
}

fn malformed(detail: String) -> (Reason, String) {
    (Reason::RowMalformed, detail)
}

/// The known word that is most like `found`, where one is like it at all.
fn nearest(found: &str, known: &[&'static str]) -> Option<&'static str> {
    known
        .iter()
        .map(|word| (strsim::jaro_winkler(found, word), *word))
        .filter(|(alike, _)| *alike >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &str) -> People {
        read_people("people.csv", text.as_bytes()).unwrap()
    }

    fn refused(text: &str) -> (String, String) {
        let error = read_people("people.csv", text.as_bytes()).unwrap_err();
        (error.to_string(), error.hint())
    }

    /// Lines and details of what was set aside.
    fn skipped(text: &str) -> Vec<String> {
        read(text).skipped.into_iter().map(|skipped| format!("{}: {}", skipped.place, skipped.detail)).collect()
    }

    #[test]
    fn every_column_is_read() {
        let found = read(
            "person,name,email,team,site,timezone,role,level,kind,manager\n\
             ada,Ada Example,ada@one.example ada@two.example,pricing,Leeds,Europe/London,owner,1,person,grace\n\
             ci,,,,,,,,bot,\n",
        );
        assert_eq!(
            found.people[0],
            Person {
                person: "ada".into(),
                name: Some("Ada Example".into()),
                email: Some("ada@one.example ada@two.example".into()),
                team: Some("pricing".into()),
                site: Some("Leeds".into()),
                timezone: Some("Europe/London".into()),
                role: Some("owner".into()),
                level: Some(1),
                kind: ActorKind::Person,
                manager: Some("grace".into()),
            }
        );
        assert_eq!(found.people[1], Person { person: "ci".into(), kind: ActorKind::Bot, ..Person::default() });
        assert!(found.skipped.is_empty());
    }

    #[test]
    fn a_spreadsheet_export() {
        let comma =
            "\u{feff}Person , NAME\r\n\"ada\",\"Example, Ada\"\r\n\r\n\"grace\",\"Grace \"\"G\"\" Example\"\r\n";
        let names: Vec<_> = read(comma).people.into_iter().map(|person| person.name.unwrap()).collect();
        assert_eq!(names, ["Example, Ada", "Grace \"G\" Example"]);
        assert_eq!(read("person;name\nada;Example, Ada\n").people[0].name.as_deref(), Some("Example, Ada"));
        assert_eq!(read("person\tname\nada\tAda\n").people[0].name.as_deref(), Some("Ada"));
        assert_eq!(read("person\nada").people.len(), 1);
    }

    #[test]
    fn rows_that_cannot_be_used_are_set_aside_with_line_and_reason() {
        let text = "person,level,kind,timezone\n\
                    ada,0,person,Europe/Warsaw\n\
                    ,1,,\n\
                    grace,high,,\n\
                    edsger,1\n\
                    alan,,persn,\n\
                    barbara,,,Europe/Warsav\n\
                    ada,2,,\n\
                    ada,3,,\n\
                    tony,-128,,\n\
                    ken,,,\n";
        assert_eq!(
            skipped(text),
            [
                "line 3: `person` is empty",
                "line 4: the level `high` is not a whole number of 0 (team) to 100",
                "line 5: the row has 2 fields, the header 4",
                "line 6: the kind `persn` is not one of person, bot, group; did you mean `person`?",
                "line 7: no time zone `Europe/Warsav`; did you mean `Europe/Warsaw`?",
                "line 8: `ada` stands on line 2 already",
                "line 9: `ada` stands on line 2 already",
                "line 10: the level `-128` is not a whole number of 0 (team) to 100",
            ]
        );
        assert_eq!(read(text).people.iter().map(|person| person.person.as_str()).collect::<Vec<_>>(), ["ada", "ken"]);
    }

    #[test]
    fn bytes_that_are_not_text_cost_one_row() {
        let found = read_people("people.csv", b"person,name\nada,Ada\ngrace,Gr\xe5ce\nken,Ken\n").unwrap();
        assert_eq!(found.people.len(), 2);
        assert_eq!(found.skipped[0].reason, Reason::EncodingInvalid);
        assert_eq!(found.skipped[0].place, "line 3");
    }

    #[test]
    fn a_quoted_line_break_does_not_lose_count_of_lines() {
        assert_eq!(skipped("person,name\nada,\"two\nlines\"\n,x\n"), ["line 4: `person` is empty"]);
    }

    #[test]
    fn an_unknown_column_is_refused_with_the_right_one() {
        let (error, hint) = refused("person,e-mail\n");
        assert_eq!(error, "read people.csv: there is no column `e-mail`");
        assert_eq!(hint, "did you mean `email`?");
        assert_eq!(refused("person,time_zone\n").1, "did you mean `timezone`?");
        assert!(refused("person,qwzx\n").1.contains("only `person` is required"));
    }

    #[test]
    fn a_header_that_cannot_be_used() {
        assert_eq!(refused("").0, "read people.csv: it has no header");
        assert_eq!(refused("\n\n").0, "read people.csv: it has no header");
        assert_eq!(refused("name,email\n").0, "read people.csv: the column `person` is missing");
        assert_eq!(refused("person,name,Name\n").0, "read people.csv: the column `name` stands there twice");
    }

    #[test]
    fn a_header_alone_declares_nobody() {
        assert_eq!(read("person,name\n"), People::default());
    }

    fn site(text: &str) -> Result<SiteDecl, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn a_site_becomes_a_calendar() {
        let decl =
            site("name = \"Leeds\"\nzone = \"Europe/London\"\nhours = \"Mon-Fri 08:30-17:00\"\nholidays = \"GB-ENG\"");
        let spec = decl.unwrap().calendar_spec(None).unwrap();
        assert_eq!(spec.to_string(), "Mon-Fri 08:30-17:00, Europe/London, holidays of England and Wales");
        let plain = site("name = \"Leeds\"\nzone = \"Europe/London\"").unwrap().calendar_spec(None).unwrap();
        assert_eq!(plain, CalendarSpec::new("Europe/London"));
    }

    #[test]
    fn holidays_from_a_file_are_handed_in() {
        let decl = site("name = \"Pune\"\nzone = \"Asia/Kolkata\"\nholidays = \"holidays/pune.csv\"").unwrap();
        assert_eq!(decl.holidays_file(), Some("holidays/pune.csv"));
        let (listed, _) = HolidaySet::parse("2024-08-15,Independence Day\n");
        assert_eq!(decl.calendar_spec(Some(listed.clone())).unwrap().holidays, listed);
    }

    #[test]
    fn a_site_with_a_mistake_says_what_to_write() {
        let hint = |text: &str| site(text).unwrap().calendar_spec(None).unwrap_err().hint();
        assert_eq!(hint("name = \"x\"\nzone = \"Europe/Warzaw\""), "did you mean `Europe/Warsaw`?");
        assert!(hint("name = \"x\"\nzone = \"UTC\"\nhours = \"9 to 5\"").contains("Mon-Fri 09:00-17:00"));
        assert!(hint("name = \"x\"\nzone = \"UTC\"\nholidays = \"GB\"").contains("GB-SCT"));
        assert!(site("name = \"x\"\nzone = \"UTC\"\nholiday = \"PL\"").is_err());
    }
}
