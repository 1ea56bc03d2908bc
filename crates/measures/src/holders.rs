//! How holds are grouped by who holds them, and which of these groups may be shown.

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::Code;
use sayso_model::actor::ActorKind;
use sayso_model::privacy::{Cleared, Group};
use sayso_model::words::{Column, Words};

use crate::base::label;
use crate::population::{Population, Profile};
use crate::privacy::{Candidate, NONE, NOT_RECORDED, Slot, divide};
use crate::sheet::Sheet;

/// By what holders are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// By role and site together.
    RoleAndSite,
    /// By team.
    Team,
    /// By role.
    Role,
    /// By site.
    Site,
    /// By organisational level.
    Level,
    /// By how the question came to them.
    Arrival,
}

/// Which group a holder is in, as two numbers; the labels come from it.
type Key = (u64, u64);

/// Bots stand by themselves, whatever their team is said to be.
const BOTS: Key = (u64::MAX, 0);

/// What bots are called.
pub(crate) const BOTS_LABEL: &str = "bots";

/// Holders in groups that may be shown.
pub(crate) struct Grouping {
    /// The groups, largest first by decisions is not promised; the pool last.
    pub(crate) slots: Vec<Slot>,
    /// The site of each group, empty where not known or mixed.
    pub(crate) sites: Vec<String>,
    /// The part that each profile belongs to; every profile has one.
    pub(crate) slot_of: Vec<u32>,
    /// How many groups were put together.
    pub(crate) pooled: u64,
}

/// What came of grouping.
pub(crate) enum Grouped {
    /// Groups that may be shown.
    Shown(Grouping),
    /// No part of it may be shown; so many groups there are.
    Hidden(u64),
    /// Nothing is recorded of it.
    NotRecorded,
}

impl By {
    /// The scope's key.
    pub(crate) fn key(self) -> &'static str {
        match self {
            By::RoleAndSite => "role and site",
            By::Team => "team",
            By::Role => "role",
            By::Site => "site",
            By::Level => "level",
            By::Arrival => "how the question came to them",
        }
    }

    fn rest(self) -> &'static str {
        match self {
            By::RoleAndSite => "other roles and sites",
            By::Team => "other teams",
            By::Role => "other roles",
            By::Site => "other sites",
            By::Level => "other levels",
            By::Arrival => "others",
        }
    }

    /// Whether a profile says to which group it belongs.
    pub(crate) fn is_known(self, profile: &Profile) -> bool {
        match self {
            By::RoleAndSite => profile.role != 0 && profile.site != 0,
            By::Team => profile.team != 0,
            By::Role => profile.role != 0,
            By::Site => profile.site != 0,
            By::Level => profile.level.known().is_some(),
            By::Arrival => true,
        }
    }

    fn key_of(self, profile: &Profile) -> Key {
        if profile.kind == ActorKind::Bot {
            return BOTS;
        }
        let of = |code: Code| u64::from(code);
        match self {
            By::RoleAndSite => (of(profile.role), of(profile.site)),
            By::Team => (of(profile.team), 0),
            By::Role => (of(profile.role), 0),
            By::Site => (of(profile.site), 0),
            // One more than the level's distance from the smallest, so that 0 stays "not recorded".
            By::Level => (profile.level.known().map_or(0, |level| (i64::from(level) + 129) as u64), 0),
            By::Arrival => (profile.arrived_by as u64, 0),
        }
    }

    fn label(self, key: Key, words: &dyn Words) -> String {
        if key == BOTS {
            return BOTS_LABEL.to_owned();
        }
        let code = key.0 as Code;
        match self {
            By::RoleAndSite if key == (0, 0) => NOT_RECORDED.to_owned(),
            By::RoleAndSite => {
                let (role, site) = (label(words, Column::Role, code), label(words, Column::Site, key.1 as Code));
                match (key.0, key.1) {
                    (0, _) => format!("role {role}, {site}"),
                    (_, 0) => format!("{role}, site {site}"),
                    _ => format!("{role}, {site}"),
                }
            }
            By::Team => label(words, Column::Team, code),
            By::Role => label(words, Column::Role, code),
            By::Site => label(words, Column::Site, code),
            By::Level if key.0 == 0 => NOT_RECORDED.to_owned(),
            By::Level => (key.0 as i64 - 129).to_string(),
            By::Arrival => sayso_model::decision::ArrivedBy::from_code(key.0 as u8)
                .map_or(NOT_RECORDED, sayso_model::decision::ArrivedBy::name)
                .to_owned(),
        }
    }
}

