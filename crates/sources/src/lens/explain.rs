//! Which rule of a lens made what of one event, and which further rules would have matched had it not been for that one.

use std::fmt;
use std::mem;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{Act, EventRow, EventSink, Flow, SinkError, Verdict};
use sayso_model::time::Instant;
use serde::Deserialize;

use super::place::Place;
use super::shape::{Cell, Element, Shaper};
use super::{Field, Given, Inner, Lens, Template};

/// What a lens makes of one element, which may give two events (where the row has a start and an end).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// The events, in order; also those that a rule leaves out.
    pub events: Vec<ExplainedEvent>,
    /// Why the element is set aside, where it is: the reason's name, and the detail.
    pub set_aside: Option<(String, String)>,
}

/// One event, and whence all that is said of it comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExplainedEvent {
    /// The activity, as the lens names it.
    pub activity: String,
    /// The rule that counts: the first that matches; `None` where none does.
    pub rule: Option<RuleRef>,
    /// Rules further down that would have matched as well.
    pub shadowed: Vec<RuleRef>,
    /// Whether the rule leaves the event out.
    pub is_skipped: bool,
    /// The acts, in order; empty where it is kept as a label alone.
    pub acts: Vec<Act>,
    /// Whence the acts come.
    pub acts_by: Whence,
    /// The answer.
    pub verdict: Option<Verdict>,
    /// What else is said: the field's name, its value where it has one, and whence.
    pub said: Vec<(&'static str, Option<String>, Whence)>,
}

/// Whence a value comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whence {
    /// Nothing says it.
    #[default]
    Nothing,
    /// The rule that counts.
    Rule,
    /// The lens's field of that name.
    Field,
    /// The table `[default]`.
    Default,
}

/// A rule of the lens's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleRef {
    /// Its place among the rules, from 1.
    pub number: usize,
    /// The line of [`Lens::text`] at which it begins, from 1; `None` where the text does not tell.
    pub line: Option<usize>,
    /// Its conditions, as they are written; empty for a rule that always matches.
    pub conditions: String,
    /// Why whoever wrote it thinks so.
    pub because: Option<String>,
}

impl fmt::Display for RuleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {}", self.number)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        match self.conditions.as_str() {
            "" => f.write_str(" (always)"),
            conditions => write!(f, " ({conditions})"),
        }
    }
}

impl fmt::Display for Whence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Whence::Nothing => "nothing says it",
            Whence::Rule => "by the rule",
            Whence::Field => "by the field",
            Whence::Default => "by [default]",
        })
    }
}

impl fmt::Display for ExplainedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", if self.activity.is_empty() { "(no activity)" } else { &self.activity })?;
        match &self.rule {
            Some(rule) => writeln!(f, "  by {rule}")?,
            None => writeln!(f, "  no rule matches")?,
        }
        if let Some(because) = self.rule.as_ref().and_then(|rule| rule.because.as_ref()) {
            writeln!(f, "  because: {because}")?;
        }
        if self.is_skipped {
            writeln!(f, "  left out")?;
        } else {
            let acts: Vec<&str> = self.acts.iter().map(|act| act.name()).collect();
            let acts = if acts.is_empty() { "no act, kept as a label".to_owned() } else { acts.join(" and ") };
            writeln!(f, "  act: {acts} ({})", self.acts_by)?;
            if let Some(verdict) = self.verdict {
                writeln!(f, "  verdict: {}", verdict.name())?;
            }
            for (name, value, whence) in self.said.iter().filter(|(_, _, whence)| *whence != Whence::Nothing) {
                writeln!(f, "  {name}: {} ({whence})", value.as_deref().unwrap_or("not recorded"))?;
            }
        }
        for rule in &self.shadowed {
            writeln!(f, "  would have matched too: {rule}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.events.iter().try_for_each(|event| write!(f, "{event}"))?;
        if let Some((reason, detail)) = &self.set_aside {
            writeln!(f, "set aside: {reason}{}{detail}", if detail.is_empty() { "" } else { ": " })?;
        }
        Ok(())
    }
}

/// Takes down what a lens makes of one item while its source is read; made by [`Lens::watching`].
#[derive(Debug)]
pub struct Watching {
    item: String,
    rules: OnceLock<Vec<RuleRef>>,
    found: Mutex<Vec<WatchedEvent>>,
}

/// One event of a watched item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedEvent {
    /// Where its source tells it.
    pub place: String,
    /// When it happened.
    pub at: Option<Instant>,
    /// What the lens makes of it.
    pub event: ExplainedEvent,
}

