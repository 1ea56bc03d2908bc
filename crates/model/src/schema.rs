//! The tables and columns that outsiders rely on: what they are called, what they hold, in which unit.
//!
//! Columns are only ever added. `docs/reference/tables.md` is [`reference()`]; a test compares the two.

use std::fmt::Write;

/// What a column holds. Anything may be empty (null): not recorded, or not applicable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Text.
    Text,
    /// Texts, as a list.
    Texts,
    /// An instant in UTC, in microseconds.
    Instant,
    /// A whole number.
    Whole,
    /// A real number.
    Real,
    /// True or false.
    Flag,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnDoc {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// The unit of numbers that have one: `h`, `min`.
    pub unit: &'static str,
    /// What it says, in a sentence.
    pub says: &'static str,
}

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableDoc {
    /// Its name.
    pub name: &'static str,
    /// What a row is, in a sentence.
    pub says: &'static str,
    /// Its columns, in order.
    pub columns: &'static [ColumnDoc],
}

impl Holds {
    /// The word in the reference.
    pub fn word(self) -> &'static str {
        match self {
            Holds::Text => "text",
            Holds::Texts => "list of texts",
            Holds::Instant => "instant",
            Holds::Whole => "whole number",
            Holds::Real => "number",
            Holds::Flag => "true or false",
        }
    }
}

/// Every table, in the order of the reference.
pub const TABLES: [TableDoc; 9] = [
    TableDoc {
        name: "events",
        says: "One act by one actor on one item at one instant, as the sources tell it.",
        columns: EVENTS,
    },
    TableDoc {
        name: "decisions",
        says: "One question put to somebody's authority, with its answer if there is one.",
        columns: DECISIONS,
    },
    TableDoc {
        name: "hops",
        says: "One unbroken hold of a question by one holder. The hops of a decision fill its time without gap or overlap.",
        columns: HOPS,
    },
    TableDoc {
        name: "arcs",
        says: "Each event of an item with the one before it: from `activity`, `actor`, `team`, `site` and `role` to the `next_` ones. An item of n events has n - 1.",
        columns: ARCS,
    },
    TableDoc {
        name: "people",
        says: "One actor, and what is known of them. No name, unless the office shows names.",
        columns: PEOPLE,
    },
    TableDoc {
        name: "remits",
        says: "One clause of the charter: who decides which matter where, and since when.",
        columns: REMITS,
    },
    TableDoc {
        name: "measures",
        says: "One measured number with its interval, about a group above the privacy floor.",
        columns: MEASURES,
    },
    TableDoc {
        name: "findings",
        says: "What stands out: one pattern in one matter, area and role.",
        columns: FINDINGS,
    },
    TableDoc {
        name: "skipped",
        says: "One element of a source that was set aside. At most 10,000 a source are kept; the counts in a report are exact.",
        columns: SKIPPED,
    },
];

/// The table of a name.
pub fn table(name: &str) -> Option<&'static TableDoc> {
    const ALL: &[TableDoc] = &TABLES;
    ALL.iter().find(|table| table.name == name)
}

const EVENTS: &[ColumnDoc] = &[
    text("source", "The source that tells it."),
    text("item", "What it is about: an issue, a change, a case."),
    instant("at", "When it happened."),
    unit("utc_offset_min", Holds::Whole, "min", "The offset from UTC that the source wrote, east positive."),
    text("actor", "Who acted; a pseudonym, unless the office shows names."),
    text("actor_kind", "`person`, `bot`, `group` or `unknown`."),
    text("site", "The site that the event carries, or else the actor's."),
    text("team", "The team that the event carries, or else the actor's."),
    text("role", "The role that the event carries, or else the actor's."),
    whole("level", "The actor's organisational level; 0 is the team."),
    text("activity", "The raw label of the source."),
    text("act", "What it does to a question: one of the fourteen acts of the glossary. Empty where no lens knows."),
    text("to", "Whom it addresses (a pseudonym likewise), `team:NAME` or `role:NAME`; for `linked` the other item."),
    text("matter", "What kind of question."),
    text("area", "Where in the product or organisation."),
    text("verdict", "`approved`, `rejected` or `deferred`."),
    text("link", "A reference to where it comes from or leads to."),
    column(
        "attributes",
        Holds::Texts,
        "Everything else that the source says, as `key=value`; `attr(attributes, 'key')` gives one value.",
    ),
];

