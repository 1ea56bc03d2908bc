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
mod needs;
mod polish;
mod rules;
mod words;

use rules::{List, Search};
use words::Words;

/// What a text puts to others.
static PUTS: LazyLock<Search> =
    LazyLock::new(|| Search::new(&[[&english::ASKS, &polish::ASKS], [&english::CONSENT, &polish::CONSENT]]));

/// What it says of the why: reasons, what a question asks for, and the units of intent.
static SAYS: LazyLock<Search> = LazyLock::new(|| Search::new(&SAID.map(|(_, lists)| lists)));

const SAID: [(Signs, [&List; 2]); 8] = {
    let [goal, metric, constraint, customer, non_goal] = intent::LISTS;
    [
        (Signs::REASON, [&english::REASON, &polish::REASON]),
        (Signs::ASKS_WHY, [&english::ASKS_WHY, &polish::ASKS_WHY]),
        (Signs::ASKS_BOUND, [&english::ASKS_BOUND, &polish::ASKS_BOUND]),
        goal,
        metric,
        constraint,
        customer,
        non_goal,
    ]
};

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
    let mut signs = if intent::has_link(&own) { Signs::HAS_TEXT.and(Signs::LINK) } else { Signs::HAS_TEXT };
    let asks = !unwanted.has(Signs::ASKS);
    let wanted = u32::from(asks && !words.has_question()) | u32::from(!unwanted.has(Signs::ASKS_CONSENT)) << 1;
    let put = if wanted == 0 { 0 } else { PUTS.find(&words, wanted) };
    if asks && (words.has_question() || put & 1 != 0) {
        signs = signs.and(Signs::ASKS);
    }
    if put & 2 != 0 {
        signs = signs.and(Signs::ASKS_CONSENT);
    }
    let said = SAYS.find(&words, (1 << SAID.len()) - 1);
    SAID.iter().enumerate().filter(|(n, _)| said & 1 << n != 0).fold(signs, |signs, (_, (sign, _))| signs.and(*sign))
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
