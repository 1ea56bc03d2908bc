//! Declared authority against the commits of a repository, as shares with their intervals.

use std::fmt::Write as _;
use std::path::Path;

use sayso_model::privacy::{Floor, Group};
use sayso_sources::authority::Format;
use sayso_sources::authority::git::{self, Class, Conformity, Options};
use sayso_stats::proportion::jeffreys;
use serde::Serialize;

use crate::InquiryError;

/// How the commits of a repository stand to what was declared when each was made.
#[derive(Clone, Debug, Serialize)]
pub struct CommitsAgainstCharter {
    /// The authority file; for OWNERS the one at the root, which stands for all.
    pub file: String,
    /// Its format.
    pub format: String,
    /// Versions of it in the history.
    pub versions: u64,
    /// Commits that were judged.
    pub commits: u64,
    /// People who wrote them.
    pub people: u64,
    /// Commits of each class; together all that were judged.
    pub classes: Vec<ClassOfCommits>,
    /// What was left out: merges, commits that change nothing, a first commit that is an import.
    pub left_out: u64,
    /// Versions of the file or lines of its newest one that could not be read, with place and reason.
    pub set_aside: Vec<String>,
}

/// Commits that stand in the same way to what was declared.
#[derive(Clone, Debug, Serialize)]
pub struct ClassOfCommits {
    /// Which way, as a name for machines.
    pub class: &'static str,
    /// The same in words, after a number of commits.
    pub says: &'static str,
    /// Commits; absent where the group stands below the floor of five people or twenty commits.
    pub commits: Option<u64>,
    /// Their share of all that were judged, 0 to 1, with its Jeffreys interval of 95 %.
    pub share: Option<f64>,
    /// Lower limit of the share.
    pub low: Option<f64>,
    /// Upper limit of the share.
    pub high: Option<f64>,
    /// Ids of the newest of them.
    pub examples: Vec<String>,
}

/// Holds the commits of a repository or bundle against its authority file as of each commit; `file` and `from` name the
/// file and its format where they are not to be found out. The rules stand at [`sayso_sources::authority::git`] and in
/// `docs/guide/charter.md`.
///
/// # Errors
/// When the repository cannot be read, holds no such file, or the format is none that speaks of paths.
pub fn commits_against_charter(
    repository: &Path,
    file: Option<&str>,
    from: Option<&str>,
) -> Result<CommitsAgainstCharter, InquiryError> {
    let format = from
        .map(|name| name.parse::<Format>().map_err(|error| InquiryError::usage(error.to_string(), error.hint())))
        .transpose()?;
    let options = Options { file: file.map(str::to_owned), format, ..Options::default() };
    let found = git::conformity(repository, &options)?.ok_or_else(|| {
        InquiryError::usage(
            format!("find declared authority in {}", repository.display()),
            format!("its newest commit holds none of {}; name the file with --file", git::PLACES.join(", ")),
        )
    })?;
    Ok(CommitsAgainstCharter::of(&found))
}

impl CommitsAgainstCharter {
    fn of(found: &Conformity) -> Self {
        let floor = Floor { dominance_max: 1_000, ..Floor::DEFAULT };
        let may_say = |persons: u64, commits: u64| {
            commits == 0 || floor.clear(Group { persons, decisions: commits, dominance: 0 }).is_ok()
        };
        let hidden = |class: &&Class| !may_say(found.of(**class).persons, found.of(**class).commits);
        // A single small class could be worked out from the others: the next smallest goes with it.
        let mut kept_back: Vec<Class> = Class::ALL.iter().filter(hidden).copied().collect();
        if kept_back.len() == 1 {
            let rest = Class::ALL.into_iter().filter(|class| *class != kept_back[0] && found.of(*class).commits > 0);
            kept_back.extend(rest.min_by_key(|class| found.of(*class).commits));
        }
        let classes = Class::ALL.into_iter().map(|class| {
            let tally = found.of(class);
            let is_shown = !kept_back.contains(&class);
            let interval = jeffreys(tally.commits, found.commits, 0.95);
            let share = tally.commits as f64 / found.commits.max(1) as f64;
            ClassOfCommits {
                class: class.name(),
                says: words(class),
                commits: is_shown.then_some(tally.commits),
                share: (is_shown && found.commits > 0).then_some(share),
                low: interval.low.filter(|_| is_shown),
                high: interval.high.filter(|_| is_shown),
                examples: if is_shown { tally.examples.clone() } else { Vec::new() },
            }
        });
        Self {
            file: found.file.clone(),
            format: found.format.map(|format| format.name().to_owned()).unwrap_or_default(),
            versions: found.versions.len() as u64,
            commits: found.commits,
            people: found.persons,
            classes: classes.collect(),
            left_out: found.merges + found.empty + found.imports,
            set_aside: found.aside.iter().map(|one| format!("{}: {}", one.place, one.why)).collect(),
        }
    }

