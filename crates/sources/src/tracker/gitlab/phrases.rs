//! The sentences in which GitLab notes what its users did, read by what they begin with; they change between versions.
//!
//! Sources of the phrases: GitLab's own services that write them, releases 8 to 18, and recorded notes.

/// What stands behind the beginning of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// Nothing that matters.
    Any,
    /// Nothing at all: the phrase is the whole sentence. Else a comment that begins alike would be taken for it.
    None,
    /// People, as `@login`.
    People,
    /// Another item: `!7`, `group/project#7`, or a commit.
    Item,
    /// Labels or a milestone, whose names are written as references: what they are is not told.
    References,
}

/// What a sentence begins with, in lower case and without emphasis; the activity; what follows. The first that fits
/// counts.
const PHRASES: [(&str, &str, Rest); 94] = [
    // Consent.
    ("approved this merge request", "approved", Rest::Any),
    ("approved", "approved", Rest::None),
    ("unapproved this merge request", "unapproved", Rest::Any),
    ("requested changes", "changes_requested", Rest::Any),
    ("left review comments", "reviewed", Rest::Any),
    ("reviewed", "reviewed", Rest::None),
    ("reset approvals from", "approvals_reset", Rest::People),
    ("removed all approvals", "approvals_reset", Rest::Any),
    // Whose turn it is.
    ("requested review from", "review_requested", Rest::People),
    ("requested a review from", "review_requested", Rest::People),
    ("removed review request for", "review_request_removed", Rest::People),
    ("assigned to", "assigned", Rest::People),
    ("reassigned to", "assigned", Rest::People),
    ("unassigned", "unassigned", Rest::People),
    ("removed assignee", "unassigned", Rest::Any),
    ("removed all assignees", "unassigned", Rest::Any),
    ("assignee removed", "unassigned", Rest::Any),
    // Whether it is a question yet.
    ("marked this merge request as ready", "ready_for_review", Rest::Any),
    ("marked as ready", "ready_for_review", Rest::Any),
    ("unmarked this merge request as draft", "ready_for_review", Rest::Any),
    ("unmarked as a work in progress", "ready_for_review", Rest::Any),
    ("unmarked this merge request as a work in progress", "ready_for_review", Rest::Any),
    ("marked this merge request as draft", "converted_to_draft", Rest::Any),
    ("marked as draft", "converted_to_draft", Rest::Any),
    ("marked as a work in progress", "converted_to_draft", Rest::Any),
    ("marked this merge request as a work in progress", "converted_to_draft", Rest::Any),
    // Beginning and end.
    ("merged", "merged", Rest::None),
    ("merged via", "merged", Rest::Any),
    ("merged manually", "merged", Rest::Any),
    ("status changed to merged", "merged", Rest::Any),
    ("closed", "closed", Rest::None),
    ("closed via", "closed", Rest::Item),
    ("closed as duplicate of", "closed", Rest::Item),
    ("status changed to closed", "closed", Rest::Item),
    ("reopened", "reopened", Rest::None),
    ("reopened via", "reopened", Rest::Item),
    ("status changed to reopened", "reopened", Rest::Any),
    ("opened", "reopened", Rest::None),
    ("enabled an automatic merge", "auto_merge_enabled", Rest::Any),
    ("enabled automatic merge", "auto_merge_enabled", Rest::Any),
    ("enabled auto-merge", "auto_merge_enabled", Rest::Any),
    ("canceled the automatic merge", "auto_merge_disabled", Rest::Any),
    ("aborted the automatic merge", "auto_merge_disabled", Rest::Any),
    ("disabled auto-merge", "auto_merge_disabled", Rest::Any),
    ("started a merge train", "added_to_merge_queue", Rest::Any),
    ("added this merge request to the merge train", "added_to_merge_queue", Rest::Any),
    ("removed this merge request from the merge train", "removed_from_merge_queue", Rest::Any),
    ("aborted this merge request from the merge train", "removed_from_merge_queue", Rest::Any),
    // Links.
    ("mentioned in", "cross-referenced", Rest::Item),
    ("moved to", "moved_to", Rest::Item),
    ("moved from", "moved_from", Rest::Item),
    ("cloned to", "cloned_to", Rest::Item),
    ("cloned from", "cloned_from", Rest::Item),
    ("marked this issue as a duplicate of", "marked_as_duplicate", Rest::Item),
    ("marked this issue as related to", "related", Rest::Item),
    ("marked this issue as blocking", "blocking_added", Rest::Item),
    ("marked this issue as blocked by", "blocked_by_added", Rest::Item),
    ("marked as related to", "related", Rest::Item),
    ("removed the relation with", "unrelated", Rest::Item),
    ("created merge request", "merge_request_created", Rest::Item),
    ("promoted to epic", "promoted", Rest::Any),
    // Work.
    ("restored source branch", "branch_restored", Rest::Any),
    ("restored target branch", "branch_restored", Rest::Any),
    ("deleted source branch", "branch_deleted", Rest::Any),
    ("deleted target branch", "branch_deleted", Rest::Any),
    ("changed target branch", "target_branch_changed", Rest::Any),
    ("changed source branch", "source_branch_changed", Rest::Any),
    ("created branch", "branch_created", Rest::Any),
    ("picked the changes into the branch", "cherry_picked", Rest::Any),
    ("changed this line in", "lines_outdated", Rest::Any),
    ("changed this file in", "lines_outdated", Rest::Any),
    ("resolved all threads", "threads_resolved", Rest::Any),
    ("resolved all discussions", "threads_resolved", Rest::Any),
    ("marked the task", "task_marked", Rest::Any),
    ("marked the checklist item", "task_marked", Rest::Any),
    // What it is.
    ("changed title", "renamed", Rest::Any),
    ("title changed", "renamed", Rest::Any),
    ("changed the description", "edited", Rest::Any),
    ("changed milestone to", "milestoned", Rest::References),
    ("milestone changed to", "milestoned", Rest::References),
    ("removed milestone", "demilestoned", Rest::Any),
    ("milestone removed", "demilestoned", Rest::Any),
    ("made the issue confidential", "made_confidential", Rest::Any),
    ("made the issue visible", "made_visible", Rest::Any),
    ("locked", "locked", Rest::Any),
    ("unlocked", "unlocked", Rest::Any),
    ("changed due date", "due_date_changed", Rest::Any),
    ("removed due date", "due_date_changed", Rest::Any),
    ("changed weight", "weight_changed", Rest::Any),
    ("set weight", "weight_changed", Rest::Any),
    ("removed weight", "weight_changed", Rest::Any),
    ("changed time estimate", "time_estimate_changed", Rest::Any),
    ("set status to", "status_changed", Rest::Any),
    ("changed iteration", "iteration_changed", Rest::Any),
];

