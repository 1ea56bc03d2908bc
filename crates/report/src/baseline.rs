//! An earlier diagnosis to compare with: read back from JSON as far as it is needed, and held against the present one.

use std::collections::BTreeMap;

use sayso_model::diagnosis::{Diagnosis, SCHEMA};
use sayso_model::measure::{MeasureId, Measurement};
use sayso_stats::{Estimate, Interval, Unit, Window};
use serde::{Deserialize, Serialize};

use crate::lookup::WORKING;

/// As much of an earlier diagnosis as a comparison needs. Fields that this version does not know are passed over.
#[derive(Clone, Debug, Deserialize)]
pub struct Baseline {
    /// The version of Sayso that made it.
    pub sayso: String,
    /// The version of its shape.
    pub schema: u32,
    /// What it looked at.
    #[serde(default)]
    pub subject: String,
    /// The time it covers.
    pub window: Window,
    measures: Vec<OldMeasure>,
    #[serde(default)]
    findings: Vec<OldFinding>,
    #[serde(default)]
    assumptions: Vec<OldBelief>,
}

#[derive(Clone, Debug, Deserialize)]
struct OldMeasure {
    id: String,
    #[serde(default)]
    scope: BTreeMap<String, String>,
    statistic: String,
    #[serde(flatten)]
    number: OldNumber,
}

#[derive(Clone, Debug, Deserialize)]
struct OldNumber {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    #[serde(default)]
    n: u64,
    unit: String,
    #[serde(default)]
    method: String,
    window: Option<Window>,
}

#[derive(Clone, Debug, Deserialize)]
struct OldFinding {
    id: String,
    #[serde(default)]
    claim: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    estimates: Vec<OldMeasure>,
}

#[derive(Clone, Debug, Deserialize)]
struct OldBelief {
    id: String,
    #[serde(default)]
    who: String,
    verdict: String,
}

/// A file that is no diagnosis to compare with. Reads as the end of "failed to read the earlier report: ...".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// It is no JSON at all.
    #[error("it is not JSON: {why}")]
    NotJson {
        /// What the parser met, with line and column.
        why: String,
    },
    /// It is JSON, but of something else.
    #[error("it is JSON, but no diagnosis by Sayso: {why}")]
    NotADiagnosis {
        /// What is missing.
        why: String,
    },
    /// It was written by a later version.
    #[error("it has shape {found}, and this version reads shapes up to {SCHEMA}")]
    TooNew {
        /// Its shape.
        found: u32,
    },
}

impl BaselineError {
    /// What to do about it; something that can be typed.
    pub fn hint(&self) -> &'static str {
        match self {
            BaselineError::TooNew { .. } => "compare with the version of Sayso that wrote it, or a later one",
            _ => "keep a report to compare with by `sayso diagnose --format json -o earlier.json`, and give that file",
        }
    }
}

impl Baseline {
    /// From what `--format json` wrote.
    ///
    /// # Errors
    /// Where the text is no JSON, is JSON of something else, or was written in a later shape.
    pub fn parse(json: &str) -> Result<Baseline, BaselineError> {
        let value: serde_json::Value = serde_json::from_str(json.trim_start_matches('\u{feff}')).map_err(|error| {
            let is_lines = json.trim_start().starts_with('{') && json.contains("\"row\":\"diagnosis\"");
            let why = if is_lines { "one object a line (ndjson)".to_owned() } else { error.to_string() };
            BaselineError::NotJson { why }
        })?;
        let baseline: Baseline = serde_json::from_value(value)
            .map_err(|error| BaselineError::NotADiagnosis { why: crate::clean::line(&error.to_string()) })?;
        match baseline.schema {
            found if found > SCHEMA => Err(BaselineError::TooNew { found }),
            _ => Ok(baseline),
        }
    }
}

/// What a comparison of two numbers can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The intervals overlap: no difference that the record can show.
    NotShown,
    /// The whole interval lies above the earlier one.
    Higher,
    /// The whole interval lies below the earlier one.
    Lower,
    /// One of the two has no value or no interval.
    CannotTell,
}

