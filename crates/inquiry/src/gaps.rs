//! What the record cannot show, each with what would let it.

use sayso_model::decision::Paths;
use sayso_model::diagnosis::{Coverage, Gap};
use sayso_sources::Kind;

use crate::Office;
use crate::who::Who;

/// Below this share of deciders known, nothing should be said about authority.
const DECIDERS_KNOWN_MIN: f64 = 0.6;

/// Everything that a reader has to know before believing a number.
pub(crate) fn of(office: &Office, who: &Who, coverage: &Coverage, paths: &Paths) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut gap = |id: &str, says: String, remedy: &str| {
        gaps.push(Gap { id: id.to_owned(), says, remedy: remedy.to_owned() });
    };
    let n = coverage.decisions;

    if coverage.events == 0 {
        gap(
            "nothing_read",
            "There is no event in the record, so there is nothing to say.".to_owned(),
            "Look at the books of the reading: `sayso read`.",
        );
    }
    if coverage.events > 0 && n == 0 {
        gap(
            "no_decisions",
            format!(
                "No decision could be recognised in {} events: no lens says which activity raises, asks, hands over or \
                 decides.",
                coverage.events
            ),
            "Write a lens (docs/guide/lenses/README.md) and give it with --lens FILE.",
        );
    }
    if coverage.events_without_act > 0 && n > 0 {
        gap(
            "activities_without_act",
            format!(
                "{} of {} events have an activity that no rule gives an act; they are kept, and count as nothing.",
                coverage.events_without_act, coverage.events
            ),
            "Add a rule for them to the lens; they are listed under coverage.",
        );
    }
    for source in &coverage.sources {
        for (what, tally) in source.ledger.claims.iter().filter(|(_, tally)| tally.missing() > 0) {
            gap(
                "not_all_received",
                format!("Of {}, only {}.", source.name, tally.words(what)),
                "Look whether the account that reads may see everything, and read again: `sayso read`.",
            );
        }
    }
    if coverage.items_cut > 0 {
        gap(
            "history_cut",
            format!(
                "The history of {} items is known to be cut; they are kept out of everything that is said of paths.",
                coverage.items_cut
            ),
            "Read them by the tracker's interface, which gives whole histories: `sayso read`.",
        );
    }
    let decided: u64 = coverage.decisions_by_decider_known.values().sum();
    let unknown = coverage.decisions_by_decider_known.get("unknown").copied().unwrap_or(0);
    if decided > 0 && ((decided - unknown) as f64) < DECIDERS_KNOWN_MIN * decided as f64 {
        gap(
            "deciders_unknown",
            format!(
                "Who decided is known for only {} of {decided} answers; nothing is said about authority.",
                decided - unknown
            ),
            "Record decisions as such, or tell the lens which activity decides.",
        );
    }
    if coverage.decisions_without_beginning > 0 {
        gap(
            "beginnings_unseen",
            format!(
                "{} of {n} decisions are recorded without their question: how long they waited cannot be told, and they \
                 are in no waiting time.",
                coverage.decisions_without_beginning
            ),
            "Give Sayso the record in which the questions are put, beside this one.",
        );
    }
    if !who.has_levels() && n > 0 {
        gap(
            "levels_unknown",
            "Nobody has said who stands above whom, so escalations cannot be seen.".to_owned(),
            "Write people.csv with the column `level` (docs/guide/office.md).",
        );
    }
    if coverage.people == 0 && n > 0 {
        gap(
            "nobody_named",
            "The record names no people, only roles or groups. How many people stand behind a group cannot be counted, \
             so the privacy floor holds for decisions only."
                .to_owned(),
            "If a role here is one person, raise `decisions_min` in sayso.toml, or leave that role out with the lens.",
        );
    }
    let names = who.counts();
    if names.collisions > 0 {
        gap(
            "names_ambiguous",
            format!(
                "{} of {} names could be more than one person's; they are left apart, which hides some hand-overs to \
                 oneself and invents others.",
                names.collisions, names.identities
            ),
            "Write people.csv with every name and address that a person uses.",
        );
    }
    if who.n_several() > 0 {
        gap(
            "persons_apart",
            format!(
                "{} in several sources or at several sites and could be several people's. What is said of one person \
                 leaves them out: who was away, where somebody works, and who answers alone, unless all that a name answers \
                 in a place comes from one site.",
                match who.n_several() {
                    1 => "1 first name stands".to_owned(),
                    n => format!("{n} first names stand"),
                }
            ),
            "Say in people.csv who they are; `sayso people` lists them.",
        );
    }
    sites(&mut gap, who, coverage);
    if n > 0 && paths.decisions.iter().all(|decision| decision.asked_at.is_none()) {
        gap(
            "asks_unseen",
            "Nobody is recorded as asking anybody, so it cannot be told who waits for whose permission.".to_owned(),
            "Read the tracker or the reviews in which people ask, or map the activity to `asked` in the lens.",
        );
    }
    for source in office.sources.iter().filter(|source| source.kind == Kind::Git) {
        match sayso_sources::git::shape(source) {
            Ok(shape) => gaps.extend(sayso_sources::git::gaps(&shape)),
            Err(error) => gaps.push(Gap {
                id: "git_shape_unknown".to_owned(),
                says: format!("What kind of history {} is could not be found out: failed to {error}.", source.name),
                remedy: error.hint().unwrap_or_default(),
            }),
        }
    }
    let mut gap = |id: &str, says: &str, remedy: &str| {
        gaps.push(Gap { id: id.to_owned(), says: says.to_owned(), remedy: remedy.to_owned() });
    };
    gap(
        "unrecorded",
        "What is decided in calls, chats and corridors leaves no event here. Nothing in this report says that something \
         did not happen; it says that the record does not show it.",
        "Write decisions down where the work is.",
    );
    if office.charter().is_empty() {
        gap(
            "no_charter",
            "Nothing is declared about who may decide, so nothing can be held against it: whether a gate, an ask or an \
             answer was within somebody's remit cannot be said.",
            "Write a charter.toml (docs/guide/charter.md), or give what is declared elsewhere with --charter FILE.",
        );
    }
    gaps
}

