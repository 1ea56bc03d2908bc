//! The one door to the world: the clock, the environment, temporary folders, programs of others and the machine's randomness.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Bytes of what a program says that are read; nothing that is asked of one is longer.
const SAID_MAX: u64 = 64 << 10;
/// How often it is looked whether a program has ended, and how long its last words are waited for when it has.
const GLANCE: Duration = Duration::from_millis(20);
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What an inquiry may ask of the machine it runs on. Everything else is a function of the office's files and a seed.
pub trait World: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// The folder that relative paths start from.
    fn folder(&self) -> PathBuf;

    /// A folder for what may be thrown away afterwards.
    fn temporary(&self) -> PathBuf;

    /// 32 bytes that nobody can guess, for the key of an office's pseudonyms.
    fn secret(&self) -> std::io::Result<[u8; 32]>;

    /// Who is at the machine, as it calls them; empty where it does not say.
    fn user(&self) -> String;

    /// A variable of the environment; `None` where it is not set, or is no text.
    fn variable(&self, name: &str) -> Option<String>;

    /// How many threads the machine runs at once, at least 1.
    fn threads(&self) -> usize;

    /// Runs a program of the machine to its end, in a folder, without a shell and without input, at most for `limit`. It
    /// sees the environment. A program that is named with a folder is looked for from `folder` on.
    ///
    /// # Errors
    /// Where there is no such program, or it may not be run.
    fn run(&self, program: &str, args: &[String], folder: &Path, limit: Duration) -> std::io::Result<Ran>;
}

/// How a program ended, and what it said. It does not show itself: what was said may be a secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// Its exit code; `None` where it was ended: by the limit, or by a signal.
    pub code: Option<i32>,
    /// Whether it was ended because its time was over.
    pub timed_out: bool,
    /// The beginning of what it wrote to its output, which may be a secret.
    pub out: Vec<u8>,
    /// The beginning of what it complained of.
    pub err: Vec<u8>,
}

/// The machine itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine;

#[expect(clippy::disallowed_methods, reason = "this is the door that everything else goes through")]
impl World for Machine {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn folder(&self) -> PathBuf {
        std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
    }

    fn temporary(&self) -> PathBuf {
        std::env::temp_dir()
    }

    fn secret(&self) -> std::io::Result<[u8; 32]> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(std::io::Error::other)?;
        Ok(key)
    }

    fn user(&self) -> String {
        ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default()
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn threads(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    fn run(&self, program: &str, args: &[String], folder: &Path, limit: Duration) -> std::io::Result<Ran> {
        // Where a relative program is looked for with another working folder differs from system to system.
        let is_path = program.contains(['/', '\\']);
        let mut command = if is_path { Command::new(folder.join(program)) } else { Command::new(program) };
        command.args(args).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (out, err) = (listened(child.stdout.take()), listened(child.stderr.take()));
        let begun = Instant::now();
        let (code, timed_out) = ended(&mut child, &|| begun.elapsed() >= limit)?;
        let said = |from: Receiver<Vec<u8>>| from.recv_timeout(LAST_WORDS).unwrap_or_default();
        Ok(Ran { code, timed_out, out: said(out), err: said(err) })
    }
}

/// Waits for the end of a program, or ends it.
fn ended(child: &mut Child, is_over: &dyn Fn() -> bool) -> std::io::Result<(Option<i32>, bool)> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status.code(), false));
        }
        if is_over() {
            child.kill()?;
            child.wait()?;
            return Ok((None, true));
        }
        std::thread::sleep(GLANCE);
    }
}

/// Listens to a program beside it, so that it never waits to be heard. One that leaves others behind who still hold its line
/// is not listened to any longer; what they say is lost.
fn listened(line: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(1);
    if let Some(mut line) = line {
        std::thread::spawn(move || {
            let mut said = Vec::new();
            let _ = line.by_ref().take(SAID_MAX).read_to_end(&mut said);
            let _ = sender.send(said);
            // The rest is heard and forgotten.
            let _ = std::io::copy(&mut line, &mut std::io::sink());
        });
    }
    receiver
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn run(script: &str, limit: Duration) -> Ran {
        Machine.run("sh", &["-c".to_owned(), script.to_owned()], Path::new("/"), limit).unwrap()
    }

    #[test]
    fn a_program_says_what_it_says_and_how_it_ended() {
        let minute = Duration::from_secs(60);
        let ran = run("echo word; echo woe >&2; exit 3", minute);
        assert_eq!(
            (ran.code, ran.timed_out, &ran.out[..], &ran.err[..]),
            (Some(3), false, &b"word\n"[..], &b"woe\n"[..])
        );
        // More than anybody wants to hear does not keep it waiting.
        let ran = run("yes | head -c 300000", minute);
        assert_eq!((ran.code, ran.out.len() as u64), (Some(0), SAID_MAX));
        assert!(Machine.run("no-such-program-here", &[], Path::new("/"), minute).is_err());
    }

    #[test]
    fn a_program_is_ended_when_its_time_is_over_whomever_it_leaves_behind() {
        let ran = run("sleep 60", Duration::from_millis(50));
        assert_eq!((ran.code, ran.timed_out), (None, true));
        let ran = run("sleep 5 & echo word", Duration::from_secs(30));
        assert_eq!(ran.code, Some(0));
    }
}
