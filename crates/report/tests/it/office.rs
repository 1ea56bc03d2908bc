//! A made-up insurer: product owners in London, squads in Kraków; every number written by hand.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use sayso_model::assumption::{Answer, BeliefVerdict, Expectation, SideBySide, TestedBelief};
use sayso_model::coverage::{Ledger, Note, Reason};
use sayso_model::decision::{ArrivedBy, Status};
use sayso_model::diagnosis::{
    Coverage, Diagnosis, DrawnHop, DrawnPath, Finding, Gap, LiveDecision, PathArc, PathMap, PathNode, SCHEMA, Sought,
    SourceCoverage, Standing, Strength, TooThin,
};
use sayso_model::measure::{MeasureId, Measurement, Scope, Withheld};
use sayso_model::privacy::{Cleared, Floor, Group};
use sayso_model::signal::Pattern;
use sayso_model::time::Instant;
use sayso_stats::{Estimate, Interval, Unit, Window};

pub fn at(text: &str) -> Instant {
    Instant::from(text.parse::<Timestamp>().unwrap())
}

pub fn window() -> Window {
    Window { since: at("2025-10-06T00:00:00Z").timestamp(), until: at("2026-03-14T17:00:00Z").timestamp() }
}

pub fn cleared() -> Cleared {
    Floor::DEFAULT.clear(Group { persons: 12, decisions: 812, dominance: 120 }).unwrap()
}

pub fn estimate(value: f64, low: f64, high: f64, n: u64, unit: Unit) -> Estimate {
    let method = match unit {
        Unit::Share => "Wilson score interval",
        Unit::WorkingHours | Unit::CalendarHours => "Kaplan-Meier quantile, log-log interval",
        _ => "bootstrap by item, 2,000 resamples, percentile",
    };
    Estimate::new(value, Interval::new(low, high), n, unit, window(), method)
}

pub fn measured(id: MeasureId, scope: &[(&str, &str)], statistic: &str, estimate: Estimate) -> Measurement {
    let scope: Scope = scope.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned())).collect();
    Measurement::new(cleared(), id, scope, statistic, estimate)
}

/// Nothing was read.
pub fn nothing() -> Diagnosis {
    Diagnosis {
        sayso: "0.1.0".to_owned(),
        schema: SCHEMA,
        seed: 20_260_314,
        subject: "Meridian Cover".to_owned(),
        window: window(),
        coverage: Coverage::default(),
        measures: Vec::new(),
        findings: Vec::new(),
        too_thin: Vec::new(),
        sought: Vec::new(),
        side_by_side: Vec::new(),
        assumptions: Vec::new(),
        gaps: Vec::new(),
        withheld: Vec::new(),
        path_map: PathMap::default(),
        longest_waiting: Vec::new(),
        examples: Vec::new(),
    }
}

/// A record with everything in it.
pub fn insurer() -> Diagnosis {
    Diagnosis {
        coverage: coverage(),
        measures: measures(),
        findings: findings(),
        too_thin: vec![TooThin {
            pattern: Pattern::Override,
            says:
                "Override from above: to find one answer in ten undone, about 80 decisions are needed in one place and \
                   part of the record; too few are there in release of claims (has 46, needs about 34 more)."
                    .to_owned(),
        }],
        sought: sought(),
        assumptions: beliefs(),
        side_by_side: side_by_side(),
        gaps: vec![
            Gap {
                id: "unrecorded".to_owned(),
                says: "What is decided in calls leaves no event here.".to_owned(),
                remedy: "Write decisions down where the work is.".to_owned(),
            },
            Gap {
                id: "no_charter".to_owned(),
                says: "Who was meant to decide is not declared, so nothing is said about implicit approvers."
                    .to_owned(),
                remedy: "Write down who decides what in `charter.toml`; `sayso init` makes a first one.".to_owned(),
            },
            Gap {
                id: "sites_inferred".to_owned(),
                says: "The site of 9 of 61 people is inferred from their hours, not declared.".to_owned(),
                remedy: "Add them to `people.csv` with a site.".to_owned(),
            },
            Gap {
                id: "no_rationale".to_owned(),
                says: "Whether the why travels with a hand-over cannot be seen: texts are not stored.".to_owned(),
                remedy: "Link each item to the goal it serves; Sayso reads links.".to_owned(),
            },
        ],
        withheld: vec![
            Withheld {
                id: MeasureId::M03,
                breakdown: "role".to_owned(),
                groups: 2,
                why: "fewer than 5 people or 20 decisions; put together as `other roles`".to_owned(),
            },
            Withheld {
                id: MeasureId::M01,
                breakdown: "area".to_owned(),
                groups: 3,
                why: "fewer than 5 people or 20 decisions".to_owned(),
            },
            Withheld {
                id: MeasureId::M17,
                breakdown: "area".to_owned(),
                groups: 3,
                why: "fewer than 5 people or 20 decisions".to_owned(),
            },
            Withheld {
                id: MeasureId::M15,
                breakdown: "overall".to_owned(),
                groups: 1,
                why: "the answers of declared deciders come from fewer than 5 people".to_owned(),
            },
        ],
        path_map: path_map(),
        longest_waiting: live(),
        examples: examples(),
        ..nothing()
    }
}