fn sites(gap: &mut impl FnMut(&str, String, &str), who: &Who, coverage: &Coverage) {
    let unknown = coverage.people.saturating_sub(coverage.people_site_declared + coverage.people_site_inferred);
    if coverage.people_site_inferred > 0 {
        gap(
            "sites_inferred",
            format!(
                "The site of {} of {} people is inferred from the hours at which they are active, which can be wrong.",
                coverage.people_site_inferred, coverage.people
            ),
            "Write people.csv with the column `site`.",
        );
    }
    if unknown > 0 && !who.sites_in_events() {
        gap(
            "sites_unknown",
            format!(
                "The site of {unknown} of {} people is not known; hand-overs to and from them are not counted as \
                 crossings.",
                coverage.people
            ),
            "Write people.csv with the column `site`.",
        );
    }
    for unset in who.zones_unset() {
        let zone = &unset.zone;
        let why = match unset.is_declared {
            true => "which the tracker gives to whoever sets none",
            false => {
                "while the others are in many zones: it is assumed to be what the tracker gives to whoever sets none"
            }
        };
        gap(
            "zone_unset",
            format!(
                "{} of {} accounts bear the zone {zone}, {why}. It is taken as not set, and not for a place; nothing that \
                 depends on where people are speaks of these accounts.",
                unset.n, unset.of
            ),
            "Say `default_zone` of the source in sayso.toml (`none` where that zone is a place), or write people.csv with \
             the column `timezone`.",
        );
    }
    if let Some(zone) = who.calendar_assumed() {
        gap(
            "calendar_assumed",
            format!(
                "Where no calendar is declared, working time is Monday to Friday, 9:00 to 17:00 in {zone}, without \
                 holidays."
            ),
            "Declare the sites in sayso.toml with zone, hours and holidays.",
        );
    }
}
