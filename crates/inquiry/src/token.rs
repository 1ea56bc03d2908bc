//! Where the token of a source is kept: a file that only its owner may read, a program that says it, or the machine's keyring.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::office::SourceSection;
use crate::world::Ran;
use crate::{InquiryError, World};

/// How long a program may take to say a token: a keyring may first ask its owner to unlock it.
const LIMIT: Duration = Duration::from_secs(120);
/// Letters of what a program complains of that are shown.
const COMPLAINT_MAX: usize = 300;

/// Where a token is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenPlace {
    /// Nowhere but in the environment.
    Nowhere,
    /// In a file.
    File(PathBuf),
    /// With a program, which is run in a folder.
    Program { words: Vec<String>, folder: PathBuf },
    /// In the keyring of the machine.
    Keyring { service: String, account: String, folder: PathBuf },
}

impl TokenPlace {
    /// What a section says of its token; what it says is one thing only.
    pub(crate) fn of(section: &SourceSection, folder: &Path) -> TokenPlace {
        let folder_of = || folder.to_path_buf();
        if let Some(file) = &section.token_file {
            return TokenPlace::File(folder.join(file));
        }
        if let Some(words) = &section.token_command {
            return TokenPlace::Program { words: words.clone(), folder: folder_of() };
        }
        match section.token_keyring.as_deref().and_then(|place| place.split_once('/')) {
            Some((service, account)) => {
                TokenPlace::Keyring { service: service.to_owned(), account: account.to_owned(), folder: folder_of() }
            }
            None => TokenPlace::Nowhere,
        }
    }

    /// The token; empty where there is none. `name` is the source's, for messages.
    pub(crate) fn token(&self, name: &str, world: &dyn World) -> Result<String, InquiryError> {
        match self {
            TokenPlace::Nowhere => Ok(String::new()),
            TokenPlace::File(file) => in_file(file),
            TokenPlace::Program { words, folder } => {
                let (program, args) = words.split_first().expect("an office file whose command is empty is refused");
                let missing = format!("check `token_command`: there is no program `{program}` that may be run");
                said(name, program, args, folder, &missing, world)
            }
            TokenPlace::Keyring { service, account, folder } => match keyring(std::env::consts::OS, service, account) {
                Some((program, args, missing)) => said(name, program, &args, folder, missing, world),
                None => Err(InquiryError::usage(
                    format!("get the token of `{name}` from the keyring: on this system Sayso knows of none"),
                    "let a program say it: token_command = [\"PROGRAM\", \"ARGUMENT\"]",
                )),
            },
        }
    }
}

/// The tool that reads the keyring of an operating system, and what to do where it is missing.
fn keyring(system: &str, service: &str, account: &str) -> Option<(&'static str, Vec<String>, &'static str)> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match system {
        "linux" | "freebsd" | "openbsd" | "netbsd" => Some((
            "secret-tool",
            words(&["lookup", "service", service, "account", account]),
            "install `secret-tool` (package libsecret-tools, or libsecret), or let another program say the token: token_command",
        )),
        "macos" => Some((
            "security",
            words(&["find-generic-password", "-s", service, "-a", account, "-w"]),
            "`security` is a part of macOS: check that /usr/bin is in PATH",
        )),
        _ => None,
    }
}

/// The first line that a program says. What it says is shown nowhere, and neither are its arguments.
fn said(
    name: &str,
    program: &str,
    args: &[String],
    folder: &Path,
    missing: &str,
    world: &dyn World,
) -> Result<String, InquiryError> {
    let failed = |why: &str, hint: &str| {
        Err(InquiryError::usage(format!("get the token of `{name}`: `{program}` {why}"), hint.to_owned()))
    };
    let ran = match world.run(program, args, folder, LIMIT) {
        Ok(ran) => ran,
        Err(error) if error.kind() == ErrorKind::NotFound => return failed("is not there", missing),
        Err(error) => return failed(&format!("cannot be run ({error})"), missing),
    };
    let complaint = complaint(&ran);
    let complaint = if complaint.is_empty() { String::new() } else { format!(": {complaint}") };
    let by_hand = "run it by hand; it must print the token in its first line and end with 0";
    if ran.timed_out {
        let why = format!("did not end within {} s{complaint}", LIMIT.as_secs());
        return failed(&why, "unlock the keyring, and run it by hand once");
    }
    match ran.code {
        Some(0) => {}
        Some(code) => return failed(&format!("ended with {code}{complaint}"), by_hand),
        None => return failed(&format!("was ended by a signal{complaint}"), by_hand),
    }
    let Ok(out) = std::str::from_utf8(&ran.out) else {
        return failed("said something that is no text", by_hand);
    };
    match out.lines().next().map(str::trim).filter(|line| !line.is_empty()) {
        Some(token) => Ok(token.to_owned()),
        None => failed(
            &format!("said no token{complaint}"),
            "put the token there first; `docs/guide/trackers.md` shows how",
        ),
    }
}

