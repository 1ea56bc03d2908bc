//! Arcs: each event beside the one before it, whatever the batches, runs and threads; and toy logs counted by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use sayso_engine::{Dictionaries, Engine, Format, Record, Shown, Start, Tables};
use sayso_model::actor::{Actor, Directory};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::decision::{ItemEvents, Paths, Reconstruct};
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};

use super::build::{Numbers, Told, engine, pour, read, story, threads};

/// A directory without rules.
struct Known(Directory);

impl Reconstruct for Known {
    fn item(&self, _: &ItemEvents<'_>, _: &mut Paths) {}

    fn directory(&self) -> &Directory {
        &self.0
    }

    fn packed(&self) -> Vec<u8> {
        Vec::new()
    }

    fn until(&self) -> Instant {
        Instant::from_micros(0)
    }
}

/// Tables over a directory that is made of the words; names are shown.
fn tables(record: &Record, directory: impl FnOnce(&mut Dictionaries) -> Directory) -> Tables {
    let mut words = record.snapshot().unwrap().words();
    let reconstruct = Arc::new(Known(directory(&mut words)));
    Tables { words: Arc::new(words), reconstruct, shown: Shown::Names, memory: vec![] }
}

fn office(from: i64, zone: &str) -> Calendar {
    Calendar::build(&CalendarSpec::new(zone), Instant::from_micros(from), Instant::from_micros(from)).unwrap()
}

fn nobody(_: &mut Dictionaries) -> Directory {
    Directory::new(vec![], vec![], office(0, "UTC"))
}

fn csv(engine: &Engine, tables: Tables, query: &str) -> String {
    let mut out = Vec::new();
    let sql = engine.sql(tables).unwrap();
    sql.query(query)
        .unwrap_or_else(|error| panic!("{query}: {error}"))
        .write(Format::Csv, &mut out)
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    String::from_utf8(out).unwrap()
}

/// A log of one line an item: `A ann/red@York` is an event with activity, actor, team and site, a minute after the one
/// before it; what is left out is not recorded.
fn log(items: &[&str]) -> Vec<Told> {
    let mut all = Vec::new();
    for (n, line) in items.iter().enumerate() {
        for (at, one) in line.split(", ").filter(|one| !one.is_empty()).enumerate() {
            let (one, site) = one.split_once('@').map_or((one, None), |(one, site)| (one, Some(site)));
            let (one, team) = one.split_once('/').map_or((one, None), |(one, team)| (one, Some(team)));
            let (activity, actor) =
                one.split_once(' ').map_or((one, None), |(activity, actor)| (activity, Some(actor)));
            all.push(Told {
                item: format!("T-{}", n + 1),
                at: 1_700_000_000_000_000 + at as i64 * 60_000_000,
                activity: activity.to_owned(),
                actor: actor.filter(|actor| !actor.is_empty()).map(str::to_owned),
                team: team.map(str::to_owned),
                site: site.map(str::to_owned),
                ..Told::default()
            });
        }
    }
    all
}

fn ask(items: &[&str], query: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "log", &log(items));
    csv(&engine(&record), tables(&record, nobody), query)
}

/// Every person works at `site 1` in team `team 0`, of which some events say otherwise; person 0 and person 1 are one.
fn directory(words: &mut Dictionaries) -> Directory {
    let code = |column, word: &str| words.code(column, word).unwrap().unwrap();
    let (site, team) = (code(Column::Site, "site 1"), code(Column::Team, "team 0"));
    let (one, other) = (code(Column::Actor, "person 0"), code(Column::Actor, "person 1"));
    let actors = (0..words.n_codes(Column::Actor) as u32).map(|code| {
        let same_as = if code == one { other } else { code };
        if code == 0 { Actor::default() } else { Actor { same_as, site, team, ..Actor::default() } }
    });
    let zones = ["UTC", "Europe/Warsaw", "America/New_York"];
    let calendars = (0..words.n_codes(Column::Site))
        .map(|code| zones.get(code).map(|zone| office(1_600_000_000_000_000, zone)).filter(|_| code > 0));
    Directory::new(actors.collect(), calendars.collect(), office(1_600_000_000_000_000, "Asia/Tokyo"))
}

const ALL: &str = "select item, seq, activity, next_activity, actor, next_actor, actor_before, team, next_team, site, \
                   next_site, role, next_role, cast(since as bigint) since, cast(at as bigint) at, \
                   cast(round(waited_working_h * 3600000000) as bigint) working, team_returns, crosses \
                   from arcs order by item, seq";

