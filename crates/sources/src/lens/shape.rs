//! Applies a lens to the elements of a source: fields, rules, and the events that come of them.

use std::fmt::Write as _;
use std::mem;

use jiff::tz::TimeZone;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{Act, Describes, EventRow, EventSink, SinkError, Verdict};
use sayso_model::signs::Signs;
use twox_hash::{XxHash3_64, XxHash3_128};

use super::explain::{SAID, Traced, whence, whence_acts};
use super::place::Place;
use super::template::Got;
use super::{Field, Fold, Given, Inner, LIFECYCLE, Lens, N_FIELDS, OF_THE_CASE, Pattern, Rule, Template, Var};
use crate::instant::{self, Written};
use crate::signs;

/// The slot of a key that the lens does not speak of.
pub(crate) const NO_SLOT: u32 = u32::MAX;
/// Distinct tuples of which the outcome is remembered; beyond it, memory would grow with the file.
const MEMO_MAX: usize = 65_536;
/// In the memo: no rule matches.
const NO_RULE: u32 = u32::MAX;

/// One attribute of an element, or one cell of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell<'a> {
    /// The attribute's name, as it is to be stored.
    pub key: &'a str,
    /// Its value, never empty.
    pub value: &'a str,
    /// Its place in the lens's list of keys.
    pub slot: u32,
}

/// One element on its way to become events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a, 'c> {
    /// What the element's container says: the attributes of its trace.
    pub outer: &'c [Cell<'a>],
    /// What the element says itself; it stands above what the container says under the same key.
    pub own: &'c [Cell<'a>],
    /// The item where the lens finds none.
    pub unnamed: Option<&'a str>,
    /// Where it stands.
    pub place: Place,
}

/// A lens at work on one source. Remembers the outcome of the rules, and the items it has met if the lens asks.
pub(crate) struct Shaper {
    lens: Lens,
    zone: Option<TimeZone>,
    lifecycle: Option<usize>,
    memo: FxHashMap<Box<[u8]>, u32>,
    memo_key: Vec<u8>,
    met: FxHashSet<u64>,
    took_unnamed: bool,
    scratch: String,
    place: String,
    is_used: Vec<bool>,
    slots: Vec<Option<&'static str>>,
    attributes: Vec<(&'static str, &'static str)>,
    /// What the words of a text say.
    pub said: Said,
    /// What came of which rule; noted down only for an explanation.
    pub traced: Option<Vec<Traced>>,
}

/// What a text says. The last answer is kept, though not the text: readers and lens ask about the same one, and so do the
/// several events of one remark.
#[derive(Default)]
pub(crate) struct Said {
    text: u128,
    signs: Signs,
}

impl Said {
    /// As [`signs::signs`].
    pub fn of(&mut self, text: &str) -> Signs {
        let hash = XxHash3_128::oneshot(text.as_bytes());
        if hash != self.text {
            *self = Said { text: hash, signs: signs::signs(text) };
        }
        self.signs
    }
}

type Fields<'a> = [Got<'a>; N_FIELDS];

/// What became of one of the events that an element can give.
enum Outcome {
    Kept,
    Skipped,
    Refused(Reason, String),
}

impl Shaper {
    /// A lens at work; `zone` stands above the zone that the lens declares.
    pub fn new(lens: &Lens, zone: Option<&TimeZone>) -> Self {
        let inner = &lens.0;
        let zone = zone.or(inner.zone.as_ref()).cloned();
        let has_start = inner.fields[Field::Start as usize].is_some();
        Self {
            zone,
            lifecycle: inner.keys.iter().position(|key| key == LIFECYCLE).filter(|_| has_start),
            memo: FxHashMap::with_hasher(FxBuildHasher),
            memo_key: Vec::new(),
            met: FxHashSet::with_hasher(FxBuildHasher),
            took_unnamed: false,
            scratch: String::new(),
            place: String::new(),
            is_used: vec![false; inner.keys.len()],
            slots: Vec::new(),
            attributes: Vec::new(),
            said: Said::default(),
            traced: lens.1.as_ref().map(|_| Vec::new()),
            lens: lens.clone(),
        }
    }

    /// Where the lens has a key, if it speaks of it.
    pub fn slot(&self, key: &str) -> u32 {
        self.lens.0.keys.iter().position(|known| known == key).map_or(NO_SLOT, |slot| slot as u32)
    }

