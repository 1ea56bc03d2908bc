//! What kind of record a repository is: how its changes are taken in, and what that cannot show.

use sayso_model::diagnosis::Gap;
use serde::{Deserialize, Serialize};

use super::command::Repository;
use super::framing::{Commit, FORMAT, Frames};
use super::message;
use super::people::{Person, When, when};
use super::{Areas, read_mailmap, rules_of};
use crate::{ReadError, Source};

/// Commits below which shares say nothing.
const COMMITS_MIN: u64 = 20;

/// Counts over the commits that HEAD reaches. All zero for an empty repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitShape {
    /// Commits, merges included.
    pub commits: u64,
    /// Commits with several parents.
    pub merges: u64,
    /// Commits without a parent.
    pub roots: u64,
    /// Roots that bring so many paths that their history must lie elsewhere.
    pub imports: u64,
    /// The most paths that one root brings.
    pub root_paths_max: u64,
    /// Commits, merges left out, with at least one trailer that is consent by the lens (`Reviewed-by:`).
    pub with_review_trailer: u64,
    /// Commits, merges left out, that another person than the author took in.
    pub committer_differs: u64,
    /// Commits, merges left out, that a web service, a review server or a robot took in.
    pub committer_service: u64,
    /// Commits, merges left out, with the same author and commit time.
    pub equal_times: u64,
    /// Commits, merges left out, written after they were committed, by the clocks.
    pub skewed_times: u64,
    /// Commits with a `Change-Id:`.
    pub with_change_id: u64,
    /// Commits whose author time is written in UTC.
    pub author_in_utc: u64,
    /// Whether the clone's history is cut off.
    pub is_shallow: bool,
    /// Whether the clone leaves objects on the server.
    pub is_partial: bool,
    /// Whether there is a `.mailmap`.
    pub has_mailmap: bool,
}

impl GitShape {
    /// Commits that are no merges.
    pub fn changes(&self) -> u64 {
        self.commits - self.merges
    }

    /// Share of changes with a trailer of consent, 0 to 1; 0 where there are none.
    pub fn share_with_review_trailer(&self) -> f64 {
        share(self.with_review_trailer, self.changes())
    }

    /// Share of changes that another person than the author took in, 0 to 1; 0 where there are none.
    pub fn share_committer_differs(&self) -> f64 {
        share(self.committer_differs, self.changes())
    }

    /// Share of changes that a service took in, 0 to 1; 0 where there are none.
    pub fn share_web_committer(&self) -> f64 {
        share(self.committer_service, self.changes())
    }

    /// Share of changes with the same author and commit time, 0 to 1; 0 where there are none.
    pub fn share_equal_author_commit_time(&self) -> f64 {
        share(self.equal_times, self.changes())
    }
}

/// Takes the shape of a repository or a bundle. It reads every commit's header and message once, no paths but those
/// of the roots; it does not depend on how far a reading has come.
///
/// # Errors
/// Where git is not installed or refuses.
pub fn shape(source: &Source) -> Result<GitShape, ReadError> {
    let rules = rules_of(source)?;
    let repository = Repository::open(&source.path)?;
    let mut shape = GitShape {
        is_shallow: !repository.shallow()?.is_empty(),
        is_partial: repository.partial()?.is_some(),
        ..GitShape::default()
    };
    let Some(tip) = repository.tip() else { return Ok(shape) };
    let mailmap = repository.mailmap_id(tip)?;
    shape.has_mailmap = mailmap.is_some();
    let mailmap = read_mailmap(&repository, mailmap.as_deref())?.unwrap_or_default();

    let plain = ["log", "-z", FORMAT, "--date=raw", "--encoding=UTF-8", "--no-color", "--no-notes", "--no-mailmap"];
    let end = ["--end-of-options", tip, "--"];
    each(&repository, plain.into_iter().chain(["--no-patch"]).chain(end), |commit, _| {
        shape.commits += 1;
        shape.author_in_utc += u64::from(commit.author.date.ends_with(b" +0000"));
        let n_parents = commit.n_parents();
        shape.roots += u64::from(n_parents == 0);
        if n_parents > 1 {
            shape.merges += 1;
            return;
        }
        let text = String::from_utf8_lossy(&commit.message);
        shape.with_change_id += u64::from(message::change_id(&text).is_some());
        let consents = |trailer: &message::Trailer<'_>| {
            let act = rules.trailers.get(&trailer.key.to_ascii_lowercase()).copied().flatten();
            act == Some(sayso_model::event::Act::Approved)
        };
        shape.with_review_trailer += u64::from(message::trailers(&text).iter().any(consents));
        let author = Person::of(&mailmap, &commit.author);
        let committer = Person::of(&mailmap, &commit.committer);
        if let (Some(author), Some(committer)) = (author, committer) {
            let service = rules.is_service(committer.name(), committer.email());
            shape.committer_service += u64::from(service);
            shape.committer_differs += u64::from(!service && !author.is(&committer));
        }
        if let (When::At(author), When::At(committer)) = (when(&commit.author.date), when(&commit.committer.date)) {
            shape.equal_times += u64::from(author == committer);
            shape.skewed_times += u64::from(author > committer);
        }
    })?;

    if repository.lacks_trees()? {
        return Ok(shape);
    }
    let roots = ["--max-parents=0", "--raw", "--no-abbrev", "--no-renames", "--no-relative", "--no-ext-diff"];
    each(&repository, plain.into_iter().chain(roots).chain(end), |_, n_paths| {
        shape.root_paths_max = shape.root_paths_max.max(n_paths);
        shape.imports += u64::from(n_paths >= rules.import_paths_min);
    })?;
    Ok(shape)
}

