//! Work that never was: questions that are raised, asked about, handed on, decided and sometimes opened again, from a seed.
//!
//! Events come in the order of their instants, as a tracker would give them out, with some tens of thousands of
//! questions open at a time: memory is in proportion to those and not to the events.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write as _;

use sayso_model::event::{Act, EventRow, EventSink, SinkError, Verdict};
use sayso_model::time::Instant;

/// A place that people work at.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// Its name, as the events write it.
    pub name: &'static str,
    /// Its IANA zone, as the office declares it.
    pub zone: &'static str,
    /// The offset that its people write all the year, in minutes east.
    pub offset_min: i16,
}

/// The five sites.
pub const SITES: [Site; 5] = [
    Site { name: "london", zone: "Europe/London", offset_min: 0 },
    Site { name: "leeds", zone: "Europe/London", offset_min: 0 },
    Site { name: "warsaw", zone: "Europe/Warsaw", offset_min: 60 },
    Site { name: "toronto", zone: "America/Toronto", offset_min: -300 },
    Site { name: "bengaluru", zone: "Asia/Kolkata", offset_min: 330 },
];

/// Teams, twelve a site.
pub const TEAMS: u32 = 60;
/// People, some thirty-three a team.
pub const PEOPLE: u32 = 2_000;

const MATTERS: [&str; 6] = ["support", "access", "change", "purchase", "exception", "release"];
const AREAS: u32 = 24;
const LINES: [&str; 3] = ["first line", "second line", "third line"];

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// Monday, 1 January 2024, in days since 1970.
const FIRST_DAY: i64 = 19_723;
/// The time over which the questions are put, however many there are.
const SPAN: i64 = 3 * 365 * DAY;
/// Events of a question on average; measured, so that the span comes out about right.
const EVENTS_A_CASE: f64 = 9.3;

