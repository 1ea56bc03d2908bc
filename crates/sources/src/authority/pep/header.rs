//! The headers at the beginning of a proposal, and the names in them.

use std::collections::BTreeMap;

/// What the headers say, as far as it is of use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// The status, without its blanks.
    pub status: String,
    /// `Type`.
    pub kind: String,
    pub topic: String,
    /// Each as `Name <mail>`, `Name` or a mail address.
    pub authors: Vec<String>,
    pub delegates: Vec<String>,
    /// The line of the delegates, from 1; 0 where there is none.
    pub delegate_line: usize,
    /// As written.
    pub created: String,
    pub resolution: Option<String>,
    /// `2023-10-24`.
    pub resolved_on: Option<String>,
    pub superseded_by: Option<u32>,
}

/// What a status comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Open,
    Accepted,
    /// Accepted, and carried out or in force.
    Final,
    Rejected,
    Deferred,
    Withdrawn,
    Superseded,
}

impl Header {
    /// Reads the headers; `None` where the text does not begin with any, or they have no `Status`.
    pub fn read(text: &str) -> Option<Header> {
        let mut header = Header::default();
        let mut is_any = false;
        let mut field: Option<(String, String, usize)> = None;
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            if line.trim().is_empty() {
                if is_any {
                    break;
                }
                continue;
            }
            if line.starts_with([' ', '\t']) && field.is_some() {
                if let Some((_, value, _)) = &mut field {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                continue;
            }
            let Some((key, value)) = line.split_once(':').filter(|(key, _)| is_key(key)) else {
                // A slip among headers is passed over; a text that begins otherwise has none.
                if is_any {
                    continue;
                }
                return None;
            };
            is_any = true;
            if let Some(done) = field.replace((key.to_lowercase(), value.trim().to_owned(), at + 1)) {
                header.set(done);
            }
        }
        if let Some(done) = field {
            header.set(done);
        }
        (is_any && !header.status.is_empty()).then_some(header)
    }

    fn set(&mut self, (key, value, line): (String, String, usize)) {
        match key.as_str() {
            "status" => self.status = value,
            "type" => self.kind = value,
            "topic" => self.topic = value,
            "author" | "authors" => self.authors = people(&value),
            "pep-delegate" | "bdfl-delegate" | "bdfl delegate" => {
                self.delegates = people(&value);
                self.delegates.retain(|name| !matches!(name.to_lowercase().as_str(), "tbd" | "none" | "n/a" | "tba"));
                self.delegate_line = line;
            }
            "created" => self.created = value,
            "resolution" if !value.is_empty() => {
                // Either a plain address, or `24-Oct-2023 <address>`__.
                let inside = value.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(link, _)| link);
                self.resolved_on = day(value.trim_start_matches('`')).map(|day| day.to_string());
                self.resolution = Some(inside.unwrap_or(&value).trim().to_owned());
            }
            "superseded-by" | "replaced-by" => {
                let digits: String =
                    value.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
                self.superseded_by = digits.parse().ok();
            }
            _ => {}
        }
    }

    pub fn standing(&self) -> Standing {
        match self.status.to_lowercase().trim_end_matches(['!', '.']) {
            "accepted" | "approved" | "provisional" | "provisionally accepted" => Standing::Accepted,
            "final" | "finished" | "complete" | "active" => Standing::Final,
            "rejected" => Standing::Rejected,
            "deferred" | "postponed" => Standing::Deferred,
            "withdrawn" | "withdrawal" => Standing::Withdrawn,
            "superseded" | "replaced" => Standing::Superseded,
            _ => Standing::Open,
        }
    }

    pub fn is_answered(&self) -> bool {
        self.standing() != Standing::Open
    }

    /// The day `Created`.
    pub fn created_on(&self) -> Option<jiff::civil::Date> {
        day(&self.created)
    }
}

/// The number in the header `PEP`.
pub(super) fn number(text: &str) -> Option<u32> {
    let line = text.lines().take(5).find_map(|line| line.strip_prefix("PEP:"))?;
    line.trim().parse().ok().filter(|number| *number > 0)
}

/// One form for every person: the mail address that goes with a name anywhere stands with it everywhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    by_name: BTreeMap<String, String>,
    by_mail: BTreeMap<String, String>,
}

impl Names {
    pub fn learn(&mut self, header: &Header) {
        header.authors.iter().chain(&header.delegates).for_each(|person| self.learn_person(person));
    }

    pub fn learn_person(&mut self, person: &str) {
        if let Some((name, mail)) = person.split_once(" <") {
            self.by_name.entry(name.to_lowercase()).or_insert_with(|| person.to_owned());
            self.by_mail.entry(mail.trim_end_matches('>').to_lowercase()).or_insert_with(|| name.to_lowercase());
        }
    }

