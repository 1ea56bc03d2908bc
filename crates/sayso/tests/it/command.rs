//! The command as users type it: on the example, on small logs, on broken ones, interrupted, and twice.

use std::io::Write as _;
use std::time::Duration;

use serde_json::Value;

use crate::office::{TestOffice, bytes_of, project};

const HEADER: &str = "item,at,actor,activity,act,to,matter,area,verdict,link,text\n";

/// The example office in a folder of the test's own.
fn insurer() -> TestOffice {
    let office = TestOffice::new();
    office.ok(&["example", "insurer", "firm"]);
    office
}

/// The hops of all decisions in an office, as (item, seconds held).
fn query(office: &TestOffice, target: &str, sql: &str) -> Value {
    office.json(&["query", sql, "--office", target, "--format", "json"])
}

#[test]
fn the_example_is_diagnosed_and_the_last_line_names_a_page() {
    let office = insurer();
    let out = office.ok(&["diagnose", "firm"]);
    let last = out.lines().last().unwrap();
    let page = office.path().join(last.rsplit(": ").next().unwrap());
    let html = std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{error}: {last}"));
    assert!(html.starts_with("<!DOCTYPE html>"), "{}", &html[..60]);
    assert!(!html.contains("<script"), "the page must be readable without script");
    assert!(out.lines().all(|line| line.chars().count() <= 80 || line.contains(".html")), "{out}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_with_any_number_of_threads() {
    let office = insurer();
    let [one, four, as_many_as_there_are] = [&["--threads", "1"][..], &["--threads", "4"], &[]]
        .map(|threads| office.ok(&[&["diagnose", "firm", "--format", "json"], threads].concat()));
    assert!(one == four && four == as_many_as_there_are);
}

#[test]
fn json_has_the_promised_shape_and_no_number_stands_alone() {
    let office = insurer();
    let diagnosis = office.json(&["diagnose", "firm", "--format", "json"]);
    for key in ["sayso", "schema", "seed", "window", "coverage", "measures", "findings", "assumptions", "gaps"] {
        assert!(!diagnosis[key].is_null(), "{key} is missing");
    }
    let measures = diagnosis["measures"].as_array().unwrap();
    assert!(measures.len() > 30, "only {} measures", measures.len());
    for measure in measures {
        for key in ["id", "scope", "statistic", "level", "n", "unit", "window", "method"] {
            assert!(!measure[key].is_null(), "{key} is missing in {measure}");
        }
        if measure["value"].is_null() {
            assert!(measure["why"].is_string(), "neither value nor reason: {measure}");
        }
    }
}

#[test]
fn no_name_of_a_person_is_shown_anywhere() {
    let office = insurer();
    let people = std::fs::read_to_string(office.path().join("firm/people.csv")).unwrap();
    let mut names: Vec<String> = Vec::new();
    for row in people.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        if cells.contains(&"bot") {
            continue;
        }
        names.extend([cells[0], cells[1], cells[2]].iter().filter(|cell| cell.len() > 3).map(|cell| cell.to_string()));
    }
    assert!(names.len() > 20);
    let mut shown = String::new();
    for format in ["text", "json", "markdown", "csv", "html"] {
        shown += &office.ok(&["diagnose", "firm", "--format", format]);
    }
    for table in ["events", "decisions", "hops", "arcs", "people", "skipped"] {
        shown +=
            &office.ok(&["query", &format!("SELECT * FROM {table} LIMIT 2000"), "--office", "firm", "--format", "csv"]);
    }
    for name in names {
        assert!(!shown.contains(&name), "{name} is shown");
    }
}

#[test]
fn hops_fill_their_time_and_the_doctor_agrees() {
    let office = insurer();
    let out = office.ok(&["doctor", "--office", "firm"]);
    assert!(!out.contains("BROKEN") && out.contains("ok"), "{out}");
    let sums = query(
        &office,
        "firm",
        "SELECT d.decision, d.latency_calendar_h AS latency, sum(h.held_calendar_h) AS held, \
         d.latency_working_h AS latency_w, sum(h.held_working_h) AS held_w \
         FROM decisions d JOIN hops h ON d.decision = h.decision \
         WHERE d.latency_calendar_h IS NOT NULL GROUP BY 1, 2, 4",
    );
    let rows = sums.as_array().unwrap();
    assert!(rows.len() > 500, "only {} decisions", rows.len());
    for row in rows {
        let gap = row["latency"].as_f64().unwrap() - row["held"].as_f64().unwrap();
        let gap_w = row["latency_w"].as_f64().unwrap() - row["held_w"].as_f64().unwrap();
        assert!(gap.abs() < 1e-6 && gap_w.abs() < 1e-6, "{row}");
    }
}

