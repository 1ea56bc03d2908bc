//! Decisions and hops as columns of codes and whole numbers, and back.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int8Array, Int64Array, ListArray, RecordBatch, RecordBatchOptions,
    StructArray, TimestampMicrosecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{
    DataType, Field, Fields, Int8Type, Int64Type, Schema, SchemaRef, TimestampMicrosecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use datafusion::common::{Result, internal_datafusion_err, internal_err};
use sayso_model::actor::{ActorKind, Level};
use sayso_model::decision::{ArrivedBy, DeciderKnown, Decision, Hop, OpenedBy, Paths, Status, Touch};
use sayso_model::time::{Instant, WorkingTime};

use super::Emit;
use crate::record::layout::instant;

/// A field's type as a column: how it is called, written and read.
trait Coded: Copy {
    fn field(name: &str) -> Field;
    fn encode(values: impl Iterator<Item = Self>) -> ArrayRef;
    fn decode(array: &ArrayRef, set: impl FnMut(usize, Self)) -> Result<()>;
}

/// One column of `Row`.
struct Column<Row: 'static> {
    field: fn() -> Field,
    encode: fn(&[Row]) -> ArrayRef,
    decode: fn(&ArrayRef, &mut [Row]) -> Result<()>,
}

/// The columns of a row type, each from the field of the same name.
macro_rules! columns {
    ($row:ty: $($name:literal = $field:ident,)*) => {
        &[$(Column {
            field: || field_like(|row: &$row| row.$field, $name),
            encode: |rows| Coded::encode(rows.iter().map(|row| row.$field)),
            decode: |array, rows| Coded::decode(array, |at, value| rows[at].$field = value),
        },)*]
    };
}

static DECISION: &[Column<Decision>] = columns! { Decision:
    "item_id" = item,
    "ordinal" = ordinal,
    "matter" = matter,
    "area" = area,
    "raised_at" = raised_at,
    "asked_at" = asked_at,
    "first_response_at" = first_response_at,
    "first_response_working" = first_response_working,
    "decided_at" = decided_at,
    "executed_at" = executed_at,
    "execution_working" = execution_working,
    "ended_at" = ended_at,
    "reversed_at" = reversed_at,
    "reversed_by" = reversed_by,
    "reversed_by_role" = reversed_by_role,
    "reversed_by_level" = reversed_by_level,
    "asker" = asker,
    "asker_site" = asker_site,
    "asker_role" = asker_role,
    "decider" = decider,
    "decider_team" = decider_team,
    "decider_site" = decider_site,
    "decider_role" = decider_role,
    "decider_level" = decider_level,
    "decider_known" = decider_known,
    "verdict" = verdict,
    "status" = status,
    "opened_by" = opened_by,
    "opened_as" = opened_as,
    "in_remit" = in_remit,
    "n_hops" = n_hops,
    "n_handovers" = n_handovers,
    "n_crossings" = n_crossings,
    "n_site_unknown" = n_site_unknown,
    "n_escalations" = n_escalations,
    "n_returns" = n_returns,
    "n_objections" = n_objections,
    "n_approvals" = n_approvals,
    "n_approvals_surplus" = n_approvals_surplus,
    "n_people" = n_people,
    "n_bot_acts" = n_bot_acts,
    "latency_working" = latency_working,
    "n_touches" = n_touches,
};

static HOP: &[Column<Hop>] = columns! { Hop:
    "holder" = holder,
    "kind" = kind,
    "team" = team,
    "site" = site,
    "role" = role,
    "level" = level,
    "since" = since,
    "until" = until,
    "held_working" = held_working,
    "arrived_by" = arrived_by,
};

static TOUCH: &[Column<Touch>] = columns! { Touch:
    "at" = at,
    "actor" = actor,
    "kind" = kind,
    "team" = team,
    "site" = site,
    "role" = role,
    "level" = level,
    "to" = to,
    "to_team" = to_team,
    "to_role" = to_role,
    "to_level" = to_level,
    "act" = act,
    "verdict" = verdict,
    "flags" = flags,
};

/// Columns that say to which decision a hop belongs; they stand before its own.
const HOP_KEYS: usize = 3;

