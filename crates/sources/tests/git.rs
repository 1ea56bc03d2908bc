//! Git, end to end: synthetic repositories made by `git fast-import`, and real bundles held against other readers.

#![allow(clippy::unwrap_used)]

#[path = "git/oracle.rs"]
mod oracle;
#[path = "git/repo.rs"]
mod repo;

use repo::{Event, Kept, Repo, keep, keep_lens, person, said};
use sayso_model::coverage::{Note, Reason};
use sayso_model::signs::Signs;
use sayso_sources::git::{self, GitShape};
use sayso_sources::{Done, Freshness, Kind, Lens, ReadError, Source};

const DAY: i64 = 86_400;
const T0: i64 = 1_600_000_000;

/// One line an event: `item act/activity who +hours`, in the order of telling.
#[track_caller]
fn check(kept: &Kept, wanted: &str) {
    let wanted: Vec<&str> = wanted.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(said(kept, T0), wanted);
    assert_eq!(kept.ledger.n_lost(), 0, "{:?}", kept.ledger);
}

/// A base commit, a day before everything else.
fn base(repo: &Repo) -> String {
    repo.commit("base").author("ann", T0 - DAY, "+0000").committer("ann", T0 - DAY, "+0000").message("base\n");
    repo.sha("base")
}

#[test]
fn a_patch_taken_in_by_another_is_raised_reviewed_and_decided() {
    let repo = Repo::new("main");
    let draft = repo.commit("c1").author("ann", T0, "+0100").committer("bo", T0 + DAY, "-0800");
    draft.paths(&["lib/a", "lib/b", "doc/x"]).message(
        "lib: mend\n\nProse.\n\nSigned-off-by: Ann <ann@example.org>\nSigned-off-by: Cy <cy@example.org>\n\
         Reviewed-by: Dee <dee@example.org>\nReviewed-by: Dee <dee@example.org>\nTested-by: Ed <ed@example.org>\n\
         Cc: Fay <fay@example.org>\nSigned-off-by: Bo <bo@example.org>\n",
    );
    let sha = repo.finish("c1");
    let kept = keep(&repo.path());
    check(
        &kept,
        &format!(
            "{sha} raised/authored ann +0
             {sha} worked/signed-off-by cy +24
             {sha} approved/reviewed-by dee +24
             {sha} advised/tested-by ed +24
             {sha} decided/committed by another bo +24"
        ),
    );
    let last = kept.events.last().unwrap();
    assert_eq!((last.area.as_str(), last.matter.as_str(), last.verdict.as_str()), ("lib", "merge", "approved"));
    assert_eq!((last.offset, last.link.as_str()), (Some(-480), sha.as_str()));
    assert_eq!(last.attribute("paths"), Some("3"));
    assert_eq!(last.attribute("areas"), Some("2"));
    assert_eq!(last.attribute("parents"), Some("0"));
    assert_eq!(last.attribute("committer"), Some("another"));
    assert_eq!(last.attribute("trailers"), Some("reviewed-by,signed-off-by,tested-by"));
    assert_eq!(kept.events[0].offset, Some(60));
    assert_eq!((kept.events[2].offset, kept.events[2].attribute("time")), (None, Some("commit")));
}

#[test]
fn the_body_of_a_message_says_whether_it_gives_a_reason_and_is_not_told() {
    let repo = Repo::new("main");
    let draft =
        |name: &str| repo.commit(name).author("ann", T0, "+0100").committer("bo", T0 + DAY, "+0000").paths(&["a"]);
    draft("c1").message("mend because of a quokka\n\nReviewed-by: Because <dee@example.org>\n");
    draft("c2").parents(&["c1"]).message("mend\n\nCan I go ahead? A quokka.\n");
    draft("c3")
        .parents(&["c2"])
        .message("mend\n\nThe quokka waits because the\ncage is full.\n\nAcked-by: Dee <d@x>\n");
    repo.finish("c3");
    let kept = keep(&repo.path());
    let body = Signs::HAS_TEXT.and(Signs::STATEMENT);
    let bodies = [Signs::NONE, body, body.and(Signs::REASON)];
    for (name, signs) in ["c1", "c2", "c3"].into_iter().zip(bodies) {
        let sha = repo.sha(name);
        let mut own = kept.events.iter().filter(|event| event.item == sha);
        assert!(own.clone().count() >= 2);
        assert!(
            own.all(|event| event.signs == if event.activity.ends_with("-by") { Signs::NONE } else { signs }),
            "{name}"
        );
    }
    assert!(!format!("{:?}", kept.events).contains("quokka"));
}