const DECISIONS: &[ColumnDoc] = &[
    text("decision", "`ITEM#1` for the first question of an item, `ITEM#2` for the next."),
    text("item", "The item."),
    text("matter", "What kind of question."),
    text("area", "Where in the product or organisation."),
    instant("raised_at", "When the question was put, or first seen (`opened_by`)."),
    instant("asked_at", "When somebody was first asked for an answer."),
    instant("decided_at", "When it was answered."),
    instant("executed_at", "When the answer was carried out."),
    text("asker", "Who put the question; a pseudonym, unless the office shows names."),
    text("decider", "Who answered; likewise."),
    text("verdict", "`approved`, `rejected` or `deferred`."),
    text("status", "`decided`, `open` (censored at the end of the record) or `withdrawn`."),
    whole("n_hops", "Holds."),
    whole("n_handovers", "Changes of holder."),
    whole("n_crossings", "Changes of holder between two known sites."),
    whole("n_escalations", "Changes to a higher level."),
    whole("n_returns", "Changes back to an earlier holder."),
    whole("n_objections", "Refusals and requests for change while it was open."),
    whole("n_approvals", "Acts of consent while it was open."),
    hours(
        "latency_calendar_h",
        "Time from question to end on the wall clock; so far, where it is open. Empty where nobody saw the question being put.",
    ),
    hours("latency_working_h", "The same inside the holders' working calendars; the sum of the hops. Empty likewise."),
    instant("reversed_at", "When the decision was undone or opened again."),
    text("reversed_by", "Who undid it or opened it again; a pseudonym likewise."),
    text("decider_known", "How the decider is known: `explicit`, `rule`, `inferred` or `unknown`."),
    column("in_remit", Holds::Flag, "Whether the decider had the remit. Empty: no remit is declared."),
    whole("ordinal", "The number of the question among those of its item, from 1."),
    text("opened_by", "What opened it: `raised`, `asked`, `reopened`, `first_seen` or `unseen`."),
    instant("ended_at", "When it was answered or withdrawn; the end of the record where it is open."),
    instant("first_response_at", "First act on it by a person other than the asker."),
    hours(
        "first_response_working_h",
        "Time to that first response inside the calendar of the site that had to respond.",
    ),
    hours("execution_working_h", "Time from answer to execution inside the calendar of the executing actor's site."),
    text("asker_site", "The asker's site."),
    text("asker_role", "The asker's role."),
    text("decider_team", "The decider's team."),
    text("decider_site", "The decider's site."),
    text("decider_role", "The decider's role."),
    whole("decider_level", "The decider's organisational level; 0 is the team."),
    whole("n_site_unknown", "Changes of holder of which nobody can say whether they crossed a border."),
    whole("n_approvals_surplus", "Acts of consent after the first one by somebody other than the asker."),
    whole("n_people", "Distinct people who acted on it or held it, bots left out."),
    whole("n_bot_acts", "Acts on it by bots."),
];

const HOPS: &[ColumnDoc] = &[
    text("decision", "The decision that it belongs to, as in `decisions`."),
    whole("seq", "Its place among the hops of the decision, from 1."),
    text("holder", "Who held the question; a pseudonym, unless the office shows names. Empty: nobody is named."),
    text("team", "The holder's team at that time."),
    text("site", "The holder's site at that time."),
    whole("level", "The holder's organisational level; 0 is the team."),
    instant("since", "From when."),
    instant("until", "Until when; the `since` of the next hop, or the end of the question."),
    hours("held_calendar_h", "How long on the wall clock."),
    hours("held_working_h", "The part of it inside the holder's working calendar."),
    text("arrived_by", "How the question came to the holder: `raised`, `asked`, `handed`, `escalated` or `returned`."),
    text("item", "The item."),
    text("holder_kind", "`person`, `bot`, `group` or `unknown`."),
    text("role", "The holder's role at that time."),
];

const ARCS: &[ColumnDoc] = &[
    text("item", "The item."),
    whole("seq", "The place of the earlier event among those of the item, from 1."),
    text("activity", "The raw label of the earlier event."),
    text("next_activity", "The raw label of the later event."),
    text("actor", "Who acted first; a pseudonym, unless the office shows names. Accounts of one person count as one."),
    text("next_actor", "Who acted next; likewise."),
    text(
        "actor_before",
        "Who acted in the event before the earlier one; likewise. Where it is `next_actor`, the work went out and came back.",
    ),
    text("team", "The team of the earlier event: the one that it carries, or else the actor's."),
    text("next_team", "The team of the later event likewise."),
    text("site", "The site of the earlier event likewise."),
    text("next_site", "The site of the later event likewise."),
    text("role", "The role of the earlier event likewise."),
    text("next_role", "The role of the later event likewise."),
    instant("since", "When the earlier event happened."),
    instant("at", "When the later event happened."),
    hours("waited_calendar_h", "The time between the two on the wall clock."),
    hours(
        "waited_working_h",
        "The part of it inside the working calendar of whoever had to act: that of `next_site`, in its zone.",
    ),
    column(
        "team_returns",
        Holds::Flag,
        "Whether this change of team goes back to the team that had the item before the last change. Stretches of one team count once. Empty where the team does not change, or one of the two is unknown.",
    ),
    column("crosses", Holds::Flag, "Whether the two sites differ. Empty where one of them is unknown."),
];

const PEOPLE: &[ColumnDoc] = &[
    text("person", "What stands for the actor in every table; a pseudonym, unless the office shows names."),
    text("kind", "`person`, `bot`, `group` or `unknown`."),
    text("team", "Their team."),
    text("site", "Their site."),
    text("site_known", "How the site is known: `declared`, `inferred` or `unknown`."),
    text("role", "Their role."),
    whole("level", "Their organisational level; 0 is the team."),
];

