//! Kubernetes OWNERS and OWNERS_ALIASES: a file a folder, each adding to those above it.
//!
//! `approvers` decide, `reviewers` are consulted; `emeritus_approvers` do neither. Whoever a file names answers for its
//! folder and all below, together with those of every folder above, unless `options.no_parent_owners` ends the climb.
//! `filters` name people by regular expressions over the path within the folder. Names stand for GitHub logins,
//! without regard to case, or for an alias of OWNERS_ALIASES, which stands for its members.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;
use sayso_model::charter::{Charter, Remit, Who};

use super::pattern::{Piece, alternatives, pieces};
use super::yaml::{self, Node};
use super::{Aside, ImportError, Imported, MATTER, Owners, ROOT, Resolution, unsaid};

/// The name of the file in each folder.
pub const FILE: &str = "OWNERS";
/// The name of the file with the aliases, at the root.
pub const ALIASES: &str = "OWNERS_ALIASES";

/// All OWNERS files of a repository.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// By folder; the root is empty.
    folders: BTreeMap<String, Arc<Folder>>,
    aliases: Arc<BTreeMap<String, Vec<String>>>,
}

#[derive(Clone, Debug, Default)]
struct Folder {
    written: String,
    no_parents: bool,
    rules: Vec<Rule>,
}

/// People, and the paths for which they answer; all where there is no pattern.
#[derive(Clone, Debug, Default)]
struct Rule {
    only: Option<Regex>,
    approvers: Vec<String>,
    reviewers: Vec<String>,
}

impl Tree {
    /// Puts a file in the place of what its folder had, or with `None` takes it away; `path` ends in the name of an
    /// OWNERS or OWNERS_ALIASES file, any other is passed over. What was set aside comes back.
    ///
    /// # Errors
    /// Where the file is no YAML; the tree stays as it was.
    pub fn put(&mut self, path: &str, text: Option<&str>) -> Result<Vec<Aside>, ImportError> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut aside = Vec::new();
        match (name, text) {
            (ALIASES, None) => self.aliases = Arc::default(),
            (ALIASES, Some(text)) => self.aliases = Arc::new(aliases(path, text)?),
            (FILE, None) => {
                self.folders.remove(folder);
            }
            (FILE, Some(text)) => {
                let parsed = Folder::parse(path, text, &mut aside)?;
                self.folders.insert(folder.to_owned(), Arc::new(parsed));
            }
            _ => {}
        }
        Ok(aside)
    }

    /// The approvers and the reviewers of a path, the nearest folder's first, and where they are written.
    fn climb(&self, folder: &str, path: Option<&str>) -> (Vec<Who>, Vec<Who>, Vec<String>) {
        let (mut who, mut consulted, mut rules) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = folder;
        loop {
            if let Some(found) = self.folders.get(at) {
                let within = path.map(|path| path.strip_prefix(at).unwrap_or(path).trim_start_matches('/'));
                rules.push(found.written.clone());
                for rule in found.rules.iter().filter(|rule| rule.speaks_of(within)) {
                    self.add(&mut who, &rule.approvers);
                    self.add(&mut consulted, &rule.reviewers);
                }
                if found.no_parents {
                    break;
                }
            }
            if at.is_empty() {
                break;
            }
            at = at.rsplit_once('/').map_or("", |(above, _)| above);
        }
        consulted.retain(|one| !who.contains(one));
        (who, consulted, rules)
    }

    fn add(&self, into: &mut Vec<Who>, names: &[String]) {
        for name in names {
            let members = self.aliases.get(name).map_or(std::slice::from_ref(name), Vec::as_slice);
            for member in members {
                let who = Who::Person(member.clone());
                if !into.contains(&who) {
                    into.push(who);
                }
            }
        }
    }
}

impl Owners for Tree {
    fn owners(&self, path: &str) -> Resolution {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (who, consulted, rules) = self.climb(folder, Some(path));
        match (rules.first(), who.is_empty()) {
            (None, _) => Resolution::Unmatched,
            (Some(rule), true) => Resolution::Unowned { rule: rule.clone() },
            (Some(_), false) => Resolution::Owned { who, consulted, rules, required: true },
        }
    }
}

