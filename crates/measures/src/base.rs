//! The decisions that a measure speaks of, and the parts of them that may be shown.

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use sayso_model::decision::Decision;
use sayso_model::measure::MeasureId;
use sayso_model::privacy::{Cleared, Floor, Group};
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_stats::ratio::Cluster;

use crate::overlap::{Parting, Things, put_together};
use crate::population::{Population, Shares};
use crate::privacy::{Candidate, NONE, NOT_RECORDED, Pooled, Slot, divide, pool};

/// How many areas (and matters, and sites) are shown by name.
pub(crate) const SLOTS_MAX: usize = 12;

const DAY_MICROS: i64 = 86_400_000_000;

/// A week in microseconds.
pub(crate) const WEEK_MICROS: i64 = 7 * DAY_MICROS;

/// By what decisions are broken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dimension {
    /// What kind of question.
    Matter,
    /// Where.
    Area,
    /// The site of whoever put the question.
    Site,
    /// The ISO week in which the question was put.
    Week,
    /// The month in which it was answered, in UTC; of what was not answered, the month in which it was put.
    Month,
}

/// The whole (with an empty key), or a breakdown.
pub(crate) struct Cut {
    /// The scope's key; empty for the whole.
    pub(crate) key: &'static str,
    /// The parts.
    pub(crate) slots: Vec<Slot>,
    /// For each decision of the record its part, [`NONE`] where it is not in the base.
    pub(crate) slot_of: Vec<u32>,
    /// How many groups were put together, and why.
    pub(crate) pooled: Pooled,
}

/// Some of the decisions, and their parts that may be shown.
pub(crate) struct Base<'p, 'a> {
    pub(crate) population: &'p Population<'a>,
    /// Indices of the decisions, in order.
    pub(crate) decisions: Vec<u32>,
    /// The whole first; empty where even the whole is below the floor.
    pub(crate) cuts: Vec<Cut>,
    /// Breakdowns of which no part may be shown, with how many groups they have and why.
    pub(crate) hidden: Vec<(&'static str, Pooled)>,
    /// Why nothing may be said.
    pub(crate) refused: Option<String>,
    /// What it is called where several measures speak of the same decisions; empty where one does.
    pub(crate) name: &'static str,
}

impl Dimension {
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Dimension::Matter => "matter",
            Dimension::Area => "area",
            Dimension::Site => "site",
            Dimension::Week => "week",
            Dimension::Month => "month",
        }
    }

    fn rest(self) -> &'static str {
        match self {
            Dimension::Matter => "other matters",
            Dimension::Area => "other areas",
            Dimension::Site => "other sites",
            Dimension::Week => "other weeks",
            Dimension::Month => "other months",
        }
    }

    fn slots_max(self) -> usize {
        match self {
            Dimension::Week | Dimension::Month => usize::MAX,
            _ => SLOTS_MAX,
        }
    }

    /// The value of a decision.
    fn value(self, decision: &Decision) -> i64 {
        match self {
            Dimension::Matter => i64::from(decision.matter),
            Dimension::Area => i64::from(decision.area),
            Dimension::Site => i64::from(decision.asker_site),
            Dimension::Week => week_of(decision),
            Dimension::Month => month_of(decision.decided_at.unwrap_or(decision.raised_at)),
        }
    }

    fn label(self, value: i64, words: &dyn Words) -> String {
        let column = match self {
            Dimension::Matter => Column::Matter,
            Dimension::Area => Column::Area,
            Dimension::Site => Column::Site,
            Dimension::Week => return week_label(value),
            Dimension::Month => return month_label(value),
        };
        label(words, column, value as u32)
    }
}

/// The word of a code, or that there is none.
pub(crate) fn label(words: &dyn Words, column: Column, code: u32) -> String {
    match words.word(column, code) {
        "" => NOT_RECORDED.to_owned(),
        word => word.to_owned(),
    }
}

/// The ISO week in which a question was put, counted from the one of 1970-01-01, a Thursday, hence the three days.
pub(crate) fn week_of(decision: &Decision) -> i64 {
    (decision.raised_at.micros().div_euclid(DAY_MICROS) + 3).div_euclid(7)
}

