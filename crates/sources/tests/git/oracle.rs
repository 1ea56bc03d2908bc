//! The same history read by gix and by git's own formats, and held against what Sayso tells. No name is ever printed.

use std::collections::HashMap;
use std::path::Path;

use gix::bstr::ByteSlice;
use sayso_sources::git;

use crate::repo::{Event, Repo, braided, keep};

/// What another reader says of a commit's people: label, offset in minutes, seconds.
#[derive(Debug, PartialEq, Eq)]
struct Hand {
    who: String,
    at: i64,
    offset: Option<i16>,
}

struct Theirs {
    author: Hand,
    committer: Hand,
    n_parents: usize,
    trailers: Vec<(String, String)>,
    message: String,
}

#[test]
fn a_synthetic_history_reads_as_gix_reads_it() {
    let repo = Repo::new("main");
    let draft = repo.commit("first").author_as("annie <ann@old.example.org>", 1_500_000_000, "-0330");
    draft
        .committer("bo", 1_500_000_001, "+1345")
        .file(
            ".mailmap",
            "Ann <ann@example.org> <ANN@old.example.org>\nBo P <bo@new.example.org> bo <bo@example.org>\n",
        )
        .message("s\n\nTested-by: folded\n  <x@example.org>\nSigned-off-by: A <a@example.org>\nprose\n");
    braided(&repo, 20);
    let n = agree(&repo.path());
    assert!(n > 20);
}

#[test]
fn real_histories_read_as_gix_and_git_read_them() {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    if !data.is_dir() {
        println!("skipped: ../shared/data is not here");
        return;
    }
    for (name, n_commits) in [("spdk", 4_000), ("dpdk", 3_252), ("peps", 11_594)] {
        let scratch = tempfile::tempdir().unwrap();
        let repo = Repo::new("main");
        let clone = scratch.path().join(name);
        let bundle = data.join(format!("{name}.bundle"));
        repo.git(&["clone", "-q", "--mirror", bundle.to_str().unwrap(), clone.to_str().unwrap()]);
        assert_eq!(agree(&clone), n_commits, "{name}");
    }
}

/// Holds every commit against gix, and trailers and mailmap against git too; gives the number of commits.
fn agree(path: &Path) -> usize {
    let theirs = by_gix(path);
    let kept = keep(path);
    assert_eq!(kept.ledger.seen as usize, theirs.len());
    assert_eq!(kept.ledger.n_lost(), 0);
    let mut acts: HashMap<&str, Vec<&Event>> = HashMap::new();
    for event in &kept.events {
        acts.entry(event.link.as_str()).or_default().push(event);
    }
    let named = by_git(path, "%aN <%aE>%x00%cN <%cE>");
    let trailers = by_git(path, "%(trailers:only,unfold,separator=%x0a)");
    let mut n_compared = 0;
    for (sha, theirs) in &theirs {
        let git_names: Vec<&str> = named[sha].split('\0').collect();
        assert_eq!([theirs.author.who.as_str(), theirs.committer.who.as_str()], git_names[..], "mailmap of {sha}");

        let ours: Vec<(String, String)> = git::trailers(&theirs.message)
            .into_iter()
            .map(|trailer| (trailer.key.to_owned(), tidy(&trailer.value)))
            .collect();
        let lines: Vec<String> = ours.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let by_git: Vec<String> = trailers[sha].lines().map(tidy).filter(|line| !line.is_empty()).collect();
        // `only` drops the pick-up lines of `git cherry-pick -x`, which are no trailers here either.
        assert!(lines.iter().map(|line| tidy(line)).eq(by_git), "trailers of {sha} by git");
        if !theirs.message.contains("Conflicts:") && !ours.is_empty() && agrees_in_block(&theirs.message) {
            let by_gix: Vec<&(String, String)> = theirs.trailers.iter().collect();
            assert!(ours.iter().eq(by_gix), "trailers of {sha} by gix");
        }

        if theirs.n_parents > 1 {
            continue;
        }
        for event in acts.get(sha.as_str()).into_iter().flatten() {
            let (hand, timed) = match event.activity.as_str() {
                "authored" => (&theirs.author, &theirs.author),
                "authored (time unknown)" | "imported" => (&theirs.author, &theirs.committer),
                activity if activity.starts_with("committed") => (&theirs.committer, &theirs.committer),
                _ => continue,
            };
            n_compared += 1;
            assert!(event.actor == hand.who, "who of {sha} ({})", event.activity);
            if event.activity != "imported" {
                assert_eq!(event.offset, hand.offset, "offset of {sha}");
            }
            // Work on a branch never stands before what was told of it.
            if event.activity != "committed on a branch" {
                assert_eq!(event.at, timed.at * 1_000_000, "time of {sha} ({})", event.activity);
            }
        }
    }
    assert!(n_compared >= theirs.len() / 2);
    theirs.len()
}

/// gix takes any last paragraph with a trailer in it for a block; git (and Sayso) only those that fit its rule.
fn agrees_in_block(message: &str) -> bool {
    let last = message.trim_end().rsplit("\n\n").next().unwrap_or("");
    last.lines()
        .all(|line| line.starts_with([' ', '\t']) || line.split_once(':').is_some_and(|(key, _)| !key.contains(' ')))
        && !last.contains('#')
}

fn tidy(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn by_gix(path: &Path) -> HashMap<String, Theirs> {
    let repo = gix::open(path).unwrap();
    let mailmap = repo
        .rev_parse_single("HEAD:.mailmap")
        .ok()
        .map(|id| gix::mailmap::Snapshot::from_bytes(&id.object().unwrap().data))
        .unwrap_or_default();
    let mut out = HashMap::new();
    for info in repo.head_id().unwrap().ancestors().all().unwrap() {
        let commit = info.unwrap().object().unwrap();
        let hand = |signature: gix::actor::SignatureRef<'_>| {
            let proper = mailmap.resolve(signature);
            let time = signature.time().unwrap();
            Hand {
                who: format!("{} <{}>", proper.name.to_str_lossy(), proper.email.to_str_lossy()),
                at: time.seconds,
                offset: (time.offset % 60 == 0).then_some((time.offset / 60) as i16),
            }
        };
        let message = commit.message_raw().unwrap();
        let trailers = commit.message().unwrap().body().map(|body| {
            let pair = |t: gix::objs::commit::message::body::TrailerRef<'_>| {
                (t.token.to_string(), tidy(&t.value.to_str_lossy()))
            };
            body.trailers().map(pair).collect()
        });
        out.insert(
            commit.id.to_string(),
            Theirs {
                author: hand(commit.author().unwrap()),
                committer: hand(commit.committer().unwrap()),
                n_parents: commit.parent_ids().count(),
                trailers: trailers.unwrap_or_default(),
                message: message.to_str_lossy().into_owned(),
            },
        );
    }
    out
}

/// A format of `git log`, by commit.
fn by_git(path: &Path, format: &str) -> HashMap<String, String> {
    let repo = Repo::new("main");
    let text = repo.git_in(
        path,
        &["-c", "mailmap.blob=HEAD:.mailmap", "log", "-z", &format!("--format=%x01%x02%H%x03{format}"), "HEAD"],
    );
    text.split("\u{1}\u{2}")
        .skip(1)
        .filter_map(|record| record.split_once('\u{3}'))
        .map(|(sha, text)| (sha.to_owned(), text.trim_end_matches('\0').to_owned()))
        .collect()
}
