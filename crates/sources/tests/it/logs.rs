//! The public logs, each with its lens from the guide: nothing is lost, and what comes out is what is known of them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use sayso_model::coverage::{Note, Reason};
use sayso_sources::{Kind, Source, probe};

use crate::sink::{Kept, Vault, guide_lens, read_all, shared};

#[track_caller]
fn read(log: &str, kind: Kind, lens: &str, items: usize, elements: u64) -> Option<Vault> {
    let path = shared("data/logs")?.join(log);
    assert_eq!(probe(&path).unwrap(), kind);
    let vault = read_all(&Source::new(log, kind, path, guide_lens(lens))).unwrap();
    let mut names: Vec<&str> = vault.events.iter().map(|event| event.item.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), vault.ledger.seen), (items, elements), "{:?}", vault.ledger);
    assert_eq!(vault.ledger.kept, elements, "{:?}", vault.ledger.set_aside);
    Some(vault)
}

const INCIDENTS: &str = "bpic2013_incidents.xes.gz";

/// The largest log, read once for all tests.
fn incidents() -> Option<&'static Vault> {
    static VAULT: OnceLock<Option<Vault>> = OnceLock::new();
    VAULT.get_or_init(|| read(INCIDENTS, Kind::Xes, "bpic2013.toml", 7_554, 65_533)).as_ref()
}

fn acts(vault: &Vault) -> BTreeMap<&'static str, usize> {
    let mut acts = BTreeMap::new();
    for event in &vault.events {
        *acts.entry(event.act).or_default() += 1;
    }
    acts
}

/// The team that has each item in hand after each event, as the hand-overs say it, without repetitions.
fn teams<'a>(events: impl Iterator<Item = &'a Kept>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut teams: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in events {
        let team = event.team.as_deref().unwrap_or_default();
        let known = teams.entry(&event.item).or_default();
        if known.last() != Some(&team) {
            known.push(team);
        }
    }
    teams
}

#[test]
fn incidents_of_2013() {
    let Some(vault) = incidents() else { return };
    let acts = acts(vault);
    assert_eq!(acts["raised"], 7_554);
    assert_eq!(acts["decided"], 6_115 + 2_035);
    assert_eq!(acts["executed"], 5_716);
    assert_eq!(acts["withdrawn"], 1);
    assert_eq!(acts["handed"], 65_533 - 5_716 - 1);
    assert!(!acts.contains_key(""));
    assert_eq!(vault.ledger.notes.len(), 0, "{:?}", vault.ledger.notes);
    let sites: std::collections::BTreeSet<_> = vault.events.iter().filter_map(|event| event.site.as_deref()).collect();
    assert_eq!(sites.len(), 31);
    assert!(sites.contains("POLAND") && sites.contains("SWEDEN") && !sites.contains("0"));
    for event in vault.events.iter().filter(|event| event.is_holder) {
        assert_eq!(event.to, event.team.as_ref().map(|team| format!("team:{team}")));
    }
}

#[test]
fn teams_by_hand_overs_are_the_teams_of_the_events() {
    for log in [INCIDENTS, "bpic2013_closed_problems.xes.gz"] {
        let Some(folder) = shared("data/logs") else { return };
        let own;
        let by_lens = if log == INCIDENTS {
            let Some(vault) = incidents() else { return };
            vault
        } else {
            own = read_all(&Source::new(log, Kind::Xes, folder.join(log), guide_lens("bpic2013.toml"))).unwrap();
            &own
        };
        let plain = sayso_sources::Lens::built_in("xes").unwrap();
        let by_event = read_all(&Source::new(log, Kind::Xes, folder.join(log), plain)).unwrap();
        let is_open = |event: &&Kept| !matches!(event.activity.as_str(), "Completed/Closed" | "Completed/Cancelled");
        let handed = by_lens.events.iter().filter(|event| event.act == "handed");
        assert_eq!(teams(handed), teams(by_event.events.iter().filter(is_open)));
    }
}

#[test]
fn closed_problems_of_2013() {
    let log = "bpic2013_closed_problems.xes.gz";
    let Some(vault) = read(log, Kind::Xes, "bpic2013_problems.toml", 1_487, 6_660) else { return };
    let acts = acts(&vault);
    assert_eq!((acts["raised"], acts["decided"], acts["withdrawn"]), (1_487, 1_565, 3));
    assert_eq!(acts["handed"], 6_660);
}

