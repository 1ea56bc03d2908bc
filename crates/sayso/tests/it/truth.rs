//! What Sayso recovers of what was planted in the example office, number by number.

use serde_json::Value;

use crate::office::TestOffice;

/// The example office, its planted truth, and rows of one query over it.
struct Planted {
    office: TestOffice,
    truth: toml::Table,
}

impl Planted {
    fn new() -> Self {
        let office = TestOffice::new();
        office.ok(&["example", "insurer", "firm"]);
        let text = std::fs::read_to_string(office.path().join("firm/truth.toml")).unwrap();
        Self { office, truth: text.parse().unwrap() }
    }

    fn rows(&self, sql: &str) -> Vec<Value> {
        let answer = self.office.json(&["query", sql, "--office", "firm", "--format", "json"]);
        answer.as_array().unwrap().clone()
    }

    /// One number of `[counts]`.
    fn count(&self, key: &str) -> i64 {
        self.truth["counts"][key].as_integer().unwrap()
    }

    fn list(&self, key: &str) -> &[toml::Value] {
        self.truth[key].as_array().unwrap()
    }
}

#[test]
fn every_count_is_the_planted_one() {
    let planted = Planted::new();
    let rows = planted.rows(
        "SELECT count(*) AS decisions, sum(n_hops) AS hops, sum(n_handovers) AS handovers, sum(n_crossings) AS crossings, \
         sum(n_escalations) AS escalations, sum(n_returns) AS returns, sum(n_approvals) AS approvals, \
         sum(n_objections) AS objections, count(executed_at) AS executed, count(reversed_at) AS undone, \
         sum(CASE status WHEN 'decided' THEN 1 ELSE 0 END) AS decided, \
         sum(CASE status WHEN 'withdrawn' THEN 1 ELSE 0 END) AS withdrawn, \
         sum(CASE status WHEN 'open' THEN 1 ELSE 0 END) AS open FROM decisions",
    );
    let found = rows[0].as_object().unwrap();
    assert!(found.len() >= 13);
    for (key, value) in found {
        assert_eq!(value.as_i64().unwrap(), planted.count(key), "{key}");
    }
    let events = planted.rows("SELECT count(*) AS n, count(DISTINCT item) AS items FROM events");
    assert_eq!(events[0]["n"].as_i64().unwrap(), planted.count("events"));
    assert_eq!(events[0]["items"].as_i64().unwrap(), planted.count("items"));
}

#[test]
fn waiting_by_matter_is_the_planted_one_in_both_clocks() {
    let planted = Planted::new();
    for cell in planted.list("latency") {
        let matter = cell["matter"].as_str().unwrap();
        let rows = planted.rows(&format!(
            "SELECT count(*) AS n, median(latency_working_h) AS w, median(latency_calendar_h) AS c FROM decisions \
             WHERE matter = '{matter}' AND status = 'decided'"
        ));
        assert_eq!(rows[0]["n"].as_i64(), cell["n"].as_integer(), "{matter}");
        for (column, key) in [("w", "median_working_s"), ("c", "median_calendar_s")] {
            let seconds = rows[0][column].as_f64().unwrap() * 3600.0;
            let truth = cell[key].as_integer().unwrap() as f64;
            assert!((seconds - truth).abs() <= 1.0, "{matter} {key}: {seconds} instead of {truth}");
        }
    }
}

#[test]
fn possession_by_role_is_the_planted_one() {
    let planted = Planted::new();
    for cell in planted.list("possession") {
        let role = cell["role"].as_str().unwrap();
        let rows = planted.rows(&format!(
            "SELECT count(*) AS n, coalesce(sum(h.held_working_h), 0) AS held FROM hops h \
             JOIN decisions d ON d.decision = h.decision WHERE h.role = '{role}' AND d.status <> 'open'"
        ));
        assert_eq!(rows[0]["n"].as_i64(), cell["holds"].as_integer(), "{role}");
        let seconds = rows[0]["held"].as_f64().unwrap() * 3600.0;
        let truth = cell["working_s"].as_integer().unwrap() as f64;
        assert!((seconds - truth).abs() <= 1.0, "{role}: {seconds} instead of {truth}");
    }
}