/// One number then and now.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// Which measure.
    pub id: MeasureId,
    /// Which statistic of it.
    pub statistic: String,
    /// Of which part of the record.
    pub scope: BTreeMap<String, String>,
    /// The finding that it stands behind; empty for a measure of the record.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub finding: String,
    /// In the earlier report.
    pub before: Estimate,
    /// In this one.
    pub now: Estimate,
    /// This one less the earlier one, in their unit; absent where either has no value.
    pub difference: Option<f64>,
    /// What that says.
    pub change: Change,
}

/// A finding that only one of the two reports has, or whose standing differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingChange {
    /// Its stable name.
    pub id: String,
    /// The claim, of the report that has it; of this one where both have.
    pub claim: String,
    /// How it stood; absent where it was not found.
    pub before: Option<String>,
    /// How it stands; absent where it is not found.
    pub now: Option<String>,
}

/// A belief to which the record now says something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BeliefChange {
    /// The statement's name.
    pub id: String,
    /// Who believes it.
    pub who: String,
    /// In words.
    pub says: String,
    /// The earlier verdict; absent where it was not tested then.
    pub before: Option<String>,
    /// The present one.
    pub now: String,
}

/// Two diagnoses held against each other.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// What the earlier one looked at.
    pub subject: String,
    /// Whether both looked at the same.
    pub same_subject: bool,
    /// The time the earlier one covers.
    pub window: Window,
    /// The time this one covers.
    pub window_now: Window,
    /// The main numbers that both have.
    pub numbers: Vec<Compared>,
    /// Main numbers that only one of them has.
    pub in_one_only: u64,
    /// Findings that came, went, or stand otherwise.
    pub findings: Vec<FindingChange>,
    /// Findings that stand as they did.
    pub findings_unchanged: u64,
    /// Beliefs whose verdict is another.
    pub beliefs: Vec<BeliefChange>,
    /// Beliefs whose verdict is the same.
    pub beliefs_unchanged: u64,
}

/// Holds a diagnosis against an earlier one. Two diagnoses without numbers give an empty comparison.
pub fn compare(now: &Diagnosis, baseline: &Baseline) -> Comparison {
    let main: Vec<&Measurement> = now.measures.iter().filter(|m| is_main(m.id(), m.statistic(), m.scope())).collect();
    let mut numbers: Vec<Compared> = main
        .iter()
        .filter_map(|m| {
            let before = baseline.measures.iter().find(|old| old.is(m))?.estimate(baseline.window)?;
            Some(compared(m, before, ""))
        })
        .collect();
    let before_only = baseline.measures.iter().filter(|old| {
        let known = MeasureId::ALL.into_iter().find(|id| id.code() == old.id);
        known.is_some_and(|id| is_main(id, &old.statistic, &old.scope)) && !main.iter().any(|m| old.is(m))
    });
    let in_one_only = (main.len() - numbers.len() + before_only.count()) as u64;
    for finding in &now.findings {
        let old = baseline.findings.iter().find(|old| old.id == finding.id);
        let pair = finding.estimates.first().zip(old);
        let before = pair.and_then(|(m, old)| {
            let window = baseline.window;
            Some((m, old.estimates.iter().find(|old| old.is(m))?.estimate(window)?))
        });
        numbers.extend(before.map(|(m, before)| compared(m, before, &finding.id)));
    }
    numbers.sort_by_key(|one| (place(one.id), !one.finding.is_empty()));
    let (findings, findings_unchanged) = findings(now, baseline);
    let (beliefs, beliefs_unchanged) = beliefs(now, baseline);
    Comparison {
        subject: baseline.subject.clone(),
        same_subject: baseline.subject == now.subject,
        window: baseline.window,
        window_now: now.window,
        numbers,
        in_one_only,
        findings,
        findings_unchanged,
        beliefs,
        beliefs_unchanged,
    }
}