/// The month of an instant in UTC, counted from January of the year 0.
pub(crate) fn month_of(at: Instant) -> i64 {
    let date = at.timestamp().to_zoned(jiff::tz::TimeZone::UTC).date();
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

/// `2024-02`.
pub(crate) fn month_label(month: i64) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// When a week begins, in microseconds.
pub(crate) fn week_start(week: i64) -> i64 {
    (week * 7 - 3) * DAY_MICROS
}

/// `2024-W07`.
fn week_label(week: i64) -> String {
    let thursday = Timestamp::from_microsecond((week * 7) * DAY_MICROS).unwrap_or(Timestamp::UNIX_EPOCH);
    let week = thursday.to_zoned(jiff::tz::TimeZone::UTC).date().iso_week_date();
    format!("{}-W{:02}", week.year(), week.week())
}

impl<'p, 'a> Base<'p, 'a> {
    /// The decisions that a condition holds for, broken down.
    pub(crate) fn of(
        population: &'p Population<'a>,
        floor: Floor,
        dimensions: &[Dimension],
        holds: impl Fn(&Decision) -> bool,
    ) -> Self {
        let all = &population.paths.decisions;
        let decisions: Vec<u32> = (0..all.len() as u32).filter(|&i| holds(&all[i as usize])).collect();
        let mut base = Self { population, decisions, cuts: Vec::new(), hidden: Vec::new(), refused: None, name: "" };
        let mut slot_of = vec![NONE; all.len()];
        for &i in &base.decisions {
            slot_of[i as usize] = 0;
        }
        let group = population.census(&slot_of, 1)[0];
        match floor.clear(group) {
            Err(_) if group.decisions == 0 => base.refused = Some("there is none of the kind in the record".to_owned()),
            Err(below) => base.refused = Some(below.to_string()),
            Ok(whole) => {
                let slots = vec![Slot { label: String::new(), cleared: whole }];
                base.cuts.push(Cut { key: "", slots, slot_of, pooled: Pooled::default() });
                for &dimension in dimensions {
                    base.cut(dimension, whole, floor);
                }
                base.keep_apart(floor);
            }
        }
        base
    }

    /// Under a name that several measures share.
    pub(crate) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The whole, where it may be shown.
    pub(crate) fn whole(&self) -> Option<Cleared> {
        self.cuts.first().map(|cut| cut.slots[0].cleared)
    }

    /// The whole and the breakdowns that a measure uses: only latency is followed week by week.
    pub(crate) fn cuts_for(&self, id: MeasureId) -> impl Iterator<Item = &Cut> {
        self.cuts.iter().filter(move |cut| cut.key != "week" || id == MeasureId::M01)
    }

    /// A decision of the record.
    pub(crate) fn decision(&self, index: u32) -> &'a Decision {
        &self.population.paths.decisions[index as usize]
    }

    /// For each part of a cut its items as clusters, and how many observations they hold together. `f` says what a
    /// decision adds to its item, and how many observations it is; `None` leaves it out.
    pub(crate) fn clusters(
        &self,
        cut: &Cut,
        f: impl Fn(&Decision) -> Option<(f64, f64, u64)>,
    ) -> Vec<(Vec<Cluster>, u64)> {
        let mut clusters: Vec<(Vec<Cluster>, u64)> = vec![(Vec::new(), 0); cut.slots.len()];
        let mut last_item = vec![NONE; cut.slots.len()];
        for &i in &self.decisions {
            let slot = cut.slot_of[i as usize];
            let (Some((part, whole, n)), true) = (f(self.decision(i)), slot != NONE) else { continue };
            let (clusters, total) = &mut clusters[slot as usize];
            *total += n;
            let item = self.population.item_of[i as usize];
            if last_item[slot as usize] != item {
                last_item[slot as usize] = item;
                clusters.push(Cluster::default());
            }
            if let Some(cluster) = clusters.last_mut() {
                cluster.part += part;
                cluster.whole += whole;
            }
        }
        clusters
    }

    fn cut(&mut self, dimension: Dimension, whole: Cleared, floor: Floor) {
        let population = self.population;
        let mut numbers: FxHashMap<i64, u32> = FxHashMap::default();
        let mut group_of = vec![NONE; population.paths.decisions.len()];
        for &i in &self.decisions {
            let next = numbers.len() as u32;
            group_of[i as usize] = *numbers.entry(dimension.value(self.decision(i))).or_insert(next);
        }
        let mut values: Vec<(i64, u32)> = numbers.into_iter().collect();
        values.sort_unstable();
        if let [(0, _)] = values[..]
            && !matches!(dimension, Dimension::Week | Dimension::Month)
        {
            // Nothing is recorded of it: the breakdown would be the whole over again.
            return;
        }
        let census = population.census(&group_of, values.len());
        let candidates: Vec<Candidate> = values
            .iter()
            .map(|&(value, group)| Candidate {
                label: dimension.label(value, population.words),
                group: census[group as usize],
                impersonal: false,
            })
            .collect();
        // From the number of a group to its place among the candidates.
        let mut place = vec![0_u32; values.len()];
        for (at, &(_, group)) in values.iter().enumerate() {
            place[group as usize] = at as u32;
        }
        let union = |pooled: &[bool]| {
            let merged: Vec<u32> = group_of
                .iter()
                .map(|&group| if group != NONE && pooled[place[group as usize] as usize] { 0 } else { NONE })
                .collect();
            population.census(&merged, 1)[0]
        };
        match divide(&candidates, union, whole, floor, dimension.slots_max(), dimension.rest()) {
            None => self.hidden.push((dimension.key(), Pooled { small: candidates.len() as u64, overlapping: 0 })),
            Some(division) => {
                let slot_of = group_of
                    .iter()
                    .map(|&group| match group {
                        NONE => NONE,
                        group => division.slot_of[place[group as usize] as usize],
                    })
                    .collect();
                let pooled = Pooled { small: division.pooled, overlapping: 0 };
                self.cuts.push(Cut { key: dimension.key(), slots: division.slots, slot_of, pooled });
            }
        }
    }

    /// Puts together what several cuts would give away between them.
    fn keep_apart(&mut self, floor: Floor) {
        let population = self.population;
        let partings: Vec<Parting<'_>> = self.cuts[1..].iter().map(Cut::parting).collect();
        let together = put_together(population, floor, &partings);
        let mut kept = vec![self.cuts.remove(0)];
        for (mut cut, together) in self.cuts.drain(..).zip(together) {
            let census = |slot_of: &[u32]| population.census(slot_of, 1)[0];
            match pool(&mut cut.slots, &mut cut.slot_of, &mut cut.pooled, &together, census, floor) {
                true => kept.push(cut),
                false => self.hidden.push((cut.key, cut.pooled)),
            }
        }
        self.cuts = kept;
    }
}

