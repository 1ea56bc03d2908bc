//! Whom and what the numbers speak of: items, people and holders of all decisions, as dense integers.

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::Code;
use sayso_model::actor::{ActorKind, Level};
use sayso_model::decision::{ArrivedBy, Decision, Hop, Paths, is_recorded};
use sayso_model::privacy::Group;
use sayso_model::words::Words;

use crate::Request;
use crate::privacy::NONE;

/// What a hop says of its holder and how it came there. There are few of these, and many hops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Profile {
    pub(crate) holder: Code,
    pub(crate) kind: ActorKind,
    pub(crate) team: Code,
    pub(crate) site: Code,
    pub(crate) role: Code,
    pub(crate) level: Level,
    pub(crate) arrived_by: ArrivedBy,
    /// The person as a dense number, [`NONE`] where it is none.
    pub(crate) person: u32,
}

/// One question, to be divided between those who take part in it; whole parts up to sixteen of them.
pub(crate) const QUESTION: u32 = 720_720;

/// Paths, and what is known of everybody in them.
pub(crate) struct Population<'a> {
    pub(crate) paths: &'a Paths,
    pub(crate) words: &'a dyn Words,
    /// A dense number of the item of each decision.
    pub(crate) item_of: Vec<u32>,
    pub(crate) profiles: Vec<Profile>,
    /// Which profile each hop has.
    pub(crate) profile_of: Vec<u32>,
    pub(crate) n_persons: usize,
    /// The code of each person.
    pub(crate) codes: Vec<Code>,
    /// For each person the decisions they put, held or answered: entries `from[p]..from[p + 1]`.
    decisions_from: Vec<u32>,
    decisions: Vec<u32>,
    /// What each of those who take part in a decision is of it, in parts of [`QUESTION`].
    part_of: Vec<u32>,
}

impl<'a> Population<'a> {
    /// Numbers everybody and everything. Decisions of an item must stand together.
    pub(crate) fn of(paths: &'a Paths, words: &'a dyn Words, request: &Request<'_>) -> Self {
        let mut item_of = Vec::with_capacity(paths.decisions.len());
        let mut n_items = 0;
        for (i, decision) in paths.decisions.iter().enumerate() {
            n_items += u32::from(i == 0 || paths.decisions[i - 1].item != decision.item);
            item_of.push(n_items - 1);
        }
        let mut people = People::new(paths, request);
        let (profiles, profile_of) = profiles(paths, &mut people);
        let (decisions_from, decisions) = memberships(paths, &profiles, &profile_of, &mut people);
        let n_persons = people.numbers.len();
        let mut part_of = vec![0_u32; paths.decisions.len()];
        for &decision in &decisions {
            part_of[decision as usize] += 1;
        }
        for part in part_of.iter_mut().filter(|people| **people > 0) {
            *part = QUESTION / *part;
        }
        let mut codes = vec![0; n_persons];
        for (&code, &number) in &people.numbers {
            codes[number as usize] = code;
        }
        Self { paths, words, item_of, profiles, profile_of, n_persons, codes, decisions_from, decisions, part_of }
    }