/// Whole numbers without a pattern; the same from the same seed on every machine (splitmix64).
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`, which is at least 1.
    pub fn below(&mut self, n: u32) -> u32 {
        ((u128::from(self.draw()) * u128::from(n)) >> 64) as u32
    }

    /// Whether it happened, where it does in `percent` of a hundred cases.
    fn happens(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }
}

/// Who has a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Person(u32),
    Team(u32),
}

/// How far a question has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    Open,
    Answered,
    Executed,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    number: u64,
    asker: u32,
    holder: Holder,
    /// Whom the holder asked; the next event is their advice.
    asked: Option<u32>,
    to_hand: u8,
    matter: u8,
    area: u8,
    stage: Stage,
}

/// What an event says, before it is put into words.
struct Told {
    actor: u32,
    act: Act,
    activity: &'static str,
    to: Option<Holder>,
    verdict: Option<Verdict>,
    is_over: bool,
}

/// A stream of made-up events.
pub struct Work {
    numbers: Numbers,
    cases: u64,
    planned: u64,
    next_starts: i64,
    /// Open questions by the instant of their next event.
    due: BinaryHeap<Reverse<(i64, u32)>>,
    slots: Vec<Case>,
    free: Vec<u32>,
    people: Vec<String>,
    teams: Vec<String>,
    areas: Vec<String>,
    item: String,
}

impl Work {
    /// Work of about `events` events over three years; [`Work::tell`] goes on beyond them if it is asked to.
    pub fn new(events: u64, seed: u64) -> Self {
        let mut work = Self {
            numbers: Numbers::new(seed),
            cases: 0,
            planned: ((events as f64 / EVENTS_A_CASE) as u64).max(1),
            next_starts: 0,
            due: BinaryHeap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            people: (0..PEOPLE).map(|one| format!("p{one:04}@firm.example")).collect(),
            teams: (0..TEAMS).map(|one| format!("team:{}", team_name(one))).collect(),
            areas: (0..AREAS).map(|one| format!("product {one:02}")).collect(),
            item: String::new(),
        };
        work.next_starts = work.starts(0);
        work
    }

    /// Tells the next event. There always is one: work never ends.
    ///
    /// # Errors
    /// When the sink cannot take it.
    pub fn tell(&mut self, sink: &mut dyn EventSink) -> Result<Instant, SinkError> {
        while self.due.peek().is_none_or(|Reverse((at, _))| self.next_starts <= *at) {
            self.begin();
        }
        // There is one: the loop above ends only then.
        let Some(Reverse((at, slot))) = self.due.pop() else { return Ok(Instant::from_micros(0)) };
        let told = self.step(slot);
        let case = self.slots[slot as usize];
        if told.is_over {
            self.free.push(slot);
        } else {
            let next = self.later(at, self.slots[slot as usize], told.to);
            self.due.push(Reverse((next, slot)));
        }
        self.item.clear();
        let _ = write!(self.item, "CASE-{:08}", case.number);
        let team = team_of(told.actor);
        let site = site_of(told.actor);
        let priority = [("priority", ["low", "medium", "high"][(case.number % 3) as usize])];
        let row = EventRow {
            utc_offset_min: Some(site.offset_min),
            actor: Some(&self.people[told.actor as usize]),
            act: Some(told.act),
            to: told.to.map(|to| match to {
                Holder::Person(one) => self.people[one as usize].as_str(),
                Holder::Team(one) => self.teams[one as usize].as_str(),
            }),
            matter: Some(MATTERS[case.matter as usize]),
            area: Some(&self.areas[case.area as usize]),
            team: self.teams[team as usize].strip_prefix("team:"),
            site: Some(site.name),
            role: Some(LINES[(team % 3) as usize]),
            verdict: told.verdict,
            attributes: &priority,
            ..EventRow::new(&self.item, Instant::from_micros(at), told.activity)
        };
        sink.seen();
        sink.event(&row)?;
        Ok(row.at)
    }

    fn starts(&self, number: u64) -> i64 {
        FIRST_DAY * DAY + (i128::from(number) * i128::from(SPAN) / i128::from(self.planned)) as i64
    }

    fn begin(&mut self) {
        let asker = self.numbers.below(PEOPLE);
        let to_hand = [0, 1, 1, 1, 2, 2, 3, 4, 5, 6][self.numbers.below(10) as usize];
        let case = Case {
            number: self.cases,
            asker,
            holder: Holder::Person(asker),
            asked: None,
            to_hand,
            matter: self.numbers.below(MATTERS.len() as u32) as u8,
            area: (team_of(asker) * 2 % AREAS + self.numbers.below(2)) as u8,
            stage: Stage::New,
        };
        let at = working(self.next_starts + i64::from(self.numbers.below(60 * 60)) * 1_000_000, asker);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(case);
            (self.slots.len() - 1) as u32
        });
        self.slots[slot as usize] = case;
        self.due.push(Reverse((at, slot)));
        self.cases += 1;
        self.next_starts = self.starts(self.cases);
    }

    /// When the next event of a question is, after one that addressed `to`.
    fn later(&mut self, at: i64, case: Case, to: Option<Holder>) -> i64 {
        // Mostly an hour or two, sometimes days: the product of three dice has the long tail that waiting has.
        let dice: i64 = (0..3).map(|_| i64::from(self.numbers.below(16)) + 1).product();
        let wait = MINUTE + dice * MINUTE / 2 + i64::from(self.numbers.below(60_000_000));
        let who = match to.unwrap_or(case.holder) {
            Holder::Person(one) => one,
            Holder::Team(one) => one,
        };
        working(at + wait, who)
    }

    fn somebody_else(&mut self, than: u32) -> u32 {
        // Mostly somebody of the same team.
        let one = if self.numbers.happens(55) {
            team_of(than) + TEAMS * self.numbers.below(PEOPLE / TEAMS)
        } else {
            self.numbers.below(PEOPLE)
        };
        if one == than { (one + TEAMS) % PEOPLE } else { one }
    }

    /// What happens next to the question in a slot.
    fn step(&mut self, slot: u32) -> Told {
        let mut case = self.slots[slot as usize];
        let told = self.next_of(&mut case);
        self.slots[slot as usize] = case;
        told
    }

    fn next_of(&mut self, case: &mut Case) -> Told {
        let plain = |actor, act, activity| Told { actor, act, activity, to: None, verdict: None, is_over: false };
        let holder = match (case.stage, case.holder) {
            (Stage::New, _) => {
                case.stage = Stage::Open;
                return plain(case.asker, Act::Raised, "Ticket raised");
            }
            (Stage::Answered, Holder::Person(by)) if self.numbers.happens(45) => {
                case.stage = Stage::Executed;
                return Told { is_over: self.numbers.happens(90), ..plain(by, Act::Executed, "Carried out") };
            }
            (Stage::Answered | Stage::Executed, _) => {
                case.stage = Stage::Open;
                case.holder = Holder::Person(case.asker);
                case.to_hand = 1 + self.numbers.below(2) as u8;
                return plain(case.asker, Act::Reopened, "Opened again");
            }
            // Somebody takes it out of the team's queue.
            (Stage::Open, Holder::Team(team)) => {
                let one = team + TEAMS * self.numbers.below(PEOPLE / TEAMS);
                case.holder = Holder::Person(one);
                return Told { to: Some(case.holder), ..plain(one, Act::Handed, "Taken") };
            }
            (Stage::Open, Holder::Person(one)) => one,
        };
        if let Some(asked) = case.asked.take() {
            return plain(asked, Act::Advised, "Advice given");
        }
        match self.numbers.below(100) {
            0..10 => return plain(holder, Act::Worked, "Worked on"),
            10..20 => {
                let asked = self.somebody_else(holder);
                case.asked = Some(asked);
                return Told { to: Some(Holder::Person(asked)), ..plain(holder, Act::Asked, "Advice asked") };
            }
            20..24 => {
                let other = self.somebody_else(holder);
                return plain(other, Act::Approved, "Agreed");
            }
            _ => {}
        }
        if case.to_hand > 0 {
            case.to_hand -= 1;
            let other = self.somebody_else(holder);
            case.holder = if self.numbers.happens(35) { Holder::Team(team_of(other)) } else { Holder::Person(other) };
            return Told { to: Some(case.holder), ..plain(holder, Act::Handed, "Passed on") };
        }
        if self.numbers.happens(3) {
            return Told { is_over: true, ..plain(case.asker, Act::Withdrawn, "Taken back") };
        }
        case.stage = Stage::Answered;
        let verdict = match self.numbers.below(10) {
            0..7 => Verdict::Approved,
            7..9 => Verdict::Rejected,
            _ => Verdict::Deferred,
        };
        Told { verdict: Some(verdict), is_over: self.numbers.happens(50), ..plain(holder, Act::Decided, "Decided") }
    }
}

/// The team of a person.
fn team_of(person: u32) -> u32 {
    person % TEAMS
}

fn team_name(team: u32) -> String {
    format!("{} {}", SITES[(team % 5) as usize].name, team / 5 + 1)
}

/// The site of a person, or of a team by its number: people and teams are dealt out alike.
fn site_of(person: u32) -> Site {
    SITES[(team_of(person) % 5) as usize]
}

/// The first working instant at somebody's site that is not before `at`; what falls outside working hours is spread over
/// the next working day's.
fn working(at: i64, person: u32) -> i64 {
    let offset = i64::from(site_of(person).offset_min) * MINUTE;
    let local = at + offset;
    let (day, of_day) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let is_weekday = |day: i64| (day + 3).rem_euclid(7) < 5;
    let (from, until) = (9 * 60 * MINUTE, 17 * 60 * MINUTE);
    if is_weekday(day) && of_day >= from && of_day < until {
        return at;
    }
    let mut next = if of_day < from { day } else { day + 1 };
    while !is_weekday(next) {
        next += 1;
    }
    // Into the day as far as it lay in its own, so that not everything happens at nine.
    next * DAY + from + of_day / 3 - offset
}

#[cfg(test)]
mod tests {
    use sayso_model::coverage::{Note, Reason};
    use sayso_model::event::Flow;

    use super::*;

    #[derive(Default)]
    struct Heard(Vec<(String, i64, Option<Act>, Option<String>)>);

    impl EventSink for Heard {
        fn seen(&mut self) {}
        fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
            self.0.push((row.item.to_owned(), row.at.micros(), row.act, row.to.map(str::to_owned)));
            Ok(())
        }
        fn set_aside(&mut self, _: &str, _: Reason, _: &str) {}
        fn note(&mut self, _: &str, _: Note, _: &str) {}
        fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
            Ok(Flow::Continue)
        }
        fn progress(&mut self, _: u64, _: Option<u64>) {}
    }

    fn heard(seed: u64) -> Heard {
        let (mut work, mut heard) = (Work::new(20_000, seed), Heard::default());
        for _ in 0..20_000 {
            work.tell(&mut heard).unwrap();
        }
        heard
    }

    #[test]
    fn a_seed_gives_the_same_events_in_the_order_of_time() {
        let once = heard(7);
        assert_eq!(once.0, heard(7).0);
        assert_ne!(once.0, heard(8).0);
        assert!(once.0.windows(2).all(|two| two[0].1 <= two[1].1));
    }

    #[test]
    fn it_looks_like_the_work_that_it_stands_for() {
        let heard = heard(7);
        let n = |act: Act| heard.0.iter().filter(|event| event.2 == Some(act)).count();
        for act in [Act::Raised, Act::Asked, Act::Handed, Act::Advised, Act::Decided, Act::Reopened, Act::Withdrawn] {
            assert!(n(act) > 50, "{act}: {}", n(act));
        }
        let a_case = 20_000.0 / n(Act::Raised) as f64;
        assert!((a_case - EVENTS_A_CASE).abs() < 0.6, "{a_case} events a question");
    }

    #[test]
    fn advice_follows_directly_on_its_question() {
        // What `bench/all` asks DuckDB and Polars counts on it.
        let mut events = heard(7).0;
        events.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        for two in events.windows(2).filter(|two| two[0].0 == two[1].0) {
            assert!(two[0].1 < two[1].1, "two events of {} at one instant", two[0].0);
            assert_eq!(two[0].2 == Some(Act::Asked), two[1].2 == Some(Act::Advised), "{}", two[0].0);
        }
    }
}
