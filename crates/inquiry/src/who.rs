//! Who is who: what people.csv and sayso.toml declare, what events carry, and what can be inferred; then the directory.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_decisions::Rules;
use sayso_engine::{Dictionaries, Engine, Sightings};
use sayso_model::activity::Activity;
use sayso_model::actor::{Actor, ActorKind, Directory, Level, Person, SiteKnown};
use sayso_model::calendar::{Calendar, CalendarSpec};
use sayso_model::charter::{Charter, Remits};
use sayso_model::decision::{ItemEvents, Parts, Paths, Reconstruct};
use sayso_model::holidays::HolidaySet;
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_model::{Code, NOT_RECORDED};
use sayso_sources::bots::bot_sign;
use sayso_sources::identity::across::is_bare_name;
use sayso_sources::identity::{IdentityCounts, identify};
use sayso_sources::people::{SiteDecl, read_people};
use sayso_sources::sites::infer_place;
use sayso_sources::{Kind, Source};

use crate::InquiryError;
use crate::zones::{Unset, Zones};

/// The zone of working hours where nothing says another.
const ZONE_OTHERWISE: &str = "UTC";

/// Everybody in the record, by actor code.
pub(crate) struct Who {
    words: Dictionaries,
    directory: Directory,
    counts: IdentityCounts,
    remits: Arc<Remits>,
    bounds: Option<(Instant, Instant)>,
    person: Vec<Option<u32>>,
    has_levels: bool,
    sites_in_events: bool,
    /// The zone of the assumed calendar, where one had to be assumed.
    calendar_assumed: Option<String>,
    /// Names that could be several people's: nothing is said of whoever bears one as one person.
    n_several: u64,
    /// Zones of accounts that are taken for a tracker's default.
    zones_unset: Vec<Unset>,
}

/// Reads `people.csv`; no file, nobody declared.
pub(crate) fn people(path: Option<&Path>) -> Result<Vec<Person>, InquiryError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let bytes = std::fs::read(path).map_err(InquiryError::file("read", path))?;
    Ok(read_people(&path.display().to_string(), &bytes)?.people)
}

