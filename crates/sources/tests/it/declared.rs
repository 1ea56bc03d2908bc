//! Formats of declared authority: truths by hand, corpora where they are at hand, and round trips.

use proptest::prelude::*;
use sayso_model::charter::{Charter, Remit, Who, area_glob};
use sayso_sources::authority::codeowners::{self, Github, Gitlab};
use sayso_sources::authority::{Format, Imported, Owners, Resolution, import};

/// The remits without the places where they are written.
pub fn unplaced(charter: &Charter) -> Vec<Remit> {
    charter.remits.iter().map(|remit| Remit { written: String::new(), ..remit.clone() }).collect()
}

/// Who owns, as words; `-` for unmatched, `0` for nobody's.
fn say(found: Resolution) -> String {
    match found {
        Resolution::Unmatched => "-".to_owned(),
        Resolution::Unowned { .. } => "0".to_owned(),
        Resolution::Owned { who, .. } => who.iter().map(Who::to_string).collect::<Vec<_>>().join(" "),
    }
}

fn github(text: &str, path: &str) -> String {
    say(Github::parse("CODEOWNERS", text).owners(path))
}

fn gitlab(text: &str, path: &str) -> String {
    say(Gitlab::parse("CODEOWNERS", text).owners(path))
}

#[test]
fn githubs_patterns_are_as_in_the_public_corpus() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/recorded/codeowners/hmarr-patterns.json");
    let Ok(text) = std::fs::read_to_string(file) else {
        println!("skipped: ../shared/data is not here");
        return;
    };
    let corpus: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let mut n = 0;
    for case in &corpus {
        let pattern = case["pattern"].as_str().unwrap();
        let owners = Github::parse("CODEOWNERS", &format!("{pattern} @o\n"));
        for (path, want) in case["paths"].as_object().unwrap() {
            let is = matches!(owners.owners(path), Resolution::Owned { .. });
            assert_eq!(is, want.as_bool().unwrap(), "{pattern} on {path}");
            n += 1;
        }
    }
    assert_eq!((corpus.len(), n), (30, 153));
}

#[test]
fn on_github_the_last_match_counts_and_a_bare_pattern_is_nobodys() {
    let text = "# all\n*  @org/all\n/src/ @ann bo@example.org  # since spring\n/src/gen/\nmy\\ docs/ @cy\n";
    assert_eq!(github(text, "README"), "team:org/all");
    assert_eq!(github(text, "src/a.c"), "person:ann person:bo@example.org");
    assert_eq!(github(text, "src/gen/a.c"), "0");
    assert_eq!(github(text, "x/my docs/a"), "person:cy");
    assert_eq!(github("/a @x\n", "b"), "-");
    assert_eq!(github("/A @x\n", "a"), "-", "case counts");
}

#[test]
fn lines_that_github_skips_are_set_aside_with_place_and_reason() {
    let text = "* @all\n!a @x\n\\#b @x\nc nobody\nd @x/y/z\n/ @x\n";
    let read = import(Format::CodeownersGithub, &[(".github/CODEOWNERS", text)]).unwrap();
    let places: Vec<&str> = read.aside.iter().map(|aside| aside.place.as_str()).collect();
    assert_eq!(places, [2, 3, 4, 5].map(|n| format!(".github/CODEOWNERS:{n}")));
    assert_eq!(github(text, "c"), "person:all");
    assert_eq!(github("/ @x", "a"), "-", "the root alone names no file");
}

#[test]
fn the_first_place_of_each_dialect_is_read_and_the_others_are_told() {
    let files = [("docs/CODEOWNERS", "* @d"), ("CODEOWNERS", "* @r"), (".github/CODEOWNERS", "* @g")];
    let read = import(Format::CodeownersGithub, &files).unwrap();
    assert_eq!(read.charter.remits[0].written, ".github/CODEOWNERS:1");
    assert_eq!(read.aside.len(), 2);
    let read = import(Format::CodeownersGitlab, &files).unwrap();
    assert_eq!(read.charter.remits[0].written, "CODEOWNERS:1");
    assert!(import(Format::CodeownersGitlab, &[]).is_err());
}

