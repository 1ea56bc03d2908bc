//! The record for other tools: every event, in the order of the record, as an object-centric log or XES.

use std::path::Path;

use sayso_model::actor::ActorKind;
use sayso_model::decision::{FLAG_AUXILIARY, FLAG_DESCRIBES_HOLDER};
use sayso_model::event::{Act, Describes, EventRow, Verdict};
use sayso_model::words::{Column, Words};
use sayso_model::{Code, NOT_RECORDED};
use sayso_sources::export::{Export, ExportError, Exported, Format};

use crate::{InquiryError, Office};

impl Office {
    /// Writes the record's events for other tools: whole, or not at all. People stand under their pseudonyms unless the
    /// office shows names. An empty record gives a log without events.
    ///
    /// # Errors
    /// When the name says no format and none is given, the record cannot be read, or the file cannot be written.
    pub fn export(&self, path: &Path, format: Option<Format>) -> Result<Exported, InquiryError> {
        self.note_view("export", path.file_name().and_then(|name| name.to_str()))?;
        let Some(format) = format.or_else(|| Format::of_path(path)) else {
            return Err(InquiryError::usage(
                format!("tell from the name {} what to write", path.display()),
                "end it in .jsonocel, .xmlocel, .sqlite or .xes, or say --as ocel-json, ocel-xml, ocel-sqlite or xes",
            ));
        };
        let engine = self.engine()?;
        let who = self.who(&engine)?;
        let words = who.words();
        let directory = who.directory();
        let labels: Vec<String> =
            (0..words.n_codes(Column::Actor)).map(|code| self.label(code as Code, &who)).collect();
        let word = |column: Column, code: Code| (code != NOT_RECORDED).then(|| words.word(column, code));
        let label = |code: Code| (code != NOT_RECORDED).then(|| labels[code as usize].as_str());
        let mut export = Export::create(path, format)?;
        let mut failed: Option<ExportError> = None;
        engine.each_event(|item, event| {
            if failed.is_some() {
                return;
            }
            let attributes: Vec<(&str, &str)> = event
                .attributes
                .iter()
                .filter_map(|&code| words.word(Column::Attribute, code).split_once('='))
                .collect();
            let actor = directory.actor(event.actor);
            let is_of_actor = event.flags & FLAG_DESCRIBES_HOLDER == 0;
            // What the event itself does not carry is what is known of whoever acted.
            let of_actor = |carried: Code, known: Code| match carried {
                NOT_RECORDED if is_of_actor && event.actor != NOT_RECORDED => known,
                carried => carried,
            };
            let act = Act::from_code(event.act);
            let row = EventRow {
                utc_offset_min: event.utc_offset_min,
                actor: label(event.actor),
                act,
                to: match act {
                    Some(Act::Linked) => word(Column::Actor, event.to),
                    _ => label(event.to),
                },
                matter: word(Column::Matter, event.matter),
                area: word(Column::Area, event.area),
                team: word(Column::Team, of_actor(event.team, actor.team)),
                site: word(Column::Site, of_actor(event.site, actor.site)),
                role: word(Column::Role, of_actor(event.role, actor.role)),
                describes: if is_of_actor { Describes::Actor } else { Describes::Holder },
                verdict: Verdict::from_code(event.verdict),
                link: word(Column::Link, event.link),
                auxiliary: event.flags & FLAG_AUXILIARY != 0,
                attributes: &attributes,
                ..EventRow::new(words.item(item), event.at, words.word(Column::Activity, event.activity))
            };
            let kind = if event.actor == NOT_RECORDED { ActorKind::Unknown } else { actor.kind };
            failed = export.event(&row, kind).err();
        })?;
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(export.finish()?),
        }
    }
}
