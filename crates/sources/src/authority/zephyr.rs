//! MAINTAINERS.yml as Zephyr writes it: named areas with maintainers, collaborators and the files they keep.
//!
//! `maintainers` decide, `collaborators` are consulted. `files` ending in `/` are the folder and all below it, any
//! other is a whole name, in which `*` and `?` stay within a folder; `files-regex` matches anywhere in a path.
//! `files-exclude` and `files-regex-exclude` take away. Every area that matches counts. The people of a `file-groups`
//! entry are consulted for those of its files that the area keeps; where the entry says `defer-to-other-areas`, the
//! area decides of them only where no other does. A `meta` area's maintainers are only consulted. An area without
//! maintainers is nobody's.

use regex::Regex;
use sayso_model::charter::{Charter, Who};

use super::codeowners::{DIRECTLY, FILES};
use super::pattern::Pattern;
use super::union::{self, Reach};
use super::yaml::{self, Node};
use super::{Aside, ImportError, Imported, Owners, Resolution, unsaid};

/// A MAINTAINERS.yml.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    areas: Vec<Area>,
    aside: Vec<Aside>,
}

#[derive(Clone, Debug, Default)]
struct Area {
    maintainers: Vec<Who>,
    collaborators: Vec<Who>,
    kept: Kept,
    groups: Vec<Group>,
    written: String,
}

#[derive(Clone, Debug, Default)]
struct Group {
    collaborators: Vec<Who>,
    kept: Kept,
    defers: bool,
}

/// The files of an area or of a group.
#[derive(Clone, Debug, Default)]
struct Kept {
    files: Vec<(Pattern, Reach)>,
    names: Vec<Regex>,
    not_files: Vec<(Pattern, Reach)>,
    not_names: Vec<Regex>,
}

impl Kept {
    fn holds(&self, path: &str) -> bool {
        let any = |files: &[(Pattern, Reach)], names: &[Regex]| {
            files.iter().any(|(pattern, _)| pattern.matches(path)) || names.iter().any(|name| name.is_match(path))
        };
        any(&self.files, &self.names) && !any(&self.not_files, &self.not_names)
    }

    fn parse(node: &Node, file: &str, aside: &mut Vec<Aside>) -> Kept {
        let mut out = Kept::default();
        for (key, negated) in [("files", false), ("files-exclude", true)] {
            for text in texts(node, key, file, aside) {
                let pair = (pattern(&text), Reach::of_glob(&text, true));
                if negated { out.not_files.push(pair) } else { out.files.push(pair) }
            }
        }
        for (key, negated) in [("files-regex", false), ("files-regex-exclude", true)] {
            let line = node.get(key).map_or(node.line, |node| node.line);
            for text in texts(node, key, file, aside) {
                match Regex::new(&text) {
                    Ok(name) if negated => out.not_names.push(name),
                    Ok(name) => out.names.push(name),
                    Err(_) => {
                        let why = format!("`{text}` is no pattern that can be used here");
                        aside.push(Aside::new(format!("{file}:{line}"), why));
                    }
                }
            }
        }
        out
    }
}

impl Areas {
    /// What was set aside, in the order of the file.
    pub fn aside(&self) -> &[Aside] {
        &self.aside
    }

    /// Reads a file; `path` is how places in it are called.
    ///
    /// # Errors
    /// Where it is no YAML mapping.
    pub fn parse(path: &str, text: &str) -> Result<Areas, ImportError> {
        let malformed = |line: usize, what: String| ImportError::Malformed {
            file: format!("{path}:{line}"),
            format: "zephyr",
            what,
        };
        let documents = yaml::documents(text).map_err(|why| malformed(why.line, why.what))?;
        let mut out = Areas::default();
        let Some(top) = documents.into_iter().next() else { return Ok(out) };
        if !top.is_map() {
            return Err(malformed(top.line, "it is no mapping of areas".to_owned()));
        }
        for (name, line, node) in top.entries() {
            let written = format!("{path}:{line}");
            if !node.is_map() {
                out.aside.push(Aside::new(written, format!("the area `{name}` says nothing")));
                continue;
            }
            let people = |key: &str, node: &Node, aside: &mut Vec<Aside>| -> Vec<Who> {
                texts(node, key, path, aside).into_iter().map(Who::Person).collect()
            };
            let aside = &mut out.aside;
            let mut area = Area {
                maintainers: people("maintainers", node, aside),
                collaborators: people("collaborators", node, aside),
                kept: Kept::parse(node, path, aside),
                groups: Vec::new(),
                written,
            };
            if node.get("meta").is_some_and(Node::is_true) {
                let maintainers = std::mem::take(&mut area.maintainers);
                area.collaborators.splice(0..0, maintainers);
            }
            for group in node.get("file-groups").map_or(&[][..], Node::list) {
                area.groups.push(Group {
                    collaborators: people("collaborators", group, aside),
                    kept: Kept::parse(group, path, aside),
                    defers: group.get("defer-to-other-areas").is_some_and(Node::is_true),
                });
            }
            out.areas.push(area);
        }
        Ok(out)
    }
}

