//! Known answers, measure by measure.

use sayso_model::decision::{DeciderKnown, OpenedBy, Paths};
use sayso_model::measure::MeasureId::{M00, M01, M02, M03, M04, M06, M17, M18, M20};
use sayso_model::privacy::Floor;
use sayso_stats::proportion::jeffreys;

use super::build::*;

const WORKING: (&str, &str) = ("clock", "working");
const CALENDAR: (&str, &str) = ("clock", "calendar");

#[track_caller]
fn near(ours: f64, truth: f64) {
    assert!((ours - truth).abs() < 1e-9, "{ours} is not {truth}");
}

#[test]
fn nothing_in_nothing_out() {
    let measured = run(&Paths::default(), OPEN);
    assert!(measured.measures.is_empty());
    assert!(measured.path_map.nodes.is_empty());
    assert!(measured.withheld.iter().any(|withheld| withheld.id == M01 && withheld.breakdown == "overall"));
}

#[test]
fn one_decision_below_the_floor_is_withheld_in_plain_words() {
    let measured = run(&paths(vec![question(1, 0, &[held(1, 1, 8)])]), Floor::DEFAULT);
    assert!(measured.measures.is_empty());
    let withheld = measured.withheld.iter().find(|withheld| withheld.id == M01).unwrap();
    assert_eq!(withheld.why, "fewer than 5 people or 20 decisions");
}

#[test]
fn one_decision_above_a_floor_of_one_has_a_value_and_no_false_precision() {
    let measured = run(&paths(vec![question(1, 0, &[held(1, 1, 8)])]), OPEN);
    near(value(&measured, M01, "median", &[CALENDAR]), 8.0);
    near(value(&measured, M01, "median", &[WORKING]), 4.0);
    let estimate = find(&measured, M01, "median", &[CALENDAR]).unwrap();
    assert_eq!((estimate.n(), estimate.interval().high), (1, None));
}

#[test]
fn where_all_is_open_the_median_is_unknown_but_bounded() {
    let questions = (0..20).map(|i| question(i, 0, &[held(1, 1, 10 + i as i64)]).open()).collect();
    let measured = run(&paths(questions), OPEN);
    let median = find(&measured, M01, "median", &[CALENDAR]).unwrap();
    assert_eq!(median.value(), None);
    // Thirteen of the twenty waited at least 17 hours.
    assert_eq!(median.interval().low, Some(17.0));
    assert!(find(&measured, M01, "restricted_mean", &[CALENDAR]).is_some());
    near(value(&measured, M00, "never_closed", &[]), 1.0);
    assert!(find(&measured, M20, "share", &[]).is_none(), "nothing was answered");
}

/// Answered at 1 and 3, withdrawn at 2, open since 4: the incidence is 1/4 at 1 and 1/2 at 3. Kaplan-Meier, which takes
/// the withdrawn one for censored, would have three quarters at 3 hours.
#[test]
fn latency_takes_the_withdrawn_for_another_end() {
    let of = |item, hours| question(item, 0, &[held(1, 1, hours)]);
    let record = paths(vec![of(1, 1), of(2, 2).withdrawn(), of(3, 3), of(4, 4).open(), of(5, 9).unseen()]);
    let measured = run(&record, OPEN);
    near(value(&measured, M01, "p25", &[CALENDAR]), 1.0);
    near(value(&measured, M01, "median", &[CALENDAR]), 3.0);
    let median = find(&measured, M01, "median", &[CALENDAR]).unwrap();
    assert_eq!(median.n(), 4, "the one that nobody saw being put has no latency");
    assert!(median.method().contains("1 decisions left out"), "{}", median.method());
    assert!(median.method().starts_with("Aalen-Johansen"));
    assert!(find(&measured, M01, "p75", &[CALENDAR]).unwrap().value().is_none());
    let none_withdrawn = run(&paths(vec![of(1, 1), of(2, 2)]), OPEN);
    assert!(find(&none_withdrawn, M01, "median", &[CALENDAR]).unwrap().method().starts_with("Kaplan-Meier"));
}

