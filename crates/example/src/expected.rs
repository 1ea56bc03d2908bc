//! What a perfect diagnosis would report of a plan: the patterns that are really there, and where.

use sayso_model::signal::Pattern;

use crate::cast::{self, Area};
use crate::log::Matter;
use crate::plan::Plan;

/// A pattern that is really there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// Which.
    pub pattern: Pattern,
    /// The matter; empty where it is one of the whole record.
    pub matter: &'static str,
    /// The areas, at least one.
    pub areas: Vec<&'static str>,
    /// The role it speaks of; empty where it may be one of several.
    pub role: &'static str,
    /// Whether it is there only because another pattern is: a gate who is asked by the owners is permission seeking too.
    /// To report it is right, not to report it is no omission.
    pub follows: bool,
    /// Whether it is all but gone after the change of decision rights.
    pub is_past: bool,
}

impl Planted {
    /// Whether a finding says this. An empty matter or area of a finding means all of them. The role matters where the
    /// finding is about somebody: a bystander named beside a true gate is a false finding.
    pub fn is_said_by(&self, pattern: Pattern, matter: &str, area: &str, role: &str) -> bool {
        let is_about_somebody =
            matches!(pattern, Pattern::ImplicitGate | Pattern::SoleGate | Pattern::FormalRealGap) && !role.is_empty();
        self.pattern == pattern
            && (matter.is_empty() || matter == self.matter)
            && (area.is_empty() || self.areas.contains(&area))
            && (!is_about_somebody || self.role.is_empty() || role == self.role)
    }
}

/// The share of scope questions that somebody else than the owner raises, in percent.
const SCOPE_OF_OTHERS: u32 = 85;
/// The share of priority questions that the owner raises.
const PRIORITY_OF_OWNERS: u32 = 60;

impl Plan {
    /// What is really there: every pattern whose planned share lies above the bound that its definition gives.
    ///
    /// Shares are what is planned, so a pattern near its bound (the insurer's interventions) may come out on either side
    /// of it in one year. What happens now and then in a healthy firm is not listed.
    pub fn planted(&self) -> Vec<Planted> {
        let mut planted = Vec::new();
        self.gate(&mut planted);
        if self.sole_gate_percent >= 80 {
            let role = cast::tester(cast::SOLE_GATE_AREA).row().role;
            let areas = || vec![cast::SOLE_GATE_AREA.name()];
            planted.push(there(Pattern::SoleGate, Matter::Acceptance, areas(), role));
            planted.push(follows(Pattern::FormalRealGap, Matter::Acceptance, areas(), role));
        }
        self.permission(&mut planted);
        if self.takeover_percent * (100 - PRIORITY_OF_OWNERS) > 10 * 100 {
            let role = cast::lead(Area::Quotes).row().role;
            planted.push(there(Pattern::FormalRealGap, Matter::Priority, everywhere(), role));
        }
        if self.escalation_percent * SCOPE_OF_OTHERS > 10 * 100 {
            planted.push(there(Pattern::EscalationReturns, Matter::Scope, everywhere(), ""));
        }
        let percent = self.above_percent * SCOPE_OF_OTHERS / 100;
        if Self::share_above(percent, self.above_wait_min, self.scope_min, self.stale_percent) > ABOVE_PERCENT {
            planted.push(there(Pattern::WaitingAbove, Matter::Scope, everywhere(), ""));
        }
        if self.why_lost_percent > 20 {
            let is_past = self.why_lost_percent_after * 4 < self.why_lost_percent;
            planted.push(Planted { is_past, ..there(Pattern::WhyLost, Matter::Design, everywhere(), "") });
        }
        let stepped_in = |percent: u32| self.trigger_percent * percent.min(100) / 100 + self.unprompted_percent;
        if stepped_in(self.intervention_percent) > 5 {
            let is_past = stepped_in(self.intervention_percent_after) <= 5;
            // The story leaves the gated areas to the gate.
            for (matter, areas) in [(Matter::Priority, everywhere()), (Matter::Scope, areas(false))] {
                planted.push(Planted { is_past, ..there(Pattern::Intervention, matter, areas, "") });
            }
        }
        if self.override_percent > 2 {
            for matter in [Matter::Scope, Matter::Priority] {
                planted.push(there(Pattern::Override, matter, everywhere(), ""));
                // To undo an answer unasked is to step in, too.
                planted.push(follows(Pattern::Intervention, matter, everywhere(), ""));
            }
        }
        // Not every answer is the owner's yes, and some are undone from above first.
        if self.churn_percent * 8 > 20 * 10 {
            planted.push(there(Pattern::Churn, Matter::Scope, everywhere(), ""));
            planted.push(there(Pattern::Churn, Matter::Priority, everywhere(), ""));
        }
        if self.far_percent > 30 {
            planted.push(there(Pattern::DecidedFarFromInformation, Matter::Design, everywhere(), ""));
        }
        if self.squads_grow && self.everybody_is_asked {
            planted.push(of_all(Pattern::CostOutrunsClarity));
        }
        // Between what clocks and chance can make of a border and what must be seen lies what may be.
        if self.border_percent > BORDER_PERCENT.0 {
            let follows = self.border_percent < BORDER_PERCENT.1;
            planted.push(Planted { follows, ..of_all(Pattern::BorderCost) });
        }
        planted
    }

