//! Tables: canonical events and others, as CSV, NDJSON and Parquet; what is told apart, what is set aside, where.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray, TimestampMillisecondArray};
use arrow::record_batch::RecordBatch;
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::Verdict;
use sayso_sources::{Kind, Lens, ReadError, Source, probe};

use crate::sink::{Vault, at, file, gzip, read_all, source};

const CANONICAL: &str = "item,at,actor,activity,act,to,matter,area,verdict,link,text,team,points\n\
    1,2024-01-01T10:00:00+01:00,anna,Open,raised,,scope,web,,,because,core,3\n\
    1,2024-01-01T11:00:00+01:00,anna,,asked,meg,,,,,,,\n\
    1,2024-01-01T12:00:00+01:00,meg,Yes,Decided,,,,approved,https://example.org/1,,,\n";

#[track_caller]
fn read(content: &[u8]) -> Vault {
    let (_guard, path) = file("events.csv", content);
    assert_eq!(probe(&path).unwrap(), Kind::Events);
    read_all(&source(Kind::Events, &path)).unwrap()
}

fn fail(kind: Kind, content: &[u8]) -> ReadError {
    let (_guard, path) = file("events.csv", content);
    read_all(&source(kind, &path)).err().expect("an error")
}

#[test]
fn canonical_events_are_taken_as_they_are() {
    let vault = read(CANONICAL.as_bytes());
    assert!(vault.notes.is_empty() && vault.aside.is_empty());
    let [raised, asked, decided] = vault.events.as_slice() else { panic!("three events") };
    assert_eq!((raised.item.as_str(), raised.at, raised.offset), ("1", at("2024-01-01T09:00:00Z"), Some(60)));
    assert_eq!((raised.act, raised.activity.as_str(), raised.actor.as_deref()), ("raised", "Open", Some("anna")));
    assert_eq!(
        (raised.matter.as_deref(), raised.area.as_deref(), raised.team.as_deref()),
        (Some("scope"), Some("web"), Some("core"))
    );
    assert_eq!(raised.attributes, [("points".to_owned(), "3".to_owned())]);
    assert_eq!((asked.act, asked.to.as_deref(), asked.activity.as_str()), ("asked", Some("meg"), ""));
    assert_eq!((decided.act, decided.verdict), ("decided", Some(Verdict::Approved)));
    assert_eq!(decided.link.as_deref(), Some("https://example.org/1"));
}

#[test]
fn separators_marks_and_packing_do_not_matter() {
    let expected = read(CANONICAL.as_bytes()).events;
    for separator in [";", "\t", "|"] {
        assert_eq!(read(CANONICAL.replace(',', separator).as_bytes()).events, expected);
    }
    assert_eq!(read(&[b"\xef\xbb\xbf", CANONICAL.as_bytes()].concat()).events, expected);
    assert_eq!(read(CANONICAL.replace('\n', "\r\n").as_bytes()).events, expected);
    assert_eq!(read(CANONICAL.replace(',', " , ").as_bytes()).events, expected);
    let packed = read(&gzip(CANONICAL.as_bytes()));
    assert_eq!(packed.events, expected);
    assert_eq!(packed.n_notes(Note::CompressionMismatch), 1);
    let wide: Vec<u8> = [0xfeff].into_iter().chain(CANONICAL.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&wide).events, expected);
}

#[test]
fn every_fault_is_set_aside_with_its_line_and_the_rest_is_read() {
    let rows = "item,at,actor,activity,act,verdict\n\
        1,2024-01-01T10:00:00Z,anna,Open,raised,\n\
        ,2024-01-01T10:00:00Z,anna,Open,raised,\n\
        2,,anna,Open,raised,\n\
        2,never,anna,Open,raised,\n\
        2,9999-12-31,anna,Open,raised,\n\
        2,2024-01-01T10:00:00Z,anna,,,\n\
        2,2024-01-01T10:00:00Z,anna,Open,opened,\n\
        2,2024-01-01T10:00:00Z,anna,Open,decided,maybe\n\
        2,2024-01-01T10:00:00Z\n\
        2,2024-01-01T10:00:00Z,anna,Open,raised,,too,wide\n\
        2,2024-01-01T10:00:00Z,\"anna,Open,raised,\n\
        ,,,,,\n\
        3,2024-01-01T10:00:00Z,,Close,executed,\n";
    let vault = read(rows.as_bytes());
    assert_eq!((vault.ledger.seen, vault.events.len()), (13, 2));
    let aside: Vec<_> = vault.aside.iter().map(|(place, reason)| (place.as_str(), *reason)).collect();
    assert_eq!(
        aside,
        [
            ("line 3", Reason::ItemMissing),
            ("line 4", Reason::TimeMissing),
            ("line 5", Reason::TimeUnreadable),
            ("line 6", Reason::TimePlaceholder),
            ("line 7", Reason::ActivityMissing),
            ("line 8", Reason::ActUnknown),
            ("line 9", Reason::VerdictUnknown),
            ("line 10", Reason::RowMalformed),
            ("line 11", Reason::RowMalformed),
            ("line 12", Reason::RowMalformed),
            ("line 13", Reason::ItemMissing),
        ]
    );
    assert_eq!(vault.notes, [("line 14".to_owned(), Note::ActorMissing)]);
}

