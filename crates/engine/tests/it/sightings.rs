//! What is kept of everybody's hours and sites is what a walk over all events finds, whatever happened to the record.

use std::collections::{BTreeMap, BTreeSet};

use sayso_engine::{Record, Start};
use sayso_model::activity::Activity;
use sayso_model::event::Flow;
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};

use super::build::{Told, engine, pour, read, story};

/// By source and actor, in words.
type Seen = BTreeMap<(String, String), (Activity, BTreeSet<String>)>;

fn kept(record: &Record) -> Seen {
    let engine = engine(record);
    let words = engine.snapshot().words();
    let word = |column, code| words.word(column, code).to_owned();
    let sightings = engine.sightings().unwrap();
    let seen = sightings.iter().map(|(source, actor, seen)| {
        let sites = seen.sites.iter().map(|site| word(Column::Site, *site)).collect();
        ((word(Column::Source, source), word(Column::Actor, actor)), (seen.activity.clone(), sites))
    });
    seen.collect()
}

fn walked(stories: &[(&str, &[Told])]) -> Seen {
    let mut seen = Seen::new();
    for (source, story) in stories {
        for told in *story {
            let Some(actor) = &told.actor else { continue };
            let (activity, sites) = seen.entry(((*source).to_owned(), actor.clone())).or_default();
            activity.add(Instant::from_micros(told.at), told.offset);
            sites.extend(told.site.clone());
        }
    }
    seen
}

#[test]
fn nothing_kept_something_kept_and_all_kept_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    assert!(kept(&record).is_empty());
    record.sum_up().unwrap();
    assert!(kept(&record).is_empty());

    let (first, second) = (story(5_000, 3), story(2_000, 4));
    read(&mut record, "first", &first);
    assert_eq!(kept(&record), walked(&[("first", &first)]), "nothing is kept yet");
    record.sum_up().unwrap();
    assert_eq!(kept(&record), walked(&[("first", &first)]), "all is kept");
    let version = files(&record);
    record.sum_up().unwrap();
    assert_eq!(files(&record), version, "there is nothing to add");

    // In pieces, with files merged before they are summed up: what is new stands among what is old.
    for (at, piece) in [700, 1_400, 2_000].into_iter().enumerate() {
        let mut appender = record.appender("second", "events", "builtin", Start::Resume).unwrap();
        assert_eq!(pour(&mut appender, &second[..piece], 100), Flow::Continue);
        appender.finish(&piece.to_string()).unwrap();
        let now = walked(&[("first", &first), ("second", &second[..piece])]);
        assert_eq!(kept(&record), now, "piece {at}");
        record.compact(2).unwrap();
        assert_eq!(kept(&record), now, "piece {at}, merged");
        if at == 1 {
            record.sum_up().unwrap();
            assert_eq!(kept(&record), now, "piece {at}, summed up");
        }
    }
    record.sum_up().unwrap();
    assert_eq!(kept(&Record::open(folder.path()).unwrap()), walked(&[("first", &first), ("second", &second)]));
}

#[test]
fn a_source_that_is_read_anew_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    let (first, second, other) = (story(1_000, 3), story(800, 4), story(300, 5));
    read(&mut record, "other", &other);
    read(&mut record, "one", &first);
    record.sum_up().unwrap();
    read(&mut record, "one", &second);
    let now = walked(&[("other", &other), ("one", &second)]);
    assert_eq!(kept(&record), now);
    record.sum_up().unwrap();
    assert_eq!(kept(&record), now);
    record.compact(1).unwrap();
    assert_eq!(kept(&record), now);
    assert!(record.forget("one").unwrap());
    assert_eq!(kept(&record), walked(&[("other", &other)]));
}

#[test]
fn pieces_leave_the_same_file_as_one_reading() {
    let story = story(3_000, 9);
    let name = |pieces: &[usize]| {
        let folder = tempfile::tempdir().unwrap();
        let mut record = Record::open(folder.path()).unwrap();
        for piece in pieces {
            let mut appender = record.appender("s", "events", "builtin", Start::Resume).unwrap();
            assert_eq!(pour(&mut appender, &story[..*piece], 250), Flow::Continue);
            appender.finish(&piece.to_string()).unwrap();
            record.sum_up().unwrap();
        }
        record.compact(2).unwrap();
        files(&record)
    };
    assert_eq!(name(&[3_000]), name(&[500, 1_250, 3_000]));
}

/// The names of the files, which are made of their content.
fn files(record: &Record) -> BTreeSet<String> {
    let names =
        std::fs::read_dir(record.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".parquet")).collect()
}