    /// The hops of a decision with the profiles they have.
    pub(crate) fn hops(&self, decision: &Decision) -> impl Iterator<Item = (&'a Hop, u32)> + '_ {
        let from = decision.hops_from as usize;
        self.paths.hops_of(decision).iter().enumerate().map(move |(i, hop)| (hop, self.profile_of[from + i]))
    }

    /// The decisions that a person put, held or answered, in order.
    pub(crate) fn decisions_of(&self, person: usize) -> &[u32] {
        &self.decisions[self.decisions_from[person] as usize..self.decisions_from[person + 1] as usize]
    }

    /// Who put, held or answered each decision.
    pub(crate) fn people_of_decisions(&self) -> PeopleOf {
        let mut from = vec![0_u32; self.paths.decisions.len() + 1];
        for &decision in &self.decisions {
            from[decision as usize + 1] += 1;
        }
        for i in 1..from.len() {
            from[i] += from[i - 1];
        }
        let mut next = from.clone();
        let mut people = vec![0; self.decisions.len()];
        for person in 0..self.n_persons {
            for &decision in self.decisions_of(person) {
                people[next[decision as usize] as usize] = person as u32;
                next[decision as usize] += 1;
            }
        }
        PeopleOf { from, people }
    }

    /// How many people put, held or answered the decisions of each group, how many decisions it has, and how much of it
    /// one person is when every decision is divided equally between them. `group_of` says for each decision its group,
    /// [`NONE`] for none.
    pub(crate) fn census(&self, group_of: &[u32], n_groups: usize) -> Vec<Group> {
        self.shares(group_of, n_groups).all()
    }

    /// What each person has of the decisions of each cell.
    pub(crate) fn shares(&self, cell_of: &[u32], n_cells: usize) -> Shares {
        let mut decisions = vec![0_u64; n_cells];
        cell_of.iter().filter(|cell| **cell != NONE).for_each(|&cell| decisions[cell as usize] += 1);
        let mut of_persons = Vec::new();
        // Of the present person, by cell, and in which cells there is anything.
        let (mut parts, mut touched) = (vec![0_u64; n_cells], Vec::new());
        for person in 0..self.n_persons {
            for &decision in self.decisions_of(person) {
                let cell = cell_of[decision as usize];
                if cell != NONE {
                    // Whoever has nothing so far is named again, which adds nothing.
                    let part = &mut parts[cell as usize];
                    if *part == 0 {
                        touched.push(cell);
                    }
                    *part += u64::from(self.part_of[decision as usize]);
                }
            }
            of_persons
                .extend(touched.drain(..).map(|cell| (person as u32, cell, std::mem::take(&mut parts[cell as usize]))));
        }
        Shares { decisions, of_persons }
    }
}

/// What each person has of the decisions of each cell, in parts of [`QUESTION`].
pub(crate) struct Shares {
    /// Decisions of each cell.
    decisions: Vec<u64>,
    /// Person after person: who, in which cell, how much.
    of_persons: Vec<(u32, u32, u64)>,
}

impl Shares {
    /// Each cell as a group.
    fn all(&self) -> Vec<Group> {
        let each: Vec<u32> = (0..self.decisions.len() as u32).collect();
        self.census(&each, self.decisions.len())
    }

    /// As [`Population::census`], of groups of cells.
    pub(crate) fn census(&self, group_of: &[u32], n_groups: usize) -> Vec<Group> {
        let mut groups = vec![Group::default(); n_groups];
        for (&decisions, &group) in self.decisions.iter().zip(group_of).filter(|(_, group)| **group != NONE) {
            groups[group as usize].decisions += decisions;
        }
        let mut tally = Tally::new(n_groups);
        for &(person, cell, part) in &self.of_persons {
            let group = group_of[cell as usize];
            if group != NONE {
                tally.add(person, group, part);
            }
        }
        for (group, tallied) in groups.iter_mut().zip(&tally.groups) {
            group.persons = tallied.persons;
            group.dominance = Group::dominance_of(tallied.largest, group.decisions * u64::from(QUESTION));
        }
        groups
    }
}

/// The people of each decision.
pub(crate) struct PeopleOf {
    from: Vec<u32>,
    people: Vec<u32>,
}

impl PeopleOf {
    /// Of one decision.
    pub(crate) fn of(&self, decision: u32) -> &[u32] {
        let at = decision as usize;
        &self.people[self.from[at] as usize..self.from[at + 1] as usize]
    }
}

/// Counts people and the largest contribution of one person to each group, person after person.
pub(crate) struct Tally {
    pub(crate) groups: Vec<Tallied>,
}

/// One group while it is counted.
#[derive(Clone, Copy)]
pub(crate) struct Tallied {
    /// Distinct people.
    pub(crate) persons: u64,
    /// What the person who contributes most contributes.
    pub(crate) largest: u64,
    last: u32,
    of_last: u64,
}

impl Tally {
    pub(crate) fn new(n_groups: usize) -> Self {
        Self { groups: vec![Tallied { persons: 0, largest: 0, last: NONE, of_last: 0 }; n_groups] }
    }

