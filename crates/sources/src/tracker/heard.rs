//! Tests only: somebody whom parsers tell, and what a lens makes of it.

use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use serde_json::Value;

use super::{Account, Claim, Fact, Page, Parser, Telling};
use crate::Lens;
use crate::lens::place::Place;
use crate::lens::shape::{Cell, Element, Shaper};

/// Everything that was told.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Heard {
    pub facts: Vec<Fact>,
    pub aside: Vec<(Reason, String)>,
    pub claims: Vec<Claim>,
    pub accounts: Vec<Account>,
}

impl Telling for Heard {
    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    fn set_aside(&mut self, _place: &str, reason: Reason, detail: &str) {
        self.aside.push((reason, detail.to_owned()));
    }

    fn claim(&mut self, claim: Claim) {
        self.claims.push(claim);
    }

    fn account(&mut self, account: Account) {
        self.accounts.push(account);
    }
}

impl Heard {
    /// What a parser tells of pages, each as (kind, address, body).
    pub fn of(mut parser: impl Parser, pages: &[(&str, &str, Value)]) -> Heard {
        let mut heard = Heard::default();
        for (kind, origin, body) in pages {
            let body = body.to_string();
            parser.page(&Page { kind, origin, body: body.as_bytes() }, &mut heard);
        }
        parser.finish(&mut heard);
        heard
    }

    /// The last telling of a fact.
    pub fn last(&self, id: &str) -> &Fact {
        let found = self.facts.iter().rev().find(|fact| fact.id == id);
        found.unwrap_or_else(|| panic!("no fact {id} among {:#?}", self.ids()))
    }

    /// The identities of all facts, each once, in order.
    pub fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.facts.iter().map(|fact| fact.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// What a built-in lens makes of the facts, each by its last telling: `activity: act, act (verdict) -> to`.
    pub fn acts(&self, lens: &str) -> Vec<String> {
        let lens = Lens::built_in(lens).expect("the lens is built in");
        let mut lines = Vec::new();
        for id in self.ids() {
            let fact = self.last(id);
            let mut shaper = Shaper::new(&lens, None);
            let mut own: Vec<(&str, &str)> = vec![("item", &fact.item), ("at", &fact.at), ("activity", &fact.activity)];
            own.extend(fact.actor.as_deref().map(|actor| ("actor", actor)));
            own.extend(fact.text.as_deref().map(|text| ("text", text)));
            own.extend(fact.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())));
            let cells: Vec<Cell<'_>> =
                own.iter().map(|(key, value)| Cell { key, value, slot: shaper.slot(key) }).collect();
            let mut acts = Acts::default();
            let element = Element { outer: &[], own: &cells, unnamed: None, place: Place::Row(1) };
            shaper.element(&element, &mut acts).expect("the sink takes everything");
            lines.push(format!("{}: {}", fact.activity, acts.0.join(", ")));
        }
        lines.sort();
        lines
    }
}

/// An attribute of a fact.
pub(crate) fn attribute<'f>(fact: &'f Fact, key: &str) -> Option<&'f str> {
    fact.attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
}

#[derive(Default)]
struct Acts(Vec<String>);

impl EventSink for Acts {
    fn seen(&mut self) {}

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        let act = row.act.map_or("-", |act| act.name());
        let verdict = row.verdict.map(|verdict| format!(" ({})", verdict.name())).unwrap_or_default();
        let to = row.to.map(|to| format!(" -> {to}")).unwrap_or_default();
        self.0.push(format!("{act}{verdict}{to}"));
        Ok(())
    }

    fn set_aside(&mut self, _place: &str, reason: Reason, detail: &str) {
        self.0.push(format!("set aside {}: {detail}", reason.name()));
    }

    fn note(&mut self, _place: &str, _note: Note, _detail: &str) {}

    fn checkpoint(&mut self, _position: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }

    fn progress(&mut self, _done: u64, _total: Option<u64>) {}
}
