//! How holds are grouped by who holds them, and which of these groups may be shown.

use rustc_hash::FxHashMap;
use sayso_model::Code;
use sayso_model::actor::ActorKind;
use sayso_model::privacy::{BelowFloor, Cleared, Floor, Group};
use sayso_model::words::{Column, Words};

use crate::base::label;
use crate::overlap::{Parting, Things, put_together};
use crate::population::{Population, Profile, Tallied, Tally};
use crate::privacy::{Candidate, NONE, NOT_RECORDED, Pooled, Slot, divide, pool};

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
#[derive(Clone)]
pub(crate) struct Grouping {
    /// The groups, largest first by decisions is not promised; the pool last.
    pub(crate) slots: Vec<Slot>,
    /// The site of each group, empty where not known or mixed.
    pub(crate) sites: Vec<String>,
    /// The part that each profile belongs to; every profile has one.
    pub(crate) slot_of: Vec<u32>,
    /// How many groups were put together, and why.
    pub(crate) pooled: Pooled,
}

/// By what possession is broken down.
const POSSESSION: [By; 4] = [By::Role, By::Site, By::Team, By::Level];

/// How many roles, teams or sites are shown by name.
const SLOTS_MAX: usize = 12;

/// By what the path map groups, from finest to coarsest, as far as it is recorded.
const MAPS: [By; 5] = [By::RoleAndSite, By::Team, By::Role, By::Site, By::Arrival];

/// How many groups a map bears before nobody can read it.
const NODES_MAX: usize = 12;

/// Everybody who holds, in every grouping in which they are shown, so that no two groupings give anybody away.
pub(crate) struct Holders {
    /// That all holders together may be spoken of, or why not.
    pub(crate) whole: Result<Cleared, BelowFloor>,
    groupings: Vec<(By, Grouping)>,
    hidden: Vec<(By, Pooled)>,
    /// How many of the groupings are those of possession; the map may have one of its own behind them.
    n_possession: usize,
    map: Option<usize>,
}

impl Holders {
    /// Groups them all.
    pub(crate) fn of(population: &Population<'_>, floor: Floor) -> Self {
        let holdings = Holdings::of(population);
        let everybody = holdings.census(&vec![0; population.profiles.len()], 1)[0];
        let mut holders = Self {
            whole: floor.clear(everybody),
            groupings: Vec::new(),
            hidden: Vec::new(),
            n_possession: 0,
            map: None,
        };
        let Ok(whole) = holders.whole else { return holders };
        let group = |by, slots_max| group(&holdings, by, whole, floor, slots_max);
        for by in POSSESSION {
            match group(by, SLOTS_MAX) {
                Grouped::NotRecorded => {}
                Grouped::Hidden(groups) => holders.hidden.push((by, Pooled { small: groups, overlapping: 0 })),
                Grouped::Shown(grouping) => holders.groupings.push((by, grouping)),
            }
        }
        holders.n_possession = holders.groupings.len();
        if let Some((by, grouping)) = choose(population, group) {
            let same = |(other, shown): &(By, Grouping)| *other == by && shown.slot_of == grouping.slot_of;
            holders.map = holders.groupings.iter().position(same).or_else(|| {
                holders.groupings.push((by, grouping));
                Some(holders.n_possession)
            });
        }
        holders.keep_apart(&holdings, floor);
        holders
    }

    /// Every grouping that is shown, that of the map among them.
    pub(crate) fn all(&self) -> impl Iterator<Item = (By, &Grouping)> {
        self.groupings.iter().map(|(by, grouping)| (*by, grouping))
    }

