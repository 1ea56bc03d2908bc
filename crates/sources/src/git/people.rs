//! Who wrote and who committed, and when, by their own clocks.

use sayso_model::time::Instant;

use super::framing::Ident;
use super::mailmap::Mailmap;

/// The year 9999 begins; what lies behind it stands for "unknown".
const PLACEHOLDER_FROM_S: i64 = 253_370_764_800;

/// A person as the commits name them, after the mailmap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// `Name <address>`, or the one of the two that there is.
    pub label: String,
    name: String,
    email: String,
}

/// A time as a commit writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// An instant.
    At(Instant),
    /// Nothing, or the year 1970 or 9999.
    Placeholder,
    /// Something that is no time.
    Unreadable,
}

impl Person {
    /// Who a name and an address stand for; `None` where both are empty.
    pub fn new(mailmap: &Mailmap, name: &str, email: &str) -> Option<Person> {
        let (name, email) = mailmap.proper(name.trim(), email.trim());
        if name.is_empty() && email.is_empty() {
            return None;
        }
        let label = match (name, email) {
            (name, "") => name.to_owned(),
            ("", email) => email.to_owned(),
            (name, email) => format!("{name} <{email}>"),
        };
        Some(Person { label, name: name.to_owned(), email: email.to_owned() })
    }

    /// Who a commit names.
    pub fn of(mailmap: &Mailmap, ident: &Ident) -> Option<Person> {
        Person::new(mailmap, &String::from_utf8_lossy(&ident.name), &String::from_utf8_lossy(&ident.email))
    }

    /// Whether two are one: the same address, or the same name. People commit from several addresses, and what
    /// counts here is that nobody passes for a second person who accepted the first one's work.
    pub fn is(&self, other: &Person) -> bool {
        let same = |a: &str, b: &str| !a.is_empty() && a.to_lowercase() == b.to_lowercase();
        same(&self.email, &other.email) || same(&self.name, &other.name)
    }

    /// The name, maybe empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address, maybe empty.
    pub fn email(&self) -> &str {
        &self.email
    }
}

/// Reads `1700000000 +0100`.
pub(super) fn when(date: &[u8]) -> When {
    let Some(seconds) = date.split(|b| *b == b' ').find(|field| !field.is_empty()) else { return When::Placeholder };
    let Some(seconds) = std::str::from_utf8(seconds).ok().and_then(|text| text.parse::<i64>().ok()) else {
        return When::Unreadable;
    };
    if seconds <= 0 || seconds >= PLACEHOLDER_FROM_S {
        return When::Placeholder;
    }
    When::At(Instant::from_micros(seconds * 1_000_000))
}

/// The offset in minutes east; `None` for `-0000`, which says that it is not known.
///
/// # Errors
/// With nothing, for what no place on earth has (beyond 14 hours, or 60 minutes).
pub(super) fn offset_min(date: &[u8]) -> Result<Option<i16>, ()> {
    let Some(offset) = date.split(|b| *b == b' ').filter(|field| !field.is_empty()).nth(1) else { return Ok(None) };
    let digits = offset.strip_prefix(b"+").or_else(|| offset.strip_prefix(b"-")).ok_or(())?;
    if digits.len() != 4 {
        return Err(());
    }
    let number: i16 = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).ok_or(())?;
    let minutes = number / 100 * 60 + number % 100;
    if number % 100 >= 60 || minutes > 14 * 60 {
        return Err(());
    }
    match (offset[0], minutes) {
        (b'-', 0) => Ok(None),
        (b'-', minutes) => Ok(Some(-minutes)),
        (_, minutes) => Ok(Some(minutes)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn times_of_a_year_that_stands_for_nothing_are_placeholders() {
        assert_eq!(when(b"1700000000 +0100"), When::At(Instant::from_micros(1_700_000_000_000_000)));
        assert_eq!(when(b"0 +0000"), When::Placeholder);
        assert_eq!(when(b"-5 +0000"), When::Placeholder);
        assert_eq!(when(b""), When::Placeholder);
        assert_eq!(when(b"253402300799 +0000"), When::Placeholder);
        assert_eq!(when(b"253370764799 +0000"), When::At(Instant::from_micros(253_370_764_799_000_000)));
        assert_eq!(when(b"soon +0000"), When::Unreadable);
        assert_eq!(when(b"99999999999999999999 +0000"), When::Unreadable);
    }

    #[test]
    fn offsets_that_no_place_has_are_refused() {
        assert_eq!(offset_min(b"1 +0530"), Ok(Some(330)));
        assert_eq!(offset_min(b"1 -0800"), Ok(Some(-480)));
        assert_eq!(offset_min(b"1 +0000"), Ok(Some(0)));
        assert_eq!(offset_min(b"1 -0000"), Ok(None));
        assert_eq!(offset_min(b"1"), Ok(None));
        for odd in ["1 +9999", "1 +0075", "1 +1500", "1 0100", "1 +1", "1 +\u{e9}\u{e9}"] {
            assert_eq!(offset_min(odd.as_bytes()), Err(()), "{odd}");
        }
    }

    #[test]
    fn one_address_or_one_name_is_one_person() {
        let map = Mailmap::default();
        let person = |name, email| Person::new(&map, name, email).unwrap();
        assert!(person("Ann", "ann@x").is(&person("A. Abbot", "ANN@x")));
        assert!(person("Ann Abbot", "ann@x").is(&person("ann abbot", "ann@y")));
        assert!(!person("Ann", "").is(&person("Bo", "")));
        assert!(Person::new(&map, " ", "").is_none());
        assert_eq!(person("", "ann@x").label, "ann@x");
    }
}
