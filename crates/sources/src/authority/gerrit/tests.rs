//! Rights made up for the purpose, there and back.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const CONFIG: &str = "\
[project]
\tdescription = Something
[access \"refs/*\"]
\towner = group Leads
\tlabel-Verified = -1..+1 group Bots
\tlabel-Fun = -1..+1 group Bots
[access \"refs/heads/*\"]
\tlabel-Code-Review = -2..+2 group Maintainers # the inner circle
\tlabel-Code-Review = -1..+1 group Registered Users
\tsubmit = group user/Some One (someone)
\tsubmit = deny group Bots
[access \"refs/heads/stable-*\"]
\tlabel-Code-Review = -2..+2 group Release Team
[access \"refs/heads/frozen\"]
\texclusiveGroupPermissions = label-Code-Review submit
\tlabel-Code-Review = -2..+2 group Release Team
\tsubmit = group Release Team
[access \"^refs/heads/[0-9]+\"]
\tsubmit = group Release Team
[label \"Fun\"]
\tfunction = NoBlock
";
const GROUPS: &str = "# UUID\tGroup Name\n#\nffff\tMaintainers\nglobal:Registered-Users\tRegistered Users\nuser:someone\tuser/Some One (someone)\n";

fn told(imported: &Imported) -> Vec<String> {
    let names = |parties: &[Who]| parties.iter().map(Who::to_string).collect::<Vec<_>>().join("+");
    let line =
        |r: &Remit| format!("{} {} {} ({}) {}", r.matter, r.area, names(&r.decides), names(&r.consulted), r.written);
    imported.charter.remits.iter().map(line).collect()
}

#[test]
fn votes_and_submit_become_remits_by_branch_the_general_ones_first() {
    let imported = import(&[("project.config", CONFIG), ("groups", GROUPS)]).unwrap();
    assert_eq!(
        told(&imported),
        [
            "merge * team:Maintainers (role:Registered Users) project.config:8",
            "merge stable-* team:Release Team+team:Maintainers (role:Registered Users) project.config:13",
            "merge frozen team:Release Team () project.config:16",
            "verified * team:Bots () project.config:5",
            "submit * person:someone () project.config:10",
            "submit frozen team:Release Team () project.config:17",
        ]
    );
    let places: Vec<&str> = imported.aside.iter().map(|aside| aside.place.as_str()).collect();
    assert_eq!(places, ["project.config:6", "project.config:11", "project.config:19"]);
    assert!(!imported.cannot_say.is_empty());
}

#[test]
fn the_highest_vote_is_the_labels_own() {
    let config = "[access \"refs/heads/*\"]\n\tlabel-Qa = -1..+1 group A\n\tlabel-Qa = -3..+3 group B\n";
    assert_eq!(told(&import(&[("project.config", config)]).unwrap()), ["qa * team:B (team:A) project.config:2"]);
    let config = config.to_owned() + "[label \"Qa\"]\n\tvalue = -1 no\n\tvalue = +1 yes\n";
    assert_eq!(told(&import(&[("project.config", &config)]).unwrap()), ["qa * team:A+team:B () project.config:2"]);
    let lower = "[access \"refs/heads/*\"]\n\tlabel-Code-Review = -1..+1 group A\n";
    assert!(import(&[("project.config", lower)]).unwrap().charter.is_empty(), "the parent project says who decides");
}

#[test]
fn broken_lines_are_set_aside_and_nothing_more() {
    let config = "[access \"refs/heads/*\n\tsubmit = group A\n[access \"refs/heads/x\"]\n\tsubmit = A\n\tlabel-Qa = +1 group B\n\tsubmit = group C\n";
    let imported = import(&[("p/project.config", config)]).unwrap();
    assert_eq!(told(&imported), ["submit x team:C () p/project.config:6"]);
    assert_eq!(imported.aside.len(), 3, "{:?}", imported.aside);
    assert!(import(&[("groups", GROUPS)]).is_err() && import(&[]).is_err());
}

#[test]
fn what_gerrit_cannot_say_is_said() {
    let remit = |matter: &str, area: &str| Remit {
        matter: matter.to_owned(),
        area: area.to_owned(),
        decides: vec![Who::Team("a".to_owned())],
        written: "charter.toml:1".to_owned(),
        ..Remit::default()
    };
    let charter = Charter {
        remits: vec![
            remit("*", "*"),
            remit("scope of work", "*"),
            remit("merge", "{a,b}"),
            Remit { retained: true, reserve: vec![Who::Team("b".to_owned())], ..remit("merge", "main") },
            Remit { decides: Vec::new(), ..remit("merge", "main") },
        ],
    };
    let (config, _, missing) = export(&charter);
    assert_eq!(missing.len(), 6, "{missing:?}");
    assert_eq!(told(&import(&[("project.config", &config)]).unwrap()), ["merge main team:a () project.config:2"]);
}

fn party() -> impl Strategy<Value = Who> {
    prop_oneof![
        "[a-z]{1,6}( [a-z]{1,4})?".prop_map(Who::Team),
        "[a-z]{1,6}".prop_map(Who::Person),
        prop::sample::select(vec!["Registered Users", "Change Owner"]).prop_map(|role| Who::Role(role.to_owned())),
    ]
}

proptest! {
    #[test]
    fn what_gerrit_can_say_comes_back(
        all in prop::collection::btree_map(
            (prop::sample::select(vec!["merge", "submit", "verified", "api-review"]), "[a-z]{1,5}(/[a-z]{1,3})?"),
            (prop::collection::btree_set(party(), 1..4), prop::collection::btree_set(party(), 0..3)),
            0..5,
        )
    ) {
        let remits: Vec<Remit> = all.into_iter().map(|((matter, area), (decides, consulted))| Remit {
            matter: matter.to_owned(),
            area,
            consulted: if matter == "submit" { Vec::new() } else { consulted.difference(&decides).cloned().collect() },
            decides: decides.into_iter().collect(),
            ..Remit::default()
        }).collect();
        let (config, groups, missing) = export(&Charter { remits: remits.clone() });
        prop_assert_eq!(missing, Vec::<String>::new());
        let mut back = import(&[("project.config", &config), ("groups", &groups)]).unwrap();
        prop_assert_eq!(&back.aside, &Vec::new());
        let key = |r: &Remit| (r.matter.clone(), r.area.clone());
        back.charter.remits.iter_mut().for_each(|remit| remit.written.clear());
        back.charter.remits.sort_by_key(key);
        prop_assert_eq!(back.charter.remits, remits);
    }
}
