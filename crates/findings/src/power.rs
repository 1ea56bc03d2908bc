//! How many decisions each pattern needs to be found, and what to say where a record has fewer.

use std::collections::BTreeMap;

use sayso_model::diagnosis::TooThin;
use sayso_model::signal::Pattern;

use crate::judge::{Court, place};
use crate::story::Story;
use crate::wording::{counted, place_of};

/// Places named in one sentence, at most; the rest are counted.
const PLACES_MAX: usize = 4;

/// What it takes to find a pattern of a size worth finding, four times in five.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// Which pattern.
    pub pattern: Pattern,
    /// What is to be found, in words.
    pub size: &'static str,
    /// Decisions (items for churn) of one place that are needed.
    pub n: u64,
}

/// One row a pattern, in their order.
///
/// The gate's row is from simulated records with planted gates. The others are from the normal approximation for one
/// share against its bound at the level that a single test is left with in a family of a hundred places (0.0005 under
/// Holm, 0.01 under Benjamini and Hochberg); the border's is for the logarithm of times with a spread of 1.2, a third of
/// which cross. Waiting, which is clustered, and growth are from the organisations of `docs/reference/validity.md`: 28 %
/// were found with 190 questions and 90 % with 580 for the one, 20 % with 690 decisions and 82 % with 2,050 for the other.
pub const TABLE: [Power; 13] = [
    Power { pattern: Pattern::ImplicitGate, size: "a gate for eight in ten decisions", n: 60 },
    Power { pattern: Pattern::SoleGate, size: "one person with 95 of 100 answers", n: 60 },
    Power { pattern: Pattern::PermissionSeeking, size: "permission for one decision in five", n: 50 },
    Power { pattern: Pattern::FormalRealGap, size: "one decision in four taken outside the remit", n: 55 },
    Power { pattern: Pattern::EscalationReturns, size: "one decision in four up and back", n: 55 },
    Power { pattern: Pattern::Intervention, size: "an intervention in 15 of 100 decisions", n: 110 },
    Power { pattern: Pattern::Override, size: "one answer in ten undone", n: 80 },
    Power { pattern: Pattern::Churn, size: "two items in five changed", n: 50 },
    Power { pattern: Pattern::WaitingAbove, size: "two fifths of the waiting above", n: 500 },
    Power { pattern: Pattern::BorderCost, size: "hand-overs that wait twice as long at a border", n: 250 },
    Power {
        pattern: Pattern::CostOutrunsClarity,
        size: "decisions that stay as they are while the headcount grows fivefold",
        n: 2000,
    },
    Power { pattern: Pattern::WhyLost, size: "two hand-overs in five without the why", n: 50 },
    Power { pattern: Pattern::DecidedFarFromInformation, size: "one decision in two far from the information", n: 60 },
];

/// Decisions that one place needs before a pattern of the size in [`TABLE`] is likely to be found there.
pub fn needs(pattern: Pattern) -> u64 {
    row(pattern).n
}

/// One sentence a pattern that cannot be found somewhere for want of decisions. Where a matter as a whole has too few, its
/// areas are not named; where the pattern was found, nothing is thin.
pub(crate) fn too_thin(court: &Court<'_>, stories: &[Story<'_>]) -> Vec<TooThin> {
    Pattern::ALL.into_iter().filter_map(|pattern| sentence(pattern, court, stories)).collect()
}

fn sentence(pattern: Pattern, court: &Court<'_>, stories: &[Story<'_>]) -> Option<TooThin> {
    let row = row(pattern);
    let mut most: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for trial in court.heard().filter(|trial| trial.signal.pattern == pattern) {
        let n = most.entry(place(trial.signal)).or_default();
        *n = trial.signal.n.max(*n);
    }
    // Told along with another story is found too.
    let told = || stories.iter().flat_map(|story| std::iter::once(&story.case).chain(&story.carried));
    let is_found = |matter: &str, area: &str| {
        told().map(|case| case.signal).any(|signal| {
            signal.pattern == pattern && signal.matter == matter && (signal.area == area || signal.area.is_empty())
        })
    };
    let mut thin: Vec<(u64, &str, &str)> = most
        .iter()
        .filter(|((matter, area), n)| {
            let matter_is_thin = !area.is_empty() && most.get(&(*matter, "")).is_some_and(|n| *n < row.n);
            **n < row.n && !matter_is_thin && !is_found(matter, area)
        })
        .map(|((matter, area), n)| (row.n - n, *matter, *area))
        .collect();
    thin.sort_unstable();
    let named: Vec<String> = thin
        .iter()
        .take(PLACES_MAX)
        .map(|(missing, matter, area)| {
            format!("{} (has {}, needs about {missing} more)", place_of(matter, area), row.n - missing)
        })
        .collect();
    if named.is_empty() {
        return None;
    }
    let rest = match thin.len() - named.len() {
        0 => String::new(),
        n => format!(", and {}", counted(n as u64, "further place", "further places")),
    };
    let what = if pattern == Pattern::Churn { "items" } else { "decisions" };
    let says = format!(
        "{}: to find {}, about {} {what} are needed in one place and part of the record; too few are there in {}{rest}.",
        pattern.title(),
        row.size,
        row.n,
        named.join("; ")
    );
    Some(TooThin { pattern, says })
}

