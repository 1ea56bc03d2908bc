//! Append, crash, resume, replace, compact: the record is always one whole state.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use sayso_engine::{EngineError, Progress, Record, SKIPPED_KEPT_MAX, Start};
use sayso_model::coverage::{Note, Reason};
use sayso_model::decision::FLAG_DESCRIBES_HOLDER;
use sayso_model::event::{Act, Describes, EventRow, EventSink, Flow, Verdict};
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};

use super::build::{Told, engine, pour, read, story};

/// Everything that the record says, as text, in the order in which it was read.
fn told(record: &Record) -> Vec<String> {
    let snapshot = record.snapshot().unwrap();
    let words = snapshot.words();
    let engine = engine(record);
    let mut all = BTreeMap::new();
    let mut items = std::collections::BTreeSet::new();
    for told in story(1_500, 1).iter().chain(&story(300, 2)) {
        items.insert(told.item.clone());
    }
    for item in items {
        let Some(id) = words.item_id(&item).unwrap() else { continue };
        assert_eq!(words.item(id), item);
        let events = engine.item_events(id).unwrap();
        assert!(events.windows(2).all(|pair| (pair[0].at, pair[0].seq) < (pair[1].at, pair[1].seq)));
        for event in events {
            let word = |column, code| words.word(column, code).to_owned();
            let attributes: Vec<&str> = event.attributes.iter().map(|&c| words.word(Column::Attribute, c)).collect();
            let line = [
                word(Column::Source, event.source),
                item.clone(),
                event.at.to_string(),
                format!("{:?}", event.utc_offset_min),
                word(Column::Actor, event.actor),
                format!("{:?} {:?} {}", Act::from_code(event.act), Verdict::from_code(event.verdict), event.flags),
                word(Column::Activity, event.activity),
                word(Column::Actor, event.to),
                word(Column::Matter, event.matter),
                word(Column::Area, event.area),
                word(Column::Team, event.team),
                word(Column::Site, event.site),
                word(Column::Role, event.role),
                word(Column::Link, event.link),
                attributes.join(" "),
            ];
            all.insert(event.seq, line.join("|"));
        }
    }
    all.into_values().collect()
}

fn expected(source: &str, story: &[Told]) -> Vec<String> {
    let text = |word: &Option<String>| word.clone().unwrap_or_default();
    story
        .iter()
        .map(|told| {
            let flags = if told.describes == Describes::Holder { FLAG_DESCRIBES_HOLDER } else { 0 };
            let attributes: Vec<String> = told.attributes.iter().map(|(k, v)| format!("{k}={v}")).collect();
            [
                source.to_owned(),
                told.item.clone(),
                Instant::from_micros(told.at).to_string(),
                format!("{:?}", told.offset),
                text(&told.actor),
                format!("{:?} {:?} {flags}", told.act, told.verdict),
                told.activity.clone(),
                text(&told.to),
                text(&told.matter),
                text(&told.area),
                text(&told.team),
                text(&told.site),
                text(&told.role),
                text(&told.link),
                attributes.join(" "),
            ]
            .join("|")
        })
        .collect()
}

/// Content of every data file, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .filter(|(name, _)| !name.ends_with(".lock") && name != "manifest.json")
        .collect()
}

#[test]
fn every_column_comes_back_as_it_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let story = story(1_500, 1);
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "s", &story);
    let expected = expected("s", &story);
    assert_eq!(told(&record), expected);
    assert_eq!(record.n_events(), 1_500);
    record.compact(2).unwrap();
    assert_eq!(told(&record), expected);

    let record = Record::open(folder.path()).unwrap();
    assert_eq!(told(&record), expected);
    let first = story.iter().map(|told| told.at).min().unwrap();
    let last = story.iter().map(|told| told.at).max().unwrap();
    assert_eq!(record.bounds(), Some((Instant::from_micros(first), Instant::from_micros(last))));
    let source = record.source("s").unwrap();
    assert!(source.complete);
    assert_eq!(source.ledger.kept, 1_500);
    assert_eq!(source.ledger.n_lost(), 0);
}

#[test]
fn a_record_of_nothing_and_a_record_of_one_event() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path().join("not").join("there")).unwrap();
    assert_eq!(record.bounds(), None);
    assert_eq!(record.snapshot().unwrap().words().n_codes(Column::Actor), 1);
    assert_eq!(record.snapshot().unwrap().words().item_id("x").unwrap(), None);
    assert_eq!(engine(&record).tally(None).unwrap().events, 0);
    record.compact(4).unwrap();
    record.appender("empty", "csv", "l", Start::Resume).unwrap().finish("0").unwrap();
    assert!(record.source("empty").unwrap().complete);
    assert_eq!(record.n_events(), 0);

    read(&mut record, "one", &story(1, 1));
    let tally = engine(&record).tally(None).unwrap();
    assert_eq!((tally.events, tally.items), (1, 1));
    let (first, last) = record.bounds().unwrap();
    assert_eq!(first, last);
}

