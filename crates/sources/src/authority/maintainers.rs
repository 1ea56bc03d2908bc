//! MAINTAINERS as Linux writes it, and DPDK and many others after it: sections of people and the files they keep.
//!
//! A section is what stands between two blank lines, if any of its lines begins with a capital letter and a colon in
//! the first column; its title is the first line that does not. `M:` names a maintainer, `R:` a reviewer (consulted,
//! decides nothing), `S:` a status; `F:` files, `X:` files that are not meant after all, `N:` a regular expression
//! over paths. `dir/` is the folder and all below it, `dir/*` the files in it and no deeper, anything else a whole
//! name; a name without wildcards means the folder of that name too, as the usual scripts have it. `*` and `?` stay
//! within a folder, `**` does not. Every section that matches counts, none before another. An orphan's maintainers are
//! only consulted; a section without maintainers is nobody's. Lines of other letters are passed over.

use regex::Regex;
use sayso_model::charter::{Charter, Who};

use super::pattern::Pattern;
use super::union::{self, Reach};
use super::{Aside, ImportError, Imported, Owners, Resolution, unsaid};

/// A MAINTAINERS file.
#[derive(Clone, Debug, Default)]
pub struct Maintainers {
    sections: Vec<Section>,
    aside: Vec<Aside>,
}

/// One section of a MAINTAINERS file.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// The title; empty where there is none.
    pub title: String,
    /// Who decides (`M:`); empty where nobody does.
    pub maintainers: Vec<Who>,
    /// Who is consulted (`R:`, and the maintainers of an orphan).
    pub reviewers: Vec<Who>,
    /// The status as written; empty where there is none.
    pub status: String,
    /// Where the section begins: `MAINTAINERS:12`.
    pub written: String,
    files: Vec<Files>,
    excluded: Vec<Files>,
    names: Vec<Regex>,
    says_more: bool,
}

#[derive(Clone, Debug)]
struct Files {
    pattern: Pattern,
    reach: Reach,
}

impl Section {
    /// Whether it keeps a path.
    pub fn keeps(&self, path: &str) -> bool {
        let any = |files: &[Files]| files.iter().any(|files| files.pattern.matches(path));
        !any(&self.excluded) && (any(&self.files) || self.names.iter().any(|name| name.is_match(path)))
    }
}

impl Maintainers {
    /// What was set aside, in the order of the file.
    pub fn aside(&self) -> &[Aside] {
        &self.aside
    }

    /// Reads a file; `path` is how places in it are called.
    pub fn parse(path: &str, text: &str) -> Maintainers {
        let mut out = Maintainers::default();
        let mut section: Option<Section> = None;
        let mut title = String::new();
        let mut begins = 0;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                out.sections.extend(section.take().map(Section::done));
                title.clear();
                begins = 0;
                continue;
            }
            if begins == 0 {
                begins = at + 1;
            }
            let Some((key, value)) = entry(line) else {
                if title.is_empty() && section.is_none() {
                    title = line.trim().to_owned();
                }
                continue;
            };
            let section = section.get_or_insert_with(|| Section {
                title: std::mem::take(&mut title),
                written: format!("{path}:{begins}"),
                ..Section::default()
            });
            if let Err(why) = section.take(key, value) {
                out.aside.push(Aside::new(format!("{path}:{}", at + 1), why));
            }
        }
        out.sections.extend(section.map(Section::done));
        out
    }

    /// All sections, in the order of the file.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The sections that keep a path, in the order of the file.
    pub fn keeping<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Section> {
        self.sections.iter().filter(move |section| section.keeps(path))
    }
}

impl Owners for Maintainers {
    fn owners(&self, path: &str) -> Resolution {
        let (mut who, mut consulted, mut rules): (Vec<Who>, Vec<Who>, Vec<String>) = Default::default();
        for section in self.keeping(path) {
            who.extend(section.maintainers.iter().filter(|one| !who.contains(one)).cloned().collect::<Vec<_>>());
            let new = section.reviewers.iter().filter(|one| !consulted.contains(one)).cloned().collect::<Vec<_>>();
            consulted.extend(new);
            rules.push(section.written.clone());
        }
        consulted.retain(|one| !who.contains(one));
        match (rules.first(), who.is_empty()) {
            (None, _) => Resolution::Unmatched,
            (Some(rule), true) => Resolution::Unowned { rule: rule.clone() },
            (Some(_), false) => Resolution::Owned { who, consulted, rules, required: true },
        }
    }
}

