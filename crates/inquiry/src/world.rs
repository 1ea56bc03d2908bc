//! The one door to the world: the clock, the environment, temporary folders and the machine's randomness.

use std::path::PathBuf;

use jiff::Timestamp;

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
}
