//! What leaders believe: read from `assumptions.toml` and the answers beside it, tested on the record, held against each other.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use sayso_findings::assumptions::{Found, test};
use sayso_measures::Measured;
use sayso_model::Code;
use sayso_model::assumption::{Answer, Assumption, Expectation, SideBySide, TestedBelief};
use sayso_model::decision::{Decision, Paths};
use sayso_model::measure::{MeasureId, Measurement};
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_stats::Window;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::diagnosing::Seen;
use crate::office::{OfficeError, invalid};
use crate::{InquiryError, Office, point_in_time, write_whole};

/// The file of beliefs in an office.
pub const ASSUMPTIONS_FILE: &str = "assumptions.toml";

/// The folder of what single leaders answered, a file an interview.
pub const ANSWERS_FOLDER: &str = "assumptions";

/// The statements that `sayso assume` asks about.
const STATEMENTS: &str = include_str!("statements.toml");

/// Keys of `where` that a measurement's scope answers; the others narrow the record.
const OF_SCOPE: [&str; 2] = ["clock", "by"];

/// Of the possession ledger, the scope also says who held.
const OF_HOLDERS: [&str; 4] = ["role", "site", "team", "level"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    assumption: Vec<Spanned<Written>>,
}

/// The answers of an interview, as a file.
#[derive(Serialize)]
struct Answers<'a> {
    assumption: &'a [Written],
}

/// One belief as it is written.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<String>,
    says: String,
    measure: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistic: Option<String>,
    expect: Expectation,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
    /// Last, because in a file a table ends the plain keys.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    part: BTreeMap<String, String>,
}

/// A statement that is put to leaders.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its name.
    pub id: String,
    /// In words.
    pub says: String,
    written_as: usize,
}

/// Everything that was read of beliefs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beliefs {
    /// To be tested.
    pub(crate) assumptions: Vec<Assumption>,
    /// Everybody's answers by statement.
    pub(crate) answers: Vec<(Assumption, Answer)>,
}

impl Beliefs {
    /// Reads `assumptions.toml` and every answer beside it. No file, no belief.
    pub(crate) fn read(folder: &Path) -> Result<Beliefs, InquiryError> {
        let mut files = vec![folder.join(ASSUMPTIONS_FILE)];
        if let Ok(entries) = std::fs::read_dir(folder.join(ANSWERS_FOLDER)) {
            files.extend(
                entries
                    .flatten()
                    .map(|entry| entry.path())
                    .filter(|path| path.extension().is_some_and(|e| e == "toml")),
            );
        }
        files.sort();
        let mut beliefs = Beliefs::default();
        for path in files.iter().filter(|path| path.is_file()) {
            beliefs.add(path)?;
        }
        Ok(beliefs)
    }

    fn add(&mut self, path: &Path) -> Result<(), InquiryError> {
        let text =
            std::fs::read_to_string(path).map_err(|why| OfficeError::Unreadable { path: path.to_path_buf(), why })?;
        let file: File = toml::from_str(&text).map_err(|error| invalid(path, &error))?;
        for written in file.assumption {
            let line = text[..written.span().start.min(text.len())].matches('\n').count() + 1;
            let written = written.into_inner();
            let answer = written.answer;
            let belief = belief(path, line, written)?;
            if let Some(answer) = answer {
                self.answers.push((belief.clone(), answer));
            }
            match answer {
                None | Some(Answer::Agree) => self.assumptions.push(belief),
                Some(Answer::Disagree) => self.assumptions.push(opposite(belief)),
                // Who cannot say believes nothing that could be tested.
                Some(Answer::Unsure) => {}
            }
        }
        Ok(())
    }

