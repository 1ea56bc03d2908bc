//! The 48 logs that the shared generator writes, one trap each: the exact outcome of every one of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use sayso_model::coverage::{Note, Reason};
use sayso_sources::{Kind, Lens, ReadError, Source, probe};

use crate::sink::{Kept, Vault, at, read_all, shared};

const T: &str = "2024-03-31T10:00:00Z";

/// Runs the generator; `None` where it, or Python, is not here.
fn generated() -> Option<tempfile::TempDir> {
    let script = shared("peers/edge/gen.py")?;
    let folder = tempfile::tempdir().unwrap();
    match Command::new("python3").arg(script.canonicalize().unwrap()).current_dir(folder.path()).status() {
        Ok(status) if status.success() => Some(folder),
        _ => {
            println!("skipped: python3 is not here");
            None
        }
    }
}

/// What a log gives: events as `item activity instant`, notes and reasons.
struct Outcome {
    events: Vec<(&'static str, &'static str, &'static str)>,
    notes: &'static [Note],
    aside: &'static [Reason],
}

fn events(events: &[(&'static str, &'static str, &'static str)]) -> Outcome {
    Outcome { events: events.to_vec(), notes: &[], aside: &[] }
}

impl Outcome {
    fn notes(self, notes: &'static [Note]) -> Outcome {
        Outcome { notes, ..self }
    }

    fn aside(self, aside: &'static [Reason]) -> Outcome {
        Outcome { aside, ..self }
    }
}

fn expected() -> BTreeMap<&'static str, Outcome> {
    let a = || events(&[("c1", "A", T)]);
    let ab = || events(&[("c1", "A", T), ("c2", "B", T)]);
    let one = |instant| events(&[("c1", "A", instant)]);
    BTreeMap::from([
        ("bom.xes", a()),
        ("bad_int.xes", a().notes(&[Note::TypeMismatch, Note::TypeMismatch, Note::TypeMismatch])),
        ("comment_before_root.xes", a()),
        ("comment_inside.xes", a().notes(&[Note::ActorMissing])),
        ("container_attr.xes", a()),
        ("date_only.xes", one("2024-01-01T00:00:00Z").notes(&[Note::DayPrecision])),
        ("dup_case_id.xes", events(&[("c1", "A", T), ("c1", "B", T)]).notes(&[Note::TraceTwice])),
        ("dup_key.xes", events(&[("c1", "second", T)]).notes(&[Note::KeyTwice, Note::ActorMissing])),
        ("empty_trace.xes", events(&[("c2", "A", T)]).notes(&[Note::TraceEmpty])),
        ("entities.xes", events(&[("c&1", "A <> \"B\" & é", T)])),
        ("event_attr_case_prefix.xes", a()),
        ("event_outside_trace.xes", a().aside(&[Reason::OutsideTrace])),
        ("frac7.xes", one("2024-01-01T09:00:00.123456Z").notes(&[Note::FractionCut])),
        ("frac_comma.xes", one("2024-01-01T09:00:00.123Z")),
        ("global_default.xes", events(&[("c1", "A", T), ("c1", "B", T)])),
        ("gt_in_attr.xes", events(&[("c1", "a > b", T)])),
        ("gz_named_xes.xes", a().notes(&[Note::CompressionMismatch])),
        ("hour24.xes", one("2024-01-02T00:00:00Z").notes(&[Note::Hour24])),
        ("interleaved_cases.xes", events(&[("c2", "A", "2024-01-02T00:00:00Z"), ("c1", "A", "2024-01-01T00:00:00Z")])),
        ("latin1.xes", events(&[("c1", "Prüfung", T)])),
        ("list_attr.xes", a()),
        ("missing_ts.xes", events(&[("c1", "B", T)]).aside(&[Reason::TimeMissing])),
        ("mixed_types.xes", events(&[("c1", "A", T), ("c1", "B", T), ("c1", "C", T)]).notes(&[Note::TypeMismatch])),
        ("multiline_tag.xes", a().notes(&[Note::ActorMissing])),
        ("multimember.xes.gz", ab()),
        ("nested_attr.xes", a().notes(&[Note::ActorMissing])),
        ("nested_trace_attr.xes", a()),
        (
            "no_case_id.xes",
            events(&[("trace 1", "A", T), ("trace 2", "B", T)]).notes(&[Note::TraceUnnamed, Note::TraceUnnamed]),
        ),
        ("ok.xes.gz", a()),
        ("oneline.xes", events(&[("c1", "A", T), ("c1", "B", T), ("c2", "A", T)])),
        ("out_of_order.xes", events(&[("c1", "B", "2024-01-02T00:00:00Z"), ("c1", "A", "2024-01-01T00:00:00Z")])),
        ("plain_named_gz.xes.gz", a().notes(&[Note::CompressionMismatch])),
        ("prefix_ns.xes", a().notes(&[Note::ActorMissing])),
        ("single_quotes.xes", a().notes(&[Note::ActorMissing])),
        ("space_sep.xes", one("2024-01-01T09:00:00Z")),
        ("trace_attr_after_events.xes", a()),
        ("tz_mixed_order.xes", events(&[("c1", "A", "2024-01-01T09:00:00Z"), ("c1", "B", "2024-01-01T09:30:00Z")])),
        ("tz_naive.xes", one("2024-01-01T10:00:00Z").notes(&[Note::ZoneAssumed])),
        ("tz_nocolon.xes", events(&[("c1", "A", "2024-01-01T09:00:00Z"), ("c1", "B", "2024-01-01T09:00:00Z")])),
        ("tz_offset.xes", events(&[("c1", "A", "2024-01-01T05:00:00Z"), ("c1", "B", "2024-01-01T05:30:00Z")])),
        ("utf16.xes", events(&[("c1", "Prüfung", T)])),
        ("utf8_boundary.xes", a()),
        ("value_before_key.xes", a().notes(&[Note::ActorMissing])),
        ("year9999.xes", events(&[]).aside(&[Reason::TimePlaceholder])),
    ])
}

fn source(path: &Path) -> Source {
    assert_eq!(probe(path).unwrap(), Kind::Xes, "{}", path.display());
    Source::new("edge", Kind::Xes, path, Lens::built_in("xes").unwrap())
}

#[test]
fn every_generated_log_gives_exactly_what_it_should() {
    let Some(folder) = generated() else { return };
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".xes"))
        .collect();
    names.sort();
    assert!(names.len() >= 46, "{}", names.len());
    let expected = expected();
    let elsewhere = ["same_ts_order.xes", "truncated.xes"];
    for name in &names {
        if elsewhere.contains(&name.as_str()) {
            continue;
        }
        let outcome = expected.get(name.as_str()).unwrap_or_else(|| panic!("no outcome is stated for {name}"));
        let vault = read_all(&source(&folder.path().join(name))).unwrap();
        let read: Vec<_> =
            vault.events.iter().map(|event| (event.item.as_str(), event.activity.as_str(), event.at)).collect();
        let wanted: Vec<_> =
            outcome.events.iter().map(|(item, activity, instant)| (*item, *activity, at(instant))).collect();
        assert_eq!(read, wanted, "{name}");
        assert_eq!(vault.notes.iter().map(|(_, note)| *note).collect::<Vec<_>>(), outcome.notes, "{name}");
        assert_eq!(vault.aside.iter().map(|(_, reason)| *reason).collect::<Vec<_>>(), outcome.aside, "{name}");
        assert_eq!(vault.ledger.seen, (wanted.len() + outcome.aside.len()) as u64, "{name}");
    }
    for name in expected.keys() {
        assert!(names.iter().any(|known| known == name), "{name} was not generated");
    }
    attributes(folder.path());
    order(folder.path());
    break_off(folder.path());
}

