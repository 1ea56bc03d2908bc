//! A lens as its text has it, and how that becomes a lens that is ready for use.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use jiff::tz::TimeZone;
use sayso_model::event::{Act, Describes, Verdict};
use serde::Deserialize;
use twox_hash::XxHash3_64;

use super::{
    Field, Fold, Given, Inner, LIFECYCLE, LensError, N_FIELDS, Pattern, Rule, Template, Var, name_of_kind, nearest,
};
use crate::Kind;
use crate::tracker::Tracker;

/// Reads a lens from its text.
pub(crate) fn parse(text: &str) -> Result<Inner, LensError> {
    let written: Written = toml::from_str(text).map_err(|error| LensError {
        what: error.to_string().trim_end().to_owned(),
        hint: did_you_mean(error.message()),
    })?;
    written.inner(text)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn many(self) -> Vec<String> {
        match self {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenDescribes {
    Actor,
    Holder,
}

/// The lens as its text has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    kind: Option<String>,
    #[serde(rename = "about")]
    _about: Option<String>,
    item: Option<String>,
    at: Option<String>,
    start: Option<String>,
    actor: Option<String>,
    activity: Option<String>,
    act: Option<String>,
    team: Option<String>,
    site: Option<String>,
    role: Option<String>,
    matter: Option<String>,
    area: Option<String>,
    to: Option<String>,
    verdict: Option<String>,
    link: Option<String>,
    text: Option<String>,
    zone: Option<String>,
    format: Option<String>,
    encoding: Option<String>,
    #[serde(default)]
    drop: Vec<String>,
    first: Option<OneOrMany>,
    #[serde(default)]
    unknown: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    fold: BTreeMap<String, Fold>,
    #[serde(default)]
    default: WrittenGiven,
    #[serde(default)]
    rule: Vec<WrittenRule>,
    /// Read by the git reader, who knows its keys.
    #[serde(rename = "git")]
    _git: Option<toml::Table>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGiven {
    act: Option<OneOrMany>,
    actor: Option<String>,
    to: Option<String>,
    matter: Option<String>,
    area: Option<String>,
    team: Option<String>,
    site: Option<String>,
    role: Option<String>,
    link: Option<String>,
    verdict: Option<String>,
    describes: Option<WrittenDescribes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    activity: Option<OneOrMany>,
    #[serde(default, rename = "where")]
    wheres: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    skip: bool,
    #[serde(rename = "because")]
    _because: Option<String>,
    act: Option<OneOrMany>,
    actor: Option<String>,
    to: Option<String>,
    matter: Option<String>,
    area: Option<String>,
    team: Option<String>,
    site: Option<String>,
    role: Option<String>,
    link: Option<String>,
    verdict: Option<String>,
    describes: Option<WrittenDescribes>,
}

impl WrittenRule {
    fn split(self) -> (Option<OneOrMany>, BTreeMap<String, OneOrMany>, bool, WrittenGiven) {
        let WrittenRule {
            activity,
            wheres,
            skip,
            _because,
            act,
            actor,
            to,
            matter,
            area,
            team,
            site,
            role,
            link,
            verdict,
            describes,
        } = self;
        (
            activity,
            wheres,
            skip,
            WrittenGiven { act, actor, to, matter, area, team, site, role, link, verdict, describes },
        )
    }
}

/// The attributes that a lens speaks of, as it comes upon them.
#[derive(Default)]
struct Keys(Vec<String>);

impl Keys {
    /// The slot of a key; `trace:KEY` is another way to write `case:KEY`.
    fn slot(&mut self, name: &str) -> usize {
        let name = name.strip_prefix("trace:").map_or_else(|| name.to_owned(), |rest| format!("case:{rest}"));
        self.0.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.0.push(name);
            self.0.len() - 1
        })
    }
}

impl Written {
    fn inner(self, text: &str) -> Result<Inner, LensError> {
        let mut keys = Keys::default();
        let texts = [
            self.item,
            self.at,
            self.start,
            self.actor,
            self.activity,
            self.act,
            self.team,
            self.site,
            self.role,
            self.matter,
            self.area,
            self.to,
            self.verdict,
            self.link,
            self.text,
        ];
        let mut fields: [Option<Template>; N_FIELDS] = Default::default();
        for ((field, name), text) in Field::ALL.iter().zip(&texts) {
            if let Some(text) = text {
                fields[*field as usize] = Some(field_template(name, text, &mut keys)?);
            }
        }
        let of_texts = slots_of_texts(&fields, &keys.0)?;
        let is_field = |field: Field| texts[field as usize].is_some();
        let mut var = |name: &str| match Field::of_name(name) {
            Some(field) if is_field(field) => Var::Field(field),
            _ => Var::Slot(keys.slot(name)),
        };
        let default = given("[default]", self.default, &mut var)?;
        without_texts("[default]", &default, &of_texts)?;
        let mut asked = Vec::new();
        let mut rules = Vec::new();
        for (n, rule) in self.rule.into_iter().enumerate() {
            let (activity, wheres, is_skip, written) = rule.split();
            let place = format!("[[rule]] number {}", n + 1);
            let mut conditions = Vec::new();
            for (name, patterns) in wheres {
                let looked_at = var(&name);
                let at = asked.iter().position(|known| *known == looked_at).unwrap_or_else(|| {
                    asked.push(looked_at);
                    asked.len() - 1
                });
                conditions.push((at, patterns_of(patterns.many())?));
            }
            let given = given(&place, written, &mut var)?;
            without_texts(&place, &given, &of_texts)?;
            rules.push(Rule {
                activity: activity.map_or_else(|| Ok(Vec::new()), |activity| patterns_of(activity.many()))?,
                wheres: conditions,
                is_skip,
                given,
            });
        }
        let mut unknown: [Vec<String>; N_FIELDS] = Default::default();
        let mut unknown_slots = Vec::new();
        for (name, values) in self.unknown {
            match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(key) => unknown_slots.push((keys.slot(key), values.many())),
                None => unknown[field_named("unknown", &name)? as usize] = values.many(),
            }
        }
        let mut fold: [Option<Fold>; N_FIELDS] = Default::default();
        for (name, how) in self.fold {
            fold[field_named("fold", &name)? as usize] = Some(how);
        }
        if fields[Field::Start as usize].is_some() {
            keys.slot(LIFECYCLE);
        }
        Ok(Inner {
            name: self.name,
            kind: self.kind.as_deref().map(kind_named).transpose()?,
            text: text.to_owned(),
            fingerprint: XxHash3_64::oneshot(text.as_bytes()),
            keys: keys.0,
            texts: of_texts,
            fields,
            unknown,
            unknown_slots,
            fold,
            zone: self.zone.as_deref().map(zone_named).transpose()?,
            format: self.format,
            encoding: self.encoding.as_deref().map(encoding_named).transpose()?,
            drop: self.drop,
            first: acts("first", self.first)?,
            asked,
            rules,
            default,
        })
    }
}

