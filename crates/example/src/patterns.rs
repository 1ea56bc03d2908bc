//! Counts each pattern of authority on the told log by its definition: what a reader of the whole truth would count.

use std::collections::{BTreeMap, BTreeSet};

use sayso_model::event::Act;
use sayso_model::signal::Pattern;
use serde::Serialize;

use crate::cast::{Area, Site, Who};
use crate::charter::{self, Remit};
use crate::count::{Book, Told};
use crate::fold::{self, End};
use crate::log::{Matter, Why};

/// An answer undone later than this was not overridden but changed.
const OVERRIDE_WORKING_S: i64 = 10 * 8 * 3_600;

/// How often a pattern is there, in a matter and an area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PatternCount {
    /// Which, by its name.
    pub pattern: &'static str,
    /// The matter.
    pub matter: &'static str,
    /// The area; empty for all of the matter.
    pub area: &'static str,
    /// What it is a share of: decisions, answers, items or working seconds.
    pub n: u64,
    /// Of these, those that show it.
    pub k: u64,
    /// The share above which it is a pattern, in percent.
    pub bound_percent: u64,
}

/// What one pattern is counted over.
type Share = (u64, u64);

impl<'a> Book<'a> {
    /// Every pattern in every matter and area that the charter does not retain, and in every matter altogether. What has
    /// nothing to count is left out.
    pub fn patterns(&self) -> Vec<PatternCount> {
        let mut counts = Vec::new();
        for matter in Matter::ALL {
            if self.remit(matter, Area::Quotes, false).is_retained {
                continue;
            }
            let of_matter: Vec<Told<'a>> =
                self.told.iter().filter(|told| told.question.matter == matter).copied().collect();
            for area in [None].into_iter().chain(Area::ALL.map(Some)) {
                let chosen: Vec<Told<'a>> = of_matter
                    .iter()
                    .filter(|told| area.is_none_or(|area| told.question.area == area))
                    .copied()
                    .collect();
                for pattern in Pattern::ALL {
                    let ((k, n), bound_percent) = self.count(pattern, &chosen, &of_matter, area);
                    if n > 0 {
                        let area = area.map_or("", Area::name);
                        let (pattern, matter) = (pattern.name(), matter.name());
                        counts.push(PatternCount { pattern, matter, area, n, k, bound_percent });
                    }
                }
            }
        }
        counts
    }

    fn count(&self, pattern: Pattern, chosen: &[Told<'a>], of_matter: &[Told<'a>], area: Option<Area>) -> (Share, u64) {
        let share = |n: &dyn Fn(&Told<'a>) -> bool, k: &dyn Fn(&Told<'a>) -> bool| {
            let of: Vec<_> = chosen.iter().filter(|told| n(told)).collect();
            (of.iter().filter(|told| k(told)).count() as u64, of.len() as u64)
        };
        let all = |_: &Told<'a>| true;
        match pattern {
            // What moves only after somebody has acted is known to whoever planted it; that others act before answers as
            // often, and do not hold them up, is what the bystanders are there for.
            Pattern::ImplicitGate => (share(&|told| told.is_decided(), &|told| told.question.planted.gate), 60),
            Pattern::SoleGate => (self.sole(chosen, of_matter, area), 80),
            Pattern::PermissionSeeking => {
                (share(&|told| self.is_held_by_right(told), &|told| self.has_permission(told)), 5)
            }
            Pattern::FormalRealGap => (
                share(&|told| decider(told).is_some(), &|told| decider(told).is_some_and(|who| !self.may(told, who))),
                10,
            ),
            Pattern::EscalationReturns => (share(&all, &|told| self.came_back_unchanged(told)), 10),
            Pattern::Intervention => (share(&all, &|told| self.has_intervention(told)), 5),
            Pattern::Override => (
                share(&|told| decider(told).is_some_and(|who| self.may(told, who)), &|told| self.is_overridden(told)),
                2,
            ),
            Pattern::Churn => (churn(chosen), 20),
            Pattern::WaitingAbove => (self.waiting_above(chosen), 20),
            // Told by whoever planted it: the first hand-over of each design carries the why or not.
            Pattern::WhyLost => (
                share(&|told| told.question.planted.why.is_some(), &|told| {
                    told.question.planted.why == Some(Why::Lost)
                }),
                20,
            ),
            // Not planted in any plan, and acquaintance is no more than what the measure counts: nothing to hold it against.
            Pattern::DecidedFarFromInformation => ((0, 0), 30),
        }
    }

    fn remit(&self, matter: Matter, area: Area, is_after: bool) -> Remit {
        charter::remit(self.plan, matter, area, is_after)
    }

    /// What governs a question: by its answer, or by its end so far.
    fn governing(&self, told: &Told<'a>) -> Remit {
        self.remit(told.question.matter, told.question.area, told.path.ended_at >= self.change)
    }