#[test]
fn gitlabs_patterns_are_those_of_fnmatch() {
    let cases = [
        ("*", "a/.b", true),
        ("foo", "foo", true),
        ("foo", "x/foo", true),
        ("foo", "foo/bar", false),
        ("/foo", "x/foo", false),
        ("foo/", "foo/bar/baz", true),
        ("foo/", "x/foo/bar", true),
        ("foo/", "foo", false),
        ("docs/*", "docs/a", true),
        ("docs/*", "x/docs/a", true),
        ("docs/*", "docs/a/b", false),
        ("/docs/**", "docs/a", true),
        ("/docs/**", "docs/a/b", false),
        ("/docs/**/*.md", "docs/a/b/c.md", true),
        ("/docs/**/*.md", "docs/c.md", true),
        ("/docs/*.md", "docs/a/c.md", false),
        ("*.rb", "a/.x.rb", true),
        ("a/b", "x/a/b", true),
        ("/[ab].c", "b.c", true),
        ("/[!ab].c", "b.c", false),
        ("/[a-c]x", "bx", true),
        ("/x[/]y", "x/y", false),
        ("/a?c", "a/c", false),
        ("\\#f", "d/#f", true),
        ("my\\ dir/", "my dir/a", true),
        ("/\\*", "*", true),
        ("/\\*", "a", false),
        ("/", "a/b", true),
    ];
    for (pattern, path, want) in cases {
        assert_eq!(gitlab(&format!("{pattern} @o"), path) == "person:o", want, "{pattern} on {path}");
    }
}

const SECTIONS: &str = "\
* @general
/a @x # ask @y too
[Docs][2] @docs
docs/
/docs/secret/ @keeper
^[Style] @style
*.css
[docs]
*.md
!/docs/free.md
[Empty]
/void/
";

#[test]
fn every_section_of_gitlabs_counts_and_the_last_match_within_it() {
    let file = Gitlab::parse("CODEOWNERS", SECTIONS);
    let sections = file.sections("docs/secret/a.md");
    let said: Vec<(String, String, u32)> =
        sections.iter().map(|s| (s.section.clone(), s.rule.clone(), s.approvals)).collect();
    assert_eq!(
        said,
        [(String::new(), "CODEOWNERS:1".to_owned(), 1), ("Docs".to_owned(), "CODEOWNERS:9".to_owned(), 0)]
    );
    assert_eq!(file.sections("docs/secret/a")[1].who, ["person:keeper".parse().unwrap()]);
    assert_eq!(file.sections("docs/secret/a")[1].approvals, 2);
    assert_eq!(say(file.owners("docs/x")), "person:general person:docs");
    assert_eq!(file.sections("docs/free.md").len(), 1, "taken out of its section for good");
    assert_eq!(say(file.owners("a")), "person:x person:y", "an owner in a comment is an owner");
}

#[test]
fn an_optional_section_consults_and_a_section_without_owners_asks_nobody() {
    let file = Gitlab::parse("CODEOWNERS", SECTIONS);
    match file.owners("x.css") {
        Resolution::Owned { who, consulted, required, rules } => {
            assert_eq!((who.len(), consulted.len(), required, rules.len()), (1, 1, true, 2));
        }
        other => panic!("{other:?}"),
    }
    let only = Gitlab::parse("CODEOWNERS", "^[S]\n*.css @s\n[S]\n/void/\n");
    assert!(only.sections("a.css")[0].required, "one required heading makes the section required");
    let optional = Gitlab::parse("CODEOWNERS", "^[S][3]\n*.css @s\n");
    assert!(matches!(optional.owners("a.css"), Resolution::Owned { required: false, .. }));
    assert_eq!(optional.sections("a.css")[0].approvals, 0);
    assert_eq!(gitlab("[S]\n/void/\n", "void/a"), "0");
}

#[test]
fn a_repeated_pattern_replaces_the_first_where_it_stood() {
    assert_eq!(gitlab("a @x\n* @y\na @z\n", "a"), "person:y");
    assert_eq!(gitlab("* @y\na @x\na @z\n", "a"), "person:z");
}

#[test]
fn gitlab_names_roles_groups_and_people() {
    let want = "role:maintainer team:g/sub person:u person:m@example.org";
    assert_eq!(gitlab("* @@maintainer @g/sub @u m@example.org", "a"), want);
}