impl Watching {
    /// Takes what was found so far, in the order of reading; nothing where no event of the item was met.
    pub fn take(&self) -> Vec<WatchedEvent> {
        mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn note(&self, lens: &Lens, place: Place, traced: impl Iterator<Item = Traced>) {
        for traced in traced.filter(|traced| traced.item == self.item) {
            let rules = self.rules.get_or_init(|| lines(lens.text()));
            let (place, at) = (place.to_string(), traced.at);
            let found = WatchedEvent { place, at, event: traced.explained(rules) };
            self.found.lock().unwrap_or_else(PoisonError::into_inner).push(found);
        }
    }
}

impl Lens {
    /// The same lens, which takes down what it makes of the events of one item while it is at work, and where from.
    pub fn watching(&self, item: &str) -> (Lens, Arc<Watching>) {
        let watching =
            Arc::new(Watching { item: item.to_owned(), rules: OnceLock::new(), found: Mutex::new(Vec::new()) });
        (Lens(Arc::clone(&self.0), Some(Arc::clone(&watching))), watching)
    }

    /// What the lens makes of one element as its source tells it, and why: `told` are its columns or attributes, those of
    /// its container under `case:KEY`. Exactly what reading makes of it, with one difference: where the lens says `first`,
    /// the opening that an item's first event gives is not shown. Texts are looked at by rules and not shown.
    pub fn explain(&self, told: &[(&str, &str)]) -> Explained {
        let mut shaper = Shaper::new(self, None);
        shaper.traced = Some(Vec::new());
        let cells: Vec<Cell<'_>> = told
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| Cell { key, value, slot: shaper.slot(key) })
            .collect();
        let element = Element { outer: &[], own: &cells, unnamed: None, place: Place::Row(1) };
        let mut aside = Aside::default();
        let result = shaper.element(&element, &mut aside);
        debug_assert!(result.is_ok(), "this sink takes everything");
        let lines = lines(self.text());
        let events = shaper.traced.take().unwrap_or_default().into_iter().map(|traced| traced.explained(&lines));
        Explained { events: events.collect(), set_aside: aside.0 }
    }
}

/// What a [`Shaper`] notes down of one event when it is asked to.
#[derive(Debug, Default)]
pub(crate) struct Traced {
    pub item: String,
    pub at: Option<Instant>,
    pub activity: String,
    pub matching: Vec<usize>,
    pub is_skipped: bool,
    pub acts: Vec<Act>,
    pub acts_by: Whence,
    pub verdict: Option<Verdict>,
    pub said: Vec<(&'static str, Option<String>, Whence)>,
}

impl Traced {
    fn explained(self, rules: &[RuleRef]) -> ExplainedEvent {
        let rule = |at: &usize| rules.get(*at).cloned().unwrap_or(RuleRef { number: at + 1, ..RuleRef::default() });
        ExplainedEvent {
            activity: self.activity,
            rule: self.matching.first().map(rule),
            shadowed: self.matching.iter().skip(1).map(rule).collect(),
            is_skipped: self.is_skipped,
            acts: self.acts,
            acts_by: self.acts_by,
            verdict: self.verdict,
            said: self.said,
        }
    }
}

/// Whence the acts of an event come.
pub(crate) fn whence_acts(lens: &Inner, given: Option<&Given>, has_field: bool) -> Whence {
    match given {
        Some(given) if !given.acts.is_empty() => Whence::Rule,
        _ if has_field => Whence::Field,
        _ if !lens.default.acts.is_empty() => Whence::Default,
        _ => Whence::Nothing,
    }
}

/// Whence a value comes that a rule, a field or the default may give.
pub(crate) fn whence(
    lens: &Inner,
    given: Option<&Given>,
    pick: fn(&Given) -> &Option<Template>,
    has_field: bool,
) -> Whence {
    if given.is_some_and(|given| pick(given).is_some()) {
        Whence::Rule
    } else if has_field {
        Whence::Field
    } else if pick(&lens.default).is_some() {
        Whence::Default
    } else {
        Whence::Nothing
    }
}

/// The fields of which an explanation speaks, and where a rule gives them.
pub(crate) type Pick = fn(&Given) -> &Option<Template>;
pub(crate) const SAID: [(Field, &str, Pick); 8] = [
    (Field::Actor, "actor", |given| &given.actor),
    (Field::To, "to", |given| &given.to),
    (Field::Matter, "matter", |given| &given.matter),
    (Field::Area, "area", |given| &given.area),
    (Field::Team, "team", |given| &given.team),
    (Field::Site, "site", |given| &given.site),
    (Field::Role, "role", |given| &given.role),
    (Field::Link, "link", |given| &given.link),
];

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    rule: Vec<toml::Spanned<toml::Table>>,
}

