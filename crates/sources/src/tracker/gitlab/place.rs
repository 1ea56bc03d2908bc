//! Which issue or merge request a page speaks of, and what its project is called.

use std::fmt;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::tracker::Fact;
use crate::tracker::payload::{self, Look, Put};

/// An issue or a merge request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    /// The number of its project.
    pub project: u64,
    /// Whether it is a merge request.
    pub is_merge: bool,
    /// Its number within the project.
    pub iid: u64,
}

impl Key {
    /// How it is written behind the project's name: `!7`, `#7`.
    pub fn sign(self) -> char {
        if self.is_merge { '!' } else { '#' }
    }
}

/// Where an entry stands: for people who look for it, and for what the address says of its item.
pub(super) struct Place<'a> {
    pub origin: &'a str,
    page: &'a str,
    entry: Option<usize>,
}

impl<'a> Place<'a> {
    pub fn new(origin: &'a str, page: &'a str, entry: Option<usize>) -> Self {
        Self { origin, page, entry }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry {
            Some(n) => write!(f, "{} entry {}", self.page, n + 1),
            None => f.write_str(self.page),
        }
    }
}

/// Names of projects by number. An address may name a project by its path; until a page says which number that is, it
/// gets one of its own.
#[derive(Default)]
pub(super) struct Projects {
    paths: FxHashMap<u64, String>,
    by_path: FxHashMap<String, u64>,
    same_as: FxHashMap<u64, u64>,
}

impl Projects {
    /// Takes in that a project has a name; the number under which it goes here.
    pub fn learn(&mut self, id: u64, path: &str) -> u64 {
        let known = *self.by_path.entry(path.to_lowercase()).or_insert(id);
        if known != id {
            self.same_as.insert(id, known);
        }
        // What an address says is as its asker wrote it; what a page says is as it is.
        self.paths.insert(known, path.to_owned());
        known
    }

    /// The number under which a project goes here.
    pub fn id(&self, id: u64) -> u64 {
        self.same_as.get(&id).copied().unwrap_or(id)
    }

    /// The project's name, if it is known.
    pub fn path(&self, id: u64) -> Option<&str> {
        self.paths.get(&self.id(id)).map(String::as_str)
    }

    /// The project's name, or else its number.
    pub fn path_or_number(&self, id: u64) -> String {
        self.path(id).map_or_else(|| id.to_string(), str::to_owned)
    }

    /// The item as people would look for it.
    pub fn name(&self, key: Key) -> String {
        format!("{}{}{}", self.path_or_number(key.project), key.sign(), key.iid)
    }

    /// The project that an object or the address of its page names.
    pub fn project_of(&mut self, value: &Value, origin: &str) -> Option<u64> {
        let id = value.number("project_id").or_else(|| value.number("target_project_id"));
        if let Some(path) = path_of(value) {
            return Some(self.learn(id.unwrap_or_else(|| number_of_path(&path)), &path));
        }
        match id.or_else(|| named_by(origin)?.parse().ok()) {
            Some(id) => Some(self.id(id)),
            None => {
                let path = named_by(origin)?.replace("%2F", "/").replace("%2f", "/");
                let known = self.by_path.get(&path.to_lowercase()).copied();
                Some(known.unwrap_or_else(|| self.learn(number_of_path(&path), &path)))
            }
        }
    }

    /// The item that the address of a page speaks of.
    pub fn item_of(&mut self, value: &Value, origin: &str) -> Option<Key> {
        let segments = payload::segments(origin);
        let at = segments.iter().position(|segment| matches!(*segment, "merge_requests" | "issues"))?;
        let iid = segments.get(at + 1)?.parse().ok()?;
        let project = self.project_of(value, origin)?;
        Some(Key { project, is_merge: segments[at] == "merge_requests", iid })
    }
}

/// A number that no project has, for one that is known by its path only.
fn number_of_path(path: &str) -> u64 {
    payload::hash(&path.to_lowercase()) | 1 << 63
}

/// What stands behind `/projects/` in an address.
fn named_by(origin: &str) -> Option<&str> {
    let segments = payload::segments(origin);
    let at = segments.iter().position(|segment| *segment == "projects")?;
    segments.get(at + 1).copied()
}

/// The path of the project, from the ways in which an object refers to itself.
fn path_of(value: &Value) -> Option<String> {
    if let Some(full) = value.text("references.full")
        && let Some(at) = full.rfind(['!', '#'])
        && full[..at].contains('/')
    {
        return Some(full[..at].to_owned());
    }
    let address = value.text("web_url")?;
    let (_, path) = address.split_once("://")?.1.split_once('/')?;
    let ends = ["/-/merge_requests/", "/merge_requests/", "/-/issues/", "/issues/", "/-/work_items/"];
    let end = ends.iter().find_map(|end| path.find(end))?;
    Some(path[..end].to_owned())
}

/// The fact under its full name: its item, its identity, and other items that it refers to in short.
pub(super) fn named(mut fact: Fact, key: Key, path: &str) -> Fact {
    fact.item = format!("{path}{}{}", key.sign(), key.iid);
    fact.id = format!("{}/{}", fact.item, fact.id);
    for (name, value) in &mut fact.attributes {
        if name == "to"
            && let Some(at) = value.rfind(['!', '#'])
        {
            if at == 0 {
                *value = format!("{path}{value}");
            } else if !value[..at].contains('/')
                && let Some((group, _)) = path.rsplit_once('/')
            {
                // `project#7`: of the same group.
                *value = format!("{group}/{value}");
            }
        }
    }
    fact.put("project", path);
    fact
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_project_known_by_path_and_by_number_is_one() {
        let mut projects = Projects::default();
        let by_path =
            projects.item_of(&json!({}), "https://h.example/api/v4/projects/group%2Fpart%2Fp/issues/5/notes").unwrap();
        assert_eq!(projects.name(by_path), "group/part/p#5");
        let object = json!({ "project_id": 17, "web_url": "https://h.example/group/part/p/-/issues/5" });
        assert_eq!(projects.project_of(&object, ""), Some(by_path.project));
        let by_number = projects.item_of(&json!({}), "https://h.example/api/v4/projects/17/issues/5/notes").unwrap();
        assert_eq!(by_number, by_path);
    }

    #[test]
    fn what_refers_to_itself() {
        let path = |value: Value| path_of(&value);
        assert_eq!(path(json!({ "references": { "full": "a/b!7" } })).as_deref(), Some("a/b"));
        assert_eq!(path(json!({ "web_url": "https://h.example/a/b/merge_requests/7" })).as_deref(), Some("a/b"));
        assert_eq!(path(json!({ "web_url": "https://h.example/a/b/-/work_items/7" })).as_deref(), Some("a/b"));
        assert_eq!(path(json!({ "web_url": "https://h.example/a" })), None);
        assert_eq!(path(json!({ "references": { "full": "!7" } })), None);
    }

    #[test]
    fn short_references_get_their_project() {
        let key = Key { project: 1, is_merge: true, iid: 7 };
        let to = |to: &str| {
            let mut fact = Fact::default();
            fact.put("to", to);
            named(fact, key, "group/p").attributes[0].1.clone()
        };
        assert_eq!(to("!5"), "group/p!5");
        assert_eq!(to("other#5"), "group/other#5");
        assert_eq!(to("x/y#5"), "x/y#5");
        assert_eq!(to("ada"), "ada");
    }
}
