//! A story: a few lines of people, calendars and events of one item, read into what the rules take.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::actor::{Actor, ActorKind, Directory, Level, SiteKnown};
use crate::calendar::{Calendar, CalendarError, CalendarSpec};
use crate::decision::{EventColumns, FLAG_DESCRIBES_HOLDER, ItemEvents};
use crate::event::{Act, Verdict};
use crate::hours::WeekHours;
use crate::time::Instant;
use crate::words::{Column, Words};
use crate::{Code, NOT_RECORDED};

/// A line of a story that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct NotationError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// The events of one item, as written in the path notation, with their people and words.
///
/// ```
/// use sayso_model::notation::Story;
/// use sayso_model::words::Column;
///
/// let story = Story::parse(
///     "anna: product owner, UK, level 0
///      mon 09:00 anna raised scope
///      tue 11:00 meg  approved",
/// )
/// .unwrap();
/// assert_eq!(story.events().len(), 2);
/// assert_eq!(story.events().actor[0], story.code(Column::Actor, "anna"));
/// assert_eq!(Story::parse("mon 09:00 anna shrugged").unwrap_err().line, 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Story {
    words: [Vec<String>; Column::ALL.len()],
    actors: Vec<Actor>,
    calendars: Vec<(Code, CalendarSpec)>,
    until: Option<Instant>,
    events: EventColumns,
}

