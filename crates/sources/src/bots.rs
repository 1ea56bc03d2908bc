//! Which actors are machines: by what the office declares, by their name, and by hours no human keeps.

use std::sync::LazyLock;

use regex::Regex;
use sayso_model::activity::Activity;
use sayso_model::actor::ActorKind;

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
}

impl BotSign {
    /// From 0 to 1, like a probability but not calibrated as one; a bot from [`BOT_FROM`] on.
    pub fn score(&self) -> f64 {
        match self {
            BotSign::Declared => 1.0,
            BotSign::AiReviewer { .. } => 0.99,
            BotSign::Name { score, .. } | BotSign::AroundTheClock { score, .. } => *score,
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
        }
    }
}

/// The strongest sign that an actor is a bot; `None` where nothing speaks for it.
///
/// What the office declares settles it, either way. Groups (`team:`, `role:`) are none. Hours need 300 events on 30
/// days; below that they are no sign.
pub fn bot_sign(word: &str, declared: ActorKind, activity: &Activity) -> Option<BotSign> {
    match declared {
        ActorKind::Bot => return Some(BotSign::Declared),
        ActorKind::Person | ActorKind::Group => return None,
        ActorKind::Unknown => {}
    }
    [by_name(word), by_hours(activity)]
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
    let quiet_share = quiet_share(activity)?;
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

/// The share of events in the six hours of the UTC day in which the actor is least active; `None` without events.
fn quiet_share(activity: &Activity) -> Option<f64> {
    let mut by_hour = [0_u64; 24];
    activity.by_season().for_each(|(_, hour, n)| by_hour[usize::from(hour % 24)] += u64::from(n));
    let window = |start: usize| (start..start + 6).map(|hour| by_hour[hour % 24]).sum::<u64>();
    let quietest = (0..24).map(window).min().unwrap_or(0);
    (activity.n_events() > 0).then(|| quietest as f64 / activity.n_events() as f64)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sayso_model::time::Instant;

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
}
