//! CODEOWNERS as GitLab reads it: sections, what a line means in them, and which areas its pattern is.

use sayso_model::charter::Who;

use super::{DIRECTLY, FILES, Rule, anywhere_text, glob, is_mail, lines, segments_text, split_pattern};
use crate::authority::pattern::{Pattern, set};
use crate::authority::{Aside, Owners, ROOT, Resolution};

/// A CODEOWNERS file in GitLab's grammar.
#[derive(Clone, Debug, Default)]
pub struct Gitlab {
    /// The unnamed section first; it is always there.
    pub(super) sections: Vec<Section>,
    pub(super) aside: Vec<Aside>,
}

/// What one section of GitLab's says of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InSection {
    /// The section's name as first written; empty for what stands before all sections.
    pub section: String,
    /// The owners; empty where the entry that counts has none, so that no approval is asked for.
    pub who: Vec<Who>,
    /// How many approvals are needed; 0 in an optional section and where nobody owns.
    pub approvals: u32,
    /// Whether the section is required.
    pub required: bool,
    /// Where the entry is written.
    pub rule: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) optional: bool,
    pub(super) rules: Vec<Rule>,
    excluded: Vec<Pattern>,
}

impl Gitlab {
    /// What was set aside, in the order of the file.
    pub fn aside(&self) -> &[Aside] {
        &self.aside
    }

    /// Reads a file; `path` is how places in it are called.
    pub fn parse(path: &str, text: &str) -> Gitlab {
        let mut out = Gitlab { sections: vec![Section::default()], aside: Vec::new() };
        let mut at = 0;
        let (mut defaults, mut approvals) = (Vec::new(), 1);
        for (place, line) in lines(path, text) {
            if line.starts_with('[') || line.starts_with("^[") {
                let Some(heading) = Heading::parse(line) else {
                    out.aside.push(Aside::new(place, "a section without a name, or one that does not end"));
                    continue;
                };
                let same = |section: &Section| section.name.to_lowercase() == heading.name.to_lowercase();
                at = match out.sections.iter().position(|section| !section.name.is_empty() && same(section)) {
                    Some(at) => {
                        out.sections[at].optional &= heading.optional;
                        at
                    }
                    None => {
                        let (name, optional) = (heading.name.to_owned(), heading.optional);
                        out.sections.push(Section { name, optional, ..Section::default() });
                        out.sections.len() - 1
                    }
                };
                approvals = heading.approvals;
                defaults = owners_of(heading.owners).0;
                continue;
            }
            let (pattern, owners) = split_pattern(line);
            let section = &mut out.sections[at];
            if let Some(excluded) = pattern.strip_prefix('!') {
                match pattern_of(excluded) {
                    Some(pattern) => section.excluded.push(pattern),
                    None => out.aside.push(Aside::new(place, "a set that does not end matches nothing")),
                }
                continue;
            }
            let Some(compiled) = pattern_of(pattern) else {
                out.aside.push(Aside::new(place, "a set that does not end matches nothing"));
                continue;
            };
            let (who, strangers) = owners_of(owners);
            if !strangers.is_empty() {
                out.aside.push(Aside::new(&place, format!("no owner: {}", strangers.join(" "))));
            }
            let who = if owners.trim().is_empty() { defaults.clone() } else { who };
            let rule = Rule { text: pattern.to_owned(), pattern: compiled, who, written: place, approvals };
            match section.rules.iter_mut().find(|known| known.pattern == rule.pattern) {
                Some(known) => *known = rule,
                None => section.rules.push(rule),
            }
        }
        out
    }

    /// What each section says of a path, in the order of the file; sections that do not speak of it are left out.
    pub fn sections(&self, path: &str) -> Vec<InSection> {
        // GitLab matches paths with a leading `/`.
        let path = format!("/{path}");
        let speaks = |section: &Section| {
            let rule = section.rules.iter().rfind(|rule| rule.pattern.matches(&path))?;
            (!section.excluded.iter().any(|pattern| pattern.matches(&path))).then(|| InSection {
                section: section.name.clone(),
                who: rule.who.clone(),
                approvals: if section.optional || rule.who.is_empty() { 0 } else { rule.approvals },
                required: !section.optional,
                rule: rule.written.clone(),
            })
        };
        self.sections.iter().filter_map(speaks).collect()
    }
}

impl Owners for Gitlab {
    /// The owners of all required sections together; those of optional ones are consulted, and are the owners where
    /// no section requires anybody.
    fn owners(&self, path: &str) -> Resolution {
        let mut all = self.sections(path);
        let Some(first) = all.first() else { return Resolution::Unmatched };
        let first = first.rule.clone();
        all.retain(|section| !section.who.is_empty());
        if all.is_empty() {
            return Resolution::Unowned { rule: first };
        }
        let required = all.iter().any(|section| section.required);
        let (mut who, mut consulted, mut rules) = (Vec::new(), Vec::new(), Vec::new());
        for section in all {
            let into = if section.required == required { &mut who } else { &mut consulted };
            into.extend(section.who.into_iter().filter(|one| !into.contains(one)).collect::<Vec<_>>());
            rules.push(section.rule);
        }
        consulted.retain(|one| !who.contains(one));
        Resolution::Owned { who, consulted, rules, required }
    }
}