/// The same over a list.
fn by_hand(words: &Dictionaries, directory: &Directory, story: &[Told]) -> String {
    let mut items: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    story.iter().filter(|told| !told.auxiliary).for_each(|told| items.entry(&told.item).or_default().push(told));
    let actor = |told: &Told| {
        let code = words.code(Column::Actor, told.actor.as_deref().unwrap_or("")).unwrap().unwrap();
        if code == 0 { Actor { same_as: 0, ..Actor::default() } } else { directory.actor(code) }
    };
    let own_or = |column, own: &Option<String>, code| match own {
        Some(own) => own.clone(),
        None => words.word(column, code).to_owned(),
    };
    let team = |told: &Told| own_or(Column::Team, &told.team, actor(told).team);
    let site = |told: &Told| own_or(Column::Site, &told.site, actor(told).site);
    let role = |told: &Told| own_or(Column::Role, &told.role, actor(told).role);
    let name = |told: &Told| words.word(Column::Actor, actor(told).same_as).to_owned();
    let mut out = String::from(
        "item,seq,activity,next_activity,actor,next_actor,actor_before,team,next_team,site,next_site,role,next_role,since,\
         at,working,team_returns,crosses\n",
    );
    for (item, mut events) in items {
        events.sort_by_key(|told| told.at);
        let mut held: Vec<String> = Vec::new();
        for n in 1..events.len() {
            let (one, next) = (events[n - 1], events[n]);
            if !team(one).is_empty() && held.last() != Some(&team(one)) {
                held.push(team(one));
            }
            let before = held.len().checked_sub(2).map(|at| &held[at]);
            let changes = !team(one).is_empty() && !team(next).is_empty() && team(one) != team(next);
            let calendar = directory.calendar(words.code(Column::Site, &site(next)).unwrap().unwrap());
            let (since, at) = (Instant::from_micros(one.at), Instant::from_micros(next.at));
            let are_known = !site(one).is_empty() && !site(next).is_empty();
            let or_null = |text: String| if text.is_empty() { String::new() } else { text };
            let cells = [
                item.to_owned(),
                n.to_string(),
                one.activity.clone(),
                next.activity.clone(),
                name(one),
                name(next),
                if n > 1 { name(events[n - 2]) } else { String::new() },
                team(one),
                team(next),
                site(one),
                site(next),
                role(one),
                role(next),
                one.at.to_string(),
                next.at.to_string(),
                calendar.working_between(since, at).micros().to_string(),
                if changes { (before == Some(&team(next))).to_string() } else { String::new() },
                if are_known { (site(one) != site(next)).to_string() } else { String::new() },
            ];
            out.push_str(&cells.map(or_null).join(","));
            out.push('\n');
        }
    }
    out
}

#[test]
fn batches_runs_and_threads_give_what_a_list_gives() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    let mut story = story(30_000, 11);
    // An item that fills several batches, and rows that are no events of their own.
    for n in 0..20_000 {
        let actor = Some(format!("person {}", n % 3));
        let team = Some(format!("team {}", n / 2 % 3));
        let at = 1_600_000_000_000_000 + n * 1_000_000;
        let more = Told { activity: format!("label {}", n % 4), auxiliary: n % 7 == 0, ..Told::default() };
        story.push(Told { item: "LONG".into(), at, actor, team, ..more });
    }
    for (n, told) in story.iter_mut().enumerate() {
        told.auxiliary |= n % 11 == 0;
    }
    let mut numbers = Numbers(1);
    story.sort_by_cached_key(|_| numbers.below(1 << 30));
    let mut appender = record.appender("s", "events", "builtin", Start::Resume).unwrap().holding(12_000);
    let _ = pour(&mut appender, &story, 6_000);
    appender.finish("50000").unwrap();
    let snapshot = record.snapshot().unwrap();
    assert!(snapshot.n_runs() >= 4 * 16, "{}", snapshot.n_runs());

    let mut words = snapshot.words();
    let directory_by_hand = directory(&mut words);
    let expected = by_hand(&words, &directory_by_hand, &story);
    assert!(expected.lines().count() > 30_000 && expected.contains(",true,") && expected.contains(",false,"));
    let found = |record: &Record, n| csv(&threads(record, n), tables(record, directory), ALL);
    assert!(found(&record, 2) == expected, "from several runs");
    record.compact(2).unwrap();
    assert_eq!(record.snapshot().unwrap().n_runs(), 16);
    assert!(found(&record, 1) == expected, "from one run, one thread");
    assert!(found(&record, 3) == expected, "from one run, three threads");

    // A few columns are the same columns.
    let few = "select item, seq, team_returns from arcs order by item, seq";
    fn of(line: &str) -> Vec<&str> {
        line.split(',').collect()
    }
    let expected: Vec<String> =
        expected.lines().map(of).map(|cells| format!("{},{},{}", cells[0], cells[1], cells[16])).collect();
    assert!(csv(&engine(&record), tables(&record, directory), few).lines().eq(expected.iter()));
    let one = csv(
        &engine(&record),
        tables(&record, directory),
        "select seq, crosses from arcs where item = 'LONG' order by seq limit 2",
    );
    assert_eq!(one, "seq,crosses\n1,false\n2,false\n");
    let n = csv(&engine(&record), tables(&record, directory), "select count(*) n from arcs");
    assert_eq!(n, format!("n\n{}\n", expected.len() - 1));
}

#[test]
fn nothing_and_one_event_have_no_arcs() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    let n = "select count(*) n, count(distinct item) items from arcs";
    assert_eq!(csv(&engine(&record), tables(&record, nobody), n), "n,items\n0,0\n");
    read(&mut record, "log", &log(&["A ann"]));
    assert_eq!(csv(&engine(&record), tables(&record, nobody), n), "n,items\n0,0\n");
    assert_eq!(csv(&engine(&record), tables(&record, nobody), ALL).lines().count(), 1);
    read(&mut record, "more", &log(&["A ann, B ann", "", "A"]));
    assert_eq!(csv(&engine(&record), tables(&record, nobody), n), "n,items\n2,1\n");
}

