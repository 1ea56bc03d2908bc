//! What stands for a person on a screen: a pseudonym, unless the office has decided otherwise.

use hmac::{Hmac, KeyInit, Mac};
use sayso_model::actor::ActorKind;
use sha2::Sha256;

/// The alphabet of pseudonyms: no vowels, so that no word comes out, and no look-alikes.
const LETTERS: &[u8; 24] = b"bcdfghjkmnpqrstvwxz23456";

/// Makes pseudonyms with a key. The same name gives the same pseudonym under the same key, and tells nothing without.
pub struct Pseudonyms {
    key: [u8; 32],
}

impl Pseudonyms {
    /// With a key of the office's own.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// With a key made from the seed, for a log that is looked at once: repeatable, and secret only as far as the log is.
    pub fn from_seed(seed: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Self { key }
    }

    /// A digest of a name as hexadecimal digits: the same name has the same under the same key.
    pub fn digest(&self, name: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(name.as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Seven letters for a person; 24^7 of them, so that a thousand people are told apart.
    pub fn of(&self, name: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(name.as_bytes());
        let digest = mac.finalize().into_bytes();
        let mut number = u64::from_le_bytes(digest[..8].try_into().expect("the digest has 32 bytes"));
        let mut letters = String::with_capacity(8);
        for _ in 0..7 {
            letters.push(char::from(LETTERS[(number % 24) as usize]));
            number /= 24;
        }
        letters
    }

    /// What is shown for an actor: bots and groups by name, people by pseudonym.
    pub fn shown(&self, name: &str, kind: ActorKind) -> String {
        match kind {
            _ if name.is_empty() => String::new(),
            ActorKind::Bot | ActorKind::Group => name.to_owned(),
            ActorKind::Person | ActorKind::Unknown => format!("p-{}", self.of(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_under_another_key_is_somebody_else() {
        let here = Pseudonyms::new([1; 32]);
        let there = Pseudonyms::new([2; 32]);
        assert_eq!(here.of("anna"), here.of("anna"));
        assert_ne!(here.of("anna"), there.of("anna"));
        assert_ne!(here.of("anna"), here.of("bartek"));
    }

    #[test]
    fn a_bot_keeps_its_name_and_nobody_stays_nobody() {
        let shown = Pseudonyms::from_seed(1);
        assert_eq!(shown.shown("ci-bot", ActorKind::Bot), "ci-bot");
        assert_eq!(shown.shown("", ActorKind::Unknown), "");
        assert!(shown.shown("anna", ActorKind::Unknown).starts_with("p-"));
    }
}
