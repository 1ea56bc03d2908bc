//! What was found in a folder, as a `sayso.toml` that explains itself line by line.

use std::fmt::Write as _;

use sayso_sources::Kind;

use super::seen::{Found, Remote, Seen, Unclear};
use crate::kind_name;

/// The head of every file.
const HEAD: &str = "\
# An office of Sayso: where the record of your work lies, and what may be shown of people.
# Written by `sayso init` from what lies in this folder. It is yours now: change what you like.
# Lines that begin with # do nothing; take the # away to use one. A key that Sayso does not know is an error.

";

/// Sources where none was found.
const NO_SOURCE: &str = "\
# Nothing to read was found here. Name where your work is recorded: as many [[source]] as there are.
# [[source]]
# name = \"work\"                       # how the record tells sources apart
# path = \"../our-repository\"          # a git repository or bundle, an event log, or a folder of exports
#
# A tracker can be asked over the network instead:
# [[source]]
# name = \"our-jira\"                   # how the record tells sources apart
# kind = \"jira\"                       # jira, github, gitlab, azure, gerrit, bugzilla or redmine
# url = \"https://jira.example.org\"    # its address
# scope = [\"PRICING\"]                 # which projects of it; owner/name for GitHub

";

/// What can be said of people where nobody said it.
const NO_PEOPLE: &str = "\
# people.csv beside this file says who works where: without it roles, levels and most sites are unknown.
# Its columns are person,name,email,team,site,timezone,role,level,kind,manager; only `person` is needed.
# `sayso people` says which accounts may be one person.

";

/// An example of a site.
const NO_SITE: &str = "\
# Places people work at, as people.csv names them: they give working hours and public holidays.
# [[site]]
# name = \"leeds\"                      # as people.csv writes it
# zone = \"Europe/London\"              # its IANA time zone
# holidays = \"GB-ENG\"                 # GB-ENG, GB-SCT, GB-NIR, PL, none, or a file of YYYY-MM-DD,name lines
# hours = \"Mon-Fri 09:00-17:00\"       # its working hours

";

/// Privacy, with its defaults.
const PRIVACY: &str = "\
# What may be shown of people. The lines are the defaults.
# [privacy]
# persons_min = 5                     # the smallest group about which a number is shown; never below 3
# decisions_min = 20                  # the fewest decisions behind a number
# keep_months = 13                    # how many months back answers look
# names = false                       # pseudonyms; true needs `because = \"...\"`, printed with every answer
";

/// The file.
pub(super) fn office_file(seen: &Seen) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("[office]\n");
    line(&mut text, "", "name", &quoted(&seen.name), "stands over every report");
    text.push('\n');
    if seen.sources.is_empty() && seen.unclear.is_empty() && seen.trackers.is_empty() {
        text.push_str(NO_SOURCE);
    }
    for found in &seen.sources {
        source(&mut text, found);
    }
    for one in &seen.unclear {
        unclear(&mut text, one);
    }
    for remote in &seen.trackers {
        tracker(&mut text, remote);
    }
    authority(&mut text, seen);
    sites(&mut text, seen);
    if !seen.has("people.csv") {
        text.push_str(NO_PEOPLE);
    }
    text.push_str(PRIVACY);
    text
}

fn source(text: &mut String, found: &Found) {
    let is = if found.is_outside { "# " } else { "" };
    let _ = writeln!(text, "# {}: {}.", plain(&found.path), plain(&found.what));
    if found.is_outside {
        text.push_str("# Take the # away if this office is about it.\n");
    }
    let _ = writeln!(text, "{is}[[source]]");
    line(text, is, "name", &quoted(&found.name), "how the record tells sources apart");
    line(text, is, "kind", &quoted(kind_name(found.kind)), kind_words(found.kind));
    line(text, is, "path", &quoted(&found.path), "where it lies, from this file");
    if let Some(lens) = &found.lens {
        line(text, is, "lens", &quoted(lens), "says which column is what, and which activity is which act");
    }
    if found.kind == Kind::Csv {
        line(text, "# ", "zone", "\"Europe/London\"", "only if its times are written without an offset");
    }
    if matches!(found.kind, Kind::Csv | Kind::Xes | Kind::Ocel) && found.lens.is_none() {
        line(text, "# ", "lens", "\"lens.toml\"", "what its activities mean; `sayso lens suggest` proposes one");
    }
    text.push('\n');
}

