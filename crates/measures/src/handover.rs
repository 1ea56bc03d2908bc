//! How often questions change hands (M17), and how often they go back to where they were (M18).

use rustc_hash::FxHashMap;
use sayso_model::actor::ActorKind;
use sayso_model::measure::{MeasureId, Scope};
use sayso_model::words::Column;
use sayso_stats::ratio::{Cluster, Range};
use sayso_stats::{Unit, proportion, resample};

use crate::base::Base;
use crate::population::{Population, Profile};
use crate::privacy::NONE;
use crate::sheet::{Quotient, Sheet};

/// At what level of aggregation a change of hands is one: between people, or only between their teams.
const LEVELS: [(&str, Option<Column>); 4] =
    [("person", None), ("team", Some(Column::Team)), ("site", Some(Column::Site)), ("role", Some(Column::Role))];

/// What the holders of one item did, at one level: consecutive repeats removed, unknown ones dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Trail {
    /// Changes of hands.
    handovers: u64,
    /// Whether it went from A to B and straight back to A.
    ping_pong: bool,
    /// Whether it came to anybody a second time.
    returned: bool,
}

pub(crate) fn measure(sheet: &mut Sheet, begun: &Base<'_, '_>) {
    handovers(sheet, begun);
    trails(sheet, begun);
}

/// M17 as the paths count it, whole and in parts.
fn handovers(sheet: &mut Sheet, begun: &Base<'_, '_>) {
    const ID: MeasureId = MeasureId::M17;
    if !sheet.may_speak(ID, begun) {
        return;
    }
    let share = |statistic| Quotient { id: ID, statistic, range: Range::Share, unit: Unit::Share };
    let mean = Quotient { id: ID, statistic: "mean", range: Range::NotNegative, unit: Unit::PerDecision };
    sheet.quotient(begun, mean, |decision| Some((f64::from(decision.n_handovers), 1.0, 1)));
    sheet.quotient(begun, share("share_any"), |decision| Some((f64::from(u8::from(decision.n_handovers > 0)), 1.0, 1)));
    sheet.quotient(begun, share("crossing_share"), |decision| {
        let known = decision.n_handovers.saturating_sub(decision.n_site_unknown);
        (known > 0).then(|| (f64::from(decision.n_crossings), f64::from(known), u64::from(known)))
    });
    sheet.quotient(begun, share("site_unknown_share"), |decision| {
        let n = decision.n_handovers;
        (n > 0).then(|| (f64::from(decision.n_site_unknown), f64::from(n), u64::from(n)))
    });
    // Per item, a cluster is the item itself.
    for cut in begun.cuts_for(ID) {
        let items = begun.clusters(cut, |decision| Some((f64::from(decision.n_handovers), 0.0, 0)));
        for (slot, (mut clusters, _)) in cut.slots.iter().zip(items) {
            for cluster in &mut clusters {
                cluster.whole = 1.0;
            }
            let (n, seed) = (clusters.len() as u64, sheet.seed_for(ID, "mean_per_item", &slot.label));
            let estimate = resample::ratio_of_sums(&clusters, Range::NotNegative, n, seed, Unit::PerItem, sheet.window);
            sheet.say(slot.cleared, ID, crate::sheet::scope(cut.key, slot), "mean_per_item", estimate);
        }
    }
}

/// M18, and M17 once more, from the whole trail of each item, at each level of aggregation.
fn trails(sheet: &mut Sheet, begun: &Base<'_, '_>) {
    if let Some(why) = &begun.refused {
        return sheet.withhold(MeasureId::M18, "overall", 1, why.clone());
    }
    for (by, column) in LEVELS {
        let (trails, in_trail) = trails_of(begun.population, column);
        if trails.is_empty() {
            continue;
        }
        let group = begun.population.census(&in_trail, 1)[0];
        let cleared = match sheet.floor.clear(group) {
            Ok(cleared) => cleared,
            Err(below) => {
                sheet.withhold(MeasureId::M18, by, 1, below.to_string());
                continue;
            }
        };
        let scope = || Scope::from([("by".to_owned(), by.to_owned())]);
        let n = trails.len() as u64;
        let count = |holds: fn(&Trail) -> bool| trails.iter().filter(|trail| holds(trail)).count() as u64;
        let window = sheet.window;
        for (id, statistic, k) in [
            (MeasureId::M17, "share_any_item", count(|trail| trail.handovers > 0)),
            (MeasureId::M18, "share", count(|trail| trail.ping_pong)),
            (MeasureId::M18, "share_return", count(|trail| trail.returned)),
        ] {
            sheet.say(cleared, id, scope(), statistic, proportion::share(k, n, window));
        }
        let clusters: Vec<Cluster> =
            trails.iter().map(|trail| Cluster { part: trail.handovers as f64, whole: 1.0 }).collect();
        let seed = sheet.seed_for(MeasureId::M17, "mean_per_item", by);
        let mean = resample::ratio_of_sums(&clusters, Range::NotNegative, n, seed, Unit::PerItem, window);
        sheet.say(cleared, MeasureId::M17, scope(), "mean_per_item", mean);
    }
}

/// The trail of every item of which a holder is known at this level, and the decisions that these items have (0, or
/// [`NONE`]). Bots are not holders here: what comes back from a machine did not come back.
fn trails_of(population: &Population<'_>, column: Option<Column>) -> (Vec<Trail>, Vec<u32>) {
    let values: Vec<u32> = population.profiles.iter().map(|profile| value(profile, column)).collect();
    let decisions = &population.paths.decisions;
    let mut trails = Vec::new();
    let mut in_trail = vec![NONE; decisions.len()];
    // In which item a value was last seen: one table for all items, never cleared.
    let mut seen: FxHashMap<u32, u32> = FxHashMap::default();
    let mut first = 0;
    for of_item in population.item_of.chunk_by(|a, b| a == b) {
        let item = of_item[0];
        let mut trail = Trail::default();
        let (mut last, mut before) = (NONE, NONE);
        for decision in &decisions[first..first + of_item.len()] {
            for (_, profile) in population.hops(decision) {
                let value = values[profile as usize];
                if value == NONE || value == last {
                    continue;
                }
                trail.handovers += u64::from(last != NONE);
                trail.ping_pong |= value == before;
                trail.returned |= seen.insert(value, item) == Some(item);
                (before, last) = (last, value);
            }
        }
        if last != NONE {
            trails.push(trail);
            in_trail[first..first + of_item.len()].fill(0);
        }
        first += of_item.len();
    }
    (trails, in_trail)
}

/// Who holds, at a level; [`NONE`] where nobody knows.
fn value(profile: &Profile, column: Option<Column>) -> u32 {
    let code = match column {
        None => return profile.person,
        Some(_) if profile.kind == ActorKind::Bot => return NONE,
        Some(Column::Team) => profile.team,
        Some(Column::Site) => profile.site,
        Some(_) => profile.role,
    };
    if code == sayso_model::NOT_RECORDED { NONE } else { code }
}