#[test]
fn a_row_with_bytes_that_are_no_text_is_set_aside() {
    let mut bytes = b"item,at,actor,act\n1,2024-01-01T10:00:00Z,Zo\xc3\xab,raised\n2,2024-01-01T10:00:00Z,Z".to_vec();
    bytes.extend_from_slice(b"\xff,raised\n3,2024-01-01T10:00:00Z,\xc5\x81ucja,raised\n");
    let vault = read(&bytes);
    assert_eq!(vault.aside, [("line 3".to_owned(), Reason::EncodingInvalid)]);
    assert_eq!(vault.events[1].actor.as_deref(), Some("Łucja"));
}

#[test]
fn one_event_none_and_nothing_at_all() {
    assert_eq!(read(b"item,at,actor,act\n1,2024-01-01,anna,raised").events.len(), 1);
    assert_eq!(read(b"item,at,actor,act\n").ledger.seen, 0);
    assert!(matches!(fail(Kind::Events, b""), ReadError::Empty { .. }));
    assert!(matches!(fail(Kind::Events, b"\n\n"), ReadError::Empty { .. }));
    assert!(matches!(fail(Kind::Events, &gzip(b"")), ReadError::Empty { .. }));
}

#[test]
fn a_packed_table_that_breaks_off_can_be_salvaged() {
    let rows: String =
        (0..5_000).map(|n| format!("{n},2024-01-01T10:00:00Z,anna-{},raised\n", n * 7_919 % 5_003)).collect();
    let packed = gzip(format!("item,at,actor,act\n{rows}").as_bytes());
    let (_guard, path) = file("events.csv.gz", &packed[..packed.len() / 2]);
    let mut source = source(Kind::Events, &path);
    let error = read_all(&source).err().unwrap();
    let ReadError::Truncated { events, .. } = error else { panic!("{error}") };
    assert!(events > 1_000 && events < 5_000);
    source.salvage = true;
    let vault = read_all(&source).unwrap();
    assert_eq!(vault.ledger.kept, events);
    assert!(vault.n_aside(Reason::Truncated) <= 1);
    assert_eq!(vault.n_notes(Note::SourceIncomplete), 1);
}

#[test]
fn columns_that_are_not_there_are_named_with_what_is() {
    let error = fail(Kind::Events, b"item,when,actor,act\n1,2024-01-01,anna,raised\n");
    assert!(error.to_string().contains("`at`"), "{error}");
    assert!(error.hint().unwrap().contains("`when`"));
    let error = fail(Kind::Events, b"item,at,actr,act\n1,2024-01-01,anna,raised\n");
    assert!(error.hint().unwrap().starts_with("did you mean `actr`?"), "{:?}", error.hint());
    let error = fail(Kind::Events, b"item,at,actor\n1,2024-01-01,anna\n");
    assert!(error.to_string().contains("activity"), "{error}");
}

#[test]
fn a_column_twice_counts_as_the_last_one() {
    let vault = read(b"item,at,actor,act,actor\n1,2024-01-01T00:00:00Z,anna,raised,meg\n");
    assert_eq!(vault.events[0].actor.as_deref(), Some("meg"));
    assert_eq!(vault.notes, [("line 1".to_owned(), Note::KeyTwice)]);
}

