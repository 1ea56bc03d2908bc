//! Nothing below the floor leaves, and no subtraction brings it back.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

use proptest::prelude::*;
use sayso_measures::{Measured, Request, borders, within_borders};
use sayso_model::charter::Remits;
use sayso_model::decision::Paths;
use sayso_model::diagnosis::Coverage;
use sayso_model::measure::MeasureId::{M01, M03, M17, M18, M20};
use sayso_model::privacy::{Floor, Footprint, would_difference};
use sayso_model::time::Instant;

use super::attack::{self, Family, Things};
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

// The differencing attack.

/// A fixed stream of numbers below `n`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// An insurer in small: some large areas and as many small ones, each mostly of one matter, squads mostly of one site, and
/// everywhere a few exceptions. Just what makes one breakdown give another away.
fn small_insurer(seed: u64, questions: u64) -> Paths {
    let mut dice = Dice(seed);
    let built = (0..questions).map(|i| {
        // Six large areas, each nearly a matter by itself, and six small ones that are the rest of these matters.
        let large = [1, 1, 1, 2, 2, 3, 3, 4, 5, 6][dice.below(10) as usize];
        let area = if dice.below(14) == 0 { 6 + large } else { large };
        let matter = if dice.below(200) == 0 { 1 + dice.below(6) as u32 } else { large };
        let squad = if dice.below(40) == 0 { 1 + dice.below(6) as u32 } else { 1 + (area - 1) % 6 };
        let mut person = |squad: u32, n: u64| {
            let who = squad * 12 + dice.below(n) as u32;
            let site = if who.is_multiple_of(12) && squad == 3 { 3 } else { 1 + squad / 4 };
            let role = if who % 12 < 2 { 1 + squad / 5 } else { 3 + who % 2 };
            held(who, squad, 1 + i as i64 % 9).site(site).role(role).level((who % 12 < 2).into())
        };
        let holds = [person(squad, 9), person(squad, 9), person(1 + (squad + area) % 6, 7)];
        let raised = dice.below(5 * 168) as i64;
        let n = 1 + dice.below(3) as usize;
        let mut holds = holds[..n].to_vec();
        holds.dedup_by_key(|hold| hold.who);
        let question = question(i, raised, &holds).with(|d| (d.area, d.matter) = (area, matter));
        match dice.below(12) {
            0 => question.open(),
            1 => question.with(|d| d.n_approvals = 1),
            _ => question,
        }
    });
    paths(built.collect())
}

/// Everything that can be worked out of one answer and should not be.
fn leaks(record: &Paths, measured: &Measured, floor: Floor) -> Vec<attack::Leak> {
    let mut leaks: Vec<attack::Leak> =
        attack::of_decisions(record, measured).iter().flat_map(|family| family.leaks(floor)).collect();
    leaks.extend(attack::of_holds(record, measured).leaks(floor));
    // What goes into a group and out of it stands with the group itself; what an arc adds to that is what is attacked.
    let arcs = attack::of_handovers(record, measured).leaks(floor);
    leaks.extend(arcs.into_iter().filter(|leak| leak.how.contains(" arcs ") || leak.how.contains("the arcs")));
    leaks
}

/// What would be published if every group above the floor was, with the rest of each breakdown as its own group where that
/// is too: the floor alone, complement and all.
fn floor_only(record: &Paths, floor: Floor) -> Family {
    let n = record.decisions.len();
    let all = attack::set(n, |_| true);
    let mut family = Family {
        name: "floor only".to_owned(),
        breakdowns: vec![(String::new(), vec![(String::new(), all)])],
        things: Things::Decisions,
        record: Rc::new(record.clone()),
    };
    for key in ["area", "matter", "site"] {
        let code = |i: usize| match key {
            "area" => record.decisions[i].area,
            "matter" => record.decisions[i].matter,
            _ => record.decisions[i].asker_site,
        };
        let (mut parts, mut hidden) = (Vec::new(), Vec::new());
        for value in 0..20 {
            let part = attack::set(n, |i| code(i) == value);
            match floor.clear(family.group(&part)) {
                Ok(_) => parts.push((value.to_string(), part)),
                Err(_) => hidden.push(value),
            }
        }
        let rest = attack::set(n, |i| hidden.contains(&code(i)));
        if floor.lets_remain(family.group(&rest)) {
            parts.push(("others".to_owned(), rest));
            family.breakdowns.push((key.to_owned(), parts));
        }
    }
    family
}