/// Reads MAINTAINERS files; sections of several files stand side by side.
///
/// # Errors
/// Where there is no file.
pub fn import(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    if files.is_empty() {
        return Err(ImportError::NoFile { format: "maintainers" });
    }
    let mut aside = Vec::new();
    let mut sections = Vec::new();
    let mut cannot_say = vec![
        "MAINTAINERS says who answers for files, and nothing of any other matter.",
        "It says neither since when, nor within which bounds, nor why; titles, lists and trees are not kept.",
        "In a charter a `*` within a pattern also crosses folders, and what is only excluded is nobody's.",
    ];
    let mut says_more = false;
    for (path, text) in files {
        let parsed = Maintainers::parse(path, text);
        aside.extend(parsed.aside);
        for section in parsed.sections {
            says_more |= section.says_more;
            sections.push(union::Section {
                includes: section.files.into_iter().map(|files| files.reach).collect(),
                excludes: section.excluded.into_iter().map(|files| files.reach).collect(),
                decides: section.maintainers,
                consulted: section.reviewers,
                written: section.written,
            });
        }
    }
    if says_more {
        cannot_say.push("A charter keeps no patterns over names (`N:`) and over contents (`K:`).");
    }
    Ok(Imported { charter: Charter { remits: union::remits(&sections) }, aside, cannot_say })
}

/// Writes a charter as MAINTAINERS, with what could not be said in it.
pub fn export(charter: &Charter) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut missing = Vec::new();
    for section in union::sections(&charter.remits, true, &mut missing) {
        let remit = section.remit;
        let known = remit
            .bounds
            .as_deref()
            .is_none_or(|bounds| matches!(bounds, super::codeowners::DIRECTLY | super::codeowners::FILES));
        let mut said = remit.clone();
        said.consulted.clear();
        unsaid(&said, known, &mut missing);
        let mut people = String::new();
        for (key, all) in [('M', &remit.decides), ('R', &remit.consulted)] {
            for who in all {
                match who {
                    Who::Person(name) if person(name).as_ref() == Some(who) => {
                        people.push_str(&format!("{key}:\t{name}\n"))
                    }
                    _ => missing.push(format!("{}: `{who}` is nobody that it can name", remit.written)),
                }
            }
        }
        if people.is_empty() && !(remit.decides.is_empty() && remit.consulted.is_empty()) {
            continue;
        }
        let status = if remit.decides.is_empty() { "Orphan" } else { "Maintained" };
        text.push_str(&format!("Files {}\n{people}S:\t{status}\n", remit.area));
        section.includes.iter().for_each(|files| text.push_str(&format!("F:\t{files}\n")));
        section.excludes.iter().for_each(|files| text.push_str(&format!("X:\t{files}\n")));
        text.push('\n');
    }
    (text, missing)
}

/// The letter and the value of a line like `M: ...`.
fn entry(line: &str) -> Option<(char, &str)> {
    let mut chars = line.chars();
    let (key, colon) = (chars.next()?, chars.next()?);
    (key.is_ascii_uppercase() && colon == ':').then(|| (key, chars.as_str().trim()))
}

impl Section {
    fn take(&mut self, key: char, value: &str) -> Result<(), String> {
        match key {
            'M' | 'R' => {
                let who = person(value).ok_or("it names nobody")?;
                let into = if key == 'M' { &mut self.maintainers } else { &mut self.reviewers };
                if !into.contains(&who) {
                    into.push(who);
                }
            }
            'S' => self.status = value.to_owned(),
            'F' | 'X' => {
                if value.is_empty() {
                    return Err("it names no files".to_owned());
                }
                let into = if key == 'F' { &mut self.files } else { &mut self.excluded };
                into.push(Files { pattern: pattern(value), reach: Reach::of_glob(value, true) });
            }
            'N' => {
                self.says_more = true;
                let name = Regex::new(value).map_err(|_| format!("`{value}` is no pattern that can be used here"))?;
                self.names.push(name);
            }
            'K' => self.says_more = true,
            _ => {}
        }
        Ok(())
    }

    fn done(mut self) -> Section {
        if self.status.eq_ignore_ascii_case("orphan") {
            let maintainers = std::mem::take(&mut self.maintainers);
            self.reviewers.splice(0..0, maintainers);
        }
        self
    }
}

/// Whom `Name <mail>`, a bare address or a bare name names.
fn person(value: &str) -> Option<Who> {
    let mail = value.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(mail, _)| mail.trim());
    let name = mail.filter(|mail| !mail.is_empty()).unwrap_or(value).trim();
    let is_name = !name.is_empty() && !name.contains(['<', '>']) && !name.contains(|c: char| c.is_control());
    is_name.then(|| Who::Person(name.to_owned()))
}

fn pattern(text: &str) -> Pattern {
    let mut out = Pattern::default();
    let text = text.trim_start_matches('/');
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' if rest.starts_with('*') => {
                rest = rest.trim_start_matches('*');
                out.anything();
            }
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
    if text.ends_with('/') {
        out.something();
    } else if !text.contains(['*', '?', '[']) {
        out.below();
    }
    out
}
