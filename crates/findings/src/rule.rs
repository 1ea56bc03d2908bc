//! What one finding consists of: which test is judged, which size matters, how strong it is, and in which words it is told.

use sayso_model::diagnosis::Strength;
use sayso_model::signal::{Pattern, Signal};

use crate::{
    churn, decided_far_from_information, escalation_returns, formal_real_gap, implicit_gate, intervention, override_,
    permission_seeking, sole_gate, waiting_above, why_lost,
};

/// What everything of one kind is corrected together with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Speaks of a place: worth a conversation.
    Place,
    /// Points at a role: a single false alarm does harm.
    Role,
}

/// One kind of finding. Each is a constant in the file of its name.
pub(crate) struct Rule {
    pub(crate) pattern: Pattern,
    pub(crate) family: Family,
    /// Whether enough deciders must be known.
    pub(crate) needs_deciders: bool,
    /// Whether a charter must declare who decides.
    pub(crate) needs_charter: bool,
    /// The numbers it knows, the one that carries the claim first.
    pub(crate) numbers: &'static [&'static str],
    /// The p-value that is judged; `None` where the tests for it could not be made.
    pub(crate) p: fn(&Signal) -> Option<f64>,
    /// How strong the evidence would be, given significance; C where the size is not one that matters.
    pub(crate) strength: fn(&Signal) -> Strength,
    /// Whether the numbers of a later part are beyond the bounds too.
    pub(crate) still: fn(&Signal) -> bool,
    /// Whether the numbers of a later part contradict what was before (second).
    pub(crate) gone: fn(&Signal, &Signal) -> bool,
    /// The claim, in one or two sentences with its numbers.
    pub(crate) claim: fn(&Signal) -> String,
    /// The number that carries it in a few words: `84 % [76, 90] of 224 decisions`.
    pub(crate) figure: fn(&Signal) -> Option<String>,
    /// The same as a phrase inside another finding.
    pub(crate) in_short: fn(&Signal) -> Option<String>,
    /// What else could explain it.
    pub(crate) otherwise: fn(&Signal) -> Vec<String>,
    /// The question to ask.
    pub(crate) question: fn(&Signal) -> String,
}

impl Rule {
    /// The rule of a pattern.
    pub(crate) fn of(pattern: Pattern) -> &'static Rule {
        match pattern {
            Pattern::ImplicitGate => &implicit_gate::RULE,
            Pattern::SoleGate => &sole_gate::RULE,
            Pattern::PermissionSeeking => &permission_seeking::RULE,
            Pattern::FormalRealGap => &formal_real_gap::RULE,
            Pattern::EscalationReturns => &escalation_returns::RULE,
            Pattern::Intervention => &intervention::RULE,
            Pattern::Override => &override_::RULE,
            Pattern::Churn => &churn::RULE,
            Pattern::WaitingAbove => &waiting_above::RULE,
            Pattern::WhyLost => &why_lost::RULE,
            Pattern::DecidedFarFromInformation => &decided_far_from_information::RULE,
        }
    }

    /// Whether anything may be said about the place of a signal at all.
    pub(crate) fn may_speak(&self, signal: &Signal) -> bool {
        (signal.observable || !self.needs_deciders) && (signal.declared || !self.needs_charter)
    }

    /// Whether nothing may be said only because too few deciders are known.
    pub(crate) fn is_unobservable(&self, signal: &Signal) -> bool {
        self.needs_deciders && !signal.observable
    }
}

/// Whether the whole interval of a number lies above a bound; a number that could not be told does not.
pub(crate) fn above(signal: &Signal, name: &str, bound: f64) -> bool {
    signal.value(name).is_some() && signal.low(name).is_some_and(|low| low > bound)
}

/// Whether the whole interval of a number lies below a bound.
pub(crate) fn below(signal: &Signal, name: &str, bound: f64) -> bool {
    signal.value(name).is_some() && signal.high(name).is_some_and(|high| high < bound)
}

/// B where the size matters, C otherwise.
pub(crate) fn b_if(matters: bool) -> Strength {
    if matters { Strength::B } else { Strength::C }
}
