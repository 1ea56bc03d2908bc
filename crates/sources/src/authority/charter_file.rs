//! `charter.toml`, the office's own file of declared authority: read with the place of every remit, and written.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sayso_model::charter::{Charter, Remit, Who, area_glob};
use sayso_model::time::Instant;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::{ImportError, Imported};
use crate::lens::nearest;

/// The name of the file in an office.
pub const CHARTER_FILE: &str = "charter.toml";

/// The keys of a `[[remit]]`, in the order in which they are written.
pub const KEYS: [&str; 10] =
    ["matter", "area", "decides", "consulted", "reserve", "retained", "bounds", "since", "until", "because"];

/// What stands at the head of a file that is written here.
const HEADER: &str = "\
# Who may decide what, as declared. What the record shows is another matter.
#
# matter     what kind of question; \"*\" is every matter
# area       where, as a glob over area names: \"*\" is everywhere, \"{a,b}\" either, \"lib/**\" lib and all below it
# decides    whoever may decide: \"person:NAME\", \"team:NAME\", \"role:NAME\"; [] says that it is nobody's
# consulted  asked for advice; asking them is no permission
# reserve    whoever agrees first where the bounds are exceeded
# retained   true where the right stays where it is by design: regulation, four eyes, budget
# bounds     the limits within which it holds, in words
# since      in force from this day (00:00 UTC) or instant on
# until      in force until this day or instant, not including it
# because    why
#
# Where several remits govern a question, the last one written does.
";

/// A `charter.toml` that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read {place}: {what}")]
pub struct CharterError {
    /// Where: `charter.toml:12`.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What to write instead; empty where nothing better is known.
    pub hint: String,
}

impl CharterError {
    /// What to write instead.
    pub fn hint(&self) -> Option<String> {
        (!self.hint.is_empty()).then(|| self.hint.clone())
    }
}

/// Reads a charter. `name` is what the places of its remits begin with (`charter.toml:12`, the line of the
/// `[[remit]]`). Empty text is a charter that declares nothing.
///
/// A remit without `matter` holds for every matter. `since` and `until` are a day (its start in UTC) or an instant with
/// offset, quoted or not. Whether the remits agree with each other and with the record is for
/// [`check`](super::check::check) to say.
///
/// # Errors
/// Where the text is no TOML, has a key that is not known, lacks `area` or `decides`, names a party that is neither
/// person nor team nor role, or has an area that is no glob or a time that is none.
pub fn read(name: &str, text: &str) -> Result<Charter, CharterError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = Lines { name, text };
    let written: Written = toml::from_str(text).map_err(|error| {
        let place = error.span().map_or_else(|| name.to_owned(), |span| lines.place(span.start));
        let (what, hint) = in_words(error.message());
        CharterError { place, what, hint }
    })?;
    let remits = written.remit.into_iter().map(|remit| lines.remit(remit)).collect::<Result<_, _>>()?;
    Ok(Charter { remits })
}

/// Reads one or more files of our own format, one behind the other.
///
/// # Errors
/// As [`read`].
pub fn import(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    for (name, text) in files {
        let charter = read(name, text).map_err(|error| ImportError::Malformed {
            file: error.place.clone(),
            format: super::Format::Charter.name(),
            what: error.hint().map_or_else(|| error.what.clone(), |hint| format!("{}; {hint}", error.what)),
        })?;
        imported.charter.remits.extend(charter.remits);
    }
    Ok(imported)
}

/// Writes a charter with a header that explains it. Reading it again gives the same remits, but for where they are
/// written: a remit that comes from elsewhere (`CODEOWNERS:3`) keeps that as a comment.
///
/// Instants beyond the years -9999 to 9999 are moved to the nearest limit.
pub fn write(charter: &Charter) -> String {
    let mut text = HEADER.to_owned();
    for remit in &charter.remits {
        text.push('\n');
        if !remit.written.is_empty() && !remit.written.starts_with(CHARTER_FILE) {
            let place: String = remit.written.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let _ = writeln!(text, "# from {}", place.trim());
        }
        text.push_str("[[remit]]\n");
        let mut line = |key: &str, value: String| {
            let _ = writeln!(text, "{key} = {value}");
        };
        line("matter", quoted(if remit.matter.is_empty() { "*" } else { &remit.matter }));
        line("area", quoted(&remit.area));
        line("decides", list(&remit.decides));
        for (key, parties) in [("consulted", &remit.consulted), ("reserve", &remit.reserve)] {
            if !parties.is_empty() {
                line(key, list(parties));
            }
        }
        if remit.retained {
            line("retained", "true".to_owned());
        }
        if let Some(bounds) = &remit.bounds {
            line("bounds", quoted(bounds));
        }
        for (key, at) in [("since", remit.since), ("until", remit.until)] {
            if let Some(at) = at {
                line(key, quoted(&day_or_instant(at)));
            }
        }
        if let Some(because) = &remit.because {
            line("because", quoted(because));
        }
    }
    text
}