fn attributes(folder: &Path) {
    let read = |name: &str| -> Vault { read_all(&source(&folder.join(name))).unwrap() };
    let has = |event: &Kept, key: &str, value: &str| assert_eq!(event.attribute(key), Some(value));
    let nested = read("nested_attr.xes");
    has(&nested.events[0], "concept:name/concept:name", "NESTED");
    has(&nested.events[0], "concept:name/depth", "2");
    has(&read("nested_trace_attr.xes").events[0], "case:concept:name/concept:name", "NESTED");
    has(&read("list_attr.xes").events[0], "items", r#"[{"i":"x"},{"concept:name":"INLIST"}]"#);
    has(&read("container_attr.xes").events[0], "c", r#"{"org:resource":"INCONT"}"#);
    has(&read("event_attr_case_prefix.xes").events[0], "event:case:concept:name", "EVIL");
    let bad = read("bad_int.xes");
    for (key, value) in [("n", "1.0"), ("b", "TRUE"), ("f", "1,5")] {
        has(&bad.events[0], key, value);
    }
    let mixed = read("mixed_types.xes");
    for (event, value) in mixed.events.iter().zip(["1", "x", "2.5"]) {
        has(event, "n", value);
    }
    let teams: Vec<_> = read("global_default.xes").events.iter().map(|event| event.team.clone()).collect();
    assert_eq!(teams, [None, Some("G".to_owned())]);
    let mut applied = source(&folder.join("global_default.xes"));
    applied.apply_globals = true;
    assert_eq!(read_all(&applied).unwrap().events[0].team.as_deref(), Some("DEFAULTGROUP"));
    let offsets = |name: &str| read(name).events.iter().map(|event| event.offset).collect::<Vec<_>>();
    assert_eq!(offsets("tz_offset.xes"), [Some(300), Some(0)]);
    assert_eq!(offsets("tz_nocolon.xes"), [Some(60), Some(60)]);
    assert_eq!(offsets("tz_naive.xes"), [None]);
}

fn order(folder: &Path) {
    let vault = read_all(&source(&folder.join("same_ts_order.xes"))).unwrap();
    let order: String = vault.events.iter().map(|event| event.activity.as_str()).collect();
    assert_eq!(order, "ZYXWVUTSRQPONMLKJIHGFEDCBA");
    assert!(vault.events.iter().all(|event| event.at == at(T)));
}

fn break_off(folder: &Path) {
    let mut source = source(&folder.join("truncated.xes"));
    let error = read_all(&source).err().unwrap();
    assert!(matches!(error, ReadError::Truncated { events: 1, .. }), "{error}");
    source.salvage = true;
    let vault = read_all(&source).unwrap();
    assert_eq!((vault.events.len(), vault.ledger.seen), (1, 2));
    assert_eq!(vault.n_aside(Reason::Truncated), 1);
    assert_eq!(vault.n_notes(Note::SourceIncomplete), 1);
}