#[test]
fn a_change_id_is_the_item_and_the_authors_own_commit_only_executes() {
    let repo = Repo::new("main");
    let id = "I00000000000000000000000000000000000000aa";
    let message = format!("s\n\nChange-Id: {id}\nReviewed-by: Bo <bo@example.org>\n");
    repo.commit("c1").author("ann", T0, "+0000").committer("ann", T0 + 3600, "+0000").message(&message);
    repo.finish("c1");
    check(
        &keep(&repo.path()),
        &format!(
            "{id} raised/authored ann +0
             {id} approved/reviewed-by bo +1
             {id} executed/committed by the author ann +1"
        ),
    );
}

#[test]
fn web_and_squash_merges_have_an_answer_and_no_known_beginning() {
    let repo = Repo::new("main");
    let web = "GitHub <noreply@github.com>";
    let draft = repo.commit("c1").author("ann", T0, "+0100").committer_as(web, T0, "+0000");
    draft.message("s (#1)\n\nbody\n\nCo-authored-by: Bo <bo@example.org>\n");
    repo.commit("c2").author("ann", T0, "+0100").committer("ann", T0, "+0100").message("s\n");
    repo.commit("c3").author("ann", T0 + 9, "+0100").committer("bo", T0, "+0100").message("s\n");
    let (c1, c2, c3) = (repo.sha("c1"), repo.sha("c2"), repo.finish("c3"));
    let kept = keep(&repo.path());
    check(
        &kept,
        &format!(
            "{c1} -/authored (time unknown) ann +0
             {c1} -/co-authored-by bo +0
             {c1} executed/committed by a service {web} +0
             {c2} executed/committed by the author ann +0
             {c3} -/authored (time unknown) ann +0
             {c3} decided/committed by another bo +0"
        ),
    );
    assert_eq!(kept.ledger.notes[&Note::SourceIncomplete], 1);
}

#[test]
fn a_topic_branch_is_one_item_that_the_merge_decides() {
    let repo = Repo::new("main");
    let base = base(&repo);
    let (h, d) = (T0 + 3600, T0 + DAY);
    repo.commit("t1").author("bo", T0, "+0000").committer("bo", T0, "+0000").paths(&["lib/a"]).message("one\n");
    repo.commit("t2").author("bo", h, "+0000").committer("bo", h, "+0000").paths(&["lib/b"]).message("two\n");
    let draft = repo.commit("m").parents(&["base", "t2"]).author("ann", d, "+0100").paths(&["lib/a", "lib/b"]);
    draft.committer_as("GitHub <noreply@github.com>", d, "+0000").message("Merge pull request #1 from x/y\n");
    let m = repo.finish("m");
    let kept = keep(&repo.path());
    check(
        &kept,
        &format!(
            "{base} executed/committed by the author ann -24
             {m} raised/authored bo +0
             {m} worked/committed on a branch bo +1
             {m} decided/merged by another ann +24"
        ),
    );
    let last = kept.events.last().unwrap();
    assert_eq!((last.area.as_str(), last.offset, last.attribute("paths")), ("lib", Some(60), Some("2")));
}

#[test]
fn a_merge_by_the_author_or_a_robot_decides_nothing() {
    let gerrit = "Gerrit Code Review <gerrit@example.org>";
    for (merger, said_of_it) in [
        ("Bo <bo@example.org>", "executed/merged by the author bo".to_owned()),
        (gerrit, format!("executed/merged by a service {gerrit}")),
    ] {
        let repo = Repo::new("main");
        base(&repo);
        repo.commit("t").author("bo", T0, "+0000").committer("bo", T0, "+0000").message("one\n");
        let draft = repo.commit("m").parents(&["base", "t"]).author_as(merger, T0 + DAY, "+0000");
        draft.committer_as(merger, T0 + DAY, "+0000").message("Merge \"one\"\n");
        let m = repo.finish("m");
        assert_eq!(said(&keep(&repo.path()), T0).last().unwrap(), &format!("{m} {said_of_it} +24"));
    }
}