impl Story {
    /// Reads a story. Events may stand in any order; they are sorted by time, equal times in the order of writing.
    /// An empty text is a story without events.
    ///
    /// # Errors
    ///
    /// The first line that is not in the notation.
    pub fn parse(text: &str) -> Result<Story, NotationError> {
        let mut story = Story::default();
        for words in &mut story.words {
            words.push(String::new());
        }
        story.actors.push(Actor::default());
        let mut events = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            story.line(line, &mut events).map_err(|problem| NotationError { line: index + 1, problem })?;
        }
        events.sort_by_key(|event| event.at);
        for event in &events {
            story.push(event);
        }
        Ok(story)
    }

    /// The events, of item 1.
    pub fn events(&self) -> ItemEvents<'_> {
        self.events.events(1)
    }

    /// The end of the record: the `until` line, else the last event, else the first Monday of the notation.
    pub fn until(&self) -> Instant {
        let last = || self.events.at.last().copied().map(Instant::from_micros);
        self.until.or_else(last).unwrap_or_else(|| instant(monday().to_datetime(Time::midnight())))
    }

    /// The code of a word; [`NOT_RECORDED`] where the story does not have it.
    pub fn code(&self, column: Column, word: &str) -> Code {
        self.words[column as usize].iter().position(|known| known == word).map_or(NOT_RECORDED, |at| at as Code)
    }

    /// Everybody, with the calendars of the `calendar SITE: ZONE` lines. Every other site has that of the line
    /// `calendar -: ZONE`, and without such a line office hours in UTC.
    ///
    /// # Errors
    ///
    /// A calendar names a zone that there is not.
    pub fn directory(&self) -> Result<Directory, CalendarError> {
        let from = self.events.at.first().map_or(self.until(), |first| Instant::from_micros(*first));
        let mut of_sites = vec![None; self.words[Column::Site as usize].len()];
        let mut otherwise = CalendarSpec::new("UTC");
        for (site, spec) in &self.calendars {
            if *site == NOT_RECORDED {
                otherwise = spec.clone();
            } else {
                of_sites[*site as usize] = Some(Calendar::build(spec, from, self.until())?);
            }
        }
        let otherwise = Calendar::build(&otherwise, from, self.until())?;
        Ok(Directory::new(self.actors.clone(), of_sites, otherwise))
    }

    fn line(&mut self, line: &str, events: &mut Vec<Event>) -> Result<(), String> {
        let mut tokens = line.split_whitespace();
        let Some(first) = tokens.next() else { return Ok(()) };
        if first == "until" {
            let rest: Vec<&str> = tokens.collect();
            let (at, rest) = when(&rest)?;
            self.until = Some(at);
            return if rest.is_empty() { Ok(()) } else { Err(format!("`{}` is too much", rest.join(" "))) };
        }
        if first == "calendar" {
            return self.calendar(&line["calendar".len()..]);
        }
        if let Some(name) = first.strip_suffix(':') {
            return self.person(name, line[first.len()..].trim());
        }
        let rest: Vec<&str> = line.split_whitespace().collect();
        events.push(self.event(&rest)?);
        Ok(())
    }

    /// `UK: Europe/London` or `UK: Europe/London, Mon-Thu 08:00-16:00`; `-` for every site without a line.
    fn calendar(&mut self, text: &str) -> Result<(), String> {
        let (site, text) = text.split_once(':').ok_or("a calendar line is `calendar SITE: ZONE` or `... , HOURS`")?;
        let (zone, hours) = text.split_once(',').map_or((text, None), |(zone, hours)| (zone, Some(hours)));
        let mut spec = CalendarSpec::new(zone.trim());
        if let Some(hours) = hours {
            spec = spec.with_hours(hours.trim().parse::<WeekHours>().map_err(|error| error.to_string())?);
        }
        let site = match site.trim() {
            "-" => NOT_RECORDED,
            site => self.intern(Column::Site, site),
        };
        self.calendars.push((site, spec));
        Ok(())
    }

    /// `anna: product owner, UK, level 0`: role and site by place, everything else by name.
    fn person(&mut self, name: &str, text: &str) -> Result<(), String> {
        let code = self.actor_code(name);
        let mut actor = Actor { same_as: code, kind: ActorKind::Person, ..Actor::default() };
        if name.starts_with("team:") || name.starts_with("role:") {
            actor = self.actors[code as usize];
        }
        let mut by_place = [Column::Role, Column::Site].into_iter();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.split_once(' ').map_or((part, ""), |(key, value)| (key, value.trim())) {
                ("level", number) => {
                    actor.level = Level(number.parse().map_err(|_| format!("`{number}` is not a level"))?);
                }
                ("team", word) => actor.team = self.intern(Column::Team, word),
                ("site", word) => actor.site = self.intern(Column::Site, word),
                ("role", word) => actor.role = self.intern(Column::Role, word),
                ("same", other) => {
                    let other = other.strip_prefix("as ").ok_or("write `same as NAME`")?;
                    actor.same_as = self.actor_code(other.trim());
                }
                ("bot", "") => actor.kind = ActorKind::Bot,
                ("group", "") => actor.kind = ActorKind::Group,
                ("person", "") => actor.kind = ActorKind::Person,
                ("unknown", "") => actor.kind = ActorKind::Unknown,
                _ => match by_place.next() {
                    Some(Column::Role) => actor.role = self.intern(Column::Role, part),
                    Some(_) => actor.site = self.intern(Column::Site, part),
                    None => return Err(format!("`{part}` is neither role, site, team, level nor kind")),
                },
            }
        }
        if actor.site != NOT_RECORDED {
            actor.site_known = SiteKnown::Declared;
        }
        self.actors[code as usize] = actor;
        Ok(())
    }

    /// `tue 11:00 anna asked to meg scope in api`.
    fn event(&mut self, tokens: &[&str]) -> Result<Event, String> {
        let (at, rest) = when(tokens)?;
        let [who, act, rest @ ..] = rest else { return Err("an event is `WHEN WHO ACT ...`".to_owned()) };
        let act = match *act {
            "-" => None,
            word => Some(word.parse::<Act>().map_err(|error| error.to_string())?),
        };
        let mut event = Event { at: at.micros(), act: act.map_or(0, Act::code), ..Event::default() };
        if *who != "-" {
            event.actor = self.actor_code(who);
        }
        let takes_verdict = matches!(act, Some(Act::Decided | Act::Executed));
        let mut rest = rest.iter().copied();
        while let Some(word) = rest.next() {
            let mut value = || rest.next().ok_or_else(|| format!("`{word}` needs a word behind it"));
            match word {
                "to" => event.to = self.actor_code(value()?),
                "in" => event.area = self.intern(Column::Area, value()?),
                "about" => event.matter = self.intern(Column::Matter, value()?),
                "team" => event.team = self.intern(Column::Team, value()?),
                "site" => event.site = self.intern(Column::Site, value()?),
                "role" => event.role = self.intern(Column::Role, value()?),
                "holder's" => event.flags = FLAG_DESCRIBES_HOLDER,
                _ => match word.parse::<Verdict>() {
                    Ok(verdict) if takes_verdict => event.verdict = verdict.code(),
                    _ if event.matter == NOT_RECORDED => event.matter = self.intern(Column::Matter, word),
                    _ => return Err(format!("`{word}` is too much")),
                },
            }
        }
        Ok(event)
    }

    fn actor_code(&mut self, name: &str) -> Code {
        let code = self.intern(Column::Actor, name);
        if code as usize == self.actors.len() {
            let mut actor = Actor { same_as: code, ..Actor::default() };
            if let Some(team) = name.strip_prefix("team:") {
                actor.kind = ActorKind::Group;
                actor.team = self.intern(Column::Team, team);
            } else if let Some(role) = name.strip_prefix("role:") {
                actor.kind = ActorKind::Group;
                actor.role = self.intern(Column::Role, role);
            }
            self.actors.push(actor);
        }
        code
    }

    fn intern(&mut self, column: Column, word: &str) -> Code {
        let words = &mut self.words[column as usize];
        let at = words.iter().position(|known| known == word).unwrap_or_else(|| {
            words.push(word.to_owned());
            words.len() - 1
        });
        at as Code
    }

    fn push(&mut self, event: &Event) {
        self.events.at.push(event.at);
        self.events.actor.push(event.actor);
        self.events.act.push(event.act);
        self.events.to.push(event.to);
        self.events.matter.push(event.matter);
        self.events.area.push(event.area);
        self.events.team.push(event.team);
        self.events.site.push(event.site);
        self.events.role.push(event.role);
        self.events.verdict.push(event.verdict);
        self.events.flags.push(event.flags);
    }
}

