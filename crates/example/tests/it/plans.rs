//! Every plan of the catalogue: what is planted is there, and nothing else is, counted by the definitions of the patterns.

use std::collections::{BTreeMap, BTreeSet};

use sayso_example::{Dysfunction, PatternCount, Plan, Planted, Trap, Volume, catalogue, insurer_with, patterns};
use sayso_model::signal::Pattern;

use super::{assert_one_question_at_a_time, number, people, rows, truth};

fn pattern(count: &PatternCount) -> Pattern {
    Pattern::ALL.into_iter().find(|pattern| pattern.name() == count.pattern).unwrap()
}

fn is_planted(planted: &[Planted], count: &PatternCount) -> bool {
    planted.iter().any(|one| one.is_said_by(pattern(count), count.matter, count.area, ""))
}

/// Above its bound by more than chance explains: four standard deviations and one. Seconds of waiting lie together, so of
/// them the share alone counts, and only for whole matters.
fn is_above(count: &PatternCount) -> bool {
    let (k, n, bound) = (count.k as f64, count.n as f64, count.bound_percent as f64 / 100.0);
    match pattern(count) {
        Pattern::WaitingAbove => count.area.is_empty() && k > bound * n,
        _ => k > n * bound + 4.0 * (n * bound * (1.0 - bound)).sqrt() + 1.0,
    }
}

/// All areas of one that is planted together: how many of how many, and the bound in percent.
fn pooled(counts: &[PatternCount], one: &Planted) -> (u64, u64, u64) {
    let chosen = counts
        .iter()
        .filter(|count| pattern(count) == one.pattern && count.matter == one.matter && one.areas.contains(&count.area));
    chosen.fold((0, 0, 0), |(k, n, _), count| (k + count.k, n + count.n, count.bound_percent))
}

fn assert_nothing_but(planted: &[Planted], counts: &[PatternCount], which: &str) {
    for count in counts.iter().filter(|count| !is_planted(planted, count)) {
        assert!(!is_above(count), "{which}: {count:?}");
    }
}

#[test]
fn a_healthy_firm_has_no_pattern() {
    for (volume, seeds) in [(Volume::Small, 20), (Volume::Medium, 20), (Volume::Large, 3)] {
        let plan = Plan::HEALTHY.at_volume(volume);
        assert!(plan.planted().is_empty());
        let mut together: BTreeMap<(&str, &str, &str), PatternCount> = BTreeMap::new();
        for seed in 1..=seeds {
            let counts = patterns(&plan, seed);
            assert_nothing_but(&[], &counts, &format!("{} {seed}", volume.name()));
            for count in counts {
                let sum = together.entry((count.pattern, count.matter, count.area)).or_insert(PatternCount {
                    k: 0,
                    n: 0,
                    ..count.clone()
                });
                (sum.k, sum.n) = (sum.k + count.k, sum.n + count.n);
            }
        }
        // Nobody plants decisions far from the information, borders that cost or growth that does, and nothing but the
        // measures counts them.
        assert_eq!(together.keys().map(|key| key.0).collect::<BTreeSet<_>>().len(), Pattern::ALL.len() - 3);
        for count in together.values() {
            assert!(count.k * 100 < count.bound_percent * count.n, "{}: {count:?}", volume.name());
        }
    }
}

#[test]
fn a_dysfunction_planted_alone_is_there_and_no_other_is() {
    for dysfunction in Dysfunction::ALL {
        for volume in Volume::ALL {
            let plan = Plan::HEALTHY.with(dysfunction).at_volume(volume);
            let planted = plan.planted();
            let seeds = if volume == Volume::Large { 1..=1 } else { 1..=3 };
            for seed in seeds {
                let which = format!("{} {} {seed}", dysfunction.name(), volume.name());
                let counts = patterns(&plan, seed);
                // Borders, growth and acquaintance are counted by the measures alone: `sayso validity` sees those.
                let alone = [Pattern::BorderCost, Pattern::CostOutrunsClarity, Pattern::DecidedFarFromInformation];
                for one in planted.iter().filter(|one| !one.follows && !alone.contains(&one.pattern)) {
                    let (k, n, bound) = pooled(&counts, one);
                    assert!(k * 100 > n * bound, "{which}: {} {} {k} of {n}", one.pattern.name(), one.matter);
                }
                assert_nothing_but(&planted, &counts, &which);
            }
        }
    }
}

