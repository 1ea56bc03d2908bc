//! Jira's project and component leads, from the JSON of its REST interface (versions 2 and 3, Cloud and Data Center).
//!
//! Taken in are a project (`/rest/api/{2,3}/project/{key}`), a list of projects or components
//! (`/rest/api/{2,3}/project/{key}/components`), and pages of either (`values`). A project's lead decides every matter
//! in the area of the project's key, a component's lead in the area of the component's name, behind the project. A
//! component without a lead of its own is the project lead's where its issues go to the project's lead or default
//! assignee and the lead is known, and nobody's where they go to nobody.
//!
//! A person is called as the answer allows: by mail address, else display name, else user name, else account. Archived
//! components, and components whose lead cannot be told, are set aside; so is the note that a lead is not active any
//! more, though the remit stands: that is what is declared.

use std::collections::HashMap;

use sayso_model::charter::{Charter, Remit, Who};
use serde::Deserialize;
use serde_json::Value;

use super::{Aside, Format, ImportError, Imported, unsaid};

const CANNOT_SAY: [&str; 5] = [
    "A lead answers for everything in a component: Jira declares no matters here.",
    "Who may move an issue to which status stands in permission schemes and workflow conditions; they are not read.",
    "There are no dates: the answer says how it is now.",
    "A component has one lead; teams and roles cannot lead one.",
    "Who is consulted, what is reserved, retained or bounded cannot be said.",
];

/// Reads the answers of the interface, each as path and text.
///
/// # Errors
/// Where a file is no JSON, or holds neither a project nor a component.
pub fn import(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let mut imported = Imported { cannot_say: CANNOT_SAY.to_vec(), ..Imported::default() };
    let mut projects = Vec::new();
    let mut components = Vec::new();
    for (path, text) in files {
        let malformed =
            |what: String| ImportError::Malformed { file: (*path).to_owned(), format: Format::Jira.name(), what };
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| malformed(format!("it is no JSON: {error}")))?;
        let n_before = projects.len() + components.len();
        let is_list = collect(path, "", value, &mut projects, &mut components, &mut imported.aside);
        if !is_list && projects.len() + components.len() == n_before {
            return Err(malformed("it holds neither a project nor a component".to_owned()));
        }
    }
    let mut leads: HashMap<String, Who> = HashMap::new();
    for (place, project) in projects {
        match project.lead.as_ref().and_then(User::who) {
            None => imported.aside.push(Aside::new(place, "the project has no lead")),
            Some(who) => {
                imported.note_inactive(&place, project.lead.as_ref());
                leads.insert(project.key.clone(), who.clone());
                imported.charter.remits.push(remit(&project.key, vec![who], place));
            }
        }
    }
    for (place, component) in components {
        if component.archived {
            imported.aside.push(Aside::new(place, "the component is archived"));
            continue;
        }
        let of_project = || component.project.as_ref().and_then(|key| leads.get(key)).cloned();
        let goes_to = component.assignee_type.as_deref().unwrap_or("");
        let decides = match component.lead.as_ref().and_then(User::who) {
            Some(who) => {
                imported.note_inactive(&place, component.lead.as_ref());
                vec![who]
            }
            None if goes_to == "UNASSIGNED" => Vec::new(),
            None => match of_project() {
                Some(who) if goes_to != "COMPONENT_LEAD" => vec![who],
                _ => {
                    let why =
                        "the component has no lead, and the project's lead is not known; read the project as well";
                    imported.aside.push(Aside::new(place, why));
                    continue;
                }
            },
        };
        imported.charter.remits.push(remit(&component.name, decides, place));
    }
    Ok(imported)
}

/// Writes the components as the interface gives them, and says what of the charter could not be said. A remit with one
/// person is a component with that lead, one that is nobody's a component whose issues go to nobody.
pub fn export(charter: &Charter) -> (String, Vec<String>) {
    let mut missing = Vec::new();
    let mut components = Vec::new();
    for remit in &charter.remits {
        let plain = Remit { matter: super::MATTER.to_owned(), ..remit.clone() };
        unsaid(&plain, remit.bounds.is_none(), &mut missing);
        let mut say = |what: String| missing.push(format!("{}: {what}", remit.written));
        if remit.matter != "*" {
            say(format!("that it speaks of `{}` only", remit.matter));
            continue;
        }
        let Some(name) = literal(&remit.area) else {
            say(format!("the area `{}`, which is no component", remit.area));
            continue;
        };
        let lead = match remit.decides.as_slice() {
            [] => None,
            [Who::Person(person), rest @ ..] => {
                if !rest.is_empty() {
                    say("more than one decider; the first is taken".to_owned());
                }
                Some(person)
            }
            [other, ..] => {
                say(format!("{other}, who is no person"));
                continue;
            }
        };
        components.push(match lead {
            Some(person) => serde_json::json!({
                "name": name, "assigneeType": "COMPONENT_LEAD", "lead": { "displayName": person }
            }),
            None => serde_json::json!({ "name": name, "assigneeType": "UNASSIGNED" }),
        });
    }
    let text = serde_json::to_string_pretty(&components).expect("plain values are always JSON");
    (text + "\n", missing)
}