fn findings() -> Vec<Finding> {
    use MeasureId::*;
    use Unit::*;
    let pricing = [("area", "pricing"), ("matter", "scope")];
    let recent = Window { since: at("2026-01-19T00:00:00Z").timestamp(), ..window() };
    let recent = Estimate::new(0.81, Interval::new(0.62, 0.93), 26, Share, recent, "Jeffreys interval");
    vec![
        Finding {
            id: "implicit_gate/scope/pricing/senior product manager".to_owned(),
            pattern: Pattern::ImplicitGate,
            matter: "scope".to_owned(),
            area: "pricing".to_owned(),
            role: "senior product manager".to_owned(),
            claim: "Scope of pricing is declared to the product owner; in the record 84 % [76, 90] of 224 decisions moved \
                    only after one role outside the charter (senior product manager) had acted, median 9 working hours [7, \
                    12], unchanged in 93 % [88, 96]. Answers come 3.4 times [2.1, 5.5] as often after that act as before it."
                .to_owned(),
            verdict: Standing::Current,
            standing: "It still holds: in the recent part of the record, up to 14 March 2026, 81 % [62, 93] of 26 \
                       decisions, against 84 % [76, 90] of 224 decisions before."
                .to_owned(),
            strength: Strength::B,
            estimates: vec![
                measured(M08, &pricing, "necessity", estimate(0.84, 0.76, 0.90, 224, Share)),
                measured(M08, &pricing, "hazard_ratio", estimate(3.4, 2.1, 5.5, 224, Ratio)),
                measured(M08, &pricing, "wait", estimate(9.0, 7.0, 12.0, 188, WorkingHours)),
                measured(M11, &pricing, "unchanged", estimate(0.93, 0.88, 0.96, 170, Share)),
                measured(M07, &pricing, "effective_deciders", estimate(2.4, 1.9, 3.2, 224, Count)),
                measured(M08, &pricing, "necessity", recent),
            ],
            p: 1.0e-9,
            p_adjusted: 0.0031,
            evidence: vec!["PRC-118#1".to_owned(), "PRC-096#1".to_owned(), "odd name#1".to_owned()],
            otherwise: vec![
                "Something outside the charter may require this consent: regulation, a budget, a contract.".to_owned(),
                "The act may announce what was agreed in a call or a chat, rather than release it.".to_owned(),
            ],
            question: "Is that a rule, or a habit?".to_owned(),
            also_seen: vec!["41 % [33, 49] of the working time lies above the declared level".to_owned()],
        },
        Finding {
            id: "intervention/scope/pricing/senior product manager".to_owned(),
            pattern: Pattern::Intervention,
            matter: "scope".to_owned(),
            area: "pricing".to_owned(),
            role: "senior product manager".to_owned(),
            claim: "On scope of pricing, 22 [16, 29] of 100 decisions saw an intervention by a higher level (senior product \
                    manager) that nobody had asked for. After a missed date it comes 2.8 times [1.6, 4.9] as often as before \
                    one."
                .to_owned(),
            verdict: Standing::CannotTell,
            standing: "It held before; in the recent part of the record, up to 14 March 2026, there are 26 decisions, too few \
                       to say."
                .to_owned(),
            strength: Strength::B,
            estimates: vec![
                measured(M16, &pricing, "per_100", estimate(22.0, 16.0, 29.0, 224, Count)),
                measured(M16, &pricing, "hazard_ratio", estimate(2.8, 1.6, 4.9, 224, Ratio)),
            ],
            p: 0.00004,
            p_adjusted: 0.021,
            evidence: vec!["PRC-140#1".to_owned()],
            otherwise: vec!["Who steps in may have been asked in a call.".to_owned()],
            question: "What did whoever stepped in know that whoever held the question did not?".to_owned(),
            also_seen: Vec::new(),
        },
        Finding {
            id: "churn/priority//".to_owned(),
            pattern: Pattern::Churn,
            matter: "priority".to_owned(),
            area: String::new(),
            role: String::new(),
            claim: "On priority in all areas, 34 % [27, 42] of 140 items had an answer reversed, reopened or given again."
                .to_owned(),
            verdict: Standing::Past,
            standing: "It held before and holds no longer: in the recent part of the record, up to 14 March 2026, 8 % [3, \
                       17] of 40 items, against 34 % [27, 42] of 140 items before."
                .to_owned(),
            strength: Strength::B,
            estimates: vec![measured(M21, &[("matter", "priority")], "items_changed", estimate(0.34, 0.27, 0.42, 140, Share))],
            p: 0.0002,
            p_adjusted: 0.012,
            evidence: Vec::new(),
            otherwise: vec!["An answer may be recorded in steps, so that giving it again only completes it.".to_owned()],
            question: "What is learned between the first answer and the next that could have been known at the first?"
                .to_owned(),
            also_seen: Vec::new(),
        },
    ]
}

fn sought() -> Vec<Sought> {
    vec![
        Sought { pattern: Pattern::ImplicitGate, places: 14, tests: 61, unobservable: 1 },
        Sought { pattern: Pattern::Churn, places: 1, tests: 2, unobservable: 0 },
        Sought { pattern: Pattern::Intervention, places: 9, tests: 18, unobservable: 0 },
    ]
}

fn belief(id: &str, who: &str, says: &str, verdict: BeliefVerdict) -> TestedBelief {
    TestedBelief {
        id: id.to_owned(),
        who: who.to_owned(),
        says: says.to_owned(),
        on: Some("2026-03-01".to_owned()),
        measure: MeasureId::M10,
        statistic: "rate".to_owned(),
        part: BTreeMap::from([("matter".to_owned(), "scope".to_owned())]),
        expect: Expectation::AtMost(0.1),
        margin: 0.05,
        verdict,
        estimate: None,
        sentence: String::new(),
        n_needed: None,
        evidence: Vec::new(),
    }
}

