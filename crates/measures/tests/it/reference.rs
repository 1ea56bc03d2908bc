//! The page in docs is the text that the measures say of themselves.

use std::path::Path;

#[test]
fn the_page_in_docs_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/measures.md");
    let text = sayso_measures::reference();
    #[allow(clippy::disallowed_methods)]
    if std::env::var_os("SAYSO_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/reference/measures.md differs: run this test with SAYSO_BLESS=1 and review the change"
    );
}

#[test]
fn every_measure_and_every_statistic_is_on_it() {
    use super::build::{held, paths, question, run};
    let text = sayso_measures::reference();
    let holds = [held(1, 1, 2).site(1).role(1).level(0), held(2, 2, 3).site(2).role(2).level(1)];
    let record = paths(
        (0..30)
            .map(|i| {
                question(i, 0, &holds).with(|decision| {
                    decision.n_approvals = 2;
                    decision.executed_at = decision.decided_at;
                    decision.execution_working = Some(super::build::working(0));
                })
            })
            .collect(),
    );
    let mut measured = run(&record, super::build::OPEN);
    measured.measures.extend(super::control::run(&super::control::rich(), &super::control::charter()).measures);
    measured.measures.extend(super::gates::numbers());
    measured.measures.extend(super::distance::numbers());
    measured.measures.extend(super::context::numbers());
    for m in &measured.measures {
        let section = text.split("\n## ").find(|section| section.starts_with(m.id().code())).unwrap();
        assert!(section.contains(&format!("| `{}` |", m.statistic())), "{} {}", m.id().code(), m.statistic());
    }
    for id in sayso_model::measure::MeasureId::ALL {
        assert!(measured.measures.iter().any(|m| m.id() == id), "{} says nothing", id.code());
    }
}
