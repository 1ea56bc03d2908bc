//! Beginning an office: what lies in a folder is found, the file is read back, and reading works at once.

use std::process::Command;

use crate::office::TestOffice;

fn git(office: &TestOffice, folder: &str, args: &[&str]) {
    let ok = Command::new("git")
        .args(["-c", "user.name=Ewa Nowak", "-c", "user.email=ewa@firm.example", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(office.path().join(folder))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(ok.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&ok.stderr));
}

/// A folder with a repository, a canonical log, a table that needs a lens, people and a Redmine export.
fn firm() -> TestOffice {
    let office = TestOffice::new();
    office.write("firm/quotes/CODEOWNERS", "* @firm/quoting\n");
    git(&office, "firm/quotes", &["init", "-q", "-b", "main"]);
    git(&office, "firm/quotes", &["add", "."]);
    git(&office, "firm/quotes", &["commit", "-q", "-m", "Begin"]);
    git(&office, "firm/quotes", &["remote", "add", "origin", "https://ewa:hush-hush@github.com/firm/quotes.git"]);
    office.write(
        "firm/tickets.csv",
        "item,at,actor,act\nT-1,2026-01-05T09:00:00Z,ewa,raised\nT-1,2026-01-06T09:00:00Z,jan,decided\n",
    );
    office.write("firm/odd.csv", "Sprawa;Kiedy;Kto\n1;wczoraj;Ewa\n");
    office.write(
        "firm/people.csv",
        "person,site,timezone\newa,gdansk,Europe/Warsaw\njan,gdansk,Europe/Warsaw\nkim,leeds,\n",
    );
    office
}

#[test]
fn what_is_there_is_found_and_read_at_once() {
    let office = firm();
    let said = office.ok(&["init", "firm"]);
    let text = std::fs::read_to_string(office.path().join("firm/sayso.toml")).unwrap();
    for expected in
        ["kind = \"git\"", "kind = \"events\"", "# kind = \"github\"", "\"firm/quotes\"", "Sprawa, Kiedy, Kto"]
    {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    assert!(text.contains("\nzone = \"Europe/Warsaw\"") && text.contains("# name = \"leeds\""), "{text}");
    assert!(!text.contains("hush") && !said.contains("hush"), "{said}\n{text}");
    assert!(said.contains("sayso read --office firm"), "{said}");
    assert!(said.contains("sayso charter import firm/quotes/CODEOWNERS > firm/charter.toml"), "{said}");
    let read = office.ok(&["read", "--office", "firm"]);
    assert!(read.contains("The record holds"), "{read}");
    assert!(read.contains("quotes (git") && read.contains("tickets (events"), "{read}");
    // The line that was said can be typed.
    let charter = office.ok(&["charter", "import", "firm/quotes/CODEOWNERS"]);
    assert!(charter.contains("[[remit]]"), "{charter}");
}

#[test]
fn in_the_folder_itself_the_next_lines_need_no_office() {
    let office = firm();
    let mut command = office.command(&["init"]);
    let out = command.current_dir(office.path().join("firm")).output().unwrap();
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success() && said.contains("  sayso read ") && !said.contains("--office"), "{said}");
}

#[test]
fn an_empty_folder_gets_a_file_that_explains_itself() {
    let office = TestOffice::new();
    let said = office.ok(&["init", "new/firm"]);
    assert!(said.contains("nothing that Sayso reads") && said.contains("new/firm/sayso.toml"), "{said}");
    let text = std::fs::read_to_string(office.path().join("new/firm/sayso.toml")).unwrap();
    assert!(text.contains("# [[source]]") && text.contains("name = \"firm\""), "{text}");
    let read = office.ok(&["read", "--office", "new/firm"]);
    assert!(read.contains("The record holds 0 events"), "{read}");
}

#[test]
fn what_somebody_wrote_is_never_overwritten() {
    let office = firm();
    office.write("firm/sayso.toml", "# mine\n");
    let said = office.run(&["init", "firm"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("there is one already") && said.err.contains("--stdout"), "{said:?}");
    assert_eq!(std::fs::read_to_string(office.path().join("firm/sayso.toml")).unwrap(), "# mine\n");
    let printed = office.ok(&["init", "firm", "--stdout"]);
    assert!(printed.starts_with("# An office of Sayso") && printed.contains("kind = \"git\""), "{printed}");
    assert_eq!(std::fs::read_to_string(office.path().join("firm/sayso.toml")).unwrap(), "# mine\n");
    let file = office.write("log.csv", "a,b\n");
    assert_eq!(office.run(&["init", file.to_str().unwrap()]).code, 2);
}

#[test]
fn a_lens_that_lies_there_and_fits_is_used_and_exports_of_one_folder_are_one_source() {
    let office = firm();
    office.write(
        "firm/lenses/odd.toml",
        "name = \"odd\"\nitem = \"Sprawa\"\nat = \"Kiedy\"\nactor = \"Kto\"\nactivity = \"Co\"\n\n\
         [[rule]]\nactivity = \"start\"\nact = \"raised\"\n",
    );
    office.write("firm/odd.csv", "Sprawa;Kiedy;Kto;Co\n1;2026-01-05T09:00:00Z;Ewa;start\n");
    let issue = |n: u32| {
        format!(
            "{{\"issue\":{{\"id\":{n},\"project\":{{\"id\":1,\"name\":\"P\"}},\"tracker\":{{\"id\":1,\"name\":\"Bug\"}},\
             \"status\":{{\"id\":1,\"name\":\"New\"}},\"priority\":{{\"id\":2,\"name\":\"Normal\"}},\
             \"author\":{{\"id\":5,\"name\":\"Ewa\"}},\"subject\":\"s\",\"created_on\":\"2026-01-05T09:00:00Z\",\
             \"updated_on\":\"2026-01-05T09:00:00Z\",\"journals\":[]}}}}"
        )
    };
    office.write("firm/exports/1.json", issue(1));
    office.write("firm/exports/2.json", issue(2));
    let said = office.ok(&["init", "firm", "--format", "json"]);
    let beginning: serde_json::Value = serde_json::from_str(&said).unwrap();
    let text = beginning["text"].as_str().unwrap();
    assert!(text.contains("\nlens = \"lenses/odd.toml\""), "{text}");
    assert!(text.contains("\npath = \"exports\"") && text.contains("\nkind = \"redmine\""), "{text}");
    assert!(office.ok(&["read", "--office", "firm"]).contains("exports (redmine"));
}