impl Who {
    /// Finds out who everybody is.
    ///
    /// # Errors
    /// When the record cannot be read, or a declared site has a zone, hours or holidays that are not known.
    pub(crate) fn find_out(
        engine: &Engine,
        people: &[Person],
        sites: &[SiteDecl],
        charter: &Charter,
        (sources, defaults): (&[Source], &HashMap<String, String>),
        folder: Option<&Path>,
    ) -> Result<Self, InquiryError> {
        let stated = Zones::of(sources, defaults);
        let mut words = engine.snapshot().words();
        for column in [Column::Actor, Column::Team, Column::Site, Column::Role] {
            words.load(column)?;
        }
        let bounds = engine.snapshot().bounds();
        let sites_in_events = words.n_codes(Column::Site) > 1;
        let names: Vec<String> =
            (0..words.n_codes(Column::Actor)).map(|code| words.word(Column::Actor, code as Code).to_owned()).collect();
        let identities = identify(&names, people);
        let sightings = engine.sightings()?;
        let activities = activities(&sightings, names.len(), &identities.same_as);
        let several = several(&sightings, &names, &identities.person, sources, &words)?;

        let mut actors = vec![Actor::default(); names.len()];
        let mut zones: Vec<(Code, String)> = Vec::new();
        for (code, actor) in actors.iter_mut().enumerate().skip(1) {
            let same_as = identities.same_as.get(code).copied().unwrap_or(code as Code);
            let declared = identities.person.get(code).copied().flatten().and_then(|i| people.get(i as usize));
            actor.same_as = same_as;
            actor.kind = kind(&names[code], declared, &activities[same_as as usize]);
            actor.is_several = actor.kind.is_human() && several.contains(&(code as Code));
            actor.level = declared.and_then(|person| person.level).map_or(Level::UNKNOWN, Level);
            let mut coded = |column, word: Option<&str>| match word {
                Some(word) => words.intern_extra(column, word),
                None => Ok(NOT_RECORDED),
            };
            actor.team = coded(Column::Team, declared.and_then(|person| person.team.as_deref()))?;
            actor.role = coded(Column::Role, declared.and_then(|person| person.role.as_deref()))?;
            // Somebody without a site but with a zone works at a place that is called after the zone.
            let place = declared.and_then(|person| person.site.as_deref().or(person.timezone.as_deref()));
            if let Some(place) = place {
                actor.site = coded(Column::Site, Some(place))?;
                actor.site_known = SiteKnown::Declared;
                if let Some(zone) = declared.and_then(|person| person.timezone.clone()) {
                    zones.push((actor.site, zone));
                }
            } else if let Some(group) = names[code].strip_prefix("team:") {
                actor.team = coded(Column::Team, Some(group))?;
            } else if let Some(role) = names[code].strip_prefix("role:") {
                actor.role = coded(Column::Role, Some(role))?;
            } else if let Some(zone) = stated.get(&names[code]).filter(|_| !sites_in_events && actor.kind.is_human()) {
                actor.site = coded(Column::Site, Some(zone))?;
                actor.site_known = SiteKnown::Declared;
                zones.push((actor.site, zone.to_owned()));
            } else if !sites_in_events
                // Regions by active hours and zones by name are not of one kind: one place would be two.
                && stated.is_empty()
                && actor.kind.is_human()
                && !actor.is_several
                && let Some(place) = infer_place(&activities[same_as as usize])
            {
                actor.site = coded(Column::Site, Some(place.label))?;
                actor.site_known = SiteKnown::Inferred;
                zones.push((actor.site, place.zone.to_owned()));
            } else if sites_in_events {
                // The events say where each act was done; there is nothing to infer.
                actor.site_known = SiteKnown::Declared;
            }
        }
        let n_several = actors.iter().filter(|actor| actor.is_several).count() as u64;
        let has_levels = actors.iter().any(|actor| actor.level.known().is_some());
        let laid_out = Calendars::lay_out(&words, sites, &zones, sources, folder, bounds)?;
        // Words that are only addressed (a linked item, a queue) hold no working hours.
        let acts = |code: usize| activities.get(actors[code].same_as as usize).is_some_and(|seen| seen.n_events() > 0);
        let acting = (1..actors.len()).filter(|code| acts(*code)).map(|code| &actors[code]);
        let calendar_assumed = laid_out.assumed(acting, sites_in_events, &words);
        let directory = Directory::new(actors, laid_out.by_site, laid_out.otherwise);
        for column in [Column::Matter, Column::Area] {
            words.load(column)?;
        }
        let named = |name: &str| named(name, &names, people, &identities.person, &directory);
        let remits = charter.bind(&words, &named).map_err(|error| {
            InquiryError::usage(error.to_string(), "an area is a glob: `*`, `pricing`, `{quotes,claims}`, `lib/**`")
        })?;
        Ok(Self {
            remits: Arc::new(remits),
            person: identities.person,
            directory,
            words,
            counts: identities.counts,
            bounds,
            has_levels,
            sites_in_events,
            calendar_assumed,
            n_several,
            zones_unset: stated.unset,
        })
    }

    /// How many names could be several people's.
    pub(crate) fn n_several(&self) -> u64 {
        self.n_several
    }