#[test]
fn only_what_is_asked_for_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "log", &log(&["A ann/red@York, B bob/blue@Hull"]));
    let plan = |query: &str| {
        let mut out = Vec::new();
        let engine = engine(&record);
        let sql = engine.sql(tables(&record, nobody)).unwrap();
        sql.query(&format!("explain {query}")).unwrap().write(Format::Text, &mut out).unwrap();
        String::from_utf8(out).unwrap().split_whitespace().collect::<String>().replace('|', "")
    };
    let pairs = plan("select activity, next_activity, count(*) from arcs group by 1, 2");
    assert!(pairs.contains("projection=[item_id,flags,activity]"), "{pairs}");
    assert!(!pairs.contains("SortExec"), "nothing is sorted: {pairs}");
    let hours = plan("select avg(waited_calendar_h) from arcs");
    assert!(hours.contains("columns=[since,at]") && hours.contains("projection=[item_id,at,flags]"), "{hours}");
    let crossings = plan("select count(*) from arcs where crosses");
    assert!(crossings.contains("projection=[item_id,flags,actor,site]"), "{crossings}");
}

#[test]
fn subcontracting_of_three_cases_counted_by_hand() {
    // What goes from X to somebody and straight back: once to Y, in each case to Z.
    let items = ["A X, B Z, A X, B Y, A X", "A X, B Z, A X", "A X, B Z, A X, C"];
    let query = "select actor_before as who, actor as \"to\", count(distinct item) cases, count(*) n from arcs \
                 where next_actor = actor_before and actor <> actor_before group by 1, 2 order by 2";
    assert_eq!(ask(&items, query), "who,to,cases,n\nX,Y,1,1\nX,Z,3,3\n");
}

#[test]
fn a_team_has_it_back_whatever_long_it_held_it_and_whoever_else_wrote() {
    let query = "select seq, team, next_team, team_returns from arcs order by seq";
    assert_eq!(
        ask(&["A a/red, B b/red, C c/blue, D d/blue, E e/red, F f/green, G g/red, H h/blue"], query),
        "seq,team,next_team,team_returns\n1,red,red,\n2,red,blue,false\n3,blue,blue,\n4,blue,red,true\n\
         5,red,green,false\n6,green,red,true\n7,red,blue,false\n"
    );
    // Somebody of an unknown team in between does not hide the return, and no change is made up for them.
    assert_eq!(
        ask(&["A a/red, B b/blue, C c, D d/blue, E e/red, F f, G g/blue, H h/red"], query),
        "seq,team,next_team,team_returns\n1,red,blue,false\n2,blue,,\n3,,blue,\n4,blue,red,true\n\
         5,red,,\n6,,blue,\n7,blue,red,true\n"
    );
}

#[test]
fn a_border_is_crossed_between_two_known_sites() {
    assert_eq!(
        ask(
            &["A a@York, B b@Hull, C c, D d@Hull, E e@Hull"],
            "select seq, site, next_site, crosses from arcs order by seq"
        ),
        "seq,site,next_site,crosses\n1,York,Hull,true\n2,Hull,,\n3,,Hull,\n4,Hull,Hull,false\n"
    );
}

#[test]
fn waiting_over_a_weekend_is_counted_in_the_hours_of_whoever_had_to_act() {
    // Friday 1 March 2024, 16:30 in London, and the Monday after, 09:30 in Warsaw.
    let (friday, monday) = (1_709_310_600_000_000, 1_709_541_000_000_000);
    let told = |actor: &str, at: i64| Told {
        item: "T-1".into(),
        at,
        actor: Some(actor.into()),
        activity: "did".into(),
        ..Told::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    let story = [told("London", friday), told("Warsaw", monday), told("London", monday + 3_600_000_000)];
    read(&mut record, "log", &story);
    let directory = |words: &mut Dictionaries| {
        let mut actors = vec![Actor::default(); words.n_codes(Column::Actor)];
        let mut calendars = vec![None; 3];
        for place in ["London", "Warsaw"] {
            let code = words.code(Column::Actor, place).unwrap().unwrap();
            let site = words.intern_extra(Column::Site, place).unwrap();
            actors[code as usize] = Actor { same_as: code, site, ..Actor::default() };
            calendars[site as usize] = Some(office(friday, &format!("Europe/{place}")));
        }
        Directory::new(actors, calendars, office(friday, "UTC"))
    };
    assert_eq!(
        csv(
            &engine(&record),
            tables(&record, directory),
            "select next_site, waited_calendar_h, waited_working_h, crosses from arcs order by seq"
        ),
        // In Warsaw, Friday was over; in London the hour on Monday began at nine.
        "next_site,waited_calendar_h,waited_working_h,crosses\nWarsaw,64.0,0.5,true\nLondon,1.0,0.5,true\n"
    );
}
