//! Implicit gates: whether questions move only once a role outside the charter has acted (M07, M08, M09).

mod absence;
mod asks;
mod cases;
mod moves;

use std::cell::OnceCell;

use rustc_hash::FxHashMap;
use sayso_model::measure::{MeasureId, Measurement, Scope};
use sayso_model::signal::{Pattern, Period, Signal, Test};
use sayso_model::words::Column;
use sayso_model::{Code, NOT_RECORDED};
use sayso_stats::{Estimate, compare, proportion};

use super::{Cell, Scene};
use crate::sheet::Sheet;
use absence::Days;
use cases::{Candidate, Cases, Party, Rates};

pub(super) use cases::most_frequent;

/// One signal for each cell and candidate role.
pub(crate) fn measure(sheet: &mut Sheet, scene: &Scene<'_>) -> Vec<Signal> {
    let mut signals = Vec::new();
    if scene.population.paths.touches.is_empty() {
        return signals;
    }
    let mut days = None;
    let rates: Vec<OnceCell<Rates>> = scene.cells.iter().map(|_| OnceCell::new()).collect();
    // Who was looked at in the earlier part, by place: what has become of them is said of the recent part, even where they
    // hardly act any more.
    let mut earlier: FxHashMap<(Code, Option<Code>), Vec<Party>> = FxHashMap::default();
    for cell in &scene.cells {
        if !cell.declared || cell.retained || !cell.observable || scene.is_repeated(cell) {
            continue;
        }
        let cases = Cases::of(scene, cell);
        let candidates = cases.candidates();
        let place = (cell.matter, cell.area);
        if cell.period == Period::Earlier {
            earlier.insert(place, candidates.iter().map(|candidate| candidate.party).collect());
        } else if let Some(parties) = earlier.get(&place) {
            let is_new = |party: &&Party| candidates.iter().all(|candidate| candidate.party != **party);
            for candidate in parties.iter().filter(is_new).filter_map(|party| cases.counted(*party)) {
                let looked = Look { sheet, scene, cell, cases: &cases, candidate: &candidate, rates: &rates };
                signals.push(looked.remnant());
            }
        }
        if candidates.is_empty() {
            continue;
        }
        let days = days.get_or_insert_with(|| Days::of(scene));
        for candidate in candidates {
            let looked = Look { sheet, scene, cell, cases: &cases, candidate: &candidate, rates: &rates };
            signals.push(looked.signal(days));
        }
    }
    signals
}

/// One candidate in one cell.
struct Look<'l, 'a> {
    sheet: &'l Sheet,
    scene: &'l Scene<'a>,
    cell: &'l Cell,
    cases: &'l Cases,
    candidate: &'l Candidate,
    /// How often everybody acts in each cell, where that was asked before.
    rates: &'l [OnceCell<Rates>],
}

impl Look<'_, '_> {
    /// Nothing said yet.
    fn blank(&self) -> Signal {
        let (scene, cell) = (self.scene, self.cell);
        let (matter, area) = scene.place(cell);
        Signal {
            pattern: Pattern::ImplicitGate,
            matter,
            area,
            role: scene.word(Column::Role, self.candidate.party.role()),
            counterpart: scene.word(Column::Role, self.counterpart()),
            period: cell.period,
            n: self.candidate.n,
            observable: cell.observable,
            declared: cell.declared,
            asked_in_words: false,
            numbers: Vec::new(),
            tests: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// What is left of somebody who is no candidate any more: how often they still act, and no test.
    fn remnant(&self) -> Signal {
        let mut signal = self.blank();
        let Candidate { k, n, .. } = *self.candidate;
        self.number(&mut signal, MeasureId::M08, "necessity", proportion::share(k, n, self.sheet.window));
        signal
    }

    fn signal(&self, days: &Days) -> Signal {
        let (scene, cell) = (self.scene, self.cell);
        let asked = asks::of(scene, self.cases, self.candidate);
        let mut signal = Signal {
            asked_in_words: asked.in_words,
            evidence: asked.evidence.iter().map(|&index| scene.key(index)).collect(),
            ..self.blank()
        };
        self.necessity(&mut signal);
        let label = format!(
            "{}/{}/{:?}/{:?}",
            cell.matter,
            cell.area.unwrap_or(NOT_RECORDED),
            cell.period,
            self.candidate.party
        );
        let seed = self.sheet.seed_for(MeasureId::M08, "hazard_ratio", &label);
        let moves = moves::of(scene, cell, self.cases, self.candidate, seed);
        self.number(&mut signal, MeasureId::M08, "hazard_ratio", moves.ratio);
        if let Some(p) = moves.p {
            signal.tests.push(Test { name: "hazard", p, method: moves.method });
        }
        if let Some(away) = absence::of(scene, cell, self.cases, self.candidate, days) {
            self.number(&mut signal, MeasureId::M09, "absence_ratio", away.ratio);
            signal.tests.push(Test { name: "absence", p: away.p, method: away.method });
        }
        let window = self.sheet.window;
        self.number(&mut signal, MeasureId::M08, "asked", proportion::share(asked.asked, asked.acted, window));
        for (name, estimate) in [("wait", asked.wait(scene, window)), ("unchanged", asked.unchanged(window))] {
            if let Some(estimate) = estimate {
                self.number(&mut signal, MeasureId::M08, name, estimate);
            }
        }
        signal
    }

    /// How often the role acts before the answer, here and in the other areas of the matter.
    fn necessity(&self, signal: &mut Signal) {
        let window = self.sheet.window;
        let Candidate { k, n, .. } = *self.candidate;
        self.number(signal, MeasureId::M08, "necessity", proportion::share(k, n, window));
        let (mut elsewhere_k, mut elsewhere_n) = (0, 0);
        for (place, other) in self.scene.others(self.cell) {
            let rates = self.rates[place].get_or_init(|| Rates::of(self.scene, other));
            let (k, n) = rates.for_party(self.candidate.party);
            (elsewhere_k, elsewhere_n) = (elsewhere_k + k, elsewhere_n + n);
        }
        if elsewhere_n > 0 {
            self.number(signal, MeasureId::M08, "base_rate", proportion::share(elsewhere_k, elsewhere_n, window));
            signal.tests.push(Test {
                name: "necessity",
                p: compare::share_above_share(k, n, elsewhere_k, elsewhere_n),
                method: "Fisher's exact test against the other areas of the matter".to_owned(),
            });
        }
    }

    /// The role that most often answers what the candidate has acted on.
    fn counterpart(&self) -> Code {
        let roles = self.cases.acted_by(self.candidate).map(|case| self.scene.decision(case.index).decider_role);
        most_frequent(roles.filter(|&role| role != NOT_RECORDED)).unwrap_or(NOT_RECORDED)
    }

    fn number(&self, signal: &mut Signal, id: MeasureId, name: &str, estimate: Estimate) {
        let mut scope = Scope::new();
        for (key, word) in [("matter", &signal.matter), ("area", &signal.area), ("role", &signal.role)] {
            if !word.is_empty() {
                scope.insert(key.to_owned(), word.clone());
            }
        }
        signal.numbers.push(Measurement::new(self.cell.cleared, id, scope, name, estimate));
    }
}
