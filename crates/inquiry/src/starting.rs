//! Beginning an office: looks at what lies in a folder, and proposes a commented `sayso.toml`. Nothing is asked or fetched.

mod seen;
mod written;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::office::{OFFICE_FILE, OfficeFile, check};
use crate::{InquiryError, World, writing};
use seen::{Seen, look};

/// What an office could begin with.
#[derive(Clone, Debug, Serialize)]
pub struct Beginning {
    /// The folder.
    pub folder: PathBuf,
    /// What was found there, a line each.
    pub found: Vec<String>,
    /// What to type next, each with what it does.
    pub next: Vec<NextStep>,
    /// The proposed `sayso.toml`.
    pub text: String,
}

/// Something to type, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// The command line.
    pub command: String,
    /// What it does.
    pub why: String,
}

impl Beginning {
    /// Looks at a folder; one that is not there yet is an empty one.
    ///
    /// # Errors
    /// When it is a file, or cannot be read.
    pub fn of(folder: &Path, world: &dyn World) -> Result<Beginning, InquiryError> {
        if folder.exists() && !folder.is_dir() {
            return Err(InquiryError::usage(
                format!("begin an office in {}: it is a file", folder.display()),
                format!("name a folder, or look at the file at once: `sayso diagnose {}`", quoted(folder)),
            ));
        }
        let seen = look(&world.folder().join(folder), world)?;
        let text = written::office_file(&seen);
        let valid =
            toml::from_str::<OfficeFile>(&text).map_err(|error| crate::office::invalid(Path::new(OFFICE_FILE), &error));
        valid.and_then(|office| check(Path::new(OFFICE_FILE), &office))?;
        Ok(Beginning { folder: folder.to_path_buf(), found: found(&seen), next: next(&seen, folder), text })
    }

    /// Writes `sayso.toml`, whole or not at all, and never over one that is there; gives its path.
    ///
    /// # Errors
    /// When there is one already, or it cannot be written.
    pub fn write(&self) -> Result<PathBuf, InquiryError> {
        let path = self.folder.join(OFFICE_FILE);
        if writing::write_new(&path, self.text.as_bytes())? {
            return Ok(path);
        }
        Err(InquiryError::usage(
            format!("write {}: there is one already, and it stays as it is", path.display()),
            format!(
                "`sayso read --office {0}` goes by it; `sayso init {0} --stdout` prints what would be written",
                quoted(&self.folder)
            ),
        ))
    }

    /// What was found and what to type next, in words; `written` is the file, where it was written.
    pub fn words(&self, written: Option<&Path>) -> String {
        let mut text: String = self.found.iter().map(|line| format!("found: {line}\n")).collect();
        if let Some(path) = written {
            text.push_str(&format!("written: {}\n", path.display()));
        }
        text.push_str("\nNext:\n");
        let width = self.next.iter().map(|step| step.command.chars().count()).max().unwrap_or(0).min(44);
        for step in &self.next {
            text.push_str(&format!("  {:width$}  # {}\n", step.command, step.why));
        }
        text
    }
}

fn found(seen: &Seen) -> Vec<String> {
    let mut lines: Vec<String> =
        seen.sources.iter().map(|source| format!("{}: {}", source.path, source.what)).collect();
    lines.extend(seen.unclear.iter().map(|one| format!("{}: {}", one.path, one.what)));
    lines.extend(seen.trackers.iter().map(|tracker| {
        format!("{} of {}: {} at {}", tracker.remote, tracker.of, tracker.hint.tracker.words(), tracker.hint.address)
    }));
    lines.extend(seen.declared.iter().map(|one| format!("{one}: declares who answers for what")));
    lines.extend(seen.own.iter().map(|(name, what)| format!("{name}: {what}")));
    if lines.is_empty() {
        lines.push("nothing that Sayso reads".to_owned());
    }
    if seen.is_cut {
        lines.push("more than was looked at: the folder is large".to_owned());
    }
    lines
}

fn next(seen: &Seen, folder: &Path) -> Vec<NextStep> {
    let here = folder == Path::new(".");
    let office = if here { String::new() } else { format!(" --office {}", quoted(folder)) };
    let within = |path: &str| if here { quoted(Path::new(path)) } else { quoted(&folder.join(path)) };
    let step = |command: String, why: &str| NextStep { command, why: why.to_owned() };
    let mut next = Vec::new();
    if seen.sources.is_empty() {
        next.push(step(within(OFFICE_FILE), "open it: say where the record of your work lies"));
        if seen.trackers.is_empty() {
            next.push(step("sayso example insurer example".to_owned(), "or look at an office that has everything"));
        }
        next.push(step(format!("sayso read{office}"), "then bring it into the record"));
        return next;
    }
    next.push(step(format!("sayso read{office}"), "bring it into the record; says what was not read"));
    next.push(step(format!("sayso diagnose{office}"), "see how decisions travel"));
    if !seen.declared.is_empty() && !seen.has(crate::CHARTER_FILE) {
        let from: Vec<String> = seen.declared.iter().take(1).map(|path| within(path)).collect();
        let to = within(crate::CHARTER_FILE);
        next.push(step(
            format!("sayso charter import {} > {to}", from.join(" ")),
            "what is declared there, as a charter",
        ));
    }
    if !seen.has("people.csv") {
        next.push(step(format!("sayso people{office}"), "who may be one person; what people.csv would say"));
    }
    if !seen.unclear.is_empty() {
        next.push(step(within(OFFICE_FILE), "open it: some tables need a word about their columns"));
    }
    next
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = !text.is_empty()
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '\\' | ':'));
    if is_plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