    /// The groupings of possession that are shown.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (By, &Grouping)> {
        self.groupings[..self.n_possession].iter().map(|(by, grouping)| (*by, grouping))
    }

    /// Those of which no part is, with how many groups they have and why.
    pub(crate) fn hidden(&self) -> impl Iterator<Item = (By, Pooled)> {
        self.hidden.iter().copied()
    }

    /// The grouping of the path map, where there is one.
    pub(crate) fn map(&self) -> Option<(By, &Grouping)> {
        self.map.and_then(|at| self.groupings.get(at)).map(|(by, grouping)| (*by, grouping))
    }

    /// Puts together what several groupings would give away between them.
    fn keep_apart(&mut self, holdings: &Holdings<'_, '_>, floor: Floor) {
        let partings = self.groupings.iter().map(|(_, grouping)| Parting {
            slot_of: &grouping.slot_of,
            n: grouping.slots.len(),
            pool: (grouping.pooled.small > 0).then(|| grouping.slots.len() as u32 - 1),
        });
        let together = put_together(holdings, floor, &partings.collect::<Vec<_>>());
        let (n, map) = (self.n_possession, self.map.take());
        for (at, ((by, mut grouping), together)) in
            std::mem::take(&mut self.groupings).into_iter().zip(together).enumerate()
        {
            let census = |slot_of: &[u32]| holdings.census(slot_of, 1)[0];
            let Grouping { slots, slot_of, pooled, .. } = &mut grouping;
            let is_shown = pool(slots, slot_of, pooled, &together, census, floor);
            if together.contains(&true) {
                let mut together = together.iter();
                grouping.sites.retain(|_| together.next() == Some(&false));
                grouping.sites.push(String::new());
            }
            match (is_shown, at < n) {
                (true, _) => {
                    if map == Some(at) {
                        self.map = Some(self.groupings.len());
                    }
                    self.groupings.push((by, grouping));
                }
                (false, true) => {
                    self.n_possession -= 1;
                    self.hidden.push((by, grouping.pooled));
                }
                (false, false) => {}
            }
        }
        if self.map.is_none() && map.is_some() {
            // Rather a coarser map than none.
            let coarser = |by: &By| self.groupings[..self.n_possession].iter().position(|(other, _)| other == by);
            self.map = MAPS.iter().find_map(coarser);
        }
    }
}

/// What came of grouping.
enum Grouped {
    /// Groups that may be shown.
    Shown(Grouping),
    /// No part of it may be shown; so many groups there are.
    Hidden(u64),
    /// Nothing is recorded of it.
    NotRecorded,
}

/// The finest grouping that is known of most holders and fits on a map; else the finest known, with the smaller groups
/// put together.
fn choose(population: &Population<'_>, group: impl Fn(By, usize) -> Grouped) -> Option<(By, Grouping)> {
    let known: Vec<By> = MAPS.into_iter().filter(|&by| is_known(population, by)).collect();
    for &by in &known {
        if let Grouped::Shown(grouping) = group(by, usize::MAX)
            && (2..=NODES_MAX).contains(&grouping.slots.len())
        {
            return Some((by, grouping));
        }
    }
    known.into_iter().find_map(|by| match group(by, NODES_MAX - 2) {
        Grouped::Shown(grouping) => Some((by, grouping)),
        Grouped::Hidden(_) | Grouped::NotRecorded => None,
    })
}

/// Whether at least half of the holds, bots left out, say to which group they belong.
fn is_known(population: &Population<'_>, by: By) -> bool {
    let mut counts = (0_u64, 0_u64);
    for &profile in &population.profile_of {
        let profile = &population.profiles[profile as usize];
        if profile.kind != ActorKind::Bot {
            counts.0 += u64::from(by.is_known(profile));
            counts.1 += 1;
        }
    }
    counts.1 > 0 && counts.0 * 2 >= counts.1
}

