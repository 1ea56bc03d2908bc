//! Where a person works, inferred from the hours at which they are active; the offset they write is weak support only.
//!
//! The offset is a setting of a machine: servers stand at UTC, a laptop keeps the zone of the country it was bought
//! in, a build host writes for everybody. Hours are a habit of a body. So each region is asked how likely the hours
//! would be there, for a person of usual habits (who may start somewhat earlier or later than others) or, rarely, of
//! any habit; what they wrote as offset adds a limited weight to the regions that agree with it.

use sayso_model::activity::{Activity, Season};

/// Events below which nothing is inferred.
pub const EVENTS_MIN: u64 = 30;
/// Active days below which nothing is inferred.
pub const DAYS_MIN: usize = 10;

/// A region must be more likely than all others together.
const STANDS_OUT: f64 = 0.5;
/// Independent observations that a person's events are worth at most: events of a day and of a project go together.
const DAYS_EFFECTIVE_MAX: f64 = 60.0;
/// How far most people's habits are spread around office hours, in hours (standard deviation).
const HABIT_SPREAD_HOURS: f64 = 0.75;
/// The share of people who keep other hours, late ones more often than early ones: their mean and spread.
const HABIT_FREE_SHARE: f64 = 0.1;
const HABIT_FREE_LATER_HOURS: f64 = 1.0;
const HABIT_FREE_SPREAD_HOURS: f64 = 2.5;
/// The share of people whose hours are any hours: night workers, shift workers.
const HABIT_ANY_SHARE: f64 = 0.03;
/// Habits up to this many hours earlier or later than office hours leave the place recognisable.
const HABIT_USUAL_HOURS: f64 = 5.0;
/// How likely an offset is that says nothing of the place: an American one, as machines and images of American firms
/// carry it around the world; zero, as servers write it; any other.
const OFFSET_WRONG_AMERICAN: f64 = 0.03;
const OFFSET_WRONG_ZERO: f64 = 0.12;
const OFFSET_WRONG_OTHER: f64 = 0.003;

const HALF_HOURS_A_DAY: i32 = 48;
const HALF_HOURS_A_WEEK: i32 = 336;

/// A part of the world whose office hours are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// In words, without naming a country where several share the hours.
    pub label: &'static str,
    /// An IANA zone that stands for it.
    pub zone: &'static str,
    /// Minutes east of UTC in standard time.
    standard_min: i16,
    /// The rule by which clocks are put forward, one of [`Season`]'s; 0 for none.
    rule: u8,
    /// Roughly which share of the people who make software work there; only the orders of size matter.
    share: f64,
}

const fn region(label: &'static str, zone: &'static str, standard_min: i16, rule: u8, share: f64) -> Region {
    Region { label, zone, standard_min, rule, share }
}

/// The regions among which is chosen. Two of one label are one answer, with the zone that fits better.
pub const REGIONS: [Region; 18] = [
    region("US Pacific hours", "America/Los_Angeles", -480, Season::AMERICA, 0.12),
    region("US Mountain hours", "America/Denver", -420, Season::AMERICA, 0.03),
    region("US Mountain hours", "America/Phoenix", -420, 0, 0.02),
    region("US Central hours", "America/Chicago", -360, Season::AMERICA, 0.06),
    region("US Eastern hours", "America/New_York", -300, Season::AMERICA, 0.12),
    region("Brazilian and Argentinian hours", "America/Sao_Paulo", -180, 0, 0.03),
    region("British and Irish hours", "Europe/London", 0, Season::EUROPE, 0.11),
    region("Central European hours", "Europe/Warsaw", 60, Season::EUROPE, 0.20),
    region("Eastern European hours", "Europe/Kyiv", 120, Season::EUROPE, 0.08),
    region("Moscow and Istanbul hours", "Europe/Moscow", 180, 0, 0.05),
    region("Gulf hours", "Asia/Dubai", 240, 0, 0.01),
    region("Pakistani hours", "Asia/Karachi", 300, 0, 0.02),
    region("Indian hours", "Asia/Kolkata", 330, 0, 0.12),
    region("Indochinese hours", "Asia/Bangkok", 420, 0, 0.02),
    region("Chinese and Singaporean hours", "Asia/Shanghai", 480, 0, 0.12),
    region("Japanese and Korean hours", "Asia/Tokyo", 540, 0, 0.04),
    region("Eastern Australian hours", "Australia/Sydney", 600, Season::AUSTRALIA, 0.02),
    region("New Zealand hours", "Pacific/Auckland", 720, Season::AUSTRALIA, 0.01),
];