#[test]
fn the_same_line_is_another_one_in_the_other_dialect() {
    assert_eq!((github("a/b @x", "y/a/b"), gitlab("a/b @x", "y/a/b")), ("-".to_owned(), "person:x".to_owned()));
    assert_eq!((github("a @x", "a/b"), gitlab("a @x", "a/b")), ("person:x".to_owned(), "-".to_owned()));
}

/// What was read, written and read again is the same.
pub fn comes_back(read: &Imported, again: &Imported, text: &str, missing: &[String]) {
    assert_eq!(unplaced(&read.charter), unplaced(&again.charter), "{text}");
    assert!(again.aside.is_empty(), "{:?}\n{text}", again.aside);
    assert!(missing.is_empty(), "{missing:?}");
    for remit in &read.charter.remits {
        area_glob(remit).unwrap();
    }
}

fn github_comes_back(text: &str) {
    let read = codeowners::import_github(&[("CODEOWNERS", text)]).unwrap();
    let (out, missing) = codeowners::export_github(&read.charter);
    comes_back(&read, &codeowners::import_github(&[("CODEOWNERS", &out)]).unwrap(), &out, &missing);
}

fn gitlab_comes_back(text: &str) {
    let read = codeowners::import_gitlab(&[("CODEOWNERS", text)]).unwrap();
    let (out, missing) = codeowners::export_gitlab(&read.charter);
    comes_back(&read, &codeowners::import_gitlab(&[("CODEOWNERS", &out)]).unwrap(), &out, &missing);
}

#[test]
fn codeowners_come_back() {
    gitlab_comes_back(SECTIONS);
    let text =
        "*\n/* @a\n/a/* @a\nx/**/y @b\n*.js @o/t\n[p] m@x.org\n/f\\*o @a\n/d/** @a\n/g/**/* @a\nq/ @a\n**/a/b @a\n";
    github_comes_back(text);
    gitlab_comes_back(&text.replace("[p]", "/[pq]r"));
}

#[test]
fn areas_match_the_folders_that_a_pattern_means() {
    let area = |format: Format, pattern: &str| {
        let read = import(format, &[("CODEOWNERS", &format!("{pattern} @o"))]).unwrap();
        read.charter.remits[0].clone()
    };
    let cases = [
        (Format::CodeownersGithub, "/lib/", "lib/**"),
        (Format::CodeownersGithub, "lib", "**/lib/**"),
        (Format::CodeownersGithub, "/lib/*", "lib"),
        (Format::CodeownersGithub, "/*", "(root)"),
        (Format::CodeownersGithub, "*", "*"),
        (Format::CodeownersGithub, "/a{b[c]", "a[{]b[[]c]/**"),
        (Format::CodeownersGitlab, "/lib/", "lib/**"),
        (Format::CodeownersGitlab, "lib/", "**/lib/**"),
        (Format::CodeownersGitlab, "/lib", "lib"),
        (Format::CodeownersGitlab, "*", "*"),
    ];
    for (format, pattern, want) in cases {
        assert_eq!(area(format, pattern).area, want, "{format} {pattern}");
    }
    let globs = area_glob(&area(Format::CodeownersGithub, "lib")).unwrap();
    for folder in ["lib", "lib/a/b", "x/lib", "x/lib/a"] {
        assert!(globs.iter().any(|glob| glob.is_match(folder)), "{folder}");
    }
    assert!(!globs.iter().any(|glob| glob.is_match("libx")));
}

#[test]
fn what_codeowners_cannot_say_of_a_charter_is_told() {
    let remit = Remit {
        matter: "scope".to_owned(),
        area: "{pricing,lib/a}".to_owned(),
        decides: vec![Who::Role("lead".to_owned()), Who::Person("ann".to_owned())],
        consulted: vec![Who::Person("bo".to_owned())],
        retained: true,
        written: "charter.toml:3".to_owned(),
        ..Remit::default()
    };
    let (text, missing) = codeowners::export_github(&Charter { remits: vec![remit.clone()] });
    assert_eq!(text, "/pricing @ann\n/lib/a @ann\n");
    assert_eq!(missing.len(), 4, "{missing:?}");
    assert!(missing.iter().all(|what| what.starts_with("charter.toml:3: ")));
    let alone = Remit { decides: vec![Who::Role("lead".to_owned())], ..remit };
    let (text, _) = codeowners::export_github(&Charter { remits: vec![alone] });
    assert_eq!(text, "", "somebody's must not become nobody's");
}