    /// Whether a key holds a text: its value is to be shown nowhere.
    pub fn is_text(&self, key: &str) -> bool {
        self.lens.0.is_text(key)
    }

    /// Whether the shaper must see elements even where nobody wants their events.
    pub fn has_memory(&self) -> bool {
        !self.lens.0.first.is_empty()
    }

    /// Whether an element had to go by the name that its reader offered, since this was last asked.
    pub fn took_unnamed(&mut self) -> bool {
        mem::take(&mut self.took_unnamed)
    }

    /// The instant of an element, if it can be read; for putting the elements of a container in order.
    pub fn instant(&mut self, element: &Element<'_, '_>) -> Option<i64> {
        let lens = self.lens.clone();
        let slots = self.fill_slots(element);
        self.scratch.clear();
        let got = field(&lens.0, Field::At, &slots, &mut self.scratch, &mut self.is_used);
        let read = self.read_instant(&lens.0, got).ok().map(|written| written.at.micros());
        self.slots = recycled(slots);
        read
    }

    /// Turns an element into events, or sets it aside; the caller has already said that it was seen.
    pub fn element<'a>(&mut self, element: &Element<'a, '_>, sink: &mut dyn EventSink) -> Result<(), SinkError> {
        let lens = self.lens.clone();
        self.scratch.clear();
        self.is_used.fill(false);
        let mut slots = self.fill_slots(element);
        let result = self.events_of(&lens.0, element, &mut slots, sink);
        self.slots = recycled(slots);
        if let (Some(watching), Some(traced)) = (&lens.1, &mut self.traced) {
            watching.note(&lens, element.place, traced.drain(..));
        }
        if let Outcome::Refused(reason, detail) = result? {
            sink.set_aside(self.place_of(element.place), reason, &detail);
        }
        Ok(())
    }

    fn events_of<'a>(
        &mut self,
        lens: &Inner,
        element: &Element<'a, '_>,
        slots: &mut [Option<&'a str>],
        sink: &mut dyn EventSink,
    ) -> Result<Outcome, SinkError> {
        let mut fields: Fields<'a> = [Got::None; N_FIELDS];
        for (which, _) in Field::ALL {
            fields[which as usize] = field(lens, which, slots, &mut self.scratch, &mut self.is_used);
        }
        if fields[Field::Item as usize] == Got::None {
            let Some(name) = element.unnamed else {
                return Ok(Outcome::Refused(Reason::ItemMissing, String::new()));
            };
            self.took_unnamed = true;
            fields[Field::Item as usize] = Got::Ref(name);
        }
        let end = self.read_instant(lens, fields[Field::At as usize]);
        let start = match (self.lifecycle, fields[Field::Start as usize]) {
            (Some(_), got) if got != Got::None => Some(self.read_instant(lens, got)),
            _ => None,
        };
        let at = match (&end, start) {
            (Ok(written), _) => *written,
            (Err(Reason::TimeMissing), Some(Ok(written))) => written,
            (Err(reason), _) => {
                let text = fields[Field::At as usize].text(&self.scratch).unwrap_or_default().to_owned();
                return Ok(Outcome::Refused(*reason, text));
            }
        };
        let mut outcome = Outcome::Skipped;
        match start {
            Some(Ok(written)) => {
                let mut fields = fields;
                if end.is_ok() {
                    // The words of a row with a start and an end were written once: they go with its end.
                    fields[Field::Text as usize] = Got::None;
                }
                outcome = self.one(lens, element, slots, fields, written, Some("start"), false, sink)?;
                if let Outcome::Refused(..) = outcome {
                    return Ok(outcome);
                }
            }
            Some(Err(_)) => self.note(element.place, Note::TypeMismatch, "start", sink),
            None => {}
        }
        if end.is_ok() || start.is_none() {
            let lifecycle = self.lifecycle.map(|_| "complete");
            match self.one(lens, element, slots, fields, at, lifecycle, matches!(start, Some(Err(_))), sink)? {
                Outcome::Skipped => {}
                Outcome::Refused(..) if matches!(outcome, Outcome::Kept) => {}
                other => outcome = other,
            }
        }
        Ok(match outcome {
            Outcome::Skipped => {
                let activity = fields[Field::Activity as usize].text(&self.scratch).unwrap_or_default().to_owned();
                Outcome::Refused(Reason::LeftOutByLens, activity)
            }
            other => other,
        })
    }

    /// One event of an element: at its start, at its end, or the only one.
    #[allow(clippy::too_many_arguments)]
    fn one<'a>(
        &mut self,
        lens: &Inner,
        element: &Element<'a, '_>,
        slots: &mut [Option<&'a str>],
        mut fields: Fields<'a>,
        at: Written,
        lifecycle: Option<&'static str>,
        is_start_unread: bool,
        sink: &mut dyn EventSink,
    ) -> Result<Outcome, SinkError> {
        if let (Some(lifecycle), Some(slot)) = (lifecycle, self.lifecycle) {
            slots[slot] = Some(lifecycle);
            fields[Field::Activity as usize] =
                field(lens, Field::Activity, slots, &mut self.scratch, &mut self.is_used);
        }
        let rule = self.rule(lens, slots, &fields);
        let is_skip = rule.is_some_and(|rule| lens.rules[rule].is_skip);
        if let Some(traced) = &mut self.traced {
            let of = |rule: &Rule| is_match(lens, rule, slots, &fields, &self.scratch);
            let matching = (0..lens.rules.len()).filter(|at| of(&lens.rules[*at])).collect();
            let activity = fields[Field::Activity as usize].text(&self.scratch).unwrap_or_default().to_owned();
            let item = fields[Field::Item as usize].text(&self.scratch).unwrap_or_default().to_owned();
            traced.push(Traced { item, at: Some(at.at), activity, matching, is_skipped: is_skip, ..Traced::default() });
        }
        if is_skip {
            return Ok(Outcome::Skipped);
        }
        let given = rule.map(|rule| &lens.rules[rule].given);
        let acts = match self.acts(lens, given, &fields) {
            Ok(acts) => acts,
            Err(word) => return Ok(Outcome::Refused(Reason::ActUnknown, word)),
        };
        let verdict = match self.verdict(lens, given, &fields) {
            Ok(verdict) => verdict,
            Err(word) => return Ok(Outcome::Refused(Reason::VerdictUnknown, word)),
        };
        if acts.is_empty() && fields[Field::Activity as usize] == Got::None {
            return Ok(Outcome::Refused(Reason::ActivityMissing, String::new()));
        }
        let told = fields;
        fields[Field::Actor as usize] = self.say(lens, given, &fields, slots, |given| &given.actor, Some(Field::Actor));
        let mut say = |pick: fn(&Given) -> &Option<Template>, which: Option<Field>| {
            self.say(lens, given, &fields, slots, pick, which)
        };
        let to = say(|given| &given.to, Some(Field::To));
        let matter = say(|given| &given.matter, Some(Field::Matter));
        let area = say(|given| &given.area, Some(Field::Area));
        let team = say(|given| &given.team, Some(Field::Team));
        let site = say(|given| &given.site, Some(Field::Site));
        let role = say(|given| &given.role, Some(Field::Role));
        let link = say(|given| &given.link, Some(Field::Link));
        let describes = given.and_then(|given| given.describes).or(lens.default.describes).unwrap_or_default();
        if let Some(traced) = self.traced.as_mut().and_then(|all| all.last_mut()) {
            let got = [fields[Field::Actor as usize], to, matter, area, team, site, role, link];
            let has = |which: Field| told[which as usize] != Got::None;
            (traced.acts, traced.acts_by) = (acts.to_vec(), whence_acts(lens, given, has(Field::Act)));
            traced.verdict = verdict.filter(|_| acts.len() < 2 || acts.contains(&Act::Decided));
            let said = SAID.iter().zip(got).map(|((which, name, pick), got)| {
                (*name, got.text(&self.scratch).map(str::to_owned), whence(lens, given, *pick, has(*which)))
            });
            traced.said = said.collect();
        }
        self.keep_what_is_replaced(lens, given, is_start_unread, slots);

        if !at.is_exact() {
            let text = fields[Field::At as usize].text(&self.scratch).unwrap_or_default().to_owned();
            let place = element.place.to_string();
            at.note(&place, &text, sink);
        }
        if fields[Field::Actor as usize] == Got::None {
            self.note(element.place, Note::ActorMissing, "", sink);
        }
        let mut attributes = recycled_pairs(mem::take(&mut self.attributes));
        for cell in element.outer.iter().chain(element.own) {
            if !self.is_used.get(cell.slot as usize).is_some_and(|used| *used) && !lens.is_text(cell.key) {
                attributes.push((cell.key, cell.value));
            }
        }
        let text = |got: Got<'a>| got.text(&self.scratch);
        let item = text(fields[Field::Item as usize]).unwrap_or_default();
        let mut signs = text(fields[Field::Text as usize]).map_or(Signs::NONE, |text| self.said.of(text));
        // What a question is raised with is the item's own statement; all that follows is a remark on it.
        if acts.contains(&Act::Raised) && signs.has(Signs::HAS_TEXT) {
            signs = signs.and(Signs::STATEMENT);
        }
        let mut row = EventRow {
            item,
            at: at.at,
            utc_offset_min: at.utc_offset_min,
            actor: text(fields[Field::Actor as usize]),
            act: None,
            activity: text(fields[Field::Activity as usize]).unwrap_or_default(),
            to: None,
            matter: text(matter),
            area: text(area),
            team: text(team),
            site: text(site),
            role: text(role),
            describes,
            verdict: None,
            link: text(link),
            auxiliary: false,
            signs,
            attributes: &attributes,
        };
        if !lens.first.is_empty() && self.met.insert(XxHash3_64::oneshot(item.as_bytes())) {
            // Whoever puts it into somebody else's queue puts it to them in the same act.
            let addressee = text(to).filter(|to| row.actor != Some(to));
            let mut opening = EventRow { to: addressee, auxiliary: true, signs: Signs::NONE, ..row };
            if addressee.is_none() && describes == Describes::Holder {
                opening.describes = Describes::Actor;
                (opening.team, opening.site, opening.role) = (None, None, None);
            }
            for act in lens.first.iter().filter(|act| !acts.contains(act)) {
                sink.event(&EventRow { act: Some(*act), ..opening })?;
            }
        }
        let is_single = acts.len() < 2;
        if is_single {
            (row.act, row.to, row.verdict) = (acts.first().copied(), text(to), verdict);
            sink.event(&row)?;
        } else {
            let principal = principal(&acts);
            for (i, act) in acts.iter().enumerate() {
                row.act = Some(*act);
                row.auxiliary = i != principal;
                // The words are said once, whatever else is done with them.
                row.signs = if i == principal { signs } else { Signs::NONE };
                row.to = text(to).filter(|_| matches!(act, Act::Asked | Act::Handed | Act::Linked));
                row.verdict = verdict.filter(|_| *act == Act::Decided);
                sink.event(&row)?;
            }
        }
        self.attributes = recycled_pairs(attributes);
        Ok(Outcome::Kept)
    }

    /// What a rule puts in the place of a field's own value, and a start that is no time, stays among the attributes.
    fn keep_what_is_replaced(
        &mut self,
        lens: &Inner,
        given: Option<&Given>,
        is_start_unread: bool,
        slots: &[Option<&str>],
    ) {
        let is_replaced = |which: Field| match (which, given) {
            (Field::Start, _) => is_start_unread,
            (_, None) => false,
            (Field::Act, Some(given)) => !given.acts.is_empty(),
            (Field::To, Some(given)) => given.to.is_some(),
            (Field::Matter, Some(given)) => given.matter.is_some(),
            (Field::Area, Some(given)) => given.area.is_some(),
            (Field::Team, Some(given)) => given.team.is_some(),
            (Field::Site, Some(given)) => given.site.is_some(),
            (Field::Role, Some(given)) => given.role.is_some(),
            (Field::Link, Some(given)) => given.link.is_some(),
            (Field::Verdict, Some(given)) => given.verdict.is_some(),
            (Field::Actor, Some(given)) => given.actor.is_some(),
            (Field::Item | Field::At | Field::Activity | Field::Text, Some(_)) => false,
        };
        let is_replaced = |which: Field| lens.fields[which as usize].is_some() && is_replaced(which);
        if !Field::ALL.iter().any(|(which, _)| is_replaced(*which)) {
            return;
        }
        self.is_used.fill(false);
        for (which, _) in Field::ALL {
            if !is_replaced(which) {
                field(lens, which, slots, &mut self.scratch, &mut self.is_used);
            }
        }
    }

    /// The first rule that matches. Its outcome depends only on the activity and on what the conditions look at, so
    /// it is worked out once for each tuple of them.
    fn rule(&mut self, lens: &Inner, slots: &[Option<&str>], fields: &Fields<'_>) -> Option<usize> {
        if lens.rules.is_empty() {
            return None;
        }
        let activity = fields[Field::Activity as usize].text(&self.scratch);
        let seen = |var: &Var| match var {
            Var::Field(field) => fields[*field as usize].text(&self.scratch),
            Var::Slot(slot) => slots[*slot],
            Var::Nothing => None,
        };
        let look = || lens.rules.iter().position(|rule| is_match(lens, rule, slots, fields, &self.scratch));
        if lens.asks_texts() {
            return look();
        }
        let mut key = mem::take(&mut self.memo_key);
        key.clear();
        for value in std::iter::once(activity).chain(lens.asked.iter().map(seen)) {
            match value {
                Some(text) => {
                    key.extend_from_slice(&(text.len() as u32 + 1).to_le_bytes());
                    key.extend_from_slice(text.as_bytes());
                }
                None => key.extend_from_slice(&0u32.to_le_bytes()),
            }
        }
        let found = match self.memo.get(key.as_slice()) {
            Some(known) => *known,
            None => {
                let found = look().map_or(NO_RULE, |rule| rule as u32);
                if self.memo.len() >= MEMO_MAX {
                    self.memo.clear();
                }
                self.memo.insert(key.as_slice().into(), found);
                found
            }
        };
        self.memo_key = key;
        (found != NO_RULE).then_some(found as usize)
    }

    fn acts<'l>(&self, lens: &'l Inner, given: Option<&'l Given>, fields: &Fields<'_>) -> Result<Acts<'l>, String> {
        if let Some(given) = given.filter(|given| !given.acts.is_empty()) {
            return Ok(Acts::Many(&given.acts));
        }
        match fields[Field::Act as usize].text(&self.scratch) {
            // One event may do several things: `raised,handed`.
            Some(words) if words.contains(',') => {
                let acts = words.split(',').map(|word| act_named(word.trim_ascii()));
                acts.collect::<Result<Vec<_>, _>>().map(Acts::Own)
            }
            Some(word) => act_named(word.trim_ascii()).map(Acts::One),
            None => Ok(Acts::Many(&lens.default.acts)),
        }
    }

    fn verdict(&self, lens: &Inner, given: Option<&Given>, fields: &Fields<'_>) -> Result<Option<Verdict>, String> {
        if let Some(verdict) = given.and_then(|given| given.verdict) {
            return Ok(Some(verdict));
        }
        match fields[Field::Verdict as usize].text(&self.scratch) {
            Some(word) => {
                let word = word.trim_ascii();
                let known = Verdict::ALL.into_iter().find(|verdict| verdict.name().eq_ignore_ascii_case(word));
                known.map(Some).ok_or_else(|| word.to_owned())
            }
            None => Ok(lens.default.verdict),
        }
    }

    /// What the rule says, else what the field says, else the default.
    fn say<'a>(
        &mut self,
        lens: &Inner,
        given: Option<&Given>,
        fields: &Fields<'a>,
        slots: &[Option<&'a str>],
        pick: fn(&Given) -> &Option<Template>,
        which: Option<Field>,
    ) -> Got<'a> {
        let mut look = |var: Var| match var {
            Var::Field(field) => fields[field as usize],
            Var::Slot(slot) => slots[slot].map_or(Got::None, Got::Ref),
            Var::Nothing => Got::None,
        };
        if let Some(template) = given.and_then(|given| pick(given).as_ref()) {
            return template.fill(&mut self.scratch, &mut look);
        }
        let own = which.map_or(Got::None, |which| fields[which as usize]);
        match (own, pick(&lens.default)) {
            (Got::None, Some(template)) => template.fill(&mut self.scratch, &mut look),
            (own, _) => own,
        }
    }

    fn read_instant(&self, lens: &Inner, got: Got<'_>) -> Result<Written, Reason> {
        let text = got.text(&self.scratch).ok_or(Reason::TimeMissing)?;
        match &lens.format {
            Some(format) => instant::read_as(text, format, self.zone.as_ref()),
            None => instant::read(text, self.zone.as_ref()),
        }
    }

    fn fill_slots<'a>(&mut self, element: &Element<'a, '_>) -> Vec<Option<&'a str>> {
        let mut slots = recycled(mem::take(&mut self.slots));
        slots.resize(self.lens.0.keys.len(), None);
        for cell in element.own.iter().chain(element.outer) {
            if let Some(slot) = slots.get_mut(cell.slot as usize) {
                *slot = Some(cell.value);
            }
        }
        for (slot, unknown) in &self.lens.0.unknown_slots {
            if slots[*slot].is_some_and(|value| unknown.iter().any(|word| word == value)) {
                slots[*slot] = None;
            }
        }
        slots
    }

    fn place_of(&mut self, place: Place) -> &str {
        self.place.clear();
        let _ = write!(self.place, "{place}");
        &self.place
    }

    fn note(&mut self, place: Place, note: Note, detail: &str, sink: &mut dyn EventSink) {
        sink.note(self.place_of(place), note, detail);
    }
}