impl By {
    /// The scope's key.
    pub(crate) const fn key(self) -> &'static str {
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

/// Groups the holders. `whole` is the proof that all holders together may be spoken of.
fn group(holdings: &Holdings<'_, '_>, by: By, whole: Cleared, floor: Floor, slots_max: usize) -> Grouped {
    let population = holdings.population;
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
    let counts = holdings.census(&group_of, keys.len());
    let candidates: Vec<Candidate> = keys
        .iter()
        .zip(counts)
        .map(|(&key, group)| Candidate { label: by.label(key, population.words), group, impersonal: key == BOTS })
        .collect();
    let union = |pooled: &[bool]| {
        let chosen = group_of.iter().map(|&group| if pooled[group as usize] { 0 } else { NONE });
        holdings.census(&chosen.collect::<Vec<u32>>(), 1)[0]
    };
    let Some(division) = divide(&candidates, union, whole, floor, slots_max, by.rest()) else {
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
    let pooled = Pooled { small: division.pooled, overlapping: 0 };
    Grouped::Shown(Grouping { slots: division.slots, sites, slot_of, pooled })
}

/// What everybody holds, by profile.
struct Holdings<'p, 'a> {
    population: &'p Population<'a>,
    /// Holds of each profile.
    holds: Vec<u64>,
    /// Profiles of people, person after person.
    by_person: Vec<u32>,
}

impl<'p, 'a> Holdings<'p, 'a> {
    fn of(population: &'p Population<'a>) -> Self {
        let n = population.profiles.len();
        let mut holds = vec![0; n];
        for decision in &population.paths.decisions {
            for (_, profile) in population.hops(decision) {
                holds[profile as usize] += 1;
            }
        }
        let is_person = |&profile: &u32| population.profiles[profile as usize].person != NONE;
        let mut by_person: Vec<u32> = (0..n as u32).filter(is_person).collect();
        by_person.sort_by_key(|&profile| population.profiles[profile as usize].person);
        Self { population, holds, by_person }
    }
}

impl Things for Holdings<'_, '_> {
    /// How many people hold in each group of profiles, in how many decisions they do, and how many of its holds are one
    /// person's.
    fn census(&self, group_of: &[u32], n_groups: usize) -> Vec<Group> {
        let each: Vec<u32> = (0..n_groups as u32).collect();
        self.cells(group_of, n_groups).census(&each, n_groups)
    }

    fn by_cell(&self, cell_of: &[u32], n_cells: usize) -> Option<Box<dyn Things + '_>> {
        Some(Box::new(self.cells(cell_of, n_cells)))
    }
}

impl Holdings<'_, '_> {
    fn cells(&self, cell_of: &[u32], n_cells: usize) -> Cells {
        let mut cells = Cells { holds: vec![0; n_cells], of_persons: Vec::new(), sets: Vec::new() };
        for (of_profile, &cell) in self.holds.iter().zip(cell_of).filter(|(_, cell)| **cell != NONE) {
            cells.holds[cell as usize] += of_profile;
        }
        let of_persons = self.by_person.iter().map(|&profile| profile as usize).filter(|&at| cell_of[at] != NONE);
        cells.of_persons =
            of_persons.map(|at| (self.population.profiles[at].person, cell_of[at], self.holds[at])).collect();
        let mut sets: FxHashMap<Box<[u32]>, u64> = FxHashMap::default();
        let mut set: Vec<u32> = Vec::new();
        for decision in &self.population.paths.decisions {
            set.clear();
            set.extend(self.population.hops(decision).map(|(_, profile)| cell_of[profile as usize]));
            set.retain(|&cell| cell != NONE);
            set.sort_unstable();
            set.dedup();
            match sets.get_mut(set.as_slice()) {
                Some(decisions) => *decisions += 1,
                None => {
                    sets.insert(set.as_slice().into(), 1);
                }
            }
        }
        cells.sets = sets.into_iter().collect();
        cells
    }
}

/// What everybody holds, by cells of profiles.
struct Cells {
    /// Holds in each cell.
    holds: Vec<u64>,
    /// Person after person: who, in which cell, how many holds.
    of_persons: Vec<(u32, u32, u64)>,
    /// In which cells a decision is held, and how many decisions are held in just these; in no order.
    sets: Vec<(Box<[u32]>, u64)>,
}

impl Things for Cells {
    fn census(&self, group_of: &[u32], n_groups: usize) -> Vec<Group> {
        let mut tally = Tally::new(n_groups);
        for &(person, cell, holds) in &self.of_persons {
            let group = group_of[cell as usize];
            if group != NONE {
                tally.add(person, group, holds);
            }
        }
        let mut holds = vec![0_u64; n_groups];
        for (of_cell, &group) in self.holds.iter().zip(group_of).filter(|(_, group)| **group != NONE) {
            holds[group as usize] += of_cell;
        }
        let mut decisions = vec![0_u64; n_groups];
        let mut last = vec![NONE; n_groups];
        for (i, (set, n)) in self.sets.iter().enumerate() {
            for &cell in set {
                let group = group_of[cell as usize];
                if group != NONE && last[group as usize] != i as u32 {
                    last[group as usize] = i as u32;
                    decisions[group as usize] += n;
                }
            }
        }
        let groups = decisions.into_iter().zip(holds).zip(&tally.groups);
        let group = |((decisions, holds), tallied): ((u64, u64), &Tallied)| Group {
            persons: tallied.persons,
            decisions,
            dominance: Group::dominance_of(tallied.largest, holds),
        };
        groups.map(group).collect()
    }
}
