//! The books of a reading: what was seen, kept and set aside, by reason, so that nothing is lost in silence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why an element is not in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No time is given.
    TimeMissing,
    /// The time cannot be read.
    TimeUnreadable,
    /// The time is a placeholder such as the year 9999.
    TimePlaceholder,
    /// The item is not named.
    ItemMissing,
    /// Neither activity nor act is given.
    ActivityMissing,
    /// The act is none of the closed set.
    ActUnknown,
    /// The verdict is none of the closed set.
    VerdictUnknown,
    /// The row has another shape than the header, or is not valid in its format.
    RowMalformed,
    /// The bytes are not valid in the declared encoding.
    EncodingInvalid,
    /// An event stands outside any trace.
    OutsideTrace,
    /// The lens says to leave it out.
    LeftOutByLens,
    /// The file ends in the middle of it.
    Truncated,
    /// It is of a kind that this version does not read.
    NotUnderstood,
    /// The source did not give it out: no permission, or gone.
    Refused,
    /// It was told before, the same in everything.
    Repeated,
}

/// What was changed in an element that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// A local time without offset was placed in the declared zone, or in UTC where none is declared.
    ZoneAssumed,
    /// Only a day is given; midnight is assumed.
    DayPrecision,
    /// Fractions finer than a microsecond were cut.
    FractionCut,
    /// `24:00` was read as midnight of the next day.
    Hour24,
    /// The same key occurs twice; the last one counts.
    KeyTwice,
    /// A value does not fit its declared type; it is kept as text.
    TypeMismatch,
    /// A trace without a name was given one.
    TraceUnnamed,
    /// Two traces bear the same name; they are one item.
    TraceTwice,
    /// A trace has no events.
    TraceEmpty,
    /// No actor is named.
    ActorMissing,
    /// The declared encoding differs from what was found.
    EncodingMismatch,
    /// The file was compressed although its name does not say so, or the other way round.
    CompressionMismatch,
    /// Attributes beyond those that the record has columns for could not be kept.
    AttributeDropped,
    /// A file is shallow, partial or otherwise known to be incomplete.
    SourceIncomplete,
    /// Sayso chose what an item is, because no lens says.
    ItemChosen,
    /// An event touches several items; it is told once for each.
    ItemsSeveral,
    /// A relation leads to an object that the file does not have; it is left out.
    ObjectUnknown,
    /// An object cannot be used: it has no id or no type.
    ObjectUnusable,
    /// A type or an attribute is not declared, although the file declares others; said once for each name.
    Undeclared,
    /// An id stands for two different things.
    IdTwice,
}

/// One element that was set aside, and where a person finds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The source's name.
    pub source: String,
    /// Where: `line 17`, `trace 3 event 2`, `byte 8841`.
    pub place: String,
    /// Why.
    pub reason: Reason,
    /// What was found there.
    pub detail: String,
}

/// The reconciliation of one source: elements seen = kept + set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Elements that could have been events: rows, `<event>` elements, commits.
    pub seen: u64,
    /// Elements that gave at least one event.
    pub kept: u64,
    /// Events; an element may give several, such as a start and an end. Further acts of one event are not counted.
    pub events: u64,
    /// Elements set aside, by reason.
    pub set_aside: BTreeMap<Reason, u64>,
    /// Elements kept with a change, by kind.
    pub notes: BTreeMap<Note, u64>,
    /// What the source states that there should be against what came, by kind of thing (`changelog entries`); empty where
    /// the source states nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, ClaimTally>,
}

/// Expected against received, of one kind of thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimTally {
    /// How many the source states, over all items (or searches) of which it states a number.
    pub stated: u64,
    /// How many of them came. What came beyond the stated number of an item does not make up for another's lack.
    pub received: u64,
    /// Items (or searches) of which fewer came than stated.
    pub items_short: u64,
    /// How many came beyond what was stated: the source's own numbers contradict it.
    #[serde(default)]
    pub beyond: u64,
}

impl ClaimTally {
    /// How many did not come.
    pub fn missing(&self) -> u64 {
        self.stated.saturating_sub(self.received)
    }

    /// In words, to follow the source's name: `23 of 26 issues that the source states came; 1 place is short`.
    pub fn words(&self, what: &str) -> String {
        let mut words = format!("{} of {} {what} that the source states came", self.received, self.stated);
        if self.missing() > 0 {
            let places = if self.items_short == 1 { "1 item or search is" } else { "items or searches are" };
            match self.items_short {
                0 | 1 => words.push_str(&format!("; {places} short")),
                n => words.push_str(&format!("; {n} {places} short")),
            }
        }
        if self.beyond > 0 {
            words.push_str(&format!("; {} came beyond what it states", self.beyond));
        }
        words
    }

    /// Enters what is stated of one item, and what came of it.
    pub fn enter(&mut self, stated: u64, received: u64) {
        self.stated += stated;
        self.received += received.min(stated);
        self.items_short += u64::from(received < stated);
        self.beyond += received.saturating_sub(stated);
    }