/// A day where it is midnight in UTC, else the whole instant; as `since` and `until` are written.
pub(super) fn day_or_instant(at: Instant) -> String {
    let at = at.timestamp().to_zoned(TimeZone::UTC);
    if at.time() == jiff::civil::Time::midnight() { at.date().to_string() } else { at.timestamp().to_string() }
}

/// Reads a day (its start in UTC) or an instant with offset.
pub(super) fn moment(text: &str) -> Option<Instant> {
    let text = text.trim();
    if text.contains(['T', 't', ' ', ':']) {
        return text.parse::<Timestamp>().ok().map(Instant::from);
    }
    let day: Date = text.parse().ok()?;
    day.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp().into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    remit: Vec<Spanned<WrittenRemit>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRemit {
    matter: Option<Spanned<String>>,
    area: Option<Spanned<String>>,
    decides: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    consulted: Vec<Spanned<String>>,
    #[serde(default)]
    reserve: Vec<Spanned<String>>,
    #[serde(default)]
    retained: bool,
    bounds: Option<String>,
    since: Option<Spanned<Value>>,
    until: Option<Spanned<Value>>,
    because: Option<String>,
}

/// Where in the text something stands.
struct Lines<'a> {
    name: &'a str,
    text: &'a str,
}

impl Lines<'_> {
    fn place(&self, byte: usize) -> String {
        let before = self.text.as_bytes().iter().take(byte).filter(|byte| **byte == b'\n').count();
        format!("{}:{}", self.name, before + 1)
    }

    fn refuse(&self, byte: usize, what: impl Into<String>, hint: impl Into<String>) -> CharterError {
        CharterError { place: self.place(byte), what: what.into(), hint: hint.into() }
    }

    fn remit(&self, written: Spanned<WrittenRemit>) -> Result<Remit, CharterError> {
        let start = written.span().start;
        let written = written.into_inner();
        let matter = match written.matter {
            None => "*".to_owned(),
            Some(matter) if matter.as_ref().trim().is_empty() => {
                return Err(self.refuse(
                    matter.span().start,
                    "the matter is empty",
                    "leave `matter` out, or write `matter = \"*\"`, for every matter",
                ));
            }
            Some(matter) => matter.into_inner().trim().to_owned(),
        };
        let area = match written.area {
            Some(area) if !area.as_ref().trim().is_empty() => area,
            area => {
                let at = area.map_or(start, |area| area.span().start);
                return Err(self.refuse(
                    at,
                    "the remit does not say where it holds",
                    "add `area = \"*\"` for everywhere",
                ));
            }
        };
        let area_at = area.span().start;
        let decides = written.decides.ok_or_else(|| {
            self.refuse(
                start,
                "the remit does not say who decides",
                "add `decides = [\"role:NAME\"]`, or `decides = []` where it is nobody's",
            )
        })?;
        let remit = Remit {
            matter,
            area: area.into_inner().trim().to_owned(),
            decides: self.parties(decides)?,
            consulted: self.parties(written.consulted)?,
            reserve: self.parties(written.reserve)?,
            retained: written.retained,
            bounds: written.bounds,
            since: written.since.map(|at| self.moment(&at)).transpose()?,
            until: written.until.map(|at| self.moment(&at)).transpose()?,
            because: written.because,
            written: self.place(start),
        };
        area_glob(&remit).map_err(|error| {
            let what = format!("the area `{}` is not a valid glob: {}", error.area, error.why);
            self.refuse(area_at, what, "write `*` for everywhere, `{a,b}` for either, `lib/**` for a folder")
        })?;
        Ok(remit)
    }

    fn parties(&self, written: Vec<Spanned<String>>) -> Result<Vec<Who>, CharterError> {
        let party = |who: Spanned<String>| {
            who.as_ref().parse::<Who>().map_err(|error| self.refuse(who.span().start, error.to_string(), error.hint()))
        };
        written.into_iter().map(party).collect()
    }

    fn moment(&self, written: &Spanned<Value>) -> Result<Instant, CharterError> {
        let text = match written.as_ref() {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        moment(&text).ok_or_else(|| {
            self.refuse(
                written.span().start,
                format!("`{text}` is neither a day nor an instant with an offset"),
                "write a day (`\"2025-09-08\"`, from its start in UTC) or `\"2025-09-08T09:00:00+01:00\"`",
            )
        })
    }
}

