//! Stopped and resumed anywhere, a reading gives what one without a break gives; and what is the same is not read again.

use std::path::Path;

use sayso_sources::{Done, Freshness, Kind, Lens, ReadError, Source, freshness, read};

use crate::sink::{Vault, file, gzip, read_all};
use crate::traps::{event, log, trace};

const FIRST: &str = "first = \"raised\"\n";

fn source(kind: Kind, path: &Path, every: u64, has_memory: bool) -> Source {
    let plain = Lens::of_kind(kind);
    let lens = if has_memory { Lens::parse(&format!("{FIRST}{}", plain.text())).unwrap() } else { plain };
    let mut source = Source::new("test", kind, path, lens);
    source.checkpoint_every = every;
    source
}

/// Stops at every checkpoint in turn, loses what came after it, and goes on.
#[track_caller]
fn check(kind: Kind, name: &str, content: &[u8]) {
    let (_guard, path) = file(name, content);
    for has_memory in [false, true] {
        let whole = read_all(&source(kind, &path, u64::MAX, has_memory)).unwrap();
        assert!(whole.positions.is_empty() && whole.events.len() > 3);
        for every in [1, 2, 3] {
            let source = source(kind, &path, every, has_memory);
            let n = read_all(&source).unwrap().positions.len();
            assert!(n > 0);
            for stop in 1..=n {
                let mut vault = Vault { stop_at: Some(stop), ..Vault::default() };
                assert_eq!(read(&source, None, &mut vault).unwrap(), Done::Interrupted);
                let position = vault.positions.last().unwrap().clone();
                assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Grown);
                vault.roll_back();
                vault.stop_at = None;
                let done = read(&source, Some(&position), &mut vault).unwrap();
                assert_eq!(vault.events, whole.events, "stopped at {stop} of {n}, every {every}");
                assert_eq!((&vault.ledger, &vault.notes, &vault.aside), (&whole.ledger, &whole.notes, &whole.aside));
                let Done::Complete { position } = done else { panic!("not complete") };
                assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Unchanged);
            }
            let mut vault = Vault::default();
            let mut resume: Option<String> = None;
            loop {
                vault.stop_at = Some(vault.positions.len() + 1);
                match read(&source, resume.as_deref(), &mut vault).unwrap() {
                    Done::Interrupted => resume = vault.positions.last().cloned(),
                    Done::Complete { .. } => break,
                }
            }
            assert_eq!((&vault.events, &vault.ledger), (&whole.events, &whole.ledger), "stopped everywhere");
        }
    }
}

fn xes() -> String {
    let t = |day: u32| format!("2024-01-{day:02}T10:00:00");
    log(&format!(
        "{}{}<trace/>{}{}{}<trace>{}</trace>{}",
        trace("c1", &(event("A", &t(3), "") + &event("B", &t(2), "") + &event("C", "soon", ""))),
        trace("c2", ""),
        event("X", &t(1), ""),
        trace("c1", &event("D", &t(4), "")),
        trace("c3", &(event("E", &t(5), "<int key='n' value='x'/>") + &event("F", &t(6), ""))),
        event("G", &t(7), ""),
        trace("c4", &event("H", "2024-01-08", "")),
    ))
}

const ROWS: &str = "item,at,actor,activity,act,to,note\n\
    1,2024-01-01T10:00:00+01:00,anna,Open,raised,,a\n\
    1,2024-01-01T11:00:00,anna,Ask,asked,meg,b\n\
    bad row\n\
    2,soon,kuba,Open,raised,,c\n\
    2,2024-01-02,kuba,Open,raised,,d\n\n\
    1,2024-01-03T10:00:00Z,meg,Say,shouted,,e\n\
    1,2024-01-03T11:00:00Z,meg,Say,decided,,\"f\ng\"\n\
    2,2024-01-04T11:00:00Z,,Close,executed,,h\n";

fn json() -> String {
    ROWS.lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            match fields.as_slice() {
                [item, at, actor, activity, act, ..] => format!(
                    "{{\"item\":\"{item}\",\"at\":\"{at}\",\"actor\":\"{actor}\",\"activity\":\"{activity}\",\"act\":\"{act}\"}}\n"
                ),
                _ => format!("{line}\n"),
            }
        })
        .collect()
}

#[test]
fn an_event_log_goes_on_where_it_was_stopped() {
    check(Kind::Xes, "log.xes", xes().as_bytes());
    check(Kind::Xes, "log.xes.gz", &gzip(xes().as_bytes()));
}

#[test]
fn rows_go_on_where_they_were_stopped() {
    check(Kind::Events, "events.csv", ROWS.as_bytes());
    check(Kind::Events, "events.csv.gz", &gzip(ROWS.as_bytes()));
    check(Kind::Events, "events.ndjson", json().as_bytes());
}

#[test]
fn a_parquet_file_goes_on_where_it_was_stopped() {
    check(Kind::Events, "events.parquet", &crate::tables::parquet());
}

fn complete(source: &Source, resume: Option<&str>, vault: &mut Vault) -> String {
    match read(source, resume, vault).unwrap() {
        Done::Complete { position } => position,
        Done::Interrupted => panic!("interrupted"),
    }
}

