//! Everything one diagnosis says, as plain data: what the report renders and what `--format json` prints.

use std::collections::BTreeMap;

use sayso_stats::{Estimate, Window};
use serde::Serialize;

use crate::assumption::{SideBySide, TestedBelief};
use crate::coverage::Ledger;
use crate::decision::{ArrivedBy, Status};
use crate::measure::{Measurement, Withheld};
use crate::signal::Pattern;
use crate::time::Instant;

/// The version of the JSON; fields are only ever added.
pub const SCHEMA: u32 = 1;

/// One diagnosis of one record.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// The version of Sayso that made it.
    pub sayso: String,
    /// The version of this shape.
    pub schema: u32,
    /// The seed of everything random in it.
    pub seed: u64,
    /// What was looked at: the office's name, or the file or repository.
    pub subject: String,
    /// The time it covers.
    pub window: Window,
    /// What could be read, and what could not.
    pub coverage: Coverage,
    /// Every number, each with interval and n.
    pub measures: Vec<Measurement>,
    /// What stands out, each with its evidence and the question it raises; the strongest first.
    pub findings: Vec<Finding>,
    /// Patterns about which the record is too thin.
    pub too_thin: Vec<TooThin>,
    /// What was looked for, found or not; empty where nothing could be looked at.
    pub sought: Vec<Sought>,
    /// Beliefs put to the test.
    pub assumptions: Vec<TestedBelief>,
    /// What the people at the top say to the same statements, where at least two have answered.
    pub side_by_side: Vec<SideBySide>,
    /// What the record cannot show, and what would let it.
    pub gaps: Vec<Gap>,
    /// Groups about which nothing is said.
    pub withheld: Vec<Withheld>,
    /// Who passes decisions to whom.
    pub path_map: PathMap,
    /// The live decisions that have waited longest.
    pub longest_waiting: Vec<LiveDecision>,
    /// A few whole paths, to be drawn on a time line.
    pub examples: Vec<DrawnPath>,
}

/// A claim with its evidence and the question it raises. It speaks of roles, areas and paths, never of a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// `implicit_gate/scope/pricing/senior product manager`: stable as long as pattern, matter, area and role are.
    pub id: String,
    /// Which pattern.
    pub pattern: Pattern,
    /// The matter; empty for all.
    pub matter: String,
    /// The area; empty for all.
    pub area: String,
    /// The role it speaks of; empty where none is known.
    pub role: String,
    /// The claim, in one or two sentences with their numbers.
    pub claim: String,
    /// Whether it still holds at the end of the record.
    pub verdict: Standing,
    /// The same in a sentence, with its numbers.
    pub standing: String,
    /// How strong the evidence is.
    pub strength: Strength,
    /// The numbers behind it.
    pub estimates: Vec<Measurement>,
    /// The p-value that was judged, and what it is after the correction for everything that was looked at.
    pub p: f64,
    /// Adjusted for the whole section.
    pub p_adjusted: f64,
    /// Decisions that show it, as `ITEM#1`: what to give to `sayso path`.
    pub evidence: Vec<String>,
    /// What else could explain it.
    pub otherwise: Vec<String>,
    /// The question to ask in the next conversation.
    pub question: String,
    /// What else was seen of the same role in the same place, told as one story with this; each a phrase with its number.
    pub also_seen: Vec<String>,
}

/// Whether a finding still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It holds in the recent part of the record, or the record is too short to be parted.
    Current,
    /// It held before, and the recent part contradicts it.
    Past,
    /// It held before; the recent part is too thin to say.
    CannotTell,
}

impl Standing {
    /// The word used in JSON and SQL.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Current => "current",
            Standing::Past => "past",
            Standing::CannotTell => "cannot_tell",
        }
    }
}

/// How strong the evidence behind a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Strength {
    /// Explicit: a rule, or asks that say it in words.
    A,
    /// Shown by tests that a bystander does not pass.
    B,
    /// An association only: a question to ask, not shown as a finding.
    C,
}

impl Strength {
    /// `A`, `B` or `C`.
    pub fn name(self) -> &'static str {
        match self {
            Strength::A => "A",
            Strength::B => "B",
            Strength::C => "C",
        }
    }
}

/// A pattern about which the record is too thin to say anything, and what it would take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TooThin {
    /// Which pattern.
    pub pattern: Pattern,
    /// Where and why, and how many decisions more would be needed, in a sentence.
    pub says: String,
}

/// How far a pattern was looked for: what a reader needs to know before "nothing stood out" means anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sought {
    /// Which pattern.
    pub pattern: Pattern,
    /// In how many places, a place being a matter in all areas or in one.
    pub places: u64,
    /// Tests that were made and corrected for, over places, roles and parts of the record.
    pub tests: u64,
    /// Places about which nothing is said because too few deciders are known.
    pub unobservable: u64,
}