/// Patterns of all kinds, of names that are easy to get wrong.
pub fn a_pattern() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "a", "b", "foo", "*", "**", "f*", "*.js", "x?", "[p]", "a-b", "\\*", "a\\ b", "#h", "{q}", "^c", "a**b", ".d",
    ]);
    (any::<bool>(), prop::collection::vec(name, 1..4), any::<bool>()).prop_map(|(rooted, names, folder)| {
        format!("{}{}{}", if rooted { "/" } else { "" }, names.join("/"), if folder { "/" } else { "" })
    })
}

fn a_path() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "foo", "f*", "x.js", "xy", "[p]", "a b", "#h"]), 1..5)
        .prop_map(|names| names.join("/"))
}

proptest! {
    #[test]
    fn any_codeowners_comes_back(patterns in prop::collection::vec((a_pattern(), 0..4_usize), 1..8)) {
        let owners = ["", " @ann", " @o/team m@x.org", " bo@x.org"];
        let text: String = patterns.iter().map(|(pattern, at)| format!("{pattern}{}\n", owners[*at])).collect();
        github_comes_back(&text);
        gitlab_comes_back(&text);
    }

    #[test]
    fn an_area_reaches_whatever_its_pattern_matches(pattern in a_pattern(), path in a_path()) {
        for format in [Format::CodeownersGithub, Format::CodeownersGitlab] {
            let text = format!("{pattern} @o\n");
            let read = import(format, &[("CODEOWNERS", &text)]).unwrap();
            let owned = match format {
                Format::CodeownersGithub => Github::parse("", &text).owners(&path),
                _ => Gitlab::parse("", &text).owners(&path),
            };
            if let (Resolution::Owned { .. }, Some(remit)) = (owned, read.charter.remits.first()) {
                let folder = path.rsplit_once('/').map_or("(root)", |(folder, _)| folder);
                let globs = area_glob(remit).unwrap();
                prop_assert!(
                    globs.iter().any(|glob| glob.is_match(&path) || glob.is_match(folder)),
                    "{} of {} for {}", remit.area, pattern, path
                );
            }
        }
    }

    #[test]
    fn no_codeowners_is_too_odd(text in "([*/a#!@^\\[\\]\\\\ ?{}.-]|\\n|\\PC)*", path in "[*/a#\\[ ]*") {
        for format in [Format::CodeownersGithub, Format::CodeownersGitlab] {
            let read = import(format, &[("CODEOWNERS", &text)]).unwrap();
            for remit in &read.charter.remits {
                prop_assert!(area_glob(remit).is_ok(), "{:?}", remit.area);
            }
        }
        let _ = (github(&text, &path), gitlab(&text, &path));
    }
}

const MAINTAINERS: &str = "\
A title for the whole file
==========================

Lines of this kind are described here:

\tM: Full Name <address@domain>
\tF: files

Core
----

Library
M: Ann One <ann@example.org>
R: Bo Two <bo@example.org>
S: Supported
F: lib/
X: lib/gen/

Nested
M: cy@example.org
F: lib/nested/
F: doc/nested*.rst
L: list@example.org

Leftovers
M: Dee Four <dee@example.org>
S: Orphan
F: old/

Documents
F: doc/
F: README

