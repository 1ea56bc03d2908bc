//! What changed between two charters: remits added, removed, changed and moved, in plain lines.

use std::fmt;

use sayso_model::charter::{Charter, Remit, Who};
use sayso_model::time::Instant;

use super::charter_file::day_or_instant;

/// One difference between two charters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the second charter has it.
    Added(Remit),
    /// Only the first charter has it.
    Removed(Remit),
    /// Both have it, and it says something else.
    Changed {
        /// As the first charter has it.
        from: Remit,
        /// As the second charter has it.
        to: Remit,
        /// Which keys differ, in the order of the file's keys; never empty.
        keys: Vec<&'static str>,
    },
    /// Both have it, at another place among the others; that matters, because the last one that governs decides.
    Moved {
        /// As the first charter has it.
        from: Remit,
        /// As the second charter has it.
        to: Remit,
    },
}

impl Change {
    /// The remit as it is now; as it was, where it is removed.
    pub fn remit(&self) -> &Remit {
        match self {
            Change::Added(remit) | Change::Removed(remit) => remit,
            Change::Changed { to, .. } | Change::Moved { to, .. } => to,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Change::Removed(_) => 0,
            Change::Changed { .. } => 1,
            Change::Moved { .. } => 2,
            Change::Added(_) => 3,
        }
    }
}

/// One way in which two remits belong together.
type Way<'a> = dyn Fn(&Remit, &Remit) -> bool + 'a;

/// What changed from one charter to another; empty where they say the same in the same order. Where a remit is written
/// is no difference, nor is the order of names in a list or the case of a matter.
///
/// Remits belong together when they say the same; of the others, those of the same matter and area, first those that
/// begin at the same time, then in order; then those that differ in one key only. The differences come sorted by
/// matter, area and beginning, so that the same two charters always give the same lines.
pub fn diff(a: &Charter, b: &Charter) -> Vec<Change> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let mut taken = vec![false; b.remits.len()];
    let mut open: Vec<usize> = (0..a.remits.len()).collect();
    let same_place = |x: &Remit, y: &Remit| x.matter.eq_ignore_ascii_case(&y.matter) && x.area == y.area;
    let ways: [&Way<'_>; 5] = [
        &|x, y| keys_that_differ(x, y).is_empty(),
        &|x, y| same_place(x, y) && x.since == y.since && keys_that_differ(x, y).len() == 1,
        &|x, y| same_place(x, y) && x.since == y.since,
        &|x, y| same_place(x, y),
        &|x, y| keys_that_differ(x, y).len() == 1,
    ];
    for belong in ways {
        open.retain(|&i| {
            let found = (0..b.remits.len()).find(|&j| !taken[j] && belong(&a.remits[i], &b.remits[j]));
            if let Some(j) = found {
                taken[j] = true;
                pairs.push((i, j));
            }
            found.is_none()
        });
    }
    pairs.sort_unstable();
    let in_order = longest_rise(&pairs.iter().map(|(_, j)| *j).collect::<Vec<_>>());

    let mut changes: Vec<Change> = open.iter().map(|&i| Change::Removed(a.remits[i].clone())).collect();
    let added = b.remits.iter().zip(&taken).filter(|(_, taken)| !**taken);
    changes.extend(added.map(|(remit, _)| Change::Added(remit.clone())));
    for (&(i, j), in_order) in pairs.iter().zip(in_order) {
        let (from, to) = (a.remits[i].clone(), b.remits[j].clone());
        let keys = keys_that_differ(&from, &to);
        if !keys.is_empty() {
            changes.push(Change::Changed { from, to, keys });
        } else if !in_order {
            changes.push(Change::Moved { from, to });
        }
    }
    changes.sort_by_cached_key(|change| {
        let remit = change.remit();
        (remit.matter.to_lowercase(), remit.area.clone(), change.rank(), remit.since, format!("{change}"))
    });
    changes
}

/// The matter and area of a remit, to stand in a sentence: `` `scope` in `pricing` ``.
pub(super) fn title(matter: &str, area: &str) -> String {
    let matter = match matter {
        "*" => "every matter".to_owned(),
        "" => "an unrecorded matter".to_owned(),
        matter => format!("`{matter}`"),
    };
    match area {
        "*" | "**" => format!("{matter} everywhere"),
        "" => format!("{matter} in an unrecorded area"),
        area => format!("{matter} in `{area}`"),
    }
}

