//! Backstage's `catalog-info.yaml`: who owns a component, an interface, a resource, a system or a domain.
//!
//! Each entity with `spec.owner` is a remit for every matter; its area is the entity's name, with its namespace before
//! it (`shop/basket`) unless that is `default`. The owner is `[kind:][namespace/]name`, without regard to case; without
//! a kind it is a group, and so a team; a user is a person. Domains come first and components last, because the last
//! remit governs where two entities of different kinds bear one name. Groups and users themselves declare no authority.
//! An owner that stands in another file (`$text:`), one that is neither group nor user, and an entity without owner
//! are set aside.

use sayso_model::charter::{Charter, Remit, Who};

use super::yaml::{Node, NotYaml, documents, quoted};
use super::{Aside, Format, ImportError, Imported, unsaid};

/// Kinds that have an owner, the widest first.
const OWNED: [&str; 6] = ["domain", "system", "resource", "api", "template", "component"];
/// Kinds that have none, and say nothing of authority.
const OTHERS: [&str; 3] = ["group", "user", "location"];

const CANNOT_SAY: [&str; 4] = [
    "An owner answers for everything: Backstage knows no matters, so each remit holds for every matter.",
    "There are no dates; the history of the file in git has them.",
    "Who belongs to a group (`members`, `memberOf`) is not read; the column `team` of people.csv has to say it.",
    "Rights that are reserved, retained or bounded, and who is consulted, cannot be said.",
];

/// Reads catalogue files, each of one or several documents.
///
/// # Errors
/// Where a file is no YAML.
pub fn import(files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let mut imported = Imported { cannot_say: CANNOT_SAY.to_vec(), ..Imported::default() };
    let mut remits: Vec<(usize, Remit)> = Vec::new();
    for (path, text) in files {
        let entities = documents(text).map_err(|NotYaml { line, what }| ImportError::Malformed {
            file: format!("{path}:{line}"),
            format: Format::Backstage.name(),
            what,
        })?;
        for entity in &entities {
            match of_entity(path, entity) {
                Ok(Some(found)) => remits.push(found),
                Ok(None) => {}
                Err(aside) => imported.aside.push(aside),
            }
        }
    }
    remits.sort_by_key(|(rank, _)| *rank);
    imported.charter.remits = remits.into_iter().map(|(_, remit)| remit).collect();
    Ok(imported)
}

/// Writes one `System` an area, because a system needs nothing but a name and an owner, and says what of the charter
/// could not be said.
pub fn export(charter: &Charter) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut missing = Vec::new();
    for remit in &charter.remits {
        let plain = Remit { matter: super::MATTER.to_owned(), ..remit.clone() };
        unsaid(&plain, remit.bounds.is_none(), &mut missing);
        let mut say = |what: String| missing.push(format!("{}: {what}", remit.written));
        if remit.matter != "*" {
            say(format!("that it speaks of `{}` only", remit.matter));
            continue;
        }
        let (namespace, name) = remit.area.split_once('/').unwrap_or(("default", &remit.area));
        if !is_name(name) || !is_name(namespace) {
            say(format!("the area `{}`, which is no name of an entity", remit.area));
            continue;
        }
        let owner = match remit.decides.as_slice() {
            [] => {
                say("that it is nobody's".to_owned());
                continue;
            }
            [Who::Role(role), ..] => {
                say(format!("the role `{role}`"));
                continue;
            }
            [Who::Team(owner), rest @ ..] | [Who::Person(owner), rest @ ..] => {
                if !rest.is_empty() {
                    say("more than one decider; the first is taken".to_owned());
                }
                owner
            }
        };
        let kind = if matches!(remit.decides[0], Who::Person(_)) { "user:" } else { "" };
        if !owner.split('/').all(is_name) || owner.split('/').count() > 2 || owner.to_lowercase() != *owner {
            say(format!("the owner `{owner}`, which is no name of an entity"));
            continue;
        }
        if !text.is_empty() {
            text.push_str("---\n");
        }
        text.push_str("apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata:\n");
        text.push_str(&format!("  name: {}\n", quoted(name)));
        if namespace != "default" {
            text.push_str(&format!("  namespace: {}\n", quoted(namespace)));
        }
        text.push_str(&format!("spec:\n  owner: {}\n", quoted(&format!("{kind}{owner}"))));
    }
    (text, missing)
}

/// The rank of its kind and the remit; nothing for a kind without owner.
fn of_entity(path: &str, entity: &Node) -> Result<Option<(usize, Remit)>, Aside> {
    let aside = |line: usize, why: &str| Aside::new(format!("{path}:{line}"), why);
    let text =
        |node: Option<&Node>, key: &str| node.and_then(|node| node.get(key)).and_then(Node::text).map(str::to_owned);
    let Some(kind) = text(Some(entity), "kind").map(|kind| kind.to_lowercase()) else {
        return Err(aside(entity.line, "it does not say which kind of entity it is"));
    };
    if OTHERS.contains(&kind.as_str()) {
        return Ok(None);
    }
    let Some(rank) = OWNED.iter().position(|known| *known == kind) else {
        return Err(aside(entity.line, "a kind of entity that Sayso does not know"));
    };
    let Some(name) = text(entity.get("metadata"), "name") else {
        return Err(aside(entity.line, "the entity has no name"));
    };
    let area = match text(entity.get("metadata"), "namespace") {
        Some(namespace) if !namespace.eq_ignore_ascii_case("default") => format!("{namespace}/{name}"),
        _ => name,
    };
    let Some(owner) = entity.get("spec").and_then(|spec| spec.get("owner")) else {
        return Err(aside(entity.line, "the entity has no owner"));
    };
    let Some(reference) = owner.text() else {
        return Err(aside(owner.line, "the owner does not stand in this file"));
    };
    let Some(who) = who(reference) else {
        return Err(aside(owner.line, "the owner is neither a group nor a user"));
    };
    let remit = Remit {
        matter: "*".to_owned(),
        area: globset::escape(&area),
        decides: vec![who],
        written: format!("{path}:{}", owner.line),
        ..Remit::default()
    };
    Ok(Some((rank, remit)))
}

