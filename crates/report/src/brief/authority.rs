//! Who has the say: the findings, each with its doubt and its question, and how far was looked where nothing stood out.

use std::borrow::Cow;

use sayso_model::diagnosis::{Diagnosis, Finding, Sought, Standing, Strength};
use sayso_model::measure::Measurement;
use sayso_model::signal::Pattern;
use sayso_stats::{Estimate, Window};

use super::live::path_command;
use super::{Block, Card, Column, Headline, Prose, Table, Term};
use crate::{clean, quantity, words};

/// Findings among the headlines, at most: the rest of the page must have its say too.
const HEADLINES_MAX: usize = 2;

/// The constraints of a distributed organisation to which findings belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Constraint {
    /// Who has the say, and whether everybody knows.
    Clarity,
    /// What higher levels do about it.
    Control,
    /// Told in a section of its own, with its numbers.
    Elsewhere,
    /// Whether the why travels, and whether those decide who know.
    Context,
}

impl Constraint {
    /// Where findings of a pattern are told.
    fn of(pattern: Pattern) -> Constraint {
        match pattern {
            Pattern::EscalationReturns | Pattern::Intervention | Pattern::Override | Pattern::WaitingAbove => {
                Constraint::Control
            }
            Pattern::BorderCost | Pattern::CostOutrunsClarity => Constraint::Elsewhere,
            Pattern::WhyLost | Pattern::DecidedFarFromInformation => Constraint::Context,
            _ => Constraint::Clarity,
        }
    }
}

/// Whether findings of a pattern are told under context.
pub(super) fn is_of_context(pattern: Pattern) -> bool {
    Constraint::of(pattern) == Constraint::Context
}

/// The findings of some patterns, and how far was looked for them.
pub(super) fn cards(diagnosis: &Diagnosis, here: impl Fn(Pattern) -> bool) -> Vec<Block> {
    let found = diagnosis.findings.iter().enumerate().filter(|(_, finding)| here(finding.pattern));
    let mut blocks: Vec<Block> = found.map(|(i, finding)| Block::Card(Box::new(card(i + 1, finding)))).collect();
    let looked: Vec<Prose> = diagnosis.sought.iter().filter(|one| here(one.pattern)).map(sought).collect();
    if !looked.is_empty() {
        blocks.push(Block::Small("Looked for:", looked));
    }
    let thin = diagnosis.too_thin.iter().filter(|thin| here(thin.pattern));
    let thin: Vec<Prose> = thin.map(|thin| harden(&clean::line(&thin.says)).into()).collect();
    if !thin.is_empty() {
        blocks.push(Block::Small("Too little record to say:", thin));
    }
    blocks
}

/// What was looked for under a constraint, the findings there, and about what the record is too thin.
pub(super) fn blocks(diagnosis: &Diagnosis, constraint: Constraint) -> Vec<Block> {
    let mut blocks: Vec<Block> = vec![Block::Prose(lead(diagnosis, constraint))];
    blocks.extend(cards(diagnosis, |pattern| Constraint::of(pattern) == constraint));
    blocks
}

/// A finding in a few words: pattern, matter and area.
pub(super) fn title(finding: &Finding) -> Prose {
    let title = Prose::new().say(format!("{}: ", finding.pattern.title()));
    match (finding.matter.is_empty(), finding.area.is_empty()) {
        (false, false) => title.name(&finding.matter).say(" of ").name(&finding.area),
        (false, true) => title.name(&finding.matter).say(" in all areas"),
        (true, false) => title.say("decisions in ").name(&finding.area),
        (true, true) => title.say("all decisions"),
    }
}

/// The strongest findings that still hold, as sentences to begin with.
pub(super) fn headlines(diagnosis: &Diagnosis) -> impl Iterator<Item = Headline> {
    let of = |current: bool| {
        let findings = diagnosis.findings.iter();
        findings.filter(move |finding| (finding.verdict == Standing::Current) == current)
    };
    // Where nothing holds any more, what did is told once: it is the sentence by which a change shows.
    let is_over = of(true).next().is_none();
    of(true).take(HEADLINES_MAX).map(headline).chain(of(false).take(usize::from(is_over)).map(former))
}

/// The headline of what held before.
fn former(finding: &Finding) -> Headline {
    let of_then = headline(finding);
    let label = words::capital(standing(finding.verdict));
    Headline {
        says: Prose::new().strong(label).say(": ").then(of_then.says),
        doubt: said(finding, &finding.standing).say(" ").then(of_then.doubt),
        ..of_then
    }
}

