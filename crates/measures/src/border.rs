//! Distance (M22): how much longer what crosses between sites takes, and which part of that is hops, border, clocks or other work.

mod clocks;
mod compare;
mod gates;
mod offsets;
mod pairs;
mod parts;
mod rows;

use rustc_hash::FxHashMap;
use sayso_model::Code;
use sayso_model::measure::{MeasureId, Measurement, Scope};
use sayso_model::privacy::Cleared;
use sayso_model::signal::{DecisionKey, Pattern, Period, Signal, Test};
use sayso_model::time::Instant;
use sayso_stats::Estimate;
use sayso_stats::proportion;
use sayso_stats::survival::{End, LifeTable, Observation};

use crate::Request;
use crate::population::Population;
use crate::privacy::NONE;
use crate::sheet::{Clock, Sheet, Task, noted, on};
use clocks::Route;
use compare::{Held, Modelled};
use parts::{PARTS, Parts};
use rows::{Of, Rows};

const ID: MeasureId = MeasureId::M22;

/// Above it a border is more than clocks and chance: between places one hour apart, clocks alone come to this at most.
const BOUND: f64 = 1.2;

/// Of how many people the questions are that are compared at one number of people.
const FEW: u32 = 2;

/// A hold is taken to last at least and at most so long, when clocks are predicted.
const SERVICE_H: (f64, f64) = (0.25, 80.0);

/// Decisions named as evidence, at most.
const EVIDENCE_MAX: usize = 12;

/// Measures distance over the whole record, and gives the signal of its cost.
pub(crate) fn measure(sheet: &mut Sheet, population: &Population<'_>, request: &Request<'_>) -> Vec<Signal> {
    offsets::measure(sheet, population, request);
    let questions = Rows::questions(population);
    let holds = Rows::holds(population, request);
    let handovers = Rows::handovers(population, request);
    if questions.n(true) == 0 && handovers.n(true) == 0 {
        let why = match questions.cannot_tell + handovers.cannot_tell {
            0 => "nothing in the record crosses from one known site to another".to_owned(),
            n => format!("nothing crosses from one known site to another; of {n} changes of hands nobody can tell"),
        };
        sheet.withhold(ID, "overall", 0, why);
        return Vec::new();
    }
    let queued = handovers.only(|row| row.queued);
    let kinds = [(Of::Questions, &questions), (Of::Holds, &holds), (Of::Handovers, &handovers), (Of::Queued, &queued)];
    let compare = |(of, rows)| task(population, move |said| said.compare(of, rows));
    let mut numbers = Vec::new();
    let mut sides = Vec::new();
    for (made, said) in sheet.at_once(kinds.map(compare).into()) {
        numbers.extend(said);
        sides.push(made);
    }
    let mut sides = sides.into_iter();
    let (of_questions, of_holds) = (sides.next().flatten(), sides.next().flatten());
    if let Some((cleared, _)) = of_questions {
        let further = vec![
            task(population, |said| said.by_people(&questions)),
            task(population, |said| said.alone(&questions, cleared)),
            task(population, |said| said.without_gates(&questions)),
            task(population, |said| said.parts((&questions, &holds), cleared, request)),
        ];
        numbers.extend(sheet.at_once(further).into_iter().flat_map(|((), said)| said));
    }
    pairs::measure(sheet, population, &handovers, request);
    let Some((cleared, Some(border))) = of_holds else { return Vec::new() };
    vec![signal(population, &holds, numbers, cleared, &border)]
}

/// What was said, for the signal.
type Numbers = Vec<(Of, Option<Clock>, &'static str, Cleared, Estimate)>;

/// What is said of distance, while it is being said.
struct Said<'s, 'p, 'a> {
    sheet: &'s mut Sheet,
    population: &'p Population<'a>,
    numbers: Numbers,
}

/// Some of the measuring, with what it said.
fn task<'a, T: 'a>(
    population: &'a Population<'a>,
    what: impl FnOnce(&mut Said<'_, '_, '_>) -> T + Send + 'a,
) -> Task<'a, (T, Numbers)> {
    Box::new(move |sheet| {
        let mut said = Said { sheet, population, numbers: Vec::new() };
        let made = what(&mut said);
        (made, said.numbers)
    })
}