/// The numbers that a reader of two reports asks for first: over the whole record, by matter for waits, by role for
/// holders.
fn is_main(id: MeasureId, statistic: &str, scope: &BTreeMap<String, String>) -> bool {
    let rest: Vec<&str> = scope
        .iter()
        .filter(|(key, word)| (key.as_str(), word.as_str()) != WORKING)
        .map(|(key, _)| key.as_str())
        .collect();
    let whole = rest.is_empty();
    match (id, statistic) {
        (MeasureId::M00, "decider_known") => whole,
        (MeasureId::M01, "median") => whole || rest == ["matter"],
        (MeasureId::M02 | MeasureId::M04, "median") => whole,
        (MeasureId::M03, "share") => rest == ["role"],
        (MeasureId::M18, "share_return") => scope.get("by").is_some_and(|by| by == "person") && rest == ["by"],
        (MeasureId::M17, "mean" | "crossing_share") => whole,
        (MeasureId::M10, "rate") | (MeasureId::M11 | MeasureId::M15 | MeasureId::M20, "share") => whole,
        (MeasureId::M12, "outside")
        | (MeasureId::M13, "share_at_or_below")
        | (MeasureId::M14, "effective_deciders") => whole,
        (MeasureId::M16, "per_100") | (MeasureId::M19, "escalated") | (MeasureId::M21, "items_changed") => whole,
        (MeasureId::M23, "lost" | "origin") | (MeasureId::M24, "far") => whole,
        _ => false,
    }
}

fn place(id: MeasureId) -> usize {
    // Waits first, what can be seen last.
    if id == MeasureId::M00 { usize::MAX } else { MeasureId::ALL.iter().position(|one| *one == id).unwrap_or(0) }
}

impl OldMeasure {
    fn is(&self, m: &Measurement) -> bool {
        self.id == m.id().code() && self.statistic == m.statistic() && self.scope == *m.scope()
    }

    /// The number as it was; nothing where its unit is not known.
    fn estimate(&self, window: Window) -> Option<Estimate> {
        let number = &self.number;
        let unit: Unit = serde_json::from_value(serde_json::Value::String(number.unit.clone())).ok()?;
        let (window, method) = (number.window.unwrap_or(window), number.method.clone());
        let limits = Interval { low: number.low, high: number.high };
        Some(match number.value {
            Some(value) => Estimate::new(value, limits, number.n, unit, window, method),
            None => Estimate::cannot_tell(number.n, unit, window, method, "the earlier report could not tell")
                .bounded(limits),
        })
    }
}

fn compared(m: &Measurement, before: Estimate, finding: &str) -> Compared {
    let now = m.estimate().clone();
    let same_unit = now.unit() == before.unit();
    let difference = now.value().zip(before.value()).filter(|_| same_unit).map(|(now, before)| now - before);
    let change = if difference.is_some() { change(before.interval(), now.interval()) } else { Change::CannotTell };
    Compared {
        id: m.id(),
        statistic: m.statistic().to_owned(),
        scope: m.scope().clone(),
        finding: finding.to_owned(),
        before,
        now,
        difference,
        change,
    }
}

/// Intervals that touch overlap; one without limits overlaps everything on that side, and none at all tells nothing.
fn change(before: Interval, now: Interval) -> Change {
    let known = |interval: Interval| interval.low.is_some() || interval.high.is_some();
    if !known(before) || !known(now) {
        return Change::CannotTell;
    }
    let above = |one: Interval, other: Interval| one.low.zip(other.high).is_some_and(|(low, high)| low > high);
    if above(now, before) {
        Change::Higher
    } else if above(before, now) {
        Change::Lower
    } else {
        Change::NotShown
    }
}