/// The insurer's patterns before the change of decision rights. Interventions lie near their bound, on either side.
#[test]
fn the_insurer_has_what_it_says_and_nothing_else() {
    for seed in [sayso_example::DEFAULT_SEED, 1, 2] {
        let planted = Plan::INSURER.planted();
        let counts = patterns(&Plan::INSURER, seed);
        for one in planted.iter().filter(|one| !one.follows && one.pattern != Pattern::Intervention) {
            let (k, n, bound) = pooled(&counts, one);
            // Two months of the year lie after the change.
            let bound = if one.is_past { bound * 80 / 100 } else { bound };
            assert!(k * 100 > n * bound, "{seed}: {} {} {k} of {n}", one.pattern.name(), one.matter);
        }
        assert_nothing_but(&planted, &counts, &seed.to_string());
    }
}

#[test]
fn truth_repeats_the_patterns_that_matter() {
    let plan = Plan::HEALTHY.with(Dysfunction::SoleGate).at_volume(Volume::Small);
    let truth = truth(&insurer_with(&plan, 3));
    let written = truth["pattern"].as_array().unwrap();
    let find = |pattern: &str, area: &str| {
        written.iter().find(|row| {
            row["pattern"].as_str() == Some(pattern)
                && row["area"].as_str() == Some(area)
                && row["matter"].as_str() == Some("acceptance")
        })
    };
    let counted = patterns(&plan, 3);
    let is_it =
        |count: &&PatternCount| (count.pattern, count.matter, count.area) == ("sole_gate", "acceptance", "renewals");
    let sole = counted.iter().find(is_it).unwrap();
    assert_eq!(find("sole_gate", "renewals").unwrap()["k"].as_integer(), Some(sole.k as i64));
    assert!(sole.k * 10 > sole.n * 8, "{sole:?}");
    assert!(find("sole_gate", "quotes").is_none());
    assert!(find("formal_real_gap", "").is_some());
}

#[test]
fn the_healthy_office_and_what_a_diagnosis_reads_of_it() {
    let office = sayso_example::healthy("insurer", 9).unwrap();
    assert_eq!(office, insurer_with(&Plan::HEALTHY, 9));
    assert_eq!(sayso_example::healthy("bakery", 9), None);
    let record = sayso_example::record(&Plan::HEALTHY, 9);
    assert!(record.files.iter().all(|(path, text)| office.file(path) == Some(text)));
    assert_eq!((record.files.len(), record.file("truth.toml")), (office.files.len() - 3, None));
}

#[test]
fn the_same_plan_and_seed_give_the_same_bytes() {
    for (name, plan) in catalogue() {
        let plan = plan.at_volume(Volume::Small);
        assert_eq!(insurer_with(&plan, 7), insurer_with(&plan, 7), "{name}");
        assert_eq!(patterns(&plan, 7), patterns(&plan, 7), "{name}");
        assert_ne!(insurer_with(&plan, 7).file("events.csv"), insurer_with(&plan, 8).file("events.csv"), "{name}");
    }
}

#[test]
fn every_plan_tells_a_log_that_can_be_read() {
    for (name, plan) in catalogue() {
        let office = insurer_with(&plan.at_volume(Volume::Small), 11);
        assert_one_question_at_a_time(name, &office);
        let (people, rows) = (people(&office), rows(&office));
        assert!(rows.is_sorted_by_key(|row| row.at), "{name}");
        assert!(rows.iter().all(|row| row.actor.is_empty() || people.contains_key(&row.actor)), "{name}");
        let items: f64 = number(&truth(&office), "counts.items") as f64;
        assert!((250.0..330.0).contains(&items), "{name}: {items}");
    }
}