impl Said<'_, '_, '_> {
    fn say(&mut self, cleared: Cleared, of: Of, clock: Option<Clock>, statistic: &'static str, estimate: Estimate) {
        let scope = Scope::from([("of".to_owned(), of.words().to_owned())]);
        let scope = match clock {
            Some(clock) => on(scope, clock),
            None => scope,
        };
        self.numbers.push((of, clock, statistic, cleared, estimate.clone()));
        self.sheet.say(cleared, ID, scope, statistic, estimate);
    }

    /// Every comparison of one kind, in both clocks. Gives the model of the working clock, where there is one; nothing where a
    /// side is below the floor.
    fn compare(&mut self, of: Of, rows: &Rows) -> Option<(Cleared, Option<Modelled>)> {
        if rows.rows.is_empty() && rows.cannot_tell == 0 {
            return None;
        }
        let sides = rows.sides(self.population);
        let [inside, outside] = sides.map(|side| self.sheet.floor.clear(side));
        let (Ok(cleared), Ok(_)) = (inside, outside) else {
            let below = self.sheet.floor;
            let why = format!(
                "{} that cross or that do not: fewer than {} people or {} decisions, or mostly one person's",
                of.words(),
                below.persons_min,
                below.decisions_min
            );
            self.sheet.withhold(ID, of.words(), 2, why);
            return None;
        };
        let window = self.sheet.window;
        let all = rows.rows.len() as u64 + rows.cannot_tell;
        if of != Of::Queued {
            let unknown = noted(
                proportion::share(rows.cannot_tell, all, window),
                "a site is not known, so that nobody can say whether it crossed; left out of every ratio",
            );
            self.say(cleared, of, None, "cannot_tell_share", unknown);
        }
        let population = self.population;
        let in_clock = |clock| task(population, move |said| said.compare_in(clock, of, rows, cleared));
        let mut border = None;
        for (modelled, said) in self.sheet.at_once(Clock::BOTH.map(in_clock).into()) {
            self.numbers.extend(said);
            border = border.or(modelled);
        }
        Some((cleared, border))
    }

    /// The same in one clock; gives the model.
    fn compare_in(&mut self, clock: Clock, of: Of, rows: &Rows, cleared: Cleared) -> Option<Modelled> {
        if clock == Clock::Working && rows.rows.iter().all(|row| row.working_h.is_none()) {
            self.sheet.withhold(ID, clock.name(), 0, "no working calendars are known");
            return None;
        }
        let window = self.sheet.window;
        let mut border = None;
        let label = format!("{}/{}", of.words(), clock.name());
        let seed = self.sheet.seed_for(ID, "compare", &label);
        for (crosses, statistic) in [(true, "median_crossing"), (false, "median_within")] {
            let times = rows.rows.iter().filter(|row| row.crosses == crosses).filter_map(|row| {
                let end = if row.ended { End::Event } else { End::Censored };
                Some(Observation { time: row.hours(clock)?, end })
            });
            let median = LifeTable::new(times.collect()).kaplan_meier().quantile(0.5, clock.unit(), window);
            self.say(cleared, of, Some(clock), statistic, median);
        }
        self.say(cleared, of, Some(clock), "naive_ratio", compare::naive(rows, clock, window, seed));
        let mut shape = None;
        for (held, ratio, e_value) in [
            (Held::Kind, "adjusted_ratio", "adjusted_e_value"),
            (Held::KindAndPeople, "direct_ratio", "direct_e_value"),
        ] {
            match compare::modelled(self.population, rows, (clock, held), &mut shape, (window, seed)) {
                Ok(modelled) => {
                    self.say(cleared, of, Some(clock), ratio, modelled.estimate.clone());
                    self.say(cleared, of, Some(clock), e_value, compare::e_value(&modelled.estimate));
                    if held == Held::Kind {
                        border = Some(modelled);
                    }
                }
                Err(why) => self.say(cleared, of, Some(clock), ratio, why),
            }
        }
        let (population, floor) = (self.population, self.sheet.floor);
        let may_name = |decisions: &[u32]| {
            let mut group_of = vec![NONE; population.paths.decisions.len()];
            decisions.iter().for_each(|&decision| group_of[decision as usize] = 0);
            floor.clear(population.census(&group_of, 1)[0]).is_ok()
        };
        let (stratified, _) = compare::stratified(population, rows, clock, (window, seed), may_name);
        let e_value = compare::e_value(&stratified);
        self.say(cleared, of, Some(clock), "stratified_ratio", stratified);
        self.say(cleared, of, Some(clock), "stratified_e_value", e_value);
        border
    }

    /// The ratio taken apart.
    fn parts(&mut self, (questions, holds): (&Rows, &Rows), cleared: Cleared, request: &Request<'_>) {
        let clocks = predicted(holds, request);
        let (seed, window) = (self.sheet.seed_for(ID, "parts", ""), self.sheet.window);
        let Parts(parts) = Parts::of(self.population, (questions, holds), clocks, (window, seed));
        for (name, part) in PARTS.into_iter().zip(parts) {
            self.say(cleared, Of::Questions, Some(Clock::Calendar), name, part);
        }
    }

    /// How many people take part on either side, and the ratio among questions of as few as can cross.
    fn by_people(&mut self, questions: &Rows) {
        let n_people = |row: &rows::Row| self.population.paths.decisions[row.decision as usize].n_people;
        let few = questions.only(|row| n_people(row) == FEW);
        let [inside, outside] = few.sides(self.population).map(|side| self.sheet.floor.clear(side));
        let (Ok(cleared), Ok(_)) = (inside, outside) else { return };
        let seed = self.sheet.seed_for(ID, "two_people_ratio", "");
        let ratio = noted(
            compare::naive(&few, Clock::Calendar, self.sheet.window, seed),
            "only questions in which exactly two people take part",
        );
        self.say(cleared, Of::Questions, Some(Clock::Calendar), "two_people_ratio", ratio);
    }

    /// What one person puts and answers alone cannot cross, and is often over at once: how much of what does not cross is of that
    /// kind, and what strata say without it.
    fn alone(&mut self, questions: &Rows, cleared: Cleared) {
        let is_alone = |row: &rows::Row| self.population.paths.decisions[row.decision as usize].n_people < FEW;
        let within = questions.only(|row| !row.crosses);
        let window = self.sheet.window;
        let share = proportion::share(within.only(is_alone).rows.len() as u64, within.rows.len() as u64, window);
        let (rest, taken) = (questions.only(|row| !is_alone(row)), questions.only(is_alone));
        if taken.rows.is_empty() {
            return;
        }
        let [inside, outside] = rest.sides(self.population).map(|side| self.sheet.floor.clear(side));
        let mut group_of = vec![NONE; self.population.paths.decisions.len()];
        taken.rows.iter().for_each(|row| group_of[row.decision as usize] = 0);
        let remains = self.sheet.floor.lets_remain(self.population.census(&group_of, 1)[0]);
        let (Ok(of_rest), Ok(_), true) = (inside, outside, remains) else { return };
        let note = "of what does not cross, questions in which nobody but whoever put them takes part";
        self.say(cleared, Of::Questions, Some(Clock::Calendar), "alone_share", noted(share, note));
        let seed = self.sheet.seed_for(ID, "stratified_not_alone", "");
        let hide = |_: &[u32]| false;
        let (ratio, _) = compare::stratified(self.population, &rest, Clock::Calendar, (window, seed), hide);
        let ratio = noted(ratio, "only questions in which at least two people take part");
        self.say(of_rest, Of::Questions, Some(Clock::Calendar), "stratified_not_alone", ratio);
    }

    /// The ratio as it is, without the places in which one person gives nearly every answer.
    fn without_gates(&mut self, questions: &Rows) {
        let gates = gates::of(self.population, self.sheet.floor);
        if gates.places == 0 {
            return;
        }
        let rest = questions.only(|row| !gates.is_gated[row.decision as usize]);
        let [inside, outside] = rest.sides(self.population).map(|side| self.sheet.floor.clear(side));
        // What is taken away must stand above the floor as well: the ratio with and without it says something of it.
        let taken = questions.only(|row| gates.is_gated[row.decision as usize]);
        let mut group_of = vec![NONE; self.population.paths.decisions.len()];
        taken.rows.iter().for_each(|row| group_of[row.decision as usize] = 0);
        let remains = self.sheet.floor.lets_remain(self.population.census(&group_of, 1)[0]);
        let (Ok(cleared), Ok(_), true) = (inside, outside, remains) else { return };
        let seed = self.sheet.seed_for(ID, "without_gates", "");
        let ratio = noted(
            compare::naive(&rest, Clock::Calendar, self.sheet.window, seed),
            &format!(
                "without {} questions of {} {} in which one person gives at least nine answers in ten although several \
                 work there",
                taken.rows.len(),
                gates.places,
                if gates.places == 1 { "place" } else { "places" }
            ),
        );
        self.say(cleared, Of::Questions, Some(Clock::Calendar), "without_gates", ratio);
    }
}