    /// The share of all waiting that lies above, in percent, where `percent` of the questions lie there for a median of
    /// `above_min`, and all of them for `elsewhere_min` with those who may answer.
    fn share_above(percent: u32, above_min: u32, elsewhere_min: u32, stale_percent: u32) -> u32 {
        // The mean of a spread wait is 1.37 times its median; nobody spreads what nobody takes up.
        let above = percent * above_min * 137 / 100;
        let elsewhere = elsewhere_min * 137 + stale_percent * STALE_MIN;
        (100 * above).checked_div(above + elsewhere).unwrap_or_default()
    }

    fn gate(&self, planted: &mut Vec<Planted>) {
        let (before, after) = (self.gate_percent.min(100), self.gate_percent_after.min(100));
        let reach = if self.gate_is_peer { SCOPE_OF_OTHERS } else { 100 };
        let is_past = after * 4 < before;
        if before * reach >= 60 * 100 {
            let keeper = cast::keeper(self).row().role;
            let gate = there(Pattern::ImplicitGate, Matter::Scope, areas(true), keeper);
            planted.push(Planted { is_past, ..gate });
        }
        if self.gate_is_peer {
            return;
        }
        if before > 5 {
            let role = cast::owner(Area::Quotes).row().role;
            let asked = follows(Pattern::PermissionSeeking, Matter::Scope, areas(true), role);
            planted.push(Planted { is_past, ..asked });
        }
        if before * self.gate_unchanged_percent > 10 * 100 {
            let returned = follows(Pattern::EscalationReturns, Matter::Scope, areas(true), "");
            planted.push(Planted { is_past, ..returned });
        }
        // In an area where nothing lies forgotten.
        if Self::share_above(before, self.gate_wait_min, self.scope_min, 0) > ABOVE_PERCENT {
            planted.push(Planted { is_past, ..follows(Pattern::WaitingAbove, Matter::Scope, areas(true), "") });
        }
    }

    fn permission(&self, planted: &mut Vec<Planted>) {
        let share = |percent: u32| percent.min(100) * PRIORITY_OF_OWNERS / 100;
        let (before, after) = (share(self.permission_percent), share(self.permission_percent_after));
        let is_past = after * 4 < before;
        if before > 5 {
            let role = cast::owner(Area::Quotes).row().role;
            let asked = there(Pattern::PermissionSeeking, Matter::Priority, everywhere(), role);
            planted.push(Planted { is_past, ..asked });
        }
        if self.permission_of_peer {
            return;
        }
        let answered = 100 - self.permission_unanswered_percent.min(100);
        if before * answered * self.permission_unchanged_percent > 10 * 100 * 100 {
            let returned = follows(Pattern::EscalationReturns, Matter::Priority, everywhere(), "");
            planted.push(Planted { is_past, ..returned });
        }
        // In an area where nothing lies forgotten.
        if Self::share_above(before, self.permission_wait_min, self.priority_min, 0) > ABOVE_PERCENT {
            planted.push(Planted { is_past, ..follows(Pattern::WaitingAbove, Matter::Priority, everywhere(), "") });
        }
    }
}

/// How long a border makes what crosses, in percent, from which on it may be found, and from which on it must be: not every
/// hand-over across is an answer that the border slows.
const BORDER_PERCENT: (u32, u32) = (120, 200);
/// The share above which it is a pattern.
const ABOVE_PERCENT: u32 = 20;
/// How long a question lies that nobody takes up, in working minutes: about four months.
const STALE_MIN: u32 = 40_000;

