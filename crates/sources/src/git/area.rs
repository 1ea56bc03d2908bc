//! Where a change lies: the folders in which most of its paths are.

use rustc_hash::FxHashMap;

/// The area of files that lie in no folder.
pub(super) const ROOT: &str = "(root)";

/// Counts changed paths by area. Memory is by areas, not by paths, and is kept from one commit to the next.
#[derive(Debug, Default)]
pub(super) struct Areas {
    depth: usize,
    counts: FxHashMap<Box<[u8]>, u64>,
    n_paths: u64,
}

impl Areas {
    /// Counts by this many leading folders; 0 counts paths only.
    pub fn new(depth: usize) -> Self {
        Self { depth, ..Self::default() }
    }

    /// Forgets the last commit.
    pub fn clear(&mut self) {
        self.counts.clear();
        self.n_paths = 0;
    }

    /// One changed path.
    pub fn add(&mut self, path: &[u8]) {
        self.n_paths += 1;
        if self.depth == 0 {
            return;
        }
        let end = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').take(self.depth).last();
        let area = end.map_or(ROOT.as_bytes(), |(at, _)| &path[..at]);
        match self.counts.get_mut(area) {
            Some(n) => *n += 1,
            None => {
                self.counts.insert(area.into(), 1);
            }
        }
    }

    /// How many paths were changed.
    pub fn n_paths(&self) -> u64 {
        self.n_paths
    }

    /// How many areas they lie in.
    pub fn n_areas(&self) -> usize {
        self.counts.len()
    }

    /// The area with most paths, of equals the first in the alphabet; `None` for a change of nothing.
    pub fn most(&self) -> Option<String> {
        let most = self.counts.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)))?;
        Some(String::from_utf8_lossy(most.0).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn most(depth: usize, paths: &[&str]) -> Option<String> {
        let mut areas = Areas::new(depth);
        paths.iter().for_each(|path| areas.add(path.as_bytes()));
        areas.most()
    }

    #[test]
    fn the_most_touched_folder_is_the_area() {
        assert_eq!(most(1, &["lib/a.c", "lib/b/c.c", "doc/x"]).as_deref(), Some("lib"));
        assert_eq!(most(2, &["lib/a/x.c", "lib/b/y.c", "lib/b/z/w.c"]).as_deref(), Some("lib/b"));
        assert_eq!(most(2, &["lib/a.c"]).as_deref(), Some("lib"));
    }

    #[test]
    fn equals_are_settled_by_the_alphabet_and_not_by_order() {
        assert_eq!(most(1, &["b/x", "a/x"]).as_deref(), Some("a"));
        assert_eq!(most(1, &["a/x", "b/x"]).as_deref(), Some("a"));
    }

    #[test]
    fn files_beside_the_folders_are_in_the_root_and_nothing_is_nowhere() {
        assert_eq!(most(1, &["README"]).as_deref(), Some(ROOT));
        assert_eq!(most(1, &[]), None);
        assert_eq!(most(0, &["a/x"]), None);
    }
}
