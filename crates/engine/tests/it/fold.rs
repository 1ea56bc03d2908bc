//! The fold over batches, runs and threads is the fold over a list.

use std::collections::BTreeMap;
use std::sync::Arc;

use sayso_engine::{Dictionaries, Record, Start};
use sayso_model::decision::{FLAG_DESCRIBES_HOLDER, ItemEvents, Paths, Reconstruct};
use sayso_model::event::Describes;
use sayso_model::words::Column;

use super::build::{Numbers, Told, Toy, engine, pour, read, story, threads};

/// The same rules over plain vectors.
fn by_hand(words: &Dictionaries, rules: &Arc<dyn Reconstruct>, story: &[Told]) -> Paths {
    let mut items: BTreeMap<u64, Vec<(i64, &Told)>> = BTreeMap::new();
    for told in story {
        items.entry(words.item_id(&told.item).unwrap().unwrap()).or_default().push((told.at, told));
    }
    let mut out = Paths::default();
    for (item, mut events) in items {
        events.sort_by_key(|(at, _)| *at);
        let column = |of: fn(&Told) -> Option<&str>, column| -> Vec<u32> {
            events.iter().map(|(_, told)| words.code(column, of(told).unwrap_or("")).unwrap().unwrap()).collect()
        };
        let flags = |told: &Told| if told.describes == Describes::Holder { FLAG_DESCRIBES_HOLDER } else { 0 };
        let flags: Vec<u16> = events.iter().map(|(_, told)| flags(told)).collect();
        let byte = |of: fn(&Told) -> u8| -> Vec<u8> { events.iter().map(|(_, told)| of(told)).collect() };
        rules.item(
            &ItemEvents {
                item,
                at: &events.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
                actor: &column(|told| told.actor.as_deref(), Column::Actor),
                act: &byte(|told| told.act.map_or(0, |act| act.code())),
                to: &column(|told| told.to.as_deref(), Column::Actor),
                matter: &column(|told| told.matter.as_deref(), Column::Matter),
                area: &column(|told| told.area.as_deref(), Column::Area),
                team: &column(|told| told.team.as_deref(), Column::Team),
                site: &column(|told| told.site.as_deref(), Column::Site),
                role: &column(|told| told.role.as_deref(), Column::Role),
                verdict: &byte(|told| told.verdict.map_or(0, |verdict| verdict.code())),
                flags: &flags,
                activity: &[],
            },
            &mut out,
        );
    }
    out
}

fn folded(record: &Record, n_threads: usize) -> Paths {
    let words = record.snapshot().unwrap().words();
    let rules = Toy::over(record, &words);
    threads(record, n_threads).paths(&rules).unwrap().collect_all().unwrap()
}

#[test]
fn one_run_a_bucket_and_many_give_what_a_list_gives() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    // An item whose events fill several batches, among many short ones.
    let mut story = story(30_000, 7);
    for n in 0..20_000 {
        let actor = Some(format!("person {}", n % 3));
        story.push(Told { item: "LONG".into(), at: 1_600_000_000_000_000 + n, actor, ..Told::default() });
    }
    // Read in another order than it happened, so that every run has a part of every item.
    let mut numbers = Numbers(1);
    story.sort_by_cached_key(|_| numbers.below(1 << 30));
    let mut appender = record.appender("s", "events", "builtin", Start::Resume).unwrap().holding(12_000);
    let _ = pour(&mut appender, &story, 6_000);
    appender.finish("50000").unwrap();
    let snapshot = record.snapshot().unwrap();
    assert!(snapshot.n_runs() >= 4 * 16, "{}", snapshot.n_runs());
    let words = snapshot.words();
    let by_hand = by_hand(&words, &Toy::over(&record, &words), &story);
    assert!(by_hand.decisions.len() > 3_000);
    assert!(folded(&record, 2) == by_hand, "from several runs");
    record.compact(2).unwrap();
    assert_eq!(record.snapshot().unwrap().n_runs(), 16);
    assert!(folded(&record, 1) == by_hand, "from one run, one thread");
    assert!(folded(&record, 3) == by_hand, "from one run, three threads");

    // More of the same items, and a reading that was done anew.
    read(&mut record, "t", &story[..500]);
    read(&mut record, "t", &story[..200]);
    let mut longer = story.clone();
    longer.extend_from_slice(&story[..200]);
    let words = record.snapshot().unwrap().words();
    let by_hand = self::by_hand(&words, &Toy::over(&record, &words), &longer);
    assert!(folded(&record, 2) == by_hand, "with dead rows");
    record.compact(2).unwrap();
    assert!(folded(&record, 2) == by_hand, "after compaction");
}

#[test]
fn nothing_folds_to_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    assert_eq!(folded(&record, 2), Paths::default());
    read(&mut record, "s", &story(1, 1));
    assert_eq!(folded(&record, 2), Paths::default(), "an item of one event gives no decision by these rules");
}

#[test]
fn paths_may_be_left_before_their_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "s", &story(5_000, 3));
    let rules = Toy::over(&record, &record.snapshot().unwrap().words());
    let engine = engine(&record);
    let mut paths = engine.paths(&rules).unwrap();
    assert!(!paths.next().unwrap().unwrap().decisions.is_empty());
    drop(paths);
    assert_eq!(engine.tally(None).unwrap().events, 5_000);
}

#[test]
fn counts_are_those_of_the_story() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    let story = story(5_000, 3);
    read(&mut record, "s", &story);
    let words = record.snapshot().unwrap().words();
    let engine = engine(&record);
    let tally = engine.tally(None).unwrap();
    let items: std::collections::BTreeSet<&str> = story.iter().map(|told| told.item.as_str()).collect();
    assert_eq!(tally.items, items.len() as u64);
    assert_eq!(tally.without_act, story.iter().filter(|told| told.act.is_none()).count() as u64);
    assert_eq!(tally.without_actor, story.iter().filter(|told| told.actor.is_none()).count() as u64);
    let three = words.code(Column::Actor, "person 3").unwrap().unwrap();
    let of_three = story.iter().filter(|told| told.actor.as_deref() == Some("person 3"));
    assert_eq!(tally.by_actor[three as usize], of_three.clone().count() as u64);
    assert_eq!(tally.activities_without_act.iter().map(|(_, n)| n).sum::<u64>(), tally.without_act);
    assert!(tally.activities_without_act.is_sorted_by_key(|(_, n)| std::cmp::Reverse(*n)));
}
