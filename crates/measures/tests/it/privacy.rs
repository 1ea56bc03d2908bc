//! Nothing below the floor leaves, and no subtraction brings it back.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sayso_measures::Measured;
use sayso_model::decision::Paths;
use sayso_model::measure::MeasureId::{M01, M03, M17, M18, M20};
use sayso_model::privacy::Floor;

use super::build::*;

/// Six people in team 1 with 30 decisions, six in team 2 with 40, and one person in team 3 with 25.
fn one_small_team() -> Paths {
    let mut questions = Vec::new();
    let mut item = 0;
    let mut team = |team: u32, people: u32, n: u64, area: u32| {
        for i in 0..n {
            item += 1;
            let who = team * 10 + (i as u32 % people);
            questions.push(question(item, i as i64, &[held(who, team, 4)]).with(|d| d.area = area));
        }
    };
    team(1, 6, 30, 1);
    team(2, 6, 40, 2);
    team(3, 1, 25, 3);
    paths(questions)
}

fn labels(measured: &Measured, key: &str) -> Vec<String> {
    let mut labels: Vec<String> = measured.measures.iter().filter_map(|m| m.scope().get(key).cloned()).collect();
    labels.sort();
    labels.dedup();
    labels
}

#[test]
fn a_team_of_one_takes_another_with_it() {
    let measured = run(&one_small_team(), Floor::DEFAULT);
    assert_eq!(labels(&measured, "team"), ["others (too few people to show)", "team-2"]);
    assert_eq!(labels(&measured, "area"), ["area-2", "others (too few people to show)"]);
    let withheld = measured.withheld.iter().find(|w| w.id == M03 && w.breakdown == "team").unwrap();
    assert_eq!(withheld.groups, 2);
    assert!(measured.path_map.nodes.iter().all(|node| node.persons >= 5));
}

#[test]
fn the_whole_may_be_said_where_no_part_may() {
    // Eight people, four a team.
    let record = paths((0..60).map(|i| question(i, 0, &[held(1 + i as u32 % 8, 1 + i as u32 % 2, 3)])).collect());
    let measured = run(&record, Floor::DEFAULT);
    assert!(find(&measured, M01, "median", &[("clock", "calendar")]).is_some());
    assert!(labels(&measured, "team").is_empty());
    assert!(measured.withheld.iter().any(|w| w.id == M03 && w.breakdown == "team" && w.groups == 2));
}

#[test]
fn a_measure_of_few_decisions_is_withheld_though_the_record_is_large() {
    // Sixty questions of eight people, of which only ten are answered.
    let record = paths(
        (0..60)
            .map(|i| {
                let question = question(i, 0, &[held(1 + i as u32 % 8, 1, 3)]);
                if i < 10 { question } else { question.open() }
            })
            .collect(),
    );
    let measured = run(&record, Floor::DEFAULT);
    assert!(find(&measured, M17, "mean", &[]).is_some());
    assert!(!measured.measures.iter().any(|m| m.id() == M20));
    assert!(measured.withheld.iter().any(|w| w.id == M20 && w.breakdown == "overall"));
}

#[test]
fn bots_are_not_people() {
    let record = paths((0..60).map(|i| question(i, 0, &[held(1 + i as u32 % 8, 1, 3).bot()])).collect());
    assert!(run(&record, Floor::DEFAULT).measures.is_empty());
}

#[test]
fn a_level_of_aggregation_known_of_few_is_withheld() {
    // Teams are recorded of three items only.
    let record = paths((0..60).map(|i| question(i, 0, &[held(1 + i as u32 % 8, u32::from(i < 3), 3)])).collect());
    let measured = run(&record, Floor::DEFAULT);
    assert!(find(&measured, M18, "share", &[("by", "person")]).is_some());
    assert!(find(&measured, M18, "share", &[("by", "team")]).is_none());
    assert!(measured.withheld.iter().any(|w| w.id == M18 && w.breakdown == "team"));
}

/// The groups of the raw record by one key: people and decisions of each.
fn truth(record: &Paths, key: &str) -> BTreeMap<String, (std::collections::BTreeSet<u32>, u64)> {
    let mut groups: BTreeMap<String, (std::collections::BTreeSet<u32>, u64)> = BTreeMap::new();
    for decision in &record.decisions {
        let hops = record.hops_of(decision);
        let mut in_groups: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        match key {
            "area" => {
                let people = hops.iter().map(|hop| hop.holder).chain([decision.asker, decision.decider]).collect();
                in_groups.insert(format!("area-{}", decision.area), people);
            }
            _ => {
                for hop in hops {
                    in_groups.entry(format!("team-{}", hop.team)).or_default().push(hop.holder);
                }
            }
        }
        for (label, people) in in_groups {
            let group = groups.entry(label).or_default();
            group.0.extend(people.into_iter().filter(|&person| person != 0));
            group.1 += 1;
        }
    }
    groups
}

