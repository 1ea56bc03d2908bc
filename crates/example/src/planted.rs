//! Counts what was planted on purpose: the gate, permissions, lost whys, the border, interventions, the change.

use std::collections::{BTreeMap, BTreeSet};

use sayso_model::event::Act;

use crate::cast::{self, Site, Who};
use crate::clock;
use crate::count::{Book, Told, percent};
use crate::fold::End;
use crate::log::{Address, Matter, Why};
use crate::truth::*;

impl<'a> Book<'a> {
    pub fn gate(&self) -> Gate {
        let scope = |told: &&Told<'a>| told.question.matter == Matter::Scope;
        let part = |is_gated: bool, is_after: Option<bool>| {
            let chosen = self.told.iter().filter(scope).filter(|told| {
                told.question.area.is_gated() == is_gated
                    && is_after.is_none_or(|after| (told.question.raised_at >= self.change) == after)
            });
            self.gate_part(chosen.copied().collect())
        };
        Gate {
            role: cast::keeper(self.plan).row().role,
            matter: Matter::Scope.name(),
            areas: cast::Area::ALL.iter().filter(|area| area.is_gated()).map(|area| area.name()).collect(),
            before: part(true, Some(false)),
            after: part(true, Some(true)),
            elsewhere: part(false, None),
            away: self.away(),
        }
    }

    pub fn gate_part(&self, told: Vec<Told<'a>>) -> GatePart {
        let keeper = cast::keeper(self.plan);
        let decided: Vec<_> = told.iter().filter(|told| told.is_decided()).copied().collect();
        let (through, past): (Vec<_>, Vec<_>) =
            decided.iter().copied().partition(|told| self.acted_before_move(told, keeper).is_some());
        let owners = decided.iter().filter(|told| told.path.end == End::Decided(Some(cast::owner(told.question.area))));
        let asks: Vec<_> = told.iter().flat_map(|told| self.asks(told)).filter(|ask| ask.to == keeper).collect();
        let answered: Vec<_> = asks.iter().filter_map(|ask| ask.answer.map(|answer| (ask.at, answer))).collect();
        let unchanged = answered.iter().filter(|(_, (_, act))| *act == Act::Approved).count();
        GatePart {
            decisions: told.len() as u64,
            decided: decided.len() as u64,
            decided_by_owner: owners.count() as u64,
            decided_after_role_acted: through.len() as u64,
            decided_after_role_acted_percent: percent(through.len(), decided.len()),
            asks: asks.len() as u64,
            answered: answered.len() as u64,
            unchanged: unchanged as u64,
            unchanged_percent: percent(unchanged, answered.len()),
            wait: self.sample(answered.iter().map(|&(at, (answer, _))| (Site::Leeds, at, answer))),
            latency_through_gate: self.latency_of(&through),
            latency_past_gate: self.latency_of(&past),
        }
    }

    pub fn away(&self) -> Away {
        let day = |at| self.clock.day(Site::Leeds, at);
        let keeper = cast::keeper(self.plan);
        let leave = self.clock.leave(keeper);
        let is_away = |at| leave.iter().any(|&(a, b)| a <= day(at) && day(at) <= b);
        let days = self.clock.site(Site::Leeds).stretches().iter().map(|&(since, _)| since);
        let from = self.clock.midnight(Site::Leeds, self.clock.from());
        let (away, present): (Vec<i64>, Vec<i64>) =
            days.filter(|since| (from..self.change).contains(since)).partition(|&since| is_away(since));
        let mut moves = [[0_u64; 2]; 2];
        let mut pending = 0;
        for told in self.told.iter().filter(|told| told.question.matter == Matter::Scope) {
            let is_gated = told.question.area.is_gated();
            if told.is_decided() && told.path.ended_at < self.change {
                moves[usize::from(is_gated)][usize::from(is_away(told.path.ended_at))] += 1;
            }
            if is_gated {
                let spans = |at: i64, answer: i64| {
                    away.iter()
                        .any(|&day| at < day + i64::from(clock::HOURS.1 - clock::HOURS.0) * 3_600 && day < answer)
                };
                let asks = self.asks(told);
                let asks = asks.iter().filter(|ask| ask.to == keeper && ask.at < self.change);
                pending += asks.filter(|ask| spans(ask.at, ask.answer.map_or(i64::MAX, |(at, _)| at))).count() as u64;
            }
        }
        Away {
            days: leave.iter().map(|(a, b)| [a.to_string(), b.to_string()]).collect(),
            working_days_away: away.len() as u64,
            working_days_present: present.len() as u64,
            asks_pending_while_away: pending,
            moves_while_away: moves[1][1],
            moves_while_present: moves[1][0],
            moves_elsewhere_while_away: moves[0][1],
            moves_elsewhere_while_present: moves[0][0],
        }
    }