#[test]
fn a_maintainers_tree_is_decided_by_the_maintainer_and_carried_out_by_the_merge() {
    let repo = Repo::new("main");
    base(&repo);
    repo.commit("p").author("bo", T0, "+0000").committer("cy", T0 + 3600, "+0000").message("patch\n");
    let draft = repo.commit("m").parents(&["base", "p"]).author("ann", T0 + DAY, "+0000");
    draft.committer("ann", T0 + DAY, "+0000").message("Merge tag 'x' of y\n");
    repo.finish("m");
    let p = repo.sha("p");
    let want = [
        format!("{p} raised/authored bo +0"),
        format!("{p} decided/committed by another cy +1"),
        format!("{p} executed/merged after the decision ann +24"),
    ];
    assert_eq!(said(&keep(&repo.path()), T0)[1..], want);
}

#[test]
fn a_change_with_an_id_on_a_branch_stays_its_own_item() {
    let repo = Repo::new("main");
    base(&repo);
    let id = "I00000000000000000000000000000000000000cc";
    let message = format!("s\n\nChange-Id: {id}\n");
    repo.commit("p").author("bo", T0, "+0000").committer("bo", T0, "+0000").message(&message);
    let draft = repo.commit("m").parents(&["base", "p"]).author("ann", T0 + DAY, "+0000");
    draft.committer("ann", T0 + DAY, "+0000").message("Merge \"s\"\n");
    repo.finish("m");
    let want = [
        format!("{id} raised/authored bo +0"),
        format!("{id} worked/committed on a branch bo +0"),
        format!("{id} decided/merged by another ann +24"),
    ];
    assert_eq!(said(&keep(&repo.path()), T0)[1..], want);
}

#[test]
fn merges_that_join_two_copies_are_set_aside() {
    let repo = Repo::new("main");
    base(&repo);
    repo.commit("theirs").author("bo", T0, "+0000").committer("bo", T0, "+0000").message("one\n");
    repo.commit("mine").parents(&["base"]).author("cy", T0, "+0000").committer("cy", T0, "+0000").message("two\n");
    let draft = repo.commit("m").parents(&["mine", "theirs"]).author("cy", T0 + 9, "+0000");
    draft.committer("cy", T0 + 9, "+0000").message("Merge branch 'main' of example.org:x\n");
    repo.finish("m");
    let kept = keep(&repo.path());
    assert_eq!(kept.ledger.set_aside[&Reason::LeftOutByLens], 1);
    assert_eq!((kept.ledger.kept, kept.ledger.n_lost()), (3, 0));
    assert!(kept.events.iter().all(|event| event.activity == "committed by the author"));
}

#[test]
fn reverts_are_told_of_the_reverted_change_and_fixes_link() {
    let repo = Repo::new("main");
    let id = "I00000000000000000000000000000000000000bb";
    let commit = |name: &str, who: &str, hours: i64, message: &str| {
        let draft = repo.commit(name).author(who, T0, "+0000").committer("bo", T0 + hours * 3600, "+0000");
        draft.message(message);
        repo.sha(name)
    };
    let c1 = commit("c1", "ann", 1, &format!("s\n\nChange-Id: {id}\n"));
    let fixes = format!("t\n\nFixes: {} (\"s\")\nFixes: 0123456789ab (\"elsewhere\")\n", &c1[..12]);
    let c2 = commit("c2", "ann", 2, &fixes);
    let c3 = commit("c3", "cy", 24, &format!("Revert \"s\"\n\nThis reverts commit {c1}.\n"));
    commit("c4", "cy", 25, &format!("Revert \"u\"\n\nThis reverts commit {}.\n", "01".repeat(20)));
    repo.finish("c4");
    let kept = keep(&repo.path());
    let of_act = |act: &str| kept.events.iter().filter(|event| event.act == act).collect::<Vec<_>>();
    let reversed = of_act("reversed");
    assert_eq!(reversed.len(), 1);
    assert_eq!((reversed[0].item.as_str(), reversed[0].link.as_str()), (id, c3.as_str()));
    assert_eq!((person(&reversed[0].actor).as_str(), reversed[0].at), ("bo", (T0 + DAY) * 1_000_000));
    let linked = of_act("linked");
    assert_eq!(linked.iter().map(|event| event.to.as_str()).collect::<Vec<_>>(), [id, "0123456789ab"]);
    assert!(linked.iter().all(|event| event.item == c2));
}