/// The columns of what a fold gives out.
pub(crate) fn schema_of(emit: Emit) -> SchemaRef {
    static DECISIONS: LazyLock<SchemaRef> = LazyLock::new(|| Arc::new(Schema::new(fields(DECISION))));
    static HOPS: LazyLock<SchemaRef> = LazyLock::new(|| {
        let keys = [u64::field("item_id"), u32::field("ordinal"), u32::field("seq")];
        Arc::new(Schema::new(keys.into_iter().chain(fields(HOP)).collect::<Vec<_>>()))
    });
    static PATHS: LazyLock<SchemaRef> = LazyLock::new(|| {
        let hops = Field::new("hops", DataType::List(item(HOP)), false);
        let touches = Field::new("touches", DataType::List(item(TOUCH)), false);
        Arc::new(Schema::new(fields(DECISION).into_iter().chain([hops, touches]).collect::<Vec<_>>()))
    });
    Arc::clone(match emit {
        Emit::Decisions => &DECISIONS,
        Emit::Hops => &HOPS,
        Emit::Paths => &PATHS,
    })
}

/// The same, where only some columns are asked for.
pub(crate) fn projected(emit: Emit, projection: Option<&[usize]>) -> Result<SchemaRef> {
    let schema = schema_of(emit);
    match projection {
        None => Ok(schema),
        Some(columns) => Ok(Arc::new(schema.project(columns)?)),
    }
}

/// Paths as a batch of the given columns.
pub(crate) fn encode(
    paths: &Paths,
    emit: Emit,
    projection: Option<&[usize]>,
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let all: Vec<usize>;
    let columns = match projection {
        Some(columns) => columns,
        None => {
            all = (0..schema.fields().len()).collect();
            &all
        }
    };
    let decisions = &paths.decisions[..];
    let per_hop = |value: fn(&Decision) -> u64| {
        decisions.iter().flat_map(move |one| std::iter::repeat_n(value(one), paths.hops_of(one).len()))
    };
    let is_in_order = hops_are_in_order(paths);
    let n_rows = match emit {
        Emit::Decisions | Emit::Paths => decisions.len(),
        Emit::Hops => decisions.iter().map(|one| paths.hops_of(one).len()).sum(),
    };
    let ordered: Vec<Hop>;
    let hops = if is_in_order || emit == Emit::Decisions {
        &paths.hops[..]
    } else {
        ordered = decisions.iter().flat_map(|one| paths.hops_of(one)).copied().collect();
        &ordered
    };
    // Touches of one item lie together, and those of items in the order of their decisions, as the fold writes them.
    let touches: Vec<Touch> = match emit {
        Emit::Paths => decisions.iter().flat_map(|one| paths.touches_of(one)).copied().collect(),
        Emit::Decisions | Emit::Hops => Vec::new(),
    };
    let arrays = columns
        .iter()
        .map(|&column| match (emit, column) {
            (Emit::Decisions | Emit::Paths, _) if column < DECISION.len() => Ok((DECISION[column].encode)(decisions)),
            (Emit::Paths, _) if column == DECISION.len() => {
                Ok(lists(HOP, hops, decisions, |one| paths.hops_of(one).len()))
            }
            (Emit::Paths, _) if column == DECISION.len() + 1 => {
                Ok(lists(TOUCH, &touches, decisions, |one| paths.touches_of(one).len()))
            }
            (Emit::Hops, 0) => Ok(u64::encode(per_hop(|one| one.item))),
            (Emit::Hops, 1) => Ok(u32::encode(per_hop(|one| u64::from(one.ordinal)).map(|n| n as u32))),
            (Emit::Hops, 2) => Ok(u32::encode(decisions.iter().flat_map(|one| 1..=paths.hops_of(one).len() as u32))),
            (Emit::Hops, _) if column - HOP_KEYS < HOP.len() => Ok((HOP[column - HOP_KEYS].encode)(hops)),
            _ => internal_err!("a fold has no column {column}"),
        })
        .collect::<Result<Vec<ArrayRef>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(n_rows));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options)?)
}

/// The paths of a batch that was given out with all columns of [`Emit::Paths`].
pub(crate) fn decode(batch: &RecordBatch) -> Result<Paths> {
    let mut decisions = vec![Decision::BLANK; batch.num_rows()];
    for (column, array) in DECISION.iter().zip(batch.columns()) {
        (column.decode)(array, &mut decisions)?;
    }
    let (hops, hop_offsets) = rows_of(batch.column(DECISION.len()), HOP, Hop::BLANK)?;
    let (touches, touch_offsets) = rows_of(batch.column(DECISION.len() + 1), TOUCH, Touch::BLANK)?;
    for ((decision, hop), touch) in decisions.iter_mut().zip(hop_offsets).zip(touch_offsets) {
        (decision.hops_from, decision.touches_from) = (hop, touch);
    }
    Ok(Paths { decisions, hops, touches })
}

