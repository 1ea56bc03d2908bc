//! What could be read at all: events, items, decisions and people, each with what is missing.

use std::collections::BTreeMap;

use sayso_engine::{Engine, Tally};
use sayso_model::actor::SiteKnown;
use sayso_model::decision::{DeciderKnown, Paths};
use sayso_model::diagnosis::{Coverage, SourceCoverage};
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_model::{Code, NOT_RECORDED};
use sayso_sources::{Kind, Source};

use crate::who::Who;
use crate::{InquiryError, kind_name};

/// How many activities without an act are named.
const ACTIVITIES_NAMED_MAX: usize = 12;

/// Counts what there is.
pub(crate) fn assess(
    engine: &Engine,
    who: &Who,
    paths: &Paths,
    sources: &[Source],
    as_of: Option<Instant>,
) -> Result<Coverage, InquiryError> {
    let tally = engine.tally(as_of)?;
    let mut coverage = Coverage {
        sources: sources.iter().map(|source| source_coverage(engine, source)).collect(),
        events: tally.events,
        events_without_act: tally.without_act,
        events_without_actor: tally.without_actor,
        items: tally.items,
        items_without_decision: tally.items.saturating_sub(n_items(paths)),
        items_cut: 0,
        decisions: paths.decisions.len() as u64,
        ..Coverage::default()
    };
    let mut by_status: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_known: BTreeMap<String, u64> = BTreeMap::new();
    for decision in &paths.decisions {
        *by_status.entry(decision.status.name().to_owned()).or_default() += 1;
        if decision.decided_at.is_some() {
            *by_known.entry(decision.decider_known.name().to_owned()).or_default() += 1;
        }
        coverage.decisions_without_beginning += u64::from(!decision.has_latency());
    }
    coverage.decisions_by_status = by_status;
    coverage.decisions_by_decider_known = by_known;
    people(&mut coverage, &tally, who);
    coverage.activities_without_act = tally
        .activities_without_act
        .iter()
        .take(ACTIVITIES_NAMED_MAX)
        .map(|(code, n)| (who.words().word(Column::Activity, *code).to_owned(), *n))
        .collect();
    Ok(coverage)
}

/// Whether the answers of these sources are acts that somebody recorded as decisions, or a rule's reading of them.
pub(crate) fn decided_known(sources: &[Source]) -> DeciderKnown {
    if sources.iter().all(|source| source.kind == Kind::Events) { DeciderKnown::Explicit } else { DeciderKnown::Rule }
}

fn source_coverage(engine: &Engine, source: &Source) -> SourceCoverage {
    SourceCoverage {
        name: source.name.clone(),
        kind: kind_name(source.kind).to_owned(),
        lens: source.lens.name().to_owned(),
        ledger: engine.snapshot().source(&source.name).map(|state| state.ledger.clone()).unwrap_or_default(),
    }
}

/// Items with a decision; the decisions of one item stand together.
fn n_items(paths: &Paths) -> u64 {
    let mut items = 0;
    let mut last = None;
    for decision in &paths.decisions {
        items += u64::from(last != Some(decision.item));
        last = Some(decision.item);
    }
    items
}

fn people(coverage: &mut Coverage, tally: &Tally, who: &Who) {
    // Everybody who acted, once for all the names they bear.
    let mut seen: Vec<Code> = Vec::new();
    for (code, n) in tally.by_actor.iter().enumerate().skip(1) {
        if *n == 0 {
            continue;
        }
        let actor = who.directory().actor(code as Code);
        if actor.kind == sayso_model::actor::ActorKind::Bot {
            coverage.events_by_bots += n;
        }
        seen.push(actor.same_as);
    }
    seen.sort_unstable();
    seen.dedup();
    for code in seen.into_iter().filter(|code| *code != NOT_RECORDED) {
        let actor = who.directory().actor(code);
        if actor.kind == sayso_model::actor::ActorKind::Bot {
            coverage.bots += 1;
        } else if actor.kind.is_human() {
            coverage.people += 1;
            coverage.people_site_declared += u64::from(actor.site_known == SiteKnown::Declared);
            coverage.people_site_inferred += u64::from(actor.site_known == SiteKnown::Inferred);
        }
    }
}