#[test]
fn what_was_not_finished_never_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    let mut appender = record.appender("s", "events", "l", Start::Resume).unwrap().holding(50);
    // Held in memory, put down in unnamed files, and never committed: as if the process had been killed.
    story(500, 1).iter().for_each(|told| told.pour(&mut appender));
    drop(appender);
    assert!(!files(folder.path()).is_empty(), "the leftovers that this test is about");
    assert_eq!(Record::open(folder.path()).unwrap().n_events(), 0);
    std::fs::write(folder.path().join("draft-9.tmp"), "half").unwrap();
    std::fs::write(folder.path().join("notes.txt"), "of a human").unwrap();

    read(&mut record, "s", &story(500, 1));
    assert_eq!(told(&record).len(), 500);
    let words = record.snapshot().unwrap().words();
    let mut seen: Vec<&str> = (0..words.n_codes(Column::Actor) as u32).map(|c| words.word(Column::Actor, c)).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), words.n_codes(Column::Actor), "a word of the lost reading was kept or doubled");
    record.compact(1).unwrap();
    let names: Vec<String> = files(folder.path()).into_keys().collect();
    assert!(!names.iter().any(|name| name.starts_with("draft-")));
    assert!(names.contains(&"notes.txt".to_owned()), "not ours to remove");
    assert_eq!(names.iter().filter(|name| name.starts_with("words-")).count(), 1);
}

#[test]
fn stopped_at_every_safe_place_ends_as_the_same_bytes() {
    let story = story(4_000, 3);
    let whole = tempfile::tempdir().unwrap();
    let mut record = Record::open(whole.path()).unwrap();
    read(&mut record, "s", &story);
    record.compact(1).unwrap();

    let pieces = tempfile::tempdir().unwrap();
    let stop = AtomicBool::new(true);
    let mut n_stops = 0;
    loop {
        // Sometimes another process goes on, sometimes the same one.
        let mut record = Record::open(pieces.path()).unwrap();
        let appender = record.appender("s", "events", "builtin", Start::Resume).unwrap();
        let mut appender = appender.interrupted_by(&stop).holding(170);
        if pour(&mut appender, &story, 333) == Flow::Continue {
            appender.finish("4000").unwrap();
            break;
        }
        drop(appender);
        n_stops += 1;
        let appender = record.appender("s", "events", "builtin", Start::Resume).unwrap();
        // A crash in between: poured, but no safe place reached.
        let mut appender = appender.holding(100);
        let done: usize = appender.source().position.as_deref().unwrap().parse().unwrap();
        story[done..].iter().take(250).for_each(|told| told.pour(&mut appender));
    }
    assert_eq!(n_stops, 12);
    let mut record = Record::open(pieces.path()).unwrap();
    assert!(record.snapshot().unwrap().n_runs() > 100);
    let compaction = record.compact(2).unwrap();
    assert_eq!(compaction.runs_after, 16);
    assert_eq!(compaction.rows_dropped, 0);
    assert_eq!(record.source("s").unwrap().ledger.kept, 4_000);
    let (whole, pieces) = (files(whole.path()), files(pieces.path()));
    assert_eq!(whole.keys().collect::<Vec<_>>(), pieces.keys().collect::<Vec<_>>());
    assert!(whole == pieces);
}

#[test]
fn safe_places_are_made_durable_once_enough_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    let mut said = Vec::new();
    let mut telling = |progress: Progress| said.push(progress);
    let mut appender = record.appender("s", "events", "l", Start::Resume).unwrap().holding(100).telling(&mut telling);
    let on_disk = || Record::open(folder.path()).unwrap().source("s").and_then(|source| source.position);
    for (at, told) in story(250, 1).iter().enumerate() {
        told.pour(&mut appender);
        assert_eq!(appender.checkpoint(&at.to_string()).unwrap(), Flow::Continue);
        assert_eq!(on_disk(), [None, Some("99".to_owned()), Some("199".to_owned())][(at + 1) / 100]);
    }
    appender.progress(250, Some(300));
    drop(appender);
    assert_eq!(said, [Progress { done: 250, total: Some(300), events: 250 }]);
    assert_eq!(record.n_events(), 200);
}

