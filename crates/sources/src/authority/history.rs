//! A charter through time: every version of its file in git, flattened into one charter whose remits begin and end.

use std::fs;
use std::path::{Path, PathBuf};

use sayso_model::charter::{Charter, Remit};
use sayso_model::time::Instant;

use super::charter_file::{self, CharterError};
use super::diff::same_parties;
use super::{Aside, Format, ImportError};
use crate::ReadError;
use crate::git::command::{Repository, is_repository};

/// Letters of a commit's id that are shown with a place.
const SHOWN: usize = 9;
/// Larger tables of what may go on as what are not filled: the remits between end and begin again, at one instant.
const CELLS_MAX: usize = 1 << 22;

/// A charter with all that its history says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The charter; each remit in force from `since` to `until`.
    pub charter: Charter,
    /// How many versions of the file were read; 1 for a file that is not under git.
    pub n_versions: usize,
    /// When the first version was committed; what stands in it without `since` is taken to have held before. `None`
    /// where the file is not under git.
    pub first: Option<Instant>,
    /// Whether the newest version is not committed yet.
    pub is_uncommitted: bool,
    /// Versions that could not be read, and what they held that was set aside; the version before them went on to hold.
    pub aside: Vec<Aside>,
}

/// A charter whose newest version cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The file cannot be read.
    #[error("read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        why: std::io::Error,
    },
    /// The file is not valid.
    #[error(transparent)]
    Invalid(#[from] CharterError),
    /// Its repository cannot be read.
    #[error(transparent)]
    Git(#[from] ReadError),
    /// No version of the file is valid in its format.
    #[error(transparent)]
    Import(#[from] ImportError),
}

impl HistoryError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            HistoryError::Unreadable { path, .. } => Some(format!("check that {} may be read", path.display())),
            HistoryError::Invalid(why) => why.hint(),
            HistoryError::Git(why) => why.hint(),
            HistoryError::Import(why) => Some(why.hint()),
        }
    }
}

/// One version of a charter: what was declared from an instant on, until the next version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// When it came into force; of the first version this says nothing, see [`flatten`].
    pub at: Instant,
    /// What the place of a remit that is gone is marked with: the beginning of the commit's id. Empty: no mark.
    pub commit: String,
    /// What it declares.
    pub charter: Charter,
}

/// Reads `charter.toml` with its history in git, if it has one; else the file as it stands.
///
/// The versions are those of `git log --follow` along first parents: a version that came in by a merge holds from the
/// merge on. Each holds from its commit's committer time, never earlier than the version before it. An edit that is
/// not committed is the newest version and holds from `now` on. A version that is no valid charter is set aside. Where
/// git itself fails, the file alone counts, and that is set aside too. How versions become one charter is written at
/// [`flatten`].
///
/// # Errors
/// Where the file as it stands cannot be read or is no valid charter.
pub fn load(path: &Path, now: Instant) -> Result<History, HistoryError> {
    let text = fs::read_to_string(path).map_err(|why| HistoryError::Unreadable { path: path.to_owned(), why })?;
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
    let current = charter_file::read(&name, &text)?;
    let mut aside = Vec::new();
    let committed = committed(path, &name, &mut aside).unwrap_or_else(|error| {
        let hint = error.hint().map_or_else(String::new, |hint| format!("; {hint}"));
        aside.push(Aside::new(name.as_ref(), format!("its history is not used: {error}{hint}")));
        Vec::new()
    });
    let first = committed.first().map(|version| version.at);
    let is_uncommitted = committed.last().is_some_and(|newest| newest.charter != current);
    let mut versions = committed;
    if is_uncommitted || versions.is_empty() {
        versions.push(Version { at: now, commit: String::new(), charter: current });
    }
    Ok(History { charter: flatten(&versions), n_versions: versions.len(), first, is_uncommitted, aside })
}