#[test]
fn after_a_rewrite_reverts_are_found_by_the_last_subject_before_them() {
    let repo = Repo::new("main");
    let gone = "01".repeat(20);
    for (name, hours, message) in [
        ("c1", 1, "lib: mend\n".to_owned()),
        ("c2", 2, "lib: mend\n".to_owned()),
        ("c3", 3, format!("Revert \"lib: mend\"\n\nThis reverts commit {gone}.\n")),
        ("c4", 4, "lib: mend\n".to_owned()),
    ] {
        repo.commit(name).author("ann", T0, "+0000").committer("bo", T0 + hours * 3600, "+0000").message(&message);
    }
    repo.finish("c4");
    let kept = keep(&repo.path());
    let reversed: Vec<&Event> = kept.events.iter().filter(|event| event.act == "reversed").collect();
    assert_eq!(reversed.iter().map(|event| event.item.clone()).collect::<Vec<_>>(), [repo.sha("c2")]);
}

#[test]
fn the_mailmap_of_the_tip_names_authors_and_trailers() {
    let repo = Repo::new("main");
    let draft = repo.commit("c1").author_as("annie <ann@old.example.org>", T0, "+0000");
    let draft = draft.committer("ann", T0 + 9, "+0000");
    draft
        .file(".mailmap", "Ann <ann@example.org> <ann@old.example.org>\nBo Proper <bo@example.org>\n")
        .message("s\n\nReviewed-by: bo <BO@example.org>\n");
    repo.finish("c1");
    let kept = keep(&repo.path());
    let who: Vec<&str> = kept.events.iter().map(|event| event.actor.as_str()).collect();
    assert_eq!(who, ["Ann <ann@example.org>", "Bo Proper <BO@example.org>", "Ann <ann@example.org>"]);
    assert_eq!(kept.events[2].activity, "committed by the author");
}

#[test]
fn odd_commits_are_kept_or_set_aside_and_never_lost() {
    let repo = Repo::new("main");
    let plain = |name: &str| repo.commit(name).author("ann", T0, "+0000").committer("bo", T0 + 9, "+0000");
    repo.commit("none").author_as("<>", T0, "+0000").committer_as("<>", T0 + 9, "+0000").message("");
    plain("latin").message_bytes(b"caf\xe9\n\nReviewed-by: D\xe9 <dee@example.org>\n");
    plain("control").message("s\x01C\x02E\n\nx\x1b[31m\n");
    repo.commit("offset").author("ann", T0, "+9999").committer("bo", T0 + 9, "-9999").message("s\n");
    repo.commit("epoch").author("ann", 0, "+0000").committer("bo", T0 + 9, "+0000").message("s\n");
    repo.commit("timeless").author("ann", 0, "+0000").committer("bo", 0, "+0000").message("s\n");
    repo.commit("far").author("ann", T0, "+0000").committer("bo", 253_402_300_000, "+0000").message("s\n");
    let all: Vec<String> = (0..10_000).map(|n| format!("many/d{}/f{n}", n % 7)).collect();
    plain("many").paths(&all.iter().map(String::as_str).collect::<Vec<_>>()).message("s\n");
    plain("quoted").paths(&["\"d:\tir/a"]).message("s\n");
    plain("nothing").paths(&[]).message("s\n");
    repo.finish("nothing");
    let kept = keep(&repo.path());
    assert_eq!((kept.ledger.seen, kept.ledger.n_lost()), (10, 0));
    assert_eq!(kept.ledger.set_aside[&Reason::TimePlaceholder], 1);
    assert_eq!(kept.ledger.notes[&Note::ActorMissing], 1);
    assert_eq!(kept.ledger.notes[&Note::EncodingMismatch], 1);
    assert_eq!(kept.ledger.notes[&Note::AttributeDropped], 2);
    let of = |name: &str| kept.events.iter().filter(|event| event.link == repo.sha(name)).collect::<Vec<_>>();
    assert_eq!(of("none")[0].actor, "");
    assert_eq!(of("latin").len(), 3);
    assert_eq!(of("control").len(), 2);
    assert!(of("offset").iter().all(|event| event.offset.is_none()));
    assert_eq!(of("epoch")[0].activity, "authored (time unknown)");
    assert_eq!((of("many")[0].area.as_str(), of("many")[1].attribute("paths")), ("many", Some("10000")));
    assert_eq!(of("quoted")[0].area, "\"d:\tir");
    assert_eq!(of("nothing")[0].area, "");
    for event in &kept.events {
        assert!(event.at >= T0 * 1_000_000, "{event:?}");
    }
}

