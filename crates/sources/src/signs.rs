//! What a text says, as far as rules can tell: whether it asks for consent, asks a question, gives a reason.
//!
//! English and Polish, also within one text. The rules look at a writer's own words (quoted replies, quotations and code
//! are left out) and answer with bits; nothing of the text is kept. How often they are right is published in
//! [`sayso_model::signs`] and explained in `docs/concepts/texts.md`.

use std::sync::LazyLock;

use sayso_model::signs::Signs;
use twox_hash::XxHash3_64;

mod english;
mod polish;
mod rules;
mod words;

use rules::Rules;
use words::Words;

static CONSENT: LazyLock<Rules> = LazyLock::new(|| Rules::new(&[&english::CONSENT, &polish::CONSENT]));
static ASKS: LazyLock<Rules> = LazyLock::new(|| Rules::new(&[&english::ASKS, &polish::ASKS]));
static REASON: LazyLock<Rules> = LazyLock::new(|| Rules::new(&[&english::REASON, &polish::REASON]));

/// What a text says. A text of white space only says nothing; a text that is not understood still is one
/// ([`Signs::HAS_TEXT`]). Takes time in proportion to the text's length, and keeps nothing of it.
pub fn signs(text: &str) -> Signs {
    if text.trim().is_empty() {
        return Signs::NONE;
    }
    let words = Words::of(text);
    let mut signs = Signs::HAS_TEXT;
    if words.has_question() || ASKS.find(&words) {
        signs = signs.and(Signs::ASKS);
    }
    if CONSENT.find(&words) {
        signs = signs.and(Signs::ASKS_CONSENT);
    }
    if REASON.find(&words) {
        signs = signs.and(Signs::REASON);
    }
    signs
}

/// A number that changes whenever the rules do: what was read under other rules has to be read anew.
pub(crate) fn fingerprint() -> u64 {
    static FINGERPRINT: LazyLock<u64> = LazyLock::new(|| {
        let mut all = String::from("words 1");
        for lists in [
            [&english::CONSENT, &polish::CONSENT],
            [&english::ASKS, &polish::ASKS],
            [&english::REASON, &polish::REASON],
        ] {
            lists.into_iter().for_each(|list| list.write(&mut all));
        }
        XxHash3_64::oneshot(all.as_bytes())
    });
    *FINGERPRINT
}

#[cfg(test)]
mod tests;
