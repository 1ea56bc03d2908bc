//! Gerrit's `project.config` and `groups`: who may give which vote and who may submit, by branch.
//!
//! # What is taken in
//!
//! Rights stand in sections `[access "REF"]`. The remits are:
//!
//! * the highest vote of `Code-Review` decides the matter `merge`; whoever may only give lower votes is consulted;
//! * the highest vote of any other label decides a matter of that label's name in lower case (`verified`);
//! * `submit` decides the matter `submit`: it carries out what the votes have decided.
//!
//! The highest vote of a label is the highest `value` of its `[label "NAME"]`; where that is inherited, +2 for
//! Code-Review and +1 for Verified, else the highest that anybody is granted. Labels that block nothing (`NoBlock`,
//! `NoOp`, `PatchSetLock`) decide nothing and are set aside.
//!
//! A remit's area is the branch: `refs/heads/stable-*` is `stable-*`; `refs/*`, `refs/heads/*` and the old
//! `refs/for/refs/*` are all `*`; anything beside the branches keeps its whole name. Rights add up in Gerrit: who holds
//! one on `refs/*` holds it on `refs/heads/stable` too, unless the narrower section makes the right its own
//! (`exclusiveGroupPermissions`). In a charter the last remit governs, so each narrower remit names those of the wider
//! ones as well, and stands behind them.
//!
//! A group is a team. Where `groups` gives it a user's UUID (`user:LOGIN`) or it is called `user/Name (LOGIN)`, it is
//! that person; Gerrit's own groups (`Registered Users`, `Change Owner`, ...) are roles. Denials, blocks, patterns
//! that are regular expressions, and references with variables are set aside.

use std::collections::BTreeMap;

use sayso_model::charter::{Charter, Remit, Who};

use super::{Aside, ImportError, Imported, MATTER, unsaid};

/// The matter of pressing the button once the votes are given.
pub const SUBMIT: &str = "submit";

/// The label whose highest vote lets a change in.
const REVIEW: &str = "Code-Review";

/// Gerrit's own groups; their UUIDs begin with `global:`.
const OWN_GROUPS: [&str; 6] =
    ["Anonymous Users", "Change Owner", "Project Owners", "Registered Users", "Server", "Administrators"];

/// Labels with these functions stop nothing.
const STOPS_NOTHING: [&str; 3] = ["noblock", "noop", "patchsetlock"];

const CANNOT_SAY: [&str; 5] = [
    "Gerrit grants rights by branch, not by folder or component: the areas are branches.",
    "Rights that come from a parent project (`inheritFrom`) stand in that project's file; import it as well.",
    "Who belongs to a group stands elsewhere; the column `team` of people.csv has to say it.",
    "Of the rights, only votes and submit are decisions; owner, push, create, read and the like are left out.",
    "Submit requirements and Prolog rules can ask for more than the votes say; they are not read.",
];

/// Reads `project.config` files, and `groups` files (by their name), which give groups their UUIDs.
///
/// # Errors
/// Where no file is a `project.config`.
pub fn import(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let is_groups = |path: &str| path.rsplit('/').next() == Some("groups");
    let mut groups = BTreeMap::new();
    for (_, text) in files.iter().filter(|(path, _)| is_groups(path)) {
        groups.extend(read_groups(text));
    }
    let mut imported = Imported { cannot_say: CANNOT_SAY.to_vec(), ..Imported::default() };
    let mut is_any = false;
    for (path, text) in files.iter().filter(|(path, _)| !is_groups(path)) {
        is_any = true;
        let config = Config { path, groups: &groups, entries: entries(path, text, &mut imported.aside) };
        imported.charter.remits.extend(config.remits(&mut imported.aside));
    }
    if !is_any {
        return Err(ImportError::NoFile { format: super::Format::Gerrit.name() });
    }
    Ok(imported)
}

