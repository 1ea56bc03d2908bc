//! The house rules of ARCHITECTURE.md, each as a check that can fail.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Who may know whom among our own crates, normal dependencies only.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("sayso", &["sayso-inquiry", "sayso-memory"]),
    (
        "sayso-inquiry",
        &[
            "sayso-sources",
            "sayso-decisions",
            "sayso-measures",
            "sayso-findings",
            "sayso-report",
            "sayso-example",
            "sayso-engine",
            "sayso-model",
            "sayso-stats",
        ],
    ),
    ("sayso-sources", &["sayso-model"]),
    ("sayso-decisions", &["sayso-model"]),
    ("sayso-measures", &["sayso-model", "sayso-stats"]),
    ("sayso-findings", &["sayso-model", "sayso-stats"]),
    ("sayso-report", &["sayso-model", "sayso-stats"]),
    ("sayso-example", &["sayso-model"]),
    ("sayso-engine", &["sayso-model"]),
    (
        "sayso-bench",
        &["sayso-sources", "sayso-decisions", "sayso-engine", "sayso-memory", "sayso-model", "sayso-stats"],
    ),
    ("sayso-model", &["sayso-stats"]),
    ("sayso-stats", &[]),
    ("sayso-memory", &[]),
];

/// Crates that only one room may name.
const ONLY: &[(&str, &[&str])] = &[
    ("datafusion", &["sayso-engine"]),
    ("ballista-core", &["sayso-engine"]),
    ("ballista-executor", &["sayso-engine"]),
    ("ballista-scheduler", &["sayso-engine"]),
    ("clap", &["sayso"]),
    ("axum", &["sayso"]),
    ("maud", &["sayso-report"]),
    ("mimalloc", &["sayso-memory"]),
    ("libmimalloc-sys", &["sayso-memory"]),
    ("indicatif", &["sayso"]),
];

/// Licences that a dependency may be had under.
const LICENCES: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "0BSD",
    "MIT-0",
    "bzip2-1.0.6",
    "CDLA-Permissive-2.0",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files(&path, ending, found);
        } else if path.is_file() && name.ends_with(ending) {
            found.push(path);
        }
    }
}

fn rust_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&root().join("crates"), ".rs", &mut found);
    found.sort();
    assert!(found.len() > 40, "the walk found only {} files: is it looking in the right place?", found.len());
    found
}

#[test]
fn arrows_between_our_crates_run_down_only() {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    let ours: BTreeSet<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let ruled: BTreeSet<String> = MAY_KNOW.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(ours, ruled, "every crate of the workspace needs a line in MAY_KNOW, and only those");
    for package in &metadata.packages {
        let may = MAY_KNOW.iter().find(|(name, _)| *name == package.name.as_str()).unwrap().1;
        for dependency in &package.dependencies {
            if ours.contains(&dependency.name) && dependency.kind != DependencyKind::Development {
                assert!(
                    may.contains(&dependency.name.as_str()),
                    "{} must not know {}: stages are siblings, and no arrow runs up",
                    package.name,
                    dependency.name
                );
            }
            if let Some((_, rooms)) = ONLY.iter().find(|(name, _)| dependency.name.starts_with(name)) {
                assert!(
                    rooms.contains(&package.name.as_str()),
                    "only {rooms:?} may name {}, but {} does",
                    dependency.name,
                    package.name
                );
            }
        }
    }
}

#[test]
fn every_dependency_has_a_licence_that_fits() {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).exec().unwrap();
    assert!(metadata.packages.len() > 100, "the tree looks empty");
    for package in &metadata.packages {
        let licence = package.license.as_deref().unwrap_or_default();
        // `A/B` is the old way to write `A OR B`; every `AND` part must fit, of an `OR` one is enough.
        let fits = licence
            .replace('/', " OR ")
            .split(" AND ")
            .all(|part| part.split(" OR ").any(|one| LICENCES.contains(&one.trim().trim_matches(['(', ')']).trim())));
        assert!(fits, "{} {} is licensed `{licence}`", package.name, package.version);
    }
}

#[test]
fn every_file_says_in_its_first_line_what_it_is_for() {
    for path in rust_files() {
        let text = fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 20, "{}: the first line is `{first}`", path.display());
    }
}

#[test]
fn no_room_is_named_after_what_it_is_not() {
    for path in rust_files() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let vague = ["util", "utils", "common", "helper", "helpers", "misc", "errors", "types"];
        assert!(!vague.contains(&name.as_str()), "{}: give it a word of the domain", path.display());
    }
}

#[test]
fn the_world_has_one_door() {
    let allowed = ["crates/inquiry/src/world.rs"];
    for path in rust_files() {
        let text = fs::read_to_string(&path).unwrap();
        let shown = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        let library = shown.contains("/src/");
        if library && text.contains("disallowed_methods") {
            assert!(allowed.contains(&shown.as_str()), "{shown} lifts the rule on clock, environment and network");
        }
    }
    let rules = fs::read_to_string(root().join("clippy.toml")).unwrap();
    for method in ["SystemTime::now", "std::env::var", "TcpStream::connect"] {
        assert!(rules.contains(method), "clippy.toml no longer disallows {method}");
    }
}

#[test]
fn the_project_names_no_machine_and_no_registry() {
    let mut found = rust_files();
    files(&root().join("docs"), ".md", &mut found);
    files(&root().join("bench"), ".py", &mut found);
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "PRIVACY.md", ".ci/run"] {
        found.push(root().join(name));
    }
    // Written in two parts so that this file does not find itself.
    let words = [concat!("/work", "/main"), concat!("crates", ".io"), concat!("pypi", ".org"), concat!("/ro", "ot/")];
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        for word in words {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn every_verb_is_in_the_readme_and_every_word_of_the_model_in_the_glossary() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for verb in ["read", "diagnose", "path", "query", "doctor", "example"] {
        assert!(readme.contains(&format!("sayso {verb}")), "README.md does not show `sayso {verb}`");
    }
    let glossary = fs::read_to_string(root().join("docs/glossary.md")).unwrap();
    for word in ["Hop", "Decision", "Handover", "Crossing", "Lens", "Ledger", "Gap", "Floor", "Window", "Withheld"] {
        assert!(glossary.contains(&format!("**{word}**")), "docs/glossary.md does not explain {word}");
    }
}
