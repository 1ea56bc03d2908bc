//! Where the why can be followed: the links between items and the signs of texts, in one pass over the record.

use std::collections::HashMap;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use sayso_model::event::Act;
use sayso_model::thread::Threads;
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_model::{Code, NOT_RECORDED};

use crate::record::layout::col;
use crate::{Engine, EngineError};

impl Engine {
    /// The links and texts of all live events that are not later than `until`, by (item, time). Links lead to items of the
    /// record: by the `to` of an act `linked`, and by any event's link where it is the name of an item.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn threads(&self, until: Instant) -> Result<Threads, EngineError> {
        let words = self.snapshot().words();
        words.load(Column::Actor)?;
        words.load(Column::Link)?;
        words.load_items()?;
        let mut known: HashMap<(Column, Code), Option<u64>> = HashMap::new();
        let mut item_named = |column: Column, code: Code| match code {
            NOT_RECORDED => None,
            code => {
                *known.entry((column, code)).or_insert_with(|| words.item_id(words.word(column, code)).ok().flatten())
            }
        };
        let mut threads = Threads::default();
        let columns = [col::ITEM_ID, col::AT, col::FLAGS, col::ACTOR, col::ACT, col::TO, col::LINK];
        self.each_batch(&columns, |batch| {
            let items = batch.column(0).as_primitive::<UInt64Type>().values();
            let at = batch.column(1).as_primitive::<TimestampMicrosecondType>().values();
            let flags = batch.column(2).as_primitive::<UInt16Type>().values();
            let actors = batch.column(3).as_primitive::<UInt32Type>().values();
            let acts = batch.column(4).as_primitive::<UInt8Type>().values();
            let to = batch.column(5).as_primitive::<UInt32Type>().values();
            let links = batch.column(6).as_primitive::<UInt32Type>().values();
            for row in (0..items.len()).filter(|&row| at[row] <= until.micros()) {
                let addressed = (Act::from_code(acts[row]) == Some(Act::Linked)).then_some(to[row]);
                let target = addressed.and_then(|to| item_named(Column::Actor, to));
                let target = target.or_else(|| item_named(Column::Link, links[row]));
                threads.push(items[row], Instant::from_micros(at[row]), flags[row], actors[row], target);
            }
        })?;
        // The record is in order within its parts; they stand side by side.
        threads.links.sort_by_key(|link| (link.from, link.at));
        threads.said.sort_by_key(|said| (said.item, said.at));
        Ok(threads)
    }
}
