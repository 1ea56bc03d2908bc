//! Each objection where it belongs, and none where it does not.
#![allow(clippy::unwrap_used)]

use super::super::charter_file::{moment, read};
use super::*;

struct Few;

const MATTERS: [&str; 4] = ["", "scope", "design", "money"];
const AREAS: [&str; 4] = ["", "pricing", "claims", "web/forms"];

impl Words for Few {
    fn word(&self, column: Column, code: Code) -> &str {
        let words: &[&str] = match column {
            Column::Actor => &["", "cara <cara@example.org>", "team:platform"],
            Column::Matter => &MATTERS,
            Column::Area => &AREAS,
            Column::Role => &["", "analyst"],
            _ => &[""],
        };
        words.get(code as usize).copied().unwrap_or("")
    }

    fn n_codes(&self, column: Column) -> usize {
        match column {
            Column::Actor => 3,
            Column::Matter | Column::Area => 4,
            Column::Role => 2,
            _ => 1,
        }
    }

    fn item(&self, _: u64) -> &str {
        ""
    }
}

fn people() -> Vec<Person> {
    let person = |person: &str, team: &str, role: &str| Person {
        person: person.to_owned(),
        email: Some(format!("{person}@example.org {person}@example.com")),
        team: Some(team.to_owned()),
        role: Some(role.to_owned()),
        ..Person::default()
    };
    vec![person("anna", "product", "Product Owner"), person("bert", "build", "tech lead")]
}

fn cell(matter: Code, area: Code, days: &[&str]) -> Cell {
    Cell { matter, area, asked_at: days.iter().map(|day| moment(day).unwrap()).collect() }
}

fn objections(text: &str, cells: Option<&[Cell]>) -> Vec<String> {
    let charter = read("c", text).unwrap();
    let shown = cells.map(|cells| Shown { words: &Few, cells });
    check(&charter, &people(), shown)
        .iter()
        .map(|objection| {
            assert!(!objection.hint.is_empty() && !objection.what.ends_with('.'), "{objection:?}");
            format!("{} {}", objection.kind, objection)
        })
        .collect()
}

fn remit(matter: &str, area: &str, who: &str, rest: &str) -> String {
    format!("[[remit]]\nmatter = \"{matter}\"\narea = \"{area}\"\ndecides = [\"{who}\"]\n{rest}\n")
}

fn kinds(text: &str, cells: Option<&[Cell]>) -> Vec<String> {
    let told = objections(text, cells);
    told.iter().filter_map(|line| line.split(' ').next().map(str::to_owned)).collect()
}

#[test]
fn a_sound_charter_gives_no_objection() {
    let text = remit("*", "*", "role:product owner", "consulted = [\"person:bert@example.com\"]")
        + &remit("design", "pricing", "role:tech lead", "");
    assert_eq!(objections(&text, None), [""; 0]);
    let cells = [cell(1, 1, &["2025-01-02"]), cell(2, 1, &["2025-01-02"])];
    assert_eq!(objections(&text, Some(&cells)), [""; 0], "an exception from a general remit is no objection");
    assert!(check(&Charter::default(), &[], None).is_empty());
}

#[test]
fn names_that_nobody_bears_are_told_with_what_was_meant() {
    let text = remit("scope", "*", "role:product ownr", "consulted = [\"team:build\", \"person:zoe\"]");
    let charter = read("c", &text).unwrap();
    let found = check(&charter, &people(), None);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((found[0].severity, found[0].kind), (Severity::Error, "unknown_role"));
    assert!(found[0].what.contains("nobody is left who may decide"));
    assert_eq!(found[0].hint, "did you mean `product owner`?");
    assert_eq!((found[1].severity, found[1].kind), (Severity::Warning, "unknown_person"));
    assert!(found[1].hint.contains("people.csv"));
    let wrong_kind = check(&read("c", &remit("scope", "*", "team:tech lead", "")).unwrap(), &people(), None);
    assert_eq!(wrong_kind[0].hint, "did you mean `role:tech lead`?");
    assert!(check(&charter, &[], None).is_empty(), "where there is nothing to look them up in, nothing is said");
}

#[test]
fn the_record_knows_names_too_and_is_not_quoted() {
    let cells = [cell(1, 1, &["2025-01-02"])];
    for who in
        ["person:cara@example.org", "person:Cara <cara@example.org>", "team:platform", "role:Analyst", "person:@anna"]
    {
        assert_eq!(kinds(&remit("scope", "pricing", who, ""), Some(&cells)), [""; 0], "{who}");
    }
    let charter = read("c", &remit("scope", "pricing", "person:carra@example.org", "")).unwrap();
    let found = check(&charter, &people(), Some(Shown { words: &Few, cells: &cells }));
    assert!(found[0].kind == "unknown_person" && !found[0].hint.contains("cara"), "{found:?}");
}

