//! Object-centric logs: one trap a file, by hand and, where it is at hand, from the shared generator.

use std::path::Path;
use std::process::Command;

use sayso_model::coverage::{Note, Reason};
use sayso_sources::{Kind, Lens, ReadError, Source, probe};

use crate::sink::{Vault, at, file, gzip, read_all, shared, source};

const T: &str = "2024-01-01T10:00:00Z";

/// A log of two orders, three packages and two people, in the order of sections that streams like least: events first.
const ORDERS: &str = r#"{
"events":[
 {"id":"e1","type":"place","time":"2024-01-01T10:00:00Z","attributes":[{"name":"total","value":12}],
  "relationships":[{"objectId":"o1","qualifier":"placed"},{"objectId":"ann","qualifier":"clerk"}]},
 {"id":"e2","type":"pack","time":"2024-01-02T10:00:00Z",
  "relationships":[{"objectId":"o1","qualifier":""},{"objectId":"p1","qualifier":"into"},{"objectId":"bob","qualifier":"packer"}]},
 {"id":"e3","type":"ship","time":"2024-01-03T10:00:00Z",
  "relationships":[{"objectId":"o1","qualifier":""},{"objectId":"o2","qualifier":""},{"objectId":"p1","qualifier":""},
                   {"objectId":"p2","qualifier":""},{"objectId":"ann","qualifier":"asks"},{"objectId":"bob","qualifier":"signs"}]},
 {"id":"e4","type":"place","time":"2024-01-01T11:00:00+02:00","relationships":[{"objectId":"o2","qualifier":"placed"}]},
 {"id":"e5","type":"sweep","time":"2024-01-04T10:00:00Z","relationships":[{"objectId":"bob","qualifier":"sweeper"}]}],
"objects":[
 {"id":"o1","type":"order","attributes":[{"name":"prio","time":"1970-01-01T00:00:00Z","value":"low"},
   {"name":"prio","time":"2024-01-02T00:00:00Z","value":"high"},{"name":"late","time":"2024-01-03T00:00:00Z","value":true}],
  "relationships":[{"objectId":"o2","qualifier":"follows"},{"objectId":"nobody","qualifier":"x"}]},
 {"id":"o2","type":"order"},{"id":"p1","type":"package"},{"id":"p2","type":"package"},{"id":"p3","type":"package"},
 {"id":"ann","type":"employee","attributes":[{"name":"team","time":"1970-01-01T00:00:00Z","value":"desk"}]},
 {"id":"bob","type":"employee"}],
"eventTypes":[{"name":"place","attributes":[{"name":"total","type":"integer"}]},{"name":"pack","attributes":[]},
 {"name":"ship","attributes":[]},{"name":"sweep","attributes":[]}],
"objectTypes":[{"name":"order","attributes":[]},{"name":"package","attributes":[]},{"name":"employee","attributes":[]}]}"#;

fn told(vault: &Vault) -> Vec<(&str, &str)> {
    vault.events.iter().map(|event| (event.item.as_str(), event.activity.as_str())).collect()
}

#[track_caller]
fn read(name: &str, text: &str) -> Vault {
    let (_folder, path) = file(name, text.as_bytes());
    assert_eq!(probe(&path).unwrap(), Kind::Ocel);
    read_all(&source(Kind::Ocel, &path)).unwrap()
}

fn with_lens(text: &str, lens: &str) -> Result<Vault, ReadError> {
    let (_folder, path) = file("log.json", text.as_bytes());
    read_all(&Source::new("log", Kind::Ocel, &path, Lens::parse(lens).unwrap()))
}

#[test]
fn the_item_is_the_type_whose_objects_have_paths_and_the_books_say_so() {
    let vault = read("log.jsonocel", ORDERS);
    let wanted = [("o1", "place"), ("o1", "pack"), ("o1", "ship"), ("o2", "ship"), ("o2", "place")];
    assert_eq!(told(&vault), wanted);
    assert_eq!((vault.ledger.seen, vault.ledger.kept, vault.ledger.events), (5, 4, 5));
    assert_eq!(vault.aside, [("event 5".to_owned(), Reason::ItemMissing)]);
    assert_eq!(vault.n_notes(Note::ItemChosen), 1);
    assert_eq!(vault.n_notes(Note::ItemsSeveral), 1);
    let claim = |what: &str| vault.ledger.claims[what].stated;
    assert_eq!(claim("events that touch an object of type `order` (taken as the item)"), 4);
    assert_eq!(claim("events that touch an object of type `package`"), 2);
    assert_eq!(claim("events that touch an object of type `employee`"), 4);
}