    /// Where the people at the top differ: every statement that at least two of them answered.
    pub(crate) fn side_by_side(&self) -> Vec<SideBySide> {
        let mut by_statement: BTreeMap<&str, Vec<&(Assumption, Answer)>> = BTreeMap::new();
        for answered in &self.answers {
            by_statement.entry(&answered.0.id).or_default().push(answered);
        }
        by_statement
            .into_values()
            .filter_map(|answered| {
                let mut latest: BTreeMap<&str, (Answer, Option<String>)> = BTreeMap::new();
                for (belief, answer) in answered.iter().map(|one| (&one.0, one.1)) {
                    let known = latest.get(belief.who.as_str()).and_then(|(_, on)| on.clone());
                    if known.is_none() || belief.on >= known {
                        latest.insert(&belief.who, (answer, belief.on.clone()));
                    }
                }
                let says = |wanted| latest.values().any(|(answer, _)| *answer == wanted);
                let divided = says(Answer::Agree) && says(Answer::Disagree);
                (latest.len() > 1).then(|| SideBySide {
                    id: answered[0].0.id.clone(),
                    says: answered[0].0.says.clone(),
                    divided,
                    answers: latest.into_iter().map(|(who, (answer, on))| (who.to_owned(), answer, on)).collect(),
                })
            })
            .collect()
    }
}

/// The statements to put to a leader, in order.
pub fn statements() -> Vec<Statement> {
    let statements = built_in();
    statements
        .iter()
        .enumerate()
        .map(|(at, one)| Statement { id: one.id.clone().unwrap_or_default(), says: one.says.clone(), written_as: at })
        .collect()
}

fn built_in() -> Vec<Written> {
    let file: File =
        toml::from_str(STATEMENTS).expect("the statements that come with Sayso are valid; a test reads them");
    file.assumption.into_iter().map(Spanned::into_inner).collect()
}

/// One interview: what somebody answered, kept in a file of its own.
pub struct Interview {
    path: PathBuf,
    who: String,
    on: String,
    answered: Vec<Written>,
}

impl Interview {
    /// Begins an interview with somebody on a day. Their answers of that day are replaced as they give them.
    pub fn begin(office: &Path, who: &str, on: &str) -> Interview {
        let name: String =
            who.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let path = office.join(ANSWERS_FOLDER).join(format!("{}-{on}.toml", name.trim_matches('-')));
        Interview { path, who: who.to_owned(), on: on.to_owned(), answered: Vec::new() }
    }

    /// Keeps one answer; what was answered so far is written whole each time.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn answer(
        &mut self,
        statement: &Statement,
        answer: Answer,
        because: Option<String>,
    ) -> Result<(), InquiryError> {
        let written = built_in().swap_remove(statement.written_as);
        let (who, on) = (Some(self.who.clone()), Some(self.on.clone()));
        self.answered.push(Written { who, on, because, answer: Some(answer), ..written });
        let mut text = format!(
            "# What {} said on {} about how decisions are made. Tested by `sayso check`.\n# answer: agree, disagree or unsure.\n",
            self.who.replace(['\n', '\r'], " "),
            self.on
        );
        let body = toml::to_string(&Answers { assumption: &self.answered })
            .map_err(|error| InquiryError::usage(error.to_string(), "say it in plain text"))?;
        text.push('\n');
        text.push_str(&body);
        write_whole(&self.path, text.as_bytes())
    }

    /// Where the answers are.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What was measured of parts of the record, and the decisions in them, by the measure and by what narrows the record.
type Parts<'a> = BTreeMap<(MeasureId, BTreeMap<&'a str, &'a str>), (Measured, Paths)>;