#[test]
fn a_source_read_anew_replaces_what_it_gave_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "kept", &story(300, 2));
    read(&mut record, "s", &story(1_500, 1));
    record.compact(2).unwrap();
    let mut appender = record.appender("s", "events", "builtin", Start::Anew).unwrap();
    appender.seen();
    appender.set_aside("line 1", Reason::TimeMissing, "nothing");
    story(40, 1).iter().for_each(|told| told.pour(&mut appender));
    assert_eq!(Record::open(folder.path()).unwrap().n_events(), 1_800, "nothing is gone before the first safe place");
    appender.finish("40").unwrap();

    let mut expected_now = expected("kept", &story(300, 2));
    expected_now.extend(expected("s", &story(40, 1)));
    assert_eq!(record.n_events(), 340);
    assert_eq!(told(&record), expected_now);
    let source = record.source("s").unwrap();
    assert_eq!((source.generation, source.ledger.seen, source.ledger.kept), (2, 41, 40));
    assert_eq!(engine(&record).tally(None).unwrap().events, 340);
    let compaction = record.compact(2).unwrap();
    assert_eq!(compaction.rows_dropped, 1_500);
    assert_eq!(told(&record), expected_now);
    assert_eq!(record.snapshot().unwrap().skipped().unwrap().len(), 1);
    assert_eq!(record.compact(2).unwrap().rows_dropped, 0);
}

#[test]
fn one_writer_at_a_time_and_any_number_of_readers() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Record::open(folder.path()).unwrap();
    read(&mut first, "s", &story(1_500, 1));
    let before = told(&first);
    let reader = first.snapshot().unwrap();
    let mut second = Record::open(folder.path()).unwrap();
    let mut appender = first.appender("t", "events", "builtin", Start::Resume).unwrap();
    story(300, 2)[..100].iter().for_each(|told| told.pour(&mut appender));
    let error = second.appender("u", "events", "l", Start::Resume).unwrap_err();
    assert!(matches!(error, EngineError::Locked { .. }));
    assert!(error.to_string().contains("writer.lock"));
    assert!(error.hint().is_some());
    assert_eq!(told(&second), before, "a reader does not see what is not safe");
    appender.finish("100").unwrap();
    first.compact(1).unwrap();

    // The other handle opened before all of this: writing takes it to what is on disk now.
    read(&mut second, "u", &story(300, 2)[100..]);
    second.compact(1).unwrap();
    assert_eq!(second.n_events(), 1_800);
    assert_eq!(reader.n_events(), 1_500);
    let options = sayso_engine::EngineOptions { threads: std::num::NonZeroUsize::new(1), memory_limit: None };
    let old = sayso_engine::Engine::new(reader, options).unwrap();
    assert_eq!(old.tally(None).unwrap().events, 1_500, "its files are still there");
    drop(old);
    let n_files = files(folder.path()).len();
    second.compact(1).unwrap();
    drop(second.appender("v", "events", "l", Start::Resume).unwrap());
    assert!(files(folder.path()).len() < n_files, "nobody reads the old files any more");
    let mut all = before;
    all.extend(expected("t", &story(300, 2)[..100]));
    all.extend(expected("u", &story(300, 2)[100..]));
    assert_eq!(told(&second), all);
}

#[test]
fn another_lens_is_another_reading() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "s", &story(10, 1));
    let error = record.appender("s", "events", "other", Start::Resume).unwrap_err();
    assert_eq!(
        error.to_string(),
        "go on with source `s`: it was begun as events through lens `builtin`, now it is events through lens `other`"
    );
    assert!(record.appender("s", "events", "other", Start::Anew).is_ok());
}

#[test]
fn the_books_are_exact_and_the_places_are_the_first_ones() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    let mut appender = record.appender("s", "csv", "l", Start::Resume).unwrap();
    let n = SKIPPED_KEPT_MAX as u64 + 500;
    for line in 0..n {
        appender.seen();
        appender.set_aside(&format!("line {line}"), Reason::RowMalformed, "?");
        appender.note("here", Note::KeyTwice, "k");
        if line == 400 {
            drop(appender.finish(&line.to_string()).unwrap());
            appender = record.appender("s", "csv", "l", Start::Resume).unwrap();
        }
    }
    appender.seen();
    let row = EventRow::new("I", Instant::from_micros(1), "two events of one element");
    appender.event(&row).unwrap();
    appender.event(&row).unwrap();
    appender.seen();
    let state = appender.finish("end").unwrap();
    assert_eq!(state.ledger.seen, n + 2);
    assert_eq!((state.ledger.kept, state.ledger.events), (1, 2));
    assert_eq!(state.ledger.set_aside[&Reason::RowMalformed], n);
    assert_eq!(state.ledger.notes[&Note::KeyTwice], n);
    assert_eq!(state.ledger.n_lost(), 1, "the last element is neither kept nor set aside");
    record.compact(1).unwrap();
    let skipped = record.snapshot().unwrap().skipped().unwrap();
    assert_eq!(skipped.len(), SKIPPED_KEPT_MAX);
    assert_eq!(skipped[0].place, "line 0");
    assert_eq!(skipped[SKIPPED_KEPT_MAX - 1].place, format!("line {}", SKIPPED_KEPT_MAX - 1));
}

