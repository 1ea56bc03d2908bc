//! Each event beside the one before it, across the borders of batches.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, RecordBatchOptions, TimestampMicrosecondArray,
    UInt32Array, UInt64Array,
};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{Schema, SchemaRef, TimestampMicrosecondType, UInt16Type, UInt32Type, UInt64Type};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::error::DataFusionError;
use sayso_model::actor::{Actor, Directory};
use sayso_model::decision::{FLAG_AUXILIARY, Reconstruct};
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};

use super::columns::{End, Part};
use crate::record::layout::{self, col, instant};

/// Makes arcs of batches of sorted events.
pub(crate) struct Pairs {
    reconstruct: Arc<dyn Reconstruct>,
    parts: Vec<Part>,
    schema: SchemaRef,
    /// Where each column of the events stands in a batch.
    places: [Option<usize>; 18],
    last: Last,
}

/// What the next batch has to know of the one before.
#[derive(Default)]
struct Last {
    item: u64,
    /// Events of the item so far; 0 before the first event of all.
    n: u32,
    at: i64,
    activity: Code,
    actor: Code,
    actor_before: Code,
    team: Code,
    site: Code,
    role: Code,
    teams: Teams,
}

/// The known teams that had an item, as far as a return has to know.
#[derive(Clone, Copy, Default)]
struct Teams {
    /// The last one.
    now: Code,
    /// The one before the last change.
    before: Code,
}

/// The rows of a batch that end an arc.
struct Ends {
    rows: Vec<usize>,
    /// The place of the earlier event of each.
    seq: Vec<u32>,
}

impl Pairs {
    /// Over batches of `input`, giving out batches of `schema`.
    pub fn new(input: &Schema, schema: SchemaRef, reconstruct: Arc<dyn Reconstruct>) -> Result<Self> {
        let parts = schema.fields().iter().map(|field| Part::named(field.name()));
        let parts: Option<Vec<Part>> = parts.collect();
        let parts = parts.ok_or_else(|| internal_datafusion_err!("an arc has no such column"))?;
        let mut places = [None; 18];
        for (place, field) in places.iter_mut().zip(layout::events().fields()) {
            *place = input.index_of(field.name()).ok();
        }
        Ok(Self { reconstruct, parts, schema, places, last: Last::default() })
    }

