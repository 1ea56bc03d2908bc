//! Signals made by hand, for the tests of this crate only.
#![allow(clippy::unwrap_used)]

use sayso_model::measure::{MeasureId, Measurement, Scope};
use sayso_model::privacy::{Cleared, Floor, Group};
use sayso_model::signal::{DecisionKey, Pattern, Period, Signal, Test};
use sayso_stats::{Estimate, Interval, Unit, Window};

use crate::Judged;

/// A record of one year.
pub(crate) fn window() -> Window {
    Window { since: "2025-03-17T00:00:00Z".parse().unwrap(), until: "2026-03-14T17:00:00Z".parse().unwrap() }
}

/// The last eight weeks of it.
fn recent() -> Window {
    Window { since: "2026-01-17T17:00:00Z".parse().unwrap(), ..window() }
}

fn cleared() -> Cleared {
    Floor::DEFAULT.clear(Group { persons: 12, decisions: 224, ..Group::default() }).unwrap()
}

/// Judges signals with decisions named after their number.
pub(crate) fn judged(signals: &[Signal]) -> Judged {
    crate::diagnose(signals, &|key| format!("PRC-{}#{}", key.item, key.ordinal), window())
}

/// A signal about scope of pricing over the whole record, declared and observable, without numbers.
pub(crate) fn signal(pattern: Pattern) -> Made {
    Made(Signal {
        pattern,
        matter: "scope".to_owned(),
        area: "pricing".to_owned(),
        role: String::new(),
        counterpart: String::new(),
        period: Period::Whole,
        n: 224,
        observable: true,
        declared: true,
        asked_in_words: false,
        numbers: Vec::new(),
        tests: Vec::new(),
        evidence: vec![DecisionKey { item: 118, ordinal: 1 }, DecisionKey { item: 96, ordinal: 2 }],
    })
}

/// The gate of the insurer: the senior product manager releases what the product owner may decide.
pub(crate) fn gate() -> Made {
    signal(Pattern::ImplicitGate)
        .role("senior product manager")
        .counterpart("product owner")
        .share("necessity", 0.84, 0.76, 0.90, 224)
        .share("base_rate", 0.11, 0.08, 0.15, 410)
        .ratio("hazard_ratio", 3.4, 2.1, 5.5)
        .share("asked", 0.71, 0.63, 0.78, 188)
        .hours("wait", 9.0, 7.0, 12.0)
        .share("unchanged", 0.93, 0.88, 0.96, 170)
        .test("hazard", 1e-6)
        .test("necessity", 1e-9)
}

/// A signal in the making.
#[derive(Clone)]
pub(crate) struct Made(Signal);

impl Made {
    pub(crate) fn done(self) -> Signal {
        self.0
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Signal)) -> Made {
        change(&mut self.0);
        self
    }

    pub(crate) fn at(self, matter: &str, area: &str) -> Made {
        self.with(|s| (s.matter, s.area) = (matter.to_owned(), area.to_owned()))
    }

    pub(crate) fn role(self, role: &str) -> Made {
        self.with(|s| role.clone_into(&mut s.role))
    }

    pub(crate) fn counterpart(self, role: &str) -> Made {
        self.with(|s| role.clone_into(&mut s.counterpart))
    }

    pub(crate) fn period(self, period: Period) -> Made {
        self.with(|s| s.period = period)
    }

    pub(crate) fn n(self, n: u64) -> Made {
        self.with(|s| s.n = n)
    }

    pub(crate) fn test(self, name: &'static str, p: f64) -> Made {
        self.with(|s| {
            s.tests.retain(|test| test.name != name);
            s.tests.push(Test { name, p, method: "by hand".to_owned() });
        })
    }

    pub(crate) fn share(self, name: &str, value: f64, low: f64, high: f64, n: u64) -> Made {
        self.number(name, value, Interval::new(low, high), n, Unit::Share)
    }

    pub(crate) fn hours(self, name: &str, value: f64, low: f64, high: f64) -> Made {
        self.number(name, value, Interval::new(low, high), 188, Unit::WorkingHours)
    }

    pub(crate) fn ratio(self, name: &str, value: f64, low: f64, high: f64) -> Made {
        self.number(name, value, Interval::new(low, high), 224, Unit::Ratio)
    }

    pub(crate) fn per_decision(self, name: &str, value: f64, low: f64, high: f64) -> Made {
        self.number(name, value, Interval::new(low, high), 224, Unit::PerDecision)
    }

    pub(crate) fn open_ended(self, name: &str, value: f64, low: f64) -> Made {
        self.number(name, value, Interval { low: Some(low), high: None }, 224, Unit::Ratio)
    }

    pub(crate) fn unknown(self, name: &str) -> Made {
        let estimate = Estimate::cannot_tell(3, Unit::Share, window(), "by hand", "too few");
        self.push(name, estimate)
    }

    fn number(self, name: &str, value: f64, interval: Interval, n: u64, unit: Unit) -> Made {
        let of = if self.0.period == Period::Recent { recent() } else { window() };
        self.push(name, Estimate::new(value, interval, n, unit, of, "by hand"))
    }

    fn push(self, name: &str, estimate: Estimate) -> Made {
        let measurement = Measurement::new(cleared(), MeasureId::M08, Scope::new(), name, estimate);
        self.with(|s| {
            s.numbers.retain(|number| number.statistic() != name);
            s.numbers.push(measurement);
        })
    }
}