impl Office {
    /// Every belief, tested on the record.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn beliefs(&self) -> Result<Vec<TestedBelief>, InquiryError> {
        if self.beliefs.assumptions.is_empty() {
            return Ok(Vec::new());
        }
        self.note_view("check", None)?;
        self.test_beliefs(&self.see()?)
    }

    /// What the people at the top say to the same statements.
    pub fn side_by_side(&self) -> Vec<SideBySide> {
        self.beliefs.side_by_side()
    }

    pub(crate) fn test_beliefs(&self, seen: &Seen) -> Result<Vec<TestedBelief>, InquiryError> {
        let mut parts = BTreeMap::new();
        self.beliefs.assumptions.iter().map(|belief| self.test_belief(belief, seen, &mut parts)).collect()
    }

    /// `parts` remembers what was measured of a part of the record: beliefs often speak of the same one.
    fn test_belief<'a>(
        &self,
        belief: &'a Assumption,
        seen: &Seen,
        parts: &mut Parts<'a>,
    ) -> Result<TestedBelief, InquiryError> {
        let (in_scope, narrows): (BTreeMap<_, _>, BTreeMap<_, _>) = belief
            .part
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .partition(|(key, _)| is_of_scope(belief.measure, key));
        let (paths, measured) = if narrows.is_empty() {
            (&seen.paths, self.measured(seen)?)
        } else {
            let part = match parts.entry((belief.measure, narrows)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    let (paths, window) = self.part(belief, &unknown.key().1, seen)?;
                    unknown.insert((self.measure_for(belief.measure, &paths, seen, window), paths))
                }
            };
            (&part.1, &part.0)
        };
        let wanted = |one: &&Measurement| {
            one.id() == belief.measure
                && one.statistic() == belief.statistic
                && in_scope.iter().all(|(key, value)| one.scope().get(*key).is_some_and(|found| found == value))
                && one
                    .scope()
                    .iter()
                    .all(|(key, value)| in_scope.contains_key(key.as_str()) || (key == "clock" && value == "working"))
        };
        let found = measured.measures.iter().find(wanted);
        let why = measured.withheld.iter().find(|one| one.id == belief.measure && one.breakdown == "overall");
        let words = seen.who.words();
        let named = |one: &Decision| format!("{}#{}", words.item(one.item), one.ordinal);
        // Where nothing may be said of a part of the record, its decisions are not pointed at either.
        let evidence = match found {
            Some(_) => paths.decisions.iter().take(EVIDENCE_MAX).map(named).collect(),
            None => Vec::new(),
        };
        Ok(test(belief, Found { number: found, withheld: why.map(|one| one.why.as_str()), evidence }))
    }

    /// The decisions that a belief speaks of, and the time in which they were put.
    fn part(
        &self,
        belief: &Assumption,
        narrows: &BTreeMap<&str, &str>,
        seen: &Seen,
    ) -> Result<(Paths, Window), InquiryError> {
        let words = seen.who.words();
        let mut columns: Vec<Wanted<'_>> = Vec::new();
        let mut asked = (None, None);
        for (&key, &value) in narrows {
            match key {
                "matter" => columns.push((Column::Matter, |one| one.matter, value)),
                "area" => columns.push((Column::Area, |one| one.area, value)),
                "role" => columns.push((Column::Role, |one| one.asker_role, value)),
                "site" => columns.push((Column::Site, |one| one.asker_site, value)),
                "since" => asked.0 = Some(instant(belief, value)?),
                "until" => asked.1 = Some(instant(belief, value)?),
                _ => {
                    return Err(InquiryError::usage(
                        format!("read {}: `{key}` is nothing that a part of the record has", belief.written),
                        "`where` takes matter, area, role, site, since, until, clock and by",
                    ));
                }
            }
        }
        let (since, until) = self.snapped(seen, asked);
        let paths = seen.paths.filtered(|one| {
            columns.iter().all(|(column, code, value)| words.word(*column, code(one)).eq_ignore_ascii_case(value))
                && since.is_none_or(|since| one.raised_at >= since)
                && until.is_none_or(|until| one.raised_at < until)
        });
        let Window { since: first, until: last } = seen.window;
        let first = since.map_or(first, |since| first.max(since.timestamp()));
        let last = until.map_or(last, |until| last.min(until.timestamp()));
        Ok((paths, Window { since: first, until: last.max(first) }))
    }
}

/// A column, where a decision has it, and the word that is wanted there.
type Wanted<'v> = (Column, fn(&Decision) -> Code, &'v str);

/// Decisions named as the paths behind a belief.
const EVIDENCE_MAX: usize = 12;

fn is_of_scope(measure: MeasureId, key: &str) -> bool {
    OF_SCOPE.contains(&key) || (measure == MeasureId::M03 && OF_HOLDERS.contains(&key))
}

fn instant(belief: &Assumption, text: &str) -> Result<Instant, InquiryError> {
    point_in_time(text).map(Instant::from).ok_or_else(|| {
        InquiryError::usage(
            format!("read {}: `{text}` is no time", belief.written),
            "write a date such as 2026-03-01, or an instant with its offset",
        )
    })
}