fn findings(now: &Diagnosis, baseline: &Baseline) -> (Vec<FindingChange>, u64) {
    let mut changes = Vec::new();
    let mut unchanged = 0;
    for finding in &now.findings {
        let old = baseline.findings.iter().find(|old| old.id == finding.id);
        let stands = finding.verdict.name();
        if old.is_some_and(|old| old.verdict == stands) {
            unchanged += 1;
            continue;
        }
        changes.push(FindingChange {
            id: finding.id.clone(),
            claim: finding.claim.clone(),
            before: old.map(|old| old.verdict.clone()),
            now: Some(stands.to_owned()),
        });
    }
    let gone = baseline.findings.iter().filter(|old| !now.findings.iter().any(|finding| finding.id == old.id));
    changes.extend(gone.map(|old| FindingChange {
        id: old.id.clone(),
        claim: old.claim.clone(),
        before: Some(old.verdict.clone()),
        now: None,
    }));
    (changes, unchanged)
}

fn beliefs(now: &Diagnosis, baseline: &Baseline) -> (Vec<BeliefChange>, u64) {
    let mut changes = Vec::new();
    let mut unchanged = 0;
    for belief in &now.assumptions {
        let old = baseline.assumptions.iter().find(|old| old.id == belief.id && old.who == belief.who);
        if old.is_some_and(|old| old.verdict == belief.verdict.name()) {
            unchanged += 1;
            continue;
        }
        changes.push(BeliefChange {
            id: belief.id.clone(),
            who: belief.who.clone(),
            says: belief.says.clone(),
            before: old.map(|old| old.verdict.clone()),
            now: belief.verdict.name().to_owned(),
        });
    }
    (changes, unchanged)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn intervals_that_touch_show_no_difference() {
        let of = Interval::new;
        assert_eq!(change(of(1.0, 2.0), of(2.0, 3.0)), Change::NotShown);
        assert_eq!(change(of(1.0, 2.0), of(2.1, 3.0)), Change::Higher);
        assert_eq!(change(of(2.1, 3.0), of(1.0, 2.0)), Change::Lower);
        let at_least = Interval { low: Some(5.0), high: None };
        assert_eq!(change(of(1.0, 2.0), at_least), Change::Higher);
        assert_eq!(change(at_least, of(1.0, 2.0)), Change::Lower);
        assert_eq!(change(at_least, of(6.0, 7.0)), Change::NotShown);
        assert_eq!(change(Interval::UNKNOWN, of(1.0, 2.0)), Change::CannotTell);
    }

    #[test]
    fn what_is_no_diagnosis_is_refused_with_a_hint() {
        let refused = |text: &str| Baseline::parse(text).unwrap_err();
        assert!(matches!(refused("# a page"), BaselineError::NotJson { .. }));
        assert!(matches!(refused("[]"), BaselineError::NotADiagnosis { .. }));
        let error = refused(r#"{"name":"something else"}"#);
        assert!(matches!(error, BaselineError::NotADiagnosis { .. }), "{error}");
        assert!(error.hint().contains("--format json"));
        let lines = "{\"row\":\"diagnosis\"}\n{\"row\":\"measure\"}\n";
        assert!(refused(lines).to_string().contains("ndjson"));
        let later = r#"{"sayso":"9.0.0","schema":99,"subject":"x","measures":[],
            "window":{"since":"2025-01-01T00:00:00Z","until":"2025-02-01T00:00:00Z"}}"#;
        assert_eq!(refused(later), BaselineError::TooNew { found: 99 });
    }

    #[test]
    fn fields_that_nobody_knew_then_are_passed_over() {
        let text = r#"{"sayso":"0.0.9","schema":1,"subject":"x","later":[1],
            "window":{"since":"2025-01-01T00:00:00Z","until":"2025-02-01T00:00:00Z"},
            "measures":[{"id":"M99","scope":{},"statistic":"s","value":1,"low":null,"high":null,"n":3,"unit":"furlongs",
            "level":0.95,"method":"m","why":"x","extra":true}]}"#;
        let baseline = Baseline::parse(text).unwrap();
        assert_eq!(baseline.measures[0].estimate(baseline.window), None);
    }
}
