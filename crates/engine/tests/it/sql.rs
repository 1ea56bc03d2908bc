//! SQL: the columns of the reference, words instead of codes, pseudonyms instead of names, and nothing that writes.

use std::sync::Arc;

use sayso_engine::{Engine, EngineError, Format, MemoryColumn, MemoryTable, Record, Shown, Sql, Tables};
use sayso_model::event::Act;
use sayso_model::schema::TABLES;
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};

use super::build::{Told, Toy, engine, read, story};

fn tables(record: &Record, shown: impl Fn(&str) -> String, memory: Vec<MemoryTable>) -> Tables {
    let mut words = record.snapshot().unwrap().words();
    words.intern_extra(Column::Site, "only in people.csv").unwrap();
    let words = Arc::new(words);
    let labels = (0..words.n_codes(Column::Actor) as u32).map(|code| shown(words.word(Column::Actor, code))).collect();
    Tables { reconstruct: Toy::over(record, &words), words, shown: Shown::Labels(labels), memory }
}

fn pseudonym(name: &str) -> String {
    if name.is_empty() || name.contains(':') { name.to_owned() } else { format!("p-{}", name.len()) }
}

fn answer(sql: &Sql<'_>, query: &str, format: Format) -> String {
    let mut out = Vec::new();
    sql.query(query).unwrap_or_else(|error| panic!("{query}: {error}")).write(format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn csv(sql: &Sql<'_>, query: &str) -> String {
    answer(sql, query, Format::Csv)
}

/// Two events of one item that fill every column, and one that fills none.
fn small() -> Vec<Told> {
    let text = |word: &str| Some(word.to_owned());
    let put = Told {
        item: "T-1".into(),
        at: 1_700_000_000_000_001,
        offset: Some(60),
        actor: text("Anna Example"),
        act: Some(Act::Raised),
        activity: "opened".into(),
        to: text("team:Blue"),
        matter: text("merge"),
        area: text("src"),
        team: text("Red"),
        site: text("Hull"),
        role: text("owner"),
        link: text("abc"),
        attributes: vec![("size".into(), "12".into()), ("why".into(), "a=b".into())],
        ..Told::default()
    };
    let answered = Told {
        at: put.at + 5_400_000_000,
        act: Some(Act::Decided),
        verdict: Some(sayso_model::event::Verdict::Approved),
        actor: text("Bob"),
        to: text("Anna Example"),
        team: None,
        site: None,
        ..put.clone()
    };
    vec![put, answered, Told { item: "T-2".into(), at: 0, ..Told::default() }]
}

fn with_small(check: impl FnOnce(&Engine, &Record)) {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "log", &small());
    check(&engine(&record), &record);
}

#[test]
fn every_table_has_exactly_the_columns_of_the_reference() {
    with_small(|engine, record| {
        let sql = engine.sql(tables(record, pseudonym, vec![])).unwrap();
        for table in &TABLES {
            let columns = sql.query(&format!("select * from {}", table.name)).unwrap().columns();
            let expected: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(columns, expected, "{}", table.name);
            let types = csv(
                &sql,
                &format!(
                    "select column_name, data_type from information_schema.columns where table_name = '{}'",
                    table.name
                ),
            );
            for column in table.columns {
                let expected = match column.holds.word() {
                    "text" => "Utf8View",
                    "list of texts" => "List",
                    "instant" => "Timestamp(µs",
                    "whole number" => "Int64",
                    "number" => "Float64",
                    _ => "Boolean",
                };
                let line = types.lines().find(|line| line.starts_with(&format!("{},", column.name))).unwrap();
                assert!(line.contains(expected), "{}: {line}", table.name);
            }
        }
    });
}

#[test]
fn events_are_shown_in_words_and_under_pseudonyms() {
    with_small(|engine, record| {
        let sql = engine.sql(tables(record, pseudonym, vec![])).unwrap();
        assert_eq!(
            csv(&sql, "select * from events order by at desc"),
            "source,item,at,utc_offset_min,actor,actor_kind,site,team,role,level,activity,act,to,matter,area,verdict,link,attributes\n\
             log,T-1,2023-11-14T23:43:20.000001Z,60,p-3,person,,,owner,0,opened,decided,p-12,merge,src,approved,abc,size=12;why=a=b\n\
             log,T-1,2023-11-14T22:13:20.000001Z,60,p-12,bot,Hull,Red,owner,,opened,raised,team:Blue,merge,src,,abc,size=12;why=a=b\n\
             log,T-2,1970-01-01T00:00:00Z,,,,,,,,,,,,,,,\n"
        );
        assert!(!csv(&sql, "select * from events").contains("Anna"));
        assert_eq!(
            csv(
                &sql,
                "select attr(attributes, 'why') w, attr(attributes, 'none') n from events where item = 'T-1' limit 1"
            ),
            "w,n\na=b,\n"
        );
        assert_eq!(
            csv(
                &sql,
                "select attr(attributes, case when act = 'raised' then 'why' else 'size' end) w from events order by at"
            ),
            "w\n\"\"\na=b\n12\n"
        );
        assert_eq!(csv(&sql, "select count(*) n from events"), "n\n3\n");
        assert_eq!(csv(&sql, "select count(*) n from events where matter = 'merge' and \"to\" is not null"), "n\n2\n");
    });
}

#[test]
fn names_are_shown_where_the_office_says_so() {
    with_small(|engine, record| {
        let tables = Tables { shown: Shown::Names, ..tables(record, pseudonym, vec![]) };
        let sql = engine.sql(tables).unwrap();
        assert_eq!(csv(&sql, "select distinct actor from events order by 1"), "actor\nAnna Example\nBob\n\"\"\n");
    });
}

#[test]
fn decisions_and_hops_have_hours_and_no_latency_where_nobody_saw_the_question() {
    with_small(|engine, record| {
        let sql = engine.sql(tables(record, pseudonym, vec![])).unwrap();
        let columns = "decision, item, matter, asker, decider, verdict, status, n_hops - 2 as less, latency_calendar_h, \
                       first_response_working_h, executed_at, in_remit, opened_by, decider_known, decider_level";
        assert_eq!(
            csv(&sql, &format!("select {columns} from decisions")),
            "decision,item,matter,asker,decider,verdict,status,less,latency_calendar_h,first_response_working_h,executed_at,in_remit,opened_by,decider_known,decider_level\n\
             T-1#1,T-1,merge,p-12,p-3,approved,decided,0,1.5,1.0,,,raised,explicit,\n"
        );
        assert_eq!(
            csv(
                &sql,
                "select decision, seq, holder, holder_kind, team, site, held_calendar_h, arrived_by from hops order by seq"
            ),
            "decision,seq,holder,holder_kind,team,site,held_calendar_h,arrived_by\n\
             T-1#1,1,p-12,bot,Red,Hull,1.5,handed\n\
             T-1#1,2,p-3,person,,,0.0,handed\n"
        );
        assert_eq!(
            csv(
                &sql,
                "select d.decision, sum(h.held_calendar_h) h, max(d.latency_calendar_h) l from decisions d join hops h on d.decision = h.decision group by 1"
            ),
            "decision,h,l\nT-1#1,1.5,1.5\n"
        );
    });
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    let unseen: Vec<Told> = small().into_iter().map(|told| Told { act: None, ..told }).collect();
    read(&mut record, "log", &unseen);
    let engine = engine(&record);
    let sql = engine.sql(tables(&record, pseudonym, vec![])).unwrap();
    assert_eq!(
        csv(&sql, "select opened_by, latency_calendar_h, latency_working_h from decisions"),
        "opened_by,latency_calendar_h,latency_working_h\nunseen,,\n"
    );
}

#[test]
fn sql_counts_what_the_fold_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "s", &story(20_000, 5));
    let engine = engine(&record);
    let tables = tables(&record, pseudonym, vec![]);
    let paths = engine.paths(&tables.reconstruct).unwrap().collect_all().unwrap();
    let sql = engine.sql(tables).unwrap();
    let row = format!("{},{}", paths.decisions.len(), paths.decisions.iter().map(|d| d.n_hops).sum::<u32>());
    assert_eq!(csv(&sql, "select count(*) n, sum(n_hops) h from decisions"), format!("n,h\n{row}\n"));
    assert_eq!(csv(&sql, "select count(distinct decision) n, count(*) h from hops"), format!("n,h\n{row}\n"));
    let plan = answer(&sql, "explain select matter, count(*) from decisions group by matter", Format::Text);
    assert!(plan.contains("FoldExec"), "{plan}");
    let below = plan.split("FoldExec").last().unwrap();
    assert!(!below.contains("SortExec") && !below.contains("RepartitionExec"), "nothing is sorted or moved: {plan}");
}

