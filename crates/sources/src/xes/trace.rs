//! One trace, held in one piece of text until its end.

use sayso_model::coverage::{Note, Reason};
use sayso_model::event::EventSink;

use super::attributes::Names;
use crate::ReadError;
use crate::lens::place::Place;
use crate::lens::shape::{Cell, Element};
use crate::reading::Reading;

/// A key and where its value stands in the held text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub key: u32,
    pub from: u32,
    pub to: u32,
}

/// An event of the held trace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeldEvent {
    /// Its attributes: from here to there in [`Held::spans`].
    pub from: usize,
    pub to: usize,
    /// Its place in the trace, from 1.
    pub number: u64,
    /// It holds bytes that are no text.
    pub is_spoilt: bool,
    /// The file ends in the middle of it.
    pub is_cut: bool,
}

/// What is held of a trace.
#[derive(Default)]
pub(crate) struct Held {
    pub text: String,
    /// The attributes of all its events.
    pub spans: Vec<Span>,
    /// Its own attributes.
    pub outer: Vec<Span>,
    pub events: Vec<HeldEvent>,
    /// Its place in the log, from 1.
    pub number: u64,
    /// Events of it that were met, given ones included.
    pub n_events: u64,
    /// Whether a part of it was given before its end.
    pub is_given: bool,
    /// Its own attributes hold bytes that are no text.
    pub is_spoilt: bool,
    /// Whether it was said that it has no name.
    pub is_unnamed_noted: bool,
}

impl Held {
    /// Begins the next trace, with the memory of the last.
    pub fn begin(&mut self) {
        let number = self.number + 1;
        self.text.clear();
        self.spans.clear();
        self.outer.clear();
        self.events.clear();
        *self = Held {
            text: std::mem::take(&mut self.text),
            spans: std::mem::take(&mut self.spans),
            outer: std::mem::take(&mut self.outer),
            events: std::mem::take(&mut self.events),
            number,
            ..Held::default()
        };
    }

    /// A value of the held text.
    pub fn value(&self, span: Span) -> &str {
        self.text.get(span.from as usize..span.to as usize).unwrap_or_default()
    }

    /// Gives the events that are held, and lets go of them.
    pub fn give(&mut self, names: &Names, reading: &mut Reading<'_>) -> Result<(), ReadError> {
        self.is_given = true;
        let mut outer = Vec::with_capacity(self.outer.len());
        for span in &self.outer {
            let name = names.get(span.key);
            outer.push(Cell { key: &name.outer, value: self.value(*span), slot: name.outer_slot });
        }
        let unnamed = format!("trace {}", self.number);
        let mut own = Vec::new();
        let order = self.order(&outer, names, reading);
        for n in 0..self.events.len() {
            let event = self.events[order.as_ref().map_or(n, |order| order[n])];
            reading.gate.seen();
            let place = Place::Event(self.number, event.number);
            if event.is_cut || event.is_spoilt || self.is_spoilt {
                let reason = if event.is_cut { Reason::Truncated } else { Reason::EncodingInvalid };
                reading.gate.set_aside(&place.to_string(), reason, "");
                continue;
            }
            self.cells(event, names, &outer, &mut own);
            reading.element(&Element { outer: &outer, own: &own, unnamed: Some(&unnamed), place })?;
        }
        if reading.shaper.took_unnamed() && !self.is_unnamed_noted {
            self.is_unnamed_noted = true;
            reading.gate.note(&Place::Trace(self.number).to_string(), Note::TraceUnnamed, &unnamed);
        }
        self.spans.clear();
        self.events.clear();
        // The trace's own attributes stay, and with them the text that they stand in.
        let mut text = String::new();
        for span in &mut self.outer {
            let from = text.len() as u32;
            text.push_str(self.text.get(span.from as usize..span.to as usize).unwrap_or_default());
            (span.from, span.to) = (from, text.len() as u32);
        }
        self.text.clear();
        self.text.push_str(&text);
        Ok(())
    }

    fn cells<'a>(&'a self, event: HeldEvent, names: &'a Names, outer: &[Cell<'a>], own: &mut Vec<Cell<'a>>) {
        own.clear();
        for span in &self.spans[event.from..event.to] {
            let name = names.get(span.key);
            // An event's attribute that bears the stored name of one of the trace's goes by another name.
            let aside = name.aside.as_deref().filter(|_| outer.iter().any(|cell| cell.key == &*name.own));
            own.push(Cell {
                key: aside.unwrap_or(&name.own),
                value: self.value(*span),
                slot: name.own_slot(aside.is_some()),
            });
        }
    }

    /// Where the lens asks which event of an item is the first, events out of order are given in order of time.
    fn order(&self, outer: &[Cell<'_>], names: &Names, reading: &mut Reading<'_>) -> Option<Vec<usize>> {
        if !reading.shaper.has_memory() {
            return None;
        }
        let mut own = Vec::new();
        let mut instants = Vec::with_capacity(self.events.len());
        for event in &self.events {
            self.cells(*event, names, outer, &mut own);
            let element = Element { outer, own: &own, unnamed: None, place: Place::Trace(self.number) };
            instants.push(reading.shaper.instant(&element).unwrap_or(i64::MAX));
        }
        if instants.is_sorted() {
            return None;
        }
        let mut order: Vec<usize> = (0..instants.len()).collect();
        order.sort_by_key(|n| instants[*n]);
        Some(order)
    }
}