#[test]
fn latency_is_broken_down_by_matter_area_site_and_week() {
    let record = paths(vec![
        question(1, 0, &[held(1, 1, 2).site(1)]).with(|d| d.area = 2),
        question(2, 0, &[held(1, 1, 2).site(1)]).with(|d| d.area = 2),
        // A week later.
        question(3, 168, &[held(2, 1, 10).site(2)]).with(|d| d.matter = 2),
        question(4, 168, &[held(2, 1, 10).site(2)]).with(|d| d.matter = 2),
    ]);
    let measured = run(&record, OPEN);
    for (key, word, truth) in [
        ("matter", "matter-1", 2.0),
        ("matter", "matter-2", 10.0),
        ("area", "area-2", 2.0),
        ("area", "area-1", 10.0),
        ("site", "site-1", 2.0),
        ("site", "site-2", 10.0),
        ("week", "2024-W01", 2.0),
        ("week", "2024-W02", 10.0),
    ] {
        near(value(&measured, M01, "median", &[CALENDAR, (key, word)]), truth);
    }
}

#[test]
fn first_response_by_hand() {
    let of = |item, hours| question(item, 0, &[held(1, 1, hours)]);
    let answered = |item, after| {
        of(item, 40).with(|d| {
            d.first_response_at = Some(at(after));
            d.first_response_working = Some(working(1));
        })
    };
    // Responses at 2 and 6; one answered by the asker alone at 4; one open without any at 50.
    let measured = run(&paths(vec![answered(1, 2), answered(2, 6), of(3, 4), of(4, 50).open()]), OPEN);
    near(value(&measured, M02, "p25", &[CALENDAR]), 2.0);
    near(value(&measured, M02, "median", &[CALENDAR]), 6.0);
    assert!(find(&measured, M02, "p75", &[CALENDAR]).unwrap().value().is_none());
    near(value(&measured, M02, "p25", &[WORKING]), 1.0);
}

/// Role 1 holds 2 + 6 hours, role 2 holds 4, a bot 4, of 16.
#[test]
fn possession_partitions_exactly() {
    let record = paths(vec![
        question(1, 0, &[held(1, 1, 2).role(1), held(2, 2, 4).role(2)]),
        question(2, 0, &[held(1, 1, 6).role(1), held(9, 0, 4).bot()]),
    ]);
    let measured = run(&record, OPEN);
    for clock in [WORKING, CALENDAR] {
        near(value(&measured, M03, "share", &[clock, ("role", "role-1")]), 0.5);
        near(value(&measured, M03, "share", &[clock, ("role", "role-2")]), 0.25);
        near(value(&measured, M03, "share", &[clock, ("role", "bots")]), 0.25);
        for key in ["role", "team"] {
            let all: f64 = measured
                .measures
                .iter()
                .filter(|m| m.id() == M03 && m.statistic() == "share" && m.scope().contains_key(key))
                .filter(|m| m.scope().get("clock").map(String::as_str) == Some(clock.1))
                .map(|m| m.estimate().value().unwrap())
                .sum();
            near(all, 1.0);
        }
    }
    near(value(&measured, M03, "median_stay", &[CALENDAR]), 4.0);
    near(value(&measured, M03, "median_stay", &[CALENDAR, ("role", "role-1")]), 2.0);
    assert!(find(&measured, M03, "share", &[WORKING, ("site", "not recorded")]).is_none(), "no site is recorded");
}

#[test]
fn the_hold_of_an_open_question_goes_on() {
    let holds = |hours| [held(1, 1, 2), held(2, 1, hours)];
    let record = paths(vec![question(1, 0, &holds(4)).open(), question(2, 0, &holds(8))]);
    // Stays 2, 2, 4+, 8: survival 1/2 at 2.
    let measured = run(&record, OPEN);
    near(value(&measured, M03, "median_stay", &[CALENDAR]), 2.0);
    assert_eq!(find(&measured, M03, "median_stay", &[CALENDAR]).unwrap().n(), 4);
}

#[test]
fn execution_waits_only_where_something_is_ever_executed() {
    let of = |item| question(item, 0, &[held(1, 1, 10)]);
    let done = |item, after: i64| {
        of(item).with(|d| {
            d.executed_at = Some(at(10 + after));
            d.execution_working = Some(working(after / 2));
        })
    };
    let record = paths(vec![
        done(1, 4),
        done(2, 20),
        of(3),
        // Refused: nothing to carry out. Another matter: never executed in this record.
        of(4).with(|d| d.verdict = 2),
        of(5).with(|d| d.matter = 2),
    ]);
    let measured = run(&record, OPEN);
    let median = find(&measured, M04, "median", &[CALENDAR]).unwrap();
    assert_eq!((median.value(), median.n()), (Some(20.0), 3));
    assert!(
        measured.withheld.iter().any(|w| w.id == M04 && w.breakdown == "working"),
        "without calendars an answer not carried out has no working time"
    );
    let all_done = run(&paths(vec![done(1, 4), done(2, 20)]), OPEN);
    near(value(&all_done, M04, "median", &[WORKING]), 2.0);
    // Where the execution is all that tells of the answer, a gap of nothing would be made up.
    let told_by_execution = done(3, 0).with(|d| d.decider_known = DeciderKnown::Inferred);
    let with_one = run(&paths(vec![done(1, 4), done(2, 20), told_by_execution]), OPEN);
    assert_eq!(find(&with_one, M04, "median", &[WORKING]).unwrap().n(), 2);
    let none = run(&paths(vec![of(1)]), OPEN);
    assert!(none.withheld.iter().any(|w| w.id == M04 && w.why.contains("no execution")));
}

