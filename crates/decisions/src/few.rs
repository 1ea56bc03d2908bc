//! A set of codes that is mostly tiny: a list that is searched from end to end, and a hash table once it is long.

use rustc_hash::FxHashSet;

/// Up to here a search through the list is quicker than a hash.
const FEW: usize = 48;

/// Distinct keys. Clearing keeps the memory, so that folding an item allocates nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Few {
    list: Vec<u64>,
    many: FxHashSet<u64>,
}

impl Few {
    /// Adds a key; nothing happens when it is there already.
    pub(crate) fn insert(&mut self, key: u64) {
        if self.list.last() == Some(&key) {
            return;
        }
        if self.list.len() < FEW {
            if !self.list.contains(&key) {
                self.list.push(key);
                if self.list.len() == FEW {
                    self.many.extend(&self.list);
                }
            }
        } else if self.many.insert(key) {
            self.list.push(key);
        }
    }

    /// Whether the key was added.
    pub(crate) fn contains(&self, key: u64) -> bool {
        if self.list.len() < FEW { self.list.contains(&key) } else { self.many.contains(&key) }
    }

    /// How many distinct keys.
    pub(crate) fn len(&self) -> u32 {
        self.list.len() as u32
    }

    /// Forgets all keys.
    pub(crate) fn clear(&mut self) {
        if self.list.len() >= FEW {
            self.many.clear();
        }
        self.list.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_key_once_below_at_and_above_the_limit() {
        for n in [0, 1, FEW - 1, FEW, FEW + 1, 10 * FEW] {
            let mut few = Few::default();
            for round in 0..3 {
                (0..n as u64).for_each(|key| few.insert(key));
                assert_eq!(few.len() as usize, n, "round {round}");
            }
            (0..n as u64).for_each(|key| assert!(few.contains(key)));
            assert!(!few.contains(n as u64));
            few.clear();
            assert_eq!(few.len(), 0);
            assert!(!few.contains(0));
            few.insert(7);
            assert_eq!(few.len(), 1);
        }
    }
}
