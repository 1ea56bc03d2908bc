//! The traps of XES, one small log each: what is read, what is set aside, what is said about it.

use sayso_model::coverage::{Note, Reason};
use sayso_sources::{Kind, Lens, ReadError, Source};

use crate::sink::{Vault, at, file, gzip, read_all, source};

const HEAD: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"1.0\" xmlns=\"http://www.xes-standard.org/\">\n";
const T: &str = "2024-03-31T10:00:00.000+00:00";

/// An event with an activity, a resource and a time, and whatever else.
pub fn event(activity: &str, time: &str, more: &str) -> String {
    format!(
        "<event><string key=\"concept:name\" value=\"{activity}\"/><string key=\"org:resource\" value=\"R{activity}\"/>\
         <date key=\"time:timestamp\" value=\"{time}\"/>{more}</event>\n"
    )
}

/// A trace with a name.
pub fn trace(name: &str, body: &str) -> String {
    format!("<trace><string key=\"concept:name\" value=\"{name}\"/>\n{body}</trace>\n")
}

/// A log around traces.
pub fn log(body: &str) -> String {
    format!("{HEAD}{body}</log>")
}

#[track_caller]
fn read(text: &str) -> Vault {
    read_bytes("log.xes", text.as_bytes())
}

#[track_caller]
fn read_bytes(name: &str, bytes: &[u8]) -> Vault {
    let (_guard, path) = file(name, bytes);
    read_all(&source(Kind::Xes, &path)).unwrap()
}

fn fail(bytes: &[u8]) -> ReadError {
    let (_guard, path) = file("log.xes", bytes);
    read_all(&source(Kind::Xes, &path)).err().expect("an error")
}

#[track_caller]
fn one_at(time: &str, utc: &str, offset: Option<i16>) -> Vault {
    let vault = read(&log(&trace("c1", &event("A", time, ""))));
    assert_eq!((vault.events[0].at, vault.events[0].offset), (at(utc), offset), "{time}");
    vault
}

#[test]
fn times_as_logs_write_them() {
    assert!(one_at("2024-01-01T10:00:00.000+05:00", "2024-01-01T05:00:00Z", Some(300)).notes.is_empty());
    assert!(one_at("2024-01-01T10:00:00.000+0100", "2024-01-01T09:00:00Z", Some(60)).notes.is_empty());
    assert!(one_at("2024-01-01T10:00:00,123+01:00", "2024-01-01T09:00:00.123Z", Some(60)).notes.is_empty());
    assert!(one_at("2024-01-01 10:00:00+01:00", "2024-01-01T09:00:00Z", Some(60)).notes.is_empty());
    let event = || "trace 1 event 1".to_owned();
    let cut = one_at("2024-01-01T10:00:00.1234567+01:00", "2024-01-01T09:00:00.123456Z", Some(60));
    assert_eq!(cut.notes, [(event(), Note::FractionCut)]);
    assert_eq!(one_at("2024-01-01T10:00:00", "2024-01-01T10:00:00Z", None).notes, [(event(), Note::ZoneAssumed)]);
    assert_eq!(one_at("2024-01-01", "2024-01-01T00:00:00Z", None).notes, [(event(), Note::DayPrecision)]);
    assert_eq!(one_at("2024-01-01T24:00:00Z", "2024-01-02T00:00:00Z", Some(0)).notes, [(event(), Note::Hour24)]);
}

#[test]
fn a_local_time_takes_the_zone_of_the_source_then_of_the_lens() {
    let (_guard, path) = file("log.xes", log(&trace("c1", &event("A", "2024-07-01T10:00:00", ""))).as_bytes());
    let lens = Lens::parse(&format!("zone = \"Asia/Kolkata\"\n{}", Lens::built_in("xes").unwrap().text())).unwrap();
    let mut source = Source::new("test", Kind::Xes, &path, lens);
    assert_eq!(read_all(&source).unwrap().events[0].at, at("2024-07-01T04:30:00Z"));
    source.zone = Some(jiff::tz::TimeZone::get("Europe/Warsaw").unwrap());
    assert_eq!(read_all(&source).unwrap().events[0].at, at("2024-07-01T08:00:00Z"));
}

#[test]
fn times_that_are_none_are_set_aside_with_their_place() {
    let body = event("A", "9999-12-31T00:00:00.000+00:00", "")
        + &event("B", "soon", "")
        + "<event><string key=\"concept:name\" value=\"C\"/></event>"
        + &event("D", T, "");
    let vault = read(&log(&trace("c1", &body)));
    assert_eq!(vault.events.len(), 1);
    assert_eq!(
        vault.aside,
        [
            ("trace 1 event 1".to_owned(), Reason::TimePlaceholder),
            ("trace 1 event 2".to_owned(), Reason::TimeUnreadable),
            ("trace 1 event 3".to_owned(), Reason::TimeMissing),
        ]
    );
}