/// What could be read at all.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Coverage {
    /// The sources, with their books.
    pub sources: Vec<SourceCoverage>,
    /// Events in the record.
    pub events: u64,
    /// Events whose activity no lens gives an act.
    pub events_without_act: u64,
    /// Events without an actor.
    pub events_without_actor: u64,
    /// Events by bots.
    pub events_by_bots: u64,
    /// Items.
    pub items: u64,
    /// Items in which no decision could be recognised.
    pub items_without_decision: u64,
    /// Items of which the history is known to be cut; they are in no path statistics, and their decisions do not count.
    pub items_cut: u64,
    /// Decisions recognised.
    pub decisions: u64,
    /// Of these, by status.
    pub decisions_by_status: BTreeMap<String, u64>,
    /// Of these, by how the decider is known.
    pub decisions_by_decider_known: BTreeMap<String, u64>,
    /// Decisions whose question nobody saw being put, so that they have no latency.
    pub decisions_without_beginning: u64,
    /// Distinct people.
    pub people: u64,
    /// Of these, with a declared site.
    pub people_site_declared: u64,
    /// Of these, with a site inferred from their active hours.
    pub people_site_inferred: u64,
    /// Distinct bots.
    pub bots: u64,
    /// The most frequent activities that no lens gives an act, with their number of events.
    pub activities_without_act: Vec<(String, u64)>,
}

/// One source and its books.
#[derive(Clone, Debug, Serialize)]
pub struct SourceCoverage {
    /// Its name.
    pub name: String,
    /// `git`, `xes`, `csv`, `events`.
    pub kind: String,
    /// The lens it was read through.
    pub lens: String,
    /// Seen = kept + set aside.
    pub ledger: Ledger,
}

/// Something that the record cannot show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// A short stable name.
    pub id: String,
    /// What cannot be said, in a sentence.
    pub says: String,
    /// What would let Sayso say it; something to do or to type.
    pub remedy: String,
}

/// Who passes decisions to whom, in groups above the privacy floor.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PathMap {
    /// By what the holders are grouped: `role and site`, `team`, `site`.
    pub grouped_by: String,
    /// The groups.
    pub nodes: Vec<PathNode>,
    /// The hand-overs between them.
    pub arcs: Vec<PathArc>,
    /// Groups put together because they are too small to be shown.
    pub pooled: u64,
}

/// A group of holders.
#[derive(Clone, Debug, Serialize)]
pub struct PathNode {
    /// Its name.
    pub label: String,
    /// Its site, empty where not known or mixed.
    pub site: String,
    /// Distinct people in it; floor or more.
    pub persons: u64,
    /// Holds by them.
    pub holds: u64,
    /// Its share of all working time that decisions spent waiting.
    pub share: Estimate,
    /// How long one hold lasts, in working hours (median).
    pub stay: Estimate,
    /// Questions that begin here.
    pub starts: u64,
    /// Questions that are answered here.
    pub ends: u64,
}

/// Hand-overs from one group to another.
#[derive(Clone, Debug, Serialize)]
pub struct PathArc {
    /// Index into [`PathMap::nodes`].
    pub from: usize,
    /// Index into [`PathMap::nodes`].
    pub to: usize,
    /// How many hand-overs.
    pub handovers: u64,
    /// Of these, between two known and different sites.
    pub crossings: u64,
    /// Of these, back to an earlier holder.
    pub returns: u64,
    /// Its share of all hand-overs.
    pub share: Estimate,
}

/// A question that is still open.
#[derive(Clone, Debug, Serialize)]
pub struct LiveDecision {
    /// The item.
    pub item: String,
    /// `ITEM#1`: what to give to `sayso path`.
    pub decision: String,
    /// What kind of question.
    pub matter: String,
    /// Where.
    pub area: String,
    /// The group that holds it.
    pub held_by: String,
    /// Since when the question waits.
    pub since: Instant,
    /// Since when it lies with the present holder.
    pub held_since: Instant,
    /// Hours on the wall clock since it was put.
    pub waiting_calendar_h: f64,
    /// Working hours since it was put.
    pub waiting_working_h: f64,
    /// Holds so far.
    pub n_hops: u32,
}

/// One whole path, to be drawn.
#[derive(Clone, Debug, Serialize)]
pub struct DrawnPath {
    /// `ITEM#1`.
    pub decision: String,
    /// What kind of question.
    pub matter: String,
    /// Where.
    pub area: String,
    /// Why it is shown: `the longest wait that ended`, `a typical one`.
    pub because: String,
    /// Where it stands.
    pub status: Status,
    /// The same in the compact notation.
    pub notation: String,
    /// The holds, in order.
    pub hops: Vec<DrawnHop>,
}

/// One hold of a drawn path.
#[derive(Clone, Debug, Serialize)]
pub struct DrawnHop {
    /// The group that held it.
    pub holder: String,
    /// Its site, empty where not known.
    pub site: String,
    /// From when.
    pub since: Instant,
    /// Until when.
    pub until: Instant,
    /// How it came here.
    pub arrived_by: ArrivedBy,
    /// Hours on the wall clock.
    pub held_calendar_h: f64,
    /// Working hours.
    pub held_working_h: f64,
    /// The holder's nights, weekends and holidays within the hold.
    pub off: Vec<(Instant, Instant)>,
}
