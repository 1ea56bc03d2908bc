//! Suggestions as rules of a lens, in TOML that can be pasted and says of each rule on what evidence it stands.

use super::{Confidence, Part, Suggestion};
use crate::lens::{Lens, LensError};

/// The suggestions as rules of a lens. What the lens in use says already, and what cannot be told, are comments; so are
/// rules of low confidence, to be taken in by hand.
///
/// They are meant to stand above the lens's own rules, because the first rule that matches counts.
pub fn rules(suggestions: &[Suggestion]) -> String {
    let mut text = String::from(
        "# Proposed from the record. Nothing here is certain: read the reasons, and strike out what you know better.\n\
         # Of what bears `#` before its rule there is too little evidence, or the lens says the same already.\n",
    );
    for one in suggestions {
        text.push('\n');
        rule(one, &mut text);
    }
    text
}

/// The lens with the suggested rules above its own, to be kept under another name.
///
/// # Errors
/// Where the text that comes of it is no lens.
pub fn into_lens(lens: &Lens, suggestions: &[Suggestion]) -> Result<String, LensError> {
    let text = lens.text();
    let at = first_rule(text).unwrap_or(text.len());
    let (before, after) = text.split_at(at);
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let whole = format!("{before}{gap}{}\n{after}", rules(suggestions));
    Lens::parse(&whole)?;
    Ok(whole)
}

/// Where the first rule begins, with the comments that stand directly above it.
fn first_rule(text: &str) -> Option<usize> {
    let (mut at, mut block) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with("[[rule]]") {
            return Some(block);
        }
        at += line.len();
        if !line.starts_with('#') {
            block = at;
        }
    }
    None
}

fn rule(one: &Suggestion, text: &mut String) {
    let (events, items) =
        (if one.n == 1 { "event" } else { "events" }, if one.n_items == 1 { "item" } else { "items" });
    let n = format!("{} {events} of {} {items}", one.n, one.n_items);
    let Some(act) = one.act() else {
        comment(text, &format!("{}: cannot tell. {n}. {}.", one.told, sentence(one)));
        return;
    };
    let part = one.part.words();
    if one.is_as_now() {
        comment(text, &format!("{}: {part}, as the lens says already. {n}.", one.told));
        return;
    }
    comment(text, &format!("{}: {part}. Confidence: {}. {n}.{}", one.told, one.confidence, present(one)));
    let mark = if one.confidence == Confidence::Low { "# " } else { "" };
    let mut line = |line: String| {
        text.push_str(mark);
        text.push_str(&line);
        text.push('\n');
    };
    line("[[rule]]".to_owned());
    line(format!("activity = {}", quoted(&pattern(&one.told.activity))));
    let list = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| quoted(&pattern(name))).collect();
        format!("[{}]", names.join(", "))
    };
    let mut wheres = Vec::new();
    if let Some(to) = &one.told.to {
        wheres.push(format!("to = {}", quoted(&pattern(to))));
    }
    let (from, to) = &one.categories;
    // The same change of status may be several things by what it leaves: no rule may take in another's events.
    for (name, categories) in [("from_category", from), ("to_category", to)] {
        if !categories.is_empty() {
            wheres.push(format!("{name} = {}", list(categories)));
        }
    }
    if !wheres.is_empty() {
        line(format!("where = {{ {} }}", wheres.join(", ")));
    }
    line(format!("act = {}", quoted(act.name())));
    if let Some(verdict) = one.verdict {
        line(format!("verdict = {}", quoted(verdict.name())));
    }
    line(format!("because = {}", quoted(&format!("{}.", sentence(one)))));
}

fn present(one: &Suggestion) -> String {
    let acts: Vec<&str> = one.present.iter().map(|act| act.name()).collect();
    match (acts.as_slice(), one.part) {
        ([], Part::CannotTell) => String::new(),
        ([], _) => " Now: no act.".to_owned(),
        (acts, _) => format!(" Now: {}.", acts.join(" and ")),
    }
}

fn sentence(one: &Suggestion) -> String {
    let mut text = one.why.join("; ");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    text
}

/// A comment cannot be left by a line break within a name.
fn comment(text: &mut String, what: &str) {
    text.push_str("# ");
    text.extend(what.chars().map(|c| if c.is_control() { ' ' } else { c }));
    text.push('\n');
}

/// A pattern that matches the text alone: the text itself where it holds nothing that patterns read, else a regular
/// expression.
fn pattern(text: &str) -> String {
    if text.contains(['*', '?', '[', ']', '{', '}', '!', '\\']) || text.starts_with('/') {
        format!("/^{}$/", regex::escape(text))
    } else {
        text.to_owned()
    }
}

/// A basic string of TOML, on one line whatever it holds.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
