//! Bringing the record up to date with its sources, and the books of what was read.

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use sayso_engine::{Record, Start};
use sayso_model::coverage::{Ledger, Skipped};
use sayso_sources::{Done, Freshness, Source};
use serde::Serialize;

use crate::fetching::SourceFetch;
use crate::forget::{Forgetting, ForgottenList, Matcher};
use crate::shown::Pseudonyms;
use crate::{InquiryError, Office, Talk, kind_name};

/// What one reading of all sources did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Reading {
    /// What was fetched before, of the sources that are fetched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fetched: Vec<SourceFetch>,
    /// Each source with its books.
    pub sources: Vec<SourceReading>,
    /// Events in the record now.
    pub events: u64,
    /// Items in the record now.
    pub items: u64,
}

/// One source.
#[derive(Clone, Debug, Serialize)]
pub struct SourceReading {
    /// Its name.
    pub name: String,
    /// `git`, `xes`, `csv`, `events`.
    pub kind: String,
    /// The lens.
    pub lens: String,
    /// What happened.
    pub outcome: Outcome,
    /// Elements seen = kept + set aside, over everything read of this source so far.
    pub ledger: Ledger,
    /// The first places that were set aside.
    pub set_aside_first: Vec<Skipped>,
}

/// What happened to a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing had changed.
    Unchanged,
    /// Read from the beginning to the end.
    Read,
    /// Gone on from where the last reading stopped, to the end.
    Continued,
    /// Stopped by the user; the next reading goes on here.
    Interrupted,
    /// It could not be read to the end.
    Failed {
        /// What failed, after "failed to".
        why: String,
        /// What to do next.
        hint: Option<String>,
    },
}

impl Office {
    /// Brings the record up to date with the sources: what is new is read, what is unchanged is left, what was
    /// interrupted goes on. `stop` is looked at at every safe place.
    ///
    /// # Errors
    /// When the record cannot be written, or the only source of a lone target cannot be read. In an office, a source
    /// that fails is said in the [`Reading`], and the others are read.
    pub fn read(&mut self, talk: &mut dyn Talk, stop: &AtomicBool) -> Result<Reading, InquiryError> {
        let list = ForgottenList::read(&self.derived)?;
        let mut reading = Reading::default();
        if self.is_far() {
            // Whoever put it there reads the sources.
            let snapshot = self.snapshot()?;
            (reading.events, reading.items) = (snapshot.n_events(), snapshot.words().n_items());
            return Ok(reading);
        }
        for source in &self.sources {
            if self.remotes.iter().any(|remote| remote.name == source.name && !remote.folder.exists()) {
                reading.sources.push(SourceReading {
                    name: source.name.clone(),
                    kind: kind_name(source.kind).to_owned(),
                    lens: source.lens.name().to_owned(),
                    outcome: Outcome::Failed {
                        why: format!("read {}: nothing was fetched yet", source.name),
                        hint: Some("`sayso read` fetches it".to_owned()),
                    },
                    ledger: Ledger::default(),
                    set_aside_first: Vec::new(),
                });
                continue;
            }
            let result = read_source(&mut self.record, source, (&list, &self.pseudonyms), talk, stop);
            let outcome = match result {
                Ok(outcome) => outcome,
                Err(InquiryError::Read(error)) if self.folder.is_some() => {
                    Outcome::Failed { why: error.to_string(), hint: error.hint() }
                }
                Err(error) => return Err(error),
            };
            reading.sources.push(SourceReading {
                name: source.name.clone(),
                kind: kind_name(source.kind).to_owned(),
                lens: source.lens.name().to_owned(),
                outcome,
                ledger: self.record.source(&source.name).map(|state| state.ledger).unwrap_or_default(),
                set_aside_first: Vec::new(),
            });
        }
        self.forget_what_is_no_source();
        // Before files are merged: until then, what is new lies in files of its own.
        self.record.sum_up()?;
        match self.request.cluster {
            Some(_) => self.record.compact(self.threads.get())?,
            None => self.record.compact_if_needed(self.threads.get())?,
        };
        self.record.release_memory();
        let snapshot = self.record.snapshot()?;
        for skipped in snapshot.skipped()? {
            if let Some(source) = reading.sources.iter_mut().find(|source| source.name == skipped.source)
                && source.set_aside_first.len() < 20
            {
                source.set_aside_first.push(skipped);
            }
        }
        reading.events = reading.sources.iter().map(|source| source.ledger.events).sum();
        reading.items = snapshot.words().n_items();
        Ok(reading)
    }

    /// A source that `sayso.toml` no longer names gives no events any more.
    fn forget_what_is_no_source(&mut self) {
        let named: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
        let gone: Vec<(String, String, String)> = self
            .record
            .sources()
            .iter()
            .filter(|state| !named.contains(&state.name.as_str()) && state.ledger.events > 0)
            .map(|state| (state.name.clone(), state.kind.clone(), state.lens.clone()))
            .collect();
        for (name, kind, lens) in gone {
            // A new generation without events is how a source leaves the record.
            if let Ok(appender) = self.record.appender(&name, &kind, &lens, Start::Anew) {
                let _ = appender.finish("");
            }
        }
    }
}

impl Reading {
    /// The same, with what was fetched before it.
    #[must_use]
    pub fn after(self, fetched: Vec<SourceFetch>) -> Self {
        Reading { fetched, ..self }
    }