/// Who holds at all: the whole that possession and path map divide.
pub(crate) fn everybody(population: &Population<'_>) -> Group {
    census(population, |_| true)
}

/// Groups the holders. `whole` is the proof that all holders together may be spoken of.
pub(crate) fn group(population: &Population<'_>, by: By, whole: Cleared, sheet: &Sheet, slots_max: usize) -> Grouped {
    let mut numbers: FxHashMap<Key, u32> = FxHashMap::default();
    for profile in &population.profiles {
        let next = numbers.len() as u32;
        numbers.entry(by.key_of(profile)).or_insert(next);
    }
    if numbers.keys().all(|&key| key == (0, 0) || key == BOTS) {
        return Grouped::NotRecorded;
    }
    let mut keys: Vec<Key> = numbers.keys().copied().collect();
    keys.sort_unstable();
    let place: FxHashMap<Key, u32> = keys.iter().enumerate().map(|(at, &key)| (key, at as u32)).collect();
    let group_of: Vec<u32> = population.profiles.iter().map(|profile| place[&by.key_of(profile)]).collect();
    let counts = censuses(population, &group_of, keys.len());
    let candidates: Vec<Candidate> = keys
        .iter()
        .zip(counts)
        .map(|(&key, group)| Candidate { label: by.label(key, population.words), group, impersonal: key == BOTS })
        .collect();
    let union = |pooled: &[bool]| census(population, |profile| pooled[group_of[profile] as usize]);
    let Some(division) = divide(&candidates, union, whole, sheet.floor, slots_max, by.rest()) else {
        return Grouped::Hidden(candidates.len() as u64);
    };
    let mut sites = vec![String::new(); division.slots.len()];
    for (at, &key) in keys.iter().enumerate() {
        let is_pool = division.pooled > 0 && division.slot_of[at] as usize + 1 == division.slots.len();
        let site = match by {
            By::RoleAndSite if key != BOTS => key.1,
            By::Site if key != BOTS => key.0,
            _ => 0,
        };
        if !is_pool && site != 0 {
            sites[division.slot_of[at] as usize] = label(population.words, Column::Site, site as Code);
        }
    }
    let slot_of = group_of.iter().map(|&group| division.slot_of[group as usize]).collect();
    Grouped::Shown(Grouping { slots: division.slots, sites, slot_of, pooled: division.pooled })
}

/// How many people hold in the profiles that are chosen, and in how many decisions they do.
fn census(population: &Population<'_>, chosen: impl Fn(usize) -> bool) -> Group {
    let group_of: Vec<u32> = (0..population.profiles.len()).map(|i| if chosen(i) { 0 } else { NONE }).collect();
    censuses(population, &group_of, 1)[0]
}

/// The same for every group of profiles.
fn censuses(population: &Population<'_>, group_of: &[u32], n_groups: usize) -> Vec<Group> {
    let mut groups = vec![Group::default(); n_groups];
    let mut people: FxHashSet<(u32, u32)> = FxHashSet::default();
    for (profile, &group) in population.profiles.iter().zip(group_of) {
        if group != NONE && profile.person != NONE && people.insert((group, profile.person)) {
            groups[group as usize].persons += 1;
        }
    }
    let mut last = vec![NONE; n_groups];
    for (i, decision) in population.paths.decisions.iter().enumerate() {
        for (_, profile) in population.hops(decision) {
            let group = group_of[profile as usize];
            if group != NONE && last[group as usize] != i as u32 {
                last[group as usize] = i as u32;
                groups[group as usize].decisions += 1;
            }
        }
    }
    groups
}
