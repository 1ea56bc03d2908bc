//! How far a reading of git has come: the walk, and how many commits of it are done.

use serde::{Deserialize, Serialize};

/// The shape of the text; others are refused.
const VERSION: u32 = 1;

/// A place in a walk from `base` (not included) to `tip`, in git's topological order, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    version: u32,
    /// The tip up to which everything was read before this walk.
    pub base: Option<String>,
    /// Where this walk ends; `None` for a repository without commits.
    pub tip: Option<String>,
    /// Commits of this walk that are done.
    pub done: u64,
    /// The last of them.
    pub last: Option<String>,
    /// Whether the walk is done to its end.
    pub complete: bool,
    /// The mailmap that names were read with.
    pub mailmap: Option<String>,
    /// Where a shallow clone is cut off; empty for a whole one.
    pub shallow: String,
    /// The rules that acts were read with.
    pub rules: String,
}

impl Position {
    /// The beginning of a walk.
    pub fn begin(
        base: Option<String>,
        tip: Option<String>,
        mailmap: Option<String>,
        shallow: String,
        rules: String,
    ) -> Self {
        Self { version: VERSION, base, tip, done: 0, last: None, complete: false, mailmap, shallow, rules }
    }

    /// As text, for the record's manifest.
    pub fn write(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers are JSON")
    }

    /// Reads it back; `None` for what this version did not write.
    pub fn read(text: &str) -> Option<Position> {
        serde_json::from_str(text).ok().filter(|position: &Position| position.version == VERSION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_comes_back_as_written_and_others_are_refused() {
        let mut position = Position::begin(None, Some("aa".into()), None, String::new(), "r".into());
        position.done = 7;
        assert_eq!(Position::read(&position.write()), Some(position.clone()));
        position.version = 2;
        assert_eq!(Position::read(&position.write()), None);
        assert_eq!(Position::read("17"), None);
        assert_eq!(Position::read(""), None);
    }
}