#[test]
fn xml_in_every_costume() {
    let costumes = [
        format!(
            "<x:log xmlns:x='u'><x:trace><x:string key='concept:name' value='c1'/><x:event><x:string key='concept:name' value='A'/><x:date key='time:timestamp' value='{T}'/></x:event></x:trace></x:log>"
        ),
        format!(
            "<log><trace><string value=\"c1\" key=\"concept:name\"/><event><string value=\"A\" key=\"concept:name\"/><date value=\"{T}\" key=\"time:timestamp\"/></event></trace></log>"
        ),
        format!(
            "<log>\n<trace\n>\n<string\n  key = \"concept:name\"\n\tvalue=\"c1\"\n/><event>\n<string\n key=\"concept:name\"\n value=\"A\"></string>\n<date key=\"time:timestamp\"\n value=\"{T}\" /></event ></trace></log>"
        ),
        format!(
            "<?xml version=\"1.0\"?><!-- first --><!-- second --><log><!-- <trace> --><trace><string key='concept:name' value='c1'/><event><!-- <string key=\"concept:name\" value=\"WRONG\"/> --><![CDATA[<event>]]><string key='concept:name' value='A'/><date key='time:timestamp' value='{T}'/></event></trace></log> <!-- end -->"
        ),
        format!(
            "<!DOCTYPE log><log><extension name='Concept' prefix='concept' uri='u'/><classifier name='a' keys='concept:name'/><string key='creator' value='x'><string key='y' value='z'/></string><trace><string key='concept:name' value='c1'/>a & b<event><string key='concept:name' value='A'/><date key='time:timestamp' value='{T}'/></event></trace></log>"
        ),
    ];
    for text in costumes {
        let vault = read(&text);
        assert_eq!(vault.events.len(), 1, "{text}");
        let event = &vault.events[0];
        assert_eq!((event.item.as_str(), event.activity.as_str(), event.at), ("c1", "A", at(T)), "{text}");
        assert_eq!(vault.ledger.seen, 1, "{text}");
    }
}

#[test]
fn references_and_angle_brackets_in_values() {
    let vault = read(&log(&trace("c&amp;1", &event("A &lt;&gt; &quot;B&quot; &#38; &#xE9;, a > b", T, ""))));
    assert_eq!((vault.events[0].item.as_str(), vault.events[0].activity.as_str()), ("c&1", "A <> \"B\" & é, a > b"));
}