#[test]
fn a_survey_says_which_types_there_are() {
    let (_folder, path) = file("log.json", ORDERS.as_bytes());
    let survey = sayso_sources::ocel::survey(&path).unwrap();
    assert_eq!((survey.events, survey.chosen), (5, Some(0)));
    let types: Vec<_> = survey
        .types
        .iter()
        .map(|one| (one.name.as_str(), one.objects, one.with_several_events, one.events, one.events_of_several))
        .collect();
    assert_eq!(types, [("order", 2, 2, 4, 1), ("package", 3, 1, 2, 1), ("employee", 2, 2, 4, 1)]);
}

#[test]
fn people_objects_and_qualifiers_reach_the_lens() {
    let vault = read("log.json", ORDERS);
    let [place, pack, ship, ..] = vault.events.as_slice() else { panic!() };
    assert_eq!(place.actor.as_deref(), Some("ann"));
    assert_eq!((place.act, place.to.as_deref()), ("handed", Some("ann")));
    assert_eq!(pack.actor.as_deref(), Some("bob"));
    assert_eq!(pack.attribute("object:package"), Some("p1"));
    assert_eq!(place.attribute("total"), Some("12"));
    // Two people: nobody is taken for the actor. Attributes bear no pseudonyms, so that people are not among them.
    assert_eq!(ship.actor, None);
    for event in &vault.events {
        assert!(event.attributes.iter().all(|(_, value)| !value.contains("ann") && !value.contains("bob")));
    }
    assert_eq!(ship.attribute("objects:package"), Some("p1, p2"));
    assert_eq!(vault.n_notes(Note::ActorMissing), 2);
    let lens = "name='n'\nitem='object:order'\nat='ocel:time'\nactivity='ocel:type'\nactor='object:employee/signs'\n\
                team='object:employee.team'\nlink='ocel:id'";
    let vault = with_lens(ORDERS, lens).unwrap();
    assert_eq!(vault.events[2].actor.as_deref(), Some("bob"));
    assert_eq!(vault.events[0].team.as_deref(), Some("desk"));
    assert_eq!(vault.events[0].link.as_deref(), Some("e1"));
    assert_eq!(told(&vault).len(), 5);
    assert_eq!(vault.n_notes(Note::ItemChosen), 0);
}

#[test]
fn an_object_is_as_it_was_when_the_event_happened() {
    let vault = read("log.json", ORDERS);
    let prio: Vec<_> = vault.events.iter().map(|event| event.attribute("case:prio")).collect();
    assert_eq!(prio, [Some("low"), Some("high"), Some("high"), None, None]);
    let late: Vec<_> = vault.events.iter().map(|event| event.attribute("case:late")).collect();
    assert_eq!(late, [None, None, Some("true"), None, None]);
    assert_eq!(vault.events[0].attribute("case:object:order/follows"), Some("o2"));
}

#[test]
fn a_lens_names_another_item_by_type_or_qualifier() {
    let of = |item: &str| with_lens(ORDERS, &format!("name='n'\nitem='{item}'\nat='ocel:time'\nactivity='ocel:type'"));
    assert_eq!(told(&of("object:package").unwrap()), [("p1", "pack"), ("p1", "ship"), ("p2", "ship")]);
    assert_eq!(told(&of("object:order/placed").unwrap()), [("o1", "place"), ("o2", "place")]);
    let both = of("{object:package|object:order}").unwrap();
    assert_eq!(told(&both), [("o1", "place"), ("p1", "pack"), ("p1", "ship"), ("p2", "ship"), ("o2", "place")]);
    let Err(ReadError::Column { hint, .. }) = of("object:pakage") else { panic!() };
    assert!(hint.contains("did you mean `package`?") && hint.contains("`order` (2)"), "{hint}");
    // No object at all: every event of an activity is one item, if the lens wants that.
    assert_eq!(of("ocel:type").unwrap().events.len(), 5);
}

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log>
 <object-types><object-type name="order"><attributes><attribute name="prio" type="string"/></attributes></object-type></object-types>
 <event-types><event-type name="place"><attributes><attribute name="n" type="integer"/></attributes></event-type></event-types>
 <objects>
  <object id="o&amp;1" type="order"><attributes><attribute name="prio" time="1970-01-01T00:00:00Z">a &lt; b</attribute></attributes>
   <objects><relationship object-id="o2" qualifier="q"/></objects></object>
  <object id="o2" type="order"/>
 </objects>
 <events>
  <event id="e1" type="place" time="2024-01-01T10:00:00Z">
   <objects><relationship object-id="o&amp;1" qualifier="placed"/></objects>
   <attributes><attribute name="n"><![CDATA[7]]></attribute></attributes></event>
  <event id='e2' type='place' time='2024-01-01T11:00:00Z'><objects><object object-id='o2' relationship='r'/></objects></event>
 </events>
