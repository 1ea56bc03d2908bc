//! Which merge brought a commit in: the main line is the chain of first parents, and every merge on it owns a branch.

use std::cell::OnceCell;
use std::io::{self, BufRead};

use rustc_hash::FxHashMap;

/// Where a commit stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On the main line itself.
    Main,
    /// On a branch that this merge brought in.
    Branch(String),
}

/// The shape of a history: its commits in order, and for each the merge that brought it in.
///
/// Chains of first parents are walked from the tip: that is the main line. The other parents of its merges begin
/// branches, the oldest merge first, each walked along first parents up to what is taken already; the merges on
/// those branches own branches in turn. Merges that only join two copies of the same branch own nothing: what they
/// bring stands on the same line as they do. A commit takes about 70 bytes, and 50 more until it is settled.
#[derive(Debug, Default)]
pub(super) struct Mainline {
    ids: Ids,
    /// By commit, children first: the first parent and the others. Emptied when settled.
    parents: Vec<(u128, Vec<u128>)>,
    /// By commit: the owner plus one, 0 on the main line. Empty where there are no merges.
    owner: Vec<u32>,
}

/// Commit ids, packed, and found by their first 16 bytes (two that share these do not occur).
#[derive(Debug, Default)]
struct Ids {
    bytes: Vec<u8>,
    width: usize,
    index: FxHashMap<u128, u32>,
    /// In order, for shortened ids; filled with the first question.
    sorted: OnceCell<Vec<u128>>,
}

impl Mainline {
    /// Reads `git rev-list --parents --topo-order`. Everybody stands on the main line until it is settled.
    ///
    /// # Errors
    /// Where the stream breaks or a line is not a list of ids.
    pub fn read(lines: impl BufRead) -> io::Result<Mainline> {
        let mut line = Mainline::default();
        for text in lines.split(b'\n') {
            let text = text?;
            let mut fields = text.split(|b| *b == b' ').filter(|field| !field.is_empty());
            let Some(id) = fields.next() else { continue };
            line.ids.push(id).ok_or_else(not_ids)?;
            let first = fields.next().map_or(Some(0), key).ok_or_else(not_ids)?;
            let others = fields.map(|field| key(field).ok_or_else(not_ids)).collect::<Result<_, _>>()?;
            line.parents.push((first, others));
        }
        Ok(line)
    }

    /// Every merge, while it is not settled.
    pub fn merges(&self) -> Vec<String> {
        let merges = self.parents.iter().enumerate().filter(|(_, (_, others))| !others.is_empty());
        merges.map(|(at, _)| self.ids.hex(at as u32)).collect()
    }

    /// Gives every commit to the merge that brought it in. `joins` says which merges only join two copies of a line.
    pub fn settle(&mut self, joins: impl Fn(&str) -> bool) {
        let parents = std::mem::take(&mut self.parents);
        if parents.iter().all(|(_, others)| others.is_empty()) {
            return;
        }
        self.owner = vec![u32::MAX; parents.len()];
        self.assign(&parents, joins);
    }

    /// How many commits there are.
    pub fn len(&self) -> usize {
        self.ids.index.len()
    }

    /// Every commit, oldest first: parents before their children.
    pub fn oldest_first(&self) -> impl Iterator<Item = String> {
        (0..self.len() as u32).rev().map(|at| self.ids.hex(at))
    }

    /// Where a commit stands. What the history does not hold is taken to stand on the main line.
    pub fn place(&self, sha: &str) -> Place {
        match self.ids.find(sha).and_then(|at| self.owner.get(at as usize)) {
            None | Some(0 | &u32::MAX) => Place::Main,
            Some(owner) => Place::Branch(self.ids.hex(owner - 1)),
        }
    }

    /// The whole id of a commit of this history, from a whole one or from the beginning of one that no other has.
    pub fn resolve(&self, id: &str) -> Option<String> {
        let id = id.to_ascii_lowercase();
        let found = match self.ids.find(&id) {
            Some(at) => at,
            None if id.len() < 32 => self.ids.find_shortened(&id)?,
            None => return None,
        };
        let whole = self.ids.hex(found);
        whole.starts_with(&id).then_some(whole)
    }

    /// The place of a commit in the order, 0 for the tip; a larger one is never a descendant.
    pub fn index(&self, sha: &str) -> Option<u32> {
        self.ids.find(sha)
    }

    /// The commit at a place in the order; empty beyond the last.
    pub fn id(&self, at: u32) -> String {
        self.ids.hex(at)
    }

    /// Whether there are merges.
    pub fn has_merges(&self) -> bool {
        !self.owner.is_empty()
    }

    fn assign(&mut self, parents: &[(u128, Vec<u128>)], joins: impl Fn(&str) -> bool) {
        // Ids come in topological order, children first: a higher index is never a descendant of a lower one.
        let mut level: Vec<(u32, u32)> = if parents.is_empty() { Vec::new() } else { vec![(0, 0)] };
        while !level.is_empty() {
            let mut merges: Vec<u32> = Vec::new();
            for (start, owner) in level {
                // A stack, because a merge of two copies puts both of its sides on this very line.
                let mut starts = vec![start];
                while let Some(start) = starts.pop() {
                    let mut at = Some(start);
                    while let Some(commit) = at.filter(|commit| self.owner[*commit as usize] == u32::MAX) {
                        self.owner[commit as usize] = owner;
                        let (first, others) = &parents[commit as usize];
                        if !others.is_empty() {
                            if joins(&self.ids.hex(commit)) {
                                starts.extend(others.iter().filter_map(|other| self.ids.index.get(other)));
                            } else {
                                merges.push(commit);
                            }
                        }
                        at = self.ids.index.get(first).copied();
                    }
                }
            }
            merges.sort_unstable_by(|a, b| b.cmp(a));
            level = merges
                .iter()
                .flat_map(|merge| parents[*merge as usize].1.iter().map(move |other| (*merge, other)))
                .filter_map(|(merge, other)| Some((*self.ids.index.get(other)?, merge + 1)))
                .collect();
        }
    }
}