impl Rule {
    /// Whether it speaks of a path within its folder; of everything there, where none is given.
    fn speaks_of(&self, within: Option<&str>) -> bool {
        match (&self.only, within) {
            (None, _) => true,
            (Some(only), Some(path)) => only.is_match(path),
            (Some(_), None) => false,
        }
    }
}

impl Folder {
    fn parse(path: &str, text: &str, aside: &mut Vec<Aside>) -> Result<Folder, ImportError> {
        let mut out = Folder { written: format!("{path}:1"), ..Folder::default() };
        let Some(top) = first_document(path, text)? else { return Ok(out) };
        out.written = format!("{path}:{}", top.line);
        if let Some(options) = top.get("options") {
            out.no_parents = options.get("no_parent_owners").is_some_and(Node::is_true);
        }
        out.rules.push(Rule::parse(None, &top, path, aside));
        if let Some(filters) = top.get("filters") {
            for (pattern, line, people) in filters.entries() {
                let only = match pattern {
                    ".*" => None,
                    pattern => match Regex::new(pattern) {
                        Ok(only) => Some(only),
                        Err(_) => {
                            let why = format!("`{pattern}` is no pattern that can be used here");
                            aside.push(Aside::new(format!("{path}:{line}"), why));
                            continue;
                        }
                    },
                };
                out.rules.push(Rule::parse(only, people, path, aside));
            }
        }
        out.rules.retain(|rule| !rule.approvers.is_empty() || !rule.reviewers.is_empty());
        Ok(out)
    }
}

impl Rule {
    fn parse(only: Option<Regex>, people: &Node, path: &str, aside: &mut Vec<Aside>) -> Rule {
        let mut names = |key: &str| -> Vec<String> {
            let list = people.get(key).map_or(&[][..], Node::list);
            let mut out = Vec::new();
            for node in list {
                match node.text() {
                    Some(name) => out.push(name.trim_start_matches('@').to_lowercase()),
                    None => aside.push(Aside::new(format!("{path}:{}", node.line), "no name")),
                }
            }
            out
        };
        Rule { approvers: names("approvers"), reviewers: names("reviewers"), only }
    }
}

fn first_document(path: &str, text: &str) -> Result<Option<Node>, ImportError> {
    let malformed =
        |line: usize, what: String| ImportError::Malformed { file: format!("{path}:{line}"), format: "owners", what };
    let documents = yaml::documents(text).map_err(|why| malformed(why.line, why.what))?;
    match documents.into_iter().next() {
        Some(top) if !top.is_map() => {
            Err(malformed(top.line, "it is no mapping of approvers and reviewers".to_owned()))
        }
        top => Ok(top),
    }
}

fn aliases(path: &str, text: &str) -> Result<BTreeMap<String, Vec<String>>, ImportError> {
    let Some(top) = first_document(path, text)? else { return Ok(BTreeMap::new()) };
    let Some(all) = top.get("aliases") else { return Ok(BTreeMap::new()) };
    let members = |node: &Node| node.list().iter().filter_map(Node::text).map(str::to_lowercase).collect();
    Ok(all.entries().map(|(name, _, node)| (name.to_lowercase(), members(node))).collect())
}

