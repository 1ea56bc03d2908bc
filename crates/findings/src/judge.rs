//! Corrects for everything that was looked at, and brings the parts of a record together into one case for each place and role.

use std::collections::BTreeSet;

use sayso_model::diagnosis::{Sought, Strength};
use sayso_model::signal::{Pattern, Period, Signal};
use sayso_stats::multiplicity;

use crate::rule::{Family, Rule};

/// Expected share of false alarms among what is said of places (Benjamini and Hochberg).
const PLACE_LEVEL: f64 = 0.10;

/// Chance of any false alarm among what points at a role (Holm).
const ROLE_LEVEL: f64 = 0.05;

/// All signals of a record with what each is worth among the others.
pub(crate) struct Court<'a> {
    trials: Vec<Trial<'a>>,
}

/// One signal with its rule.
pub(crate) struct Trial<'a> {
    pub(crate) signal: &'a Signal,
    pub(crate) rule: &'static Rule,
    /// What is judged; `None` where nothing may be said or no test could be made.
    p: Option<f64>,
    adjusted: f64,
    holds: bool,
}

/// What holds in one place and for one role, over the parts of the record.
#[derive(Clone)]
pub(crate) struct Case<'a> {
    pub(crate) rule: &'static Rule,
    /// The signal that carries it: of the whole record, else of its earlier part, else of its recent one.
    pub(crate) signal: &'a Signal,
    pub(crate) p: f64,
    pub(crate) adjusted: f64,
    /// The same pattern in the earlier part, where anything may be said of it.
    pub(crate) earlier: Option<&'a Signal>,
    /// The same in the recent part.
    pub(crate) recent: Option<&'a Signal>,
}

impl<'a> Court<'a> {
    /// Tries every signal; their order does not matter.
    pub(crate) fn of(signals: &'a [Signal]) -> Court<'a> {
        let mut trials: Vec<Trial<'a>> = signals
            .iter()
            .map(|signal| {
                let rule = Rule::of(signal.pattern);
                let p = (rule.p)(signal).filter(|p| (0.0..=1.0).contains(p) && rule.may_speak(signal));
                Trial { signal, rule, p, adjusted: 1.0, holds: false }
            })
            .collect();
        trials.sort_by(|a, b| {
            let key = |signal: &'a Signal| (place_and_role(signal), signal.period, &signal.counterpart);
            let p = |trial: &Trial<'_>| trial.p.unwrap_or(1.0);
            key(a.signal).cmp(&key(b.signal)).then(p(a).total_cmp(&p(b)))
        });
        adjust(&mut trials, Family::Place, PLACE_LEVEL, multiplicity::benjamini_hochberg);
        adjust(&mut trials, Family::Role, ROLE_LEVEL, multiplicity::holm);
        Court { trials }
    }

    /// Every signal about which anything may be said, in a fixed order.
    pub(crate) fn heard(&self) -> impl Iterator<Item = &Trial<'a>> {
        self.trials.iter().filter(|trial| trial.rule.may_speak(trial.signal))
    }

    /// To which role the charter gives what is decided in the place of a signal. The measure of the formal-real gap reads
    /// it from the charter, a gate only knows who answered after it; `None` where there is no such measure.
    pub(crate) fn declared_to(&self, signal: &Signal) -> Option<&'a str> {
        let gaps = self.trials.iter().map(|trial| trial.signal).filter(|of| of.pattern == Pattern::FormalRealGap);
        gaps.filter(|gap| gap.declared && place(gap) == place(signal)).map(|gap| gap.counterpart.as_str()).max()
    }

    /// What holds in any part of the record; at most one case for each pattern, place and role.
    pub(crate) fn cases(&self) -> Vec<Case<'a>> {
        let groups = self.trials.chunk_by(|a, b| place_and_role(a.signal) == place_and_role(b.signal));
        groups.filter_map(case).collect()
    }

    /// How far each pattern was looked for.
    pub(crate) fn sought(&self) -> Vec<Sought> {
        let of = |pattern: Pattern| {
            let trials = || self.trials.iter().filter(move |trial| trial.signal.pattern == pattern);
            let heard: BTreeSet<_> = trials().filter(|t| t.rule.may_speak(t.signal)).map(|t| place(t.signal)).collect();
            let dark: BTreeSet<_> =
                trials().filter(|t| t.rule.is_unobservable(t.signal)).map(|t| place(t.signal)).collect();
            Sought {
                pattern,
                places: heard.len() as u64,
                tests: trials().filter(|trial| trial.p.is_some()).count() as u64,
                unobservable: dark.difference(&heard).count() as u64,
            }
        };
        let all = Pattern::ALL.into_iter().map(of);
        all.filter(|sought| sought.places + sought.unobservable > 0).collect()
    }
}

/// Where a signal speaks of.
pub(crate) fn place(signal: &Signal) -> (&str, &str) {
    (&signal.matter, &signal.area)
}

fn place_and_role(signal: &Signal) -> (Pattern, &str, &str, &str) {
    (signal.pattern, &signal.matter, &signal.area, &signal.role)
}

