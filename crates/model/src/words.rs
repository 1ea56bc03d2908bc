//! The dictionaries: which word a code stands for, in which column.

use serde::{Deserialize, Serialize};

use crate::Code;

/// The columns that the record stores as codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Column {
    /// Source names.
    Source = 0,
    /// Actors and addressees; `team:NAME` and `role:NAME` for groups.
    Actor = 1,
    /// Raw labels.
    Activity = 2,
    /// Matters.
    Matter = 3,
    /// Areas.
    Area = 4,
    /// Teams.
    Team = 5,
    /// Sites.
    Site = 6,
    /// Roles.
    Role = 7,
    /// Links.
    Link = 8,
    /// Attributes, as `key=value`.
    Attribute = 9,
}

impl Column {
    /// Every column, in the order of their numbers.
    pub const ALL: [Column; 10] = [
        Column::Source,
        Column::Actor,
        Column::Activity,
        Column::Matter,
        Column::Area,
        Column::Team,
        Column::Site,
        Column::Role,
        Column::Link,
        Column::Attribute,
    ];

    /// The column's name in files and SQL.
    pub fn name(self) -> &'static str {
        match self {
            Column::Source => "source",
            Column::Actor => "actor",
            Column::Activity => "activity",
            Column::Matter => "matter",
            Column::Area => "area",
            Column::Team => "team",
            Column::Site => "site",
            Column::Role => "role",
            Column::Link => "link",
            Column::Attribute => "attribute",
        }
    }
}

/// Looks up words by code.
pub trait Words: Send + Sync {
    /// The word; empty for [`crate::NOT_RECORDED`] and for codes that the dictionary does not hold.
    fn word(&self, column: Column, code: Code) -> &str;

    /// How many codes the column has, `0` included; codes run from 0 to one less.
    fn n_codes(&self, column: Column) -> usize;

    /// The item's name; empty where the record does not hold it.
    fn item(&self, item: u64) -> &str;
}