const MEASURES: &[ColumnDoc] = &[
    text("id", "Which measure: `M00` to `M30` of the reference of measures."),
    text("title", "Its name."),
    text("scope", "Which part of the record, as `key=value` separated by commas; empty is all of it."),
    text("statistic", "Which statistic: `median`, `share`, `mean_per_decision`."),
    column("value", Holds::Real, "The number."),
    column("low", Holds::Real, "Lower limit of its interval; empty where the data set none."),
    column("high", Holds::Real, "Upper limit likewise."),
    column("level", Holds::Real, "The level of the interval, 0 to 1."),
    whole("n", "How many decisions, hops or items it rests on."),
    text("unit", "What the number counts in."),
    instant("since", "First instant of the window it speaks of."),
    instant("until", "Last instant of the window."),
    text("method", "How it was estimated."),
];

const REMITS: &[ColumnDoc] = &[
    text("matter", "What kind of question; `*` is every kind."),
    text("area", "The areas, as a glob."),
    text(
        "decides",
        "Who decides, separated by commas: `team:` or `role:` and a name, or `person:` and a pseudonym. Empty: nobody, on purpose.",
    ),
    text("consulted", "Who is asked for advice, likewise."),
    text("reserve", "Who agrees first where the bounds are exceeded, likewise."),
    column("retained", Holds::Flag, "Whether the right stays where it is by design."),
    text("bounds", "Within which bounds it holds, in words."),
    instant("since", "From when on. Empty: ever since."),
    instant("until", "Until when, not included. Empty: still."),
    text("because", "Why."),
    text("written", "Where it is written."),
];

const FINDINGS: &[ColumnDoc] = &[
    text("id", "`pattern/matter/area/role`."),
    text("pattern", "Which pattern."),
    text("matter", "What kind of question. Empty: all."),
    text("area", "Where. Empty: all."),
    text("role", "The role that it speaks of. Empty: none."),
    text("verdict", "`current`, `past` or `cannot_tell`: whether it still holds at the end of the record."),
    text("strength", "`A` explicit, `B` shown by tests."),
    text("claim", "What it claims, with its numbers."),
    text("question", "The question that it raises."),
    column("p", Holds::Real, "The p-value that was judged."),
    column("p_adjusted", Holds::Real, "The same after the correction for everything that was looked at."),
    text("evidence", "Decisions that show it, separated by spaces."),
];

const SKIPPED: &[ColumnDoc] = &[
    text("source", "The source."),
    text("place", "Where a person finds it: `line 17`, `trace 3 event 2`."),
    text("reason", "Why it was set aside."),
    text("detail", "What was found there."),
];

/// `docs/reference/tables.md`.
pub fn reference() -> String {
    let mut out = String::from(
        "# Tables\n\n\
         `sayso query 'select ...'` answers SQL over these tables (Apache DataFusion's SQL; reading only). Tables and columns are only \
         ever added to. Text that is not recorded is null, not empty; instants are UTC; a column named like a word of SQL (`\"to\"`) \
         stands in double quotes.\n\n\
         Beyond SQL's own functions there is `attr(attributes, 'key')`: the value of one attribute of an event, null where it has none.\n",
    );
    for table in &TABLES {
        let _ = write!(out, "\n## {}\n\n{}\n\n| column | holds | says |\n|---|---|---|\n", table.name, table.says);
        for column in table.columns {
            let unit = if column.unit.is_empty() { String::new() } else { format!(", {}", column.unit) };
            let _ = writeln!(out, "| `{}` | {}{unit} | {} |", column.name, column.holds.word(), column.says);
        }
    }
    out
}

const fn column(name: &'static str, holds: Holds, says: &'static str) -> ColumnDoc {
    ColumnDoc { name, holds, unit: "", says }
}

const fn unit(name: &'static str, holds: Holds, unit: &'static str, says: &'static str) -> ColumnDoc {
    ColumnDoc { name, holds, unit, says }
}

const fn text(name: &'static str, says: &'static str) -> ColumnDoc {
    column(name, Holds::Text, says)
}

const fn instant(name: &'static str, says: &'static str) -> ColumnDoc {
    column(name, Holds::Instant, says)
}

const fn whole(name: &'static str, says: &'static str) -> ColumnDoc {
    column(name, Holds::Whole, says)
}

const fn hours(name: &'static str, says: &'static str) -> ColumnDoc {
    unit(name, Holds::Real, "h", says)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After a change, copy what this prints.
    #[test]
    fn the_reference_on_disk_is_the_one_that_the_code_tells() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/tables.md");
        let on_disk = std::fs::read_to_string(path).unwrap_or_default();
        assert!(on_disk == reference(), "docs/reference/tables.md should be:\n{}", reference());
    }

    #[test]
    fn no_column_stands_twice_in_a_table_and_each_says_something() {
        for table in &TABLES {
            for (at, column) in table.columns.iter().enumerate() {
                assert!(table.columns[..at].iter().all(|other| other.name != column.name), "{}", column.name);
                assert!(column.says.ends_with('.'), "{}", column.says);
            }
        }
        assert_eq!(super::table("hops").map(|table| table.columns.len()), Some(HOPS.len()));
        assert_eq!(super::table("hop"), None);
    }
}