    /// The arcs that end in this batch.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let flags = self.column(batch, col::FLAGS)?.as_primitive_opt::<UInt16Type>();
        let flags = flags.ok_or_else(|| internal_datafusion_err!("flags are words of bits"))?;
        let is_event = |flags: u16| flags & FLAG_AUXILIARY == 0;
        if flags.values().iter().all(|&flags| is_event(flags)) {
            return self.events(batch);
        }
        let events: BooleanArray = flags.values().iter().map(|&flags| Some(is_event(flags))).collect();
        self.events(&filter_record_batch(batch, &events)?)
    }

    fn events(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let Some(last) = batch.num_rows().checked_sub(1) else {
            return Ok(RecordBatch::new_empty(Arc::clone(&self.schema)));
        };
        let items = self.column(batch, col::ITEM_ID)?.as_primitive_opt::<UInt64Type>();
        let items = &items.ok_or_else(|| internal_datafusion_err!("items are ids"))?.values()[..];
        let directory = self.reconstruct.directory();

        let activities = self.codes(batch, col::ACTIVITY)?;
        let raw_actors = self.codes(batch, col::ACTOR)?;
        let actors = self.asks(&[Part::Actor(End::Earlier), Part::Actor(End::Later), Part::ActorBefore]).then(|| {
            let stands_for =
                |actor: &Code| if *actor == NOT_RECORDED { *actor } else { directory.actor(*actor).same_as };
            raw_actors.unwrap_or_default().iter().map(stands_for).collect::<Vec<_>>()
        });
        let own_or = |column: usize, of: fn(&Actor) -> Code| {
            let own = self.codes(batch, column)?;
            let pairs = own.zip(raw_actors).map(|(own, actors)| own.iter().zip(actors));
            Ok::<_, DataFusionError>(
                pairs.map(|pairs| pairs.map(|(own, actor)| own_or(*own, *actor, directory, of)).collect::<Vec<_>>()),
            )
        };
        let teams = own_or(col::TEAM, |actor| actor.team)?;
        let sites = own_or(col::SITE, |actor| actor.site)?;
        let roles = own_or(col::ROLE, |actor| actor.role)?;
        let at = match self.places[col::AT] {
            Some(place) => {
                let at = batch.column(place).as_primitive_opt::<TimestampMicrosecondType>();
                Some(&at.ok_or_else(|| internal_datafusion_err!("instants are in microseconds"))?.values()[..])
            }
            None => None,
        };

        let before = &self.last;
        let Ends { rows, seq } = ends(items, before);
        let returns = teams.as_deref().map(|teams| returns(items, teams, before));
        let codes = |values: Option<&[Code]>, before: Code, end: End| {
            Ok(Arc::new(UInt32Array::from(taken(read(values)?, before, end, &rows))) as ArrayRef)
        };
        let instants = |end: End| Ok::<_, DataFusionError>(taken(read(at)?, before.at, end, &rows));
        let arrays = self.parts.iter().map(|part| match *part {
            Part::Item => Ok(Arc::new(rows.iter().map(|&row| items[row]).collect::<UInt64Array>()) as ArrayRef),
            Part::Seq => Ok(Arc::new(UInt32Array::from(seq.clone())) as ArrayRef),
            Part::Activity(end) => codes(activities, before.activity, end),
            Part::Actor(end) => codes(actors.as_deref(), before.actor, end),
            Part::ActorBefore => {
                let actors = read(actors.as_deref())?;
                // The third event of an item is the first that has one two places before it.
                let two_before = |(&row, &seq): (&usize, &u32)| match row {
                    _ if seq < 2 => NOT_RECORDED,
                    0 => before.actor_before,
                    1 => before.actor,
                    _ => actors[row - 2],
                };
                Ok(Arc::new(rows.iter().zip(&seq).map(two_before).collect::<UInt32Array>()) as ArrayRef)
            }
            Part::Team(end) => codes(teams.as_deref(), before.team, end),
            Part::Site(end) => codes(sites.as_deref(), before.site, end),
            Part::Role(end) => codes(roles.as_deref(), before.role, end),
            Part::At(end) => {
                Ok(Arc::new(TimestampMicrosecondArray::from(instants(end)?).with_data_type(instant())) as ArrayRef)
            }
            Part::Working => {
                let sites = taken(read(sites.as_deref())?, before.site, End::Later, &rows);
                let stretches = instants(End::Earlier)?.into_iter().zip(instants(End::Later)?).zip(sites);
                let worked = stretches.map(|((since, at), site)| {
                    let calendar = directory.calendar(site);
                    calendar.working_between(Instant::from_micros(since), Instant::from_micros(at)).micros()
                });
                Ok(Arc::new(worked.collect::<Int64Array>()) as ArrayRef)
            }
            Part::TeamReturns => {
                let (returns, _) = returns.as_ref().ok_or_else(|| internal_datafusion_err!("a column was not read"))?;
                Ok(Arc::new(rows.iter().map(|&row| returns[row]).collect::<BooleanArray>()) as ArrayRef)
            }
            Part::Crosses => {
                let sites = read(sites.as_deref())?;
                let earlier = taken(sites, before.site, End::Earlier, &rows);
                let crosses = rows.iter().zip(earlier).map(|(&row, earlier)| {
                    let are_known = earlier != NOT_RECORDED && sites[row] != NOT_RECORDED;
                    are_known.then(|| earlier != sites[row])
                });
                Ok(Arc::new(crosses.collect::<BooleanArray>()) as ArrayRef)
            }
        });
        let arrays = arrays.collect::<Result<Vec<ArrayRef>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let arcs = RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?;

        let code = |values: Option<&[Code]>| values.map_or(NOT_RECORDED, |values| values[last]);
        let since = items.iter().rposition(|&item| item != items[last]).map_or(0, |row| row + 1);
        let goes_on = since == 0 && before.n > 0 && before.item == items[last];
        let after = Last {
            item: items[last],
            n: (last + 1 - since) as u32 + if goes_on { before.n } else { 0 },
            at: at.map_or(0, |at| at[last]),
            activity: code(activities),
            actor: code(actors.as_deref()),
            actor_before: match last {
                0 => before.actor,
                _ => actors.as_deref().map_or(NOT_RECORDED, |actors| actors[last - 1]),
            },
            team: code(teams.as_deref()),
            site: code(sites.as_deref()),
            role: code(roles.as_deref()),
            teams: returns.map_or(Teams::default(), |(_, teams)| teams),
        };
        self.last = after;
        Ok(arcs)
    }

    fn asks(&self, any: &[Part]) -> bool {
        self.parts.iter().any(|part| any.contains(part))
    }

    fn column<'b>(&self, batch: &'b RecordBatch, column: usize) -> Result<&'b ArrayRef> {
        let place = self.places[column].ok_or_else(|| internal_datafusion_err!("column {column} was not read"))?;
        Ok(batch.column(place))
    }

    /// The codes of a column, where it is read.
    fn codes<'b>(&self, batch: &'b RecordBatch, column: usize) -> Result<Option<&'b [Code]>> {
        let Some(place) = self.places[column] else { return Ok(None) };
        let codes = batch.column(place).as_primitive_opt::<UInt32Type>();
        Ok(Some(&codes.ok_or_else(|| internal_datafusion_err!("column {column} holds codes"))?.values()[..]))
    }
}

