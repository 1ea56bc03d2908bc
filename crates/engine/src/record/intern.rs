//! From words to codes while a record is written: dictionaries and item ids that can be taken back.

use hashbrown::HashTable;
use sayso_model::Code;
use twox_hash::XxHash3_64;

use super::layout::{item_hash, item_probe};

/// The words of one column, by code. Code 0 is the empty word: not recorded.
#[derive(Debug)]
pub(crate) struct Interner {
    text: Text,
    by_word: HashTable<Code>,
}

/// The ids of all items, in the order of first sight.
#[derive(Debug, Default)]
pub(crate) struct ItemIds {
    text: Text,
    ids: Vec<u64>,
    by_id: HashTable<u32>,
}

/// Many words end to end.
#[derive(Debug, Default)]
struct Text {
    bytes: String,
    ends: Vec<usize>,
}

impl Interner {
    pub fn new() -> Self {
        let mut interner = Self { text: Text::default(), by_word: HashTable::new() };
        interner.text.push("");
        interner
    }

    /// Codes given so far, 0 included.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn word(&self, code: Code) -> &str {
        self.text.get(code as usize)
    }

    /// The code of a word, a new one where it has none. `None` where `max` codes are given.
    pub fn intern(&mut self, word: &str, max: usize) -> Option<Code> {
        if word.is_empty() {
            return Some(0);
        }
        let Self { text, by_word } = self;
        let hash = XxHash3_64::oneshot(word.as_bytes());
        if let Some(code) = by_word.find(hash, |&code| text.get(code as usize) == word) {
            return Some(*code);
        }
        if text.len() >= max {
            return None;
        }
        let code = text.len() as Code;
        text.push(word);
        by_word.insert_unique(hash, code, |&code| XxHash3_64::oneshot(text.get(code as usize).as_bytes()));
        Some(code)
    }

    /// A code of its own for a word that may have one already: every generation of a source has one.
    pub fn push(&mut self, word: &str) -> Code {
        let code = self.text.len() as Code;
        self.text.push(word);
        code
    }

    /// Takes back every code from `len` on.
    pub fn truncate(&mut self, len: usize) {
        for code in len..self.text.len() {
            let word = self.text.get(code);
            if let Ok(entry) =
                self.by_word.find_entry(XxHash3_64::oneshot(word.as_bytes()), |&found| found as usize == code)
            {
                entry.remove();
            }
        }
        self.text.truncate(len);
    }
}

impl ItemIds {
    /// With room for so many items.
    pub fn with_capacity(n: usize) -> Self {
        Self { ids: Vec::with_capacity(n), by_id: HashTable::with_capacity(n), ..Self::default() }
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn at(&self, index: usize) -> (u64, &str) {
        (self.ids[index], self.text.get(index))
    }

    /// The item's id: its hash, or the next free one where another item has that already.
    pub fn id(&mut self, item: &str) -> u64 {
        let mut id = item_hash(item);
        let Self { text, ids, by_id } = self;
        loop {
            match by_id.find(id, |&index| ids[index as usize] == id) {
                Some(&index) if text.get(index as usize) == item => return id,
                Some(_) => id = item_probe(id),
                None => break,
            }
        }
        self.restore(id, item);
        id
    }

    /// An item whose id is known, in the order of first sight.
    pub fn restore(&mut self, id: u64, item: &str) {
        let Self { text, ids, by_id } = self;
        by_id.insert_unique(id, ids.len() as u32, |&index| ids[index as usize]);
        ids.push(id);
        text.push(item);
    }

    /// Takes back every item from `len` on.
    pub fn truncate(&mut self, len: usize) {
        for index in len..self.ids.len() {
            if let Ok(entry) = self.by_id.find_entry(self.ids[index], |&found| found as usize == index) {
                entry.remove();
            }
        }
        self.ids.truncate(len);
        self.text.truncate(len);
    }
}

impl Text {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, index: usize) -> &str {
        let from = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[from..self.ends[index]]
    }

    fn push(&mut self, word: &str) {
        self.bytes.push_str(word);
        self.ends.push(self.bytes.len());
    }

    fn truncate(&mut self, len: usize) {
        self.ends.truncate(len);
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::record::layout::bucket_of;

    #[test]
    fn words_taken_back_get_the_same_codes_again() {
        let mut interner = Interner::new();
        assert_eq!(interner.intern("", 9), Some(0));
        assert_eq!(interner.intern("a", 9), Some(1));
        assert_eq!(interner.intern("b", 9), Some(2));
        assert_eq!(interner.intern("a", 9), Some(1));
        interner.truncate(2);
        assert_eq!(interner.intern("c", 9), Some(2));
        assert_eq!(interner.word(2), "c");
        assert_eq!(interner.intern("b", 3), None);
        assert_eq!(interner.intern("b", 4), Some(3));
    }

    #[test]
    fn an_id_that_another_item_has_moves_on_within_the_bucket() {
        let mut items = ItemIds::default();
        let hash = item_hash("wanted");
        items.restore(hash, "somebody else");
        let id = items.id("wanted");
        assert_eq!(id, item_probe(hash));
        assert_eq!(items.id("wanted"), id);
        assert_eq!(bucket_of(id), bucket_of(hash));
        items.truncate(1);
        assert_eq!(items.len(), 1);
        assert_eq!(items.id("wanted"), id);
    }

    #[test]
    fn the_last_id_of_a_bucket_is_followed_by_its_first() {
        assert_eq!(item_probe(u64::MAX), 0xf000_0000_0000_0000);
        assert_eq!(item_probe(0x0fff_ffff_ffff_ffff), 0);
    }

    #[test]
    fn ids_are_the_same_on_every_machine_and_in_every_version() {
        assert_eq!(item_hash("T-1"), item_hash("T-1"));
        assert_eq!(item_hash(""), XxHash3_64::oneshot_with_seed(0x7361_7973_6f20_3031, b""));
    }
}
