//! How far a reading of meta refs has come: for every change the last commit that was told.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Digits of an id that are kept: enough to tell the few commits of one change apart.
const DIGITS: usize = 12;

/// What was told so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// The hash of the way of looking at commits.
    pub view: u64,
    /// Commits told so far.
    pub elements: u64,
    /// Whether everything was told that there was.
    pub complete: bool,
    /// The beginning of the last told commit's id, by change.
    pub told: BTreeMap<u64, String>,
}

impl Position {
    /// Enters a commit.
    pub fn tell(&mut self, number: u64, sha: &str) {
        self.elements += 1;
        let short = sha.get(..DIGITS).unwrap_or(sha);
        let entry = self.told.entry(number).or_default();
        entry.clear();
        entry.push_str(short);
    }

    /// Whether this commit was the last one told of a change.
    pub fn stands_at(&self, number: u64, sha: &str) -> bool {
        self.told.get(&number).is_some_and(|told| sha.starts_with(told.as_str()))
    }

    /// As text, for the record's manifest: some twenty bytes a change.
    pub fn write(&self) -> String {
        let Position { view, elements, complete, told } = self;
        let mut text = format!("notedb 1 view={view:016x} elements={elements} complete={} told=", u8::from(*complete));
        let mut last = 0;
        for (number, sha) in told {
            // Writing to a text does not fail.
            let _ = write!(text, "{:x}:{sha},", number - last);
            last = *number;
        }
        text
    }

    /// Reads it back; `None` for what this version did not write.
    pub fn read(text: &str) -> Option<Position> {
        let mut words = text.split(' ');
        ((words.next()?, words.next()?) == ("notedb", "1")).then_some(())?;
        let mut value = |key: &str| words.next()?.strip_prefix(key)?.strip_prefix('=');
        let view = u64::from_str_radix(value("view")?, 16).ok()?;
        let elements = value("elements")?.parse().ok()?;
        let complete = value("complete")? == "1";
        let mut told = BTreeMap::new();
        let mut last: u64 = 0;
        for entry in value("told")?.split(',').filter(|entry| !entry.is_empty()) {
            let (step, sha) = entry.split_once(':')?;
            last = last.checked_add(u64::from_str_radix(step, 16).ok()?)?;
            told.insert(last, sha.to_owned());
        }
        words.next().is_none().then_some(Position { view, elements, complete, told })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_position_comes_back_as_written(
            view: u64, elements: u64, complete: bool,
            told in prop::collection::btree_map(any::<u64>(), "[0-9a-f]{12}", 0..20),
        ) {
            let position = Position { view, elements, complete, told };
            prop_assert_eq!(Position::read(&position.write()), Some(position));
        }

        #[test]
        fn other_texts_are_refused_and_break_nothing(text in ".{0,80}") {
            prop_assert_eq!(Position::read(&text), None);
        }
    }

    #[test]
    fn the_last_commit_of_a_change_counts() {
        let mut position = Position::default();
        position.tell(7, "0123456789abcdef");
        position.tell(7, "fedcba9876543210");
        assert_eq!(position.elements, 2);
        assert!(position.stands_at(7, "fedcba9876543210") && !position.stands_at(7, "0123456789abcdef"));
        assert!(!position.stands_at(8, "fedcba9876543210"));
    }
}