#[test]
fn surplus_consents_per_decided_question() {
    let of = |item, approvals: u32, surplus: u32| {
        question(item, 0, &[held(1, 1, 1)]).with(|d| {
            d.n_approvals = approvals;
            d.n_approvals_surplus = surplus;
        })
    };
    let measured = run(&paths(vec![of(1, 1, 0), of(2, 3, 2), of(3, 2, 1), of(4, 0, 0)]), OPEN);
    near(value(&measured, M06, "mean", &[]), 0.75);
    near(value(&measured, M06, "share_any", &[]), 0.5);
    let none = run(&paths(vec![of(1, 0, 0)]), OPEN);
    assert!(none.withheld.iter().any(|w| w.id == M06 && w.why.contains("no consent")));
}

/// Item 1 has two questions with 2 and 0 hand-overs, item 2 one with 1, of which a site is not known.
#[test]
fn handovers_per_decision_and_per_item() {
    let record = paths(vec![
        question(1, 0, &[held(1, 1, 1).site(1), held(2, 1, 1).site(2), held(3, 1, 1).site(2)]),
        question(1, 5, &[held(1, 1, 1).site(1)]).with(|d| d.ordinal = 2),
        question(2, 0, &[held(1, 1, 1).site(1), held(4, 1, 1)]),
    ]);
    let measured = run(&record, OPEN);
    near(value(&measured, M17, "mean", &[]), 1.0);
    near(value(&measured, M17, "mean_per_item", &[]), 1.5);
    near(value(&measured, M17, "share_any", &[]), 2.0 / 3.0);
    near(value(&measured, M17, "crossing_share", &[]), 0.5);
    assert_eq!(find(&measured, M17, "crossing_share", &[]).unwrap().n(), 2);
    near(value(&measured, M17, "site_unknown_share", &[]), 1.0 / 3.0);
    // Along the whole trail of item 1 the question goes 1, 2, 3 and back to 1.
    near(value(&measured, M17, "mean_per_item", &[("by", "person")]), 2.0);
    near(value(&measured, M17, "mean_per_item", &[("by", "site")]), 1.0);
}

/// Persons 1-2-1 of one team: ping-pong between people, not between teams.
#[test]
fn ping_pong_depends_on_the_level() {
    let record = paths(vec![
        question(1, 0, &[held(1, 1, 1), held(2, 1, 1), held(1, 1, 1)]),
        // A return that is no ping-pong: 1-2-3-1, teams 1-2-3-1.
        question(2, 0, &[held(1, 1, 1), held(2, 2, 1), held(3, 3, 1), held(1, 1, 1)]),
        question(3, 0, &[held(1, 1, 1)]),
        // An unknown holder and a bot between do not make one: 1, ?, bot, 1 is 1.
        question(4, 0, &[held(1, 1, 1), held(0, 0, 1), held(9, 7, 1).bot(), held(1, 1, 1)]),
    ]);
    let measured = run(&record, OPEN);
    near(value(&measured, M18, "share", &[("by", "person")]), 0.25);
    near(value(&measured, M18, "share_return", &[("by", "person")]), 0.5);
    near(value(&measured, M18, "share", &[("by", "team")]), 0.0);
    near(value(&measured, M18, "share_return", &[("by", "team")]), 0.25);
    assert!(find(&measured, M18, "share", &[("by", "role")]).is_none(), "no role is recorded");
    let estimate = find(&measured, M18, "share", &[("by", "person")]).unwrap();
    assert_eq!(estimate.interval(), jeffreys(1, 4, 0.95));
}