/// The rows of a column of lists one after the other, and where each list begins.
fn rows_of<Row: Copy>(column: &ArrayRef, columns: &[Column<Row>], blank: Row) -> Result<(Vec<Row>, Vec<u32>)> {
    let lists = column.as_list_opt::<i32>().ok_or_else(|| internal_datafusion_err!("hops and touches are lists"))?;
    let first = lists.value_offsets().first().map_or(0, |&offset| offset as usize);
    let last = lists.value_offsets().last().map_or(0, |&offset| offset as usize);
    let entries = lists.values().slice(first, last - first);
    let mut rows = vec![blank; entries.len()];
    for (column, array) in columns.iter().zip(entries.as_struct().columns()) {
        (column.decode)(array, &mut rows)?;
    }
    Ok((rows, lists.value_offsets().iter().map(|offset| *offset as u32 - first as u32).collect()))
}

/// Whether the hops stand one after the other as the decisions do, so that they need not be gathered.
fn hops_are_in_order(paths: &Paths) -> bool {
    let mut next = 0;
    let follows = paths.decisions.iter().all(|one| {
        let is_next = one.n_hops == 0 || one.hops_from as usize == next;
        next += one.n_hops as usize;
        is_next
    });
    follows && next == paths.hops.len()
}

/// Rows as a column of lists, one list a decision.
fn lists<Row: 'static>(
    columns: &[Column<Row>],
    rows: &[Row],
    decisions: &[Decision],
    len: impl Fn(&Decision) -> usize,
) -> ArrayRef {
    let arrays: Vec<ArrayRef> = columns.iter().map(|column| (column.encode)(rows)).collect();
    let offsets = OffsetBuffer::from_lengths(decisions.iter().map(len));
    let entries = StructArray::new(Fields::from(fields(columns)), arrays, None);
    Arc::new(ListArray::new(item(columns), offsets, Arc::new(entries), None))
}

fn item<Row>(columns: &[Column<Row>]) -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Struct(Fields::from(fields(columns))), false))
}

fn fields<Row>(columns: &[Column<Row>]) -> Vec<Field> {
    columns.iter().map(|column| (column.field)()).collect()
}

/// The field of a column, its type taken from the row's own.
fn field_like<Row, T: Coded>(_: fn(&Row) -> T, name: &str) -> Field {
    T::field(name)
}

macro_rules! plain {
    ($($type:ty, $data:ident, $array:ident, $arrow:ident;)*) => {
        $(impl Coded for $type {
            fn field(name: &str) -> Field {
                Field::new(name, DataType::$data, false)
            }

            fn encode(values: impl Iterator<Item = Self>) -> ArrayRef {
                Arc::new($array::from_iter_values(values))
            }

            fn decode(array: &ArrayRef, mut set: impl FnMut(usize, Self)) -> Result<()> {
                let array = array.as_primitive_opt::<$arrow>();
                let array = array.ok_or_else(|| internal_datafusion_err!("a column has another type"))?;
                array.values().iter().enumerate().for_each(|(at, value)| set(at, *value));
                Ok(())
            }
        })*
    };
}

plain! {
    u64, UInt64, UInt64Array, UInt64Type;
    u32, UInt32, UInt32Array, UInt32Type;
    u8, UInt8, UInt8Array, UInt8Type;
    u16, UInt16, UInt16Array, UInt16Type;
}

macro_rules! of_a_closed_set {
    ($($type:ty: $from_code:expr;)*) => {
        $(impl Coded for $type {
            fn field(name: &str) -> Field {
                u8::field(name)
            }

            fn encode(values: impl Iterator<Item = Self>) -> ArrayRef {
                u8::encode(values.map(|value| value as u8))
            }

            fn decode(array: &ArrayRef, mut set: impl FnMut(usize, Self)) -> Result<()> {
                let mut unknown = None;
                u8::decode(array, |at, code| match $from_code(code) {
                    Some(value) => set(at, value),
                    None => unknown = Some(code),
                })?;
                unknown.map_or(Ok(()), |code| internal_err!("code {code} stands for nothing"))
            }
        })*
    };
}

