//! Who has the say, what leaders believe, and who is forgotten: the verbs of authority as users type them.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::across_the_sea;
use crate::office::TestOffice;

fn firm(args: &[&str]) -> TestOffice {
    let office = TestOffice::new();
    office.ok(&[&["example", "insurer", "firm"], args].concat());
    office
}

fn findings(office: &TestOffice) -> Vec<Value> {
    office.json(&["diagnose", "firm", "--format", "json"])["findings"].as_array().unwrap().clone()
}

fn says(finding: &Value, key: &str) -> String {
    finding[key].as_str().unwrap_or_default().to_owned()
}

#[test]
fn what_was_planted_is_found_before_the_change_and_not_as_current_after_it() {
    let found = findings(&firm(&[]));
    let of = |pattern: &str| -> Vec<&Value> { found.iter().filter(|one| says(one, "pattern") == pattern).collect() };
    let gated: Vec<String> = of("implicit_gate").iter().map(|one| says(one, "area")).collect();
    for area in ["pricing", "renewals"] {
        assert!(gated.iter().any(|found| found == area), "the gate in {area} is missed: {gated:?}");
    }
    assert_eq!(gated.len(), 2, "no gate but the planted ones: {gated:?}");
    for gate in of("implicit_gate") {
        assert_eq!(says(gate, "role"), "senior product manager");
        assert_eq!(says(gate, "matter"), "scope");
    }
    assert!(of("permission_seeking").iter().any(|one| says(one, "matter") == "priority"));
    assert!(!of("intervention").is_empty());
    for pattern in ["implicit_gate", "permission_seeking", "intervention"] {
        for one in of(pattern) {
            assert_ne!(says(one, "verdict"), "current", "{}", says(one, "id"));
        }
    }
    for one in &found {
        assert!(says(one, "question").ends_with('?'), "{one}");
        assert!(!one["evidence"].as_array().unwrap().is_empty(), "{one}");
        assert!(!one["estimates"].as_array().unwrap().is_empty(), "{one}");
        assert!(["A", "B"].contains(&says(one, "strength").as_str()), "{one}");
        for name in ["judith", "oldershaw", "graham", "tewsley"] {
            assert!(!one.to_string().to_lowercase().contains(name), "a finding names a person: {one}");
        }
    }
}

#[test]
fn a_healthy_firm_gives_no_finding() {
    // Many seeds are `sayso validity`; these few are here to see that the whole command agrees.
    for seed in ["11", "12"] {
        let found = findings(&firm(&["--healthy", "--seed", seed]));
        let ids: Vec<String> = found.iter().map(|one| says(one, "id")).collect();
        assert!(ids.is_empty(), "seed {seed}: {ids:?}");
    }
}

#[test]
fn beliefs_are_held_against_the_record_and_build_servers_can_read_it() {
    let office = firm(&[]);
    let said = office.run(&["check", "--office", "firm", "--junit", "check.xml"]);
    assert_eq!(said.code, 1, "{}\n{}", said.out, said.err);
    let beliefs = office.run(&["check", "--office", "firm", "--format", "json"]);
    let beliefs: Vec<Value> = serde_json::from_str(&beliefs.out).unwrap();
    let verdict = |id: &str| {
        let one = beliefs.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("no belief {id}"));
        says(one, "verdict")
    };
    assert_eq!(verdict("owners-decide-scope-before"), "contradicted");
    assert_eq!(verdict("owners-decide-scope-after"), "supported");
    assert_eq!(verdict("quick-releases-in-quotes"), "undecided");
    let xml = std::fs::read_to_string(office.path().join("check.xml")).unwrap();
    let report = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    assert_eq!((report.tests, report.failures), (beliefs.len(), 1), "{xml}");
    assert_eq!(office.run(&["check", "--office", "firm", "--fail-on", "undecided"]).code, 1);
}

#[test]
fn leaders_are_asked_one_by_one_and_their_differences_shown() {
    let office = firm(&[]);
    for (who, answers) in
        [("Head of Product", "y said so myself\ny\nwhat?\nn\nq\n"), ("Managing Director", "n\nn\n?\n")]
    {
        let mut command = office.command(&["assume", "--as", who, "--office", "firm"]);
        let mut child =
            command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success());
        assert!(String::from_utf8(out.stdout).unwrap().contains("3 of 16 answered"));
    }
    let said = office.run(&["check", "--office", "firm"]);
    assert!(said.out.contains("The people at the top differ"), "{}", said.out);
    assert!(said.out.contains("Head of Product: agree"), "{}", said.out);
}

#[test]
fn who_is_forgotten_is_gone_from_every_byte_and_does_not_come_back() {
    let office = firm(&[]);
    let toml = std::fs::read_to_string(office.path().join("firm/sayso.toml")).unwrap();
    office.write("firm/sayso.toml", toml.replace("[privacy]", "[privacy]\nnames = true\nbecause = \"a test looks\""));
    office.ok(&["diagnose", "firm", "--format", "json"]);
    let names = ["judith.oldershaw", "judith oldershaw"];
    // What is compressed on disk is looked at through SQL, with names shown; all else byte by byte.
    let told = |office: &TestOffice| {
        let sql = "SELECT person AS word FROM people UNION SELECT actor FROM events UNION SELECT \"to\" FROM events \
                   UNION SELECT activity FROM events UNION SELECT array_to_string(attributes, ' ') FROM events \
                   UNION SELECT detail FROM skipped";
        let all = office.ok(&["query", sql, "--office", "firm", "--format", "json"]).to_lowercase();
        names.iter().any(|name| all.contains(name))
    };
    let on_disk = |office: &TestOffice| holding(&office.path().join("firm/.sayso"), &names);
    assert!(told(&office), "the search must be able to find the name");
    let said = office.ok(&["forget", "Judith Oldershaw", "--office", "firm"]);
    assert!(said.contains("people.csv"), "what still holds the name is told: {said}");
    assert!(!told(&office));
    assert_eq!(on_disk(&office), Vec::<String>::new());
    // The source still names her, and is read again from its beginning.
    let events = office.path().join("firm/events.csv");
    let text =
        std::fs::read_to_string(&events).unwrap().replacen("GOAL-1,2024-11-04T09:05:3", "GOAL-1,2024-11-04T09:05:2", 1);
    std::fs::write(&events, text).unwrap();
    office.ok(&["read", "firm"]);
    assert!(!told(&office), "reading again brought the name back");
    assert_eq!(on_disk(&office), Vec::<String>::new());
    assert_eq!(office.run(&["forget", "Nobody Inparticular", "--office", "firm"]).code, 2);
}

