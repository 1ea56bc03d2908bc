//! From how an activity is used to the part that it seems to play, with the evidence for and against.

use std::collections::BTreeMap;

use sayso_model::event::{Act, Verdict};

use super::seen::{Seen, Use};
use super::words::{self, Word};
use super::{Confidence, Crossing, Part, Suggestion, Told};

/// Events below which nothing is said of an activity.
const N_TOLD: u64 = 5;
/// Events below which what is said is of low confidence.
const N_FAIR: u64 = 20;
/// Events and items below which confidence is not high.
const N_HIGH: u64 = 100;
const ITEMS_HIGH: u64 = 30;
/// Shares from which "mostly" is said, and below which "seldom".
const MOSTLY: f64 = 0.5;
const SELDOM: f64 = 0.1;

impl Seen {
    /// What each activity looks like, most frequent first, and those of which nothing can be told at the end. Empty where
    /// nothing was seen.
    pub fn suggest(&mut self) -> Vec<Suggestion> {
        self.end_item();
        let mut all: Vec<Suggestion> = self.uses.iter().map(|(told, seen)| judge(told, seen)).collect();
        all.sort_by(|a, b| {
            let last = |one: &Suggestion| one.part == Part::CannotTell;
            last(a).cmp(&last(b)).then(b.n.cmp(&a.n)).then_with(|| a.told.cmp(&b.told))
        });
        all
    }
}

/// Evidence as it is gathered.
struct Case {
    part: Part,
    verdict: Option<Verdict>,
    n_for: u32,
    n_against: u32,
    why: Vec<String>,
}

impl Case {
    fn speaks_for(&mut self, why: String) {
        self.n_for += 1;
        self.why.push(why);
    }

    fn speaks_against(&mut self, why: String) {
        self.n_against += 1;
        self.why.push(why);
    }
}

fn judge(told: &Told, seen: &Use) -> Suggestion {
    let mut case = if seen.n < N_TOLD {
        let why = vec![format!("{}: fewer than {N_TOLD} say nothing", count(seen.n, "event"))];
        Case { part: Part::CannotTell, verdict: None, n_for: 0, n_against: 0, why }
    } else {
        weigh(told, seen)
    };
    let confidence = if seen.n < N_FAIR || case.n_against > 0 || case.n_for == 0 {
        Confidence::Low
    } else if case.n_for > 1 && seen.n >= N_HIGH && seen.n_items >= ITEMS_HIGH {
        Confidence::High
    } else {
        Confidence::Fair
    };
    if seen.n >= N_TOLD {
        case.why.push(stays(seen));
    }
    let n_same = case
        .part
        .act()
        .map_or(0, |act| seen.acts.iter().filter(|(acts, _)| *acts & 1 << act.code() != 0).map(|(_, n)| *n).sum());
    let present =
        seen.acts.iter().max_by_key(|(acts, n)| (**n, std::cmp::Reverse(**acts))).map_or(0, |(acts, _)| *acts);
    // Where some events say no category, the rule must take those in too.
    let names = |counts: &BTreeMap<String, u64>| {
        let is_lacking = !counts.is_empty() && counts.values().sum::<u64>() < seen.n;
        counts.keys().cloned().chain(is_lacking.then(String::new)).collect()
    };
    Suggestion {
        told: told.clone(),
        part: case.part,
        verdict: case.verdict.filter(|_| case.part == Part::Decides),
        confidence,
        why: case.why,
        n: seen.n,
        n_items: seen.n_items,
        n_same,
        present: Act::ALL.into_iter().filter(|act| present & 1 << act.code() != 0).collect(),
        categories: (names(&seen.from), names(&seen.to)),
    }
}

fn weigh(told: &Told, seen: &Use) -> Case {
    let label = told.to.as_deref().unwrap_or(&told.activity);
    let found = words::word(label);
    let mut case = Case { part: Part::CannotTell, verdict: None, n_for: 0, n_against: 0, why: Vec::new() };
    let shares = Shares::of(seen);
    if let Some((_, stem)) = found {
        case.speaks_for(format!("its name has `{}`", stem.trim_end_matches('$').trim()));
    }
    let word = found.map(|(word, _)| word);
    by_words(word, &mut case, seen, &shares);
    if word.is_none() {
        by_use(told, &mut case, seen, &shares);
    }
    by_category(told.crossing, word, &mut case, seen);
    by_place(&mut case, seen, &shares);
    case
}