#[test]
fn given_tables_are_held_to_the_reference() {
    with_small(|engine, record| {
        let text = |word: &str| MemoryColumn::Text(vec![Some(word.to_owned()), None]);
        let skipped = MemoryTable {
            name: "skipped".into(),
            columns: ["source", "place", "reason", "detail"].map(|name| (name.to_owned(), text(name))).into(),
        };
        let sql = engine.sql(tables(record, pseudonym, vec![skipped.clone()])).unwrap();
        assert_eq!(
            answer(&sql, "select * from skipped", Format::Ndjson),
            "{\"source\":\"source\",\"place\":\"place\",\"reason\":\"reason\",\"detail\":\"detail\"}\n\
             {\"source\":null,\"place\":null,\"reason\":null,\"detail\":null}\n"
        );
        assert_eq!(csv(&sql, "select * from people"), "person,kind,team,site,site_known,role,level\n");

        let mut other = skipped.clone();
        other.columns.pop();
        let error = engine.sql(tables(record, pseudonym, vec![other])).unwrap_err();
        assert_eq!(error.to_string(), "offer table `skipped`: its columns are source, place, reason, detail");
        let mut other = skipped.clone();
        other.columns[0].1 = MemoryColumn::Instant(vec![Some(Instant::from_micros(0)), None]);
        assert!(engine.sql(tables(record, pseudonym, vec![other])).is_err());
        let mut other = skipped.clone();
        other.columns[0].1 = MemoryColumn::Text(vec![None]);
        assert!(engine.sql(tables(record, pseudonym, vec![other])).is_err());
        for name in ["events", "wishes"] {
            let other = MemoryTable { name: name.into(), ..skipped.clone() };
            assert!(matches!(engine.sql(tables(record, pseudonym, vec![other])), Err(EngineError::Table { .. })));
        }
    });
}

