//! Time to an answer by how many hours lie between whoever asks and whoever holds the question last.

use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;
use sayso_model::decision::Status;
use sayso_model::measure::Scope;
use sayso_model::{Code, NOT_RECORDED, calendar};
use sayso_stats::rank;
use sayso_stats::survival::{End, LifeTable, Observation};

use super::ID;
use crate::Request;
use crate::population::Population;
use crate::privacy::NONE;
use crate::sheet::{Clock, Sheet, noted, on};

/// Hours at which the bands begin.
const BANDS: [f64; 4] = [0.0, 1.0, 4.0, 8.5];

/// One question of two people whose zones are both known.
#[derive(Clone, Copy, Debug)]
struct Apart {
    decision: u32,
    hours: f64,
    time: f64,
    ended: bool,
}

/// Says the median by band, and how far time and hours apart rise together. Nothing where no two zones are apart.
pub(super) fn measure(sheet: &mut Sheet, population: &Population<'_>, request: &Request<'_>) {
    let all = apart(population, request);
    if all.iter().all(|one| one.hours < BANDS[1]) {
        return;
    }
    let groups = |bands: &[(usize, usize)]| {
        let mut group_of = vec![NONE; population.paths.decisions.len()];
        for one in &all {
            let band = band_of(one.hours);
            let group = bands.iter().position(|(from, to)| (*from..=*to).contains(&band));
            group_of[one.decision as usize] = group.map_or(NONE, |group| group as u32);
        }
        population.census(&group_of, bands.len())
    };
    let whole = groups(&[(0, BANDS.len() - 1)])[0];
    let Ok(cleared) = sheet.floor.clear(whole) else {
        sheet.withhold(ID, "offset", BANDS.len() as u64, "too few people or questions with a zone on both sides");
        return;
    };
    // A band that stands below the floor joins its neighbour, so that no difference of bands says what it would have.
    let mut bands: Vec<(usize, usize)> = (0..BANDS.len()).map(|band| (band, band)).collect();
    while bands.len() > 1
        && let Some(small) = groups(&bands).iter().position(|group| sheet.floor.clear(*group).is_err())
    {
        let (left, right) = if small == 0 { (0, 1) } else { (small - 1, small) };
        bands[left].1 = bands[right].1;
        bands.remove(right);
    }
    let scope = || on(Scope::from([("of".to_owned(), "questions".to_owned())]), Clock::Calendar);
    for (&(from, to), group) in bands.iter().zip(groups(&bands)) {
        let Ok(cleared) = sheet.floor.clear(group) else { continue };
        let times = all.iter().filter(|one| (from..=to).contains(&band_of(one.hours)));
        let times =
            times.map(|one| Observation { time: one.time, end: if one.ended { End::Event } else { End::Censored } });
        let median = LifeTable::new(times.collect()).kaplan_meier().quantile(0.5, Clock::Calendar.unit(), sheet.window);
        let mut scope = scope();
        scope.insert("offset".to_owned(), label(from, to));
        let note = "hours between the zone of whoever asked and that of whoever held it last, on the day it was put";
        sheet.say(cleared, ID, scope, "median_by_offset", noted(median, note));
    }
    let pairs: Vec<(f64, f64)> = all.iter().filter(|one| one.ended).map(|one| (one.hours, one.time)).collect();
    let open = all.len() - pairs.len();
    let rank = rank::correlation(&pairs, sheet.window);
    let rank = if open > 0 { noted(rank, &format!("{open} that are not over are left out")) } else { rank };
    sheet.say(cleared, ID, scope(), "offset_rank", rank);
}

fn band_of(hours: f64) -> usize {
    BANDS.iter().rposition(|from| hours >= *from).unwrap_or(0)
}

fn label(from: usize, to: usize) -> String {
    let ends = ["under 1 h", "up to 3 h", "up to 8 h", "over 8 h"];
    let begins = ["0", "1", "4", "9"];
    match (from, to) {
        (0, 3) => "any".to_owned(),
        (0, to) => ends[to].to_owned(),
        (from, 3) if from < 3 => format!("{} h and more", begins[from]),
        (3, _) => ends[3].to_owned(),
        (from, to) => format!("{} to {} h", begins[from], &ends[to]["up to ".len()..ends[to].len() - 2]),
    }
}

/// Questions whose asker and last holder are two people with zones that are known.
fn apart(population: &Population<'_>, request: &Request<'_>) -> Vec<Apart> {
    let Some(directory) = request.directory else { return Vec::new() };
    let mut zones: FxHashMap<Code, Option<TimeZone>> = FxHashMap::default();
    let mut zone_of = |site: Code| {
        let known = zones.entry(site).or_insert_with(|| {
            let has = site != NOT_RECORDED && directory.has_calendar(site);
            has.then(|| calendar::zone(&directory.calendar(site).spec().zone).ok()).flatten()
        });
        known.clone()
    };
    let mut all = Vec::new();
    for (index, decision) in population.paths.decisions.iter().enumerate() {
        let Some(last) = population.paths.hops_of(decision).last() else { continue };
        if !decision.has_latency() || last.holder == decision.asker || last.holder == NOT_RECORDED {
            continue;
        }
        let (Some(asks), Some(holds)) = (zone_of(decision.asker_site), zone_of(last.site)) else { continue };
        let at = decision.raised_at.timestamp();
        let seconds = (asks.to_offset(at).seconds() - holds.to_offset(at).seconds()).abs();
        all.push(Apart {
            decision: index as u32,
            // Around the world the shorter way.
            hours: f64::from(seconds.min(86_400 - seconds)) / 3_600.0,
            time: decision.latency().hours(),
            ended: decision.status != Status::Open,
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_and_their_names() {
        assert_eq!([0.0, 0.5, 1.0, 3.5, 4.0, 8.0, 8.5, 12.0].map(band_of), [0, 0, 1, 1, 2, 2, 3, 3]);
        let names = [(0, 0), (1, 1), (2, 2), (3, 3), (0, 1), (1, 2), (1, 3), (0, 3)].map(|(from, to)| label(from, to));
        assert_eq!(
            names,
            ["under 1 h", "1 to 3 h", "4 to 8 h", "over 8 h", "up to 3 h", "1 to 8 h", "1 h and more", "any"]
        );
    }
}