#[test]
fn a_first_commit_of_a_hundred_paths_is_an_import() {
    let repo = Repo::new("main");
    let all: Vec<String> = (0..100).map(|n| format!("f{n}")).collect();
    let draft = repo.commit("c1").author("ann", T0, "+0000").committer("bo", T0 + 9, "+0000");
    draft.paths(&all.iter().map(String::as_str).collect::<Vec<_>>()).message("s\n");
    let c1 = repo.finish("c1");
    check(&keep(&repo.path()), &format!("{c1} -/imported ann +0"));
    let shape = git::shape(&repo.source()).unwrap();
    assert_eq!((shape.imports, shape.root_paths_max), (1, 100));
    assert!(git::gaps(&shape).iter().any(|gap| gap.id == "git-import"));
}

#[test]
fn a_lens_sets_areas_services_and_acts() {
    let repo = Repo::new("main");
    let draft = repo.commit("c1").author("ann", T0, "+0000").committer("bo", T0 + 9, "+0000");
    draft.paths(&["a/b/c"]).message("s\n\nx\n\nHelped-by: Cy <cy@example.org>\n");
    repo.finish("c1");
    let lens = "name = \"mine\"\n[git]\nmatter = \"change\"\narea_depth = 2\nservices = [\"Bo <*\"]\n\
                [git.acts]\n\"committed by a service\" = \"decided\"\n[git.trailers]\nHelped-by = \"approved\"\n";
    let kept = keep_lens(&repo.path(), lens);
    let acts: Vec<&str> = kept.events.iter().map(|event| event.act.as_str()).collect();
    assert_eq!(acts, ["raised", "approved", "decided"]);
    assert!(kept.events.iter().all(|event| event.area == "a/b" && event.matter == "change"));
    let broken = Lens::parse("name = \"b\"\n[git]\narea_deep = 1\n").unwrap();
    let broken = Source { lens: broken, ..repo.source() };
    assert!(matches!(git::read(&broken, None, &mut Kept::default()), Err(ReadError::Git { .. })));
}

fn three(repo: &Repo) {
    for (n, name) in ["c1", "c2", "c3"].into_iter().enumerate() {
        let at = T0 + n as i64 * DAY;
        let draft = repo.commit(name).author("ann", at, "+0000").committer("bo", at + 3600, "+0000");
        draft.paths(&[name]).message("s\n");
    }
    repo.finish("c3");
}

/// One more commit on top.
fn more(repo: &Repo, name: &str, path: &str) {
    let draft = repo.commit(name).author("ann", T0, "+0000").committer("bo", T0 + 9 * DAY, "+0000");
    draft.file(path, "A <a@example.org>\n").message("s\n");
    repo.finish(name);
}