/// Names in a row; `nobody` for none.
pub(super) fn names(parties: &[Who]) -> String {
    if parties.is_empty() {
        return "nobody".to_owned();
    }
    parties.iter().map(Who::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Added(remit) => write!(f, "+ {}", whole(remit)),
            Change::Removed(remit) => write!(f, "- {}", whole(remit)),
            Change::Changed { from, to, keys } => {
                write!(f, "~ {}: ", title(&from.matter, &from.area))?;
                for (i, key) in keys.iter().enumerate() {
                    let comma = if i == 0 { "" } else { "; " };
                    write!(f, "{comma}{key} {} -> {}", value(from, key), value(to, key))?;
                }
                write!(f, "{}", places(from, to))
            }
            Change::Moved { from, to } => {
                write!(
                    f,
                    "> {}: moved among the others; the last one that governs decides{}",
                    title(&to.matter, &to.area),
                    places(from, to)
                )
            }
        }
    }
}

fn whole(remit: &Remit) -> String {
    let mut text = format!("{}: decides {}", title(&remit.matter, &remit.area), names(&remit.decides));
    for key in ["consulted", "reserve", "retained", "bounds", "since", "until"] {
        let value = value(remit, key);
        if value != "none" && value != "nobody" && value != "no" {
            text.push_str(&format!("; {key} {value}"));
        }
    }
    if !remit.written.is_empty() {
        text.push_str(&format!(" ({})", remit.written));
    }
    text
}

fn places(from: &Remit, to: &Remit) -> String {
    match (from.written.as_str(), to.written.as_str()) {
        ("", "") => String::new(),
        (from, to) if from == to || to.is_empty() => format!(" ({from})"),
        ("", to) => format!(" ({to})"),
        (from, to) => format!(" ({from} -> {to})"),
    }
}

fn value(remit: &Remit, key: &str) -> String {
    let text = |text: &Option<String>| text.as_ref().map_or_else(|| "none".to_owned(), |text| format!("{text:?}"));
    let time = |at: Option<Instant>| at.map_or_else(|| "none".to_owned(), day_or_instant);
    match key {
        "matter" => format!("`{}`", remit.matter),
        "area" => format!("`{}`", remit.area),
        "decides" => names(&remit.decides),
        "consulted" => names(&remit.consulted),
        "reserve" => names(&remit.reserve),
        "retained" => if remit.retained { "yes" } else { "no" }.to_owned(),
        "bounds" => text(&remit.bounds),
        "since" => time(remit.since),
        "until" => time(remit.until),
        _ => text(&remit.because),
    }
}

fn keys_that_differ(a: &Remit, b: &Remit) -> Vec<&'static str> {
    let differ = [
        ("matter", !a.matter.eq_ignore_ascii_case(&b.matter)),
        ("area", a.area != b.area),
        ("decides", !same_parties(&a.decides, &b.decides)),
        ("consulted", !same_parties(&a.consulted, &b.consulted)),
        ("reserve", !same_parties(&a.reserve, &b.reserve)),
        ("retained", a.retained != b.retained),
        ("bounds", a.bounds != b.bounds),
        ("since", a.since != b.since),
        ("until", a.until != b.until),
        ("because", a.because != b.because),
    ];
    differ.into_iter().filter(|(_, differ)| *differ).map(|(key, _)| key).collect()
}

/// Whether two lists name the same, whatever the order.
pub(super) fn same_parties(a: &[Who], b: &[Who]) -> bool {
    a.iter().all(|who| b.contains(who)) && b.iter().all(|who| a.contains(who))
}