    /// Adds another tally of the same kind of thing.
    pub fn add(&mut self, other: &ClaimTally) {
        self.stated += other.stated;
        self.received += other.received;
        self.items_short += other.items_short;
        self.beyond += other.beyond;
    }
}

impl Ledger {
    /// Elements set aside, whatever the reason.
    pub fn n_set_aside(&self) -> u64 {
        self.set_aside.values().sum()
    }

    /// Elements that are neither kept nor set aside. Always 0 unless a reader is wrong.
    pub fn n_lost(&self) -> i64 {
        self.seen as i64 - self.kept as i64 - self.n_set_aside() as i64
    }

    /// Adds the books of another reading of the same source.
    pub fn add(&mut self, other: &Ledger) {
        self.seen += other.seen;
        self.kept += other.kept;
        self.events += other.events;
        for (reason, n) in &other.set_aside {
            *self.set_aside.entry(*reason).or_default() += n;
        }
        for (note, n) in &other.notes {
            *self.notes.entry(*note).or_default() += n;
        }
        for (what, tally) in &other.claims {
            self.claims.entry(what.clone()).or_default().add(tally);
        }
    }
}

impl Reason {
    /// The word used in the `skipped` table and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Reason::TimeMissing => "time_missing",
            Reason::TimeUnreadable => "time_unreadable",
            Reason::TimePlaceholder => "time_placeholder",
            Reason::ItemMissing => "item_missing",
            Reason::ActivityMissing => "activity_missing",
            Reason::ActUnknown => "act_unknown",
            Reason::VerdictUnknown => "verdict_unknown",
            Reason::RowMalformed => "row_malformed",
            Reason::EncodingInvalid => "encoding_invalid",
            Reason::OutsideTrace => "outside_trace",
            Reason::LeftOutByLens => "left_out_by_lens",
            Reason::Truncated => "truncated",
            Reason::NotUnderstood => "not_understood",
            Reason::Refused => "refused",
            Reason::Repeated => "repeated",
        }
    }

    /// The same in words, to stand after a count.
    pub fn words(self) -> &'static str {
        match self {
            Reason::TimeMissing => "without a time",
            Reason::TimeUnreadable => "with a time that cannot be read",
            Reason::TimePlaceholder => "with a placeholder instead of a time",
            Reason::ItemMissing => "without an item",
            Reason::ActivityMissing => "without activity or act",
            Reason::ActUnknown => "with an unknown act",
            Reason::VerdictUnknown => "with an unknown verdict",
            Reason::RowMalformed => "malformed",
            Reason::EncodingInvalid => "with bytes that are not text",
            Reason::OutsideTrace => "outside any trace",
            Reason::LeftOutByLens => "left out by the lens",
            Reason::Truncated => "cut off at the end of the file",
            Reason::NotUnderstood => "of a kind that is not read",
            Reason::Refused => "that the source did not give out",
            Reason::Repeated => "told before, the same in everything",
        }
    }
}

impl Note {
    /// What happened, to stand after a count.
    pub fn words(self) -> &'static str {
        match self {
            Note::ZoneAssumed => "local times without offset, zone assumed",
            Note::DayPrecision => "dates without a time of day",
            Note::FractionCut => "times finer than a microsecond, cut",
            Note::Hour24 => "times of 24:00, read as the next day",
            Note::KeyTwice => "keys given twice, the last one counts",
            Note::TypeMismatch => "values that do not fit their declared type, kept as text",
            Note::TraceUnnamed => "traces without a name, numbered",
            Note::TraceTwice => "trace names used twice, taken as one item",
            Note::TraceEmpty => "traces without events",
            Note::ActorMissing => "events without an actor",
            Note::EncodingMismatch => "encoding other than declared",
            Note::CompressionMismatch => "compression other than the file name says",
            Note::AttributeDropped => "attributes that could not be kept",
            Note::SourceIncomplete => "signs that the source itself is incomplete",
            Note::ItemChosen => "choices of what an item is; a lens can name another",
            Note::ItemsSeveral => "events that touch several items, told once for each",
            Note::ObjectUnknown => "relations to objects that the file does not have, left out",
            Note::ObjectUnusable => "objects without id or type",
            Note::Undeclared => "types and attributes that the file does not declare",
            Note::IdTwice => "ids that stand for two different things",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_beyond_one_claim_does_not_make_up_for_another() {
        let mut tally = ClaimTally::default();
        tally.enter(60, 40);
        tally.enter(3, 5);
        tally.enter(7, 7);
        assert_eq!(tally, ClaimTally { stated: 70, received: 50, items_short: 1, beyond: 2 });
        assert_eq!(tally.missing(), 20);
        let mut ledger = Ledger { claims: BTreeMap::from([("issues".to_owned(), tally)]), ..Ledger::default() };
        ledger.add(&ledger.clone());
        assert_eq!(ledger.claims["issues"], ClaimTally { stated: 140, received: 100, items_short: 2, beyond: 4 });
    }
}