/// The attack works: without control of overlaps it isolates people in the very records that the next test publishes.
#[test]
fn the_attack_succeeds_where_only_the_floor_holds() {
    let attacked = (0..6).map(|seed| floor_only(&small_insurer(seed, 700), Floor::DEFAULT));
    let found: Vec<attack::Leak> = attacked.flat_map(|family| family.leaks(Floor::DEFAULT)).collect();
    assert!(found.len() > 20, "{found:#?}");
    assert!(found.iter().all(|leak| Floor::DEFAULT.clear(leak.group).is_err()));
}

#[test]
fn no_two_groups_of_the_small_insurer_give_anybody_away() {
    let mut shown = 0;
    for seed in 0..6 {
        let record = small_insurer(seed, 700);
        let measured = run(&record, Floor::DEFAULT);
        let leaks = leaks(&record, &measured, Floor::DEFAULT);
        assert!(leaks.is_empty(), "seed {seed}: {:#?}", &leaks[..leaks.len().min(5)]);
        shown += labels(&measured, "area").len() + labels(&measured, "team").len();
        assert!(
            measured.withheld.iter().all(|withheld| withheld.why.starts_with("shown together")
                || withheld.why.starts_with("not shown")
                || withheld.why.starts_with("the record shows")
                || withheld.why.starts_with("no charter")
                || withheld.why.starts_with("no hand-over and no review comes with a text")
                || withheld.why.starts_with("nobody is seen")
                || withheld.groups == 0
                || withheld.why.starts_with("fewer than")),
            "{:?}",
            measured.withheld
        );
    }
    assert!(shown > 40, "a control that withholds everything is no use: {shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_two_groups_of_any_record_give_anybody_away(record in tangled()) {
        let measured = run(&record, Floor::DEFAULT);
        let leaks = leaks(&record, &measured, Floor::DEFAULT);
        prop_assert!(leaks.is_empty(), "{:#?}", &leaks[..leaks.len().min(5)]);
    }
}

/// Records with few matters, areas, sites, teams and roles that are mostly, not always, tied to one another.
fn tangled() -> impl Strategy<Value = Paths> {
    let one = (proptest::collection::vec((0u32..40, 1i64..20), 1..4), 0u32..6, 0u32..12, 0u32..20, 0i64..5, 0u8..8);
    proptest::collection::vec(one, 60..320).prop_map(|questions| {
        let built = questions.into_iter().enumerate().map(|(i, (holds, area, stray, hop_stray, week, status))| {
            let hold = |(who, hours): (u32, i64)| {
                let team = if hop_stray == 0 && who % 2 == 0 { 4 } else { 1 + who / 14 };
                held(1 + who, team, hours).site(1 + team / 2).role(1 + who % 3).level((who % 5 == 0).into())
            };
            let mut holds: Vec<_> = holds.into_iter().map(hold).collect();
            holds.dedup_by_key(|hold| hold.who);
            let matter = if stray == 0 { 3 } else { 1 + area / 3 };
            let question = question(i as u64 / 2, week * 168, &holds).with(|d| (d.area, d.matter) = (1 + area, matter));
            match status {
                0 => question.open(),
                1 => question.unseen(),
                _ => question,
            }
        });
        paths(built.collect())
    })
}

// Windows.