#[test]
fn rows_that_were_added_are_read_alone() {
    for content in [ROWS.to_owned(), ROWS.trim_end().to_owned(), json()] {
        let (_guard, path) = file("events", content.as_bytes());
        let source = source(Kind::Events, &path, 2, true);
        assert_eq!(freshness(&source, None).unwrap(), Freshness::New);
        let mut vault = Vault::default();
        let position = complete(&source, None, &mut vault);
        assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Unchanged);
        let seen = vault.ledger.seen;
        let more = if content.starts_with('{') {
            "{\"item\":\"1\",\"at\":\"2024-02-01T10:00:00Z\",\"actor\":\"meg\",\"act\":\"worked\"}\n"
        } else {
            "1,2024-02-01T10:00:00Z,meg,,worked,,i\n"
        };
        let line_end = if content.ends_with('\n') { "" } else { "\n" };
        std::fs::write(&path, format!("{content}{line_end}{more}")).unwrap();
        assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Grown);
        let position = complete(&source, Some(&position), &mut vault);
        assert_eq!(vault.ledger.seen, seen + 1);
        assert_eq!(vault.events, read_all(&source).unwrap().events);
        assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Unchanged);
    }
}

#[test]
fn rows_that_were_added_stand_in_their_own_lines_whatever_stands_before() {
    let head = "item,at,actor,act,site\n";
    let row = |site: &str| format!("1,2024-02-01T10:00:00Z,meg,worked,{site}\n");
    let lines = |text: &str| text.replace('\n', "\r\n").into_bytes();
    let before: [Vec<u8>; 6] = [
        format!("{head}{}\n\n{}", row("x"), row("\"two\nlines\"")).into_bytes(),
        format!("\u{feff}{head}{}bad\n", row("Łódź")).into_bytes(),
        lines(&format!("{head}{}{}", row("x"), row("y"))),
        format!("{head}{}", row("\"x\ry\"")).into_bytes(),
        format!("{head}{}", row("x").trim_end()).replace('\n', "\r").into_bytes(),
        [head.as_bytes(), b"1,2024-02-01T10:00:00Z,J\xfcrgen,worked,x\n"].concat(),
    ];
    for content in before {
        let (_guard, path) = file("events.csv", &content);
        let source = source(Kind::Events, &path, 2, false);
        let mut vault = Vault::default();
        let position = complete(&source, None, &mut vault);
        let more = format!("{}1,bad\n{}", row("z"), row("k"));
        let line_end: &[u8] = if matches!(content.last(), Some(b'\n' | b'\r')) { b"" } else { b"\n" };
        std::fs::write(&path, [&content, line_end, more.as_bytes()].concat()).unwrap();
        assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Grown);
        complete(&source, Some(&position), &mut vault);
        let whole = read_all(&source).unwrap();
        assert_eq!(vault.events, whole.events, "{}", String::from_utf8_lossy(&content));
        assert_eq!((vault.ledger, vault.aside), (whole.ledger, whole.aside), "{}", String::from_utf8_lossy(&content));
    }
}

#[test]
fn what_is_not_only_longer_has_changed() {
    let (_guard, path) = file("events.csv", ROWS.as_bytes());
    let source = source(Kind::Events, &path, 2, false);
    let position = complete(&source, None, &mut Vault::default());
    let is = |content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        freshness(&source, Some(&position)).unwrap()
    };
    assert_eq!(is(ROWS.replace("anna", "lena").as_bytes()), Freshness::Changed);
    assert_eq!(is(&ROWS.as_bytes()[..ROWS.len() - 10]), Freshness::Changed);
    assert_eq!(is(&gzip(ROWS.as_bytes())), Freshness::Changed);
    assert_eq!(is(ROWS.as_bytes()), Freshness::Unchanged);
    assert_eq!(freshness(&source, Some("from another version")).unwrap(), Freshness::Changed);
    // A last row without line end may itself have grown.
    let cut = ROWS.trim_end();
    std::fs::write(&path, cut).unwrap();
    let position = complete(&source, None, &mut Vault::default());
    std::fs::write(&path, format!("{cut}elp\n")).unwrap();
    assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Changed);
    // An event log has an end; what is longer is another one.
    let (_guard, path) = file("log.xes", xes().as_bytes());
    let source = self::source(Kind::Xes, &path, 2, false);
    let position = complete(&source, None, &mut Vault::default());
    std::fs::write(&path, xes() + "\n<!-- more -->").unwrap();
    assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Changed);
}

#[test]
fn another_way_of_looking_reads_anew() {
    let (_guard, path) = file("events.csv", ROWS.as_bytes());
    let mut source = source(Kind::Events, &path, 2, false);
    let position = complete(&source, None, &mut Vault::default());
    source.zone = Some(jiff::tz::TimeZone::get("Europe/Warsaw").unwrap());
    assert_eq!(freshness(&source, Some(&position)).unwrap(), Freshness::Changed);
    assert!(matches!(read(&source, Some(&position), &mut Vault::default()), Err(ReadError::Position { .. })));
}

#[test]
fn a_position_behind_the_end_is_an_error() {
    let (_guard, path) = file("events.csv", ROWS.as_bytes());
    let source = source(Kind::Events, &path, 2, false);
    let position = complete(&source, None, &mut Vault::default());
    std::fs::write(&path, &ROWS[..80]).unwrap();
    assert!(matches!(read(&source, Some(&position), &mut Vault::default()), Err(ReadError::Position { .. })));
}
