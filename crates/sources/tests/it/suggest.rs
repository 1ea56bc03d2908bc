//! Lenses proposed from the record, held against those that people wrote.

use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{Act, EventRow, EventSink, Flow, SinkError};
use sayso_sources::lens::suggest::{Agreement, Confidence, Observed, Part, Seen, Suggestion, into_lens, rules};
use sayso_sources::tracker::Tracker;
use sayso_sources::tracker::raw::{Fetched, Writer};
use sayso_sources::{Kind, Lens, Source, read};
use serde_json::{Value, json};

use crate::sink::{guide_lens, shared};

/// Feeds what is read; the items of these sources come one after the other.
#[derive(Default)]
struct Feed(Seen);

impl EventSink for Feed {
    fn seen(&mut self) {}

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        self.0.add(&Observed {
            item: row.item,
            at: row.at,
            activity: row.activity,
            attributes: row.attributes,
            actor: row.actor,
            act: row.act,
            is_auxiliary: row.auxiliary,
        });
        Ok(())
    }

    fn set_aside(&mut self, _: &str, _: Reason, _: &str) {}

    fn note(&mut self, _: &str, _: Note, _: &str) {}

    fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }

    fn progress(&mut self, _: u64, _: Option<u64>) {}
}

fn suggested(source: &Source) -> Vec<Suggestion> {
    let mut feed = Feed::default();
    read(source, None, &mut feed).unwrap();
    feed.0.suggest()
}

/// The share of a log's events to which the lens from the guide gives the suggested act.
#[track_caller]
fn agrees(log: &str, lens: &str, at_least: f64) -> Option<Vec<Suggestion>> {
    let path = shared("data/logs")?.join(log);
    let lens = guide_lens(lens);
    let suggestions = suggested(&Source::new(log, Kind::Xes, path, lens.clone()));
    let agreement = Agreement::of(&suggestions);
    assert!(agreement.share().unwrap() >= at_least, "{log}: {agreement:?}");
    assert!(into_lens(&lens, &suggestions).is_ok_and(|whole| whole.contains("Proposed from the record")));
    Some(suggestions)
}

fn part(suggestions: &[Suggestion], activity: &str) -> (Part, Confidence) {
    let one = suggestions.iter().find(|one| one.told.to_string() == activity);
    let one = one.unwrap_or_else(|| panic!("{activity} is not told"));
    (one.part, one.confidence)
}

// The bounds are what was measured, cut to two digits; what cannot be told counts as not the same.

#[test]
fn the_lens_of_permit_applications_is_recovered() {
    let Some(found) = agrees("receipt.xes.gz", "receipt.toml", 0.98) else { return };
    assert_eq!(part(&found, "Confirmation of receipt"), (Part::Raises, Confidence::High));
    assert_eq!(part(&found, "T04 Determine confirmation of receipt").0, Part::Decides);
    assert_eq!(part(&found, "T05 Print and send confirmation of receipt").0, Part::CarriesOut);
}

#[test]
fn the_lens_of_declarations_is_recovered_but_for_a_request_that_no_word_explains() {
    let Some(found) = agrees("bpic2020_DomesticDeclarations.xes.gz", "bpic2020.toml", 0.82) else { return };
    // The same word, told apart by who does it and by whether it goes on.
    assert_eq!(part(&found, "Declaration REJECTED by EMPLOYEE"), (Part::Withdraws, Confidence::High));
    assert_eq!(part(&found, "Declaration REJECTED by ADMINISTRATION"), (Part::Objects, Confidence::High));
    assert_eq!(part(&found, "Declaration FINAL_APPROVED by SUPERVISOR").0, Part::Decides);
    assert_eq!(part(&found, "Request Payment").0, Part::CannotTell);
    agrees("bpic2020_RequestForPayment.xes.gz", "bpic2020.toml", 0.82);
}

#[test]
fn the_lens_of_a_helpdesk_is_mostly_recovered() {
    let Some(found) = agrees("helpdesk.xes.gz", "helpdesk.toml", 0.76) else { return };
    assert_eq!(part(&found, "Closed"), (Part::CarriesOut, Confidence::High));
    assert_eq!(part(&found, "INVALID").0, Part::CannotTell, "two events say nothing");
}