/// Only questions that were put in a window.
fn within(record: &Paths, since: Option<Instant>, until: Option<Instant>) -> Paths {
    let mut chosen = Paths::default();
    for decision in &record.decisions {
        if since.is_none_or(|at| decision.raised_at >= at) && until.is_none_or(|at| decision.raised_at < at) {
            let mut one =
                Paths { decisions: vec![*decision], hops: record.hops_of(decision).to_vec(), touches: Vec::new() };
            one.decisions[0].hops_from = 0;
            chosen.append(one);
        }
    }
    chosen
}

fn request<'a>(coverage: &'a Coverage, remits: &'a Remits) -> Request<'a> {
    let (window, floor) = (window(), Floor::DEFAULT);
    Request {
        window,
        floor,
        seed: 1,
        coverage,
        directory: None,
        remits,
        charter_changed: None,
        half_life_days: sayso_measures::HALF_LIFE_DAYS,
        workers: std::num::NonZeroUsize::MIN,
    }
}

/// Every window of whole weeks that somebody might ask for, as it is answered.
fn windows(record: &Paths) -> Vec<(Option<Instant>, Option<Instant>)> {
    let (coverage, remits) = (Coverage::default(), Remits::default());
    let borders = borders(record, &Plain::new(), &request(&coverage, &remits));
    let weeks: Vec<Option<Instant>> = std::iter::once(None).chain((0..6).map(|week| Some(at(week * 168)))).collect();
    let mut windows: Vec<_> = weeks
        .iter()
        .flat_map(|&since| weeks.iter().map(move |&until| (since, until)))
        .filter(|(since, until)| since.is_none() || until.is_none() || since < until)
        .map(|(since, until)| within_borders(&borders, since, until))
        .collect();
    windows.sort();
    windows.dedup();
    windows
}

/// The whole of every window less the whole of every other: no memory of earlier answers is needed for that.
#[test]
fn no_two_windows_differ_by_a_few_questions() {
    for seed in 0..4 {
        let record = small_insurer(seed, 260);
        let windows = windows(&record);
        assert!(windows.len() > 3, "{}", windows.len());
        let n = record.decisions.len();
        let family = floor_only(&record, Floor::DEFAULT);
        for kind in [|_: usize, _: &Paths| true, |i: usize, record: &Paths| record.decisions[i].decided_at.is_some()] {
            let sets: Vec<attack::Set> = windows
                .iter()
                .map(|(since, until)| {
                    attack::set(n, |i| {
                        let at = record.decisions[i].raised_at;
                        kind(i, &record)
                            && since.is_none_or(|since| at >= since)
                            && until.is_none_or(|until| at < until)
                    })
                })
                .collect();
            for one in &sets {
                for other in &sets {
                    let differ = attack::set(n, |i| attack::has(one, i) && !attack::has(other, i));
                    prop_assert_small(&family, &differ);
                }
            }
        }
        // Asked for by the day, the same windows come out.
        let (coverage, remits) = (Coverage::default(), Remits::default());
        let borders = borders(&record, &Plain::new(), &request(&coverage, &remits));
        for hours in 0..840 {
            let (since, until) = within_borders(&borders, Some(at(hours)), Some(at(hours + 24)));
            assert!(windows.contains(&(since, until)), "{since:?} {until:?}");
            assert!(since.is_none_or(|since| since <= at(hours)) && until.is_none_or(|until| until >= at(hours + 24)));
        }
    }
}

fn prop_assert_small(family: &Family, differ: &attack::Set) {
    let group = family.group(differ);
    assert!(Floor::DEFAULT.lets_remain(group), "{group:?}");
}