</log>"#;

#[test]
fn xml_with_its_two_ways_to_write_a_relation() {
    for (name, bytes) in [("log.xmlocel", XML.as_bytes().to_vec()), ("log.xml.gz", gzip(XML.as_bytes()))] {
        let (_folder, path) = file(name, &bytes);
        assert_eq!(probe(&path).unwrap(), Kind::Ocel);
        let vault = read_all(&source(Kind::Ocel, &path)).unwrap();
        assert_eq!(told(&vault), [("o&1", "place"), ("o2", "place")]);
        assert_eq!(vault.events[0].attribute("case:prio"), Some("a < b"));
        assert_eq!(vault.events[0].attribute("case:object:order/q"), Some("o2"));
        assert_eq!(vault.events[0].attribute("n"), Some("7"));
        assert_eq!(vault.ledger.notes.get(&Note::ActorMissing), Some(&2));
        assert_eq!(vault.ledger.notes.len(), 1, "{:?}", vault.ledger.notes);
    }
}

#[test]
fn ocel_1_in_json() {
    let text = r#"{"ocel:global-log":{"ocel:version":"1.0","ocel:object-types":["order"],"ocel:attribute-names":["n"]},
        "ocel:events":{"e1":{"ocel:activity":"a","ocel:timestamp":"2024-01-01 10:00:00","ocel:omap":["o1"],"ocel:vmap":{"n":1.5}},
                       "e2":{"ocel:activity":"b","ocel:timestamp":"2024-01-01T11:00:00+00:00","ocel:omap":["o1","o2"],"ocel:vmap":{}}},
        "ocel:objects":{"o1":{"ocel:type":"order","ocel:ovmap":{"v":3}},"o2":{"ocel:type":"order","ocel:ovmap":{}}}}"#;
    let vault = read("log.jsonocel", text);
    assert_eq!(told(&vault), [("o1", "a"), ("o1", "b"), ("o2", "b")]);
    assert_eq!(vault.events[0].at, at(T));
    assert_eq!(vault.events[0].attribute("n"), Some("1.5"));
    assert_eq!(vault.events[0].attribute("case:v"), Some("3"));
    assert_eq!(vault.n_notes(Note::ZoneAssumed), 1);
}

