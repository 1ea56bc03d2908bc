//! Which actors are machines: by what the office declares, by their name, and by hours or answers no human keeps.

use std::cmp::Ordering;
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;
use regex::Regex;
use rustc_hash::FxHashMap;
use sayso_model::actor::ActorKind;
use sayso_model::time::{Instant, WallTime};

mod reviewers;

pub use reviewers::ai_reviewer;

/// The score from which an actor counts as a bot.
pub const BOT_FROM: f64 = 0.5;

/// Events below which hours say nothing.
const EVENTS_MIN: u64 = 300;
/// Active days below which hours say nothing: one long import runs through a night or two.
const DAYS_MIN: usize = 30;
/// The share of events in the quietest six hours of the day that even people of odd hours stay below, and the one
/// that only a machine reaches. Events spread evenly over the day have 0.25 there, somebody who sleeps has next to
/// none, and two people twelve hours apart on one account have about 0.1.
const QUIET_SHARE_HUMAN: f64 = 0.08;
const QUIET_SHARE_BOT: f64 = 0.18;
/// Answers below which their speed says nothing.
const ANSWERS_MIN: u32 = 20;
/// Nobody reads, thinks and types in less.
const ANSWER_TOO_FAST: WallTime = WallTime::from_micros(10_000_000);

const HOURS_OF_WEEK: u16 = 168;

/// When an actor is active: what is left of their events once only time is looked at.
///
/// It stays small: an entry for each hour of the week at which the actor was ever active, and one for each active day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    n_events: u64,
    days: Days,
    /// Events by season and UTC hour of the week, as `season * 168 + hour`.
    hours: FxHashMap<u16, u32>,
    /// Events by season and written offset in minutes, in order.
    offsets: Vec<((Season, i16), u32)>,
    n_answers: u32,
    n_answers_too_fast: u32,
}

/// Days (since 1970) that are told apart: 1900 to 2199.
const DAYS_KNOWN: std::ops::Range<i32> = -25_567..84_006;

/// A set of days, a bit for each from the first one on.
#[derive(Clone, Debug, Default)]
struct Days {
    first_word: i32,
    words: Vec<u64>,
}

impl Days {
    fn insert(&mut self, day: i32) {
        // What lies beyond is bad data, and must not cost memory.
        let day = day.clamp(DAYS_KNOWN.start, DAYS_KNOWN.end - 1);
        let (word, bit) = (day.div_euclid(64), day.rem_euclid(64));
        if self.words.is_empty() {
            self.first_word = word;
        } else if word < self.first_word {
            let before = (self.first_word - word) as usize;
            self.words.splice(0..0, std::iter::repeat_n(0, before));
            self.first_word = word;
        }
        let at = (word - self.first_word) as usize;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        self.words[at] |= 1 << bit;
    }

    fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    fn iter(&self) -> impl Iterator<Item = i32> {
        self.words
            .iter()
            .zip(self.first_word..)
            .flat_map(|(word, at)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit))
    }
}

impl PartialEq for Days {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Days {}

/// Days (since 1970) of which the season is looked up: 1990 to 2049, where nearly all work that is recorded lies.
const SEASONS_KNOWN: std::ops::Range<i64> = 7_305..29_220;

/// The seasons of [`SEASONS_KNOWN`].
static SEASONS: LazyLock<Vec<Season>> = LazyLock::new(|| SEASONS_KNOWN.map(Season::worked_out).collect());

/// Which parts of the world have their clocks put forward; the same UTC hour is another hour on the wall then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Season(u8);

impl Season {
    /// Where the European Union's rule holds: last Sunday of March to last Sunday of October.
    pub const EUROPE: u8 = 1;
    /// Where that of the United States holds: since 2007 second Sunday of March to first Sunday of November.
    pub const AMERICA: u8 = 2;
    /// Where that of south-eastern Australia holds: first Sunday of October to first Sunday of April.
    pub const AUSTRALIA: u8 = 4;

    /// The season of an instant, exact to about a day.
    pub fn of(at: Instant) -> Self {
        Self::of_day(at.micros().div_euclid(86_400_000_000))
    }

    fn of_day(day: i64) -> Self {
        match usize::try_from(day - SEASONS_KNOWN.start).ok().and_then(|at| SEASONS.get(at)) {
            Some(season) => *season,
            None => Self::worked_out(day),
        }
    }

