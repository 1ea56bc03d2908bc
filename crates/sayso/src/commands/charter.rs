//! `sayso charter check | show | diff | conformity | import`: what is declared, and whether it can be true.

use std::fmt::Write as _;

use sayso_inquiry::InquiryError;

use super::{deliver, no_such_format, open, open_and_read};
use crate::args::{CharterVerb, FormatArg, Shared};

pub fn run(shared: &Shared, verb: &CharterVerb) -> Result<u8, InquiryError> {
    let format = shared.format.unwrap_or(FormatArg::Text);
    if !matches!(format, FormatArg::Text | FormatArg::Json) {
        return Err(no_such_format("charter", "text, json"));
    }
    let as_json = format == FormatArg::Json;
    match verb {
        CharterVerb::Check => check(shared, as_json),
        CharterVerb::Show { area } => show(shared, area.as_deref(), as_json),
        CharterVerb::Diff { before, after } => {
            let changes = sayso_inquiry::diff_charters(before, after)?;
            let answer = match (as_json, changes.is_empty()) {
                (true, _) => sayso_inquiry::json(&changes),
                (false, true) => "No difference.\n".to_owned(),
                (false, false) => changes.join("\n") + "\n",
            };
            deliver(shared, &answer)?;
            Ok(u8::from(!changes.is_empty()))
        }
        CharterVerb::Conformity { repository, file, from } => {
            let found = sayso_inquiry::commits_against_charter(repository, file.as_deref(), from.as_deref())?;
            deliver(shared, &if as_json { sayso_inquiry::json(&found) } else { found.text() })?;
            Ok(0)
        }
        CharterVerb::Import { paths, from } => {
            let imported = sayso_inquiry::import_charter(paths, from.as_deref())?;
            for one in &imported.aside {
                anstream::eprintln!("set aside: {}: {}", one.place, one.why);
            }
            for sentence in &imported.cannot_say {
                anstream::eprintln!("note: {sentence}");
            }
            deliver(shared, &imported.text)?;
            Ok(0)
        }
    }
}

fn check(shared: &Shared, as_json: bool) -> Result<u8, InquiryError> {
    let (office, _) = open_and_read(shared, None)?;
    let objections = office.check_charter()?;
    let wrong = objections.iter().any(|one| one.severity == sayso_inquiry::Severity::Error);
    let answer = if as_json {
        sayso_inquiry::json(&objections)
    } else if objections.is_empty() {
        "Nothing to object to.\n".to_owned()
    } else {
        let mut text = String::new();
        for one in &objections {
            let _ = writeln!(text, "{one}\n    {}", one.hint);
        }
        text
    };
    deliver(shared, &answer)?;
    Ok(u8::from(wrong))
}

fn show(shared: &Shared, area: Option<&str>, as_json: bool) -> Result<u8, InquiryError> {
    let office = open(shared, None)?;
    let remits = office.remits_of(area);
    if as_json {
        deliver(shared, &sayso_inquiry::json(&remits))?;
        return Ok(0);
    }
    let mut text = String::new();
    for remit in &remits {
        let who = if remit.decides.is_empty() { "nobody, on purpose".to_owned() } else { remit.decides.join(", ") };
        let _ = writeln!(text, "{} in {}: {who}", remit.matter, remit.area);
        let day = |at: &sayso_inquiry::Instant| at.to_string().chars().take(10).collect::<String>();
        match (&remit.since, &remit.until) {
            (None, None) => {}
            (since, until) => {
                let since = since.as_ref().map_or_else(|| "ever".to_owned(), day);
                let until = until.as_ref().map_or_else(|| "now".to_owned(), day);
                let _ = writeln!(text, "    from {since} to {until}");
            }
        }
        if remit.retained {
            text.push_str("    retained by design\n");
        }
        for (word, said) in [("bounds", &remit.bounds), ("because", &remit.because)] {
            if let Some(said) = said {
                let _ = writeln!(text, "    {word}: {said}");
            }
        }
        let _ = writeln!(text, "    ({})", remit.written);
    }
    if remits.is_empty() {
        text.push_str(
            "Nothing is declared there. Write a charter.toml, or bring one in: `sayso charter import FILE`.\n",
        );
    }
    deliver(shared, &text)?;
    Ok(0)
}
