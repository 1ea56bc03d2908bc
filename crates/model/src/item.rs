//! The events of one item as columns: borrowed, as the rules take them, and owned, where they are gathered.

use std::ops::Range;

use crate::Code;

/// The events of one item, as parallel slices of equal length, sorted by (at, order of reading).
#[derive(Clone, Copy, Debug, Default)]
pub struct ItemEvents<'a> {
    /// The item's id in the record.
    pub item: u64,
    /// Instants in microseconds UTC.
    pub at: &'a [i64],
    /// Actors, as codes of the actor dictionary.
    pub actor: &'a [Code],
    /// [`crate::event::Act`] codes, 0 where no act is known.
    pub act: &'a [u8],
    /// Whom the act addresses, as codes of the actor dictionary.
    pub to: &'a [Code],
    /// Matters.
    pub matter: &'a [Code],
    /// Areas.
    pub area: &'a [Code],
    /// Teams as the event itself carries them.
    pub team: &'a [Code],
    /// Sites likewise.
    pub site: &'a [Code],
    /// Roles likewise.
    pub role: &'a [Code],
    /// [`crate::event::Verdict`] codes, 0 where none.
    pub verdict: &'a [u8],
    /// Bit 0 set: team, site and role describe the new holder, not the actor. Bit 1 set: a further act of an event that
    /// another row tells. The other bits are [`crate::signs::Signs`].
    pub flags: &'a [u16],
    /// Raw labels, as codes of the activity dictionary.
    pub activity: &'a [Code],
}

/// Bit of [`ItemEvents::flags`]: team, site and role describe the new holder.
pub const FLAG_DESCRIBES_HOLDER: u16 = 1;

/// Bit of [`ItemEvents::flags`]: a further act of an event that another row tells.
pub const FLAG_AUXILIARY: u16 = 2;

impl<'a> ItemEvents<'a> {
    /// Number of events.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Some of the events, as those of an item. A column that is missing stays missing.
    pub fn slice(&self, item: u64, range: Range<usize>) -> ItemEvents<'a> {
        ItemEvents {
            item,
            at: some(self.at, &range),
            actor: some(self.actor, &range),
            act: some(self.act, &range),
            to: some(self.to, &range),
            matter: some(self.matter, &range),
            area: some(self.area, &range),
            team: some(self.team, &range),
            site: some(self.site, &range),
            role: some(self.role, &range),
            verdict: some(self.verdict, &range),
            flags: some(self.flags, &range),
            activity: some(self.activity, &range),
        }
    }
}

fn some<'a, T>(column: &'a [T], range: &Range<usize>) -> &'a [T] {
    column.get(range.clone()).unwrap_or(&[])
}

/// Events in memory of their own, column by column.
#[derive(Clone, Debug, Default)]
pub struct EventColumns {
    /// As [`ItemEvents::at`].
    pub at: Vec<i64>,
    /// As [`ItemEvents::actor`].
    pub actor: Vec<Code>,
    /// As [`ItemEvents::act`].
    pub act: Vec<u8>,
    /// As [`ItemEvents::to`].
    pub to: Vec<Code>,
    /// As [`ItemEvents::matter`].
    pub matter: Vec<Code>,
    /// As [`ItemEvents::area`].
    pub area: Vec<Code>,
    /// As [`ItemEvents::team`].
    pub team: Vec<Code>,
    /// As [`ItemEvents::site`].
    pub site: Vec<Code>,
    /// As [`ItemEvents::role`].
    pub role: Vec<Code>,
    /// As [`ItemEvents::verdict`].
    pub verdict: Vec<u8>,
    /// As [`ItemEvents::flags`].
    pub flags: Vec<u16>,
    /// As [`ItemEvents::activity`].
    pub activity: Vec<Code>,
}

impl EventColumns {
    /// The events, as those of an item.
    pub fn events(&self, item: u64) -> ItemEvents<'_> {
        ItemEvents {
            item,
            at: &self.at,
            actor: &self.actor,
            act: &self.act,
            to: &self.to,
            matter: &self.matter,
            area: &self.area,
            team: &self.team,
            site: &self.site,
            role: &self.role,
            verdict: &self.verdict,
            flags: &self.flags,
            activity: &self.activity,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Adds further events behind these.
    pub fn extend(&mut self, events: &ItemEvents<'_>) {
        self.at.extend_from_slice(events.at);
        self.actor.extend_from_slice(events.actor);
        self.act.extend_from_slice(events.act);
        self.to.extend_from_slice(events.to);
        self.matter.extend_from_slice(events.matter);
        self.area.extend_from_slice(events.area);
        self.team.extend_from_slice(events.team);
        self.site.extend_from_slice(events.site);
        self.role.extend_from_slice(events.role);
        self.verdict.extend_from_slice(events.verdict);
        self.flags.extend_from_slice(events.flags);
        self.activity.extend_from_slice(events.activity);
    }

    /// Empties every column and keeps its memory.
    pub fn clear(&mut self) {
        self.at.clear();
        self.actor.clear();
        self.act.clear();
        self.to.clear();
        self.matter.clear();
        self.area.clear();
        self.team.clear();
        self.site.clear();
        self.role.clear();
        self.verdict.clear();
        self.flags.clear();
        self.activity.clear();
    }
}