fn beliefs() -> Vec<TestedBelief> {
    use BeliefVerdict::*;
    let owners = "Whoever owns a question of scope decides it without asking anybody above.";
    let head = TestedBelief {
        estimate: Some(estimate(0.44, 0.37, 0.51, 214, Unit::Share)),
        sentence: "The record says 44 % [37, 51] of 214 decisions, not at most 10 %.".to_owned(),
        evidence: vec!["PRC-118#1".to_owned(), "PF-77#2".to_owned(), "PRC-096#1".to_owned()],
        ..belief("owners-decide-scope", "Head of Product", owners, Contradicted)
    };
    vec![
        TestedBelief {
            measure: MeasureId::M13,
            statistic: "share_at_or_below".to_owned(),
            part: BTreeMap::new(),
            expect: Expectation::AtLeast(0.8),
            estimate: Some(estimate(0.58, 0.54, 0.62, 731, Unit::Share)),
            sentence: "The record says 58 % [54, 62], not at least 80 %.".to_owned(),
            ..belief(
                "decided-at-the-declared-level",
                "Head of Product",
                "Questions are answered at the level where we said they are, not higher up.",
                Contradicted,
            )
        },
        head.clone(),
        TestedBelief { who: "Managing Director".to_owned(), on: None, ..head },
        TestedBelief {
            measure: MeasureId::M20,
            statistic: "share".to_owned(),
            part: BTreeMap::new(),
            estimate: Some(estimate(0.071, 0.055, 0.092, 731, Unit::Share)),
            sentence: "The record says 7.1 % [5.5, 9.2]; expected was at most 10 %.".to_owned(),
            ..belief("answers-stand", "Head of Engineering", "What was decided stays decided.", Supported)
        },
        TestedBelief {
            measure: MeasureId::M01,
            statistic: "median".to_owned(),
            part: BTreeMap::from([("site".to_owned(), "Kraków".to_owned())]),
            expect: Expectation::About(5.0),
            margin: 2.0,
            estimate: Some(estimate(4.9, 4.1, 5.8, 312, Unit::WorkingHours)),
            sentence: "The record says 4.9 working hours [4.1, 5.8]: within the margin of 5 working hours, give or take 2, no \
                       difference that matters."
                .to_owned(),
            ..belief(
                "krakow-waits-half-a-day",
                "Head of Engineering",
                "A question from Kraków has its answer in about half a day.",
                Equivalent,
            )
        },
        TestedBelief {
            measure: MeasureId::M16,
            statistic: "per_100".to_owned(),
            part: BTreeMap::new(),
            expect: Expectation::AtMost(5.0),
            estimate: Some(estimate(6.1, 3.9, 9.0, 120, Unit::Count)),
            sentence: "The record says 6.1 of 100 [3.9, 9.0]; about 400 decisions would tell whether that is at most 5."
                .to_owned(),
            n_needed: Some(400),
            ..belief(
                "leaders-wait-to-be-asked",
                "Managing Director",
                "Leaders step into a question only when they are asked.",
                Undecided,
            )
        },
    ]
}

fn side_by_side() -> Vec<SideBySide> {
    let on = |day: &str| Some(day.to_owned());
    let side = |id: &str, says: &str, answers: [Answer; 3], divided: bool| SideBySide {
        id: id.to_owned(),
        says: says.to_owned(),
        answers: ["Head of Product", "Managing Director", "Head of Engineering"]
            .into_iter()
            .zip(answers)
            .map(|(who, answer)| (who.to_owned(), answer, on("2026-03-01")))
            .collect(),
        divided,
    };
    use Answer::*;
    vec![
        side(
            "owners-decide-scope",
            "Whoever owns a question of scope decides it without asking anybody above.",
            [Agree, Agree, Disagree],
            true,
        ),
        side(
            "leaders-wait-to-be-asked",
            "Leaders step into a question only when they are asked.",
            [Disagree, Agree, Unsure],
            true,
        ),
        side("answers-stand", "What was decided stays decided.", [Agree, Unsure, Agree], false),
    ]
}

/// The insurer half a year before: the same shape, other numbers; what an earlier report is.
pub fn earlier() -> Diagnosis {
    let before =
        Window { since: at("2025-04-07T00:00:00Z").timestamp(), until: at("2025-10-05T17:00:00Z").timestamp() };
    let mut all = insurer();
    all.window = before;
    all.measures =
        all.measures
            .iter()
            .filter(|m| m.scope().get("matter").is_none_or(|matter| matter != "release"))
            .map(|m| {
                let e = m.estimate();
                // Questions waited twice as long; shares were as they are.
                let factor = if matches!(e.unit(), Unit::Share) { 1.0 } else { 2.0 };
                let times = |x: Option<f64>| x.map(|x| x * factor);
                let limits = Interval { low: times(e.interval().low), high: times(e.interval().high) };
                let e = match times(e.value()) {
                    Some(value) => Estimate::new(value, limits, e.n(), e.unit(), before, e.method().to_owned()),
                    None => Estimate::cannot_tell(e.n(), e.unit(), before, e.method().to_owned(), "not reached")
                        .bounded(limits),
                };
                Measurement::new(cleared(), m.id(), m.scope().clone(), m.statistic(), e)
            })
            .collect();
    all.findings[2].verdict = Standing::Current;
    all.findings[0].id = "implicit_gate/priority/renewals/architect".to_owned();
    all.findings[0].claim = "Priority of renewals moved only after the architect had acted.".to_owned();
    all.assumptions[0].verdict = BeliefVerdict::Undecided;
    all
}