of_a_closed_set! {
    Status: Status::from_code;
    OpenedBy: OpenedBy::from_code;
    DeciderKnown: DeciderKnown::from_code;
    ArrivedBy: ArrivedBy::from_code;
    ActorKind: |code| Some(ActorKind::from_code(code));
}

macro_rules! optional {
    ($($type:ty, $data:expr, $array:ident, $arrow:ident, $into:expr, $from:expr;)*) => {
        $(impl Coded for $type {
            fn field(name: &str) -> Field {
                Field::new(name, $data, true)
            }

            fn encode(values: impl Iterator<Item = Self>) -> ArrayRef {
                let array: $array = values.map($into).collect();
                Arc::new(array.with_data_type($data))
            }

            fn decode(array: &ArrayRef, mut set: impl FnMut(usize, Self)) -> Result<()> {
                let array = array.as_primitive_opt::<$arrow>();
                let array = array.ok_or_else(|| internal_datafusion_err!("a column has another type"))?;
                array.iter().enumerate().for_each(|(at, value)| set(at, $from(value)));
                Ok(())
            }
        })*
    };
}

optional! {
    Option<Instant>, instant(), TimestampMicrosecondArray, TimestampMicrosecondType,
        |at: Option<Instant>| at.map(Instant::micros), |at: Option<i64>| at.map(Instant::from_micros);
    Option<WorkingTime>, DataType::Int64, Int64Array, Int64Type,
        |time: Option<WorkingTime>| time.map(WorkingTime::micros), |time: Option<i64>| time.map(WorkingTime::from_micros);
    Level, DataType::Int8, Int8Array, Int8Type,
        |level: Level| level.known(), |level: Option<i8>| level.map_or(Level::UNKNOWN, Level);
}

impl Coded for Option<bool> {
    fn field(name: &str) -> Field {
        Field::new(name, DataType::Boolean, true)
    }

    fn encode(values: impl Iterator<Item = Self>) -> ArrayRef {
        Arc::new(values.collect::<BooleanArray>())
    }

    fn decode(array: &ArrayRef, mut set: impl FnMut(usize, Self)) -> Result<()> {
        let array = array.as_boolean_opt().ok_or_else(|| internal_datafusion_err!("a flag has another type"))?;
        array.iter().enumerate().for_each(|(at, value)| set(at, value));
        Ok(())
    }
}

impl Coded for Instant {
    fn field(name: &str) -> Field {
        Field::new(name, instant(), false)
    }

    fn encode(values: impl Iterator<Item = Self>) -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::from_iter_values(values.map(Instant::micros)).with_data_type(instant()))
    }

    fn decode(array: &ArrayRef, mut set: impl FnMut(usize, Self)) -> Result<()> {
        let array = array.as_primitive_opt::<TimestampMicrosecondType>();
        let array = array.ok_or_else(|| internal_datafusion_err!("an instant has another type"))?;
        array.values().iter().enumerate().for_each(|(at, value)| set(at, Instant::from_micros(*value)));
        Ok(())
    }
}

impl Coded for WorkingTime {
    fn field(name: &str) -> Field {
        Field::new(name, DataType::Int64, false)
    }