fn adjust(trials: &mut [Trial<'_>], family: Family, level: f64, method: fn(&[f64]) -> Vec<f64>) {
    let members = || move |trial: &&mut Trial<'_>| trial.rule.family == family && trial.p.is_some();
    let p: Vec<f64> = trials.iter_mut().filter(members()).filter_map(|trial| trial.p).collect();
    for (trial, adjusted) in trials.iter_mut().filter(members()).zip(method(&p)) {
        trial.adjusted = adjusted;
        // An association only is a question to ask, never a finding.
        trial.holds = adjusted <= level && (trial.rule.strength)(trial.signal) != Strength::C;
    }
}

/// The case of one place and role; signals come by period, then by counterpart.
fn case<'a>(group: &[Trial<'a>]) -> Option<Case<'a>> {
    let first_of = |period: Period| {
        let holding = group.iter().filter(move |trial| trial.signal.period == period && trial.holds);
        holding.min_by(|a, b| {
            a.adjusted.total_cmp(&b.adjusted).then(a.p.partial_cmp(&b.p).unwrap_or(std::cmp::Ordering::Equal))
        })
    };
    let lead = [Period::Whole, Period::Earlier, Period::Recent].into_iter().find_map(first_of)?;
    // The same pair of roles if it is there, else the same role with whomever. Several people whose role is not recorded
    // look alike: then the one that keeps the finding counts, lest somebody else's numbers call it over.
    let part = |period: Period| {
        let heard = group.iter().filter(move |t| t.signal.period == period && t.rule.may_speak(t.signal));
        let keeps = |signal: &Signal| match () {
            () if (lead.rule.still)(signal) => 0,
            () if (lead.rule.gone)(signal, lead.signal) => 2,
            () => 1,
        };
        let signals = heard.map(|trial| trial.signal);
        signals.min_by_key(|signal| (signal.counterpart != lead.signal.counterpart, keeps(signal)))
    };
    Some(Case {
        rule: lead.rule,
        signal: lead.signal,
        p: lead.p?,
        adjusted: lead.adjusted,
        earlier: part(Period::Earlier),
        recent: part(Period::Recent),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::made::{Made, gate, judged, signal};

    fn churn(area: &str, p: f64) -> Made {
        signal(Pattern::Churn).at("scope", area).share("items_changed", 0.34, 0.27, 0.42, 140).test("items_changed", p)
    }

    #[test]
    fn no_signals_give_nothing_at_all() {
        assert_eq!(judged(&[]), crate::Judged::default());
    }

    #[test]
    fn what_points_at_a_role_is_corrected_by_holm_over_all_its_patterns() {
        let alone = gate().test("hazard", 0.02);
        assert_eq!(judged(&[alone.clone().done()]).findings.len(), 1);
        // Two more tests of the family, of another pattern, that find nothing: 0.02 * 3 is above 0.05.
        let sole = |area: &str| signal(Pattern::SoleGate).at("scope", area).test("concentration", 0.8).done();
        assert_eq!(judged(&[alone.clone().done(), sole("a"), sole("b")]).findings, []);
        // Tests of the other family cost it nothing.
        let found = judged(&[alone.done(), churn("a", 0.9).done(), churn("b", 0.9).done()]).findings;
        assert_eq!(found[0].pattern, Pattern::ImplicitGate);
        assert!((found[0].p_adjusted - 0.02).abs() < 1e-12);
    }

    #[test]
    fn what_speaks_of_places_is_corrected_by_benjamini_and_hochberg() {
        // 0.03 * 4 / 2 = 0.06 is below 0.10; Holm would have said 0.09 and 0.12 is what Bonferroni says.
        let signals: Vec<Signal> =
            [("a", 0.01), ("b", 0.03), ("c", 0.7), ("d", 0.9)].map(|(area, p)| churn(area, p).done()).into();
        let found = judged(&signals).findings;
        let areas: Vec<&str> = found.iter().map(|finding| finding.area.as_str()).collect();
        assert_eq!(areas, ["a", "b"]);
        assert!((found[1].p_adjusted - 0.06).abs() < 1e-12, "{}", found[1].p_adjusted);
    }

    #[test]
    fn both_parts_of_a_record_are_one_family() {
        let both = [
            gate().period(Period::Earlier).test("hazard", 0.03).done(),
            gate().period(Period::Recent).test("hazard", 0.9).done(),
        ];
        assert_eq!(judged(&both).findings, [], "0.03 * 2 is above 0.05");
        assert_eq!(judged(&both[..1]).findings.len(), 1);
    }

    #[test]
    fn how_far_was_looked_is_counted() {
        let dark = gate().at("scope", "claims").with(|s| s.observable = false).done();
        let untested = gate().at("scope", "quotes").with(|s| s.tests.clear()).done();
        let sought = judged(&[gate().done(), dark, untested, churn("a", 0.5).done()]).sought;
        let gates = Sought { pattern: Pattern::ImplicitGate, places: 2, tests: 1, unobservable: 1 };
        let churns = Sought { pattern: Pattern::Churn, places: 1, tests: 1, unobservable: 0 };
        assert_eq!(sought, [gates, churns]);
    }

    #[test]
    fn a_p_value_that_is_none_finds_nothing() {
        assert_eq!(judged(&[gate().test("hazard", f64::NAN).done()]).findings, []);
    }

    proptest! {
        /// The same findings, in the same bytes, in whatever order the signals come.
        #[test]
        fn the_order_of_the_signals_does_not_matter(
            p in proptest::collection::vec(0.0..0.2_f64, 6),
            order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let mut signals: Vec<Signal> = Vec::new();
            for (i, p) in p.iter().enumerate() {
                let area = ["", "a", "b"][i % 3];
                let period = [Period::Earlier, Period::Recent][i / 3];
                signals.push(churn(area, *p).period(period).done());
                signals.push(gate().at("scope", area).period(period).test("hazard", *p).done());
            }
            let shuffled: Vec<Signal> = order.iter().map(|&i| signals[i].clone()).collect();
            prop_assert_eq!(format!("{:?}", judged(&signals)), format!("{:?}", judged(&shuffled)));
        }
    }
}
