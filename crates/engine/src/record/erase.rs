//! Taking words out of the record for good: dictionaries and lists of what was set aside are written anew without them.

use sayso_model::words::Column;

use super::Record;
use super::intern::Interner;
use super::tables::{read_skipped, write_items, write_skipped, write_words};
use crate::EngineError;

/// What an erasure did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Words of the dictionaries that were replaced.
    pub words: u64,
    /// Elements set aside in whose text something was replaced.
    pub skipped: u64,
    /// Names of items that hold what should go; they stay, because an item's id comes from its name.
    pub items: u64,
}

impl Record {
    /// Replaces words everywhere. `rewrite` is given each word of each dictionary with its column (an attribute as
    /// `key=value`) and gives what stands in its place, or `None` to leave it; texts of what was set aside are given
    /// under no column. Events keep their codes, so that paths stay whole and say nobody's name. Files that held the old
    /// words are removed before this returns, unless somebody else is reading; then with the next write.
    ///
    /// # Errors
    /// When another process writes, or a file cannot be read or written. The record is then as it was.
    pub fn erase(&mut self, rewrite: &dyn Fn(Option<Column>, &str) -> Option<String>) -> Result<Erasure, EngineError> {
        let lock = self.lock()?;
        let folder = std::sync::Arc::clone(&self.folder);
        let mut manifest = (*self.manifest).clone();
        let mut erasure = Erasure::default();
        let desk = self.desk()?;
        let mut words = Vec::with_capacity(desk.words.len());
        for (column, before) in Column::ALL.into_iter().zip(&desk.words) {
            let mut after = Interner::new();
            for code in 1..before.len() as u32 {
                let word = before.word(code);
                let new = rewrite(Some(column), word);
                erasure.words += u64::from(new.is_some());
                let mut new = new.unwrap_or_else(|| word.to_owned());
                if column == Column::Source {
                    after.push(&new);
                    continue;
                }
                // Two words that become the same stay two: codes must not move.
                while after.intern(&new, usize::MAX) != Some(code) {
                    new.push('~');
                }
            }
            words.push(after);
        }
        erasure.items = (0..desk.items.len()).filter(|&at| rewrite(None, desk.items.at(at).1).is_some()).count() as u64;
        manifest.words = write_words(&folder, &words, [0; 10])?.into_iter().collect();
        manifest.items = write_items(&folder, &desk.items, 0)?.into_iter().collect();
        for source in &mut manifest.sources {
            let mut kept = read_skipped(&folder, &source.skipped)?;
            for one in &mut kept {
                if let Some(new) = rewrite(None, &one.detail) {
                    erasure.skipped += 1;
                    one.detail = new;
                }
            }
            source.skipped = write_skipped(&folder, &kept)?.into_iter().collect();
        }
        manifest.save(&folder)?;
        self.desk = None;
        self.manifest = std::sync::Arc::new(manifest);
        folder.sweep(&lock, &self.manifest.files())?;
        Ok(erasure)
    }
}