fn headline(finding: &Finding) -> Headline {
    let mut doubt = Prose::new();
    if let Some(main) = finding.estimates.first() {
        doubt = doubt.say(format!("{}, from {}. ", words::capital(&between(main)), words::observed(main)));
    }
    doubt = doubt.say(format!("{}.", strength(finding.strength)));
    if let Some(other) = finding.otherwise.first() {
        doubt = doubt.say(" What else could explain it: ").then(said(finding, other));
    }
    let mut measures: Vec<&'static str> = finding.estimates.iter().map(|number| number.id().code()).collect();
    measures.sort_unstable();
    measures.dedup();
    let question = clean::line(&finding.question);
    Headline {
        figure: finding.estimates.first().map_or_else(|| quantity::CANNOT_TELL.to_owned(), |main| shown(main).0),
        says: said(finding, first_sentence(finding)),
        doubt,
        asks: Cow::Owned(question),
        measures,
    }
}

fn lead(diagnosis: &Diagnosis, constraint: Constraint) -> Prose {
    let here = |pattern: Pattern| Constraint::of(pattern) == constraint;
    let tests: u64 = diagnosis.sought.iter().filter(|one| here(one.pattern)).map(|one| one.tests).sum();
    let n = diagnosis.findings.iter().filter(|finding| here(finding.pattern)).count() as u64;
    if tests == 0 && n == 0 {
        return Prose::from(match constraint {
            Constraint::Clarity | Constraint::Elsewhere => {
                "Nothing could be looked for: no place has enough people, decisions, known deciders and recorded acts to \
                 tell gates or permission seeking from chance."
            }
            Constraint::Control => {
                "Nothing could be looked for: no place has enough people, decisions and known levels to tell intervention, \
                 override or idle escalation from chance."
            }
            Constraint::Context => {
                "Nothing could be looked for: no place has enough people, hand-overs with a text or a link, or decisions in an \
                 area that somebody is seen to know."
            }
        });
    }
    if n == 0 {
        return Prose::new().strong("Nothing stood out").say(format!(
            ". {} made, and none passes both a correction for all that was looked at and the size that would matter. That is \
             a result: where the record is long enough, {} would have been seen. What is decided in calls and chats is not \
             in it.",
            quantity::counted(tests, "test was", "tests were"),
            match constraint {
                Constraint::Clarity | Constraint::Elsewhere => "gates and the like",
                Constraint::Control => "interventions, overrides and idle escalations",
                Constraint::Context => "hand-overs without the why, and deciders far from the information,",
            }
        ));
    }
    let begins = match constraint {
        Constraint::Clarity | Constraint::Elsewhere => {
            "What is declared stands in the charter, remit by remit. Here is where the record shows something else: "
        }
        Constraint::Control => "Here is where a higher level steps in, undoes or only passes on what it was asked: ",
        Constraint::Context => {
            "Here is where the why does not travel, or where those decide who know least of the area: "
        }
    };
    Prose::new()
        .say(begins)
        .say(format!("{} ", quantity::count(n)))
        .term(if n == 1 { "finding" } else { "findings" }, Term::Finding)
        .say(format!(
            " from {}, corrected for everything that was looked at. None speaks of a person, and each ends in a question: \
             ask before you conclude.",
            quantity::counted(tests, "test", "tests")
        ))
}

fn card(number: usize, finding: &Finding) -> Card {
    let title = title(finding).say(" (").strong(standing(finding.verdict)).say(")");
    Card {
        id: format!("finding-{number}"),
        title,
        claim: said(finding, &finding.claim),
        also_seen: finding.also_seen.iter().map(|also| said(finding, &words::capital(also)).say(".")).collect(),
        standing: said(finding, &finding.standing),
        strength: Prose::new().strong(strength(finding.strength)).say(format!(
            ". One-sided p {}; after the correction for everything that was looked at, {}.",
            p(finding.p),
            p(finding.p_adjusted)
        )),
        numbers: numbers(finding),
        otherwise: finding.otherwise.iter().map(|other| said(finding, other)).collect(),
        question: said(finding, &finding.question),
        evidence: finding.evidence.iter().map(|decision| Prose::new().code(&path_command(decision))).collect(),
    }
}

