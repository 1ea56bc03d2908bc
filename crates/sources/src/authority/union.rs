//! Formats in which every match counts, as remits of which the last one written governs: the deepest comes last and
//! bears everybody who answers for it.

use sayso_model::charter::{Remit, Who};

use super::codeowners::{DIRECTLY, FILES};
use super::pattern::{Piece, alternatives, pieces, push_literal};
use super::{MATTER, ROOT};

/// People and what they answer for.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    pub decides: Vec<Who>,
    pub consulted: Vec<Who>,
    pub includes: Vec<Reach>,
    pub excludes: Vec<Reach>,
    pub written: String,
}

/// What one line of files reaches: folders and names as a glob without its end, empty for the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    pub whole: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A folder and all below it.
    Below,
    /// The files that lie in a folder and not deeper.
    Directly,
    /// Files of this name.
    Files,
}

impl Reach {
    /// What a shell-like pattern reaches: `dir/` all below, `dir/*` one level, else files so named. `*` and `?` stand
    /// for characters; `[a-z]` is a set where `sets`.
    pub fn of_glob(text: &str, sets: bool) -> Reach {
        let text = text.trim_start_matches('/');
        let (whole, kind) = match text {
            "" | "*/" | "**" | "**/" | "**/*" => return Reach { whole: String::new(), kind: Kind::Below },
            "*" => return Reach { whole: String::new(), kind: Kind::Directly },
            _ => match (text.strip_suffix("/**").or_else(|| text.strip_suffix('/')), text.strip_suffix("/*")) {
                (Some(folder), _) => (folder, Kind::Below),
                (None, Some(folder)) => (folder, Kind::Directly),
                (None, None) => (text, Kind::Files),
            },
        };
        let mut glob = String::new();
        let mut chars = whole.chars();
        while let Some(c) = chars.next() {
            match c {
                '*' | '?' => glob.push(c),
                '[' if sets && chars.as_str().find(']').is_some_and(|end| end > 1) => glob.push(c),
                // Inside of a set nothing but its end is special, and outside of one a `]` is a character.
                c if sets && in_set(&glob) => glob.push(c),
                c => push_literal(&mut glob, c),
            }
        }
        Reach { whole: stars_apart(&glob), kind }
    }

    /// What a remit's area and bounds say; `None` where the bounds say something else.
    fn of_remit(area: &str, bounds: Option<&str>) -> Option<Reach> {
        let kind = match bounds {
            None => Kind::Below,
            Some(DIRECTLY) => Kind::Directly,
            Some(FILES) => Kind::Files,
            Some(_) => return None,
        };
        Some(match (area, kind) {
            ("*" | "**", Kind::Below) => Reach { whole: String::new(), kind },
            (ROOT, _) => Reach { whole: String::new(), kind: Kind::Directly },
            (area, Kind::Below) => Reach { whole: area.strip_suffix("/**").unwrap_or(area).to_owned(), kind },
            (area, kind) => Reach { whole: area.to_owned(), kind },
        })
    }

    /// The same as a pattern: `dir/`, `dir/*` or a name; `None` where no pattern says it.
    fn text(&self, sets: bool) -> Option<String> {
        let mut out = String::new();
        for (at, segment) in self.whole.split('/').enumerate() {
            if at > 0 {
                out.push('/');
            }
            for piece in pieces(segment)? {
                match piece {
                    Piece::Star => out.push('*'),
                    Piece::Mark => out.push('?'),
                    Piece::Class(class) if sets => out.push_str(&class),
                    Piece::Class(_) => return None,
                    // These formats know no escape.
                    Piece::Char('*' | '?') => return None,
                    Piece::Char('[') if sets => return None,
                    Piece::Char(c) if c.is_control() => return None,
                    Piece::Char(c) => out.push(c),
                }
            }
        }
        Some(match (self.kind, self.whole.is_empty()) {
            (Kind::Below, true) => "*/".to_owned(),
            (Kind::Directly, true) => "*".to_owned(),
            (Kind::Below, false) => out + "/",
            (Kind::Directly, false) => out + "/*",
            (Kind::Files, _) => out,
        })
    }

    fn area(&self) -> (String, Option<String>) {
        match (self.kind, self.whole.is_empty()) {
            (Kind::Below, true) => ("*".to_owned(), None),
            (Kind::Directly, true) => (ROOT.to_owned(), None),
            (Kind::Below, false) => (format!("{}/**", self.whole), None),
            (Kind::Directly, false) => (self.whole.clone(), Some(DIRECTLY.to_owned())),
            (Kind::Files, _) => (self.whole.clone(), Some(FILES.to_owned())),
        }
    }

    fn depth(&self) -> usize {
        if self.whole.is_empty() { 0 } else { 1 + self.whole.matches('/').count() }
    }

