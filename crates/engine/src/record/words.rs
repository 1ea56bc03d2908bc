//! The dictionaries for reading: loaded a column at a time, with words on top that only this process knows.

use std::sync::{Arc, OnceLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringViewArray, StringViewBuilder};
use datafusion::arrow::compute::concat;
use hashbrown::HashTable;
use sayso_model::words::{Column, Words};
use sayso_model::{Code, NOT_RECORDED};
use twox_hash::XxHash3_64;

use super::Snapshot;
use super::layout::{item_hash, item_probe};
use super::tables::{read_items, read_words};
use crate::EngineError;

/// Every word of a record by its code, and every item by its id.
///
/// Words that the record does not hold (a site that only `people.csv` names) are added with
/// [`intern_extra`](Dictionaries::intern_extra) and live as long as the value. Clones share what is loaded.
///
/// Through the [`Words`] trait a column that cannot be read gives empty words; call
/// [`load`](Dictionaries::load) first where that matters.
#[derive(Clone, Debug)]
pub struct Dictionaries {
    base: Arc<Base>,
    extra: [Vec<String>; 10],
    joined: [OnceLock<StringViewArray>; 10],
}

#[derive(Debug)]
struct Base {
    snapshot: Snapshot,
    words: [OnceLock<Table>; 10],
    items: OnceLock<ItemTable>,
}

/// One column: words by code, and codes by word once somebody asks.
#[derive(Debug)]
struct Table {
    words: StringViewArray,
    codes: OnceLock<HashTable<Code>>,
}

/// Items by id.
#[derive(Debug)]
pub(crate) struct ItemTable {
    ids: Vec<u64>,
    names: StringViewArray,
    by_id: HashTable<u32>,
}

impl Dictionaries {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        let base = Base { snapshot, words: std::array::from_fn(|_| OnceLock::new()), items: OnceLock::new() };
        Self { base: Arc::new(base), extra: Default::default(), joined: Default::default() }
    }

    /// With the words that another process knew on top.
    #[cfg(feature = "cluster")]
    pub(super) fn with_extra(snapshot: Snapshot, extra: [Vec<String>; 10]) -> Self {
        Self { extra, ..Self::new(snapshot) }
    }

    /// Themselves as plain data, for a machine that finds the record by its place.
    #[cfg(feature = "cluster")]
    pub(crate) fn write(&self) -> super::WrittenDictionaries {
        let snapshot = self.base.snapshot.clone().seen_by_all();
        let place = snapshot.place().map(ToString::to_string).unwrap_or_default();
        super::WrittenDictionaries { place, manifest: snapshot.manifest().clone(), extra: self.extra.clone() }
    }

    /// Reads the words of a column now, so that looking them up cannot fail any more.
    pub fn load(&self, column: Column) -> Result<(), EngineError> {
        self.base.table(column).map(|_| ())
    }

    /// Reads the names of the items now.
    pub fn load_items(&self) -> Result<(), EngineError> {
        self.base.items().map(|_| ())
    }

    /// The code of a word. `None` where nothing bears it; [`NOT_RECORDED`] for the empty word.
    pub fn code(&self, column: Column, word: &str) -> Result<Option<Code>, EngineError> {
        if word.is_empty() {
            return Ok(Some(NOT_RECORDED));
        }
        let table = self.base.table(column)?;
        let n_recorded = table.words.len();
        let extra = || self.extra[column as usize].iter().position(|found| found == word);
        Ok(table.code(word).or_else(|| extra().map(|index| (n_recorded + index) as Code)))
    }

    /// The code of a word; one of this process where the record does not know it.
    pub fn intern_extra(&mut self, column: Column, word: &str) -> Result<Code, EngineError> {
        if let Some(code) = self.code(column, word)? {
            return Ok(code);
        }
        let n_codes = self.n_codes(column);
        self.extra[column as usize].push(word.to_owned());
        self.joined[column as usize] = OnceLock::new();
        Ok(n_codes as Code)
    }

    /// The id of an item; `None` where the record does not hold it.
    pub fn item_id(&self, item: &str) -> Result<Option<u64>, EngineError> {
        let items = self.base.items()?;
        let mut id = item_hash(item);
        loop {
            match items.name(id) {
                Some(name) if name == item => return Ok(Some(id)),
                Some(_) => id = item_probe(id),
                None => return Ok(None),
            }
        }
    }

    /// At most `n` items whose name is like `wanted` but for case or in its first letters, in the order of the record.
    pub fn items_like(&self, wanted: &str, n: usize) -> Result<Vec<String>, EngineError> {
        let wanted = wanted.to_lowercase();
        // Half of what was typed must agree; a shorter stem fits everything.
        let stem: String = wanted.chars().take(wanted.chars().count().div_ceil(2).max(2)).collect();
        let names = self.base.items()?.names();
        let like = |word: &str, with: &str| word.to_lowercase().starts_with(with);
        let mut found: Vec<String> =
            names.iter().flatten().filter(|name| like(name, &wanted)).take(n).map(str::to_owned).collect();
        if found.is_empty() {
            found = names.iter().flatten().filter(|name| like(name, &stem)).take(n).map(str::to_owned).collect();
        }
        Ok(found)
    }

    /// How many items the record holds a name of, those of readings that were done anew included.
    pub fn n_items(&self) -> u64 {
        self.base.snapshot.manifest().items.iter().map(|file| file.rows).sum()
    }

    /// The words of a column by code, extra ones included.
    pub(crate) fn array(&self, column: Column) -> Result<&StringViewArray, EngineError> {
        let table = self.base.table(column)?;
        let extra = &self.extra[column as usize];
        let slot = &self.joined[column as usize];
        if extra.is_empty() {
            return Ok(&table.words);
        }
        if let Some(joined) = slot.get() {
            return Ok(joined);
        }
        let mut more = StringViewBuilder::with_capacity(extra.len());
        extra.iter().for_each(|word| more.append_value(word));
        let more: ArrayRef = Arc::new(more.finish());
        let joined = concat(&[&table.words, &more]).map_err(datafusion::error::DataFusionError::from)?;
        Ok(slot.get_or_init(|| joined.as_string_view().clone()))
    }

    /// The name of an item, by id; `None` where the record does not hold it.
    pub(crate) fn item_table(&self) -> Result<&ItemTable, EngineError> {
        self.base.items()
    }
}