fn records() -> impl Strategy<Value = Paths> {
    let hold = (1u32..25, 1i64..20);
    let one = (proptest::collection::vec(hold, 1..4), 1u32..7, 0u8..4);
    proptest::collection::vec(one, 40..160).prop_map(|questions| {
        let built = questions.into_iter().enumerate().map(|(i, (holds, area, status))| {
            // A few large teams and some small ones; the team follows from the person.
            let team = |who: u32| {
                if who <= 12 {
                    1
                } else if who <= 20 {
                    2
                } else {
                    who - 18
                }
            };
            let mut holds: Vec<_> = holds.into_iter().map(|(who, hours)| held(who, team(who), hours)).collect();
            holds.dedup_by_key(|hold| hold.who);
            let area = area.min(1 + i as u32 % 6);
            let question = question(i as u64 / 2, i as i64, &holds).with(|d| d.area = area);
            match status {
                0 => question.open(),
                1 => question.withdrawn(),
                _ => question,
            }
        });
        paths(built.collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// What is published of a breakdown is its whole and its parts. A part that is named stands above the floor, and so
    /// does what remains of the whole when any of them is taken away.
    #[test]
    fn no_subtraction_within_a_breakdown_gives_a_small_group_away(record in records()) {
        let floor = Floor::DEFAULT;
        let measured = run(&record, floor);
        for (key, id, statistic) in [("area", M01, "median"), ("team", M03, "share"), ("area", M17, "mean")] {
            let groups = truth(&record, key);
            let shown: Vec<String> = measured
                .measures
                .iter()
                .filter(|m| m.id() == id && m.statistic() == statistic)
                .filter_map(|m| m.scope().get(key).cloned())
                .collect();
            let mut rest: Vec<&String> = groups.keys().collect();
            for label in shown.iter().filter(|label| label.starts_with(key)) {
                let (people, decisions) = &groups[label];
                prop_assert!(people.len() as u64 >= floor.persons_min && *decisions >= floor.decisions_min);
                rest.retain(|other| *other != label);
            }
            if !shown.is_empty() && !rest.is_empty() {
                let people: std::collections::BTreeSet<u32> =
                    rest.iter().flat_map(|label| groups[*label].0.iter().copied()).collect();
                let decisions: u64 = rest.iter().map(|label| groups[*label].1).sum();
                prop_assert!(people.len() as u64 >= floor.persons_min, "{key}: {rest:?}");
                // A decision may be in several groups of holders; the sum is no smaller than the union.
                prop_assert!(decisions >= floor.decisions_min, "{key}: {rest:?}");
                prop_assert!(shown.iter().any(|label| label.starts_with("others")));
            }
        }
    }

    /// Of the map, what flows into and out of a group beyond the arcs that are drawn is nothing, or enough.
    #[test]
    fn the_map_gives_no_small_arc_away(record in records()) {
        let map = run(&record, Floor::DEFAULT).path_map;
        for node in &map.nodes {
            prop_assert!(node.persons >= 5);
        }
        for arc in &map.arcs {
            prop_assert!(arc.handovers >= 20);
        }
        for (i, node) in map.nodes.iter().enumerate() {
            let inward: u64 = map.arcs.iter().filter(|arc| arc.to == i).map(|arc| arc.handovers).sum();
            let hidden = node.holds - node.starts - inward;
            prop_assert!(hidden == 0 || hidden >= 20 || inward == 0, "{}: {hidden}", node.label);
        }
    }

    #[test]
    fn possession_always_adds_up(record in records()) {
        let measured = run(&record, OPEN);
        for clock in ["working", "calendar"] {
            let shares: Vec<f64> = measured
                .measures
                .iter()
                .filter(|m| m.id() == M03 && m.statistic() == "share" && m.scope().contains_key("team"))
                .filter(|m| m.scope()["clock"] == clock)
                .filter_map(|m| m.estimate().value())
                .collect();
            prop_assert!(shares.is_empty() || (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