#[test]
fn contradictions_name_the_one_that_governs() {
    let text = remit("scope", "pricing", "role:tech lead", "")
        + &remit("Scope", "pricing", "role:product owner", "since = 2025-03-01");
    let charter = read("c", &text).unwrap();
    let found = check(&charter, &people(), None);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].kind, found[0].place.as_str()), ("contradiction", "c:1"));
    assert!(found[0].what.contains("from 2025-03-01 on: c:6 governs"), "{}", found[0].what);
    assert!(found[0].hint.contains("`until = \"2025-03-01\"` at c:1"));
    let apart = remit("scope", "pricing", "role:tech lead", "until = 2025-03-01")
        + &remit("scope", "pricing", "role:product owner", "since = 2025-03-01");
    assert_eq!(kinds(&apart, None), [""; 0]);
    let twice = remit("scope", "*", "role:tech lead", "").repeat(2);
    assert_eq!(kinds(&twice, None), ["twice"]);
}

#[test]
fn what_a_later_remit_covers_never_governs() {
    let text = remit("design", "pricing", "role:tech lead", "") + &remit("*", "*", "role:product owner", "");
    assert_eq!(kinds(&text, None), ["shadowed"]);
    let only_later =
        remit("design", "pricing", "role:tech lead", "") + &remit("*", "*", "role:product owner", "since = 2025-01-01");
    assert_eq!(kinds(&only_later, None), ["overlap"], "until then it governs");
    let folder = remit("design", "web/forms", "role:tech lead", "") + &remit("design", "web/**", "role:analyst", "");
    assert!(kinds(&folder, None).contains(&"shadowed".to_owned()));
}

#[test]
fn remits_that_meet_in_a_part_are_a_note() {
    let text = remit("scope", "{pricing,claims}", "role:tech lead", "")
        + &remit("scope", "{claims,web/forms}", "role:product owner", "");
    assert_eq!(kinds(&text, None), ["overlap"]);
    let globs = remit("scope", "*s", "role:tech lead", "") + &remit("scope", "c*", "role:product owner", "");
    assert_eq!(kinds(&globs, None), [""; 0], "by their words alone nobody can tell");
    assert_eq!(kinds(&globs, Some(&[cell(1, 2, &["2025-01-02"])]))[0], "overlap", "the record brings them together");
}

#[test]
fn dates_the_wrong_way_round_and_double_parts_are_told() {
    let text = remit("scope", "*", "role:tech lead", "since = 2025-03-01\nuntil = 2025-03-01");
    assert_eq!(kinds(&text, None), ["never_in_force"]);
    let text =
        remit("scope", "*", "role:tech lead", "consulted = [\"role:tech lead\"]\nreserve = [\"role:tech lead\"]");
    assert_eq!(kinds(&text, None), ["decides_and_consulted", "decides_and_reserve"]);
}

#[test]
fn matters_and_areas_that_the_record_lacks_are_told() {
    let cells = [cell(1, 1, &["2025-01-02"])];
    let text = remit("scop", "pricing", "role:tech lead", "") + &remit("scope", "prices/**", "role:tech lead", "");
    let told = kinds(&(text + &remit("*", "*", "role:tech lead", "")), Some(&cells));
    assert!(told.contains(&"unknown_matter".to_owned()) && told.contains(&"empty_area".to_owned()), "{told:?}");
}

#[test]
fn decisions_without_a_remit_are_counted_the_most_first() {
    let cells = [
        cell(1, 1, &["2025-01-02", "2025-02-02", "2025-03-02"]),
        cell(2, 2, &["2025-01-02"]),
        cell(3, 2, &["2025-01-02", "2025-01-03"]),
        cell(0, 0, &["2025-01-02"]),
    ];
    let text = remit("scope", "pricing", "role:tech lead", "since = 2025-02-01");
    let told = objections(&text, Some(&cells));
    assert_eq!(
        told,
        [
            "undeclared warning: record: no remit speaks of `money` in `claims`: 2 decisions",
            "undeclared warning: record: no remit speaks of an unrecorded matter in an unrecorded area: 1 decision",
            "undeclared warning: record: no remit speaks of `design` in `claims`: 1 decision",
            "undeclared note: record: at its time, no remit spoke of 1 of 3 decisions on `scope` in `pricing`",
        ]
    );
}

#[test]
fn remits_that_govern_nothing_and_things_that_are_nobodys_are_told() {
    let cells = [cell(1, 1, &["2025-01-02", "2025-06-02"])];
    let all = remit("scope", "pricing", "role:tech lead", "");
    let unused = remit("design", "pricing", "role:tech lead", "");
    assert_eq!(kinds(&(all.clone() + &unused), Some(&cells)), ["never_used"]);
    let future = remit("design", "pricing", "role:tech lead", "since = 2026-01-01");
    assert_eq!(kinds(&(all.clone() + &future), Some(&cells)), [""; 0], "the record does not reach so far");
    let past = remit("design", "pricing", "role:tech lead", "until = 2025-01-02");
    assert_eq!(kinds(&(all + &past), Some(&cells)), [""; 0]);
    let nobodys = "[[remit]]\nmatter = \"scope\"\narea = \"*\"\ndecides = []\n";
    let told = objections(nobodys, Some(&cells));
    assert_eq!(told, ["nobodys note: c:1: `scope` everywhere is declared nobody's, and 2 decisions are made there"]);
}