/// A question asked, answered, and asked again of the one who had it: the trail runs across the item's questions.
#[test]
fn the_trail_runs_across_the_questions_of_an_item() {
    let record = paths(vec![
        question(1, 0, &[held(1, 1, 1), held(2, 2, 1)]),
        question(1, 9, &[held(1, 1, 1)]).with(|d| d.ordinal = 2),
        question(2, 0, &[held(2, 2, 1)]),
    ]);
    let measured = run(&record, OPEN);
    near(value(&measured, M18, "share", &[("by", "person")]), 0.5);
}

#[test]
fn reversal_share_and_its_thirty_days() {
    let of = |item| question(item, 0, &[held(1, 1, 10)]);
    let undone = |item, after: i64| of(item).with(|d| d.reversed_at = Some(at(10 + after)));
    // One undone after a day, one after 40 days, two not; one answered at the very end.
    let late = question(5, 0, &[held(1, 1, 1_000)]);
    let measured = run(&paths(vec![undone(1, 24), undone(2, 960), of(3), of(4), late]), OPEN);
    near(value(&measured, M20, "share", &[]), 0.4);
    // The late one is censored at 0, so one of four.
    near(value(&measured, M20, "share_within_30_days", &[]), 0.25);
}

#[test]
fn observability_by_hand() {
    let of = |item| question(item, 0, &[held(1, 1, 1)]);
    let record = paths(vec![
        of(1),
        of(2).with(|d| d.decider_known = DeciderKnown::Unknown),
        of(3).with(|d| d.decider_known = DeciderKnown::Rule),
        of(4).with(|d| {
            d.asked_at = Some(d.raised_at);
            d.opened_by = OpenedBy::FirstSeen;
        }),
        of(5).open(),
    ]);
    let measured = run(&record, OPEN);
    near(value(&measured, M00, "decider_known", &[]), 0.75);
    near(value(&measured, M00, "decider_explicit", &[]), 0.5);
    near(value(&measured, M00, "ask_known", &[]), 0.2);
    near(value(&measured, M00, "beginning_known", &[]), 0.8);
    near(value(&measured, M00, "never_closed", &[]), 0.2);
    near(value(&measured, M00, "events_by_bots", &[]), 0.25);
    near(value(&measured, M00, "items_without_decision", &[]), 0.25);
}

#[test]
fn the_map_counts_holds_starts_ends_and_handovers() {
    let record = paths(vec![
        question(1, 0, &[held(1, 1, 1), held(2, 2, 3), held(1, 1, 1)]),
        question(2, 0, &[held(1, 1, 1), held(2, 2, 2)]),
        question(3, 0, &[held(2, 2, 2)]).open(),
    ]);
    let map = run(&record, OPEN).path_map;
    assert_eq!(map.grouped_by, "team");
    let node = |label: &str| map.nodes.iter().position(|node| node.label == label).unwrap();
    let (one, two) = (node("team-1"), node("team-2"));
    let of = |i: usize| (map.nodes[i].persons, map.nodes[i].holds, map.nodes[i].starts, map.nodes[i].ends);
    assert_eq!(of(one), (1, 3, 2, 1));
    assert_eq!(of(two), (1, 3, 1, 1));
    near(map.nodes[one].share.value().unwrap(), 0.3);
    let arcs: Vec<_> = map.arcs.iter().map(|arc| (arc.from, arc.to, arc.handovers, arc.returns)).collect();
    assert_eq!(arcs, [(one, two, 2, 0), (two, one, 1, 1)]);
    near(map.arcs[0].share.value().unwrap(), 2.0 / 3.0);
}

#[test]
fn roles_and_sites_make_the_finer_map() {
    let record = paths(vec![question(1, 0, &[held(1, 1, 1).role(1).site(1), held(2, 1, 3).role(1).site(2)])]);
    let map = run(&record, OPEN).path_map;
    assert_eq!(map.grouped_by, "role and site");
    assert_eq!(map.nodes[0].label, "role-1, site-1");
    assert_eq!(map.nodes[1].site, "site-2");
    assert_eq!(map.arcs[0].crossings, 1);
}

#[test]
fn the_same_record_and_seed_give_the_same_numbers() {
    let record =
        || paths((0..40).map(|i| question(i / 2, i as i64, &[held(1, 1, 2), held(2, 2, 1 + i as i64 % 7)])).collect());
    let text = |measured| format!("{measured:?}");
    assert_eq!(text(run(&record(), OPEN)), text(run(&record(), OPEN)));
}