#[test]
fn closed_problems_of_2013_by_the_organisation_involved() {
    let log = "bpic2013_closed_problems.xes.gz";
    let Some(vault) = read(log, Kind::Xes, "bpic2013_problems.toml", 1_487, 6_660) else { return };
    let acts = acts(&vault);
    assert_eq!((acts["raised"], acts["decided"], acts["withdrawn"]), (1_487, 1_565, 3));
    assert_eq!(acts["handed"], 6_660);
    assert!(vault.events.iter().all(|event| event.attribute("product").is_some()));
}

#[test]
fn declarations_and_requests_of_2020() {
    let log = "bpic2020_DomesticDeclarations.xes.gz";
    let Some(vault) = read(log, Kind::Xes, "bpic2020.toml", 10_357, 55_628) else { return };
    let of = |vault: &Vault, act: &str| acts(vault).get(act).copied().unwrap_or(0);
    assert_eq!((of(&vault, "raised"), of(&vault, "decided"), of(&vault, "executed")), (11_371, 9_999, 9_912));
    assert_eq!((of(&vault, "approved"), of(&vault, "withdrawn")), (8_061 + 2_747 + 685, 1_350));
    assert_eq!(of(&vault, "objected"), 936 + 286 + 89 + 86 + 57);
    assert!(vault.events.iter().any(|event| event.actor.as_deref() == Some("role:SUPERVISOR")));
    assert!(vault.events.iter().all(|event| event.actor.as_deref() != Some("role:MISSING")));
    assert_eq!(vault.n_notes(Note::ActorMissing), 89);
    let log = "bpic2020_RequestForPayment.xes.gz";
    let Some(vault) = read(log, Kind::Xes, "bpic2020.toml", 6_760, 36_072) else { return };
    assert_eq!((of(&vault, "raised"), of(&vault, "decided"), of(&vault, "executed")), (7_361, 6_226 + 37, 6_187));
    assert!(vault.events.iter().all(|event| event.matter.as_deref() == Some("money")));
    assert!(vault.events.iter().all(|event| event.area.is_some()));
}

#[test]
fn loan_applications_with_start_and_end() {
    let Some(vault) = read("BPIC_2012_W_train.csv.gz", Kind::Csv, "bpic2012w.toml", 3_030, 16_338) else { return };
    assert_eq!(vault.ledger.events, 2 * 16_338 + 3_030);
    assert_eq!(vault.n_notes(Note::ActorMissing), 2 * 3_018);
    assert_eq!(vault.n_notes(Note::ZoneAssumed), 2 * 16_338);
    let Some(vault) = read("BPIC_2017_W_train.csv.gz", Kind::Csv, "bpic2017w.toml", 7_402, 53_332) else { return };
    assert_eq!(vault.ledger.events, 2 * 53_332 + 7_402);
    let first = &vault.events[1];
    assert_eq!((first.act, first.activity.as_str()), ("handed", "W_Complete application/start"));
    assert_eq!(first.at, crate::sink::at("2016-08-04T11:39:29Z"));
    let log = "BPIC_2017_pre-drift_transformed.csv.gz";
    let Some(vault) = read(log, Kind::Csv, "bpic2017_predrift.toml", 10_242, 105_654) else { return };
    let acts = acts(&vault);
    assert_eq!((acts["raised"], acts["decided"]), (10_242, 10_242));
    assert_eq!(acts["worked"], 105_654 - 2 * 10_242);
    assert!(vault.events.iter().all(|event| event.offset == Some(0)));
}

#[test]
fn helpdesk_and_receipt() {
    let Some(vault) = read("helpdesk.xes.gz", Kind::Xes, "helpdesk.toml", 4_580, 21_348) else { return };
    let of = acts(&vault);
    assert_eq!((of["raised"], of["executed"], of["decided"]), (4_580, 4_574, 4_983 + 2 + 2 + 1));
    let Some(vault) = read("receipt.xes.gz", Kind::Xes, "receipt.toml", 1_434, 8_577) else { return };
    let of = acts(&vault);
    assert_eq!(of["decided"], 1_307 + 1_416 + 1_283 + 39 + 20);
    assert!(!of.contains_key(""), "{of:?}");
    assert!(vault.events.iter().all(|event| event.attribute("case:channel").is_some()));
}

#[test]
fn without_a_lens_nothing_is_decided() {
    let Some(folder) = shared("data/logs") else { return };
    for log in ["receipt.xes.gz", "helpdesk.xes.gz", "BPIC_2012_W_train.csv.gz"] {
        let path = folder.join(log);
        let vault = read_all(&crate::sink::source(probe(&path).unwrap(), &path)).unwrap();
        assert_eq!(vault.n_aside(Reason::ActivityMissing), 0);
        assert_eq!(vault.ledger.kept, vault.ledger.seen);
        assert!(vault.events.iter().all(|event| event.act == "handed" || event.actor.is_none()), "{log}");
    }
}