#[test]
fn nothing_that_writes_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    with_small(|engine, record| {
        let sql = engine.sql(tables(record, pseudonym, vec![])).unwrap();
        let out = folder.path().join("out.csv");
        for query in [
            "create table t as select 1".to_owned(),
            "drop table events".to_owned(),
            "drop view decisions".to_owned(),
            "insert into skipped values ('a', 'b', 'c', 'd')".to_owned(),
            "delete from skipped".to_owned(),
            format!("copy (select 1) to '{}'", out.display()),
            format!("create external table x stored as csv location '{}'", out.display()),
            "set datafusion.execution.batch_size = 1".to_owned(),
        ] {
            let error = sql.query(&query).unwrap_err();
            assert!(matches!(error, EngineError::Query { .. }), "{query}: {error}");
        }
        let error = sql.query("drop table events").unwrap_err();
        assert_eq!(error.to_string(), "answer the query: it would change something, and the record is only read");
        assert!(!out.exists());
        assert!(sql.query("select * from 'Cargo.toml'").is_err(), "files are not tables");
        assert_eq!(csv(&sql, "select count(*) n from events"), "n\n3\n");
    });
}

#[test]
fn what_is_not_there_comes_with_what_is() {
    with_small(|engine, record| {
        let sql = engine.sql(tables(record, pseudonym, vec![])).unwrap();
        let error = sql.query("select wait from decisions").unwrap_err();
        assert_eq!(error.to_string(), "answer the query: No field named wait");
        assert!(error.hint().unwrap().starts_with("`decisions` has decision, item, matter"), "{:?}", error.hint());
        let error = sql.query("select 1 from decision").unwrap_err();
        assert!(error.to_string().contains("'datafusion.public.decision' not found"), "{error}");
        assert_eq!(
            error.hint().unwrap(),
            "the tables are events, decisions, hops, arcs, people, remits, measures, findings, skipped"
        );
        let error = sql.query("selec 1").unwrap_err();
        assert!(matches!(error, EngineError::Query { .. }), "{error}");
        let error = sql.query("").unwrap_err();
        assert!(matches!(error, EngineError::Query { .. }), "{error}");
    });
}