fn unclear(text: &mut String, one: &Unclear) {
    let _ = writeln!(text, "# {}: {}.", plain(&one.path), plain(&one.what));
    if !one.columns.is_empty() {
        let columns: Vec<String> = one.columns.iter().take(40).map(|name| plain(name)).collect();
        let _ = writeln!(text, "# Its columns: {}.", columns.join(", "));
        text.push_str("# If each row is an event, write a lens (docs/guide/lenses/README.md) and take the # away.\n");
    }
    text.push_str("# [[source]]\n");
    line(text, "# ", "name", &quoted(&one.name), "how the record tells sources apart");
    line(text, "# ", "path", &quoted(&one.path), "where it lies, from this file");
    if !one.columns.is_empty() {
        line(text, "# ", "lens", "\"lens.toml\"", "says which column is what, and which activity is which act");
    }
    text.push('\n');
}

fn tracker(text: &mut String, remote: &Remote) {
    let tracker = remote.hint.tracker;
    let _ = writeln!(
        text,
        "# The remote `{}` of {} points to {}: what is asked and answered there can be fetched.",
        plain(&remote.remote),
        plain(&remote.of),
        tracker.words()
    );
    text.push_str("# Take the # away and set the token; then `sayso read --dry-run` says what fetching takes.\n");
    text.push_str("# [[source]]\n");
    let variable = remote.variable.map_or_else(|| crate::fetching::variable_of(&remote.name), str::to_owned);
    line(text, "# ", "name", &quoted(&remote.name), "how the record tells sources apart");
    line(text, "# ", "kind", &quoted(tracker.name()), "what the address is");
    line(text, "# ", "url", &quoted(&remote.hint.address), "its address");
    line(text, "# ", "scope", &format!("[{}]", quoted(&remote.hint.scope)), "what of it is fetched");
    let why = match remote.variable {
        Some(_) => "the environment variable with the token; it is set",
        None => "the environment variable with a token that may read, and nothing else",
    };
    line(text, "# ", "token_variable", &quoted(&variable), why);
    text.push('\n');
}

fn authority(text: &mut String, seen: &Seen) {
    for file in &seen.declared {
        let _ = writeln!(text, "# {} declares who answers for what. As this office's charter:", plain(file));
        let _ = writeln!(text, "#     sayso charter import {} > {}", plain(file), crate::CHARTER_FILE);
    }
    if !seen.declared.is_empty() {
        text.push('\n');
    }
    for (name, what) in &seen.own {
        let _ = writeln!(text, "# {name} beside this file is read: {}.", plain(what));
    }
    if !seen.own.is_empty() {
        text.push('\n');
    }
}

fn sites(text: &mut String, seen: &Seen) {
    if seen.sites.is_empty() {
        text.push_str(NO_SITE);
        return;
    }
    text.push_str("# Places people work at, from people.csv: they give working hours and public holidays.\n");
    for (name, zone) in &seen.sites {
        let is = if zone.is_some() { "" } else { "# " };
        let _ = writeln!(text, "{is}[[site]]");
        line(text, is, "name", &quoted(name), "as people.csv writes it");
        match zone {
            Some(zone) => line(text, is, "zone", &quoted(zone), "its IANA time zone, from people.csv"),
            None => line(text, is, "zone", "\"Europe/London\"", "its IANA time zone: people.csv does not say one"),
        }
        line(text, "# ", "holidays", "\"GB-ENG\"", "GB-ENG, GB-SCT, GB-NIR, PL, none, or a file");
        line(text, "# ", "hours", "\"Mon-Fri 09:00-17:00\"", "its working hours; these are the default");
        text.push('\n');
    }
}

fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Events => "events with Sayso's own column names",
        Kind::Xes => "an event log of a process-mining tool",
        Kind::Ocel => "an object-centric event log",
        Kind::Csv => "any table with one event a row",
        Kind::Git => "a git repository: commits, merges, reviews in messages",
        Kind::Peps => "enhancement proposals",
        Kind::GerritNotes => "a Gerrit server's own record of reviews",
        Kind::Tracker(_) => "what this tracker exports or answers",
    }
}

/// One key with what it says. Comments stand in one column where there is room.
fn line(text: &mut String, is: &str, key: &str, value: &str, why: &str) {
    let said = format!("{is}{key} = {value}");
    let _ = writeln!(text, "{said:<37} # {why}");
}