/// The insurer in a year in which nothing stood out.
pub fn healthy() -> Diagnosis {
    Diagnosis { findings: Vec::new(), ..insurer() }
}

fn coverage() -> Coverage {
    let ledger = Ledger {
        seen: 14_208,
        kept: 14_161,
        events: 14_310,
        set_aside: BTreeMap::from([(Reason::TimeUnreadable, 31), (Reason::ItemMissing, 16)]),
        notes: BTreeMap::from([(Note::DayPrecision, 212), (Note::ActorMissing, 48)]),
        ..Ledger::default()
    };
    let count = |pairs: &[(&str, u64)]| pairs.iter().map(|(word, n)| ((*word).to_owned(), *n)).collect();
    Coverage {
        sources: vec![SourceCoverage {
            name: "backlog.csv".to_owned(),
            kind: "events".to_owned(),
            lens: "canonical".to_owned(),
            ledger,
        }],
        events: 14_310,
        events_without_act: 1_204,
        events_without_actor: 48,
        events_by_bots: 2_290,
        items: 764,
        items_without_decision: 41,
        items_cut: 0,
        decisions: 812,
        decisions_by_status: count(&[("decided", 731), ("open", 48), ("withdrawn", 33)]),
        decisions_by_decider_known: count(&[("explicit", 502), ("rule", 171), ("inferred", 58), ("unknown", 81)]),
        decisions_without_beginning: 12,
        people: 61,
        people_site_declared: 52,
        people_site_inferred: 9,
        bots: 4,
        activities_without_act: vec![("label added".to_owned(), 640), ("estimate changed".to_owned(), 398)],
    }
}