/// Writes a `project.config` and the `groups` beside it, and says what of the charter could not be said.
///
/// Teams need the UUID that the server gave them; the line for it is left as a comment.
pub fn export(charter: &Charter) -> (String, String, Vec<String>) {
    let mut missing = Vec::new();
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    let mut groups: BTreeMap<String, String> = BTreeMap::new();
    let mut labels: Vec<String> = Vec::new();
    for remit in &charter.remits {
        let asks = Remit { matter: MATTER.to_owned(), consulted: Vec::new(), ..remit.clone() };
        unsaid(&asks, remit.bounds.is_none(), &mut missing);
        let Some(reference) = reference(&remit.area) else {
            missing.push(format!("{}: the area `{}`, which is no pattern of branches", remit.written, remit.area));
            continue;
        };
        let label = match remit.matter.as_str() {
            "*" => {
                missing.push(format!("{}: a right over every matter", remit.written));
                continue;
            }
            SUBMIT => None,
            MATTER => Some(REVIEW.to_owned()),
            other => match label_of(other) {
                Some(label) => Some(label),
                None => {
                    missing.push(format!("{}: the matter `{other}`, which is no name for a label", remit.written));
                    continue;
                }
            },
        };
        if remit.decides.is_empty() {
            missing.push(format!("{}: that it is nobody's", remit.written));
            continue;
        }
        let at = sections.iter().position(|(name, _)| *name == reference).unwrap_or_else(|| {
            sections.push((reference, Vec::new()));
            sections.len() - 1
        });
        for (who, is_decider) in
            remit.decides.iter().map(|who| (who, true)).chain(remit.consulted.iter().map(|who| (who, false)))
        {
            let (name, uuid) = group_of(who);
            groups.entry(name.clone()).or_insert(uuid);
            let line = match (&label, is_decider) {
                (None, true) => format!("submit = group {name}"),
                (None, false) => {
                    missing.push(format!("{}: who is consulted", remit.written));
                    continue;
                }
                (Some(label), decides) => {
                    let range = if decides { "-2..+2" } else { "-1..+1" };
                    if !labels.contains(label) {
                        labels.push(label.clone());
                    }
                    format!("label-{label} = {range} group {name}")
                }
            };
            sections[at].1.push(line);
        }
    }
    let mut config = String::new();
    for (reference, lines) in &sections {
        config.push_str(&format!("[access \"{}\"]\n", reference.replace('\\', "\\\\").replace('"', "\\\"")));
        lines.iter().for_each(|line| config.push_str(&format!("\t{line}\n")));
    }
    for label in &labels {
        config.push_str(&format!("[label \"{label}\"]\n\tfunction = MaxWithBlock\n"));
        for value in ["-2", "-1", "0", "+1", "+2"] {
            config.push_str(&format!("\tvalue = {value}\n"));
        }
    }
    let mut list = String::from("# UUID\tGroup Name\n#\n");
    for (name, uuid) in &groups {
        match uuid.is_empty() {
            true => list.push_str(&format!("# put the UUID of this group here\t{name}\n")),
            false => list.push_str(&format!("{uuid}\t{name}\n")),
        }
    }
    (config, list, missing)
}

/// One `key = value` of the file.
struct Entry {
    line: usize,
    section: String,
    name: String,
    key: String,
    value: String,
}

struct Config<'a> {
    path: &'a str,
    groups: &'a BTreeMap<String, String>,
    entries: Vec<Entry>,
}

/// The rights of one label, or of submit, in one area.
#[derive(Default)]
struct Right {
    line: usize,
    /// (who, the highest vote that they may give).
    votes: Vec<(Who, i32)>,
    is_exclusive: bool,
}

