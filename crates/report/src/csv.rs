//! CSV: one row a measurement, then one a number behind a finding, with a header; safe to open in a sheet.

use sayso_model::diagnosis::{Diagnosis, Finding};
use sayso_model::measure::Measurement;

use crate::clean;

const HEADER: [&str; 21] = [
    "measure",
    "title",
    "scope",
    "statistic",
    "value",
    "low",
    "high",
    "level",
    "n",
    "unit",
    "since",
    "until",
    "method",
    "why",
    "seed",
    "finding",
    "standing",
    "strength",
    "p_adjusted",
    "claim",
    "question",
];

/// The measurements as rows, and behind them the numbers of the findings. A diagnosis without any gives the header alone.
pub(crate) fn rows(diagnosis: &Diagnosis) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let plain = diagnosis.measures.iter().map(|m| (m, None));
    let of_findings =
        diagnosis.findings.iter().flat_map(|finding| finding.estimates.iter().map(move |m| (m, Some(finding))));
    let written = (|| -> Result<(), ::csv::Error> {
        writer.write_record(HEADER)?;
        for (m, finding) in plain.chain(of_findings) {
            writer.write_record(row(m, finding, diagnosis.seed))?;
        }
        Ok(())
    })();
    written.expect("rows as long as the header are written to memory");
    let bytes = writer.into_inner().expect("memory does not fail to flush");
    String::from_utf8(bytes).expect("only strings were written")
}

fn row(m: &Measurement, finding: Option<&Finding>, seed: u64) -> [String; HEADER.len()] {
    let e = m.estimate();
    let limits = e.interval();
    let scope: Vec<String> = m.scope().iter().map(|(key, word)| format!("{key}={word}")).collect();
    let unit = serde_json::to_value(e.unit()).ok().and_then(|unit| unit.as_str().map(str::to_owned));
    let of = |words: fn(&Finding) -> String| finding.map(|finding| cell(&words(finding))).unwrap_or_default();
    [
        m.id().code().to_owned(),
        m.id().title().to_owned(),
        cell(&scope.join("; ")),
        cell(m.statistic()),
        number(e.value()),
        number(limits.low),
        number(limits.high),
        e.level().to_string(),
        e.n().to_string(),
        unit.unwrap_or_default(),
        e.window().since.to_string(),
        e.window().until.to_string(),
        cell(e.method()),
        cell(e.why().unwrap_or_default()),
        seed.to_string(),
        of(|finding| finding.id.clone()),
        of(|finding| finding.verdict.name().to_owned()),
        of(|finding| finding.strength.name().to_owned()),
        of(|finding| finding.p_adjusted.to_string()),
        of(|finding| finding.claim.clone()),
        of(|finding| finding.question.clone()),
    ]
}

fn number(x: Option<f64>) -> String {
    x.map_or_else(String::new, |x| x.to_string())
}

/// A sheet takes a cell that begins with one of these for a formula; an apostrophe in front keeps it text.
fn cell(raw: &str) -> String {
    let shown = clean::line(raw);
    if shown.starts_with(['=', '+', '-', '@']) { format!("'{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_formula() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(cell("\u{1b}[31m-1"), "␛[31m-1");
        assert_eq!(cell("pricing"), "pricing");
    }
}