fn measures() -> Vec<Measurement> {
    use MeasureId::*;
    use Unit::*;
    let working = ("clock", "working");
    let calendar = ("clock", "calendar");
    let share = |value: f64, low: f64, high: f64, n: u64| estimate(value, low, high, n, Share);
    let mut all = vec![
        measured(M00, &[], "decider_known", share(0.90, 0.88, 0.92, 812)),
        measured(M00, &[], "ask_known", share(0.64, 0.61, 0.67, 812)),
        measured(M00, &[], "beginning_known", share(0.83, 0.80, 0.86, 812)),
        measured(M00, &[], "never_closed", share(0.059, 0.044, 0.078, 764)),
        measured(M00, &[], "items_without_decision", share(0.054, 0.040, 0.072, 764)),
        measured(M00, &[], "events_by_bots", share(0.16, 0.154, 0.166, 14_310)),
        measured(M00, &[], "events_without_act", share(0.084, 0.080, 0.089, 14_310)),
        measured(M00, &[("area", "pricing")], "decider_known", share(0.71, 0.63, 0.78, 141)),
    ];
    for (clock, unit, values) in [
        (working, WorkingHours, [(1.9, 1.6, 2.3), (6.8, 6.1, 7.7), (26.0, 22.5, 30.1)]),
        (calendar, CalendarHours, [(6.2, 5.1, 7.4), (31.0, 27.2, 41.8), (141.0, 119.0, 165.0)]),
    ] {
        for (statistic, (value, low, high)) in ["p25", "median", "p75"].into_iter().zip(values) {
            all.push(measured(M01, &[clock], statistic, estimate(value, low, high, 800, unit)));
        }
    }
    let parts: [(&str, &str, [f64; 5], u64); 14] = [
        ("matter", "scope", [12.4, 10.1, 15.6, 3.8, 39.0], 214),
        ("matter", "priority", [9.1, 7.2, 11.8, 2.6, 31.0], 171),
        ("matter", "design", [5.2, 4.3, 6.4, 1.5, 16.8], 188),
        ("matter", "acceptance", [4.1, 3.2, 5.3, 1.2, 13.5], 142),
        ("matter", "release", [3.3, 2.4, 4.6, 0.9, 9.8], 85),
        ("area", "pricing", [19.2, 14.1, 25.3, 6.3, 58.0], 141),
        ("area", "partner feeds", [11.8, 8.6, 16.9, 3.5, 37.5], 118),
        ("area", "renewals", [6.4, 5.0, 8.3, 1.8, 22.0], 163),
        ("area", "quotes", [5.1, 4.2, 6.3, 1.4, 17.2], 224),
        ("area", "claims", [4.4, 3.4, 5.9, 1.3, 15.0], 154),
        ("site", "London", [8.2, 7.0, 9.7, 2.3, 29.0], 488),
        ("site", "Kraków", [4.9, 4.1, 5.8, 1.4, 18.6], 312),
        ("team", "Product", [8.4, 7.1, 10.0, 2.4, 30.0], 430),
        ("team", "Rating squad", [5.0, 4.0, 6.2, 1.4, 18.0], 206),
    ];
    for (key, word, [median, low, high, lower, upper], n) in parts {
        let scope = [working, (key, word)];
        all.push(measured(M01, &scope, "p25", estimate(lower, lower * 0.8, lower * 1.3, n, WorkingHours)));
        all.push(measured(M01, &scope, "median", estimate(median, low, high, n, WorkingHours)));
        all.push(measured(M01, &scope, "p75", estimate(upper, upper * 0.8, upper * 1.3, n, WorkingHours)));
    }
    let weekly = [
        7.9, 7.1, 8.3, 6.0, 6.6, 7.4, 5.8, 6.1, 7.0, 8.8, 9.6, 13.1, 11.0, 7.2, 6.4, 6.9, 6.0, 5.7, 6.6, 7.7, 6.2, 8.9,
    ];
    for (i, value) in weekly.into_iter().enumerate() {
        let week = if i < 12 { format!("2025-W{}", 41 + i) } else { format!("2026-W{:02}", i - 11) };
        // A Christmas week without enough decisions, and a last week whose median is not reached.
        let e = match i {
            11 => continue,
            21 => {
                Estimate::cannot_tell(24, WorkingHours, window(), "Kaplan-Meier quantile", "the median is not reached")
                    .bounded(Interval { low: Some(6.4), high: None })
            }
            _ => estimate(value, value * 0.68, value * 1.5, 28 + (i as u64 * 7) % 17, WorkingHours),
        };
        all.push(measured(M01, &[working, ("week", &week)], "median", e));
    }
    for (clock, unit, values) in [
        (working, WorkingHours, [(0.4, 0.3, 0.5), (2.1, 1.8, 2.5), (7.6, 6.6, 8.9)]),
        (calendar, CalendarHours, [(0.9, 0.7, 1.2), (5.5, 4.4, 7.1), (26.1, 22.0, 40.0)]),
    ] {
        for (statistic, (value, low, high)) in ["p25", "median", "p75"].into_iter().zip(values) {
            all.push(measured(M02, &[clock], statistic, estimate(value, low, high, 800, unit)));
        }
    }
    let holders: [(&str, &str, f64, f64, f64, f64); 10] = [
        ("role", "senior product manager", 0.34, 0.29, 0.39, 9.4),
        ("role", "product owner", 0.28, 0.25, 0.32, 2.9),
        ("role", "engineer", 0.17, 0.15, 0.19, 1.6),
        ("role", "architect", 0.12, 0.09, 0.15, 4.4),
        ("role", "others (too few people to show)", 0.09, 0.07, 0.11, 2.0),
        ("site", "London", 0.66, 0.62, 0.70, 4.0),
        ("site", "Kraków", 0.34, 0.30, 0.38, 1.9),
        ("level", "0", 0.54, 0.50, 0.58, 2.2),
        ("level", "1", 0.34, 0.29, 0.39, 9.4),
        ("level", "2", 0.12, 0.09, 0.15, 5.0),
    ];
    for (key, word, value, low, high, stay) in holders {
        all.push(measured(M03, &[working, (key, word)], "share", share(value, low, high, 800)));
        all.push(measured(M03, &[calendar, (key, word)], "share", share(value, low - 0.01, high + 0.01, 800)));
        all.push(measured(
            M03,
            &[working, (key, word)],
            "median_stay",
            estimate(stay, stay * 0.85, stay * 1.2, 640, WorkingHours),
        ));
    }
    all.extend([
        measured(M04, &[working], "median", estimate(9.7, 8.1, 11.9, 690, WorkingHours)),
        measured(M04, &[calendar], "median", estimate(46.0, 40.0, 52.0, 690, CalendarHours)),
        measured(M06, &[], "mean", estimate(0.84, 0.76, 0.93, 731, PerDecision)),
        measured(M10, &[], "rate", share(0.31, 0.27, 0.35, 640)),
        measured(M10, &[("matter", "scope")], "rate", share(0.44, 0.37, 0.51, 214)),
        measured(M11, &[], "share", share(0.86, 0.81, 0.90, 198)),
        measured(M12, &[], "outside", share(0.42, 0.38, 0.46, 731)),
        measured(M13, &[], "share_at_or_below", share(0.58, 0.54, 0.62, 731)),
        measured(M13, &[("matter", "scope")], "share_at_or_below", share(0.41, 0.34, 0.48, 190)),
        measured(M14, &[], "effective_deciders", estimate(3.8, 3.2, 4.6, 731, Count)),
        measured(M16, &[], "per_100", estimate(6.1, 4.2, 8.6, 812, Count)),
        measured(M19, &[], "escalated", estimate(0.21, 0.18, 0.25, 812, PerDecision)),
        measured(M19, &[], "unchanged", share(0.77, 0.70, 0.83, 151)),
        measured(M17, &[], "mean", estimate(2.61, 2.44, 2.79, 812, PerDecision)),
        measured(M17, &[], "share_any", share(0.81, 0.78, 0.84, 812)),
        measured(M17, &[], "crossing_share", share(0.38, 0.34, 0.42, 2_119)),
        measured(M17, &[], "site_unknown_share", share(0.06, 0.05, 0.08, 2_250)),
        measured(M17, &[("area", "pricing")], "mean", estimate(3.4, 3.0, 3.9, 141, PerDecision)),
        measured(M17, &[("by", "person")], "mean_per_item", estimate(2.77, 2.58, 2.98, 764, PerItem)),
        measured(M17, &[("by", "team")], "mean_per_item", estimate(1.40, 1.28, 1.53, 764, PerItem)),
        measured(M17, &[("by", "site")], "mean_per_item", estimate(1.03, 0.94, 1.12, 764, PerItem)),
        measured(M18, &[("by", "person")], "share", share(0.23, 0.20, 0.26, 764)),
        measured(M18, &[("by", "person")], "share_return", share(0.29, 0.26, 0.32, 764)),
        measured(M18, &[("by", "site")], "share_return", share(0.17, 0.15, 0.20, 764)),
        measured(M20, &[], "share", share(0.071, 0.055, 0.092, 731)),
        measured(M20, &[], "share_within_30_days", share(0.058, 0.043, 0.078, 731)),
    ]);
    all
}