fn belief(path: &Path, line: usize, written: Written) -> Result<Assumption, InquiryError> {
    let place = format!("{}:{line}", path.file_name().unwrap_or_default().to_string_lossy());
    let (code, dotted) = match written.measure.split_once('.') {
        Some((code, statistic)) => (code, Some(statistic.to_owned())),
        None => (written.measure.as_str(), None),
    };
    let Some(measure) = MeasureId::ALL.into_iter().find(|id| id.code() == code) else {
        return Err(InquiryError::usage(
            format!("read {place}: there is no measure `{code}`"),
            "measures are listed in docs/reference/measures.md, e.g. measure = \"M10\", statistic = \"rate\"",
        ));
    };
    let known = sayso_measures::statistics(measure);
    let statistic = written.statistic.or(dotted).or_else(|| known.first().map(|name| (*name).to_owned()));
    let statistic = statistic.unwrap_or_default();
    if !known.contains(&statistic.as_str()) {
        return Err(InquiryError::usage(
            format!("read {place}: {code} has no statistic `{statistic}`"),
            format!("it has {}", known.join(", ")),
        ));
    }
    let id = written.id.unwrap_or_else(|| slug(&written.says));
    Ok(Assumption {
        id,
        who: written.who.unwrap_or_else(|| "the office".to_owned()),
        says: written.says,
        measure,
        statistic,
        part: written.part,
        expect: written.expect,
        margin: written.margin.unwrap_or(0.0).max(0.0),
        because: written.because,
        on: written.on,
        written: place,
    })
}

/// Who disagrees believes the other side of the same number.
fn opposite(belief: Assumption) -> Assumption {
    let expect = match belief.expect {
        Expectation::AtLeast(number) => Expectation::AtMost(number),
        Expectation::AtMost(number) | Expectation::About(number) => Expectation::AtLeast(number),
    };
    Assumption { says: format!("Not so: {}", belief.says), expect, ..belief }
}

fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(8);
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_statements_that_come_with_sayso_can_be_tested() {
        let statements = statements();
        assert!(statements.len() >= 15, "{}", statements.len());
        for (at, one) in built_in().into_iter().enumerate() {
            assert!(one.id.is_some(), "statement {at} has no name of its own");
            belief(Path::new("statements.toml"), at, one).unwrap();
        }
    }

    #[test]
    fn an_interview_is_read_back_and_disagreement_turns_the_belief_round() {
        let folder = tempfile::tempdir().unwrap();
        let all = statements();
        for (who, answer) in [("Head of Product", Answer::Agree), ("Managing Director", Answer::Disagree)] {
            let mut interview = Interview::begin(folder.path(), who, "2026-03-01");
            interview.answer(&all[0], answer, Some("so I was told \"twice\"".to_owned())).unwrap();
            interview.answer(&all[1], Answer::Unsure, None).unwrap();
        }
        let read = Beliefs::read(folder.path()).unwrap();
        assert_eq!(read.assumptions.len(), 2, "who cannot say believes nothing");
        assert_ne!(read.assumptions[0].expect, read.assumptions[1].expect);
        let sides = read.side_by_side();
        assert_eq!(sides.iter().filter(|one| one.divided).count(), 1);
        assert_eq!(sides.len(), 2);
    }

    #[test]
    fn a_belief_about_no_measure_says_where_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(ASSUMPTIONS_FILE);
        std::fs::write(&file, "# ours\n\n[[assumption]]\nsays = \"x\"\nmeasure = \"M99\"\nexpect = \">= 1\"\n")
            .unwrap();
        let error = Beliefs::read(folder.path()).unwrap_err();
        assert!(error.to_string().contains("assumptions.toml:3"), "{error}");
        std::fs::write(&file, "[[assumption]]\nsays = \"x\"\nmeasure = \"M01\"\nexpekt = \">= 1\"\n").unwrap();
        let error = Beliefs::read(folder.path()).unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("did you mean `expect`?"));
    }
}