impl Ids {
    fn push(&mut self, hex: &[u8]) -> Option<()> {
        let key = key(hex)?;
        self.width = hex.len() / 2;
        for pair in hex.chunks_exact(2) {
            self.bytes.push((digit(pair[0])? << 4 | digit(pair[1])?) as u8);
        }
        let at = u32::try_from(self.index.len()).ok()?;
        self.index.insert(key, at);
        Some(())
    }

    fn find(&self, sha: &str) -> Option<u32> {
        self.index.get(&key(sha.as_bytes())?).copied()
    }

    /// Fewer than 32 digits.
    fn find_shortened(&self, start: &str) -> Option<u32> {
        let free = 4 * 32_usize.checked_sub(start.len()).filter(|free| *free < 32)? as u32;
        let mut low = 0;
        for byte in start.bytes() {
            low = low << 4 | digit(byte)?;
        }
        let low = low << free;
        let sorted = self.sorted.get_or_init(|| {
            let mut keys: Vec<u128> = self.index.keys().copied().collect();
            keys.sort_unstable();
            keys
        });
        let at = sorted.partition_point(|key| *key < low);
        let fits = |key: &&u128| **key >> free == low >> free;
        let found = sorted.get(at).filter(fits)?;
        if sorted.get(at + 1).filter(fits).is_some() {
            return None;
        }
        self.index.get(found).copied()
    }

    fn hex(&self, at: u32) -> String {
        let from = at as usize * self.width;
        let bytes = self.bytes.get(from..from + self.width).unwrap_or(&[]);
        bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|n| char::from(b"0123456789abcdef"[n as usize]))
            .collect()
    }
}

/// The first 16 bytes of an id.
fn key(hex: &[u8]) -> Option<u128> {
    let mut key = 0;
    for byte in hex.get(..32)? {
        key = key << 4 | digit(*byte)?;
    }
    Some(key)
}

fn digit(byte: u8) -> Option<u128> {
    char::from(byte).to_digit(16).map(u128::from)
}

fn not_ids() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "git printed something else than commit ids")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn id(name: char) -> String {
        format!("{:040x}", (name as u128) << 96)
    }

    /// `"m:ab"` is the merge m with parents a and b; children first.
    fn mainline(history: &str, joins: &str) -> Mainline {
        let lines: String = history
            .split_whitespace()
            .map(|commit| {
                let ids: Vec<String> = commit.chars().filter(|c| *c != ':').map(id).collect();
                ids.join(" ") + "\n"
            })
            .collect();
        let joins: Vec<String> = joins.chars().map(id).collect();
        let mut line = Mainline::read(lines.as_bytes()).unwrap();
        assert_eq!(line.len(), history.split_whitespace().count());
        line.settle(|sha| joins.iter().any(|join| join == sha));
        line
    }

    fn owners(line: &Mainline, commits: &str) -> String {
        let of = |commit: char| match line.place(&id(commit)) {
            Place::Main => '.',
            Place::Branch(owner) => ('a'..='z').find(|name| id(*name) == owner).unwrap(),
        };
        commits.chars().map(of).collect()
    }

    #[test]
    fn a_branch_belongs_to_the_merge_that_brought_it_in() {
        let line = mainline("z:m m:bd d:c c:a b:a a:", "");
        assert_eq!(owners(&line, "abcdmz"), "..mm..");
    }

    #[test]
    fn the_earliest_merge_owns_what_two_bring() {
        let line = mainline("n:me e:d m:bd b:a d:c c:a a:", "");
        assert_eq!(owners(&line, "abcdemn"), "..mmn..");
    }

    #[test]
    fn a_branch_of_a_branch_belongs_to_the_inner_merge() {
        let line = mainline("m:ai i:cd d:b c:b b:a a:", "");
        assert_eq!(owners(&line, "abcdim"), ".mmim.");
    }

    #[test]
    fn joining_two_copies_owns_nothing() {
        let line = mainline("j:bc c:a b:a a:", "j");
        assert_eq!(owners(&line, "abcj"), "....");
    }

    #[test]
    fn without_merges_everybody_stands_on_the_main_line() {
        let line = mainline("c:b b:a a:", "");
        assert!(!line.has_merges());
        assert_eq!(owners(&line, "abc"), "...");
        assert_eq!(
            line.oldest_first().collect::<Vec<_>>(),
            ["a", "b", "c"].map(|name| id(name.chars().next().unwrap()))
        );
    }

    #[test]
    fn shortened_ids_are_found_where_one_commit_has_them() {
        let ids = ["aaaaaaaa0", "aaaaaaaa1", "bbbbbbbb0"].map(|start| format!("{start:0<40}"));
        let line = Mainline::read(format!("{}\n{}\n{}\n", ids[0], ids[1], ids[2]).as_bytes()).unwrap();
        assert_eq!(line.resolve("bbbbbbb").as_ref(), Some(&ids[2]));
        assert_eq!(line.resolve("BBBBBBB").as_ref(), Some(&ids[2]));
        assert_eq!(line.resolve("aaaaaaaa1").as_ref(), Some(&ids[1]));
        assert_eq!(line.resolve(&ids[0]).as_ref(), Some(&ids[0]));
        for unknown in ["aaaaaaa", "ccccccc", "", &format!("{:0<39}1", "aaaaaaaa0"), "zzzzzzz"] {
            assert_eq!(line.resolve(unknown), None, "{unknown}");
        }
    }
}