/// What a sentence says. One sentence may say several things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// What happened.
    pub activity: &'static str,
    /// A person, or another item, as it is written.
    pub to: Option<String>,
    /// A commit that is spoken of.
    pub commit: Option<String>,
    /// How many commits.
    pub n: Option<u64>,
    /// Where no phrase fits: the first words, if they are plain ones.
    pub words: Option<String>,
}

/// The activity of a sentence that no phrase fits.
pub(super) const UNKNOWN: &str = "system_note";

/// Reads a sentence. It always says something.
pub(super) fn read(body: &str) -> Vec<Said> {
    let line = body.trim_start().lines().next().unwrap_or_default().replace("**", "");
    let line = line.trim();
    let lower = line.to_lowercase();
    // "marked #5 as a duplicate of this issue", "added #5 as child item".
    if let Some(said) = between(line, &lower) {
        return vec![said];
    }
    if let Some(n) = commits(&lower) {
        return vec![Said { activity: "commits_added", n: Some(n), ..Said::default() }];
    }
    if let Some(labels) = labels(&lower) {
        return labels;
    }
    let mut all = Vec::new();
    for part in parts(&lower) {
        let Some((_, activity, rest)) = PHRASES.iter().find(|(phrase, _, rest)| fits(part, phrase, *rest)) else {
            continue;
        };
        // People's names are case-insensitive with GitLab; they are shown as written.
        let written = written(line, &lower, part);
        match rest {
            Rest::People => {
                let people = people(written);
                if people.is_empty() {
                    all.push(Said { activity, ..Said::default() });
                }
                all.extend(people.into_iter().map(|to| Said { activity, to: Some(to), ..Said::default() }));
            }
            Rest::Item => {
                let (to, commit) = (item(written), commit(part));
                let activity = if *activity == "cross-referenced" && to.is_none() { "referenced" } else { activity };
                all.push(Said { activity, to, commit, ..Said::default() });
            }
            Rest::Any | Rest::None | Rest::References => all.push(Said { activity, ..Said::default() }),
        }
    }
    if all.is_empty() {
        let words: Vec<&str> = lower.split(' ').take(2).collect();
        let is_plain = words.iter().all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        all.push(Said { activity: UNKNOWN, words: is_plain.then(|| words.join(" ")), ..Said::default() });
    }
    all
}