    /// Whether every source was fetched and read to its end.
    pub fn is_complete(&self) -> bool {
        self.fetched.iter().all(|fetch| fetch.failed.is_none())
            && self
                .sources
                .iter()
                .all(|source| !matches!(source.outcome, Outcome::Interrupted | Outcome::Failed { .. }))
    }

    /// The books in words, wrapped at `width` columns.
    pub fn text(&self, width: usize) -> String {
        let mut text: String = self.fetched.iter().map(|fetch| fetch.text(width)).collect();
        for source in &self.sources {
            source.write(&mut text, width);
        }
        let _ = writeln!(text, "The record holds {} events on {} items.", self.events, self.items);
        text
    }
}

impl SourceReading {
    fn write(&self, text: &mut String, width: usize) {
        let ledger = &self.ledger;
        let outcome = match &self.outcome {
            Outcome::Unchanged => "unchanged since it was last read",
            Outcome::Read => "read to its end",
            Outcome::Continued => "continued to its end",
            Outcome::Interrupted => "interrupted; the same command goes on from here",
            Outcome::Failed { .. } => "NOT read to its end",
        };
        let _ = writeln!(text, "{} ({}, lens {}): {outcome}", self.name, self.kind, self.lens);
        let _ = writeln!(
            text,
            "  {} elements seen = {} kept + {} set aside; {} events",
            ledger.seen,
            ledger.kept,
            ledger.n_set_aside(),
            ledger.events
        );
        if ledger.n_lost() != 0 {
            let _ = writeln!(text, "  {} elements are neither: this is a bug of ours", ledger.n_lost());
        }
        for (reason, n) in &ledger.set_aside {
            let _ = writeln!(text, "  set aside: {n} {}", reason.words());
        }
        for skipped in self.set_aside_first.iter().take(5) {
            let line = format!("    {}: {}", skipped.place, printable(&skipped.detail));
            let _ = writeln!(text, "{}", cut(&line, width));
        }
        for (note, n) in &ledger.notes {
            let _ = writeln!(text, "  noted: {n} {}", note.words());
        }
        for (what, tally) in &ledger.claims {
            let lacks = if tally.missing() > 0 { "LACKS" } else { "whole" };
            let _ = writeln!(text, "  {lacks}: {}", tally.words(what));
        }
        if let Outcome::Failed { why, hint } = &self.outcome {
            let _ = writeln!(text, "  failed to {why}");
            if let Some(hint) = hint {
                let _ = writeln!(text, "  hint: {hint}");
            }
        }
    }
}

/// What a source wrote, without characters that a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    line.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// Reads one source as far as it goes.
fn read_source(
    record: &mut Record,
    source: &Source,
    (list, pseudonyms): (&ForgottenList, &Pseudonyms),
    talk: &mut dyn Talk,
    stop: &AtomicBool,
) -> Result<Outcome, InquiryError> {
    let lens = format!("{}#{:016x}", source.lens.name(), source.lens.fingerprint());
    let kind = kind_name(source.kind);
    let state = record.source(&source.name).filter(|state| state.lens == lens && state.kind == kind);
    let position = state.as_ref().and_then(|state| state.position.clone());
    let look = sayso_sources::look(source, position.as_deref())?;
    let resume = match look.freshness {
        Freshness::Unchanged if state.as_ref().is_some_and(|state| state.complete) => return Ok(Outcome::Unchanged),
        Freshness::Unchanged | Freshness::Grown => position,
        Freshness::New | Freshness::Changed => None,
    };
    let start = if resume.is_some() { Start::Resume } else { Start::Anew };
    talk.begins(&format!("reading {}", source.name), None);
    let mut tell = |progress: sayso_engine::Progress| talk.advances(progress.done, progress.total);
    let mut appender = record.appender(&source.name, kind, &lens, start)?.interrupted_by(stop).telling(&mut tell);
    let done = if list.is_empty() {
        sayso_sources::read_after(source, resume.as_deref(), look, &mut appender)
    } else {
        let matcher = Matcher::new(list, pseudonyms);
        let mut sink = Forgetting::new(&mut appender, &matcher);
        sayso_sources::read_after(source, resume.as_deref(), look, &mut sink)
    };
    let outcome = match done {
        Ok(Done::Complete { position }) => {
            appender.finish(&position)?;
            Ok(if resume.is_some() { Outcome::Continued } else { Outcome::Read })
        }
        Ok(Done::Interrupted) => Ok(Outcome::Interrupted),
        Err(error) => Err(error.into()),
    };
    talk.ends();
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use sayso_model::coverage::Reason;

    #[test]
    fn the_books_say_what_was_set_aside_and_where() {
        let mut ledger = Ledger { seen: 3, kept: 2, events: 2, ..Ledger::default() };
        ledger.set_aside.insert(Reason::TimeUnreadable, 1);
        let reading = Reading {
            fetched: Vec::new(),
            sources: vec![SourceReading {
                name: "log".into(),
                kind: "csv".into(),
                lens: "mine".into(),
                outcome: Outcome::Read,
                ledger,
                set_aside_first: vec![Skipped {
                    source: "log".into(),
                    place: "line 3".into(),
                    reason: Reason::TimeUnreadable,
                    detail: "\u{1b}[31mtomorrow".into(),
                }],
            }],
            events: 2,
            items: 1,
        };
        let text = reading.text(80);
        assert!(text.contains("3 elements seen = 2 kept + 1 set aside; 2 events"), "{text}");
        assert!(text.contains("line 3:  [31mtomorrow"), "{text}");
        assert!(reading.is_complete());
    }
}