/// Only what is asked for is read and made, so that a column asked for alone is made another way than among all.
#[test]
fn a_column_says_the_same_whatever_is_asked_for_beside_it() {
    let office = insurer();
    for (table, key) in [("decisions", "decision"), ("hops", "decision || '/' || seq")] {
        let first = query(&office, "firm", &format!("SELECT * FROM {table} LIMIT 1"));
        let columns: Vec<&String> = first[0].as_object().unwrap().keys().collect();
        assert!(columns.len() > 10, "{columns:?}");
        let alone = |column: &&String| {
            format!("SELECT '{column}' AS name, {key} AS row, CAST({column} AS VARCHAR) AS value FROM {table}")
        };
        let alone: Vec<String> = columns.iter().map(alone).collect();
        let alone = query(&office, "firm", &format!("{} ORDER BY name, row", alone.join(" UNION ALL ")));
        let cast: Vec<String> = columns.iter().map(|name| format!("CAST({name} AS VARCHAR) AS {name}")).collect();
        let all =
            query(&office, "firm", &format!("SELECT {key} AS row, {} FROM {table} ORDER BY row", cast.join(", ")));
        let (alone, all) = (alone.as_array().unwrap(), all.as_array().unwrap());
        assert_eq!(alone.len(), all.len() * columns.len());
        let mut names = columns.clone();
        names.sort();
        for (name, values) in names.iter().zip(alone.chunks(all.len())) {
            for (one, row) in values.iter().zip(all) {
                assert_eq!((&one["row"], &one["value"]), (&row["row"], &row[*name]), "{name}");
            }
        }
    }
}

