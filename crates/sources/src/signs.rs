//! What a text says, as far as rules can tell: whether it asks for consent or a question, and what it tells of the why.
//!
//! English and Polish, also within one text. The rules look at a writer's own words (quoted replies, quotations and code
//! are left out) and answer with bits; nothing of the text is kept. How often they are right is published in
//! [`sayso_model::signs`] and explained in `docs/concepts/texts.md`.

use std::sync::LazyLock;

use sayso_model::signs::Signs;
use twox_hash::XxHash3_64;

mod english;
mod intent;
mod polish;
mod rules;
mod words;

use rules::Rules;
use words::Words;

static CONSENT: LazyLock<Rules> = LazyLock::new(|| Rules::new(&[&english::CONSENT, &polish::CONSENT]));
static ASKS: LazyLock<Rules> = LazyLock::new(|| Rules::new(&[&english::ASKS, &polish::ASKS]));
static REASON: LazyLock<Rules> = LazyLock::new(|| Rules::new(&[&english::REASON, &polish::REASON]));

/// What a question asks for.
static WANTED: LazyLock<[(Signs, Rules); 2]> = LazyLock::new(|| {
    [
        (Signs::ASKS_WHY, Rules::new(&[&english::ASKS_WHY, &polish::ASKS_WHY])),
        (Signs::ASKS_BOUND, Rules::new(&[&english::ASKS_BOUND, &polish::ASKS_BOUND])),
    ]
});

/// What a text says. A text of white space only says nothing; a text that is not understood still is one
/// ([`Signs::HAS_TEXT`]), and a form that nobody filled in says nothing else ([`Signs::TEMPLATE`]). Whether a text is an
/// item's own statement it cannot tell; the source can. Takes time in proportion to the text's length, and keeps nothing of it.
pub fn signs(text: &str) -> Signs {
    signs_but(text, Signs::NONE)
}

/// The same without signs that the caller has no use for; those are not looked for.
pub(crate) fn signs_but(text: &str, unwanted: Signs) -> Signs {
    if text.trim().is_empty() {
        return Signs::NONE;
    }
    let own = intent::own(text);
    if intent::is_template(text, &own) {
        return Signs::HAS_TEXT.and(Signs::TEMPLATE);
    }
    let words = Words::of(&own);
    let mut signs = Signs::HAS_TEXT.and(intent::units(&own, &words));
    if !unwanted.has(Signs::ASKS) && (words.has_question() || ASKS.find(&words)) {
        signs = signs.and(Signs::ASKS);
    }
    for (wanted, rules) in WANTED.iter() {
        if rules.find(&words) {
            signs = signs.and(*wanted);
        }
    }
    if !unwanted.has(Signs::ASKS_CONSENT) && CONSENT.find(&words) {
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
        let mut all = String::from("words 2");
        for lists in [
            [&english::CONSENT, &polish::CONSENT],
            [&english::ASKS, &polish::ASKS],
            [&english::REASON, &polish::REASON],
            [&english::ASKS_WHY, &polish::ASKS_WHY],
            [&english::ASKS_BOUND, &polish::ASKS_BOUND],
        ] {
            lists.into_iter().for_each(|list| list.write(&mut all));
        }
        intent::LISTS.iter().flat_map(|(_, lists)| lists).for_each(|list| list.write(&mut all));
        all.push_str(intent::LINK);
        XxHash3_64::oneshot(all.as_bytes())
    });
    *FINGERPRINT
}

#[cfg(test)]
mod tests;
