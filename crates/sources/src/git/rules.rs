//! The settable part of reading git: which activity is which act, what an area is, who commits for others.

use std::collections::BTreeMap;

use sayso_model::event::Act;
use serde::{Deserialize, Serialize};

/// The table `[git]` of a lens; `lenses/git.toml` holds the built-in one and says what each setting means.
///
/// Read from a lens, it is the built-in one with what the lens changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Changes")]
pub struct Rules {
    /// What kind of question every change puts.
    pub matter: String,
    /// Leading folders that make an area; 0 records no area.
    pub area_depth: usize,
    /// Paths from which on a commit without parents is an import.
    pub import_paths_min: u64,
    /// Names of main lines.
    pub main_branches: Vec<String>,
    /// Patterns of subjects of merges that only join two copies of a line.
    pub joining_subjects: Vec<String>,
    /// Patterns of `Name <address>` of those who commit for others.
    pub services: Vec<String>,
    /// The act of each activity; activities without an act are not in it.
    pub acts: BTreeMap<String, Act>,
    /// The act of each trailer that names people, by its key in lower case; `None` keeps the label without an act.
    pub trailers: BTreeMap<String, Option<Act>>,
}

/// What a lens says; everything is optional.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Changes {
    matter: Option<String>,
    area_depth: Option<usize>,
    import_paths_min: Option<u64>,
    main_branches: Option<Vec<String>>,
    joining_subjects: Option<Vec<String>>,
    services: Option<Vec<String>>,
    acts: BTreeMap<String, ActOrNone>,
    trailers: BTreeMap<String, ActOrNone>,
}

/// An act, or the word `none`.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum ActOrNone {
    Act(Act),
    None(None_),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum None_ {
    None,
}

/// A lens file, as far as git is concerned.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    git: Changes,
}

impl Default for Rules {
    fn default() -> Self {
        Rules::built_in()
    }
}

impl From<Changes> for Rules {
    fn from(changes: Changes) -> Self {
        Rules::built_in().with(changes)
    }
}

impl Rules {
    /// The built-in rules.
    pub fn built_in() -> Rules {
        let file: File =
            toml::from_str(include_str!("../lenses/git.toml")).expect("a unit test reads the built-in lens");
        let nothing = Rules {
            matter: String::new(),
            area_depth: 0,
            import_paths_min: 0,
            main_branches: Vec::new(),
            joining_subjects: Vec::new(),
            services: Vec::new(),
            acts: BTreeMap::new(),
            trailers: BTreeMap::new(),
        };
        nothing.with(file.git)
    }

    /// The rules of a lens file: its table `[git]`, with the built-in setting wherever it says nothing.
    ///
    /// # Errors
    /// Where the text is not TOML or a setting is not known.
    pub fn parse(lens: &str) -> Result<Rules, toml::de::Error> {
        toml::from_str::<File>(lens).map(|file| Rules::from(file.git))
    }

    fn with(mut self, changes: Changes) -> Rules {
        let Changes { matter, area_depth, import_paths_min, main_branches, joining_subjects, services, acts, trailers } =
            changes;
        self.matter = matter.unwrap_or(self.matter);
        self.area_depth = area_depth.unwrap_or(self.area_depth);
        self.import_paths_min = import_paths_min.unwrap_or(self.import_paths_min);
        self.main_branches = main_branches.unwrap_or(self.main_branches);
        self.joining_subjects = joining_subjects.unwrap_or(self.joining_subjects);
        self.services = services.unwrap_or(self.services);
        for (activity, act) in acts {
            match act {
                ActOrNone::Act(act) => self.acts.insert(activity, act),
                ActOrNone::None(None_::None) => self.acts.remove(&activity),
            };
        }
        for (key, act) in trailers {
            let act = match act {
                ActOrNone::Act(act) => Some(act),
                ActOrNone::None(None_::None) => None,
            };
            self.trailers.insert(key.to_ascii_lowercase(), act);
        }
        self
    }

    /// What tells these rules, and those for the words of messages, from others, in a few letters.
    pub fn fingerprint(&self) -> String {
        let text = serde_json::to_string(self).expect("strings, numbers and maps with string keys are JSON");
        format!("{:016x}", twox_hash::XxHash3_64::oneshot(text.as_bytes()) ^ crate::signs::fingerprint())
    }