fn there(pattern: Pattern, matter: Matter, areas: Vec<&'static str>, role: &'static str) -> Planted {
    Planted { pattern, matter: matter.name(), areas, role, follows: false, is_past: false }
}

/// Of the whole record.
fn of_all(pattern: Pattern) -> Planted {
    Planted { pattern, matter: "", areas: everywhere(), role: "", follows: false, is_past: false }
}

fn follows(pattern: Pattern, matter: Matter, areas: Vec<&'static str>, role: &'static str) -> Planted {
    Planted { follows: true, ..there(pattern, matter, areas, role) }
}

fn areas(is_gated: bool) -> Vec<&'static str> {
    Area::ALL.iter().filter(|area| area.is_gated() == is_gated).map(|area| area.name()).collect()
}

fn everywhere() -> Vec<&'static str> {
    Area::ALL.iter().map(|area| area.name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Dysfunction, catalogue};

    fn own(plan: &Plan) -> Vec<Pattern> {
        let mut own: Vec<Pattern> = plan.planted().iter().filter(|one| !one.follows).map(|one| one.pattern).collect();
        own.dedup();
        own
    }

    #[test]
    fn each_dysfunction_plants_its_own_pattern_and_no_other() {
        use Pattern::*;
        assert!(Plan::HEALTHY.planted().is_empty() && Plan::GROWING.planted().is_empty());
        let expected = [
            ImplicitGate,
            ImplicitGate,
            SoleGate,
            PermissionSeeking,
            PermissionSeeking,
            FormalRealGap,
            EscalationReturns,
            Intervention,
            Override,
            Churn,
            WaitingAbove,
            BorderCost,
            DecidedFarFromInformation,
            CostOutrunsClarity,
        ];
        for (dysfunction, pattern) in Dysfunction::ALL.into_iter().zip(expected) {
            let plan = Plan::HEALTHY.with(dysfunction);
            assert_eq!(own(&plan), [pattern], "{}", dysfunction.name());
            assert!(plan.planted().iter().all(|one| !one.is_past));
        }
        for pattern in Pattern::ALL {
            assert!(catalogue().iter().any(|(_, plan)| own(plan).contains(&pattern)), "{}", pattern.name());
        }
    }

    #[test]
    fn what_is_planted_without_rank_brings_nothing_with_it() {
        for dysfunction in [
            Dysfunction::ImplicitGate,
            Dysfunction::PermissionSeeking,
            Dysfunction::FormalRealGap,
            Dysfunction::EscalationReturns,
            Dysfunction::WaitingAbove,
            Dysfunction::Intervention,
            Dysfunction::Churn,
            Dysfunction::BorderCost,
            Dysfunction::DecidedFarFromInformation,
            Dysfunction::CostOutrunsClarity,
        ] {
            let planted = Plan::HEALTHY.with(dysfunction).planted();
            assert!(planted.iter().all(|one| !one.follows), "{}", dysfunction.name());
        }
    }

    #[test]
    fn the_insurers_gate_permissions_and_interventions_are_past_and_its_overrides_are_not() {
        let planted = Plan::INSURER.planted();
        let of = |pattern| planted.iter().filter(move |one| one.pattern == pattern && !one.follows);
        assert_eq!(of(Pattern::ImplicitGate).count(), 1);
        assert!(of(Pattern::ImplicitGate).chain(of(Pattern::PermissionSeeking)).all(|one| one.is_past));
        assert!(of(Pattern::Intervention).all(|one| one.is_past));
        assert!(of(Pattern::Override).all(|one| !one.is_past));
        assert_eq!(of(Pattern::SoleGate).chain(of(Pattern::Churn)).chain(of(Pattern::FormalRealGap)).count(), 0);
    }

    #[test]
    fn a_bystander_beside_a_true_gate_is_not_the_gate() {
        let planted = Plan::INSURER.planted();
        let gate = &planted[0];
        let says = |area, role| gate.is_said_by(Pattern::ImplicitGate, "scope", area, role);
        assert!(says("pricing", "senior product manager") && says("", "senior product manager") && says("pricing", ""));
        assert!(!says("pricing", "analyst") && !says("claims", "senior product manager"));
        assert!(!gate.is_said_by(Pattern::SoleGate, "scope", "pricing", ""));
        assert!(!gate.is_said_by(Pattern::ImplicitGate, "design", "", ""));
    }
}
