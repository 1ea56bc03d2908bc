//! In whose hands the waiting time lies (M03): shares that add up to all of it, and how long one hold lasts.

use sayso_model::decision::Status;
use sayso_model::measure::{MeasureId, Scope};
use sayso_stats::resample::{self, Table};
use sayso_stats::survival::{End, LifeTable, Observation};

use crate::holders::{By, Grouping, Holders};
use crate::population::Population;
use crate::sheet::{Clock, Sheet, on, scope};

const ID: MeasureId = MeasureId::M03;

/// Holds of one clock, shortest first: how long in microseconds, and the profile with whether the hold goes on.
pub(crate) type Stays = Vec<(i64, Stay)>;

/// Whose hold, and whether it goes on; in one word, since there are many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stay(u32);

impl Stay {
    const GOES_ON: u32 = 1 << 31;

    fn new(profile: u32, goes_on: bool) -> Self {
        Self(profile | if goes_on { Self::GOES_ON } else { 0 })
    }

    fn profile(self) -> u32 {
        self.0 & !Self::GOES_ON
    }

    fn end(self) -> End {
        if self.0 & Self::GOES_ON == 0 { End::Event } else { End::Censored }
    }
}

/// Says it all. Gives the holds in working time, for the path map.
pub(crate) fn measure(sheet: &mut Sheet, population: &Population<'_>, holders: &Holders) -> Stays {
    let whole = match holders.whole {
        Ok(whole) => whole,
        Err(below) => {
            let why = match population.profiles.is_empty() {
                true => "there is no hold in the record".to_owned(),
                false => below.to_string(),
            };
            sheet.withhold(ID, "overall", 1, why);
            return Stays::new();
        }
    };
    for (by, groups) in holders.hidden() {
        sheet.withhold_hidden(ID, by.key(), groups);
    }
    for (by, grouping) in holders.shown() {
        sheet.withhold_pooled(ID, by.key(), grouping.pooled);
    }
    let in_clocks = Clock::BOTH.map(|clock| stays(population, clock));
    for (clock, stays) in Clock::BOTH.into_iter().zip(&in_clocks) {
        let all = LifeTable::new(stays.iter().map(|&(micros, stay)| observation(micros, stay)).collect());
        let estimate = all.kaplan_meier().quantile(0.5, clock.unit(), sheet.window);
        sheet.say(whole, ID, on(Scope::new(), clock), "median_stay", estimate);
        for (by, grouping) in holders.shown() {
            say_shares(sheet, population, by, grouping, clock);
            say_stays(sheet, by, grouping, clock, stays);
        }
    }
    let [working, _] = in_clocks;
    working
}

/// The share of all held time by slot, by item. It partitions: every hop is in exactly one slot.
pub(crate) fn shares(population: &Population<'_>, grouping: &Grouping, clock: Clock) -> (Table, u64) {
    let mut table = Table::new(grouping.slots.len());
    let mut parts: Vec<(u32, i64)> = Vec::new();
    let mut n = 0;
    let decisions = &population.paths.decisions;
    for (i, decision) in decisions.iter().enumerate() {
        for (hop, profile) in population.hops(decision) {
            let slot = grouping.slot_of[profile as usize];
            let micros = match clock {
                Clock::Working => hop.held_working.micros(),
                Clock::Calendar => hop.held().micros(),
            };
            match parts.iter_mut().find(|(other, _)| *other == slot) {
                Some((_, sum)) => *sum += micros,
                None => parts.push((slot, micros)),
            }
        }
        n += u64::from(decision.n_hops > 0);
        let item_ends = population.item_of.get(i + 1) != population.item_of.get(i);
        if item_ends && !parts.is_empty() {
            // Added as whole microseconds, so that parts and whole agree to the last one.
            let whole: i64 = parts.iter().map(|(_, micros)| micros).sum();
            let parts_h: Vec<(u32, f64)> = parts.iter().map(|&(slot, micros)| (slot, hours(micros))).collect();
            table.push(hours(whole), &parts_h);
            parts.clear();
        }
    }
    (table, n)
}

/// Every hold with how it ended; a hold of a question that is still open goes on.
fn stays(population: &Population<'_>, clock: Clock) -> Stays {
    let mut stays: Stays = Vec::with_capacity(population.paths.hops.len());
    for decision in &population.paths.decisions {
        for (at, (hop, profile)) in population.hops(decision).enumerate() {
            let goes_on = decision.status == Status::Open && at + 1 == decision.n_hops as usize;
            let micros = match clock {
                Clock::Working => hop.held_working.micros(),
                Clock::Calendar => hop.held().micros(),
            };
            stays.push((micros, Stay::new(profile, goes_on)));
        }
    }
    // Which of two equal ones comes first changes nothing: a life table takes ties together.
    stays.sort_unstable_by_key(|(micros, _)| *micros);
    stays
}

/// The life table of the holds of each slot.
pub(crate) fn tables(grouping: &Grouping, stays: &Stays) -> Vec<LifeTable> {
    let slot = |stay: Stay| grouping.slot_of[stay.profile() as usize] as usize;
    // Counted first: a vector that grows is put down twice.
    let mut counts = vec![0; grouping.slots.len()];
    stays.iter().for_each(|&(_, stay)| counts[slot(stay)] += 1);
    let mut parts: Vec<Vec<Observation>> = counts.into_iter().map(Vec::with_capacity).collect();
    for &(micros, stay) in stays {
        parts[slot(stay)].push(observation(micros, stay));
    }
    parts.into_iter().map(LifeTable::new).collect()
}

fn say_shares(sheet: &mut Sheet, population: &Population<'_>, by: By, grouping: &Grouping, clock: Clock) {
    let (table, n) = shares(population, grouping, clock);
    let seed = sheet.seed_for(ID, clock.name(), by.key());
    for (slot, estimate) in grouping.slots.iter().zip(resample::shares(&table, n, seed, sheet.window)) {
        sheet.say(slot.cleared, ID, on(scope(by.key(), slot), clock), "share", estimate);
    }
}

fn say_stays(sheet: &mut Sheet, by: By, grouping: &Grouping, clock: Clock, stays: &Stays) {
    for (slot, table) in grouping.slots.iter().zip(tables(grouping, stays)) {
        let estimate = table.kaplan_meier().quantile(0.5, clock.unit(), sheet.window);
        sheet.say(slot.cleared, ID, on(scope(by.key(), slot), clock), "median_stay", estimate);
    }
}

fn observation(micros: i64, stay: Stay) -> Observation {
    Observation { time: hours(micros), end: stay.end() }
}

fn hours(micros: i64) -> f64 {
    sayso_model::time::WallTime::from_micros(micros).hours()
}