By name
M: \"Five, Eve\" <eve@example.org>
N: [^a-z]special
K: content
F: include/*
N: (?<!x)y
";

#[test]
fn every_section_of_maintainers_that_matches_counts() {
    use sayso_sources::authority::maintainers::Maintainers;
    let file = Maintainers::parse("MAINTAINERS", MAINTAINERS);
    let owners = |path: &str| say(file.owners(path));
    assert_eq!(file.sections().len(), 5);
    assert_eq!(file.sections()[0].title, "Library");
    assert_eq!(owners("lib/a.c"), "person:ann@example.org");
    assert_eq!(owners("lib/nested/x/a.c"), "person:ann@example.org person:cy@example.org");
    assert_eq!(owners("lib/gen/a.c"), "-", "excluded first");
    assert_eq!(owners("old/a"), "0");
    assert_eq!(owners("doc/a.rst"), "0");
    assert_eq!(owners("doc/nested_a.rst"), "person:cy@example.org");
    assert_eq!(owners("doc/deep/nested_a.rst"), "0", "a star stays in its folder");
    assert_eq!(owners("README"), "0");
    assert_eq!(owners("README.md"), "-", "a name is a whole name");
    assert_eq!(owners("include/a.h"), "person:eve@example.org");
    assert_eq!(owners("include/a/b.h"), "-");
    assert_eq!(owners("x/a-special.c"), "person:eve@example.org");
    assert_eq!(owners("x/especially.c"), "-");
    match file.owners("lib/a.c") {
        Resolution::Owned { consulted, rules, .. } => {
            assert_eq!(consulted, [Who::Person("bo@example.org".to_owned())]);
            assert_eq!(rules, ["MAINTAINERS:12"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn maintainers_come_back_with_everybody_on_the_deepest_remit() {
    let read = import(Format::Maintainers, &[("MAINTAINERS", MAINTAINERS)]).unwrap();
    assert_eq!(read.aside.len(), 1, "{:?}", read.aside);
    assert_eq!(read.aside[0].place, "MAINTAINERS:39");
    let remit = |area: &str| read.charter.remits.iter().find(|remit| remit.area == area).unwrap().clone();
    assert_eq!(remit("lib/nested/**").decides.len(), 2);
    assert_eq!(remit("lib/nested/**").decides[0], Who::Person("cy@example.org".to_owned()));
    assert!(remit("lib/gen/**").decides.is_empty());
    let (text, missing) = sayso_sources::authority::maintainers::export(&read.charter);
    let again = import(Format::Maintainers, &[("MAINTAINERS", &text)]).unwrap();
    comes_back(&read, &again, &text, &missing);
}

proptest! {
    #[test]
    fn any_maintainers_come_back(sections in prop::collection::vec(
        (
            prop::collection::vec(0..4_usize, 0..3),
            prop::collection::vec(0..4_usize, 0..2),
            prop::collection::vec(0..10_usize, 1..4),
            prop::collection::vec(0..10_usize, 0..2),
        ), 1..6)) {
        let files = ["a/", "a/b/", "a/b/c.c", "a/*", "a/b*", "d/", "*/", "*", "a/[xy]/", "d/e[z"];
        let mut text = String::new();
        for (n, (who, asked, keeps, not)) in sections.iter().enumerate() {
            text.push_str(&format!("Section {n}\n"));
            who.iter().for_each(|p| text.push_str(&format!("M: N {p} <p{p}@x>\n")));
            asked.iter().for_each(|p| text.push_str(&format!("R: N {p} <p{p}@x>\n")));
            keeps.iter().for_each(|f| text.push_str(&format!("F: {}\n", files[*f])));
            not.iter().for_each(|f| text.push_str(&format!("X: {}\n", files[*f])));
            text.push('\n');
        }
        let read = import(Format::Maintainers, &[("MAINTAINERS", &text)]).unwrap();
        let (out, missing) = sayso_sources::authority::maintainers::export(&read.charter);
        let missing: Vec<String> = missing.into_iter().filter(|what| !what.contains("e[[]z")).collect();
        if !text.contains("e[z") {
            comes_back(&read, &import(Format::Maintainers, &[("MAINTAINERS", &out)]).unwrap(), &out, &missing);
        }
    }
}

const OWNERS: [(&str, &str); 5] = [
    ("OWNERS", "approvers: [Root, team-a]\nreviewers:\n- rev\nemeritus_approvers: [gone]\n"),
    ("OWNERS_ALIASES", "aliases:\n  Team-A:\n  - ann\n  - Bo\n"),
    ("pkg/OWNERS", "approvers:\n- cy\nreviewers:\n- ann\nlabels: [x]\n"),
    ("pkg/api/OWNERS", "options:\n  no_parent_owners: true\napprovers: [dee]\n"),
    (
        "cmd/OWNERS",
        "filters:\n  \".*\":\n    reviewers: [eve]\n  \"\\\\.go$\":\n    approvers: [fay]\n  \"(?<x\":\n    approvers: [no]\n",
    ),
];

