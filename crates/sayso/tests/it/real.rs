//! The command on real logs and repositories, against what is published or counted about them.
//!
//! The data lies beside the project where there is any; without it these tests say that they were skipped.

use std::path::Path;

use serde_json::Value;

use crate::office::{TestOffice, project, real_data};

fn lens(name: &str) -> String {
    project(&format!("docs/guide/lenses/{name}.toml"))
}

fn log(data: &Path, name: &str) -> String {
    data.join("logs").join(name).to_string_lossy().into_owned()
}

fn rows(office: &TestOffice, target: &str, lens: &str, sql: &str) -> Vec<Value> {
    let answer = office.json(&["query", sql, "--office", target, "--lens", lens, "--format", "json"]);
    answer.as_array().unwrap().clone()
}

fn doctor_is_content(office: &TestOffice, target: &str, more: &[&str]) {
    let mut args = vec!["doctor", "--office", target];
    args.extend_from_slice(more);
    let out = office.ok(&args);
    assert!(!out.contains("BROKEN"), "{target}:\n{out}");
}

#[test]
fn rejections_of_domestic_declarations_by_role_are_the_published_ones() {
    let Some(data) = real_data() else { return };
    let office = TestOffice::new();
    let (target, lens) = (log(&data, "bpic2020_DomesticDeclarations.xes.gz"), lens("bpic2020"));
    // What an employee "rejects" after a rejection is the declaration being taken back; only what they reject of a fresh
    // submission is counted as theirs.
    let by_role = rows(
        &office,
        &target,
        &lens,
        "SELECT replace(activity, 'Declaration REJECTED by ', '') AS role, count(*) AS n FROM \
         (SELECT activity, lag(activity) OVER (PARTITION BY item ORDER BY at) AS before FROM events) \
         WHERE activity LIKE 'Declaration REJECTED by %' \
         AND (activity NOT LIKE '% by EMPLOYEE' OR before = 'Declaration SUBMITTED by EMPLOYEE') \
         GROUP BY 1 ORDER BY n DESC",
    );
    let found: Vec<(&str, u64)> =
        by_role.iter().map(|row| (row["role"].as_str().unwrap(), row["n"].as_u64().unwrap())).collect();
    assert_eq!(
        found,
        [
            ("ADMINISTRATION", 936),
            ("SUPERVISOR", 286),
            ("MISSING", 89),
            ("PRE_APPROVER", 86),
            ("BUDGET OWNER", 57),
            ("EMPLOYEE", 7)
        ]
    );
    let never = rows(
        &office,
        &target,
        &lens,
        "SELECT count(*) AS n FROM (SELECT item FROM events GROUP BY item \
         HAVING max(CASE WHEN activity LIKE 'Declaration FINAL_APPROVED by %' THEN 1 ELSE 0 END) = 0)",
    );
    assert_eq!(never[0]["n"], 419);
}

#[test]
fn the_incidents_are_all_read_and_country_zero_is_unknown() {
    let Some(data) = real_data() else { return };
    let office = TestOffice::new();
    let (target, lens) = (log(&data, "bpic2013_incidents.xes.gz"), lens("bpic2013"));
    let diagnosis = office.json(&["diagnose", &target, "--lens", &lens, "--format", "json"]);
    let coverage = &diagnosis["coverage"];
    assert_eq!((coverage["events"].as_u64(), coverage["items"].as_u64()), (Some(65_533), Some(7_554)), "{coverage}");
    let ledger = &coverage["sources"][0]["ledger"];
    assert_eq!((ledger["seen"].as_u64(), ledger["kept"].as_u64()), (Some(65_533), Some(65_533)), "{ledger}");
    let zero = rows(&office, &target, &lens, "SELECT count(*) AS n FROM events WHERE site = '0'");
    assert_eq!(zero[0]["n"], 0, "country 0 is no country");
    let crossing = rows(&office, &target, &lens, "SELECT sum(n_crossings) AS c, sum(n_handovers) AS h FROM decisions");
    assert!(crossing[0]["c"].as_u64().unwrap() > 1_000 && crossing[0]["h"].as_u64() > crossing[0]["c"].as_u64());
    doctor_is_content(&office, &target, &["--lens", &lens]);
}