#[test]
fn rows_as_json() {
    let rows = r#"{"item":"1","at":"2024-01-01T10:00:00Z","actor":"anna","act":"raised","text":"why","points":3,"who":{"name":"x","tags":["a","b"]},"none":null}
not json
{"item":7,"at":"2024-01-01T11:00:00Z","actor":"meg","activity":"Say","act":"decided","verdict":"rejected"}

{"item":"1","item":"2","at":"2024-01-01T11:00:00Z","actor":"meg","act":"worked"}
[1]
{"item":"1","at":"2024-01-01T10:00:00Z","actor":"anna""#;
    let vault = read(rows.as_bytes());
    assert_eq!(vault.events.iter().map(|event| event.item.as_str()).collect::<Vec<_>>(), ["1", "7", "2"]);
    let pairs: Vec<_> = vault.events[0].attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(pairs, [("points", "3"), ("who.name", "x"), ("who.tags", r#"["a","b"]"#)]);
    assert_eq!(vault.notes, [("line 5".to_owned(), Note::KeyTwice)]);
    let aside: Vec<_> = vault.aside.iter().map(|(place, reason)| (place.as_str(), *reason)).collect();
    let malformed = Reason::RowMalformed;
    assert_eq!(aside, [("line 2", malformed), ("line 6", malformed), ("line 7", malformed)]);
}

/// Five canonical events as Parquet.
pub fn parquet() -> Vec<u8> {
    let millis = |text: &str| at(text).micros() / 1_000;
    let instants: Vec<Option<i64>> = [
        Some("2024-01-01T09:00:00Z"),
        Some("2024-01-01T10:00:00.5Z"),
        None,
        Some("2024-01-02T10:00:00Z"),
        Some("2024-01-03T10:00:00Z"),
    ]
    .iter()
    .map(|text| text.map(millis))
    .collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("item", Arc::new(Int64Array::from(vec![1, 1, 1, 2, 2]))),
        ("at", Arc::new(TimestampMillisecondArray::from(instants).with_timezone("UTC"))),
        ("actor", Arc::new(StringArray::from(vec![Some("anna"), Some("meg"), Some("meg"), None, Some("kuba")]))),
        ("act", Arc::new(StringArray::from(vec!["raised", "decided", "worked", "raised", "executed"]))),
        ("urgent", Arc::new(BooleanArray::from(vec![Some(true), None, None, Some(false), None]))),
        ("points", Arc::new(Float64Array::from(vec![Some(2.5), None, None, None, None]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn rows_as_parquet() {
    let vault = read(&parquet());
    assert_eq!(vault.aside, [("row 3".to_owned(), Reason::TimeMissing)]);
    assert_eq!(vault.notes, [("row 4".to_owned(), Note::ActorMissing)]);
    assert_eq!(vault.events.len(), 4);
    assert_eq!((vault.events[1].at, vault.events[1].offset), (at("2024-01-01T10:00:00.5Z"), None));
    let pairs: Vec<_> = vault.events[0].attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(pairs, [("urgent", "true"), ("points", "2.5")]);
    let bytes = parquet();
    assert!(matches!(fail(Kind::Events, &bytes[..bytes.len() - 20]), ReadError::Malformed { .. }));
}

const LENS: &str = r#"
name = "tickets"
item = "Ticket"
at = "Done"
start = "Begun"
actor = "{Agent|Queue}"
activity = "{Step}[/{lifecycle:transition}]"
site = "Country"
format = "%d/%m/%Y %H:%M"
zone = "Europe/London"
first = "raised"
[unknown]
site = ["?"]
"{Agent}" = ["nobody"]
[fold]
site = "upper"
[default]
matter = "support"
area = "{Product}"
[[rule]]
activity = "Ignore/*"
skip = true
[[rule]]
activity = "/^(Close|Reject)/complete$/"
where = { Country = ["U*", ""] }
act = ["handed", "decided"]
to = "{actor}"
verdict = "approved"
[[rule]]
activity = "*/start"
act = "handed"
to = "{actor}"
[[rule]]
where = { site = "*" }
act = "worked"
"#;

#[test]
fn a_lens_says_what_the_columns_are() {
    let rows = "Ticket;Begun;Done;Agent;Queue;Step;Country;Product\n\
        7;01/07/2024 10:00;01/07/2024 11:00;ann;q;Look;uk;web\n\
        7;01/07/2024 12:00;;nobody;q;Look;?;\n\
        7;soon;01/07/2024 13:00;bo;q;Close;;\n\
        8;01/07/2024 14:00;01/07/2024 15:00;bo;q;Ignore;pl;\n\
        8;01/07/2024 14:00;soon;bo;q;Look;pl;\n";
    let (_guard, path) = file("tickets.csv", rows.as_bytes());
    assert_eq!(probe(&path).unwrap(), Kind::Csv);
    let lens = Lens::parse(LENS).unwrap();
    let vault = read_all(&Source::new("test", Kind::Csv, &path, lens)).unwrap();
    let told: Vec<_> = vault
        .events
        .iter()
        .map(|event| (event.act, event.activity.as_str(), event.to.as_deref(), event.site.as_deref(), event.at))
        .collect();
    assert_eq!(
        told,
        [
            ("raised", "Look/start", None, Some("UK"), at("2024-07-01T09:00:00Z")),
            ("handed", "Look/start", Some("ann"), Some("UK"), at("2024-07-01T09:00:00Z")),
            ("worked", "Look/complete", None, Some("UK"), at("2024-07-01T10:00:00Z")),
            ("handed", "Look/start", Some("q"), None, at("2024-07-01T11:00:00Z")),
            ("handed", "Close/complete", Some("bo"), None, at("2024-07-01T12:00:00Z")),
            ("decided", "Close/complete", None, None, at("2024-07-01T12:00:00Z")),
        ]
    );
    assert_eq!(vault.events[5].verdict, Some(Verdict::Approved));
    assert_eq!(vault.events[4].verdict, None);
    assert_eq!((vault.events[0].matter.as_deref(), vault.events[0].area.as_deref()), (Some("support"), Some("web")));
    assert_eq!(vault.events[3].area, None);
    assert_eq!(vault.events[4].attribute("Begun"), Some("soon"));
    assert_eq!(vault.events[0].attribute("Begun"), None);
    assert_eq!(vault.n_notes(Note::TypeMismatch), 1);
    assert_eq!(
        vault.aside,
        [("line 5".to_owned(), Reason::LeftOutByLens), ("line 6".to_owned(), Reason::TimeUnreadable)]
    );
}

#[test]
fn a_lens_with_a_mistake_says_where_and_what_was_meant() {
    let refused = |text: &str| Lens::parse(&format!("name = \"x\"\n{text}")).unwrap_err();
    assert_eq!(refused("actr = \"a\"").hint, "did you mean `actor`?");
    assert_eq!(refused("[[rule]]\nactivty = \"a\"").hint, "did you mean `activity`?");
    assert_eq!(refused("[[rule]]\nact = \"descided\"").hint, "did you mean `decided`?");
    assert_eq!(refused("[[rule]]\nact = \"decided\"\nverdict = \"aproved\"").hint, "did you mean `approved`?");
    assert_eq!(refused("[unknown]\nsit = [\"0\"]").hint, "did you mean `site`?");
    assert_eq!(refused("[fold]\nsite = \"uper\"").hint, "did you mean `upper`?");
    assert!(refused("item = \"{a\"").what.contains("without `}`"));
    assert!(refused("zone = \"Europe/Warschau\"").hint.contains("IANA"));
    assert!(refused("[[rule]]\nactivity = \"/(/\"").what.contains("regular expression"));
    assert!(refused("item = \"\"").what.contains("empty"));
    assert!(Lens::parse("name = ").is_err());
}

#[test]
fn the_lenses_of_the_guide_and_the_built_in_ones_can_be_read() {
    for (name, _) in sayso_sources::lens::BUILT_IN {
        assert_eq!(Lens::built_in(name).unwrap().name(), name);
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/lenses");
    let mut n = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ext| ext == "toml") {
            let lens = Lens::load(&path).unwrap();
            assert_eq!(path.file_stem().unwrap().to_str(), Some(lens.name()));
            n += 1;
        }
    }
    assert!(n >= 7);
    assert!(Lens::built_in("none").is_none());
}

#[test]
fn a_path_is_told_by_its_content() {
    let kind = |name: &str, content: &[u8]| {
        let (_guard, path) = file(name, content);
        probe(&path)
    };
    let xes = b"<?xml version='1.0'?><!-- x --><log/>";
    assert_eq!(kind("a.csv", xes).unwrap(), Kind::Xes);
    assert_eq!(kind("a.xes", &gzip(xes)).unwrap(), Kind::Xes);
    assert_eq!(kind("a", b"case;activity\n1;A\n").unwrap(), Kind::Csv);
    assert_eq!(kind("a", CANONICAL.as_bytes()).unwrap(), Kind::Events);
    assert_eq!(kind("a", b"{\"item\":1,\"at\":\"\",\"actor\":\"\",\"act\":\"\"}\n").unwrap(), Kind::Events);
    assert_eq!(kind("a", b"{\"id\":1}\n").unwrap(), Kind::Csv);
    assert_eq!(kind("a", &parquet()).unwrap(), Kind::Events);
    assert_eq!(kind("a", b"{\"objectTypes\":[]}").unwrap(), Kind::Ocel);
    assert_eq!(kind("a", b"<log><object-types></object-types></log>").unwrap(), Kind::Ocel);
    assert_eq!(kind("a", b"# v2 git bundle\nabc").unwrap(), Kind::Git);
    assert!(matches!(kind("a", b""), Err(ReadError::Empty { .. })));
    for foreign in [
        b"PK\x03\x04....".as_slice(),
        b"SQLite format 3\0....",
        b"[{\"item\":1}]",
        b"<html/>",
        b"just words\nand more\n",
        b"\x00\x01\x02\x03,,",
    ] {
        let error = kind("a", foreign).unwrap_err();
        assert!(matches!(error, ReadError::Unrecognised { .. }), "{error}");
        assert!(error.hint().is_some_and(|hint| !hint.is_empty()));
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(probe(folder.path()), Err(ReadError::Unrecognised { .. })));
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    assert_eq!(probe(folder.path()).unwrap(), Kind::Git);
    let missing = probe(&folder.path().join("nothing")).unwrap_err();
    assert!(matches!(missing, ReadError::Io { .. }));
}