    /// Everything that one person adds must be added before the next person's.
    pub(crate) fn add(&mut self, person: u32, group: u32, contribution: u64) {
        let group = &mut self.groups[group as usize];
        if group.last != person {
            group.last = person;
            group.of_last = 0;
            group.persons += 1;
        }
        group.of_last += contribution;
        group.largest = group.largest.max(group.of_last);
    }
}

/// Who is a human being, numbered in the order of their first appearance.
struct People<'r> {
    not_human: FxHashSet<Code>,
    numbers: FxHashMap<Code, u32>,
    request: &'r Request<'r>,
}

impl<'r> People<'r> {
    fn new(paths: &Paths, request: &'r Request<'r>) -> Self {
        let not_human = paths.hops.iter().filter(|hop| !hop.kind.is_human()).map(|hop| hop.holder).collect();
        Self { not_human, numbers: FxHashMap::default(), request }
    }

    /// The number of a person; [`NONE`] of bots, groups and nobody.
    fn number(&mut self, code: Code) -> u32 {
        let human = is_recorded(code)
            && !self.not_human.contains(&code)
            && self.request.directory.is_none_or(|directory| directory.actor(code).kind.is_human());
        if !human {
            return NONE;
        }
        let next = self.numbers.len() as u32;
        *self.numbers.entry(code).or_insert(next)
    }
}

/// The distinct profiles, and which one each hop has.
fn profiles(paths: &Paths, people: &mut People<'_>) -> (Vec<Profile>, Vec<u32>) {
    let mut profiles: Vec<Profile> = Vec::new();
    let mut numbers: FxHashMap<Profile, u32> = FxHashMap::default();
    let mut profile_of = Vec::with_capacity(paths.hops.len());
    for hop in &paths.hops {
        let Hop { holder, kind, team, site, role, level, arrived_by, .. } = *hop;
        // Looked up without the person, who follows from the holder.
        let key = Profile { holder, kind, team, site, role, level, arrived_by, person: NONE };
        let number = *numbers.entry(key).or_insert_with(|| {
            let person = if kind.is_human() { people.number(holder) } else { NONE };
            profiles.push(Profile { person, ..key });
            profiles.len() as u32 - 1
        });
        profile_of.push(number);
    }
    (profiles, profile_of)
}

/// For each person their decisions, person after person.
fn memberships(
    paths: &Paths,
    profiles: &[Profile],
    profile_of: &[u32],
    people: &mut People<'_>,
) -> (Vec<u32>, Vec<u32>) {
    let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(paths.decisions.len() * 2);
    let mut last_of: Vec<u32> = Vec::new();
    for (i, decision) in paths.decisions.iter().enumerate() {
        let from = decision.hops_from as usize;
        let n_hops = paths.hops_of(decision).len();
        let ends = [people.number(decision.asker), people.number(decision.decider)];
        let holders = profile_of[from.min(profile_of.len())..].iter().take(n_hops);
        for person in ends.into_iter().chain(holders.map(|&profile| profiles[profile as usize].person)) {
            if person == NONE {
                continue;
            }
            if last_of.len() <= person as usize {
                last_of.resize(person as usize + 1, NONE);
            }
            if last_of[person as usize] != i as u32 {
                last_of[person as usize] = i as u32;
                pairs.push((person, i as u32));
            }
        }
    }
    // A counting sort by person keeps the decisions in order.
    let mut from = vec![0_u32; people.numbers.len() + 1];
    for &(person, _) in &pairs {
        from[person as usize + 1] += 1;
    }
    for i in 1..from.len() {
        from[i] += from[i - 1];
    }
    let mut next = from.clone();
    let mut decisions = vec![0_u32; pairs.len()];
    for (person, decision) in pairs {
        decisions[next[person as usize] as usize] = decision;
        next[person as usize] += 1;
    }
    (from, decisions)
}