/// The values of a column that the projection needs.
fn read<T>(values: Option<&[T]>) -> Result<&[T]> {
    values.ok_or_else(|| internal_datafusion_err!("a column was not read"))
}

/// What the event carries, or else what the directory has for its actor.
fn own_or(own: Code, actor: Code, directory: &Directory, of: fn(&Actor) -> Code) -> Code {
    match (own, actor) {
        (NOT_RECORDED, NOT_RECORDED) => NOT_RECORDED,
        (NOT_RECORDED, actor) => of(&directory.actor(actor)),
        (own, _) => own,
    }
}

/// The rows whose item is that of the row before.
fn ends(items: &[u64], before: &Last) -> Ends {
    let (mut item, mut n) = (before.item, before.n);
    let mut ends = Ends { rows: Vec::with_capacity(items.len()), seq: Vec::with_capacity(items.len()) };
    for (row, &found) in items.iter().enumerate() {
        if n > 0 && found == item {
            ends.rows.push(row);
            ends.seq.push(n);
            n += 1;
        } else {
            (item, n) = (found, 1);
        }
    }
    ends
}

/// The value of one end of each arc; `before` is that of the event before the batch.
fn taken<T: Copy>(values: &[T], before: T, end: End, rows: &[usize]) -> Vec<T> {
    match end {
        End::Later => rows.iter().map(|&row| values[row]).collect(),
        End::Earlier => rows.iter().map(|&row| if row == 0 { before } else { values[row - 1] }).collect(),
    }
}

/// For each row whether its team has the item back: nothing where the row before has the same team, or the team of either
/// is unknown. Stretches of one team count once, and events of an unknown team do not end them.
fn returns(items: &[u64], teams: &[Code], before: &Last) -> (Vec<Option<bool>>, Teams) {
    let (mut item, mut team, mut known) = (before.item, before.team, before.teams);
    let mut is_first = before.n == 0;
    let each = items.iter().zip(teams).map(|(&found, &next)| {
        if is_first || found != item {
            (item, team, known, is_first) = (found, NOT_RECORDED, Teams::default(), false);
        }
        let changes = team != NOT_RECORDED && next != NOT_RECORDED && team != next;
        let returns = changes.then_some(next == known.before);
        if next != NOT_RECORDED && next != known.now {
            known = Teams { now: next, before: known.now };
        }
        team = next;
        returns
    });
    (each.collect(), known)
}
