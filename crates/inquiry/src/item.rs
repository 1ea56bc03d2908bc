//! Looking closer: the path of one item.

use std::fmt::Write as _;

use sayso_engine::EventCoded;
use sayso_model::decision::{Decision, EventColumns, Hop, Paths};
use sayso_model::event::Verdict;
use sayso_model::notation::path_lines;
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_model::{Code, NOT_RECORDED};
use serde::Serialize;

use crate::who::Who;
use crate::{InquiryError, Office};

/// The decisions of one item.
#[derive(Clone, Debug, Serialize)]
pub struct ItemPaths {
    /// The item.
    pub item: String,
    /// Its events in the record.
    pub events: u64,
    /// Its decisions, in order.
    pub decisions: Vec<ShownDecision>,
    /// Said with every answer in which names are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names_because: Option<String>,
}

/// One decision as it may be shown.
#[derive(Clone, Debug, Serialize)]
pub struct ShownDecision {
    /// `ITEM#1`.
    pub decision: String,
    /// Where it stands.
    pub status: String,
    /// What kind of question.
    pub matter: String,
    /// Where.
    pub area: String,
    /// When it was put.
    pub raised_at: Instant,
    /// When it ended, or the end of the record.
    pub ended_at: Instant,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<&'static str>,
    /// Hours on the wall clock; absent where the question was not seen being put.
    pub latency_calendar_h: Option<f64>,
    /// Working hours.
    pub latency_working_h: Option<f64>,
    /// The holds, in order.
    pub hops: Vec<ShownHop>,
    /// The same in the compact notation.
    pub notation: Vec<String>,
}

/// One hold as it may be shown.
#[derive(Clone, Debug, Serialize)]
pub struct ShownHop {
    /// Pseudonym, group or bot; empty where nobody is named.
    pub holder: String,
    /// Their role.
    pub role: String,
    /// Their site.
    pub site: String,
    /// From when.
    pub since: Instant,
    /// Until when.
    pub until: Instant,
    /// How it came here.
    pub arrived_by: &'static str,
    /// Hours on the wall clock.
    pub held_calendar_h: f64,
    /// Working hours.
    pub held_working_h: f64,
}

impl ItemPaths {
    /// As JSON.
    pub fn json(&self) -> String {
        crate::json(self)
    }

    /// As lines of text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{}: {} decisions in {} events", self.item, self.decisions.len(), self.events);
        for decision in &self.decisions {
            text.push('\n');
            for line in &decision.notation {
                let _ = writeln!(text, "{line}");
            }
        }
        if self.decisions.is_empty() {
            let _ = writeln!(text, "No decision could be recognised; a lens says which activity is which act.");
        }
        if let Some(because) = &self.names_because {
            let _ = writeln!(text, "\nNames are shown because: {because}");
        }
        text
    }
}

impl Office {
    /// The decisions of one item, given as `ITEM` or `ITEM#2`.
    ///
    /// # Errors
    /// When there is no such item, with the nearest names as a hint; when the record cannot be read.
    pub fn path(&self, wanted: &str) -> Result<ItemPaths, InquiryError> {
        self.note_view("path", Some(wanted))?;
        let engine = self.engine()?;
        let who = self.who(&engine)?;
        let words = who.words();
        let (item, ordinal, id) = match words.item_id(wanted)? {
            Some(id) => (wanted, None, id),
            None => {
                let split = wanted.rsplit_once('#').and_then(|(item, n)| Some((item, n.parse::<u32>().ok()?)));
                let found = match split {
                    Some((item, ordinal)) => words.item_id(item)?.map(|id| (item, Some(ordinal), id)),
                    None => None,
                };
                found.ok_or_else(|| self.no_such_item(wanted, &who))?
            }
        };
        let events = columns(&engine.item_events(id)?);
        let reconstruct = self.reconstruct(&who, false);
        let mut paths = Paths::default();
        reconstruct.item(&events.events(id), &mut paths);
        let decisions = paths
            .decisions
            .iter()
            .filter(|decision| ordinal.is_none_or(|ordinal| decision.ordinal == ordinal))
            .map(|decision| self.shown(decision, paths.hops_of(decision), &who))
            .collect();
        Ok(ItemPaths {
            item: item.to_owned(),
            events: events.at.len() as u64,
            decisions,
            names_because: self.privacy.names.then(|| self.privacy.because.clone()).flatten(),
        })
    }

    fn no_such_item(&self, wanted: &str, who: &Who) -> InquiryError {
        let words = who.words();
        let near = words.items_like(wanted, 3).unwrap_or_default();
        let hint = if near.is_empty() {
            "list some with `sayso query \"SELECT DISTINCT item FROM events LIMIT 20\"`".to_owned()
        } else {
            format!("did you mean {}?", near.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", "))
        };
        InquiryError::usage(format!("find item `{wanted}` in the record"), hint)
    }

    fn shown(&self, decision: &Decision, hops: &[Hop], who: &Who) -> ShownDecision {
        let words = who.words();
        let label = |column: Column, code: Code| match column {
            Column::Actor => self.label(code, who),
            _ => words.word(column, code).to_owned(),
        };
        ShownDecision {
            decision: format!("{}#{}", words.item(decision.item), decision.ordinal),
            status: decision.status.name().to_owned(),
            matter: words.word(Column::Matter, decision.matter).to_owned(),
            area: words.word(Column::Area, decision.area).to_owned(),
            raised_at: decision.raised_at,
            ended_at: decision.ended_at,
            verdict: Verdict::from_code(decision.verdict).map(Verdict::name),
            latency_calendar_h: decision.has_latency().then(|| decision.latency().hours()),
            latency_working_h: decision.has_latency().then(|| decision.latency_working.hours()),
            hops: hops
                .iter()
                .map(|hop| ShownHop {
                    holder: self.label(hop.holder, who),
                    role: words.word(Column::Role, hop.role).to_owned(),
                    site: words.word(Column::Site, hop.site).to_owned(),
                    since: hop.since,
                    until: hop.until,
                    arrived_by: hop.arrived_by.name(),
                    held_calendar_h: hop.held().hours(),
                    held_working_h: hop.held_working.hours(),
                })
                .collect(),
            notation: path_lines(decision, hops, &label),
        }
    }

    /// What stands for an actor on the screen: bots and groups by name, people by pseudonym unless the office says
    /// otherwise, with their role where it is declared.
    pub(crate) fn label(&self, code: Code, who: &Who) -> String {
        if code == NOT_RECORDED {
            return String::new();
        }
        let actor = who.directory().actor(code);
        let name = who.words().word(Column::Actor, actor.same_as);
        if self.privacy.names { name.to_owned() } else { self.pseudonyms.shown(name, actor.kind) }
    }
}

/// The events of one item, column by column.
fn columns(events: &[EventCoded]) -> EventColumns {
    let mut columns = EventColumns::default();
    for event in events {
        columns.at.push(event.at.micros());
        columns.actor.push(event.actor);
        columns.act.push(event.act);
        columns.to.push(event.to);
        columns.matter.push(event.matter);
        columns.area.push(event.area);
        columns.team.push(event.team);
        columns.site.push(event.site);
        columns.role.push(event.role);
        columns.verdict.push(event.verdict);
        columns.flags.push(event.flags);
        columns.activity.push(event.activity);
    }
    columns
}