fn path_map() -> PathMap {
    let node = |label: &str, site: &str, share: f64, stay: f64, starts: u64, ends: u64| PathNode {
        label: label.to_owned(),
        site: site.to_owned(),
        persons: 6,
        holds: 300 + starts,
        share: estimate(share, share * 0.86, share * 1.15, 800, Unit::Share),
        stay: estimate(stay, stay * 0.85, stay * 1.2, 640, Unit::WorkingHours),
        starts,
        ends,
    };
    let nodes = vec![
        node("senior product manager, London", "London", 0.34, 9.4, 22, 318),
        node("product owner, London", "London", 0.28, 2.9, 301, 161),
        node("pricing analyst", "London", 0.04, 2.2, 31, 18),
        node("partner manager", "London", 0.05, 2.0, 44, 9),
        node("engineer, quotes", "Kraków", 0.09, 1.6, 164, 70),
        node("engineer, renewals", "Kraków", 0.08, 1.7, 142, 64),
        node("architect, Kraków", "Kraków", 0.12, 4.4, 35, 58),
        node("others (too few people to show)", "", 0.03, 1.2, 8, 5),
    ];
    let arc = |from: usize, to: usize, handovers: u64, crossings: u64, returns: u64| PathArc {
        from,
        to,
        handovers,
        crossings,
        returns,
        share: {
            let share = handovers as f64 / 2_119.0;
            estimate(share, share * 0.88, share * 1.13, 2_119, Unit::Share)
        },
    };
    PathMap {
        grouped_by: "role and site".to_owned(),
        nodes,
        arcs: vec![
            arc(1, 0, 412, 0, 61),
            arc(0, 1, 296, 0, 187),
            arc(4, 1, 233, 233, 12),
            arc(5, 1, 198, 198, 9),
            arc(1, 4, 171, 171, 98),
            arc(1, 5, 133, 133, 74),
            arc(4, 6, 121, 0, 4),
            arc(5, 6, 96, 0, 2),
            arc(6, 4, 74, 0, 51),
            arc(6, 0, 88, 88, 6),
            arc(0, 6, 41, 41, 22),
            arc(1, 2, 58, 0, 3),
            arc(2, 1, 44, 0, 31),
            arc(3, 1, 62, 0, 1),
            arc(1, 1, 71, 0, 0),
            arc(4, 5, 21, 0, 4),
            arc(7, 1, 24, 9, 3),
            arc(1, 7, 30, 14, 2),
        ],
        pooled: 2,
    }
}

fn live() -> Vec<LiveDecision> {
    let row = |decision: &str, matter: &str, area: &str, held_by: &str, since: &str, held: &str, hours: f64, hops| {
        LiveDecision {
            item: decision.split('#').next().unwrap_or_default().to_owned(),
            decision: decision.to_owned(),
            matter: matter.to_owned(),
            area: area.to_owned(),
            held_by: held_by.to_owned(),
            since: at(since),
            held_since: at(held),
            waiting_calendar_h: (at("2026-03-14T17:00:00Z") - at(since)).hours(),
            waiting_working_h: hours,
            n_hops: hops,
        }
    };
    let manager = "senior product manager, London";
    vec![
        row("PRC-118#1", "scope", "pricing", manager, "2025-12-02T10:12:00Z", "2026-01-19T09:30:00Z", 660.0, 5),
        row("PF-77#2", "priority", "partner feeds", manager, "2026-01-08T14:40:00Z", "2026-02-02T11:00:00Z", 372.0, 4),
        row(
            "RNW-231#1",
            "scope",
            "renewals",
            "product owner, London",
            "2026-01-27T08:05:00Z",
            "2026-02-20T15:10:00Z",
            268.0,
            5,
        ),
        row(
            "PRC-140#1",
            "risk",
            "pricing",
            "architect, Kraków",
            "2026-02-05T13:20:00Z",
            "2026-02-11T10:00:00Z",
            211.5,
            3,
        ),
        row(
            "QTE-512#1",
            "design",
            "quotes",
            "product owner, London",
            "2026-02-24T09:45:00Z",
            "2026-03-06T16:20:00Z",
            107.0,
            7,
        ),
    ]
}

/// Nights from 17:00 to 8:00 UTC and weekends, between two instants.
pub fn nights(since: Instant, until: Instant) -> Vec<(Instant, Instant)> {
    let mut off = Vec::new();
    let mut day = since.timestamp().to_zoned(jiff::tz::TimeZone::UTC).start_of_day().unwrap();
    while Instant::from(day.timestamp()) < until {
        let weekend = day.weekday().to_monday_zero_offset() >= 5;
        let hours = |h: i64| Instant::from(day.timestamp() + SignedDuration::from_hours(h));
        if weekend {
            off.push((hours(0), hours(24)));
        } else {
            off.push((hours(0), hours(8)));
            off.push((hours(17), hours(24)));
        }
        day = day.tomorrow().unwrap();
    }
    off.into_iter().map(|(a, b)| (a.max(since), b.min(until))).filter(|(a, b)| a < b).collect()
}

pub fn hop(holder: &str, site: &str, since: &str, until: &str, arrived_by: ArrivedBy) -> DrawnHop {
    let (since, until) = (at(since), at(until));
    let off = nights(since, until);
    let calendar = (until - since).hours();
    let resting: f64 = off.iter().map(|(a, b)| (*b - *a).hours()).sum();
    DrawnHop {
        holder: holder.to_owned(),
        site: site.to_owned(),
        since,
        until,
        arrived_by,
        held_calendar_h: calendar,
        held_working_h: calendar - resting,
        off,
    }
}