/// A text as TOML writes it on one line.
fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(text, "\\u{:04X}", c as u32);
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// A text within a comment: on one line, and not without end.
fn plain(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() <= 200 { text } else { text.chars().take(199).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use sayso_sources::fetch::remote::hint;

    use super::*;
    use crate::office::OfficeFile;

    fn found(name: &str, path: &str, kind: Kind) -> Found {
        Found { name: name.into(), kind, path: path.into(), lens: None, what: "what".into(), is_outside: false }
    }

    fn everything() -> Seen {
        let tracker = |name: &str, address: &str| Remote {
            name: name.into(),
            remote: "origin".into(),
            of: "quotes".into(),
            hint: hint(address).unwrap(),
            variable: None,
        };
        Seen {
            name: "The \"firm\"".into(),
            sources: vec![found("quotes", "quotes", Kind::Git), found("log", "a b/log.xes.gz", Kind::Xes)],
            unclear: vec![Unclear {
                name: "odd".into(),
                path: "odd.csv".into(),
                what: "a table".into(),
                columns: vec!["Ticket\nno".into(), "When".into()],
            }],
            trackers: vec![
                tracker("quotes-github", "git@github.com:firm/quotes.git"),
                tracker("quotes-azure", "https://dev.azure.com/firm/Our%20Work/_git/quotes"),
            ],
            declared: vec!["quotes/CODEOWNERS".into()],
            own: vec![("people.csv", "who is who, 3 people".into())],
            sites: [("leeds".to_owned(), Some("Europe/London".to_owned())), ("gdansk".to_owned(), None)].into(),
            is_cut: false,
        }
    }

    /// The file with every line that only waits for its `#` to be taken away.
    fn switched_on(text: &str) -> String {
        let is_key = |line: &str| {
            line.starts_with("[")
                || line
                    .split_once(" = ")
                    .is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        };
        text.lines()
            .map(|line| line.strip_prefix("# ").filter(|line| is_key(line)).unwrap_or(line))
            .flat_map(|line| [line, "\n"])
            .collect()
    }

    #[test]
    fn what_is_written_is_read_and_so_is_what_waits_in_comments() {
        let text = office_file(&everything());
        let office: OfficeFile = toml::from_str(&text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
        assert_eq!(office.office.name.as_deref(), Some("The \"firm\""));
        let names: Vec<&str> = office.source.iter().map(|source| source.name.as_str()).collect();
        assert_eq!(names, ["quotes", "log"]);
        assert_eq!(office.site.len(), 1, "a site without a zone stays a comment");
        let all: OfficeFile = toml::from_str(&switched_on(&text)).unwrap_or_else(|error| panic!("{error} in\n{text}"));
        assert_eq!(all.source.len(), 5);
        assert_eq!(all.source[3].scope, ["firm/quotes"]);
        assert_eq!(all.source[3].token_variable.as_deref(), Some("SAYSO_QUOTES_GITHUB_TOKEN"));
        assert_eq!(all.privacy.persons_min, Some(5));
        assert_eq!(all.privacy.keep_months(), 13);
    }

    #[test]
    fn every_line_says_what_it_is_for() {
        for text in [office_file(&everything()), office_file(&Seen::default())] {
            for line in text.lines().filter(|line| line.contains(" = ") && !line.starts_with('#')) {
                assert!(line.contains(" # "), "{line}");
            }
        }
    }

    #[test]
    fn nothing_found_is_a_file_that_says_what_to_write() {
        let text = office_file(&Seen { name: "new".into(), ..Seen::default() });
        let office: OfficeFile = toml::from_str(&text).unwrap();
        assert!(office.source.is_empty() && office.site.is_empty());
        let all: OfficeFile = toml::from_str(&switched_on(&text)).unwrap();
        assert_eq!(all.source.len(), 2);
        assert_eq!(all.site.len(), 1);
    }

    proptest! {
        /// Whatever files are called, the file is read back with the names they have.
        #[test]
        fn any_name_is_read_back(name in "\\PC{0,12}|[\u{0}-\u{1f}\"\\\\#]{0,6}", path in ".{1,12}") {
            let seen = Seen { name: name.clone(), sources: vec![found("one", &path, Kind::Events)], ..Seen::default() };
            let office: OfficeFile = toml::from_str(&office_file(&seen)).unwrap();
            prop_assert_eq!(office.office.name, Some(name));
            prop_assert_eq!(office.source[0].path.clone(), Some(path.into()));
        }
    }
}