#[test]
fn a_damaged_manifest_and_one_of_a_later_version_say_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("manifest.json"), "{\"format\": 99, \"else\": 1}").unwrap();
    let error = Record::open(folder.path()).unwrap_err();
    assert!(matches!(error, EngineError::Format { found: 99, .. }), "{error}");
    std::fs::write(folder.path().join("manifest.json"), "{\"format\"").unwrap();
    let error = Record::open(folder.path()).unwrap_err();
    assert!(matches!(error, EngineError::Damaged { .. }), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn a_reader_sees_one_state_while_somebody_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let done = AtomicBool::new(false);
    /// Says that the writer has ended, also when it panics: the reader must not wait for ever.
    struct Ends<'a>(&'a AtomicBool);
    impl Drop for Ends<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _ends = Ends(&done);
            let mut record = Record::open(&path).unwrap();
            for round in 0..12 {
                let mut appender = record.appender("s", "events", "l", Start::Anew).unwrap();
                // Every reading gives 70 events and says so in each of them.
                for n in 0..70 {
                    let round = format!("round {round}");
                    Told { item: format!("I{n}"), at: n, activity: round, ..Told::default() }.pour(&mut appender);
                }
                appender.finish("70").unwrap();
                record.compact(1).unwrap();
            }
        });
        let mut n_seen = 0;
        while !done.load(Ordering::SeqCst) || n_seen == 0 {
            let record = Record::open(&path).unwrap();
            let engine = engine(&record);
            let tally = engine.tally(None).unwrap();
            assert!(tally.events == 0 || tally.events == 70 && tally.activities_without_act.len() == 1, "{tally:?}");
            n_seen += 1;
        }
    });
}

#[test]
fn words_of_this_process_stand_behind_those_of_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "s", &story(100, 1));
    let mut words = record.snapshot().unwrap().words();
    let recorded = words.n_codes(Column::Site);
    let known = words.code(Column::Site, "site 1").unwrap().unwrap();
    assert_eq!(words.intern_extra(Column::Site, "site 1").unwrap(), known);
    assert_eq!(words.code(Column::Site, "Hull").unwrap(), None);
    let hull = words.intern_extra(Column::Site, "Hull").unwrap();
    assert_eq!(hull as usize, recorded);
    assert_eq!(words.intern_extra(Column::Site, "Hull").unwrap(), hull);
    assert_eq!(words.word(Column::Site, hull), "Hull");
    assert_eq!(words.word(Column::Site, hull + 1), "");
    assert_eq!(words.n_codes(Column::Site), recorded + 1);
    assert_eq!(words.code(Column::Team, "Blue").unwrap().map(|code| words.word(Column::Team, code)), Some("Blue"));
    assert!(words.code(Column::Role, "owner").unwrap().is_some());
}

#[test]
fn a_source_that_is_forgotten_leaves_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open_scratch(folder.path()).unwrap();
    read(&mut record, "kept", &story(300, 2));
    read(&mut record, "s", &story(1_500, 1));
    record.compact(1).unwrap();
    assert!(!record.forget("never read").unwrap());
    assert!(record.forget("s").unwrap());
    assert!(!record.forget("s").unwrap());
    assert_eq!(record.n_events(), 300);
    assert!(record.source("s").is_none());
    assert_eq!(told(&record), expected("kept", &story(300, 2)));
    assert_eq!(record.compact(1).unwrap().rows_dropped, 1_500);
    assert_eq!(told(&record), expected("kept", &story(300, 2)));
    read(&mut record, "s", &story(20, 1));
    assert_eq!(record.source("s").unwrap().generation, 1);
    assert_eq!(engine(&record).tally(None).unwrap().events, 320);
    assert!(record.forget("kept").unwrap() && record.forget("s").unwrap());
    assert_eq!((record.n_events(), record.bounds()), (0, None));
}

#[test]
fn little_that_is_new_is_left_to_be_merged_while_reading() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open_scratch(folder.path()).unwrap();
    read(&mut record, "s", &story(5_000, 1));
    assert_eq!(record.compact_if_needed(1).unwrap().runs_after, 16);
    read(&mut record, "t", &story(16, 2));
    let few = record.compact_if_needed(1).unwrap();
    assert!(few.runs_after > 16 && few.runs_before == few.runs_after, "{few:?}");
    read(&mut record, "u", &story(5_000, 2));
    assert_eq!(record.compact_if_needed(1).unwrap().runs_after, 16);
    assert_eq!(engine(&record).tally(None).unwrap().events, 10_016);
}