impl Owners for Areas {
    fn owners(&self, path: &str) -> Resolution {
        let (mut who, mut consulted, mut rules): (Vec<Who>, Vec<Who>, Vec<String>) = Default::default();
        let mut deferring: Vec<Who> = Vec::new();
        for area in self.areas.iter().filter(|area| area.kept.holds(path)) {
            rules.push(area.written.clone());
            consulted.extend(area.collaborators.iter().cloned());
            let mut defers = false;
            for group in area.groups.iter().filter(|group| group.kept.holds(path)) {
                consulted.extend(group.collaborators.iter().cloned());
                defers |= group.defers;
            }
            let into = if defers { &mut deferring } else { &mut who };
            into.extend(area.maintainers.iter().cloned());
        }
        if who.is_empty() {
            who = deferring;
        } else {
            consulted.extend(deferring);
        }
        let who = once(who);
        let mut consulted = once(consulted);
        consulted.retain(|one| !who.contains(one));
        match (rules.first(), who.is_empty()) {
            (None, _) => Resolution::Unmatched,
            (Some(rule), true) => Resolution::Unowned { rule: rule.clone() },
            (Some(_), false) => Resolution::Owned { who, consulted, rules, required: true },
        }
    }
}

/// Reads MAINTAINERS.yml files; areas of several files stand side by side.
///
/// # Errors
/// Where there is no file, or one is no YAML mapping.
pub fn import(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    if files.is_empty() {
        return Err(ImportError::NoFile { format: "zephyr" });
    }
    let mut aside = Vec::new();
    let mut sections = Vec::new();
    let (mut by_name, mut defers) = (false, false);
    let reaches = |pairs: Vec<(Pattern, Reach)>| pairs.into_iter().map(|(_, reach)| reach).collect::<Vec<_>>();
    for (path, text) in files {
        let parsed = Areas::parse(path, text)?;
        aside.extend(parsed.aside);
        for area in parsed.areas {
            by_name |= !area.kept.names.is_empty() || !area.kept.not_names.is_empty();
            let excludes = reaches(area.kept.not_files);
            for group in area.groups {
                by_name |= !group.kept.names.is_empty() || !group.kept.not_names.is_empty();
                defers |= group.defers;
                sections.push(union::Section {
                    consulted: group.collaborators,
                    includes: reaches(group.kept.files),
                    excludes: [excludes.clone(), reaches(group.kept.not_files)].concat(),
                    written: area.written.clone(),
                    ..union::Section::default()
                });
            }
            sections.push(union::Section {
                decides: area.maintainers,
                consulted: area.collaborators,
                includes: reaches(area.kept.files),
                excludes,
                written: area.written,
            });
        }
    }
    let mut cannot_say = vec![
        "MAINTAINERS.yml says who answers for files, and nothing of any other matter.",
        "It says neither since when, nor within which bounds, nor why; names, labels and tests are not kept.",
        "In a charter a `*` within a pattern also crosses folders, and what is only excluded is nobody's.",
    ];
    if by_name {
        cannot_say.push("A charter keeps no regular expressions over paths (`files-regex`).");
    }
    if defers {
        cannot_say.push("A charter does not keep that an area defers to others (`defer-to-other-areas`).");
    }
    Ok(Imported { charter: Charter { remits: union::remits(&sections) }, aside, cannot_say })
}

/// Writes a charter as MAINTAINERS.yml, with what could not be said in it.
pub fn export(charter: &Charter) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut missing = Vec::new();
    for (at, section) in union::sections(&charter.remits, true, &mut missing).into_iter().enumerate() {
        let remit = section.remit;
        let mut said = remit.clone();
        said.consulted.clear();
        unsaid(&said, remit.bounds.as_deref().is_none_or(|bounds| matches!(bounds, DIRECTLY | FILES)), &mut missing);
        let mut people = String::new();
        for (key, all) in [("maintainers", &remit.decides), ("collaborators", &remit.consulted)] {
            let mut names = Vec::new();
            for who in all {
                match who {
                    Who::Person(name) => names.push(name),
                    _ => missing.push(format!("{}: `{who}` is no person", remit.written)),
                }
            }
            list(&mut people, key, names.into_iter().map(String::as_str));
        }
        if people.is_empty() && !(remit.decides.is_empty() && remit.consulted.is_empty()) {
            continue;
        }
        let status = if remit.decides.is_empty() { "unmaintained" } else { "maintained" };
        let name = yaml::quoted(&format!("Files {} {}", at + 1, remit.area));
        text.push_str(&format!("{name}:\n  status: {status}\n{people}"));
        list(&mut text, "files", section.includes.iter().map(String::as_str));
        list(&mut text, "files-exclude", section.excludes.iter().map(String::as_str));
        text.push('\n');
    }
    (text, missing)
}

fn list<'a>(text: &mut String, key: &str, values: impl Iterator<Item = &'a str>) {
    let mut values = values.peekable();
    if values.peek().is_some() {
        text.push_str(&format!("  {key}:\n"));
        values.for_each(|value| text.push_str(&format!("    - {}\n", yaml::quoted(value))));
    }
}

fn texts(node: &Node, key: &str, file: &str, aside: &mut Vec<Aside>) -> Vec<String> {
    let mut out = Vec::new();
    for value in node.get(key).map_or(&[][..], Node::list) {
        match value.text() {
            Some(text) if !text.trim().is_empty() => out.push(text.trim().to_owned()),
            _ => aside.push(Aside::new(format!("{file}:{}", value.line), format!("no text in `{key}`"))),
        }
    }
    out
}

fn once(all: Vec<Who>) -> Vec<Who> {
    let mut out: Vec<Who> = Vec::with_capacity(all.len());
    for who in all {
        if !out.contains(&who) {
            out.push(who);
        }
    }
    out
}

fn pattern(text: &str) -> Pattern {
    let mut out = Pattern::default();
    let mut rest = text.trim_start_matches('/');
    let is_tree = rest.ends_with('/');
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => out.many(),
            '?' => out.one(),
            '[' => match super::pattern::set(rest) {
                Some((negated, ranges, after)) => {
                    out.set(negated, ranges);
                    rest = after;
                }
                None => out.literal(c),
            },
            c => out.literal(c),
        }
    }
    if is_tree {
        out.something();
    }
    out
}
