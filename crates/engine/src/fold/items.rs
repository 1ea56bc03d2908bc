//! Where one item ends and the next begins, across the borders of batches.

use std::sync::Arc;

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{
    ArrowPrimitiveType, TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use datafusion::common::{Result, internal_datafusion_err, internal_err};
use sayso_model::decision::{EventColumns, ItemEvents, Paths, Reconstruct};

/// Feeds a fold with batches of sorted events.
pub(crate) struct ItemFold {
    reconstruct: Arc<dyn Reconstruct>,
    columns: [Option<usize>; 13],
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
    /// A fold over batches in which the columns of [`super::COLUMNS`] stand at `columns`, as far as they are read.
    pub fn new(reconstruct: Arc<dyn Reconstruct>, columns: [Option<usize>; 13]) -> Self {
        Self { reconstruct, columns, open: Open::default(), paths: Paths::default(), n_items: 0 }
    }

    /// Folds every item that ends in this batch.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        let n = batch.num_rows();
        if n == 0 {
            return Ok(());
        }
        let [item, at, actor, act, to, matter, area, team, site, role, verdict, flags, activity] = self.columns;
        let items = values::<UInt64Type>(batch, item)?;
        let all = ItemEvents {
            item: 0,
            at: values::<TimestampMicrosecondType>(batch, at)?,
            actor: values::<UInt32Type>(batch, actor)?,
            act: values::<UInt8Type>(batch, act)?,
            to: values::<UInt32Type>(batch, to)?,
            matter: values::<UInt32Type>(batch, matter)?,
            area: values::<UInt32Type>(batch, area)?,
            team: values::<UInt32Type>(batch, team)?,
            site: values::<UInt32Type>(batch, site)?,
            role: values::<UInt32Type>(batch, role)?,
            verdict: values::<UInt8Type>(batch, verdict)?,
            flags: values::<UInt16Type>(batch, flags)?,
            activity: values::<UInt32Type>(batch, activity)?,
        };
        if items.len() != n || all.len() != n {
            return internal_err!("a fold needs items and instants");
        }

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

/// A column of a batch; nothing where it is not read.
fn values<T: ArrowPrimitiveType>(batch: &RecordBatch, place: Option<usize>) -> Result<&[T::Native]> {
    let Some(place) = place else { return Ok(&[]) };
    let column = batch.column(place).as_primitive_opt::<T>();
    Ok(&column.ok_or_else(|| internal_datafusion_err!("column {place} is not of {}", T::DATA_TYPE))?.values()[..])
}

/// The end of the stretch of `item` that begins at or before `from`.
fn end_of(items: &[u64], item: u64, from: usize) -> usize {
    items[from..].iter().position(|&found| found != item).map_or(items.len(), |n| from + n)
}