impl Config<'_> {
    fn remits(&self, aside: &mut Vec<Aside>) -> Vec<Remit> {
        // By matter (with the label's name, or none for submit), then by area.
        let mut rights: BTreeMap<(u8, Option<String>), BTreeMap<String, Right>> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.section == "access" && !entry.name.is_empty()) {
            let label = match (entry.key.to_ascii_lowercase().as_str(), entry.key.get(..6)) {
                ("submit", _) => None,
                (_, Some(start)) if start.eq_ignore_ascii_case("label-") => Some(entry.key[6..].to_owned()),
                _ => continue,
            };
            let mut refuse = |why: &str| aside.push(Aside::new(self.place(entry.line), why));
            let Some(area) = area(&entry.name) else {
                refuse("the reference is a regular expression or has variables; its branches cannot be told");
                continue;
            };
            if let Some(label) = &label
                && self.function(label).is_some_and(|function| STOPS_NOTHING.contains(&function.as_str()))
            {
                refuse("the label stops nothing: its votes are advice, and decide nothing");
                continue;
            }
            let (most, who) = match self.granted(&entry.value) {
                Ok(granted) => granted,
                Err(why) => {
                    refuse(why);
                    continue;
                }
            };
            let rank = match &label {
                Some(label) if label == REVIEW => 0,
                Some(_) => 1,
                None => 2,
            };
            let is_exclusive = self.is_exclusive(&entry.name, &entry.key);
            let right = rights.entry((rank, label)).or_default().entry(area).or_default();
            right.line = if right.line == 0 { entry.line } else { right.line };
            right.is_exclusive |= is_exclusive;
            match right.votes.iter_mut().find(|(known, _)| *known == who) {
                Some((_, vote)) => *vote = most.max(*vote),
                None => right.votes.push((who, most)),
            }
        }
        rights.into_iter().flat_map(|((_, label), areas)| self.of_matter(label.as_deref(), areas)).collect()
    }

    /// The remits of one matter, the general ones first.
    fn of_matter(&self, label: Option<&str>, areas: BTreeMap<String, Right>) -> Vec<Remit> {
        let granted = areas.values().flat_map(|right| &right.votes).map(|(_, most)| *most).max().unwrap_or(0);
        let highest = label.map_or(0, |label| self.highest(label).unwrap_or(granted));
        let mut areas: Vec<(String, Right)> = areas.into_iter().collect();
        areas.sort_by_key(|(area, _)| (fixed(area), area.clone()));
        let mut remits = Vec::new();
        for (i, (area, right)) in areas.iter().enumerate() {
            let mut votes = right.votes.clone();
            if !right.is_exclusive {
                let wider = areas[..i].iter().filter(|(wide, _)| covers(wide, area));
                for (who, most) in wider.flat_map(|(_, right)| &right.votes) {
                    match votes.iter_mut().find(|(known, _)| known == who) {
                        Some((_, vote)) => *vote = (*most).max(*vote),
                        None => votes.push((who.clone(), *most)),
                    }
                }
            }
            let of = |decides: bool| {
                let rightly = votes.iter().filter(|(_, most)| (*most >= highest) == decides && (decides || *most > 0));
                rightly.map(|(who, _)| who.clone()).collect::<Vec<_>>()
            };
            let remit = Remit {
                matter: match label {
                    None => SUBMIT.to_owned(),
                    Some(REVIEW) => MATTER.to_owned(),
                    Some(label) => label.to_lowercase(),
                },
                area: area.clone(),
                decides: of(true),
                consulted: of(false),
                written: self.place(right.line),
                ..Remit::default()
            };
            // Where nobody may give the highest vote here, the right lies in the parent project: undeclared, not
            // nobody's.
            if !remit.decides.is_empty() {
                remits.push(remit);
            }
        }
        remits
    }

    fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }

    fn is_exclusive(&self, reference: &str, key: &str) -> bool {
        let mut own = self.entries.iter().filter(|entry| {
            entry.section == "access"
                && entry.name == reference
                && entry.key.eq_ignore_ascii_case("exclusiveGroupPermissions")
        });
        own.any(|entry| entry.value.split([' ', ',', '\t']).any(|word| word.eq_ignore_ascii_case(key)))
    }

    fn of_label<'b>(&'b self, label: &'b str, key: &'b str) -> impl DoubleEndedIterator<Item = &'b str> {
        let of = move |entry: &&Entry| {
            entry.section == "label" && entry.name.eq_ignore_ascii_case(label) && entry.key.eq_ignore_ascii_case(key)
        };
        self.entries.iter().filter(of).map(|entry| entry.value.as_str())
    }

    fn function(&self, label: &str) -> Option<String> {
        self.of_label(label, "function").next_back().map(str::to_ascii_lowercase)
    }

    fn highest(&self, label: &str) -> Option<i32> {
        let value = |text: &str| text.split_whitespace().next()?.parse::<i32>().ok();
        self.of_label(label, "value").filter_map(value).max().or(match label {
            REVIEW => Some(2),
            "Verified" => Some(1),
            _ => None,
        })
    }

    /// Who is granted a right, and the highest vote of it: `-2..+2 group Name`, `group Name`.
    fn granted(&self, value: &str) -> Result<(i32, Who), &'static str> {
        let value = value.trim();
        let (before, group) = match value.strip_prefix("group ") {
            Some(group) => ("", group),
            None => value.split_once(" group ").ok_or("it does not say which group")?,
        };
        let mut most = 0;
        for word in before.split_whitespace() {
            match word {
                "deny" => return Err("a denial; a charter only says who may"),
                "block" => return Err("a block; a charter only says who may"),
                "+force" => {}
                range => {
                    let (_, high) = range.split_once("..").ok_or("its range of votes cannot be read")?;
                    most = high.parse().map_err(|_| "its range of votes cannot be read")?;
                }
            }
        }
        let group = group.trim();
        if group.is_empty() {
            return Err("it does not say which group");
        }
        Ok((most, self.who(group)))
    }

    fn who(&self, group: &str) -> Who {
        let uuid = self.groups.get(group).map_or("", String::as_str);
        if let Some(login) = uuid.strip_prefix("user:") {
            return Who::Person(login.to_owned());
        }
        if uuid.starts_with("global:") || OWN_GROUPS.contains(&group) {
            return Who::Role(group.to_owned());
        }
        if let Some(name) = group.strip_prefix("user/") {
            let login = name.rsplit_once('(').and_then(|(_, login)| login.strip_suffix(')'));
            return Who::Person(login.unwrap_or(name).trim().to_owned());
        }
        Who::Team(group.to_owned())
    }
}

