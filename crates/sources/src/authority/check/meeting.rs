//! Remits that meet: contradictions, repetitions, remits that a later one covers, overlaps.

use globset::GlobMatcher;
use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::charter::Remit;

use super::super::charter_file::day_or_instant;
use super::super::diff::{names, same_parties};
use super::{Found, Looking, Severity, Usage, matches};

/// Above so many remits, those that the record does not bring together are not compared with each other.
const COMPARED_MAX: usize = 1_000;

impl Looking<'_> {
    /// What can be said of two remits together.
    pub(super) fn each_pair(&self, usage: &Usage, found: &mut Found) {
        let mut looked_at = FxHashSet::default();
        let mut shadowed = FxHashSet::default();
        for (a, b) in self.pairs(usage) {
            let (first, second) = (&self.remits[a], &self.remits[b]);
            let Some(when) = common_time(first, second) else { continue };
            if !looked_at.insert((a, b)) || is_never(first) || is_never(second) {
                continue;
            }
            let agree = same_parties(&first.decides, &second.decides);
            let same_matter = first.matter.eq_ignore_ascii_case(&second.matter);
            let later = &second.written;
            if same_matter && first.area == second.area {
                let (title, severity, kind) = match agree {
                    true => (self.title(a), Severity::Note, "twice"),
                    false => (self.title(a), Severity::Warning, "contradiction"),
                };
                let what = match agree {
                    true => format!("{title} is declared twice, {when}, to the same deciders: {later} governs"),
                    false => format!(
                        "{title} is declared to {} here and to {} at {later}, {when}: {later} governs, because it stands later",
                        names(&first.decides),
                        names(&second.decides)
                    ),
                };
                let hint = match second.since {
                    Some(since) if first.until.is_none() => {
                        format!(
                            "add `until = \"{}\"` at {}, or take one of the two out",
                            day_or_instant(since),
                            first.written
                        )
                    }
                    _ => "take one of the two out, or part them with `since` and `until`".to_owned(),
                };
                found.push(self.object(a, severity, kind, what, hint));
                shadowed.insert(a);
            } else if self.covers(b, a) && lasts_beyond(second, first) {
                if shadowed.insert(a) {
                    found.push(self.object(
                        a,
                        Severity::Warning,
                        "shadowed",
                        format!(
                            "{} never governs: {} at {later} stands later and covers all of it",
                            self.title(a),
                            self.title(b)
                        ),
                        format!("put {} below {later}, or take it out", first.written),
                    ));
                }
            } else if !agree && !self.covers(a, b) {
                found.push(self.object(
                    a,
                    Severity::Note,
                    "overlap",
                    format!(
                        "{} and {} at {later} meet, {when}, and name other deciders: {later} governs where they do",
                        self.title(a),
                        self.title(b)
                    ),
                    "part their areas or matters, or leave it if the later one is meant as an exception".to_owned(),
                ));
            }
        }
    }

    /// Pairs that may speak of the same, the earlier first: those of the same matter and area, those that meet in the
    /// record, and, in a charter that people write, all that can meet.
    fn pairs(&self, usage: &Usage) -> Vec<(usize, usize)> {
        let n = self.remits.len();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        if n <= COMPARED_MAX {
            pairs.extend((0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).filter(|(a, b)| self.can_meet(*a, *b)));
        } else {
            let mut same: FxHashMap<(String, &str), usize> = FxHashMap::default();
            for (b, remit) in self.remits.iter().enumerate() {
                if let Some(a) = same.insert((remit.matter.to_lowercase(), &remit.area), b) {
                    pairs.push((a, b));
                }
            }
        }
        // Neighbours are enough: of three that meet, the middle one is the neighbour of both.
        pairs.extend(usage.speaking.iter().flat_map(|speaking| speaking.windows(2).map(|two| (two[0], two[1]))));
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Whether two remits can speak of the same question, by their words alone.
    fn can_meet(&self, a: usize, b: usize) -> bool {
        let (first, second) = (&self.remits[a], &self.remits[b]);
        let matters = first.matter == "*" || second.matter == "*" || first.matter.eq_ignore_ascii_case(&second.matter);
        let literal = |area: &str, globs: &[GlobMatcher]| {
            alternatives(area).iter().any(|one| !one.contains(GLOBBING) && matches(globs, one))
        };
        matters
            && (first.area == second.area
                || self.area_covers(a, b)
                || self.area_covers(b, a)
                || literal(&first.area, &self.globs[b])
                || literal(&second.area, &self.globs[a]))
    }

    /// Whether one remit speaks of everything that another speaks of, whatever the time.
    fn covers(&self, a: usize, b: usize) -> bool {
        let (wide, narrow) = (&self.remits[a], &self.remits[b]);
        (wide.matter == "*" || wide.matter.eq_ignore_ascii_case(&narrow.matter)) && self.area_covers(a, b)
    }

    fn area_covers(&self, a: usize, b: usize) -> bool {
        let (wide, narrow) = (alternatives(&self.remits[a].area), alternatives(&self.remits[b].area));
        if self.globs[a].is_empty() || self.globs[b].is_empty() {
            return false;
        }
        narrow.iter().all(|one| {
            wide.iter().any(|other| {
                *other == "*"
                    || *other == "**"
                    || other == one
                    || other.strip_suffix("**").is_some_and(|folder| {
                        folder.ends_with('/') && !folder.contains(GLOBBING) && one.starts_with(folder)
                    })
            }) || !one.contains(GLOBBING) && matches(&self.globs[a], one)
        })
    }
}

/// What makes an area a pattern rather than a name.
const GLOBBING: [char; 5] = ['*', '?', '[', '{', '\\'];

/// The alternatives of an area that is `{a,b}` as a whole; else the area itself.
fn alternatives(area: &str) -> Vec<&str> {
    match area.strip_prefix('{').and_then(|inside| inside.strip_suffix('}')) {
        Some(inside) if !inside.contains(['{', '}', '[', '\\']) => inside.split(',').collect(),
        _ => vec![area],
    }
}

fn is_never(remit: &Remit) -> bool {
    matches!((remit.since, remit.until), (Some(since), Some(until)) if since >= until)
}

/// Whether a remit is in force all the time that another is.
fn lasts_beyond(long: &Remit, short: &Remit) -> bool {
    let begins = long.since.is_none_or(|long| short.since.is_some_and(|short| long <= short));
    let ends = long.until.is_none_or(|long| short.until.is_some_and(|short| short <= long));
    begins && ends
}

/// When both are in force, in words; `None` where never.
fn common_time(a: &Remit, b: &Remit) -> Option<String> {
    let since = a.since.max(b.since);
    let until = match (a.until, b.until) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    if matches!((since, until), (Some(since), Some(until)) if since >= until) {
        return None;
    }
    Some(match (since.map(day_or_instant), until.map(day_or_instant)) {
        (None, None) => "at all times".to_owned(),
        (Some(since), None) => format!("from {since} on"),
        (None, Some(until)) => format!("until {until}"),
        (Some(since), Some(until)) => format!("from {since} to {until}"),
    })
}