    fn encode(values: impl Iterator<Item = Self>) -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(values.map(WorkingTime::micros)))
    }

    fn decode(array: &ArrayRef, mut set: impl FnMut(usize, Self)) -> Result<()> {
        let array = array.as_primitive_opt::<Int64Type>();
        let array = array.ok_or_else(|| internal_datafusion_err!("a duration has another type"))?;
        array.values().iter().enumerate().for_each(|(at, value)| set(at, WorkingTime::from_micros(*value)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn hop(holder: u32, since: i64, until: i64) -> Hop {
        Hop {
            holder,
            kind: ActorKind::Group,
            team: 4,
            site: 5,
            role: 6,
            level: Level(2),
            since: Instant::from_micros(since),
            until: Instant::from_micros(until),
            held_working: WorkingTime::from_micros(9),
            arrived_by: ArrivedBy::Escalated,
        }
    }

    fn touch(at: i64) -> Touch {
        Touch {
            at: Instant::from_micros(at),
            actor: 2,
            kind: ActorKind::Bot,
            team: 3,
            site: 4,
            role: 5,
            level: Level(1),
            to: 6,
            to_team: 7,
            to_role: 8,
            to_level: Level(2),
            act: 9,
            verdict: 1,
            flags: 10,
        }
    }

    /// Every field differs from what it would be if its column were forgotten.
    fn paths() -> Paths {
        let decision = Decision {
            item: u64::MAX,
            ordinal: 1,
            matter: 2,
            area: 3,
            raised_at: Instant::from_micros(-4),
            asked_at: Some(Instant::from_micros(5)),
            first_response_at: Some(Instant::from_micros(6)),
            first_response_working: Some(WorkingTime::from_micros(7)),
            decided_at: Some(Instant::from_micros(8)),
            executed_at: Some(Instant::from_micros(9)),
            execution_working: Some(WorkingTime::from_micros(10)),
            ended_at: Instant::from_micros(11),
            reversed_at: Some(Instant::from_micros(12)),
            reversed_by: 13,
            reversed_by_role: 32,
            reversed_by_level: Level(3),
            asker: 14,
            asker_site: 15,
            asker_role: 16,
            decider: 17,
            decider_team: 18,
            decider_site: 19,
            decider_role: 20,
            decider_level: Level(-1),
            decider_known: DeciderKnown::Rule,
            verdict: 2,
            status: Status::Withdrawn,
            opened_by: OpenedBy::Reopened,
            opened_as: 33,
            in_remit: Some(false),
            hops_from: 0,
            n_hops: 2,
            n_handovers: 21,
            n_crossings: 22,
            n_site_unknown: 23,
            n_escalations: 24,
            n_returns: 25,
            n_objections: 26,
            n_approvals: 27,
            n_approvals_surplus: 28,
            n_people: 29,
            n_bot_acts: 30,
            latency_working: WorkingTime::from_micros(31),
            touches_from: 0,
            n_touches: 1,
        };
        let unseen =
            Decision { item: 1, hops_from: 2, touches_from: 1, opened_by: OpenedBy::Unseen, ..Decision::BLANK };
        let last = Decision {
            item: 2,
            hops_from: 2,
            n_hops: 1,
            touches_from: 1,
            n_touches: 2,
            in_remit: Some(true),
            ..Decision::BLANK
        };
        Paths {
            decisions: vec![decision, unseen, last],
            hops: vec![hop(1, -4, 3), hop(2, 3, 11), Hop { level: Level::UNKNOWN, ..hop(3, 0, 0) }],
            touches: vec![touch(1), touch(2), touch(3)],
        }
    }

    #[test]
    fn every_field_goes_there_and_back() {
        let paths = paths();
        let batch = encode(&paths, Emit::Paths, None, &schema_of(Emit::Paths)).unwrap();
        assert_eq!(decode(&batch).unwrap(), paths);
        let cut = decode(&batch.slice(1, 2)).unwrap();
        assert_eq!(cut.hops_of(&cut.decisions[1]), &paths.hops[2..]);
        assert!(cut.hops_of(&cut.decisions[0]).is_empty());
    }

    #[test]
    fn hops_bear_the_decision_they_belong_to() {
        let paths = paths();
        let schema = projected(Emit::Hops, Some(&[0, 2, 3])).unwrap();
        let batch = encode(&paths, Emit::Hops, Some(&[0, 2, 3]), &schema).unwrap();
        assert_eq!(batch.column(0).as_primitive::<UInt64Type>().values(), &[u64::MAX, u64::MAX, 2]);
        assert_eq!(batch.column(1).as_primitive::<UInt32Type>().values(), &[1, 2, 1]);
        assert_eq!(batch.column(2).as_primitive::<UInt32Type>().values(), &[1, 2, 3]);
        let none = encode(&paths, Emit::Hops, Some(&[]), &projected(Emit::Hops, Some(&[])).unwrap()).unwrap();
        assert_eq!(none.num_rows(), 3);
    }

    #[test]
    fn hops_out_of_order_are_gathered() {
        let mut paths = paths();
        paths.decisions.swap(0, 2);
        let batch = encode(&paths, Emit::Paths, None, &schema_of(Emit::Paths)).unwrap();
        let back = decode(&batch).unwrap();
        for (before, after) in paths.decisions.iter().zip(&back.decisions) {
            assert_eq!(paths.hops_of(before), back.hops_of(after));
        }
    }
}