/// Counted from the XES by a script that knows nothing of Sayso: neighbours in each trace by time, then by place in the
/// file; country 0 is no country.
#[test]
fn arcs_of_the_incidents_are_those_counted_by_hand() {
    let Some(data) = real_data() else { return };
    let office = TestOffice::new();
    let (target, lens) = (log(&data, "bpic2013_incidents.xes.gz"), lens("bpic2013"));
    let all = rows(
        &office,
        &target,
        &lens,
        "SELECT count(*) AS arcs, count(DISTINCT item) AS items, round(sum(waited_calendar_h), 3) AS waited, \
         count(crosses) AS both_sites, count(*) FILTER (WHERE crosses) AS crossings, \
         count(team_returns) AS changes, count(*) FILTER (WHERE team_returns) AS returns, \
         count(DISTINCT CASE WHEN team_returns THEN item END) AS items_with_returns, \
         count(*) FILTER (WHERE actor <> next_actor) AS handovers, \
         count(*) FILTER (WHERE next_actor = actor_before AND actor <> actor_before) AS subcontracted FROM arcs",
    );
    let items = rows(
        &office,
        &target,
        &lens,
        "SELECT count(*) AS n FROM (SELECT item FROM events GROUP BY item HAVING count(*) > 1)",
    );
    let expected = serde_json::json!({
        "arcs": 57_979,
        "items": items[0]["n"],
        "waited": 2_189_936.809,
        "both_sites": 51_150,
        "crossings": 6_422,
        "changes": 9_454,
        "returns": 2_394,
        "items_with_returns": 1_177,
        "handovers": 20_649,
        "subcontracted": 451,
    });
    assert_eq!(all[0], expected);
    let pairs = rows(
        &office,
        &target,
        &lens,
        "SELECT grouping(activity) AS people, count(*) AS n FROM arcs \
         GROUP BY GROUPING SETS ((activity, next_activity), (actor, next_actor))",
    );
    let n_of = |people: u64| pairs.iter().filter(|row| row["people"] == people).count();
    assert_eq!((n_of(0), n_of(1)), (81, 11_015));
    let first = rows(
        &office,
        &target,
        &lens,
        "SELECT activity, next_activity, count(*) AS n, round(sum(waited_calendar_h), 3) AS waited FROM arcs \
         GROUP BY 1, 2 ORDER BY n DESC LIMIT 1",
    );
    let expected = serde_json::json!({
        "activity": "Queued/Awaiting Assignment",
        "next_activity": "Accepted/In Progress",
        "n": 10_700,
        "waited": 292_336.475,
    });
    assert_eq!(first[0], expected);
}