/// What the calendars of both sides predict for a hand-over, and how.
fn predicted(holds: &Rows, request: &Request<'_>) -> (Result<f64, String>, String) {
    let method = "predicted from the working calendars of both sites, with holidays and daylight saving".to_owned();
    let Some(directory) = request.directory else { return (Err("no working calendars are known".to_owned()), method) };
    let mut counts: FxHashMap<(Code, Code), u64> = FxHashMap::default();
    for row in holds.rows.iter().filter(|row| row.crosses) {
        *counts.entry(row.pair).or_default() += 1;
    }
    let mut routes: Vec<Route> = counts.into_iter().map(|((from, to), n)| Route { from, to, n }).collect();
    routes.sort_unstable_by_key(|route| (route.from, route.to));
    let mut within: Vec<f64> =
        holds.rows.iter().filter(|row| !row.crosses && row.ended).filter_map(|row| row.working_h).collect();
    within.sort_unstable_by(f64::total_cmp);
    let middle = within.get(within.len() / 2).copied().unwrap_or(1.0);
    let service = middle.clamp(SERVICE_H.0, SERVICE_H.1);
    let window = (Instant::from(request.window.since), Instant::from(request.window.until));
    let (known, all) = clocks::covered(directory, &routes);
    let method = format!(
        "{method}: handed over at any working moment of the giver and answered after {service:.2} working hours of the \
         taker (the median within a site), against the giver's own calendar; {known} of {all} crossings have calendars on \
         both sides; a prediction, so it has no interval"
    );
    match clocks::predicted(directory, &routes, service, window) {
        Some(ratio) => (Ok(ratio), method),
        None => (Err("no two sites with working calendars of their own exchange anything".to_owned()), method),
    }
}