/// Whether a finding still holds, in a few words.
pub(super) fn standing(verdict: Standing) -> &'static str {
    match verdict {
        Standing::Current => "holds now",
        Standing::Past => "held before, not now",
        Standing::CannotTell => "held before; now, cannot tell",
    }
}

/// How strong the evidence is, in words.
pub(super) fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::A => "Explicit (A): a rule, or asks that say it in words",
        Strength::B => "By tests that a bystander does not pass (B)",
        Strength::C => "An association only (C)",
    }
}

/// A p-value as people read it.
fn p(p: f64) -> String {
    if p < 0.001 { "below 0.001".to_owned() } else { format!("{p:.3}") }
}

fn numbers(finding: &Finding) -> Table {
    let windows: Vec<Window> = finding.estimates.iter().map(|number| number.estimate().window()).collect();
    let is_parted = windows.windows(2).any(|pair| pair[0] != pair[1]);
    let mut columns =
        vec![Column::words("Number"), Column::numbers("Value"), Column::numbers("Interval"), Column::numbers("n")];
    if is_parted {
        columns.push(Column::words("From"));
    }
    let rows = finding.estimates.iter().map(|number| {
        let estimate = number.estimate();
        let (value, interval) = shown(number);
        let mut row = vec![
            Prose::from(words::of_a_finding(finding.pattern, number)),
            Prose::new().strong(value),
            interval.into(),
            quantity::count(estimate.n()).into(),
        ];
        if is_parted {
            row.push(quantity::day(estimate.window().since).into());
        }
        row
    });
    Table {
        caption: {
            let place: Vec<&str> = [finding.matter.as_str(), &finding.area, &finding.role]
                .into_iter()
                .filter(|word| !word.is_empty())
                .collect();
            format!("The numbers behind it: {}, {}", finding.pattern.title(), clean::line(&place.join(", ")))
        },
        columns,
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

/// Whether a statistic is neither a share nor a time nor a ratio of a kind that `times` would suit.
pub(super) fn is_bare(statistic: &str) -> bool {
    matches!(
        statistic,
        "per_100"
            | "effective_deciders"
            | "divergence"
            | "border_e_value"
            | "exponent"
            | "exponent_hours"
            | "exponent_people"
            | "exponent_asks"
    )
}

/// Value and interval.
pub(super) fn shown(number: &Measurement) -> (String, String) {
    let estimate: &Estimate = number.estimate();
    match estimate.value() {
        Some(value) if is_bare(number.statistic()) => {
            (quantity::bare(value), quantity::bare_interval(estimate.interval()))
        }
        _ => (quantity::value(estimate), quantity::interval(estimate)),
    }
}

/// The interval in a sentence.
fn between(number: &Measurement) -> String {
    let limits = number.estimate().interval();
    match (limits.low, limits.high) {
        (Some(low), Some(high)) if is_bare(number.statistic()) => {
            format!("between {} and {}", quantity::bare(low), quantity::bare(high))
        }
        _ if is_bare(number.statistic()) => quantity::bare_interval(limits),
        _ => quantity::between(number.estimate()),
    }
}

fn sought(sought: &Sought) -> Prose {
    let mut says = format!(
        "{}: {}, {}",
        sought.pattern.title(),
        quantity::counted(sought.places, "place", "places"),
        quantity::counted(sought.tests, "test", "tests")
    );
    if sought.unobservable > 0 {
        says.push_str(&format!(
            "; nothing is said of {} where too few deciders are known",
            quantity::counted(sought.unobservable, "place", "places")
        ));
    }
    Prose::from(says + ".")
}

/// A sentence of a finding, in which the names from the record are marked as such.
fn said(finding: &Finding, raw: &str) -> Prose {
    /// Shorter names occur inside words.
    const NAME_CHARS_MIN: usize = 3;
    let line = harden(&clean::line(raw));
    let mut names: Vec<String> =
        [&finding.matter, &finding.area, &finding.role].map(|name| harden(&clean::line(name))).into();
    names.retain(|name| name.chars().count() >= NAME_CHARS_MIN);
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut prose = Prose::new();
    let mut rest = line.as_str();
    while let Some((at, name)) = next_name(rest, &names) {
        prose = prose.say(&rest[..at]).name(name);
        rest = &rest[at + name.len()..];
    }
    let prose = prose.say(rest);
    Prose {
        spans: prose.spans.into_iter().filter(|span| !matches!(span, super::Span::Say(s) if s.is_empty())).collect(),
    }
}

/// Where the first of the names stands as a word of its own; of two at the same place the longer.
fn next_name<'n>(text: &str, names: &'n [String]) -> Option<(usize, &'n str)> {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let first = |name: &'n String| {
        let mut places = text.match_indices(name.as_str()).map(|(at, _)| at);
        let at = places
            .find(|at| is_edge(text[..*at].chars().next_back()) && is_edge(text[at + name.len()..].chars().next()))?;
        Some((at, name.as_str()))
    };
    names.iter().filter_map(first).min_by_key(|(at, name)| (*at, std::cmp::Reverse(name.len())))
}

/// The claim up to the end of its first sentence; a full stop inside a name ends none.
fn first_sentence(finding: &Finding) -> &str {
    let mut masked = finding.claim.clone();
    for name in [&finding.matter, &finding.area, &finding.role].into_iter().filter(|name| !name.is_empty()) {
        masked = masked.replace(name.as_str(), &"x".repeat(name.len()));
    }
    let end = masked.match_indices(". ").map(|(at, _)| at + 1);
    let end = end.into_iter().find(|end| masked[end + 1..].starts_with(|c: char| c.is_ascii_uppercase()));
    end.and_then(|end| finding.claim.get(..end)).unwrap_or(&finding.claim)
}

/// The same words with spaces that do not break where a number would lose its sign or an interval its end.
pub(super) fn harden(line: &str) -> String {
    const BRACKET_CHARS_MAX: usize = 32;
    let hard = quantity::HARD_SPACE.to_string();
    let mut out = String::with_capacity(line.len() + 16);
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        out.push('[');
        rest = after;
        if let Some((inside, after)) = after.split_once(']')
            && inside.chars().count() <= BRACKET_CHARS_MAX
            && inside.contains(|c: char| c.is_ascii_digit())
        {
            out.push_str(&inside.replace(' ', &hard));
            out.push(']');
            rest = after;
        }
    }
    out.push_str(rest);
    let mut hardened = String::with_capacity(out.len());
    let mut previous = ' ';
    let mut chars = out.chars().peekable();
    while let Some(c) = chars.next() {
        let keeps_its_sign = c == ' ' && previous.is_ascii_digit() && chars.peek() == Some(&'%');
        hardened.push(if keeps_its_sign { quantity::HARD_SPACE } else { c });
        previous = c;
    }
    hardened
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::brief::Span;

    fn finding(claim: &str, area: &str, role: &str) -> Finding {
        Finding {
            id: "x".to_owned(),
            pattern: Pattern::ImplicitGate,
            matter: "scope".to_owned(),
            area: area.to_owned(),
            role: role.to_owned(),
            claim: claim.to_owned(),
            verdict: Standing::Current,
            standing: String::new(),
            strength: Strength::B,
            estimates: Vec::new(),
            p: 0.0001,
            p_adjusted: 0.003,
            evidence: Vec::new(),
            otherwise: Vec::new(),
            question: "Why?".to_owned(),
            also_seen: Vec::new(),
        }
    }

    #[test]
    fn names_are_marked_and_words_that_hold_them_are_not() {
        let f = finding("", "price", "owner");
        let prose = said(&f, "Scope of price, the prices of the owner of price.");
        let names: Vec<&str> = prose
            .spans
            .iter()
            .filter_map(|s| if let Span::Name(name) = s { Some(name.as_str()) } else { None })
            .collect();
        assert_eq!(names, ["price", "owner", "price"]);
        assert_eq!(prose.plain(), "Scope of price, the prices of the owner of price.");
    }

    #[test]
    fn a_full_stop_in_a_name_ends_no_sentence() {
        let f = finding("Scope of v2. Claims moved late. It was asked first.", "v2. Claims", "");
        assert_eq!(first_sentence(&f), "Scope of v2. Claims moved late.");
        assert_eq!(first_sentence(&finding("Only one.", "", "")), "Only one.");
    }

    #[test]
    fn numbers_keep_their_signs_and_intervals_their_ends() {
        assert_eq!(harden("84 % [76, 90] of 224"), "84\u{a0}% [76,\u{a0}90] of 224");
        assert_eq!(harden("a [long name without any number] b ["), "a [long name without any number] b [");
    }

    #[test]
    fn p_values_are_not_told_to_the_last_digit() {
        assert_eq!(p(1e-9), "below 0.001");
        assert_eq!(p(0.0321), "0.032");
    }
}