    fn may(&self, told: &Told<'a>, who: Who) -> bool {
        self.governing(told).may_decide(who)
    }

    fn is_held_by_right(&self, told: &Told<'a>) -> bool {
        told.path.hops.iter().any(|hop| self.may(told, hop.holder))
    }

    /// Whether somebody who may decide asks somebody who may not and is not to be consulted: somebody above, or anybody in
    /// words that ask for consent. A question back for what is not known asks for no permission.
    fn has_permission(&self, told: &Told<'a>) -> bool {
        let remit = self.governing(told);
        self.asks(told).iter().any(|ask| {
            let asks_consent = ask.in_words || ask.to.row().level > ask.from.row().level;
            asks_consent && remit.may_decide(ask.from) && !remit.may_decide(ask.to) && !remit.may_be_asked(ask.to)
        })
    }

    /// Whether it goes up and nobody above objects or answers.
    fn came_back_unchanged(&self, told: &Told<'a>) -> bool {
        let level = self.governing(told).level;
        let is_above = |who: Option<Who>| who.is_some_and(|who| who.is_person() && who.row().level > level);
        told.path.n_escalations() > 0
            && told.path.hops.last().is_some_and(|hop| !is_above(Some(hop.holder)))
            && !self.events_of(told).any(|event| {
                event.at <= told.path.ended_at
                    && matches!(event.act, Act::Objected | Act::Decided)
                    && is_above(event.actor)
            })
    }

    /// Whether somebody above acts on an open question without having been asked.
    fn has_intervention(&self, told: &Told<'a>) -> bool {
        let level = self.governing(told).level;
        let asked: BTreeSet<Who> = self.asks(told).into_iter().map(|ask| ask.to).collect();
        self.events_of(told).any(|event| {
            event.at > told.path.raised_at
                && event.at <= told.path.ended_at
                && event.actor.is_some_and(|who| who.is_person() && who.row().level > level && !asked.contains(&who))
        })
    }

    fn is_overridden(&self, told: &Told<'a>) -> bool {
        let level = decider(told).map_or(0, |who| who.row().level);
        told.path.reversed.is_some_and(|(at, who)| {
            who.is_some_and(|who| who.row().level > level)
                && self.clock.site(Site::Leeds).between(told.path.ended_at, at) <= OVERRIDE_WORKING_S
        })
    }

    fn waiting_above(&self, chosen: &[Told<'a>]) -> Share {
        let (mut above, mut all) = (0, 0);
        for told in chosen {
            let level = self.governing(told).level;
            for hop in &told.path.hops {
                let held = fold::held(self.clock, hop) as u64;
                all += held;
                above += if hop.holder.row().level > level { held } else { 0 };
            }
        }
        (above, all)
    }

    /// Answers by whoever answers most in the area, where in the other areas of the matter the answers are spread; none
    /// where they are not, because what is so everywhere makes no area stand out.
    fn sole(&self, chosen: &[Told<'a>], of_matter: &[Told<'a>], area: Option<Area>) -> Share {
        let Some(area) = area else { return (0, 0) };
        let (top, n) = top(chosen);
        let others = Area::ALL.into_iter().filter(|other| *other != area).map(|other| {
            let there: Vec<_> = of_matter.iter().filter(|told| told.question.area == other).copied().collect();
            self::top(&there)
        });
        let (top_others, n_others) = others.fold((0, 0), |(k, n), (more_k, more_n)| (k + more_k, n + more_n));
        let is_spread_elsewhere = n_others > 0 && top_others * 100 < 80 * n_others;
        (if is_spread_elsewhere { top } else { 0 }, n)
    }
}

fn decider(told: &Told<'_>) -> Option<Who> {
    match told.path.end {
        End::Decided(who) => who,
        _ => None,
    }
}

/// Answers by whoever gives most of them, and all answers.
fn top(told: &[Told<'_>]) -> Share {
    let mut by_decider: BTreeMap<Who, u64> = BTreeMap::new();
    for who in told.iter().filter_map(decider) {
        *by_decider.entry(who).or_default() += 1;
    }
    (by_decider.values().copied().max().unwrap_or_default(), by_decider.values().sum())
}

/// Items on which an answer is undone, opened again or given again, and all items.
fn churn(chosen: &[Told<'_>]) -> Share {
    let mut of: BTreeMap<usize, (bool, u64)> = BTreeMap::new();
    for told in chosen {
        let (is_changed, answers) = of.entry(told.question.item).or_default();
        *is_changed |= told.path.reversed.is_some() || told.question.planted.is_reopened;
        *answers += u64::from(told.is_decided());
    }
    (of.values().filter(|(is_changed, answers)| *is_changed || *answers > 1).count() as u64, of.len() as u64)
}