fn examples() -> Vec<DrawnPath> {
    use ArrivedBy::*;
    vec![
        DrawnPath {
            decision: "RNW-204#1".to_owned(),
            matter: "scope".to_owned(),
            area: "renewals".to_owned(),
            because: "a typical one".to_owned(),
            status: Status::Decided,
            notation: "engineer@Kraków 2h > product owner@London 5h > engineer@Kraków 1h".to_owned(),
            hops: vec![
                hop("engineer", "Kraków", "2026-02-16T08:20:00Z", "2026-02-16T11:05:00Z", Raised),
                hop("product owner", "London", "2026-02-16T11:05:00Z", "2026-02-17T10:30:00Z", Asked),
                hop("engineer", "Kraków", "2026-02-17T10:30:00Z", "2026-02-17T12:10:00Z", Returned),
            ],
        },
        DrawnPath {
            decision: "PRC-096#1".to_owned(),
            matter: "priority".to_owned(),
            area: "pricing".to_owned(),
            because: "crosses the border four times".to_owned(),
            status: Status::Decided,
            notation: "...".to_owned(),
            hops: vec![
                hop("engineer", "Kraków", "2026-02-02T09:10:00Z", "2026-02-02T13:40:00Z", Raised),
                hop("product owner", "London", "2026-02-02T13:40:00Z", "2026-02-04T15:15:00Z", Asked),
                hop("senior product manager", "London", "2026-02-04T15:15:00Z", "2026-02-11T09:50:00Z", Escalated),
                hop("product owner", "London", "2026-02-11T09:50:00Z", "2026-02-11T14:00:00Z", Returned),
                hop("engineer", "Kraków", "2026-02-11T14:00:00Z", "2026-02-12T10:30:00Z", Returned),
                hop("architect", "Kraków", "2026-02-12T10:30:00Z", "2026-02-13T12:00:00Z", Handed),
                hop("senior product manager", "London", "2026-02-13T12:00:00Z", "2026-02-18T16:20:00Z", Escalated),
            ],
        },
        DrawnPath {
            decision: "PRC-118#1".to_owned(),
            matter: "scope".to_owned(),
            area: "pricing".to_owned(),
            because: "the longest wait that goes on".to_owned(),
            status: Status::Open,
            notation: "...".to_owned(),
            hops: vec![
                hop("engineer", "Kraków", "2025-12-02T10:12:00Z", "2025-12-04T09:00:00Z", Raised),
                hop("product owner", "London", "2025-12-04T09:00:00Z", "2025-12-16T15:00:00Z", Asked),
                hop("senior product manager", "London", "2025-12-16T15:00:00Z", "2026-01-09T11:00:00Z", Escalated),
                hop("product owner", "London", "2026-01-09T11:00:00Z", "2026-01-19T09:30:00Z", Returned),
                hop("senior product manager", "London", "2026-01-19T09:30:00Z", "2026-03-14T17:00:00Z", Escalated),
            ],
        },
    ]
}

/// Names that a record may hold and that no format may obey.
pub const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "a|b|c\n| --- |",
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "\u{202e}gnp.exe\u{2066}",
    "=HYPERLINK(\"https://evil.example\";\"x\")",
    "\"><img src=https://evil.example/x onerror=alert(1)>",
    "`rm -rf ~` ![x](https://evil.example/y.png) @somebody </style>",
    "קבוצת התמחור",
];