    pub fn permission(&self) -> Permission {
        let part = |is_after: bool| {
            let own: Vec<_> = self
                .told
                .iter()
                .filter(|told| told.question.matter == Matter::Priority)
                .filter(|told| told.path.asker == cast::owner(told.question.area))
                .filter(|told| (told.question.raised_at >= self.change) == is_after)
                .collect();
            let asks: Vec<_> = own
                .iter()
                .flat_map(|told| self.asks(told).into_iter().map(move |ask| (**told, ask)))
                .filter(|(_, ask)| ask.to.row().level > 0 || ask.to == cast::PERMISSION_PEER)
                .collect();
            let answers: Vec<_> =
                asks.iter().filter_map(|(_, ask)| ask.answer.map(|answer| (ask.at, answer))).collect();
            let alone = asks.iter().filter(|(told, ask)| {
                ask.answer.is_none() && matches!(told.path.end, End::Decided(Some(who)) if who == told.path.asker)
            });
            let worked = asks.iter().filter(|(told, ask)| {
                let end = ask.answer.map_or(told.path.ended_at, |(at, _)| at);
                self.events_of(told).any(|event| {
                    event.actor == Some(told.path.asker)
                        && event.act == Act::Worked
                        && ask.at < event.at
                        && event.at < end
                })
            });
            PermissionPart {
                own_questions: own.len() as u64,
                asked_upward: asks.len() as u64,
                asked_upward_percent: percent(asks.len(), own.len()),
                answered: answers.len() as u64,
                unchanged: answers.iter().filter(|(_, (_, act))| *act == Act::Approved).count() as u64,
                unanswered_decided_alone: alone.count() as u64,
                worked_while_waiting: worked.count() as u64,
                wait: self.sample(answers.iter().map(|&(at, (answer, _))| (Site::Leeds, at, answer))),
            }
        };
        Permission {
            matter: Matter::Priority.name(),
            role: cast::owner(cast::Area::Quotes).row().role,
            before: part(false),
            after: part(true),
        }
    }

    pub fn why(&self) -> WhyLost {
        let part = |is_after: bool| {
            let mut part = WhyPart {
                handovers: 0,
                lost: 0,
                lost_percent: 0,
                lost_asked_back: 0,
                carried: 0,
                carried_asked_back: 0,
                questions_back: 0,
                handed_back: 0,
            };
            for told in self.told.iter().filter(|told| (told.question.raised_at >= self.change) == is_after) {
                let Some(why) = told.question.planted.why else { continue };
                let handed: Vec<_> = self.events_of(told).filter(|event| event.act == Act::Handed).collect();
                let Some(first) = handed.first() else { continue };
                debug_assert_eq!(first.link.is_some(), why == Why::Carried);
                let owner = cast::owner(told.question.area);
                let asks = self.asks(told);
                let back = asks.iter().filter(|ask| ask.to == owner).count() as u64;
                part.handovers += 1;
                part.questions_back += back;
                part.handed_back +=
                    handed.iter().filter(|event| event.to == Some(Address::Person(owner))).count() as u64;
                let (n, asked) = match why {
                    Why::Lost => (&mut part.lost, &mut part.lost_asked_back),
                    Why::Carried => (&mut part.carried, &mut part.carried_asked_back),
                };
                *n += 1;
                *asked += u64::from(back > 0);
            }
            part.lost_percent = percent(part.lost as usize, part.handovers as usize);
            part
        };
        let linked = self.log.events.iter().filter(|event| event.link.is_some() || event.act == Act::Linked);
        WhyLost {
            from_role: cast::owner(cast::Area::Quotes).row().role,
            to_role: cast::lead(cast::Area::Quotes).row().role,
            items_with_origin_link: linked.map(|event| event.item).collect::<BTreeSet<_>>().len() as u64,
            before: part(false),
            after: part(true),
        }
    }