impl Region {
    fn offset_min(&self, season: Season) -> i16 {
        self.standard_min + if season.has(self.rule) { 60 } else { 0 }
    }
}

/// How sure an inferred place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// More likely than all other regions together.
    Likely,
    /// At least 0.8.
    VeryLikely,
    /// At least 0.95.
    NearlyCertain,
}

impl Sureness {
    /// To stand before a label.
    pub fn words(self) -> &'static str {
        match self {
            Sureness::Likely => "likely",
            Sureness::VeryLikely => "very likely",
            Sureness::NearlyCertain => "nearly certain",
        }
    }
}

/// Where somebody probably works.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The region in words.
    pub label: &'static str,
    /// An IANA zone that stands for it.
    pub zone: &'static str,
    /// The weight of the region among all, 0.5 to 1.
    pub probability: f64,
    /// The same in words.
    pub sure: Sureness,
    /// The next region and its weight, where that is 0.1 or more.
    pub or_else: Option<(&'static str, f64)>,
    /// The share of written offsets that agree with the region, 0 to 1; `None` where none were written.
    pub offset_agrees: Option<f64>,
    /// Events that it rests on.
    pub n_events: u64,
    /// Days on which they fell.
    pub n_days: u64,
}

impl Place {
    /// The place in a sentence: `very likely Central European hours (0.87, from 95 events on 60 days), else ...`.
    pub fn words(&self) -> String {
        let mut words = format!(
            "{} {} ({:.2}, from {} events on {} days)",
            self.sure.words(),
            self.label,
            self.probability,
            self.n_events,
            self.n_days
        );
        if let Some((label, weight)) = self.or_else {
            words += &format!(", else {label} ({weight:.2})");
        }
        if let Some(share) = self.offset_agrees.filter(|share| *share < 0.5) {
            words += &format!("; only {:.0} % of the written offsets agree", share * 100.0);
        }
        words
    }
}

/// Infers a person's place from their activity.
///
/// `None` where there are fewer than 30 events or 10 active days, where no region is more likely than all others
/// together, or where the most likely one asks for hours far from those usual there (a night worker: the place may be
/// right, but then nothing but the offset says so).
///
/// Method: posterior over [`REGIONS`] with fixed prior shares; likelihood of the UTC hours of the week, by season,
/// under a profile of office work in local time, shifted by a personal habit that is summed over (87 % normal with a
/// standard deviation of 0.75 h, 10 % wide and rather late, 3 % any); events count as at most 60 independent ones.
pub fn infer_place(activity: &Activity) -> Option<Place> {
    if activity.n_events() < EVENTS_MIN || activity.n_days() < DAYS_MIN {
        return None;
    }
    let weights = region_weights(activity);
    let total: f64 = weights.iter().map(|weight| weight.all).sum();
    let mut labels: Vec<Label> = Vec::new();
    for (region, weight) in REGIONS.iter().zip(&weights) {
        match labels.iter_mut().find(|label| label.best.label == region.label) {
            Some(label) => label.add(region, weight),
            None => labels.push(Label { best: *region, best_weight: weight.all, all: weight.all, usual: weight.usual }),
        }
    }
    labels.sort_by(|a, b| b.all.total_cmp(&a.all));
    let (first, second) = (labels.first()?, labels.get(1)?);

    let probability = first.all / total;
    if probability < STANDS_OUT || first.usual < STANDS_OUT * first.all {
        return None;
    }
    let sure = match probability {
        0.95.. => Sureness::NearlyCertain,
        0.8.. => Sureness::VeryLikely,
        _ => Sureness::Likely,
    };
    Some(Place {
        label: first.best.label,
        zone: first.best.zone,
        probability,
        sure,
        or_else: Some((second.best.label, second.all / total)).filter(|(_, weight)| *weight >= 0.1),
        offset_agrees: offset_agreement(&first.best, activity),
        n_events: activity.n_events(),
        n_days: activity.n_days() as u64,
    })
}

struct Label {
    best: Region,
    best_weight: f64,
    all: f64,
    usual: f64,
}

impl Label {
    fn add(&mut self, region: &Region, weight: &Weight) {
        if weight.all > self.best_weight {
            (self.best, self.best_weight) = (*region, weight.all);
        }
        self.all += weight.all;
        self.usual += weight.usual;
    }
}