#[test]
fn the_measured_median_holds_the_planted_one_in_its_interval() {
    let planted = Planted::new();
    let diagnosis = planted.office.json(&["diagnose", "firm", "--format", "json"]);
    let measures = diagnosis["measures"].as_array().unwrap();
    let mut checked = 0;
    for cell in planted.list("latency") {
        let matter = cell["matter"].as_str().unwrap();
        let measure = measures.iter().find(|m| {
            m["id"] == "M01"
                && m["statistic"] == "median"
                && m["scope"]["clock"] == "working"
                && m["scope"]["matter"] == matter
                && m["scope"].as_object().unwrap().len() == 2
        });
        // A matter below the floor is withheld, which is an answer too.
        let Some(measure) = measure else { continue };
        let truth = cell["median_working_s"].as_integer().unwrap() as f64 / 3600.0;
        // Open and withdrawn questions count here and not in the truth, so the median may lie a little above it.
        let (low, high) = (measure["low"].as_f64().unwrap(), measure["high"].as_f64().unwrap());
        assert!(low * 0.95 <= truth && truth <= high * 1.05, "{matter}: {truth} outside [{low}, {high}]");
        checked += 1;
    }
    assert!(checked >= 3, "only {checked} matters are measured");
}

#[test]
fn the_change_of_decision_rights_shows_in_the_record() {
    let planted = Planted::new();
    let median =
        |cell: &str| planted.truth["change"][cell]["latency"]["median_working_s"].as_integer().unwrap() as f64 / 3600.0;
    let (before, after) = (median("gated_scope_before"), median("gated_scope_after"));
    assert!(before > 1.5 * after, "the example must plant a change: {before} and {after}");
    let change = planted.truth["office"]["change"].as_str().unwrap();
    let found = |side: &str| {
        let rows = planted.rows(&format!(
            "SELECT median(latency_working_h) AS m FROM decisions WHERE matter = 'scope' AND status = 'decided' \
             AND area IN ('pricing', 'renewals') AND raised_at {side} TIMESTAMP '{change}T00:00:00Z'"
        ));
        rows[0]["m"].as_f64().unwrap()
    };
    assert!(found("<") > 1.5 * found(">="), "{} and {}", found("<"), found(">="));
}

#[test]
fn bots_are_kept_out_of_human_measures_and_counted() {
    let planted = Planted::new();
    let diagnosis = planted.office.json(&["diagnose", "firm", "--format", "json"]);
    let coverage = &diagnosis["coverage"];
    assert_eq!(coverage["bots"], 2, "{coverage}");
    assert!(coverage["events_by_bots"].as_u64().unwrap() > 100);
    let decided_by_bots = planted
        .rows("SELECT count(*) AS n FROM decisions d JOIN people p ON p.person = d.decider WHERE p.kind = 'bot'");
    assert_eq!(decided_by_bots[0]["n"], 0);
}

/// What somebody knows of an area fades, and an office says how fast; the answer says it, too.
#[test]
fn the_half_life_of_acquaintance_is_the_offices_own() {
    let planted = Planted::new();
    let office = &planted.office;
    let settings = std::fs::read_to_string(office.path().join("firm/sayso.toml")).unwrap();
    let gap = || {
        let diagnosis = office.json(&["diagnose", "firm", "--format", "json"]);
        let all = diagnosis["measures"].as_array().unwrap();
        let of = |m: &&Value| m["id"] == "M24" && m["statistic"] == "gap" && m["scope"].as_object().unwrap().is_empty();
        let gap = all.iter().find(of).unwrap();
        (gap["value"].as_f64().unwrap(), gap["method"].as_str().unwrap().to_owned())
    };
    let (usual, method) = gap();
    assert!(method.contains("counts half after 90 days"), "{method}");
    office.write("firm/sayso.toml", format!("{settings}\n[measures]\nhalf_life_days = 21\n"));
    let (shorter, method) = gap();
    assert!(method.contains("counts half after 21 days"), "{method}");
    assert!((usual - shorter).abs() > 1e-6, "{usual} and {shorter}");
    let said = office.ok(&["who", "pricing", "--office", "firm"]);
    assert!(said.contains("halved for every 21 days"), "{said}");
    office.write("firm/sayso.toml", format!("{settings}\n[measures]\nhalf_life_days = 1\n"));
    let refused = office.run(&["diagnose", "firm"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("half_life_days"), "{}", refused.err);
}
