//! The files of the office: settings, people, charter, log, truth and a page that explains them.

use sayso_model::actor::ActorKind;

use crate::cast::{self, Site, Who};
use crate::charter;
use crate::clock::Clock;
use crate::log::{Address, Item, Log};
use crate::plan::{Plan, WHOLE_YEAR};
use crate::readme;
use crate::truth::Truth;

/// What the people at the top believe; the same in every office, however the year was told.
const ASSUMPTIONS: &str = include_str!("assumptions.toml");

/// Until 3 February 2025 (UTC) one engineer's events bear a mail address instead of the usual id.
const SPELLING_CHANGES: i64 = 1_738_540_800;

/// The word that the tracker has for somebody at an instant.
pub fn spelling(plan: &Plan, who: Who, at: i64) -> &'static str {
    if who == cast::TWO_SPELLINGS && !plan.without_collisions && at < SPELLING_CHANGES {
        cast::OTHER_SPELLING
    } else {
        cast::id(plan, who)
    }
}

/// All files, in the order in which a person would open them.
pub fn files(plan: &Plan, clock: &Clock, log: &Log, truth: &Truth) -> Vec<(String, String)> {
    let text = toml::to_string(truth).expect("whole numbers and words only");
    let mut files = vec![("README.md".to_owned(), readme::text(plan))];
    files.extend(read(plan, clock, log));
    files.push(("assumptions.toml".to_owned(), ASSUMPTIONS.to_owned()));
    files.push(("truth.toml".to_owned(), format!("{TRUTH_HEAD}\n{text}")));
    files
}

/// The files that a diagnosis reads.
pub fn read(plan: &Plan, clock: &Clock, log: &Log) -> Vec<(String, String)> {
    [
        (".gitignore", "# What is derived from the office can be made again.\n.sayso/\n".to_owned()),
        ("sayso.toml", settings(plan)),
        ("people.csv", people(plan)),
        ("charter.toml", charter::text(plan)),
        ("events.csv", events(plan, clock, log)),
    ]
    .map(|(path, text)| (path.to_owned(), text))
    .into()
}

fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(header).expect("memory takes every row");
    for row in rows {
        writer.write_record(row).expect("memory takes every row");
    }
    text_of(writer)
}

fn settings(plan: &Plan) -> String {
    if plan.weeks <= WHOLE_YEAR {
        return SAYSO.to_owned();
    }
    format!(
        "{SAYSO}# The record is longer than the year that answers look back unless told otherwise.\nkeep_months = 48\n"
    )
}

fn people(plan: &Plan) -> String {
    let header = ["person", "name", "email", "team", "site", "timezone", "role", "level", "kind", "manager"];
    let rows = cast::everybody().map(|who| {
        let row = who.row();
        let domain = if who == cast::CONTRACTOR { "fijalka-it.example" } else { "brackwater.example" };
        let id = cast::id(plan, who);
        let email = match (row.kind, who == cast::TWO_SPELLINGS) {
            (ActorKind::Bot, _) => String::new(),
            (_, true) => format!("{id}@{domain} {}", cast::OTHER_SPELLING),
            _ => format!("{id}@{domain}"),
        };
        [
            id.to_owned(),
            cast::name(plan, who).to_owned(),
            email,
            row.team.to_owned(),
            row.site.map_or("", Site::name).to_owned(),
            String::new(),
            row.role.to_owned(),
            if row.kind == ActorKind::Bot { String::new() } else { row.level.to_string() },
            row.kind.name().to_owned(),
            cast::manager(plan, who).to_owned(),
        ]
    });
    table(header, rows)
}

fn events(plan: &Plan, clock: &Clock, log: &Log) -> String {
    let header = ["item", "at", "actor", "activity", "act", "to", "matter", "area", "verdict", "link", "text"];
    let names: Vec<String> = log.items.iter().map(Item::name).collect();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(header).expect("memory takes every row");
    let mut at = String::new();
    for event in &log.events {
        let question = &log.questions[event.question];
        at.clear();
        clock.write(event.actor, event.at, &mut at);
        let row: [&str; 11] = [
            &names[event.item],
            &at,
            event.actor.map_or("", |who| spelling(plan, who, event.at)),
            event.activity,
            event.act.name(),
            match event.to {
                Some(Address::Person(who)) => spelling(plan, who, event.at),
                Some(Address::Item(item)) => &names[item],
                None => "",
            },
            question.matter.name(),
            question.area.name(),
            event.verdict.map_or("", |verdict| verdict.name()),
            event.link.map_or("", |item| &names[item]),
            event.text,
        ];
        writer.write_record(row).expect("memory takes every row");
    }
    text_of(writer)
}

fn text_of(writer: csv::Writer<Vec<u8>>) -> String {
    let bytes = writer.into_inner().expect("memory takes every row");
    String::from_utf8(bytes).expect("all words are UTF-8")
}

const SAYSO: &str = r#"# The office of Brackwater Cover Systems, an invented firm that sells insurance software to comparison platforms.
# Product sits in Leeds, engineering in Gdansk. Everything here is made from a seed; README.md says what is planted.

[office]
name = "Brackwater Cover Systems (example)"

# Where the record of work lies. A canonical event file needs no lens.
[[source]]
name = "tracker"
kind = "events"
path = "events.csv"

# The places people work at: working time is counted in the calendar of whoever holds a question.
[[site]]
name = "leeds"
zone = "Europe/London"
holidays = "GB-ENG"
hours = "Mon-Fri 09:00-17:00"

[[site]]
name = "gdansk"
zone = "Europe/Warsaw"
holidays = "PL"
hours = "Mon-Fri 09:00-17:00"

# Nothing is said about groups below these sizes.
[privacy]
persons_min = 5
decisions_min = 20
"#;

const TRUTH_HEAD: &str = "\
# What is planted in this office and what came of it, counted while the year was told.
# Durations are whole seconds: `_working_s` in the calendar of the holder's site (leave is not a holiday),
# `_calendar_s` on the wall clock. Medians of an even number are the mean of the middle two, cut to a second.
# `before` and `after` go by the time at which a question was raised. README.md explains every section.
";
