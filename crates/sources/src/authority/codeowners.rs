//! CODEOWNERS as GitHub and as GitLab read it: the same lines, two grammars, different answers.
//!
//! # GitHub
//!
//! A line is a pattern and its owners (`@user`, `@org/team`, a mail address); of the lines that match a path the last
//! one counts, and a pattern without owners makes what it matches nobody's. `#` begins a comment at the beginning of a
//! line and after a space. A pattern without `/`, or with one only at its end, matches in any folder; any other from
//! the root. A pattern that names a folder means all below it, unless it ends in `/*`, which is one level. `[` and `]`
//! stand for themselves. Lines with `!`, with `\#` at their beginning or with anything that is no owner are passed
//! over by GitHub, and set aside here. A file above 3 MB is not read at all.
//!
//! # GitLab
//!
//! Patterns are those of Ruby's `fnmatch` with its path and dot flags: without a leading `/` they match in any folder,
//! with a trailing `/` everything below, otherwise only whole paths; `**/` is any number of folders; `[a-z]` is a set.
//! Lines lie in sections (`[Name]`, `^[Optional]`, `[Name][2]`, `[Name] @default`). Within each section the last match
//! counts, a repeated pattern replaces the first where that stood, and `!pattern` takes paths out of the section for
//! good; every section counts by itself. An entry without owners has its section's default owners. A section is
//! optional only where each of its headings says so; then its number of approvals means nothing. Comments behind
//! owners do not exist: an owner named in one is an owner.

use sayso_model::charter::{Charter, Remit, Who};

use super::pattern::{Pattern, Piece, alternatives, pieces, push_literal, set};
use super::{Aside, ImportError, Imported, MATTER, ROOT, unsaid};

mod github;
mod gitlab;

pub use github::Github;
pub use gitlab::{Gitlab, InSection};

/// The bound of a remit that holds for the files of a folder and for none of its folders.
pub const DIRECTLY: &str = "only files directly in the folder";
/// The bound of a remit that holds for files and never for what lies in a folder of that name.
pub const FILES: &str = "only files so named";

#[derive(Clone, Debug)]
struct Rule {
    /// The pattern as written.
    text: String,
    pattern: Pattern,
    who: Vec<Who>,
    written: String,
    approvals: u32,
}

/// Reads the CODEOWNERS that GitHub would take: the first of `.github/`, the root and `docs/`. The others are set
/// aside.
///
/// # Errors
/// Where there is no file.
pub fn import_github(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let (chosen, mut aside) = choose(files, &[".github/", "", "docs/"], "codeowners-github")?;
    let parsed = Github::parse(chosen.0, chosen.1);
    aside.extend(parsed.aside);
    let remits = parsed.rules.iter().map(|rule| {
        let (area, bound) = github::area(&rule.text);
        remit(area, rule, bound.map(str::to_owned))
    });
    Ok(Imported {
        charter: Charter { remits: remits.collect() },
        aside,
        cannot_say: vec![
            "CODEOWNERS says who approves a change to files, and nothing of any other matter.",
            "It says neither since when, nor within which bounds, nor why, nor who is only consulted.",
            "In a charter a `*` within a pattern also crosses folders; the file itself keeps it within one.",
        ],
    })
}

/// Reads the CODEOWNERS that GitLab would take: the first of the root, `docs/` and `.gitlab/`. The others are set
/// aside. Optional sections come first, so that a required one governs wherever there is one.
///
/// # Errors
/// Where there is no file.
pub fn import_gitlab(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let (chosen, mut aside) = choose(files, &["", "docs/", ".gitlab/"], "codeowners-gitlab")?;
    let parsed = Gitlab::parse(chosen.0, chosen.1);
    aside.extend(parsed.aside);
    let mut remits = Vec::new();
    let optional_first = parsed.sections.iter().filter(|section| section.optional);
    for section in optional_first.chain(parsed.sections.iter().filter(|section| !section.optional)) {
        for rule in &section.rules {
            let (area, bound) = gitlab::area(&rule.text);
            let bounds = Bounds {
                files: bound,
                approvals: if section.optional { 1 } else { rule.approvals },
                optional: section.optional,
                section: section.name.clone(),
            };
            let remit = remit(area, rule, bounds.words());
            // Two spellings of one area: the earlier never governs, and written alike it would take the later's place.
            remits.retain(|known: &Remit| known.area != remit.area || known.bounds != remit.bounds);
            remits.push(remit);
        }
    }
    Ok(Imported {
        charter: Charter { remits },
        aside,
        cannot_say: vec![
            "CODEOWNERS says who approves a change to files, and nothing of any other matter.",
            "It says neither since when nor why, nor who is only consulted.",
            "Every required section asks for an approval of its own; in a charter the last of them governs alone.",
            "A charter does not keep what `!` takes out of a section.",
            "In a charter a `*` within a pattern also crosses folders; the file itself keeps it within one.",
        ],
    })
}

