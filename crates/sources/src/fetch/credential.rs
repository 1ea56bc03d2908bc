//! What opens a tracker: a token, or a name and a password; it shows itself to nobody but the site.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::tracker::Tracker;

/// What a secret becomes where a site repeats it.
const HIDDEN: &str = "...";
/// Shorter secrets are not looked for in what a site says: they would be found everywhere.
const SHORTEST: usize = 6;

/// What opens a tracker. It is written nowhere and shown by nothing.
#[derive(Clone, Default)]
pub struct Credential(Held);

#[derive(Clone, Default)]
enum Held {
    #[default]
    None,
    Token(String),
    Basic {
        user: String,
        password: String,
    },
}

impl Credential {
    /// None: what everybody may read.
    pub fn none() -> Credential {
        Credential(Held::None)
    }

    /// A token or API key, without the white space around it; none where nothing is left.
    pub fn token(token: &str) -> Credential {
        match token.trim() {
            "" => Credential::none(),
            token => Credential(Held::Token(token.to_owned())),
        }
    }

    /// A name (for Jira Cloud: the mail address) with a password or token.
    pub fn basic(user: &str, password: &str) -> Credential {
        Credential(Held::Basic { user: user.trim().to_owned(), password: password.trim().to_owned() })
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        matches!(self.0, Held::None)
    }

    /// The header that shows it to a site of a tracker; `None` without a credential.
    pub(super) fn header(&self, tracker: Tracker) -> Option<(String, String)> {
        let header = |name: &str, value: String| Some((name.to_owned(), value));
        match (&self.0, tracker) {
            (Held::None, _) => None,
            (Held::Basic { user, password }, _) => header("Authorization", basic(user, password)),
            (Held::Token(token), Tracker::Gitlab) => header("PRIVATE-TOKEN", token.clone()),
            (Held::Token(token), Tracker::Bugzilla) => header("X-BUGZILLA-API-KEY", token.clone()),
            (Held::Token(token), Tracker::Redmine) => header("X-Redmine-API-Key", token.clone()),
            (Held::Token(token), Tracker::Azure) => header("Authorization", basic("", token)),
            (Held::Token(token), _) => header("Authorization", format!("Bearer {token}")),
        }
    }

    /// What a site said, without the secret where it repeats it.
    pub(super) fn hide(&self, said: &[u8]) -> Option<Vec<u8>> {
        let mut hidden: Option<Vec<u8>> = None;
        for secret in self.secrets() {
            let text = hidden.as_deref().unwrap_or(said);
            let places: Vec<usize> = memchr::memmem::find_iter(text, secret.as_bytes()).collect();
            if places.is_empty() {
                continue;
            }
            let (mut shown, mut from) = (Vec::with_capacity(text.len()), 0);
            for place in places {
                shown.extend_from_slice(&text[from..place]);
                shown.extend_from_slice(HIDDEN.as_bytes());
                from = place + secret.len();
            }
            shown.extend_from_slice(&text[from..]);
            hidden = Some(shown);
        }
        hidden
    }

    /// The same for a text.
    pub(super) fn hide_in(&self, said: &str) -> String {
        self.hide(said.as_bytes()).map_or_else(|| said.to_owned(), |shown| String::from_utf8_lossy(&shown).into_owned())
    }

    /// The secret, bare and as headers write it.
    fn secrets(&self) -> Vec<String> {
        let secrets = match &self.0 {
            Held::None => Vec::new(),
            Held::Token(token) => vec![STANDARD.encode(format!(":{token}")), token.clone()],
            Held::Basic { user, password } => {
                vec![STANDARD.encode(format!("{user}:{password}")), password.clone()]
            }
        };
        secrets.into_iter().filter(|secret| secret.len() >= SHORTEST).collect()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_none() { "Credential(none)" } else { "Credential(...)" })
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tracker_is_shown_its_own_header() {
        let token = Credential::token(" sesame-1\n");
        for (tracker, name, value) in [
            (Tracker::Jira, "Authorization", "Bearer sesame-1"),
            (Tracker::Github, "Authorization", "Bearer sesame-1"),
            (Tracker::Gitlab, "PRIVATE-TOKEN", "sesame-1"),
            (Tracker::Azure, "Authorization", "Basic OnNlc2FtZS0x"),
            (Tracker::Bugzilla, "X-BUGZILLA-API-KEY", "sesame-1"),
            (Tracker::Redmine, "X-Redmine-API-Key", "sesame-1"),
        ] {
            assert_eq!(token.header(tracker), Some((name.to_owned(), value.to_owned())));
        }
        let basic = Credential::basic("ada@example.org", "sesame-1");
        let value = "Basic YWRhQGV4YW1wbGUub3JnOnNlc2FtZS0x";
        assert_eq!(basic.header(Tracker::Jira), Some(("Authorization".to_owned(), value.to_owned())));
        assert_eq!(Credential::none().header(Tracker::Github), None);
        assert!(Credential::token("  ").is_none());
    }

    #[test]
    fn it_shows_itself_to_nobody() {
        let token = Credential::token("sesame-1");
        assert_eq!(format!("{token:?}"), "Credential(...)");
        assert_eq!(token.hide_in("you sent sesame-1, OnNlc2FtZS0x"), "you sent ..., ...");
        assert_eq!(token.hide(b"nothing of it"), None);
    }
}