fn signal(population: &Population<'_>, holds: &Rows, numbers: Numbers, cleared: Cleared, border: &Modelled) -> Signal {
    let best = |of: Of, name: &str| {
        // The working clock first, which holds the clocks constant.
        let found = |clock: Option<Clock>| {
            numbers.iter().find(|(whose, when, what, ..)| (*whose, *when, *what) == (of, clock, name))
        };
        found(Some(Clock::Working)).or_else(|| found(Some(Clock::Calendar)))
    };
    let told = [
        ("border", best(Of::Holds, "adjusted_ratio")),
        ("border_e_value", best(Of::Holds, "adjusted_e_value")),
        ("holds_stratified", best(Of::Holds, "stratified_ratio")),
        (
            "naive_ratio",
            numbers.iter().find(|(of, clock, name, ..)| {
                (*of, *clock, *name) == (Of::Questions, Some(Clock::Calendar), "naive_ratio")
            }),
        ),
        ("without_gates", best(Of::Questions, "without_gates")),
        (PARTS[0], best(Of::Questions, PARTS[0])),
        (PARTS[1], best(Of::Questions, PARTS[1])),
        (PARTS[2], best(Of::Questions, PARTS[2])),
        (PARTS[3], best(Of::Questions, PARTS[3])),
    ];
    let numbers = told
        .into_iter()
        .filter_map(|(name, found)| {
            let (.., cleared, estimate) = found?;
            Some(Measurement::new(*cleared, ID, Scope::new(), name, estimate.clone()))
        })
        .collect();
    let mut longest: Vec<(f64, u32)> = holds
        .rows
        .iter()
        .filter(|row| row.crosses)
        .map(|row| (row.working_h.unwrap_or(row.calendar_h), row.decision))
        .collect();
    longest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut evidence: Vec<u32> = Vec::new();
    for (_, decision) in longest {
        if !evidence.contains(&decision) {
            evidence.push(decision);
        }
        if evidence.len() == EVIDENCE_MAX {
            break;
        }
    }
    let key = |index: u32| {
        let decision = &population.paths.decisions[index as usize];
        DecisionKey { item: decision.item, ordinal: decision.ordinal }
    };
    Signal {
        pattern: Pattern::BorderCost,
        matter: String::new(),
        area: String::new(),
        role: String::new(),
        counterpart: String::new(),
        period: Period::Whole,
        n: cleared.group().decisions,
        observable: true,
        declared: false,
        asked_in_words: false,
        numbers,
        tests: vec![Test {
            name: "border",
            p: border.p_above(BOUND),
            method: format!("above {BOUND}: Wald test of the {}", border.estimate.method()),
        }],
        evidence: evidence.into_iter().map(key).collect(),
    }
}