/// Somebody asks for every window in turn. What the footprints let through gives nobody away, part by part; and some of it
/// is refused that would.
#[test]
fn footprints_of_earlier_answers_stop_what_windows_alone_do_not() {
    let record = small_insurer(3, 2_000);
    let mut shown: Vec<Footprint> = Vec::new();
    let mut answers: Vec<Measured> = Vec::new();
    let mut refused = 0;
    let windows = windows(&record);
    let mut chosen: Vec<Paths> = Vec::new();
    for &(since, until) in &windows {
        let part = within(&record, since, until);
        let measured = run(&part, Floor::DEFAULT);
        if measured.footprints.iter().any(|now| would_difference(&shown, now, Floor::DEFAULT).is_some()) {
            refused += 1;
            continue;
        }
        shown.extend(measured.footprints.iter().cloned());
        answers.push(measured);
        chosen.push(part);
    }
    assert!(answers.len() > 1 && refused > 0, "{} answered, {refused} refused", answers.len());
    // The decisions of a window as a set of those of the record.
    let place: BTreeMap<u64, usize> = record.decisions.iter().enumerate().map(|(i, d)| (d.item, i)).collect();
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for (part, measured) in chosen.iter().zip(&answers) {
        for family in attack::of_decisions(part, measured) {
            let all = families.entry(family.name.clone()).or_insert_with(|| Family {
                breakdowns: Vec::new(),
                record: Rc::new(record.clone()),
                ..family.clone()
            });
            for (key, parts) in family.breakdowns {
                let moved = parts.into_iter().map(|(label, set)| {
                    let here: std::collections::BTreeSet<usize> = (0..part.decisions.len())
                        .filter(|&i| attack::has(&set, i))
                        .map(|i| place[&part.decisions[i].item])
                        .collect();
                    (label, attack::set(record.decisions.len(), |i| here.contains(&i)))
                });
                all.breakdowns.push((key, moved.collect()));
            }
        }
    }
    for family in families.values() {
        let groups: Vec<&attack::Set> =
            family.breakdowns.iter().flat_map(|(_, parts)| parts.iter().map(|(_, set)| set)).collect();
        for one in &groups {
            for other in &groups {
                let is_part = (0..record.decisions.len()).all(|i| !attack::has(other, i) || attack::has(one, i));
                if is_part {
                    let differ = attack::set(record.decisions.len(), |i| attack::has(one, i) && !attack::has(other, i));
                    let group = family.group(&differ);
                    let floor = Floor { dominance_max: 1_000, ..Floor::DEFAULT };
                    assert!(floor.lets_remain(group), "{}: {group:?}", family.name);
                }
            }
        }
    }
}

// Dominance, and the small firm.

/// Twelve people ask about area 1, and one owner answers them all: that is what owning an area is.
#[test]
fn an_owner_who_answers_everything_does_not_hide_their_area() {
    let mut questions: Vec<_> = (0..60)
        .map(|i| question(i, i as i64, &[held(10 + i as u32 % 12, 2, 2), held(1, 1, 5)]).with(|d| d.area = 1))
        .collect();
    questions.extend((100..160).map(|i| question(i, i as i64, &[held(30 + i as u32 % 12, 3, 2)]).with(|d| d.area = 2)));
    let measured = run(&paths(questions), Floor::DEFAULT);
    assert_eq!(labels(&measured, "area"), ["area-1", "area-2"]);
}

/// The same area, where most questions never leave the one who puts them.
#[test]
fn an_area_that_is_mostly_one_persons_own_is_not_shown_by_itself() {
    let mut questions: Vec<_> = (0..60)
        .map(|i| {
            let who = if i < 45 { 1 } else { 10 + i as u32 % 12 };
            question(i, i as i64, &[held(who, 1, 2)]).with(|d| d.area = 1)
        })
        .collect();
    for area in [2, 3] {
        let of_area = (0..60).map(|i| {
            let item = u64::from(area) * 100 + i;
            question(item, i as i64, &[held(30 + i as u32 % 12, 3, 2)]).with(|d| d.area = area)
        });
        questions.extend(of_area);
    }
    let measured = run(&paths(questions), Floor::DEFAULT);
    assert_eq!(labels(&measured, "area"), ["area-2", "others (too few people to show)"]);
    let why = &measured.withheld.iter().find(|w| w.id == M01 && w.breakdown == "area").unwrap().why;
    assert!(why.contains("one person is more than 70 %"), "{why}");
}