/// A large organisation with hostile and endless names everywhere that a name can stand.
pub fn crowded() -> Diagnosis {
    use Unit::*;
    let working = ("clock", "working");
    let mut all = insurer();
    all.subject = format!("{} {}", HOSTILE[0], HOSTILE[2]);
    for i in 0..40_u64 {
        let hostile = HOSTILE[(i % 8) as usize];
        let area = format!("{i:02} {hostile} {}", "endless/".repeat(i as usize));
        let value = 2.0 + i as f64 * 0.7;
        let e = estimate(value, value * 0.7, value * 1.4, 20 + i * 3, WorkingHours);
        all.measures.push(measured(MeasureId::M01, &[working, ("area", &area)], "median", e));
        let share = estimate(0.025, 0.02, 0.03, 800, Share);
        all.measures.push(measured(MeasureId::M03, &[working, ("role", &area)], "share", share));
    }
    all.measures.push(measured(
        MeasureId::M17,
        &[(HOSTILE[0], HOSTILE[2])],
        HOSTILE[1],
        estimate(1.0, 0.5, 2.0, 9, Ratio),
    ));
    let sites = ["London", "Kraków", HOSTILE[6], ""];
    all.path_map.nodes = (0..12)
        .map(|i| PathNode {
            label: format!("group {i} {}", HOSTILE[i % 8]),
            site: sites[i % 4].to_owned(),
            ..all.path_map.nodes[i % 7].clone()
        })
        .collect();
    all.path_map.arcs = (0..12_usize)
        .flat_map(|from| (0..12_usize).map(move |to| (from, to)))
        .map(|(from, to)| PathArc {
            from,
            to,
            handovers: ((from * 7 + to * 13) % 23) as u64 * 9,
            crossings: if from % 4 == to % 4 { 0 } else { ((from * 7 + to * 13) % 23) as u64 * 9 },
            returns: ((from + to) % 5) as u64,
            share: estimate(0.01, 0.008, 0.012, 9_000, Share),
        })
        .collect();
    all.path_map.arcs.push(PathArc { from: 99, ..all.path_map.arcs[0].clone() });
    for live in &mut all.longest_waiting {
        live.decision = format!("{}#1", HOSTILE[6]);
        live.item = HOSTILE[6].to_owned();
        live.held_by = "x".repeat(400);
        live.area = HOSTILE[1].to_owned();
    }
    for path in &mut all.examples {
        path.decision = format!("{}#1", HOSTILE[5]);
        path.because = HOSTILE[2].to_owned();
        path.notation = HOSTILE[2].to_owned();
        for (i, hop) in path.hops.iter_mut().enumerate() {
            hop.holder = HOSTILE[i % 8].to_owned();
            hop.site = HOSTILE[(i + 3) % 8].to_owned();
        }
    }
    // More holders than lanes, each for a few minutes.
    let start = at("2026-03-02T09:00:00Z");
    all.examples.push(DrawnPath {
        hops: (0..30_i64)
            .map(|i| DrawnHop {
                holder: format!("holder {}", i % 14),
                site: String::new(),
                since: Instant::from_micros(start.micros() + i * 600_000_000),
                until: Instant::from_micros(start.micros() + (i + 1) * 600_000_000),
                arrived_by: ArrivedBy::ALL[(i % 5) as usize],
                held_calendar_h: 1.0 / 6.0,
                held_working_h: 1.0 / 6.0,
                off: Vec::new(),
            })
            .collect(),
        status: Status::Withdrawn,
        ..all.examples[0].clone()
    });
    let gate = all.findings[0].clone();
    for (i, hostile) in HOSTILE.iter().enumerate() {
        let claim =
            format!("Scope of {hostile} is declared; 84 % [76, 90] of 224 moved only after {hostile} had acted.");
        all.findings.push(Finding {
            id: format!("implicit_gate/{hostile}"),
            matter: HOSTILE[(i + 1) % 8].to_owned(),
            area: (*hostile).to_owned(),
            role: HOSTILE[(i + 2) % 8].to_owned(),
            standing: claim.clone(),
            otherwise: vec![claim.clone()],
            question: format!("What of {hostile}?"),
            evidence: HOSTILE.iter().map(|name| format!("{name}#1")).collect(),
            also_seen: vec![claim.clone(), "x".repeat(300)],
            claim,
            ..gate.clone()
        });
    }
    for (i, hostile) in HOSTILE.iter().enumerate() {
        let mut tested = all.assumptions[i % 6].clone();
        tested.who = (*hostile).to_owned();
        tested.says = format!("{hostile} says {hostile}");
        tested.sentence = format!("The record says {hostile}.");
        tested.on = Some(HOSTILE[2].to_owned());
        tested.evidence = vec![format!("{hostile}#1")];
        tested.part = BTreeMap::from([("area".to_owned(), (*hostile).to_owned())]);
        all.assumptions.push(tested);
        all.side_by_side[0].answers.push(((*hostile).to_owned(), Answer::Agree, Some((*hostile).to_owned())));
    }
    all.side_by_side[1].says = HOSTILE.join(" ");
    all.too_thin.push(TooThin { pattern: Pattern::Churn, says: HOSTILE.join(" ") });
    all.gaps.push(Gap { id: "x".to_owned(), says: HOSTILE[0].to_owned(), remedy: HOSTILE[6].to_owned() });
    all.withheld.push(Withheld {
        id: MeasureId::M20,
        breakdown: HOSTILE[5].to_owned(),
        groups: 1,
        why: HOSTILE[2].to_owned(),
    });
    all.coverage.sources[0].name = HOSTILE[6].to_owned();
    all.coverage.sources[0].lens = HOSTILE[2].to_owned();
    all.coverage.activities_without_act = HOSTILE.iter().map(|name| ((*name).to_owned(), 3)).collect();
    all.coverage.decisions_by_status.insert(HOSTILE[0].to_owned(), 1);
    all
}

/// Events, and no lens that understands them.
pub fn no_decisions() -> Diagnosis {
    Diagnosis {
        coverage: Coverage {
            decisions: 0,
            decisions_by_status: BTreeMap::new(),
            decisions_by_decider_known: BTreeMap::new(),
            decisions_without_beginning: 0,
            ..coverage()
        },
        ..nothing()
    }
}

/// Decisions, and every group below the floor.
pub fn all_withheld() -> Diagnosis {
    Diagnosis { coverage: coverage(), withheld: insurer().withheld, ..nothing() }
}

/// Numbers that the data cannot give.
pub fn cannot_tell() -> Diagnosis {
    let none = |unit, low| {
        Estimate::cannot_tell(31, unit, window(), "Kaplan-Meier quantile", "the median is not reached")
            .bounded(Interval { low, high: None })
    };
    Diagnosis {
        coverage: coverage(),
        measures: vec![
            measured(MeasureId::M00, &[], "decider_known", estimate(0.41, 0.36, 0.47, 812, Unit::Share)),
            measured(MeasureId::M01, &[("clock", "working")], "median", none(Unit::WorkingHours, Some(30.0))),
            measured(
                MeasureId::M01,
                &[("clock", "working")],
                "restricted_mean",
                estimate(44.0, 40.0, 48.0, 31, Unit::WorkingHours),
            ),
            measured(MeasureId::M03, &[("clock", "working"), ("role", "owner")], "share", none(Unit::Share, None)),
            measured(MeasureId::M03, &[("clock", "working"), ("role", "engineer")], "share", none(Unit::Share, None)),
            measured(MeasureId::M17, &[], "crossing_share", none(Unit::Share, None)),
        ],
        ..nothing()
    }
}
