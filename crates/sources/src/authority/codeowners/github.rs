//! CODEOWNERS as GitHub reads it: what a line means, and which areas its pattern is.

use sayso_model::charter::Who;

use super::{DIRECTLY, Rule, anywhere_text, glob, is_mail, lines, segments_text, split_pattern};
use crate::authority::pattern::Pattern;
use crate::authority::{Aside, Owners, ROOT, Resolution};

/// GitHub reads no larger file.
const MOST_BYTES: usize = 3 << 20;

/// A CODEOWNERS file in GitHub's grammar.
#[derive(Clone, Debug, Default)]
pub struct Github {
    pub(super) rules: Vec<Rule>,
    pub(super) aside: Vec<Aside>,
}

impl Github {
    /// What was set aside, in the order of the file.
    pub fn aside(&self) -> &[Aside] {
        &self.aside
    }

    /// Everybody whom a rule names, without repetition, in the order in which they are written.
    pub fn parties(&self) -> Vec<&Who> {
        let mut parties: Vec<&Who> = Vec::new();
        for who in self.rules.iter().flat_map(|rule| &rule.who) {
            if !parties.contains(&who) {
                parties.push(who);
            }
        }
        parties
    }

    /// The teams among them, as `ORG/TEAM`.
    pub fn teams(&self) -> Vec<&str> {
        let mut teams = Vec::new();
        for who in self.parties() {
            if let Who::Team(name) = who {
                teams.push(name.as_str());
            }
        }
        teams
    }

    /// Whether a rule makes something nobody's.
    pub fn leaves_something_to_nobody(&self) -> bool {
        self.rules.iter().any(|rule| rule.who.is_empty())
    }

    /// Reads a file; `path` is how places in it are called.
    pub fn parse(path: &str, text: &str) -> Github {
        let mut out = Github::default();
        if text.len() > MOST_BYTES {
            out.aside.push(Aside::new(path, "GitHub reads no file above 3 MB"));
            return out;
        }
        for (place, line) in lines(path, text) {
            match rule(line, &place) {
                Ok(rule) => out.rules.push(rule),
                Err(why) => out.aside.push(Aside::new(place, why)),
            }
        }
        out
    }
}

impl Owners for Github {
    fn owners(&self, path: &str) -> Resolution {
        let Some(rule) = self.rules.iter().rfind(|rule| rule.pattern.matches(path)) else {
            return Resolution::Unmatched;
        };
        if rule.who.is_empty() {
            return Resolution::Unowned { rule: rule.written.clone() };
        }
        Resolution::Owned {
            who: rule.who.clone(),
            consulted: Vec::new(),
            rules: vec![rule.written.clone()],
            required: true,
        }
    }
}

fn rule(line: &str, place: &str) -> Result<Rule, String> {
    let (text, owners) = split_pattern(line);
    if text.starts_with('!') {
        return Err("GitHub knows no `!`".to_owned());
    }
    if text.starts_with("\\#") {
        return Err("GitHub knows no pattern that begins with `#`".to_owned());
    }
    let mut who = Vec::new();
    for word in owners.split_whitespace().take_while(|word| !word.starts_with('#')) {
        let one = owner(word).ok_or_else(|| format!("`{word}` is no owner, and GitHub skips the line"))?;
        if !who.contains(&one) {
            who.push(one);
        }
    }
    let (text, pattern) = (text.to_owned(), pattern(text));
    Ok(Rule { text, pattern, who, written: place.to_owned(), approvals: 1 })
}

pub(super) fn owner(word: &str) -> Option<Who> {
    let Some(name) = word.strip_prefix('@') else { return is_mail(word).then(|| Who::Person(word.to_owned())) };
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    match name.split_once('/') {
        Some((org, team)) if is_name(org) && is_name(team) => Some(Who::Team(name.to_owned())),
        None if is_name(name) => Some(Who::Person(name.to_owned())),
        _ => None,
    }
}

/// The parts of a GitHub pattern between slashes, with `**` wherever any folder is meant.
fn segments(text: &str) -> Vec<&str> {
    let mut segments: Vec<&str> = text.split('/').collect();
    if segments.len() > 1 && segments[0].is_empty() {
        segments.remove(0);
    } else if segments.len() == 1 || segments.len() == 2 && segments[1].is_empty() {
        segments.insert(0, "**");
    }
    let last = segments.len() - 1;
    if last > 0 && segments[last].is_empty() {
        segments[last] = "**";
    }
    segments
}

fn pattern(text: &str) -> Pattern {
    let mut out = Pattern::default();
    let segments = segments(text);
    let last = segments.len() - 1;
    for (at, segment) in segments.iter().enumerate() {
        match (*segment, at == last) {
            ("**", true) => out.something(),
            ("**", false) => out.folders(),
            (segment, is_last) => {
                let mut escaped = false;
                for c in segment.chars() {
                    match c {
                        '\\' if !escaped => {
                            escaped = true;
                            continue;
                        }
                        '*' if !escaped => out.many(),
                        '?' if !escaped => out.one(),
                        c => out.literal(c),
                    }
                    escaped = false;
                }
                match is_last {
                    false => out.literal('/'),
                    true if segment == "*" => {}
                    true => out.below(),
                }
            }
        }
    }
    out
}

/// The areas that a GitHub pattern means, and what bounds it.
pub(super) fn area(text: &str) -> (String, Option<&'static str>) {
    let mut segments = segments(text);
    let ends = |segments: &[&str], with: &str| segments.last() == Some(&with);
    if ends(&segments, "*") && (segments.len() == 1 || segments[segments.len() - 2] != "**") {
        segments.pop();
        return if segments.is_empty() { (ROOT.to_owned(), None) } else { (glob(&segments, true), Some(DIRECTLY)) };
    }
    while ends(&segments, "**") || ends(&segments, "*") && segments.len() > 1 && segments[segments.len() - 2] == "**" {
        segments.pop();
    }
    if segments.is_empty() { ("*".to_owned(), None) } else { (format!("{}/**", glob(&segments, true)), None) }
}

/// Writes an area as a GitHub pattern; `None` where no pattern says it.
pub(super) fn area_text(area: &str, direct: bool) -> Option<String> {
    if !direct && let Some(text) = anywhere_text(area) {
        return Some(text.to_owned());
    }
    let whole = area.strip_suffix("/**").unwrap_or(area);
    let text = segments_text(whole, "*?\\", false)?;
    let name = text.strip_prefix("**/").filter(|name| !name.contains('/') && *name != "**");
    Some(match (name, direct) {
        (Some(name), false) if !name.starts_with(['#', '!', '\\', '[', '^']) && name != "*" => name.to_owned(),
        _ => {
            let root = if text.starts_with("**/") { "" } else { "/" };
            // A name of stars only would be one level; with a slash behind it is the folders and all below.
            let end = match direct {
                true => "/*",
                false if text.ends_with("/*") || text == "*" => "/",
                false => "",
            };
            format!("{root}{text}{end}")
        }
    })
}