    /// The shares in words, with the rules in short.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{} commits by {} people, held against {} ({}, {} versions) as it was before each of them:\n\n",
            self.commits, self.people, self.file, self.format, self.versions
        );
        for class in &self.classes {
            let _ = match (class.commits, class.share, class.low, class.high) {
                (Some(0), ..) => Ok(()),
                (Some(commits), Some(share), Some(low), Some(high)) => writeln!(
                    text,
                    "  {commits:>7}  {:>3.0} % [{:.0}, {:.0}]  {}",
                    share * 100.0,
                    low * 100.0,
                    high * 100.0,
                    class.says
                ),
                _ => writeln!(text, "  (few)    not shown      {}", class.says),
            };
        }
        text.push_str(
            "\nDeclared: whoever the file names for at least one of the paths that the commit changes. Acked: Acked-by,\n\
             Reviewed-by or Approved-by of somebody else; to have taken the change in counts where the committer is\n\
             declared. Intervals: Jeffreys, 95 %. Groups below 5 people or 20 commits are not shown. ",
        );
        let _ = writeln!(text, "Left out: {} merges,\nempty commits and imports.", self.left_out);
        if !self.set_aside.is_empty() {
            let _ = writeln!(
                text,
                "Set aside: {} versions or lines of the file that cannot be read.",
                self.set_aside.len()
            );
        }
        text
    }
}

fn words(class: Class) -> &'static str {
    match class {
        Class::NoMaintainerDeclared => "nobody is declared for any of the paths",
        Class::AuthoredByDeclared => "written by somebody declared",
        Class::AckedByDeclared => "acked or taken in by somebody declared",
        Class::AckedByOthersOnly => "acked, by nobody who is declared",
        Class::AckedByNobody => "acked by nobody",
        Class::CannotTell => "declared to a team or login that cannot be tied to a person",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tallies: [(u64, u64); 6]) -> Conformity {
        let mut found = Conformity { commits: tallies.iter().map(|(n, _)| n).sum(), ..Conformity::default() };
        for (tally, (commits, persons)) in found.classes.iter_mut().zip(tallies) {
            (tally.commits, tally.persons) = (commits, persons);
        }
        found
    }

    #[test]
    fn a_small_class_hides_the_next_smallest_with_it() {
        let told = CommitsAgainstCharter::of(&found([(100, 9), (400, 9), (19, 9), (60, 9), (0, 0), (0, 0)]));
        let shown: Vec<Option<u64>> = told.classes.iter().map(|class| class.commits).collect();
        assert_eq!(shown, [Some(100), Some(400), None, None, Some(0), Some(0)]);
        assert!(told.text().contains("(few)"), "{}", told.text());
    }

    #[test]
    fn shares_have_their_intervals_and_nothing_gives_no_share() {
        let told = CommitsAgainstCharter::of(&found([(50, 9), (50, 9), (0, 0), (0, 0), (0, 0), (0, 0)]));
        assert_eq!(told.classes[0].share, Some(0.5));
        assert!(told.classes[0].low.is_some_and(|low| (0.40..0.41).contains(&low)));
        let none = CommitsAgainstCharter::of(&found([(0, 0); 6]));
        assert_eq!(none.classes[0].share, None);
        assert!(none.text().starts_with("0 commits"));
    }
}