/// The slots of texts. Texts are not stored, so that no other field may be made of them.
fn slots_of_texts(fields: &[Option<Template>; N_FIELDS], keys: &[String]) -> Result<Vec<usize>, LensError> {
    let mut slots = Vec::new();
    if let Some(template) = &fields[Field::Text as usize] {
        template.vars(&mut |var| {
            if let Var::Slot(slot) = var {
                slots.push(slot);
            }
        });
    }
    for (field, name) in Field::ALL.into_iter().filter(|(field, _)| *field != Field::Text) {
        let mut taken = None;
        if let Some(template) = &fields[field as usize] {
            template.vars(&mut |var| {
                if let Var::Slot(slot) = var {
                    taken = taken.or(slots.contains(&slot).then_some(slot));
                }
            });
        }
        if let Some(slot) = taken {
            return Err(text_is_not_stored(&format!("`{name}`"), &keys[slot]));
        }
    }
    Ok(slots)
}

fn without_texts(place: &str, given: &Given, texts: &[usize]) -> Result<(), LensError> {
    let Given { acts: _, actor, to, matter, area, team, site, role, link, verdict: _, describes: _ } = given;
    let mut is_clean = true;
    for template in [actor, to, matter, area, team, site, role, link].into_iter().flatten() {
        template.vars(&mut |var| {
            is_clean &= match var {
                Var::Field(field) => field != Field::Text,
                Var::Slot(slot) => !texts.contains(&slot),
                Var::Nothing => true,
            };
        });
    }
    if is_clean { Ok(()) } else { Err(text_is_not_stored(place, "text")) }
}

fn text_is_not_stored(place: &str, name: &str) -> LensError {
    LensError {
        what: format!("{place} is made of `{name}`, which is named as a text"),
        hint: "texts are read and not stored; a rule may look at one (`where`), and nothing can be made of it"
            .to_owned(),
    }
}

