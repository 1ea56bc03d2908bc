//! An office whose record is made up: poured through the engine's own appender, so that it is what a reading would leave.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use sayso_engine::{Dictionaries, Record, Start};
use sayso_model::NOT_RECORDED;
use sayso_model::actor::{Actor, ActorKind, Directory, SiteKnown};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_sources::{Done, Kind, Lens, Source};

use crate::Failed;
use crate::invented::{SITES, Work};

/// The name of the one source.
const SOURCE: &str = "work";
/// What the source holds by itself. The command reads it, finds it unchanged, and leaves the record as it is.
const SEED_ROW: &str = "item,at,actor,act\nCASE-SEED,2024-01-01T09:00:00Z,p0000@firm.example,observed\n";
/// Events between two safe places.
const CHECKPOINT_EVERY: u64 = 65_536;
/// Events that the appender holds where the record is compacted at the end.
const ROWS_HELD: u64 = 1 << 19;

/// What was written.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// Live events.
    pub events: u64,
    /// Files of events.
    pub files: usize,
    /// Bytes of the record.
    pub bytes: u64,
}

/// Makes an office in a folder that does not exist yet, with `events` events. Of `runs` above 1 every bucket is left in
/// about so many sorted files; otherwise the record is compacted.
///
/// # Errors
/// When the folder exists, or cannot be written.
pub fn write(folder: &Path, events: u64, runs: u64, seed: u64) -> Result<Written, Failed> {
    fs::create_dir(folder)?;
    fs::write(folder.join("work.csv"), SEED_ROW)?;
    fs::write(folder.join("sayso.toml"), office_file())?;
    let mut record = Record::open_scratch(record_of(folder))?;
    let lens = Lens::of_kind(Kind::Events);
    let named = format!("{}#{:016x}", lens.name(), lens.fingerprint());
    let source = Source::new(SOURCE, Kind::Events, folder.join("work.csv"), lens);
    let held = if runs > 1 { events.div_ceil(runs) } else { ROWS_HELD };
    let mut appender = record.appender(SOURCE, "events", &named, Start::Anew)?.holding(held as usize);
    // The source's own position ends up in the record, so that reading it again finds nothing new.
    let Done::Complete { position } = sayso_sources::read(&source, None, &mut appender)? else {
        return Err("reading a file of one row was interrupted".into());
    };
    let mut work = Work::new(events, seed);
    for told in 1..events {
        work.tell(&mut appender)?;
        if told % CHECKPOINT_EVERY == 0 {
            let _ = appender.checkpoint(&position)?;
        }
    }
    appender.finish(&position)?;
    record.sum_up()?;
    if runs <= 1 {
        record.compact(1)?;
    }
    let snapshot = record.snapshot()?;
    Ok(Written { events: snapshot.n_events(), files: snapshot.n_runs(), bytes: snapshot.n_bytes() })
}

/// Writes `events` events as a table of canonical events, in the order of time.
///
/// # Errors
/// When the file cannot be written.
pub fn write_table(file: &Path, events: u64, seed: u64) -> Result<(), Failed> {
    let mut table = Table { file: BufWriter::new(fs::File::create(file)?), row: String::new() };
    table.file.write_all(b"item,at,actor,activity,act,to,matter,area,verdict,team,site,role,priority\n")?;
    let mut work = Work::new(events, seed);
    for _ in 0..events {
        work.tell(&mut table)?;
    }
    table.file.flush()?;
    Ok(())
}

/// A sink that writes a row an event. No word of made-up work needs quotes.
struct Table {
    file: BufWriter<fs::File>,
    row: String,
}

impl EventSink for Table {
    fn seen(&mut self) {}

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        self.row.clear();
        let _ = write!(self.row, "{},{},{}", row.item, row.at, row.actor.unwrap_or_default());
        let words = [
            Some(row.activity),
            row.act.map(|act| act.name()),
            row.to,
            row.matter,
            row.area,
            row.verdict.map(|verdict| verdict.name()),
            row.team,
            row.site,
            row.role,
            row.attributes.first().map(|pair| pair.1),
        ];
        for word in words {
            self.row.push(',');
            self.row.push_str(word.unwrap_or_default());
        }
        self.row.push('\n');
        self.file.write_all(self.row.as_bytes()).map_err(|error| SinkError(error.into()))
    }

    fn set_aside(&mut self, _: &str, _: Reason, _: &str) {}
    fn note(&mut self, _: &str, _: Note, _: &str) {}
    fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }
    fn progress(&mut self, _: u64, _: Option<u64>) {}
}

/// The record of an office; of a folder that is a record itself, that folder.
pub fn record_of(folder: &Path) -> PathBuf {
    if folder.join("manifest.json").exists() { folder.to_path_buf() } else { folder.join(".sayso/record") }
}

/// Everybody in a made-up record, as the command finds them there: the events say where each act was done, and nobody is
/// declared.
///
/// # Errors
/// When a dictionary cannot be read.
pub fn directory(words: &Dictionaries, bounds: (Instant, Instant)) -> Result<Directory, Failed> {
    for column in [Column::Actor, Column::Team, Column::Site, Column::Role] {
        words.load(column)?;
    }
    let actors = (0..words.n_codes(Column::Actor) as u32)
        .map(|code| {
            let group = words.word(Column::Actor, code).strip_prefix("team:");
            let team = group.map(|team| words.code(Column::Team, team)).transpose()?.flatten();
            Ok(Actor {
                same_as: code,
                kind: if group.is_some() { ActorKind::Group } else { ActorKind::Unknown },
                team: team.unwrap_or(NOT_RECORDED),
                site_known: SiteKnown::Declared,
                ..Actor::default()
            })
        })
        .collect::<Result<Vec<_>, Failed>>()?;
    let calendar = |zone: &str| Calendar::build(&CalendarSpec::new(zone), bounds.0, bounds.1);
    let mut by_site = vec![None; words.n_codes(Column::Site)];
    for site in SITES {
        if let Some(code) = words.code(Column::Site, site.name)? {
            by_site[code as usize] = Some(calendar(site.zone)?);
        }
    }
    Ok(Directory::new(actors, by_site, calendar("UTC")?))
}

fn office_file() -> String {
    let mut text =
        "[office]\nname = \"Made up\"\n\n[[source]]\nname = \"work\"\npath = \"work.csv\"\nkind = \"events\"\n"
            .to_owned();
    for site in SITES {
        let _ = write!(text, "\n[[site]]\nname = \"{}\"\nzone = \"{}\"\nholidays = \"none\"\n", site.name, site.zone);
    }
    text
}
