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

#[test]
fn a_record_of_one_event_has_one_account_and_suggests_nothing() {
    let office = TestOffice::new();
    office.write("sayso.toml", "[[source]]\nname = \"log\"\npath = \"log.csv\"\n");
    office.write("log.csv", format!("{HEADER}T-1,2026-01-05T09:00:00Z,Ewa Nowak <ewa@firm.example>,raised,gdansk\n"));
    let said = office.json(&["people", "--format", "json"]);
    assert_eq!(
        (&said["accounts"]["log"], &said["names"], &said["apart"]),
        (&1.into(), &1.into(), &0.into()),
        "{said:#}"
    );
    for list in ["suggestions", "collisions"] {
        assert_eq!(said[list].as_array().unwrap().len(), 0, "{said:#}");
    }
    let text = office.ok(&["people"]);
    assert!(text.contains("Nobody else seems to be one person.") && !text.contains("Next:"), "{text}");
}

#[test]
fn where_nothing_is_suggested_nothing_is_accepted_and_people_csv_is_not_made() {
    let office = TestOffice::new();
    office.write("sayso.toml", "[[source]]\nname = \"log\"\npath = \"log.csv\"\n");
    // One event of somebody, and one of nobody.
    office.write(
        "log.csv",
        format!("{HEADER}T-1,2026-01-05T09:00:00Z,Kim,raised,leeds\nT-1,2026-01-06T09:00:00Z,,decided,\n"),
    );
    assert_eq!(office.json(&["people", "--format", "json"])["names"], 1, "whoever is not named is nobody");
    let said = office.ok(&["people", "--accept", "sure"]);
    assert!(said.contains("0 suggestions accepted: 0 rows added"), "{said}");
    assert!(!office.path().join("people.csv").exists());
}

/// A repository of two authors and an export of Jira with two accounts. Ewa has one mailbox in both, Jan has another name in
/// each that nothing joins but a mailmap.
fn repository_and_tracker() -> TestOffice {
    let office = TestOffice::new();
    let git = |who: &str, args: &[&str]| {
        let done = std::process::Command::new("git")
            .args(["-C", "work", "-c", &format!("user.name={who}"), "-c", &format!("user.email={who}@firm.example")])
            .args(args)
            .current_dir(office.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    std::fs::create_dir(office.path().join("work")).unwrap();
    git("ewa", &["init", "-q", "-b", "main"]);
    for who in ["ewa", "jkw"] {
        git(who, &["commit", "-q", "--allow-empty", "-m", "a change"]);
    }
    let user = |id: &str, name: &str, mail: &str| {
        format!(r#"{{"accountId":"{id}","displayName":"{name}","emailAddress":"{mail}","accountType":"atlassian"}}"#)
    };
    let (ewa, jan) =
        (user("acc-1", "Ewa Nowak", "ewa@firm.example"), user("acc-2", "Jan Kowal", "jan.kowal@firm.example"));
    office.write(
        "exports/issues.json",
        format!(
            r#"{{"startAt":0,"maxResults":50,"total":1,"issues":[{{"id":"1","key":"S-1","fields":{{"summary":"A question",
            "created":"2026-01-05T09:00:00.000+0000","updated":"2026-01-06T09:00:00.000+0000","reporter":{ewa},"creator":{ewa}}},
            "changelog":{{"startAt":0,"maxResults":1,"total":1,"histories":[{{"id":"7","author":{jan},
            "created":"2026-01-06T09:00:00.000+0000","items":[{{"field":"status","fieldtype":"jira","from":"1","fromString":
            "Open","to":"2","toString":"Done"}}]}}]}}}}]}}"#
        ),
    );
    office.write(
        "sayso.toml",
        "[[source]]\nname = \"code\"\nkind = \"git\"\npath = \"work\"\n\n\
         [[source]]\nname = \"issues\"\nkind = \"jira\"\npath = \"exports\"\n",
    );
    office
}

#[test]
fn a_repository_and_a_tracker_are_joined_by_mailbox_and_mailmap_when_accepted() {
    let office = repository_and_tracker();
    let counted = || office.json(&["query", "SELECT count(*) AS n FROM people", "--format", "json"])[0]["n"].clone();
    let said = office.json(&["people", "--format", "json"]);
    assert_eq!((&said["accounts"]["code"], &said["accounts"]["issues"]), (&2.into(), &2.into()), "{said:#}");
    let suggestions = said["suggestions"].as_array().unwrap();
    assert_eq!(suggestions.len(), 1, "{said:#}");
    assert_eq!(
        (&suggestions[0]["evidence"][0], &suggestions[0]["confidence"]),
        (&"the same mailbox".into(), &"high".into())
    );
    let sides = [&suggestions[0]["left"], &suggestions[0]["right"]]
        .map(|side| side.as_str().unwrap().split(':').next().unwrap());
    assert_eq!(sides, ["code", "issues"]);
    let before = counted();
    // What the repository says itself of its authors.
    office.write("work/.mailmap", "Jan Kowal <jan.kowal@firm.example> <jkw@firm.example>\n");
    let said = office.json(&["people", "--format", "json"]);
    assert_eq!(said["suggestions"].as_array().unwrap().len(), 2, "{said:#}");
    assert_eq!(counted(), before, "nothing is merged by being suggested");
    office.ok(&["people", "--accept", "sure"]);
    let people = std::fs::read_to_string(office.path().join("people.csv")).unwrap();
    assert_eq!(people.lines().count(), 3, "{people}");
    assert_eq!(office.json(&["people", "--format", "json"])["suggestions"].as_array().unwrap().len(), 0);
    assert_eq!((before, counted()), (4.into(), 2.into()));
}