    pub fn border(&self) -> Border {
        let mut between = [[0_u64; 2]; 2];
        for (from, to) in self.told.iter().flat_map(|told| told.path.handovers()) {
            if let (Some(from), Some(to)) = (from.site(), to.site()) {
                between[from as usize][to as usize] += 1;
            }
        }
        let is_answer = |told: &&Told<'a>| matches!(told.question.matter, Matter::Design | Matter::Release);
        let mut answers: [Vec<(Site, i64, i64)>; 2] = Default::default();
        for told in self.told.iter().filter(is_answer).filter(|told| !told.question.planted.is_reopened) {
            for ask in self.asks(told) {
                let end = match (ask.answer, told.path.end) {
                    (Some((at, _)), _) => at,
                    (None, End::Decided(Some(who))) if who == ask.to => told.path.ended_at,
                    _ => continue,
                };
                if let (Some(from), Some(to)) = (ask.from.site(), ask.to.site()) {
                    answers[usize::from(from != to)].push((to, ask.at, end));
                }
            }
        }
        let scope = |is_across: bool| {
            let owner = |told: &Told<'a>| cast::owner(told.question.area);
            let chosen = self.told.iter().filter(|told| {
                told.question.matter == Matter::Scope
                    && told.path.asker != owner(told)
                    && told.path.end == End::Decided(Some(owner(told)))
                    && !told.question.planted.gate
                    && (told.path.asker.site() != Some(Site::Leeds)) == is_across
            });
            let last = chosen.filter_map(|told| told.path.hops.last());
            self.sample(last.map(|hop| (Site::Leeds, hop.since, hop.until)))
        };
        let [same, across] = answers;
        let (leeds, gdansk) = (Site::Leeds as usize, Site::Gdansk as usize);
        Border {
            leeds_to_gdansk: between[leeds][gdansk],
            gdansk_to_leeds: between[gdansk][leeds],
            within_leeds: between[leeds][leeds],
            within_gdansk: between[gdansk][gdansk],
            decisions_crossing: self.told.iter().filter(|told| told.path.n_crossings() > 0).count() as u64,
            answer_same_site: self.sample(same.into_iter()),
            answer_across: self.sample(across.into_iter()),
            scope_past_gate_same_site: scope(false),
            scope_past_gate_across: scope(true),
        }
    }

    pub fn interventions(&self) -> Interventions {
        let mut triggers = BTreeMap::new();
        let mut by_act = BTreeMap::new();
        let (mut triggered, mut followed, mut untriggered, mut unprompted) = (0, 0, 0, 0);
        let mut waits = Vec::new();
        for told in self.told {
            let is_owners = matches!(told.question.matter, Matter::Scope | Matter::Priority);
            if !is_owners {
                continue;
            }
            let trigger = self.events_of(told).find(|event| event.act == Act::Observed);
            let since = trigger.map_or(0, |event| event.at);
            let asked: BTreeSet<Who> = self.asks(told).into_iter().map(|ask| ask.to).collect();
            let leader = self.events_of(told).find(|event| {
                event.at > since && event.actor.is_some_and(|who| cast::LEADERS.contains(&who) && !asked.contains(&who))
                    // An override long after the answer is counted among the reversals.
                    && (event.act != Act::Reversed || trigger.is_some())
            });
            match trigger {
                Some(event) => {
                    *triggers.entry(event.activity).or_default() += 1;
                    triggered += 1;
                    if let Some(leader) = leader {
                        followed += 1;
                        *by_act.entry(leader.act.name()).or_default() += 1;
                        waits.push((Site::Leeds, event.at, leader.at));
                    }
                }
                None => {
                    untriggered += 1;
                    unprompted += u64::from(leader.is_some());
                }
            }
        }
        Interventions {
            triggers,
            triggered_decisions: triggered,
            followed,
            by_act,
            untriggered_decisions: untriggered,
            untriggered_with_intervention: unprompted,
            wait: self.sample(waits.into_iter()),
        }
    }