/// The rules of a lens's text, with their lines.
fn lines(text: &str) -> Vec<RuleRef> {
    let Ok(written) = toml::from_str::<Written>(text) else { return Vec::new() };
    let refer = |(at, rule): (usize, toml::Spanned<toml::Table>)| {
        let Range { start, .. } = rule.span();
        let line = text.get(..start).map(|before| before.matches('\n').count() + 1);
        let rule = rule.into_inner();
        let conditions =
            ["activity", "where"].into_iter().filter_map(|key| Some(format!("{key} = {}", rule.get(key)?)));
        let because = rule.get("because").and_then(toml::Value::as_str).map(str::to_owned);
        RuleRef { number: at + 1, line, conditions: conditions.collect::<Vec<_>>().join(", "), because }
    };
    written.rule.into_iter().enumerate().map(refer).collect()
}

#[derive(Default)]
struct Aside(Option<(String, String)>);

impl EventSink for Aside {
    fn seen(&mut self) {}

    fn event(&mut self, _: &EventRow<'_>) -> Result<(), SinkError> {
        Ok(())
    }

    fn set_aside(&mut self, _: &str, reason: Reason, detail: &str) {
        self.0 = Some((reason.name().to_owned(), detail.to_owned()));
    }

    fn note(&mut self, _: &str, _: Note, _: &str) {}

    fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }

    fn progress(&mut self, _: u64, _: Option<u64>) {}
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    const LENS: &str = "name = \"x\"\nitem = \"i\"\nat = \"t\"\nactivity = \"a\"\nactor = \"who\"\nact = \"act\"\nmatter = \"m\"\n\
        [default]\narea = \"shop\"\nact = \"worked\"\n\n# first\n[[rule]]\nactivity = \"Close*\"\nwhere = { who = \"ada\" }\n\
        act = [\"handed\", \"decided\"]\nto = \"{actor}\"\nverdict = \"approved\"\nbecause = \"she may\"\n\n\
        [[rule]]\nactivity = \"Beat\"\nskip = true\n\n[[rule]]\nactivity = [\"Close*\", \"/^End$/\"]\nact = \"executed\"\n\
        matter = \"\"\n";

    fn told<'a>(activity: &'a str, who: &'a str) -> [(&'a str, &'a str); 4] {
        [("i", "7"), ("t", "2024-05-01T10:00:00Z"), ("a", activity), ("who", who)]
    }

    #[test]
    fn the_rule_its_line_and_what_it_shadows() {
        let explained = Lens::parse(LENS).unwrap().explain(&told("Closed", "ada"));
        let event = &explained.events[0];
        assert_eq!((event.acts.as_slice(), event.acts_by), ([Act::Handed, Act::Decided].as_slice(), Whence::Rule));
        let rule = event.rule.as_ref().unwrap();
        assert_eq!((rule.number, rule.line, rule.because.as_deref()), (1, Some(13), Some("she may")));
        assert!(rule.conditions.contains("Close*") && rule.conditions.contains("ada"), "{}", rule.conditions);
        assert_eq!(event.shadowed.iter().map(|rule| (rule.number, rule.line)).collect::<Vec<_>>(), [(3, Some(25))]);
        assert!(event.said.contains(&("to", Some("ada".to_owned()), Whence::Rule)), "{:?}", event.said);
        assert!(event.said.contains(&("area", Some("shop".to_owned()), Whence::Default)));
        assert!(event.said.contains(&("actor", Some("ada".to_owned()), Whence::Field)));
        assert!(event.said.contains(&("team", None, Whence::Nothing)));
        let shown = explained.to_string();
        assert!(
            shown.contains("by rule 1, line 13") && shown.contains("would have matched too: rule 3, line 25"),
            "{shown}"
        );
    }

    #[test]
    fn what_is_left_out_set_aside_or_matched_by_nothing() {
        let lens = Lens::parse(LENS).unwrap();
        let skipped = lens.explain(&told("Beat", "bo"));
        assert!(skipped.events[0].is_skipped && skipped.set_aside.is_some());
        let plain = lens.explain(&told("Other", "bo"));
        assert_eq!((plain.events[0].rule.as_ref(), plain.events[0].acts_by), (None, Whence::Default));
        assert!(lens.explain(&[("i", "7")]).set_aside.is_some_and(|(reason, _)| !reason.is_empty()));
    }

    #[test]
    fn a_watching_lens_takes_down_one_item_and_changes_nothing() {
        let lens = Lens::parse(LENS).unwrap();
        let (watching, found) = lens.watching("7");
        let mut shapers = [Shaper::new(&lens, None), Shaper::new(&watching, None)];
        for (row, item) in ["7", "8", "7"].into_iter().enumerate() {
            let told: Vec<(&str, &str)> = told("Closed", "bo")
                .into_iter()
                .map(|(key, value)| if key == "i" { (key, item) } else { (key, value) })
                .collect();
            let rows = shapers.each_mut().map(|shaper| {
                let cells: Vec<Cell<'_>> =
                    told.iter().map(|(key, value)| Cell { key, value, slot: shaper.slot(key) }).collect();
                let mut applied = Applied::default();
                let place = Place::Row(row as u64 + 1);
                let element = Element { outer: &[], own: &cells, unnamed: None, place };
                shaper.element(&element, &mut applied).unwrap();
                applied.0
            });
            assert_eq!(rows[0], rows[1]);
        }
        let found = found.take();
        assert_eq!(found.iter().map(|one| one.place.as_str()).collect::<Vec<_>>(), ["row 1", "row 3"]);
        assert_eq!(found[0].event, lens.explain(&told("Closed", "bo")).events[0]);
    }

    type Row = (Option<Act>, Option<Verdict>, Option<String>, Option<String>);

    #[derive(Default)]
    struct Applied(Vec<Row>);

    impl EventSink for Applied {
        fn seen(&mut self) {}

        fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
            let own = |text: Option<&str>| text.map(str::to_owned);
            self.0.push((row.act, row.verdict, own(row.actor), own(row.matter)));
            Ok(())
        }

        fn set_aside(&mut self, _: &str, _: Reason, _: &str) {}

        fn note(&mut self, _: &str, _: Note, _: &str) {}

        fn checkpoint(&mut self, _: &str) -> Result<Flow, SinkError> {
            Ok(Flow::Continue)
        }

        fn progress(&mut self, _: u64, _: Option<u64>) {}
    }

    proptest! {
        #[test]
        fn an_explanation_is_what_applying_gives(picks in prop::collection::vec((0usize..5, 0usize..3, 0usize..4, 0usize..3), 1..8)) {
            let lens = Lens::parse(LENS).unwrap();
            // One shaper for all, with its memory, against a fresh look at each.
            let mut shaper = Shaper::new(&lens, None);
            for (activity, who, act, matter) in picks {
                let activity = ["Closed", "Beat", "End", "Other", ""][activity];
                let more = [("act", ["", "advised", "Approved", "nonsense"][act]), ("m", ["", "scope", "risk"][matter])];
                let told: Vec<(&str, &str)> = told(activity, ["ada", "bo", ""][who]).into_iter().chain(more).collect();
                let cells: Vec<Cell<'_>> = told.iter().filter(|(_, value)| !value.is_empty())
                    .map(|(key, value)| Cell { key, value, slot: shaper.slot(key) }).collect();
                let mut applied = Applied::default();
                let element = Element { outer: &[], own: &cells, unnamed: None, place: Place::Row(1) };
                shaper.element(&element, &mut applied).unwrap();
                let explained = lens.explain(&told);
                let events: Vec<&ExplainedEvent> =
                    explained.events.iter().filter(|event| !event.is_skipped && explained.set_aside.is_none()).collect();
                let acts: Vec<Option<Act>> = events.iter().flat_map(|event| match event.acts.as_slice() {
                    [] => vec![None],
                    acts => acts.iter().copied().map(Some).collect(),
                }).collect();
                prop_assert_eq!(applied.0.iter().map(|row| row.0).collect::<Vec<_>>(), acts);
                for (_, _, actor, matter) in &applied.0 {
                    let said = |name: &str| events[0].said.iter().find(|(known, _, _)| *known == name).and_then(|(_, value, _)| value.clone());
                    prop_assert_eq!(actor, &said("actor"));
                    prop_assert_eq!(matter, &said("matter"));
                }
                prop_assert_eq!(applied.0.iter().find_map(|row| row.1), events.first().and_then(|event| event.verdict));
            }
        }
    }
}