#[test]
fn rows_are_written_in_four_ways() {
    with_small(|engine, record| {
        let sql = engine.sql(tables(record, pseudonym, vec![])).unwrap();
        let query = "select item, attributes, at from events where act = 'raised'";
        assert_eq!(
            answer(&sql, query, Format::Text),
            "+------+--------------------+-----------------------------+\n\
             | item | attributes         | at                          |\n\
             +------+--------------------+-----------------------------+\n\
             | T-1  | [size=12, why=a=b] | 2023-11-14T22:13:20.000001Z |\n\
             +------+--------------------+-----------------------------+\n"
        );
        let row = "{\"item\":\"T-1\",\"attributes\":[\"size=12\",\"why=a=b\"],\"at\":\"2023-11-14T22:13:20.000001Z\"}";
        assert_eq!(answer(&sql, query, Format::Json), format!("[{row}]\n"));
        assert_eq!(answer(&sql, query, Format::Ndjson), format!("{row}\n"));
        let none = "select item from events where false";
        assert_eq!(answer(&sql, none, Format::Json), "[]\n");
        assert_eq!(answer(&sql, none, Format::Ndjson), "");
        assert_eq!(answer(&sql, none, Format::Csv), "item\n");
        assert_eq!(answer(&sql, none, Format::Text), "+------+\n| item |\n+------+\n+------+\n");
    });
}

#[test]
fn an_empty_record_answers_with_empty_tables() {
    let folder = tempfile::tempdir().unwrap();
    let record = Record::open(folder.path()).unwrap();
    let engine = engine(&record);
    let sql = engine.sql(tables(&record, pseudonym, vec![])).unwrap();
    for table in &TABLES {
        assert_eq!(csv(&sql, &format!("select count(*) n from {}", table.name)), "n\n0\n");
        assert_eq!(csv(&sql, &format!("select * from {}", table.name)).lines().count(), 1);
    }
}

#[test]
fn a_filter_on_words_is_a_filter_on_codes_and_means_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    let story = story(3_000, 5);
    read(&mut record, "s", &story);
    read(&mut record, "s", &story);
    let engine = engine(&record);
    let sql = engine.sql(tables(&record, pseudonym, vec![])).unwrap();
    let count = |of: &dyn Fn(&Told) -> bool| format!("n\n{}\n", story.iter().filter(|told| of(told)).count());
    let is = |field: &Option<String>, word: &str| field.as_deref() == Some(word);
    let cases: [(&str, String); 10] = [
        ("matter = 'matter 1'", count(&|told| is(&told.matter, "matter 1"))),
        ("matter = 'no such'", count(&|_| false)),
        ("matter <> 'matter 1'", count(&|told| told.matter.is_some() && !is(&told.matter, "matter 1"))),
        ("not (matter = 'matter 1')", count(&|told| told.matter.is_some() && !is(&told.matter, "matter 1"))),
        ("(matter = 'matter 1') is null", count(&|told| told.matter.is_none())),
        (
            "matter in ('matter 0', 'matter 1') or area = 'area 2' and act = 'handed'",
            count(&|told| {
                is(&told.matter, "matter 0")
                    || is(&told.matter, "matter 1")
                    || is(&told.area, "area 2") && told.act == Some(Act::Handed)
            }),
        ),
        ("actor = 'p-9'", count(&|told| told.actor.as_ref().is_some_and(|name| name.len() == 9))),
        ("source = 's'", count(&|_| true)),
        ("item = 'ITEM-7'", count(&|told| told.item == "ITEM-7")),
        ("item in ('ITEM-7', 'ITEM-8', 'none')", count(&|told| told.item == "ITEM-7" || told.item == "ITEM-8")),
    ];
    for (filter, expected) in cases {
        assert_eq!(csv(&sql, &format!("select count(*) n from events where {filter}")), expected, "{filter}");
    }
    let plan = |query: &str| answer(&sql, &format!("explain {query}"), Format::Text);
    let one = plan("select count(*) from events where matter = 'matter 1'");
    assert!(!one.contains("word_of_matter"), "{one}");
    for table in ["events", "hops", "decisions", "arcs"] {
        let one = plan(&format!("select count(*) from {table} where item = 'ITEM-7'"));
        assert_eq!(one.matches(".parquet").count(), 1, "one bucket of sixteen: {one}");
    }
    let all = csv(&sql, "select decision from decisions where item = 'ITEM-7'");
    assert_eq!(csv(&sql, "select decision from decisions where decision = 'ITEM-7#1'"), all);
    assert_eq!(
        csv(&sql, "select decision from decisions where decision in ('ITEM-7#2', 'x', 'ITEM-7#y')"),
        "decision\n"
    );
}

#[test]
fn an_answer_that_breaks_off_says_why() {
    with_small(|engine, record| {
        let sql = engine.sql(tables(record, pseudonym, vec![])).unwrap();
        let answer = sql.query("select 1 / (utc_offset_min - 60) from events where item = 'T-1'").unwrap();
        let error = answer.write(Format::Csv, &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("ivide by zero"), "{error}");
        assert!(error.hint().is_some());
    });
}
