//! The repository's own GitHub Action, its steps run here as a runner would run them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use saphyr_parser::{Event, Parser};

use crate::office::TestOffice;

/// The scalars of `action.yml` by their place in the file, such as `inputs.office.default` or `runs.steps.0.run`.
fn action() -> BTreeMap<String, String> {
    enum Open {
        Map(Option<String>),
        List(usize),
    }
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../action.yml")).unwrap();
    let (mut open, mut found): (Vec<Open>, _) = (Vec::new(), BTreeMap::new());
    for event in Parser::new_from_str(&text) {
        // What follows a whole value: the next entry of a list, or the next key of a mapping.
        let close = |open: &mut Vec<Open>| match open.last_mut() {
            Some(Open::Map(key)) => *key = None,
            Some(Open::List(at)) => *at += 1,
            None => {}
        };
        match event.unwrap().0 {
            Event::MappingStart(..) => open.push(Open::Map(None)),
            Event::SequenceStart(..) => open.push(Open::List(0)),
            Event::MappingEnd | Event::SequenceEnd => {
                open.pop();
                close(&mut open);
            }
            Event::Scalar(value, ..) => {
                if let Some(Open::Map(key @ None)) = open.last_mut() {
                    *key = Some(value.into_owned());
                    continue;
                }
                let place = open.iter().map(|open| match open {
                    Open::Map(key) => key.clone().unwrap_or_default(),
                    Open::List(at) => at.to_string(),
                });
                found.insert(place.collect::<Vec<_>>().join("."), value.into_owned());
                close(&mut open);
            }
            _ => {}
        }
    }
    found
}

/// What a runner leaves behind: the exit code of the first step that fails, and the summary.
struct Ran {
    code: i32,
    summary: String,
}

/// Runs each step of the action in `folder` with these inputs; what is not given has its default.
fn run(folder: &Path, given: &[(&str, &str)]) -> Ran {
    let action = action();
    assert_eq!(action["runs.using"], "composite");
    let filled = |text: &str| {
        let mut text = text.to_owned();
        while let Some(from) = text.find("${{") {
            let to = from + text[from..].find("}}").unwrap() + 2;
            let inner = text[from + 3..to - 2].trim();
            let name = inner.strip_prefix("inputs.").unwrap_or_else(|| panic!("only inputs are known here: {inner}"));
            let default = || action.get(&format!("inputs.{name}.default")).cloned();
            let known = given.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            let value = known.or_else(default).unwrap_or_else(|| panic!("no input {name}"));
            text.replace_range(from..to, &value);
        }
        text
    };
    let summary = folder.join("summary.md");
    let mut code = 0;
    for step in 0.. {
        let Some(script) = action.get(&format!("runs.steps.{step}.run")) else { break };
        assert_eq!(action[&format!("runs.steps.{step}.shell")], "bash");
        let file = folder.join(format!("step{step}.sh"));
        std::fs::write(&file, filled(script)).unwrap();
        let prefix = format!("runs.steps.{step}.env.");
        let env = action.iter().filter_map(|(place, value)| Some((place.strip_prefix(&prefix)?, filled(value))));
        // As the runner calls it for `shell: bash`.
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&file).envs(env).current_dir(folder);
        let out = bash.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_ACTIONS", "true").output().unwrap();
        code = out.status.code().unwrap();
        if code != 0 {
            break;
        }
    }
    Ran { code, summary: std::fs::read_to_string(summary).unwrap_or_default() }
}

#[test]
fn the_action_fails_passes_and_leaves_its_summary_and_junit() {
    let office = TestOffice::new();
    office.ok(&["example", "insurer", "firm"]);
    let sayso = ("sayso", env!("CARGO_BIN_EXE_sayso"));
    let ran = run(office.path(), &[("office", "firm"), sayso]);
    assert_eq!(ran.code, 1, "one belief is contradicted: {}", ran.summary);
    assert!(ran.summary.contains("contradicted") && ran.summary.contains("Product owners"), "{}", ran.summary);
    let xml = std::fs::read_to_string(office.path().join("sayso-check.xml")).unwrap();
    assert_eq!(quick_junit::Report::deserialize_from_str(&xml).unwrap().failures, 1);

    // What holds now passes, and the file lies where it was asked for.
    let beliefs = std::fs::read_to_string(office.path().join("firm/assumptions.toml")).unwrap();
    let kept = beliefs.split_inclusive("[[assumption]]").collect::<Vec<_>>();
    let supported = kept.iter().find(|one| one.contains("owners-decide-scope-after")).unwrap();
    let supported = supported.trim_end_matches("[[assumption]]");
    office.write("firm/assumptions.toml", format!("[[assumption]]{supported}"));
    let ran = run(office.path(), &[("office", "firm"), ("junit", "there.xml"), sayso]);
    assert_eq!(ran.code, 0, "{}", ran.summary);
    assert!(office.path().join("there.xml").is_file() && ran.summary.contains("supported"), "{}", ran.summary);

    // A setting that does not exist stops the build, and not as if a belief had failed.
    let ran = run(office.path(), &[("office", "firm"), ("fail-on", "everything"), sayso]);
    assert_eq!(ran.code, 2, "{}", ran.summary);
}

#[test]
fn every_input_of_the_action_has_a_description_and_is_used() {
    let action = action();
    let inputs: Vec<&str> = action
        .keys()
        .filter_map(|place| place.strip_prefix("inputs."))
        .filter_map(|place| place.strip_suffix(".default"))
        .collect();
    assert_eq!(inputs, ["fail-on", "junit", "office", "sayso"]);
    for name in inputs {
        assert!(action.contains_key(&format!("inputs.{name}.description")), "{name}");
        let used = format!("inputs.{name} }}");
        assert!(action.iter().any(|(place, value)| place.starts_with("runs.") && value.contains(&used)), "{name}");
    }
}