/// Reference numbers for the closed problems, by the level at which holders are told apart: A-B-A, any return, hand-offs
/// an item, counted over all events of a problem. Sayso counts while a question is open, so the few events between an
/// answer and whoever opens it again are not in its numbers; hence the tolerance.
#[test]
fn ping_pong_of_the_closed_problems_is_what_was_counted_by_hand() {
    let Some(data) = real_data() else { return };
    let office = TestOffice::new();
    let (target, lens) = (log(&data, "bpic2013_closed_problems.xes.gz"), lens("bpic2013_problems"));
    let diagnosis = office.json(&["diagnose", &target, "--lens", &lens, "--format", "json"]);
    assert_eq!(diagnosis["coverage"]["items"], 1_487);
    let of = |id: &str, statistic: &str, by: &str, unit: &str| {
        let measures = diagnosis["measures"].as_array().unwrap();
        let found: Vec<f64> = measures
            .iter()
            .filter(|m| m["id"] == id && m["statistic"] == statistic && m["unit"] == unit)
            .filter(|m| m["scope"]["by"] == by && m["scope"].as_object().unwrap().len() == 1)
            .filter_map(|m| m["value"].as_f64())
            .collect();
        assert_eq!(found.len(), 1, "{id} {statistic} {by} {unit}: {found:?}");
        found[0]
    };
    for (by, pingpong, back, handoffs) in [("team", 0.072, 0.079, 0.44), ("site", 0.151, 0.155, 0.68)] {
        let (share, returns, mean) = (
            of("M18", "share", by, "share"),
            of("M18", "share_return", by, "share"),
            of("M17", "mean_per_item", by, "per_item"),
        );
        assert!((share - pingpong).abs() < 0.003, "{by}: {share}");
        assert!((returns - back).abs() < 0.003, "{by}: {returns}");
        assert!((mean - handoffs).abs() < 0.016, "{by}: {mean}");
    }
}

#[test]
fn every_log_is_diagnosed_through_its_lens_and_adds_up() {
    let Some(data) = real_data() else { return };
    let office = TestOffice::new();
    for (file, lens_name) in [
        ("bpic2020_DomesticDeclarations.xes.gz", "bpic2020"),
        ("bpic2020_RequestForPayment.xes.gz", "bpic2020"),
        ("bpic2013_closed_problems.xes.gz", "bpic2013_problems"),
        ("helpdesk.xes.gz", "helpdesk"),
        ("receipt.xes.gz", "receipt"),
        ("BPIC_2012_W_train.csv.gz", "bpic2012w"),
        ("BPIC_2017_W_train.csv.gz", "bpic2017w"),
        ("BPIC_2017_pre-drift_transformed.csv.gz", "bpic2017_predrift"),
    ] {
        let (target, lens) = (log(&data, file), lens(lens_name));
        let record = format!("record-{file}");
        let diagnosis = office.json(&["diagnose", &target, "--lens", &lens, "--record", &record, "--format", "json"]);
        let coverage = &diagnosis["coverage"];
        assert!(coverage["decisions"].as_u64().unwrap() > 100, "{file}: {coverage}");
        assert!(!diagnosis["measures"].as_array().unwrap().is_empty(), "{file}");
        doctor_is_content(&office, &target, &["--lens", &lens, "--record", &record]);
    }
}

#[test]
fn the_repositories_are_diagnosed_and_their_limits_said() {
    let Some(data) = real_data() else { return };
    let office = TestOffice::new();
    for (bundle, commits) in [("spdk", 3_999), ("dpdk", 3_250), ("peps", 11_594)] {
        let clone = format!("{bundle}-clone");
        let done = std::process::Command::new("git")
            .args(["clone", "-q", "--no-checkout"])
            .arg(data.join(format!("{bundle}.bundle")))
            .arg(office.path().join(&clone))
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let diagnosis = office.json(&["diagnose", &clone, "--record", bundle, "--format", "json"]);
        let ledger = &diagnosis["coverage"]["sources"][0]["ledger"];
        let seen = ledger["seen"].as_u64().unwrap();
        assert!(seen + 2 >= commits && seen <= commits + 2, "{bundle}: {seen} of {commits}");
        assert!(diagnosis["gaps"].as_array().unwrap().len() >= 3, "{bundle}");
        doctor_is_content(&office, &clone, &["--record", bundle]);
    }
}

#[test]
fn commits_of_dpdk_against_its_maintainers_as_of_each_commit() {
    let Some(data) = real_data() else { return };
    let office = TestOffice::new();
    let bundle = data.join("dpdk.bundle");
    let told = office.json(&["charter", "conformity", &bundle.to_string_lossy(), "--format", "json"]);
    let of = |class: &str| {
        let classes = told["classes"].as_array().unwrap();
        classes.iter().find(|one| one["class"] == class).unwrap()["commits"].as_u64().unwrap()
    };
    assert_eq!(told["commits"], 3_251);
    assert_eq!(of("no_maintainer_declared"), 180);
    assert_eq!(of("authored_by_declared"), 1_061);
    assert_eq!(of("acked_by_declared"), 1_145);
    assert_eq!(of("acked_by_others_only"), 492);
    assert_eq!(of("acked_by_nobody"), 373);
}

