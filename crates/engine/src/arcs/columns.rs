//! The columns of an arc in codes and whole numbers, and which columns of the events each of them is made of.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Result;

use crate::record::layout::{col, instant};

/// One column of an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The item's id.
    Item,
    /// The place of the earlier event among those of the item, from 1.
    Seq,
    /// The activity of the earlier event, or of the later one.
    Activity(End),
    /// The actor, as the one who stands for the person.
    Actor(End),
    /// The actor of the event before the earlier one.
    ActorBefore,
    /// The team that the event carries, or else the actor's.
    Team(End),
    /// The site likewise.
    Site(End),
    /// The role likewise.
    Role(End),
    /// When.
    At(End),
    /// Working time of whoever acted in the end.
    Working,
    /// Whether the team that had it before the last change has it back.
    TeamReturns,
    /// Whether it went from one site to another.
    Crosses,
}

/// One of the two events of an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The one before.
    Earlier,
    /// The one after.
    Later,
}

use End::{Earlier, Later};

/// Every column with its name, in order.
pub(crate) const COLUMNS: [(&str, Part); 18] = [
    ("item_id", Part::Item),
    ("seq", Part::Seq),
    ("activity", Part::Activity(Earlier)),
    ("next_activity", Part::Activity(Later)),
    ("actor", Part::Actor(Earlier)),
    ("next_actor", Part::Actor(Later)),
    ("actor_before", Part::ActorBefore),
    ("team", Part::Team(Earlier)),
    ("next_team", Part::Team(Later)),
    ("site", Part::Site(Earlier)),
    ("next_site", Part::Site(Later)),
    ("role", Part::Role(Earlier)),
    ("next_role", Part::Role(Later)),
    ("since", Part::At(Earlier)),
    ("at", Part::At(Later)),
    ("waited_working", Part::Working),
    ("team_returns", Part::TeamReturns),
    ("crosses", Part::Crosses),
];

impl Part {
    /// The column of a name.
    pub fn named(name: &str) -> Option<Part> {
        COLUMNS.iter().find(|(found, _)| *found == name).map(|(_, column)| *column)
    }

    fn field(self, name: &str) -> Field {
        let (kind, is_nullable) = match self {
            Part::Item => (DataType::UInt64, false),
            Part::At(_) => (instant(), false),
            Part::Working => (DataType::Int64, false),
            Part::TeamReturns | Part::Crosses => (DataType::Boolean, true),
            Part::Seq
            | Part::Activity(_)
            | Part::Actor(_)
            | Part::ActorBefore
            | Part::Team(_)
            | Part::Site(_)
            | Part::Role(_) => (DataType::UInt32, false),
        };
        Field::new(name, kind, is_nullable)
    }

    /// Which columns of the events it is made of, beyond those that every arc needs.
    pub fn needs(self) -> &'static [usize] {
        match self {
            Part::Item | Part::Seq => &[],
            Part::Activity(_) => &[col::ACTIVITY],
            Part::Actor(_) | Part::ActorBefore => &[col::ACTOR],
            Part::Team(_) | Part::TeamReturns => &[col::ACTOR, col::TEAM],
            Part::Site(_) | Part::Crosses => &[col::ACTOR, col::SITE],
            Part::Role(_) => &[col::ACTOR, col::ROLE],
            Part::At(_) => &[col::AT],
            Part::Working => &[col::AT, col::ACTOR, col::SITE],
        }
    }
}

/// The columns of the table.
pub(crate) fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let fields = COLUMNS.iter().map(|(name, column)| column.field(name));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    });
    Arc::clone(&SCHEMA)
}

/// The same, where only some are asked for.
pub(crate) fn projected(projection: Option<&[usize]>) -> Result<SchemaRef> {
    match projection {
        None => Ok(schema()),
        Some(columns) => Ok(Arc::new(schema().project(columns)?)),
    }
}

/// The columns of the events that a projection is made of, in their order: no other is read. The order of the record is in
/// its files; instants are read where somebody asks for them.
pub(crate) fn needs(projection: Option<&[usize]>) -> Vec<usize> {
    let all: Vec<usize> = (0..COLUMNS.len()).collect();
    let asked = projection.unwrap_or(&all).iter().filter_map(|&column| COLUMNS.get(column));
    let mut needed = vec![col::ITEM_ID, col::FLAGS];
    needed.extend(asked.flat_map(|(_, column)| column.needs()));
    needed.sort_unstable();
    needed.dedup();
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_activities_need_neither_instants_nor_people() {
        assert_eq!(needs(Some(&[2, 3])), [col::ITEM_ID, col::FLAGS, col::ACTIVITY]);
        assert_eq!(needs(Some(&[])), [col::ITEM_ID, col::FLAGS]);
        assert_eq!(needs(None).len(), 8);
        assert!(schema().fields().iter().all(|field| Part::named(field.name()).is_some()));
        assert_eq!(Part::named("act"), None);
    }
}