#[test]
fn empty_logs_are_logs() {
    let json = read("a.json", r#"{"objectTypes":[],"eventTypes":[],"objects":[],"events":[]}"#);
    let xml = read("a.xml", "<log><object-types/><event-types/><objects/><events/></log>");
    for vault in [json, xml] {
        assert_eq!((vault.ledger.seen, vault.events.len()), (0, 0));
    }
}

#[test]
fn what_is_truncated_says_so_and_can_be_salvaged() {
    let events_last = {
        let (events, rest) = ORDERS[1..].split_once("\n\"objects\"").unwrap();
        format!("{{\"objects\"{},{}}}", rest.strip_suffix('}').unwrap(), events.trim().trim_end_matches(','))
    };
    assert_eq!(read("whole.json", &events_last).events.len(), 5);
    let cut_json = &events_last[..events_last.find("\"e4\"").unwrap() + 10];
    let cut_xml = &XML[..XML.find("id='e2'").unwrap() + 3];
    for (name, text, n) in [("cut.json", cut_json, 3), ("cut.xml", cut_xml, 1)] {
        let (_folder, path) = file(name, text.as_bytes());
        let mut source = source(Kind::Ocel, &path);
        let error = read_all(&source).err().unwrap();
        assert!(matches!(error, ReadError::Truncated { events, .. } if events == n), "{name}: {error:?}");
        source.salvage = true;
        let vault = read_all(&source).unwrap();
        assert_eq!(vault.ledger.seen, n, "{name}");
        assert_eq!(vault.n_notes(Note::SourceIncomplete), 1, "{name}");
    }
}

#[test]
fn malformed_rows_do_not_fail_a_file() {
    let text = r#"{"objectTypes":[],"eventTypes":[],"objects":[{"id":"o1","type":"x"},{"type":"x"},7,{"id":"o1","type":"y"}],
        "events":[5,{"id":"e1","type":"a","time":"soon","relationships":[{"objectId":"o1"}]},
        {"id":"e2","type":"a","relationships":[{"objectId":"o1"},{"qualifier":"q"}]},
        {"id":"e3","time":"2024-01-01T10:00:00Z","relationships":[{"objectId":"o1"}]},
        {"id":"e4","type":"a","time":"9999-12-31T00:00:00Z","relationships":[{"objectId":"o1"}]},
        {"id":"e5","type":"a","time":"2024-01-01T10:00:00Z","relationships":[{"objectId":"o1"}]},
        {"id":"e5","type":"a","time":"2024-01-01T10:00:00Z","relationships":[{"objectId":"o1"}]}]}"#;
    let vault = read("rows.json", text);
    let reasons: Vec<Reason> = vault.aside.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(
        reasons,
        [
            Reason::RowMalformed,
            Reason::TimeUnreadable,
            Reason::TimeMissing,
            Reason::ActivityMissing,
            Reason::TimePlaceholder,
            Reason::Repeated
        ]
    );
    assert_eq!(told(&vault), [("o1", "a")]);
    assert_eq!(vault.n_notes(Note::ObjectUnusable), 2);
    assert_eq!(vault.n_notes(Note::IdTwice), 1);
    assert_eq!(vault.n_notes(Note::ObjectUnknown), 1);
    let (_folder, path) = file("bad.json", br#"{"objectTypes":[],"events":[{"id":]}"#);
    assert!(matches!(read_all(&source(Kind::Ocel, &path)), Err(ReadError::Malformed { .. })));
}

#[test]
fn a_stopped_reading_goes_on_where_it_was() {
    let (_folder, path) = file("log.json", ORDERS.as_bytes());
    let mut source = source(Kind::Ocel, &path);
    source.checkpoint_every = 2;
    let whole = read_all(&source).unwrap();
    let mut vault = Vault { stop_at: Some(1), ..Vault::default() };
    let done = sayso_sources::read(&source, None, &mut vault).unwrap();
    assert_eq!(done, sayso_sources::Done::Interrupted);
    assert_eq!(vault.events.len(), 2);
    let position = vault.positions.last().unwrap().clone();
    vault.stop_at = None;
    let done = sayso_sources::read(&source, Some(&position), &mut vault).unwrap();
    let sayso_sources::Done::Complete { position } = done else { panic!() };
    assert_eq!(vault.events, whole.events);
    assert_eq!(vault.ledger, whole.ledger);
    assert_eq!(sayso_sources::freshness(&source, Some(&position)).unwrap(), sayso_sources::Freshness::Unchanged);
}

/// A database made of statements.
fn base(statements: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(statements).unwrap();
    (folder, path)
}

const BASE: &str = "
    CREATE TABLE event (ocel_id TEXT, ocel_type TEXT); CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
    CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
    CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
    CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
    CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
    INSERT INTO event_map_type VALUES ('Create Order', 'CreateOrder'), ('gone', 'Gone');
    INSERT INTO object_map_type VALUES ('Order', 'Order');
    CREATE TABLE event_CreateOrder (ocel_id TEXT, ocel_time TEXT, \"total items\" INTEGER);
    CREATE TABLE object_Order (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, prio TEXT);
    INSERT INTO object VALUES ('o1', 'Order'), ('o2', 'Order');
    INSERT INTO object_Order VALUES ('o1', '1970-01-01 00:00:00', NULL, 'low'), ('o1', '2024-01-02 00:00:00', 'prio', 'high');
    INSERT INTO object_object VALUES ('o1', 'o2', 'follows');
    INSERT INTO event VALUES ('e1', 'Create Order'), ('e2', 'Create Order');
    INSERT INTO event_object VALUES ('e1', 'o1', 'order'), ('e2', 'o1', 'order');
    INSERT INTO event_CreateOrder VALUES ('e1', '2024-01-01 10:00:00', 1), ('e2', '2024-01-02T10:00:00Z', 2);";

#[test]
fn a_database_without_keys_as_the_standard_shows_it() {
    let (_folder, path) = base(BASE);
    assert_eq!(probe(&path).unwrap(), Kind::Ocel);
    let vault = read_all(&source(Kind::Ocel, &path)).unwrap();
    assert_eq!(told(&vault), [("o1", "Create Order"), ("o1", "Create Order")]);
    assert_eq!(vault.events[0].at, at(T));
    assert_eq!(vault.events[1].attribute("total items"), Some("2"));
    assert_eq!(
        vault.events.iter().map(|event| event.attribute("case:prio")).collect::<Vec<_>>(),
        [Some("low"), Some("high")]
    );
    // One event and one change of an object have no zone; the beginning of time needs none.
    assert_eq!(vault.n_notes(Note::ZoneAssumed), 2);
}

#[test]
fn names_in_a_database_that_do_not_match_are_counted_and_nothing_hangs() {
    let (_folder, path) = base(&format!(
        "{BASE}
        UPDATE event SET ocel_type = '1';
        INSERT INTO event VALUES ('e3', 'gone'), ('e4', 'nowhere'), (NULL, 'x');
        CREATE TABLE event_Other (ocel_id TEXT, ocel_time TEXT); INSERT INTO event_Other VALUES ('e9', '2024-01-05');
        CREATE VIEW event_View AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x AS ocel_id FROM n;
        INSERT INTO event_object VALUES ('e3', 'o1', ''), ('e4', 'o1', ''), ('e9', 'o2', '');"
    ));
    let vault = read_all(&source(Kind::Ocel, &path)).unwrap();
    assert_eq!(told(&vault), [("o1", "Create Order"), ("o1", "Create Order"), ("o2", "Other")]);
    assert_eq!(vault.n_notes(Note::TypeMismatch), 2);
    assert_eq!(vault.n_aside(Reason::TimeMissing), 2);
    assert_eq!(vault.n_aside(Reason::RowMalformed), 1);
    assert!(vault.aside.contains(&("event row 3".to_owned(), Reason::TimeMissing)), "{:?}", vault.aside);
    // The type of a table that no map names, its event that the common table does not have, and two types without table.
    assert_eq!(vault.n_notes(Note::Undeclared), 4);
}

#[test]
fn wrong_types_in_a_database() {
    let (_folder, path) = base(&format!(
        "{BASE} INSERT INTO event VALUES (7, 'Create Order'), ('e8', 'Create Order');
        INSERT INTO event_object VALUES (7, 'o1', 'q'), ('e8', 'o1', NULL), ('e8', 'nobody', 'q');
        INSERT INTO event_CreateOrder VALUES (7, 1704103200, 'many'), ('e8', '2024-01-03T00:00:00Z', x'ff00'),
            (x'00', '2024-01-03', 1), (NULL, '2024-01-03', 1);"
    ));
    let vault = read_all(&source(Kind::Ocel, &path)).unwrap();
    assert_eq!(vault.events.len(), 3);
    assert_eq!(vault.n_aside(Reason::TimeUnreadable), 1);
    assert_eq!(vault.n_aside(Reason::RowMalformed), 2);
    assert_eq!(vault.n_notes(Note::AttributeDropped), 1);
    assert_eq!(vault.n_notes(Note::ObjectUnknown), 1);
    assert!(vault.aside.iter().any(|(place, _)| place == "event_CreateOrder row 3"), "{:?}", vault.aside);
}

#[test]
fn other_and_damaged_databases() {
    let (_folder, path) = base("CREATE TABLE t (a TEXT)");
    assert!(matches!(probe(&path), Err(ReadError::Unrecognised { .. })));
    assert!(matches!(read_all(&source(Kind::Csv, &path)), Err(ReadError::Unrecognised { .. })));
    let (_folder, path) = base(BASE);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let result = probe(&path).and_then(|_| read_all(&source(Kind::Ocel, &path)).map(|_| ()));
    assert!(matches!(result, Err(ReadError::Malformed { .. })), "{result:?}");
}

/// Runs the generator; `None` where it, or Python, is not here.
fn generated() -> Option<tempfile::TempDir> {
    let script = shared("peers/edge/ocel/gen.py")?;
    let folder = tempfile::tempdir().unwrap();
    match Command::new("python3").arg(script.canonicalize().unwrap()).current_dir(folder.path()).status() {
        Ok(status) if status.success() => Some(folder),
        _ => {
            println!("skipped: python3 is not here");
            None
        }
    }
}

#[test]
fn every_generated_trap_gives_exactly_what_it_should() {
    let Some(folder) = generated() else { return };
    use Note::{ActorMissing as A, ObjectUnknown, TypeMismatch, Undeclared, ZoneAssumed};
    let one: &[&str] = &[T];
    type Trap<'a> = (&'a str, &'a [&'a str], &'a [Note], &'a [Reason]);
    let expected: [Trap<'_>; 18] = [
        ("ok", one, &[A], &[]),
        ("offset", &["2024-01-01T05:00:00Z"], &[A], &[]),
        ("nocolon", &["2024-01-01T05:00:00Z"], &[A], &[]),
        ("naive", one, &[ZoneAssumed, A], &[]),
        ("dangling_object", &[], &[ObjectUnknown], &[Reason::ItemMissing]),
        ("no_qualifier", one, &[A], &[]),
        ("two_qualifiers_same_object", one, &[A], &[]),
        ("no_relationships_key", &[], &[], &[Reason::ItemMissing]),
        ("no_attributes_key", one, &[A], &[]),
        ("attr_change", one, &[A], &[]),
        ("attr_no_time", one, &[A], &[]),
        ("undeclared_type", one, &[Undeclared, A], &[]),
        ("undeclared_attr", one, &[Undeclared, A], &[]),
        ("value_as_string", one, &[A], &[]),
        ("dup_event_id", &[T, "2024-01-02T10:00:00Z"], &[A, Note::IdTwice, A], &[]),
        ("o2o", one, &[A], &[]),
        ("event_without_objects", &[], &[], &[Reason::ItemMissing]),
        ("id_number", one, &[TypeMismatch, A], &[]),
    ];
    let read = |name: &str| -> Vault {
        let path = folder.path().join(format!("{name}.json"));
        assert_eq!(probe(Path::new(&path)).unwrap(), Kind::Ocel, "{name}");
        read_all(&source(Kind::Ocel, &path)).unwrap()
    };
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), expected.len());
    for (name, instants, notes, aside) in expected {
        let vault = read(name);
        let read: Vec<_> = vault.events.iter().map(|event| (event.item.as_str(), event.at)).collect();
        let wanted: Vec<_> = instants.iter().map(|instant| ("o1", at(instant))).collect();
        assert_eq!(read, wanted, "{name}");
        let told: Vec<Note> =
            vault.notes.iter().map(|(_, note)| *note).filter(|note| *note != Note::ItemChosen).collect();
        assert_eq!(told, notes, "{name}");
        assert_eq!(vault.aside.iter().map(|(_, reason)| *reason).collect::<Vec<_>>(), aside, "{name}");
        assert_eq!(vault.ledger.seen, (instants.len() + aside.len()) as u64, "{name}");
    }
    assert_eq!(read("attr_change").events[0].attribute("case:prio"), Some("low"));
    assert_eq!(read("attr_no_time").events[0].attribute("case:prio"), Some("low"));
    assert_eq!(read("o2o").events[0].attribute("case:object:Person/owner"), None, "people are asked for by a lens");
    let lens = "name='n'\nitem='object:Issue'\nat='ocel:time'\nactivity='ocel:type'\nactor='case:object:Person/owner'";
    let o2o = Source::new("o2o", Kind::Ocel, folder.path().join("o2o.json"), Lens::parse(lens).unwrap());
    assert_eq!(read_all(&o2o).unwrap().events[0].actor.as_deref(), Some("p1"));
    assert_eq!(read("undeclared_attr").events[0].attribute("zzz"), Some("1"));
    assert_eq!(read("offset").events[0].offset, Some(300));
}