/// What a program complained of, in one line, without anything that it said and without what a terminal would obey.
fn complaint(ran: &Ran) -> String {
    let mut words = String::from_utf8_lossy(&ran.err).into_owned();
    for line in String::from_utf8_lossy(&ran.out).lines().map(str::trim).filter(|line| !line.is_empty()) {
        words = words.replace(line, "...");
    }
    let words: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(COMPLAINT_MAX).collect()
}

/// The token in a file that only its owner may read.
pub(crate) fn in_file(file: &Path) -> Result<String, InquiryError> {
    private(file)?;
    std::fs::read_to_string(file).map_err(InquiryError::file("read the token in", file))
}

/// Refuses a file that others than its owner may read.
fn private(file: &Path) -> Result<(), InquiryError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let found = std::fs::metadata(file).map_err(InquiryError::file("read the token in", file))?;
        if found.permissions().mode() & 0o077 != 0 {
            return Err(InquiryError::usage(
                format!("trust {} with a token: others than its owner may read it", file.display()),
                format!("chmod 600 {}", file.display()),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Mutex;

    use jiff::Timestamp;

    use super::*;

    /// A world in which every program ends in the same way.
    struct Alike(Option<Ran>, Mutex<Vec<String>>);

    impl World for Alike {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
        fn folder(&self) -> PathBuf {
            PathBuf::new()
        }
        fn temporary(&self) -> PathBuf {
            PathBuf::new()
        }
        fn secret(&self) -> std::io::Result<[u8; 32]> {
            Ok([0; 32])
        }
        fn user(&self) -> String {
            String::new()
        }
        fn variable(&self, _: &str) -> Option<String> {
            None
        }
        fn threads(&self) -> usize {
            1
        }
        fn run(&self, program: &str, args: &[String], _: &Path, _: Duration) -> std::io::Result<Ran> {
            self.1.lock().unwrap().push(format!("{program} {}", args.join(" ")));
            self.0.clone().ok_or_else(|| ErrorKind::NotFound.into())
        }
    }

    fn ask(ran: Option<Ran>) -> Result<String, String> {
        let place =
            TokenPlace::Program { words: vec!["teller".to_owned(), "sesame".to_owned()], folder: PathBuf::new() };
        place
            .token("desk", &Alike(ran, Mutex::default()))
            .map_err(|error| format!("{error}; {}", error.hint().unwrap()))
    }

    fn ran(code: Option<i32>, out: &str, err: &str) -> Option<Ran> {
        Some(Ran { code, timed_out: false, out: out.as_bytes().to_vec(), err: err.as_bytes().to_vec() })
    }

    #[test]
    fn the_first_line_is_the_token() {
        assert_eq!(ask(ran(Some(0), " hush-1 \nuser: ada\n", "a warning")).unwrap(), "hush-1");
    }

    #[test]
    fn a_program_that_says_no_token_is_told_of_and_never_what_it_said() {
        for (ran, says) in [
            (
                ran(Some(1), "hush-1\n", "locked\n\u{1b}[31mhush-1 refused"),
                "`teller` ended with 1: locked [31m... refused",
            ),
            (ran(Some(0), "\nhush-1\n", "nothing found"), "said no token: nothing found"),
            (ran(Some(0), "", ""), "`teller` said no token;"),
            (ran(None, "hush-1", ""), "`teller` was ended by a signal;"),
            (Some(Ran { timed_out: true, ..Ran::default() }), "did not end within 120 s"),
            (None, "`teller` is not there; check `token_command`"),
        ] {
            let said = ask(ran).unwrap_err();
            assert!(said.contains(says), "{said}");
            assert!(!said.contains("hush-1") && !said.contains("sesame"), "{said}");
        }
        let no_text = Ran { code: Some(0), out: vec![0xff, 0xfe], ..Ran::default() };
        assert!(ask(Some(no_text)).unwrap_err().contains("no text"));
    }

    #[test]
    fn each_system_has_a_keyring_of_its_own() {
        let of = |system: &str| {
            keyring(system, "sayso", "our/jira").map(|(program, args, _)| format!("{program} {}", args.join(" ")))
        };
        assert_eq!(of("linux").unwrap(), "secret-tool lookup service sayso account our/jira");
        assert_eq!(of("macos").unwrap(), "security find-generic-password -s sayso -a our/jira -w");
        assert_eq!(of("plan9"), None);
    }
}