fn row(pattern: Pattern) -> &'static Power {
    TABLE.iter().find(|row| row.pattern == pattern).expect("the table has a row for every pattern; a test looks")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::{gate, judged, signal};

    #[test]
    fn every_pattern_has_one_row_in_its_order() {
        assert_eq!(TABLE.map(|row| row.pattern), Pattern::ALL);
        assert!(
            Pattern::ALL.into_iter().all(|pattern| needs(pattern) >= 20),
            "below the privacy floor nothing is seen"
        );
    }

    /// `n` for a share `p1` against the bound `p0`, one-sided at the normal quantile `z`, found four times in five.
    fn approximate(p0: f64, p1: f64, z: f64) -> f64 {
        ((z * (p0 * (1.0 - p0)).sqrt() + 0.8416 * (p1 * (1.0 - p1)).sqrt()) / (p1 - p0)).powi(2)
    }

    #[test]
    fn the_shares_follow_the_approximation() {
        const HOLM: f64 = 3.2905;
        const BENJAMINI_HOCHBERG: f64 = 2.3263;
        for (pattern, p0, p1, z) in [
            (Pattern::PermissionSeeking, 0.05, 0.2, HOLM),
            (Pattern::FormalRealGap, 0.1, 0.25, BENJAMINI_HOCHBERG),
            (Pattern::EscalationReturns, 0.1, 0.25, BENJAMINI_HOCHBERG),
            (Pattern::Intervention, 0.05, 0.15, HOLM),
            (Pattern::Override, 0.02, 0.1, HOLM),
            (Pattern::Churn, 0.2, 0.4, BENJAMINI_HOCHBERG),
            (Pattern::WhyLost, 0.2, 0.4, BENJAMINI_HOCHBERG),
            (Pattern::DecidedFarFromInformation, 0.3, 0.5, BENJAMINI_HOCHBERG),
        ] {
            let n = approximate(p0, p1, z);
            let table = needs(pattern) as f64;
            assert!(table >= n && table <= n * 1.25 + 5.0, "{}: {table} is not {n:.0}", pattern.name());
        }
    }

    #[test]
    fn what_is_missing_is_said_in_decisions() {
        let quiet = |area: &str, n: u64| gate().at("scope", area).n(n).test("hazard", 0.4).done();
        let thin = judged(&[quiet("", 224), quiet("pricing", 120), quiet("claims", 45), quiet("quotes", 30)]).too_thin;
        let says: Vec<&str> = thin.iter().map(|thin| thin.says.as_str()).collect();
        assert_eq!(
            says,
            [
                "Implicit gate: to find a gate for eight in ten decisions, about 60 decisions are needed in one place and part \
              of the record; too few are there in scope of claims (has 45, needs about 15 more); scope of quotes (has 30, \
              needs about 30 more)."
            ]
        );
    }

    #[test]
    fn a_thin_matter_is_named_once_and_not_by_its_areas() {
        let quiet = |area: &str, n: u64| gate().at("scope", area).n(n).test("hazard", 0.4).done();
        let thin = judged(&[quiet("", 50), quiet("claims", 25), quiet("quotes", 25)]).too_thin;
        assert!(thin[0].says.ends_with("too few are there in scope in all areas (has 50, needs about 10 more)."));
        assert_eq!(thin.len(), 1);
    }

    #[test]
    fn what_was_found_and_what_is_plentiful_is_not_thin() {
        assert_eq!(judged(&[gate().n(40).done()]).too_thin, []);
        let carried =
            signal(Pattern::WaitingAbove).n(40).share("share_above", 0.6, 0.5, 0.7, 40).test("share_above", 1e-6);
        let told = judged(&[gate().done(), carried.done()]);
        assert_eq!((told.findings.len(), told.too_thin), (1, Vec::new()));
        assert_eq!(judged(&[signal(Pattern::Churn).n(900).done()]).too_thin, []);
    }
}