/// The posterior weight of a region, up to a common factor: over all habits, and over usual ones.
#[derive(Clone, Copy, Default)]
struct Weight {
    all: f64,
    usual: f64,
}

fn region_weights(activity: &Activity) -> Vec<Weight> {
    let fit = Fit::of(activity);
    let temper = (activity.n_days() as f64).min(DAYS_EFFECTIVE_MAX) / activity.n_events() as f64;
    let habits = habits();
    let logs: Vec<Vec<f64>> = REGIONS
        .iter()
        .map(|region| {
            let base = region.share.ln() + offset_evidence(region, activity);
            let of_habit =
                |(habit, log_prior): &(i32, f64)| base + log_prior + temper * fit.log_likelihood(region, *habit);
            habits.iter().map(of_habit).collect()
        })
        .collect();
    let top = logs.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let weigh = |logs: &Vec<f64>| {
        let mut weight = Weight::default();
        for ((habit, _), log) in habits.iter().zip(logs) {
            let part = (log - top).exp();
            weight.all += part;
            if f64::from(habit.abs()) / 2.0 <= HABIT_USUAL_HOURS {
                weight.usual += part;
            }
        }
        weight
    };
    logs.iter().map(weigh).collect()
}

/// Habits in half hours later than office hours, with the log of how many people have them.
fn habits() -> Vec<(i32, f64)> {
    let range = -HALF_HOURS_A_DAY / 2..HALF_HOURS_A_DAY / 2;
    let bell = |mean: f64, spread: f64| {
        let at = move |habit: i32| (-0.5 * ((f64::from(habit) / 2.0 - mean) / spread).powi(2)).exp();
        let total: f64 = range.clone().map(at).sum();
        move |habit: i32| at(habit) / total
    };
    let most = bell(0.0, HABIT_SPREAD_HOURS);
    let free = bell(HABIT_FREE_LATER_HOURS, HABIT_FREE_SPREAD_HOURS);
    let share = |habit: i32| {
        (1.0 - HABIT_FREE_SHARE - HABIT_ANY_SHARE) * most(habit)
            + HABIT_FREE_SHARE * free(habit)
            + HABIT_ANY_SHARE / f64::from(HALF_HOURS_A_DAY)
    };
    range.clone().map(|habit| (habit, share(habit).ln())).collect()
}

/// The log likelihood of a person's hours for every season and every shift of the local clock against UTC.
struct Fit {
    seasons: Vec<(Season, Vec<f64>)>,
}

impl Fit {
    /// Shifts run from the westernmost region with the latest habit to the easternmost with the earliest.
    const SHIFT_MIN: i32 = -16 - HALF_HOURS_A_DAY / 2;
    const SHIFT_MAX: i32 = 26 + HALF_HOURS_A_DAY / 2;

    fn of(activity: &Activity) -> Self {
        let profile = log_profile();
        let mut seasons: Vec<(Season, Vec<f64>)> = Vec::new();
        for (season, hour, n) in activity.by_season() {
            if seasons.last().is_none_or(|(last, _)| *last != season) {
                seasons.push((season, vec![0.0; (Self::SHIFT_MAX - Self::SHIFT_MIN + 1) as usize]));
            }
            let (_, sums) = seasons.last_mut().expect("a season was put there just now");
            // The middle of the UTC hour.
            let middle = 2 * i32::from(hour) + 1;
            for (shift, sum) in (Self::SHIFT_MIN..).zip(sums.iter_mut()) {
                *sum += f64::from(n) * profile[(middle + shift).rem_euclid(HALF_HOURS_A_WEEK) as usize];
            }
        }
        Self { seasons }
    }

    fn log_likelihood(&self, region: &Region, habit: i32) -> f64 {
        let of_season = |(season, sums): &(Season, Vec<f64>)| {
            let shift = i32::from(region.offset_min(*season)) / 30 - habit;
            sums[(shift - Self::SHIFT_MIN) as usize]
        };
        self.seasons.iter().map(of_season).sum()
    }
}