/// Writes a charter as GitHub's CODEOWNERS, with what could not be said in it.
pub fn export_github(charter: &Charter) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut missing = Vec::new();
    for remit in &charter.remits {
        let bounds = Bounds::read(remit.bounds.as_deref());
        unsaid(remit, bounds.is_some() && remit.bounds.as_deref().is_none_or(|b| b == DIRECTLY), &mut missing);
        let owners = owners(&remit.decides, false, &remit.written, &mut missing);
        if owners.is_empty() && !remit.decides.is_empty() {
            continue;
        }
        let direct = bounds.is_some_and(|bounds| bounds.files == Some(DIRECTLY));
        for area in alternatives(&remit.area) {
            match github::area_text(&area, direct) {
                Some(pattern) => push_entry(&mut text, &pattern, &owners),
                None => missing.push(format!("{}: the area `{area}` is no pattern", remit.written)),
            }
        }
    }
    (text, missing)
}

/// Writes a charter as GitLab's CODEOWNERS, with what could not be said in it.
pub fn export_gitlab(charter: &Charter) -> (String, Vec<String>) {
    let mut missing = Vec::new();
    // By section in the order of their first remits, the unnamed one before all.
    let mut sections: Vec<(Bounds, String)> = vec![(Bounds::default(), String::new())];
    for remit in &charter.remits {
        let bounds = Bounds::read(remit.bounds.as_deref());
        unsaid(remit, bounds.is_some(), &mut missing);
        let bounds = bounds.unwrap_or_default();
        let owners = owners(&remit.decides, true, &remit.written, &mut missing);
        if owners.is_empty() && !remit.decides.is_empty() {
            continue;
        }
        let heading = Bounds { files: None, ..bounds.clone() };
        let at = sections.iter().position(|(known, _)| *known == heading).unwrap_or_else(|| {
            sections.push((heading, String::new()));
            sections.len() - 1
        });
        for area in alternatives(&remit.area) {
            match gitlab::area_text(&area, bounds.files) {
                Some(pattern) => push_entry(&mut sections[at].1, &pattern, &owners),
                None => missing.push(format!("{}: the area `{area}` is no pattern", remit.written)),
            }
        }
    }
    let mut text = String::new();
    for (heading, entries) in sections {
        if !heading.section.is_empty() {
            let sign = if heading.optional { "^" } else { "" };
            let number = if heading.approvals > 1 { format!("[{}]", heading.approvals) } else { String::new() };
            text.push_str(&format!("\n{sign}[{}]{number}\n", heading.section));
        }
        text.push_str(&entries);
    }
    (text.trim_start().to_owned(), missing)
}

/// What a remit's bounds say of a line, in words that are read back.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bounds {
    files: Option<&'static str>,
    approvals: u32,
    optional: bool,
    section: String,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { files: None, approvals: 1, optional: false, section: String::new() }
    }
}

impl Bounds {
    fn words(&self) -> Option<String> {
        let mut words: Vec<String> = self.files.iter().map(|files| (*files).to_owned()).collect();
        if self.approvals > 1 {
            words.push(format!("approvals: {}", self.approvals));
        }
        if self.optional {
            words.push("optional".to_owned());
        }
        if !self.section.is_empty() {
            words.push(format!("section {}", self.section));
        }
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// `None` where the bounds say something else.
    fn read(words: Option<&str>) -> Option<Bounds> {
        let mut out = Bounds::default();
        let mut rest = words.unwrap_or_default();
        while !rest.is_empty() {
            if let Some(section) = rest.strip_prefix("section ") {
                out.section = section.to_owned();
                break;
            }
            let (word, after) = rest.split_once("; ").unwrap_or((rest, ""));
            match word {
                DIRECTLY => out.files = Some(DIRECTLY),
                FILES => out.files = Some(FILES),
                "optional" => out.optional = true,
                word => out.approvals = word.strip_prefix("approvals: ")?.parse().ok()?,
            }
            rest = after;
        }
        Some(out)
    }
}

/// The lines that are neither blank nor comments, with their places.
fn lines<'a>(path: &'a str, text: &'a str) -> impl Iterator<Item = (String, &'a str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let numbered = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    let kept = numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    kept.map(move |(at, line)| (format!("{path}:{at}"), line))
}

