//! What activities mean: a lens proposed from the record, and which rule made what of the events of one item.

use std::fmt::Write as _;

use sayso_model::NOT_RECORDED;
use sayso_model::actor::ActorKind;
use sayso_model::coverage::{Note, Reason};
use sayso_model::decision::FLAG_AUXILIARY;
use sayso_model::event::{Act, EventRow, EventSink, Flow, SinkError};
use sayso_model::words::{Column, Words};
use sayso_sources::lens::explain::ExplainedEvent;
use sayso_sources::lens::suggest::{self, Agreement, Observed, Seen};
use sayso_sources::read;

use crate::{InquiryError, Office};

impl Office {
    /// What each activity of the record looks like, as rules that may be put into a lens, with the evidence beside them.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn suggest_lens(&self) -> Result<String, InquiryError> {
        self.note_view("lens suggest", None)?;
        let engine = self.engine()?;
        let who = self.who(&engine)?;
        let words = who.words();
        let mut sources: Vec<(u32, Seen)> = Vec::new();
        engine.each_event(|item, event| {
            let at = match sources.iter().position(|(source, _)| *source == event.source) {
                Some(at) => at,
                None => {
                    sources.push((event.source, Seen::new()));
                    sources.len() - 1
                }
            };
            let pairs: Vec<(&str, &str)> = event
                .attributes
                .iter()
                .filter_map(|&code| words.word(Column::Attribute, code).split_once('='))
                .collect();
            sources[at].1.add(&Observed {
                item: words.item(item),
                at: event.at,
                activity: words.word(Column::Activity, event.activity),
                attributes: &pairs,
                actor: (event.actor != NOT_RECORDED).then(|| words.word(Column::Actor, event.actor)),
                act: Act::from_code(event.act),
                is_auxiliary: event.flags & FLAG_AUXILIARY != 0,
            });
        })?;
        let mut text = String::new();
        for (source, mut seen) in sources {
            let name = words.word(Column::Source, source);
            let (n_items, n_beyond) = (seen.n_items(), seen.n_beyond());
            let suggestions = seen.suggest();
            let _ = writeln!(text, "# Source {name}: {} activities on {n_items} items.", suggestions.len());
            if let Some(share) = Agreement::of(&suggestions).share() {
                let _ = writeln!(
                    text,
                    "# The lens in use gives {:.0} % of the events the act that is proposed here.",
                    share * 100.0
                );
            }
            if n_beyond > 0 {
                let _ = writeln!(text, "# {n_beyond} events of further activities were not looked at.");
            }
            let _ = writeln!(text, "{}", suggest::rules(&suggestions));
        }
        if text.is_empty() {
            text.push_str("# The record holds no events; `sayso read` says why.\n");
        }
        Ok(text)
    }

    /// Which rule of which lens made what of every event of an item. The sources are read again for it; the record is not
    /// touched.
    ///
    /// # Errors
    /// When a source cannot be read, or no source tells of the item.
    pub fn explain_item(&self, item: &str) -> Result<String, InquiryError> {
        self.note_view("lens explain", Some(item))?;
        let mut text = String::new();
        for source in &self.sources {
            let (lens, watching) = source.lens.watching(item);
            let watched = sayso_sources::Source { lens, ..source.clone() };
            read(&watched, None, &mut Ear)?;
            let found = watching.take();
            if found.is_empty() {
                continue;
            }
            let _ = writeln!(text, "{item} in {}, by lens {}:", source.name, source.lens.name());
            for mut one in found {
                self.hide_people(&mut one.event);
                let at = one.at.map(|at| at.to_string()).unwrap_or_default();
                let _ = write!(text, "\n{} {at} {}", one.place, one.event);
            }
        }
        if text.is_empty() {
            return Err(InquiryError::usage(
                format!("find `{item}` in any source that a lens reads"),
                "write the item as `sayso query \"SELECT DISTINCT item FROM events LIMIT 20\"` shows it; histories of git \
                 have rules of their own, which docs/concepts/reconstruction.md tells",
            ));
        }
        Ok(text)
    }
}

impl Office {
    /// Puts pseudonyms in the place of people, unless the office shows names.
    fn hide_people(&self, event: &mut ExplainedEvent) {
        for (name, value, _) in event.said.iter_mut().filter(|_| !self.privacy.names) {
            let is_group =
                value.as_deref().is_some_and(|value| value.starts_with("team:") || value.starts_with("role:"));
            if matches!(*name, "actor" | "to") && !is_group {
                *value = value.take().map(|value| self.pseudonyms.shown(&value, ActorKind::Person));
            }
        }
    }
}

/// Hears everything and keeps nothing.
struct Ear;

impl EventSink for Ear {
    fn seen(&mut self) {}

    fn event(&mut self, _: &EventRow<'_>) -> Result<(), SinkError> {
        Ok(())
    }

    fn set_aside(&mut self, _: &str, _: Reason, _: &str) {}

    fn note(&mut self, _: &str, _: Note, _: &str) {}

    fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }

    fn progress(&mut self, _: u64, _: Option<u64>) {}
}
