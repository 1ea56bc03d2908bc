//! One event as the rules see it: who acted, whom it addresses, and what is known of both at that moment.

use sayso_model::actor::{ActorKind, Directory, Level};
use sayso_model::decision::{FLAG_DESCRIBES_HOLDER, ItemEvents};
use sayso_model::event::Act;
use sayso_model::time::Instant;
use sayso_model::{Code, NOT_RECORDED};

/// An actor or holder at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Party {
    pub(crate) code: Code,
    pub(crate) kind: ActorKind,
    pub(crate) team: Code,
    pub(crate) site: Code,
    pub(crate) role: Code,
    pub(crate) level: Level,
}

impl Party {
    /// Nobody named.
    pub(crate) const NOBODY: Party = Party {
        code: NOT_RECORDED,
        kind: ActorKind::Group,
        team: NOT_RECORDED,
        site: NOT_RECORDED,
        role: NOT_RECORDED,
        level: Level::UNKNOWN,
    };

    /// What the directory knows, after merging those who are the same person (R2).
    fn of(directory: &Directory, code: Code) -> Party {
        if code == NOT_RECORDED {
            return Party::NOBODY;
        }
        let actor = directory.actor(code);
        Party {
            code: actor.same_as,
            kind: actor.kind,
            team: actor.team,
            site: actor.site,
            role: actor.role,
            level: actor.level,
        }
    }

    /// What makes two holders the same: the code, or for nobody named the team (R7).
    pub(crate) fn key(&self) -> u64 {
        if self.is_named() { u64::from(self.code) } else { 1 << 32 | u64::from(self.team) }
    }

    pub(crate) fn is_named(&self) -> bool {
        self.code != NOT_RECORDED
    }

    pub(crate) fn is_bot(&self) -> bool {
        self.kind == ActorKind::Bot
    }

    /// A human being with a name.
    pub(crate) fn is_person(&self) -> bool {
        self.is_named() && self.kind.is_human()
    }

    /// Named, or at least described by a team, a site or a role.
    pub(crate) fn is_said(&self) -> bool {
        self.is_named() || (self.team | self.site | self.role) != NOT_RECORDED
    }

    /// Themselves, but nobody instead of a bot: a bot holds only what is handed to it (R8).
    pub(crate) fn unless_bot(self) -> Party {
        if self.is_bot() { Party::NOBODY } else { self }
    }

    /// The event's own columns go before the directory's.
    fn carry(&mut self, [team, site, role]: [Code; 3]) {
        if team != NOT_RECORDED {
            self.team = team;
        }
        if site != NOT_RECORDED {
            self.site = site;
        }
        if role != NOT_RECORDED {
            self.role = role;
        }
    }

    /// Fills what is not known from what the same party's later event says.
    pub(crate) fn fill(&mut self, from: &Party) {
        let keep = [self.team, self.site, self.role];
        self.carry([from.team, from.site, from.role]);
        self.carry(keep);
    }
}

/// Every actor of a directory as a party, looked up by code: each event asks for one or two of them.
#[derive(Clone, Debug)]
pub(crate) struct Parties(Vec<Party>);

impl Parties {
    pub(crate) fn new(directory: &Directory) -> Parties {
        Parties((0..directory.n_codes()).map(|code| Party::of(directory, code as Code)).collect())
    }

    /// The party of a code; one of whom nothing is known where the directory does not hold it.
    #[inline]
    fn of(&self, code: Code) -> Party {
        match self.0.get(code as usize) {
            Some(party) => *party,
            None if code == NOT_RECORDED => Party::NOBODY,
            None => Party { code, kind: ActorKind::Unknown, ..Party::NOBODY },
        }
    }
}

/// One event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) act: Option<Act>,
    pub(crate) actor: Party,
    /// Whom a `raised`, `asked`, `handed`, `objected` or `reopened` addresses; nobody for the other acts.
    pub(crate) to: Party,
    pub(crate) matter: Code,
    pub(crate) area: Code,
    pub(crate) verdict: u8,
    pub(crate) flags: u16,
    /// The raw label.
    pub(crate) activity: Code,
}

impl Seen {
    /// The event at index `i`, not before its predecessor. A column that is too short reads as "not recorded".
    #[inline]
    pub(crate) fn read(parties: &Parties, events: &ItemEvents<'_>, i: usize, not_before: Instant) -> Seen {
        let code = |column: &[Code]| column.get(i).copied().unwrap_or(NOT_RECORDED);
        let byte = |column: &[u8]| column.get(i).copied().unwrap_or(0);
        let flags = events.flags.get(i).copied().unwrap_or(0);
        let at = Instant::from_micros(events.at.get(i).copied().unwrap_or(i64::MIN)).max(not_before);
        let act = Act::from_code(byte(events.act));
        let own = [code(events.team), code(events.site), code(events.role)];
        let of_holder = flags & FLAG_DESCRIBES_HOLDER != 0;
        let mut actor = parties.of(code(events.actor));
        if !of_holder {
            actor.carry(own);
        }
        let to = match act {
            Some(Act::Raised | Act::Asked | Act::Handed | Act::Objected | Act::Reopened) => {
                let mut to = parties.of(code(events.to));
                if of_holder {
                    to.carry(own);
                } else if to.is_named() && to.code == actor.code {
                    to = actor;
                }
                to
            }
            _ => Party::NOBODY,
        };
        Seen {
            at,
            act,
            actor,
            to,
            matter: code(events.matter),
            area: code(events.area),
            verdict: byte(events.verdict),
            flags,
            activity: code(events.activity),
        }
    }

    /// Whether `to` can be asked: not the one who asks, and not a bot (R6).
    pub(crate) fn asks_somebody(&self) -> bool {
        let themselves = self.to.is_named() && self.to.code == self.actor.code;
        !themselves && !self.to.is_bot()
    }

    /// Whether a person reacting to a question may do so by this act (R13).
    pub(crate) fn is_response(&self) -> bool {
        !matches!(self.act, None | Some(Act::Linked | Act::Observed))
    }
}