/// How much the written offsets support a region, as a log: 0 where all agree.
///
/// It does not grow with the number of events, because they all come from the same few machines. A zone that agrees
/// only for a part of the year is the wrong zone, hence the steep power.
fn offset_evidence(region: &Region, activity: &Activity) -> f64 {
    let (mut n_agree, mut n_zero, mut n_american, mut n_other) = (0.0, 0.0, 0.0, 0.0);
    for (season, offset, n) in activity.offsets() {
        let kind = match offset {
            _ if offset == region.offset_min(season) => &mut n_agree,
            0 => &mut n_zero,
            -480..=-240 => &mut n_american,
            _ => &mut n_other,
        };
        *kind += f64::from(n);
    }
    let n_wrong = n_american + n_other;
    let n_told = n_agree + n_wrong;
    if n_told + n_zero == 0.0 {
        return 0.0;
    }
    let told = if n_wrong == 0.0 {
        0.0
    } else {
        let wrong: f64 = (OFFSET_WRONG_AMERICAN * n_american + OFFSET_WRONG_OTHER * n_other) / n_wrong;
        let agree: f64 = n_agree / n_told;
        (wrong + (1.0 - wrong) * agree.powi(10)).ln()
    };
    (n_told * told + n_zero * OFFSET_WRONG_ZERO.ln()) / (n_told + n_zero)
}

fn offset_agreement(region: &Region, activity: &Activity) -> Option<f64> {
    let n_all: u32 = activity.offsets().map(|(_, _, n)| n).sum();
    let agree = activity.offsets().filter(|(season, offset, _)| *offset == region.offset_min(*season));
    let n_agree: u32 = agree.map(|(_, _, n)| n).sum();
    (n_all > 0).then(|| f64::from(n_agree) / f64::from(n_all))
}

/// Activity of office work by local half hour of the week, Monday 00:00 first, as logs of shares that sum to 1: a
/// plateau from nine to five with a dip at noon, an evening tail, little at weekends, never nothing.
fn log_profile() -> Vec<f64> {
    const WORKDAY: [f64; 24] = [
        0.10, 0.06, 0.04, 0.03, 0.03, 0.04, 0.10, 0.30, 0.70, 1.00, 1.10, 1.10, 0.90, 1.00, 1.10, 1.10, 1.00, 0.75,
        0.45, 0.35, 0.32, 0.30, 0.25, 0.16,
    ];
    const WEEKEND_SHARE: f64 = 0.12;
    let at = |half_hour: i32| {
        // Values stand for the middle of their hour; between two middles lies their mean.
        let day = half_hour / HALF_HOURS_A_DAY;
        let of_day = half_hour % HALF_HOURS_A_DAY;
        let hour = |hour: i32| WORKDAY[hour.rem_euclid(24) as usize];
        let value = if of_day % 2 == 1 { hour(of_day / 2) } else { (hour(of_day / 2 - 1) + hour(of_day / 2)) / 2.0 };
        if day >= 5 { value * WEEKEND_SHARE } else { value }
    };
    let total: f64 = (0..HALF_HOURS_A_WEEK).map(at).sum();
    (0..HALF_HOURS_A_WEEK).map(|half_hour| (at(half_hour) / total).ln()).collect()
}

/// The share of people from which a zone is taken for the tracker's own setting rather than for a place.
const DEFAULT_SHARE: f64 = 0.5;
/// People below which nothing is said of a default.
const DEFAULT_PEOPLE_MIN: usize = 5;

/// The zone that is the tracker's default and says nothing of a place: the one that the tracker gives to whoever sets none,
/// where most people have it.
///
/// `zones` holds the zone field of each person once, empty where there is none; `tracker` is the tracker's default, where it
/// is known. A zone that most have is no default by that alone: in a firm of one place everybody has the right one. `None`
/// where the tracker's default is not known, where fewer than five people have a zone, or where no more than half of them have
/// the default. Zones are compared without regard to case. Whoever has the default is to be treated as having set none.
pub fn default_zone<'z>(zones: &[&'z str], tracker: Option<&str>) -> Option<&'z str> {
    let is_same = |zone: &str, other: &str| zone.trim().eq_ignore_ascii_case(other.trim());
    let tracker = tracker.filter(|zone| !zone.trim().is_empty())?;
    let set: Vec<&'z str> = zones.iter().copied().filter(|zone| !zone.trim().is_empty()).collect();
    let alike: Vec<&'z str> = set.iter().copied().filter(|zone| is_same(zone, tracker)).collect();
    let most = set.len() >= DEFAULT_PEOPLE_MIN && alike.len() as f64 > DEFAULT_SHARE * set.len() as f64;
    alike.first().copied().filter(|_| most)
}

#[cfg(test)]
mod tests;