fn choose<'a>(
    files: &[(&'a str, &'a str)],
    folders: &[&str],
    format: &'static str,
) -> Result<((&'a str, &'a str), Vec<Aside>), ImportError> {
    let rank = |path: &str| {
        let folder = path.rfind('/').map_or("", |at| &path[..=at]);
        let named = |name: &&str| !name.is_empty() && (folder == *name || folder.ends_with(&format!("/{name}")));
        let root = folders.iter().position(|name| name.is_empty()).unwrap_or(0);
        folders.iter().position(named).unwrap_or(root)
    };
    let first = (0..files.len()).min_by_key(|at| rank(files[*at].0)).ok_or(ImportError::NoFile { format })?;
    let others = files.iter().enumerate().filter(|(at, _)| *at != first);
    let aside = others.map(|(_, (path, _))| Aside::new(*path, format!("{} is read instead", files[first].0)));
    Ok((files[first], aside.collect()))
}

fn remit(area: String, rule: &Rule, bounds: Option<String>) -> Remit {
    Remit {
        matter: MATTER.to_owned(),
        area,
        decides: rule.who.clone(),
        bounds,
        written: rule.written.clone(),
        ..Remit::default()
    }
}

/// The pattern of a line, up to the first space that is not escaped, and the rest.
fn split_pattern(line: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if c.is_whitespace() && !escaped {
            return (&line[..at], &line[at..]);
        }
        escaped = c == '\\' && !escaped;
    }
    (line, "")
}

fn is_mail(word: &str) -> bool {
    let Some((user, host)) = word.rsplit_once('@') else { return false };
    !user.is_empty() && !user.contains(['@', '<', '>', ',']) && !host.is_empty() && !host.contains(['/', '<', '>', ','])
}

/// A pattern's segments as a glob over areas. In `literal_sets` brackets stand for themselves.
fn glob(segments: &[&str], literal_sets: bool) -> String {
    let mut out = String::new();
    for (at, segment) in segments.iter().enumerate() {
        if at > 0 {
            out.push('/');
        }
        if *segment == "**" {
            out.push_str("**");
            continue;
        }
        let mut rest = *segment;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                '\\' => {
                    let escaped = rest.chars().next().unwrap_or('\\');
                    push_literal(&mut out, escaped);
                    rest = rest.strip_prefix(escaped).unwrap_or(rest);
                }
                // Several stars in a row within a name are one.
                '*' if out.ends_with('*') && !out.ends_with("[*") => {}
                '*' | '?' => out.push(c),
                '[' if !literal_sets => match set(rest) {
                    Some((false, ranges, after)) if matches!(ranges.as_slice(), [(from, to)] if from == to) => {
                        push_literal(&mut out, ranges[0].0);
                        rest = after;
                    }
                    Some((_, _, after)) => {
                        out.push('[');
                        out.push_str(&rest[..rest.len() - after.len()]);
                        rest = after;
                    }
                    None => push_literal(&mut out, c),
                },
                c => push_literal(&mut out, c),
            }
        }
    }
    out
}

/// The pattern for everything, or for the files in no folder, which are the same in both dialects.
fn anywhere_text(area: &str) -> Option<&'static str> {
    match area {
        "*" | "**" | "**/*" => Some("*"),
        ROOT => Some("/*"),
        _ => None,
    }
}

fn segments_text(whole: &str, escaped: &str, sets: bool) -> Option<String> {
    let mut out = String::new();
    for (at, segment) in whole.split('/').enumerate() {
        if at > 0 {
            out.push('/');
        }
        if segment == "**" {
            out.push_str("**");
            continue;
        }
        if segment.is_empty() {
            return None;
        }
        for piece in pieces(segment)? {
            match piece {
                Piece::Star => out.push('*'),
                Piece::Mark => out.push('?'),
                Piece::Class(class) if sets => out.push_str(&class),
                Piece::Class(_) => return None,
                Piece::Char(c) if c.is_control() => return None,
                Piece::Char(c) => {
                    if escaped.contains(c) || c.is_whitespace() {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    Some(out)
}

/// The owners that a format can name, as words; the others are told.
fn owners(decides: &[Who], gitlab: bool, written: &str, missing: &mut Vec<String>) -> Vec<String> {
    let mut out = Vec::new();
    for who in decides {
        let word = match who {
            Who::Person(name) if is_mail(name) => name.clone(),
            Who::Role(name) => format!("@@{name}"),
            Who::Person(name) | Who::Team(name) => format!("@{name}"),
        };
        let back = if gitlab { gitlab::owners_of(&word).0.pop() } else { github::owner(&word) };
        match back {
            Some(back) if back == *who => out.push(word),
            _ => missing.push(format!("{written}: `{who}` is no owner that it can name")),
        }
    }
    out
}

fn push_entry(text: &mut String, pattern: &str, owners: &[String]) {
    text.push_str(pattern);
    for owner in owners {
        text.push(' ');
        text.push_str(owner);
    }
    text.push('\n');
}
