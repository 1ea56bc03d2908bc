//! Beliefs held against the record, written for a terminal, for a pull request, and for a build server (JUnit XML).

use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use sayso_model::assumption::{BeliefVerdict, SideBySide, TestedBelief};

use crate::clean;
use crate::markdown::escape;

/// What a check found, and which verdicts count as a failure.
#[derive(Clone, Copy, Debug)]
pub struct Check<'a> {
    /// What was looked at.
    pub subject: &'a str,
    /// Every belief with its verdict.
    pub beliefs: &'a [TestedBelief],
    /// Where the people at the top differ.
    pub side_by_side: &'a [SideBySide],
    /// Verdicts that make the check fail.
    pub fail_on: &'a [BeliefVerdict],
}

impl Check<'_> {
    /// How many beliefs fail.
    pub fn n_failed(&self) -> usize {
        self.beliefs.iter().filter(|belief| self.fails(belief)).count()
    }

    fn fails(&self, belief: &TestedBelief) -> bool {
        self.fail_on.contains(&belief.verdict)
    }

    fn tally(&self) -> String {
        let count = |verdict| self.beliefs.iter().filter(|belief| belief.verdict == verdict).count();
        let verdicts = [
            BeliefVerdict::Supported,
            BeliefVerdict::Contradicted,
            BeliefVerdict::Equivalent,
            BeliefVerdict::Undecided,
        ];
        let said: Vec<String> = verdicts
            .into_iter()
            .filter(|verdict| count(*verdict) > 0)
            .map(|verdict| format!("{} {}", count(verdict), verdict.name()))
            .collect();
        format!("{} beliefs: {}", self.beliefs.len(), said.join(", "))
    }

    /// For a terminal of the given width. No belief says what to type to add one.
    pub fn text(&self, width: usize) -> String {
        if self.beliefs.is_empty() && self.side_by_side.is_empty() {
            return "There is no belief to test. Ask a leader with `sayso assume --as ROLE`, or write an \
                    assumptions.toml (docs/guide/beliefs.md).\n"
                .to_owned();
        }
        let options = textwrap::Options::new(width.clamp(40, 120)).initial_indent("    ").subsequent_indent("    ");
        let mut text = String::new();
        for belief in self.beliefs {
            let mark = if self.fails(belief) { "FAIL" } else { "ok  " };
            let head = format!("{mark} {:<12} {}", belief.verdict.name(), clean::line(&belief.says));
            let wrapped = textwrap::Options::new(width.clamp(40, 120)).subsequent_indent("                  ");
            let _ = writeln!(text, "{}", textwrap::fill(&head, wrapped));
            let _ = writeln!(text, "{}", textwrap::fill(&clean::line(&belief.sentence), &options));
            let _ = writeln!(text, "{}", textwrap::fill(&self.source(belief), &options));
        }
        for side in self.side_by_side.iter().filter(|side| side.divided) {
            let _ = writeln!(text, "\nThe people at the top differ: {}", clean::line(&side.says));
            for (who, answer, on) in &side.answers {
                let on = on.as_deref().map(|on| format!(" ({on})")).unwrap_or_default();
                let _ = writeln!(text, "    {}: {}{on}", clean::line(who), answer.name());
            }
        }
        let _ = writeln!(text, "\n{}.", self.tally());
        text
    }

    /// For a pull request or a build summary.
    pub fn markdown(&self) -> String {
        let mut page = format!("# Belief against record: {}\n\n{}.\n\n", escape(self.subject), self.tally());
        page.push_str("| | verdict | belief | what the record says | measure |\n|---|---|---|---|---|\n");
        for belief in self.beliefs {
            let _ = writeln!(
                page,
                "| {} | {} | {} ({}) | {} | {} |",
                if self.fails(belief) { "**fails**" } else { "" },
                belief.verdict.name(),
                escape(&belief.says),
                escape(&belief.who),
                escape(&belief.sentence),
                escape(&self.source(belief)),
            );
        }
        let divided: Vec<&SideBySide> = self.side_by_side.iter().filter(|side| side.divided).collect();
        if !divided.is_empty() {
            page.push_str("\n## Where the people at the top differ\n\n| statement | answers |\n|---|---|\n");
            for side in divided {
                let answers: Vec<String> =
                    side.answers.iter().map(|(who, answer, _)| format!("{}: {}", escape(who), answer.name())).collect();
                let _ = writeln!(page, "| {} | {} |", escape(&side.says), answers.join("; "));
            }
        }
        page
    }

    /// For a build server: a test case a belief; what fails is a failure, what cannot be told and does not fail is
    /// skipped.
    pub fn junit(&self) -> String {
        let mut suite = TestSuite::new("beliefs");
        for belief in self.beliefs {
            let status = if self.fails(belief) {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_type(belief.verdict.name()).set_message(belief.sentence.as_str());
                status.set_description(format!("{}\n{}\n{}", belief.says, belief.sentence, self.source(belief)));
                status
            } else if belief.verdict == BeliefVerdict::Undecided {
                let mut status = TestCaseStatus::skipped();
                status.set_message(belief.sentence.as_str());
                status
            } else {
                TestCaseStatus::success()
            };
            let mut case = TestCase::new(format!("{}: {}", belief.who, belief.says), status);
            case.set_classname(belief.id.as_str());
            suite.add_test_case(case);
        }
        let mut report = Report::new("sayso check");
        report.add_test_suite(suite);
        report.to_string().unwrap_or_default()
    }

    fn source(&self, belief: &TestedBelief) -> String {
        let part: Vec<String> = belief.part.iter().map(|(key, value)| format!("{key} {value}")).collect();
        let part = if part.is_empty() { "whole record".to_owned() } else { part.join(", ") };
        let measure = format!("{} {} {}", belief.measure.code(), belief.measure.title(), belief.statistic);
        match &belief.estimate {
            Some(estimate) => format!("{measure}; {part}; {}", estimate.method()),
            None => format!("{measure}; {part}"),
        }
    }
}