impl Words for Story {
    fn word(&self, column: Column, code: Code) -> &str {
        self.words[column as usize].get(code as usize).map_or("", String::as_str)
    }

    fn n_codes(&self, column: Column) -> usize {
        self.words[column as usize].len()
    }

    fn item(&self, _item: u64) -> &str {
        "story"
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Event {
    at: i64,
    actor: Code,
    act: u8,
    to: Code,
    matter: Code,
    area: Code,
    team: Code,
    site: Code,
    role: Code,
    verdict: u8,
    flags: u16,
}

/// Day names mean this week, in UTC.
fn monday() -> Date {
    jiff::civil::date(2024, 1, 1)
}

fn instant(civil: DateTime) -> Instant {
    civil.to_zoned(TimeZone::UTC).map_or(Instant::default(), |zoned| Instant::from(zoned.timestamp()))
}

/// `mon 09:00`, `w2 mon 09:00` (the second week), `2024-03-01 09:00`, or RFC 3339; gives the words behind it too.
fn when<'a, 'b>(tokens: &'a [&'b str]) -> Result<(Instant, &'a [&'b str]), String> {
    const WANTED: &str = "a time is `mon 09:00`, `w2 mon 09:00`, `2024-03-01 09:00` or RFC 3339";
    if let [first, rest @ ..] = tokens
        && let Ok(timestamp) = first.parse::<Timestamp>()
    {
        return Ok((timestamp.into(), rest));
    }
    let (weeks, tokens) = match tokens {
        [week, rest @ ..]
            if week.starts_with('w') && week.len() > 1 && week[1..].bytes().all(|b| b.is_ascii_digit()) =>
        {
            (week[1..].parse::<i64>().map_err(|_| WANTED)? - 1, rest)
        }
        _ => (0, tokens),
    };
    let [day, time, rest @ ..] = tokens else { return Err(WANTED.to_owned()) };
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let date = match days.iter().position(|name| name == day) {
        Some(after) => monday().checked_add((7 * weeks + after as i64).days()).map_err(|_| WANTED)?,
        None => day.parse().map_err(|_| WANTED)?,
    };
    let time: Time = time.parse().map_err(|_| WANTED)?;
    Ok((instant(date.to_datetime(time)), rest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn people_events_and_words_are_read() {
        let story = Story::parse(
            "# a comment
             anna: product owner, UK, team shop, level 0
             meg.b: same as meg
             renovate: bot
             team:core: PL
             calendar UK: Europe/London
             until fri 17:00

             tue 11:00 meg asked to team:core scope in api   # out of order
             mon 09:00 anna raised scope
             w2 mon 08:30:00.5 - decided scope rejected site PL holder's",
        )
        .unwrap();
        let events = story.events();
        assert_eq!(events.len(), 3);
        assert!(events.at.is_sorted());
        assert_eq!(events.at[1] - events.at[0], 26 * 3_600_000_000);
        assert_eq!(events.act, [Act::Raised.code(), Act::Asked.code(), Act::Decided.code()]);
        assert_eq!(events.verdict, [0, 0, Verdict::Rejected.code()]);
        assert_eq!(events.actor[2], NOT_RECORDED);
        assert_eq!(events.flags, [0, 0, FLAG_DESCRIBES_HOLDER]);
        assert_eq!(story.word(Column::Actor, events.to[1]), "team:core");
        assert_eq!(story.word(Column::Site, events.site[2]), "PL");
        assert_eq!(story.until().to_string(), "2024-01-05T17:00:00Z");

        let actor = |name| story.actors[story.code(Column::Actor, name) as usize];
        assert_eq!(actor("anna").level, Level(0));
        assert_eq!(story.word(Column::Role, actor("anna").role), "product owner");
        assert_eq!(story.word(Column::Team, actor("anna").team), "shop");
        assert_eq!(actor("meg.b").same_as, story.code(Column::Actor, "meg"));
        assert_eq!(actor("renovate").kind, ActorKind::Bot);
        assert_eq!(actor("team:core").kind, ActorKind::Group);
        assert_eq!(story.word(Column::Team, actor("team:core").team), "core");
        assert_eq!(actor("meg").kind, ActorKind::Unknown);
    }

    #[test]
    fn instants_are_read_in_three_ways() {
        let at = |text: &str| {
            let tokens: Vec<&str> = text.split_whitespace().collect();
            when(&tokens).map(|(at, rest)| (at.to_string(), rest.len()))
        };
        assert_eq!(at("w3 sun 23:59 x"), Ok(("2024-01-21T23:59:00Z".to_owned(), 1)));
        assert_eq!(at("2024-03-01 09:00"), Ok(("2024-03-01T09:00:00Z".to_owned(), 0)));
        assert_eq!(at("2024-03-01T09:00:00+01:00 x y"), Ok(("2024-03-01T08:00:00Z".to_owned(), 2)));
        assert!(at("someday 09:00").is_err());
        assert!(at("mon").is_err());
    }

    #[test]
    fn calendars_are_those_of_the_lines() {
        let story = Story::parse(
            "calendar UK: Europe/London
             calendar -: Asia/Tokyo, Mon-Fri 10:00-12:00
             mon 09:00 anna raised site UK
             fri 17:00 anna decided",
        )
        .unwrap();
        let directory = story.directory().unwrap();
        let (from, until) = (Instant::from_micros(story.events.at[0]), story.until());
        assert_eq!(directory.calendar(story.code(Column::Site, "UK")).working_between(from, until).hours(), 40.0);
        // Monday 09:00Z is 18:00 in Tokyo, Friday 17:00Z is Saturday there: four mornings of two hours.
        assert_eq!(directory.calendar(NOT_RECORDED).working_between(from, until).hours(), 8.0);
        assert!(Story::parse("calendar UK: Europe/Lundun").unwrap().directory().is_err());
    }

    #[test]
    fn what_is_not_in_the_notation_names_its_line() {
        for (text, line) in [
            ("mon 09:00 anna", 1),
            ("\nmon 09:00 anna shrugged", 2),
            ("mon 09:00 anna raised scope price", 1),
            ("mon 09:00 anna asked to", 1),
            ("anna: a, b, c", 1),
            ("anna: level high", 1),
            ("until mon 09:00 x", 1),
            ("calendar UK", 1),
            ("calendar UK: Europe/London, whenever", 1),
        ] {
            assert_eq!(Story::parse(text).unwrap_err().line, line, "{text}");
        }
        assert_eq!(Story::parse("").unwrap().events().len(), 0);
    }
}