    fn worked_out(day: i64) -> Self {
        let date = Offset::UTC.to_datetime(Instant::from_micros(day * 86_400_000_000).timestamp()).date();
        // Which Sunday it is matters in its own month alone, and this is asked of every event.
        let since_sunday = |month: i8, nth: i8| match date.month().cmp(&month) {
            Ordering::Less => false,
            Ordering::Equal => date >= sunday(date.year(), month, nth),
            Ordering::Greater => true,
        };
        let is_europe = since_sunday(3, -1) && !since_sunday(10, -1);
        let is_america = match date.year() {
            2007.. => since_sunday(3, 2) && !since_sunday(11, 1),
            _ => since_sunday(4, 1) && !since_sunday(10, -1),
        };
        let is_australia = since_sunday(10, 1) || !since_sunday(4, 1);
        let bit = |holds: bool, bit: u8| if holds { bit } else { 0 };
        Self(bit(is_europe, Self::EUROPE) | bit(is_america, Self::AMERICA) | bit(is_australia, Self::AUSTRALIA))
    }

    /// Whether the clocks of that rule are put forward.
    pub fn has(self, rule: u8) -> bool {
        self.0 & rule != 0
    }
}

impl Activity {
    /// One event, and the offset from UTC in minutes that the source wrote with it, where it wrote one.
    pub fn add(&mut self, at: Instant, offset: Option<i16>) {
        let hours = at.micros().div_euclid(3_600_000_000);
        let day = hours.div_euclid(24);
        // 1970-01-01 was a Thursday: hour 72 of a week that begins on Monday.
        let hour_of_week = (hours + 72).rem_euclid(i64::from(HOURS_OF_WEEK)) as u16;
        let season = Season::of_day(day);
        self.n_events += 1;
        self.days.insert(day.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
        *self.hours.entry(u16::from(season.0) * HOURS_OF_WEEK + hour_of_week).or_default() += 1;
        if let Some(offset) = offset {
            self.count_offset((season, offset), 1);
        }
    }

    fn count_offset(&mut self, key: (Season, i16), n: u32) {
        match self.offsets.binary_search_by_key(&key, |(found, _)| *found) {
            Ok(at) => self.offsets[at].1 += n,
            Err(at) => self.offsets.insert(at, (key, n)),
        }
    }

    /// One answer: how long after the question it came.
    pub fn add_answer(&mut self, after: WallTime) {
        self.n_answers += 1;
        self.n_answers_too_fast += u32::from(after < ANSWER_TOO_FAST);
    }

    /// Adds what is known of the same actor from elsewhere: another part of the record, another of their names.
    pub fn merge(&mut self, other: &Activity) {
        self.n_events += other.n_events;
        other.days.iter().for_each(|day| self.days.insert(day));
        for (hour, n) in &other.hours {
            *self.hours.entry(*hour).or_default() += n;
        }
        for (offset, n) in &other.offsets {
            self.count_offset(*offset, *n);
        }
        self.n_answers += other.n_answers;
        self.n_answers_too_fast += other.n_answers_too_fast;
    }

    /// How many events.
    pub fn n_events(&self) -> u64 {
        self.n_events
    }

    /// On how many UTC days.
    pub fn n_days(&self) -> usize {
        self.days.len()
    }

    /// Events by season and UTC hour of the week (0 = Monday 00:00), without empty hours, in order.
    pub fn by_season(&self) -> impl Iterator<Item = (Season, u16, u32)> {
        let mut hours: Vec<(u16, u32)> = self.hours.iter().map(|(key, n)| (*key, *n)).collect();
        hours.sort_unstable();
        hours.into_iter().map(|(key, n)| (Season((key / HOURS_OF_WEEK) as u8), key % HOURS_OF_WEEK, n))
    }

    /// Events by UTC hour of the week, 0 = Monday 00:00.
    pub fn hour_of_week(&self) -> [u32; 168] {
        let mut hours = [0; 168];
        self.by_season().for_each(|(_, hour, n)| hours[usize::from(hour)] += n);
        hours
    }

    /// Events by season and written offset in minutes east.
    pub fn offsets(&self) -> impl Iterator<Item = (Season, i16, u32)> {
        self.offsets.iter().map(|((season, offset), n)| (*season, *offset, *n))
    }

    /// The share of events in the six hours of the UTC day in which the actor is least active; `None` without events.
    fn quiet_share(&self) -> Option<f64> {
        let mut by_hour = [0_u64; 24];
        self.by_season().for_each(|(_, hour, n)| by_hour[usize::from(hour % 24)] += u64::from(n));
        let window = |start: usize| (start..start + 6).map(|hour| by_hour[hour % 24]).sum::<u64>();
        let quietest = (0..24).map(window).min().unwrap_or(0);
        (self.n_events > 0).then(|| quietest as f64 / self.n_events as f64)
    }
}

/// Why an actor is taken for a bot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BotSign {
    /// The office says so.
    Declared,
    /// It is a product's review machine, which writes with a language model.
    AiReviewer {
        /// Which product.
        product: &'static str,
    },
    /// Its name.
    Name {
        /// What about it, in words.
        what: &'static str,
        /// How much it says, 0 to 1.
        score: f64,
    },
    /// It is as active in the quietest hours of the day as in others.
    AroundTheClock {
        /// The share of events in the quietest six hours, 0 to 0.25.
        quiet_share: f64,
        /// Events.
        n_events: u64,
        /// Active days.
        n_days: u64,
        /// 0 to 1.
        score: f64,
    },
    /// It answers faster than anybody reads.
    TooFast {
        /// Answers within ten seconds.
        n_too_fast: u32,
        /// Answers in all.
        n_answers: u32,
        /// 0 to 1.
        score: f64,
    },
}

impl BotSign {
    /// From 0 to 1, like a probability but not calibrated as one; a bot from [`BOT_FROM`] on.
    pub fn score(&self) -> f64 {
        match self {
            BotSign::Declared => 1.0,
            BotSign::AiReviewer { .. } => 0.99,
            BotSign::Name { score, .. } | BotSign::AroundTheClock { score, .. } | BotSign::TooFast { score, .. } => {
                *score
            }
        }
    }

