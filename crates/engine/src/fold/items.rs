//! Where one item ends and the next begins, across the borders of batches.

use std::sync::Arc;

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use datafusion::common::{Result, internal_datafusion_err};
use sayso_model::decision::{EventColumns, ItemEvents, Paths, Reconstruct};

/// Feeds a fold with batches of sorted events.
pub(crate) struct ItemFold {
    reconstruct: Arc<dyn Reconstruct>,
    columns: [usize; 13],
    open: Open,
    paths: Paths,
    n_items: usize,
}

/// The item that the last batch ended with: its events may go on in the next.
#[derive(Default)]
struct Open {
    item: u64,
    events: EventColumns,
}

impl ItemFold {
    /// A fold over batches in which the columns of [`super::COLUMNS`] stand at `columns`.
    pub fn new(reconstruct: Arc<dyn Reconstruct>, columns: [usize; 13]) -> Self {
        Self { reconstruct, columns, open: Open::default(), paths: Paths::default(), n_items: 0 }
    }

    /// Folds every item that ends in this batch.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        let n = batch.num_rows();
        if n == 0 {
            return Ok(());
        }
        let [item, at, actor, act, to, matter, area, team, site, role, verdict, flags, activity] = self.columns;
        let items = batch.column(item).as_primitive_opt::<UInt64Type>();
        let items = &items.ok_or_else(|| internal_datafusion_err!("items are ids"))?.values()[..];
        let ats = batch.column(at).as_primitive_opt::<TimestampMicrosecondType>();
        let ats = &ats.ok_or_else(|| internal_datafusion_err!("instants are in microseconds"))?.values()[..];
        let code = |column: usize| {
            let codes = batch.column(column).as_primitive_opt::<UInt32Type>();
            Ok::<_, datafusion::error::DataFusionError>(
                &codes.ok_or_else(|| internal_datafusion_err!("column {column} holds codes"))?.values()[..],
            )
        };
        let byte = |column: usize| {
            let bytes = batch.column(column).as_primitive_opt::<UInt8Type>();
            Ok::<_, datafusion::error::DataFusionError>(
                &bytes.ok_or_else(|| internal_datafusion_err!("column {column} holds bytes"))?.values()[..],
            )
        };
        let word = |column: usize| {
            let words = batch.column(column).as_primitive_opt::<UInt16Type>();
            Ok::<_, datafusion::error::DataFusionError>(
                &words.ok_or_else(|| internal_datafusion_err!("column {column} holds words of bits"))?.values()[..],
            )
        };
        let all = ItemEvents {
            item: 0,
            at: ats,
            actor: code(actor)?,
            act: byte(act)?,
            to: code(to)?,
            matter: code(matter)?,
            area: code(area)?,
            team: code(team)?,
            site: code(site)?,
            role: code(role)?,
            verdict: byte(verdict)?,
            flags: word(flags)?,
            activity: code(activity)?,
        };

        let mut from = 0;
        if !self.open.events.is_empty() {
            let until = end_of(items, self.open.item, 0);
            self.open.events.extend(&all.slice(self.open.item, 0..until));
            if until == n {
                return Ok(());
            }
            self.fold_open();
            from = until;
        }
        loop {
            let item = items[from];
            let until = end_of(items, item, from);
            let events = all.slice(item, from..until);
            if until == n {
                self.open.item = item;
                self.open.events.extend(&events);
                return Ok(());
            }
            self.reconstruct.item(&events, &mut self.paths);
            self.n_items += 1;
            from = until;
        }
    }

    /// Folds the item that was still open.
    pub fn finish(&mut self) {
        if !self.open.events.is_empty() {
            self.fold_open();
        }
    }

    /// What was folded since the last [`clear`](ItemFold::clear).
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Forgets what was folded; the open item stays.
    pub fn clear(&mut self) {
        self.paths.clear();
    }

    /// Items folded so far.
    pub fn n_items(&self) -> usize {
        self.n_items
    }

    fn fold_open(&mut self) {
        self.reconstruct.item(&self.open.events.events(self.open.item), &mut self.paths);
        self.open.events.clear();
        self.n_items += 1;
    }
}

/// The end of the stretch of `item` that begins at or before `from`.
fn end_of(items: &[u64], item: u64, from: usize) -> usize {
    items[from..].iter().position(|&found| found != item).map_or(items.len(), |n| from + n)
}
