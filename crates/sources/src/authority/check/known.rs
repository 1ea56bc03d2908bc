//! Who bears a name that a charter uses, and what was probably meant where nobody does.

use rustc_hash::FxHashSet;
use sayso_model::actor::Person;
use sayso_model::charter::Who;
use sayso_model::words::Column;

use super::super::diff::names;
use super::{Found, Looking, Severity, Shown, recorded};
use crate::lens::nearest;

/// Who is known by name.
pub(super) struct Known<'a> {
    /// In lower case: keys, names and mail addresses of `people.csv`, words of the record and the addresses in them.
    persons: FxHashSet<String>,
    /// In lower case.
    teams: FxHashSet<String>,
    roles: FxHashSet<String>,
    people: &'a [Person],
    /// Whether there is anything to look names up in.
    is_anything: bool,
}

impl<'a> Known<'a> {
    pub fn of(people: &'a [Person], shown: Option<Shown<'_>>) -> Known<'a> {
        let mut known = Known {
            persons: FxHashSet::default(),
            teams: FxHashSet::default(),
            roles: FxHashSet::default(),
            people,
            is_anything: !people.is_empty() || shown.is_some(),
        };
        for person in people {
            known.person(&person.person);
            person.name.iter().for_each(|name| known.person(name));
            person.email.iter().flat_map(|mails| mails.split_whitespace()).for_each(|mail| known.person(mail));
            known.teams.extend(person.team.iter().map(|team| team.to_lowercase()));
            known.roles.extend(person.role.iter().map(|role| role.to_lowercase()));
        }
        if let Some(Shown { words, .. }) = shown {
            for word in recorded(words, Column::Actor) {
                match word.parse::<Who>() {
                    Ok(Who::Team(name)) => known.teams.insert(name.to_lowercase()),
                    Ok(Who::Role(name)) => known.roles.insert(name.to_lowercase()),
                    Ok(Who::Person(_)) | Err(_) => {
                        known.person(word);
                        true
                    }
                };
            }
            known.teams.extend(recorded(words, Column::Team).iter().map(|team| team.to_lowercase()));
            known.roles.extend(recorded(words, Column::Role).iter().map(|role| role.to_lowercase()));
        }
        known
    }

    fn person(&mut self, name: &str) {
        let name = name.to_lowercase();
        self.persons.extend(mail_in(&name).map(str::to_owned));
        self.persons.insert(name);
    }

    /// Whether anybody bears the name; `None` where there is nothing to look it up in.
    fn knows(&self, who: &Who) -> Option<bool> {
        let known = match who {
            Who::Team(name) => self.teams.contains(&name.to_lowercase()),
            Who::Role(name) => self.roles.contains(&name.to_lowercase()),
            Who::Person(name) => {
                let name = name.to_lowercase();
                [Some(name.as_str()), mail_in(&name), name.strip_prefix('@')]
                    .into_iter()
                    .flatten()
                    .any(|name| self.persons.contains(name))
            }
        };
        self.is_anything.then_some(known)
    }

    /// What was probably meant. Persons of the record alone are never suggested: their names are shown to nobody.
    fn meant(&self, who: &Who) -> String {
        let sorted = |set: &FxHashSet<String>| {
            let mut all: Vec<String> = set.iter().cloned().collect();
            all.sort_unstable();
            all
        };
        let (name, other, known) = match who {
            Who::Person(name) => {
                (name, "role", self.people.iter().map(|person| person.person.clone()).collect::<Vec<_>>())
            }
            Who::Team(name) => (name, "role", sorted(&self.teams)),
            Who::Role(name) => (name, "team", sorted(&self.roles)),
        };
        // The right name of the wrong kind is the commonest slip.
        let of_other = if other == "role" { &self.roles } else { &self.teams };
        if of_other.contains(&name.to_lowercase()) {
            return format!("did you mean `{other}:{name}`?");
        }
        nearest(name, known.iter().map(String::as_str))
    }
}

fn mail_in(name: &str) -> Option<&str> {
    name.rsplit_once('<')?.1.split('>').next()
}

impl Looking<'_> {
    /// Names that nobody bears, and names that stand in two parts of one remit.
    pub(super) fn parties(&self, at: usize, known: &Known<'_>, found: &mut Found) {
        let remit = &self.remits[at];
        let nobody_left = !remit.decides.is_empty() && remit.decides.iter().all(|who| known.knows(who) == Some(false));
        let mut said: Vec<&Who> = Vec::new();
        for (key, who) in [("decides", &remit.decides), ("consulted", &remit.consulted), ("reserve", &remit.reserve)]
            .iter()
            .flat_map(|(key, parties)| parties.iter().map(move |who| (*key, who)))
        {
            if known.knows(who) != Some(false) || said.contains(&who) {
                continue;
            }
            said.push(who);
            let (severity, nobody) = if key == "decides" && nobody_left {
                (Severity::Error, "; nobody is left who may decide")
            } else {
                (Severity::Warning, "")
            };
            let (kind, column) = match who {
                Who::Person(_) => ("unknown_person", "person"),
                Who::Team(_) => ("unknown_team", "team"),
                Who::Role(_) => ("unknown_role", "role"),
            };
            let meant = known.meant(who);
            let hint = match meant.is_empty() {
                true => format!("correct the name, or add it to the column `{column}` of people.csv"),
                false => meant,
            };
            found.push(self.object(
                at,
                severity,
                kind,
                format!("{} names {who} ({key}), and nobody bears that name{nobody}", self.title(at)),
                hint,
            ));
        }
        for (key, kind, parties) in [
            ("consulted", "decides_and_consulted", &remit.consulted),
            ("reserve", "decides_and_reserve", &remit.reserve),
        ] {
            let both: Vec<Who> = parties.iter().filter(|who| remit.decides.contains(who)).cloned().collect();
            if !both.is_empty() {
                found.push(self.object(
                    at,
                    Severity::Warning,
                    kind,
                    format!("in {} {} decides and stands in `{key}` as well", self.title(at), names(&both)),
                    format!("take {} out of `{key}` or out of `decides`", names(&both)),
                ));
            }
        }
    }
}
