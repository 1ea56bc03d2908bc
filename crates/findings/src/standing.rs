//! Whether a finding still holds at the end of the record, and the sentence that says so with its numbers.

use sayso_model::diagnosis::Standing;
use sayso_model::signal::Period;
use sayso_stats::Window;

use crate::judge::Case;
use crate::wording::last_day;

/// A verdict with its sentence.
pub(crate) struct Told {
    pub(crate) verdict: Standing,
    pub(crate) says: String,
}

/// Current where the recent numbers are beyond the bounds too, past where they contradict what was, cannot tell otherwise.
pub(crate) fn verdict(case: &Case<'_>) -> Standing {
    match (case.signal.period, case.recent) {
        (Period::Whole | Period::Recent, _) => Standing::Current,
        (Period::Earlier, None) => Standing::CannotTell,
        (Period::Earlier, Some(recent)) if (case.rule.still)(recent) => Standing::Current,
        (Period::Earlier, Some(recent)) if (case.rule.gone)(recent, case.signal) => Standing::Past,
        (Period::Earlier, Some(_)) => Standing::CannotTell,
    }
}

/// The verdict and its sentence.
pub(crate) fn of(case: &Case<'_>, window: Window) -> Told {
    let verdict = verdict(case);
    let figure = |signal| (case.rule.figure)(signal);
    let recent = case.recent.and_then(figure);
    let was = figure(case.signal).map(|was| format!(", against {was} before")).unwrap_or_default();
    let until = last_day(window);
    let says = match (case.signal.period, verdict, recent) {
        (Period::Whole, ..) => {
            format!("The record is too short to be looked at in two parts; this holds over all of it, up to {until}.")
        }
        (Period::Recent, ..) => {
            let before = case.earlier.and_then(figure).map_or_else(
                || "what was before cannot be told".to_owned(),
                |before| format!("before, it was {before} and did not stand out"),
            );
            format!("It stands out in the recent part of the record, up to {until}; {before}.")
        }
        (Period::Earlier, Standing::Current, Some(recent)) => {
            format!("It still holds: in the recent part of the record, up to {until}, {recent}{was}.")
        }
        (Period::Earlier, Standing::Past, Some(recent)) => {
            format!(
                "It held before and holds no longer: in the recent part of the record, up to {until}, {recent}{was}."
            )
        }
        (Period::Earlier, _, Some(recent)) => format!(
            "It held before; whether it still does cannot be told: in the recent part of the record, up to {until}, \
             {recent}{was}."
        ),
        (Period::Earlier, _, None) => format!(
            "It held before; whether it still does cannot be told: in the recent part of the record, up to {until}, too \
             few decisions or acts of this kind are left to say."
        ),
    };
    Told { verdict, says }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sayso_model::diagnosis::Finding;
    use sayso_model::signal::{Pattern, Signal};

    use super::*;
    use crate::made::{Made, gate, judged, signal};

    fn one(signals: &[Signal]) -> Finding {
        let found = judged(signals).findings;
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_iter().next().unwrap()
    }

    fn earlier() -> Made {
        gate().period(Period::Earlier)
    }

    fn recent() -> Made {
        gate().period(Period::Recent).n(26).test("hazard", 0.6)
    }

    #[test]
    fn a_short_record_is_judged_whole() {
        let finding = one(&[gate().done()]);
        assert_eq!(finding.verdict, Standing::Current);
        assert!(finding.standing.contains("holds over all of it, up to 14 March 2026"), "{}", finding.standing);
    }

    #[test]
    fn recent_numbers_beyond_the_bounds_keep_it_current() {
        let finding = one(&[earlier().done(), recent().share("necessity", 0.81, 0.62, 0.93, 26).done()]);
        assert_eq!(finding.verdict, Standing::Current);
        insta::assert_snapshot!(finding.standing, @"It still holds: in the recent part of the record, up to 14 March 2026, 81 % [62, 93] of 26 decisions, against 84 % [76, 90] of 224 decisions before.");
        let windows: Vec<bool> = finding.estimates.iter().map(|e| e.estimate().n() == 26).collect();
        assert_eq!(windows.iter().filter(|recent| **recent).count(), 1, "the recent number stands beside the others");
    }

    #[test]
    fn a_recent_interval_below_what_was_makes_it_past() {
        let finding = one(&[earlier().done(), recent().share("necessity", 0.22, 0.09, 0.42, 26).done()]);
        assert_eq!(finding.verdict, Standing::Past);
        insta::assert_snapshot!(finding.standing, @"It held before and holds no longer: in the recent part of the record, up to 14 March 2026, 22 % [9, 42] of 26 decisions, against 84 % [76, 90] of 224 decisions before.");
    }

    #[test]
    fn a_recent_part_that_could_be_either_cannot_tell() {
        let unsure = recent().share("necessity", 0.60, 0.36, 0.81, 20).ratio("hazard_ratio", 1.2, 0.4, 3.1);
        let finding = one(&[earlier().done(), unsure.done()]);
        assert_eq!(finding.verdict, Standing::CannotTell);
        insta::assert_snapshot!(finding.standing, @"It held before; whether it still does cannot be told: in the recent part of the record, up to 14 March 2026, 60 % [36, 81] of 20 decisions, against 84 % [76, 90] of 224 decisions before.");
    }

    #[test]
    fn without_a_recent_signal_it_cannot_tell() {
        let finding = one(&[earlier().done()]);
        assert_eq!(finding.verdict, Standing::CannotTell);
        let other_role = recent().role("architect").share("necessity", 0.1, 0.05, 0.2, 26).done();
        assert_eq!(
            one(&[earlier().done(), other_role]).verdict,
            Standing::CannotTell,
            "another role says nothing of it"
        );
        let dark = recent().share("necessity", 0.1, 0.05, 0.2, 26).with(|s| s.observable = false).done();
        assert_eq!(one(&[earlier().done(), dark]).verdict, Standing::CannotTell);
    }

    #[test]
    fn of_several_people_without_a_role_the_one_that_keeps_it_counts() {
        let nobody = |made: Made| made.role("").done();
        let bystander = recent().share("necessity", 0.05, 0.01, 0.2, 26);
        let gate = recent().share("necessity", 0.81, 0.62, 0.93, 26);
        let finding = one(&[nobody(earlier()), nobody(bystander), nobody(gate)]);
        assert_eq!(finding.verdict, Standing::Current);
    }

    #[test]
    fn what_is_new_is_current_and_says_what_was_before() {
        let before =
            gate().period(Period::Earlier).share("necessity", 0.12, 0.08, 0.18, 300).test("hazard", 0.9).done();
        let finding = one(&[before, gate().period(Period::Recent).done()]);
        assert_eq!(finding.verdict, Standing::Current);
        insta::assert_snapshot!(finding.standing, @"It stands out in the recent part of the record, up to 14 March 2026; before, it was 12 % [8, 18] of 300 decisions and did not stand out.");
    }

    #[test]
    fn a_rate_is_past_only_when_its_whole_interval_is_below_the_bound() {
        let seeking = |value, low, high, period| {
            signal(Pattern::PermissionSeeking).share("rate", value, low, high, 60).test("rate", 1e-6).period(period)
        };
        let before = seeking(0.3, 0.2, 0.4, Period::Earlier).done();
        let verdict = |value, low, high| {
            let now = seeking(value, low, high, Period::Recent).test("rate", 0.7).done();
            one(&[before.clone(), now]).verdict
        };
        assert_eq!(verdict(0.01, 0.0, 0.04), Standing::Past);
        assert_eq!(verdict(0.03, 0.01, 0.09), Standing::CannotTell);
        assert_eq!(verdict(0.2, 0.08, 0.4), Standing::Current);
    }
}