#[test]
fn every_answer_about_an_office_is_noted() {
    let office = firm(&[]);
    office.ok(&["diagnose", "firm", "--format", "json"]);
    office.ok(&["query", "SELECT count(*) AS n FROM remits", "--office", "firm"]);
    office.ok(&["who", "pricing", "--office", "firm"]);
    let log = std::fs::read_to_string(office.path().join("firm/.sayso/views.log")).unwrap();
    let verbs: Vec<String> = log.lines().map(|line| says(&serde_json::from_str(line).unwrap(), "verb")).collect();
    assert_eq!(verbs, ["diagnose", "query", "who"]);
}

#[test]
fn answers_about_different_windows_isolate_nobody_together() {
    let office = firm(&[]);
    let windows: [&[&str]; 5] = [
        &[],
        &["--until", "2025-06-01"],
        &["--until", "2025-03-01"],
        &["--since", "2025-03-01"],
        &["--since", "2025-03-01", "--until", "2025-06-01"],
    ];
    // Answered questions by place, as each answer shows them.
    let mut shown: Vec<std::collections::BTreeMap<String, u64>> = Vec::new();
    let mut left_out = 0;
    for window in windows {
        let said = office.run(&[&["diagnose", "firm", "--format", "json"], window].concat());
        if said.code != 0 {
            assert!(said.err.contains("which was shown before"), "{}", said.err);
            left_out += 1;
            continue;
        }
        let diagnosis: Value = serde_json::from_str(&said.out).unwrap();
        let measures = diagnosis["measures"].as_array().unwrap();
        let of = measures.iter().filter(|one| one["id"] == "M00" && one["statistic"] == "decider_known");
        shown.push(of.map(|one| (one["scope"].to_string(), one["n"].as_u64().unwrap())).collect());
        let withheld = diagnosis["withheld"].as_array().unwrap();
        left_out += usize::from(withheld.iter().any(|one| says(one, "why").contains("which was shown before")));
    }
    assert!(left_out > 0, "the windows must be near enough to each other for the test to say something");
    for (at, one) in shown.iter().enumerate() {
        for other in &shown[at + 1..] {
            for (place, n) in one {
                let Some(differ) = other.get(place).map(|other| n.abs_diff(*other)) else { continue };
                assert!(differ == 0 || differ >= 20, "{place}: {n} less {differ}");
            }
        }
    }
}

#[test]
fn a_repository_that_its_charter_calls_aligned_passes_one_gate() {
    let office = TestOffice::new();
    across_the_sea::build(&office.path().join("repo"), 120);
    let conformity = office.ok(&["charter", "conformity", "repo"]);
    assert!(conformity.contains("written by somebody declared"), "{conformity}");
    let diagnosis = office.json(&["diagnose", "repo", "--format", "json"]);
    let found = diagnosis["findings"].as_array().unwrap();
    let gate = found.iter().find(|one| one["pattern"] == "sole_gate").unwrap_or_else(|| panic!("{found:?}"));
    assert!(says(gate, "claim").contains("does not speak of the speed of that person or of their site"), "{gate}");
    let share = gate["estimates"].as_array().unwrap().iter().find(|one| one["statistic"] == "top_share").unwrap();
    assert_eq!(share["value"], 1.0);
}

#[test]
fn a_charter_is_checked_shown_compared_and_brought_in() {
    let office = firm(&[]);
    assert!(office.ok(&["charter", "check", "--office", "firm"]).contains("Nothing to object to"));
    let shown = office.ok(&["charter", "show", "claims", "--office", "firm"]);
    assert!(shown.contains("role:product owner") && shown.contains("retained by design"), "{shown}");
    let text = std::fs::read_to_string(office.path().join("firm/charter.toml")).unwrap();
    office.write("other.toml", text.replace("role:tech lead", "role:engineer"));
    let differs = office.run(&["charter", "diff", "firm/charter.toml", "other.toml"]);
    assert_eq!(differs.code, 1);
    assert!(differs.out.contains("engineer"), "{}", differs.out);
    office.write("repo/CODEOWNERS", "* @everybody\n/lib/ @library-team\n/docs/\n");
    let imported = office.ok(&["charter", "import", "repo"]);
    assert!(imported.contains("[[remit]]") && imported.contains("library-team"), "{imported}");
    office.write("firm/charter.toml", "[[remit]]\nmatter = \"scope\"\narea = \"*\"\ndecide = [\"role:x\"]\n");
    let wrong = office.run(&["diagnose", "firm"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean `decides`?"), "{}", wrong.err);
}

/// Files below a folder that hold one of these names, whatever the case.
fn holding(folder: &Path, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, names));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
        if names.iter().any(|name| bytes.windows(name.len()).any(|window| window == name.as_bytes())) {
            found.push(path.display().to_string());
        }
    }
    found
}
