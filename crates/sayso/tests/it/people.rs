//! Who may be one person: suggested under pseudonyms, accepted by hand, and kept out of what is said of persons until then.

use crate::office::TestOffice;

const HEADER: &str = "item,at,actor,act,site\n";

/// Two logs of one firm. Ewa has one mailbox and two spellings; there is an Adam in each country.
fn firm() -> TestOffice {
    let office = TestOffice::new();
    office.write(
        "sayso.toml",
        "[[source]]\nname = \"tickets\"\npath = \"tickets.csv\"\n\n[[source]]\nname = \"reviews\"\npath = \"reviews.csv\"\n",
    );
    office.write(
        "tickets.csv",
        format!(
            "{HEADER}T-1,2026-01-05T09:00:00Z,Ewa Nowak <ewa.nowak@firm.example>,raised,gdansk\n\
             T-1,2026-01-06T09:00:00Z,Adam,decided,leeds\n\
             T-2,2026-01-05T09:00:00Z,jkowal,raised,gdansk\nT-2,2026-01-06T09:00:00Z,Kim,decided,leeds\n"
        ),
    );
    office.write(
        "reviews.csv",
        format!(
            "{HEADER}R-1,2026-01-05T09:00:00Z,ENowak <ewa.nowak+git@firm.example>,raised,gdansk\n\
             R-1,2026-01-06T09:00:00Z,Adam,decided,gdansk\n\
             R-2,2026-01-05T09:00:00Z,Jan Kowal <jkowal@firm.example>,raised,gdansk\n"
        ),
    );
    office
}

#[test]
fn suggestions_have_evidence_and_no_names_and_nothing_is_merged() {
    let office = firm();
    let said = office.json(&["people", "--format", "json"]);
    let suggestions = said["suggestions"].as_array().unwrap();
    assert_eq!(suggestions.len(), 2, "{said:#}");
    assert_eq!(suggestions[0]["confidence"], "high");
    assert_eq!(suggestions[0]["evidence"][0], "the same mailbox");
    assert_eq!(suggestions[1]["evidence"][0], "the login is the address before the @");
    assert_eq!(said["collisions"][0]["kind"], "first_name", "{said:#}");
    assert_eq!(said["apart"], 2);
    let text = office.ok(&["people"]) + &said.to_string();
    for name in ["Ewa", "ewa", "Nowak", "Adam", "adam", "jkowal", "Kowal", "firm.example"] {
        assert!(!text.contains(name), "{name} is shown in {text}");
    }
    let people = office.json(&["query", "SELECT count(*) AS n FROM people", "--format", "json"]);
    assert_eq!(people[0]["n"], 6, "Ewa twice, Jan twice, Kim, and Adam whoever that is");
    // Asked again, the same ids.
    assert_eq!(office.json(&["people", "--format", "json"])["suggestions"][0]["id"], suggestions[0]["id"]);
}

#[test]
fn what_is_accepted_is_a_row_and_joins() {
    let office = firm();
    let said = office.ok(&["people", "--accept", "sure"]);
    assert!(said.contains("1 suggestions accepted: 1 rows added"), "{said}");
    let people = std::fs::read_to_string(office.path().join("people.csv")).unwrap();
    assert!(people.starts_with("person,name,email") && people.contains("Ewa Nowak"), "{people}");
    let after = office.json(&["people", "--format", "json"]);
    assert_eq!(after["suggestions"].as_array().unwrap().len(), 1, "{after:#}");
    let id = after["suggestions"][0]["id"].as_str().unwrap().to_owned();
    office.ok(&["people", "--accept", &id]);
    let counted = office.json(&["query", "SELECT count(*) AS n FROM people", "--format", "json"]);
    assert_eq!(counted[0]["n"], 4);
    let none = office.run(&["people", "--accept", "zzzzzzz"]);
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.err.contains("`sayso people` lists them"), "{none:?}");
}

#[test]
fn a_first_name_of_several_is_in_no_number_about_one_person_and_that_is_said() {
    let office = firm();
    let gap = |office: &TestOffice| {
        let diagnosis = office.json(&["diagnose", "--format", "json"]);
        let gaps = diagnosis["gaps"].as_array().unwrap().clone();
        gaps.iter().find(|gap| gap["id"] == "persons_apart").map(|gap| gap["says"].as_str().unwrap().to_owned())
    };
    let says = gap(&office).unwrap();
    assert!(says.starts_with("1 first name stands"), "{says}");
    office.write("people.csv", "person,name,site\nadam1,Adam,leeds\n");
    assert_eq!(gap(&office), None, "somebody has said who Adam is");
}

#[test]
fn names_are_shown_where_the_office_shows_names() {
    let office = firm();
    let file = office.path().join("sayso.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    office.write("sayso.toml", text + "\n[privacy]\nnames = true\nbecause = \"agreed with the works council\"\n");
    let said = office.ok(&["people"]);
    assert!(said.contains("tickets: ewa nowak") || said.contains("tickets: Ewa Nowak"), "{said}");
}
