//! Talk on stderr: progress while reading, and errors that say what to type next.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sayso_inquiry::{Fault, InquiryError, Talk};

/// Progress bars on stderr, or silence where nobody watches.
pub struct Progress {
    bar: ProgressBar,
    watched: bool,
}

impl Progress {
    /// Shown only when stderr is a terminal.
    pub fn new() -> Self {
        let watched = std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            None,
            if watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
        );
        Self { bar, watched }
    }
}

impl Talk for Progress {
    fn begins(&mut self, what: &str, total: Option<u64>) {
        if !self.watched {
            return;
        }
        let style = match total {
            Some(_) => ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {eta}"),
            None => ProgressStyle::with_template("{spinner} {msg} {pos}"),
        };
        if let Ok(style) = style {
            self.bar.set_style(style);
        }
        self.bar.set_length(total.unwrap_or(0));
        self.bar.set_message(what.to_owned());
        self.bar.enable_steady_tick(Duration::from_millis(200));
    }

    fn advances(&mut self, done: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.bar.set_length(total);
        }
        self.bar.set_position(done);
    }

    fn ends(&mut self) {
        self.bar.finish_and_clear();
    }

    fn says(&mut self, line: &str) {
        if self.watched {
            self.bar.println(line);
        } else {
            anstream::eprintln!("{line}");
        }
    }
}

/// An error as it stands on the screen: what failed, what caused it, and what to type next.
pub fn error_text(error: &InquiryError) -> String {
    let mut text = format!("error: failed to {error}\n");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let _ = writeln!(text, "caused by: {inner}");
        cause = inner.source();
    }
    if let Some(hint) = error.hint() {
        let _ = write!(text, "\nhint: {hint}\n");
    }
    text
}

/// The exit code that belongs to a kind of fault; documented in the README.
pub fn exit_code(fault: Fault) -> u8 {
    match fault {
        Fault::Usage => 2,
        Fault::Source => 3,
        Fault::Bug => 70,
    }
}
