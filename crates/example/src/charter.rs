//! The charter of the firm: as it is written into the office, and as it is looked up when the truth is counted.

use crate::cast::{Area, Who};
use crate::clock;
use crate::log::Matter;
use crate::plan::Plan;

/// What governs a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remit {
    /// The roles that may decide.
    pub decides: &'static [&'static str],
    /// The roles that are consulted or agree first beyond a bound: asking them is no permission.
    pub asked: &'static [&'static str],
    /// Whether the right stays up by design.
    pub is_retained: bool,
    /// The level at which it is declared to be decided.
    pub level: i8,
}

impl Remit {
    /// Whether somebody may decide.
    pub fn may_decide(&self, who: Who) -> bool {
        self.decides.contains(&who.row().role)
    }

    /// Whether asking somebody is no permission.
    pub fn may_be_asked(&self, who: Who) -> bool {
        self.asked.contains(&who.row().role)
    }
}

/// What governs a matter in an area, before the change of decision rights or after it.
pub fn remit(plan: &Plan, matter: Matter, area: Area, is_after: bool) -> Remit {
    let is_shared = plan.acceptance_shared_percent > 0;
    let is_squads = area == Area::PartnerFeeds && is_after;
    let (decides, asked): (&[&str], &[&str]) = match matter {
        Matter::Scope => (&["product owner"], &["analyst", "designer"]),
        Matter::Priority => (&["product owner"], &["tech lead"]),
        Matter::Design => (&["tech lead"], &["engineer", "contractor"]),
        Matter::Acceptance => match (is_shared, is_squads) {
            (false, false) => (&["product owner"], &["designer"]),
            (false, true) => (&["tech lead"], &[]),
            (true, false) => (&["product owner", "designer", "analyst"], &[]),
            (true, true) => (&["tech lead", "engineer", "test engineer"], &[]),
        },
        Matter::Release => (&["tech lead"], &[]),
        Matter::Money => (&["head of product"], &["managing director"]),
        Matter::Wording => (&["compliance officer"], &[]),
    };
    let (is_retained, level) = match matter {
        Matter::Money => (true, 2),
        Matter::Wording => (true, 1),
        _ => (false, 0),
    };
    Remit { decides, asked, is_retained, level }
}

/// `charter.toml`.
pub fn text(plan: &Plan) -> String {
    let text = CHARTER.replace("CHANGE", &clock::CHANGE.to_string());
    if plan.acceptance_shared_percent == 0 {
        return text;
    }
    // Acceptance is the only matter that designers are consulted in alone.
    text.replace(
        "decides = [\"role:product owner\"]\nconsulted = [\"role:designer\"]",
        "decides = [\"role:product owner\", \"role:designer\", \"role:analyst\"]",
    )
    .replace(
        "area = \"partner-feeds\"\ndecides = [\"role:tech lead\"]",
        "area = \"partner-feeds\"\ndecides = [\"role:tech lead\", \"role:engineer\", \"role:test engineer\"]",
    )
    .replace(
        "Whoever asked for it says whether it is that.",
        "Whoever knows what was asked for says whether it is that.",
    )
}

const CHARTER: &str = r#"# Who may decide what, as declared. `decides` names roles; `area` is a glob.
# What the record shows is another matter: that is what Sayso is for.

[[remit]]
matter = "scope"
area = "*"
decides = ["role:product owner"]
consulted = ["role:analyst", "role:designer"]
until = "CHANGE"
because = "Product owners own outcomes."

[[remit]]
matter = "priority"
area = "*"
decides = ["role:product owner"]
consulted = ["role:tech lead"]
because = "One backlog, one owner an area."

[[remit]]
matter = "design"
area = "*"
decides = ["role:tech lead"]
consulted = ["role:engineer", "role:contractor"]
because = "Whoever builds it knows how."

[[remit]]
matter = "acceptance"
area = "*"
decides = ["role:product owner"]
consulted = ["role:designer"]
until = "CHANGE"
because = "Whoever asked for it says whether it is that."

[[remit]]
matter = "release"
area = "*"
decides = ["role:tech lead"]
because = "The squad that built it sends it out."

# Retained: these stay up, by design. Asking here is no permission seeking.
[[remit]]
matter = "money"
area = "*"
decides = ["role:head of product"]
reserve = ["role:managing director"]
retained = true
bounds = "above 50,000 GBP the managing director agrees first"
because = "Spending limits of the board."

[[remit]]
matter = "wording"
area = "*"
decides = ["role:compliance officer"]
retained = true
bounds = "every text that a customer reads before buying"
because = "Regulated wording needs a second pair of eyes."

# The change of decision rights.
[[remit]]
matter = "scope"
area = "*"
decides = ["role:product owner"]
consulted = ["role:analyst", "role:designer"]
bounds = "within the goals of the quarter"
since = "CHANGE"
because = "Said again and in so many words: no release from above is needed or waited for."

[[remit]]
matter = "acceptance"
area = "partner-feeds"
decides = ["role:tech lead"]
since = "CHANGE"
because = "Partner formats are checked by machine; the squad sees the result first."

[[remit]]
matter = "acceptance"
area = "{quotes,renewals,pricing,claims}"
decides = ["role:product owner"]
consulted = ["role:designer"]
since = "CHANGE"
because = "Unchanged."
"#;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn roles(remit: &toml::Table, keys: &[&str]) -> Vec<String> {
        let names = keys.iter().filter_map(|key| remit.get(*key)).flat_map(|names| names.as_array().unwrap());
        names.map(|name| name.as_str().unwrap().strip_prefix("role:").unwrap().to_owned()).collect()
    }

    #[test]
    fn what_is_looked_up_is_what_is_written() {
        for plan in [Plan::INSURER, Plan::HEALTHY] {
            let charter: toml::Table = text(&plan).parse().unwrap();
            for matter in Matter::ALL {
                for area in Area::ALL {
                    for is_after in [false, true] {
                        let governs = |remit: &&toml::Value| {
                            let globs = remit["area"].as_str().unwrap();
                            let is_there = globs == "*"
                                || globs.trim_matches(['{', '}']).split(',').any(|glob| glob == area.name());
                            let (since, until) = (remit.get("since").is_some(), remit.get("until").is_some());
                            remit["matter"].as_str() == Some(matter.name())
                                && is_there
                                && (is_after && !until || !is_after && !since)
                        };
                        let written = charter["remit"].as_array().unwrap().iter().rev().find(governs).unwrap();
                        let written = written.as_table().unwrap();
                        let found = remit(&plan, matter, area, is_after);
                        assert_eq!(roles(written, &["decides"]), found.decides, "{matter:?} {area:?} {is_after}");
                        assert_eq!(roles(written, &["consulted", "reserve"]), found.asked, "{matter:?} {area:?}");
                        assert_eq!(written.contains_key("retained"), found.is_retained);
                    }
                }
            }
        }
    }
}