    /// Whether the actor counts as a bot.
    pub fn is_bot(&self) -> bool {
        self.score() >= BOT_FROM
    }

    /// The reason in words, without the actor's name.
    pub fn reason(&self) -> String {
        match self {
            BotSign::Declared => "declared a bot".to_owned(),
            BotSign::AiReviewer { product } => format!("an AI reviewer ({product}): what it says is advice"),
            BotSign::Name { what, .. } => (*what).to_owned(),
            BotSign::AroundTheClock { quiet_share, n_events, n_days, .. } => format!(
                "active around the clock: the quietest six hours of the day hold {:.0} % of {n_events} events on \
                 {n_days} days; a machine, or an account that people far apart share",
                quiet_share * 100.0
            ),
            BotSign::TooFast { n_too_fast, n_answers, .. } => {
                format!("answers faster than anybody reads: {n_too_fast} of {n_answers} answers within ten seconds")
            }
        }
    }
}

/// The strongest sign that an actor is a bot; `None` where nothing speaks for it.
///
/// What the office declares settles it, either way. Groups (`team:`, `role:`) are none. Hours need 300 events on 30
/// days, answers a count of 20; below that they are no sign.
pub fn bot_sign(word: &str, declared: ActorKind, activity: &Activity) -> Option<BotSign> {
    match declared {
        ActorKind::Bot => return Some(BotSign::Declared),
        ActorKind::Person | ActorKind::Group => return None,
        ActorKind::Unknown => {}
    }
    [by_name(word), by_hours(activity), by_speed(activity)]
        .into_iter()
        .flatten()
        .reduce(|best, other| if other.score() > best.score() { other } else { best })
}

/// What the name alone says; a review machine is named as such, with its product.
pub fn by_name(word: &str) -> Option<BotSign> {
    if word.starts_with("team:") || word.starts_with("role:") {
        return None;
    }
    if let Some(product) = ai_reviewer(word) {
        return Some(BotSign::AiReviewer { product });
    }
    let found = NAME_PATTERNS.iter().find(|(pattern, _, _)| pattern.is_match(word));
    found.map(|(_, score, what)| BotSign::Name { what, score: *score })
}

/// What hours alone say.
pub fn by_hours(activity: &Activity) -> Option<BotSign> {
    if activity.n_events() < EVENTS_MIN || activity.n_days() < DAYS_MIN {
        return None;
    }
    let quiet_share = activity.quiet_share()?;
    // The lower end of what the share may be: few events must not look like a machine's.
    let margin = 1.64 * (quiet_share * (1.0 - quiet_share) / activity.n_events() as f64).sqrt();
    let score = (quiet_share - margin - QUIET_SHARE_HUMAN) / (QUIET_SHARE_BOT - QUIET_SHARE_HUMAN);
    (score > 0.0).then(|| BotSign::AroundTheClock {
        quiet_share,
        n_events: activity.n_events(),
        n_days: activity.n_days() as u64,
        score: score.min(0.95),
    })
}

/// What the speed of answers alone says: the score is the lower 95 % limit (Wilson) of the share that is too fast.
pub fn by_speed(activity: &Activity) -> Option<BotSign> {
    let (n_answers, n_too_fast) = (activity.n_answers, activity.n_answers_too_fast);
    if n_answers < ANSWERS_MIN || n_too_fast == 0 {
        return None;
    }
    let (n, share) = (f64::from(n_answers), f64::from(n_too_fast) / f64::from(n_answers));
    let z = 1.96_f64;
    let centre = share + z * z / (2.0 * n);
    let margin = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let score = ((centre - margin) / (1.0 + z * z / n)).max(0.0);
    Some(BotSign::TooFast { n_too_fast, n_answers, score })
}

/// Names of machines: pattern, score, reason. The first that matches counts. `bot` at the end of a word is not enough,
/// because Abbot, Talbot and Cabot are people; so are Travis, Gerrit and Hudson, and Jenkins as a surname. Whoever
/// hides a mail address with a hosting service (`12345+login@users.noreply.HOST`) is a person too.
const NAMES: [(&str, f64, &str); 11] = [
    (r"(?i)\[bot\]", 0.99, "the name ends in `[bot]`"),
    (r"(?i)(^|[\s._+/<-])bot($|[\s._+/@>\d-])", 0.9, "`bot` is a word of the name"),
    (r"(?i)(^|[\s._+/<-])robot($|[\s._+/@>\d-])", 0.9, "`robot` is a word of the name"),
    (
        r"(?i)(^|[\s._+/<-])(auto|build|bump|chat|cla|depend|deploy|docs?|git|github|gitlab|greenkeeper|img|import|irc|issue|jira|kube|label|lint|merge|mirror|patch|pr|pull|release|renovate|review|rust|slack|sonar|stale|sync|syz|test|triage|update|web|welcome)bot($|[\s._+/@>\[\d-])",
        0.97,
        "the name is that of a bot",
    ),
    (
        r"(?i)(^|[\s._+/<-])(dependabot|greenkeeper|mergify|codecov|coveralls|codeclimate|sonarcloud|sonarqube|snyk|allcontributors|pyup|semantic-release|release-please|github[- ]actions|gitlab[- ]ci|travis[- ]?ci|circle[- ]?ci|appveyor|azure[- ]pipelines|teamcity|buildkite|pre-commit-ci|weblate|transifex|crowdin|copybara|renovate|web-flow|gerrit code review)($|[^a-z])",
        0.97,
        "the name is that of a service",
    ),
    (
        r"(?i)(^|<)(jenkins|hudson|zuul)@|^(jenkins|zuul|bors|homu)( <|$)|(^|[\s<])(jenkins|hudson|zuul)[-_. ](ci|bot|build|builder|server|user|service|job|automation)\b",
        0.95,
        "the name is that of a build server",
    ),
    (r"(?i)^(system|workflow|automation)$", 0.9, "the whole name is that of a machine"),
    (r"(^|[\s(_-])CI($|[\s)_<@-])", 0.85, "`CI` is a word of the name"),
    (
        r"(?i)(^|<)(ci@|ci[-_.]?(user|build|runner|admin|system|service)($|@)|[a-z0-9.]+[-_]ci($|@))",
        0.85,
        "`ci` is a word of the login",
    ),
    (r"(?i)(^|<)(no-?reply|do-?not-?reply)[^@\s]*@", 0.85, "the mail address takes no replies"),
    (
        r"(?i)(^|[\s<])(mailer-daemon|postmaster|cron|svc[-_][a-z0-9]+|service[-_. ]account|build[-_. ]?(master|server|system|user|agent)|auto-?build(er)?|auto-?roll(er)?|auto-?merger?|automation[-_. ]?(user|account|service)?)($|[\s@>._<-])",
        0.85,
        "the name is that of a function, not of somebody",
    ),
];

static NAME_PATTERNS: LazyLock<Vec<(Regex, f64, &'static str)>> = LazyLock::new(|| {
    let compiled = NAMES.iter().map(|(pattern, score, what)| {
        (Regex::new(pattern).expect("the patterns are constants and a test compiles them"), *score, *what)
    });
    compiled.collect()
});

