//! Where people are by the zone field of their tracker account; a zone that the tracker gives to everybody is no place.

use std::collections::HashMap;

use sayso_sources::Source;
use sayso_sources::sites::default_zone;

/// The word with which an office says that its tracker gives no zone to whoever sets none.
const NONE: &str = "none";

/// Without a word of the office, a default is only looked for among so many people, who have so many zones beside it.
const PEOPLE_MIN: usize = 20;
const OTHER_ZONES_MIN: usize = 3;

/// What the accounts of all trackers say of where people are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Zones {
    of: HashMap<String, String>,
    pub(crate) unset: Vec<Unset>,
}

/// A zone that is taken for the tracker's default, and how many have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unset {
    pub(crate) zone: String,
    pub(crate) n: usize,
    pub(crate) of: usize,
    /// Whether the office says that it is the default; otherwise it is assumed.
    pub(crate) is_declared: bool,
}

impl Zones {
    /// Looks into the accounts of every tracker; `defaults` holds what the office says of them, by the name of the source.
    /// What cannot be read says nothing: the record was made from it once, and stands without it.
    pub(crate) fn of(sources: &[Source], defaults: &HashMap<String, String>) -> Self {
        let mut zones = Zones::default();
        for source in sources {
            let stated: Vec<(String, String)> = sayso_sources::accounts(source)
                .unwrap_or_default()
                .into_iter()
                .filter(|account| !account.is_bot)
                .filter_map(|account| Some((account.id, account.zone?)))
                .filter(|(_, zone)| sayso_model::calendar::zone(zone).is_ok())
                .collect();
            zones.add(stated, defaults.get(&source.name).map(String::as_str));
        }
        zones
    }

    fn add(&mut self, stated: Vec<(String, String)>, declared: Option<&str>) {
        let all: Vec<&str> = stated.iter().map(|(_, zone)| zone.as_str()).collect();
        let tracker = match declared {
            Some(NONE) => None,
            Some(zone) => Some(zone),
            None => assumed(&all),
        };
        let unset = default_zone(&all, tracker).map(str::to_owned);
        if let Some(zone) = &unset {
            let n = all.iter().filter(|other| other.eq_ignore_ascii_case(zone)).count();
            self.unset.push(Unset { zone: zone.clone(), n, of: all.len(), is_declared: declared.is_some() });
        }
        let is_set = |zone: &str| unset.as_deref().is_none_or(|unset| !unset.eq_ignore_ascii_case(zone));
        self.of.extend(stated.into_iter().filter(|(_, zone)| is_set(zone)));
    }

    /// The zone of an actor, where one is set.
    pub(crate) fn get(&self, actor: &str) -> Option<&str> {
        self.of.get(actor).map(String::as_str)
    }

    /// Whether nobody has one.
    pub(crate) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}

/// The zone that must be a default although nobody says so: most of many people have it, while the others are in many places.
/// In a firm of one place there are no others, and everybody has the right one.
fn assumed<'z>(zones: &[&'z str]) -> Option<&'z str> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    zones.iter().for_each(|zone| *counts.entry(zone).or_default() += 1);
    let most = counts.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(zone, _)| *zone)?;
    let is_plain = zones.len() < PEOPLE_MIN || counts.len() <= OTHER_ZONES_MIN;
    (!is_plain).then(|| zones.iter().copied().find(|zone| *zone == most)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(zones: &[(&str, usize)]) -> Vec<(String, String)> {
        let people =
            zones.iter().flat_map(|(zone, n)| (0..*n).map(move |i| (format!("{zone}/{i}"), (*zone).to_owned())));
        people.collect()
    }

    fn told(zones: &[(&str, usize)], declared: Option<&str>) -> Zones {
        let mut told = Zones::default();
        told.add(stated(zones), declared);
        told
    }

    const WIDE: [(&str, usize); 5] = [
        ("America/Los_Angeles", 14),
        ("Europe/Warsaw", 4),
        ("Europe/London", 3),
        ("Asia/Kolkata", 2),
        ("America/Chicago", 1),
    ];

    #[test]
    fn a_zone_of_most_people_among_many_others_is_unset_and_said_to_be_assumed() {
        let zones = told(&WIDE, None);
        assert_eq!(zones.get("America/Los_Angeles/0"), None);
        assert_eq!(zones.get("Europe/Warsaw/0"), Some("Europe/Warsaw"));
        assert_eq!(zones.unset, [Unset { zone: "America/Los_Angeles".to_owned(), n: 14, of: 24, is_declared: false }]);
    }

    #[test]
    fn where_everybody_is_in_one_place_or_few_are_known_it_is_a_place() {
        assert!(told(&[("Europe/Warsaw", 40), ("Europe/London", 5)], None).unset.is_empty());
        assert!(
            told(&[("Europe/Warsaw", 9), ("Europe/London", 2), ("Asia/Kolkata", 1), ("Etc/UTC", 1)], None)
                .unset
                .is_empty()
        );
    }

    #[test]
    fn what_the_office_says_goes_first() {
        assert!(told(&WIDE, Some("none")).unset.is_empty());
        assert_eq!(told(&WIDE, Some("none")).get("America/Los_Angeles/0"), Some("America/Los_Angeles"));
        let declared = told(&[("Europe/Warsaw", 4), ("Europe/London", 2)], Some("Europe/Warsaw"));
        assert!(declared.unset[0].is_declared && declared.get("Europe/Warsaw/0").is_none());
    }
}