/// What the words say, settled by the use where the words alone leave it open.
fn by_words(word: Option<Word>, case: &mut Case, seen: &Use, shares: &Shares) {
    let Some(word) = word else { return };
    case.part = match word {
        Word::Reopen => Part::Reopens,
        Word::Withdraw => Part::Withdraws,
        Word::Object => Part::Objects,
        Word::Hand => Part::Hands,
        Word::Ask => Part::Asks,
        Word::Wait => Part::Waits,
        Word::Decide => Part::Decides,
        Word::Approve => Part::Consents,
        Word::Carry => Part::CarriesOut,
        Word::Link => Part::Links,
        Word::Advise => Part::Advises,
        Word::Work => Part::Works,
        Word::Raise => Part::Raises,
        Word::Void => {
            case.verdict = Some(Verdict::Rejected);
            Part::Decides
        }
        Word::Reject if shares.by_opener.is_some_and(|share| share >= 0.8) => {
            case.speaks_for(of(seen.n_by_opener, seen.n_later, "are by whoever began the item: it is taken back"));
            Part::Withdraws
        }
        Word::Reject if shares.last >= MOSTLY => {
            case.verdict = Some(Verdict::Rejected);
            Part::Decides
        }
        Word::Reject => {
            case.speaks_for(of(seen.n - seen.n_last.min(seen.n), seen.n, "are followed by more: it is not the end"));
            Part::Objects
        }
        Word::Close if shares.after_decision >= MOSTLY => {
            case.speaks_for(of(seen.n_after_decision, seen.n, "come after something that decides by its name"));
            Part::CarriesOut
        }
        Word::Close => Part::Decides,
    };
}

/// What the use says where no word does: with little confidence.
fn by_use(told: &Told, case: &mut Case, seen: &Use, shares: &Shares) {
    if words::lifecycle(&told.activity) == Some("start") {
        case.part = Part::Hands;
        case.speaks_for("it is the start of a piece of work: whoever begins has it in hand".to_owned());
    } else if words::lifecycle(&told.activity) == Some("complete") {
        case.part = Part::Works;
        case.speaks_for("it is the end of a piece of work, whose name says nothing more".to_owned());
    } else if shares.first >= 0.9 {
        case.part = Part::Raises;
    } else if shares.other_before.zip(shares.other_after).is_some_and(|(before, after)| before < 0.2 && after < 0.2) {
        case.part = Part::Works;
        case.speaks_for(of(seen.n_before - seen.n_other_before, seen.n_before, "are by whoever did the thing before"));
    } else if seen.stay.quantile(0.5).is_some_and(|seconds| seconds < 300.0) && shares.last < SELDOM {
        case.part = Part::Works;
        case.why.push("mostly something else follows within five minutes".to_owned());
    }
}

/// What the tracker says of the statuses on either side stands above the words.
fn by_category(crossing: Crossing, word: Option<Word>, case: &mut Case, seen: &Use) {
    let n = seen.n;
    match crossing {
        Crossing::None => {}
        Crossing::OutOf => {
            case.part = Part::Reopens;
            case.speaks_for(format!("the tracker says that it leaves what is done ({n} of {n})"));
        }
        Crossing::Within => {
            case.part = Part::CarriesOut;
            case.speaks_for(format!("the tracker says that it was done before and is after ({n} of {n})"));
        }
        Crossing::Into => {
            case.speaks_for(format!("the tracker says that it ends what was open ({n} of {n})"));
            case.part = match word {
                Some(Word::Withdraw) => Part::Withdraws,
                Some(Word::Reject | Word::Void) => {
                    case.verdict = Some(Verdict::Rejected);
                    Part::Decides
                }
                _ => {
                    if word.is_some_and(|word| matches!(word, Word::Ask | Word::Wait | Word::Raise | Word::Work)) {
                        case.speaks_against("its name says that it goes on".to_owned());
                    }
                    Part::Decides
                }
            };
        }
    }
}