#[test]
fn every_form_of_a_repository_gives_the_same_events() {
    let repo = Repo::new("main");
    three(&repo);
    let want = keep(&repo.path()).events;
    assert_eq!(want.len(), 6);
    let bare = repo.scratch("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let tree = repo.scratch("tree");
    repo.git(&["worktree", "add", "-q", "--detach", tree.to_str().unwrap(), "HEAD"]);
    assert!(tree.join(".git").is_file());
    let inside = tree.join("a/b");
    std::fs::create_dir_all(&inside).unwrap();
    let bundle = repo.scratch("-x y.bundle");
    repo.git(&["bundle", "create", "-q", bundle.to_str().unwrap(), "HEAD", "main"]);
    let headless = repo.scratch("headless.bin");
    repo.git(&["bundle", "create", "-q", headless.to_str().unwrap(), "main"]);
    for path in [&bare, &tree, &inside] {
        assert!(git::is_repository(path) && !git::is_bundle(path), "{path:?}");
        assert_eq!(keep(path).events, want, "{path:?}");
    }
    for path in [&bundle, &headless] {
        assert!(git::is_bundle(path) && !git::is_repository(path));
        let kept = keep(path);
        assert_eq!(kept.events, want, "{path:?}");
        let source = Source::new("x", Kind::Git, path, Lens::of_kind(Kind::Git));
        assert_eq!(git::freshness(&source, kept.position.as_deref()).unwrap(), Freshness::Unchanged);
    }
}

#[test]
fn a_bundle_of_a_part_says_what_to_do() {
    let repo = Repo::new("main");
    three(&repo);
    let bundle = repo.scratch("part.bundle");
    let range = format!("{}..main", repo.sha("c1"));
    repo.git(&["bundle", "create", "-q", bundle.to_str().unwrap(), &range]);
    let source = Source::new("x", Kind::Git, &bundle, Lens::of_kind(Kind::Git));
    let error = git::read(&source, None, &mut Kept::default()).unwrap_err();
    assert!(error.hint().unwrap().contains("git bundle create"), "{error:?}");
}

#[test]
fn an_empty_repository_is_complete_with_nothing() {
    let repo = Repo::new("main");
    let kept = keep(&repo.path());
    assert!(kept.events.is_empty() && kept.ledger.seen == 0);
    let position = kept.position.unwrap();
    assert_eq!(git::freshness(&repo.source(), Some(&position)).unwrap(), Freshness::Unchanged);
    assert_eq!(git::shape(&repo.source()).unwrap(), GitShape::default());
    three(&repo);
    assert_eq!(git::freshness(&repo.source(), Some(&position)).unwrap(), Freshness::Grown);
    let mut more = Kept::default();
    git::read(&repo.source(), Some(&position), &mut more).unwrap();
    assert_eq!(more.events.len(), 6);
}

#[test]
fn what_is_no_repository_says_what_would_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let source = Source::new("x", Kind::Git, folder.path(), Lens::of_kind(Kind::Git));
    let error = git::read(&source, None, &mut Kept::default()).unwrap_err();
    assert!(error.to_string().contains("neither a git repository nor a bundle"));
    assert!(error.hint().unwrap().contains("git bundle create"));
}

#[test]
fn a_shallow_clone_says_so_and_deepening_it_is_a_change() {
    let repo = Repo::new("main");
    three(&repo);
    let shallow = repo.scratch("shallow");
    let from = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth", "2", &from, shallow.to_str().unwrap()]);
    let source = Source::new("x", Kind::Git, &shallow, Lens::of_kind(Kind::Git));
    let kept = keep(&shallow);
    assert_eq!((kept.ledger.seen, kept.ledger.notes[&Note::SourceIncomplete]), (2, 1));
    assert!(git::shape(&source).unwrap().is_shallow);
    assert_eq!(git::freshness(&source, kept.position.as_deref()).unwrap(), Freshness::Unchanged);
    repo.git_in(&shallow, &["fetch", "-q", "--unshallow"]);
    assert_eq!(git::freshness(&source, kept.position.as_deref()).unwrap(), Freshness::Changed);
}