/// Which of several acts of one event tells what the event is: the last that does more than pass the question on, else
/// the first.
fn principal(acts: &[Act]) -> usize {
    acts.iter().rposition(|act| !matches!(act, Act::Raised | Act::Asked | Act::Handed)).unwrap_or(0)
}

/// Whether every condition of a rule holds.
fn is_match(lens: &Inner, rule: &Rule, slots: &[Option<&str>], fields: &Fields<'_>, scratch: &str) -> bool {
    let seen = |var: &Var| match var {
        Var::Field(field) => fields[*field as usize].text(scratch),
        Var::Slot(slot) => slots[*slot],
        Var::Nothing => None,
    };
    let any = |patterns: &[Pattern], text: Option<&str>| patterns.iter().any(|one| one.is_match(text));
    (rule.activity.is_empty() || any(&rule.activity, fields[Field::Activity as usize].text(scratch)))
        && rule.wheres.iter().all(|(asked, patterns)| any(patterns, seen(&lens.asked[*asked])))
}

fn act_named(word: &str) -> Result<Act, String> {
    Act::ALL.into_iter().find(|act| act.name().eq_ignore_ascii_case(word)).ok_or_else(|| word.to_owned())
}

enum Acts<'l> {
    One(Act),
    Many(&'l [Act]),
    Own(Vec<Act>),
}

