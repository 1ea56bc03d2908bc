//! `sayso assume --as WHO`: puts the statements to a leader, one after the other, and keeps every answer as it is given.

use std::io::{BufRead as _, Write as _};

use sayso_inquiry::{Answer, InquiryError, Interview, Machine, World as _, statements};

use super::{WIDTH, deliver};
use crate::args::Shared;

pub fn run(shared: &Shared, who: &str) -> Result<u8, InquiryError> {
    if who.trim().is_empty() {
        return Err(InquiryError::usage("ask nobody", "say who answers: --as \"head of product\""));
    }
    let office = super::open(shared, None)?;
    let Some(folder) = office.folder() else {
        return Err(InquiryError::usage(
            "keep answers without an office",
            "make a folder with a sayso.toml and give it with --office",
        ));
    };
    let day = Machine.now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let mut interview = Interview::begin(folder, who, &day);
    let all = statements();
    let mut talk = anstream::stderr().lock();
    let mut lines = std::io::stdin().lock().lines();
    let _ = writeln!(
        talk,
        "{} statements about how decisions are made. Say what you believe, not what should be.\n\
         y = so it is, n = it is not so, ? = cannot say, q = stop here; a reason may follow.\n",
        all.len()
    );
    let mut answered = 0;
    'ask: for (at, statement) in all.iter().enumerate() {
        loop {
            let question = format!("{}. {}", at + 1, statement.says);
            let _ = write!(talk, "{}\n   y/n/?/q: ", textwrap::fill(&question, WIDTH));
            let _ = talk.flush();
            let Some(Ok(line)) = lines.next() else { break 'ask };
            let line = line.trim();
            let (word, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let answer = match word.to_ascii_lowercase().as_str() {
                "y" | "yes" => Answer::Agree,
                "n" | "no" => Answer::Disagree,
                "?" => Answer::Unsure,
                "q" | "quit" => break 'ask,
                _ => {
                    let _ = writeln!(talk, "   Please type y, n, ? or q.");
                    continue;
                }
            };
            interview.answer(statement, answer, Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty()))?;
            answered += 1;
            break;
        }
    }
    let said = match answered {
        0 => "Nothing was answered, and nothing is kept.\n".to_owned(),
        n => format!(
            "{n} of {} answered; kept in {}. Hold them against the record with:\n  sayso check --office {}\n",
            all.len(),
            interview.path().display(),
            folder.display()
        ),
    };
    deliver(shared, &said)?;
    Ok(0)
}
