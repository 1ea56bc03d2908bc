//! The meta refs of a repository and the commits on them, oldest first, without reading a message.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use rustc_hash::FxHashMap;

use crate::ReadError;
use crate::git::command::Repository;

/// The tips of meta refs by the numbers of their changes.
pub(super) type Tips = BTreeMap<u64, String>;

/// The change of a ref `refs/changes/45/12345/meta`; `None` for every other ref.
pub(super) fn change_of(name: &str) -> Option<u64> {
    let mut parts = name.strip_prefix("refs/changes/")?.split('/');
    let (shard, number, meta) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (meta == "meta" && parts.next().is_none() && is_number(shard)).then_some(())?;
    number.parse().ok().filter(|_| is_number(number))
}

/// The meta refs among refs, as (id, name).
pub(super) fn tips_of<'a>(refs: impl Iterator<Item = (&'a str, &'a str)>) -> Tips {
    refs.filter_map(|(id, name)| Some((change_of(name)?, id.to_owned()))).collect()
}

/// The meta refs of a repository.
pub(super) fn tips(repository: &Repository) -> Result<Tips, ReadError> {
    let list = repository.ask(["for-each-ref", "--format=%(objectname) %(refname)", "refs/changes/*/*/meta"])?;
    Ok(tips_of(list.lines().filter_map(|line| line.split_once(' '))))
}

/// A commit's id, packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Id([u8; 32], u8);

impl Id {
    fn read(hex: &str) -> Option<Id> {
        let bytes = hex.as_bytes();
        (bytes.len().is_multiple_of(2) && bytes.len() <= 64).then_some(())?;
        let mut id = [0; 32];
        for (into, pair) in id.iter_mut().zip(bytes.chunks_exact(2)) {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            *into = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Some(Id(id, (bytes.len() / 2) as u8))
    }

    fn hex(&self) -> String {
        self.0[..usize::from(self.1)].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The commits of some changes: for each change its chain, oldest first.
#[derive(Debug, Default)]
pub(super) struct Chains(Vec<(u64, Vec<Id>)>);

impl Chains {
    /// Walks down from the tips. A commit takes 33 bytes while they live.
    pub fn of(repository: &Repository, tips: &Tips) -> Result<Chains, ReadError> {
        let args = ["rev-list", "--parents", "--stdin"];
        let mut pipe = repository.pipe_list(args, tips.values().cloned())?;
        let parents = parents(&mut pipe.out);
        pipe.finish(&[0])?;
        let parents = parents.map_err(crate::git::broken_stream)?;
        let mut chains = Vec::with_capacity(tips.len());
        for (number, tip) in tips {
            let mut chain = Vec::new();
            let mut next = Id::read(tip);
            while let Some(id) = next {
                chain.push(id);
                next = parents.get(&id).copied().flatten();
            }
            chain.reverse();
            chains.push((*number, chain));
        }
        Ok(Chains(chains))
    }

    /// The ids of every commit, change by change.
    pub fn ids(&self) -> impl Iterator<Item = String> {
        self.0.iter().flat_map(|(_, chain)| chain.iter().map(Id::hex))
    }

    /// How many commits.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|(_, chain)| chain.len() as u64).sum()
    }

    /// The changes in order, with the number of commits of each.
    pub fn changes(&self) -> impl Iterator<Item = (u64, usize)> {
        self.0.iter().map(|(number, chain)| (*number, chain.len()))
    }

    /// How many commits of a change are told when the last of them begins with this; `None` where it is not here.
    pub fn told(&self, number: u64, last: &str) -> Option<usize> {
        let at = self.0.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.0[at].1.iter().rposition(|id| id.hex().starts_with(last)).map(|at| at + 1)
    }
}

fn parents(out: &mut impl BufRead) -> io::Result<FxHashMap<Id, Option<Id>>> {
    let mut parents = FxHashMap::default();
    for line in out.lines() {
        let line = line?;
        let mut ids = line.split(' ').map(Id::read);
        if let Some(Some(id)) = ids.next() {
            // A meta ref has no merges; were there one, the first parent is the ref's own past.
            parents.insert(id, ids.next().flatten());
        }
    }
    Ok(parents)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_meta_refs_of_changes_count() {
        assert_eq!(change_of("refs/changes/45/12345/meta"), Some(12_345));
        assert_eq!(change_of("refs/changes/07/7/meta"), Some(7));
        for other in [
            "refs/changes/45/12345/1",
            "refs/changes/45/12345/robot-comments",
            "refs/changes/45/12345/meta/x",
            "refs/changes/45/x/meta",
            "refs/changes/+5/5/meta",
            "refs/meta/config",
            "refs/heads/meta",
        ] {
            assert_eq!(change_of(other), None, "{other}");
        }
    }

    #[test]
    fn ids_of_both_lengths_come_back() {
        for hex in ["0123456789abcdef0123456789abcdef01234567", &"ab".repeat(32)] {
            assert_eq!(Id::read(hex).unwrap().hex(), hex);
        }
        assert!(Id::read("xyz").is_none() && Id::read("zz").is_none() && Id::read(&"0".repeat(66)).is_none());
    }
}
