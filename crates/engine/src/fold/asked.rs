//! What the columns that somebody asks for take: parts of the paths, and columns of the events.

use sayso_model::decision::Parts;

use super::{COLUMNS, Emit, schema_of};
use crate::record::layout::col;

/// What a fold has to read and to make.
pub(super) struct Asked {
    pub(super) parts: Parts,
    area: bool,
    activity: bool,
}

impl Asked {
    /// What these columns of [`schema_of`] take; all of them where nothing is said.
    pub(super) fn of(emit: Emit, projection: Option<&[usize]>) -> Asked {
        let schema = schema_of(emit);
        let names: Vec<&str> = match projection {
            Some(columns) => columns.iter().map(|&column| schema.field(column).name().as_str()).collect(),
            None => schema.fields().iter().map(|field| field.name().as_str()).collect(),
        };
        let any = |wanted: fn(&str) -> bool| names.iter().any(|name| wanted(name));
        let lists = any(|name| matches!(name, "hops" | "touches"));
        let parts = Parts {
            hops: lists || emit == Emit::Hops,
            touches: any(|name| name == "touches"),
            working_time: lists || any(|name| name.ends_with("_working")),
        };
        Asked {
            parts,
            area: any(|name| matches!(name, "area" | "in_remit")),
            activity: any(|name| name == "opened_as"),
        }
    }

    /// The columns of the events, as positions in [`crate::record::layout::events`].
    pub(super) fn columns(&self) -> Vec<usize> {
        let spared = |column: &usize| match *column {
            col::AREA => !self.area,
            col::ACTIVITY => !self.activity,
            _ => false,
        };
        COLUMNS.into_iter().filter(|column| !spared(column)).collect()
    }
}