/// The words of a TOML error, and what was probably meant.
fn in_words(message: &str) -> (String, String) {
    let Some(rest) = message.strip_prefix("unknown field `") else {
        let hint = if message.contains("expected a sequence") { "write a list: `[\"role:NAME\"]`" } else { "" };
        return (message.trim().to_owned(), hint.to_owned());
    };
    let mut quoted = rest.split('`');
    let found = quoted.next().unwrap_or("");
    let known: Vec<&str> = quoted.skip(1).step_by(2).collect();
    let hint = match nearest(found, known.iter().copied()) {
        hint if hint.is_empty() => format!("the keys are {}", known.join(", ")),
        hint => hint,
    };
    (format!("there is no key `{found}`"), hint)
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn list(parties: &[Who]) -> String {
    let parties: Vec<String> = parties.iter().map(|who| quoted(&who.to_string())).collect();
    let on_one_line = format!("[{}]", parties.join(", "));
    if on_one_line.chars().count() <= 100 || parties.len() < 2 {
        return on_one_line;
    }
    format!("[\n    {},\n]", parties.join(",\n    "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> CharterError {
        read("charter.toml", text).unwrap_err()
    }

    fn seconds(text: &str) -> i64 {
        moment(text).unwrap().micros() / 1_000_000
    }

    #[test]
    fn a_charter_is_read_with_the_place_of_every_remit() {
        let charter = read(
            "charter.toml",
            "# head\n\n[[remit]]\nmatter = \"scope\"\narea = \"pricing\"\ndecides = [\"role:product owner\"]\n\n\
             [[remit]]\narea = \"*\"\ndecides = []\nretained = true\nsince = 2025-09-08\nuntil = \"2025-10-01T09:00:00+01:00\"\n",
        )
        .unwrap();
        assert_eq!(charter.remits.len(), 2);
        assert_eq!(charter.remits[0].written, "charter.toml:3");
        assert_eq!(charter.remits[0].decides, [Who::Role("product owner".to_owned())]);
        let second = &charter.remits[1];
        assert_eq!((second.written.as_str(), second.matter.as_str()), ("charter.toml:8", "*"));
        assert!(second.retained && second.decides.is_empty());
        assert_eq!(second.since.unwrap().to_string(), "2025-09-08T00:00:00Z");
        assert_eq!(second.until.unwrap().to_string(), "2025-10-01T08:00:00Z");
    }

    #[test]
    fn nothing_declared_is_an_empty_charter() {
        assert!(read("charter.toml", "").unwrap().is_empty());
        assert!(read("charter.toml", "# only a comment\n").unwrap().is_empty());
    }

    #[test]
    fn a_key_that_is_not_known_is_an_error_with_what_was_meant() {
        let error = refused("[[remit]]\narea = \"*\"\ndecides = []\nmater = \"scope\"\n");
        assert_eq!(error.to_string(), "read charter.toml:4: there is no key `mater`");
        assert_eq!(error.hint().unwrap(), "did you mean `matter`?");
        let error = refused("[[remits]]\narea = \"*\"\n");
        assert_eq!(error.to_string(), "read charter.toml:1: there is no key `remits`");
        assert_eq!(error.hint().unwrap(), "did you mean `remit`?");
        let error = refused("[[remit]]\nzzz = 1\n");
        assert!(error.hint().unwrap().starts_with("the keys are matter, area, decides"));
        for key in KEYS {
            assert!(error.hint.contains(key), "{key} is said");
        }
    }

    #[test]
    fn what_is_missing_or_unreadable_is_said_with_its_line_and_what_to_write() {
        for (text, place, what, hint) in [
            ("\n[[remit]]\ndecides = []\n", 2, "where it holds", "area = \"*\""),
            ("[[remit]]\narea = \"\"\ndecides = []\n", 2, "where it holds", "area = \"*\""),
            ("\n\n[[remit]]\narea = \"*\"\n", 3, "who decides", "decides = []"),
            ("[[remit]]\narea = \"*\"\ndecides = [\n  \"anna\",\n]\n", 4, "`anna` says neither", "role:anna"),
            ("[[remit]]\narea = \"*\"\ndecides = \"role:x\"\n", 3, "expected a sequence", "write a list"),
            ("[[remit]]\narea = \"[\"\ndecides = []\n", 2, "not a valid glob", "{a,b}"),
            ("[[remit]]\narea = \"*\"\ndecides = []\nmatter = \" \"\n", 4, "matter is empty", "every matter"),
            ("[[remit]]\narea = \"*\"\ndecides = []\nsince = \"soon\"\n", 4, "`soon` is neither", "2025-09-08"),
            ("[[remit]]\narea = \"*\"\ndecides = []\nsince = 2025-09-08T09:00:00\n", 4, "with an offset", "+01:00"),
            ("[[remit]]\narea = \"*\"\ndecides = []\nuntil = 7\n", 4, "`7` is neither", "2025-09-08"),
            ("[[remit]\n", 1, "", ""),
        ] {
            let error = refused(text);
            assert_eq!(error.place, format!("charter.toml:{place}"), "{text}");
            assert!(error.what.contains(what), "{text}: {error}");
            assert!(error.hint.contains(hint), "{text}: {}", error.hint);
        }
    }

    #[test]
    fn a_day_is_its_start_in_utc_and_an_instant_keeps_its_offset() {
        assert_eq!(seconds("1970-01-02"), 86_400);
        assert_eq!(seconds("1970-01-02T01:00:00+01:00"), 86_400);
        assert_eq!(seconds("1970-01-02 00:00:00Z"), 86_400);
        for not in ["", "1970-01-02T01:00:00", "1970-13-01", "2.1.1970", "01:00"] {
            assert_eq!(moment(not), None, "{not}");
        }
        assert_eq!(day_or_instant(moment("2025-09-08").unwrap()), "2025-09-08");
        assert_eq!(day_or_instant(moment("2025-09-08T00:00:01Z").unwrap()), "2025-09-08T00:00:01Z");
    }

    #[test]
    fn what_comes_from_elsewhere_keeps_its_place_as_a_comment() {
        let remit = |written: &str| Remit { area: "*".to_owned(), written: written.to_owned(), ..Remit::default() };
        let text = write(&Charter { remits: vec![remit("CODEOWNERS:3\n[[remit]]"), remit("charter.toml:9")] });
        assert!(text.contains("# from CODEOWNERS:3 [[remit]]\n[[remit]]\n"), "{text}");
        assert!(!text.contains("# from charter.toml"));
        assert_eq!(read("charter.toml", &text).unwrap().remits.len(), 2);
    }

    fn who() -> impl Strategy<Value = Who> {
        (0..3, "[^\\s][^\\r]{0,12}[^\\s]|[^\\s]").prop_map(|(kind, name)| {
            // Names are trimmed when they are read, by Unicode's idea of white space.
            let name = format!("x{}x", name);
            match kind {
                0 => Who::Person(name),
                1 => Who::Team(name),
                _ => Who::Role(name),
            }
        })
    }

    fn some_text() -> impl Strategy<Value = Option<String>> {
        proptest::option::of(proptest::string::string_regex("(?s).{0,24}").unwrap())
    }

    prop_compose! {
        fn remit()(
            matter in "\\*|[a-zżó\"\\\\]{1,8}",
            area in "\\*|[a-z]{1,6}(/\\*\\*)?|\\{[a-z]{1,4},[a-z]{1,4}\\}|lib/[a-z'\"#]{1,5}",
            decides in prop::collection::vec(who(), 0..6),
            consulted in prop::collection::vec(who(), 0..3),
            reserve in prop::collection::vec(who(), 0..3),
            retained: bool,
            bounds in some_text(),
            since in proptest::option::of(-60_000_000_000_000_000_i64..250_000_000_000_000_000),
            days in proptest::option::of(-20_000_i64..60_000),
            because in some_text(),
        ) -> Remit {
            Remit {
                matter, area, decides, consulted, reserve, retained, bounds, because,
                since: since.map(Instant::from_micros),
                until: days.map(|day| Instant::from_micros(day * 86_400_000_000)),
                written: String::new(),
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(remits in prop::collection::vec(remit(), 0..5)) {
            let text = write(&Charter { remits: remits.clone() });
            let mut back = read("charter.toml", &text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            for (i, remit) in back.remits.iter_mut().enumerate() {
                let line = text.lines().enumerate().filter(|(_, line)| *line == "[[remit]]").nth(i);
                // A text with a line of its own `[[remit]]` in it would need a parser here too.
                if text.lines().filter(|line| *line == "[[remit]]").count() == remits.len() {
                    prop_assert_eq!(&remit.written, &format!("charter.toml:{}", line.unwrap().0 + 1));
                }
                remit.written.clear();
            }
            prop_assert_eq!(back.remits, remits);
        }
    }
}