#[test]
fn delegates_and_resolutions_of_proposals_are_remits_and_decisions() {
    let Some(data) = real_data() else { return };
    let office = TestOffice::new();
    let bundle = data.join("peps.bundle").to_string_lossy().into_owned();
    let sql = "SELECT count(*) AS n, sum(CASE WHEN in_remit THEN 1 ELSE 0 END) AS within FROM decisions \
               WHERE status = 'decided'";
    let answer =
        office.json(&["query", sql, "--office", &bundle, "--lens", "pep", "--charter", &bundle, "--format", "json"]);
    let (n, within) = (answer[0]["n"].as_u64().unwrap(), answer[0]["within"].as_u64().unwrap());
    assert!(n > 300 && within > 0 && within <= n, "{within} of {n}");
    let imported = office.ok(&["charter", "import", &bundle]);
    assert!(imported.matches("[[remit]]").count() > 100, "{}", imported.len());
}

#[test]
fn in_one_organisation_line_one_person_closes_everything_and_no_country_is_called_slow() {
    let Some(data) = real_data() else { return };
    let office = TestOffice::new();
    let (target, lens) = (log(&data, "bpic2013_closed_problems.xes.gz"), lens("bpic2013_problems"));
    let diagnosis = office.json(&["diagnose", &target, "--lens", &lens, "--format", "json"]);
    let found = diagnosis["findings"].as_array().unwrap();
    let gates: Vec<&Value> = found.iter().filter(|one| one["pattern"] == "sole_gate").collect();
    let areas: Vec<&str> = gates.iter().map(|one| one["area"].as_str().unwrap()).collect();
    assert_eq!(areas, ["Org line G3"], "the other lines have many who close");
    let estimates = gates[0]["estimates"].as_array().unwrap();
    let share = estimates.iter().find(|one| one["statistic"] == "top_share").unwrap();
    assert!(share["value"].as_f64().unwrap() > 0.97 && share["n"].as_u64().unwrap() > 190, "{share}");
    assert!(
        gates[0]["claim"].as_str().unwrap().contains("does not speak of the speed of that person or of their site")
    );
    assert!(found.iter().all(|one| !one["claim"].as_str().unwrap().contains("country")), "{found:?}");
    distance_is_mostly_that_desk(&office, &diagnosis, &target, &lens);
}