impl std::ops::Deref for Acts<'_> {
    type Target = [Act];

    fn deref(&self) -> &[Act] {
        match self {
            Acts::One(act) => std::slice::from_ref(act),
            Acts::Many(acts) => acts,
            Acts::Own(acts) => acts,
        }
    }
}

/// The value of a field: filled, freed of what means "unknown", folded. What it was taken from counts as used.
fn field<'a>(
    lens: &Inner,
    which: Field,
    slots: &[Option<&'a str>],
    scratch: &mut String,
    is_used: &mut [bool],
) -> Got<'a> {
    let Some(template) = &lens.fields[which as usize] else { return Got::None };
    let mut look = |var: Var| match var {
        // What is written of a case is not said by each of its events.
        Var::Slot(slot) if which == Field::Text && lens.keys[slot].starts_with(OF_THE_CASE) => Got::None,
        Var::Slot(slot) => match slots[slot] {
            Some(value) => {
                is_used[slot] = true;
                Got::Ref(value)
            }
            None => Got::None,
        },
        Var::Field(_) | Var::Nothing => Got::None,
    };
    let got = template.fill(scratch, &mut look).or_nothing(scratch);
    let Some(text) = got.text(scratch) else { return Got::None };
    if lens.unknown[which as usize].iter().any(|word| word == text) {
        return Got::None;
    }
    let folded = match lens.fold[which as usize] {
        None => return got,
        Some(Fold::Upper) => text.to_uppercase(),
        Some(Fold::Lower) => text.to_lowercase(),
    };
    let from = scratch.len();
    scratch.push_str(&folded);
    Got::Own(from, scratch.len())
}

/// An empty vector with the memory of the old one: the standard library collects in place.
fn recycled<'b>(mut old: Vec<Option<&str>>) -> Vec<Option<&'b str>> {
    old.clear();
    old.into_iter().map(|_| None).collect()
}

fn recycled_pairs<'b>(mut old: Vec<(&str, &str)>) -> Vec<(&'b str, &'b str)> {
    old.clear();
    old.into_iter().map(|_| ("", "")).collect()
}