/// There the lens follows a rule that no record shows: whoever acts has it in hand, also where it waits.
#[test]
fn of_incidents_queues_and_answers_are_recovered_and_holding_is_not() {
    let Some(found) = agrees("bpic2013_closed_problems.xes.gz", "bpic2013_problems.toml", 0.45) else { return };
    assert_eq!(part(&found, "Completed/Closed"), (Part::Decides, Confidence::High), "nothing was resolved before");
    assert_eq!(part(&found, "Queued/Awaiting Assignment"), (Part::Hands, Confidence::High));
    assert_eq!(part(&found, "Accepted/Wait").0, Part::Waits);
    let Some(found) = agrees("bpic2013_incidents.xes.gz", "bpic2013.toml", 0.43) else { return };
    assert_eq!(part(&found, "Completed/Closed"), (Part::CarriesOut, Confidence::High), "it was resolved before");
}

fn pages() -> tempfile::TempDir {
    let category = |name: &str| match name {
        "Closed" | "Odrzucone" | "Resolved" => "done",
        "Open" => "new",
        _ => "indeterminate",
    };
    let id = |name: &str| name.bytes().map(u32::from).sum::<u32>().to_string();
    let names = [
        "Open",
        "In Progress",
        "Waiting for sign-off",
        "Do zatwierdzenia",
        "Approved",
        "Resolved",
        "Closed",
        "Odrzucone",
    ];
    let statuses: Vec<Value> = names
        .iter()
        .map(|name| json!({"id": id(name), "name": name, "statusCategory": {"id": 3, "key": category(name)}}))
        .collect();
    let person = |who: &str| json!({"accountId": who, "accountType": "atlassian", "displayName": who});
    let issues: Vec<Value> = (0..120_u32)
        .map(|n| {
            let (ask, end) =
                if n % 2 == 0 { ("Waiting for sign-off", "Closed") } else { ("Do zatwierdzenia", "Odrzucone") };
            let mut way = vec!["Open", "In Progress", ask, end];
            if n % 4 == 0 {
                way.extend(["In Progress", "Closed"]);
            }
            let entries: Vec<Value> = way
                .windows(2)
                .enumerate()
                .map(|(day, pair)| {
                    let who = if category(pair[1]) == "done" { "meg" } else { "kuba" };
                    json!({"id": (n * 10 + day as u32).to_string(), "author": person(who),
                        "created": format!("2026-01-{:02}T10:00:00.000+0000", day + 2),
                        "items": [{"field": "status", "fieldtype": "jira", "fieldId": "status", "from": id(pair[0]),
                            "fromString": pair[0], "to": id(pair[1]), "toString": pair[1]}]})
                })
                .collect();
            json!({"id": n.to_string(), "key": format!("SHOP-{n}"), "fields": {"summary": "Quote page",
                "created": "2026-01-01T09:00:00.000+0000", "issuetype": {"name": "Story"}, "creator": person("anna"),
                "reporter": person("anna"), "status": {"id": id(way[way.len() - 1]), "name": way[way.len() - 1]}},
                "changelog": {"total": entries.len(), "histories": entries}})
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(folder.path(), Tracker::Jira, "https://jira.example.org").unwrap();
    let pages = [
        ("status", "/rest/api/2/status", json!(statuses)),
        (
            "issues",
            "/rest/api/2/search?jql=a&startAt=0",
            json!({"total": issues.len(), "startAt": 0, "issues": issues}),
        ),
    ];
    for (kind, path, body) in pages {
        let (origin, body) = (format!("https://jira.example.org{path}"), body.to_string());
        let at = "2026-02-01T00:00:00Z";
        writer.append(&Fetched { kind, origin: &origin, at, status: 200, etag: None, body: body.as_bytes() }).unwrap();
    }
    folder
}

#[test]
fn the_lens_of_jira_is_recovered_with_statuses_in_two_languages() {
    let folder = pages();
    let jira = Kind::Tracker(Tracker::Jira);
    let source = Source::new("jira", jira, folder.path(), Lens::of_kind(jira));
    let found = suggested(&source);
    let agreement = Agreement::of(&found);
    assert_eq!(agreement.n, 120 * 4 + 30 * 2);
    assert!(agreement.share().unwrap() >= 0.99, "{agreement:?} {found:#?}");
    assert_eq!(part(&found, "status to Waiting for sign-off").0, Part::Asks);
    assert_eq!(part(&found, "status to Do zatwierdzenia").0, Part::Asks);
    assert_eq!(part(&found, "status to Odrzucone (from open to done)").0, Part::Decides);
    assert_eq!(part(&found, "status to In Progress (from done to open)").0, Part::Reopens);
    assert_eq!(part(&found, "created"), (Part::Raises, Confidence::High));

    // A lens of the suggested rules alone gives the same acts when the pages are read again.
    let bare = "name = \"bare\"\nkind = \"jira\"\nitem = \"item\"\nat = \"at\"\nactor = \"{actor|}\"\nactivity = \"activity\"\n";
    let blank = Source { lens: Lens::parse(bare).unwrap(), ..source };
    let first = suggested(&blank);
    assert!(first.iter().all(|one| one.present.is_empty() && one.n_same == 0));
    let lens = Lens::parse(&format!("{bare}{}", rules(&first))).unwrap();
    let again = suggested(&Source { lens, ..blank });
    for one in again.iter().filter(|one| one.confidence > Confidence::Low) {
        assert_eq!(one.n_same, one.n, "{one:?}");
    }
    assert!(Agreement::of(&again).share().unwrap() >= 0.99);
}

/// Items of one activity after another, by actors in turn.
fn seen(items: &[&[(&str, &str)]]) -> Vec<Suggestion> {
    let mut seen = Seen::new();
    for (n, item) in items.iter().enumerate() {
        for (at, (activity, actor)) in item.iter().enumerate() {
            seen.add(&Observed {
                item: &n.to_string(),
                at: sayso_model::time::Instant::from_micros(at as i64 * 3_600_000_000),
                activity,
                attributes: &[],
                actor: Some(actor),
                act: Some(Act::Worked),
                is_auxiliary: false,
            });
        }
    }
    seen.suggest()
}

#[test]
fn odd_names_are_escaped_and_match_themselves_alone() {
    let odd = ["Approved [x", "/approved/", "approved \"so\" \\d", "approved*", "approved\nact = \"reversed\""];
    let items: Vec<Vec<(&str, &str)>> = (0..40).map(|_| odd.iter().map(|name| (*name, "ada")).collect()).collect();
    let items: Vec<&[(&str, &str)]> = items.iter().map(Vec::as_slice).collect();
    let mut found = seen(&items);
    assert_eq!(found.len(), odd.len());
    found.iter_mut().for_each(|one| one.confidence = Confidence::Fair);
    let text = format!("name = \"x\"\nitem = \"i\"\nat = \"t\"\nactivity = \"a\"\n{}", rules(&found));
    let lens: toml::Table = toml::from_str(&text).unwrap();
    assert!(Lens::parse(&text).is_ok(), "{text}");
    assert_eq!(lens["rule"].as_array().unwrap().len(), odd.len(), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("act = \"reversed\"")), "{text}");
}

#[test]
fn rare_and_unknown_is_not_told_and_never_a_rule() {
    let found = seen(&[&[("Approved", "ada"), ("xyzzy", "bo")]]);
    assert!(found.iter().all(|one| one.part == Part::CannotTell && one.confidence == Confidence::Low));
    assert!(rules(&found).lines().all(|line| line.is_empty() || line.starts_with('#')));
    assert!(Seen::new().suggest().is_empty() && Agreement::of(&[]).share().is_none());
}

#[test]
fn parts_seen_apart_and_merged_say_the_same() {
    let item: &[(&str, &str)] =
        &[("Created", "ada"), ("Waiting for approval", "ada"), ("Approved", "bo"), ("Closed", "ada")];
    let whole = seen(&vec![item; 60]);
    let mut parts = [Seen::new(), Seen::new()];
    for (part, range) in parts.iter_mut().zip([0..25, 25..60]) {
        for n in range {
            for (at, (activity, actor)) in item.iter().enumerate() {
                let at = sayso_model::time::Instant::from_micros(at as i64 * 3_600_000_000);
                let item = n.to_string();
                let act = Some(Act::Worked);
                let (attributes, actor) = (&[][..], Some(*actor));
                part.add(&Observed { item: &item, at, activity, attributes, actor, act, is_auxiliary: false });
            }
        }
    }
    let [mut one, other] = parts;
    one.merge(other);
    assert_eq!(one.n_items(), 60);
    assert_eq!(one.suggest(), whole);
}