fn sunday(year: i16, month: i8, nth: i8) -> Date {
    let first = Date::new(year, month, 1).expect("every year has these months");
    first.nth_weekday_of_month(nth, Weekday::Sunday).expect("every month has four Sundays")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn at(text: &str) -> Instant {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    fn activity(n: i64, hours_of: impl Fn(i64) -> i64) -> Activity {
        let mut activity = Activity::default();
        let monday = at("2024-01-01T00:00Z").micros();
        (0..n).for_each(|i| activity.add(Instant::from_micros(monday + hours_of(i) * HOUR), None));
        activity
    }

    #[test]
    fn machines_by_name() {
        for word in [
            "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
            "github-actions[bot]",
            "GitHub Actions",
            "renovate-bot",
            "Renovate Bot <bot@renovateapp.com>",
            "bot@firm.example",
            "SYSTEM",
            "merge_bot",
            "firm-ci-bot",
            "buildbot",
            "syzbot <syzbot+123@x.example>",
            "kernel test robot <lkp@x.example>",
            "k8s-ci-robot",
            "jenkins",
            "Jenkins <jenkins@build.example>",
            "Jenkins CI",
            "jenkins-ci",
            "GitHub <noreply@github.com>",
            "no-reply@firm.example",
            "Travis CI User <travis@x.example>",
            "Product CI <x@firm.example>",
            "product-ci",
            "ci@firm.example",
            "ci-runner",
            "Gerrit Code Review <gerrit@review.example>",
            "svc_deploy",
            "Build Server",
            "mergify",
            "web-flow",
            "codecov-commenter",
        ] {
            assert!(by_name(word).is_some_and(|sign| sign.is_bot()), "{word}");
        }
    }

    #[test]
    fn people_by_name() {
        for word in [
            "",
            "Ann Abbot",
            "Abbot, Ann <abbot@firm.example>",
            "Tom Talbot <talbot@firm.example>",
            "talbot",
            "Cabot",
            "J. Cibot",
            "Chabot <chabot@firm.example>",
            "Robotham",
            "Bothwell",
            "Bob Bottom",
            "Mary Jenkins <mary.jenkins@firm.example>",
            "Mary Jenkins",
            "Jenkins, Mary",
            "Travis Example <travis@firm.example>",
            "Gerrit Example <gerrit@firm.example>",
            "Hudson Example <hudson.example@firm.example>",
            "Ci Example <ci.example@firm.example>",
            "Francine Ciciliani",
            "Ada Example <123+ada@users.noreply.github.com>",
            "ada@users.noreply.github.com",
            "Lucia Build",
            "Servicia Example",
            "Elliot Example",
            "Syed Svc",
            "team:ci",
            "role:bot",
        ] {
            assert_eq!(by_name(word), None, "{word}");
        }
    }

    #[test]
    fn what_is_declared_settles_it() {
        let none = Activity::default();
        assert_eq!(bot_sign("ada", ActorKind::Bot, &none), Some(BotSign::Declared));
        assert_eq!(bot_sign("jan bot", ActorKind::Person, &none), None);
        assert_eq!(bot_sign("build-server", ActorKind::Group, &none), None);
        assert_eq!(bot_sign("ada", ActorKind::Unknown, &none), None);
        assert_eq!(bot_sign("x-bot", ActorKind::Unknown, &none).unwrap().reason(), "`bot` is a word of the name");
    }

    #[test]
    fn around_the_clock_is_a_bot() {
        // Every seventh hour: all hours of the day and all days of the week alike.
        let clockwork = activity(1_200, |i| i * 7);
        let sign = bot_sign("night train", ActorKind::Unknown, &clockwork).unwrap();
        assert!(sign.score() > 0.9, "{sign:?}");
        assert!(sign.reason().contains("hold 25 % of 1200 events on 350 days"), "{}", sign.reason());
    }

    #[test]
    fn people_of_odd_hours_are_not() {
        let eight_to_four = |shift: i64| move |i: i64| (i / 8) * 24 + 8 + i % 8 + shift;
        assert_eq!(by_hours(&activity(2_000, eight_to_four(0))), None);
        assert_eq!(by_hours(&activity(2_000, eight_to_four(13))), None);
        // Sixteen hours a day, seven days a week.
        assert_eq!(by_hours(&activity(4_000, |i| (i / 16) * 24 + 7 + i % 16)), None);
        // Half a year in one place, half a year eleven hours away.
        let moved = activity(2_000, |i| (i / 8) * 24 + 8 + i % 8 + if i < 1_000 { 0 } else { 11 });
        assert!(by_hours(&moved).is_none_or(|sign| !sign.is_bot()), "{:?}", by_hours(&moved));
    }

    #[test]
    fn too_little_activity_says_nothing() {
        assert_eq!(by_hours(&Activity::default()), None);
        assert_eq!(by_hours(&activity(299, |i| i * 7)), None);
        // One import of a thousand events through two nights.
        assert_eq!(by_hours(&activity(1_000, |i| i / 20)), None);
    }

    #[test]
    fn answers_faster_than_reading() {
        let answering = |n_fast: i64, n_slow: i64| {
            let mut activity = Activity::default();
            (0..n_fast).for_each(|_| activity.add_answer(WallTime::from_micros(2_000_000)));
            (0..n_slow).for_each(|_| activity.add_answer(WallTime::from_micros(900_000_000)));
            activity
        };
        assert!(by_speed(&answering(40, 2)).unwrap().is_bot());
        assert_eq!(
            by_speed(&answering(40, 2)).unwrap().reason(),
            "answers faster than anybody reads: 40 of 42 answers within ten seconds"
        );
        assert!(!by_speed(&answering(5, 40)).unwrap().is_bot());
        assert_eq!(by_speed(&answering(19, 0)), None);
        assert_eq!(by_speed(&answering(0, 500)), None);
        // Wilson, by hand: 20 of 20 gives 20 / (20 + 1.96^2).
        assert!((by_speed(&answering(20, 0)).unwrap().score() - 20.0 / (20.0 + 1.96 * 1.96)).abs() < 1e-12);
    }

    #[test]
    fn hours_days_and_offsets_are_kept() {
        let mut activity = Activity::default();
        activity.add(at("2024-01-01T00:30Z"), Some(60));
        activity.add(at("2024-07-07T23:59:59Z"), Some(120));
        activity.add(at("2024-07-07T23:00Z"), None);
        activity.add(at("1969-12-31T23:00Z"), None);
        let hours = activity.hour_of_week();
        // Monday 00, Sunday 23 twice, Wednesday 23.
        assert_eq!((hours[0], hours[167], hours[71], hours.iter().sum::<u32>()), (1, 2, 1, 4));
        assert_eq!((activity.n_events(), activity.n_days()), (4, 3));
        assert_eq!(
            activity.offsets().map(|(_, offset, n)| (offset, n)).collect::<BTreeMap<_, _>>(),
            [(60, 1), (120, 1)].into()
        );
        let mut twice = activity.clone();
        twice.merge(&activity);
        assert_eq!((twice.n_events(), twice.n_days(), twice.hour_of_week()[167]), (8, 3, 4));
    }

    #[test]
    fn seasons_change_when_the_clocks_do() {
        let season = |day: &str| {
            let season = Season::of(at(&format!("{day}T12:00Z")));
            [Season::EUROPE, Season::AMERICA, Season::AUSTRALIA].map(|rule| season.has(rule))
        };
        assert_eq!(season("2024-01-15"), [false, false, true]);
        assert_eq!(season("2024-03-09"), [false, false, true]);
        assert_eq!(season("2024-03-10"), [false, true, true]);
        assert_eq!(season("2024-03-31"), [true, true, true]);
        assert_eq!(season("2024-04-07"), [true, true, false]);
        assert_eq!(season("2024-10-06"), [true, true, true]);
        assert_eq!(season("2024-10-27"), [false, true, true]);
        assert_eq!(season("2024-11-03"), [false, false, true]);
        assert_eq!(season("2005-04-02"), [true, false, true]);
        assert_eq!(season("2005-04-03"), [true, true, false]);
    }
}