#[test]
fn owners_add_to_those_above_unless_they_end_the_climb() {
    use sayso_sources::authority::owners::Tree;
    let mut tree = Tree::default();
    let aside: usize = OWNERS.iter().map(|(path, text)| tree.put(path, Some(text)).unwrap().len()).sum();
    assert_eq!(aside, 1, "one pattern that is none");
    let owners = |path: &str| say(tree.owners(path)).replace("person:", "");
    assert_eq!(owners("README"), "root ann bo");
    assert_eq!(owners("pkg/x/a.go"), "cy root ann bo");
    assert_eq!(owners("pkg/api/v1/a.go"), "dee");
    assert_eq!(owners("cmd/a.go"), "fay root ann bo");
    assert_eq!(owners("cmd/a.md"), "root ann bo");
    match tree.owners("pkg/a") {
        Resolution::Owned { consulted, rules, .. } => {
            assert_eq!(consulted, [Who::Person("rev".to_owned())], "an approver is not consulted too");
            assert_eq!(rules, ["pkg/OWNERS:1", "OWNERS:1"]);
        }
        other => panic!("{other:?}"),
    }
    tree.put("OWNERS", None).unwrap();
    assert_eq!(say(tree.owners("README")), "-");
    assert_eq!(say(tree.owners("cmd/a.md")), "0", "reviewers only");
    assert!(tree.put("OWNERS", Some("- a\n- b\n")).is_err());
}

fn owners_come_back(files: &[(&str, &str)]) {
    let read = import(Format::Owners, files).unwrap();
    let (out, missing) = sayso_sources::authority::owners::export(&read.charter);
    let again: Vec<(&str, &str)> = out.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    if again.is_empty() {
        assert!(read.charter.is_empty());
        return;
    }
    comes_back(&read, &import(Format::Owners, &again).unwrap(), &format!("{out:?}"), &missing);
}

#[test]
fn owners_come_back_as_a_tree() {
    owners_come_back(&OWNERS);
    let read = import(Format::Owners, &OWNERS).unwrap();
    let areas: Vec<&str> = read.charter.remits.iter().map(|remit| remit.area.as_str()).collect();
    assert_eq!(areas, ["*", "cmd/**", "pkg/**", "pkg/api/**"]);
    assert_eq!(read.cannot_say.len(), 3);
    let broken = import(Format::Owners, &[("OWNERS", "a: [")]).unwrap_err();
    assert!(broken.to_string().starts_with("read OWNERS:"), "{broken}");
    let partly = import(Format::Owners, &[("OWNERS", "approvers: [a]"), ("x/OWNERS", "a: [")]).unwrap();
    assert_eq!((partly.charter.remits.len(), partly.aside.len()), (1, 1));
}