/// What was counted by cases: 3.28 [2.49, 4.04]; without the one line 1.23 [0.96, 1.62]; of two people 0.96; in a queue 0.57,
/// and 3.72 [1.89, 9.19] within strata. Here questions are counted, of which a case that was opened again has two.
fn distance_is_mostly_that_desk(office: &TestOffice, diagnosis: &Value, target: &str, lens: &str) {
    let of = |of: &str, statistic: &str| {
        let scope = serde_json::json!({"of": of, "clock": "calendar"});
        let all = diagnosis["measures"].as_array().unwrap();
        let found =
            all.iter().find(|m| m["id"] == "M22" && m["statistic"] == statistic && m["scope"] == scope).unwrap();
        let number = |key: &str| found[key].as_f64().unwrap();
        (number("value"), number("low"), number("high"))
    };
    let (naive, low, high) = of("questions", "naive_ratio");
    assert!((2.49..4.04).contains(&naive) && low < 3.28 && 3.28 < high, "{naive} [{low}, {high}]");
    assert!((low - 2.49).abs() < 0.3 && (high - 4.04).abs() < 0.4, "[{low}, {high}]");
    let (without, low, high) = of("questions", "without_gates");
    assert!((without - 1.23).abs() < 0.06 && (low - 0.96).abs() < 0.1 && (high - 1.62).abs() < 0.2, "{without}");
    let (two, low, high) = of("questions", "two_people_ratio");
    assert!((two - 0.96).abs() < 0.1 && low < 0.96 && 0.96 < high, "{two}");
    let (queued, low, high) = of("queued hand-overs", "naive_ratio");
    assert!((queued - 0.57).abs() < 0.2 && low < 0.57 && 0.57 < high, "{queued}");
    let (stratified, low, high) = of("queued hand-overs", "stratified_ratio");
    assert!((1.89..9.19).contains(&stratified) && low < 3.72 && 3.72 < high, "{stratified} [{low}, {high}]");
    // Within strata whole questions look as if a border made them take twenty times as long; most of it is that who has a
    // question alone closes it on the spot, and cannot cross.
    let (strata, ..) = of("questions", "stratified_ratio");
    let (alone, ..) = of("questions", "alone_share");
    let (not_alone, ..) = of("questions", "stratified_not_alone");
    assert!(strata > 10.0 && alone > 0.3 && not_alone < strata / 3.0, "{strata} {alone} {not_alone}");
    let said = office.ok(&["diagnose", target, "--lens", lens]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("That number holds nothing constant, and is not what the border costs."), "{said}");
    assert!(said.contains("that part is a desk, not a distance"), "{said}");
    assert!(said.contains("Such a question cannot cross, and is often closed on the spot"), "{said}");
}

/// A tracker of 6,686 issues, most of whose accounts bear the zone of the firm that made it: that is no place. The others say
/// how far apart whoever asks and whoever is asked are.
#[test]
fn on_a_public_tracker_the_default_zone_is_no_place_and_what_was_never_told_is_counted() {
    let Some(data) = real_data() else { return };
    let office = TestOffice::new();
    let target = data.join("jira_titanium_AC_ALOY_MOD_DAEMON.jsonl.gz").to_string_lossy().into_owned();
    let diagnosis = office.json(&["diagnose", &target, "--format", "json"]);
    let gaps = diagnosis["gaps"].as_array().unwrap();
    let unset = gaps.iter().find(|gap| gap["id"] == "zone_unset").unwrap()["says"].as_str().unwrap();
    assert!(unset.contains("America/Los_Angeles") && unset.contains("not for a place"), "{unset}");
    let measures = diagnosis["measures"].as_array().unwrap();
    let of = |id: &str, statistic: &str| -> Vec<&Value> {
        measures.iter().filter(|m| m["id"] == id && m["statistic"] == statistic).collect()
    };
    let bands = of("M22", "median_by_offset");
    assert!(bands.len() >= 3, "{bands:?}");
    for band in &bands {
        assert!(band["n"].as_u64().unwrap() >= 20 && band["value"].as_f64().unwrap() > 0.0, "{band}");
        assert!(band["low"].is_number(), "{band}");
    }
    let rank = of("M22", "offset_rank")[0];
    assert!(
        rank["value"].as_f64().unwrap().abs() < 0.3 && rank["low"].is_number() && rank["high"].is_number(),
        "{rank}"
    );
    // 998 of the 6,211 issues that have a resolution were closed as "Needs more info".
    let wanting = of("M23", "closed_wanting");
    let whole = wanting.iter().find(|m| m["scope"].as_object().unwrap().is_empty()).unwrap();
    assert!((whole["value"].as_f64().unwrap() - 998.0 / 6_211.0).abs() < 0.005, "{whole}");
    let said = office.ok(&["diagnose", &target]).split_whitespace().collect::<Vec<_>>().join(" ");
    for says in ["taken as not set", "by the hours between whoever asked", "context that was lost"] {
        assert!(said.contains(says), "{says}: {said}");
    }
}