#[test]
fn a_path_is_printed_for_an_item_and_a_typo_gets_a_hint() {
    let office = insurer();
    let rows = query(&office, "firm", "SELECT item FROM decisions WHERE n_hops > 2 ORDER BY item LIMIT 1");
    let item = rows[0]["item"].as_str().unwrap();
    let out = office.ok(&["path", item, "--office", "firm"]);
    assert!(out.contains(item), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let said = office.run(&["path", "NO-SUCH-ITEM", "--office", "firm"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("error:") && said.err.contains("hint:"), "{}", said.err);
}

#[test]
fn an_empty_file_is_refused_with_a_hint() {
    let office = TestOffice::new();
    office.write("empty.csv", "");
    let said = office.run(&["diagnose", "empty.csv"]);
    assert!(said.code == 2 || said.code == 3, "{}", said.code);
    assert!(said.err.starts_with("error: failed to") && said.err.contains("\nhint: "), "{}", said.err);
    assert!(said.out.is_empty());
}

#[test]
fn a_log_of_one_event_gives_an_answer_without_numbers() {
    let office = TestOffice::new();
    office.write("one.csv", format!("{HEADER}A-1,2026-03-02T09:00:00+01:00,anna,,raised,,scope,pricing,,,\n"));
    let diagnosis = office.json(&["diagnose", "one.csv", "--format", "json"]);
    assert_eq!(diagnosis["coverage"]["events"], 1);
    assert_eq!(diagnosis["coverage"]["decisions"], 1);
    assert_eq!(diagnosis["measures"].as_array().unwrap().len(), 0, "one decision is below every floor");
    assert!(!diagnosis["withheld"].as_array().unwrap().is_empty());
    let out = office.ok(&["diagnose", "one.csv"]);
    assert!(out.lines().last().unwrap().ends_with(".html"), "{out}");
}

#[test]
fn a_header_without_rows_is_an_answer_too() {
    let office = TestOffice::new();
    office.write("none.csv", HEADER);
    let diagnosis = office.json(&["diagnose", "none.csv", "--format", "json"]);
    assert_eq!(diagnosis["coverage"]["events"], 0);
    assert!(!diagnosis["gaps"].as_array().unwrap().is_empty());
}

#[test]
fn a_bad_row_in_the_middle_is_set_aside_with_its_place() {
    let office = TestOffice::new();
    office.write(
        "log.csv",
        format!(
            "{HEADER}A-1,2026-03-02T09:00:00Z,anna,,raised,,scope,pricing,,,\n\
             A-1,yesterday,anna,,asked,ben,scope,pricing,,,\n\
             A-1,2026-03-03T09:00:00Z,ben,,decided,,scope,pricing,approved,,\n"
        ),
    );
    let reading = office.json(&["read", "log.csv", "--format", "json"]);
    let ledger = &reading["sources"][0]["ledger"];
    assert_eq!((&ledger["seen"], &ledger["kept"], &ledger["events"]), (&3.into(), &2.into(), &2.into()), "{reading}");
    assert_eq!(ledger["set_aside"]["time_unreadable"], 1);
    let out = office.ok(&["read", "log.csv"]);
    assert!(out.contains("3 elements seen = 2 kept + 1 set aside"), "{out}");
    assert!(out.contains("line 3"), "{out}");
}

#[test]
fn a_truncated_archive_is_refused_and_salvaged_on_demand() {
    let office = TestOffice::new();
    let mut rows = String::from(HEADER);
    for i in 0..5_000 {
        rows += &format!(
            "A-{i},2026-03-02T09:{:02}:{:02}Z,anna{},,raised,,scope,pricing,,,\n",
            i / 60 % 60,
            i % 60,
            i % 97
        );
    }
    let mut gz = flate(&rows);
    gz.truncate(gz.len() / 2);
    office.write("log.csv.gz", gz);
    let said = office.run(&["diagnose", "log.csv.gz"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("--salvage"), "{}", said.err);
    let diagnosis = office.json(&["diagnose", "log.csv.gz", "--salvage", "--format", "json"]);
    let events = diagnosis["coverage"]["events"].as_u64().unwrap();
    assert!(events > 500 && events < 5_000, "{events}");
}

fn flate(text: &str) -> Vec<u8> {
    // gzip by the system's own tool would be one more thing to install; Python's is there for the trap files anyway.
    let mut child = std::process::Command::new("python3")
        .args(["-c", "import sys, gzip; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read()))"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap().stdout
}

#[test]
fn reading_twice_changes_nothing() {
    let office = insurer();
    office.ok(&["read", "firm"]);
    let first = bytes_of(&office.path().join("firm/.sayso"));
    let out = office.ok(&["read", "firm"]);
    assert!(out.contains("unchanged"), "{out}");
    assert!(!first.is_empty());
    assert!(first == bytes_of(&office.path().join("firm/.sayso")), "the second reading changed the record");
}

#[test]
fn a_reading_that_was_killed_goes_on_and_ends_with_the_same_bytes() {
    let office = TestOffice::new();
    let mut log = std::io::BufWriter::new(std::fs::File::create(office.path().join("log.csv")).unwrap());
    log.write_all(HEADER.as_bytes()).unwrap();
    for i in 0..700_000_u64 {
        let (item, minute) = (i / 4, i % 4 * 7 + i / 4 % 1_000 * 40);
        let act = ["raised", "asked", "approved", "decided"][(i % 4) as usize];
        let to = if act == "asked" { format!("p{}", i % 211) } else { String::new() };
        writeln!(
            log,
            "A-{item},2026-{:02}-{:02}T{:02}:{:02}:00Z,p{},,{act},{to},scope,area{},,,",
            1 + minute / 40_000 % 12,
            1 + minute / 1_440 % 28,
            minute / 60 % 24,
            minute % 60,
            i % 307,
            item % 11
        )
        .unwrap();
    }
    log.into_inner().unwrap().sync_all().unwrap();

    office.ok(&["read", "log.csv", "--record", "clean"]);
    let clean = bytes_of(&office.path().join("clean"));

    let mut kills = 0;
    for _ in 0..40 {
        let mut child = office
            .command(&["read", "log.csv", "--record", "killed"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let before = version(&office);
        // Killed as soon as one more safe place is on disk, so that every run makes some headway and none ends by itself
        // before at least one kill.
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if version(&office) > before {
                break None;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        match ended {
            Some(status) => {
                assert!(status.success());
                break;
            }
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
            }
        }
    }
    assert!(kills > 0, "the reading was never killed half-way");
    office.ok(&["read", "log.csv", "--record", "killed"]);
    let killed = bytes_of(&office.path().join("killed"));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(_, bytes)| bytes.len()).collect::<Vec<_>>();
    assert_eq!(names(&clean), names(&killed));
    let contents = |files: &[(String, Vec<u8>)]| {
        let mut all: Vec<Vec<u8>> = files.iter().map(|(_, bytes)| bytes.clone()).collect();
        all.sort();
        all
    };
    assert!(contents(&clean) == contents(&killed), "the tables differ after {kills} kills");
}

/// The version of the manifest of the record that is being killed; 0 where there is none yet.
fn version(office: &TestOffice) -> u64 {
    std::fs::read(office.path().join("killed/manifest.json"))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
        .and_then(|manifest| manifest["version"].as_u64())
        .unwrap_or(0)
}

#[test]
fn a_mistyped_key_is_answered_with_what_was_meant() {
    let office = TestOffice::new();
    office.write("sayso.toml", "[ofice]\nname = \"x\"\n");
    let said = office.run(&["diagnose"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean `office`?"), "{}", said.err);
}

#[test]
fn names_without_a_reason_are_refused() {
    let office = TestOffice::new();
    office.write("sayso.toml", "[privacy]\nnames = true\n");
    let said = office.run(&["diagnose"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("because"), "{}", said.err);
}

#[test]
fn a_query_may_only_ask() {
    let office = insurer();
    for sql in [
        "DROP TABLE events",
        "CREATE TABLE x AS SELECT 1",
        "COPY (SELECT 1) TO 'x.csv'",
        "SELEC 1",
        "SELECT nope FROM events",
    ] {
        let said = office.run(&["query", sql, "--office", "firm"]);
        assert_eq!(said.code, 2, "{sql}: {}", said.err);
        assert!(said.err.contains("hint:"), "{sql}: {}", said.err);
    }
    assert!(!office.path().join("x.csv").exists());
}

#[test]
fn as_of_shows_the_record_as_it_stood() {
    let office = insurer();
    let open = |args: &[&str]| {
        let mut all = vec!["diagnose", "firm", "--format", "json"];
        all.extend_from_slice(args);
        office.json(&all)["coverage"].clone()
    };
    let (whole, then) = (open(&[]), open(&["--as-of", "2025-05-01"]));
    assert!(then["events"].as_u64().unwrap() < whole["events"].as_u64().unwrap(), "{then} {whole}");
    assert!(then["decisions"].as_u64().unwrap() > 0);
    let said = office.run(&["diagnose", "firm", "--as-of", "last Tuesday"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("2026-03-01"), "{}", said.err);
}

#[test]
fn a_git_repository_is_read_without_an_office_and_its_limits_are_said() {
    let office = TestOffice::new();
    let repo = office.path().join("repo");
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git")
            .arg("-C")
            .arg(&repo)
            .args(args)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_DATE", "2026-03-02T10:00:00+0100")
            .env("GIT_COMMITTER_DATE", "2026-03-03T10:00:00+0000")
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    std::fs::create_dir(&repo).unwrap();
    git(&["init", "-q", "-b", "main"]);
    std::fs::create_dir(repo.join("lib")).unwrap();
    for i in 0..3 {
        std::fs::write(repo.join(format!("lib/{i}.txt")), "x").unwrap();
        git(&["add", "."]);
        git(&[
            "-c",
            "user.name=Rita Example",
            "-c",
            "user.email=rita@example.org",
            "commit",
            "-q",
            "-m",
            &format!("lib: change {i}\n\nReviewed-by: Tom Sample <tom@example.org>"),
        ]);
    }
    let diagnosis = office.json(&["diagnose", "repo", "--format", "json"]);
    assert_eq!(diagnosis["coverage"]["items"], 3, "{}", diagnosis["coverage"]);
    assert_eq!(diagnosis["coverage"]["sources"][0]["kind"], "git");
    let gaps = diagnosis["gaps"].to_string();
    assert!(gaps.contains("calls"), "what is decided in calls cannot be seen: {gaps}");
}

#[test]
fn help_shows_an_example_and_every_verb() {
    let office = TestOffice::new();
    let help = office.ok(&["--help"]);
    for word in ["sayso diagnose offices/insurer", "read", "diagnose", "path", "query", "doctor", "example"] {
        assert!(help.contains(word), "{help}");
    }
}

/// The picture in the README is the one of the example; `SAYSO_BLESS=1 cargo test --workspace picture` draws it anew.
#[test]
fn the_picture_in_the_readme_is_what_the_command_draws() {
    let picture = insurer().ok(&["diagnose", "firm", "--format", "svg"]);
    let path = project("docs/picture.svg");
    #[expect(clippy::disallowed_methods, reason = "how whoever runs the tests asks for the file to be written")]
    if std::env::var_os("SAYSO_BLESS").is_some() {
        std::fs::write(&path, &picture).unwrap();
    }
    assert!(picture == std::fs::read_to_string(path).unwrap(), "docs/picture.svg is old; draw it with SAYSO_BLESS=1");
}

/// `docs/reference/commands.md` is the help itself; `SAYSO_BLESS=1 cargo test --workspace help` writes it anew.
#[test]
fn the_reference_of_commands_is_what_the_help_prints() {
    let office = TestOffice::new();
    let mut page = "# Commands\n\nThe help of every verb, as the command prints it.\n".to_owned();
    let mut left = vec![Vec::<String>::new()];
    while let Some(verb) = left.pop() {
        let args: Vec<&str> = verb.iter().map(String::as_str).chain(["--help"]).collect();
        let help = office.ok(&args);
        let name = std::iter::once("sayso").chain(verb.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
        page.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.trim_end()));
        let listed = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest).lines();
        let names = listed.take_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix("  "));
        let names = names.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_whitespace().next());
        let below: Vec<_> = names.filter(|name| *name != "help").map(str::to_owned).collect();
        left.extend(below.into_iter().rev().map(|name| verb.iter().cloned().chain([name]).collect()));
    }
    let path = project("docs/reference/commands.md");
    #[expect(clippy::disallowed_methods, reason = "how whoever runs the tests asks for the file to be written")]
    if std::env::var_os("SAYSO_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    let differs = page.lines().zip(written.lines()).find(|(now, then)| now != then);
    assert!(page == written, "docs/reference/commands.md is old; write it with SAYSO_BLESS=1: {differs:?}");
}

#[test]
fn the_record_goes_out_for_other_tools_and_comes_back_the_same() {
    let office = insurer();
    let n = |target: &str| {
        query(&office, target, "SELECT count(*) AS n FROM events WHERE act IS NOT NULL OR activity <> ''")[0]["n"]
            .clone()
    };
    let people = std::fs::read_to_string(office.path().join("firm/people.csv")).unwrap();
    let name = people.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    let mut said = Vec::new();
    for file in ["out.jsonocel", "out.xmlocel", "out.sqlite", "out.xes.gz"] {
        let out = office.ok(&["export", file, "--office", "firm"]);
        said.push(out.split(" activities").next().unwrap().to_owned());
        let bytes = std::fs::read(office.path().join(file)).unwrap();
        assert!(!bytes.windows(name.len()).any(|window| window == name.as_bytes()), "{file} names a person");
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    let events = said[0].split(' ').next().unwrap();
    assert_eq!(query(&office, "out.xes.gz", "SELECT count(*) AS n FROM events")[0]["n"].to_string(), events);
    assert_eq!(query(&office, "out.jsonocel", "SELECT count(*) AS n FROM events")[0]["n"].to_string(), events);
    assert!(n("firm").as_u64() >= events.parse().ok());
    let said = office.run(&["export", "out.txt", "--office", "firm"]);
    assert_eq!((said.code, said.err.contains(".jsonocel")), (2, true), "{}", said.err);
    assert!(!office.path().join("out.txt").exists());
}

#[test]
fn a_lens_is_proposed_and_explained_without_naming_anybody() {
    let office = insurer();
    let proposed = office.ok(&["lens", "suggest", "firm"]);
    assert!(proposed.contains("[[rule]]") && proposed.contains("Confidence: high"), "{proposed}");
    office.write(
        "log.csv",
        format!("{HEADER}A-1,2026-01-05T10:00:00Z,ann,opened,,,,,,,\nA-1,2026-01-06T10:00:00Z,bo,closed,,,,,,,\n"),
    );
    office.write(
        "lens.toml",
        "name = \"two\"\nkind = \"table\"\nitem = \"item\"\nat = \"at\"\nactor = \"actor\"\nactivity = \"activity\"\n\n\
         [[rule]]\nactivity = \"clos*\"\nact = \"decided\"\nbecause = \"closing is the answer\"\n\n\
         [[rule]]\nactivity = \"*\"\nact = \"raised\"\n",
    );
    let log = ["--office", "log.csv", "--lens", "lens.toml"];
    let said = office.ok(&[&["lens", "explain", "A-1"], &log[..]].concat());
    assert!(said.contains("rule 1, line 8") && said.contains("closing is the answer"), "{said}");
    assert!(said.contains("would have matched too: rule 2"), "{said}");
    assert!(!said.contains(": bo") && !said.contains(": ann"), "{said}");
    let said = office.run(&[&["lens", "explain", "A-2"], &log[..]].concat());
    assert_eq!((said.code, said.err.contains("SELECT DISTINCT item")), (2, true), "{}", said.err);
}