#[test]
fn encodings_are_honoured() {
    let text = log(&trace("c1", &event("Prüfung", T, "")));
    let latin: Vec<u8> = text.replace("UTF-8", "ISO-8859-1").chars().map(|c| c as u8).collect();
    let wide = text.replace("UTF-8", "UTF-16");
    let wide: Vec<u8> = [0xfeff].into_iter().chain(wide.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    for bytes in [latin.as_slice(), &wide, &marked, text.as_bytes()] {
        let vault = read_bytes("log.xes", bytes);
        assert_eq!(vault.events[0].activity, "Prüfung");
        assert!(vault.notes.is_empty(), "{:?}", vault.notes);
    }
    // Declared as UTF-8, written in Latin-1: read all the same, and said.
    let lying: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let vault = read_bytes("log.xes", &lying);
    assert_eq!(vault.events[0].activity, "Prüfung");
    assert_eq!(vault.n_notes(Note::EncodingMismatch), 1);
}

#[test]
fn bytes_that_are_no_text_cost_their_event_only() {
    let text = log(&trace("c1", &(event("Łódź Gdańsk", T, "") + &event("BAD", T, "") + &event("C", T, ""))));
    let at = text.find("\"BAD\"").unwrap() + 1;
    let mut bytes = text.into_bytes();
    bytes[at] = 0xff;
    let vault = read_bytes("log.xes", &bytes);
    assert_eq!(vault.events.len(), 2);
    assert_eq!(vault.aside, [("trace 1 event 2".to_owned(), Reason::EncodingInvalid)]);
}

#[test]
fn a_character_across_the_border_of_a_buffer() {
    for border in [4_096usize, 1 << 16, 1 << 17] {
        let head = format!("{HEAD}<!-- ");
        let text =
            format!("{head}{}é --> {}</log>", "x".repeat(border - 1 - head.len()), trace("cé", &event("A", T, "")));
        let vault = read(&text);
        assert_eq!((vault.events.len(), vault.events[0].item.as_str()), (1, "cé"), "{border}");
    }
}

#[test]
fn nested_attributes_keep_parent_and_children() {
    let nested = "<event><string key=\"concept:name\" value=\"A\"><string key=\"concept:name\" value=\"NESTED\"/>\
                  <int key=\"depth\" value=\"2\"><string key=\"unit\" value=\"m\"/></int></string>";
    let text = format!(
        "<log><trace><string key='concept:name' value='c1'><string key='concept:name' value='NESTED'/></string>\
         {nested}<date key='time:timestamp' value='{T}'/></event></trace></log>"
    );
    let vault = read(&text);
    let event = &vault.events[0];
    assert_eq!((event.item.as_str(), event.activity.as_str()), ("c1", "A"));
    assert_eq!(event.attribute("concept:name/concept:name"), Some("NESTED"));
    assert_eq!(event.attribute("concept:name/depth"), Some("2"));
    assert_eq!(event.attribute("concept:name/depth/unit"), Some("m"));
    assert_eq!(event.attribute("case:concept:name/concept:name"), Some("NESTED"));
}

#[test]
fn attributes_nested_without_end_do_not_blow_up() {
    let deep = "<string key='k' value='v'>".repeat(5_000) + &"</string>".repeat(5_000);
    let list = "<list key='k'><values>".repeat(5_000) + &"</values></list>".repeat(5_000);
    let vault = read(&log(&trace("c1", &(event("A", T, &deep) + &event("B", T, &list)))));
    assert_eq!(vault.events.len(), 2);
    assert_eq!(vault.n_notes(Note::AttributeDropped), 2);
}

#[test]
fn lists_and_containers_are_json() {
    let list = "<list key='items'><values><string key='i' value='x'/><string key='concept:name' value='INLIST'/></values></list>";
    let old = "<list key='old'><int key='i' value='1'/></list><list key='none'/>";
    let container = "<container key='c'><string key='org:resource' value='INCONT'/></container>";
    let vault = read(&log(&trace("c1", &event("A", T, &format!("{list}{old}{container}")))));
    let event = &vault.events[0];
    assert_eq!((event.activity.as_str(), event.actor.as_deref()), ("A", Some("RA")));
    assert_eq!(event.attribute("items"), Some(r#"[{"i":"x"},{"concept:name":"INLIST"}]"#));
    assert_eq!(event.attribute("old"), Some(r#"[{"i":1}]"#));
    assert_eq!(event.attribute("none"), Some("[]"));
    assert_eq!(event.attribute("c"), Some(r#"{"org:resource":"INCONT"}"#));
}

#[test]
fn the_last_of_two_equal_keys_counts() {
    let text = format!(
        "<log><trace><string key='concept:name' value='c0'/><string key='concept:name' value='c1'/><event>\
         <string key='concept:name' value='first'/><string key='concept:name' value='second'/>\
         <date key='time:timestamp' value='{T}'/></event></trace></log>"
    );
    let vault = read(&text);
    assert_eq!((vault.events[0].item.as_str(), vault.events[0].activity.as_str()), ("c1", "second"));
    assert_eq!(
        vault.notes[..2],
        [("trace 1".to_owned(), Note::KeyTwice), ("trace 1 event 1".to_owned(), Note::KeyTwice)]
    );
}

#[test]
fn globals_are_not_applied_unless_asked_for() {
    let text = log(&format!(
        "<global scope='event'><string key='org:group' value='DEFAULT'/></global>\
         <global scope='trace'><string key='channel' value='post'/></global>{}",
        trace("c1", &(event("A", T, "") + &event("B", T, "<string key='org:group' value='G'/>")))
    ));
    let vault = read(&text);
    assert_eq!(vault.events.iter().map(|event| event.team.as_deref()).collect::<Vec<_>>(), [None, Some("G")]);
    assert_eq!(vault.events[0].attribute("case:channel"), None);
    let (_guard, path) = file("log.xes", text.as_bytes());
    let mut source = source(Kind::Xes, &path);
    source.apply_globals = true;
    let vault = read_all(&source).unwrap();
    assert_eq!(
        vault.events.iter().map(|event| event.team.as_deref()).collect::<Vec<_>>(),
        [Some("DEFAULT"), Some("G")]
    );
    assert_eq!(vault.events[0].attribute("case:channel"), Some("post"));
}

#[test]
fn values_that_do_not_fit_their_type_stay_as_text() {
    let bad = "<int key='n' value='1.0'/><boolean key='b' value='TRUE'/><float key='f' value='1,5'/><date key='d' value='soon'/>";
    let good = "<int key='i' value='-7'/><boolean key='t' value='true'/><float key='g' value='1E-5'/><date key='e' value='2024-01-01'/>";
    let vault = read(&log(&trace("c1", &event("A", T, &format!("{bad}{good}")))));
    let event = &vault.events[0];
    assert_eq!(vault.n_notes(Note::TypeMismatch), 4);
    for (key, value) in [("n", "1.0"), ("b", "TRUE"), ("f", "1,5"), ("d", "soon"), ("i", "-7"), ("g", "1E-5")] {
        assert_eq!(event.attribute(key), Some(value));
    }
    let mixed = event_with("n", &["int 1", "string x", "float 2.5"]);
    let vault = read(&log(&trace("c1", &mixed)));
    let values: Vec<_> = vault.events.iter().map(|event| event.attribute("n").unwrap()).collect();
    assert_eq!(values, ["1", "x", "2.5"]);
    assert_eq!(vault.n_notes(Note::TypeMismatch), 1);
}

fn event_with(key: &str, values: &[&str]) -> String {
    values
        .iter()
        .map(|value| {
            let (kind, value) = value.split_once(' ').unwrap();
            event("A", T, &format!("<{kind} key='{key}' value='{value}'/>"))
        })
        .collect()
}

#[test]
fn events_outside_traces_are_set_aside_and_counted() {
    let stray = event("X", T, "");
    let vault = read(&log(&format!("{stray}{}{stray}<odd>{stray}</odd>", trace("c1", &event("A", T, "")))));
    assert_eq!((vault.ledger.seen, vault.events.len()), (4, 1));
    assert_eq!(vault.n_aside(Reason::OutsideTrace), 3);
    assert!(vault.aside.iter().all(|(place, _)| place.starts_with("byte ")));
}

#[test]
fn traces_without_name_twice_or_empty() {
    let text = log(&format!(
        "<trace>{a}</trace><trace>{a}</trace>{}{}<trace/>{}",
        trace("c1", &event("A", T, "")),
        trace("c1", &event("B", T, "")),
        trace("c2", ""),
        a = event("A", T, ""),
    ));
    let vault = read(&text);
    let items: Vec<_> = vault.events.iter().map(|event| event.item.as_str()).collect();
    assert_eq!(items, ["trace 1", "trace 2", "c1", "c1"]);
    assert_eq!(
        vault.notes,
        [
            ("trace 1".to_owned(), Note::TraceUnnamed),
            ("trace 2".to_owned(), Note::TraceUnnamed),
            ("trace 4".to_owned(), Note::TraceTwice),
            ("trace 5".to_owned(), Note::TraceEmpty),
            ("trace 6".to_owned(), Note::TraceEmpty),
        ]
    );
}

#[test]
fn a_name_behind_the_events_counts() {
    let vault = read(&log(&format!("<trace>{}<string key='concept:name' value='c1'/></trace>", event("A", T, ""))));
    assert_eq!(vault.events[0].item, "c1");
    assert!(vault.notes.is_empty());
}

#[test]
fn an_attribute_of_an_event_does_not_pass_for_one_of_its_trace() {
    let vault = read(&log(&trace("c1", &event("A", T, "<string key='case:concept:name' value='EVIL'/>"))));
    assert_eq!(vault.events[0].item, "c1");
    assert_eq!(vault.events[0].attribute("event:case:concept:name"), Some("EVIL"));
}

#[test]
fn the_order_of_the_file_is_kept() {
    let body: String = "ZYXWVUTSRQPONMLKJIHGFEDCBA".chars().map(|c| event(&c.to_string(), T, "")).collect();
    let vault = read(&log(&trace("c1", &body)));
    let order: String = vault.events.iter().map(|event| event.activity.as_str()).collect();
    assert_eq!(order, "ZYXWVUTSRQPONMLKJIHGFEDCBA");
}

#[test]
fn a_log_that_breaks_off_is_an_error_that_says_what_salvage_would_keep() {
    let text = log(&(trace("c1", &event("A", T, "")) + &trace("c2", &(event("B", T, "") + &event("C", T, "")))));
    let cut = text.find("value=\"RC\"").unwrap();
    let (_guard, path) = file("log.xes", &text.as_bytes()[..cut]);
    let mut source = source(Kind::Xes, &path);
    let error = read_all(&source).err().unwrap();
    assert!(matches!(error, ReadError::Truncated { events: 2, .. }), "{error}");
    assert!(error.hint().unwrap().contains("--salvage"));
    source.salvage = true;
    let vault = read_all(&source).unwrap();
    assert_eq!(vault.events.len(), 2);
    assert_eq!(vault.aside, [("trace 2 event 2".to_owned(), Reason::Truncated)]);
    assert_eq!(vault.n_notes(Note::SourceIncomplete), 1);
}

#[test]
fn every_cut_of_a_log_is_an_error_and_never_a_panic() {
    let text = log(&(trace("cé", &event("A", T, "<list key='l'><values><int key='i' value='1'/></values></list>"))
        + &trace("c2", "")));
    let end = text.len() - "</log>".len();
    for cut in 1..text.len() {
        let (_guard, path) = file("log.xes", &text.as_bytes()[..cut]);
        let mut source = source(Kind::Xes, &path);
        assert!(read_all(&source).is_err(), "cut at {cut}");
        source.salvage = true;
        if cut >= end {
            assert_eq!(read_all(&source).unwrap().events.len(), 1, "cut at {cut}");
        } else if cut > HEAD.len() {
            let _ = read_all(&source);
        }
    }
}

#[test]
fn packed_in_members_misnamed_or_cut() {
    let text = log(&(trace("c1", &event("A", T, "")) + &trace("c2", &event("B", T, ""))));
    let members = [gzip(&text.as_bytes()[..200]), gzip(&text.as_bytes()[200..])].concat();
    let vault = read_bytes("log.xes.gz", &members);
    assert_eq!(vault.events.len(), 2);
    assert!(vault.notes.is_empty());
    for (name, bytes) in [("log.xes", gzip(text.as_bytes())), ("log.xes.gz", text.clone().into_bytes())] {
        let vault = read_bytes(name, &bytes);
        assert_eq!(vault.events.len(), 2);
        assert_eq!(vault.n_notes(Note::CompressionMismatch), 1);
    }
    let packed = gzip(text.as_bytes());
    for cut in [12, packed.len() / 2, packed.len() - 9] {
        assert!(matches!(fail(&packed[..cut]), ReadError::Truncated { .. }), "cut at {cut}");
    }
}

#[test]
fn what_is_no_log_says_what_it_is() {
    for bytes in [b"".as_slice(), b"  \n"] {
        assert!(matches!(fail(bytes), ReadError::Empty { .. }));
    }
    assert!(matches!(fail(b"<html><body/></html>"), ReadError::Unrecognised { .. }));
    assert!(matches!(fail(b"<log><trace></log>"), ReadError::Malformed { .. }));
    let vault = read("<log/>");
    assert_eq!(vault.ledger.seen, 0);
}

#[test]
fn the_generic_lens_hands_over_and_decides_nothing() {
    let more = "<string key='lifecycle:transition' value='start'/><string key='org:group' value='G'/><string key='org:role' value='L'/>";
    let body = event("A", T, more)
        + &event("B", T, "<string key='lifecycle:transition' value='complete'/>")
        + &format!("<event><string key='concept:name' value='C'/><date key='time:timestamp' value='{T}'/></event>");
    let vault = read(&log(&trace("c1", &body)));
    let told: Vec<_> =
        vault.events.iter().map(|event| (event.activity.as_str(), event.act, event.to.as_deref())).collect();
    assert_eq!(told, [("A/start", "handed", Some("RA")), ("B", "handed", Some("RB")), ("C", "", None)]);
    assert_eq!((vault.events[0].team.as_deref(), vault.events[0].role.as_deref()), (Some("G"), Some("L")));
    assert!(vault.events[0].attributes.is_empty());
    assert_eq!(vault.n_notes(Note::ActorMissing), 1);
}

#[test]
fn a_trace_too_large_to_hold_is_given_in_parts() {
    let n = sayso_sources::xes::HELD_EVENTS_MAX + 3;
    let tiny = format!("<event><date key='time:timestamp' value='{T}'/></event>");
    let text = log(&format!(
        "<trace><string key='id' value='t'/>{}<string key='concept:name' value='late'/></trace>",
        tiny.repeat(n)
    ));
    let (_guard, path) = file("log.xes", text.as_bytes());
    let lens = "name = \"x\"\nitem = \"trace:concept:name\"\nat = \"time:timestamp\"\n[default]\nact = \"worked\"\n";
    let vault = read_all(&Source::new("test", Kind::Xes, &path, Lens::parse(lens).unwrap())).unwrap();
    assert_eq!(vault.events.len(), n);
    assert!(vault.events.iter().all(|event| event.attribute("case:id") == Some("t")));
    assert_eq!((vault.events[n - 4].item.as_str(), vault.events[n - 1].item.as_str()), ("trace 1", "late"));
    assert_eq!((vault.n_notes(Note::TraceUnnamed), vault.n_notes(Note::AttributeDropped)), (1, 1));
}