#[test]
fn a_partial_clone_is_read_without_network_and_without_trees_without_paths() {
    let repo = Repo::new("main");
    three(&repo);
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let from = format!("file://{}", repo.path().display());
    for (filter, area) in [("blob:none", "(root)"), ("tree:0", "")] {
        let partial = repo.scratch(&filter.replace(':', "-"));
        repo.git(&["clone", "-q", "--no-checkout", "--filter", filter, &from, partial.to_str().unwrap()]);
        repo.git_in(&partial, &["remote", "set-url", "origin", "file:///nowhere"]);
        let kept = keep(&partial);
        assert_eq!(kept.events.len(), 6, "{filter}");
        assert!(kept.events.iter().all(|event| event.area == area), "{filter}");
        let source = Source::new("x", Kind::Git, &partial, Lens::of_kind(Kind::Git));
        assert!(git::shape(&source).unwrap().is_partial, "{filter}");
    }
}

#[test]
fn a_hostile_or_odd_configuration_starts_and_changes_nothing() {
    let repo = Repo::new("main");
    three(&repo);
    let want = keep(&repo.path()).events;
    let trap = repo.scratch("trap");
    let touch = format!("touch {}", trap.display());
    for key in ["core.fsmonitor", "diff.external", "core.pager", "pager.log", "gpg.program", "core.sshCommand"] {
        repo.git(&["config", key, &touch]);
    }
    for (key, value) in [
        ("log.showSignature", "true"),
        ("log.showRoot", "false"),
        ("log.diffMerges", "combined"),
        ("log.mailmap", "true"),
        ("log.date", "iso"),
        ("log.decorate", "full"),
        ("log.follow", "true"),
        ("log.excludeDecoration", "*"),
        ("diff.renames", "copies"),
        ("diff.relative", "true"),
        ("diff.noprefix", "true"),
        ("diff.ignoreSubmodules", "all"),
        ("color.ui", "always"),
        ("core.quotePath", "true"),
        ("i18n.logOutputEncoding", "latin1"),
        ("format.pretty", "oneline"),
        ("core.abbrev", "4"),
    ] {
        repo.git(&["config", key, value]);
    }
    assert_eq!(keep(&repo.path()).events, want);
    assert!(git::shape(&repo.source()).is_ok());
    assert!(!trap.exists());
}

#[test]
fn stopping_anywhere_and_going_on_equals_one_reading() {
    let repo = Repo::new("main");
    repo::braided(&repo, 20);
    let whole = keep(&repo.path());
    for activity in ["merged by another", "merged after the decision", "reverted", "fixed", "committed on a branch"] {
        assert!(whole.events.iter().any(|event| event.activity == activity), "{activity}");
    }
    assert_eq!(whole.ledger.n_lost(), 0);
    for every in [1, 2, 3, 7] {
        let source = Source { checkpoint_every: every, ..repo.source() };
        let mut events = Vec::new();
        let mut position: Option<String> = None;
        loop {
            let mut part = Kept { stop_at_checkpoint: true, ..Kept::default() };
            match git::read(&source, position.as_deref(), &mut part).unwrap() {
                Done::Interrupted => {
                    position.clone_from(&part.position);
                    events.extend(part.durable());
                    assert_eq!(git::freshness(&source, position.as_deref()).unwrap(), Freshness::Grown);
                }
                Done::Complete { position: end } => {
                    events.append(&mut part.events);
                    position = Some(end);
                    break;
                }
            }
            assert!(events.len() <= whole.events.len(), "it goes round in circles");
        }
        assert_eq!(events, whole.events, "every {every}");
        assert_eq!(git::freshness(&repo.source(), position.as_deref()).unwrap(), Freshness::Unchanged);
        assert_eq!(position, whole.position);
    }
}