/// What such a record cannot show, in plain sentences, each with what would show it.
pub fn gaps(shape: &GitShape) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut say = |id: &str, says: String, remedy: &str| {
        gaps.push(Gap { id: id.to_owned(), says, remedy: remedy.to_owned() });
    };
    const REVIEWS: &str =
        "add the review system's own record (GitHub, GitLab, Gerrit) as a source, or an export of it as events.csv";
    if shape.commits == 0 {
        say("git-empty", "The repository has no commits.".into(), "give a repository with a history");
        return gaps;
    }
    say(
        "git-accepted-only",
        "Git keeps what was accepted: changes that were refused, given up or still wait do not show, so waits are those \
         of changes that got through."
            .into(),
        REVIEWS,
    );
    say(
        "git-no-asks",
        "A commit does not show who was asked, or when a reviewer answered: until a change was taken in, its author \
         appears to hold it, and reviewers named in trailers bear the time of the commit."
            .into(),
        REVIEWS,
    );
    let n = shape.changes();
    if n >= COMMITS_MIN {
        if shape.share_equal_author_commit_time() >= 0.2 {
            say(
                "git-equal-times",
                format!(
                    "{} bear the same author and commit time, as direct pushes, squash and web merges leave them: for \
                     these nothing shows how long they waited.",
                    of(shape.equal_times, n)
                ),
                REVIEWS,
            );
        }
        if shape.share_web_committer() >= 0.05 {
            say(
                "git-web-committer",
                format!(
                    "{} were taken in by a web service or robot that signs as the committer: who let them through is \
                     not recorded.",
                    of(shape.committer_service, n)
                ),
                REVIEWS,
            );
        }
        if shape.share_with_review_trailer() < 0.2 {
            say(
                "git-no-review-trailers",
                format!(
                    "Only {} name somebody who consented (`Reviewed-by:`, `Acked-by:`).",
                    of(shape.with_review_trailer, n)
                ),
                "let the merge write trailers (`git interpret-trailers`, or the review system's setting), or add its record",
            );
        }
        let nobody_else = shape.share_committer_differs() < 0.05 && shape.merges * 20 < n;
        if nobody_else && shape.share_with_review_trailer() < 0.2 {
            say(
                "git-own-commits",
                format!(
                    "Only {} were taken in by another person than the author, and few branches are merged: the record \
                     does not show who decides.",
                    of(shape.committer_differs, n)
                ),
                REVIEWS,
            );
        }
    }
    if shape.skewed_times > 0 {
        say(
            "git-clocks",
            format!(
                "{} were written after they were committed, by the clocks: they have no known beginning.",
                of(shape.skewed_times, n)
            ),
            "nothing repairs the past; NTP on the machines where people commit prevents it",
        );
    }
    if shape.imports > 0 {
        say(
            "git-import",
            format!(
                "The history begins with a commit of {} paths: what was decided before it is not here.",
                shape.root_paths_max
            ),
            "read the older repository as a second source, where there is one",
        );
    }
    if shape.is_shallow {
        say("git-shallow", "The clone is shallow: its history is cut off.".into(), "git fetch --unshallow");
    }
    if shape.is_partial {
        say(
            "git-partial",
            "The clone is partial: objects that it left on the server are not fetched for a reading.".into(),
            "git fetch --refetch --no-filter",
        );
    }
    if !shape.has_mailmap && shape.commits >= COMMITS_MIN {
        say(
            "git-no-mailmap",
            "There is no .mailmap: a person who commits from two addresses may count as two.".into(),
            "list names and addresses in people.csv, or in a .mailmap",
        );
    }
    gaps
}

fn each<'a>(
    repository: &Repository,
    args: impl Iterator<Item = &'a str>,
    mut on_commit: impl FnMut(&Commit, u64),
) -> Result<(), ReadError> {
    let mut pipe = repository.pipe(args)?;
    let mut frames = Frames::new(&mut pipe.out);
    let mut commit = Commit::default();
    let mut paths = Areas::new(0);
    let ended = loop {
        paths.clear();
        match frames.next(&mut commit, |path| paths.add(path)) {
            Ok(true) => on_commit(&commit, paths.n_paths()),
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    pipe.finish(&[0])?;
    ended.map_err(super::broken_stream)
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn of(part: u64, whole: u64) -> String {
    format!("{part} of {whole} commits ({:.0} %)", 100.0 * share(part, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(shape: &GitShape) -> Vec<String> {
        gaps(shape).into_iter().map(|gap| gap.id).collect()
    }

    #[test]
    fn nothing_is_said_of_an_empty_repository_but_that() {
        assert_eq!(ids(&GitShape::default()), ["git-empty"]);
        assert_eq!(GitShape::default().share_committer_differs(), 0.0);
    }

    #[test]
    fn a_record_of_squash_merges_says_what_it_lacks() {
        let shape = GitShape { commits: 100, equal_times: 95, committer_service: 95, ..GitShape::default() };
        let ids = ids(&shape);
        for id in
            ["git-equal-times", "git-web-committer", "git-no-review-trailers", "git-own-commits", "git-no-mailmap"]
        {
            assert!(ids.iter().any(|found| found == id), "{id}");
        }
        let text = &gaps(&shape).into_iter().find(|gap| gap.id == "git-equal-times").map(|gap| gap.says);
        assert!(text.as_deref().is_some_and(|says| says.starts_with("95 of 100 commits (95 %)")));
    }

    #[test]
    fn a_mail_workflow_keeps_only_what_every_git_lacks() {
        let shape = GitShape {
            commits: 100,
            committer_differs: 80,
            with_review_trailer: 90,
            has_mailmap: true,
            ..GitShape::default()
        };
        assert_eq!(ids(&shape), ["git-accepted-only", "git-no-asks"]);
    }
}