impl Words for Dictionaries {
    fn word(&self, column: Column, code: Code) -> &str {
        let Ok(table) = self.base.table(column) else { return "" };
        let index = code as usize;
        match index.checked_sub(table.words.len()) {
            None => table.words.value(index),
            Some(index) => self.extra[column as usize].get(index).map_or("", String::as_str),
        }
    }

    fn n_codes(&self, column: Column) -> usize {
        self.base.snapshot.manifest().n_words()[column as usize] as usize + 1 + self.extra[column as usize].len()
    }

    fn item(&self, item: u64) -> &str {
        self.base.items().ok().and_then(|items| items.name(item)).unwrap_or("")
    }
}

impl Base {
    fn table(&self, column: Column) -> Result<&Table, EngineError> {
        let slot = &self.words[column as usize];
        if let Some(table) = slot.get() {
            return Ok(table);
        }
        self.snapshot.bring_near(self.snapshot.manifest().words.iter().map(|words| &words.file))?;
        let words = read_words(self.snapshot.folder(), self.snapshot.manifest(), column)?;
        Ok(slot.get_or_init(|| Table { words, codes: OnceLock::new() }))
    }

    fn items(&self) -> Result<&ItemTable, EngineError> {
        if let Some(items) = self.items.get() {
            return Ok(items);
        }
        self.snapshot.bring_near(self.snapshot.manifest().items.iter().map(|items| &items.file))?;
        let (ids, names) = read_items(self.snapshot.folder(), self.snapshot.manifest())?;
        let mut by_id = HashTable::with_capacity(ids.len());
        for (index, &id) in ids.iter().enumerate() {
            by_id.insert_unique(id, index as u32, |&index| ids[index as usize]);
        }
        Ok(self.items.get_or_init(|| ItemTable { ids, names, by_id }))
    }
}

impl Table {
    fn code(&self, word: &str) -> Option<Code> {
        let hash = |code: Code| XxHash3_64::oneshot(self.words.value(code as usize).as_bytes());
        let codes = self.codes.get_or_init(|| {
            let mut codes = HashTable::with_capacity(self.words.len());
            for code in 0..self.words.len() as Code {
                codes.insert_unique(hash(code), code, |&code| hash(code));
            }
            codes
        });
        codes.find(XxHash3_64::oneshot(word.as_bytes()), |&code| self.words.value(code as usize) == word).copied()
    }
}

impl ItemTable {
    /// The item's name.
    pub fn name(&self, id: u64) -> Option<&str> {
        self.index(id).map(|index| self.names.value(index as usize))
    }

    /// The item's place in [`ItemTable::names`].
    pub fn index(&self, id: u64) -> Option<u32> {
        self.by_id.find(id, |&index| self.ids[index as usize] == id).copied()
    }

    /// All names.
    pub fn names(&self) -> &StringViewArray {
        &self.names
    }
}