    pub(crate) fn words(&self) -> &Dictionaries {
        &self.words
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    pub(crate) fn counts(&self) -> IdentityCounts {
        self.counts
    }

    /// The canonical actors that a name stands for.
    pub(crate) fn named(&self, name: &str, people: &[Person]) -> Vec<Code> {
        let words: Vec<String> = (0..self.words.n_codes(Column::Actor) as Code)
            .map(|code| self.words.word(Column::Actor, code).to_owned())
            .collect();
        named(name, &words, people, &self.person, &self.directory)
    }

    /// What is declared, in the codes of this record.
    pub(crate) fn remits(&self) -> &Arc<Remits> {
        &self.remits
    }

    pub(crate) fn bounds(&self) -> Option<(Instant, Instant)> {
        self.bounds
    }

    pub(crate) fn has_levels(&self) -> bool {
        self.has_levels
    }

    pub(crate) fn sites_in_events(&self) -> bool {
        self.sites_in_events
    }

    pub(crate) fn zones_unset(&self) -> &[Unset] {
        &self.zones_unset
    }

    pub(crate) fn calendar_assumed(&self) -> Option<&str> {
        self.calendar_assumed.as_deref()
    }
}

/// The canonical actors that a name in a charter stands for: a key, name or mail address of `people.csv`, or the word of a
/// source, or the mail address in it.
fn named(name: &str, words: &[String], people: &[Person], person: &[Option<u32>], directory: &Directory) -> Vec<Code> {
    let mail = |text: &str| text.rsplit_once('<').and_then(|(_, mail)| mail.split('>').next()).map(str::to_lowercase);
    let wanted = [Some(name.to_lowercase()), mail(name), name.strip_prefix('@').map(str::to_lowercase)];
    let is_it = |text: &str| {
        let text = text.to_lowercase();
        wanted.iter().flatten().any(|wanted| *wanted == text || mail(&text).as_deref() == Some(wanted))
    };
    let declared = |one: &Person| {
        let mails = one.email.iter().flat_map(|mails| mails.split_whitespace());
        std::iter::once(one.person.as_str()).chain(one.name.as_deref()).chain(mails).any(is_it)
    };
    let known: Vec<bool> = people.iter().map(declared).collect();
    let mut codes: Vec<Code> = (1..words.len())
        .filter(|code| {
            let of_people = person.get(*code).copied().flatten();
            of_people.is_some_and(|at| known[at as usize]) || is_it(&words[*code])
        })
        .map(|code| directory.actor(code as Code).same_as)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Bare first names that nobody declared and that events of several sources, or of several sites, bear: whether they are one
/// person cannot be told. An id of a tracker is one account's, whatever it looks like.
fn several(
    sightings: &Sightings,
    names: &[String],
    person: &[Option<u32>],
    sources: &[Source],
    words: &Dictionaries,
) -> Result<FxHashSet<Code>, InquiryError> {
    let is_bare = |code: Code| {
        names.get(code as usize).is_some_and(|name| is_bare_name(name))
            && person.get(code as usize).copied().flatten().is_none()
    };
    if !(1..names.len()).any(|code| is_bare(code as Code)) {
        return Ok(FxHashSet::default());
    }
    words.load(Column::Source)?;
    let has_ids = |source: Code| {
        let name = words.word(Column::Source, source);
        sources.iter().any(|one| one.name == name && matches!(one.kind, Kind::Tracker(_)))
    };
    let mut seen: FxHashMap<Code, (FxHashSet<Code>, FxHashSet<Code>)> = FxHashMap::default();
    for (source, actor, sighted) in sightings.iter() {
        if is_bare(actor) && !has_ids(source) {
            let (of_sources, at_sites) = seen.entry(actor).or_default();
            of_sources.insert(source);
            at_sites.extend(&sighted.sites);
        }
    }
    let is_several =
        |(of_sources, at_sites): &(FxHashSet<Code>, FxHashSet<Code>)| of_sources.len() > 1 || at_sites.len() > 1;
    Ok(seen.into_iter().filter(|(_, seen)| is_several(seen)).map(|(actor, _)| actor).collect())
}

/// When everybody was active, by the actor who stands for the person.
fn activities(sightings: &Sightings, n: usize, same_as: &[u32]) -> Vec<Activity> {
    let mut activities = vec![Activity::default(); n];
    for (_, actor, sighted) in sightings.iter() {
        let person = same_as.get(actor as usize).copied().unwrap_or(actor);
        if let Some(activity) = activities.get_mut(person as usize) {
            activity.merge(&sighted.activity);
        }
    }
    activities
}

fn kind(name: &str, declared: Option<&Person>, activity: &Activity) -> ActorKind {
    if name.starts_with("team:") || name.starts_with("role:") {
        return ActorKind::Group;
    }
    let said = declared.map_or(ActorKind::Unknown, |person| person.kind);
    match bot_sign(name, said, activity) {
        Some(sign) if sign.is_bot() => ActorKind::Bot,
        _ if declared.is_some() && said == ActorKind::Unknown => ActorKind::Person,
        _ => said,
    }
}

/// The calendars of the sites, and the one of everywhere else.
struct Calendars {
    by_site: Vec<Option<Calendar>>,
    otherwise: Calendar,
}

impl Calendars {
    fn lay_out(
        words: &Dictionaries,
        sites: &[SiteDecl],
        zones: &[(Code, String)],
        sources: &[Source],
        folder: Option<&Path>,
        bounds: Option<(Instant, Instant)>,
    ) -> Result<Self, InquiryError> {
        let (from, until) = bounds.unwrap_or_default();
        let build = |spec: &CalendarSpec| {
            Calendar::build(spec, from, until).map_err(|error| {
                let hint = error.hint();
                InquiryError::usage(format!("lay out a calendar: {error}"), hint)
            })
        };
        let mut by_site: Vec<Option<Calendar>> = vec![None; words.n_codes(Column::Site)];
        for (site, zone) in zones {
            if let Some(slot @ None) = by_site.get_mut(*site as usize) {
                *slot = Some(build(&CalendarSpec::new(zone.as_str()))?);
            }
        }
        // What is declared stands above what a person's own zone says.
        for site in sites {
            let listed = match (site.holidays_file(), folder) {
                (Some(file), Some(folder)) => {
                    let path = folder.join(file);
                    let text = std::fs::read_to_string(&path).map_err(InquiryError::file("read", &path))?;
                    Some(HolidaySet::parse(&text).0)
                }
                _ => None,
            };
            let spec = site.calendar_spec(listed)?;
            let code = words.code(Column::Site, &site.name)?;
            if let Some(slot) = code.and_then(|code| by_site.get_mut(code as usize)) {
                *slot = Some(build(&spec)?);
            }
        }
        let zone = sources.iter().find_map(|source| source.zone.as_ref().or_else(|| source.lens.zone()));
        let zone = zone.and_then(|zone| zone.iana_name()).unwrap_or(ZONE_OTHERWISE);
        Ok(Self { by_site, otherwise: build(&CalendarSpec::new(zone))? })
    }

    /// The zone that had to be assumed for somebody, if any had to.
    fn assumed<'a>(
        &self,
        mut acting: impl Iterator<Item = &'a Actor>,
        sites_in_events: bool,
        words: &Dictionaries,
    ) -> Option<String> {
        let without = |site: Code| self.by_site.get(site as usize).is_none_or(Option::is_none);
        let some = if sites_in_events {
            (1..words.n_codes(Column::Site)).any(|site| without(site as Code))
        } else {
            acting.any(|actor| actor.kind.is_human() && without(actor.site))
        };
        some.then(|| self.otherwise.spec().zone.clone())
    }
}

/// The rules, shown only the events up to the end that was asked for.
pub(crate) struct AsOf {
    rules: Rules,
}

/// What packed rules of this kind begin with.
const AS_OF: &[u8] = b"as of ";

/// The rules that another machine packed.
#[cfg(feature = "cluster")]
///
/// # Errors
/// When the bytes are something else.
pub(crate) fn unpacked(bytes: &[u8]) -> Result<Arc<dyn Reconstruct>, String> {
    let rules = |bytes: &[u8]| Rules::unpacked(bytes).map_err(|error| error.to_string());
    Ok(match bytes.strip_prefix(AS_OF) {
        Some(bytes) => Arc::new(AsOf::new(rules(bytes)?)),
        None => Arc::new(rules(bytes)?),
    })
}

impl AsOf {
    pub(crate) fn new(rules: Rules) -> Self {
        Self { rules }
    }
}

impl Reconstruct for AsOf {
    fn item(&self, events: &ItemEvents<'_>, out: &mut Paths) {
        let n = events.at.partition_point(|at| *at <= self.until().micros());
        let seen = events.slice(events.item, 0..n);
        self.rules.item(&seen, out);
    }

    fn directory(&self) -> &Directory {
        self.rules.directory()
    }

    fn until(&self) -> Instant {
        self.rules.until()
    }

    fn packed(&self) -> Vec<u8> {
        [AS_OF, &self.rules.packed()].concat()
    }

    fn only(&self, parts: Parts) -> Option<Arc<dyn Reconstruct>> {
        Some(Arc::new(AsOf::new(self.rules.making(parts)?)))
    }
}