    pub fn reversals(&self) -> Reversals {
        let is_owners = |told: &&Told<'a>| {
            matches!(told.question.matter, Matter::Scope | Matter::Priority)
                && told.path.end == End::Decided(Some(cast::owner(told.question.area)))
        };
        let owners: Vec<_> = self.told.iter().filter(is_owners).collect();
        let reversed: Vec<_> = owners.iter().filter_map(|told| Some((told, told.path.reversed?))).collect();
        let above = reversed.iter().filter(|(_, (_, who))| who.is_some_and(|who| who.row().level > 0)).count();
        let waits = reversed.iter().map(|(told, (at, _))| (Site::Leeds, told.path.ended_at, *at));
        let reopenable = self.told.iter().filter(|told| {
            matches!(told.question.matter, Matter::Design | Matter::Acceptance)
                && told.path.executed.is_some()
                && !told.question.planted.is_reopened
        });
        Reversals {
            decided_by_owner: owners.len() as u64,
            reversed: reversed.len() as u64,
            reversed_by_level_above: above as u64,
            wait: self.sample(waits),
            reopenable: reopenable.count() as u64,
            reopened: self.told.iter().filter(|told| told.question.planted.is_reopened).count() as u64,
        }
    }

    pub fn surplus(&self) -> Surplus {
        let chosen: Vec<_> = self
            .told
            .iter()
            .filter(|told| told.question.matter == Matter::Acceptance && told.is_decided())
            .filter(|told| !told.question.planted.is_reopened)
            .collect();
        let with = chosen.iter().filter(|told| told.path.n_surplus > 0).count();
        let mut histogram = BTreeMap::new();
        for told in &chosen {
            *histogram.entry(told.path.n_approvals.to_string()).or_default() += 1;
        }
        Surplus {
            acceptances_decided: chosen.len() as u64,
            with_surplus: with as u64,
            with_surplus_percent: percent(with, chosen.len()),
            surplus_total: chosen.iter().map(|told| told.path.n_surplus).sum(),
            consents_histogram: histogram,
        }
    }

    pub fn change(&self) -> Change {
        let part = |is_after: bool, is_gated_scope: bool| {
            let chosen: Vec<Told<'a>> = self
                .told
                .iter()
                .filter(|told| (told.question.raised_at >= self.change) == is_after)
                .filter(|told| {
                    !is_gated_scope || told.question.matter == Matter::Scope && told.question.area.is_gated()
                })
                .copied()
                .collect();
            let decided: Vec<_> = chosen.iter().filter(|told| told.is_decided()).copied().collect();
            let escalations: u64 = chosen.iter().map(|told| told.path.n_escalations()).sum();
            ChangePart {
                decisions: chosen.len() as u64,
                decided: decided.len() as u64,
                escalations,
                escalations_per_100: percent(escalations as usize, chosen.len()),
                crossings: chosen.iter().map(|told| told.path.n_crossings()).sum(),
                latency: self.latency_of(&decided),
            }
        };
        let feeds = |is_after: bool| {
            let chosen: Vec<Told<'a>> = self
                .told
                .iter()
                .filter(|told| told.question.matter == Matter::Acceptance && told.is_decided())
                .filter(|told| told.question.area == cast::Area::PartnerFeeds && !told.question.planted.is_reopened)
                .filter(|told| (told.question.raised_at >= self.change) == is_after)
                .copied()
                .collect();
            self.latency_of(&chosen)
        };
        Change {
            on: clock::CHANGE.to_string(),
            gated_scope_before: part(false, true),
            gated_scope_after: part(true, true),
            all_before: part(false, false),
            all_after: part(true, false),
            moved_right: "acceptance in partner-feeds: from product owner to tech lead",
            moved_right_before: feeds(false),
            moved_right_after: feeds(true),
        }
    }
}
