//! Erasing a word: what stands on disk afterwards, file by file, not what the record says of itself.

use std::fs::File;
use std::path::Path;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::DataType;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sayso_engine::{Record, Start};
use sayso_model::coverage::Reason;
use sayso_model::event::EventSink;
use sayso_model::words::Column;

use super::build::{pour, read, story};

/// Every text in every file below a folder: those of Parquet files decoded, all others as they are.
fn texts(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "parquet") {
            all.push(String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned());
            continue;
        }
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap().build().unwrap();
        for batch in reader {
            for column in batch.unwrap().columns() {
                match column.data_type() {
                    DataType::Utf8View => all.extend(column.as_string_view().iter().flatten().map(str::to_owned)),
                    DataType::Utf8 => all.extend(column.as_string::<i32>().iter().flatten().map(str::to_owned)),
                    _ => {}
                }
            }
        }
    }
    all
}

fn holds(folder: &Path, word: &str) -> bool {
    texts(folder).iter().any(|text| text.contains(word))
}

#[test]
fn an_erased_word_stands_in_no_file_and_does_not_come_back_by_compaction() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    // Two sources, so that there are several dictionaries and lists to write anew.
    read(&mut record, "a", &story(1_500, 1));
    let mut appender = record.appender("b", "events", "lens", Start::Anew).unwrap();
    let _ = pour(&mut appender, &story(300, 2), 100);
    appender.seen();
    appender.set_aside("line 7", Reason::ActUnknown, "person 7 said so");
    appender.finish("end").unwrap();
    assert!(holds(folder.path(), "person 7"), "the search must be able to find the word");
    let events = record.n_events();

    let erasure =
        record.erase(&|_, word| word.contains("person 7").then(|| word.replace("person 7", "somebody"))).unwrap();
    assert!(erasure.words >= 1 && erasure.skipped == 1, "{erasure:?}");
    assert!(!holds(folder.path(), "person 7"));
    assert!(holds(folder.path(), "somebody") && holds(folder.path(), "person 8"));

    record.compact(1).unwrap();
    drop(record);
    let record = Record::open(folder.path()).unwrap();
    assert!(!holds(folder.path(), "person 7"));
    assert_eq!(record.n_events(), events);
    let words = record.snapshot().unwrap();
    assert!(words.words().code(Column::Actor, "person 7").unwrap().is_none());
}

#[test]
fn erasing_nothing_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "a", &story(200, 1));
    let erasure = record.erase(&|_, _| None).unwrap();
    assert_eq!((erasure.words, erasure.skipped, erasure.items), (0, 0, 0));
    assert_eq!(record.n_events(), 200);
    assert!(holds(folder.path(), "person 7"));
}