    /// The form in which a person is known: by name, else by mail address, else as they are written.
    pub fn known(&self, person: &str) -> String {
        let (name, mail) = match person.split_once(" <") {
            Some((name, mail)) => (name, Some(mail.trim_end_matches('>'))),
            None => (person, person.contains('@').then_some(person)),
        };
        let by_mail = mail.and_then(|mail| self.by_mail.get(&mail.to_lowercase()));
        let known = self.by_name.get(&name.to_lowercase()).or_else(|| self.by_name.get(by_mail?));
        known.cloned().unwrap_or_else(|| person.to_owned())
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.len() < 40 && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ' ')
}

/// A list of people: `Name <mail>`, `mail (Name)`, `Name` or `mail`, separated by commas; ` at ` is `@`.
fn people(value: &str) -> Vec<String> {
    let mut people: Vec<String> = Vec::new();
    for part in value.split(',') {
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ").replace(" at ", "@");
        let (name, mail) = match (part.split_once('<'), part.split_once('(')) {
            (Some((name, mail)), _) => (name.trim(), mail.trim_end_matches('>').trim()),
            (None, Some((mail, name))) if mail.contains('@') => (name.trim_end_matches(')').trim(), mail.trim()),
            _ => (part.trim(), ""),
        };
        let name = name.trim_matches(['"', '\'']);
        // "and others", "et al." and the like name nobody.
        let named = match (name.is_empty(), mail.is_empty()) {
            (true, true) => continue,
            (false, true) => name.to_owned(),
            (true, false) => mail.to_owned(),
            (false, false) => format!("{name} <{mail}>"),
        };
        if !people.contains(&named) {
            people.push(named);
        }
    }
    people
}

/// The day at the beginning of a text: `24-Oct-2023`, `1 June 2004`, `2001-03-21`.
fn day(text: &str) -> Option<jiff::civil::Date> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day) = match first.len() {
        4 => (first, second.parse::<i8>().ok()?, third),
        _ => {
            let month = MONTHS.iter().position(|month| second.to_lowercase().starts_with(month))?;
            (third, i8::try_from(month).ok()? + 1, first)
        }
    };
    jiff::civil::Date::new(year.parse().ok().filter(|year| *year > 1980)?, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn headers_are_read_with_lines_that_go_on() {
        let text = "\u{feff}\nPEP: 7\nTitle: A: b\nAuthor: An One <an@example.org>,\n        bo at example.org (Bo Two), Cy\n\
                    PEP-Delegate: TBD\nStatus: Accepted \nType: Standards Track\nCreated:  5-Jul-2001\n\
                    Resolution: `24-Oct-2023 <https://example.org/x>`__\nSuperseded-By: PEP 12\n\nStatus: no header\n";
        let header = Header::read(text).unwrap();
        assert_eq!(header.authors, ["An One <an@example.org>", "Bo Two <bo@example.org>", "Cy"]);
        assert!(header.delegates.is_empty());
        assert_eq!((header.status.as_str(), header.standing()), ("Accepted", Standing::Accepted));
        assert_eq!(header.created_on().unwrap().to_string(), "2001-07-05");
        assert_eq!(header.resolution.as_deref(), Some("https://example.org/x"));
        assert_eq!(header.resolved_on.as_deref(), Some("2023-10-24"));
        assert_eq!(header.superseded_by, Some(12));
        assert_eq!(number(text.trim_start_matches('\u{feff}').trim_start()), Some(7));
        assert_eq!(Header::read("PEP: 1\n<<<<<<< x\nStatus: Draft\n").unwrap().status, "Draft");
        assert_eq!(Header::read("Just text\nStatus: Draft\n"), None);
        assert_eq!(Header::read("PEP: 1\n\nStatus: Draft\n"), None);
        assert_eq!(Header::read(""), None);
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for (text, meant) in [
            ("21-Mar-2001", Some("2001-03-21")),
            ("1 June 2004", Some("2004-06-01")),
            ("2001-03-21", Some("2001-03-21")),
            ("9-July-2009 (edited down)", Some("2009-07-09")),
            ("XX-XXX-2001", None),
            ("30-Feb-2001", None),
            ("", None),
            ("2001", None),
        ] {
            assert_eq!(day(text).map(|day| day.to_string()).as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn a_person_has_one_form() {
        let mut names = Names::default();
        let header = |authors: &str| Header { authors: people(authors), ..Header::default() };
        names.learn(&header("An One"));
        names.learn(&header("An One <an@example.org>"));
        names.learn(&header("an one <other@example.org>"));
        for form in
            ["An One", "an one <new@example.org>", "an@example.org", "other@example.org", "A. One <an@example.org>"]
        {
            assert_eq!(names.known(form), "An One <an@example.org>", "{form}");
        }
        assert_eq!(names.known("Bo"), "Bo");
    }
}