#[derive(Deserialize)]
struct Project {
    key: String,
    lead: Option<User>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Component {
    name: String,
    lead: Option<User>,
    assignee_type: Option<String>,
    project: Option<String>,
    #[serde(default)]
    archived: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    email_address: Option<String>,
    display_name: Option<String>,
    name: Option<String>,
    key: Option<String>,
    account_id: Option<String>,
    active: Option<bool>,
}

impl User {
    fn who(&self) -> Option<Who> {
        let names = [&self.email_address, &self.display_name, &self.name, &self.key, &self.account_id];
        let named = names.into_iter().flatten().map(|name| name.trim()).find(|name| !name.is_empty());
        named.map(|name| Who::Person(name.to_owned()))
    }
}

impl Imported {
    fn note_inactive(&mut self, place: &str, lead: Option<&User>) {
        if lead.is_some_and(|lead| lead.active == Some(false)) {
            self.aside.push(Aside::new(place, "taken in, but the lead is not active any more"));
        }
    }
}

/// Sorts what an answer holds into projects and components; whether it is a list or page, which may be empty.
fn collect(
    path: &str,
    at: &str,
    value: Value,
    projects: &mut Vec<(String, Project)>,
    components: &mut Vec<(String, Component)>,
    aside: &mut Vec<Aside>,
) -> bool {
    let place = format!("{path}{}{at}", if at.is_empty() { "" } else { ":" });
    match value {
        Value::Array(all) => {
            for (i, one) in all.into_iter().enumerate() {
                collect(path, &format!("{at}[{i}]"), one, projects, components, aside);
            }
            true
        }
        Value::Object(mut object) => {
            if let Some(values @ Value::Array(_)) = object.remove("values") {
                return collect(path, &format!("{at}.values"), values, projects, components, aside);
            }
            if object.contains_key("key") && !object.contains_key("assigneeType") {
                let of_project = object.remove("components");
                let key = object.get("key").and_then(Value::as_str).map(str::to_owned);
                match serde_json::from_value(Value::Object(object)) {
                    Ok(project) => projects.push((place, project)),
                    Err(error) => aside.push(Aside::new(place, format!("no project: {error}"))),
                }
                if let Some(Value::Array(all)) = of_project {
                    for (i, mut one) in all.into_iter().enumerate() {
                        if let (Value::Object(one), Some(key)) = (&mut one, &key) {
                            one.entry("project").or_insert_with(|| Value::from(key.as_str()));
                        }
                        // A project's own list may leave out everything but the name; what it lacks is told later.
                        component(format!("{path}:{at}.components[{i}]"), one, components, aside);
                    }
                }
                return false;
            }
            component(place, Value::Object(object), components, aside);
            false
        }
        _ => {
            aside.push(Aside::new(place, "neither a project nor a component"));
            false
        }
    }
}

fn component(place: String, value: Value, components: &mut Vec<(String, Component)>, aside: &mut Vec<Aside>) {
    match serde_json::from_value(value) {
        Ok(component) => components.push((place, component)),
        Err(error) => aside.push(Aside::new(place, format!("no component: {error}"))),
    }
}

fn remit(name: &str, decides: Vec<Who>, written: String) -> Remit {
    Remit { matter: "*".to_owned(), area: globset::escape(name), decides, written, ..Remit::default() }
}

/// The name that an area without globbing stands for; the reverse of [`globset::escape`].
fn literal(area: &str) -> Option<String> {
    let mut name = String::new();
    let mut chars = area.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' | '?' | '{' | '}' | ']' | '\\' => return None,
            '[' => {
                name.push(chars.next()?);
                (chars.next()? == ']').then_some(())?;
            }
            c => name.push(c),
        }
    }
    (!name.is_empty() && globset::escape(&name) == area).then_some(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn told(imported: &Imported) -> Vec<String> {
        let names = |parties: &[Who]| parties.iter().map(Who::to_string).collect::<Vec<_>>().join("+");
        imported
            .charter
            .remits
            .iter()
            .map(|r| format!("{} {} {} {}", r.matter, r.area, names(&r.decides), r.written))
            .collect()
    }

    const PROJECT: &str = r#"{"key": "SHOP", "lead": {"displayName": "Jo Lead", "name": "jo", "active": false},
        "components": [{"name": "Short"}]}"#;
    const COMPONENTS: &str = r#"[
        {"name": "Basket", "project": "SHOP", "assigneeType": "COMPONENT_LEAD", "lead": {"emailAddress": "an@example.org", "displayName": "An"}},
        {"name": "Prices [old]", "project": "SHOP", "assigneeType": "PROJECT_LEAD"},
        {"name": "Loose", "project": "SHOP", "assigneeType": "UNASSIGNED"},
        {"name": "Lost", "project": "ELSE", "assigneeType": "PROJECT_DEFAULT"},
        {"name": "Gone", "project": "SHOP", "archived": true},
        {"id": "7"},
        3
    ]"#;

    #[test]
    fn leads_become_remits_the_projects_first() {
        let imported = import(&[("c.json", COMPONENTS), ("p.json", PROJECT)]).unwrap();
        assert_eq!(
            told(&imported),
            [
                "* SHOP person:Jo Lead p.json",
                "* Basket person:an@example.org c.json:[0]",
                "* Prices [[]old[]] person:Jo Lead c.json:[1]",
                "* Loose  c.json:[2]",
                "* Short person:Jo Lead p.json:.components[0]",
            ]
        );
        let aside: Vec<&str> = imported.aside.iter().map(|aside| aside.place.as_str()).collect();
        assert_eq!(aside, ["c.json:[5]", "c.json:[6]", "p.json", "c.json:[3]", "c.json:[4]"], "{:?}", imported.aside);
    }

    #[test]
    fn pages_are_read_and_what_is_nothing_of_it_is_an_error() {
        let page = r#"{"self": "x", "total": 1, "values": [{"name": "A", "lead": {"accountId": "5b"}}]}"#;
        assert_eq!(told(&import(&[("c.json", page)]).unwrap()), ["* A person:5b c.json:.values[0]"]);
        assert!(import(&[("c.json", "[]")]).unwrap().charter.is_empty());
        for wrong in ["{\"errorMessages\": []}", "<html>", "", "3"] {
            assert!(matches!(import(&[("c.json", wrong)]), Err(ImportError::Malformed { .. })), "{wrong}");
        }
    }

    #[test]
    fn what_jira_cannot_say_is_said() {
        let remit = |matter: &str, area: &str, who: &[&str]| Remit {
            matter: matter.to_owned(),
            area: area.to_owned(),
            decides: who.iter().map(|who| who.parse().unwrap()).collect(),
            written: "charter.toml:1".to_owned(),
            ..Remit::default()
        };
        let charter = Charter {
            remits: vec![
                remit("scope", "a", &["person:x"]),
                remit("*", "*", &["person:x"]),
                remit("*", "a", &["team:x"]),
                remit("*", "a", &["person:x", "person:y"]),
                Remit { because: Some("so".to_owned()), ..remit("*", "b", &["person:x"]) },
            ],
        };
        let (text, missing) = export(&charter);
        assert_eq!(missing.len(), 5, "{missing:?}");
        assert_eq!(import(&[("c.json", &text)]).unwrap().charter.remits.len(), 2);
    }

    proptest! {
        #[test]
        fn what_jira_can_say_comes_back(all in prop::collection::vec(("[a-zA-Z0-9 \\[\\]*?{}!/ż-]{0,8}[a-z]", prop::option::of("[a-zA-Z@. ]{0,8}[a-z]")), 0..5)) {
            let remits: Vec<Remit> = all.into_iter().map(|(name, lead)| Remit {
                matter: "*".to_owned(),
                area: globset::escape(&name),
                decides: lead.map(|lead| Who::Person(lead.trim().to_owned())).into_iter().collect(),
                ..Remit::default()
            }).collect();
            let (text, missing) = export(&Charter { remits: remits.clone() });
            prop_assert_eq!(missing, Vec::<String>::new());
            let mut back = import(&[("c.json", &text)]).unwrap();
            back.charter.remits.iter_mut().for_each(|remit| remit.written.clear());
            prop_assert_eq!(back.charter.remits, remits);
        }
    }
}