fn fits(part: &str, phrase: &str, rest: Rest) -> bool {
    match part.strip_prefix(phrase) {
        None => false,
        Some(after) if rest == Rest::None => after.trim_matches(['.', ' ']).is_empty(),
        Some(after) => after.is_empty() || !after.starts_with(|c: char| c.is_alphanumeric()),
    }
}

/// A sentence may join two: "assigned to @a and unassigned @b".
fn parts(lower: &str) -> Vec<&str> {
    const SECOND: [&str; 4] =
        [" and unassigned ", " and removed review request for ", " and requested review from ", " and assigned to "];
    for joint in SECOND {
        if let Some(at) = lower.find(joint) {
            return vec![&lower[..at], &lower[at + " and ".len()..]];
        }
    }
    vec![lower]
}

/// The part as it is written, where lower case is as long as that; else the part.
fn written<'a>(line: &'a str, lower: &'a str, part: &'a str) -> &'a str {
    let from = part.as_ptr() as usize - lower.as_ptr() as usize;
    if line.len() == lower.len() { line.get(from..from + part.len()).unwrap_or(part) } else { part }
}

fn people(text: &str) -> Vec<String> {
    let is_of_login = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.split('@')
        .skip(1)
        .map(|rest| rest.split(|c| !is_of_login(c)).next().unwrap_or_default().trim_end_matches('.').to_owned())
        .filter(|login| !login.is_empty())
        .collect()
}

/// The first reference to an item: `!7`, `#7`, `project#7`, `group/project!7`, or an address.
fn item(text: &str) -> Option<String> {
    text.split([' ', ',', '(', ')', '[', ']']).find_map(|word| {
        let word = word.trim_end_matches(['.', ':', '+']);
        if let Some((project, rest)) = word.split_once("://").and_then(|(_, path)| path.split_once("/-/")) {
            let project = project.split_once('/')?.1;
            let (kind, number) = rest.split_once('/')?;
            let number: u64 = number.split(['#', '?', '/']).next()?.parse().ok()?;
            let sign = if kind == "merge_requests" { '!' } else { '#' };
            return Some(format!("{project}{sign}{number}"));
        }
        let at = word.rfind(['!', '#'])?;
        let is_number = !word[at + 1..].is_empty() && word[at + 1..].bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| word.to_owned())
    })
}

fn commit(text: &str) -> Option<String> {
    let is_hash =
        |word: &&str| word.len() >= 7 && word.len() <= 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split([' ', '@'])
        .find(is_hash)
        .filter(|_| text.contains("commit") || !text.contains(['!', '#']))
        .map(str::to_owned)
}

/// "added 3 commits".
fn commits(lower: &str) -> Option<u64> {
    let rest = lower.strip_prefix("added ")?;
    let (n, rest) = rest.split_once(' ')?;
    let n = n.trim_matches('*').parse().ok()?;
    rest.starts_with("commit").then_some(n)
}

/// "added ~5 ~6 labels and removed ~7 label", of which only the kind is told.
fn labels(lower: &str) -> Option<Vec<Said>> {
    if !lower.contains(" label") || !lower.contains('~') {
        return None;
    }
    let added = lower.starts_with("added ").then_some("labeled");
    let removed = (lower.starts_with("removed ") || lower.contains(" and removed ~")).then_some("unlabeled");
    let all: Vec<Said> =
        [added, removed].into_iter().flatten().map(|activity| Said { activity, ..Said::default() }).collect();
    (!all.is_empty()).then_some(all)
}

