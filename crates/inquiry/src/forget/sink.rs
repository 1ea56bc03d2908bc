//! A reading that lets no forgotten name through.

use std::collections::HashMap;

use sayso_model::coverage::{ClaimTally, Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use sayso_model::words::Column;
use sayso_sources::tracker::raw::Place;

use super::list::Matcher;

/// Words of a column that are remembered with what stands in their place; more than a source of usual size has.
const KNOWN_MAX: usize = 1 << 16;

/// A sink that lets no forgotten name through.
pub(crate) struct Forgetting<'a, S> {
    inner: &'a mut S,
    matcher: &'a Matcher<'a>,
    known: [HashMap<String, Option<String>>; Column::ALL.len()],
}

impl<'a, S: EventSink> Forgetting<'a, S> {
    pub(crate) fn new(inner: &'a mut S, matcher: &'a Matcher<'a>) -> Self {
        Self { inner, matcher, known: Default::default() }
    }

    /// What stands in the place of a word of a column; `None` where it stays.
    fn of(&mut self, column: Column, word: Option<&str>) -> Option<String> {
        let word = word.filter(|word| !word.is_empty())?;
        let known = &mut self.known[column as usize];
        if let Some(known) = known.get(word) {
            return known.clone();
        }
        let found = self.matcher.word(Some(column), word);
        if known.len() < KNOWN_MAX {
            known.insert(word.to_owned(), found.clone());
        }
        found
    }

    /// A text that quotes the source.
    fn quoted(&self, text: &str) -> Option<String> {
        self.matcher.text(Place::Text, text)
    }
}

impl<S: EventSink> EventSink for Forgetting<'_, S> {
    fn seen(&mut self) {
        self.inner.seen();
    }

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        let actor = self.of(Column::Actor, row.actor);
        let to = self.of(Column::Actor, row.to);
        let activity = self.of(Column::Activity, Some(row.activity));
        let matter = self.of(Column::Matter, row.matter);
        let area = self.of(Column::Area, row.area);
        let team = self.of(Column::Team, row.team);
        let site = self.of(Column::Site, row.site);
        let role = self.of(Column::Role, row.role);
        let link = self.of(Column::Link, row.link);
        let pair = |(key, value): &(&str, &str)| {
            let new = self.of(Column::Attribute, Some(&format!("{key}={value}")))?;
            Some(new[key.len() + 1..].to_owned())
        };
        let values: Vec<Option<String>> = row.attributes.iter().map(pair).collect();
        let attributes: Vec<(&str, &str)> = row
            .attributes
            .iter()
            .zip(&values)
            .map(|((key, value), new)| (*key, new.as_deref().unwrap_or(value)))
            .collect();
        self.inner.event(&EventRow {
            actor: actor.as_deref().or(row.actor),
            to: to.as_deref().or(row.to),
            activity: activity.as_deref().unwrap_or(row.activity),
            matter: matter.as_deref().or(row.matter),
            area: area.as_deref().or(row.area),
            team: team.as_deref().or(row.team),
            site: site.as_deref().or(row.site),
            role: role.as_deref().or(row.role),
            link: link.as_deref().or(row.link),
            attributes: &attributes,
            ..*row
        })
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        let new = self.quoted(detail);
        self.inner.set_aside(place, reason, new.as_deref().unwrap_or(detail));
    }

    fn note(&mut self, place: &str, note: Note, detail: &str) {
        let new = self.quoted(detail);
        self.inner.note(place, note, new.as_deref().unwrap_or(detail));
    }

    fn claim(&mut self, what: &str, tally: ClaimTally) {
        self.inner.claim(what, tally);
    }

    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError> {
        self.inner.checkpoint(position)
    }

    fn progress(&mut self, done: u64, total: Option<u64>) {
        self.inner.progress(done, total);
    }
}