    /// Whether whatever the other reaches is reached by this one too, as far as names tell.
    fn covers(&self, other: &Reach) -> bool {
        let within = |whole: &str, folder: &str| {
            folder.is_empty() || whole.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match (self.kind, other.kind) {
            (Kind::Below, _) => within(&other.whole, &self.whole),
            (Kind::Directly, Kind::Files) => {
                other.whole.rsplit_once('/').map_or("", |(folder, _)| folder) == self.whole
            }
            (mine, its) => mine == its && self.whole == other.whole,
        }
    }
}

/// Whether a glob ends within a set.
fn in_set(glob: &str) -> bool {
    glob.rfind('[').is_some_and(|open| !glob[open + 1..].contains(']') || glob.ends_with("[]"))
}

/// Several stars within a name as one; between slashes two are any folders.
fn stars_apart(glob: &str) -> String {
    let segment = |segment: &str| {
        if segment == "**" {
            return segment.to_owned();
        }
        let mut out = String::new();
        for c in segment.chars() {
            if c != '*' || !out.ends_with('*') || out.ends_with("[*") {
                out.push(c);
            }
        }
        out
    };
    glob.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// One remit for everything that some line names, the shallow ones first, each with all who answer for it: first those
/// who name it most closely.
pub(super) fn remits(sections: &[Section]) -> Vec<Remit> {
    let mut reaches: Vec<(&Reach, &str)> = Vec::new();
    let included = sections.iter().flat_map(|section| section.includes.iter().map(|reach| (reach, &*section.written)));
    let excluded = sections.iter().flat_map(|section| section.excludes.iter().map(|reach| (reach, &*section.written)));
    for (reach, written) in included.chain(excluded) {
        if !reaches.iter().any(|(known, _)| *known == reach) {
            reaches.push((reach, written));
        }
    }
    reaches.sort_by_key(|(reach, _)| (reach.depth(), reach.kind));
    let remit = |(reach, written): (&Reach, &str)| {
        let mut close: Vec<(usize, &Section)> = Vec::new();
        for section in sections {
            let nearest =
                section.includes.iter().filter(|own| own.covers(reach)).map(|own| (own.depth(), own.kind)).max();
            if let Some((depth, _)) = nearest
                && !section.excludes.iter().any(|own| own.covers(reach))
            {
                let same = section.includes.contains(reach);
                close.push((2 * depth + usize::from(same), section));
            }
        }
        close.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
        let (mut decides, mut consulted): (Vec<Who>, Vec<Who>) = (Vec::new(), Vec::new());
        for (_, section) in &close {
            add(&mut decides, &section.decides);
            add(&mut consulted, &section.consulted);
        }
        consulted.retain(|who| !decides.contains(who));
        let (area, bounds) = reach.area();
        let written = close.first().map_or(written, |(_, section)| &section.written).to_owned();
        Remit { matter: MATTER.to_owned(), area, decides, consulted, bounds, written, ..Remit::default() }
    };
    reaches.into_iter().map(remit).collect()
}

/// A remit as such a format writes it.
pub(super) struct Written<'a> {
    pub remit: &'a Remit,
    /// What it answers for.
    pub includes: Vec<String>,
    /// What lies within that and is others'.
    pub excludes: Vec<String>,
}

/// The sections from which [`remits`] makes these remits; what cannot be said is told.
pub(super) fn sections<'a>(remits: &'a [Remit], sets: bool, missing: &mut Vec<String>) -> Vec<Written<'a>> {
    let mut reached: Vec<(&Remit, Vec<Reach>)> = Vec::new();
    for remit in remits {
        let kept = alternatives(&remit.area).into_iter().filter_map(|area| {
            let bounds = remit.bounds.as_deref().filter(|bounds| matches!(*bounds, DIRECTLY | FILES));
            let reach = Reach::of_remit(&area, bounds)?;
            if reach.text(sets).is_none() {
                missing.push(format!("{}: the area `{area}` is no pattern", remit.written));
                return None;
            }
            Some(reach)
        });
        let kept = kept.collect();
        reached.push((remit, kept));
    }
    let written = |(at, (remit, reaches)): (usize, &(&'a Remit, Vec<Reach>))| {
        let others = reached.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, (other, inner))| {
            let lacks = remit.decides.iter().any(|who| !other.decides.contains(who))
                || remit.consulted.iter().any(|who| !other.decides.contains(who) && !other.consulted.contains(who));
            inner.iter().filter(move |_| lacks)
        });
        let within = others.filter(|inner| reaches.iter().any(|own| own != *inner && own.covers(inner)));
        let mut excludes: Vec<String> = within.filter_map(|inner| inner.text(sets)).collect();
        excludes.dedup();
        let includes = reaches.iter().filter_map(|reach| reach.text(sets)).collect();
        Written { remit, includes, excludes }
    };
    reached.iter().enumerate().map(written).filter(|written| !written.includes.is_empty()).collect()
}

fn add(into: &mut Vec<Who>, more: &[Who]) {
    for who in more {
        if !into.contains(who) {
            into.push(who.clone());
        }
    }
}