impl Cut {
    fn parting(&self) -> Parting<'_> {
        let pool = (self.pooled.small > 0).then(|| self.slots.len() as u32 - 1);
        Parting { slot_of: &self.slot_of, n: self.slots.len(), pool }
    }
}

impl Things for Population<'_> {
    fn census(&self, group_of: &[u32], n_groups: usize) -> Vec<Group> {
        Population::census(self, group_of, n_groups)
    }

    fn by_cell(&self, cell_of: &[u32], n_cells: usize) -> Option<Box<dyn Things + '_>> {
        Some(Box::new(self.shares(cell_of, n_cells)))
    }
}

impl Things for Shares {
    fn census(&self, group_of: &[u32], n_groups: usize) -> Vec<Group> {
        Shares::census(self, group_of, n_groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_iso_weeks() {
        // 1970-01-01 is a Thursday of week 1; 1969-12-29 to 1970-01-04 are that week.
        assert_eq!(week_label(0), "1970-W01");
        assert_eq!(week_label(1), "1970-W02");
        assert_eq!(week_label(-1), "1969-W52");
        // 2024-12-30, a Monday, belongs to the first week of 2025.
        let monday = 20_087_i64;
        assert_eq!(week_label((monday + 3).div_euclid(7)), "2025-W01");
        assert_eq!(week_label((monday - 1 + 3).div_euclid(7)), "2024-W52");
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        assert_eq!(month_label(month_of(Instant::from_micros(0))), "1970-01");
        assert_eq!(month_label(month_of(Instant::from_micros(-1))), "1969-12");
        assert_eq!(month_of(Instant::from_micros(31 * DAY_MICROS)) - month_of(Instant::from_micros(0)), 1);
    }
}