#[test]
fn reading_what_grew_equals_reading_it_at_once() {
    let repo = Repo::new("main");
    repo::braided(&repo, 25);
    let whole = keep(&repo.path());
    let tips = repo.git(&["rev-list", "--first-parent", "--reverse", "main"]);
    let mut events = Vec::new();
    let mut position: Option<String> = None;
    for tip in tips.lines() {
        repo.git(&["update-ref", "refs/heads/main", tip]);
        let fresh = git::freshness(&repo.source(), position.as_deref()).unwrap();
        assert_eq!(fresh, if position.is_some() { Freshness::Grown } else { Freshness::New });
        let mut part = Kept::default();
        let Done::Complete { position: end } = git::read(&repo.source(), position.as_deref(), &mut part).unwrap()
        else {
            panic!("nobody stopped it")
        };
        assert_eq!(git::freshness(&repo.source(), Some(&end)).unwrap(), Freshness::Unchanged);
        position = Some(end);
        events.append(&mut part.events);
    }
    let sorted = |events: &[Event]| {
        let mut lines: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(sorted(&events), sorted(&whole.events));
}

#[test]
fn a_stopped_walk_is_ended_before_newer_commits_are_read() {
    let repo = Repo::new("main");
    three(&repo);
    let mut part = Kept { stop_at_checkpoint: true, ..Kept::default() };
    let source = Source { checkpoint_every: 2, ..repo.source() };
    assert_eq!(git::read(&source, None, &mut part).unwrap(), Done::Interrupted);
    more(&repo, "c4", "x");
    let mut rest = Kept::default();
    git::read(&source, part.position.as_deref(), &mut rest).unwrap();
    let mut events = part.durable();
    events.extend(rest.events);
    assert_eq!(events, keep(&repo.path()).events);
}

#[test]
fn rewritten_history_a_new_mailmap_and_another_lens_are_changes() {
    let repo = Repo::new("main");
    three(&repo);
    let position = keep(&repo.path()).position;
    let fresh = |source: &Source| git::freshness(source, position.as_deref()).unwrap();
    assert_eq!(fresh(&repo.source()), Freshness::Unchanged);
    let lens = Lens::parse("name = \"x\"\n[git]\narea_depth = 3\n").unwrap();
    assert_eq!(fresh(&Source { lens, ..repo.source() }), Freshness::Changed);
    assert_eq!(git::freshness(&repo.source(), Some("other")).unwrap(), Freshness::Changed);
    assert_eq!(git::freshness(&repo.source(), None).unwrap(), Freshness::New);
    more(&repo, "c4", "x");
    assert_eq!(fresh(&repo.source()), Freshness::Grown);
    more(&repo, "c5", ".mailmap");
    assert_eq!(fresh(&repo.source()), Freshness::Changed);

    repo.git(&["update-ref", "refs/heads/main", &repo.sha("c2")]);
    assert_eq!(fresh(&repo.source()), Freshness::Changed);
    let error = git::read(&repo.source(), position.as_deref(), &mut Kept::default()).unwrap_err();
    assert!(error.to_string().contains("rewritten"), "{error}");
    let error = git::read(&repo.source(), Some("other"), &mut Kept::default()).unwrap_err();
    assert!(matches!(error, ReadError::Position { .. }));
}

#[test]
fn a_missing_object_fails_the_reading_and_does_not_end_it_early() {
    let repo = Repo::new("main");
    three(&repo);
    let tree = repo.git(&["rev-parse", &format!("{}^{{tree}}", repo.sha("c2"))]);
    let object = repo.path().join(".git/objects").join(&tree[..2]).join(&tree[2..]);
    std::fs::remove_file(&object).unwrap();
    let error = git::read(&repo.source(), None, &mut Kept::default()).unwrap_err();
    assert!(matches!(error, ReadError::Git { .. }) && error.hint().is_some(), "{error:?}");
}

#[test]
fn the_shape_counts_how_changes_are_taken_in() {
    let repo = Repo::new("main");
    three(&repo);
    let draft = repo.commit("c4").author("ann", T0, "+0100").committer_as("GitHub <noreply@github.com>", T0, "+0000");
    draft.message("s\n\nx\n\nAcked-by: C <c@x>\n");
    repo.commit("c5").author("ann", T0 + 9, "+0000").committer("ann", T0, "+0000").message("s\n");
    repo.finish("c5");
    let shape = git::shape(&repo.source()).unwrap();
    let want = GitShape {
        commits: 5,
        roots: 1,
        root_paths_max: 1,
        with_review_trailer: 1,
        committer_differs: 3,
        committer_service: 1,
        equal_times: 1,
        skewed_times: 1,
        author_in_utc: 4,
        ..GitShape::default()
    };
    assert_eq!(shape, want);
    assert_eq!(shape.share_committer_differs(), 0.6);
    assert!(git::gaps(&shape).iter().any(|gap| gap.id == "git-clocks"));
}