/// Reads OWNERS files, each of the folder in which it lies, and OWNERS_ALIASES. A file that is no YAML is set aside.
///
/// # Errors
/// Where there is no file, or none of them is YAML.
pub fn import(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let mut tree = Tree::default();
    let mut aside = Vec::new();
    let mut broken = Vec::new();
    for (path, text) in files {
        match tree.put(path, Some(text)) {
            Ok(more) => aside.extend(more),
            Err(why) => {
                if let ImportError::Malformed { file, what, .. } = &why {
                    aside.push(Aside::new(file, what));
                }
                broken.push(why);
            }
        }
    }
    if files.len() == broken.len() {
        return Err(broken.into_iter().next().unwrap_or(ImportError::NoFile { format: "owners" }));
    }
    let mut cannot_say = vec![
        "OWNERS says who approves changes to files, and nothing of any other matter.",
        "It says neither since when, nor within which bounds, nor why; a charter keeps the members of an alias, not its name.",
    ];
    if tree.folders.values().any(|folder| folder.rules.iter().any(|rule| rule.only.is_some())) {
        cannot_say.push("A charter does not keep people who are named by a pattern over paths (`filters`).");
    }
    let mut folders: Vec<(&String, &Arc<Folder>)> = tree.folders.iter().collect();
    folders.sort_by_key(|(folder, _)| if folder.is_empty() { 0 } else { 1 + folder.matches('/').count() });
    let says = |folder: &Folder| folder.no_parents || folder.rules.iter().any(|rule| rule.only.is_none());
    let remit = |(folder, found): (&String, &Arc<Folder>)| {
        let (decides, consulted, _) = tree.climb(folder, None);
        let area = if folder.is_empty() { "*".to_owned() } else { format!("{}/**", literal(folder)) };
        Remit {
            matter: MATTER.to_owned(),
            area,
            decides,
            consulted,
            written: found.written.clone(),
            ..Remit::default()
        }
    };
    let remits = folders.into_iter().filter(|(_, found)| says(found)).map(remit).collect();
    Ok(Imported { charter: Charter { remits }, aside, cannot_say })
}

/// Writes a charter as OWNERS files, each as path and text, with what could not be said in them.
pub fn export(charter: &Charter) -> (Vec<(String, String)>, Vec<String>) {
    let mut missing = Vec::new();
    let mut by_folder: BTreeMap<String, &Remit> = BTreeMap::new();
    for remit in &charter.remits {
        let mut said = remit.clone();
        said.consulted.clear();
        unsaid(&said, remit.bounds.is_none(), &mut missing);
        for area in alternatives(&remit.area) {
            match folder_of(&area) {
                Some(folder) => {
                    by_folder.insert(folder, remit);
                }
                None => missing.push(format!("{}: the area `{area}` is no folder", remit.written)),
            }
        }
    }
    let mut files = Vec::new();
    for (folder, remit) in &by_folder {
        let mut text = String::new();
        for (key, all) in [("approvers", &remit.decides), ("reviewers", &remit.consulted)] {
            let mut names = Vec::new();
            for who in all {
                match who {
                    Who::Person(name) if *name == name.to_lowercase() && !name.starts_with('@') => names.push(name),
                    _ => missing.push(format!("{}: `{who}` is no login in small letters", remit.written)),
                }
            }
            if !names.is_empty() {
                text.push_str(&format!("{key}:\n"));
                names.iter().for_each(|name| text.push_str(&format!("- {}\n", yaml::quoted(name))));
            }
        }
        let above = by_folder.iter().filter(|(other, _)| is_above(other, folder));
        let lacks = above.flat_map(|(_, other)| {
            let has = |who: &Who| remit.decides.contains(who) || remit.consulted.contains(who);
            other
                .decides
                .iter()
                .map(|who| remit.decides.contains(who))
                .chain(other.consulted.iter().map(has))
                .collect::<Vec<_>>()
        });
        if text.is_empty() || lacks.into_iter().any(|has| !has) {
            text.push_str("options:\n  no_parent_owners: true\n");
        }
        let path = if folder.is_empty() { FILE.to_owned() } else { format!("{folder}/{FILE}") };
        files.push((path, text));
    }
    (files, missing)
}

fn is_above(other: &str, folder: &str) -> bool {
    other != folder && (other.is_empty() || folder.strip_prefix(other).is_some_and(|rest| rest.starts_with('/')))
}

fn literal(folder: &str) -> String {
    let mut out = String::new();
    folder.chars().for_each(|c| super::pattern::push_literal(&mut out, c));
    out
}

/// The folder that an area is; `None` where it is a pattern, or the files beside all folders.
fn folder_of(area: &str) -> Option<String> {
    if matches!(area, "*" | "**") {
        return Some(String::new());
    }
    let whole = area.strip_suffix("/**").unwrap_or(area);
    if whole == ROOT || whole.is_empty() {
        return None;
    }
    let mut out = String::new();
    for piece in pieces(whole)? {
        match piece {
            Piece::Char(c) if !c.is_control() => out.push(c),
            _ => return None,
        }
    }
    Some(out)
}