/// Group names to UUIDs, from the lines `UUID<tab>Name`.
fn read_groups(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('\t'));
    pairs.map(|(uuid, name)| (name.trim().to_owned(), uuid.trim().to_owned())).collect()
}

/// The entries of a file in git's configuration syntax; lines that are none are set aside.
fn entries(path: &str, text: &str, aside: &mut Vec<Aside>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut section, mut name) = (String::new(), String::new());
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate();
    while let Some((at, first)) = lines.next() {
        let mut line = first.trim().to_owned();
        while line.ends_with('\\') && !line.ends_with("\\\\") {
            line.pop();
            let Some((_, more)) = lines.next() else { break };
            line.push_str(more.trim());
        }
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(inside) = line.strip_prefix('[') {
            match heading(inside) {
                Some(found) => (section, name) = found,
                None => {
                    // What follows belongs to no known section, rather than to the one before.
                    (section, name) = (String::new(), String::new());
                    aside.push(Aside::new(format!("{path}:{}", at + 1), "a section heading that does not end"));
                }
            }
            continue;
        }
        let (key, value) = line.split_once('=').map_or((line.as_str(), "true".to_owned()), |(k, v)| (k, plain(v)));
        entries.push(Entry {
            line: at + 1,
            section: section.clone(),
            name: name.clone(),
            key: key.trim().to_owned(),
            value,
        });
    }
    entries
}

/// `access "refs/*"]` to section and name.
fn heading(inside: &str) -> Option<(String, String)> {
    let Some((section, rest)) = inside.split_once('"') else {
        let (section, _) = inside.split_once(']')?;
        return Some((section.trim().to_ascii_lowercase(), String::new()));
    };
    let mut name = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => break,
            '\\' => name.push(chars.next()?),
            c => name.push(c),
        }
    }
    chars.as_str().trim_start().starts_with(']').then(|| (section.trim().to_ascii_lowercase(), name))
}

/// A value without quotes, escapes and the comment behind it.
fn plain(value: &str) -> String {
    let (mut out, mut is_quoted) = (String::new(), false);
    let mut chars = value.trim().chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' => out.extend(chars.next()),
            '#' | ';' if !is_quoted => break,
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

/// The branches that a reference means, as a glob; `None` where no glob says it.
fn area(reference: &str) -> Option<String> {
    if reference.starts_with('^') || reference.contains("${") {
        return None;
    }
    let rest = reference.strip_prefix("refs/for/").unwrap_or(reference);
    let rest = match rest.strip_prefix("refs/heads/") {
        Some(branch) => branch,
        None if matches!(rest, "refs/*" | "*") => "*",
        None => rest,
    };
    let (start, end) = rest.strip_suffix('*').map_or((rest, ""), |start| (start, "*"));
    let mut glob = String::new();
    for c in start.chars() {
        match c {
            '*' | '?' | '[' | '{' | '}' | '\\' => glob.extend(['[', c, ']']),
            c => glob.push(c),
        }
    }
    Some(glob + end)
}

/// The reference that means such branches; the reverse of [`area`].
fn reference(area: &str) -> Option<String> {
    let plain = area.strip_suffix('*').unwrap_or(area);
    if plain.is_empty() && area.is_empty() || plain.contains(['*', '?', '[', '{', '}', '\\', ' ', '^', ':', '~', '$']) {
        return None;
    }
    Some(if area.starts_with("refs/") { area.to_owned() } else { format!("refs/heads/{area}") })
}

/// How many letters of an area are fixed: the more, the narrower.
fn fixed(area: &str) -> usize {
    area.strip_suffix('*').map_or(usize::MAX / 2 + area.len(), str::len)
}

fn covers(wide: &str, narrow: &str) -> bool {
    wide == narrow || wide.strip_suffix('*').is_some_and(|start| narrow.starts_with(start))
}

/// A label's name for a matter: `verified` is `Verified`, `api-review` is `Api-Review`.
fn label_of(matter: &str) -> Option<String> {
    let is_name = matter.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && matter.starts_with(|c: char| c.is_ascii_lowercase())
        && matter != REVIEW.to_lowercase();
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    let words = || matter.split('-').map(|word| if word.is_empty() { String::new() } else { capital(word) });
    is_name.then(|| words().collect::<Vec<_>>().join("-"))
}

/// A group's name and its UUID; no UUID where only the server knows it.
fn group_of(who: &Who) -> (String, String) {
    match who {
        Who::Person(login) => (format!("user/{login}"), format!("user:{login}")),
        Who::Role(name) => (name.clone(), format!("global:{}", name.replace(' ', "-"))),
        Who::Team(name) => (name.clone(), String::new()),
    }
}

#[cfg(test)]
mod tests;