/// Sentences with the other item in their middle.
fn between(line: &str, lower: &str) -> Option<Said> {
    let activity = if lower.starts_with("marked ") && lower.ends_with("as a duplicate of this issue") {
        "duplicate_found"
    } else if lower.starts_with("created ") && lower.ends_with("to continue this discussion") {
        "continued_in"
    } else if lower.starts_with("added ") && lower.contains(" as child") {
        "sub_issue_added"
    } else if lower.starts_with("added ") && lower.contains(" as parent") {
        "parent_issue_added"
    } else if lower.starts_with("added ") && lower.contains(" of time spent") {
        "time_spent_added"
    } else {
        return None;
    };
    Some(Said { activity, to: item(line), ..Said::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str) -> Vec<String> {
        let show = |said: Said| {
            let to = said.to.map(|to| format!(" -> {to}")).unwrap_or_default();
            let commit = said.commit.map(|commit| format!(" @ {commit}")).unwrap_or_default();
            let n = said.n.map(|n| format!(" x {n}")).unwrap_or_default();
            format!("{}{to}{commit}{n}", said.activity)
        };
        read(body).into_iter().map(show).collect()
    }

    #[test]
    fn what_sentences_say() {
        let cases: &[(&str, &[&str])] = &[
            ("approved this merge request", &["approved"]),
            ("unapproved this merge request", &["unapproved"]),
            ("requested changes", &["changes_requested"]),
            ("requested review from @ada and @Grace.H", &["review_requested -> ada", "review_requested -> Grace.H"]),
            (
                "requested review from @ada and removed review request for @bo",
                &["review_requested -> ada", "review_request_removed -> bo"],
            ),
            ("assigned to @ada and unassigned @bo", &["assigned -> ada", "unassigned -> bo"]),
            ("assigned to @ada, @bo, and @cy", &["assigned -> ada", "assigned -> bo", "assigned -> cy"]),
            ("Reassigned to @ada", &["assigned -> ada"]),
            ("removed assignee", &["unassigned"]),
            ("unmarked as a **Work In Progress**", &["ready_for_review"]),
            ("marked this merge request as **ready**", &["ready_for_review"]),
            ("marked this merge request as **draft**", &["converted_to_draft"]),
            ("marked as a **Work In Progress** from abc1234", &["converted_to_draft"]),
            ("merged", &["merged"]),
            ("Status changed to merged", &["merged"]),
            ("closed", &["closed"]),
            ("closed via merge request !7", &["closed -> !7"]),
            ("closed via commit bc17db76", &["closed @ bc17db76"]),
            ("reopened", &["reopened"]),
            ("mentioned in merge request group/other!7", &["cross-referenced -> group/other!7"]),
            ("mentioned in issue #12", &["cross-referenced -> #12"]),
            (
                "mentioned in commit da1d6dea48f5972ffc683da6cff30934e7d6c52c",
                &["referenced @ da1d6dea48f5972ffc683da6cff30934e7d6c52c"],
            ),
            ("mentioned in https://h.example/g/p/-/merge_requests/7#note_1", &["cross-referenced -> g/p!7"]),
            ("moved to other#268", &["moved_to -> other#268"]),
            ("added 3 commits\n\n<ul><li>abc - x</li></ul>", &["commits_added x 3"]),
            ("added ~5 ~6 labels and removed ~7 label", &["labeled", "unlabeled"]),
            ("changed milestone to %7.11", &["milestoned"]),
            ("changed title from **merged** to **closed**", &["renamed"]),
            ("marked #5 as a duplicate of this issue", &["duplicate_found -> #5"]),
            ("marked this issue as a duplicate of group/p#5", &["marked_as_duplicate -> group/p#5"]),
            ("restored source branch `4-x`", &["branch_restored"]),
            ("reset approvals from @ada by pushing to the branch", &["approvals_reset -> ada"]),
            ("enabled an automatic merge when the pipeline for abc succeeds", &["auto_merge_enabled"]),
        ];
        for (body, expected) in cases {
            assert_eq!(said(body), *expected, "{body}");
        }
    }

    #[test]
    fn a_sentence_that_is_not_known_is_kept_and_so_named() {
        assert_eq!(said("did something new"), [UNKNOWN]);
        assert_eq!(read("did something new")[0].words.as_deref(), Some("did something"));
        assert_eq!(read("Ünknown **x**")[0].words, None);
        assert_eq!(said(""), [UNKNOWN]);
    }

    #[test]
    fn words_that_only_begin_alike_are_not_taken_for_it() {
        assert_eq!(said("merged the two lists"), [UNKNOWN]);
        assert_eq!(said("closedown"), [UNKNOWN]);
        assert_eq!(said("approvedly"), [UNKNOWN]);
    }

    #[test]
    fn every_phrase_is_written_so_that_it_can_be_found() {
        for (phrase, activity, _) in PHRASES {
            assert_eq!(phrase, phrase.to_lowercase());
            assert_eq!(read(phrase)[0].activity, if activity == "cross-referenced" { "referenced" } else { activity });
        }
    }
}
