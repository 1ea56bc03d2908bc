//! From the record as it is to one diagnosis: who is who, paths, numbers, findings, beliefs.

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::Span;
use jiff::tz::TimeZone;
use sayso_decisions::Rules;
use sayso_measures::Measured;
use sayso_model::decision::{Decision, Parts, Paths, Reconstruct};
use sayso_model::diagnosis::{Coverage, Diagnosis, SCHEMA};
use sayso_model::measure::MeasureId;
use sayso_model::privacy::{Floor, Footprint};
use sayso_model::signal::DecisionKey;
use sayso_model::time::Instant;
use sayso_model::words::Words;
use sayso_sources::tracker::{HISTORY_CUT, wants_information};
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
    /// What earlier answers about this record showed.
    pub(crate) shown: Vec<Footprint>,
    measured: OnceCell<Measured>,
}

impl Office {
    /// Diagnoses the record as it is: who is who, paths, numbers, and what stands out.
    ///
    /// # Errors
    /// When the record cannot be read, or the charter cannot be tied to it.
    pub fn diagnose(&self) -> Result<Diagnosis, InquiryError> {
        self.note_view("diagnose", None)?;
        let seen = self.see()?;
        let assumptions = self.test_beliefs(&seen)?;
        let measured = self.measured(&seen)?;
        let Seen { who, paths, window, coverage, .. } = &seen;
        let (words, labels) = (who.words(), drawn::Labels::of(measured));
        let name = |key: DecisionKey| format!("{}#{}", words.item(key.item), key.ordinal);
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
            measures: measured.measures.clone(),
            findings: judged.findings,
            too_thin: judged.too_thin,
            sought: judged.sought,
            assumptions,
            side_by_side: self.side_by_side(),
            withheld: measured.withheld.clone(),
            path_map: measured.path_map.clone(),
        })
    }

    /// The record as everything that is said of it sees it.
    pub(crate) fn see(&self) -> Result<Seen, InquiryError> {
        let engine = self.engine()?;
        let who = self.who(&engine)?;
        let reconstruct = self.reconstruct(&who, true);
        let (first, last) = engine.snapshot().bounds().unwrap_or_default();
        let last = last.min(reconstruct.until());
        let first = self.kept_since(last).map_or(first, |kept| first.max(kept)).min(last);
        let asked = (self.request.since.map(Instant::from), self.request.until.map(Instant::from));
        // Half a path looks like a short one.
        let cut = engine.items_with(HISTORY_CUT)?;
        let is_whole = |one: &Decision| cut.binary_search(&one.item).is_err();
        // Where no stretch was asked for, what is older than what is kept is never held: memory and time are those of the
        // stretch and not of the record.
        let kept_since = (asked == (None, None)).then(|| Instant::from(window(first, last).since));
        let is_kept = |one: &Decision| is_whole(one) && kept_since.is_none_or(|since| one.raised_at >= since);
        let pieces = engine.paths(&reconstruct)?.map(|piece| Ok(piece?.kept(is_kept)));
        let paths = Paths::joined(pieces.collect::<Result<_, InquiryError>>()?);
        let assessed = coverage::assess(&engine, &who, &paths, &self.sources, self.as_of())?;
        let coverage = Coverage { items_cut: cut.len() as u64, ..assessed };
        let shown = self.shown_before()?;
        let mut seen = Seen { who, paths, window: window(first, last), coverage, shown, measured: OnceCell::new() };
        if asked == (None, None) {
            return Ok(seen);
        }
        let (since, until) = self.snapped(&seen, asked);
        seen.window =
            window(since.map_or(first, |since| first.max(since)), until.map_or(last, |until| last.min(until)));
        let since = Instant::from(seen.window.since);
        let n_before = seen.paths.decisions.len();
        let is_asked = |one: &Decision| one.raised_at >= since && until.is_none_or(|until| one.raised_at < until);
        seen.paths = std::mem::take(&mut seen.paths).kept(is_asked);
        if seen.paths.decisions.len() != n_before {
            let assessed = coverage::assess(&engine, &seen.who, &seen.paths, &self.sources, self.as_of())?;
            seen.coverage = Coverage { items_cut: cut.len() as u64, ..assessed };
        }
        Ok(seen)
    }

    /// The window that is answered for the one that was asked: in an office two windows never differ by a handful of
    /// questions (PRIVACY.md), so that they begin and end at borders between blocks that stand above the floor.
    pub(crate) fn snapped(
        &self,
        seen: &Seen,
        asked: (Option<Instant>, Option<Instant>),
    ) -> (Option<Instant>, Option<Instant>) {
        if self.folder.is_none() || asked == (None, None) {
            return asked;
        }
        let request = self.measuring(&seen.who, &seen.coverage, seen.window);
        let borders = sayso_measures::borders(&seen.paths, seen.who.words(), &request);
        sayso_measures::within_borders(&borders, asked.0, asked.1)
    }

    /// The numbers of all that is seen, as far as they may be shown beside what was shown before; made once, and
    /// remembered.
    pub(crate) fn measured<'a>(&self, seen: &'a Seen) -> Result<&'a Measured, InquiryError> {
        if let Some(measured) = seen.measured.get() {
            return Ok(measured);
        }
        let request = self.measuring(&seen.who, &seen.coverage, seen.window);
        let engine = self.engine()?;
        let mut threads = engine.threads(self.as_of().unwrap_or(Instant::from_micros(i64::MAX)))?;
        threads.wanting = engine.items_with_attribute(wants_information)?;
        let measured = sayso_measures::measure_with(&seen.paths, Some(&threads), seen.who.words(), &request);
        let floor = self.floor(&seen.coverage);
        let measured = measured.beside(&seen.shown, floor).map_err(|why| {
            InquiryError::usage(
                format!("answer for this window: {why}"),
                "leave out --since, --until and --as-of, or take a window that differs by more",
            )
        })?;
        self.remember(&seen.shown, &measured.footprints)?;
        Ok(seen.measured.get_or_init(|| measured))
    }

    /// Measures some of the record, for the sake of one measure.
    pub(crate) fn measure_for(&self, wanted: MeasureId, paths: &Paths, seen: &Seen, window: Window) -> Measured {
        let request = self.measuring(&seen.who, &seen.coverage, window);
        sayso_measures::measure_for(wanted, paths, seen.who.words(), &request)
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
            half_life_days: self.half_life_days,
            workers: self.threads,
        }
    }

    /// The floor of the office. Where the record names nobody (only roles or teams), how many people stand behind a group
    /// cannot be counted, and nobody can be told apart; then only the number of decisions counts, and a gap says so.
    pub(crate) fn floor(&self, coverage: &Coverage) -> Floor {
        let floor = self.privacy.floor();
        if coverage.people == 0 { Floor { persons_min: 0, ..floor } } else { floor }
    }

    /// The rules with all they know. Questions open at the end of the record, or at `--as-of`, are censored there.
    pub(crate) fn reconstruct(&self, who: &Who, touches: bool) -> Arc<dyn Reconstruct> {
        let until = self.as_of().or(who.bounds().map(|(_, last)| last)).unwrap_or_default();
        let options = sayso_decisions::Options {
            decided_known: coverage::decided_known(&self.sources),
            parts: Parts { touches, ..Parts::ALL },
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

    /// From when on an office keeps what it knows of its people, counted from the end of its record.
    pub(crate) fn kept_since(&self, end: Instant) -> Option<Instant> {
        self.folder.as_ref()?;
        let months = Span::new().try_months(self.privacy.keep_months()).ok()?;
        let kept = end.timestamp().to_zoned(TimeZone::UTC).checked_sub(months).ok()?;
        Some(kept.timestamp().into())
    }
}

fn window(since: Instant, until: Instant) -> Window {
    Window { since: since.timestamp(), until: until.max(since).timestamp() }
}