/// The declared authority of any format, through the history of its files at a ref of a repository or bundle: the
/// `project.config` and `groups` of Gerrit at `refs/meta/config`, a CODEOWNERS at `HEAD`. Files that a version does
/// not have are left out of it; a version without any of them declares nothing.
///
/// # Errors
/// Where the repository cannot be read, or no version of the files is valid.
pub fn of_format(repository: &Path, rev: &str, paths: &[&str], format: Format) -> Result<History, HistoryError> {
    let repository = Repository::open(repository)?;
    let mut log = vec!["log", "--first-parent", "--diff-merges=first-parent", "--format=%H %ct", "--no-patch"];
    log.extend(["--end-of-options", rev, "--"]);
    let mut history = History::default();
    let mut versions = Vec::new();
    let mut refused = None;
    for line in repository.ask(log.into_iter().chain(paths.iter().copied()))?.lines().rev() {
        let Some((commit, seconds)) = line.split_once(' ') else { continue };
        let mut files = Vec::new();
        for path in paths {
            if let Some(text) = repository.try_ask(["cat-file", "blob", &format!("{commit}:{path}")])? {
                files.push((*path, text));
            }
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let mark = &commit[..commit.len().min(SHOWN)];
        let imported = match super::import(format, &files) {
            Ok(imported) => imported,
            Err(ImportError::NoFile { .. }) => super::Imported::default(),
            Err(error) => {
                history.aside.push(Aside::new(mark, error.to_string()));
                refused = Some(error);
                continue;
            }
        };
        let told = |aside: Aside| Aside::new(format!("{} as of {mark}", aside.place), aside.why);
        history.aside.extend(imported.aside.into_iter().map(told));
        versions.push(Version { at: instant(seconds), commit: mark.to_owned(), charter: imported.charter });
    }
    if let (true, Some(error)) = (versions.is_empty(), refused) {
        return Err(error.into());
    }
    in_order(&mut versions);
    history.first = versions.first().map(|version| version.at);
    history.n_versions = versions.len();
    history.charter = flatten(&versions);
    Ok(history)
}

/// Makes one charter of all versions, the oldest first: what is in force at an instant is what the version of that
/// instant declares, in its order.
///
/// * A remit's own `since` and `until`, as the newest version that has the remit writes them, win.
/// * A remit without `since` begins when it first appears. Those of the first version are taken to have held before:
///   a file is usually written down later than what it says.
/// * A remit without `until` ends when it disappears. One that is taken out before its own `until` holds until then;
///   one that is rewritten (same matter and same area, or same matter and same deciders) ends with the rewriting.
/// * A remit stays the same one while matter, area, parties, bounds and `retained` stay; `because` and the dates may
///   change. A date that is moved from the past to the future begins a new remit, and leaves the past as it was.
/// * Remits that change places end and begin again, because the last one that governs decides: an order holds only
///   from its own version on.
///
/// Remits that were never in force are left out unless the newest version has them. A remit that is gone is marked with
/// the commit that last had it: `charter.toml:12 as of 1f0c3a2b4`.
pub fn flatten(versions: &[Version]) -> Charter {
    let Some((first, later)) = versions.split_first() else { return Charter::default() };
    let mut clauses: Vec<Clause> =
        first.charter.remits.iter().map(|remit| Clause::begun(remit, None, &first.commit)).collect();
    for version in later {
        next(&mut clauses, version);
    }
    Charter { remits: clauses.into_iter().filter_map(Clause::finish).collect() }
}

/// A remit on its way through the versions.
struct Clause {
    /// As the newest version that has it writes it.
    remit: Remit,
    /// The mark of that version.
    commit: String,
    /// When it appeared; `None` where the first version has it.
    begin: Option<Instant>,
    /// Whether it only changed places then, so that its own `since` does not reach back beyond it.
    is_moved: bool,
    end: Option<End>,
}

/// How a remit went.
#[derive(Clone, Copy)]
enum End {
    /// Taken out: its own `until` wins.
    Gone(Instant),
    /// Replaced by something else, or put in another place.
    Replaced(Instant),
}

impl Clause {
    fn begun(remit: &Remit, begin: Option<Instant>, commit: &str) -> Clause {
        Clause { remit: remit.clone(), commit: commit.to_owned(), begin, is_moved: false, end: None }
    }

    fn finish(self) -> Option<Remit> {
        let mut remit = self.remit;
        remit.since = match (remit.since, self.begin) {
            (Some(own), Some(begin)) if self.is_moved => Some(own.max(begin)),
            (own, begin) => own.or(begin),
        };
        remit.until = match self.end {
            None => remit.until,
            Some(End::Gone(end)) => Some(remit.until.unwrap_or(end)),
            Some(End::Replaced(end)) => Some(remit.until.map_or(end, |own| own.min(end))),
        };
        if self.end.is_none() {
            return Some(remit);
        }
        if !self.commit.is_empty() {
            remit.written = format!("{} as of {}", remit.written, self.commit);
        }
        let is_empty = matches!((remit.since, remit.until), (Some(since), Some(until)) if since >= until);
        (!is_empty).then_some(remit)
    }
}

/// Takes one more version in.
fn next(clauses: &mut Vec<Clause>, version: &Version) {
    let now = version.at;
    let new = &version.charter.remits;
    let standing: Vec<usize> = (0..clauses.len()).filter(|i| clauses[*i].end.is_none()).collect();
    let old: Vec<&Remit> = standing.iter().map(|i| &clauses[*i].remit).collect();
    let goes_on = aligned(&old, new, now);

    // Where in `clauses` each remit of the new version that goes on stands.
    let mut at: Vec<Option<usize>> = vec![None; new.len()];
    for (place, partner) in standing.iter().zip(&goes_on) {
        if let Some(j) = partner {
            at[*j] = Some(*place);
        }
    }
    let fresh: Vec<usize> = (0..new.len()).filter(|j| at[*j].is_none()).collect();
    let mut is_moved = vec![false; new.len()];
    let mut leftovers = Vec::new();
    for (place, partner) in standing.iter().zip(&goes_on) {
        let clause = &mut clauses[*place];
        let Some(j) = partner else {
            let same = fresh.iter().find(|j| !is_moved[**j] && is_same(&clause.remit, &new[**j]));
            let rewritten = fresh.iter().any(|j| is_rewritten(&clause.remit, &new[*j]));
            if let Some(j) = same {
                is_moved[*j] = clause.remit.since == new[*j].since;
            }
            clause.end = Some(if same.is_some() || rewritten { End::Replaced(now) } else { End::Gone(now) });
            if matches!(clause.end, Some(End::Gone(_))) && clause.remit.until.is_some_and(|until| until > now) {
                // It goes on by its own words, but nothing in the new version stands below it.
                let rest =
                    Clause { begin: Some(now), is_moved: true, ..Clause::begun(&clause.remit, None, &clause.commit) };
                leftovers.push(Clause { end: clause.end, ..rest });
                clause.end = Some(End::Replaced(now));
            }
            continue;
        };
        clause.remit = new[*j].clone();
        clause.commit.clone_from(&version.commit);
    }

    // From the back, so that the places in front stay what they are.
    let mut before = clauses.len();
    for j in (0..new.len()).rev() {
        match at[j] {
            Some(place) => before = place,
            None => {
                let mut clause = Clause::begun(&new[j], Some(now), &version.commit);
                clause.is_moved = is_moved[j];
                clauses.insert(before, clause);
            }
        }
    }
    clauses.splice(0..0, leftovers);
}

/// Which remit of the new version each of the old ones goes on as: in the same order in both, as many as possible, and
/// of those the ones with the same dates.
fn aligned(old: &[&Remit], new: &[Remit], now: Instant) -> Vec<Option<usize>> {
    let worth = |i: usize, j: usize| -> u64 {
        if !is_same(old[i], &new[j]) || !keeps_its_past(old[i], &new[j], now) {
            return 0;
        }
        let dates = u64::from(old[i].since == new[j].since) + u64::from(old[i].until == new[j].until);
        (1 << 32) + dates
    };
    // Most versions change a line or two: what is equal at both ends needs no table.
    let equal = |i: usize, j: usize| worth(i, j) == (1 << 32) + 2;
    let most = old.len().min(new.len());
    let head = (0..most).take_while(|i| equal(*i, *i)).count();
    let tail = (1..=most - head).take_while(|k| equal(old.len() - k, new.len() - k)).count();
    let mut partner: Vec<Option<usize>> = vec![None; old.len()];
    for (i, one) in partner.iter_mut().enumerate() {
        if i < head {
            *one = Some(i);
        } else if i >= old.len() - tail {
            *one = Some(i + new.len() - old.len());
        }
    }

    let (rows, columns) = (old.len() - head - tail, new.len() - head - tail);
    if rows.saturating_mul(columns) > CELLS_MAX {
        return partner;
    }
    let mut best = vec![0_u64; (rows + 1) * (columns + 1)];
    let cell = |i: usize, j: usize| i * (columns + 1) + j;
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            let without = best[cell(i + 1, j)].max(best[cell(i, j + 1)]);
            let worth = worth(head + i, head + j);
            best[cell(i, j)] = if worth == 0 { without } else { without.max(worth + best[cell(i + 1, j + 1)]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < rows && j < columns {
        let worth = worth(head + i, head + j);
        if worth > 0 && best[cell(i, j)] == worth + best[cell(i + 1, j + 1)] {
            partner[head + i] = Some(head + j);
            (i, j) = (i + 1, j + 1);
        } else if best[cell(i, j)] == best[cell(i + 1, j)] {
            i += 1;
        } else {
            j += 1;
        }
    }
    partner
}

/// Whether two remits say the same, whatever their dates and reasons.
fn is_same(a: &Remit, b: &Remit) -> bool {
    a.matter.eq_ignore_ascii_case(&b.matter)
        && a.area == b.area
        && same_parties(&a.decides, &b.decides)
        && same_parties(&a.consulted, &b.consulted)
        && same_parties(&a.reserve, &b.reserve)
        && a.retained == b.retained
        && a.bounds == b.bounds
}

/// Whether new dates may simply replace the old ones without taking back what was in force until now.
fn keeps_its_past(old: &Remit, new: &Remit, now: Instant) -> bool {
    let begins_again = old.since != new.since && new.since.is_some_and(|since| since > now);
    let had_ended = old.until != new.until && old.until.is_some_and(|until| until <= now);
    !begins_again && !had_ended
}

fn is_rewritten(old: &Remit, new: &Remit) -> bool {
    old.matter.eq_ignore_ascii_case(&new.matter) && (old.area == new.area || same_parties(&old.decides, &new.decides))
}

/// The committed versions of a file, the oldest first; none where it is not under git.
fn committed(path: &Path, name: &str, aside: &mut Vec<Aside>) -> Result<Vec<Version>, ReadError> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let Some(folder) = absolute.parent().filter(|folder| is_repository(folder)) else { return Ok(Vec::new()) };
    let repository = Repository::open(folder)?;
    let Some(tip) = repository.tip() else { return Ok(Vec::new()) };
    let log = ["log", "--follow", "--first-parent", "--diff-merges=first-parent", "-z", "--name-only"];
    // The name is looked for as it is, not as a pattern.
    let file = format!(":(literal){name}");
    let told = repository.ask(log.into_iter().chain(["--format=%x01%H %ct", "--end-of-options", tip, "--", &file]))?;
    let mut versions = Vec::new();
    for commit in told.split('\u{1}').rev() {
        let mut parts = commit.split('\0');
        let Some((commit, seconds)) = parts.next().and_then(|head| head.split_once(' ')) else { continue };
        let Some(path) = parts.next().map(|path| path.trim_start_matches('\n')) else { continue };
        let Some(text) = repository.try_ask(["cat-file", "blob", &format!("{commit}:{path}")])? else { continue };
        let commit = &commit[..commit.len().min(SHOWN)];
        match charter_file::read(name, &text) {
            Ok(charter) => versions.push(Version { at: instant(seconds), commit: commit.to_owned(), charter }),
            Err(error) => aside.push(Aside::new(format!("{} as of {commit}", error.place), error.what)),
        }
    }
    in_order(&mut versions);
    Ok(versions)
}

/// Clocks differ, history does not: no version holds earlier than the one before it.
fn in_order(versions: &mut [Version]) {
    let mut latest = None;
    for version in versions {
        version.at = version.at.max(latest.unwrap_or(version.at));
        latest = Some(version.at);
    }
}

fn instant(seconds: &str) -> Instant {
    Instant::from_micros(seconds.trim().parse::<i64>().unwrap_or(0).saturating_mul(1_000_000))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::super::charter_file::{moment, read};
    use super::*;

    fn day(day: i64) -> Instant {
        moment("2025-01-01").map(|at| Instant::from_micros(at.micros() + (day - 1) * 86_400_000_000)).unwrap()
    }

    fn version(at: i64, remits: &[(&str, &str, &str, &str)]) -> Version {
        let text: String = remits
            .iter()
            .map(|(matter, area, who, rest)| {
                format!("[[remit]]\nmatter=\"{matter}\"\narea=\"{area}\"\ndecides=[\"role:{who}\"]\n{rest}\n")
            })
            .collect();
        Version { at: day(at), commit: format!("c{at}"), charter: read("charter.toml", &text).unwrap() }
    }

    /// Who decides a matter in an area on a day, by the last remit in force.
    fn decides(charter: &Charter, matter: &str, area: &str, at: i64) -> String {
        let covers = |remit: &&Remit| {
            remit.is_in_force(day(at))
                && (remit.matter == matter || remit.matter == "*")
                && (remit.area == area || remit.area == "*")
        };
        charter.remits.iter().rfind(covers).map_or("undeclared".to_owned(), |remit| remit.decides[0].to_string())
    }

    #[test]
    fn no_version_is_an_empty_charter_and_one_is_itself() {
        assert!(flatten(&[]).is_empty());
        let one = version(5, &[("scope", "*", "lead", "")]);
        assert_eq!(flatten(std::slice::from_ref(&one)), one.charter, "what stands first is taken to have held before");
    }

    #[test]
    fn a_remit_begins_where_it_appears_and_ends_where_it_disappears() {
        let charter = flatten(&[
            version(1, &[("scope", "*", "lead", "")]),
            version(10, &[("scope", "*", "lead", ""), ("money", "*", "head", "")]),
            version(20, &[("money", "*", "head", "")]),
        ]);
        let times: Vec<_> = charter.remits.iter().map(|remit| (remit.since, remit.until)).collect();
        assert_eq!(times, [(None, Some(day(20))), (Some(day(10)), None)]);
        assert_eq!(charter.remits[0].written, "charter.toml:1 as of c10");
        assert_eq!(charter.remits[1].written, "charter.toml:1", "as the newest version has it");
    }

    #[test]
    fn own_dates_win() {
        let charter = flatten(&[
            version(5, &[("scope", "*", "lead", "until = 2025-01-03")]),
            version(10, &[("money", "*", "head", "since = 2025-01-02"), ("risk", "*", "head", "until = 2025-01-30")]),
            version(20, &[("money", "*", "head", "since = 2025-01-02")]),
        ]);
        assert_eq!(decides(&charter, "scope", "x", 2), "role:lead");
        assert_eq!(decides(&charter, "scope", "x", 3), "undeclared");
        assert_eq!(decides(&charter, "money", "x", 3), "role:head", "also before it was committed");
        assert_eq!(decides(&charter, "risk", "x", 9), "undeclared");
        assert_eq!(
            decides(&charter, "risk", "x", 25),
            "role:head",
            "taken out before its own end, it holds until then"
        );
        assert_eq!(decides(&charter, "risk", "x", 30), "undeclared");
    }

    #[test]
    fn a_rewritten_remit_ends_with_the_rewriting_even_before_its_own_until() {
        let charter = flatten(&[
            version(1, &[("scope", "*", "lead", "until = 2025-02-01")]),
            version(10, &[("scope", "pricing", "lead", "until = 2025-02-01")]),
        ]);
        assert_eq!(decides(&charter, "scope", "claims", 9), "role:lead");
        assert_eq!(decides(&charter, "scope", "claims", 11), "undeclared");
        assert_eq!(decides(&charter, "scope", "pricing", 11), "role:lead");
        assert_eq!(decides(&charter, "scope", "pricing", 32), "undeclared");
    }

    #[test]
    fn a_change_of_decider_takes_effect_with_its_version() {
        let charter = flatten(&[
            version(1, &[("scope", "*", "lead", ""), ("money", "*", "head", "")]),
            version(10, &[("scope", "*", "owner", ""), ("money", "*", "head", "")]),
        ]);
        assert_eq!(decides(&charter, "scope", "x", 9), "role:lead");
        assert_eq!(decides(&charter, "scope", "x", 10), "role:owner");
        assert_eq!(charter.remits.len(), 3);
    }

    #[test]
    fn a_date_or_a_reason_that_is_written_later_is_the_same_remit() {
        let charter = flatten(&[
            version(1, &[("scope", "*", "lead", "")]),
            version(10, &[("scope", "*", "lead", "since = 2025-01-05\nuntil = 2025-01-20\nbecause = \"so\"")]),
        ]);
        assert_eq!(charter.remits.len(), 1);
        assert_eq!((charter.remits[0].since, charter.remits[0].until), (Some(day(5)), Some(day(20))));
    }

    #[test]
    fn what_is_to_begin_again_later_leaves_the_past_as_it_was() {
        let charter = flatten(&[
            version(1, &[("scope", "*", "lead", "until = 2025-01-05")]),
            version(10, &[("scope", "*", "lead", "since = 2025-01-20")]),
        ]);
        let told: Vec<_> = [4, 5, 12, 20].map(|at| decides(&charter, "scope", "x", at)).into();
        assert_eq!(told, ["role:lead", "undeclared", "undeclared", "role:lead"]);
        let charter = flatten(&[
            version(1, &[("scope", "*", "lead", "")]),
            version(10, &[("scope", "*", "lead", "since = 2025-01-20")]),
        ]);
        let told: Vec<_> = [9, 12, 20].map(|at| decides(&charter, "scope", "x", at)).into();
        assert_eq!(told, ["role:lead", "undeclared", "role:lead"]);
    }

    #[test]
    fn an_order_holds_only_from_its_own_version_on() {
        let since = "since = 2024-01-01";
        let charter = flatten(&[
            version(1, &[("*", "*", "head", since), ("scope", "x", "lead", since)]),
            version(10, &[("scope", "x", "lead", since), ("*", "*", "head", since)]),
        ]);
        assert_eq!(decides(&charter, "scope", "x", 9), "role:lead");
        assert_eq!(decides(&charter, "scope", "x", 10), "role:head");
    }

    #[test]
    fn a_new_remit_stands_where_the_new_version_puts_it() {
        let charter = flatten(&[
            version(1, &[("*", "*", "head", ""), ("money", "*", "board", "")]),
            version(
                10,
                &[("*", "*", "head", ""), ("money", "*", "lead", "bounds = \"small\""), ("money", "*", "board", "")],
            ),
        ]);
        assert_eq!(decides(&charter, "money", "x", 11), "role:board", "it is still the last");
    }

    #[test]
    fn what_never_held_is_left_out_unless_it_still_stands_there() {
        let past = "until = 2025-01-02";
        let gone = flatten(&[version(1, &[]), version(10, &[("scope", "*", "lead", past)]), version(20, &[])]);
        assert!(gone.is_empty(), "{gone:?}");
        let stands = flatten(&[version(1, &[]), version(10, &[("scope", "*", "lead", past)])]);
        assert_eq!(stands.remits.len(), 1, "so that it can be objected to");
    }

    #[test]
    fn commits_of_clocks_that_went_back_keep_their_order() {
        let mut versions = vec![version(10, &[]), version(4, &[("scope", "*", "lead", "")])];
        in_order(&mut versions);
        assert_eq!(versions[1].at, day(10));
    }

    /// A version without dates of its own: at every instant what is in force must be exactly it.
    fn undated() -> impl Strategy<Value = Vec<(char, char, char)>> {
        prop::collection::vec(
            (
                prop::sample::select(vec!['a', 'b', '*']),
                prop::sample::select(vec!['x', '*']),
                prop::sample::select(vec!['p', 'q']),
            ),
            0..6,
        )
    }

    proptest! {
        #[test]
        fn at_every_instant_exactly_its_version_is_in_force(all in prop::collection::vec(undated(), 1..6)) {
            let versions: Vec<Version> = all
                .iter()
                .enumerate()
                .map(|(i, remits)| {
                    let remits: Vec<_> = remits.iter().map(|(m, a, w)| (m.to_string(), a.to_string(), w.to_string())).collect();
                    let remits: Vec<_> = remits.iter().map(|(m, a, w)| (m.as_str(), a.as_str(), w.as_str(), "")).collect();
                    version(10 * i as i64 + 1, &remits)
                })
                .collect();
            let charter = flatten(&versions);
            for (i, version) in versions.iter().enumerate() {
                for at in [10 * i as i64 + 1, 10 * i as i64 + 10] {
                    let plain = |remit: &Remit| (remit.matter.clone(), remit.area.clone(), remit.decides.clone());
                    let shown: Vec<_> = charter.remits.iter().filter(|r| r.is_in_force(day(at))).map(plain).collect();
                    let meant: Vec<_> = version.charter.remits.iter().map(plain).collect();
                    prop_assert_eq!(shown, meant);
                }
            }
        }
    }
}