/// `[kind:][namespace/]name`, in lower case as Backstage compares it.
fn who(reference: &str) -> Option<Who> {
    let reference = reference.trim().to_lowercase();
    let (kind, name) = reference.split_once(':').unwrap_or(("group", &reference));
    let name = name.strip_prefix("default/").unwrap_or(name).to_owned();
    match kind {
        _ if name.is_empty() => None,
        "group" => Some(Who::Team(name)),
        "user" => Some(Who::Person(name)),
        _ => None,
    }
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=63).contains(&name.len()) && name.chars().all(fits) && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    const CATALOGUE: &str = "\
# the shop
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: basket
  namespace: shop
spec:
  type: service
  owner: Group:default/Team-Basket
---
kind: System
metadata: {name: shop}
spec:
  owner: user:jo
---
kind: Group
metadata: {name: team-basket}
spec: {type: team, children: []}
---
kind: API
metadata: {name: prices}
spec:
  owner:
    $text: ./owner.txt
---
kind: Resource
metadata: {name: store}
spec: {type: database}
---
kind: Gadget
metadata: {name: x}
---
metadata: {name: y}
---
kind: Api
metadata: {name: z}
spec: {owner: 'component:basket'}
";

    #[test]
    fn owners_become_remits_and_the_rest_is_told() {
        let imported = import(&[("catalog-info.yaml", CATALOGUE)]).unwrap();
        let told: Vec<String> = imported
            .charter
            .remits
            .iter()
            .map(|r| format!("{} {} {} {}", r.matter, r.area, r.decides[0], r.written))
            .collect();
        assert_eq!(
            told,
            ["* shop person:jo catalog-info.yaml:14", "* shop/basket team:team-basket catalog-info.yaml:9"],
            "the system first, the component last"
        );
        let aside: Vec<&str> = imported.aside.iter().map(|aside| aside.place.as_str()).collect();
        assert_eq!(
            aside,
            [
                "catalog-info.yaml:24",
                "catalog-info.yaml:26",
                "catalog-info.yaml:30",
                "catalog-info.yaml:33",
                "catalog-info.yaml:37"
            ]
        );
        let error = import(&[("c.yaml", "kind: [")]).unwrap_err();
        assert!(error.to_string().starts_with("read c.yaml:"), "{error}");
        assert!(import(&[("c.yaml", "")]).unwrap().charter.is_empty());
    }

    #[test]
    fn what_backstage_cannot_say_is_said() {
        let remit = |matter: &str, area: &str, who: &[&str]| Remit {
            matter: matter.to_owned(),
            area: area.to_owned(),
            decides: who.iter().map(|who| who.parse().unwrap()).collect(),
            written: "charter.toml:1".to_owned(),
            ..Remit::default()
        };
        let charter = Charter {
            remits: vec![
                remit("scope", "a", &["team:x"]),
                remit("*", "*", &["team:x"]),
                remit("*", "a", &["role:x"]),
                remit("*", "a", &[]),
                remit("*", "a", &["team:Two Words"]),
                remit("*", "a", &["team:x", "team:y"]),
                Remit { retained: true, ..remit("*", "b", &["team:x"]) },
            ],
        };
        let (text, missing) = export(&charter);
        assert_eq!(missing.len(), 7, "{missing:?}");
        assert_eq!(import(&[("c.yaml", &text)]).unwrap().charter.remits.len(), 2);
    }

    proptest! {
        #[test]
        fn what_backstage_can_say_comes_back(
            all in prop::collection::vec(("[a-z0-9][a-zA-Z0-9._-]{0,9}", prop::option::of("[a-ce-z][a-z]{0,5}"), "[a-z][a-z0-9._-]{0,6}", any::<bool>()), 0..5)
        ) {
            let remits: Vec<Remit> = all.into_iter().map(|(name, namespace, owner, is_team)| Remit {
                matter: "*".to_owned(),
                area: namespace.map_or(name.clone(), |namespace| format!("{namespace}/{name}")),
                decides: vec![if is_team { Who::Team(owner) } else { Who::Person(owner) }],
                ..Remit::default()
            }).collect();
            let (text, missing) = export(&Charter { remits: remits.clone() });
            prop_assert_eq!(missing, Vec::<String>::new());
            let mut back = import(&[("c.yaml", &text)]).unwrap();
            back.charter.remits.iter_mut().for_each(|remit| remit.written.clear());
            prop_assert_eq!(back.charter.remits, remits);
        }
    }
}
