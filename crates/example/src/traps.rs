//! Counts what a diagnosis must not fall for: bystanders, bulk closing, spellings, holidays, the open tail, lost actors.

use std::collections::BTreeSet;

use sayso_model::event::Act;

use crate::cast::{self, Site, Who};
use crate::clock;
use crate::count::{Book, Told, median};
use crate::fold::End;
use crate::log::Matter;
use crate::truth::*;

impl<'a> Book<'a> {
    pub fn bystanders(&self) -> Bystanders {
        let chosen: Vec<Told<'a>> = self
            .told
            .iter()
            .filter(|told| told.question.matter == Matter::Scope && told.question.area.is_gated())
            .filter(|told| told.question.raised_at < self.change && told.is_decided())
            .copied()
            .collect();
        let bystander = |who: Who| {
            let acted: Vec<i64> = chosen.iter().filter_map(|told| self.acted_before_move(told, who)).collect();
            Bystander {
                person: who.row().id,
                role: who.row().role,
                acted_before_move: acted.len() as u64,
                events: self.log.events.iter().filter(|event| event.actor == Some(who)).count() as u64,
                median_working_s_before_move: median(acted),
            }
        };
        let (urgent, other): (Vec<_>, Vec<_>) = chosen.iter().copied().partition(|told| told.question.is_urgent);
        let watched = urgent.iter().filter(|told| self.acted_before_move(told, cast::WATCHER).is_some());
        Bystanders {
            decided: chosen.len() as u64,
            gate: bystander(cast::keeper(self.plan)),
            chatty: bystander(cast::CHATTY),
            announcer: bystander(cast::ANNOUNCER),
            watcher: bystander(cast::WATCHER),
            watcher_urgent: watched.count() as u64,
            urgent_decided: urgent.len() as u64,
            urgent_latency: self.latency_of(&urgent),
            other_latency: self.latency_of(&other),
        }
    }

    pub fn bulk(&self) -> Bulk {
        let closed: Vec<i64> = self
            .log
            .events
            .iter()
            .filter(|event| event.actor == Some(cast::COORDINATOR) && event.act == Act::Decided)
            .map(|event| event.at)
            .collect();
        Bulk {
            person: cast::COORDINATOR.row().id,
            role: cast::COORDINATOR.row().role,
            day: closed.first().map(|&at| self.clock.day(Site::Leeds, at).to_string()).unwrap_or_default(),
            closed: closed.len() as u64,
            seconds_apart: crate::year::BULK_SECONDS as u64,
            in_remit: false,
        }
    }

    pub fn identity(&self) -> Identity {
        let words: BTreeSet<&str> =
            self.log.events.iter().filter_map(|event| Some(self.spelling(event.actor?, event.at))).collect();
        let people: BTreeSet<Who> = self.log.events.iter().filter_map(|event| event.actor).collect();
        let own = self.log.events.iter().filter(|event| event.actor == Some(cast::TWO_SPELLINGS));
        let (first, second): (Vec<_>, Vec<_>) =
            own.partition(|event| self.spelling(cast::TWO_SPELLINGS, event.at) != cast::OTHER_SPELLING);
        Identity {
            same_first_name: cast::SAME_FIRST_NAME.map(|who| cast::id(self.plan, who)),
            two_spellings: [cast::TWO_SPELLINGS.row().id, cast::OTHER_SPELLING],
            events_first_spelling: first.len() as u64,
            events_second_spelling: second.len() as u64,
            distinct_actor_words: words.len() as u64,
            distinct_people: people.iter().filter(|who| who.is_person()).count() as u64,
        }
    }

    fn spelling(&self, who: Who, at: i64) -> &'static str {
        crate::files::spelling(self.plan, who, at)
    }

    pub fn holidays(&self) -> Holidays {
        let (first, last) = clock::SHUTDOWN;
        let (from, until) = (self.clock.midnight(Site::Leeds, first), self.clock.midnight(Site::Leeds, last));
        let decided: Vec<Told<'a>> = self.told.iter().filter(|told| told.is_decided()).copied().collect();
        let (across, others): (Vec<_>, Vec<_>) =
            decided.into_iter().partition(|told| told.path.raised_at < from && told.path.ended_at > until);
        let public = Site::ALL.map(|site| {
            let days = (2024..=2025).flat_map(|year| site.region().of_year(year));
            let inside = days.filter(|day| self.clock.from() <= day.date && day.date < clock::UNTIL);
            (site.name(), inside.map(|day| day.date.to_string()).collect())
        });
        Holidays {
            shutdown: [first.to_string(), last.to_string()],
            across_shutdown: self.latency_of(&across),
            others: self.latency_of(&others),
            public: public.into(),
        }
    }

    pub fn tail(&self) -> Tail {
        let open: Vec<_> = self.told.iter().filter(|told| told.path.end == End::Open).collect();
        let stale = open.iter().filter(|told| told.question.planted.stale).count();
        let oldest = open.iter().map(|told| told.path.raised_at).min();
        Tail {
            open: open.len() as u64,
            open_nobody_took_up: stale as u64,
            open_under_way: (open.len() - stale) as u64,
            oldest_open_raised_at: oldest.map(|at| clock::timestamp(at).to_string()).unwrap_or_default(),
        }
    }

    pub fn missing(&self) -> Missing {
        let rows: Vec<_> = self.log.events.iter().filter(|event| event.actor.is_none()).collect();
        Missing {
            rows: rows.len() as u64,
            decided_rows: rows.iter().filter(|event| event.act == Act::Decided).count() as u64,
            items: rows.iter().map(|event| self.log.items[event.item].name()).collect(),
        }
    }

    pub fn late(&self) -> Vec<Late> {
        let late = self.log.events.iter().filter(|event| event.is_late);
        late.map(|event| Late {
            item: self.log.items[event.item].name(),
            at: self.clock.written(event.actor, event.at),
            actor: event.actor.map_or("", |who| cast::id(self.plan, who)),
        })
        .collect()
    }
}