/// The heading of a section.
struct Heading<'a> {
    name: &'a str,
    optional: bool,
    approvals: u32,
    owners: &'a str,
}

impl<'a> Heading<'a> {
    fn parse(line: &'a str) -> Option<Heading<'a>> {
        let optional = line.starts_with('^');
        let rest = line.trim_start_matches('^').strip_prefix('[')?;
        let (name, mut rest) = rest.split_once(']')?;
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        let mut approvals = 1;
        if let Some((number, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            // What is no number, and zero, is one approval as everywhere.
            approvals = number.trim().parse().unwrap_or(1).max(1);
            rest = after;
        }
        Some(Heading { name, optional, approvals, owners: rest })
    }
}

/// The owners named in a text, and the words that name none.
pub(super) fn owners_of(text: &str) -> (Vec<Who>, Vec<&str>) {
    let (mut who, mut strangers) = (Vec::new(), Vec::new());
    for word in text.split_whitespace() {
        let word = word.trim_end_matches([',', ';', '.', ':']);
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c));
        let one = if let Some(role) = word.strip_prefix("@@").filter(|name| is_name(name)) {
            Some(Who::Role(role.to_lowercase()))
        } else if let Some(name) = word.strip_prefix('@').filter(|name| is_name(name)) {
            let group = name.contains('/');
            Some(if group { Who::Team(name.to_owned()) } else { Who::Person(name.to_owned()) })
        } else {
            is_mail(word).then(|| Who::Person(word.to_owned()))
        };
        match one {
            Some(one) if who.contains(&one) => {}
            Some(one) => who.push(one),
            None => strangers.push(word),
        }
    }
    (who, strangers)
}

/// Writes an area as a GitLab pattern; `None` where no pattern says it.
pub(super) fn area_text(area: &str, files: Option<&str>) -> Option<String> {
    if files.is_none()
        && let Some(text) = anywhere_text(area)
    {
        return Some(text.to_owned());
    }
    let whole = if files.is_some() { area } else { area.strip_suffix("/**").unwrap_or(area) };
    let text = segments_text(whole, "*?[\\", true)?;
    let end = match files {
        Some(DIRECTLY) => "/*",
        Some(_) => "",
        None => "/",
    };
    Some(match text.strip_prefix("**/") {
        Some(rest) if !rest.starts_with(['#', '!', '[', '^', '/', '\\', '*']) => format!("{rest}{end}"),
        _ => format!("/{text}{end}"),
    })
}

/// The pattern as GitLab completes it, without its leading slash.
fn whole_of(text: &str) -> String {
    if text == "*" {
        return "**/*".to_owned();
    }
    let text = text.strip_prefix("\\#").map_or_else(|| text.to_owned(), |rest| format!("#{rest}"));
    let mut whole = text.strip_prefix('/').map_or_else(|| format!("**/{text}"), str::to_owned);
    if whole.ends_with('/') || whole.is_empty() {
        whole.push_str("**/*");
    }
    whole
}

/// `None` where a set does not end, so that nothing matches.
fn pattern_of(text: &str) -> Option<Pattern> {
    let whole = whole_of(text);
    let mut out = Pattern::default();
    out.literal('/');
    let mut rest = whole.as_str();
    let mut at_start = true;
    while let Some(c) = rest.chars().next() {
        if at_start && rest.starts_with("**/") {
            out.folders();
            rest = &rest[3..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        at_start = c == '/';
        match c {
            '*' => out.many(),
            '?' => out.one(),
            '[' => {
                let (negated, ranges, after) = set(rest)?;
                out.set(negated, ranges);
                rest = after;
            }
            '\\' => {
                let escaped = rest.chars().next().unwrap_or('\\');
                out.literal(escaped);
                rest = rest.strip_prefix(escaped).unwrap_or(rest);
            }
            c => out.literal(c),
        }
    }
    Some(out)
}

/// The areas that a GitLab pattern means, and what bounds it.
pub(super) fn area(text: &str) -> (String, Option<&'static str>) {
    let whole = whole_of(text);
    let mut segments: Vec<&str> = whole.split('/').collect();
    let last = segments.len() - 1;
    // Only `**/` is any folder; two stars at the end are one.
    if segments[last] == "**" {
        segments[last] = "*";
    }
    if segments[last] != "*" {
        return (glob(&segments, false), Some(FILES));
    }
    segments.pop();
    if segments.is_empty() {
        return (ROOT.to_owned(), None);
    }
    if segments.last() != Some(&"**") {
        return (glob(&segments, false), Some(DIRECTLY));
    }
    while segments.last() == Some(&"**") {
        segments.pop();
    }
    if segments.is_empty() { ("*".to_owned(), None) } else { (format!("{}/**", glob(&segments, false)), None) }
}