const ZEPHYR: &str = "\
# Areas
Kernel:
  status: maintained
  maintainers:
    - ann
  collaborators: [bo]
  files:
    - kernel/
    - include/kernel*.h
    - doc/kernel/
  files-exclude:
    - kernel/legacy/
  file-groups:
    - name: Documents
      collaborators: [cy]
      files: [doc/kernel/]
      defer-to-other-areas: true
  labels: [\"area: Kernel\"]
Documentation:
  maintainers: dee
  files: [doc/]
  files-regex: ['\\.rst$']
Odd:
  status: odd fixes
  files: [odd/]
Release notes:
  meta: true
  maintainers: [eve]
  files: [kernel/, doc/]
Nothing: ~
";

#[test]
fn zephyrs_areas_all_count_and_groups_and_meta_areas_only_advise() {
    use sayso_sources::authority::zephyr::Areas;
    let areas = Areas::parse("MAINTAINERS.yml", ZEPHYR).unwrap();
    let owners = |path: &str| say(areas.owners(path)).replace("person:", "");
    assert_eq!(owners("kernel/a/b.c"), "ann");
    assert_eq!(owners("kernel/legacy/b.c"), "0", "only a meta area is left");
    assert_eq!(owners("include/kernel_x.h"), "ann");
    assert_eq!(owners("include/x/kernel_x.h"), "-");
    assert_eq!(owners("doc/kernel/a.md"), "dee", "the group defers");
    assert_eq!(owners("odd/x"), "0");
    assert_eq!(owners("other/a.rst"), "dee");
    match areas.owners("doc/kernel/a.md") {
        Resolution::Owned { consulted, rules, .. } => {
            assert_eq!(
                consulted.iter().map(Who::to_string).collect::<Vec<_>>().join(" "),
                "person:bo person:cy person:eve person:ann"
            );
            assert_eq!(rules, ["MAINTAINERS.yml:2", "MAINTAINERS.yml:19", "MAINTAINERS.yml:26"]);
        }
        other => panic!("{other:?}"),
    }
    assert!(Areas::parse("MAINTAINERS.yml", "- a").is_err());
}

#[test]
fn zephyrs_areas_come_back() {
    let read = import(Format::Zephyr, &[("MAINTAINERS.yml", ZEPHYR)]).unwrap();
    assert_eq!(read.aside.len(), 1, "{:?}", read.aside);
    assert_eq!(read.cannot_say.len(), 5);
    let (text, missing) = sayso_sources::authority::zephyr::export(&read.charter);
    comes_back(&read, &import(Format::Zephyr, &[("MAINTAINERS.yml", &text)]).unwrap(), &text, &missing);
}

proptest! {
    #[test]
    fn any_owners_come_back(folders in prop::collection::btree_map(
        prop::sample::select(vec!["", "a", "a/b", "a/b/c", "d[x]", "a b"]),
        (prop::collection::vec(0..4_usize, 0..3), prop::collection::vec(0..4_usize, 0..3), any::<bool>()), 1..5)) {
        let files: Vec<(String, String)> = folders.iter().map(|(folder, (approvers, reviewers, alone))| {
            let names = |all: &[usize]| all.iter().map(|n| format!("p{n}")).collect::<Vec<_>>().join(", ");
            let text = format!(
                "approvers: [{}]\nreviewers: [{}]\noptions: {{no_parent_owners: {alone}}}\n",
                names(approvers), names(reviewers)
            );
            (if folder.is_empty() { "OWNERS".to_owned() } else { format!("{folder}/OWNERS") }, text)
        }).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        owners_come_back(&files);
    }
}

#[test]
fn a_format_is_known_by_its_name_and_told_by_its_text() {
    let cases = [
        (".github/CODEOWNERS", "* @a", Some(Format::CodeownersGithub)),
        ("CODEOWNERS", "* @a\n[Docs]\n", Some(Format::CodeownersGitlab)),
        (".gitlab/CODEOWNERS", "* @a", Some(Format::CodeownersGitlab)),
        ("CODEOWNERS", "* @@maintainer", Some(Format::CodeownersGitlab)),
        ("pkg/OWNERS", "# c\napprovers:\n- a\n", Some(Format::Owners)),
        ("OWNERS", "set noparent\nann@example.org\n", None),
        ("MAINTAINERS", "", Some(Format::Maintainers)),
        ("MAINTAINERS.yml", "", Some(Format::Zephyr)),
        ("charter.toml", "", Some(Format::Charter)),
        ("README.md", "", None),
    ];
    for (path, text, want) in cases {
        assert_eq!(Format::guess(path, text), want, "{path}");
    }
    for format in Format::ALL {
        assert_eq!(format.name().parse::<Format>().unwrap(), format);
    }
    assert!("codeowner".parse::<Format>().unwrap_err().hint().contains("codeowners-github"));
}

#[test]
fn formats_of_paths_are_written_with_their_places() {
    use sayso_sources::authority::export;
    let charter = import(Format::CodeownersGithub, &[("CODEOWNERS", "/lib/ m@example.org\n")]).unwrap().charter;
    for (format, path) in [
        (Format::CodeownersGithub, ".github/CODEOWNERS"),
        (Format::CodeownersGitlab, "CODEOWNERS"),
        (Format::Maintainers, "MAINTAINERS"),
        (Format::Zephyr, "MAINTAINERS.yml"),
        (Format::Owners, "lib/OWNERS"),
    ] {
        let written = export(format, &charter).unwrap();
        assert_eq!(written.files[0].0, path);
        let files: Vec<(&str, &str)> =
            written.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert_eq!(unplaced(&import(format, &files).unwrap().charter), unplaced(&charter), "{format}");
        assert_eq!(
            Format::guess(&written.files[0].0, &written.files[0].1),
            Some(format).filter(|f| *f != Format::CodeownersGitlab).or(Some(Format::CodeownersGithub))
        );
    }
}