/// Most of what the role held was held by one of them.
#[test]
fn a_role_that_one_person_fills_is_not_shown_by_itself() {
    let record = |of_one: u64, hours: i64| {
        let mut questions = Vec::new();
        for i in 0..60 {
            let (who, hours) = if i < of_one { (1, hours) } else { (2 + i as u32 % 6, 3) };
            questions.push(question(i, i as i64, &[held(who, 1, hours).role(1)]));
        }
        for i in 100..260 {
            let who = 20 + i as u32 / 3 % 9;
            questions.push(question(i, i as i64 / 4, &[held(who, 2, 5).role(2 + i as u32 % 3)]));
        }
        labels(&run(&paths(questions), Floor::DEFAULT), "role")
    };
    assert_eq!(record(43, 5), ["others (too few people to show)", "role-2", "role-3"]);
    assert_eq!(record(42, 5), ["role-1", "role-2", "role-3", "role-4"], "70 in 100 and no more");
    assert_eq!(record(20, 400).len(), 4, "much time of one person is no reason: where time lies is the question");
}

/// Five product owners with an area each, and two squads of four that put their questions to them.
fn small_firm() -> Paths {
    let mut questions = Vec::new();
    for i in 0..200_u64 {
        let area = 1 + i as u32 % 5;
        let owner = held(area, 3, 6 + i as i64 % 7).role(1).site(1).level(2);
        let squad = 1 + u32::from(area > 3);
        let developer = |n: u64| held(10 * squad + (n % 4) as u32, squad, 2 + (n % 3) as i64).role(2).site(2).level(1);
        let holds = match i / 5 % 10 {
            // The owner has to wait for a colleague once in a while, and some questions are the owner's own.
            0 => vec![developer(i / 5), owner, held(1 + area % 5, 3, 20).role(1).site(1).level(2)],
            1 => vec![owner],
            // The fifth owner asks nobody and is asked by nobody, mostly.
            2..8 if area == 5 => vec![owner],
            _ => vec![developer(i / 5), owner],
        };
        questions.push(question(i, 4 * i as i64, &holds).with(|d| (d.area, d.matter) = (area, 1 + (i as u32 / 5) % 2)));
    }
    paths(questions)
}

/// What a small firm gets to see: roles and areas, and why not more.
#[test]
fn five_product_owners_see_roles_and_areas() {
    let record = small_firm();
    let measured = run(&record, Floor::DEFAULT);
    assert!(leaks(&record, &measured, Floor::DEFAULT).is_empty());
    let mut page = String::new();
    for (id, statistic) in [(M01, "median"), (M03, "share"), (M17, "mean")] {
        for measure in measured.measures.iter().filter(|m| m.id() == id && m.statistic() == statistic) {
            let scope: Vec<String> = measure.scope().iter().map(|(key, word)| format!("{key} {word}")).collect();
            if measure.scope().get("clock").is_none_or(|clock| clock == "working") {
                let value = measure.estimate().value().map_or("cannot tell".to_owned(), |value| format!("{value:.2}"));
                let n = measure.estimate().n();
                writeln!(page, "{} {statistic}, {}: {value}, n {n}", id.code(), scope.join(", ")).unwrap();
            }
        }
    }
    page.push_str("\nmap by ");
    writeln!(page, "{}", measured.path_map.grouped_by).unwrap();
    for node in &measured.path_map.nodes {
        writeln!(page, "{}: {} people", node.label, node.persons).unwrap();
    }
    page.push_str("\nwithheld\n");
    for withheld in &measured.withheld {
        writeln!(
            page,
            "{} by {}, {} groups: {}",
            withheld.id.code(),
            withheld.breakdown,
            withheld.groups,
            withheld.why
        )
        .unwrap();
    }
    insta::assert_snapshot!("small_firm", page);
}