/// Where in its items an activity stands speaks for or against its part.
fn by_place(case: &mut Case, seen: &Use, shares: &Shares) {
    match case.part {
        Part::Raises if shares.first >= MOSTLY => {
            case.speaks_for(of(seen.n_first, seen.n_items, "items begin with it"))
        }
        Part::Raises => {
            case.speaks_against(of(seen.n_first, seen.n_items, "items begin with it: it is rather work on them"));
            case.part = Part::Works;
        }
        Part::Decides | Part::CarriesOut | Part::Withdraws if shares.last >= MOSTLY => {
            case.speaks_for(of(seen.n_last, seen.n_items, "items end with it"));
        }
        Part::Decides if shares.returned >= MOSTLY => {
            case.speaks_against(of(seen.n_returned, seen.n, "are followed by something the item had before"));
        }
        Part::Consents | Part::Objects => match shares.other_before {
            Some(share) if share >= MOSTLY => {
                case.speaks_for(of(seen.n_other_before, seen.n_before, "are by another than what came before"));
            }
            Some(share) if share < SELDOM => {
                case.speaks_against(of(
                    seen.n_before - seen.n_other_before,
                    seen.n_before,
                    "are by whoever did the thing before: nobody else was asked",
                ));
            }
            _ => {}
        },
        Part::Asks | Part::Waits => match shares.other_after {
            Some(share) if share >= MOSTLY => {
                case.speaks_for(of(seen.n_other_after, seen.n_after, "are followed by somebody else's act"));
            }
            _ if shares.last >= MOSTLY => {
                case.speaks_against(of(seen.n_last, seen.n_items, "items end with it: nothing was waited for"));
            }
            _ => {}
        },
        Part::Hands => match (shares.other_before, shares.other_after) {
            (Some(before), after) if before >= MOSTLY || after.is_some_and(|after| after >= MOSTLY) => {
                let (n, of_n) = if before >= MOSTLY {
                    (seen.n_other_before, seen.n_before)
                } else {
                    (seen.n_other_after, seen.n_after)
                };
                case.speaks_for(of(n, of_n, "stand between two different people"));
            }
            (Some(before), Some(after)) if before < SELDOM && after < SELDOM => {
                case.speaks_against(
                    "it is done by whoever acts before and after: nobody takes anything over".to_owned(),
                );
            }
            _ => {}
        },
        Part::Reopens if shares.first >= MOSTLY => {
            case.speaks_against(of(seen.n_first, seen.n_items, "items begin with it: there was nothing to open again"));
        }
        _ => {}
    }
}

/// Shares of an activity's events or items, 0 to 1; `None` where it is known of fewer than [`N_TOLD`].
struct Shares {
    first: f64,
    last: f64,
    returned: f64,
    after_decision: f64,
    by_opener: Option<f64>,
    other_before: Option<f64>,
    other_after: Option<f64>,
}

impl Shares {
    fn of(seen: &Use) -> Shares {
        let share = |n: u64, of: u64| if of == 0 { 0.0 } else { n as f64 / of as f64 };
        let known = |n: u64, of: u64| (of >= N_TOLD).then(|| share(n, of));
        Shares {
            first: share(seen.n_first, seen.n_items),
            last: share(seen.n_last, seen.n_items),
            returned: share(seen.n_returned, seen.n),
            after_decision: share(seen.n_after_decision, seen.n),
            by_opener: known(seen.n_by_opener, seen.n_later),
            other_before: known(seen.n_other_before, seen.n_before),
            other_after: known(seen.n_other_after, seen.n_after),
        }
    }
}

fn of(n: u64, all: u64, what: &str) -> String {
    format!("{n} of {all} {what}")
}

fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// How long items stay after it.
fn stays(seen: &Use) -> String {
    match (seen.stay.quantile(0.25), seen.stay.quantile(0.5), seen.stay.quantile(0.75)) {
        (Some(low), Some(median), Some(high)) => format!(
            "the next event comes after {} in the median (quartiles {} and {}, n = {})",
            span(median),
            span(low),
            span(high),
            seen.stay.n()
        ),
        _ => "nothing ever follows it".to_owned(),
    }
}

/// Seconds in words, to two digits.
fn span(seconds: f64) -> String {
    let (value, unit) = match seconds {
        ..1.0 => return "no time".to_owned(),
        ..90.0 => (seconds, "s"),
        ..5_400.0 => (seconds / 60.0, "min"),
        ..129_600.0 => (seconds / 3_600.0, "h"),
        _ => (seconds / 86_400.0, "d"),
    };
    if value < 9.95 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}