/// A field's template: without braces the text is the key itself.
fn field_template(name: &str, text: &str, keys: &mut Keys) -> Result<Template, LensError> {
    if text.is_empty() {
        return Err(LensError {
            what: format!("`{name}` is empty"),
            hint: format!("leave `{name}` out where the source has nothing of the kind"),
        });
    }
    if !text.contains(['{', '}', '[', ']']) {
        return Ok(Template::of(Var::Slot(keys.slot(text))));
    }
    Template::parse(text, &mut |key| Var::Slot(keys.slot(key)))
        .map_err(|what| LensError { what: format!("`{name} = \"{text}\"`: {what}"), hint: String::new() })
}

fn given(place: &str, written: WrittenGiven, var: &mut dyn FnMut(&str) -> Var) -> Result<Given, LensError> {
    let mut template = |text: Option<String>| {
        text.map(|text| {
            Template::parse(&text, &mut *var)
                .map_err(|what| LensError { what: format!("{place}: `{text}`: {what}"), hint: String::new() })
        })
        .transpose()
    };
    Ok(Given {
        actor: template(written.actor)?,
        to: template(written.to)?,
        matter: template(written.matter)?,
        area: template(written.area)?,
        team: template(written.team)?,
        site: template(written.site)?,
        role: template(written.role)?,
        link: template(written.link)?,
        acts: acts(place, written.act)?,
        verdict: written
            .verdict
            .map(|word| {
                word.parse::<Verdict>().map_err(|error| LensError {
                    what: format!("{place}: verdict {error}"),
                    hint: nearest(&word, Verdict::ALL.iter().map(|verdict| verdict.name())),
                })
            })
            .transpose()?,
        describes: written.describes.map(|describes| match describes {
            WrittenDescribes::Actor => Describes::Actor,
            WrittenDescribes::Holder => Describes::Holder,
        }),
    })
}

fn acts(place: &str, words: Option<OneOrMany>) -> Result<Vec<Act>, LensError> {
    words
        .map_or_else(Vec::new, OneOrMany::many)
        .into_iter()
        .map(|word| {
            word.parse::<Act>().map_err(|error| LensError {
                what: format!("{place}: act {error}"),
                hint: nearest(&word, Act::ALL.iter().map(|act| act.name())),
            })
        })
        .collect()
}

fn patterns_of(texts: Vec<String>) -> Result<Vec<Pattern>, LensError> {
    texts.iter().map(|text| Pattern::parse(text)).collect()
}

fn field_named(table: &str, name: &str) -> Result<Field, LensError> {
    Field::of_name(name).ok_or_else(|| LensError {
        what: format!("[{table}]: `{name}` is not a field"),
        hint: match nearest(name, Field::ALL.iter().map(|(_, name)| *name)) {
            hint if hint.is_empty() => format!("an attribute of the source is written in braces: \"{{{name}}}\""),
            hint => hint,
        },
    })
}

fn kind_named(name: &str) -> Result<Kind, LensError> {
    let known = [Kind::Events, Kind::Xes, Kind::Ocel, Kind::Csv, Kind::Git, Kind::Peps, Kind::GerritNotes];
    let trackers = Tracker::ALL.into_iter().map(Kind::Tracker);
    known.into_iter().chain(trackers).find(|kind| name_of_kind(*kind) == name).ok_or_else(|| LensError {
        what: format!("`{name}` is not a kind of source"),
        hint: format!(
            "write `events`, `xes`, `ocel`, `table`, `git`, `pep` or a tracker: {}",
            Tracker::ALL.map(Tracker::name).join(", ")
        ),
    })
}

fn zone_named(name: &str) -> Result<TimeZone, LensError> {
    TimeZone::get(name).map_err(|_| LensError {
        what: format!("`{name}` is not a time zone"),
        hint: "write an IANA name such as `Europe/Warsaw`".to_owned(),
    })
}

fn encoding_named(label: &str) -> Result<&'static Encoding, LensError> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| LensError {
        what: format!("`{label}` is not an encoding"),
        hint: "write a name such as `utf-8`, `windows-1250` or `iso-8859-1`".to_owned(),
    })
}

/// The hint for an unknown key, out of what the parser says: "unknown field `x`, expected one of `a`, `b`".
fn did_you_mean(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    match quoted.next() {
        Some(word) if message.starts_with("unknown field") || message.starts_with("unknown variant") => {
            nearest(word, quoted)
        }
        _ => String::new(),
    }
}