/// Which numbers belong to a longest rising run through the row.
pub(super) fn longest_rise(row: &[usize]) -> Vec<bool> {
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; row.len()];
    for i in 0..row.len() {
        let at = ends.partition_point(|&end| row[end] < row[i]);
        before[i] = at.checked_sub(1).map(|at| ends[at]);
        if at == ends.len() {
            ends.push(i);
        } else {
            ends[at] = i;
        }
    }
    let mut is_in = vec![false; row.len()];
    let mut at = ends.last().copied();
    while let Some(i) = at {
        is_in[i] = true;
        at = before[i];
    }
    is_in
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::super::charter_file::read;
    use super::*;

    fn charter(remits: &[(&str, &str, &str, &str)]) -> Charter {
        let text: String = remits
            .iter()
            .map(|(matter, area, who, rest)| {
                format!("[[remit]]\nmatter = \"{matter}\"\narea = \"{area}\"\ndecides = [\"role:{who}\"]\n{rest}\n")
            })
            .collect();
        read("charter.toml", &text).unwrap()
    }

    fn lines(a: &Charter, b: &Charter) -> Vec<String> {
        diff(a, b).iter().map(Change::to_string).collect()
    }

    #[test]
    fn added_removed_and_changed_are_told_apart() {
        let a = charter(&[("scope", "pricing", "lead", ""), ("money", "*", "head", ""), ("design", "*", "lead", "")]);
        let b = charter(&[
            ("scope", "pricing", "owner", "since = \"2025-09-08\"\nretained = true"),
            ("design", "*", "lead", ""),
            ("release", "web", "lead", "because = \"quick\""),
        ]);
        assert_eq!(
            lines(&a, &b),
            [
                "- `money` everywhere: decides role:head (charter.toml:6)",
                "+ `release` in `web`: decides role:lead (charter.toml:12)",
                "~ `scope` in `pricing`: decides role:lead -> role:owner; retained no -> yes; since none -> 2025-09-08 \
                 (charter.toml:1)",
            ]
        );
    }

    #[test]
    fn where_it_is_written_the_order_of_names_and_case_are_no_difference() {
        let a = charter(&[("Scope", "x", "a\", \"role:b", "")]);
        let b = read("other.toml", "\n\n[[remit]]\nmatter='scope'\narea='x'\ndecides=['role:b','role:a']\n").unwrap();
        assert_eq!(lines(&a, &b), [""; 0]);
    }

    #[test]
    fn a_remit_with_another_area_only_is_the_same_remit() {
        let a = charter(&[("scope", "x", "a", "")]);
        let b = charter(&[("scope", "{x,y}", "a", "")]);
        assert_eq!(lines(&a, &b), ["~ `scope` in `x`: area `x` -> `{x,y}` (charter.toml:1)"]);
    }

    #[test]
    fn the_order_matters_and_is_told() {
        let a = charter(&[("*", "*", "a", ""), ("scope", "x", "b", "")]);
        let b = charter(&[("scope", "x", "b", ""), ("*", "*", "a", "")]);
        let told = lines(&a, &b);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("moved among the others"), "{told:?}");
    }

    #[test]
    fn a_longest_rise_is_found() {
        assert_eq!(longest_rise(&[]), [false; 0]);
        assert_eq!(longest_rise(&[2, 0, 1]), [false, true, true]);
        assert_eq!(longest_rise(&[3, 1, 2, 0, 4]), [false, true, true, false, true]);
    }

    fn any_charter() -> impl Strategy<Value = Charter> {
        prop::collection::vec(("[ab*]", "[xy*]", "[pq]", prop::bool::ANY), 0..6).prop_map(|all| Charter {
            remits: all
                .into_iter()
                .enumerate()
                .map(|(i, (matter, area, who, retained))| Remit {
                    matter,
                    area,
                    decides: vec![Who::Role(who)],
                    retained,
                    written: format!("charter.toml:{i}"),
                    ..Remit::default()
                })
                .collect(),
        })
    }

    proptest! {
        #[test]
        fn a_charter_does_not_differ_from_itself(a in any_charter()) {
            prop_assert_eq!(diff(&a, &a), Vec::new());
        }

        #[test]
        fn what_is_added_one_way_is_removed_the_other_way(a in any_charter(), b in any_charter()) {
            let count = |changes: &[Change], rank: u8| changes.iter().filter(|change| change.rank() == rank).count();
            let (there, back) = (diff(&a, &b), diff(&b, &a));
            prop_assert_eq!(count(&there, 3), count(&back, 0));
            prop_assert_eq!(a.remits.len() + count(&there, 3), b.remits.len() + count(&there, 0));
        }
    }
}