    /// Whether somebody commits for others: a web service, a review server, a robot.
    pub fn is_service(&self, name: &str, email: &str) -> bool {
        let who = format!("{name} <{email}>").to_lowercase();
        self.services.iter().any(|pattern| fits(&pattern.to_lowercase(), &who))
    }

    /// Whether a merge with this subject only joins two copies of one line. `head` is the branch that is read.
    pub fn joins(&self, subject: &str, head: &str) -> bool {
        let lower = subject.to_lowercase();
        if self.joining_subjects.iter().any(|pattern| fits(&pattern.to_lowercase(), &lower)) {
            return true;
        }
        let Some(rest) = subject
            .strip_prefix("Merge branch '")
            .or_else(|| subject.strip_prefix("Merge remote-tracking branch '"))
            .or_else(|| subject.strip_prefix("Merge remote branch '"))
        else {
            return false;
        };
        let Some((branch, rest)) = rest.split_once('\'') else { return false };
        let branch = ["origin/", "upstream/"].iter().find_map(|remote| branch.strip_prefix(remote)).unwrap_or(branch);
        let into = rest.rsplit_once(" into ").map(|(_, into)| into.trim().trim_matches('\''));
        branch == head || self.main_branches.iter().any(|main| main == branch) || into == Some(branch)
    }
}

/// Whether a text fits a pattern in which `*` stands for any run of characters and everything else for itself.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = pattern.contains('*').then(|| parts.next_back()).flatten() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_built_in_lens_is_whole() {
        let rules = Rules::built_in();
        assert_eq!(rules.acts["committed by another"], Act::Decided);
        assert_eq!(rules.trailers["reviewed-by"], Some(Act::Approved));
        assert!(!rules.acts.contains_key("imported"));
        assert_eq!(Rules::parse(include_str!("../lenses/git.toml")).unwrap(), rules);
        assert_eq!(Rules::parse("").unwrap(), rules);
    }

    #[test]
    fn a_lens_changes_what_it_names_and_nothing_else() {
        let rules = Rules::parse("[git]\narea_depth = 2\n").unwrap();
        assert_eq!(rules, Rules { area_depth: 2, ..Rules::built_in() });
        assert_ne!(rules.fingerprint(), Rules::built_in().fingerprint());
        assert!(Rules::parse("[git]\narea_deep = 2\n").is_err());
        let rules = Rules::parse("[git.acts]\n\"committed by another\" = \"none\"\n").unwrap();
        assert!(!rules.acts.contains_key("committed by another"));
        assert_eq!(rules.acts["authored"], Act::Raised);
    }

    #[test]
    fn services_are_known_and_people_are_not() {
        let rules = Rules::built_in();
        for (name, email) in [
            ("GitHub", "noreply@github.com"),
            ("Gerrit Code Review", "gerrit@review.example.org"),
            ("updates[bot]", "1+updates[bot]@users.noreply.github.com"),
            ("Example Jenkins", "ci@example.org"),
        ] {
            assert!(rules.is_service(name, email), "{name}");
        }
        for (name, email) in
            [("Ann Abbot", "ann@example.org"), ("Bo", "12+bo@users.noreply.github.com"), ("", ""), ("Zuula", "z@x")]
        {
            assert!(!rules.is_service(name, email), "{name}");
        }
    }

    #[test]
    fn merges_that_join_copies_are_told_from_those_that_decide() {
        let rules = Rules::built_in();
        for subject in [
            "Merge branch 'main' of example.org:x",
            "Merge branch 'main' into topic",
            "Merge remote-tracking branch 'origin/master'",
            "Merge branch 'topic' of example.org:x into topic",
            "merge heads",
            "Merge branch 'dev'",
        ] {
            assert!(rules.joins(subject, "dev"), "{subject}");
        }
        for subject in ["Merge pull request #1 from a/b", "Merge branch 'topic'", "Merge branch 'topic' into dev", ""] {
            assert!(!rules.joins(subject, "dev"), "{subject}");
        }
    }

    #[test]
    fn patterns_fit_whole_texts() {
        assert!(fits("a*c", "abc") && fits("a*c", "ac") && fits("*", "") && fits("", ""));
        assert!(!fits("a*c", "acb") && !fits("a", "ab") && !fits("ab*ba", "aba"));
        assert!(fits("*[bot] <*", "x[bot] <y>"));
    }
}