#[test]
fn the_page_of_an_office_says_what_is_planted_in_it() {
    let page =
        |plan: &Plan| insurer_with(&plan.clone().at_volume(Volume::Small), 1).file("README.md").unwrap().to_owned();
    let healthy = page(&Plan::HEALTHY);
    assert!(healthy.contains("Nothing. Whoever may decide"));
    assert!(!healthy.contains("implicit gate") && !healthy.contains("offices/insurer"), "{healthy}");
    for dysfunction in Dysfunction::ALL {
        let page = page(&Plan::HEALTHY.with(dysfunction));
        assert_eq!(
            page.matches("\n- **").count(),
            Plan::HEALTHY.with(dysfunction).planted().iter().filter(|one| !one.follows).count()
        );
        assert!(!page.contains("Nothing. Whoever"), "{}", dysfunction.name());
    }
    for trap in Trap::ALL {
        assert_ne!(page(&Plan::HEALTHY.without(trap)), healthy, "{}", trap.name());
    }
}

#[test]
fn a_trap_can_be_left_out() {
    let told = |trap: Trap| insurer_with(&Plan::HEALTHY.without(trap), 5);
    let with = truth(&insurer_with(&Plan::HEALTHY, 5));
    let n = |trap: Trap, path: &str| {
        assert!(number(&with, path) > 0, "{path} is 0 anyway");
        number(&truth(&told(trap)), path)
    };
    assert_eq!(n(Trap::Chatty, "bystanders.chatty.acted_before_move"), 0);
    assert_eq!(n(Trap::Announcer, "bystanders.announcer.acted_before_move"), 0);
    assert_eq!(n(Trap::Watcher, "bystanders.watcher.acted_before_move"), 0);
    assert_eq!(n(Trap::Bots, "counts.events_by_bots"), 0);
    assert_eq!(n(Trap::BulkCloser, "bulk.closed"), 0);
    assert_eq!(n(Trap::Collisions, "identity.events_second_spelling"), 0);
    assert_eq!(n(Trap::Tail, "counts.open"), 0);
    assert_eq!(n(Trap::MissingActors, "counts.events_without_actor"), 0);
    let names = |trap: Trap| {
        let people: BTreeSet<String> = people(&told(trap)).into_values().map(|(id, ..)| id).collect();
        people.iter().filter(|id| id.starts_with("adam.")).count()
    };
    assert_eq!((names(Trap::Collisions), names(Trap::Chatty)), (1, 2));
    // At Christmas somebody works.
    let in_shutdown = |trap: Trap| rows(&told(trap)).iter().filter(|row| row.written.starts_with("2024-12-30")).count();
    assert!(in_shutdown(Trap::Absences) > 10);
    assert!(in_shutdown(Trap::Chatty) < 5, "bots only");
    // Much begins in the second half of March with seasons, and less without.
    let march = |trap: Trap| {
        let is_in = |written: &str| ("2025-03-18".."2025-04-01").contains(&&written[..10]);
        rows(&told(trap)).iter().filter(|row| row.activity.starts_with("raised") && is_in(&row.written)).count() as f64
    };
    assert!(march(Trap::Season) * 1.1 < march(Trap::Chatty), "{} {}", march(Trap::Season), march(Trap::Chatty));
}

#[test]
fn a_shorter_record_holds_the_last_weeks_only() {
    let office = insurer_with(&Plan::INSURER.lasting(26), 4);
    let (truth, rows) = (truth(&office), rows(&office));
    assert_eq!(truth["office"]["since"].as_str(), Some("2025-05-03"));
    assert!(rows.iter().all(|row| &row.written[..10] >= "2025-05-03" && &row.written[..10] <= "2025-10-31"));
    assert!((350..=480).contains(&number(&truth, "counts.items")), "{}", number(&truth, "counts.items"));
    assert_one_question_at_a_time("26 weeks", &office);
    assert!(number(&truth, "gate.before.asks") > 20);
    assert_eq!(insurer_with(&Plan::INSURER.lasting(52), 4), insurer_with(&Plan::INSURER, 4));
}
