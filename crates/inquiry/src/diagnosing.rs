//! From the record as it is to one diagnosis: who is who, paths, numbers, findings, beliefs.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use sayso_decisions::Rules;
use sayso_engine::Engine;
use sayso_measures::Measured;
use sayso_model::decision::{Paths, Reconstruct};
use sayso_model::diagnosis::{Coverage, Diagnosis, SCHEMA};
use sayso_model::privacy::Floor;
use sayso_model::signal::DecisionKey;
use sayso_model::time::Instant;
use sayso_stats::Window;

use crate::who::{self, Who};
use crate::{InquiryError, Office, SEED, coverage, drawn, gaps};

/// The record as everything that is said of it sees it.
pub(crate) struct Seen {
    pub(crate) who: Who,
    /// Decisions within what was asked for, with every act on them.
    pub(crate) paths: Paths,
    pub(crate) window: Window,
    pub(crate) coverage: Coverage,
}

impl Office {
    /// Diagnoses the record as it is: who is who, paths, numbers, and what stands out.
    ///
    /// # Errors
    /// When the record cannot be read, or the charter cannot be tied to it.
    pub fn diagnose(&self) -> Result<Diagnosis, InquiryError> {
        self.note_view("diagnose", None)?;
        let seen = self.see()?;
        let Seen { who, paths, window, coverage } = &seen;
        let measured = self.measure(paths, who, coverage, *window);
        let words = who.words();
        let labels = drawn::Labels::of(&measured);
        let name = |key: DecisionKey| format!("{}#{}", sayso_model::words::Words::item(words, key.item), key.ordinal);
        let judged = sayso_findings::diagnose(&measured.signals, &name, *window);
        Ok(Diagnosis {
            sayso: env!("CARGO_PKG_VERSION").to_owned(),
            schema: SCHEMA,
            seed: self.seed(),
            subject: self.name.clone(),
            window: *window,
            gaps: gaps::of(self, who, coverage, paths),
            coverage: coverage.clone(),
            longest_waiting: drawn::longest_waiting(paths, words, &labels),
            examples: drawn::examples(paths, who, &labels),
            measures: measured.measures,
            findings: judged.findings,
            too_thin: judged.too_thin,
            sought: judged.sought,
            assumptions: self.test_beliefs(&seen)?,
            side_by_side: self.side_by_side(),
            withheld: measured.withheld,
            path_map: measured.path_map,
        })
    }

    /// The record as everything that is said of it sees it.
    pub(crate) fn see(&self) -> Result<Seen, InquiryError> {
        let engine = self.engine()?;
        let who = self.who(&engine)?;
        let reconstruct = self.reconstruct(&who, true);
        let mut paths = engine.paths(&reconstruct)?.collect_all()?;
        let mut window = self.window(&engine, reconstruct.until());
        let mut coverage = coverage::assess(&engine, &who, &paths, &self.sources, self.as_of())?;
        let asked = (self.request.since.map(Instant::from), self.request.until.map(Instant::from));
        if self.folder.is_some() && asked != (None, None) {
            // Two windows of one office never differ by a handful of questions (PRIVACY.md).
            let whole = self.measuring(&who, &coverage, window);
            let borders = sayso_measures::borders(&paths, who.words(), &whole);
            let (since, until) = sayso_measures::within_borders(&borders, asked.0, asked.1);
            let (first, last) = engine.snapshot().bounds().unwrap_or_default();
            let kept = self.kept_since(last.timestamp()).map_or(first, |kept| first.max(kept.into()));
            window.since = since.map_or(kept, |since| kept.max(since)).timestamp();
            window.until = until.unwrap_or(last.min(reconstruct.until())).timestamp().max(window.since);
            paths.retain(|one| {
                one.raised_at >= Instant::from(window.since) && until.is_none_or(|until| one.raised_at < until)
            });
        } else {
            self.keep_window(&mut paths, window);
        }
        if paths.decisions.len() as u64 != coverage.decisions {
            coverage = coverage::assess(&engine, &who, &paths, &self.sources, self.as_of())?;
        }
        Ok(Seen { who, paths, window, coverage })
    }

    /// Measures some of the record.
    pub(crate) fn measure(&self, paths: &Paths, who: &Who, coverage: &Coverage, window: Window) -> Measured {
        sayso_measures::measure(paths, who.words(), &self.measuring(who, coverage, window))
    }

    /// What to measure, and how carefully.
    pub(crate) fn measuring<'a>(
        &self,
        who: &'a Who,
        coverage: &'a Coverage,
        window: Window,
    ) -> sayso_measures::Request<'a> {
        sayso_measures::Request {
            window,
            floor: self.floor(coverage),
            seed: self.seed(),
            coverage,
            directory: Some(who.directory()),
            remits: who.remits(),
            charter_changed: self.charter.last_change(window.until.into()),
        }
    }

    /// The floor of the office. Where the record names nobody (only roles or teams), how many people stand behind a group
    /// cannot be counted, and nobody can be told apart; then only the number of decisions counts, and a gap says so.
    fn floor(&self, coverage: &Coverage) -> Floor {
        let floor = self.privacy.floor();
        if coverage.people == 0 { Floor { persons_min: 0, ..floor } } else { floor }
    }

    /// The rules with all they know. Questions open at the end of the record, or at `--as-of`, are censored there.
    pub(crate) fn reconstruct(&self, who: &Who, touches: bool) -> Arc<dyn Reconstruct> {
        let until = self.as_of().or(who.bounds().map(|(_, last)| last)).unwrap_or_default();
        let options = sayso_decisions::Options {
            decided_known: coverage::decided_known(&self.sources),
            touches,
            ..sayso_decisions::Options::STANDARD
        };
        let rules = Rules::with(who.directory().clone(), until, options).under(Arc::clone(who.remits()));
        match self.as_of() {
            Some(_) => Arc::new(who::AsOf::new(rules)),
            None => Arc::new(rules),
        }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.request.seed.unwrap_or(SEED)
    }

    pub(crate) fn as_of(&self) -> Option<Instant> {
        self.request.as_of.map(Instant::from)
    }

    /// Only decisions raised within `--since` and `--until`, and within the time that the office keeps.
    fn keep_window(&self, paths: &mut Paths, window: Window) {
        let (since, until) = (Instant::from(window.since), self.request.until.map(Instant::from));
        if until.is_some() || self.request.since.is_some() || self.kept_since(window.until).is_some() {
            paths
                .retain(|decision| decision.raised_at >= since && until.is_none_or(|until| decision.raised_at < until));
        }
    }

    /// From when on an office keeps what it knows of its people, counted from the end of its record.
    pub(crate) fn kept_since(&self, end: Timestamp) -> Option<Timestamp> {
        self.folder.as_ref()?;
        let months = Span::new().try_months(self.privacy.keep_months()).ok()?;
        end.to_zoned(TimeZone::UTC).checked_sub(months).ok().map(|kept| kept.timestamp())
    }

    fn window(&self, engine: &Engine, until: Instant) -> Window {
        let (first, last) = engine.snapshot().bounds().unwrap_or_default();
        let last = last.min(until);
        let kept = self.kept_since(last.timestamp()).map(Instant::from);
        let first = kept.map_or(first, |kept| first.max(kept)).min(last);
        let since = self.request.since.map_or(first, |since| first.max(since.into()));
        let until = self.request.until.map_or(last.max(since), |asked| last.min(asked.into()));
        Window { since: since.timestamp(), until: until.max(since).timestamp() }
    }
}
